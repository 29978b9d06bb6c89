//! What an operation is told and what it answers.

use alloc::collections::BTreeSet;

use serde_json::Value;

use crate::input::Malformed;

/// How one run behaves: which mistake it makes and which preset fills the gaps of the text.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    fault: Option<&'a str>,
    preset: Preset,
}

impl<'a> Context<'a> {
    /// A context that makes `fault`, if there is one.
    #[must_use]
    pub const fn new(fault: Option<&'a str>, preset: Preset) -> Self {
        Self { fault, preset }
    }

    /// Whether this run makes the mistake `fault`, which must be in [`crate::FAULTS`].
    #[must_use]
    pub fn has(&self, fault: &'static str) -> bool {
        debug_assert!(crate::FAULTS.contains(&fault), "{fault} is not listed");
        self.fault == Some(fault)
    }

    /// The preset of this run.
    #[must_use]
    pub const fn preset(&self) -> Preset {
        self.preset
    }

    /// Whether this run answers open questions as the replica does.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.preset == Preset::Replica
    }
}

/// Who answers the questions the text leaves open (design decision 4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the protocol has two presets")]
pub enum Preset {
    /// The strict reading of the text.
    Spec,
    /// What the replica does.
    Replica,
}

/// What [`crate::run`] answers.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the protocol has four answers")]
pub enum Outcome {
    /// The input is accepted; this is the output.
    Ok(Value),
    /// The input violates these clauses, at least one.
    Reject(BTreeSet<&'static str>),
    /// The input is not an input of the protocol.
    Error(String),
    /// The model has no such operation.
    Unsupported,
}

impl Outcome {
    /// A rejection for one clause.
    #[must_use]
    pub fn reject(clause: &'static str) -> Self {
        Self::Reject(BTreeSet::from([clause]))
    }

    /// Whether the input was accepted, with whatever output.
    #[must_use]
    pub const fn is_accept(&self) -> bool {
        matches!(self, Self::Ok(_))
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Ok(output) => Self::Ok(output),
            Err(Stop::Reject(clauses)) => Self::Reject(clauses),
            Err(Stop::Error(message)) => Self::Error(message),
        }
    }
}

/// What the function behind an operation returns.
pub type Verdict = Result<Value, Stop>;

/// Why an operation has no output.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a verdict is one of these")]
pub enum Stop {
    /// The input violates these clauses.
    Reject(BTreeSet<&'static str>),
    /// The input is not an input of the protocol.
    Error(String),
}

impl Stop {
    /// A stop for the violation of one clause.
    #[must_use]
    pub fn violated(clause: &'static str) -> Self {
        Self::Reject(BTreeSet::from([clause]))
    }
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Self {
        Self::Error(malformed.to_string())
    }
}

/// The clauses found violated so far, for checks that do not depend on each other.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Violations(BTreeSet<&'static str>);

impl Violations {
    /// No violations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that `clause` is violated.
    pub fn add(&mut self, clause: &'static str) {
        self.0.insert(clause);
    }

    /// Notes that `clause` is violated unless `holds`.
    pub fn require(&mut self, holds: bool, clause: &'static str) {
        if !holds {
            self.add(clause);
        }
    }

    /// Takes the violations of a check that ended early, and its value if it did not.
    ///
    /// # Errors
    ///
    /// Passes on [`Stop::Error`].
    pub fn absorb<T>(&mut self, result: Result<T, Stop>) -> Result<Option<T>, Stop> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Reject(clauses)) => {
                self.0.extend(clauses);
                Ok(None)
            }
            Err(stop @ Stop::Error(_)) => Err(stop),
        }
    }

    /// Whether nothing is violated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` if nothing is violated.
    ///
    /// # Errors
    ///
    /// Returns [`Stop::Reject`] with the violated clauses if there are any.
    pub fn or<T>(self, value: T) -> Result<T, Stop> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Stop::Reject(self.0))
        }
    }
}
