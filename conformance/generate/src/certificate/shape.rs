//! The encoding of certificates.

use model::cbor::{Item, NULL};
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use super::fixture::{
    CERTIFICATES, RANGES, ROOT, SUBNET, TIME, Topology, answer, certificate, delegated, delegation,
    dir, encoded, for_member, gap, input, leaf, leb128, signed, state, state_at, usual,
};
use crate::vector::Answer;
use crate::{Suite, Vector};

const OP: &str = "certificate.verify";

pub(super) fn generate(suite: &mut Suite) {
    accepted(suite);
    encoding(suite);
    trees(suite);
}

fn accepted(suite: &mut Suite) {
    let mut file = suite.file(OP, "valid", "certificate::shape");
    file.note(
        "Valid",
        "BASIC",
        "A certificate as the network issues it.",
        "Nothing that the network certifies is believed.",
    );
    let root_signed = signed(&state(), ROOT);
    let subnet = json!({"subnet": hex(&SUBNET.id())});
    let root = json!({"subnet": hex(&ROOT.id())});
    let no_ranges = Topology {
        shards: None,
        ..Topology::sharded()
    };
    let no_type = Topology {
        kind: None,
        ..Topology::sharded()
    };
    let cloud = Topology {
        kind: Some(leaf("cloud_engine")),
        ..Topology::sharded()
    };
    let pruned_type = Topology {
        kind: Some(gap("type")),
        ..Topology::sharded()
    };
    let cases: &[(&str, &str, &[u8], &Value)] = &[
        (
            "root-signed",
            "Signed with the root key, no delegation, no scope",
            &root_signed,
            &json!("none"),
        ),
        (
            "root-signed-canister",
            "Signed with the root key, no delegation, for a canister",
            &root_signed,
            &for_member(),
        ),
        (
            "root-signed-subnet",
            "Signed with the root key, no delegation, for the root subnet",
            &root_signed,
            &root,
        ),
        (
            "delegated",
            "Delegated, for a canister in the ranges",
            &usual(),
            &for_member(),
        ),
        (
            "delegated-none",
            "Delegated, no scope",
            &usual(),
            &json!("none"),
        ),
        (
            "delegated-subnet",
            "Delegated, for the subnet",
            &usual(),
            &subnet,
        ),
        (
            "no-ranges-none",
            "Delegated without ranges, no scope",
            &delegated(&state(), &no_ranges),
            &json!("none"),
        ),
        (
            "no-ranges-subnet",
            "Delegated without ranges, for the subnet",
            &delegated(&state(), &no_ranges),
            &subnet,
        ),
        (
            "no-type",
            "Delegated without subnet type",
            &delegated(&state(), &no_type),
            &for_member(),
        ),
        (
            "pruned-type",
            "Delegated with the subnet type pruned",
            &delegated(&state(), &pruned_type),
            &for_member(),
        ),
        (
            "cloud-engine",
            "Delegated to a subnet of type cloud_engine",
            &delegated(&state(), &cloud),
            &for_member(),
        ),
    ];
    for (slug, title, bytes, scope) in cases {
        let vector = Vector::accept(*slug, *title, input(bytes, scope)).clauses(CERTIFICATES);
        file.add(vector.clauses(RANGES).note("Valid").critical());
    }
    let pruned = dir(&[
        (b"canister", gap("canisters")),
        (b"request_status", gap("requests")),
        (b"time", leaf(leb128(TIME))),
    ]);
    let whole = dir(&[
        (b"canister", gap("canisters")),
        (b"request_status", Tree::leaf("x")),
        (b"time", leaf(leb128(TIME))),
    ]);
    for (slug, title, tree) in [
        ("pruned-before", "Before pruning", whole.clone()),
        (
            "pruned-after",
            "The same certificate, pruned to its time",
            dir(&[
                (b"canister", gap("canisters")),
                (b"request_status", Tree::leaf("x").pruned()),
                (b"time", leaf(leb128(TIME))),
            ]),
        ),
    ] {
        let bytes = encoded(&tree, &ROOT.certify(&whole), None);
        let vector =
            Vector::accept(slug, title, input(&bytes, &json!("none"))).clauses(CERTIFICATES);
        file.add(vector.clauses(&["CERT-7", "TREE-5"]).note("Valid").high());
    }
    let vector = Vector::accept(
        "only-time",
        "Everything pruned but the time",
        input(&signed(&pruned, ROOT), &json!("none")),
    );
    file.add(
        vector
            .clauses(CERTIFICATES)
            .clauses(&["CERT-7"])
            .note("Valid")
            .high(),
    );
}

