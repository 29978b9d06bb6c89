//! Promises of the types.

use core::error::Error;

use icid_webauthn_signature::Assertion;
use icid_webauthn_signature::AssertionClaim;
use icid_webauthn_signature::Attestation;
use icid_webauthn_signature::DecodeBase64UrlError;
use icid_webauthn_signature::ParseAssertionError;
use icid_webauthn_signature::ParseAttestationError;
use icid_webauthn_signature::ParseAuthenticatorDataError;
use icid_webauthn_signature::ParseClientDataError;
use icid_webauthn_signature::ParseEcdsaSignatureError;
use icid_webauthn_signature::VerifiedAssertion;
use icid_webauthn_signature::VerifyAssertionError;

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

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
