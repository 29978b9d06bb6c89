//! Principals that are hashes.

use sha2::Digest;
use sha2::Sha224;

use crate::Principal;

/// The last byte of [`Principal::self_authenticating`].
pub(crate) const SELF_AUTHENTICATING: u8 = 2;

/// The last byte of [`Principal::derived`].
pub(crate) const DERIVED: u8 = 3;

impl Principal {
    /// Returns the principal of the holder of a public key: `SHA-224(public_key) · 2`.
    ///
    /// `public_key` is the DER form that requests carry, of any length. It is hashed as it is: two
    /// encodings of one key are two principals.
    // spec: PRIN-3, PRIN-4
    #[must_use]
    pub fn self_authenticating(public_key: &[u8]) -> Self {
        Self::from_hash(Sha224::digest(public_key).into(), SELF_AUTHENTICATING)
    }

    /// Returns the principal that this one derives from a nonce of any length:
    /// `SHA-224(length of self · self · nonce) · 3`.
    // spec: PRIN-5
    #[must_use]
    pub fn derived(&self, nonce: &[u8]) -> Self {
        let hash = Sha224::new()
            .chain_update([self.length])
            .chain_update(self.as_bytes())
            .chain_update(nonce)
            .finalize();
        Self::from_hash(hash.into(), DERIVED)
    }

    fn from_hash(hash: [u8; 28], class: u8) -> Self {
        let mut bytes = [class; Self::MAX_LENGTH];
        let (head, _) = bytes.split_at_mut(hash.len());
        head.copy_from_slice(&hash);
        Self { bytes, length: 29 }
    }
}
