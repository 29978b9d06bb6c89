//! One value in a memory of its own.
//!
//! ```text
//! 0  magic "SCL"
//! 3  version, 1
//! 4  length of the value in bytes, u32 little-endian
//! 8  value
//! ```
//!
//! Source: crate `ic-stable-structures` 0.7.2, `src/cell.rs`.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::bytes::{narrow, put, read_array, u32_at, wide, write_growing};
use crate::{Memory, MemoryError, MemoryMut};

const MAGIC: [u8; 3] = *b"SCL";
const VERSION: u8 = 1;
const HEADER_LENGTH: usize = 8;

/// A cell whose header was read: the value is inside the memory.
#[derive(Clone, Copy, Debug)]
pub struct Cell<M> {
    memory: M,
    length: u32,
}

impl<M: Memory> Cell<M> {
    /// Reads the header of the cell in `memory`.
    ///
    /// # Errors
    ///
    /// See [`OpenCellError`], whose variants are in the order of the checks.
    pub fn open(memory: M) -> Result<Self, OpenCellError> {
        let available = memory.length();
        if available == 0 {
            return Err(OpenCellError::Empty);
        }
        if available < wide(HEADER_LENGTH) {
            return Err(OpenCellError::TooShort { length: available });
        }
        let header: [u8; HEADER_LENGTH] = read_array(&memory, 0)?;
        let [a, b, c, version, ..] = header;
        match [a, b, c] {
            MAGIC => {}
            [0, 0, 0] => return Err(OpenCellError::Empty),
            found => return Err(OpenCellError::Magic { found }),
        }
        if version != VERSION {
            return Err(OpenCellError::Version { found: version });
        }
        let length = u32_at(&header, 4).unwrap_or_default();
        let room = available.saturating_sub(wide(HEADER_LENGTH));
        if u64::from(length) > room {
            return Err(OpenCellError::ValueTooLong { length, room });
        }
        Ok(Self { memory, length })
    }

    /// Returns the length of the value in bytes.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// Returns the value, of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// See [`ReadCellError`].
    pub fn read(&self, limit: u32) -> Result<Vec<u8>, ReadCellError> {
        if self.length > limit {
            let length = self.length;
            return Err(ReadCellError::TooLong { length, limit });
        }
        let mut value = vec![0; narrow(u64::from(self.length))];
        self.memory.read(wide(HEADER_LENGTH), &mut value)?;
        Ok(value)
    }
}

impl<M: MemoryMut> Cell<M> {
    /// Makes `value` the value of the cell in `memory`, whatever was there before.
    ///
    /// Makes room first, then writes header and value at once: whoever stops in between has the value
    /// from before or the new one.
    ///
    /// # Errors
    ///
    /// See [`WriteCellError`].
    pub fn write(mut memory: M, value: &[u8]) -> Result<Self, WriteCellError> {
        let Ok(length) = u32::try_from(value.len()) else {
            return Err(WriteCellError::TooLong {
                length: wide(value.len()),
            });
        };
        let mut bytes = Vec::with_capacity(HEADER_LENGTH.saturating_add(value.len()));
        bytes.resize(HEADER_LENGTH, 0);
        put(&mut bytes, 0, &MAGIC);
        put(&mut bytes, 3, &[VERSION]);
        put(&mut bytes, 4, &length.to_le_bytes());
        bytes.extend_from_slice(value);
        write_growing(&mut memory, 0, &bytes)?;
        Ok(Self { memory, length })
    }
}

/// Why a memory has no [`Cell`] that can be read. In the order of the checks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OpenCellError {
    /// The memory has no bytes, or zeros where the magic would be: nobody wrote a cell yet.
    Empty,
    /// The memory is shorter than the header of a cell, 8 bytes.
    TooShort {
        /// How long it is, in bytes.
        length: u64,
    },
    /// The memory could not be read.
    Memory(MemoryError),
    /// The memory does not begin with `SCL`.
    Magic {
        /// What it begins with.
        found: [u8; 3],
    },
    /// The version is not 1.
    Version {
        /// What it is.
        found: u8,
    },
    /// The value would end behind the memory.
    ValueTooLong {
        /// How long the value is, in bytes.
        length: u32,
        /// How many bytes there are for it.
        room: u64,
    },
}

