//! The summary for people at a terminal or in a log.

use core::fmt::Write;

use super::summary::{self, Tally};
use crate::outcome::Outcome;
use crate::results::{CaseInfo, Results, Verdict};

/// How many failures are shown at length.
const MAX_BLOCKS: usize = 20;

/// How many cases are named per reason.
const MAX_NAMES: usize = 24;

/// How many suspects for one mistake are named.
const MAX_SUSPECTS: usize = 5;

/// Whether to colour; the words are the same either way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) is_coloured: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.is_coloured {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn red(self, text: &str) -> String {
        self.paint("31;1", text)
    }

    fn green(self, text: &str) -> String {
        self.paint("32;1", text)
    }

    fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }
}

/// Writes the whole summary.
pub(crate) fn summary(results: &Results, style: Style) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_summary(&mut out, results, style);
    out
}

fn write_summary(out: &mut String, results: &Results, style: Style) -> core::fmt::Result {
    let suite = &results.suite;
    writeln!(
        out,
        "{} {} · spec {} · {} files, {} vectors · suite digest {}",
        suite.name,
        suite.version,
        suite.spec,
        suite.files,
        suite.vectors,
        suite.digest.get(..16).unwrap_or_default()
    )?;
    writeln!(
        out,
        "implementation {}",
        style.bold(&summary::implementation(results))
    )?;
    writeln!(out)?;
    let topics = summary::topics(results);
    let width = topics
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    for (name, tally) in &topics {
        writeln!(
            out,
            "  {} {name:width$}  {}",
            mark(tally, style),
            tally.words()
        )?;
    }
    let failures: Vec<_> = results.failures().collect();
    for case in failures.iter().take(MAX_BLOCKS) {
        writeln!(out)?;
        write_failure(out, results, case, style)?;
    }
    if failures.len() > MAX_BLOCKS {
        let more = failures.len() - MAX_BLOCKS;
        writeln!(
            out,
            "\n… and {more} more failures; results.json and report.html list all"
        )?;
    }
    write_suspicions(out, results, style)?;
    writeln!(out)?;
    write_totals(out, results, style)?;
    write_known(out, results, style)?;
    write_open(out, results, style)?;
    write_policies(out, results)?;
    let headline = summary::headline(results);
    let headline = match results.verdict {
        Verdict::Conformant => style.green(&headline),
        Verdict::NotConformant | Verdict::AdapterBroken => style.red(&headline),
        Verdict::NothingRun | Verdict::StaleExpectation => style.yellow(&headline),
    };
    writeln!(out, "\n{headline}")
}

fn mark(tally: &Tally, style: Style) -> String {
    if tally.failed > 0 {
        style.red("✗")
    } else if tally.known > 0 {
        style.yellow("✗")
    } else if tally.passed > 0 {
        style.green("✓")
    } else if tally.recorded > 0 {
        style.yellow("•")
    } else {
        style.dim("–")
    }
}

