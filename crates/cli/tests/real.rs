//! Certificates of the public network and images of Internet Identity, as people have them.
//!
//! The files are not part of the repository: the environment variable `ICID_DATA` names the directory
//! that has them in `certificates/` and `stable-memory/`. Without it these tests are ignored, and
//! counted as such. Nothing here prints the labels that people gave their devices.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and says what it skips"
)]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

const CANISTER: &str = "ivg37-qiaaa-aaaab-aaaga-cai";

fn main() -> ExitCode {
    let tests: [(&str, fn()); 6] = [
        ("a_response_is_verified", a_response_is_verified),
        (
            "an_old_certificate_needs_the_policy_of_replicas",
            an_old_certificate_needs_the_policy_of_replicas,
        ),
        (
            "pruned_ranges_speak_for_no_canister",
            pruned_ranges_speak_for_no_canister,
        ),
        ("both_images_are_whole", both_images_are_whole),
        (
            "a_migrated_image_has_the_same_anchors",
            a_migrated_image_has_the_same_anchors,
        ),
        (
            "a_person_is_derived_from_an_image",
            a_person_is_derived_from_an_image,
        ),
    ];
    let has_data = env::var_os("ICID_DATA").is_some();
    if !has_data {
        eprintln!(
            "SKIPPED {} tests: ICID_DATA names no directory with certificates and images",
            tests.len()
        );
    }
    let trials = tests.map(|(name, test)| {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        trial.with_ignored_flag(!has_data)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

fn data(name: &str) -> String {
    let data = env::var_os("ICID_DATA").expect("this runs only with data");
    let path = PathBuf::from(data).join(name);
    path.into_os_string().into_string().unwrap()
}

/// Runs the program, and returns what it prints and how it ends.
fn icid(arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_icid"))
        .args(arguments)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    (stdout, output.status.code().unwrap())
}

fn a_response_is_verified() {
    let file = data("certificates/ivg37_time.bin");
    let (stdout, code) = icid(&["certificate", &file, "--canister", CANISTER]);
    assert!(stdout.contains("\nfound in   response\n"), "{stdout}");
    assert!(
        stdout.contains("\n  └─ time  2025-11-22T07:34:56.688941908Z\n"),
        "{stdout}"
    );
    let verdict = format!(
        "✓ valid: signed under the root key of the public network, and may speak for canister \
         {CANISTER}\n"
    );
    assert!(stdout.ends_with(&verdict), "{stdout}");
    assert_eq!(code, 0);
}

fn an_old_certificate_needs_the_policy_of_replicas() {
    let file = data("certificates/ivg37_delegated_v2.bin");
    let (stdout, code) = icid(&["certificate", &file, "--canister", CANISTER]);
    assert!(stdout.contains("; try --policy replica"), "{stdout}");
    assert_eq!(code, 1);
    let arguments = ["certificate", &file, "--canister", CANISTER];
    let (stdout, code) = icid(&[arguments.as_slice(), &["--policy", "replica"]].concat());
    assert!(stdout.contains("✓ valid"), "{stdout}");
    assert_eq!(code, 0);
}

fn pruned_ranges_speak_for_no_canister() {
    let file = data("certificates/ivg37_time_pruned_ranges.bin");
    for policy in ["spec", "replica"] {
        let scope = ["--canister", CANISTER, "--policy", policy];
        let (stdout, code) = icid(&[["certificate", &file].as_slice(), &scope].concat());
        assert!(
            stdout.contains("✗ invalid: found no canister ranges"),
            "{stdout}"
        );
        assert_eq!(code, 1);
    }
}

fn both_images_are_whole() {
    for (name, anchors, devices) in [
        ("genesis-memory-layout.bin", 31, 34),
        ("multiple-recovery-phrases.bin", 1, 3),
    ] {
        let file = data(&format!("stable-memory/{name}"));
        let (stdout, code) = icid(&["--json", "storage", "verify", &file]);
        let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        let count = |name| answer.get(name).and_then(serde_json::Value::as_u64);
        let counts = ["anchors", "devices", "unreadable"].map(count);
        assert_eq!(counts, [Some(anchors), Some(devices), Some(0)]);
        assert_eq!(code, 0);
    }
}

fn a_migrated_image_has_the_same_anchors() {
    let file = data("stable-memory/genesis-memory-layout.bin");
    let before = fs::read(&file).unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    for suffix in ["", ".copying", ".migrating"] {
        let _ = fs::remove_file(folder.join(format!("genesis.img{suffix}")));
    }
    let out = folder
        .join("genesis.img")
        .into_os_string()
        .into_string()
        .unwrap();
    let (stdout, code) = icid(&["storage", "migrate", &file, "--out", &out, "--to", "8"]);
    assert_eq!(code, 0, "{stdout}");
    let export = |image| {
        icid(&[
            "storage",
            "export",
            image,
            "--anchors-only",
            "--show-labels",
        ])
    };
    // Not `assert_eq`, which would print people's words.
    assert!(export(&file) == export(&out));
    assert_eq!(icid(&["storage", "verify", &out]).1, 0);
    assert!(fs::read(&file).unwrap() == before);
}

fn a_person_is_derived_from_an_image() {
    let file = data("stable-memory/genesis-memory-layout.bin");
    let arguments = [
        "ii",
        "principal",
        "--anchor",
        "10030",
        "--origin",
        "example.com",
    ];
    let (stdout, code) = icid(&[arguments.as_slice(), &["--storage", &file]].concat());
    let principal = "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe";
    assert!(
        stdout.ends_with(&format!("principal  {principal}\n")),
        "{stdout}"
    );
    assert_eq!(code, 0);
}
