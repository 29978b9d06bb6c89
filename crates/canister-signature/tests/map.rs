//! What a canister has signed, against a map of the standard library.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use hash_tree::{CertifiedMap, HashTree, Lookup};
use hex_literal::hex;
use icid_canister_signature::{
    CanisterSignature, Policy, Ranges, Rules, Siblings, SignatureId, SignatureMap,
    VerifyCanisterSignatureError,
};
use principal::Principal;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::{BlsPublicKey, CanisterPublicKey};
use signature::VerifySignature;
use testkit::canister::{state, witness};
use testkit::{SecretKey, Subnet, Tree};
use time::{Lifetime, Timestamp};

fn at(nanos: u64) -> Timestamp {
    Timestamp::from_nanos(nanos)
}

fn lasting(nanos: u64) -> Lifetime {
    Lifetime::from_nanos(nanos)
}

/// Returns one of many ids.
fn id(number: u64) -> SignatureId {
    SignatureId::new(b"seed", &[&number.to_be_bytes()])
}

/// Returns a map to which ids 0 to `count` were added at time 0, each of which expires at the time
/// of its number.
fn filled(count: u64) -> SignatureMap {
    let mut map = SignatureMap::new();
    for number in 1..=count {
        map.add(&id(number), at(0), lasting(number));
    }
    map
}

