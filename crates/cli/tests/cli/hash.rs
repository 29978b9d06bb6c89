//! `icid hash`.

use crate::support::{assert_json, assert_run, icid, json, vector};

/// The example of the interface specification, "Request ids".
const REQUEST: &str = r#"{"map":[
    ["request_type",{"text":"call"}],
    ["sender",{"blob":"04"}],
    ["ingress_expiry",{"nat":"1685570400000000000"}],
    ["canister_id",{"blob":"00000000000004d2"}],
    ["method_name",{"text":"hello"}],
    ["arg",{"blob":"4449444c00fd2a"}]]}"#;

#[test]
fn hash_of_the_example_of_the_specification() {
    assert_run!(icid(&["hash", REQUEST]));
}

#[test]
fn hash_in_json() {
    assert_json!(&["hash", r#"{"array":[{"nat":"1"},{"int":"-1"}]}"#]);
}

#[test]
fn hash_of_something_else() {
    assert_run!(icid(&["hash", r#"{"blob":"0g"}"#]));
}

#[test]
fn hash_of_no_json_at_all() {
    assert_run!(icid(&["hash", "request"]));
}

#[test]
fn hash_of_a_map_with_a_name_twice() {
    assert_run!(icid(&[
        "hash",
        r#"{"map":[["a",{"nat":"1"}],["a",{"nat":"2"}]]}"#
    ]));
}

#[test]
fn typed_values_have_one_member_of_a_known_type() {
    for value in [
        "{}",
        r#"{"nat":"1","nat":"2"}"#,
        r#"{"nat":"1","text":"a"}"#,
        r#"{"nat":1}"#,
        r#"{"nat":""}"#,
        r#"{"nat":"01"}"#,
        r#"{"nat":"-1"}"#,
        r#"{"int":"+1"}"#,
        r#"{"int":"--1"}"#,
        r#"{"float":"1"}"#,
        r#"{"map":[["a"]]}"#,
        r#"{"nat":"1"} x"#,
        "[]",
    ] {
        let run = icid(&["hash", value]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{value}");
    }
    let digits = "9".repeat(1001);
    assert_eq!(icid(&["hash", &format!(r#"{{"nat":"{digits}"}}"#)]).code, 1);
    assert_eq!(
        icid(&["hash", &format!(r#"{{"nat":"{}"}}"#, &digits[1..])]).code,
        0
    );
    let deep = format!("{}1{}", r#"{"array":["#.repeat(1000), "]}".repeat(1000));
    assert_eq!(icid(&["hash", &deep]).code, 1);
}

#[test]
fn hashes_are_those_of_the_vectors() {
    let mut count = 0;
    for (path, text) in vectors::FILES {
        if !path.starts_with("hash_of_map/") {
            continue;
        }
        let file: serde_json::Value = serde_json::from_str(text).unwrap();
        // A process each would take long: some of each file.
        for test in file["tests"].as_array().unwrap().iter().step_by(8) {
            if test["expect"]["verdict"] != "accept" {
                continue;
            }
            let input = vector(test["id"].as_str().unwrap());
            let (answer, code) = json(&["hash", &input["value"].to_string()]);
            assert_eq!(
                answer["hash"], test["expect"]["output"]["hash"],
                "{}",
                test["id"]
            );
            assert_eq!(code, 0);
            count += 1;
        }
    }
    assert!(count > 8, "{count} vectors");
}
