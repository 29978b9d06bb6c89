//! How the program speaks.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{assert_run, file, icid, program};

#[test]
fn output_of_help() {
    assert_run!(icid(&["--help"]));
}

#[test]
fn output_of_a_command_that_does_not_exist() {
    assert_run!(icid(&["principle", "aaaaa-aa"]));
}

#[test]
fn output_of_an_error_in_json() {
    let run = icid(&["--json", "principal", "rdmx6-jaaaa-aaaaa-aaadq-caa"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "data");
    assert_run!(run);
}

#[test]
fn commands_that_are_not_understood_end_with_2() {
    for arguments in [
        &[][..],
        &["key"],
        &["key", "00", "00"],
        &["key", "--at", "now", "00"],
        &["certificate", "00", "--at", "yesterday"],
        &["certificate", "00", "--canister", "aaaaa-ab"],
        &[
            "certificate",
            "00",
            "--canister",
            "aaaaa-aa",
            "--subnet",
            "aaaaa-aa",
        ],
        &["envelope", "00", "--endpoint", "status"],
        &["completions", "cmd"],
    ] {
        let run = icid(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert_ne!(run.stderr, "", "{arguments:?}");
    }
}

#[test]
fn colours_are_used_where_they_are_wanted() {
    let arguments = ["principal", "aaaaa-aa"];
    assert!(!icid(&arguments).stdout.contains('\u{1b}'));
    let always = icid(&["principal", "aaaaa-aa", "--color", "always"]);
    assert!(always.stdout.contains("\u{1b}[2mtext"), "{}", always.stdout);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // More than a pipe holds: a leaf of a mebibyte.
    let mut tree = b"\x82\x03\x5a\x00\x10\x00\x00".to_vec();
    tree.resize(tree.len() + (1 << 20), 0);
    let name = file("leaf.cbor", &tree);
    let mut child = program(&["tree", "--json", name])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(stderr, "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn completions_are_made_for_every_shell() {
    for (shell, word) in [
        ("bash", "_icid"),
        ("elvish", "edit:completion"),
        ("fish", "complete -c icid"),
        ("powershell", "Register-ArgumentCompleter"),
        ("zsh", "#compdef icid"),
    ] {
        let run = icid(&["completions", shell]);
        assert!(run.stdout.contains(word), "{shell}");
        assert!(run.stdout.contains("certificate"), "{shell}");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{shell}");
    }
}
