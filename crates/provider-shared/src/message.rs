//! Messages that come in pieces.

use alloc::borrow::Cow;

use sha2::{Digest as _, Sha256};

/// Returns the message in one piece, for libraries that want it so.
#[must_use]
pub fn contiguous<'a>(message: &[&'a [u8]]) -> Cow<'a, [u8]> {
    match message {
        [] => Cow::Borrowed(&[]),
        [whole] => Cow::Borrowed(whole),
        pieces => Cow::Owned(pieces.concat()),
    }
}

/// Returns the SHA-256 of the message.
#[must_use]
pub fn sha256(message: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for piece in message {
        hasher.update(piece);
    }
    hasher.finalize().into()
}
