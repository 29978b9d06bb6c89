//! Certificates: decoding against `ic-certification` with `serde_cbor` and against `ic-cbor`,
//! verification against `ic-agent` and `ic-certificate-verification`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use certificate::Certificate;
use certificate::DelegationCache;
use certificate::Policy;
use certificate::Ranges;
use certificate::Rules;
use certificate::Scope;
use certificate::VerifyCertificateError;
use ic_agent::Agent;
use ic_cbor::CertificateToCbor;
use ic_certificate_verification::VerifyCertificate;
use principal::Principal;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::BlsPublicKey;
use serde_cbor::Value;
use signature::VerifySignature;
use testkit::SecretKey;
use testkit::Subnet;
use testkit::Tree;

use crate::harness::Effort;
use crate::harness::Group;

type Peer = ic_certification::Certificate;

/// The same in the version that `ic-agent` has.
type AgentPeer = ic_agent::Certificate;

/// A certificate with a delegation, and what it is verified against.
struct Input {
    name: String,
    bytes: Vec<u8>,
    root_key: BlsPublicKey,
    canister: Principal,
}

/// Times decoding and verification.
pub fn run(effort: Effort, data: Option<&Path>) -> usize {
    let large = synthetic(118);
    let small = match data.map(mainnet) {
        Some(Ok(input)) => input,
        Some(Err(error)) => {
            eprintln!("SKIPPED: the certificate of the main network: {error}");
            synthetic(4)
        }
        None => {
            eprintln!("SKIPPED: the certificate of the main network: no --data");
            synthetic(4)
        }
    };
    decode(effort, &undelegated(130), Some((1.5, 8.0)))
        + decode(effort, &large, None)
        + decode(effort, &small, None)
        + verify(effort, &small, Some((3.0, 5.0)))
        + verify(effort, &large, None)
}

fn decode(effort: Effort, input: &Input, targets: Option<(f64, f64)>) -> usize {
    let bytes = &input.bytes[..];
    let ours = || Certificate::parse(black_box(bytes), Policy::SPEC).map(|it| it.root_hash());
    let by_serde = || peer_digest(bytes, &|bytes| serde_cbor::from_slice(bytes).ok());
    let by_ic_cbor = || peer_digest(bytes, &|bytes| Peer::from_cbor(bytes).ok());
    assert_eq!(ours(), Ok(by_serde()));
    assert_eq!(ours(), Ok(by_ic_cbor()));

    Group::new(format!("decode and digest a certificate, {}", input.name))
        .ours("ours", ours)
        .peer("ic-certification, serde_cbor", by_serde)
        .peer("ic-certification, ic-cbor", by_ic_cbor)
        .target(
            "ours",
            "ic-certification, serde_cbor",
            targets.map(|targets| targets.0),
        )
        .target(
            "ours",
            "ic-certification, ic-cbor",
            targets.map(|targets| targets.1),
        )
        .run(effort)
}

/// Decodes and digests a certificate and that of its delegation, as ours does.
fn peer_digest(bytes: &[u8], decode: &dyn Fn(&[u8]) -> Option<Peer>) -> [u8; 32] {
    let certificate = decode(black_box(bytes)).expect("a certificate");
    if let Some(delegation) = &certificate.delegation {
        let inner = decode(&delegation.certificate).expect("a certificate");
        black_box(inner.tree.digest());
    }
    certificate.tree.digest()
}

