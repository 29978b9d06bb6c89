//! `kill`: which mistakes the vectors can tell, family by family.

use core::fmt::Write;
use std::collections::BTreeSet;

use generate::{FaultReport, KillReport};

use crate::suite::{Clause, Status, Suite};

/// The table, and whether every rule holds.
#[derive(Debug)]
pub(super) struct KillTable {
    pub(super) text: String,
    pub(super) is_clean: bool,
}

/// Computes the kill matrix of the built-in vectors.
pub(super) fn report(suite: &Suite, family: Option<&str>) -> Result<KillTable, Vec<String>> {
    let report = compute()?;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = table(&mut text, suite, &report, family);
    let is_clean = report.problems.is_empty();
    Ok(KillTable { text, is_clean })
}

/// Computes the kill matrix of the built-in vectors and writes all of it: below the table, every
/// fault with every vector that kills it.
pub(super) fn in_full(suite: &Suite) -> Result<KillTable, Vec<String>> {
    let report = compute()?;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = table(&mut text, suite, &report, None).and_then(|()| matrix(&mut text, &report));
    let is_clean = report.problems.is_empty();
    Ok(KillTable { text, is_clean })
}

fn compute() -> Result<KillReport, Vec<String>> {
    generate::kill_matrix(vectors::FILES, vectors::CLAUSES)
        .map_err(|defects| defects.iter().map(ToString::to_string).collect())
}

fn matrix(out: &mut String, report: &KillReport) -> core::fmt::Result {
    for fault in &report.faults {
        writeln!(out, "\n{}  {}", fault.id, fault.what)?;
        if let Some(why) = &fault.unkillable {
            writeln!(out, "  no vector can tell: {why}")?;
        }
        for id in &fault.killed_by {
            writeln!(out, "  {id}")?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Row {
    counts: [usize; 4],
    killed: usize,
    killable: usize,
    unkillable: usize,
}

impl Row {
    fn of(clauses: &[&Clause], faults: &[&FaultReport]) -> Self {
        let count = |status| {
            clauses
                .iter()
                .filter(|clause| clause.status == status)
                .count()
        };
        let is_unkillable = |fault: &&&FaultReport| fault.unkillable.is_some();
        Self {
            counts: Status::ALL.map(count),
            killed: faults
                .iter()
                .filter(|fault| !fault.killed_by.is_empty())
                .count(),
            killable: faults.iter().filter(|fault| !is_unkillable(fault)).count(),
            unkillable: faults.iter().filter(is_unkillable).count(),
        }
    }

    fn write(&self, out: &mut String, name: &str) -> core::fmt::Result {
        let [tested, unspecified, excluded, pending] = self.counts;
        let total: usize = self.counts.iter().sum();
        write!(
            out,
            "{name:12} {total:7} {tested:7} {unspecified:12} {excluded:9} {pending:8}"
        )?;
        write!(
            out,
            "   {:>9}",
            format!("{}/{}", self.killed, self.killable)
        )?;
        if self.unkillable > 0 {
            write!(out, "   + {} no vector can tell", self.unkillable)?;
        }
        writeln!(out)
    }
}

fn table(
    out: &mut String,
    suite: &Suite,
    report: &KillReport,
    family: Option<&str>,
) -> core::fmt::Result {
    let mut names: Vec<&str> = Vec::new();
    for clause in &suite.clauses {
        if !names.contains(&clause.family.as_str()) {
            names.push(&clause.family);
        }
    }
    let is_shown = |name: &str| family.is_none_or(|family| family.eq_ignore_ascii_case(name));
    writeln!(
        out,
        "{:12} {:>7} {:>7} {:>12} {:>9} {:>8}   faults killed",
        "family", "clauses", "tested", "unspecified", "excluded", "pending"
    )?;
    let of_clause = |name: &str| -> BTreeSet<&str> {
        let clauses = suite.clauses.iter().filter(|clause| clause.family == name);
        clauses.map(|clause| clause.id.as_str()).collect()
    };
    for name in names.iter().filter(|name| is_shown(name)) {
        let ids = of_clause(name);
        let clauses: Vec<_> = suite
            .clauses
            .iter()
            .filter(|clause| ids.contains(clause.id.as_str()))
            .collect();
        let faults: Vec<_> = report
            .faults
            .iter()
            .filter(|fault| ids.contains(fault.clause.as_str()))
            .collect();
        Row::of(&clauses, &faults).write(out, name)?;
        if family.is_some() {
            write_faults(out, &faults)?;
        }
    }
    let all: Vec<_> = suite.clauses.iter().collect();
    let faults: Vec<_> = report.faults.iter().collect();
    Row::of(&all, &faults).write(out, "sum")?;
    writeln!(
        out,
        "{} tested + {} unspecified + {} excluded + {} pending = {} clauses; {} vectors",
        report.tested,
        report.unspecified,
        report.excluded,
        report.pending,
        report.tested + report.unspecified + report.excluded + report.pending,
        report.vectors
    )?;
    if !report.idle.is_empty() {
        writeln!(out, "{} vectors kill no fault:", report.idle.len())?;
        for id in report.idle.iter().take(12) {
            writeln!(out, "  {id}")?;
        }
        if report.idle.len() > 12 {
            writeln!(out, "  … and {} more", report.idle.len() - 12)?;
        }
    }
    for problem in &report.problems {
        writeln!(
            out,
            "BROKEN rule {}: {}: {}",
            problem.rule, problem.subject, problem.text
        )?;
    }
    match report.problems.len() {
        0 => writeln!(
            out,
            "Every fault of every tested clause is killed; every rule holds"
        ),
        count => writeln!(out, "{count} violations of the rules"),
    }
}

fn write_faults(out: &mut String, faults: &[&FaultReport]) -> core::fmt::Result {
    for fault in faults {
        let by = match (&fault.unkillable, fault.killed_by.as_slice()) {
            (Some(why), _) => format!("no vector can tell: {why}"),
            (None, []) => "SURVIVES".to_owned(),
            (None, [one]) => one.clone(),
            (None, [first, rest @ ..]) => format!("{first} and {} more", rest.len()),
        };
        writeln!(out, "    {:24} {}\n        {by}", fault.id, fault.what)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_table_adds_up() {
        let mut report = KillReport::default();
        (report.tested, report.excluded, report.pending) = (3, 1, 1);
        report.idle.push("t/encode".to_owned());
        let mut text = String::new();
        table(&mut text, &testing::suite(), &report, None).unwrap();
        insta::assert_snapshot!(text);
    }
}
