//! Storage images in files.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use storage::{Memory, MemoryError, MemoryMut, PAGE_LENGTH};

/// How many bytes are read at once.
const BLOCK: usize = 65_536;

/// How many blocks are kept. Records of one image are read in order, next to a few tables that are
/// read again and again, so a small number does.
const BLOCKS: usize = 64;

/// A file as the memory of a storage image.
///
/// Whatever its length, at most 4 MiB of it are kept. Writes go to the file at once, in their order.
#[derive(Debug)]
pub(crate) struct FileMemory {
    file: File,
    length: Cell<u64>,
    cache: RefCell<Cache>,
    /// Why the file could not be read or written the last time that it couldn't.
    error: RefCell<Option<io::Error>>,
}

/// Blocks of the file, each in the slot that its number leads to.
#[derive(Debug)]
struct Cache {
    slots: Vec<Option<Block>>,
}

#[derive(Debug)]
struct Block {
    number: u64,
    /// As many bytes as the file has there, [`BLOCK`] at most.
    bytes: Vec<u8>,
}

impl FileMemory {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut slots = Vec::new();
        slots.resize_with(BLOCKS, || None);
        Ok(Self {
            file,
            length: Cell::new(length),
            cache: RefCell::new(Cache { slots }),
            error: RefCell::new(None),
        })
    }

    /// Returns why the file could not be read or written, if that was so.
    pub(crate) fn take_error(&self) -> Option<io::Error> {
        self.error.take()
    }

    /// Makes sure that everything written stays.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    fn check(&self, offset: u64, length: usize) -> Result<u64, MemoryError> {
        let (memory, length) = (self.length.get(), wide(length));
        let end = offset.checked_add(length).filter(|end| *end <= memory);
        end.ok_or(MemoryError::OutOfBounds {
            offset,
            length,
            memory,
        })
    }

    fn device<T>(&self, result: io::Result<T>) -> Result<T, MemoryError> {
        result.map_err(|error| {
            self.error.replace(Some(error));
            MemoryError::Device
        })
    }

    fn fill(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut cache = self.cache.borrow_mut();
        let (mut offset, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let block = cache.block(&self.file, offset / wide(BLOCK), self.length.get())?;
            let start = usize::try_from(offset % wide(BLOCK)).unwrap_or(usize::MAX);
            let source = block.get(start..).unwrap_or_default();
            let length = source.len().min(rest.len());
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let (target, after) = rest.split_at_mut(length);
            target.copy_from_slice(source.get(..length).unwrap_or_default());
            rest = after;
            offset = offset.saturating_add(wide(length));
        }
        Ok(())
    }
}

impl Cache {
    /// Returns the bytes of a block.
    fn block(&mut self, file: &File, number: u64, length: u64) -> io::Result<&[u8]> {
        let slot = usize::try_from(number % wide(BLOCKS)).unwrap_or_default();
        let slot = self.slots.get_mut(slot).ok_or(io::ErrorKind::Other)?;
        let is_there = slot.as_ref().is_some_and(|block| block.number == number);
        if !is_there {
            // Not before it was read as a whole.
            *slot = None;
            let start = number.saturating_mul(wide(BLOCK));
            let left = length.saturating_sub(start).min(wide(BLOCK));
            let mut bytes = vec![0; usize::try_from(left).unwrap_or(BLOCK)];
            let mut file = file;
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut bytes)?;
            *slot = Some(Block { number, bytes });
        }
        Ok(slot.as_ref().map_or(&[], |block| block.bytes.as_slice()))
    }

    /// Puts bytes into the blocks that have a part of their range.
    fn update(&mut self, offset: u64, bytes: &[u8]) {
        let end = offset.saturating_add(wide(bytes.len()));
        for block in self.slots.iter_mut().flatten() {
            let start = block.number.saturating_mul(wide(BLOCK));
            let from = offset.max(start);
            let to = end.min(start.saturating_add(wide(block.bytes.len())));
            let within = |base: u64| narrow(from, base)..narrow(to, base);
            if from < to
                && let Some(target) = block.bytes.get_mut(within(start))
                && let Some(source) = bytes.get(within(offset))
            {
                target.copy_from_slice(source);
            }
        }
    }

    /// Forgets the blocks of a range.
    fn forget(&mut self, offset: u64, end: u64) {
        let numbers = offset / wide(BLOCK)..=end / wide(BLOCK);
        for slot in &mut self.slots {
            if slot
                .as_ref()
                .is_some_and(|block| numbers.contains(&block.number))
            {
                *slot = None;
            }
        }
    }
}

