//! What the text leaves open, what replicas do, and what is very deep.

use model::cbor::{Item, NULL};
use serde_json::json;

use super::{holder, input, nested, record, tagged};
use crate::cbor::diagnostic;
use crate::{Answer, Suite, Vector};

pub(super) fn open_questions(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "open-questions", "cbor::open_questions");
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text does not decide this; every answer is recorded and none is judged.",
        "Two implementations with different answers disagree about the same bytes.",
    );
    let either = |policy: &str, slug: &str, title: &str, item: &Item| {
        let item = item.clone().self_described();
        Vector::either(policy, slug, title, input(&item.encode()))
            .diag(diagnostic(&item))
            .note("Open")
    };
    let yes = || Answer::Accept(json!({}));
    let one = || Item::Unsigned(1);
    for (slug, title, item) in [
        (
            "indefinite-array",
            "An array of indefinite length",
            Item::Indefinite(vec![one(), one()]),
        ),
        (
            "indefinite-empty-array",
            "An empty array of indefinite length",
            Item::Indefinite(vec![]),
        ),
        (
            "indefinite-map",
            "A map of indefinite length",
            Item::IndefiniteMap(vec![(Item::text("a"), one())]),
        ),
        (
            "indefinite-empty-map",
            "An empty map of indefinite length",
            Item::IndefiniteMap(vec![]),
        ),
        (
            "indefinite-inside",
            "An array of indefinite length inside",
            holder(Item::Indefinite(vec![one()])),
        ),
    ] {
        file.add(
            either("cbor.indefinite_length", slug, title, &item)
                .clauses(&["CBOR-8"])
                .by("reject", Answer::Reject)
                .by("accept", yes()),
        );
    }
    let chunked = |text: bool, bytes: &[u8]| {
        holder(Item::Chunked {
            text,
            bytes: bytes.to_vec(),
        })
    };
    for (slug, title, item, clause) in [
        (
            "chunked-bytes",
            "A byte string in two chunks",
            chunked(false, b"abcdef"),
            "CBOR-3",
        ),
        (
            "chunked-bytes-one",
            "A byte string in one chunk",
            chunked(false, b"a"),
            "CBOR-3",
        ),
        (
            "chunked-bytes-none",
            "A byte string in no chunks",
            chunked(false, b""),
            "CBOR-3",
        ),
        (
            "chunked-text",
            "A text in two chunks",
            chunked(true, b"abcdef"),
            "CBOR-4",
        ),
        (
            "chunked-text-none",
            "A text in no chunks",
            chunked(true, b""),
            "CBOR-4",
        ),
    ] {
        file.add(
            either("cbor.chunked_strings", slug, title, &item)
                .clauses(&[clause])
                .by("reject", Answer::Reject)
                .by("accept", yes()),
        );
    }
    for (slug, title, item) in [
        ("null", "Null for a value", holder(NULL)),
        (
            "null-second",
            "Null for the second value",
            record(&[("a", one()), ("b", NULL)]),
        ),
        (
            "null-nested",
            "Null for a value, nested",
            holder(holder(NULL)),
        ),
    ] {
        file.add(
            either("cbor.null", slug, title, &item)
                .clauses(&["CBOR-12"])
                .by("reject", Answer::Reject)
                .by("absent", yes()),
        );
    }
    for depth in [65_usize, 129] {
        let arrays = nested(depth, |inner| Item::Array(vec![inner]), Item::Array(vec![]));
        let title = format!("Arrays on {depth} levels");
        let deeper = if depth > 128 { Answer::Reject } else { yes() };
        file.add(
            either("cbor.nesting", &format!("arrays-{depth}"), &title, &arrays)
                .clauses(&["CBOR-8"])
                .by("64", Answer::Reject)
                .by("128", deeper)
                .by("unlimited", yes()),
        );
    }
    let keys: Vec<(String, Item)> = (0..65)
        .map(|i| (format!("k{i}"), Item::Unsigned(i)))
        .collect();
    let keys: Vec<(&str, Item)> = keys.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    file.add(
        either("cbor.map_entries", "65-fields", "65 fields", &record(&keys))
            .clauses(&["CBOR-7"])
            .by("64", Answer::Reject)
            .by("unlimited", yes()),
    );
}

