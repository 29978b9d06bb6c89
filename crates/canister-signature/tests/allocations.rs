//! What is allocated on the heap.

use allocation_counter::measure;
use icid_canister_signature::{CanisterSignature, DelegationCache, Policy, Ranges, Rules};
use principal::Principal;
use provider_native::NativeProvider;
use public_key::{BlsPublicKey, CanisterPublicKey};
use testkit::canister::witness;
use testkit::{SecretKey, Subnet};

#[test]
fn verifying_with_a_known_delegation_allocates_nothing() {
    let root = SecretKey::from_name("root");
    let bytes = Subnet::example().canister_signature(&root, &witness(b"seed", b"payload"));
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let key = CanisterPublicKey::new(canister, b"seed").unwrap();
    let rules = Rules {
        root_key: BlsPublicKey::from_bytes(root.public_key()),
        ranges: Ranges::Sharded,
        freshness: None,
    };
    let (provider, mut cache) = (NativeProvider::new(), DelegationCache::new());
    let mut verify = || {
        let signature = CanisterSignature::parse(&bytes, Policy::SPEC).unwrap();
        let payload: [&[u8]; 2] = [b"pay", b"load"];
        let cache = Some(&mut cache);
        signature
            .verify(&payload, &key, &rules, &provider, cache)
            .unwrap();
    };
    verify();
    assert_eq!(measure(verify).count_total, 0);
}
