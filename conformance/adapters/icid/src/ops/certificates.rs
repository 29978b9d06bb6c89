//! `certificate.*`, and the verification that `state.read` starts with.

use cbor::Policy;
use cbor::Reason;
use certificate::Certificate;
use certificate::Field;
use certificate::Freshness;
use certificate::Lookup;
use certificate::ParseCertificateError;
use certificate::ParseNatError;
use certificate::Part;
use certificate::Ranges;
use certificate::Rules;
use certificate::Scope;
use certificate::VerifiedCertificate;
use certificate::VerifyCertificateError;
use principal::Principal;
use public_key::BlsPublicKey;
use serde_json::Map;
use serde_json::Value;
use signature::VerifySignature;
use time::Lifetime;
use time::Timestamp;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::error;
use crate::input::hex;
use crate::ops::hash_trees;

/// The input of every operation that verifies a certificate.
pub(crate) const INPUT: [&str; 8] = [
    "certificate",
    "root_key",
    "scope",
    "now",
    "max_age",
    "max_skew",
    "max_delegation_age",
    "ranges",
];

pub(crate) fn verify(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let question = Question::read(&Fields::of_operation(input, &INPUT)?)?;
    let verified = question.verify(provider)?;
    let mut output = Map::new();
    output.insert("root_hash".to_owned(), hex(&verified.root_hash()));
    output.insert(
        "time".to_owned(),
        verified.time().as_nanos().to_string().into(),
    );
    if let Some(delegation) = verified.delegation() {
        let id = delegation.subnet_id();
        output.insert("subnet_id".to_owned(), hex(id.as_bytes()));
        let path: [&[u8]; 3] = [b"subnet", id.as_bytes(), b"type"];
        if let Lookup::Found(name) = delegation.tree().lookup(&path) {
            let name =
                core::str::from_utf8(name).map_err(|error| Refusal::reject("CERT-8", error))?;
            output.insert("subnet_type".to_owned(), name.into());
        }
    }
    Ok(Value::Object(output))
}

pub(crate) fn lookup(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &[&INPUT[..], &["path"]].concat())?;
    let path = fields.path("path")?;
    let question = Question::read(&fields)?;
    let verified = question.verify(provider)?;
    Ok(hash_trees::lookup_output(
        verified.lookup(&hash_trees::labels(&path)),
    ))
}

/// A certificate, and what it shall be verified against.
#[derive(Debug)]
pub(crate) struct Question {
    certificate: Vec<u8>,
    root_key: Vec<u8>,
    scope: Scope,
    ranges: Ranges,
    freshness: Option<Freshness>,
    policy: Policy,
}

impl Question {
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Self, Refusal> {
        let policy = fields.policy()?;
        Ok(Self {
            certificate: fields.bytes("certificate")?,
            root_key: fields.bytes("root_key")?,
            scope: scope(fields.required("scope")?)?,
            ranges: ranges(fields, policy)?,
            freshness: freshness(fields)?,
            policy,
        })
    }

    pub(crate) fn verify(
        &self,
        provider: &dyn VerifySignature,
    ) -> Result<VerifiedCertificate<'_>, Refusal> {
        let root_key = BlsPublicKey::from_der(&self.root_key)
            .map_err(|error| Refusal::reject("ROOT-4", error))?;
        let certificate = Certificate::parse(&self.certificate, self.policy)
            .map_err(|error| Refusal::reject(clause_of_parsing(&error), error))?;
        let rules = Rules {
            root_key,
            scope: self.scope,
            ranges: self.ranges,
            freshness: self.freshness,
        };
        certificate
            .verify(&rules, provider, None)
            .map_err(|error| Refusal::reject(clause_of_verifying(&error), error))
    }
}

