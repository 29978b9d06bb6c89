//! What the file says, and whom it blames.

use super::*;
use crate::run::Silent;
use crate::testing;

#[test]
fn results_survive_the_file() {
    let suite = testing::suite();
    let adapter = testing::adapter(testing::good);
    let results = run::run(&suite, &adapter, &Options::default(), &mut Silent::new());
    let text = results.to_json().unwrap();
    let again = Results::from_json(&text).unwrap();
    assert_eq!(again.to_json().unwrap(), text);
    let checksum = again.clause("PRIN-17").unwrap();
    assert_eq!((checksum.passed, checksum.failed, checksum.open), (2, 0, 1));
    assert_eq!(checksum.killed, ["PRIN-17/off", "PRIN-17/zero"]);
    assert_eq!(checksum.state(), ClauseState::Partly);
}

#[test]
fn a_clause_that_failed_for_want_of_support_is_told_from_one_that_is_broken() {
    let state = |answer: fn(&str, &Value) -> Value| {
        let adapter = testing::adapter(answer);
        let options = testing::only_vectors();
        let results = run::run(&testing::suite(), &adapter, &options, &mut Silent::new());
        let clause = results.clause("PRIN-17").unwrap();
        (clause.state(), clause.failed, clause.unsupported)
    };
    let lacking = |_: &str, _: &Value| serde_json::json!({ "unsupported": { "why": "no" } });
    assert_eq!(state(lacking), (ClauseState::Unsupported, 2, 2));
    // The twin is not supported, so that the rejection of the other case says nothing.
    let rejecting = |op: &str, input: &Value| {
        let answer = testing::good(op, input);
        match answer.get("ok") {
            Some(_) => serde_json::json!({ "unsupported": { "why": "no" } }),
            None => answer,
        }
    };
    assert_eq!(state(rejecting), (ClauseState::Unsupported, 2, 2));
    let broken = |_: &str, _: &Value| serde_json::json!({ "ok": { "bytes": "00" } });
    let (broken, failed, unsupported) = state(broken);
    assert_eq!((broken, unsupported), (ClauseState::Failed, 0));
    assert!(failed > 0);
}

#[test]
fn a_failure_alone_is_blamed_on_what_the_vector_or_the_adapter_singles_out() {
    let suite = testing::suite();
    let is_accept = |vector: &&Vector| matches!(vector.expect, Expect::Accept { .. });
    let mut vector = suite.vectors.iter().find(is_accept).unwrap().clone();
    vector.clauses = ["A-1", "B-1", "C-1"].map(str::to_owned).to_vec();
    vector.kills = vec![];
    assert_eq!(blamed_alone(&vector, None)[0], "A-1");
    vector.kills = vec!["B-1/off".to_owned()];
    assert_eq!(blamed_alone(&vector, None)[0], "B-1");
    let rejected_for = |code: &str| serde_json::json!({ "reject": { "code": code } });
    let named = blamed_alone(&vector, Some(&rejected_for("C-1")));
    assert_eq!(named, ["C-1", "B-1", "A-1"]);
    let foreign = blamed_alone(&vector, Some(&rejected_for("D-1")));
    assert_eq!(foreign[0], "B-1");
    let clause = "C-1".to_owned();
    vector.expect = Expect::Reject {
        clause,
        also: vec![],
    };
    assert_eq!(blamed_alone(&vector, None)[0], "C-1");
}

/// Both decoding vectors are about PRIN-1 and PRIN-17, and the adapter takes nothing.
fn rejecting_all(code: &'static str) -> Results {
    let mut suite = testing::suite();
    for vector in &mut suite.vectors {
        vector.clauses = ["PRIN-1", "PRIN-17"].map(str::to_owned).to_vec();
    }
    let adapter = testing::adapter(move |_, _| serde_json::json!({ "reject": { "code": code }}));
    run::run(
        &suite,
        &adapter,
        &testing::only_vectors(),
        &mut Silent::new(),
    )
}

