//! Requests: their form against `ic-transport-types`, their delegations against `ic-agent`, and the
//! whole against the one signature that cannot be spared.

use std::convert::Infallible;
use std::hint::black_box;

use canister_signature::DelegationCache;
use delegation::Delegation;
use delegation::DelegationChain;
use ed25519_dalek::Signer;
use ed25519_dalek::SigningKey;
use ic_agent::Identity;
use ic_agent::identity::DelegatedIdentity;
use principal::Principal;
use provider_native::NativeProvider;
use public_key::BlsPublicKey;
use public_key::CanisterPublicKey;
use public_key::Ed25519PublicKey;
use request::Cache;
use request::CanisterRequest;
use request::Content;
use request::Envelope;
use request::Policy;
use request::Rules;
use request::Schemes;
use signature::Claim;
use signature::InvalidKey;
use signature::InvalidSignature;
use signature::VerifySignature;
use testkit::SecretKey;
use testkit::Subnet;
use testkit::canister::witness;
use time::Timestamp;

use crate::harness::Effort;
use crate::harness::Group;

const NOW: Timestamp = Timestamp::from_nanos(1_700_000_000_000_000_000);
const LATER: Timestamp = Timestamp::from_nanos(1_700_000_240_000_000_000);
const SEED: &[u8] = b"a user of an identity provider";

/// What the messages of a chain begin with.
///
/// Source: interface spec, "Authentication".
const SEPARATOR: &[u8] = b"\x1aic-request-auth-delegation";

/// Times the parts and the whole.
pub fn run(effort: Effort) -> usize {
    form(effort) + long_chain(effort) + canister_chain(effort) + whole(effort)
}

/// A key pair by number.
#[derive(Clone)]
struct User(SigningKey);

impl User {
    fn new(number: u8) -> Self {
        Self(SigningKey::from_bytes(&[number; 32]))
    }

    fn spki(&self) -> Vec<u8> {
        let key = self.0.verifying_key().to_bytes();
        Ed25519PublicKey::from_bytes(key).to_der().to_vec()
    }

    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok(self.0.sign(payload).to_vec())
    }
}

/// Key 0 delegates to key 1, that to key 2, and so on.
fn chain(links: u8) -> DelegationChain<'static> {
    let link = |number: u8| {
        Delegation::new(User::new(number + 1).spki(), LATER)
            .sign(|payload| User::new(number).sign(payload))
            .expect("a signature")
    };
    DelegationChain::new(User::new(0).spki(), (0..links).map(link).collect())
}

/// A canister delegates to key 0.
fn chain_of_canister() -> DelegationChain<'static> {
    let delegation = Delegation::new(User::new(0).spki(), LATER);
    let sign = |payload: &[u8]| -> Result<Vec<u8>, Infallible> {
        Ok(Subnet::example().canister_signature(&root(), &witness(SEED, payload)))
    };
    let canister = Principal::from_slice(&Subnet::CANISTER).expect("a principal");
    let key = CanisterPublicKey::new(canister, SEED).expect("a short seed");
    let link = delegation.sign(sign).expect("a signature");
    DelegationChain::new(key.to_der(), vec![link])
}

fn root() -> SecretKey {
    SecretKey::from_name("root")
}

fn root_key() -> BlsPublicKey {
    BlsPublicKey::from_bytes(root().public_key())
}

/// The last key of a chain calls a canister with 200 bytes of argument.
fn request(chain: DelegationChain<'static>, signer: &User) -> Vec<u8> {
    let sender = Principal::self_authenticating(chain.root_key());
    let canister = Principal::from_slice(&Subnet::CANISTER).expect("a principal");
    let call = CanisterRequest::new(sender, canister, "transfer", vec![0x42; 200], LATER)
        .with_nonce(vec![9; 16]);
    let envelope = Content::Call(call).sign(chain, |payload| signer.sign(payload));
    envelope.expect("a signature").encode()
}

