//! The tag around an item, and the keys inside.

use model::cbor::{Item, NULL, head, wide_head};

use super::{TAG, accept, holder, input, record, reject};
use crate::{Suite, Vector};

pub(super) fn tag(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "tag", "cbor::tag");
    file.note(
        "Tag",
        "INTEROP",
        "The tag 55799 around the item is missing, different, or there more than once.",
        "Implementations disagree about which messages are valid.",
    );
    for (slug, title, item) in [
        ("empty-map", "An empty map", record(&[])),
        ("empty-array", "An empty array", Item::Array(vec![])),
        (
            "one-field",
            "A map with one field",
            holder(Item::Unsigned(0)),
        ),
        (
            "ranges",
            "Canister ranges",
            Item::Array(vec![
                Item::Array(vec![Item::bytes(&[1]), Item::bytes(&[3])]),
                Item::Array(vec![Item::bytes(&[5]), Item::bytes(&[8])]),
            ]),
        ),
        (
            "nested-example",
            "An array with a text and a map",
            Item::Array(vec![Item::text("a"), record(&[("b", Item::text("c"))])]),
        ),
    ] {
        file.add(accept(slug, title, &item).high());
    }
    let title = "The request in diagnostic notation";
    let content = record(&[
        ("request_type", Item::text("call")),
        ("canister_id", Item::bytes(&[0xab, 0xcd, 0x01])),
        ("method_name", Item::text("say_hello")),
        ("arg", Item::bytes(b"\0asm\x01\0\0\0")),
    ]);
    let key =
        model::input::unhex("b7a3c12dc0c8c748ab07525b701122b88bd78f600c76342d27f25e5f92444cde");
    let request = record(&[
        ("content", content),
        ("sender_sig", Item::bytes(&[0xde, 0xad, 0xbe, 0xef])),
        ("sender_pubkey", Item::Bytes(key.unwrap_or_default())),
    ]);
    file.add(
        accept("request-example", title, &request)
            .source("interface spec 0.66.0, CBOR encoding of requests and responses")
            .high(),
    );
    let mut add = |slug: &str, title: &str, bytes: &[u8], twin: &str, mutation: &str| {
        file.add(Vector::reject("CBOR-1", slug, title, input(bytes), twin, mutation).note("Tag"));
    };
    add(
        "untagged-map",
        "A map without the tag",
        &[0xa0],
        "empty-map",
        "tag removed",
    );
    add(
        "untagged-array",
        "An array without the tag",
        &[0x80],
        "empty-array",
        "tag removed",
    );
    let bare = holder(Item::Unsigned(0)).encode();
    add(
        "untagged-field",
        "A map with a field, without the tag",
        &bare,
        "one-field",
        "tag removed",
    );
    for (slug, title, number) in [
        ("tag-55798", "The tag one below", 55798),
        ("tag-55800", "The tag one above", 55800),
        ("tag-247", "The tag with the same last byte", 0xf7),
        ("tag-63449", "The tag with its bytes swapped", 0xf7d9),
        ("tag-24", "The tag of encoded CBOR", 24),
        ("tag-0", "The tag of a date", 0),
        ("tag-high-bits", "The tag plus 2^32", 55799 + (1 << 32)),
    ] {
        let bytes = [head(6, number), vec![0xa0]].concat();
        add(slug, title, &bytes, "empty-map", "tag replaced");
    }
    let twice = [&TAG[..], &TAG, &[0xa0]].concat();
    add(
        "twice",
        "The tag twice",
        &twice,
        "empty-map",
        "tag repeated",
    );
    let thrice = [&TAG[..], &TAG, &TAG, &[0xa0]].concat();
    add(
        "thrice",
        "The tag three times",
        &thrice,
        "empty-map",
        "tag repeated twice",
    );
}

