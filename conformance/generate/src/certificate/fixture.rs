//! A small network: a root key, a subnet with its delegation, and state trees.

use model::cbor::Item;
use model::certificate::bls_key_to_der;
use model::crypto::{bls_public_key, bls_sign, sha224, sha256, test_seed};
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use crate::hashtree::forest;

/// The time of the certificates: 2023-11-14.
pub(crate) const TIME: u64 = 1_700_000_000_000_000_000;

/// The time of the delegation: a week before.
pub(crate) const DELEGATED: u64 = TIME - WEEK;

/// A second, five minutes, and a week, in nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;
/// Five minutes.
pub(crate) const FIVE_MINUTES: u64 = 300 * SECOND;
/// Seven days.
pub(crate) const WEEK: u64 = 7 * 24 * 3600 * SECOND;

/// The clauses that every accepted certificate is evidence for.
pub(crate) const CERTIFICATES: &[&str] = &[
    "CERT-1", "CERT-2", "CERT-3", "CERT-4", "CERT-5", "CERT-6", "CERT-8", "CERT-11", "CERT-12",
    "CERT-14", "SDEL-1", "SDEL-2", "SDEL-3", "SDEL-4", "SDEL-5", "SDEL-6", "SDEL-7", "SDEL-8",
    "SDEL-9", "ROOT-1", "ROOT-4", "STATE-3", "STATE-4", "STATE-19",
];

/// The clauses that every accepted range is evidence for.
pub(crate) const RANGES: &[&str] = &[
    "RANGE-1", "RANGE-2", "RANGE-4", "RANGE-8", "RANGE-9", "RANGE-10", "SDEL-7", "STATE-5",
    "STATE-8", "PRIN-20",
];

/// A key of the fixture, by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key(pub(crate) &'static str);

/// The root key.
pub(crate) const ROOT: Key = Key("bls/root");
/// The key of the subnet.
pub(crate) const SUBNET: Key = Key("bls/subnet");
/// The key of another subnet.
pub(crate) const OTHER: Key = Key("bls/other");

impl Key {
    /// The 96 bytes of the public key.
    pub(crate) fn raw(self) -> Vec<u8> {
        bls_public_key(&test_seed(self.0))
    }

    /// The public key in DER.
    pub(crate) fn der(self) -> Vec<u8> {
        bls_key_to_der(&self.raw())
    }

    /// The self-authenticating id of the key, which is what subnets are called.
    pub(crate) fn id(self) -> Vec<u8> {
        let mut id = sha224(&self.der()).to_vec();
        id.push(2);
        id
    }

    /// The signature on a message.
    pub(crate) fn sign(self, message: &[u8]) -> Vec<u8> {
        bls_sign(&test_seed(self.0), message)
    }

    /// The signature on the root hash of a tree.
    pub(crate) fn certify(self, tree: &Tree) -> Vec<u8> {
        self.sign(&message(tree))
    }
}

/// What a certificate's signature covers.
pub(crate) fn message(tree: &Tree) -> Vec<u8> {
    [b"\x0dic-state-root".as_slice(), &tree.root()].concat()
}

/// A canister id as subnets hand them out: the number, and `0101`.
pub(crate) fn canister(number: u64) -> Vec<u8> {
    [number.to_be_bytes().as_slice(), &[1, 1]].concat()
}

/// The number in LEB128.
pub(crate) fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & 0x7f);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// A subtree with these entries, in the order of their labels.
pub(crate) fn dir(entries: &[(&[u8], Tree)]) -> Tree {
    let mut entries = entries.to_vec();
    entries.sort_by_key(|(label, _)| *label);
    let labeled = entries
        .into_iter()
        .map(|(label, tree)| Tree::labeled(label, tree));
    forest(&labeled.collect::<Vec<_>>())
}

/// A leaf.
pub(crate) fn leaf(value: impl AsRef<[u8]>) -> Tree {
    Tree::leaf(value)
}

/// Something that was pruned.
pub(crate) fn gap(name: &str) -> Tree {
    Tree::Pruned(sha256(name.as_bytes()).to_vec())
}

/// The request whose status the certificates of the fixture reveal.
pub(crate) fn request_id() -> [u8; 32] {
    sha256(b"request")
}

