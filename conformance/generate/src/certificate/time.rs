//! Times: presence, encoding, freshness.

use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use super::fixture::{
    CERTIFICATES, DELEGATED, FIVE_MINUTES, ROOT, SECOND, TIME, Topology, WEEK, delegated, dir,
    for_member, gap, input, leaf, leb128, signed, state, state_at, window, with,
};
use crate::vector::Answer;
use crate::{Suite, Vector};

const OP: &str = "certificate.verify";

pub(super) fn generate(suite: &mut Suite) {
    presence(suite);
    encoding(suite);
    freshness(suite);
}

fn presence(suite: &mut Suite) {
    let mut file = suite.file(OP, "time-presence", "certificate::time");
    file.note(
        "NoTime",
        "EDGE_CASE",
        "Every state tree has a time, and every part of one that is handed out shows it.",
        "Lax: the age of what is certified cannot be told.",
    );
    let scope = json!("none");
    let without = dir(&[
        (b"canister", gap("canisters")),
        (b"request_status", gap("requests")),
    ]);
    let cases: &[(&str, &str, Tree, &str)] = &[
        ("time-absent", "No time", without, "the time left out"),
        (
            "time-pruned",
            "The time pruned, its label shown",
            state_at(gap("time")),
            "the time pruned",
        ),
        (
            "time-hidden",
            "The time pruned with its label",
            dir(&[
                (b"canister", gap("canisters")),
                (b"request_status", gap("requests")),
                (b"time", leaf(leb128(TIME))),
            ])
            .pruned(),
            "everything pruned",
        ),
        (
            "time-inner",
            "More tree in the place of the time",
            state_at(Tree::labeled("x", leaf(leb128(TIME)))),
            "the time put under another label",
        ),
        (
            "time-empty-tree",
            "An empty tree in the place of the time",
            state_at(Tree::Empty),
            "an empty tree instead of the time",
        ),
    ];
    for (slug, title, tree, mutation) in cases {
        let vector = Vector::reject(
            "CERT-5",
            *slug,
            *title,
            input(&signed(tree, ROOT), &scope),
            "root-signed",
            *mutation,
        );
        file.add(vector.note("NoTime").high());
    }
    for (slug, title, time, mutation) in [
        (
            "delegation-time-absent",
            "No time in the delegation's certificate",
            None,
            "the delegation's time left out",
        ),
        (
            "delegation-time-pruned",
            "The time in the delegation's certificate pruned",
            Some(gap("time")),
            "the delegation's time pruned",
        ),
    ] {
        let topology = Topology {
            time,
            ..Topology::sharded()
        };
        let input = input(&delegated(&state(), &topology), &for_member());
        let vector = Vector::reject("CERT-5", slug, title, input, "delegated", mutation);
        file.add(vector.note("NoTime").high());
    }
}

