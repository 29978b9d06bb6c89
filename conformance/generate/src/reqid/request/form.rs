//! Contents that lack what a request has, or have what it lacks.

use model::cbor::Item;

use super::{
    EXAMPLE_ID, Fields, accept, entries, example, full_call, id, id_of, input, key, read_state,
    reject, sender_info, signed, unsigned, with,
};
use crate::{Answer, Suite, Vector};

pub(super) fn form(suite: &mut Suite) {
    let mut file = suite.file("request.id", "form", "reqid::request::form");
    file.note(
        "NoRequest",
        "EDGE_CASE",
        "The content is that of no request.",
        "An id is computed, and waited for, of what no replica takes.",
    );
    let mut add = |vector: Vector, note: &str| file.add(vector.note(note).high());
    for (clause, name) in [
        ("ENV-18", "request_type"),
        ("ENV-15", "sender"),
        ("ENV-9", "ingress_expiry"),
        ("ENV-19", "canister_id"),
        ("ENV-19", "method_name"),
        ("ENV-19", "arg"),
    ] {
        let slug = format!("no-{}", name.replace('_', "-"));
        let title = format!("A call without {name}");
        let envelope = unsigned(&lacking(example(), name));
        let change = format!("{name} removed");
        add(
            reject(clause, &slug, &title, &envelope, "example", &change),
            "NoRequest",
        );
    }
    for (slug, title, value) in [
        ("type-of-none", "A type of no request", "install"),
        ("type-upper-case", "The type in upper case", "CALL"),
    ] {
        let envelope = unsigned(&with(example(), "request_type", Item::text(value)));
        add(
            reject("ENV-18", slug, title, &envelope, "example", "type replaced"),
            "NoRequest",
        );
    }
    let envelope = unsigned(&lacking(read_state(), "paths"));
    add(
        reject(
            "ENV-20",
            "read-without-paths",
            "A read of the state without paths",
            &envelope,
            "read-state",
            "paths removed",
        ),
        "NoRequest",
    );
    let (_, long) = key("user");
    let long = Item::Bytes([&long[..], &[0]].concat());
    for (clause, name) in [("ENV-15", "sender"), ("PRIN-1", "canister_id")] {
        let slug = format!("{}-30", name.replace('_', "-"));
        let title = format!("30 bytes for {name}");
        let envelope = unsigned(&with(example(), name, long.clone()));
        add(
            reject(clause, &slug, &title, &envelope, "example", "bytes added"),
            "NoRequest",
        );
    }
    for name in ["info", "signer", "sig"] {
        let mut members = entries(&sender_info(&[0x5a; 64]));
        members.retain(|(key, _)| key.as_text() != Some(name));
        let envelope = unsigned(&with(full_call(), "sender_info", Item::Map(members)));
        let slug = format!("sender-info-without-{name}");
        let title = format!("Sender information without {name}");
        let change = format!("{name} removed");
        add(
            reject("SINFO-1", &slug, &title, &envelope, "full-call", &change),
            "NoRequest",
        );
    }
    // The id does not depend on who signs, but a chain has to be one.
    let chain = |members: &[(&str, Item)]| {
        let mut envelope = entries(&signed(&example(), "user"));
        let links = Item::Array(vec![Item::record(members)]);
        envelope.push((Item::text("sender_delegation"), links));
        Item::Map(envelope)
    };
    let delegation = Item::record(&[
        ("pubkey", Item::Bytes(key("session").0)),
        ("expiration", Item::Unsigned(u64::MAX)),
    ]);
    add(
        reject(
            "DELEG-1",
            "link-without-signature",
            "A link without its signature",
            &chain(&[("delegation", delegation)]),
            "example",
            "chain added",
        )
        .also(&["CBOR-11"]),
        "NoRequest",
    );
}

pub(super) fn foreign(suite: &mut Suite) {
    let mut file = suite.file("request.id", "foreign-members", "reqid::request::foreign");
    file.note(
        "Foreign",
        "OPEN_QUESTION",
        "A request has a member of another type of request, which is unknown there.",
        "Two implementations with different answers disagree about the same bytes.",
    );
    let paths = Item::Array(vec![Item::Array(vec![Item::bytes(b"time")])]);
    for (slug, title, content, id, clauses) in [
        (
            "call-with-paths",
            "A call with paths",
            with(example(), "paths", paths),
            id(EXAMPLE_ID),
            ["CBOR-10", "REQID-14"],
        ),
        (
            "read-of-a-canister",
            "A read of the state with a canister",
            with(read_state(), "canister_id", Item::bytes(b"canister")),
            id_of(&read_state()),
            ["ENV-20", "REQID-14"],
        ),
    ] {
        let item = unsigned(&content);
        let question = input(&item.clone().self_described());
        file.add(
            Vector::either("cbor.unknown_fields", slug, title, question)
                .clauses(&clauses)
                .by("reject", Answer::Reject)
                .by("ignore", Answer::Accept(id.clone()))
                .note("Foreign"),
        );
        let (slug, title) = (
            format!("replica-{slug}"),
            format!("{title}, which replicas neither read nor hash"),
        );
        file.add(
            accept(&slug, &title, &item, &clauses)
                .output(id)
                .note("Foreign")
                .replica(),
        );
    }
}

fn lacking(mut fields: Fields, name: &str) -> Fields {
    fields.retain(|(field, _)| *field != name);
    fields
}
