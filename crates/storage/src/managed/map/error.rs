//! Why a map could not be opened, read or written.

use core::fmt;

use crate::MemoryError;

/// Why a memory has no [`Map`](crate::Map) that can be opened. In the order of the checks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OpenMapError {
    /// The memory has no bytes, or zeros where the magic would be: nobody made a map yet.
    Empty,
    /// The memory is shorter than the headers of map and allocator, 100 bytes.
    TooShort {
        /// How long it is, in bytes.
        length: u64,
    },
    /// The memory could not be read.
    Memory(MemoryError),
    /// The memory does not begin with `BTR`.
    Magic {
        /// What it begins with.
        found: [u8; 3],
    },
    /// The version is neither 1 nor 2.
    Version {
        /// What it is.
        found: u8,
    },
    /// The length of a page is below 128 or beyond 32 bits.
    PageLength {
        /// What it is, in bytes.
        length: u64,
    },
    /// The allocator does not begin with `BTA`.
    AllocatorMagic {
        /// What it begins with.
        found: [u8; 3],
    },
    /// The version of the allocator is not 1.
    AllocatorVersion {
        /// What it is.
        found: u8,
    },
    /// The allocator's chunks do not have the length of the map's pages.
    ChunkLength {
        /// The length of chunks, in bytes.
        found: u64,
        /// The length of pages, in bytes.
        page: u64,
    },
}

impl From<MemoryError> for OpenMapError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for OpenMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no map in the memory"),
            Self::TooShort { length } => {
                write!(f, "{length} bytes are less than the 100 of a map's headers")
            }
            Self::Memory(error) => error.fmt(f),
            Self::Magic { found } => write!(f, "a map begins with BTR, not with {found:02x?}"),
            Self::Version { found } => write!(f, "map of version {found}, not 1 or 2"),
            Self::PageLength { length } => write!(
                f,
                "pages of {length} bytes, at least 128 and less than {} are allowed",
                u32::MAX
            ),
            Self::AllocatorMagic { found } => {
                write!(f, "an allocator begins with BTA, not with {found:02x?}")
            }
            Self::AllocatorVersion { found } => write!(f, "allocator of version {found}, not 1"),
            Self::ChunkLength { found, page } => {
                write!(f, "chunks of {found} bytes for pages of {page} bytes")
            }
        }
    }
}

impl core::error::Error for OpenMapError {}

/// Why a [`Map`](crate::Map) could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadMapError {
    /// The memory could not be read.
    Memory(MemoryError),
    /// A node is not what it should be.
    Node {
        /// Where the node is, in bytes from the start of the map's memory.
        address: u64,
        /// What is wrong with it.
        rule: NodeRule,
    },
}

impl ReadMapError {
    pub(super) fn node(address: u64, rule: NodeRule) -> Self {
        Self::Node { address, rule }
    }
}

impl From<MemoryError> for ReadMapError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for ReadMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(error) => error.fmt(f),
            Self::Node { address, rule } => write!(f, "node at {address}: {rule}"),
        }
    }
}

impl core::error::Error for ReadMapError {}

/// Why a [`Map`](crate::Map) was not changed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WriteMapError {
    /// Keys and values of the [`Shape`](crate::Shape) cannot be in such a map.
    Shape,
    /// The key does not have a length that the map admits.
    KeyLength {
        /// How long it is, in bytes.
        length: u64,
    },
    /// The value does not have a length that the map admits.
    ValueLength {
        /// How long it is, in bytes.
        length: u64,
    },
    /// The map could not be read.
    Read(ReadMapError),
    /// A chunk of the allocator is not what it should be.
    Chunk {
        /// Where its header is, in bytes from the start of the map's memory.
        address: u64,
        /// What is wrong with it.
        rule: ChunkRule,
    },
    /// Entries are missing, more than one operation can have removed.
    LostEntries {
        /// How many there are, as the header says it.
        header: u64,
        /// How many were found.
        found: u64,
    },
    /// The memory could not be read, written or made longer.
    Memory(MemoryError),
}