fn clauses_of<'a>(results: &'a Results, id: &str) -> &'a [String] {
    let mut cases = results.cases.iter();
    &cases.find(|case| case.id == id).unwrap().clauses
}

#[test]
fn all_failures_together_name_a_mistake_and_blame_its_clause() {
    let results = rejecting_all("PRIN-1");
    let zero = Suspect {
        mistake: 1,
        fault: "PRIN-17/zero".to_owned(),
        clause: "PRIN-17".to_owned(),
        what: "checksum 0".to_owned(),
        explains: 2,
        leaves: 0,
        unseen: 0,
    };
    assert_eq!(results.suspects, [zero]);
    // The adapter named another clause, but that is one case against all.
    assert_eq!(clauses_of(&results, "t/abcd01"), ["PRIN-17", "PRIN-1"]);
    // This one failed only because its twin did.
    assert_eq!(
        results.outcome("t/bad-checksum"),
        Some(Outcome::Inconclusive)
    );
    assert_eq!(
        clauses_of(&results, "t/bad-checksum"),
        ["PRIN-17", "PRIN-1"]
    );
}

#[test]
fn a_failure_without_a_verdict_is_explained_by_no_mistake() {
    let suite = testing::suite();
    let adapter = testing::adapter(|_, _| serde_json::json!({ "error": { "message": "x" } }));
    let options = testing::only_vectors();
    let results = run::run(&suite, &adapter, &options, &mut Silent::new());
    assert_eq!(results.failures().count(), 3);
    assert_eq!(results.suspects, []);
}

#[test]
fn a_passed_case_speaks_against_the_mistakes_that_it_tells() {
    let results = rejecting_all("PRIN-1");
    let mut cases = results.cases.clone();
    let good = |case: &mut CaseInfo| case.outcome = Outcome::Pass;
    cases
        .iter_mut()
        .filter(|case| case.id == "t/abcd01")
        .for_each(good);
    let bad = |case: &mut CaseInfo| case.outcome = Outcome::FailAccepts;
    cases
        .iter_mut()
        .filter(|case| case.id == "t/bad-checksum")
        .for_each(bad);
    let mut changed = Results { cases, ..results };
    changed.judge();
    let faults: Vec<&str> = changed.suspects.iter().map(|s| s.fault.as_str()).collect();
    assert_eq!(faults, ["PRIN-17/off"]);
}

#[test]
fn a_file_from_before_there_were_suspects_is_read() {
    let mut value = serde_json::to_value(rejecting_all("PRIN-1")).unwrap();
    assert!(value.as_object_mut().unwrap().remove("suspects").is_some());
    let old = Results::from_json(&value.to_string()).unwrap();
    assert_eq!(old.suspects, []);
    assert_eq!(serde_json::to_value(&old).unwrap(), value);
}

#[test]
fn the_file_is_as_its_schema_says() {
    let suite = testing::suite();
    let adapters = [
        testing::adapter(testing::good),
        testing::adapter(|_, _| serde_json::json!({ "ok": { "bytes": "00" } })),
        testing::adapter(|_, _| serde_json::json!({ "error": { "message": "x" } })),
        crate::Adapter::inside(|_| "nonsense".to_owned()),
    ];
    for adapter in adapters {
        let results = run::run(&suite, &adapter, &Options::default(), &mut Silent::new());
        let value = serde_json::to_value(&results).unwrap();
        assert_eq!(testing::schema::problems("results", &value), [""; 0]);
    }
}

#[test]
fn the_file_is_the_same_on_every_run() {
    let suite = testing::suite();
    let options = Options {
        jobs: 2,
        ..Options::default()
    };
    let text = || {
        let adapter = testing::adapter(testing::good);
        run::run(&suite, &adapter, &options, &mut Silent::new())
            .to_json()
            .unwrap()
    };
    assert_eq!(text(), text());
}
