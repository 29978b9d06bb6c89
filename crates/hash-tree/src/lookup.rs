//! The answer of a lookup.

use core::fmt;

use crate::hex::Hex;

/// What a tree says about a path.
///
/// [`Lookup::Unknown`] is not [`Lookup::Absent`]: with the pruned parts filled in, the path may
/// have a value.
// spec: LOOKUP-1, LOOKUP-13
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these four answers"
)]
#[must_use]
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub enum Lookup<'a> {
    /// The path is not in the tree.
    Absent,
    /// The path is in the tree, but has no value: it leads to labels.
    Error,
    /// The path has this value.
    Found(&'a [u8]),
    /// Whether the path is in the tree depends on a part that is pruned.
    Unknown,
}

impl fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Error => f.write_str("Error"),
            Self::Found(value) => f.debug_tuple("Found").field(&Hex(value)).finish(),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}
