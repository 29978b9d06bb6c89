//! One HTML page, without scripts and without the network, to read, print and forward.

mod matrix;
mod peers;

use askama::Template;

use super::summary::{self, Suspicion, Tally};
use crate::outcome::{Outcome, Standing};
use crate::protocol::Reasons;
use crate::results::{CaseInfo, ClauseInfo, ClauseState, FamilyInfo, PolicyInfo, Results, Verdict};
use crate::suite::{Fault, Status};

pub(crate) use peers::peers_page;

/// How many failures are shown at length.
const MAX_FAILURES: usize = 200;

/// Writes `report.html`.
pub(crate) fn page(results: &Results) -> Result<String, askama::Error> {
    Page::new(results).render()
}

/// What the template shows.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    results: &'a Results,
    implementation: String,
    headline: String,
    verdict_class: &'static str,
    levels: Vec<(&'static str, Tally)>,
    statuses: Vec<(Status, usize)>,
    total: usize,
    tally: Tally,
    /// Passed rejections that named another clause.
    reasons: Vec<&'a CaseInfo>,
    inconclusive: usize,
    matrix: String,
    bar: String,
    /// Which named mistakes the failures look like.
    suspicions: Vec<Suspicion<'a>>,
    failures: Vec<Failure<'a>>,
    /// How many failures are not shown at length.
    more_failures: usize,
    known: Vec<&'a CaseInfo>,
    mainnet: Vec<&'a CaseInfo>,
    archaeology: Vec<&'a CaseInfo>,
    topics: Vec<Topic<'a>>,
    open: Vec<(&'static str, &'a str, Vec<&'a CaseInfo>)>,
    covered: Vec<Family<'a>>,
    pending: Vec<(&'a FamilyInfo, Vec<&'a ClauseInfo>)>,
    excluded: Vec<&'a ClauseInfo>,
    unkillable: Vec<&'a Fault>,
    killed: usize,
    killable: usize,
    facts: Vec<(&'static str, String)>,
}

struct Failure<'a> {
    case: &'a CaseInfo,
    clause: Option<&'a ClauseInfo>,
    is_twin_good: bool,
}

struct Topic<'a> {
    name: &'a str,
    tally: Tally,
    cases: Vec<&'a CaseInfo>,
}

struct Family<'a> {
    name: &'a str,
    title: &'a str,
    clauses: Vec<&'a ClauseInfo>,
    tested: usize,
    killed: usize,
    killable: usize,
}

impl<'a> Page<'a> {
    fn new(results: &'a Results) -> Self {
        let bound = results.options.reason_bound;
        let (statuses, total) = summary::statuses(results);
        let tally = Tally::of(results.cases.iter(), bound);
        let count = |outcome| {
            results
                .cases
                .iter()
                .filter(|case| case.outcome == outcome)
                .count()
        };
        let tested = || {
            results
                .clauses()
                .filter(|info| info.clause.status == Status::Tested)
        };
        Self {
            results,
            implementation: summary::implementation(results),
            headline: summary::headline(results),
            verdict_class: match results.verdict {
                Verdict::Conformant => "good",
                Verdict::NotConformant | Verdict::AdapterBroken => "bad",
                Verdict::NothingRun | Verdict::StaleExpectation => "open",
            },
            levels: summary::levels(results)
                .into_iter()
                .map(|(level, tally)| (level.name(), tally))
                .collect(),
            matrix: matrix::clauses(results),
            bar: matrix::bar(results),
            suspicions: summary::suspicions(results),
            failures: results
                .failures()
                .take(MAX_FAILURES)
                .map(|case| Failure::new(results, case))
                .collect(),
            known: results
                .cases
                .iter()
                .filter(|case| case.known.is_some())
                .collect(),
            more_failures: results.failures().count().saturating_sub(MAX_FAILURES),
            mainnet: results
                .cases
                .iter()
                .filter(|case| case.is_mainnet())
                .collect(),
            archaeology: results
                .cases
                .iter()
                .filter(|case| case.is_archaeology())
                .collect(),
            topics: topics(results),
            open: open(results),
            covered: covered(results),
            pending: with_status(results, Status::Pending),
            excluded: with_status(results, Status::Excluded)
                .into_iter()
                .flat_map(|(_, clauses)| clauses)
                .collect(),
            unkillable: tested()
                .flat_map(|info| info.clause.faults.iter().filter(|fault| !fault.killable))
                .collect(),
            killed: tested().map(|info| info.killed.len()).sum(),
            killable: tested().map(ClauseInfo::killable).sum(),
            facts: facts(results),
            inconclusive: count(Outcome::Inconclusive),
            reasons: summary::other_reasons(results).collect(),
            statuses,
            total,
            tally,
        }
    }

