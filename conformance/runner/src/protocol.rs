//! The lines of the protocol: questions written, answers read strictly.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the protocol that this runner speaks.
pub(crate) const VERSION: u64 = 1;

/// What an adapter says about itself.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Hello {
    pub(crate) protocol: u64,
    pub(crate) implementation: BTreeMap<String, String>,
    pub(crate) ops: Vec<String>,
    #[serde(default)]
    pub(crate) presets: Vec<String>,
    #[serde(default)]
    pub(crate) policies: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) limits: Map<String, Value>,
    #[serde(default)]
    pub(crate) reasons: Reasons,
}

impl Hello {
    pub(crate) fn read(value: Value) -> Result<Self, String> {
        let hello: Self = serde_json::from_value(value)
            .map_err(|error| format!("the answer to hello is malformed: {error}"))?;
        if hello.protocol != VERSION {
            return Err(format!(
                "speaks protocol {}, the suite {VERSION}",
                hello.protocol
            ));
        }
        match ["name", "version"]
            .iter()
            .find(|name| !hello.implementation.contains_key(**name))
        {
            Some(name) => Err(format!("the answer to hello has no implementation.{name}")),
            None => Ok(hello),
        }
    }

    pub(crate) fn offers(&self, op: &str) -> bool {
        self.ops.iter().any(|offered| offered == op)
    }

    pub(crate) fn knows_preset(&self, preset: &str) -> bool {
        self.presets.iter().any(|known| known == preset)
    }
}

/// How precise the codes of rejections are.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reasons {
    /// They mean nothing.
    #[default]
    None,
    /// They name a stage, which this runner records and does not judge.
    Stage,
    /// They name the violated clause.
    Clause,
}

/// Writes a question as one line, without the line feed.
pub(crate) fn question(id: u64, op: &str, input: &Value) -> String {
    serde_json::json!({ "id": id, "op": op, "input": input }).to_string()
}

/// Writes the first question.
pub(crate) fn hello(suite: &str, spec: &str) -> Value {
    serde_json::json!({ "protocol": VERSION, "suite": suite, "spec": spec })
}

/// One answer line: whom it answers, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) id: u64,
    pub(crate) answer: Reply,
}

/// What an adapter says to a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Ok(Value),
    Reject {
        code: Option<String>,
        message: Option<String>,
    },
    Unsupported(String),
    Error(String),
}

impl Line {
    /// Reads a line: one object with `id` and exactly one of the four answers.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = core::str::from_utf8(bytes)
            .map_err(|error| format!("a line is not UTF-8 from byte {}", error.valid_up_to()))?;
        let value: Value = serde_json::from_str(text)
            .map_err(|_| format!("a line is not JSON: {}", excerpt(text, 120)))?;
        let Value::Object(mut map) = value else {
            return Err(format!("a line is no JSON object: {}", excerpt(text, 120)));
        };
        let id = map.remove("id").and_then(|id| id.as_u64());
        let id = id.ok_or("an answer has no id that is a natural number")?;
        let mut fields = map.into_iter();
        let (Some((name, value)), None) = (fields.next(), fields.next()) else {
            return Err(
                "an answer has exactly one of ok, reject, unsupported and error".to_owned(),
            );
        };
        let answer = match (name.as_str(), value) {
            ("ok", value @ Value::Object(_)) => Reply::Ok(value),
            ("reject", Value::Object(map)) => Reply::Reject {
                code: text_of(&map, "code")?,
                message: text_of(&map, "message")?,
            },
            ("unsupported", Value::Object(map)) => {
                Reply::Unsupported(text_of(&map, "why")?.unwrap_or_default())
            }
            ("error", Value::Object(map)) => {
                Reply::Error(text_of(&map, "message")?.unwrap_or_default())
            }
            ("ok" | "reject" | "unsupported" | "error", _) => {
                return Err(format!("{name} is no object"));
            }
            _ => return Err(format!("an answer has the unknown field {name:?}")),
        };
        Ok(Self { id, answer })
    }
}

fn text_of(map: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match map.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{name} is no string")),
    }
}

