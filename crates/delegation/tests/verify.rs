//! Verifying: every rule, both sides of every limit, and the order of the checks.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/chains.rs"]
mod chains;
#[path = "support/keys.rs"]
mod keys;

use std::cell::RefCell;

use icid_delegation::{
    AllowedTargets, Delegation, DelegationChain, MAX_LINKS, MAX_TARGETS, Permissions, SEPARATOR,
    SignedDelegation, VerifyChainError,
};
use principal::Principal;
use public_key::BlsPublicKey;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use time::Timestamp;

use crate::chains::{NOW, canister, canisters, chain_of, to};
use crate::keys::{Ed25519, Key};

const BEFORE: Timestamp = Timestamp::from_nanos(1_699_999_999_999_999_999);

/// Key, message, signature.
type Asked = (Vec<u8>, Vec<Vec<u8>>, Vec<u8>);

/// Remembers what it was asked, and gives one answer.
struct Recorder {
    answer: Result<(), InvalidAt>,
    asked: RefCell<Vec<Vec<Asked>>>,
}

impl Recorder {
    fn new(answer: Result<(), InvalidAt>) -> Self {
        let asked = RefCell::default();
        Self { answer, asked }
    }
}

impl VerifySignature for Recorder {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.verify_all(&[claim]).map_err(|_| InvalidSignature)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        let asked = claims.iter().map(|claim| {
            let message = claim.message.iter().map(|piece| piece.to_vec()).collect();
            (claim.key.to_vec(), message, claim.signature.to_vec())
        });
        self.asked.borrow_mut().push(asked.collect());
        self.answer
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

/// What a provider that finds every signature good makes of a chain.
fn verify(
    delegations: impl IntoIterator<Item = Delegation<'static>>,
    now: Timestamp,
) -> Result<(), VerifyChainError> {
    chain_of(delegations)
        .verify(now, &Recorder::new(Ok(())))
        .map(drop)
}

/// Ed25519 keys 0, 1, …, each of which signs for the next.
fn signed_chain(delegations: Vec<Delegation<'static>>) -> DelegationChain<'static> {
    let links = delegations
        .into_iter()
        .zip(0..)
        .map(|(delegation, signer)| Key(signer).link(delegation));
    DelegationChain::new(Key(0).der(), links.collect())
}

fn to_key(key: u8) -> Delegation<'static> {
    Delegation::new(Key(key).der(), NOW)
}

#[test]
// spec: DELEG-2, DELEG-3, DELEG-4
fn the_provider_is_asked_once_about_all_links() {
    let links = vec![
        SignedDelegation::new(to(1), b"first"),
        SignedDelegation::new(to(2), b"second"),
    ];
    let chain = DelegationChain::new(b"root", links);
    let recorder = Recorder::new(Ok(()));
    let verified = chain.verify(NOW, &recorder).unwrap();
    assert_eq!(verified.leaf(), [0, 2]);
    let message = |key| vec![SEPARATOR.to_vec(), to(key).hash().to_vec()];
    assert_eq!(
        *recorder.asked.borrow(),
        [[
            (b"root".to_vec(), message(1), b"first".to_vec()),
            (vec![0, 1], message(2), b"second".to_vec()),
        ]]
    );
}

#[test]
fn the_link_that_the_provider_names_is_the_culprit() {
    let chain = chain_of([to(1), to(2), to(3)]);
    for index in 0..3 {
        let recorder = Recorder::new(Err(InvalidAt { index }));
        assert_eq!(
            chain.verify(NOW, &recorder).err(),
            Some(VerifyChainError::InvalidSignature { link: index })
        );
    }
}

#[test]
// spec: DELEG-2, DELEG-3, DELEG-4
fn real_signatures_verify() {
    let chain = signed_chain((1..=20).map(to_key).collect());
    let verified = chain.verify(NOW, &Ed25519).unwrap();
    assert_eq!(verified.leaf(), Key(20).der());
    assert_eq!(
        verified.sender(),
        Principal::self_authenticating(&Key(0).der())
    );
    assert_eq!(verified.targets(), AllowedTargets::Any);
    assert_eq!(verified.expires_at(), Some(NOW));
    assert!(!verified.queries_only());
    assert!(verified.allows_call(&canister(7)));
}

/// Knows Ed25519, and a scheme of two-byte keys that sign by repeating the message after the key.
struct TwoSchemes;

impl VerifySignature for TwoSchemes {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        if claim.key.len() != 2 {
            return Ed25519.verify(claim);
        }
        let repeated = [claim.key, &claim.message.concat()].concat();
        (claim.signature == repeated)
            .then_some(())
            .ok_or(InvalidSignature)
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

#[test]
// spec: DELEG-19, DELEG-23
fn every_link_may_be_of_another_scheme() {
    let repeat = |key: u16, delegation: Delegation<'static>| {
        let signature = [key.to_be_bytes().as_slice(), &delegation.signing_payload()].concat();
        SignedDelegation::new(delegation, signature)
    };
    let links = vec![
        repeat(0, to_key(1)),
        Key(1).link(to(2)),
        repeat(2, to(3)),
        repeat(3, to_key(4)),
    ];
    let chain = DelegationChain::new(&[0, 0], links.clone());
    assert_eq!(chain.verify(NOW, &TwoSchemes).unwrap().leaf(), Key(4).der());
    assert_eq!(
        chain.verify(NOW, &Ed25519).err(),
        Some(VerifyChainError::InvalidSignature { link: 0 })
    );
    let mut links = links;
    links[2] = repeat(3, to(3));
    let chain = DelegationChain::new(&[0, 0], links);
    assert_eq!(
        chain.verify(NOW, &TwoSchemes).err(),
        Some(VerifyChainError::InvalidSignature { link: 2 })
    );
}

#[test]
// spec: DELEG-3, DELEG-4, DELEG-18
fn each_link_must_be_signed_by_the_key_before_it() {
    for (signers, culprit) in [
        ([0, 1, 2], None),
        ([9, 1, 2], Some(0)),
        ([1, 1, 2], Some(0)),
        ([0, 0, 2], Some(1)),
        ([0, 2, 2], Some(1)),
        ([0, 1, 0], Some(2)),
        ([0, 1, 1], Some(2)),
        ([0, 1, 3], Some(2)),
        ([0, 0, 0], Some(1)),
    ] {
        let links = signers.into_iter().zip(1..);
        let links = links.map(|(signer, key)| Key(signer).link(to_key(key)));
        let chain = DelegationChain::new(Key(0).der(), links.collect());
        assert_eq!(
            chain.verify(NOW, &Ed25519).err(),
            culprit.map(|link| VerifyChainError::InvalidSignature { link }),
            "{signers:?}"
        );
    }
}

#[test]
// spec: DELEG-4, DELEG-18
fn a_middle_link_can_not_be_left_out() {
    let whole = signed_chain(vec![to_key(1), to_key(2), to_key(3)]);
    assert!(whole.verify(NOW, &Ed25519).is_ok());
    for (left_out, culprit) in [(0, 0), (1, 1)] {
        let mut links = whole.links().to_vec();
        links.remove(left_out);
        let chain = DelegationChain::new(Key(0).der(), links);
        assert_eq!(
            chain.verify(NOW, &Ed25519).err(),
            Some(VerifyChainError::InvalidSignature { link: culprit })
        );
    }
}

#[test]
// spec: DELEG-2, DELEG-21, PERM-7
fn a_signature_is_on_every_field() {
    let target = canister(1);
    let full = || {
        to_key(1)
            .with_targets(vec![target])
            .with_permissions(Permissions::Queries)
    };
    let signature = Key(0).sign(&full().signing_payload());
    for (delegation, is_valid) in [
        (full(), true),
        (
            to_key(2)
                .with_targets(vec![target])
                .with_permissions(Permissions::Queries),
            false,
        ),
        (to_key(1).with_targets(vec![target]), false),
        (to_key(1).with_permissions(Permissions::Queries), false),
        (full().with_permissions(Permissions::All), false),
        (full().with_targets(vec![canister(2)]), false),
        (full().with_targets(vec![target, target]), false),
        (
            Delegation::new(Key(1).der(), Timestamp::MAX)
                .with_targets(vec![target])
                .with_permissions(Permissions::Queries),
            false,
        ),
    ] {
        let links = vec![SignedDelegation::new(delegation, signature.clone())];
        let chain = DelegationChain::new(Key(0).der(), links);
        let error = VerifyChainError::InvalidSignature { link: 0 };
        assert_eq!(
            chain.verify(NOW, &Ed25519).err(),
            (!is_valid).then_some(error)
        );
    }
}

#[test]
// spec: DELEG-2
fn the_separator_is_that_of_delegations() {
    let hash = to_key(1).hash();
    for (message, is_valid) in [
        ([SEPARATOR.as_slice(), &hash].concat(), true),
        ([b"\x0aic-request".as_slice(), &hash].concat(), false),
        (hash.to_vec(), false),
    ] {
        let link = SignedDelegation::new(to_key(1), Key(0).sign(&message));
        let chain = DelegationChain::new(Key(0).der(), vec![link]);
        assert_eq!(chain.verify(NOW, &Ed25519).is_ok(), is_valid);
    }
}

#[test]
// spec: DELEG-5
fn accepts_twenty_links_and_rejects_twenty_one() {
    assert_eq!(verify((1..=20).map(to), NOW), Ok(()));
    assert_eq!(
        verify((1..=21).map(to), NOW),
        Err(VerifyChainError::TooLong { length: 21 })
    );
}

#[test]
fn a_chain_without_links_is_its_root_key() {
    let chain = DelegationChain::new(b"root", Vec::new());
    let verified = chain
        .verify(Timestamp::MAX, &Recorder::new(Ok(())))
        .unwrap();
    assert_eq!(verified.leaf(), b"root");
    assert_eq!(verified.expires_at(), None);
    assert_eq!(verified.targets(), AllowedTargets::Any);
    assert!(verified.allows_call(&canister(1)));
}

#[test]
// spec: DELEG-7, DELEG-18
fn accepts_a_link_until_its_expiration_and_rejects_it_a_nanosecond_later() {
    for expired in 0..3 {
        let link = |key: u16| {
            let expiration = if key == expired + 1 {
                BEFORE
            } else {
                Timestamp::MAX
            };
            Delegation::new(key.to_be_bytes().to_vec(), expiration)
        };
        assert_eq!(verify((1..=3).map(link), BEFORE), Ok(()));
        assert_eq!(
            verify((1..=3).map(link), NOW),
            Err(VerifyChainError::Expired {
                link: expired.into(),
                expiration: BEFORE,
                now: NOW
            })
        );
    }
}

#[test]
// spec: DELEG-8
fn accepts_the_end_of_time_and_children_that_outlive_their_parents() {
    let last = Delegation::new(&[2], Timestamp::MAX);
    let chain = chain_of([to(1), last.clone()]);
    let recorder = Recorder::new(Ok(()));
    let verified = chain.verify(NOW, &recorder).unwrap();
    assert_eq!(verified.expires_at(), Some(NOW));
    assert_eq!(verify([last], Timestamp::MAX), Ok(()));
}

#[test]
// spec: DELEG-6
fn rejects_a_key_that_comes_twice() {
    for (keys, repeated) in [
        ([0, 1, 2], Some(0)),
        ([1, 0, 2], Some(1)),
        ([1, 1, 2], Some(1)),
        ([1, 2, 0], Some(2)),
        ([1, 2, 1], Some(2)),
        ([1, 2, 2], Some(2)),
        ([1, 2, 3], None),
    ] {
        assert_eq!(
            verify(keys.map(to), NOW).err(),
            repeated.map(|link| VerifyChainError::RepeatedKey { link }),
            "{keys:?}"
        );
    }
    // With real signatures, too.
    let itself = Key(0).link(to_key(0));
    let chain = DelegationChain::new(Key(0).der(), vec![itself]);
    let error = VerifyChainError::RepeatedKey { link: 0 };
    assert_eq!(chain.verify(NOW, &Ed25519).err(), Some(error));
}

#[test]
// spec: DELEG-6
fn keys_are_compared_by_their_bytes() {
    let key = |bytes: &'static [u8]| Delegation::new(bytes, NOW);
    assert_eq!(verify([key(b"\0"), key(b"\0\0\0"), key(b"")], NOW), Ok(()));
}

#[test]
// spec: DELEG-10
fn accepts_a_thousand_targets_and_rejects_one_more() {
    for link in 0..2 {
        let chain = |targets: Vec<Principal>| {
            (0..2).map(move |index| match index == link {
                true => to(index + 1).with_targets(targets.clone()),
                false => to(index + 1),
            })
        };
        assert_eq!(verify(chain(canisters(0..1000)), NOW), Ok(()));
        let error = Err(VerifyChainError::TooManyTargets {
            link: link.into(),
            count: 1001,
        });
        assert_eq!(verify(chain(canisters(0..1001)), NOW), error);
        // Duplicates count.
        assert_eq!(verify(chain(vec![canister(0); 1000]), NOW), Ok(()));
        assert_eq!(verify(chain(vec![canister(0); 1001]), NOW), error);
    }
}

#[test]
// spec: SIG-5, SIG-6
fn keys_of_subnets_do_not_sign_delegations() {
    let subnet_key = BlsPublicKey::MAINNET_ROOT.to_der();
    let recorder = Recorder::new(Ok(()));
    let root = DelegationChain::new(subnet_key.to_vec(), chain_of([to(1)]).links().to_vec());
    assert_eq!(
        root.verify(NOW, &recorder).err(),
        Some(VerifyChainError::SubnetKey { link: 0 })
    );
    let middle = [Delegation::new(subnet_key.to_vec(), NOW), to(2)];
    assert_eq!(
        verify(middle.clone(), NOW),
        Err(VerifyChainError::SubnetKey { link: 1 })
    );
    assert!(recorder.asked.borrow().is_empty());
    // What a leaf can sign is for those to say who check what it signed.
    assert_eq!(verify(middle.into_iter().take(1), NOW), Ok(()));
}

#[test]
fn the_order_of_the_checks_is_what_the_documentation_says() {
    // Everything is wrong with these links; each step mends one thing.
    let expired = |key: &[u8]| Delegation::new(key.to_vec(), BEFORE);
    let valid = |key: &[u8]| Delegation::new(key.to_vec(), NOW);
    let many = vec![canister(0); MAX_TARGETS + 1];
    let subnet_key = BlsPublicKey::MAINNET_ROOT.to_der();
    let bad = Recorder::new(Err(InvalidAt { index: 1 }));
    let check = |root: &[u8], delegations: Vec<Delegation<'static>>| {
        let sign = |delegation| SignedDelegation::new(delegation, b"");
        let links = delegations.into_iter().map(sign).collect();
        DelegationChain::new(root, links).verify(NOW, &bad).err()
    };

