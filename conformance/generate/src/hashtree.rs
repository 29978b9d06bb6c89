//! Vectors for hash trees: decoding, root hash, lookup, pruning.

mod decode;
mod forest;
mod labels;
mod lookup;
mod prefix;
mod prune;
mod structure;

use model::crypto::sha256;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use crate::{FileBuilder, Suite, Vector};

pub(crate) fn generate(suite: &mut Suite) {
    decode::root_hash(suite);
    structure::structure(suite);
    decode::well_formed(suite);
    decode::levels(suite);
    lookup::lookup_example(suite);
    lookup::lookup_results(suite);
    lookup::lookup_malformed(suite);
    forest::lookup_forest(suite);
    labels::lookup_labels(suite);
    prefix::lookup_prefix(suite);
    prefix::repeated_labels(suite);
    prune::prune(suite);
}

const SOURCE: &str = "interface specification 0.66.0, \"Certification\", example";

const UNPRUNED: &str = "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c6483024162820344676f6f648301830241638100830241648203476d6f726e696e67";

const PRUNED: &str = "83018301830241618301820458201b4feff9bef8131788b0c9dc6dbad6e81e524249c879e9f10f71ce3749f5a63883024179820345776f726c6483024162820458207b32ac0c6ba8ce35ac82c255fc7906f7fc130dab2a090f80fe12f9c2cae83ba6830182045820ec8324b8a1f1ac16bd2e806edba78006479c9877fed4eb464a25485465af601d830241648203476d6f726e696e67";

const ROOT: &str = "eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0";

/// The clauses that say what a root hash is.
const HASHES: &[&str] = &["TREE-1", "TREE-2", "TREE-3", "TREE-4", "TREE-5"];

/// The clauses that say what a lookup finds.
const LOOKUPS: &[&str] = &[
    "LOOKUP-1",
    "LOOKUP-2",
    "LOOKUP-3",
    "LOOKUP-4",
    "LOOKUP-5",
    "LOOKUP-6",
    "LOOKUP-7",
    "LOOKUP-8",
    "LOOKUP-9",
    "LOOKUP-10",
    "LOOKUP-13",
    "TREE-6",
    "TREE-7",
];

/// Trees side by side, in forks as even as possible.
pub(crate) fn forest(trees: &[Tree]) -> Tree {
    match trees {
        [] => Tree::Empty,
        [tree] => tree.clone(),
        trees => {
            let (left, right) = trees.split_at(trees.len().div_ceil(2));
            Tree::fork(forest(left), forest(right))
        }
    }
}

/// A labeled leaf.
pub(crate) fn entry(label: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Tree {
    Tree::labeled(label, Tree::leaf(value))
}

/// A pruned node with a hash of its own.
fn gap(name: &str) -> Tree {
    Tree::Pruned(sha256(name.as_bytes()).to_vec())
}

fn tree_input(tree: &Tree) -> Value {
    json!({"tree": hex(&tree.encode())})
}

fn path_input(tree: &Tree, path: &[&[u8]]) -> Value {
    json!({"tree": hex(&tree.encode()), "path": labels(path)})
}

fn labels(path: &[&[u8]]) -> Vec<String> {
    path.iter().map(|label| hex(label)).collect()
}

#[expect(clippy::type_complexity, reason = "a table of cases")]
/// Adds lookups of the first labels in a tree with one path component each.
fn add_lookups(
    file: &mut FileBuilder<'_>,
    note: &str,
    cases: &[(&str, &str, Tree, &[&[u8]], &str)],
) {
    for (slug, title, tree, path, expected) in cases {
        let vector = Vector::accept(*slug, *title, path_input(tree, path));
        let output = match *expected {
            "absent" | "unknown" | "error" => json!({"result": expected}),
            value => json!({"result": "found", "value": hex(value.as_bytes())}),
        };
        file.add(vector.output(output).clauses(LOOKUPS).note(note).high());
    }
}
