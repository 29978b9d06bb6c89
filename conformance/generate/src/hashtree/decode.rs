//! Decoding: root hash, well-formedness, depth.

use model::crypto::{sha256, sha256_of};
use model::hashtree::Tree;
use model::input::hex;
use serde_json::json;

use super::{HASHES, PRUNED, ROOT, SOURCE, UNPRUNED, entry, forest, gap, tree_input};
use crate::vector::Answer;
use crate::{Suite, Vector};

pub(super) fn root_hash(suite: &mut Suite) {
    let mut file = suite.file("hashtree.decode", "root-hash", "hashtree::root_hash");
    file.note(
        "Separator",
        "BASIC",
        "Each kind of node is hashed after its own separator, which starts with its length.",
        "Wrong: no certificate verifies. Missing: nodes of one kind can be passed off as another.",
    );
    let cases: &[(&str, &str, Tree)] = &[
        ("empty", "The empty tree", Tree::Empty),
        ("leaf-empty", "A leaf with an empty value", Tree::leaf(b"")),
        ("leaf-hello", "A leaf", Tree::leaf(b"hello")),
        (
            "leaf-32",
            "A leaf whose value has the size of a hash",
            Tree::leaf(sha256(b"leaf")),
        ),
        (
            "leaf-long",
            "A leaf with a value of 300 bytes",
            Tree::leaf([0x5a; 300]),
        ),
        ("labeled", "A value under a label", entry("a", "hello")),
        (
            "labeled-empty",
            "Nothing under a label",
            Tree::labeled("c", Tree::Empty),
        ),
        (
            "label-32",
            "A label with the size of a hash",
            entry(sha256(b"label"), "x"),
        ),
        (
            "label-long",
            "A label of 300 bytes",
            entry([0x61; 300], "x"),
        ),
        (
            "fork",
            "Two labels",
            forest(&[entry("a", "1"), entry("b", "2")]),
        ),
        (
            "fork-swapped",
            "Two values under the same labels, the other way round",
            forest(&[entry("a", "2"), entry("b", "1")]),
        ),
        (
            "fork-three",
            "Three labels",
            forest(&[entry("a", "1"), entry("b", "2"), entry("c", "3")]),
        ),
        (
            "fork-empty-left",
            "A fork with nothing on the left",
            Tree::fork(Tree::Empty, entry("a", "1")),
        ),
        (
            "fork-empty-right",
            "A fork with nothing on the right",
            Tree::fork(entry("a", "1"), Tree::Empty),
        ),
        (
            "fork-empty-both",
            "A fork with nothing on both sides",
            Tree::fork(Tree::Empty, Tree::Empty),
        ),
        ("pruned", "A pruned tree and nothing else", gap("pruned")),
        (
            "pruned-beside",
            "A pruned tree beside a label",
            Tree::fork(gap("left"), entry("b", "2")),
        ),
        (
            "pruned-zero",
            "A pruned tree whose hash is zero",
            Tree::Pruned(vec![0; 32]),
        ),
        ("label-empty", "The empty label", entry("", "x")),
        (
            "label-binary",
            "A label that is no UTF-8",
            entry([0xff, 0x00, 0x2f], "x"),
        ),
    ];
    for (slug, title, tree) in cases {
        let vector = Vector::accept(*slug, *title, tree_input(tree)).clauses(HASHES);
        file.add(
            vector
                .clauses(&["TREE-6", "TREE-7"])
                .note("Separator")
                .high(),
        );
    }
    for (slug, title, tree) in [
        (
            "example",
            "The tree of the specification's example",
            UNPRUNED,
        ),
        (
            "example-pruned",
            "The pruned tree of the specification's example",
            PRUNED,
        ),
    ] {
        let vector = Vector::accept(slug, title, json!({"tree": tree})).clauses(HASHES);
        let vector = vector
            .output(json!({"root": ROOT, "well_formed": true}))
            .source(SOURCE);
        file.add(vector.clauses(&["TREE-6"]).note("Separator").critical());
    }
}