impl From<MemoryError> for OpenCellError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for OpenCellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no cell in the memory"),
            Self::TooShort { length } => {
                write!(f, "{length} bytes are less than the 8 of a cell's header")
            }
            Self::Memory(error) => error.fmt(f),
            Self::Magic { found } => write!(f, "a cell begins with SCL, not with {found:02x?}"),
            Self::Version { found } => write!(f, "cell of version {found}, not 1"),
            Self::ValueTooLong { length, room } => {
                write!(f, "a cell's value of {length} bytes in {room} bytes")
            }
        }
    }
}

impl core::error::Error for OpenCellError {}

/// Why the value of a [`Cell`] was not returned.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadCellError {
    /// The value is longer than the caller allows.
    TooLong {
        /// How long it is, in bytes.
        length: u32,
        /// How long it may be.
        limit: u32,
    },
    /// The memory could not be read.
    Memory(MemoryError),
}

impl From<MemoryError> for ReadCellError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for ReadCellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length, limit } => {
                write!(
                    f,
                    "a cell's value of {length} bytes, at most {limit} are allowed"
                )
            }
            Self::Memory(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ReadCellError {}

/// Why a value was not written into a [`Cell`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WriteCellError {
    /// The value has more bytes than the 32 bits of its length can say.
    TooLong {
        /// How long it is, in bytes.
        length: u64,
    },
    /// The memory could not grow or be written.
    Memory(MemoryError),
}

impl From<MemoryError> for WriteCellError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for WriteCellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => {
                write!(
                    f,
                    "a cell's value of {length} bytes, at most {} are allowed",
                    u32::MAX
                )
            }
            Self::Memory(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for WriteCellError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    #[test]
    fn opens_a_cell_that_ends_with_the_memory() {
        let memory = memory(b"SCL\x01\x02\x00\x00\x00ab");
        let cell = Cell::open(&memory).unwrap();
        assert_eq!(cell.length(), 2);
        assert_eq!(cell.read(2), Ok(b"ab".to_vec()));
        let error = ReadCellError::TooLong {
            length: 2,
            limit: 1,
        };
        assert_eq!(cell.read(1), Err(error));
    }

    #[test]
    fn rejects_a_value_longer_than_the_memory() {
        let memory = memory(b"SCL\x01\x03\x00\x00\x00ab");
        let error = OpenCellError::ValueTooLong { length: 3, room: 2 };
        assert_eq!(Cell::open(&memory).map(|cell| cell.length()), Err(error));
    }

    #[test]
    fn tells_an_empty_memory_from_a_foreign_one() {
        let open = |bytes: &[u8]| Cell::open(&memory(bytes)).map(|cell| cell.length());
        assert_eq!(open(b""), Err(OpenCellError::Empty));
        assert_eq!(
            open(b"SCL\x01\0\0\0"),
            Err(OpenCellError::TooShort { length: 7 })
        );
        assert_eq!(open(&[0; 8]), Err(OpenCellError::Empty));
        let found = *b"BTR";
        assert_eq!(
            open(b"BTR\x01\0\0\0\0"),
            Err(OpenCellError::Magic { found })
        );
        assert_eq!(
            open(b"SCL\x02\0\0\0\0"),
            Err(OpenCellError::Version { found: 2 })
        );
        assert_eq!(open(b"SCL\x01\0\0\0\0"), Ok(0));
    }

    #[test]
    fn writes_what_it_reads_and_grows_by_whole_pages() {
        let mut memory = Vec::new();
        Cell::write(&mut memory, b"hello").unwrap();
        assert_eq!(memory.len(), 65_536);
        let written = Cell::open(&memory).unwrap();
        assert_eq!(written.read(u32::MAX), Ok(b"hello".to_vec()));
        let long = vec![7; 65_536 - 8];
        Cell::write(&mut memory, &long).unwrap();
        assert_eq!(memory.len(), 65_536);
        let longer = vec![7; 65_536 - 7];
        Cell::write(&mut memory, &longer).unwrap();
        assert_eq!(memory.len(), 2 * 65_536);
        assert_eq!(Cell::open(&memory).unwrap().read(u32::MAX), Ok(longer));
    }
}
