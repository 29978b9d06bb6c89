//! `icid storage`.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use storage::{
    AnchorRecord, DeviceRecord, IdRange, KeyType, MetadataEntry, MetadataMap, Migration,
    Protection, Purpose, Salt, Storage, Version,
};
use time::Timestamp;

use crate::support::{assert_json, assert_run, bytes, file, folder, icid, json, program};

/// What nobody's device is called: with a command for a terminal.
const LABEL: &str = "my \u{1b}[31mphone";

/// A persistent state of layout 6 as the service wrote it.
///
/// Source: dfinity/internet-identity, the test `should_read_previously_stored_persistent_state_v6`.
const STATE: &str = "4449444c116c03949d879d0701f7f5cbfb0778eed5f3af090a6b04dee7beb6080291a5fcf10a7f\
    d1d3dab70b05c8bbeff50d066c01c2adc9be0c036c04c3f9fca002788beea8c5047881cfaef40a0487eb979d0d7a6d\
    7b6c02d6a9bbae0a78c2adc9be0c036c02aaac8d930407c2adc9be0c036c03c7e8ccee037884fbf0820968cfd6ffea\
    0f086d096c04c7e8ccee0378f2f099840704938da78c0a78d6a9bbae0a786e0b6c028bc3e2f9040cbbd492d8090f6c\
    0297beb4cb080d8b858cea090d6e0e6c02fcdde6ea0178f9a6ebf703786c0297beb4cb08108b858cea090e6d0e0100\
    032700000000000000010a00000000006000b0010100005847f80d0000001027000000000000206363636363636363\
    636363636363636363636363636363636363636363636363e8038002e1df0200000001000163000000000000006dbb\
    0e000000000001420000000000000030f1c520000000002c00000000000000d133b45001000000";

fn device(key: &str) -> DeviceRecord {
    DeviceRecord {
        pubkey: key.as_bytes().to_vec(),
        alias: LABEL.to_owned(),
        credential_id: Some(format!("credential of {key}").into_bytes()),
        key_type: KeyType::Platform,
        ..DeviceRecord::default()
    }
}

fn recovery(key: &str) -> DeviceRecord {
    DeviceRecord {
        credential_id: None,
        purpose: Purpose::Recovery,
        key_type: KeyType::SeedPhrase,
        protection: Protection::Protected,
        ..device(key)
    }
}

/// Returns an image of so many anchors, each with one device.
pub(crate) fn simple(version: Version, count: u32) -> Vec<u8> {
    let range = IdRange::new(10_000, 20_000).unwrap();
    let mut storage = Storage::create(Vec::new(), version, range).unwrap();
    storage.set_salt(Salt::new([5; 32]).unwrap()).unwrap();
    for number in 0..count {
        let mut anchor = AnchorRecord::new();
        anchor.add_device(device(&format!("key {number}"))).unwrap();
        storage.append(&anchor).unwrap();
    }
    storage.into_memory()
}

/// Returns an image of layout 6 with all there is.
fn rich() -> Vec<u8> {
    let range = IdRange::new(10_000, 20_000).unwrap();
    let mut storage = Storage::create(Vec::new(), Version::V6, range).unwrap();
    storage.set_salt(Salt::new([5; 32]).unwrap()).unwrap();
    let mut metadata = MetadataMap::new();
    metadata.insert(
        "color".to_owned(),
        MetadataEntry::Text("crimson".to_owned()),
    );
    let mut anchor = AnchorRecord::new();
    let passkey = DeviceRecord {
        origin: Some("https://identity.ic0.app".to_owned()),
        last_usage: Some(Timestamp::from_nanos(1_700_000_000_000_000_000)),
        metadata: Some(metadata),
        ..device("passkey")
    };
    anchor.add_device(passkey).unwrap();
    anchor.add_device(recovery("phrase")).unwrap();
    storage.append(&anchor).unwrap();
    storage.append(&AnchorRecord::new()).unwrap();
    storage.allocate().unwrap();
    storage.write_state(&bytes(STATE)).unwrap();
    storage.into_memory()
}

