//! The form of requests.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/form.rs"]
mod form;

use cbor::{Kind, ReadError, Reason};
use delegation::{Delegation, ParseDelegationError, Permissions, SignedDelegation};
use hex_literal::hex;
use icid_request::{
    CanisterRequest, Content, DelegationChain, Envelope, ParseEnvelopeError as Error, Paths,
    Policy, ReadStateRequest, RequestType, SenderInfo,
};
use principal::Principal;
use testkit::cbor as write;
use time::Timestamp;

use crate::form::{
    Fields, call, encode, envelope, link, natural, query, read_state, replace, sender_info, without,
};

const EXPIRY: Timestamp = Timestamp::from_nanos(1_685_570_400_000_000_000);

fn target() -> Principal {
    Principal::from_slice(&[0, 0, 0, 0, 0, 0, 4, 0xd2]).unwrap()
}

/// The worked example of the interface spec, "Request ids".
fn example() -> CanisterRequest<'static> {
    CanisterRequest::new(
        Principal::ANONYMOUS,
        target(),
        "hello",
        b"DIDL\0\xfd*",
        EXPIRY,
    )
}

fn full_call() -> CanisterRequest<'static> {
    let signer = Principal::from_slice(&[1, 2, 3]).unwrap();
    example()
        .with_nonce(vec![7; 16])
        .with_sender_info(SenderInfo::new(b"info", signer, b"signature"))
}

fn full_read() -> ReadStateRequest<'static> {
    let paths = vec![
        vec![b"time".to_vec()],
        vec![],
        vec![b"subnet".to_vec(), vec![0xff]],
    ];
    ReadStateRequest::new(Principal::ANONYMOUS, paths, EXPIRY).with_nonce(vec![7; 16])
}

#[test]
fn paths_and_labels_are_compared_and_counted() {
    let of = |paths: &[&[&[u8]]]| {
        let owned = |path: &&[&[u8]]| path.iter().map(|label| label.to_vec()).collect();
        Paths::from(paths.iter().map(owned).collect::<Vec<Vec<Vec<u8>>>>())
    };
    let paths = of(&[&[b"a", b"b"], &[]]);
    assert_eq!(paths, of(&[&[b"a", b"b"], &[]]));
    for other in [
        of(&[&[b"a", b"b"]]),
        of(&[&[b"a"], &[b"b"]]),
        of(&[&[], &[b"a", b"b"]]),
        of(&[&[b"a", b"c"], &[]]),
    ] {
        assert_ne!(paths, other);
    }
    assert!(!paths.is_empty());
    assert!(of(&[]).is_empty());
    let mut iter = paths.iter();
    assert_eq!(iter.size_hint(), (2, Some(2)));
    let [first, second] = [iter.next().unwrap(), iter.next().unwrap()];
    assert_eq!(iter.size_hint(), (0, Some(0)));
    assert_ne!(first, second);
    assert_eq!((first.len(), first.is_empty()), (2, false));
    assert_eq!((second.len(), second.is_empty()), (0, true));
    assert_eq!(first.iter().size_hint(), (2, Some(2)));
}

fn full_chain() -> DelegationChain<'static> {
    let targets = vec![Principal::from_slice(&[1]).unwrap(), Principal::MANAGEMENT];
    let delegation = Delegation::new(b"session", Timestamp::from_nanos(9))
        .with_targets(targets)
        .with_permissions(Permissions::Queries);
    DelegationChain::new(b"key", vec![SignedDelegation::new(delegation, b"link")])
}

fn parse(bytes: &[u8], policy: Policy) -> Result<Envelope<'static>, Error> {
    Envelope::parse(bytes, policy).map(Envelope::into_owned)
}

/// Parses under both policies, and expects one outcome.
fn parse_both(bytes: &[u8]) -> Result<Envelope<'static>, Error> {
    let outcome = parse(bytes, Policy::SPEC);
    assert_eq!(parse(bytes, Policy::REPLICA), outcome);
    outcome
}

fn parse_content(content: &Fields) -> Result<Envelope<'static>, Error> {
    parse_both(&encode(&vec![("content", write::map(content))]))
}

