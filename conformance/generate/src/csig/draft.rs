//! Canister signatures in the network of the certificate vectors.

use model::cbor::Item;
use model::crypto::{sha224, sha256};
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use crate::certificate::fixture::{
    ROOT, TIME, Topology, delegated, dir, leaf, leb128, member, signed, with,
};
use crate::signer::der;

/// The DER form of the key of a canister with this seed.
pub(crate) fn spki(canister: &[u8], seed: &[u8]) -> Vec<u8> {
    der::canister_key(canister, seed)
}

/// The signature of a canister, which must be in the ranges of the fixture, on a payload.
pub(crate) fn sign(canister: &[u8], seed: &[u8], payload: &[u8]) -> Vec<u8> {
    Draft {
        canister: canister.to_vec(),
        seed: seed.to_vec(),
        ..Draft::of(payload)
    }
    .shown(witness(seed, payload))
    .encode()
}

/// The payload of most vectors: a request id behind its separator.
pub(super) fn request() -> Vec<u8> {
    [b"\x0aic-request".as_slice(), &sha256(b"request")].concat()
}

/// The tree in which a canister shows that it signed.
pub(crate) fn witness(seed: &[u8], payload: &[u8]) -> Tree {
    labels(&[b"sig", &sha256(seed), &sha256(payload)], leaf(b""))
}

/// `tree` below these labels.
pub(super) fn labels(labels: &[&[u8]], tree: Tree) -> Tree {
    labels
        .iter()
        .rev()
        .fold(tree, |tree, label| Tree::labeled(label, tree))
}

/// The state in which canisters have certified data.
pub(super) fn state_of(canisters: &[(&[u8], Tree)]) -> Tree {
    state_at(canisters, Some(leb128(TIME)))
}

/// As [`state_of`], at another time or none.
pub(crate) fn state_at(canisters: &[(&[u8], Tree)], time: Option<Vec<u8>>) -> Tree {
    let canisters: Vec<_> = canisters
        .iter()
        .map(|(id, data)| (*id, dir(&[(b"certified_data", data.clone())])))
        .collect();
    let mut entries: Vec<(&[u8], Tree)> = vec![(b"canister", dir(&canisters))];
    entries.extend(time.map(|time| (b"time".as_slice(), leaf(time))));
    dir(&entries)
}

/// A canister signature in the making.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) canister: Vec<u8>,
    pub(crate) seed: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    /// The tree that the canister certifies.
    pub(crate) tree: Tree,
    /// The state that the subnet certifies; by default with the root hash of `tree`.
    pub(crate) state: Option<Tree>,
    /// The delegation to the subnet; without one the root key signs.
    pub(crate) topology: Option<Topology>,
}

impl Draft {
    /// A signature on a payload by the usual canister, delegated, with sharded ranges.
    pub(crate) fn of(payload: &[u8]) -> Self {
        let seed = b"user 1";
        Self {
            canister: member(),
            seed: seed.to_vec(),
            payload: payload.to_vec(),
            tree: witness(seed, payload),
            state: None,
            topology: Some(Topology::sharded()),
        }
    }

    /// A signature on [`request`].
    pub(super) fn usual() -> Self {
        Self::of(&request())
    }

    /// With another tree, duly certified.
    pub(crate) fn shown(self, tree: Tree) -> Self {
        Self { tree, ..self }
    }

    /// With another state.
    pub(crate) fn in_state(self, state: Tree) -> Self {
        Self {
            state: Some(state),
            ..self
        }
    }

    /// With another delegation, or none.
    pub(crate) fn under(self, topology: Option<Topology>) -> Self {
        Self { topology, ..self }
    }

    /// By another canister.
    pub(crate) fn by(self, canister: &[u8]) -> Self {
        Self {
            canister: canister.to_vec(),
            ..self
        }
    }

    /// With the key of another seed.
    pub(crate) fn with_seed(self, seed: &[u8]) -> Self {
        let tree = witness(seed, &self.payload);
        Self {
            seed: seed.to_vec(),
            tree,
            ..self
        }
    }

    /// The state that is certified.
    pub(super) fn state(&self) -> Tree {
        let usual = || state_of(&[(&self.canister, leaf(self.tree.root()))]);
        self.state.clone().unwrap_or_else(usual)
    }

    /// The encoded certificate.
    pub(super) fn certificate(&self) -> Vec<u8> {
        match &self.topology {
            Some(topology) => delegated(&self.state(), topology),
            None => signed(&self.state(), ROOT),
        }
    }

    /// The signature.
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(&self.certificate(), &self.tree)
    }

    /// The key.
    pub(crate) fn spki(&self) -> Vec<u8> {
        spki(&self.canister, &self.seed)
    }

    /// The principal of the key.
    pub(crate) fn principal(&self) -> Vec<u8> {
        [sha224(&self.spki()).as_slice(), &[2]].concat()
    }

    /// The input of `sig.verify`.
    pub(super) fn input(&self) -> Value {
        self.input_of(&self.encode())
    }

    /// The same with another encoding of the signature.
    pub(super) fn input_of(&self, signature: &[u8]) -> Value {
        json!({
            "spki": hex(&self.spki()),
            "payload": hex(&self.payload),
            "signature": hex(signature),
            "root_key": hex(&ROOT.der()),
        })
    }
}

/// `input` under another root key.
pub(super) fn under_key(input: Value, root_key: &[u8]) -> Value {
    with(input, &json!({"root_key": hex(root_key)}))
}

/// The two fields of a signature.
pub(super) fn parts(certificate: &[u8], tree: &Tree) -> [(&'static str, Item); 2] {
    [
        ("certificate", Item::bytes(certificate)),
        ("tree", tree.to_item()),
    ]
}

/// An encoded signature.
pub(super) fn encode(certificate: &[u8], tree: &Tree) -> Vec<u8> {
    Item::record(&parts(certificate, tree))
        .self_described()
        .encode()
}
