//! How the costs of trees grow with their size, against `ic-certification`.

use std::hint::black_box;

use hash_tree::CertifiedMap;
use hash_tree::HashTree;
use hash_tree::Lookup;
use hash_tree::Reveal;
use ic_certification::AsHashTree;
use ic_certification::LookupResult;
use ic_certification::RbTree;

use crate::harness::Effort;
use crate::harness::Nanos;
use crate::harness::time;

/// How many of the labels are asked for in turn: enough to leave the caches of the processor.
const SAMPLE: u32 = 4096;

/// Times trees of a hundred, ten thousand and a million labels.
pub fn run(effort: Effort) {
    let sizes = [100, 10_000, 1_000_000];
    let sizes = || {
        sizes
            .into_iter()
            .filter(|size| *size <= effort.largest_tree)
    };
    println!("\nhash trees: digest and lookup are linear in the size, witnesses logarithmic");
    println!(
        "  {:<10}{:>12} | {:>12}{:>12}{:>12} | {:>12}{:>12}{:>12}",
        "labels", "bytes", "digest", "per byte", "lookup", "peer digest", "per byte", "peer lookup"
    );
    for size in sizes() {
        parsed(effort, size);
    }
    println!(
        "\n  {:<10} | {:>14}{:>12}{:>12} | {:>14}{:>12}{:>12}",
        "labels", "insert + root", "witness", "bytes", "peer insert", "witness", "bytes"
    );
    for size in sizes() {
        maps(effort, size);
    }
}

fn parsed(effort: Effort, size: u32) {
    let bytes = map(size).witness(&[Reveal::Prefix(&[])]);
    let ours = HashTree::parse(&bytes).expect("a tree");
    let theirs: ic_certification::HashTree = serde_cbor::from_slice(&bytes).expect("a tree");
    assert_eq!(ours.root_hash(), theirs.digest());
    let labels = labels(size);
    for label in labels.iter().take(64) {
        assert_eq!(ours.lookup(&[label]), Lookup::Found(label));
        assert_eq!(theirs.lookup_path([label]), LookupResult::Found(label));
    }

    let length = bytes.len() as f64;
    let digest = time(effort, || {
        HashTree::parse(black_box(&bytes)).map(|tree| tree.root_hash())
    });
    let mut turns = labels.iter().cycle();
    let lookup = time(effort, || {
        turns.next().map(|label| ours.lookup(&[&label[..]]))
    });
    let peer_digest = time(effort, || {
        serde_cbor::from_slice::<ic_certification::HashTree>(black_box(&bytes))
            .map(|tree| tree.digest())
    });
    let mut turns = labels.iter().cycle();
    let peer_lookup = time(effort, || {
        turns
            .next()
            .map(|label| theirs.lookup_path([label]) == LookupResult::Absent)
    });
    println!(
        "  {size:<10}{length:>12} | {digest:>12}{:>12}{:>12} | {peer_digest:>12}{:>12}{:>12}",
        Nanos(digest.0 / length),
        lookup,
        Nanos(peer_digest.0 / length),
        peer_lookup,
    );
}

fn maps(effort: Effort, size: u32) {
    let mut ours = map(size);
    ours.root_hash();
    let mut theirs = RbTree::new();
    for index in 0..size {
        theirs.insert(label(index), label(index).to_vec());
    }
    let labels = labels(size);
    let peer_witness = |theirs: &RbTree<[u8; 8], Vec<u8>>, label: &[u8]| {
        serde_cbor::to_vec(&theirs.witness(label)).expect("a tree")
    };

    let mut turns = labels.iter().cycle();
    let mut next = || turns.next().expect("labels without end");
    let insert = time(effort, || {
        let label = next();
        ours.insert(&[label], label.to_vec()).expect("one label");
        ours.root_hash()
    });
    let witness = time(effort, || ours.witness(&[Reveal::Path(&[next()])]));
    let length = ours.witness(&[Reveal::Path(&[&labels[0]])]).len();
    let peer_insert = time(effort, || {
        let label = next();
        theirs.insert(*label, label.to_vec());
        theirs.root_hash()
    });
    let peer = time(effort, || peer_witness(&theirs, next()));
    let peer_length = peer_witness(&theirs, &labels[0]).len();
    println!(
        "  {size:<10} | {insert:>14}{witness:>12}{length:>12} | \
         {peer_insert:>14}{peer:>12}{peer_length:>12}"
    );
}

fn map(size: u32) -> CertifiedMap {
    let mut map = CertifiedMap::new();
    for index in 0..size {
        map.insert(&[&label(index)], label(index).to_vec())
            .expect("one label");
    }
    map
}

/// Returns labels all over a tree.
fn labels(size: u32) -> Vec<[u8; 8]> {
    let step = size.div_ceil(SAMPLE);
    (0..SAMPLE)
        .map(|index| label(index * step % size))
        .collect()
}

/// Returns one of 2^32 labels without an order.
fn label(index: u32) -> [u8; 8] {
    u64::from(index)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .to_be_bytes()
}
