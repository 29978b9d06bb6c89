//! Hash trees of the Internet Computer: decode, root hash, lookup, prune, certified maps.
//!
//! A hash tree is a labelled tree some of whose parts may be replaced by their hashes. Its root
//! hash commits to all of it, so whoever holds a signature on the root hash can check what a pruned
//! tree still shows. [`HashTree::parse`] checks and hashes an encoded tree in one pass over the
//! bytes; everything after that borrows from them. [`HashTree::lookup`] gives the four answers of
//! the interface spec: a value, "not there", "can't tell" and "not a value".
//!
//! The other direction is [`CertifiedMap`]: a map whose root hash a canister certifies, and which
//! makes pruned trees that show, or deny, single entries.
//!
//! # Example
//!
//! ```
//! use icid_hash_tree::{HashTree, Lookup};
//!
//! // A fork of "a" → "hello" and of "c" → pruned.
//! let mut encoded = b"\x83\x01\x83\x02\x41a\x82\x03\x45hello\x83\x02\x41c\x82\x04\x58\x20".to_vec();
//! encoded.extend([7; 32]);
//!
//! let tree = HashTree::parse(&encoded)?;
//! assert_eq!(tree.root_hash()[..4], [0xea, 0x71, 0x8c, 0xde]);
//! assert_eq!(tree.lookup(&[b"a"]), Lookup::Found(b"hello"));
//! assert_eq!(tree.lookup(&[b"b"]), Lookup::Absent);
//! assert_eq!(tree.lookup(&[b"c"]), Lookup::Unknown);
//! # Ok::<(), icid_hash_tree::ParseHashTreeError>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Certification": "Certificate" (`reconstruct`), "Lookup" and "Encoding of
//! certificates" (`CERT-7` to `CERT-10`, `TREE-1` to `TREE-10`, `LOOKUP-1` to `LOOKUP-11`).
//!
//! # Deviations
//!
//! - At most [`HashTree::MAX_DEPTH`] levels. The interface spec sets no limit.
//! - Arrays of indefinite length and integers wider than needed are accepted, as everywhere in the
//!   CBOR profile.
//! - [`HashTree::lookup_prefix`] on a tree that is not well-formed also lists values behind a
//!   repeated label, which [`HashTree::lookup`] doesn't reach.
//!
//! # Features
//!
//! - `alloc` (default): [`HashTree::prune`], [`CertifiedMap`].
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod digest;
mod error;
mod hex;
mod lookup;
mod node;
mod scan;
mod subtree;
mod tree;
mod walk;

#[cfg(feature = "alloc")]
mod encode;
#[cfg(feature = "alloc")]
mod map;
#[cfg(feature = "alloc")]
mod prune;

pub use error::ParseHashTreeError;
pub use lookup::Lookup;
#[cfg(feature = "alloc")]
pub use map::{CertifiedMap, InsertValueError, Reveal};
pub use subtree::{Child, Children, Find, Subtree, Values};
pub use tree::HashTree;
