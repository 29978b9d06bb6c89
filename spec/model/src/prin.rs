//! Principals: the text form, the classes, and how ids are computed.

use serde_json::{Value, json};

use crate::crypto::{sha224, sha256};
use crate::input::{Fields, hex};
use crate::{Context, Operation, Stop, Verdict};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("principal.decode_text", decode_text),
    ("principal.encode_text", encode_text),
    ("principal.classify", classify),
    ("principal.from_pubkey", from_pubkey),
    ("principal.derive", derive),
];

pub(crate) const FAULTS: &[&str] = &[
    "PRIN-1/off",
    "PRIN-1/30",
    "PRIN-1/28",
    "PRIN-1/not-empty",
    "PRIN-2/ends-in-01",
    "PRIN-2/ten-bytes",
    "PRIN-3/sha-256",
    "PRIN-3/suffix-01",
    "PRIN-3/no-suffix",
    "PRIN-3/suffix-first",
    "PRIN-3/raw-key",
    "PRIN-3/suffix-hashed",
    "PRIN-4/minimal-lengths",
    "PRIN-4/parses",
    "PRIN-4/drops-trailing",
    "PRIN-5/no-length",
    "PRIN-5/nonce-first",
    "PRIN-5/suffix-02",
    "PRIN-5/sha-256",
    "PRIN-5/nonce-length",
    "PRIN-6/ends-in-04",
    "PRIN-6/empty",
    "PRIN-6/off",
    "PRIN-7/29-bytes",
    "PRIN-7/one-byte",
    "PRIN-7/off",
    "PRIN-7/starts-with",
    "PRIN-8/zero-byte",
    "PRIN-8/empty-text",
    "PRIN-8/no-checksum",
    "PRIN-8/off",
    "PRIN-10/any-length",
    "PRIN-10/any-29-bytes",
    "PRIN-10/derived-any-length",
    "PRIN-11/appended",
    "PRIN-11/no-checksum",
    "PRIN-12/little-endian",
    "PRIN-12/crc-32c",
    "PRIN-12/zero-start",
    "PRIN-12/not-inverted",
    "PRIN-12/not-reflected",
    "PRIN-13/padding",
    "PRIN-13/strips-padding",
    "PRIN-13/hex-alphabet",
    "PRIN-13/skips-foreign",
    "PRIN-13/foreign-is-zero",
    "PRIN-13/any-separator",
    "PRIN-13/look-alikes",
    "PRIN-13/unicode-lower",
    "PRIN-13/unicode-upper",
    "PRIN-13/any-length",
    "PRIN-13/trims",
    "PRIN-14/off",
    "PRIN-14/fours",
    "PRIN-14/ungrouped",
    "PRIN-14/trailing",
    "PRIN-14/leading",
    "PRIN-14/doubled",
    "PRIN-14/shifted",
    "PRIN-15/lower-only",
    "PRIN-15/prints-upper",
    "PRIN-15/one-case",
    "PRIN-16/62-characters",
    "PRIN-16/ten-groups",
    "PRIN-17/off",
    "PRIN-17/first-byte",
    "PRIN-17/last-byte",
    "PRIN-17/empty",
    "PRIN-18/off",
    "PRIN-18/empty",
    // Made where ranges are checked.
    "PRIN-20/canisters-only",
];

/// Source: interface specification, "Principals".
const MAX_LENGTH: usize = 29;

/// Source: interface specification, "Textual representation of principals".
const MAX_TEXT: usize = 63;

const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
const HEX_ALPHABET: &[u8] = b"0123456789abcdefghijklmnopqrstuv";

fn decode_text(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["text"])?;
    let bytes = parse_text(ctx, fields.text("text")?)?;
    Ok(json!({"bytes": hex(&bytes)}))
}

fn encode_text(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["bytes"])?;
    let bytes = fields.bytes("bytes")?;
    check_length(ctx, &bytes)?;
    if ctx.has("PRIN-8/zero-byte") && bytes.is_empty() {
        return Ok(json!({"text": to_text(ctx, &[0])}));
    }
    Ok(json!({"text": to_text(ctx, &bytes)}))
}

fn classify(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["bytes"])?;
    let bytes = fields.bytes("bytes")?;
    check_length(ctx, &bytes)?;
    Ok(json!({"class": class(ctx, &bytes)}))
}

