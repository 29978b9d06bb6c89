//! The profile of CBOR that requests, responses and certificates are written in.

use serde_json::{Value, json};

use crate::cbor::{self, BIGNUM, DecodeError, Item, NULL, SELF_DESCRIBED};
use crate::input::Fields;
use crate::value::Natural;
use crate::{Context, Operation, Stop, Verdict, Violations};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[("cbor.check", check)];

pub(crate) const FAULTS: &[&str] = &[
    "CBOR-1/off",
    "CBOR-1/any-tag",
    "CBOR-1/repeated",
    "CBOR-1/refused",
    "CBOR-1/low-byte",
    "CBOR-2/bytes",
    "CBOR-2/integers",
    "CBOR-2/outermost-only",
    "CBOR-2/null",
    "CBOR-3/text",
    "CBOR-3/integers",
    "CBOR-3/wide-integers",
    "CBOR-3/tags",
    "CBOR-3/not-empty",
    "CBOR-4/bytes",
    "CBOR-4/off",
    "CBOR-4/keys-unchecked",
    "CBOR-4/surrogates",
    "CBOR-4/overlong",
    "CBOR-4/beyond",
    "CBOR-4/ascii",
    "CBOR-4/bmp",
    "CBOR-4/not-empty",
    "CBOR-4/tags",
    "CBOR-5/small-bignum",
    "CBOR-5/no-bignums",
    "CBOR-5/negative",
    "CBOR-5/text",
    "CBOR-5/signed",
    "CBOR-5/tags",
    "CBOR-5/blob",
    "CBOR-6/off",
    "CBOR-6/integral",
    "CBOR-6/half-only",
    "CBOR-6/doubles-only",
    "CBOR-7/off",
    "CBOR-7/adjacent-only",
    "CBOR-7/outermost-only",
    "CBOR-7/encoded",
    "CBOR-7/same-value",
    "CBOR-7/any-case",
    "CBOR-7/all-levels",
    "CBOR-7/prefix",
    "CBOR-8/record-as-array",
    "CBOR-8/array-as-map",
    "CBOR-8/empty",
    "CBOR-8/tags",
    "CBOR-9/trailing",
    "CBOR-9/padding",
    "CBOR-9/white-space",
    "CBOR-9/cut-short",
    "CBOR-9/reserved",
    "CBOR-9/breaks",
    "CBOR-9/chunk-types",
    "CBOR-9/two-byte-simple",
    "CBOR-9/empty",
    "CBOR-11/content-missing",
    "CBOR-11/content-encoded",
    "CBOR-11/signature-required",
    "CBOR-11/no-delegation",
];

fn check(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["bytes"])?;
    let bytes = fields.bytes("bytes")?;
    if let Err(error) = cbor::decode(&bytes)
        && overlooks(ctx, error, &bytes)
    {
        return Ok(json!({}));
    }
    parse(ctx, &bytes)?;
    Ok(json!({}))
}

/// The item of the profile that `bytes` are, without the tag around it.
pub(crate) fn parse(ctx: &Context<'_>, bytes: &[u8]) -> Result<Item, Stop> {
    let decoded = if ctx.has("CBOR-9/trailing") {
        cbor::decode_first(bytes).map(|(item, _)| item)
    } else if ctx.has("CBOR-7/encoded") {
        cbor::decode_marking_long_heads(bytes)
    } else {
        cbor::decode(bytes)
    };
    let item = decoded.map_err(|_| Stop::violated("CBOR-9"))?;
    let item = untag(ctx, item)?;
    let mut violations = Violations::new();
    walk(ctx, &item, 0, &mut violations);
    if ctx.has("CBOR-7/all-levels") && repeats_a_name(&item, &mut Vec::new()) {
        violations.add("CBOR-7");
    }
    violations.or(item)
}

/// Whether a careless decoder does not notice this.
fn overlooks(ctx: &Context<'_>, error: DecodeError, bytes: &[u8]) -> bool {
    match error {
        DecodeError::End if bytes.is_empty() => ctx.has("CBOR-9/empty"),
        DecodeError::End => ctx.has("CBOR-9/cut-short"),
        DecodeError::Head => {
            let two_byte_simple = bytes.windows(2).any(|pair| matches!(pair, [0xf8, 0..32]));
            ctx.has(if two_byte_simple {
                "CBOR-9/two-byte-simple"
            } else {
                "CBOR-9/reserved"
            })
        }
        DecodeError::Break => ctx.has("CBOR-9/breaks"),
        DecodeError::Chunk => ctx.has("CBOR-9/chunk-types"),
        DecodeError::Trailing => {
            let rest = cbor::decode_first(bytes).map_or(bytes, |(_, rest)| rest);
            let zeros = rest.iter().all(|byte| *byte == 0);
            let spaces = rest.iter().all(u8::is_ascii_whitespace);
            ctx.has("CBOR-9/trailing")
                || (ctx.has("CBOR-9/padding") && zeros)
                || (ctx.has("CBOR-9/white-space") && spaces)
        }
        // What ends too early may well be nested more deeply than the model looks.
        DecodeError::Deep => ctx.has("CBOR-9/cut-short"),
    }
}

