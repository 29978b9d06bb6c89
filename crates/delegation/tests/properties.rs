//! What holds for all chains.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use icid_delegation::{
    AllowedTargets, Delegation, DelegationChain, Permissions, Policy, SignedDelegation,
    VerifiedChain,
};
use principal::Principal;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
use time::Timestamp;

/// Finds every signature good.
struct Lenient;

impl VerifySignature for Lenient {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

/// Few enough for intersections not to be empty.
const CANISTERS: u8 = 8;

fn canister(number: u8) -> Principal {
    Principal::from_slice(&[number, 1]).unwrap()
}

/// The fields of a delegation but for the key.
#[derive(Clone, Debug)]
struct Restriction {
    expiration: u64,
    targets: Option<Vec<u8>>,
    permissions: Option<Permissions>,
}

impl Restriction {
    fn link(self, key: u8) -> SignedDelegation<'static> {
        let expiration = Timestamp::from_nanos(self.expiration);
        let mut delegation = Delegation::new(vec![key], expiration);
        if let Some(targets) = self.targets {
            let targets: Vec<_> = targets.into_iter().map(canister).collect();
            delegation = delegation.with_targets(targets);
        }
        if let Some(permissions) = self.permissions {
            delegation = delegation.with_permissions(permissions);
        }
        SignedDelegation::new(delegation, vec![key, key])
    }
}

fn restrictions() -> impl Strategy<Value = Restriction> {
    let permissions = prop_oneof![Just(Permissions::All), Just(Permissions::Queries)];
    let targets = vec(0..CANISTERS, 0..12);
    (any::<u64>(), option::of(targets), option::of(permissions)).prop_map(
        |(expiration, targets, permissions)| Restriction {
            expiration,
            targets,
            permissions,
        },
    )
}

fn chain(restrictions: &[Restriction]) -> DelegationChain<'static> {
    let links = restrictions.iter().cloned().zip(1..);
    let links = links.map(|(restriction, key)| restriction.link(key));
    DelegationChain::new(&[0], links.collect())
}

fn verify<'c>(chain: &'c DelegationChain<'_>) -> VerifiedChain<'c> {
    chain.verify(Timestamp::from_nanos(0), &Lenient).unwrap()
}

