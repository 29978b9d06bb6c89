//! The form of responses.

use cbor::{Policy, ReadError, Reason};
use hex_literal::hex;
use icid_request::RequestId;
use icid_request::query_response::{
    Field, NodeSignature, ParseQueryResponseError, Part, QueryResponse, Reply,
};
use principal::Principal;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use testkit::{TIME, cbor as raw};
use time::Timestamp;

use crate::network::{REJECT, REPLY, entry, fields, nanos, node_id, response};

fn parse(bytes: &[u8]) -> Result<QueryResponse<'_>, ParseQueryResponseError> {
    QueryResponse::parse(bytes, Policy::SPEC)
}

fn error(bytes: &[u8]) -> ParseQueryResponseError {
    parse(bytes).map(|_| ()).unwrap_err()
}

fn one() -> Vec<u8> {
    entry(1, TIME, b"signature")
}

/// Encodes a record, with one signature if there is nothing else in its place.
fn record(mut fields: Vec<(&str, Vec<u8>)>) -> Vec<u8> {
    if !fields.iter().any(|(name, _)| *name == "signatures") {
        fields.push(("signatures", raw::array(&[one()])));
    }
    raw::tagged(&raw::map(&fields))
}

fn without(reply: &Reply<'_>, name: &str) -> Vec<u8> {
    let fields = fields(reply)
        .into_iter()
        .filter(|(field, _)| *field != name);
    record(fields.collect())
}

fn with(reply: &Reply<'_>, name: &'static str, value: Vec<u8>) -> Vec<u8> {
    let fields = fields(reply)
        .into_iter()
        .filter(|(field, _)| *field != name);
    record(fields.chain([(name, value)]).collect())
}

const fn missing(field: Field) -> ParseQueryResponseError {
    ParseQueryResponseError::MissingField { field }
}

#[test]
fn reads_replies_and_rejections() {
    let no_error_code = Reply::Rejected {
        code: 0,
        message: "",
        error_code: None,
    };
    for reply in [REPLY, REJECT, no_error_code, Reply::Replied { arg: b"" }] {
        let bytes = response(&reply, &[one(), entry(2, 0, b"")]);
        let response = parse(&bytes).unwrap();
        assert_eq!(response.reply(), reply);
        let signatures: Vec<NodeSignature<'_>> = response.signatures().collect();
        let signature = |number, nanos, signature| NodeSignature {
            timestamp: Timestamp::from_nanos(nanos),
            signature,
            identity: node_id(number),
        };
        let expected = [signature(1, TIME, &b"signature"[..]), signature(2, 0, b"")];
        assert_eq!(signatures, expected);
        assert_eq!(response.signatures().len(), 2);
    }
}

#[test]
// spec: QUERY-SIG-1
fn there_is_a_signature() {
    for reply in [REPLY, REJECT] {
        assert!(parse(&response(&reply, &[one()])).is_ok());
        let none = ParseQueryResponseError::NoSignatures;
        assert_eq!(error(&response(&reply, &[])), none);
        let bytes = raw::tagged(&raw::map(&fields(&reply)));
        assert_eq!(error(&bytes), missing(Field::Signatures));
    }
}

#[test]
// spec: QUERY-SIG-2
fn a_signature_has_three_parts() {
    let whole = [
        ("timestamp", nanos(7), Field::Timestamp),
        ("signature", raw::bytes(b"x"), Field::Signature),
        ("identity", raw::bytes(&[1; 29]), Field::Identity),
    ];
    let entry = |skipped: &str| {
        let fields = whole.iter().filter(|(name, ..)| *name != skipped);
        let fields: Vec<_> = fields
            .map(|(name, value, _)| (*name, value.clone()))
            .collect();
        response(&REPLY, &[one(), raw::map(&fields)])
    };
    assert!(parse(&entry("")).is_ok());
    for (name, _, field) in &whole {
        assert_eq!(error(&entry(name)), missing(*field));
    }
    // Each of another type.
    for name in ["timestamp", "signature", "identity"] {
        let fields = whole
            .clone()
            .map(|(field, value, _)| (field, if field == name { raw::text("x") } else { value }));
        let found = error(&response(&REPLY, &[raw::map(&fields)]));
        assert!(
            matches!(
                found,
                ParseQueryResponseError::Read {
                    part: Part::Signature,
                    error: ReadError {
                        reason: Reason::WrongKind { .. },
                        ..
                    },
                }
            ),
            "{found:?}"
        );
    }
}

