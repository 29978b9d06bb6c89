//! Equations for answers that have no single right form: `hashtree.prune`, `envelope.sign` and
//! `ii.storage_migrate`.

use model::Outcome;
use serde_json::{Map, Value};

use crate::suite::OutputCheck;

/// Checks that `output` has exactly the member that answers, and that its value satisfies `equation`.
pub(crate) fn check(
    equation: OutputCheck,
    input: &Map<String, Value>,
    output: &Value,
) -> Result<(), String> {
    let (op, member, wrong) = match equation {
        OutputCheck::Migrates => (
            "ii.migrates",
            "memory",
            "an image of another version, or one that lost something",
        ),
        OutputCheck::Prunes => (
            "hashtree.prunes",
            "tree",
            "another root hash, another lookup result, or a node too many",
        ),
        OutputCheck::Signs => (
            "envelope.signs",
            "envelope",
            "other members than asked for, or an invalid signature",
        ),
    };
    let answer = match output.as_object() {
        Some(map) if map.len() == 1 => map.get(member),
        _ => None,
    };
    let answer = answer.ok_or_else(|| format!("the output has not exactly the member {member}"))?;
    let mut question = input.clone();
    question.insert("answer".to_owned(), answer.clone());
    match model::run(op, &Value::Object(question), None) {
        Outcome::Ok(_) => Ok(()),
        Outcome::Reject(_) => Err(wrong.to_owned()),
        Outcome::Error(message) => Err(message),
        Outcome::Unsupported => Err(format!("the model has no operation {op}")),
    }
}