fn from_pubkey(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["spki"])?;
    let mut key = crate::sig::hashed_key(ctx, &fields.bytes("spki")?);
    if ctx.has("PRIN-4/parses") && key.first() != Some(&0x30) {
        return Err(Stop::violated("PRIN-4"));
    }
    if ctx.has("PRIN-4/minimal-lengths")
        && let [0x30, 0x81, length @ 0..0x80, body @ ..] = key.as_slice()
    {
        key = [&[0x30, *length], body].concat();
    }
    if ctx.has("PRIN-4/drops-trailing")
        && let [0x30, length @ 0..0x80, ..] = key.as_slice()
    {
        key.truncate(usize::from(*length).saturating_add(2));
    }
    if ctx.has("PRIN-3/raw-key") {
        let raw = key.len().saturating_sub(32);
        key = key.split_off(raw);
    }
    let suffix: &[u8] = if ctx.has("PRIN-3/suffix-01") {
        &[1]
    } else {
        &[2]
    };
    if ctx.has("PRIN-3/suffix-hashed") {
        key.extend(suffix);
    }
    let mut hash = sha224(&key).to_vec();
    if ctx.has("PRIN-3/sha-256") {
        hash = sha256(&key).iter().copied().take(28).collect();
    }
    let id = if ctx.has("PRIN-3/no-suffix") {
        hash
    } else if ctx.has("PRIN-3/suffix-first") {
        [suffix, &hash].concat()
    } else {
        [&hash, suffix].concat()
    };
    Ok(json!({"bytes": hex(&id)}))
}

fn derive(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["principal", "nonce"])?;
    let (principal, nonce) = (fields.bytes("principal")?, fields.bytes("nonce")?);
    check_length(ctx, &principal)?;
    let length = vec![u8::try_from(principal.len()).unwrap_or(u8::MAX)];
    let parts = if ctx.has("PRIN-5/no-length") {
        vec![principal, nonce]
    } else if ctx.has("PRIN-5/nonce-first") {
        vec![length, nonce, principal]
    } else if ctx.has("PRIN-5/nonce-length") {
        let nonce_length = vec![u8::try_from(nonce.len()).unwrap_or(u8::MAX)];
        vec![length, principal, nonce_length, nonce]
    } else {
        vec![length, principal, nonce]
    };
    let message = parts.concat();
    let mut hash = sha224(&message).to_vec();
    if ctx.has("PRIN-5/sha-256") {
        hash = sha256(&message).iter().copied().take(28).collect();
    }
    let suffix = if ctx.has("PRIN-5/suffix-02") { 2 } else { 3 };
    hash.push(suffix);
    Ok(json!({"bytes": hex(&hash)}))
}

/// PRIN-1, and mistakes about what may be in a principal.
pub(crate) fn check_length(ctx: &Context<'_>, bytes: &[u8]) -> Result<(), Stop> {
    let max = if ctx.has("PRIN-1/30") {
        30
    } else if ctx.has("PRIN-1/28") {
        28
    } else if ctx.has("PRIN-1/off") {
        usize::MAX
    } else {
        MAX_LENGTH
    };
    if bytes.len() > max || (ctx.has("PRIN-1/not-empty") && bytes.is_empty()) {
        return Err(Stop::violated("PRIN-1"));
    }
    let special = [Some(&2), Some(&3), Some(&4), Some(&0x7f), None].contains(&bytes.last());
    if ctx.has("PRIN-2/ends-in-01") && !special && bytes.last() != Some(&1) {
        return Err(Stop::violated("PRIN-2"));
    }
    if ctx.has("PRIN-2/ten-bytes") && !special && bytes.len() != 10 {
        return Err(Stop::violated("PRIN-2"));
    }
    Ok(())
}

