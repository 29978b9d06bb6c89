//! `sig.verify`.

use canister_signature::ParseCanisterSignatureError;
use canister_signature::VerifyCanisterSignatureError;
use cbor::Reason;
use certificate::VerifyCertificateError;
use public_key::BlsPublicKey;
use public_key::PublicKey;
use public_key::Scheme;
use request::CheckSignatureError;
use request::Policy;
use request::Schemes;
use serde_json::Map;
use serde_json::Value;
use signature::Claim;
use signature::VerifySignature;
use webauthn_signature::ParseAssertionError;
use webauthn_signature::VerifyAssertionError;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::ops::Operation;
use crate::ops::hash_trees;
use crate::ops::keys;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[("sig.verify", verify)];

fn verify(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["spki", "payload", "signature", "root_key"])?;
    let (spki, payload, signature) = (
        fields.bytes("spki")?,
        fields.bytes("payload")?,
        fields.bytes("signature")?,
    );
    let policy = policy(&fields)?;
    let root_key = match PublicKey::parse(&spki, policy.public_key) {
        Ok(PublicKey::Canister(_)) => root_key(&fields)?,
        // Whatever is there is not looked at.
        _ => None,
    };
    let schemes = Schemes::new(provider, policy).with_root_key(root_key);
    let claim = Claim {
        key: &spki,
        message: &[&payload],
        signature: &signature,
    };
    match schemes.check(claim) {
        Ok(()) => Ok(Value::Object(Map::new())),
        Err(error) => {
            let clause = clause_of(&error, claim, policy, provider);
            Err(Refusal::reject(clause, error))
        }
    }
}

/// Reads the preset, for requests.
pub(crate) fn policy(fields: &Fields<'_>) -> Result<Policy, Refusal> {
    Ok(if fields.policy()? == cbor::Policy::REPLICA {
        Policy::REPLICA
    } else {
        Policy::SPEC
    })
}

/// Reads the root key, which may be missing.
pub(crate) fn root_key(fields: &Fields<'_>) -> Result<Option<BlsPublicKey>, Refusal> {
    if fields.optional("root_key").is_none() {
        return Ok(None);
    }
    let key = BlsPublicKey::from_der(&fields.bytes("root_key")?)
        .map_err(|error| Refusal::reject("ROOT-4", error))?;
    Ok(Some(key))
}

/// Returns the clause that a signature violates.
fn clause_of(
    error: &CheckSignatureError,
    claim: Claim<'_>,
    policy: Policy,
    provider: &dyn VerifySignature,
) -> &'static str {
    let Ok(key) = PublicKey::parse(claim.key, policy.public_key) else {
        return match error {
            CheckSignatureError::UnsupportedKey(error) => keys::clause_of_parsing(error, claim.key),
            _ => "SIG-5",
        };
    };
    match error {
        CheckSignatureError::Assertion(VerifyAssertionError::InvalidSignature)
        | CheckSignatureError::InvalidSignature => match keys::check(provider, &key, claim.key) {
            // It is the key that is at fault.
            Err(_) => keys::clause_of_checking(key.scheme()),
            Ok(()) => clause_of_invalid(key.scheme(), claim.signature),
        },
        CheckSignatureError::Assertion(error) => clause_of_assertion(error, key.scheme()),
        CheckSignatureError::CanisterSignature(error) => clause_of_canister(error),
        CheckSignatureError::MissingRootKey => "CSIG-17",
        CheckSignatureError::ParseAssertion(error) => clause_of_parsing_assertion(error),
        CheckSignatureError::ParseCanisterSignature(error) => clause_of_parsing_canister(error),
        CheckSignatureError::SignatureLength { .. } if key.scheme() == Scheme::Ed25519 => {
            "SIG-ED-2"
        }
        CheckSignatureError::SignatureLength { .. } => "SIG-EC-6",
        // A key of a subnet, and whatever the crate will tell apart one day.
        _ => "SIG-5",
    }
}

