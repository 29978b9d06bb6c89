//! What is allocated on the heap.

use allocation_counter::measure;
use icid_delegation::{Delegation, DelegationChain, Policy, SignedDelegation};
use principal::Principal;
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
use time::Timestamp;

/// Finds every signature good, so that only this crate's allocations are counted.
struct Lenient;

impl VerifySignature for Lenient {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

/// Two links, each with as many targets.
fn chain(targets: Option<usize>) -> DelegationChain<'static> {
    let link = |key: u8| {
        let delegation = Delegation::new(vec![key; 44], Timestamp::MAX);
        let targets = targets.map(|count| vec![Principal::MANAGEMENT; count]);
        let delegation = match targets {
            Some(targets) => delegation.with_targets(targets),
            None => delegation,
        };
        SignedDelegation::new(delegation, vec![key; 64])
    };
    DelegationChain::new(&[0; 44], vec![link(1), link(2)])
}

#[test]
fn a_chain_without_targets_takes_one_allocation() {
    let links = chain(None).encode_links();
    let info = measure(|| {
        let chain = DelegationChain::parse(&[0; 44], &links, Policy::SPEC).unwrap();
        let verified = chain.verify(Timestamp::MAX, &Lenient).unwrap();
        assert!(verified.allows_call(&Principal::MANAGEMENT));
    });
    assert_eq!(info.count_total, 1, "the list of links");
}

#[test]
fn each_list_of_targets_takes_one_allocation() {
    let links = chain(Some(1000)).encode_links();
    let info = measure(|| {
        let chain = DelegationChain::parse(&[0; 44], &links, Policy::SPEC).unwrap();
        let verified = chain.verify(Timestamp::MAX, &Lenient).unwrap();
        assert!(verified.allows_call(&Principal::MANAGEMENT));
    });
    assert_eq!(info.count_total, 3);
}

#[test]
fn a_list_that_is_too_long_is_never_copied() {
    let links = chain(Some(100_000)).encode_links();
    let info = measure(|| {
        let chain = DelegationChain::parse(&[0; 44], &links, Policy::SPEC).unwrap();
        assert!(chain.verify(Timestamp::MAX, &Lenient).is_err());
    });
    assert_eq!(info.count_total, 1);
}