// spec: REQID-11, REQID-14
#[test]
fn the_worked_example_has_its_id_and_its_form() {
    let content = Content::Call(example());
    assert_eq!(
        content.request_id().to_string(),
        "0x1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101"
    );
    let payload = hex!(
        "0a69632d72657175657374"
        "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101"
    );
    assert_eq!(content.signing_payload(), payload);
    // The fields in CBOR, by the rules of the interface spec, "CBOR encoding".
    let encoded = hex!(
        "d9d9f7 a1 67 636f6e74656e74 a6"
        "6c 726571756573745f74797065 64 63616c6c"
        "6e 696e67726573735f657870697279 1b 1764595927e9c000"
        "66 73656e646572 41 04"
        "6b 63616e69737465725f6964 48 00000000000004d2"
        "6b 6d6574686f645f6e616d65 65 68656c6c6f"
        "63 617267 47 4449444c00fd2a"
    );
    let envelope = content.unsigned();
    assert_eq!(envelope.encode(), encoded);
    assert_eq!(parse_both(&encoded), Ok(envelope));
}

// spec: REQID-9, REQID-10, SINFO-9
#[test]
fn ids_are_those_of_another_implementation() {
    // Computed from the rules of the interface spec with a script.
    for (content, id) in [
        (
            Content::Call(full_call()),
            hex!("1d7df73fb0038b57b6bf593f09050212cd533f3ee10cfbb7da89a5518b5632d7"),
        ),
        (
            Content::Query(full_call()),
            hex!("3cf78f147a85a513f873a8b364c92a9c6c7356fa7985c4f81a49856e80c3b799"),
        ),
        (
            Content::ReadState(full_read()),
            hex!("addb573c31d631d4b0970ca4f92308bcfbb2de73e2cf3fed436e739cccbf7f68"),
        ),
    ] {
        assert_eq!(*content.request_id().as_bytes(), id, "{content:?}");
    }
}

#[test]
fn every_field_is_written_and_read() {
    for (content, fields) in [
        (Content::Call(full_call()), call()),
        (Content::Query(full_call()), query()),
        (Content::ReadState(full_read()), read_state()),
    ] {
        let signed = Envelope::signed(content.clone(), full_chain(), b"signature");
        let bytes = signed.encode();
        assert_eq!(parse_both(&encode(&envelope(&fields))), Ok(signed.clone()));
        assert_eq!(parse_both(&bytes), Ok(signed.clone()));
        assert_eq!(*signed.content(), content);
        assert_eq!(signed.chain(), Some(&full_chain()));
        assert_eq!(signed.signature(), Some(&b"signature"[..]));
        let unsigned = content.unsigned();
        assert_eq!(parse_both(&unsigned.encode()), Ok(unsigned.clone()));
        assert_eq!((unsigned.chain(), unsigned.signature()), (None, None));
    }
}

#[test]
fn contents_show_their_fields() {
    let request = full_call();
    let content = Content::Query(request.clone());
    assert_eq!(content.request_type(), RequestType::Query);
    assert_eq!(content.sender(), request.sender());
    assert_eq!(content.ingress_expiry(), request.ingress_expiry());
    assert_eq!(content.nonce(), Some(&[7; 16][..]));
    assert_eq!(request.nonce(), content.nonce());
    assert_eq!(content.canister_request(), Some(&request));
    assert_eq!(content.sender_info(), request.sender_info());
    assert_eq!(content.paths(), None);
    assert_eq!(request.canister_id(), target());
    assert_eq!(
        (request.method_name(), request.arg()),
        ("hello", &b"DIDL\0\xfd*"[..])
    );

    let request = full_read();
    let content = Content::ReadState(request.clone());
    assert_eq!(content.request_type(), RequestType::ReadState);
    assert_eq!(
        (content.sender(), content.nonce()),
        (request.sender(), request.nonce())
    );
    assert_eq!(content.ingress_expiry(), request.ingress_expiry());
    assert_eq!(
        (content.canister_request(), content.sender_info()),
        (None, None)
    );
    let paths = content.paths().unwrap();
    assert_eq!(paths, request.paths());
    assert_eq!((paths.len(), paths.is_empty()), (3, false));
    let lengths: Vec<usize> = paths.iter().map(|path| path.len()).collect();
    assert_eq!(lengths, [1, 0, 2]);
    assert!(paths.iter().nth(1).unwrap().is_empty());
    let last: Vec<Vec<u8>> = paths.iter().nth(2).unwrap().iter().map(Vec::from).collect();
    assert_eq!(last, [b"subnet".to_vec(), vec![0xff]]);
}

