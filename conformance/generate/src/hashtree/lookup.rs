//! Lookups in the example, and at the end of a path.

use model::cbor::Item;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use super::{
    LOOKUPS, PRUNED, SOURCE, UNPRUNED, add_lookups, entry, forest, gap, labels, path_input,
};
use crate::{Suite, Vector};

pub(super) fn lookup_example(suite: &mut Suite) {
    let mut file = suite.file("hashtree.lookup", "example", "hashtree::lookup_example");
    file.note(
        "Example",
        "BASIC",
        "The example of the specification, pruned and not.",
        "Absent instead of unknown: a server can hide values. Absent instead of found: the search stopped at the empty tree in the example.",
    );
    let result = |result: &str| json!({"result": result});
    let found = |value: &str| json!({"result": "found", "value": hex(value.as_bytes())});
    let (unknown, absent, error) = (result("unknown"), result("absent"), result("error"));
    // Path, printed in the specification?, result in the pruned and in the unpruned tree.
    let cases: &[(&[&[u8]], bool, Value, Value)] = &[
        (&[b"a", b"a"], true, unknown.clone(), absent.clone()),
        (&[b"a", b"x"], false, unknown.clone(), found("hello")),
        (&[b"a", b"y"], true, found("world"), found("world")),
        (&[b"aa"], true, absent.clone(), absent.clone()),
        (&[b"ax"], true, absent.clone(), absent.clone()),
        (&[b"b"], true, unknown.clone(), found("good")),
        (&[b"bb"], true, unknown.clone(), absent.clone()),
        (&[b"c"], false, unknown.clone(), absent.clone()),
        (&[b"d"], true, found("morning"), found("morning")),
        (&[b"e"], true, absent.clone(), absent.clone()),
        (&[b"a"], false, error.clone(), error),
        (&[b"a", b"y", b"z"], false, absent.clone(), absent.clone()),
        (&[b"a", b"z"], false, absent.clone(), absent.clone()),
        (&[b""], false, absent.clone(), absent),
    ];
    for (path, printed, pruned, unpruned) in cases {
        let name: Vec<_> = path
            .iter()
            .map(|label| String::from_utf8_lossy(label))
            .collect();
        let name = if name == [""] {
            "nothing".to_owned()
        } else {
            name.join("-")
        };
        for (state, tree, output) in [("pruned", PRUNED, pruned), ("whole", UNPRUNED, unpruned)] {
            let title = format!("Path {:?} in the {state} example", name.replace('-', "/"));
            let input = json!({"tree": tree, "path": labels(path)});
            let mut vector = Vector::accept(format!("example-{state}-{name}"), title, input);
            vector = vector
                .output(output.clone())
                .clauses(LOOKUPS)
                .note("Example")
                .critical();
            if *printed && state == "pruned" {
                vector = vector.source(SOURCE);
            }
            file.add(vector);
        }
    }
}

