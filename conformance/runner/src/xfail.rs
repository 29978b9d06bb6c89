//! Expected failures: a list that can only shrink, with a reason for every entry.
//!
//! ```toml
//! [[xfail]]
//! id      = "delegation/verify/len-20-max"  # or "prefix/*" together with `max`
//! outcome = "fail-rejects"                  # another outcome is a failure
//! reason  = "the library caps chains at 4"
//! issue   = "https://…"                     # optional
//! until   = "0.3.0"                         # optional: stale from this version of the suite on
//! ```
//!
//! An entry is stale if its case passes, is not run, does not exist, if it fits more cases than
//! `max`, or if `until` has come. A stale entry fails the run with exit code 5; after a complete run
//! [`fix::fix`] rewrites the list. A run of a part of the suite says nothing about cases that it left
//! out.

pub(crate) mod fix;

use serde::Deserialize;

use crate::glob::Filter;
use crate::outcome::{Outcome, Standing};
use crate::report::summary;
use crate::results::Results;

/// The file, read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailures {
    #[serde(default, rename = "xfail")]
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    max: Option<usize>,
    outcome: Outcome,
    reason: String,
    issue: Option<String>,
    until: Option<String>,
}

impl ExpectedFailures {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// Returns in words what is wrong, with the line where there is one.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let list: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in &list.entries {
            let id = &entry.id;
            if id.contains('*') != entry.max.is_some() {
                return Err(format!(
                    "{id}: an id with a * needs max, and only such an id has one"
                ));
            }
            if entry.outcome.standing(true) != Standing::Failed {
                return Err(format!("{id}: {} is no failure", entry.outcome));
            }
            if entry.reason.trim().is_empty() {
                return Err(format!("{id}: the reason is empty"));
            }
            if let Some(until) = &entry.until
                && version(until).is_none()
            {
                return Err(format!("{id}: until {until:?} is no version like 0.3.0"));
            }
        }
        Ok(list)
    }

    /// Marks the failures that are expected, and collects the entries that are stale.
    pub(crate) fn apply(&self, results: &mut Results) {
        let is_partial = summary::is_partial(results);
        for entry in &self.entries {
            if let Err(why) = entry.apply(results, is_partial) {
                results.stale.push(format!("{}: {why}", entry.id));
            }
        }
        results.judge();
    }
}

impl Entry {
    fn apply(&self, results: &mut Results, is_partial: bool) -> Result<(), String> {
        let bound = results.options.reason_bound;
        let reason = match &self.issue {
            Some(issue) => format!("{} ({issue})", self.reason),
            None => self.reason.clone(),
        };
        let mut cases: Vec<_> = results
            .cases
            .iter_mut()
            .filter(|case| self.is_about(&case.id))
            .collect();
        if cases.is_empty() {
            return if is_partial {
                Ok(())
            } else {
                Err("there is no such case".to_owned())
            };
        }
        if self.has_expired(&results.suite.version) {
            let until = self.until.as_deref().unwrap_or_default();
            return Err(format!("was to be settled by version {until}"));
        }
        let failed = cases.iter_mut().filter(|case| {
            case.outcome.standing(bound) == Standing::Failed && case.outcome == self.outcome
        });
        let mut count = 0;
        for case in failed {
            count += 1;
            if count <= self.max.unwrap_or(1) {
                case.known = Some(reason.clone());
            }
        }
        match (count, self.max) {
            (0, _) => match cases.first() {
                // The cases that a pattern fits may be those that were left out.
                Some(_) if is_partial && self.max.is_some() => Ok(()),
                Some(case) => Err(format!(
                    "expected {}, the outcome is {}",
                    self.outcome, case.outcome
                )),
                None => Ok(()),
            },
            (count, Some(max)) if count > max => {
                Err(format!("fits {count} failures, at most {max} are allowed"))
            }
            _ => Ok(()),
        }
    }
}

impl Entry {
    /// Whether the entry is about the case with this id.
    fn is_about(&self, id: &str) -> bool {
        match self.max {
            Some(_) => Filter::new(Some(&self.id)).matches(id),
            None => self.id == id,
        }
    }

    /// Whether the version named by `until` has come.
    fn has_expired(&self, now: &str) -> bool {
        let until = self.until.as_deref().and_then(version);
        matches!((until, version(now)), (Some(until), Some(now)) if now >= until)
    }
}