// spec: ENV-17
#[test]
fn an_empty_list_of_delegations_is_none() {
    let mut fields = envelope(&call());
    replace(&mut fields, "sender_delegation", write::array(&[]));
    let chain = DelegationChain::new(b"key", Vec::new());
    let expected = Envelope::signed(Content::Call(full_call()), chain, b"signature");
    assert_eq!(parse_both(&encode(&fields)), Ok(expected.clone()));
    let left_out = without(fields, "sender_delegation");
    assert_eq!(expected.encode(), encode(&left_out).as_slice());
    assert_eq!(parse_both(&encode(&left_out)), Ok(expected));
}

// spec: REQID-13, CBOR-8
#[test]
fn neither_order_nor_width_matters() {
    let expected = parse_both(&encode(&envelope(&call()))).unwrap();
    let mut content = call();
    content.reverse();
    let mut fields = envelope(&content);
    fields.reverse();
    assert_eq!(parse_both(&encode(&fields)), Ok(expected.clone()));

    // Indefinite lengths, and heads that are longer than needed.
    let mut indefinite = hex!("d9d9f7 bf 7a00000007 636f6e74656e74 bf").to_vec();
    for (name, value) in call() {
        indefinite.extend([write::text(name), value].concat());
    }
    indefinite.push(0xff);
    for (name, value) in envelope(&call()).into_iter().skip(1) {
        indefinite.extend([write::text(name), value].concat());
    }
    indefinite.push(0xff);
    assert_eq!(parse_both(&indefinite), Ok(expected));
}

// spec: ENV-9, ENV-15, ENV-18, ENV-19, ENV-20, SINFO-1, CBOR-11
#[test]
fn every_other_field_is_required() {
    for (content, optional) in [
        (call(), &["nonce", "sender_info"][..]),
        (query(), &["nonce", "sender_info"]),
        (read_state(), &["nonce"]),
    ] {
        for (field, _) in &content {
            let outcome = parse_content(&without(content.clone(), field));
            if optional.contains(field) {
                assert!(outcome.is_ok(), "{field}");
            } else {
                assert_eq!(outcome, Err(Error::MissingField { field }));
            }
        }
    }
    for (field, _) in sender_info() {
        let mut content = call();
        let info = write::map(&without(sender_info(), field));
        replace(&mut content, "sender_info", info);
        assert_eq!(parse_content(&content), Err(Error::MissingField { field }));
    }
    let nothing = encode(&Vec::new());
    let field = "content";
    assert_eq!(parse_both(&nothing), Err(Error::MissingField { field }));
}

// spec: ENV-2, ENV-3
#[test]
fn key_and_signature_go_together() {
    let fields = envelope(&call());
    let proof = ["sender_pubkey", "sender_sig", "sender_delegation"];
    for present in 0..8_usize {
        let is_present = |index: usize| present >> index & 1 == 1;
        let mut fields = fields.clone();
        for (index, name) in proof.into_iter().enumerate() {
            if !is_present(index) {
                fields = without(fields, name);
            }
        }
        let outcome = parse_both(&encode(&fields));
        match present {
            0 => assert_eq!(outcome, Ok(Content::Call(full_call()).unsigned())),
            3 | 7 => assert!(outcome.is_ok()),
            _ => {
                let sender = Principal::ANONYMOUS;
                assert_eq!(outcome, Err(Error::IncompleteProof { sender }));
            }
        }
    }
}

// spec: ENV-18
#[test]
fn other_types_are_refused() {
    for name in ["Call", "update", "", "read-state"] {
        let mut content = call();
        replace(&mut content, "request_type", write::text(name));
        // The tag, heads and names before it.
        let position = 3 + 1 + 8 + 1 + 13;
        let error = Error::UnknownRequestType { position };
        assert_eq!(parse_content(&content), Err(error));
    }
}

