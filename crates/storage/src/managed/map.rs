//! A sorted map in a memory of its own: a B-tree.
//!
//! ```text
//!   0  magic "BTR"
//!   3  version, 1 or 2
//!   4  u32 little-endian, like all numbers here: longest key, or in version 2 the page length
//!   8  u32: longest value, or all ones if the number before is the page length
//!  12  u64: address of the root node, 0 if there is none
//!  20  u64: number of entries
//!  28  24 bytes, reserved
//!  52  the allocator of chunks, see `chunks`
//! 100  chunks of equal length, with a node or a part of one in each
//! ```
//!
//! A node has 1 to 11 entries, all but the root at least 5, and an inner node one child more than
//! entries; see `node` for its bytes. Nodes of version 2 go on in further chunks if one is not enough,
//! so that they can have values of any length. Releases since 0.6 put nodes of version 2 into maps of
//! version 1 and leave the version in the header, so that such a map can have nodes of both. New nodes
//! have the map's version here, so that old releases go on reading what they made, unless an entry is
//! too long for that.
//!
//! The header does not say whether all keys have the same length, in which case nodes of version 2
//! do not repeat it, nor how keys are ordered: both are in the [`Shape`], which the caller knows.
//!
//! Source: crate `ic-stable-structures` 0.7.2, `src/btreemap.rs` and the files below it.
//!
//! # What a stop leaves
//!
//! A canister's call happens as a whole or not at all, so there a map is always as after the last call.
//! Elsewhere a program can stop between two writes. Each node changes by one write of its first
//! chunk; where it needs more, they are new chunks, written before. Nodes change in such an order that
//! at every moment [`Map::get`] finds the key in question with its value from before or after the
//! operation, and all other keys with theirs.
//!
//! What a stop can leave: chunks that nobody uses and a number of entries that is one off, which do no
//! harm, and, if nodes were divided or made one, entries or children that are in two nodes at once.
//! [`Map::verify`] finds all of it, and [`MapRule::severity`] tells them apart: the former are unusual,
//! the latter broken, for they end a walk through all entries. A map with [`MapRule::Shared`] or
//! [`NodeRule::Unsorted`] can be read by key, but must be set right by [`Map::mend`] before it is
//! changed: otherwise a removed entry could come back.

mod chunks;
mod error;
mod insert;
mod mend;
mod node;
mod pages;
mod remove;
mod shape;
mod verify;
mod walk;

use alloc::vec::Vec;
use core::mem;
use core::ops::Bound;

use self::chunks::{Chunks, FIRST_CHUNK};
use self::node::Node;
use self::pages::{MAX_DEPTH, Pages};
use self::shape::Form;
use super::bytes::{narrow, put, read_array, u32_at, u64_at, write_growing};
use crate::{Memory, MemoryError, MemoryMut};

pub use self::error::{ChunkRule, NodeRule, OpenMapError, ReadMapError, WriteMapError};
pub use self::shape::{Keys, Shape, Values};
pub use self::verify::{MapCensus, MapFinding, MapRule};
pub use self::walk::{Entries, Entry, OwnedEntry};

const MAGIC: [u8; 3] = *b"BTR";
const HEADER_LENGTH: usize = 28;
const PAGE_MARKER: u32 = u32::MAX;

/// A sorted map from bytes to bytes that is kept in a memory.
///
/// The map owns the memory, which may be a reference, or a view of a [`Manager`](crate::Manager).
/// Opening reads the header and nothing else, so a map can be opened for each operation.
///
/// After an error of [`Map::insert`] or [`Map::remove`] the map is what the memory says, as after a
/// stop.
///
/// ```
/// use icid_storage::{Keys, Map, Shape, Values};
///
/// let shape = Shape::new(Keys::Fixed(8), Values::Any);
/// let mut memory = Vec::new();
/// let mut map = Map::create(&mut memory, shape)?;
/// map.insert(&10_000_u64.to_be_bytes(), b"an anchor")?;
///
/// let map = Map::open(&memory, shape)?;
/// assert_eq!(map.get(&10_000_u64.to_be_bytes())?.as_deref(), Some(b"an anchor".as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Map<M> {
    memory: M,
    form: Form,
    root: u64,
    length: u64,
    chunks: Chunks,
    /// Whether the three are what the memory says.
    is_settled: bool,
    spare: Spare,
}

