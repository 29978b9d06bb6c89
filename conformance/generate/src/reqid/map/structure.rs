//! Arrays, maps and the order of fields.

use serde_json::{Value, json};

use super::{accept, array, blob, example, hash, hex_blob, int, map, nat, text};
use crate::{Suite, Vector};

pub(super) fn arrays(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "arrays", "reqid::map::arrays");
    file.note(
        "Structure",
        "MALLEABILITY",
        "Arrays whose elements are the same when their structure is ignored.",
        "A signature for one list of paths or targets holds for another.",
    );
    let a = || blob(b"a");
    let b = || blob(b"b");
    let clauses = ["REQID-9", "REQID-2", "REQID-5"];
    for (slug, title, value) in [
        ("empty", "No elements", array(&[])),
        ("one", "One element", array(&[a()])),
        ("two", "Two elements", array(&[a(), b()])),
        (
            "two-reversed",
            "Two elements in reverse",
            array(&[b(), a()]),
        ),
        ("twice", "An element twice", array(&[a(), a()])),
        (
            "joined",
            "The two elements as one blob",
            array(&[blob(b"ab")]),
        ),
        (
            "nested-one",
            "An array of one array of one element",
            array(&[array(&[a()])]),
        ),
        (
            "nested-two",
            "An array of one array of two elements",
            array(&[array(&[a(), b()])]),
        ),
        (
            "two-nested",
            "An array of two arrays of one element",
            array(&[array(&[a()]), array(&[b()])]),
        ),
        (
            "nested-empty",
            "An array of two empty arrays",
            array(&[array(&[]), array(&[])]),
        ),
        (
            "nested-deep",
            "An array of an array of an array",
            array(&[array(&[array(&[a()])])]),
        ),
        (
            "empty-elements",
            "Empty blobs",
            array(&[blob(b""), blob(b""), blob(b"")]),
        ),
        ("empty-element", "One empty blob", array(&[blob(b"")])),
        (
            "mixed",
            "Elements of different types",
            array(&[a(), text("a"), nat(97), int(97), array(&[])]),
        ),
        (
            "maps",
            "Two maps",
            array(&[map(&[("x", a())]), map(&[("x", b()), ("w", a())])]),
        ),
        (
            "hash-like",
            "A blob of 32 bytes",
            array(&[blob(&[0x5a; 32])]),
        ),
        (
            "two-hash-like",
            "Two blobs of 32 bytes",
            array(&[blob(&[0x5a; 32]), blob(&[0xa5; 32])]),
        ),
        (
            "hash-like-joined",
            "A blob of 64 bytes",
            array(&[blob(&[[0x5a; 32], [0xa5; 32]].concat())]),
        ),
        (
            "numbers",
            "Numbers",
            array(&(0..20).map(nat).collect::<Vec<_>>()),
        ),
        (
            "thousand",
            "A thousand elements",
            array(&vec![hex_blob("00000000000004d2"); 1000]),
        ),
    ] {
        let slug = format!("array-{slug}");
        file.add(accept(&slug, title, &[("v", value)], &clauses).note("Structure"));
    }
}

