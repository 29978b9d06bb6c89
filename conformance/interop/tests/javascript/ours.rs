//! What the peer is asked about: requests, chains and certificates of ours.

use std::error::Error;

use delegation::Delegation;
use delegation::DelegationChain;
use delegation::Permissions;
use ic_agent::Identity;
use icid_interop::canister;
use icid_interop::hex;
use icid_interop::recordings;
use icid_interop::signers;
use icid_interop::signers::Scheme;
use principal::Principal;
use provider_native::NativeProvider;
use request::CanisterRequest;
use request::Content;
use request::Envelope;
use request::ReadStateRequest;
use serde_json::Value;
use serde_json::json;
use time::Lifetime;
use time::Timestamp;

use crate::responses::node_certificate;
use crate::responses::responses;

/// What the agent is told the time is.
pub(crate) const NOW: Timestamp = Timestamp::from_nanos(1_700_000_000_000_000_000);

/// Until when delegations are valid, and our requests.
pub(crate) const EXPIRY: Timestamp = NOW.saturating_add(Lifetime::from_secs(240));

/// The seeds of the agent's keys: 32 times this byte.
pub(crate) const ED25519: u8 = 1;
pub(crate) const SECP256K1: u8 = 2;
pub(crate) const ECDSA: u8 = 3;
pub(crate) const SESSION: u8 = 4;

/// Returns what `js/peer.mjs` reads.
pub(crate) fn question() -> Value {
    let info = b"attributes";
    let info_signature = canister::sign(
        b"seed",
        &[&request::SENDER_INFO_SEPARATOR[..], info].concat(),
    );
    json!({
        "now_millis": NOW.as_nanos() / 1_000_000,
        "expiration_millis": EXPIRY.as_nanos() / 1_000_000,
        "canister_id": canister_id().to_string(),
        "targets": [canister_id().to_string(), canister_id().to_string()],
        "paths": [vec![hex::encode(b"time")], vec![hex::encode(b"request_status"), hex::encode(&[7; 32])]],
        "canister": {
            "id": canister_id().to_string(),
            "chain": canister_chain().to_json(),
            "info": hex::encode(info),
            "info_signature": hex::encode(&info_signature),
        },
        "recordings": recordings::files(),
        "requests": our_requests().iter().map(|it| hex::encode(&it.encode())).collect::<Vec<_>>(),
        "chains": our_chains().iter().map(DelegationChain::to_json).collect::<Vec<_>>(),
        "certificates": certificates().iter().map(|it| json!({
            "certificate": hex::encode(&it.certificate),
            "root_key": hex::encode(&it.root_key),
            "canister_id": it.canister.to_string(),
            "path": path().map(hex::encode),
        })).collect::<Vec<_>>(),
        "root_key": hex::encode(&canister::root().der()),
        "responses": responses().iter().map(|it| json!({
            "response": hex::encode(&it.response),
            "certificate": hex::encode(&node_certificate()),
        })).collect::<Vec<_>>(),
        "principals": our_principals().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

pub(crate) fn canister_id() -> Principal {
    Principal::from_slice(canister::ID).expect("the id is short")
}

pub(crate) fn session_key() -> Vec<u8> {
    signers::public_key(&*signers::identity(Scheme::Ed25519, SESSION))
}

pub(crate) fn our_requests() -> Vec<Envelope<'static>> {
    let mut requests = Vec::new();
    for scheme in Scheme::ALL {
        let user = signers::identity(scheme, 5);
        let key = signers::public_key(&*user);
        let sender = Principal::self_authenticating(&key);
        let request = CanisterRequest::new(sender, canister_id(), "grüße", vec![7; 300], EXPIRY);
        let info = request::SenderInfo::new(vec![1, 2], Principal::MANAGEMENT, vec![3]);
        let paths = vec![
            vec![b"time".to_vec()],
            vec![b"subnet".to_vec(), vec![0xff; 29]],
            vec![],
        ];
        for content in [
            Content::Call(request.clone().with_nonce(vec![9; 32])),
            Content::Query(request.clone().with_sender_info(info)),
            Content::ReadState(ReadStateRequest::new(sender, paths, EXPIRY)),
        ] {
            let chain = DelegationChain::new(key.clone(), vec![]);
            requests.push(
                content
                    .clone()
                    .sign(chain, |it| signers::sign(&*user, it))
                    .unwrap(),
            );

            let mut chain = plain_chain(&*user);
            let session = signers::identity(Scheme::P256, 7);
            let link = Delegation::new(signers::public_key(&*session), EXPIRY)
                .sign(|payload| {
                    signers::sign(&*signers::identity(Scheme::Ed25519, SESSION), payload)
                })
                .unwrap();
            chain.push(link);
            requests.push(
                content
                    .sign(chain, |it| signers::sign(&*session, it))
                    .unwrap(),
            );
        }
    }
    requests
}

pub(crate) fn our_chains() -> Vec<DelegationChain<'static>> {
    let users = Scheme::ALL.map(|scheme| signers::identity(scheme, 6));
    let mut chains: Vec<_> = users.iter().map(|user| plain_chain(&**user)).collect();
    chains.push(canister_chain());
    chains
}

/// Returns a chain from a key to the session key, restricted in every way.
pub(crate) fn plain_chain(user: &dyn Identity) -> DelegationChain<'static> {
    let link = Delegation::new(session_key(), EXPIRY)
        .with_targets(vec![canister_id(), Principal::MANAGEMENT])
        .with_permissions(Permissions::All)
        .sign(|payload| signers::sign(user, payload))
        .unwrap();
    DelegationChain::new(signers::public_key(user), vec![link])
}

