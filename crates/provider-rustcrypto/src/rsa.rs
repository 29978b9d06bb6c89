//! RSASSA-PKCS1-v1_5 with SHA-256.

use ::rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey as Numbers};
use alloc::boxed::Box;
use provider_shared::message::sha256;
use public_key::RsaPublicKey;
use signature::{InvalidKey, InvalidSignature};

/// Checks that the library takes the key, which it does with every key of an allowed form.
pub(crate) fn check_key(key: &RsaPublicKey<'_>) -> Result<(), InvalidKey> {
    numbers(key).map(|_| ())
}

/// Checks one signature, which has as many bytes as the modulus.
// spec: SIG-WEBAUTHN-12
pub(crate) fn verify(
    key: &RsaPublicKey<'_>,
    message: &[&[u8]],
    signature: &[u8],
) -> Result<(), InvalidSignature> {
    let key = numbers(key).map_err(|InvalidKey| InvalidSignature)?;
    let padding = Pkcs1v15Sign {
        hash_len: Some(32),
        prefix: Box::new(SHA256_DIGEST_INFO),
    };
    match key.verify(padding, &sha256(message), signature) {
        Ok(()) => Ok(()),
        Err(_) => Err(InvalidSignature),
    }
}

fn numbers(key: &RsaPublicKey<'_>) -> Result<Numbers, InvalidKey> {
    let modulus = BigUint::from_bytes_be(key.modulus());
    let exponent = BigUint::from(key.exponent());
    // The library's own limit would be 4096 bits.
    match Numbers::new_with_max_size(modulus, exponent, RsaPublicKey::MAX_MODULUS_BITS) {
        Ok(numbers) => Ok(numbers),
        Err(_) => Err(InvalidKey),
    }
}

/// The DER form of a `DigestInfo` up to the hash.
///
/// Source: RFC 8017, section 9.2, note 1.
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
