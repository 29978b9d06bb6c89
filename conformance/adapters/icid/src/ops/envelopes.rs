//! `envelope.*`.

use cbor::Kind;
use cbor::ReadError;
use cbor::Reason;
use cbor::Writer;
use delegation::DelegationChain;
use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;
use principal::Principal;
use public_key::BlsPublicKey;
use public_key::Ed25519PublicKey;
use request::AuthenticateError;
use request::AuthenticatedSender;
use request::CanisterRequest;
use request::CheckSignatureError;
use request::Destination;
use request::Envelope;
use request::ParseEnvelopeError;
use request::RequestType;
use request::Rules;
use request::destination::CheckDestinationError;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;
use time::Timestamp;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input;
use crate::input::Fields;
use crate::input::error;
use crate::input::hex;
use crate::input::list;
use crate::input::number;
use crate::input::text;
use crate::ops::Operation;
use crate::ops::delegations;
use crate::ops::sender_infos;
use crate::ops::signatures::policy;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] =
    &[("envelope.verify", verify), ("envelope.sign", sign)];

fn verify(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let names = [
        "envelope",
        "endpoint",
        "now",
        "root_key",
        "effective_canister_id",
        "effective_subnet_id",
    ];
    let fields = Fields::of_operation(input, &names)?;
    let bytes = fields.bytes("envelope")?;
    let rules = Rules {
        now: Timestamp::from_nanos(number(fields.required("now")?)?),
        // A key that is none verifies nothing, and may not be needed.
        root_key: BlsPublicKey::from_der(&fields.bytes("root_key")?).ok(),
        extra_root_key: None,
        policy: policy(&fields)?,
        endpoint: Some(endpoint(fields.text("endpoint")?)?),
        destination: destination(&fields)?,
    };
    let envelope = Envelope::parse(&bytes, rules.policy)
        .map_err(|error| Refusal::reject(clause_of_parsing(&error, &bytes), error))?;
    let sender = envelope
        .authenticate(&rules, provider, None)
        .map_err(|error| Refusal::reject(clause_of(&error, &envelope), error))?;
    Ok(describe(&sender))
}

fn sign(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let names = ["secret_key", "content", "delegations", "sender_pubkey"];
    let fields = Fields::of_operation(input, &names)?;
    let key = delegations::secret_key(&fields)?;
    let links = match fields.optional("delegations") {
        Some(_) => delegations::signed_list(&fields)?,
        None => Vec::new(),
    };
    let root_key = match fields.optional("sender_pubkey") {
        Some(_) => fields.bytes("sender_pubkey")?,
        None => der(&key),
    };
    let mut writer = Writer::new();
    writer.self_described_tag().map(1).text("content");
    write(fields.required("content")?, &mut writer)?;
    let bytes = writer.into_bytes();
    let unsigned = Envelope::parse(&bytes, policy(&fields)?)
        .map_err(|error| Refusal::reject(clause_of_parsing(&error, &bytes), error))?;
    let content = unsigned.content().clone();
    let chain = DelegationChain::new(root_key, links);
    let sign = |payload: &[u8]| Ok::<_, Refusal>(key.sign(payload).to_bytes().to_vec());
    let envelope = content.sign(chain, sign)?;
    Ok(json!({"envelope": hex(&envelope.encode())}))
}

