//! Why something could not be written.

use core::fmt;

use crate::edit::EncodeRecordError;
use crate::header::{RangeError, Version};
use crate::memory::MemoryError;
use crate::record::RecordError;
use crate::storage::StoredAnchorError;

/// Why an image could not be made.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CreateError {
    /// The memory failed.
    Memory {
        /// Why.
        error: MemoryError,
    },
    /// No image begins with a migration.
    Moving {
        /// The version of the layout.
        version: Version,
    },
    /// The memory does not begin with zeros.
    NotEmpty,
    /// The range is not one for the layout.
    Range {
        /// Why not.
        error: RangeError,
    },
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { error } => error.fmt(f),
            Self::Moving { version } => {
                write!(f, "found layout {version}, which is that of a migration")
            }
            Self::NotEmpty => f.write_str("found a memory that does not begin with zeros"),
            Self::Range { error } => error.fmt(f),
        }
    }
}

impl core::error::Error for CreateError {}

impl From<MemoryError> for CreateError {
    fn from(error: MemoryError) -> Self {
        Self::Memory { error }
    }
}

/// Why no number could be given away.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AllocateError {
    /// The anchor cannot be written to a record.
    Encode {
        /// Why not.
        error: EncodeRecordError,
    },
    /// All numbers are given away.
    Full {
        /// The first number behind the range.
        end: u64,
    },
    /// Records have a length or a place that no service gave them.
    Irregular,
    /// The memory failed.
    Memory {
        /// Why.
        error: MemoryError,
    },
    /// The record would overwrite the persistent state. Whoever needs it reads it first, and
    /// [`Storage::clear_state`](crate::Storage::clear_state) makes room.
    StateInTheWay,
    /// What layout 9 has beside the record cannot be read or written.
    Stored {
        /// Why not.
        error: StoredAnchorError,
    },
    /// The memory ends before the last record does.
    Truncated,
}

impl fmt::Display for AllocateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode { error } => error.fmt(f),
            Self::Full { end } => write!(f, "found no number before {end} that is free"),
            Self::Irregular => f.write_str(IRREGULAR),
            Self::Memory { error } => error.fmt(f),
            Self::StateInTheWay => {
                f.write_str("found the persistent state where the record would be")
            }
            Self::Stored { error } => error.fmt(f),
            Self::Truncated => f.write_str("found a memory that ends before the last record does"),
        }
    }
}

impl core::error::Error for AllocateError {}

impl From<MemoryError> for AllocateError {
    fn from(error: MemoryError) -> Self {
        Self::Memory { error }
    }
}

/// Why a record could not be written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WriteAnchorError {
    /// The anchor cannot be written to a record.
    Encode {
        /// Why not.
        error: EncodeRecordError,
    },
    /// Records have a length or a place that no service gave them.
    Irregular,
    /// The memory failed.
    Memory {
        /// Why.
        error: MemoryError,
    },
    /// No anchor has this number.
    NoSuchAnchor {
        /// The number.
        number: u64,
    },
    /// What layout 9 has beside the record cannot be read or written.
    Stored {
        /// Why not.
        error: StoredAnchorError,
    },
    /// The record that is there has fields that are not known here, and that would be lost.
    UnknownFields {
        /// How many.
        count: usize,
    },
    /// The record that is there cannot be read, so nobody knows what would be lost.
    Unreadable {
        /// Why not.
        error: RecordError,
    },
}

impl fmt::Display for WriteAnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode { error } => error.fmt(f),
            Self::Irregular => f.write_str(IRREGULAR),
            Self::Memory { error } => error.fmt(f),
            Self::NoSuchAnchor { number } => write!(f, "no anchor has the number {number}"),
            Self::Stored { error } => error.fmt(f),
            Self::UnknownFields { count } => write!(
                f,
                "found {count} fields that are not known, which would be lost"
            ),
            Self::Unreadable { error } => {
                write!(f, "the record that is there cannot be read: {error}")
            }
        }
    }
}

impl core::error::Error for WriteAnchorError {}

/// Why the salt could not be set.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetSaltError {
    /// There is one, and every pseudonym depends on it.
    AlreadySet,
    /// The memory failed.
    Memory {
        /// Why.
        error: MemoryError,
    },
}

impl fmt::Display for SetSaltError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadySet => f.write_str("found a salt, which stays"),
            Self::Memory { error } => error.fmt(f),
        }
    }
}

impl core::error::Error for SetSaltError {}

/// Why the range could not be set.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetRangeError {
    /// The memory failed.
    Memory {
        /// Why.
        error: MemoryError,
    },
    /// The range is not one for the image.
    Range {
        /// Why not.
        error: RangeError,
    },
}

impl fmt::Display for SetRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { error } => error.fmt(f),
            Self::Range { error } => error.fmt(f),
        }
    }
}

impl core::error::Error for SetRangeError {}

const IRREGULAR: &str = "found records of a length or at a place that no service gave them";
