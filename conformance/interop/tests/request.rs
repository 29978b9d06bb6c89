//! Requests against `ic-agent` and `ic-transport-types`, and their form against `serde_cbor`.

use std::borrow::Cow;
use std::time::Duration;
use std::time::UNIX_EPOCH;

use delegation::Delegation;
use delegation::Permissions;
use delegation::SignedDelegation;
use ic_agent::Agent;
use ic_agent::Identity;
use ic_agent::agent::EnvelopeContent;
use ic_agent::agent::NonceGenerator;
use ic_agent::identity::AnonymousIdentity;
use ic_agent::identity::DelegatedIdentity;
use ic_agent::identity::InfoAwareIdentity;
use ic_transport_types::SenderInfo;
use icid_interop::Rng;
use icid_interop::canister;
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
use provider_native::NativeProvider;
use request::AuthenticateError;
use request::CanisterRequest;
use request::Content;
use request::DelegationChain;
use request::Envelope;
use request::Policy;
use request::ReadStateRequest;
use request::RequestType;
use request::Rules;
use serde_bytes::ByteBuf;
use serde_cbor::Value;
use time::Lifetime;
use time::Timestamp;

type Theirs = ic_transport_types::Envelope<'static>;

const POLICIES: [Policy; 2] = [Policy::SPEC, Policy::REPLICA];
const NOW: Timestamp = Timestamp::from_nanos(1_800_000_000_000_000_000);
const EXPIRY: Timestamp = NOW.saturating_add(Lifetime::from_secs(300));

fn bytes(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..length)
}

fn peer_principal(max_length: usize) -> impl Strategy<Value = ic_principal::Principal> {
    bytes(max_length + 1).prop_map(|it| ic_principal::Principal::from_slice(&it))
}

fn peer_content() -> impl Strategy<Value = EnvelopeContent> {
    let canister_part = (
        peer_principal(29),
        ".{0,20}",
        bytes(100),
        prop::option::of((bytes(40), bytes(30), bytes(60))),
    );
    let nonce = prop::option::of(bytes(33));
    let ingress_expiry = prop_oneof![any::<u64>(), 0..300_u64];
    let paths = prop::collection::vec(prop::collection::vec(bytes(40), 0..4), 0..5);
    (
        0..3,
        peer_principal(29),
        ingress_expiry,
        nonce,
        canister_part,
        paths,
    )
        .prop_map(
            |(kind, sender, ingress_expiry, nonce, canister_part, paths)| {
                let (canister_id, method_name, arg, info) = canister_part;
                let sender_info = info.map(|(info, signer, sig)| SenderInfo { info, signer, sig });
                match kind {
                    0 => EnvelopeContent::Call {
                        nonce,
                        ingress_expiry,
                        sender,
                        canister_id,
                        method_name,
                        arg,
                        sender_info,
                    },
                    1 => EnvelopeContent::Query {
                        ingress_expiry,
                        sender,
                        canister_id,
                        method_name,
                        arg,
                        nonce,
                        sender_info,
                    },
                    _ => EnvelopeContent::ReadState {
                        ingress_expiry,
                        sender,
                        paths: paths
                            .into_iter()
                            .map(|path| path.into_iter().map(Into::into).collect())
                            .collect(),
                    },
                }
            },
        )
}

fn peer_link() -> impl Strategy<Value = ic_transport_types::SignedDelegation> {
    let targets = prop::option::of(prop::collection::vec(peer_principal(29), 0..4));
    (bytes(60), any::<u64>(), targets, bytes(60)).prop_map(
        |(pubkey, expiration, targets, signature)| ic_transport_types::SignedDelegation {
            delegation: ic_transport_types::Delegation {
                pubkey,
                expiration,
                targets,
                permissions: None,
            },
            signature,
        },
    )
}