    let mut links = vec![expired(&subnet_key).with_targets(many.clone()); MAX_LINKS + 1];
    assert_eq!(
        check(&subnet_key, links.clone()),
        Some(VerifyChainError::TooLong { length: 21 })
    );
    links.truncate(2);
    assert_eq!(
        check(&subnet_key, links.clone()),
        Some(VerifyChainError::Expired {
            link: 0,
            expiration: BEFORE,
            now: NOW
        })
    );
    links = vec![valid(&subnet_key).with_targets(many.clone()); 2];
    assert_eq!(
        check(&subnet_key, links),
        Some(VerifyChainError::RepeatedKey { link: 0 })
    );
    links = vec![valid(b"1").with_targets(many), valid(b"2")];
    assert_eq!(
        check(&subnet_key, links),
        Some(VerifyChainError::TooManyTargets {
            link: 0,
            count: 1001
        })
    );
    links = vec![valid(b"1"), valid(b"2")];
    assert_eq!(
        check(&subnet_key, links.clone()),
        Some(VerifyChainError::SubnetKey { link: 0 })
    );
    assert!(bad.asked.borrow().is_empty());
    assert_eq!(
        check(b"root", links),
        Some(VerifyChainError::InvalidSignature { link: 1 })
    );
}

#[test]
fn a_check_covers_all_links_before_the_next_check() {
    // The first link has what is looked for last, the last link what is looked for first.
    let many = vec![canister(0); MAX_TARGETS + 1];
    let late = Delegation::new(&[3], BEFORE);
    assert_eq!(
        verify([to(1).with_targets(many.clone()), to(1), late.clone()], NOW),
        Err(VerifyChainError::Expired {
            link: 2,
            expiration: BEFORE,
            now: NOW
        })
    );
    assert_eq!(
        verify([to(1).with_targets(many), to(1)], NOW),
        Err(VerifyChainError::RepeatedKey { link: 1 })
    );
}
