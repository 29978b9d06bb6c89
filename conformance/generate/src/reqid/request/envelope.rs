//! What is around the content, and how all of it is encoded.

use model::cbor::{Item, wide_head};
use model::input::hex;
use serde_json::json;

use super::{
    EXAMPLE_ID, Fields, accept, entries, example, id, id_of, input, key, query, reject,
    sender_info, signed, unsigned, with, without,
};
use crate::{Suite, Vector};

pub(super) fn envelope(suite: &mut Suite) {
    let mut file = suite.file("request.id", "envelope", "reqid::request::envelope");
    file.note(
        "NotContent",
        "AUTH_BYPASS",
        "What is around the content changes nothing.",
        "The id of a request cannot be told before it is signed, or a retry is executed twice.",
    );
    let clauses = ["REQID-11", "REQID-12", "CBOR-11", "CBOR-8", "CBOR-3"];
    let call = with(example(), "sender", Item::Bytes(key("user").1));
    let expected = id_of(&call);
    let link = |label: &str| {
        let delegation = Item::record(&[
            ("pubkey", Item::Bytes(key(label).0)),
            ("expiration", Item::Unsigned(u64::MAX)),
        ]);
        Item::record(&[
            ("delegation", delegation),
            ("signature", Item::bytes(&[7; 64])),
        ])
    };
    let delegated = |links: Vec<Item>| {
        let mut envelope = signed(&call, "user");
        if let Item::Map(entries) = &mut envelope {
            entries.push((Item::text("sender_delegation"), Item::Array(links)));
        }
        envelope
    };
    for (slug, title, envelope) in [
        ("unsigned", "Neither key nor signature", unsigned(&call)),
        ("signed", "Key and signature", signed(&call, "user")),
        (
            "another-key",
            "Another key and signature",
            signed(&call, "other"),
        ),
        (
            "empty-delegation",
            "An empty chain of delegations",
            delegated(vec![]),
        ),
        (
            "delegation",
            "A chain of one delegation",
            delegated(vec![link("session")]),
        ),
        (
            "two-delegations",
            "A chain of two",
            delegated(vec![link("first"), link("second")]),
        ),
        (
            "content-last",
            "The content after key and signature",
            reversed(&signed(&call, "user")),
        ),
        (
            "key-only",
            "A key without signature",
            without(&signed(&call, "user"), "sender_sig"),
        ),
        (
            "signature-only",
            "A signature without key",
            without(&signed(&call, "user"), "sender_pubkey"),
        ),
        (
            "empty-signature",
            "An empty signature",
            replaced(&signed(&call, "user"), "sender_sig", &Item::bytes(b"")),
        ),
    ] {
        file.add(
            accept(slug, title, &envelope, &clauses)
                .output(expected.clone())
                .note("NotContent")
                .critical(),
        );
    }
    for (slug, title, sig) in [
        ("sender-info", "Sender information", [0x5a; 64]),
        (
            "sender-info-another-sig",
            "Sender information with another signature",
            [0x5b; 64],
        ),
    ] {
        let content = with(call.clone(), "sender_info", sender_info(&sig));
        file.add(
            accept(
                slug,
                title,
                &signed(&content, "user"),
                &["REQID-12", "REQID-10", "REQID-14"],
            )
            .critical(),
        );
    }
}

/// The map with its entries in reverse.
fn reversed(item: &Item) -> Item {
    match item {
        Item::Map(entries) => Item::Map(entries.iter().rev().cloned().collect()),
        item => item.clone(),
    }
}

fn replaced(item: &Item, name: &str, value: &Item) -> Item {
    match item {
        Item::Map(entries) => Item::Map(
            entries
                .iter()
                .map(|(key, old)| {
                    let hit = key.as_text() == Some(name);
                    (key.clone(), if hit { value.clone() } else { old.clone() })
                })
                .collect(),
        ),
        item => item.clone(),
    }
}

pub(super) fn encoding(suite: &mut Suite) {
    let mut file = suite.file("request.id", "encoding", "reqid::request::encoding");
    file.note(
        "Encoding",
        "INTEROP",
        "The values of the example in another encoding.",
        "A relay that encodes anew breaks the signature, or two ids exist for one request.",
    );
    let clauses = ["REQID-13", "REQID-3"];
    let mut orders: Vec<(String, String, Fields)> = Vec::new();
    for turn in 0..6 {
        let mut fields = example();
        fields.rotate_left(turn);
        orders.push((
            format!("rotated-{turn}"),
            format!("Fields rotated by {turn}"),
            fields.clone(),
        ));
        fields.reverse();
        orders.push((
            format!("reversed-{turn}"),
            format!("Fields rotated by {turn}, reversed"),
            fields,
        ));
    }
    let mut sorted = example();
    sorted.sort_by_key(|(name, _)| (name.len(), *name));
    orders.push((
        "sorted".to_owned(),
        "Fields as in deterministic encoding".to_owned(),
        sorted,
    ));
    for (slug, title, fields) in orders {
        file.add(
            accept(&slug, &title, &unsigned(&fields), &clauses)
                .output(id(EXAMPLE_ID))
                .note("Encoding"),
        );
    }
    let small = with(example(), "ingress_expiry", Item::Unsigned(7));
    let expected = id_of(&small);
    for width in [1, 2, 4, 8] {
        let number = Item::Raw(wide_head(0, 7, width));
        let fields = with(example(), "ingress_expiry", number);
        let title = format!("An expiry of 7 in a head of {width} more bytes");
        file.add(
            accept(
                &format!("wide-expiry-{width}"),
                &title,
                &unsigned(&fields),
                &clauses,
            )
            .output(expected.clone())
            .note("Encoding"),
        );
        let raw = Item::Raw([wide_head(2, 7, width), b"DIDL\0\xfd*".to_vec()].concat());
        let fields = with(example(), "arg", raw);
        let title = format!("An argument whose length takes {width} bytes");
        file.add(
            accept(
                &format!("wide-arg-{width}"),
                &title,
                &unsigned(&fields),
                &clauses,
            )
            .output(id(EXAMPLE_ID))
            .note("Encoding"),
        );
        let raw = Item::Raw([wide_head(3, 5, width), b"hello".to_vec()].concat());
        let fields = with(example(), "method_name", raw);
        let title = format!("A method name whose length takes {width} bytes");
        file.add(
            accept(
                &format!("wide-method-{width}"),
                &title,
                &unsigned(&fields),
                &clauses,
            )
            .output(id(EXAMPLE_ID))
            .note("Encoding"),
        );
        let entries: Vec<u8> = example()
            .iter()
            .flat_map(|(k, v)| [Item::text(k).encode(), v.encode()].concat())
            .collect();
        let content = Item::Raw([wide_head(5, 6, width), entries].concat());
        let title = format!("A content whose number of fields takes {width} bytes");
        file.add(
            accept(
                &format!("wide-content-{width}"),
                &title,
                &Item::record(&[("content", content)]),
                &clauses,
            )
            .output(id(EXAMPLE_ID))
            .note("Encoding"),
        );
    }
}

