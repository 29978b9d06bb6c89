//! `delegation.*`.

use cbor::Kind;
use cbor::ReadError;
use cbor::Reader;
use cbor::Reason;
use delegation::Delegation;
use delegation::DelegationChain;
use delegation::ParseDelegationError;
use delegation::Permissions;
use delegation::SignedDelegation;
use delegation::VerifiedChain;
use delegation::VerifyChainError;
use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;
use principal::Principal;
use public_key::BlsPublicKey;
use public_key::ParsePublicKeyError;
use public_key::PublicKey;
use request::AllowedTargets;
use request::CheckSignatureError;
use request::PlainRsaRule;
use request::Schemes;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;
use time::Timestamp;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::bytes;
use crate::input::error;
use crate::input::hex;
use crate::input::list;
use crate::input::number;
use crate::ops::Operation;
use crate::ops::cbor_check::clause_of;
use crate::ops::keys;
use crate::ops::signatures::policy;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[
    ("delegation.hash", hash),
    ("delegation.sign", sign),
    ("delegation.verify", verify),
];

const DELEGATION: [&str; 4] = ["pubkey", "expiration", "targets", "permissions"];

fn hash(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["delegation"])?;
    let delegation = unsigned(fields.required("delegation")?)?;
    Ok(json!({"hash": hex(&delegation.hash())}))
}

fn sign(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["secret_key", "delegation"])?;
    let key = secret_key(&fields)?;
    let delegation = unsigned(fields.required("delegation")?)?;
    let signature = key.sign(&delegation.signing_payload());
    Ok(json!({"signature": hex(&signature.to_bytes())}))
}

/// Reads a secret key of Ed25519.
pub(crate) fn secret_key(fields: &Fields<'_>) -> Result<SigningKey, Refusal> {
    let bytes = fields.bytes("secret_key")?.try_into();
    let bytes = bytes.map_err(|_| error("a secret key has 32 bytes"))?;
    Ok(SigningKey::from_bytes(&bytes))
}

fn verify(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let names = ["sender_pubkey", "delegations", "now", "root_key"];
    let fields = Fields::of_operation(input, &names)?;
    let chain = DelegationChain::new(fields.bytes("sender_pubkey")?, signed_list(&fields)?);
    let now = Timestamp::from_nanos(number(fields.required("now")?)?);
    let policy = policy(&fields)?;
    // A key that is none verifies nothing, and may not be needed.
    let root_key = match fields.optional("root_key") {
        Some(key) => BlsPublicKey::from_der(&bytes(key)?).ok(),
        None => None,
    };
    let schemes = Schemes::new(provider, policy).with_root_key(root_key);
    let verified = chain.verify(now, &schemes).map_err(|error| {
        let clause = match error {
            VerifyChainError::InvalidSignature { link } => {
                let signer = chain.links().get(link.wrapping_sub(1));
                let signer =
                    signer.map_or_else(|| chain.root_key(), |link| link.delegation().public_key());
                let key = schemes.parse_key(signer);
                let is_rsa = matches!(
                    key,
                    Err(CheckSignatureError::UnsupportedKey(
                        ParsePublicKeyError::PlainRsa
                    ))
                );
                match key {
                    Err(_) if is_rsa && policy.plain_rsa_signer == PlainRsaRule::Accept => {
                        "DELEG-2"
                    }
                    Err(_) => clause_of_key(link),
                    Ok(PublicKey::Canister(_)) if fields.optional("root_key").is_none() => {
                        "CSIG-17"
                    }
                    Ok(_) => "DELEG-2",
                }
            }
            _ => clause_of_chain(&error),
        };
        Refusal::reject(clause, error)
    })?;
    // spec: SIG-6
    let clause = clause_of_key(chain.links().len());
    let leaf = schemes
        .parse_key(verified.leaf())
        .map_err(|error| Refusal::reject(clause, error))?;
    keys::check(provider, &leaf, verified.leaf()).map_err(|refusal| refusal.for_clause(clause))?;
    let mut output = Map::new();
    output.insert("leaf".to_owned(), hex(verified.leaf()));
    describe(&verified, &mut output);
    Ok(Value::Object(output))
}

/// Writes what a chain allows.
fn describe(chain: &VerifiedChain<'_>, output: &mut Map<String, Value>) {
    output.insert("queries_only".to_owned(), chain.queries_only().into());
    describe_targets(chain.targets(), output);
}

