//! The response to a query: its form, and what its signatures cover.

use serde_json::{Value, json};

use super::{blob, hash_of_map};
use crate::cbor::{Item, NULL};
use crate::cborcheck;
use crate::context::{Context, Stop, Violations};
use crate::input::hex;

/// A response, decoded.
pub(super) struct Response {
    answer: Answer,
    pub(super) entries: Vec<Entry>,
}

enum Answer {
    Replied {
        arg: Vec<u8>,
    },
    Rejected {
        code: u64,
        message: String,
        error_code: Option<String>,
    },
}

/// One of the signatures. A field is missing only by a mistake.
pub(super) struct Entry {
    pub(super) timestamp: Option<u64>,
    pub(super) signature: Option<Vec<u8>>,
    pub(super) identity: Option<Vec<u8>>,
}

impl Response {
    pub(super) fn parse(ctx: &Context<'_>, bytes: &[u8]) -> Result<Self, Stop> {
        let item = cborcheck::parse(ctx, bytes)?;
        if item.as_map().is_none() {
            return Err(Stop::violated("CBOR-8"));
        }
        let mut violations = Violations::new();
        let takes_any = |status: &str| status != "rejected" && ctx.has("QUERY-SIG-3/any-status");
        let (answer, clause) = match field(&item, "status").and_then(Item::as_text) {
            Some(status) if status == "replied" || takes_any(status) => {
                check_names(
                    ctx,
                    &mut violations,
                    &item,
                    &["status", "reply", "signatures"],
                );
                let reply = field(&item, "reply");
                if let Some(reply) = reply {
                    check_names(ctx, &mut violations, reply, &["arg"]);
                }
                let arg = reply.and_then(|reply| field(reply, "arg"));
                let arg = arg.and_then(Item::as_bytes).map(<[u8]>::to_vec);
                (arg.map(|arg| Answer::Replied { arg }), "QUERY-SIG-3")
            }
            Some("rejected") => {
                let names = [
                    "status",
                    "reject_code",
                    "reject_message",
                    "error_code",
                    "signatures",
                ];
                check_names(ctx, &mut violations, &item, &names);
                (rejection(&item), "QUERY-SIG-4")
            }
            _ => (None, "QUERY-SIG-3"),
        };
        violations.require(answer.is_some(), clause);
        let entries = violations.absorb(entries(ctx, &item))?;
        violations.or(())?;
        let parts = answer.zip(entries);
        parts
            .map(|(answer, entries)| Self { answer, entries })
            .ok_or_else(|| Stop::violated(clause))
    }

    pub(super) fn is_rejected(&self) -> bool {
        matches!(self.answer, Answer::Rejected { .. })
    }

    /// What an entry with this timestamp signs: separator and hash.
    pub(super) fn message(
        &self,
        ctx: &Context<'_>,
        timestamp: Option<u64>,
        request_id: &[u8],
    ) -> Vec<u8> {
        let mut map: Vec<Value> = Vec::new();
        let mut add = |name: &str, value: Value, left_out: &'static str| {
            if left_out.is_empty() || !ctx.has(left_out) {
                map.push(json!([name, value]));
            }
        };
        match &self.answer {
            Answer::Replied { arg } => {
                add("status", json!({"text": "replied"}), "");
                let reply = if ctx.has("QUERY-SIG-3/flat-reply") {
                    blob(arg)
                } else {
                    json!({"map": [["arg", blob(arg)]]})
                };
                add("reply", reply, "QUERY-SIG-3/no-reply");
            }
            Answer::Rejected {
                code,
                message,
                error_code,
            } => {
                add("status", json!({"text": "rejected"}), "");
                let code = json!({"nat": code.to_string()});
                add("reject_code", code, "QUERY-SIG-4/no-reject-code");
                let message = json!({"text": message});
                add("reject_message", message, "QUERY-SIG-4/no-reject-message");
                let empty = ctx.has("QUERY-SIG-4/empty-error-code").then(String::new);
                if let Some(text) = error_code.clone().or(empty) {
                    add(
                        "error_code",
                        json!({"text": text}),
                        "QUERY-SIG-4/no-error-code",
                    );
                }
            }
        }
        if let Some(timestamp) = timestamp {
            let timestamp = json!({"nat": timestamp.to_string()});
            add("timestamp", timestamp, "QUERY-SIG-3/no-timestamp");
        }
        let id = if ctx.has("QUERY-SIG-3/id-as-hex") {
            json!({"text": hex(request_id)})
        } else {
            blob(request_id)
        };
        add("request_id", id, "QUERY-SIG-3/no-request-id");