/// Writes one failure with all that helps to understand it.
pub(crate) fn write_failure(
    out: &mut String,
    results: &Results,
    case: &CaseInfo,
    style: Style,
) -> core::fmt::Result {
    writeln!(
        out,
        "{} {}   {}  {}  {}",
        style.red("✗"),
        style.bold(&case.id),
        case.level,
        case.blamed(),
        case.importance
    )?;
    writeln!(out, "  {}", case.title)?;
    let got = case
        .got
        .as_deref()
        .map(|got| crate::protocol::excerpt(got, 300));
    writeln!(
        out,
        "  expected {}   got {}",
        case.expected,
        got.as_deref().unwrap_or("no answer")
    )?;
    if let Some(wanted) = &case.wanted {
        writeln!(out, "  right is {}", crate::protocol::excerpt(wanted, 300))?;
    }
    match &case.detail {
        Some(detail) => writeln!(out, "  {} {detail}", style.red(case.outcome.name()))?,
        None => writeln!(out, "  {}", style.red(case.outcome.name()))?,
    }
    if let (Some(twin), false) = (&case.twin, case.differs.is_empty()) {
        let mutation = case.mutation.as_deref().unwrap_or("no words for it");
        let passing = if results.outcome(twin) == Some(Outcome::Pass) {
            "passing "
        } else {
            ""
        };
        writeln!(out, "  differs from the {passing}twin {twin}: {mutation}")?;
        for difference in &case.differs {
            writeln!(
                out,
                "      {}   {} → {}",
                difference.place, difference.twin, difference.this
            )?;
        }
    }
    if let Some(info) = results.clause(case.blamed()) {
        let clause = &info.clause;
        let source = clause.source.first();
        let place = source
            .map(|s| format!("{}#{}", s.doc, s.anchor))
            .unwrap_or_default();
        writeln!(
            out,
            "  spec {} {place}  {}",
            results.suite.spec, clause.rule
        )?;
    }
    for effect in &case.effects {
        writeln!(out, "  effect {effect}")?;
    }
    if let Some(stderr) = &case.stderr {
        let lines: Vec<_> = stderr.trim_end().lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(5)) {
            writeln!(out, "  stderr {}", crate::protocol::excerpt(line, 200))?;
        }
    }
    let replay = format!("icid-conformance replay {} -- <adapter>", case.id);
    writeln!(out, "  replay {}", style.dim(&replay))
}

/// Says which named mistakes the failures look like.
fn write_suspicions(out: &mut String, results: &Results, style: Style) -> core::fmt::Result {
    for suspicion in summary::suspicions(results) {
        writeln!(out)?;
        for (index, suspect) in suspicion.suspects.iter().take(MAX_SUSPECTS).enumerate() {
            let lead = if index == 0 {
                "Looks like:"
            } else {
                "        or:"
            };
            writeln!(
                out,
                "{lead} {}  {}",
                style.bold(&suspect.fault),
                suspect.what
            )?;
        }
        let more = suspicion.suspects.len().saturating_sub(MAX_SUSPECTS);
        if more > 0 {
            writeln!(out, "        or: one of {more} more in results.json")?;
        }
        writeln!(out, "    a hint: {}", suspicion.words)?;
    }
    Ok(())
}

fn write_totals(out: &mut String, results: &Results, style: Style) -> core::fmt::Result {
    let levels = summary::levels(results)
        .into_iter()
        .filter(|(_, tally)| tally.scored() > 0);
    let levels = levels.map(|(level, tally)| {
        let text = format!("{level} {}/{}", tally.passed, tally.scored());
        if tally.failed > 0 {
            style.red(&text)
        } else {
            text
        }
    });
    let count = |outcome: Outcome| {
        results
            .cases
            .iter()
            .filter(|c| c.outcome == outcome)
            .count()
    };
    let mut parts: Vec<_> = levels.collect();
    for outcome in [
        Outcome::NotRun,
        Outcome::Inconclusive,
        Outcome::Skipped,
        Outcome::Recorded,
    ] {
        let text = format!("{} {}", outcome.name().replace('-', " "), count(outcome));
        let is_loud = count(outcome) > 0 && outcome != Outcome::Recorded;
        parts.push(if is_loud { style.yellow(&text) } else { text });
    }
    writeln!(out, "{}", parts.join(" · "))?;
    let reasons: Vec<_> = summary::other_reasons(results).collect();
    if !reasons.is_empty() {
        let count = reasons.len();
        writeln!(
            out,
            "{count} of the passed rejections named another clause (binding with --reason-bound):"
        )?;
        for case in reasons.iter().take(MAX_NAMES) {
            writeln!(
                out,
                "    {} {}",
                case.id,
                case.detail.as_deref().unwrap_or_default()
            )?;
        }
        if count > MAX_NAMES {
            writeln!(out, "    … and {} more", count - MAX_NAMES)?;
        }
    }
    let (statuses, total) = summary::statuses(results);
    let statuses: Vec<_> = statuses
        .iter()
        .map(|(status, count)| format!("{count} {}", status.name()))
        .collect();
    writeln!(out, "clauses: {} = {total}", statuses.join(" + "))
}

