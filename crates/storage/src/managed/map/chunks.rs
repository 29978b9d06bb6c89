//! The allocator of a map: chunks of equal length, in use or in a list of free ones.
//!
//! ```text
//!  52  magic "BTA"
//!  55  version, 1
//!  56  4 bytes, reserved
//!  60  u64 little-endian: bytes of a chunk without its header
//!  68  u64: chunks in use
//!  76  u64: address of the first free chunk's header
//!  84  16 bytes, reserved
//!
//! chunk:
//!   0  magic "CHK"
//!   3  version, 1
//!   4  1 if in use, otherwise 0
//!   5  3 bytes, reserved
//!   8  u64: address of the next free chunk's header, 0 if none
//!  16  what the chunk is for
//! ```
//!
//! The last chunk of the list has never been in use. Taking it puts another one behind it, so the list
//! is never empty. Addresses of chunks elsewhere in the map are those of their contents.
//!
//! A chunk leaves the list before it is written to, and comes back after nobody refers to it any
//! more: a stop in between loses the chunk and nothing else.
//!
//! Source: crate `ic-stable-structures` 0.7.2, `src/btreemap/allocator.rs`.

use alloc::vec::Vec;

use super::error::{ChunkRule, OpenMapError, WriteMapError};
use crate::managed::bytes::{put, read_array, u64_at, wide, write_growing};
use crate::{Memory, MemoryError, MemoryMut};

/// Where the header of the first chunk is.
pub(super) const FIRST_CHUNK: u64 = 100;

/// The length of a chunk's header.
pub(super) const HEADER_LENGTH: u64 = 16;

/// How many free chunks are remembered together with what their headers say.
const REMEMBERED: usize = 64;

const OFFSET: u64 = 52;
const LENGTH: usize = 48;
const MAGIC: [u8; 3] = *b"BTA";
const CHUNK_MAGIC: [u8; 3] = *b"CHK";
const VERSION: u8 = 1;

/// What the header of the allocator says.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    page: u64,
    pub(super) used: u64,
    /// The header of the first free chunk.
    pub(super) free: u64,
    /// Whether that chunk is behind all others, with a header still to be written.
    new: bool,
    /// Free chunks that were put at the head of the list, the last one first to go, and the chunks
    /// behind them: what their headers say, which need not be read again.
    known: Vec<(u64, u64)>,
    /// For chunks that are put together, to be used again.
    scratch: Vec<u8>,
}

impl Chunks {
    pub(super) fn new(page: u64) -> Self {
        Self {
            page,
            used: 0,
            free: FIRST_CHUNK,
            new: false,
            known: Vec::new(),
            scratch: Vec::new(),
        }
    }

    pub(super) fn open<M: Memory>(memory: &M, page: u64) -> Result<Self, OpenMapError> {
        let header: [u8; LENGTH] = read_array(memory, OFFSET)?;
        let [a, b, c, version, ..] = header;
        if [a, b, c] != MAGIC {
            return Err(OpenMapError::AllocatorMagic { found: [a, b, c] });
        }
        if version != VERSION {
            return Err(OpenMapError::AllocatorVersion { found: version });
        }
        let found = u64_at(&header, 8).unwrap_or_default();
        if found != page {
            return Err(OpenMapError::ChunkLength { found, page });
        }
        Ok(Self {
            page,
            used: u64_at(&header, 16).unwrap_or_default(),
            free: u64_at(&header, 24).unwrap_or_default(),
            new: false,
            known: Vec::new(),
            scratch: Vec::new(),
        })
    }

    pub(super) fn header(&self) -> [u8; LENGTH] {
        let mut header = [0; LENGTH];
        put(&mut header, 0, &MAGIC);
        put(&mut header, 3, &[VERSION]);
        put(&mut header, 8, &self.page.to_le_bytes());
        put(&mut header, 16, &self.used.to_le_bytes());
        put(&mut header, 24, &self.free.to_le_bytes());
        header
    }

    /// Takes the first free chunk from the list, and returns the address of its contents and what its
    /// header says about the next one, which it keeps. Holds once committed.
    pub(super) fn take<M: Memory>(&mut self, memory: &M) -> Result<(u64, u64), WriteMapError> {
        let chunk = self.free;
        let next = match self.known.pop_if(|known| known.0 == chunk) {
            Some((_, next)) => next,
            None if self.new => 0,
            None => next_free(memory, chunk, self.stride())?,
        };
        let error = WriteMapError::Chunk {
            address: chunk,
            rule: ChunkRule::OutOfBounds,
        };
        if next == 0 {
            self.free = chunk.checked_add(self.stride()).ok_or(error)?;
            self.new = true;
        } else {
            self.free = next;
            self.new = false;
        }
        self.used = self.used.saturating_add(1);
        Ok((chunk.checked_add(HEADER_LENGTH).ok_or(error)?, next))
    }

    /// Puts the chunk with the contents at `address` at the head of the list. Holds once committed.
    pub(super) fn free<M: MemoryMut>(
        &mut self,
        memory: &mut M,
        address: u64,
    ) -> Result<(), WriteMapError> {
        let chunk = address.saturating_sub(HEADER_LENGTH);
        let (used, _) =
            read_chunk(memory, chunk, self.stride()).map_err(|problem| problem.at(chunk))?;
        if !used {
            let rule = ChunkRule::NotInUse;
            return Err(WriteMapError::Chunk {
                address: chunk,
                rule,
            });
        }
        if self.new {
            // The list must not lead to a chunk without a header.
            self.commit(memory)?;
        }
        memory.write(chunk, &chunk_header(false, self.free))?;
        if self.known.len() < REMEMBERED {
            self.known.push((chunk, self.free));
        } else {
            self.known.clear();
        }
        self.free = chunk;
        self.used = self.used.saturating_sub(1);
        Ok(())
    }

