//! Does an adapter take anything at all of what every operation must take?

use serde::Deserialize;

use crate::process::Problem;

#[derive(Deserialize)]
struct Results {
    adapter: Hello,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Hello {
    ops: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    op: String,
    topic: String,
    expected: String,
    outcome: String,
}

/// Checks the results of a run, and says of how many operations.
///
/// Of each operation one of the vectors to accept has to be accepted. Which one is the plainest differs:
/// a library may know certificates of the root subnet only, say.
pub(super) fn check(results: &str) -> Result<Result<String, Problem>, serde_json::Error> {
    let Results { adapter, cases } = serde_json::from_str(results)?;
    let mut problems = Vec::new();
    let mut count: usize = 0;
    for op in &adapter.ops {
        let is_asked = |case: &&Case| case.op == *op && case.topic.contains(" / ");
        let accepts = cases.iter().filter(is_asked);
        let accepts: Vec<&Case> = accepts
            .filter(|case| case.expected.starts_with("accept"))
            .collect();
        // Operations without vectors cannot fail.
        if accepts.is_empty() {
            continue;
        }
        count = count.saturating_add(1);
        if !accepts.iter().any(|case| case.is_accepted()) {
            problems.push(format!("{op}: none of {} vectors to accept", accepts.len()));
        }
    }
    if count == 0 {
        return Ok(Err(Problem("no operation has a vector".to_owned())));
    }
    let title = "operations that take nothing";
    let passed = format!("each of {count} operations takes what it must");
    Ok(Problem::from_lines(title, &problems).map(|()| passed))
}

impl Case {
    /// Whether the library took the input. Where an output is judged by an equation, there is no one
    /// right output, and what is wrong with this one is a result like any other.
    fn is_accepted(&self) -> bool {
        let has_equation = self.expected != "accept";
        self.outcome == "pass" || (has_equation && self.outcome == "fail-output")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn case(expected: &str, outcome: &str) -> Value {
        json!({ "op": "x", "topic": "x / t", "expected": expected, "outcome": outcome })
    }

    fn checked(ops: &[&str], cases: &[Value]) -> Result<String, Problem> {
        check(&json!({ "adapter": { "ops": ops }, "cases": cases }).to_string()).unwrap()
    }

    #[test]
    fn an_operation_that_takes_nothing_is_called_wrongly() {
        let cases = |second: &str| {
            [
                case("accept", "fail-rejects"),
                case("accept", second),
                case("reject (A-1)", "pass"),
            ]
        };
        let good = "each of 1 operations takes what it must";
        assert_eq!(
            checked(&["x", "unasked"], &cases("pass")),
            Ok(good.to_owned())
        );
        let problem = "operations that take nothing: 1 found\n  x: none of 2 vectors to accept";
        for second in ["crash", "fail-output", "unsupported"] {
            let problem = Err(Problem(problem.to_owned()));
            assert_eq!(checked(&["x"], &cases(second)), problem);
        }
    }

    #[test]
    fn another_output_is_a_result_only_where_an_equation_judges_it() {
        let mut signed = case("accept", "fail-output");
        assert!(checked(&["x"], &[signed.clone()]).is_err());
        signed["expected"] = json!("accept, output judged by equation");
        assert!(checked(&["x"], &[signed.clone()]).is_ok());
        signed["outcome"] = json!("error");
        assert!(checked(&["x"], &[signed]).is_err());
    }

    #[test]
    fn an_adapter_that_is_asked_nothing_has_failed() {
        let problem = Problem("no operation has a vector".to_owned());
        assert_eq!(checked(&["x"], &[]), Err(problem));
    }
}