/// Buffers of operations that are over, to be used again.
#[derive(Clone, Debug, Default)]
struct Spare {
    here: Pages,
    below: Pages,
    encoded: Vec<u8>,
}

impl<M: Memory> Map<M> {
    /// Reads the header of the map in `memory`, whose keys and values have the form `shape`.
    ///
    /// # Errors
    ///
    /// See [`OpenMapError`], whose variants are in the order of the checks.
    pub fn open(memory: M, shape: Shape) -> Result<Self, OpenMapError> {
        let available = memory.length();
        if available == 0 {
            return Err(OpenMapError::Empty);
        }
        if available < FIRST_CHUNK {
            return Err(OpenMapError::TooShort { length: available });
        }
        let header: [u8; HEADER_LENGTH] = read_array(&memory, 0)?;
        let [a, b, c, version, ..] = header;
        match [a, b, c] {
            MAGIC => {}
            [0, 0, 0] => return Err(OpenMapError::Empty),
            found => return Err(OpenMapError::Magic { found }),
        }
        let first = u32_at(&header, 4).unwrap_or_default();
        let second = u32_at(&header, 8).unwrap_or_default();
        let form = match (version, second) {
            (1, _) => Form::bounded(shape, 1, first, second),
            (2, PAGE_MARKER) => Form::paged(shape, first),
            (2, _) => Form::bounded(shape, 2, first, second),
            _ => return Err(OpenMapError::Version { found: version }),
        };
        form.check()?;
        let root = u64_at(&header, 12).unwrap_or_default();
        let length = u64_at(&header, 20).unwrap_or_default();
        let chunks = Chunks::open(&memory, form.page)?;
        Ok(Self {
            memory,
            form,
            root,
            length,
            chunks,
            is_settled: true,
            spare: Spare::default(),
        })
    }

    /// Returns the number of entries, as the header says it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Returns whether the header says that there are no entries.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Returns the version that the header says, 1 or 2. A map of version 1 may have nodes of both.
    pub fn version(&self) -> u8 {
        self.form.version
    }

    /// Returns the value of `key`.
    ///
    /// # Errors
    ///
    /// See [`ReadMapError`].
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadMapError> {
        match self.find(key)? {
            Some((mut pages, index)) => {
                let value = pages.value(&self.memory, &self.form, index)?;
                Ok(Some(value.to_vec()))
            }
            None => Ok(None),
        }
    }

    /// Returns whether there is an entry for `key`.
    ///
    /// # Errors
    ///
    /// See [`ReadMapError`].
    pub fn contains(&self, key: &[u8]) -> Result<bool, ReadMapError> {
        Ok(self.find(key)?.is_some())
    }

    /// Returns the entry with the least key.
    ///
    /// # Errors
    ///
    /// See [`ReadMapError`].
    pub fn first(&self) -> Result<Option<OwnedEntry>, ReadMapError> {
        let mut entries = self.entries();
        Ok(entries.next()?.map(Entry::into_owned))
    }

    /// Returns the entry with the greatest key.
    ///
    /// # Errors
    ///
    /// See [`ReadMapError`].
    pub fn last(&self) -> Result<Option<OwnedEntry>, ReadMapError> {
        let mut entries = self.descending(Bound::Unbounded, Bound::Unbounded);
        Ok(entries.next()?.map(Entry::into_owned))
    }

    /// Returns all entries in ascending order of their keys.
    pub fn entries(&self) -> Entries<'_, M> {
        self.range(Bound::Unbounded, Bound::Unbounded)
    }

    /// Returns the entries from `from` to `to` in ascending order of their keys.
    pub fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Entries<'_, M> {
        Entries::ascending(self, from, to)
    }

    /// Returns the entries from `from` down to `to` in descending order of their keys.
    pub fn descending(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Entries<'_, M> {
        Entries::descending(self, from, to)
    }

    /// Walks all nodes once, and tells `report` what is wrong with them.
    ///
    /// What can be read is counted, even if parts of the tree cannot. Takes one bit of memory for each
    /// chunk that has room in the map's memory, and as much as one node for each level.
    ///
    /// # Errors
    ///
    /// [`MemoryError`] if the device fails.
    pub fn verify(&self, report: &mut dyn FnMut(MapFinding)) -> Result<MapCensus, MemoryError> {
        verify::verify(self, report)
    }

    /// Returns the memory.
    pub fn into_memory(self) -> M {
        self.memory
    }

    /// Finds the node and the index of the entry of `key`.
    fn find(&self, key: &[u8]) -> Result<Option<(Pages, usize)>, ReadMapError> {
        if self.root == 0 {
            return Ok(None);
        }
        let mut pages = Pages::default();
        let mut address = self.root;
        for _ in 0..MAX_DEPTH {
            pages.open(&self.memory, &self.form, address)?;
            match pages.search(&self.memory, &self.form, key)? {
                Ok(index) => return Ok(Some((pages, index))),
                Err(_) if pages.is_leaf() => return Ok(None),
                Err(index) => address = pages.child(&self.memory, &self.form, index)?,
            }
        }
        Err(ReadMapError::node(address, NodeRule::TooDeep))
    }

    fn load(&self, address: u64) -> Result<Node, ReadMapError> {
        let mut pages = Pages::default();
        pages.open(&self.memory, &self.form, address)?;
        Node::read(pages, &self.memory, &self.form)
    }
}

