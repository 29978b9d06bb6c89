//! Hexadecimal digits, read and shown.

use alloc::string::String;
use core::fmt;

use json::{Characters, Text};

/// Shows bytes in lower-case hexadecimal.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Appends two digits for every byte, in lower case.
pub(crate) fn push(text: &mut String, bytes: &[u8]) {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)));
}

/// Appends two digits for every byte, in upper case.
pub(crate) fn push_upper(text: &mut String, bytes: &[u8]) {
    let start = text.len();
    push(text, bytes);
    if let Some(digits) = text.get_mut(start..) {
        digits.make_ascii_uppercase();
    }
}

/// Returns the bytes that a string has two digits for, in either case, or `None` if it is another
/// string.
pub(crate) fn decode(text: Text<'_>) -> Option<Bytes<'_>> {
    let digits = text.chars().try_fold(0_usize, |count, digit| {
        digit.is_ascii_hexdigit().then_some(count.saturating_add(1))
    })?;
    digits.is_multiple_of(2).then(|| Bytes {
        digits: text.chars(),
        length: digits >> 1,
    })
}

/// Returns the number below 2⁶⁴ that a string has the digits of, in either case, zeros in front
/// allowed.
pub(crate) fn natural(text: Text<'_>) -> Option<u64> {
    let mut digits = text.chars();
    digits.clone().next()?;
    digits.try_fold(0_u64, |value, digit| {
        let digit = digit.to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit.into())
    })
}

/// The bytes of a string that [`decode`] checked.
#[derive(Clone, Debug)]
pub(crate) struct Bytes<'a> {
    digits: Characters<'a>,
    length: usize,
}

impl Bytes<'_> {
    pub(crate) const fn length(&self) -> usize {
        self.length
    }
}

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let high = self.digits.next()?.to_digit(16)?;
        let low = self.digits.next()?.to_digit(16)?;
        u8::try_from(high << 4 | low).ok()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use json::Reader;

    use super::*;

    fn text(document: &str) -> Text<'_> {
        Reader::new(document.as_bytes()).unwrap().text().unwrap()
    }

    #[test]
    fn bytes_are_pairs_of_digits_in_either_case() {
        let bytes = |document| decode(text(document)).map(Iterator::collect::<Vec<u8>>);
        assert_eq!(bytes(r#""""#), Some(Vec::new()));
        assert_eq!(bytes(r#""00aFF9""#), Some(Vec::from([0, 0xaf, 0xf9])));
        assert_eq!(bytes(r#""\u0061b""#), Some(Vec::from([0xab])));
        for document in [r#""0""#, r#""0g""#, r#""0x00""#, r#"" 00""#, r#""٠٠""#] {
            assert_eq!(bytes(document), None, "{document}");
        }
    }

    #[test]
    fn numbers_are_below_two_to_the_64() {
        for (document, value) in [
            (r#""0""#, Some(0)),
            (
                r#""00000000000017979Cfe362a0000""#,
                Some(1_700_000_000_000_000_000),
            ),
            (r#""ffffffffffffffff""#, Some(u64::MAX)),
            (r#""10000000000000000""#, None),
            (r#""""#, None),
            (r#""-1""#, None),
            (r#""0x1""#, None),
        ] {
            assert_eq!(natural(text(document)), value, "{document}");
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut written = String::from("\"");
        push(&mut written, &bytes);
        written.push('"');
        assert!(decode(text(&written)).unwrap().eq(bytes));
    }
}
