//! A map that is certified: insert, remove, root hash and witnesses.

mod error;
mod node;
mod witness;

use alloc::vec::Vec;
use core::fmt;

use crate::digest;
use crate::digest::HASH_LENGTH;
use crate::hex::Hex;

pub use self::error::InsertValueError;
pub use self::witness::Reveal;

use self::node::Node;

/// A map from paths of labels to values, with a root hash and witnesses.
///
/// A canister keeps its data in here and certifies [`CertifiedMap::root_hash`] with every change.
/// In a query it adds a [`CertifiedMap::witness`] to its certificate, which shows one value, or that
/// there is none, without the rest. The paths have no prefixes of each other among them: a path
/// leads to a value or to more labels.
///
/// Below each label is a balanced tree with a fork for each inner node. Labels come from strangers
/// in many canisters; whatever they are, n labels are at most 1.45 · log₂ n forks deep. So are the
/// costs: inserting and removing is O(log n), and so is the root hash after it, which visits only
/// what has changed. A witness has one hash for every fork on the way.
///
/// The shape of the tree, and thereby the root hash, depends on the order of insertions and
/// removals. The hash is certified anew after the map was rebuilt from its entries.
///
/// # Example
///
/// ```
/// use icid_hash_tree::{CertifiedMap, HashTree, Lookup, Reveal};
///
/// let mut map = CertifiedMap::new();
/// map.insert(&[b"greeting", b"en"], b"hello".to_vec())?;
/// map.insert(&[b"greeting", b"fr"], b"salut".to_vec())?;
///
/// let witness = map.witness(&[Reveal::Path(&[b"greeting", b"fr"])]);
/// let tree = HashTree::parse(&witness)?;
/// assert_eq!(tree.root_hash(), map.root_hash());
/// assert_eq!(tree.lookup(&[b"greeting", b"fr"]), Lookup::Found(b"salut"));
/// assert_eq!(tree.lookup(&[b"greeting", b"en"]), Lookup::Unknown);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct CertifiedMap {
    root: Option<Node>,
    length: usize,
}

impl CertifiedMap {
    /// How many labels a path may have.
    ///
    /// Source: our own budget. Six nested trees of up to 41 levels and six labels are within the
    /// 256 levels of [`HashTree::MAX_DEPTH`](crate::HashTree::MAX_DEPTH). A tree of 42 levels has
    /// 700 million labels at least, and six of them don't fit into the memory of a canister.
    pub const MAX_LABELS: usize = 6;

    /// Returns a map without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            root: None,
            length: 0,
        }
    }

    /// Sets the value at `path`, and returns the one that was there before.
    ///
    /// Labels and values may be any bytes. The value is hashed here.
    ///
    /// # Errors
    ///
    /// In this order, and without any change to the map: [`InsertValueError::EmptyPath`],
    /// [`InsertValueError::TooManyLabels`], [`InsertValueError::ValueOnPath`] and
    /// [`InsertValueError::LabelsBelow`].
    // spec: TREE-8
    pub fn insert(
        &mut self,
        path: &[&[u8]],
        value: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, InsertValueError> {
        let (label, below) = path.split_first().ok_or(InsertValueError::EmptyPath)?;
        if path.len() > Self::MAX_LABELS {
            return Err(InsertValueError::TooManyLabels { labels: path.len() });
        }
        self.check_room(path)?;
        let (root, replaced) = match self.root.take() {
            Some(root) => root.insert(label, below, value),
            None => (Node::new(label, below, value), None),
        };
        self.root = Some(root);
        self.length = self.length.saturating_add(usize::from(replaced.is_none()));
        Ok(replaced)
    }

    /// Removes the value at `path`, and returns it. Labels that lead nowhere then are removed too.
    pub fn remove(&mut self, path: &[&[u8]]) -> Option<Vec<u8>> {
        // Looked up first, so that nothing is hashed again if there is nothing to remove.
        self.get(path)?;
        let (label, below) = path.split_first()?;
        let (root, removed) = self.root.take()?.remove(label, below);
        self.root = root;
        self.length = self.length.saturating_sub(usize::from(removed.is_some()));
        removed
    }

    /// Returns the value at `path`.
    #[must_use]
    pub fn get(&self, path: &[&[u8]]) -> Option<&[u8]> {
        let (last, above) = path.split_last()?;
        let mut tree = self.root.as_ref()?;
        for label in above {
            tree = tree.find(label)?.as_map()?;
        }
        tree.find(last)?.as_value()
    }

    /// Returns the hash that commits to all entries.
    ///
    /// It visits what has changed since the last call.
    pub fn root_hash(&mut self) -> [u8; HASH_LENGTH] {
        self.root.as_mut().map_or(digest::EMPTY, Node::refresh)
    }

    /// Returns how many values there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Returns whether there are no values.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Checks that a value at `path` makes no path a prefix of another one.
    fn check_room(&self, path: &[&[u8]]) -> Result<(), InsertValueError> {
        let mut tree = self.root.as_ref();
        let mut labels = 0_usize;
        for label in path {
            let Some(content) = tree.and_then(|tree| tree.find(label)) else {
                return Ok(());
            };
            labels = labels.saturating_add(1);
            tree = content.as_map();
            match tree {
                None if labels < path.len() => {
                    return Err(InsertValueError::ValueOnPath { labels });
                }
                Some(_) if labels == path.len() => return Err(InsertValueError::LabelsBelow),
                _ => {}
            }
        }
        Ok(())
    }
}

impl fmt::Debug for CertifiedMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root_hash = self.root.as_ref().map_or(digest::EMPTY, Node::hash);
        f.debug_struct("CertifiedMap")
            .field("root_hash", &Hex(&root_hash))
            .field("length", &self.length)
            .finish()
    }
}
