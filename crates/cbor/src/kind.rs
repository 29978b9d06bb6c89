//! What an item is, as far as its first byte tells.

use core::fmt;

/// What an item is, as far as its first byte tells.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// An array, of definite or indefinite length.
    Array,
    /// `false` or `true`.
    Bool,
    /// The end of an array or map of indefinite length.
    Break,
    /// A byte string: a blob.
    Bytes,
    /// A floating-point number, which the profile doesn't have.
    Float,
    /// A map, of definite or indefinite length.
    Map,
    /// A negative integer.
    Negative,
    /// `null`.
    Null,
    /// A simple value that has no meaning in the profile.
    Simple,
    /// A tag, followed by the item it says something about.
    Tag,
    /// A text string.
    Text,
    /// `undefined`, which the profile doesn't have.
    Undefined,
    /// A natural number below 2⁶⁴.
    Unsigned,
}

impl Kind {
    /// Returns the kind of the item that starts with `first`.
    #[inline]
    pub(crate) const fn of(first: u8) -> Self {
        match first {
            0x00..=0x1f => Self::Unsigned,
            0x20..=0x3f => Self::Negative,
            0x40..=0x5f => Self::Bytes,
            0x60..=0x7f => Self::Text,
            0x80..=0x9f => Self::Array,
            0xa0..=0xbf => Self::Map,
            0xc0..=0xdf => Self::Tag,
            0xf4 | 0xf5 => Self::Bool,
            0xf6 => Self::Null,
            0xf7 => Self::Undefined,
            0xf9..=0xfb => Self::Float,
            0xff => Self::Break,
            0xe0..=0xf3 | 0xf8 | 0xfc..=0xfe => Self::Simple,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Array => "an array",
            Self::Bool => "a boolean",
            Self::Break => "a break",
            Self::Bytes => "a byte string",
            Self::Float => "a float",
            Self::Map => "a map",
            Self::Negative => "a negative integer",
            Self::Null => "null",
            Self::Simple => "a simple value",
            Self::Tag => "a tag",
            Self::Text => "a text string",
            Self::Undefined => "undefined",
            Self::Unsigned => "an unsigned integer",
        })
    }
}
