//! Every fault of the model: the run fails, and the clause that the fault belongs to is blamed.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;

use conformance::{Adapter, Options, Silent, Suite, Verdict, run};
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
    let mut count = 0;
    for fault in model::FAULTS
        .iter()
        .filter(|fault| !unkillable.contains(**fault))
    {
        let clause = fault.split_once('/').unwrap().0;
        let adapter = Adapter::inside(|question| icid_selftest::answer(question, Some(fault)));
        let results = run(&suite, &adapter, &options(clause), &mut Silent::new());
        count += 1;
        if results.verdict() != Verdict::NotConformant {
            problems.push(format!("{fault}: {:?}", results.verdict()));
        } else if !results.blamed().contains(clause) {
            problems.push(format!("{fault}: blames {:?}", results.blamed()));
        }
    }
    assert_eq!(problems, [""; 0]);
    assert!(count > 0);
}
