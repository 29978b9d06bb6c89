//! Plain Ed25519.

use model::crypto::ed25519::{
    ED25519_IDENTITY, ED25519_ORDER_8, ed25519_add, ed25519_public_key, ed25519_sign,
    ed25519_sign_as, ed25519_sign_shifted, ed25519_unreduce,
};
use model::crypto::{sha256, test_seed};
use model::input::unhex;
use serde_json::json;

use super::{OP, accept, good, input, others, request, request_where};
use crate::signer::{Signer, der};
use crate::vector::Answer;
use crate::{FileBuilder, Suite, Vector};

const MISFITS: &[&str] = &["SIG-ED-2", "SIG-ED-3", "SIG-ED-4"];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "ed25519", "sig::ed25519");
    file.note(
        "Form",
        "MALLEABILITY",
        "A signature has 64 bytes: R, and S below the group order, both little-endian.",
        "Signatures have several forms, or those of other programs are not understood.",
    );
    file.note(
        "Payload",
        "AUTH_BYPASS",
        "The signature covers the whole payload as it is.",
        "A signature on something else is accepted.",
    );
    file.note(
        "Validation",
        "OPEN_QUESTION",
        "The text does not say what happens with unusual points; replicas verify as ZIP-215 says.",
        "Whether a request is valid depends on the program.",
    );
    published(&mut file);
    form(&mut file);
    payload(&mut file);
    questions(&mut file);
}

