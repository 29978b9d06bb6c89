//! `ic-agent`, `ic-transport-types`, `ic-certification` 3 and `ic_principal`.
//!
//! Not offered, because there is no public function for it:
//!
//! - `principal.classify`, `principal.derive`: `ic_principal` tells no classes and derives nothing;
//! - `cbor.check`: CBOR is read into types only;
//! - `hashtree.decode`: `HashTree::digest` hashes, but nothing tells whether a tree is well formed;
//! - `hashtree.lookup_prefix`, `hashtree.prune`: one path is looked up at a time, and nothing prunes;
//! - `key.decode`, `key.encode_canister`, `sig.verify`: keys and signatures are checked only within
//!   chains;
//! - `delegation.verify`: `DelegatedIdentity::new_with_root_key` checks the signatures of one's own chain
//!   and leaves time, limits and restrictions to the replica;
//! - `envelope.verify`, `read_state.authorize`: it makes requests;
//! - `query_sig.verify`: signatures are checked in the course of a query only, of its own request;
//! - `ii.*`: it knows no seeds.

use std::borrow::Cow;
use std::time::Duration;

use ic_agent::Agent;
use ic_agent::AgentError;
use ic_agent::Identity;
use ic_agent::agent::AgentBuilder;
use ic_agent::agent::EffectiveId;
use ic_agent::identity::BasicIdentity;
use ic_agent::identity::DelegatedIdentity;
use ic_agent::identity::DelegationError;
use ic_agent::identity::InfoAwareIdentity;
use ic_agent::identity::Signature;
use ic_agent::lookup_value;
use ic_certification_3::Certificate;
use ic_certification_3::HashTree;
use ic_certification_3::LookupResult;
use ic_principal::Principal;
use ic_transport_types::Delegation;
use ic_transport_types::DelegationPermissions;
use ic_transport_types::Envelope;
use ic_transport_types::EnvelopeContent;
use ic_transport_types::SignedDelegation;
use ic_transport_types::to_request_id;
use serde_json::Value;
use serde_json::json;

use crate::Operation;
use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input;
use crate::input::Fields;
use crate::input::Scope;
use crate::input::hex;
use crate::state;
use crate::typed_value::Typed;

pub(crate) const OPERATIONS: &[Operation] = &[
    // Principal::from_text
    ("principal.decode_text", |fields| {
        let text = fields.text("text")?;
        fields.end()?;
        let principal = Principal::from_text(text).map_err(Refusal::reject)?;
        Ok(json!({ "bytes": hex(principal) }))
    }),
    // Principal::to_text, of what Principal::try_from_slice takes
    ("principal.encode_text", |fields| {
        let principal = input::principal(&fields.bytes("bytes")?)?;
        fields.end()?;
        Ok(json!({ "text": principal.to_text() }))
    }),
    // Principal::self_authenticating
    ("principal.from_pubkey", |fields| {
        let key = fields.bytes("spki")?;
        fields.end()?;
        Ok(json!({ "bytes": hex(Principal::self_authenticating(key)) }))
    }),
    // to_request_id
    ("hash_of_map", |fields| {
        let value = Typed::read(fields.required("value")?)?;
        fields.end()?;
        Ok(json!({ "hash": hex(*to_request_id(&value).map_err(Refusal::reject)?) }))
    }),
    // EnvelopeContent::to_request_id, of what the serde form of Envelope reads
    ("request.id", |fields| {
        let envelope = fields.bytes("envelope")?;
        fields.end()?;
        let envelope: Envelope<'_> = from_cbor(&envelope)?;
        Ok(json!({ "request_id": hex(*envelope.content.to_request_id()) }))
    }),
    // HashTree::lookup_path, of what the serde form of HashTree reads
    ("hashtree.lookup", |fields| {
        let (tree, path) = (fields.bytes("tree")?, fields.path("path")?);
        fields.end()?;
        let tree: HashTree = from_cbor(&tree)?;
        Ok(found(&tree.lookup_path(path)))
    }),
    ("certificate.verify", |fields| {
        let certificate = verified(fields)?;
        let root_hash = hex(certificate.tree.digest());
        let mut time = value(&certificate, &[b"time"])?;
        let time = leb128::read::unsigned(&mut time).map_err(Refusal::reject)?;
        let mut output = json!({ "root_hash": root_hash, "time": time.to_string() });
        if let Some(delegation) = &certificate.delegation {
            let subnet = &delegation.subnet_id;
            output["subnet_id"] = hex(subnet);
            let certificate: Certificate = from_cbor(&delegation.certificate)?;
            if let Ok(name) = value(&certificate, &[b"subnet", subnet, b"type"]) {
                let name = String::from_utf8_lossy(name);
                output["subnet_type"] = name.into();
            }
        }
        Ok(output)
    }),
    // Agent::verify, and HashTree::lookup_path
    ("certificate.lookup", |fields| {
        let path = fields.path("path")?;
        Ok(found(&verified(fields)?.tree.lookup_path(path)))
    }),
    // to_request_id, as Delegation::signable has it
    ("delegation.hash", |fields| {
        let delegation = delegation(&Fields::of(fields.required("delegation")?)?)?;
        fields.end()?;
        Ok(json!({ "hash": hex(*to_request_id(&delegation).map_err(Refusal::reject)?) }))
    }),
    // Identity::sign_delegation, of a BasicIdentity
    ("delegation.sign", |fields| {
        let identity = identity(fields)?;
        let delegation = delegation(&Fields::of(fields.required("delegation")?)?)?;
        fields.end()?;
        let signed = identity
            .sign_delegation(&delegation)
            .map_err(Refusal::error)?;
        let signature = signed
            .signature
            .ok_or_else(|| Refusal::error("no signature"))?;
        Ok(json!({ "signature": hex(signature) }))
    }),
    ("state.read", state::read),
    ("envelope.sign", sign_envelope),
    ("senderinfo.verify", verify_sender_info),
];

