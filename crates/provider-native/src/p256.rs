//! ECDSA on P-256 with SHA-256.

use ::p256::PublicKey;
use provider_shared::message::contiguous;
use public_key::EcPoint;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use signature::{InvalidKey, InvalidSignature};

/// Checks that the coordinates are reduced and that the point lies on the curve.
///
/// `ring` tells this about a key only together with a signature.
// spec: SIG-EC-5
pub(crate) fn check_key(point: &EcPoint) -> Result<(), InvalidKey> {
    match PublicKey::from_sec1_bytes(&point.to_uncompressed()) {
        Ok(_) => Ok(()),
        Err(_) => Err(InvalidKey),
    }
}

/// Checks one signature: r and s, 32 bytes each, either value of s.
// spec: SIG-EC-5, SIG-EC-6, SIG-EC-7, SIG-EC-8, SIG-EC-9
pub(crate) fn verify(
    point: &EcPoint,
    message: &[&[u8]],
    signature: &[u8],
) -> Result<(), InvalidSignature> {
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.to_uncompressed());
    match key.verify(&contiguous(message), signature) {
        Ok(()) => Ok(()),
        Err(_) => Err(InvalidSignature),
    }
}
