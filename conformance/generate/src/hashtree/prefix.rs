//! `lookup*`.

use model::hashtree::Tree;
use model::input::hex;
use serde_json::json;

use super::{SOURCE, UNPRUNED, entry, forest, gap, path_input};
use crate::{Answer, Suite, Vector};

pub(super) fn lookup_prefix(suite: &mut Suite) {
    let mut file = suite.file(
        "hashtree.lookup_prefix",
        "values",
        "hashtree::lookup_prefix",
    );
    file.note(
        "AllBelow",
        "BASIC",
        "All values at and below a path, in the order of the tree.",
        "Too few: a canister falls out of its subnet's ranges. Too many: it falls into another's.",
    );
    let shards = |labels: &[&str]| {
        forest(
            &labels
                .iter()
                .map(|label| entry(label, label.to_uppercase()))
                .collect::<Vec<_>>(),
        )
    };
    let ranges = Tree::labeled(
        "ranges",
        forest(&[
            Tree::labeled("s", shards(&["a", "b", "c"])),
            Tree::labeled("ss", shards(&["d"])),
            Tree::labeled("t", Tree::Empty),
        ]),
    );
    let partly = Tree::labeled(
        "s",
        forest(&[
            Tree::labeled("a", gap("a")),
            entry("b", "B"),
            gap("x"),
            entry("d", "D"),
        ]),
    );
    let nested = Tree::labeled(
        "n",
        forest(&[
            entry("a", "1"),
            Tree::labeled(
                "b",
                forest(&[entry("x", "2"), Tree::labeled("y", entry("z", "3"))]),
            ),
            entry("c", "4"),
        ]),
    );
    let leaning = Tree::labeled(
        "s",
        Tree::fork(
            entry("a", "1"),
            Tree::fork(Tree::Empty, Tree::fork(entry("b", "2"), entry("c", "3"))),
        ),
    );
    let cases: &[(&str, &str, &Tree, &[&[u8]])] = &[
        (
            "three",
            "Three values below a path",
            &ranges,
            &[b"ranges", b"s"],
        ),
        (
            "one",
            "One value below a path",
            &ranges,
            &[b"ranges", b"ss"],
        ),
        ("all", "All values below a label", &ranges, &[b"ranges"]),
        ("root", "All values of a tree", &ranges, &[]),
        (
            "nothing-below",
            "Nothing below a path",
            &ranges,
            &[b"ranges", b"t"],
        ),
        ("absent", "An absent path", &ranges, &[b"ranges", b"r"]),
        (
            "shorter-label",
            "A label that others extend",
            &ranges,
            &[b"range"],
        ),
        (
            "exact",
            "A path that has a value itself",
            &ranges,
            &[b"ranges", b"s", b"b"],
        ),
        (
            "beyond",
            "A path that goes on below a value",
            &ranges,
            &[b"ranges", b"s", b"b", b"x"],
        ),
        ("pruned-between", "Some values pruned", &partly, &[b"s"]),
        ("pruned-at", "A pruned value", &partly, &[b"s", b"a"]),
        ("pruned-all", "All values pruned", &gap("x"), &[b"s"]),
        ("nested", "Values at several depths", &nested, &[b"n"]),
        (
            "nested-inner",
            "Values below an inner label",
            &nested,
            &[b"n", b"b"],
        ),
        (
            "leaning",
            "Values in a tree that leans to the right, past an empty tree",
            &leaning,
            &[b"s"],
        ),
        ("leaf", "A leaf and no path", &Tree::leaf("x"), &[]),
        ("empty", "An empty tree and no path", &Tree::Empty, &[]),
        ("empty-value", "An empty value", &entry("a", ""), &[b"a"]),
    ];
    for (slug, title, tree, path) in cases {
        let vector = Vector::accept(*slug, *title, path_input(tree, path));
        let clauses = ["LOOKUP-11", "LOOKUP-3", "LOOKUP-4", "TREE-6"];
        file.add(vector.clauses(&clauses).note("AllBelow").high());
    }
    let vector = Vector::accept(
        "example",
        "All values of the example",
        json!({"tree": UNPRUNED, "path": []}),
    );
    let values: Vec<_> = ["hello", "world", "good", "morning"]
        .iter()
        .map(|v| hex(v.as_bytes()))
        .collect();
    let vector = vector
        .output(json!({"values": values}))
        .clauses(&["LOOKUP-11", "TREE-6"]);
    file.add(vector.note("AllBelow").source(SOURCE));
}

pub(super) fn repeated_labels(suite: &mut Suite) {
    let mut file = suite.file(
        "hashtree.lookup_prefix",
        "repeated-labels",
        "hashtree::repeated_labels",
    );
    file.note(
        "Repeated",
        "OPEN_QUESTION",
        "A label occurs twice side by side, which no well-formed tree has.",
        "Of two readers one sees values that the other does not: a canister in a range, say.",
    );
    let values = |texts: &[&str]| {
        let values: Vec<_> = texts.iter().map(|text| hex(text.as_bytes())).collect();
        Answer::Accept(json!({ "values": values }))
    };
    let below = |trees: &[Tree]| Tree::labeled("s", forest(trees));
    for (slug, title, tree, first, all) in [
        (
            "values",
            "Two values under one label",
            below(&[entry("a", "1"), entry("a", "2")]),
            &["1"][..],
            &["1", "2"][..],
        ),
        (
            "apart",
            "Two values under one label, with another between them",
            below(&[entry("a", "1"), entry("b", "2"), entry("a", "3")]),
            &["1", "2"],
            &["1", "2", "3"],
        ),
        (
            "subtrees",
            "Two trees under one label",
            below(&[
                Tree::labeled("a", entry("x", "1")),
                Tree::labeled("a", entry("y", "2")),
            ]),
            &["1"],
            &["1", "2"],
        ),
    ] {
        let input = path_input(&tree, &[b"s"]);
        file.add(
            Vector::either("tree.repeated_label", slug, title, input)
                .clauses(&["LOOKUP-11", "TREE-11"])
                .by("first", values(first))
                .by("all", values(all))
                .note("Repeated"),
        );
    }
}