    fn asked_policies(&self) -> Vec<&PolicyInfo> {
        self.results
            .policies
            .iter()
            .filter(|policy| policy.asked > 0)
            .collect()
    }

    fn observed(&self, policy: &PolicyInfo) -> String {
        summary::observed(policy)
    }

    /// Returns text as HTML, with what stands in backticks set as code.
    fn rich(&self, text: &str) -> String {
        let mut html = String::new();
        for (index, part) in text.split('`').enumerate() {
            let part = matrix::escaped(part);
            html.push_str(&if index % 2 == 1 {
                format!("<code>{part}</code>")
            } else {
                part
            });
        }
        html
    }

    /// Returns the style class of an outcome.
    fn class_of(&self, outcome: &Outcome) -> &'static str {
        class(*outcome, self.results.options.reason_bound)
    }

    fn state_class(&self, info: &ClauseInfo) -> &'static str {
        state_class(info)
    }

    fn state_name(&self, info: &ClauseInfo) -> &'static str {
        match info.clause.status {
            Status::Excluded => "excluded",
            Status::Pending => "pending",
            Status::Unspecified if info.state() == ClauseState::NotRun => "left open",
            Status::Unspecified | Status::Tested => info.state().name(),
        }
    }
}

impl<'a> Failure<'a> {
    fn new(results: &'a Results, case: &'a CaseInfo) -> Self {
        let twin = case.twin.as_deref().and_then(|twin| results.outcome(twin));
        let is_twin_good = twin == Some(Outcome::Pass);
        Self {
            case,
            clause: results.clause(case.blamed()),
            is_twin_good,
        }
    }
}

const fn class(outcome: Outcome, bound: bool) -> &'static str {
    match outcome.standing(bound) {
        Standing::Passed if matches!(outcome, Outcome::FailReason) => "open",
        Standing::Passed => "good",
        Standing::Failed | Standing::Known => "bad",
        Standing::Recorded => "noted",
        Standing::Open => "open",
    }
}

/// Returns the style class of a clause.
fn state_class(info: &ClauseInfo) -> &'static str {
    match (info.clause.status, info.state()) {
        (Status::Excluded, _) => "excluded",
        (Status::Pending, _) => "pending",
        (_, ClauseState::Failed) => "bad",
        (_, ClauseState::Unsupported) => "lacking",
        (_, ClauseState::Passed) => "good",
        (_, ClauseState::Partly) => "partly",
        (_, ClauseState::Recorded) => "noted",
        (Status::Unspecified, ClauseState::NotRun) => "noted",
        (Status::Tested, ClauseState::NotRun) => "open",
    }
}

fn topics(results: &Results) -> Vec<Topic<'_>> {
    let topic = |(name, tally)| Topic {
        name,
        tally,
        cases: results
            .cases
            .iter()
            .filter(|case| case.topic == name)
            .collect(),
    };
    summary::topics(results).into_iter().map(topic).collect()
}

fn open(results: &Results) -> Vec<(&'static str, &str, Vec<&CaseInfo>)> {
    let of = |outcome, word| {
        let reasons = summary::reasons(results, outcome).into_iter();
        reasons.map(move |(reason, cases)| (word, reason, cases))
    };
    of(Outcome::Skipped, "skipped")
        .chain(of(Outcome::NotRun, "not run"))
        .collect()
}

fn covered(results: &Results) -> Vec<Family<'_>> {
    results.families.iter().filter_map(Family::new).collect()
}

impl<'a> Family<'a> {
    /// Returns the family if there is more to say than that it is pending.
    fn new(info: &'a FamilyInfo) -> Option<Self> {
        let is_covered =
            |info: &&ClauseInfo| matches!(info.clause.status, Status::Tested | Status::Unspecified);
        let clauses: Vec<_> = info.clauses.iter().filter(is_covered).collect();
        let is_tested = |info: &&&ClauseInfo| info.clause.status == Status::Tested;
        let tested: Vec<_> = clauses.iter().filter(is_tested).collect();
        (!clauses.is_empty()).then(|| Self {
            name: &info.name,
            title: &info.title,
            tested: tested.len(),
            killed: tested.iter().map(|info| info.killed.len()).sum(),
            killable: tested.iter().map(|info| info.killable()).sum(),
            clauses: clauses.clone(),
        })
    }
}