/// What a chain allows: for each canister requests and calls, and until when.
fn allowed(restrictions: &[Restriction]) -> (Vec<(bool, bool)>, Timestamp) {
    let chain = chain(restrictions);
    let verified = verify(&chain);
    let of = |number| {
        let canister = canister(number);
        (
            verified.allows_target(&canister),
            verified.allows_call(&canister),
        )
    };
    let until = verified.expires_at().unwrap_or(Timestamp::MAX);
    ((0..=CANISTERS).map(of).collect(), until)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x0de1),
        cases: 256,
        ..ProptestConfig::default()
    })]

    #[test]
    // spec: DELEG-12, PERM-4
    fn a_further_link_never_widens_wherever_it_stands(
        links in vec(restrictions(), 0..6),
        further in restrictions(),
        place in any::<Index>(),
    ) {
        let (before, until) = allowed(&links);
        let mut longer = links.clone();
        longer.insert(place.index(links.len() + 1), further);
        let (after, longer_until) = allowed(&longer);
        prop_assert!(longer_until <= until);
        for ((target, call), (target_after, call_after)) in before.into_iter().zip(after) {
            prop_assert!(target_after <= target && call_after <= call);
            prop_assert!(call_after <= target_after);
        }
    }

    #[test]
    // spec: DELEG-11, DELEG-12, DELEG-13
    fn a_canister_is_allowed_if_it_is_in_every_list(links in vec(restrictions(), 0..6)) {
        let chain = chain(&links);
        let verified = verify(&chain);
        let allows = |link: &Restriction, number| {
            link.targets.as_ref().is_none_or(|targets| targets.contains(&number))
        };
        let expected = |number: &u8| links.iter().all(|link| allows(link, *number));
        for number in 0..=CANISTERS {
            prop_assert_eq!(verified.allows_target(&canister(number)), expected(&number));
        }
        match verified.targets() {
            AllowedTargets::Any => prop_assert!(links.iter().all(|link| link.targets.is_none())),
            AllowedTargets::Only(targets) => {
                let expected: Vec<_> = (0..CANISTERS).filter(expected).map(canister).collect();
                prop_assert_eq!(targets, expected);
            }
        }
    }

    #[test]
    // spec: DELEG-14, PERM-4
    fn neither_the_order_of_links_nor_of_targets_matters(
        links in vec(restrictions(), 0..6),
        rotation in any::<Index>(),
        repeated in any::<Index>(),
    ) {
        let mut other = links.clone();
        other.reverse();
        for targets in other.iter_mut().filter_map(|link| link.targets.as_mut()) {
            if !targets.is_empty() {
                targets.push(targets[repeated.index(targets.len())]);
                let distance = rotation.index(targets.len());
                targets.rotate_left(distance);
            }
        }
        prop_assert_eq!(allowed(&other), allowed(&links));
    }

    #[test]
    // spec: DELEG-7
    fn an_earlier_present_never_rejects(
        links in vec(restrictions(), 0..6),
        present in any::<u64>(),
        earlier in any::<u64>(),
        near in any::<bool>(),
    ) {
        let chain = chain(&links);
        let verifies = |nanos| chain.verify(Timestamp::from_nanos(nanos), &Lenient).is_ok();
        let first = links.iter().map(|link| link.expiration).min();
        let present = match first {
            // The last point at which it holds, or the one after it.
            Some(first) if near => first.saturating_add(present % 2),
            _ => present,
        };
        prop_assert_eq!(verifies(present), first.is_none_or(|first| present <= first));
        prop_assert!(!verifies(present) || verifies(earlier.min(present)));
    }

    #[test]
    // spec: DELEG-12, DELEG-13
    fn taking_a_target_out_of_a_list_never_grants(
        links in vec(restrictions(), 1..6),
        place in any::<Index>(),
        target in any::<Index>(),
    ) {
        let (before, until) = allowed(&links);
        let mut fewer = links.clone();
        let link = &mut fewer[place.index(links.len())];
        match &mut link.targets {
            Some(targets) if !targets.is_empty() => {
                targets.remove(target.index(targets.len()));
            }
            // Without a list every target is allowed; with an empty one, none is.
            targets => *targets = Some(Vec::new()),
        }
        let (after, until_after) = allowed(&fewer);
        prop_assert_eq!(until_after, until);
        for ((target, call), (target_after, call_after)) in before.into_iter().zip(after) {
            prop_assert!(target_after <= target && call_after <= call);
        }
    }

    #[test]
    fn what_was_written_is_read_again(links in vec(restrictions(), 0..6)) {
        let chain = chain(&links);
        let cbor = chain.encode_links();
        let json = chain.to_json();
        for policy in [Policy::SPEC, Policy::REPLICA] {
            let parsed = DelegationChain::parse(&[0], &cbor, policy);
            prop_assert_eq!(parsed.as_ref(), Ok(&chain));
            let parsed = parsed.unwrap();
            prop_assert_eq!(parsed.encode_links(), cbor.clone());
            prop_assert_eq!(parsed.to_json(), json.clone());
            let (of_parsed, of_chain) = (verify(&parsed), verify(&chain));
            prop_assert_eq!(of_parsed.targets(), of_chain.targets());

            let parsed = DelegationChain::parse_json(json.as_bytes(), policy);
            prop_assert_eq!(parsed.as_ref(), Ok(&chain));
            prop_assert_eq!(parsed.unwrap().encode_links(), cbor.clone());
        }
    }

    #[test]
    fn a_damaged_form_is_refused_or_something_of_the_right_form(
        links in vec(restrictions(), 1..4),
        place in any::<Index>(),
        byte in any::<u8>(),
    ) {
        let chain = chain(&links);
        let mut cbor = chain.encode_links();
        let index = place.index(cbor.len());
        cbor[index] = byte;
        let mut json = chain.to_json().into_bytes();
        let index = place.index(json.len());
        json[index] = byte;
        for policy in [Policy::SPEC, Policy::REPLICA] {
            let of_cbor = DelegationChain::parse(&[0], &cbor, policy).ok();
            let of_json = DelegationChain::parse_json(&json, policy).ok();
            for parsed in of_cbor.into_iter().chain(of_json) {
                let links = parsed.encode_links();
                let again = DelegationChain::parse(parsed.root_key(), &links, Policy::SPEC);
                prop_assert_eq!(again, Ok(parsed.clone()));
                // Whatever it is, verifying ends in good order.
                let _ = parsed.verify(Timestamp::from_nanos(0), &Lenient);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..64)) {
        for policy in [Policy::SPEC, Policy::REPLICA] {
            let _ = DelegationChain::parse(b"", &bytes, policy);
            let _ = SignedDelegation::parse(&bytes, policy);
            let _ = DelegationChain::parse_json(&bytes, policy);
        }
    }
}
