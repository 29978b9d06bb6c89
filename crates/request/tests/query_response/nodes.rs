//! The certificate of the nodes: whose it may be.

use cbor::{Policy, TagRule};
use certificate::{Certificate, DelegationCache, NoValue, Ranges, Read, VerifyCertificateError};
use icid_request::destination::Destination;
use icid_request::query_response::{NodesRules, ReadRangesError, SubnetNodes, VerifyNodesError};
use principal::Principal;
use provider_native::NativeProvider;
use testkit::{SecretKey, Subnet, TIME, certificate, ranges};
use time::{Lifetime, Timestamp};

use crate::network::{
    canister, certificate_bytes, freshness, node_der, node_id, nodes_rules, root, root_id, state,
    subnet_id, verify_nodes,
};

/// The certificate of the root subnet, with or without its ranges.
fn root_certificate(ranges: Option<&[u8]>) -> Vec<u8> {
    let id = root_id();
    let path: [&[u8]; 3] = [b"subnet", id.as_bytes(), b"canister_ranges"];
    let more: Vec<(&[&[u8]], &[u8])> = ranges.map(|list| (&path[..], list)).into_iter().collect();
    certificate(&state(id.as_bytes(), &[1], &more), &root(), None)
}

/// A list with the canister in it.
fn own_ranges() -> Vec<u8> {
    ranges(&[(&[5], &[6, 1]), (&Subnet::CANISTER, &Subnet::CANISTER)])
}

fn to_canister() -> NodesRules {
    nodes_rules(Destination::Canister(canister()))
}

fn to_subnet(id: Principal) -> NodesRules {
    nodes_rules(Destination::Subnet(id))
}

fn error(bytes: &[u8], rules: &NodesRules) -> VerifyNodesError {
    verify_nodes(bytes, rules).map(|_| ()).unwrap_err()
}

#[test]
fn shows_the_nodes_of_the_subnet() {
    let bytes = certificate_bytes();
    for rules in [to_canister(), to_subnet(subnet_id())] {
        let nodes = verify_nodes(&bytes, &rules).unwrap();
        assert_eq!(nodes.subnet_id(), subnet_id());
        assert_eq!(nodes.destination(), rules.destination);
        assert_eq!(nodes.time(), Timestamp::from_nanos(TIME));
        assert_eq!(nodes.count(), Ok(3));
        let key: &[u8; 44] = &node_der(2).try_into().unwrap();
        assert_eq!(nodes.key(&node_id(2)), Ok(Read::Found(key)));
        // Node 9 is of another subnet.
        assert_eq!(nodes.key(&node_id(9)), Ok(Read::Absent));
    }
}

#[test]
// spec: QUERY-SIG-7
fn the_root_subnet_answers_for_its_own_canisters() {
    let good = root_certificate(Some(&own_ranges()));
    let nodes = verify_nodes(&good, &to_canister()).unwrap();
    assert_eq!(nodes.subnet_id(), root_id());
    let missing = root_certificate(None);
    let error_of = |bytes: &[u8]| error(bytes, &to_canister());
    assert_eq!(
        error_of(&missing),
        VerifyNodesError::MissingRootRanges(NoValue::Absent)
    );
    let elsewhere = root_certificate(Some(&ranges(&[(&[5], &[6, 1])])));
    let canister = canister();
    assert_eq!(
        error_of(&elsewhere),
        VerifyNodesError::OutOfRootRanges { canister }
    );
    let empty = root_certificate(Some(&ranges(&[])));
    assert_eq!(
        error_of(&empty),
        VerifyNodesError::OutOfRootRanges { canister }
    );
    let long = root_certificate(Some(&ranges(&[(&[0; 30], &[1])])));
    let (position, length) = (5, 30);
    let too_long = ReadRangesError::PrincipalLength { position, length };
    assert_eq!(
        error_of(&long),
        VerifyNodesError::MalformedRootRanges(too_long)
    );
    let pruned = {
        let id = root_id();
        let path: [&[u8]; 3] = [b"subnet", id.as_bytes(), b"canister_ranges"];
        let tree = state(id.as_bytes(), &[1], &[(&path, &own_ranges())]);
        certificate(&tree.without(&path), &root(), None)
    };
    assert_eq!(
        error_of(&pruned),
        VerifyNodesError::MissingRootRanges(NoValue::Unknown)
    );
}

#[test]
// spec: QUERY-SIG-13
fn the_root_subnet_is_the_one_that_is_known() {
    // Ranges of another subnet, even one whose id comes from the root key, don't count.
    let good = root_certificate(Some(&own_ranges()));
    let rules = NodesRules {
        root_subnet_id: to_canister().root_key.principal(),
        ..to_canister()
    };
    let missing = VerifyNodesError::MissingRootRanges(NoValue::Absent);
    assert_eq!(error(&good, &rules), missing);
}

