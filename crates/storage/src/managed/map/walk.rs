//! The entries of a map in their order, or against it.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::ops::Bound;

use super::Map;
use super::error::{NodeRule, ReadMapError};
use super::node::Node;
use super::pages::MAX_DEPTH;
use super::shape::CAPACITY;
use crate::Memory;
use crate::managed::bytes::wide;

/// An entry of a [`Map`].
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    key: &'a [u8],
    value: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &'a [u8] {
        self.key
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Copies key and value.
    #[must_use]
    pub fn into_owned(self) -> OwnedEntry {
        OwnedEntry {
            key: self.key.to_vec(),
            value: self.value.to_vec(),
        }
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:02x?}: {:02x?})", self.key, self.value)
    }
}

/// An entry of a [`Map`] that does not borrow from it.
#[expect(clippy::exhaustive_structs, reason = "an entry is a key and a value")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnedEntry {
    /// The key.
    pub key: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
}

/// The entries of a [`Map`], one after the other.
///
/// It is not an [`Iterator`], because each entry is borrowed from the node that was read last. It holds
/// one node for each level of the tree.
///
/// ```
/// # use icid_storage::{Keys, Map, Shape, Values};
/// # let mut memory = Vec::new();
/// # let mut map = Map::create(&mut memory, Shape::new(Keys::Any, Values::Any))?;
/// map.insert(b"b", b"2")?;
/// map.insert(b"a", b"1")?;
/// let mut entries = map.entries();
/// while let Some(entry) = entries.next()? {
///     assert!(entry.key() == b"a" && entry.value() == b"1" || entry.key() == b"b");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Entries<'a, M> {
    map: &'a Map<M>,
    ascending: bool,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    state: State,
    stack: Vec<Frame>,
    /// The nodes of finished frames, whose buffers are used again.
    spare: Vec<Node>,
    /// The child between the entry that was given last and the next.
    below: Option<u64>,
    /// The key that was given last, if any was.
    last: Vec<u8>,
    given: bool,
    /// How many entries the chunks in use can still hold.
    left: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    New,
    Under,
    Done,
}

/// A node on the way to the next entry.
#[derive(Debug)]
struct Frame {
    node: Node,
    /// Ascending: how many entries are done. Descending: how many are not.
    at: usize,
}

impl<'a, M: Memory> Entries<'a, M> {
    pub(super) fn ascending(map: &'a Map<M>, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Self {
        Self::new(map, true, from, to)
    }

    pub(super) fn descending(map: &'a Map<M>, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Self {
        Self::new(map, false, from, to)
    }

    fn new(map: &'a Map<M>, ascending: bool, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Self {
        Self {
            map,
            ascending,
            from: from.map(<[u8]>::to_vec),
            to: to.map(<[u8]>::to_vec),
            state: State::New,
            stack: Vec::new(),
            spare: Vec::new(),
            below: None,
            last: Vec::new(),
            given: false,
            left: map.chunks.used.saturating_mul(wide(CAPACITY)),
        }
    }

