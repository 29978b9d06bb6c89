//! A node with all its entries, to be changed and written.
//!
//! ```text
//!   0  magic "BTN"
//!   3  version, 1 or 2
//!   4  0 for a leaf, 1 for an inner node
//!   5  number of entries, u16 little-endian, like all numbers here
//!
//! version 1:
//!   7  for each entry:
//!        u32: length of the key; the key; unused up to the longest key
//!        u32: length of the value; the value; unused up to the longest value
//!      children of an inner node, u64 each
//!
//! version 2:
//!   7  u64: address of the further chunk in which the node goes on, 0 if in none
//!  15  children of an inner node, u64 each
//!      keys: u32: length, unless all keys have the same; the key
//!      values: u32: length; the value
//!
//! further chunk:
//!   0  magic "NOF"
//!   3  u64: address of the next one, 0 if none
//!  11  bytes that belong behind those of the chunk before
//! ```

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use super::error::ReadMapError;
use super::pages::{OVERFLOW_HEAD, Pages};
use super::shape::{CAPACITY, Form, MINIMUM};
use crate::Memory;
use crate::managed::bytes::{narrow, put, u64_at, wide};

/// The length of what nodes of both versions begin with.
pub(super) const HEAD: usize = 7;

/// Where the children of a node of version 2 begin.
pub(super) const CHILDREN_V2: usize = 15;

/// A part of some bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    start: usize,
    pub(super) end: usize,
}

impl Span {
    #[inline]
    pub(super) fn at(start: usize, length: usize) -> Self {
        Self {
            start,
            end: start.saturating_add(length),
        }
    }

    #[inline]
    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    fn length(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

/// An entry of a node: parts of the node's bytes.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: Span,
    value: Span,
}

/// A node with all its entries.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) address: u64,
    version: u8,
    leaf: bool,
    /// Where keys and values are: those that were read, and behind them those that came later.
    bytes: Vec<u8>,
    /// How many of the bytes are in use; the buffer may be longer.
    used: usize,
    slots: Vec<Slot>,
    children: Vec<u64>,
    /// The further chunks that it was read from.
    pub(super) overflow: Vec<u64>,
    /// Where it goes on behind its contents; 0 if nowhere, as it should be.
    pub(super) next: u64,
}

impl Node {
    /// A node without entries, which nobody can write yet.
    pub(super) fn new(address: u64, version: u8, leaf: bool) -> Self {
        Self {
            address,
            version,
            leaf,
            bytes: Vec::new(),
            used: 0,
            slots: Vec::with_capacity(CAPACITY),
            children: Vec::new(),
            overflow: Vec::new(),
            next: 0,
        }
    }

    /// Reads all entries of the node that was opened.
    pub(super) fn read<M: Memory>(
        pages: Pages,
        memory: &M,
        form: &Form,
    ) -> Result<Self, ReadMapError> {
        Self::new(0, 0, true).filled(pages, memory, form)
    }

    /// Reads all entries of the node at `address`, into the buffers of this one.
    pub(super) fn replaced<M: Memory>(
        mut self,
        memory: &M,
        form: &Form,
        address: u64,
    ) -> Result<Self, ReadMapError> {
        let mut pages =
            Pages::with_buffers(mem::take(&mut self.bytes), mem::take(&mut self.overflow));
        pages.open(memory, form, address)?;
        self.slots.clear();
        self.children.clear();
        self.filled(pages, memory, form)
    }

    fn filled<M: Memory>(
        self,
        mut pages: Pages,
        memory: &M,
        form: &Form,
    ) -> Result<Self, ReadMapError> {
        let mut node = self;
        node.address = pages.address;
        node.version = pages.version;
        node.leaf = pages.is_leaf();
        let entries = pages.entries();
        if pages.version == 1 {
            for entry in 0..entries {
                let key = pages.key_span_v1(memory, form, entry)?;
                let value = pages.value_span_v1(memory, form, entry)?;
                node.slots.push(Slot { key, value });
            }
        } else {
            let mut end = pages.keys_start();
            for entry in 0..entries {
                let key = pages.key_span(memory, form, entry, end)?;
                end = key.end;
                let value = Span::default();
                node.slots.push(Slot { key, value });
            }
            for (entry, slot) in node.slots.iter_mut().enumerate() {
                slot.value = pages.value_span(memory, form, entry, end)?;
                end = slot.value.end;
            }
        }
        if let Some(end) = node.slots.iter().map(|slot| slot.value.end).max() {
            pages.ensure(memory, form, end)?;
        }
        if !node.leaf {
            let start = pages.children_start(form);
            let length = entries.saturating_add(1).saturating_mul(8);
            let span = Span::at(start, length);
            pages.ensure(memory, form, span.end)?;
            let children = span.of(pages.loaded()).chunks_exact(8);
            node.children
                .extend(children.filter_map(|child| u64_at(child, 0)));
        }
        node.next = pages.goes_on();
        node.used = pages.loaded().len();
        (node.bytes, node.overflow) = pages.into_buffers();
        Ok(node)
    }

