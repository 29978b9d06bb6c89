//! The topic with folders made up for the purpose; the real files are not part of the project.

use core::time::Duration;
use std::env;
use std::path::PathBuf;
use std::process;

use model::cbor::Item;

use super::*;
use crate::run::Silent;
use crate::session::Shared;
use crate::transport::Adapter;

const CANISTER: &str = "ivg37-qiaaa-aaaab-aaaga-cai";

/// A folder with certificates, removed with this value.
struct Data(PathBuf);

impl Data {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("icid-mainnet-{name}-{}", process::id()));
        fs::create_dir_all(folder.join("certificates")).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join("certificates").join(name), bytes).unwrap();
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Runs the topic against an adapter that accepts what `accepts` says about the input.
fn outcomes(
    data: &Data,
    accepts: impl Fn(&Value) -> bool + Send + Sync + 'static,
) -> Vec<(String, Outcome, Option<String>)> {
    let adapter = Adapter::inside(move |line| {
        let question: Value = serde_json::from_str(line).unwrap();
        let id = &question["id"];
        match question["op"].as_str() {
            Some("hello") => json!({ "id": id, "ok": { "protocol": 1, "ops": [OP],
                "implementation": { "name": "t", "version": "1" } } }),
            _ if accepts(&question["input"]) => json!({ "id": id, "ok": { "time": "1" } }),
            _ => json!({ "id": id, "reject": {} }),
        }
        .to_string()
    });
    let shared = Shared::new(&adapter, "0", "0", Duration::from_secs(2));
    let mut session = Session::new(&shared);
    let hello = session.hello().unwrap();
    let options = Options {
        data: Some(data.0.clone()),
        ..Options::default()
    };
    let (cases, broken) = run(&mut session, &hello, &options, &mut Silent::new());
    assert_eq!(broken, None);
    cases
        .into_iter()
        .map(|case| (case.id, case.outcome, case.detail))
        .collect()
}

fn body(certificate: &[u8]) -> Vec<u8> {
    Item::record(&[("certificate", Item::bytes(certificate))])
        .self_described()
        .encode()
}

fn sidecar() -> Vec<u8> {
    format!("canister = \"{CANISTER}\"\npaths = [\"/time\"]\n").into_bytes()
}

fn is_right(input: &Value) -> bool {
    *input == base(&[1, 2, 3], &canister_id(CANISTER).unwrap(), "flat")
}

#[test]
fn files_that_are_missing_or_others_are_named() {
    let data = Data::new("missing");
    data.write("ivg37_time.bin", b"something else");
    let cases = outcomes(&data, |_| true);
    assert_eq!(cases.len(), 13);
    let (id, outcome, detail) = &cases[0];
    assert_eq!(
        (id.as_str(), *outcome),
        ("mainnet/ivg37-time/verifies", Outcome::Inconclusive)
    );
    let digest = hex::digest(b"something else");
    let why = format!("certificates/ivg37_time.bin is another file: its SHA-256 is {digest}");
    assert_eq!(detail.as_deref(), Some(why.as_str()));
    let (id, outcome, _) = &cases[5];
    assert_eq!(
        (id.as_str(), *outcome),
        ("mainnet/ivg37-delegated-v2/verifies", Outcome::Skipped)
    );
}

#[test]
fn a_captured_file_joins_the_topic() {
    let data = Data::new("captured");
    data.write("mine.bin", &body(&[1, 2, 3]));
    data.write("mine.toml", &sidecar());
    let cases = outcomes(&data, is_right);
    let mine: Vec<_> = cases
        .iter()
        .skip(13)
        .map(|(id, o, d)| (id.as_str(), *o, d.as_deref()))
        .collect();
    assert_eq!(
        mine,
        [
            (
                "mainnet/captured/mine/verifies",
                Outcome::Pass,
                Some("verifies with flat ranges")
            ),
            ("mainnet/captured/mine/other-canister", Outcome::Pass, None),
            ("mainnet/captured/mine/other-root-key", Outcome::Pass, None),
            ("mainnet/captured/mine/every-byte", Outcome::Pass, None),
        ]
    );
}

#[test]
fn a_verifier_that_overlooks_one_byte_is_found() {
    let data = Data::new("overlooks");
    data.write("mine.bin", &body(&[1, 2, 3]));
    data.write("mine.toml", &sidecar());
    let cases = outcomes(&data, |input| {
        let mut input = input.clone();
        if input["certificate"] == "010302" || input["certificate"] == "010202" {
            input["certificate"] = json!("010203");
        }
        is_right(&input)
    });
    let (id, outcome, detail) = &cases[16];
    assert_eq!(
        (id.as_str(), *outcome),
        ("mainnet/captured/mine/every-byte", Outcome::FailAccepts)
    );
    assert_eq!(
        detail.as_deref(),
        Some("with the lowest bit of byte 2 changed")
    );
}

#[test]
fn a_captured_file_that_never_verifies_fails() {
    let data = Data::new("never");
    data.write("mine.bin", &body(&[9]));
    data.write("mine.toml", &sidecar());
    let cases = outcomes(&data, is_right);
    assert_eq!(cases[13].1, Outcome::FailRejects);
}

#[test]
fn a_sidecar_without_its_file_is_skipped_and_a_body_without_certificate_is_inconclusive() {
    let data = Data::new("odd");
    data.write("a.toml", &sidecar());
    data.write("b.toml", &sidecar());
    data.write("b.bin", b"no cbor");
    let cases = outcomes(&data, |_| true);
    assert_eq!(
        (cases[13].1, cases[17].1),
        (Outcome::Skipped, Outcome::Inconclusive)
    );
    assert_eq!(cases[17].2.as_deref(), Some("the body is not CBOR"));
}