#[expect(clippy::type_complexity, reason = "a table of cases")]
fn encoding(suite: &mut Suite) {
    let mut file = suite.file(OP, "encoding", "certificate::shape");
    file.note(
        "Envelope",
        "EDGE_CASE",
        "The encoding is not exactly one certificate of the grammar.",
        "Lax: two implementations read different certificates from the same bytes.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text leaves open whether this is allowed.",
        "None; the report says which way an implementation went.",
    );
    let tree = state();
    let signature = ROOT.certify(&tree);
    let parts = certificate(tree.to_item(), &signature, None);
    let whole = parts.clone().self_described().encode();
    let scope = json!("none");
    let tagged = |fields: &[(&str, Item)]| Item::record(fields).self_described().encode();
    let tree_field = ("tree", tree.to_item());
    let signature_field = ("signature", Item::bytes(&signature));
    let other_signature = ("signature", Item::bytes(&ROOT.sign(b"something else")));

    let cases: &[(&str, &str, Vec<u8>, &str, &[&str])] = &[
        (
            "untagged",
            "No tag",
            parts.encode(),
            "the tag left out",
            &["CBOR-1"],
        ),
        (
            "other-tag",
            "Tag 55800",
            Item::Tag(55800, Box::new(parts.clone())).encode(),
            "tag 55799 → 55800",
            &["CBOR-1"],
        ),
        (
            "signature-twice",
            "Two signatures, the last one valid",
            tagged(&[tree_field.clone(), other_signature, signature_field.clone()]),
            "a second entry for the signature",
            &["CBOR-7"],
        ),
        (
            "tree-twice",
            "Two trees, the last one signed",
            tagged(&[
                ("tree", gap("x").to_item()),
                tree_field.clone(),
                signature_field.clone(),
            ]),
            "a second entry for the tree",
            &["CBOR-7"],
        ),
        (
            "no-signature",
            "No signature",
            tagged(std::slice::from_ref(&tree_field)),
            "the signature left out",
            &[],
        ),
        (
            "text-signature",
            "The signature as hex in a text string",
            tagged(&[
                tree_field.clone(),
                ("signature", Item::text(&hex(&signature))),
            ]),
            "the signature as text",
            &["CBOR-3"],
        ),
        (
            "trailing",
            "A byte after the certificate",
            [whole.as_slice(), &[0]].concat(),
            "00 appended",
            &["CBOR-9"],
        ),
        (
            "trailing-break",
            "A break after the certificate",
            [whole.as_slice(), &[0xff]].concat(),
            "ff appended",
            &["CBOR-9"],
        ),
    ];
    for (slug, title, bytes, mutation, also) in cases {
        let vector = Vector::reject(
            "CERT-1",
            *slug,
            *title,
            input(bytes, &scope),
            "root-signed",
            *mutation,
        );
        file.add(vector.also(also).note("Envelope").high());
    }

    let swapped = tagged(&[signature_field.clone(), tree_field.clone()]);
    let vector = Vector::accept(
        "signature-first",
        "The signature before the tree",
        input(&swapped, &scope),
    );
    file.add(vector.clauses(&["CERT-1"]).note("Envelope"));
    let delegation_first = tagged(&[
        ("delegation", Topology::sharded().delegation()),
        ("signature", Item::bytes(&SUBNET.certify(&tree))),
        tree_field.clone(),
    ]);
    let vector = Vector::accept(
        "delegation-first",
        "The delegation first",
        input(&delegation_first, &for_member()),
    );
    file.add(vector.clauses(&["CERT-1", "SDEL-1"]).note("Envelope"));

    let vector = Vector::accept(
        "untagged-replica",
        "No tag, where the tag is optional",
        input(&parts.encode(), &scope),
    );
    file.add(vector.replica().clauses(&["CERT-1"]).note("Envelope"));
    let inner = Topology::sharded().tree();
    let inner = certificate(inner.to_item(), &ROOT.certify(&inner), None).encode();
    let untagged_inner = encoded(
        &tree,
        &SUBNET.certify(&tree),
        Some(delegation(&SUBNET.id(), &inner)),
    );
    let vector = Vector::reject(
        "CERT-1",
        "untagged-delegation",
        "No tag on the delegation's certificate",
        input(&untagged_inner, &for_member()),
        "delegated",
        "the tag of the delegation's certificate left out",
    );
    file.add(vector.also(&["CBOR-1", "SDEL-1"]).note("Envelope"));
    let vector = Vector::accept(
        "untagged-delegation-replica",
        "No tag on the delegation's certificate, where the tag is optional",
        input(&untagged_inner, &for_member()),
    );
    file.add(vector.replica().clauses(&["CERT-1"]).note("Envelope"));

    let output = answer(OP, &input(&whole, &scope));
    let unknown = tagged(&[
        tree_field.clone(),
        signature_field.clone(),
        ("extra", Item::Unsigned(1)),
    ]);
    let vector = Vector::either(
        "cbor.unknown_fields",
        "unknown-field",
        "A field that the grammar does not know",
        input(&unknown, &scope),
    )
    .by("reject", Answer::Reject)
    .by("ignore", Answer::Accept(output.clone()));
    file.add(vector.clauses(&["CBOR-10", "CERT-1"]).note("Open"));
    let null = tagged(&[
        tree_field.clone(),
        signature_field.clone(),
        ("delegation", NULL),
    ]);
    let vector = Vector::either(
        "cbor.null",
        "null-delegation",
        "Null as delegation",
        input(&null, &scope),
    )
    .by("reject", Answer::Reject)
    .by("absent", Answer::Accept(output.clone()));
    file.add(vector.clauses(&["CBOR-12", "CERT-1"]).note("Open"));
    for (slug, title, bytes, clause) in [
        (
            "unknown-field-replica",
            "An unknown field, where such fields are ignored",
            &unknown,
            "CBOR-10",
        ),
        (
            "null-delegation-replica",
            "Null as delegation, where null means absent",
            &null,
            "CBOR-12",
        ),
    ] {
        let vector = Vector::accept(slug, title, input(bytes, &scope));
        file.add(vector.replica().clauses(&[clause, "CERT-1"]).note("Open"));
    }
    let entries = vec![
        (Item::text("tree"), tree.to_item()),
        (Item::text("signature"), Item::bytes(&signature)),
    ];
    let indefinite = Item::IndefiniteMap(entries).self_described().encode();
    let vector = Vector::either(
        "cbor.indefinite_length",
        "indefinite-map",
        "A map of indefinite length",
        input(&indefinite, &scope),
    )
    .by("accept", Answer::Accept(output))
    .by("reject", Answer::Reject);
    file.add(vector.clauses(&["CBOR-8", "CERT-1"]).note("Open"));
}

