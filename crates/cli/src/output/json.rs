//! Records as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::escape::is_hidden;
use crate::hex;
use crate::moment;
use crate::output::drawing::Node;
use crate::output::{Record, Value};

/// Returns the record as indented JSON with a line feed in the end.
pub(crate) fn render(record: &Record) -> String {
    // Values are made of strings, numbers and lists, which always can be written.
    let text = serde_json::to_string_pretty(&object(record)).unwrap_or_default();
    let mut text = harmless(&text);
    text.push('\n');
    text
}

/// Returns the record as JSON on one line, without line feed.
pub(crate) fn render_line(record: &Record) -> String {
    harmless(&object(record).to_string())
}

fn object(record: &Record) -> Json {
    let fields = record.fields.iter();
    let members = fields.map(|field| (field.key.to_owned(), value(&field.value)));
    Json::Object(members.collect::<Map<_, _>>())
}

fn value(value: &Value) -> Json {
    match value {
        Value::Bytes(bytes) => hex::encode(bytes).into(),
        Value::Count(number) | Value::Size(number) => (*number).into(),
        Value::Drawing(drawing) => nodes(&drawing.nodes),
        Value::Flag(flag) => (*flag).into(),
        Value::List(values) => values.iter().map(self::value).collect(),
        Value::Name(name) => (*name).into(),
        Value::Natural(number) => number.to_string().into(),
        Value::Phrase(text) | Value::Text(text) => text.as_str().into(),
        Value::Principal(principal) => principal.to_string().into(),
        Value::Record(record) | Value::Shown(_, record) => object(record),
        Value::Records(_, records) => records.iter().map(object).collect(),
        Value::Span(lifetime) => lifetime.as_nanos().to_string().into(),
        Value::Time(time) => json!({
            "utc": moment::to_utc(*time),
            "nanos": time.as_nanos().to_string(),
        }),
        Value::Verdict(verdict) => json!({
            "state": verdict.state.name(),
            "why": verdict.why,
        }),
    }
}

/// The recursion is as deep as the hash tree, whose reader bounds it.
fn nodes(list: &[Node]) -> Json {
    let node = |node: &Node| match node {
        Node::Label {
            label,
            shown,
            children,
        } => json!({
            "label": hex::encode(label),
            "shown": shown,
            "children": nodes(children),
        }),
        Node::Leaf { value, meaning } => match meaning {
            Some(meaning) => json!({ "value": hex::encode(value), "meaning": meaning }),
            None => json!({ "value": hex::encode(value) }),
        },
        Node::Pruned(hash) => json!({ "pruned": hex::encode(hash) }),
    };
    list.iter().map(node).collect()
}

/// Escapes what [`is_hidden`] and JSON lets stand, for the output may go to a terminal. Such
/// characters are in strings only, apart from line feeds, which are control characters of the layout.
fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !is_hidden(character) {
            safe.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_lets_stand_and_terminals_obey_is_escaped_and_read_back() {
        let text = "a\u{9b}2J\u{202e}b\u{e0041}\u{1b}\u{7f}";
        let record = Record::new().with("text", Value::text(text));
        let line = render_line(&record);
        assert_eq!(
            line,
            "{\"text\":\"a\\u009b2J\\u202eb\\udb40\\udc41\\u001b\\u007f\"}"
        );
        let back: Json = serde_json::from_str(&line).unwrap();
        assert_eq!(back, json!({ "text": text }));
    }
}
