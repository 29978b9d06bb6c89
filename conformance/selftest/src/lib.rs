//! Deliberately broken adapters, to test the conformance runner itself.
//!
//! A suite that everything passes is worth nothing. Each [`Mode`] is an adapter with one vice, and
//! `expected.toml` says what the runner must make of it; the tests hold the two together. The mode
//! `fault=ID` is the executable model with one named mistake: for each fault of the model the run
//! must fail, and blame the clause that the fault belongs to.
//!
//! # Example
//!
//! ```
//! let question = r#"{"id":7,"op":"principal.encode_text","input":{"bytes":"abcd01"}}"#;
//! let answer = icid_selftest::answer(question, None);
//! assert_eq!(answer, r#"{"id":7,"ok":{"text":"em77e-bvlzu-aq"}}"#);
//! ```
//!
//! # Specification
//!
//! `conformance/PROTOCOL.md`.
//!
//! # Deviations
//!
//! On purpose.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use core::time::Duration;
use std::io::{self, BufRead, Write};
use std::thread;

use model::Outcome;
use serde_json::{Value, json};

/// What is wrong with an adapter.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mode {
    /// Accepts everything.
    AcceptAll,
    /// Ends without an answer to every seventh question.
    CrashEvery7,
    /// Answers every question with the question.
    Echo,
    /// Ends at the first question.
    ExitsAtHello,
    /// The model with one named mistake.
    Fault(String),
    /// Answers with bytes that are no text.
    Garbage,
    /// Never answers.
    Hang,
    /// Answers with a line that never ends.
    HugeLine,
    /// The model, with no mistake.
    Model,
    /// Answers with text that is not JSON.
    NotJson,
    /// Prints a greeting before the first answer.
    PrintsBanner,
    /// Accepts and rejects by the toss of a coin.
    RandomVerdict,
    /// Rejects everything.
    RejectAll,
    /// Writes its answers one byte at a time, with pauses.
    SlowDrip,
    /// Answers everything twice.
    TwoAnswers,
    /// Answers with the id of another question.
    WrongId,
}

/// All modes without arguments, by name.
const MODES: [(&str, Mode); 15] = [
    ("accept-all", Mode::AcceptAll),
    ("crash-every-7", Mode::CrashEvery7),
    ("echo", Mode::Echo),
    ("exits-at-hello", Mode::ExitsAtHello),
    ("garbage", Mode::Garbage),
    ("hang", Mode::Hang),
    ("huge-line", Mode::HugeLine),
    ("model", Mode::Model),
    ("not-json", Mode::NotJson),
    ("prints-banner", Mode::PrintsBanner),
    ("random-verdict", Mode::RandomVerdict),
    ("reject-all", Mode::RejectAll),
    ("slow-drip", Mode::SlowDrip),
    ("two-answers", Mode::TwoAnswers),
    ("wrong-id", Mode::WrongId),
];

/// How long [`Mode::SlowDrip`] waits between two bytes.
const DRIP: Duration = Duration::from_secs(1);

/// How long [`Mode::Hang`] sleeps at a time.
const LONG: Duration = Duration::from_secs(3600);

/// Where [`Mode::RandomVerdict`] begins.
const SEED: u64 = 0x1c1d_0001;

impl Mode {
    /// Reads a mode: a name, or `fault=` and the id of a fault of the model.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(fault) = name.strip_prefix("fault=") {
            return model::FAULTS
                .contains(&fault)
                .then(|| Self::Fault(fault.to_owned()));
        }
        MODES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, mode)| mode.clone())
    }

    /// Returns the names of all modes without arguments.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MODES.iter().map(|(name, _)| *name)
    }
}

/// Serves the protocol until the input ends or the mode says otherwise.
///
/// # Errors
///
/// Returns the first error of the pipes.
pub fn serve(mode: &Mode, questions: impl BufRead, mut answers: impl Write) -> io::Result<()> {
    if *mode == Mode::PrintsBanner {
        writeln!(answers, "icid-selftest, at your service")?;
    }
    let mut coin = SEED;
    for (number, question) in questions.lines().enumerate() {
        let question = question?;
        let is_hello = is_hello(&question);
        let bytes = match mode {
            Mode::ExitsAtHello => return Ok(()),
            Mode::CrashEvery7 if number % 7 == 6 => return Ok(()),
            Mode::Fault(fault) => line(answer(&question, Some(fault))),
            _ if is_hello => line(answer(&question, None)),
            Mode::CrashEvery7 | Mode::Model | Mode::PrintsBanner => line(answer(&question, None)),
            Mode::AcceptAll => line(verdict(&question, true)),
            Mode::RejectAll => line(verdict(&question, false)),
            Mode::RandomVerdict => line(verdict(&question, toss(&mut coin))),
            Mode::Echo => line(question),
            Mode::Garbage => b"\xff\x00\xfe garbage \x80\n".to_vec(),
            Mode::NotJson => line("ValueError: what is this?".to_owned()),
            Mode::WrongId => line(with_other_id(&answer(&question, None))),
            Mode::TwoAnswers => line(answer(&question, None)).repeat(2),
            Mode::Hang => loop {
                thread::sleep(LONG);
            },
            Mode::HugeLine => loop {
                answers.write_all(&[b'x'; 1 << 16])?;
            },
            Mode::SlowDrip => {
                for byte in line(answer(&question, None)) {
                    answers.write_all(&[byte])?;
                    answers.flush()?;
                    thread::sleep(DRIP);
                }
                continue;
            }
        };
        answers.write_all(&bytes)?;
        answers.flush()?;
    }
    Ok(())
}

