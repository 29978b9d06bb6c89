//! How times are taken and compared.
//!
//! The contenders of a group take turns: every round times each of them once, beginning with
//! another one each time. A sample is the time of the thread on a processor, not of the clock on
//! the wall, and lasts at least half a millisecond. What is printed is the median of the samples,
//! and the median of the ratios within each round: drift of the machine hits both sides of a ratio.
//! Every round also has another depth of the stack: where tables on it happen to lie can cost a
//! quarter of the time of an Ed25519 verification, and would hit one contender and not another.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often each contender is timed.
    pub rounds: usize,
    /// How long a sample lasts at least.
    pub sample: Duration,
    /// How many labels a tree has at most.
    pub largest_tree: u32,
}

impl Effort {
    /// Enough for ratios within a few percent.
    pub const FULL: Self = Self {
        rounds: 61,
        sample: Duration::from_micros(500),
        largest_tree: 1_000_000,
    };

    /// Enough to see that everything runs.
    pub const QUICK: Self = Self {
        rounds: 5,
        sample: Duration::from_micros(50),
        largest_tree: 10_000,
    };
}

/// Things that do the same, to be timed together.
pub struct Group<'a> {
    title: String,
    contenders: Vec<Contender<'a>>,
    targets: Vec<Target>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Ours,
    /// What a way of ours spends on signatures alone.
    Part {
        of: &'static str,
    },
    Peer,
}

struct Contender<'a> {
    name: &'static str,
    kind: Kind,
    run: Box<dyn FnMut() + 'a>,
}

struct Target {
    ours: &'static str,
    peer: &'static str,
    ratio: f64,
}

impl<'a> Group<'a> {
    /// Returns a group without contenders.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            contenders: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Adds a way of ours.
    #[must_use]
    pub fn ours<T>(self, name: &'static str, run: impl FnMut() -> T + 'a) -> Self {
        self.contender(name, Kind::Ours, run)
    }

    /// Adds another library.
    #[must_use]
    pub fn peer<T>(self, name: &'static str, run: impl FnMut() -> T + 'a) -> Self {
        self.contender(name, Kind::Peer, run)
    }

    /// Adds the signature arithmetic of a way of ours: the limit of what can be gained elsewhere.
    #[must_use]
    pub fn part<T>(
        self,
        name: &'static str,
        of: &'static str,
        run: impl FnMut() -> T + 'a,
    ) -> Self {
        self.contender(name, Kind::Part { of }, run)
    }

    /// Wants a way of ours to be that many times faster than a peer, if there is a target.
    #[must_use]
    pub fn target(mut self, ours: &'static str, peer: &'static str, ratio: Option<f64>) -> Self {
        self.targets
            .extend(ratio.map(|ratio| Target { ours, peer, ratio }));
        self
    }

    fn contender<T>(
        mut self,
        name: &'static str,
        kind: Kind,
        mut run: impl FnMut() -> T + 'a,
    ) -> Self {
        let run = Box::new(move || drop(black_box(run())));
        self.contenders.push(Contender { name, kind, run });
        self
    }

