//! What all plain schemes have in common: separators, and the list of schemes.

use model::cbor::Item;
use model::crypto::{bls_sign, test_seed};

use super::{DELEGATION, OP, REQUEST, SENDER_INFO, accept, good, input, others, request};
use crate::certificate::fixture;
use crate::signer::Signer;
use crate::{FileBuilder, Suite, Vector};

/// What a verifier may name that only sees that a signature does not fit.
const MISFITS: &[&str] = &[
    "SIG-1", "SIG-2", "SIG-4", "SIG-ED-2", "SIG-ED-3", "SIG-ED-4", "SIG-EC-6", "SIG-EC-7",
    "SIG-EC-8",
];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "schemes", "sig::plain");
    file.note(
        "Scheme",
        "BASIC",
        "A signature of each scheme, in the form of the scheme and without anything around it.",
        "Users of the scheme cannot sign.",
    );
    file.note(
        "Separator",
        "AUTH_BYPASS",
        "Every signed payload begins with a separator that says what the signature is for.",
        "A signature for one purpose serves another.",
    );
    file.note(
        "Closed",
        "AUTH_BYPASS",
        "Keys of other schemes sign neither requests nor delegations.",
        "Whoever can have something signed with such a key is taken for a user.",
    );
    for (name, signer) in Signer::of_every_plain_scheme() {
        for (purpose, separator) in [
            ("request", REQUEST),
            ("delegation", DELEGATION),
            ("sender-info", SENDER_INFO),
        ] {
            let payload = [separator, &request(purpose)[11..]].concat();
            let slug = format!("{name}-{purpose}");
            let title = format!("A signature of {name} for the purpose {purpose}");
            file.add(
                accept(slug, title, good(&signer, &payload))
                    .note("Scheme")
                    .high(),
            );
        }
    }
    for (name, signer) in Signer::of_every_plain_scheme() {
        if !name.starts_with("webauthn") {
            separators(&mut file, name, &signer);
        }
    }
    wrapped(&mut file);
    closed(&mut file);
}

fn separators(file: &mut FileBuilder<'_>, name: &str, signer: &Signer) {
    let payload = request("request");
    let message = payload.get(REQUEST.len()..).unwrap_or_default();
    for (clause, slug, title, signed, mutation) in [
        (
            "SIG-1",
            "no-separator",
            "signed without the separator",
            message.to_vec(),
            "signed: the message alone",
        ),
        (
            "SIG-1",
            "other-separator",
            "signed with the separator of delegations",
            [DELEGATION, message].concat(),
            "signed: with the separator of delegations",
        ),
        (
            "SIG-2",
            "no-length",
            "signed without the length byte of the separator",
            payload.get(1..).unwrap_or_default().to_vec(),
            "signed: without the byte 0a",
        ),
        (
            "SIG-2",
            "length-plus-one",
            "signed with a length byte that counts itself",
            [&[11], payload.get(1..).unwrap_or_default()].concat(),
            "signed: with the byte 0b instead of 0a",
        ),
    ] {
        let vector = Vector::reject(
            clause,
            format!("{name}-{slug}"),
            format!("A request, {title} ({name})"),
            input(&signer.spki(), &payload, &signer.sign(&signed)),
            format!("{name}-request"),
            mutation,
        );
        file.add(
            vector
                .also(&others(MISFITS, clause))
                .note("Separator")
                .critical(),
        );
    }
}

fn wrapped(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    for (name, signer) in Signer::of_every_plain_scheme() {
        let signature = Item::bytes(&signer.sign(&payload)).encode();
        let vector = Vector::reject(
            "SIG-4",
            format!("{name}-in-cbor"),
            format!("A signature as a CBOR byte string ({name})"),
            input(&signer.spki(), &payload, &signature),
            format!("{name}-request"),
            "the signature in a CBOR byte string",
        );
        let also = ["SIG-ED-2", "SIG-EC-6", "SIG-WEBAUTHN-5", "SIG-WEBAUTHN-6"];
        file.add(vector.also(&also).note("Scheme"));
    }
}

fn closed(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    let rsa = Signer::plain_rsa();
    let vector = Vector::reject(
        "SIG-5",
        "plain-rsa",
        "A plain RSA key, with a good signature of its own",
        good(&rsa, &payload),
        "webauthn-rs256-request",
        "the plain RSA key and its signature instead of WebAuthn",
    );
    file.add(vector.also(&["SIG-3"]).note("Closed").critical());
    let subnet = fixture::SUBNET;
    let vector = Vector::reject(
        "SIG-5",
        "bls",
        "A BLS key, as subnets have, with a good signature of its own",
        input(
            &subnet.der(),
            &payload,
            &bls_sign(&test_seed(subnet.0), &payload),
        ),
        "ed25519-request",
        "a BLS key and its signature",
    );
    file.add(vector.also(&["SIG-3"]).note("Closed").critical());
    let ed25519 = Signer::ed25519("ed25519/user");
    let spki = ed25519.spki();
    let raw = spki.get(12..).unwrap_or_default();
    let vector = Vector::reject(
        "SIG-3",
        "raw-key",
        "The 32 bytes of an Ed25519 key, without DER",
        input(raw, &payload, &ed25519.sign(&payload)),
        "ed25519-request",
        "the first 12 bytes of the key left out",
    );
    file.add(vector.also(&["SIG-7"]).note("Closed").critical());
}
