//! Envelopes and destinations: the families ENV and EFF.
//!
//! The clause that the model names for each flaw; an adapter that declares `reasons: "clause"` must
//! name the same, or one in brackets where its library cannot tell the two apart. How an envelope is
//! read is as with `request.id`, how a chain is verified as with `delegation.verify`. Moreover:
//!
//! | flaw | clause |
//! |---|---|
//! | `request_type` is missing, unknown, or not that of the endpoint | ENV-18 |
//! | `ingress_expiry` is missing | ENV-9 |
//! | `sender` is missing or longer than 29 bytes | ENV-15 |
//! | `canister_id`, `method_name` or `arg` is missing | ENV-19 |
//! | `paths` is missing; a `read_state` request has `canister_id` or `sender_info` (preset `spec`) | ENV-20 \[CBOR-10\] |
//! | a canister id or a signer has more than 29 bytes | PRIN-1 \[ENV-19, SINFO-1\] |
//! | the nonce has more than 32 bytes | ENV-7 |
//! | `sender_info` lacks a member | SINFO-1 |
//! | the request has expired; it expires too late (preset `replica`) | ENV-10; ENV-11 |
//! | an anonymous request has a key, a signature or a chain; it has sender information | ENV-2; SINFO-3 |
//! | any other request has none of the three; it lacks the key or the signature | ENV-1; ENV-3 |
//! | the sender is not the principal of the key | ENV-4 |
//! | the signature does not fit, for whatever reason | ENV-6 |
//! | a call through a chain for queries; through one whose targets the canister is not among | PERM-2; DELEG-11 \[DELEG-12, DELEG-13, DELEG-16\] |
//! | sender information that is not the sender's | as with `senderinfo.verify` |
//! | the destination of a call or query is another | EFF-2 to EFF-7 |
//!
//! A `read_state` request has no destination of its own; what it may read is `read_state.authorize`.

mod candid;
mod destination;
mod proof;
mod request;
mod sign;

use serde_json::{Map, Value, json};

use self::destination::Destination;
use self::proof::{Proof, check_proof};
use self::request::{Kind, Request};
use crate::cbor::Item;
use crate::cborcheck;
use crate::context::{Context, Stop, Verdict, Violations};
use crate::crypto::sha256;
use crate::input::{Fields, hex};
use crate::reqid::envelope::{Envelope, parse_envelope};
use crate::reqid::hash::hash_map;
use crate::value::Typed;
use crate::{Operation, readstate};

/// The operations of this module. The last one is the equation by which `envelope.sign` is judged.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("envelope.verify", verify),
    ("envelope.sign", sign::sign),
    ("envelope.signs", sign::judge_signed),
];

