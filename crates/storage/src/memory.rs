//! Where the bytes are: stable memory, or an image of one.

use alloc::vec::Vec;
use core::fmt;

/// The length of a page, in bytes.
///
/// Source: WebAssembly core specification, "Memory Instances".
pub const PAGE_LENGTH: u64 = 65_536;

/// What is written where nothing is, piece by piece; a page has a whole number of them.
pub(crate) const ZEROS: [u8; 4096] = [0; 4096];

/// Bytes that stay: the stable memory of a canister, or an image of one.
///
/// Reading has no side effects that a caller could see: the same range gives the same bytes until
/// somebody writes.
pub trait Memory {
    /// Returns the length in bytes. In a canister it is a multiple of [`PAGE_LENGTH`]; an image may
    /// end anywhere.
    fn length(&self) -> u64;

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`] if the range is not inside the memory, with the buffer as it was;
    /// [`MemoryError::Device`].
    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError>;
}

/// A [`Memory`] that can be written to and can grow.
pub trait MemoryMut: Memory {
    /// Puts `bytes` at `offset`.
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`] if the range is not inside the memory, which stays as it was;
    /// [`MemoryError::Device`].
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError>;

    /// Adds `pages` of zeros at the end.
    ///
    /// # Errors
    ///
    /// [`MemoryError::Full`] if there is no room, and the memory stays as it was;
    /// [`MemoryError::Device`].
    fn grow(&mut self, pages: u64) -> Result<(), MemoryError>;
}

/// Why a memory did not do as it was told.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MemoryError {
    /// What the memory is kept on failed. The memory itself can tell more.
    Device,
    /// There is no room to grow.
    Full {
        /// How many pages were asked for.
        pages: u64,
    },
    /// The range is not inside the memory.
    OutOfBounds {
        /// Where the range begins.
        offset: u64,
        /// How long it is, in bytes.
        length: u64,
        /// How long the memory is, in bytes.
        memory: u64,
    },
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device => f.write_str("the device behind the memory failed"),
            Self::Full { pages } => write!(f, "no room for {pages} more pages"),
            Self::OutOfBounds {
                offset,
                length,
                memory,
            } => write!(
                f,
                "{length} bytes at offset {offset} are not inside a memory of {memory} bytes"
            ),
        }
    }
}

impl core::error::Error for MemoryError {}

/// Returns the range of a slice of `memory` bytes, or why there is none.
fn range(
    memory: usize,
    offset: u64,
    length: usize,
) -> Result<core::ops::Range<usize>, MemoryError> {
    let inside = |start: usize| {
        let end = start.checked_add(length)?;
        (end <= memory).then_some(start..end)
    };
    usize::try_from(offset)
        .ok()
        .and_then(inside)
        .ok_or_else(|| MemoryError::OutOfBounds {
            offset,
            length: wide(length),
            memory: wide(memory),
        })
}

/// A `usize` has at most 64 bits on every target that Rust knows.
fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// An image that is only looked at.
impl Memory for [u8] {
    fn length(&self) -> u64 {
        wide(self.len())
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let range = range(self.len(), offset, buffer.len())?;
        if let Some(source) = self.get(range) {
            buffer.copy_from_slice(source);
        }
        Ok(())
    }
}

/// A memory that grows as long as the allocator gives.
impl Memory for Vec<u8> {
    fn length(&self) -> u64 {
        self.as_slice().length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.as_slice().read(offset, buffer)
    }
}

impl MemoryMut for Vec<u8> {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let range = range(self.len(), offset, bytes.len())?;
        if let Some(target) = self.get_mut(range) {
            target.copy_from_slice(bytes);
        }
        Ok(())
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        let full = MemoryError::Full { pages };
        let more = pages
            .checked_mul(PAGE_LENGTH)
            .and_then(|length| usize::try_from(length).ok())
            .ok_or(full)?;
        // Room to spare makes growing page by page cheap; less will do.
        self.try_reserve(more)
            .or_else(|_| self.try_reserve_exact(more))
            .map_err(|_| full)?;
        // Piece by piece, for `resize` goes byte by byte where nothing is optimised.
        for _ in (0..more).step_by(ZEROS.len()) {
            self.extend_from_slice(&ZEROS);
        }
        Ok(())
    }
}

impl<M: Memory + ?Sized> Memory for &M {
    fn length(&self) -> u64 {
        (**self).length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        (**self).read(offset, buffer)
    }
}

impl<M: Memory + ?Sized> Memory for &mut M {
    fn length(&self) -> u64 {
        (**self).length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        (**self).read(offset, buffer)
    }
}

impl<M: MemoryMut + ?Sized> MemoryMut for &mut M {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        (**self).write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        (**self).grow(pages)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn reads_up_to_the_end_and_not_beyond() {
        let memory = [1, 2, 3, 4].as_slice();
        let mut buffer = [0; 2];
        assert_eq!(memory.read(2, &mut buffer), Ok(()));
        assert_eq!(buffer, [3, 4]);
        let error = MemoryError::OutOfBounds {
            offset: 3,
            length: 2,
            memory: 4,
        };
        assert_eq!(memory.read(3, &mut buffer), Err(error));
        assert_eq!(buffer, [3, 4]);
    }

    #[test]
    fn reads_nothing_at_the_end_but_not_behind_it() {
        let memory = [1, 2].as_slice();
        assert_eq!(memory.read(2, &mut []), Ok(()));
        let error = MemoryError::OutOfBounds {
            offset: 3,
            length: 0,
            memory: 2,
        };
        assert_eq!(memory.read(3, &mut []), Err(error));
    }

    #[test]
    fn an_offset_near_the_greatest_number_does_not_overflow() {
        let memory = [1, 2].as_slice();
        let error = MemoryError::OutOfBounds {
            offset: u64::MAX,
            length: 2,
            memory: 2,
        };
        assert_eq!(memory.read(u64::MAX, &mut [0; 2]), Err(error));
    }

    #[test]
    fn writes_up_to_the_end_and_not_beyond() {
        let mut memory = vec![0; 4];
        assert_eq!(memory.write(2, &[7, 8]), Ok(()));
        let error = MemoryError::OutOfBounds {
            offset: 3,
            length: 2,
            memory: 4,
        };
        assert_eq!(memory.write(3, &[9, 9]), Err(error));
        assert_eq!(memory, [0, 0, 7, 8]);
    }

    #[test]
    fn grows_by_zeros_and_refuses_what_does_not_fit() {
        let mut memory = vec![1];
        assert_eq!(memory.grow(1), Ok(()));
        assert_eq!(memory.length(), PAGE_LENGTH + 1);
        assert_eq!(memory.last(), Some(&0));
        let error = MemoryError::Full { pages: u64::MAX };
        assert_eq!(memory.grow(u64::MAX), Err(error));
        assert_eq!(memory.length(), PAGE_LENGTH + 1);
    }
}
