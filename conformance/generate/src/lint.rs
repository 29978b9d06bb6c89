//! The form of a vector file, checked without a schema library.
//!
//! The rules are those of `conformance/schema/vector.schema.json`; objects are closed.

use core::fmt;

use serde_json::{Map, Value};

use crate::suite::{NOTE_KINDS, SPEC};

/// Something wrong with the form of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a place and a reason")]
pub struct Defect {
    /// The path of the file.
    pub file: String,
    /// The line, counted from 1; that of the test's id for a defect inside a test.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

impl core::error::Error for Defect {}

/// Checks the form of the vector file `text` at `path`.
///
/// # Errors
///
/// Returns every defect found.
pub fn lint(path: &str, text: &str) -> Result<(), Vec<Defect>> {
    let mut lint = Lint {
        path,
        text,
        line: 1,
        defects: Vec::new(),
    };
    match serde_json::from_str::<Value>(text) {
        Ok(value) => lint.file(&value),
        Err(error) => {
            lint.line = error.line();
            lint.defect(format!("not JSON: {error}"));
        }
    }
    if lint.defects.is_empty() {
        Ok(())
    } else {
        Err(lint.defects)
    }
}

struct Lint<'a> {
    path: &'a str,
    text: &'a str,
    line: usize,
    defects: Vec<Defect>,
}

/// The kinds of values that fields hold.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
    Object,
    Array,
    Any,
}

use Kind::{Any, Array, Object, Text, Texts};

const FILE: &[(&str, Kind, bool)] = &[
    ("$schema", Text, true),
    ("format", Any, true),
    ("suite", Text, true),
    ("spec", Text, true),
    ("op", Text, true),
    ("topic", Text, true),
    ("notes", Object, true),
    ("tests", Array, true),
];

const NOTE: &[(&str, Kind, bool)] = &[
    ("kind", Text, true),
    ("text", Text, true),
    ("effect", Text, true),
];

const TEST: &[(&str, Kind, bool)] = &[
    ("id", Text, true),
    ("title", Text, true),
    ("clauses", Texts, true),
    ("notes", Texts, false),
    ("importance", Text, true),
    ("preset", Text, false),
    ("input", Object, true),
    ("input_diag", Text, false),
    ("expect", Object, true),
    ("twin", Text, false),
    ("mutation", Text, false),
    ("kills", Texts, true),
    ("provenance", Object, true),
];

const ACCEPT: &[(&str, Kind, bool)] = &[
    ("verdict", Text, true),
    ("output", Object, true),
    ("output_check", Text, false),
];

const REJECT: &[(&str, Kind, bool)] = &[
    ("verdict", Text, true),
    ("clause", Text, true),
    ("also", Texts, false),
];

const PLAIN_REJECT: &[(&str, Kind, bool)] = &[("verdict", Text, true)];

const EITHER: &[(&str, Kind, bool)] = &[
    ("verdict", Text, true),
    ("policy", Text, true),
    ("by_policy", Object, true),
];

const PROVENANCE: &[(&str, Kind, bool)] = &[("generator", Text, true), ("source", Text, false)];

