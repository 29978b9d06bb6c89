//! `key.*`.

use principal::Principal;
use public_key::CanisterPublicKey;
use public_key::CosePublicKey;
use public_key::ParseBlsPublicKeyError;
use public_key::ParseCoseKeyError;
use public_key::ParseDerError;
use public_key::ParsePublicKeyError;
use public_key::Policy;
use public_key::PublicKey;
use public_key::Scheme;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use signature::InvalidKey;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::hex;
use crate::ops::Operation;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[
    ("key.decode", decode),
    ("key.encode_canister", encode_canister),
];

fn decode(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["spki"])?;
    let spki = fields.bytes("spki")?;
    let key = PublicKey::parse(&spki, policy(&fields)?)
        .map_err(|error| Refusal::reject(clause_of_parsing(&error, &spki), error))?;
    check(provider, &key, &spki)?;
    let mut output = Map::new();
    output.insert("scheme".to_owned(), name(key.scheme()).into());
    if let PublicKey::Canister(key) = key {
        output.insert("canister_id".to_owned(), hex(key.canister_id().as_bytes()));
        output.insert("seed".to_owned(), hex(key.seed()));
    }
    Ok(Value::Object(output))
}

fn encode_canister(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["canister_id", "seed"])?;
    let seed = fields.bytes("seed")?;
    let canister_id = Principal::from_slice(&fields.bytes("canister_id")?)
        .map_err(|error| Refusal::reject("CSIG-2", error))?;
    let key = CanisterPublicKey::new(canister_id, &seed)
        .map_err(|error| Refusal::Unsupported(error.to_string()))?;
    Ok(json!({"spki": hex(&key.to_der())}))
}

/// Reads the preset, for keys.
pub(crate) fn policy(fields: &Fields<'_>) -> Result<Policy, Refusal> {
    Ok(if fields.policy()? == cbor::Policy::REPLICA {
        Policy::REPLICA
    } else {
        Policy::SPEC
    })
}

/// Checks what the form of a key cannot show.
pub(crate) fn check(
    provider: &dyn VerifySignature,
    key: &PublicKey<'_>,
    spki: &[u8],
) -> Result<(), Refusal> {
    let checked = match key {
        PublicKey::Canister(_) => Ok(()),
        PublicKey::Cose(key) => provider.check_key(key.parameters().to_plain_der().as_bytes()),
        _ => provider.check_key(spki),
    };
    checked.map_err(|InvalidKey| Refusal::reject(clause_of_checking(key.scheme()), InvalidKey))
}

/// Returns the clause that a key violates whose form is right, but whose point is none.
pub(crate) const fn clause_of_checking(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Bls12381 => "CERT-4",
        Scheme::Ed25519 => "SIG-ED-1",
        Scheme::EcdsaP256 | Scheme::EcdsaSecp256k1 => "SIG-EC-5",
        // The crate knows all there is to know about a canister's key.
        Scheme::Canister => "CSIG-2",
        Scheme::WebAuthnEd25519 | Scheme::WebAuthnEs256 | Scheme::WebAuthnRs256 => "SIG-WEBAUTHN-3",
    }
}

/// Returns the clause that a key violates which the crate cannot decode.
pub(crate) fn clause_of_parsing(error: &ParsePublicKeyError, spki: &[u8]) -> &'static str {
    /// ecdsa-with-SHA256.
    const WITH_HASH: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
    match error {
        ParsePublicKeyError::Bls(ParseBlsPublicKeyError::Malformed(error)) => clause_of_der(error),
        ParsePublicKeyError::Bls(_) => "SDEL-5",
        ParsePublicKeyError::Canister(_) => "CSIG-2",
        ParsePublicKeyError::Cose(error) => match error {
            ParseCoseKeyError::MissingLabel { label: 3 } => "SIG-WEBAUTHN-4",
            ParseCoseKeyError::UnsupportedAlgorithm { .. } => "SIG-WEBAUTHN-1",
            _ => "SIG-WEBAUTHN-3",
        },
        ParsePublicKeyError::Malformed(_) if CosePublicKey::parse(spki, Policy::SPEC).is_ok() => {
            "SIG-WEBAUTHN-2"
        }
        ParsePublicKeyError::Malformed(_) if lacks_curve(spki) => "SIG-EC-1",
        ParsePublicKeyError::Malformed(error) => clause_of_der(error),
        ParsePublicKeyError::UnknownAlgorithm { position }
            if spki
                .get(*position..)
                .is_some_and(|oid| oid.starts_with(WITH_HASH)) =>
        {
            "SIG-EC-3"
        }
        ParsePublicKeyError::PlainRsa | ParsePublicKeyError::UnknownAlgorithm { .. } => "SIG-5",
        ParsePublicKeyError::UnknownCurve { .. } => "SIG-EC-1",
        ParsePublicKeyError::WrongLength { expected: 32, .. } => "SIG-ED-1",
        ParsePublicKeyError::WrongLength { .. } | ParsePublicKeyError::WrongPointForm { .. } => {
            "SIG-EC-4"
        }
        // Parameters, unused bits, and whatever the crate will tell apart one day.
        _ => "SIG-7",
    }
}

fn clause_of_der(error: &ParseDerError) -> &'static str {
    match error {
        // No SubjectPublicKeyInfo at all.
        ParseDerError::WrongTag { position: 0, .. }
        | ParseDerError::UnexpectedEnd { position: 0, .. } => "SIG-3",
        _ => "SIG-7",
    }
}

/// Returns whether a key of ECDSA names no curve where the curve belongs.
fn lacks_curve(spki: &[u8]) -> bool {
    /// id-ecPublicKey.
    const ALGORITHM: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
    const OBJECT_IDENTIFIER: u8 = 6;
    // Two short headers come first; with the long ones of a faulty length, the length is at fault.
    let [_, _, _, length, rest @ ..] = spki else {
        return false;
    };
    rest.strip_prefix(ALGORITHM).is_some_and(|after| {
        let is_absent = usize::from(*length) == ALGORITHM.len();
        is_absent || after.first() != Some(&OBJECT_IDENTIFIER)
    })
}

const fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Bls12381 => "bls12_381",
        Scheme::Canister => "canister",
        Scheme::EcdsaP256 => "ecdsa_p256",
        Scheme::EcdsaSecp256k1 => "ecdsa_secp256k1",
        Scheme::Ed25519 => "ed25519",
        Scheme::WebAuthnEd25519 => "webauthn_ed25519",
        Scheme::WebAuthnEs256 => "webauthn_es256",
        Scheme::WebAuthnRs256 => "webauthn_rs256",
    }
}
