//! What a lint run found, and how clauses are printed.

use std::fmt;

use super::catalogue::{CLAUSES, Clause, Status};
use super::marks::Mark;

/// What a lint run found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(super) problems: Vec<Problem>,
    /// The checks that could not run, with the reason.
    pub(super) skips: Vec<String>,
    pub(super) totals: Totals,
    /// How many marks in the code name a clause.
    pub(super) marks: usize,
}

impl Report {
    /// Returns whether nothing is wrong; skips are not wrong.
    #[must_use]
    pub(crate) const fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns the checks that could not run, each with its reason.
    #[must_use]
    pub(crate) fn skips(&self) -> &[String] {
        &self.skips
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(formatter, "{problem}")?;
        }
        for skip in self.skips() {
            writeln!(formatter, "skipped: {skip}")?;
        }
        writeln!(formatter, "clauses: {}", self.totals)?;
        write!(
            formatter,
            "marks in code: {}; problems: {}; skipped checks: {}",
            self.marks,
            self.problems.len(),
            self.skips().len()
        )
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Problem {
    path: String,
    /// Counted from 1; 0 is the whole file.
    line: usize,
    text: String,
}

impl Problem {
    pub(super) fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }

    #[cfg(test)]
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.path, self.text),
            line => write!(formatter, "{}:{line}: {}", self.path, self.text),
        }
    }
}

/// How many clauses have which status.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Totals {
    pub(super) tested: usize,
    pub(super) pending: usize,
    pub(super) excluded: usize,
    pub(super) unspecified: usize,
    pub(super) faults: usize,
}

impl Totals {
    pub(super) fn count<'a>(clauses: impl Iterator<Item = &'a Clause>) -> Self {
        let mut totals = Self::default();
        for clause in clauses {
            let count = match clause.status {
                Status::Excluded => &mut totals.excluded,
                Status::Pending => &mut totals.pending,
                Status::Tested => &mut totals.tested,
                Status::Unspecified => &mut totals.unspecified,
            };
            *count += 1;
            totals.faults += clause.fault.len();
        }
        totals
    }

    /// Returns how many clauses there are.
    #[must_use]
    pub(crate) const fn sum(self) -> usize {
        self.tested + self.pending + self.excluded + self.unspecified
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} tested, {} pending, {} excluded, {} unspecified; sum {} of {CLAUSES}; {} faults",
            self.tested,
            self.pending,
            self.excluded,
            self.unspecified,
            self.sum(),
            self.faults
        )
    }
}

/// Returns a clause as text for people.
pub(super) fn describe(clause: &Clause, marks: &[Mark]) -> String {
    let sides: Vec<&str> = clause.side.iter().map(|side| side.word()).collect();
    let mut lines = vec![
        format!("{}  {}", clause.name(), clause.title),
        format!(
            "{}, binds {}; {}",
            clause.level.word(),
            sides.join(" and "),
            clause.status.word()
        ),
        String::new(),
        clause.rule.trim().to_owned(),
        String::new(),
    ];
    for source in &clause.source {
        let state = match source.commit.as_ref().or(source.as_of.as_ref()) {
            Some(state) => format!(" ({state})"),
            None => String::new(),
        };
        lines.push(format!("source   {}#{}{state}", source.doc, source.anchor));
    }
    for (label, text) in [("excluded", &clause.excluded), ("policy", &clause.policy)] {
        if let Some(text) = text {
            lines.push(format!("{label:<8} {text}"));
        }
    }
    for (label, words) in [("errata", &clause.errata), ("ops", &clause.ops)] {
        if !words.is_empty() {
            lines.push(format!("{label:<8} {}", words.join(", ")));
        }
    }
    for fault in &clause.fault {
        let why = fault
            .why
            .as_deref()
            .map_or_else(String::new, |why| format!(" (no vector: {why})"));
        lines.push(format!(
            "fault    {}/{}: {}{why}",
            clause.name(),
            fault.id,
            fault.what
        ));
    }
    for mark in marks.iter().filter(|mark| mark.id == clause.name()) {
        lines.push(format!("cited    {}:{}", mark.path, mark.line));
    }
    lines.join("\n")
}