pub(crate) fn describe_targets(targets: AllowedTargets<'_>, output: &mut Map<String, Value>) {
    if let AllowedTargets::Only(targets) = targets {
        let targets = targets.iter().map(|target| hex(target.as_bytes()));
        output.insert("targets".to_owned(), targets.collect());
    }
}

/// Returns the clause about the key at a position of a chain, the sender's key first.
pub(crate) const fn clause_of_key(position: usize) -> &'static str {
    if position == 0 { "ENV-5" } else { "SIG-6" }
}

/// Returns the clause that a chain violates, whatever its signatures.
pub(crate) fn clause_of_chain(error: &VerifyChainError) -> &'static str {
    match error {
        VerifyChainError::Expired { .. } => "DELEG-7",
        VerifyChainError::RepeatedKey { .. } => "DELEG-6",
        VerifyChainError::SubnetKey { link } => clause_of_key(*link),
        VerifyChainError::TooLong { .. } => "DELEG-5",
        VerifyChainError::TooManyTargets { .. } => "DELEG-10",
        // A signature, and whatever the crate will tell apart one day.
        _ => "DELEG-2",
    }
}

/// Returns the clause that links in `input` violate in CBOR.
pub(crate) fn clause_of_parsing(error: &ParseDelegationError, input: &[u8]) -> &'static str {
    match error {
        ParseDelegationError::Read(error) => clause_of_reading(error),
        ParseDelegationError::TargetTooLong { .. } => "DELEG-15",
        ParseDelegationError::UnknownPermissions { position } => {
            let rest = input.get(*position..).unwrap_or_default();
            Reader::new(rest)
                .text()
                .map_or("PERM-5", clause_of_permissions)
        }
        // A field is missing, and whatever the crate will tell apart one day.
        _ => "DELEG-1",
    }
}

fn clause_of_reading(error: &ReadError) -> &'static str {
    match error.reason {
        Reason::WrongKind {
            found: Kind::Break | Kind::Float | Kind::Simple | Kind::Undefined,
            ..
        } => clause_of_type(error.reason),
        Reason::WrongKind { expected, .. } => match expected {
            Kind::Map => "DELEG-1",
            // No other member is a text.
            Kind::Text => "PERM-1",
            _ => clause_of_type(error.reason),
        },
        reason => clause_of(reason),
    }
}

/// Returns the clause for a value, by the type that belongs there.
pub(crate) fn clause_of_type(reason: Reason) -> &'static str {
    match reason {
        Reason::WrongKind {
            found: Kind::Float, ..
        } => "CBOR-6",
        Reason::WrongKind {
            found: Kind::Break | Kind::Simple | Kind::Undefined,
            ..
        } => "CBOR-9",
        Reason::WrongKind { expected, .. } => match expected {
            Kind::Bytes => "CBOR-3",
            Kind::Text => "CBOR-4",
            Kind::Unsigned => "CBOR-5",
            _ => "CBOR-8",
        },
        reason => clause_of(reason),
    }
}

/// Reads the links of a chain.
pub(crate) fn signed_list(fields: &Fields<'_>) -> Result<Vec<SignedDelegation<'static>>, Refusal> {
    let links = list(fields.required("delegations")?)?;
    links.iter().map(signed).collect()
}

fn signed(value: &Value) -> Result<SignedDelegation<'static>, Refusal> {
    let fields = Fields::of(value, &[&DELEGATION[..], &["signature"]].concat())?;
    let delegation = delegation(&fields)?;
    Ok(SignedDelegation::new(
        delegation,
        fields.bytes("signature")?,
    ))
}

fn unsigned(value: &Value) -> Result<Delegation<'static>, Refusal> {
    delegation(&Fields::of(value, &DELEGATION)?)
}

fn delegation(fields: &Fields<'_>) -> Result<Delegation<'static>, Refusal> {
    let expiration = Timestamp::from_nanos(number(fields.required("expiration")?)?);
    let mut delegation = Delegation::new(fields.bytes("pubkey")?, expiration);
    if let Some(targets) = fields.optional("targets") {
        let targets: Vec<Principal> = list(targets)?
            .iter()
            .map(target)
            .collect::<Result<_, _>>()?;
        delegation = delegation.with_targets(targets);
    }
    if fields.optional("permissions").is_some() {
        let name = fields.text("permissions")?;
        let permissions = Permissions::from_name(name).ok_or_else(|| {
            let error = format!("permissions {name:?} that are neither `all` nor `queries`");
            Refusal::reject(clause_of_permissions(name), error)
        })?;
        delegation = delegation.with_permissions(permissions);
    }
    Ok(delegation)
}

/// Returns the clause for permissions that are unknown.
fn clause_of_permissions(name: &str) -> &'static str {
    match name.trim().to_lowercase().as_str() {
        "" | "all" | "queries" => "PERM-6",
        _ => "PERM-5",
    }
}

