//! Subnet delegations.

use model::cbor::Item;
use model::crypto::bls_decompress_key;
use model::input::hex;
use serde_json::{Value, json};

use super::fixture::{
    CERTIFICATES, OTHER, ROOT, SUBNET, TIME, Topology, answer, delegated, delegation, dir, encoded,
    for_member, gap, input, leaf, leb128, signed, state,
};
use super::signature::swapped_oids;
use crate::vector::Answer;
use crate::{Suite, Vector};

const OP: &str = "certificate.verify";

pub(super) fn generate(suite: &mut Suite) {
    shape(suite);
    trust(suite);
    keys(suite);
    ids(suite);
}

/// A certificate for the usual state with this delegation.
fn with_delegation(item: Item) -> Vec<u8> {
    let tree = state();
    encoded(&tree, &SUBNET.certify(&tree), Some(item))
}

fn shape(suite: &mut Suite) {
    let mut file = suite.file(OP, "delegation-shape", "certificate::delegation");
    file.note(
        "Shape",
        "EDGE_CASE",
        "The delegation is not a map of two byte strings.",
        "Lax: two implementations read different delegations.",
    );
    let inner = Topology::sharded().tree();
    let certificate = super::fixture::certificate(inner.to_item(), &ROOT.certify(&inner), None);
    let inline = Item::record(&[
        ("subnet_id", Item::bytes(&SUBNET.id())),
        ("certificate", certificate.clone().self_described()),
    ]);
    let text_id = Item::record(&[
        ("subnet_id", Item::text(&hex(&SUBNET.id()))),
        (
            "certificate",
            Item::bytes(&certificate.self_described().encode()),
        ),
    ]);
    for (slug, title, item, mutation) in [
        (
            "inline",
            "The certificate not wrapped in a byte string",
            inline,
            "the byte string around the certificate taken off",
        ),
        (
            "text-subnet",
            "The subnet id as hex in a text string",
            text_id,
            "the subnet id as text",
        ),
    ] {
        let vector = Vector::reject(
            "SDEL-1",
            slug,
            title,
            input(&with_delegation(item), &for_member()),
            "delegated",
            mutation,
        );
        file.add(vector.also(&["CBOR-3"]).note("Shape").high());
    }
}