#[test]
// spec: QUERY-SIG-2
fn the_id_of_a_node_is_a_principal() {
    let with = |length: usize| {
        let entry = raw::map(&[
            ("timestamp", nanos(7)),
            ("signature", raw::bytes(b"x")),
            ("identity", raw::bytes(&vec![1; length])),
        ]);
        response(&REPLY, &[entry])
    };
    for length in [0, 29] {
        assert!(parse(&with(length)).is_ok());
    }
    let bytes = with(30);
    let position = bytes.len() - 32;
    let length = 30;
    let too_long = ParseQueryResponseError::IdentityLength { position, length };
    assert_eq!(error(&bytes), too_long);
    assert_eq!(Principal::MAX_LENGTH, 29);
}

#[test]
fn a_time_has_64_bits() {
    let with = |timestamp: Vec<u8>| {
        let entry = raw::map(&[
            ("timestamp", timestamp),
            ("signature", raw::bytes(b"x")),
            ("identity", raw::bytes(b"x")),
        ]);
        response(&REPLY, &[entry])
    };
    assert!(parse(&with(nanos(u64::MAX))).is_ok());
    let bignum = [&[0xc2, 0x49, 1][..], &[0; 8]].concat();
    let found = error(&with(bignum));
    assert!(
        matches!(
            found,
            ParseQueryResponseError::Read {
                part: Part::Signature,
                error: ReadError {
                    reason: Reason::Bignum,
                    ..
                },
            }
        ),
        "{found:?}"
    );
}

#[test]
// spec: QUERY-SIG-3, QUERY-SIG-4
fn each_outcome_has_its_fields() {
    for (reply, name, field) in [
        (REPLY, "status", Field::Status),
        (REPLY, "reply", Field::Reply),
        (REJECT, "status", Field::Status),
        (REJECT, "reject_code", Field::RejectCode),
        (REJECT, "reject_message", Field::RejectMessage),
    ] {
        assert_eq!(error(&without(&reply, name)), missing(field), "{name}");
    }
    assert!(parse(&without(&REJECT, "error_code")).is_ok());
    let empty = with(&REPLY, "reply", raw::map(&[]));
    assert_eq!(error(&empty), missing(Field::Arg));
    for status in ["", "Replied", "done"] {
        let bytes = with(&REPLY, "status", raw::text(status));
        assert_eq!(error(&bytes), ParseQueryResponseError::UnknownStatus);
    }
}

