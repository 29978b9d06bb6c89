//! Signatures of nodes on query responses: the family QUERY-SIG.
//!
//! | flaw | clause |
//! |---|---|
//! | the response is not one item of the IC's profile; an unknown field (preset `spec`) | CBOR-1 to CBOR-12; CBOR-10 |
//! | no signature | QUERY-SIG-1 |
//! | an entry without or with a malformed field | QUERY-SIG-2 |
//! | no known status; a malformed `reply` | QUERY-SIG-3 |
//! | a malformed `reject_code`, `reject_message` or `error_code` | QUERY-SIG-4 |
//! | the signature does not fit a replied response; a rejected one | QUERY-SIG-3; QUERY-SIG-4 |
//! | the same, next to a signature that fits | QUERY-SIG-5 |
//! | the certificate does not show the key of the node | QUERY-SIG-6 |
//! | that key is no Ed25519 key in DER | QUERY-SIG-11 |
//! | the certificate is invalid | its clause [QUERY-SIG-10] |
//! | no delegation, and the root's flat ranges are not shown or don't contain the canister | QUERY-SIG-7 |
//! | no range of the delegation contains the canister | QUERY-SIG-8 [SDEL-7] |
//! | `scope` names another subnet | QUERY-SIG-9 [CERT-11] |
//! | a signature or the certificate is older than `max_age` | QUERY-SIG-12 [CERT-6] |
//!
//! `max_age` says nothing about the delegation, which may be much older. A time after `now` is not
//! too old: policy `query_sig.future`.

mod response;
mod subnet;

use serde_json::{Value, json};

use self::response::{Entry, Response};
use crate::Operation;
use crate::certificate::{natural, path};
use crate::context::{Context, Stop, Verdict, Violations};
use crate::crypto::ecdsa::{Curve, ecdsa_verify};
use crate::crypto::ed25519::ed25519_verify;
use crate::hashtree::{Lookup, Tree, lookup_path, lookup_star_paths};
use crate::input::{Fields, hex};
use crate::state::ED25519_PREFIX;

/// The operations of this module.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[("query_sig.verify", verify)];

/// The faults this module can make.
pub(crate) const FAULTS: &[&str] = &[
    "QUERY-SIG-1/absent",
    "QUERY-SIG-1/empty",
    "QUERY-SIG-2/identity-optional",
    "QUERY-SIG-2/long-identity",
    "QUERY-SIG-2/signature-optional",
    "QUERY-SIG-2/text-identity",
    "QUERY-SIG-2/timestamp-optional",
    "QUERY-SIG-3/any-status",
    "QUERY-SIG-3/first-timestamp",
    "QUERY-SIG-3/flat-reply",
    "QUERY-SIG-3/id-as-hex",
    "QUERY-SIG-3/no-reply",
    "QUERY-SIG-3/no-request-id",
    "QUERY-SIG-3/no-separator",
    "QUERY-SIG-3/no-timestamp",
    "QUERY-SIG-3/off",
    "QUERY-SIG-3/request-separator",
    "QUERY-SIG-4/empty-error-code",
    "QUERY-SIG-4/no-error-code",
    "QUERY-SIG-4/no-reject-code",
    "QUERY-SIG-4/no-reject-message",
    "QUERY-SIG-4/off",
    "QUERY-SIG-5/any",
    "QUERY-SIG-5/first",
    "QUERY-SIG-5/last",
    "QUERY-SIG-6/any-node",
    "QUERY-SIG-6/any-subnet",
    "QUERY-SIG-6/missing-skipped",
    "QUERY-SIG-7/any-ranges",
    "QUERY-SIG-7/missing-all",
    "QUERY-SIG-7/off",
    "QUERY-SIG-7/sharded",
    "QUERY-SIG-8/flat",
    "QUERY-SIG-8/leaf-tree",
    "QUERY-SIG-8/off",
    "QUERY-SIG-9/off",
    "QUERY-SIG-9/ranges",
    "QUERY-SIG-10/unverified",
    "QUERY-SIG-11/other-scheme",
    "QUERY-SIG-11/raw",
    "QUERY-SIG-12/certificate",
    "QUERY-SIG-12/delegation",
    "QUERY-SIG-12/exclusive",
    "QUERY-SIG-12/not-ahead",
    "QUERY-SIG-12/overflow",
    "QUERY-SIG-12/timestamps",
    "QUERY-SIG-13/from-key",
    "QUERY-SIG-13/shown",
    "QUERY-SIG-14/no-sender-info",
    "QUERY-SIG-15/exactly-one",
];

