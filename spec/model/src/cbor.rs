//! A value model of CBOR (RFC 8949), with a decoder that judges nothing and an encoder that can
//! also write what must not be written.
//!
//! [`decode`] turns any well-formed item into an [`Item`] and keeps whatever a profile might object
//! to: duplicate keys, keys of any type, floats, invalid UTF-8, strings in chunks. Judging is left
//! to the families, because each objection is a clause of its own. [`Item::encode`] writes
//! deterministic CBOR; the variants [`Item::Indefinite`], [`Item::IndefiniteMap`] and
//! [`Item::Raw`] and the function [`head`] give generators everything else.

use core::fmt;

/// The deepest nesting [`decode`] follows.
///
/// Source: our own. The profile's budget is 64 and the tree budget is 256 levels.
pub const DEEPEST: usize = 600;

/// The tag that says "this is CBOR".
pub const SELF_DESCRIBED: u64 = 55799;

/// The tag of a natural number that is too big for major type 0.
pub const BIGNUM: u64 = 2;

/// One data item.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "CBOR is finished")]
pub enum Item {
    /// Major type 0.
    Unsigned(u64),
    /// Major type 1: this stands for `-1 - n`.
    Negative(u64),
    /// Major type 2, definite length.
    Bytes(Vec<u8>),
    /// Major type 3, definite length; not necessarily UTF-8.
    Text(Vec<u8>),
    /// Major type 2 or 3 in chunks; the chunks put together.
    Chunked {
        /// Whether this is a text string.
        text: bool,
        /// The content.
        bytes: Vec<u8>,
    },
    /// Major type 4. The decoder uses it for indefinite lengths, too.
    Array(Vec<Self>),
    /// Major type 5, in the order of the encoding. The decoder uses it for indefinite lengths, too.
    Map(Vec<(Self, Self)>),
    /// Major type 6.
    Tag(u64, Box<Self>),
    /// Major type 7 other than floats; 20 is false, 21 true, 22 null, 23 undefined.
    Simple(u8),
    /// Major type 7: a float; its bits and its width in bytes (2, 4 or 8).
    Float(u64, u8),
    /// For encoding only: an array of indefinite length.
    Indefinite(Vec<Self>),
    /// For encoding only: a map of indefinite length.
    IndefiniteMap(Vec<(Self, Self)>),
    /// For encoding only: these bytes, whatever they are.
    Raw(Vec<u8>),
}

/// `null`.
pub const NULL: Item = Item::Simple(22);

impl Item {
    /// A text string.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.as_bytes().to_vec())
    }

    /// A byte string.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }

    /// A map with text keys, in the given order, duplicates and all.
    #[must_use]
    pub fn record(fields: &[(&str, Self)]) -> Self {
        let entry = |(key, value): &(&str, Self)| (Self::text(key), value.clone());
        Self::Map(fields.iter().map(entry).collect())
    }

    /// This item inside the tag 55799.
    #[must_use]
    pub fn self_described(self) -> Self {
        Self::Tag(SELF_DESCRIBED, Box::new(self))
    }

    /// The byte string in here.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text in here, if it is UTF-8.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(bytes) => core::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The unsigned integer in here.
    #[must_use]
    pub const fn as_unsigned(&self) -> Option<u64> {
        match self {
            Self::Unsigned(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of the array in here.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of the map in here.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Self, Self)]> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of the first entry with this text key, if this is a map that has one.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        let mut entries = self.as_map()?.iter();
        entries
            .find(|(key, _)| key.as_text() == Some(name))
            .map(|(_, value)| value)
    }

    /// The bytes of this item: shortest heads, definite lengths, entries in the given order.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Unsigned(value) => out.extend(head(0, *value)),
            Self::Negative(value) => out.extend(head(1, *value)),
            Self::Bytes(bytes) => write_string(2, bytes, out),
            Self::Text(bytes) => write_string(3, bytes, out),
            Self::Chunked { text, bytes } => {
                let major = if *text { 3 } else { 2 };
                out.push((major << 5) | 31);
                bytes
                    .chunks(4)
                    .for_each(|chunk| write_string(major, chunk, out));
                out.push(BREAK);
            }
            Self::Array(items) => {
                out.extend(head(4, length(items.len())));
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(entries) => {
                out.extend(head(5, length(entries.len())));
                write_entries(entries, out);
            }
            Self::Tag(tag, item) => {
                out.extend(head(6, *tag));
                item.write(out);
            }
            Self::Simple(value @ 0..24) => out.push(0xe0 | value),
            Self::Simple(value) => out.extend([0xf8, *value]),
            Self::Float(bits, width) => {
                out.push(match width {
                    2 => 0xf9,
                    4 => 0xfa,
                    _ => 0xfb,
                });
                let bytes = bits.to_be_bytes();
                out.extend(
                    bytes
                        .iter()
                        .skip(8_usize.saturating_sub(usize::from(*width))),
                );
            }
            Self::Indefinite(items) => {
                out.push(0x9f);
                items.iter().for_each(|item| item.write(out));
                out.push(BREAK);
            }
            Self::IndefiniteMap(entries) => {
                out.push(0xbf);
                write_entries(entries, out);
                out.push(BREAK);
            }
            Self::Raw(bytes) => out.extend(bytes),
        }
    }
}

