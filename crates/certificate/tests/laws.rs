//! What holds between a certificate and one that shows less, and between rules and laxer ones.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::LazyLock;

use hash_tree::HashTree;
use icid_certificate::{
    Certificate, Freshness, Lookup, Policy, Ranges, Rules, Scope, VerifiedCertificate,
};
use principal::Principal;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use public_key::BlsPublicKey;
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{Subnet, TIME, Tree, cbor, nat};
use time::{Lifetime, Timestamp};

/// Accepts everything: pruning changes no root hash, and so no signature.
struct Lenient;

impl VerifySignature for Lenient {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

/// The paths that may be shown of the state.
const PATHS: [&[&[u8]]; 6] = [
    &[b"time"],
    &[b"canister", &Subnet::CANISTER, b"certified_data"],
    &[b"canister", &Subnet::CANISTER, b"module_hash"],
    &[b"canister", &[9], b"certified_data"],
    &[b"canister"],
    &[b"subnet"],
];

/// The paths that may be shown of a delegation.
const DELEGATION_PATHS: [&[&[u8]]; 6] = [
    &[b"time"],
    &[b"subnet", b"a subnet", b"public_key"],
    &[b"subnet", b"a subnet", b"type"],
    &[b"subnet", b"a subnet", b"canister_ranges"],
    &[
        b"canister_ranges",
        b"a subnet",
        &[0, 0, 0, 0, 0, 0x20, 0, 0, 1, 1],
    ],
    &[b"canister_ranges", b"a subnet"],
];

fn state() -> Tree {
    Tree::state(&[
        (PATHS[1], b"data"),
        (PATHS[2], &[1; 32]),
        (PATHS[3], b"other data"),
    ])
}

/// Shows some paths of a tree; without a list, all of it.
fn shown(tree: &Tree, paths: &[&[&[u8]]; 6], which: Option<[bool; 6]>) -> Vec<u8> {
    let encoded = tree.encode();
    let Some(which) = which else {
        return encoded;
    };
    let paths: Vec<&[&[u8]]> = paths
        .iter()
        .zip(which)
        .filter_map(|(path, is_shown)| is_shown.then_some(*path))
        .collect();
    HashTree::parse(&encoded).unwrap().prune(&paths)
}

/// The subnet that is delegated to: its key takes long to make.
static SUBNET: LazyLock<Subnet> = LazyLock::new(Subnet::example);

fn encode(tree: Vec<u8>, delegation: Option<Vec<u8>>) -> Vec<u8> {
    let mut fields = vec![("tree", tree), ("signature", cbor::bytes(&[0; 48]))];
    if let Some(certificate) = delegation {
        let fields_of_delegation = [
            ("subnet_id", cbor::bytes(&SUBNET.id)),
            ("certificate", cbor::bytes(&certificate)),
        ];
        fields.push(("delegation", cbor::map(&fields_of_delegation)));
    }
    cbor::tagged(&cbor::map(&fields))
}

/// What a certificate is about and what it shows.
#[derive(Clone, Debug)]
struct Case {
    is_delegated: bool,
    has_flat: bool,
    has_shards: bool,
    age: u64,
}

impl Case {
    /// The certificate, with these parts of the state and of the delegation's tree.
    fn certificate(&self, shows: [Option<[bool; 6]>; 2]) -> Vec<u8> {
        let delegation = self.is_delegated.then(|| {
            let mut subnet = Subnet {
                time: Some(nat(TIME - self.age)),
                ..SUBNET.clone()
            };
            if !self.has_flat {
                subnet.flat = None;
            }
            if !self.has_shards {
                subnet.shards.clear();
            }
            encode(
                shown(&subnet.delegation_tree(), &DELEGATION_PATHS, shows[1]),
                None,
            )
        });
        encode(shown(&state(), &PATHS, shows[0]), delegation)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    (
        prop::bool::weighted(0.8),
        any::<bool>(),
        any::<bool>(),
        0..12_u64,
    )
        .prop_map(|(is_delegated, has_flat, has_shards, age)| Case {
            is_delegated,
            has_flat,
            has_shards,
            age,
        })
}

/// Canisters in either shard and in none, the subnet, and nobody.
const IDS: [&[u8]; 5] = [
    &Subnet::CANISTER,
    &[0, 0, 0, 0, 0, 0x28, 0, 0, 1, 1],
    &[9],
    b"a subnet",
    b"",
];

fn scopes() -> impl Strategy<Value = Scope> {
    let id = select(&IDS[..]).prop_map(|id| Principal::from_slice(id).unwrap());
    prop_oneof![
        3 => id.clone().prop_map(Scope::Canister),
        1 => id.prop_map(Scope::Subnet),
        1 => Just(Scope::Unscoped),
    ]
}

fn ranges() -> impl Strategy<Value = Ranges> {
    select(&[Ranges::Either, Ranges::Flat, Ranges::Sharded][..])
}

/// Bounds around the ages of [`Case`].
fn bounds() -> impl Strategy<Value = Freshness> {
    (0..20_u64, 0..10_u64, 0..10_u64, option::of(0..20_u64)).prop_map(
        |(now, age, skew, delegation)| Freshness {
            now: Timestamp::from_nanos(TIME - 10 + now),
            max_age: Lifetime::from_nanos(age),
            max_skew: Lifetime::from_nanos(skew),
            max_delegation_age: delegation.map(Lifetime::from_nanos),
        },
    )
}

fn rules(scope: Scope, ranges: Ranges, freshness: Option<Freshness>) -> Rules {
    Rules {
        root_key: BlsPublicKey::MAINNET_ROOT,
        scope,
        ranges,
        freshness,
    }
}

fn verify<'b>(bytes: &'b [u8], rules: &Rules) -> Option<VerifiedCertificate<'b>> {
    let certificate = Certificate::parse(bytes, Policy::SPEC).unwrap();
    certificate.verify(rules, &Lenient, None).ok()
}