fn encoding(suite: &mut Suite) {
    let mut file = suite.file(OP, "time-encoding", "certificate::time");
    file.note(
        "Leb128",
        "INTEROP",
        "Numbers in the tree are LEB128: seven bits a byte, the lowest first, the highest bit set on all but the last.",
        "Wrong: every certificate looks decades old or ahead.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text names LEB128 and neither asks for its shortest form nor bounds the number.",
        "None; the report says which way an implementation went.",
    );
    let scope = json!("none");
    let at = |bytes: &[u8]| input(&signed(&state_at(leaf(bytes)), ROOT), &scope);
    for time in [0, 1, 127, 128, 16_383, 16_384, 1 << 56, u64::MAX] {
        let vector = Vector::accept(
            format!("time-{time}"),
            format!("Time {time}"),
            at(&leb128(time)),
        );
        let output = json!({"root_hash": hex(&state_at(leaf(leb128(time))).root()), "time": time.to_string()});
        file.add(
            vector
                .output(output)
                .clauses(&["CERT-8", "CERT-5"])
                .note("Leb128")
                .high(),
        );
    }
    let mut long = leb128(TIME);
    long.push(0);
    let mut cut = leb128(TIME);
    cut.pop();
    let cases: &[(&str, &str, Vec<u8>, &str)] = &[
        (
            "time-big-endian",
            "Eight bytes, big-endian",
            TIME.to_be_bytes().to_vec(),
            "written in big-endian",
        ),
        (
            "time-little-endian",
            "Eight bytes, little-endian",
            TIME.to_le_bytes().to_vec(),
            "written in little-endian",
        ),
        (
            "time-trailing",
            "A zero byte after the number",
            long,
            "00 appended",
        ),
        (
            "time-cut",
            "The number without its last byte",
            cut,
            "the last byte cut off",
        ),
        (
            "time-no-bytes",
            "An empty value",
            vec![],
            "the value emptied",
        ),
    ];
    for (slug, title, bytes, mutation) in cases {
        let vector = Vector::reject("CERT-8", *slug, *title, at(bytes), "root-signed", *mutation);
        file.add(vector.also(&["CERT-5", "STATE-1"]).note("Leb128").high());
    }
    let topology = Topology {
        time: Some(leaf(DELEGATED.to_be_bytes())),
        ..Topology::sharded()
    };
    let vector = Vector::reject(
        "CERT-8",
        "delegation-time-big-endian",
        "The delegation's time in eight bytes, big-endian",
        input(&delegated(&state(), &topology), &for_member()),
        "delegated",
        "the delegation's time written in big-endian",
    );
    file.add(vector.also(&["CERT-5", "STATE-1"]).note("Leb128").high());
    let topology = Topology {
        kind: Some(leaf([0xff, 0xfe])),
        ..Topology::sharded()
    };
    let vector = Vector::reject(
        "CERT-8",
        "type-no-utf8",
        "A subnet type that is no UTF-8",
        input(&delegated(&state(), &topology), &for_member()),
        "delegated",
        "the type replaced by ff fe",
    );
    file.add(vector.also(&["STATE-4"]).note("Leb128"));

    let mut padded = leb128(TIME);
    if let Some(last) = padded.last_mut() {
        *last |= 0x80;
    }
    padded.push(0);
    let padded = state_at(leaf(padded));
    let output = json!({"root_hash": hex(&padded.root()), "time": TIME.to_string()});
    let padded = input(&signed(&padded, ROOT), &scope);
    let vector = Vector::either(
        "leb128.padded",
        "time-padded",
        "The number filled up with a zero",
        padded,
    )
    .by("accept", Answer::Accept(output))
    .by("reject", Answer::Reject);
    file.add(vector.clauses(&["CERT-8", "STATE-1"]).note("Open"));
    let beyond = state_at(leaf([vec![0x80; 9], vec![2]].concat()));
    let output = json!({"root_hash": hex(&beyond.root()), "time": "18446744073709551616"});
    let beyond = input(&signed(&beyond, ROOT), &scope);
    let vector = Vector::either("nat.width", "time-65-bits", "Time 2⁶⁴", beyond)
        .by("64", Answer::Reject)
        .by("any", Answer::Accept(output));
    file.add(vector.clauses(&["CERT-8", "STATE-1"]).note("Open"));
}

