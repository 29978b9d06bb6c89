//! The kill matrix: which vector tells which mistake from the truth.
//!
//! ```text
//! pub fn kill_matrix(files: &[(&str, &str)], clauses: &str) -> Result<KillReport, Vec<Defect>>
//! ```
//!
//! `files` are paths and texts as in `icid_vectors::FILES`, `clauses` is `icid_vectors::CLAUSES`.
//! `Err` means that the suite itself is broken (exit code 4 of the runner): a file that does not
//! pass [`lint`](crate::lint()), or a catalogue that does not parse. `Ok` carries the table; it is
//! clean if [`KillReport::problems`] is empty. The rules:
//!
//! 1. every fault of every `tested` clause is killed by some vector, unless the catalogue says
//!    `killable = false` and why (and the model implements every fault that it lists);
//! 2. every reject vector has a single cause: the model names exactly its clause, and with some
//!    fault of that clause accepts it; every accept vector gets the output it states;
//! 3. every reject vector has a twin: an accept vector of the same operation;
//! 4. every clause with a limit, that is with a fault named after a wrong one (`PRIN-1/30`), is
//!    killed from both sides, by an accept and by a reject vector;
//! 5. vectors that kill nothing are listed in [`KillReport::idle`] (no problem, but look at them).

use alloc::collections::{BTreeMap, BTreeSet};

use model::Outcome;
use serde_json::Value;

use crate::catalogue::{Catalogue, Status};
use crate::lint::Defect;
use crate::suite::{accepts_with_some_fault, faults_of};
use crate::vector::with_preset;

/// What the kill matrix found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct KillReport {
    /// Every fault of every tested clause, in the order of the catalogue.
    pub faults: Vec<FaultReport>,
    /// Violations of the rules.
    pub problems: Vec<Problem>,
    /// Accept and reject vectors that kill no fault of their clauses.
    pub idle: Vec<String>,
    /// How many vectors there are, `either` vectors included.
    pub vectors: usize,
    /// How many clauses have the status `tested`.
    pub tested: usize,
    /// How many clauses have the status `pending`.
    pub pending: usize,
    /// How many clauses have the status `excluded`.
    pub excluded: usize,
    /// How many clauses have the status `unspecified`.
    pub unspecified: usize,
}

/// One row of the matrix.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FaultReport {
    /// The fault, such as `PRIN-17/off`.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// The mistake in words.
    pub what: String,
    /// Why no vector can kill it, if the catalogue says so.
    pub unkillable: Option<String>,
    /// The vectors that kill it, in the order of the files.
    pub killed_by: Vec<String>,
}

/// A violation of one of the rules.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Problem {
    /// Which rule, 1 to 5.
    pub rule: u8,
    /// The fault, clause or vector it is about.
    pub subject: String,
    /// What is wrong.
    pub text: String,
}

/// Computes the kill matrix of finished vector files.
///
/// # Errors
///
/// Returns the defects of the files or of the catalogue.
pub fn kill_matrix(files: &[(&str, &str)], clauses: &str) -> Result<KillReport, Vec<Defect>> {
    let defect = |error: &dyn core::fmt::Display| {
        vec![Defect {
            file: "clauses.json".to_owned(),
            line: 1,
            reason: error.to_string(),
        }]
    };
    let catalogue = Catalogue::from_json(clauses).map_err(|error| defect(&error))?;
    let mut defects = Vec::new();
    for (path, text) in files {
        defects.extend(crate::lint(path, text).err().into_iter().flatten());
    }
    if !defects.is_empty() {
        return Err(defects);
    }
    let mut matrix = Matrix::default();
    for (_, text) in files {
        let file: Value = serde_json::from_str(text).map_err(|error| defect(&error))?;
        matrix.index(&file);
    }
    for (_, text) in files {
        let file: Value = serde_json::from_str(text).map_err(|error| defect(&error))?;
        let op = file["op"].as_str().unwrap_or_default();
        file["tests"]
            .as_array()
            .into_iter()
            .flatten()
            .for_each(|test| matrix.judge(op, test));
    }
    matrix.conclude(&catalogue);
    matrix.report.problems.sort();
    Ok(matrix.report)
}

