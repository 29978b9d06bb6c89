//! Faults that the fuzzer must find, and what it must not find.

use super::*;
use crate::suite::Texts;
use serde_json::json;
use std::sync::Mutex;

/// The model behind the protocol, with a mistake if one is named.
fn model_with(fault: Option<&'static str>) -> Adapter {
    Adapter::inside(move |line| {
        let question: Value = serde_json::from_str(line).unwrap();
        let op = question["op"].as_str().unwrap();
        let mut reply = if op == "hello" {
            json!({ "ok": {
                "protocol": 1,
                "implementation": { "name": "model", "version": "1" },
                "ops": model::operations(),
                "presets": ["spec", "replica"],
                "reasons": "clause",
            } })
        } else {
            match model::run(op, &question["input"], fault) {
                model::Outcome::Ok(output) => json!({ "ok": output }),
                model::Outcome::Reject(clauses) => {
                    json!({ "reject": { "code": clauses.first().unwrap() } })
                }
                model::Outcome::Error(message) => json!({ "error": { "message": message } }),
                model::Outcome::Unsupported => json!({ "unsupported": {} }),
            }
        };
        reply["id"] = question["id"].clone();
        reply.to_string()
    })
}

fn options(op: &str, cases: u64) -> Options {
    Options {
        filter: None,
        op: Some(op.to_owned()),
        seed: 0,
        end: End::Cases(cases),
        timeout: Duration::from_secs(9),
        reason_bound: false,
    }
}

/// Fuzzes with nobody watching.
fn fuzz<'a>(suite: &'a Suite, adapter: &Adapter, options: &Options) -> Report<'a> {
    super::fuzz(suite, adapter, options, &mut |_| {})
}

fn block(finding: &Finding<'_>, suite: &Suite) -> String {
    let mut text = String::new();
    finding.write(&mut text, suite).unwrap();
    text
}

#[test]
fn finds_and_minimises_a_mistake() {
    let suite = Suite::embedded().unwrap();
    for (op, fault, clause) in [
        ("principal.decode_text", "PRIN-17/off", "PRIN-17"),
        ("delegation.verify", "DELEG-7/exclusive", ""),
    ] {
        let adapter = model_with(Some(fault));
        let report = fuzz(&suite, &adapter, &options(op, 3000));
        assert!(!report.is_clean(), "{fault}");
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.found.difference.outcome != Outcome::FailReason)
            .unwrap();
        let clauses = &finding.found.difference.clauses;
        assert!(clause.is_empty() || clauses.contains(clause), "{fault}");
        let text = block(finding, &suite);
        assert!(finding.differences_count() <= 2, "{fault}:\n{text}");
    }
}

#[test]
fn the_model_does_not_differ_from_itself() {
    let suite = Suite::embedded().unwrap();
    let all = Options {
        op: None,
        reason_bound: true,
        ..options("", 400)
    };
    let report = fuzz(&suite, &model_with(None), &all);
    assert!(report.findings.is_empty());
    assert!(report.is_clean());
    assert!(!report.is_wasteful(), "{report:?}");
    assert_eq!(report.broken, None);
    assert!(report.compared > 200);
}

#[test]
fn whoever_watches_sees_every_case() {
    let suite = Suite::embedded().unwrap();
    let mut seen = Vec::new();
    let mut watch = |pace: Pace<'_>| {
        assert_eq!((pace.op, pace.differences), ("principal.decode_text", 0));
        seen.push((pace.thousandths, pace.cases));
    };
    let few = options("principal.decode_text", 4);
    let report = super::fuzz(&suite, &model_with(None), &few, &mut watch);
    assert_eq!(report.cases, 4);
    assert_eq!(seen, [(0, 0), (250, 1), (500, 2), (750, 3)]);
}

#[test]
fn the_end_comes_with_the_last_case_or_with_the_time() {
    let start = Instant::now();
    assert_eq!(End::Cases(3).thousandths(2, start), 666);
    assert_eq!(End::Cases(3).thousandths(3, start), 1000);
    assert_eq!(End::Cases(0).thousandths(0, start), 1000);
    assert_eq!(End::Time(Duration::ZERO).thousandths(0, start), 1000);
    let day = End::Time(Duration::from_secs(86_400));
    assert_eq!(day.thousandths(u64::MAX, start), 0);
}