pub(super) fn lookup_results(suite: &mut Suite) {
    let mut file = suite.file("hashtree.lookup", "results", "hashtree::lookup_results");
    file.note(
        "Result",
        "BASIC",
        "What the end of a path says, for each kind of node.",
        "A caller takes the unknown for the absent, or structure for a value.",
    );
    let a = entry("a", "1");
    let deep = Tree::labeled(
        "r",
        Tree::labeled("s", Tree::labeled("t", Tree::labeled("u", a.clone()))),
    );
    add_lookups(
        &mut file,
        "Result",
        &[
            (
                "end-empty",
                "No path, empty tree",
                Tree::Empty,
                &[],
                "absent",
            ),
            ("end-leaf", "No path, leaf", Tree::leaf("x"), &[], "x"),
            (
                "end-leaf-empty",
                "No path, leaf with an empty value",
                Tree::leaf(""),
                &[],
                "",
            ),
            (
                "end-pruned",
                "No path, pruned tree",
                gap("x"),
                &[],
                "unknown",
            ),
            ("end-labeled", "No path, label", a.clone(), &[], "error"),
            (
                "end-fork",
                "No path, fork",
                forest(&[a.clone(), entry("b", "2")]),
                &[],
                "error",
            ),
            (
                "end-fork-empty",
                "No path, fork of empty trees",
                Tree::fork(Tree::Empty, Tree::Empty),
                &[],
                "error",
            ),
            (
                "below-empty",
                "A label with nothing below",
                Tree::labeled("a", Tree::Empty),
                &[b"a"],
                "absent",
            ),
            (
                "below-leaf",
                "A label with a value below",
                a.clone(),
                &[b"a"],
                "1",
            ),
            (
                "below-pruned",
                "A label with a pruned tree below",
                Tree::labeled("a", gap("x")),
                &[b"a"],
                "unknown",
            ),
            (
                "below-labeled",
                "A label with a label below",
                Tree::labeled("a", a.clone()),
                &[b"a"],
                "error",
            ),
            (
                "below-fork",
                "A label with a fork below",
                Tree::labeled("a", forest(&[a.clone(), entry("b", "2")])),
                &[b"a"],
                "error",
            ),
            (
                "beyond-leaf",
                "A path that goes on below a value",
                a.clone(),
                &[b"a", b"b"],
                "absent",
            ),
            (
                "beyond-leaf-same",
                "A path that goes on below a value with its own label",
                a.clone(),
                &[b"a", b"a"],
                "absent",
            ),
            (
                "beyond-leaf-empty",
                "A path that goes on below a value with the empty label",
                a,
                &[b"a", b""],
                "absent",
            ),
            (
                "beyond-pruned",
                "A path that goes on in a pruned tree",
                Tree::labeled("a", gap("x")),
                &[b"a", b"b"],
                "unknown",
            ),
            (
                "beyond-empty",
                "A path that goes on below nothing",
                Tree::labeled("a", Tree::Empty),
                &[b"a", b"b"],
                "absent",
            ),
            (
                "deep",
                "A path of five labels",
                deep.clone(),
                &[b"r", b"s", b"t", b"u", b"a"],
                "1",
            ),
            (
                "deep-short",
                "A path that ends above the value",
                deep.clone(),
                &[b"r", b"s", b"t", b"u"],
                "error",
            ),
            (
                "deep-skips",
                "A path that leaves out a label",
                deep,
                &[b"r", b"t", b"u", b"a"],
                "absent",
            ),
        ],
    );

    let labels_of = |levels: u32| (0..levels).map(|level| level.to_be_bytes().to_vec());
    let many: Vec<Vec<u8>> = labels_of(128).collect();
    let tree = many
        .iter()
        .rev()
        .fold(Tree::leaf("x"), |tree, label| Tree::labeled(label, tree));
    let path: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
    let vector = Vector::accept("deep-128", "A path of 128 labels", path_input(&tree, &path));
    let output = json!({"result": "found", "value": hex(b"x")});
    file.add(
        vector
            .output(output)
            .clauses(&["CERT-9", "LOOKUP-4", "TREE-12"])
            .note("Result")
            .high(),
    );
}

pub(super) fn lookup_malformed(suite: &mut Suite) {
    for (op, twin) in [
        ("hashtree.lookup", "below-leaf"),
        ("hashtree.lookup_prefix", "one-leaf"),
    ] {
        let mut file = suite.file(op, "malformed", "hashtree::lookup_malformed");
        file.note(
            "Grammar",
            "EDGE_CASE",
            "The encoding is not exactly one tree of the grammar.",
            "Lax: two implementations look into different trees.",
        );
        let ask = |bytes: &[u8]| json!({"tree": hex(bytes), "path": [hex(b"a")]});
        let good = entry("a", "1");
        if twin == "one-leaf" {
            let vector = Vector::accept(twin, "A label with a value below", ask(&good.encode()));
            file.add(vector.clauses(&["LOOKUP-11", "CERT-9"]).note("Grammar"));
        }
        let text = Item::Array(vec![
            Item::Unsigned(2),
            Item::text("a"),
            Tree::leaf("1").to_item(),
        ]);
        let kind = Item::Array(vec![
            Item::Unsigned(2),
            Item::bytes(b"a"),
            Item::Array(vec![Item::Unsigned(5)]),
        ]);
        for (slug, title, bytes, mutation) in [
            (
                "text-label",
                "A label that is a text string",
                text.encode(),
                "the label as text",
            ),
            (
                "kind-5",
                "A node of kind 5 below the label",
                kind.encode(),
                "the leaf replaced by [5]",
            ),
            (
                "trailing",
                "A byte after the tree",
                [good.encode(), vec![0]].concat(),
                "00 appended",
            ),
        ] {
            let vector = Vector::reject("CERT-9", slug, title, ask(&bytes), twin, mutation);
            file.add(vector.note("Grammar").high());
        }
        let short = Tree::labeled("a", Tree::Pruned(vec![0x5a; 31]));
        let vector = Vector::reject(
            "CERT-10",
            "hash-31",
            "A pruned hash of 31 bytes",
            ask(&short.encode()),
            twin,
            "a hash of 31 bytes instead of the leaf",
        );
        file.add(vector.note("Grammar").high());
    }
}
