//! Where the targets start from: the inputs of the conformance vectors, and a few of their own.

use hash_tree::CertifiedMap;
use hash_tree::Reveal;
use model::input::unhex;
use public_key::BlsPublicKey;
use serde_json::Value;

use crate::mutate::Numbers;

/// Longer inputs take long and show nothing that shorter ones don't.
const LONGEST: usize = 16 << 10;

/// Returns certificates.
#[must_use]
pub fn certificates() -> Vec<Vec<u8>> {
    let mut map = CertifiedMap::new();
    map.insert(&[b"time"], vec![0x80, 0x01])
        .expect("an empty map takes it");
    let tree = map.witness(&[Reveal::Prefix(&[])]);
    let certificate = |delegation: &[u8]| {
        let entries = if delegation.is_empty() { 0xa2 } else { 0xa3 };
        [
            &[0xd9, 0xd9, 0xf7, entries][..],
            b"\x64tree",
            &tree,
            b"\x69signature\x58\x30",
            &[0xb0; 48],
            delegation,
        ]
        .concat()
    };
    let inner = certificate(&[]);
    let length = u8::try_from(inner.len()).expect("it is short");
    let delegation = [
        &b"\x6adelegation\xa2\x69subnet_id\x41\x07\x6bcertificate\x58"[..],
        &[length],
        &inner,
    ]
    .concat();
    let mut seeds = of_vectors(&[""], &["certificate"]);
    seeds.extend([certificate(&delegation), inner]);
    seeds
}

/// Returns items of CBOR: all that vectors have, and all certificates.
#[must_use]
pub fn cbor_items() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["cbor."], &["bytes"]);
    seeds.extend(of_vectors(
        &["request.", "query_sig."],
        &["envelope", "response"],
    ));
    seeds.extend(certificates());
    seeds.push(b"\xd9\xd9\xf7\xa2\x61a\x82\x01\x20\x61b\xa1\x61c\x43abc".to_vec());
    seeds.push(b"\xd9\xd9\xf7\x9f\x61a\xbf\x61c\xf5\xff\xc2\x49\x01\0\0\0\0\0\0\0\0\xff".to_vec());
    seeds
}

/// Returns encoded hash trees.
#[must_use]
pub fn trees() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["hashtree."], &["tree"]);
    let mut map = CertifiedMap::new();
    for number in 0..20_u8 {
        map.insert(&[&[number % 3], &[number]], vec![number; 3])
            .expect("the paths differ");
    }
    seeds.push(map.witness(&[Reveal::Prefix(&[])]));
    seeds.push(map.witness(&[Reveal::Path(&[&[1], &[7]]), Reveal::Path(&[&[2], &[9]])]));
    // Arrays of indefinite length.
    seeds.push(b"\x9f\x01\x9f\x02\x41a\x9f\x03\x41v\xff\xff\x9f\x00\xff\xff".to_vec());
    seeds
}

/// Returns DER forms of BLS keys.
#[must_use]
pub fn bls_keys() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&[""], &["root_key", "spki"]);
    seeds.push(BlsPublicKey::MAINNET_ROOT.to_der().to_vec());
    seeds
}

/// Returns texts of principals.
#[must_use]
pub fn texts() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["principal."], &["text"]);
    let texts = [
        "aaaaa-aa",
        "2vxsx-fae",
        "em77e-bvlzu-aq",
        "ryjl3-tyaaa-aaaaa-aaaba-cai",
    ];
    seeds.extend(texts.map(|text| text.as_bytes().to_vec()));
    seeds
}

/// Returns bytes without meaning, for targets that make something of any bytes.
#[must_use]
pub fn noise() -> Vec<Vec<u8>> {
    let mut numbers = Numbers::new(0);
    (0..256)
        .map(|_| {
            let length = numbers.below(400);
            (0..length).map(|_| numbers.byte()).collect()
        })
        .collect()
}

/// Returns what the vectors of some operations have in fields of some names. Texts are taken as
/// they are in the field `text`, all others are hexadecimal.
fn of_vectors(operations: &[&str], names: &[&str]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (path, text) in vectors::FILES {
        let file: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
        let operation = file["op"].as_str().unwrap_or_default();
        if !operations
            .iter()
            .any(|prefix| operation.starts_with(prefix))
        {
            continue;
        }
        for test in file["tests"].as_array().into_iter().flatten() {
            for name in names {
                let Some(value) = test["input"][name].as_str() else {
                    continue;
                };
                let bytes = if *name == "text" {
                    Some(value.as_bytes().to_vec())
                } else {
                    unhex(value)
                };
                seeds.extend(bytes.filter(|bytes| bytes.len() <= LONGEST));
            }
        }
    }
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}
