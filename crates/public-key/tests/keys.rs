//! Keys of all schemes in DER: the one form that is accepted, and every way to miss it.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may panic")]

#[path = "support/der.rs"]
mod support;

use hex_literal::hex;
use icid_public_key::BlsPublicKey;
use icid_public_key::CanisterPublicKey;
use icid_public_key::EcPoint;
use icid_public_key::Ed25519PublicKey;
use icid_public_key::ParseBlsPublicKeyError;
use icid_public_key::ParseCanisterKeyError;
use icid_public_key::ParseDerError::LongerLength;
use icid_public_key::ParseDerError::TrailingBytes;
use icid_public_key::ParseDerError::UnexpectedEnd;
use icid_public_key::ParseDerError::UnsupportedLength;
use icid_public_key::ParseDerError::WrongTag;
use icid_public_key::ParsePublicKeyError;
use icid_public_key::ParsePublicKeyError::Canister;
use icid_public_key::ParsePublicKeyError::Malformed;
use icid_public_key::ParsePublicKeyError::UnexpectedParameters;
use icid_public_key::ParsePublicKeyError::UnknownAlgorithm;
use icid_public_key::ParsePublicKeyError::UnknownCurve;
use icid_public_key::ParsePublicKeyError::UnusedBits;
use icid_public_key::ParsePublicKeyError::WrongLength;
use icid_public_key::ParsePublicKeyError::WrongPointForm;
use icid_public_key::Policy;
use icid_public_key::PublicKey;
use icid_public_key::Scheme;
use icid_public_key::SeedTooLong;
use icid_public_key::Tag;
use principal::Principal;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop_assert_eq;
use proptest::prelude::proptest;
use proptest::test_runner::RngSeed;

use crate::support::bits;
use crate::support::element;
use crate::support::info;

const ED25519: &[u8] = &hex!("06032b6570");
const EC: &[u8] = &hex!("06072a8648ce3d0201");
const P256: &[u8] = &hex!("06082a8648ce3d030107");
const SECP256K1: &[u8] = &hex!("06052b8104000a");
const CANISTER: &[u8] = &hex!("060a2b0601040183b8430102");
const COSE: &[u8] = &hex!("060a2b0601040183b8430101");
const NULL: &[u8] = &hex!("0500");

/// RFC 8032, section 7.1, test 1.
const ED25519_KEY: [u8; 44] = hex!(
    "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
);

/// The point is the generator of P-256.
const P256_KEY: [u8; 91] = hex!(
    "3059301306072a8648ce3d020106082a8648ce3d030107034200"
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
);

/// The point is the generator of secp256k1.
const SECP256K1_KEY: [u8; 88] = hex!(
    "3056301006072a8648ce3d020106052b8104000a034200"
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
);

/// Interface spec 0.66.0, "Canister signatures", for rdmx6-jaaaa-aaaaa-aaadq-cai and the seed 0.
const CANISTER_KEY: [u8; 31] =
    hex!("301d300c060a2b0601040183b8430102030d000a0000000000000007010100");

fn parse(der: &[u8]) -> Result<PublicKey<'_>, ParsePublicKeyError> {
    PublicKey::parse(der, Policy::SPEC)
}

// spec: SIG-3, SIG-5
#[test]
fn the_algorithm_selects_the_scheme() {
    let root = BlsPublicKey::MAINNET_ROOT.to_der();
    for (der, scheme, signs_requests) in [
        (&ED25519_KEY[..], Scheme::Ed25519, true),
        (&P256_KEY, Scheme::EcdsaP256, true),
        (&SECP256K1_KEY, Scheme::EcdsaSecp256k1, true),
        (&CANISTER_KEY, Scheme::Canister, true),
        (&root, Scheme::Bls12381, false),
    ] {
        let key = parse(der).unwrap();
        assert_eq!(key.scheme(), scheme);
        assert_eq!(key.scheme().signs_requests(), signs_requests);
        assert_eq!(key.to_der(), der);
        assert_eq!(key.principal(), Principal::self_authenticating(der));
    }
}