    /// Times the contenders, prints a table and returns how many targets were missed.
    pub fn run(mut self, effort: Effort) -> usize {
        let samples = take_turns(&mut self.contenders, effort);
        let index = |name: &str| self.contenders.iter().position(|one| one.name == name);
        let ratio = |peer: usize, ours: usize| {
            median(
                samples[peer]
                    .iter()
                    .zip(&samples[ours])
                    .map(|(peer, ours)| peer / ours),
            )
        };

        println!("\n{}", self.title);
        let ours: Vec<(char, usize)> = ('A'..)
            .zip(
                (0..self.contenders.len())
                    .filter(|index| self.contenders[*index].kind == Kind::Ours),
            )
            .collect();
        for (index, contender) in self.contenders.iter().enumerate() {
            let letter = ours
                .iter()
                .find(|(_, ours)| *ours == index)
                .map_or(' ', |ours| ours.0);
            let time = Nanos(median(samples[index].iter().copied()));
            print!("  {letter}  {:<40}{time:>10}", contender.name);
            match contender.kind {
                Kind::Ours => {}
                Kind::Part { of } => {
                    let whole = self.contenders.iter().position(|one| one.name == of);
                    let whole = whole.expect("a contender that this is a part of");
                    print!("   {:.1} % of {of}", 100.0 * ratio(index, whole));
                }
                Kind::Peer => {
                    for (letter, ours) in &ours {
                        print!("   {:.2} {letter}", ratio(index, *ours));
                    }
                }
            }
            println!();
        }

        let mut missed = 0;
        for Target {
            ours,
            peer,
            ratio: wanted,
        } in &self.targets
        {
            let (Some(ours_index), Some(peer_index)) = (index(ours), index(peer)) else {
                panic!("no contender for the target {ours} / {peer}");
            };
            let found = ratio(peer_index, ours_index);
            let verdict = if found >= *wanted { "met" } else { "MISSED" };
            missed += usize::from(found < *wanted);
            println!("  target: {peer} >= {wanted:.2} x {ours}: {found:.2}, {verdict}");
        }
        missed
    }
}

/// Returns the samples of each contender in nanoseconds per run.
fn take_turns(contenders: &mut [Contender<'_>], effort: Effort) -> Vec<Vec<f64>> {
    let runs: Vec<u32> = contenders
        .iter_mut()
        .map(|contender| runs_per_sample(&mut contender.run, effort))
        .collect();
    let mut samples = vec![Vec::with_capacity(effort.rounds); contenders.len()];
    for round in 0..effort.rounds {
        for turn in 0..contenders.len() {
            let index = (round + turn) % contenders.len();
            let run = &mut contenders[index].run;
            samples[index].push(at_depth(round, || sample(run, runs[index])));
        }
    }
    samples
}

/// Runs something deeper in the stack than here, by an amount that depends on the round.
fn at_depth<T>(round: usize, run: impl FnOnce() -> T) -> T {
    match round % 7 {
        0 => below::<64, T>(run),
        1 => below::<656, T>(run),
        2 => below::<1_248, T>(run),
        3 => below::<1_840, T>(run),
        4 => below::<2_432, T>(run),
        5 => below::<3_024, T>(run),
        _ => below::<3_616, T>(run),
    }
}

#[inline(never)]
fn below<const BYTES: usize, T>(run: impl FnOnce() -> T) -> T {
    let space = black_box([0_u8; BYTES]);
    let result = run();
    black_box(&space);
    result
}

fn runs_per_sample(run: &mut dyn FnMut(), effort: Effort) -> u32 {
    let mut runs = 1;
    while sample(run, runs) * f64::from(runs) < effort.sample.as_nanos() as f64 {
        runs *= 2;
    }
    runs
}

fn sample(run: &mut dyn FnMut(), runs: u32) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..runs {
        run();
    }
    start.elapsed().as_nanos() as f64 / f64::from(runs)
}

/// Returns the median time of one thing on its own.
pub fn time<T>(effort: Effort, mut run: impl FnMut() -> T) -> Nanos {
    let mut run = || drop(black_box(run()));
    let runs = runs_per_sample(&mut run, effort);
    Nanos(median(
        (0..effort.rounds.min(11)).map(|_| sample(&mut run, runs)),
    ))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A time that is printed in a unit that suits it.
#[derive(Clone, Copy, Debug)]
pub struct Nanos(pub f64);

impl std::fmt::Display for Nanos {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self.0 {
            nanos if nanos < 1e3 => format!("{nanos:.1} ns"),
            nanos if nanos < 1e6 => format!("{:.2} us", nanos / 1e3),
            nanos => format!("{:.3} ms", nanos / 1e6),
        };
        f.pad(&text)
    }
}
