//! Typed values, and their hashes.

use ri_hash::AddFieldError;
use ri_hash::ArrayHasher;
use ri_hash::MapHasher;
use ri_hash::ValueHash;
use serde_json::Value;

use crate::answer::Refusal;
use crate::input;
use crate::input::error;

/// How many decimal digits a natural number may have: converting them takes time that grows with
/// the square.
///
/// Source: our own.
pub(crate) const MAX_DIGITS: usize = 1000;

/// Returns the hash of a typed value that must be a map.
///
/// The recursion is as deep as the JSON, which its reader keeps below 128 levels.
pub(crate) fn hash_map(value: &Value) -> Result<ValueHash, Refusal> {
    match typed(value)? {
        ("map", entries) => map(entries),
        _ => Err(error("found a value other than a map")),
    }
}

fn hash(value: &Value) -> Result<ValueHash, Refusal> {
    match typed(value)? {
        ("array", elements) => {
            let elements = input::list(elements)?.iter().map(hash);
            Ok(elements.collect::<Result<ArrayHasher, _>>()?.finish())
        }
        ("blob", bytes) => Ok(ValueHash::blob(&input::bytes(bytes)?)),
        ("int", value) => Ok(ValueHash::integer(integer(input::text(value)?)?)),
        ("map", entries) => map(entries),
        ("nat", value) => natural(input::text(value)?),
        ("text", text) => Ok(ValueHash::text(input::text(text)?)),
        (kind, _) => Err(Refusal::Error(format!("found the unknown type {kind:?}"))),
    }
}

fn typed(value: &Value) -> Result<(&str, &Value), Refusal> {
    let Value::Object(map) = value else {
        return Err(error("found no typed value where one belongs"));
    };
    let mut fields = map.iter();
    match (fields.next(), fields.next()) {
        (Some((kind, value)), None) => Ok((kind, value)),
        _ => Err(error("a typed value has exactly one field")),
    }
}

fn map(entries: &Value) -> Result<ValueHash, Refusal> {
    let mut hasher = Box::new(MapHasher::new());
    for entry in input::list(entries)? {
        let [name, value] = input::list(entry)? else {
            return Err(error("an entry has a key and a value"));
        };
        add(&mut hasher, input::text(name)?, hash(value)?)?;
    }
    Ok(hasher.finish())
}

/// Adds a field to a map.
pub(crate) fn add(hasher: &mut MapHasher, name: &str, value: ValueHash) -> Result<(), Refusal> {
    hasher.add(name, value).map_err(|error| match error {
        AddFieldError::DuplicateName => Refusal::reject("CBOR-7", error),
        _ => Refusal::Unsupported(error.to_string()),
    })
}

fn natural(text: &str) -> Result<ValueHash, Refusal> {
    let digits = input::decimal(text)?;
    if digits.len() > MAX_DIGITS {
        return Err(Refusal::Unsupported(format!(
            "numbers of more than {MAX_DIGITS} digits"
        )));
    }
    Ok(match digits.parse() {
        Ok(value) => ValueHash::natural(value),
        Err(_) => ValueHash::natural_from_bytes(&big_endian(digits)),
    })
}

fn integer(text: &str) -> Result<i128, Refusal> {
    let digits = text.strip_prefix('-');
    if input::decimal(digits.unwrap_or(text))? == "0" && digits.is_some() {
        return Err(error("found minus zero"));
    }
    text.parse()
        .map_err(|_| Refusal::Unsupported("integers of more than 128 bits".to_owned()))
}

/// Returns the bytes of a decimal number, most significant first.
fn big_endian(digits: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    for digit in digits.bytes() {
        let mut carry = u16::from(digit.saturating_sub(b'0'));
        for byte in &mut bytes {
            // At most 255 · 10 + 255.
            let [low, high] = u16::from(*byte)
                .wrapping_mul(10)
                .wrapping_add(carry)
                .to_le_bytes();
            *byte = low;
            carry = high.into();
        }
        let [low, _] = carry.to_le_bytes();
        bytes.extend((low > 0).then_some(low));
    }
    bytes.reverse();
    bytes
}
