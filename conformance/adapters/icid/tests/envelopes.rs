//! The adapter and the model judge changed envelopes alike.
//!
//! Only the verdict and the output are compared. Which of several flaws is named is up to either.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use icid_adapter::Adapter;
use icid_adapter::Answer;
use icid_adapter::Provider;
use model::Outcome;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use serde_json::json;

const NOW: &str = "1700000000000000000";

/// A content of a type, of whoever has the secret key of ones or of the anonymous principal.
fn content(request_type: &str, is_anonymous: bool) -> Value {
    let sender = if is_anonymous {
        "04"
    } else {
        "2d3f6ca0daa9c8a3f9ba93da4aa0f3f7a0b4a1b5a0a4f58b9b1c7b3f02"
    };
    let mut members = vec![
        json!(["request_type", {"text": request_type}]),
        json!(["nonce", {"blob": "0708"}]),
        json!(["ingress_expiry", {"nat": NOW}]),
        json!(["sender", {"blob": sender}]),
    ];
    if request_type == "read_state" {
        let path = json!({"array": [{"blob": "74696d65"}, {"blob": ""}]});
        members.push(json!(["paths", {"array": [path, {"array": []}]}]));
    } else {
        members.push(json!(["canister_id", {"blob": "0102"}]));
        members.push(json!(["method_name", {"text": "greet"}]));
        members.push(json!(["arg", {"blob": "4449444c"}]));
    }
    json!({"map": members})
}

/// An envelope of a content, which is signed if the sender is not anonymous.
fn envelope(request_type: &str, is_anonymous: bool) -> Vec<u8> {
    let mut input = json!({
        "secret_key": "01".repeat(32),
        "content": content(request_type, is_anonymous),
        "delegations": [],
    });
    let adapter = Adapter::new(Provider::native());
    if is_anonymous {
        let signed = envelope_of(&adapter, &input);
        // What is signed comes after the content, and its head counts three members.
        let at = signed
            .windows(14)
            .position(|window| window == b"\x6dsender_pubkey")
            .unwrap();
        let mut unsigned = signed.get(..at).unwrap().to_vec();
        *unsigned.get_mut(3).unwrap() = 0xa1;
        return unsigned;
    }
    let key =
        "302a300506032b65700321008a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
    let sender = match adapter.answer("principal.from_pubkey", &json!({"spki": key})) {
        Answer::Ok(output) => output["bytes"].clone(),
        answer => panic!("{answer:?}"),
    };
    input["content"]["map"][3][1]["blob"] = sender;
    let delegation = json!({
        "pubkey": key.replace("8a88", "8b88"),
        "expiration": NOW,
        "targets": ["0102"],
        "permissions": "all",
    });
    let question = json!({"secret_key": "01".repeat(32), "delegation": delegation});
    let Answer::Ok(signature) = adapter.answer("delegation.sign", &question) else {
        panic!("not signed");
    };
    let mut link = delegation;
    link["signature"] = signature["signature"].clone();
    input["sender_pubkey"] = json!(key);
    if request_type == "query" {
        input["delegations"] = json!([link]);
    }
    envelope_of(&adapter, &input)
}

fn envelope_of(adapter: &Adapter, input: &Value) -> Vec<u8> {
    match adapter.answer("envelope.sign", input) {
        Answer::Ok(output) => unhex(output["envelope"].as_str().unwrap_or_default()),
        answer => panic!("{answer:?}"),
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    let pair = |pair: &[u8; 2]| {
        let pair = core::str::from_utf8(pair).unwrap_or_default();
        u8::from_str_radix(pair, 16).unwrap_or_default()
    };
    pairs.iter().map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns what the two say if it is not the same.
fn disagreement(input: &Value) -> Option<String> {
    let ours = Adapter::new(Provider::native()).answer("envelope.verify", input);
    let theirs = model::run("envelope.verify", input, None);
    let agree = match (&ours, &theirs) {
        (Answer::Ok(ours), Outcome::Ok(theirs)) => ours == theirs,
        (Answer::Reject { .. }, Outcome::Reject(_)) => true,
        _ => false,
    };
    (!agree).then(|| format!("{input}\n  ours   {ours:?}\n  theirs {theirs:?}"))
}

fn question(envelope: &[u8], endpoint: &str, policy: &str) -> Value {
    json!({
        "envelope": hex(envelope),
        "endpoint": endpoint,
        "now": NOW,
        "root_key": "",
        "policy": policy,
    })
}

#[test]
fn on_unchanged_envelopes() {
    for request_type in ["call", "query", "read_state"] {
        let anonymous = question(&envelope(request_type, true), request_type, "spec");
        assert_eq!(disagreement(&anonymous), None);
        assert!(model::run("envelope.verify", &anonymous, None).is_accept());
        let signed = question(&envelope(request_type, false), request_type, "spec");
        assert_eq!(disagreement(&signed), None);
    }
    let signed = question(&envelope("call", false), "call", "spec");
    assert!(model::run("envelope.verify", &signed, None).is_accept());
}

/// One change of a byte string.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index),
    Delete(Index),
    Insert(Index, u8),
    Set(Index, u8),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Delete(at) => _ = bytes.remove(at.index(length)),
            Self::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Set(at, byte) => {
                if let Some(slot) = bytes.get_mut(at.index(length)) {
                    *slot = *byte;
                }
            }
        }
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    // Bytes that mean something in CBOR come up more often.
    let meaning = [
        0x00, 0x40, 0x60, 0x80, 0xa0, 0xc2, 0xf6, 0xf9, 0xff, 0x9f, 0xbf,
    ];
    let byte = prop_oneof![any::<u8>(), prop::sample::select(meaning.to_vec())];
    let change = prop_oneof![
        1 => any::<Index>().prop_map(Change::Cut),
        2 => any::<Index>().prop_map(Change::Delete),
        2 => (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        5 => (any::<Index>(), byte).prop_map(|(at, byte)| Change::Set(at, byte)),
    ];
    vec(change, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0xe7e1),
        cases: 1000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn on_changed_envelopes(
        kind in 0..3_usize,
        is_anonymous in prop::bool::weighted(0.8),
        endpoint in 0..12_usize,
        changes in changes(),
        is_replica: bool,
    ) {
        let types = ["call", "query", "read_state"];
        let mut bytes = envelope(types[kind], is_anonymous);
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let endpoint = types.get(endpoint).copied().unwrap_or(types[kind]);
        let policy = if is_replica { "replica" } else { "spec" };
        prop_assert_eq!(disagreement(&question(&bytes, endpoint, policy)), None);
    }
}