fn clause_of_parsing(error: &ParseCertificateError) -> &'static str {
    match error {
        ParseCertificateError::MissingField { field, .. } => match field {
            Field::Signature | Field::Tree => "CERT-1",
            Field::Certificate | Field::SubnetId => "SDEL-1",
        },
        ParseCertificateError::NestedDelegation => "SDEL-2",
        ParseCertificateError::Read { part, error } => match error.reason {
            Reason::UnknownField => "CBOR-10",
            Reason::Null => "CBOR-12",
            _ if *part == Part::DelegationRecord => "SDEL-1",
            _ => "CERT-1",
        },
        ParseCertificateError::SubnetIdLength { .. } => "SDEL-8",
        ParseCertificateError::Tree { error, .. } => hash_trees::clause_of(error),
        _ => "CERT-1",
    }
}

fn clause_of_verifying(error: &VerifyCertificateError) -> &'static str {
    match error {
        VerifyCertificateError::DelegationTooOld { .. } => "SDEL-9",
        VerifyCertificateError::InvalidDelegationSignature => "SDEL-3",
        VerifyCertificateError::InvalidRootKey | VerifyCertificateError::InvalidSubnetKey => {
            "CERT-4"
        }
        VerifyCertificateError::MalformedRanges(_) => "RANGE-1",
        VerifyCertificateError::MalformedSubnetKey { .. } => "SDEL-5",
        VerifyCertificateError::MalformedTime {
            error: ParseNatError::TooLarge,
            ..
        } => "STATE-1",
        VerifyCertificateError::MalformedTime { .. } => "CERT-8",
        VerifyCertificateError::MissingRanges { .. }
        | VerifyCertificateError::OutOfRanges { .. } => "SDEL-7",
        VerifyCertificateError::MissingSubnetKey(_) => "SDEL-4",
        VerifyCertificateError::MissingTime { .. } => "CERT-5",
        VerifyCertificateError::SignatureLength { .. } => "CERT-3",
        VerifyCertificateError::TooNew { .. } | VerifyCertificateError::TooOld { .. } => "CERT-6",
        VerifyCertificateError::WrongSubnet { .. } => "CERT-11",
        // An invalid signature, and whatever the crate will tell apart one day.
        _ => "CERT-2",
    }
}

fn scope(value: &Value) -> Result<Scope, Refusal> {
    if value == "none" {
        return Ok(Scope::Unscoped);
    }
    let fields = Fields::of(value, &["canister", "subnet"])?;
    let principal = |name| -> Result<Option<Principal>, Refusal> {
        fields
            .optional(name)
            .map(|_| fields.principal(name))
            .transpose()
    };
    match (principal("canister")?, principal("subnet")?) {
        (Some(canister), None) => Ok(Scope::Canister(canister)),
        (None, Some(subnet)) => Ok(Scope::Subnet(subnet)),
        _ => Err(error("a scope is a canister, a subnet or none")),
    }
}

fn ranges(fields: &Fields<'_>, policy: Policy) -> Result<Ranges, Refusal> {
    match fields.optional("ranges").map(Value::as_str) {
        None if policy == Policy::REPLICA => Ok(Ranges::Either),
        None | Some(Some("sharded")) => Ok(Ranges::Sharded),
        Some(Some("flat")) => Ok(Ranges::Flat),
        Some(Some("either")) => Ok(Ranges::Either),
        Some(_) => Err(error("ranges are sharded, flat or either")),
    }
}

fn freshness(fields: &Fields<'_>) -> Result<Option<Freshness>, Refusal> {
    let now = fields.optional_number("now")?;
    let max_age = fields.optional_number("max_age")?;
    let max_skew = fields.optional_number("max_skew")?;
    let max_delegation_age = fields.optional_number("max_delegation_age")?;
    match (now, max_age, max_skew) {
        (None, None, None) => Ok(None),
        (Some(now), Some(max_age), Some(max_skew)) => Ok(Some(Freshness {
            now: Timestamp::from_nanos(now),
            max_age: Lifetime::from_nanos(max_age),
            max_skew: Lifetime::from_nanos(max_skew),
            max_delegation_age: max_delegation_age.map(Lifetime::from_nanos),
        })),
        _ => Err(error("now, max_age and max_skew come together")),
    }
}
