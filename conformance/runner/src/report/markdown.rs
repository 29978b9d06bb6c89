//! A summary in Markdown, for pull requests and step summaries.

use core::fmt::{self, Write};

use super::summary;
use crate::outcome::Outcome;
use crate::results::{CaseInfo, Results};

/// How many failures are written out; the other reports have all.
const MAX_FAILURES: usize = 50;

/// How many suspects for one mistake are named.
const MAX_SUSPECTS: usize = 5;

/// Writes `summary.md`.
pub(crate) fn page(results: &Results) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, results);
    out
}

fn write_all(out: &mut String, results: &Results) -> fmt::Result {
    let suite = &results.suite;
    writeln!(out, "## {}\n", plain(&summary::headline(results)))?;
    writeln!(
        out,
        "{} against {} {} (interface specification {}, suite digest `{}`).\n",
        plain(&summary::implementation(results)),
        suite.name,
        suite.version,
        suite.spec,
        suite.digest.get(..16).unwrap_or_default()
    )?;
    writeln!(
        out,
        "| level | passed | failed | expected failures | recorded | not run | skipped |"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
    for (level, tally) in summary::levels(results) {
        writeln!(
            out,
            "| {level} | {} | {} | {} | {} | {} | {} |",
            tally.passed, tally.failed, tally.known, tally.recorded, tally.not_run, tally.skipped
        )?;
    }
    let failures: Vec<&CaseInfo> = results.failures().collect();
    if !failures.is_empty() {
        writeln!(
            out,
            "\n| failed | clause | outcome | what |\n|---|---|---|---|"
        )?;
    }
    for case in failures.iter().take(MAX_FAILURES) {
        let (id, clause, outcome) = (&case.id, case.blamed(), case.outcome);
        writeln!(
            out,
            "| `{id}` | {clause} | {outcome} | {} |",
            plain(&case.title)
        )?;
    }
    if failures.len() > MAX_FAILURES {
        writeln!(
            out,
            "\nand {} more.",
            failures.len().saturating_sub(MAX_FAILURES)
        )?;
    }
    write_suspicions(out, results)?;
    for outcome in [Outcome::Skipped, Outcome::NotRun] {
        for (reason, cases) in summary::reasons(results, outcome) {
            writeln!(out, "\n{} {outcome}: {}", cases.len(), plain(reason))?;
        }
    }
    Ok(())
}

/// Says which named mistakes the failures look like.
fn write_suspicions(out: &mut String, results: &Results) -> fmt::Result {
    for suspicion in summary::suspicions(results) {
        let shown = suspicion.suspects.iter().take(MAX_SUSPECTS);
        let mut named: Vec<String> = shown
            .map(|suspect| format!("`{}` ({})", suspect.fault, plain(&suspect.what)))
            .collect();
        let more = suspicion.suspects.len().saturating_sub(MAX_SUSPECTS);
        if more > 0 {
            named.push(format!("one of {more} more in results.json"));
        }
        let (named, words) = (named.join(", or "), &suspicion.words);
        writeln!(out, "\nLooks like: {named}. A hint: {words}.")?;
    }
    Ok(())
}

/// What an adapter wrote is text and nothing else.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    #[test]
    fn failures_and_skips_are_told() {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let results = run(
            &testing::suite(),
            &adapter,
            &Options::default(),
            &mut Silent::new(),
        );
        insta::assert_snapshot!(page(&results));
    }

    #[test]
    fn an_adapter_cannot_write_markup() {
        assert_eq!(plain("a|b`c`<d>\n*e*"), "a\\|b\\`c\\`&lt;d> \\*e\\*");
    }
}
