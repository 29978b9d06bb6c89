//! What a signature covers.

use serde_json::{Value, json};

use super::{
    Answer, CLAUSES, Node, OP, ask, entry, payload, payload_with, rejection, reply, request_id,
    response, signed_note,
};
use crate::certificate::fixture::{TIME, with};
use crate::{Suite, Vector};

/// A response whose only entry has a signature on this payload.
fn over(answer: &Answer, payload: &[u8]) -> Value {
    let node = Node::new(1);
    let signature = node.key.sign(payload);
    ask(&response(answer, vec![entry(TIME, &signature, &node.id)]))
}

/// The map without the entries of these names.
fn without(mut map: Vec<Value>, names: &[&str]) -> Vec<Value> {
    map.retain(|entry| !names.iter().any(|name| entry[0] == **name));
    map
}

/// QUERY-SIG-3.
pub(super) fn replied(suite: &mut Suite) {
    let mut file = suite.file(OP, "replied", "querysig::hash");
    signed_note(&mut file);
    let answer = reply();
    let map = || answer.map(TIME, &request_id());
    let replaced = |name: &str, value: Value| {
        let mut map = without(map(), &[name]);
        map.push(json!([name, value]));
        map
    };
    for (slug, title, arg) in [
        ("reply-empty", "A reply of no bytes", Vec::new()),
        ("reply-long", "A reply of 1000 bytes", vec![0x5a; 1000]),
    ] {
        let answer = Answer::Replied(arg);
        let input = over(&answer, &payload(&answer.map(TIME, &request_id())));
        file.add(
            Vector::accept(slug, title, input)
                .clauses(CLAUSES)
                .note("Signed")
                .high(),
        );
    }
    let hex_id = model::input::hex(&request_id());
    let other_id = model::input::hex(&model::crypto::sha256(b"another"));
    let other_reply = json!({"map": [["arg", {"blob": "4449444c00017d00"}]]});
    let payloads: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        (
            "no-timestamp",
            "A signature without the timestamp",
            payload(&without(map(), &["timestamp"])),
            "the timestamp not signed",
        ),
        (
            "other-timestamp",
            "A signature for another timestamp",
            payload(&answer.map(TIME + 1, &request_id())),
            "one nanosecond later signed",
        ),
        (
            "no-request-id",
            "A signature without the request id",
            payload(&without(map(), &["request_id"])),
            "the request id not signed",
        ),
        (
            "other-request-id",
            "A signature for another request",
            payload(&replaced("request_id", json!({"blob": other_id}))),
            "another request id signed",
        ),
        (
            "hex-request-id",
            "A signature with the request id as hexadecimal text",
            payload(&replaced("request_id", json!({"text": hex_id}))),
            "bytes → hexadecimal digits",
        ),
        (
            "no-reply",
            "A signature without the reply",
            payload(&without(map(), &["reply"])),
            "the reply not signed",
        ),
        (
            "other-reply",
            "A signature for another reply",
            payload(&replaced("reply", other_reply)),
            "another reply signed",
        ),
        (
            "flat-reply",
            "A signature with the reply's bytes in place of its map",
            payload(&replaced(
                "reply",
                json!({"blob": model::input::hex(b"DIDL\0\0")}),
            )),
            "map → bytes",
        ),
        (
            "status",
            "A signature for a rejection",
            payload(&replaced("status", json!({"text": "rejected"}))),
            "another status signed",
        ),
        (
            "no-separator",
            "A signature without separator",
            payload_with(b"", &map()),
            "the separator left out",
        ),
        (
            "no-length",
            "A signature with a separator without its length",
            payload_with(b"ic-response", &map()),
            "the first byte of the separator left out",
        ),
        (
            "request-separator",
            "A signature with the separator of requests",
            payload_with(b"\x0aic-request", &map()),
            "ic-response → ic-request",
        ),
    ];
    for (slug, title, payload, mutation) in payloads {
        let vector = Vector::reject(
            "QUERY-SIG-3",
            format!("replied-{slug}"),
            title,
            over(&answer, &payload),
            "replied",
            mutation,
        );
        file.add(vector.note("Signed").critical());
    }
    let input = over(&answer, &payload(&map()));
    let changed = with(input, &json!({"request_id": other_id}));
    let vector = Vector::reject(
        "QUERY-SIG-3",
        "replied-asked-otherwise",
        "The answer to another query",
        changed,
        "replied",
        "another query",
    );
    file.add(vector.note("Signed").critical());

    let node = Node::new(1);
    let good = node.key.sign(&payload(&map()));
    let mut flipped = good.clone();
    if let Some(byte) = flipped.get_mut(40) {
        *byte ^= 1;
    }
    let cut = good
        .split_last()
        .map(|(_, cut)| cut.to_vec())
        .unwrap_or_default();
    for (slug, title, signature, mutation) in [
        (
            "bit",
            "A signature with a bit flipped",
            flipped,
            "a bit of the signature",
        ),
        ("empty", "An empty signature", Vec::new(), "64 bytes → none"),
        (
            "short",
            "A signature of 63 bytes",
            cut,
            "the last byte left out",
        ),
        (
            "long",
            "A signature of 65 bytes",
            [good, vec![0]].concat(),
            "00 appended",
        ),
    ] {
        let vector = Vector::reject(
            "QUERY-SIG-3",
            format!("replied-signature-{slug}"),
            title,
            ask(&response(&answer, vec![entry(TIME, &signature, &node.id)])),
            "replied",
            mutation,
        );
        file.add(vector.also(&["SIG-ED-2"]).note("Signed").critical());
    }
}

