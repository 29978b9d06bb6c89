//! Verifying with real providers: what the other tests take for good signatures are good ones.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "support/samples.rs"]
mod samples;

use icid_webauthn_signature::Assertion;
use icid_webauthn_signature::Policy;
use icid_webauthn_signature::VerifyAssertionError;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::CosePublicKey;
use signature::VerifySignature;

use crate::samples::AUTHENTICATOR_DATA;
use crate::samples::CLIENT_DATA;
use crate::samples::PAYLOAD;
use crate::samples::Sample;

/// Verifies with both providers, and expects one outcome.
fn verify(
    sample: &Sample,
    authenticator_data: &[u8],
    client_data: &str,
    payload: &[u8],
) -> Result<(), VerifyAssertionError> {
    let key = CosePublicKey::parse(sample.cose_key, public_key::Policy::REPLICA).unwrap();
    let client_data = client_data.as_bytes();
    let assertion = Assertion::from_response(
        authenticator_data,
        client_data,
        sample.signature,
        Policy::REPLICA,
    )
    .unwrap();
    let verify = |provider: &dyn VerifySignature| {
        assert_eq!(provider.check_key(sample.plain_key), Ok(()));
        assertion.verify(&[payload], &key, provider).map(|_| ())
    };
    let outcome = verify(&NativeProvider::new());
    assert_eq!(verify(&RustCryptoProvider::new()), outcome);
    outcome
}

// spec: SIG-WEBAUTHN-9, SIG-WEBAUTHN-10, SIG-WEBAUTHN-11, SIG-WEBAUTHN-12
#[test]
fn every_sample_holds() {
    for sample in samples::all() {
        let outcome = verify(&sample, &AUTHENTICATOR_DATA, CLIENT_DATA, &PAYLOAD);
        assert_eq!(outcome, Ok(()), "{}", sample.name);
    }
}

// spec: SIG-WEBAUTHN-9
#[test]
fn every_bit_of_authenticator_data_and_client_data_is_signed() {
    let invalid = Err(VerifyAssertionError::InvalidSignature);
    // The challenge stays, the type doesn't.
    let client_data = CLIENT_DATA.replace("webauthn.get", "webauthn.gets");
    for sample in samples::all() {
        for index in [0, 32, 36] {
            let mut data = AUTHENTICATOR_DATA;
            *data.get_mut(index).unwrap() ^= 1;
            let outcome = verify(&sample, &data, CLIENT_DATA, &PAYLOAD);
            assert_eq!(outcome, invalid, "{}, byte {index}", sample.name);
        }
        let outcome = verify(&sample, &AUTHENTICATOR_DATA, &client_data, &PAYLOAD);
        assert_eq!(outcome, invalid, "{}", sample.name);
    }
}
