//! The hashes of the five kinds of nodes.
//!
//! Most nodes fit into one or two blocks of SHA-256. Those are padded here and compressed directly,
//! which is about twice as fast as going through a streaming hasher.

use sha2::Digest;
use sha2::Sha256;
use sha2::block_api::compress256;

pub(crate) const HASH_LENGTH: usize = 32;

const FORK: &[u8; 17] = b"\x10ic-hashtree-fork";
const LABELED: &[u8; 20] = b"\x13ic-hashtree-labeled";
const LEAF: &[u8; 17] = b"\x10ic-hashtree-leaf";

/// The hash of an empty tree: SHA-256 of `\x11ic-hashtree-empty`.
// spec: TREE-1
pub(crate) const EMPTY: [u8; HASH_LENGTH] = [
    0x4e, 0x3e, 0xd3, 0x5c, 0x4e, 0x2d, 0x1e, 0xe8, 0x99, 0x96, 0x48, 0x3f, 0xb6, 0x26, 0x0a, 0x64,
    0xcf, 0xfb, 0x6c, 0x47, 0xdb, 0xab, 0x21, 0x6e, 0x79, 0x30, 0xe8, 0x2f, 0x81, 0x90, 0xd1, 0x20,
];

/// Returns the hash of a fork.
// spec: TREE-2
pub(crate) fn fork(left: &[u8; HASH_LENGTH], right: &[u8; HASH_LENGTH]) -> [u8; HASH_LENGTH] {
    digest(FORK, left, right)
}

/// Returns the hash of a label with what is below it.
// spec: TREE-3
pub(crate) fn labeled(label: &[u8], subtree: &[u8; HASH_LENGTH]) -> [u8; HASH_LENGTH] {
    digest(LABELED, label, subtree)
}

/// Returns the hash of a value.
// spec: TREE-4
pub(crate) fn leaf(value: &[u8]) -> [u8; HASH_LENGTH] {
    digest(LEAF, value, &[])
}

/// Returns the SHA-256 of three strings after each other.
///
/// It is part of its callers, whose separators and hashes have constant lengths.
#[inline]
fn digest(separator: &[u8], head: &[u8], tail: &[u8]) -> [u8; HASH_LENGTH] {
    let length = separator
        .len()
        .saturating_add(head.len())
        .saturating_add(tail.len());
    let padded_length = length.saturating_add(PADDING);
    if padded_length <= BLOCK {
        compressed::<1>(separator, head, tail)
    } else if padded_length <= 2 * BLOCK {
        compressed::<2>(separator, head, tail)
    } else {
        let hasher = Sha256::new_with_prefix(separator);
        hasher
            .chain_update(head)
            .chain_update(tail)
            .finalize()
            .into()
    }
}

/// Returns the hash of a message for which so many blocks suffice.
///
/// The blocks are used where they are made: a copy would have to wait for all the parts to arrive.
#[inline]
fn compressed<const BLOCKS: usize>(
    separator: &[u8],
    head: &[u8],
    tail: &[u8],
) -> [u8; HASH_LENGTH] {
    let middle = separator.len().saturating_add(head.len());
    let length = middle.saturating_add(tail.len());
    let mut blocks = [[0; BLOCK]; BLOCKS];
    let bytes = blocks.as_flattened_mut();
    put(bytes, 0, separator);
    put(bytes, separator.len(), head);
    put(bytes, middle, tail);
    put(bytes, length, &[0x80]);
    let bits = u64::try_from(length).unwrap_or_default().saturating_mul(8);
    put(
        bytes,
        bytes.len().saturating_sub(size_of::<u64>()),
        &bits.to_be_bytes(),
    );
    compress(&blocks)
}

/// Copies `part` to position `at`, where the caller made sure that it fits.
#[inline]
fn put(bytes: &mut [u8], at: usize, part: &[u8]) {
    if let Some(place) = bytes
        .get_mut(at..)
        .and_then(|end| end.get_mut(..part.len()))
    {
        place.copy_from_slice(part);
    }
}

/// Returns the SHA-256 of a message that is padded already.
#[inline]
fn compress(blocks: &[[u8; BLOCK]]) -> [u8; HASH_LENGTH] {
    let mut state = INITIAL;
    compress256(&mut state, blocks);
    let mut hash = [0; HASH_LENGTH];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

const BLOCK: usize = 64;
/// The least padding: a byte 0x80 and the length in eight bytes.
const PADDING: usize = 9;

/// FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    /// The hash by the text, through the streaming hasher.
    fn by_the_text(parts: &[&[u8]]) -> [u8; HASH_LENGTH] {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize().into()
    }

    // spec: TREE-1
    #[test]
    fn an_empty_tree_hashes_its_separator() {
        assert_eq!(EMPTY, by_the_text(&[b"\x11ic-hashtree-empty"]));
    }

    // spec: TREE-2
    #[test]
    fn a_fork_hashes_left_before_right() {
        assert_eq!(
            fork(&[1; 32], &[2; 32]),
            by_the_text(&[FORK, &[1; 32], &[2; 32]])
        );
    }

    // spec: TREE-3
    #[test]
    fn a_label_of_any_length_hashes_without_its_length() {
        let label = [0x5a; 200];
        for length in 0..=label.len() {
            let label = &label[..length];
            assert_eq!(
                labeled(label, &[3; 32]),
                by_the_text(&[LABELED, label, &[3; 32]]),
                "{length}"
            );
        }
    }

    // spec: TREE-4
    #[test]
    fn a_leaf_of_any_length_hashes_its_value_once() {
        let value = [0xa5; 200];
        for length in 0..=value.len() {
            let value = &value[..length];
            assert_eq!(leaf(value), by_the_text(&[LEAF, value]), "{length}");
        }
        // SHA-256 of the separator and nothing, and of the separator and "hello".
        let empty = hex!("d001f3e7b82166c6d343a1efe776e96ac02a23a51e0898bc2c4e323fce0e622c");
        assert_eq!(leaf(b""), empty);
        let hello = hex!("99cf694471b0e9c54db36120f914f12537b3a7417c301e10851f341f4d5ca14a");
        assert_eq!(leaf(b"hello"), hello);
    }
}
