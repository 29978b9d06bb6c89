//! Encodings that are no tree.

use model::cbor::{Item, NULL};
use model::crypto::sha256;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::json;

use super::{entry, tree_input};
use crate::{Suite, Vector};

pub(super) fn structure(suite: &mut Suite) {
    let mut file = suite.file("hashtree.decode", "structure", "hashtree::structure");
    file.note(
        "Grammar",
        "EDGE_CASE",
        "The encoding is not exactly one tree of the grammar.",
        "Lax: two implementations read different trees from the same bytes.",
    );
    file.note(
        "HashLength",
        "MALLEABILITY",
        "A pruned node's hash is an output of SHA-256.",
        "Lax: a hash of another length shifts what its parent hashes.",
    );
    let bytes = |bytes: &[u8]| Item::bytes(bytes);
    let node = |kind: u64, parts: &[Item]| Item::Array([&[Item::Unsigned(kind)], parts].concat());
    let leaf = Tree::leaf(b"hello").to_item();
    let hash = sha256(b"pruned");
    let text_hash = Item::text(&hex(&hash[..16]));
    let cases: &[(&str, &str, Item, &str, &str)] = &[
        (
            "empty-extra",
            "An empty node with a second element",
            node(0, &[Item::Unsigned(0)]),
            "empty",
            "the element 0 appended",
        ),
        (
            "fork-extra",
            "A fork with three subtrees",
            node(1, &[leaf.clone(), leaf.clone(), leaf.clone()]),
            "fork",
            "a third subtree",
        ),
        (
            "labeled-extra",
            "A labeled node with two subtrees",
            node(2, &[bytes(b"a"), leaf.clone(), leaf.clone()]),
            "labeled",
            "a second subtree",
        ),
        (
            "leaf-extra",
            "A leaf with two values",
            node(3, &[bytes(b"hello"), bytes(b"")]),
            "leaf-hello",
            "a second value",
        ),
        (
            "pruned-extra",
            "A pruned node with two hashes",
            node(4, &[bytes(&hash), bytes(&hash)]),
            "pruned",
            "a second hash",
        ),
        (
            "fork-one",
            "A fork with one subtree",
            node(1, std::slice::from_ref(&leaf)),
            "fork",
            "one subtree left out",
        ),
        (
            "labeled-bare",
            "A labeled node without subtree",
            node(2, &[bytes(b"a")]),
            "labeled",
            "the subtree left out",
        ),
        (
            "leaf-bare",
            "A leaf without value",
            node(3, &[]),
            "leaf-empty",
            "the value left out",
        ),
        (
            "array-empty",
            "An array without elements",
            Item::Array(vec![]),
            "empty",
            "the kind left out",
        ),
        (
            "null",
            "Null instead of a tree",
            NULL,
            "empty",
            "null instead of [0]",
        ),
        (
            "null-inside",
            "Null instead of a subtree",
            node(2, &[bytes(b"c"), NULL]),
            "labeled-empty",
            "null instead of [0]",
        ),
        (
            "kind-5",
            "A node of kind 5",
            node(5, &[]),
            "empty",
            "kind 0 → 5",
        ),
        (
            "kind-huge",
            "A node whose kind is 2⁶⁴ − 1",
            node(u64::MAX, &[]),
            "empty",
            "kind 0 → 2⁶⁴ − 1",
        ),
        (
            "text-label",
            "A label that is a text string",
            node(2, &[Item::text("a"), leaf.clone()]),
            "labeled",
            "the label as text",
        ),
        (
            "text-leaf",
            "A value that is a text string",
            node(3, &[Item::text("hello")]),
            "leaf-hello",
            "the value as text",
        ),
        (
            "text-hash",
            "A hash that is a text string of 32 bytes",
            node(4, &[text_hash]),
            "pruned",
            "the hash as text",
        ),
        (
            "integer-label",
            "A label that is an array of integers",
            node(2, &[Item::Array(vec![Item::Unsigned(97)]), leaf.clone()]),
            "labeled",
            "the label as [97]",
        ),
        (
            "integer-leaf",
            "A value that is an array of integers",
            node(3, &[Item::Array(vec![])]),
            "leaf-empty",
            "the value as []",
        ),
        (
            "tagged",
            "A tree inside the self-described tag",
            leaf.clone().self_described(),
            "leaf-hello",
            "tag 55799 added",
        ),
    ];
    for (slug, title, item, twin, mutation) in cases {
        let input = json!({"tree": hex(&item.encode())});
        let vector = Vector::reject("CERT-9", *slug, *title, input, *twin, *mutation);
        file.add(vector.note("Grammar").high());
    }
    for (slug, title, tree, twin, mutation) in [
        (
            "trailing",
            "A byte after the tree",
            "82034568656c6c6f00",
            "leaf-hello",
            "00 appended",
        ),
        (
            "trailing-tree",
            "A second tree after the tree",
            "82034568656c6c6f8100",
            "leaf-hello",
            "81 00 appended",
        ),
        (
            "cut-value",
            "A value that ends early",
            "82034568656c6c",
            "leaf-hello",
            "the last two bytes cut off",
        ),
        (
            "cut-fork",
            "A fork that ends before its second subtree",
            "8301830241618203413181",
            "fork",
            "everything after the second subtree's head cut off",
        ),
    ] {
        let vector = Vector::reject("CERT-9", slug, title, json!({"tree": tree}), twin, mutation);
        file.add(vector.note("Grammar").high());
    }
    for length in [0, 16, 31, 33, 64] {
        let long: Vec<u8> = hash.iter().cycle().copied().take(length).collect();
        let tree = Tree::fork(Tree::Pruned(long), entry("b", "2"));
        let vector = Vector::reject(
            "CERT-10",
            format!("hash-{length}"),
            format!("A pruned node whose hash has {length} bytes"),
            tree_input(&tree),
            "pruned-beside",
            format!("the hash has {length} bytes instead of 32"),
        );
        file.add(vector.note("HashLength").high());
    }
    let vector = Vector::accept(
        "hash-32",
        "A pruned node whose hash has 32 bytes",
        tree_input(&Tree::fork(Tree::Pruned(hash.to_vec()), entry("b", "2"))),
    );
    file.add(
        vector
            .clauses(&["CERT-10", "CERT-9"])
            .note("HashLength")
            .high(),
    );
}
