//! Public keys, described.

use principal::Principal;
use provider_rustcrypto::RustCryptoProvider;
use public_key::{CoseParameters, ParsePublicKeyError, PublicKey, RsaPublicKey, Scheme};
use request::{Policy, Schemes};
use signature::VerifySignature as _;

use crate::output::{Record, Value, Verdict};

/// Returns whose key it is and of which scheme, in three fields.
pub(crate) fn summary(spki: &[u8], policy: Policy) -> Record {
    let principal = Value::Principal(Principal::self_authenticating(spki));
    let record = Record::new().with("principal", principal);
    let record = match PublicKey::parse(spki, policy.public_key) {
        Ok(key) => {
            let record = record.noted("scheme", scheme(&key), meaning(key.scheme()));
            match key {
                PublicKey::Canister(key) => {
                    record.with("canister", Value::Principal(key.canister_id()))
                }
                _ => record,
            }
        }
        Err(ParsePublicKeyError::PlainRsa) => record.with("scheme", Value::Name("plain_rsa")),
        Err(error) => record.noted("scheme", Value::Name("unknown"), error.to_string()),
    };
    record.with("key", Value::bytes(spki))
}

pub(crate) const fn scheme(key: &PublicKey<'_>) -> Value {
    Value::Name(key.scheme().name())
}

/// Returns what the scheme is, for people whom its name does not tell.
pub(crate) const fn meaning(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Bls12381 => "with which subnets sign certificates",
        Scheme::Canister => "a canister signs for somebody",
        Scheme::EcdsaP256 => "ECDSA on P-256 with SHA-256",
        Scheme::EcdsaSecp256k1 => "ECDSA on secp256k1 with SHA-256",
        Scheme::Ed25519 => "",
        Scheme::WebAuthnEd25519 => "a passkey with Ed25519",
        Scheme::WebAuthnEs256 => "a passkey with ECDSA on P-256",
        Scheme::WebAuthnRs256 => "a passkey with RSA",
    }
}

/// Adds the raw parts of a key to a record.
pub(crate) fn parts(record: Record, key: &PublicKey<'_>) -> Record {
    match key {
        PublicKey::Bls12381(key) => record.with("point", Value::bytes(key.as_bytes())),
        PublicKey::Canister(key) => record
            .with("canister", Value::Principal(key.canister_id()))
            .with("seed", Value::bytes(key.seed())),
        PublicKey::Cose(key) => match key.parameters() {
            CoseParameters::EdDsa(key) => record.with("point", Value::bytes(key.as_bytes())),
            CoseParameters::Es256(point) => record
                .with("x", Value::bytes(&point.x))
                .with("y", Value::bytes(&point.y)),
            CoseParameters::Rs256(key) => rsa_parts(record, key),
        }
        .with("cose", Value::bytes(key.as_bytes())),
        PublicKey::EcdsaP256(point) | PublicKey::EcdsaSecp256k1(point) => record
            .with("x", Value::bytes(&point.x))
            .with("y", Value::bytes(&point.y)),
        PublicKey::Ed25519(key) => record.with("point", Value::bytes(key.as_bytes())),
    }
}

/// Adds the numbers of an RSA key to a record.
pub(crate) fn rsa_parts(record: Record, key: &RsaPublicKey<'_>) -> Record {
    let modulus = key.modulus();
    let zeros = modulus.first().map_or(0, |byte| byte.leading_zeros());
    let zeros = usize::try_from(zeros).unwrap_or(0);
    let bits = modulus.len().saturating_mul(8).saturating_sub(zeros);
    record
        .with("modulus", Value::bytes(modulus))
        .with("modulus_bits", Value::length(bits))
        .with("exponent", Value::Natural(key.exponent()))
}

/// Asks the provider about what the form of a key can't show.
pub(crate) fn check(key: &PublicKey<'_>, policy: Policy) -> Verdict {
    let provider = RustCryptoProvider::new();
    let spki = key.to_der();
    let result = match key {
        PublicKey::Bls12381(_) => provider.check_key(&spki),
        _ => Schemes::new(&provider, policy).check_key(&spki),
    };
    match (result, key) {
        (Ok(()), PublicKey::Canister(_)) => {
            Verdict::valid("whatever the seed, the canister may sign with it")
        }
        (Ok(()), PublicKey::Cose(_)) if key.scheme() == Scheme::WebAuthnRs256 => {
            Verdict::valid("the numbers have allowed sizes")
        }
        (Ok(()), _) => Verdict::valid("the point is on its curve and may be used"),
        (Err(_), PublicKey::Cose(_)) if key.scheme() == Scheme::WebAuthnRs256 => {
            Verdict::invalid("the numbers are not those of an RSA key")
        }
        (Err(_), _) => Verdict::invalid("the point is not one of the curve, or not of its group"),
    }
}
