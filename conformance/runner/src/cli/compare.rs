//! `compare`: what changed between two runs.

use core::fmt::{self, Write};
use std::collections::BTreeMap;

use crate::outcome::{Outcome, Standing};
use crate::report::summary;
use crate::results::{CaseInfo, Results};

/// What changed.
pub(super) struct Comparison {
    /// For people.
    pub(super) text: String,
    /// Whether something failed that did not fail before, or passed before and was not run now.
    pub(super) is_worse: bool,
}

/// Compares two runs, case by case.
pub(super) fn compare(old: &Results, new: &Results) -> Comparison {
    let mut sections = Sections::default();
    let before: BTreeMap<&str, &CaseInfo> = by_id(old);
    let after: BTreeMap<&str, &CaseInfo> = by_id(new);
    let bound = (old.options.reason_bound, new.options.reason_bound);
    for (id, new_case) in &after {
        match before.get(id) {
            None => sections.added.push(change(id, None, Some(new_case))),
            Some(old_case) if old_case.outcome == new_case.outcome => sections.same += 1,
            Some(old_case) => {
                let line = change(id, Some(old_case), Some(new_case));
                match (old_case.standing(bound.0), new_case.standing(bound.1)) {
                    (Standing::Failed, Standing::Failed) => sections.otherwise.push(line),
                    (_, Standing::Failed) | (Standing::Passed, Standing::Open) => {
                        sections.broken.push(line);
                    }
                    (Standing::Failed, _) => sections.mended.push(line),
                    _ => sections.otherwise.push(line),
                }
            }
        }
    }
    for (id, old_case) in &before {
        if !after.contains_key(id) {
            sections.removed.push(change(id, Some(old_case), None));
        }
    }
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut text, old, new, &sections);
    let new_failures = after.iter().filter(|(id, _)| !before.contains_key(*id));
    let new_failures = new_failures.filter(|(_, case)| case.standing(bound.1) == Standing::Failed);
    Comparison {
        is_worse: !sections.broken.is_empty() || new_failures.count() > 0,
        text,
    }
}

#[derive(Default)]
struct Sections {
    broken: Vec<String>,
    mended: Vec<String>,
    otherwise: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
    same: usize,
}

fn by_id(results: &Results) -> BTreeMap<&str, &CaseInfo> {
    let cases = results.cases.iter();
    cases.map(|case| (case.id.as_str(), case)).collect()
}

fn change(id: &str, old: Option<&CaseInfo>, new: Option<&CaseInfo>) -> String {
    let name = |case: Option<&CaseInfo>| case.map_or("–", |case| Outcome::name(case.outcome));
    let level = new.or(old).map_or("", |case| case.level.name());
    format!("{level:6}  {id}  {} → {}", name(old), name(new))
}

fn write_all(out: &mut String, old: &Results, new: &Results, sections: &Sections) -> fmt::Result {
    for (name, results) in [("old", old), ("new", new)] {
        let suite = &results.suite;
        writeln!(
            out,
            "{name}: {} against {} {} (digest {})",
            summary::implementation(results),
            suite.name,
            suite.version,
            suite.digest.get(..16).unwrap_or_default()
        )?;
    }
    for (title, lines) in [
        ("broken", &sections.broken),
        ("mended", &sections.mended),
        ("otherwise different", &sections.otherwise),
        ("new cases", &sections.added),
        ("cases that are gone", &sections.removed),
    ] {
        if !lines.is_empty() {
            writeln!(out, "\n{title}: {}", lines.len())?;
        }
        for line in lines {
            writeln!(out, "  {line}")?;
        }
    }
    writeln!(
        out,
        "\n{} broken, {} mended, {} otherwise different, {} new, {} gone, {} the same",
        sections.broken.len(),
        sections.mended.len(),
        sections.otherwise.len(),
        sections.added.len(),
        sections.removed.len(),
        sections.same
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    fn results(
        answer: impl Fn(&str, &serde_json::Value) -> serde_json::Value + Send + Sync + 'static,
    ) -> Results {
        let (suite, adapter) = (testing::suite(), testing::adapter(answer));
        run(&suite, &adapter, &Options::default(), &mut Silent::new())
    }

    fn last_line(comparison: &Comparison) -> &str {
        comparison.text.lines().next_back().unwrap()
    }

    #[test]
    fn a_run_is_as_good_as_itself() {
        let good = results(testing::good);
        let same = compare(&good, &good);
        assert!(!same.is_worse);
        let count = good.cases.len();
        let expected =
            format!("0 broken, 0 mended, 0 otherwise different, 0 new, 0 gone, {count} the same");
        assert_eq!(last_line(&same), expected);
    }

    #[test]
    fn failures_are_broken_one_way_and_mended_the_other() {
        let good = results(testing::good);
        let lax = results(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let worse = compare(&good, &lax);
        assert!(worse.is_worse);
        assert!(worse.text.contains("t/bad-checksum  pass → fail-accepts"));
        let better = compare(&lax, &good);
        assert!(!better.is_worse);
        assert!(better.text.contains("t/bad-checksum  fail-accepts → pass"));
    }

    #[test]
    fn a_pass_that_is_no_longer_run_is_broken() {
        let good = results(testing::good);
        let mut silent = good.clone();
        for case in &mut silent.cases {
            case.outcome = Outcome::NotRun;
        }
        assert!(compare(&good, &silent).is_worse);
        assert!(!compare(&silent, &good).is_worse);
    }

    #[test]
    fn cases_come_and_go() {
        let good = results(testing::good);
        let mut fewer = good.clone();
        fewer.cases.truncate(1);
        let count = good.cases.len() - 1;
        let expected =
            format!("0 broken, 0 mended, 0 otherwise different, {count} new, 0 gone, 1 the same");
        assert_eq!(last_line(&compare(&fewer, &good)), expected);
        assert!(
            compare(&good, &fewer)
                .text
                .contains("cases that are gone: ")
        );
    }
}