#[test]
fn each_field_has_its_type() {
    let wrong = raw::array(&[]);
    for (reply, name, part) in [
        (REPLY, "status", Part::Status),
        (REPLY, "reply", Part::Reply),
        (REJECT, "reject_code", Part::Rejection),
        (REJECT, "reject_message", Part::Rejection),
        (REJECT, "error_code", Part::Rejection),
    ] {
        match error(&with(&reply, name, wrong.clone())) {
            ParseQueryResponseError::Read { part: found, .. } => assert_eq!(found, part),
            other => panic!("{name}: {other:?}"),
        }
    }
    match error(&with(&REPLY, "signatures", raw::text(""))) {
        ParseQueryResponseError::Read { part, .. } => assert_eq!(part, Part::Signatures),
        other => panic!("{other:?}"),
    }
    match error(&raw::tagged(&raw::array(&[]))) {
        ParseQueryResponseError::Read { part, .. } => assert_eq!(part, Part::Response),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_of_the_other_outcome_are_strange() {
    let stray = |field| ParseQueryResponseError::StrayField { field };
    for (reply, name, value, field) in [
        (REPLY, "reject_code", raw::head(0, 1), Field::RejectCode),
        (REPLY, "reject_message", raw::text(""), Field::RejectMessage),
        (REPLY, "error_code", raw::text(""), Field::ErrorCode),
        (
            REJECT,
            "reply",
            raw::map(&[("arg", raw::bytes(b""))]),
            Field::Reply,
        ),
    ] {
        let bytes = with(&reply, name, value);
        assert_eq!(error(&bytes), stray(field));
        let lenient = QueryResponse::parse(&bytes, Policy::REPLICA).unwrap();
        assert_eq!(lenient.reply(), reply);
    }
}

#[test]
fn the_policy_decides_about_tag_null_and_unknown_fields() {
    let good = response(&REJECT, &[one()]);
    let untagged = good[3..].to_vec();
    let unknown = with(&REJECT, "more", raw::text("x"));
    let null = with(&REJECT, "error_code", vec![0xf6]);
    for (bytes, reason) in [
        (untagged, Reason::MissingTag),
        (unknown, Reason::UnknownField),
        (null.clone(), Reason::Null),
    ] {
        match error(&bytes) {
            ParseQueryResponseError::Read { error, .. } => assert_eq!(error.reason, reason),
            other => panic!("{other:?}"),
        }
        assert!(QueryResponse::parse(&bytes, Policy::REPLICA).is_ok());
    }
    let response = QueryResponse::parse(&null, Policy::REPLICA).unwrap();
    assert!(matches!(
        response.reply(),
        Reply::Rejected {
            error_code: None,
            ..
        }
    ));
}

#[test]
fn nothing_is_there_twice_and_nothing_comes_after() {
    let good = response(&REPLY, &[one()]);
    let mut twice = fields(&REPLY);
    twice.push(("status", raw::text("replied")));
    for (bytes, reason) in [
        (record(twice), Reason::DuplicateKey),
        (
            [&good[..], &[0]].concat(),
            Reason::TrailingBytes { count: 1 },
        ),
    ] {
        match error(&bytes) {
            ParseQueryResponseError::Read { part, error } => {
                assert_eq!((part, error.reason), (Part::Response, reason));
            }
            other => panic!("{other:?}"),
        }
    }
    for length in 0..good.len() {
        assert!(
            matches!(error(&good[..length]), ParseQueryResponseError::Read { .. }),
            "{length}"
        );
    }
}

#[test]
// spec: QUERY-SIG-3, QUERY-SIG-4, REQID-18
fn hashes_are_those_of_the_maps() {
    // Computed with an independent implementation: `sha256` over sorted pairs of hashes.
    let id = RequestId::from_bytes([0x5a; 32]);
    let hash = |reply: Reply<'_>| reply.hash(&id, Timestamp::from_nanos(TIME));
    assert_eq!(hash(REPLY), HASH_OF_REPLY);
    assert_eq!(hash(REJECT), HASH_OF_REJECT);
    let no_error_code = Reply::Rejected {
        code: 5,
        message: "canister trapped",
        error_code: None,
    };
    assert_eq!(hash(no_error_code), HASH_WITHOUT_ERROR_CODE);
    let empty_error_code = Reply::Rejected {
        code: 5,
        message: "canister trapped",
        error_code: Some(""),
    };
    assert_ne!(hash(empty_error_code), HASH_WITHOUT_ERROR_CODE);
    assert_ne!(
        REPLY.hash(&id, Timestamp::from_nanos(TIME + 1)),
        HASH_OF_REPLY
    );
    let other = RequestId::from_bytes([0x5b; 32]);
    assert_ne!(
        REPLY.hash(&other, Timestamp::from_nanos(TIME)),
        HASH_OF_REPLY
    );
}

const HASH_OF_REPLY: [u8; 32] =
    hex!("6ad0c3d44de34a16964103e673da2ac92244b2815c5972def8bff6d28f601782");

const HASH_OF_REJECT: [u8; 32] =
    hex!("48b76978873c4fae9f2e10d3a2a19ca746de3d50ee296b1644a7e6e80749c300");

const HASH_WITHOUT_ERROR_CODE: [u8; 32] =
    hex!("d6c2e0887ee807eda3384b065d9a7ffecba576f3af10d7e876f7a33e6cce7029");

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(12),
        ..ProptestConfig::default()
    })]

    #[test]
    fn changed_bytes_never_panic(
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        is_reply in any::<bool>(),
    ) {
        let reply = if is_reply { REPLY } else { REJECT };
        let mut bytes = response(&reply, &[one(), one()]);
        *index.get_mut(&mut bytes) = byte;
        for policy in [Policy::SPEC, Policy::REPLICA] {
            if let Ok(response) = QueryResponse::parse(&bytes, policy) {
                prop_assert_eq!(response.signatures().count(), response.signatures().len());
            }
        }
    }
}
