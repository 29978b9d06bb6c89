//! The form of keys: strict DER, and the 44 bytes of Ed25519.

use model::crypto::ed25519::ED25519_IDENTITY;

use super::{OP, accept, input, reject};
use crate::signer::der::{
    BIT_STRING, COSE, ED25519, NULL, OID, SEQUENCE, algorithm, bits, element, long_element,
};
use crate::signer::{Signer, der};
use crate::vector::Answer;
use crate::{FileBuilder, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "form", "key::form");
    file.note(
        "Strict",
        "MALLEABILITY",
        "A key has one DER form, because its owner's principal is the hash of it.",
        "One key owns several principals, or a program sees another user than the IC does.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text names no rule for the parameters of its own object identifiers.",
        "One key owns two principals.",
    );
    not_der(&mut file);
    lengths(&mut file);
    rest(&mut file);
    parameters(&mut file);
    points(suite);
}

/// The keys that the flaws are tried on: name of the twin, object identifier, parameters, content.
fn bases() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let parts = |oid: &[u8], parameters: &[u8], signer: &Signer| {
        let algorithm = algorithm(oid, parameters);
        let spki = signer.spki();
        let start = algorithm.len().saturating_add(5);
        // Two short heads and the byte for unused bits come before the content.
        let content = spki.get(start..).unwrap_or_default().to_vec();
        (algorithm, content)
    };
    let p256 = element(OID, der::P256);
    let [ed25519, ecdsa, cose, canister] = [
        parts(ED25519, &[], &Signer::ed25519("ed25519/user")),
        parts(der::EC, &p256, &Signer::p256("p256/user")),
        parts(COSE, &[], &Signer::webauthn_es256("webauthn-es256/user")),
        parts(der::CANISTER, &[], &Signer::canister(0x10_1234, b"seed")),
    ];
    vec![
        ("ed25519", ed25519.0, ed25519.1),
        ("p256", ecdsa.0, ecdsa.1),
        ("webauthn-es256", cose.0, cose.1),
        ("canister", canister.0, canister.1),
    ]
}

fn not_der(file: &mut FileBuilder<'_>) {
    let spki = Signer::ed25519("ed25519/user").spki();
    let raw = spki.get(12..).unwrap_or_default();
    let vector = reject(
        "SIG-3",
        "raw-ed25519",
        "The 32 bytes of an Ed25519 key, without DER",
        raw,
        "ed25519",
        "the first 12 bytes left out",
    );
    file.add(vector.also(&["SIG-7"]).note("Strict").critical());
}

fn lengths(file: &mut FileBuilder<'_>) {
    for (name, algorithm, content) in bases() {
        let key = bits(&content);
        let outer = [algorithm.as_slice(), &key].concat();
        let inner = algorithm.get(2..).unwrap_or_default();
        let long_bits = long_element(BIT_STRING, &[&[0], content.as_slice()].concat(), 1);
        let cases = [
            (
                "outer-length",
                "The length of the whole in two bytes",
                long_element(SEQUENCE, &outer, 1),
            ),
            (
                "outer-length-3",
                "The length of the whole in three bytes",
                long_element(SEQUENCE, &outer, 2),
            ),
            (
                "algorithm-length",
                "The length of the algorithm in two bytes",
                element(
                    SEQUENCE,
                    &[long_element(SEQUENCE, inner, 1), key.clone()].concat(),
                ),
            ),
            (
                "bits-length",
                "The length of the BIT STRING in two bytes",
                element(SEQUENCE, &[algorithm.as_slice(), &long_bits].concat()),
            ),
        ];
        for (slug, title, spki) in cases {
            let slug = format!("{name}-{slug}");
            let title = format!("{title}, where one is enough ({name})");
            let vector = reject(
                "SIG-7",
                slug,
                title,
                &spki,
                name,
                "a byte 81 before a length",
            );
            file.add(vector.also(&["SIG-3"]).note("Strict").high());
        }
    }
    let rsa = Signer::webauthn_rs256();
    let cose = rsa.cose().encode();
    let algorithm = algorithm(COSE, &[]);
    let long = long_element(BIT_STRING, &[&[0], cose.as_slice()].concat(), 3);
    let spki = element(SEQUENCE, &[algorithm.as_slice(), &long].concat());
    let vector = reject(
        "SIG-7",
        "webauthn-rs256-bits-length",
        "The length of the BIT STRING in four bytes, where three are enough",
        &spki,
        "webauthn-rs256",
        "length 82 01 11 → 83 00 01 11",
    );
    file.add(vector.also(&["SIG-3"]).note("Strict"));
}

