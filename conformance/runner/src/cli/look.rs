//! `list` and `show`: looking at the suite without running it.

use core::fmt::Write;
use std::collections::BTreeMap;

use crate::diff;
use crate::glob::Filter;
use crate::run;
use crate::suite::{Answer, Clause, Expect, Output, Suite, Vector};

/// Lists topics with their sizes, or with a filter the vectors.
pub(super) fn list(suite: &Suite, filter: Option<&str>) -> String {
    let mut out = String::new();
    if filter.is_some() {
        let filter = Filter::new(filter);
        for vector in suite
            .vectors
            .iter()
            .filter(|vector| filter.matches(&vector.id))
        {
            let kind = kind(&vector.expect);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{kind:6}  {}  {}", vector.id, vector.title);
        }
        return out;
    }
    let mut topics: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for vector in &suite.vectors {
        let [accept, reject, either] = topics.entry(run::topic(vector)).or_default();
        *match &vector.expect {
            Expect::Accept(_) => accept,
            Expect::Reject { .. } => reject,
            Expect::Either { .. } => either,
        } += 1;
    }
    let width = topics
        .keys()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let _ = writeln!(out, "{:width$}  accept  reject  either", "topic");
    for (name, [accept, reject, either]) in &topics {
        let _ = writeln!(out, "{name:width$}  {accept:6}  {reject:6}  {either:6}");
    }
    let _ = writeln!(
        out,
        "{} vectors in {} files, suite digest {}",
        suite.vectors.len(),
        suite.files,
        suite.digest()
    );
    out
}

const fn kind(expect: &Expect) -> &'static str {
    match expect {
        Expect::Accept(_) => "accept",
        Expect::Reject { .. } => "reject",
        Expect::Either { .. } => "either",
    }
}

/// Shows a vector or a clause at length.
pub(super) fn show(suite: &Suite, id: &str) -> Option<String> {
    let mut out = String::new();
    if let Some(vector) = suite.vector(id) {
        // Writing to a string cannot fail.
        let _ = show_vector(&mut out, suite, vector);
    } else {
        let _ = show_clause(&mut out, suite, suite.clause(id)?);
    }
    Some(out)
}

fn show_vector(out: &mut String, suite: &Suite, vector: &Vector) -> core::fmt::Result {
    writeln!(out, "{}", vector.id)?;
    writeln!(out, "  {}", vector.title)?;
    writeln!(
        out,
        "  {} · {} · {} · {}",
        vector.op,
        vector.topic,
        vector.level,
        vector.importance.name()
    )?;
    if let Some(preset) = &vector.preset {
        writeln!(out, "  for adapters that know the preset {preset}")?;
    }
    for id in &vector.clauses {
        if let Some(clause) = suite.clause(id) {
            writeln!(out, "  {id}: {} ({})", clause.title, clause.level)?;
        }
    }
    for (_, note) in &vector.notes {
        writeln!(out, "  note ({}): {}", note.kind, note.text)?;
        if let Some(effect) = &note.effect {
            writeln!(out, "    effect: {effect}")?;
        }
    }
    if !vector.kills.is_empty() {
        writeln!(out, "  kills {}", vector.kills.join(", "))?;
    }
    writeln!(out, "\nexpected:")?;
    match &vector.expect {
        Expect::Accept(Output::Exactly(output)) => writeln!(out, "accept {output:#}")?,
        Expect::Accept(Output::Satisfies(check)) => {
            writeln!(out, "accept, output judged by the equation {check:?}")?;
        }
        Expect::Reject { clause, also } if also.is_empty() => writeln!(out, "reject for {clause}")?,
        Expect::Reject { clause, also } => {
            writeln!(out, "reject for {clause} (or {})", also.join(", "))?;
        }
        Expect::Either { policy, by_policy } => {
            writeln!(out, "left open; by {policy}:")?;
            for (value, answer) in by_policy {
                match answer {
                    Answer::Accept(Some(output)) => writeln!(out, "  {value}: accept {output}")?,
                    Answer::Accept(None) => writeln!(out, "  {value}: accept")?,
                    Answer::Reject => writeln!(out, "  {value}: reject")?,
                }
            }
        }
    }
    if let Some(twin) = suite.twin(vector) {
        let mutation = vector.mutation.as_deref().unwrap_or_default();
        writeln!(out, "\nmade from {}: {mutation}", twin.id)?;
        for difference in diff::objects(&twin.input, &vector.input) {
            writeln!(
                out,
                "  {}   {} → {}",
                difference.place, difference.twin, difference.this
            )?;
        }
    }
    if let Some(diag) = &vector.input_diag {
        writeln!(out, "\nin words:\n{diag}")?;
    }
    writeln!(out, "\nasked (one line; the id is any number):")?;
    writeln!(
        out,
        "{}",
        crate::protocol::question(1, &vector.op, &run::question(vector))
    )?;
    if !vector.provenance.is_null() {
        writeln!(out, "\nprovenance {}", vector.provenance)?;
    }
    writeln!(out, "file {}", vector.file)
}

