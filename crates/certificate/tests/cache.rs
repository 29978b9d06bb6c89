//! Verified delegations that are not verified again.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use core::cell::RefCell;

use icid_certificate::{
    Certificate, DelegationCache, Freshness, Policy, Ranges, Rules, Scope, VerifyCertificateError,
};
use principal::Principal;
use provider_native::NativeProvider;
use public_key::BlsPublicKey;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{SecretKey, Subnet, TIME, Tree, nat, ranges};
use time::{Lifetime, Timestamp};

/// Notes how many signatures each call checks.
struct Counting {
    provider: NativeProvider,
    calls: RefCell<Vec<usize>>,
}

impl VerifySignature for Counting {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.calls.borrow_mut().push(1);
        self.provider.verify(claim)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        self.calls.borrow_mut().push(claims.len());
        self.provider.verify_all(claims)
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        self.provider.check_key(spki)
    }
}

fn root() -> SecretKey {
    SecretKey::from_name("root")
}

fn rules() -> Rules {
    Rules {
        root_key: BlsPublicKey::from_bytes(root().public_key()),
        scope: Scope::Canister(Principal::from_slice(&Subnet::CANISTER).unwrap()),
        ranges: Ranges::Sharded,
        freshness: None,
    }
}

/// Verifies with a cache, and returns the outcome with how many signatures each call checked.
fn verify(
    cache: &mut DelegationCache,
    rules: &Rules,
    bytes: &[u8],
) -> (Result<(), VerifyCertificateError>, Vec<usize>) {
    let counting = Counting {
        provider: NativeProvider::new(),
        calls: RefCell::default(),
    };
    let certificate = Certificate::parse(bytes, Policy::SPEC).unwrap();
    let outcome = certificate
        .verify(rules, &counting, Some(cache))
        .map(|_| ());
    (outcome, counting.calls.into_inner())
}

#[test]
fn a_delegation_is_verified_once() {
    let mut cache = DelegationCache::new();
    let subnet = Subnet::example();
    let first = subnet.certify(&root(), &Tree::state(&[]));
    assert_eq!(verify(&mut cache, &rules(), &first), (Ok(()), vec![2]));
    assert_eq!((cache.len(), cache.is_empty()), (1, false));
    assert_eq!(verify(&mut cache, &rules(), &first), (Ok(()), vec![1]));
    let second = subnet.certify(&root(), &Tree::state(&[(&[b"a"], b"b")]));
    assert_eq!(verify(&mut cache, &rules(), &second), (Ok(()), vec![1]));
    assert_eq!(cache.len(), 1);
}

#[test]
fn the_certificate_itself_is_always_verified() {
    let mut cache = DelegationCache::new();
    let subnet = Subnet::example();
    let good = subnet.certify(&root(), &Tree::state(&[]));
    assert_eq!(verify(&mut cache, &rules(), &good).0, Ok(()));
    let impostor = Subnet {
        key: SecretKey::from_name("impostor"),
        ..subnet
    };
    let bad = impostor.certify(&root(), &Tree::state(&[]));
    let invalid = Err(VerifyCertificateError::InvalidSignature);
    assert_eq!(verify(&mut cache, &rules(), &bad), (invalid, vec![1]));
}

#[test]
fn nothing_is_remembered_unless_both_signatures_hold() {
    let mut cache = DelegationCache::new();
    let impostor = Subnet {
        key: SecretKey::from_name("impostor"),
        ..Subnet::example()
    };
    let bad = impostor.certify(&root(), &Tree::state(&[]));
    let invalid = Err(VerifyCertificateError::InvalidSignature);
    assert_eq!(verify(&mut cache, &rules(), &bad), (invalid, vec![2]));
    assert!(cache.is_empty());
    let bad = Subnet::example().certify(&SecretKey::from_name("other"), &Tree::state(&[]));
    let invalid = Err(VerifyCertificateError::InvalidDelegationSignature);
    assert_eq!(verify(&mut cache, &rules(), &bad), (invalid, vec![2]));
    assert!(cache.is_empty());
}