fn verify(effort: Effort, input: &Input, targets: Option<(f64, f64)>) -> usize {
    let Input {
        name,
        bytes,
        root_key,
        canister,
    } = input;
    let der = root_key.to_der();
    let rules = Rules {
        root_key: *root_key,
        scope: Scope::Canister(*canister),
        ranges: Ranges::Either,
        freshness: None,
    };
    let ours = |provider: &dyn VerifySignature, cache: Option<&mut DelegationCache>| {
        let certificate = Certificate::parse(black_box(bytes), Policy::SPEC).expect("well-formed");
        certificate
            .verify(&rules, provider, cache)
            .map(|verified| verified.root_hash())
    };

    let plain = NativeProvider::new();
    let mut prepared = NativeProvider::new();
    prepared.prepare(&der).expect("a key");
    let mut pure = RustCryptoProvider::new();
    pure.prepare(&der).expect("a key");
    let mut cache = DelegationCache::new();
    ours(&prepared, Some(&mut cache)).expect("valid");
    let mut both = prepared.clone();
    both.prepare(&subnet_key(bytes)).expect("a key");
    let (mut pure_cache, mut other_cache) = (cache.clone(), cache.clone());

    let agent = agent(&der);
    let agent_canister = ic_principal::Principal::from_slice(canister.as_bytes());
    let by_agent = || {
        let peer: AgentPeer = serde_cbor::from_slice(black_box(bytes)).expect("a certificate");
        agent.verify(&peer, agent_canister)
    };
    let by_verification = || {
        let peer = Peer::from_cbor(black_box(bytes)).expect("a certificate");
        peer.verify(canister.as_bytes(), &der, &0, &u128::MAX)
    };

    // Both say yes, and both say no to a canister of another subnet.
    assert!(by_agent().is_ok() && by_verification().is_ok());
    let other = Rules {
        scope: Scope::Canister(Principal::MANAGEMENT),
        ..rules
    };
    let certificate = Certificate::parse(bytes, Policy::SPEC).expect("well-formed");
    assert!(matches!(
        certificate.verify(&other, &plain, None),
        Err(VerifyCertificateError::OutOfRanges { .. })
    ));
    let peer: AgentPeer = serde_cbor::from_slice(bytes).expect("a certificate");
    assert!(
        agent
            .verify(&peer, ic_principal::Principal::management_canister())
            .is_err()
    );

    Group::new(format!("verify a certificate with delegation, {name}"))
        .ours("nothing prepared", || ours(&plain, None))
        .ours("root prepared", || ours(&prepared, None))
        .ours("delegation cached", || ours(&prepared, Some(&mut cache)))
        .ours("cached, subnet prepared", || {
            ours(&both, Some(&mut other_cache))
        })
        .ours("pure Rust, root prepared", || ours(&pure, None))
        .ours("pure Rust, cached", || ours(&pure, Some(&mut pure_cache)))
        .peer("ic-agent", by_agent)
        .peer("ic-certificate-verification, no cache", by_verification)
        .target(
            "root prepared",
            "ic-agent",
            targets.map(|targets| targets.0),
        )
        .target(
            "cached, subnet prepared",
            "ic-agent",
            targets.map(|targets| targets.1),
        )
        .run(effort)
}

/// Returns an agent that verifies under a root key, and certificates of any age.
fn agent(root_key: &[u8]) -> Agent {
    let any_age = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let agent = Agent::builder()
        .with_url("http://localhost:1")
        .with_ingress_expiry(any_age)
        .build()
        .expect("an agent that is never asked to connect");
    agent.set_root_key(root_key.to_vec());
    agent
}

/// Returns the certificate of the main network in a directory.
fn mainnet(data: &Path) -> Result<Input, Box<dyn std::error::Error>> {
    let nested = data.join("certificates/ivg37_time.bin");
    let path = if nested.exists() {
        nested
    } else {
        data.join("ivg37_time.bin")
    };
    let body = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut fields: BTreeMap<String, Value> = serde_cbor::from_slice(&body)?;
    let Some(Value::Bytes(bytes)) = fields.remove("certificate") else {
        return Err("the body has no certificate".into());
    };
    Ok(Input {
        name: format!("{} bytes, main network", bytes.len()),
        bytes,
        root_key: BlsPublicKey::MAINNET_ROOT,
        canister: Principal::from_text("ivg37-qiaaa-aaaab-aaaga-cai")?,
    })
}

/// Returns the certificate of a subnet about the keys of its nodes.
fn synthetic(nodes: u8) -> Input {
    let root = SecretKey::from_name("root");
    input(
        Subnet::example().certify(&root, &node_keys(nodes)),
        &root,
        "synthetic",
    )
}

/// Returns the certificate of the root subnet about the keys of some nodes.
fn undelegated(nodes: u8) -> Input {
    let root = SecretKey::from_name("root");
    input(
        testkit::certificate(&node_keys(nodes), &root, None),
        &root,
        "synthetic, no delegation",
    )
}

fn node_keys(nodes: u8) -> Tree {
    let subnet = Subnet::example();
    let ids: Vec<[u8; 29]> = (0..nodes).map(|node| [node; 29]).collect();
    let key = [0x2a; 44];
    let paths: Vec<[&[u8]; 5]> = ids
        .iter()
        .map(|id| [&b"subnet"[..], &subnet.id, b"node", id, b"public_key"])
        .collect();
    let values: Vec<(&[&[u8]], &[u8])> = paths.iter().map(|path| (&path[..], &key[..])).collect();
    Tree::state(&values)
}

fn input(bytes: Vec<u8>, root: &SecretKey, name: &str) -> Input {
    Input {
        name: format!("{} bytes, {name}", bytes.len()),
        bytes,
        root_key: BlsPublicKey::from_der(&root.der()).expect("a key"),
        canister: Principal::from_slice(&Subnet::CANISTER).expect("ten bytes"),
    }
}

/// Returns the key that the delegation names.
fn subnet_key(certificate: &[u8]) -> Vec<u8> {
    let outer: Peer = serde_cbor::from_slice(certificate).expect("a certificate");
    let delegation = outer.delegation.expect("a delegation");
    let inner: Peer = serde_cbor::from_slice(&delegation.certificate).expect("a certificate");
    let path = [&b"subnet"[..], &delegation.subnet_id, b"public_key"];
    match inner.tree.lookup_path(path) {
        ic_certification::LookupResult::Found(key) => key.to_vec(),
        other => panic!("no key but {other:?}"),
    }
}