impl<M: MemoryMut> Map<M> {
    /// Makes an empty map in `memory`, whatever was there before, in version 2. It is one write.
    ///
    /// # Errors
    ///
    /// [`WriteMapError::Shape`] if keys and values are so long that nodes would be longer than the
    /// layout can say; [`WriteMapError::Memory`].
    pub fn create(memory: M, shape: Shape) -> Result<Self, WriteMapError> {
        let form = Form::new(shape).ok_or(WriteMapError::Shape)?;
        Self::make(memory, form)
    }

    /// Makes an empty map in `memory`, whatever was there before, in version 1, which old releases
    /// read. It is one write.
    ///
    /// # Errors
    ///
    /// [`WriteMapError::Shape`] if keys or values have no greatest length, or so great a one that
    /// nodes would be longer than the layout can say; [`WriteMapError::Memory`].
    pub fn create_v1(memory: M, shape: Shape) -> Result<Self, WriteMapError> {
        let form = Form::new_v1(shape).ok_or(WriteMapError::Shape)?;
        Self::make(memory, form)
    }

    fn make(mut memory: M, form: Form) -> Result<Self, WriteMapError> {
        let chunks = Chunks::new(form.page);
        let mut map = [0; 100];
        put(&mut map, 0, &header(&form, 0, 0));
        put(&mut map, 52, &chunks.header());
        let mut bytes = map.to_vec();
        bytes.extend_from_slice(&chunks::chunk_header(false, 0));
        write_growing(&mut memory, 0, &bytes)?;
        Ok(Self {
            memory,
            form,
            root: 0,
            length: 0,
            chunks,
            is_settled: true,
            spare: Spare::default(),
        })
    }

    /// Makes `value` the value of `key`, and returns the one from before.
    ///
    /// # Errors
    ///
    /// See [`WriteMapError`].
    pub fn insert(&mut self, key: &[u8], value: &[u8]) -> Result<Option<Vec<u8>>, WriteMapError> {
        self.form.admits(key, value)?;
        self.change(|map| insert::insert(map, key, value))
    }

    /// Removes the entry of `key`, and returns its value.
    ///
    /// # Errors
    ///
    /// See [`WriteMapError`].
    pub fn remove(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, WriteMapError> {
        self.change(|map| remove::remove(map, key))
    }

    /// Sets right what a stop left, and counts what there is.
    ///
    /// Entries that are in two nodes are taken out of the wrong one, lost chunks become free, and the
    /// number of entries becomes theirs. Whoever stops in between does it again. Takes as much memory
    /// as [`Map::verify`], and more time only if something is wrong; otherwise it writes nothing.
    ///
    /// It takes nothing out that is not in its right place, too. A map that is damaged in a way that no
    /// stop leaves stays as it is. So it is for what one stop left: whoever goes on after a stop mends
    /// first.
    ///
    /// # Errors
    ///
    /// [`WriteMapError::Read`], [`WriteMapError::Chunk`] for a node or a chunk that is damaged;
    /// [`WriteMapError::LostEntries`] if more than one entry is missing; [`WriteMapError::Memory`].
    pub fn mend(&mut self) -> Result<MapCensus, WriteMapError> {
        self.change(mend::mend)
    }

    /// Changes the map. After an error, what the memory says holds; if it does not say it at once, the
    /// next change begins with asking again.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, WriteMapError>,
    ) -> Result<T, WriteMapError> {
        if !self.is_settled {
            self.settle()?;
        }
        self.is_settled = false;
        let result = change(self);
        if result.is_ok() {
            self.is_settled = true;
        } else {
            let _ = self.settle();
        }
        result
    }

