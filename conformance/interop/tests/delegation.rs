//! Delegations against `ic-agent`, `ic-transport-types` and `ic-canister-sig-creation`, and their
//! form against `serde_cbor`.

use std::collections::BTreeMap;

use delegation::Delegation;
use delegation::DelegationChain;
use delegation::Permissions;
use delegation::Policy;
use delegation::SignedDelegation;
use ic_agent::identity::DelegatedIdentity;
use ic_transport_types::DelegationPermissions;
use icid_interop::Rng;
use icid_interop::cbor_tree::Item;
use icid_interop::providers;
use icid_interop::signers;
use icid_interop::signers::Scheme;
use icid_interop::wire;
use principal::Principal;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;
use proptest::test_runner::TestRunner;
use serde_bytes::ByteBuf;
use serde_cbor::Value;
use time::Timestamp;

type Theirs = ic_transport_types::SignedDelegation;

const POLICIES: [Policy; 2] = [Policy::SPEC, Policy::REPLICA];
const EXPIRATION: u64 = 1_800_000_000_000_000_000;

/// The parts of a delegation and a signature.
#[derive(Clone, Debug, PartialEq)]
struct Parts {
    public_key: Vec<u8>,
    expiration: u64,
    targets: Option<Vec<Vec<u8>>>,
    permissions: Option<&'static str>,
    signature: Vec<u8>,
}

impl Parts {
    fn ours(&self) -> SignedDelegation<'static> {
        let expiration = Timestamp::from_nanos(self.expiration);
        let mut delegation = Delegation::new(self.public_key.clone(), expiration);
        if let Some(targets) = &self.targets {
            let targets = targets.iter().map(|it| Principal::from_slice(it).unwrap());
            delegation = delegation.with_targets(targets.collect::<Vec<_>>());
        }
        if let Some(permissions) = self.permissions {
            let permissions = Permissions::from_name(permissions).unwrap();
            delegation = delegation.with_permissions(permissions);
        }
        SignedDelegation::new(delegation, self.signature.clone())
    }

    fn theirs(&self) -> Theirs {
        let target = |it: &Vec<u8>| ic_principal::Principal::from_slice(it);
        Theirs {
            delegation: ic_transport_types::Delegation {
                pubkey: self.public_key.clone(),
                expiration: self.expiration,
                targets: self
                    .targets
                    .as_ref()
                    .map(|it| it.iter().map(target).collect()),
                permissions: self.permissions.map(|name| match name {
                    "all" => DelegationPermissions::All,
                    _ => DelegationPermissions::Queries,
                }),
            },
            signature: self.signature.clone(),
        }
    }
}

impl From<&SignedDelegation<'_>> for Parts {
    fn from(link: &SignedDelegation<'_>) -> Self {
        let delegation = link.delegation();
        let targets = delegation.targets();
        Self {
            public_key: delegation.public_key().to_vec(),
            expiration: delegation.expiration().as_nanos(),
            targets: targets.map(|it| it.iter().map(|it| it.as_bytes().to_vec()).collect()),
            permissions: delegation.permissions().map(Permissions::name),
            signature: link.signature().to_vec(),
        }
    }
}

impl From<&Theirs> for Parts {
    fn from(link: &Theirs) -> Self {
        let delegation = &link.delegation;
        let targets = delegation.targets.as_ref();
        Self {
            public_key: delegation.pubkey.clone(),
            expiration: delegation.expiration,
            targets: targets.map(|it| it.iter().map(|it| it.as_slice().to_vec()).collect()),
            permissions: delegation.permissions.as_ref().map(|it| match it {
                DelegationPermissions::All => "all",
                DelegationPermissions::Queries => "queries",
            }),
            signature: link.signature.clone(),
        }
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let bytes = |length| prop::collection::vec(any::<u8>(), 0..length);
    let targets = prop::option::of(prop::collection::vec(bytes(30), 0..6));
    let permissions = prop::option::of(prop::sample::select(vec!["all", "queries"]));
    let expiration = prop_oneof![any::<u64>(), 0..300_u64];
    (bytes(120), expiration, targets, permissions, bytes(80)).prop_map(
        |(public_key, expiration, targets, permissions, signature)| Parts {
            public_key,
            expiration,
            targets,
            permissions,
            signature,
        },
    )
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(50), ..Config::default() })]

    #[test]
    fn the_same_bytes_are_signed(parts in parts()) {
        let ours = parts.ours();
        prop_assert_eq!(&ours.delegation().signing_payload()[..], parts.theirs().delegation.signable());
        if parts.permissions.is_none() {
            let Parts { public_key, expiration, targets, .. } = &parts;
            let hash = ic_canister_sig_creation::delegation_signature_msg(public_key, *expiration, targets.as_ref());
            prop_assert_eq!(&ours.delegation().hash()[..], hash);
        }
    }

    #[test]
    fn each_reads_what_the_other_writes(parts in parts()) {
        let theirs: Theirs = serde_cbor::from_slice(&parts.ours().encode()).unwrap();
        prop_assert_eq!(Parts::from(&theirs), parts.clone());
        let written = serde_cbor::to_vec(&parts.theirs()).unwrap();
        for policy in POLICIES {
            let ours = SignedDelegation::parse(&written, policy).unwrap();
            prop_assert_eq!(Parts::from(&ours), parts.clone());
        }
    }
}

