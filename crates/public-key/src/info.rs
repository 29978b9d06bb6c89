//! The frame that all keys share: SubjectPublicKeyInfo (RFC 5280, section 4.1).

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use crate::der::Head;
use crate::der::MAX_CONTENTS;
use crate::der::Tag;

/// The whole element `AlgorithmIdentifier`, for an algorithm with an OID of ten bytes and no
/// parameters: what COSE and canister-signature keys have.
pub(crate) const SHORT_ALGORITHM_LENGTH: usize = 14;

/// How many bytes a key of [`MAX_CONTENTS`] bytes has in its bit string, if its algorithm is one of
/// [`SHORT_ALGORITHM_LENGTH`]: four bytes are the head of the bit string, one counts unused bits.
pub(crate) const MAX_BODY: usize = MAX_CONTENTS - SHORT_ALGORITHM_LENGTH - 4 - 1;

/// Passes the pieces of a SubjectPublicKeyInfo up to the bytes of the key to `put`.
///
/// `algorithm` is the whole `AlgorithmIdentifier`, `body` the number of bytes that the key has.
pub(crate) fn frame(algorithm: &[u8], body: usize, mut put: impl FnMut(&[u8])) {
    let bits = body.saturating_add(1);
    let bit_string = Head::new(Tag::BitString, bits);
    let contents = bit_string
        .element_length(bits)
        .saturating_add(algorithm.len());
    put(Head::new(Tag::Sequence, contents).as_bytes());
    put(algorithm);
    put(bit_string.as_bytes());
    // No unused bits.
    put(&[0]);
}

/// Returns the SubjectPublicKeyInfo of a key whose bytes are those of `body` in turn.
#[cfg(feature = "alloc")]
pub(crate) fn encode(algorithm: &[u8], body: &[&[u8]]) -> Vec<u8> {
    let length = body.iter().map(|piece| piece.len()).sum::<usize>();
    let mut der = Vec::with_capacity(
        length
            .saturating_add(algorithm.len())
            // Two heads and the number of unused bits.
            .saturating_add(9),
    );
    frame(algorithm, length, |piece| der.extend_from_slice(piece));
    for piece in body {
        der.extend_from_slice(piece);
    }
    der
}
