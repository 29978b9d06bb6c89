//! How old signatures and certificates may be.

use serde_json::{Value, json};

use super::{
    CLAUSES, Node, OP, ask_with, reply, response, signed_by, state_with, subnet_of, usual_nodes,
};
use crate::certificate::fixture::{
    FIVE_MINUTES, SECOND, SUBNET, TIME, Topology, WEEK, delegated, leaf, leb128, with,
};
use crate::vector::Answer as Verdict;
use crate::{Suite, Vector};

/// An input with a signature, a certificate and a delegation of these times.
fn at(now: u64, max_age: u64, signed: u64, certified: u64, delegated_at: u64) -> Value {
    let answer = reply();
    let response = response(&answer, vec![signed_by(&Node::new(1), &answer, signed)]);
    let state = state_with(&[(&SUBNET.id(), subnet_of(&usual_nodes()))], certified);
    let topology = Topology {
        time: Some(leaf(leb128(delegated_at))),
        ..Topology::sharded()
    };
    let window = json!({"now": now.to_string(), "max_age": max_age.to_string()});
    with(ask_with(&response, &delegated(&state, &topology)), &window)
}

/// QUERY-SIG-12.
pub(super) fn times(suite: &mut Suite) {
    let mut file = suite.file(OP, "times", "querysig::times");
    file.note(
        "Times",
        "AUTH_BYPASS",
        "An old answer was right once. A client says how old answers may be; delegations are older.",
        "Lax: someone replays answers of long ago. Strict: clients with a clock that is a little slow get none.",
    );
    file.note(
        "Ahead",
        "OPEN_QUESTION",
        "The text speaks of times that are too old, not of times that are ahead.",
        "None; the report says which way an implementation went.",
    );
    const OLD: u64 = TIME - FIVE_MINUTES;
    const STALE: u64 = OLD - 1;
    let (old, week) = (OLD, TIME - WEEK);
    let accepts: &[(&str, &str, Value)] = &[
        (
            "oldest-signature",
            "A signature that is max_age old",
            at(TIME, FIVE_MINUTES, old, TIME, week),
        ),
        (
            "oldest-certificate",
            "A certificate that is max_age old",
            at(TIME, FIVE_MINUTES, TIME, old, week),
        ),
        (
            "oldest-both",
            "A signature and a certificate that are max_age old",
            at(TIME, FIVE_MINUTES, old, old, week),
        ),
        (
            "old-delegation",
            "A delegation that is a year old",
            at(TIME, FIVE_MINUTES, TIME, TIME, TIME - 52 * WEEK),
        ),
        (
            "no-age",
            "No age allowed, and none there",
            at(TIME, 0, TIME, TIME, week),
        ),
        ("any-age", "Any age allowed", at(TIME, u64::MAX, 0, 1, 2)),
        (
            "ahead",
            "A signature a second ahead",
            at(TIME, FIVE_MINUTES, TIME + SECOND, TIME, week),
        ),
        (
            "certificate-ahead",
            "A certificate a second ahead",
            at(TIME, FIVE_MINUTES, TIME, TIME + SECOND, week),
        ),
    ];
    for (slug, title, input) in accepts {
        let vector = Vector::accept(format!("times-{slug}"), *title, input.clone());
        file.add(vector.clauses(CLAUSES).note("Times").high());
    }
    let rejects: &[(&str, &str, Value, &str, &str)] = &[
        (
            "stale-signature",
            "A signature that is older than max_age",
            at(TIME, FIVE_MINUTES, STALE, TIME, week),
            "oldest-signature",
            "one nanosecond earlier",
        ),
        (
            "stale-certificate",
            "A certificate that is older than max_age",
            at(TIME, FIVE_MINUTES, TIME, STALE, week),
            "oldest-certificate",
            "one nanosecond earlier",
        ),
        (
            "ancient-signature",
            "A signature of 1970",
            at(TIME, FIVE_MINUTES, 0, TIME, week),
            "oldest-signature",
            "0 as the timestamp",
        ),
        (
            "age-not-allowed",
            "No age allowed, and a signature of a nanosecond ago",
            at(TIME, 0, TIME - 1, TIME, week),
            "no-age",
            "one nanosecond earlier",
        ),
    ];
    for (slug, title, input, twin, mutation) in rejects {
        let vector = Vector::reject(
            "QUERY-SIG-12",
            format!("times-{slug}"),
            *title,
            input.clone(),
            format!("times-{twin}"),
            *mutation,
        );
        file.add(vector.also(&["CERT-6"]).note("Times").high());
    }
    let answer = reply();
    let two = |second: u64| {
        let [first, other] = usual_nodes();
        let signatures = vec![
            signed_by(&first, &answer, TIME),
            signed_by(&other, &answer, second),
        ];
        let state = state_with(&[(&SUBNET.id(), subnet_of(&usual_nodes()))], TIME);
        ask_with(
            &response(&answer, signatures),
            &delegated(&state, &Topology::sharded()),
        )
    };
    let vector = Vector::accept(
        "times-second-oldest",
        "The second of two signatures max_age old",
        two(old),
    );
    file.add(vector.clauses(CLAUSES).note("Times"));
    let vector = Vector::reject(
        "QUERY-SIG-12",
        "times-second-stale",
        "The second of two signatures older than max_age",
        two(STALE),
        "times-second-oldest",
        "one nanosecond earlier",
    );
    file.add(vector.note("Times").high());

    let ahead = TIME + FIVE_MINUTES + 1;
    for (slug, title, input) in [
        (
            "far-ahead",
            "A signature more than max_age ahead",
            at(TIME, FIVE_MINUTES, ahead, TIME, week),
        ),
        (
            "certificate-far-ahead",
            "A certificate more than max_age ahead",
            at(TIME, FIVE_MINUTES, TIME, ahead, week),
        ),
    ] {
        let vector = Vector::either("query_sig.future", format!("times-{slug}"), title, input)
            .by("accept", Verdict::Accept(json!({})))
            .by("reject", Verdict::Reject);
        file.add(vector.clauses(&["QUERY-SIG-12"]).note("Ahead"));
    }
}
