//! `icid certificate`.

use crate::support::{assert_json, assert_run, bytes, field, file, icid, vector};

const NOW: &str = "2023-11-14T22:15:00Z";

/// Writes a certificate and its root key to files.
fn delegated() -> (&'static str, String) {
    let input = vector("certificate/verify/delegated");
    let certificate = bytes(&field(&input, "certificate"));
    (
        file("delegated.cbor", &certificate),
        field(&input, "root_key"),
    )
}

#[test]
fn certificate_of_a_canister() {
    let (name, root_key) = delegated();
    let canister = "gqccy-6yaaa-aaaaa-qci2a-cai";
    let arguments = ["certificate", name, "--root-key", &root_key, "--at", NOW];
    let scope = ["--canister", canister, "--max-age", "5m"];
    assert_run!(icid(&[arguments.as_slice(), &scope].concat()));
}

#[test]
fn certificate_in_full() {
    let (name, root_key) = delegated();
    assert_run!(icid(&[
        "-v",
        "certificate",
        name,
        "--root-key",
        &root_key,
        "--at",
        NOW
    ]));
}

#[test]
fn certificate_in_json() {
    let (name, root_key) = delegated();
    assert_json!(&["certificate", name, "--root-key", &root_key, "--at", NOW]);
}

#[test]
fn certificate_of_another_network() {
    let (name, _) = delegated();
    assert_run!(icid(&["certificate", name, "--at", NOW]));
}

#[test]
fn certificate_for_a_canister_out_of_range() {
    let (name, root_key) = delegated();
    let canister = "rdmx6-jaaaa-aaaaa-aaadq-cai";
    assert_run!(icid(&[
        "certificate",
        name,
        "--root-key",
        &root_key,
        "--at",
        NOW,
        "--canister",
        canister
    ]));
}

#[test]
fn certificate_that_is_too_old() {
    let (name, root_key) = delegated();
    let run = icid(&[
        "certificate",
        name,
        "--root-key",
        &root_key,
        "--at",
        NOW,
        "--max-age",
        "1m",
    ]);
    let verdict = "verdict  ✗ invalid: it is of 2023-11-14T22:13:20Z, more than 1 minute before \
                   2023-11-14T22:15:00Z\n";
    assert!(run.stdout.ends_with(verdict), "{run}");
    assert_eq!(run.code, 1);
}

#[test]
fn certificate_of_the_root_subnet() {
    let input = vector("certificate/verify/root-signed-subnet");
    let name = file("root.cbor", &bytes(&field(&input, "certificate")));
    let root_key = field(&input, "root_key");
    assert_run!(icid(&[
        "certificate",
        name,
        "--root-key",
        &root_key,
        "--at",
        NOW
    ]));
}

#[test]
fn certificate_that_is_none() {
    assert_run!(icid(&["certificate", "d9d9f7a0"]));
}

#[test]
fn certificate_from_a_file_that_is_missing() {
    assert_run!(icid(&["certificate", "certificate"]));
}
