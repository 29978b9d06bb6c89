//! The form of responses and of the entries in their list of signatures.

use model::cbor::{Item, NULL};
use serde_json::json;

use super::{
    Answer, CLAUSES, Node, OP, ask, ask_with, payload, rejection, reply, request_id, response,
    signed_by, signed_note, state_with, subnet_of, usual_response,
};
use crate::certificate::fixture::{SUBNET, TIME, Topology, delegated};
use crate::vector::Answer as Verdict;
use crate::{Suite, Vector};

/// QUERY-SIG-1, QUERY-SIG-2.
pub(super) fn signatures(suite: &mut Suite) {
    let mut file = suite.file(OP, "signatures", "querysig::shape");
    signed_note(&mut file);
    for (slug, title, answer) in [
        ("replied", "A reply, signed", reply()),
        ("rejected", "A rejection, signed", rejection()),
    ] {
        let vector = Vector::accept(slug, title, ask(&usual_response(&answer)));
        file.add(vector.clauses(CLAUSES).note("Signed").critical());

        let vector = Vector::reject(
            "QUERY-SIG-1",
            format!("{slug}-no-signature"),
            format!("{title}: an empty list of signatures"),
            ask(&response(&answer, Vec::new())),
            slug,
            "the signature left out",
        );
        file.add(vector.note("Signed").critical());
        let unsigned = Item::record(&answer.fields()).self_described().encode();
        let vector = Vector::reject(
            "QUERY-SIG-1",
            format!("{slug}-unsigned"),
            format!("{title}: no list of signatures"),
            ask(&unsigned),
            slug,
            "the list left out",
        );
        file.add(vector.note("Signed").critical());
    }

    let (node, answer) = (Node::new(1), reply());
    let signature = |with_time: bool| {
        let mut map = answer.map(TIME, &request_id());
        map.retain(|entry| with_time || entry[0] != "timestamp");
        node.key.sign(&payload(&map))
    };
    let timestamp = || ("timestamp", Item::Unsigned(TIME));
    let bytes = || ("signature", Item::Bytes(signature(true)));
    let identity = || ("identity", Item::bytes(&node.id));
    let text = || {
        let id = crate::certificate::fixture::answer(
            "principal.encode_text",
            &json!({"bytes": model::input::hex(&node.id)}),
        );
        (
            "identity",
            Item::text(id["text"].as_str().unwrap_or_default()),
        )
    };
    let entries: Vec<(&str, &str, Vec<(&str, Item)>, &str)> = vec![
        (
            "no-timestamp",
            "An entry without timestamp, signed without one",
            vec![("signature", Item::Bytes(signature(false))), identity()],
            "the timestamp left out",
        ),
        (
            "no-bytes",
            "An entry without signature",
            vec![timestamp(), identity()],
            "the signature left out",
        ),
        (
            "no-identity",
            "An entry without the node's id",
            vec![timestamp(), bytes()],
            "the id left out",
        ),
        (
            "text-identity",
            "An entry with the node's id as text",
            vec![timestamp(), bytes(), text()],
            "bytes → text",
        ),
    ];
    for (slug, title, fields, mutation) in entries {
        let vector = Vector::reject(
            "QUERY-SIG-2",
            format!("entry-{slug}"),
            title,
            ask(&response(&answer, vec![Item::record(&fields)])),
            "replied",
            mutation,
        );
        file.add(
            vector
                .also(&["CBOR-3", "QUERY-SIG-3"])
                .note("Signed")
                .high(),
        );
    }
    for (slug, length, title) in [
        ("short-identity", 1, "A node with an id of one byte"),
        ("long-identity", 30, "A node with an id of 30 bytes"),
    ] {
        let odd = Node {
            id: vec![0x77; length],
            ..node.clone()
        };
        let state = state_with(
            &[(&SUBNET.id(), subnet_of(std::slice::from_ref(&odd)))],
            TIME,
        );
        let certificate = delegated(&state, &Topology::sharded());
        let response = response(&answer, vec![signed_by(&odd, &answer, TIME)]);
        let input = ask_with(&response, &certificate);
        let slug = format!("entry-{slug}");
        let vector = if length > 29 {
            let twin = "entry-short-identity";
            Vector::reject("QUERY-SIG-2", slug, title, input, twin, "more bytes").also(&["PRIN-1"])
        } else {
            Vector::accept(slug, title, input).clauses(CLAUSES)
        };
        file.add(vector.note("Signed"));
    }
}

