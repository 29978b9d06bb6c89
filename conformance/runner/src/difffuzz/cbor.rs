//! Edits that know CBOR: the rest of the item stays well-formed, embedded items included.

#[cfg(test)]
mod tests;

use super::random::Random;

/// The longest byte string that is looked into.
const MAX_LENGTH: usize = 1 << 16;

/// How deep items may be nested.
const MAX_DEPTH: usize = 128;

/// The numbers with which tags and integers are replaced.
const NUMBERS: [u64; 12] = [
    0,
    1,
    23,
    24,
    255,
    256,
    65535,
    65536,
    0xffff_ffff,
    55799,
    1 << 63,
    u64::MAX,
];

/// An item of definite length.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Item {
    Array(Vec<Self>),
    /// A byte string that holds a tagged item.
    Embedded(Box<Self>),
    Map(Vec<(Self, Self)>),
    /// An integer or a simple value: major type and argument.
    Number(u8, u64),
    /// Anything, as it stands.
    Raw(Vec<u8>),
    /// A string: major type and content.
    String(u8, Vec<u8>),
    Tag(u64, Box<Self>),
}

/// Returns `bytes` with one change, if they are a structure in CBOR.
pub(super) fn edited(bytes: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut item = read(bytes)?;
    if let Item::Number(..) | Item::String(..) = item {
        return None;
    }
    change(&mut item, random, 0);
    let mut out = Vec::new();
    item.write(&mut out);
    (out != bytes).then_some(out)
}

/// Puts a byte string in the place of a member of the outermost map.
pub(super) fn replace_member(bytes: &[u8], name: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    replace(bytes, name, Item::String(2, with.to_vec()))
}

/// Puts an encoded item in the place of a member of the outermost map.
pub(super) fn replace_item(bytes: &[u8], name: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    replace(bytes, name, Item::Raw(with.to_vec()))
}

fn replace(bytes: &[u8], name: &[u8], with: Item) -> Option<Vec<u8>> {
    let mut item = read(bytes)?;
    let mut map = &mut item;
    while let Item::Tag(_, inner) = map {
        map = inner;
    }
    let Item::Map(entries) = map else { return None };
    let is_it = |key: &Item| *key == Item::String(3, name.to_vec());
    let (_, value) = entries.iter_mut().find(|(key, _)| is_it(key))?;
    *value = with;
    Some(item.bytes())
}

/// Returns the content of a member of the outermost map that is a byte string.
pub(super) fn member(bytes: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    match find(bytes, name)? {
        Item::String(2, content) => Some(content),
        Item::Embedded(item) => Some(item.bytes()),
        _ => None,
    }
}

/// Returns a member of the outermost map, encoded.
pub(super) fn item(bytes: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    Some(find(bytes, name)?.bytes())
}

fn find(bytes: &[u8], name: &[u8]) -> Option<Item> {
    let mut item = read(bytes)?;
    while let Item::Tag(_, inner) = item {
        item = *inner;
    }
    let Item::Map(entries) = item else {
        return None;
    };
    let is_it = |key: &Item| *key == Item::String(3, name.to_vec());
    Some(entries.into_iter().find(|(key, _)| is_it(key))?.1)
}

fn read(bytes: &[u8]) -> Option<Item> {
    if bytes.len() > MAX_LENGTH {
        return None;
    }
    let mut rest = bytes;
    let item = Item::read(&mut rest, 0)?;
    rest.is_empty().then_some(item)
}

