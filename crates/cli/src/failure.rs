//! What went wrong, said so that people know what to do.

use std::fmt;

use crate::output::style::{Palette, Role};
use crate::output::text::{self, Layout};
use crate::output::{Record, Value, json};

/// Why a command has no answer.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    kind: Kind,
    /// A sentence without full stop.
    what: String,
    details: Record,
    hints: Vec<String>,
}

/// Who can do something about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// The bytes are not what they should be: exit code 1.
    Data,
    /// The command can't be carried out as it was given: exit code 2.
    Usage,
}

impl Failure {
    pub(crate) fn data(what: impl Into<String>) -> Self {
        Self::new(Kind::Data, what)
    }

    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            details: Record::new(),
            hints: Vec::new(),
        }
    }

    /// Returns the same failure with something that helps to see it.
    pub(crate) fn with(mut self, key: &'static str, value: Value) -> Self {
        self.details.push(key, value);
        self
    }

    /// Returns the same failure with something to try.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the same failure with something to try, if there is something.
    pub(crate) fn maybe_hint(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    pub(crate) const fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Data => 1,
            Kind::Usage => 2,
        }
    }

    /// Returns the lines for people.
    pub(crate) fn to_text(&self, palette: Palette) -> String {
        let error = palette.paint(Role::Bad, "error:");
        let mut lines = format!("{error} {}\n", self.what);
        let layout = Layout {
            palette,
            is_verbose: true,
        };
        for line in text::render(&self.details, layout).lines() {
            lines.push_str(&format!("  {line}\n"));
        }
        for hint in &self.hints {
            let label = palette.paint(Role::Open, "try:");
            lines.push_str(&format!("{label} {hint}\n"));
        }
        lines
    }

    /// Returns JSON for programs.
    pub(crate) fn to_json(&self) -> String {
        let kind = match self.kind {
            Kind::Data => "data",
            Kind::Usage => "usage",
        };
        let hints = self.hints.iter().cloned().map(Value::Phrase).collect();
        let error = Record::new()
            .with("kind", Value::Name(kind))
            .with("message", Value::text(self.what.as_str()))
            .with("details", Value::Record(self.details.clone()))
            .with("hints", Value::List(hints));
        json::render(&Record::new().with("error", Value::Record(error)))
    }
}

/// Says that some bytes are not what they should be.
pub(crate) fn malformed(what: &str, error: impl fmt::Display) -> Failure {
    Failure::data(format!("this is not {what}: {error}"))
}
