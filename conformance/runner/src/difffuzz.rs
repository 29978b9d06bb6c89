//! Differential fuzzing: changed vectors, asked from the adapter and from the executable model.
//!
//! A case is a vector with one to four changes, chosen by a sequence of numbers that depends only on
//! the seed and the number of the case. Inputs that are none of the protocol, for which the model
//! answers with an error, are discarded and counted.

mod cbor;
mod choose;
mod compare;
mod corpus;
mod edit;
mod finding;
mod minimise;
mod random;
mod resign;
#[cfg(test)]
mod tests;

use core::fmt::{self, Write};
use core::time::Duration;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use serde_json::Value;

use crate::judge;
use crate::outcome::Outcome;
use crate::protocol::Hello;
use crate::run;
use crate::session::{Broken, Exchanged, Session, Shared};
use crate::suite::{Suite, Vector};
use crate::transport::Adapter;

use compare::compare;
use corpus::Corpus;
use edit::Edit;
pub(crate) use finding::Finding;
use minimise::{Found, minimise};
use random::Random;
use resign::Keys;

/// How many differences are kept; more are only counted.
const MAX_FINDINGS: usize = 64;

/// How many kinds of discarded inputs are named.
const MAX_REASONS: usize = 8;

/// How often the adapter may be asked to make one difference smaller.
const BUDGET: usize = 400;

/// The same for crashes and hangs, each of which costs a restart.
const BUDGET_OF_CRASHES: usize = 3;

/// What to change, how often, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) filter: Option<String>,
    pub(crate) op: Option<String>,
    pub(crate) seed: u64,
    pub(crate) end: End,
    pub(crate) timeout: Duration,
    /// Whether naming another clause than the model is a difference.
    pub(crate) reason_bound: bool,
}

/// When it ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Cases(u64),
    Time(Duration),
}

impl End {
    /// Returns how much of it is over; it has come at 1000.
    fn thousandths(self, cases: u64, start: Instant) -> u64 {
        let (done, of) = match self {
            Self::Cases(count) => (u128::from(cases), u128::from(count)),
            Self::Time(time) => (start.elapsed().as_nanos(), time.as_nanos()),
        };
        let share = done.saturating_mul(1000).checked_div(of).unwrap_or(1000);
        u64::try_from(share.min(1000)).unwrap_or(1000)
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Report<'a> {
    /// Cases tried, whatever became of them.
    pub(crate) cases: u64,
    /// Changes that changed nothing.
    pub(crate) unchanged: u64,
    /// Inputs that are none of the protocol.
    pub(crate) discarded: u64,
    /// Questions that the model accepts, of those that were compared.
    pub(crate) accepted: u64,
    pub(crate) compared: u64,
    /// Differences where the adapter answers as the other preset does, which it doesn't know.
    pub(crate) open: u64,
    /// Rejections by both, for another clause.
    pub(crate) reasons_apart: u64,
    pub(crate) findings: Vec<Finding<'a>>,
    /// Differences beyond those that are kept.
    pub(crate) beyond: u64,
    pub(crate) broken: Option<String>,
    reasons: BTreeMap<String, u64>,
    by_op: BTreeMap<&'a str, [u64; 2]>,
}

impl Report<'_> {
    /// Whether there is no difference that counts.
    pub(crate) const fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether more than a fifth of the inputs was none of the protocol.
    pub(crate) const fn is_wasteful(&self) -> bool {
        self.discarded.saturating_mul(5) > self.cases
    }

    /// Writes the numbers.
    pub(crate) fn write(&self, out: &mut String) -> fmt::Result {
        for (op, [compared, different]) in &self.by_op {
            let mark = if *different > 0 { '✗' } else { '✓' };
            writeln!(out, "  {mark} {op:24} {compared:7} compared")?;
        }
        for (reason, count) in &self.reasons {
            writeln!(out, "  discarded {count:7}  {reason}")?;
        }
        writeln!(
            out,
            "{} cases: {} compared ({} accepted by the model), {} unchanged, {} discarded, {} open, \
             {} rejected for another clause; {} kinds of differences",
            self.cases,
            self.compared,
            self.accepted,
            self.unchanged,
            self.discarded,
            self.open,
            self.reasons_apart,
            self.findings.len()
        )?;
        if self.beyond > 0 {
            writeln!(out, "{} differences are not listed", self.beyond)?;
        }
        Ok(())
    }
}

