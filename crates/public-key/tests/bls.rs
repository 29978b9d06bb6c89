//! BLS12-381 keys in DER: the one form that is accepted, and every way to miss it.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the helpers of a test may panic"
)]

use hex_literal::hex;
use icid_public_key::BlsPublicKey;
use icid_public_key::ParseBlsPublicKeyError;
use icid_public_key::ParseBlsPublicKeyError::Malformed;
use icid_public_key::ParseBlsPublicKeyError::UnusedBits;
use icid_public_key::ParseBlsPublicKeyError::WrongAlgorithm;
use icid_public_key::ParseBlsPublicKeyError::WrongCurve;
use icid_public_key::ParseBlsPublicKeyError::WrongLength;
use icid_public_key::ParseDerError::LongerLength;
use icid_public_key::ParseDerError::TrailingBytes;
use icid_public_key::ParseDerError::UnexpectedEnd;
use icid_public_key::ParseDerError::WrongTag;
use icid_public_key::Tag;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop_assert_eq;
use proptest::prelude::proptest;
use proptest::test_runner::RngSeed;

/// The root key of the main network, as agents carry it.
const MAINNET_ROOT: [u8; 133] = hex!(
    "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100814c0e6ec71fab583b"
    "08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc5341583bf4b4392e4"
    "67db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae"
);

const ALGORITHM: &[u8] = &hex!("060d2b0601040182dc7c0503010201");
const CURVE: &[u8] = &hex!("060c2b0601040182dc7c05030201");

// spec: SDEL-5, ROOT-1
#[test]
fn the_mainnet_root_key_is_what_agents_carry() {
    assert_eq!(
        BlsPublicKey::from_der(&MAINNET_ROOT),
        Ok(BlsPublicKey::MAINNET_ROOT)
    );
    assert_eq!(BlsPublicKey::MAINNET_ROOT.to_der(), MAINNET_ROOT);
}

// spec: PRIN-3
#[test]
fn the_mainnet_root_key_names_the_root_subnet() {
    // Interface spec 0.66.0, "Canister ranges", prints this id.
    assert_eq!(
        BlsPublicKey::MAINNET_ROOT.principal().to_string(),
        "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe"
    );
}

/// Wraps elements into a SubjectPublicKeyInfo with correct lengths.
fn info(algorithm: &[&[u8]], rest: &[&[u8]]) -> Vec<u8> {
    element(
        0x30,
        &[element(0x30, &algorithm.concat()), rest.concat()].concat(),
    )
}

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut der = vec![tag];
    if length >= 0x80 {
        der.push(0x81);
    }
    der.push(u8::try_from(length).unwrap());
    der.extend(contents);
    der
}

fn bits(unused: u8, length: usize) -> Vec<u8> {
    let mut contents = vec![0x11; length + 1];
    contents[0] = unused;
    element(0x03, &contents)
}

/// Returns the root key with the bytes at a position replaced.
fn changed(position: usize, bytes: &[u8]) -> Vec<u8> {
    let mut der = MAINNET_ROOT.to_vec();
    der[position..position + bytes.len()].copy_from_slice(bytes);
    der
}