pub(super) fn replica(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "replica", "cbor::replica");
    file.note(
        "Lenient",
        "INTEROP",
        "What replicas accept beyond the text.",
        "A client that follows the replica, not the text, is rejected.",
    );
    for (slug, title, bytes, clauses) in [
        (
            "replica-untagged",
            "A map without the tag",
            &[0xa0][..],
            &["CBOR-1"],
        ),
        (
            "replica-untagged-field",
            "A map with a field, without the tag",
            b"\xa1\x61a\x00",
            &["CBOR-1"],
        ),
        (
            "replica-tagged",
            "A map with the tag",
            &[0xd9, 0xd9, 0xf7, 0xa0],
            &["CBOR-1"],
        ),
        (
            "replica-null",
            "Null for a value",
            b"\xd9\xd9\xf7\xa1\x61a\xf6",
            &["CBOR-12"],
        ),
    ] {
        file.add(
            Vector::accept(slug, title, input(bytes))
                .clauses(clauses)
                .replica()
                .note("Lenient")
                .output(json!({})),
        );
    }
    for (clause, slug, title, bytes, mutation) in [
        (
            "CBOR-1",
            "replica-wrong-tag",
            "Another tag",
            &[0xd9, 0xd9, 0xf8, 0xa0][..],
            "tag replaced",
        ),
        (
            "CBOR-2",
            "replica-integer-key",
            "An integer for a key",
            &[0xa1, 0x00, 0x00],
            "key replaced",
        ),
        (
            "CBOR-4",
            "replica-invalid-utf-8",
            "Invalid UTF-8",
            b"\xa1\x61a\x61\xff",
            "value replaced",
        ),
        (
            "CBOR-6",
            "replica-float",
            "A float",
            b"\xa1\x61a\xf9\x3c\x00",
            "value replaced",
        ),
        (
            "CBOR-7",
            "replica-repeated",
            "A key twice",
            b"\xa2\x61a\x00\x61a\x01",
            "field repeated",
        ),
        (
            "CBOR-9",
            "replica-trailing",
            "A byte after the item",
            &[0xa0, 0x00],
            "byte added",
        ),
        (
            "CBOR-9",
            "replica-truncated",
            "A map without its field",
            &[0xa1],
            "field removed",
        ),
    ] {
        file.add(
            Vector::reject(
                clause,
                slug,
                title,
                input(bytes),
                "replica-untagged-field",
                mutation,
            )
            .replica(),
        );
    }
}

pub(super) fn big(suite: &mut Suite) {
    let mut file = suite.big_file("cbor.check", "nesting", "cbor::big");
    file.note(
        "Deep",
        "RESOURCES",
        "Very many levels.",
        "A recursive reader exhausts its stack and takes the process down.",
    );
    let count = 100_000;
    file.add(
        Vector::reject(
            "CBOR-9",
            "arrays-100000-open",
            "100 000 arrays inside each other that end there",
            tagged(&vec![0x81; count]),
            "whole",
            "item replaced",
        )
        .also(&["CBOR-8"])
        .note("Deep")
        .critical(),
    );
    let mut closed = vec![0x81; count];
    closed.push(0x80);
    file.add(
        Vector::either(
            "cbor.nesting",
            "arrays-100000",
            "100 000 arrays inside each other",
            tagged(&closed),
        )
        .clauses(&["CBOR-8"])
        .note("Deep")
        .by("64", Answer::Reject)
        .by("128", Answer::Reject)
        .by("unlimited", Answer::Accept(json!({}))),
    );
}