/// How far it is, for whoever watches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace<'a> {
    /// How many thousandths of the cases, or of the time, are over.
    pub(crate) thousandths: u64,
    pub(crate) cases: u64,
    pub(crate) differences: usize,
    /// The operation that is asked next.
    pub(crate) op: &'a str,
}

/// Asks until the end, or until the adapter is given up.
pub(crate) fn fuzz<'a>(
    suite: &'a Suite,
    adapter: &Adapter,
    options: &Options,
    watch: &mut dyn FnMut(Pace<'_>),
) -> Report<'a> {
    let mut report = Report::default();
    let shared = Shared::new(adapter, suite.version(), &suite.spec, options.timeout);
    let mut session = Session::new(&shared);
    if let Err(Broken(reason)) = fuzz_with(suite, &mut session, options, &mut report, watch) {
        report.broken = Some(reason);
    }
    session.finish();
    report
}

/// What it takes to ask a changed vector.
struct Fuzzer<'s, 'a> {
    session: &'s mut Session<'a>,
    hello: Hello,
    keys: Keys,
    timeout: Duration,
}

/// What became of one question.
enum Asked {
    Discarded(String),
    Open,
    Same { is_accepted: bool },
    Different(Box<Found>),
}

fn fuzz_with<'a>(
    suite: &'a Suite,
    session: &mut Session<'_>,
    options: &Options,
    report: &mut Report<'a>,
    watch: &mut dyn FnMut(Pace<'_>),
) -> Result<(), Broken> {
    let hello = session.hello()?;
    let corpus = Corpus::new(
        suite,
        &hello,
        options.filter.as_deref(),
        options.op.as_deref(),
    );
    let mut fuzzer = Fuzzer {
        session,
        hello,
        keys: Keys::new(),
        timeout: options.timeout,
    };
    if corpus.seeds.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    loop {
        let thousandths = options.end.thousandths(report.cases, start);
        if thousandths >= 1000 {
            return Ok(());
        }
        let case = report.cases;
        report.cases += 1;
        let mut random = Random::of_case(options.seed, case);
        let Some((op, vectors)) = random.pick(&corpus.seeds) else {
            continue;
        };
        let Some(&vector) = random.pick(vectors) else {
            continue;
        };
        watch(Pace {
            thousandths,
            cases: case,
            differences: report.findings.len(),
            op,
        });
        let (edits, is_signed) = changes(vector, &corpus, &fuzzer.hello, &mut random);
        let input = fuzzer.input(vector, &edits, is_signed);
        if input == run::question(vector) {
            report.unchanged += 1;
            continue;
        }
        match fuzzer.ask(vector, &edits, is_signed)? {
            Asked::Discarded(reason) => {
                report.discarded += 1;
                let reason = format!("{op}: {reason}");
                let is_room = report.reasons.len() < MAX_REASONS;
                if is_room || report.reasons.contains_key(&reason) {
                    *report.reasons.entry(reason).or_default() += 1;
                }
            }
            Asked::Open => report.open += 1,
            Asked::Same { is_accepted } => {
                report.compared += 1;
                report.accepted += u64::from(is_accepted);
                report.by_op.entry(op).or_default()[0] += 1;
            }
            Asked::Different(found) => {
                report.compared += 1;
                if found.difference.outcome == Outcome::FailReason && !options.reason_bound {
                    report.reasons_apart += 1;
                    report.by_op.entry(op).or_default()[0] += 1;
                    continue;
                }
                let counts = report.by_op.entry(op).or_default();
                counts[0] += 1;
                counts[1] += 1;
                let finding = Finding {
                    from: vector,
                    found: *found,
                    seed: options.seed,
                    case,
                    more: 0,
                };
                fuzzer.keep(finding, report)?;
            }
        }
    }
}