/// Names the expected failures, and those that are stale.
fn write_known(out: &mut String, results: &Results, style: Style) -> core::fmt::Result {
    for case in &results.cases {
        if let Some(reason) = &case.known {
            writeln!(out, "EXPECTED {} {}: {reason}", case.outcome, case.id)?;
        }
    }
    for stale in &results.stale {
        writeln!(
            out,
            "{}",
            style.red(&format!("STALE expected failure {stale}"))
        )?;
    }
    Ok(())
}

/// Names what was not run, and why.
fn write_open(out: &mut String, results: &Results, style: Style) -> core::fmt::Result {
    for (outcome, word) in [(Outcome::Skipped, "SKIPPED"), (Outcome::NotRun, "NOT RUN")] {
        for (reason, cases) in summary::reasons(results, outcome) {
            let text = format!("{word} {}: {reason}", cases.len());
            writeln!(out, "{}", style.yellow(&text))?;
            if outcome == Outcome::Skipped {
                for case in cases.iter().take(MAX_NAMES) {
                    writeln!(out, "    {}", case.id)?;
                }
                if cases.len() > MAX_NAMES {
                    writeln!(out, "    … and {} more", cases.len() - MAX_NAMES)?;
                }
            }
        }
    }
    Ok(())
}

fn write_policies(out: &mut String, results: &Results) -> core::fmt::Result {
    let asked: Vec<_> = results
        .policies
        .iter()
        .filter(|policy| policy.asked > 0)
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "policies, where the specification leaves the answer open:"
    )?;
    for policy in asked {
        let declared = match &policy.declared {
            Some(declared) => format!(" (declared {declared})"),
            None => String::new(),
        };
        writeln!(
            out,
            "    {} = {}{declared}",
            policy.name,
            summary::observed(policy)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    fn text(
        options: &Options,
        answer: fn(&str, &serde_json::Value) -> serde_json::Value,
    ) -> String {
        let suite = testing::suite();
        let results = run(
            &suite,
            &testing::adapter(answer),
            options,
            &mut Silent::new(),
        );
        summary(&results, Style { is_coloured: false })
    }

    #[test]
    fn a_good_adapter() {
        insta::assert_snapshot!(text(&Options::default(), testing::good));
    }

    #[test]
    fn an_adapter_that_accepts_everything() {
        let accept = |_: &str, _: &serde_json::Value| json!({ "ok": { "bytes": "abcd01" } });
        let options = Options {
            mainnet: false,
            ..Options::default()
        };
        insta::assert_snapshot!(text(&options, accept));
    }

    #[test]
    fn an_adapter_that_rejects_everything() {
        let reject = |_: &str, _: &serde_json::Value| json!({ "reject": { "code": "PRIN-17" } });
        let options = Options {
            mainnet: false,
            ..Options::default()
        };
        insta::assert_snapshot!(text(&options, reject));
    }

    #[test]
    fn of_many_equal_suspects_a_few_are_named() {
        let suite = testing::suite();
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let mut results = run(&suite, &adapter, &Options::default(), &mut Silent::new());
        let [suspect] = results.suspects.clone().try_into().unwrap();
        let mut said = |count| {
            results.suspects = vec![suspect.clone(); count];
            let text = summary(&results, Style { is_coloured: false });
            let at = |part: &str| text.matches(part).count();
            [
                at("Looks like: PRIN-17/off"),
                at("or: PRIN-17/off"),
                at("or: one of 2 more in results.json"),
            ]
        };
        assert_eq!(said(0), [0, 0, 0]);
        assert_eq!(said(1), [1, 0, 0]);
        assert_eq!(said(5), [1, 4, 0]);
        assert_eq!(said(7), [1, 4, 1]);
    }

    #[test]
    fn colours_are_extra() {
        let style = Style { is_coloured: true };
        assert_eq!(style.red("x"), "\u{1b}[31;1mx\u{1b}[0m");
        assert_eq!(Style { is_coloured: false }.red("x"), "x");
    }
}
