//! Vectors of `envelope.verify` about the targets of chains.

use model::cbor::Item;

use super::draft::{Draft, call, query, read_state, user};
use super::{accept, reject};
use crate::certificate::fixture::{answer, canister, member};
use crate::delegation::grant::{Link, chain_of};
use crate::delegation::session;
use crate::{Answer, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    targets(suite);
    management(suite);
}

/// The clauses that every accepted chain with targets is evidence for.
pub(super) const TARGETS: &[&str] = &[
    "DELEG-11", "DELEG-12", "DELEG-13", "DELEG-14", "DELEG-15", "DELEG-16", "DELEG-22",
];

/// A chain of as many links as there are lists, with these targets.
fn for_targets(lists: &[Option<Vec<Vec<u8>>>]) -> Vec<Link> {
    let signers: Vec<_> = (0..lists.len()).map(session).collect();
    chain_of(&user(), &signers, |index, grant| {
        match lists.get(index).cloned().flatten() {
            Some(targets) => grant.for_targets(&targets),
            None => grant,
        }
    })
}

/// `draft` through a chain from the user.
pub(super) fn through(draft: &Draft, links: &[Link]) -> Draft {
    let leaf = session(links.len().saturating_sub(1));
    draft.clone().delegated(&user(), links, &leaf)
}

fn targets(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "targets", "envelope::targets");
    file.note(
        "Targets",
        "AUTH_BYPASS",
        "A call or query is valid only if every link allows its canister.",
        "A session acts on canisters that it was never meant for.",
    );
    let (a, b) = (member(), canister(0x10_0002));
    let list = |ids: &[&Vec<u8>]| Some(ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>());
    let allowed = [
        ("one", "the only target", vec![list(&[&a])]),
        ("among", "one of the targets", vec![list(&[&b, &a, &b])]),
        (
            "first-list",
            "a target of the first link, which alone has targets",
            vec![list(&[&a]), None],
        ),
        (
            "last-list",
            "a target of the last link, which alone has targets",
            vec![None, list(&[&a])],
        ),
        (
            "both",
            "a target of both links",
            vec![list(&[&a, &b]), list(&[&a])],
        ),
    ];
    let refused = [
        ("another", "no target", vec![list(&[&b])], "one"),
        ("empty", "in an empty list", vec![list(&[])], "one"),
        (
            "only-first",
            "a target of the first link only",
            vec![list(&[&a]), list(&[&b])],
            "both",
        ),
        (
            "only-last",
            "a target of the last link only",
            vec![list(&[&b]), list(&[&a])],
            "both",
        ),
        (
            "not-first",
            "no target of the first link, which alone has targets",
            vec![list(&[&b]), None],
            "first-list",
        ),
        (
            "not-last",
            "no target of the last link, which alone has targets",
            vec![None, list(&[&b])],
            "last-list",
        ),
        (
            "first-empty",
            "a target of the last link only, the first list is empty",
            vec![list(&[]), list(&[&a])],
            "both",
        ),
        (
            "last-empty",
            "a target of the first link only, the last list is empty",
            vec![list(&[&a]), list(&[])],
            "both",
        ),
        (
            "prefix",
            "no target, but a prefix of it is",
            vec![Some(vec![a.get(..9).unwrap_or_default().to_vec()])],
            "one",
        ),
        (
            "user",
            "no target, but the user is",
            vec![Some(vec![user().principal()])],
            "one",
        ),
        (
            "management",
            "no target, but the management canister is",
            vec![Some(vec![vec![]])],
            "one",
        ),
    ];
    for (kind, draft) in [("call", call()), ("query", query())] {
        for (slug, title, lists) in &allowed {
            file.add(
                accept(
                    &format!("{kind}-target-{slug}"),
                    &format!("A {kind} to a canister that is {title}"),
                    &through(&draft, &for_targets(lists)),
                )
                .clauses(TARGETS)
                .note("Targets")
                .high(),
            );
        }
        for (slug, title, lists, twin) in &refused {
            file.add(
                reject(
                    "DELEG-11",
                    &format!("{kind}-target-{slug}"),
                    &format!("A {kind} to a canister that is {title}"),
                    &through(&draft, &for_targets(lists)),
                    &format!("{kind}-target-{twin}"),
                    "targets",
                )
                .also(&["DELEG-12", "DELEG-13", "DELEG-16"])
                .clauses(&["DELEG-12", "DELEG-13"])
                .note("Targets")
                .critical(),
            );
        }
    }
    for (slug, title, lists) in [
        ("another", "targets", vec![list(&[&b])]),
        ("empty", "an empty list of targets", vec![list(&[])]),
    ] {
        file.add(
            accept(
                &format!("read-target-{slug}"),
                &format!("A read of the time through a link with {title}"),
                &through(&read_state(), &for_targets(&lists)),
            )
            .clauses(TARGETS)
            .note("Targets"),
        );
    }
}

