//! The bytes of one node, read as far as they are needed.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::chunks::is_place;
use super::error::{NodeRule, ReadMapError};
use super::node::{CHILDREN_V2, HEAD, Span};
use super::shape::{CAPACITY, Form};
use crate::Memory;
use crate::managed::bytes::{narrow, u16_at, u32_at, u64_at, wide};

/// The most levels of a tree. With at least 5 entries, so 6 children, in all nodes but the root, and
/// at least 144 bytes for each node, 24 levels do not fit into 2⁶⁴ bytes.
pub(super) const MAX_DEPTH: usize = 24;

const MAGIC: [u8; 3] = *b"BTN";
const OVERFLOW_MAGIC: [u8; 3] = *b"NOF";

/// The head of a further chunk of a node: magic, and the address of the next one.
pub(super) const OVERFLOW_HEAD: u64 = 11;

/// How much of a node is read at first. Most nodes are not longer, and of most nodes on the way to an
/// entry no more is needed.
const FIRST_READ: u64 = 1_024;

/// The bytes of a node, without the heads of its further chunks, as far as they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    pub(super) address: u64,
    pub(super) version: u8,
    leaf: bool,
    entries: usize,
    /// The buffer is kept when another node is opened; `loaded` of it counts.
    buffer: Vec<u8>,
    loaded: usize,
    /// The further chunks that were read.
    pub(super) overflow: Vec<u64>,
    /// Where the node goes on; 0 if nowhere.
    next: u64,
    /// A further chunk that was read before; see `read_overflow`.
    mark: u64,
}

