//! `icid principal`.

use crate::support::{assert_json, assert_run, file, icid, icid_reads};

#[test]
fn principal_of_a_canister() {
    assert_run!(icid(&["principal", "rdmx6-jaaaa-aaaaa-aaadq-cai"]));
}

#[test]
fn principal_from_hexadecimal_with_a_derived_one() {
    assert_run!(icid(&["principal", "abcd01", "--derive", "00"]));
}

#[test]
fn principal_in_json() {
    assert_json!(&["principal", "2vxsx-fae"]);
}

#[test]
fn principal_with_a_wrong_checksum() {
    assert_run!(icid(&["principal", "rdmx6-jaaaa-aaaaa-aaadq-caa"]));
}

#[test]
fn principal_with_a_wrong_letter() {
    assert_run!(icid(&["principal", "rdmx6-jaaaa-aaaa1-aaadq-cai"]));
}

#[test]
fn principal_of_too_many_bytes() {
    assert_run!(icid(&["principal", &"00".repeat(30)]));
}

#[test]
fn principal_of_nothing() {
    assert_run!(icid(&["principal", ""]));
}

#[test]
fn a_principal_is_read_from_wherever_it_is() {
    let expected = icid(&["principal", "rdmx6-jaaaa-aaaaa-aaadq-cai"]).stdout;
    let text = b"rdmx6-jaaaa-aaaaa-aaadq-cai\n";
    assert_eq!(icid_reads(&["principal", "-"], text).stdout, expected);
    let text_file = file("principal.txt", text);
    assert_eq!(icid(&["principal", text_file]).stdout, expected);
    let raw = b"\0\0\0\0\0\0\0\x07\x01\x01";
    assert_eq!(icid_reads(&["principal", "-"], raw).stdout, expected);
    for digits in [
        "00000000000000070101",
        "0x00000000000000070101",
        "AAAAAAAAAAcBAQ==",
    ] {
        assert_eq!(icid(&["principal", digits]).stdout, expected, "{digits}");
    }
}

#[test]
fn every_class_has_its_name() {
    for (text, class) in [
        ("aaaaa-aa", "management  (the management canister)"),
        ("2vxsx-fae", "anonymous  (the sender of unsigned requests)"),
        (
            "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe",
            "self authenticating  (the hash of a public key)",
        ),
        (
            "em77e-bvlzu-aq",
            "opaque  (given by the network, to canisters above all)",
        ),
    ] {
        let stdout = icid(&["principal", text]).stdout;
        assert!(stdout.contains(&format!("class     {class}\n")), "{stdout}");
    }
    let reserved = icid(&["principal", "017f"]).stdout;
    assert!(reserved.contains("class     reserved  "), "{reserved}");
    let derived = icid(&["principal", &format!("{}03", "11".repeat(28))]).stdout;
    assert!(derived.contains("class     derived  "), "{derived}");
}
