//! Checking a whole map.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use super::Map;
use super::chunks::{self, HEADER_LENGTH, Problem, read_chunk};
use super::error::{ChunkRule, NodeRule, ReadMapError};
use super::node::Node;
use super::pages::{MAX_DEPTH, Pages};
use super::shape::MINIMUM;
use crate::managed::bytes::{narrow, wide};
use crate::{Memory, MemoryError, Severity};

/// What is wrong in a [`Map`], and where.
#[expect(
    clippy::exhaustive_structs,
    reason = "a position and a reason is all there is"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MapFinding {
    /// Where the node or the chunk is, in bytes from the start of the map's memory; 0 for the map.
    pub address: u64,
    /// What is wrong.
    pub rule: MapRule,
}

impl fmt::Display for MapFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.rule, self.address)
    }
}

/// What can be wrong in a [`Map`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MapRule {
    /// A node or a part of one is in a chunk that is not one, or not in use.
    Chunk(ChunkRule),
    /// The allocator's number of chunks in use is not that of nodes and parts of them. If it is greater,
    /// nobody uses some of them, and nothing else is wrong.
    ChunkCount {
        /// How many are in use, as the allocator says it.
        used: u64,
        /// How many the nodes have.
        found: u64,
    },
    /// A leaf is deeper in the tree than the first one, or less deep.
    Depth {
        /// The depth of the leaf, 1 for the root.
        found: u8,
        /// The depth of the first leaf.
        first: u8,
    },
    /// A node that is not the root has fewer than 5 entries.
    FewEntries {
        /// How many it has.
        found: u8,
    },
    /// A chunk of the list of free ones is not what it should be, and the list ends there.
    FreeChunk(ChunkRule),
    /// A chunk is in the list of free ones twice, or a node is in it.
    FreeTwice,
    /// The header's number of entries is not theirs.
    Length {
        /// What the header says.
        header: u64,
        /// How many there are.
        found: u64,
    },
    /// A node cannot be read, and what is below it neither.
    Node(NodeRule),
    /// A node goes on behind the end of its contents.
    Remainder {
        /// Where it goes on.
        next: u64,
    },
    /// Two nodes, or parts of them, are in the same chunk.
    Shared,
}

impl MapRule {
    /// Returns how bad it is.
    ///
    /// Space that nobody uses and a wrong number of entries keep nobody from reading everything. A stop
    /// leaves them, and [`Map::mend`] sets them right.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::ChunkCount { used, found } if *used > *found => Severity::Unusual,
            Self::Length { .. } => Severity::Unusual,
            _ => Severity::Broken,
        }
    }
}

impl fmt::Display for MapRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chunk(rule) => write!(f, "chunk: {rule}"),
            Self::ChunkCount { used, found } => {
                write!(f, "{used} chunks in use, but nodes have {found}")
            }
            Self::Depth { found, first } => {
                write!(
                    f,
                    "leaf at depth {found}, but the first one is at depth {first}"
                )
            }
            Self::FewEntries { found } => write!(f, "node with {found} entries, not at least 5"),
            Self::FreeChunk(rule) => write!(f, "free chunk: {rule}"),
            Self::FreeTwice => f.write_str("free chunk that is free twice or has a node in it"),
            Self::Length { header, found } => {
                write!(f, "{header} entries in the header, but there are {found}")
            }
            Self::Node(rule) => write!(f, "node: {rule}"),
            Self::Remainder { next } => write!(f, "node that goes on at {next} behind its end"),
            Self::Shared => f.write_str("two nodes in one chunk"),
        }
    }
}

/// What there is in a [`Map`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MapCensus {
    /// The entries of all nodes that could be read.
    pub entries: u64,
    /// Those nodes.
    pub nodes: u64,
    /// Their further chunks.
    pub overflow: u64,
    /// The chunks in the list of free ones, the last one, which was never in use, included.
    pub free: u64,
    /// The levels of the tree, as far as it could be read.
    pub depth: u8,
}

pub(super) fn verify<M: Memory>(
    map: &Map<M>,
    report: &mut dyn FnMut(MapFinding),
) -> Result<MapCensus, MemoryError> {
    let mut check = Check {
        map,
        report,
        seen: Seen::new(map.memory.length(), map.form.stride()),
        census: MapCensus::default(),
        last: None,
        first_depth: None,
    };
    check.tree()?;
    check.free_list()?;
    check.counts();
    Ok(check.census)
}

struct Check<'a, M> {
    map: &'a Map<M>,
    report: &'a mut dyn FnMut(MapFinding),
    seen: Seen,
    census: MapCensus,
    /// The key before the next one.
    last: Option<Vec<u8>>,
    first_depth: Option<u8>,
}

