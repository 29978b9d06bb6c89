//! Vectors of `envelope.verify` about the expiry of requests and of their chains.

use super::draft::{EXPIRY, call, of_every_kind, user};
use super::{accept, reject};
use crate::certificate::fixture::{SECOND, answer};
use crate::delegation::grant::chain_of;
use crate::delegation::{LATER, NOW, session};
use crate::{Answer, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    signed(suite);
    anonymous(suite);
    delegations(suite);
    replica(suite);
}

fn signed(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "expiry", "envelope::time");
    file.note(
        "Expiry",
        "AUTH_BYPASS",
        "A request of any kind is accepted up to and including its expiry.",
        "Old requests are sent again, or requests fail at the last moment.",
    );
    for (kind, draft) in of_every_kind() {
        let twin = format!("{kind}-expires-now");
        for (slug, title, expiry) in [
            ("now", "now", NOW),
            ("in-a-nanosecond", "in a nanosecond", NOW + 1),
            ("in-four-minutes", "in four minutes", EXPIRY),
        ] {
            file.add(
                accept(
                    &format!("{kind}-expires-{slug}"),
                    &format!("A {kind} that expires {title}"),
                    &draft.clone().until(expiry).signed(&user()),
                )
                .note("Expiry")
                .high(),
            );
        }
        for (slug, title, expiry) in [
            ("expired", "that expired a nanosecond ago", NOW - 1),
            ("long-expired", "that expired in 1970", 0),
            (
                "expiry-in-seconds",
                "whose expiry was written in seconds",
                NOW / SECOND,
            ),
        ] {
            file.add(
                reject(
                    "ENV-10",
                    &format!("{kind}-{slug}"),
                    &format!("A {kind} {title}"),
                    &draft.clone().until(expiry).signed(&user()),
                    &twin,
                    "expiry",
                )
                .also(&["ENV-12"])
                .clauses(&["ENV-12", "ENV-13"])
                .note("Expiry")
                .critical(),
            );
        }
    }
    file.note(
        "Open",
        "OPEN_QUESTION",
        "How far ahead an expiry may lie is up to the verifier.",
        "A client picks an expiry that some accept and others do not.",
    );
    for (slug, title, expiry) in [
        ("in-an-hour", "in an hour", LATER),
        ("end-of-time", "at the end of time", u64::MAX),
    ] {
        for (kind, draft) in of_every_kind() {
            let draft = draft.until(expiry).signed(&user());
            let output = answer("envelope.verify", &draft.input());
            file.add(
                Vector::either(
                    "ingress.latest_expiry",
                    format!("{kind}-expires-{slug}"),
                    format!("A {kind} that expires {title}"),
                    draft.input(),
                )
                .clauses(&["ENV-11"])
                .by("unlimited", Answer::Accept(output))
                .by("now+330s", Answer::Reject)
                .note("Open"),
            );
        }
    }
}

fn anonymous(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "anonymous-expiry", "envelope::time");
    file.note(
        "Exempt",
        "AUTH_BYPASS",
        "Anonymous calls expire as signed ones do; anonymous reads may be exempt.",
        "Old calls are sent again.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text allows to accept anonymous queries and read_state requests whatever their expiry.",
        "A client leaves out what some verifiers ask for.",
    );
    for (kind, draft) in of_every_kind() {
        file.add(
            accept(
                &format!("anonymous-{kind}-expires-now"),
                &format!("An anonymous {kind} that expires now"),
                &draft.clone().until(NOW),
            )
            .note("Exempt"),
        );
        for (slug, title, expiry) in [
            ("expired", "expired a nanosecond ago", NOW - 1),
            ("long-expired", "expired in 1970", 0),
        ] {
            let draft = draft.clone().until(expiry);
            let slug = format!("anonymous-{kind}-{slug}");
            let title = format!("An anonymous {kind} that {title}");
            if kind == "call" {
                let twin = "anonymous-call-expires-now";
                file.add(
                    reject("ENV-10", &slug, &title, &draft, twin, "expiry")
                        .also(&["ENV-13"])
                        .clauses(&["ENV-13"])
                        .note("Exempt")
                        .critical(),
                );
                continue;
            }
            let output = answer("envelope.verify", &draft.input());
            file.add(
                Vector::either("ingress.anonymous_reads", slug, title, draft.input())
                    .clauses(&["ENV-13"])
                    .by("exempt", Answer::Accept(output))
                    .by("checked", Answer::Reject)
                    .note("Open"),
            );
        }
    }
}