/// Decoding, the id of the request and the principal of the key.
fn form(effort: Effort) -> usize {
    let bytes = request(chain(2), &User::new(2));
    let ours = || {
        let envelope = Envelope::parse(black_box(&bytes), Policy::SPEC).expect("well-formed");
        let chain = envelope.chain().expect("a signed request");
        let sender = Principal::self_authenticating(chain.root_key());
        (
            *envelope.content().request_id().as_bytes(),
            sender.as_bytes().to_vec(),
        )
    };
    let by_transport_types = || {
        let envelope: ic_transport_types::Envelope<'_> =
            serde_cbor::from_slice(black_box(&bytes)).expect("well-formed");
        let key = envelope.sender_pubkey.as_deref().expect("a signed request");
        let sender = ic_principal::Principal::self_authenticating(key);
        (
            *envelope.content.to_request_id(),
            sender.as_slice().to_vec(),
        )
    };
    assert_eq!(ours(), by_transport_types());

    Group::new("decode a request with two delegations, its id, and the principal of its key")
        .ours("ours", ours)
        .peer("ic-transport-types, serde_cbor", by_transport_types)
        .target("ours", "ic-transport-types, serde_cbor", Some(2.0))
        .run(effort)
}

/// Twenty delegations of Ed25519.
fn long_chain(effort: Effort) -> usize {
    let chain = chain(20);
    let native = NativeProvider::new();
    let verify = |provider: &dyn VerifySignature| black_box(&chain).verify(NOW, provider).is_ok();
    let one_by_one = OneByOne(&native);
    let agent = Agent::new(&chain, &User::new(20));
    assert!(verify(&native) && verify(&one_by_one) && agent.verify());
    let claims = Claims::of(&chain);

    Group::new("verify a chain of 20 Ed25519 delegations")
        .ours("ours, one batch", || verify(&native))
        .part("its signatures", "ours, one batch", || {
            claims.verify(&native)
        })
        .peer("ours, one by one", || verify(&one_by_one))
        .peer("ic-agent", || agent.verify())
        .target("ours, one batch", "ours, one by one", Some(1.0 / 0.65))
        .run(effort)
}

/// What users of identity providers have.
fn canister_chain(effort: Effort) -> usize {
    let chain = chain_of_canister();
    let native = NativeProvider::new();
    let mut prepared = NativeProvider::new();
    for key in [root().der(), Subnet::example().key.der()] {
        prepared.prepare(&key).expect("a key");
    }
    let root_key = root_key();
    let verify = |provider: &dyn VerifySignature, cache: Option<&mut DelegationCache>| {
        let schemes = Schemes::new(provider, Policy::SPEC)
            .with_root_key(Some(root_key))
            .with_cache(cache);
        black_box(&chain).verify(NOW, &schemes).is_ok()
    };
    let mut cache = DelegationCache::new();
    let agent = Agent::new(&chain, &User::new(0));
    assert!(verify(&native, None) && verify(&prepared, Some(&mut cache)) && agent.verify());
    // The signature of the subnet, as the provider sees it.
    let subnet = Subnet::example().key;
    let (message, key) = ([&b"\x0dic-state-root"[..], &[7; 32]].concat(), subnet.der());
    let signature = subnet.sign(&message);
    let alone = || {
        prepared.verify(Claim {
            key: black_box(&key),
            message: &[&message],
            signature: &signature,
        })
    };

    Group::new("verify a chain of one canister signature")
        .ours("ours, nothing known", || verify(&native, None))
        .ours("ours, subnet cached", || {
            verify(&prepared, Some(&mut cache))
        })
        .part("the subnet's signature", "ours, subnet cached", alone)
        .peer("ic-agent", || agent.verify())
        .target("ours, subnet cached", "ic-agent", Some(5.0))
        .run(effort)
}

