//! Writing nodes: definite lengths, shortest heads.
//!
//! This appends to a plain vector, because pruning takes back what it wrote.

use alloc::vec::Vec;

use crate::digest::HASH_LENGTH;

/// Writes an empty tree.
pub(crate) fn empty(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0x81, 0x00]);
}

/// Writes the head of a fork. The left and the right tree are next.
pub(crate) fn fork(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0x83, 0x01]);
}

/// Writes a label. What is below it is next.
pub(crate) fn labeled(out: &mut Vec<u8>, label: &[u8]) {
    out.extend_from_slice(&[0x83, 0x02]);
    bytes(out, label);
}

/// Writes a value.
pub(crate) fn leaf(out: &mut Vec<u8>, value: &[u8]) {
    out.extend_from_slice(&[0x82, 0x03]);
    bytes(out, value);
}

/// Writes the hash of a part that is pruned.
pub(crate) fn pruned(out: &mut Vec<u8>, hash: &[u8; HASH_LENGTH]) {
    out.extend_from_slice(&[0x82, 0x04]);
    bytes(out, hash);
}

/// Writes a byte string.
fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = bytes.len();
    let [.., a, b, c, d] = u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes();
    match length {
        ..24 => out.push(0x40 | d),
        24..=0xff => out.extend_from_slice(&[0x58, d]),
        0x100..=0xffff => out.extend_from_slice(&[0x59, c, d]),
        0x1_0000..=0xffff_ffff => out.extend_from_slice(&[0x5a, a, b, c, d]),
        _ => {
            out.push(0x5b);
            out.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use cbor::Writer;

    use super::*;

    #[test]
    fn writes_what_the_cbor_writer_writes() {
        for length in [0, 1, 23, 24, 255, 256, 65_535, 65_536] {
            let bytes = vec![0x5a; length];
            let mut expected = Writer::new();
            expected
                .array(3)
                .unsigned(2)
                .bytes(&bytes)
                .array(2)
                .unsigned(3)
                .bytes(&bytes);
            let mut out = Vec::new();
            labeled(&mut out, &bytes);
            leaf(&mut out, &bytes);
            assert!(out == expected.into_bytes(), "{length}");
        }
        let mut expected = Writer::new();
        expected
            .array(3)
            .unsigned(1)
            .array(1)
            .unsigned(0)
            .array(2)
            .unsigned(4)
            .bytes(&[7; 32]);
        let mut out = Vec::new();
        fork(&mut out);
        empty(&mut out);
        pruned(&mut out, &[7; 32]);
        assert_eq!(out, expected.into_bytes());
    }
}