#[test]
fn an_id_is_the_hash_of_seed_and_payload() {
    let request_id = hex!("1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101");
    let id = SignatureId::new(&[0], &[b"\x0aic-", b"request", &request_id]);
    let seed_hash = hex!("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    let payload_hash = hex!("665a087ac52a553b948eb5d4b0e78eb865050cd5c1dc647a5dcf93778a8c4a88");
    assert_eq!(id, SignatureId::from_hashes(seed_hash, payload_hash));
    assert_eq!(id.seed_hash(), &seed_hash);
    assert_eq!(id.payload_hash(), &payload_hash);

    let mut map = SignatureMap::new();
    map.add(&id, at(0), lasting(1));
    assert_eq!(
        map.witness(&id, &Siblings::NONE).unwrap(),
        hex!(
            "830243736967830258206e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
             83025820665a087ac52a553b948eb5d4b0e78eb865050cd5c1dc647a5dcf93778a8c4a88820340"
        )
    );
    let certified_data = hex!("5ebb901a5ecb40463cd9eadcf7e4afffdd76f2e09c75c41eaf312d5ecb2fd87f");
    assert_eq!(map.root_hash(), certified_data);
    assert_eq!(map.certified_data(&Siblings::NONE), certified_data);
}

#[test]
fn an_empty_map_has_an_empty_label() {
    let mut map = SignatureMap::new();
    assert!(map.is_empty());
    let tree = Tree::below(&[b"sig"], Tree::Empty);
    assert_eq!(map.root_hash(), tree.root_hash());
    map.add(&id(1), at(0), lasting(1));
    assert!(!map.is_empty());
    assert_ne!(map.root_hash(), tree.root_hash());
    assert!(map.remove(&id(1)));
    assert!(!map.remove(&id(1)));
    assert_eq!(map.root_hash(), tree.root_hash());
}

#[test]
fn a_signature_expires_when_it_was_said_to() {
    let mut map = SignatureMap::new();
    assert_eq!(map.add(&id(1), at(100), lasting(60)), at(160));
    assert_eq!(map.expires_at(&id(1)), Some(at(160)));
    assert_eq!(map.expires_at(&id(2)), None);
    assert_eq!(map.remove_expired(at(159)), 0);
    assert_eq!(map.len(), 1);
    assert_eq!(map.remove_expired(at(160)), 1);
    assert_eq!(map.len(), 0);
    assert_eq!(map.remove_expired(at(160)), 0);
}

#[test]
fn the_last_point_in_time_ends_every_lifetime() {
    let mut map = SignatureMap::new();
    let expires_at = map.add(&id(1), at(u64::MAX), lasting(1));
    assert_eq!(expires_at, Timestamp::MAX);
    assert_eq!(map.remove_expired(at(u64::MAX - 1)), 0);
    assert_eq!(map.remove_expired(Timestamp::MAX), 1);
}

#[test]
fn renewing_a_signature_renews_its_expiry() {
    let mut map = SignatureMap::new();
    map.add(&id(1), at(0), lasting(60));
    assert_eq!(map.add(&id(1), at(40), lasting(60)), at(100));
    assert_eq!(map.len(), 1);
    assert_eq!(map.remove_expired(at(60)), 0);
    assert!(map.witness(&id(1), &Siblings::NONE).is_some());
    assert_eq!(map.remove_expired(at(99)), 0);
    assert_eq!(map.remove_expired(at(100)), 1);
    assert_eq!(map.witness(&id(1), &Siblings::NONE), None);
}

#[test]
fn renewing_never_shortens() {
    let mut map = SignatureMap::new();
    map.add(&id(1), at(0), lasting(60));
    assert_eq!(map.add(&id(1), at(10), lasting(20)), at(60));
    assert_eq!(map.add(&id(1), at(10), lasting(50)), at(60));
    assert_eq!(map.add(&id(1), at(10), lasting(51)), at(61));
    assert_eq!(map.remove_expired(at(60)), 0);
    assert_eq!(map.remove_expired(at(61)), 1);
}

#[test]
fn an_expired_signature_can_be_added_again() {
    let mut map = SignatureMap::new();
    map.add(&id(1), at(0), lasting(60));
    assert_eq!(map.add(&id(1), at(70), lasting(1)), at(71));
    assert_eq!(map.len(), 1);
}

#[test]
fn a_signature_without_lifetime_is_there_until_the_next_call() {
    let mut map = SignatureMap::new();
    assert_eq!(map.add(&id(1), at(5), Lifetime::ZERO), at(5));
    assert!(map.witness(&id(1), &Siblings::NONE).is_some());
    map.add(&id(2), at(5), lasting(1));
    assert_eq!(map.witness(&id(1), &Siblings::NONE), None);
}

#[test]
fn a_call_removes_a_bounded_number() {
    assert_eq!(SignatureMap::MAX_REMOVED, 50);
    let mut map = filled(49);
    assert_eq!(map.remove_expired(at(1000)), 49);
    let mut map = filled(50);
    assert_eq!(map.remove_expired(at(1000)), 50);
    assert!(map.is_empty());

    let mut map = filled(111);
    assert_eq!(map.len(), 111);
    assert_eq!(map.remove_expired(at(1000)), 50);
    // The oldest went first.
    assert_eq!(map.expires_at(&id(50)), None);
    assert_eq!(map.expires_at(&id(51)), Some(at(51)));
    map.add(&id(1000), at(1000), lasting(60));
    assert_eq!(map.len(), 61 - 50 + 1);
    assert_eq!(map.remove_expired(at(1000)), 11);
    assert_eq!(map.remove_expired(at(1000)), 0);
    assert_eq!(map.len(), 1);
}

#[test]
fn a_witness_shows_one_signature_of_many() {
    let mut map = filled(100);
    let certified_data = map.certified_data(&Siblings::NONE);
    let encoded = map.witness(&id(42), &Siblings::NONE).unwrap();
    let tree = HashTree::parse(&encoded).unwrap();
    assert!(tree.is_well_formed());
    assert_eq!(tree.root_hash(), certified_data);
    assert_eq!(tree.lookup_prefix(&[]).count(), 1);
    let path = |id: SignatureId| {
        [
            b"sig".to_vec(),
            id.seed_hash().into(),
            id.payload_hash().into(),
        ]
    };
    let lookup = |id| {
        let path = path(id);
        tree.lookup(&path.each_ref().map(Vec::as_slice))
    };
    assert_eq!(lookup(id(42)), Lookup::Found(b""));
    assert_eq!(lookup(id(43)), Lookup::Unknown);
}

/// Other data that a canister certifies.
fn other_data(label: &[u8]) -> CertifiedMap {
    let mut map = CertifiedMap::new();
    map.insert(&[label, b"/"], b"<html>".to_vec()).unwrap();
    map
}

// spec: CSIG-6, CSIG-13
#[test]
fn what_a_canister_signs_verifies_beside_its_other_data() {
    let root = SecretKey::from_name("root");
    let (mut before, mut after) = (other_data(b"http_assets"), other_data(b"time"));
    let payload: [&[u8]; 2] = [b"\x1aic-request-auth-delegation", &[7; 32]];
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let key = CanisterPublicKey::new(canister, b"a seed").unwrap();
    let id = SignatureId::new(key.seed(), &payload);
    let mut map = filled(20);
    map.add(&id, at(0), lasting(60));

    for (with_before, with_after) in [(false, false), (true, false), (false, true), (true, true)] {
        let siblings = Siblings {
            before: with_before.then(|| before.root_hash()),
            after: with_after.then(|| after.root_hash()),
        };
        let data = map.certified_data(&siblings);
        let state = state(&Subnet::CANISTER, &data);
        let certificate = Subnet::example().certify(&root, &state);
        let bytes = map.signature(&id, &siblings, &certificate).unwrap();
        let signature = CanisterSignature::parse(&bytes, Policy::SPEC).unwrap();
        assert!(signature.tree().is_well_formed());
        let rules = Rules {
            root_key: BlsPublicKey::from_bytes(root.public_key()),
            ranges: Ranges::Sharded,
            freshness: None,
        };
        let providers: [&dyn VerifySignature; 2] =
            [&NativeProvider::new(), &RustCryptoProvider::new()];
        for provider in providers {
            let verified = signature.verify(&payload, &key, &rules, provider, None);
            assert_eq!(verified.unwrap().canister_id(), canister);
        }

        // With other siblings than those that were certified, the tree is another one.
        let mixed = Siblings {
            before: (!with_before).then(|| before.root_hash()),
            ..siblings
        };
        let bytes = map.signature(&id, &mixed, &certificate).unwrap();
        assert_eq!(
            CanisterSignature::parse(&bytes, Policy::SPEC)
                .unwrap()
                .verify(&payload, &key, &rules, &NativeProvider::new(), None)
                .unwrap_err(),
            VerifyCanisterSignatureError::WrongCertifiedData { length: 32 }
        );
    }
    let unsigned = SignatureId::new(b"another seed", &payload);
    assert_eq!(map.signature(&unsigned, &Siblings::NONE, b""), None);
}

#[test]
fn siblings_are_forked_as_documented() {
    let pruned = |hash| Box::new(Tree::Pruned(hash));
    let sig = Box::new(witness(b"seed", &7_u64.to_be_bytes()));
    let mut map = SignatureMap::new();
    map.add(&id(7), at(0), lasting(1));
    let (before, after) = ([1; 32], [2; 32]);
    let with_before = Tree::Fork(pruned(before), sig.clone());
    let with_after = Tree::Fork(sig.clone(), pruned(after));
    let with_both = Tree::Fork(Box::new(with_before.clone()), pruned(after));
    for (before, after, tree) in [
        (None, None, *sig),
        (Some(before), None, with_before),
        (None, Some(after), with_after),
        (Some(before), Some(after), with_both),
    ] {
        let siblings = Siblings { before, after };
        assert_eq!(map.certified_data(&siblings), tree.root_hash());
        assert_eq!(map.witness(&id(7), &siblings), Some(tree.encode()));
    }
    assert_eq!(Siblings::default(), Siblings::NONE);
}

#[derive(Clone, Debug)]
enum Step {
    Add { id: (u8, u8), lifetime: u64 },
    Hash,
    Remove { id: (u8, u8) },
    RemoveExpired,
    Wait { nanos: u64 },
}

fn any_id() -> impl Strategy<Value = (u8, u8)> {
    (0..5_u8, 0..20_u8)
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (any_id(), 0..300_u64).prop_map(|(id, lifetime)| Step::Add { id, lifetime }),
        1 => Just(Step::Hash),
        1 => any_id().prop_map(|id| Step::Remove { id }),
        1 => Just(Step::RemoveExpired),
        2 => (0..8_u64).prop_map(|nanos| Step::Wait { nanos }),
        1 => (100..250_u64).prop_map(|nanos| Step::Wait { nanos }),
    ]
}