fn peer_envelope() -> impl Strategy<Value = Theirs> {
    let links = prop::option::of(prop::collection::vec(peer_link(), 1..4));
    let proof = prop::option::of((bytes(60), bytes(60), links));
    (peer_content(), proof).prop_map(|(content, proof)| {
        let (key, signature, links) = match proof {
            Some((key, signature, links)) => (Some(key), Some(signature), links),
            None => (None, None, None),
        };
        Theirs {
            content: Cow::Owned(content),
            sender_pubkey: key,
            sender_sig: signature,
            sender_delegation: links,
        }
    })
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(70), ..Config::default() })]

    #[test]
    fn each_reads_what_the_other_writes(theirs in peer_envelope()) {
        let written = theirs.encode_bytes();
        for policy in POLICIES {
            let ours = Envelope::parse(&written, policy).unwrap();
            let id = theirs.content.to_request_id();
            let our_id = ours.content().request_id();
            prop_assert_eq!(&our_id.as_bytes()[..], id.as_slice());
            prop_assert_eq!(&ours.content().signing_payload()[..], id.signable());
            let encoded = ours.encode();
            let again: Theirs = serde_cbor::from_slice(&encoded).unwrap();
            prop_assert_eq!(again.encode_bytes(), written.clone());
            prop_assert_eq!(to_wire(&ours), serde_cbor::from_slice(&written).unwrap());
        }
    }
}

#[test]
fn what_we_read_with_something_changed_is_read_alike() {
    let mut rng = Rng::new(71);
    let config = Config {
        rng_seed: RngSeed::Fixed(71),
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let (mut accepted, mut same_id) = ([0; 2], 0);
    for _ in 0..6_000 {
        let envelope = peer_envelope().new_tree(&mut runner).unwrap().current();
        let mut item =
            Item::new(&serde_cbor::from_slice::<Value>(&envelope.encode_bytes()).unwrap());
        for _ in 0..=rng.below(2) {
            item.change(&mut rng);
        }
        let written = item.tagged(55799).encode();
        for (policy, accepted) in POLICIES.into_iter().zip(&mut accepted) {
            if let Ok(ours) = Envelope::parse(&written, policy) {
                let theirs = serde_cbor::from_slice::<wire::Envelope>(&written);
                let mut theirs = theirs.unwrap_or_else(|error| panic!("{error}: {written:02x?}"));
                // No delegations are an empty chain.
                theirs.sender_delegation.take_if(|links| links.is_empty());
                assert_eq!(to_wire(&ours), theirs, "{written:02x?}");
                *accepted += 1;
                // An agent knows no nonce of a request to read state, and text forms of principals.
                if let Ok(peer) = serde_cbor::from_slice::<Theirs>(&written)
                    && (ours.content().nonce().is_none() || ours.content().paths().is_none())
                    && peer.content.sender().as_slice() == ours.content().sender().as_bytes()
                {
                    let id = ours.content().request_id();
                    assert_eq!(peer.content.to_request_id().as_slice(), id.as_bytes());
                    same_id += 1;
                }
            }
        }
    }
    let [spec, replica] = accepted;
    assert!(
        spec > 900 && replica > spec + 150 && same_id > 1_800,
        "{accepted:?} {same_id}"
    );
}

/// Returns an envelope in the form of the oracle.
fn to_wire(envelope: &Envelope<'_>) -> wire::Envelope {
    let blob = |bytes: &[u8]| ByteBuf::from(bytes);
    let principal = |principal: Principal| ByteBuf::from(principal.as_bytes());
    let canister_request = |it: &CanisterRequest<'_>| wire::CanisterRequest {
        canister_id: principal(it.canister_id()),
        method_name: it.method_name().to_owned(),
        arg: blob(it.arg()),
        sender: principal(it.sender()),
        ingress_expiry: it.ingress_expiry().as_nanos(),
        nonce: it.nonce().map(blob),
        sender_info: it.sender_info().map(|info| wire::SenderInfo {
            info: blob(info.info()),
            signer: principal(info.signer()),
            sig: blob(info.signature()),
        }),
    };
    let content = match envelope.content() {
        Content::Call(it) => wire::Content::Call(canister_request(it)),
        Content::Query(it) => wire::Content::Query(canister_request(it)),
        Content::ReadState(it) => wire::Content::ReadState(wire::ReadStateRequest {
            paths: it
                .paths()
                .iter()
                .map(|path| path.iter().map(|label| blob(&label)).collect())
                .collect(),
            sender: principal(it.sender()),
            ingress_expiry: it.ingress_expiry().as_nanos(),
            nonce: it.nonce().map(blob),
        }),
    };
    let chain = envelope.chain();
    let links = chain.map(|it| it.links().iter().map(to_wire_link).collect());
    wire::Envelope {
        content,
        sender_pubkey: chain.map(|it| blob(it.root_key())),
        sender_sig: envelope.signature().map(blob),
        sender_delegation: links.filter(|links: &Vec<_>| !links.is_empty()),
    }
}

