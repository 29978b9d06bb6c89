//! `icid delegation`.

use serde_json::{Value, json};

use crate::support::{assert_json, assert_run, field, file, icid, icid_reads, vector};

const NOW: &str = "2023-11-14T22:13:20Z";

fn chain(id: &str) -> String {
    vector(id).to_string()
}

/// Returns a chain in the form of agents.
fn agent_json(chain: &Value) -> String {
    let links: Vec<Value> = chain["delegations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| {
            let expiration: u64 = link["expiration"].as_str().unwrap().parse().unwrap();
            json!({
                "delegation": {
                    "expiration": format!("{expiration:x}"),
                    "pubkey": link["pubkey"],
                },
                "signature": link["signature"],
            })
        })
        .collect();
    json!({ "delegations": links, "publicKey": chain["sender_pubkey"] }).to_string()
}

#[test]
fn delegation_of_two_links() {
    let chain = agent_json(&vector("delegation/verify/two-links"));
    let name = file("two-links.json", chain.as_bytes());
    assert_run!(icid(&["delegation", name, "--at", NOW]));
}

#[test]
fn delegation_with_restrictions() {
    let chain = chain("delegation/verify/restricted-link");
    let name = file("restricted.json", chain.as_bytes());
    assert_run!(icid(&["delegation", name, "--at", NOW]));
}

#[test]
fn delegation_in_json() {
    let chain = chain("delegation/verify/restricted-link");
    let name = file("restricted.json", chain.as_bytes());
    assert_json!(&["delegation", name, "--at", NOW]);
}

#[test]
fn delegation_that_has_expired() {
    let chain = agent_json(&vector("delegation/verify/two-links"));
    let name = file("two-links.json", chain.as_bytes());
    assert_run!(icid(&["delegation", name, "--at", "2024-01-01"]));
}

#[test]
fn delegation_that_is_not_signed() {
    let mut chain = vector("delegation/verify/two-links");
    let signature = field(&chain["delegations"][1], "signature").replace("d069", "d06a");
    chain["delegations"][1]["signature"] = signature.into();
    let name = file("unsigned.json", chain.to_string().as_bytes());
    assert_run!(icid(&["delegation", name, "--at", NOW]));
}

#[test]
fn delegation_by_a_canister_of_another_network() {
    let chain = chain("delegation/verify/canister-root");
    let name = file("canister-root.json", chain.as_bytes());
    assert_run!(icid(&["delegation", name, "--at", NOW]));
}

#[test]
fn a_delegation_by_a_canister_holds_under_its_root_key() {
    let chain = vector("delegation/verify/canister-root");
    let name = file("canister-root.json", chain.to_string().as_bytes());
    let root_key = field(&chain, "root_key");
    let run = icid(&["delegation", name, "--at", NOW, "--root-key", &root_key]);
    assert!(
        run.stdout.contains("✓ valid: the delegation is signed"),
        "{run}"
    );
    assert_eq!(run.code, 0);
}

#[test]
fn a_delegation_that_only_replicas_accept_says_so() {
    let chain = chain("delegation/verify/replica-plain-rsa-root");
    let name = file("plain-rsa.json", chain.as_bytes());
    let run = icid(&["delegation", name, "--at", NOW]);
    assert!(
        run.stdout
            .contains("; try --policy replica, which accepts it"),
        "{run}"
    );
    assert_eq!(run.code, 1);
    let run = icid(&["delegation", name, "--at", NOW, "--policy", "replica"]);
    assert!(run.stdout.contains("✓ valid"), "{run}");
    assert_eq!(run.code, 0);
}

#[test]
fn delegation_that_is_none() {
    assert_run!(icid_reads(&["delegation", "-"], b"{\"publicKey\":\"00\"}"));
}

#[test]
fn delegation_of_the_protocol_with_a_stray_member() {
    let chain = r#"{"sender_pubkey":"00","delegations":[{"pubkey":"00","expires":"1"}]}"#;
    assert_run!(icid(&["delegation", chain]));
}
