//! Unpadded base64url (RFC 4648, section 5), decoded as it comes.

use core::fmt;

/// Checks that characters are the unpadded base64url form of some bytes.
///
/// # Errors
///
/// The first invalid character; then, at the end, a character too many or bits that are not zero.
// spec: SIG-WEBAUTHN-8
pub(crate) fn check(text: impl Iterator<Item = char>) -> Result<(), DecodeBase64UrlError> {
    let mut decoder = Decoder::new(text);
    for index in 0_usize.. {
        let Some(character) = decoder.text.next() else {
            break;
        };
        decoder
            .accept(character)
            .ok_or(DecodeBase64UrlError::InvalidCharacter { index })?;
    }
    // Characters have six bits, so the last one belongs to a byte unless six bits are left.
    if decoder.count >= 6 {
        return Err(DecodeBase64UrlError::UnusedCharacter);
    }
    if decoder.bits != 0 {
        return Err(DecodeBase64UrlError::UnusedBits);
    }
    Ok(())
}

/// The bytes that characters are the base64url form of, up to the first invalid character.
#[derive(Clone, Debug)]
pub(crate) struct Decoder<I> {
    text: I,
    /// Bits that belong to no byte yet, in the lowest `count` bits.
    bits: u32,
    /// At most 7.
    count: u32,
}

impl<I: Iterator<Item = char>> Decoder<I> {
    pub(crate) const fn new(text: I) -> Self {
        Self {
            text,
            bits: 0,
            count: 0,
        }
    }

    /// Takes one character, and returns a byte if it completes one; `None` if it is invalid.
    fn accept(&mut self, character: char) -> Option<Option<u8>> {
        self.bits = self.bits << 6 | value(character)?;
        self.count = self.count.wrapping_add(6);
        let Some(left) = self.count.checked_sub(8) else {
            return Some(None);
        };
        let byte = self.bits >> left;
        self.bits &= 1_u32.wrapping_shl(left).wrapping_sub(1);
        self.count = left;
        // At most 14 bits were there, of which the highest 8 are now in place.
        u8::try_from(byte).ok().map(Some)
    }
}

impl<I: Iterator<Item = char>> Iterator for Decoder<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        loop {
            let character = self.text.next()?;
            if let Some(byte) = self.accept(character)? {
                return Some(byte);
            }
        }
    }
}

/// Returns the six bits that a character stands for.
fn value(character: char) -> Option<u32> {
    let number = u32::from(character);
    match character {
        'A'..='Z' => number.checked_sub(u32::from('A')),
        'a'..='z' => number.checked_sub(u32::from('a'))?.checked_add(26),
        '0'..='9' => number.checked_sub(u32::from('0'))?.checked_add(52),
        '-' => Some(62),
        '_' => Some(63),
        _ => None,
    }
}

/// Why characters are not the unpadded base64url form of any bytes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DecodeBase64UrlError {
    /// A character is none of the 64. Padding is not allowed either.
    InvalidCharacter {
        /// How many characters are in front of it.
        index: usize,
    },
    /// The last character has bits beyond the last byte that are not zero.
    UnusedBits,
    /// The last character belongs to no byte.
    UnusedCharacter,
}

impl fmt::Display for DecodeBase64UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidCharacter { index } => write!(
                f,
                "character {index} is not of the base64url alphabet, which has no padding"
            ),
            Self::UnusedBits => f.write_str("bits after the last byte are not zero"),
            Self::UnusedCharacter => f.write_str("the last character belongs to no byte"),
        }
    }
}

impl core::error::Error for DecodeBase64UrlError {}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    fn decode(text: &str) -> Result<Vec<u8>, DecodeBase64UrlError> {
        check(text.chars())?;
        Ok(Decoder::new(text.chars()).collect())
    }

    #[test]
    fn the_vectors_of_the_rfc_decode() {
        // RFC 4648, section 10, without padding.
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg", b"f"),
            ("Zm8", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg", b"foob"),
            ("Zm9vYmE", b"fooba"),
            ("Zm9vYmFy", b"foobar"),
            ("__-_", &[0xff, 0xff, 0xbf]),
        ] {
            assert_eq!(decode(text).unwrap(), bytes);
        }
    }

    #[test]
    fn every_character_has_its_value() {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (number, character) in (0..).zip(alphabet.chars()) {
            assert_eq!(value(character), Some(number));
        }
        let others = (char::MIN..=char::MAX).filter(|c| !alphabet.contains(*c));
        assert!(
            others
                .take(1000)
                .all(|character| value(character).is_none())
        );
    }

    // spec: SIG-WEBAUTHN-8
    #[test]
    fn everything_else_is_named() {
        let invalid = |index| Err(DecodeBase64UrlError::InvalidCharacter { index });
        for (text, result) in [
            ("Zg==", invalid(2)),
            ("Zm8=", invalid(3)),
            ("//+/", invalid(0)),
            ("__+_", invalid(2)),
            ("Zm 9v", invalid(2)),
            ("Zm9v\n", invalid(4)),
            ("Zé", invalid(1)),
            ("Z", Err(DecodeBase64UrlError::UnusedCharacter)),
            ("Zm9vY", Err(DecodeBase64UrlError::UnusedCharacter)),
            ("Zh", Err(DecodeBase64UrlError::UnusedBits)),
            ("Zm9", Err(DecodeBase64UrlError::UnusedBits)),
        ] {
            assert_eq!(decode(text), result, "{text}");
        }
    }
}
