//! `icid envelope`.

use crate::support::{assert_json, assert_run, bytes, field, file, icid, vector};

const NOW: &str = "1700000000000000000";

fn envelope(id: &str, name: &'static str) -> &'static str {
    file(name, &bytes(&field(&vector(id), "envelope")))
}

#[test]
fn envelope_of_a_call_with_three_links() {
    let name = envelope("envelope/verify/call-three-links", "three-links.cbor");
    assert_run!(icid(&["envelope", name, "--at", NOW, "--endpoint", "call"]));
}

#[test]
fn envelope_of_an_anonymous_read() {
    let name = envelope("envelope/verify/anonymous-read", "anonymous-read.cbor");
    assert_run!(icid(&["envelope", name, "--at", NOW]));
}

#[test]
fn envelope_in_json() {
    let name = envelope("envelope/verify/call-both-all", "both-all.cbor");
    assert_json!(&["envelope", name, "--at", NOW]);
}

#[test]
fn envelope_at_the_wrong_address() {
    let name = envelope("envelope/verify/call-three-links", "three-links.cbor");
    let url = "https://icp-api.io/api/v3/canister/rdmx6-jaaaa-aaaaa-aaadq-cai/call";
    assert_run!(icid(&["envelope", name, "--at", NOW, "--endpoint", url]));
}

#[test]
fn envelope_that_has_expired() {
    let name = envelope("envelope/verify/call-both-all", "both-all.cbor");
    let run = icid(&["envelope", name, "--at", "2023-11-15"]);
    assert!(
        run.stdout
            .contains("✗ invalid: it expired at 2023-11-14T22:"),
        "{run}"
    );
    assert_eq!(run.code, 1);
}

#[test]
fn envelope_that_is_none() {
    assert_run!(icid(&["envelope", "d9d9f7a167636f6e74656e74a0"]));
}

#[test]
fn envelope_that_only_replicas_accept() {
    assert_run!(icid(&[
        "envelope",
        "a167636f6e74656e74a46c726571756573745f747970656a726561645f73746174656e696e67726573735f\
         6578706972791b17979d36174760006673656e646572410465706174687381814474696d65"
    ]));
}

#[test]
fn envelope_at_no_endpoint() {
    assert_run!(icid(&["envelope", "00", "--endpoint", "/api/v2/status"]));
}
