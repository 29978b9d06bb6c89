//! Chains of delegations, in CBOR and in JSON.

use cbor::Policy;
use delegation::Delegation;
use delegation::DelegationChain;
use model::Outcome;
use model::input::hex;
use serde_cbor::Value;
use serde_json::json;

use crate::Verdict;

/// The lenient policy accepts what the strict one accepts, and reads the same; what is accepted means
/// the same to `serde_cbor`, has the hash that the model computes, and is the same after it was
/// written again.
pub fn delegation(data: &[u8]) -> Verdict {
    let root = b"key".as_slice();
    let strict = DelegationChain::parse(root, data, Policy::SPEC);
    let Ok(chain) = DelegationChain::parse(root, data, Policy::REPLICA) else {
        assert!(strict.is_err(), "REPLICA accepts what SPEC accepts");
        return Verdict::Rejected;
    };
    if let Ok(strict) = &strict {
        assert_eq!(*strict, chain);
    }
    let list: Value = serde_cbor::from_slice(data).expect("serde_cbor accepts it");
    let Value::Array(links) = list else {
        panic!("{list:?} is no list");
    };
    assert_eq!(links.len(), chain.links().len());
    chain
        .links()
        .iter()
        .for_each(|link| hash(link.delegation()));

    let written = chain.encode_links();
    for policy in [Policy::SPEC, Policy::REPLICA] {
        let again = DelegationChain::parse(root, &written, policy).expect("it was written so");
        assert_eq!(again, chain);
    }
    json_again(&chain);
    Verdict::Accepted
}

/// The same for the form that agents exchange.
pub fn delegation_json(data: &[u8]) -> Verdict {
    let strict = DelegationChain::parse_json(data, Policy::SPEC);
    let Ok(chain) = DelegationChain::parse_json(data, Policy::REPLICA) else {
        assert!(strict.is_err(), "REPLICA accepts what SPEC accepts");
        return Verdict::Rejected;
    };
    if let Ok(strict) = &strict {
        assert_eq!(*strict, chain);
    }
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(data) {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_lowercase);
        assert_eq!(text(&value["publicKey"]), Some(hex(chain.root_key())));
        let links = value["delegations"].as_array().expect("a list");
        assert_eq!(links.len(), chain.links().len());
        for (theirs, ours) in links.iter().zip(chain.links()) {
            let signed = ours.delegation();
            assert_eq!(text(&theirs["signature"]), Some(hex(ours.signature())));
            let theirs = &theirs["delegation"];
            assert_eq!(text(&theirs["pubkey"]), Some(hex(signed.public_key())));
            let expiration = theirs["expiration"].as_str().expect("a text");
            let expiration = u64::from_str_radix(expiration, 16);
            assert_eq!(expiration, Ok(signed.expiration().as_nanos()));
        }
    }
    chain
        .links()
        .iter()
        .for_each(|link| hash(link.delegation()));
    json_again(&chain);
    let links = chain.encode_links();
    let again = DelegationChain::parse(chain.root_key().to_vec(), &links, Policy::SPEC);
    assert_eq!(again.expect("it was written so"), chain);
    Verdict::Accepted
}

/// The chain is the same after it was written as JSON.
fn json_again(chain: &DelegationChain<'_>) {
    let written = chain.to_json();
    for policy in [Policy::SPEC, Policy::REPLICA] {
        let again = DelegationChain::parse_json(written.as_bytes(), policy);
        assert_eq!(again.expect("it was written so"), *chain);
    }
}

/// The model computes the same hash.
fn hash(delegation: &Delegation<'_>) {
    let mut input = json!({
        "pubkey": hex(delegation.public_key()),
        "expiration": delegation.expiration().as_nanos().to_string(),
    });
    if let Some(targets) = delegation.targets() {
        let targets: Vec<_> = targets.iter().map(|id| hex(id.as_bytes())).collect();
        input["targets"] = json!(targets);
    }
    if let Some(permissions) = delegation.permissions() {
        input["permissions"] = json!(permissions.name());
    }
    let expected = Outcome::Ok(json!({"hash": hex(&delegation.hash())}));
    let modelled = model::run("delegation.hash", &json!({"delegation": input}), None);
    assert_eq!(modelled, expected);
}