// spec: SDEL-5
#[test]
fn every_other_form_is_named() {
    let key = bits(0, 96);
    let wrong_tag = |position, found, expected| {
        Malformed(WrongTag {
            position,
            found,
            expected,
        })
    };
    let trailing = |position, count| Malformed(TrailingBytes { position, count });
    let cases: &[(&str, Vec<u8>, ParseBlsPublicKeyError)] = &[
        (
            "swapped",
            info(&[CURVE, ALGORITHM], &[&key]),
            WrongAlgorithm,
        ),
        (
            "last arc of the algorithm",
            changed(19, &[0x02]),
            WrongAlgorithm,
        ),
        ("last arc of the curve", changed(33, &[0x02]), WrongCurve),
        (
            "twice the algorithm",
            info(&[ALGORITHM, ALGORITHM], &[&key]),
            WrongCurve,
        ),
        ("no curve", info(&[ALGORITHM], &[&key]), {
            Malformed(UnexpectedEnd {
                position: 19,
                needed: 1,
                available: 0,
            })
        }),
        (
            "null for the curve",
            info(&[ALGORITHM, &[5, 0]], &[&key]),
            { wrong_tag(19, 0x05, Tag::ObjectIdentifier) },
        ),
        (
            "parameter after the curve",
            info(&[ALGORITHM, CURVE, &[5, 0]], &[&key]),
            trailing(34, 2),
        ),
        (
            "element after the key",
            info(&[ALGORITHM, CURVE], &[&key, &[5, 0]]),
            trailing(133, 2),
        ),
        (
            "byte after the end",
            [&MAINNET_ROOT[..], &[0]].concat(),
            trailing(133, 1),
        ),
        ("no key", info(&[ALGORITHM, CURVE], &[]), {
            Malformed(UnexpectedEnd {
                position: 33,
                needed: 1,
                available: 0,
            })
        }),
        (
            "octet string",
            changed(34, &[0x04]),
            wrong_tag(34, 0x04, Tag::BitString),
        ),
        (
            "set",
            changed(0, &[0x31]),
            wrong_tag(0, 0x31, Tag::Sequence),
        ),
        (
            "unused bit",
            info(&[ALGORITHM, CURVE], &[&bits(1, 96)]),
            UnusedBits { bits: 1 },
        ),
        ("no bits at all", info(&[ALGORITHM, CURVE], &[&[3, 0]]), {
            Malformed(UnexpectedEnd {
                position: 35,
                needed: 1,
                available: 0,
            })
        }),
        (
            "95 bytes",
            info(&[ALGORITHM, CURVE], &[&bits(0, 95)]),
            WrongLength { length: 95 },
        ),
        (
            "97 bytes",
            info(&[ALGORITHM, CURVE], &[&bits(0, 97)]),
            WrongLength { length: 97 },
        ),
        (
            "G1 key",
            info(&[ALGORITHM, CURVE], &[&bits(0, 48)]),
            WrongLength { length: 48 },
        ),
        (
            "short length in long form",
            [&[0x30, 0x82, 0x00], &MAINNET_ROOT[2..]].concat(),
            {
                Malformed(LongerLength {
                    position: 1,
                    length: 130,
                })
            },
        ),
        (
            "empty",
            vec![],
            Malformed(UnexpectedEnd {
                position: 0,
                needed: 1,
                available: 0,
            }),
        ),
    ];
    for (name, der, error) in cases {
        assert_eq!(BlsPublicKey::from_der(der), Err(*error), "{name}");
    }
}

// spec: SDEL-5
#[test]
fn rejects_132_bytes() {
    let error = Malformed(UnexpectedEnd {
        position: 3,
        needed: 130,
        available: 129,
    });
    assert_eq!(BlsPublicKey::from_der(&MAINNET_ROOT[..132]), Err(error));
}

#[test]
fn every_shorter_input_is_an_error() {
    for length in 0..MAINNET_ROOT.len() {
        assert!(
            BlsPublicKey::from_der(&MAINNET_ROOT[..length]).is_err(),
            "{length} bytes"
        );
    }
}

#[test]
fn any_change_before_the_key_is_an_error() {
    for (position, original) in MAINNET_ROOT.iter().enumerate().take(37) {
        for byte in 0..=u8::MAX {
            let der = changed(position, &[byte]);
            let same = byte == *original;
            assert_eq!(
                BlsPublicKey::from_der(&der).is_ok(),
                same,
                "{byte:#x} at {position}"
            );
        }
    }
}

#[test]
fn debug_shows_hex() {
    let debug = format!("{:?}", BlsPublicKey::MAINNET_ROOT);
    assert!(debug.starts_with("BlsPublicKey(814c0e6e"), "{debug}");
    assert!(debug.ends_with("1a0baaae)"), "{debug}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        ..ProptestConfig::default()
    })]

    #[test]
    fn der_leads_back_to_the_key(bytes in any::<[u8; 32]>()) {
        let mut key = [0; 96];
        for (part, byte) in key.chunks_mut(3).zip(bytes) {
            part.fill(byte);
        }
        let key = BlsPublicKey::from_bytes(key);
        prop_assert_eq!(BlsPublicKey::from_der(&key.to_der()), Ok(key));
    }
}