/// What the response is held against.
struct Question {
    request_id: Vec<u8>,
    now: u64,
    max_age: u64,
}

impl Question {
    /// QUERY-SIG-12: whether `time` is no more than `max_age` ago.
    fn is_recent(&self, ctx: &Context<'_>, time: u64) -> bool {
        if ctx.has("QUERY-SIG-12/overflow") {
            return self.now <= time.wrapping_add(self.max_age);
        }
        if ctx.has("QUERY-SIG-12/not-ahead") && time > self.now {
            return false;
        }
        let age = self.now.saturating_sub(time);
        age < self.max_age || (age == self.max_age && !ctx.has("QUERY-SIG-12/exclusive"))
    }
}

fn verify(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(
        input,
        &[
            "response",
            "request_id",
            "certificate",
            "root_key",
            "root_subnet_id",
            "scope",
            "now",
            "max_age",
            "ranges",
        ],
    )?;
    let question = Question {
        request_id: fields.bytes("request_id")?,
        now: fields.number("now")?,
        max_age: fields.number("max_age")?,
    };
    let scope = subnet::Scope::new(fields.required("scope")?)?;
    let bytes = fields.bytes("response")?;

    let response = Response::parse(ctx, &bytes)?;
    let mut violations = Violations::new();
    let subnet = violations.absorb(subnet::certified(ctx, &fields, &scope))?;
    let Some(subnet) = subnet else {
        return violations.or(json!({}));
    };
    check_times(ctx, &mut violations, &question, &response, &subnet)?;
    check_signatures(ctx, &mut violations, &question, &response, &subnet);
    violations.or(json!({}))
}

/// QUERY-SIG-12.
fn check_times(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question,
    response: &Response,
    subnet: &subnet::Certified,
) -> Result<(), Stop> {
    for time in response.entries.iter().filter_map(|entry| entry.timestamp) {
        let recent = question.is_recent(ctx, time) || ctx.has("QUERY-SIG-12/timestamps");
        violations.require(recent, "QUERY-SIG-12");
    }
    let time_of = |tree: &Tree| match lookup_path(ctx, &path(&[b"time"]), tree) {
        Lookup::Found(bytes) => natural(ctx, bytes, "STATE-1").map(Some),
        _ => Ok(None),
    };
    if let Some(time) = violations.absorb(time_of(&subnet.tree))?.flatten() {
        let recent = question.is_recent(ctx, time) || ctx.has("QUERY-SIG-12/certificate");
        violations.require(recent, "QUERY-SIG-12");
    }
    if let (true, Some(tree)) = (ctx.has("QUERY-SIG-12/delegation"), &subnet.delegation_tree)
        && let Some(time) = violations.absorb(time_of(tree))?.flatten()
    {
        violations.require(question.is_recent(ctx, time), "QUERY-SIG-12");
    }
    Ok(())
}

/// QUERY-SIG-3 to QUERY-SIG-6, QUERY-SIG-11 and QUERY-SIG-15.
fn check_signatures(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question,
    response: &Response,
    subnet: &subnet::Certified,
) {
    let entries = response.entries.as_slice();
    violations.require(
        entries.len() <= 1 || !ctx.has("QUERY-SIG-15/exactly-one"),
        "QUERY-SIG-15",
    );
    let (mut good, mut bad) = (0_usize, 0_usize);
    let last = entries.len().saturating_sub(1);
    for (index, entry) in entries.iter().enumerate() {
        let passed_over = (ctx.has("QUERY-SIG-5/first") && index > 0)
            || (ctx.has("QUERY-SIG-5/last") && index < last)
            || entry.signature.is_none();
        if passed_over {
            continue;
        }
        let first = entries.first().and_then(|entry| entry.timestamp);
        let timestamp = if ctx.has("QUERY-SIG-3/first-timestamp") {
            first
        } else {
            entry.timestamp
        };
        let message = response.message(ctx, timestamp, &question.request_id);
        let keys = node_keys(ctx, subnet, entry);
        if keys.is_empty() {
            violations.require(ctx.has("QUERY-SIG-6/missing-skipped"), "QUERY-SIG-6");
            continue;
        }
        let usable: Vec<&Vec<u8>> = keys.iter().filter(|key| is_node_key(ctx, key)).collect();
        if usable.is_empty() {
            violations.add("QUERY-SIG-11");
            continue;
        }
        let signature = entry.signature.as_deref().unwrap_or_default();
        if usable.iter().any(|key| fits(key, &message, signature)) {
            good = good.saturating_add(1);
        } else {
            bad = bad.saturating_add(1);
        }
    }
    let (clause, off) = if response.is_rejected() {
        ("QUERY-SIG-4", ctx.has("QUERY-SIG-4/off"))
    } else {
        ("QUERY-SIG-3", ctx.has("QUERY-SIG-3/off"))
    };
    let any = ctx.has("QUERY-SIG-5/any");
    match (good, bad) {
        (_, 0) => {}
        (0, _) => violations.require(off, clause),
        _ => violations.require(off || any, "QUERY-SIG-5"),
    }
}