fn trees(suite: &mut Suite) {
    let mut file = suite.file(OP, "tree", "certificate::shape");
    file.note(
        "BadTree",
        "EDGE_CASE",
        "The tree in a certificate breaks the grammar, although its hash is signed.",
        "Lax: a signature covers two different readings of a tree.",
    );
    file.note(
        "IllFormed",
        "OPEN_QUESTION",
        "The network signs well-formed trees only; nothing says what a verifier does with others.",
        "None, as long as no implementation crashes.",
    );
    let scope = json!("none");
    let tree = state();
    let signature = ROOT.certify(&tree);
    let text_label = Item::Array(match tree.to_item() {
        Item::Array(parts) => parts
            .iter()
            .map(|part| with_text_label(part, b"time"))
            .collect(),
        _ => vec![],
    });
    let cases: &[(&str, &str, Item, &str)] = &[
        (
            "text-label",
            "A label that is a text string",
            text_label,
            "the label \"time\" as text",
        ),
        (
            "wrapped-tree",
            "A tree encoded inside a byte string",
            Item::bytes(&tree.encode()),
            "the tree in a byte string",
        ),
        (
            "tagged-tree",
            "A tree inside the self-described tag",
            tree.to_item().self_described(),
            "tag 55799 added to the tree",
        ),
    ];
    for (slug, title, item, mutation) in cases {
        let bytes = certificate(item.clone(), &signature, None)
            .self_described()
            .encode();
        let vector = Vector::reject(
            "CERT-9",
            *slug,
            *title,
            input(&bytes, &scope),
            "root-signed",
            *mutation,
        );
        file.add(vector.also(&["CERT-1"]).note("BadTree").high());
    }
    for length in [31, 33] {
        let long = dir(&[
            (b"canister", Tree::Pruned(vec![0x5a; length])),
            (b"time", leaf(leb128(TIME))),
        ]);
        let vector = Vector::reject(
            "CERT-10",
            format!("hash-{length}"),
            format!("A signed tree with a pruned hash of {length} bytes"),
            input(&signed(&long, ROOT), &scope),
            "hash-32",
            format!("the hash has {length} bytes instead of 32"),
        );
        file.add(vector.note("BadTree").high());
    }
    let right = dir(&[
        (b"canister", Tree::Pruned(vec![0x5a; 32])),
        (b"time", leaf(leb128(TIME))),
    ]);
    let vector = Vector::accept(
        "hash-32",
        "A signed tree with a pruned hash of 32 bytes",
        input(&signed(&right, ROOT), &scope),
    );
    file.add(
        vector
            .clauses(&["CERT-10", "CERT-2"])
            .note("BadTree")
            .high(),
    );

    for (slug, title, tree) in [
        (
            "ill-order",
            "Labels out of order",
            Tree::fork(
                Tree::labeled("time", leaf(leb128(TIME))),
                Tree::labeled("canister", leaf("x")),
            ),
        ),
        (
            "ill-leaf",
            "A leaf beside labels",
            Tree::fork(Tree::labeled("time", leaf(leb128(TIME))), leaf("x")),
        ),
        (
            "ill-twice",
            "The time twice",
            Tree::fork(
                Tree::labeled("time", leaf(leb128(TIME))),
                Tree::labeled("time", leaf(leb128(1))),
            ),
        ),
    ] {
        let input = input(&signed(&tree, ROOT), &scope);
        let output = answer(OP, &input);
        let vector = Vector::either("tree.ill_formed", slug, title, input)
            .by("followed", Answer::Accept(output))
            .by("refused", Answer::Reject);
        file.add(vector.clauses(&["CERT-13"]).note("IllFormed"));
    }
    let vector = Vector::accept(
        "fork-empty",
        "A fork with an empty tree",
        input(
            &signed(&Tree::fork(Tree::Empty, state_at(leaf(leb128(TIME)))), ROOT),
            &scope,
        ),
    );
    file.add(vector.clauses(&["TREE-6", "CERT-2"]).note("BadTree").high());

    let deep = (0..127_u32).rev().fold(leaf("x"), |tree, level| {
        Tree::labeled(level.to_be_bytes(), tree)
    });
    let deep = dir(&[(b"a", deep), (b"time", leaf(leb128(TIME)))]);
    let vector = Vector::accept(
        "deep-tree",
        "A tree with 128 labels below each other",
        input(&signed(&deep, ROOT), &scope),
    );
    file.add(
        vector
            .clauses(&["CERT-9", "TREE-12"])
            .note("BadTree")
            .high(),
    );

    let inner = Topology::sharded().tree();
    let inner_signature = ROOT.certify(&inner);
    let with_inner = |tree: Item, signature: &[u8]| {
        let inner = certificate(tree, signature, None).self_described().encode();
        encoded(
            &state(),
            &SUBNET.certify(&state()),
            Some(delegation(&SUBNET.id(), &inner)),
        )
    };
    let text = with_inner(with_text_label(&inner.to_item(), b"time"), &inner_signature);
    let vector = Vector::reject(
        "CERT-9",
        "delegation-text-label",
        "A label in the delegation's tree that is a text string",
        input(&text, &for_member()),
        "delegated",
        "the label \"time\" in the delegation as text",
    );
    file.add(vector.also(&["CERT-1", "SDEL-1"]).note("BadTree").high());
    let short = Topology {
        kind: Some(Tree::Pruned(vec![0x5a; 31])),
        ..Topology::sharded()
    }
    .tree();
    let vector = Vector::reject(
        "CERT-10",
        "delegation-hash-31",
        "A pruned hash of 31 bytes in the delegation's tree",
        input(
            &with_inner(short.to_item(), &ROOT.certify(&short)),
            &for_member(),
        ),
        "pruned-type",
        "the hash has 31 bytes instead of 32",
    );
    file.add(vector.also(&["CERT-1", "SDEL-1"]).note("BadTree").high());
}

/// The same tree with this label as a text string.
fn with_text_label(item: &Item, label: &[u8]) -> Item {
    match item {
        Item::Array(parts) => Item::Array(
            parts
                .iter()
                .map(|part| with_text_label(part, label))
                .collect(),
        ),
        Item::Bytes(bytes) if bytes == label => Item::Text(bytes.clone()),
        item => item.clone(),
    }
}
