//! A run: every selected case is asked once, judged, and joined with its twin.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use serde_json::Value;

use crate::archaeology;
use crate::cover;
use crate::glob::Filter;
use crate::judge::{self, Judgement};
use crate::mainnet;
use crate::outcome::Outcome;
use crate::protocol::Hello;
use crate::real::RealCase;
use crate::results::{self, Results};
use crate::session::{Broken, Exchanged, Session, Shared};
use crate::suite::{Expect, Suite, Vector};
use crate::transport::Adapter;

/// How much longer the adapter may take for an input of a file of big inputs.
const BIG_FACTOR: u32 = 10;

/// What to run, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Which cases: a prefix of their ids, or a pattern with `*`. Twins are added.
    pub filter: Option<String>,
    /// Runs only vectors that name this clause, such as `SDEL-3`, or a clause of this family, such
    /// as `SDEL`. Twins are added.
    pub about: Option<String>,
    /// Whether all selected vectors are run, or only those that it takes to tell every mistake.
    pub profile: Profile,
    /// Which part of the selected vectors; all if absent. Twins are added.
    pub shard: Option<Shard>,
    /// How many processes of the adapter run at a time.
    pub jobs: usize,
    /// How long the adapter may take for one case.
    pub timeout: Duration,
    /// Whether rejecting for another reason than the violated clause is a failure.
    pub reason_bound: bool,
    /// A folder with real data: certificates from the network in `certificates`, images of stable
    /// memory in `stable-memory`.
    pub data: Option<PathBuf>,
    /// Whether the topics of real data are part of the run.
    pub mainnet: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            filter: None,
            about: None,
            profile: Profile::Full,
            shard: None,
            jobs: 1,
            timeout: Duration::from_secs(2),
            reason_bound: false,
            data: None,
            mainnet: true,
        }
    }
}

/// How much of the suite is run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Profile {
    /// All of it.
    #[default]
    Full,
    /// A small part that kills every fault which the whole suite kills.
    Quick,
}

/// One of several parts of equal size, which together are the whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shard {
    part: usize,
    parts: usize,
}

impl Shard {
    /// How many parts there may be.
    pub(crate) const MAX: usize = 1024;

    /// Reads `K/N`: the K-th part, from 1, of N.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (part, parts) = text.split_once('/')?;
        let (part, parts) = (part.parse().ok()?, parts.parse().ok()?);
        ((1..=parts).contains(&part) && parts <= Self::MAX).then_some(Self { part, parts })
    }

    /// Whether the item at this place belongs to the part.
    fn has(self, index: usize) -> bool {
        index % self.parts == self.part - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.parts)
    }
}

/// Who is told how a run goes.
pub trait Progress {
    /// The adapter has introduced itself, and this many cases follow.
    fn started(&mut self, implementation: &str, cases: usize);
    /// A case of this topic has been asked; so many are left of the topic and of the run.
    fn asked(&mut self, topic: &str, left_of_topic: usize, left: usize, is_good: bool);
    /// The run is over.
    fn finished(&mut self);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Silent;

impl Silent {
    /// Returns the listener that does not listen.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Default for Silent {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Silent {
    fn started(&mut self, _implementation: &str, _cases: usize) {}
    fn asked(&mut self, _topic: &str, _left_of_topic: usize, _left: usize, _is_good: bool) {}
    fn finished(&mut self) {}
}

/// One vector and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) vector: &'a Vector,
    pub(crate) judgement: Judgement,
    pub(crate) stderr: String,
}

/// Runs the selected part of `suite` against `adapter`.
#[must_use]
pub fn run(
    suite: &Suite,
    adapter: &Adapter,
    options: &Options,
    progress: &mut dyn Progress,
) -> Results {
    let shared = Shared::new(adapter, suite.version(), &suite.spec, options.timeout);
    let selected = select(suite, options);
    let mut first = Session::new(&shared);
    let hello = match first.hello() {
        Ok(hello) => hello,
        Err(Broken(reason)) => {
            let cases = selected
                .iter()
                .map(|&vector| not_run(vector, "the adapter is broken"));
            let real = without_answers(options, "the adapter is broken");
            let cases: Vec<_> = cases.collect();
            return results::collect(
                suite,
                options,
                &Hello::default(),
                &cases,
                real,
                Some(reason),
            );
        }
    };
    progress.started(&named(&hello), selected.len());
    let (mut cases, mut broken) = ask_all(&shared, &hello, &selected, options, first, progress);
    join_twins(&mut cases);
    let real = match &broken {
        Some(_) => without_answers(options, "the adapter is broken"),
        None => {
            let mut session = Session::new(&shared);
            let (mut real, end) = mainnet::run(&mut session, &hello, options, progress);
            broken = end;
            if broken.is_none() {
                let mut session = Session::new(&shared);
                let (images, end) = archaeology::run(&mut session, &hello, options, progress);
                broken = end;
                real.extend(images);
            } else {
                real.extend(archaeology::not_run(options, "the adapter is broken"));
            }
            real
        }
    };
    progress.finished();
    results::collect(suite, options, &hello, &cases, real, broken)
}

