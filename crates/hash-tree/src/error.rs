//! Why some bytes are not a hash tree.

use core::fmt;

use cbor::ReadError;

use crate::HashTree;
use crate::digest::HASH_LENGTH;

/// Why some bytes are not a [`HashTree`].
///
/// Positions count bytes from the start of what the reader was made from.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseHashTreeError {
    /// A pruned node's hash doesn't have 32 bytes.
    HashLength {
        /// Where the node starts.
        position: usize,
        /// How many bytes the hash has.
        length: usize,
    },
    /// The CBOR is broken, or isn't the array of a node: a label that is not a byte string, a node
    /// with too few or too many items, bytes after the tree.
    Read(ReadError),
    /// More than [`HashTree::MAX_DEPTH`] labels and forks are inside each other.
    TooDeep {
        /// Where the node starts that is one too many.
        position: usize,
    },
    /// A node of none of the kinds 0 (empty) to 4 (pruned).
    UnknownNode {
        /// Where the node starts.
        position: usize,
        /// The number in the place of the kind.
        number: u64,
    },
}

impl fmt::Display for ParseHashTreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HashLength { position, length } => write!(
                f,
                "found a hash of {length} bytes in the node at byte {position}, expected {HASH_LENGTH}"
            ),
            Self::Read(error) => write!(f, "{error}"),
            Self::TooDeep { position } => write!(
                f,
                "found more than {} levels at byte {position}",
                HashTree::MAX_DEPTH
            ),
            Self::UnknownNode { position, number } => write!(
                f,
                "found a node of kind {number} at byte {position}, expected at most 4"
            ),
        }
    }
}

impl core::error::Error for ParseHashTreeError {}

impl From<ReadError> for ParseHashTreeError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}
