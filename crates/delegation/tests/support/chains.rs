//! Chains whose signatures are nothing, for providers that don't look.

use icid_delegation::{Delegation, DelegationChain, SignedDelegation};
use principal::Principal;
use time::Timestamp;

pub(crate) const NOW: Timestamp = Timestamp::from_nanos(1_700_000_000_000_000_000);

pub(crate) fn canister(number: u16) -> Principal {
    Principal::from_slice(&number.to_be_bytes()).unwrap()
}

pub(crate) fn canisters(numbers: impl IntoIterator<Item = u16>) -> Vec<Principal> {
    numbers.into_iter().map(canister).collect()
}

/// A delegation to a key of two bytes.
pub(crate) fn to(key: u16) -> Delegation<'static> {
    Delegation::new(key.to_be_bytes().to_vec(), NOW)
}

/// A chain whose links are these and have empty signatures, under the key 0.
pub(crate) fn chain_of(
    delegations: impl IntoIterator<Item = Delegation<'static>>,
) -> DelegationChain<'static> {
    let sign = |delegation| SignedDelegation::new(delegation, b"");
    DelegationChain::new(&[0, 0], delegations.into_iter().map(sign).collect())
}
