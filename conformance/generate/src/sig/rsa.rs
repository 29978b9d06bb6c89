//! WebAuthn with RS256.

use model::crypto::rsa::{
    RSA_EXPONENT, RsaTestKey, rsa_add, rsa_digest_info, rsa_encode, rsa_encode_pss,
    rsa_sha512_info, rsa_sign_encoded,
};
use model::crypto::sha256;
use serde_json::{Value, json};

use super::webauthn::with;
use super::{OP, accept, input, others, request, request_where};
use crate::signer::assertion::{Assertion, CoseKey};
use crate::signer::{Signer, der};
use crate::vector::Answer;
use crate::{Suite, Vector};

const MISFITS: &[&str] = &["SIG-WEBAUTHN-9", "SIG-WEBAUTHN-12"];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "webauthn-rsa", "sig::rsa");
    file.note(
        "Padding",
        "AUTH_BYPASS",
        "The padding of PKCS #1 v1.5 is compared whole, to the last byte.",
        "With a small exponent, signatures are made without the key.",
    );
    file.note(
        "Length",
        "MALLEABILITY",
        "A signature is as long as the modulus, and below it as a number.",
        "Signatures have several forms.",
    );
    file.note(
        "Size",
        "OPEN_QUESTION",
        "The text sets no bounds to RSA keys.",
        "Users of unusual keys can sign in one place and not in another.",
    );
    let key = RsaTestKey::Bits2048;
    let signer = Signer::WebauthnRs256(key);
    let n = key.modulus();
    let payload = request("request");
    let usual = Assertion::of(&payload);
    let message = usual.message();
    let info = rsa_digest_info(&sha256(&message));
    let mut short = [&[0, 1], [0xff; 8].as_slice(), &[0], &info].concat();
    short.resize(n.len(), 0);
    let hash_only = rsa_encode(&sha256(&message), n.len()).unwrap_or_default();
    let other_hash = rsa_encode(&rsa_sha512_info(&message), n.len()).unwrap_or_default();
    let pss = rsa_encode_pss(&sha256(&message), n.len()).unwrap_or_default();
    for (slug, title, encoded, mutation) in [
        ("pss", "PSS", pss, "the padding → PSS"),
        (
            "sha512",
            "The DigestInfo of SHA-512",
            other_hash,
            "SHA-256 → SHA-512",
        ),
        (
            "hash-only",
            "The hash without DigestInfo",
            hash_only,
            "DigestInfo → the hash",
        ),
        (
            "garbage",
            "Eight bytes of padding, and zeros after DigestInfo",
            short,
            "the padding moved to the end",
        ),
    ] {
        let mut assertion = usual.clone();
        assertion.signature = rsa_sign_encoded(key, &RSA_EXPONENT, &encoded);
        let vector = Vector::reject(
            "SIG-WEBAUTHN-12",
            format!("webauthn-rs256-{slug}"),
            title,
            with(&signer, &payload, &assertion),
            "webauthn-rs256-request",
            mutation,
        );
        file.add(
            vector
                .also(&others(MISFITS, "SIG-WEBAUTHN-12"))
                .note("Padding")
                .critical(),
        );
    }

    let sign = |payload: &[u8]| Assertion::of(payload).sign(&signer);
    let begins = |byte: u8| {
        request_where("rsa", |payload| {
            sign(payload).signature.first() == Some(&byte)
        })
    };
    let payload = begins(0);
    let twin = "webauthn-rs256-begins-with-zero";
    let title = "A signature whose first byte is zero";
    file.add(accept(twin, title, with(&signer, &payload, &sign(&payload))).note("Length"));
    let full = sign(&payload);
    let mut cut = full.clone();
    cut.signature.remove(0);
    let mut long = full.clone();
    long.signature.insert(0, 0);
    let mut larger = full;
    larger.signature = rsa_add(&larger.signature, &n);
    for (slug, title, assertion, mutation) in [
        (
            "webauthn-rs256-255",
            "The same without the zero byte",
            cut,
            "the first byte left out",
        ),
        (
            "webauthn-rs256-plus-modulus",
            "The same plus the modulus",
            larger,
            "s → s + n",
        ),
    ] {
        let input = with(&signer, &payload, &assertion);
        let vector = Vector::reject("SIG-WEBAUTHN-12", slug, title, input, twin, mutation);
        file.add(
            vector
                .also(&others(MISFITS, "SIG-WEBAUTHN-12"))
                .note("Length")
                .high(),
        );
    }
    let vector = Vector::reject(
        "SIG-WEBAUTHN-12",
        "webauthn-rs256-257",
        "The same with another zero byte",
        with(&signer, &payload, &long),
        twin,
        "a byte 00 in front",
    );
    file.add(
        vector
            .also(&others(MISFITS, "SIG-WEBAUTHN-12"))
            .note("Length"),
    );
    sizes(suite);
}

/// An input under a key of this size and exponent, with a good signature.
fn of_size(key: RsaTestKey, e: &[u8]) -> Value {
    let payload = request("request");
    let mut assertion = Assertion::of(&payload);
    let n = key.modulus();
    let info = rsa_digest_info(&sha256(&assertion.message()));
    let encoded = rsa_encode(&info, n.len()).unwrap_or_default();
    assertion.signature = if e == [1] {
        encoded
    } else {
        rsa_sign_encoded(key, e, &encoded)
    };
    let spki = der::cose_key(&CoseKey::rs256(&n, e).encode());
    input(&spki, &payload, &assertion.encode())
}

fn sizes(suite: &mut Suite) {
    let mut file = suite.file(OP, "webauthn-rsa", "sig::rsa");
    let large = [1, 0xff, 0xff, 0xff, 0xff];
    for (slug, title, key, e) in [
        (
            "webauthn-rs256-8192",
            "A key of 8192 bits",
            RsaTestKey::Bits8192,
            RSA_EXPONENT.as_slice(),
        ),
        (
            "webauthn-rs256-exponent-3",
            "The exponent 3",
            RsaTestKey::Bits2048,
            &[3],
        ),
        (
            "webauthn-rs256-exponent-large",
            "The exponent 2³³ − 1",
            RsaTestKey::Bits2048,
            &large,
        ),
    ] {
        file.add(accept(slug, title, of_size(key, e)).note("Length").high());
    }
    let vector = Vector::reject(
        "SIG-WEBAUTHN-3",
        "webauthn-rs256-exponent-1",
        "The exponent 1, for which everybody signs",
        of_size(RsaTestKey::Bits2048, &[1]),
        "webauthn-rs256-exponent-3",
        "e → 1, and the padded hash as signature",
    );
    file.add(vector.also(MISFITS).note("Padding").critical());
    for (slug, title, key, e) in [
        (
            "webauthn-rs256-2040",
            "A key of 2040 bits",
            RsaTestKey::Bits2040,
            RSA_EXPONENT.as_slice(),
        ),
        (
            "webauthn-rs256-8200",
            "A key of 8200 bits",
            RsaTestKey::Bits8200,
            &RSA_EXPONENT,
        ),
        (
            "webauthn-rs256-exponent-34-bits",
            "The exponent 2³³ + 1",
            RsaTestKey::Bits2048,
            &[2, 0, 0, 0, 1],
        ),
    ] {
        let vector = Vector::either("rsa.modulus", slug, title, of_size(key, e))
            .by("2048-8192", Answer::Reject)
            .by("any", Answer::Accept(json!({})));
        file.add(vector.clauses(&["SIG-WEBAUTHN-12"]).note("Size"));
    }
}
