//! What is allocated on the heap.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use allocation_counter::measure;
use icid_certificate::{Certificate, DelegationCache, Policy, Ranges, Rules, Scope};
use principal::Principal;
use provider_native::NativeProvider;
use public_key::BlsPublicKey;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{SecretKey, Subnet, Tree, certificate};

/// Accepts everything, so that only this crate's allocations are counted.
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

fn rules() -> Rules {
    Rules {
        root_key: BlsPublicKey::from_bytes(SecretKey::from_name("root").public_key()),
        scope: Scope::Canister(Principal::from_slice(&Subnet::CANISTER).unwrap()),
        ranges: Ranges::Sharded,
        freshness: None,
    }
}

/// Counts the allocations of parsing and verifying.
fn count(
    bytes: &[u8],
    rules: &Rules,
    provider: &dyn VerifySignature,
    mut cache: Option<&mut DelegationCache>,
) -> u64 {
    let info = measure(|| {
        let certificate = Certificate::parse(bytes, Policy::SPEC).unwrap();
        certificate.verify(rules, provider, cache.take()).unwrap();
    });
    info.count_total
}

#[test]
fn verifying_a_certificate_without_delegation_allocates_nothing() {
    let rules = rules();
    let tree = Tree::state(&[(
        &[b"canister", &Subnet::CANISTER, b"certified_data"],
        b"data",
    )]);
    let bytes = certificate(&tree, &SecretKey::from_name("root"), None);
    let mut provider = NativeProvider::new();
    assert_eq!(count(&bytes, &rules, &provider, None), 0);
    provider.prepare(&rules.root_key.to_der()).unwrap();
    assert_eq!(count(&bytes, &rules, &provider, None), 0);
}

#[test]
fn a_delegation_makes_only_the_provider_allocate() {
    let rules = rules();
    let bytes = Subnet::example().certify(&SecretKey::from_name("root"), &Tree::state(&[]));
    assert_eq!(count(&bytes, &rules, &Lenient, None), 0);
    let mut cache = DelegationCache::new();
    assert_eq!(count(&bytes, &rules, &Lenient, Some(&mut cache)), 0);
    // With the delegation known, one signature is left.
    let provider = NativeProvider::new();
    assert_eq!(count(&bytes, &rules, &provider, Some(&mut cache)), 0);
}
