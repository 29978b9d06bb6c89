//! WebAuthn signatures with P-256 against the libraries that one would reach for: `serde_cbor`,
//! `serde_json`, `base64` and `p256`.

use std::hint::black_box;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::Signature;
use p256::ecdsa::SigningKey;
use p256::ecdsa::VerifyingKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::signature::Verifier;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::CosePublicKey;
use serde::Deserialize;
use sha2::Digest;
use sha2::Sha256;
use signature::VerifySignature;
use webauthn_signature::Assertion;
use webauthn_signature::Policy;

use crate::harness::Effort;
use crate::harness::Group;

/// The separator of requests, and something that could be a request id.
const PAYLOAD: &[u8] = b"\x0aic-request0123456789abcdef0123456789abcdef";

/// The SHA-256 of a relying party's name would come first, then flags and counter.
const AUTHENTICATOR_DATA: [u8; 37] = [5; 37];

/// Times one signature.
pub fn run(effort: Effort) -> usize {
    let secret = SigningKey::from_slice(&[7; 32]).expect("less than the order");
    let point = secret.verifying_key().to_encoded_point(false);
    let point = point.as_bytes();
    let cose_key = [
        &b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..],
        &point[1..33],
        b"\x22\x58\x20",
        &point[33..],
    ]
    .concat();
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(PAYLOAD);
    let client_data = format!(
        "{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\
         \"origin\":\"https://identity.ic0.app\",\"crossOrigin\":false}}"
    );
    let message = [&AUTHENTICATOR_DATA[..], &Sha256::digest(&client_data)].concat();
    let signature: Signature = secret.sign(&message);
    let signature = signature.to_der();
    let container = Assertion::from_response(
        &AUTHENTICATOR_DATA,
        client_data.as_bytes(),
        signature.as_bytes(),
        Policy::SPEC,
    )
    .expect("client data of the right form")
    .encode();

    let native = NativeProvider::new();
    let rustcrypto = RustCryptoProvider::new();
    let ours = |provider: &dyn VerifySignature| {
        let key = CosePublicKey::parse(black_box(&cose_key), public_key::Policy::SPEC)
            .expect("a COSE key");
        let assertion = Assertion::parse(black_box(&container), Policy::SPEC).expect("tagged");
        assertion.verify(&[PAYLOAD], &key, provider).is_ok()
    };
    let by_others = || verify_with_others(black_box(point), black_box(&container));
    assert!(ours(&native) && ours(&rustcrypto) && by_others());

    let key = CosePublicKey::parse(&cose_key, public_key::Policy::SPEC).expect("a COSE key");
    let assertion = Assertion::parse(&container, Policy::SPEC).expect("tagged");
    let claim = assertion.claim(&[PAYLOAD], &key).expect("the challenge");

    Group::new("verify a WebAuthn signature, P-256")
        .ours("ours, native", || ours(&native))
        .ours("ours, pure Rust", || ours(&rustcrypto))
        .part("its signature, native", "ours, native", || {
            claim.verify(&native).is_ok()
        })
        .part("its signature, pure Rust", "ours, pure Rust", || {
            claim.verify(&rustcrypto).is_ok()
        })
        .peer("serde_cbor, serde_json, p256", by_others)
        .target("ours, native", "serde_cbor, serde_json, p256", Some(4.0))
        .run(effort)
}

#[derive(Deserialize)]
struct Container<'a> {
    #[serde(with = "serde_bytes")]
    authenticator_data: &'a [u8],
    client_data_json: &'a str,
    #[serde(with = "serde_bytes")]
    signature: &'a [u8],
}

#[derive(Deserialize)]
struct ClientData<'a> {
    challenge: &'a str,
}

/// Verifies as straightforwardly as those libraries allow.
fn verify_with_others(point: &[u8], container: &[u8]) -> bool {
    let container: Container<'_> = serde_cbor::from_slice(container).expect("a map");
    let client_data: ClientData<'_> =
        serde_json::from_str(container.client_data_json).expect("an object");
    let challenge = BASE64_URL_SAFE_NO_PAD.decode(client_data.challenge);
    if challenge.as_deref() != Ok(PAYLOAD) {
        return false;
    }
    let mut message = container.authenticator_data.to_vec();
    message.extend_from_slice(&Sha256::digest(container.client_data_json));
    let key = VerifyingKey::from_sec1_bytes(point).expect("a point");
    let signature = Signature::from_der(container.signature).expect("DER");
    key.verify(&message, &signature).is_ok()
}
