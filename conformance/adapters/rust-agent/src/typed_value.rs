//! Typed values, as serde's serializers take them.

use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap;
use serde_json::Value;

use crate::answer::Refusal;
use crate::input;
use crate::input::Fields;

pub(crate) enum Typed {
    Blob(Vec<u8>),
    Text(String),
    Nat(u128),
    Int(i128),
    Array(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Typed {
    pub(crate) fn read(value: &Value) -> Result<Self, Refusal> {
        let fields = Fields::of(value)?;
        let typed = if fields.optional("blob").is_some() {
            Self::Blob(fields.bytes("blob")?)
        } else if fields.optional("text").is_some() {
            Self::Text(fields.text("text")?.to_owned())
        } else if fields.optional("nat").is_some() {
            Self::Nat(integer(fields.text("nat")?)?)
        } else if fields.optional("int").is_some() {
            Self::Int(integer(fields.text("int")?)?)
        } else if fields.optional("array").is_some() {
            let elements = fields.list("array")?.iter().map(Self::read);
            Self::Array(elements.collect::<Result<_, _>>()?)
        } else {
            let entries = fields.list("map")?.iter().map(entry);
            Self::Map(entries.collect::<Result<_, _>>()?)
        };
        fields.end()?;
        Ok(typed)
    }
}

fn entry(value: &Value) -> Result<(String, Typed), Refusal> {
    match input::list(value)? {
        [key, value] => Ok((input::text(key)?.to_owned(), Typed::read(value)?)),
        _ => Err(Refusal::error("no entry of a map")),
    }
}

/// No integer of serde has more than 128 bits.
fn integer<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|_| Refusal::Unsupported("an integer has at most 128 bits"))
}

impl Serialize for Typed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Blob(bytes) => serializer.serialize_bytes(bytes),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Nat(number) => match u64::try_from(*number) {
                Ok(number) => serializer.serialize_u64(number),
                Err(_) => serializer.serialize_u128(*number),
            },
            Self::Int(number) => match i64::try_from(*number) {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => serializer.serialize_i128(*number),
            },
            Self::Array(elements) => serializer.collect_seq(elements),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