/// The shortest head of an item: major type and argument.
#[must_use]
pub fn head(major: u8, argument: u64) -> Vec<u8> {
    let width = match argument {
        0..24 => 0,
        24..0x100 => 1,
        0x100..0x1_0000 => 2,
        0x1_0000..0x1_0000_0000 => 4,
        _ => 8,
    };
    wide_head(major, argument, width)
}

/// A head whose argument takes `width` bytes (0, 1, 2, 4 or 8), shortest or not.
#[must_use]
pub fn wide_head(major: u8, argument: u64, width: usize) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let tail = bytes.iter().skip(8_usize.saturating_sub(width)).copied();
    let info = match width {
        0 => bytes[7] & 31,
        1 => 24,
        2 => 25,
        4 => 26,
        _ => 27,
    };
    core::iter::once((major << 5) | info).chain(tail).collect()
}

fn write_string(major: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.extend(head(major, length(bytes.len())));
    out.extend(bytes);
}

fn write_entries(entries: &[(Item, Item)], out: &mut Vec<u8>) {
    for (key, value) in entries {
        key.write(out);
        value.write(out);
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Why some bytes are not exactly one well-formed item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "CBOR is finished")]
pub enum DecodeError {
    /// A `break` stands where an item must stand, or after a key.
    Break,
    /// A chunk of a string is no definite string of the same type.
    Chunk,
    /// Items are nested more than [`DEEPEST`] levels.
    Deep,
    /// The bytes end before the item does.
    End,
    /// The head has a reserved or forbidden additional information, or a two-byte simple below 32.
    Head,
    /// Bytes follow the item.
    Trailing,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Break => "a break where an item must stand",
            Self::Chunk => "a chunk of another type",
            Self::Deep => "nested too deeply",
            Self::End => "the bytes end inside an item",
            Self::Head => "a reserved head",
            Self::Trailing => "bytes after the item",
        })
    }
}

impl core::error::Error for DecodeError {}

/// The one item in `input`.
///
/// # Errors
///
/// Returns why `input` is not exactly one well-formed item.
pub fn decode(input: &[u8]) -> Result<Item, DecodeError> {
    match decode_first(input)? {
        (item, []) => Ok(item),
        (_, _) => Err(DecodeError::Trailing),
    }
}

/// The first item in `input`, and the bytes after it.
///
/// # Errors
///
/// Returns why `input` does not start with a well-formed item.
pub fn decode_first(input: &[u8]) -> Result<(Item, &[u8]), DecodeError> {
    let mut decoder = Decoder {
        rest: input,
        marks_long_heads: false,
    };
    let item = decoder.item(0)?;
    Ok((item, decoder.rest))
}

/// As [`decode`], but texts whose head could be shorter become [`Item::Raw`].
pub(crate) fn decode_marking_long_heads(input: &[u8]) -> Result<Item, DecodeError> {
    let mut decoder = Decoder {
        rest: input,
        marks_long_heads: true,
    };
    let item = decoder.item(0)?;
    if decoder.rest.is_empty() {
        Ok(item)
    } else {
        Err(DecodeError::Trailing)
    }
}

const BREAK: u8 = 0xff;

struct Decoder<'a> {
    rest: &'a [u8],
    marks_long_heads: bool,
}

/// The argument in a head.
enum Argument {
    Definite(u64),
    Indefinite,
}

impl<'a> Decoder<'a> {
    fn item(&mut self, depth: usize) -> Result<Item, DecodeError> {
        if depth > DEEPEST {
            return Err(DecodeError::Deep);
        }
        let deeper = depth.saturating_add(1);
        let first = self.byte()?;
        let (major, info) = (first >> 5, first & 31);
        if major == 7 {
            return self.simple_or_float(info);
        }
        let argument = match info {
            0..24 => Argument::Definite(u64::from(info)),
            24..28 => Argument::Definite(self.big_endian(1 << (info & 3))?),
            31 => Argument::Indefinite,
            _ => return Err(DecodeError::Head),
        };
        match (major, argument) {
            (0, Argument::Definite(value)) => Ok(Item::Unsigned(value)),
            (1, Argument::Definite(value)) => Ok(Item::Negative(value)),
            (2, Argument::Definite(length)) => Ok(Item::Bytes(self.take(length)?.to_vec())),
            (3, Argument::Definite(length)) => {
                let text = self.take(length)?.to_vec();
                let long = info == 24 && length < 24;
                Ok(if long && self.marks_long_heads {
                    Item::Raw(text)
                } else {
                    Item::Text(text)
                })
            }
            (2 | 3, Argument::Indefinite) => self.chunks(major),
            (4, Argument::Definite(count)) => {
                let mut items = Vec::new();
                for _ in 0..count {
                    items.push(self.item(deeper)?);
                }
                Ok(Item::Array(items))
            }
            (4, Argument::Indefinite) => {
                let mut items = Vec::new();
                while !self.takes_break() {
                    items.push(self.item(deeper)?);
                }
                Ok(Item::Array(items))
            }
            (5, Argument::Definite(count)) => {
                let mut entries = Vec::new();
                for _ in 0..count {
                    entries.push((self.item(deeper)?, self.item(deeper)?));
                }
                Ok(Item::Map(entries))
            }
            (5, Argument::Indefinite) => {
                let mut entries = Vec::new();
                while !self.takes_break() {
                    entries.push((self.item(deeper)?, self.item(deeper)?));
                }
                Ok(Item::Map(entries))
            }
            (6, Argument::Definite(tag)) => Ok(Item::Tag(tag, Box::new(self.item(deeper)?))),
            _ => Err(DecodeError::Head),
        }
    }

