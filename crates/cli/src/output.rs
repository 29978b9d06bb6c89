//! What commands have to say, before it is text or JSON.
//!
//! Every command builds one [`Record`]. People see it as aligned lines ([`text`]), programs as JSON
//! ([`json`]); nothing is formatted twice.

pub(crate) mod drawing;
pub(crate) mod json;
pub(crate) mod stdout;
pub(crate) mod style;
pub(crate) mod svg;
pub(crate) mod text;

use principal::Principal;
use time::{Lifetime, Timestamp};

use crate::moment;
use crate::output::drawing::Drawing;

/// Fields in the order in which they are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
}

/// A value with its name.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The name in JSON. People see it with spaces for underscores.
    pub(crate) key: &'static str,
    pub(crate) value: Value,
    /// What people see after the value, and programs don't.
    pub(crate) note: Option<String>,
}

/// What a field says.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Bytes: hexadecimal.
    Bytes(Vec<u8>),
    /// A small number of things.
    Count(u64),
    /// A tree.
    Drawing(Drawing),
    /// Yes or no.
    Flag(bool),
    /// Single values of one kind.
    List(Vec<Self>),
    /// One of a few words of ours, in snake case.
    Name(&'static str),
    /// A number that may be too great for JSON: there a decimal string.
    Natural(u64),
    /// A sentence of ours.
    Phrase(String),
    /// An id in its text form.
    Principal(Principal),
    /// More fields.
    Record(Record),
    /// Records of one kind, and what each of them is called.
    Records(&'static str, Vec<Record>),
    /// A line of ours for people, and fields for programs.
    Shown(String, Record),
    /// A number of bytes.
    Size(u64),
    /// A length of time: in JSON decimal nanoseconds.
    Span(Lifetime),
    /// A text of strangers.
    Text(String),
    /// A point in time.
    Time(Timestamp),
    /// What a check came to.
    Verdict(Verdict),
}

/// What a check came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) state: State,
    /// A sentence about it, without full stop.
    pub(crate) why: String,
}

/// Whether something held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Invalid,
    /// Something that the check needs was not given.
    Unchecked,
    Valid,
}

impl State {
    /// Returns the word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unchecked => "unchecked",
            Self::Valid => "valid",
        }
    }
}

impl Verdict {
    pub(crate) fn valid(why: impl Into<String>) -> Self {
        Self::new(State::Valid, why)
    }

    pub(crate) fn invalid(why: impl Into<String>) -> Self {
        Self::new(State::Invalid, why)
    }

    pub(crate) fn unchecked(why: impl Into<String>) -> Self {
        Self::new(State::Unchecked, why)
    }

    fn new(state: State, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { state, why }
    }
}

impl Record {
    pub(crate) const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// Returns the same record with one field more.
    pub(crate) fn with(mut self, key: &'static str, value: Value) -> Self {
        self.push(key, value);
        self
    }

    /// Returns the same record with one field more, and something that only people see.
    pub(crate) fn noted(
        mut self,
        key: &'static str,
        value: Value,
        note: impl Into<String>,
    ) -> Self {
        self.push_noted(key, value, note);
        self
    }

    /// Returns the same record with one field more if there is a value.
    pub(crate) fn maybe(self, key: &'static str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Returns the same record with a time, and how far that is from now.
    pub(crate) fn time(self, key: &'static str, time: Timestamp, now: Timestamp) -> Self {
        self.noted(key, Value::Time(time), moment::from_now(time, now))
    }

    pub(crate) fn push(&mut self, key: &'static str, value: Value) {
        let note = None;
        self.fields.push(Field { key, value, note });
    }

    pub(crate) fn push_noted(&mut self, key: &'static str, value: Value, note: impl Into<String>) {
        let note = Some(note.into()).filter(|note| !note.is_empty());
        self.fields.push(Field { key, value, note });
    }

    /// Returns what the first verdict is, also one inside of inner records.
    pub(crate) fn is_invalid(&self) -> bool {
        self.fields.iter().any(|field| match &field.value {
            Value::Verdict(verdict) => verdict.state == State::Invalid,
            Value::Record(record) => record.is_invalid(),
            Value::Records(_, records) => records.iter().any(Self::is_invalid),
            _ => false,
        })
    }
}

impl Value {
    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }

    /// A count, given a length.
    pub(crate) fn length(length: usize) -> Self {
        Self::Count(length.try_into().unwrap_or(u64::MAX))
    }

    /// How many bytes there are.
    pub(crate) fn size(bytes: &[u8]) -> Self {
        Self::Size(bytes.len().try_into().unwrap_or(u64::MAX))
    }

    pub(crate) fn principals(list: impl IntoIterator<Item = Principal>) -> Self {
        Self::List(list.into_iter().map(Self::Principal).collect())
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}
