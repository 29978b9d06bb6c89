//! `icid tree`.

use crate::support::{assert_json, assert_run, bytes, field, file, icid, vector};

/// Two labels, a hole, and a label with control characters.
const TREE: &str = "8301830183024161820345686569676883024b1b5b324a3c623e0a22265c\
                    8203480000000000000001830183024163820458200707070707070707070707\
                    0707070707070707070707070707070707070707\
                    0783024164830241658100";

#[test]
fn tree_with_a_pruned_part() {
    assert_run!(icid(&["tree", TREE]));
}

#[test]
fn tree_in_json() {
    assert_json!(&["tree", TREE]);
}

#[test]
fn tree_in_svg() {
    assert_run!(icid(&["tree", TREE, "--svg"]));
}

#[test]
fn tree_of_a_certificate() {
    let certificate = field(&vector("certificate/verify/delegated"), "certificate");
    let name = file("tree.cbor", &bytes(&certificate));
    assert_run!(icid(&["tree", name]));
}

#[test]
fn tree_that_is_none() {
    assert_run!(icid(&["tree", "830582"]));
}

#[test]
fn tree_that_is_empty() {
    assert_run!(icid(&["tree", "8100"]));
}

#[test]
fn an_svg_is_not_json() {
    let run = icid(&["tree", "8100", "--svg", "--json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
}

#[test]
fn a_tree_as_deep_as_allowed_is_drawn() {
    for (labels, code) in [(256, 0), (257, 1)] {
        let tree = format!("{}8100", "83024161".repeat(labels));
        assert_eq!(icid(&["tree", &tree]).code, code, "{labels}");
        assert_eq!(icid(&["--json", "tree", &tree]).code, code, "{labels}");
    }
}