/// Writes a typed value.
///
/// The recursion is as deep as the JSON, which its reader keeps below 128 levels.
fn write(value: &Value, writer: &mut Writer) -> Result<(), Refusal> {
    let mut fields = value.as_object().into_iter().flatten();
    let (Some((kind, value)), None) = (fields.next(), fields.next()) else {
        return Err(error("a typed value has exactly one field"));
    };
    match kind.as_str() {
        "array" => {
            let elements = list(value)?;
            writer.array(length(elements.len()));
            elements
                .iter()
                .try_for_each(|element| write(element, writer))?;
        }
        "blob" => _ = writer.bytes(&input::bytes(value)?),
        "map" => {
            let entries = list(value)?;
            writer.map(length(entries.len()));
            for entry in entries {
                let [name, value] = list(entry)? else {
                    return Err(error("an entry has a key and a value"));
                };
                writer.text(text(name)?);
                write(value, writer)?;
            }
        }
        "nat" => {
            let number: u128 = input::decimal(text(value)?)?
                .parse()
                .map_err(|_| Refusal::Unsupported("naturals of more than 128 bits".to_owned()))?;
            writer.natural(&number.to_be_bytes());
        }
        "text" => _ = writer.text(text(value)?),
        _ => return Err(error("found a type that no request has")),
    }
    Ok(())
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn der(key: &SigningKey) -> Vec<u8> {
    let public = Ed25519PublicKey::from_bytes(key.verifying_key().to_bytes());
    public.to_der().to_vec()
}

fn endpoint(name: &str) -> Result<RequestType, Refusal> {
    RequestType::from_name(name).ok_or_else(|| error("an endpoint is call, query or read_state"))
}

fn destination(fields: &Fields<'_>) -> Result<Option<Destination>, Refusal> {
    let principal = |name| -> Result<Option<Principal>, Refusal> {
        fields
            .optional(name)
            .map(|_| fields.principal(name))
            .transpose()
    };
    match (
        principal("effective_canister_id")?,
        principal("effective_subnet_id")?,
    ) {
        (None, None) => Ok(None),
        (Some(canister), None) => Ok(Some(Destination::Canister(canister))),
        (None, Some(subnet)) => Ok(Some(Destination::Subnet(subnet))),
        (Some(_), Some(_)) => Err(error("a URL names a canister or a subnet")),
    }
}

fn describe(sender: &AuthenticatedSender<'_>) -> Value {
    let mut output = Map::new();
    output.insert("sender".to_owned(), hex(sender.sender().as_bytes()));
    let id = sender.request_id();
    output.insert("request_id".to_owned(), hex(id.as_bytes()));
    output.insert("queries_only".to_owned(), sender.queries_only().into());
    delegations::describe_targets(sender.targets(), &mut output);
    if let Some(info) = sender.sender_info() {
        let (bytes, signer) = (hex(info.info()), hex(info.signer().as_bytes()));
        let info = json!({"info": bytes, "signer": signer});
        output.insert("sender_info".to_owned(), info);
    }
    Value::Object(output)
}

/// Returns the clause that the form of an envelope violates.
pub(crate) fn clause_of_parsing(error: &ParseEnvelopeError, input: &[u8]) -> &'static str {
    match error {
        ParseEnvelopeError::Delegations(error) => delegations::clause_of_parsing(error, input),
        ParseEnvelopeError::IncompleteProof { sender } if *sender == Principal::ANONYMOUS => {
            "ENV-2"
        }
        ParseEnvelopeError::IncompleteProof { .. } => "ENV-3",
        ParseEnvelopeError::MissingField { field } => clause_of_missing(field),
        ParseEnvelopeError::PrincipalTooLong { field, .. } => match *field {
            "sender" => "ENV-15",
            _ => "PRIN-1",
        },
        ParseEnvelopeError::Read { field, error } => clause_of_reading(field, error),
        ParseEnvelopeError::UnknownRequestType { .. } => "ENV-18",
        // Whatever the crate will tell apart one day.
        _ => "CBOR-11",
    }
}

fn clause_of_missing(field: &str) -> &'static str {
    match field {
        "request_type" => "ENV-18",
        "ingress_expiry" => "ENV-9",
        "sender" => "ENV-15",
        "canister_id" | "method_name" | "arg" => "ENV-19",
        "paths" => "ENV-20",
        "info" | "signer" | "sig" => "SINFO-1",
        _ => "CBOR-11",
    }
}

fn clause_of_reading(field: &str, error: &ReadError) -> &'static str {
    match (field, error.reason) {
        // The content is a record; that it is no array is said elsewhere.
        (
            "content",
            Reason::WrongKind {
                found: Kind::Bytes | Kind::Text | Kind::Unsigned | Kind::Negative | Kind::Null,
                expected: Kind::Map,
            },
        ) => "CBOR-11",
        // The tag 55799 comes once.
        (
            "envelope",
            Reason::WrongKind {
                found: Kind::Tag,
                expected: Kind::Map,
            },
        ) => "CBOR-1",
        (_, reason) => delegations::clause_of_type(reason),
    }
}

/// Returns the clause that an envelope of the right form violates.
fn clause_of(error: &AuthenticateError, envelope: &Envelope<'_>) -> &'static str {
    let links = envelope.chain().map_or(0, |chain| chain.links().len());
    match error {
        AuthenticateError::AnonymousSenderInfo => "SINFO-3",
        AuthenticateError::Chain(error) => delegations::clause_of_chain(error),
        AuthenticateError::Destination(error) => clause_of_destination(error, envelope),
        AuthenticateError::Expired { .. } => "ENV-10",
        AuthenticateError::ExpiryTooFar { .. } => "ENV-11",
        AuthenticateError::InvalidDelegation { link, error } => {
            clause_of_signature(error, *link, "DELEG-2")
        }
        AuthenticateError::InvalidSignature(error) => clause_of_signature(error, links, "ENV-6"),
        AuthenticateError::NonceTooLong { .. } => "ENV-7",
        AuthenticateError::QueriesOnly => "PERM-2",
        AuthenticateError::SenderInfo(error) => sender_infos::clause_of(error),
        AuthenticateError::SignedAnonymously => "ENV-2",
        AuthenticateError::TargetNotAllowed { .. } => "DELEG-11",
        AuthenticateError::TooManyLabels { .. } => "READ-2",
        AuthenticateError::TooManyPaths { .. } => "READ-1",
        AuthenticateError::WrongEndpoint { .. } => "ENV-18",
        AuthenticateError::WrongSender { .. } => "ENV-4",
        // No signature at all, and whatever the crate will tell apart one day.
        _ => "ENV-1",
    }
}

/// Returns the clause about the key at a position of a chain, or else the one about its signature.
const fn clause_of_signature(
    error: &CheckSignatureError,
    position: usize,
    otherwise: &'static str,
) -> &'static str {
    match error {
        CheckSignatureError::SubnetKey | CheckSignatureError::UnsupportedKey(_) => {
            delegations::clause_of_key(position)
        }
        _ => otherwise,
    }
}

