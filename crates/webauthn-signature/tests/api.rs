//! Promises of the types.

use core::error::Error;

use icid_webauthn_signature::Assertion;
use icid_webauthn_signature::AssertionClaim;
use icid_webauthn_signature::Attestation;
use icid_webauthn_signature::DecodeBase64UrlError;
use icid_webauthn_signature::Member;
use icid_webauthn_signature::ParseAssertionError;
use icid_webauthn_signature::ParseAttestationError;
use icid_webauthn_signature::ParseAuthenticatorDataError;
use icid_webauthn_signature::ParseClientDataError;
use icid_webauthn_signature::ParseEcdsaSignatureError;
use icid_webauthn_signature::VerifiedAssertion;
use icid_webauthn_signature::VerifyAssertionError;

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

/// Returns what an error names as its cause, if it is of this type.
fn cause<E: Error + Copy + 'static>(error: &dyn Error) -> Option<E> {
    error.source()?.downcast_ref().copied()
}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<Assertion<'static>>();
    is_shareable::<AssertionClaim<'static>>();
    is_shareable::<Attestation<'static>>();
    is_shareable::<VerifiedAssertion<'static>>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<DecodeBase64UrlError>(None);
    is_an_error::<ParseAssertionError>(None);
    is_an_error::<ParseAttestationError>(None);
    is_an_error::<ParseAuthenticatorDataError>(None);
    is_an_error::<ParseClientDataError>(None);
    is_an_error::<ParseEcdsaSignatureError>(None);
    is_an_error::<VerifyAssertionError>(None);
    assert!(size_of::<ParseAttestationError>() <= 64);
    assert!(size_of::<VerifyAssertionError>() <= 32);
}

#[test]
fn errors_lead_to_their_causes() {
    let read = cbor::ReadError {
        position: 3,
        reason: cbor::Reason::DuplicateKey,
    };
    let json = json::ReadError {
        position: 3,
        reason: json::Reason::DuplicateName,
    };
    let client_data = ParseClientDataError::Read(json);
    let data = ParseAuthenticatorDataError::Read(read);
    let key = public_key::ParseCoseKeyError::KeyOperations;
    let encoding = DecodeBase64UrlError::UnusedBits;
    let integer = ParseEcdsaSignatureError::InvalidInteger { position: 4 };
    assert_eq!(cause(&client_data), Some(json));
    assert_eq!(cause(&data), Some(read));
    assert_eq!(
        cause(&ParseAssertionError::ClientData(client_data)),
        Some(client_data)
    );
    assert_eq!(cause(&ParseAssertionError::Read(read)), Some(read));
    assert_eq!(
        cause(&ParseAttestationError::AuthenticatorData(data)),
        Some(data)
    );
    assert_eq!(cause(&ParseAttestationError::Key(key)), Some(key));
    assert_eq!(cause(&ParseAttestationError::Read(read)), Some(read));
    assert_eq!(
        cause(&VerifyAssertionError::ChallengeEncoding(encoding)),
        Some(encoding)
    );
    assert_eq!(
        cause(&VerifyAssertionError::EcdsaSignature(integer)),
        Some(integer)
    );
    let member = Member::Challenge;
    assert!(
        ParseClientDataError::MissingMember { member }
            .source()
            .is_none()
    );
    let trailing = ParseAuthenticatorDataError::TrailingBytes { count: 1 };
    assert!(trailing.source().is_none());
    assert!(
        ParseAssertionError::MissingField { field: "signature" }
            .source()
            .is_none()
    );
    assert!(ParseAttestationError::MissingCredential.source().is_none());
    assert!(VerifyAssertionError::InvalidSignature.source().is_none());
}
