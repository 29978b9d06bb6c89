//! `icid webauthn`.

use crate::support::{assert_json, assert_run, bytes, field, file, icid, vector};

/// Writes a signature to a file, and returns its name, the key and what was signed.
fn signature() -> (&'static str, String, String) {
    let input = vector("sig/verify/webauthn-special-characters");
    let name = file("webauthn.cbor", &bytes(&field(&input, "signature")));
    (name, field(&input, "spki"), field(&input, "payload"))
}

#[test]
fn webauthn_that_is_only_shown() {
    let (name, ..) = signature();
    assert_run!(icid(&["webauthn", name]));
}

#[test]
fn webauthn_in_json() {
    let (name, key, message) = signature();
    assert_json!(&["webauthn", name, "--key", &key, "--message", &message]);
}

#[test]
fn webauthn_is_verified_with_a_key_and_a_message() {
    let (name, key, message) = signature();
    let run = icid(&["webauthn", name, "--key", &key, "--message", &message]);
    assert!(
        run.stdout
            .ends_with("✓ valid: the passkey signed the message\n"),
        "{run}"
    );
    let run = icid(&["webauthn", name, "--key", &key]);
    assert!(
        run.stdout
            .contains("✓ valid: the passkey signed its challenge"),
        "{run}"
    );
    let run = icid(&["webauthn", name, "--key", &key, "--message", "00"]);
    assert!(
        run.stdout
            .contains("✗ invalid: the challenge is not the message"),
        "{run}"
    );
    assert_eq!(run.code, 1);
}

#[test]
fn webauthn_with_the_key_of_another_scheme() {
    let (name, ..) = signature();
    let key =
        "302a300506032b6570032100fb6cfd3e599cabbc490b6d759fcf4e4f20bbf93511f8a0aeca35c2fba490c232";
    assert_run!(icid(&["webauthn", name, "--key", key]));
}

#[test]
fn webauthn_that_is_none() {
    assert_run!(icid(&["webauthn", "2Ln3oA=="]));
}

#[test]
fn webauthn_with_a_message_and_no_key() {
    assert_run!(icid(&["webauthn", "00", "--message", "00"]));
}
