//! COSE keys, and the RSA keys that stand in them.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the helpers of a test may panic"
)]

#[path = "support/der.rs"]
mod support;

use cbor::Kind;
use cbor::ReadError;
use cbor::Reason;
use cbor::Writer;
use hex_literal::hex;
use icid_public_key::CheckRsaKeyError;
use icid_public_key::CoseParameters;
use icid_public_key::CosePublicKey;
use icid_public_key::EcPoint;
use icid_public_key::Ed25519PublicKey;
use icid_public_key::ParseCoseKeyError;
use icid_public_key::ParseCoseKeyError::CoordinateLength;
use icid_public_key::ParseCoseKeyError::DuplicateLabel;
use icid_public_key::ParseCoseKeyError::KeyOperations;
use icid_public_key::ParseCoseKeyError::MissingLabel;
use icid_public_key::ParseCoseKeyError::UnsupportedAlgorithm;
use icid_public_key::ParseCoseKeyError::WrongCurve;
use icid_public_key::ParseCoseKeyError::WrongKeyType;
use icid_public_key::ParseDerError::InvalidInteger;
use icid_public_key::ParseDerError::TrailingBytes;
use icid_public_key::ParseDerError::UnexpectedEnd;
use icid_public_key::ParseDerError::WrongTag;
use icid_public_key::ParsePublicKeyError;
use icid_public_key::ParseRsaPublicKeyError;
use icid_public_key::ParseRsaPublicKeyError::Malformed;
use icid_public_key::Policy;
use icid_public_key::PublicKey;
use icid_public_key::RsaPublicKey;
use icid_public_key::Scheme;
use icid_public_key::Tag;
use principal::Principal;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop_assert_eq;
use proptest::prelude::proptest;
use proptest::test_runner::RngSeed;

use crate::support::ES256;
use crate::support::bits;
use crate::support::element;
use crate::support::info;

const COSE: &[u8] = &hex!("060a2b0601040183b8430101");
const RSA: &[u8] = &hex!("06092a864886f70d010101");
const NULL: &[u8] = &hex!("0500");

/// A value of a COSE key.
#[derive(Clone, Debug)]
enum Value {
    Integer(i64),
    Bytes(Vec<u8>),
    Text(&'static str),
    Item(&'static [u8]),
}

use Value::{Bytes, Integer, Item, Text};

/// Writes a map.
fn map(members: &[(Value, Value)]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(members.len().try_into().unwrap());
    for (label, value) in members {
        for value in [label, value] {
            match value {
                Integer(value) if *value < 0 => {
                    writer.negative((-1 - value).try_into().unwrap());
                }
                Integer(value) => {
                    writer.unsigned((*value).try_into().unwrap());
                }
                Bytes(value) => {
                    writer.bytes(value);
                }
                Text(value) => {
                    writer.text(value);
                }
                Item(value) => {
                    writer.item(value);
                }
            }
        }
    }
    writer.into_bytes()
}

fn es256() -> Vec<(Value, Value)> {
    vec![
        (Integer(1), Integer(2)),
        (Integer(3), Integer(-7)),
        (Integer(-1), Integer(1)),
        (Integer(-2), Bytes(vec![0x11; 32])),
        (Integer(-3), Bytes(vec![0x22; 32])),
    ]
}

fn ed25519() -> Vec<(Value, Value)> {
    vec![
        (Integer(1), Integer(1)),
        (Integer(3), Integer(-8)),
        (Integer(-1), Integer(6)),
        (Integer(-2), Bytes(vec![0x11; 32])),
    ]
}

fn rs256(modulus: &[u8], exponent: &[u8]) -> Vec<(Value, Value)> {
    vec![
        (Integer(1), Integer(3)),
        (Integer(3), Integer(-257)),
        (Integer(-1), Bytes(modulus.to_vec())),
        (Integer(-2), Bytes(exponent.to_vec())),
    ]
}

/// Returns an odd number of that many bits, in its shortest form.
fn odd(bits: usize) -> Vec<u8> {
    let mut number = vec![0x55; bits.div_ceil(8)];
    let first = 0x80_u8 >> ((8 - bits % 8) % 8);
    number[0] = first;
    *number.last_mut().unwrap() |= 1;
    number
}

fn parse(bytes: &[u8]) -> Result<CosePublicKey<'_>, ParseCoseKeyError> {
    CosePublicKey::parse(bytes, Policy::SPEC)
}

/// Returns the error of a key whose member at an index was changed.
fn changed(
    members: &[(Value, Value)],
    index: usize,
    value: Value,
) -> Result<CosePublicKey<'static>, ParseCoseKeyError> {
    let mut members = members.to_vec();
    members[index].1 = value;
    parse(map(&members).leak())
}

