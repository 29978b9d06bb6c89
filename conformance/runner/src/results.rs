//! `results.json`: everything the reports need, in one file that anybody can read again.
//!
//! There is no clock, host or path in it, so that two runs of the same adapter give the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::archaeology;
use crate::diagnosis;
use crate::diff::{self, Difference};
use crate::mainnet;
use crate::outcome::{Level, Outcome, Standing};
use crate::protocol::Hello;
use crate::real::RealCase;
use crate::run::{self, Case, Options, Profile};
use crate::suite::{Answer, Clause, Expect, Output, OutputCheck, Suite, Vector};

/// The version of the file format.
pub(crate) const FORMAT: u64 = 1;

/// Longer values are cut in the results; the vector files have them whole.
const MAX_VALUE: usize = 4096;

/// What a run found.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Results {
    pub(crate) format: u64,
    pub(crate) suite: SuiteInfo,
    pub(crate) verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) broken: Option<String>,
    pub(crate) adapter: Hello,
    pub(crate) options: OptionsInfo,
    pub(crate) cases: Vec<CaseInfo>,
    pub(crate) policies: Vec<PolicyInfo>,
    pub(crate) families: Vec<FamilyInfo>,
    /// The named mistakes that explain the failures best, all of them taken together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) suspects: Vec<Suspect>,
    /// Expected failures that did not occur as expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) stale: Vec<String>,
}

/// Which suite was run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct SuiteInfo {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) spec: String,
    pub(crate) digest: String,
    pub(crate) files: usize,
    pub(crate) vectors: usize,
}

/// Which choices of the caller bear on the outcome.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OptionsInfo {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shard: Option<String>,
    pub(crate) timeout_ms: u64,
    pub(crate) reason_bound: bool,
    /// Whether real certificates were there to be verified.
    pub(crate) data: bool,
}

/// What the whole run comes to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// Every case that was run came out as it must.
    Conformant,
    /// At least one case failed.
    NotConformant,
    /// Nothing failed, but an expected failure did not occur as expected.
    StaleExpectation,
    /// Nothing was run that could pass or fail.
    NothingRun,
    /// The adapter broke; what was collected before is there.
    AdapterBroken,
}

/// One case and what became of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct CaseInfo {
    pub(crate) id: String,
    pub(crate) topic: String,
    pub(crate) op: String,
    pub(crate) title: String,
    pub(crate) level: Level,
    /// The one that a failure is blamed on comes first.
    pub(crate) clauses: Vec<String>,
    /// The same in the light of this case alone; none if the results were read from a file.
    #[serde(skip)]
    pub(crate) alone: Vec<String>,
    pub(crate) importance: String,
    pub(crate) expected: String,
    pub(crate) outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// The expected output, if the case failed on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wanted: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) got: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) twin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mutation: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) differs: Vec<Difference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) effects: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stderr: Option<String>,
    /// How many questions the case asked, if not one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) requests: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) kills: Vec<String>,
    /// Why the failure is expected, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) known: Option<String>,
}

impl CaseInfo {
    pub(crate) fn standing(&self, reason_bound: bool) -> Standing {
        match (self.outcome.standing(reason_bound), &self.known) {
            (Standing::Failed, Some(_)) => Standing::Known,
            (standing, _) => standing,
        }
    }

    /// Returns the clause that a failure is blamed on.
    pub(crate) fn blamed(&self) -> &str {
        self.clauses.first().map_or("", String::as_str)
    }

    pub(crate) fn is_mainnet(&self) -> bool {
        self.topic == mainnet::TOPIC
    }

    pub(crate) fn is_archaeology(&self) -> bool {
        self.topic == archaeology::TOPIC
    }
}

/// A named mistake that would explain failures.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Suspect {
    /// From 1. Suspects of one number are those that the cases of the run don't tell apart.
    pub(crate) mistake: usize,
    pub(crate) fault: String,
    pub(crate) clause: String,
    /// The mistake in words.
    pub(crate) what: String,
    /// How many failures it explains that no mistake of a smaller number does.
    pub(crate) explains: usize,
    /// How many failures are then left.
    pub(crate) leaves: usize,
    /// How many cases it would have failed that came out as they must.
    pub(crate) unseen: usize,
}

