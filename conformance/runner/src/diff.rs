//! What differs between an input and its twin: JSON pointers, and for bytes the place.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How much of a value is shown.
const SHOWN: usize = 64;

/// How many differences are listed.
const MAX_DIFFERENCES: usize = 12;

/// One difference between a twin and the case made from it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Difference {
    /// The JSON pointer of the field; for bytes, with the first differing byte.
    pub(crate) place: String,
    pub(crate) twin: String,
    pub(crate) this: String,
}

/// Lists the differences between two inputs, at most a dozen.
pub(crate) fn objects(twin: &Map<String, Value>, this: &Map<String, Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    objects_at("", twin, this, &mut found);
    found.truncate(MAX_DIFFERENCES);
    found
}

fn objects_at(
    place: &str,
    twin: &Map<String, Value>,
    this: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    for (name, value) in twin {
        let place = format!("{place}/{}", escaped(name));
        values_at(&place, Some(value), this.get(name), found);
    }
    for (name, value) in this.iter().filter(|(name, _)| !twin.contains_key(*name)) {
        values_at(
            &format!("{place}/{}", escaped(name)),
            None,
            Some(value),
            found,
        );
    }
}

fn values_at(place: &str, twin: Option<&Value>, this: Option<&Value>, found: &mut Vec<Difference>) {
    match (twin, this) {
        (Some(twin), Some(this)) if twin == this => {}
        (Some(Value::Object(twin)), Some(Value::Object(this))) => {
            objects_at(place, twin, this, found);
        }
        (Some(Value::Array(twin)), Some(Value::Array(this))) => {
            for index in 0..twin.len().max(this.len()) {
                let place = format!("{place}/{index}");
                values_at(&place, twin.get(index), this.get(index), found);
            }
        }
        (Some(Value::String(twin)), Some(Value::String(this))) if is_long_hex(twin, this) => {
            found.push(bytes(place, twin, this));
        }
        (twin, this) => {
            let place = place.to_owned();
            found.push(Difference {
                place,
                twin: shown(twin),
                this: shown(this),
            });
        }
    }
}

/// Escapes a name for a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "(absent)".to_owned(),
        Some(Value::String(text)) if !text.is_empty() => crate::protocol::excerpt(text, SHOWN),
        Some(value) => crate::protocol::excerpt(&value.to_string(), SHOWN),
    }
}

fn is_long_hex(twin: &str, this: &str) -> bool {
    let is_hex =
        |text: &str| text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    twin.len().max(this.len()) > SHOWN && is_hex(twin) && is_hex(this)
}

/// Describes two long byte strings by their first difference and what surrounds it.
fn bytes(place: &str, twin: &str, this: &str) -> Difference {
    let pairs = |text: &str| -> Vec<String> {
        text.as_bytes()
            .chunks(2)
            .map(|pair| String::from_utf8_lossy(pair).into_owned())
            .collect()
    };
    let (twin, this) = (pairs(twin), pairs(this));
    let start = twin.iter().zip(&this).take_while(|(a, b)| a == b).count();
    let rest = twin.len().min(this.len()).saturating_sub(start);
    let same_end = twin
        .iter()
        .rev()
        .zip(this.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let middle = |bytes: &[String]| {
        let end = bytes.len().saturating_sub(same_end);
        let different = bytes.get(start..end).unwrap_or_default();
        let text: String = different
            .iter()
            .take(SHOWN / 2)
            .map(String::as_str)
            .collect();
        let more = if different.len() > SHOWN / 2 {
            "…"
        } else {
            ""
        };
        match different.len() {
            0 => format!("(nothing; {} bytes in all)", bytes.len()),
            count => format!("{text}{more} ({count} of {} bytes)", bytes.len()),
        }
    };
    Difference {
        place: format!("{place} from byte {start}"),
        twin: middle(&twin),
        this: middle(&this),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differences(twin: &Value, this: &Value) -> Vec<(String, String, String)> {
        objects(twin.as_object().unwrap(), this.as_object().unwrap())
            .into_iter()
            .map(|Difference { place, twin, this }| (place, twin, this))
            .collect()
    }

    fn owned(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        rows.iter()
            .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
            .collect()
    }

    #[test]
    fn lists_changed_added_and_missing_fields() {
        let twin = json!({"same": 1, "a/b": {"x": "1"}, "list": ["p", "q"], "gone": "x"});
        let this = json!({"same": 1, "a/b": {"x": "2"}, "list": ["p"], "new": ""});
        assert_eq!(
            differences(&twin, &this),
            owned(&[
                ("/a~1b/x", "1", "2"),
                ("/list/1", "q", "(absent)"),
                ("/gone", "x", "(absent)"),
                ("/new", "(absent)", "\"\""),
            ])
        );
    }

    #[test]
    fn points_at_the_byte_in_long_byte_strings() {
        let twin = json!({"t": "00".repeat(50)});
        let this = json!({"t": format!("{}ff{}", "00".repeat(20), "00".repeat(29))});
        let rows = [(
            "/t from byte 20",
            "00 (1 of 50 bytes)",
            "ff (1 of 50 bytes)",
        )];
        assert_eq!(differences(&twin, &this), owned(&rows));
        let longer = json!({"t": format!("{}aa", "00".repeat(50))});
        let rows = [(
            "/t from byte 50",
            "(nothing; 50 bytes in all)",
            "aa (1 of 51 bytes)",
        )];
        assert_eq!(differences(&twin, &longer), owned(&rows));
    }
}
