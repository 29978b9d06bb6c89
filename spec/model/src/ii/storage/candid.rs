//! Candid messages with one value, as trees: read, and written again.
//!
//! | flaw | clause |
//! |---|---|
//! | what is no message of one value, or has bytes behind it | II-ANCHOR-1 |
//! | a value without end, or deeper than [`DEEPEST`] | II-ANCHOR-11 |
//! | more than [`MOST_VALUES`] values | II-ANCHOR-12 |
//!
//! The Candid specification is that of the binary format; what a message says is for others.

mod read;

/// A type where one is used: below zero a primitive, else an index into the table of types.
pub type Reference = i64;

/// The type of nothing.
pub const NULL: Reference = -1;
/// A byte.
pub const NAT8: Reference = -5;
/// A number of 64 bits.
pub const NAT64: Reference = -8;
/// A text.
pub const TEXT: Reference = -15;
/// Any value, without bytes.
pub const RESERVED: Reference = -16;
/// A principal.
pub const PRINCIPAL: Reference = -24;
const OPT: Reference = -18;
const VEC: Reference = -19;
const RECORD: Reference = -20;
const VARIANT: Reference = -21;

/// How deep values may nest here. Our own: a record that contains itself has no end.
pub const DEEPEST: usize = 100;

/// How many values a message may have here. Our own: values without bytes cost nothing to write.
pub const MOST_VALUES: u64 = 100_000;

/// An entry of the table of types.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what records of anchors are made of"
)]
pub enum Type {
    /// A value or none.
    Opt(Reference),
    /// Values of one type.
    Vec(Reference),
    /// One value for each field, by the hashes of their names.
    Record(Vec<(u32, Reference)>),
    /// One of several cases, by the hashes of their names.
    Variant(Vec<(u32, Reference)>),
}

/// A value.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what records of anchors are made of"
)]
pub enum Value {
    /// A primitive other than text, as its bytes.
    Plain(Vec<u8>),
    /// A text.
    Text(String),
    /// An option.
    Opt(Option<Box<Self>>),
    /// A vector of bytes.
    Blob(Vec<u8>),
    /// Any other vector.
    List(Vec<Self>),
    /// The fields of a record, in the order of its type.
    Record(Vec<Self>),
    /// The index of a case in the type, and its value.
    Variant(u64, Box<Self>),
}

/// A message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a message is this")]
pub struct Message {
    /// The table of types.
    pub types: Vec<Type>,
    /// The type of the value.
    pub kind: Reference,
    /// The value.
    pub value: Value,
}

/// How names of fields and cases are written.
#[must_use]
pub fn hash(name: &str) -> u32 {
    name.bytes().fold(0, |hash: u32, byte| {
        hash.wrapping_mul(223).wrapping_add(u32::from(byte))
    })
}

impl Message {
    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = b"DIDL".to_vec();
        leb(&mut bytes, size(self.types.len()));
        for kind in &self.types {
            match kind {
                Type::Opt(inner) => {
                    sleb(&mut bytes, OPT);
                    sleb(&mut bytes, *inner);
                }
                Type::Vec(inner) => {
                    sleb(&mut bytes, VEC);
                    sleb(&mut bytes, *inner);
                }
                Type::Record(fields) => {
                    sleb(&mut bytes, RECORD);
                    write_fields(&mut bytes, fields);
                }
                Type::Variant(fields) => {
                    sleb(&mut bytes, VARIANT);
                    write_fields(&mut bytes, fields);
                }
            }
        }
        leb(&mut bytes, 1);
        sleb(&mut bytes, self.kind);
        self.value.write(&mut bytes);
        bytes
    }

    /// The entry of the table that `kind` refers to, if it is no primitive.
    #[must_use]
    pub fn entry(&self, kind: Reference) -> Option<&Type> {
        self.types.get(usize::try_from(kind).ok()?)
    }

    /// Adds an entry to the table.
    pub fn add(&mut self, kind: Type) -> Reference {
        self.types.push(kind);
        i64::try_from(self.types.len().saturating_sub(1)).unwrap_or(i64::MAX)
    }
}

impl Value {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Plain(plain) => bytes.extend(plain),
            Self::Text(text) => {
                leb(bytes, size(text.len()));
                bytes.extend(text.as_bytes());
            }
            Self::Opt(None) => bytes.push(0),
            Self::Opt(Some(value)) => {
                bytes.push(1);
                value.write(bytes);
            }
            Self::Blob(blob) => {
                leb(bytes, size(blob.len()));
                bytes.extend(blob);
            }
            Self::List(values) => {
                leb(bytes, size(values.len()));
                values.iter().for_each(|value| value.write(bytes));
            }
            Self::Record(values) => values.iter().for_each(|value| value.write(bytes)),
            Self::Variant(index, value) => {
                leb(bytes, *index);
                value.write(bytes);
            }
        }
    }
}

fn write_fields(bytes: &mut Vec<u8>, fields: &[(u32, Reference)]) {
    leb(bytes, size(fields.len()));
    for (hash, kind) in fields {
        leb(bytes, u64::from(*hash));
        sleb(bytes, *kind);
    }
}

/// Adds a natural number in LEB128.
pub fn leb(bytes: &mut Vec<u8>, number: u64) {
    let mut number = number;
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & 0x7f);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn sleb(bytes: &mut Vec<u8>, number: i64) {
    let mut number = number;
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        let is_last = (number == 0 && low & 0x40 == 0) || (number == -1 && low & 0x40 != 0);
        if is_last {
            bytes.push(low & 0x7f);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