/// How the adapter answers a question that the specification leaves open.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PolicyInfo {
    pub(crate) name: String,
    pub(crate) question: String,
    pub(crate) values: Vec<String>,
    pub(crate) clauses: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) declared: Option<String>,
    /// The values that agree with every answer; none if the answers don't fit together.
    pub(crate) observed: Vec<String>,
    /// How many vectors asked.
    pub(crate) asked: usize,
}

/// A family of clauses.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct FamilyInfo {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) clauses: Vec<ClauseInfo>,
}

/// A clause, and what the run says about it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ClauseInfo {
    #[serde(flatten)]
    pub(crate) clause: Clause,
    /// How the cases that name it came out.
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// How many of the failed ones say nothing about the implementation, because its adapter did not
    /// support the case, or the twin that it is judged by.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) unsupported: usize,
    pub(crate) open: usize,
    pub(crate) recorded: usize,
    /// The faults that a passing case excludes.
    pub(crate) killed: Vec<String>,
}

impl ClauseInfo {
    /// Returns how many faults a vector can tell at all.
    pub(crate) fn killable(&self) -> usize {
        self.clause
            .faults
            .iter()
            .filter(|fault| fault.killable)
            .count()
    }

    /// Returns what the run says about the clause.
    pub(crate) fn state(&self) -> ClauseState {
        if self.failed > self.unsupported {
            ClauseState::Failed
        } else if self.failed > 0 {
            ClauseState::Unsupported
        } else if self.passed > 0 && self.open == 0 {
            ClauseState::Passed
        } else if self.passed > 0 {
            ClauseState::Partly
        } else if self.recorded > 0 {
            ClauseState::Recorded
        } else {
            ClauseState::NotRun
        }
    }
}

/// What a run says about a clause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ClauseState {
    Passed,
    Partly,
    Failed,
    /// As good as failed: an operation that is offered is offered as a whole.
    Unsupported,
    Recorded,
    NotRun,
}

impl ClauseState {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Partly => "passed, some not run",
            Self::Failed => "failed",
            Self::Unsupported => "failed, not supported",
            Self::Recorded => "recorded",
            Self::NotRun => "not run",
        }
    }
}