// spec: CBOR-10, ENV-20
#[test]
fn unknown_fields_are_refused_or_ignored() {
    let unknown = |field| {
        move |outcome| match outcome {
            Err(Error::Read {
                field: found,
                error,
            }) => {
                assert_eq!((found, error.reason), (field, Reason::UnknownField));
            }
            outcome => panic!("{outcome:?}"),
        }
    };
    let expected = Content::Call(full_call()).unsigned();
    let mut content = call();
    content.insert(3, ("paths", write::text("of another kind")));
    content.insert(0, ("more", write::array(&[write::map(&[])])));
    let bytes = encode(&vec![("content", write::map(&content))]);
    unknown("content")(parse(&bytes, Policy::SPEC));
    let parsed = parse(&bytes, Policy::REPLICA).unwrap();
    assert_eq!(parsed, expected);
    assert_eq!(
        parsed.content().request_id(),
        expected.content().request_id()
    );

    let mut content = read_state();
    content.push(("sender_info", write::text("not even a map")));
    content.insert(0, ("canister_id", natural(5)));
    let bytes = encode(&vec![("content", write::map(&content))]);
    unknown("content")(parse(&bytes, Policy::SPEC));
    let expected = Content::ReadState(full_read()).unsigned();
    assert_eq!(parse(&bytes, Policy::REPLICA), Ok(expected.clone()));

    let mut fields = vec![("content", write::map(&read_state()))];
    fields.push(("more", natural(1)));
    unknown("envelope")(parse(&encode(&fields), Policy::SPEC));
    assert_eq!(parse(&encode(&fields), Policy::REPLICA), Ok(expected));

    let mut info = sender_info();
    info.push(("more", natural(1)));
    let mut content = call();
    replace(&mut content, "sender_info", write::map(&info));
    let bytes = encode(&vec![("content", write::map(&content))]);
    unknown("sender_info")(parse(&bytes, Policy::SPEC));
    let expected = Content::Call(full_call()).unsigned();
    assert_eq!(parse(&bytes, Policy::REPLICA), Ok(expected));
}

// spec: CBOR-12
#[test]
fn null_is_refused_or_nothing() {
    let null = vec![0xf6];
    let is_null = |outcome, field| match outcome {
        Err(Error::Read {
            field: found,
            error,
        }) => {
            assert_eq!((found, error.reason), (field, Reason::Null));
        }
        outcome => panic!("{outcome:?}"),
    };
    for field in ["nonce", "sender_info"] {
        let mut content = call();
        replace(&mut content, field, null.clone());
        let bytes = encode(&vec![("content", write::map(&content))]);
        is_null(parse(&bytes, Policy::SPEC), field);
        let absent = without(call(), field);
        let absent = encode(&vec![("content", write::map(&absent))]);
        assert_eq!(parse(&bytes, Policy::REPLICA), parse_both(&absent));
    }
    let proof = ["sender_pubkey", "sender_sig", "sender_delegation"];
    for field in proof {
        let mut fields = envelope(&call());
        replace(&mut fields, field, null.clone());
        let bytes = encode(&fields);
        is_null(parse(&bytes, Policy::SPEC), field);
        let absent = encode(&without(fields, field));
        assert_eq!(parse(&bytes, Policy::REPLICA), parse_both(&absent));
    }
    // What is required may not be null.
    for field in [
        "request_type",
        "ingress_expiry",
        "sender",
        "canister_id",
        "method_name",
        "arg",
    ] {
        let mut content = call();
        replace(&mut content, field, null.clone());
        let outcome = parse_content(&content);
        assert!(matches!(outcome, Err(Error::Read { field: found, .. }) if found == field));
    }
}