#[test]
fn storage_inspect_with_an_anchor() {
    let image = file("rich.img", &rich());
    assert_run!(icid(&["storage", "inspect", image, "--anchor", "10000"]));
}

#[test]
fn storage_inspect_with_labels_and_salt() {
    let image = file("rich.img", &rich());
    let arguments = ["storage", "inspect", image, "--anchor", "10000"];
    let shown = icid(&[arguments.as_slice(), &["--show-labels", "--show-salt"]].concat());
    let alias = r#"alias          "my \u{1b}[31mphone""#;
    assert!(shown.stdout.contains(alias), "{shown}");
    let salt = format!("  {}", "05".repeat(32));
    let is_salt = |line: &str| line.starts_with("salt ") && line.ends_with(&salt);
    assert!(shown.stdout.lines().any(is_salt), "{shown}");
    let hidden = icid(&arguments);
    for text in ["phone", "alias", "crimson", "0505"] {
        assert!(!hidden.stdout.contains(text), "{text}: {hidden}");
    }
}

#[test]
fn storage_inspect_in_json() {
    let image = file("rich.img", &rich());
    assert_json!(&[
        "storage",
        "inspect",
        image,
        "--anchor",
        "10000",
        "--show-labels"
    ]);
}

#[test]
fn storage_inspect_of_layout_9() {
    let storage = Storage::open(rich()).unwrap();
    let migration = Migration::new(storage, Version::V9).unwrap();
    let image = migration.finish().unwrap().into_memory();
    let image = file("rich-9.img", &image);
    assert_run!(icid(&["storage", "inspect", image, "--anchor", "10000"]));
}

#[test]
fn storage_inspect_of_an_anchor_that_is_not_there() {
    let image = file("rich.img", &rich());
    assert_run!(icid(&["storage", "inspect", image, "--anchor", "10003"]));
}

#[test]
fn storage_inspect_of_something_else() {
    let image = file("other.img", &[b'x'; 65_536]);
    assert_run!(icid(&["storage", "inspect", image]));
}

#[test]
fn storage_inspect_of_nothing() {
    assert_run!(icid(&["storage", "inspect", "missing.img"]));
}

#[test]
fn storage_verify_of_a_whole_image() {
    let image = file("rich.img", &rich());
    assert_run!(icid(&["storage", "verify", image]));
}

#[test]
fn storage_verify_of_a_damaged_image() {
    let mut damaged = simple(Version::V1, 3);
    // A length beyond the record, and a byte of a Candid table.
    damaged[512..514].copy_from_slice(&[0xff, 0xff]);
    damaged[512 + 2048 + 5] ^= 0x40;
    let image = file("damaged.img", &damaged);
    assert_run!(icid(&["storage", "verify", image]));
}

#[test]
fn storage_verify_in_json() {
    let mut damaged = simple(Version::V1, 2);
    damaged[512..514].copy_from_slice(&[0xff, 0xff]);
    let image = file("damaged-json.img", &damaged);
    assert_json!(&["storage", "verify", image]);
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let mut damaged = simple(Version::V1, 5);
    for record in damaged[512..].chunks_mut(2048).take(5) {
        record[..2].copy_from_slice(&[0xff, 0xff]);
    }
    let image = file("damaged-more.img", &damaged);
    let (answer, code) = json(&["storage", "verify", image, "--max-findings", "2"]);
    assert_eq!(answer["findings"].as_array().unwrap().len(), 2);
    assert_eq!((answer["more_findings"].as_u64(), code), (Some(3), 1));
}

#[test]
fn storage_export_with_a_record_that_cannot_be_read() {
    let mut damaged = simple(Version::V1, 2);
    damaged[512..514].copy_from_slice(&[0xff, 0xff]);
    let image = file("damaged-export.img", &damaged);
    assert_run!(icid(&["storage", "export", image]));
}