/// Chooses the changes of one case.
fn changes(
    vector: &Vector,
    corpus: &Corpus<'_>,
    hello: &Hello,
    random: &mut Random,
) -> (Vec<Edit>, bool) {
    let mut input = run::question(vector);
    let mut edits = Vec::new();
    for _ in 0..4 {
        if let Some(edit) = choose::choose(&vector.op, &input, corpus, &hello.presets, random) {
            edit.apply(&mut input);
            edits.push(edit);
        }
        if random.one_in(2) {
            break;
        }
    }
    (edits, !random.one_in(3))
}

impl Fuzzer<'_, '_> {
    fn input(&self, vector: &Vector, edits: &[Edit], is_signed: bool) -> Value {
        let mut input = run::question(vector);
        for edit in edits {
            edit.apply(&mut input);
        }
        if is_signed {
            self.keys.sign(&vector.op, &mut input);
        }
        input
    }

    fn ask(&mut self, vector: &Vector, edits: &[Edit], is_signed: bool) -> Result<Asked, Broken> {
        let input = self.input(vector, edits, is_signed);
        let model = answer(&vector.op, &input);
        if let model::Outcome::Error(reason) = model {
            return Ok(Asked::Discarded(form(&reason)));
        }
        let exchange = self.session.ask(&vector.op, &input, self.timeout)?;
        let Some(difference) = compare(&vector.op, &input, &model, &exchange.result, &self.hello)
        else {
            let is_accepted = model.is_accept();
            return Ok(Asked::Same { is_accepted });
        };
        if self.is_open(&vector.op, &input, &exchange.result) {
            return Ok(Asked::Open);
        }
        let got = match &exchange.result {
            Exchanged::Reply(reply) => Some(judge::in_protocol(reply)),
            _ => None,
        };
        Ok(Asked::Different(Box::new(Found {
            edits: edits.to_vec(),
            is_signed,
            input,
            difference,
            got,
            model,
        })))
    }

    /// Whether an adapter that knows one preset only answers as the other does.
    fn is_open(&self, op: &str, input: &Value, exchanged: &Exchanged) -> bool {
        if self.hello.presets.len() > 1 {
            return false;
        }
        ["spec", "replica"].iter().any(|preset| {
            let mut other = input.clone();
            if let Value::Object(map) = &mut other {
                map.insert("policy".to_owned(), Value::String((*preset).to_owned()));
            }
            let model = answer(op, &other);
            let is_answer = !matches!(model, model::Outcome::Error(_));
            is_answer && compare(op, &other, &model, exchanged, &self.hello).is_none()
        })
    }

    /// Keeps a difference, as small as it gets, unless there is one like it.
    fn keep<'a>(
        &mut self,
        mut finding: Finding<'a>,
        report: &mut Report<'a>,
    ) -> Result<(), Broken> {
        if counted(&finding, &mut report.findings) {
            return Ok(());
        }
        if report.findings.len() >= MAX_FINDINGS {
            report.beyond += 1;
            return Ok(());
        }
        let budget = match finding.found.got {
            Some(_) => BUDGET,
            None => BUDGET_OF_CRASHES,
        };
        let vector = finding.from;
        let mut ask = |edits: &[Edit], is_signed: bool| {
            Ok(match self.ask(vector, edits, is_signed)? {
                Asked::Different(found) => Some(*found),
                _ => None,
            })
        };
        let end = minimise(&mut finding.found, budget, &mut ask);
        report.findings.push(finding);
        end
    }
}

/// Counts a difference with one that it is like, if there is one.
fn counted(finding: &Finding<'_>, findings: &mut [Finding<'_>]) -> bool {
    let mut known = findings.iter_mut();
    let known = known.find(|known| {
        known.from.op == finding.from.op
            && known.found.difference.is_like(&finding.found.difference)
    });
    known.map(|known| known.more += 1).is_some()
}

/// Asks the model. A panic of the model is an error of the suite, not of the adapter.
fn answer(op: &str, input: &Value) -> model::Outcome {
    let answer = catch_unwind(AssertUnwindSafe(|| model::run(op, input, None)));
    answer.unwrap_or_else(|_| model::Outcome::Error("the model panicked".to_owned()))
}

/// Cuts the values off a reason, so that like reasons are counted together.
fn form(reason: &str) -> String {
    let (form, _) = reason.split_once(": \"").unwrap_or((reason, ""));
    crate::protocol::excerpt(form, 60)
}
