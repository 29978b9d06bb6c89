//! The topic with an adapter made of the model, and with an image made up for the purpose: the
//! published ones are not part of the project.

use core::time::Duration;
use std::env;
use std::path::PathBuf;

use super::*;
use crate::run::Silent;
use crate::session::Shared;
use crate::transport::Adapter;

/// Runs the topic against the model with a fault.
fn outcomes(
    data: Option<PathBuf>,
    fault: Option<&'static str>,
    images: &'static [Known],
) -> Vec<(String, Outcome, Option<String>)> {
    let adapter = Adapter::inside(move |line| {
        let question: Value = serde_json::from_str(line).unwrap();
        let (id, op) = (&question["id"], question["op"].as_str().unwrap());
        if op == "hello" {
            let ops = [DECODE, MIGRATE, "ii.seed", "ii.user_key"];
            return json!({ "id": id, "ok": { "protocol": 1, "ops": ops,
                "implementation": { "name": "t", "version": "1" } } })
            .to_string();
        }
        match model::run(op, &question["input"], fault) {
            model::Outcome::Ok(output) => json!({ "id": id, "ok": output }),
            _ => json!({ "id": id, "reject": {} }),
        }
        .to_string()
    });
    let shared = Shared::new(&adapter, "0", "0", Duration::from_secs(20));
    let mut session = Session::new(&shared);
    let hello = session.hello().unwrap();
    let options = Options {
        data,
        timeout: Duration::from_secs(20),
        ..Options::default()
    };
    let (cases, broken) = ask_all(&mut session, &hello, &options, &mut Silent::new(), images);
    assert_eq!(broken, None);
    cases
        .into_iter()
        .map(|case| (case.id, case.outcome, case.detail))
        .collect()
}

#[test]
fn without_a_folder_every_case_is_skipped_by_name() {
    let cases = outcomes(None, None, &table::KNOWN);
    assert_eq!(cases.len(), 15);
    assert_eq!(cases[0].0, "archaeology/genesis/reads");
    for (id, outcome, detail) in cases {
        assert_eq!(outcome, Outcome::Skipped, "{id}");
        assert_eq!(detail.as_deref(), Some("no old images: give --data DIR"));
    }
}

#[test]
fn files_that_are_missing_or_others_are_named() {
    let folder = env::temp_dir().join(format!("icid-archaeology-{}", std::process::id()));
    let images = folder.join("stable-memory");
    fs::create_dir_all(&images).unwrap();
    fs::write(images.join("genesis-memory-layout.bin"), b"IIC").unwrap();
    let cases = outcomes(Some(folder.clone()), None, &table::KNOWN);
    fs::remove_dir_all(&folder).unwrap();
    let digest = hex::digest(b"IIC");
    let why =
        format!("stable-memory/genesis-memory-layout.bin is another file: its SHA-256 is {digest}");
    assert_eq!(cases[0].1, Outcome::Inconclusive);
    assert_eq!(cases[0].2.as_deref(), Some(why.as_str()));
    assert_eq!(cases[8].0, "archaeology/two-phrases/reads");
    assert_eq!(cases[8].1, Outcome::Skipped);
}

/// An image like the published one with two recovery phrases, from the vectors.
fn made(folder: &Path) -> &'static [Known] {
    let files = vectors::FILES.iter();
    let mut files = files.filter(|(path, _)| *path == "ii/storage_decode/old-rules.json");
    let file: Value = serde_json::from_str(files.next().unwrap().1).unwrap();
    let tests = file["tests"].as_array().unwrap();
    let test = tests
        .iter()
        .find(|test| test["id"] == "ii/storage-decode/two-phrases-v1");
    let image = Image::from_json(&test.unwrap()["input"]["memory"]).unwrap();
    let bytes = image.read(0, image.pages() * 65_536).unwrap();
    fs::create_dir_all(folder.join("stable-memory")).unwrap();
    fs::write(folder.join("stable-memory/made.bin"), &bytes).unwrap();

    let salt = "43".repeat(32);
    let ok = |op: &str, input: Value| match model::run(op, &input, None) {
        model::Outcome::Ok(output) => output,
        other => panic!("{other:?}"),
    };
    let origin = "https://example.com";
    let seed = ok(
        "ii.seed",
        json!({ "salt": salt, "anchor": "10000", "origin": origin }),
    );
    let user = ok(
        "ii.user_key",
        json!({ "canister_id": CANISTER, "seed": seed["seed"] }),
    );
    let user = text_of(user["principal"].as_str().unwrap());
    Vec::leak(vec![Known {
        name: "made",
        file: "made.bin",
        sha256: String::leak(hex::digest(&bytes)),
        what: "an image that was made",
        id_range: ["10000", "3784873"],
        salt: String::leak(salt),
        first: 10_000,
        anchors: &table::TWO_PHRASES,
        phrases: 2,
        user: Some((10_000, origin, String::leak(user))),
    }])
}

#[test]
fn the_model_passes_and_a_model_with_a_fault_fails() {
    let folder = env::temp_dir().join(format!("icid-archaeology-made-{}", std::process::id()));
    let images = made(&folder);
    for (id, outcome, detail) in outcomes(Some(folder.clone()), None, images) {
        assert_eq!((outcome, detail), (Outcome::Pass, None), "{id}");
    }
    let failed = |fault| {
        let cases = outcomes(Some(folder.clone()), Some(fault), images).into_iter();
        let failed = cases.filter(|(_, outcome, _)| *outcome != Outcome::Pass);
        failed.map(|(id, ..)| id).collect::<Vec<_>>()
    };
    assert_eq!(failed("II-ANCHOR-14/one-phrase").len(), 8);
    assert_eq!(failed("II-STORE-8/one-based").len(), 7);
    assert_eq!(failed("II-SEED-1/no-salt"), ["archaeology/made/user"]);
    assert_eq!(
        failed("II-STORE-28/options-kept"),
        [
            "archaeology/made/migrates-to-v5",
            "archaeology/made/migrates-to-v6",
            "archaeology/made/migrates-to-v7",
            "archaeology/made/migrates-to-v8",
            "archaeology/made/migrates-to-v9",
        ]
    );
    fs::remove_dir_all(&folder).unwrap();
}
