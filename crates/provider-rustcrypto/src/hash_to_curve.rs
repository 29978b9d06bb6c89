//! Messages hashed to points of G1.
//!
//! The curve's library hashes one contiguous message with its own release of SHA-256. Here the
//! message comes in pieces and SHA-256 is the one that all crates use, so the expansion (RFC 9380,
//! section 5.3.1, `expand_message_xmd`) is done here, and the library maps the result to the curve.

use ic_bls12_381::G1Projective;
use ic_bls12_381::hash_to_curve::{ExpandMessageState, HashToCurve, InitExpandMessage};
use sha2::{Digest as _, Sha256};

/// The domain separation tag of the signature suite.
///
/// Source: interface spec, "Certificate".
// spec: CERT-3
const TAG: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/// The length of [`TAG`] as the expansion appends it.
const TAG_LENGTH: u8 = 43;

/// Two field elements' worth of uniform bytes.
const EXPANDED: usize = 128;

/// Hashes a message, given in pieces, to the curve.
pub(crate) fn hash_to_curve(message: &[&[u8]]) -> G1Projective {
    <G1Projective as HashToCurve<Expanded>>::hash_to_curve(expand(message), TAG)
}

/// Expands a message to uniform bytes.
fn expand(message: &[&[u8]]) -> [u8; EXPANDED] {
    let mut hasher = Sha256::new();
    // One block of zeros, the message, the length to be produced, a zero.
    hasher.update([0; 64]);
    for piece in message {
        hasher.update(piece);
    }
    hasher.update([0, 128, 0]);
    let first = finish(hasher);
    let mut expanded = [0; EXPANDED];
    let mut previous = [0; 32];
    for (number, chunk) in (1..=u8::MAX).zip(expanded.chunks_exact_mut(32)) {
        let mut hasher = Sha256::new();
        for (from, to) in first.iter().zip(&mut previous) {
            *to ^= from;
        }
        hasher.update(previous);
        hasher.update([number]);
        previous = finish(hasher);
        chunk.copy_from_slice(&previous);
    }
    expanded
}

/// Appends the tag and its length.
fn finish(mut hasher: Sha256) -> [u8; 32] {
    hasher.update(TAG);
    hasher.update([TAG_LENGTH]);
    hasher.finalize().into()
}

/// Hands the library bytes that are expanded already.
struct Expanded {
    bytes: [u8; EXPANDED],
    position: usize,
}

impl<'x> InitExpandMessage<'x> for Expanded {
    type Expander = Self;

    fn init_expand(message: &[u8], _dst: &'x [u8], _len_in_bytes: usize) -> Self {
        let mut bytes = [0; EXPANDED];
        for (to, from) in bytes.iter_mut().zip(message) {
            *to = *from;
        }
        Self { bytes, position: 0 }
    }
}

impl ExpandMessageState<'_> for Expanded {
    fn read_into(&mut self, output: &mut [u8]) -> usize {
        let unread = self.bytes.iter().skip(self.position);
        let mut count: usize = 0;
        for (to, from) in output.iter_mut().zip(unread) {
            *to = *from;
            count = count.saturating_add(1);
        }
        self.position = self.position.saturating_add(count);
        count
    }

    fn remain(&self) -> usize {
        EXPANDED.saturating_sub(self.position)
    }
}

const _: () = assert!(TAG.len() == 43);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_of_a_message_does_not_matter() {
        let whole = hash_to_curve(&[b"state root"]);
        assert_eq!(hash_to_curve(&[b"state", b" ", b"", b"root"]), whole);
        assert_ne!(hash_to_curve(&[b"state", b"root"]), whole);
    }
}
