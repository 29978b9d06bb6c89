//! The typed values that the representation-independent hash is defined on.

use serde_json::Value as Json;

use crate::cbor::{BIGNUM, Item};
use crate::input::{self, Malformed};

/// A value with a type, as in the adapter protocol.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the specification lists these types"
)]
pub enum Typed {
    /// A byte string.
    Blob(Vec<u8>),
    /// A text.
    Text(String),
    /// A natural number of any size.
    Nat(Natural),
    /// An integer of any size: whether it is negative, and its magnitude.
    Int(bool, Natural),
    /// A list.
    Array(Vec<Self>),
    /// A record; the order of the fields has no meaning. Names may be duplicated.
    Map(Vec<(String, Self)>),
}

impl Typed {
    /// The typed value that a protocol value stands for.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is no typed value. Duplicate names are let through, because
    /// rejecting them is the operation's business.
    pub fn from_json(value: &Json) -> Result<Self, Malformed> {
        let object = value
            .as_object()
            .ok_or_else(|| Malformed::new("expected a typed value"))?;
        let mut fields = object.iter();
        let (Some((kind, value)), None) = (fields.next(), fields.next()) else {
            return Err(Malformed::new("a typed value has exactly one field"));
        };
        match kind.as_str() {
            "blob" => input::bytes(value).map(Self::Blob),
            "text" => input::text(value).map(|text| Self::Text(text.to_owned())),
            "nat" => Ok(Self::Nat(Natural::from_decimal(input::decimal(value)?))),
            "int" => Self::int_from_json(value),
            "array" => {
                let items = input::list(value)?.iter();
                items
                    .map(Self::from_json)
                    .collect::<Result<_, _>>()
                    .map(Self::Array)
            }
            "map" => {
                let entries = input::list(value)?.iter();
                entries
                    .map(Self::entry_from_json)
                    .collect::<Result<_, _>>()
                    .map(Self::Map)
            }
            _ => Err(Malformed::new(format!("unknown type {kind:?}"))),
        }
    }

    fn int_from_json(value: &Json) -> Result<Self, Malformed> {
        let text = input::text(value)?;
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let magnitude = Natural::from_decimal(input::decimal(&Json::from(digits))?);
        if negative && magnitude.is_zero() {
            return Err(Malformed::new("minus zero"));
        }
        Ok(Self::Int(negative, magnitude))
    }

    fn entry_from_json(value: &Json) -> Result<(String, Self), Malformed> {
        match input::list(value)? {
            [key, value] => Ok((input::text(key)?.to_owned(), Self::from_json(value)?)),
            _ => Err(Malformed::new("an entry is [key, value]")),
        }
    }

    /// The deterministic CBOR encoding of this value, untagged, fields in the order they have here.
    #[must_use]
    pub fn to_cbor(&self) -> Item {
        match self {
            Self::Blob(bytes) => Item::Bytes(bytes.clone()),
            Self::Text(text) => Item::text(text),
            Self::Nat(value) => value.to_cbor(),
            Self::Int(false, value) => value.to_cbor(),
            Self::Int(true, value) => Item::Negative(
                value
                    .to_u64()
                    .map_or(u64::MAX, |value| value.saturating_sub(1)),
            ),
            Self::Array(items) => Item::Array(items.iter().map(Self::to_cbor).collect()),
            Self::Map(entries) => {
                let entry = |(key, value): &(String, Self)| (Item::text(key), value.to_cbor());
                Item::Map(entries.iter().map(entry).collect())
            }
        }
    }
}

/// A natural number of any size: its base-128 digits, lowest first, without zeros at the end.
///
/// LEB128 writes numbers in exactly these digits.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Natural(Vec<u8>);

impl Natural {
    /// The number with these decimal digits.
    #[must_use]
    pub fn from_decimal(digits: &str) -> Self {
        let mut number = Self::default();
        for digit in digits.bytes() {
            number.multiply_add(10, u16::from(digit.saturating_sub(b'0')));
        }
        number
    }

    /// The number with these big-endian bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut number = Self::default();
        for byte in bytes {
            number.multiply_add(256, u16::from(*byte));
        }
        number
    }

    /// Whether this is 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The base-128 digits, lowest first; none for 0.
    #[must_use]
    pub fn septets(&self) -> &[u8] {
        &self.0
    }

    /// This number, if 64 bits are enough.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        let digits = self.0.iter().rev();
        digits.copied().try_fold(0_u64, |value, digit| {
            value.checked_mul(128)?.checked_add(u64::from(digit))
        })
    }

    fn to_cbor(&self) -> Item {
        match self.to_u64() {
            Some(value) => Item::Unsigned(value),
            None => Item::Tag(BIGNUM, Box::new(Item::Bytes(self.to_bytes()))),
        }
    }

    /// The big-endian bytes, without zeros in front.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bits: Vec<bool> = Vec::new();
        for septet in &self.0 {
            bits.extend((0..7).map(|bit| septet & (1 << bit) != 0));
        }
        let byte = |bits: &[bool]| {
            bits.iter()
                .rev()
                .fold(0, |byte, bit| (byte << 1) | u8::from(*bit))
        };
        let mut bytes: Vec<u8> = bits.chunks(8).map(byte).collect();
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        bytes.reverse();
        bytes
    }

    fn multiply_add(&mut self, factor: u16, summand: u16) {
        let mut carry = summand;
        for digit in &mut self.0 {
            let value = u16::from(*digit)
                .saturating_mul(factor)
                .saturating_add(carry);
            *digit = low_septet(value);
            carry = value >> 7;
        }
        while carry > 0 {
            self.0.push(low_septet(carry));
            carry >>= 7;
        }
    }
}

impl From<u64> for Natural {
    fn from(value: u64) -> Self {
        Self::from_bytes(&value.to_be_bytes())
    }
}

fn low_septet(value: u16) -> u8 {
    let [low, _] = value.to_le_bytes();
    low & 127
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_numbers_of_any_size() {
        for value in [0, 1, 127, 128, 624_485, 1_685_570_400_000_000_000, u64::MAX] {
            let number = Natural::from_decimal(&value.to_string());
            assert_eq!(number.to_u64(), Some(value));
            assert_eq!(number, Natural::from(value));
        }
        let number = Natural::from_decimal("18446744073709551616");
        assert_eq!(number.to_u64(), None);
        assert_eq!(number.to_bytes(), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(Natural::from_bytes(&number.to_bytes()), number);
    }

    #[test]
    fn rejects_what_is_no_typed_value() {
        for bad in [
            json!({}),
            json!({"nat": "1", "int": "1"}),
            json!({"nat": 1}),
            json!({"nat": "-1"}),
            json!({"int": "-0"}),
            json!({"blob": "0"}),
            json!({"map": [["a"]]}),
            json!({"float": "1"}),
        ] {
            assert!(Typed::from_json(&bad).is_err(), "{bad}");
        }
    }
}
