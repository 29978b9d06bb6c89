//! Reads of the system state tree: family STATE.
//!
//! The output of `state.read` has a `result`, which is `found`, `absent` or `unknown`, and if it is
//! `found` a `value`:
//!
//! | kind | value |
//! |---|---|
//! | `time` | decimal string |
//! | `request_status` | object with `status`; with `reply` (bytes) if replied; with `reject_code` (decimal string), `reject_message` and possibly `error_code` (texts) if rejected |
//! | `certified_data`, `module_hash`, `metadata` | bytes |
//! | `controllers` | list of bytes, in the order of the encoding |
//! | `node_keys` | list of `{"node": bytes, "public_key": bytes}` in tree order: those that can be seen |
//! | `subnet_type` | text |
//!
//! A malformed value is a rejection with the clause that describes it.

use serde_json::{Map, Value, json};

use crate::Operation;
use crate::cbor::{self, Item, SELF_DESCRIBED};
use crate::certificate::{INPUTS, natural, path, principal_text, utf8, verify};
use crate::context::{Context, Stop, Verdict, Violations};
use crate::hashtree::{Lookup, Tree, lookup_path, lookup_star_paths};
use crate::input::{Fields, hex};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[("state.read", read)];

pub(crate) const FAULTS: &[&str] = &[
    "LOOKUP-13/state-absent",
    "LOOKUP-13/state-unknown",
    "STATE-1/seconds",
    "STATE-4/known-three",
    "STATE-4/known-two",
    "STATE-7/any-prefix",
    "STATE-7/complete",
    "STATE-7/first",
    "STATE-7/raw",
    "STATE-9/any-text",
    "STATE-9/no-done",
    "STATE-9/no-received",
    "STATE-9/no-processing",
    "STATE-10/optional",
    "STATE-10/with-any-status",
    "STATE-11/code-optional",
    "STATE-11/message-optional",
    "STATE-11/with-any-status",
    "STATE-11/zero",
    "STATE-12/required",
    "STATE-12/with-any-status",
    "STATE-13/31",
    "STATE-13/off",
    "STATE-14/absent-empty",
    "STATE-14/off",
    "STATE-15/long-principal",
    "STATE-15/28",
    "STATE-15/empty",
    "STATE-15/tag-always",
    "STATE-15/trailing",
    "STATE-15/unique",
    "STATE-15/untagged",
    "STATE-18/only-candid",
    "STATE-18/prefixed",
    "STATE-19/text-canister",
    "STATE-19/text-request",
];