#[test]
fn schemes_have_the_names_of_the_adapter_protocol() {
    let names = [
        (Scheme::Bls12381, "bls12_381"),
        (Scheme::Canister, "canister"),
        (Scheme::EcdsaP256, "ecdsa_p256"),
        (Scheme::EcdsaSecp256k1, "ecdsa_secp256k1"),
        (Scheme::Ed25519, "ed25519"),
        (Scheme::WebAuthnEd25519, "webauthn_ed25519"),
        (Scheme::WebAuthnEs256, "webauthn_es256"),
        (Scheme::WebAuthnRs256, "webauthn_rs256"),
    ];
    for (scheme, name) in names {
        assert_eq!(scheme.to_string(), name);
    }
}

// spec: SIG-ED-1
#[test]
fn an_ed25519_key_has_44_bytes() {
    let PublicKey::Ed25519(key) = parse(&ED25519_KEY).unwrap() else {
        panic!("another scheme");
    };
    assert_eq!(key.as_bytes(), &ED25519_KEY[12..]);
    assert_eq!(key.to_der(), ED25519_KEY);
    assert_eq!(
        key.principal(),
        Principal::self_authenticating(&ED25519_KEY)
    );
    assert!(format!("{key:?}").starts_with("Ed25519PublicKey(d75a98"));
}

// spec: SIG-EC-1, SIG-EC-2, SIG-EC-4
#[test]
fn an_ecdsa_key_is_a_point_of_a_named_curve() {
    let PublicKey::EcdsaP256(point) = parse(&P256_KEY).unwrap() else {
        panic!("another scheme");
    };
    assert_eq!(point.x, P256_KEY[27..59]);
    assert_eq!(point.y, P256_KEY[59..]);
    assert_eq!(point.to_uncompressed(), P256_KEY[26..]);
    assert_eq!(point.to_p256_der(), P256_KEY);

    let PublicKey::EcdsaSecp256k1(point) = parse(&SECP256K1_KEY).unwrap() else {
        panic!("another scheme");
    };
    assert_eq!(point.to_secp256k1_der(), SECP256K1_KEY);
    assert!(format!("{point:?}").starts_with("EcPoint { x: 79be66"));
}

