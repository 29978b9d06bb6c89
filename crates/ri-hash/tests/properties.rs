//! Properties over generated maps.

use std::collections::BTreeMap;

use icid_ri_hash::AddFieldError;
use icid_ri_hash::BlobHasher;
use icid_ri_hash::MapHasher;
use icid_ri_hash::ValueHash;
use proptest::collection::btree_map;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use sha2::Digest;
use sha2::Sha256;

/// The text of the interface spec, word for word.
fn by_the_text(fields: &BTreeMap<String, Vec<u8>>) -> [u8; 32] {
    let digest = |bytes: &[u8]| <[u8; 32]>::from(Sha256::digest(bytes));
    let mut elements: Vec<Vec<u8>> = fields
        .iter()
        .map(|(name, value)| [digest(name.as_bytes()), digest(value)].concat())
        .collect();
    elements.sort();
    digest(&elements.concat())
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{0,12}",
        prop::sample::select(&["sender", "nonce", "arg", "paths", "sig", "status"][..])
            .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x41),
        ..ProptestConfig::default()
    })]

    #[test]
    // spec: REQID-1, REQID-3, REQID-13
    fn the_hash_is_that_of_the_text_in_any_order(
        fields in btree_map(names(), vec(any::<u8>(), 0..100), 0..64),
        start: Index,
    ) {
        let mut order: Vec<_> = fields.iter().collect();
        if !order.is_empty() {
            let start = start.index(order.len());
            order.rotate_left(start);
        }
        let mut hasher = MapHasher::new();
        for (name, value) in order {
            prop_assert_eq!(hasher.add(name, ValueHash::blob(value)), Ok(()));
        }
        prop_assert_eq!(hasher.finish().into_bytes(), by_the_text(&fields));
        for (name, value) in &fields {
            let again = hasher.add(name, ValueHash::blob(value));
            prop_assert_eq!(again, Err(AddFieldError::DuplicateName));
        }
    }

    #[test]
    // spec: REQID-1, REQID-3
    fn another_value_or_another_field_is_another_hash(
        fields in btree_map(names(), vec(any::<u8>(), 0..20), 1..12),
        place: Index,
        change in 0..3_u8,
    ) {
        let hash = |fields: &BTreeMap<String, Vec<u8>>| {
            let mut hasher = MapHasher::new();
            for (name, value) in fields {
                hasher.add(name, ValueHash::blob(value)).unwrap();
            }
            hasher.finish()
        };
        let mut other = fields.clone();
        let name = fields.keys().nth(place.index(fields.len())).unwrap();
        let value = other.remove(name).unwrap();
        match change {
            0 => drop(other.insert(name.clone(), [&value[..], &[0]].concat())),
            1 => drop(other.insert(format!("{name}_"), value)),
            _ => {}
        }
        prop_assume!(other != fields);
        prop_assert_ne!(hash(&other), hash(&fields));
    }

    #[test]
    // spec: REQID-5
    fn pieces_make_up_the_blob(pieces in vec(vec(any::<u8>(), 0..200), 0..5)) {
        let mut hasher = BlobHasher::new();
        pieces.iter().for_each(|piece| hasher.update(piece));
        prop_assert_eq!(hasher.finish(), ValueHash::blob(&pieces.concat()));
    }
}
