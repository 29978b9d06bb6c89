//! Chains with canister keys, and verifiers without a root key.

use model::Outcome;
use model::input::{hex, unhex};
use serde_json::{Value, json};

use super::draft::under_key;
use crate::certificate::fixture::{ROOT, SECOND, TIME};
use crate::signer::Signer;
use crate::{Suite, Vector};

const OP: &str = "delegation.verify";

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "root-key", "csig::chain");
    file.note(
        "Unchecked",
        "AUTH_BYPASS",
        "Canister signatures can't be checked without the root key.",
        "Lax: who forgets to configure a root key believes every canister signature.",
    );
    let canister = Signer::canister(0x10_1234, b"user 1");
    let (user, session) = (
        Signer::ed25519("csig/user"),
        Signer::ed25519("csig/session"),
    );
    let other = Signer::canister(0x30_0001, b"");
    let chains: &[(&str, &str, &[&Signer], bool)] = &[
        (
            "first",
            "A canister key as the sender's",
            &[&canister, &session],
            true,
        ),
        (
            "middle",
            "A canister key within the chain",
            &[&user, &canister, &session],
            true,
        ),
        (
            "two",
            "Two canisters in a row",
            &[&canister, &other, &session],
            true,
        ),
        (
            "last",
            "A canister key at the end, which has signed nothing yet",
            &[&user, &canister],
            false,
        ),
        ("none", "No canister key", &[&user, &session], false),
    ];
    for (slug, title, keys, needs_root) in chains {
        let input = chain(keys);
        let vector = Vector::accept(
            format!("root-key-{slug}"),
            *title,
            under_key(input.clone(), &ROOT.der()),
        );
        file.add(
            vector
                .clauses(&["CSIG-17", "DELEG-2"])
                .note("Unchecked")
                .high(),
        );
        let slug = format!("root-key-{slug}-without");
        let title = format!("{title}, without a root key");
        let vector = if *needs_root {
            let twin = slug.trim_end_matches("-without").to_owned();
            let mutation = "the root key left out";
            Vector::reject("CSIG-17", slug, title, input, twin, mutation).also(&["DELEG-2"])
        } else {
            Vector::accept(slug, title, input).clauses(&["CSIG-17", "DELEG-2"])
        };
        file.add(vector.note("Unchecked").critical());
    }
    // The root key makes no other scheme pass.
    let mut forged = chain(&[&canister, &session]);
    if let Some(signature) = forged.pointer_mut("/delegations/0/signature") {
        *signature = json!(hex(&session.sign(b"forged")));
    }
    let vector = Vector::reject(
        "CSIG-17",
        "root-key-forged-without",
        "A canister key and the signature of another scheme, without a root key",
        forged,
        "root-key-first",
        "the root key left out, another signature",
    );
    let vector = vector.also(&["DELEG-2", "CSIG-4"]);
    file.add(vector.note("Unchecked").critical());
}

/// The input for a chain from the first of these keys to the last, an hour before it expires.
fn chain(keys: &[&Signer]) -> Value {
    let links = keys.windows(2).filter_map(|pair| match pair {
        [from, to] => Some(link(from, to)),
        _ => None,
    });
    json!({
        "sender_pubkey": keys.first().map(|key| hex(&key.spki())),
        "delegations": links.collect::<Vec<_>>(),
        "now": TIME.to_string(),
    })
}

fn link(from: &Signer, to: &Signer) -> Value {
    let expiration = TIME.saturating_add(3_600 * SECOND).to_string();
    let delegation = json!({"pubkey": hex(&to.spki()), "expiration": expiration});
    let hashed = model::run("delegation.hash", &json!({"delegation": delegation}), None);
    let hash = match &hashed {
        Outcome::Ok(output) => output["hash"].as_str().and_then(unhex).unwrap_or_default(),
        _ => Vec::new(),
    };
    let payload = [b"\x1aic-request-auth-delegation".as_slice(), &hash].concat();
    let mut link = delegation;
    if let Some(fields) = link.as_object_mut() {
        fields.insert("signature".to_owned(), json!(hex(&from.sign(&payload))));
    }
    link
}
