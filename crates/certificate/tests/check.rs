//! What is checked before the signatures, and that it is no more than that.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use icid_certificate::{Certificate, Policy, Ranges, Rules, Scope, VerifyCertificateError};
use principal::Principal;
use provider_native::NativeProvider;
use public_key::BlsPublicKey;
use testkit::{SecretKey, Subnet, TIME, Tree, certificate};
use time::Timestamp;

fn root() -> SecretKey {
    SecretKey::from_name("root")
}

fn rules(scope: Scope) -> Rules {
    Rules {
        root_key: BlsPublicKey::from_bytes(root().public_key()),
        scope,
        ranges: Ranges::Sharded,
        freshness: None,
    }
}

fn of_canister() -> Rules {
    rules(Scope::Canister(
        Principal::from_slice(&Subnet::CANISTER).unwrap(),
    ))
}

#[test]
fn what_is_checked_still_has_to_be_verified() {
    let tree = Tree::state(&[]);
    let stranger = SecretKey::from_name("stranger");
    let subnet = Subnet::example();
    for (bytes, expected) in [
        (subnet.certify(&root(), &tree), Ok(())),
        (
            subnet.certify(&stranger, &tree),
            Err(VerifyCertificateError::InvalidDelegationSignature),
        ),
        (certificate(&tree, &root(), None), Ok(())),
        (
            certificate(&tree, &stranger, None),
            Err(VerifyCertificateError::InvalidSignature),
        ),
    ] {
        let parsed = Certificate::parse(&bytes, Policy::SPEC).unwrap();
        let checked = parsed.check(&of_canister()).unwrap();
        assert_eq!(checked.claimed_time(), Timestamp::from_nanos(TIME));
        assert_eq!(checked.claimed_tree().root_hash(), tree.root_hash());
        let subnet_id = checked.claimed_delegation().map(|(id, _)| id);
        assert_eq!(subnet_id, parsed.claimed_subnet_id());
        let verified = checked.verify(&NativeProvider::new(), None);
        assert_eq!(verified.map(|_| ()), expected);
    }
}

#[test]
fn the_scope_is_checked_before_the_signatures() {
    let bytes = Subnet::example().certify(&SecretKey::from_name("stranger"), &Tree::state(&[]));
    let certificate = Certificate::parse(&bytes, Policy::SPEC).unwrap();
    let elsewhere = rules(Scope::Canister(Principal::MANAGEMENT));
    let expected = VerifyCertificateError::OutOfRanges {
        canister: Principal::MANAGEMENT,
    };
    assert_eq!(certificate.check(&elsewhere).unwrap_err(), expected);
    let verified = certificate.verify(&elsewhere, &NativeProvider::new(), None);
    assert_eq!(verified.unwrap_err(), expected);
}
