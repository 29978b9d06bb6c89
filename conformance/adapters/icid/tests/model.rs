//! The adapter and the model answer alike on inputs nobody thought of: changed ones.
//!
//! Only the verdict and the output are compared. Which of several flaws is named is up to either.

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

/// The unpruned example tree of the interface spec 0.66.0, "Certification", and the pruned one.
const TREES: [&str; 2] = [
    "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c6483024162820344676f6f648301830241638100830241648203476d6f726e696e67",
    "83018301830241618301820458201b4feff9bef8131788b0c9dc6dbad6e81e524249c879e9f10f71ce3749f5a63883024179820345776f726c6483024162820458207b32ac0c6ba8ce35ac82c255fc7906f7fc130dab2a090f80fe12f9c2cae83ba6830182045820ec8324b8a1f1ac16bd2e806edba78006479c9877fed4eb464a25485465af601d830241648203476d6f726e696e67",
];

/// Requests in several encodings: a call, a query with all members and a chain, a read of the state,
/// and one of indefinite lengths and long heads with half a proof.
const ENVELOPES: [&str; 4] = [
    "d9d9f7a367636f6e74656e74a66c726571756573745f747970656463616c6c6673656e64657241046e696e67726573735f6578706972791b1764595927e9c0006b63616e69737465725f69644800000000000004d26b6d6574686f645f6e616d656568656c6c6f63617267474449444c00fd2a6a73656e6465725f73696742dead6d73656e6465725f7075626b6579420102",
    "d9d9f7a467636f6e74656e74a86c726571756573745f747970656571756572796673656e64657241046e696e67726573735f6578706972791b1764595927e9c0006b63616e69737465725f69644800000000000004d26b6d6574686f645f6e616d656568656c6c6f63617267474449444c00fd2a656e6f6e6365430102036b73656e6465725f696e666fa364696e666f44696e666f667369676e6572480000000000070101637369674201026d73656e6465725f7075626b65794201026a73656e6465725f73696741037173656e6465725f64656c65676174696f6e81a26a64656c65676174696f6ea3667075626b65794201026a65787069726174696f6e1b1764595927e9c0006774617267657473814101697369676e61747572654103",
    "d9d9f7a167636f6e74656e74a46c726571756573745f747970656a726561645f73746174656673656e64657241046e696e67726573735f6578706972791b1764595927e9c00065706174687382814474696d6582416140",
    "d9d9f7bf67636f6e74656e74bf6c726571756573745f747970656a726561645f73746174656673656e64657241046e696e67726573735f6578706972791b000000000000000565706174687382814474696d6582416140ff6a73656e6465725f7369675900026162ff",
];

const TEXTS: [&str; 4] = [
    "aaaaa-aa",
    "em77e-bvlzu-aq",
    "2vxsx-fae",
    "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe",
];

/// One change of a byte string.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index),
    Delete(Index),
    Insert(Index, u8),
    Repeat(Index, Index),
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
            Self::Delete(at) => {
                bytes.remove(at.index(length));
            }
            Self::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let (from, to) = (from.min(to), from.max(to));
                let part = bytes.get(from..to).unwrap_or_default();
                let part: Vec<u8> = part.iter().copied().take(40).collect();
                bytes.splice(to..to, part);
            }
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
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(
            &[
                0x00, 0x40, 0x60, 0x80, 0xa0, 0xc2, 0xf6, 0xf9, 0xff, 0x9f, 0xbf
            ][..]
        ),
    ];
    let change = prop_oneof![
        1 => any::<Index>().prop_map(Change::Cut),
        2 => any::<Index>().prop_map(Change::Delete),
        2 => (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Repeat(from, to)),
        4 => (any::<Index>(), byte).prop_map(|(at, byte)| Change::Set(at, byte)),
    ];
    vec(change, 0..4)
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| {
        let pair = core::str::from_utf8(pair).unwrap_or_default();
        u8::from_str_radix(pair, 16).unwrap_or_default()
    };
    digits.chunks(2).map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns what the two say if it is not the same.
fn disagreement(op: &str, input: &Value) -> Option<String> {
    let ours = Adapter::new(Provider::native()).answer(op, input);
    let theirs = model::run(op, input, None);
    let agree = match (&ours, &theirs) {
        (Answer::Ok(ours), Outcome::Ok(theirs)) => ours == theirs,
        (Answer::Reject { .. }, Outcome::Reject(_)) | (Answer::Error { .. }, Outcome::Error(_)) => {
            true
        }
        _ => false,
    };
    (!agree).then(|| format!("{op} {input}\n  ours   {ours:?}\n  theirs {theirs:?}"))
}