/// A Candid record with the member `canister_id`.
pub(super) fn managing(id: &[u8]) -> Item {
    Item::Bytes(super::candid::record(&[("canister_id", id)]))
}

fn management(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "management-targets", "envelope::targets");
    file.note(
        "Management",
        "AUTH_BYPASS",
        "The management canister is a target of its own; the canister that is managed does not count.",
        "A session for one canister installs code on it.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "For management queries the text names the managed canister, replicas the management canister.",
        "Two implementations with different answers disagree about the same session.",
    );
    let managed = member();
    let stop = call()
        .to(&[])
        .calling("stop_canister")
        .with("arg", managing(&managed));
    let both = vec![managed.clone(), vec![]];
    for (slug, title, targets) in [
        ("management", "the management canister", vec![vec![]]),
        ("both", "the management canister and the managed one", both),
    ] {
        file.add(
            accept(
                &format!("manage-target-{slug}"),
                &format!("A management call, the targets are {title}"),
                &through(&stop, &for_targets(&[Some(targets)])),
            )
            .clauses(TARGETS)
            .note("Management"),
        );
    }
    for (slug, title, targets) in [
        ("managed", "the managed canister", vec![managed.clone()]),
        ("empty", "none", vec![]),
    ] {
        file.add(
            reject(
                "DELEG-11",
                &format!("manage-target-{slug}"),
                &format!("A management call, the targets are {title}"),
                &through(&stop, &for_targets(&[Some(targets)])),
                "manage-target-management",
                "targets",
            )
            .also(&["DELEG-16", "DELEG-13"])
            .clauses(&["DELEG-16"])
            .note("Management")
            .critical(),
        );
    }
    let status = query()
        .to(&[])
        .calling("canister_status")
        .with("arg", managing(&managed));
    let targeted = |targets: Vec<Vec<u8>>| through(&status, &for_targets(&[Some(targets)]));
    let to_management = targeted(vec![vec![]]);
    let to_managed = targeted(vec![managed.clone()]);
    let output = |targets: &[Vec<u8>]| {
        let mut output = answer(
            "envelope.verify",
            &through(&status, &for_targets(&[None])).input(),
        );
        let targets = targets.iter().map(|target| model::input::hex(target));
        output["targets"] = targets.collect();
        output
    };
    file.add(
        Vector::either(
            "management_query.target",
            "manage-query-target-management",
            "A management query, the target is the management canister",
            to_management.input(),
        )
        .clauses(&["DELEG-16"])
        .by("content", Answer::Accept(output(&[vec![]])))
        .by("managed", Answer::Reject)
        .note("Open"),
    );
    file.add(
        Vector::either(
            "management_query.target",
            "manage-query-target-managed",
            "A management query, the target is the managed canister",
            to_managed.input(),
        )
        .clauses(&["DELEG-16"])
        .by("content", Answer::Reject)
        .by(
            "managed",
            Answer::Accept(output(core::slice::from_ref(&managed))),
        )
        .note("Open"),
    );
    file.add(
        accept(
            "replica-manage-query-target-management",
            "A management query, the target is the management canister",
            &to_management,
        )
        .clauses(TARGETS)
        .replica()
        .note("Management"),
    );
    file.add(
        reject(
            "DELEG-11",
            "replica-manage-query-target-managed",
            "A management query, the target is the managed canister",
            &to_managed,
            "replica-manage-query-target-management",
            "targets",
        )
        .also(&["DELEG-16"])
        .clauses(&["DELEG-16"])
        .replica()
        .note("Management"),
    );
}
