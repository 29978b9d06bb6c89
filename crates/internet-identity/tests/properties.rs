//! Properties of seeds, for arbitrary inputs.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use icid_internet_identity::seed::{Salt, Seed};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sha2::{Digest as _, Sha256};

/// The definition, word by word.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut blob = Vec::new();
    for part in parts {
        blob.push(u8::try_from(part.len()).unwrap());
        blob.extend_from_slice(part);
    }
    Sha256::digest(blob).into()
}

fn salts() -> impl Strategy<Value = Salt> {
    any::<[u8; 32]>().prop_filter_map("a salt of zeros is none", Salt::new)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(3),
        ..ProptestConfig::default()
    })]

    // spec: II-SEED-1, II-SEED-3, II-SEED-5
    #[test]
    fn the_seed_of_an_anchor_is_the_hash_of_its_definition(
        salt in salts(),
        anchor: u64,
        origin in ".{0,63}",
    ) {
        let digits = anchor.to_string();
        let expected = hash(&[salt.as_bytes(), digits.as_bytes(), origin.as_bytes()]);
        let seed = Seed::of_anchor(&salt, anchor, &origin).unwrap();
        prop_assert_eq!(seed.as_bytes(), &expected);
    }

    // spec: II-SEED-3, II-SEED-6
    #[test]
    fn the_seed_of_an_account_is_the_hash_of_its_definition(
        salt in salts(),
        account: u64,
        origin in ".{0,63}",
    ) {
        let digits = account.to_string();
        let expected = hash(&[salt.as_bytes(), b"<account>", digits.as_bytes(), origin.as_bytes()]);
        let seed = Seed::of_account(&salt, account, &origin).unwrap();
        prop_assert_eq!(seed.as_bytes(), &expected);
    }

    // spec: II-SEED-3
    #[test]
    fn small_numbers_have_as_many_digits_as_they_need(salt in salts(), anchor in 0_u64..1_000) {
        let digits = anchor.to_string();
        let expected = hash(&[salt.as_bytes(), digits.as_bytes(), b""]);
        let seed = Seed::of_anchor(&salt, anchor, "").unwrap();
        prop_assert_eq!(seed.as_bytes(), &expected);
    }
}
