//! The representation-independent hash of typed values.

use crate::Context;
use crate::crypto::sha256;
use crate::input::hex;
use crate::value::{Natural, Typed};

/// The hash of a map. `outermost` says whether it is in no other map.
pub(crate) fn hash_map(ctx: &Context<'_>, entries: &[(String, Typed)], outermost: bool) -> Vec<u8> {
    let mut entries = entries.to_vec();
    tamper(ctx, &mut entries);
    if ctx.has("REQID-10/flattened") {
        entries = flatten(&entries);
    }
    if ctx.has("REQID-2/drops-empty") {
        entries.retain(|(_, value)| *value != Typed::Blob(Vec::new()));
    }
    if ctx.has("REQID-9/drops-empty") {
        entries.retain(|(_, value)| *value != Typed::Array(Vec::new()));
    }
    if ctx.has("REQID-3/by-name") {
        entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    }
    let mut elements: Vec<Vec<u8>> = entries
        .iter()
        .map(|(name, value)| element(ctx, name, value))
        .collect();
    let value_of = |element: &Vec<u8>| element.iter().skip(32).copied().collect::<Vec<_>>();
    let unsorted = ctx.has("REQID-3/by-name")
        || ctx.has("REQID-3/unsorted")
        || (ctx.has("REQID-10/unsorted") && !outermost);
    if ctx.has("REQID-3/by-value") {
        elements.sort_by_key(value_of);
    } else if ctx.has("REQID-3/signed-bytes") {
        elements.sort_by_key(|element| {
            element
                .iter()
                .map(|byte| byte.cast_signed())
                .collect::<Vec<_>>()
        });
    } else if ctx.has("REQID-3/first-byte") {
        elements.sort_by_key(|element| element.first().copied());
    } else if !unsorted {
        elements.sort();
    }
    if ctx.has("REQID-3/descending") {
        elements.reverse();
    }
    let mut message = elements.concat();
    if ctx.has("REQID-4/counted") {
        message.insert(0, u8::try_from(elements.len()).unwrap_or(u8::MAX));
    }
    if ctx.has("REQID-4/empty-is-zero") && elements.is_empty() {
        return vec![0; 32];
    }
    if ctx.has("REQID-4/sha-224") {
        return crate::crypto::sha224(&message).to_vec();
    }
    if ctx.has("REQID-4/twice") {
        return sha256(&sha256(&message)).to_vec();
    }
    sha256(&message).to_vec()
}

/// One field: the hash of its name and the hash of its value.
fn element(ctx: &Context<'_>, name: &str, value: &Typed) -> Vec<u8> {
    let hash = if ctx.has("REQID-1/plain-value")
        && let Typed::Blob(bytes) = value
    {
        bytes.clone()
    } else {
        hash_value(ctx, value)
    };
    let name = name.as_bytes();
    if ctx.has("REQID-1/joined") {
        return sha256(&[name, &hash].concat()).to_vec();
    }
    if ctx.has("REQID-1/plain-name") {
        return [name, &hash].concat();
    }
    if ctx.has("REQID-1/name-with-nul") {
        return [sha256(&[name, &[0]].concat()).as_slice(), &hash].concat();
    }
    if ctx.has("REQID-1/value-first") {
        return [&hash, sha256(name).as_slice()].concat();
    }
    [sha256(name).as_slice(), &hash].concat()
}

fn hash_value(ctx: &Context<'_>, value: &Typed) -> Vec<u8> {
    match value {
        Typed::Blob(bytes) => sha256(&blob_image(ctx, bytes)).to_vec(),
        Typed::Text(text) => sha256(&text_image(ctx, text)).to_vec(),
        Typed::Nat(value) => sha256(&natural_image(ctx, value)).to_vec(),
        Typed::Int(negative, value) => sha256(&integer_image(ctx, *negative, value)).to_vec(),
        Typed::Array(items) => hash_array(ctx, items),
        Typed::Map(entries) if ctx.has("REQID-10/encoded") => {
            sha256(&Typed::Map(entries.clone()).to_cbor().encode()).to_vec()
        }
        Typed::Map(entries) => hash_map(ctx, entries, false),
    }
}