impl Item {
    fn read(rest: &mut &[u8], depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (first, tail) = rest.split_first()?;
        let (major, short) = (first >> 5, first & 31);
        *rest = tail;
        let length = match short {
            0..=23 => 0,
            24..=27 => 1_usize << (short - 24),
            _ => return None,
        };
        let argument = match length {
            0 => u64::from(short),
            _ => take(rest, length)?
                .iter()
                .fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
        };
        let count = usize::try_from(argument).ok();
        Some(match major {
            2 | 3 => {
                let content = take(rest, count?)?;
                let inner = content
                    .starts_with(&[0xd9, 0xd9, 0xf7])
                    .then_some(content)
                    .filter(|_| major == 2);
                let inner = inner.and_then(|mut inner| {
                    let item = Self::read(&mut inner, depth + 1)?;
                    inner.is_empty().then_some(item)
                });
                match inner {
                    Some(item) => Self::Embedded(Box::new(item)),
                    None => Self::String(major, content.to_vec()),
                }
            }
            4 => {
                let mut items = Vec::new();
                for _ in 0..count? {
                    items.push(Self::read(rest, depth + 1)?);
                }
                Self::Array(items)
            }
            5 => {
                let mut entries = Vec::new();
                for _ in 0..count? {
                    let key = Self::read(rest, depth + 1)?;
                    entries.push((key, Self::read(rest, depth + 1)?));
                }
                Self::Map(entries)
            }
            6 => Self::Tag(argument, Box::new(Self::read(rest, depth + 1)?)),
            7 if short > 24 => {
                let bytes = argument.to_be_bytes();
                let content = bytes.get(bytes.len() - length..)?;
                Self::Raw([&[*first], content].concat())
            }
            _ => Self::Number(major, argument),
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Array(items) => {
                head(out, 4, count(items.len()));
                for item in items {
                    item.write(out);
                }
            }
            Self::Embedded(item) => {
                let mut content = Vec::new();
                item.write(&mut content);
                head(out, 2, count(content.len()));
                out.extend(content);
            }
            Self::Map(entries) => {
                head(out, 5, count(entries.len()));
                for (key, value) in entries {
                    key.write(out);
                    value.write(out);
                }
            }
            Self::Number(major, argument) => head(out, *major, *argument),
            Self::Raw(bytes) => out.extend(bytes),
            Self::String(major, content) => {
                head(out, *major, count(content.len()));
                out.extend(content);
            }
            Self::Tag(tag, item) => {
                head(out, 6, *tag);
                item.write(out);
            }
        }
    }
}

/// Walks down at random and changes what is there.
fn change(item: &mut Item, random: &mut Random, depth: usize) {
    let stops = random.one_in(if depth == 0 { 8 } else { 4 });
    match item {
        Item::Array(items) if !stops && !items.is_empty() => {
            let index = random.below(items.len());
            if let Some(inner) = items.get_mut(index) {
                change(inner, random, depth + 1);
            }
        }
        Item::Map(entries) if !stops && !entries.is_empty() => {
            let index = random.below(entries.len());
            if let Some((key, value)) = entries.get_mut(index) {
                let is_key = random.one_in(8);
                change(if is_key { key } else { value }, random, depth + 1);
            }
        }
        Item::Embedded(inner) if !stops => change(inner, random, depth + 1),
        Item::Tag(_, inner) if !random.one_in(8) => change(inner, random, depth + 1),
        _ => change_here(item, random),
    }
}

fn change_here(item: &mut Item, random: &mut Random) {
    if random.one_in(6) {
        *item = other(item, random);
        return;
    }
    match item {
        Item::Array(items) => change_list(items, random),
        Item::Map(entries) => {
            if random.one_in(4) {
                let key = Item::String(3, b"x".to_vec());
                entries.push((key, Item::Number(0, 0)));
            } else {
                change_list(entries, random);
            }
        }
        Item::Number(_, argument) => {
            *argument = match random.below(4) {
                0 => argument.wrapping_add(1),
                1 => argument.wrapping_sub(1),
                _ => random.pick(&NUMBERS).copied().unwrap_or_default(),
            };
            if let Item::Number(7, argument) = item {
                *argument = 20 + (*argument % 4);
            }
        }
        Item::String(_, content) => {
            let at = random.below(content.len());
            match random.below(5) {
                0 => content.push(random.byte()),
                1 => drop(content.pop()),
                2 => content.clear(),
                _ => match content.get_mut(at) {
                    Some(byte) => *byte ^= 1 << random.below(8),
                    None => content.push(0),
                },
            }
        }
        Item::Tag(tag, inner) => match random.below(3) {
            0 => *item = (**inner).clone(),
            1 => *tag = random.pick(&NUMBERS).copied().unwrap_or_default(),
            _ => *item = Item::Tag(*tag, Box::new(item.clone())),
        },
        Item::Embedded(inner) => *item = (**inner).clone(),
        Item::Raw(_) => *item = Item::Number(7, 22),
    }
}

fn change_list<T: Clone>(items: &mut Vec<T>, random: &mut Random) {
    let (one, two) = (random.below(items.len()), random.below(items.len()));
    if items.is_empty() {
        return;
    }
    match random.below(4) {
        0 => drop(items.remove(one)),
        1 => {
            if let Some(copy) = items.get(one).cloned() {
                items.insert(two, copy);
            }
        }
        2 => items.swap(one, two),
        _ => items.truncate(one),
    }
}

/// Returns the same in another spelling, or another thing.
fn other(item: &Item, random: &mut Random) -> Item {
    let mut plain = Vec::new();
    item.write(&mut plain);
    match (random.below(7), item) {
        (0, _) => Item::Number(7, 22),
        (1, _) => Item::Array(vec![item.clone()]),
        (2, _) => Item::Tag(55799, Box::new(item.clone())),
        (3, Item::String(major, content)) => Item::String(5 - major, content.clone()),
        (4, Item::Array(items)) => {
            let mut raw = vec![0x9f];
            items.iter().for_each(|item| item.write(&mut raw));
            raw.push(0xff);
            Item::Raw(raw)
        }
        (4, Item::Map(entries)) => {
            let mut raw = vec![0xbf];
            for (key, value) in entries {
                key.write(&mut raw);
                value.write(&mut raw);
            }
            raw.push(0xff);
            Item::Raw(raw)
        }
        (4, Item::String(major, _)) => {
            let mut raw = vec![(major << 5) | 31];
            raw.extend(plain);
            raw.push(0xff);
            Item::Raw(raw)
        }
        (5 | 6, _) => match plain.split_first() {
            // The argument in one byte instead of within the first.
            Some((first, rest)) if first & 31 < 24 && first >> 5 < 7 => {
                Item::Raw([&[(first & 0xe0) | 24, first & 31], rest].concat())
            }
            // A length that is not true.
            Some((first, rest)) => Item::Raw([&[first ^ 1], rest].concat()),
            None => item.clone(),
        },
        _ => Item::Number(0, 0),
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(head)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let bytes = argument.to_be_bytes();
    let (short, length) = match argument {
        0..=23 => {
            out.push((major << 5) | bytes[7]);
            return;
        }
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push((major << 5) | short);
    out.extend(bytes.iter().skip(8 - length));
}
