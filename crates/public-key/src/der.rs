//! Strict DER (ITU-T X.690, section 10), as much of it as public keys need.
//!
//! Every element has exactly one form here, so that a key that is read and written again is the same
//! bytes: tags have one byte, and a length is in the short form below 128 and otherwise in the long
//! form with as few bytes as possible.

use core::fmt;

/// Reads the elements of one sequence, or of the whole input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Where `rest` starts in the whole input.
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            position: 0,
        }
    }

    /// Reads a sequence, whose elements are then read from the result.
    pub(crate) fn sequence(&mut self) -> Result<Self, ParseDerError> {
        self.element(Tag::Sequence)
    }

    /// Reads an object identifier and returns its encoded arcs.
    pub(crate) fn object_identifier(&mut self) -> Result<&'a [u8], ParseDerError> {
        Ok(self.element(Tag::ObjectIdentifier)?.rest)
    }

    /// Reads a bit string and returns how many bits of its last byte are unused, and its bytes.
    pub(crate) fn bit_string(&mut self) -> Result<(u8, &'a [u8]), ParseDerError> {
        let mut contents = self.element(Tag::BitString)?;
        let [unused_bits] = contents.array()?;
        Ok((unused_bits, contents.rest))
    }

    /// Checks that no element is left.
    pub(crate) const fn finish(self) -> Result<(), ParseDerError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(ParseDerError::TrailingBytes {
            position: self.position,
            count: self.rest.len(),
        })
    }

    fn element(&mut self, expected: Tag) -> Result<Self, ParseDerError> {
        let position = self.position;
        let [found] = self.array()?;
        if found != expected.byte() {
            return Err(ParseDerError::WrongTag {
                position,
                found,
                expected,
            });
        }
        let length = self.length()?;
        let position = self.position;
        Ok(Self {
            rest: self.take(length)?,
            position,
        })
    }

    fn length(&mut self) -> Result<usize, ParseDerError> {
        let position = self.position;
        let [first] = self.array()?;
        let (length, least) = match first {
            ..=0x7f => (u16::from(first), 0),
            0x81 => (self.array().map(|[byte]| u16::from(byte))?, 0x80),
            // No public key is so long that it needs more bytes than these.
            0x82 => (u16::from_be_bytes(self.array()?), 0x100),
            _ => return Err(ParseDerError::UnsupportedLength { position, first }),
        };
        let length = usize::from(length);
        if length < least {
            return Err(ParseDerError::LongerLength { position, length });
        }
        Ok(length)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ParseDerError> {
        let array = self
            .rest
            .first_chunk()
            .copied()
            .ok_or_else(|| self.end(N))?;
        self.take(N)?;
        Ok(array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ParseDerError> {
        let (head, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.end(length))?;
        self.rest = rest;
        self.position = self.position.saturating_add(length);
        Ok(head)
    }

    const fn end(&self, needed: usize) -> ParseDerError {
        let (position, available) = (self.position, self.rest.len());
        ParseDerError::UnexpectedEnd {
            position,
            needed,
            available,
        }
    }
}

/// Why some bytes are not the DER form of what was expected.
///
/// Positions are offsets in bytes from the start of the whole input.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseDerError {
    /// The input, or the element around this place, ends too early.
    UnexpectedEnd {
        /// Where the missing bytes should start.
        position: usize,
        /// How many bytes are needed there.
        needed: usize,
        /// How many there are.
        available: usize,
    },
    /// Another element is there than expected.
    WrongTag {
        /// Where the tag is.
        position: usize,
        /// The tag.
        found: u8,
        /// The tag that is allowed there.
        expected: Tag,
    },
    /// A length is written with more bytes than it needs.
    LongerLength {
        /// Where the length starts.
        position: usize,
        /// The length.
        length: usize,
    },
    /// A length is indefinite or is written with more than two bytes, which no key needs.
    UnsupportedLength {
        /// Where the length starts.
        position: usize,
        /// Its first byte.
        first: u8,
    },
    /// Something follows the last element of a sequence, or the whole.
    TrailingBytes {
        /// Where it starts.
        position: usize,
        /// How many bytes it has.
        count: usize,
    },
}

impl fmt::Display for ParseDerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnexpectedEnd {
                position,
                needed,
                available,
            } => {
                write!(
                    f,
                    "{available} bytes left at position {position}, where {needed} are needed"
                )
            }
            Self::WrongTag {
                position,
                found,
                expected,
            } => write!(
                f,
                "tag {found:#04x} at position {position}, where {expected} ({:#04x}) belongs",
                expected.byte()
            ),
            Self::LongerLength { position, length } => {
                write!(
                    f,
                    "length {length} at position {position} has more bytes than it needs"
                )
            }
            Self::UnsupportedLength { position, first } => write!(
                f,
                "length of form {first:#04x} at position {position}, at most 0x82 is allowed"
            ),
            Self::TrailingBytes { position, count } => {
                write!(
                    f,
                    "{count} bytes at position {position}, where nothing may follow"
                )
            }
        }
    }
}

