//! The adapter and the model answer alike about keys and signatures that nobody thought of: changed
//! ones.
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
use proptest::test_runner::TestRunner;
use serde_json::Value;
use serde_json::json;

/// The vectors to start from: one good signature of each scheme.
const BASES: [&str; 7] = [
    "sig/verify/canister-usual",
    "sig/verify/ed25519-request",
    "sig/verify/p256-request",
    "sig/verify/secp256k1-request",
    "sig/verify/webauthn-ed25519-request",
    "sig/verify/webauthn-es256-request",
    "sig/verify/webauthn-rs256-request",
];

/// One byte is set, inserted or deleted, or all is cut off there.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index),
    Delete(Index),
    Insert(Index, u8),
    Set(Index, u8),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len().max(1);
        match self {
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Delete(at) => drop(bytes.drain(at.index(length)..).next()),
            Self::Insert(at, byte) => bytes.insert(at.index(length).min(bytes.len()), *byte),
            Self::Set(at, byte) => {
                if let Some(slot) = bytes.get_mut(at.index(length)) {
                    *slot = *byte;
                }
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    // Bytes that mean something in DER, CBOR or JSON come up more often.
    let special =
        &b"\x00\x01\x02\x03\x04\x30\x40\x41\x80\x81\x82\xa0\xa3\xd9\xf6\xff\"\\{}:, e0"[..];
    let byte = prop_oneof![any::<u8>(), prop::sample::select(special)];
    prop_oneof![
        1 => any::<Index>().prop_map(Change::Cut),
        1 => any::<Index>().prop_map(Change::Delete),
        2 => (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        6 => (any::<Index>(), byte).prop_map(|(at, byte)| Change::Set(at, byte)),
    ]
}

/// Returns the inputs of [`BASES`].
fn bases() -> Vec<Value> {
    let mut bases = Vec::new();
    for (_, text) in vectors::FILES {
        let file: Value = serde_json::from_str(text).unwrap();
        let tests = file.get("tests").and_then(Value::as_array).unwrap();
        let is_base = |test: &&Value| {
            let id = test.get("id").and_then(Value::as_str);
            id.is_some_and(|id| BASES.contains(&id))
        };
        bases.extend(
            tests
                .iter()
                .filter(is_base)
                .map(|test| test["input"].clone()),
        );
    }
    bases
}

fn changed(hex: &Value, changes: &[Change]) -> Value {
    let digits = hex.as_str().unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    let mut bytes: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    changes.iter().for_each(|change| change.apply(&mut bytes));
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.into()
}

/// Returns what the two say if it is not the same.
fn disagreement(op: &str, input: &Value) -> Option<String> {
    let ours = Adapter::new(Provider::native()).answer(op, input);
    let theirs = model::run(op, input, None);
    let agree = match (&ours, &theirs) {
        (Answer::Ok(ours), Outcome::Ok(theirs)) => ours == theirs,
        (Answer::Reject { .. }, Outcome::Reject(_)) => true,
        _ => false,
    };
    (!agree).then(|| format!("{op} {input}\n  ours   {ours:?}\n  theirs {theirs:?}"))
}

/// Changes one field of every base in some ways, and compares.
fn compare(seed: u64, cases: u32, field: &str, op: &str) {
    let bases = bases();
    assert_eq!(bases.len(), BASES.len(), "the vectors to start from");
    for base in bases {
        let mut runner = TestRunner::new(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(seed),
            cases,
            ..ProptestConfig::default()
        });
        let verdict = runner.run(
            &(vec(change(), 0..3), any::<bool>()),
            |(changes, replica)| {
                let mut input = base.clone();
                input[field] = changed(&base[field], &changes);
                if op == "key.decode" {
                    input = json!({"spki": input["spki"]});
                }
                input["policy"] = if replica { "replica" } else { "spec" }.into();
                prop_assert_eq!(disagreement(op, &input), None);
                Ok(())
            },
        );
        if let Err(error) = verdict {
            panic!("{error}");
        }
    }
}

#[test]
fn on_changed_keys() {
    compare(1, 400, "spki", "key.decode");
}

#[test]
fn on_signatures_under_changed_keys() {
    compare(2, 60, "spki", "sig.verify");
}

#[test]
fn on_changed_signatures() {
    compare(3, 250, "signature", "sig.verify");
}

#[test]
fn on_changed_payloads() {
    compare(4, 20, "payload", "sig.verify");
}

#[test]
fn on_root_keys_that_are_malformed_or_missing() {
    for base in bases() {
        for key in [json!(""), json!("00"), Value::Null] {
            let mut input = base.clone();
            let fields = input.as_object_mut().unwrap();
            if key.is_null() {
                fields.remove("root_key");
            } else {
                fields.insert("root_key".to_owned(), key);
            }
            assert_eq!(disagreement("sig.verify", &input), None);
        }
    }
}