impl Pages {
    /// Reads the head of the node at `address`, and more if it is at hand.
    pub(super) fn open<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        address: u64,
    ) -> Result<(), ReadMapError> {
        let fail = |rule| Err(ReadMapError::node(address, rule));
        if !is_place(address, form.stride()) {
            return fail(NodeRule::Misplaced);
        }
        let there = memory.length().saturating_sub(address).min(form.page);
        if there < wide(HEAD) {
            return fail(NodeRule::OutOfBounds);
        }
        self.address = address;
        self.loaded = 0;
        self.overflow.clear();
        self.next = 0;
        self.fill(memory, address, narrow(there.min(FIRST_READ)))?;
        let head = self.loaded();
        let Some([a, b, c, version, kind]) = head.first_chunk().copied() else {
            return fail(NodeRule::OutOfBounds);
        };
        let entries = u16_at(head, 5).unwrap_or_default();
        if [a, b, c] != MAGIC {
            return fail(NodeRule::Magic);
        }
        match (version, form.bounds) {
            (1, Some(_)) | (2, _) => self.version = version,
            _ => return fail(NodeRule::Version { found: version }),
        }
        match kind {
            0 => self.leaf = true,
            1 => self.leaf = false,
            found => return fail(NodeRule::Kind { found }),
        }
        self.entries = usize::from(entries);
        if !(1..=CAPACITY).contains(&self.entries) {
            return fail(NodeRule::EntryCount { found: entries });
        }
        if version == 2 {
            self.ensure(memory, form, CHILDREN_V2)?;
            self.next = u64_at(self.loaded(), HEAD).unwrap_or_default();
        }
        Ok(())
    }

    pub(super) fn is_leaf(&self) -> bool {
        self.leaf
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries >= CAPACITY
    }

    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// Whether the node goes on in chunks that were not read.
    pub(super) fn goes_on(&self) -> u64 {
        self.next
    }

    /// The bytes that were read so far.
    pub(super) fn loaded(&self) -> &[u8] {
        self.buffer.get(..self.loaded).unwrap_or_default()
    }

    /// Uses buffers of another node.
    pub(super) fn with_buffers(buffer: Vec<u8>, overflow: Vec<u64>) -> Self {
        Self {
            address: 0,
            version: 0,
            leaf: false,
            entries: 0,
            buffer,
            loaded: 0,
            overflow,
            next: 0,
            mark: 0,
        }
    }

    /// Returns the buffer, which may be longer than what was read, and the further chunks.
    pub(super) fn into_buffers(self) -> (Vec<u8>, Vec<u64>) {
        (self.buffer, self.overflow)
    }

    /// Reads on until `end` bytes of the node are there.
    pub(super) fn ensure<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        end: usize,
    ) -> Result<(), ReadMapError> {
        while self.loaded < end {
            self.read_on(memory, form, end)?;
        }
        Ok(())
    }

    /// Finds the entry of `key`, or where it would be.
    pub(super) fn search<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        key: &[u8],
    ) -> Result<Result<usize, usize>, ReadMapError> {
        match (self.version, form.fixed_key()) {
            (2, Some(length)) => self.search_fixed(memory, form, key, narrow(u64::from(length))),
            _ => self.search_spans(memory, form, key),
        }
    }

    /// Returns the address of a child of an inner node.
    pub(super) fn child<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        index: usize,
    ) -> Result<u64, ReadMapError> {
        let place = self
            .children_start(form)
            .saturating_add(index.saturating_mul(8));
        self.ensure(memory, form, place.saturating_add(8))?;
        Ok(u64_at(self.loaded(), place).unwrap_or_default())
    }

    /// Returns the value of an entry.
    pub(super) fn value<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        index: usize,
    ) -> Result<&[u8], ReadMapError> {
        let span = if self.version == 1 {
            self.value_span_v1(memory, form, index)?
        } else {
            let mut span = Span::at(self.keys_end(memory, form)?, 0);
            for entry in 0..=index {
                span = self.value_span(memory, form, entry, span.end)?;
            }
            span
        };
        self.ensure(memory, form, span.end)?;
        Ok(span.of(self.loaded()))
    }

    /// Where the children of an inner node begin.
    pub(super) fn children_start(&self, form: &Form) -> usize {
        match self.version {
            1 => self.entry_start_v1(form, self.entries),
            _ => CHILDREN_V2,
        }
    }

    /// Where the keys of a node of version 2 begin.
    pub(super) fn keys_start(&self) -> usize {
        let children = if self.leaf {
            0
        } else {
            self.entries.saturating_add(1)
        };
        CHILDREN_V2.saturating_add(children.saturating_mul(8))
    }

    /// Reads the length of the key at `start`, in a node of version 2.
    pub(super) fn key_span<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        entry: usize,
        start: usize,
    ) -> Result<Span, ReadMapError> {
        match form.fixed_key() {
            Some(length) => Ok(Span::at(start, narrow(u64::from(length)))),
            None => {
                let length = self.length_at(memory, form, start)?;
                self.check_key(form, entry, length)?;
                Ok(Span::at(start.saturating_add(4), narrow(u64::from(length))))
            }
        }
    }

    /// Reads the length of the value at `start`, in a node of version 2.
    pub(super) fn value_span<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        entry: usize,
        start: usize,
    ) -> Result<Span, ReadMapError> {
        let length = self.length_at(memory, form, start)?;
        self.check_value(form, entry, length)?;
        Ok(Span::at(start.saturating_add(4), narrow(u64::from(length))))
    }

    pub(super) fn key_span_v1<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        entry: usize,
    ) -> Result<Span, ReadMapError> {
        let start = self.entry_start_v1(form, entry);
        let length = self.length_at(memory, form, start)?;
        self.check_key(form, entry, length)?;
        Ok(Span::at(start.saturating_add(4), narrow(u64::from(length))))
    }

    pub(super) fn value_span_v1<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        entry: usize,
    ) -> Result<Span, ReadMapError> {
        let key = form.bounds.map_or(0, |(key, _)| narrow(u64::from(key)));
        let start = self
            .entry_start_v1(form, entry)
            .saturating_add(4)
            .saturating_add(key);
        let length = self.length_at(memory, form, start)?;
        self.check_value(form, entry, length)?;
        Ok(Span::at(start.saturating_add(4), narrow(u64::from(length))))
    }

    fn search_fixed<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        key: &[u8],
        length: usize,
    ) -> Result<Result<usize, usize>, ReadMapError> {
        let start = self.keys_start();
        let end = self.entries.saturating_mul(length).saturating_add(start);
        self.ensure(memory, form, end)?;
        let keys = self.loaded().get(start..end).unwrap_or_default();
        let (mut low, mut high) = (0_usize, self.entries);
        while low < high {
            let middle = low.midpoint(high);
            let place = middle.saturating_mul(length);
            let found = Span::at(place, length).of(keys);
            match form.shape.compare(found, key) {
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(Ok(middle)),
            }
        }
        Ok(Err(low))
    }

    fn search_spans<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        key: &[u8],
    ) -> Result<Result<usize, usize>, ReadMapError> {
        let mut end = self.keys_start();
        for entry in 0..self.entries {
            let span = match self.version {
                1 => self.key_span_v1(memory, form, entry)?,
                _ => self.key_span(memory, form, entry, end)?,
            };
            end = span.end;
            self.ensure(memory, form, end)?;
            match form.shape.compare(span.of(self.loaded()), key) {
                Ordering::Less => {}
                Ordering::Greater => return Ok(Err(entry)),
                Ordering::Equal => return Ok(Ok(entry)),
            }
        }
        Ok(Err(self.entries))
    }

    /// Where the keys of a node of version 2 end.
    fn keys_end<M: Memory>(&mut self, memory: &M, form: &Form) -> Result<usize, ReadMapError> {
        let mut end = self.keys_start();
        for entry in 0..self.entries {
            end = self.key_span(memory, form, entry, end)?.end;
        }
        Ok(end)
    }

    fn entry_start_v1(&self, form: &Form, entry: usize) -> usize {
        let (key, value) = form.bounds.unwrap_or_default();
        let stride = u64::from(key)
            .saturating_add(u64::from(value))
            .saturating_add(8);
        let before = stride.saturating_mul(wide(entry));
        narrow(before).saturating_add(HEAD)
    }

    fn length_at<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        place: usize,
    ) -> Result<u32, ReadMapError> {
        self.ensure(memory, form, place.saturating_add(4))?;
        Ok(u32_at(self.loaded(), place).unwrap_or_default())
    }

    fn check_key(&self, form: &Form, entry: usize, length: u32) -> Result<(), ReadMapError> {
        let room = match (self.version, form.bounds) {
            (1, Some((longest, _))) => longest,
            _ => u32::MAX,
        };
        if form.admits_key(u64::from(length)) && length <= room {
            return Ok(());
        }
        let entry = u8::try_from(entry).unwrap_or(u8::MAX);
        Err(ReadMapError::node(
            self.address,
            NodeRule::KeyLength { entry, length },
        ))
    }

    fn check_value(&self, form: &Form, entry: usize, length: u32) -> Result<(), ReadMapError> {
        let room = match (self.version, form.bounds) {
            (1, Some((_, longest))) => longest,
            _ => u32::MAX,
        };
        if form.admits_value(u64::from(length)) && length <= room {
            return Ok(());
        }
        let entry = u8::try_from(entry).unwrap_or(u8::MAX);
        Err(ReadMapError::node(
            self.address,
            NodeRule::ValueLength { entry, length },
        ))
    }

    /// Reads more of the chunk that was read last, or the next one.
    fn read_on<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        end: usize,
    ) -> Result<(), ReadMapError> {
        let page = narrow(form.page);
        if self.loaded < page {
            let there = memory.length().saturating_sub(self.address).min(form.page);
            if wide(self.loaded) >= there {
                return Err(self.cut_short(end));
            }
            let more = narrow(there).min(end.max(self.loaded.saturating_mul(2)));
            let from = self.address.saturating_add(wide(self.loaded));
            return self.fill(memory, from, more.saturating_sub(self.loaded));
        }
        self.read_overflow(memory, form, end)
    }

    /// Reads the next chunk of a node that goes on.
    ///
    /// A chain that comes back to itself would have no end. It is found by remembering one chunk of it,
    /// another one each time that the number of chunks has doubled.
    fn read_overflow<M: Memory>(
        &mut self,
        memory: &M,
        form: &Form,
        end: usize,
    ) -> Result<(), ReadMapError> {
        let fail = |rule| Err(ReadMapError::node(self.address, rule));
        let address = self.next;
        let data = form.page.saturating_sub(OVERFLOW_HEAD);
        let whole = data
            .saturating_mul(wide(self.overflow.len()))
            .saturating_add(form.page);
        if address == 0 || self.version == 1 || whole != wide(self.loaded) {
            return Err(self.cut_short(end));
        }
        let there = memory.length().saturating_sub(address).min(form.page);
        if !is_place(address, form.stride()) || there < OVERFLOW_HEAD {
            return fail(NodeRule::OverflowMisplaced { address });
        }
        if address == self.mark && !self.overflow.is_empty() {
            return fail(NodeRule::OverflowCycle { address });
        }
        let mut head = [0; 11];
        memory.read(address, &mut head)?;
        if head.first_chunk() != Some(&OVERFLOW_MAGIC) {
            return fail(NodeRule::OverflowMagic { address });
        }
        self.overflow.push(address);
        if self.overflow.len().is_power_of_two() {
            self.mark = address;
        }
        self.next = u64_at(&head, 3).unwrap_or_default();
        let from = address.saturating_add(OVERFLOW_HEAD);
        let data = narrow(there.saturating_sub(OVERFLOW_HEAD));
        if data == 0 {
            return Err(self.cut_short(end));
        }
        self.fill(memory, from, data)
    }

    /// Puts `length` bytes of memory behind those that are there.
    fn fill<M: Memory>(
        &mut self,
        memory: &M,
        from: u64,
        length: usize,
    ) -> Result<(), ReadMapError> {
        let end = self.loaded.saturating_add(length);
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        if let Some(target) = self.buffer.get_mut(self.loaded..end) {
            memory.read(from, target)?;
        }
        self.loaded = end;
        Ok(())
    }

    fn cut_short(&self, needed: usize) -> ReadMapError {
        let rule = NodeRule::CutShort {
            length: wide(self.loaded),
            needed: wide(needed),
        };
        ReadMapError::node(self.address, rule)
    }
}