/// A state tree at [`TIME`] with one replied request.
pub(crate) fn state() -> Tree {
    state_at(leaf(leb128(TIME)))
}

/// As [`state`], with another value for the time.
pub(crate) fn state_at(time: Tree) -> Tree {
    let request = dir(&[(b"reply", leaf(b"DIDL\0\0")), (b"status", leaf(b"replied"))]);
    dir(&[
        (b"canister", gap("canisters")),
        (b"request_status", dir(&[(&request_id(), request)])),
        (b"time", time),
    ])
}

/// One range.
pub(crate) type Range = (Vec<u8>, Vec<u8>);

/// A list of ranges, untagged.
pub(crate) fn range_list(ranges: &[Range]) -> Item {
    let pair = |(low, high): &Range| Item::Array(vec![Item::bytes(low), Item::bytes(high)]);
    Item::Array(ranges.iter().map(pair).collect())
}

/// An encoded list of ranges.
pub(crate) fn encode_ranges(ranges: &[Range]) -> Vec<u8> {
    range_list(ranges).self_described().encode()
}

/// The ranges of the subnet, in three shards.
pub(crate) fn shards() -> Vec<Vec<Range>> {
    let range = |low, high| (canister(low), canister(high));
    vec![
        vec![range(0x10_0000, 0x10_ffff), range(0x20_0000, 0x20_00ff)],
        vec![range(0x30_0000, 0x30_ffff)],
        vec![
            range(0x40_0000, 0x40_0000),
            range(0x50_0000, 0x5f_ffff),
            range(0x70_0000, 0x7f_ffff),
        ],
    ]
}

/// A subtree of shards, each under the start of its first range.
pub(crate) fn shard_tree(shards: &[Vec<Range>]) -> Tree {
    let shard = |ranges: &Vec<Range>| {
        let start = ranges
            .first()
            .map(|(low, _)| low.clone())
            .unwrap_or_default();
        Tree::labeled(start, leaf(encode_ranges(ranges)))
    };
    forest(&shards.iter().map(shard).collect::<Vec<_>>())
}

/// What the tree of a delegation's certificate reveals.
#[derive(Clone, Debug)]
pub(crate) struct Topology {
    /// The subnet.
    pub(crate) subnet_id: Vec<u8>,
    /// What is at its `public_key`, if anything.
    pub(crate) public_key: Option<Tree>,
    /// What is at its `type`, if anything.
    pub(crate) kind: Option<Tree>,
    /// What is at its `canister_ranges`, if anything.
    pub(crate) flat: Option<Tree>,
    /// What is below `/canister_ranges/<subnet>`, if anything.
    pub(crate) shards: Option<Tree>,
    /// What is at `/time`, if anything.
    pub(crate) time: Option<Tree>,
    /// More entries of `/subnet`.
    pub(crate) other_subnets: Vec<(Vec<u8>, Tree)>,
    /// More entries of `/canister_ranges`.
    pub(crate) other_ranges: Vec<(Vec<u8>, Tree)>,
}

impl Topology {
    /// The subnet of the fixture, with sharded ranges.
    pub(crate) fn sharded() -> Self {
        Self {
            subnet_id: SUBNET.id(),
            public_key: Some(leaf(SUBNET.der())),
            kind: Some(leaf("application")),
            flat: None,
            shards: Some(shard_tree(&shards())),
            time: Some(leaf(leb128(DELEGATED))),
            other_subnets: Vec::new(),
            other_ranges: Vec::new(),
        }
    }

    /// The subnet of the fixture, with these ranges in shards and in one list.
    pub(crate) fn with_ranges(sharded: Option<&[Vec<Range>]>, flat: Option<&[Range]>) -> Self {
        Self {
            shards: sharded.map(shard_tree),
            flat: flat.map(|ranges| leaf(encode_ranges(ranges))),
            ..Self::sharded()
        }
    }

