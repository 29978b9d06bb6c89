//! Why some bytes are not DER, and where.

use core::fmt;

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
    /// An integer is negative, has no bytes, or has a zero in front that it does not need.
    InvalidInteger {
        /// Where its bytes start.
        position: usize,
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
            Self::InvalidInteger { position } => write!(
                f,
                "integer at position {position}, which is not a natural number in its shortest form"
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
    /// INTEGER.
    Integer,
    /// NULL.
    Null,
    /// OBJECT IDENTIFIER.
    ObjectIdentifier,
    /// SEQUENCE.
    Sequence,
}

impl Tag {
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Integer => 0x02,
            Self::BitString => 0x03,
            Self::Null => 0x05,
            Self::ObjectIdentifier => 0x06,
            Self::Sequence => 0x30,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BitString => "a bit string",
            Self::Integer => "an integer",
            Self::Null => "a null",
            Self::ObjectIdentifier => "an object identifier",
            Self::Sequence => "a sequence",
        })
    }
}
