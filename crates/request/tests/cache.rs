//! A cache changes neither a verdict nor an error, only what it costs.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/draft.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod draft;
#[path = "support/signer.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod signer;

use core::cell::Cell;

use delegation::{Permissions, VerifyChainError};
use icid_request::{AuthenticateError as Error, Cache, PlainRsaRule, Policy, SenderInfo};
use principal::Principal;
use provider_native::NativeProvider;
use public_key::BlsPublicKey;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{SecretKey, Subnet};

use crate::draft::{Draft, NOW, canister, time};
use crate::signer::{Scheme, Signer, root_key};

const USER: Signer = Signer::canister("user");
const SESSION: Signer = Signer::ed25519("session");

/// Counts the claims it passes on.
struct Counting {
    provider: NativeProvider,
    claims: Cell<usize>,
}

impl Counting {
    fn new() -> Self {
        Self {
            provider: NativeProvider::new(),
            claims: Cell::new(0),
        }
    }

    /// Authenticates a request and returns how many claims that took.
    fn verdict(&self, draft: &Draft, cache: &mut Cache) -> (Result<(), Error>, usize) {
        self.claims.set(0);
        let envelope = draft.envelope();
        let outcome = envelope.authenticate(&draft.rules, self, Some(cache));
        (outcome.map(drop), self.claims.get())
    }
}

impl VerifySignature for Counting {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.claims.set(self.claims.get() + 1);
        self.provider.verify(claim)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        self.claims.set(self.claims.get() + claims.len());
        self.provider.verify_all(claims)
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        self.provider.check_key(spki)
    }
}

fn with_info(draft: Draft, info: &[u8]) -> Draft {
    let signer = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let signature = USER.sign(&[&b"\x0eic-sender-info"[..], info].concat());
    draft.with(|draft| draft.sender_info = Some(SenderInfo::new(info.to_vec(), signer, signature)))
}

#[test]
fn a_known_chain_costs_one_signature() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    let draft = with_info(Draft::call(&[USER, SESSION]), b"name");
    // A certificate and its delegation for the link, the request, a certificate for the info.
    assert_eq!(counting.verdict(&draft, &mut cache), (Ok(()), 4));
    assert_eq!((cache.len(), cache.is_empty()), (2, false));
    assert_eq!(counting.verdict(&draft, &mut cache), (Ok(()), 1));
    let another = draft.with(|draft| draft.nonce = None);
    assert_eq!(counting.verdict(&another, &mut cache), (Ok(()), 1));
    assert_eq!(cache.len(), 2);
    cache.clear();
    assert!(cache.is_empty());
    assert_eq!(counting.verdict(&another, &mut cache), (Ok(()), 4));
}

#[test]
fn a_request_without_delegations_is_not_remembered() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    for _ in 0..2 {
        let draft = Draft::call(&[SESSION]);
        assert_eq!(counting.verdict(&draft, &mut cache), (Ok(()), 1));
        assert!(cache.is_empty());
    }
}

/// What a request would be that profits from a cache it must not profit from.
#[test]
fn whatever_decides_is_bound() {
    let user = Signer::new(Scheme::WebAuthnEs256, "user");
    let good = Draft::call(&[user, SESSION]);
    let counting = Counting::new();
    let mut cache = Cache::new();
    assert_eq!(counting.verdict(&good, &mut cache), (Ok(()), 2));
    assert_eq!(counting.verdict(&good, &mut cache), (Ok(()), 1));
    let other = BlsPublicKey::from_bytes(SecretKey::from_name("another").public_key());
    let changes: [fn(&mut Draft); 12] = [
        |draft| draft.links[0].expiration = NOW + 1,
        |draft| draft.links[0].targets = Some(vec![canister(1)]),
        |draft| draft.links[0].permissions = Some(Permissions::All),
        |draft| draft.signers[1] = Signer::ed25519("another session"),
        |draft| draft.rules.root_key = None,
        |draft| draft.rules.extra_root_key = draft.rules.root_key,
        |draft| draft.rules.policy.cbor = cbor::Policy::REPLICA,
        |draft| draft.rules.policy.public_key = public_key::Policy::REPLICA,
        |draft| draft.rules.policy.webauthn.cbor = cbor::Policy::REPLICA,
        |draft| draft.rules.policy.webauthn = webauthn_signature::Policy::REPLICA,
        |draft| draft.rules.policy.ranges = certificate::Ranges::Either,
        |draft| draft.rules.policy.plain_rsa_signer = PlainRsaRule::Accept,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let changed = good.clone().with(change);
        let (outcome, claims) = counting.verdict(&changed, &mut cache);
        assert_eq!((outcome, claims), (Ok(()), 2), "{index}");
    }
    let changed = good.with(|draft| draft.rules.root_key = Some(other));
    assert_eq!(counting.verdict(&changed, &mut cache), (Ok(()), 2));
}

#[test]
fn the_latest_expiry_decides_about_no_signature() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    let draft = Draft::call(&[Signer::ed25519("user"), SESSION]);
    assert_eq!(counting.verdict(&draft, &mut cache), (Ok(()), 2));
    let draft = draft.with(|draft| {
        draft.rules.policy.latest_expiry = Policy::REPLICA.latest_expiry;
    });
    assert_eq!(counting.verdict(&draft, &mut cache), (Ok(()), 1));
}