#[derive(Default)]
struct Matrix {
    report: KillReport,
    /// Operation and verdict of every vector.
    index: BTreeMap<String, (String, String)>,
    killed_by: BTreeMap<&'static str, Vec<String>>,
    /// Clauses with a fault killed by an accept vector, and by a reject vector.
    sides: BTreeSet<(String, &'static str)>,
}

impl Matrix {
    fn index(&mut self, file: &Value) {
        for test in file["tests"].as_array().into_iter().flatten() {
            let entry = (string(&file["op"]), string(&test["expect"]["verdict"]));
            self.index.insert(string(&test["id"]), entry);
        }
    }

    fn judge(&mut self, op: &str, test: &Value) {
        self.report.vectors = self.report.vectors.saturating_add(1);
        let id = string(&test["id"]);
        let expect = &test["expect"];
        let input = with_preset(&test["input"], test["preset"] == "replica");
        let outcome = model::run(op, &input, None);
        let check = expect["output_check"].as_str();
        let side = match (expect["verdict"].as_str(), &outcome) {
            (Some("accept"), Outcome::Ok(output)) => {
                if *output != expect["output"] {
                    self.problem(2, &id, "the model computes another output");
                }
                "accept"
            }
            (Some("reject"), Outcome::Reject(violated)) => {
                let clause = expect["clause"].as_str().unwrap_or_default();
                if !violated.iter().eq([clause].iter()) {
                    self.problem(
                        2,
                        &id,
                        &format!("the model names {violated:?}, not {clause}"),
                    );
                }
                if !accepts_with_some_fault(op, &input, clause) {
                    self.problem(2, &id, &format!("no fault of {clause} accepts it"));
                }
                self.check_twin(&id, op, &string(&test["twin"]));
                "reject"
            }
            (Some("either"), _) => return,
            (verdict, outcome) => {
                let verdict = verdict.unwrap_or_default();
                self.problem(
                    2,
                    &id,
                    &format!("expects {verdict}, the model says {outcome:?}"),
                );
                return;
            }
        };
        let mut kills = Vec::new();
        for clause in test["clauses"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            for fault in faults_of(clause) {
                let faulty = model::run(op, &input, Some(fault));
                if differs(op, &input, check, &outcome, &faulty) {
                    kills.push(fault);
                    self.killed_by.entry(fault).or_default().push(id.clone());
                    self.sides.insert((clause.to_owned(), side));
                }
            }
        }
        if kills.is_empty() {
            self.report.idle.push(id.clone());
        }
        if test["kills"] != Value::from(kills) {
            self.problem(2, &id, "the list of kills is not what the model computes");
        }
    }

    fn check_twin(&mut self, id: &str, op: &str, twin: &str) {
        match self.index.get(twin) {
            Some((other, verdict)) if other == op && verdict == "accept" => {}
            Some(_) => {
                let text = format!("twin {twin} is no accept vector of {op}");
                self.problem(3, id, &text);
            }
            None => self.problem(3, id, &format!("no twin {twin}")),
        }
    }

    fn conclude(&mut self, catalogue: &Catalogue) {
        for clause in catalogue.clauses() {
            let count = match clause.status {
                Status::Tested => &mut self.report.tested,
                Status::Pending => &mut self.report.pending,
                Status::Excluded => &mut self.report.excluded,
                Status::Unspecified => &mut self.report.unspecified,
            };
            *count = count.saturating_add(1);
            if clause.status == Status::Tested {
                self.conclude_clause(clause);
            }
        }
        for fault in model::FAULTS {
            if !self.report.faults.iter().any(|row| row.id == *fault) {
                self.problem(
                    1,
                    fault,
                    "the model implements it, the catalogue does not test it",
                );
            }
        }
    }

    fn conclude_clause(&mut self, clause: &crate::Clause) {
        if clause.faults.is_empty() {
            self.problem(1, &clause.id, "tested, but has no faults");
        }
        for fault in &clause.faults {
            let killed_by = self
                .killed_by
                .get(fault.id.as_str())
                .cloned()
                .unwrap_or_default();
            match (&fault.unkillable, killed_by.is_empty()) {
                (None, true) if model::FAULTS.contains(&fault.id.as_str()) => {
                    self.problem(1, &fault.id, "no vector kills it");
                }
                (None, true) => self.problem(1, &fault.id, "the model does not implement it"),
                (Some(_), false) => {
                    self.problem(1, &fault.id, "said to be unkillable, yet a vector kills it");
                }
                (None, false) | (Some(_), true) => {}
            }
            self.report.faults.push(FaultReport {
                id: fault.id.clone(),
                clause: clause.id.clone(),
                what: fault.what.clone(),
                unkillable: fault.unkillable.clone(),
                killed_by,
            });
        }
        if clause.has_limit() {
            for side in ["accept", "reject"] {
                if !self.sides.contains(&(clause.id.clone(), side)) {
                    self.problem(
                        4,
                        &clause.id,
                        &format!("no {side} vector kills a fault of it"),
                    );
                }
            }
        }
    }

