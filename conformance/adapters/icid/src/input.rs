//! Reads the values of the protocol, strictly: a misspelt input is an error, never a rejection.

use cbor::Policy;
use principal::Principal;
use serde_json::Map;
use serde_json::Value;

use crate::answer::Refusal;

/// An object whose field names are known to be among the expected ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// Reads the input of an operation, which may have a `policy` besides the fields `names`.
    pub(crate) fn of_operation(value: &'a Value, names: &[&str]) -> Result<Self, Refusal> {
        Self::of(value, &[names, &["policy"]].concat())
    }

    /// Reads an object whose fields are among `names`.
    pub(crate) fn of(value: &'a Value, names: &[&str]) -> Result<Self, Refusal> {
        let Value::Object(map) = value else {
            return Err(error("found no object where one belongs"));
        };
        match map.keys().find(|key| !names.contains(&key.as_str())) {
            Some(key) => Err(Refusal::Error(format!("found the unknown field {key:?}"))),
            None => Ok(Self(map)),
        }
    }

    /// Reads the preset of policies.
    pub(crate) fn policy(&self) -> Result<Policy, Refusal> {
        match self.optional("policy").map(Value::as_str) {
            None | Some(Some("spec")) => Ok(Policy::SPEC),
            Some(Some("replica")) => Ok(Policy::REPLICA),
            Some(_) => Err(error("found a policy other than spec and replica")),
        }
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&'a Value, Refusal> {
        self.optional(name)
            .ok_or_else(|| Refusal::Error(format!("found no field {name:?}")))
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        bytes(self.required(name)?)
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, Refusal> {
        text(self.required(name)?)
    }

    pub(crate) fn optional_number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        self.optional(name).map(number).transpose()
    }

    /// Reads a principal that is part of the question, and not what the question is about.
    pub(crate) fn principal(&self, name: &str) -> Result<Principal, Refusal> {
        Principal::from_slice(&self.bytes(name)?)
            .map_err(|why| Refusal::Error(format!("{name}: {why}")))
    }

    /// Reads a list of byte strings, such as a path.
    pub(crate) fn path(&self, name: &str) -> Result<Vec<Vec<u8>>, Refusal> {
        path(self.required(name)?)
    }
}

pub(crate) fn text(value: &Value) -> Result<&str, Refusal> {
    value
        .as_str()
        .ok_or_else(|| error("found no string where one belongs"))
}

pub(crate) fn list(value: &Value) -> Result<&[Value], Refusal> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| error("found no array where one belongs"))
}

pub(crate) fn path(value: &Value) -> Result<Vec<Vec<u8>>, Refusal> {
    list(value)?.iter().map(bytes).collect()
}

/// Reads lower-case hex.
pub(crate) fn bytes(value: &Value) -> Result<Vec<u8>, Refusal> {
    let digits = text(value)?.as_bytes();
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(error("found an odd number of hexadecimal digits"));
    }
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    pairs
        .iter()
        .map(byte)
        .collect::<Option<_>>()
        .ok_or_else(|| error("found something else than lower-case hexadecimal digits"))
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => character.checked_sub(b'0'),
        b'a'..=b'f' => character.checked_sub(b'a' - 10),
        _ => None,
    }
}

/// Writes lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> Value {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |index: u8| {
        DIGITS
            .get(usize::from(index))
            .copied()
            .map_or('?', char::from)
    };
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect::<String>()
        .into()
}

/// Reads a number below 2⁶⁴: a decimal string.
pub(crate) fn number(value: &Value) -> Result<u64, Refusal> {
    let digits = decimal(text(value)?)?;
    digits
        .parse()
        .map_err(|_| error("found a number of more than 64 bits"))
}

/// Checks that a text is a natural number in decimal digits, without leading zeros.
pub(crate) fn decimal(text: &str) -> Result<&str, Refusal> {
    let is_canonical = text == "0" || !text.starts_with('0');
    if is_canonical && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text);
    }
    Err(error("found something else than a decimal number"))
}

pub(crate) fn error(message: &str) -> Refusal {
    Refusal::Error(message.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hex_is_lower_case_and_of_even_length() {
        assert_eq!(bytes(&json!("")), Ok(Vec::new()));
        assert_eq!(bytes(&json!("00ff09")), Ok(vec![0, 255, 9]));
        for bad in ["0", "0x00", "FF", "aF", "g0", " 00", "é", "::"] {
            assert!(
                matches!(bytes(&json!(bad)), Err(Refusal::Error(_))),
                "{bad}"
            );
        }
        assert_eq!(hex(&[0, 255, 9]), json!("00ff09"));
    }

    #[test]
    fn numbers_are_canonical_decimal_strings() {
        assert_eq!(number(&json!("18446744073709551615")), Ok(u64::MAX));
        for bad in [
            json!("18446744073709551616"),
            json!("01"),
            json!(""),
            json!("-1"),
            json!("+1"),
            json!(1),
        ] {
            assert!(matches!(number(&bad), Err(Refusal::Error(_))), "{bad}");
        }
    }

    #[test]
    fn a_field_too_many_or_too_few_is_an_error() {
        let value = json!({"a": "00", "policy": "replica"});
        assert!(Fields::of(&value, &["a"]).is_err());
        let fields = Fields::of_operation(&value, &["a", "b"]).unwrap();
        assert_eq!(fields.policy(), Ok(Policy::REPLICA));
        assert_eq!(fields.bytes("a"), Ok(vec![0]));
        assert_eq!(fields.bytes("b"), Err(error("found no field \"b\"")));
        assert!(Fields::of(&json!([]), &[]).is_err());
    }

    #[test]
    fn an_unknown_policy_is_an_error() {
        for policy in [json!("lenient"), json!(null), json!(1)] {
            let value = json!({"policy": policy});
            assert!(Fields::of_operation(&value, &[]).unwrap().policy().is_err());
        }
    }
}