fn read(ctx: &Context<'_>, input: &Value) -> Verdict {
    let mut names = INPUTS.to_vec();
    names.push("read");
    let fields = Fields::top(input, &names)?;
    let what = Fields::of(
        fields.required("read")?,
        &["kind", "request_id", "canister", "name", "subnet"],
    )?;
    let kind = what.text("kind")?;
    let needed: &[&str] = match kind {
        "time" => &[],
        "request_status" => &["request_id"],
        "certified_data" | "module_hash" | "controllers" => &["canister"],
        "metadata" => &["canister", "name"],
        "node_keys" | "subnet_type" => &["subnet"],
        _ => return Err(Stop::Error(format!("unknown kind {kind:?}"))),
    };
    let needed: Vec<&str> = needed.iter().chain(&["kind"]).copied().collect();
    let what = Fields::of(fields.required("read")?, &needed)?;

    fits(fields.required("scope")?, &what)?;

    let canister = || -> Result<Vec<u8>, Stop> {
        let canister = what.bytes("canister")?;
        let text = ctx.has("STATE-19/text-canister");
        Ok(if text {
            principal_text(&canister)
        } else {
            canister
        })
    };
    // The input is read before the certificate, so that a malformed one is never a rejection.
    let place = match kind {
        "time" => path(&[b"time"]),
        "request_status" if ctx.has("STATE-19/text-request") => path(&[
            b"request_status",
            hex(&what.bytes("request_id")?).as_bytes(),
        ]),
        "request_status" => path(&[b"request_status", &what.bytes("request_id")?]),
        "metadata" => {
            let name = what.text("name")?.as_bytes();
            let name = match name {
                _ if ctx.has("STATE-18/only-candid") => b"candid:service".to_vec(),
                name if ctx.has("STATE-18/prefixed") => [b"icp:public ", name].concat(),
                name => name.to_vec(),
            };
            path(&[b"canister", &canister()?, b"metadata", &name])
        }
        "node_keys" => path(&[b"subnet", &what.bytes("subnet")?, b"node"]),
        "subnet_type" => path(&[b"subnet", &what.bytes("subnet")?, b"type"]),
        kind => path(&[b"canister", &canister()?, kind.as_bytes()]),
    };

    let tree = verify(ctx, &fields)?.tree;
    match kind {
        "request_status" => request_status(ctx, &tree, &place),
        "node_keys" => node_keys(ctx, &tree, &place),
        kind => match lookup_path(ctx, &place, &tree) {
            Lookup::Found(bytes) => Ok(found(value(ctx, kind, bytes)?)),
            Lookup::Absent if kind == "module_hash" && ctx.has("STATE-14/absent-empty") => {
                Ok(found(json!("")))
            }
            Lookup::Absent => Ok(absent(ctx)),
            Lookup::Unknown => Ok(unknown(ctx)),
            Lookup::Error => Err(Stop::violated(clause_of(kind))),
        },
    }
}

fn found(value: Value) -> Value {
    let mut output = Map::new();
    output.insert("result".to_owned(), json!("found"));
    output.insert("value".to_owned(), value);
    Value::Object(output)
}

fn absent(ctx: &Context<'_>) -> Value {
    let unknown = ctx.has("LOOKUP-13/state-unknown");
    json!({"result": if unknown { "unknown" } else { "absent" }})
}

fn unknown(ctx: &Context<'_>) -> Value {
    json!({"result": if ctx.has("LOOKUP-13/state-absent") { "absent" } else { "unknown" }})
}

/// The clause that says there is a value, and which.
fn clause_of(kind: &str) -> &'static str {
    match kind {
        "certified_data" => "STATE-13",
        "module_hash" => "STATE-14",
        "controllers" => "STATE-15",
        "metadata" => "STATE-18",
        "subnet_type" => "STATE-4",
        _ => "STATE-1",
    }
}

fn value(ctx: &Context<'_>, kind: &str, bytes: &[u8]) -> Verdict {
    let violated = || Stop::violated(clause_of(kind));
    match kind {
        "time" => {
            let nanoseconds = natural(ctx, bytes, "STATE-1")?;
            let divisor = if ctx.has("STATE-1/seconds") {
                1_000_000_000
            } else {
                1
            };
            Ok(json!(
                nanoseconds
                    .checked_div(divisor)
                    .unwrap_or_default()
                    .to_string()
            ))
        }
        "certified_data" => {
            let longest = if ctx.has("STATE-13/31") { 31 } else { 32 };
            let fits = bytes.len() <= longest || ctx.has("STATE-13/off");
            fits.then(|| json!(hex(bytes))).ok_or_else(violated)
        }
        "module_hash" => {
            let fits = bytes.len() == 32 || ctx.has("STATE-14/off");
            fits.then(|| json!(hex(bytes))).ok_or_else(violated)
        }
        "controllers" => controllers(ctx, bytes)
            .map(|list| json!(list))
            .ok_or_else(violated),
        "subnet_type" => {
            let text = utf8(ctx, bytes)?;
            let known: &[&str] = if ctx.has("STATE-4/known-three") {
                &["application", "system", "verified_application"]
            } else if ctx.has("STATE-4/known-two") {
                &["application", "system"]
            } else {
                &[
                    "application",
                    "system",
                    "verified_application",
                    "cloud_engine",
                ]
            };
            known
                .contains(&text.as_str())
                .then(|| json!(text))
                .ok_or_else(violated)
        }
        _ => Ok(json!(hex(bytes))),
    }
}