// spec: SIG-WEBAUTHN-2, SIG-WEBAUTHN-3, SIG-WEBAUTHN-15
#[test]
fn the_example_of_the_interface_spec_leads_there_and_back() {
    let PublicKey::Cose(key) = PublicKey::parse(&ES256, Policy::SPEC).unwrap() else {
        panic!("another scheme");
    };
    assert_eq!(key.as_bytes(), &ES256[19..]);
    let point = EcPoint {
        x: hex!("7ffd83632072fd1bfeaf3fbaa43146e0ef95c3f55e3994a41bbf2b5174d771da"),
        y: hex!("32497eed0a7f6f000928765b8318162cfd80a94e525a6a368c2363063d04e6ed"),
    };
    assert_eq!(key.parameters(), &CoseParameters::Es256(point));
    assert_eq!(key.to_der(), ES256);
    assert_eq!(
        key.principal().to_string(),
        "dsaw7-2dukh-2b33u-kdmi4-3t34p-5gp3a-x7ptu-no7be-bw7mk-zu2jc-5qe"
    );
    assert!(format!("{key:?}").starts_with("CosePublicKey { bytes: a5010203"));
}

// spec: SIG-WEBAUTHN-1, SIG-WEBAUTHN-3, SIG-WEBAUTHN-4
#[test]
fn key_type_and_algorithm_select_the_scheme() {
    let modulus = odd(2048);
    for (members, scheme) in [
        (es256(), Scheme::WebAuthnEs256),
        (ed25519(), Scheme::WebAuthnEd25519),
        (rs256(&modulus, &[1, 0, 1]), Scheme::WebAuthnRs256),
    ] {
        let bytes = map(&members);
        let key = parse(&bytes).unwrap();
        let der = key.to_der();
        assert_eq!(der, info(&[COSE], &[&bits(0, &bytes)]));
        let parsed = PublicKey::parse(&der, Policy::SPEC).unwrap();
        assert_eq!(parsed, PublicKey::Cose(key));
        assert_eq!(parsed.scheme(), scheme);
        assert!(scheme.signs_requests());
        assert_eq!(parsed.principal(), Principal::self_authenticating(&der));
    }
}

#[test]
fn the_parameters_are_those_of_the_algorithm() {
    let bytes = map(&ed25519());
    let key = Ed25519PublicKey::from_bytes([0x11; 32]);
    assert_eq!(
        parse(&bytes).unwrap().parameters(),
        &CoseParameters::EdDsa(key)
    );

    let modulus = odd(2048);
    let bytes = map(&rs256(&modulus, &[1, 0, 1]));
    let key = RsaPublicKey::new(&modulus, &[1, 0, 1]).unwrap();
    assert_eq!((key.modulus(), key.exponent()), (&modulus[..], 65_537));
    assert_eq!(
        parse(&bytes).unwrap().parameters(),
        &CoseParameters::Rs256(key)
    );
}

#[test]
fn the_plain_key_has_the_same_numbers() {
    let modulus = odd(2048);
    let plain = |members: &[(Value, Value)]| {
        let der = parse(&map(members)).unwrap().parameters().to_plain_der();
        der.as_bytes().to_vec()
    };
    let point = EcPoint {
        x: [0x11; 32],
        y: [0x22; 32],
    };
    assert_eq!(plain(&es256()), point.to_p256_der());
    let key = Ed25519PublicKey::from_bytes([0x11; 32]);
    assert_eq!(plain(&ed25519()), key.to_der());
    assert_eq!(plain(&rs256(&modulus, &[3])), plain_rsa(&modulus, &[3]));
}