impl Results {
    /// Returns what the whole run comes to.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Returns how often each outcome occurred.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Outcome, usize> {
        let mut counts = BTreeMap::new();
        for case in &self.cases {
            *counts.entry(case.outcome).or_default() += 1;
        }
        counts
    }

    /// Returns the outcome of a case.
    #[must_use]
    pub fn outcome(&self, id: &str) -> Option<Outcome> {
        self.cases
            .iter()
            .find(|case| case.id == id)
            .map(|case| case.outcome)
    }

    /// Returns the clauses that failed cases are about.
    #[must_use]
    pub fn blamed(&self) -> BTreeSet<&str> {
        self.failures()
            .flat_map(|case| &case.clauses)
            .map(String::as_str)
            .collect()
    }

    /// Returns the exit code of the program for these results.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Conformant => 0,
            Verdict::NotConformant | Verdict::NothingRun => 1,
            Verdict::AdapterBroken => 3,
            Verdict::StaleExpectation => 5,
        }
    }

    /// Returns why the adapter cannot be used, if it cannot.
    #[must_use]
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// Returns an error if a value cannot be written as JSON, which no run produces.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads the file again.
    ///
    /// # Errors
    ///
    /// Returns the place and reason if `text` is no such file.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Decides what the whole run comes to, and what explains its failures.
    pub(crate) fn judge(&mut self) {
        let bound = self.options.reason_bound;
        let has = |standing| {
            self.cases
                .iter()
                .any(|case| case.standing(bound) == standing)
        };
        self.verdict = if self.broken.is_some() {
            Verdict::AdapterBroken
        } else if has(Standing::Failed) {
            Verdict::NotConformant
        } else if !self.stale.is_empty() {
            Verdict::StaleExpectation
        } else if has(Standing::Passed) || has(Standing::Recorded) {
            Verdict::Conformant
        } else {
            Verdict::NothingRun
        };
        self.diagnose();
    }

    /// Names the suspects, and blames each failure in their light.
    fn diagnose(&mut self) {
        let observed = diagnosis::observe(&self.cases, self.options.reason_bound);
        let (places, observations): (Vec<usize>, Vec<_>) = observed.into_iter().unzip();
        let findings = diagnosis::diagnose(&observations);
        let blame = |(&place, observation): (&usize, &diagnosis::Observation<'_>)| {
            let alone = &self.cases.get(place)?.alone;
            let blamed = alone.first()?;
            let clause = diagnosis::blame(observation, alone, blamed, &findings);
            Some((place, in_front(alone, clause)))
        };
        let blames = places.iter().zip(&observations).filter_map(blame);
        let blames: Vec<(usize, Vec<String>)> = blames.collect();
        let suspect = |finding: &diagnosis::Finding<'_>| {
            let clause = diagnosis::clause(finding.fault);
            let faults = self.clause(clause).map(|info| &info.clause.faults);
            let fault = faults.and_then(|all| all.iter().find(|fault| fault.id == finding.fault));
            Suspect {
                mistake: finding.mistake,
                fault: finding.fault.to_owned(),
                clause: clause.to_owned(),
                what: fault.map(|fault| fault.what.clone()).unwrap_or_default(),
                explains: finding.explains,
                leaves: finding.leaves,
                unseen: finding.unseen,
            }
        };
        let suspects = findings.iter().map(suspect).collect();
        self.suspects = suspects;
        for case in self.cases.iter_mut().filter(|case| !case.alone.is_empty()) {
            case.clauses.clone_from(&case.alone);
        }
        for (place, clauses) in blames {
            if let Some(case) = self.cases.get_mut(place) {
                case.clauses = clauses;
            }
        }
    }

    pub(crate) fn failures(&self) -> impl Iterator<Item = &CaseInfo> {
        let bound = self.options.reason_bound;
        self.cases
            .iter()
            .filter(move |case| case.standing(bound) == Standing::Failed)
    }

    pub(crate) fn clauses(&self) -> impl Iterator<Item = &ClauseInfo> {
        self.families.iter().flat_map(|family| &family.clauses)
    }

    pub(crate) fn clause(&self, id: &str) -> Option<&ClauseInfo> {
        self.clauses().find(|info| info.clause.id == id)
    }
}

