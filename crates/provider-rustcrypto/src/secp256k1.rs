//! ECDSA on secp256k1 with SHA-256.

use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use k256::ecdsa::{Signature, VerifyingKey};
use provider_shared::message::sha256;
use public_key::EcPoint;
use signature::{InvalidKey, InvalidSignature};

/// Checks that the coordinates are reduced and that the point lies on the curve.
pub(crate) fn check_key(point: &EcPoint) -> Result<(), InvalidKey> {
    parse_key(point).map(|_| ())
}

/// Checks one signature: r and s, 32 bytes each, either value of s.
pub(crate) fn verify(
    point: &EcPoint,
    message: &[&[u8]],
    signature: &[u8],
) -> Result<(), InvalidSignature> {
    // spec: SIG-EC-6, SIG-EC-8
    let Ok(signature) = Signature::from_slice(signature) else {
        return Err(InvalidSignature);
    };
    let key = parse_key(point).map_err(|InvalidKey| InvalidSignature)?;
    // The library takes the lower value of s only, as Bitcoin does.
    // spec: SIG-EC-9
    let signature = signature.normalize_s();
    // spec: SIG-EC-7
    match key.verify_prehash(&sha256(message), &signature) {
        Ok(()) => Ok(()),
        Err(_) => Err(InvalidSignature),
    }
}

// spec: SIG-EC-5
fn parse_key(point: &EcPoint) -> Result<VerifyingKey, InvalidKey> {
    match VerifyingKey::from_sec1_bytes(&point.to_uncompressed()) {
        Ok(key) => Ok(key),
        Err(_) => Err(InvalidKey),
    }
}