fn target(value: &Value) -> Result<Principal, Refusal> {
    Principal::from_slice(&bytes(value)?).map_err(|error| Refusal::reject("DELEG-15", error))
}

#[cfg(test)]
mod tests {
    use provider_native::NativeProvider;

    use super::*;

    /// The hash that the interface spec's rules give, computed with another implementation.
    const HASH: &str = "ccd2f0fb7d7613ea7e7d82e8214d256681649a10b0456cacef27ceb65221abf9";

    fn answer(operation: Operation, input: &Value) -> Outcome {
        operation(&NativeProvider::new(), input)
    }

    /// The DER form of the public key to a secret key of so many times the same byte.
    fn key(byte: u8) -> Value {
        let key = SigningKey::from_bytes(&[byte; 32]).verifying_key();
        hex(&public_key::Ed25519PublicKey::from_bytes(key.to_bytes()).to_der())
    }

    /// A link from one such key to another.
    fn link(from: u8, to: u8, more: &Value) -> Value {
        let mut delegation = json!({"pubkey": key(to), "expiration": "5"});
        let members = delegation.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        let input = json!({"secret_key": hex(&[from; 32]), "delegation": delegation});
        let signature = answer(sign, &input).unwrap();
        let mut link = delegation;
        link["signature"] = signature["signature"].clone();
        link
    }

    fn chain(links: &[Value], now: &str) -> Outcome {
        let input = json!({"sender_pubkey": key(1), "delegations": links, "now": now});
        answer(verify, &input)
    }

    fn clause(outcome: Outcome) -> &'static str {
        match outcome {
            Err(Refusal::Reject { clause, .. }) => clause,
            outcome => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn what_is_present_is_hashed() {
        let delegation = json!({"pubkey": "010203", "expiration": "0", "permissions": "queries"});
        let outcome = answer(hash, &json!({"delegation": delegation}));
        assert_eq!(outcome, Ok(json!({"hash": HASH})));
    }

    #[test]
    fn what_was_signed_is_verified() {
        let links = [
            link(1, 2, &json!({"targets": ["02", "01", "02"]})),
            link(2, 3, &json!({"permissions": "queries"})),
        ];
        let output = json!({"leaf": key(3), "queries_only": true, "targets": ["01", "02"]});
        assert_eq!(chain(&links, "5"), Ok(output));
        let output = json!({"leaf": key(1), "queries_only": false});
        assert_eq!(chain(&[], "5"), Ok(output));
    }

    #[test]
    fn flaws_have_their_clauses() {
        let good = || link(1, 2, &json!({}));
        assert_eq!(clause(chain(&[good()], "6")), "DELEG-7");
        assert_eq!(clause(chain(&[good(), good()], "5")), "DELEG-6");
        assert_eq!(clause(chain(&[link(2, 3, &json!({}))], "5")), "DELEG-2");
        let mut odd = good();
        odd["pubkey"] = json!("00");
        assert_eq!(clause(chain(&[odd], "5")), "DELEG-2");
        let long = json!({"targets": ["00".repeat(30)]});
        let input = json!({"secret_key": hex(&[1; 32]), "delegation":
            {"pubkey": "00", "expiration": "5", "targets": long["targets"]}});
        assert_eq!(clause(answer(sign, &input)), "DELEG-15");
        for (permissions, violated) in [("Queries", "PERM-6"), ("", "PERM-6"), ("none", "PERM-5")] {
            let delegation = json!({"pubkey": "00", "expiration": "5", "permissions": permissions});
            let outcome = answer(hash, &json!({"delegation": delegation}));
            assert_eq!(clause(outcome), violated);
        }
    }

    #[test]
    fn keys_are_named_by_their_place() {
        let input = json!({"sender_pubkey": "00", "delegations": [], "now": "5"});
        assert_eq!(clause(answer(verify, &input)), "ENV-5");
        let delegation = json!({"pubkey": "00", "expiration": "5"});
        let input = json!({"secret_key": hex(&[1; 32]), "delegation": delegation});
        let mut last = delegation;
        last["signature"] = answer(sign, &input).unwrap()["signature"].clone();
        assert_eq!(clause(chain(&[last], "5")), "SIG-6");
    }
}