fn published(file: &mut FileBuilder<'_>) {
    // RFC 8032, section 7.1, tests 1 to 3: key, message, signature.
    for (slug, key, message, signature) in [
        (
            "rfc8032-1",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "rfc8032-2",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "rfc8032-3",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ] {
        let bytes = |text| unhex(text).unwrap_or_default();
        let input = input(
            &der::ed25519_key(&bytes(key)),
            &bytes(message),
            &bytes(signature),
        );
        let vector = accept(
            slug,
            "A signature of RFC 8032, whose payload has no separator",
            input,
        );
        file.add(vector.note("Form").source("RFC 8032, section 7.1"));
    }
}

fn form(file: &mut FileBuilder<'_>) {
    let signer = Signer::ed25519("ed25519/user");
    let spki = signer.spki();
    let payload = request("request");
    let signature = signer.sign(&payload);
    let ends_in_zero = request_where("short", |payload| signer.sign(payload).last() == Some(&0));
    let twin = "ed25519-ends-in-zero";
    let title = "A signature whose last byte is zero";
    file.add(accept(twin, title, good(&signer, &ends_in_zero)).note("Form"));
    let mut short = signer.sign(&ends_in_zero);
    short.pop();
    let vector = Vector::reject(
        "SIG-ED-2",
        "ed25519-63",
        "63 bytes",
        input(&spki, &ends_in_zero, &short),
        twin,
        "the last byte, a zero, left out",
    );
    file.add(vector.also(&others(MISFITS, "SIG-ED-2")).note("Form"));
    let vector = Vector::reject(
        "SIG-ED-2",
        "ed25519-65",
        "65 bytes",
        input(&spki, &payload, &[signature.as_slice(), &[0]].concat()),
        "ed25519-request",
        "a byte 00 at the end",
    );
    file.add(vector.also(&others(MISFITS, "SIG-ED-2")).note("Form"));

    let (point, scalar) = signature.split_at_checked(32).unwrap_or_default();
    let reversed: Vec<u8> = scalar.iter().rev().copied().collect();
    let unreduced = ed25519_unreduce(scalar).unwrap_or_default();
    for (slug, title, scalar, mutation) in [
        (
            "ed25519-big-endian",
            "S as a big-endian number",
            reversed.as_slice(),
            "the bytes of S in reverse order",
        ),
        (
            "ed25519-unreduced",
            "S plus the group order",
            &unreduced,
            "S → S + ℓ",
        ),
    ] {
        let signature = [point, scalar].concat();
        let vector = Vector::reject(
            "SIG-ED-3",
            slug,
            title,
            input(&spki, &payload, &signature),
            "ed25519-request",
            mutation,
        );
        let also = ["SIG-ED-2", "SIG-ED-4", "SIG-ED-5"];
        file.add(vector.also(&also).note("Form").critical());
    }
}

fn payload(file: &mut FileBuilder<'_>) {
    let signer = Signer::ed25519("ed25519/user");
    let payload = request("request");
    for (slug, title, signature, mutation) in [
        (
            "ed25519-prehashed",
            "A signature on the SHA-256 of the payload",
            signer.sign(&sha256(&payload)),
            "signed: the SHA-256 of the payload",
        ),
        (
            "ed25519-other-payload",
            "The signature on another request",
            signer.sign(&request("other request")),
            "signed: another request",
        ),
        (
            "ed25519-other-key",
            "The signature of another key",
            Signer::ed25519("ed25519/other").sign(&payload),
            "signed by another key",
        ),
        (
            "ed25519-zeros",
            "64 zero bytes",
            vec![0; 64],
            "the signature → 00 … 00",
        ),
    ] {
        let vector = Vector::reject(
            "SIG-ED-4",
            slug,
            title,
            input(&signer.spki(), &payload, &signature),
            "ed25519-request",
            mutation,
        );
        file.add(
            vector
                .also(&others(MISFITS, "SIG-ED-4"))
                .note("Payload")
                .critical(),
        );
    }
    let empty = good(&signer, b"");
    file.add(accept("ed25519-empty-payload", "An empty payload", empty).note("Payload"));
}

/// Signatures that pass with the cofactor: the key, or R, is not in the group of prime order.
fn questions(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    let seed = test_seed("ed25519/user");
    let mixed = ed25519_add(&ed25519_public_key(&seed), &ED25519_ORDER_8).unwrap_or_default();
    let identity_signature = [ED25519_IDENTITY, [0; 32]].concat();
    let shifted = ed25519_sign_shifted(&seed, &ED25519_ORDER_8, &payload).unwrap_or([0; 64]);
    let mut noncanonical = [0xff; 32];
    (noncanonical[0], noncanonical[31]) = (0xee, 0x7f);
    let yes = || Answer::Accept(json!({}));
    for (slug, title, key, signature, cofactorless) in [
        (
            "ed25519-mixed-key",
            "A key of mixed order: the cofactor decides",
            mixed,
            ed25519_sign_as(&seed, &mixed, &payload).to_vec(),
            Answer::Reject,
        ),
        (
            "ed25519-mixed-r",
            "R of mixed order: the cofactor decides",
            ed25519_public_key(&seed),
            shifted.to_vec(),
            Answer::Reject,
        ),
        (
            "ed25519-identity",
            "The neutral element as key, for which one signature fits everything",
            ED25519_IDENTITY,
            identity_signature.clone(),
            yes(),
        ),
        (
            "ed25519-noncanonical-key",
            "The neutral element as key, encoded with y = p + 1",
            noncanonical,
            identity_signature,
            yes(),
        ),
        (
            "ed25519-noncanonical-r",
            "R is the neutral element, encoded with y = p + 1",
            ED25519_IDENTITY,
            [noncanonical, [0; 32]].concat(),
            Answer::Reject,
        ),
    ] {
        let input = input(&der::ed25519_key(&key), &payload, &signature);
        let vector = Vector::either("ed25519.validation", slug, title, input)
            .by("zip215", yes())
            .by("rfc8032-cofactorless", cofactorless)
            .by("strict", Answer::Reject);
        file.add(vector.clauses(&["SIG-ED-5"]).note("Validation"));
    }
    let strict = ed25519_sign(&seed, &payload);
    let vector = accept(
        "ed25519-everywhere",
        "A signature that every verifier accepts",
        input(&Signer::ed25519("ed25519/user").spki(), &payload, &strict),
    );
    file.add(vector.note("Validation").high());
}