#[test]
fn the_tag_of_the_root_ranges_is_a_policy() {
    let untagged = root_certificate(Some(&own_ranges()[3..]));
    assert!(matches!(
        error(&untagged, &to_canister()),
        VerifyNodesError::MalformedRootRanges(ReadRangesError::Read(_))
    ));
    let lenient = NodesRules {
        tag: TagRule::Optional,
        ..to_canister()
    };
    assert!(verify_nodes(&untagged, &lenient).is_ok());
}

#[test]
// spec: QUERY-SIG-8
fn a_delegated_subnet_answers_for_canisters_in_its_ranges() {
    let bytes = certificate_bytes();
    let elsewhere = nodes_rules(Destination::Canister(Principal::MANAGEMENT));
    let canister = Principal::MANAGEMENT;
    let outside = VerifyCertificateError::OutOfRanges { canister };
    assert_eq!(
        error(&bytes, &elsewhere),
        VerifyNodesError::Certificate(outside)
    );
    // Flat ranges will not do, unless the rules say so.
    let subnet = Subnet {
        shards: Vec::new(),
        ..Subnet::example()
    };
    let flat = subnet.certify(&root(), &state(&subnet.id, &[1], &[]));
    let ranges = Ranges::Sharded;
    let missing = VerifyCertificateError::MissingRanges { ranges };
    assert_eq!(
        error(&flat, &to_canister()),
        VerifyNodesError::Certificate(missing)
    );
    let rules = NodesRules {
        ranges: Ranges::Either,
        ..to_canister()
    };
    assert!(verify_nodes(&flat, &rules).is_ok());
}

#[test]
// spec: QUERY-SIG-9
fn a_subnet_answers_for_itself() {
    let wrong = |found, expected| VerifyNodesError::WrongSubnet { found, expected };
    let delegated = certificate_bytes();
    assert!(verify_nodes(&delegated, &to_subnet(subnet_id())).is_ok());
    let result = error(&delegated, &to_subnet(root_id()));
    assert_eq!(result, wrong(subnet_id(), root_id()));
    // No ranges are asked for.
    let by_root = root_certificate(None);
    assert!(verify_nodes(&by_root, &to_subnet(root_id())).is_ok());
    let result = error(&by_root, &to_subnet(subnet_id()));
    assert_eq!(result, wrong(root_id(), subnet_id()));
    let bare = Subnet {
        shards: Vec::new(),
        flat: None,
        ..Subnet::example()
    };
    let bare = bare.certify(&root(), &state(&bare.id, &[1], &[]));
    assert!(verify_nodes(&bare, &to_subnet(subnet_id())).is_ok());
}

#[test]
// spec: QUERY-SIG-10
fn the_certificate_is_true() {
    let liar = SecretKey::from_name("liar");
    let tree = state(&Subnet::example().id, &[1], &[]);
    let forged = Subnet {
        key: liar.clone(),
        ..Subnet::example()
    }
    .certify(&root(), &tree);
    let invalid = VerifyCertificateError::InvalidSignature;
    assert_eq!(
        error(&forged, &to_canister()),
        VerifyNodesError::Certificate(invalid)
    );
    let forged = Subnet::example().certify(&liar, &tree);
    let invalid = VerifyCertificateError::InvalidDelegationSignature;
    assert_eq!(
        error(&forged, &to_canister()),
        VerifyNodesError::Certificate(invalid)
    );
    let forged = certificate(&state(root_id().as_bytes(), &[1], &[]), &liar, None);
    let invalid = VerifyCertificateError::InvalidSignature;
    let result = error(&forged, &to_subnet(root_id()));
    assert_eq!(result, VerifyNodesError::Certificate(invalid));
    // What is cheap comes first.
    let missing = VerifyNodesError::MissingRootRanges(NoValue::Absent);
    assert_eq!(error(&forged, &to_canister()), missing);
}

#[test]
// spec: QUERY-SIG-12
fn the_certificate_is_recent() {
    let bytes = certificate_bytes();
    let with = |now, max_age| NodesRules {
        freshness: Some(freshness(now, max_age)),
        ..to_canister()
    };
    assert!(verify_nodes(&bytes, &with(TIME + 300, 300)).is_ok());
    let now = Timestamp::from_nanos(TIME + 301);
    let too_old = VerifyCertificateError::TooOld {
        time: Timestamp::from_nanos(TIME),
        now,
        max_age: Lifetime::from_nanos(300),
    };
    let result = error(&bytes, &with(TIME + 301, 300));
    assert_eq!(result, VerifyNodesError::Certificate(too_old));
}

#[test]
fn a_cache_changes_nothing() {
    let bytes = certificate_bytes();
    let certificate = Certificate::parse(&bytes, Policy::SPEC).unwrap();
    let mut cache = DelegationCache::new();
    for _ in 0..2 {
        let (rules, provider) = (to_canister(), NativeProvider::new());
        let nodes = SubnetNodes::verify(&certificate, &rules, &provider, Some(&mut cache));
        assert_eq!(nodes.unwrap().subnet_id(), subnet_id());
    }
}
