//! Cryptographic primitives, from other libraries than the crates under test use.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

mod bls;
pub mod ecdsa;
pub mod ed25519;
pub mod rsa;

pub use bls::*;

/// SHA-256.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    libcrux_sha2::sha256(data)
}

/// SHA-224.
#[must_use]
pub fn sha224(data: &[u8]) -> [u8; 28] {
    libcrux_sha2::sha224(data)
}

/// SHA-256 of several parts, one after the other.
#[must_use]
pub fn sha256_of(parts: &[&[u8]]) -> [u8; 32] {
    sha256(&parts.concat())
}

/// The seed of the test key called `label`.
#[must_use]
pub fn test_seed(label: &str) -> [u8; 32] {
    sha256_of(&[b"icid-conformance/v1/key/", label.as_bytes()])
}

/// What `compute` says about `question`, computed once per process.
///
/// Pairings are slow and the kill matrix asks the same questions again for every fault. Every part
/// of the question counts, and so does where one part ends and the next begins.
pub(crate) fn memoised(question: &[&[u8]], compute: impl FnOnce() -> bool) -> bool {
    static ANSWERS: LazyLock<Mutex<HashMap<[u8; 32], bool>>> = LazyLock::new(Mutex::default);

    let mut key = Vec::new();
    for part in question {
        key.extend_from_slice(&sha256(part));
    }
    let key = sha256(&key);
    let known = ANSWERS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .copied();
    known.unwrap_or_else(|| {
        let answer = compute();
        ANSWERS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, answer);
        answer
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::hex;

    #[test]
    fn hashes_as_published() {
        assert_eq!(
            hex(&sha256(b"")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hex(&sha224(b"")),
            "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"
        );
    }

    #[test]
    fn computes_once_per_question() {
        assert!(memoised(&[b"test", b"ab"], || true));
        assert!(memoised(&[b"test", b"ab"], || false));
        assert!(!memoised(&[b"test", b"a", b"b"], || false));
    }
}