// spec: SIG-WEBAUTHN-15
#[test]
fn the_order_of_members_is_part_of_the_key() {
    let mut members = es256();
    members.reverse();
    let reversed = map(&members);
    let key = parse(&reversed).unwrap();
    assert_eq!(key.as_bytes(), reversed);
    let usual = map(&es256());
    assert_eq!(key.parameters(), parse(&usual).unwrap().parameters());
    assert_ne!(key.principal(), parse(&usual).unwrap().principal());
}

// spec: SIG-WEBAUTHN-3
#[test]
fn labels_that_mean_nothing_here_are_passed_over() {
    let mut members = es256();
    members.insert(0, (Integer(2), Bytes(vec![1, 2, 3])));
    members.push((Text("x"), Item(&hex!("82 01 a1 01 02"))));
    members.push((Integer(-65_537), Text("private use")));
    assert!(parse(&map(&members)).is_ok());
}

#[test]
fn no_label_comes_twice() {
    let mut members = es256();
    members.push((Integer(3), Integer(-7)));
    assert_eq!(parse(&map(&members)), Err(DuplicateLabel { position: 77 }));
    for label in [Integer(9), Integer(-9), Text("a")] {
        let members = vec![(label.clone(), Integer(0)), (label.clone(), Integer(0))];
        let bytes = map(&members);
        let position = 1 + (bytes.len() - 1) / 2;
        assert_eq!(parse(&bytes), Err(DuplicateLabel { position }), "{label:?}");
    }
    // The same number in a wider encoding.
    let error = DuplicateLabel { position: 3 };
    assert_eq!(parse(&hex!("a2 01 02 18 01 02")), Err(error));
}

#[test]
fn there_are_at_most_64_members() {
    let members = |count: i64| {
        let mut members = es256();
        members.extend((10..10 + count).map(|label| (Integer(label), Integer(0))));
        members
    };
    assert!(parse(&map(&members(59))).is_ok());
    let bytes = map(&members(60));
    let error = ReadError {
        position: bytes.len() - 3,
        reason: Reason::TooManyEntries,
    };
    assert_eq!(parse(&bytes), Err(ParseCoseKeyError::Read(error)));
}

// spec: SIG-WEBAUTHN-3, SIG-WEBAUTHN-4
#[test]
fn every_member_is_needed() {
    let modulus = odd(2048);
    for members in [es256(), ed25519(), rs256(&modulus, &[3])] {
        for index in 0..members.len() {
            let mut members = members.clone();
            let (Integer(label), _) = members.remove(index) else {
                panic!("all labels are numbers");
            };
            let label = label.try_into().unwrap();
            assert_eq!(parse(&map(&members)), Err(MissingLabel { label }));
        }
    }
}

// spec: SIG-WEBAUTHN-1
#[test]
fn other_algorithms_are_refused() {
    // ES384, ES512, PS256, ES256K, Ed25519 by its own number, none.
    for algorithm in [-35, -36, -37, -47, -19, 0] {
        assert_eq!(
            changed(&es256(), 1, Integer(algorithm)),
            Err(UnsupportedAlgorithm {
                algorithm: algorithm.into()
            })
        );
    }
}

// spec: SIG-WEBAUTHN-3
#[test]
fn key_type_and_curve_are_the_algorithms() {
    let modulus = odd(2048);
    for (members, right, algorithm) in [
        (es256(), 2, -7),
        (ed25519(), 1, -8),
        (rs256(&modulus, &[3]), 3, -257),
    ] {
        for key_type in (0..5).filter(|key_type| *key_type != right) {
            let error = WrongKeyType {
                key_type: key_type.into(),
                algorithm,
            };
            assert_eq!(changed(&members, 0, Integer(key_type)), Err(error));
        }
    }
    for curve in [2, 6] {
        let error = WrongCurve {
            curve: curve.into(),
            expected: 1,
        };
        assert_eq!(changed(&es256(), 2, Integer(curve)), Err(error));
    }
    for curve in [1, 4, 7] {
        let error = WrongCurve {
            curve: curve.into(),
            expected: 6,
        };
        assert_eq!(changed(&ed25519(), 2, Integer(curve)), Err(error));
    }
}

