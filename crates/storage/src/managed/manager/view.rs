//! One of the memories of a manager.

use super::super::bytes::{narrow, wide};
use super::{Manager, MemoryId};
use crate::{Memory, MemoryError, MemoryMut, PAGE_LENGTH};

/// One of the memories of a [`Manager`], to be read.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, M> {
    manager: &'a Manager,
    base: M,
    id: MemoryId,
}

impl<'a, M> View<'a, M> {
    pub(super) fn new(manager: &'a Manager, base: M, id: MemoryId) -> Self {
        Self { manager, base, id }
    }
}

impl<M: Memory> Memory for View<'_, M> {
    fn length(&self) -> u64 {
        length(self.manager, self.id)
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        read(self.manager, &self.base, self.id, offset, buffer)
    }
}

/// One of the memories of a [`Manager`], to be read and written.
#[derive(Debug)]
pub struct ViewMut<'a, M> {
    manager: &'a mut Manager,
    base: M,
    id: MemoryId,
}

impl<'a, M> ViewMut<'a, M> {
    pub(super) fn new(manager: &'a mut Manager, base: M, id: MemoryId) -> Self {
        Self { manager, base, id }
    }
}

impl<M: Memory> Memory for ViewMut<'_, M> {
    fn length(&self) -> u64 {
        length(self.manager, self.id)
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        read(self.manager, &self.base, self.id, offset, buffer)
    }
}

impl<M: MemoryMut> MemoryMut for ViewMut<'_, M> {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        if let Some(start) = check(self.manager, &self.base, self.id, offset, bytes.len())? {
            return self.base.write(start, bytes);
        }
        let mut rest = bytes;
        let mut offset = offset;
        while let Some((start, room)) = self.manager.place(self.id, offset)
            && !rest.is_empty()
        {
            let (now, later) = rest.split_at(narrow(room).min(rest.len()));
            self.base.write(start, now)?;
            offset = offset.saturating_add(wide(now.len()));
            rest = later;
        }
        Ok(())
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.manager.grow(&mut self.base, self.id, pages)
    }
}

fn length(manager: &Manager, id: MemoryId) -> u64 {
    manager.pages(id).saturating_mul(PAGE_LENGTH)
}

fn read<M: Memory>(
    manager: &Manager,
    base: &M,
    id: MemoryId,
    offset: u64,
    buffer: &mut [u8],
) -> Result<(), MemoryError> {
    if let Some(start) = check(manager, base, id, offset, buffer.len())? {
        return base.read(start, buffer);
    }
    let mut rest = buffer;
    let mut offset = offset;
    while let Some((start, room)) = manager.place(id, offset)
        && !rest.is_empty()
    {
        let here = narrow(room).min(rest.len());
        let (now, later) = rest.split_at_mut(here);
        base.read(start, now)?;
        offset = offset.saturating_add(wide(here));
        rest = later;
    }
    Ok(())
}

/// Checks that `length` bytes from `offset` on are inside the memory, and every bucket that they
/// touch inside the base, so that nothing is read or written by halves.
///
/// Returns where they are in the base, if that is in one piece.
fn check<M: Memory>(
    manager: &Manager,
    base: &M,
    id: MemoryId,
    offset: u64,
    length: usize,
) -> Result<Option<u64>, MemoryError> {
    let memory = self::length(manager, id);
    let error = || MemoryError::OutOfBounds {
        offset,
        length: wide(length),
        memory,
    };
    let end = offset.checked_add(wide(length)).ok_or_else(error)?;
    if end > memory {
        return Err(error());
    }
    let available = base.length();
    let mut from = offset;
    while from < end {
        let (start, room) = manager.place(id, from).ok_or_else(error)?;
        let here = room.min(end.saturating_sub(from));
        if start.saturating_add(here) > available {
            return Err(error());
        }
        if here == wide(length) {
            return Ok(Some(start));
        }
        // A bucket has at least a page, so this ends.
        from = from.saturating_add(here.max(1));
    }
    Ok(None)
}