#[test]
fn what_we_read_with_something_changed_is_read_alike() {
    let mut rng = Rng::new(52);
    let config = Config {
        rng_seed: RngSeed::Fixed(52),
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let mut accepted = [0; 2];
    for _ in 0..4_000 {
        let parts = parts().new_tree(&mut runner).unwrap().current();
        let mut item = Item::new(&serde_cbor::from_slice::<Value>(&parts.ours().encode()).unwrap());
        for _ in 0..=rng.below(2) {
            item.change(&mut rng);
        }
        let written = item.encode();
        for (policy, accepted) in POLICIES.into_iter().zip(&mut accepted) {
            if let Ok(ours) = SignedDelegation::parse(&written, policy) {
                let theirs = serde_cbor::from_slice::<wire::SignedDelegation>(&written);
                let theirs = theirs.unwrap_or_else(|error| panic!("{error}: {written:02x?}"));
                assert_eq!(Parts::from(&ours), Parts::from(theirs), "{written:02x?}");
                *accepted += 1;
            }
        }
    }
    let [spec, replica] = accepted;
    assert!(spec > 600 && replica > spec + 150, "{accepted:?}");
}

impl From<wire::SignedDelegation> for Parts {
    fn from(link: wire::SignedDelegation) -> Self {
        let delegation = link.delegation;
        let targets = delegation.targets;
        Self {
            public_key: delegation.pubkey.into_vec(),
            expiration: delegation.expiration,
            targets: targets.map(|it| it.into_iter().map(ByteBuf::into_vec).collect()),
            permissions: delegation.permissions.map(|it| match it {
                wire::Permissions::All => "all",
                wire::Permissions::Queries => "queries",
            }),
            signature: link.signature.into_vec(),
        }
    }
}

/// Returns a chain of these schemes, in which `ic-agent` signs what we say.
fn chain(schemes: &[Scheme], restrict: fn(Delegation<'static>) -> Delegation<'static>) -> Chain {
    let keys: Vec<_> = (1..)
        .zip(schemes)
        .map(|(byte, it)| signers::identity(*it, byte))
        .collect();
    let links = keys.windows(2).map(|pair| {
        let expiration = Timestamp::from_nanos(EXPIRATION);
        let delegation = restrict(Delegation::new(signers::public_key(&*pair[1]), expiration));
        delegation
            .sign(|payload| signers::sign(&*pair[0], payload))
            .unwrap()
    });
    Chain {
        root_key: signers::public_key(&*keys[0]),
        links: links.collect(),
        last: (*schemes.last().unwrap(), schemes.len() as u8),
    }
}

struct Chain {
    root_key: Vec<u8>,
    links: Vec<SignedDelegation<'static>>,
    last: (Scheme, u8),
}

impl Chain {
    fn our_verdict(&self, root_key: &[u8], links: &[u8]) -> Result<(), String> {
        let verdicts = providers().map(|provider| {
            let chain = DelegationChain::parse(root_key, links, Policy::REPLICA);
            let chain = chain.map_err(|error| error.to_string())?;
            let verified = chain.verify(Timestamp::from_nanos(EXPIRATION), &*provider);
            verified.map(drop).map_err(|error| error.to_string())
        });
        assert_eq!(verdicts[0], verdicts[1]);
        verdicts[0].clone()
    }

    fn their_verdict(&self, root_key: &[u8], links: &[u8]) -> Result<(), String> {
        let links = serde_cbor::from_slice(links).map_err(|error| error.to_string())?;
        let session = signers::identity(self.last.0, self.last.1);
        let identity = DelegatedIdentity::new(root_key.to_vec(), session, links);
        identity.map(drop).map_err(|error| error.to_string())
    }

    fn encode(&self) -> Vec<u8> {
        DelegationChain::new(&self.root_key, self.links.clone()).encode_links()
    }
}

#[test]
fn chains_of_all_plain_schemes_hold_for_both() {
    let restrict: [fn(Delegation<'static>) -> Delegation<'static>; 4] = [
        |it| it,
        |it| it.with_permissions(Permissions::All),
        |it| {
            it.with_permissions(Permissions::Queries)
                .with_targets(vec![Principal::MANAGEMENT])
        },
        |it| it.with_targets(vec![]),
    ];
    for first in Scheme::ALL {
        for second in Scheme::ALL {
            for third in Scheme::ALL {
                for restrict in restrict {
                    let chain = chain(&[first, second, third], restrict);
                    let links = chain.encode();
                    assert_eq!(chain.our_verdict(&chain.root_key, &links), Ok(()));
                    assert_eq!(chain.their_verdict(&chain.root_key, &links), Ok(()));
                }
            }
        }
    }
}

#[test]
fn chains_that_an_agent_signs_hold_here() {
    for from in Scheme::ALL {
        for permissions in [None, Some(DelegationPermissions::Queries)] {
            let root = signers::identity(from, 1);
            let content = ic_transport_types::Delegation {
                pubkey: signers::public_key(&*signers::identity(Scheme::P256, 2)),
                expiration: EXPIRATION,
                targets: Some(vec![ic_principal::Principal::management_canister()]),
                permissions,
            };
            let signature = root.sign_delegation(&content).unwrap().signature.unwrap();
            let link = Theirs {
                delegation: content,
                signature,
            };
            let links = serde_cbor::to_vec(&[link]).unwrap();
            let root_key = signers::public_key(&*root);
            for policy in POLICIES {
                let chain = DelegationChain::parse(&root_key, &links, policy).unwrap();
                for provider in providers() {
                    let now = Timestamp::from_nanos(EXPIRATION);
                    let verified = chain.verify(now, &*provider).unwrap();
                    assert_eq!(
                        verified.sender().as_bytes(),
                        root.sender().unwrap().as_slice()
                    );
                    assert_eq!(verified.queries_only(), permissions.is_some());
                    assert!(verified.allows_target(&Principal::MANAGEMENT));
                    assert!(!verified.allows_target(&Principal::ANONYMOUS));
                }
            }
        }
    }
}

/// The orders of the groups of P-256 and secp256k1.
///
/// Source: FIPS 186-4, D.1.2.3, and SEC 2, section 2.4.1.
const ORDERS: &[(Scheme, &str)] = &[
    (
        Scheme::P256,
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    ),
    (
        Scheme::Secp256k1,
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    ),
];

/// On which curves an agent checks that s is not above half of the order. Here it may be.
const LOW_S_ONLY: &[Scheme] = &[Scheme::Secp256k1];

#[test]
fn both_values_of_s_hold_here() {
    for (scheme, order) in ORDERS {
        let mut chain = chain(&[*scheme, Scheme::Ed25519], |it| it);
        let link = &chain.links[0];
        let mut signature = link.signature().to_vec();
        let order = icid_interop::hex::decode(order).unwrap();
        let mut borrow = 0;
        for (digit, order) in signature[32..].iter_mut().zip(order).rev() {
            let difference = 0x100 + i32::from(order) - i32::from(*digit) - borrow;
            *digit = difference as u8;
            borrow = i32::from(difference < 0x100);
        }
        chain.links = vec![SignedDelegation::new(link.delegation().clone(), signature)];
        // A chain as it was signed holds for both, see above; so this s is the high one, if an agent
        // minds.
        let links = chain.encode();
        assert_eq!(chain.our_verdict(&chain.root_key, &links), Ok(()));
        let theirs = chain.their_verdict(&chain.root_key, &links);
        assert_eq!(
            theirs.is_err(),
            LOW_S_ONLY.contains(scheme),
            "{scheme:?}: {theirs:?}"
        );
    }
}

/// What an agent accepts and we refuse, and how often below.
const LENIENCIES: &[(&str, u32)] = &[
    ("keys of maps may be byte strings", 3),
    ("unused bits in a key in DER are passed over", 6),
];

#[test]
fn a_flipped_bit_has_the_same_effect_on_both() {
    let mut rng = Rng::new(51);
    let mut lenient = BTreeMap::new();
    for scheme in Scheme::ALL {
        let chain = chain(&[scheme, Scheme::Ed25519], |it| {
            it.with_permissions(Permissions::Queries)
        });
        let (good_key, good_links) = (chain.root_key.clone(), chain.encode());
        let unused_bits = match scheme {
            Scheme::Ed25519 => 11,
            Scheme::P256 => 25,
            Scheme::Secp256k1 => 22,
        };
        for _ in 0..600 {
            let (mut root_key, mut links) = (good_key.clone(), good_links.clone());
            let in_key = rng.below(4) == 0;
            let changed = if in_key { &mut root_key } else { &mut links };
            let index = rng.below(changed.len());
            let before = changed[index];
            changed[index] ^= 1 << rng.below(8);
            let after = changed[index];
            assert!(
                chain.our_verdict(&root_key, &links).is_err(),
                "{scheme:?} {index}"
            );
            if chain.their_verdict(&root_key, &links).is_ok() {
                let is_text_to_bytes = (before & 0xe0, after & 0xe0) == (0x60, 0x40);
                let (why, is_so) = if in_key {
                    (LENIENCIES[1].0, index == unused_bits)
                } else {
                    (LENIENCIES[0].0, is_text_to_bytes)
                };
                assert!(is_so, "{scheme:?} {index}");
                *lenient.entry(why).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(lenient, BTreeMap::from_iter(LENIENCIES.iter().copied()));
}