impl From<MemoryError> for WriteMapError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl From<ReadMapError> for WriteMapError {
    fn from(error: ReadMapError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for WriteMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("a map cannot have such keys and values"),
            Self::KeyLength { length } => write!(f, "the map admits no key of {length} bytes"),
            Self::ValueLength { length } => write!(f, "the map admits no value of {length} bytes"),
            Self::Read(error) => error.fmt(f),
            Self::Chunk { address, rule } => write!(f, "chunk at {address}: {rule}"),
            Self::LostEntries { header, found } => {
                write!(
                    f,
                    "{header} entries in the header, but only {found} are found"
                )
            }
            Self::Memory(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for WriteMapError {}

/// What can be wrong with a node of a [`Map`](crate::Map). In the order of the checks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NodeRule {
    /// Nodes inside each other have no end, or there are more of them than a memory can hold.
    TooDeep,
    /// No chunk begins there.
    Misplaced,
    /// The node's head is not inside the memory.
    OutOfBounds,
    /// It does not begin with `BTN`.
    Magic,
    /// Its version is neither 1 nor 2, or is 1 in a map that cannot have such nodes.
    Version {
        /// What it is.
        found: u8,
    },
    /// It is neither leaf nor inner node.
    Kind {
        /// What it is.
        found: u8,
    },
    /// It has no entries, or more than 11.
    EntryCount {
        /// How many it has.
        found: u16,
    },
    /// A key has a length that the map does not admit.
    KeyLength {
        /// The entry, from 0.
        entry: u8,
        /// How long the key is, in bytes.
        length: u32,
    },
    /// A value has a length that the map does not admit.
    ValueLength {
        /// The entry, from 0.
        entry: u8,
        /// How long the value is, in bytes.
        length: u32,
    },
    /// The node ends before its contents do.
    CutShort {
        /// How many bytes there are.
        length: u64,
        /// How many are needed, at least.
        needed: u64,
    },
    /// The node goes on where no chunk begins, or behind the memory.
    OverflowMisplaced {
        /// Where.
        address: u64,
    },
    /// A further chunk of the node does not begin with `NOF`.
    OverflowMagic {
        /// Where the chunk is.
        address: u64,
    },
    /// The node goes on in a chunk that it already has.
    OverflowCycle {
        /// Where the chunk is.
        address: u64,
    },
    /// The node, or a part of it, is in a chunk that another one has.
    Shared,
    /// The key of an entry is not greater than the one before it.
    Unsorted {
        /// The entry, from 0.
        entry: u8,
    },
    /// There are more entries than the chunks in use can hold.
    TooManyEntries,
    /// The node is below an entry that is in the wrong place, and nowhere else.
    OutOfPlace,
}

impl fmt::Display for NodeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => f.write_str("nodes inside each other have no end"),
            Self::Misplaced => f.write_str("no chunk begins there"),
            Self::OutOfBounds => f.write_str("not inside the memory"),
            Self::Magic => f.write_str("a node begins with BTN"),
            Self::Version { found } => write!(f, "node of version {found}"),
            Self::Kind { found } => write!(f, "node of kind {found}, not 0 or 1"),
            Self::EntryCount { found } => write!(f, "{found} entries, 1 to 11 are allowed"),
            Self::KeyLength { entry, length } => {
                write!(f, "entry {entry} has a key of {length} bytes")
            }
            Self::ValueLength { entry, length } => {
                write!(f, "entry {entry} has a value of {length} bytes")
            }
            Self::CutShort { length, needed } => {
                write!(f, "{length} bytes of at least {needed}")
            }
            Self::OverflowMisplaced { address } => {
                write!(f, "goes on at {address}, where no chunk begins")
            }
            Self::OverflowMagic { address } => {
                write!(f, "goes on at {address}, which does not begin with NOF")
            }
            Self::OverflowCycle { address } => write!(f, "goes on at {address} twice"),
            Self::Shared => f.write_str("in a chunk that another node has"),
            Self::Unsorted { entry } => {
                write!(
                    f,
                    "the key of entry {entry} is not greater than the one before"
                )
            }
            Self::TooManyEntries => f.write_str("more entries than the chunks in use can hold"),
            Self::OutOfPlace => f.write_str("only below an entry that is in the wrong place"),
        }
    }
}

/// What can be wrong with a chunk of a [`Map`](crate::Map). In the order of the checks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChunkRule {
    /// No chunk begins there.
    Misplaced,
    /// The chunk's header is not inside the memory.
    OutOfBounds,
    /// It does not begin with `CHK`.
    Magic,
    /// Its version is not 1.
    Version {
        /// What it is.
        found: u8,
    },
    /// The byte that says whether it is in use is neither 0 nor 1.
    Flag {
        /// What it is.
        found: u8,
    },
    /// It is in the list of free chunks, but in use.
    InUse,
    /// A node is in it, but it is not in use.
    NotInUse,
}

impl fmt::Display for ChunkRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misplaced => f.write_str("no chunk begins there"),
            Self::OutOfBounds => f.write_str("not inside the memory"),
            Self::Magic => f.write_str("a chunk begins with CHK"),
            Self::Version { found } => write!(f, "chunk of version {found}, not 1"),
            Self::Flag { found } => write!(f, "in use is {found}, not 0 or 1"),
            Self::InUse => f.write_str("is in the list of free chunks, but in use"),
            Self::NotInUse => f.write_str("has a node in it, but is not in use"),
        }
    }
}