impl<M: Memory> Check<'_, M> {
    fn find(&mut self, address: u64, rule: MapRule) {
        (self.report)(MapFinding { address, rule });
    }

    /// Visits each node once, and each entry between what is below it to both sides.
    fn tree(&mut self) -> Result<(), MemoryError> {
        // Inner nodes, and how many of their children were visited.
        let mut stack: Vec<(Node, usize)> = Vec::new();
        let mut next = Some(self.map.root).filter(|root| *root != 0);
        loop {
            if let Some(address) = next.take() {
                let depth = stack.len().saturating_add(1);
                match self.node(address, depth)? {
                    Some(leaf) if leaf.is_leaf() => {
                        (0..leaf.length()).for_each(|index| self.key(&leaf, index));
                    }
                    Some(inner) => stack.push((inner, 0)),
                    None => {}
                }
            }
            let Some((node, visited)) = stack.last_mut() else {
                return Ok(());
            };
            let index = *visited;
            *visited = index.saturating_add(1);
            if let Some(before) = index
                .checked_sub(1)
                .filter(|before| *before < node.length())
            {
                self.key(node, before);
            }
            match node.children().get(index) {
                Some(child) => next = Some(*child),
                None => {
                    stack.pop();
                }
            }
        }
    }

    /// Reads a node that was not seen before, and checks all that it can tell alone.
    fn node(&mut self, address: u64, depth: usize) -> Result<Option<Node>, MemoryError> {
        if depth > MAX_DEPTH {
            self.find(address, MapRule::Node(NodeRule::TooDeep));
            return Ok(None);
        }
        let mut pages = Pages::default();
        let opened = pages.open(&self.map.memory, &self.map.form, address);
        let read = opened.and_then(|()| Node::read(pages, &self.map.memory, &self.map.form));
        let node = match read {
            Ok(node) => node,
            Err(ReadMapError::Memory(error)) => return Err(error),
            Err(ReadMapError::Node { rule, .. }) => {
                self.find(address, MapRule::Node(rule));
                return Ok(None);
            }
        };
        for chunk in core::iter::once(&address).chain(&node.overflow) {
            if self.seen.mark(*chunk) {
                self.find(*chunk, MapRule::Shared);
                return Ok(None);
            }
            let header = chunk.saturating_sub(HEADER_LENGTH);
            match read_chunk(&self.map.memory, header, self.map.form.stride()) {
                Ok((true, _)) => {}
                Ok((false, _)) => self.find(*chunk, MapRule::Chunk(ChunkRule::NotInUse)),
                Err(Problem::Rule(rule)) => self.find(*chunk, MapRule::Chunk(rule)),
                Err(Problem::Memory(error)) => return Err(error),
            }
        }
        if node.next != 0 {
            self.find(address, MapRule::Remainder { next: node.next });
        }
        let short = u8::try_from(depth).unwrap_or(u8::MAX);
        self.census.depth = self.census.depth.max(short);
        self.census.nodes = self.census.nodes.saturating_add(1);
        self.census.overflow = self
            .census
            .overflow
            .saturating_add(wide(node.overflow.len()));
        self.census.entries = self.census.entries.saturating_add(wide(node.length()));
        if depth > 1 && node.length() < MINIMUM {
            let found = u8::try_from(node.length()).unwrap_or(u8::MAX);
            self.find(address, MapRule::FewEntries { found });
        }
        if node.is_leaf() {
            let first = *self.first_depth.get_or_insert(short);
            if first != short {
                let found = short;
                self.find(address, MapRule::Depth { found, first });
            }
        }
        Ok(Some(node))
    }

    /// Checks that the key is greater than the one before.
    fn key(&mut self, node: &Node, index: usize) {
        let key = node.key(index);
        if let Some(last) = &self.last
            && self.map.form.shape.compare(last, key) != Ordering::Less
        {
            let entry = u8::try_from(index).unwrap_or(u8::MAX);
            let rule = MapRule::Node(NodeRule::Unsorted { entry });
            self.find(node.address, rule);
        }
        let last = self.last.get_or_insert_default();
        last.clear();
        last.extend_from_slice(key);
    }

    fn free_list(&mut self) -> Result<(), MemoryError> {
        let mut chunk = self.map.chunks.free;
        loop {
            match read_chunk(&self.map.memory, chunk, self.map.form.stride()) {
                Ok((false, next)) => {
                    if self.seen.mark(chunk.saturating_add(HEADER_LENGTH)) {
                        self.find(chunk, MapRule::FreeTwice);
                        return Ok(());
                    }
                    self.census.free = self.census.free.saturating_add(1);
                    if next == 0 {
                        return Ok(());
                    }
                    chunk = next;
                }
                Ok((true, _)) => {
                    self.find(chunk, MapRule::FreeChunk(ChunkRule::InUse));
                    return Ok(());
                }
                Err(Problem::Rule(rule)) => {
                    self.find(chunk, MapRule::FreeChunk(rule));
                    return Ok(());
                }
                Err(Problem::Memory(error)) => return Err(error),
            }
        }
    }

    fn counts(&mut self) {
        let (header, found) = (self.map.length, self.census.entries);
        if header != found {
            self.find(0, MapRule::Length { header, found });
        }
        let used = self.map.chunks.used;
        let found = self.census.nodes.saturating_add(self.census.overflow);
        if used != found {
            self.find(0, MapRule::ChunkCount { used, found });
        }
    }
}