fn to_wire_link(link: &SignedDelegation<'_>) -> wire::SignedDelegation {
    let delegation = link.delegation();
    let target = |it: Principal| ByteBuf::from(it.as_bytes());
    wire::SignedDelegation {
        delegation: wire::Delegation {
            pubkey: ByteBuf::from(delegation.public_key()),
            expiration: delegation.expiration().as_nanos(),
            targets: delegation
                .targets()
                .map(|it| it.iter().map(target).collect()),
            permissions: delegation.permissions().map(|it| match it {
                Permissions::All => wire::Permissions::All,
                Permissions::Queries => wire::Permissions::Queries,
            }),
        },
        signature: ByteBuf::from(link.signature()),
    }
}

struct FixedNonce;

impl NonceGenerator for FixedNonce {
    fn generate(&self) -> Option<Vec<u8>> {
        Some(b"a nonce".to_vec())
    }
}

/// Returns the bytes of a call and of a query of an agent with this identity.
fn agent_requests(identity: Box<dyn Identity>) -> [(RequestType, Vec<u8>); 2] {
    let agent = Agent::builder()
        .with_url("http://localhost")
        .with_boxed_identity(identity)
        .with_nonce_generator(FixedNonce)
        .build()
        .unwrap();
    let canister = ic_principal::Principal::from_slice(canister::ID);
    let expiry = UNIX_EPOCH + Duration::from_nanos(EXPIRY.as_nanos());
    let call = agent
        .update(&canister, "greet")
        .with_arg(*b"DIDL\0\0")
        .expire_at(expiry);
    let query = agent
        .query(&canister, "greet")
        .with_arg(*b"DIDL\0\0")
        .expire_at(expiry);
    [
        (RequestType::Call, call.sign().unwrap().signed_update),
        (RequestType::Query, query.sign().unwrap().signed_query),
    ]
}

/// Returns a request to read state of an identity, which an agent would give its own time.
fn read_state(identity: &dyn Identity) -> (RequestType, Vec<u8>) {
    let content = EnvelopeContent::ReadState {
        ingress_expiry: EXPIRY.as_nanos(),
        sender: identity.sender().unwrap(),
        paths: vec![
            vec!["time".into()],
            vec!["request_status".into(), vec![7; 32].into()],
        ],
    };
    let signature = identity.sign(&content).unwrap();
    let envelope = ic_transport_types::Envelope {
        content: Cow::Borrowed(&content),
        sender_pubkey: signature.public_key,
        sender_sig: signature.signature,
        sender_delegation: signature.delegations,
    };
    (RequestType::ReadState, envelope.encode_bytes())
}

fn delegated(schemes: &[Scheme]) -> Box<dyn Identity> {
    let keys: Vec<_> = (1..)
        .zip(schemes)
        .map(|(byte, it)| signers::identity(*it, byte))
        .collect();
    let links = keys.windows(2).map(|pair| {
        let delegation = ic_transport_types::Delegation {
            pubkey: signers::public_key(&*pair[1]),
            expiration: EXPIRY.as_nanos(),
            targets: None,
            permissions: None,
        };
        let signature = pair[0]
            .sign_delegation(&delegation)
            .unwrap()
            .signature
            .unwrap();
        ic_transport_types::SignedDelegation {
            delegation,
            signature,
        }
    });
    let links = links.collect();
    let root_key = signers::public_key(&*keys[0]);
    let session = keys.into_iter().next_back().unwrap();
    Box::new(DelegatedIdentity::new(root_key, session, links).unwrap())
}

