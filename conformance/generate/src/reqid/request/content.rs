//! Contents of all kinds.

use model::cbor::Item;

use super::{
    EXAMPLE_ID, EXPIRY, accept, example, full_call, id, key, query, read_state, unsigned, with,
};
use crate::Suite;

const CONTENT: &[&str] = &[
    "REQID-1", "REQID-2", "REQID-3", "REQID-4", "REQID-5", "REQID-6", "REQID-7", "REQID-9",
    "REQID-10", "REQID-14", "REQID-16",
];

pub(super) fn content(suite: &mut Suite) {
    let mut file = suite.file("request.id", "content", "reqid::request::content");
    file.note(
        "EveryField",
        "AUTH_BYPASS",
        "One field differs, so the id does.",
        "A signature or a status of one request holds for another.",
    );
    file.add(
        accept(
            "example",
            "The example of the specification",
            &unsigned(&example()),
            CONTENT,
        )
        .output(id(EXAMPLE_ID))
        .source("interface spec 0.66.0, Request ids")
        .critical(),
    );
    for (slug, title, fields) in [
        (
            "full-call",
            "A call with nonce and sender information",
            full_call(),
        ),
        ("query", "A query", query()),
        ("read-state", "A read of the state", read_state()),
        (
            "another-sender",
            "Another sender",
            with(example(), "sender", Item::Bytes(key("user").1)),
        ),
        (
            "another-expiry",
            "An expiry one nanosecond later",
            with(example(), "ingress_expiry", Item::Unsigned(EXPIRY + 1)),
        ),
        (
            "another-canister",
            "Another canister",
            with(
                example(),
                "canister_id",
                Item::bytes(&[0, 0, 0, 0, 0, 0, 4, 0xd3]),
            ),
        ),
        (
            "management",
            "The management canister",
            with(example(), "canister_id", Item::bytes(&[])),
        ),
        (
            "another-method",
            "Another method",
            with(example(), "method_name", Item::text("hellp")),
        ),
        (
            "another-arg",
            "Another argument",
            with(example(), "arg", Item::bytes(b"DIDL\0\0")),
        ),
        (
            "empty-arg",
            "An empty argument",
            with(example(), "arg", Item::bytes(b"")),
        ),
        (
            "empty-method",
            "An empty method name",
            with(example(), "method_name", Item::text("")),
        ),
        (
            "unicode-method",
            "A method name in composed characters",
            with(example(), "method_name", Item::text("caf\u{e9}")),
        ),
        (
            "decomposed-method",
            "A method name in decomposed characters",
            with(example(), "method_name", Item::text("cafe\u{301}")),
        ),
        (
            "emoji-method",
            "A method name beyond the basic plane",
            with(example(), "method_name", Item::text("\u{1f511}")),
        ),
        (
            "spaces-method",
            "A method name with spaces around",
            with(example(), "method_name", Item::text(" hello ")),
        ),
        (
            "empty-nonce",
            "A nonce of no bytes",
            with(example(), "nonce", Item::bytes(b"")),
        ),
        (
            "nonce-1",
            "A nonce of one byte",
            with(example(), "nonce", Item::bytes(&[0])),
        ),
        (
            "nonce-32",
            "A nonce of 32 bytes",
            with(example(), "nonce", Item::bytes(&[7; 32])),
        ),
        (
            "no-paths",
            "A read of no paths",
            with(read_state(), "paths", Item::Array(vec![])),
        ),
        (
            "empty-path",
            "A read of the empty path",
            with(
                read_state(),
                "paths",
                Item::Array(vec![Item::Array(vec![])]),
            ),
        ),
        (
            "empty-label",
            "A read of a path of an empty label",
            with(
                read_state(),
                "paths",
                Item::Array(vec![Item::Array(vec![Item::bytes(b"")])]),
            ),
        ),
        (
            "one-path",
            "A read of one path",
            with(
                read_state(),
                "paths",
                Item::Array(vec![Item::Array(vec![Item::bytes(b"time")])]),
            ),
        ),
        (
            "same-path-twice",
            "A read of one path twice",
            with(
                read_state(),
                "paths",
                Item::Array(vec![Item::Array(vec![Item::bytes(b"time")]); 2]),
            ),
        ),
        (
            "two-labels",
            "A read of one path of two labels",
            with(
                read_state(),
                "paths",
                Item::Array(vec![Item::Array(vec![
                    Item::bytes(b"a"),
                    Item::bytes(b"b"),
                ])]),
            ),
        ),
        (
            "two-paths",
            "A read of two paths of one label",
            with(
                read_state(),
                "paths",
                Item::Array(vec![
                    Item::Array(vec![Item::bytes(b"a")]),
                    Item::Array(vec![Item::bytes(b"b")]),
                ]),
            ),
        ),
        (
            "two-paths-reversed",
            "A read of the two paths in reverse",
            with(
                read_state(),
                "paths",
                Item::Array(vec![
                    Item::Array(vec![Item::bytes(b"b")]),
                    Item::Array(vec![Item::bytes(b"a")]),
                ]),
            ),
        ),
        (
            "empty-info",
            "Sender information without information",
            with(
                example(),
                "sender_info",
                Item::record(&[
                    ("info", Item::bytes(b"")),
                    ("signer", Item::bytes(&[0, 0, 0, 0, 0, 7, 1, 1])),
                    ("sig", Item::bytes(&[0x5a; 64])),
                ]),
            ),
        ),
    ] {
        file.add(
            accept(slug, title, &unsigned(&fields), CONTENT)
                .note("EveryField")
                .high(),
        );
    }
    for expiry in [
        0,
        1,
        127,
        128,
        u64::from(u32::MAX),
        1 << 32,
        (1 << 53) + 1,
        (1 << 63) - 1,
        1 << 63,
        u64::MAX,
    ] {
        let fields = with(example(), "ingress_expiry", Item::Unsigned(expiry));
        let slug = format!("expiry-{expiry}");
        let title = format!("The expiry {expiry}");
        file.add(accept(
            &slug,
            &title,
            &unsigned(&fields),
            &["REQID-7", "CBOR-5", "REQID-14"],
        ));
    }
}
