//! The representation-independent hash, and request ids.

pub(crate) mod envelope;
pub(crate) mod hash;

use serde_json::{Value, json};

use self::envelope::{Envelope, parse_envelope};
use self::hash::hash_map;
use crate::cbor::Item;
use crate::cborcheck;
use crate::crypto::sha256;
use crate::env;
use crate::input::{Fields, hex};
use crate::value::Typed;
use crate::{Context, Operation, Stop, Verdict};

pub(crate) const OPERATIONS: &[(&str, Operation)] =
    &[("hash_of_map", hash_of_map), ("request.id", request_id)];

pub(crate) const FAULTS: &[&str] = &[
    "REQID-1/joined",
    "REQID-1/plain-name",
    "REQID-1/plain-value",
    "REQID-1/name-with-nul",
    "REQID-1/value-first",
    "REQID-2/empty-nonce",
    "REQID-2/drops-empty",
    "REQID-3/by-name",
    "REQID-3/by-value",
    "REQID-3/unsorted",
    "REQID-3/descending",
    "REQID-3/signed-bytes",
    "REQID-3/first-byte",
    "REQID-4/twice",
    "REQID-4/counted",
    "REQID-4/sha-224",
    "REQID-4/empty-is-zero",
    "REQID-5/hex",
    "REQID-5/counted",
    "REQID-5/utf-8",
    "REQID-6/composed",
    "REQID-6/with-nul",
    "REQID-6/utf-16",
    "REQID-6/latin-1",
    "REQID-6/trimmed",
    "REQID-6/lower-case",
    "REQID-7/zero-padded",
    "REQID-7/zero-empty",
    "REQID-7/big-endian",
    "REQID-7/decimal",
    "REQID-7/signed",
    "REQID-7/double",
    "REQID-7/32-bits",
    "REQID-7/63-bits",
    "REQID-8/two-complement",
    "REQID-8/magnitude",
    "REQID-8/unsigned",
    "REQID-8/no-sign-bit",
    "REQID-8/zig-zag",
    "REQID-9/flattened",
    "REQID-9/sorted",
    "REQID-9/counted",
    "REQID-9/plain",
    "REQID-9/drops-empty",
    "REQID-9/single",
    "REQID-10/encoded",
    "REQID-10/flattened",
    "REQID-10/unsorted",
    "REQID-11/envelope",
    "REQID-11/with-key",
    "REQID-11/with-signature",
    "REQID-11/with-delegation",
    "REQID-12/without-sig",
    "REQID-12/bound-to-key",
    "REQID-13/encoding",
    "REQID-13/deterministic-only",
    "REQID-13/shortest-only",
    "REQID-14/no-expiry",
    "REQID-14/no-sender",
    "REQID-14/no-nonce",
    "REQID-14/no-paths",
    "REQID-14/no-sender-info",
    "REQID-14/no-type",
    "REQID-14/no-canister",
    "REQID-14/no-method",
    "REQID-14/no-arg",
    "REQID-16/20-bytes",
    "REQID-16/hex",
    "REQID-17/drops-empty-targets",
    "REQID-17/adds-permissions",
    "REQID-17/drops-permissions",
    "REQID-18/drops-timestamp",
    "REQID-18/drops-request-id",
    "REQID-18/adds-error-code",
    "REQID-18/merged-reply",
];

fn hash_of_map(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["value"])?;
    let Typed::Map(entries) = Typed::from_json(fields.required("value")?)? else {
        return Err(Stop::Error("the value must be a map".to_owned()));
    };
    if repeats_a_name(&entries) && !ctx.has("CBOR-7/off") {
        return Err(Stop::violated("CBOR-7"));
    }
    Ok(json!({"hash": hex(&hash_map(ctx, &entries, true))}))
}

fn repeats_a_name(entries: &[(String, Typed)]) -> bool {
    entries.iter().enumerate().any(|(index, (name, value))| {
        let again = entries
            .iter()
            .take(index)
            .any(|(earlier, _)| earlier == name);
        again || repeats_a_name_inside(value)
    })
}

fn repeats_a_name_inside(value: &Typed) -> bool {
    match value {
        Typed::Map(entries) => repeats_a_name(entries),
        Typed::Array(items) => items.iter().any(repeats_a_name_inside),
        _ => false,
    }
}

