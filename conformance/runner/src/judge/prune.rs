//! The equation for `hashtree.prune`: same root, same lookups, and nothing more could go.

use model::Outcome;
use serde_json::{Map, Value};

/// Checks that `output` is exactly one tree, and a smallest pruning of `input.tree` for
/// `input.paths`.
pub(super) fn check(input: &Map<String, Value>, output: &Value) -> Result<(), String> {
    let tree = match output.as_object() {
        Some(map) if map.len() == 1 => map.get("tree"),
        _ => None,
    };
    let tree = tree.ok_or("the output is not exactly a tree")?;
    let mut question = input.clone();
    question.insert("answer".to_owned(), tree.clone());
    match model::run("hashtree.prunes", &Value::Object(question), None) {
        Outcome::Ok(_) => Ok(()),
        Outcome::Reject(_) => {
            Err("another root hash, another lookup result, or a node too many".to_owned())
        }
        Outcome::Error(message) => Err(message),
        Outcome::Unsupported => Err("the model cannot judge prunings".to_owned()),
    }
}
