//! Why some bytes could not be read, and where.

use core::fmt;

use crate::header::{MAX_HEADER_LENGTH, MAX_TYPES};
use crate::kind::Kind;
use crate::reader::MAX_NESTING;

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
    /// A value of the type `empty`, which has none.
    EmptyValue,
    /// The type definitions and the types of the arguments are longer than
    /// [`MAX_HEADER_LENGTH`].
    HeaderTooLong,
    /// The annotations of a function are none, or one of 1, 2 and 3.
    InvalidAnnotation {
        /// The byte that is found.
        byte: u8,
    },
    /// A byte that says yes or no is neither 0 nor 1.
    InvalidFlag {
        /// The byte.
        byte: u8,
    },
    /// A text that is not UTF-8.
    InvalidUtf8,
    /// The message does not begin with `DIDL`.
    MissingMagic,
    /// A value is asked for, but there is none: the last one was read, and
    /// [`Reader::next_argument`](crate::Reader::next_argument) or `next` of a record or vector was
    /// not called, or told that there is none.
    NoValue,
    /// A number beyond the range of its type or, for a `nat` or `int`, beyond 128 bits.
    NumberTooLarge,
    /// A reference that only the system could resolve.
    OpaqueReference,
    /// A record or vector is asked for its next value, but one inside it was not read to its end.
    OpenInside,
    /// A principal of more than 29 bytes.
    PrincipalTooLong {
        /// How many bytes it has.
        length: usize,
    },
    /// More records, variants, vectors and options inside each other than
    /// [`MAX_NESTING`].
    TooDeep,
    /// More type definitions than [`MAX_TYPES`].
    TooManyTypes {
        /// How many are announced.
        count: u64,
    },
    /// More values than a message of this length may have, see
    /// [`VALUES_PER_BYTE`](crate::VALUES_PER_BYTE).
    TooManyValues,
    /// Bytes after the last argument.
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// The input ends, or would end before an announced length.
    UnexpectedEnd {
        /// How many bytes must follow at least.
        needed: u64,
        /// How many follow.
        available: usize,
    },
    /// The type of a method is not a function.
    UnexpectedMethodType,
    /// An opcode that no type has, or not where it stands.
    UnknownOpcode {
        /// The opcode.
        opcode: i64,
    },
    /// A type that is not defined.
    UnknownType {
        /// Its position in the list of definitions.
        index: u64,
        /// How many definitions there are.
        count: usize,
    },
    /// A case that the variant does not have.
    UnknownVariant {
        /// Its position among the cases.
        index: u64,
        /// How many cases there are.
        count: u64,
    },
    /// The field ids of a record or variant, or the names of methods, do not ascend.
    Unsorted,
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
            Self::EmptyValue => f.write_str("found the type empty, which has no values"),
            Self::HeaderTooLong => write!(f, "found types of more than {MAX_HEADER_LENGTH} bytes"),
            Self::InvalidAnnotation { byte } => write!(
                f,
                "found the annotation byte {byte:#04x} of a function, expected none or one of 1 to 3"
            ),
            Self::InvalidFlag { byte } => write!(f, "found byte {byte:#04x}, expected 0 or 1"),
            Self::InvalidUtf8 => f.write_str("found a text that is not UTF-8"),
            Self::MissingMagic => f.write_str("found no DIDL, which must be there"),
            Self::NoValue => f.write_str("found no value that is still to be read"),
            Self::NumberTooLarge => f.write_str("found a number beyond the range of its type"),
            Self::OpaqueReference => f.write_str("found an opaque reference, expected an id"),
            Self::OpenInside => {
                f.write_str("found a record or vector inside that was not read to its end")
            }
            Self::PrincipalTooLong { length } => {
                write!(
                    f,
                    "found a principal of {length} bytes, at most 29 are allowed"
                )
            }
            Self::TooDeep => write!(f, "found more than {MAX_NESTING} levels of nesting"),
            Self::TooManyTypes { count } => {
                write!(f, "found {count} types, at most {MAX_TYPES} are allowed")
            }
            Self::TooManyValues => {
                f.write_str("found more values than a message of this length may have")
            }
            Self::TrailingBytes { count } => {
                write!(
                    f,
                    "found {count} bytes after the arguments, expected the end"
                )
            }
            Self::UnexpectedEnd { needed, available } => {
                write!(
                    f,
                    "found {available} more bytes, expected at least {needed}"
                )
            }
            Self::UnexpectedMethodType => {
                f.write_str("found a method whose type is not a function")
            }
            Self::UnknownOpcode { opcode } => {
                write!(f, "found opcode {opcode}, which no type has here")
            }
            Self::UnknownType { index, count } => {
                write!(f, "found type {index}, only {count} are defined")
            }
            Self::UnknownVariant { index, count } => {
                write!(f, "found case {index} of a variant that has {count}")
            }
            Self::Unsorted => f.write_str("found ids or names that do not ascend"),
            Self::WrongKind { found, expected } => write!(f, "found {found}, expected {expected}"),
        }
    }
}

impl core::error::Error for ReadError {}