fn class(ctx: &Context<'_>, bytes: &[u8]) -> &'static str {
    let whole = bytes.len() == MAX_LENGTH;
    let last = bytes.last().copied();
    let anonymous = (bytes == [4] && !ctx.has("PRIN-6/off"))
        || (ctx.has("PRIN-6/ends-in-04") && last == Some(4))
        || (ctx.has("PRIN-6/empty") && bytes.is_empty());
    let management = (bytes.is_empty() && !ctx.has("PRIN-8/off"))
        || (ctx.has("PRIN-8/zero-byte") && bytes == [0]);
    let reserved_length = if ctx.has("PRIN-7/29-bytes") {
        whole
    } else if ctx.has("PRIN-7/one-byte") {
        bytes.len() == 1
    } else {
        !ctx.has("PRIN-7/off")
    };
    let reserved = (last == Some(0x7f) && reserved_length)
        || (ctx.has("PRIN-7/starts-with") && bytes.first() == Some(&0x7f));
    let self_authenticating = (last == Some(2) && (whole || ctx.has("PRIN-10/any-length")))
        || (whole && ctx.has("PRIN-10/any-29-bytes"));
    let derived = last == Some(3) && (whole || ctx.has("PRIN-10/derived-any-length"));
    if anonymous {
        "anonymous"
    } else if management {
        "management"
    } else if self_authenticating {
        "self_authenticating"
    } else if derived {
        "derived"
    } else if reserved {
        "reserved"
    } else {
        "opaque"
    }
}

/// The canonical text of `bytes`.
fn to_text(ctx: &Context<'_>, bytes: &[u8]) -> String {
    if ctx.has("PRIN-8/no-checksum") && bytes.is_empty() {
        return String::new();
    }
    let crc = checksum(ctx, bytes);
    let blob = if ctx.has("PRIN-11/appended") {
        [bytes, &crc].concat()
    } else if ctx.has("PRIN-11/no-checksum") {
        bytes.to_vec()
    } else {
        [&crc, bytes].concat()
    };
    let mut letters = base32(ctx, &blob);
    if ctx.has("PRIN-16/ten-groups") {
        letters.truncate(52);
    }
    let size = if ctx.has("PRIN-14/fours") { 4 } else { 5 };
    if ctx.has("PRIN-14/ungrouped") {
        return letters;
    }
    let groups: Vec<String> = letters
        .as_bytes()
        .chunks(size)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    let text = groups.join("-");
    if ctx.has("PRIN-15/prints-upper") {
        text.to_uppercase()
    } else {
        text
    }
}

/// The principal whose text is `text`.
pub(crate) fn parse_text(ctx: &Context<'_>, text: &str) -> Result<Vec<u8>, Stop> {
    if ctx.has("PRIN-8/empty-text") && text.is_empty() {
        return Ok(Vec::new());
    }
    let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
    let lower = text.bytes().any(|byte| byte.is_ascii_lowercase());
    if (ctx.has("PRIN-15/lower-only") && upper) || (ctx.has("PRIN-15/one-case") && upper && lower) {
        return Err(Stop::violated("PRIN-15"));
    }
    let mut text = if ctx.has("PRIN-13/unicode-lower") {
        text.to_lowercase()
    } else if ctx.has("PRIN-13/unicode-upper") {
        text.to_uppercase().to_ascii_lowercase()
    } else {
        text.to_ascii_lowercase()
    };
    if ctx.has("PRIN-13/trims") {
        text = text.trim().to_owned();
    }
    if ctx.has("PRIN-13/strips-padding") {
        text = text.trim_end_matches('=').to_owned();
    }
    if ctx.has("PRIN-13/look-alikes") {
        text = text.replace('0', "o").replace('1', "l").replace('8', "b");
    }
    let alphabet = if ctx.has("PRIN-13/hex-alphabet") {
        HEX_ALPHABET
    } else {
        ALPHABET
    };
    let known = |c: char| c == '-' || u8::try_from(c).is_ok_and(|byte| alphabet.contains(&byte));
    if ctx.has("PRIN-13/skips-foreign") {
        text.retain(known);
    }
    if ctx.has("PRIN-13/foreign-is-zero") {
        text = text
            .chars()
            .map(|c| if known(c) { c } else { 'a' })
            .collect();
    }
    if ctx.has("PRIN-13/any-separator") {
        text = text
            .chars()
            .map(|c| if known(c) { c } else { '-' })
            .collect();
    }
    if !text.chars().all(known) {
        return Err(Stop::violated("PRIN-13"));
    }
    let letters: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    if !is_grouped(ctx, &text, &letters) {
        return Err(Stop::violated("PRIN-14"));
    }
    if ctx.has("PRIN-16/62-characters") && text.len() >= MAX_TEXT {
        return Err(Stop::violated("PRIN-16"));
    }
    if ctx.has("PRIN-16/ten-groups") && letters.len() > 52 {
        return Err(Stop::violated("PRIN-16"));
    }
    let blob = unbase32(ctx, alphabet, &letters)?;
    let (crc, bytes) = if ctx.has("PRIN-11/appended") {
        blob.split_at_checked(blob.len().wrapping_sub(4))
            .map(|(bytes, crc)| (crc, bytes))
    } else if ctx.has("PRIN-11/no-checksum") {
        return Ok(blob);
    } else {
        blob.split_at_checked(4)
    }
    .ok_or_else(|| Stop::violated("PRIN-11"))?;
    let expected = checksum(ctx, bytes);
    let matches = match (crc.first(), crc.last(), expected) {
        (_, _, _) if ctx.has("PRIN-17/off") => true,
        (_, _, _) if ctx.has("PRIN-17/empty") && bytes.is_empty() => true,
        (Some(first), _, [byte, ..]) if ctx.has("PRIN-17/first-byte") => *first == byte,
        (_, Some(last), [.., byte]) if ctx.has("PRIN-17/last-byte") => *last == byte,
        (_, _, _) => crc == expected,
    };
    if !matches {
        return Err(Stop::violated("PRIN-17"));
    }
    check_length(ctx, bytes)?;
    Ok(bytes.to_vec())
}

/// Whether there is a hyphen after every five letters and nowhere else (PRIN-14).
fn is_grouped(ctx: &Context<'_>, text: &str, letters: &[u8]) -> bool {
    if ctx.has("PRIN-14/off") {
        return true;
    }
    let mut text = text.to_owned();
    if ctx.has("PRIN-14/leading") {
        text = text.trim_start_matches('-').to_owned();
    }
    if ctx.has("PRIN-14/trailing") {
        text = text.trim_end_matches('-').to_owned();
    }
    if ctx.has("PRIN-14/doubled") {
        text = text.replace("--", "-");
    }
    if ctx.has("PRIN-14/shifted") {
        // Counts the hyphens instead of looking where they are.
        let hyphens = text.matches('-').count();
        let inside = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        return inside && hyphens == letters.len().saturating_sub(1) / 5;
    }
    let size = if ctx.has("PRIN-14/fours") { 4 } else { 5 };
    let groups: Vec<&[u8]> = letters.chunks(size).collect();
    text.as_bytes() == groups.join(&b'-')
}

fn base32(ctx: &Context<'_>, bytes: &[u8]) -> String {
    let alphabet = if ctx.has("PRIN-13/hex-alphabet") {
        HEX_ALPHABET
    } else {
        ALPHABET
    };
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| bits_of(*byte, 8)).collect();
    let letter = |bits: &[u8]| {
        let padded = bits.iter().chain(&[0; 5]).take(5);
        let value = padded.fold(0, |value, bit| (value << 1) | usize::from(*bit));
        alphabet.get(value).copied().map_or('?', char::from)
    };
    let mut text: String = bits.chunks(5).map(letter).collect();
    while ctx.has("PRIN-13/padding") && !text.len().is_multiple_of(8) {
        text.push('=');
    }
    text
}