/// How old a certificate may be where the question does not ask: the agent always looks at the clock.
const A_CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The agent, but for what is special to a question.
pub(crate) fn builder() -> AgentBuilder {
    Agent::builder()
        .with_url("http://localhost")
        .with_ingress_expiry(A_CENTURY)
}

/// `Agent::verify`.
fn verified(fields: &Fields<'_>) -> Result<Certificate, Refusal> {
    let question = Question::read(fields)?;
    let (certificate, id) = question.certificate()?;
    let agent = builder().build().map_err(Refusal::error)?;
    agent.set_root_key(question.root_key);
    agent.verify(&certificate, id).map_err(of_agent)?;
    Ok(certificate)
}

/// A certificate, and what it shall be verified against.
pub(crate) struct Question {
    pub(crate) certificate: Vec<u8>,
    pub(crate) root_key: Vec<u8>,
    scope: Scope,
}

impl Question {
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Self, Refusal> {
        let question = Self {
            certificate: fields.bytes("certificate")?,
            root_key: fields.bytes("root_key")?,
            scope: Scope::read(fields)?,
        };
        let times = ["now", "max_age", "max_skew", "max_delegation_age"];
        let times = times.map(|name| fields.optional(name).is_some());
        let ranges = fields.optional("ranges");
        fields.end()?;
        if times.contains(&true) {
            return Err(Refusal::Unsupported("the time is that of the system"));
        }
        if ranges.is_some_and(|ranges| ranges != "sharded") {
            return Err(Refusal::Unsupported("which ranges count is fixed"));
        }
        Ok(question)
    }

    /// Returns what the serde form of `Certificate` reads, as the agent does with responses, and for
    /// whom it shall be.
    pub(crate) fn certificate(&self) -> Result<(Certificate, EffectiveId), Refusal> {
        let certificate: Certificate = from_cbor(&self.certificate)?;
        let id = match (self.scope, &certificate.delegation) {
            (Scope::Canister(id), _) => EffectiveId::Canister(id),
            (Scope::Subnet(id), _) => EffectiveId::Subnet(id),
            // Only a delegation makes it look for whom a certificate is.
            (Scope::None, None) => EffectiveId::Canister(Principal::management_canister()),
            (Scope::None, Some(_)) => {
                let why = "a certificate is for a canister or subnet";
                return Err(Refusal::Unsupported(why));
            }
        };
        Ok((certificate, id))
    }
}

/// `lookup_value`.
fn value<'a>(certificate: &'a Certificate, path: &[&[u8]]) -> Result<&'a [u8], Refusal> {
    lookup_value(certificate, path.to_vec()).map_err(of_agent)
}

/// Tells which of the agent's errors are verdicts on a certificate.
pub(crate) fn of_agent(error: AgentError) -> Refusal {
    match error {
        AgentError::InvalidCborData(_)
        | AgentError::Leb128ReadError(_)
        | AgentError::PrincipalError(_)
        | AgentError::LookupPathAbsent(_)
        | AgentError::LookupPathUnknown(_)
        | AgentError::LookupPathError(_)
        | AgentError::CertificateVerificationFailed()
        | AgentError::CertificateNotAuthorized()
        | AgentError::CertificateOutdated(_)
        | AgentError::CertificateHasTooManyDelegations
        | AgentError::DerKeyLengthMismatch { .. }
        | AgentError::DerPrefixMismatch { .. } => Refusal::reject(error),
        error => Refusal::error(error),
    }
}

