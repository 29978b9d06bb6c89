//! Signing changed requests and delegations again, with the published keys of the vectors, so that
//! changes get past the signature.

use std::collections::BTreeMap;

use model::crypto::ed25519::{ed25519_public_key, ed25519_sign};
use model::crypto::{bls_sign, test_seed};
use model::input::{hex, unhex};
use serde_json::{Value, json};

use super::cbor;

/// What every Ed25519 key in DER begins with.
const PREFIX: &str = "302a300506032b6570032100";

/// The published keys: the secret of each public key in DER and hex.
#[derive(Debug)]
pub(super) struct Keys(BTreeMap<String, [u8; 32]>);

impl Keys {
    pub(super) fn new() -> Self {
        let fixed = [
            "csig/session",
            "csig/user",
            "delegation/foreign",
            "delegation/user",
            "ed25519/other",
            "ed25519/user",
            "envelope/other",
            "envelope/user",
        ];
        let fixed = fixed.into_iter().map(str::to_owned);
        let sessions = (0..24).map(|number| format!("delegation/session-{number}"));
        let keys = fixed.chain(sessions).map(|label| {
            let seed = test_seed(&label);
            (format!("{PREFIX}{}", hex(&ed25519_public_key(&seed))), seed)
        });
        Self(keys.collect())
    }

    /// Signs whatever in the input is signed by a published key.
    pub(super) fn sign(&self, op: &str, input: &mut Value) {
        match op {
            "delegation.verify" => self.sign_chain(input),
            "envelope.verify" => self.sign_envelope(input),
            "sig.verify" => self.sign_payload(input),
            "certificate.lookup" | "certificate.verify" | "query_sig.verify" | "state.read" => {
                let certificate = unhex(&text_of(input, "certificate")).unwrap_or_default();
                if let Some(new) = certified(&certificate)
                    && let Some(place) = input.get_mut("certificate")
                {
                    *place = json!(hex(&new));
                }
            }
            _ => {}
        }
    }

    fn sign_chain(&self, input: &mut Value) {
        let mut signer = text_of(input, "sender_pubkey");
        let Some(Value::Array(links)) = input.get_mut("delegations") else {
            return;
        };
        for link in links {
            let key = text_of(link, "pubkey");
            let mut delegation = link.clone();
            if let (Some(seed), Value::Object(map)) = (self.0.get(&signer), &mut delegation) {
                map.remove("signature");
                let question = json!({ "secret_key": hex(seed), "delegation": map });
                if let model::Outcome::Ok(signed) = model::run("delegation.sign", &question, None)
                    && let Some(place) = link.get_mut("signature")
                {
                    *place = json!(text_of(&signed, "signature"));
                }
            }
            signer = key;
        }
    }

    /// Signs a request without delegations.
    fn sign_envelope(&self, input: &mut Value) {
        let Some(envelope) = unhex(&text_of(input, "envelope")) else {
            return;
        };
        let key = cbor::member(&envelope, b"sender_pubkey").unwrap_or_default();
        let question = json!({ "envelope": hex(&envelope) });
        if let Some(seed) = self.0.get(&hex(&key))
            && let model::Outcome::Ok(output) = model::run("request.id", &question, None)
            && let Some(id) = unhex(&text_of(&output, "request_id"))
        {
            let signature = ed25519_sign(seed, &[b"\x0aic-request", id.as_slice()].concat());
            if let Some(new) = cbor::replace_member(&envelope, b"sender_sig", &signature)
                && let Some(place) = input.get_mut("envelope")
            {
                *place = json!(hex(&new));
            }
        }
    }

    fn sign_payload(&self, input: &mut Value) {
        if let Some(seed) = self.0.get(&text_of(input, "spki"))
            && let Some(payload) = unhex(&text_of(input, "payload"))
            && let Some(place) = input.get_mut("signature")
        {
            *place = json!(hex(&ed25519_sign(seed, &payload)));
        }
    }
}

/// Signs a certificate and its delegation with the published keys of root and subnet.
fn certified(certificate: &[u8]) -> Option<Vec<u8>> {
    let Some(delegation) = cbor::item(certificate, b"delegation") else {
        return signed(certificate, "bls/root");
    };
    let certificate = signed(certificate, "bls/subnet")?;
    let Some(inner) = cbor::member(&delegation, b"certificate") else {
        return Some(certificate);
    };
    match signed(&inner, "bls/root") {
        Some(inner) => {
            let delegation = cbor::replace_member(&delegation, b"certificate", &inner)?;
            cbor::replace_item(&certificate, b"delegation", &delegation)
        }
        None => Some(certificate),
    }
}

/// Signs the root hash of the tree of a certificate.
fn signed(certificate: &[u8], label: &str) -> Option<Vec<u8>> {
    let tree = cbor::item(certificate, b"tree")?;
    let question = json!({ "tree": hex(&tree) });
    let model::Outcome::Ok(output) = model::run("hashtree.decode", &question, None) else {
        return None;
    };
    let root = unhex(&text_of(&output, "root"))?;
    let message = [b"\x0dic-state-root", root.as_slice()].concat();
    let signature = bls_sign(&test_seed(label), &message);
    cbor::replace_member(certificate, b"signature", &signature)
}

fn text_of(value: &Value, name: &str) -> String {
    let text = value.get(name).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}