/// Returns the identity of a canister signature that delegates to a plain key, once as it is and once
/// with what the canister says about its user.
fn canister_identities() -> [Box<dyn Identity>; 2] {
    [false, true].map(|with_info| {
        let session = signers::identity(Scheme::Secp256k1, 9);
        let expiration = EXPIRY;
        let link = Delegation::new(signers::public_key(&*session), expiration)
            .sign(|payload| Ok::<_, ()>(canister::sign(b"seed", payload)))
            .unwrap();
        let link = serde_cbor::from_slice(&link.encode()).unwrap();
        let root_key = canister::root().der();
        let key = canister::key(b"seed").to_der();
        let inner =
            DelegatedIdentity::new_with_root_key(key, session, vec![link], &root_key).unwrap();
        if !with_info {
            return Box::new(inner) as Box<dyn Identity>;
        }
        let info = b"info".to_vec();
        let signature = canister::sign(
            b"seed",
            &[&request::SENDER_INFO_SEPARATOR[..], &info].concat(),
        );
        let identity = InfoAwareIdentity::new_with_root_key(inner, info, signature, &root_key);
        Box::new(identity.unwrap())
    })
}

fn identities() -> Vec<Box<dyn Identity>> {
    let mut identities: Vec<Box<dyn Identity>> = vec![Box::new(AnonymousIdentity)];
    for first in Scheme::ALL {
        identities.push(signers::identity(first, 1));
        for second in Scheme::ALL {
            identities.push(delegated(&[first, second]));
        }
    }
    identities.push(delegated(&[
        Scheme::Ed25519,
        Scheme::P256,
        Scheme::Secp256k1,
        Scheme::Ed25519,
    ]));
    identities.extend(canister_identities());
    identities
}

fn rules(policy: Policy, request_type: RequestType) -> Rules {
    let canister = Principal::from_slice(canister::ID).unwrap();
    Rules {
        now: NOW,
        root_key: Some(canister::root_key()),
        extra_root_key: None,
        policy,
        endpoint: Some(request_type),
        destination: Some(request::destination::Destination::Canister(canister)),
    }
}

