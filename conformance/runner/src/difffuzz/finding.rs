//! A difference for readers, and as a vector that is ready to be joined to a suite.

use core::fmt::{self, Write};

use model::Outcome as Model;
use serde_json::{Map, Value, json};

use super::compare::equation_of;
use super::minimise::Found;
use crate::diff;
use crate::protocol::excerpt;
use crate::suite::{Expect, OutputCheck, Suite, Vector};

/// One difference, the vector it was made from, and where in the sequence it turned up.
#[derive(Clone, Debug)]
pub(crate) struct Finding<'a> {
    pub(super) from: &'a Vector,
    pub(super) found: Found,
    pub(super) seed: u64,
    pub(super) case: u64,
    /// How many more cases showed a like difference.
    pub(super) more: usize,
}

impl Finding<'_> {
    /// The name of the vector, also of its file.
    pub(crate) fn slug(&self) -> String {
        format!("seed-{}-case-{}", self.seed, self.case)
    }

    fn id(&self) -> String {
        format!(
            "{}/diff-fuzz-{}",
            self.from.op.replace('.', "/").replace('_', "-"),
            self.slug()
        )
    }

    /// The input without the policy, and the preset.
    fn input(&self) -> (Map<String, Value>, Option<String>) {
        let mut input = self.found.input.as_object().cloned().unwrap_or_default();
        let preset = input.remove("policy");
        let preset = preset.and_then(|preset| preset.as_str().map(str::to_owned));
        (input, preset.filter(|preset| preset != "spec"))
    }

    /// What was changed, by place.
    fn differences(&self) -> Vec<diff::Difference> {
        let (mut input, preset) = self.input();
        let mut before = self.from.input.clone();
        for (map, preset) in [
            (&mut input, preset),
            (&mut before, self.from.preset.clone()),
        ] {
            if let Some(preset) = preset {
                map.insert("policy".to_owned(), json!(preset));
            }
        }
        diff::objects(&before, &input)
    }

    /// How many places were changed.
    #[cfg(test)]
    pub(super) fn differences_count(&self) -> usize {
        self.differences().len()
    }

    /// The accept vector that the vector differs from by what is wrong.
    fn twin(&self) -> Option<&str> {
        match &self.from.expect {
            Expect::Accept(_) => Some(&self.from.id),
            Expect::Reject { .. } | Expect::Either { .. } => self.from.twin.as_deref(),
        }
    }

    /// A file of one vector, as in `VECTORS.md`.
    pub(crate) fn file(&self, suite: &Suite) -> Value {
        let (input, preset) = self.input();
        let mut test = Map::new();
        let mut set = |name: &str, value: Value| drop(test.insert(name.to_owned(), value));
        let changes: Vec<String> = self
            .differences()
            .iter()
            .map(|change| format!("{}: {} → {}", change.place, change.twin, change.this))
            .collect();
        let changes = changes.join("; ");
        set("id", json!(self.id()));
        set("title", json!(format!("{}, changed", self.from.title)));
        let mut clauses = self.from.clauses.clone();
        let expect = match &self.found.model {
            Model::Reject(violated) => {
                let mut violated = violated.iter().map(|clause| (*clause).to_owned());
                let clause = violated.next().unwrap_or_default();
                clauses.retain(|other| *other != clause);
                clauses.insert(0, clause.clone());
                let also: Vec<String> = violated.collect();
                match also.as_slice() {
                    [] => json!({ "verdict": "reject", "clause": clause }),
                    also => json!({ "verdict": "reject", "clause": clause, "also": also }),
                }
            }
            Model::Ok(output) => {
                let check = match equation_of(&self.from.op) {
                    Some(OutputCheck::Migrates) => "migrates",
                    Some(OutputCheck::Prunes) => "prunes",
                    Some(OutputCheck::Signs) => "signs",
                    None => "",
                };
                match check {
                    "" => json!({ "verdict": "accept", "output": output }),
                    check => {
                        json!({ "verdict": "accept", "output": output, "output_check": check })
                    }
                }
            }
            Model::Error(_) | Model::Unsupported => json!({ "verdict": "reject" }),
        };
        if let (Model::Reject(_), Some(twin)) = (&self.found.model, self.twin()) {
            set("twin", json!(twin));
            set("mutation", json!(changes));
        }
        set("clauses", json!(clauses));
        set("importance", json!("normal"));
        if let Some(preset) = preset {
            set("preset", json!(preset));
        }
        set("input", Value::Object(input));
        set("expect", expect);
        set("kills", json!([]));
        let source = format!("made from {}: {changes}", self.from.id);
        let generator = format!("diff-fuzz seed {} case {}", self.seed, self.case);
        set(
            "provenance",
            json!({ "generator": generator, "source": source }),
        );
        json!({
            "$schema": "../../../schema/vector.schema.json",
            "format": 1,
            "suite": "icid-conformance",
            "spec": suite.spec,
            "op": self.from.op,
            "topic": "diff-fuzz",
            "notes": {},
            "tests": [test],
        })
    }

    /// A block like those for failures of a run.
    pub(crate) fn write(&self, out: &mut String, suite: &Suite) -> fmt::Result {
        let Found {
            difference,
            got,
            model,
            is_signed,
            ..
        } = &self.found;
        writeln!(out, "✗ {}   case {}", self.from.op, self.case)?;
        let got = match got {
            Some(got) => excerpt(&got.to_string(), 300),
            None => "no answer".to_owned(),
        };
        match model {
            Model::Reject(clauses) => {
                let clauses: Vec<&str> = clauses.iter().copied().collect();
                writeln!(
                    out,
                    "  expected reject ({})   got {got}",
                    clauses.join(", ")
                )?;
            }
            Model::Ok(output) => {
                writeln!(out, "  expected accept   got {got}")?;
                writeln!(out, "  right is {}", excerpt(&output.to_string(), 300))?;
            }
            other => writeln!(out, "  expected {other:?}   got {got}")?,
        }
        match &difference.detail {
            Some(detail) => writeln!(out, "  {} {detail}", difference.outcome)?,
            None => writeln!(out, "  {}", difference.outcome)?,
        }
        let signed = if *is_signed { ", signed again" } else { "" };
        let changes = self.differences();
        if changes.is_empty() {
            writeln!(out, "  is {} itself, unchanged", self.from.id)?;
        } else {
            writeln!(out, "  differs from {}{signed}", self.from.id)?;
        }
        for change in changes {
            writeln!(
                out,
                "      {}   {} → {}",
                change.place, change.twin, change.this
            )?;
        }
        for clause in difference.clauses.iter().filter_map(|id| suite.clause(id)) {
            writeln!(out, "  {}  {}", clause.id, clause.rule)?;
        }
        if self.more > 0 {
            writeln!(out, "  {} more cases like this", self.more)?;
        }
        Ok(())
    }
}