fn show_clause(out: &mut String, suite: &Suite, clause: &Clause) -> core::fmt::Result {
    writeln!(out, "{}  {}", clause.id, clause.title)?;
    let sides = clause.side.join(", ");
    writeln!(
        out,
        "  {} · {} · binds {sides}",
        clause.level,
        clause.status.name()
    )?;
    writeln!(out, "  {}", clause.rule)?;
    for source in &clause.source {
        writeln!(out, "  source {}#{}", source.doc, source.anchor)?;
    }
    if !clause.errata.is_empty() {
        writeln!(out, "  errata {}", clause.errata.join(", "))?;
    }
    if let Some(reason) = &clause.excluded {
        writeln!(out, "  excluded: {reason}")?;
    }
    if let Some(policy) = &clause.policy {
        writeln!(out, "  policy {policy}")?;
    }
    for fault in &clause.faults {
        writeln!(out, "\n{}  {}", fault.id, fault.what)?;
        if !fault.killable {
            let why = fault.why.as_deref().unwrap_or("no reason given");
            writeln!(out, "  no vector can tell: {why}")?;
        }
        for vector in suite
            .vectors
            .iter()
            .filter(|vector| vector.kills.contains(&fault.id))
        {
            writeln!(
                out,
                "  {:6}  {}  {}",
                kind(&vector.expect),
                vector.id,
                vector.title
            )?;
        }
    }
    let names = |vector: &&Vector| vector.clauses.contains(&clause.id) && vector.kills.is_empty();
    for vector in suite.vectors.iter().filter(names) {
        writeln!(
            out,
            "\n{:6}  {}  {}",
            kind(&vector.expect),
            vector.id,
            vector.title
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn shows_a_vector_with_its_difference_from_the_twin() {
        let text = show(&testing::suite(), "t/bad-checksum").unwrap();
        assert!(
            text.contains("  /text   em77e-bvlzu-aq → fm77e-bvlzu-aq\n"),
            "{text}"
        );
        assert!(text.contains("reject for PRIN-17\n"), "{text}");
        assert!(text.contains("    effect: A misspelt principal is taken for another one.\n"));
    }

    #[test]
    fn shows_a_clause_with_the_vectors_that_kill_its_faults() {
        let text = show(&testing::suite(), "PRIN-17").unwrap();
        assert!(
            text.contains("PRIN-17/off  checksum ignored\n  reject  t/bad-checksum"),
            "{text}"
        );
        assert_eq!(show(&testing::suite(), "PRIN-99"), None);
    }

    #[test]
    fn lists_topics_and_vectors() {
        let suite = testing::suite();
        assert!(
            list(&suite, None).contains("principal.decode_text / text       2       1       1")
        );
        assert_eq!(list(&suite, Some("t/bad")).lines().count(), 1);
    }
}