    fn problem(&mut self, rule: u8, subject: &str, text: &str) {
        let problem = Problem {
            rule,
            subject: subject.to_owned(),
            text: text.to_owned(),
        };
        self.report.problems.push(problem);
    }
}

/// Whether an adapter that behaves like `faulty` would fail a vector that expects `outcome`.
///
/// Two rejections are the same, whatever their clauses. Where `check` names an equation, another
/// output is no difference as long as the equation holds: `prunes` is judged by the operation
/// `hashtree.prunes` of the model, whose input is that of `hashtree.prune` and the `answer`, the one
/// member of the output. `signs` is judged by `envelope.signs` and `migrates` by `ii.migrates` in the
/// same way.
pub(crate) fn differs(
    op: &str,
    input: &Value,
    check: Option<&str>,
    outcome: &Outcome,
    faulty: &Outcome,
) -> bool {
    match (outcome, faulty) {
        (Outcome::Ok(right), Outcome::Ok(wrong)) if right == wrong => false,
        (Outcome::Ok(_), Outcome::Ok(wrong)) => match check {
            None => true,
            Some(equation) => {
                let (family, _) = op.rsplit_once('.').unwrap_or((op, ""));
                let mut input = input.clone();
                if let Some(fields) = input.as_object_mut() {
                    let answer = wrong.as_object().and_then(|output| output.values().next());
                    fields.insert("answer".to_owned(), answer.cloned().unwrap_or_default());
                }
                !model::run(&format!("{family}.{equation}"), &input, None).is_accept()
            }
        },
        (Outcome::Reject(_), Outcome::Reject(_)) => false,
        (_, _) => true,
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Suite, Vector};
    use serde_json::json;

    fn catalogue(clause: &Value) -> String {
        json!({"format": 1, "spec": "0.66.0", "families": [{"family": "PRIN", "title": "P"}],
            "clauses": [clause]})
        .to_string()
    }

    fn clause(faults: &Value) -> Value {
        json!({"id": "PRIN-17", "title": "T", "level": "must", "side": ["verifier"], "rule": "R.",
            "source": [{"doc": "index.md", "anchor": "textual-ids"}], "status": "tested",
            "ops": ["principal.decode_text"], "faults": faults})
    }

    fn file() -> String {
        let mut suite = Suite::new();
        let mut file = suite.file("principal.decode_text", "test", "test");
        let text = json!({"text": "em77e-bvlzu-aq"});
        file.add(Vector::accept("good", "Good", text).clauses(&["PRIN-17"]));
        let text = json!({"text": "fm77e-bvlzu-aq"});
        file.add(Vector::reject(
            "PRIN-17", "bad", "Bad", text, "good", "e → f",
        ));
        suite.finish().unwrap().0.remove(0).1
    }

    fn rules(text: &str, clauses: &str) -> Vec<(u8, String)> {
        let report = kill_matrix(&[("principal/decode_text/test.json", text)], clauses).unwrap();
        let foreign = |problem: &Problem| problem.text.contains("the catalogue does not test it");
        let ours = report
            .problems
            .into_iter()
            .filter(|problem| !foreign(problem));
        ours.map(|problem| (problem.rule, problem.subject))
            .collect()
    }

    fn off() -> String {
        catalogue(&clause(&json!([{"id": "PRIN-17/off", "what": "W"}])))
    }

    #[test]
    fn finds_nothing_wrong_with_a_killed_fault() {
        assert_eq!(rules(&file(), &off()), []);
    }

    #[test]
    fn breaks_rule_one_without_the_killing_vector() {
        let mut value: Value = serde_json::from_str(&file()).unwrap();
        value["tests"].as_array_mut().unwrap().pop();
        assert_eq!(
            rules(&value.to_string(), &off()),
            [(1, "PRIN-17/off".to_owned())]
        );
    }

    #[test]
    fn breaks_rule_one_for_a_fault_that_is_wrongly_excused() {
        let faults = json!([{"id": "PRIN-17/off", "what": "W", "killable": false, "why": "?"}]);
        let clauses = catalogue(&clause(&faults));
        assert_eq!(rules(&file(), &clauses), [(1, "PRIN-17/off".to_owned())]);
    }

    #[test]
    fn breaks_rule_one_for_a_fault_that_model_or_catalogue_lacks() {
        let made_up =
            json!([{"id": "PRIN-17/off", "what": "W"}, {"id": "PRIN-17/made-up", "what": "W"}]);
        let expected = [(1, "PRIN-17/made-up".to_owned())];
        assert_eq!(rules(&file(), &catalogue(&clause(&made_up))), expected);
        let lacking = catalogue(&clause(&json!([{"id": "PRIN-17/made-up", "what": "W"}])));
        let file = file();
        let files = [("principal/decode_text/test.json", file.as_str())];
        let report = kill_matrix(&files, &lacking).unwrap();
        let lacks = |problem: &Problem| {
            problem.subject == "PRIN-17/off" && problem.text.contains("the catalogue does not")
        };
        assert!(report.problems.iter().any(lacks));
        assert!(kill_matrix(&files, &catalogue(&clause(&json!([])))).is_err());
    }

    #[test]
    fn breaks_rule_two_for_another_verdict() {
        let mut value: Value = serde_json::from_str(&file()).unwrap();
        value["tests"][0]["input"]["text"] = json!("fm77e-bvlzu-aq");
        let good = (2, "principal/decode-text/good".to_owned());
        assert!(rules(&value.to_string(), &off()).contains(&good));
        let mut value: Value = serde_json::from_str(&file()).unwrap();
        value["tests"][1]["input"]["text"] = json!("em77e-bvlzu-aq");
        let bad = (2, "principal/decode-text/bad".to_owned());
        assert!(rules(&value.to_string(), &off()).contains(&bad));
    }

    #[test]
    fn breaks_rule_three_if_the_twin_rejects() {
        let mut value: Value = serde_json::from_str(&file()).unwrap();
        value["tests"][1]["twin"] = json!("principal/decode-text/bad");
        let expected = [(3, "principal/decode-text/bad".to_owned())];
        assert_eq!(rules(&value.to_string(), &off()), expected);
    }

    #[test]
    fn breaks_rule_two_for_another_clause_output_or_list_of_kills() {
        let broken = file().replace("\"clause\": \"PRIN-17\"", "\"clause\": \"PRIN-1\"");
        assert!(rules(&broken, &off()).contains(&(2, "principal/decode-text/bad".to_owned())));
        let broken = file().replace("abcd01", "abcd02");
        assert_eq!(
            rules(&broken, &off()),
            [(2, "principal/decode-text/good".to_owned())]
        );
        let mut value: Value = serde_json::from_str(&file()).unwrap();
        value["tests"][1]["kills"] = json!([]);
        let expected = [(2, "principal/decode-text/bad".to_owned())];
        assert_eq!(rules(&value.to_string(), &off()), expected);
    }

    #[test]
    fn breaks_rule_three_without_the_twin() {
        let mut value: Value = serde_json::from_str(&file()).unwrap();
        value["tests"].as_array_mut().unwrap().remove(0);
        let expected = [(3, "principal/decode-text/bad".to_owned())];
        assert_eq!(rules(&value.to_string(), &off()), expected);
    }

    #[test]
    fn breaks_rule_four_when_a_limit_is_tested_from_one_side() {
        let faults = json!([
            {"id": "PRIN-17/off", "what": "W"},
            {"id": "PRIN-17/4", "what": "W", "killable": false, "why": "it is made up"},
        ]);
        let clauses = catalogue(&clause(&faults));
        assert_eq!(rules(&file(), &clauses), [(4, "PRIN-17".to_owned())]);
    }

    #[test]
    fn stops_at_a_broken_file_or_catalogue() {
        assert!(kill_matrix(&[("a.json", "{")], &off()).is_err());
        assert!(kill_matrix(&[], "[]").is_err());
    }
}
