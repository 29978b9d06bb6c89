//! Writing, deterministically.

use alloc::vec::Vec;

/// Writes CBOR into a buffer: shortest heads, definite lengths.
///
/// The same calls write the same bytes. The caller writes as many items after an array's or map's
/// head as it announced, and the entries of a map in the order they shall have.
///
/// # Example
///
/// ```
/// use icid_cbor::Writer;
///
/// let mut writer = Writer::new();
/// writer.self_described_tag().map(1).text("reply").bytes(b"DIDL");
/// assert_eq!(writer.into_bytes(), b"\xd9\xd9\xf7\xa1\x65reply\x44DIDL");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer {
    buffer: Vec<u8>,
}

impl Writer {
    /// Returns a writer that has written nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { buffer: Vec::new() }
    }

    /// Returns a writer with room for that many bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            buffer: Vec::with_capacity(capacity),
        }
    }

    /// Writes the tag 55799 that marks self-described CBOR.
    pub fn self_described_tag(&mut self) -> &mut Self {
        self.tag(crate::reader::SELF_DESCRIBED)
    }

    /// Writes the head of a tag; the tagged item is next.
    pub fn tag(&mut self, tag: u64) -> &mut Self {
        self.head(6, tag)
    }

    /// Writes a natural number below 2⁶⁴.
    pub fn unsigned(&mut self, value: u64) -> &mut Self {
        self.head(0, value)
    }

    /// Writes the integer −1 − `value`: that is how CBOR counts negative integers.
    pub fn negative(&mut self, value: u64) -> &mut Self {
        self.head(1, value)
    }

    /// Writes a natural number given by its bytes, most significant first: a plain integer if it
    /// is below 2⁶⁴, else a bignum.
    pub fn natural(&mut self, bytes: &[u8]) -> &mut Self {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let digits = bytes.get(zeros..).unwrap_or_default();
        if digits.len() > size_of::<u64>() {
            return self.tag(crate::reader::BIGNUM).bytes(digits);
        }
        let value = digits
            .iter()
            .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        self.unsigned(value)
    }

    /// Writes a byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.string(2, bytes)
    }

    /// Writes a text string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.string(3, text.as_bytes())
    }

    /// Writes the head of an array; its items are next.
    pub fn array(&mut self, items: u64) -> &mut Self {
        self.head(4, items)
    }

    /// Writes the head of a map; its keys and values are next, in turn.
    pub fn map(&mut self, entries: u64) -> &mut Self {
        self.head(5, entries)
    }

    /// Writes `false` or `true`.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.buffer.push(if value { 0xf5 } else { 0xf4 });
        self
    }

    /// Writes `null`.
    pub fn null(&mut self) -> &mut Self {
        self.buffer.push(0xf6);
        self
    }

    /// Writes an item that is encoded already.
    pub fn item(&mut self, encoded: &[u8]) -> &mut Self {
        self.buffer.extend_from_slice(encoded);
        self
    }

    /// Returns what was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Returns what was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.buffer
    }

    fn string(&mut self, major: u8, bytes: &[u8]) -> &mut Self {
        // A length always fits into 64 bits; the fallback is there for the type's sake.
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.head(major, length);
        self.buffer.extend_from_slice(bytes);
        self
    }

    fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let major = major << 5;
        if let Ok(argument) = u8::try_from(argument) {
            if argument < 24 {
                self.buffer.push(major | argument);
            } else {
                self.buffer.extend_from_slice(&[major | 24, argument]);
            }
        } else if let Ok(argument) = u16::try_from(argument) {
            self.buffer.push(major | 25);
            self.buffer.extend_from_slice(&argument.to_be_bytes());
        } else if let Ok(argument) = u32::try_from(argument) {
            self.buffer.push(major | 26);
            self.buffer.extend_from_slice(&argument.to_be_bytes());
        } else {
            self.buffer.push(major | 27);
            self.buffer.extend_from_slice(&argument.to_be_bytes());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    fn written(write: impl FnOnce(&mut Writer) -> &mut Writer) -> Vec<u8> {
        let mut writer = Writer::with_capacity(16);
        write(&mut writer);
        assert_eq!(writer.as_bytes(), writer.clone().into_bytes());
        writer.into_bytes()
    }

    #[test]
    fn room_that_was_asked_for_is_there() {
        assert!(Writer::with_capacity(1000).into_bytes().capacity() >= 1000);
    }

    #[test]
    fn heads_are_as_short_as_they_can_be() {
        for (value, encoded) in [
            (23, &hex!("17")[..]),
            (24, &hex!("18 18")),
            (255, &hex!("18 ff")),
            (256, &hex!("19 0100")),
            (0xffff, &hex!("19 ffff")),
            (0x1_0000, &hex!("1a 00010000")),
            (0xffff_ffff, &hex!("1a ffffffff")),
            (0x1_0000_0000, &hex!("1b 0000000100000000")),
            (u64::MAX, &hex!("1b ffffffffffffffff")),
        ] {
            assert_eq!(written(|writer| writer.unsigned(value)), encoded);
        }
    }

    #[test]
    fn every_kind_has_its_major_type() {
        assert_eq!(written(|writer| writer.negative(6)), hex!("26"));
        assert_eq!(written(|writer| writer.bytes(b"a")), hex!("41 61"));
        assert_eq!(written(|writer| writer.text("a")), hex!("61 61"));
        assert_eq!(written(|writer| writer.array(2)), hex!("82"));
        assert_eq!(written(|writer| writer.map(2)), hex!("a2"));
        assert_eq!(written(|writer| writer.tag(2)), hex!("c2"));
        assert_eq!(written(Writer::self_described_tag), hex!("d9d9f7"));
        assert_eq!(
            written(|writer| writer.boolean(true).boolean(false)),
            hex!("f5f4")
        );
        assert_eq!(written(Writer::null), hex!("f6"));
        assert_eq!(written(|writer| writer.item(&[0x80])), hex!("80"));
    }

    #[test]
    // spec: CBOR-5
    fn naturals_become_bignums_only_if_they_must() {
        assert_eq!(written(|writer| writer.natural(&[])), hex!("00"));
        assert_eq!(
            written(|writer| writer.natural(&[0, 1, 0])),
            hex!("19 0100")
        );
        assert_eq!(
            written(|writer| writer.natural(&[0xff; 8])),
            hex!("1b ffffffffffffffff")
        );
        assert_eq!(
            written(|writer| writer.natural(&hex!("00 010000000000000000"))),
            hex!("c2 49 010000000000000000")
        );
    }

    /// Interface spec 0.66.0, "CBOR": the example of diagnostic notation.
    #[test]
    fn writes_the_generic_example() {
        let example = written(|writer| writer.array(2).text("a").map(1).text("b").text("c"));
        assert_eq!(example, hex!("82 6161 a1 6162 6163"));
    }
}
