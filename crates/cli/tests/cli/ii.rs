//! `icid ii`.

use crate::support::{assert_json, assert_run, icid};

/// A salt of nobody.
const SALT: &str = "0505050505050505050505050505050505050505050505050505050505050505";

#[test]
fn ii_principal_of_an_anchor() {
    assert_run!(icid(&[
        "ii",
        "principal",
        "--anchor",
        "10030",
        "--origin",
        "https://example.com",
        "--salt",
        SALT
    ]));
}

#[test]
fn ii_seed_of_an_account_in_json() {
    let origin = "https://rdmx6-jaaaa-aaaaa-aaadq-cai.icp0.io";
    assert_json!(&[
        "ii",
        "seed",
        "--account",
        "1",
        "--origin",
        origin,
        "--salt",
        SALT
    ]);
}

#[test]
fn ii_principal_at_an_origin_that_is_rewritten() {
    let origin = "https://rdmx6-jaaaa-aaaaa-aaadq-cai.icp0.io";
    assert_run!(icid(&[
        "ii", "seed", "--anchor", "10000", "--origin", origin, "--salt", SALT
    ]));
}

#[test]
fn ii_with_a_salt_that_is_too_short() {
    assert_run!(icid(&[
        "ii", "seed", "--anchor", "1", "--origin", "x", "--salt", "0505"
    ]));
}

#[test]
fn ii_with_an_origin_that_is_too_long() {
    let origin = format!("https://{}", "a".repeat(248));
    let run = icid(&[
        "ii", "seed", "--anchor", "1", "--origin", &origin, "--salt", SALT,
    ]);
    let stderr = "error: there is no seed: origin of 256 bytes, at most 255 are allowed\n";
    assert_eq!((run.code, run.stderr.as_str()), (1, stderr));
    let run = icid(&[
        "ii",
        "seed",
        "--anchor",
        "1",
        "--origin",
        &origin[..255],
        "--salt",
        SALT,
    ]);
    assert_eq!(run.code, 0);
}

#[test]
fn ii_with_a_salt_that_is_not_drawn() {
    let salt = "00".repeat(32);
    let run = icid(&[
        "ii", "seed", "--anchor", "1", "--origin", "x", "--salt", &salt,
    ]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
}

/// Internet Identity's own tests, with the salt of its published image of 2021.
#[test]
fn known_people_are_derived() {
    let salt = "4d7e3481726397f6676c832ac5c95328a7d48aa669b81c8877933208da64a2d0";
    let arguments = [
        "ii",
        "principal",
        "--anchor",
        "10030",
        "--origin",
        "example.com",
    ];
    let run = icid(&[arguments.as_slice(), &["--salt", salt]].concat());
    let principal = "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe";
    assert!(
        run.stdout.contains(&format!("principal  {principal}\n")),
        "{run}"
    );
}