    fn simple_or_float(&mut self, info: u8) -> Result<Item, DecodeError> {
        match info {
            0..24 => Ok(Item::Simple(info)),
            24 => match self.byte()? {
                0..32 => Err(DecodeError::Head),
                value => Ok(Item::Simple(value)),
            },
            25 => Ok(Item::Float(self.big_endian(2)?, 2)),
            26 => Ok(Item::Float(self.big_endian(4)?, 4)),
            27 => Ok(Item::Float(self.big_endian(8)?, 8)),
            31 => Err(DecodeError::Break),
            _ => Err(DecodeError::Head),
        }
    }

    fn chunks(&mut self, major: u8) -> Result<Item, DecodeError> {
        let mut bytes = Vec::new();
        while !self.takes_break() {
            match (major, self.item(DEEPEST)?) {
                (2, Item::Bytes(chunk)) | (3, Item::Text(chunk)) => bytes.extend(chunk),
                _ => return Err(DecodeError::Chunk),
            }
        }
        Ok(Item::Chunked {
            text: major == 3,
            bytes,
        })
    }

    fn takes_break(&mut self) -> bool {
        match self.rest {
            [BREAK, rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.rest.split_first().ok_or(DecodeError::End)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(length).map_err(|_| DecodeError::End)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(DecodeError::End)?;
        self.rest = rest;
        Ok(taken)
    }

    fn big_endian(&mut self, width: u64) -> Result<u64, DecodeError> {
        let bytes = self.take(width)?;
        Ok(bytes
            .iter()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{hex, unhex};

    fn decoded(bytes: &str) -> Result<Item, DecodeError> {
        decode(&unhex(bytes).unwrap())
    }

    #[test]
    fn decodes_the_example_of_the_specification() {
        let inner = Item::record(&[("b", Item::text("c"))]);
        let example = Item::Array(vec![Item::text("a"), inner]);
        assert_eq!(decoded("826161a161626163"), Ok(example.clone()));
        assert_eq!(hex(&example.encode()), "826161a161626163");
    }

    #[test]
    fn round_trips_heads_at_every_width() {
        for value in [
            0,
            23,
            24,
            255,
            256,
            65535,
            65536,
            4294967295,
            4294967296,
            u64::MAX,
        ] {
            assert_eq!(decode(&head(0, value)), Ok(Item::Unsigned(value)));
            assert_eq!(decode(&wide_head(0, value, 8)), Ok(Item::Unsigned(value)));
        }
        assert_eq!(hex(&head(0, 24)), "1818");
        assert_eq!(hex(&wide_head(0, 1, 2)), "190001");
    }

    #[test]
    fn round_trips_floats() {
        for text in ["f93c00", "fa3f800000", "fb3ff0000000000000"] {
            let item = decoded(text).unwrap();
            assert!(matches!(item, Item::Float(_, _)), "{text}");
            assert_eq!(hex(&item.encode()), text);
        }
    }

    #[test]
    fn keeps_what_a_profile_may_reject() {
        assert_eq!(
            decoded("a2616101616102"),
            Ok(Item::record(&[
                ("a", Item::Unsigned(1)),
                ("a", Item::Unsigned(2))
            ]))
        );
        assert_eq!(
            decoded("5f41014102ff"),
            Ok(Item::Chunked {
                text: false,
                bytes: vec![1, 2]
            })
        );
        assert_eq!(decoded("9f01ff"), Ok(Item::Array(vec![Item::Unsigned(1)])));
    }

    #[test]
    fn rejects_what_is_not_one_item() {
        for (bytes, error) in [
            ("", DecodeError::End),
            ("18", DecodeError::End),
            ("4201", DecodeError::End),
            ("8201", DecodeError::End),
            ("1c", DecodeError::Head),
            ("1f", DecodeError::Head),
            ("df00", DecodeError::Head),
            ("f818", DecodeError::Head),
            ("ff", DecodeError::Break),
            ("81ff", DecodeError::Break),
            ("bf6161ff", DecodeError::Break),
            ("5f6161ff", DecodeError::Chunk),
            ("5f5f4101ffff", DecodeError::Chunk),
            ("0000", DecodeError::Trailing),
            ("bb8000000000000000", DecodeError::End),
        ] {
            assert_eq!(decoded(bytes), Err(error), "{bytes}");
        }
        assert_eq!(decode(&[0x81; 5000]), Err(DecodeError::Deep));
    }
}