/// Returns the beginning of a text, and how much is missing.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => {
            let start = text.get(..end).unwrap_or_default();
            let rest = text.len().saturating_sub(end);
            format!("{start}… ({rest} bytes more)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::schema;
    use serde_json::json;

    fn read(text: &str) -> Result<Reply, String> {
        Line::read(text.as_bytes()).map(|line| line.answer)
    }

    #[test]
    fn reads_the_four_answers() {
        assert_eq!(read(r#"{"id":1,"ok":{}}"#), Ok(Reply::Ok(json!({}))));
        let reject = Reply::Reject {
            code: Some("PRIN-1".to_owned()),
            message: None,
        };
        assert_eq!(read(r#"{"reject":{"code":"PRIN-1"},"id":1}"#), Ok(reject));
        assert_eq!(
            read(r#"{"id":1,"unsupported":{"why":"w"}}"#),
            Ok(Reply::Unsupported("w".to_owned()))
        );
        assert_eq!(
            read(r#"{"id":1,"error":{"message":"m"}}"#),
            Ok(Reply::Error("m".to_owned()))
        );
    }

    #[test]
    fn rejects_everything_else() {
        for (line, reason) in [
            ("hello", "a line is not JSON: hello"),
            ("[1]", "a line is no JSON object: [1]"),
            ("", "a line is not JSON: "),
            (
                r#"{"ok":{}}"#,
                "an answer has no id that is a natural number",
            ),
            (
                r#"{"id":-1,"ok":{}}"#,
                "an answer has no id that is a natural number",
            ),
            (
                r#"{"id":1}"#,
                "an answer has exactly one of ok, reject, unsupported and error",
            ),
            (
                r#"{"id":1,"ok":{},"reject":{}}"#,
                "an answer has exactly one of ok, reject, unsupported and error",
            ),
            (
                r#"{"id":1,"okay":{}}"#,
                "an answer has the unknown field \"okay\"",
            ),
            (r#"{"id":1,"ok":true}"#, "ok is no object"),
            (r#"{"id":1,"reject":{"code":7}}"#, "code is no string"),
        ] {
            assert_eq!(read(line), Err(reason.to_owned()), "{line}");
        }
        assert_eq!(
            Line::read(b"{\"id\":1\xff").map(|line| line.id),
            Err("a line is not UTF-8 from byte 7".to_owned())
        );
    }

    #[test]
    fn lines_are_as_the_schema_says() {
        let asked: Value = serde_json::from_str(&question(3, "a.b", &hello("0", "0"))).unwrap();
        assert_eq!(schema::problems("message", &asked), [""; 0]);
        for (line, is_good) in [
            (json!({ "id": 1, "ok": {} }), true),
            (json!({ "id": 1, "reject": { "code": "PRIN-1" } }), true),
            (json!({ "id": 1 }), false),
            (json!({ "id": 1, "ok": {}, "reject": {} }), false),
            (json!({ "id": 1, "ok": true }), false),
            (json!({ "id": 1, "okay": {} }), false),
        ] {
            assert_eq!(
                schema::problems("message", &line).is_empty(),
                is_good,
                "{line}"
            );
            assert_eq!(
                Line::read(line.to_string().as_bytes()).is_ok(),
                is_good,
                "{line}"
            );
        }
        let hello =
            json!({"protocol": 1, "implementation": {"name": "x", "version": "1"}, "ops": []});
        assert_eq!(schema::problems("hello", &hello), [""; 0]);
    }

    #[test]
    fn a_hello_needs_name_version_and_our_protocol() {
        let good =
            json!({"protocol": 1, "implementation": {"name": "x", "version": "1"}, "ops": []});
        assert!(Hello::read(good.clone()).is_ok());
        let mut other = good.clone();
        other["protocol"] = json!(2);
        assert_eq!(
            Hello::read(other),
            Err("speaks protocol 2, the suite 1".to_owned())
        );
        let mut nameless = good;
        nameless["implementation"] = json!({"name": "x"});
        assert_eq!(
            Hello::read(nameless),
            Err("the answer to hello has no implementation.version".to_owned())
        );
    }
}
