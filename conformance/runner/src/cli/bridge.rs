//! `bridge`: an adapter that starts a program for every question, for those who only have a shell.
//!
//! The program gets the input as JSON on stdin. It ends with 0 and the output as JSON on stdout if
//! it accepts, with 10 if it rejects, with 11 if it does not know the operation. Every other end is
//! an error: 1 is what programs end with when they break, so it is no verdict.

use std::io::{self, BufRead, Write};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use crate::protocol::{self, VERSION};

/// What ends a program that rejects the input.
const REJECTS: i32 = 10;

/// What ends a program that does not know the operation.
const UNSUPPORTED: i32 = 11;

/// What stands for the operation in the words of the command.
const OPERATION: &str = "{op}";

/// The bridge, and what it says about the library behind it.
#[derive(Debug)]
pub(super) struct Bridge {
    /// The program and its arguments; `{op}` stands for the operation.
    pub(super) command: Vec<String>,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) operations: Vec<String>,
    pub(super) presets: Vec<String>,
}

impl Bridge {
    /// Answers each line of `questions` with a line of `answers`.
    ///
    /// # Errors
    ///
    /// Returns what reading or writing returns.
    pub(super) fn serve(&self, questions: impl BufRead, mut answers: impl Write) -> io::Result<()> {
        for line in questions.lines() {
            writeln!(answers, "{}", self.answer(&line?))?;
            answers.flush()?;
        }
        Ok(())
    }

    fn answer(&self, line: &str) -> Value {
        let question: Value = serde_json::from_str(line).unwrap_or_default();
        let field = |name| question.get(name).cloned().unwrap_or_default();
        let mut answer = match field("op").as_str() {
            None => error("the question has no operation"),
            Some("hello") => self.hello(),
            Some(op) if self.operations.iter().any(|offered| offered == op) => {
                self.ask(op, &field("input"))
            }
            Some(_) => unsupported("not among the operations of the bridge"),
        };
        answer.insert("id".to_owned(), field("id"));
        Value::Object(answer)
    }

    fn hello(&self) -> Map<String, Value> {
        one(
            "ok",
            json!({
                "protocol": VERSION,
                "implementation": { "name": self.name, "version": self.version },
                "ops": self.operations,
                "presets": self.presets,
                "reasons": "none",
            }),
        )
    }

    fn ask(&self, op: &str, input: &Value) -> Map<String, Value> {
        let mut words = self.command.iter().map(|word| word.replace(OPERATION, op));
        let Some(program) = words.next() else {
            return error("the command is empty");
        };
        let child = Command::new(&program)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn();
        let output = child.and_then(|mut child| {
            if let Some(mut stdin) = child.stdin.take() {
                // A program need not read its input to the end.
                let _ = stdin.write_all(input.to_string().as_bytes());
            }
            child.wait_with_output()
        });
        let output = match output {
            Ok(output) => output,
            Err(reason) => return error(&format!("{program}: {reason}")),
        };
        let text = String::from_utf8_lossy(&output.stdout);
        match output.status.code() {
            Some(0) => match serde_json::from_str::<Map<String, Value>>(&text) {
                Ok(ok) => one("ok", Value::Object(ok)),
                Err(_) => error(&format!(
                    "ended with 0, but stdout is no JSON object: {}",
                    protocol::excerpt(&text, 120)
                )),
            },
            Some(REJECTS) => one("reject", json!({ "message": text.trim() })),
            Some(UNSUPPORTED) => unsupported(text.trim()),
            _ => error(&format!("{program}: {}", output.status)),
        }
    }
}

fn one(answer: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(answer.to_owned(), value)])
}

fn error(message: &str) -> Map<String, Value> {
    one("error", json!({ "message": message }))
}

fn unsupported(why: &str) -> Map<String, Value> {
    one("unsupported", json!({ "why": why }))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// Rejects an input with "bad", accepts others, and knows one operation of three.
    const TOOL: &str = r#"
        read -r input
        case $1 in
          a) case $input in *bad*) echo no; exit 10;; *) echo '{"x":1}';; esac;;
          b) exit 11;;
          c) exit 1;;
          d) echo hm;;
        esac"#;

    fn answers(questions: &[Value]) -> Vec<Value> {
        let bridge = Bridge {
            command: ["sh", "-c", TOOL, "tool", "{op}"]
                .map(str::to_owned)
                .to_vec(),
            name: "tool".to_owned(),
            version: "1".to_owned(),
            operations: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
            presets: vec![],
        };
        let lines: Vec<String> = questions.iter().map(Value::to_string).collect();
        let mut out = Vec::new();
        bridge.serve(lines.join("\n").as_bytes(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        out.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn the_end_of_the_program_is_the_verdict() {
        let ask =
            |id: u64, op: &str, text: &str| json!({"id": id, "op": op, "input": {"text": text}});
        let asked = [
            ask(1, "a", "good"),
            ask(2, "a", "bad"),
            ask(3, "b", ""),
            ask(4, "c", ""),
            ask(5, "d", ""),
            ask(6, "e", ""),
        ];
        assert_eq!(
            answers(&asked),
            [
                json!({"ok": {"x": 1}, "id": 1}),
                json!({"reject": {"message": "no"}, "id": 2}),
                json!({"unsupported": {"why": ""}, "id": 3}),
                json!({"error": {"message": "sh: exit status: 1"}, "id": 4}),
                json!({"error": {"message": "ended with 0, but stdout is no JSON object: hm\n"}, "id": 5}),
                json!({"unsupported": {"why": "not among the operations of the bridge"}, "id": 6}),
            ]
        );
    }

    #[test]
    fn it_introduces_the_library_behind_it() {
        let hello = &answers(&[json!({"id": 0, "op": "hello", "input": {}})])[0];
        let hello = protocol::Hello::read(hello["ok"].clone()).unwrap();
        assert!(hello.offers("a") && !hello.offers("e"));
        assert_eq!(hello.implementation["name"], "tool");
    }
}
