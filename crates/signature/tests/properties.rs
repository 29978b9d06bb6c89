//! What holds for all lists of claims.

use icid_signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Accepts the signature 1, whatever the key and the message.
struct One;

impl VerifySignature for One {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        if claim.signature == [1] {
            Ok(())
        } else {
            Err(InvalidSignature)
        }
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x519),
        ..ProptestConfig::default()
    })]

    #[test]
    fn together_claims_hold_if_each_does_and_the_first_that_does_not_is_named(
        signatures in vec(prop_oneof![4 => Just(1_u8), 1 => any::<u8>()], 0..12),
    ) {
        let claims: Vec<Claim<'_>> = signatures
            .chunks(1)
            .map(|signature| Claim { key: b"key", message: &[b"message"], signature })
            .collect();
        let expected = signatures.iter().position(|&signature| signature != 1);
        let expected = expected.map_or(Ok(()), |index| Err(InvalidAt { index }));
        prop_assert_eq!(One.verify_all(&claims), expected);
    }
}

#[cfg(feature = "weights")]
proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x519),
        ..ProptestConfig::default()
    })]

    #[test]
    fn weights_depend_on_the_bytes_of_all_claims_and_on_nothing_else(
        parts in vec(vec(any::<u8>(), 0..6), 6),
        changed in 0..6_usize,
        cut in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        use icid_signature::weights::Weights;

        let weights = |parts: &[Vec<u8>], cut: usize| {
            let message = parts[4].split_at(cut);
            let claims = [
                Claim { key: &parts[0], message: &[&parts[1]], signature: &parts[2] },
                Claim { key: &parts[3], message: &[message.0, message.1], signature: &parts[5] },
            ];
            let weights = Weights::of(&claims);
            [1, 2, 3].map(|index| weights.at(index))
        };
        let expected = weights(&parts, 0);
        prop_assert!(expected.iter().all(Option::is_some));
        prop_assert_ne!(expected[0], expected[1]);
        let place = cut.index(parts[4].len() + 1);
        prop_assert_eq!(weights(&parts, place), expected);

        let mut other = parts.clone();
        other[changed].push(byte);
        for (weight, other) in expected.into_iter().zip(weights(&other, 0)) {
            prop_assert_ne!(weight, other);
        }
        // A byte that moves from one part into the next is a change, too.
        let mut moved = parts.clone();
        if let Some(last) = moved[changed].pop() {
            moved[(changed + 1) % 6].insert(0, last);
            prop_assert_ne!(weights(&moved, 0), expected);
        }
    }
}
