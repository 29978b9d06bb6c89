//! ECDSA signatures in DER, which is how authenticators write them.

use core::fmt;

/// Returns r and s in 32 bytes each, most significant first, of their DER form (RFC 3279, section
/// 2.2.3).
///
/// Whether they are below the order of the group and not zero is for a signature provider to tell.
///
/// # Errors
///
/// Returns the first error from left to right.
// spec: SIG-WEBAUTHN-10
pub(crate) fn to_fixed(der: &[u8]) -> Result<[u8; 64], ParseEcdsaSignatureError> {
    let mut input = Reader {
        rest: der,
        position: 0,
    };
    let mut numbers = input.element(SEQUENCE)?;
    let mut signature = [0; 64];
    let (r, s) = signature.split_at_mut(32);
    numbers.integer(r)?;
    numbers.integer(s)?;
    numbers.finish()?;
    input.finish()?;
    Ok(signature)
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn element(&mut self, expected: u8) -> Result<Self, ParseEcdsaSignatureError> {
        let position = self.position;
        let [found, length, ..] = *self.rest else {
            return Err(ParseEcdsaSignatureError::UnexpectedEnd { position });
        };
        if found != expected {
            return Err(ParseEcdsaSignatureError::WrongTag {
                position,
                found,
                expected,
            });
        }
        // Two integers of 33 bytes and their heads have 70 bytes: one byte holds every length.
        if length > MAX_LENGTH {
            let position = position.saturating_add(1);
            return Err(ParseEcdsaSignatureError::TooLong { position });
        }
        self.take(2)?;
        let position = self.position;
        Ok(Self {
            rest: self.take(length.into())?,
            position,
        })
    }

    /// Takes an integer, and writes it with zeros in front.
    fn integer(&mut self, target: &mut [u8]) -> Result<(), ParseEcdsaSignatureError> {
        let Self { rest, position } = self.element(INTEGER)?;
        let digits = match *rest {
            [0, 0x80..=0xff, ..] => rest.get(1..).unwrap_or_default(),
            [0] | [0x01..=0x7f, ..] => rest,
            // No bytes, negative, or a zero in front that is not needed.
            _ => return Err(ParseEcdsaSignatureError::InvalidInteger { position }),
        };
        let start = target.len().checked_sub(digits.len());
        start
            .and_then(|start| target.get_mut(start..))
            .ok_or(ParseEcdsaSignatureError::TooLong { position })?
            .copy_from_slice(digits);
        Ok(())
    }

    const fn finish(self) -> Result<(), ParseEcdsaSignatureError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(ParseEcdsaSignatureError::TrailingBytes {
            position: self.position,
            count: self.rest.len(),
        })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ParseEcdsaSignatureError> {
        let position = self.position;
        let end = ParseEcdsaSignatureError::UnexpectedEnd { position };
        let (head, rest) = self.rest.split_at_checked(length).ok_or(end)?;
        self.rest = rest;
        self.position = position.saturating_add(length);
        Ok(head)
    }
}

/// Why some bytes are not the DER form of an ECDSA signature on P-256.
///
/// Positions are offsets in bytes from the start of the signature.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseEcdsaSignatureError {
    /// An integer is negative, has no bytes, or has a zero in front that it does not need.
    InvalidInteger {
        /// Where its bytes start.
        position: usize,
    },
    /// An integer has more than 32 bytes, or a length is not below 128.
    TooLong {
        /// Where the bytes of the integer start, or where the length is.
        position: usize,
    },
    /// Something follows s, or the whole.
    TrailingBytes {
        /// Where it starts.
        position: usize,
        /// How many bytes it has.
        count: usize,
    },
    /// The signature, or the sequence in it, ends too early.
    UnexpectedEnd {
        /// Where what ends too early starts.
        position: usize,
    },
    /// Another element is there than expected.
    WrongTag {
        /// Where the tag is.
        position: usize,
        /// The tag.
        found: u8,
        /// The tag that is allowed there.
        expected: u8,
    },
}