fn controllers(ctx: &Context<'_>, bytes: &[u8]) -> Option<Vec<String>> {
    let item = if ctx.has("STATE-15/trailing") {
        cbor::decode_first(bytes).ok()?.0
    } else {
        cbor::decode(bytes).ok()?
    };
    let list = match &item {
        Item::Tag(SELF_DESCRIBED, list) => list,
        item if ctx.is_replica() && !ctx.has("STATE-15/tag-always") => item,
        item if ctx.has("STATE-15/untagged") => item,
        _ => return None,
    };
    let principal = |item: &Item| {
        let bytes = item.as_bytes()?;
        let fits = match bytes.len() {
            0..29 => true,
            29 => !ctx.has("STATE-15/28"),
            _ => ctx.has("STATE-15/long-principal"),
        };
        fits.then(|| hex(bytes))
    };
    let list = list
        .as_array()?
        .iter()
        .map(principal)
        .collect::<Option<Vec<_>>>()?;
    let unique = list
        .iter()
        .all(|id| list.iter().filter(|other| *other == id).count() == 1);
    let refused = (list.is_empty() && ctx.has("STATE-15/empty"))
        || (!unique && ctx.has("STATE-15/unique"))
        || (!list.is_sorted() && ctx.has("READ-31/sorted"));
    (!refused).then_some(list)
}

/// What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410).
pub(crate) const ED25519_PREFIX: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

fn node_keys(ctx: &Context<'_>, tree: &Tree, place: &[Vec<u8>]) -> Verdict {
    let mut keys = Vec::new();
    for (path, key) in lookup_star_paths(ctx, place, tree) {
        let Some([node, last]) = path.get(place.len()..) else {
            continue;
        };
        if last != b"public_key" {
            continue;
        }
        let is_der =
            key.len() == 44 && (key.starts_with(ED25519_PREFIX) || ctx.has("STATE-7/any-prefix"));
        let let_through = ctx.has("STATE-7/raw") && key.len() == 32;
        if !is_der && !let_through {
            return Err(Stop::violated("STATE-7"));
        }
        keys.push(json!({"node": hex(node), "public_key": hex(&key)}));
    }
    if ctx.has("STATE-7/first") {
        keys.truncate(1);
    }
    if ctx.has("STATE-7/complete") && !shows_all(tree, place) {
        keys.clear();
    }
    if !keys.is_empty() {
        return Ok(found(json!(keys)));
    }
    match lookup_path(ctx, place, tree) {
        Lookup::Absent => Ok(absent(ctx)),
        _ => Ok(unknown(ctx)),
    }
}

/// Whether nothing is pruned right below a path.
fn shows_all(tree: &Tree, place: &[Vec<u8>]) -> bool {
    match (tree, place.split_first()) {
        (Tree::Fork(left, right), _) => shows_all(left, place) && shows_all(right, place),
        (Tree::Labeled(label, tree), Some((first, rest))) => {
            label != first || shows_all(tree, rest)
        }
        (Tree::Labeled(_, tree), None) => !matches!(**tree, Tree::Pruned(_)),
        (Tree::Pruned(_), None) => false,
        _ => true,
    }
}

/// What is under one label of a request.
enum Part {
    There(Vec<u8>),
    NotThere,
    Hidden,
}

/// Whether a certificate is asked about what it is verified for: a canister about itself, a subnet
/// about itself. Another question is none of the protocol.
fn fits(scope: &Value, what: &Fields<'_>) -> Result<(), Stop> {
    for kind in ["canister", "subnet"] {
        if let Ok(id) = what.bytes(kind)
            && scope != "none"
            && scope != &json!({ kind: hex(&id) })
        {
            return Err(Stop::Error(format!("the scope is not the {kind}")));
        }
    }
    Ok(())
}

