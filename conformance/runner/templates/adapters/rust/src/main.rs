//! An adapter for icid-conformance: puts one library behind the questions of the suite.
//!
//! Replace the calls of `ic_principal` by those of your library, then add operations from
//! PROTOCOL.md. Return `Answer::Reject` for the library's own errors and nothing else: a panic is no
//! rejection.
#![forbid(unsafe_code)]

use std::io::{BufRead, Write};

use ic_principal::Principal;
use serde_json::{Map, Value, json};

const OPERATIONS: [&str; 3] = [
    "principal.decode_text",
    "principal.encode_text",
    "principal.from_pubkey",
];

/// Why there is no output.
enum Answer {
    /// The library says: this input is wrong.
    Reject(String),
    /// A mistake of the adapter, or no question of the protocol.
    Error(String),
}

fn ask(op: &str, input: &Map<String, Value>) -> Result<Value, Answer> {
    let reject = |error: &dyn std::fmt::Display| Answer::Reject(error.to_string());
    match op {
        "principal.decode_text" => {
            let text = field(input, "text")?;
            let principal = Principal::from_text(text).map_err(|error| reject(&error))?;
            Ok(json!({ "bytes": hex(principal.as_slice()) }))
        }
        "principal.encode_text" => {
            let bytes = unhex(field(input, "bytes")?)?;
            let principal = Principal::try_from(bytes.as_slice()).map_err(|error| reject(&error))?;
            Ok(json!({ "text": principal.to_text() }))
        }
        "principal.from_pubkey" => {
            let principal = Principal::self_authenticating(unhex(field(input, "spki")?)?);
            Ok(json!({ "bytes": hex(principal.as_slice()) }))
        }
        _ => Err(Answer::Error("not offered".to_owned())),
    }
}

/// The one field that the operation has.
fn field<'a>(input: &'a Map<String, Value>, name: &str) -> Result<&'a str, Answer> {
    let others = input.keys().filter(|key| *key != name && *key != "policy");
    let text = input.get(name).and_then(Value::as_str);
    match (text, others.count()) {
        (Some(text), 0) => Ok(text),
        _ => Err(Answer::Error(format!("expected {name} alone"))),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The protocol's bytes are lower-case hexadecimal digits.
fn unhex(text: &str) -> Result<Vec<u8>, Answer> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(Answer::Error("not hexadecimal".to_owned())),
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Answer::Error("an odd number of digits".to_owned()));
    }
    pairs.iter().map(|[high, low]| Ok(digit(high)? << 4 | digit(low)?)).collect()
}

fn main() {
    let hello = json!({
        "protocol": 1,
        "implementation": { "name": "my-library", "version": "0", "language": "rust" },
        "ops": OPERATIONS,
        "reasons": "none",
    });
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line.expect("stdin")).expect("JSON");
        let op = question["op"].as_str().unwrap_or_default();
        let input = question["input"].as_object().cloned().unwrap_or_default();
        let mut answer = match op {
            "hello" => json!({ "ok": hello }),
            op if OPERATIONS.contains(&op) => match ask(op, &input) {
                Ok(output) => json!({ "ok": output }),
                Err(Answer::Reject(why)) => json!({ "reject": { "message": why } }),
                Err(Answer::Error(why)) => json!({ "error": { "message": why } }),
            },
            _ => json!({ "unsupported": { "why": "operation" } }),
        };
        answer["id"] = question["id"].clone();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}").and_then(|()| out.flush()).expect("stdout");
    }
}
