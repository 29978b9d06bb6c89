//! Verifying: what a provider is asked, and everything that is refused before.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "the helpers of a test may panic"
)]

#[path = "support/samples.rs"]
mod samples;

use std::cell::RefCell;

use icid_webauthn_signature::Assertion;
use icid_webauthn_signature::DecodeBase64UrlError;
use icid_webauthn_signature::ParseEcdsaSignatureError;
use icid_webauthn_signature::Policy;
use icid_webauthn_signature::VerifyAssertionError;
use icid_webauthn_signature::VerifyAssertionError::ChallengeEncoding;
use icid_webauthn_signature::VerifyAssertionError::EcdsaSignature;
use icid_webauthn_signature::VerifyAssertionError::InvalidSignature as NotValid;
use icid_webauthn_signature::VerifyAssertionError::SignatureLength;
use icid_webauthn_signature::VerifyAssertionError::WrongChallenge;
use public_key::CosePublicKey;
use public_key::EcPoint;
use public_key::Ed25519PublicKey;
use signature::Claim;
use signature::InvalidKey;
use signature::InvalidSignature;
use signature::VerifySignature;

use crate::samples::AUTHENTICATOR_DATA;
use crate::samples::CLIENT_DATA;
use crate::samples::CLIENT_DATA_HASH;
use crate::samples::PAYLOAD;
use crate::samples::Sample;

/// Remembers what it was asked last, and gives one answer.
struct Recorder {
    answer: Result<(), InvalidSignature>,
    asked: RefCell<Option<[Vec<u8>; 3]>>,
}

impl Recorder {
    fn new(answer: Result<(), InvalidSignature>) -> Self {
        Self {
            answer,
            asked: RefCell::new(None),
        }
    }

    /// Returns key, message and signature.
    fn asked(&self) -> Option<[Vec<u8>; 3]> {
        self.asked.borrow_mut().take()
    }
}

impl VerifySignature for Recorder {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        let asked = [
            claim.key.to_vec(),
            claim.message.concat(),
            claim.signature.to_vec(),
        ];
        *self.asked.borrow_mut() = Some(asked);
        self.answer
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Err(InvalidKey)
    }
}

fn key(sample: &Sample) -> CosePublicKey<'static> {
    CosePublicKey::parse(sample.cose_key, public_key::Policy::REPLICA).unwrap()
}

/// Verifies, and checks that the provider is asked exactly if nothing else is wrong.
fn verify(
    key: &CosePublicKey<'_>,
    client_data: &str,
    signature: &[u8],
    payload: &[&[u8]],
) -> Result<(), VerifyAssertionError> {
    let client_data = client_data.as_bytes();
    let assertion =
        Assertion::from_response(&AUTHENTICATOR_DATA, client_data, signature, Policy::SPEC)
            .expect("client data of the right form");
    let provider = Recorder::new(Ok(()));
    let result = assertion.verify(payload, key, &provider).map(|_| ());
    assert_eq!(provider.asked().is_some(), result.is_ok());
    result
}

// spec: SIG-WEBAUTHN-9, SIG-WEBAUTHN-10, SIG-WEBAUTHN-11, SIG-WEBAUTHN-12
#[test]
fn providers_see_plain_keys_and_plain_signatures() {
    let message = [&AUTHENTICATOR_DATA[..], &CLIENT_DATA_HASH].concat();
    for sample in samples::all() {
        let encoded = sample.assertion().encode();
        let assertion = Assertion::parse(&encoded, Policy::SPEC).unwrap();
        let provider = Recorder::new(Ok(()));
        let verified = assertion.verify(&[&PAYLOAD], &key(&sample), &provider);
        let expected = [
            sample.plain_key.to_vec(),
            message.clone(),
            sample.plain_signature.to_vec(),
        ];
        assert_eq!(provider.asked(), Some(expected), "{}", sample.name);
        let verified = verified.unwrap();
        assert_eq!(verified.client_data().json(), CLIENT_DATA);
        assert_eq!(verified.authenticator_data().unwrap().counter(), 7);

        let claim = assertion.claim(&[&PAYLOAD], &key(&sample)).unwrap();
        assert_eq!(claim.key(), sample.plain_key);
        assert_eq!(claim.message().concat(), message);
        assert_eq!(claim.signature(), sample.plain_signature);
    }
}

#[test]
fn the_answer_of_the_provider_counts() {
    for sample in samples::all() {
        let provider = Recorder::new(Err(InvalidSignature));
        let result = sample
            .assertion()
            .verify(&[&PAYLOAD], &key(&sample), &provider);
        assert_eq!(result.map(|_| ()), Err(NotValid));
        assert!(provider.asked().is_some());
    }
}

// spec: SIG-WEBAUTHN-7
#[test]
fn the_payload_may_come_in_pieces() {
    let key = key(&samples::eddsa());
    for at in 0..=PAYLOAD.len() {
        let (head, tail) = PAYLOAD.split_at(at);
        let payload: &[&[u8]] = &[head, b"", tail];
        assert_eq!(verify(&key, CLIENT_DATA, &[1; 64], payload), Ok(()));
    }
}

// spec: SIG-WEBAUTHN-7
#[test]
fn the_challenge_is_the_whole_payload() {
    let key = key(&samples::eddsa());
    let check = |payload: &[&[u8]]| verify(&key, CLIENT_DATA, &[1; 64], payload);
    let wrong = Err(WrongChallenge);
    let (separator, id) = PAYLOAD.split_at(11);
    assert_eq!(check(&[separator, id]), Ok(()));
    assert_eq!(check(&[id]), wrong);
    assert_eq!(check(&[separator]), wrong);
    assert_eq!(check(&[]), wrong);
    assert_eq!(check(&[&PAYLOAD, b"\0"]), wrong);
    let (last, others) = PAYLOAD.split_last().unwrap();
    assert_eq!(check(&[others]), wrong);
    assert_eq!(check(&[others, &[last ^ 1]]), wrong);
}

