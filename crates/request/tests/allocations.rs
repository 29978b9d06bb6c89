//! What is allocated on the heap.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/draft.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod draft;
#[path = "support/signer.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod signer;

use allocation_counter::measure;
use icid_request::{Cache, Envelope, Policy};
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

use crate::draft::{Draft, canister};
use crate::signer::{Scheme, Signer};

/// Finds every signature good, so that only this crate's allocations are counted.
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

/// Counts what it takes to decode and authenticate a request.
fn allocations(draft: &Draft, cache: Option<&mut Cache>) -> u64 {
    let bytes = draft.envelope().encode();
    let info = measure(|| {
        let envelope = Envelope::parse(&bytes, Policy::SPEC).unwrap();
        let sender = envelope.authenticate(&draft.rules, &Lenient, cache);
        assert!(sender.unwrap().allows_call(&canister(1)));
    });
    info.count_total
}

#[test]
fn a_chain_of_two_links_takes_one_allocation() {
    let chain = ["user", "device", "session"].map(Signer::ed25519);
    let draft = Draft::call(&chain);
    assert_eq!(allocations(&draft, None), 1, "the list of links");
    assert_eq!(allocations(&Draft::call(&chain[..1]), None), 0);
    assert_eq!(allocations(&Draft::call(&[]), None), 0);
}

#[test]
fn each_list_of_targets_takes_one_allocation() {
    let chain = ["user", "device", "session"].map(Signer::ed25519);
    let draft = Draft::call(&chain).with(|draft| {
        draft.links[0].targets = Some(vec![canister(1); 1000]);
        draft.links[1].targets = Some(vec![canister(1); 1000]);
    });
    assert_eq!(allocations(&draft, None), 3);
}

#[test]
fn other_schemes_take_a_few_lists_together() {
    let webauthn = Signer::new(Scheme::WebAuthnEs256, "device");
    let draft = Draft::call(&[webauthn, Signer::ed25519("session")]);
    assert_eq!(allocations(&draft, None), 5);
    let canister = Signer::canister("user");
    let draft = Draft::call(&[canister, Signer::ed25519("session")]);
    assert_eq!(allocations(&draft, None), 5);
}

#[test]
fn a_known_chain_takes_one_allocation() {
    let mut cache = Cache::new();
    let draft = Draft::call(&[Signer::canister("user"), Signer::ed25519("session")]);
    assert!(allocations(&draft, Some(&mut cache)) > 1);
    assert_eq!(allocations(&draft, Some(&mut cache)), 1);
}
