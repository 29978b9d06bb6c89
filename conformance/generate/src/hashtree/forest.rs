//! Lookups between, before and after what a forest shows.

use model::hashtree::Tree;

use super::{add_lookups, entry, forest, gap, path_input};
use crate::vector::Answer;
use crate::{Suite, Vector};

pub(super) fn lookup_forest(suite: &mut Suite) {
    let mut file = suite.file("hashtree.lookup", "forest", "hashtree::lookup_forest");
    file.note(
        "Gap",
        "AUTH_BYPASS",
        "Absence needs two labels next to each other, or a label at the end of the forest; what is pruned may hide anything.",
        "Lax: a server makes values disappear by pruning them.",
    );
    file.note(
        "IllFormed",
        "OPEN_QUESTION",
        "The lookup is defined for well-formed trees; nothing says what a verifier does with others.",
        "None, as long as no implementation crashes.",
    );
    let (b, d, f) = (entry("b", "2"), entry("d", "4"), entry("f", "6"));
    let between = forest(&[b.clone(), gap("x"), f.clone()]);
    let first = forest(&[gap("x"), d.clone(), f.clone()]);
    let last = forest(&[b.clone(), d.clone(), gap("x")]);
    let whole = forest(&[b.clone(), d.clone(), f.clone()]);
    let alone = Tree::leaf("x");
    let fork = |left: &Tree, right: &Tree| Tree::fork(left.clone(), right.clone());
    let right = fork(&b, &fork(&d, &f));
    let holes = forest(&[
        Tree::Empty,
        b.clone(),
        Tree::Empty,
        Tree::Empty,
        f.clone(),
        Tree::Empty,
    ]);
    let alternating = forest(&[gap("x"), d.clone(), gap("y")]);
    let two_gaps = forest(&[b.clone(), gap("x"), gap("y"), f.clone()]);
    add_lookups(
        &mut file,
        "Gap",
        &[
            (
                "whole-first",
                "The first of three labels",
                whole.clone(),
                &[b"b"],
                "2",
            ),
            (
                "whole-middle",
                "The middle one of three labels",
                whole.clone(),
                &[b"d"],
                "4",
            ),
            (
                "whole-last",
                "The last of three labels",
                whole.clone(),
                &[b"f"],
                "6",
            ),
            (
                "whole-before",
                "Before the first label",
                whole.clone(),
                &[b"a"],
                "absent",
            ),
            (
                "whole-between-left",
                "Between labels of the same fork",
                whole.clone(),
                &[b"c"],
                "absent",
            ),
            (
                "whole-between-right",
                "Between labels of different forks",
                whole.clone(),
                &[b"e"],
                "absent",
            ),
            (
                "whole-after",
                "After the last label",
                whole,
                &[b"g"],
                "absent",
            ),
            (
                "right-first",
                "The first label of a tree that leans to the right",
                right.clone(),
                &[b"b"],
                "2",
            ),
            (
                "right-last",
                "The last label of a tree that leans to the right",
                right.clone(),
                &[b"f"],
                "6",
            ),
            (
                "right-between",
                "Between labels of a tree that leans to the right",
                right,
                &[b"e"],
                "absent",
            ),
            (
                "single-before",
                "Before the only label",
                b.clone(),
                &[b"a"],
                "absent",
            ),
            (
                "single-after",
                "After the only label",
                b.clone(),
                &[b"c"],
                "absent",
            ),
            (
                "gap-between",
                "Between two labels with a pruned tree between them",
                between.clone(),
                &[b"d"],
                "unknown",
            ),
            (
                "gap-between-before",
                "Before the first label, a pruned tree behind it",
                between.clone(),
                &[b"a"],
                "absent",
            ),
            (
                "gap-between-after",
                "After the last label, a pruned tree before it",
                between.clone(),
                &[b"g"],
                "absent",
            ),
            (
                "gap-between-found",
                "A label beside a pruned tree",
                between,
                &[b"f"],
                "6",
            ),
            (
                "gap-two",
                "Between two labels with two pruned trees between them",
                two_gaps,
                &[b"d"],
                "unknown",
            ),
            (
                "gap-first",
                "Before the first label, behind a pruned tree",
                first.clone(),
                &[b"a"],
                "unknown",
            ),
            (
                "gap-first-between",
                "Between labels behind a pruned tree",
                first.clone(),
                &[b"e"],
                "absent",
            ),
            (
                "gap-first-after",
                "After the last label, a pruned tree in front",
                first,
                &[b"g"],
                "absent",
            ),
            (
                "gap-last",
                "After the last label, before a pruned tree",
                last.clone(),
                &[b"g"],
                "unknown",
            ),
            (
                "gap-last-between",
                "Between labels before a pruned tree",
                last.clone(),
                &[b"c"],
                "absent",
            ),
            (
                "gap-last-before",
                "Before the first label, a pruned tree at the end",
                last,
                &[b"a"],
                "absent",
            ),
            (
                "gap-around-before",
                "Before a label with pruned trees on both sides",
                alternating.clone(),
                &[b"c"],
                "unknown",
            ),
            (
                "gap-around-after",
                "After a label with pruned trees on both sides",
                alternating.clone(),
                &[b"e"],
                "unknown",
            ),
            (
                "gap-around-found",
                "A label with pruned trees on both sides",
                alternating,
                &[b"d"],
                "4",
            ),
            ("gap-only", "In a pruned tree", gap("x"), &[b"a"], "unknown"),
            (
                "gap-below",
                "In a pruned tree below a label",
                Tree::labeled("s", gap("x")),
                &[b"s", b"a"],
                "unknown",
            ),
            (
                "holes-before",
                "Before the first label, an empty tree in front",
                holes.clone(),
                &[b"a"],
                "absent",
            ),
            (
                "holes-between",
                "Between labels with empty trees between them",
                holes.clone(),
                &[b"d"],
                "absent",
            ),
            (
                "holes-after",
                "After the last label, an empty tree at the end",
                holes.clone(),
                &[b"g"],
                "absent",
            ),
            (
                "holes-found",
                "A label behind empty trees",
                holes,
                &[b"f"],
                "6",
            ),
            ("leaf-alone", "In a leaf", alone, &[b"a"], "absent"),
            (
                "nothing",
                "In an empty tree",
                Tree::Empty,
                &[b"a"],
                "absent",
            ),
            (
                "nothing-forked",
                "In a fork of empty trees",
                fork(&Tree::Empty, &Tree::Empty),
                &[b"a"],
                "absent",
            ),
            (
                "gap-and-hole",
                "In a pruned tree beside an empty one",
                fork(&gap("x"), &Tree::Empty),
                &[b"a"],
                "unknown",
            ),
        ],
    );
    let ill_formed: &[(&str, &str, Tree, &[u8])] = &[
        (
            "ill-same",
            "A label that is there twice",
            fork(&entry("b", "1"), &entry("b", "2")),
            b"b",
        ),
        ("ill-descending", "A label out of order", fork(&f, &b), b"b"),
        (
            "ill-descending-between",
            "A missing label in a forest that descends",
            fork(&f, &b),
            b"d",
        ),
        (
            "ill-leaf",
            "A label in a forest with a leaf",
            fork(&Tree::leaf("x"), &b),
            b"c",
        ),
    ];
    for (slug, title, tree, label) in ill_formed {
        let input = path_input(tree, &[label]);
        let literal = model::run("hashtree.lookup", &input, None);
        let mut vector = Vector::either("tree.ill_formed", *slug, *title, input);
        if let model::Outcome::Ok(output) = literal {
            vector = vector.by("followed", Answer::Accept(output));
        }
        file.add(
            vector
                .by("refused", Answer::Reject)
                .clauses(&["CERT-13"])
                .note("IllFormed"),
        );
    }
}
