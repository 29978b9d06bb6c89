//! The balanced tree below each label.
//!
//! It is an AVL tree whose entries are at the ends: an inner node is a fork and knows a label that
//! separates its sides. Heights of the sides differ by at most one, which makes a tree of height h
//! have at least as many entries as the Fibonacci number F(h + 2). Recursion follows the height.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::digest;
use crate::digest::HASH_LENGTH;

/// A tree with at least one entry.
#[derive(Clone)]
pub(crate) enum Node {
    Entry(Box<Entry>),
    Fork(Box<Fork>),
}

/// A label with what is below it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) label: Box<[u8]>,
    pub(crate) content: Content,
    /// `None` after a change below.
    hash: Option<[u8; HASH_LENGTH]>,
}

/// What is below a label.
#[derive(Clone)]
pub(crate) enum Content {
    Map(Node),
    Value {
        value: Vec<u8>,
        hash: [u8; HASH_LENGTH],
    },
}

/// An inner node.
#[derive(Clone)]
pub(crate) struct Fork {
    pub(crate) left: Node,
    pub(crate) right: Node,
    /// Greater than every label on the left, and not greater than any on the right. It need not be
    /// in the tree any more.
    pub(crate) separator: Box<[u8]>,
    /// One more than the height of the higher side. Entries have height 0.
    height: u8,
    /// `None` after a change below.
    hash: Option<[u8; HASH_LENGTH]>,
}

impl Node {
    /// Returns a tree with one entry: a value below a path.
    pub(crate) fn new(label: &[u8], below: &[&[u8]], value: Vec<u8>) -> Self {
        let content = Content::new(below, value);
        Self::Entry(Box::new(Entry {
            label: label.into(),
            content,
            hash: None,
        }))
    }

    /// Sets the value at a path, and returns the tree with it and the value before.
    pub(crate) fn insert(
        self,
        label: &[u8],
        below: &[&[u8]],
        value: Vec<u8>,
    ) -> (Self, Option<Vec<u8>>) {
        match self {
            Self::Entry(mut entry) => match label.cmp(&entry.label) {
                Ordering::Equal => {
                    let replaced;
                    (entry.content, replaced) = entry.content.insert(below, value);
                    entry.hash = None;
                    (Self::Entry(entry), replaced)
                }
                Ordering::Less => {
                    let separator = entry.label.clone();
                    let left = Self::new(label, below, value);
                    (Self::fork(left, separator, Self::Entry(entry)), None)
                }
                Ordering::Greater => {
                    let right = Self::new(label, below, value);
                    (Self::fork(Self::Entry(entry), label.into(), right), None)
                }
            },
            Self::Fork(mut fork) => {
                let replaced;
                if *label < *fork.separator {
                    (fork.left, replaced) = fork.left.insert(label, below, value);
                } else {
                    (fork.right, replaced) = fork.right.insert(label, below, value);
                }
                (Self::Fork(fork.balanced()), replaced)
            }
        }
    }

    /// Removes the value at a path, and returns what is left of the tree and the value.
    pub(crate) fn remove(self, label: &[u8], below: &[&[u8]]) -> (Option<Self>, Option<Vec<u8>>) {
        match self {
            Self::Entry(mut entry) => {
                if *label != *entry.label {
                    return (Some(Self::Entry(entry)), None);
                }
                let (content, removed) = entry.content.remove(below);
                let Some(content) = content else {
                    return (None, removed);
                };
                entry.content = content;
                entry.hash = None;
                (Some(Self::Entry(entry)), removed)
            }
            Self::Fork(mut fork) => {
                let is_left = *label < *fork.separator;
                let (near, far) = if is_left {
                    (fork.left, fork.right)
                } else {
                    (fork.right, fork.left)
                };
                let (near, removed) = near.remove(label, below);
                let Some(near) = near else {
                    return (Some(far), removed);
                };
                (fork.left, fork.right) = if is_left { (near, far) } else { (far, near) };
                (Some(Self::Fork(fork.balanced())), removed)
            }
        }
    }

    /// Returns what is below a label.
    pub(crate) fn find(&self, label: &[u8]) -> Option<&Content> {
        let mut node = self;
        loop {
            node = match node {
                Self::Entry(entry) => return (*entry.label == *label).then_some(&entry.content),
                Self::Fork(fork) if *label < *fork.separator => &fork.left,
                Self::Fork(fork) => &fork.right,
            };
        }
    }

