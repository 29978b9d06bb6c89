//! Certificates and delegations by hand.

use crate::bls::SecretKey;
use crate::cbor;
use crate::tree::Tree;

/// The time of all examples, in nanoseconds.
pub const TIME: u64 = 1_700_000_000_000_000_000;

/// Signs a tree as a subnet would, and encodes the certificate. `delegation` is a subnet id and an
/// encoded certificate.
#[must_use]
pub fn certificate(tree: &Tree, signer: &SecretKey, delegation: Option<(&[u8], &[u8])>) -> Vec<u8> {
    cbor::tagged(&untagged_certificate(tree, signer, delegation))
}

/// The same without the tag 55799.
#[must_use]
pub fn untagged_certificate(
    tree: &Tree,
    signer: &SecretKey,
    delegation: Option<(&[u8], &[u8])>,
) -> Vec<u8> {
    let mut fields = vec![
        ("tree", tree.encode()),
        ("signature", cbor::bytes(&signer.sign_tree(tree))),
    ];
    if let Some((subnet_id, certificate)) = delegation {
        let record = [("subnet_id", subnet_id), ("certificate", certificate)]
            .map(|(name, value)| (name, cbor::bytes(value)));
        fields.push(("delegation", cbor::map(&record)));
    }
    cbor::map(&fields)
}

/// Encodes a list of ranges as state trees have it.
#[must_use]
pub fn ranges(ranges: &[(&[u8], &[u8])]) -> Vec<u8> {
    let pairs: Vec<Vec<u8>> = ranges
        .iter()
        .map(|(low, high)| cbor::array(&[cbor::bytes(low), cbor::bytes(high)]))
        .collect();
    cbor::tagged(&cbor::array(&pairs))
}

/// Encodes a natural number as state trees have it.
#[must_use]
pub fn nat(mut number: u64) -> Vec<u8> {
    let mut encoded = Vec::new();
    loop {
        let [bits, ..] = (number & 0x7f).to_le_bytes();
        number >>= 7;
        if number == 0 {
            encoded.push(bits);
            return encoded;
        }
        encoded.push(bits | 0x80);
    }
}

impl SecretKey {
    /// Signs the root hash of a tree as a subnet would.
    #[must_use]
    pub fn sign_tree(&self, tree: &Tree) -> [u8; 48] {
        self.sign(&[&b"\x0dic-state-root"[..], &tree.root_hash()].concat())
    }
}

/// A subnet, and what the root subnet says about it. Absent values are left out of the tree.
#[expect(clippy::exhaustive_structs, reason = "tests change what they test")]
#[derive(Clone, Debug)]
pub struct Subnet {
    /// Its id.
    pub id: Vec<u8>,
    /// Its key.
    pub key: SecretKey,
    /// `public_key`: the DER form of a key, usually of `key`.
    pub public_key: Option<Vec<u8>>,
    /// `type`.
    pub subnet_type: Option<Vec<u8>>,
    /// `canister_ranges`: an encoded list.
    pub flat: Option<Vec<u8>>,
    /// The labels and encoded lists below `/canister_ranges`.
    pub shards: Vec<(Vec<u8>, Vec<u8>)>,
    /// `/time`: an encoded number.
    pub time: Option<Vec<u8>>,
}

impl Subnet {
    /// A canister in the ranges of [`Subnet::example`].
    pub const CANISTER: [u8; 10] = [0, 0, 0, 0, 0, 0x20, 0, 7, 1, 1];

    /// Returns an application subnet with the canisters from 20 0000 to 2f ffff, in two shards and
    /// in one flat list.
    #[must_use]
    pub fn example() -> Self {
        let key = SecretKey::from_name("subnet");
        let id = |middle: u8, low: u8| [0, 0, 0, 0, 0, middle, low, low, 1, 1];
        let (first, second) = ((id(0x20, 0), id(0x27, 0xff)), (id(0x28, 0), id(0x2f, 0xff)));
        Self {
            id: b"a subnet".to_vec(),
            public_key: Some(key.der()),
            key,
            subnet_type: Some(b"application".to_vec()),
            flat: Some(ranges(&[(&first.0, &second.1)])),
            shards: [first, second]
                .map(|(low, high)| (low.to_vec(), ranges(&[(&low, &high)])))
                .to_vec(),
            time: Some(nat(TIME)),
        }
    }

    /// Returns the part of the root subnet's tree that a delegation shows.
    #[must_use]
    pub fn delegation_tree(&self) -> Tree {
        let mut values: Vec<(Vec<&[u8]>, &[u8])> = Vec::new();
        for (label, value) in [
            (&b"public_key"[..], &self.public_key),
            (b"type", &self.subnet_type),
            (b"canister_ranges", &self.flat),
        ] {
            if let Some(value) = value {
                values.push((vec![b"subnet", &self.id, label], value));
            }
        }
        for (label, list) in &self.shards {
            values.push((vec![b"canister_ranges", &self.id, label], list));
        }
        if let Some(time) = &self.time {
            values.push((vec![b"time"], time));
        }
        let values: Vec<(&[&[u8]], &[u8])> = values
            .iter()
            .map(|(path, value)| (&path[..], *value))
            .collect();
        Tree::of(&values)
    }

    /// Returns the certificate of the delegation, signed by the root subnet.
    #[must_use]
    pub fn delegation(&self, root: &SecretKey) -> Vec<u8> {
        certificate(&self.delegation_tree(), root, None)
    }

    /// Returns the subnet's certificate of a tree, with its delegation.
    #[must_use]
    pub fn certify(&self, root: &SecretKey, tree: &Tree) -> Vec<u8> {
        certificate(tree, &self.key, Some((&self.id, &self.delegation(root))))
    }
}

impl Tree {
    /// Returns the state tree with [`TIME`] and with these values at these paths.
    #[must_use]
    pub fn state(values: &[(&[&[u8]], &[u8])]) -> Self {
        let time = nat(TIME);
        let mut values = values.to_vec();
        values.push((&[b"time"], &time));
        Self::of(&values)
    }
}
