//! Whether two answers to one question differ.

use std::collections::BTreeSet;

use model::Outcome as Model;
use serde_json::Value;

use crate::judge::{self, equation};
use crate::outcome::Outcome;
use crate::protocol::{Hello, Reasons, Reply};
use crate::session::Exchanged;
use crate::suite::OutputCheck;

/// What differs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Difference {
    pub(super) outcome: Outcome,
    /// What a reader needs to know beside the answers.
    pub(super) detail: Option<String>,
    /// The clauses that the model finds violated.
    pub(super) clauses: BTreeSet<&'static str>,
    /// The clause that the adapter named.
    pub(super) code: Option<String>,
}

impl Difference {
    /// Whether another difference is about the same: only one of them is shown.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let is_alike = match self.outcome {
            Outcome::Error | Outcome::Crash => self.words() == other.words(),
            _ => self.clauses == other.clauses && self.code == other.code,
        };
        self.outcome == other.outcome && is_alike
    }

    /// The detail without its numbers.
    fn words(&self) -> String {
        let detail = self.detail.as_deref().unwrap_or_default();
        detail.chars().filter(|c| !c.is_ascii_digit()).collect()
    }
}

/// Compares what came from the adapter with what the model says, which is no error.
pub(super) fn compare(
    op: &str,
    input: &Value,
    model: &Model,
    exchanged: &Exchanged,
    hello: &Hello,
) -> Option<Difference> {
    let mut code = None;
    let (outcome, detail) = match (exchanged, model) {
        (Exchanged::Reply(Reply::Unsupported(why)), _) => (Outcome::Unsupported, Some(why.clone())),
        (Exchanged::Reply(Reply::Error(message)), _) => (Outcome::Error, Some(message.clone())),
        (Exchanged::Reply(Reply::Ok(output)), Model::Ok(expected)) => (
            Outcome::FailOutput,
            wrong_output(op, input, expected, output)?,
        ),
        (Exchanged::Reply(Reply::Ok(_)), _) => (Outcome::FailAccepts, None),
        (Exchanged::Reply(Reply::Reject { code: named, .. }), Model::Reject(clauses)) => {
            let named = named
                .as_deref()
                .filter(|_| hello.reasons == Reasons::Clause)?;
            if clauses.contains(named) {
                return None;
            }
            code = Some(named.to_owned());
            (Outcome::FailReason, None)
        }
        (Exchanged::Reply(Reply::Reject { code: named, .. }), _) => {
            code.clone_from(named);
            (Outcome::FailRejects, None)
        }
        (without, _) => {
            let judgement = judge::without_answer(without);
            (judgement.outcome, judgement.detail)
        }
    };
    let clauses = match model {
        Model::Reject(clauses) => clauses.clone(),
        _ => BTreeSet::new(),
    };
    Some(Difference {
        outcome,
        detail,
        clauses,
        code,
    })
}

/// Returns nothing if the output is right, else why it is not, if that takes words.
#[expect(
    clippy::option_option,
    reason = "whether it is wrong, and whether that needs an explanation"
)]
fn wrong_output(
    op: &str,
    input: &Value,
    expected: &Value,
    output: &Value,
) -> Option<Option<String>> {
    let Some(equation) = equation_of(op) else {
        return (expected != output).then_some(None);
    };
    let mut question = input.as_object()?.clone();
    question.remove("policy");
    equation::check(equation, &question, output).err().map(Some)
}

/// The equation that judges the outputs of an operation.
pub(super) fn equation_of(op: &str) -> Option<OutputCheck> {
    match op {
        "envelope.sign" => Some(OutputCheck::Signs),
        "hashtree.prune" => Some(OutputCheck::Prunes),
        "ii.storage_migrate" => Some(OutputCheck::Migrates),
        _ => None,
    }
}