    /// Returns the root hash, and keeps every hash that it needs on the way.
    pub(crate) fn refresh(&mut self) -> [u8; HASH_LENGTH] {
        match self {
            Self::Entry(entry) => {
                if let Some(hash) = entry.hash {
                    return hash;
                }
                let content = match &mut entry.content {
                    Content::Map(map) => map.refresh(),
                    Content::Value { hash, .. } => *hash,
                };
                *entry.hash.insert(digest::labeled(&entry.label, &content))
            }
            Self::Fork(fork) => {
                if let Some(hash) = fork.hash {
                    return hash;
                }
                let left = fork.left.refresh();
                let right = fork.right.refresh();
                *fork.hash.insert(digest::fork(&left, &right))
            }
        }
    }

    /// Returns the root hash.
    pub(crate) fn hash(&self) -> [u8; HASH_LENGTH] {
        match self {
            Self::Entry(entry) => entry
                .hash
                .unwrap_or_else(|| digest::labeled(&entry.label, &entry.content.hash())),
            Self::Fork(fork) => fork
                .hash
                .unwrap_or_else(|| digest::fork(&fork.left.hash(), &fork.right.hash())),
        }
    }

    /// Returns a tree of two trees whose heights differ by at most one.
    fn fork(left: Self, separator: Box<[u8]>, right: Self) -> Self {
        let mut fork = Box::new(Fork {
            left,
            right,
            separator,
            height: 0,
            hash: None,
        });
        fork.update();
        Self::Fork(fork)
    }

    fn height(&self) -> u8 {
        match self {
            Self::Entry(_) => 0,
            Self::Fork(fork) => fork.height,
        }
    }
}

impl Content {
    /// Returns what is below a label: a value below the rest of its path.
    fn new(path: &[&[u8]], value: Vec<u8>) -> Self {
        match path.split_first() {
            Some((label, below)) => Self::Map(Node::new(label, below, value)),
            None => Self::Value {
                hash: digest::leaf(&value),
                value,
            },
        }
    }

    /// Sets the value at a path. The caller checked that it leads to no value before its end, and
    /// to no label at its end.
    fn insert(self, path: &[&[u8]], value: Vec<u8>) -> (Self, Option<Vec<u8>>) {
        match (self, path.split_first()) {
            (Self::Map(map), Some((label, below))) => {
                let (map, replaced) = map.insert(label, below, value);
                (Self::Map(map), replaced)
            }
            (
                Self::Value {
                    value: replaced, ..
                },
                None,
            ) => (Self::new(path, value), Some(replaced)),
            (Self::Map(_), None) | (Self::Value { .. }, Some(_)) => (Self::new(path, value), None),
        }
    }

    fn remove(self, path: &[&[u8]]) -> (Option<Self>, Option<Vec<u8>>) {
        match (self, path.split_first()) {
            (Self::Map(map), Some((label, below))) => {
                let (map, removed) = map.remove(label, below);
                (map.map(Self::Map), removed)
            }
            (Self::Value { value, .. }, None) => (None, Some(value)),
            (content, _) => (Some(content), None),
        }
    }

    /// Returns the labels that are here.
    pub(crate) const fn as_map(&self) -> Option<&Node> {
        match self {
            Self::Map(map) => Some(map),
            Self::Value { .. } => None,
        }
    }

    /// Returns the value that is here.
    pub(crate) fn as_value(&self) -> Option<&[u8]> {
        match self {
            Self::Map(_) => None,
            Self::Value { value, .. } => Some(value),
        }
    }

    /// Returns the root hash.
    pub(crate) fn hash(&self) -> [u8; HASH_LENGTH] {
        match self {
            Self::Map(map) => map.hash(),
            Self::Value { hash, .. } => *hash,
        }
    }
}

impl Fork {
    /// Returns this fork, whose sides may differ by two in height, as one whose sides differ by at
    /// most one.
    fn balanced(mut self: Box<Self>) -> Box<Self> {
        let (left, right) = (self.left.height(), self.right.height());
        if left > right.saturating_add(1) {
            self.left = match self.left {
                Node::Fork(inner) if inner.left.height() < inner.right.height() => {
                    Node::Fork(inner.with_right_on_top())
                }
                left => left,
            };
            self.with_left_on_top()
        } else if right > left.saturating_add(1) {
            self.right = match self.right {
                Node::Fork(inner) if inner.right.height() < inner.left.height() => {
                    Node::Fork(inner.with_left_on_top())
                }
                right => right,
            };
            self.with_right_on_top()
        } else {
            self.update();
            self
        }
    }

