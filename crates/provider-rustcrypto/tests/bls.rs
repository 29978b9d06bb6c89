//! The shared list of BLS signatures and keys, and products of several claims.

use icid_provider_rustcrypto::{MAX_PREPARED_KEYS, RustCryptoProvider};
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature as _};
use testkit::SecretKey;
use testkit::bls_cases::{SignatureCase, cancelling, keys, signatures};

fn verdict(holds: bool) -> Result<(), InvalidSignature> {
    if holds { Ok(()) } else { Err(InvalidSignature) }
}

/// A good signature of a named key on a message.
fn signed(name: &str, message: &[u8]) -> SignatureCase {
    let secret = SecretKey::from_name(name);
    SignatureCase {
        name: "good",
        key: secret.der(),
        message: message.to_vec(),
        signature: secret.sign(message).to_vec(),
        holds: true,
    }
}

/// Checks the cases together.
fn verify_all(provider: &RustCryptoProvider, cases: &[SignatureCase]) -> Result<(), InvalidAt> {
    let messages: Vec<[&[u8]; 1]> = cases.iter().map(|case| [&case.message[..]]).collect();
    let claims: Vec<Claim<'_>> = cases
        .iter()
        .zip(&messages)
        .map(|(case, message)| Claim {
            key: &case.key,
            message,
            signature: &case.signature,
        })
        .collect();
    provider.verify_all(&claims)
}

// spec: CERT-3
// spec: CERT-4
#[test]
fn gives_the_listed_verdict_on_every_signature_prepared_or_not() {
    let fresh = RustCryptoProvider::new();
    let cases = signatures();
    assert_eq!(cases.iter().filter(|case| case.holds).count(), 4);
    for case in cases {
        let claim = Claim {
            key: &case.key,
            message: &[&case.message],
            signature: &case.signature,
        };
        assert_eq!(fresh.verify(claim), verdict(case.holds), "{}", case.name);
        let mut prepared = RustCryptoProvider::new();
        if prepared.prepare(&case.key).is_ok() {
            assert_eq!(prepared.verify(claim), verdict(case.holds), "{}", case.name);
        }
    }
}

#[test]
fn gives_the_listed_verdict_on_every_signature_beside_a_good_one() {
    let provider = RustCryptoProvider::new();
    let good = signed("neighbour", b"hello");
    for case in signatures() {
        let expected = if case.holds {
            Ok(())
        } else {
            Err(InvalidAt { index: 1 })
        };
        let name = case.name;
        assert_eq!(
            verify_all(&provider, &[good.clone(), case]),
            expected,
            "{name}"
        );
    }
}

// spec: CERT-4
// spec: SDEL-5
#[test]
fn gives_the_listed_verdict_on_every_key() {
    let fresh = RustCryptoProvider::new();
    for case in keys() {
        let expected = if case.usable { Ok(()) } else { Err(InvalidKey) };
        assert_eq!(fresh.check_key(&case.key), expected, "{}", case.name);
        let mut prepared = RustCryptoProvider::new();
        assert_eq!(prepared.prepare(&case.key), expected, "{}", case.name);
        assert_eq!(prepared.check_key(&case.key), expected, "{}", case.name);
    }
}

#[test]
fn a_message_is_the_same_however_it_is_cut() {
    let provider = RustCryptoProvider::new();
    let case = signed("signer", b"state root");
    for message in [
        &[&b"state root"[..]][..],
        &[b"state ", b"root"],
        &[b"", b"state root", b""],
        &[b"state", b" ", b"ro", b"ot"],
    ] {
        let claim = Claim {
            key: &case.key,
            message,
            signature: &case.signature,
        };
        assert_eq!(provider.verify(claim), Ok(()));
    }
    let claim = Claim {
        key: &case.key,
        message: &[b"state", b"root"],
        signature: &case.signature,
    };
    assert_eq!(provider.verify(claim), Err(InvalidSignature));
    let empty = signed("signer", b"");
    for message in [&[][..], &[&b""[..]]] {
        let claim = Claim {
            key: &empty.key,
            message,
            signature: &empty.signature,
        };
        assert_eq!(provider.verify(claim), Ok(()));
    }
}

#[test]
fn no_claims_hold() {
    assert_eq!(RustCryptoProvider::new().verify_all(&[]), Ok(()));
}

#[test]
fn names_the_first_of_several_claims_that_does_not_hold() {
    let mut provider = RustCryptoProvider::new();
    let good: Vec<SignatureCase> = [
        ("a", "1"),
        ("b", "1"),
        ("a", "2"),
        ("c", "3"),
        ("a", "1"),
        ("b", "4"),
    ]
    .map(|(name, message)| signed(name, message.as_bytes()))
    .to_vec();
    provider.prepare(&good[1].key).unwrap();
    for count in 1..=good.len() {
        assert_eq!(verify_all(&provider, &good[..count]), Ok(()));
    }
    for index in 0..good.len() {
        let mut cases = good.clone();
        cases[index].message = b"never signed".to_vec();
        cases.last_mut().unwrap().message = b"never signed".to_vec();
        assert_eq!(verify_all(&provider, &cases), Err(InvalidAt { index }));
    }
}

#[test]
fn refuses_two_wrong_signatures_whose_errors_cancel() {
    let provider = RustCryptoProvider::new();
    assert_eq!(
        verify_all(&provider, &cancelling()),
        Err(InvalidAt { index: 0 })
    );
}

#[test]
fn keeps_a_bounded_number_of_prepared_keys() {
    let mut provider = RustCryptoProvider::new();
    let key = |number: usize| SecretKey::from_name(&number.to_string()).der();
    for number in 0..=MAX_PREPARED_KEYS {
        assert_eq!(provider.prepare(&key(number)), Ok(()));
    }
    assert!(format!("{provider:?}").contains(&format!("len: {MAX_PREPARED_KEYS}")));
    // A key that was dropped is as good as before.
    let case = signed("0", b"hello");
    assert_eq!(verify_all(&provider, &[case]), Ok(()));
}