fn rest(file: &mut FileBuilder<'_>) {
    for (name, algorithm, content) in bases() {
        let key = bits(&content);
        let whole = element(SEQUENCE, &[algorithm.as_slice(), &key].concat());
        let unused = element(BIT_STRING, &[&[1], content.as_slice()].concat());
        for (slug, title, spki, mutation) in [
            (
                "trailing-zero",
                "A zero byte after the key",
                [whole.as_slice(), &[0]].concat(),
                "a byte 00 at the end",
            ),
            (
                "trailing-null",
                "A NULL after the key",
                [whole.as_slice(), NULL].concat(),
                "a NULL at the end",
            ),
            (
                "unused-bits",
                "A BIT STRING with one unused bit",
                element(SEQUENCE, &[algorithm.as_slice(), &unused].concat()),
                "unused bits 0 → 1",
            ),
            (
                "third-element",
                "A third element in the outer SEQUENCE",
                element(SEQUENCE, &[algorithm.as_slice(), &key, NULL].concat()),
                "a NULL at the end of the outer SEQUENCE",
            ),
        ] {
            let slug = format!("{name}-{slug}");
            let title = format!("{title} ({name})");
            let vector = reject("SIG-7", slug, title, &spki, name, mutation);
            file.add(vector.also(&["SIG-3"]).note("Strict").high());
        }
    }
}

fn parameters(file: &mut FileBuilder<'_>) {
    for (name, oid, content) in bases()
        .into_iter()
        .filter(|(name, _, _)| *name != "p256")
        .map(|(name, algorithm, content)| {
            let oid = algorithm.get(4..).unwrap_or_default().to_vec();
            (name, oid, content)
        })
    {
        let spki = der::key(&oid, NULL, &content);
        let slug = format!("{name}-null-parameters");
        if name == "ed25519" {
            let vector = reject(
                "SIG-7",
                slug,
                "NULL as parameters of Ed25519",
                &spki,
                name,
                "NULL after the object identifier",
            );
            file.add(vector.also(&["SIG-ED-1"]).note("Strict").high());
            continue;
        }
        let output =
            crate::certificate::fixture::answer(OP, &input(&der::key(&oid, &[], &content)));
        let title = format!("NULL as parameters ({name})");
        let vector = Vector::either("der.null_parameters", slug, title, input(&spki))
            .by("reject", Answer::Reject)
            .by("accept", Answer::Accept(output));
        file.add(vector.clauses(&["SIG-7"]).note("Open"));
    }
}

fn points(suite: &mut Suite) {
    let mut file = suite.file(OP, "ed25519", "key::form");
    file.note(
        "Point",
        "EDGE_CASE",
        "An Ed25519 key has 32 bytes, which stand for a point of the curve.",
        "Keys are taken that no signature can be checked with, or other bytes than were hashed.",
    );
    file.note(
        "SmallOrder",
        "EDGE_CASE",
        "The bytes stand for a point, in an unusual way or of small order.",
        "Which users exist depends on the program.",
    );
    let spki = Signer::ed25519("ed25519/user").spki();
    let point = spki.get(12..).unwrap_or_default();
    for (slug, title, content, mutation) in [
        (
            "ed25519-31",
            "31 bytes",
            point.get(..31).unwrap_or_default().to_vec(),
            "the last byte left out",
        ),
        (
            "ed25519-33",
            "33 bytes",
            [point, &[0]].concat(),
            "a byte 00 at the end",
        ),
        (
            "ed25519-64",
            "Secret and public key, as some programs write them",
            [point, point].concat(),
            "32 bytes more",
        ),
        ("ed25519-empty", "No bytes", Vec::new(), "no point"),
    ] {
        let spki = der::ed25519_key(&content);
        let vector = reject("SIG-ED-1", slug, title, &spki, "ed25519", mutation);
        file.add(vector.also(&["SIG-7"]).note("Point").high());
    }
    let mut off = [0; 32];
    off[0] = 2;
    let vector = reject(
        "SIG-ED-1",
        "ed25519-no-point",
        "32 bytes that are no point: y = 2",
        &der::ed25519_key(&off),
        "ed25519",
        "the point → 02 00 … 00",
    );
    file.add(vector.also(&["SIG-ED-5"]).note("Point"));
    let either = |slug: &str, title: &str, point: &[u8]| {
        let spki = der::ed25519_key(point);
        let output = crate::certificate::fixture::answer(OP, &input(&spki));
        Vector::either("ed25519.validation", slug, title, input(&spki))
            .by("zip215", Answer::Accept(output.clone()))
            .by("rfc8032-cofactorless", Answer::Accept(output))
            .by("strict", Answer::Reject)
            .clauses(&["SIG-ED-5"])
            .note("SmallOrder")
    };
    let mut zero = ED25519_IDENTITY;
    zero[0] = 0;
    file.add(either(
        "ed25519-identity",
        "The neutral element",
        &ED25519_IDENTITY,
    ));
    file.add(either(
        "ed25519-order-4",
        "y = 0, a point of order 4",
        &zero,
    ));
    let mut noncanonical = [0xff; 32];
    (noncanonical[0], noncanonical[31]) = (0xee, 0x7f);
    file.add(either(
        "ed25519-noncanonical",
        "y = p + 1, which is the neutral element",
        &noncanonical,
    ));
    let vector = accept(
        "ed25519-other",
        "Another key",
        &Signer::ed25519("ed25519/other").spki(),
    );
    file.add(vector.note("Point"));
}
