//! Pruning.

use model::hashtree::Tree;
use model::input::{hex, unhex};
use serde_json::json;

use super::{PRUNED, SOURCE, UNPRUNED, entry, forest, gap, labels};
use crate::{Suite, Vector};

#[expect(clippy::type_complexity, reason = "a table of cases")]
pub(super) fn prune(suite: &mut Suite) {
    let mut file = suite.file("hashtree.prune", "prune", "hashtree::prune");
    file.note(
        "Witness",
        "BASIC",
        "The smallest tree that says the same about the listed paths and has the same root.",
        "Too little pruned: values leak that nobody asked for. Too much: absence is no longer proven.",
    );
    let example = unhex(UNPRUNED).unwrap_or_default();
    let hole = forest(&[
        entry("b", "2"),
        entry("d", "4"),
        entry("f", "6"),
        entry("h", "8"),
    ]);
    let pruned_before = forest(&[entry("b", "2"), gap("x"), entry("f", "6")]);
    let cases: &[(&str, &str, &[u8], &[&[&[u8]]])] = &[
        (
            "example",
            "The example of the specification",
            &example,
            &[&[b"a", b"y"], &[b"ax"], &[b"d"]],
        ),
        ("nothing", "No path at all", &example, &[]),
        ("one-value", "One value", &example, &[&[b"b"]]),
        (
            "inner",
            "A path that ends at an inner node",
            &example,
            &[&[b"a"]],
        ),
        ("no-label", "The empty path", &example, &[&[]]),
        (
            "label-without-value",
            "A label with nothing below",
            &example,
            &[&[b"c"]],
        ),
        (
            "same-twice",
            "The same path twice",
            &example,
            &[&[b"d"], &[b"d"]],
        ),
        (
            "all-values",
            "Every value",
            &example,
            &[&[b"a", b"x"], &[b"a", b"y"], &[b"b"], &[b"d"]],
        ),
        (
            "absent-first",
            "Absence before the first label",
            &hole.encode(),
            &[&[b"a"]],
        ),
        (
            "absent-between",
            "Absence between two labels",
            &hole.encode(),
            &[&[b"e"]],
        ),
        (
            "absent-last",
            "Absence after the last label",
            &hole.encode(),
            &[&[b"z"]],
        ),
        (
            "absent-beyond",
            "Absence below a value",
            &hole.encode(),
            &[&[b"d", b"x"]],
        ),
        (
            "absent-and-found",
            "Absence and a value",
            &hole.encode(),
            &[&[b"c"], &[b"h"]],
        ),
        (
            "unknown",
            "A path that is unknown already",
            &pruned_before.encode(),
            &[&[b"d"], &[b"f"]],
        ),
        (
            "leaf",
            "A leaf and the empty path",
            &Tree::leaf("x").encode(),
            &[&[]],
        ),
        (
            "leaf-gone",
            "A leaf and no path",
            &Tree::leaf("x").encode(),
            &[],
        ),
        ("empty", "An empty tree", &Tree::Empty.encode(), &[&[b"a"]]),
    ];
    for (slug, title, tree, paths) in cases {
        let paths: Vec<_> = paths.iter().map(|path| labels(path)).collect();
        let input = json!({"tree": hex(tree), "paths": paths});
        let mut vector = Vector::accept(*slug, *title, input).output_check("prunes");
        if *slug == "example" {
            vector = vector.output(json!({"tree": PRUNED})).source(SOURCE);
        }
        file.add(vector.clauses(&["CERT-7"]).note("Witness").high());
    }
}
