//! Every fault of the model: the run fails, and a diagnosis of all its failures comes to the clause that
//! the fault belongs to.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::print_stdout,
    reason = "the figures are what a person asks for"
)]

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use conformance::{Adapter, Options, Results, Silent, Suite, Verdict, run};
use serde_json::Value;

/// The faults that look like one of another clause, each with the reason. A vector tells only the faults
/// of clauses that it names, so what a fault does to other vectors speaks for the clauses of those.
const MISTAKEN: [(&str, &str); 4] = [
    (
        "CBOR-11/signature-required",
        "refuses twins of these vectors that name clauses of request ids, and not CBOR-11",
    ),
    (
        "PRIN-13/hex-alphabet",
        "no text can be read any more, and more of the vectors name PRIN-12",
    ),
    (
        "PRIN-14/fours",
        "no text can be read any more, and more of the vectors name PRIN-12",
    ),
    (
        "ROOT-1/built-in",
        "refuses every certificate under a test key, as a wrong signature check does, and one twin \
         names CERT-2 alone of the two",
    ),
];

/// One in so many faults is put to all vectors of its operations, too, which takes much longer.
const WIDE: usize = 32;

/// Which vectors a fault is put to.
#[derive(Clone, Copy)]
enum Scope<'a> {
    /// Those that name its clause, and their twins.
    Clause,
    /// All of the operations of those, by clause.
    Operations(&'a BTreeMap<String, BTreeSet<String>>),
}

impl Scope<'_> {
    fn run(self, suite: &Suite, fault: &'static str) -> Results {
        let clause = clause_of(fault);
        let mut options = patient();
        let mut offered = None;
        match self {
            Self::Clause => options.about = Some(clause.to_owned()),
            Self::Operations(by_clause) => offered = Some(by_clause[clause].clone()),
        }
        let adapter = Adapter::inside(move |question| {
            let answer = icid_selftest::answer(question, Some(fault));
            match &offered {
                Some(offered) => offering(&answer, offered),
                None => answer,
            }
        });
        run(suite, &adapter, &options, &mut Silent::new())
    }
}

/// The answer; if it is the one to hello, with these operations alone.
fn offering(answer: &str, offered: &BTreeSet<String>) -> String {
    if !answer.contains("\"ops\"") {
        return answer.to_owned();
    }
    let mut hello: Value = serde_json::from_str(answer).unwrap();
    hello["ok"]["ops"] = offered.iter().cloned().collect();
    hello.to_string()
}

/// The operations of the vectors that name a clause, by clause.
fn operations() -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, text) in vectors::FILES {
        let file: Value = serde_json::from_str(text).unwrap();
        let op = file["op"].as_str().unwrap();
        for test in file["tests"].as_array().unwrap() {
            for clause in test["clauses"].as_array().unwrap() {
                let of = all.entry(clause.as_str().unwrap().to_owned());
                of.or_default().insert(op.to_owned());
            }
        }
    }
    all
}

fn patient() -> Options {
    let mut options = Options::default();
    // A busy machine is no mistake of the adapter.
    options.timeout = Duration::from_secs(60);
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

/// What the runner makes of one fault.
struct Diagnosis {
    verdict: Verdict,
    /// The clause that each failure is blamed on.
    blames: Vec<String>,
    /// The suspects that explain the failures best, and the clause of each.
    first: BTreeMap<String, String>,
}

impl Diagnosis {
    fn of(results: &Results) -> Self {
        let verdict = results.verdict();
        let results: Value = serde_json::from_str(&results.to_json().unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        // All that the model with a fault can do to fail where reasons are not binding.
        let failures = [
            "fail-accepts",
            "fail-rejects",
            "fail-output",
            "inconclusive",
        ];
        let cases = results["cases"].as_array().unwrap().iter();
        let failed = cases.filter(|case| failures.contains(&case["outcome"].as_str().unwrap()));
        // The list is absent if nothing explains anything.
        let suspects = results["suspects"].as_array().into_iter().flatten();
        let first = suspects.filter(|suspect| suspect["mistake"] == 1);
        Self {
            verdict,
            blames: failed.map(|case| text(&case["clauses"][0])).collect(),
            first: first
                .map(|suspect| (text(&suspect["fault"]), text(&suspect["clause"])))
                .collect(),
        }
    }

    fn clauses(&self) -> BTreeSet<&str> {
        self.first.values().map(String::as_str).collect()
    }
}

/// The model with each of the faults in turn, as many at a time as there are processors; in the order of
/// the faults.
fn diagnose(suite: &Suite, faults: &[&'static str], scope: Scope<'_>) -> Vec<Diagnosis> {
    let next = AtomicUsize::new(0);
    let (sender, inbox) = mpsc::channel();
    thread::scope(|threads| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            threads.spawn(move || {
                while let Some(&fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let results = scope.run(suite, fault);
                    sender.send((fault, Diagnosis::of(&results))).unwrap();
                }
            });
        }
        drop(sender);
        let mut found: BTreeMap<&str, Diagnosis> = inbox.iter().collect();
        let all = faults.iter().map(|fault| found.remove(fault).unwrap());
        all.collect()
    })
}

fn clause_of(fault: &str) -> &str {
    fault.split_once('/').unwrap().0
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
    assert_eq!(Diagnosis::of(&results).first, BTreeMap::new());
}

/// The faults that vectors can tell.
fn killable() -> Vec<&'static str> {
    let unkillable = unkillable();
    let faults = model::FAULTS.iter().copied();
    faults
        .filter(|fault| !unkillable.contains(*fault))
        .collect()
}