/// The keys that an entry may have been signed with: one, but for mistakes.
fn node_keys(ctx: &Context<'_>, subnet: &subnet::Certified, entry: &Entry) -> Vec<Vec<u8>> {
    let all_of = |prefix: &[Vec<u8>]| {
        let all = lookup_star_paths(ctx, prefix, &subnet.tree).into_iter();
        all.filter(|(path, _)| path.last().is_some_and(|last| last == b"public_key"))
    };
    let nodes = path(&[b"subnet", &subnet.id, b"node"]);
    let Some(node) = entry
        .identity
        .as_ref()
        .filter(|_| !ctx.has("QUERY-SIG-6/any-node"))
    else {
        return all_of(&nodes).map(|(_, key)| key).collect();
    };
    if ctx.has("QUERY-SIG-6/any-subnet") {
        let all = all_of(&path(&[b"subnet"]));
        let theirs = all.filter(|(path, _)| path.get(3) == Some(node));
        return theirs.map(|(_, key)| key).collect();
    }
    let place = [nodes, path(&[node, b"public_key"])].concat();
    match lookup_path(ctx, &place, &subnet.tree) {
        Lookup::Found(key) => vec![key.to_vec()],
        _ => Vec::new(),
    }
}

/// QUERY-SIG-11.
fn is_node_key(ctx: &Context<'_>, key: &[u8]) -> bool {
    let is_ed25519 = key.len() == 44 && key.starts_with(ED25519_PREFIX);
    let other = ctx.has("QUERY-SIG-11/other-scheme") && key.starts_with(P256_PREFIX);
    is_ed25519 || other || (ctx.has("QUERY-SIG-11/raw") && key.len() == 32)
}

/// What stands before the 65 bytes of a P-256 key in its DER form (RFC 5480): the scheme that the
/// mistake QUERY-SIG-11/other-scheme knows.
const P256_PREFIX: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";

fn fits(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    match key.strip_prefix(ED25519_PREFIX) {
        Some(raw) => ed25519_verify(raw, message, signature),
        None if key.len() == 32 => ed25519_verify(key, message, signature),
        None => match key.strip_prefix(P256_PREFIX) {
            Some(point) => ecdsa_verify(Curve::P256, point, message, signature),
            None => false,
        },
    }
}

/// The hash of a map, given as the adapter protocol writes it.
fn hash_of_map(map: &Value) -> Vec<u8> {
    match crate::run("hash_of_map", &json!({"value": {"map": map}}), None) {
        crate::Outcome::Ok(output) => Fields::of(&output, &["hash"])
            .and_then(|fields| fields.bytes("hash"))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A typed byte string as the adapter protocol writes it.
fn blob(bytes: &[u8]) -> Value {
    json!({"blob": hex(bytes)})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;

    const FAITHFUL: Context<'static> = Context::new(None, Preset::Spec);

    #[test]
    fn measures_age_and_not_what_lies_ahead() {
        let question = Question {
            request_id: Vec::new(),
            now: 100,
            max_age: 10,
        };
        for (time, recent) in [(89, false), (90, true), (100, true), (u64::MAX, true)] {
            assert_eq!(question.is_recent(&FAITHFUL, time), recent, "{time}");
        }
    }

    #[test]
    fn takes_nothing_but_ed25519_for_the_key_of_a_node() {
        let key = |prefix: &[u8], length| [prefix, &vec![1; length]].concat();
        assert!(is_node_key(&FAITHFUL, &key(ED25519_PREFIX, 32)));
        for other in [
            key(ED25519_PREFIX, 31),
            key(ED25519_PREFIX, 33),
            key(P256_PREFIX, 65),
            key(&[], 32),
        ] {
            assert!(!is_node_key(&FAITHFUL, &other), "{other:?}");
        }
    }
}