#[test]
fn requests_of_an_agent_are_authentic_here() {
    for identity in identities() {
        let sender = identity.sender().unwrap();
        let links = identity.delegation_chain().len();
        let info = identity.sender_info().map(|it| it.info);
        let read_state = read_state(&*identity);
        for (request_type, written) in agent_requests(identity).into_iter().chain([read_state]) {
            for policy in POLICIES {
                let envelope = Envelope::parse(&written, policy).unwrap();
                for provider in providers() {
                    let rules = rules(policy, request_type);
                    let authentic = envelope.authenticate(&rules, &*provider, None).unwrap();
                    assert_eq!(authentic.sender().as_bytes(), sender.as_slice());
                    let chain = envelope.chain().map_or(0, |chain| chain.links().len());
                    assert_eq!(chain, links);
                    let our_info = authentic.sender_info().map(|it| it.info().to_vec());
                    let expected = info
                        .clone()
                        .filter(|_| request_type != RequestType::ReadState);
                    assert_eq!(our_info, expected);
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_spoils_a_request_of_an_agent() {
    let mut rng = Rng::new(72);
    let provider = NativeProvider::new();
    for identity in identities().into_iter().skip(1) {
        for (request_type, written) in agent_requests(identity) {
            for _ in 0..60 {
                let mut changed = written.clone();
                let index = rng.below(changed.len());
                changed[index] ^= 1 << rng.below(8);
                // Replicas take texts for blobs.
                let is_text = (written[index] & 0xe0, changed[index] & 0xe0) == (0x40, 0x60);
                for policy in POLICIES {
                    if let Ok(envelope) = Envelope::parse(&changed, policy) {
                        let rules = rules(policy, request_type);
                        let verdict = envelope.authenticate(&rules, &provider, None).map(drop);
                        let lenient = is_text && policy == Policy::REPLICA;
                        assert!(verdict.is_err() || lenient, "byte {index}: {changed:02x?}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_authentic_request_says_what_was_signed_however_it_is_written() {
    let mut rng = Rng::new(73);
    let provider = NativeProvider::new();
    let mut authentic = [0; 2];
    for scheme in Scheme::ALL {
        for identity in [
            signers::identity(scheme, 1),
            delegated(&[scheme, Scheme::Ed25519]),
        ] {
            let read_state = read_state(&*identity);
            for (request_type, written) in agent_requests(identity).into_iter().chain([read_state])
            {
                let original = Envelope::parse(&written, Policy::SPEC).unwrap();
                let value: Value = serde_cbor::from_slice(&written).unwrap();
                for _ in 0..150 {
                    let mut item = Item::new(&value);
                    for _ in 0..=rng.below(2) {
                        item.change(&mut rng);
                    }
                    let changed = item.tagged(55799).encode();
                    for (policy, authentic) in POLICIES.into_iter().zip(&mut authentic) {
                        let Ok(envelope) = Envelope::parse(&changed, policy) else {
                            continue;
                        };
                        let rules = rules(policy, request_type);
                        if envelope.authenticate(&rules, &provider, None).is_ok() {
                            assert_eq!(to_wire(&envelope), to_wire(&original), "{changed:02x?}");
                            *authentic += 1;
                        }
                    }
                }
            }
        }
    }
    let [spec, replica] = authentic;
    assert!(spec > 200 && replica > spec + 50, "{authentic:?}");
}

#[test]
fn our_requests_are_read_there_and_authentic_here() {
    let canister = Principal::from_slice(canister::ID).unwrap();
    for scheme in Scheme::ALL {
        let [user, session] =
            [(scheme, 1), (Scheme::P256, 2)].map(|(it, byte)| signers::identity(it, byte));
        let [user_key, session_key] = [&user, &session].map(|it| signers::public_key(&**it));
        let sender = Principal::self_authenticating(&user_key);
        let call = CanisterRequest::new(sender, canister, "greet", b"DIDL\0\0".to_vec(), EXPIRY);
        let paths = vec![vec![b"time".to_vec()], vec![]];
        for content in [
            Content::Call(call.clone().with_nonce(b"nonce".to_vec())),
            Content::Query(call.clone()),
            Content::ReadState(ReadStateRequest::new(sender, paths, EXPIRY)),
        ] {
            let link = Delegation::new(session_key.clone(), EXPIRY)
                .with_targets(vec![canister])
                .sign(|payload| signers::sign(&*user, payload))
                .unwrap();
            let request_type = content.request_type();
            for (links, signer) in [(vec![], &user), (vec![link], &session)] {
                let chain = DelegationChain::new(user_key.clone(), links);
                let ours = content
                    .clone()
                    .sign(chain, |payload| signers::sign(&**signer, payload))
                    .unwrap();
                let written = ours.encode();
                let theirs: Theirs = serde_cbor::from_slice(&written).unwrap();
                assert_eq!(
                    theirs.content.to_request_id().as_slice(),
                    ours.content().request_id().as_bytes()
                );
                // The agent writes the very same bytes.
                assert_eq!(theirs.encode_bytes(), written);
                for policy in POLICIES {
                    let envelope = Envelope::parse(&written, policy).unwrap();
                    for provider in providers() {
                        let rules = rules(policy, request_type);
                        let authentic = envelope.authenticate(&rules, &*provider, None).unwrap();
                        assert_eq!(authentic.sender(), sender);
                    }
                }
            }
        }
    }
}

#[test]
fn a_request_of_an_agent_is_refused_after_its_time() {
    let [(request_type, written), _] = agent_requests(signers::identity(Scheme::Ed25519, 1));
    let envelope = Envelope::parse(&written, Policy::SPEC).unwrap();
    let provider = NativeProvider::new();
    let verdict = |now| {
        let rules = Rules {
            now,
            ..rules(Policy::SPEC, request_type)
        };
        envelope.authenticate(&rules, &provider, None).map(drop)
    };
    assert_eq!(verdict(EXPIRY), Ok(()));
    let late = EXPIRY.saturating_add(Lifetime::from_nanos(1));
    assert!(matches!(
        verdict(late),
        Err(AuthenticateError::Expired { .. })
    ));
}