/// Puts together what a run found.
pub(crate) fn collect(
    suite: &Suite,
    options: &Options,
    hello: &Hello,
    cases: &[Case<'_>],
    real: Vec<RealCase>,
    broken: Option<String>,
) -> Results {
    let bound = options.reason_bound;
    let mut infos: Vec<_> = cases
        .iter()
        .map(|case| vector_case(suite, case, bound))
        .collect();
    infos.extend(real.into_iter().map(real_case));
    let mut results = Results {
        format: FORMAT,
        suite: SuiteInfo {
            name: "icid-conformance".to_owned(),
            version: suite.version.clone(),
            spec: suite.spec.clone(),
            digest: suite.digest.clone(),
            files: suite.files,
            vectors: suite.vectors.len(),
        },
        verdict: Verdict::NothingRun,
        broken,
        adapter: hello.clone(),
        options: OptionsInfo {
            filter: options.filter.clone(),
            profile: (options.profile == Profile::Quick).then(|| "quick".to_owned()),
            shard: options.shard.map(|shard| shard.to_string()),
            timeout_ms: u64::try_from(options.timeout.as_millis()).unwrap_or(u64::MAX),
            reason_bound: bound,
            data: options.data.is_some(),
        },
        policies: policies(suite, hello, cases),
        families: families(suite, &infos, bound),
        cases: infos,
        suspects: Vec::new(),
        stale: Vec::new(),
    };
    results.judge();
    results
}

fn vector_case(suite: &Suite, case: &Case<'_>, bound: bool) -> CaseInfo {
    let Vector { expect, .. } = case.vector;
    let failed = case.judgement.outcome.standing(bound) == Standing::Failed
        || case.judgement.outcome == Outcome::FailReason;
    let twin = suite.twin(case.vector);
    let differs = match twin {
        Some(twin) if failed => diff::objects(&twin.input, &case.vector.input),
        _ => Vec::new(),
    };
    let notes = case
        .vector
        .notes
        .iter()
        .filter_map(|(_, note)| note.effect.clone());
    let clauses = blamed_alone(case.vector, case.judgement.got.as_ref());
    CaseInfo {
        id: case.vector.id.clone(),
        topic: run::topic(case.vector),
        op: case.vector.op.clone(),
        title: case.vector.title.clone(),
        level: case.vector.level,
        alone: clauses.clone(),
        clauses,
        importance: case.vector.importance.name().to_owned(),
        expected: expected(expect),
        outcome: case.judgement.outcome,
        detail: case.judgement.detail.clone(),
        wanted: failed.then(|| wanted(expect)).flatten(),
        got: case.judgement.got.as_ref().filter(|_| failed).map(cut),
        twin: case.vector.twin.clone(),
        mutation: case.vector.mutation.clone().filter(|_| failed),
        differs,
        effects: if failed { notes.collect() } else { Vec::new() },
        stderr: Some(case.stderr.clone()).filter(|text| failed && !text.trim().is_empty()),
        requests: None,
        kills: case.vector.kills.clone(),
        known: None,
    }
}

/// Returns the clauses of a vector, with the one in front that a failure is blamed on if nothing is
/// known but this case. All failures together know better; this is for where they say nothing, or
/// several things equally well.
///
/// It is the violated one of a vector to reject; of any other the one that the adapter rejected it
/// for, or else the first of which it kills a fault.
fn blamed_alone(vector: &Vector, got: Option<&Value>) -> Vec<String> {
    let place = |blamed: &str| vector.clauses.iter().position(|clause| clause == blamed);
    let blamed = if let Expect::Reject { clause, .. } = &vector.expect {
        place(clause)
    } else {
        let named = got.and_then(|got| got.pointer("/reject/code"));
        let named = named.and_then(Value::as_str).and_then(place);
        let clause_of = |kill: &String| Some(kill.split_once('/')?.0.to_owned());
        named.or_else(|| place(&vector.kills.iter().find_map(clause_of)?))
    };
    let clause = blamed.and_then(|place| vector.clauses.get(place));
    in_front(&vector.clauses, clause.map(String::as_str))
}

/// Returns the clauses with this one in front, if it is one of them.
fn in_front(clauses: &[String], clause: Option<&str>) -> Vec<String> {
    let mut clauses = clauses.to_vec();
    let place = clauses.iter().position(|id| Some(id.as_str()) == clause);
    if let Some(place) = place {
        clauses.swap(0, place);
    }
    clauses
}

fn real_case(case: RealCase) -> CaseInfo {
    CaseInfo {
        id: case.id,
        topic: case.topic.to_owned(),
        op: case.op.to_owned(),
        title: case.title,
        level: Level::Must,
        clauses: case.clauses.into_iter().map(str::to_owned).collect(),
        // No vector stands behind it that would tell one mistake from another.
        alone: Vec::new(),
        importance: "critical".to_owned(),
        expected: case.expected.to_owned(),
        outcome: case.outcome,
        detail: case.detail,
        wanted: None,
        got: case.got.as_ref().map(cut),
        twin: None,
        mutation: None,
        differs: Vec::new(),
        effects: Vec::new(),
        stderr: None,
        requests: (case.requests > 1).then_some(case.requests),
        kills: Vec::new(),
        known: None,
    }
}

fn expected(expect: &Expect) -> String {
    match expect {
        Expect::Accept(Output::Exactly(_)) => "accept".to_owned(),
        Expect::Accept(Output::Satisfies(
            OutputCheck::Migrates | OutputCheck::Prunes | OutputCheck::Signs,
        )) => "accept, output judged by equation".to_owned(),
        Expect::Reject { clause, .. } => format!("reject ({clause})"),
        Expect::Either { policy, .. } => format!("either ({policy})"),
    }
}

fn wanted(expect: &Expect) -> Option<String> {
    match expect {
        Expect::Accept(Output::Exactly(output)) => Some(cut(&serde_json::json!({ "ok": output }))),
        Expect::Either { by_policy, .. } => {
            let each = by_policy.iter().map(|(value, answer)| match answer {
                Answer::Accept(_) => format!("{value}: accept"),
                Answer::Reject => format!("{value}: reject"),
            });
            Some(each.collect::<Vec<_>>().join(", "))
        }
        Expect::Accept(Output::Satisfies(_)) | Expect::Reject { .. } => None,
    }
}

fn cut(value: &Value) -> String {
    crate::protocol::excerpt(&value.to_string(), MAX_VALUE)
}

fn policies(suite: &Suite, hello: &Hello, cases: &[Case<'_>]) -> Vec<PolicyInfo> {
    let info = |policy: &crate::suite::Policy| {
        let asked = cases.iter().filter(|case| {
            matches!(&case.vector.expect, Expect::Either { policy: name, .. } if *name == policy.name)
                && matches!(case.judgement.outcome, Outcome::Recorded | Outcome::FailPolicy)
        });
        let mut observed: Option<BTreeSet<String>> = None;
        let mut count = 0;
        for case in asked {
            count += 1;
            let agrees: BTreeSet<String> = case.judgement.agrees.iter().cloned().collect();
            observed = Some(match observed {
                None => agrees,
                Some(before) => before.intersection(&agrees).cloned().collect(),
            });
        }
        PolicyInfo {
            name: policy.name.clone(),
            question: policy.question.clone(),
            values: policy.values.clone(),
            clauses: policy.clauses.clone(),
            declared: hello.policies.get(&policy.name).cloned(),
            observed: observed.unwrap_or_default().into_iter().collect(),
            asked: count,
        }
    };
    // An open question that the catalogue forgot must not vanish from the report.
    let mut all = suite.policies.clone();
    for vector in &suite.vectors {
        if let Expect::Either { policy, .. } = &vector.expect
            && !all.iter().any(|known| known.name == *policy)
        {
            all.push(crate::suite::Policy::unknown(policy, vector));
        }
    }
    all.iter().map(info).collect()
}

/// The cases that the adapter did not support, and those that are inconclusive for that reason.
fn unsupported(cases: &[CaseInfo]) -> BTreeSet<&str> {
    let of = |outcome| cases.iter().filter(move |case| case.outcome == outcome);
    let own: BTreeSet<&str> = of(Outcome::Unsupported)
        .map(|case| case.id.as_str())
        .collect();
    let follows = |case: &&CaseInfo| {
        let twin = case.twin.as_deref();
        twin.is_some_and(|twin| own.contains(twin))
    };
    let following = of(Outcome::Inconclusive).filter(follows);
    let following: Vec<&str> = following.map(|case| case.id.as_str()).collect();
    own.iter().copied().chain(following).collect()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn families(suite: &Suite, cases: &[CaseInfo], bound: bool) -> Vec<FamilyInfo> {
    let unsupported = unsupported(cases);
    let mut families: Vec<FamilyInfo> = Vec::new();
    for clause in &suite.clauses {
        let mut info = ClauseInfo {
            clause: clause.clone(),
            passed: 0,
            failed: 0,
            unsupported: 0,
            open: 0,
            recorded: 0,
            killed: Vec::new(),
        };
        let mut killed = BTreeSet::new();
        for case in cases
            .iter()
            .filter(|case| case.clauses.contains(&clause.id))
        {
            match case.standing(bound) {
                Standing::Passed => info.passed += 1,
                Standing::Failed | Standing::Known => {
                    info.failed += 1;
                    info.unsupported += usize::from(unsupported.contains(case.id.as_str()));
                }
                Standing::Open => info.open += 1,
                Standing::Recorded => info.recorded += 1,
            }
        }
        for case in cases
            .iter()
            .filter(|case| case.standing(bound) == Standing::Passed)
        {
            killed.extend(case.kills.iter().filter(|kill| is_of(kill, &clause.id)));
        }
        info.killed = killed.into_iter().cloned().collect();
        match families
            .iter_mut()
            .find(|family| family.name == clause.family)
        {
            Some(family) => family.clauses.push(info),
            None => families.push(FamilyInfo {
                name: clause.family.clone(),
                title: suite.family_title(&clause.family).to_owned(),
                clauses: vec![info],
            }),
        }
    }
    families
}

fn is_of(fault: &str, clause: &str) -> bool {
    fault
        .split_once('/')
        .is_some_and(|(owner, _)| owner == clause)
}

#[cfg(test)]
mod tests;
