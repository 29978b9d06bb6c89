//! Checks values against the schemas of this project, as far as these schemas go.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Lists what is wrong with `value` according to `conformance/schema/<name>.schema.json`.
pub(crate) fn problems(name: &str, value: &Value) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../schema/{name}.schema.json"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut found = Vec::new();
    check(&schema, &schema, value, name, &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        let ok = match keyword.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                check(root, root.pointer(pointer).unwrap(), value, place, found);
                true
            }
            "oneOf" => {
                let fits = |schema: &&Value| {
                    let mut inner = Vec::new();
                    check(root, schema, value, place, &mut inner);
                    inner.is_empty()
                };
                wanted.as_array().unwrap().iter().filter(fits).count() == 1
            }
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_u64(),
                "boolean" => value.is_boolean(),
                other => panic!("unknown type {other}"),
            },
            "const" => value == wanted,
            "enum" => wanted.as_array().unwrap().contains(value),
            "required" => {
                let names = wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|name| name.as_str().unwrap());
                names.into_iter().all(|name| value.get(name).is_some())
            }
            "properties" => {
                for (name, schema) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        check(root, schema, value, &format!("{place}/{name}"), found);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                let is_known = |name: &String| known.is_some_and(|known| known.contains_key(name));
                let mut others = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(n, _)| !is_known(n));
                if wanted.is_object() {
                    others.for_each(|(name, value)| {
                        check(root, wanted, value, &format!("{place}/{name}"), found);
                    });
                    true
                } else {
                    wanted == &Value::Bool(true) || others.next().is_none()
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, wanted, value, &format!("{place}/{index}"), found);
                }
                true
            }
            "minimum" => value.as_u64() >= wanted.as_u64(),
            "minLength" => value.as_str().is_some_and(|text| !text.is_empty()),
            "$schema" | "$id" | "$defs" | "title" | "description" | "default" | "pattern"
            | "uniqueItems" => true,
            other => panic!("the checker does not know {other}"),
        };
        if !ok {
            found.push(format!("{place}: {keyword}"));
        }
    }
}
