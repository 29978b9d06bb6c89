//! Vectors of `delegation.verify` about targets.

use serde_json::Value;

use super::grant::{Grant, chain_of};
use super::{accept, input, session, user};
use crate::certificate::fixture::{canister, member};
use crate::{Suite, Vector};

const CLAUSES: &[&str] = &[
    "DELEG-10", "DELEG-11", "DELEG-12", "DELEG-13", "DELEG-14", "DELEG-15", "DELEG-21",
];

pub(super) fn generate(suite: &mut Suite) {
    intersections(suite);
    form(suite);
    count(suite);
}

/// A chain whose links have these targets.
fn with_targets(lists: &[Option<Vec<Vec<u8>>>]) -> Value {
    let signers: Vec<_> = (0..lists.len()).map(session).collect();
    let links = chain_of(&user(), &signers, |index, grant| {
        match lists.get(index).cloned().flatten() {
            Some(targets) => grant.for_targets(&targets),
            None => grant,
        }
    });
    input(&user(), &links)
}

fn intersections(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "targets", "delegation::targets");
    file.note(
        "Intersection",
        "AUTH_BYPASS",
        "A chain serves the canisters that every link allows; no list allows all, an empty one none.",
        "A session acts for canisters that it was never meant for.",
    );
    let (a, b, c) = (canister(1), canister(2), canister(3));
    let list = |ids: &[&Vec<u8>]| Some(ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>());
    for (slug, title, lists) in [
        ("one-target", "One target", vec![list(&[&a])]),
        ("two-targets", "Two targets", vec![list(&[&a, &b])]),
        ("empty-list", "An empty list", vec![list(&[])]),
        (
            "list-then-none",
            "Targets in the first link only",
            vec![list(&[&a, &b]), None],
        ),
        (
            "none-then-list",
            "Targets in the last link only",
            vec![None, list(&[&a, &b])],
        ),
        (
            "narrowed",
            "The second link allows less",
            vec![list(&[&a, &b, &c]), list(&[&b])],
        ),
        (
            "widened",
            "The second link allows more, which changes nothing",
            vec![list(&[&b]), list(&[&a, &b, &c])],
        ),
        (
            "overlapping",
            "Three lists that overlap in one canister",
            vec![list(&[&a, &b]), list(&[&b, &c]), list(&[&c, &b, &a])],
        ),
        (
            "disjoint",
            "Two lists with nothing in common",
            vec![list(&[&a]), list(&[&b])],
        ),
        (
            "disjoint-then-none",
            "Two lists with nothing in common, then none",
            vec![list(&[&a]), list(&[&b]), None],
        ),
        (
            "list-then-empty",
            "The last list is empty",
            vec![list(&[&a]), list(&[])],
        ),
        (
            "empty-then-list",
            "The first list is empty",
            vec![list(&[]), list(&[&a])],
        ),
        (
            "none-between",
            "A link without targets between two with",
            vec![list(&[&a, &b]), None, list(&[&b, &c])],
        ),
    ] {
        file.add(
            accept(slug, title, with_targets(&lists))
                .clauses(CLAUSES)
                .note("Intersection")
                .critical(),
        );
    }
}

fn form(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "target-form", "delegation::targets");
    file.note(
        "Form",
        "EDGE_CASE",
        "A target is any principal of at most 29 bytes; the list is a set in any order.",
        "A chain that others accept is rejected here, or the other way round.",
    );
    for (slug, title, targets) in [
        (
            "unsorted",
            "Targets in descending order",
            vec![canister(3), canister(1), canister(2)],
        ),
        (
            "repeated",
            "A target twice",
            vec![canister(1), canister(2), canister(1)],
        ),
        (
            "management",
            "The management canister, which is the empty principal",
            vec![vec![]],
        ),
        ("bytes-29", "A target of 29 bytes", vec![vec![0x41; 29]]),
        ("user-id", "A user's id", vec![session(7).principal()]),
        ("anonymous", "The anonymous principal", vec![vec![4]]),
        (
            "lengths",
            "Targets that are prefixes of each other",
            vec![vec![1], vec![1, 1], vec![1, 1, 1], member()],
        ),
    ] {
        file.add(
            accept(
                &format!("target-{slug}"),
                title,
                with_targets(&[Some(targets)]),
            )
            .clauses(CLAUSES)
            .note("Form"),
        );
    }
    for (slug, title, targets) in [
        ("bytes-30", "A target of 30 bytes", vec![vec![0x41; 30]]),
        (
            "bytes-30-second",
            "A target of 30 bytes after a good one",
            vec![vec![0x41; 29], vec![0x41; 30]],
        ),
    ] {
        file.add(
            Vector::reject(
                "DELEG-15",
                format!("target-{slug}"),
                title,
                with_targets(&[Some(targets)]),
                "target-bytes-29",
                "a byte more",
            )
            .also(&["PRIN-1"])
            .note("Form"),
        );
    }
}

fn count(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "target-count", "delegation::targets");
    file.note(
        "Count",
        "RESOURCES",
        "A link has at most 1000 targets, repeated ones counted each time.",
        "Requests cost more than the network allows; a smaller limit locks users out.",
    );
    let distinct = |count: u16| {
        (0..count)
            .map(|n| n.to_be_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    let repeated = |count: usize| vec![vec![1, 2]; count];
    for (slug, title, targets) in [
        ("targets-1000", "1000 targets", distinct(1000)),
        (
            "targets-1000-repeated",
            "One target 1000 times",
            repeated(1000),
        ),
    ] {
        file.add(
            accept(slug, title, with_targets(&[Some(targets)]))
                .clauses(CLAUSES)
                .note("Count"),
        );
    }
    for (slug, title, targets, twin) in [
        (
            "targets-1001",
            "1001 targets",
            distinct(1001),
            "targets-1000",
        ),
        (
            "targets-1001-repeated",
            "One target 1001 times",
            repeated(1001),
            "targets-1000-repeated",
        ),
    ] {
        file.add(
            Vector::reject(
                "DELEG-10",
                slug,
                title,
                with_targets(&[Some(targets)]),
                twin,
                "one target more",
            )
            .note("Count"),
        );
    }
    let last = vec![None, Some(distinct(1001))];
    file.add(
        Vector::reject(
            "DELEG-10",
            "targets-1001-in-last",
            "1001 targets in the last of two links",
            with_targets(&last),
            "targets-1000",
            "one target more",
        )
        .note("Count"),
    );
    // Two lists of 1000 are fine: the limit is one of links, not of chains.
    let both = chain_of(&user(), &[session(0), session(1)], |_, grant: Grant| {
        grant.for_targets(&distinct(1000))
    });
    file.add(
        accept(
            "targets-1000-twice",
            "1000 targets in each of two links",
            input(&user(), &both),
        )
        .clauses(CLAUSES)
        .note("Count"),
    );
}