// spec: SIG-7, SIG-ED-1, SIG-EC-1, SIG-EC-2, SIG-EC-3, SIG-EC-4, CSIG-1
#[test]
fn every_other_form_is_named() {
    let compressed = [&[2][..], &P256_KEY[27..59]].concat();
    let with_form = |form| [&[form], &P256_KEY[27..]].concat();
    let ecdsa_with_sha256 = hex!("06082a8648ce3d040302");
    let end = |position, needed, available| {
        Malformed(UnexpectedEnd {
            position,
            needed,
            available,
        })
    };
    let wrong_tag = |position, found, expected| {
        Malformed(WrongTag {
            position,
            found,
            expected,
        })
    };
    let trailing = |position, count| Malformed(TrailingBytes { position, count });
    let length = |length, expected| WrongLength { length, expected };
    let key = bits(0, &[0x11; 32]);
    let point = bits(0, &P256_KEY[26..]);
    let cases: &[(&str, Vec<u8>, ParsePublicKeyError)] = &[
        ("empty", vec![], end(0, 1, 0)),
        (
            "raw Ed25519",
            vec![0x11; 32],
            wrong_tag(0, 0x11, Tag::Sequence),
        ),
        (
            "set",
            [&[0x31], &ED25519_KEY[1..]].concat(),
            wrong_tag(0, 0x31, Tag::Sequence),
        ),
        (
            "unknown algorithm",
            info(&[&hex!("06032b6571")], &[&key]),
            UnknownAlgorithm { position: 4 },
        ),
        (
            "an algorithm with a hash",
            info(&[&ecdsa_with_sha256], &[&point]),
            UnknownAlgorithm { position: 4 },
        ),
        (
            "the next OID of the same tree",
            info(&[&hex!("060a2b0601040183b8430103")], &[&key]),
            UnknownAlgorithm { position: 4 },
        ),
        (
            "null for Ed25519",
            info(&[ED25519, NULL], &[&key]),
            UnexpectedParameters { position: 9 },
        ),
        (
            "null for COSE",
            info(&[COSE, NULL], &[&key]),
            UnexpectedParameters { position: 16 },
        ),
        (
            "null for canister signatures",
            info(&[CANISTER, NULL], &[&bits(0, &[0])]),
            UnexpectedParameters { position: 16 },
        ),
        (
            "null after the curve",
            info(&[EC, P256, NULL], &[&point]),
            UnexpectedParameters { position: 23 },
        ),
        ("no curve", info(&[EC], &[&point]), end(13, 1, 0)),
        (
            "null for the curve",
            info(&[EC, NULL], &[&point]),
            wrong_tag(13, 0x05, Tag::ObjectIdentifier),
        ),
        (
            "explicit curve parameters",
            info(&[EC, &element(0x30, P256)], &[&point]),
            wrong_tag(13, 0x30, Tag::ObjectIdentifier),
        ),
        (
            "secp384r1",
            info(&[EC, &hex!("06052b81040022")], &[&point]),
            UnknownCurve { position: 13 },
        ),
        (
            "31 bytes",
            info(&[ED25519], &[&bits(0, &[0x11; 31])]),
            length(31, 32),
        ),
        (
            "33 bytes",
            info(&[ED25519], &[&bits(0, &[0x11; 33])]),
            length(33, 32),
        ),
        (
            "no point",
            info(&[EC, P256], &[&bits(0, &[])]),
            length(0, 65),
        ),
        (
            "64 bytes of a point",
            info(&[EC, P256], &[&bits(0, &P256_KEY[26..90])]),
            length(64, 65),
        ),
        (
            "66 bytes of a point",
            info(
                &[EC, SECP256K1],
                &[&bits(0, &[&P256_KEY[26..], &[0]].concat())],
            ),
            length(66, 65),
        ),
        (
            "compressed",
            info(&[EC, P256], &[&bits(0, &compressed)]),
            WrongPointForm { form: 2 },
        ),
        (
            "odd compressed",
            info(&[EC, SECP256K1], &[&bits(0, &[3; 33])]),
            WrongPointForm { form: 3 },
        ),
        (
            "hybrid",
            info(&[EC, P256], &[&bits(0, &with_form(6))]),
            WrongPointForm { form: 6 },
        ),
        (
            "odd hybrid",
            info(&[EC, P256], &[&bits(0, &with_form(7))]),
            WrongPointForm { form: 7 },
        ),
        (
            "infinity",
            info(&[EC, P256], &[&bits(0, &[0])]),
            WrongPointForm { form: 0 },
        ),
        (
            "unused bit",
            info(&[ED25519], &[&bits(1, &[0x11; 32])]),
            UnusedBits { bits: 1 },
        ),
        (
            "octet string",
            info(&[ED25519], &[&element(0x04, &[0x11; 32])]),
            wrong_tag(9, 0x04, Tag::BitString),
        ),
        (
            "third element",
            info(&[ED25519], &[&key, NULL]),
            trailing(44, 2),
        ),
        (
            "trailing byte",
            [&ED25519_KEY[..], &[0]].concat(),
            trailing(44, 1),
        ),
        (
            "length in long form",
            [&[0x30, 0x81], &ED25519_KEY[1..]].concat(),
            Malformed(LongerLength {
                position: 1,
                length: 42,
            }),
        ),
        (
            "inner length in long form",
            [&[0x30, 0x2b, 0x30, 0x81], &ED25519_KEY[3..]].concat(),
            Malformed(LongerLength {
                position: 3,
                length: 5,
            }),
        ),
        (
            "indefinite length",
            [&[0x30, 0x80], &ED25519_KEY[2..], &[0, 0]].concat(),
            Malformed(UnsupportedLength {
                position: 1,
                first: 0x80,
            }),
        ),
        (
            "length that lies",
            [&[0x30, 0x2b], &ED25519_KEY[2..]].concat(),
            end(2, 43, 42),
        ),
        (
            "short length",
            [&[0x30, 0x29], &ED25519_KEY[2..]].concat(),
            end(11, 33, 32),
        ),
    ];
    for (name, der, error) in cases {
        assert_eq!(parse(der), Err(*error), "{name}");
    }
}