// spec: CBOR-3, READ-3
#[test]
fn blobs_are_bytes_or_what_replicas_take_for_them() {
    let forms = |bytes: &[u8]| {
        let integers: Vec<Vec<u8>> = bytes.iter().map(|byte| vec![0x18, *byte]).collect();
        let text = std::str::from_utf8(bytes).unwrap();
        [write::array(&integers), write::text(text)]
    };
    let refuses = |bytes: &[u8], field: &str| {
        let outcome = parse(bytes, Policy::SPEC);
        let Err(Error::Read {
            field: found,
            error,
        }) = outcome
        else {
            panic!("{outcome:?}");
        };
        assert_eq!(found, field);
        assert!(matches!(
            error.reason,
            Reason::WrongKind {
                expected: Kind::Bytes,
                ..
            }
        ));
    };
    for field in ["nonce", "sender", "canister_id", "arg"] {
        for form in forms(b"text") {
            let mut content = call();
            replace(&mut content, field, form);
            let bytes = encode(&vec![("content", write::map(&content))]);
            refuses(&bytes, field);
            replace(&mut content, field, write::bytes(b"text"));
            assert_eq!(parse(&bytes, Policy::REPLICA), parse_content(&content));
        }
    }
    for field in ["info", "signer", "sig"] {
        for form in forms(b"text") {
            let with = |form| {
                let (mut info, mut content) = (sender_info(), call());
                replace(&mut info, field, form);
                replace(&mut content, "sender_info", write::map(&info));
                encode(&vec![("content", write::map(&content))])
            };
            let bytes = with(form);
            refuses(&bytes, field);
            let expected = parse_both(&with(write::bytes(b"text")));
            assert_eq!(parse(&bytes, Policy::REPLICA), expected);
        }
    }
    for field in ["sender_pubkey", "sender_sig"] {
        for form in forms(b"text") {
            let mut fields = envelope(&call());
            replace(&mut fields, field, form);
            let bytes = encode(&fields);
            refuses(&bytes, field);
            replace(&mut fields, field, write::bytes(b"text"));
            assert_eq!(parse(&bytes, Policy::REPLICA), parse_both(&encode(&fields)));
        }
    }
    for form in forms(b"time") {
        let with = |label| {
            let mut content = read_state();
            let paths = write::array(&[write::array(&[label])]);
            replace(&mut content, "paths", paths);
            encode(&vec![("content", write::map(&content))])
        };
        let bytes = with(form);
        refuses(&bytes, "paths");
        let lenient = parse(&bytes, Policy::REPLICA).unwrap();
        let expected = parse_both(&with(write::bytes(b"time"))).unwrap();
        assert_eq!(lenient, expected);
        let id = expected.content().request_id();
        assert_eq!(lenient.content().request_id(), id);
        assert_eq!(lenient.encode(), expected.encode());
    }
}

// spec: CBOR-1
#[test]
fn the_tag_is_required_or_not() {
    let tagged = encode(&envelope(&call()));
    let untagged = &tagged[3..];
    let error = ReadError {
        position: 0,
        reason: Reason::MissingTag,
    };
    let field = "envelope";
    assert_eq!(
        parse(untagged, Policy::SPEC),
        Err(Error::Read { field, error })
    );
    assert_eq!(parse(untagged, Policy::REPLICA), parse_both(&tagged));
}

// spec: CBOR-7
#[test]
fn no_field_comes_twice() {
    let is_duplicate = |outcome, field| match outcome {
        Err(Error::Read {
            field: found,
            error,
        }) => {
            assert_eq!((found, error.reason), (field, Reason::DuplicateKey));
        }
        outcome => panic!("{outcome:?}"),
    };
    for content in [call(), read_state()] {
        for index in 0..content.len() {
            let mut content = content.clone();
            content.push(content[index].clone());
            is_duplicate(parse_content(&content), "content");
        }
    }
    for index in 0..4 {
        let mut fields = envelope(&call());
        fields.push(fields[index].clone());
        is_duplicate(parse_both(&encode(&fields)), "envelope");
    }
}

