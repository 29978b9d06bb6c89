//! Counting: the same numbers for every report.

use crate::outcome::{Level, Outcome, Standing};
use crate::results::{CaseInfo, Results, Suspect, Verdict};
use crate::suite::Status;

/// How the cases of a topic came out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) known: usize,
    pub(crate) recorded: usize,
    pub(crate) not_run: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    pub(crate) fn of<'a>(cases: impl Iterator<Item = &'a CaseInfo>, bound: bool) -> Self {
        let mut tally = Self::default();
        for case in cases {
            match case.standing(bound) {
                Standing::Passed => tally.passed += 1,
                Standing::Failed => tally.failed += 1,
                Standing::Known => tally.known += 1,
                Standing::Recorded => tally.recorded += 1,
                Standing::Open if case.outcome == Outcome::Skipped => tally.skipped += 1,
                Standing::Open => tally.not_run += 1,
            }
        }
        tally
    }

    pub(crate) const fn scored(&self) -> usize {
        self.passed + self.failed + self.known
    }

    /// Writes the counts that are not zero.
    pub(crate) fn words(&self) -> String {
        let counts = [
            (self.passed, "passed"),
            (self.failed, "FAILED"),
            (self.known, "failed as expected"),
            (self.recorded, "recorded"),
            (self.not_run, "not run"),
            (self.skipped, "skipped"),
        ];
        let words: Vec<_> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        words.join(" · ")
    }
}

/// Returns the topics in the order of the cases, with their tallies.
pub(crate) fn topics(results: &Results) -> Vec<(&str, Tally)> {
    let mut names: Vec<&str> = Vec::new();
    for case in &results.cases {
        if !names.contains(&case.topic.as_str()) {
            names.push(&case.topic);
        }
    }
    let tally = |name: &str| {
        let cases = results.cases.iter().filter(|case| case.topic == name);
        Tally::of(cases, results.options.reason_bound)
    };
    names.into_iter().map(|name| (name, tally(name))).collect()
}

/// Returns the tally of each clause level that has cases.
pub(crate) fn levels(results: &Results) -> Vec<(Level, Tally)> {
    let tally = |level| {
        let cases = results.cases.iter().filter(|case| case.level == level);
        (level, Tally::of(cases, results.options.reason_bound))
    };
    let all = Level::ALL.into_iter().map(tally);
    all.filter(|(_, tally)| *tally != Tally::default())
        .collect()
}

/// Returns how many clauses have each status, and how many there are.
pub(crate) fn statuses(results: &Results) -> (Vec<(Status, usize)>, usize) {
    let count = |status| {
        results
            .clauses()
            .filter(|info| info.clause.status == status)
            .count()
    };
    let all: Vec<_> = Status::ALL
        .into_iter()
        .map(|status| (status, count(status)))
        .collect();
    let total = all.iter().map(|(_, count)| count).sum();
    (all, total)
}

/// Returns why cases were not run or were skipped, each reason with its cases.
pub(crate) fn reasons(results: &Results, outcome: Outcome) -> Vec<(&str, Vec<&CaseInfo>)> {
    let mut found: Vec<(&str, Vec<&CaseInfo>)> = Vec::new();
    for case in results.cases.iter().filter(|case| case.outcome == outcome) {
        let reason = case.detail.as_deref().unwrap_or("no reason given");
        match found.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, cases)) => cases.push(case),
            None => found.push((reason, vec![case])),
        }
    }
    found
}

/// Returns the rejections that count although they named another clause.
pub(crate) fn other_reasons(results: &Results) -> impl Iterator<Item = &CaseInfo> {
    let bound = results.options.reason_bound;
    results.cases.iter().filter(move |case| {
        case.outcome == Outcome::FailReason && case.standing(bound) == Standing::Passed
    })
}

/// Suspects that the cases of the run don't tell from each other: one mistake.
#[derive(Clone, Debug)]
pub(crate) struct Suspicion<'a> {
    pub(crate) suspects: &'a [Suspect],
    /// How well they explain the failures, as a sentence without its end.
    pub(crate) words: String,
}

/// Returns which mistakes the failures look like, each with all suspects for it.
pub(crate) fn suspicions(results: &Results) -> Vec<Suspicion<'_>> {
    let same = |one: &Suspect, next: &Suspect| one.mistake == next.mistake;
    let mut all = Vec::new();
    for suspects in results.suspects.chunk_by(same) {
        if let Some(first) = suspects.first() {
            let words = words(first, suspects.len());
            all.push(Suspicion { suspects, words });
        }
    }
    all
}