/// The faults this module can make.
pub(crate) const FAULTS: &[&str] = &[
    "DELEG-11/off",
    "DELEG-16/exempt",
    "DELEG-16/managed-canister",
    "DELEG-22/no-reads",
    "EFF-2/off",
    "EFF-3/bound",
    "EFF-3/management-only",
    "EFF-3/one-method",
    "EFF-4/canister-id",
    "EFF-4/off",
    "EFF-4/store",
    "EFF-5/listed-free",
    "EFF-5/no-id",
    "EFF-5/off",
    "EFF-6/as-calls",
    "EFF-6/list-bound",
    "EFF-6/no-id",
    "EFF-6/off",
    "EFF-7/any-canister",
    "EFF-7/any-method",
    "EFF-7/either-kind",
    "EFF-7/off",
    "ENV-1/empty-sender",
    "ENV-1/first-byte",
    "ENV-1/last-byte",
    "ENV-1/off",
    "ENV-1/signed-only",
    "ENV-2/empty-chain",
    "ENV-2/ignored",
    "ENV-2/signature-only",
    "ENV-3/chain-suffices",
    "ENV-3/key-suffices",
    "ENV-3/off",
    "ENV-4/last-key",
    "ENV-4/off",
    "ENV-6/encoding",
    "ENV-6/no-separator",
    "ENV-6/off",
    "ENV-6/root-key",
    "ENV-7/calls-only",
    "ENV-7/max-31",
    "ENV-7/max-33",
    "ENV-7/off",
    "ENV-9/optional",
    "ENV-10/drift",
    "ENV-10/exclusive",
    "ENV-10/off",
    "ENV-11/exclusive",
    "ENV-11/no-drift",
    "ENV-11/off",
    "ENV-11/overflow",
    "ENV-12/calls-only",
    "ENV-13/calls-too",
    "ENV-13/none",
    "ENV-13/queries-only",
    "ENV-13/signed-too",
    "ENV-15/long",
    "ENV-15/optional",
    "ENV-17/rejected",
    "ENV-18/call-or-query",
    "ENV-18/case",
    "ENV-18/ignored",
    "ENV-18/off",
    "ENV-18/optional",
    "ENV-19/no-arg",
    "ENV-19/no-canister",
    "ENV-19/no-method",
    "ENV-20/hashed",
    "ENV-20/no-paths",
    "ENV-21/ascii",
    "ENV-21/non-empty",
    "ENV-23/own-clock",
    "PERM-2/off",
    "PERM-2/query-methods",
    "PERM-8/either",
    "SINFO-1/no-info",
    "SINFO-1/no-sig",
    "SINFO-1/no-signer",
    "SINFO-3/ignored",
    "SINFO-8/required",
    "SINFO-9/left-out",
    "SINFO-9/without-sig",
    "SINFO-14/skipped",
];

fn verify(ctx: &Context<'_>, input: &Value) -> Verdict {
    let names = [
        "envelope",
        "endpoint",
        "now",
        "root_key",
        "effective_canister_id",
        "effective_subnet_id",
    ];
    let fields = Fields::top(input, &names)?;
    let bytes = fields.bytes("envelope")?;
    let endpoint = fields.text("endpoint")?;
    let endpoint = Kind::of_name(endpoint)
        .ok_or_else(|| Stop::Error(format!("there is no endpoint {endpoint}")))?;
    let mut now = fields.number("now")?;
    let root_key = fields.bytes("root_key")?;
    let destination = destination(&fields)?;
    if ctx.has("ENV-23/own-clock") {
        now = 2_000_000_000_000_000_000;
    }

    let item = cborcheck::parse(ctx, &bytes)?;
    let envelope = parse_envelope(ctx, &item)?;
    let proof = Proof::read(ctx, &envelope);
    let request = Request::read(ctx, &envelope, endpoint);
    let mut violations = Violations::new();
    let proof = violations.absorb(proof)?;
    let request = violations.absorb(request)?;
    let (Some(proof), Some(request)) = (proof, request) else {
        return violations.or(Value::Null);
    };

    if let Some(paths) = &request.paths {
        readstate::check_sizes(ctx, &mut violations, paths);
    }
    check_expiry(ctx, &mut violations, &request, now);
    let id = request_id(ctx, &request);
    let question = proof::Question {
        request: &request,
        id: &id,
        encoded: &sha256(&item.field("content").map(Item::encode).unwrap_or_default()),
        now,
        root_key: &root_key,
        at_subnet: matches!(destination, Some(Destination::Subnet(_))),
    };
    let chain = check_proof(ctx, &mut violations, &question, &proof)?;
    if let (Some(destination), Some(invocation)) = (&destination, &request.invocation) {
        destination::check(ctx, &mut violations, request.kind, invocation, destination);
    }

    let mut output = Map::new();
    output.insert("sender".to_owned(), json!(hex(&request.sender)));
    output.insert("request_id".to_owned(), json!(hex(&id)));
    match chain {
        Some(chain) => chain.describe(&mut output),
        None => _ = output.insert("queries_only".to_owned(), json!(false)),
    }
    if let Some((info, _)) = &request.sender_info {
        let info = json!({"info": hex(&info.info), "signer": hex(&info.signer)});
        output.insert("sender_info".to_owned(), info);
    }
    violations.or(Value::Object(output))
}