// spec: SIG-WEBAUTHN-3
#[test]
fn coordinates_have_32_bytes() {
    for (members, index, label) in [(es256(), 3, -2), (es256(), 4, -3), (ed25519(), 3, -2)] {
        for length in [0, 31, 33] {
            let error = CoordinateLength { label, length };
            assert_eq!(changed(&members, index, Bytes(vec![1; length])), Err(error));
        }
    }
    // A compressed point, whose y is a sign.
    let error = ReadError {
        position: 43,
        reason: Reason::WrongKind {
            found: Kind::Bool,
            expected: Kind::Bytes,
        },
    };
    assert_eq!(
        changed(&es256(), 4, Item(&[0xf5])),
        Err(ParseCoseKeyError::Read(error))
    );
}

// spec: SIG-WEBAUTHN-3
#[test]
fn key_operations_are_those_of_the_policy() {
    for (operations, replica) in [
        (Text("verify"), true),
        (Text("sign"), false),
        (Item(&[0x81, 0x02]), false),
        (Integer(2), false),
    ] {
        let mut members = es256();
        members.insert(2, (Integer(4), operations));
        let bytes = map(&members);
        assert!(parse(&bytes).is_ok());
        let result = CosePublicKey::parse(&bytes, Policy::REPLICA);
        assert_eq!(
            result.map(|key| key.to_der()),
            if replica {
                Ok(info(&[COSE], &[&bits(0, &bytes)]))
            } else {
                Err(KeyOperations)
            }
        );
    }
    assert!(CosePublicKey::parse(&map(&es256()), Policy::REPLICA).is_ok());
}

#[test]
fn a_cose_key_is_one_map_without_a_tag() {
    let key = map(&es256());
    let read = |position, reason| Err(ParseCoseKeyError::Read(ReadError { position, reason }));
    let tagged = [&hex!("d9d9f7"), &key[..]].concat();
    assert_eq!(
        parse(&tagged),
        read(
            0,
            Reason::WrongKind {
                found: Kind::Tag,
                expected: Kind::Map
            }
        )
    );
    let longer = [&key[..], &[0]].concat();
    assert_eq!(parse(&longer), read(77, Reason::TrailingBytes { count: 1 }));
    let der = info(&[COSE], &[&bits(0, &longer)]);
    assert_eq!(
        PublicKey::parse(&der, Policy::SPEC),
        Err(ParsePublicKeyError::Cose(parse(&longer).unwrap_err()))
    );
    assert_eq!(
        parse(&hex!("a1 41 01 02")),
        read(
            1,
            Reason::WrongKind {
                found: Kind::Bytes,
                expected: Kind::Unsigned
            }
        )
    );
}

#[test]
fn the_length_of_a_cose_key_is_bounded() {
    let mut members = es256();
    members.push((Integer(2), Bytes(Vec::new())));
    // The label, and three bytes in front of the string.
    let most = CosePublicKey::MAX_LENGTH - map(&es256()).len() - 1 - 3;
    members[5].1 = Bytes(vec![0; most]);
    let bytes = map(&members);
    assert_eq!(bytes.len(), CosePublicKey::MAX_LENGTH);
    let der = parse(&bytes).unwrap().to_der();
    assert_eq!(der.len(), 4 + 0xffff);
    assert!(PublicKey::parse(&der, Policy::SPEC).is_ok());

    members[5].1 = Bytes(vec![0; most + 1]);
    let bytes = map(&members);
    let length = CosePublicKey::MAX_LENGTH + 1;
    assert_eq!(parse(&bytes), Err(ParseCoseKeyError::TooLong { length }));
}

#[test]
fn rsa_keys_have_2048_to_8192_bits() {
    for (bits, allowed) in [
        (2047, false),
        (2048, true),
        (8192, true),
        (8193, false),
        (8200, false),
    ] {
        let modulus = odd(bits);
        let bytes = map(&rs256(&modulus, &[1, 0, 1]));
        let expected = if allowed {
            Ok(())
        } else {
            Err(ParseCoseKeyError::Rsa(CheckRsaKeyError::ModulusSize {
                bits,
            }))
        };
        assert_eq!(parse(&bytes).map(|_| ()), expected, "{bits} bits");
    }
    let error = CheckRsaKeyError::ModulusSize { bits: 0 };
    assert_eq!(RsaPublicKey::new(&[], &[3]), Err(error));
}

