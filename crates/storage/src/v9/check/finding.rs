//! What can be wrong with the memories of layout 9.

use core::fmt;

use crate::managed::{MapFinding, MemoryId, OpenCellError, OpenMapError};
use crate::memory::MemoryError;
use crate::persistent::ParseStateError;
use crate::v9::cbor::StoredItemError;
use crate::verify::Severity;

/// Something in a memory of layout 9 that is not as it should be.
#[expect(
    clippy::exhaustive_structs,
    reason = "which memory, which anchor, and what is all there is to say"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MemoryFinding {
    /// The memory.
    pub id: MemoryId,
    /// The number of the anchor, if it is about one.
    pub anchor: Option<u64>,
    /// What it is.
    pub rule: MemoryRule,
}

impl fmt::Display for MemoryFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "memory {}: {}", self.id.number(), self.rule)
    }
}

/// What is not as it should be.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MemoryRule {
    /// The map that leads to the anchor has no entry for one of its credentials.
    AbsentFromIndex {
        /// The map.
        index: MemoryId,
    },
    /// An anchor has a number, but is not in the map of anchors.
    AbsentAnchor,
    /// A count is not that of what is counted.
    Count {
        /// What it says.
        said: u64,
        /// How many there are.
        found: u64,
    },
    /// The passkeys and recovery keys are not those of the record in memory 0. Services since 2026
    /// do not write records any more.
    DiffersFromRecord,
    /// An entry of a map leads to an anchor or an application that does not have the key of the entry.
    IndexLeadsAstray {
        /// Where it leads.
        number: u64,
    },
    /// A credential of the anchor leads to another one, which had it before.
    IndexLeadsElsewhere {
        /// The map.
        index: MemoryId,
        /// Where it leads.
        number: u64,
    },
    /// A value cannot be read.
    Item {
        /// Why not.
        error: StoredItemError,
    },
    /// The key or the value of an entry does not have the length that it should have.
    ItemLength {
        /// What it has, in bytes.
        length: u64,
    },
    /// A cell's value is longer than is read here.
    LongCell {
        /// How long it is, in bytes.
        length: u32,
        /// How long it may be.
        limit: u32,
    },
    /// The map is damaged.
    Map {
        /// How, and at which node.
        finding: MapFinding,
    },
    /// The bytes are not inside the image.
    Memory {
        /// What was asked for.
        error: MemoryError,
    },
    /// There is no cell where one should be.
    NoCell {
        /// Why not.
        error: OpenCellError,
    },
    /// There is no map where one should be.
    NoMap {
        /// Why not.
        error: OpenMapError,
    },
    /// A reference to an account that is not stored.
    NoSuchAccount {
        /// The number of the account.
        account: u64,
    },
    /// A number that no anchor has.
    NoSuchAnchor {
        /// The number.
        number: u64,
    },
    /// A number that no application has.
    NoSuchApplication {
        /// The number.
        number: u64,
    },
    /// The memory has bytes, and nothing here knows what they mean. They stay as they are.
    NotInterpreted {
        /// How many pages it has.
        pages: u64,
    },
    /// The persistent state cannot be read.
    State {
        /// Why not.
        error: ParseStateError,
    },
    /// From some entry on the map was not compared, because it cannot be read.
    Unread,
}

impl MemoryRule {
    /// Returns how bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::Map { finding } => finding.rule.severity(),
            Self::AbsentAnchor
            | Self::Item { .. }
            | Self::ItemLength { .. }
            | Self::Memory { .. }
            | Self::NoCell { .. }
            | Self::NoMap { .. }
            | Self::State { .. }
            | Self::Unread => Severity::Broken,
            Self::AbsentFromIndex { .. }
            | Self::Count { .. }
            | Self::IndexLeadsAstray { .. }
            | Self::LongCell { .. }
            | Self::NoSuchAccount { .. }
            | Self::NoSuchAnchor { .. }
            | Self::NoSuchApplication { .. } => Severity::Unusual,
            Self::DiffersFromRecord
            | Self::IndexLeadsElsewhere { .. }
            | Self::NotInterpreted { .. } => Severity::Note,
        }
    }
}

impl fmt::Display for MemoryRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AbsentFromIndex { index } => {
                write!(
                    f,
                    "found a credential that memory {} does not have",
                    index.number()
                )
            }
            Self::AbsentAnchor => f.write_str("found no anchor with the number"),
            Self::Count { said, found } => write!(f, "found {found} where {said} are counted"),
            Self::DiffersFromRecord => f.write_str("found other keys than those of the record"),
            Self::IndexLeadsAstray { number } => {
                write!(
                    f,
                    "found an entry for {number}, which does not have its key"
                )
            }
            Self::IndexLeadsElsewhere { index, number } => write!(
                f,
                "found a credential that memory {} has for anchor {number}",
                index.number()
            ),
            Self::Item { error } => write!(f, "found a value that cannot be read: {error}"),
            Self::ItemLength { length } => {
                write!(
                    f,
                    "found a key or value of {length} bytes, which is not its length"
                )
            }
            Self::LongCell { length, limit } => {
                write!(
                    f,
                    "found a cell of {length} bytes, at most {limit} are read"
                )
            }
            Self::Map { finding } => write!(f, "the map is damaged: {finding}"),
            Self::Memory { error } => error.fmt(f),
            Self::NoCell { error } => error.fmt(f),
            Self::NoMap { error } => error.fmt(f),
            Self::NoSuchAccount { account } => {
                write!(
                    f,
                    "found a reference to account {account}, which is not stored"
                )
            }
            Self::NoSuchAnchor { number } => {
                write!(f, "found anchor {number}, which does not exist")
            }
            Self::NoSuchApplication { number } => {
                write!(f, "found application {number}, which does not exist")
            }
            Self::NotInterpreted { pages } => {
                write!(f, "present, not interpreted: {pages} pages")
            }
            Self::State { error } => write!(f, "the persistent state cannot be read: {error}"),
            Self::Unread => f.write_str("not compared from an entry on that cannot be read"),
        }
    }
}
