//! Hash trees by hand, the wrong ones included.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::cbor;

/// A hash tree.
#[expect(clippy::exhaustive_enums, reason = "the interface spec has these five")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tree {
    /// Nothing.
    Empty,
    /// Two trees beside each other.
    Fork(Box<Self>, Box<Self>),
    /// A tree below a label.
    Labeled(Vec<u8>, Box<Self>),
    /// A value.
    Leaf(Vec<u8>),
    /// A tree that is left out.
    Pruned([u8; 32]),
}

impl Tree {
    /// Returns a value.
    #[must_use]
    pub fn leaf(value: &[u8]) -> Self {
        Self::Leaf(value.to_vec())
    }

    /// Returns a tree below a path of labels.
    #[must_use]
    pub fn below(path: &[&[u8]], tree: Self) -> Self {
        path.iter().rev().fold(tree, |tree, label| {
            Self::Labeled(label.to_vec(), Box::new(tree))
        })
    }

    /// Returns trees beside each other, balanced, in the order they are given.
    #[must_use]
    pub fn forest(mut trees: Vec<Self>) -> Self {
        match trees.len() {
            0 => Self::Empty,
            1 => trees.remove(0),
            count => {
                let right = trees.split_off(count / 2);
                Self::Fork(Box::new(Self::forest(trees)), Box::new(Self::forest(right)))
            }
        }
    }

    /// Returns the well-formed tree with these values at these paths.
    #[must_use]
    pub fn of<P: AsRef<[u8]>>(values: &[(&[P], &[u8])]) -> Self {
        let mut root = Node::default();
        for (path, value) in values {
            let mut node = &mut root;
            for label in *path {
                node = node.children.entry(label.as_ref().to_vec()).or_default();
            }
            node.value = Some(value.to_vec());
        }
        root.to_tree()
    }

    /// Returns the tree with everything below a path left out. The path must be there.
    #[must_use]
    pub fn without(&self, path: &[&[u8]]) -> Self {
        let Some((first, rest)) = path.split_first() else {
            return Self::Pruned(self.root_hash());
        };
        match self {
            Self::Fork(left, right) => {
                Self::Fork(Box::new(left.without(path)), Box::new(right.without(path)))
            }
            Self::Labeled(label, tree) if label == first => {
                Self::Labeled(label.clone(), Box::new(tree.without(rest)))
            }
            other => other.clone(),
        }
    }

    /// Returns the root hash.
    #[must_use]
    pub fn root_hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        match self {
            Self::Empty => hasher.update(b"\x11ic-hashtree-empty"),
            Self::Fork(left, right) => {
                hasher.update(b"\x10ic-hashtree-fork");
                hasher.update(left.root_hash());
                hasher.update(right.root_hash());
            }
            Self::Labeled(label, tree) => {
                hasher.update(b"\x13ic-hashtree-labeled");
                hasher.update(label);
                hasher.update(tree.root_hash());
            }
            Self::Leaf(value) => {
                hasher.update(b"\x10ic-hashtree-leaf");
                hasher.update(value);
            }
            Self::Pruned(hash) => return *hash,
        }
        hasher.finalize().into()
    }

    /// Returns the CBOR encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Empty => cbor::array(&[cbor::head(0, 0)]),
            Self::Fork(left, right) => {
                cbor::array(&[cbor::head(0, 1), left.encode(), right.encode()])
            }
            Self::Labeled(label, tree) => {
                cbor::array(&[cbor::head(0, 2), cbor::bytes(label), tree.encode()])
            }
            Self::Leaf(value) => cbor::array(&[cbor::head(0, 3), cbor::bytes(value)]),
            Self::Pruned(hash) => cbor::array(&[cbor::head(0, 4), cbor::bytes(hash)]),
        }
    }
}

#[derive(Default)]
struct Node {
    children: BTreeMap<Vec<u8>, Self>,
    value: Option<Vec<u8>>,
}

impl Node {
    fn to_tree(&self) -> Tree {
        if let Some(value) = &self.value {
            return Tree::leaf(value);
        }
        let labeled = self
            .children
            .iter()
            .map(|(label, node)| Tree::below(&[label], node.to_tree()));
        Tree::forest(labeled.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the interface spec, "Certification", as far as a well-formed tree without
    /// empty parts can be it.
    #[test]
    fn hashes_and_encodes() {
        let tree = Tree::of(&[(&[b"a"][..], b"hello")]);
        assert_eq!(tree.encode(), b"\x83\x02\x41a\x82\x03\x45hello");
        assert_eq!(tree.without(&[b"a"]).root_hash(), tree.root_hash());
        assert_eq!(tree.without(&[b"a"]).encode().len(), 5 + 34 + 1);
        assert_eq!(Tree::of::<&[u8]>(&[]), Tree::Empty);
    }
}