/// The obvious implementation: all signatures and when they expire.
#[derive(Default)]
struct Model(BTreeMap<SignatureId, Timestamp>);

impl Model {
    fn remove_expired(&mut self, now: Timestamp) -> usize {
        let mut expired: Vec<(Timestamp, SignatureId)> = self
            .0
            .iter()
            .filter(|(_, expires_at)| **expires_at <= now)
            .map(|(id, expires_at)| (*expires_at, *id))
            .collect();
        expired.sort();
        expired.truncate(50);
        for (_, id) in &expired {
            self.0.remove(id);
        }
        expired.len()
    }

    fn add(&mut self, id: SignatureId, now: Timestamp, lifetime: Lifetime) -> Timestamp {
        self.remove_expired(now);
        let expires_at = now.saturating_add(lifetime);
        let entry = self.0.entry(id).or_insert(expires_at);
        *entry = expires_at.max(*entry);
        *entry
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn behaves_like_a_map_with_times(steps in vec(any_step(), 0..250)) {
        let hashed = |(seed, payload): (u8, u8)| SignatureId::new(&[seed], &[&[payload]]);
        let (mut map, mut model) = (SignatureMap::new(), Model::default());
        let mut now = 0_u64;
        for step in steps {
            match step {
                Step::Add { id, lifetime } => {
                    let (id, lifetime) = (hashed(id), lasting(lifetime));
                    prop_assert_eq!(
                        map.add(&id, at(now), lifetime),
                        model.add(id, at(now), lifetime)
                    );
                }
                Step::Hash => drop(map.root_hash()),
                Step::Remove { id } => {
                    let id = hashed(id);
                    prop_assert_eq!(map.remove(&id), model.0.remove(&id).is_some());
                }
                Step::RemoveExpired => {
                    prop_assert_eq!(map.remove_expired(at(now)), model.remove_expired(at(now)));
                }
                Step::Wait { nanos } => now += nanos,
            }
            prop_assert_eq!(map.len(), model.0.len());
            prop_assert_eq!(map.is_empty(), model.0.is_empty());
        }
        let certified_data = map.certified_data(&Siblings::NONE);
        for seed in 0..5 {
            for payload in 0..20 {
                let id = hashed((seed, payload));
                prop_assert_eq!(map.expires_at(&id), model.0.get(&id).copied());
                let witness = map.witness(&id, &Siblings::NONE);
                prop_assert_eq!(witness.is_some(), model.0.contains_key(&id));
                let Some(witness) = witness else { continue };
                let tree = HashTree::parse(&witness).unwrap();
                prop_assert!(tree.is_well_formed());
                prop_assert_eq!(tree.root_hash(), certified_data);
                prop_assert_eq!(
                    tree.lookup(&[b"sig", id.seed_hash(), id.payload_hash()]),
                    Lookup::Found(b"")
                );
            }
        }
    }
}
