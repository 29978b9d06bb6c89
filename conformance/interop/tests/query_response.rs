//! Responses to queries against `ic-transport-types`.

use ic_transport_types::NodeSignature;
use ic_transport_types::QueryResponse;
use ic_transport_types::RejectCode;
use ic_transport_types::RejectResponse;
use ic_transport_types::ReplyResponse;
use icid_interop::Rng;
use icid_interop::cbor_tree::Item;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;
use proptest::test_runner::TestRunner;
use request::RequestId;
use request::query_response;
use request::query_response::RESPONSE_SEPARATOR;
use request::query_response::Reply;
use serde_cbor::Value;
use time::Timestamp;

const POLICIES: [cbor::Policy; 2] = [cbor::Policy::SPEC, cbor::Policy::REPLICA];

fn bytes(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..length)
}

fn peer_response() -> impl Strategy<Value = QueryResponse> {
    let signature =
        (any::<u64>(), bytes(65), bytes(30)).prop_map(|(timestamp, signature, id)| NodeSignature {
            timestamp,
            signature,
            identity: ic_principal::Principal::from_slice(&id),
        });
    let signatures = prop::collection::vec(signature, 1..4).boxed();
    let reject_code = prop::sample::select(vec![
        RejectCode::SysFatal,
        RejectCode::SysTransient,
        RejectCode::DestinationInvalid,
        RejectCode::CanisterReject,
        RejectCode::CanisterError,
    ]);
    let reject = (reject_code, ".{0,30}", prop::option::of("IC[0-9]{4}"));
    prop_oneof![
        (bytes(100), signatures.clone()).prop_map(|(arg, signatures)| QueryResponse::Replied {
            reply: ReplyResponse { arg },
            signatures,
        }),
        (reject, signatures).prop_map(|((reject_code, reject_message, error_code), signatures)| {
            QueryResponse::Rejected {
                reject: RejectResponse {
                    reject_code,
                    reject_message,
                    error_code,
                },
                signatures,
            }
        }),
    ]
}

/// Returns the fields in an order of the library's own, without those that are null: an agent writes
/// no responses, so it leaves none out.
fn write(response: &QueryResponse) -> Value {
    let mut value = serde_cbor::value::to_value(response).unwrap();
    if let Value::Map(fields) = &mut value {
        fields.retain(|_, field| *field != Value::Null);
    }
    value
}

/// Checks that two responses are the same, and mean the same to a node.
fn assert_same(ours: &query_response::QueryResponse<'_>, theirs: &QueryResponse) {
    match (ours.reply(), theirs) {
        (Reply::Replied { arg }, QueryResponse::Replied { reply, .. }) => {
            assert_eq!(arg, reply.arg);
        }
        (
            Reply::Rejected {
                code,
                message,
                error_code,
            },
            QueryResponse::Rejected { reject, .. },
        ) => {
            assert_eq!(code, reject.reject_code as u64);
            assert_eq!(message, reject.reject_message);
            assert_eq!(error_code, reject.error_code.as_deref());
        }
        (ours, theirs) => panic!("{ours:?} {theirs:?}"),
    }
    assert_eq!(ours.signatures().len(), theirs.signatures().len());
    let id = [0x5e; 32];
    for (our, their) in ours.signatures().zip(theirs.signatures()) {
        assert_eq!(our.timestamp.as_nanos(), their.timestamp);
        assert_eq!(our.signature, their.signature);
        assert_eq!(our.identity.as_bytes(), their.identity.as_slice());
        let time = Timestamp::from_nanos(their.timestamp);
        let hash = ours.reply().hash(&RequestId::from_bytes(id), time);
        let signed = [&RESPONSE_SEPARATOR[..], &hash].concat();
        let id = ic_transport_types::RequestId::new(&id);
        assert_eq!(signed, theirs.signable(id, their.timestamp));
    }
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(80), ..Config::default() })]

    #[test]
    fn a_response_means_the_same_to_both(theirs in peer_response()) {
        let written = Item::new(&write(&theirs)).tagged(55799).encode();
        for policy in POLICIES {
            let ours = query_response::QueryResponse::parse(&written, policy).unwrap();
            assert_same(&ours, &theirs);
        }
    }
}

#[test]
fn what_we_read_with_something_changed_is_read_alike() {
    let mut rng = Rng::new(81);
    let config = Config {
        rng_seed: RngSeed::Fixed(81),
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let (mut accepted, mut other_codes) = ([0; 2], 0);
    for _ in 0..4_000 {
        let response = peer_response().new_tree(&mut runner).unwrap().current();
        let mut item = Item::new(&write(&response));
        for _ in 0..=rng.below(2) {
            item.change(&mut rng);
        }
        let written = item.tagged(55799).encode();
        for (policy, accepted) in POLICIES.into_iter().zip(&mut accepted) {
            if let Ok(ours) = query_response::QueryResponse::parse(&written, policy) {
                match serde_cbor::from_slice::<QueryResponse>(&written) {
                    Ok(theirs) => assert_same(&ours, &theirs),
                    // An agent knows the codes of today. Here they are numbers.
                    Err(error) => {
                        let Reply::Rejected { code, .. } = ours.reply() else {
                            panic!("{error}: {written:02x?}");
                        };
                        assert!(!(1..=5).contains(&code), "{error}: {written:02x?}");
                        other_codes += 1;
                    }
                }
                *accepted += 1;
            }
        }
    }
    let [spec, replica] = accepted;
    assert!(
        spec > 600 && replica > spec + 50 && other_codes > 0,
        "{accepted:?} {other_codes}"
    );
}