/// Answers a question as the model does, with or without a mistake. Neither line has a line feed.
#[must_use]
pub fn answer(question: &str, fault: Option<&str>) -> String {
    let Ok(question) = serde_json::from_str::<Value>(question) else {
        return reply(
            &Value::Null,
            "error",
            &json!({ "message": "the question is not JSON" }),
        );
    };
    let field = |name: &str| question.get(name).cloned().unwrap_or_default();
    let (id, input) = (field("id"), field("input"));
    let op = field("op");
    let op = op.as_str().unwrap_or_default();
    if op == "hello" {
        return reply(&id, "ok", &hello(fault));
    }
    match model::run(op, &input, fault) {
        Outcome::Ok(output) => reply(&id, "ok", &output),
        Outcome::Reject(clauses) => {
            let code = clauses.first().copied().unwrap_or_default();
            let all: Vec<_> = clauses.iter().copied().collect();
            let message = format!("violates {}", all.join(", "));
            reply(&id, "reject", &json!({ "code": code, "message": message }))
        }
        Outcome::Error(message) => reply(&id, "error", &json!({ "message": message })),
        Outcome::Unsupported => reply(&id, "unsupported", &json!({ "why": "unknown operation" })),
    }
}

fn hello(fault: Option<&str>) -> Value {
    let name = fault.map_or_else(
        || "icid-model".to_owned(),
        |fault| format!("icid-model with {fault}"),
    );
    // The model also judges answers of others; that is no operation of the protocol.
    let mut operations = model::operations();
    operations.retain(|operation| {
        !["envelope.signs", "hashtree.prunes", "ii.migrates"].contains(operation)
    });
    json!({
        "protocol": 1,
        "implementation": {
            "name": name,
            "version": env!("CARGO_PKG_VERSION"),
            "language": "rust",
        },
        "ops": operations,
        "presets": ["spec", "replica"],
        "policies": {},
        "limits": {},
        "reasons": "clause",
    })
}

fn reply(id: &Value, kind: &str, content: &Value) -> String {
    json!({ "id": id, kind: content }).to_string()
}

/// Answers without looking at the question.
fn verdict(question: &str, accepts: bool) -> String {
    let question: Value = serde_json::from_str(question).unwrap_or_default();
    let id = question.get("id").cloned().unwrap_or_default();
    if accepts {
        reply(&id, "ok", &json!({}))
    } else {
        reply(&id, "reject", &json!({ "code": "?", "message": "no" }))
    }
}

fn with_other_id(answer: &str) -> String {
    let mut answer: Value = serde_json::from_str(answer).unwrap_or_default();
    if let Some(id) = answer.get_mut("id") {
        *id = json!(id.as_u64().unwrap_or_default().saturating_add(1000));
    }
    answer.to_string()
}

fn is_hello(question: &str) -> bool {
    let question: Value = serde_json::from_str(question).unwrap_or_default();
    question.get("op").is_some_and(|op| op == "hello")
}

/// Tosses a coin: the lowest bit of a xorshift generator.
const fn toss(state: &mut u64) -> bool {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state & 1 == 1
}

fn line(mut text: String) -> Vec<u8> {
    text.push('\n');
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "{\"id\":0,\"op\":\"hello\",\"input\":{}}\n";
    const QUESTION: &str =
        "{\"id\":1,\"op\":\"principal.encode_text\",\"input\":{\"bytes\":\"04\"}}\n";

    fn output(mode: &Mode) -> Vec<String> {
        let mut answers = Vec::new();
        serve(mode, format!("{HELLO}{QUESTION}").as_bytes(), &mut answers).unwrap();
        String::from_utf8_lossy(&answers)
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_mode_has_a_name() {
        for (name, mode) in MODES {
            assert_eq!(Mode::from_name(name), Some(mode));
        }
        let fault = model::FAULTS[0];
        let mode = Mode::from_name(&format!("fault={fault}"));
        assert_eq!(mode, Some(Mode::Fault(fault.to_owned())));
        assert_eq!(Mode::from_name("fault=PRIN-0/off"), None);
        assert_eq!(Mode::from_name("nice"), None);
    }

    #[test]
    fn modes_differ_as_they_say() {
        let right = r#"{"id":1,"ok":{"text":"2vxsx-fae"}}"#;
        assert_eq!(output(&Mode::Model), [right]);
        assert_eq!(output(&Mode::TwoAnswers), [right, right]);
        assert_eq!(
            output(&Mode::WrongId),
            [right.replace("\"id\":1", "\"id\":1001")]
        );
        assert_eq!(output(&Mode::AcceptAll), [r#"{"id":1,"ok":{}}"#]);
        assert_eq!(output(&Mode::Echo), [QUESTION.trim_end()]);
        assert_eq!(output(&Mode::PrintsBanner).len(), 2);
        assert_eq!(output(&Mode::ExitsAtHello), [""; 0]);
    }

    #[test]
    fn the_coin_falls_on_both_sides_and_always_alike() {
        let toss_all = || {
            let mut coin = SEED;
            (0..64).filter(|_| toss(&mut coin)).count()
        };
        assert_eq!(toss_all(), toss_all());
        assert!((16..48).contains(&toss_all()), "{}", toss_all());
    }
}
