//! Natural numbers as state trees hold them: LEB128.

use core::fmt;

/// Why the value at a path is not a natural number below 2⁶⁴.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseNatError {
    /// The last byte is zero: a shorter encoding means the same.
    NotMinimal,
    /// The number is 2⁶⁴ or more.
    TooLarge,
    /// Bytes follow the number.
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// The bytes end before the number does.
    UnexpectedEnd,
}

impl fmt::Display for ParseNatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMinimal => f.write_str("found a number that has a shorter encoding"),
            Self::TooLarge => f.write_str("found a number of 2^64 or more"),
            Self::TrailingBytes { count } => write!(f, "found {count} bytes after the number"),
            Self::UnexpectedEnd => f.write_str("found the end inside a number"),
        }
    }
}

impl core::error::Error for ParseNatError {}

/// Decodes a natural number that takes all the bytes.
///
/// # Errors
///
/// In this order: [`ParseNatError::UnexpectedEnd`], [`ParseNatError::TrailingBytes`],
/// [`ParseNatError::NotMinimal`], [`ParseNatError::TooLarge`].
// spec: CERT-8
pub(crate) fn parse(bytes: &[u8]) -> Result<u64, ParseNatError> {
    const MORE: u8 = 0x80;
    let last = bytes.iter().position(|byte| byte & MORE == 0);
    let Some(last) = last else {
        return Err(ParseNatError::UnexpectedEnd);
    };
    let count = bytes.len().saturating_sub(last).saturating_sub(1);
    if count > 0 {
        return Err(ParseNatError::TrailingBytes { count });
    }
    if last > 0 && bytes.last() == Some(&0) {
        return Err(ParseNatError::NotMinimal);
    }
    let mut number: u64 = 0;
    for byte in bytes.iter().rev() {
        let bits = u64::from(byte & !MORE);
        number = number.checked_mul(0x80).ok_or(ParseNatError::TooLarge)? | bits;
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: CERT-8
    #[test]
    fn reads_numbers_up_to_the_largest() {
        assert_eq!(parse(&[0]), Ok(0));
        assert_eq!(parse(&[0x7f]), Ok(127));
        assert_eq!(parse(&[0x80, 0x01]), Ok(128));
        assert_eq!(parse(&[0xe5, 0x8e, 0x26]), Ok(624_485));
        let largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(parse(&largest), Ok(u64::MAX));
    }

    #[test]
    fn rejects_two_to_the_64() {
        let above = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02];
        assert_eq!(parse(&above), Err(ParseNatError::TooLarge));
        assert_eq!(
            parse(&[&[0xff; 1000][..], &[1]].concat()),
            Err(ParseNatError::TooLarge)
        );
    }

    // spec: CERT-8
    #[test]
    fn rejects_other_encodings() {
        assert_eq!(parse(&[]), Err(ParseNatError::UnexpectedEnd));
        assert_eq!(parse(&[0x80]), Err(ParseNatError::UnexpectedEnd));
        assert_eq!(parse(&[0x80, 0x00]), Err(ParseNatError::NotMinimal));
        assert_eq!(
            parse(&[0x00, 0x00]),
            Err(ParseNatError::TrailingBytes { count: 1 })
        );
        let big_endian = 1_700_000_000_000_000_000_u64.to_be_bytes();
        assert_eq!(
            parse(&big_endian),
            Err(ParseNatError::TrailingBytes { count: 7 })
        );
    }

    extern crate alloc;
}
