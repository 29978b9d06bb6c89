//! `hash_of_map` and `request.id`.

use cbor::Reader;
use cbor::Record;
use cbor::UnknownFieldRule;
use cbor::Writer;
use request::Envelope;
use request::ParseEnvelopeError;
use request::Policy;
use request::RequestId;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::hex;
use crate::ops::cbor_check::check_item as check;
use crate::ops::cbor_check::reject;
use crate::ops::envelopes::clause_of_parsing;
use crate::ops::signatures::policy;
use crate::ops::typed_value;

pub(crate) fn hash_of_map(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["value"])?;
    let hash = typed_value::hash_map(fields.required("value")?)?;
    Ok(json!({"hash": hex(hash.as_bytes())}))
}

pub(crate) fn request_id(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["envelope"])?;
    let envelope = fields.bytes("envelope")?;
    let id = id_of(&envelope, policy(&fields)?)?;
    Ok(json!({"request_id": hex(id.as_bytes())}))
}

fn id_of(bytes: &[u8], policy: Policy) -> Result<RequestId, Refusal> {
    check(bytes, policy.cbor)?;
    let refusal = |error| Refusal::reject(clause_of_parsing(&error, bytes), error);
    match Envelope::parse(bytes, policy) {
        // The id does not depend on a proof, so that half of one will do.
        Err(ParseEnvelopeError::IncompleteProof { .. }) => {
            let bytes = without_proof(bytes, policy)?;
            let envelope = Envelope::parse(&bytes, policy).map_err(refusal)?;
            Ok(envelope.content().request_id())
        }
        envelope => Ok(envelope.map_err(refusal)?.content().request_id()),
    }
}

/// Returns the envelope with its content alone.
fn without_proof(bytes: &[u8], policy: Policy) -> Result<Vec<u8>, Refusal> {
    let mut reader = Reader::new(bytes);
    reader.self_described_tag(policy.cbor.tag).map_err(reject)?;
    let mut record =
        Record::read(&mut reader, &["content"], UnknownFieldRule::Ignore).map_err(reject)?;
    record.next(&mut reader).map_err(reject)?;
    let start = reader.position();
    reader.skip().map_err(reject)?;
    let content = bytes.get(start..reader.position()).unwrap_or_default();
    let mut writer = Writer::new();
    writer.self_described_tag().map(1).text("content");
    Ok([&writer.into_bytes()[..], content].concat())
}
