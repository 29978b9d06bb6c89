//! Annotations for GitHub Actions: one line per failure, then the summary.

use core::fmt::Write;

use super::summary;
use super::text::{self, Style};
use crate::outcome::Outcome;
use crate::results::Results;

/// Writes workflow commands for all failures and skips, and the plain summary.
pub(crate) fn annotations(results: &Results) -> String {
    let mut out = String::new();
    for case in results.failures() {
        let title = property(&format!("{} {} {}", case.level, case.blamed(), case.id));
        let detail = case.detail.as_deref().unwrap_or(&case.title);
        let message = data(&format!("{}: {} ({detail})", case.outcome, case.title));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "::error title={title}::{message}");
    }
    for outcome in [Outcome::Skipped, Outcome::NotRun] {
        for (reason, cases) in summary::reasons(results, outcome) {
            let message = data(&format!("{} {outcome}: {reason}", cases.len()));
            let _ = writeln!(out, "::warning title=icid-conformance::{message}");
        }
    }
    out.push_str(&text::summary(results, Style { is_coloured: false }));
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    #[test]
    fn every_failure_is_one_line() {
        let adapter = testing::adapter(|_, _| json!({ "error": { "message": "50%\nof it" } }));
        let options = Options {
            mainnet: false,
            ..Options::default()
        };
        let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
        let out = annotations(&results);
        let first = out.lines().next().unwrap();
        assert_eq!(
            first,
            "::error title=MUST PRIN-17 t/abcd01::error: The example of the text (50%25%0Aof it)"
        );
        assert!(out.contains("::warning title=icid-conformance::1 not-run: "));
    }
}
