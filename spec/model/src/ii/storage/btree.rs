//! Maps in a memory: the B-trees of `dfinity/stable-structures`.
//!
//! Layouts: `src/btreemap.rs`, `src/btreemap/allocator.rs`, `src/btreemap/node/v1.rs` and `v2.rs`
//! there. What is no such map has no entries to read; what is written is as full as a tree may be.

use alloc::collections::BTreeSet;

use super::little_endian;
use super::manager::Memory;

/// Keys and values in the order of the keys.
pub(super) type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// How many entries a node has at most.
const CAPACITY: usize = 11;
/// How deep a tree may be here. Our own: 5 entries for each node make 5⁴⁰.
const DEEPEST: usize = 40;
/// What the second size of the header is where the first is that of pages.
const PAGED: u64 = 0xffff_ffff;
/// Where the allocator and the first chunk are, and how long the head of a chunk is.
const ALLOCATOR: usize = 52;
const FIRST_CHUNK: usize = 100;
const CHUNK_HEAD: usize = 16;

/// What keys and values of a map may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Keys of eight bytes, and values of any length.
    Numbered,
    /// Keys of any length.
    Any,
    /// Keys of at most 29 bytes, and values of eight.
    Principals,
}

impl Shape {
    /// The two sizes in the header.
    const fn sizes(self) -> (u64, u64) {
        match self {
            Self::Numbered | Self::Any => (1024, PAGED),
            Self::Principals => (29, 8),
        }
    }

    /// The length of keys, where all have the same and none says it.
    const fn fixed_key(self) -> Option<u64> {
        match self {
            Self::Numbered => Some(8),
            Self::Any | Self::Principals => None,
        }
    }
}

/// The length of a node with entries of these sizes, all of them there.
const fn bounded(key: u64, value: u64) -> u64 {
    let entry = key.saturating_add(value).saturating_add(8);
    entry.saturating_mul(11).saturating_add(7 + 12 * 8)
}

/// The entries of a map, if that is what the memory holds.
pub(super) fn read(memory: &Memory<'_>, shape: Shape) -> Option<Entries> {
    let header = memory.read(0, 28)?;
    let number = |at: usize, width: usize| Some(little_endian(header.get(at..)?.get(..width)?));
    if header.get(..3)? != b"BTR" {
        return None;
    }
    let (key, value) = (number(4, 4)?, number(8, 4)?);
    let tree = Tree {
        memory,
        shape,
        key,
        value,
        page: if value == PAGED {
            key
        } else {
            bounded(key, value)
        },
    };
    let (root, length) = (number(12, 8)?, number(20, 8)?);
    let mut entries = Vec::new();
    if root != 0 {
        tree.walk(root, 0, &mut BTreeSet::new(), &mut entries)?;
    }
    (u64::try_from(entries.len()) == Ok(length)).then_some(entries)
}

struct Tree<'a> {
    memory: &'a Memory<'a>,
    shape: Shape,
    key: u64,
    value: u64,
    page: u64,
}

impl Tree<'_> {
    /// Adds the entries below a node in order.
    fn walk(
        &self,
        address: u64,
        depth: usize,
        seen: &mut BTreeSet<u64>,
        entries: &mut Entries,
    ) -> Option<()> {
        if depth > DEEPEST || !seen.insert(address) {
            return None;
        }
        let (own, children) = self.node(address)?;
        let mut children = children.into_iter();
        for entry in own {
            if let Some(child) = children.next() {
                self.walk(child, depth.saturating_add(1), seen, entries)?;
            }
            entries.push(entry);
        }
        for child in children {
            self.walk(child, depth.saturating_add(1), seen, entries)?;
        }
        Some(())
    }

    /// The entries and the addresses of the children of a node.
    fn node(&self, address: u64) -> Option<(Entries, Vec<u64>)> {
        let head = self.memory.read(address, 7)?;
        let [b'B', b'T', b'N', version, kind, low, high] = *head.as_slice() else {
            return None;
        };
        let count = u64::from(u16::from_le_bytes([low, high]));
        let children = match kind {
            0 => 0,
            1 => count.checked_add(1)?,
            _ => return None,
        };
        match version {
            1 => self.first_version(address, count, children),
            2 => self.second_version(address, count, children),
            _ => None,
        }
    }

    /// Sizes and room for the greatest key and value, for each entry, then the children.
    fn first_version(
        &self,
        address: u64,
        count: u64,
        children: u64,
    ) -> Option<(Entries, Vec<u64>)> {
        let bytes = self
            .memory
            .read(address.checked_add(7)?, self.page.checked_sub(7)?)?;
        let mut rest = Rest(&bytes);
        let mut entries = Vec::new();
        for _ in 0..count {
            let length = rest.number(4)?;
            let key = rest.take(self.key)?.get(..usize::try_from(length).ok()?)?;
            let length = rest.number(4)?;
            let value = rest
                .take(self.value)?
                .get(..usize::try_from(length).ok()?)?;
            entries.push((key.to_vec(), value.to_vec()));
        }
        Some((entries, rest.numbers(children)?))
    }

    /// The children, then the keys, then the values, in as many pages as it takes.
    fn second_version(
        &self,
        address: u64,
        count: u64,
        children: u64,
    ) -> Option<(Entries, Vec<u64>)> {
        let mut bytes = self.memory.read(address, self.page)?;
        let mut next = little_endian(bytes.get(7..15)?);
        let mut seen = BTreeSet::new();
        while next != 0 {
            let page = self.memory.read(next, self.page)?;
            if page.get(..3)? != b"NOF" || !seen.insert(next) {
                return None;
            }
            next = little_endian(page.get(3..11)?);
            bytes.extend(page.get(11..)?);
        }
        let mut rest = Rest(bytes.get(15..)?);
        let children = rest.numbers(children)?;
        let mut keys = Vec::new();
        for _ in 0..count {
            let length = match self.shape.fixed_key() {
                Some(length) => length,
                None => rest.number(4)?,
            };
            keys.push(rest.take(length)?.to_vec());
        }
        let mut entries = Vec::new();
        for key in keys {
            let length = rest.number(4)?;
            entries.push((key, rest.take(length)?.to_vec()));
        }
        Some((entries, children))
    }
}