/// Reads `major.minor.patch`.
fn version(text: &str) -> Option<[u64; 3]> {
    let numbers: Option<Vec<u64>> = text.split('.').map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Verdict;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    /// A run in which only `t/bad-checksum` fails, by being accepted.
    fn applied(list: &str) -> Results {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let options = Options {
            mainnet: false,
            ..Options::default()
        };
        let mut results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
        ExpectedFailures::from_toml(list)
            .unwrap()
            .apply(&mut results);
        results
    }

    fn entry(id: &str, outcome: &str, more: &str) -> String {
        format!("[[xfail]]\nid = {id:?}\noutcome = {outcome:?}\nreason = \"r\"\n{more}")
    }

    /// The line for the version of the suite, or for one so many patches later.
    fn until(later: u64) -> String {
        let [major, minor, patch] = version(env!("CARGO_PKG_VERSION")).unwrap();
        format!("until = \"{major}.{minor}.{}\"", patch + later)
    }

    #[test]
    fn an_expected_failure_is_no_failure() {
        for list in [
            entry("t/bad-checksum", "fail-accepts", ""),
            entry("t/bad*", "fail-accepts", "max = 1"),
            entry("t/bad*", "fail-accepts", "max = 9"),
            entry("t/bad-checksum", "fail-accepts", &until(1)),
        ] {
            let results = applied(&list);
            assert_eq!(
                (results.verdict(), results.exit_code()),
                (Verdict::Conformant, 0),
                "{list}"
            );
        }
    }

    #[test]
    fn an_expected_failure_needs_no_other_explanation() {
        let suspects = |results: &Results| {
            let faults = results.suspects.iter().map(|s| s.fault.clone());
            faults.collect::<Vec<_>>()
        };
        assert_eq!(suspects(&applied("")), ["PRIN-17/off"]);
        let known = applied(&entry("t/bad-checksum", "fail-accepts", ""));
        assert_eq!(suspects(&known), [""; 0]);
    }

    #[test]
    fn a_stale_entry_fails_the_run() {
        for (id, outcome, more, reason) in [
            ("t/none", "crash", "", "t/none: there is no such case"),
            (
                "t/abcd01",
                "crash",
                "",
                "t/abcd01: expected crash, the outcome is pass",
            ),
            (
                "t/encode",
                "crash",
                "",
                "t/encode: expected crash, the outcome is not-run",
            ),
        ] {
            let both = format!(
                "{}\n{}",
                entry(id, outcome, more),
                entry("t/bad-checksum", "fail-accepts", "")
            );
            let results = applied(&both);
            assert_eq!(results.stale, [reason]);
            assert_eq!(
                (results.verdict(), results.exit_code()),
                (Verdict::StaleExpectation, 5)
            );
        }
    }

    #[test]
    fn a_failure_that_is_not_covered_stays_a_failure() {
        for (list, stale) in [
            (
                entry("t/bad-checksum", "crash", ""),
                "t/bad-checksum: expected crash, the outcome is fail-accepts",
            ),
            (
                entry("t/bad*", "fail-accepts", "max = 0"),
                "t/bad*: fits 1 failures, at most 0 are allowed",
            ),
            (
                entry("t/bad-checksum", "fail-accepts", &until(0)),
                concat!(
                    "t/bad-checksum: was to be settled by version ",
                    env!("CARGO_PKG_VERSION")
                ),
            ),
        ] {
            let results = applied(&list);
            assert_eq!(results.stale, [stale]);
            assert_eq!(
                (results.verdict(), results.exit_code()),
                (Verdict::NotConformant, 1)
            );
        }
    }

    #[test]
    fn a_part_of_the_suite_makes_nothing_stale_that_it_left_out() {
        let adapter = testing::adapter(testing::good);
        let filtered = Options {
            filter: Some("t/abcd01".to_owned()),
            ..Options::default()
        };
        let quick = Options {
            profile: crate::Profile::Quick,
            ..Options::default()
        };
        let shard = Options {
            shard: crate::Shard::parse("1/2"),
            ..Options::default()
        };
        let whole = Options::default();
        for (options, stale) in [
            (
                filtered,
                vec!["t/abcd01: expected crash, the outcome is pass"],
            ),
            (quick, vec!["t/abcd01: expected crash, the outcome is pass"]),
            (shard, vec!["t/abcd01: expected crash, the outcome is pass"]),
            (
                whole,
                vec![
                    "t/abcd01: expected crash, the outcome is pass",
                    "t/none: there is no such case",
                    "t/*: expected crash, the outcome is pass",
                ],
            ),
        ] {
            let mut results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
            let list = [
                entry("t/abcd01", "crash", ""),
                entry("t/none", "crash", ""),
                entry("t/*", "crash", "max = 1"),
            ];
            ExpectedFailures::from_toml(&list.join("\n"))
                .unwrap()
                .apply(&mut results);
            assert_eq!(results.stale, stale, "{:?}", results.options);
        }
    }

    #[test]
    fn a_careless_list_is_refused() {
        for (list, reason) in [
            (
                entry("t/*", "crash", ""),
                "t/*: an id with a * needs max, and only such an id has one",
            ),
            (
                entry("t/a", "crash", "max = 1"),
                "t/a: an id with a * needs max, and only such an id has one",
            ),
            (entry("t/a", "pass", ""), "t/a: pass is no failure"),
            (
                "[[xfail]]\nid = \"t/a\"\noutcome = \"crash\"\nreason = \" \"".to_owned(),
                "t/a: the reason is empty",
            ),
            (
                entry("t/a", "crash", "until = \"soon\""),
                "t/a: until \"soon\" is no version like 0.3.0",
            ),
        ] {
            assert_eq!(
                ExpectedFailures::from_toml(&list).map(|_| ()),
                Err(reason.to_owned())
            );
        }
        assert!(ExpectedFailures::from_toml("[[xfail]]\nid = \"a\"").is_err());
    }
}
