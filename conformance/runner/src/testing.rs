//! A small suite and a small adapter for the tests of this crate.

pub(crate) mod schema;

use serde_json::{Value, json};

use crate::protocol::Hello;
use crate::run::Options;
use crate::suite::{Suite, Texts};
use crate::transport::Adapter;

const DECODE: &str = include_str!("../tests/suite/principal/decode_text/text.json");

const ENCODE: &str = include_str!("../tests/suite/principal/encode_text/text.json");

const CLAUSES: &str = include_str!("../tests/suite/clauses.json");

const IDS: &str = include_str!("../tests/suite/ids.lock");

const POLICIES: &str = include_str!("../tests/suite/policies.json");

/// Returns the texts of a suite of five vectors.
pub(crate) fn texts() -> Texts {
    let own = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    Texts {
        files: vec![
            own("principal/decode_text/text.json", DECODE),
            own("principal/encode_text/text.json", ENCODE),
        ],
        clauses: own("clauses.json", CLAUSES),
        policies: own("policies.json", POLICIES),
        ids: own("ids.lock", IDS),
    }
}

/// Returns that suite, loaded.
pub(crate) fn suite() -> Suite {
    Suite::from_texts(&texts()).unwrap()
}

/// Returns options that leave out real data.
pub(crate) fn only_vectors() -> Options {
    Options {
        mainnet: false,
        ..Options::default()
    }
}

/// Returns what [`adapter`] says about itself.
pub(crate) fn hello() -> Hello {
    Hello::read(hello_answer()).unwrap()
}

fn hello_answer() -> Value {
    json!({
        "protocol": 1,
        "implementation": { "name": "tester", "version": "1.0", "language": "rust" },
        "ops": ["principal.decode_text"],
        "reasons": "clause"
    })
}

/// Returns an adapter that answers hello, and every other question with what `answer` makes of its
/// operation and input: one of the four answers without the id.
pub(crate) fn adapter(answer: impl Fn(&str, &Value) -> Value + Send + Sync + 'static) -> Adapter {
    Adapter::inside(move |line| {
        let question: Value = serde_json::from_str(line).unwrap();
        let op = question["op"].as_str().unwrap();
        let mut reply = match op {
            "hello" => json!({ "ok": hello_answer() }),
            op => answer(op, &question["input"]),
        };
        reply["id"] = question["id"].clone();
        reply.to_string()
    })
}

/// Answers as a good implementation does.
pub(crate) fn good(_op: &str, input: &Value) -> Value {
    match input["text"].as_str() {
        Some("fm77e-bvlzu-aq") => json!({ "reject": { "code": "PRIN-17" } }),
        _ => json!({ "ok": { "bytes": "abcd01" } }),
    }
}