// spec: SIG-5
#[test]
fn plain_rsa_is_refused_by_name() {
    let rsa = hex!("06092a864886f70d010101");
    let der = info(&[&rsa, NULL], &[&bits(0, &[])]);
    assert_eq!(parse(&der), Err(ParsePublicKeyError::PlainRsa));
}

// spec: SDEL-5
#[test]
fn bls_keys_fail_as_they_do_alone() {
    let der = &BlsPublicKey::MAINNET_ROOT.to_der()[..132];
    let error = ParseBlsPublicKeyError::Malformed(UnexpectedEnd {
        position: 3,
        needed: 130,
        available: 129,
    });
    assert_eq!(BlsPublicKey::from_der(der), Err(error));
    // Before the algorithm is known, the error is of no scheme.
    let error = UnexpectedEnd {
        position: 3,
        needed: 130,
        available: 129,
    };
    assert_eq!(parse(der), Err(Malformed(error)));
    let mut der = BlsPublicKey::MAINNET_ROOT.to_der();
    der[33] = 2;
    let error = ParsePublicKeyError::Bls(ParseBlsPublicKeyError::WrongCurve);
    assert_eq!(parse(&der), Err(error));
}

// spec: CSIG-1, CSIG-2, CSIG-3
#[test]
fn canister_keys_are_those_of_the_catalogue() {
    let canister_id = Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai").unwrap();
    let key = CanisterPublicKey::new(canister_id, &[0]).unwrap();
    assert_eq!(key.to_der(), CANISTER_KEY);
    assert_eq!(parse(&CANISTER_KEY), Ok(PublicKey::Canister(key)));
    assert_eq!((key.canister_id(), key.seed()), (canister_id, &[0][..]));
    assert_eq!(
        key.principal().to_string(),
        "num76-fbd4i-ahkjr-xqfi4-cooi7-72b5g-6u2rd-m3s7c-myrcr-oadd5-zqe"
    );

    let key = CanisterPublicKey::new(canister_id, &[]).unwrap();
    let der = hex!("301c300c060a2b0601040183b8430102030c000a00000000000000070101");
    assert_eq!(key.to_der(), der);
    assert_eq!(parse(&der), Ok(PublicKey::Canister(key)));
    assert_eq!(
        key.principal().to_string(),
        "wsqzm-za47p-3r4ao-yazik-zi6j4-7i34q-dta5i-uub4r-qfzjw-xf2f5-yae"
    );
}

#[test]
fn a_key_of_internet_identity_names_its_user() {
    // Anchor 10030 at "example.com", as Internet Identity's own tests have it.
    let canister_id = Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai").unwrap();
    let seed = hex!("3a8926914dd1c836ec67ba66ac6425c21dffd3ca5c5968855f87780a1ec57985");
    let key = CanisterPublicKey::new(canister_id, &seed).unwrap();
    assert_eq!(
        key.principal().to_string(),
        "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe"
    );
    assert_eq!(
        key.to_der()[..20],
        hex!("303c300c060a2b0601040183b8430102032c000a")
    );
}

// spec: CSIG-2
#[test]
fn every_other_body_of_a_canister_key_is_named() {
    let too_long = |length| Canister(ParseCanisterKeyError::CanisterIdTooLong { length });
    let end =
        |length, available| Canister(ParseCanisterKeyError::UnexpectedEnd { length, available });
    for (bit_string, error) in [
        (bits(0, &[]), Canister(ParseCanisterKeyError::MissingLength)),
        (bits(0, &[&[11][..], &[7; 10]].concat()), end(11, 10)),
        (bits(0, &[29]), end(29, 0)),
        (bits(0, &[&[30][..], &[7; 30]].concat()), too_long(30)),
        (bits(0, &[255]), too_long(255)),
        (
            bits(1, &[&[10][..], &[7; 10]].concat()),
            UnusedBits { bits: 1 },
        ),
        (
            vec![0x03, 0x00],
            Malformed(UnexpectedEnd {
                position: 18,
                needed: 1,
                available: 0,
            }),
        ),
    ] {
        assert_eq!(parse(&info(&[CANISTER], &[&bit_string])), Err(error));
    }
}