fn unbase32(ctx: &Context<'_>, alphabet: &[u8], letters: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut bits = Vec::new();
    for letter in letters {
        let value = alphabet.iter().position(|known| known == letter);
        let value = value.and_then(|value| u8::try_from(value).ok());
        bits.extend(bits_of(value.ok_or_else(|| Stop::violated("PRIN-13"))?, 5));
    }
    let unused = bits.split_off(bits.chunks_exact(8).len().saturating_mul(8));
    if unused.len() >= 5 && !ctx.has("PRIN-13/any-length") {
        return Err(Stop::violated("PRIN-13"));
    }
    let careless = ctx.has("PRIN-18/off") || (ctx.has("PRIN-18/empty") && bits.len() == 32);
    if unused.contains(&1) && !careless {
        return Err(Stop::violated("PRIN-18"));
    }
    Ok(bits
        .chunks(8)
        .map(|byte| byte.iter().fold(0, |value, bit| (value << 1) | bit))
        .collect())
}

/// The lowest `width` bits of `value`, highest first.
fn bits_of(value: u8, width: u8) -> impl Iterator<Item = u8> {
    (0..width).rev().map(move |bit| (value >> bit) & 1)
}

/// The four bytes of the CRC-32 of `bytes`, bit by bit.
fn checksum(ctx: &Context<'_>, bytes: &[u8]) -> [u8; 4] {
    let polynomial = if ctx.has("PRIN-12/crc-32c") {
        0x82f6_3b78
    } else {
        0xedb8_8320_u32
    };
    let mut crc = if ctx.has("PRIN-12/zero-start") {
        0
    } else {
        u32::MAX
    };
    for byte in bytes {
        if ctx.has("PRIN-12/not-reflected") {
            crc ^= u32::from(*byte) << 24;
            for _ in 0..8 {
                let carry = crc & 0x8000_0000 != 0;
                crc = (crc << 1) ^ if carry { 0x04c1_1db7 } else { 0 };
            }
        } else {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                let carry = crc & 1 == 1;
                crc = (crc >> 1) ^ if carry { polynomial } else { 0 };
            }
        }
    }
    if !ctx.has("PRIN-12/not-inverted") {
        crc = !crc;
    }
    if ctx.has("PRIN-12/little-endian") {
        crc.to_le_bytes()
    } else {
        crc.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, run};

    #[test]
    fn agrees_with_the_example_of_the_specification() {
        let outcome = run("principal.encode_text", &json!({"bytes": "abcd01"}), None);
        assert_eq!(outcome, Outcome::Ok(json!({"text": "em77e-bvlzu-aq"})));
    }

    #[test]
    fn decodes_what_it_encodes_at_every_length() {
        for length in 0..=MAX_LENGTH {
            let bytes = json!({"bytes": "a7".repeat(length)});
            let Outcome::Ok(text) = run("principal.encode_text", &bytes, None) else {
                panic!()
            };
            assert_eq!(
                run("principal.decode_text", &text, None),
                Outcome::Ok(bytes)
            );
        }
    }
}