/// `Identity::sign` signs and `Envelope::encode_bytes` writes, as in the agent.
fn sign_envelope(fields: &Fields<'_>) -> Outcome {
    let signer = identity(fields)?;
    let content = Typed::read(fields.required("content")?)?;
    let key = fields.optional_bytes("sender_pubkey")?;
    let chain = fields.optional("delegations").map(chain).transpose()?;
    fields.end()?;
    let content = serde_cbor::value::to_value(content).map_err(Refusal::error)?;
    let content: EnvelopeContent = serde_cbor::value::from_value(content)
        .map_err(|_| Refusal::Unsupported("the content is none of its types"))?;
    let signature = match (key, chain) {
        (Some(key), Some(chain)) => {
            DelegatedIdentity::new_unchecked(key, Box::new(signer), chain).sign(&content)
        }
        _ => signer.sign(&content),
    };
    let Signature {
        public_key,
        signature,
        delegations,
    } = signature.map_err(Refusal::error)?;
    let envelope = Envelope {
        content: Cow::Owned(content),
        sender_pubkey: public_key,
        sender_sig: signature,
        sender_delegation: delegations,
    };
    Ok(json!({ "envelope": hex(envelope.encode_bytes()) }))
}

/// `InfoAwareIdentity::new_with_root_key`.
fn verify_sender_info(fields: &Fields<'_>) -> Outcome {
    let holder = Holder(fields.bytes("sender_pubkey")?);
    let (info, signature) = (fields.bytes("info")?, fields.bytes("sig")?);
    let (signer, root_key) = (fields.bytes("signer")?, fields.bytes("root_key")?);
    fields.end()?;
    let identity = InfoAwareIdentity::new_with_root_key(holder, info, signature, &root_key);
    let identity = identity.map_err(|error| match error {
        DelegationError::IdentityError(_) => Refusal::error(error),
        error => Refusal::reject(error),
    })?;
    let made = identity.sender_info();
    if made.is_none_or(|made| made.signer != signer) {
        return Err(Refusal::Unsupported("the signer is taken from the key"));
    }
    Ok(json!({}))
}

/// An identity that is there for its key.
struct Holder(Vec<u8>);

impl Identity for Holder {
    fn sender(&self) -> Result<Principal, String> {
        Ok(Principal::self_authenticating(&self.0))
    }

    fn public_key(&self) -> Option<Vec<u8>> {
        Some(self.0.clone())
    }

    fn sign(&self, _: &EnvelopeContent) -> Result<Signature, String> {
        Err("signs nothing".to_owned())
    }
}

/// `BasicIdentity::from_raw_key`.
fn identity(fields: &Fields<'_>) -> Result<BasicIdentity, Refusal> {
    let key = <[u8; 32]>::try_from(fields.bytes("secret_key")?);
    let key = key.map_err(|_| Refusal::error("a secret key has 32 bytes"))?;
    Ok(BasicIdentity::from_raw_key(&key))
}

fn chain(links: &Value) -> Result<Vec<SignedDelegation>, Refusal> {
    let link = |link: &Value| -> Result<SignedDelegation, Refusal> {
        let fields = Fields::of(link)?;
        Ok(SignedDelegation {
            signature: fields.bytes("signature")?,
            delegation: delegation(&fields)?,
        })
    };
    input::list(links)?.iter().map(link).collect()
}

fn delegation(fields: &Fields<'_>) -> Result<Delegation, Refusal> {
    let target = |target: &Value| input::principal(&input::bytes(target)?);
    let targets = |targets| input::list(targets)?.iter().map(target).collect();
    let permissions = |name| -> Result<DelegationPermissions, Refusal> {
        let name = serde_cbor::Value::Text(input::text(name)?.to_owned());
        serde_cbor::value::from_value(name).map_err(Refusal::reject)
    };
    let delegation = Delegation {
        pubkey: fields.bytes("pubkey")?,
        expiration: fields.number("expiration")?,
        targets: fields.optional("targets").map(targets).transpose()?,
        permissions: fields
            .optional("permissions")
            .map(permissions)
            .transpose()?,
    };
    fields.end()?;
    Ok(delegation)
}

/// What the types of the libraries make of CBOR.
fn from_cbor<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Refusal> {
    serde_cbor::from_slice(bytes).map_err(Refusal::reject)
}

fn found(result: &LookupResult<'_>) -> Value {
    match result {
        LookupResult::Absent => json!({ "result": "absent" }),
        LookupResult::Unknown => json!({ "result": "unknown" }),
        LookupResult::Found(value) => json!({ "result": "found", "value": hex(value) }),
        LookupResult::Error => json!({ "result": "error" }),
    }
}
