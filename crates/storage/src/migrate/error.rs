//! Why an image was not migrated.

use core::fmt;

use crate::edit::EncodeRecordError;
use crate::header::Version;
use crate::managed::{OpenMapError, WriteCellError};
use crate::memory::MemoryError;
use crate::record::RecordError;
use crate::storage::{ReadStateError, StoredAnchorError};

/// Why an image was not migrated, or not to the end. A memory that fails is
/// [`MigrateError::Memory`], whatever was being done.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MigrateError {
    /// Something that is no map of entries is where the archive buffer would be.
    ArchiveBuffer {
        /// What is wrong with it.
        error: OpenMapError,
    },
    /// The target comes before the layout that the image has.
    Backwards {
        /// The version that it has.
        from: Version,
        /// The target.
        to: Version,
    },
    /// The content of a record would no longer fit.
    Encode {
        /// The number of the anchor.
        number: u64,
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
    /// No anchor has this number. That does not occur.
    NoSuchAnchor {
        /// The number.
        number: u64,
    },
    /// Layouts 2 and 4 are no targets, but states of a migration.
    NoTarget {
        /// The version.
        version: Version,
    },
    /// A record cannot be read.
    Record {
        /// The number of the anchor.
        number: u64,
        /// Why not.
        error: RecordError,
    },
    /// The persistent state cannot be read.
    State {
        /// Why not.
        error: ReadStateError,
    },
    /// The cell of the persistent state cannot be written.
    StateCell {
        /// Why not.
        error: WriteCellError,
    },
    /// What layout 9 has beside the records cannot be written.
    Stored {
        /// Why not.
        error: StoredAnchorError,
    },
    /// The persistent state is so long that the place it moves to is inside it.
    StateTooLong {
        /// How long it is, in bytes.
        length: u64,
        /// How long it may be, in bytes.
        limit: u64,
    },
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArchiveBuffer { error } => {
                write!(f, "the archive buffer cannot be made: {error}")
            }
            Self::Backwards { from, to } => {
                write!(f, "found layout {from}, which comes after layout {to}")
            }
            Self::Encode { number, error } => write!(f, "anchor {number}: {error}"),
            Self::Irregular => {
                f.write_str("found records of a length or at a place that no service gave them")
            }
            Self::Memory { error } => error.fmt(f),
            Self::NoSuchAnchor { number } => write!(f, "no anchor has the number {number}"),
            Self::NoTarget { version } => {
                write!(
                    f,
                    "layout {version} is the state of a migration and no target"
                )
            }
            Self::Record { number, error } => write!(f, "anchor {number}: {error}"),
            Self::State { error } => error.fmt(f),
            Self::StateCell { error } => error.fmt(f),
            Self::Stored { error } => error.fmt(f),
            Self::StateTooLong { length, limit } => write!(
                f,
                "found a persistent state of {length} bytes, at most {limit} can be moved"
            ),
        }
    }
}

impl core::error::Error for MigrateError {}

impl From<MemoryError> for MigrateError {
    fn from(error: MemoryError) -> Self {
        Self::Memory { error }
    }
}

impl From<ReadStateError> for MigrateError {
    fn from(error: ReadStateError) -> Self {
        match error {
            ReadStateError::Memory { error } => Self::Memory { error },
            error => Self::State { error },
        }
    }
}

impl From<StoredAnchorError> for MigrateError {
    fn from(error: StoredAnchorError) -> Self {
        match error.memory() {
            Some(error) => Self::Memory { error },
            None => Self::Stored { error },
        }
    }
}

impl From<WriteCellError> for MigrateError {
    fn from(error: WriteCellError) -> Self {
        match error {
            WriteCellError::Memory(error) => Self::Memory { error },
            error @ WriteCellError::TooLong { .. } => Self::StateCell { error },
        }
    }
}