/// Returns the clause that is about the mathematics of a scheme.
fn clause_of_invalid(scheme: Scheme, signature: &[u8]) -> &'static str {
    match scheme {
        Scheme::EcdsaP256 if !is_in_range(signature, &P256_ORDER) => "SIG-EC-8",
        Scheme::EcdsaSecp256k1 if !is_in_range(signature, &SECP256K1_ORDER) => "SIG-EC-8",
        Scheme::EcdsaP256 | Scheme::EcdsaSecp256k1 => "SIG-EC-7",
        Scheme::Ed25519 => "SIG-ED-4",
        Scheme::WebAuthnRs256 => "SIG-WEBAUTHN-12",
        Scheme::WebAuthnEd25519 | Scheme::WebAuthnEs256 => "SIG-WEBAUTHN-9",
        Scheme::Bls12381 | Scheme::Canister => "SIG-5",
    }
}

/// Returns whether r and s are at least one and less than the order.
fn is_in_range(signature: &[u8], order: &[u8; 32]) -> bool {
    let (numbers, _) = signature.as_chunks::<32>();
    numbers
        .iter()
        .all(|number| *number > [0; 32] && number < order)
}

/// Source: SEC 2, section 2.4.2.
const P256_ORDER: [u8; 32] = *b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
    \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";

/// Source: SEC 2, section 2.4.1.
const SECP256K1_ORDER: [u8; 32] = *b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xfe\xba\xae\xdc\xe6\xaf\x48\xa0\x3b\xbf\xd2\x5e\x8c\xd0\x36\x41\x41";

fn clause_of_parsing_assertion(error: &ParseAssertionError) -> &'static str {
    match error {
        ParseAssertionError::ClientData(_) => "SIG-WEBAUTHN-14",
        ParseAssertionError::Read(error) => match error.reason {
            Reason::MissingTag => "SIG-WEBAUTHN-5",
            Reason::UnknownField => "CBOR-10",
            _ => "SIG-WEBAUTHN-6",
        },
        // A member is missing, or whatever the crate will tell apart one day.
        _ => "SIG-WEBAUTHN-6",
    }
}

fn clause_of_assertion(error: &VerifyAssertionError, scheme: Scheme) -> &'static str {
    match error {
        VerifyAssertionError::ChallengeEncoding(_) => "SIG-WEBAUTHN-8",
        VerifyAssertionError::WrongChallenge => "SIG-WEBAUTHN-7",
        VerifyAssertionError::EcdsaSignature(_) => "SIG-WEBAUTHN-10",
        VerifyAssertionError::SignatureLength { .. } if scheme == Scheme::WebAuthnRs256 => {
            "SIG-WEBAUTHN-12"
        }
        VerifyAssertionError::SignatureLength { .. } => "SIG-WEBAUTHN-11",
        // Whatever the crate will tell apart one day.
        _ => "SIG-WEBAUTHN-9",
    }
}

fn clause_of_parsing_canister(error: &ParseCanisterSignatureError) -> &'static str {
    match error {
        ParseCanisterSignatureError::Certificate(_) => "CSIG-5",
        ParseCanisterSignatureError::Read(error) if error.reason == Reason::UnknownField => {
            "CBOR-10"
        }
        ParseCanisterSignatureError::Tree(error) => match hash_trees::clause_of(error) {
            "TREE-12" => "TREE-12",
            _ => "CSIG-4",
        },
        // The container, and whatever the crate will tell apart one day.
        _ => "CSIG-4",
    }
}

fn clause_of_canister(error: &VerifyCanisterSignatureError) -> &'static str {
    match error {
        VerifyCanisterSignatureError::Certificate(
            VerifyCertificateError::MalformedRanges(_)
            | VerifyCertificateError::MissingRanges { .. }
            | VerifyCertificateError::OutOfRanges { .. },
        ) => "CSIG-7",
        VerifyCanisterSignatureError::CloudEngine { .. } => "CSIG-9",
        VerifyCanisterSignatureError::IllFormedTree => "CSIG-11",
        VerifyCanisterSignatureError::MissingCertifiedData(_)
        | VerifyCanisterSignatureError::WrongCertifiedData { .. } => "CSIG-6",
        VerifyCanisterSignatureError::MissingSubnetType(_) => "CSIG-8",
        VerifyCanisterSignatureError::MissingWitness(_)
        | VerifyCanisterSignatureError::NonEmptyWitness { .. } => "CSIG-12",
        // The certificate, and whatever the crate will tell apart one day.
        _ => "CSIG-5",
    }
}