#[test]
fn every_other_fault_of_rsa_numbers_is_named() {
    let modulus = odd(2048);
    let check = |exponent: &[u8]| RsaPublicKey::new(&modulus, exponent).map(|key| key.exponent());
    assert_eq!(check(&[3]), Ok(3));
    assert_eq!(check(&hex!("01ffffffff")), Ok((1 << 33) - 1));
    let size = Err(CheckRsaKeyError::ExponentSize);
    for exponent in [
        &[][..],
        &[1],
        &[2],
        &hex!("0200000000"),
        &hex!("0200000001"),
        &hex!("ffffffffffffffff"),
        &hex!("010000000000000001"),
    ] {
        assert_eq!(check(exponent), size, "{exponent:x?}");
    }
    assert_eq!(check(&[4]), Err(CheckRsaKeyError::EvenExponent));
    assert_eq!(check(&[0, 3]), Err(CheckRsaKeyError::LeadingZero));

    let with_zero = [&[0], &modulus[..]].concat();
    assert_eq!(
        RsaPublicKey::new(&with_zero, &[3]),
        Err(CheckRsaKeyError::LeadingZero)
    );
    let mut even = modulus.clone();
    even[255] ^= 1;
    assert_eq!(
        RsaPublicKey::new(&even, &[3]),
        Err(CheckRsaKeyError::EvenModulus)
    );
}

// spec: SIG-WEBAUTHN-3
#[test]
fn zeros_in_front_of_rsa_numbers_are_for_the_policy_to_allow() {
    let modulus = odd(2048);
    let long = [&[0, 0], &modulus[..]].concat();
    for (n, e) in [(&long, &[3][..]), (&modulus, &[0, 3]), (&long, &[0, 0, 3])] {
        let bytes = map(&rs256(n, e));
        let error = ParseCoseKeyError::Rsa(CheckRsaKeyError::LeadingZero);
        assert_eq!(CosePublicKey::parse(&bytes, Policy::SPEC), Err(error));
        let key = CosePublicKey::parse(&bytes, Policy::REPLICA).unwrap();
        let expected = RsaPublicKey::new(&modulus, &[3]).unwrap();
        assert_eq!(*key.parameters(), CoseParameters::Rs256(expected));
        assert_eq!(key.as_bytes(), bytes);
    }
    for (n, e, error) in [
        (&modulus[..], &[0][..], CheckRsaKeyError::ExponentSize),
        (&[0, 0], &[3], CheckRsaKeyError::ModulusSize { bits: 0 }),
    ] {
        let bytes = map(&rs256(n, e));
        let error = ParseCoseKeyError::Rsa(error);
        assert_eq!(CosePublicKey::parse(&bytes, Policy::REPLICA), Err(error));
    }
}

#[test]
fn rsa_keys_in_der_lead_there_and_back() {
    for bits in [2048, 2049, 4096, 8191, 8192] {
        for exponent in [
            &[3][..],
            &hex!("ff"),
            &hex!("010001"),
            &hex!("ffffffff"),
            &hex!("01ffffffff"),
        ] {
            let mut modulus = odd(bits);
            modulus[0] |= 0x80_u8 >> ((8 - bits % 8) % 8);
            let key = RsaPublicKey::new(&modulus, exponent).unwrap();
            let der = key.to_der();
            assert_eq!(RsaPublicKey::from_der(der.as_bytes()), Ok(key));
            assert_eq!(der.as_bytes(), plain_rsa(&modulus, exponent));
        }
    }
    let longest = RsaPublicKey::new(&odd(8192), &hex!("01ffffffff"))
        .unwrap()
        .to_der();
    assert_eq!(longest.as_ref().len(), RsaPublicKey::MAX_DER_LENGTH);
}

/// Returns an integer that is not negative.
fn integer(number: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
    element(0x02, &[sign, number].concat())
}

