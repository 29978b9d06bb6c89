//! Numbers in bytes, and writes that make room.

use crate::{Memory, MemoryError, MemoryMut, PAGE_LENGTH};

/// Reads a number of two bytes, little-endian.
pub(super) fn u16_at(bytes: &[u8], position: usize) -> Option<u16> {
    bytes
        .get(position..)?
        .first_chunk()
        .map(|found| u16::from_le_bytes(*found))
}

/// Reads a number of four bytes, little-endian.
pub(super) fn u32_at(bytes: &[u8], position: usize) -> Option<u32> {
    bytes
        .get(position..)?
        .first_chunk()
        .map(|found| u32::from_le_bytes(*found))
}

/// Reads a number of eight bytes, little-endian.
pub(super) fn u64_at(bytes: &[u8], position: usize) -> Option<u64> {
    bytes
        .get(position..)?
        .first_chunk()
        .map(|found| u64::from_le_bytes(*found))
}

/// Puts `source` at `position`, as far as `target` reaches.
pub(super) fn put(target: &mut [u8], position: usize, source: &[u8]) {
    let Some(place) = target.get_mut(position..) else {
        return;
    };
    let length = place.len().min(source.len());
    if let (Some(place), Some(source)) = (place.get_mut(..length), source.get(..length)) {
        place.copy_from_slice(source);
    }
}

/// A `usize` has at most 64 bits on every target that Rust knows.
pub(super) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// What cannot be addressed is longer than everything that can.
pub(super) fn narrow(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Makes `memory` at least `length` bytes long.
pub(super) fn reach<M: MemoryMut>(memory: &mut M, length: u64) -> Result<(), MemoryError> {
    let missing = length.saturating_sub(memory.length());
    if missing > 0 {
        memory.grow(missing.div_ceil(PAGE_LENGTH))?;
    }
    Ok(())
}

/// Puts `bytes` at `offset`, and makes room first.
pub(super) fn write_growing<M: MemoryMut>(
    memory: &mut M,
    offset: u64,
    bytes: &[u8],
) -> Result<(), MemoryError> {
    reach(memory, offset.saturating_add(wide(bytes.len())))?;
    memory.write(offset, bytes)
}

/// Reads `N` bytes.
pub(super) fn read_array<const N: usize, M: Memory>(
    memory: &M,
    offset: u64,
) -> Result<[u8; N], MemoryError> {
    let mut bytes = [0; N];
    memory.read(offset, &mut bytes)?;
    Ok(bytes)
}