fn hash_array(ctx: &Context<'_>, items: &[Typed]) -> Vec<u8> {
    if ctx.has("REQID-9/single")
        && let [item] = items
    {
        return hash_value(ctx, item);
    }
    let mut hashes: Vec<Vec<u8>> = Vec::new();
    for item in items {
        match item {
            Typed::Array(inner) if ctx.has("REQID-9/flattened") => {
                hashes.extend(inner.iter().map(|item| hash_value(ctx, item)));
            }
            Typed::Blob(bytes) if ctx.has("REQID-9/plain") => hashes.push(bytes.clone()),
            item => hashes.push(hash_value(ctx, item)),
        }
    }
    if ctx.has("REQID-9/sorted") {
        hashes.sort();
    }
    let mut message = hashes.concat();
    if ctx.has("REQID-9/counted") {
        message.insert(0, u8::try_from(items.len()).unwrap_or(u8::MAX));
    }
    sha256(&message).to_vec()
}

fn blob_image(ctx: &Context<'_>, bytes: &[u8]) -> Vec<u8> {
    if ctx.has("REQID-5/hex") {
        hex(bytes).into_bytes()
    } else if ctx.has("REQID-5/counted") {
        [
            leb128(Natural::from(u64::try_from(bytes.len()).unwrap_or(0)).septets()),
            bytes.to_vec(),
        ]
        .concat()
    } else if ctx.has("REQID-5/utf-8") {
        String::from_utf8_lossy(bytes).into_owned().into_bytes()
    } else {
        bytes.to_vec()
    }
}

