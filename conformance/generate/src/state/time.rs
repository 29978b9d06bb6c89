//! The time.

use serde_json::json;

use super::{OP, ask};
use crate::certificate::fixture::{TIME, dir, for_member, gap, input, leaf, leb128, usual, with};
use crate::{Suite, Vector};

pub(super) fn time(suite: &mut Suite) {
    let mut file = suite.file(OP, "time", "state::time");
    file.note(
        "Nanoseconds",
        "INTEROP",
        "The time counts nanoseconds.",
        "Wrong unit: every certificate looks decades old or ahead.",
    );
    let read = json!({"kind": "time"});
    for time in [0, 1_000_000_000, TIME, u64::MAX] {
        let tree = dir(&[
            (b"canister", gap("canisters")),
            (b"time", leaf(leb128(time))),
        ]);
        let vector = Vector::accept(
            format!("time-{time}"),
            format!("Time {time}"),
            ask(&tree, &read),
        );
        let output = json!({"result": "found", "value": time.to_string()});
        file.add(
            vector
                .output(output)
                .clauses(&["STATE-1", "CERT-8"])
                .note("Nanoseconds")
                .high(),
        );
    }
    let scope = for_member();
    let vector = Vector::accept(
        "delegated",
        "The time of the certificate, not of its delegation",
        with(input(&usual(), &scope), &json!({"read": read})),
    );
    file.add(
        vector
            .clauses(&["STATE-1", "CERT-5", "SDEL-3"])
            .note("Nanoseconds")
            .high(),
    );

    let stranger = crate::certificate::fixture::for_canister(&[1]);
    let vector = Vector::reject(
        "SDEL-7",
        "out-of-scope",
        "Read for a canister outside the subnet's ranges",
        with(input(&usual(), &stranger), &json!({"read": read})),
        "delegated",
        "another canister asked about",
    );
    file.add(vector.note("Nanoseconds").critical());
    let vector = Vector::reject(
        "CERT-5",
        "no-time",
        "The time of a certificate that shows none",
        ask(
            &dir(&[(b"canister", gap("canisters")), (b"time", gap("time"))]),
            &read,
        ),
        "delegated",
        "the time pruned",
    );
    file.add(vector.note("Nanoseconds").critical());
}
