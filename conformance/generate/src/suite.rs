//! The suite under construction: files, vectors, and everything found wrong with them.

use alloc::collections::{BTreeMap, BTreeSet};

use model::Outcome;
use serde_json::{Map, Value, json};

use crate::kill::differs;
use crate::vector::{Answer, Intent, Vector, object};

/// The version of the interface specification that the vectors are about.
pub(crate) const SPEC: &str = "0.66.0";

/// The kinds of notes, roughly those of other vector collections.
pub(crate) const NOTE_KINDS: &[&str] = &[
    "AUTH_BYPASS",
    "BASIC",
    "EDGE_CASE",
    "INTEROP",
    "MALLEABILITY",
    "OPEN_QUESTION",
    "RESOURCES",
];

/// All vectors so far, and all problems so far.
#[derive(Debug, Default)]
pub struct Suite {
    files: BTreeMap<String, File>,
    /// Id of every vector, with its operation and whether it must be accepted.
    ids: BTreeMap<String, (String, bool)>,
    twins: Vec<(String, String, String)>,
    problems: Vec<String>,
}

#[derive(Debug)]
struct File {
    op: String,
    topic: String,
    generator: String,
    big: bool,
    notes: Map<String, Value>,
    used: BTreeSet<String>,
    tests: Vec<Value>,
}

impl Suite {
    /// A suite without vectors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts or continues the file on `topic` of the operation `op`.
    pub fn file(&mut self, op: &str, topic: &str, generator: &str) -> FileBuilder<'_> {
        self.open(op, topic, generator, false)
    }

    /// As [`Self::file`], for inputs too big for an ordinary file.
    pub fn big_file(&mut self, op: &str, topic: &str, generator: &str) -> FileBuilder<'_> {
        self.open(op, topic, generator, true)
    }

    fn open(&mut self, op: &str, topic: &str, generator: &str, big: bool) -> FileBuilder<'_> {
        let extension = if big { "big.json" } else { "json" };
        let path = format!("{}/{topic}.{extension}", op.replace('.', "/"));
        self.files.entry(path.clone()).or_insert_with(|| File {
            op: op.to_owned(),
            topic: topic.to_owned(),
            generator: generator.to_owned(),
            big,
            notes: Map::new(),
            used: BTreeSet::new(),
            tests: Vec::new(),
        });
        FileBuilder {
            suite: self,
            path,
            op: op.to_owned(),
        }
    }

    /// What is wrong so far; nothing in a good suite.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The finished files (path below `conformance/vectors`, text) and all ids, or all problems.
    ///
    /// # Errors
    ///
    /// Returns one line per problem.
    pub fn finish(mut self) -> Result<(Vec<(String, String)>, BTreeSet<String>), Vec<String>> {
        for (id, op, twin) in &self.twins {
            match self.ids.get(twin) {
                None => self.problems.push(format!("{id}: no twin {twin}")),
                Some((_, false)) => self
                    .problems
                    .push(format!("{id}: twin {twin} is no accept")),
                Some((other, true)) if other != op => {
                    self.problems
                        .push(format!("{id}: twin {twin} is of another operation"));
                }
                Some(_) => {}
            }
        }
        let mut files = Vec::new();
        for (path, file) in &self.files {
            for unused in file.notes.keys().filter(|name| !file.used.contains(*name)) {
                self.problems
                    .push(format!("{path}: note {unused} is not used"));
            }
            for missing in file
                .used
                .iter()
                .filter(|name| !file.notes.contains_key(*name))
            {
                self.problems
                    .push(format!("{path}: note {missing} is not defined"));
            }
            if file.tests.is_empty() {
                self.problems.push(format!("{path}: no tests"));
            }
            let text = file.text(path);
            if text.len() > MAX_FILE && !file.big {
                self.problems
                    .push(format!("{path}: {} bytes, over {MAX_FILE}", text.len()));
            }
            if let Err(defects) = crate::lint(path, &text) {
                self.problems
                    .extend(defects.iter().map(ToString::to_string));
            }
            files.push((path.clone(), text));
        }
        if self.problems.is_empty() {
            Ok((files, self.ids.into_keys().collect()))
        } else {
            Err(self.problems)
        }
    }
}

/// The size of an ordinary file. Source: `conformance/VECTORS.md`.
const MAX_FILE: usize = 256 * 1024;

