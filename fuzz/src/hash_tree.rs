//! Hash trees from bytes.

use hash_tree::Child;
use hash_tree::HashTree;
use hash_tree::Lookup;
use hash_tree::Subtree;
use model::Outcome;
use model::cbor::Item;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::json;

use crate::Verdict;

/// How many paths of an input are looked up; four others come with each.
const MOST_PATHS: usize = 8;

/// The crate and the model accept the same bytes, compute the same root hash, and give the same
/// answers; pruning keeps them.
pub fn hash_tree(data: &[u8]) -> Verdict {
    let modelled = model::run("hashtree.decode", &json!({"tree": hex(data)}), None);
    let tree = match HashTree::parse(data) {
        Ok(tree) => tree,
        Err(error) => {
            assert!(
                matches!(modelled, Outcome::Reject(_)),
                "{error} but {modelled:?}"
            );
            return Verdict::Rejected;
        }
    };
    let output = json!({"root": hex(&tree.root_hash()), "well_formed": tree.is_well_formed()});
    assert_eq!(modelled, Outcome::Ok(output));
    let item = model::cbor::decode(data).expect("the model has decoded it");
    let paths = paths(&tree);
    compare(&tree, &of_item(&item), &paths);
    Verdict::Accepted
}

/// Compares all that a tree says about some paths with what the model says.
pub(crate) fn compare(tree: &HashTree<'_>, modelled: &Tree, paths: &[Vec<Vec<u8>>]) {
    for path in paths {
        let labels: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
        assert_eq!(tree.lookup(&labels), lookup(modelled, path), "{path:02x?}");
    }
    let slices: Vec<Vec<&[u8]>> = paths
        .iter()
        .map(|path| path.iter().map(Vec::as_slice).collect())
        .collect();
    for few in slices.chunks(3) {
        let few: Vec<&[&[u8]]> = few.iter().map(Vec::as_slice).collect();
        let pruned = tree.prune(&few);
        let pruned = HashTree::parse(&pruned).expect("pruning makes trees");
        assert_eq!(pruned.root_hash(), tree.root_hash());
        assert!(pruned.is_well_formed() || !tree.is_well_formed());
        for path in few {
            assert_eq!(pruned.lookup(path), tree.lookup(path), "{path:02x?}");
        }
        if tree.is_well_formed() {
            for path in &slices {
                let answer = pruned.lookup(path);
                assert!(
                    answer == tree.lookup(path) || answer == Lookup::Unknown,
                    "{path:02x?}"
                );
            }
        }
    }
}

/// What the model says.
pub(crate) fn lookup<'t>(tree: &'t Tree, path: &[Vec<u8>]) -> Lookup<'t> {
    match tree.lookup(path) {
        model::hashtree::Lookup::Found(value) => Lookup::Found(value),
        model::hashtree::Lookup::Absent => Lookup::Absent,
        model::hashtree::Lookup::Unknown => Lookup::Unknown,
        model::hashtree::Lookup::Error => Lookup::Error,
    }
}

/// The tree in an item that is known to be one.
fn of_item(item: &Item) -> Tree {
    let bytes = |item: &Item| item.as_bytes().expect("a byte string").to_vec();
    match item.as_array().expect("a node is an array") {
        [_] => Tree::Empty,
        [kind, left, right] if kind.as_unsigned() == Some(1) => {
            Tree::fork(of_item(left), of_item(right))
        }
        [_, label, tree] => Tree::labeled(bytes(label), of_item(tree)),
        [kind, value] if kind.as_unsigned() == Some(3) => Tree::Leaf(bytes(value)),
        [_, hash] => Tree::Pruned(bytes(hash)),
        items => panic!("a node of {} items", items.len()),
    }
}

/// Some paths that lead through a tree, and paths beside them.
fn paths(tree: &HashTree<'_>) -> Vec<Vec<Vec<u8>>> {
    let mut paths = vec![vec![]];
    below(tree.root(), &[], &mut paths);
    for mut path in paths.clone() {
        if let Some(last) = path.last_mut() {
            let label = last.clone();
            last.push(0);
            paths.push(path.clone());
            let mut shorter = label.clone();
            shorter.pop();
            *path.last_mut().expect("there was one") = shorter;
            paths.push(path.clone());
            *path.last_mut().expect("there was one") = [&label[..], &[0xff]].concat();
            paths.push(path.clone());
            path.push(label);
            paths.push(path);
        }
    }
    paths
}

fn below(subtree: Subtree<'_>, here: &[Vec<u8>], paths: &mut Vec<Vec<Vec<u8>>>) {
    for child in subtree.children() {
        if let Child::Labeled { label, subtree } = child
            && paths.len() < MOST_PATHS
        {
            let path = [here, &[label.to_vec()]].concat();
            paths.push(path.clone());
            below(subtree, &path, paths);
        }
    }
}