/// CBOR-1: the item inside the tag.
fn untag(ctx: &Context<'_>, item: Item) -> Result<Item, Stop> {
    match item {
        Item::Tag(tag, inner) => {
            let right = tag == SELF_DESCRIBED
                || ctx.has("CBOR-1/any-tag")
                || (ctx.has("CBOR-1/low-byte") && tag & 0xff == SELF_DESCRIBED & 0xff);
            match *inner {
                _ if ctx.has("CBOR-1/refused") || !right => Err(Stop::violated("CBOR-1")),
                inner @ Item::Tag(SELF_DESCRIBED, _) if ctx.has("CBOR-1/repeated") => {
                    untag(ctx, inner)
                }
                Item::Tag(SELF_DESCRIBED, _) => Err(Stop::violated("CBOR-1")),
                inner => Ok(inner),
            }
        }
        item if ctx.is_replica() || ctx.has("CBOR-1/off") || ctx.has("CBOR-1/refused") => Ok(item),
        _ => Err(Stop::violated("CBOR-1")),
    }
}

fn walk(ctx: &Context<'_>, item: &Item, depth: usize, violations: &mut Violations) {
    let deeper = depth.saturating_add(1);
    match item {
        Item::Unsigned(value) => {
            let signed = ctx.has("CBOR-5/signed") && i64::try_from(*value).is_err();
            violations.require(!signed, "CBOR-5");
        }
        Item::Negative(_) | Item::Simple(20 | 21) => {}
        Item::Bytes(bytes) => {
            let refused = ctx.has("CBOR-3/not-empty") && bytes.is_empty();
            violations.require(!refused, "CBOR-3");
        }
        Item::Text(bytes) => check_text(ctx, bytes, false, violations),
        Item::Chunked { text, .. } => violations.add(if *text { "CBOR-4" } else { "CBOR-3" }),
        Item::Array(items) | Item::Indefinite(items) => {
            let refused = ctx.has("CBOR-8/empty") && items.is_empty();
            violations.require(!refused, "CBOR-8");
            items
                .iter()
                .for_each(|item| walk(ctx, item, deeper, violations));
        }
        Item::Map(entries) | Item::IndefiniteMap(entries) => {
            let refused = ctx.has("CBOR-8/empty") && entries.is_empty();
            violations.require(!refused, "CBOR-8");
            for (key, value) in entries {
                check_key(ctx, key, depth, violations);
                walk(ctx, value, deeper, violations);
            }
            if has_duplicates(ctx, entries, depth) {
                violations.add("CBOR-7");
            }
        }
        Item::Tag(BIGNUM, inner) if matches!(**inner, Item::Bytes(_)) => {
            let small = inner
                .as_bytes()
                .is_some_and(|b| Natural::from_bytes(b).to_u64().is_some());
            let accepted = if ctx.has("CBOR-5/small-bignum") {
                true
            } else {
                !small && !ctx.has("CBOR-5/no-bignums")
            };
            violations.require(accepted, "CBOR-5");
        }
        Item::Tag(_, inner) => {
            let (clause, careless) = match **inner {
                Item::Unsigned(_) | Item::Negative(_) => ("CBOR-5", ctx.has("CBOR-5/tags")),
                Item::Bytes(_) => ("CBOR-3", ctx.has("CBOR-3/tags")),
                Item::Text(_) => ("CBOR-4", ctx.has("CBOR-4/tags")),
                _ => ("CBOR-8", ctx.has("CBOR-8/tags")),
            };
            violations.require(careless, clause);
            walk(ctx, inner, deeper, violations);
        }
        Item::Float(bits, width) => violations.require(passes_float(ctx, *bits, *width), "CBOR-6"),
        item if *item == NULL => violations.require(ctx.is_replica(), "CBOR-12"),
        Item::Simple(_) | Item::Raw(_) => violations.add("CBOR-9"),
    }
}