/// The profile of CBOR, and the fields of the two kinds of responses.
pub(super) fn responses(suite: &mut Suite) {
    let mut file = suite.file(OP, "responses", "querysig::shape");
    file.note(
        "Form",
        "EDGE_CASE",
        "A response is one tagged map with the fields of its status and no others.",
        "Lax: two clients read different answers from the same bytes.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The grammar has neither null nor fields that it doesn't list; the text announces new fields.",
        "None; the report says which way an implementation went.",
    );
    let answer = reply();
    let entry = signed_by(&Node::new(1), &answer, TIME);
    let item = |extra: Vec<(&'static str, Item)>| {
        let mut fields = answer.fields();
        fields.push(("signatures", Item::Array(vec![entry.clone()])));
        fields.extend(extra);
        Item::record(&fields)
    };
    let usual = item(Vec::new());
    let mut add = |clause: &str, slug: &str, title: &str, bytes: Vec<u8>, mutation: &str| {
        let vector = Vector::reject(
            clause,
            format!("response-{slug}"),
            title,
            ask(&bytes),
            "replied",
            mutation,
        );
        file.add(vector.also(&["QUERY-SIG-3"]).note("Form"));
    };
    add(
        "CBOR-1",
        "untagged",
        "A response without tag",
        usual.encode(),
        "the tag left out",
    );
    let trailing = [usual.clone().self_described().encode(), vec![0]].concat();
    add(
        "CBOR-9",
        "trailing",
        "A byte after the response",
        trailing,
        "00 appended",
    );
    let twice = item(vec![("status", Item::text("replied"))]);
    add(
        "CBOR-7",
        "status-twice",
        "A response with two statuses",
        twice.self_described().encode(),
        "the status repeated at the end",
    );
    for (slug, title, status) in [
        ("status-other", "A response of status done", "done"),
        ("status-upper", "A response of status Replied", "Replied"),
    ] {
        let mut fields = answer.fields();
        fields.retain(|(name, _)| *name != "status");
        fields.push(("status", Item::text(status)));
        fields.push(("signatures", Item::Array(vec![entry.clone()])));
        let bytes = Item::record(&fields).self_described().encode();
        add("QUERY-SIG-3", slug, title, bytes, "another status");
    }
    let vector = Vector::accept(
        "response-untagged-replica",
        "A response without tag, where the tag is optional",
        ask(&usual.encode()),
    );
    file.add(
        vector
            .replica()
            .clauses(&["CBOR-1", "QUERY-SIG-2"])
            .note("Form"),
    );
    let unknown = item(vec![("version", Item::Unsigned(1))])
        .self_described()
        .encode();
    let vector = Vector::accept(
        "response-unknown-field-replica",
        "A field of a later version, where those are ignored",
        ask(&unknown),
    );
    file.add(
        vector
            .replica()
            .clauses(&["CBOR-10", "QUERY-SIG-3"])
            .note("Form"),
    );
    let Answer::Rejected(code, message, _) = rejection() else {
        return;
    };
    let bare = Answer::Rejected(code, message, None);
    let mut fields = bare.fields();
    fields.push(("error_code", NULL));
    fields.push((
        "signatures",
        Item::Array(vec![signed_by(&Node::new(1), &bare, TIME)]),
    ));
    let null = Item::record(&fields).self_described().encode();
    for (slug, title, policy, ignored, bytes) in [
        (
            "unknown-field",
            "A field of a later version",
            "cbor.unknown_fields",
            "ignore",
            &unknown,
        ),
        (
            "null",
            "An error code that is null",
            "cbor.null",
            "absent",
            &null,
        ),
    ] {
        let vector = Vector::either(policy, format!("response-{slug}"), title, ask(bytes))
            .by("reject", Verdict::Reject)
            .by(ignored, Verdict::Accept(json!({})));
        file.add(vector.clauses(&["QUERY-SIG-3", "QUERY-SIG-4"]).note("Open"));
    }
    let vector = Vector::accept(
        "response-null-replica",
        "An error code that is null, where that means none",
        ask(&null),
    );
    file.add(
        vector
            .replica()
            .clauses(&["CBOR-12", "QUERY-SIG-4"])
            .note("Form"),
    );
}
