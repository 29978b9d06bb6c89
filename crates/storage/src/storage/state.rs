//! The persistent state: what the service keeps behind the records while it is upgraded.

use alloc::vec::Vec;
use core::fmt;

use crate::header::wide;
use crate::managed::{Cell, OpenCellError, ReadCellError, View, WriteCellError};
use crate::memory::{Memory, MemoryError, MemoryMut, PAGE_LENGTH, ZEROS};

use crate::v9::STATE;

use super::{Storage, reach};

/// How long a persistent state may be to be read, in bytes.
///
/// Source: our own budget. The service keeps a few kilobytes, and the entries that the archive has
/// yet to get: at most 10 000 of some hundred bytes.
pub const MAX_STATE_LENGTH: u64 = 16 << 20;

/// How many bytes come before the content: `IIPS` and its length.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2022, `write_persistent_state`.
pub(crate) const PREFIX_LENGTH: usize = 12;

pub(crate) const MAGIC: [u8; 4] = *b"IIPS";

impl<M: Memory> Storage<M> {
    /// Returns how long the content of the persistent state is, in bytes, if there is one.
    ///
    /// Layouts 1 to 8 have it behind the last record. The service writes it there when an upgrade
    /// begins and reads it when the upgrade ends; the next anchor overwrites it. Layout 9 has it in a
    /// cell, memory 2, where nothing overwrites it.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::Memory`], [`ReadStateError::CutOff`], [`ReadStateError::TooLong`]; in layout 9
    /// [`ReadStateError::Cell`] instead of [`ReadStateError::CutOff`].
    pub fn state_length(&self) -> Result<Option<u64>, ReadStateError> {
        if let Some(cell) = self.state_cell()? {
            return Ok(Some(u64::from(cell.length())));
        }
        if self.version().has_stored_anchors() {
            return Ok(None);
        }
        let space = self.space();
        let start = self.layout.end();
        let available = space.length().saturating_sub(start);
        if available == 0 {
            return Ok(None);
        }
        let prefix_length = wide(PREFIX_LENGTH);
        let mut prefix = [0; PREFIX_LENGTH];
        let readable = usize::try_from(available.min(prefix_length)).unwrap_or(PREFIX_LENGTH);
        let bytes = prefix.get_mut(..readable).unwrap_or_default();
        space
            .read(start, bytes)
            .map_err(|error| ReadStateError::Memory { error })?;
        let Some((magic, rest)) = prefix.split_first_chunk() else {
            return Ok(None);
        };
        if *magic != MAGIC {
            return Ok(None);
        }
        let length = rest
            .first_chunk()
            .map_or(0, |length| u64::from_le_bytes(*length));
        let available = available.saturating_sub(prefix_length);
        if readable < PREFIX_LENGTH || length > available {
            return Err(ReadStateError::CutOff { length, available });
        }
        if length > MAX_STATE_LENGTH {
            return Err(ReadStateError::TooLong { length });
        }
        Ok(Some(length))
    }

    /// Returns the cell of layout 9 that has the persistent state, if it was ever written.
    fn state_cell(&self) -> Result<Option<Cell<View<'_, &M>>>, ReadStateError> {
        let Some(manager) = self.manager.as_ref() else {
            return Ok(None);
        };
        if !self.version().has_stored_anchors() {
            return Ok(None);
        }
        match Cell::open(manager.view(&self.memory, STATE)) {
            Ok(cell) if u64::from(cell.length()) > MAX_STATE_LENGTH => {
                let length = u64::from(cell.length());
                Err(ReadStateError::TooLong { length })
            }
            Ok(cell) => Ok(Some(cell)),
            Err(OpenCellError::Empty) => Ok(None),
            Err(OpenCellError::Memory(error)) => Err(ReadStateError::Memory { error }),
            Err(error) => Err(ReadStateError::Cell { error }),
        }
    }

    /// Returns whether there is a persistent state behind the records, or something that begins like
    /// one.
    pub(crate) fn has_state(&self) -> Result<bool, MemoryError> {
        if self.version().has_stored_anchors() {
            return Ok(false);
        }
        let space = self.space();
        let start = self.layout.end();
        if space.length().saturating_sub(start) < wide(MAGIC.len()) {
            return Ok(false);
        }
        let mut magic = [0; MAGIC.len()];
        space.read(start, &mut magic)?;
        Ok(magic == MAGIC)
    }

    /// Reads the content of the persistent state, a Candid message, if there is one.
    ///
    /// [`PersistentState::parse`](crate::PersistentState::parse) tells what it says.
    ///
    /// # Errors
    ///
    /// As [`Storage::state_length`].
    pub fn state(&self) -> Result<Option<Vec<u8>>, ReadStateError> {
        if let Some(cell) = self.state_cell()? {
            return cell
                .read(cell.length())
                .map(Some)
                .map_err(|error| match error {
                    ReadCellError::Memory(error) => ReadStateError::Memory { error },
                    ReadCellError::TooLong { length, .. } => ReadStateError::TooLong {
                        length: u64::from(length),
                    },
                });
        }
        let Some(length) = self.state_length()? else {
            return Ok(None);
        };
        // The memory has that many bytes, and they are not too many.
        let mut content = alloc::vec![0; usize::try_from(length).unwrap_or(0)];
        let start = self.layout.end().saturating_add(wide(PREFIX_LENGTH));
        self.space()
            .read(start, &mut content)
            .map_err(|error| ReadStateError::Memory { error })?;
        Ok(Some(content))
    }
}