/// A whole request whose chain is known.
fn whole(effort: Effort) -> usize {
    let native = NativeProvider::new();
    let rules = Rules {
        now: NOW,
        root_key: Some(root_key()),
        extra_root_key: None,
        policy: Policy::SPEC,
        endpoint: None,
        destination: None,
    };
    let mut missed = 0;
    for (what, bytes, signer) in [
        (
            "two Ed25519 delegations",
            request(chain(2), &User::new(2)),
            User::new(2),
        ),
        (
            "a canister signature",
            request(chain_of_canister(), &User::new(0)),
            User::new(0),
        ),
    ] {
        let authenticate = |cache: Option<&mut Cache>| {
            let envelope = Envelope::parse(black_box(&bytes), Policy::SPEC).expect("well-formed");
            envelope.authenticate(&rules, &native, cache).is_ok()
        };
        let mut cache = Cache::new();
        assert!(authenticate(None) && authenticate(Some(&mut cache)));
        let envelope = Envelope::parse(&bytes, Policy::SPEC).expect("well-formed");
        let (key, payload) = (signer.spki(), envelope.content().signing_payload());
        let signature = envelope.signature().expect("a signed request");
        let alone = || {
            native.verify(Claim {
                key: black_box(&key),
                message: &[&payload],
                signature,
            })
        };
        missed += Group::new(format!("authenticate a request, {what}"))
            .ours("ours, chain cached", || authenticate(Some(&mut cache)))
            .ours("ours, nothing known", || authenticate(None))
            .peer("one Ed25519 verification", alone)
            .part("the request's signature", "ours, chain cached", alone)
            .target(
                "ours, chain cached",
                "one Ed25519 verification",
                Some(1.0 / 1.15),
            )
            .run(effort);
    }
    missed
}

/// Passes on one claim at a time, as the trait does unless told otherwise.
struct OneByOne<'a>(&'a NativeProvider);

impl VerifySignature for OneByOne<'_> {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.0.verify(claim)
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        self.0.check_key(spki)
    }
}

/// What a chain asks its provider.
struct Claims(Vec<[Vec<u8>; 3]>);

impl Claims {
    fn of(chain: &DelegationChain<'_>) -> Self {
        let keys = std::iter::once(chain.root_key()).chain(
            chain
                .links()
                .iter()
                .map(|link| link.delegation().public_key()),
        );
        let claims = keys.zip(chain.links()).map(|(key, link)| {
            let message = [SEPARATOR, &link.delegation().hash()].concat();
            [key.to_vec(), message, link.signature().to_vec()]
        });
        Self(claims.collect())
    }

    fn verify(&self, provider: &dyn VerifySignature) -> bool {
        let messages: Vec<[&[u8]; 1]> = self.0.iter().map(|claim| [&claim[1][..]]).collect();
        let claims: Vec<Claim<'_>> = self
            .0
            .iter()
            .zip(&messages)
            .map(|([key, _, signature], message)| Claim {
                key,
                message,
                signature,
            })
            .collect();
        provider.verify_all(black_box(&claims)).is_ok()
    }
}

/// The same chain for `ic-agent`.
struct Agent {
    key: Vec<u8>,
    chain: Vec<ic_transport_types::SignedDelegation>,
    leaf: Leaf,
    root_key: Vec<u8>,
}

impl Agent {
    fn new(chain: &DelegationChain<'_>, leaf: &User) -> Self {
        let links = chain
            .links()
            .iter()
            .map(|link| ic_transport_types::SignedDelegation {
                delegation: ic_transport_types::Delegation {
                    pubkey: link.delegation().public_key().to_vec(),
                    expiration: link.delegation().expiration().as_nanos(),
                    targets: None,
                    permissions: None,
                },
                signature: link.signature().to_vec(),
            });
        Self {
            key: chain.root_key().to_vec(),
            chain: links.collect(),
            leaf: Leaf(ic_principal::Principal::self_authenticating(leaf.spki())),
            root_key: root().der(),
        }
    }

    fn verify(&self) -> bool {
        let leaf = Box::new(self.leaf.clone());
        let (key, chain) = (self.key.clone(), self.chain.clone());
        DelegatedIdentity::new_with_root_key(key, leaf, chain, black_box(&self.root_key)).is_ok()
    }
}

/// The end of a chain, which is only asked for its principal.
#[derive(Clone)]
struct Leaf(ic_principal::Principal);

impl Identity for Leaf {
    fn sender(&self) -> Result<ic_principal::Principal, String> {
        Ok(self.0)
    }

    fn public_key(&self) -> Option<Vec<u8>> {
        None
    }

    fn sign(&self, _: &ic_transport_types::EnvelopeContent) -> Result<ic_agent::Signature, String> {
        Err("it signs nothing".to_owned())
    }
}