/// Returns the DER form of an RSA key as RFC 3279 has it.
fn plain_rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = [integer(modulus), integer(exponent)].concat();
    info(&[RSA, NULL], &[&bits(0, &element(0x30, &numbers))])
}

#[test]
fn every_other_form_of_an_rsa_key_is_named() {
    let modulus = odd(2048);
    let numbers = [integer(&modulus), integer(&[3])].concat();
    let key = bits(0, &element(0x30, &numbers));
    let end = |position, needed, available| {
        Malformed(UnexpectedEnd {
            position,
            needed,
            available,
        })
    };
    let cases: &[(&str, Vec<u8>, ParseRsaPublicKeyError)] = &[
        (
            "another algorithm",
            info(&[&hex!("06092a864886f70d01010a"), NULL], &[&key]),
            ParseRsaPublicKeyError::WrongAlgorithm,
        ),
        ("no parameters", info(&[RSA], &[&key]), end(17, 1, 0)),
        (
            "other parameters",
            info(&[RSA, RSA], &[&key]),
            Malformed(WrongTag {
                position: 17,
                found: 0x06,
                expected: Tag::Null,
            }),
        ),
        (
            "unused bits",
            info(&[RSA, NULL], &[&bits(3, &element(0x30, &numbers))]),
            ParseRsaPublicKeyError::UnusedBits { bits: 3 },
        ),
        (
            "negative modulus",
            info(
                &[RSA, NULL],
                &[&bits(0, &element(0x30, &element(2, &modulus)))],
            ),
            Malformed(InvalidInteger { position: 32 }),
        ),
        (
            "third number",
            info(
                &[RSA, NULL],
                &[&bits(
                    0,
                    &element(0x30, &[&numbers[..], &[2, 1, 1]].concat()),
                )],
            ),
            Malformed(TrailingBytes {
                position: 292,
                count: 3,
            }),
        ),
        (
            "bytes after the numbers",
            info(
                &[RSA, NULL],
                &[&bits(0, &[&element(0x30, &numbers)[..], &[0]].concat())],
            ),
            Malformed(TrailingBytes {
                position: 292,
                count: 1,
            }),
        ),
        (
            "third element",
            info(&[RSA, NULL], &[&key, NULL]),
            Malformed(TrailingBytes {
                position: 292,
                count: 2,
            }),
        ),
        (
            "trailing byte",
            [&info(&[RSA, NULL], &[&key])[..], &[0]].concat(),
            Malformed(TrailingBytes {
                position: 292,
                count: 1,
            }),
        ),
        (
            "exponent 1",
            plain_rsa(&modulus, &[1]),
            ParseRsaPublicKeyError::NotAllowed(CheckRsaKeyError::ExponentSize),
        ),
        (
            "modulus 0",
            info(
                &[RSA, NULL],
                &[&bits(0, &element(0x30, &hex!("020100 020103")))],
            ),
            ParseRsaPublicKeyError::NotAllowed(CheckRsaKeyError::ModulusSize { bits: 0 }),
        ),
    ];
    for (name, der, error) in cases {
        assert_eq!(RsaPublicKey::from_der(der), Err(*error), "{name}");
        assert!(
            matches!(
                PublicKey::parse(der, Policy::SPEC),
                Err(ParsePublicKeyError::PlainRsa | ParsePublicKeyError::UnknownAlgorithm { .. })
            ),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_cose_key_panics(bytes in vec(any::<u8>(), 0..120)) {
        for policy in [Policy::SPEC, Policy::REPLICA] {
            let _ = CosePublicKey::parse(&bytes, policy);
        }
        let _ = RsaPublicKey::from_der(&bytes);
    }

    #[test]
    fn a_changed_cose_key_keeps_its_bytes(
        position in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = map(&es256());
        let position = position.index(bytes.len());
        bytes[position] = byte;
        if let Ok(key) = parse(&bytes) {
            let der = key.to_der();
            prop_assert_eq!(PublicKey::parse(&der, Policy::SPEC), Ok(PublicKey::Cose(key)));
            prop_assert_eq!(key.as_bytes(), &bytes);
        }
    }
}
