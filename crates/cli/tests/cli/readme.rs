//! The examples of the README.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use storage::Version;

use crate::storage::{clean, simple};
use crate::support::{file, folder, icid};

/// Begins an example.
const FENCE: &str = "```console\n";

#[test]
fn examples_print_what_the_readme_says() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(crate_folder.join("README.md")).unwrap();
    let request = fs::read(crate_folder.join("../icid/examples/request.cbor")).unwrap();
    file("request.cbor", &request);
    file("salt.hex", "05".repeat(32).as_bytes());
    file("image.img", &simple(Version::V6, 2));
    clean("new.img");

    let mut parts = readme.split(FENCE);
    let mut expected = parts.next().unwrap().to_owned();
    let mut count = 0;
    for part in parts {
        let (example, rest) = part.split_once("```\n").unwrap();
        let command = example.lines().next().unwrap();
        let arguments: Vec<&str> = command
            .strip_prefix("$ icid ")
            .unwrap()
            .split(' ')
            .collect();
        let run = icid(&arguments);
        let printed = format!("{}{}", run.stdout, run.stderr);
        expected.push_str(&format!("{FENCE}{command}\n{printed}```\n{rest}"));
        count += 1;
    }
    assert_eq!(count, 7);
    if expected != readme {
        let right = folder().join("README.md");
        fs::write(&right, expected).unwrap();
        panic!("the examples print something else; the right README is {right:?}");
    }
}

#[test]
fn every_field_of_the_snapshots_is_in_the_readme() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(crate_folder.join("README.md")).unwrap();
    let mut count = 0;
    for entry in fs::read_dir(crate_folder.join("tests/cli/snapshots")).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_str().unwrap().ends_with("_in_json.snap") {
            continue;
        }
        let snapshot = fs::read_to_string(&path).unwrap();
        // What comes after the head, which is between two lines of dashes.
        let (_, json) = snapshot.rsplit_once("---\n").unwrap();
        let Ok(value) = serde_json::from_str(json) else {
            continue;
        };
        let mut names = BTreeSet::new();
        collect(&value, &mut names);
        for name in names {
            // A list has brackets behind its name.
            let is_there = [format!("`{name}`"), format!("`{name}[]`")]
                .iter()
                .any(|quoted| readme.contains(quoted));
            assert!(is_there, "{name} of {path:?}");
        }
        count += 1;
    }
    assert_eq!(count, 11);
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, names)),
        Value::Object(members) => {
            for (name, value) in members {
                names.insert(name.clone());
                collect(value, names);
            }
        }
        _ => {}
    }
}
