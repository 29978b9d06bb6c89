//! Seeds and keys of Internet Identity: the family II-SEED.
//!
//! | flaw | clause |
//! |---|---|
//! | a salt of another length than 32 bytes | II-SEED-2 |
//! | an origin of more than 255 bytes | II-SEED-4 |
//! | a canister id of more than 29 bytes | PRIN-1 |
//!
//! Whether a salt of zeros is none is policy `ii.unset_salt`: here it is, and violates II-SEED-2.
//! Whether an origin below `icp0.io` is rewritten here or by the caller is policy
//! `ii.legacy_origins`: here by the caller.

pub mod storage;

use serde_json::{Value, json};

use crate::Operation;
use crate::context::{Context, Stop, Verdict, Violations};
use crate::crypto::{sha224, sha256};
use crate::input::{Fields, Malformed, hex};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("ii.seed", anchor_seed),
    ("ii.account_seed", account_seed),
    ("ii.user_key", user_key),
];

pub(crate) const FAULTS: &[&str] = &[
    "II-SEED-1/anchor-first",
    "II-SEED-1/no-lengths",
    "II-SEED-1/no-salt",
    "II-SEED-1/sha-224",
    "II-SEED-1/wide-lengths",
    "II-SEED-2/any-length",
    "II-SEED-3/big-endian",
    "II-SEED-3/hexadecimal",
    "II-SEED-3/padded",
    "II-SEED-3/signed",
    "II-SEED-4/254",
    "II-SEED-4/256",
    "II-SEED-4/characters",
    "II-SEED-4/off",
    "II-SEED-5/case",
    "II-SEED-5/host",
    "II-SEED-5/not-empty",
    "II-SEED-5/port",
    "II-SEED-5/slash",
    "II-SEED-6/anchor-seed",
    "II-SEED-6/label-last",
    "II-SEED-6/no-brackets",
    "II-SEED-6/no-label-length",
    "II-SEED-7/no-length",
    "II-SEED-7/principal-of-body",
    "II-SEED-7/seed-first",
    "II-SEED-7/ten-bytes",
];

/// The greatest length that one byte says.
const LONGEST: usize = 255;

fn anchor_seed(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["salt", "anchor", "origin"])?;
    let number = fields.number("anchor")?;
    let inputs = Inputs::read(ctx, &fields)?;
    let mut parts = vec![inputs.salt, digits(ctx, number), inputs.origin];
    if ctx.has("II-SEED-1/anchor-first") {
        parts.swap(0, 1);
    }
    if ctx.has("II-SEED-1/no-salt") {
        parts.remove(0);
    }
    Ok(json!({"seed": hex(&hash(ctx, &parts))}))
}

fn account_seed(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["salt", "account", "origin"])?;
    let number = fields.number("account")?;
    let inputs = Inputs::read(ctx, &fields)?;
    let digits = digits(ctx, number);
    let label: &[u8] = if ctx.has("II-SEED-6/no-brackets") {
        b"account"
    } else {
        b"<account>"
    };
    if ctx.has("II-SEED-6/no-label-length") {
        let mut blob = with_length(ctx, &inputs.salt);
        blob.extend(label);
        blob.extend(with_length(ctx, &digits));
        blob.extend(with_length(ctx, &inputs.origin));
        return Ok(json!({"seed": hex(&sha256(&blob))}));
    }
    let parts = if ctx.has("II-SEED-6/anchor-seed") {
        vec![inputs.salt, digits, inputs.origin]
    } else if ctx.has("II-SEED-6/label-last") {
        vec![inputs.salt, digits, inputs.origin, label.to_vec()]
    } else {
        vec![inputs.salt, label.to_vec(), digits, inputs.origin]
    };
    Ok(json!({"seed": hex(&hash(ctx, &parts))}))
}

fn user_key(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["canister_id", "seed"])?;
    let canister_id = fields.bytes("canister_id")?;
    let seed = fields.bytes("seed")?;
    if seed.len() != 32 {
        return Err(Malformed::new("a seed of Internet Identity has 32 bytes").into());
    }
    let Ok(length @ 0..=29) = u8::try_from(canister_id.len()) else {
        return Err(Stop::violated("PRIN-1"));
    };
    let length = if ctx.has("II-SEED-7/ten-bytes") {
        10
    } else {
        length
    };
    let body = if ctx.has("II-SEED-7/no-length") {
        [canister_id, seed].concat()
    } else if ctx.has("II-SEED-7/seed-first") {
        [seed, vec![length], canister_id].concat()
    } else {
        [vec![length], canister_id, seed].concat()
    };
    // The object identifier 1.3.6.1.4.1.56387.1.2, and no parameters.
    let algorithm = b"\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x02";
    let key = der(0x03, &[&[0], body.as_slice()].concat());
    let spki = der(0x30, &[algorithm.as_slice(), &key].concat());
    let hashed = if ctx.has("II-SEED-7/principal-of-body") {
        &body
    } else {
        &spki
    };
    let principal = [sha224(hashed).as_slice(), &[2]].concat();
    Ok(json!({"spki": hex(&spki), "principal": hex(&principal)}))
}

