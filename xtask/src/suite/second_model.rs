//! The model in Python: does it give the expected answer to every vector?

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::process::{self, Problem};

/// What sets up the model and asks it.
const SCRIPT: &str = "conformance/adapters/python-model/run.py";

/// One file of vectors, from which a wrong one is made.
const SAMPLE: &str = "conformance/vectors/principal/decode_text/known.json";

/// Puts all vectors to the model, and returns how many checks were skipped.
///
/// Outside CI it is skipped where its packages cannot be had.
pub(super) fn run(root: &Path, in_ci: bool) -> Result<usize, Problem> {
    match process::run(&mut script(root, &["setup"])) {
        Ok(()) => {
            process::run(&mut script(root, &["check"]))?;
            notices_a_wrong_vector(root)?;
            Ok(0)
        }
        Err(problem) if in_ci => Err(problem),
        Err(problem) => {
            println!("SKIPPED: the model in Python: {problem}");
            Ok(1)
        }
    }
}

fn script(root: &Path, arguments: &[&str]) -> Command {
    let mut command = process::command(root, "python3", &[SCRIPT]);
    command.args(arguments);
    command
}

/// Checks that this gate can fail: with one digit of one expected output changed, it must.
fn notices_a_wrong_vector(root: &Path) -> Result<(), Problem> {
    let problem = |error: &dyn std::fmt::Display| Problem(format!("{SAMPLE}: {error}"));
    let text = fs::read_to_string(root.join(SAMPLE)).map_err(|error| problem(&error))?;
    let (id, wrong) = spoiled(&text).ok_or_else(|| problem(&"no output to spoil"))?;
    let folder = root.join("target/python-model/wrong");
    fs::create_dir_all(&folder).map_err(|error| problem(&error))?;
    let policies = root.join("conformance/vectors/policies.json");
    fs::copy(policies, folder.join("policies.json")).map_err(|error| problem(&error))?;
    fs::write(folder.join("wrong.json"), wrong).map_err(|error| problem(&error))?;
    let mut check = script(root, &["check", &folder.to_string_lossy()]);
    let output = check.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| problem(&error))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    judge(output.status.code(), &printed, &id)
}

/// Takes 1 and the name of the vector for the answer that is wanted.
fn judge(code: Option<i32>, printed: &str, id: &str) -> Result<(), Problem> {
    if code == Some(1) && printed.contains(id) {
        println!("the model in Python notices a wrong vector");
        return Ok(());
    }
    let problem =
        format!("the check of a wrong vector ended with {code:?} and printed {printed:?}");
    Err(Problem(problem))
}

/// Changes the first expected output of a file, and returns the id of its vector and the file.
fn spoiled(text: &str) -> Option<(String, String)> {
    let mut file: Value = serde_json::from_str(text).ok()?;
    let tests = file.get_mut("tests")?.as_array_mut()?;
    let test = tests
        .iter_mut()
        .find(|test| test.pointer("/expect/output/bytes").is_some())?;
    let id = test.get("id")?.as_str()?.to_owned();
    *test.pointer_mut("/expect/output/bytes")? = json!("00");
    Some((id, file.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_output_is_spoiled() {
        let text = r#"{"tests":[{"id":"a","expect":{"verdict":"reject"}},
            {"id":"b","expect":{"output":{"bytes":"ab"}}}]}"#;
        let (id, wrong) = spoiled(text).unwrap();
        assert_eq!(id, "b");
        assert_eq!(wrong.matches("\"00\"").count(), 1);
        assert_eq!(spoiled("{\"tests\":[]}"), None);
    }

    #[test]
    fn the_sample_has_an_output_to_spoil() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let text = fs::read_to_string(root.join(SAMPLE)).unwrap();
        let (id, wrong) = spoiled(&text).unwrap();
        assert!(wrong.contains(&id));
    }

    #[test]
    fn a_check_that_does_not_name_the_wrong_vector_has_failed() {
        assert_eq!(judge(Some(1), "b: expected output", "b"), Ok(()));
        for (code, printed) in [(Some(0), "b"), (Some(1), "a"), (Some(2), "b"), (None, "b")] {
            assert!(judge(code, printed, "b").is_err(), "{code:?} {printed}");
        }
    }
}
