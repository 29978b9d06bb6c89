//! CBOR with odd choices: the same data in many encodings, and data with one thing changed.

use serde_cbor::Value;

use crate::Rng;

/// A data item and how it is written.
#[derive(Clone, Debug)]
pub struct Item {
    kind: Kind,
    /// Tags in front, the outermost first.
    tags: Vec<u64>,
    /// Whether heads are one size longer than they need to be.
    wide: bool,
    /// Whether an array or a map has a break in the end in place of a length, and whether a string
    /// comes in two chunks.
    indefinite: bool,
}

#[derive(Clone, Debug)]
enum Kind {
    Array(Vec<Item>),
    Bytes(Vec<u8>),
    Map(Vec<(Item, Item)>),
    Negative(u64),
    Null,
    Text(Vec<u8>),
    True,
    Unsigned(u64),
}

impl Kind {
    fn item(self) -> Item {
        Item {
            kind: self,
            tags: Vec::new(),
            wide: false,
            indefinite: false,
        }
    }
}

impl Item {
    /// Returns the item with these data.
    ///
    /// # Panics
    ///
    /// If there are data that envelopes do not have.
    #[must_use]
    pub fn new(value: &Value) -> Self {
        match value {
            Value::Array(items) => Kind::Array(items.iter().map(Self::new).collect()),
            Value::Bytes(bytes) => Kind::Bytes(bytes.clone()),
            Value::Integer(number) => {
                Kind::Unsigned(u64::try_from(*number).expect("numbers are natural"))
            }
            Value::Map(entries) => {
                let entries = entries.iter();
                Kind::Map(
                    entries
                        .map(|(name, it)| (Self::new(name), Self::new(it)))
                        .collect(),
                )
            }
            Value::Text(text) => Kind::Text(text.clone().into_bytes()),
            other => panic!("no {other:?} here"),
        }
        .item()
    }

    /// Returns the same with a tag in front.
    #[must_use]
    pub fn tagged(mut self, tag: u64) -> Self {
        self.tags.insert(0, tag);
        self
    }

    /// Changes one thing somewhere.
    pub fn change(&mut self, rng: &mut Rng) {
        let mut count = 0;
        self.visit(&mut |_| count += 1);
        let wanted = rng.below(count);
        let mut index = 0;
        self.visit(&mut |item| {
            if index == wanted {
                item.change_here(rng);
            }
            index += 1;
        });
    }

    fn visit(&mut self, look: &mut dyn FnMut(&mut Self)) {
        match &mut self.kind {
            Kind::Array(items) => items.iter_mut().for_each(|item| item.visit(look)),
            Kind::Map(entries) => {
                for (name, item) in entries {
                    name.visit(look);
                    item.visit(look);
                }
            }
            _ => {}
        }
        look(self);
    }

    fn change_here(&mut self, rng: &mut Rng) {
        let kind = rng.below(12);
        match (kind, &mut self.kind) {
            (0, _) => self.wide = true,
            (1, _) => self.indefinite = true,
            (2, _) => self.tags.push(*rng.choose(&[0, 2, 24, 55799])),
            (3, _) => self.kind = Kind::Null,
            (4, _) => self.kind = Kind::True,
            (5, _) => self.kind = Kind::Negative(rng.bits() >> rng.below(64)),
            (6, _) => self.kind = Kind::Unsigned(rng.bits() >> rng.below(64)),
            (_, Kind::Bytes(bytes) | Kind::Text(bytes)) => {
                let bytes = core::mem::take(bytes);
                self.kind = change_string(kind, bytes, rng);
            }
            (_, Kind::Array(items)) => {
                change_list(kind, items, rng, &|rng| Kind::Bytes(rng.bytes(3)).item());
            }
            (_, Kind::Map(entries)) => change_list(kind, entries, rng, &|rng| {
                let name = *rng.choose(&["nonce", "targets", "sender", "x", "signature"]);
                let name = Kind::Text(name.into()).item();
                let value = rng
                    .choose(&[Kind::Null, Kind::True, Kind::Unsigned(7)])
                    .clone();
                (name, value.item())
            }),
            (7 | 8, Kind::Unsigned(number)) => *number = number.wrapping_add(1),
            (_, Kind::Unsigned(number)) => *number = rng.bits() >> rng.below(64),
            _ => self.wide = true,
        }
    }

    /// Returns the encoded item.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        for tag in &self.tags {
            head(bytes, 6, *tag, false);
        }
        match &self.kind {
            Kind::Unsigned(number) => head(bytes, 0, *number, self.wide),
            Kind::Negative(number) => head(bytes, 1, *number, self.wide),
            Kind::Bytes(string) => self.write_string(bytes, 2, string),
            Kind::Text(string) => self.write_string(bytes, 3, string),
            Kind::Array(items) => {
                self.open(bytes, 4, items.len());
                items.iter().for_each(|item| item.write(bytes));
                self.close(bytes);
            }
            Kind::Map(entries) => {
                self.open(bytes, 5, entries.len());
                for (name, item) in entries {
                    name.write(bytes);
                    item.write(bytes);
                }
                self.close(bytes);
            }
            Kind::Null => bytes.push(0xf6),
            Kind::True => bytes.push(0xf5),
        }
    }

    fn write_string(&self, bytes: &mut Vec<u8>, major: u8, string: &[u8]) {
        if !self.indefinite {
            head(bytes, major, string.len() as u64, self.wide);
            bytes.extend(string);
            return;
        }
        bytes.push(major << 5 | 31);
        for chunk in string.chunks(string.len().div_ceil(2).max(1)) {
            head(bytes, major, chunk.len() as u64, self.wide);
            bytes.extend(chunk);
        }
        bytes.push(0xff);
    }

    fn open(&self, bytes: &mut Vec<u8>, major: u8, length: usize) {
        if self.indefinite {
            bytes.push(major << 5 | 31);
        } else {
            head(bytes, major, length as u64, self.wide);
        }
    }

    fn close(&self, bytes: &mut Vec<u8>) {
        if self.indefinite {
            bytes.push(0xff);
        }
    }
}

fn change_string(kind: usize, mut string: Vec<u8>, rng: &mut Rng) -> Kind {
    match kind {
        7 => Kind::Text(string),
        8 => Kind::Bytes(string),
        9 => {
            let number = |byte: u8| Kind::Unsigned(byte.into()).item();
            Kind::Array(string.into_iter().map(number).collect())
        }
        10 => {
            string.truncate(rng.below(string.len() + 1));
            Kind::Bytes(string)
        }
        _ => {
            let more = rng.below(30);
            string.extend(rng.bytes(more));
            Kind::Bytes(string)
        }
    }
}

fn change_list<T: Clone>(
    kind: usize,
    list: &mut Vec<T>,
    rng: &mut Rng,
    make: &dyn Fn(&mut Rng) -> T,
) {
    let index = rng.below(list.len() + 1);
    match kind {
        7 if index < list.len() => drop(list.remove(index)),
        8 if index < list.len() => list.push(list[index].clone()),
        9 => list.rotate_left(index),
        _ => {
            let element = make(rng);
            list.insert(index, element);
        }
    }
}

fn head(bytes: &mut Vec<u8>, major: u8, argument: u64, wide: bool) {
    let mut size = match argument {
        0..=23 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 3,
        _ => 4,
    };
    if wide && size < 4 {
        size += 1;
    }
    if size == 0 {
        bytes.push(major << 5 | argument as u8);
        return;
    }
    bytes.push(major << 5 | (23 + size));
    bytes.extend(&argument.to_be_bytes()[8 - (1 << (size - 1))..]);
}