fn accepts(bytes: &[u8], rules: &Rules) -> bool {
    verify(bytes, rules).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0xce27),
        ..ProptestConfig::default()
    })]

    #[test]
    // spec: SDEL-7, RANGE-8
    fn showing_less_never_grants_and_makes_answers_unknown_at_most(
        case in cases(),
        shown in any::<[bool; 6]>(),
        shown_of_delegation in any::<[bool; 6]>(),
        scope in scopes(),
        ranges in ranges(),
        freshness in option::of(bounds()),
        extra in vec(any::<u8>(), 0..2),
    ) {
        let rules = rules(scope, ranges, freshness);
        let whole = case.certificate([None, None]);
        let less = case.certificate([Some(shown), Some(shown_of_delegation)]);
        // What is left out of two lists of ranges can be the one that the canister is not in.
        let is_one_list = ranges != Ranges::Either || !(case.has_flat && case.has_shards);
        let Some(verified) = verify(&less, &rules) else {
            return Ok(());
        };
        let Some(verified_whole) = verify(&whole, &rules) else {
            prop_assert!(!is_one_list, "granted by leaving out: {case:?} {rules:?}");
            return Ok(());
        };
        prop_assert_eq!(verified.root_hash(), verified_whole.root_hash());
        prop_assert_eq!(verified.time(), verified_whole.time());
        prop_assert_eq!(verified.subnet_id(), verified_whole.subnet_id());
        for path in PATHS {
            let longer = [path, &[&extra[..]]].concat();
            for path in [path, &longer[..]] {
                let (answer, of_whole) = (verified.lookup(path), verified_whole.lookup(path));
                prop_assert!(answer == of_whole || answer == Lookup::Unknown, "{path:?}: {answer:?}");
            }
        }
    }

    #[test]
    // spec: CERT-11
    fn a_scope_only_restricts(
        case in cases(),
        scope in scopes(),
        ranges in ranges(),
        freshness in option::of(bounds()),
    ) {
        let bytes = case.certificate([None, None]);
        let restricted = accepts(&bytes, &rules(scope, ranges, freshness));
        prop_assert!(!restricted || accepts(&bytes, &rules(Scope::Unscoped, ranges, freshness)));
    }

    #[test]
    // spec: SDEL-7
    fn either_list_is_one_of_the_two_and_both_if_both_are_there(case in cases(), scope in scopes()) {
        let bytes = case.certificate([None, None]);
        let by = |ranges| accepts(&bytes, &rules(scope, ranges, None));
        let (either, flat, sharded) = (by(Ranges::Either), by(Ranges::Flat), by(Ranges::Sharded));
        let expected = match (case.has_flat, case.has_shards) {
            (true, true) => flat && sharded,
            _ => flat || sharded,
        };
        prop_assert_eq!(either, expected);
    }

    #[test]
    // spec: CERT-6, SDEL-9
    fn a_wider_bound_never_rejects(
        case in cases(),
        bounds in bounds(),
        more in any::<[bool; 3]>(),
        by in 0..10_u64,
    ) {
        let bytes = case.certificate([None, None]);
        let of = |freshness| rules(Scope::Unscoped, Ranges::Sharded, freshness);
        let wider = |lifetime: Lifetime, is_wider: bool| {
            Lifetime::from_nanos(lifetime.as_nanos() + if is_wider { by } else { 0 })
        };
        let wide = Freshness {
            now: bounds.now,
            max_age: wider(bounds.max_age, more[0]),
            max_skew: wider(bounds.max_skew, more[1]),
            max_delegation_age: bounds.max_delegation_age.map(|age| wider(age, more[2])),
        };
        if accepts(&bytes, &of(Some(bounds))) {
            prop_assert!(accepts(&bytes, &of(Some(wide))), "{bounds:?} but not {wide:?}");
            prop_assert!(accepts(&bytes, &of(None)));
        }
    }

    #[test]
    // spec: CERT-6
    fn the_window_is_what_the_numbers_say(case in cases(), bounds in bounds()) {
        let bytes = case.certificate([None, None]);
        let now = bounds.now.as_nanos();
        let is_fresh = now <= TIME + bounds.max_age.as_nanos() && TIME <= now + bounds.max_skew.as_nanos();
        let rules = rules(Scope::Unscoped, Ranges::Sharded, Some(bounds));
        let is_young = bounds.max_delegation_age.is_none_or(|age| {
            !case.is_delegated || now <= TIME - case.age + age.as_nanos()
        });
        prop_assert_eq!(accepts(&bytes, &rules), is_fresh && is_young);
    }
}

#[test]
fn the_laws_are_about_accepted_certificates_too() {
    let case = Case {
        is_delegated: true,
        has_flat: true,
        has_shards: true,
        age: 0,
    };
    let whole = case.certificate([None, None]);
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let rules = rules(Scope::Canister(canister), Ranges::Either, None);
    assert!(accepts(&whole, &rules));
    let shows = Some([true; 6]);
    assert!(accepts(&case.certificate([shows, shows]), &rules));
    let without_ranges = Some([true, true, true, false, false, false]);
    assert!(!accepts(&case.certificate([shows, without_ranges]), &rules));
}