/// A DER element of at most 127 bytes.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    [&[tag, length], content].concat()
}

/// What both seeds have in common, checked.
struct Inputs {
    salt: Vec<u8>,
    origin: Vec<u8>,
}

impl Inputs {
    fn read(ctx: &Context<'_>, fields: &Fields<'_>) -> Result<Self, Stop> {
        let salt = fields.bytes("salt")?;
        let origin = fields.text("origin")?;
        let mut violations = Violations::new();
        violations.require(
            salt.len() == 32 || ctx.has("II-SEED-2/any-length"),
            "II-SEED-2",
        );
        violations.require(salt != [0; 32], "II-SEED-2");
        let most = if ctx.has("II-SEED-4/254") {
            254
        } else if ctx.has("II-SEED-4/256") {
            256
        } else {
            LONGEST
        };
        let length = if ctx.has("II-SEED-4/characters") {
            origin.chars().count()
        } else {
            origin.len()
        };
        violations.require(length <= most || ctx.has("II-SEED-4/off"), "II-SEED-4");
        violations.require(
            !origin.is_empty() || !ctx.has("II-SEED-5/not-empty"),
            "II-SEED-5",
        );
        violations.or(Self {
            salt,
            origin: as_hashed(ctx, origin).into_bytes(),
        })
    }
}

/// The origin as it is, unless a mistake tidies it up.
fn as_hashed(ctx: &Context<'_>, origin: &str) -> String {
    if ctx.has("II-SEED-5/case") {
        origin.to_lowercase()
    } else if ctx.has("II-SEED-5/host") {
        let (_, host) = origin.split_once("://").unwrap_or(("", origin));
        host.to_owned()
    } else if ctx.has("II-SEED-5/port") {
        origin.strip_suffix(":443").unwrap_or(origin).to_owned()
    } else if ctx.has("II-SEED-5/slash") {
        origin.trim_end_matches('/').to_owned()
    } else {
        origin.to_owned()
    }
}

/// A number as it is hashed.
fn digits(ctx: &Context<'_>, number: u64) -> Vec<u8> {
    if ctx.has("II-SEED-3/big-endian") {
        number.to_be_bytes().to_vec()
    } else if ctx.has("II-SEED-3/hexadecimal") {
        format!("{number:x}").into_bytes()
    } else if ctx.has("II-SEED-3/padded") {
        format!("{number:020}").into_bytes()
    } else if ctx.has("II-SEED-3/signed") {
        number.cast_signed().to_string().into_bytes()
    } else {
        number.to_string().into_bytes()
    }
}

fn hash(ctx: &Context<'_>, parts: &[Vec<u8>]) -> Vec<u8> {
    let blob: Vec<u8> = parts
        .iter()
        .flat_map(|part| with_length(ctx, part))
        .collect();
    if ctx.has("II-SEED-1/sha-224") {
        return sha224(&blob).to_vec();
    }
    sha256(&blob).to_vec()
}

/// `part` behind the byte with its length.
fn with_length(ctx: &Context<'_>, part: &[u8]) -> Vec<u8> {
    if ctx.has("II-SEED-1/no-lengths") {
        return part.to_vec();
    }
    let [.., high, low] = part.len().to_be_bytes();
    if ctx.has("II-SEED-1/wide-lengths") {
        return [&[high, low], part].concat();
    }
    [&[low], part].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, run};

    const SALT: &str = "4d7e3481726397f6676c832ac5c95328a7d48aa669b81c8877933208da64a2d0";

    /// The salt of the oldest backup, and the seed that the service's own tests expect of it.
    #[test]
    fn the_seed_of_anchor_10030_is_that_of_the_services_own_tests() {
        let input = json!({"salt": SALT, "anchor": "10030", "origin": "example.com"});
        let seed = "3a8926914dd1c836ec67ba66ac6425c21dffd3ca5c5968855f87780a1ec57985";
        assert_eq!(
            run("ii.seed", &input, None),
            Outcome::Ok(json!({"seed": seed}))
        );
        let input = json!({"canister_id": "00000000000000070101", "seed": seed});
        let Outcome::Ok(output) = run("ii.user_key", &input, None) else {
            panic!("not accepted");
        };
        let text = run(
            "principal.encode_text",
            &json!({"bytes": output["principal"]}),
            None,
        );
        let expected = "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe";
        assert_eq!(text, Outcome::Ok(json!({"text": expected})));
    }

    #[test]
    fn origins_have_at_most_255_bytes() {
        for (length, accepted) in [(0, true), (255, true), (256, false)] {
            let origin = "o".repeat(length);
            let input = json!({"salt": SALT, "account": "1", "origin": origin});
            let outcome = run("ii.account_seed", &input, None);
            assert_eq!(outcome.is_accept(), accepted, "{length}");
        }
    }
}
