//! Why some bytes could not be read, and where.

use core::fmt;

use crate::Kind;

/// Why some bytes could not be read, and where.
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

/// Why some bytes could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// A tag-2 number stands where a natural number below 2⁶⁴ belongs.
    Bignum,
    /// A tag-2 number is below 2⁶⁴: it belongs in a plain integer.
    BignumTooSmall,
    /// A string of indefinite length.
    Chunked {
        /// [`Kind::Bytes`] or [`Kind::Text`].
        kind: Kind,
    },
    /// A key that was there before in the same map.
    DuplicateKey,
    /// The items of an array, or entries of a map, are not as many as they must be: there are
    /// more.
    ExcessItem,
    /// The input lacks the tag 55799 at its start.
    MissingTag,
    /// The items of an array, or entries of a map, are not as many as they must be: one is
    /// missing.
    MissingItem,
    /// A map key that is not a text string.
    NonTextKey {
        /// What it is.
        found: Kind,
    },
    /// A text string that is not UTF-8.
    InvalidUtf8,
    /// A value that the profile doesn't have: a float, `undefined`, another simple value, or a
    /// break where none belongs.
    NotInProfile {
        /// What it is.
        found: Kind,
    },
    /// `null` for an optional field, which the policy rejects.
    Null,
    /// An element of an integer array that stands for a blob, but not a byte.
    NotAByte {
        /// Its value.
        value: u64,
    },
    /// An initial byte that RFC 8949 reserves.
    ReservedInitialByte {
        /// The byte.
        byte: u8,
    },
    /// More levels of arrays, maps and tags than [`MAX_NESTING`](crate::MAX_NESTING).
    TooDeep,
    /// A map with more entries than [`MAX_ENTRIES`](crate::MAX_ENTRIES).
    TooManyEntries,
    /// Bytes after the one item that was expected.
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// A tag other than the ones that may stand here.
    UnexpectedTag {
        /// Its number.
        tag: u64,
    },
    /// The input ends, or would end before an announced length.
    UnexpectedEnd {
        /// How many bytes must follow at least.
        needed: u64,
        /// How many follow.
        available: usize,
    },
    /// A key that no field of the record has, which the policy rejects.
    UnknownField,
    /// Something other than what belongs here.
    WrongKind {
        /// What it is.
        found: Kind,
        /// What belongs here.
        expected: Kind,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason, self.position)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bignum => f.write_str("found a bignum, expected a number below 2^64"),
            Self::BignumTooSmall => {
                f.write_str("found a bignum below 2^64, expected a plain integer")
            }
            Self::Chunked { kind } => {
                write!(f, "found {kind} in chunks, expected a definite length")
            }
            Self::DuplicateKey => f.write_str("found a key for the second time in a map"),
            Self::ExcessItem => f.write_str("found an item more than the allowed number"),
            Self::MissingTag => f.write_str("found no tag 55799, which must be there"),
            Self::MissingItem => f.write_str("found an item less than the required number"),
            Self::NonTextKey { found } => {
                write!(f, "found {found} as a map key, expected a text string")
            }
            Self::InvalidUtf8 => f.write_str("found a text string that is not UTF-8"),
            Self::NotInProfile { found } => {
                write!(f, "found {found}, which must not be there")
            }
            Self::Null => f.write_str("found null, expected the field to be absent"),
            Self::NotAByte { value } => {
                write!(f, "found {value} in a blob, expected at most 255")
            }
            Self::ReservedInitialByte { byte } => {
                write!(f, "found the reserved initial byte {byte:#04x}")
            }
            Self::TooDeep => {
                write!(
                    f,
                    "found more than {} levels of nesting",
                    crate::MAX_NESTING
                )
            }
            Self::TooManyEntries => {
                write!(f, "found a map of more than {} entries", crate::MAX_ENTRIES)
            }
            Self::TrailingBytes { count } => {
                write!(f, "found {count} bytes after the item, expected the end")
            }
            Self::UnexpectedTag { tag } => write!(f, "found tag {tag}, which must not be there"),
            Self::UnexpectedEnd { needed, available } => {
                write!(
                    f,
                    "found {available} more bytes, expected at least {needed}"
                )
            }
            Self::UnknownField => f.write_str("found a field the record doesn't have"),
            Self::WrongKind { found, expected } => write!(f, "found {found}, expected {expected}"),
        }
    }
}

impl core::error::Error for ReadError {}