impl Lint<'_> {
    fn defect(&mut self, reason: impl Into<String>) {
        let file = self.path.to_owned();
        self.defects.push(Defect {
            file,
            line: self.line,
            reason: reason.into(),
        });
    }

    fn object<'v>(
        &mut self,
        place: &str,
        value: &'v Value,
        shape: &[(&str, Kind, bool)],
    ) -> Option<&'v Map<String, Value>> {
        let Some(fields) = value.as_object() else {
            self.defect(format!("{place}: not an object"));
            return None;
        };
        for name in fields
            .keys()
            .filter(|name| !shape.iter().any(|(known, ..)| known == name))
        {
            self.defect(format!("{place}: unknown field {name}"));
        }
        for (name, kind, required) in shape {
            let Some(value) = fields.get(*name) else {
                if *required {
                    self.defect(format!("{place}: no {name}"));
                }
                continue;
            };
            let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
            let fits = match kind {
                Text => text(value),
                Texts => value.as_array().is_some_and(|items| items.iter().all(text)),
                Object => value.is_object(),
                Array => value.is_array(),
                Any => true,
            };
            if !fits {
                self.defect(format!("{place}: {name} has the wrong type"));
            }
        }
        Some(fields)
    }

    fn file(&mut self, value: &Value) {
        let Some(file) = self.object("file", value, FILE) else {
            return;
        };
        if value["format"] != 1 {
            self.defect(format!("unknown format {}", value["format"]));
        }
        if value["suite"] != "icid-conformance" || value["spec"] != SPEC {
            self.defect(format!("not of the suite icid-conformance for {SPEC}"));
        }
        let op = value["op"].as_str().unwrap_or_default();
        let topic = value["topic"].as_str().unwrap_or_default();
        let stem = format!("{}/{topic}", op.replace('.', "/"));
        if ![format!("{stem}.json"), format!("{stem}.big.json")]
            .iter()
            .any(|p| p == self.path)
        {
            self.defect(format!("the file of {op} on {topic} must be {stem}.json"));
        }
        let none = Map::new();
        let notes = file
            .get("notes")
            .and_then(Value::as_object)
            .unwrap_or(&none);
        for (name, note) in notes {
            self.object(&format!("note {name}"), note, NOTE);
            if !NOTE_KINDS.iter().any(|kind| note["kind"] == **kind) {
                self.defect(format!("note {name}: unknown kind {}", note["kind"]));
            }
        }
        let mut ids = Vec::new();
        for test in value["tests"].as_array().into_iter().flatten() {
            let id = test["id"].as_str().unwrap_or("a test without id");
            let needle = format!("\"id\": \"{id}\"");
            let line = self.text.lines().position(|line| line.contains(&needle));
            self.line = line.map_or(1, |line| line.saturating_add(1));
            if ids.contains(&id) {
                self.defect(format!("{id}: duplicate id"));
            }
            ids.push(id);
            self.test(id, op, test, notes);
        }
    }

    fn test(&mut self, id: &str, op: &str, test: &Value, notes: &Map<String, Value>) {
        self.object(id, test, TEST);
        let prefix = format!("{}/", op.replace('.', "/").replace('_', "-"));
        let slug = id.strip_prefix(&prefix).unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/".contains(c);
        if slug.is_empty() || !slug.chars().all(plain) {
            self.defect(format!(
                "{id}: not {prefix} and lower-case words with hyphens"
            ));
        }
        if !["critical", "high", "normal"]
            .iter()
            .any(|word| test["importance"] == **word)
        {
            self.defect(format!("{id}: unknown importance {}", test["importance"]));
        }
        if test.get("preset").is_some_and(|preset| preset != "replica") {
            self.defect(format!("{id}: unknown preset {}", test["preset"]));
        }
        if test["clauses"].as_array().is_none_or(Vec::is_empty) {
            self.defect(format!("{id}: no clauses"));
        }
        for note in test["notes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !notes.contains_key(note) {
                self.defect(format!("{id}: unknown note {note}"));
            }
        }
        if test["input"].get("policy").is_some() {
            self.defect(format!("{id}: the runner sets the policy"));
        }
        self.object(
            &format!("{id}: provenance"),
            &test["provenance"],
            PROVENANCE,
        );
        let rejects = self.expect(id, &test["expect"]);
        for name in ["twin", "mutation"] {
            if rejects != test.get(name).is_some() {
                self.defect(format!("{id}: a {name} goes with the verdict reject"));
            }
        }
    }

    /// Checks an expectation and says whether it is a rejection.
    fn expect(&mut self, id: &str, expect: &Value) -> bool {
        let place = format!("{id}: expect");
        match expect["verdict"].as_str() {
            Some("accept") => {
                self.object(&place, expect, ACCEPT);
                if expect.get("output_check").is_some_and(|check| {
                    !["migrates", "prunes", "signs"]
                        .iter()
                        .any(|known| check == *known)
                }) {
                    self.defect(format!("{place}: unknown output_check"));
                }
                false
            }
            Some("reject") => {
                self.object(&place, expect, REJECT);
                true
            }
            Some("either") => {
                self.object(&place, expect, EITHER);
                let answers = expect["by_policy"].as_object();
                if answers.is_none_or(|answers| answers.len() < 2) {
                    self.defect(format!("{place}: fewer than two answers"));
                }
                for (value, answer) in answers.into_iter().flatten() {
                    let place = format!("{place}: {value}");
                    match answer["verdict"].as_str() {
                        Some("accept") => _ = self.object(&place, answer, ACCEPT),
                        Some("reject") => _ = self.object(&place, answer, PLAIN_REJECT),
                        _ => self.defect(format!("{place}: unknown verdict")),
                    }
                }
                false
            }
            _ => {
                self.defect(format!("{place}: unknown verdict {}", expect["verdict"]));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Suite, Vector};
    use serde_json::json;

    const PATH: &str = "principal/decode_text/test.json";

    fn file() -> String {
        let mut suite = Suite::new();
        let mut file = suite.file("principal.decode_text", "test", "test");
        file.note("Note", "BASIC", "Text.", "Effect.");
        let text = json!({"text": "em77e-bvlzu-aq"});
        file.add(
            Vector::accept("good", "Good", text)
                .clauses(&["PRIN-17"])
                .note("Note"),
        );
        let text = json!({"text": "fm77e-bvlzu-aq"});
        file.add(Vector::reject(
            "PRIN-17", "bad", "Bad", text, "good", "e → f",
        ));
        suite.finish().unwrap().0.remove(0).1
    }

    #[test]
    fn passes_what_the_generator_writes() {
        assert_eq!(lint(PATH, &file()), Ok(()));
    }

    #[test]
    fn names_file_line_and_reason() {
        let broken = file().replace("\"importance\": \"normal\"", "\"importance\": \"low\"");
        let defects = lint(PATH, &broken).unwrap_err();
        let line = file()
            .lines()
            .position(|line| line.contains("decode-text/good"))
            .unwrap()
            + 1;
        assert_eq!(
            defects[0].to_string(),
            format!("{PATH}:{line}: principal/decode-text/good: unknown importance \"low\"")
        );
        assert_eq!(lint(PATH, "{\n}}").unwrap_err()[0].line, 2);
        let list = lint(PATH, "[]").unwrap_err();
        assert_eq!(
            list[0].to_string(),
            format!("{PATH}:1: file: not an object")
        );
    }

    #[test]
    fn refuses_every_broken_form() {
        for (from, to, reason) in [
            ("\"format\": 1", "\"format\": 2", "unknown format 2"),
            ("0.66.0", "0.65.0", "not of the suite"),
            (
                "\"topic\": \"test\"",
                "\"topic\": \"other\"",
                "must be principal/decode_text/other",
            ),
            ("BASIC", "MISC", "unknown kind"),
            ("\"title\"", "\"name\"", "unknown field name"),
            ("decode-text/bad", "decode-text/good", "duplicate id"),
            ("decode-text/bad", "decode-text/Bad", "lower-case"),
            (
                "\"mutation\"",
                "\"was\"",
                "a mutation goes with the verdict reject",
            ),
            (
                "\"verdict\": \"reject\"",
                "\"verdict\": \"maybe\"",
                "unknown verdict",
            ),
            (
                "\"clause\": \"PRIN-17\"",
                "\"clause\": 17",
                "clause has the wrong type",
            ),
            (
                "\"text\": \"fm77e",
                "\"policy\": \"x\", \"text\": \"fm77e",
                "sets the policy",
            ),
            (
                "\"importance\": \"normal\"",
                "\"importance\": \"normal\", \"preset\": \"other\"",
                "unknown preset",
            ),
            (
                "\"clauses\": [",
                "\"clauses\": [], \"was\": [",
                "no clauses",
            ),
            ("\"Note\": {", "\"Other\": {", "unknown note Note"),
            (
                "\"verdict\": \"accept\",",
                "\"verdict\": \"accept\", \"output_check\": \"looks-good\",",
                "unknown output_check",
            ),
            (
                "\"verdict\": \"accept\",",
                "\"verdict\": \"either\", \"policy\": \"p\", \"by_policy\": {\"a\": {\"verdict\": \"maybe\"}},",
                "fewer than two answers",
            ),
            (
                "\"verdict\": \"accept\",",
                "\"verdict\": \"either\", \"policy\": \"p\", \"by_policy\": {\"a\": {\"verdict\": \"maybe\"}},",
                "a: unknown verdict",
            ),
            ("\"kills\"", "\"killed\"", "no kills"),
            (
                "\"expect\": {",
                "\"expect\": [], \"was\": {",
                "expect has the wrong type",
            ),
        ] {
            let broken = file().replace(from, to);
            assert_ne!(broken, file(), "{from}");
            let defects = lint(PATH, &broken).unwrap_err();
            assert!(
                defects.iter().any(|defect| defect.reason.contains(reason)),
                "{reason}: {defects:?}"
            );
        }
    }
}
