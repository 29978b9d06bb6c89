//! Canister signatures by hand.

use sha2::{Digest as _, Sha256};

use crate::bls::SecretKey;
use crate::cbor;
use crate::certificate::Subnet;
use crate::tree::Tree;

/// Returns the tree in which a canister with this key has signed this payload.
#[must_use]
pub fn witness(seed: &[u8], payload: &[u8]) -> Tree {
    let (seed, payload) = (Sha256::digest(seed), Sha256::digest(payload));
    Tree::of(&[(&[b"sig", &seed[..], &payload], b"")])
}

/// Returns the state tree in which a canister certifies data.
#[must_use]
pub fn state(canister: &[u8], certified_data: &[u8]) -> Tree {
    Tree::state(&[(
        &[&b"canister"[..], canister, b"certified_data"],
        certified_data,
    )])
}

/// Encodes a signature: an encoded certificate, and a tree.
#[must_use]
pub fn signature(certificate: &[u8], tree: &Tree) -> Vec<u8> {
    cbor::tagged(&cbor::map(&[
        ("certificate", cbor::bytes(certificate)),
        ("tree", tree.encode()),
    ]))
}

impl Subnet {
    /// Returns the canister signature with which [`Subnet::CANISTER`] certifies a tree.
    #[must_use]
    pub fn canister_signature(&self, root: &SecretKey, tree: &Tree) -> Vec<u8> {
        let state = state(&Self::CANISTER, &tree.root_hash());
        signature(&self.certify(root, &state), tree)
    }
}
