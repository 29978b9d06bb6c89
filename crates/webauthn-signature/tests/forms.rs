//! The forms of assertions, client data, authenticator data and attestations.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may panic")]

#[path = "support/samples.rs"]
mod samples;

use cbor::Kind;
use cbor::ReadError;
use cbor::Reason;
use cbor::Writer;
use hex_literal::hex;
use icid_webauthn_signature::Assertion;
use icid_webauthn_signature::Attestation;
use icid_webauthn_signature::AuthenticatorData;
use icid_webauthn_signature::ClientData;
use icid_webauthn_signature::Member;
use icid_webauthn_signature::ParseAssertionError;
use icid_webauthn_signature::ParseAttestationError;
use icid_webauthn_signature::ParseAuthenticatorDataError;
use icid_webauthn_signature::ParseClientDataError;
use icid_webauthn_signature::Policy;
use icid_webauthn_signature::TypeAndOriginRule;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop_assert_eq;
use proptest::prelude::proptest;
use proptest::test_runner::RngSeed;
use public_key::ParseCoseKeyError;

use crate::samples::AUTHENTICATOR_DATA;
use crate::samples::CLIENT_DATA;
use crate::samples::CLIENT_DATA_HASH;
use crate::samples::PAYLOAD;

const SPEC: Policy = Policy::SPEC;
const REPLICA: Policy = Policy::REPLICA;

/// One field of an assertion.
enum Field<'a> {
    Bytes(&'a str, &'a [u8]),
    Text(&'a str, &'a str),
}

use Field::{Bytes, Text};