/// One bit for each chunk of a map: whether a node or a part of one is in it.
#[derive(Clone)]
pub(super) struct Seen {
    stride: u64,
    words: Vec<u64>,
}

impl Seen {
    /// For all chunks that have room in a memory of `length` bytes.
    pub(super) fn new(length: u64, stride: u64) -> Self {
        let words = narrow(chunks::room(length, stride).div_ceil(64));
        Self {
            stride,
            words: vec![0; words],
        }
    }

    /// Marks the chunk with the contents at `address`, and returns whether it was marked before.
    pub(super) fn mark(&mut self, address: u64) -> bool {
        let (word, bit) = self.place(address);
        if self.words.len() <= word {
            // The memory has grown since; by one chunk at a time, which has its room.
            self.words.resize(word.saturating_add(1), 0);
        }
        let Some(word) = self.words.get_mut(word) else {
            return false;
        };
        let marked = *word & bit != 0;
        *word |= bit;
        marked
    }

    /// Returns whether the chunk with the contents at `address` is marked.
    pub(super) fn has(&self, address: u64) -> bool {
        let (word, bit) = self.place(address);
        self.words.get(word).is_some_and(|word| *word & bit != 0)
    }

    /// Returns the address of the contents of the first chunk that is marked here and not in `other`.
    pub(super) fn first_without(&self, other: &Self) -> Option<u64> {
        let others = other.words.iter().chain(core::iter::repeat(&0));
        let mut words = (0_u64..).zip(self.words.iter().zip(others));
        words.find_map(|(index, (word, other))| {
            let left = word & !other;
            let bit = u64::from(left.trailing_zeros());
            let number = index.saturating_mul(64).saturating_add(bit);
            (left != 0).then(|| chunks::address(number, self.stride))
        })
    }

    /// Returns the number of the first chunk behind all that are marked.
    pub(super) fn end(&self) -> u64 {
        let last = self.words.iter().rposition(|word| *word != 0);
        let word = last.and_then(|last| self.words.get(last));
        let bits = word.map_or(0, |word| {
            u64::from(64_u32.saturating_sub(word.leading_zeros()))
        });
        wide(last.unwrap_or_default())
            .saturating_mul(64)
            .saturating_add(bits)
    }

    fn place(&self, address: u64) -> (usize, u64) {
        let number = chunks::number(address, self.stride);
        let bit = u32::try_from(number % 64).unwrap_or_default();
        (
            narrow(number / 64),
            1_u64.checked_shl(bit).unwrap_or_default(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIDE: u64 = 50;

    fn seen(numbers: &[u64]) -> Seen {
        let mut seen = Seen::new(100 + 130 * STRIDE, STRIDE);
        for number in numbers {
            assert!(!seen.mark(chunks::address(*number, STRIDE)), "{number}");
        }
        seen
    }

    #[test]
    fn a_chunk_is_marked_once_in_whatever_order() {
        let numbers = [200, 129, 128, 64, 63, 1, 0];
        let mut all = seen(&numbers);
        for number in 0..256 {
            let address = chunks::address(number, STRIDE);
            assert_eq!(all.has(address), numbers.contains(&number), "{number}");
        }
        for number in numbers {
            assert!(all.mark(chunks::address(number, STRIDE)), "{number}");
        }
    }

    #[test]
    fn the_end_is_behind_the_last_one() {
        for (numbers, end) in [
            (&[][..], 0),
            (&[0], 1),
            (&[63, 5], 64),
            (&[64], 65),
            (&[127, 64], 128),
            (&[500, 3], 501),
        ] {
            assert_eq!(seen(numbers).end(), end, "{numbers:?}");
        }
    }

    #[test]
    fn the_first_one_that_another_lacks_is_found() {
        for (numbers, others, first) in [
            (&[][..], &[3_u64][..], None),
            (&[3, 70], &[3, 70, 71], None),
            (&[3, 70], &[70], Some(3)),
            (&[3, 70, 71], &[3, 70], Some(71)),
            (&[3, 500], &[3], Some(500)),
        ] {
            let first = first.map(|number| chunks::address(number, STRIDE));
            assert_eq!(seen(numbers).first_without(&seen(others)), first);
        }
    }
}