#[test]
fn an_empty_challenge_is_an_empty_payload() {
    let key = key(&samples::eddsa());
    let check = |payload: &[&[u8]]| verify(&key, r#"{"challenge":""}"#, &[1; 64], payload);
    assert_eq!(check(&[]), Ok(()));
    assert_eq!(check(&[b""]), Ok(()));
    assert_eq!(check(&[b"\0"]), Err(WrongChallenge));
}

// spec: SIG-WEBAUTHN-8
#[test]
fn the_challenge_is_unpadded_base64url() {
    let key = key(&samples::eddsa());
    let check = |challenge: &str, payload: &[u8]| {
        let client_data = format!("{{\"challenge\":\"{challenge}\"}}");
        verify(&key, &client_data, &[1; 64], &[payload])
    };
    let invalid = |index| {
        let error = DecodeBase64UrlError::InvalidCharacter { index };
        Err(ChallengeEncoding(error))
    };
    assert_eq!(check("-_8", b"\xfb\xff"), Ok(()));
    assert_eq!(check("+/8", b"\xfb\xff"), invalid(0));
    assert_eq!(check("-/8", b"\xfb\xff"), invalid(1));
    assert_eq!(check("-_8=", b"\xfb\xff"), invalid(3));
    assert_eq!(check("\\u002d\\u005f8", b"\xfb\xff"), Ok(()));
    assert_eq!(check("-_9", b"\xfb\xff"), {
        Err(ChallengeEncoding(DecodeBase64UrlError::UnusedBits))
    });
    assert_eq!(check("-_8AA", b"\xfb\xff"), {
        Err(ChallengeEncoding(DecodeBase64UrlError::UnusedCharacter))
    });
    // Bad encoding is told before a wrong challenge.
    assert_eq!(check("AAAA=", b"\xfb\xff"), invalid(4));
}

// spec: SIG-WEBAUTHN-10
#[test]
fn an_es256_signature_is_der() {
    let sample = samples::es256();
    let check = |signature: &[u8]| verify(&key(&sample), CLIENT_DATA, signature, &[&PAYLOAD]);
    assert_eq!(check(sample.signature), Ok(()));
    let error = ParseEcdsaSignatureError::WrongTag {
        position: 0,
        found: 0xfa,
        expected: 0x30,
    };
    assert_eq!(check(sample.plain_signature), Err(EcdsaSignature(error)));
    for length in 0..sample.signature.len() {
        let result = check(sample.signature.get(..length).unwrap());
        assert!(matches!(result, Err(EcdsaSignature(_))), "{length} bytes");
    }
}

// spec: SIG-WEBAUTHN-11, SIG-WEBAUTHN-12
#[test]
fn other_signatures_have_one_length() {
    for (sample, expected) in [(samples::eddsa(), 64), (samples::rs256(), 256)] {
        for length in [0, 63, 64, 65, 255, 256, 257] {
            let result = verify(&key(&sample), CLIENT_DATA, &vec![0x5a; length], &[&PAYLOAD]);
            let right = if length == expected {
                Ok(())
            } else {
                Err(SignatureLength { length, expected })
            };
            assert_eq!(result, right, "{}", sample.name);
        }
    }
}

#[test]
fn the_challenge_is_checked_before_the_signature() {
    let sample = samples::es256();
    assert_eq!(
        verify(&key(&sample), CLIENT_DATA, b"", &[b"another"]),
        Err(WrongChallenge)
    );
}

// spec: SIG-WEBAUTHN-13
#[test]
fn authenticator_data_may_have_any_form() {
    let sample = samples::eddsa();
    for data in [&b""[..], b"arbitrary", &[0; 37]] {
        let client_data = CLIENT_DATA.as_bytes();
        let assertion =
            Assertion::from_response(data, client_data, sample.signature, Policy::REPLICA).unwrap();
        let provider = Recorder::new(Ok(()));
        assert!(
            assertion
                .verify(&[&PAYLOAD], &key(&sample), &provider)
                .is_ok()
        );
        let [_, message, _] = provider.asked().unwrap();
        assert_eq!(message, [data, &CLIENT_DATA_HASH].concat());
    }
}

#[test]
fn verifying_allocates_nothing() {
    /// Accepts everything.
    struct Lenient;

    impl VerifySignature for Lenient {
        fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
            Ok(())
        }

        fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
            Ok(())
        }
    }

    for sample in samples::all() {
        let encoded = sample.assertion().encode();
        let info = allocation_counter::measure(|| {
            let key = key(&sample);
            let assertion = Assertion::parse(&encoded, Policy::SPEC).unwrap();
            assertion.verify(&[&PAYLOAD], &key, &Lenient).unwrap();
        });
        assert_eq!(info.count_total, 0, "{}", sample.name);
    }
}

#[test]
fn the_samples_have_the_keys_they_say() {
    // So that the constants stay what the script made.
    let es256 = key(&samples::es256());
    let public_key::CoseParameters::Es256(EcPoint { x, .. }) = es256.parameters() else {
        panic!("another algorithm");
    };
    assert_eq!(x.first(), Some(&0x2e));
    let eddsa = key(&samples::eddsa());
    let public_key::CoseParameters::EdDsa(key) = eddsa.parameters() else {
        panic!("another algorithm");
    };
    assert_eq!(key.to_der().len(), Ed25519PublicKey::DER_LENGTH);
}
