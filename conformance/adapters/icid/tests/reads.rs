//! The adapter and the model answer alike about reads that nobody thought of.
//!
//! Only the verdict is compared. Which of several flaws is named is up to either.

use icid_adapter::Adapter;
use icid_adapter::Answer;
use icid_adapter::Provider;
use model::Outcome;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use serde_json::json;

/// Labels that mean something somewhere.
const NAMES: [&str; 24] = [
    "time",
    "subnet",
    "canister",
    "canister_ranges",
    "request_status",
    "api_boundary_nodes",
    "domain",
    "ipv4_address",
    "public_key",
    "type",
    "node",
    "metrics",
    "metadata",
    "module_hash",
    "controllers",
    "last_install_timestamp",
    "canister_creation_timestamp",
    "certified_data",
    "status",
    "reply",
    "error_code",
    "open",
    "secret",
    "",
];

/// Ids of users, canisters and subnets alike.
const IDS: [&str; 4] = ["04", "0a0a", "0b0b", ""];

const REQUESTS: [&str; 3] = [
    "0101010101010101010101010101010101010101010101010101010101010101",
    "0202020202020202020202020202020202020202020202020202020202020202",
    "0303030303030303030303030303030303030303030303030303030303030303",
];

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn id() -> impl Strategy<Value = String> {
    select(&IDS[..]).prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    select(&NAMES[..]).prop_map(hex)
}

fn request() -> impl Strategy<Value = String> {
    select(&REQUESTS[..]).prop_map(str::to_owned)
}

/// A path, often one of a form that can be read.
fn path() -> impl Strategy<Value = Vec<String>> {
    let label = prop_oneof![3 => name(), 2 => id(), 1 => request(), 1 => Just("ff".to_owned())];
    let fixed = |label: &str| Just(hex(label));
    prop_oneof![
        1 => vec(label, 0..6),
        1 => name().prop_map(|name| vec![name]),
        2 => (fixed("subnet"), id(), name()).prop_map(|(a, b, c)| vec![a, b, c]),
        1 => (fixed("subnet"), id(), fixed("node"), id(), name())
            .prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e]),
        1 => (fixed("api_boundary_nodes"), id(), name()).prop_map(|(a, b, c)| vec![a, b, c]),
        1 => (fixed("canister_ranges"), id()).prop_map(|(a, b)| vec![a, b]),
        2 => (fixed("request_status"), request(), name()).prop_map(|(a, b, c)| vec![a, b, c]),
        2 => (fixed("canister"), id(), name()).prop_map(|(a, b, c)| vec![a, b, c]),
        2 => (fixed("canister"), id(), fixed("metadata"), name())
            .prop_map(|(a, b, c, d)| vec![a, b, c, d]),
    ]
}

fn url() -> impl Strategy<Value = Value> {
    (2_u64..4, any::<bool>(), id()).prop_map(|(version, is_canister, id)| {
        let kind = if is_canister { "canister" } else { "subnet" };
        json!({"version": version, kind: id})
    })
}

/// The first two requests, with anybody as sender and destination.
fn requests() -> impl Strategy<Value = Value> {
    let known = || (id(), id(), id());
    (known(), known()).prop_map(|(first, second)| {
        let known = |request_id: &str, (sender, canister_id, effective_id): (String, _, _)| {
            let (canister_id, effective_id): (String, String) = (canister_id, effective_id);
            json!({
                "request_id": request_id,
                "sender": sender,
                "canister_id": canister_id,
                "effective_id": effective_id,
            })
        };
        json!([known(REQUESTS[0], first), known(REQUESTS[1], second)])
    })
}

fn canisters() -> impl Strategy<Value = Value> {
    (id(), vec(id(), 0..3)).prop_map(|(id, controllers)| {
        json!([{
            "id": id,
            "controllers": controllers,
            "metadata": [{"name": "open", "private": false}, {"name": "secret", "private": true}],
        }])
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5ead),
        cases: 4000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn on_reads(
        paths in vec(path(), 0..4),
        sender in id(),
        url in url(),
        targets in option::of(vec(id(), 0..3)),
        requests in requests(),
        canisters in canisters(),
        replica: bool,
    ) {
        let mut input = json!({
            "paths": paths,
            "sender": sender,
            "url": url,
            "root_subnet_id": IDS[1],
            "requests": requests,
            "canisters": canisters,
            "policy": if replica { "replica" } else { "spec" },
        });
        if let Some(targets) = targets {
            input["targets"] = json!(targets);
        }
        let ours = Adapter::new(Provider::native()).answer("read_state.authorize", &input);
        let theirs = model::run("read_state.authorize", &input, None);
        let agree = match (&ours, &theirs) {
            (Answer::Ok(ours), Outcome::Ok(theirs)) => ours == theirs,
            (Answer::Reject { .. }, Outcome::Reject(_)) => true,
            _ => false,
        };
        prop_assert!(agree, "{input}\n  ours   {ours:?}\n  theirs {theirs:?}");
    }
}
