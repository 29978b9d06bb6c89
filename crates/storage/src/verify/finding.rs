//! What can be wrong with an image.

use core::fmt;

use crate::managed::{ManagerFinding, MapFinding, OpenMapError};
use crate::memory::MemoryError;
use crate::persistent::ParseStateError;
use crate::record::RecordError;
use crate::rules::AnchorError;
use crate::storage::{OpenError, ReadStateError};
use crate::v9::MemoryFinding;

/// Something in an image that is not as it should be.
#[expect(
    clippy::exhaustive_structs,
    reason = "which anchor, where, and what is all there is to say"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The number of the anchor, if it is about one.
    pub anchor: Option<u64>,
    /// Where it is, in bytes. Records and the persistent state of layouts since 7 count from the
    /// start of the first memory of the manager, entries of the archive buffer from that of the
    /// second; everything else from the start of the image.
    pub offset: u64,
    /// What it is.
    pub rule: Rule,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(anchor) = self.anchor {
            write!(f, "anchor {anchor}, ")?;
        }
        write!(f, "byte {}: {}", self.offset, self.rule)
    }
}

/// How bad something is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Nothing is wrong, but it is worth knowing.
    Note,
    /// It can be read, but the service would not write it today.
    Unusual,
    /// It cannot be read, or not all of it.
    Broken,
}

/// What is not as it should be.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rule {
    /// An anchor breaks a rule of today as a whole.
    Anchor {
        /// Which.
        error: AnchorError,
    },
    /// There is no archive buffer that can be used.
    ArchiveBuffer {
        /// Why not.
        error: OpenMapError,
    },
    /// The archive buffer is damaged.
    ArchiveEntries {
        /// How.
        finding: MapFinding,
    },
    /// A device breaks a rule of today.
    Device {
        /// Where it is among the devices of its anchor, from 0.
        position: usize,
        /// Which rule.
        error: AnchorError,
    },
    /// Records have a length or a place that no service gave them.
    IrregularRecords {
        /// How long they are, in bytes.
        record_length: u16,
        /// Where they begin, if the header says.
        first_record: Option<u64>,
    },
    /// There are bytes behind the last record that are no persistent state.
    LeftoverBehind,
    /// There are bytes behind the content of a record. Something longer stood there before.
    LeftoverInRecord,
    /// The table of the memory manager does not fit itself or the image.
    Manager {
        /// How.
        finding: ManagerFinding,
    },
    /// A bucket of the memory manager is not inside the image.
    Memory {
        /// What was asked for.
        error: MemoryError,
    },
    /// Something about a memory that only layout 9 has.
    Managed {
        /// What.
        finding: MemoryFinding,
    },
    /// An anchor has a number, but nothing was ever written to its record.
    NeverWritten,
    /// There are anchors, but no salt to derive pseudonyms with.
    NoSalt,
    /// The image cannot be opened.
    Open {
        /// Why not.
        error: OpenError,
    },
    /// The range has more numbers than there is room for, and is cut off.
    RangeBeyondCapacity {
        /// How many numbers.
        length: u64,
        /// For how many there is room.
        capacity: u64,
    },
    /// A record cannot be read.
    Record {
        /// Why not.
        error: RecordError,
    },
    /// There is something that begins like a persistent state and is none.
    State {
        /// What is wrong with it.
        error: ReadStateError,
    },
    /// The content of the persistent state cannot be read.
    StateContent {
        /// Why not.
        error: ParseStateError,
    },
    /// A record has fields that are not known here.
    UnknownFields {
        /// How many.
        count: usize,
    },
    /// The persistent state has fields that are not known here.
    UnknownStateFields {
        /// How many.
        count: usize,
    },
}

impl Rule {
    /// Returns how bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::ArchiveEntries { finding } => finding.rule.severity(),
            Self::Managed { finding } => finding.rule.severity(),
            Self::Memory { .. }
            | Self::Open { .. }
            | Self::Record { .. }
            | Self::State { .. }
            | Self::StateContent { .. }
            | Self::ArchiveBuffer { .. }
            | Self::Manager {
                finding:
                    ManagerFinding::BucketsBeyondMemory { .. }
                    | ManagerFinding::SizeBeyondBuckets { .. }
                    | ManagerFinding::UnownedBucket { .. },
            } => Severity::Broken,
            Self::Anchor { .. }
            | Self::Device { .. }
            | Self::IrregularRecords { .. }
            | Self::Manager { .. }
            | Self::NoSalt
            | Self::RangeBeyondCapacity { .. } => Severity::Unusual,
            Self::LeftoverBehind
            | Self::LeftoverInRecord
            | Self::NeverWritten
            | Self::UnknownFields { .. }
            | Self::UnknownStateFields { .. } => Severity::Note,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anchor { error } => error.fmt(f),
            Self::ArchiveBuffer { error } => {
                write!(f, "the archive buffer cannot be read: {error}")
            }
            Self::ArchiveEntries { finding } => {
                write!(f, "the archive buffer is damaged: {finding}")
            }
            Self::Device { position, error } => write!(f, "device {position}: {error}"),
            Self::IrregularRecords {
                record_length,
                first_record: Some(first),
            } => write!(
                f,
                "found records of {record_length} bytes from offset {first} on"
            ),
            Self::IrregularRecords {
                record_length,
                first_record: None,
            } => write!(f, "found records of {record_length} bytes"),
            Self::LeftoverBehind => f.write_str("found bytes behind the last record"),
            Self::LeftoverInRecord => f.write_str("found bytes behind the content of the record"),
            Self::Manager { finding } => write!(f, "memory manager: {finding}"),
            Self::Managed { finding } => finding.fmt(f),
            Self::Memory { error } => error.fmt(f),
            Self::NeverWritten => f.write_str("found a record that was never written"),
            Self::NoSalt => f.write_str("found anchors, but no salt"),
            Self::Open { error } => error.fmt(f),
            Self::RangeBeyondCapacity { length, capacity } => write!(
                f,
                "found a range of {length} numbers, there is room for {capacity}"
            ),
            Self::Record { error } => error.fmt(f),
            Self::State { error } => error.fmt(f),
            Self::StateContent { error } => error.fmt(f),
            Self::UnknownFields { count } => {
                write!(f, "found {count} fields that are not known")
            }
            Self::UnknownStateFields { count } => write!(
                f,
                "found {count} fields of the persistent state that are not known"
            ),
        }
    }
}
