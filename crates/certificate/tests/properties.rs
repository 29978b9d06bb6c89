//! Bytes from strangers: every input gives a certificate or an error.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use icid_certificate::{
    Certificate, Freshness, Lookup, Policy, Ranges, Read, Rules, Scope, VerifiedCertificate,
};
use principal::Principal;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use public_key::BlsPublicKey;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{SecretKey, Subnet, TIME, Tree, nat};
use time::{Lifetime, Timestamp};

/// Accepts everything, so that what comes after signatures sees mutated input, too.
struct Lenient;

impl VerifySignature for Lenient {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        Ok(())
    }

    fn verify_all(&self, _: &[Claim<'_>]) -> Result<(), InvalidAt> {
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

fn config(seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases: 500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    }
}

const REQUEST: [u8; 32] = [7; 32];

fn node_key() -> Vec<u8> {
    [
        &[0x30, 0x2a, 0x30, 0x05, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0][..],
        &[9; 32],
    ]
    .concat()
}

/// A certificate that has something for every read.
fn rich() -> Vec<u8> {
    let canister = &Subnet::CANISTER[..];
    let controllers = testkit::cbor::tagged(&testkit::cbor::array(&[
        testkit::cbor::bytes(b"a"),
        testkit::cbor::bytes(b"b"),
    ]));
    let tree = Tree::state(&[
        (&[b"canister", canister, b"certified_data"], b"data"),
        (&[b"canister", canister, b"controllers"], &controllers),
        (&[b"canister", canister, b"module_hash"], &[1; 32]),
        (&[b"canister", canister, b"metadata", b"name"], b"value"),
        (
            &[b"canister", canister, b"last_install_timestamp"],
            &nat(TIME),
        ),
        (&[b"request_status", &REQUEST, b"status"], b"rejected"),
        (&[b"request_status", &REQUEST, b"reject_code"], &[4]),
        (&[b"request_status", &REQUEST, b"reject_message"], b"no"),
        (&[b"subnet", b"a subnet", b"type"], b"system"),
        (
            &[b"subnet", b"a subnet", b"node", b"n", b"public_key"],
            &node_key(),
        ),
    ]);
    Subnet::example().certify(&SecretKey::from_name("root"), &tree)
}

fn rules(scope: Scope, ranges: Ranges) -> Rules {
    let now = Timestamp::from_nanos(TIME);
    let freshness = Freshness {
        now,
        max_age: Lifetime::from_secs(u64::MAX),
        max_skew: Lifetime::from_secs(u64::MAX),
        max_delegation_age: Some(Lifetime::from_secs(u64::MAX)),
    };
    let root_key = BlsPublicKey::from_bytes(SecretKey::from_name("root").public_key());
    Rules {
        root_key,
        scope,
        ranges,
        freshness: Some(freshness),
    }
}

/// Asks everything there is to ask, and returns how many answers there were.
fn read_everything(verified: &VerifiedCertificate<'_>) -> usize {
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let subnet = Principal::from_slice(b"a subnet").unwrap();
    let node = Principal::from_slice(b"n").unwrap();
    let delegation = verified.delegation();
    let controllers = verified.controllers(&canister).ok().and_then(Read::found);
    let node_keys = verified.node_keys(&subnet).ok().and_then(Read::found);
    [
        verified
            .certified_data(&canister)
            .is_ok_and(|read| read.found().is_some()),
        verified
            .module_hash(&canister)
            .is_ok_and(|read| read.found().is_some()),
        verified
            .metadata(&canister, "name")
            .is_ok_and(|read| read.found().is_some()),
        verified
            .creation_time(&canister)
            .is_ok_and(|read| read.found().is_some()),
        verified
            .last_install_time(&canister)
            .is_ok_and(|read| read.found().is_some()),
        verified
            .request_status(&REQUEST)
            .is_ok_and(|read| read.found().is_some()),
        verified
            .subnet_type(&subnet)
            .is_ok_and(|read| read.found().is_some()),
        verified
            .subnet_key(&subnet)
            .is_ok_and(|read| read.found().is_some()),
        verified
            .node_key(&subnet, &node)
            .is_ok_and(|read| read.found().is_some()),
        controllers.is_some_and(|list| list.count() > 0),
        node_keys.is_some_and(|list| list.count() > 0),
        delegation.is_some_and(|delegation| delegation.subnet_type().is_ok()),
        matches!(verified.lookup(&[b"time"]), Lookup::Found(_)),
    ]
    .into_iter()
    .filter(|found| *found)
    .count()
}

/// Parses and verifies under every scope and policy, and asks everything.
fn exercise(bytes: &[u8]) -> usize {
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let subnet = Principal::from_slice(b"a subnet").unwrap();
    let mut answers: usize = 0;
    for policy in [Policy::SPEC, Policy::REPLICA] {
        let Ok(certificate) = Certificate::parse(bytes, policy) else {
            continue;
        };
        for scope in [
            Scope::Canister(canister),
            Scope::Subnet(subnet),
            Scope::Unscoped,
        ] {
            for ranges in [Ranges::Sharded, Ranges::Flat, Ranges::Either] {
                let rules = rules(scope, ranges);
                if let Ok(verified) = certificate.verify(&rules, &Lenient, None) {
                    answers += read_everything(&verified);
                }
            }
        }
    }
    answers
}

#[test]
fn the_certificate_that_is_mutated_answers_everything() {
    // Two policies, three kinds of ranges. Two answers are not in the tree; a subnet's scope says
    // nothing about canisters.
    let (canister, subnet, unscoped) = (11, 6, 11);
    assert_eq!(exercise(&rich()), 2 * 3 * (canister + subnet + unscoped));
}

/// Changes some bytes, cuts some out and inserts some.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), any::<u8>(), 0..5_u8);
    vec(change, 1..6).prop_map(|changes| {
        let mut bytes = rich();
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

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn mutated_certificates_never_panic(bytes in mutated()) {
        exercise(&bytes);
    }

    #[test]
    fn any_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        exercise(&bytes);
        exercise(&[b"\xd9\xd9\xf7\xa2", &bytes[..]].concat());
    }

    #[test]
    fn cut_certificates_are_errors(index in any::<Index>()) {
        let bytes = rich();
        let cut = &bytes[..index.index(bytes.len())];
        prop_assert!(Certificate::parse(cut, Policy::REPLICA).is_err());
    }

    #[test]
    fn membership_is_what_comparing_bytes_says(
        low in vec(0..4_u8, 0..4),
        high in vec(0..4_u8, 0..4),
        id in vec(0..4_u8, 0..4),
    ) {
        let list = testkit::ranges(&[(&low, &high)]);
        let subnet = Subnet {
            flat: Some(list.clone()),
            shards: vec![(vec![0], list)],
            ..Subnet::example()
        };
        let tree = subnet.delegation_tree();
        let delegation = testkit::cbor::tagged(&testkit::cbor::map(&[
            ("tree", tree.encode()),
            ("signature", testkit::cbor::bytes(&[0; 48])),
        ]));
        let bytes = testkit::cbor::tagged(&testkit::cbor::map(&[
            ("tree", Tree::state(&[]).encode()),
            ("signature", testkit::cbor::bytes(&[0; 48])),
            ("delegation", testkit::cbor::map(&[
                ("subnet_id", testkit::cbor::bytes(&subnet.id)),
                ("certificate", testkit::cbor::bytes(&delegation)),
            ])),
        ]));
        let certificate = Certificate::parse(&bytes, Policy::SPEC).unwrap();
        let scope = Scope::Canister(Principal::from_slice(&id).unwrap());
        for ranges in [Ranges::Sharded, Ranges::Flat, Ranges::Either] {
            let outcome = certificate.verify(&rules(scope, ranges), &Lenient, None);
            prop_assert_eq!(outcome.is_ok(), low <= id && id <= high);
        }
    }
}
