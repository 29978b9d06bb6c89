//! Runs of the small suite against small adapters.

use core::sync::atomic::AtomicUsize;
use core::time::Duration;

use serde_json::json;

use super::*;
use crate::results::Verdict;
use crate::testing;

fn options() -> Options {
    Options {
        mainnet: false,
        ..Options::default()
    }
}

fn outcomes(results: &Results) -> Vec<(&str, Outcome)> {
    results
        .cases
        .iter()
        .map(|case| (case.id.as_str(), case.outcome))
        .collect()
}

#[test]
fn a_good_adapter_is_conformant() {
    let adapter = testing::adapter(testing::good);
    let results = run(&testing::suite(), &adapter, &options(), &mut Silent::new());
    assert_eq!(results.verdict(), Verdict::Conformant);
    assert_eq!(
        outcomes(&results),
        [
            ("t/abcd01", Outcome::Pass),
            ("t/bad-checksum", Outcome::Pass),
            ("t/upper", Outcome::Recorded),
            ("t/replica", Outcome::NotRun),
            ("t/encode", Outcome::NotRun),
        ]
    );
}

#[test]
fn a_rejection_proves_nothing_without_the_twin() {
    let adapter = testing::adapter(|_, _| json!({ "reject": { "code": "PRIN-17" } }));
    let results = run(&testing::suite(), &adapter, &options(), &mut Silent::new());
    assert_eq!(results.outcome("t/abcd01"), Some(Outcome::FailRejects));
    assert_eq!(
        results.outcome("t/bad-checksum"),
        Some(Outcome::Inconclusive)
    );
    assert_eq!(results.verdict(), Verdict::NotConformant);
}

#[test]
fn another_reason_fails_only_if_reasons_are_binding() {
    let answer = |op: &str, input: &Value| match testing::good(op, input) {
        reply if reply.get("reject").is_some() => json!({ "reject": { "code": "PRIN-1" } }),
        reply => reply,
    };
    let run_with = |reason_bound| {
        let options = Options {
            reason_bound,
            ..options()
        };
        run(
            &testing::suite(),
            &testing::adapter(answer),
            &options,
            &mut Silent::new(),
        )
    };
    assert_eq!(run_with(false).verdict(), Verdict::Conformant);
    assert_eq!(
        run_with(false).outcome("t/bad-checksum"),
        Some(Outcome::FailReason)
    );
    assert_eq!(run_with(true).verdict(), Verdict::NotConformant);
}

#[test]
fn a_filter_brings_the_twin_along() {
    let options = Options {
        filter: Some("t/bad".to_owned()),
        ..options()
    };
    let adapter = testing::adapter(testing::good);
    let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
    let expected = [
        ("t/abcd01", Outcome::Pass),
        ("t/bad-checksum", Outcome::Pass),
    ];
    assert_eq!(outcomes(&results), expected);
}

#[test]
fn a_panic_is_a_crash_of_that_case_and_the_rest_still_runs() {
    let adapter = testing::adapter(|op, input| {
        assert_ne!(input["text"], "em77e-bvlzu-aq", "deliberate");
        testing::good(op, input)
    });
    let results = run(&testing::suite(), &adapter, &options(), &mut Silent::new());
    assert_eq!(results.outcome("t/abcd01"), Some(Outcome::Crash));
    assert_eq!(
        results.outcome("t/bad-checksum"),
        Some(Outcome::Inconclusive)
    );
    assert_eq!(results.outcome("t/upper"), Some(Outcome::Recorded));
}

#[test]
fn neither_ids_nor_expectations_reach_the_adapter() {
    let seen = AtomicUsize::new(0);
    let adapter = Adapter::inside(move |line| {
        for secret in [
            "t/abcd01",
            "t/bad-checksum",
            "PRIN-17",
            "checksum changed",
            "accept",
        ] {
            assert!(!line.contains(secret), "{line}");
        }
        let question: Value = serde_json::from_str(line).unwrap();
        let fields: Vec<_> = question.as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, ["id", "op", "input"]);
        seen.fetch_add(1, Ordering::Relaxed);
        match question["op"].as_str() {
            Some("hello") => json!({ "id": question["id"], "ok": {
                "protocol": 1, "implementation": { "name": "a", "version": "1" },
                "ops": ["principal.decode_text", "principal.encode_text"],
                "presets": ["spec", "replica"] } }),
            Some("principal.encode_text") => {
                json!({ "id": question["id"], "ok": { "text": "em77e-bvlzu-aq" } })
            }
            _ => {
                let mut reply = testing::good("", &question["input"]);
                reply["id"] = question["id"].clone();
                reply
            }
        }
        .to_string()
    });
    let results = run(&testing::suite(), &adapter, &options(), &mut Silent::new());
    assert_eq!(results.verdict(), Verdict::Conformant);
    assert_eq!(results.outcome("t/replica"), Some(Outcome::Pass));
}

#[test]
fn the_preset_is_sent_to_adapters_that_know_it() {
    let suite = testing::suite();
    let vector = suite.vector("t/replica").unwrap();
    assert_eq!(question(vector)["policy"], "replica");
    assert_eq!(
        question(suite.vector("t/abcd01").unwrap()).get("policy"),
        None
    );
}

#[test]
fn several_processes_share_the_work() {
    let options = Options {
        jobs: 3,
        timeout: Duration::from_secs(10),
        ..options()
    };
    let adapter = testing::adapter(testing::good);
    let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
    assert_eq!(results.verdict(), Verdict::Conformant);
    assert_eq!(results.cases.len(), 5);
}

#[test]
fn an_adapter_that_offers_nothing_is_not_conformant() {
    let adapter = Adapter::inside(|line| {
        let question: Value = serde_json::from_str(line).unwrap();
        json!({ "id": question["id"], "ok": { "protocol": 1,
            "implementation": { "name": "a", "version": "1" }, "ops": [] } })
        .to_string()
    });
    let results = run(&testing::suite(), &adapter, &options(), &mut Silent::new());
    assert_eq!(results.verdict(), Verdict::NothingRun);
}