        let separator: &[u8] = if ctx.has("QUERY-SIG-3/no-separator") {
            b""
        } else if ctx.has("QUERY-SIG-3/request-separator") {
            b"\x0aic-request"
        } else {
            b"\x0bic-response"
        };
        [separator, &hash_of_map(&Value::Array(map))].concat()
    }
}

fn rejection(item: &Item) -> Option<Answer> {
    let error_code = match field(item, "error_code") {
        Some(text) => Some(text.as_text()?.to_owned()),
        None => None,
    };
    Some(Answer::Rejected {
        code: field(item, "reject_code")?.as_unsigned()?,
        message: field(item, "reject_message")?.as_text()?.to_owned(),
        error_code,
    })
}

/// QUERY-SIG-1 and QUERY-SIG-2.
fn entries(ctx: &Context<'_>, item: &Item) -> Result<Vec<Entry>, Stop> {
    let items = match field(item, "signatures") {
        Some(Item::Array(items)) if items.is_empty() => {
            return if ctx.has("QUERY-SIG-1/empty") {
                Ok(Vec::new())
            } else {
                Err(Stop::violated("QUERY-SIG-1"))
            };
        }
        Some(Item::Array(items)) => items,
        None if ctx.has("QUERY-SIG-1/absent") => return Ok(Vec::new()),
        _ => return Err(Stop::violated("QUERY-SIG-1")),
    };
    items.iter().map(|item| entry(ctx, item)).collect()
}

fn entry(ctx: &Context<'_>, item: &Item) -> Result<Entry, Stop> {
    let mut violations = Violations::new();
    check_names(
        ctx,
        &mut violations,
        item,
        &["timestamp", "signature", "identity"],
    );
    let mut read = |name: &str, optional: &'static str, value: &dyn Fn(&Item) -> bool| {
        let found = field(item, name);
        let fits = found.map_or_else(|| ctx.has(optional), value);
        violations.require(fits, "QUERY-SIG-2");
        found
    };
    let timestamp = read("timestamp", "QUERY-SIG-2/timestamp-optional", &|item| {
        item.as_unsigned().is_some()
    });
    let signature = read("signature", "QUERY-SIG-2/signature-optional", &|item| {
        item.as_bytes().is_some()
    });
    let in_text = |item: &Item| {
        let text = item
            .as_text()
            .filter(|_| ctx.has("QUERY-SIG-2/text-identity"));
        let decoded = crate::run("principal.decode_text", &json!({"text": text?}), None);
        match decoded {
            crate::Outcome::Ok(output) => {
                let text = output.get("bytes")?.as_str()?;
                crate::input::unhex(text)
            }
            _ => None,
        }
    };
    let identity = read("identity", "QUERY-SIG-2/identity-optional", &|item| {
        let fits = |bytes: &[u8]| bytes.len() <= 29 || ctx.has("QUERY-SIG-2/long-identity");
        item.as_bytes().is_some_and(fits) || in_text(item).is_some()
    });
    let entry = Entry {
        timestamp: timestamp.and_then(Item::as_unsigned),
        signature: signature.and_then(Item::as_bytes).map(<[u8]>::to_vec),
        identity: identity.and_then(|item| match item.as_bytes() {
            Some(bytes) => Some(bytes.to_vec()),
            None => in_text(item),
        }),
    };
    violations.or(entry)
}

/// CBOR-10: fields that the record does not have.
fn check_names(ctx: &Context<'_>, violations: &mut Violations, item: &Item, names: &[&str]) {
    let entries = item.as_map().unwrap_or_default();
    let known = |key: &Item| key.as_text().is_none_or(|name| names.contains(&name));
    let unknown = entries.iter().any(|(key, _)| !known(key));
    violations.require(!unknown || ctx.is_replica(), "CBOR-10");
}

/// The field of a record; `null` is absence, where it gets past CBOR-12.
fn field<'i>(item: &'i Item, name: &str) -> Option<&'i Item> {
    item.as_map()?;
    item.field(name).filter(|value| **value != NULL)
}
