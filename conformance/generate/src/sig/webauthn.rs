//! What a WebAuthn signature covers, and its form for ES256 and `EdDSA`.

use model::crypto::ecdsa::{Curve, ecdsa_is_high, ecdsa_key_for, ecdsa_negate, ecdsa_order};
use model::crypto::ecdsa::{ecdsa_public_point, ecdsa_sign};
use model::crypto::rsa::rsa_add;
use model::crypto::{sha256, test_seed};
use model::input::unhex;
use serde_json::Value;

use super::{OP, accept, input, others, request};
use crate::signer::assertion::{Assertion, CoseKey};
use crate::signer::{Signer, der};
use crate::{FileBuilder, Suite, Vector};

/// What a verifier may name that only sees that a signature does not fit.
const MISFITS: &[&str] = &[
    "SIG-WEBAUTHN-9",
    "SIG-WEBAUTHN-10",
    "SIG-WEBAUTHN-11",
    "SIG-WEBAUTHN-12",
    "SIG-EC-8",
];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "webauthn-signature", "sig::webauthn");
    file.note(
        "Covered",
        "AUTH_BYPASS",
        "The signature covers the authenticator data and the hash of the client data, as they came.",
        "A signature on something else is accepted.",
    );
    file.note(
        "Ecdsa",
        "INTEROP",
        "Authenticators write ECDSA signatures in DER.",
        "Passkeys do not work, or signatures have several forms.",
    );
    file.note(
        "EdDsa",
        "INTEROP",
        "Authenticators write Ed25519 signatures as 64 bytes.",
        "Passkeys do not work, or signatures have several forms.",
    );
    file.note(
        "Real",
        "INTEROP",
        "An authenticator made this signature.",
        "Passkeys do not work.",
    );
    covered(&mut file);
    ecdsa(&mut file);
    numbers(&mut file);
    eddsa(&mut file);
    authenticators(&mut file);
}

/// The input with this assertion, as it is.
pub(super) fn with(signer: &Signer, payload: &[u8], assertion: &Assertion) -> Value {
    input(&signer.spki(), payload, &assertion.encode())
}

/// The signers of WebAuthn, and the slugs of their accepted vectors.
pub(super) fn passkeys() -> Vec<(&'static str, Signer)> {
    let mut all = Signer::of_every_plain_scheme();
    all.retain(|(name, _)| name.starts_with("webauthn"));
    all
}

fn covered(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    for (name, signer) in passkeys() {
        let usual = Assertion::of(&payload);
        let hash = sha256(&usual.client_data);
        let data = usual.authenticator_data.as_slice();
        let signed = |message: &[u8]| {
            let mut assertion = usual.clone();
            assertion.signature = signer.sign_raw(message);
            assertion
        };
        let mut altered = usual.clone().sign(&signer);
        if let Some(counter) = altered.authenticator_data.last_mut() {
            *counter = counter.wrapping_add(1);
        }
        let other = Assertion::of(&request("other request")).sign(&signer);
        let mut transplanted = usual.clone();
        transplanted.signature = other.signature;
        let stranger = match &signer {
            Signer::WebauthnEs256(_) => Signer::webauthn_es256("webauthn-es256/other"),
            Signer::WebauthnEd25519(_) => Signer::webauthn_ed25519("webauthn-ed25519/other"),
            _ => signer.clone(),
        };
        // The general clause of the scheme.
        let general = if matches!(signer, Signer::WebauthnRs256(_)) {
            "SIG-WEBAUTHN-12"
        } else {
            "SIG-WEBAUTHN-9"
        };
        let mut cases = vec![
            (
                "SIG-WEBAUTHN-9",
                "hash-first",
                "signed with the hash of the client data first",
                signed(&[hash.as_slice(), data].concat()),
                "signed: hash, then authenticator data",
            ),
            (
                general,
                "altered-data",
                "signed before the counter was changed",
                altered,
                "the counter in the authenticator data + 1",
            ),
            (
                general,
                "transplanted",
                "with the signature on another request",
                transplanted,
                "the signature of an assertion for another request",
            ),
            (
                general,
                "client-data-itself",
                "signed over the client data itself instead of its hash",
                signed(&[data, &usual.client_data].concat()),
                "signed: the client data unhashed",
            ),
            (
                general,
                "payload-itself",
                "signed over the payload, as plain keys do",
                signed(&payload),
                "signed: the payload alone",
            ),
        ];
        if stranger.spki() != signer.spki() {
            let assertion = usual.clone().sign(&stranger);
            cases.push((
                general,
                "other-key",
                "signed with another key",
                assertion,
                "signed by another key",
            ));
        }
        for (clause, slug, title, assertion, mutation) in cases {
            let vector = Vector::reject(
                clause,
                format!("{name}-{slug}"),
                format!("A request, {title} ({name})"),
                with(&signer, &payload, &assertion),
                format!("{name}-request"),
                mutation,
            );
            file.add(
                vector
                    .also(&others(MISFITS, clause))
                    .note("Covered")
                    .critical(),
            );
        }
        rewritten(file, name, &signer);
    }
}

