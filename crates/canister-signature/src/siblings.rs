//! What a canister certifies beside its signatures.

use alloc::vec::Vec;

use cbor::Writer;
use sha2::{Digest as _, Sha256};

use crate::id::SIG;

/// The root hashes of the trees that a canister certifies beside its signatures.
///
/// A canister certifies one hash. One that also certifies other data, such as assets, certifies the
/// hash of a tree with all of it: `before` are the labels that are less than `sig`, such as
/// `http_assets`, and `after` those that are greater. Each is the root hash of a tree in which these
/// labels are at the top, such as that of a [`CertifiedMap`](hash_tree::CertifiedMap). The whole is
/// `fork(fork(before, sig), after)`, without the forks that lack a side.
///
/// Signatures show neither: both are pruned.
// spec: CSIG-13
#[expect(
    clippy::exhaustive_structs,
    reason = "there is nothing else but before and after"
)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Siblings {
    /// The root hash of the tree with the labels that are less than `sig`.
    pub before: Option<[u8; 32]>,
    /// The root hash of the tree with the labels that are greater than `sig`.
    pub after: Option<[u8; 32]>,
}

impl Siblings {
    /// No siblings: the canister certifies its signatures only.
    pub const NONE: Self = Self {
        before: None,
        after: None,
    };

    /// Returns the root hash of the whole.
    pub(crate) fn root_hash(&self, sig: [u8; 32]) -> [u8; 32] {
        let left = self.before.map_or(sig, |before| fork(&before, &sig));
        self.after.map_or(left, |after| fork(&left, &after))
    }

    /// Encodes the whole, with a tree below the label `sig` and everything else pruned.
    pub(crate) fn encode(&self, below_sig: &[u8]) -> Vec<u8> {
        let length = below_sig.len().saturating_add(HEADS_LENGTH);
        let mut writer = Writer::with_capacity(length);
        if self.after.is_some() {
            writer.array(3).unsigned(1);
        }
        if let Some(before) = &self.before {
            writer.array(3).unsigned(1);
            writer.array(2).unsigned(4).bytes(before);
        }
        writer.array(3).unsigned(2).bytes(SIG).item(below_sig);
        if let Some(after) = &self.after {
            writer.array(2).unsigned(4).bytes(after);
        }
        writer.into_bytes()
    }
}

/// Room for two forks, two pruned trees, and the label.
const HEADS_LENGTH: usize = 82;

/// Returns the hash of the label `sig` with a tree below it.
// spec: TREE-3
pub(crate) fn labeled_sig(below: &[u8; 32]) -> [u8; 32] {
    let hasher = Sha256::new_with_prefix(b"\x13ic-hashtree-labeled");
    hasher
        .chain_update(SIG)
        .chain_update(below)
        .finalize()
        .into()
}

/// Returns the hash of a fork.
// spec: TREE-2
fn fork(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let hasher = Sha256::new_with_prefix(b"\x10ic-hashtree-fork");
    hasher
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}
