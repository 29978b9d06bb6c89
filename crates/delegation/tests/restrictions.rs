//! What verified chains allow.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/chains.rs"]
mod chains;

use icid_delegation::{AllowedTargets, Permissions};
use principal::Principal;
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};

use crate::chains::{NOW, canister, canisters, chain_of, to};

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

#[test]
// spec: DELEG-11, DELEG-12, DELEG-14
fn targets_are_those_that_every_link_has() {
    let chain = chain_of([
        to(1).with_targets(canisters([3, 1, 2, 1])),
        to(2),
        to(3).with_targets(canisters([4, 2, 3, 3, 3])),
    ]);
    let verified = chain.verify(NOW, &Lenient).unwrap();
    assert_eq!(verified.targets(), AllowedTargets::Only(&canisters([2, 3])));
    for (number, is_allowed) in [(1, false), (2, true), (3, true), (4, false), (5, false)] {
        assert_eq!(verified.allows_target(&canister(number)), is_allowed);
        assert_eq!(verified.allows_call(&canister(number)), is_allowed);
    }
}

#[test]
// spec: DELEG-13
fn an_empty_list_of_targets_allows_nothing() {
    for chain in [
        chain_of([to(1).with_targets(vec![])]),
        chain_of([to(1).with_targets(vec![]), to(2)]),
        chain_of([
            to(1).with_targets(vec![]),
            to(2).with_targets(vec![canister(1)]),
        ]),
        chain_of([
            to(1).with_targets(vec![canister(2)]),
            to(2).with_targets(vec![canister(1)]),
        ]),
    ] {
        let verified = chain.verify(NOW, &Lenient).unwrap();
        assert_eq!(verified.targets(), AllowedTargets::Only(&[]));
        assert!(!verified.allows_target(&canister(1)));
        assert!(!verified.allows_target(&Principal::MANAGEMENT));
    }
}

#[test]
// spec: DELEG-15, DELEG-16
fn any_principal_can_be_a_target() {
    let targets = [
        Principal::MANAGEMENT,
        Principal::ANONYMOUS,
        Principal::self_authenticating(b"key"),
    ];
    let chain = chain_of([to(1).with_targets(targets.to_vec())]);
    let verified = chain.verify(NOW, &Lenient).unwrap();
    assert!(targets.iter().all(|target| verified.allows_call(target)));
    assert!(!verified.allows_call(&canister(1)));
}

#[test]
// spec: PERM-2, PERM-3, PERM-4
fn no_link_lifts_a_restriction_to_queries() {
    use Permissions::{All, Queries};
    for (permissions, queries_only) in [
        ([None, None, None], false),
        ([Some(All), Some(All), Some(All)], false),
        ([Some(Queries), None, None], true),
        ([None, Some(Queries), None], true),
        ([None, None, Some(Queries)], true),
        ([Some(Queries), Some(All), Some(All)], true),
        ([Some(All), Some(Queries), Some(All)], true),
        ([Some(All), Some(All), Some(Queries)], true),
        ([Some(Queries), Some(Queries), Some(Queries)], true),
    ] {
        let links = (1..).zip(permissions).map(|(key, permissions)| {
            permissions.map_or_else(|| to(key), |some| to(key).with_permissions(some))
        });
        let chain = chain_of(links);
        let verified = chain.verify(NOW, &Lenient).unwrap();
        assert_eq!(verified.queries_only(), queries_only, "{permissions:?}");
        assert_eq!(verified.allows_call(&canister(1)), !queries_only);
        assert!(verified.allows_target(&canister(1)));
    }
}

#[test]
// spec: PERM-8
fn permissions_and_targets_restrict_independently() {
    let queries = to(1).with_permissions(Permissions::Queries);
    let chain = chain_of([queries, to(2).with_targets(canisters([1]))]);
    let verified = chain.verify(NOW, &Lenient).unwrap();
    assert!(verified.allows_target(&canister(1)));
    assert!(!verified.allows_target(&canister(2)));
    assert!(!verified.allows_call(&canister(1)));
}