/// Client data with white space, which nobody may write again before hashing it.
fn rewritten(file: &mut FileBuilder<'_>, name: &str, signer: &Signer) {
    let payload = request("request");
    let compact = Assertion::of(&payload).client_data;
    let text = String::from_utf8_lossy(&compact).replace(':', ": ");
    let spaced = Assertion::with_client_data(text.replace("https: //", "https://").as_bytes());
    let twin = format!("{name}-spaced");
    let title = format!("Client data with white space ({name})");
    let input = with(signer, &payload, &spaced.clone().sign(signer));
    file.add(accept(&twin, title, input).note("Covered").high());
    let mut assertion = spaced;
    assertion.signature = Assertion::with_client_data(&compact).sign(signer).signature;
    let vector = Vector::reject(
        "SIG-WEBAUTHN-9",
        format!("{name}-rewritten"),
        format!("Client data with white space, signed without it ({name})"),
        with(signer, &payload, &assertion),
        twin,
        "signed: the client data without white space",
    );
    file.add(
        vector
            .also(&others(MISFITS, "SIG-WEBAUTHN-9"))
            .note("Covered"),
    );
}

fn ecdsa(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    let seed = test_seed("webauthn-es256/user");
    let signer = Signer::WebauthnEs256(seed);
    let usual = Assertion::of(&payload);
    let raw = ecdsa_sign(Curve::P256, &seed, &usual.message());
    let (r, s) = raw.split_at_checked(32).unwrap_or_default();
    let whole = der::ecdsa_signature(&raw);
    let inner = whole.get(2..).unwrap_or_default();
    let pair = |r: &[u8], s: &[u8]| {
        der::element(
            der::SEQUENCE,
            &[element(r).as_slice(), &element(s)].concat(),
        )
    };
    // Nonces are drawn until r has its highest bit set, so that the missing zero matters.
    let (high, high_raw) = high_r(&seed);
    let (high_r, high_s) = high_raw.split_at_checked(32).unwrap_or_default();
    let zero = |number: &[u8]| [&[0], number].concat();
    for (slug, title, signature, mutation) in [
        (
            "raw",
            "r and s in 64 bytes",
            raw.to_vec(),
            "SEQUENCE of two INTEGERs → r‖s",
        ),
        (
            "trailing",
            "a byte after the SEQUENCE",
            [whole.as_slice(), &[0]].concat(),
            "a byte 00 at the end",
        ),
        (
            "third-integer",
            "a third INTEGER",
            der::element(der::SEQUENCE, &[inner, &[2, 1, 0]].concat()),
            "INTEGER 0 after s",
        ),
        (
            "zero-before-r",
            "two zeros before r",
            pair(&zero(&zero(r)), &signed(s)),
            "zero bytes before r",
        ),
    ] {
        let mut assertion = usual.clone();
        assertion.signature = signature;
        let vector = Vector::reject(
            "SIG-WEBAUTHN-10",
            format!("webauthn-es256-{slug}"),
            format!("An ES256 signature: {title}"),
            with(&signer, &payload, &assertion),
            "webauthn-es256-request",
            mutation,
        );
        file.add(
            vector
                .also(&others(MISFITS, "SIG-WEBAUTHN-10"))
                .note("Ecdsa")
                .high(),
        );
    }
    let twin = "webauthn-es256-high-r";
    let title = "An ES256 signature whose r has its highest bit set";
    file.add(
        accept(twin, title, with(&signer, &payload, &high))
            .note("Ecdsa")
            .high(),
    );
    let mut negative = high;
    negative.signature = pair(high_r, &signed(high_s));
    let vector = Vector::reject(
        "SIG-WEBAUTHN-10",
        "webauthn-es256-negative-r",
        "The same without the zero byte, so that r is negative",
        with(&signer, &payload, &negative),
        twin,
        "the zero byte before r left out",
    );
    file.add(
        vector
            .also(&others(MISFITS, "SIG-WEBAUTHN-10"))
            .note("Ecdsa"),
    );

    let other = ecdsa_negate(Curve::P256, &raw).unwrap_or(raw);
    for (slug, title, wanted) in [
        ("low-s", "The lower of the two values of s", false),
        ("high-s", "The higher of the two values of s", true),
    ] {
        let chosen = if ecdsa_is_high(Curve::P256, &raw) == wanted {
            raw
        } else {
            other
        };
        let mut assertion = usual.clone();
        assertion.signature = der::ecdsa_signature(&chosen);
        let input = with(&signer, &payload, &assertion);
        let slug = format!("webauthn-es256-{slug}");
        let vector = accept(slug, format!("{title} (webauthn-es256)"), input);
        file.add(vector.clauses(&["SIG-EC-9"]).note("Ecdsa").high());
    }
}