/// QUERY-SIG-4.
pub(super) fn rejected(suite: &mut Suite) {
    let mut file = suite.file(OP, "rejected", "querysig::hash");
    signed_note(&mut file);
    let bare = Answer::Rejected(3, "no such canister", None);
    let accepts: Vec<(&str, &str, Answer)> = vec![
        (
            "no-error-code",
            "A rejection without error code",
            bare.clone(),
        ),
        (
            "empty-error-code",
            "A rejection with an empty error code",
            Answer::Rejected(3, "no such canister", Some("")),
        ),
        (
            "empty-message",
            "A rejection with an empty message",
            Answer::Rejected(1, "", Some("IC0001")),
        ),
        (
            "message",
            "A rejection with a message beyond ASCII",
            Answer::Rejected(4, "refusé 🚫", None),
        ),
    ];
    for (slug, title, answer) in accepts {
        let input = over(&answer, &payload(&answer.map(TIME, &request_id())));
        let vector = Vector::accept(format!("rejected-{slug}"), title, input);
        file.add(vector.clauses(CLAUSES).note("Signed").high());
    }
    let answer = rejection();
    let map = || answer.map(TIME, &request_id());
    let mut with_empty = bare.map(TIME, &request_id());
    with_empty.push(json!(["error_code", {"text": ""}]));
    let mut other_code = without(map(), &["reject_code"]);
    other_code.push(json!(["reject_code", {"nat": "4"}]));
    let payloads: Vec<(&str, &str, &Answer, Vec<Value>, &str, &str)> = vec![
        (
            "code-unsigned",
            "A signature without the error code that is there",
            &answer,
            without(map(), &["error_code"]),
            "rejected",
            "the error code not signed",
        ),
        (
            "code-added",
            "A signature with an empty error code that isn't there",
            &bare,
            with_empty,
            "rejected-no-error-code",
            "an empty error code signed, too",
        ),
        (
            "no-reject-code",
            "A signature without the reject code",
            &answer,
            without(map(), &["reject_code"]),
            "rejected",
            "the reject code not signed",
        ),
        (
            "other-reject-code",
            "A signature for another reject code",
            &answer,
            other_code,
            "rejected",
            "another reject code signed",
        ),
        (
            "no-message",
            "A signature without the message",
            &answer,
            without(map(), &["reject_message"]),
            "rejected",
            "the message not signed",
        ),
        (
            "no-timestamp",
            "A signature of a rejection without the timestamp",
            &answer,
            without(map(), &["timestamp"]),
            "rejected",
            "the timestamp not signed",
        ),
    ];
    for (slug, title, answer, map, twin, mutation) in payloads {
        let vector = Vector::reject(
            "QUERY-SIG-4",
            format!("rejected-{slug}"),
            title,
            over(answer, &payload(&map)),
            twin,
            mutation,
        );
        let vector = vector.also(&["QUERY-SIG-3"]).clauses(&["QUERY-SIG-3"]);
        file.add(vector.note("Signed").critical());
    }
}
