//! What `envelope.verify` says about reads: how many paths and labels, and that they are signed.

use model::cbor::Item;

use crate::envelope::REQUESTS;
use crate::envelope::draft::{Draft, read_state, user};
use crate::{Suite, Vector};

/// A read of these paths.
fn read(paths: Vec<Vec<Vec<u8>>>) -> Draft {
    let path = |labels: Vec<Vec<u8>>| Item::Array(labels.into_iter().map(Item::Bytes).collect());
    read_state().with("paths", Item::Array(paths.into_iter().map(path).collect()))
}

/// READ-1, READ-2, READ-29.
pub(super) fn envelopes(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "reads", "readstate::envelopes");
    file.note(
        "Limits",
        "RESOURCES",
        "A read has at most 1000 paths, and a path at most 127 labels.",
        "Lax: one request costs a replica the work of many. Strict: requests of others are refused.",
    );
    file.note(
        "Signed",
        "AUTH_BYPASS",
        "A read is signed as any request is.",
        "Lax: others read what isn't theirs.",
    );
    let time = || vec![b"time".to_vec()];
    let clauses = [REQUESTS, &["READ-1", "READ-2", "READ-29"]].concat();
    for (slug, title, paths) in [
        ("paths-0", "A read of no path", vec![]),
        ("paths-1000", "A read of 1000 paths", vec![time(); 1000]),
        ("labels-0", "A path without labels", vec![vec![]]),
        (
            "labels-126",
            "A path of 126 labels",
            vec![vec![vec![1]; 126]],
        ),
        (
            "labels-127",
            "A path of 127 labels",
            vec![vec![vec![1]; 127]],
        ),
        (
            "labels-127-last",
            "A path of 127 labels after a short one",
            vec![time(), vec![vec![]; 127]],
        ),
    ] {
        let vector = Vector::accept(format!("read-{slug}"), title, read(paths).input());
        file.add(vector.clauses(&clauses).note("Limits"));
    }
    for (clause, slug, title, paths, twin) in [
        (
            "READ-1",
            "paths-1001",
            "A read of 1001 paths",
            vec![time(); 1001],
            "paths-1000",
        ),
        (
            "READ-2",
            "labels-128",
            "A path of 128 labels",
            vec![vec![vec![1]; 128]],
            "labels-127",
        ),
        (
            "READ-2",
            "labels-129",
            "A path of 129 labels",
            vec![vec![vec![1]; 129]],
            "labels-127",
        ),
        (
            "READ-2",
            "labels-128-last",
            "A path of 128 labels after a short one",
            vec![time(), vec![vec![]; 128]],
            "labels-127-last",
        ),
    ] {
        let vector = Vector::reject(
            clause,
            format!("read-{slug}"),
            title,
            read(paths).input(),
            format!("read-{twin}"),
            "one more, or two",
        );
        file.add(vector.note("Limits").high());
    }
    let good = read(vec![time()]).signed(&user());
    let vector = Vector::accept("read-signed", "A signed read", good.input());
    file.add(vector.clauses(&clauses).note("Signed").high());
    let other = read(vec![vec![b"subnet".to_vec()]]).signed(&user());
    let forged = good.with("paths", Item::Array(Vec::new()));
    for (slug, title, draft) in [
        (
            "read-other-signed",
            "A read with the signature of another",
            forged.clone(),
        ),
        (
            "read-paths-exchanged",
            "A signed read with other paths",
            other.with(
                "paths",
                Item::Array(vec![Item::Array(vec![Item::bytes(b"time")])]),
            ),
        ),
    ] {
        let vector = Vector::reject(
            "ENV-6",
            slug,
            title,
            draft.input(),
            "read-signed",
            "the paths exchanged after signing",
        );
        let vector = vector.also(&["READ-29"]).clauses(&["READ-29"]);
        file.add(vector.note("Signed").critical());
    }
}
