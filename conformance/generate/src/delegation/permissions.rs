//! Vectors of `delegation.verify` about permissions.

use serde_json::Value;

use super::grant::chain_of;
use super::{accept, input, session, user};
use crate::{Suite, Vector};

const CLAUSES: &[&str] = &[
    "PERM-2", "PERM-3", "PERM-4", "PERM-5", "PERM-6", "PERM-7", "DELEG-21",
];

/// A chain whose links have these permissions.
fn with_permissions(permissions: &[Option<&str>]) -> Value {
    let signers: Vec<_> = (0..permissions.len()).map(session).collect();
    let links = chain_of(&user(), &signers, |index, grant| {
        match permissions.get(index).copied().flatten() {
            Some(permissions) => grant.allowing(permissions),
            None => grant,
        }
    });
    input(&user(), &links)
}

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(
        "delegation.verify",
        "permissions",
        "delegation::permissions",
    );
    file.note(
        "Restriction",
        "AUTH_BYPASS",
        "queries in any link holds for the whole chain; all says what absence says.",
        "A session that may only read changes state.",
    );
    file.note(
        "Unknown",
        "AUTH_BYPASS",
        "Any other value makes the whole chain invalid, so that old verifiers fail safe.",
        "A restriction of the future is taken for none.",
    );
    const Q: Option<&str> = Some("queries");
    const A: Option<&str> = Some("all");
    for (slug, title, permissions) in [
        ("absent", "No permissions", &[None][..]),
        ("queries", "queries", &[Q]),
        ("all", "all", &[A]),
        ("queries-first", "queries, then nothing", &[Q, None]),
        ("queries-last", "Nothing, then queries", &[None, Q]),
        ("queries-then-all", "queries, then all", &[Q, A]),
        ("all-then-queries", "all, then queries", &[A, Q]),
        (
            "queries-between",
            "queries between two links with all",
            &[A, Q, A],
        ),
        ("all-everywhere", "all in every link", &[A, A, A]),
        ("queries-everywhere", "queries in every link", &[Q, Q]),
    ] {
        file.add(
            accept(
                &format!("permissions-{slug}"),
                title,
                with_permissions(permissions),
            )
            .clauses(CLAUSES)
            .note("Restriction")
            .critical(),
        );
    }
    for (slug, title, clause, value) in [
        ("none", "The word none", "PERM-5", "none"),
        ("call", "The word call", "PERM-5", "call"),
        ("calls", "The word calls", "PERM-5", "calls"),
        ("query", "The singular query", "PERM-5", "query"),
        ("queries-all", "Both values", "PERM-5", "queries,all"),
        ("queries-nul", "queries and a NUL", "PERM-5", "queries\0"),
        ("star", "A star", "PERM-5", "*"),
        ("empty", "The empty text", "PERM-6", ""),
        (
            "capital-queries",
            "Queries with a capital",
            "PERM-6",
            "Queries",
        ),
        (
            "upper-queries",
            "QUERIES in upper case",
            "PERM-6",
            "QUERIES",
        ),
        ("upper-all", "ALL in upper case", "PERM-6", "ALL"),
        ("space-after", "queries and a space", "PERM-6", "queries "),
        ("space-before", "A space and all", "PERM-6", " all"),
    ] {
        file.add(
            Vector::reject(
                clause,
                format!("permissions-{slug}"),
                title,
                with_permissions(&[Some(value)]),
                "permissions-queries",
                "the permissions",
            )
            .also(&["PERM-5", "PERM-6"])
            .clauses(CLAUSES)
            .note("Unknown")
            .critical(),
        );
    }
    for (slug, title, permissions) in [
        (
            "first",
            "An unknown value in the first of two links",
            [Some("none"), None],
        ),
        (
            "last",
            "An unknown value in the last of two links",
            [None, Some("none")],
        ),
        (
            "under-queries",
            "An unknown value under queries",
            [Some("queries"), Some("none")],
        ),
    ] {
        file.add(
            Vector::reject(
                "PERM-5",
                format!("permissions-unknown-{slug}"),
                title,
                with_permissions(&permissions),
                "permissions-queries-first",
                "the permissions of one link",
            )
            .clauses(CLAUSES)
            .note("Unknown")
            .critical(),
        );
    }
}