pub(crate) fn canister_chain() -> DelegationChain<'static> {
    let link = Delegation::new(session_key(), EXPIRY)
        .sign(|payload| Ok::<_, ()>(canister::sign(b"seed", payload)))
        .unwrap();
    DelegationChain::new(canister::key(b"seed").to_der(), vec![link])
}

pub(crate) fn our_principals() -> Vec<Principal> {
    (0..30)
        .map(|length| Principal::from_slice(&vec![length; length.into()]).unwrap())
        .collect()
}

/// A certificate, and something to look for.
pub(crate) struct CertificateCase {
    pub(crate) name: &'static str,
    pub(crate) certificate: Vec<u8>,
    pub(crate) root_key: Vec<u8>,
    pub(crate) canister: Principal,
    pub(crate) good: bool,
}

/// Where it is in the certificates.
pub(crate) fn path() -> [&'static [u8]; 3] {
    [b"canister", canister::ID, b"certified_data"]
}

pub(crate) fn certificates() -> Vec<CertificateCase> {
    let subnet = testkit::Subnet::example();
    let state = testkit::canister::state(canister::ID, b"certified");
    let certificate = subnet.certify(&canister::root(), &state);
    let case = |name, certificate: &[u8], good| CertificateCase {
        name,
        certificate: certificate.to_vec(),
        root_key: canister::root().der(),
        canister: canister_id(),
        good,
    };
    let mut flipped = certificate.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let mut without_ranges = subnet.clone();
    without_ranges.flat = None;
    without_ranges.shards.clear();
    let without_ranges = without_ranges.certify(&canister::root(), &state);
    let other = Principal::from_slice(&[0, 0, 0, 0, 0, 0x10, 0, 0, 1, 1]).unwrap();
    vec![
        case("good", &certificate, true),
        case("the last byte flipped", &flipped, false),
        case("no ranges", &without_ranges, false),
        CertificateCase {
            canister: other,
            ..case("another canister", &certificate, false)
        },
        CertificateCase {
            root_key: testkit::SecretKey::from_name("other").der(),
            ..case("another root key", &certificate, false)
        },
    ]
}

pub(crate) fn our_verdict(case: &CertificateCase) -> Result<Vec<u8>, Box<dyn Error>> {
    let rules = certificate::Rules {
        root_key: public_key::BlsPublicKey::from_der(&case.root_key)?,
        scope: certificate::Scope::Canister(case.canister),
        ranges: certificate::Ranges::Either,
        freshness: None,
    };
    let certificate =
        certificate::Certificate::parse(&case.certificate, certificate::Policy::SPEC)?;
    let verified = certificate.verify(&rules, &NativeProvider::new(), None)?;
    match verified.lookup(&path()) {
        hash_tree::Lookup::Found(value) => Ok(value.to_vec()),
        other => Err(format!("{other:?}").into()),
    }
}