impl File {
    fn text(&self, path: &str) -> String {
        let up = "../".repeat(path.matches('/').count().saturating_add(1));
        let value = json!({
            "$schema": format!("{up}schema/vector.schema.json"),
            "format": 1,
            "suite": "icid-conformance",
            "spec": SPEC,
            "op": self.op,
            "topic": self.topic,
            "notes": self.notes,
            "tests": self.tests,
        });
        crate::output::pretty(&value)
    }
}

/// One file of a suite under construction.
#[derive(Debug)]
pub struct FileBuilder<'a> {
    suite: &'a mut Suite,
    path: String,
    op: String,
}

impl FileBuilder<'_> {
    /// Defines a note: its kind, why such vectors exist, and what a failure means.
    pub fn note(&mut self, name: &str, kind: &str, text: &str, effect: &str) {
        if !NOTE_KINDS.contains(&kind) {
            self.suite
                .problems
                .push(format!("{}: no note kind {kind}", self.path));
        }
        if let Some(file) = self.suite.files.get_mut(&self.path) {
            let note = json!({"kind": kind, "text": text, "effect": effect});
            file.notes.insert(name.to_owned(), note);
        }
    }

    /// Adds a vector. What is wrong with it goes to the problems of the suite.
    pub fn add(&mut self, vector: Vector) {
        let id = format!(
            "{}/{}",
            self.op.replace('.', "/").replace('_', "-"),
            vector.slug
        );
        match self.test(&id, &vector) {
            Ok(test) => {
                let accept = matches!(vector.intent, Intent::Accept { .. });
                let known = self.suite.ids.insert(id.clone(), (self.op.clone(), accept));
                if known.is_some() {
                    self.suite.problems.push(format!("{id}: duplicate id"));
                }
                if let Some(file) = self.suite.files.get_mut(&self.path) {
                    file.used.extend(vector.notes);
                    file.tests.push(test);
                }
            }
            Err(problem) => self.suite.problems.push(format!("{id}: {problem}")),
        }
    }

    fn test(&mut self, id: &str, vector: &Vector) -> Result<Value, String> {
        let Some(file) = self.suite.files.get(&self.path) else {
            return Err("no file".to_owned());
        };
        let generator = file.generator.clone();
        let input = vector.full_input();
        let outcome = model::run(&self.op, &input, None);
        let kills = self.kills(vector, &input, &outcome);
        let twin = match &vector.intent {
            Intent::Reject { clause, twin, .. } => {
                if !accepts_with_some_fault(&self.op, &input, clause) {
                    return Err(format!("no fault of {clause} makes the model accept it"));
                }
                let twin = format!("{}/{twin}", self.op.replace('.', "/").replace('_', "-"));
                self.suite
                    .twins
                    .push((id.to_owned(), self.op.clone(), twin.clone()));
                Some(twin)
            }
            Intent::Accept { .. } | Intent::Either { .. } => None,
        };
        let mutation = match &vector.intent {
            Intent::Reject { mutation, .. } => Some(json!(mutation)),
            Intent::Accept { .. } | Intent::Either { .. } => None,
        };
        let provenance = object(vec![
            ("generator", Some(json!(generator))),
            ("source", vector.source.as_ref().map(|source| json!(source))),
        ]);
        if vector.clauses.is_empty() {
            return Err("no clauses".to_owned());
        }
        Ok(object(vec![
            ("id", Some(json!(id))),
            ("title", Some(json!(vector.title))),
            ("clauses", Some(json!(vector.clauses))),
            (
                "notes",
                (!vector.notes.is_empty()).then(|| json!(vector.notes)),
            ),
            ("importance", Some(json!(vector.importance))),
            ("preset", vector.replica.then(|| json!("replica"))),
            ("input", Some(vector.input.clone())),
            ("input_diag", vector.diag.as_ref().map(|diag| json!(diag))),
            ("expect", Some(expectation(&vector.intent, outcome)?)),
            ("twin", twin.map(|twin| json!(twin))),
            ("mutation", mutation),
            ("kills", Some(json!(kills))),
            ("provenance", Some(provenance)),
        ]))
    }

    fn kills(&self, vector: &Vector, input: &Value, outcome: &Outcome) -> Vec<&'static str> {
        let check = match &vector.intent {
            Intent::Accept { check, .. } => *check,
            Intent::Reject { .. } => None,
            Intent::Either { .. } => return Vec::new(),
        };
        let faults = vector.clauses.iter().flat_map(|clause| faults_of(clause));
        faults
            .filter(|fault| {
                let faulty = model::run(&self.op, input, Some(fault));
                differs(&self.op, input, check, outcome, &faulty)
            })
            .collect()
    }
}

