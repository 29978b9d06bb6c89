//! RSASSA-PKCS1-v1_5 with SHA-256.
//!
//! Whether a key is usable is in its form, so there is nothing more to check about it.

use provider_shared::message::contiguous;
use public_key::RsaPublicKey;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use signature::InvalidSignature;

/// Checks one signature, which has as many bytes as the modulus.
// spec: SIG-WEBAUTHN-12
pub(crate) fn verify(
    key: &RsaPublicKey<'_>,
    message: &[&[u8]],
    signature: &[u8],
) -> Result<(), InvalidSignature> {
    let exponent = key.exponent().to_be_bytes();
    let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
    let key = RsaPublicKeyComponents {
        n: key.modulus(),
        // The library wants no zeros in front.
        e: exponent.get(zeros..).unwrap_or_default(),
    };
    match key.verify(&RSA_PKCS1_2048_8192_SHA256, &contiguous(message), signature) {
        Ok(()) => Ok(()),
        Err(_) => Err(InvalidSignature),
    }
}
