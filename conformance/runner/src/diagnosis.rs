//! A diagnosis: which named mistakes would explain the failures of a run, all taken together.
//!
//! A vector lists in `kills` the mistakes that it tells. One failure has many such explanations; all
//! failures of a run, and all cases that came out as they must, have few. The mistake whose cases
//! are most nearly the failed ones comes first. What it explains is set aside, and the search goes
//! on with the rest, so that an implementation with two mistakes gets two.
//!
//! It is a hint. The mistakes are those of the catalogue, and an implementation can make others that
//! fail the same cases. What counts, and how:
//!
//! - A failure that was expected has its reason already, and counts neither for nor against anything;
//!   nor does a case that was not run, or that is recorded.
//! - A failure without a verdict (a crash, a timeout, an error), or against a declared policy, is a
//!   failure that no named mistake explains: named mistakes give wrong answers.
//! - An inconclusive rejection is put down to the mistakes that fail the twin, but for those with which
//!   the case itself would have been accepted.
//! - A mistake of which more cases came out as they must than failed is not named.

use std::collections::{BTreeMap, BTreeSet};

use crate::outcome::{Outcome, Standing};
use crate::results::CaseInfo;

/// How many mistakes are looked for at most, one after the other. Whoever has more than five begins
/// with these, and runs again.
pub(crate) const MAX_MISTAKES: usize = 5;

/// What one case says about mistakes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Observation<'a> {
    /// Whether the case failed. One that did not speaks against the mistakes that it tells.
    pub(crate) has_failed: bool,
    /// The mistakes with which the case fails: if it has failed, as it has.
    pub(crate) tells: Vec<&'a str>,
}

/// A mistake that explains failures.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Finding<'a> {
    /// The fault.
    pub(crate) fault: &'a str,
    /// From 1. Findings of one number are those that the cases don't tell from each other.
    pub(crate) mistake: usize,
    /// How many failures it explains, of those that the mistakes before it leave.
    pub(crate) explains: usize,
    /// How many failures are left after it.
    pub(crate) leaves: usize,
    /// How many cases it would have failed that came out as they must.
    pub(crate) unseen: usize,
}

/// Finds the mistakes that explain the failures best.
///
/// The measure is |F ∩ K| / |F ∪ K|, where F are the failures that are left and K the cases that a
/// mistake fails; it is 1 if they are the same. Of equals the first by name goes first.
pub(crate) fn diagnose<'a>(observations: &[Observation<'a>]) -> Vec<Finding<'a>> {
    let mut cases: BTreeMap<&'a str, BTreeSet<usize>> = BTreeMap::new();
    for (index, observation) in observations.iter().enumerate() {
        for &fault in &observation.tells {
            cases.entry(fault).or_default().insert(index);
        }
    }
    let failures = observations.iter().enumerate();
    let failures = failures.filter(|(_, case)| case.has_failed);
    let mut left: BTreeSet<usize> = failures.map(|(index, _)| index).collect();
    let mut findings = Vec::new();
    for mistake in 1..=MAX_MISTAKES {
        let sets = cases
            .iter()
            .filter_map(|(&fault, cases)| Some((fault, Sets::of(cases, &left, observations)?)));
        let sets: Vec<(&str, Sets)> = sets.collect();
        let Some(best) = best(&sets, left.len()) else {
            break;
        };
        let leaves = left.len().saturating_sub(best.explained.len());
        for (fault, equal) in &sets {
            if equal == best {
                findings.push(Finding {
                    fault,
                    mistake,
                    explains: best.explained.len(),
                    leaves,
                    unseen: best.unseen.len(),
                });
            }
        }
        left.retain(|index| !best.explained.contains(index));
    }
    findings
}

/// The cases of one mistake, as far as they count.
#[derive(Debug, Eq, PartialEq)]
struct Sets {
    explained: BTreeSet<usize>,
    unseen: BTreeSet<usize>,
}

impl Sets {
    /// Returns nothing if the mistake explains nothing, or would have been seen more often.
    fn of(
        cases: &BTreeSet<usize>,
        left: &BTreeSet<usize>,
        observations: &[Observation<'_>],
    ) -> Option<Self> {
        let (mut explained, mut unseen) = (BTreeSet::new(), BTreeSet::new());
        for &index in cases {
            if left.contains(&index) {
                explained.insert(index);
            } else if observations.get(index).is_some_and(|case| !case.has_failed) {
                unseen.insert(index);
            }
        }
        let is_likely = !explained.is_empty() && unseen.len() <= explained.len();
        is_likely.then_some(Self { explained, unseen })
    }

    /// Whether the measure is greater than that of another one, in exact fractions.
    fn fits_better_than(&self, other: &Self, left: usize) -> bool {
        // No run has so many cases that a product of two counts overflows.
        let product = |sets: &Self, of: &Self| {
            let union = left.saturating_add(of.unseen.len());
            sets.explained.len().saturating_mul(union)
        };
        product(self, other) > product(other, self)
    }
}

fn best<'a>(sets: &'a [(&str, Sets)], left: usize) -> Option<&'a Sets> {
    let all = sets.iter().map(|(_, sets)| sets);
    all.reduce(|best, next| {
        if next.fits_better_than(best, left) {
            next
        } else {
            best
        }
    })
}

