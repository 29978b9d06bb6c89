//! Hash trees by structure, against `ic-certification`.

use arbitrary::Unstructured;
use hash_tree::HashTree;
use hash_tree::Lookup;
use ic_certification::HashTree as Theirs;
use ic_certification::LookupResult;
use model::hashtree::Tree;

use crate::Verdict;
use crate::hash_tree_structure::case;

/// `ic-certification` reads every tree that the crate reads, up to the depth that `serde_cbor` goes down
/// to; it has the same root hash and gives the same answers, and so do pruned trees and the trees that it
/// makes of them.
///
/// Its lookup ends at an empty tree in a fork, where the interface spec goes on; and it says nothing of
/// use about trees that are not well-formed.
pub fn hash_tree_peer(data: &[u8]) -> Verdict {
    let mut data = Unstructured::new(data);
    let Ok((tree, paths)) = case(&mut data) else {
        return Verdict::Discarded;
    };
    let encoded = tree.encode();
    let Ok(ours) = HashTree::parse(&encoded) else {
        return Verdict::Rejected;
    };
    let theirs: Theirs = match serde_cbor::from_slice(&encoded) {
        Ok(theirs) => theirs,
        Err(error) => {
            assert!(error.to_string().contains("recursion limit"), "{error}");
            return Verdict::Accepted;
        }
    };
    assert_eq!(ours.root_hash(), theirs.digest());
    let written = serde_cbor::to_vec(&theirs).expect("trees can be written");
    assert_eq!(written, encoded, "a tree has one deterministic form");
    if !ours.is_well_formed() {
        return Verdict::Accepted;
    }

    let ends_early = has_empty_fork(&tree);
    let slices: Vec<Vec<&[u8]>> = paths
        .iter()
        .map(|path| path.iter().map(Vec::as_slice).collect())
        .collect();
    let pruned = ours.prune(&slices.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let their_pruned: Theirs = serde_cbor::from_slice(&pruned).expect("it is no deeper");
    assert_eq!(their_pruned.digest(), ours.root_hash());
    for path in &slices {
        for theirs in [&theirs, &their_pruned] {
            let (answer, their_answer) = (ours.lookup(path), theirs.lookup_path(path));
            let is_same = match (answer, &their_answer) {
                (Lookup::Found(value), LookupResult::Found(their_value)) => value == *their_value,
                (Lookup::Absent, LookupResult::Absent)
                | (Lookup::Unknown, LookupResult::Unknown)
                | (Lookup::Error, LookupResult::Error) => true,
                _ => false,
            };
            assert!(
                is_same || (ends_early && their_answer == LookupResult::Absent),
                "{path:02x?}: {answer:?} but {their_answer:?}"
            );
        }
    }
    Verdict::Accepted
}

fn has_empty_fork(tree: &Tree) -> bool {
    match tree {
        Tree::Fork(left, right) => {
            matches!(**left, Tree::Empty)
                || matches!(**right, Tree::Empty)
                || has_empty_fork(left)
                || has_empty_fork(right)
        }
        Tree::Labeled(_, tree) => has_empty_fork(tree),
        _ => false,
    }
}
