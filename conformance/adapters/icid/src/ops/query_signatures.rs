//! `query_sig.verify`.

use cbor::Policy;
use cbor::ReadError;
use cbor::Reason;
use certificate::Certificate;
use certificate::Freshness;
use certificate::ReadStateError;
use certificate::VerifyCertificateError;
use principal::Principal;
use public_key::BlsPublicKey;
use request::destination::Destination;
use request::query_response::Field;
use request::query_response::NodesRules;
use request::query_response::ParseQueryResponseError;
use request::query_response::Part;
use request::query_response::QueryResponse;
use request::query_response::Ranges;
use request::query_response::Reply;
use request::query_response::ResponseRules;
use request::query_response::SignatureLimit;
use request::query_response::SubnetNodes;
use request::query_response::VerifyNodesError;
use request::query_response::VerifyQueryResponseError;
use ri_hash::RequestId;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;
use time::Lifetime;
use time::Timestamp;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::error;
use crate::input::number;
use crate::ops::Operation;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[("query_sig.verify", verify)];

const INPUT: [&str; 9] = [
    "response",
    "request_id",
    "certificate",
    "root_key",
    "root_subnet_id",
    "scope",
    "now",
    "max_age",
    "ranges",
];

/// How far in the future a time may be: the protocol has no measure for it.
const MAX_SKEW: Lifetime = Lifetime::from_nanos(u64::MAX);

fn verify(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &INPUT)?;
    let policy = fields.policy()?;
    let response = fields.bytes("response")?;
    let request_id = RequestId::try_from(fields.bytes("request_id")?.as_slice())
        .map_err(|why| Refusal::Error(why.to_string()))?;
    let certificate = fields.bytes("certificate")?;
    let root_key = fields.bytes("root_key")?;
    let now = Timestamp::from_nanos(number(fields.required("now")?)?);
    let max_age = Lifetime::from_nanos(number(fields.required("max_age")?)?);
    let root_subnet_id = fields.principal("root_subnet_id")?;
    let destination = destination(fields.required("scope")?)?;
    let ranges = ranges(&fields, policy)?;

    let root_key =
        BlsPublicKey::from_der(&root_key).map_err(|error| Refusal::reject("ROOT-4", error))?;
    let response = QueryResponse::parse(&response, policy)
        .map_err(|error| Refusal::reject(clause_of_parsing(&error), error))?;
    let certificate = Certificate::parse(&certificate, policy)
        .map_err(|error| Refusal::reject("QUERY-SIG-10", error))?;
    let rules = NodesRules {
        root_key,
        root_subnet_id,
        destination,
        ranges,
        tag: policy.tag,
        freshness: Some(Freshness {
            now,
            max_age,
            max_skew: MAX_SKEW,
            max_delegation_age: None,
        }),
    };
    let nodes = SubnetNodes::verify(&certificate, &rules, provider, None)
        .map_err(|error| Refusal::reject(clause_of_nodes(&error), error))?;
    let rules = ResponseRules {
        now,
        max_age,
        max_skew: MAX_SKEW,
        max_signatures: SignatureLimit::Unlimited,
    };
    response
        .verify(&request_id, &nodes, &rules, provider)
        .map_err(|error| Refusal::reject(clause_of_verifying(&error, response.reply()), error))?;
    Ok(json!({}))
}

fn destination(value: &Value) -> Result<Destination, Refusal> {
    let fields = Fields::of(value, &["canister", "subnet"])?;
    let id = |name| -> Result<Option<Principal>, Refusal> {
        fields
            .optional(name)
            .map(|_| fields.principal(name))
            .transpose()
    };
    match (id("canister")?, id("subnet")?) {
        (Some(canister), None) => Ok(Destination::Canister(canister)),
        (None, Some(subnet)) => Ok(Destination::Subnet(subnet)),
        _ => Err(error("a query is for a canister or a subnet")),
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

fn clause_of_parsing(error: &ParseQueryResponseError) -> &'static str {
    match error {
        ParseQueryResponseError::IdentityLength { .. } => "QUERY-SIG-2",
        ParseQueryResponseError::MissingField { field } => match field {
            Field::Identity | Field::Signature | Field::Timestamp => "QUERY-SIG-2",
            Field::RejectCode | Field::RejectMessage => "QUERY-SIG-4",
            Field::Signatures => "QUERY-SIG-1",
            _ => "QUERY-SIG-3",
        },
        ParseQueryResponseError::NoSignatures => "QUERY-SIG-1",
        ParseQueryResponseError::Read { part, error } => clause_of_reading(*part, error),
        ParseQueryResponseError::StrayField { .. } => "CBOR-10",
        // An unknown status, and whatever the crate will tell apart one day.
        _ => "QUERY-SIG-3",
    }
}

fn clause_of_reading(part: Part, error: &ReadError) -> &'static str {
    match error.reason {
        Reason::MissingTag => "CBOR-1",
        Reason::NonTextKey { .. } => "CBOR-2",
        Reason::DuplicateKey => "CBOR-7",
        Reason::TrailingBytes { .. } => "CBOR-9",
        Reason::UnknownField => "CBOR-10",
        Reason::Null => "CBOR-12",
        _ => match part {
            Part::Rejection => "QUERY-SIG-4",
            Part::Signature => "QUERY-SIG-2",
            Part::Signatures => "QUERY-SIG-1",
            _ => "QUERY-SIG-3",
        },
    }
}

