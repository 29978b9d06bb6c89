//! Hash trees from structure: every input is one.

use arbitrary::Result;
use arbitrary::Unstructured;
use hash_tree::HashTree;
use model::Outcome;
use model::hashtree::LEVELS;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::Value;
use serde_json::json;

use crate::Verdict;
use crate::hash_tree::compare;

/// How deep a tree is made, before labels are put above it.
const DEPTH: u32 = 12;

/// How long the encoding of a tree may be for which the model lists every path and tries to prune
/// every node.
const LONGEST: usize = 400;

/// Labels in ascending order, among them the empty one and some that extend each other.
const LABELS: &[&[u8]] = &[
    b"",
    b"\0",
    b"\0\0",
    b"a",
    b"a\0",
    b"aa",
    b"ab",
    b"b",
    b"b\xff",
    b"c",
    b"\xff",
    b"\xff\xff",
];

/// The crate and the model agree on trees and paths that have much in common, up to the last level
/// and beyond it; pruning is judged by the model.
pub fn hash_tree_structure(data: &[u8]) -> Verdict {
    let mut data = Unstructured::new(data);
    let Ok((tree, paths)) = case(&mut data) else {
        return Verdict::Discarded;
    };
    let encoded = tree.encode();
    let modelled = model::run("hashtree.decode", &json!({"tree": hex(&encoded)}), None);
    let parsed = match HashTree::parse(&encoded) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(
                matches!(modelled, Outcome::Reject(_)),
                "{error} but {modelled:?}"
            );
            return Verdict::Rejected;
        }
    };
    let output = json!({"root": hex(&parsed.root_hash()), "well_formed": parsed.is_well_formed()});
    assert_eq!(modelled, Outcome::Ok(output));
    compare(&parsed, &tree, &paths);
    if parsed.is_well_formed() && encoded.len() <= LONGEST {
        prefixes(&parsed, &encoded, &paths);
        prunings(&parsed, &encoded, &paths);
    }
    Verdict::Accepted
}

/// Compares the values below prefixes.
fn prefixes(tree: &HashTree<'_>, encoded: &[u8], paths: &[Vec<Vec<u8>>]) {
    for path in paths {
        let labels: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
        let values: Vec<Value> = tree
            .lookup_prefix(&labels)
            .map(|value| json!(hex(value)))
            .collect();
        let input = json!({"tree": hex(encoded), "path": strings(path)});
        let modelled = model::run("hashtree.lookup_prefix", &input, None);
        assert_eq!(
            modelled,
            Outcome::Ok(json!({"values": values})),
            "{path:02x?}"
        );
    }
}

/// Lets the model judge what is pruned.
fn prunings(tree: &HashTree<'_>, encoded: &[u8], paths: &[Vec<Vec<u8>>]) {
    let slices: Vec<Vec<&[u8]>> = paths
        .iter()
        .map(|path| path.iter().map(Vec::as_slice).collect())
        .collect();
    let answer = tree.prune(&slices.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let lists: Vec<Value> = paths.iter().map(|path| strings(path)).collect();
    let input = json!({"tree": hex(encoded), "paths": lists, "answer": hex(&answer)});
    assert_eq!(
        model::run("hashtree.prunes", &input, None),
        Outcome::Ok(json!({}))
    );
}

fn strings(path: &[Vec<u8>]) -> Value {
    path.iter().map(|label| hex(label)).collect()
}

/// A tree and some paths.
pub(crate) fn case(data: &mut Unstructured<'_>) -> Result<(Tree, Vec<Vec<Vec<u8>>>)> {
    let is_sorted = data.ratio(3, 4)?;
    let mut next = 0;
    let mut tree = tree(data, DEPTH, is_sorted.then_some(&mut next))?;
    if data.ratio(1, 16)? {
        let spine = data.int_in_range(LEVELS - 14..=LEVELS + 2)?;
        for _ in 0..spine {
            tree = if data.ratio(1, 4)? {
                Tree::fork(Tree::Empty, tree)
            } else {
                Tree::labeled(*data.choose(LABELS)?, tree)
            };
        }
    }
    let mut paths = Vec::new();
    for _ in 0..data.int_in_range(1..=5)? {
        let mut path = Vec::new();
        for _ in 0..data.int_in_range(0..=4)? {
            path.push(data.choose(LABELS)?.to_vec());
        }
        paths.push(path);
    }
    Ok((tree, paths))
}

/// A tree. With `next`, the labels of its forest ascend from that one on.
fn tree(data: &mut Unstructured<'_>, depth: u32, next: Option<&mut usize>) -> Result<Tree> {
    let kind = if depth == 0 {
        0
    } else {
        data.int_in_range(0..=9)?
    };
    Ok(match (kind, next) {
        (1..=4, Some(next)) => {
            let left = tree(data, depth - 1, Some(next))?;
            Tree::fork(left, tree(data, depth - 1, Some(next))?)
        }
        (1..=4, None) => Tree::fork(tree(data, depth - 1, None)?, tree(data, depth - 1, None)?),
        (5..=8, Some(next)) => {
            *next += data.int_in_range(0..=2)?;
            let Some(label) = LABELS.get(*next) else {
                return Ok(Tree::Empty);
            };
            *next += 1;
            Tree::labeled(*label, labeled(data, depth - 1, true)?)
        }
        (5..=8, None) => Tree::labeled(*data.choose(LABELS)?, labeled(data, depth - 1, false)?),
        (9, _) => Tree::Pruned(data.arbitrary::<[u8; 32]>()?.to_vec()),
        (_, None) if data.ratio(1, 2)? => Tree::leaf(data.arbitrary::<[u8; 2]>()?),
        _ => Tree::Empty,
    })
}

/// A tree below a label.
fn labeled(data: &mut Unstructured<'_>, depth: u32, is_sorted: bool) -> Result<Tree> {
    if data.ratio(1, 2)? {
        return Ok(Tree::leaf(data.arbitrary::<[u8; 3]>()?));
    }
    let mut next = 0;
    tree(data, depth, is_sorted.then_some(&mut next))
}