impl Memory for FileMemory {
    fn length(&self) -> u64 {
        self.length.get()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.check(offset, buffer.len())?;
        self.device(self.fill(offset, buffer))
    }
}

impl MemoryMut for FileMemory {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let end = self.check(offset, bytes.len())?;
        let write = |mut file: &File| {
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)
        };
        let result = write(&self.file);
        let mut cache = self.cache.borrow_mut();
        match result {
            Ok(()) => cache.update(offset, bytes),
            // Perhaps some of it is there.
            Err(_) => cache.forget(offset, end),
        }
        drop(cache);
        self.device(result)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        let length = self.length.get();
        let grown = pages
            .checked_mul(PAGE_LENGTH)
            .and_then(|more| length.checked_add(more))
            .ok_or(MemoryError::Full { pages })?;
        // The block at the end was shorter.
        self.cache.borrow_mut().forget(length, grown);
        self.device(self.file.set_len(grown))?;
        self.length.set(grown);
        Ok(())
    }
}

/// Returns how far a place is from another one before it that is near.
fn narrow(place: u64, base: u64) -> usize {
    usize::try_from(place.saturating_sub(base)).unwrap_or(usize::MAX)
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::fs::OpenOptions;

    use super::*;

    /// Opens a new file that is gone from its folder at once.
    fn memory(name: &str, length: u64) -> FileMemory {
        let path = env::temp_dir().join(format!("icid-{name}-{}", std::process::id()));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .unwrap();
        std::fs::remove_file(path).unwrap();
        file.set_len(length).unwrap();
        FileMemory::new(file).unwrap()
    }

    #[test]
    fn a_huge_file_is_opened_and_read_at_both_ends() {
        let mut memory = memory("huge", 256 << 30);
        let mut buffer = [1; 3];
        assert_eq!(memory.read(0, &mut buffer), Ok(()));
        assert_eq!(buffer, [0; 3]);
        let end = memory.length();
        assert_eq!(memory.write(end - 2, &[7, 8]), Ok(()));
        assert_eq!(memory.read(end - 3, &mut buffer), Ok(()));
        assert_eq!(buffer, [0, 7, 8]);
        let error = MemoryError::OutOfBounds {
            offset: end - 2,
            length: 3,
            memory: end,
        };
        assert_eq!(memory.read(end - 2, &mut buffer), Err(error));
        assert_eq!(memory.write(end - 2, &buffer), Err(error));
        assert!(memory.take_error().is_none());
    }

    #[test]
    fn what_was_written_is_read_again_across_blocks() {
        let mut memory = memory("blocks", 0);
        let mut expected: Vec<u8> = Vec::new();
        // More than the cache has room for, and an end that is not that of a block.
        let pages = 70;
        assert_eq!(memory.grow(pages), Ok(()));
        assert_eq!(expected.grow(pages), Ok(()));
        let mut state = 1_u64;
        for round in 0..2_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let offset = state >> 17;
            let length = usize::try_from(state >> 3 & 0xffff).unwrap() * 3;
            let offset = offset % (memory.length() - wide(length));
            if round % 2 == 0 {
                let bytes: Vec<u8> = (0..length).map(|i| (i ^ round).to_le_bytes()[0]).collect();
                assert_eq!(memory.write(offset, &bytes), Ok(()));
                assert_eq!(MemoryMut::write(&mut expected, offset, &bytes), Ok(()));
            } else {
                let (mut found, mut right) = (vec![0; length], vec![0; length]);
                assert_eq!(memory.read(offset, &mut found), Ok(()));
                assert_eq!(Memory::read(&expected, offset, &mut right), Ok(()));
                assert_eq!(found, right);
            }
            if round == 1_000 {
                assert_eq!(memory.grow(1), Ok(()));
                assert_eq!(expected.grow(1), Ok(()));
            }
        }
    }

    #[test]
    fn growing_beyond_all_numbers_is_refused() {
        let mut memory = memory("full", 1);
        let error = MemoryError::Full { pages: u64::MAX };
        assert_eq!(memory.grow(u64::MAX), Err(error));
        assert_eq!(memory.length(), 1);
    }

    #[test]
    fn the_reason_why_a_device_failed_is_kept() {
        let memory = memory("short", 100);
        memory.file.set_len(10).unwrap();
        assert_eq!(memory.read(50, &mut [0; 4]), Err(MemoryError::Device));
        let error = memory.take_error().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