/// Returns what the cases of a run say about mistakes, those that say nothing left out.
pub(crate) fn observe(cases: &[CaseInfo], reason_bound: bool) -> Vec<(usize, Observation<'_>)> {
    let by_id: BTreeMap<&str, &CaseInfo> =
        cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let observed = cases.iter().enumerate().filter_map(|(index, case)| {
        let has_failed = match case.standing(reason_bound) {
            Standing::Failed => true,
            Standing::Passed => false,
            Standing::Known | Standing::Recorded | Standing::Open => return None,
        };
        let tells = match case.outcome {
            Outcome::Inconclusive => follows(case, &by_id),
            Outcome::Pass | Outcome::FailAccepts | Outcome::FailRejects | Outcome::FailOutput => {
                case.kills.iter().map(String::as_str).collect()
            }
            // Where reasons are not binding, a wrong one is as good a rejection as any. Where they
            // are, it is a failure, but not one that mistakes are told by.
            Outcome::FailReason if !has_failed => case.kills.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        Some((index, Observation { has_failed, tells }))
    });
    observed.collect()
}

/// Returns the mistakes with which the twin of a case fails, and the case itself is rejected.
fn follows<'a>(case: &CaseInfo, by_id: &BTreeMap<&str, &'a CaseInfo>) -> Vec<&'a str> {
    let twin = case.twin.as_deref().and_then(|twin| by_id.get(twin));
    let has_failed =
        |twin: &&&CaseInfo| matches!(twin.outcome, Outcome::FailRejects | Outcome::FailOutput);
    let Some(twin) = twin.filter(has_failed) else {
        return Vec::new();
    };
    let own: BTreeSet<&str> = case.kills.iter().map(String::as_str).collect();
    let kills = twin.kills.iter().map(String::as_str);
    kills.filter(|fault| !own.contains(fault)).collect()
}

/// Returns the clause that a failure is blamed on in the light of all failures: that of the first
/// mistake which explains this one. If several explain it equally well, `alone`, what the case alone
/// would be blamed on, speaks for the one of its clause.
pub(crate) fn blame<'a>(
    observation: &Observation<'a>,
    clauses: &[String],
    alone: &str,
    findings: &[Finding<'a>],
) -> Option<&'a str> {
    if !observation.has_failed {
        return None;
    }
    let tells: BTreeSet<&str> = observation.tells.iter().copied().collect();
    let explains = |finding: &&Finding<'a>| {
        tells.contains(finding.fault) && clauses.iter().any(|id| id == clause(finding.fault))
    };
    let first = findings.iter().find(explains)?;
    let same = findings
        .iter()
        .filter(|other| other.mistake == first.mistake);
    let mut same = same.filter(explains).map(|finding| clause(finding.fault));
    same.find(|clause| *clause == alone)
        .or_else(|| Some(clause(first.fault)))
}