fn text_image(ctx: &Context<'_>, text: &str) -> Vec<u8> {
    if ctx.has("REQID-6/composed") {
        // The one pair that the vectors use: e and a combining acute accent.
        text.replace("e\u{301}", "\u{e9}").into_bytes()
    } else if ctx.has("REQID-6/with-nul") {
        [text.as_bytes(), &[0]].concat()
    } else if ctx.has("REQID-6/utf-16") {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else if ctx.has("REQID-6/latin-1") {
        text.chars()
            .map(|c| u8::try_from(c).unwrap_or(b'?'))
            .collect()
    } else if ctx.has("REQID-6/trimmed") {
        text.trim().as_bytes().to_vec()
    } else if ctx.has("REQID-6/lower-case") {
        text.to_lowercase().into_bytes()
    } else {
        text.as_bytes().to_vec()
    }
}

fn natural_image(ctx: &Context<'_>, value: &Natural) -> Vec<u8> {
    let small = value.to_u64();
    if ctx.has("REQID-7/zero-empty") && value.is_zero() {
        return Vec::new();
    }
    if ctx.has("REQID-7/zero-padded") {
        let mut padded = value.septets().to_vec();
        padded.resize(padded.len().max(1).saturating_add(1), 0);
        return leb128(&padded);
    }
    if ctx.has("REQID-7/signed") {
        return integer_image(ctx, false, value);
    }
    let Some(small) = small else {
        return leb128(value.septets());
    };
    if ctx.has("REQID-7/big-endian") {
        small.to_be_bytes().to_vec()
    } else if ctx.has("REQID-7/decimal") {
        small.to_string().into_bytes()
    } else if ctx.has("REQID-7/double") {
        leb128(Natural::from(as_double(small)).septets())
    } else if ctx.has("REQID-7/32-bits") {
        leb128(Natural::from(small & u64::from(u32::MAX)).septets())
    } else if ctx.has("REQID-7/63-bits") {
        leb128(Natural::from(small & (u64::MAX >> 1)).septets())
    } else {
        leb128(value.septets())
    }
}

/// `value` with the 53 significant bits of a double, the others dropped.
fn as_double(value: u64) -> u64 {
    let surplus = 11_u32.saturating_sub(value.leading_zeros());
    (value >> surplus) << surplus
}

fn integer_image(ctx: &Context<'_>, negative: bool, magnitude: &Natural) -> Vec<u8> {
    if ctx.has("REQID-8/magnitude") {
        return leb128(signed_septets(false, magnitude.septets()).as_slice());
    }
    if ctx.has("REQID-8/unsigned") && !negative {
        return leb128(magnitude.septets());
    }
    if ctx.has("REQID-8/two-complement")
        && negative
        && let Some(value) = magnitude.to_u64()
    {
        return leb128(Natural::from(value.wrapping_neg()).septets());
    }
    if ctx.has("REQID-8/zig-zag")
        && let Some(value) = magnitude.to_u64()
    {
        let twice = value.wrapping_mul(2).wrapping_sub(u64::from(negative));
        return leb128(Natural::from(twice).septets());
    }
    let mut septets = signed_septets(negative, magnitude.septets());
    if ctx.has("REQID-8/no-sign-bit") && septets.len() > 1 {
        let redundant = if negative { Some(&127) } else { Some(&0) };
        if septets.last() == redundant {
            septets.pop();
        }
    }
    leb128(&septets)
}

/// The shortest two's complement of a number, in base-128 digits, lowest first.
fn signed_septets(negative: bool, magnitude: &[u8]) -> Vec<u8> {
    let mut septets = magnitude.to_vec();
    septets.push(0);
    if negative {
        let mut carry = true;
        for septet in &mut septets {
            let flipped = !*septet & 127;
            let sum = flipped.wrapping_add(u8::from(carry));
            carry = sum > 127;
            *septet = sum & 127;
        }
    }
    while let [.., below, top] = septets.as_slice() {
        let sign = below & 64 != 0;
        if (*top == 0 && !sign) || (*top == 127 && sign) {
            septets.pop();
        } else {
            break;
        }
    }
    septets
}

/// The bytes of LEB128: every digit but the last has the top bit set; zero is one digit.
fn leb128(septets: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = septets.iter().map(|septet| septet | 128).collect();
    match bytes.last_mut() {
        Some(last) => *last &= 127,
        None => bytes.push(0),
    }
    bytes
}

/// REQID-17, REQID-18: mistakes about the fields of delegations and responses.
fn tamper(ctx: &Context<'_>, entries: &mut Vec<(String, Typed)>) {
    let has =
        |entries: &[(String, Typed)], name: &str| entries.iter().any(|(field, _)| field == name);
    let delegation = has(entries, "pubkey") && has(entries, "expiration");
    let response = has(entries, "status") && has(entries, "timestamp");
    if delegation {
        if ctx.has("REQID-17/drops-empty-targets") {
            let empty = Typed::Array(Vec::new());
            entries.retain(|(name, value)| name != "targets" || *value != empty);
        }
        if ctx.has("REQID-17/drops-permissions") {
            entries.retain(|(name, _)| name != "permissions");
        }
        if ctx.has("REQID-17/adds-permissions") && !has(entries, "permissions") {
            entries.push(("permissions".to_owned(), Typed::Text("all".to_owned())));
        }
    }
    if response {
        if ctx.has("REQID-18/drops-timestamp") {
            entries.retain(|(name, _)| name != "timestamp");
        }
        if ctx.has("REQID-18/drops-request-id") {
            entries.retain(|(name, _)| name != "request_id");
        }
        let rejected = has(entries, "reject_code") && !has(entries, "error_code");
        if ctx.has("REQID-18/adds-error-code") && rejected {
            entries.push(("error_code".to_owned(), Typed::Text(String::new())));
        }
        if ctx.has("REQID-18/merged-reply") {
            *entries = entries
                .drain(..)
                .flat_map(|(name, value)| match value {
                    Typed::Map(fields) if name == "reply" => fields,
                    value => vec![(name, value)],
                })
                .collect();
        }
    }
}

/// The entries with nested maps replaced by their entries, under names joined with dots.
fn flatten(entries: &[(String, Typed)]) -> Vec<(String, Typed)> {
    let mut flat = Vec::new();
    for (name, value) in entries {
        match value {
            Typed::Map(inner) => {
                let inner = flatten(inner).into_iter();
                flat.extend(inner.map(|(field, value)| (format!("{name}.{field}"), value)));
            }
            value => flat.push((name.clone(), value.clone())),
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;

    fn signed(text: &str) -> String {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |d| (true, d));
        let ctx = Context::new(None, Preset::Spec);
        hex(&integer_image(
            &ctx,
            negative,
            &Natural::from_decimal(digits),
        ))
    }

    #[test]
    fn writes_signed_leb128() {
        for (number, bytes) in [
            ("0", "00"),
            ("-1", "7f"),
            ("63", "3f"),
            ("64", "c000"),
            ("-64", "40"),
            ("-65", "bf7f"),
            ("127", "ff00"),
            ("-128", "807f"),
            ("-123456", "c0bb78"),
            ("9223372036854775807", "ffffffffffffffffff00"),
            ("-9223372036854775808", "8080808080808080807f"),
        ] {
            assert_eq!(signed(number), bytes, "{number}");
        }
    }

    #[test]
    fn writes_unsigned_leb128() {
        for (number, bytes) in [
            ("0", "00"),
            ("624485", "e58e26"),
            ("18446744073709551615", "ffffffffffffffffff01"),
        ] {
            assert_eq!(hex(&leb128(Natural::from_decimal(number).septets())), bytes);
        }
    }

    #[test]
    fn drops_what_a_double_cannot_hold() {
        assert_eq!(as_double((1 << 53) + 1), 1 << 53);
        assert_eq!(as_double((1 << 53) - 1), (1 << 53) - 1);
    }
}