    /// Writes what was taken and freed.
    pub(super) fn commit<M: MemoryMut>(&mut self, memory: &mut M) -> Result<(), WriteMapError> {
        if self.new {
            write_growing(memory, self.free, &chunk_header(false, 0))?;
        }
        memory.write(OFFSET, &self.header())?;
        self.new = false;
        Ok(())
    }

    /// Writes header and contents of a chunk that was taken, at once.
    pub(super) fn fill<M: MemoryMut>(
        &mut self,
        memory: &mut M,
        address: u64,
        next: u64,
        contents: &[&[u8]],
    ) -> Result<(), WriteMapError> {
        self.scratch.clear();
        self.scratch.extend_from_slice(&chunk_header(true, next));
        for part in contents {
            self.scratch.extend_from_slice(part);
        }
        let start = address.saturating_sub(HEADER_LENGTH);
        write_growing(memory, start, &self.scratch)?;
        Ok(())
    }

    /// Takes another list for the one there is. Holds once committed.
    pub(super) fn reset(&mut self, free: u64, used: u64) {
        self.free = free;
        self.used = used;
        self.new = false;
        self.known.clear();
    }

    fn stride(&self) -> u64 {
        self.page.saturating_add(HEADER_LENGTH)
    }
}

/// Returns the header of a chunk.
pub(super) fn chunk_header(used: bool, next: u64) -> [u8; 16] {
    let mut header = [0; 16];
    put(&mut header, 0, &CHUNK_MAGIC);
    put(&mut header, 3, &[VERSION, u8::from(used)]);
    put(&mut header, 8, &next.to_le_bytes());
    header
}

/// Why a chunk's header could not be read.
#[derive(Clone, Copy)]
pub(super) enum Problem {
    Memory(MemoryError),
    Rule(ChunkRule),
}

impl Problem {
    fn at(self, address: u64) -> WriteMapError {
        match self {
            Self::Memory(error) => WriteMapError::Memory(error),
            Self::Rule(rule) => WriteMapError::Chunk { address, rule },
        }
    }
}

/// Reads the header of the chunk at `chunk`: whether it is in use, and the next one.
pub(super) fn read_chunk<M: Memory>(
    memory: &M,
    chunk: u64,
    stride: u64,
) -> Result<(bool, u64), Problem> {
    let steps = chunk.checked_sub(FIRST_CHUNK);
    if steps.and_then(|steps| steps.checked_rem(stride)) != Some(0) {
        return Err(Problem::Rule(ChunkRule::Misplaced));
    }
    if chunk.saturating_add(HEADER_LENGTH) > memory.length() {
        return Err(Problem::Rule(ChunkRule::OutOfBounds));
    }
    let header: [u8; 16] = read_array(memory, chunk).map_err(Problem::Memory)?;
    let [a, b, c, version, used, ..] = header;
    if [a, b, c] != CHUNK_MAGIC {
        return Err(Problem::Rule(ChunkRule::Magic));
    }
    if version != VERSION {
        return Err(Problem::Rule(ChunkRule::Version { found: version }));
    }
    match used {
        0 => Ok((false, u64_at(&header, 8).unwrap_or_default())),
        1 => Ok((true, u64_at(&header, 8).unwrap_or_default())),
        found => Err(Problem::Rule(ChunkRule::Flag { found })),
    }
}

/// Returns the chunk behind the free chunk `chunk` in the list.
fn next_free<M: Memory>(memory: &M, chunk: u64, stride: u64) -> Result<u64, WriteMapError> {
    match read_chunk(memory, chunk, stride) {
        Ok((false, next)) => Ok(next),
        Ok((true, _)) => Err(WriteMapError::Chunk {
            address: chunk,
            rule: ChunkRule::InUse,
        }),
        Err(problem) => Err(problem.at(chunk)),
    }
}

/// How many chunks have room for a header in a memory of `length` bytes.
pub(super) fn room(length: u64, stride: u64) -> u64 {
    let behind = length.saturating_sub(FIRST_CHUNK);
    // The last one may be cut short.
    behind
        .checked_div(stride)
        .unwrap_or_default()
        .saturating_add(1)
}

/// The number of the chunk with the contents at `address`.
pub(super) fn number(address: u64, stride: u64) -> u64 {
    let steps = address
        .saturating_sub(FIRST_CHUNK)
        .saturating_sub(HEADER_LENGTH);
    steps.checked_div(stride).unwrap_or(u64::MAX)
}

/// The address of the contents of a chunk.
pub(super) fn address(number: u64, stride: u64) -> u64 {
    number
        .saturating_mul(stride)
        .saturating_add(FIRST_CHUNK)
        .saturating_add(HEADER_LENGTH)
}

/// Checks that a node or a part of one can begin at `address`.
#[inline]
pub(super) fn is_place(address: u64, stride: u64) -> bool {
    let steps = address.checked_sub(wide(0).saturating_add(FIRST_CHUNK + HEADER_LENGTH));
    steps.and_then(|steps| steps.checked_rem(stride)) == Some(0)
}