#[test]
fn another_root_key_finds_nothing() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    let good = Draft::call(&[USER, SESSION]);
    assert_eq!(counting.verdict(&good, &mut cache).0, Ok(()));
    let other = BlsPublicKey::from_bytes(SecretKey::from_name("another").public_key());
    for root in [None, Some(other)] {
        let bad = good.clone().with(|draft| draft.rules.root_key = root);
        let outcome = counting.verdict(&bad, &mut cache).0;
        assert!(matches!(
            outcome,
            Err(Error::InvalidDelegation { link: 0, .. })
        ));
        assert_eq!(outcome, bad.verdict());
    }
    assert_eq!(good.rules.root_key, Some(root_key()));
}

#[test]
fn a_known_chain_still_expires() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    let draft = Draft::query(&[USER, SESSION]).with(|draft| draft.expiry = u64::MAX);
    assert_eq!(counting.verdict(&draft, &mut cache).0, Ok(()));
    let late = draft.with(|draft| draft.rules.now = time(NOW + 1));
    let error = VerifyChainError::Expired {
        link: 0,
        expiration: time(NOW),
        now: time(NOW + 1),
    };
    let outcome = counting.verdict(&late, &mut cache);
    assert_eq!(outcome, (Err(Error::Chain(error)), 0));
}

#[test]
fn a_known_chain_allows_no_more() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    let query = Draft::query(&[USER, SESSION]).with(|draft| {
        draft.links[0].permissions = Some(Permissions::Queries);
        draft.links[0].targets = Some(vec![canister(1)]);
    });
    assert_eq!(counting.verdict(&query, &mut cache).0, Ok(()));
    let call = query.clone().with(|draft| {
        draft.request_type = icid_request::RequestType::Call;
    });
    let outcome = counting.verdict(&call, &mut cache);
    assert_eq!(outcome, (Err(Error::QueriesOnly), 1));
    let elsewhere = query.with(|draft| draft.canister_id = canister(2));
    let error = Error::TargetNotAllowed {
        canister_id: canister(2),
    };
    assert_eq!(counting.verdict(&elsewhere, &mut cache), (Err(error), 1));
}

#[test]
fn a_bad_request_says_the_same_beside_a_known_chain() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    let good = Draft::call(&[USER, Signer::ed25519("device"), SESSION]);
    let bad = good.clone().with(|draft| draft.holds = false);
    let without = bad.verdict();
    assert!(matches!(without, Err(Error::InvalidSignature(_))));
    // The links hold, and are remembered although the request does not.
    assert_eq!(counting.verdict(&bad, &mut cache).0, without);
    assert_eq!(cache.len(), 1);
    assert_eq!(counting.verdict(&bad, &mut cache).0, without);
    assert_eq!(counting.verdict(&good, &mut cache), (Ok(()), 1));
}

#[test]
fn bad_links_are_never_remembered() {
    let counting = Counting::new();
    let mut cache = Cache::new();
    for link in 0..2 {
        let bad = Draft::call(&[USER, Signer::ed25519("device"), SESSION]);
        let bad = bad.with(|draft| draft.links[link].holds = false);
        let without = bad.verdict();
        for _ in 0..2 {
            assert_eq!(counting.verdict(&bad, &mut cache).0, without);
            assert!(cache.is_empty());
        }
    }
    let bad = with_info(Draft::call(&[USER]), b"name").with(|draft| {
        let info = draft.sender_info.take().unwrap();
        let (signer, signature) = (info.signer(), info.signature().to_vec());
        draft.sender_info = Some(SenderInfo::new(b"another", signer, signature));
    });
    let without = bad.verdict();
    for _ in 0..2 {
        assert_eq!(counting.verdict(&bad, &mut cache).0, without);
        assert!(cache.is_empty());
    }
}

#[test]
fn the_newest_chain_replaces_the_oldest() {
    let counting = Counting::new();
    let mut cache = Cache::with_capacity(2);
    assert_eq!(cache.capacity(), 2);
    let chain = |name| Draft::call(&[Signer::ed25519(name), SESSION]);
    let [first, second, third] = ["a", "b", "c"].map(chain);
    for draft in [&first, &second, &third] {
        assert_eq!(counting.verdict(draft, &mut cache), (Ok(()), 2));
    }
    assert_eq!(cache.len(), 2);
    assert_eq!(counting.verdict(&second, &mut cache), (Ok(()), 1));
    assert_eq!(counting.verdict(&third, &mut cache), (Ok(()), 1));
    assert_eq!(counting.verdict(&first, &mut cache), (Ok(()), 2));
    assert_eq!(counting.verdict(&second, &mut cache), (Ok(()), 2));
}

#[test]
fn a_cache_may_have_no_room() {
    let counting = Counting::new();
    let mut cache = Cache::with_capacity(0);
    let draft = Draft::call(&[Signer::ed25519("user"), SESSION]);
    for _ in 0..2 {
        assert_eq!(counting.verdict(&draft, &mut cache), (Ok(()), 2));
        assert!(cache.is_empty());
    }
}