    /// Rotates: `((a b) c)` becomes `(a (b c))`.
    fn with_left_on_top(mut self: Box<Self>) -> Box<Self> {
        match self.left {
            Node::Fork(mut top) => {
                self.left = top.right;
                self.update();
                top.right = Node::Fork(self);
                top.update();
                top
            }
            left @ Node::Entry(_) => {
                self.left = left;
                self
            }
        }
    }

    /// Rotates: `(a (b c))` becomes `((a b) c)`.
    fn with_right_on_top(mut self: Box<Self>) -> Box<Self> {
        match self.right {
            Node::Fork(mut top) => {
                self.right = top.left;
                self.update();
                top.left = Node::Fork(self);
                top.update();
                top
            }
            right @ Node::Entry(_) => {
                self.right = right;
                self
            }
        }
    }

    /// Notes a change of a side.
    fn update(&mut self) {
        self.height = self
            .left
            .height()
            .max(self.right.height())
            .saturating_add(1);
        self.hash = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the tree is balanced and in order; returns its least and greatest labels.
    fn check(node: &Node) -> (&[u8], &[u8]) {
        match node {
            Node::Entry(entry) => (&entry.label, &entry.label),
            Node::Fork(fork) => {
                let (first, left_last) = check(&fork.left);
                let (right_first, last) = check(&fork.right);
                assert!(left_last < &*fork.separator && &*fork.separator <= right_first);
                let (left, right) = (fork.left.height(), fork.right.height());
                assert!(left.abs_diff(right) <= 1);
                assert_eq!(fork.height, left.max(right) + 1);
                (first, last)
            }
        }
    }

    /// Inserts and then removes labels in the orders given, and checks every step.
    fn grow_and_shrink(insertions: &[u16], removals: &[u16]) {
        let mut tree: Option<Node> = None;
        for number in insertions {
            let label = number.to_be_bytes();
            tree = Some(match tree {
                Some(tree) => tree.insert(&label, &[], Vec::new()).0,
                None => Node::new(&label, &[], Vec::new()),
            });
            tree.iter().for_each(|tree| _ = check(tree));
        }
        for number in removals {
            let (rest, removed) = tree.unwrap().remove(&number.to_be_bytes(), &[]);
            assert_eq!(removed, Some(Vec::new()));
            tree = rest;
            tree.iter().for_each(|tree| _ = check(tree));
        }
        assert!(tree.is_none());
    }

    #[test]
    fn stays_balanced_in_any_order() {
        let up: Vec<u16> = (0..300).collect();
        let down: Vec<u16> = up.iter().rev().copied().collect();
        // 7 and 11 have no factor in common with 300.
        let mixed: Vec<u16> = up.iter().map(|number| number * 7 % 300).collect();
        let other: Vec<u16> = up.iter().map(|number| number * 11 % 300).collect();
        for insertions in [&up, &down, &mixed, &other] {
            for removals in [&up, &down, &mixed, &other] {
                grow_and_shrink(insertions, removals);
            }
        }
    }

    #[test]
    fn kept_hashes_are_those_of_a_fresh_start() {
        let mut tree = Node::new(&[0, 0], &[], Vec::new());
        for number in 0..200_u16 {
            let path: [&[u8]; 1] = [&[1]];
            tree = tree
                .insert(
                    &(number * 7 % 200).to_be_bytes(),
                    &path[..usize::from(number % 2)],
                    Vec::new(),
                )
                .0;
            if number % 5 == 0 {
                tree.refresh();
            }
            let mut fresh = tree.clone();
            forget(&mut fresh);
            assert_eq!(tree.hash(), fresh.refresh());
        }
    }

    fn forget(node: &mut Node) {
        match node {
            Node::Entry(entry) => {
                entry.hash = None;
                if let Content::Map(map) = &mut entry.content {
                    forget(map);
                }
            }
            Node::Fork(fork) => {
                fork.hash = None;
                forget(&mut fork.left);
                forget(&mut fork.right);
            }
        }
    }
}