    /// Reads what the memory says.
    fn settle(&mut self) -> Result<(), MemoryError> {
        let map = Map::open(&self.memory, self.form.shape).map_err(|error| match error {
            OpenMapError::Memory(error) => error,
            // Nobody else writes to the memory, and nothing here damages the header.
            _ => MemoryError::Device,
        })?;
        let (root, length, chunks) = (map.root, map.length, map.chunks);
        self.root = root;
        self.length = length;
        self.chunks = chunks;
        self.is_settled = true;
        Ok(())
    }

    /// Writes root and number of entries.
    fn commit(&mut self, root: u64, length: u64) -> Result<(), WriteMapError> {
        self.memory.write(0, &header(&self.form, root, length))?;
        self.root = root;
        self.length = length;
        Ok(())
    }

    /// Writes the node where it is, and frees the chunks that it went on in before.
    fn save(&mut self, node: &mut Node) -> Result<(), WriteMapError> {
        let (first, chain) = self.prepare(node)?;
        write_growing(&mut self.memory, node.address, &first)?;
        self.spare.encoded = first;
        let before = mem::replace(&mut node.overflow, chain);
        self.release(&before)
    }

    /// Writes a node that nobody knows yet into the chunk that was taken for it, whose header says
    /// that `next_free` is the next free one.
    fn save_new(&mut self, node: &mut Node, next_free: u64) -> Result<(), WriteMapError> {
        let (first, chain) = self.prepare(node)?;
        node.overflow = chain;
        let (address, memory) = (node.address, &mut self.memory);
        self.chunks.fill(memory, address, next_free, &[&first])?;
        self.spare.encoded = first;
        Ok(())
    }

    /// Writes what does not fit into a node's first chunk, and returns what belongs there, and the
    /// further chunks.
    fn prepare(&mut self, node: &mut Node) -> Result<(Vec<u8>, Vec<u64>), WriteMapError> {
        node.choose_version(&self.form);
        let mut bytes = mem::take(&mut self.spare.encoded);
        bytes.clear();
        node.encode(&self.form, &mut bytes);
        let page = match node.version() {
            1 => bytes.len(),
            _ => narrow(self.form.page).min(bytes.len()),
        };
        let (_, rest) = bytes.split_at(page);
        let mut taken = Vec::new();
        for part in node::overflow_parts(rest, self.form.page) {
            let (address, next_free) = self.chunks.take(&self.memory)?;
            taken.push((address, next_free, part));
        }
        let chain: Vec<u64> = taken.iter().map(|(address, ..)| *address).collect();
        if !taken.is_empty() {
            self.chunks.commit(&mut self.memory)?;
        }
        let mut next = 0;
        for (address, next_free, part) in taken.into_iter().rev() {
            let head = node::overflow_head(next);
            self.chunks
                .fill(&mut self.memory, address, next_free, &[&head, part])?;
            next = address;
        }
        bytes.truncate(page);
        node::link(&mut bytes, node.version(), next);
        Ok((bytes, chain))
    }

    /// Frees chunks that no node refers to any more.
    fn release(&mut self, addresses: &[u64]) -> Result<(), WriteMapError> {
        if addresses.is_empty() {
            return Ok(());
        }
        for address in addresses {
            self.chunks.free(&mut self.memory, *address)?;
        }
        self.chunks.commit(&mut self.memory)
    }
}

/// Returns the header of a map.
fn header(form: &Form, root: u64, length: u64) -> [u8; HEADER_LENGTH] {
    let page = u32::try_from(form.page).unwrap_or(u32::MAX);
    let (first, second) = form.bounds.unwrap_or((page, PAGE_MARKER));
    let mut header = [0; HEADER_LENGTH];
    put(&mut header, 0, &MAGIC);
    put(&mut header, 3, &[form.version]);
    put(&mut header, 4, &first.to_le_bytes());
    put(&mut header, 8, &second.to_le_bytes());
    put(&mut header, 12, &root.to_le_bytes());
    put(&mut header, 20, &length.to_le_bytes());
    header
}

#[cfg(test)]
mod tests;
