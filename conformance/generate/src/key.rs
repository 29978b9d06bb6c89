//! Public keys: `key.decode` and `key.encode_canister`.

mod canister;
mod cose;
mod ecdsa;
mod form;
mod valid;

use model::input::hex;
use serde_json::{Value, json};

use crate::signer::{Signer, der};
use crate::{Suite, Vector};

pub(crate) use self::cose::WINDOWS_HELLO;

const OP: &str = "key.decode";

/// Adds the vectors.
pub(crate) fn generate(suite: &mut Suite) {
    valid::generate(suite);
    form::generate(suite);
    ecdsa::generate(suite);
    cose::generate(suite);
    canister::generate(suite);
    principals(suite);
}

/// The principals of COSE keys, whose order of labels is part of who somebody is.
fn principals(suite: &mut Suite) {
    let mut file = suite.file("principal.from_pubkey", "webauthn", "key");
    file.note(
        "AsPresented",
        "INTEROP",
        "The principal is the hash of the key as it came, whatever the order of its labels.",
        "Users of some passkeys have another principal than the IC gives them.",
    );
    for (name, signer) in Signer::of_every_plain_scheme() {
        if !name.starts_with("webauthn") {
            continue;
        }
        let mut reversed = signer.cose();
        reversed.0.reverse();
        for (slug, title, spki) in [
            (name.to_owned(), format!("A key of {name}"), signer.spki()),
            (
                format!("{name}-reversed"),
                format!("The same key with its labels in reverse order ({name})"),
                der::cose_key(&reversed.encode()),
            ),
        ] {
            let vector = Vector::accept(slug, title, input(&spki));
            file.add(
                vector
                    .clauses(&["SIG-WEBAUTHN-15", "PRIN-3", "PRIN-4"])
                    .note("AsPresented"),
            );
        }
    }
}

fn input(spki: &[u8]) -> Value {
    json!({"spki": hex(spki)})
}

/// What every accepted key is evidence for.
const KEYS: &[&str] = &[
    "SIG-3",
    "SIG-5",
    "SIG-7",
    "SIG-ED-1",
    "SIG-EC-1",
    "SIG-EC-2",
    "SIG-EC-3",
    "SIG-EC-4",
    "SIG-EC-5",
    "SIG-WEBAUTHN-1",
    "SIG-WEBAUTHN-2",
    "SIG-WEBAUTHN-3",
    "SIG-WEBAUTHN-4",
    "CSIG-1",
    "CSIG-2",
    "CSIG-3",
];

fn accept(slug: impl Into<String>, title: impl Into<String>, spki: &[u8]) -> Vector {
    Vector::accept(slug, title, input(spki)).clauses(KEYS)
}

/// A key that violates `clause`; `twin` and `mutation` as in [`Vector::reject`].
fn reject(
    clause: &str,
    slug: impl Into<String>,
    title: impl Into<String>,
    spki: &[u8],
    twin: &str,
    mutation: &str,
) -> Vector {
    Vector::reject(clause, slug, title, input(spki), twin, mutation)
}