pub(super) fn well_formed(suite: &mut Suite) {
    let mut file = suite.file("hashtree.decode", "well-formed", "hashtree::well_formed");
    file.note(
        "Order",
        "EDGE_CASE",
        "Labels ascend strictly in each forest, and leaves stand alone; empty and pruned trees do not count.",
        "Lax: absence is concluded from a tree that proves nothing.",
    );
    let (a, b, c) = (entry("a", "1"), entry("b", "2"), entry("c", "3"));
    let fork = |left: &Tree, right: &Tree| Tree::fork(left.clone(), right.clone());
    let cases: &[(&str, &str, Tree)] = &[
        ("formed-leaf", "A leaf alone", Tree::leaf(b"x")),
        ("formed-empty", "An empty tree alone", Tree::Empty),
        ("formed-pruned", "A pruned tree alone", gap("x")),
        (
            "formed-three",
            "Three ascending labels",
            fork(&fork(&a, &b), &c),
        ),
        (
            "formed-right",
            "Three ascending labels, leaning to the right",
            fork(&a, &fork(&b, &c)),
        ),
        (
            "formed-extends",
            "A label before one that extends it",
            forest(&[entry("a", "1"), entry("aa", "2"), entry("b", "3")]),
        ),
        (
            "formed-longer-first",
            "A long label before a short one",
            forest(&[entry("aa", "1"), entry("b", "2")]),
        ),
        (
            "formed-high-bytes",
            "Labels 7f, 80 and ff",
            forest(&[entry([0x7f], "1"), entry([0x80], "2"), entry([0xff], "3")]),
        ),
        (
            "formed-later-byte",
            "Labels whose second bytes descend",
            forest(&[entry([1, 9], "1"), entry([2, 0], "2")]),
        ),
        (
            "formed-pruned-between",
            "A pruned tree between two labels",
            forest(&[a.clone(), gap("x"), c.clone()]),
        ),
        (
            "formed-pruned-below",
            "A pruned tree under a label",
            Tree::labeled("a", gap("x")),
        ),
        (
            "formed-empty-beside",
            "An empty tree beside a label",
            fork(&a, &Tree::Empty),
        ),
        (
            "formed-leaf-below",
            "Leaves under labels under a label",
            Tree::labeled("s", fork(&a, &b)),
        ),
        ("ill-same", "The same label twice", fork(&a, &a)),
        (
            "ill-same-empty",
            "The empty label twice",
            fork(&entry("", "1"), &entry("", "2")),
        ),
        ("ill-descending", "Descending labels", fork(&b, &a)),
        (
            "ill-across-forks",
            "Labels that ascend in each fork but not across",
            fork(&fork(&a, &c), &b),
        ),
        (
            "ill-across-last",
            "The last fork starts too low",
            fork(&fork(&a, &b), &fork(&b, &c)),
        ),
        (
            "ill-across-pruned",
            "Labels that descend across a pruned tree",
            forest(&[b.clone(), gap("x"), a.clone()]),
        ),
        (
            "ill-across-empty",
            "Labels that descend across an empty tree",
            forest(&[b.clone(), Tree::Empty, a.clone()]),
        ),
        (
            "ill-extends",
            "A label after one that extends it",
            fork(&entry("aa", "1"), &entry("a", "2")),
        ),
        (
            "ill-high-bytes",
            "Label 80 before 7f",
            fork(&entry([0x80], "1"), &entry([0x7f], "2")),
        ),
        (
            "ill-leaf-left",
            "A leaf beside a label",
            fork(&Tree::leaf("x"), &b),
        ),
        (
            "ill-leaf-right",
            "A label beside a leaf",
            fork(&a, &Tree::leaf("x")),
        ),
        (
            "ill-leaf-pruned",
            "A leaf beside a pruned tree",
            fork(&gap("x"), &Tree::leaf("x")),
        ),
        (
            "ill-leaf-empty",
            "A leaf in a fork with nothing else",
            fork(&Tree::leaf("x"), &Tree::Empty),
        ),
        (
            "ill-below",
            "Descending labels under a label",
            Tree::labeled("s", fork(&b, &a)),
        ),
        (
            "ill-leaf-below",
            "A leaf beside a label, under a label",
            Tree::labeled("s", fork(&Tree::leaf("x"), &a)),
        ),
    ];
    for (slug, title, tree) in cases {
        let vector = Vector::accept(*slug, *title, tree_input(tree));
        file.add(
            vector
                .clauses(&["TREE-9", "TREE-10", "TREE-7"])
                .note("Order"),
        );
    }
}

pub(super) fn levels(suite: &mut Suite) {
    let mut file = suite.file("hashtree.decode", "levels", "hashtree::levels");
    file.note(
        "Levels",
        "RESOURCES",
        "The text sets no limit to nesting; 128 labels must be possible, everything needs some limit.",
        "Strict: real certificates are refused. Lax: a small message exhausts the stack.",
    );
    let deep = |levels: usize| {
        (0..levels).fold(Tree::leaf("x"), |tree, level| {
            Tree::labeled(level.to_string(), tree)
        })
    };
    for levels in [64, 65, 128] {
        let title = format!("{levels} labels below each other");
        let vector = Vector::accept(format!("labels-{levels}"), title, tree_input(&deep(levels)));
        file.add(vector.clauses(&["CERT-9", "TREE-12"]).note("Levels").high());
    }
    // A wide tree is no deep one: 1000 labels are ten forks high.
    let wide: Vec<_> = (0..1000_u32).map(|n| entry(n.to_be_bytes(), b"")).collect();
    let vector = Vector::accept(
        "wide-1000",
        "A thousand labels side by side",
        tree_input(&forest(&wide)),
    );
    file.add(vector.clauses(&["CERT-9", "TREE-12"]).note("Levels"));

    for levels in [129, 255, 256, 257] {
        let tree = deep(levels);
        let output = json!({"root": hex(&tree.root()), "well_formed": true});
        let limited = |limit: usize| {
            if levels <= limit {
                Answer::Accept(output.clone())
            } else {
                Answer::Reject
            }
        };
        let title = format!("{levels} labels below each other");
        let vector = Vector::either(
            "tree.levels",
            format!("labels-{levels}"),
            title,
            tree_input(&tree),
        )
        .by("128", limited(128))
        .by("256", limited(256))
        .by("unbounded", limited(usize::MAX));
        file.add(vector.clauses(&["TREE-12"]).note("Levels"));
    }
    for levels in [1_000, 10_000] {
        let empty = sha256_of(&[b"\x11ic-hashtree-empty"]);
        let (mut encoded, mut root) = (vec![], empty);
        for _ in 0..levels {
            encoded.extend([0x83, 0x01]);
            root = sha256_of(&[b"\x10ic-hashtree-fork", &root, &empty]);
        }
        encoded.extend([0x81, 0x00].repeat(levels).into_iter().chain([0x81, 0x00]));
        let output = json!({"root": hex(&root), "well_formed": true});
        let title = format!("{levels} forks inside each other");
        let input = json!({"tree": hex(&encoded)});
        let vector = Vector::either("tree.levels", format!("forks-{levels}"), title, input)
            .by("128", Answer::Reject)
            .by("256", Answer::Reject)
            .by("unbounded", Answer::Accept(output));
        file.add(vector.clauses(&["TREE-12"]).note("Levels").high());
    }
}