    /// Returns the buffers, to be used for another node.
    pub(super) fn into_pages(self) -> Pages {
        Pages::with_buffers(self.bytes, self.overflow)
    }

    /// The chunks that the node has, the first one last.
    pub(super) fn chunks(&self) -> Vec<u64> {
        let mut chunks = self.overflow.clone();
        chunks.push(self.address);
        chunks
    }

    pub(super) fn version(&self) -> u8 {
        self.version
    }

    /// Makes a node of version 1 whose entries have become too long for it one of version 2.
    pub(super) fn choose_version(&mut self, form: &Form) {
        let (longest_key, longest_value) = form.bounds.unwrap_or_default();
        let fits = |span: Span, longest: u32| wide(span.length()) <= u64::from(longest);
        let all = |slot: &Slot| fits(slot.key, longest_key) && fits(slot.value, longest_value);
        if !self.slots.iter().all(all) {
            self.version = 2;
        }
    }

    pub(super) fn is_leaf(&self) -> bool {
        self.leaf
    }

    pub(super) fn length(&self) -> usize {
        self.slots.len()
    }

    /// Whether the node stays legal without one of its entries.
    pub(super) fn can_spare(&self) -> bool {
        self.slots.len() > MINIMUM
    }

    #[inline]
    pub(super) fn key(&self, index: usize) -> &[u8] {
        self.slots
            .get(index)
            .map_or(&[], |slot| slot.key.of(&self.bytes))
    }

    #[inline]
    pub(super) fn value(&self, index: usize) -> &[u8] {
        self.slots
            .get(index)
            .map_or(&[], |slot| slot.value.of(&self.bytes))
    }

    /// The address of a child, 0 if there is none, where no node can be.
    pub(super) fn child(&self, index: usize) -> u64 {
        self.children.get(index).copied().unwrap_or_default()
    }

    pub(super) fn children(&self) -> &[u64] {
        &self.children
    }

    /// Finds the entry of `key`, or where it would be.
    pub(super) fn search(&self, form: &Form, key: &[u8]) -> Result<usize, usize> {
        self.slots
            .binary_search_by(|slot| form.shape.compare(slot.key.of(&self.bytes), key))
    }

    pub(super) fn set_value(&mut self, index: usize, value: &[u8]) {
        let value = self.store(value);
        if let Some(slot) = self.slots.get_mut(index) {
            slot.value = value;
        }
    }

