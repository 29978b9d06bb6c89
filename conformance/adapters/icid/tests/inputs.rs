//! Questions that are not as the protocol says are errors, never rejections.

use icid_adapter::Adapter;
use icid_adapter::Answer;
use icid_adapter::Provider;
use serde_json::Value;
use serde_json::json;

fn answer(op: &str, input: &Value) -> Answer {
    Adapter::new(Provider::native()).answer(op, input)
}

fn is_error(op: &str, input: &Value) -> bool {
    matches!(answer(op, input), Answer::Error { .. })
}

/// A good question for every operation.
fn questions() -> Vec<(&'static str, Value)> {
    let certificate = |more: Value| {
        let mut input = json!({"certificate": "a0", "root_key": "00", "scope": "none"});
        if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
            input.extend(more);
        }
        input
    };
    let secret_key = "00".repeat(32);
    let delegation = json!({"pubkey": "00", "expiration": "1"});
    vec![
        ("principal.decode_text", json!({"text": "aaaaa-aa"})),
        ("principal.encode_text", json!({"bytes": "04"})),
        ("principal.classify", json!({"bytes": "04"})),
        ("principal.from_pubkey", json!({"spki": "00"})),
        (
            "principal.derive",
            json!({"principal": "04", "nonce": "00"}),
        ),
        ("cbor.check", json!({"bytes": "d9d9f7a0"})),
        ("hash_of_map", json!({"value": {"map": []}})),
        (
            "request.id",
            json!({"envelope": "d9d9f7a167636f6e74656e74a0"}),
        ),
        ("hashtree.decode", json!({"tree": "8100"})),
        ("hashtree.lookup", json!({"tree": "8100", "path": ["00"]})),
        (
            "hashtree.lookup_prefix",
            json!({"tree": "8100", "path": ["00"]}),
        ),
        ("hashtree.prune", json!({"tree": "8100", "paths": [["00"]]})),
        ("certificate.verify", certificate(json!({}))),
        ("certificate.lookup", certificate(json!({"path": ["00"]}))),
        ("state.read", certificate(json!({"read": {"kind": "time"}}))),
        ("key.decode", json!({"spki": "00"})),
        (
            "key.encode_canister",
            json!({"canister_id": "04", "seed": "00"}),
        ),
        (
            "sig.verify",
            json!({"spki": "00", "payload": "00", "signature": "00"}),
        ),
        ("delegation.hash", json!({"delegation": delegation})),
        (
            "delegation.sign",
            json!({"secret_key": secret_key, "delegation": delegation}),
        ),
        (
            "delegation.verify",
            json!({"sender_pubkey": "00", "delegations": [], "now": "1"}),
        ),
        (
            "senderinfo.verify",
            json!({"sender_pubkey": "00", "info": "", "signer": "04", "sig": "00", "root_key": "00"}),
        ),
        (
            "envelope.verify",
            json!({"envelope": "a0", "endpoint": "query", "now": "1", "root_key": "00"}),
        ),
        (
            "envelope.sign",
            json!({"secret_key": secret_key, "content": {"map": []}}),
        ),
        (
            "read_state.authorize",
            json!({
                "paths": [["00"]],
                "sender": "04",
                "url": {"version": 3, "canister": "04"},
                "root_subnet_id": "00",
                "requests": [],
                "canisters": [],
            }),
        ),
        (
            "query_sig.verify",
            json!({
                "response": "a0",
                "request_id": "00".repeat(32),
                "certificate": "a0",
                "root_key": "00",
                "root_subnet_id": "00",
                "scope": {"canister": "04"},
                "now": "1",
                "max_age": "1",
            }),
        ),
        (
            "ii.seed",
            json!({"salt": "01".repeat(32), "anchor": "1", "origin": "https://a"}),
        ),
        (
            "ii.account_seed",
            json!({"salt": "01".repeat(32), "account": "1", "origin": "https://a"}),
        ),
        (
            "ii.user_key",
            json!({"canister_id": "04", "seed": "00".repeat(32)}),
        ),
        (
            "ii.storage_decode",
            json!({"memory": {"pages": "1", "chunks": [["0", "49494305"]]}}),
        ),
        (
            "ii.storage_migrate",
            json!({"memory": {"pages": "1", "chunks": [["0", "49494305"]]}, "to": 6}),
        ),
    ]
}

#[test]
fn every_operation_is_asked_here() {
    let hello = answer(
        "hello",
        &json!({"protocol": 1, "suite": "0.1.0", "spec": "0.66.0"}),
    );
    let Answer::Ok(hello) = hello else {
        panic!("{hello:?}")
    };
    let asked: Vec<&str> = questions().iter().map(|(op, _)| *op).collect();
    assert_eq!(hello["ops"], json!(asked));
}

