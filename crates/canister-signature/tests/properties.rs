//! Whatever the bytes are.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use core::ops::Range;
use std::collections::BTreeMap;

use hash_tree::HashTree;
use icid_canister_signature::{CanisterSignature, Policy, Ranges, Rules};
use principal::Principal;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use public_key::{BlsPublicKey, CanisterPublicKey};
use sha2::{Digest as _, Sha256};
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
use testkit::canister::witness;
use testkit::{SecretKey, Subnet, Tree};

const SEED: &[u8] = b"seed";
const PAYLOAD: &[u8] = b"\x0aic-request0123456789abcdef0123456789abcdef";

/// Holds everything for true, so that only what is around signatures is tested.
struct Lenient;

impl VerifySignature for Lenient {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

fn good() -> Vec<u8> {
    let root = SecretKey::from_name("root");
    Subnet::example().canister_signature(&root, &witness(SEED, PAYLOAD))
}

/// Parses and verifies under every policy, and returns how often it was accepted.
fn exercise(bytes: &[u8]) -> usize {
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let key = CanisterPublicKey::new(canister, SEED).unwrap();
    let root_key = BlsPublicKey::from_bytes(SecretKey::from_name("root").public_key());
    let mut accepted = 0;
    for policy in [Policy::SPEC, Policy::REPLICA] {
        for ranges in [Ranges::Sharded, Ranges::Flat, Ranges::Either] {
            let rules = Rules {
                root_key,
                ranges,
                freshness: None,
            };
            if let Ok(signature) = CanisterSignature::parse(bytes, policy)
                && let Ok(verified) = signature.verify(&[PAYLOAD], &key, &rules, &Lenient, None)
            {
                assert_eq!(verified.canister_id(), canister);
                accepted += 1;
            }
        }
    }
    accepted
}

/// Changes some bytes, cuts some out and inserts some.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), any::<u8>(), 0..5_u8);
    vec(change, 1..6).prop_map(|changes| {
        let mut bytes = good();
        for (index, byte, kind) in changes {
            let position = index.index(bytes.len());
            match kind {
                0 => bytes.insert(position, byte),
                1 => drop(bytes.remove(position)),
                2 => bytes[position] = byte,
                3 => bytes[position] ^= 1 << (byte & 7),
                _ => bytes[position] = bytes[position].wrapping_add(1),
            }
        }
        bytes
    })
}

#[test]
fn the_signature_that_is_mutated_is_good() {
    assert_eq!(exercise(&good()), 6);
}

/// The only bytes of a signature that may be others are those of the certificate.
#[test]
fn no_byte_of_the_tree_may_change() {
    let good = good();
    let tree = witness(SEED, PAYLOAD).encode();
    let start = good.len() - tree.len();
    assert_eq!(&good[start..], &tree);
    for position in start..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[position] ^= 1 << bit;
            assert_eq!(exercise(&bytes), 0, "bit {bit} of byte {position}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn mutated_signatures_never_panic(bytes in mutated()) {
        exercise(&bytes);
    }

    #[test]
    fn any_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        exercise(&bytes);
        exercise(&[b"\xd9\xd9\xf7\xa2\x64tree", &bytes[..]].concat());
    }
}

/// Seeds and payloads that a canister may have signed, each of one byte.
const SIGNED: Range<u8> = 0..3;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::default()
    })]

    #[test]
    // spec: CSIG-12, CSIG-13
    fn a_payload_is_signed_if_the_tree_has_it_and_shows_it(
        signed in vec((SIGNED, SIGNED, any::<bool>()), 1..9),
    ) {
        let hash = |byte: u8| Sha256::digest([byte]);
        let paths: BTreeMap<_, _> = signed
            .iter()
            .map(|&(seed, payload, is_shown)| {
                let path = [b"sig".to_vec(), hash(seed).to_vec(), hash(payload).to_vec()];
                ((seed, payload), (path, is_shown))
            })
            .collect();
        let values: Vec<(&[Vec<u8>], &[u8])> =
            paths.values().map(|(path, _)| (&path[..], &b""[..])).collect();
        let tree = Tree::of(&values);
        let shown: Vec<Vec<&[u8]>> = paths
            .values()
            .filter(|(_, is_shown)| *is_shown)
            .map(|(path, _)| path.iter().map(Vec::as_slice).collect())
            .collect();
        let shown: Vec<&[&[u8]]> = shown.iter().map(Vec::as_slice).collect();
        let encoded = tree.encode();
        let pruned = HashTree::parse(&encoded).unwrap().prune(&shown);

        let root = SecretKey::from_name("root");
        let state = testkit::canister::state(&Subnet::CANISTER, &tree.root_hash());
        let certificate = Subnet::example().certify(&root, &state);
        let bytes = testkit::cbor::tagged(&testkit::cbor::map(&[
            ("certificate", testkit::cbor::bytes(&certificate)),
            ("tree", pruned),
        ]));
        let signature = CanisterSignature::parse(&bytes, Policy::SPEC).unwrap();
        let rules = Rules {
            root_key: BlsPublicKey::from_bytes(root.public_key()),
            ranges: Ranges::Sharded,
            freshness: None,
        };
        for seed in SIGNED {
            for payload in SIGNED {
                let (seeded, payloads) = ([seed], [payload]);
                let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
                let key = CanisterPublicKey::new(canister, &seeded).unwrap();
                let verified = signature.verify(&[&payloads], &key, &rules, &Lenient, None);
                let is_shown = paths.get(&(seed, payload)).is_some_and(|(_, is_shown)| *is_shown);
                prop_assert_eq!(verified.is_ok(), is_shown, "seed {}, payload {}", seed, payload);

                // The same signature is no other canister's, not even of one in the same ranges.
                let mut other = Subnet::CANISTER;
                other[7] ^= 1;
                let other = Principal::from_slice(&other).unwrap();
                let key = CanisterPublicKey::new(other, &seeded).unwrap();
                let verified = signature.verify(&[&payloads], &key, &rules, &Lenient, None);
                prop_assert!(verified.is_err());
            }
        }
    }
}
