//! Why there is no manager, and what is wrong with one.

use core::fmt;

use super::{MAX_BUCKETS, MemoryId};
use crate::MemoryError;

/// The number 255, which marks buckets that nobody owns, is no [`MemoryId`].
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidMemoryId;

impl fmt::Display for InvalidMemoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("255 is not the number of a memory, at most 254 is")
    }
}

impl core::error::Error for InvalidMemoryId {}

/// Why a memory has no [`Manager`](crate::Manager) that can be read. In the order of the checks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OpenManagerError {
    /// The memory ends before the page, or the page has zeros where the magic would be: nobody made
    /// a manager yet.
    Empty,
    /// The memory ends before the table does.
    TooShort {
        /// How many bytes the table has.
        needed: u64,
        /// How many there are from the page on.
        length: u64,
    },
    /// The memory could not be read.
    Memory(MemoryError),
    /// The page does not begin with `MGR`.
    Magic {
        /// What it begins with.
        found: [u8; 3],
    },
    /// The version is not 1.
    Version {
        /// What it is.
        found: u8,
    },
    /// The buckets have no pages.
    EmptyBuckets,
    /// There are more than [`MAX_BUCKETS`] buckets.
    TooManyBuckets {
        /// How many there are.
        found: u16,
    },
}

impl From<MemoryError> for OpenManagerError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for OpenManagerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no memory manager"),
            Self::TooShort { needed, length } => {
                write!(
                    f,
                    "a memory manager's table of {needed} bytes in {length} bytes"
                )
            }
            Self::Memory(error) => error.fmt(f),
            Self::Magic { found } => {
                write!(f, "a memory manager begins with MGR, not with {found:02x?}")
            }
            Self::Version { found } => write!(f, "memory manager of version {found}, not 1"),
            Self::EmptyBuckets => f.write_str("buckets of no pages, at least 1 is needed"),
            Self::TooManyBuckets { found } => {
                write!(f, "{found} buckets, at most {MAX_BUCKETS} are allowed")
            }
        }
    }
}

impl core::error::Error for OpenManagerError {}

/// What is wrong with a [`Manager`](crate::Manager) that can be read nevertheless.
///
/// That a bucket is owned twice cannot be said in the table, which has one owner for each. What a
/// lost write can leave is said by the variants here.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ManagerFinding {
    /// The base memory ends before the buckets do.
    BucketsBeyondMemory {
        /// How many buckets are in use.
        buckets: u16,
        /// Where the last one ends, in bytes.
        needed: u64,
        /// How long the base memory is, in bytes.
        length: u64,
    },
    /// The memory begins like a manager: perhaps somebody made one inside the other.
    ManagerInside {
        /// The memory.
        id: MemoryId,
    },
    /// The memory is longer than its buckets.
    SizeBeyondBuckets {
        /// The memory.
        id: MemoryId,
        /// How long it is, in pages.
        pages: u64,
        /// How many pages its buckets have.
        owned: u64,
    },
    /// The bucket is not in use, yet has an owner.
    StrayBucket {
        /// The bucket.
        bucket: u16,
        /// Its owner.
        owner: MemoryId,
    },
    /// The bucket is in use, yet has no owner.
    UnownedBucket {
        /// The bucket.
        bucket: u16,
    },
    /// The memory has at least one bucket more than it needs.
    UnusedBuckets {
        /// The memory.
        id: MemoryId,
        /// How long it is, in pages.
        pages: u64,
        /// How many pages its buckets have.
        owned: u64,
    },
}

impl fmt::Display for ManagerFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BucketsBeyondMemory {
                buckets,
                needed,
                length,
            } => write!(
                f,
                "{buckets} buckets that end at byte {needed} in a memory of {length} bytes"
            ),
            Self::ManagerInside { id } => {
                write!(
                    f,
                    "memory {} begins with a memory manager of its own",
                    id.number()
                )
            }
            Self::SizeBeyondBuckets { id, pages, owned } => write!(
                f,
                "memory {} of {pages} pages in buckets of {owned} pages",
                id.number()
            ),
            Self::StrayBucket { bucket, owner } => write!(
                f,
                "bucket {bucket} is not in use but belongs to memory {}",
                owner.number()
            ),
            Self::UnownedBucket { bucket } => {
                write!(f, "bucket {bucket} is in use but belongs to no memory")
            }
            Self::UnusedBuckets { id, pages, owned } => write!(
                f,
                "memory {} of {pages} pages owns buckets of {owned} pages",
                id.number()
            ),
        }
    }
}