#[test]
fn on_the_unchanged_inputs_which_are_accepted() {
    let trees = TREES.map(|tree| ("hashtree.decode", json!({"tree": tree})));
    let envelopes = ENVELOPES.map(|envelope| ("request.id", json!({"envelope": envelope})));
    let texts = TEXTS.map(|text| ("principal.decode_text", json!({"text": text})));
    for (op, input) in trees.into_iter().chain(envelopes).chain(texts) {
        assert_eq!(disagreement(op, &input), None);
        assert!(model::run(op, &input, None).is_accept(), "{op} {input}");
    }
}

macro_rules! assert_agree {
    ($op:expr, $input:expr) => {
        prop_assert_eq!(disagreement($op, &$input), None)
    };
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        cases: 1500,
        max_shrink_iters: 2000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn on_cbor(base in prop::sample::select(&ENVELOPES[..]), changes in changes(), replica: bool) {
        let mut bytes = unhex(base);
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let policy = if replica { "replica" } else { "spec" };
        assert_agree!("cbor.check", json!({"bytes": hex(&bytes), "policy": policy}));
        assert_agree!("request.id", json!({"envelope": hex(&bytes), "policy": policy}));
    }

    #[test]
    fn on_trees(
        base in prop::sample::select(&TREES[..]),
        changes in changes(),
        path in vec(vec(prop::sample::select(&b"abxyz"[..]), 0..3), 0..3),
    ) {
        let mut bytes = unhex(base);
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let tree = hex(&bytes);
        let path: Vec<String> = path.iter().map(|label| hex(label)).collect();
        assert_agree!("hashtree.decode", json!({"tree": tree}));
        assert_agree!("hashtree.lookup", json!({"tree": tree, "path": path}));
        // What `lookup*` and pruning make of a tree that is not well-formed is open.
        let adapter = Adapter::new(Provider::native());
        let decoded = adapter.answer("hashtree.decode", &json!({"tree": tree}));
        if matches!(decoded, Answer::Ok(decoded) if decoded["well_formed"] == true) {
            assert_agree!("hashtree.lookup_prefix", json!({"tree": tree, "path": path}));
            let pruned = adapter.answer("hashtree.prune", &json!({"tree": tree, "paths": [path]}));
            let Answer::Ok(pruned) = pruned else {
                return Err(TestCaseError::fail(format!("{pruned:?}")));
            };
            let judged = json!({"tree": tree, "paths": [path], "answer": pruned["tree"]});
            let verdict = model::run("hashtree.prunes", &judged, None);
            prop_assert_eq!(verdict, Outcome::Ok(json!({})), "{}", judged);
        }
    }

    #[test]
    fn on_texts(base in prop::sample::select(&TEXTS[..]), changes in changes()) {
        let mut bytes = base.as_bytes().to_vec();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let text = String::from_utf8_lossy(&bytes);
        assert_agree!("principal.decode_text", json!({"text": text}));
    }

    #[test]
    fn on_principals(bytes in vec(any::<u8>(), 0..32), last in 0_u8..6) {
        for bytes in [hex(&bytes), hex(&[&bytes[..], &[last]].concat())] {
            assert_agree!("principal.encode_text", json!({"bytes": bytes}));
            assert_agree!("principal.classify", json!({"bytes": bytes}));
            assert_agree!("principal.from_pubkey", json!({"spki": bytes}));
            assert_agree!("principal.derive", json!({"principal": bytes, "nonce": "0102"}));
        }
    }

    #[test]
    fn on_typed_values(value in values()) {
        assert_agree!("hash_of_map", json!({"value": {"map": [["field", value]]}}));
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        vec(any::<u8>(), 0..5).prop_map(|bytes| json!({"blob": hex(&bytes)})),
        ".{0,5}".prop_map(|text| json!({"text": text})),
        "(0|[1-9][0-9]{0,60})".prop_map(|digits| json!({"nat": digits})),
        any::<i128>().prop_map(|value| json!({"int": value.to_string()})),
        any::<i16>().prop_map(|value| json!({"int": value.to_string()})),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(|items| json!({"array": items})),
            vec(("[a-d]{1,2}", inner), 0..4).prop_map(|entries| json!({"map": entries})),
        ]
    })
}
