//! ECDSA on secp256k1 with SHA-256.

use ::secp256k1::ecdsa::{self, Signature};
use ::secp256k1::{Message, PublicKey};
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
    let Ok(mut signature) = Signature::from_compact(signature) else {
        return Err(InvalidSignature);
    };
    let key = parse_key(point).map_err(|InvalidKey| InvalidSignature)?;
    // The library takes the lower value of s only, as Bitcoin does.
    // spec: SIG-EC-9
    signature.normalize_s();
    // spec: SIG-EC-7
    let hash = Message::from_digest(sha256(message));
    match ecdsa::verify(&signature, hash, &key) {
        Ok(()) => Ok(()),
        Err(_) => Err(InvalidSignature),
    }
}

// spec: SIG-EC-5
fn parse_key(point: &EcPoint) -> Result<PublicKey, InvalidKey> {
    match PublicKey::from_byte_array_uncompressed(point.to_uncompressed()) {
        Ok(key) => Ok(key),
        Err(_) => Err(InvalidKey),
    }
}