/// Returns the clause that a fault belongs to.
pub(crate) fn clause(fault: &str) -> &str {
    fault.split_once('/').map_or(fault, |(clause, _)| clause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed<'a>(tells: &[&'a str]) -> Observation<'a> {
        Observation {
            has_failed: true,
            tells: tells.to_vec(),
        }
    }

    fn passed<'a>(tells: &[&'a str]) -> Observation<'a> {
        Observation {
            has_failed: false,
            tells: tells.to_vec(),
        }
    }

    /// Fault, number of the mistake, explains, leaves, unseen.
    fn found<'a>(observations: &[Observation<'a>]) -> Vec<(&'a str, usize, usize, usize, usize)> {
        let row = |f: Finding<'a>| (f.fault, f.mistake, f.explains, f.leaves, f.unseen);
        diagnose(observations).into_iter().map(row).collect()
    }

    #[test]
    fn the_mistake_whose_cases_are_exactly_the_failures_comes_first() {
        let cases = [
            failed(&["A-1/off", "B-1/off"]),
            failed(&["B-1/off", "C-1/off"]),
            passed(&["A-1/off", "C-1/off"]),
        ];
        assert_eq!(found(&cases), [("B-1/off", 1, 2, 0, 0)]);
    }

    #[test]
    fn a_mistake_that_explains_a_part_is_named_with_what_it_leaves() {
        let cases = [failed(&["A-1/off"]), failed(&["A-1/off"]), failed(&[])];
        assert_eq!(found(&cases), [("A-1/off", 1, 2, 1, 0)]);
    }

    #[test]
    fn a_mistake_that_would_fail_more_is_named_with_what_was_not_seen() {
        let cases = [
            failed(&["A-1/off"]),
            failed(&["A-1/off"]),
            passed(&["A-1/off"]),
        ];
        assert_eq!(found(&cases), [("A-1/off", 1, 2, 0, 1)]);
    }

    #[test]
    fn a_mistake_that_would_more_often_have_been_seen_is_not_named() {
        let once = [failed(&["A-1/off"]), passed(&["A-1/off"])];
        assert_eq!(found(&once), [("A-1/off", 1, 1, 0, 1)]);
        let more = [
            failed(&["A-1/off"]),
            passed(&["A-1/off"]),
            passed(&["A-1/off"]),
        ];
        assert_eq!(found(&more), []);
    }

    #[test]
    fn mistakes_with_the_same_cases_are_all_first() {
        let cases = [
            failed(&["B-1/off", "A-1/off", "C-1/off"]),
            passed(&["C-1/off"]),
            passed(&[]),
        ];
        let expected = [("A-1/off", 1, 1, 0, 0), ("B-1/off", 1, 1, 0, 0)];
        assert_eq!(found(&cases), expected);
    }

    #[test]
    fn equal_measures_of_other_cases_go_by_name() {
        let cases = [failed(&["B-1/off"]), failed(&["A-1/off"])];
        let expected = [("A-1/off", 1, 1, 1, 0), ("B-1/off", 2, 1, 0, 0)];
        assert_eq!(found(&cases), expected);
    }

    #[test]
    fn two_mistakes_at_once_are_both_found() {
        // The third case is of both, and counts neither for nor against the second mistake.
        let cases = [
            failed(&["A-1/off"]),
            failed(&["A-1/off"]),
            failed(&["A-1/off", "B-1/off"]),
            failed(&["B-1/off", "C-1/off"]),
            passed(&["C-1/off"]),
        ];
        let expected = [("A-1/off", 1, 3, 1, 0), ("B-1/off", 2, 1, 0, 0)];
        assert_eq!(found(&cases), expected);
    }

    #[test]
    fn fractions_are_compared_exactly() {
        // 2 of 3 against 3 of 5: whoever divides integers takes the one for the other.
        let mut cases = vec![failed(&["A-1/a", "B-1/b"]), failed(&["A-1/a", "B-1/b"])];
        cases.extend([failed(&["A-1/a"]), passed(&["A-1/a"]), passed(&["A-1/a"])]);
        assert_eq!(found(&cases)[0], ("B-1/b", 1, 2, 1, 0));
    }

    #[test]
    fn nothing_is_found_where_nothing_is_explained() {
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[passed(&["A-1/off"])]), []);
        assert_eq!(found(&[failed(&[]), passed(&["A-1/off"])]), []);
    }

    #[test]
    fn a_fault_named_twice_counts_once() {
        let cases = [failed(&["A-1/off", "A-1/off"])];
        assert_eq!(found(&cases), [("A-1/off", 1, 1, 0, 0)]);
    }

    #[test]
    fn no_more_mistakes_are_named_than_allowed() {
        let names: Vec<String> = (0..=MAX_MISTAKES).map(|n| format!("A-{n}/off")).collect();
        let cases: Vec<_> = names.iter().map(|name| failed(&[name])).collect();
        assert_eq!(found(&cases).len(), MAX_MISTAKES);
    }

    #[test]
    fn a_failure_is_blamed_on_the_first_mistake_that_explains_it() {
        let cases = [
            failed(&["B-1/off"]),
            failed(&["B-1/off", "A-1/off"]),
            failed(&["A-1/off", "C-1/off"]),
            passed(&["B-1/off"]),
        ];
        let findings = diagnose(&cases);
        let clauses = ["A-1", "B-1", "C-1"].map(str::to_owned);
        let blames = |alone| {
            let all = cases.iter();
            all.map(|case| blame(case, &clauses, alone, &findings))
                .collect::<Vec<_>>()
        };
        let expected = [Some("B-1"), Some("A-1"), Some("A-1"), None];
        assert_eq!(blames("C-1"), expected);
    }

    #[test]
    fn between_equals_what_the_case_alone_says_decides() {
        let cases = [failed(&["A-1/off", "B-1/off"])];
        let findings = diagnose(&cases);
        let clauses = ["A-1", "B-1"].map(str::to_owned);
        let blamed = |clauses, alone| blame(&cases[0], clauses, alone, &findings);
        assert_eq!(blamed(&clauses, "B-1"), Some("B-1"));
        assert_eq!(blamed(&clauses, "C-1"), Some("A-1"));
        // A clause that the vector does not name is no clause to blame it on.
        assert_eq!(blamed(&clauses[1..], "C-1"), Some("B-1"));
        assert_eq!(blamed(&[], "C-1"), None);
    }
}
