//! Public keys in DER.

use cbor::Reason;
use model::Outcome;
use model::crypto::bls_key_form;
use model::crypto::bls_key_group;
use model::crypto::ecdsa::Curve;
use model::crypto::ecdsa::ecdsa_point_valid;
use model::crypto::ed25519::ed25519_point_valid;
use model::input::hex;
use public_key::CoseParameters;
use public_key::EcPoint;
use public_key::ParseCoseKeyError;
use public_key::ParsePublicKeyError;
use public_key::Policy;
use public_key::PublicKey;
use serde_json::json;

use crate::Verdict;

/// What is accepted is what the model accepts, apart from points, and it is written as it was.
pub fn public_key(data: &[u8]) -> Verdict {
    let policies = [("spec", Policy::SPEC), ("replica", Policy::REPLICA)];
    let accepted = policies.map(|(preset, policy)| compare(data, preset, policy));
    if accepted.contains(&true) {
        Verdict::Accepted
    } else {
        Verdict::Rejected
    }
}

/// Whether the crate accepts the key.
fn compare(data: &[u8], preset: &str, policy: Policy) -> bool {
    let input = json!({"spki": hex(data), "policy": preset});
    let modelled = model::run("key.decode", &input, None);
    let key = match PublicKey::parse(data, policy) {
        Ok(key) => key,
        Err(error) => {
            assert!(
                matches!(modelled, Outcome::Reject(_)) || is_unmodelled(&error),
                "{preset}: {error} but {modelled:?}"
            );
            return false;
        }
    };
    let output = match &key {
        PublicKey::Canister(key) => json!({
            "scheme": "canister",
            "canister_id": hex(key.canister_id().as_bytes()),
            "seed": hex(key.seed()),
        }),
        key => json!({"scheme": key.scheme().name()}),
    };
    match &modelled {
        Outcome::Ok(modelled) => {
            assert_eq!(*modelled, output);
            assert!(has_point(&key), "{preset}: {key:?}");
        }
        outcome => assert!(!has_point(&key), "{preset}: {key:?} but {outcome:?}"),
    }
    assert_eq!(key.to_der(), data, "a key has one form");
    // No key is the beginning of another.
    assert!(PublicKey::parse(&data[..data.len() - 1], policy).is_err());
    assert!(PublicKey::parse(&[data, &[0]].concat(), policy).is_err());
    true
}

/// Budgets, and texts in the place of values that mean nothing: the model knows neither.
fn is_unmodelled(error: &ParsePublicKeyError) -> bool {
    let ParsePublicKeyError::Cose(error) = error else {
        return false;
    };
    match error {
        ParseCoseKeyError::TooLong { .. } => true,
        ParseCoseKeyError::Read(error) => matches!(
            error.reason,
            Reason::InvalidUtf8 | Reason::TooDeep | Reason::TooManyEntries
        ),
        _ => false,
    }
}

/// Whether the numbers in a key are a point of its curve, which the crate leaves to the provider.
fn has_point(key: &PublicKey<'_>) -> bool {
    let is_point = |curve, point: &EcPoint| ecdsa_point_valid(curve, &point.to_uncompressed());
    match key {
        PublicKey::Bls12381(key) => bls_key_form(key.as_bytes()) && bls_key_group(key.as_bytes()),
        PublicKey::EcdsaP256(point) => is_point(Curve::P256, point),
        PublicKey::EcdsaSecp256k1(point) => is_point(Curve::Secp256k1, point),
        PublicKey::Ed25519(key) => ed25519_point_valid(key.as_bytes()),
        PublicKey::Cose(key) => match key.parameters() {
            CoseParameters::Es256(point) => is_point(Curve::P256, point),
            CoseParameters::EdDsa(key) => ed25519_point_valid(key.as_bytes()),
            _ => true,
        },
        _ => true,
    }
}
