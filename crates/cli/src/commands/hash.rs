//! `icid hash`: the representation-independent hash of a typed value.

use std::fmt;

use ri_hash::{AddFieldError, ArrayHasher, MapHasher, ValueHash};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::cli::Options;
use crate::failure::{Failure, malformed};
use crate::hex;
use crate::output::{Record, Value};

/// How many decimal digits a natural number may have: converting them takes time that grows with the
/// square.
///
/// Source: our own.
const MAX_DIGITS: usize = 1000;

#[derive(clap::Args, Debug)]
#[command(after_help = "\
A typed value is an object with one member:
  {\"blob\":\"0a0b\"}                bytes in hexadecimal
  {\"text\":\"hello\"}
  {\"nat\":\"1700000000\"}           decimal digits
  {\"int\":\"-5\"}
  {\"array\":[{\"nat\":\"1\"}]}
  {\"map\":[[\"name\",{\"nat\":\"1\"}]]}

A request or a delegation is a map.")]
pub(crate) struct Args {
    /// The typed value in JSON: the JSON itself, a file, or -
    value: String,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let input = options.read_text(&args.value)?;
    let typed: Typed = serde_json::from_slice(&input.bytes).map_err(|error| {
        malformed("a typed value", error)
            .hint(r#"{"map":[["request_type",{"text":"call"}]]}, and see icid hash --help"#)
    })?;
    let hash = hash(&typed)?;
    let mut record = Record::new()
        .with("kind", Value::Name(typed.kind()))
        .with("hash", Value::bytes(hash.as_bytes()));
    if let Typed::Map(entries) = &typed {
        let entries = entries.iter().map(entry).collect::<Result<_, _>>()?;
        record.push("fields", Value::Records("field", entries));
    }
    Ok(record)
}

/// Returns a field with the two hashes that go into the map's.
fn entry((name, value): &(String, Typed)) -> Result<Record, Failure> {
    Ok(Record::new()
        .with("name", Value::text(name))
        .with("kind", Value::Name(value.kind()))
        .with("name_hash", Value::bytes(ValueHash::text(name).as_bytes()))
        .with("value_hash", Value::bytes(hash(value)?.as_bytes())))
}

/// A typed value of the adapter protocol.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Typed {
    Array(Vec<Self>),
    Blob(Vec<u8>),
    Int(i128),
    Map(Vec<(String, Self)>),
    /// Most significant byte first.
    Nat(Vec<u8>),
    Text(String),
}

impl Typed {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Array(_) => "array",
            Self::Blob(_) => "blob",
            Self::Int(_) => "int",
            Self::Map(_) => "map",
            Self::Nat(_) => "nat",
            Self::Text(_) => "text",
        }
    }
}

/// The recursion is as deep as the JSON, whose reader keeps it below 128 levels.
fn hash(value: &Typed) -> Result<ValueHash, Failure> {
    Ok(match value {
        Typed::Array(elements) => elements
            .iter()
            .map(hash)
            .collect::<Result<ArrayHasher, _>>()?
            .finish(),
        Typed::Blob(bytes) => ValueHash::blob(bytes),
        Typed::Int(number) => ValueHash::integer(*number),
        Typed::Map(entries) => {
            let mut hasher = Box::new(MapHasher::new());
            for (name, value) in entries {
                hasher
                    .add(name, hash(value)?)
                    .map_err(|error| explain(error, name))?;
            }
            hasher.finish()
        }
        Typed::Nat(bytes) => ValueHash::natural_from_bytes(bytes),
        Typed::Text(text) => ValueHash::text(text),
    })
}

fn explain(error: AddFieldError, name: &str) -> Failure {
    Failure::data(format!("this map cannot be hashed: {error}")).with("field", Value::text(name))
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TypedVisitor)
    }
}

struct TypedVisitor;

impl<'de> Visitor<'de> for TypedVisitor {
    type Value = Typed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one member: array, blob, int, map, nat or text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Typed, A::Error> {
        let kind: Option<String> = map.next_key()?;
        let typed = match kind.as_deref() {
            Some("array") => Typed::Array(map.next_value()?),
            Some("blob") => blob(&map.next_value::<String>()?)?,
            Some("int") => integer(&map.next_value::<String>()?)?,
            Some("map") => Typed::Map(map.next_value()?),
            Some("nat") => natural(&map.next_value::<String>()?)?,
            Some("text") => Typed::Text(map.next_value()?),
            Some(other) => return Err(A::Error::custom(unknown(other))),
            None => return Err(A::Error::custom("an empty object has no type")),
        };
        match map.next_key::<String>()? {
            None => Ok(typed),
            Some(_) => Err(A::Error::custom("an object with more than one member")),
        }
    }
}

fn unknown(kind: &str) -> String {
    let kind: String = kind.chars().take(20).collect();
    format!("{kind:?} is none of the types array, blob, int, map, nat, text")
}

fn blob<E: serde::de::Error>(text: &str) -> Result<Typed, E> {
    let bytes = hex::decode(text).ok_or_else(|| E::custom("a blob is hexadecimal digits"))?;
    Ok(Typed::Blob(bytes))
}

fn integer<E: serde::de::Error>(text: &str) -> Result<Typed, E> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let number = is_decimal(digits).then(|| text.parse().ok()).flatten();
    number
        .map(Typed::Int)
        .ok_or_else(|| E::custom("an int is decimal digits, perhaps with a minus, below 2^127"))
}

fn natural<E: serde::de::Error>(text: &str) -> Result<Typed, E> {
    if !is_decimal(text) || text.len() > MAX_DIGITS {
        return Err(E::custom(format!(
            "a nat is 1 to {MAX_DIGITS} decimal digits"
        )));
    }
    Ok(Typed::Nat(big_endian(text)))
}

fn is_decimal(digits: &str) -> bool {
    let is_canonical = digits == "0" || !digits.starts_with('0');
    !digits.is_empty() && is_canonical && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the bytes of a decimal number, most significant first.
fn big_endian(digits: &str) -> Vec<u8> {
    // Least significant first, which is where a carry goes on from.
    let mut bytes: Vec<u8> = Vec::new();
    for digit in digits.bytes() {
        let mut carry = u16::from(digit.saturating_sub(b'0'));
        for byte in &mut bytes {
            // At most 255 · 10 + 255.
            let [low, high] = (u16::from(*byte) * 10 + carry).to_le_bytes();
            *byte = low;
            carry = high.into();
        }
        bytes.extend(u8::try_from(carry).ok().filter(|byte| *byte > 0));
    }
    bytes.reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_digits_become_bytes() {
        for (digits, bytes) in [
            ("0", &[][..]),
            ("255", &[0xff]),
            ("256", &[1, 0]),
            ("18446744073709551616", &[1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            assert_eq!(big_endian(digits), bytes);
        }
    }
}
