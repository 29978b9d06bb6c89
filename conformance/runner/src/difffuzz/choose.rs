//! Choosing one change for an input, by what the place in it holds.

use model::input::{hex, unhex};
use serde_json::{Value, json};

use super::cbor;
use super::corpus::Corpus;
use super::edit::{Change, Edit};
use super::random::Random;

/// Members that are decimal strings.
const NUMBERS: [&str; 9] = [
    "account",
    "anchor",
    "expiration",
    "int",
    "max_age",
    "max_delegation_age",
    "max_skew",
    "nat",
    "now",
];

/// Members that are one of a few words; others make no input of the protocol.
const WORDS: [&str; 6] = ["endpoint", "kind", "policy", "ranges", "scope", "version"];

/// Members that are texts, in lists of keys and values of typed maps too.
const TEXTS: [&str; 5] = ["map", "name", "origin", "permissions", "text"];

/// Members that are ids, hashes or keys of a fixed form, which no operation puts to the test: they keep
/// their length.
const FIXED: [&str; 14] = [
    "canister",
    "canister_id",
    "controllers",
    "effective_canister_id",
    "effective_id",
    "effective_subnet_id",
    "id",
    "request_id",
    "root_subnet_id",
    "secret_key",
    "seed",
    "sender",
    "signer",
    "subnet",
];

/// Operations on such members themselves.
const OF_IDS: [&str; 1] = ["key.encode_canister"];

/// Numbers at which something may change.
const BOUNDARIES: [u64; 14] = [
    0,
    1,
    127,
    128,
    255,
    256,
    65535,
    65536,
    0xffff_ffff,
    1 << 32,
    1 << 53,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX,
];

/// By how much numbers are moved: from a nanosecond to a week.
const STEPS: [u64; 7] = [
    1,
    1_000_000_000,
    30_000_000_000,
    60_000_000_000,
    300_000_000_000,
    3_600_000_000_000,
    604_800_000_000_000,
];

/// Where a walk through an input stands.
struct Place<'a> {
    /// The JSON pointer.
    pointer: String,
    /// The place with `*` for the items of lists, after the operation.
    kind: String,
    /// The name of the nearest member.
    name: &'a str,
}

/// Chooses a change for `input`. `presets` are those that the adapter knows.
pub(super) fn choose(
    op: &str,
    input: &Value,
    corpus: &Corpus<'_>,
    presets: &[String],
    random: &mut Random,
) -> Option<Edit> {
    if presets.len() > 1 && random.one_in(24) {
        let preset = random.pick(presets)?;
        return Some(edit("/policy".to_owned(), Change::Insert(json!(preset))));
    }
    let root = Place {
        pointer: String::new(),
        kind: op.to_owned(),
        name: "",
    };
    walk(&root, input, corpus, random)
}

const fn edit(at: String, change: Change) -> Edit {
    Edit { at, change }
}

fn walk(
    place: &Place<'_>,
    value: &Value,
    corpus: &Corpus<'_>,
    random: &mut Random,
) -> Option<Edit> {
    let is_root = place.pointer.is_empty();
    let is_request = place.kind.starts_with("envelope.sign/content");
    if !is_root && !is_request && random.one_in(10) {
        return donated(place, corpus, random);
    }
    match value {
        Value::Object(map) => {
            if random.one_in(if is_root { 8 } else { 4 })
                && let Some(edit) = member(place, map, corpus, random)
            {
                return Some(edit);
            }
            let names: Vec<&String> = map.keys().filter(|name| *name != "policy").collect();
            let name = random.pick(&names)?.as_str();
            let inner = Place {
                pointer: format!("{}/{name}", place.pointer),
                kind: format!("{}/{name}", place.kind),
                name,
            };
            walk(&inner, map.get(name)?, corpus, random)
        }
        Value::Array(list) => {
            let index = random.below(list.len());
            // A pair of a key and its value has to stay one.
            let is_pair = place.kind.ends_with("map/*");
            // What is signed has to stay a request: a library may not be able to say anything else.
            let is_request = place.kind == "envelope.sign/content/map";
            if !is_pair && !is_request && (list.is_empty() || random.one_in(3)) {
                return items(place, list, corpus, random);
            }
            let inner = Place {
                pointer: format!("{}/{index}", place.pointer),
                kind: format!("{}/*", place.kind),
                name: place.name,
            };
            if place.kind == "envelope.sign/content/map/*" {
                let is_free = list
                    .first()
                    .is_some_and(|key| key == "arg" || key == "method_name");
                if index == 0 || !is_free {
                    return None;
                }
            }
            walk(&inner, list.get(index)?, corpus, random)
        }
        Value::Bool(is) => Some(edit(place.pointer.clone(), Change::Put(json!(!is)))),
        Value::String(text) => match place.name {
            name if WORDS.contains(&name) => donated(place, corpus, random),
            name if NUMBERS.contains(&name) => number(place, text, random),
            name if TEXTS.contains(&name) => Some(characters(place, text, corpus, random)),
            _ => bytes(place, &unhex(text)?, corpus, random),
        },
        _ => donated(place, corpus, random),
    }
}

/// Puts a value that another vector has at this place.
fn donated(place: &Place<'_>, corpus: &Corpus<'_>, random: &mut Random) -> Option<Edit> {
    let value = random.pick(corpus.donors(&place.kind))?;
    Some(edit(place.pointer.clone(), Change::Put((*value).clone())))
}

/// Drops an optional member, or adds one.
fn member(
    place: &Place<'_>,
    map: &serde_json::Map<String, Value>,
    corpus: &Corpus<'_>,
    random: &mut Random,
) -> Option<Edit> {
    let optional: Vec<&str> = corpus.optional(&place.kind).into_iter().collect();
    let name = random.pick(&optional)?;
    let at = format!("{}/{name}", place.pointer);
    if map.contains_key(*name) {
        return Some(edit(at, Change::Drop));
    }
    let donor = random.pick(corpus.donors(&format!("{}/{name}", place.kind)))?;
    Some(edit(at, Change::Insert((*donor).clone())))
}