fn delegations(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "chain-expiry", "envelope::time");
    file.note(
        "Chain",
        "AUTH_BYPASS",
        "The links of a chain expire for requests of every kind, and apart from the request.",
        "A session outlives what the user agreed to.",
    );
    let clauses = ["DELEG-7", "DELEG-8", "DELEG-9", "DELEG-22"];
    for (kind, draft) in of_every_kind() {
        let through = |expirations: [u64; 2]| {
            let links = chain_of(&user(), &[session(0), session(1)], |index, grant| {
                grant.until(expirations.get(index).copied().unwrap_or(LATER))
            });
            draft.clone().delegated(&user(), &links, &session(1))
        };
        let twin = format!("{kind}-chain-expires-now");
        for (slug, title, expirations) in [
            ("chain-expires-now", "whose links expire now", [NOW, NOW]),
            (
                "chain-outlived",
                "that expires after the links of its chain",
                [NOW + 1, NOW + 2],
            ),
            ("chain-endless", "whose links never expire", [u64::MAX; 2]),
        ] {
            file.add(
                accept(
                    &format!("{kind}-{slug}"),
                    &format!("A {kind} {title}"),
                    &through(expirations),
                )
                .clauses(&clauses)
                .note("Chain"),
            );
        }
        for (slug, title, expirations) in [
            ("first-expired", "first", [NOW - 1, LATER]),
            ("last-expired", "last", [LATER, NOW - 1]),
        ] {
            file.add(
                reject(
                    "DELEG-7",
                    &format!("{kind}-chain-{slug}"),
                    &format!("A {kind} whose {title} link expired a nanosecond ago"),
                    &through(expirations),
                    &twin,
                    "expiration of a link",
                )
                .also(&["DELEG-9"])
                .clauses(&["DELEG-9"])
                .note("Chain")
                .critical(),
            );
        }
        let links = chain_of(&user(), &[session(0)], |_, grant| grant);
        let expired = draft.clone().until(NOW - 1);
        file.add(
            reject(
                "ENV-10",
                &format!("{kind}-delegated-expired"),
                &format!("A {kind} through a chain that expired a nanosecond ago itself"),
                &expired.delegated(&user(), &links, &session(0)),
                &twin,
                "expiry",
            )
            .also(&["ENV-12", "DELEG-9"])
            .clauses(&["ENV-12", "ENV-13", "DELEG-9"])
            .note("Chain")
            .critical(),
        );
    }
}

fn replica(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "replica-expiry", "envelope::time");
    file.note(
        "Window",
        "INTEROP",
        "Replicas take requests that expire within 330 seconds, and anonymous reads always.",
        "A client that picks its expiry by the clock of a replica is refused.",
    );
    let last = NOW + 330 * SECOND;
    for (slug, title, moment) in [
        ("beginning", "the beginning of 1970", 0),
        ("end", "the end of time", u64::MAX),
    ] {
        let draft = call().until(moment).signed(&user()).at(moment);
        let title = format!("A call that expires now, at {title}");
        for (name, replica) in [("call", false), ("replica-call", true)] {
            let vector = accept(&format!("{name}-at-the-{slug}-of-time"), &title, &draft)
                .clauses(&["ENV-11"])
                .note("Window");
            file.add(if replica { vector.replica() } else { vector });
        }
    }
    for (kind, draft) in of_every_kind() {
        let twin = format!("replica-{kind}-at-the-end");
        for (slug, title, expiry) in [
            ("now", "now", NOW),
            (
                "after-five-minutes",
                "after five minutes",
                NOW + 300 * SECOND + 1,
            ),
            ("at-the-end", "in 330 seconds", last),
        ] {
            file.add(
                accept(
                    &format!("replica-{kind}-{slug}"),
                    &format!("A {kind} that expires {title}"),
                    &draft.clone().until(expiry).signed(&user()),
                )
                .clauses(&["ENV-11"])
                .replica()
                .note("Window"),
            );
        }
        for (clause, slug, title, expiry) in [
            (
                "ENV-11",
                "too-far",
                "in 330 seconds and a nanosecond",
                last.saturating_add(1),
            ),
            ("ENV-11", "end-of-time", "at the end of time", u64::MAX),
            ("ENV-10", "expired", "a nanosecond ago", NOW - 1),
        ] {
            file.add(
                reject(
                    clause,
                    &format!("replica-{kind}-{slug}"),
                    &format!("A {kind} that expires {title}"),
                    &draft.clone().until(expiry).signed(&user()),
                    &twin,
                    "expiry",
                )
                .replica()
                .note("Window"),
            );
        }
        for (slug, title, expiry) in [
            ("expired", "that expired a nanosecond ago", NOW - 1),
            ("too-far", "that expires at the end of time", u64::MAX),
        ] {
            let draft = draft.clone().until(expiry);
            let title = format!("An anonymous {kind} {title}");
            let slug = format!("replica-anonymous-{kind}-{slug}");
            if kind == "call" {
                let clause = if expiry < NOW { "ENV-10" } else { "ENV-11" };
                file.add(
                    reject(clause, &slug, &title, &draft, &twin, "expiry")
                        .also(&["ENV-13"])
                        .clauses(&["ENV-13"])
                        .replica()
                        .note("Window"),
                );
            } else {
                file.add(accept(&slug, &title, &draft).replica().note("Window"));
            }
        }
    }
}
