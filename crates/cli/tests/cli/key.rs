//! `icid key`.

use crate::support::{assert_json, assert_run, field, icid, icid_reads, vector};

/// The session key of the example in `crates/icid`.
const ED25519: &str =
    "302a300506032b65700321004e812c64f6ce07bc10461f90bd3071ef2773f6903175b29406abe90b008afbdd";

#[test]
fn key_of_ed25519() {
    assert_run!(icid(&["key", ED25519]));
}

#[test]
fn key_of_a_passkey() {
    let spki = field(&vector("sig/verify/webauthn-empty-payload"), "spki");
    assert_run!(icid(&["key", &spki]));
}

#[test]
fn key_of_canister_signatures_in_json() {
    let spki = field(&vector("delegation/verify/canister-root"), "sender_pubkey");
    assert_json!(&["key", &spki]);
}

#[test]
fn key_with_a_point_that_is_not_on_its_curve() {
    let start = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
    let spki = format!("{start}04{}{}", "01".repeat(32), "02".repeat(32));
    assert_run!(icid(&["key", &spki]));
}

#[test]
fn key_of_plain_rsa() {
    let chain = vector("delegation/verify/replica-plain-rsa-root");
    assert_run!(icid(&["key", &field(&chain, "sender_pubkey")]));
}

#[test]
fn key_without_its_der() {
    assert_run!(icid(&["key", &ED25519[24..]]));
}

#[test]
fn key_that_is_truncated() {
    assert_run!(icid(&["key", &ED25519[..80]]));
}

#[test]
fn a_key_is_read_from_pem() {
    let expected = icid(&["key", ED25519]).stdout;
    let pem = "-----BEGIN PUBLIC KEY-----\n\
               MCowBQYDK2VwAyEAToEsZPbOB7wQRh+QvTBx7ydz9pAxdbKUBqvpCwCK+90=\n\
               -----END PUBLIC KEY-----\n";
    assert_eq!(icid_reads(&["key", "-"], pem.as_bytes()).stdout, expected);
}