/// The faults of `clause` that the model implements.
pub(crate) fn faults_of(clause: &str) -> impl Iterator<Item = &'static str> {
    let named_after = move |fault: &str| fault.split_once('/').is_some_and(|(id, _)| id == clause);
    model::FAULTS
        .iter()
        .copied()
        .filter(move |fault| named_after(fault))
}

/// Whether some mistake about `clause` makes the model accept `input`.
pub(crate) fn accepts_with_some_fault(op: &str, input: &Value, clause: &str) -> bool {
    faults_of(clause).any(|fault| model::run(op, input, Some(fault)).is_accept())
}

/// The `expect` object, if the model agrees with the intention.
fn expectation(intent: &Intent, outcome: Outcome) -> Result<Value, String> {
    match (intent, outcome) {
        (
            Intent::Accept {
                output: Some(output),
                ..
            },
            Outcome::Ok(computed),
        ) if *output != computed => Err(format!(
            "intended output {output}, the model says {computed}"
        )),
        (Intent::Accept { check, .. }, Outcome::Ok(computed)) => Ok(object(vec![
            ("verdict", Some(json!("accept"))),
            ("output", Some(computed)),
            ("output_check", check.map(|check| json!(check))),
        ])),
        (Intent::Reject { clause, also, .. }, Outcome::Reject(violated))
            if violated.iter().eq([clause.as_str()].iter()) =>
        {
            Ok(object(vec![
                ("verdict", Some(json!("reject"))),
                ("clause", Some(json!(clause))),
                ("also", (!also.is_empty()).then(|| json!(also))),
            ]))
        }
        (Intent::Either { policy, answers }, outcome) => {
            let agrees = |answer: &Answer| match (answer, &outcome) {
                (Answer::Accept(output), Outcome::Ok(computed)) => output == computed,
                (Answer::Reject, Outcome::Reject(_)) => true,
                _ => false,
            };
            if !answers.iter().any(|(_, answer)| agrees(answer)) {
                return Err(format!("no value of {policy} is the model's: {outcome:?}"));
            }
            let by_policy = answers
                .iter()
                .map(|(value, answer)| (value.clone(), answer.to_json()));
            let by_policy: Map<String, Value> = by_policy.collect();
            Ok(json!({"verdict": "either", "policy": policy, "by_policy": by_policy}))
        }
        (Intent::Accept { .. }, outcome) => Err(format!("intended accept, got {outcome:?}")),
        (Intent::Reject { clause, .. }, outcome) => Err(format!(
            "intended reject for {clause} alone, got {outcome:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(vectors: Vec<Vector>) -> Vec<String> {
        let mut suite = Suite::new();
        let mut file = suite.file("principal.decode_text", "test", "test");
        vectors.into_iter().for_each(|vector| file.add(vector));
        suite.finish().err().unwrap_or_default()
    }

    fn good() -> Vector {
        Vector::accept("good", "Good", json!({"text": "em77e-bvlzu-aq"})).clauses(&["PRIN-17"])
    }

    fn bad(clause: &str, twin: &str) -> Vector {
        let input = json!({"text": "fm77e-bvlzu-aq"});
        Vector::reject(clause, "bad", "Bad", input, twin, "e → f")
    }

    #[test]
    fn accepts_a_reject_vector_with_its_twin() {
        assert_eq!(problems(vec![good(), bad("PRIN-17", "good")]), [""; 0]);
    }

    #[test]
    fn refuses_a_vector_that_is_not_what_it_is_meant_to_be() {
        for (vectors, problem) in [
            (vec![bad("PRIN-17", "good")], "no twin"),
            (vec![good(), bad("PRIN-12", "good")], "no fault of PRIN-12"),
            (vec![good(), bad("PRIN-17", "bad")], "is no accept"),
            (vec![good(), good()], "duplicate id"),
            (
                vec![good().output(json!({"bytes": "00"}))],
                "intended output",
            ),
            (vec![good().note("Missing")], "is not defined"),
            (
                vec![Vector::accept("a", "A", json!({"text": "em77e-bvlzu-aq"}))],
                "no clauses",
            ),
            (
                vec![Vector::accept("a", "A", json!({"text": ""})).clauses(&["PRIN-17"])],
                "intended accept",
            ),
        ] {
            let found = problems(vectors);
            assert!(
                found.iter().any(|line| line.contains(problem)),
                "{problem}: {found:?}"
            );
        }
    }
}