impl<M: MemoryMut> Storage<M> {
    /// Writes a persistent state in place of the one there is.
    ///
    /// It takes one write, unless a bucket of the memory manager ends inside it: then there is no
    /// state until the last write. Whoever stops before finds the old state, the new one, or none. In
    /// layout 9 it takes one write to its memory.
    ///
    /// # Errors
    ///
    /// [`WriteStateError::TooLong`], [`WriteStateError::Memory`].
    pub fn write_state(&mut self, content: &[u8]) -> Result<(), WriteStateError> {
        let length = wide(content.len());
        if length > MAX_STATE_LENGTH {
            return Err(WriteStateError::TooLong { length });
        }
        if self.version().has_stored_anchors()
            && let Some(manager) = self.manager.as_mut()
        {
            let view = manager.view_mut(&mut self.memory, STATE);
            return Cell::write(view, content)
                .map(drop)
                .map_err(|error| match error {
                    WriteCellError::Memory(error) => WriteStateError::Memory { error },
                    WriteCellError::TooLong { length } => WriteStateError::TooLong { length },
                });
        }
        let mut bytes = Vec::with_capacity(content.len().saturating_add(PREFIX_LENGTH));
        bytes.extend_from_slice(&MAGIC);
        bytes.extend(length.to_le_bytes());
        bytes.extend_from_slice(content);
        let start = self.layout.end();
        let end = start.saturating_add(wide(bytes.len()));
        let is_whole = self.is_one_piece(start, end);
        let mut space = self.space_mut();
        reach(&mut space, end)?;
        if is_whole {
            space.write(start, &bytes)?;
        } else {
            space.write(start, &[0; MAGIC.len()])?;
            let (magic, rest) = bytes.split_at_checked(MAGIC.len()).unwrap_or_default();
            space.write(start.saturating_add(wide(magic.len())), rest)?;
            space.write(start, magic)?;
        }
        Ok(())
    }

    /// Removes the persistent state behind the records, if there is one: its mark first, then what it
    /// said. Layout 9 has none there.
    ///
    /// # Errors
    ///
    /// [`MemoryError`].
    pub fn clear_state(&mut self) -> Result<(), MemoryError> {
        if !self.has_state()? {
            return Ok(());
        }
        let start = self.layout.end();
        let length = match self.state_length() {
            Err(ReadStateError::Memory { error }) => return Err(error),
            length => length.unwrap_or_default().unwrap_or_default(),
        };
        let end = start
            .saturating_add(wide(PREFIX_LENGTH))
            .saturating_add(length)
            .min(self.space().length());
        let mut space = self.space_mut();
        space.write(start, &[0; MAGIC.len()])?;
        fill_with_zeros(&mut space, start, end)
    }

    /// Returns whether a range of the memory that has the records is one write to the image.
    fn is_one_piece(&self, start: u64, end: u64) -> bool {
        let Some(manager) = &self.manager else {
            return true;
        };
        let bucket = u64::from(manager.bucket_pages()).saturating_mul(PAGE_LENGTH);
        start.checked_div(bucket) == end.saturating_sub(1).checked_div(bucket)
    }
}

/// Writes zeros over a range, piece by piece.
pub(crate) fn fill_with_zeros(
    memory: &mut impl MemoryMut,
    start: u64,
    end: u64,
) -> Result<(), MemoryError> {
    let mut at = start;
    while at < end {
        let length = usize::try_from(end.saturating_sub(at)).unwrap_or(ZEROS.len());
        let zeros = ZEROS.get(..length).unwrap_or(&ZEROS);
        memory.write(at, zeros)?;
        at = at.saturating_add(wide(zeros.len()));
    }
    Ok(())
}

/// Why the persistent state could not be written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WriteStateError {
    /// The memory failed.
    Memory {
        /// Why.
        error: MemoryError,
    },
    /// It is longer than [`MAX_STATE_LENGTH`].
    TooLong {
        /// How long it is, in bytes.
        length: u64,
    },
}

impl fmt::Display for WriteStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { error } => error.fmt(f),
            Self::TooLong { length } => write!(
                f,
                "found a persistent state of {length} bytes, at most {MAX_STATE_LENGTH} are allowed"
            ),
        }
    }
}

impl core::error::Error for WriteStateError {}

impl From<MemoryError> for WriteStateError {
    fn from(error: MemoryError) -> Self {
        Self::Memory { error }
    }
}

/// Why the persistent state could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadStateError {
    /// Its memory has something else than a cell with a value.
    Cell {
        /// What is wrong with it.
        error: OpenCellError,
    },
    /// The memory ends inside it.
    CutOff {
        /// How long it is said to be, in bytes.
        length: u64,
        /// How many bytes there are.
        available: u64,
    },
    /// The memory could not be read.
    Memory {
        /// Why not.
        error: MemoryError,
    },
    /// It is longer than [`MAX_STATE_LENGTH`].
    TooLong {
        /// How long it is, in bytes.
        length: u64,
    },
}

impl fmt::Display for ReadStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell { error } => error.fmt(f),
            Self::CutOff { length, available } => write!(
                f,
                "found a persistent state of {length} bytes, but only {available} follow"
            ),
            Self::Memory { error } => error.fmt(f),
            Self::TooLong { length } => write!(
                f,
                "found a persistent state of {length} bytes, at most {MAX_STATE_LENGTH} are read"
            ),
        }
    }
}

impl core::error::Error for ReadStateError {}