fn trust(suite: &mut Suite) {
    let mut file = suite.file(OP, "delegation-trust", "certificate::delegation");
    file.note(
        "Unproven",
        "AUTH_BYPASS",
        "The root key never certified the key that signed.",
        "Lax: anyone is a subnet.",
    );
    let inner = Topology::sharded().tree();
    let accepted = "delegated";
    let reject = |clause: &str, slug: &str, title: &str, bytes: &[u8], mutation: &str| {
        Vector::reject(
            clause,
            slug,
            title,
            input(bytes, &for_member()),
            accepted,
            mutation,
        )
        .note("Unproven")
        .critical()
    };

    let self_signed = with_delegation(delegation(&SUBNET.id(), &signed(&inner, SUBNET)));
    file.add(reject(
        "SDEL-3",
        "self-signed",
        "The subnet delegates to itself",
        &self_signed,
        "the delegation signed with the subnet's own key",
    ));
    let by_other = with_delegation(delegation(&SUBNET.id(), &signed(&inner, OTHER)));
    file.add(reject(
        "SDEL-3",
        "other-signed",
        "Another subnet delegates",
        &by_other,
        "the delegation signed with the key of another subnet",
    ));
    let later = Topology {
        time: Some(leaf(leb128(TIME))),
        ..Topology::sharded()
    }
    .tree();
    let flipped = with_delegation(delegation(
        &SUBNET.id(),
        &encoded(&later, &ROOT.certify(&inner), None),
    ));
    file.add(reject(
        "SDEL-3",
        "delegation-changed",
        "The delegation's time changed after signing",
        &flipped,
        "the delegation's time changed",
    ));
    let wider = Topology::with_ranges(Some(&[vec![(vec![], vec![0xff; 29])]]), None).tree();
    let widened = with_delegation(delegation(
        &SUBNET.id(),
        &encoded(&wider, &ROOT.certify(&inner), None),
    ));
    file.add(reject(
        "SDEL-3",
        "delegation-widened",
        "The delegation's ranges widened after signing",
        &widened,
        "the ranges replaced by one that contains everything",
    ));

    // Root → other subnet → subnet.
    let middle = Topology {
        subnet_id: OTHER.id(),
        public_key: Some(leaf(OTHER.der())),
        ..Topology::sharded()
    };
    let nested = with_delegation(delegation(
        &SUBNET.id(),
        &encoded(&inner, &OTHER.certify(&inner), Some(middle.delegation())),
    ));
    file.add(reject(
        "SDEL-2",
        "nested",
        "A delegated subnet delegates",
        &nested,
        "the delegation signed by a subnet that brings a delegation of its own",
    ));
    let to_itself = with_delegation(delegation(
        &SUBNET.id(),
        &encoded(
            &inner,
            &SUBNET.certify(&inner),
            Some(Topology::sharded().delegation()),
        ),
    ));
    file.add(reject(
        "SDEL-2",
        "nested-same",
        "A delegated subnet delegates to itself",
        &to_itself,
        "the delegation signed by the subnet itself, with a valid delegation",
    ));

    let absent = Topology {
        public_key: None,
        ..Topology::sharded()
    };
    let pruned = Topology {
        public_key: Some(gap("key")),
        ..Topology::sharded()
    };
    let tree = state();
    let by_root =
        |topology: &Topology| encoded(&tree, &ROOT.certify(&tree), Some(topology.delegation()));
    file.add(reject(
        "SDEL-4",
        "no-key",
        "No key in the delegation, signed with the root key",
        &by_root(&absent),
        "the subnet's key left out, and signed with the root key",
    ));
    file.add(reject(
        "SDEL-4",
        "key-pruned",
        "The key in the delegation pruned, signed with the root key",
        &by_root(&pruned),
        "the subnet's key pruned, and signed with the root key",
    ));
    let key_of = |key: &[u8]| dir(&[(b"public_key", leaf(key))]);
    let elsewhere = Topology {
        other_subnets: vec![(OTHER.id(), key_of(&SUBNET.der()))],
        ..absent.clone()
    };
    file.add(reject(
        "SDEL-4",
        "key-of-another",
        "The key stands under another subnet",
        &delegated(&tree, &elsewhere),
        "the key put under another subnet id",
    ));
    let own_key = dir(&[
        (b"canister", gap("canisters")),
        (b"subnet", dir(&[(&SUBNET.id(), key_of(&SUBNET.der()))])),
        (b"time", leaf(leb128(TIME))),
    ]);
    file.add(reject(
        "SDEL-4",
        "key-in-leaf-tree",
        "The key stands in the delegated certificate",
        &delegated(&own_key, &absent),
        "the key moved to the delegated certificate",
    ));
    let renamed = Topology {
        subnet_id: SUBNET.id(),
        ..Topology::sharded()
    };
    let renamed = with_delegation(delegation(&OTHER.id(), &signed(&renamed.tree(), ROOT)));
    let vector = Vector::reject(
        "SDEL-4",
        "other-subnet-id",
        "Another subnet id in the delegation",
        input(&renamed, &json!("none")),
        "delegated-none",
        "the subnet id replaced",
    );
    file.add(vector.note("Unproven").critical());

    let beside = Topology {
        other_subnets: vec![
            (OTHER.id(), key_of(&OTHER.der())),
            (vec![0], key_of(&ROOT.der())),
        ],
        ..Topology::sharded()
    };
    let vector = Vector::accept(
        "keys-beside",
        "Keys of other subnets beside",
        input(&delegated(&tree, &beside), &for_member()),
    );
    file.add(vector.clauses(CERTIFICATES).note("Unproven").high());
    let leaf_key = dir(&[
        (b"canister", gap("canisters")),
        (b"subnet", dir(&[(&SUBNET.id(), key_of(&OTHER.der()))])),
        (b"time", leaf(leb128(TIME))),
    ]);
    let vector = Vector::accept(
        "leaf-tree-key-ignored",
        "Another key for the subnet in the delegated certificate",
        input(&delegated(&leaf_key, &Topology::sharded()), &for_member()),
    );
    file.add(vector.clauses(CERTIFICATES).note("Unproven").high());
}

fn keys(suite: &mut Suite) {
    let mut file = suite.file(OP, "delegation-key", "certificate::delegation");
    file.note(
        "Der",
        "MALLEABILITY",
        "The subnet's key is not in its one DER form.",
        "Lax: a key has several encodings, and so a subnet several ids.",
    );
    let key = SUBNET.raw();
    let der = SUBNET.der();
    let mut unused_bits = der.clone();
    if let Some(byte) = unused_bits.get_mut(36) {
        *byte = 1;
    }
    let mut other_oid = der.clone();
    if let Some(byte) = other_oid.get_mut(19) {
        *byte = 2;
    }
    let mut other_curve = der.clone();
    if let Some(byte) = other_curve.get_mut(33) {
        *byte = 2;
    }
    let oids = der.get(3..34).unwrap_or_default();
    let long = bls_decompress_key(&key).unwrap_or_default();
    let uncompressed = [b"\x30\x81\xe3".as_slice(), oids, b"\x03\x81\xc1\x00", &long].concat();
    let cases: &[(&str, &str, Vec<u8>, &str)] = &[
        (
            "key-raw",
            "The bare 96 bytes",
            key.clone(),
            "the DER form taken off",
        ),
        (
            "key-132",
            "132 bytes: the first one is missing",
            der.get(1..).unwrap_or_default().to_vec(),
            "the first byte cut off",
        ),
        (
            "key-134-front",
            "134 bytes: one too many in front",
            [&[0], der.as_slice()].concat(),
            "00 put in front",
        ),
        (
            "key-134-back",
            "134 bytes: one too many at the end",
            [der.as_slice(), &[0]].concat(),
            "00 appended",
        ),
        (
            "key-swapped-oids",
            "Algorithm and curve exchanged",
            swapped_oids(&key),
            "the object identifiers exchanged",
        ),
        (
            "key-other-algorithm",
            "Another algorithm",
            other_oid,
            "the last byte of the algorithm 01 → 02",
        ),
        (
            "key-other-curve",
            "Another curve",
            other_curve,
            "the last byte of the curve 01 → 02",
        ),
        (
            "key-unused-bits",
            "One unused bit in the bit string",
            unused_bits,
            "the count of unused bits 0 → 1",
        ),
        (
            "key-uncompressed",
            "An uncompressed point",
            uncompressed,
            "the point written uncompressed",
        ),
    ];
    for (slug, title, key, mutation) in cases {
        let topology = Topology {
            public_key: Some(leaf(key)),
            ..Topology::sharded()
        };
        let input = input(&delegated(&state(), &topology), &for_member());
        let vector = Vector::reject("SDEL-5", *slug, *title, input, "delegated", *mutation);
        file.add(vector.clauses(&["STATE-3"]).note("Der").high());
    }
}