/// Bytes that have not been read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, width: u64) -> Option<u64> {
        self.take(width).map(little_endian)
    }

    fn numbers(&mut self, count: u64) -> Option<Vec<u64>> {
        (0..count).map(|_| self.number(8)).collect()
    }
}

/// The bytes of a memory that holds these entries, which are in order.
pub(super) fn write(entries: Entries, shape: Shape) -> Vec<u8> {
    let (key, value) = shape.sizes();
    let page = if value == PAGED {
        key
    } else {
        bounded(key, value)
    };
    let mut pages = Pages {
        shape,
        size: usize::try_from(page).unwrap_or(usize::MAX),
        all: Vec::new(),
    };
    let count = entries.len();
    let root = if count == 0 {
        0
    } else {
        pages.put(&Node::root(entries))
    };

    let mut bytes = b"BTR\x02".to_vec();
    bytes.extend(key.to_le_bytes().iter().take(4));
    bytes.extend(value.to_le_bytes().iter().take(4));
    bytes.extend(root.to_le_bytes());
    bytes.extend(u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes());
    bytes.resize(ALLOCATOR, 0);
    bytes.extend(b"BTA\x01\0\0\0\0");
    bytes.extend(page.to_le_bytes());
    let allocated = pages.all.len();
    bytes.extend(u64::try_from(allocated).unwrap_or(u64::MAX).to_le_bytes());
    bytes.extend(pages.chunk(allocated).to_le_bytes());
    bytes.resize(FIRST_CHUNK, 0);
    for content in &pages.all {
        bytes.extend(b"CHK\x01\x01\0\0\0\0\0\0\0\0\0\0\0");
        let end = bytes.len().saturating_add(pages.size);
        bytes.extend(content);
        bytes.resize(end, 0);
    }
    bytes.extend(b"CHK\x01\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes
}

/// A node under construction.
struct Node {
    entries: Entries,
    children: Vec<Self>,
}

impl Node {
    /// A tree of nodes that are about equally full.
    fn root(entries: Entries) -> Self {
        let (mut entries, mut children) = (entries, Vec::new());
        loop {
            let count = entries.len();
            if count <= CAPACITY {
                return Self { entries, children };
            }
            // So many nodes, with an entry between each two that goes up.
            let nodes = count.saturating_add(1).div_ceil(CAPACITY.saturating_add(1));
            let own = count.saturating_sub(nodes.saturating_sub(1));
            let mut left = entries.into_iter();
            let mut below = children.into_iter();
            let (mut up, mut level) = (Vec::new(), Vec::new());
            for index in 0..nodes {
                let more = own.checked_rem(nodes).unwrap_or(0) > index;
                let size = own.checked_div(nodes).unwrap_or(0);
                let size = size.saturating_add(usize::from(more));
                level.push(Self {
                    entries: left.by_ref().take(size).collect(),
                    children: below.by_ref().take(size.saturating_add(1)).collect(),
                });
                up.extend(left.next());
            }
            (entries, children) = (up, level);
        }
    }
}

/// The pages of nodes, in the order of their chunks.
struct Pages {
    shape: Shape,
    size: usize,
    all: Vec<Vec<u8>>,
}

impl Pages {
    /// Where a chunk begins.
    fn chunk(&self, index: usize) -> u64 {
        let chunk = self.size.saturating_add(CHUNK_HEAD);
        let place = chunk.saturating_mul(index).saturating_add(FIRST_CHUNK);
        u64::try_from(place).unwrap_or(u64::MAX)
    }

    /// Where the page in a chunk begins.
    fn address(&self, index: usize) -> u64 {
        self.chunk(index).saturating_add(16)
    }

    /// Adds a node with all below it, and returns its address.
    fn put(&mut self, node: &Node) -> u64 {
        let children: Vec<u64> = node.children.iter().map(|child| self.put(child)).collect();
        let kind = u8::from(!children.is_empty());
        let mut bytes = vec![b'B', b'T', b'N', 2, kind];
        let count = u64::try_from(node.entries.len()).unwrap_or(u64::MAX);
        bytes.extend(count.to_le_bytes().iter().take(2));
        bytes.extend([0; 8]);
        for child in children {
            bytes.extend(child.to_le_bytes());
        }
        let length = |bytes: &[u8]| {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            length.to_le_bytes().into_iter().take(4)
        };
        for (key, _) in &node.entries {
            if self.shape.fixed_key().is_none() {
                bytes.extend(length(key));
            }
            bytes.extend(key);
        }
        for (_, value) in &node.entries {
            bytes.extend(length(value));
            bytes.extend(value);
        }

        let first = self.all.len();
        let more = bytes.split_off(bytes.len().min(self.size));
        let parts: Vec<&[u8]> = more.chunks(self.size.saturating_sub(11).max(1)).collect();
        let address = |offset: usize| {
            if offset <= parts.len() {
                self.address(first.saturating_add(offset))
            } else {
                0
            }
        };
        for (place, byte) in bytes.iter_mut().skip(7).zip(address(1).to_le_bytes()) {
            *place = byte;
        }
        let mut pages = vec![bytes];
        for (index, part) in (2..).zip(&parts) {
            pages.push([b"NOF", address(index).to_le_bytes().as_slice(), part].concat());
        }
        self.all.extend(pages);
        self.address(first)
    }
}