    pub(super) fn set_entry(&mut self, index: usize, key: &[u8], value: &[u8]) {
        let (key, value) = (self.store(key), self.store(value));
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Slot { key, value };
        }
    }

    pub(super) fn insert(&mut self, index: usize, key: &[u8], value: &[u8]) {
        let (key, value) = (self.store(key), self.store(value));
        let index = index.min(self.slots.len());
        self.slots.insert(index, Slot { key, value });
    }

    pub(super) fn insert_child(&mut self, index: usize, child: u64) {
        let index = index.min(self.children.len());
        self.children.insert(index, child);
    }

    pub(super) fn remove(&mut self, index: usize) {
        if index < self.slots.len() {
            self.slots.remove(index);
        }
    }

    pub(super) fn remove_child(&mut self, index: usize) {
        if index < self.children.len() {
            self.children.remove(index);
        }
    }

    /// Puts entries and children of `other`, as far as the range of entries goes, behind those here.
    pub(super) fn append(&mut self, other: &Self, range: Range<usize>) {
        let children = range.start..range.end.saturating_add(1);
        for index in range {
            let end = self.slots.len();
            self.insert(end, other.key(index), other.value(index));
        }
        self.children
            .extend(other.children.get(children).unwrap_or_default());
    }

    /// Leaves the first entries, and the children that belong to them.
    pub(super) fn truncate(&mut self, entries: usize) {
        self.slots.truncate(entries);
        self.children.truncate(entries.saturating_add(1));
    }

    /// Takes the place of `other`, with its chunks and its version.
    pub(super) fn move_to(&mut self, other: &Self) {
        self.address = other.address;
        self.version = other.version;
        self.overflow.clone_from(&other.overflow);
    }

    /// Puts the bytes of the node, without the heads of further chunks, behind those that are there.
    pub(super) fn encode(&self, form: &Form, bytes: &mut Vec<u8>) {
        bytes.reserve(self.encoded_length(form));
        bytes.extend_from_slice(b"BTN");
        bytes.push(self.version);
        bytes.push(u8::from(!self.leaf));
        let entries = u16::try_from(self.slots.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&entries.to_le_bytes());
        match (self.version, form.bounds) {
            (1, Some(bounds)) => self.encode_v1(bounds, bytes),
            _ => self.encode_v2(form, bytes),
        }
    }

    fn encode_v1(&self, bounds: (u32, u32), bytes: &mut Vec<u8>) {
        let (longest_key, longest_value) = bounds;
        for slot in &self.slots {
            for (span, longest) in [(slot.key, longest_key), (slot.value, longest_value)] {
                let part = span.of(&self.bytes);
                push_length(bytes, part.len());
                bytes.extend_from_slice(part);
                let unused = u64::from(longest).saturating_sub(wide(part.len()));
                bytes.resize(bytes.len().saturating_add(narrow(unused)), 0);
            }
        }
        for child in &self.children {
            bytes.extend_from_slice(&child.to_le_bytes());
        }
    }

    fn encode_v2(&self, form: &Form, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&[0; 8]);
        for child in &self.children {
            bytes.extend_from_slice(&child.to_le_bytes());
        }
        let lengths = form.fixed_key().is_none();
        for slot in &self.slots {
            if lengths {
                push_length(bytes, slot.key.length());
            }
            bytes.extend_from_slice(slot.key.of(&self.bytes));
        }
        for slot in &self.slots {
            push_length(bytes, slot.value.length());
            bytes.extend_from_slice(slot.value.of(&self.bytes));
        }
    }

    /// How long the bytes of a node of version 2 are; one of version 1 may be longer.
    fn encoded_length(&self, form: &Form) -> usize {
        let entries = self.slots.iter().map(|slot| {
            let both = slot.key.length().saturating_add(slot.value.length());
            both.saturating_add(8)
        });
        let entries: usize = entries.fold(0, usize::saturating_add);
        let children = self.children.len().saturating_mul(8);
        let length = entries.saturating_add(children).saturating_add(CHILDREN_V2);
        if self.version == 1 {
            length.max(narrow(form.page))
        } else {
            length
        }
    }

    fn store(&mut self, part: &[u8]) -> Span {
        let span = Span::at(self.used, part.len());
        if self.bytes.len() < span.end {
            self.bytes.resize(span.end, 0);
        }
        put(&mut self.bytes, span.start, part);
        self.used = span.end;
        span
    }
}

/// Writes into the first chunk of a node of version 2 where it goes on.
pub(super) fn link(first: &mut [u8], version: u8, next: u64) {
    if version == 2 {
        put(first, HEAD, &next.to_le_bytes());
    }
}

/// Returns the head of a further chunk.
pub(super) fn overflow_head(next: u64) -> [u8; 11] {
    let mut head = [0; 11];
    put(&mut head, 0, b"NOF");
    put(&mut head, 3, &next.to_le_bytes());
    head
}

/// Divides what does not fit into the first chunk into parts for further ones.
pub(super) fn overflow_parts(rest: &[u8], page: u64) -> impl Iterator<Item = &[u8]> {
    let length = narrow(page.saturating_sub(OVERFLOW_HEAD));
    rest.chunks(length.max(1))
}

/// Lengths were admitted before, so that they have 32 bits.
fn push_length(bytes: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_removed_from_no_node() {
        let mut node = Node::new(116, 2, false);
        node.insert(0, b"key", b"value");
        node.insert_child(0, 407);
        node.remove(1);
        node.remove_child(1);
        assert_eq!((node.length(), node.children()), (1, &[407][..]));
        node.remove(0);
        node.remove_child(0);
        assert_eq!((node.length(), node.children()), (0, &[][..]));
    }
}