fn ids(suite: &mut Suite) {
    let mut file = suite.file(OP, "subnet-id", "certificate::delegation");
    file.note(
        "Id",
        "EDGE_CASE",
        "A subnet id is a principal of 0 to 29 bytes; the scope names the same one.",
        "Lax: a subnet passes for another.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The root key may certify everything; the text limits only certificates with a delegation.",
        "None; the report says which way an implementation went.",
    );
    let with_id = |id: &[u8]| Topology {
        subnet_id: id.to_vec(),
        ..Topology::sharded()
    };
    for length in [0, 1, 10, 28, 29] {
        let id = vec![0x5a; length];
        let scope = json!({"subnet": hex(&id)});
        let vector = Vector::accept(
            format!("id-{length}"),
            format!("A subnet id of {length} bytes"),
            input(&delegated(&state(), &with_id(&id)), &scope),
        );
        file.add(
            vector
                .clauses(&["SDEL-8", "CERT-11", "STATE-19"])
                .note("Id"),
        );
    }
    for length in [30, 32] {
        let id = vec![0x5a; length];
        let vector = Vector::reject(
            "SDEL-8",
            format!("id-{length}"),
            format!("A subnet id of {length} bytes"),
            input(&delegated(&state(), &with_id(&id)), &json!("none")),
            "id-29",
            format!("the id has {length} bytes instead of 29"),
        );
        file.add(vector.also(&["PRIN-1", "SDEL-1"]).note("Id").high());
    }
    let text = model::run(
        "principal.encode_text",
        &json!({"bytes": hex(&SUBNET.id())}),
        None,
    );
    if let model::Outcome::Ok(text) = text {
        let text = text
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .as_bytes()
            .to_vec();
        let key = dir(&[(b"public_key", leaf(SUBNET.der()))]);
        let topology = Topology {
            public_key: None,
            other_subnets: vec![(text, key)],
            ..Topology::sharded()
        };
        let vector = Vector::reject(
            "SDEL-4",
            "id-as-text",
            "The key stands under the textual form of the subnet id",
            input(&delegated(&state(), &topology), &json!("none")),
            "delegated-none",
            "the label replaced by the textual form",
        );
        file.add(vector.clauses(&["STATE-19"]).note("Id").high());
    }
    let other = json!({"subnet": hex(&OTHER.id())});
    let vector = Vector::reject(
        "CERT-11",
        "wrong-subnet",
        "For another subnet than the delegation's",
        input(&super::fixture::usual(), &other),
        "delegated-subnet",
        "another subnet asked for",
    );
    file.add(vector.note("Id").critical());
    let prefix = json!({"subnet": hex(SUBNET.id().get(..28).unwrap_or_default())});
    let vector = Vector::reject(
        "CERT-11",
        "subnet-prefix",
        "For a subnet whose id is the beginning of the delegation's",
        input(&super::fixture::usual(), &prefix),
        "delegated-subnet",
        "the last byte of the wanted id cut off",
    );
    file.add(vector.note("Id").critical());
    let root = json!({"subnet": hex(&ROOT.id())});
    let vector = Vector::reject(
        "CERT-11",
        "root-subnet-wanted",
        "For the root subnet, certified by another",
        input(&super::fixture::usual(), &root),
        "delegated-subnet",
        "the root subnet asked for",
    );
    file.add(vector.note("Id").critical());

    let root_signed = input(&signed(&state(), ROOT), &other);
    let output = answer(OP, &input(&signed(&state(), ROOT), &json!("none")));
    let vector = Vector::either(
        "certificate.root_scope",
        "root-signed-other-subnet",
        "Signed with the root key, no delegation, for a subnet that is not the root subnet",
        root_signed,
    )
    .by("any", Answer::Accept(output))
    .by("root-subnet", Answer::Reject);
    file.add(vector.clauses(&["CERT-11"]).note("Open"));
}