#[test]
fn the_seed_decides() {
    let suite = Suite::embedded().unwrap();
    let asked = |seed| {
        let lines: &'static Mutex<Vec<String>> = Box::leak(Box::default());
        let inner = model_with(Some("PRIN-17/off"));
        let adapter = Adapter::inside(move |line| {
            lines.lock().unwrap().push(line.to_owned());
            let mut transport = inner.connect().unwrap();
            transport.send(line.to_owned());
            match transport.receive(Duration::ZERO) {
                crate::transport::Received::Line(line) => String::from_utf8(line).unwrap(),
                other => panic!("{other:?}"),
            }
        });
        let options = Options {
            seed,
            ..options("principal.decode_text", 200)
        };
        let report = fuzz(&suite, &adapter, &options);
        let blocks: String = report
            .findings
            .iter()
            .map(|one| block(one, &suite))
            .collect();
        (lines.lock().unwrap().clone(), blocks)
    };
    assert_eq!(asked(1), asked(1));
    assert_ne!(asked(1).0, asked(2).0);
}

#[test]
fn a_crash_and_an_error_are_differences() {
    let suite = Suite::embedded().unwrap();
    for (answer, outcome) in [("crash", Outcome::Crash), ("error", Outcome::Error)] {
        let inner = model_with(None);
        let adapter = Adapter::inside(move |line| {
            let question: Value = serde_json::from_str(line).unwrap();
            let text = question["input"]["text"].as_str().unwrap_or_default();
            if text.contains('é') {
                assert_eq!(answer, "error");
                return json!({ "id": question["id"], "error": {} }).to_string();
            }
            let mut transport = inner.connect().unwrap();
            transport.send(line.to_owned());
            match transport.receive(Duration::ZERO) {
                crate::transport::Received::Line(line) => String::from_utf8(line).unwrap(),
                other => panic!("{other:?}"),
            }
        });
        let report = fuzz(&suite, &adapter, &options("principal.decode_text", 150));
        let outcomes: Vec<Outcome> = report
            .findings
            .iter()
            .map(|finding| finding.found.difference.outcome)
            .collect();
        assert!(outcomes.contains(&outcome), "{answer}: {outcomes:?}");
    }
}

#[test]
fn a_finding_is_a_vector_that_the_runner_fails() {
    let suite = Suite::embedded().unwrap();
    let adapter = model_with(Some("PRIN-17/off"));
    let report = fuzz(&suite, &adapter, &options("principal.decode_text", 2000));
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.found.difference.outcome == Outcome::FailAccepts)
        .unwrap();
    let file = finding.file(&suite);
    let test = &file["tests"][0];
    assert_eq!(test["expect"]["clause"], "PRIN-17");
    let id = test["id"].as_str().unwrap().to_owned();
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    let mut files: Vec<_> = vectors::FILES.iter().map(own).collect();
    files.push((
        "principal/decode_text/diff-fuzz.json".to_owned(),
        file.to_string(),
    ));
    let joined = Suite::from_texts(&Texts {
        files,
        clauses: own(&("clauses.json", vectors::CLAUSES)),
        policies: own(&("policies.json", vectors::POLICIES)),
        ids: (
            "ids.lock".to_owned(),
            format!("{}{id}\n", vectors::IDS_LOCK),
        ),
    })
    .unwrap();
    let chosen = run::Options {
        filter: Some(id.clone()),
        mainnet: false,
        ..run::Options::default()
    };
    for (fault, outcome) in [
        (Some("PRIN-17/off"), Outcome::FailAccepts),
        (None, Outcome::Pass),
    ] {
        let adapter = model_with(fault);
        let results = run(&joined, &adapter, &chosen, &mut run::Silent::new());
        assert_eq!(results.outcome(&id), Some(outcome), "{fault:?}");
    }
}

#[test]
fn nothing_to_change_is_no_difference() {
    let suite = Suite::embedded().unwrap();
    let report = fuzz(&suite, &model_with(None), &options("no.such", 10));
    assert_eq!((report.cases, report.is_clean()), (0, true));
}