    /// The tree.
    pub(crate) fn tree(&self) -> Tree {
        let mut subnet: Vec<(&[u8], Tree)> = Vec::new();
        subnet.extend(
            self.flat
                .clone()
                .map(|tree| (b"canister_ranges".as_slice(), tree)),
        );
        subnet.extend(
            self.public_key
                .clone()
                .map(|tree| (b"public_key".as_slice(), tree)),
        );
        subnet.extend(self.kind.clone().map(|tree| (b"type".as_slice(), tree)));

        let mut subnets = vec![(self.subnet_id.clone(), dir(&subnet))];
        subnets.extend(self.other_subnets.clone());
        let mut ranges: Vec<_> = self
            .shards
            .clone()
            .map(|tree| (self.subnet_id.clone(), tree))
            .into_iter()
            .collect();
        ranges.extend(self.other_ranges.clone());
        let named = |entries: &[(Vec<u8>, Tree)]| {
            let entries: Vec<_> = entries
                .iter()
                .map(|(label, tree)| (label.as_slice(), tree.clone()))
                .collect();
            dir(&entries)
        };

        let mut entries: Vec<(&[u8], Tree)> = vec![(b"subnet", named(&subnets))];
        if !ranges.is_empty() {
            entries.push((b"canister_ranges", named(&ranges)));
        }
        entries.extend(self.time.clone().map(|tree| (b"time".as_slice(), tree)));
        dir(&entries)
    }

    /// The delegation, its certificate signed with the root key.
    pub(crate) fn delegation(&self) -> Item {
        delegation(&self.subnet_id, &signed(&self.tree(), ROOT))
    }
}

/// A delegation that holds an encoded certificate.
pub(crate) fn delegation(subnet_id: &[u8], certificate: &[u8]) -> Item {
    Item::record(&[
        ("subnet_id", Item::bytes(subnet_id)),
        ("certificate", Item::bytes(certificate)),
    ])
}

/// A certificate from its parts, untagged.
pub(crate) fn certificate(tree: Item, signature: &[u8], delegation: Option<Item>) -> Item {
    let mut fields = vec![("tree", tree), ("signature", Item::bytes(signature))];
    fields.extend(delegation.map(|delegation| ("delegation", delegation)));
    Item::record(&fields)
}

/// An encoded certificate from its parts.
pub(crate) fn encoded(tree: &Tree, signature: &[u8], delegation: Option<Item>) -> Vec<u8> {
    certificate(tree.to_item(), signature, delegation)
        .self_described()
        .encode()
}

/// An encoded certificate without delegation.
pub(crate) fn signed(tree: &Tree, key: Key) -> Vec<u8> {
    encoded(tree, &key.certify(tree), None)
}

/// An encoded certificate of the subnet for a tree, with a delegation.
pub(crate) fn delegated(tree: &Tree, topology: &Topology) -> Vec<u8> {
    encoded(tree, &SUBNET.certify(tree), Some(topology.delegation()))
}

/// The usual certificate: delegated, with sharded ranges.
pub(crate) fn usual() -> Vec<u8> {
    delegated(&state(), &Topology::sharded())
}

/// A canister in the middle of the first range.
pub(crate) fn member() -> Vec<u8> {
    canister(0x10_1234)
}

/// The scope of a canister.
pub(crate) fn for_canister(id: &[u8]) -> Value {
    json!({"canister": hex(id)})
}

/// The scope of the usual canister.
pub(crate) fn for_member() -> Value {
    for_canister(&member())
}

/// An input of the operations on certificates.
pub(crate) fn input(certificate: &[u8], scope: &Value) -> Value {
    json!({"certificate": hex(certificate), "root_key": hex(&ROOT.der()), "scope": scope})
}

/// `input` with more fields.
pub(crate) fn with(mut input: Value, more: &Value) -> Value {
    if let (Some(fields), Some(more)) = (input.as_object_mut(), more.as_object()) {
        fields.extend(more.clone());
    }
    input
}

/// The fields for freshness.
pub(crate) fn window(now: u64, max_age: u64, max_skew: u64) -> Value {
    json!({"now": now.to_string(), "max_age": max_age.to_string(), "max_skew": max_skew.to_string()})
}

/// What the model answers to an input that it accepts.
pub(crate) fn answer(op: &str, input: &Value) -> Value {
    match model::run(op, input, None) {
        model::Outcome::Ok(output) => output,
        _ => Value::Null,
    }
}
