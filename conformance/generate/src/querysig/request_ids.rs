//! QUERY-SIG-14: the id of a query, with all parts of its content.

use model::cbor::Item;
use model::input::hex;
use serde_json::{Value, json};

use super::{Node, reply};
use crate::certificate::fixture::{TIME, member};
use crate::{Suite, Vector};

/// A query's envelope, with these additional fields.
fn envelope(extra: Vec<(&'static str, Item)>) -> Value {
    let mut content = vec![
        ("request_type", Item::text("query")),
        ("ingress_expiry", Item::Unsigned(TIME)),
        ("sender", Item::bytes(&[4])),
        ("canister_id", Item::bytes(&member())),
        ("method_name", Item::text("get")),
        ("arg", Item::bytes(b"DIDL\0\0")),
    ];
    content.extend(extra);
    let envelope = Item::record(&[("content", Item::record(&content))]);
    json!({"envelope": hex(&envelope.self_described().encode())})
}

pub(super) fn request_ids(suite: &mut Suite) {
    let mut file = suite.file("request.id", "queries", "querysig::request_ids");
    file.note(
        "Id",
        "AUTH_BYPASS",
        "A node signs the id of the query that it answers, and everything in the query is part of it.",
        "Wrong: no answer verifies, or the answer to one query passes for that to another.",
    );
    let info = |sig: &[u8]| {
        Item::record(&[
            ("info", Item::bytes(b"attributes")),
            ("signer", Item::bytes(&member())),
            ("sig", Item::bytes(sig)),
        ])
    };
    for (slug, title, extra) in [
        ("plain", "A query", vec![]),
        (
            "nonce",
            "A query with a nonce",
            vec![("nonce", Item::bytes(b"nonce"))],
        ),
        (
            "sender-info",
            "A query with sender information",
            vec![("sender_info", info(b"signature"))],
        ),
        (
            "other-sender-info",
            "A query with other sender information",
            vec![("sender_info", info(b"another signature"))],
        ),
    ] {
        let vector = Vector::accept(format!("query-{slug}"), title, envelope(extra));
        file.add(
            vector
                .clauses(&["QUERY-SIG-14", "REQID-14"])
                .note("Id")
                .high(),
        );
    }

    // The same, from the side of the signature.
    let mut file = suite.file(super::OP, "queries", "querysig::request_ids");
    file.note(
        "Id",
        "AUTH_BYPASS",
        "A node signs the id of the query that it answers.",
        "Lax: the answer to one query passes for that to another.",
    );
    let id_of = |extra| {
        let answer = crate::certificate::fixture::answer("request.id", &envelope(extra));
        answer["request_id"].as_str().unwrap_or_default().to_owned()
    };
    let with_info = id_of(vec![("sender_info", info(b"signature"))]);
    let without = id_of(vec![]);
    let asked = |asked: &str, signed: &str| {
        let (node, answer) = (Node::new(1), reply());
        let signed = model::input::unhex(signed).unwrap_or_default();
        let payload = super::payload(&answer.map(TIME, &signed));
        let entry = super::entry(TIME, &node.key.sign(&payload), &node.id);
        let input = super::ask(&super::response(&answer, vec![entry]));
        crate::certificate::fixture::with(input, &json!({"request_id": asked}))
    };
    let vector = Vector::accept(
        "sender-info",
        "A query with sender information",
        asked(&with_info, &with_info),
    );
    file.add(vector.clauses(super::CLAUSES).note("Id").high());
    let vector = Vector::reject(
        "QUERY-SIG-3",
        "sender-info-left-out",
        "The answer to the same query without its sender information",
        asked(&with_info, &without),
        "sender-info",
        "signed for the query without sender information",
    );
    file.add(vector.note("Id").critical());
}
