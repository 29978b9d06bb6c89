//! Arrays, maps, and bytes that are no item.

use model::cbor::{Item, wide_head};

use super::{TAG, accept, holder, input, nested, record, reject, tagged};
use crate::{Suite, Vector};

pub(super) fn structure(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "structure", "cbor::structure");
    file.note(
        "Tagged",
        "EDGE_CASE",
        "A tag on a value: the profile has none but that of bignums.",
        "Implementations disagree about which messages are valid.",
    );
    let empty = || Item::Array(vec![]);
    for (slug, title, item) in [
        (
            "empty-inside",
            "Empty arrays and maps inside",
            Item::Array(vec![empty(), record(&[])]),
        ),
        (
            "paths",
            "Paths",
            holder(Item::Array(vec![
                empty(),
                Item::Array(vec![Item::bytes(b"time")]),
                Item::Array(vec![Item::bytes(b""), Item::bytes(b"")]),
            ])),
        ),
        (
            "23-elements",
            "23 elements",
            Item::Array(vec![Item::Unsigned(0); 23]),
        ),
        (
            "24-elements",
            "24 elements",
            Item::Array(vec![Item::Unsigned(0); 24]),
        ),
        (
            "1000-elements",
            "1000 elements",
            Item::Array(vec![Item::Unsigned(0); 1000]),
        ),
        (
            "mixed",
            "An array of different types",
            Item::Array(vec![
                Item::Unsigned(1),
                Item::text("a"),
                Item::bytes(b"a"),
                record(&[]),
            ]),
        ),
    ] {
        file.add(accept(slug, title, &item));
    }
    for depth in [8_usize, 16, 32] {
        let arrays = nested(depth, |inner| Item::Array(vec![inner]), empty());
        let title = format!("Arrays on {depth} levels");
        file.add(accept(&format!("arrays-{depth}"), &title, &arrays));
        let maps = nested(depth, holder, record(&[]));
        let title = format!("Maps on {depth} levels");
        file.add(accept(&format!("maps-{depth}"), &title, &maps));
    }
    let also = ["CBOR-1", "CBOR-3", "CBOR-4", "CBOR-5"];
    for (slug, title, item) in [
        (
            "tagged-array",
            "A tag on an array",
            Item::Tag(258, Box::new(empty())),
        ),
        (
            "tagged-map",
            "A tag on a map",
            Item::Tag(259, Box::new(record(&[]))),
        ),
        (
            "self-described-inside",
            "The tag 55799 on an inner map",
            record(&[]).self_described(),
        ),
    ] {
        let item = Item::Array(vec![item]);
        file.add(
            reject("CBOR-8", slug, title, &item, "empty-inside", "tag added")
                .also(&also)
                .note("Tagged"),
        );
    }
}