    /// Returns the next entry, or nothing at the end.
    ///
    /// # Errors
    ///
    /// See [`ReadMapError`]; after an error there are no more entries.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator cannot lend what it will read over"
    )]
    pub fn next(&mut self) -> Result<Option<Entry<'_>>, ReadMapError> {
        match self.advance() {
            Ok(true) => {}
            Ok(false) => {
                self.state = State::Done;
                return Ok(None);
            }
            Err(error) => {
                self.state = State::Done;
                return Err(error);
            }
        }
        Ok(self.stack.last().map(|frame| {
            let index = frame.given(self.ascending);
            Entry {
                key: frame.node.key(index),
                value: frame.node.value(index),
            }
        }))
    }

    /// Moves to the next entry, and returns whether there is one.
    fn advance(&mut self) -> Result<bool, ReadMapError> {
        match self.state {
            State::Done => return Ok(false),
            State::Under => {
                if let Some(child) = self.below.take() {
                    self.descend(child)?;
                }
            }
            State::New => {
                self.state = State::Under;
                self.seek()?;
            }
        }
        while let Some(frame) = self.stack.last_mut() {
            let end = if self.ascending {
                frame.node.length()
            } else {
                0
            };
            if frame.at != end {
                return self.give();
            }
            self.spare.extend(self.stack.pop().map(|frame| frame.node));
        }
        Ok(false)
    }

    /// Gives the next entry of the topmost node.
    fn give(&mut self) -> Result<bool, ReadMapError> {
        let Some(frame) = self.stack.last_mut() else {
            return Ok(false);
        };
        if self.ascending {
            frame.at = frame.at.saturating_add(1);
        } else {
            frame.at = frame.at.saturating_sub(1);
        }
        let index = frame.given(self.ascending);
        let key = frame.node.key(index);
        let compare = |other: &[u8]| {
            let order = self.map.form.shape.compare(key, other);
            if self.ascending {
                order
            } else {
                order.reverse()
            }
        };
        let inside = match &self.to {
            Bound::Unbounded => true,
            Bound::Included(end) => compare(end) != Ordering::Greater,
            Bound::Excluded(end) => compare(end) == Ordering::Less,
        };
        if !inside {
            return Ok(false);
        }
        if self.given && compare(&self.last) != Ordering::Greater {
            let entry = u8::try_from(index).unwrap_or(u8::MAX);
            return Err(ReadMapError::node(
                frame.node.address,
                NodeRule::Unsorted { entry },
            ));
        }
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => {
                return Err(ReadMapError::node(
                    frame.node.address,
                    NodeRule::TooManyEntries,
                ));
            }
        };
        self.last.clear();
        self.last.extend_from_slice(key);
        self.given = true;
        if !frame.node.is_leaf() {
            // The child behind the entry, or before it on the way back.
            self.below = Some(frame.node.child(frame.at));
        }
        Ok(true)
    }

    /// Goes to the first entry that is wanted.
    fn seek(&mut self) -> Result<(), ReadMapError> {
        let mut address = self.map.root;
        if address == 0 {
            return Ok(());
        }
        let (key, included) = match &self.from {
            Bound::Unbounded => return self.descend(address),
            Bound::Included(key) => (key.clone(), true),
            Bound::Excluded(key) => (key.clone(), false),
        };
        loop {
            let node = self.load(address)?;
            let found = node.search(&self.map.form, &key);
            let (at, below) = match (found, self.ascending, included) {
                (Ok(index), true, true) => (index, None),
                (Ok(index), true, false) => {
                    (index.saturating_add(1), Some(index.saturating_add(1)))
                }
                (Ok(index), false, true) => (index.saturating_add(1), None),
                (Ok(index), false, false) => (index, Some(index)),
                (Err(index), _, _) => (index, Some(index)),
            };
            let child = below
                .filter(|_| !node.is_leaf())
                .map(|below| node.child(below));
            self.stack.push(Frame { node, at });
            match (found, child) {
                (_, None) => return Ok(()),
                (Ok(_), Some(child)) => return self.descend(child),
                (Err(_), Some(child)) => address = child,
            }
        }
    }

    /// Goes down from `address` to the first leaf, or on the way back to the last.
    fn descend(&mut self, mut address: u64) -> Result<(), ReadMapError> {
        loop {
            let node = self.load(address)?;
            let at = if self.ascending { 0 } else { node.length() };
            let child = node.child(at);
            let leaf = node.is_leaf();
            self.stack.push(Frame { node, at });
            if leaf {
                return Ok(());
            }
            address = child;
        }
    }

    fn load(&mut self, address: u64) -> Result<Node, ReadMapError> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(ReadMapError::node(address, NodeRule::TooDeep));
        }
        let node = self.spare.pop().unwrap_or_else(|| Node::new(0, 0, true));
        node.replaced(&self.map.memory, &self.map.form, address)
    }
}

impl Frame {
    /// The entry that was given last.
    fn given(&self, ascending: bool) -> usize {
        if ascending {
            self.at.saturating_sub(1)
        } else {
            self.at
        }
    }
}