pub(super) fn shape(suite: &mut Suite) {
    let mut file = suite.file("request.id", "shape", "reqid::request::shape");
    file.note(
        "Shape",
        "EDGE_CASE",
        "The envelope does not have the shape of one.",
        "An id is computed for something that is no request.",
    );
    file.note(
        "RepeatedField",
        "AUTH_BYPASS",
        "A field occurs twice.",
        "One value is signed and another is executed.",
    );
    let example_item = unsigned(&example());
    let content = Item::record(&example());
    let mut add = |vector: Vector, note: &str| file.add(vector.note(note).high());
    let shaped = |clause: &str, slug: &str, title: &str, envelope: &Item, change: &str| {
        reject(clause, slug, title, envelope, "example", change)
    };
    for (slug, title, envelope, change) in [
        (
            "no-content",
            "An empty envelope",
            Item::record(&[]),
            "content removed",
        ),
        (
            "no-content-signed",
            "Key and signature without content",
            without(&signed(&example(), "user"), "content"),
            "content removed",
        ),
        (
            "content-encoded",
            "A byte string with the encoding of the content",
            Item::record(&[("content", Item::Bytes(content.encode()))]),
            "map → bytes",
        ),
    ] {
        let vector = shaped("CBOR-11", slug, title, &envelope, change).also(&["CBOR-8"]);
        add(vector, "Shape");
    }
    let values: Vec<Item> = example().into_iter().map(|(_, value)| value).collect();
    let array = Item::record(&[("content", Item::Array(values))]);
    add(
        shaped(
            "CBOR-8",
            "content-array",
            "An array for the content",
            &array,
            "map → array",
        )
        .also(&["CBOR-11"]),
        "Shape",
    );
    let twice = |name: &'static str, value: Item| {
        let mut fields = example();
        fields.push((name, value));
        unsigned(&fields)
    };
    for (slug, title, envelope) in [
        (
            "repeated-sender",
            "Two senders",
            twice("sender", Item::bytes(&[1])),
        ),
        (
            "repeated-same-sender",
            "One sender twice",
            twice("sender", Item::bytes(&[4])),
        ),
        (
            "repeated-arg",
            "Two arguments",
            twice("arg", Item::bytes(b"")),
        ),
        (
            "repeated-canister",
            "Two canisters",
            twice("canister_id", Item::bytes(b"")),
        ),
        (
            "repeated-content",
            "Two contents",
            Item::record(&[
                ("content", content.clone()),
                ("content", Item::record(&query())),
            ]),
        ),
    ] {
        add(
            shaped("CBOR-7", slug, title, &envelope, "field repeated"),
            "RepeatedField",
        );
    }
    let vector = Vector::reject(
        "CBOR-2",
        "content-key-bytes",
        "A byte string for the key content",
        input(
            &Item::Map(
                [
                    vec![(Item::bytes(b"sender_sig"), Item::bytes(&[1]))],
                    entries(&example_item),
                ]
                .concat(),
            )
            .self_described(),
        ),
        "example",
        "field added",
    );
    add(vector, "Shape");
    let bytes = example_item.clone().self_described().encode();
    let raw = |bytes: &[u8]| json!({"envelope": hex(bytes)});
    for (clause, slug, title, input, change) in [
        (
            "CBOR-1",
            "untagged",
            "Without the tag",
            raw(&example_item.encode()),
            "tag removed",
        ),
        (
            "CBOR-1",
            "wrong-tag",
            "Another tag",
            raw(&Item::Tag(55800, Box::new(example_item.clone())).encode()),
            "tag replaced",
        ),
        (
            "CBOR-9",
            "trailing",
            "A byte after the envelope",
            raw(&[&bytes[..], &[0]].concat()),
            "byte added",
        ),
        (
            "CBOR-9",
            "trailing-envelope",
            "The envelope twice",
            raw(&[&bytes[..], &bytes].concat()),
            "envelope repeated",
        ),
    ] {
        add(
            Vector::reject(clause, slug, title, input, "example", change),
            "Shape",
        );
    }
}