fn clause_of_nodes(error: &VerifyNodesError) -> &'static str {
    match error {
        VerifyNodesError::Certificate(error) => match error {
            VerifyCertificateError::MissingRanges { .. }
            | VerifyCertificateError::OutOfRanges { .. } => "QUERY-SIG-8",
            VerifyCertificateError::TooNew { .. } | VerifyCertificateError::TooOld { .. } => {
                "QUERY-SIG-12"
            }
            _ => "QUERY-SIG-10",
        },
        VerifyNodesError::MalformedRootRanges(_) => "RANGE-1",
        VerifyNodesError::MissingRootRanges(_) | VerifyNodesError::OutOfRootRanges { .. } => {
            "QUERY-SIG-7"
        }
        VerifyNodesError::WrongSubnet { .. } => "QUERY-SIG-9",
        // What the crate will tell apart one day.
        _ => "QUERY-SIG-10",
    }
}

fn clause_of_verifying(error: &VerifyQueryResponseError, reply: Reply<'_>) -> &'static str {
    match error {
        VerifyQueryResponseError::MissingNodeKey { .. }
        | VerifyQueryResponseError::NodeKeys(ReadStateError::NotAValue) => "QUERY-SIG-6",
        VerifyQueryResponseError::NodeKeys(_) => "QUERY-SIG-11",
        VerifyQueryResponseError::TooManySignatures { .. } => "QUERY-SIG-5",
        VerifyQueryResponseError::TooNew { .. } | VerifyQueryResponseError::TooOld { .. } => {
            "QUERY-SIG-12"
        }
        // An invalid signature, and whatever the crate will tell apart one day.
        _ => match reply {
            Reply::Rejected { .. } => "QUERY-SIG-4",
            Reply::Replied { .. } => "QUERY-SIG-3",
        },
    }
}

#[cfg(test)]
mod tests {
    use provider_native::NativeProvider;

    use super::*;
    use crate::input::hex;

    /// The key of the public network's root subnet.
    const ROOT_KEY: &str = "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201\
        036100814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a\
        0c0b2cc5341583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b9888346\
        3f98091a0baaae";

    fn question(response: &[u8]) -> Value {
        json!({
            "response": hex(response),
            "request_id": hex(&[7; 32]),
            "certificate": "d9d9f7a0",
            "root_key": ROOT_KEY,
            "root_subnet_id": "aa",
            "scope": {"canister": "00000000000000070101"},
            "now": "1700000000000000000",
            "max_age": "300000000000",
        })
    }

    fn clause(response: &[u8]) -> Result<Value, String> {
        match verify(&NativeProvider::new(), &question(response)) {
            Ok(output) => Ok(output),
            Err(Refusal::Reject { clause, .. }) => Err(clause.to_owned()),
            Err(other) => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn answers_with_the_clause() {
        let entry = b"\xa3\x69timestamp\x01\x69signature\x40\x68identity\x41\x07";
        let replied = |signatures: &[u8]| {
            let head = b"\xd9\xd9\xf7\xa3\x66status\x67replied\x65reply\xa1\x63arg\x40";
            [&head[..], b"\x6asignatures", signatures].concat()
        };
        let good = replied(&[&[0x81][..], entry].concat());
        // What is wrong then is the certificate.
        for (response, expected) in [
            (good.clone(), "QUERY-SIG-10"),
            (replied(&[0x80]), "QUERY-SIG-1"),
            (replied(&[0x60]), "QUERY-SIG-1"),
            (replied(&[0x81, 0xa0]), "QUERY-SIG-2"),
            (good.get(3..).unwrap_or_default().to_vec(), "CBOR-1"),
            ([&good[..], &[0]].concat(), "CBOR-9"),
            (
                b"\xd9\xd9\xf7\xa1\x66status\x67replied".to_vec(),
                "QUERY-SIG-3",
            ),
            (
                b"\xd9\xd9\xf7\xa1\x66status\x68rejected".to_vec(),
                "QUERY-SIG-4",
            ),
            (b"\xd9\xd9\xf7\xa1\x64more\x00".to_vec(), "CBOR-10"),
        ] {
            assert_eq!(
                clause(&response),
                Err(expected.to_owned()),
                "{response:02x?}"
            );
        }
    }

    #[test]
    fn a_misspelt_question_is_an_error() {
        let is_error = |question: &Value| {
            matches!(
                verify(&NativeProvider::new(), question),
                Err(Refusal::Error(_))
            )
        };
        let good = question(b"");
        assert!(!is_error(&good));
        for (name, value) in [
            ("scope", json!("none")),
            ("scope", json!({"canister": "01", "subnet": "02"})),
            ("request_id", json!("07")),
            ("now", json!(5)),
            ("ranges", json!("all")),
            ("max_skew", json!("1")),
        ] {
            let mut question = good.clone();
            question[name] = value;
            assert!(is_error(&question), "{name}");
        }
        for name in [
            "response",
            "certificate",
            "root_key",
            "root_subnet_id",
            "max_age",
        ] {
            let mut less = good.clone();
            if let Some(fields) = less.as_object_mut() {
                fields.remove(name);
            }
            assert!(is_error(&less), "{name}");
        }
    }
}
