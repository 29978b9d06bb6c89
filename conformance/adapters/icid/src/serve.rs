//! The loop: a line in, a line out.

use std::io;
use std::io::BufRead;
use std::io::Read;
use std::io::Write;
use std::panic;
use std::panic::AssertUnwindSafe;

use serde_json::Map;
use serde_json::Value;

use crate::Answer;
use crate::Provider;
use crate::answer::Refusal;
use crate::hello::hello;
use crate::ops;

/// How long a line may be, in bytes.
///
/// Source: our own; runners send at most 16 MiB.
const MAX_LINE: u64 = 64 << 20;

/// Answers questions about the icid crates.
#[derive(Debug)]
pub struct Adapter {
    provider: Provider,
}

impl Adapter {
    /// Returns an adapter whose signatures are checked by `provider`.
    #[must_use]
    pub const fn new(provider: Provider) -> Self {
        Self { provider }
    }

    /// Answers each line of `questions` with a line of `answers`, until there are no more.
    ///
    /// # Errors
    ///
    /// Returns what reading or writing returns. No line, whatever is in it, is an error.
    pub fn serve(&self, mut questions: impl BufRead, mut answers: impl Write) -> io::Result<()> {
        let mut line = Vec::new();
        while questions
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)?
            > 0
        {
            let is_cut = line.last() != Some(&b'\n') && questions.skip_until(b'\n')? > 0;
            let answer = if is_cut {
                too_long(&line)
            } else {
                self.answer_line(&line)
            };
            serde_json::to_writer(&mut answers, &answer)?;
            answers.write_all(b"\n")?;
            answers.flush()?;
            line.clear();
        }
        Ok(())
    }

    /// Answers one question.
    #[must_use]
    pub fn answer(&self, op: &str, input: &Value) -> Answer {
        if op == "hello" {
            return hello(&self.provider, input).into();
        }
        let Some((_, operation)) = ops::all().find(|(name, _)| *name == op) else {
            return Answer::Unsupported {
                why: format!("no operation {op:?}"),
            };
        };
        // A panic would be a bug of ours; the runner shall see which question found it.
        let operation = AssertUnwindSafe(|| operation(self.provider.library(), input));
        let panicked = || Err(Refusal::Error("the crate panicked".to_owned()));
        panic::catch_unwind(operation)
            .unwrap_or_else(|_| panicked())
            .into()
    }

    fn answer_line(&self, line: &[u8]) -> Value {
        let question: Map<String, Value> = match serde_json::from_slice(line) {
            Ok(question) => question,
            Err(error) => {
                let message = format!("the line is no JSON object: {error}");
                return Answer::Error { message }.to_json(&id_of(line));
            }
        };
        let id = question.get("id").cloned().unwrap_or_default();
        let answer = match (question.get("op"), question.get("input"), question.len()) {
            (Some(Value::String(op)), Some(input), 3) if id.is_u64() => self.answer(op, input),
            _ => Answer::Error {
                message: "a question has an id, an op and an input".to_owned(),
            },
        };
        answer.to_json(&id)
    }
}

fn too_long(line: &[u8]) -> Value {
    let message = format!("the line has more than {MAX_LINE} bytes");
    Answer::Error { message }.to_json(&id_of(line))
}

/// Returns the id of a question that cannot be read as a whole, for instance because it is nested
/// too deeply, if it is where every runner writes it: at the start.
fn id_of(line: &[u8]) -> Value {
    let digits = line.strip_prefix(b"{\"id\":").and_then(|rest| {
        let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        core::str::from_utf8(rest.get(..end)?).ok()
    });
    digits
        .and_then(|digits| digits.parse::<u64>().ok())
        .map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn served(lines: &str) -> Vec<Value> {
        let mut answers = Vec::new();
        Adapter::new(Provider::native())
            .serve(lines.as_bytes(), &mut answers)
            .unwrap();
        let text = String::from_utf8(answers).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn answers_line_by_line() {
        let lines = concat!(
            r#"{"id":0,"op":"hello","input":{"protocol":1,"suite":"0.1.0","spec":"0.66.0"}}"#,
            "\n",
            r#"{"id":1,"op":"principal.encode_text","input":{"bytes":""}}"#,
            "\n",
            r#"{"id":2,"op":"no.such","input":{}}"#,
        );
        let answers = served(lines);
        assert_eq!(answers[0]["ok"]["reasons"], json!("clause"));
        assert_eq!(answers[1], json!({"id": 1, "ok": {"text": "aaaaa-aa"}}));
        assert_eq!(
            answers[2],
            json!({"id": 2, "unsupported": {"why": "no operation \"no.such\""}})
        );
    }

    #[test]
    fn lists_every_operation_once() {
        let answers =
            served(r#"{"id":0,"op":"hello","input":{"protocol":1,"suite":"","spec":""}}"#);
        let mut operations: Vec<&str> = ops::all().map(|(name, _)| *name).collect();
        assert_eq!(answers[0]["ok"]["ops"], json!(operations));
        operations.sort_unstable();
        operations.dedup();
        assert_eq!(operations.len(), ops::all().count());
    }

    #[test]
    fn a_line_that_is_no_question_is_an_error_and_not_the_end() {
        for line in [
            "",
            "{}",
            "[]",
            "nonsense",
            r#"{"id":1,"op":"hello"}"#,
            r#"{"id":-1,"op":"hello","input":{}}"#,
            r#"{"id":1,"op":"hello","input":{},"more":0}"#,
            r#"{"id":1,"op":1,"input":{}}"#,
        ] {
            let lines = format!("{line}\n{}", r#"{"id":2,"op":"x","input":{}}"#);
            let answers = served(&lines);
            assert_eq!(answers.len(), 2, "{line}");
            assert!(answers[0]["error"]["message"].is_string(), "{line}");
            assert_eq!(answers[1]["id"], json!(2), "{line}");
        }
    }

    #[test]
    fn a_question_nested_too_deeply_is_answered_by_its_id() {
        let value = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let line = format!(r#"{{"id":7,"op":"hash_of_map","input":{{"value":{value}}}}}"#);
        let answers = served(&line);
        assert_eq!(answers[0]["id"], json!(7));
        assert!(answers[0]["error"].is_object());
    }

    #[test]
    fn a_line_that_is_too_long_is_an_error_and_not_the_end() {
        let text = "a".repeat(usize::try_from(MAX_LINE).unwrap());
        let lines = format!(
            "{}\"{text}\"}}}}\n{}",
            r#"{"id":1,"op":"principal.decode_text","input":{"text":"#,
            r#"{"id":2,"op":"x","input":{}}"#
        );
        let answers = served(&lines);
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[0]["id"], json!(1));
        assert!(answers[0]["error"].is_object());
        assert_eq!(answers[1]["id"], json!(2));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_an_error() {
        let mut answers = Vec::new();
        let line = b"{\"id\":1,\"op\":\"hello\",\"input\":\"\xff\"}\n";
        Adapter::new(Provider::rustcrypto())
            .serve(&line[..], &mut answers)
            .unwrap();
        let answer: Value = serde_json::from_slice(&answers).unwrap();
        assert_eq!(answer["id"], json!(1));
        assert!(answer["error"].is_object());
    }
}