/// The members of a content that count for the request id, if the envelope has the form of one.
///
/// Whether key and signature are both there is not asked: the id doesn't depend on them.
pub(crate) fn content_of(
    ctx: &Context<'_>,
    envelope: &Envelope,
) -> Result<Vec<(String, Typed)>, Stop> {
    let mut violations = Violations::new();
    violations.absorb(Proof::read(ctx, envelope))?;
    let request = violations.absorb(Request::form(ctx, envelope, None))?;
    violations.or(request.map(|request| request.content).unwrap_or_default())
}

/// What the URL names, if the input says so.
fn destination(fields: &Fields<'_>) -> Result<Option<Destination>, Stop> {
    let canister = fields.optional_bytes("effective_canister_id")?;
    let subnet = fields.optional_bytes("effective_subnet_id")?;
    match (canister, subnet) {
        (Some(_), Some(_)) => Err(Stop::Error("a URL has one destination".to_owned())),
        (canister, subnet) => {
            let canister = canister.map(Destination::Canister);
            Ok(canister.or_else(|| subnet.map(Destination::Subnet)))
        }
    }
}

/// ENV-10 to ENV-13.
fn check_expiry(ctx: &Context<'_>, violations: &mut Violations, request: &Request, now: u64) {
    // Absent only where the fault ENV-9/optional lets it be.
    let Some(expiry) = request.expiry else { return };
    let reads = match request.kind {
        Kind::Call => false,
        Kind::Query => true,
        Kind::ReadState => !ctx.has("ENV-13/queries-only"),
    };
    let exempt = (request.is_anonymous() || ctx.has("ENV-13/signed-too"))
        && (reads || ctx.has("ENV-13/calls-too"))
        && !ctx.has("ENV-13/none");
    if exempt || (ctx.has("ENV-12/calls-only") && request.kind != Kind::Call) {
        return;
    }
    let drift = if ctx.has("ENV-10/drift") {
        30 * SECOND
    } else {
        0
    };
    let valid = if ctx.has("ENV-10/exclusive") {
        now < expiry
    } else {
        now <= expiry.saturating_add(drift)
    };
    violations.require(valid || ctx.has("ENV-10/off"), "ENV-10");

    // Policy `ingress.latest_expiry`.
    if ctx.is_replica() {
        let window = if ctx.has("ENV-11/no-drift") {
            300 * SECOND
        } else {
            330 * SECOND
        };
        let latest = if ctx.has("ENV-11/overflow") {
            now.wrapping_add(window)
        } else {
            now.saturating_add(window)
        };
        let valid = if ctx.has("ENV-11/exclusive") {
            expiry < latest
        } else {
            expiry <= latest
        };
        violations.require(valid || ctx.has("ENV-11/off"), "ENV-11");
    }
}

const SECOND: u64 = 1_000_000_000;

/// The request id, which covers the members that this kind of request has.
fn request_id(ctx: &Context<'_>, request: &Request) -> Vec<u8> {
    let mut content = request.content.clone();
    if ctx.has("SINFO-9/left-out") {
        content.retain(|(name, _)| name != "sender_info");
    }
    if ctx.has("SINFO-9/without-sig") {
        for (_, value) in content.iter_mut().filter(|(name, _)| name == "sender_info") {
            if let Typed::Map(members) = value {
                members.retain(|(name, _)| name != "sig");
            }
        }
    }
    hash_map(ctx, &content, true)
}

/// The member `name` of a record.
fn member<'a>(record: &'a [(String, Typed)], name: &str) -> Option<&'a Typed> {
    let mut members = record.iter();
    members
        .find(|(member, _)| member == name)
        .map(|(_, value)| value)
}