fn request_status(ctx: &Context<'_>, tree: &Tree, place: &[Vec<u8>]) -> Verdict {
    let part = |label: &str, clause: &'static str| {
        let place = [place, &[label.as_bytes().to_vec()]].concat();
        match lookup_path(ctx, &place, tree) {
            Lookup::Found(bytes) => Ok(Part::There(bytes.to_vec())),
            Lookup::Absent => Ok(Part::NotThere),
            Lookup::Unknown => Ok(Part::Hidden),
            Lookup::Error => Err(Stop::violated(clause)),
        }
    };
    let status = match part("status", "STATE-9")? {
        Part::There(status) => utf8(ctx, &status)?,
        Part::NotThere => return Ok(absent(ctx)),
        Part::Hidden => return Ok(unknown(ctx)),
    };
    let known = match status.as_str() {
        "received" => !ctx.has("STATE-9/no-received"),
        "processing" => !ctx.has("STATE-9/no-processing"),
        "done" => !ctx.has("STATE-9/no-done"),
        "replied" | "rejected" => true,
        _ => ctx.has("STATE-9/any-text"),
    };
    if !known {
        return Err(Stop::violated("STATE-9"));
    }
    let (replied, rejected) = (status == "replied", status == "rejected");

    let mut violations = Violations::new();
    let mut value = Map::new();
    value.insert("status".to_owned(), json!(status));
    let mut hidden = false;

    match part("reply", "STATE-10")? {
        Part::There(reply) if replied => {
            value.insert("reply".to_owned(), json!(hex(&reply)));
        }
        Part::There(_) => violations.require(ctx.has("STATE-10/with-any-status"), "STATE-10"),
        Part::NotThere => {
            violations.require(!replied || ctx.has("STATE-10/optional"), "STATE-10");
        }
        Part::Hidden => hidden |= replied,
    }
    match part("reject_code", "STATE-11")? {
        Part::There(code) if rejected => {
            if let Some(code) = violations.absorb(natural(ctx, &code, "STATE-11"))? {
                // Policy `reject_code.unknown`.
                let known = matches!(code, 1..=6);
                let let_through = code == 0 && ctx.has("STATE-11/zero");
                violations.require(known || let_through, "STATE-11");
                value.insert("reject_code".to_owned(), json!(code.to_string()));
            }
        }
        Part::There(_) => violations.require(ctx.has("STATE-11/with-any-status"), "STATE-11"),
        Part::NotThere => {
            violations.require(!rejected || ctx.has("STATE-11/code-optional"), "STATE-11");
        }
        Part::Hidden => hidden |= rejected,
    }
    match part("reject_message", "STATE-11")? {
        Part::There(message) if rejected => {
            let message = violations.absorb(utf8(ctx, &message))?;
            value.insert("reject_message".to_owned(), json!(message));
        }
        Part::There(_) => violations.require(ctx.has("STATE-11/with-any-status"), "STATE-11"),
        Part::NotThere => {
            violations.require(
                !rejected || ctx.has("STATE-11/message-optional"),
                "STATE-11",
            );
        }
        Part::Hidden => hidden |= rejected,
    }
    match part("error_code", "STATE-12")? {
        Part::There(code) if rejected => {
            let code = violations.absorb(utf8(ctx, &code))?;
            value.insert("error_code".to_owned(), json!(code));
        }
        Part::There(_) => violations.require(ctx.has("STATE-12/with-any-status"), "STATE-12"),
        Part::NotThere => {
            violations.require(!rejected || !ctx.has("STATE-12/required"), "STATE-12");
        }
        Part::Hidden => {}
    }
    violations.or(if hidden {
        unknown(ctx)
    } else {
        found(Value::Object(value))
    })
}
