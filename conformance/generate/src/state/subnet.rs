//! Subnet types and node keys.

use model::crypto::sha256;
use model::input::hex;
use serde_json::json;

use super::{OP, Parts, ask, told_apart, with_entry};
use crate::certificate::fixture::{SUBNET, dir, gap, leaf};
use crate::vector::Answer;
use crate::{Suite, Vector};

pub(super) fn subnets(suite: &mut Suite) {
    let mut file = suite.file(OP, "subnet", "state::subnet");
    told_apart(&mut file);
    file.note(
        "Values",
        "BASIC",
        "What the state says about a subnet.",
        "Wrong: answers of a subnet's nodes are checked with other keys.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text lists the types that exist and does not say what a reader does with others.",
        "None; the report says which way an implementation went.",
    );
    let id = SUBNET.id();
    let of = |parts: Parts<'_>| with_entry(b"subnet", dir(&[(&id, dir(parts))]));
    let read = |kind: &str| json!({"kind": kind, "subnet": hex(&id)});
    for kind in [
        "application",
        "system",
        "verified_application",
        "cloud_engine",
    ] {
        let vector = Vector::accept(
            format!("type-{}", kind.replace('_', "-")),
            format!("A subnet of type {kind}"),
            ask(&of(&[(b"type", leaf(kind))]), &read("subnet_type")),
        );
        file.add(vector.clauses(&["STATE-4", "CERT-8"]).note("Values").high());
    }
    for (slug, title, tree) in [
        (
            "type-absent",
            "No type",
            of(&[(b"public_key", gap("key")), (b"z", gap("z"))]),
        ),
        (
            "type-pruned",
            "A pruned type",
            of(&[(b"type", gap("type"))]),
        ),
    ] {
        let vector = Vector::accept(slug, title, ask(&tree, &read("subnet_type")));
        file.add(
            vector
                .clauses(&["STATE-4", "LOOKUP-13"])
                .note("ToldApart")
                .high(),
        );
    }
    for (slug, kind) in [
        ("rental", "rental"),
        ("upper", "Application"),
        ("empty", ""),
    ] {
        let input = ask(&of(&[(b"type", leaf(kind))]), &read("subnet_type"));
        let vector = Vector::either(
            "subnet_type.unknown",
            format!("type-{slug}"),
            format!("A subnet of type {kind:?}"),
            input,
        )
        .by("reject", Answer::Reject)
        .by(
            "accept",
            Answer::Accept(json!({"result": "found", "value": kind})),
        );
        file.add(vector.clauses(&["STATE-4"]).note("Open"));
    }
    let der = |name: &str| {
        [
            b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(),
            &sha256(name.as_bytes()),
        ]
        .concat()
    };
    let node = |key: &[u8]| dir(&[(b"public_key", leaf(key))]);
    let (first, second) = (
        [vec![0x11; 28], vec![2]].concat(),
        [vec![0x22; 28], vec![2]].concat(),
    );
    let nodes = |entries: Parts<'_>| of(&[(b"node", dir(entries))]);
    let three = nodes(&[
        (&first, node(&der("1"))),
        (&second, node(&der("2"))),
        (&[0x33; 29], node(&der("3"))),
    ]);
    let clauses = ["STATE-7", "STATE-19", "LOOKUP-13"];
    for (slug, title, tree) in [
        ("one", "One node", nodes(&[(&first, node(&der("1")))])),
        ("three", "Three nodes", three),
        (
            "partly",
            "One of two nodes pruned",
            nodes(&[(&first, gap("1")), (&second, node(&der("2")))]),
        ),
        ("pruned", "The nodes pruned", of(&[(b"node", gap("nodes"))])),
        (
            "absent",
            "No nodes",
            of(&[(b"public_key", gap("key")), (b"metrics", gap("metrics"))]),
        ),
        (
            "other-subnet",
            "The nodes of another subnet only",
            with_entry(
                b"subnet",
                dir(&[(&[0], dir(&[(b"node", dir(&[(&first, node(&der("1")))]))]))]),
            ),
        ),
    ] {
        let vector = Vector::accept(
            format!("nodes-{slug}"),
            title,
            ask(&tree, &read("node_keys")),
        );
        file.add(
            vector
                .clauses(&clauses)
                .note("Values")
                .note("ToldApart")
                .high(),
        );
    }
    let mut other = der("1");
    if let Some(byte) = other.get_mut(8) {
        *byte = 0x71;
    }
    for (slug, title, key, mutation) in [
        (
            "raw",
            "A node key of bare 32 bytes",
            sha256(b"1").to_vec(),
            "the DER form taken off",
        ),
        (
            "other-algorithm",
            "A node key of another algorithm",
            other,
            "the algorithm's last byte 70 → 71",
        ),
    ] {
        let vector = Vector::reject(
            "STATE-7",
            format!("nodes-{slug}"),
            title,
            ask(&nodes(&[(&first, node(&key))]), &read("node_keys")),
            "nodes-one",
            mutation,
        );
        file.add(vector.note("Values").high());
    }
}