fn with_status(results: &Results, status: Status) -> Vec<(&FamilyInfo, Vec<&ClauseInfo>)> {
    let mut all = Vec::new();
    for family in &results.families {
        let clauses = family
            .clauses
            .iter()
            .filter(|info| info.clause.status == status);
        let clauses: Vec<_> = clauses.collect();
        if !clauses.is_empty() {
            all.push((family, clauses));
        }
    }
    all
}

/// What a reader needs to know to run the same thing again.
fn facts(results: &Results) -> Vec<(&'static str, String)> {
    let suite = &results.suite;
    let mut facts = vec![
        (
            "Specification",
            format!("Internet Computer interface specification {}", suite.spec),
        ),
        (
            "Suite",
            format!(
                "{} {}, {} vectors in {} files",
                suite.name, suite.version, suite.vectors, suite.files
            ),
        ),
        ("Suite digest", format!("SHA-256 {}", suite.digest)),
    ];
    let mut about: Vec<_> = results.adapter.implementation.iter().collect();
    about.retain(|(name, _)| !matches!(name.as_str(), "name" | "version"));
    if !about.is_empty() {
        let words: Vec<_> = about
            .iter()
            .map(|(name, text)| format!("{} {text}", name.replace('_', " ")))
            .collect();
        facts.push(("Implementation", words.join(" · ")));
    }
    let list = |words: &[String]| {
        if words.is_empty() {
            "none".to_owned()
        } else {
            words.join(", ")
        }
    };
    facts.push(("Operations offered", list(&results.adapter.ops)));
    facts.push(("Presets known", list(&results.adapter.presets)));
    let scope = match summary::part(results) {
        None => "all cases of the suite".to_owned(),
        Some(part) => format!("only cases {part}, and their twins"),
    };
    facts.push(("Scope", scope));
    let binding = if results.options.reason_bound {
        "binding"
    } else {
        "not binding"
    };
    let declared = match results.adapter.reasons {
        Reasons::None => "the adapter gives none",
        Reasons::Stage => "the adapter names a stage",
        Reasons::Clause => "the adapter names the violated clause",
    };
    facts.push((
        "Reasons of rejections",
        format!("{declared}; {binding} in this run"),
    ));
    if !results.adapter.limits.is_empty() {
        let limits = results.adapter.limits.iter();
        let limits: Vec<_> = limits
            .map(|(name, value)| format!("{} {value}", name.replace('_', " ")))
            .collect();
        facts.push(("Limits declared", limits.join(" · ")));
    }
    facts.push((
        "Deadline",
        format!("{} ms per case", results.options.timeout_ms),
    ));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    fn rendered() -> String {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01<&" } }));
        let results = run(
            &testing::suite(),
            &adapter,
            &Options::default(),
            &mut Silent::new(),
        );
        page(&results).unwrap()
    }

    #[test]
    fn a_small_report() {
        insta::assert_snapshot!(rendered());
    }

    #[test]
    fn only_a_page_with_suspects_has_the_section_about_them() {
        assert!(rendered().contains("<h2 id=\"hint\">"));
        let adapter = testing::adapter(testing::good);
        let options = Options::default();
        let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
        assert!(!page(&results).unwrap().contains("#hint"));
    }

    #[test]
    fn a_part_of_the_suite_is_said_to_be_one() {
        let adapter = testing::adapter(testing::good);
        let options = Options {
            filter: Some("t/".to_owned()),
            profile: crate::Profile::Quick,
            shard: crate::Shard::parse("1/2"),
            ..Options::default()
        };
        let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
        let text = page(&results).unwrap();
        let scope = "only cases selected by filter t/, profile quick, shard 1/2, and their twins";
        assert!(text.contains(scope), "{text}");
        let again = "icid-conformance run --filter t/ --profile quick --shard 1/2 -- ";
        assert!(text.contains(again), "{text}");
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        let text = rendered();
        let targets: Vec<&str> = text.split("href=\"#").skip(1).collect();
        let missing = targets.iter().filter(|target| {
            let name = target.split('"').next().unwrap();
            !text.contains(&format!("id=\"{name}\""))
        });
        assert!(targets.len() > 9);
        assert_eq!(missing.count(), 0);
    }

    #[test]
    fn needs_neither_scripts_nor_the_network() {
        let text = rendered();
        for forbidden in [
            "<script", "http://", "https://", "src=", "url(", "@import", "<link",
        ] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn what_an_adapter_says_is_text() {
        let text = rendered();
        assert!(!text.contains("abcd01<&"));
        assert!(text.contains("abcd01&#60;&#38;"));
    }
}
