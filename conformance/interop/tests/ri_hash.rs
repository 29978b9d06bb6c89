//! Representation-independent hashes against `ic-representation-independent-hash`.

use ic_representation_independent_hash::Value;
use ic_representation_independent_hash::representation_independent_hash;
use icid_interop::Rng;
use ri_hash::AddFieldError;
use ri_hash::ArrayHasher;
use ri_hash::BlobHasher;
use ri_hash::MapHasher;
use ri_hash::ValueHash;

/// What `ic-representation-independent-hash` does otherwise.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "duplicate names",
        "hashes both; the interface spec has no maps with duplicate keys",
    ),
    (
        "nested maps, integers, naturals of 2^64 and above",
        "has no such values",
    ),
];

/// Field names from the interface spec, and unusual ones.
const NAMES: &[&str] = &[
    "request_type",
    "sender",
    "nonce",
    "ingress_expiry",
    "canister_id",
    "method_name",
    "arg",
    "paths",
    "pubkey",
    "expiration",
    "targets",
    "permissions",
    "status",
    "reply",
    "",
    "\u{3bb}",
];

#[test]
fn maps_have_the_same_hash() {
    let mut rng = Rng::new(10);
    for round in 0..3_000 {
        let (mut ours, mut theirs) = (MapHasher::<16>::with_limit(), Vec::new());
        for name in NAMES.iter().skip(round % NAMES.len()) {
            let value = value(&mut rng, 0);
            ours.add(name, hash(&value)).unwrap();
            // Another order for the other.
            theirs.insert(rng.below(theirs.len() + 1), ((*name).to_owned(), value));
        }
        assert_eq!(
            ours.finish().into_bytes(),
            representation_independent_hash(&theirs)
        );
    }
}

#[test]
fn naturals_of_every_size_have_the_same_hash() {
    for bits in 0..=64_u32 {
        let power = 1_u128 << bits;
        for number in [power.saturating_sub(1), power, power + 1] {
            let Ok(number) = u64::try_from(number) else {
                continue;
            };
            let mut ours = MapHasher::<1>::with_limit();
            ours.add("n", ValueHash::natural(number.into())).unwrap();
            let theirs = [("n".to_owned(), Value::Number(number))];
            assert_eq!(
                ours.finish().into_bytes(),
                representation_independent_hash(&theirs)
            );
        }
    }
}

#[test]
fn duplicate_names_differ_as_documented() {
    assert_eq!(DIFFERENCES[0].0, "duplicate names");
    let mut ours = MapHasher::<2>::with_limit();
    ours.add("a", ValueHash::natural(1)).unwrap();
    assert!(matches!(
        ours.add("a", ValueHash::natural(2)),
        Err(AddFieldError::DuplicateName)
    ));
    representation_independent_hash(&[
        ("a".to_owned(), Value::Number(1)),
        ("a".to_owned(), Value::Number(2)),
    ]);
}

fn value(rng: &mut Rng, depth: usize) -> Value {
    match rng.below(if depth < 3 { 4 } else { 3 }) {
        0 => Value::String(NAMES[rng.below(NAMES.len())].to_owned()),
        1 => {
            let shift = rng.below(64);
            Value::Number(rng.bits() >> shift)
        }
        2 => {
            let length = rng.below(200);
            Value::Bytes(rng.bytes(length))
        }
        _ => Value::Array((0..rng.below(5)).map(|_| value(rng, depth + 1)).collect()),
    }
}

fn hash(value: &Value) -> ValueHash {
    match value {
        Value::String(text) => ValueHash::text(text),
        Value::Number(number) => ValueHash::natural((*number).into()),
        Value::Bytes(bytes) if bytes.len() % 2 == 0 => ValueHash::blob(bytes),
        Value::Bytes(bytes) => {
            let mut hasher = BlobHasher::new();
            bytes.chunks(7).for_each(|piece| hasher.update(piece));
            hasher.finish()
        }
        Value::Array(elements) => {
            let mut hasher = ArrayHasher::new();
            elements
                .iter()
                .for_each(|element| hasher.add(hash(element)));
            hasher.finish()
        }
    }
}