/// Drops, repeats, reorders or adds items.
fn items(
    place: &Place<'_>,
    list: &[Value],
    corpus: &Corpus<'_>,
    random: &mut Random,
) -> Option<Edit> {
    let (one, two) = (random.below(list.len()), random.below(list.len()));
    let at = |index: usize| format!("{}/{index}", place.pointer);
    Some(match random.below(if list.is_empty() { 1 } else { 5 }) {
        0 => {
            let donor = random.pick(corpus.donors(&format!("{}/*", place.kind)))?;
            edit(at(one), Change::Insert((*donor).clone()))
        }
        1 => edit(at(one), Change::Drop),
        2 => edit(at(two), Change::Insert(list.get(one)?.clone())),
        3 => edit(place.pointer.clone(), Change::Swap(one, two)),
        _ => {
            let head = list.get(..one)?.to_vec();
            edit(place.pointer.clone(), Change::Put(Value::Array(head)))
        }
    })
}

fn number(place: &Place<'_>, text: &str, random: &mut Random) -> Option<Edit> {
    let step = *random.pick(&STEPS)?;
    let near = text.parse::<u64>().ok();
    let value = match (random.below(5), near) {
        (0, Some(near)) => near.saturating_add(step),
        (1, Some(near)) => near.saturating_sub(step),
        (2, Some(near)) => near.wrapping_add(1),
        (3, Some(near)) => near.saturating_sub(1),
        _ => *random.pick(&BOUNDARIES)?,
    };
    let mut text = value.to_string();
    if place.name == "int" && value > 0 && random.one_in(3) {
        text.insert(0, '-');
    }
    if matches!(place.name, "int" | "nat") && value > 0 && random.one_in(4) {
        text.push_str("0000000000000000000");
    }
    Some(edit(place.pointer.clone(), Change::Put(json!(text))))
}

fn characters(place: &Place<'_>, text: &str, corpus: &Corpus<'_>, random: &mut Random) -> Edit {
    const PALETTE: [&str; 16] = [
        "-", "--", "a", "A", "z", "0", "1", "7", "8", " ", "\n", "=", "/", "é", "\u{0}", "ı",
    ];
    let length = text.chars().count();
    let (mut from, mut removed) = (random.below(length + 1), random.below(2));
    let piece = random.pick(&PALETTE).copied().unwrap_or_default();
    let mut added = piece.to_owned();
    match random.below(6) {
        0 => added.clear(),
        1 => {
            // A piece of another text.
            if let Some(Value::String(donor)) = random.pick(corpus.donors(&place.kind)) {
                let skipped = random.below(donor.chars().count());
                let taken = 1 + random.below(12);
                added = donor.chars().skip(skipped).take(taken).collect();
                removed = random.below(12);
            }
        }
        2 => {
            // The other case of one letter.
            from = random.below(length);
            removed = 1;
            let letter = text.chars().nth(from).unwrap_or('a');
            added = if letter.is_lowercase() {
                letter.to_uppercase().collect()
            } else {
                letter.to_lowercase().collect()
            };
        }
        _ => {}
    }
    let change = Change::Chars {
        from,
        removed,
        added,
    };
    edit(place.pointer.clone(), change)
}

fn bytes(
    place: &Place<'_>,
    bytes: &[u8],
    corpus: &Corpus<'_>,
    random: &mut Random,
) -> Option<Edit> {
    let at = random.below(bytes.len());
    let change = |from, removed, added| Change::Bytes {
        from,
        removed,
        added,
    };
    let is_structure = bytes
        .first()
        .is_some_and(|first| (4..7).contains(&(first >> 5)));
    if is_structure
        && !random.one_in(4)
        && let Some(new) = cbor::edited(bytes, random)
    {
        return Some(edit(place.pointer.clone(), Change::between(bytes, &new)));
    }
    if FIXED.contains(&place.name) && !OF_IDS.iter().any(|op| place.kind.starts_with(op)) {
        let byte = bytes.get(at)?;
        let flipped = vec![byte ^ (1 << random.below(8))];
        return match random.below(3) {
            0 => donated(place, corpus, random),
            _ => Some(edit(place.pointer.clone(), change(at, 1, flipped))),
        };
    }
    let donor = |random: &mut Random| match random.pick(corpus.donors(&place.kind)) {
        Some(Value::String(donor)) => unhex(donor).unwrap_or_default(),
        _ => Vec::new(),
    };
    let change = match random.below(9) {
        0 | 1 => match bytes.get(at) {
            Some(byte) => change(at, 1, vec![byte ^ (1 << random.below(8))]),
            None => change(0, 0, vec![random.byte()]),
        },
        2 => change(at, 1, vec![*random.pick(&[0, 1, 0x7f, 0x80, 0xff])?]),
        3 => change(at, bytes.len(), Vec::new()),
        4 => {
            let byte = random.byte();
            let count = 1 + random.below(4);
            change(bytes.len(), 0, vec![byte; count])
        }
        5 => change(at, 1 + random.below(4), Vec::new()),
        6 => change(at, 0, vec![random.byte()]),
        7 => {
            let donor = donor(random);
            let start = random.below(donor.len());
            let taken = 1 + random.below(40);
            let piece = donor.into_iter().skip(start).take(taken).collect();
            let removed = if random.one_in(2) { taken } else { 0 };
            change(at, removed, piece)
        }
        _ => Change::Put(json!(hex(&donor(random)))),
    };
    Some(edit(place.pointer.clone(), change))
}