pub(super) fn well_formed(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "well-formed", "cbor::well_formed");
    file.note(
        "Trailing",
        "MALLEABILITY",
        "Bytes after the item.",
        "One message has many encodings, and what follows may mean something to another reader.",
    );
    file.note(
        "Truncated",
        "RESOURCES",
        "The bytes end before the item does, or announce more than there is.",
        "Readers reserve memory for what is announced, or read behind the end.",
    );
    file.note(
        "Malformed",
        "EDGE_CASE",
        "A head, break or chunk that RFC 8949 does not allow.",
        "Readers disagree about where items begin and end.",
    );
    let whole = record(&[
        ("a", Item::Unsigned(1)),
        ("b", Item::Array(vec![Item::bytes(&[1, 2])])),
    ]);
    file.add(accept("whole", "The item that the others are made from", &whole).high());
    let bytes = whole.self_described().encode();
    for length in 0..bytes.len() {
        let (start, _) = bytes.split_at(length);
        file.add(
            Vector::reject(
                "CBOR-9",
                format!("first-{length}"),
                format!("The first {length} of {} bytes", bytes.len()),
                input(start),
                "whole",
                "bytes removed",
            )
            .also(&["CBOR-1"])
            .note("Truncated"),
        );
    }
    let mut add = |slug: &str, title: &str, bad: &[u8], mutation: &str, note: &str| {
        let mut vector = Vector::reject("CBOR-9", slug, title, tagged(bad), "whole", mutation);
        if note == "Malformed" {
            vector = vector.also(&["CBOR-3", "CBOR-4"]);
        }
        file.add(vector.note(note));
    };
    let body = bytes.split_off_tag();
    for (slug, title, rest) in [
        ("trailing-zero", "A byte 00 after the item", &[0][..]),
        ("trailing-zeros", "Eight bytes 00 after the item", &[0; 8]),
        ("trailing-line-feed", "A line feed after the item", b"\n"),
        ("trailing-spaces", "Spaces after the item", b"  "),
        ("trailing-item", "Another item after the item", &[0xa0]),
        ("trailing-tag", "The tag after the item", &TAG),
        ("trailing-break", "A break after the item", &[0xff]),
        ("trailing-null", "Null after the item", &[0xf6]),
        ("trailing-text", "Text after the item", b"hello"),
    ] {
        add(
            slug,
            title,
            &[&body, rest].concat(),
            "bytes added",
            "Trailing",
        );
    }
    add(
        "item-twice",
        "The item twice",
        &[&body[..], &body].concat(),
        "item repeated",
        "Trailing",
    );
    for (slug, title, bad) in [
        (
            "map-2-63",
            "A map of 2^63 entries that are not there",
            wide_head(5, 1 << 63, 8),
        ),
        (
            "map-max",
            "A map of 2^64 - 1 entries that are not there",
            wide_head(5, u64::MAX, 8),
        ),
        (
            "array-2-63",
            "An array of 2^63 elements that are not there",
            wide_head(4, 1 << 63, 8),
        ),
        (
            "array-max",
            "An array of 2^64 - 1 elements that are not there",
            wide_head(4, u64::MAX, 8),
        ),
        (
            "array-2-32",
            "An array of 2^32 elements that are not there",
            wide_head(4, 1 << 32, 8),
        ),
        (
            "bytes-max",
            "A byte string of 2^64 - 1 bytes",
            wide_head(2, u64::MAX, 8),
        ),
        (
            "bytes-2-31",
            "A byte string of 2^31 bytes",
            wide_head(2, 1 << 31, 4),
        ),
        (
            "text-max",
            "A text of 2^64 - 1 bytes",
            wide_head(3, u64::MAX, 8),
        ),
        (
            "bytes-one-short",
            "A byte string that lacks its last byte",
            vec![0x43, 1, 2],
        ),
        (
            "text-one-short",
            "A text that lacks its last byte",
            b"\x63ab".to_vec(),
        ),
        (
            "map-no-value",
            "A map that ends after a key",
            b"\xa1\x61a".to_vec(),
        ),
        (
            "array-no-break",
            "An array of indefinite length without its break",
            vec![0x9f, 0],
        ),
        (
            "map-no-break",
            "A map of indefinite length without its break",
            b"\xbf\x61a\x00".to_vec(),
        ),
        ("half-head", "Half of a head", vec![0x19, 0x01]),
        ("half-float", "Half of a float", vec![0xfb, 0x3f, 0xf0]),
        ("empty-tag", "A tag on nothing", vec![0xc2]),
        ("arrays-256", "256 arrays that end there", vec![0x81; 256]),
    ] {
        add(slug, title, &bad, "item replaced", "Truncated");
    }
    for major in 0..8_u8 {
        for info in 28..31_u8 {
            let title = format!("Major type {major} with the reserved value {info}");
            let bad = [0x81, (major << 5) | info];
            add(
                &format!("reserved-{major}-{info}"),
                &title,
                &bad,
                "item replaced",
                "Malformed",
            );
        }
    }
    for (slug, title, bad) in [
        (
            "indefinite-integer",
            "An integer of indefinite length",
            &[0x1f][..],
        ),
        (
            "indefinite-negative",
            "A negative integer of indefinite length",
            &[0x3f],
        ),
        (
            "indefinite-tag",
            "A tag of indefinite length",
            &[0xdf, 0x00],
        ),
        ("break", "A break alone", &[0xff]),
        (
            "break-in-array",
            "A break in an array of definite length",
            &[0x82, 0x00, 0xff],
        ),
        ("break-for-value", "A break for a value", b"\xbf\x61a\xff"),
        (
            "break-for-value-definite",
            "A break for a value, definite length",
            b"\xa1\x61a\xff",
        ),
        (
            "break-for-key",
            "A break for a key, definite length",
            b"\xa1\xff",
        ),
        ("break-in-tag", "A break in a tag", &[0xc2, 0xff]),
        (
            "text-chunk-in-bytes",
            "A chunk of text in a byte string",
            b"\x5f\x61a\xff",
        ),
        (
            "bytes-chunk-in-text",
            "A chunk of bytes in a text",
            b"\x7f\x41a\xff",
        ),
        (
            "integer-chunk",
            "An integer for a chunk",
            &[0x5f, 0x00, 0xff],
        ),
        (
            "nested-chunks",
            "Chunks in a chunk",
            b"\x5f\x5f\x41a\xff\xff",
        ),
        (
            "simple-0-in-two-bytes",
            "The simple value 0 in two bytes",
            &[0xf8, 0x00],
        ),
        ("null-in-two-bytes", "Null in two bytes", &[0xf8, 0x16]),
        (
            "simple-31-in-two-bytes",
            "The simple value 31 in two bytes",
            &[0xf8, 0x1f],
        ),
    ] {
        add(slug, title, bad, "item replaced", "Malformed");
    }
}

/// The bytes after the tag.
trait SplitOffTag {
    fn split_off_tag(&self) -> Vec<u8>;
}

impl SplitOffTag for Vec<u8> {
    fn split_off_tag(&self) -> Vec<u8> {
        self.iter().skip(TAG.len()).copied().collect()
    }
}