pub(super) fn maps(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "maps", "reqid::map::maps");
    file.note(
        "RepeatedName",
        "AUTH_BYPASS",
        "A name occurs twice in one map.",
        "What is signed is not what is used.",
    );
    let clauses = ["REQID-10", "REQID-3", "REQID-1", "REQID-4"];
    let inner = || map(&[("z", nat(1)), ("y", nat(2)), ("x", nat(3)), ("w", nat(4))]);
    for (slug, title, fields) in [
        ("one-field", "One field", vec![("a", nat(1))]),
        (
            "two-fields",
            "Two fields",
            vec![("a", nat(1)), ("b", nat(2))],
        ),
        (
            "swapped-values",
            "The two values swapped",
            vec![("a", nat(2)), ("b", nat(1))],
        ),
        (
            "same-values",
            "Two fields with one value",
            vec![("a", nat(1)), ("b", nat(1))],
        ),
        ("inner-empty", "An empty map inside", vec![("a", map(&[]))]),
        (
            "inner-one",
            "A map of one field inside",
            vec![("a", map(&[("b", nat(1))]))],
        ),
        (
            "inner-four",
            "A map of four fields inside",
            vec![("a", inner())],
        ),
        (
            "inner-twice",
            "The same map twice",
            vec![("a", inner()), ("b", inner())],
        ),
        (
            "inner-same-name",
            "The same name inside and outside",
            vec![("a", map(&[("a", nat(1))]))],
        ),
        (
            "dotted",
            "A name with a dot, like a path into a map",
            vec![("a.b", nat(1))],
        ),
        (
            "three-levels",
            "Maps on three levels",
            vec![("a", map(&[("b", map(&[("c", nat(1))]))]))],
        ),
        (
            "ten-levels",
            "Maps on ten levels",
            vec![("a", (0..9).fold(nat(1), |inner, _| map(&[("a", inner)])))],
        ),
        (
            "sender-info",
            "Sender information",
            vec![(
                "sender_info",
                map(&[
                    ("info", blob(b"info")),
                    ("signer", hex_blob("00000000000004d2")),
                    ("sig", blob(&[0x5a; 64])),
                ]),
            )],
        ),
    ] {
        file.add(accept(slug, title, &fields, &clauses));
    }
    let names: Vec<String> = (0..64).map(|index| format!("field_{index}")).collect();
    let many: Vec<(&str, Value)> = names
        .iter()
        .map(|name| (name.as_str(), text(name)))
        .collect();
    file.add(accept("64-fields", "64 fields", &many, &clauses));
    let reject = |slug: &str, title: &str, fields: &[(&str, Value)], twin: &str| {
        Vector::reject(
            "CBOR-7",
            slug,
            title,
            json!({"value": map(fields)}),
            twin,
            "name repeated",
        )
        .also(&["REQID-1", "REQID-3", "REQID-10"])
        .note("RepeatedName")
        .critical()
    };
    file.add(reject(
        "repeated",
        "A name twice",
        &[("a", nat(1)), ("a", nat(2))],
        "two-fields",
    ));
    let same = [("a", nat(1)), ("a", nat(1))];
    file.add(reject(
        "repeated-same-value",
        "A name twice with one value",
        &same,
        "two-fields",
    ));
    let twice = map(&[("b", nat(1)), ("c", nat(2)), ("b", nat(3))]);
    file.add(reject(
        "repeated-inside",
        "A name twice, inside",
        &[("a", twice.clone())],
        "inner-one",
    ));
    let listed = array(&[twice]);
    file.add(reject(
        "repeated-in-array",
        "A name twice, in an array",
        &[("a", listed)],
        "inner-one",
    ));
}

pub(super) fn order(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "order", "reqid::map::order");
    file.note(
        "Order",
        "INTEROP",
        "The fields of the example of a request id in another order.",
        "Signatures verify by chance, as long as fields come in one order.",
    );
    let expected = "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101";
    let mut orders = Vec::new();
    for turn in 0..6 {
        let mut fields = example();
        fields.rotate_left(turn);
        orders.push((
            format!("rotated-{turn}"),
            format!("Rotated by {turn}"),
            fields.clone(),
        ));
        fields.reverse();
        orders.push((
            format!("reversed-{turn}"),
            format!("Rotated by {turn}, reversed"),
            fields,
        ));
    }
    let mut sorted = example();
    sorted.sort_by_key(|(name, _)| *name);
    orders.push((
        "by-name".to_owned(),
        "Sorted by name".to_owned(),
        sorted.clone(),
    ));
    sorted.sort_by_key(|(name, _)| name.len());
    orders.push((
        "by-length".to_owned(),
        "Sorted by length of the name".to_owned(),
        sorted,
    ));
    for (slug, title, fields) in orders {
        file.add(
            accept(&slug, &title, &fields, &["REQID-3"])
                .output(hash(expected))
                .note("Order")
                .high(),
        );
    }
    // Names whose hashes begin with the same byte, and with bytes around the sign bit.
    for (slug, title, names) in [
        (
            "same-first-byte",
            "Names whose hashes begin with 0a",
            ["canister_id", "sender"],
        ),
        (
            "sign-bit",
            "Names whose hashes begin with 0a and b2",
            ["arg", "sender"],
        ),
        (
            "sign-bit-reversed",
            "The same in reverse",
            ["sender", "arg"],
        ),
    ] {
        let fields = names.map(|name| (name, nat(1)));
        file.add(accept(slug, title, &fields, &["REQID-3"]).note("Order"));
    }
}