impl core::error::Error for ParseDerError {}

/// The kind of an element.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tag {
    /// BIT STRING.
    BitString,
    /// OBJECT IDENTIFIER.
    ObjectIdentifier,
    /// SEQUENCE.
    Sequence,
}

impl Tag {
    const fn byte(self) -> u8 {
        match self {
            Self::BitString => 0x03,
            Self::ObjectIdentifier => 0x06,
            Self::Sequence => 0x30,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BitString => "a bit string",
            Self::ObjectIdentifier => "an object identifier",
            Self::Sequence => "a sequence",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one bit string and nothing else, and returns how many bytes it has.
    fn read(der: &[u8]) -> Result<usize, ParseDerError> {
        let mut reader = Reader::new(der);
        let (_, bytes) = reader.bit_string()?;
        reader.finish()?;
        Ok(bytes.len())
    }

    /// A bit string with this length and as many bytes as it says.
    fn bit_string<const N: usize>(length: &[u8], bytes: usize) -> ([u8; N], usize) {
        let mut der = [0; N];
        der[0] = 0x03;
        der[1..=length.len()].copy_from_slice(length);
        (der, 1 + length.len() + bytes)
    }

    #[test]
    fn each_length_has_one_form() {
        for (length, bytes, result) in [
            (&[0x01][..], 1, Ok(0)),
            (&[0x7f], 127, Ok(126)),
            (
                &[0x81, 0x7f],
                127,
                Err(ParseDerError::LongerLength {
                    position: 1,
                    length: 127,
                }),
            ),
            (&[0x81, 0x80], 128, Ok(127)),
            (&[0x81, 0xff], 255, Ok(254)),
            (
                &[0x82, 0x00, 0xff],
                255,
                Err(ParseDerError::LongerLength {
                    position: 1,
                    length: 255,
                }),
            ),
            (&[0x82, 0x01, 0x00], 256, Ok(255)),
            (&[0x82, 0xff, 0xff], 65_535, Ok(65_534)),
            (
                &[0x83, 0x01, 0x00, 0x00],
                65_536,
                Err(ParseDerError::UnsupportedLength {
                    position: 1,
                    first: 0x83,
                }),
            ),
            (
                &[0x80],
                0,
                Err(ParseDerError::UnsupportedLength {
                    position: 1,
                    first: 0x80,
                }),
            ),
            (
                &[0xff],
                0,
                Err(ParseDerError::UnsupportedLength {
                    position: 1,
                    first: 0xff,
                }),
            ),
        ] {
            let (der, end) = bit_string::<70_000>(length, bytes);
            assert_eq!(read(&der[..end]), result, "{length:x?}");
        }
    }

    #[test]
    fn the_end_may_come_anywhere() {
        let end = |position, needed, available| {
            Err(ParseDerError::UnexpectedEnd {
                position,
                needed,
                available,
            })
        };
        assert_eq!(read(&[]), end(0, 1, 0));
        assert_eq!(read(&[0x03]), end(1, 1, 0));
        assert_eq!(read(&[0x03, 0x00]), end(2, 1, 0));
        assert_eq!(read(&[0x03, 0x02, 0x00]), end(2, 2, 1));
        assert_eq!(read(&[0x03, 0x81]), end(2, 1, 0));
        assert_eq!(read(&[0x03, 0x82, 0x01]), end(2, 2, 1));
        assert_eq!(read(&[0x03, 0x82, 0xff, 0xff]), end(4, 0xffff, 0));
    }

    #[test]
    fn the_tag_is_named() {
        let expected = Tag::BitString;
        let error = ParseDerError::WrongTag {
            position: 0,
            found: 0x04,
            expected,
        };
        assert_eq!(read(&[0x04, 0x01, 0x00]), Err(error));
    }

    #[test]
    fn what_follows_is_counted() {
        let error = ParseDerError::TrailingBytes {
            position: 3,
            count: 2,
        };
        assert_eq!(read(&[0x03, 0x01, 0x00, 0x00, 0x00]), Err(error));
    }

    #[test]
    fn positions_count_from_the_start_of_the_input() {
        let mut outer = Reader::new(&[0x30, 0x04, 0x30, 0x02, 0x03, 0x01]);
        let mut inner = outer.sequence().unwrap().sequence().unwrap();
        let error = ParseDerError::UnexpectedEnd {
            position: 6,
            needed: 1,
            available: 0,
        };
        assert_eq!(inner.bit_string(), Err(error));
    }
}