#[test]
fn every_fault_fails_the_run_and_its_clause_is_blamed() {
    let suite = Suite::embedded().unwrap();
    let faults = killable();
    let mut problems = Vec::new();
    let (mut caught, mut failures, mut blamed) = (0, 0, 0);
    let (mut named, mut alone, mut tied, mut mistaken) = (0, 0, 0, 0);
    for (fault, diagnosis) in faults.iter().zip(diagnose(&suite, &faults, Scope::Clause)) {
        let clauses = diagnosis.clauses();
        failures += diagnosis.blames.len();
        let own = |blame: &&String| *blame == clause_of(fault);
        blamed += diagnosis.blames.iter().filter(own).count();
        if diagnosis.verdict == Verdict::NotConformant {
            caught += 1;
        } else {
            problems.push(format!("{fault}: {:?}", diagnosis.verdict));
        }
        let is_blamed = clauses.contains(clause_of(fault));
        let is_mistaken = MISTAKEN.iter().any(|(known, _)| known == fault);
        if is_blamed && is_mistaken {
            problems.push(format!("{fault}: is no longer mistaken for another"));
        }
        if !is_blamed && !is_mistaken {
            problems.push(format!("{fault}: looks like {:?}", diagnosis.first));
        } else if !is_blamed {
            mistaken += 1;
        } else if clauses.len() == 1 {
            alone += 1;
        } else {
            tied += 1;
        }
        if diagnosis.first.contains_key(*fault) {
            named += 1;
        }
    }
    println!(
        "faults: {} of {} injected one by one ({} no vector can tell), {caught} caught by {failures} \
         failures, {blamed} of them blamed on the clause of the fault; all together look like its \
         clause {}: {alone} like it alone, {tied} as much like another; {mistaken} look like another, \
         with a reason; {named} look like the fault itself",
        faults.len(),
        model::FAULTS.len(),
        model::FAULTS.len() - faults.len(),
        alone + tied,
    );
    assert_eq!(problems, [""; 0]);
    // So that a reason for a fault that is gone goes, too.
    assert_eq!(mistaken, MISTAKEN.len());
    assert!(!faults.is_empty());
}

/// Most faults do something to vectors, too, that do not name their clause, and which nothing but the
/// clauses of those can then explain.
#[test]
fn among_all_vectors_of_its_operations_a_fault_mostly_looks_like_one_of_its_clause() {
    let suite = Suite::embedded().unwrap();
    let operations = operations();
    let faults: Vec<&str> = killable().into_iter().step_by(WIDE).collect();
    let found = diagnose(&suite, &faults, Scope::Operations(&operations));
    let (right, wrong): (Vec<_>, Vec<_>) = faults
        .iter()
        .zip(&found)
        .partition(|(fault, diagnosis)| diagnosis.clauses().contains(clause_of(fault)));
    println!(
        "faults among all vectors of their operations: {} tried, {} look like their clause",
        faults.len(),
        right.len(),
    );
    let all_fail = |diagnosis: &Diagnosis| diagnosis.verdict == Verdict::NotConformant;
    assert!(found.iter().all(all_fail));
    let wrong: Vec<_> = wrong.iter().map(|(fault, _)| **fault).collect();
    assert!(
        right.len() >= 4 * wrong.len(),
        "taken for others: {wrong:?}"
    );
}
