//! Cases about real data, which are no vectors: they are read from a folder at run time.

use serde_json::Value;

use crate::outcome::Outcome;

/// One case about real data, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct RealCase {
    pub(crate) topic: &'static str,
    pub(crate) op: &'static str,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) clauses: Vec<&'static str>,
    pub(crate) expected: &'static str,
    pub(crate) requests: usize,
    pub(crate) outcome: Outcome,
    pub(crate) detail: Option<String>,
    pub(crate) got: Option<Value>,
}
