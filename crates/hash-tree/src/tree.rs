//! A whole tree.

use core::fmt;

use cbor::Reader;

use crate::Find;
use crate::Lookup;
use crate::ParseHashTreeError;
use crate::Subtree;
use crate::Values;
use crate::digest::HASH_LENGTH;
use crate::hex::Hex;
use crate::walk;

/// A hash tree: an encoding that was checked from end to end, and its root hash.
///
/// It borrows the encoding, and is as cheap to copy as a few pointers. What can be asked of any
/// part of it can be asked of the whole: see [`Subtree`], and [`HashTree::root`].
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct HashTree<'a> {
    encoding: &'a [u8],
    root_hash: [u8; HASH_LENGTH],
    root: Subtree<'a>,
}

impl<'a> HashTree<'a> {
    /// How many labels and forks may be inside each other.
    ///
    /// Source: our own budget; the interface spec sets none. It leaves room for 127 labels, the
    /// most that `read_state` takes in a path, with a fork above each. The replica allows 128
    /// levels.
    // spec: TREE-12
    pub const MAX_DEPTH: usize = 256;

    /// Checks and hashes a tree, which is encoded without a tag.
    ///
    /// Labels may be any bytes, in any order: see [`HashTree::is_well_formed`].
    ///
    /// # Errors
    ///
    /// The first error in the order of the bytes: [`ParseHashTreeError::Read`],
    /// [`ParseHashTreeError::UnknownNode`], [`ParseHashTreeError::HashLength`] or
    /// [`ParseHashTreeError::TooDeep`]. Bytes after the tree are a [`ParseHashTreeError::Read`].
    pub fn parse(encoding: &'a [u8]) -> Result<Self, ParseHashTreeError> {
        let mut reader = Reader::new(encoding);
        let tree = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(tree)
    }

    /// Takes a tree from a cursor, checks and hashes it.
    ///
    /// # Errors
    ///
    /// As [`HashTree::parse`], but bytes after the tree are left to the caller. The cursor stays
    /// where it was.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, ParseHashTreeError> {
        let mut ahead = *reader;
        let walked = walk::walk(&mut ahead, &mut ())?;
        let length = reader
            .remaining()
            .len()
            .saturating_sub(ahead.remaining().len());
        let encoding = reader.remaining().get(..length).unwrap_or_default();
        *reader = ahead;
        let root = Subtree::new(encoding, walked.is_well_formed);
        Ok(Self {
            encoding,
            root_hash: walked.root_hash,
            root,
        })
    }

    /// Returns the encoding that this tree was read from.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.encoding
    }

    /// Returns the hash that commits to the whole tree. It is known since the tree was read.
    #[must_use]
    pub const fn root_hash(&self) -> [u8; HASH_LENGTH] {
        self.root_hash
    }

    /// Returns the whole tree as a part of itself.
    #[must_use]
    pub const fn root(&self) -> Subtree<'a> {
        self.root
    }

    /// Returns whether labels ascend strictly in every forest and no leaf is beside another tree.
    ///
    /// The Internet Computer produces no other trees, and lookups are meant for these. It is known
    /// since the tree was read.
    // spec: TREE-9, TREE-10
    #[must_use]
    pub const fn is_well_formed(&self) -> bool {
        self.root.is_in_well_formed()
    }

    /// Returns what the tree says about the value at a path of labels.
    ///
    /// The cost is linear in the bytes of the tree.
    #[inline]
    pub fn lookup(&self, path: &[&[u8]]) -> Lookup<'a> {
        self.root.lookup(path)
    }

    /// Returns the values at all paths that start with `prefix`, in tree order.
    ///
    /// There are none if the prefix is absent, but also if it is unknown: [`HashTree::find`] tells.
    #[inline]
    pub fn lookup_prefix(&self, prefix: &[&[u8]]) -> Values<'a> {
        self.root.lookup_prefix(prefix)
    }

    /// Returns what the tree says about the part that a path of labels leads to.
    #[inline]
    pub fn find(&self, path: &[&[u8]]) -> Find<'a> {
        self.root.find(path)
    }
}

impl fmt::Debug for HashTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashTree")
            .field("root_hash", &Hex(&self.root_hash))
            .field("encoding", &Hex(self.encoding))
            .finish()
    }
}