/// The cases about real data, none of them asked.
fn without_answers(options: &Options, why: &str) -> Vec<RealCase> {
    let mut cases = mainnet::not_run(options, why);
    cases.extend(archaeology::not_run(options, why));
    cases
}

fn named(hello: &Hello) -> String {
    let text = |name| hello.implementation.get(name).map_or("?", String::as_str);
    format!("{} {}", text("name"), text("version"))
}

/// Returns the vectors to run, in the order of the files, twins included.
fn select<'a>(suite: &'a Suite, options: &Options) -> Vec<&'a Vector> {
    let filter = Filter::new(options.filter.as_deref());
    let matching = suite.vectors.iter().filter(|vector| {
        let is_of = |name: &String| {
            let mut clauses = vector.clauses.iter().filter_map(|id| suite.clause(id));
            clauses.any(|clause| clause.id == *name || clause.family == *name)
        };
        filter.matches(&vector.id) && options.about.as_ref().is_none_or(is_of)
    });
    let mut matching: Vec<&Vector> = matching.collect();
    if options.profile == Profile::Quick {
        matching = cover::cover(suite, &matching);
    }
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for (index, vector) in matching.into_iter().enumerate() {
        if options.shard.is_none_or(|shard| shard.has(index)) {
            wanted.insert(&vector.id);
            if let Some(twin) = suite.twin(vector) {
                wanted.insert(&twin.id);
            }
        }
    }
    suite
        .vectors
        .iter()
        .filter(|vector| wanted.contains(vector.id.as_str()))
        .collect()
}

pub(crate) fn not_run<'a>(vector: &'a Vector, why: &str) -> Case<'a> {
    let judgement = Judgement::new(Outcome::NotRun, Some(why.to_owned()));
    Case {
        vector,
        judgement,
        stderr: String::new(),
    }
}

/// What a worker reports.
enum Report<'a> {
    Done(usize, Case<'a>),
    /// The case before turned out to be answered twice.
    Late(usize, String),
    Broken(String),
}

fn ask_all<'a>(
    shared: &Shared<'_>,
    hello: &Hello,
    selected: &[&'a Vector],
    options: &Options,
    first: Session<'_>,
    progress: &mut dyn Progress,
) -> (Vec<Case<'a>>, Option<String>) {
    let jobs = options.jobs.clamp(1, selected.len().max(1));
    let stop = AtomicUsize::new(0);
    let mut slots: Vec<Option<Case<'a>>> = selected.iter().map(|_| None).collect();
    let mut broken = None;
    thread::scope(|scope| {
        let (reports, inbox) = mpsc::channel();
        let mut first = Some(first);
        for job in 0..jobs {
            let session = first.take().unwrap_or_else(|| Session::new(shared));
            let mine: Vec<_> = selected
                .iter()
                .copied()
                .enumerate()
                .skip(job)
                .step_by(jobs)
                .collect();
            let reports = reports.clone();
            let stop = &stop;
            scope.spawn(move || work(session, hello, &mine, options, &reports, stop));
        }
        drop(reports);
        let mut left = selected.len();
        let mut left_of: std::collections::BTreeMap<String, usize> =
            std::collections::BTreeMap::new();
        for vector in selected {
            *left_of.entry(topic(vector)).or_default() += 1;
        }
        for report in inbox {
            match report {
                Report::Done(index, case) => {
                    left = left.saturating_sub(1);
                    let topic = topic(case.vector);
                    let count = left_of.entry(topic.clone()).or_default();
                    *count = count.saturating_sub(1);
                    let is_good = case.judgement.outcome.standing(options.reason_bound)
                        != crate::outcome::Standing::Failed;
                    progress.asked(&topic, *count, left, is_good);
                    if let Some(slot) = slots.get_mut(index) {
                        *slot = Some(case);
                    }
                }
                Report::Late(index, how) => {
                    if let Some(Some(case)) = slots.get_mut(index) {
                        case.judgement.outcome = Outcome::ProtocolError;
                        case.judgement.detail = Some(how);
                    }
                }
                Report::Broken(reason) => {
                    stop.store(1, Ordering::Relaxed);
                    broken.get_or_insert(reason);
                }
            }
        }
    });
    let cases = slots.into_iter().zip(selected).map(|(slot, vector)| {
        slot.unwrap_or_else(|| not_run(vector, "the run ended before: the adapter is broken"))
    });
    (cases.collect(), broken)
}

