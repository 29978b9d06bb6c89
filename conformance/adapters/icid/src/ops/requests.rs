//! `hash_of_map` and `request.id`.

use cbor::Kind;
use cbor::Policy;
use cbor::ReadError;
use cbor::Reader;
use cbor::Reason;
use cbor::Record;
use ri_hash::ArrayHasher;
use ri_hash::BlobHasher;
use ri_hash::MapHasher;
use ri_hash::RequestId;
use ri_hash::ValueHash;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::hex;
use crate::ops::cbor_check::check_item as check;
use crate::ops::cbor_check::reject;
use crate::ops::typed_value;

pub(crate) fn hash_of_map(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["value"])?;
    let hash = typed_value::hash_map(fields.required("value")?)?;
    Ok(json!({"hash": hex(hash.as_bytes())}))
}

pub(crate) fn request_id(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["envelope"])?;
    let envelope = fields.bytes("envelope")?;
    let id = id_of(&envelope, fields.policy()?)?;
    Ok(json!({"request_id": hex(id.as_bytes())}))
}

/// The fields of an envelope.
///
/// Source: interface spec, "Authentication".
const ENVELOPE: [&str; 4] = [
    "content",
    "sender_pubkey",
    "sender_sig",
    "sender_delegation",
];

/// The fields of all kinds of requests.
///
/// Source: interface spec, "Request: Call", "Request: Query", "Request: Read state".
const CONTENT: [&str; 9] = [
    "request_type",
    "sender",
    "nonce",
    "ingress_expiry",
    "canister_id",
    "method_name",
    "arg",
    "paths",
    "sender_info",
];

/// Source: interface spec, "Authentication".
const SENDER_INFO: [&str; 3] = ["info", "signer", "sig"];

fn id_of(envelope: &[u8], policy: Policy) -> Result<RequestId, Refusal> {
    check(envelope, policy)?;
    let mut reader = Reader::new(envelope);
    reader.self_described_tag(policy.tag).map_err(reject)?;
    let mut record = Record::read(&mut reader, &ENVELOPE, policy.unknown_fields).map_err(reject)?;
    let mut content = None;
    while let Some(name) = record.next(&mut reader).map_err(reject)? {
        match name {
            "content" => content = Some(hash_content(&mut reader, policy)?),
            _ if reader.null(policy.null).map_err(reject)? => {}
            "sender_delegation" => {
                Reader::clone(&reader).array().map_err(because("CBOR-8"))?;
                reader.skip().map_err(reject)?;
            }
            _ => {
                reader.blob(policy.blobs).map_err(because("CBOR-3"))?;
            }
        }
    }
    content
        .map(RequestId::from)
        .ok_or_else(|| Refusal::reject("CBOR-11", "found no content in the envelope"))
}

fn hash_content(reader: &mut Reader<'_>, policy: Policy) -> Result<ValueHash, Refusal> {
    let mut hasher = MapHasher::new();
    let mut record = Record::read(reader, &CONTENT, policy.unknown_fields).map_err(|error| {
        match error.reason {
            Reason::WrongKind {
                found: Kind::Array, ..
            } => Refusal::reject("CBOR-8", error),
            Reason::WrongKind { .. } => Refusal::reject("CBOR-11", error),
            _ => reject(error),
        }
    })?;
    while let Some(name) = record.next(reader).map_err(reject)? {
        if reader.null(policy.null).map_err(reject)? {
            continue;
        }
        let hash = match name {
            "request_type" | "method_name" => {
                ValueHash::text(reader.text().map_err(because("CBOR-4"))?)
            }
            // A time has 64 bits: no bignum stands for one.
            "ingress_expiry" => {
                ValueHash::natural(reader.unsigned().map_err(because("CBOR-5"))?.into())
            }
            "paths" => hash_array(reader, |path| {
                hash_array(path, |label| hash_blob(label, policy))
            })?,
            "sender_info" => hash_sender_info(reader, policy)?,
            _ => hash_blob(reader, policy)?,
        };
        typed_value::add(&mut hasher, name, hash)?;
    }
    Ok(hasher.finish())
}

fn hash_sender_info(reader: &mut Reader<'_>, policy: Policy) -> Result<ValueHash, Refusal> {
    let mut hasher = MapHasher::new();
    let mut record = Record::read(reader, &SENDER_INFO, policy.unknown_fields).map_err(reject)?;
    while let Some(name) = record.next(reader).map_err(reject)? {
        typed_value::add(&mut hasher, name, hash_blob(reader, policy)?)?;
    }
    Ok(hasher.finish())
}

fn hash_array<'a>(
    reader: &mut Reader<'a>,
    element: impl Fn(&mut Reader<'a>) -> Result<ValueHash, Refusal>,
) -> Result<ValueHash, Refusal> {
    let mut items = reader.array().map_err(because("CBOR-8"))?;
    let mut hasher = ArrayHasher::new();
    while reader.next(&mut items).map_err(reject)? {
        hasher.add(element(reader)?);
    }
    Ok(hasher.finish())
}

fn hash_blob(reader: &mut Reader<'_>, policy: Policy) -> Result<ValueHash, Refusal> {
    let blob = reader.blob(policy.blobs).map_err(because("CBOR-3"))?;
    if let Some(bytes) = blob.as_slice() {
        return Ok(ValueHash::blob(bytes));
    }
    let mut hasher = BlobHasher::new();
    blob.iter().for_each(|byte| hasher.update(&[byte]));
    Ok(hasher.finish())
}

fn because(clause: &'static str) -> impl Fn(ReadError) -> Refusal {
    move |error| Refusal::reject(clause, error)
}
