//! How many paths of how many labels.

use super::{Ask, At, OP, Path, path};
use crate::{Suite, Vector};

pub(super) fn limits(suite: &mut Suite) {
    let mut file = suite.file(OP, "limits", "readstate::limits");
    file.note(
        "Limits",
        "RESOURCES",
        "A read has at most 1000 paths, and a path at most 127 labels.",
        "Lax: one request costs a replica the work of many. Strict: requests of others are refused.",
    );
    let times = |count: usize| -> Vec<Path> { vec![path(&[b"time"]); count] };
    for count in [0, 1, 2, 999, 1000] {
        let vector = Vector::accept(
            format!("paths-{count}"),
            format!("{count} paths"),
            Ask::new(At::canister(), times(count)).input(),
        );
        file.add(vector.clauses(&["READ-1"]).note("Limits"));
    }
    for count in [1001, 1002] {
        let vector = Vector::reject(
            "READ-1",
            format!("paths-{count}"),
            format!("{count} paths"),
            Ask::new(At::canister(), times(count)).input(),
            "paths-1000",
            "more paths",
        );
        file.add(vector.note("Limits").high());
    }
}
