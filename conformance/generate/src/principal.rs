//! Vectors about principals.

mod characters;
mod checksum;
mod decode;
mod encode;
mod ids;

use self::checksum::crc;
use model::crypto::test_seed;
use model::input::hex;
use serde_json::{Value, json};

use crate::Suite;

/// Where the values with `source` come from.
const EXAMPLE: &str = "interface spec 0.66.0, Textual representation of principals";

const CLASSES: &str = "interface spec 0.66.0, Special forms of principals";

const PUBLIC: &str = "public identifier of the IC mainnet";

/// Bytes and text of principals that are written down somewhere.
const KNOWN: &[(&str, &str, &str, &str, Option<&str>)] = &[
    (
        "spec-example",
        "The example of the specification",
        "abcd01",
        "em77e-bvlzu-aq",
        Some(EXAMPLE),
    ),
    (
        "management",
        "The management canister",
        "",
        "aaaaa-aa",
        Some("interface spec 0.66.0, Identifiers"),
    ),
    (
        "anonymous",
        "The anonymous principal",
        "04",
        "2vxsx-fae",
        Some(CLASSES),
    ),
    (
        "root-subnet",
        "The id of the root subnet, self-authenticating",
        "cff280e32d7f5ccd2246882f94afb20f54ca61a21765e712d43d278902",
        "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe",
        Some("interface spec 0.66.0, Subnet information"),
    ),
    (
        "request-example",
        "The canister of the example of a request id",
        "00000000000004d2",
        "ngj2t-fiaaa-aaaaa-aatja",
        Some("interface spec 0.66.0, Request ids"),
    ),
    (
        "registry",
        "A canister id with a 1 in the index",
        "00000000000000010101",
        "rrkah-fqaaa-aaaaa-aaaaq-cai",
        Some(PUBLIC),
    ),
    (
        "first-canister",
        "The canister id with index 0 and kind 1",
        "00000000000000000101",
        "rwlgt-iiaaa-aaaaa-aaaaa-cai",
        Some(PUBLIC),
    ),
    (
        "identity-service",
        "The id of the canister of Internet Identity",
        "00000000000000070101",
        "rdmx6-jaaaa-aaaaa-aaadq-cai",
        Some(PUBLIC),
    ),
    (
        "one-character-group",
        "The last group has one character",
        "efcdab000000000001",
        "2chl6-4hpzw-vqaaa-aaaaa-c",
        None,
    ),
    (
        "reserved-one-byte",
        "The shortest reserved id",
        "7f",
        "ck4ig-id7",
        None,
    ),
    (
        "longest",
        "29 bytes and 63 characters, the longest there are",
        "000000000000000000000000000000000000000000000000000000007f",
        "zpxkt-cyaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-ah6",
        None,
    ),
];

/// What a text is about whose value comes from the table above.
const TEXT: &[&str] = &[
    "PRIN-1", "PRIN-2", "PRIN-8", "PRIN-11", "PRIN-12", "PRIN-13", "PRIN-14", "PRIN-15", "PRIN-16",
];

pub(crate) fn generate(suite: &mut Suite) {
    decode::decode_known(suite);
    characters::decode_characters(suite);
    characters::decode_groups(suite);
    checksum::decode_checksums(suite);
    decode::decode_lengths(suite);
    encode::encode(suite);
    ids::classify(suite);
    ids::from_pubkey(suite);
    ids::derive(suite);
}

fn text(text: &str) -> Value {
    json!({"text": text})
}

fn bytes(bytes: &[u8]) -> Value {
    json!({"bytes": hex(bytes)})
}

/// `length` bytes without any regularity.
fn some_bytes(label: &str, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for counter in 0_u8.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend(test_seed(&format!("principal/{label}/{counter}")));
    }
    bytes.truncate(length);
    bytes
}

/// The canonical text of `bytes`.
fn canonical(bytes: &[u8]) -> String {
    match model::run("principal.encode_text", &json!({"bytes": hex(bytes)}), None) {
        model::Outcome::Ok(output) => output["text"].as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

/// The text of `bytes`, whatever their number, that has this checksum before them.
fn text_with_checksum(checksum: u32, bytes: &[u8]) -> String {
    let blob = [&checksum.to_be_bytes()[..], bytes].concat();
    let mut letters = String::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in &blob {
        buffer = ((buffer << 8) | u32::from(*byte)) & 0xffff;
        bits = bits.saturating_add(8);
        while bits >= 5 {
            bits = bits.saturating_sub(5);
            letters.push(letter(buffer >> bits));
        }
    }
    if bits > 0 {
        letters.push(letter(buffer << 5_u32.saturating_sub(bits)));
    }
    group(&letters)
}

fn letter(value: u32) -> char {
    let index = usize::try_from(value & 31).unwrap_or_default();
    "abcdefghijklmnopqrstuvwxyz234567"
        .chars()
        .nth(index)
        .unwrap_or_default()
}

fn group(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let groups: Vec<String> = letters
        .chunks(5)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

fn crc32(bytes: &[u8]) -> u32 {
    crc(0xedb8_8320, u32::MAX, u32::MAX, bytes)
}