pub(super) fn keys(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "keys", "cbor::keys");
    file.note(
        "TextKeys",
        "MALLEABILITY",
        "The key of a map is not a text.",
        "Readers that convert keys see a field that others do not.",
    );
    file.note(
        "RepeatedKey",
        "AUTH_BYPASS",
        "A key occurs twice in one map.",
        "One reader takes the first value and another the last: what is checked is not what is used.",
    );
    let one = Item::Unsigned(1);
    let two = Item::Unsigned(2);
    let pair = |left: &str, right: &str| record(&[(left, one.clone()), (right, two.clone())]);
    let nested = |inner: Item| record(&[("x", Item::Array(vec![one.clone(), inner]))]);
    for (slug, title, item) in [
        ("two-fields", "Two fields", pair("a", "b")),
        ("two-cases", "Keys that differ in case", pair("a", "A")),
        ("prefix", "A key that continues another", pair("a", "ab")),
        (
            "prefix-reversed",
            "A key that another continues",
            pair("ab", "a"),
        ),
        (
            "with-nul",
            "Keys that differ in a zero character",
            pair("a", "a\0"),
        ),
        (
            "composed",
            "Keys that are canonically equivalent",
            pair("\u{e9}", "e\u{301}"),
        ),
        ("empty-key", "An empty key", pair("", "a")),
        (
            "space-key",
            "A key of a space and an empty one",
            pair("", " "),
        ),
        (
            "two-levels",
            "The same key on two levels",
            record(&[("a", holder(one.clone()))]),
        ),
        (
            "siblings",
            "The same keys in two maps of an array",
            Item::Array(vec![pair("a", "b"), pair("a", "b")]),
        ),
        ("unsorted", "Keys that are not sorted", pair("b", "a")),
        (
            "longer-first",
            "A longer key before a shorter one",
            pair("aa", "b"),
        ),
        (
            "nested-fields",
            "Two fields, nested",
            nested(pair("a", "b")),
        ),
        (
            "long-key",
            "A key of 300 characters",
            pair(&"k".repeat(300), "k"),
        ),
    ] {
        file.add(accept(slug, title, &item));
    }
    let many: Vec<(String, Item)> = (0..64)
        .map(|i| (format!("k{i}"), Item::Unsigned(i)))
        .collect();
    let many: Vec<(&str, Item)> = many.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    file.add(accept("64-fields", "64 fields", &record(&many)));

    let keyed = |key: Item| Item::Map(vec![(key, one.clone())]);
    for (slug, title, key) in [
        ("bytes-key", "A byte string for a key", Item::bytes(b"a")),
        (
            "empty-bytes-key",
            "An empty byte string for a key",
            Item::bytes(b""),
        ),
        ("unsigned-key", "An integer for a key", Item::Unsigned(0)),
        (
            "negative-key",
            "A negative integer for a key",
            Item::Negative(0),
        ),
        (
            "large-integer-key",
            "A large integer for a key",
            Item::Unsigned(u64::MAX),
        ),
        ("null-key", "Null for a key", NULL),
    ] {
        file.add(
            reject(
                "CBOR-2",
                slug,
                title,
                &keyed(key),
                "two-fields",
                "key replaced",
            )
            .note("TextKeys"),
        );
    }
    let second = Item::Map(vec![
        (Item::text("a"), one.clone()),
        (Item::bytes(b"b"), two.clone()),
    ]);
    file.add(
        reject(
            "CBOR-2",
            "second-key",
            "The second key is a byte string",
            &second,
            "two-fields",
            "key b → h'62'",
        )
        .note("TextKeys"),
    );
    for (slug, title, key) in [
        (
            "nested-bytes-key",
            "A byte string for a key, nested",
            Item::bytes(b"a"),
        ),
        (
            "nested-integer-key",
            "An integer for a key, nested",
            Item::Unsigned(7),
        ),
        (
            "nested-array-key",
            "An array for a key, nested",
            Item::Array(vec![]),
        ),
    ] {
        file.add(
            reject(
                "CBOR-2",
                slug,
                title,
                &nested(keyed(key)),
                "nested-fields",
                "key replaced",
            )
            .note("TextKeys"),
        );
    }

    let three = |a: &str, b: &str, c: &str| {
        record(&[(a, one.clone()), (b, two.clone()), (c, Item::Unsigned(3))])
    };
    let long_head = Item::Map(vec![
        (Item::text("a"), one.clone()),
        (
            Item::Raw([wide_head(3, 1, 1), b"a".to_vec()].concat()),
            two.clone(),
        ),
    ]);
    for (slug, title, item, twin) in [
        ("repeated", "A key twice", pair("a", "a"), "two-fields"),
        (
            "repeated-same-value",
            "A key twice with the same value",
            record(&[("a", one.clone()), ("a", one.clone())]),
            "two-fields",
        ),
        (
            "repeated-apart",
            "A key twice with another between",
            three("a", "b", "a"),
            "two-fields",
        ),
        (
            "repeated-last",
            "The last key repeats the one before",
            three("b", "a", "a"),
            "two-fields",
        ),
        (
            "repeated-three-times",
            "A key three times",
            three("a", "a", "a"),
            "two-fields",
        ),
        (
            "repeated-empty",
            "The empty key twice",
            pair("", ""),
            "empty-key",
        ),
        (
            "repeated-nested",
            "A key twice, nested",
            nested(pair("a", "a")),
            "nested-fields",
        ),
        (
            "repeated-nested-apart",
            "A key twice, nested, with another between",
            nested(three("a", "b", "a")),
            "nested-fields",
        ),
        (
            "repeated-in-value",
            "A key twice in the value of a field",
            record(&[("b", one.clone()), ("a", pair("a", "a"))]),
            "two-levels",
        ),
        (
            "repeated-long-head",
            "A key twice, once with a longer head",
            long_head,
            "two-fields",
        ),
    ] {
        file.add(
            reject(
                "CBOR-7",
                slug,
                title,
                &item,
                twin,
                "a key made equal to another",
            )
            .note("RepeatedKey")
            .critical(),
        );
    }
    let mut repeated = many.clone();
    repeated.pop();
    repeated.push(("k0", two));
    file.add(
        reject(
            "CBOR-7",
            "repeated-64",
            "The last of 64 keys repeats the first",
            &record(&repeated),
            "64-fields",
            "k63 → k0",
        )
        .note("RepeatedKey")
        .critical(),
    );
}