/// Returns the topic as shown: operation and topic.
pub(crate) fn topic(vector: &Vector) -> String {
    format!("{} / {}", vector.op, vector.topic)
}

fn work<'a>(
    mut session: Session<'_>,
    hello: &Hello,
    mine: &[(usize, &'a Vector)],
    options: &Options,
    reports: &Sender<Report<'a>>,
    stop: &AtomicUsize,
) {
    let mut previous = None;
    for &(index, vector) in mine {
        if stop.load(Ordering::Relaxed) > 0 {
            return;
        }
        if let Some(why) = not_offered(vector, hello) {
            // The receiver outlives the scope of this thread.
            let _ = reports.send(Report::Done(index, not_run(vector, &why)));
            continue;
        }
        let patience = patience(vector, options.timeout);
        let input = question(vector);
        let exchange = match session.ask(&vector.op, &input, patience) {
            Ok(exchange) => exchange,
            Err(Broken(reason)) => {
                let _ = reports.send(Report::Broken(reason));
                return;
            }
        };
        if let (Some(index), Some(how)) = (previous, exchange.late) {
            let _ = reports.send(Report::Late(index, how));
        }
        let judgement = judge::judge(vector, &exchange.result, hello);
        let case = Case {
            vector,
            judgement,
            stderr: exchange.stderr,
        };
        let _ = reports.send(Report::Done(index, case));
        previous = matches!(exchange.result, Exchanged::Reply(_)).then_some(index);
    }
    if let (Some(how), Some(index)) = (session.finish(), previous) {
        let _ = reports.send(Report::Late(index, how));
    }
}

/// Returns how long the adapter may take for this vector.
pub(crate) fn patience(vector: &Vector, timeout: Duration) -> Duration {
    if vector.is_big() {
        timeout.saturating_mul(BIG_FACTOR)
    } else {
        timeout
    }
}

/// Returns why the adapter need not answer this vector.
pub(crate) fn not_offered(vector: &Vector, hello: &Hello) -> Option<String> {
    if !hello.offers(&vector.op) {
        return Some(format!("the adapter does not offer {}", vector.op));
    }
    match &vector.preset {
        Some(preset) if !hello.knows_preset(preset) => {
            Some(format!("the adapter does not know the preset {preset}"))
        }
        _ => None,
    }
}

/// Returns the input as it is sent: with the preset, if the vector is of one.
pub(crate) fn question(vector: &Vector) -> Value {
    let mut input = vector.input.clone();
    if let Some(preset) = &vector.preset {
        input.insert("policy".to_owned(), Value::String(preset.clone()));
    }
    Value::Object(input)
}

/// Takes back rejections whose twin was not accepted: the reason may be something else.
pub(crate) fn join_twins(cases: &mut [Case<'_>]) {
    let of: std::collections::BTreeMap<&str, Outcome> = cases
        .iter()
        .map(|case| (case.vector.id.as_str(), case.judgement.outcome))
        .collect();
    for case in cases.iter_mut() {
        let is_rejected = matches!(case.judgement.outcome, Outcome::Pass | Outcome::FailReason);
        if !is_rejected || !matches!(case.vector.expect, Expect::Reject { .. }) {
            continue;
        }
        let twin = case.vector.twin.as_deref().unwrap_or_default();
        let outcome = of.get(twin).copied().unwrap_or(Outcome::NotRun);
        if outcome != Outcome::Pass {
            case.judgement.outcome = Outcome::Inconclusive;
            case.judgement.detail = Some(format!(
                "the rejection proves nothing: the twin {twin} is {outcome}"
            ));
        }
    }
}

#[cfg(test)]
mod tests;
