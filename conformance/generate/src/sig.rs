//! Signatures: `sig.verify` with plain and WebAuthn keys.

mod client_data;
mod container;
mod ecdsa;
mod ed25519;
mod plain;
mod rsa;
mod webauthn;

use model::crypto::sha256;
use model::input::hex;
use serde_json::{Value, json};

use crate::signer::Signer;
use crate::{Suite, Vector};

const OP: &str = "sig.verify";

/// Adds the vectors.
pub(crate) fn generate(suite: &mut Suite) {
    plain::generate(suite);
    ed25519::generate(suite);
    ecdsa::generate(suite);
    webauthn::generate(suite);
    container::generate(suite);
    client_data::generate(suite);
    rsa::generate(suite);
}

/// The separator of requests.
const REQUEST: &[u8] = b"\x0aic-request";
/// The separator of delegations.
const DELEGATION: &[u8] = b"\x1aic-request-auth-delegation";
/// The separator of sender information.
const SENDER_INFO: &[u8] = b"\x0eic-sender-info";

/// The signed bytes of a request whose id is the hash of `name`.
fn request(name: &str) -> Vec<u8> {
    [REQUEST, &sha256(name.as_bytes())].concat()
}

/// The first of the requests of this name for which `wanted` holds.
fn request_where(name: &str, wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    (0_u32..)
        .map(|number| request(&format!("{name} {number}")))
        .find(|payload| wanted(payload))
        .unwrap_or_default()
}

fn input(spki: &[u8], payload: &[u8], signature: &[u8]) -> Value {
    json!({"spki": hex(spki), "payload": hex(payload), "signature": hex(signature)})
}

/// The clauses of plain signatures.
const PLAIN: &[&str] = &[
    "SIG-1", "SIG-2", "SIG-3", "SIG-4", "SIG-5", "SIG-ED-2", "SIG-ED-3", "SIG-ED-4", "SIG-EC-6",
    "SIG-EC-7", "SIG-EC-8", "SIG-EC-9",
];

/// The clauses of WebAuthn signatures.
const WEBAUTHN: &[&str] = &[
    "SIG-WEBAUTHN-5",
    "SIG-WEBAUTHN-6",
    "SIG-WEBAUTHN-7",
    "SIG-WEBAUTHN-8",
    "SIG-WEBAUTHN-9",
    "SIG-WEBAUTHN-10",
    "SIG-WEBAUTHN-11",
    "SIG-WEBAUTHN-12",
    "SIG-WEBAUTHN-13",
    "SIG-WEBAUTHN-14",
    "SIG-WEBAUTHN-16",
];

fn accept(slug: impl Into<String>, title: impl Into<String>, input: Value) -> Vector {
    Vector::accept(slug, title, input)
        .clauses(PLAIN)
        .clauses(WEBAUTHN)
}

/// The signature of this signer, as it should be.
fn good(signer: &Signer, payload: &[u8]) -> Value {
    input(&signer.spki(), payload, &signer.sign(payload))
}

/// `clauses` without `clause`: what an implementation may name that only sees that a signature does
/// not fit.
fn others<'a>(clauses: &[&'a str], clause: &str) -> Vec<&'a str> {
    let other = |other: &&&str| **other != clause;
    clauses.iter().filter(other).copied().collect()
}
