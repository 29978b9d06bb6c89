//! Readers for the values of the adapter protocol.
//!
//! They are strict, because a misspelt input must never look like a rejection: whatever is not as
//! the protocol says is [`Malformed`], which ends up as [`crate::Outcome::Error`].

use core::fmt;

use serde_json::{Map, Value};

/// Why an input is not an input of the protocol, in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Malformed(String);

impl Malformed {
    /// An input that is malformed for this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Malformed {}

/// An object of the protocol whose field names have been checked.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The `input` of an operation: `policy` is always allowed.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if `value` is no object or has a field that is not in `names`.
    pub fn top(value: &'a Value, names: &[&str]) -> Result<Self, Malformed> {
        let mut all = names.to_vec();
        all.push("policy");
        Self::of(value, &all)
    }

    /// An object inside an input.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if `value` is no object or has a field that is not in `names`.
    pub fn of(value: &'a Value, names: &[&str]) -> Result<Self, Malformed> {
        let map = value
            .as_object()
            .ok_or_else(|| Malformed::new("expected an object"))?;
        match map.keys().find(|key| !names.contains(&key.as_str())) {
            Some(key) => Err(Malformed(format!("unknown field {key:?}"))),
            None => Ok(Self(map)),
        }
    }

    /// The field `name`, if it is there.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// The field `name`.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is missing.
    pub fn required(&self, name: &str) -> Result<&'a Value, Malformed> {
        self.optional(name)
            .ok_or_else(|| Malformed(format!("missing field {name:?}")))
    }

    /// The bytes in the field `name`.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is missing or not lower-case hex.
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>, Malformed> {
        bytes(self.required(name)?)
    }

    /// The bytes in the field `name`, if it is there.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is not lower-case hex.
    pub fn optional_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Malformed> {
        self.optional(name).map(bytes).transpose()
    }

    /// The text in the field `name`.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is missing or no string.
    pub fn text(&self, name: &str) -> Result<&'a str, Malformed> {
        text(self.required(name)?)
    }

    /// The text in the field `name`, if it is there.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is no string.
    pub fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Malformed> {
        self.optional(name).map(text).transpose()
    }

    /// The 64-bit number in the field `name`.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is missing or no decimal string of a 64-bit number.
    pub fn number(&self, name: &str) -> Result<u64, Malformed> {
        number(self.required(name)?)
    }

    /// The 64-bit number in the field `name`, if it is there.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is no decimal string of a 64-bit number.
    pub fn optional_number(&self, name: &str) -> Result<Option<u64>, Malformed> {
        self.optional(name).map(number).transpose()
    }

    /// The list in the field `name`.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is missing or no array.
    pub fn list(&self, name: &str) -> Result<&'a [Value], Malformed> {
        list(self.required(name)?)
    }

    /// The list of byte strings in the field `name`, such as a path.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] if it is missing, no array, or has other elements than hex strings.
    pub fn byte_strings(&self, name: &str) -> Result<Vec<Vec<u8>>, Malformed> {
        byte_strings(self.required(name)?)
    }
}

/// The bytes that a lower-case hex string stands for.
///
/// # Errors
///
/// Returns [`Malformed`] for anything else, upper case and odd lengths included.
pub fn bytes(value: &Value) -> Result<Vec<u8>, Malformed> {
    let text = text(value)?;
    unhex(text).ok_or_else(|| Malformed(format!("not lower-case hex: {text:?}")))
}

/// A string.
///
/// # Errors
///
/// Returns [`Malformed`] for anything else.
pub fn text(value: &Value) -> Result<&str, Malformed> {
    value
        .as_str()
        .ok_or_else(|| Malformed::new("expected a string"))
}

/// An array.
///
/// # Errors
///
/// Returns [`Malformed`] for anything else.
pub fn list(value: &Value) -> Result<&[Value], Malformed> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| Malformed::new("expected an array"))
}

/// A list of byte strings, such as a path.
///
/// # Errors
///
/// Returns [`Malformed`] for anything else.
pub fn byte_strings(value: &Value) -> Result<Vec<Vec<u8>>, Malformed> {
    list(value)?.iter().map(bytes).collect()
}

/// A 64-bit number, written as a decimal string without sign or leading zeros.
///
/// # Errors
///
/// Returns [`Malformed`] for anything else.
pub fn number(value: &Value) -> Result<u64, Malformed> {
    let text = decimal(value)?;
    text.parse()
        .map_err(|_| Malformed(format!("more than 64 bits: {text}")))
}

/// A natural number of any size, as its decimal digits.
///
/// # Errors
///
/// Returns [`Malformed`] for anything but digits, and for leading zeros.
pub fn decimal(value: &Value) -> Result<&str, Malformed> {
    let text = text(value)?;
    let canonical = text == "0" || !text.starts_with('0');
    if !text.is_empty() && canonical && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(Malformed(format!("not a decimal number: {text:?}")))
    }
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}

/// The bytes of a lower-case hex string.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a' - 10),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some((digit(high)? << 4) | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_lower_case_hex_only() {
        assert_eq!(unhex(""), Some(Vec::new()));
        assert_eq!(unhex("00ff"), Some(vec![0, 255]));
        for bad in ["0", "0x00", "FF", "fF", "g0", " 0", "é"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }

    #[test]
    fn rejects_unknown_and_missing_fields() {
        let value = json!({"a": "", "b": "00"});
        assert!(Fields::of(&value, &["a"]).is_err());
        let fields = Fields::top(&value, &["a", "b", "c"]).unwrap();
        assert_eq!(fields.bytes("b"), Ok(vec![0]));
        assert_eq!(
            fields.bytes("c"),
            Err(Malformed::new("missing field \"c\""))
        );
    }

    #[test]
    fn rejects_numbers_that_are_not_canonical_decimals() {
        for bad in ["", "-1", "+1", "01", "1.0", "0x1", "18446744073709551616"] {
            assert!(number(&json!(bad)).is_err(), "{bad}");
        }
        assert!(number(&json!(1)).is_err());
        assert_eq!(number(&json!("18446744073709551615")), Ok(u64::MAX));
    }
}