/// An assertion of the seed's key where r has its highest bit set, and r‖s.
fn high_r(seed: &[u8; 32]) -> (Assertion, [u8; 64]) {
    let payload = request("request");
    let found = (0_u8..=255).find_map(|counter| {
        let mut assertion = Assertion::of(&payload);
        *assertion.authenticator_data.last_mut()? = counter;
        let raw = ecdsa_sign(Curve::P256, seed, &assertion.message());
        assertion.signature = der::ecdsa_signature(&raw);
        (raw.first()? >= &0x80).then_some((assertion, raw))
    });
    found.unwrap_or_else(|| (Assertion::of(&payload), [0; 64]))
}

/// An INTEGER with exactly this content.
fn element(content: &[u8]) -> Vec<u8> {
    der::element(der::INTEGER, content)
}

/// A number with the zero that keeps it from being negative, if it needs one.
fn signed(number: &[u8]) -> Vec<u8> {
    der::integer(number).get(2..).unwrap_or_default().to_vec()
}

fn numbers(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    let usual = Assertion::of(&payload);
    let (secret, raw) = ecdsa_key_for(Curve::P256, &usual.message(), &test_seed("ecdsa/nonce"), 5);
    let point = ecdsa_public_point(Curve::P256, &secret);
    let spki = der::cose_key(&CoseKey::es256(&point).encode());
    let (r, s) = raw.split_at_checked(32).unwrap_or_default();
    let large = rsa_add(s, &ecdsa_order(Curve::P256));
    let of = |signature: &[u8]| {
        let mut assertion = usual.clone();
        assertion.signature = der::ecdsa_signature(signature);
        input(&spki, &payload, &assertion.encode())
    };
    let twin = "webauthn-es256-small-s";
    let vector = accept(twin, "A signature with s = 5 (webauthn-es256)", of(&raw));
    file.add(vector.clauses(&["SIG-EC-8"]).note("Ecdsa"));
    for (slug, title, signature, mutation) in [
        (
            "webauthn-es256-s-plus-order",
            "s plus the group order (webauthn-es256)",
            [r, &large].concat(),
            "s → s + n",
        ),
        (
            "webauthn-es256-zeros",
            "r = 0 and s = 0 (webauthn-es256)",
            vec![0; 64],
            "r → 0, s → 0",
        ),
    ] {
        let vector = Vector::reject("SIG-EC-8", slug, title, of(&signature), twin, mutation);
        let also = ["SIG-WEBAUTHN-9", "SIG-WEBAUTHN-10"];
        file.add(vector.also(&also).note("Ecdsa").critical());
    }
}