#[test]
fn another_root_key_another_subnet_and_another_delegation_are_not_known() {
    let mut cache = DelegationCache::new();
    let subnet = Subnet::example();
    let good = subnet.certify(&root(), &Tree::state(&[]));
    assert_eq!(verify(&mut cache, &rules(), &good).0, Ok(()));
    let root_key = BlsPublicKey::from_bytes(SecretKey::from_name("other").public_key());
    let invalid = Err(VerifyCertificateError::InvalidDelegationSignature);
    let other_rules = Rules {
        root_key,
        ..rules()
    };
    assert_eq!(verify(&mut cache, &other_rules, &good), (invalid, vec![2]));
    let newer = Subnet {
        time: Some(nat(TIME + 1)),
        ..subnet
    };
    let newer = newer.certify(&root(), &Tree::state(&[]));
    assert_eq!(verify(&mut cache, &rules(), &newer), (Ok(()), vec![2]));
    assert_eq!(cache.len(), 2);
}

#[test]
fn scope_ranges_and_time_are_checked_on_every_use() {
    let mut cache = DelegationCache::new();
    let good = Subnet::example().certify(&root(), &Tree::state(&[]));
    assert_eq!(verify(&mut cache, &rules(), &good).0, Ok(()));
    let canister = Principal::MANAGEMENT;
    let elsewhere = Rules {
        scope: Scope::Canister(canister),
        ..rules()
    };
    let out = Err(VerifyCertificateError::OutOfRanges { canister });
    assert_eq!(verify(&mut cache, &elsewhere, &good), (out, vec![]));
    let expected = Principal::MANAGEMENT;
    let other_subnet = Rules {
        scope: Scope::Subnet(expected),
        ..rules()
    };
    let found = Principal::from_slice(b"a subnet").unwrap();
    let wrong = Err(VerifyCertificateError::WrongSubnet { found, expected });
    assert_eq!(verify(&mut cache, &other_subnet, &good), (wrong, vec![]));
    let (now, time) = (Timestamp::from_nanos(TIME + 1), Timestamp::from_nanos(TIME));
    let max_age = Lifetime::ZERO;
    let freshness = Some(Freshness {
        now,
        max_age: Lifetime::from_nanos(1),
        max_skew: Lifetime::ZERO,
        max_delegation_age: Some(max_age),
    });
    let old = Err(VerifyCertificateError::DelegationTooOld { time, now, max_age });
    assert_eq!(
        verify(
            &mut cache,
            &Rules {
                freshness,
                ..rules()
            },
            &good
        ),
        (old, vec![])
    );
}

#[test]
fn a_certificate_without_delegation_leaves_the_cache_alone() {
    let mut cache = DelegationCache::new();
    let bytes = testkit::certificate(&Tree::state(&[]), &root(), None);
    assert_eq!(verify(&mut cache, &rules(), &bytes), (Ok(()), vec![1]));
    assert!(cache.is_empty());
}

#[test]
fn the_cache_holds_as_many_delegations_as_it_says() {
    let mut cache = DelegationCache::new();
    let certify = |number: u64| {
        let low = number.to_be_bytes();
        let shards = vec![(low.to_vec(), ranges(&[(&[0], &[0xff])]))];
        Subnet {
            shards,
            ..Subnet::example()
        }
        .certify(&root(), &Tree::state(&[]))
    };
    for number in 0..=64 {
        assert_eq!(
            verify(&mut cache, &rules(), &certify(number)),
            (Ok(()), vec![2])
        );
    }
    assert_eq!(cache.len(), DelegationCache::CAPACITY);
    assert_eq!(verify(&mut cache, &rules(), &certify(1)), (Ok(()), vec![1]));
    assert_eq!(verify(&mut cache, &rules(), &certify(0)), (Ok(()), vec![2]));
}
