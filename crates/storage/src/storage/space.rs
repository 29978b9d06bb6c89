//! The memory that records are in: all of it, or one of several that a manager shares it among.

use crate::managed::{Manager, View, ViewMut};
use crate::memory::{Memory, MemoryError, MemoryMut};

use super::ANCHOR_MEMORY;

/// The memory that has the records.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Space<'s, M> {
    Managed(View<'s, &'s M>),
    Whole(&'s M),
}

impl<'s, M: Memory> Space<'s, M> {
    pub(super) fn new(memory: &'s M, manager: Option<&'s Manager>) -> Self {
        match manager {
            Some(manager) => Self::Managed(manager.view(memory, ANCHOR_MEMORY)),
            None => Self::Whole(memory),
        }
    }
}

impl<M: Memory> Memory for Space<'_, M> {
    fn length(&self) -> u64 {
        match self {
            Self::Managed(view) => view.length(),
            Self::Whole(memory) => memory.length(),
        }
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        match self {
            Self::Managed(view) => view.read(offset, buffer),
            Self::Whole(memory) => memory.read(offset, buffer),
        }
    }
}

/// The memory that has the records, to be written.
#[derive(Debug)]
pub(crate) enum SpaceMut<'s, M> {
    Managed(ViewMut<'s, &'s mut M>),
    Whole(&'s mut M),
}

impl<'s, M: MemoryMut> SpaceMut<'s, M> {
    pub(super) fn new(memory: &'s mut M, manager: Option<&'s mut Manager>) -> Self {
        match manager {
            Some(manager) => Self::Managed(manager.view_mut(memory, ANCHOR_MEMORY)),
            None => Self::Whole(memory),
        }
    }
}

impl<M: MemoryMut> Memory for SpaceMut<'_, M> {
    fn length(&self) -> u64 {
        match self {
            Self::Managed(view) => view.length(),
            Self::Whole(memory) => memory.length(),
        }
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        match self {
            Self::Managed(view) => view.read(offset, buffer),
            Self::Whole(memory) => memory.read(offset, buffer),
        }
    }
}

impl<M: MemoryMut> MemoryMut for SpaceMut<'_, M> {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        match self {
            Self::Managed(view) => view.write(offset, bytes),
            Self::Whole(memory) => memory.write(offset, bytes),
        }
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        match self {
            Self::Managed(view) => view.grow(pages),
            Self::Whole(memory) => memory.grow(pages),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn what_was_written_is_read_with_a_manager_and_without() {
        let mut memory = Vec::new();
        let mut manager = Manager::create(&mut memory, 0, 1).unwrap();
        for manager in [Some(&mut manager), None] {
            let mut space = SpaceMut::new(&mut memory, manager);
            let end = space.length();
            space.grow(1).unwrap();
            space.write(end + 9, b"written").unwrap();
            let mut buffer = [0; 7];
            space.read(end + 9, &mut buffer).unwrap();
            assert_eq!(&buffer, b"written");
        }
    }
}