fn eddsa(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    let signer = Signer::webauthn_ed25519("webauthn-ed25519/user");
    let usual = Assertion::of(&payload).sign(&signer);
    let signature = usual.signature.clone();
    for (slug, title, signature, mutation) in [
        (
            "65",
            "65 bytes",
            [signature.as_slice(), &[0]].concat(),
            "a byte 00 at the end",
        ),
        (
            "octets",
            "in a DER OCTET STRING",
            der::element(4, &signature),
            "two bytes 04 40 before the signature",
        ),
    ] {
        let mut assertion = usual.clone();
        assertion.signature = signature;
        let vector = Vector::reject(
            "SIG-WEBAUTHN-11",
            format!("webauthn-ed25519-{slug}"),
            format!("An EdDSA signature, {title}"),
            with(&signer, &payload, &assertion),
            "webauthn-ed25519-request",
            mutation,
        );
        file.add(
            vector
                .also(&others(MISFITS, "SIG-WEBAUTHN-11"))
                .note("EdDsa")
                .high(),
        );
    }
}

/// Signatures that were recorded.
fn authenticators(file: &mut FileBuilder<'_>) {
    let source = "github.com/dfinity/ic, rs/validator/src/webauthn.rs";
    let bytes = |text| unhex(text).unwrap_or_default();
    let hello = input(
        &bytes(crate::key::WINDOWS_HELLO),
        b"hello",
        &bytes(WINDOWS_HELLO_SIGNATURE),
    );
    let vector = accept("windows-hello", "RS256 from Windows Hello", hello);
    file.add(vector.note("Real").source(source).high());
    let yubikey = input(&bytes(YUBIKEY), b"hello", &bytes(YUBIKEY_SIGNATURE));
    let title = "ES256 from a YubiKey, with the client data in a byte string";
    let vector = accept("yubikey-replica", title, yubikey);
    file.add(vector.replica().note("Real").source(source).high());
}

const WINDOWS_HELLO_SIGNATURE: &str = "d9d9f7a3697369676e617475726559010001dac0ad9ee89c9b9d3f772bb8dd79bc16839a026bf4378629789bede8e5e284bce9c59e2c5b2fd5d8daff964d4eec1a43eb6f083595f1ce42c9f78445dba95146e3338680ca72f7720371d88d56ab6578a67f9791954787d54e4c5687bb0d3379a268dbaa9dc8dd550187953c349e10e454c0950cfeaf37c5f01ff09a5b581fb81de8bfe9be21a8baa5f96653fce6eaf485d8726e1f620454c145fa542756e7b606f1ab9439a081bb01fec8be7679c72e2ce110655a36a01bde34be7be9e6270334d9b3f242ff12852992eeb515b13989245d049500629a5ac38c40f09dd218e8e1a790d3034418b7c3b59a6ac73e91b5bf4cf7c62d8e6de2dbaf00117045c070636c69656e745f646174615f6a736f6e786a7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a2261475673624738222c226f726967696e223a2268747470733a2f2f6333656634366165616437622e6e67726f6b2e696f222c2263726f73734f726967696e223a66616c73657d7261757468656e74696361746f725f6461746158252f8ceaf48dec5b53d9ddacaaf8b66392ded1691211f24e687badad8049b59ef60500000001";

const YUBIKEY: &str = "305e300c060a2b0601040183b8430101034e00a5010203262001215820b487d183dc4806058eb31a29bedefd7bcca987b77a381a3684871d8449c183942258202a122cc711a80453678c3032de4b6fff2c86342e82d1e7adb617c4165c43ce5e";

const YUBIKEY_SIGNATURE: &str = "d9d9f7a37261757468656e74696361746f725f646174615825bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5010000000170636c69656e745f646174615f6a736f6e58517b2274797065223a2022776562617574686e2e676574222c20226368616c6c656e6765223a202261475673624738222c20226f726967696e223a202268747470733a2f2f6578616d706c652e6f7267227d697369676e617475726558463044022063627c69661048fb111b13dec2f3675010493c1c276c6a144f44e1fabab01d300220517d3cbd70658933dab63fd23cf05f7274aea6afad206be04d4ec5e268b471d2";
