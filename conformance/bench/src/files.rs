//! Images in files, as memories.

use std::cell::RefCell;
use std::fs::File;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::path::PathBuf;

use storage::Memory;
use storage::MemoryError;
use storage::MemoryMut;
use storage::PAGE_LENGTH;

/// How much of a file is read at once, where it is read from one end to the other.
pub(crate) const BLOCK: usize = 65_536;

/// A file that goes away with its owner.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("icid-bench-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        File::create(&path).expect("a file");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Opens it to be read block by block.
    pub(crate) fn open(&self) -> Pages {
        Pages {
            file: self.open_direct(),
            block: RefCell::new(Block {
                offset: u64::MAX,
                bytes: Vec::with_capacity(BLOCK),
            }),
        }
    }

    pub(crate) fn open_direct(&self) -> Direct {
        let file = OpenOptions::new().read(true).write(true).open(&self.0);
        let file = file.expect("a file");
        let length = file.metadata().expect("its length").len();
        Direct { file, length }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the folder for such files is nobody's loss.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A file of which just what is asked for is read: nodes of maps are short and far from each other.
pub(crate) struct Direct {
    file: File,
    length: u64,
}

impl Direct {
    fn check(&self, offset: u64, length: usize) -> Result<(), MemoryError> {
        let (length, memory) = (length as u64, self.length);
        match offset.checked_add(length) {
            Some(end) if end <= memory => Ok(()),
            _ => Err(MemoryError::OutOfBounds {
                offset,
                length,
                memory,
            }),
        }
    }
}

impl Memory for Direct {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.check(offset, buffer.len())?;
        let read = self.file.read_exact_at(buffer, offset);
        read.map_err(|_| MemoryError::Device)
    }
}

impl MemoryMut for Direct {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.check(offset, bytes.len())?;
        let written = self.file.write_all_at(bytes, offset);
        written.map_err(|_| MemoryError::Device)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        let full = MemoryError::Full { pages };
        let more = pages.checked_mul(PAGE_LENGTH).ok_or(full)?;
        let length = self.length.checked_add(more).ok_or(full)?;
        self.file.set_len(length).map_err(|_| MemoryError::Device)?;
        self.length = length;
        Ok(())
    }
}

/// A file as a memory. It keeps the block that was read last.
pub(crate) struct Pages {
    file: Direct,
    block: RefCell<Block>,
}

struct Block {
    offset: u64,
    bytes: Vec<u8>,
}

impl Memory for Pages {
    fn length(&self) -> u64 {
        self.file.length
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.file.check(offset, buffer.len())?;
        let mut block = self.block.borrow_mut();
        let (mut offset, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let start = offset - offset % BLOCK as u64;
            if block.offset != start {
                let length = (self.file.length - start).min(BLOCK as u64) as usize;
                block.offset = u64::MAX;
                block.bytes.resize(length, 0);
                self.file.read(start, &mut block.bytes)?;
                block.offset = start;
            }
            let source = &block.bytes[(offset - start) as usize..];
            let length = source.len().min(rest.len());
            let (target, after) = rest.split_at_mut(length);
            target.copy_from_slice(&source[..length]);
            rest = after;
            offset += length as u64;
        }
        Ok(())
    }
}

impl MemoryMut for Pages {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.block.borrow_mut().offset = u64::MAX;
        self.file.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.file.grow(pages)
    }
}