fn request_id(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["envelope"])?;
    let bytes = fields.bytes("envelope")?;
    let envelope = cborcheck::parse(ctx, &bytes)?;
    let mut parts = parse_envelope(ctx, &envelope)?;
    // Other contents come here only by mistakes of CBOR-8 and CBOR-11.
    if let Some(Item::Map(_) | Item::Bytes(_)) = envelope.field("content") {
        parts.content = env::content_of(ctx, &parts)?;
    }
    if !is_canonical_enough(ctx, &envelope, &bytes) {
        return Err(Stop::violated("REQID-13"));
    }
    let mut id = hash_request(ctx, &envelope, parts);
    if ctx.has("REQID-16/20-bytes") {
        id.truncate(20);
    }
    if ctx.has("REQID-16/hex") {
        id = hex(&id).into_bytes();
    }
    Ok(json!({"request_id": hex(&id)}))
}

/// REQID-13: mistakes of implementations that insist on one encoding.
fn is_canonical_enough(ctx: &Context<'_>, envelope: &Item, bytes: &[u8]) -> bool {
    let plain = envelope.clone().self_described().encode();
    let sorted = sort_keys(envelope).self_described().encode();
    let definite = !bytes.iter().any(|byte| matches!(byte, 0x9f | 0xbf));
    let refused = (ctx.has("REQID-13/deterministic-only") && sorted != bytes)
        || (ctx.has("REQID-13/shortest-only") && definite && plain != bytes);
    !refused
}

/// The item with the entries of its maps in the order of deterministic encoding.
fn sort_keys(item: &Item) -> Item {
    match item {
        Item::Map(entries) => {
            let mut sorted: Vec<_> = entries
                .iter()
                .map(|(key, value)| (key.clone(), sort_keys(value)))
                .collect();
            sorted.sort_by_key(|(key, _)| key.encode());
            Item::Map(sorted)
        }
        Item::Array(items) => Item::Array(items.iter().map(sort_keys).collect()),
        item => item.clone(),
    }
}

fn hash_request(ctx: &Context<'_>, envelope: &Item, parts: Envelope) -> Vec<u8> {
    let Envelope {
        mut content,
        others,
        ..
    } = parts;
    if ctx.has("REQID-13/encoding") {
        return sha256(
            &envelope
                .field("content")
                .map(Item::encode)
                .unwrap_or_default(),
        )
        .to_vec();
    }
    let names = content
        .iter()
        .map(|(name, _)| name.clone())
        .collect::<Vec<_>>();
    if ctx.has("REQID-2/empty-nonce") && !names.contains(&"nonce".to_owned()) {
        content.push(("nonce".to_owned(), Typed::Blob(Vec::new())));
    }
    for (fault, name) in [
        ("REQID-14/no-expiry", "ingress_expiry"),
        ("REQID-14/no-sender", "sender"),
        ("REQID-14/no-nonce", "nonce"),
        ("REQID-14/no-paths", "paths"),
        ("REQID-14/no-sender-info", "sender_info"),
        ("QUERY-SIG-14/no-sender-info", "sender_info"),
        ("REQID-14/no-type", "request_type"),
        ("REQID-14/no-canister", "canister_id"),
        ("REQID-14/no-method", "method_name"),
        ("REQID-14/no-arg", "arg"),
    ] {
        if ctx.has(fault) {
            content.retain(|(field, _)| field != name);
        }
    }
    if ctx.has("REQID-12/without-sig") {
        for (_, value) in content.iter_mut().filter(|(name, _)| name == "sender_info") {
            if let Typed::Map(fields) = value {
                fields.retain(|(name, _)| name != "sig");
            }
        }
    }
    let other = |name: &'static str| {
        others
            .iter()
            .filter(move |(field, _)| field == name)
            .cloned()
    };
    for (fault, name) in [
        ("REQID-11/with-key", "sender_pubkey"),
        ("REQID-11/with-signature", "sender_sig"),
        ("REQID-11/with-delegation", "sender_delegation"),
    ] {
        if ctx.has(fault) {
            content.extend(other(name));
        }
    }
    if ctx.has("REQID-11/envelope") {
        let content = ("content".to_owned(), Typed::Map(content));
        let all: Vec<_> = core::iter::once(content).chain(others).collect();
        return hash_map(ctx, &all, true);
    }
    let id = hash_map(ctx, &content, true);
    if ctx.has("REQID-12/bound-to-key")
        && let Some((_, Typed::Blob(key))) = other("sender_pubkey").next()
    {
        return sha256(&[id, key].concat()).to_vec();
    }
    id
}
