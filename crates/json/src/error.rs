//! Why a document could not be read, and where.

use core::fmt;

/// Why a document could not be read, and where.
#[expect(
    clippy::exhaustive_structs,
    reason = "a position and a reason is all there is; crates on top build their own"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReadError {
    /// Where, in bytes from the start of the input; at most the length of the input.
    pub position: usize,
    /// Why.
    pub reason: Reason,
}

/// Why a document could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The document starts with a byte-order mark.
    ByteOrderMark,
    /// A character below U+0020 stands in a string, where it must be escaped.
    ControlCharacter,
    /// A name that was there before in the same object.
    DuplicateName,
    /// A backslash is not followed by an escape sequence that JSON has.
    InvalidEscape,
    /// The document is not UTF-8.
    InvalidUtf8,
    /// An escaped surrogate without its pair, which is no character.
    LoneSurrogate,
    /// A number that is not one by JSON's rules.
    MalformedNumber,
    /// More than [`MAX_LENGTH`](crate::MAX_LENGTH) bytes.
    TooLong {
        /// How many.
        length: usize,
    },
    /// More levels of arrays and objects than [`MAX_NESTING`](crate::MAX_NESTING).
    TooDeep,
    /// An object with more members than [`MAX_MEMBERS`](crate::MAX_MEMBERS).
    TooManyMembers,
    /// Something after the one value.
    TrailingData,
    /// Something other than what belongs here.
    Unexpected {
        /// The byte that is there.
        found: u8,
        /// What belongs here.
        expected: Expected,
    },
    /// The document ends.
    UnexpectedEnd {
        /// What belongs here.
        expected: Expected,
    },
}

/// What belongs in a place.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// An array.
    Array,
    /// `false` or `true`.
    Boolean,
    /// The colon after a name.
    Colon,
    /// A comma, or the end of the array.
    CommaOrEndOfArray,
    /// A comma, or the end of the object.
    CommaOrEndOfObject,
    /// The quotation mark that ends a string.
    EndOfText,
    /// The name of a member.
    Name,
    /// `null`.
    Null,
    /// A number.
    Number,
    /// An object.
    Object,
    /// A string.
    Text,
    /// Any value.
    Value,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason, self.position)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("found a byte-order mark, which must not be there"),
            Self::ControlCharacter => {
                f.write_str("found a control character in a string, where it must be escaped")
            }
            Self::DuplicateName => f.write_str("found a name for the second time in an object"),
            Self::InvalidEscape => f.write_str("found an escape sequence that JSON doesn't have"),
            Self::InvalidUtf8 => f.write_str("found bytes that are not UTF-8"),
            Self::LoneSurrogate => f.write_str("found a surrogate without its pair"),
            Self::MalformedNumber => f.write_str("found a number that JSON doesn't have"),
            Self::TooLong { length } => write!(
                f,
                "found {length} bytes, at most {} are allowed",
                crate::MAX_LENGTH
            ),
            Self::TooDeep => write!(
                f,
                "found more than {} levels of nesting",
                crate::MAX_NESTING
            ),
            Self::TooManyMembers => write!(
                f,
                "found an object of more than {} members",
                crate::MAX_MEMBERS
            ),
            Self::TrailingData => f.write_str("found something after the value, expected the end"),
            Self::Unexpected { found, expected } => {
                write!(f, "found the byte {found:#04x}, expected {expected}")
            }
            Self::UnexpectedEnd { expected } => write!(f, "found the end, expected {expected}"),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Array => "an array",
            Self::Boolean => "a boolean",
            Self::Colon => "a colon",
            Self::CommaOrEndOfArray => "a comma or the end of the array",
            Self::CommaOrEndOfObject => "a comma or the end of the object",
            Self::EndOfText => "the end of the string",
            Self::Name => "a name",
            Self::Null => "null",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::Text => "a string",
            Self::Value => "a value",
        })
    }
}

impl core::error::Error for ReadError {}