/// CBOR-4, for texts and for keys.
fn check_text(ctx: &Context<'_>, bytes: &[u8], key: bool, violations: &mut Violations) {
    let careless = (ctx.has("CBOR-4/keys-unchecked") && key)
        || ctx.has("CBOR-4/off")
        || (ctx.has("CBOR-4/surrogates") && contains(bytes, &[0xed, 0xa0]))
        || (ctx.has("CBOR-4/overlong") && contains(bytes, &[0xc0, 0x80]))
        || (ctx.has("CBOR-4/beyond") && contains(bytes, &[0xf4, 0x90]));
    let refused = (ctx.has("CBOR-4/ascii") && !bytes.is_ascii())
        || (ctx.has("CBOR-4/bmp") && bytes.iter().any(|byte| *byte >= 0xf0))
        || (ctx.has("CBOR-4/not-empty") && bytes.is_empty() && !key);
    let valid = core::str::from_utf8(bytes).is_ok();
    violations.require((valid && !refused) || careless, "CBOR-4");
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// CBOR-2.
fn check_key(ctx: &Context<'_>, key: &Item, depth: usize, violations: &mut Violations) {
    match key {
        Item::Text(bytes) => check_text(ctx, bytes, true, violations),
        Item::Raw(_) => {}
        Item::Bytes(_) if ctx.has("CBOR-2/bytes") => {}
        Item::Unsigned(_) | Item::Negative(_) if ctx.has("CBOR-2/integers") => {}
        key if ctx.has("CBOR-2/null") && *key == NULL => {}
        _ if ctx.has("CBOR-2/outermost-only") && depth > 0 => {}
        _ => violations.add("CBOR-2"),
    }
}

/// CBOR-7.
fn has_duplicates(ctx: &Context<'_>, entries: &[(Item, Item)], depth: usize) -> bool {
    if ctx.has("CBOR-7/off") || (ctx.has("CBOR-7/outermost-only") && depth > 0) {
        return false;
    }
    if ctx.has("CBOR-7/adjacent-only") {
        return entries
            .windows(2)
            .any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
    }
    let lower = |key: &Item| key.as_text().map(str::to_lowercase);
    entries.iter().enumerate().any(|(index, (key, value))| {
        entries.iter().take(index).any(|(earlier, other)| {
            let same = if ctx.has("CBOR-7/any-case") {
                lower(key) == lower(earlier)
            } else if ctx.has("CBOR-7/prefix") {
                let (key, earlier) = (key.as_text(), earlier.as_text());
                key.zip(earlier)
                    .is_some_and(|(key, earlier)| key.starts_with(earlier))
            } else {
                key == earlier
            };
            same && !(ctx.has("CBOR-7/same-value") && value == other)
        })
    })
}

/// Whether some key occurs anywhere twice, in whatever maps.
fn repeats_a_name(item: &Item, seen: &mut Vec<Item>) -> bool {
    match item {
        Item::Array(items) => items.iter().any(|item| repeats_a_name(item, seen)),
        Item::Map(entries) => entries.iter().any(|(key, value)| {
            let repeated = seen.contains(key);
            seen.push(key.clone());
            repeated || repeats_a_name(value, seen)
        }),
        _ => false,
    }
}

/// CBOR-6.
fn passes_float(ctx: &Context<'_>, bits: u64, width: u8) -> bool {
    // The vectors have 1.0 and 1.5: the fraction of 1.0 is zero.
    let fraction = match width {
        2 => bits & 0x03ff,
        4 => bits & 0x007f_ffff,
        _ => bits & 0x000f_ffff_ffff_ffff,
    };
    ctx.has("CBOR-6/off")
        || (ctx.has("CBOR-6/integral") && fraction == 0)
        || (ctx.has("CBOR-6/half-only") && width != 2)
        || (ctx.has("CBOR-6/doubles-only") && width != 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, run};

    fn outcome(bytes: &str) -> Outcome {
        run("cbor.check", &json!({"bytes": bytes}), None)
    }

    #[test]
    fn accepts_what_the_specification_lists() {
        for bytes in [
            "d9d9f7a0",
            "d9d9f7826161a161626163",
            "d9d9f79f00bf616100ffff",
        ] {
            assert_eq!(outcome(bytes), Outcome::Ok(json!({})), "{bytes}");
        }
    }

    #[test]
    fn names_the_violated_clause() {
        for (bytes, clause) in [
            ("a0", "CBOR-1"),
            ("d9d9f7a10000", "CBOR-2"),
            ("d9d9f75f4100ff", "CBOR-3"),
            ("d9d9f761ff", "CBOR-4"),
            ("d9d9f7c24101", "CBOR-5"),
            ("d9d9f7f93c00", "CBOR-6"),
            ("d9d9f7a2616100616100", "CBOR-7"),
            ("d9d9f7a000", "CBOR-9"),
            ("d9d9f7a16161f6", "CBOR-12"),
        ] {
            assert_eq!(outcome(bytes), Outcome::reject(clause), "{bytes}");
        }
    }
}
