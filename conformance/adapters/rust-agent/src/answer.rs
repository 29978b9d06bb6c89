//! What came of an operation.

use std::fmt::Display;

use serde_json::Value;

/// The output of an operation, or why there is none.
pub(crate) type Outcome = Result<Value, Refusal>;

/// Why there is no output.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The library says: this input is wrong.
    Reject(String),
    /// The library cannot be told what the question asks for.
    Unsupported(&'static str),
    /// Anything else, such as input that is no question of the protocol.
    Error(String),
}

impl Refusal {
    pub(crate) fn reject(error: impl Display) -> Self {
        Self::Reject(error.to_string())
    }

    pub(crate) fn error(error: impl Display) -> Self {
        Self::Error(error.to_string())
    }
}