fn freshness(suite: &mut Suite) {
    let mut file = suite.file(OP, "freshness", "certificate::time");
    file.note(
        "Window",
        "EDGE_CASE",
        "The certificate is exactly at a bound of the caller, or one nanosecond past it.",
        "Lax: old states are believed. Strict: fresh ones are refused.",
    );
    file.note(
        "OldDelegation",
        "INTEROP",
        "The network renews delegations about once a week.",
        "Strict: certificates that the network issues every day are refused.",
    );
    let scope = json!("none");
    let root_signed = signed(&state(), ROOT);
    let usual = super::fixture::usual();
    let before = |time: u64| TIME.saturating_sub(time);
    let after = |time: u64| TIME.saturating_add(time);
    let skew = 30_u64.saturating_mul(SECOND);
    let accepts: &[(&str, &str, Value)] = &[
        ("now", "At the very time", window(TIME, FIVE_MINUTES, skew)),
        (
            "now-exact",
            "At the very time, with no tolerance at all",
            window(TIME, 0, 0),
        ),
        (
            "as-old-as-allowed",
            "Exactly as old as allowed",
            window(after(FIVE_MINUTES), FIVE_MINUTES, skew),
        ),
        (
            "as-early-as-allowed",
            "Exactly as far ahead as allowed",
            window(before(skew), FIVE_MINUTES, skew),
        ),
        (
            "early-within",
            "Ahead, by less than allowed",
            window(before(SECOND), 0, skew),
        ),
        (
            "old-within",
            "Old, by less than allowed",
            window(after(SECOND), FIVE_MINUTES, 0),
        ),
        (
            "unlimited",
            "With the widest window there is",
            window(u64::MAX, u64::MAX, u64::MAX),
        ),
        (
            "unlimited-start",
            "With the widest window, at time 0",
            window(0, u64::MAX, u64::MAX),
        ),
    ];
    for (slug, title, window) in accepts {
        let vector = Vector::accept(*slug, *title, with(input(&root_signed, &scope), window));
        file.add(vector.clauses(&["CERT-6"]).note("Window").high());
    }
    let rejects: &[(&str, &str, Value, &str, &str)] = &[
        (
            "too-old",
            "One nanosecond too old",
            window(after(FIVE_MINUTES.saturating_add(1)), FIVE_MINUTES, skew),
            "as-old-as-allowed",
            "one nanosecond later",
        ),
        (
            "too-early",
            "One nanosecond too far ahead",
            window(before(skew.saturating_add(1)), FIVE_MINUTES, skew),
            "as-early-as-allowed",
            "one nanosecond earlier",
        ),
        (
            "too-old-exact",
            "One nanosecond old, with no tolerance at all",
            window(after(1), 0, 0),
            "now-exact",
            "one nanosecond later",
        ),
        (
            "too-early-exact",
            "One nanosecond ahead, with no tolerance at all",
            window(before(1), 0, 0),
            "now-exact",
            "one nanosecond earlier",
        ),
        (
            "too-early-for-skew",
            "Ahead by more than the skew, but less than the age",
            window(before(FIVE_MINUTES), FIVE_MINUTES, skew),
            "as-early-as-allowed",
            "five minutes ahead",
        ),
        (
            "too-early-far",
            "A year ahead",
            window(before(WEEK.saturating_mul(52)), FIVE_MINUTES, skew),
            "as-early-as-allowed",
            "a year ahead",
        ),
        (
            "too-old-far",
            "A year old",
            window(after(WEEK.saturating_mul(52)), FIVE_MINUTES, skew),
            "as-old-as-allowed",
            "a year later",
        ),
    ];
    for (slug, title, window, twin, mutation) in rejects {
        let vector = Vector::reject(
            "CERT-6",
            *slug,
            *title,
            with(input(&root_signed, &scope), window),
            *twin,
            *mutation,
        );
        file.add(vector.note("Window").critical());
    }

    let aged = |now: u64, max: u64| {
        with(
            window(now, FIVE_MINUTES, skew),
            &json!({"max_delegation_age": max.to_string()}),
        )
    };
    let accepts: &[(&str, &str, Value)] = &[
        (
            "delegation-week-old",
            "A delegation of a week ago, its age not bounded",
            window(TIME, FIVE_MINUTES, skew),
        ),
        (
            "delegation-as-old-as-allowed",
            "A delegation exactly as old as allowed",
            aged(TIME, WEEK),
        ),
        (
            "delegation-younger",
            "A delegation of a week ago, two allowed",
            aged(TIME, WEEK.saturating_mul(2)),
        ),
    ];
    for (slug, title, window) in accepts {
        let vector = Vector::accept(*slug, *title, with(input(&usual, &for_member()), window));
        file.add(
            vector
                .clauses(&["SDEL-9", "CERT-6"])
                .note("OldDelegation")
                .high(),
        );
    }
    let rejects: &[(&str, &str, Value, &str)] = &[
        (
            "delegation-too-old",
            "A delegation one nanosecond too old",
            aged(TIME.saturating_add(1), WEEK),
            "one nanosecond later",
        ),
        (
            "delegation-too-old-far",
            "A delegation of a week ago, five minutes allowed",
            aged(TIME, FIVE_MINUTES),
            "five minutes allowed instead of a week",
        ),
    ];
    for (slug, title, window, mutation) in rejects {
        let vector = Vector::reject(
            "SDEL-9",
            *slug,
            *title,
            with(input(&usual, &for_member()), window),
            "delegation-as-old-as-allowed",
            *mutation,
        );
        file.add(vector.also(&["CERT-6"]).note("OldDelegation").high());
    }
    let vector = Vector::reject(
        "CERT-6",
        "delegated-too-old",
        "A delegated certificate one nanosecond too old",
        with(
            input(&usual, &for_member()),
            &aged(
                TIME.saturating_add(FIVE_MINUTES).saturating_add(1),
                WEEK.saturating_mul(2),
            ),
        ),
        "delegation-younger",
        "five minutes and one nanosecond later",
    );
    file.add(vector.note("Window").critical());
    let none = json!({});
    let vector = Vector::accept(
        "no-window",
        "An old certificate, and no clock",
        with(
            input(&signed(&state_at(leaf(leb128(1))), ROOT), &scope),
            &none,
        ),
    );
    file.add(vector.clauses(&["CERT-6", "CERT-5"]).note("Window"));

    for (slug, title, time) in [
        (
            "delegation-newer",
            "A delegation a day newer than the certificate",
            TIME.saturating_add(24 * 3600 * SECOND),
        ),
        (
            "delegation-older",
            "The same certificate with a delegation of a month ago",
            TIME.saturating_sub(WEEK.saturating_mul(4)),
        ),
        (
            "delegation-same-time",
            "A delegation of the same nanosecond",
            TIME,
        ),
    ] {
        let topology = Topology {
            time: Some(leaf(leb128(time))),
            ..Topology::sharded()
        };
        let vector = Vector::accept(
            slug,
            title,
            input(&delegated(&state(), &topology), &for_member()),
        );
        file.add(vector.clauses(CERTIFICATES).note("OldDelegation").high());
    }
}
