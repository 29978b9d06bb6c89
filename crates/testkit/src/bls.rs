//! BLS keys from seeds.

use blst::min_sig;
use sha2::{Digest as _, Sha256};

/// The first 37 bytes of the DER form of every BLS key; the 96 bytes of the point follow.
pub const BLS_DER_PREFIX: [u8; 37] = [
    0x30, 0x81, 0x82, 0x30, 0x1d, 0x06, 0x0d, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c, 0x05,
    0x03, 0x01, 0x02, 0x01, 0x06, 0x0c, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c, 0x05, 0x03,
    0x02, 0x01, 0x03, 0x61, 0x00,
];

/// The domain separation tag of the signature suite of certificates.
const TAG: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/// A BLS secret key for tests.
#[derive(Clone, Debug)]
pub struct SecretKey(min_sig::SecretKey);

impl SecretKey {
    /// Returns the key that belongs to a name; the same name always gives the same key.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let material = Sha256::digest(name.as_bytes());
        Self(min_sig::SecretKey::key_gen(&material, b"icid-testkit").expect("enough material"))
    }

    /// Returns the compressed public key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 96] {
        self.0.sk_to_pk().compress()
    }

    /// Returns the public key's DER SubjectPublicKeyInfo.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        der(&self.public_key())
    }

    /// Signs a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 48] {
        self.sign_with_tag(message, TAG)
    }

    /// Signs a message under the domain separation tag of another signature suite.
    #[must_use]
    pub fn sign_with_tag(&self, message: &[u8], tag: &[u8]) -> [u8; 48] {
        self.0.sign(message, tag, &[]).compress()
    }
}

/// Puts the DER header before a point.
#[must_use]
pub(crate) fn der(point: &[u8]) -> Vec<u8> {
    [&BLS_DER_PREFIX, point].concat()
}
