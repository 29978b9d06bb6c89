//! The topic with an adapter made of the model. The images are not part of the project: what needs
//! them says so and is left out where they are missing.

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
    let (cases, broken) = run(&mut session, &hello, &options, &mut Silent::new());
    assert_eq!(broken, None);
    cases
        .into_iter()
        .map(|case| (case.id, case.outcome, case.detail))
        .collect()
}

#[test]
fn without_a_folder_every_case_is_skipped_by_name() {
    let cases = outcomes(None, None);
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
    let cases = outcomes(Some(folder.clone()), None);
    fs::remove_dir_all(&folder).unwrap();
    let digest = hex::digest(b"IIC");
    let why =
        format!("stable-memory/genesis-memory-layout.bin is another file: its SHA-256 is {digest}");
    assert_eq!(cases[0].1, Outcome::Inconclusive);
    assert_eq!(cases[0].2.as_deref(), Some(why.as_str()));
    assert_eq!(cases[8].0, "archaeology/two-phrases/reads");
    assert_eq!(cases[8].1, Outcome::Skipped);
}

#[test]
fn the_model_passes_and_a_model_with_a_fault_fails() {
    let Some(data) = env::var_os("ICID_DATA").map(PathBuf::from) else {
        eprintln!("skipped: 15 cases about old images (ICID_DATA is not set)");
        return;
    };
    for (id, outcome, detail) in outcomes(Some(data.clone()), None) {
        assert_eq!((outcome, detail), (Outcome::Pass, None), "{id}");
    }
    let failed = |fault| {
        let cases = outcomes(Some(data.clone()), Some(fault)).into_iter();
        let failed = cases.filter(|(_, outcome, _)| *outcome != Outcome::Pass);
        failed.map(|(id, ..)| id).collect::<Vec<_>>()
    };
    assert_eq!(failed("II-ANCHOR-14/one-phrase").len(), 7);
    assert_eq!(failed("II-STORE-8/one-based").len(), 14);
    assert_eq!(failed("II-SEED-1/no-salt"), ["archaeology/genesis/user"]);
    assert_eq!(
        failed("II-STORE-28/options-kept"),
        [
            "archaeology/genesis/migrates-to-v5",
            "archaeology/genesis/migrates-to-v6",
            "archaeology/genesis/migrates-to-v7",
            "archaeology/genesis/migrates-to-v8",
            "archaeology/genesis/migrates-to-v9",
            "archaeology/two-phrases/migrates-to-v5",
            "archaeology/two-phrases/migrates-to-v6",
            "archaeology/two-phrases/migrates-to-v7",
            "archaeology/two-phrases/migrates-to-v8",
            "archaeology/two-phrases/migrates-to-v9",
        ]
    );
}