/// Says how well one of so many equal suspects explains the failures: the counts, and no more.
fn words(suspect: &Suspect, count: usize) -> String {
    let all = suspect.explains.saturating_add(suspect.leaves);
    let share = match (suspect.leaves, all) {
        (0, 1) => "the one".to_owned(),
        (0, 2) => "both".to_owned(),
        (0, all) => format!("all {all}"),
        (_, all) => format!("{} of {all}", suspect.explains),
    };
    let other = if suspect.mistake > 1 { "other " } else { "" };
    let failures = if all == 1 { "failure" } else { "failures" };
    let exactly = if suspect.leaves == 0 && suspect.unseen == 0 {
        "exactly "
    } else {
        ""
    };
    let (verb, those) = if suspect.explains == 1 {
        ("is", "that")
    } else {
        ("are", "those")
    };
    let (named, it) = if count == 1 {
        ("this named mistake", "it")
    } else {
        ("each of these named mistakes", "each")
    };
    let mut text = format!("{share} {other}{failures} {verb} {exactly}{those} of {named}");
    match suspect.unseen {
        0 => {}
        1 => text.push_str(&format!("; {it} would fail 1 more case")),
        unseen => text.push_str(&format!("; {it} would fail {unseen} more cases")),
    }
    text
}

/// Returns the first line of every report.
pub(crate) fn headline(results: &Results) -> String {
    match results.verdict {
        Verdict::Conformant => conformant(results),
        Verdict::StaleExpectation => {
            format!("{} expected failures are stale", results.stale.len())
        }
        Verdict::NotConformant => {
            let failures = results.failures().count();
            let must = results
                .failures()
                .filter(|case| case.level <= Level::Def)
                .count();
            format!("Not conformant: {failures} failed, {must} of them on required behaviour")
        }
        Verdict::NothingRun => "Nothing was run that could pass or fail".to_owned(),
        Verdict::AdapterBroken => format!(
            "The adapter is broken: {}",
            results.broken.as_deref().unwrap_or("no reason given")
        ),
    }
}

/// Returns whether only a part of the suite was selected.
pub(crate) fn is_partial(results: &Results) -> bool {
    part(results).is_some()
}

/// Returns which part of the suite was selected, if it was not all.
pub(crate) fn part(results: &Results) -> Option<String> {
    let options = &results.options;
    let parts = [
        ("filter", &options.filter),
        ("profile", &options.profile),
        ("shard", &options.shard),
    ];
    let given = parts
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let words: Vec<String> = given
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    (!words.is_empty()).then(|| format!("selected by {}", words.join(", ")))
}

fn conformant(results: &Results) -> String {
    let tally = Tally::of(results.cases.iter(), results.options.reason_bound);
    let mut text = "Conformant: every case that was run came out as it must".to_owned();
    if tally.known > 0 {
        text = format!("Conformant but for {} expected failures", tally.known);
    }
    let left = [(tally.skipped, "skipped"), (tally.not_run, "not run")];
    let left = left.iter().filter(|(count, _)| *count > 0);
    let left = left.map(|(count, word)| format!("{count} {word}"));
    let left: Vec<_> = left.chain(part(results)).collect();
    if !left.is_empty() {
        text = format!("{text}; {}", left.join(", "));
    }
    text
}

/// Returns `name version`.
pub(crate) fn implementation(results: &Results) -> String {
    let text = |name| {
        results
            .adapter
            .implementation
            .get(name)
            .map_or("?", String::as_str)
    };
    if results.adapter.implementation.is_empty() {
        "(an adapter that did not introduce itself)".to_owned()
    } else {
        format!("{} {}", text("name"), text("version"))
    }
}

/// Returns how a policy was answered, in words.
pub(crate) fn observed(policy: &crate::results::PolicyInfo) -> String {
    match (policy.asked, policy.observed.as_slice()) {
        (0, _) => "not asked".to_owned(),
        (_, []) => "answers do not agree with one value".to_owned(),
        (_, values) => values.join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(mistake: usize, count: usize, [explains, leaves, unseen]: [usize; 3]) -> String {
        let suspect = Suspect {
            mistake,
            fault: "PRIN-17/off".to_owned(),
            clause: "PRIN-17".to_owned(),
            what: "checksum ignored".to_owned(),
            explains,
            leaves,
            unseen,
        };
        words(&suspect, count)
    }

    #[test]
    fn a_suspicion_says_what_was_counted_and_no_more() {
        for (mistake, count, counts, expected) in [
            (
                1,
                1,
                [1, 0, 0],
                "the one failure is exactly that of this named mistake",
            ),
            (
                1,
                1,
                [9, 0, 0],
                "all 9 failures are exactly those of this named mistake",
            ),
            (
                1,
                3,
                [9, 0, 0],
                "all 9 failures are exactly those of each of these named mistakes",
            ),
            (
                1,
                1,
                [7, 2, 0],
                "7 of 9 failures are those of this named mistake",
            ),
            (
                1,
                1,
                [1, 1, 0],
                "1 of 2 failures is that of this named mistake",
            ),
            (
                1,
                1,
                [7, 2, 1],
                "7 of 9 failures are those of this named mistake; it would fail 1 more case",
            ),
            (
                1,
                2,
                [3, 0, 2],
                "all 3 failures are those of each of these named mistakes; each would fail 2 more cases",
            ),
            (
                2,
                1,
                [2, 0, 0],
                "both other failures are exactly those of this named mistake",
            ),
            (
                2,
                1,
                [1, 0, 0],
                "the one other failure is exactly that of this named mistake",
            ),
            (
                3,
                1,
                [2, 5, 0],
                "2 of 7 other failures are those of this named mistake",
            ),
        ] {
            assert_eq!(said(mistake, count, counts), expected);
        }
    }
}
