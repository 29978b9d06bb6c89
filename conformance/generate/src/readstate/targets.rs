//! Reads of requests by chains with targets.

use serde_json::Value;

use super::requests::{known, of};
use super::{Ask, At, OP, Path, path, user};
use crate::certificate::fixture::{canister, member};
use crate::{Suite, Vector};

/// DELEG-17.
pub(super) fn targets(suite: &mut Suite) {
    let mut file = suite.file(OP, "targets", "readstate::targets");
    file.note(
        "Targets",
        "AUTH_BYPASS",
        "A chain with targets may read the requests to these canisters, and everything that isn't a request.",
        "Lax: a delegation for one canister reads the replies of others. Strict: it can't read its own.",
    );
    let read = |targets: &[&[u8]], requests: Vec<Value>, paths: Vec<Path>| Ask {
        targets: Some(path(targets)),
        requests,
        ..Ask::new(At::canister(), paths)
    };
    let mine = || vec![known("a", &user(1), &member(), &member())];
    let managed = || vec![known("a", &user(1), &[], &member())];
    let status = || vec![of("a", "status")];
    let accepts: Vec<(&str, &str, Ask)> = vec![
        (
            "one",
            "The only target",
            read(&[&member()], mine(), status()),
        ),
        (
            "several",
            "The last of three targets",
            read(&[&canister(1), &[], &member()], mine(), status()),
        ),
        (
            "management",
            "A management call with the management canister as target",
            read(&[&[]], managed(), status()),
        ),
        (
            "unknown",
            "An unknown request, whatever the targets",
            read(&[&canister(1)], Vec::new(), status()),
        ),
        (
            "unknown-empty",
            "An unknown request with no target at all",
            read(&[], Vec::new(), status()),
        ),
        (
            "other-paths",
            "Paths that aren't requests, whatever the targets",
            read(
                &[&canister(1)],
                Vec::new(),
                vec![
                    path(&[b"time"]),
                    path(&[b"subnet"]),
                    path(&[b"canister", &member(), b"controllers"]),
                ],
            ),
        ),
        (
            "other-paths-empty",
            "The time with no target at all",
            read(&[], Vec::new(), vec![path(&[b"time"])]),
        ),
    ];
    for (slug, title, ask) in accepts {
        let vector = Vector::accept(format!("targets-{slug}"), title, ask.input());
        file.add(
            vector
                .clauses(&["DELEG-17", "READ-29"])
                .note("Targets")
                .high(),
        );
    }
    let rejects: Vec<(&str, &str, Ask, &str, &str)> = vec![
        (
            "other",
            "Another target",
            read(&[&canister(1)], mine(), status()),
            "one",
            "another canister",
        ),
        (
            "none",
            "No target at all",
            read(&[], mine(), status()),
            "one",
            "the target left out",
        ),
        (
            "root-path",
            "Another target, all about the request",
            read(&[&canister(1)], mine(), vec![of("a", "")]),
            "one",
            "another canister, a shorter path",
        ),
        (
            "managed",
            "A management call with the managed canister as target",
            read(&[&member()], managed(), status()),
            "management",
            "the managed canister instead",
        ),
        (
            "not-management",
            "A call with the management canister as target",
            read(&[&[]], mine(), status()),
            "management",
            "another request",
        ),
        (
            "last-path",
            "Another target, the request in the last path",
            read(
                &[&canister(1)],
                mine(),
                vec![path(&[b"time"]), of("a", "reply")],
            ),
            "other-paths",
            "other paths",
        ),
    ];
    for (slug, title, ask, twin, mutation) in rejects {
        let vector = Vector::reject(
            "DELEG-17",
            format!("targets-{slug}"),
            title,
            ask.input(),
            format!("targets-{twin}"),
            mutation,
        );
        file.add(vector.clauses(&["READ-29"]).note("Targets").critical());
    }
}