#[test]
fn an_export_shows_labels_only_if_told_to() {
    let image = file("rich.img", &rich());
    let hidden = icid(&["storage", "export", image]);
    assert!(!hidden.stdout.contains("phone"), "{hidden}");
    let shown = icid(&["storage", "export", image, "--show-labels"]);
    assert!(
        shown.stdout.contains(r#""alias":"my \u001b[31mphone""#),
        "{shown}"
    );
    for run in [hidden, shown] {
        assert_eq!(run.stdout.lines().count(), 4);
        for line in run.stdout.lines() {
            let _: serde_json::Value = serde_json::from_str(line).unwrap();
        }
    }
}

#[test]
fn a_salt_is_taken_from_an_image() {
    let image = file("rich.img", &rich());
    let arguments = [
        "ii",
        "seed",
        "--anchor",
        "10000",
        "--origin",
        "https://id.ai",
    ];
    let from_image = icid(&[arguments.as_slice(), &["--storage", image]].concat());
    let salt = "05".repeat(32);
    let given = icid(&[arguments.as_slice(), &["--salt", &salt]].concat());
    assert_eq!((from_image.code, from_image.stdout), (0, given.stdout));
}

/// Removes what a run that was broken off has left.
pub(crate) fn clean(out: &str) {
    for suffix in ["", ".copying", ".migrating"] {
        let _ = fs::remove_file(folder().join(format!("{out}{suffix}")));
    }
}

#[test]
fn storage_migrate_to_the_last_layout() {
    let image = file("migrate.img", &simple(Version::V1, 3));
    clean("migrated.img");
    assert_run!(icid(&[
        "storage",
        "migrate",
        image,
        "--out",
        "migrated.img",
        "--to",
        "8"
    ]));
    let before = icid(&[
        "storage",
        "export",
        image,
        "--anchors-only",
        "--show-labels",
    ]);
    let arguments = [
        "storage",
        "export",
        "migrated.img",
        "--anchors-only",
        "--show-labels",
    ];
    assert_eq!(icid(&arguments).stdout, before.stdout);
    assert_eq!(
        fs::read(folder().join(image)).unwrap(),
        simple(Version::V1, 3)
    );
    assert!(!folder().join("migrated.img.migrating").exists());
}

#[test]
fn storage_migrate_onto_a_file_that_is_there() {
    let image = file("migrate-onto.img", &simple(Version::V1, 1));
    file("there.img", b"precious");
    assert_run!(icid(&["storage", "migrate", image, "--out", "there.img"]));
    assert_eq!(fs::read(folder().join("there.img")).unwrap(), b"precious");
    let same = icid(&["storage", "migrate", image, "--out", image]);
    assert_eq!((same.code, same.stdout.as_str()), (2, ""));
}

#[test]
fn storage_migrate_of_a_damaged_image() {
    let mut damaged = simple(Version::V1, 2);
    damaged[512..514].copy_from_slice(&[0xff, 0xff]);
    let image = file("migrate-damaged.img", &damaged);
    clean("never.img");
    assert_run!(icid(&["storage", "migrate", image, "--out", "never.img"]));
    for suffix in ["", ".copying", ".migrating"] {
        assert!(!folder().join(format!("never.img{suffix}")).exists());
    }
}

#[test]
fn storage_migrate_backwards() {
    let image = file("migrate-back.img", &simple(Version::V6, 1));
    assert_run!(icid(&[
        "storage", "migrate", image, "--out", "back.img", "--to", "5"
    ]));
    for layout in ["1", "2", "4", "10", "x"] {
        let run = icid(&[
            "storage", "migrate", image, "--out", "back.img", "--to", layout,
        ]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{layout}");
    }
}

#[test]
fn storage_migrate_that_goes_on() {
    let original = simple(Version::V1, 40);
    let image = file("resume.img", &original);
    clean("straight.img");
    let straight = icid(&["storage", "migrate", image, "--out", "straight.img"]);
    assert_eq!(straight.code, 0, "{straight}");
    let expected = fs::read(folder().join("straight.img")).unwrap();
    // As a stopped program leaves it, after any number of records.
    for steps in (0..120).step_by(7) {
        clean("resumed.img");
        let mut memory = original.clone();
        let mut migration =
            Migration::new(Storage::open(&mut memory).unwrap(), Version::V8).unwrap();
        for _ in 0..steps {
            migration.step(1).unwrap();
        }
        drop(migration);
        file("resumed.img.migrating", &memory);
        let run = icid(&["storage", "migrate", image, "--out", "resumed.img"]);
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stdout.contains("resumed      yes\n"), "{run}");
        assert!(run.stderr.starts_with("note: going on with "), "{run}");
        let found = fs::read(folder().join("resumed.img")).unwrap();
        assert!(found == expected, "after {steps} records");
    }
}

#[test]
fn storage_migrate_does_not_go_on_with_another_image() {
    let image = file("mine.img", &simple(Version::V1, 3));
    clean("foreign.img");
    file("foreign.img.migrating", &simple(Version::V1, 4));
    assert_run!(icid(&["storage", "migrate", image, "--out", "foreign.img"]));
}

#[test]
fn a_migration_that_is_killed_again_and_again_comes_to_its_end() {
    let original = simple(Version::V1, 600);
    let image = file("killed.img", &original);
    let export = |image| {
        icid(&[
            "storage",
            "export",
            image,
            "--anchors-only",
            "--show-labels",
        ])
    };
    for (layout, out) in [("8", "killed-8.img"), ("9", "killed-9.img")] {
        clean(out);
        let arguments = ["storage", "migrate", image, "--out", out, "--to", layout];
        let mut kills = 0;
        for round in 0_u64.. {
            let mut child = program(&arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // Longer and longer, so that there is an end.
            thread::sleep(Duration::from_millis(5 + round * round));
            // It may have ended by itself.
            let _ = child.kill();
            kills += usize::from(child.wait().unwrap().code().is_none());
            if folder().join(out).exists() {
                break;
            }
        }
        assert!(kills > 0);
        // Not byte for byte: what a stopped write has left behind may stay, unused.
        assert!(export(image).stdout == export(out).stdout);
        let (verified, code) = json(&["storage", "verify", out]);
        assert_eq!(verified["unreadable"], 0);
        assert_eq!(code, 0, "{verified}");
        let severities = verified["findings"].as_array().unwrap().iter();
        // Maps were set right before the migration went on: not even a chunk is lost.
        assert!(
            severities.map(|it| &it["severity"]).all(|it| it == "note"),
            "{verified}"
        );
        assert_eq!(fs::read(folder().join(image)).unwrap(), original);
    }
}

#[test]
fn a_sparse_image_as_long_as_all_of_stable_memory_is_opened_at_once() {
    let image = file("sparse.img", &simple(Version::V6, 2));
    let sparse = fs::OpenOptions::new()
        .write(true)
        .open(folder().join(image))
        .unwrap();
    sparse.set_len(256 << 30).unwrap();
    let run = icid(&["storage", "inspect", image, "--anchor", "10001"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout
            .contains("length            274 877 906 944 bytes\n"),
        "{run}"
    );
    fs::remove_file(folder().join(image)).unwrap();
}

#[test]
fn images_that_end_anywhere_are_no_surprise() {
    let image = rich();
    for length in (0..image.len())
        .step_by(4093)
        .chain([0, 1, 3, 4, 58, 66, 131_072])
    {
        let name = file("truncated.img", &image[..length]);
        for command in ["inspect", "verify", "export"] {
            let run = icid(&["storage", command, name]);
            assert!((0..=2).contains(&run.code), "{length} {run}");
        }
    }
}
