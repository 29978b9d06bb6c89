//! What is signed, and for whom.

use core::fmt;

use sha2::{Digest as _, Sha256};

/// The hashes of a seed and of a payload: what a canister signs, and with which of its keys.
///
/// They are the labels that lead to a signature in the canister's tree.
// spec: CSIG-12
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SignatureId {
    seed_hash: [u8; 32],
    payload_hash: [u8; 32],
}

/// The label above all signatures.
///
/// Source: interface spec, "Canister signatures".
pub(crate) const SIG: &[u8] = b"sig";

impl SignatureId {
    /// Hashes a seed of any length, and a payload, which is all signed bytes, domain separator
    /// included, in pieces that are concatenated.
    // spec: CSIG-3, CSIG-14
    #[must_use]
    pub fn new(seed: &[u8], payload: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for piece in payload {
            hasher.update(piece);
        }
        Self::from_hashes(Sha256::digest(seed).into(), hasher.finalize().into())
    }

    /// Returns the id with these hashes, each a SHA-256.
    #[must_use]
    pub const fn from_hashes(seed_hash: [u8; 32], payload_hash: [u8; 32]) -> Self {
        Self {
            seed_hash,
            payload_hash,
        }
    }

    /// Returns the SHA-256 of the seed.
    #[must_use]
    pub const fn seed_hash(&self) -> &[u8; 32] {
        &self.seed_hash
    }

    /// Returns the SHA-256 of the payload.
    #[must_use]
    pub const fn payload_hash(&self) -> &[u8; 32] {
        &self.payload_hash
    }
}

impl fmt::Debug for SignatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureId")
            .field("seed_hash", &Hex(&self.seed_hash))
            .field("payload_hash", &Hex(&self.payload_hash))
            .finish()
    }
}

/// Shows bytes as lower-case hex digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