#[test]
fn a_good_question_is_no_error() {
    for (op, input) in questions() {
        assert!(!is_error(op, &input), "{op} {:?}", answer(op, &input));
        let mut replica = input.clone();
        replica["policy"] = json!("replica");
        assert!(!is_error(op, &replica), "{op}");
    }
}

#[test]
fn a_field_too_many_or_too_few_or_of_another_type_is_an_error() {
    for (op, input) in questions() {
        let mut more = input.clone();
        more["more"] = json!("00");
        assert!(is_error(op, &more), "{op} {more}");
        let names = input.as_object().unwrap().keys();
        for name in names {
            let mut less = input.clone();
            less.as_object_mut().unwrap().remove(name);
            assert!(is_error(op, &less), "{op} {less}");
            for other in [
                json!(null),
                json!(1),
                json!(["x"]),
                json!({"x": 1}),
                json!(true),
            ] {
                let mut wrong = input.clone();
                wrong[name] = other;
                assert!(is_error(op, &wrong), "{op} {wrong}");
            }
        }
        for other in [json!(null), json!([]), json!("")] {
            assert!(is_error(op, &other), "{op} {other}");
        }
    }
}

#[test]
fn bytes_are_lower_case_hex_of_even_length() {
    for (op, input) in questions() {
        for (name, value) in input.as_object().unwrap() {
            if !value
                .as_str()
                .is_some_and(|text| text.len() % 2 == 0 && name != "text")
            {
                continue;
            }
            if name == "scope" {
                continue;
            }
            for bad in ["0", "AA", "0x00", "zz"] {
                let mut wrong = input.clone();
                wrong[name] = json!(bad);
                assert!(is_error(op, &wrong), "{op} {wrong}");
            }
        }
    }
}

#[test]
fn typed_values_are_read_strictly() {
    for value in [
        json!({"blob": ""}),
        json!({"map": [["a"]]}),
        json!({"map": [["a", {"text": "b"}, 1]]}),
        json!({"map": [[1, {"text": "b"}]]}),
        json!({"map": [["a", "b"]]}),
        json!({"map": [], "array": []}),
        json!({"map": [["a", {"float": "1"}]]}),
        json!({"map": [["a", {"nat": 1}]]}),
        json!({"map": [["a", {"nat": "-1"}]]}),
        json!({"map": [["a", {"nat": "01"}]]}),
        json!({"map": [["a", {"int": "-0"}]]}),
        json!({"map": [["a", {"int": "+1"}]]}),
        json!({"map": [["a", {"blob": "F0"}]]}),
    ] {
        assert!(is_error("hash_of_map", &json!({"value": value})), "{value}");
    }
}

#[test]
fn what_exceeds_a_declared_limit_is_unsupported() {
    let fields: Vec<Value> = (0..65)
        .map(|n| json!([n.to_string(), {"text": ""}]))
        .collect();
    let big = "1".repeat(60);
    for value in [
        json!({"map": fields}),
        json!({"map": [["a", {"int": big}]]}),
    ] {
        let answer = answer("hash_of_map", &json!({"value": value}));
        assert!(matches!(answer, Answer::Unsupported { .. }), "{answer:?}");
    }
    for (digits, supported) in [(60, true), (1000, true), (1001, false), (1_000_000, false)] {
        let value = json!({"map": [["a", {"nat": "1".repeat(digits)}]]});
        let answer = answer("hash_of_map", &json!({"value": value}));
        assert_eq!(matches!(answer, Answer::Ok(_)), supported, "{digits}");
        assert_eq!(
            matches!(answer, Answer::Unsupported { .. }),
            !supported,
            "{digits}"
        );
    }
}

#[test]
fn the_window_of_times_is_given_whole_or_not_at_all() {
    for names in [&["now"][..], &["now", "max_age"], &["max_age", "max_skew"]] {
        let mut input = json!({"certificate": "a0", "root_key": "00", "scope": "none"});
        for name in names {
            input[*name] = json!("0");
        }
        assert!(is_error("certificate.verify", &input), "{names:?}");
    }
}

#[test]
fn a_scope_is_one_thing() {
    for scope in [
        json!("all"),
        json!({}),
        json!({"canister": "00", "subnet": "00"}),
        json!({"node": "00"}),
        json!({"canister": "00".repeat(30)}),
    ] {
        let input = json!({"certificate": "a0", "root_key": "00", "scope": scope});
        assert!(is_error("certificate.verify", &input), "{scope}");
    }
}

#[test]
fn what_is_read_is_described_exactly() {
    for read in [
        json!({"kind": "nonsense"}),
        json!({"kind": "time", "canister": "00"}),
        json!({"kind": "metadata", "canister": "00"}),
        json!({"kind": "metadata", "canister": "00", "name": "n", "subnet": "00"}),
        json!({"kind": "request_status"}),
        json!({"canister": "00"}),
    ] {
        let input = json!({"certificate": "a0", "root_key": "00", "scope": "none", "read": read});
        assert!(is_error("state.read", &input), "{read}");
    }
}