// spec: CSIG-2
#[test]
fn canister_ids_have_0_to_29_bytes() {
    for length in [0, 29] {
        let body = [&[length][..], &vec![7; length.into()]].concat();
        let der = info(&[CANISTER], &[&bits(0, &body)]);
        let canister_id = Principal::from_slice(&body[1..]).unwrap();
        let key = CanisterPublicKey::new(canister_id, &[]).unwrap();
        assert_eq!(parse(&der), Ok(PublicKey::Canister(key)));
        assert_eq!(key.to_der(), der);
    }
}

// spec: CSIG-3
#[test]
fn seeds_of_every_length_up_to_2000_lead_there_and_back() {
    let canister_id = Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 7, 1, 1]).unwrap();
    let seed = [0x5a; 2000];
    for length in 0..=seed.len() {
        let key = CanisterPublicKey::new(canister_id, &seed[..length]).unwrap();
        let der = key.to_der();
        let body = [&[10], canister_id.as_bytes(), &seed[..length]].concat();
        assert_eq!(der, info(&[CANISTER], &[&bits(0, &body)]), "{length} bytes");
        assert_eq!(parse(&der), Ok(PublicKey::Canister(key)), "{length} bytes");
    }
}

// spec: CSIG-3
#[test]
fn the_longest_seed_makes_the_longest_key() {
    for id in [&[][..], &[7; 29]] {
        let canister_id = Principal::from_slice(id).unwrap();
        let most = CanisterPublicKey::MAX_LENGTH - id.len();
        let seed = vec![0; most + 1];
        let key = CanisterPublicKey::new(canister_id, &seed[..most]).unwrap();
        let der = key.to_der();
        assert_eq!(der.len(), 4 + 0xffff);
        assert_eq!(parse(&der), Ok(PublicKey::Canister(key)));

        let error = SeedTooLong {
            length: most + 1,
            most,
        };
        assert_eq!(CanisterPublicKey::new(canister_id, &seed), Err(error));
    }
}

#[test]
fn every_shorter_input_is_an_error() {
    for der in [
        &ED25519_KEY[..],
        &P256_KEY,
        &SECP256K1_KEY,
        &CANISTER_KEY,
        &support::ES256,
    ] {
        for length in 0..der.len() {
            assert!(parse(&der[..length]).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn an_uncompressed_point_starts_with_four() {
    let mut bytes = [4; 65];
    assert!(EcPoint::from_uncompressed(&bytes).is_some());
    bytes[0] = 5;
    assert_eq!(EcPoint::from_uncompressed(&bytes), None);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        ..ProptestConfig::default()
    })]

    #[test]
    fn der_leads_back_to_the_key(x in any::<[u8; 32]>(), y in any::<[u8; 32]>()) {
        let point = EcPoint { x, y };
        for key in [
            PublicKey::Ed25519(Ed25519PublicKey::from_bytes(x)),
            PublicKey::EcdsaP256(point),
            PublicKey::EcdsaSecp256k1(point),
        ] {
            let der = key.to_der();
            prop_assert_eq!(parse(&der), Ok(key));
        }
        prop_assert_eq!(EcPoint::from_uncompressed(&point.to_uncompressed()), Some(point));
    }

    #[test]
    fn canister_keys_lead_there_and_back(
        id in vec(any::<u8>(), 0..=29),
        seed in vec(any::<u8>(), 0..600),
    ) {
        let key = CanisterPublicKey::new(Principal::from_slice(&id).unwrap(), &seed).unwrap();
        let der = key.to_der();
        prop_assert_eq!(parse(&der), Ok(PublicKey::Canister(key)));
    }

    #[test]
    fn whatever_parses_is_written_as_it_was(
        which in 0_usize..5,
        position in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let all = [
            &ED25519_KEY[..],
            &P256_KEY,
            &SECP256K1_KEY,
            &CANISTER_KEY,
            &support::ES256,
        ];
        let mut der = all[which].to_vec();
        let position = position.index(der.len());
        der[position] = byte;
        if let Ok(key) = parse(&der) {
            prop_assert_eq!(key.to_der(), der);
        }
    }

    #[test]
    fn no_input_panics(bytes in vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
        for algorithm in [&[ED25519][..], &[EC, P256], &[COSE], &[CANISTER]] {
            let _ = parse(&info(algorithm, &[&bits(0, &bytes)]));
        }
    }
}