// spec: CBOR-2, CBOR-4, CBOR-5, CBOR-6, CBOR-8, CBOR-9
#[test]
fn values_are_of_their_kinds() {
    let float = hex!("fb 41d954fc40000000").to_vec();
    let bignum = [&[0xc2][..], &write::bytes(&[1; 9])].concat();
    for (field, value, reason) in [
        (
            "request_type",
            write::bytes(b"call"),
            wrong(Kind::Bytes, Kind::Text),
        ),
        (
            "method_name",
            write::bytes(b"hello"),
            wrong(Kind::Bytes, Kind::Text),
        ),
        ("ingress_expiry", float, wrong(Kind::Float, Kind::Unsigned)),
        ("ingress_expiry", bignum, Reason::Bignum),
        (
            "ingress_expiry",
            vec![0x20],
            wrong(Kind::Negative, Kind::Unsigned),
        ),
        (
            "ingress_expiry",
            write::text("9"),
            wrong(Kind::Text, Kind::Unsigned),
        ),
        (
            "sender_info",
            write::array(&[]),
            wrong(Kind::Array, Kind::Map),
        ),
    ] {
        let mut content = call();
        replace(&mut content, field, value);
        match parse_content(&content) {
            Err(Error::Read {
                field: found,
                error,
            }) => {
                assert_eq!((found, error.reason), (field, reason));
            }
            outcome => panic!("{outcome:?}"),
        }
    }
    for (value, field) in [
        (write::array(&[]), "content"),
        (write::bytes(b"\xa0"), "content"),
    ] {
        let outcome = parse_both(&encode(&vec![("content", value)]));
        assert!(matches!(outcome, Err(Error::Read { field: found, .. }) if found == field));
    }
    let mut trailing = encode(&envelope(&call()));
    trailing.push(0);
    let reason = Reason::TrailingBytes { count: 1 };
    let position = trailing.len() - 1;
    let error = ReadError { position, reason };
    let field = "envelope";
    assert_eq!(parse_both(&trailing), Err(Error::Read { field, error }));
}

fn wrong(found: Kind, expected: Kind) -> Reason {
    Reason::WrongKind { found, expected }
}

// spec: PRIN-1, ENV-15
#[test]
fn principals_have_at_most_29_bytes() {
    for field in ["sender", "canister_id"] {
        for length in [0, 29, 30] {
            let mut content = call();
            replace(&mut content, field, write::bytes(&vec![9; length]));
            match parse_content(&content) {
                Ok(_) => assert!(length <= 29),
                Err(Error::PrincipalTooLong {
                    field: found,
                    length: 30,
                    ..
                }) => {
                    assert_eq!((found, length), (field, 30));
                }
                outcome => panic!("{outcome:?}"),
            }
        }
    }
}

// spec: DELEG-1, PERM-5
#[test]
fn what_is_wrong_with_delegations_is_said() {
    let mut fields = envelope(&call());
    let wrong = write::map(&[("signature", write::bytes(b""))]);
    replace(
        &mut fields,
        "sender_delegation",
        write::array(&[link(), wrong]),
    );
    let error = ParseDelegationError::MissingField {
        field: "delegation",
    };
    assert_eq!(parse_both(&encode(&fields)), Err(Error::Delegations(error)));
}

#[test]
fn nothing_but_the_list_of_links_is_copied() {
    let bytes = encode(&envelope(&read_state()));
    let info = allocation_counter::measure(|| {
        let parsed = Envelope::parse(&bytes, Policy::SPEC).unwrap();
        assert_eq!(parsed.content().paths().unwrap().len(), 3);
        let _ = parsed.content().request_id();
    });
    assert_eq!(info.count_total, 1);
}

#[test]
fn bytes_are_shown_in_hexadecimal() {
    let envelope = Envelope::signed(Content::Call(example()), full_chain(), b"\x0a\xff");
    let shown = format!("{envelope:?}");
    assert!(
        shown.contains("method_name: \"hello\", arg: 4449444c00fd2a, "),
        "{shown}"
    );
    assert!(shown.ends_with("signature: Some(0aff) }"), "{shown}");
    let shown = format!("{:?}", Content::ReadState(full_read()));
    assert!(shown.contains("nonce: Some(0707"), "{shown}");
}

#[test]
fn paths_are_made_of_lists() {
    let list = vec![vec![b"a".to_vec()], vec![]];
    let paths = Paths::from(list.clone());
    let collected: Vec<Vec<Vec<u8>>> = paths
        .iter()
        .map(|path| path.into_iter().map(Vec::from).collect())
        .collect();
    assert_eq!(collected, list);
    assert_eq!(format!("{paths:?}"), "[[61], []]");
}
