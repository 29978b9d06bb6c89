//! The files of the suite as they are written, read strictly.
//!
//! `test` and `expect` objects are closed: an unknown field is a defect of the suite, so that a
//! typing mistake cannot weaken a vector. Metadata around them may grow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::outcome::Level;

/// One file of vectors.
#[derive(Debug, Deserialize)]
pub(crate) struct VectorFile {
    pub(crate) format: u64,
    pub(crate) suite: String,
    pub(crate) spec: String,
    pub(crate) op: String,
    pub(crate) topic: String,
    #[serde(default)]
    pub(crate) notes: BTreeMap<String, Note>,
    pub(crate) tests: Vec<Test>,
}

/// Why cases of a kind exist, and what failing them means.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Note {
    pub(crate) kind: String,
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) effect: Option<String>,
}

/// One vector as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Test {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) clauses: Vec<String>,
    #[serde(default)]
    pub(crate) notes: Vec<String>,
    #[serde(default)]
    pub(crate) importance: Importance,
    pub(crate) preset: Option<String>,
    pub(crate) input: Map<String, Value>,
    pub(crate) input_diag: Option<String>,
    pub(crate) expect: ExpectText,
    pub(crate) twin: Option<String>,
    pub(crate) mutation: Option<String>,
    #[serde(default)]
    pub(crate) kills: Vec<String>,
    #[serde(default)]
    pub(crate) provenance: Value,
}

/// How much harm failing a vector does.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Importance {
    Critical,
    High,
    #[default]
    Normal,
}

impl Importance {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
        }
    }
}

/// The expectation as written; [`super::Expect`] is the checked form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectText {
    pub(crate) verdict: Verdict,
    pub(crate) output: Option<Value>,
    pub(crate) output_check: Option<OutputCheck>,
    pub(crate) clause: Option<String>,
    #[serde(default)]
    pub(crate) also: Vec<String>,
    pub(crate) policy: Option<String>,
    pub(crate) by_policy: Option<BTreeMap<String, Value>>,
}

/// What a vector expects, without the details.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Accept,
    Reject,
    Either,
}

/// An equation that decides about outputs that have no single right form.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OutputCheck {
    /// The output is an image that holds what the input's does, in the layout asked for.
    Migrates,
    /// The output is a smallest pruning of the input tree for the listed paths.
    Prunes,
    /// The output is an envelope with the members asked for and a valid signature.
    Signs,
}

/// One clause of the catalogue, as exported for programs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Clause {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) family: String,
    pub(crate) title: String,
    pub(crate) level: Level,
    #[serde(default)]
    pub(crate) side: Vec<String>,
    pub(crate) rule: String,
    #[serde(default)]
    pub(crate) source: Vec<Source>,
    pub(crate) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) excluded: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(default)]
    pub(crate) errata: Vec<String>,
    #[serde(default)]
    pub(crate) faults: Vec<Fault>,
}

/// Where a clause comes from.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Source {
    pub(crate) doc: String,
    pub(crate) anchor: String,
}

/// A way to violate a clause.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Fault {
    pub(crate) id: String,
    pub(crate) what: String,
    #[serde(default = "killable")]
    pub(crate) killable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

const fn killable() -> bool {
    true
}

/// How a clause is covered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Every killable fault of it is caught by a vector.
    Tested,
    /// Vectors are still to be written.
    Pending,
    /// Cannot be checked from outside; the reason is given.
    Excluded,
    /// The specification leaves it open; answers are recorded under a policy.
    Unspecified,
}

impl Status {
    pub(crate) const ALL: [Self; 4] = [
        Self::Tested,
        Self::Unspecified,
        Self::Excluded,
        Self::Pending,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tested => "tested",
            Self::Pending => "pending",
            Self::Excluded => "excluded",
            Self::Unspecified => "unspecified",
        }
    }
}
