//! Every fault of the model: the run fails, and the clause that the fault belongs to is blamed.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::print_stdout,
    reason = "the figures are what a person asks for"
)]

use std::collections::{BTreeMap, BTreeSet};

use conformance::{Adapter, Options, Results, Silent, Suite, Verdict, run};
use serde_json::Value;

fn options(clause: &str) -> Options {
    let mut options = Options::default();
    options.about = Some(clause.to_owned());
    options
}

/// The faults of which the catalogue says that no vector can tell them.
fn unkillable() -> BTreeSet<String> {
    let catalogue: Value = serde_json::from_str(vectors::CLAUSES).unwrap();
    let clauses = catalogue["clauses"].as_array().unwrap();
    let faults = clauses
        .iter()
        .filter_map(|clause| clause["faults"].as_array())
        .flatten();
    let unkillable = faults.filter(|fault| fault["killable"] == Value::Bool(false));
    unkillable
        .map(|fault| fault["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The clauses that failures are blamed on, each with how many: of every failed case the first one.
fn blames(results: &Results) -> BTreeMap<String, usize> {
    let results: Value = serde_json::from_str(&results.to_json().unwrap()).unwrap();
    let failed = |case: &&Value| case["outcome"].as_str().unwrap().starts_with("fail-");
    let mut blames = BTreeMap::new();
    for case in results["cases"].as_array().unwrap().iter().filter(failed) {
        let clause = case["clauses"][0].as_str().unwrap().to_owned();
        *blames.entry(clause).or_default() += 1;
    }
    blames
}

#[test]
fn the_model_without_a_fault_is_conformant() {
    let suite = Suite::embedded().unwrap();
    let adapter = Adapter::inside(|question| icid_selftest::answer(question, None));
    let mut options = Options::default();
    options.mainnet = false;
    options.reason_bound = true;
    let results = run(&suite, &adapter, &options, &mut Silent::new());
    assert_eq!(results.blamed(), BTreeSet::new());
    assert_eq!(results.verdict(), Verdict::Conformant);
}

#[test]
fn every_fault_fails_the_run_and_its_clause_is_blamed() {
    let suite = Suite::embedded().unwrap();
    let unkillable = unkillable();
    let mut problems = Vec::new();
    let (mut count, mut cases) = (0, 0);
    for fault in model::FAULTS
        .iter()
        .filter(|fault| !unkillable.contains(**fault))
    {
        let clause = fault.split_once('/').unwrap().0;
        let adapter = Adapter::inside(|question| icid_selftest::answer(question, Some(fault)));
        let results = run(&suite, &adapter, &options(clause), &mut Silent::new());
        count += 1;
        let blames = blames(&results);
        cases += blames.values().sum::<usize>();
        if results.verdict() != Verdict::NotConformant {
            problems.push(format!("{fault}: {:?}", results.verdict()));
        } else if !blames.contains_key(clause) {
            problems.push(format!("{fault}: blames {blames:?}"));
        }
    }
    println!(
        "faults: {count} of {} injected one by one ({} no vector can tell), {} caught and blamed on \
         their clause, by {cases} failures",
        model::FAULTS.len(),
        model::FAULTS.len() - count,
        count - problems.len(),
    );
    assert_eq!(problems, [""; 0]);
    assert!(count > 0);
}