fn clause_of_destination(error: &CheckDestinationError, envelope: &Envelope<'_>) -> &'static str {
    let content = envelope.content();
    let method = content.canister_request().map(CanisterRequest::method_name);
    let is_query = content.request_type() == RequestType::Query;
    match error {
        CheckDestinationError::WrongCanister { .. } => "EFF-2",
        CheckDestinationError::NotForSubnets => "EFF-7",
        _ if is_query => "EFF-6",
        _ if method == Some("install_chunked_code") => "EFF-4",
        _ => "EFF-5",
    }
}

#[cfg(test)]
mod tests {
    use provider_native::NativeProvider;

    use super::*;

    fn answer(operation: Operation, input: &Value) -> Outcome {
        operation(&NativeProvider::new(), input)
    }

    /// A content of whoever has the secret key of ones.
    fn content() -> Value {
        let sender = Principal::self_authenticating(&der(&SigningKey::from_bytes(&[1; 32])));
        json!({"map": [
            ["request_type", {"text": "query"}],
            ["nonce", {"blob": "07"}],
            ["ingress_expiry", {"nat": "5"}],
            ["sender", {"blob": hex(sender.as_bytes())}],
            ["canister_id", {"blob": "02"}],
            ["method_name", {"text": "greet"}],
            ["arg", {"blob": ""}],
        ]})
    }

    fn signed(content: &Value) -> Outcome {
        let input = json!({"secret_key": hex(&[1; 32]), "content": content});
        answer(sign, &input)
    }

    /// Verifies what is signed for this content, with these changes to the question.
    fn verified(content: &Value, more: &Value) -> Outcome {
        let envelope = signed(content)?["envelope"].clone();
        let mut input =
            json!({"envelope": envelope, "endpoint": "query", "now": "5", "root_key": ""});
        let members = input.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        answer(verify, &input)
    }

    fn clause(outcome: Outcome) -> &'static str {
        match outcome {
            Err(Refusal::Reject { clause, .. }) => clause,
            outcome => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn what_was_signed_is_verified() {
        let output = verified(&content(), &json!({"effective_canister_id": "02"})).unwrap();
        assert_eq!(output["sender"], content()["map"][3][1]["blob"]);
        assert_eq!(output["queries_only"], json!(false));
        assert_eq!(output["request_id"].as_str().map(str::len), Some(64));
        assert_eq!(output.as_object().map(Map::len), Some(3));
    }

    #[test]
    fn flaws_have_their_clauses() {
        for (more, violated) in [
            (json!({"now": "6"}), "ENV-10"),
            (json!({"endpoint": "call"}), "ENV-18"),
            (json!({"effective_canister_id": "03"}), "EFF-2"),
            (json!({"effective_subnet_id": "03"}), "EFF-7"),
        ] {
            assert_eq!(clause(verified(&content(), &more)), violated);
        }
        for (index, value, violated) in [
            (0, json!({"text": "Query"}), "ENV-18"),
            (0, json!({"blob": "00"}), "CBOR-4"),
            (1, json!({"blob": "00".repeat(33)}), "ENV-7"),
            (2, json!({"nat": "18446744073709551616"}), "CBOR-5"),
            (3, json!({"blob": "02"}), "ENV-4"),
            (3, json!({"blob": "04"}), "ENV-2"),
            (3, json!({"blob": "00".repeat(30)}), "ENV-15"),
            (4, json!({"blob": "00".repeat(30)}), "PRIN-1"),
            (6, json!({"text": ""}), "CBOR-3"),
        ] {
            let mut content = content();
            content["map"][index][1] = value;
            assert_eq!(clause(verified(&content, &json!({}))), violated);
        }
        for (index, violated) in [(0, "ENV-18"), (2, "ENV-9"), (3, "ENV-15"), (6, "ENV-19")] {
            let mut content = content();
            content["map"].as_array_mut().unwrap().remove(index);
            assert_eq!(clause(signed(&content)), violated);
        }
    }

    #[test]
    fn a_url_with_two_names_is_an_error() {
        let both = json!({"effective_canister_id": "02", "effective_subnet_id": "02"});
        let outcome = verified(&content(), &both);
        assert_eq!(outcome, Err(error("a URL names a canister or a subnet")));
    }
}
