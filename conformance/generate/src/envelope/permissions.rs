//! Vectors of `envelope.verify` about permissions, alone and beside targets.

use super::draft::{call, query, read_state, user};
use super::targets::{TARGETS, managing, through};
use super::{accept, reject};
use crate::Suite;
use crate::certificate::fixture::{canister, member};
use crate::delegation::grant::{Link, chain_of};
use crate::delegation::session;

pub(super) fn generate(suite: &mut Suite) {
    permissions(suite);
    both(suite);
}

const PERMISSIONS: &[&str] = &[
    "PERM-2", "PERM-3", "PERM-4", "PERM-5", "PERM-6", "PERM-7", "PERM-8", "DELEG-22",
];

/// A chain of as many links as there are permissions.
fn allowing(permissions: &[Option<&str>]) -> Vec<Link> {
    let signers: Vec<_> = (0..permissions.len()).map(session).collect();
    chain_of(&user(), &signers, |index, grant| {
        match permissions.get(index).copied().flatten() {
            Some(permissions) => grant.allowing(permissions),
            None => grant,
        }
    })
}

fn permissions(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "permissions", "envelope::permissions");
    file.note(
        "Queries",
        "AUTH_BYPASS",
        "queries in any link excludes calls of every method, and nothing but calls.",
        "A session that may only read changes state.",
    );
    file.note(
        "Unknown",
        "AUTH_BYPASS",
        "Any other value makes requests of every kind invalid.",
        "A restriction of the future is taken for none.",
    );
    const Q: Option<&str> = Some("queries");
    const A: Option<&str> = Some("all");
    let kinds = [("query", query()), ("read", read_state())];
    for (slug, permissions) in [
        ("absent", &[None][..]),
        ("all", &[A]),
        ("all-then-absent", &[A, None]),
        ("all-everywhere", &[A, A, A]),
    ] {
        let all_kinds = [("call", call())].into_iter().chain(kinds.clone());
        for (kind, draft) in all_kinds {
            file.add(
                accept(
                    &format!("{kind}-permissions-{slug}"),
                    &format!("A {kind} through links with the permissions {slug}"),
                    &through(&draft, &allowing(permissions)),
                )
                .clauses(PERMISSIONS)
                .note("Queries"),
            );
        }
    }
    for (slug, permissions) in [
        ("queries", &[Q][..]),
        ("queries-first", &[Q, None]),
        ("queries-last", &[None, Q]),
        ("queries-then-all", &[Q, A]),
        ("all-then-queries", &[A, Q]),
        ("queries-between", &[A, Q, A]),
    ] {
        for (kind, draft) in kinds.clone() {
            file.add(
                accept(
                    &format!("{kind}-permissions-{slug}"),
                    &format!("A {kind} through links with the permissions {slug}"),
                    &through(&draft, &allowing(permissions)),
                )
                .clauses(PERMISSIONS)
                .note("Queries")
                .high(),
            );
        }
        file.add(
            reject(
                "PERM-2",
                &format!("call-permissions-{slug}"),
                &format!("A call through links with the permissions {slug}"),
                &through(&call(), &allowing(permissions)),
                "call-permissions-absent",
                "permissions",
            )
            .also(&["PERM-4"])
            .clauses(&["PERM-4"])
            .note("Queries")
            .critical(),
        );
    }
    for (slug, title, draft) in [
        (
            "http-request",
            "the method http_request, which is a query",
            call().calling("http_request"),
        ),
        (
            "canister-status",
            "canister_status of the management canister",
            call()
                .to(&[])
                .calling("canister_status")
                .with("arg", managing(&member())),
        ),
        (
            "create-canister",
            "create_canister of the management canister",
            call().to(&[]).calling("create_canister"),
        ),
    ] {
        file.add(
            accept(
                &format!("call-{slug}-absent"),
                &format!("A call of {title}"),
                &through(&draft, &allowing(&[None])),
            )
            .note("Queries"),
        );
        file.add(
            reject(
                "PERM-2",
                &format!("call-{slug}-queries"),
                &format!("A call of {title}, under queries"),
                &through(&draft, &allowing(&[Q])),
                &format!("call-{slug}-absent"),
                "permissions",
            )
            .note("Queries")
            .critical(),
        );
    }
    for (kind, draft) in [("call", call())].into_iter().chain(kinds) {
        for (clause, slug, permissions) in [
            ("PERM-5", "unknown", &[Some("none")][..]),
            ("PERM-5", "unknown-first", &[Some("none"), None]),
            ("PERM-5", "unknown-last", &[None, Some("none")]),
            ("PERM-5", "unknown-after-all", &[A, Some("update")]),
            ("PERM-6", "capital", &[Some("All")]),
            ("PERM-6", "upper-all", &[Some("ALL")]),
            ("PERM-6", "space", &[Some("all ")]),
            ("PERM-6", "empty", &[Some("")]),
        ] {
            file.add(
                reject(
                    clause,
                    &format!("{kind}-permissions-{slug}"),
                    &format!("A {kind} through links with the permissions {slug}"),
                    &through(&draft, &allowing(permissions)),
                    &format!("{kind}-permissions-all"),
                    "permissions",
                )
                .also(&["PERM-5", "PERM-6"])
                .note("Unknown")
                .critical(),
            );
        }
    }
}

fn both(suite: &mut Suite) {
    let mut file = suite.file(
        "envelope.verify",
        "both-restrictions",
        "envelope::permissions",
    );
    file.note(
        "Both",
        "AUTH_BYPASS",
        "A request satisfies the permissions and the targets.",
        "A session steps over one restriction by keeping to the other.",
    );
    let restricted = |target: &[u8]| {
        chain_of(&user(), &[session(0)], |_, grant| {
            grant.for_targets(&[target.to_vec()]).allowing("queries")
        })
    };
    let other = canister(0x10_0002);
    file.add(
        accept(
            "query-both",
            "A query under queries to a target",
            &through(&query(), &restricted(&member())),
        )
        .clauses(PERMISSIONS)
        .clauses(TARGETS)
        .note("Both"),
    );
    file.add(
        accept(
            "read-both",
            "A read under queries with targets",
            &through(&read_state(), &restricted(&other)),
        )
        .clauses(PERMISSIONS)
        .clauses(TARGETS)
        .note("Both"),
    );
    file.add(
        reject(
            "DELEG-11",
            "query-both-another",
            "A query under queries to a canister that is no target",
            &through(&query(), &restricted(&other)),
            "query-both",
            "targets",
        )
        .also(&["PERM-8"])
        .clauses(&["PERM-8"])
        .note("Both")
        .critical(),
    );
    file.add(
        reject(
            "PERM-2",
            "call-both",
            "A call under queries to a target",
            &through(&call(), &restricted(&member())),
            "call-both-all",
            "permissions",
        )
        .also(&["PERM-8"])
        .clauses(&["PERM-8"])
        .note("Both")
        .critical(),
    );
    let all = chain_of(&user(), &[session(0)], |_, grant| {
        grant.for_targets(&[member()]).allowing("all")
    });
    file.add(
        accept(
            "call-both-all",
            "A call with the permissions all to a target",
            &through(&call(), &all),
        )
        .clauses(PERMISSIONS)
        .clauses(TARGETS)
        .note("Both"),
    );
}
