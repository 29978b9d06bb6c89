//! What is answered.

use core::fmt::Display;

use serde_json::Value;
use serde_json::json;

/// The answer to a question.
#[expect(clippy::exhaustive_enums, reason = "the protocol has these four")]
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Something that is no verdict on the input went wrong.
    Error {
        /// What.
        message: String,
    },
    /// The input is accepted, with this output.
    Ok(Value),
    /// The input is rejected.
    Reject {
        /// The clause that it violates.
        clause: &'static str,
        /// What the crate said.
        message: String,
    },
    /// The operation, or something the input needs, is not offered.
    Unsupported {
        /// What.
        why: String,
    },
}

/// Why an operation has no output: every answer but [`Answer::Ok`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusal {
    Error(String),
    Reject {
        clause: &'static str,
        message: String,
    },
    Unsupported(String),
}

/// What an operation returns.
pub(crate) type Outcome = Result<Value, Refusal>;

impl Answer {
    /// Returns the answer to question `id` as an object of the protocol.
    #[must_use]
    pub fn to_json(&self, id: &Value) -> Value {
        match self {
            Self::Error { message } => json!({"id": id, "error": {"message": message}}),
            Self::Ok(output) => json!({"id": id, "ok": output}),
            Self::Reject { clause, message } => {
                json!({"id": id, "reject": {"code": clause, "message": message}})
            }
            Self::Unsupported { why } => json!({"id": id, "unsupported": {"why": why}}),
        }
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(output) => Self::Ok(output),
            Err(Refusal::Error(message)) => Self::Error { message },
            Err(Refusal::Reject { clause, message }) => Self::Reject { clause, message },
            Err(Refusal::Unsupported(why)) => Self::Unsupported { why },
        }
    }
}

impl Refusal {
    /// The input violates `clause`, as the crate's `error` says.
    pub(crate) fn reject(clause: &'static str, error: impl Display) -> Self {
        Self::Reject {
            clause,
            message: error.to_string(),
        }
    }

    /// The same, but a rejection names `clause`, which demands what was violated.
    pub(crate) fn for_clause(self, clause: &'static str) -> Self {
        match self {
            Self::Reject { message, .. } => Self::Reject { clause, message },
            other => other,
        }
    }
}