impl fmt::Display for ParseEcdsaSignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::InvalidInteger { position } => write!(
                f,
                "integer at position {position}, which is not a natural number in its shortest form"
            ),
            Self::TooLong { position } => write!(
                f,
                "length at position {position}, where integers of at most 32 bytes are allowed"
            ),
            Self::TrailingBytes { position, count } => write!(
                f,
                "{count} bytes at position {position}, where nothing may follow"
            ),
            Self::UnexpectedEnd { position } => {
                write!(
                    f,
                    "end of the signature in what starts at position {position}"
                )
            }
            Self::WrongTag {
                position,
                found,
                expected,
            } => write!(
                f,
                "tag {found:#04x} at position {position}, where {expected:#04x} belongs"
            ),
        }
    }
}

impl core::error::Error for ParseEcdsaSignatureError {}

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// The greatest length that one byte holds.
const MAX_LENGTH: u8 = 0x7f;

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn numbers_are_padded_to_32_bytes() {
        let mut one_and_two = [0; 64];
        (one_and_two[31], one_and_two[63]) = (1, 2);
        assert_eq!(to_fixed(&hex!("3006 020101 020102")), Ok(one_and_two));
        assert_eq!(to_fixed(&hex!("3006 020100 020100")), Ok([0; 64]));

        let mut longest = [0; 72];
        longest[..4].copy_from_slice(&hex!("3046 0221"));
        longest[37..39].copy_from_slice(&hex!("0221"));
        longest[5..37].fill(0xff);
        longest[40..].fill(0x80);
        let fixed = to_fixed(&longest).unwrap();
        assert_eq!((fixed[..32].to_vec(), fixed[32..].to_vec()), {
            (longest[5..37].to_vec(), longest[40..].to_vec())
        });
    }

    // spec: SIG-WEBAUTHN-10
    #[test]
    fn every_other_form_is_named() {
        use ParseEcdsaSignatureError::{
            InvalidInteger, TooLong, TrailingBytes, UnexpectedEnd, WrongTag,
        };
        let tag = |position, found, expected| WrongTag {
            position,
            found,
            expected,
        };
        let trailing = |position, count| TrailingBytes { position, count };
        for (der, error) in [
            (&hex!("")[..], UnexpectedEnd { position: 0 }),
            (&hex!("30"), UnexpectedEnd { position: 0 }),
            // Sixty-four bytes of r and s.
            (&[0x11; 64], tag(0, 0x11, 0x30)),
            (&hex!("3106 020101 020102"), tag(0, 0x31, 0x30)),
            (&hex!("3006 030101 020102"), tag(2, 0x03, 0x02)),
            (&hex!("3006 020101 040102"), tag(5, 0x04, 0x02)),
            (&hex!("3003 020101"), UnexpectedEnd { position: 5 }),
            (&hex!("3007 020101 020102"), UnexpectedEnd { position: 2 }),
            (&hex!("3006 020101 020202"), UnexpectedEnd { position: 7 }),
            // The greatest length of one byte.
            (&hex!("307f 020101 020102"), UnexpectedEnd { position: 2 }),
            (&hex!("308106 020101 020102"), TooLong { position: 1 }),
            (&hex!("3080 020101 020102 0000"), TooLong { position: 1 }),
            (&hex!("3007 02810101 020102"), TooLong { position: 3 }),
            (&hex!("3009 020101 020102 020103"), trailing(8, 3)),
            (&hex!("3006 020101 020102 00"), trailing(8, 1)),
            (&hex!("3006 020181 020102"), InvalidInteger { position: 4 }),
            (
                &hex!("3007 02020001 020102"),
                InvalidInteger { position: 4 },
            ),
            (
                &hex!("3007 02020000 020102"),
                InvalidInteger { position: 4 },
            ),
            (&hex!("3005 0200 020102"), InvalidInteger { position: 4 }),
            (&hex!("3006 020101 0201ff"), InvalidInteger { position: 7 }),
        ] {
            assert_eq!(to_fixed(der), Err(error), "{der:x?}");
        }

        let mut too_long = [1; 40];
        too_long[..4].copy_from_slice(&hex!("3026 0221"));
        too_long[37..].copy_from_slice(&hex!("020101"));
        assert_eq!(to_fixed(&too_long), Err(TooLong { position: 4 }));
    }
}