fn map(is_tagged: bool, fields: &[Field<'_>]) -> Vec<u8> {
    let mut writer = Writer::new();
    if is_tagged {
        writer.self_described_tag();
    }
    writer.map(fields.len().try_into().unwrap());
    for field in fields {
        match field {
            Bytes(name, value) => writer.text(name).bytes(value),
            Text(name, value) => writer.text(name).text(value),
        };
    }
    writer.into_bytes()
}

/// The error of parsing, if there is one.
fn parse(bytes: &[u8], policy: Policy) -> Result<(), ParseAssertionError> {
    Assertion::parse(bytes, policy).map(|_| ())
}

fn read<T>(position: usize, reason: Reason) -> Result<T, ParseAssertionError> {
    Err(ParseAssertionError::Read(ReadError { position, reason }))
}

const DATA: Field<'static> = Bytes("authenticator_data", &AUTHENTICATOR_DATA);
const JSON: Field<'static> = Text("client_data_json", CLIENT_DATA);
const SIGNATURE: Field<'static> = Bytes("signature", b"signature");

// spec: SIG-WEBAUTHN-5, SIG-WEBAUTHN-6
#[test]
fn what_is_encoded_is_parsed() {
    for sample in samples::all() {
        let encoded = sample.assertion().encode();
        let fields = [DATA, JSON, Bytes("signature", sample.signature)];
        assert_eq!(encoded, map(true, &fields));
        for policy in [SPEC, REPLICA] {
            let assertion = Assertion::parse(&encoded, policy).unwrap();
            assert_eq!(assertion.authenticator_data(), AUTHENTICATOR_DATA);
            assert_eq!(assertion.client_data().json(), CLIENT_DATA);
            assert_eq!(assertion.signature(), sample.signature);
            assert_eq!(assertion.encode(), encoded);
        }
        assert_ne!(sample.cose_key, sample.plain_key, "{}", sample.name);
        assert_ne!(sample.plain_signature, b"");
    }
    assert_eq!((PAYLOAD.len(), CLIENT_DATA_HASH.len()), (43, 32));
}

// spec: SIG-WEBAUTHN-5
#[test]
fn the_policy_says_whether_there_is_a_tag() {
    let untagged = map(false, &[DATA, JSON, SIGNATURE]);
    assert_eq!(parse(&untagged, SPEC), read(0, Reason::MissingTag));
    assert_eq!(parse(&untagged, REPLICA), Ok(()));
}

// spec: SIG-WEBAUTHN-6
#[test]
fn the_policy_says_whether_client_data_may_be_bytes() {
    let json = Bytes("client_data_json", CLIENT_DATA.as_bytes());
    let bytes = map(true, &[DATA, json, SIGNATURE]);
    let reason = Reason::WrongKind {
        found: Kind::Bytes,
        expected: Kind::Text,
    };
    assert_eq!(parse(&bytes, SPEC), read(79, reason));
    let assertion = Assertion::parse(&bytes, REPLICA).unwrap();
    assert_eq!(assertion.client_data().json(), CLIENT_DATA);
    // Written again it is text.
    assert_eq!(assertion.encode(), map(true, &[DATA, JSON, SIGNATURE]));
}

// spec: SIG-WEBAUTHN-6
#[test]
fn the_other_fields_are_byte_strings_under_every_policy() {
    for policy in [SPEC, REPLICA] {
        let wrong = |position| {
            let reason = Reason::WrongKind {
                found: Kind::Text,
                expected: Kind::Bytes,
            };
            read(position, reason)
        };
        let data = Text("authenticator_data", "text");
        assert_eq!(
            parse(&map(true, &[data, JSON, SIGNATURE]), policy),
            wrong(23)
        );
        let signature = Text("signature", "text");
        assert_eq!(
            parse(&map(true, &[signature, DATA, JSON]), policy),
            wrong(14)
        );
    }
}

// spec: SIG-WEBAUTHN-6
#[test]
fn three_fields_are_needed_in_any_order() {
    assert_eq!(parse(&map(true, &[SIGNATURE, JSON, DATA]), SPEC), Ok(()));
    for policy in [SPEC, REPLICA] {
        let missing = |field| Err(ParseAssertionError::MissingField { field });
        for (fields, field) in [
            ([JSON, SIGNATURE], "authenticator_data"),
            ([SIGNATURE, DATA], "client_data_json"),
            ([JSON, DATA], "signature"),
        ] {
            assert_eq!(parse(&map(true, &fields), policy), missing(field));
        }
    }
}

#[test]
fn fields_come_once_and_others_are_the_policys() {
    let twice = map(true, &[SIGNATURE, SIGNATURE, DATA, JSON]);
    for policy in [SPEC, REPLICA] {
        assert_eq!(parse(&twice, policy), read(24, Reason::DuplicateKey));
    }
    let more = map(true, &[Text("user_handle", "ada"), SIGNATURE, DATA, JSON]);
    assert_eq!(parse(&more, SPEC), read(4, Reason::UnknownField));
    assert_eq!(parse(&more, REPLICA), Ok(()));
}

#[test]
fn an_assertion_may_end_anywhere_without_a_panic() {
    let encoded = samples::es256().assertion().encode();
    for length in 0..encoded.len() {
        assert!(parse(encoded.get(..length).unwrap(), REPLICA).is_err());
    }
    let mut longer = encoded;
    longer.push(0);
    let count = 1;
    let position = longer.len() - 1;
    let trailing = read(position, Reason::TrailingBytes { count });
    assert_eq!(parse(&longer, REPLICA), trailing);
}

#[test]
fn client_data_is_data() {
    let rule = TypeAndOriginRule::Strings;
    let data = ClientData::parse(CLIENT_DATA.as_bytes(), rule).unwrap();
    assert!(data.kind().unwrap() == "webauthn.get");
    assert!(data.origin().unwrap() == "https://identity.ic0.app");
    assert_eq!(data.cross_origin(), Some(false));
    assert_eq!(data.top_origin(), None);
    assert!(data.challenge().to_string().starts_with("CmljLXJlcXVlc3"));

    let json =
        br#"{"challenge":"","topOrigin":"https://a.example","crossOrigin":"yes","other":[{}]}"#;
    let data = ClientData::parse(json, TypeAndOriginRule::Free).unwrap();
    assert!(data.top_origin().unwrap() == "https://a.example");
    assert_eq!(data.cross_origin(), None);
}

// spec: SIG-WEBAUTHN-13
#[test]
fn the_policy_says_whether_type_and_origin_must_be_there() {
    let missing = |member| Err(ParseClientDataError::MissingMember { member });
    for (json, result) in [
        (r#"{"challenge":"","type":"x","origin":""}"#, Ok(())),
        (r#"{"challenge":"","type":"x"}"#, missing(Member::Origin)),
        (r#"{"challenge":"","origin":"x"}"#, missing(Member::Type)),
        (
            r#"{"challenge":"","type":1,"origin":"x"}"#,
            missing(Member::Type),
        ),
        (
            r#"{"challenge":"","type":"x","origin":null}"#,
            missing(Member::Origin),
        ),
        (r#"{"challenge":""}"#, missing(Member::Type)),
    ] {
        let check = |rule| ClientData::parse(json.as_bytes(), rule).map(|_| ());
        assert_eq!(check(TypeAndOriginRule::Strings), result, "{json}");
        assert_eq!(check(TypeAndOriginRule::Free), Ok(()), "{json}");
        let fields = [DATA, Text("client_data_json", json), SIGNATURE];
        let expected = result.map_err(ParseAssertionError::ClientData);
        assert_eq!(parse(&map(true, &fields), REPLICA), expected);
        assert_eq!(parse(&map(true, &fields), SPEC), Ok(()));
    }
}

// spec: SIG-WEBAUTHN-14
#[test]
fn client_data_is_one_object_with_one_challenge() {
    let read = |position, reason| {
        let error = json::ReadError { position, reason };
        Err(ParseClientDataError::Read(error))
    };
    let unexpected =
        |position, found, expected| read(position, json::Reason::Unexpected { found, expected });
    let cases: &[(&[u8], Result<(), ParseClientDataError>)] = &[
        (
            b"{}",
            Err(ParseClientDataError::MissingMember {
                member: Member::Challenge,
            }),
        ),
        (
            br#"{"challenge":1}"#,
            unexpected(13, b'1', json::Expected::Text),
        ),
        (
            br#"{"challenge":"AA","challenge":"AA"}"#,
            read(18, json::Reason::DuplicateName),
        ),
        (
            br#"{"challenge":"AA","chal\u006cenge":"AA"}"#,
            read(18, json::Reason::DuplicateName),
        ),
        (
            br#"{"challenge":"AA","a":1,"a":2}"#,
            read(24, json::Reason::DuplicateName),
        ),
        (
            b"\xef\xbb\xbf{\"challenge\":\"AA\"}",
            read(0, json::Reason::ByteOrderMark),
        ),
        (
            b"{\"challenge\":\"\xff\"}",
            read(14, json::Reason::InvalidUtf8),
        ),
        (
            br#"{"challenge":"AA"} {}"#,
            read(19, json::Reason::TrailingData),
        ),
        (
            br#"["challenge"]"#,
            unexpected(0, b'[', json::Expected::Object),
        ),
        (
            b"",
            read(
                0,
                json::Reason::UnexpectedEnd {
                    expected: json::Expected::Object,
                },
            ),
        ),
    ];
    for (json, result) in cases {
        let parsed = ClientData::parse(json, TypeAndOriginRule::Free).map(|_| ());
        assert_eq!(parsed, *result, "{}", String::from_utf8_lossy(json));
    }
}

/// Authenticator data with these flags and what follows the counter.
fn data(flags: u8, rest: &[&[u8]]) -> Vec<u8> {
    [&[0x77; 32], &[flags, 0, 0, 1, 2][..], &rest.concat()].concat()
}

/// A credential with an id of that many bytes and a key.
fn credential(id: u16, key: &[u8]) -> Vec<u8> {
    let id = (id.to_be_bytes(), vec![0x1d; id.into()]);
    [&[0xaa; 16], &id.0[..], &id.1, key].concat()
}

#[test]
fn each_flag_is_a_bit_of_its_own() {
    // Bits 6 and 7 announce that something follows.
    for bits in 0..1 << 6 {
        let bytes = data(bits, &[]);
        let flags = AuthenticatorData::parse(&bytes).unwrap().flags();
        let has = |bit: u8| bits >> bit & 1 == 1;
        assert_eq!(flags.bits(), bits);
        assert_eq!(flags.user_present(), has(0));
        assert_eq!(flags.user_verified(), has(2));
        assert_eq!(flags.backup_eligible(), has(3));
        assert_eq!(flags.backed_up(), has(4));
        assert!(!flags.has_credential() && !flags.has_extensions());
    }
}

#[test]
fn authenticator_data_is_data() {
    let parsed = AuthenticatorData::parse(&AUTHENTICATOR_DATA).unwrap();
    assert_eq!(
        parsed.rp_id_hash(),
        &hex!("1609770089a8e88e3ff1dc9d728cb1c7ceff949c6b4f8289b0b2f5fd872cad33")
    );
    let flags = parsed.flags();
    assert_eq!((flags.user_present(), flags.user_verified()), (true, true));
    assert!(!flags.backup_eligible() && !flags.backed_up());
    assert!(!flags.has_credential() && !flags.has_extensions());
    assert_eq!(flags.bits(), 5);
    assert_eq!(parsed.counter(), 7);
    assert!(parsed.credential().is_none() && parsed.extensions().is_none());

    let key = samples::es256().cose_key;
    let bytes = data(0xd9, &[&credential(20, key), &hex!("a1 61 61 f5")]);
    let parsed = AuthenticatorData::parse(&bytes).unwrap();
    assert!(parsed.flags().backup_eligible() && parsed.flags().backed_up());
    assert!(!parsed.flags().user_verified());
    assert_eq!(parsed.counter(), 0x102);
    let made = parsed.credential().unwrap();
    assert_eq!(made.aaguid(), &[0xaa; 16]);
    assert_eq!(made.id(), [0x1d; 20]);
    assert_eq!(made.cose_key(), key);
    assert_eq!(parsed.extensions(), Some(&hex!("a1 61 61 f5")[..]));
}

#[test]
fn every_other_form_of_authenticator_data_is_named() {
    use ParseAuthenticatorDataError::{CredentialIdTooLong, Read, TrailingBytes, UnexpectedEnd};
    let end = |position, needed, available| UnexpectedEnd {
        position,
        needed,
        available,
    };
    let key = samples::eddsa().cose_key;
    let read = |position, reason| Read(ReadError { position, reason });
    let not_a_map = |position, found| {
        let expected = Kind::Map;
        read(position, Reason::WrongKind { found, expected })
    };
    for (bytes, error) in [
        (vec![], end(0, 32, 0)),
        (vec![0; 32], end(32, 1, 0)),
        (vec![0; 36], end(33, 4, 3)),
        (vec![0; 38], TrailingBytes { count: 1 }),
        (data(0x40, &[]), end(37, 16, 0)),
        (data(0x40, &[&[0; 17]]), end(53, 2, 1)),
        (data(0x40, &[&[0; 16], &[0, 2], &[0]]), end(55, 2, 1)),
        (
            data(0x40, &[&[0; 16], &[4, 0], &[0; 1024], key]),
            CredentialIdTooLong { length: 1024 },
        ),
        (
            data(0x40, &[&credential(0, &[])]),
            read(
                55,
                Reason::UnexpectedEnd {
                    needed: 1,
                    available: 0,
                },
            ),
        ),
        (
            data(0x40, &[&credential(1, &[0x80])]),
            not_a_map(56, Kind::Array),
        ),
        (
            data(0x40, &[&credential(1, key), &[0xa0]]),
            TrailingBytes { count: 1 },
        ),
        (data(0x80, &[&[0x01]]), not_a_map(37, Kind::Unsigned)),
        (data(0x80, &[&[0xa0, 0]]), TrailingBytes { count: 1 }),
    ] {
        assert_eq!(
            AuthenticatorData::parse(&bytes).map(|_| ()),
            Err(error),
            "{bytes:x?}"
        );
    }
    let longest = data(0x40, &[&credential(1023, key)]);
    assert!(AuthenticatorData::parse(&longest).is_ok());
}

/// An attestation object in the format that browsers return by default.
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(3).text("fmt").text("none");
    writer.text("attStmt").map(0).text("authData").bytes(data);
    writer.into_bytes()
}

// spec: SIG-WEBAUTHN-2, SIG-WEBAUTHN-15
#[test]
fn an_attestation_yields_the_key_as_it_is() {
    for sample in samples::all() {
        let object = attestation(&data(0x45, &[&credential(16, sample.cose_key)]));
        for policy in [public_key::Policy::SPEC, public_key::Policy::REPLICA] {
            let parsed = Attestation::parse(&object, policy).unwrap();
            assert_eq!(parsed.format(), "none");
            assert_eq!(parsed.statement(), [0xa0]);
            assert_eq!(parsed.credential().id(), [0x1d; 16]);
            assert!(parsed.authenticator_data().flags().user_verified());
            assert_eq!(parsed.public_key().as_bytes(), sample.cose_key);
            assert!(parsed.public_key().to_der().ends_with(sample.cose_key));
        }
    }
}

#[test]
fn statements_of_any_content_are_passed_over() {
    // As the format "packed" has it, with a member that nobody knows.
    let sample = samples::es256();
    let mut writer = Writer::new();
    writer.map(4).text("fmt").text("packed").text("attStmt");
    writer.map(3).text("alg").negative(6);
    writer.text("sig").bytes(sample.signature);
    writer.text("x5c").array(1).bytes(b"certificate");
    writer.text("more").boolean(true);
    let data = data(0x41, &[&credential(16, sample.cose_key)]);
    writer.text("authData").bytes(&data);
    let object = writer.into_bytes();
    let parsed = Attestation::parse(&object, public_key::Policy::SPEC).unwrap();
    assert_eq!(parsed.format(), "packed");
    assert_eq!(parsed.statement().first(), Some(&0xa3));
}

#[test]
fn every_other_form_of_an_attestation_is_named() {
    let parse = |object: &[u8]| {
        let parsed = Attestation::parse(object, public_key::Policy::SPEC);
        parsed.map(|_| ())
    };
    let missing = |field| Err(ParseAttestationError::MissingField { field });
    assert_eq!(parse(&hex!("a0")), missing("fmt"));
    assert_eq!(parse(&hex!("a1 63666d74 60")), missing("attStmt"));
    assert_eq!(
        parse(&hex!("a2 63666d74 60 6761747453746d74 a0")),
        missing("authData")
    );
    let read = |position, reason| {
        let error = ReadError { position, reason };
        Err(ParseAttestationError::Read(error))
    };
    let wrong = |found, expected| Reason::WrongKind { found, expected };
    assert_eq!(
        parse(&hex!("a1 6761747453746d74 80")),
        read(9, wrong(Kind::Array, Kind::Map))
    );
    assert_eq!(
        parse(&hex!("a1 63666d74 40")),
        read(5, wrong(Kind::Bytes, Kind::Text))
    );

    let error = ParseAuthenticatorDataError::TrailingBytes { count: 1 };
    assert_eq!(
        parse(&attestation(&[0; 38])),
        Err(ParseAttestationError::AuthenticatorData(error))
    );
    assert_eq!(
        parse(&attestation(&AUTHENTICATOR_DATA)),
        Err(ParseAttestationError::MissingCredential)
    );
    let object = attestation(&data(0x40, &[&credential(0, &hex!("a2 01 02 03 3822"))]));
    let error = ParseCoseKeyError::UnsupportedAlgorithm { algorithm: -35 };
    assert_eq!(parse(&object), Err(ParseAttestationError::Key(error)));

    let mut longer = attestation(&data(0x40, &[&credential(0, samples::eddsa().cose_key)]));
    assert_eq!(parse(&longer), Ok(()));
    for length in 0..longer.len() {
        assert!(parse(longer.get(..length).unwrap()).is_err());
    }
    longer.push(0);
    let position = longer.len() - 1;
    let trailing = read(position, Reason::TrailingBytes { count: 1 });
    assert_eq!(parse(&longer), trailing);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_response_leads_there_and_back(
        data in vec(any::<u8>(), 0..60),
        signature in vec(any::<u8>(), 0..80),
    ) {
        let json = CLIENT_DATA.as_bytes();
        let assertion = Assertion::from_response(&data, json, &signature, SPEC).unwrap();
        let encoded = assertion.encode();
        let parsed = Assertion::parse(&encoded, SPEC).unwrap();
        prop_assert_eq!(parsed.authenticator_data(), data);
        prop_assert_eq!(parsed.signature(), signature);
        prop_assert_eq!(parsed.client_data().json(), CLIENT_DATA);
    }

    #[test]
    fn no_input_panics(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Assertion::parse(&bytes, REPLICA);
        let _ = Attestation::parse(&bytes, public_key::Policy::SPEC);
        let _ = AuthenticatorData::parse(&bytes);
        let _ = ClientData::parse(&bytes, TypeAndOriginRule::Free);
    }

    #[test]
    fn no_changed_byte_panics(
        position in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let change = |mut bytes: Vec<u8>| {
            let position = position.index(bytes.len());
            if let Some(target) = bytes.get_mut(position) {
                *target = byte;
            }
            bytes
        };
        let sample = samples::es256();
        let _ = Assertion::parse(&change(sample.assertion().encode()), REPLICA);
        let object = attestation(&data(0xc5, &[&credential(16, sample.cose_key), &[0xa0]]));
        let _ = Attestation::parse(&change(object), public_key::Policy::SPEC);
    }
}
