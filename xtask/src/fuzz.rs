//! `cargo xtask fuzz`: the fuzz targets as a replay on stable, or with libFuzzer for some time.
//!
//! libFuzzer needs no nightly toolchain: what it counts is counted by instructions that stable rustc puts
//! in as well. The address sanitizer does need one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::process::{self, Problem};

use self::ledger::Floors;
use self::run::{Figures, Place};

mod ledger;
mod run;

const USAGE: &str = "\
usage: cargo xtask fuzz [--factor N]
       cargo xtask fuzz --seconds N [--jobs N] [--sanitizer address] [--record] [target…]";

/// The fuzz targets as a test run: without libFuzzer, which wants a C++ compiler.
///
/// The profile is that of the other tests, with which the libraries outside are shared.
pub(crate) const REPLAY: [&str; 4] = [
    "test",
    "--no-default-features",
    "--manifest-path",
    "fuzz/Cargo.toml",
];

/// Writes the seeds of every target to its corpus, with what the replay has built.
const SEEDS: [&str; 7] = [
    "run",
    "--quiet",
    "--no-default-features",
    "--manifest-path",
    "fuzz/Cargo.toml",
    "--example",
    "seeds",
];

/// What makes code count its edges and tell what it compares, as cargo-fuzz has it.
const COVERAGE: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// What else watches the code.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Sanitizer {
    /// Nothing: assertions and checks for overflow are in any case.
    None,
    /// The address sanitizer, by a nightly compiler.
    Address,
}

impl Sanitizer {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Address => "address",
        }
    }

    /// Returns where its build goes, below `fuzz`.
    const fn folder(self) -> &'static str {
        match self {
            Self::None => "target/fuzzing",
            Self::Address => "target/fuzzing-address",
        }
    }

    /// Returns a command of its toolchain: `cargo` or `rustc`.
    fn tool(self, root: &Path, tool: &str) -> Command {
        match (self, tool) {
            (Self::None, "cargo") => process::cargo(root, &[]),
            (Self::None, _) => process::command(root, tool, &[]),
            (Self::Address, _) => {
                let mut command = process::command(root, "rustup", &["run", "nightly", tool]);
                // Set by the toolchain that this program was built with.
                command.env_remove("CARGO").env_remove("RUSTC");
                command
            }
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Request {
    /// Seeds and mutations in a fixed order, `factor` times as many as the ledger demands.
    Replay { factor: Option<u32> },
    /// libFuzzer, for some time per target.
    Long(Long),
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Long {
    seconds: u32,
    jobs: usize,
    sanitizer: Sanitizer,
    /// Whether `runs.toml` takes the figures over.
    record: bool,
    /// By name; all if there is none.
    targets: Vec<String>,
}

/// Replays the fuzz targets, or runs them with libFuzzer.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), Problem> {
    match parse(arguments)? {
        Request::Replay { factor } => {
            let mut command = process::cargo(root, &REPLAY);
            if let Some(factor) = factor {
                command.env("ICID_FUZZ_FACTOR", factor.to_string());
            }
            process::run(command.args(["--", "--nocapture"]))
        }
        Request::Long(request) => long(root, &request),
    }
}

fn parse(arguments: &[String]) -> Result<Request, Problem> {
    let usage = || Problem(USAGE.to_owned());
    match arguments {
        [] => return Ok(Request::Replay { factor: None }),
        [flag, factor] if flag == "--factor" => {
            let factor = factor.parse().map_err(|_| usage())?;
            return Ok(Request::Replay {
                factor: Some(factor),
            });
        }
        _ => {}
    }
    let mut seconds = None;
    let mut request = Long {
        seconds: 0,
        jobs: 1,
        sanitizer: Sanitizer::None,
        record: false,
        targets: Vec::new(),
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || {
            rest.next()?
                .parse::<u32>()
                .ok()
                .filter(|&number| number > 0)
        };
        match argument.as_str() {
            "--seconds" => seconds = Some(number().ok_or_else(usage)?),
            "--jobs" => {
                let jobs = number().and_then(|jobs| usize::try_from(jobs).ok());
                request.jobs = jobs.ok_or_else(usage)?;
            }
            "--sanitizer" if rest.next().is_some_and(|name| name == "address") => {
                request.sanitizer = Sanitizer::Address;
            }
            "--record" => request.record = true,
            name if !name.starts_with('-') => request.targets.push(name.to_owned()),
            _ => return Err(usage()),
        }
    }
    request.seconds = seconds.ok_or_else(usage)?;
    Ok(Request::Long(request))
}

/// Runs targets with libFuzzer, several at a time, each to the end even if another fails.
fn long(root: &Path, request: &Long) -> Result<(), Problem> {
    let fuzz = root.join("fuzz");
    let floors = ledger::floors(&fuzz.join("ledger.toml"))?;
    let targets = chosen(&floors, &request.targets)?;
    at_hand(root, request.sanitizer)?;
    let commit = process::commit(root, &["crates", "fuzz", "spec/model"])?;
    let compiler = process::output(request.sanitizer.tool(root, "rustc").arg("--version"))?;
    let compiler = compiler.split(" (").next().unwrap_or_default();
    println!(
        "fuzz: {} targets, {} s each, {} at a time, sanitizer {}, {compiler}, commit {commit}",
        targets.len(),
        request.seconds,
        request.jobs,
        request.sanitizer.name()
    );
    let binaries = build(root, request.sanitizer)?;
    process::run(&mut process::cargo(root, &SEEDS))?;

    let place = Place {
        logs: fuzz.join(request.sanitizer.folder()).join("logs"),
        fuzz,
        binaries,
    };
    let queue = Mutex::new(targets.iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some((name, floors)) = next() {
            let result = run::target(&place, name, request.seconds).and_then(|figures| {
                println!("fuzz: {name}: {figures}");
                judge(name, &figures, floors, request)?;
                Ok(figures)
            });
            // One at a time: the file is read and written as a whole.
            let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            let result = result.and_then(|figures| {
                if !request.record {
                    return Ok(());
                }
                let entry = ledger::Entry {
                    commit: &commit,
                    compiler,
                    seconds: request.seconds,
                    figures,
                };
                let path = place.fuzz.join("runs.toml");
                ledger::record(&path, name, request.sanitizer.name(), &entry)
            });
            if let Err(Problem(text)) = result {
                println!("fuzz: {name}: FAILED: {text}");
                failures.push(format!("{name}: {text}"));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..request.jobs.min(targets.len()) {
            scope.spawn(work);
        }
    });
    let failures = failures
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    Problem::from_lines("fuzz", &failures)
}

/// Returns the targets that are meant, by the names in the ledger.
fn chosen(floors: &[(String, Floors)], names: &[String]) -> Result<Vec<(String, Floors)>, Problem> {
    if names.is_empty() {
        return Ok(floors.to_vec());
    }
    let find = |name: &String| {
        let found = floors.iter().find(|(known, _)| known == name);
        let known: Vec<&str> = floors.iter().map(|(name, _)| name.as_str()).collect();
        found.cloned().ok_or_else(|| {
            Problem(format!(
                "there is no fuzz target `{name}`; there are {}",
                known.join(", ")
            ))
        })
    };
    names.iter().map(find).collect()
}

/// Checks that the machine has what a build takes.
fn at_hand(root: &Path, sanitizer: Sanitizer) -> Result<(), Problem> {
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    if !process::is_installed(&compiler, "--version") {
        return Err(Problem(format!(
            "libFuzzer is built from source and wants a C++ compiler; there is no `{compiler}`: on \
             Debian `apt-get install g++`. `cargo xtask fuzz` without --seconds does without"
        )));
    }
    if sanitizer == Sanitizer::Address {
        let mut version = sanitizer.tool(root, "rustc");
        let output = version.arg("--version").output();
        if !output.is_ok_and(|output| output.status.success()) {
            return Err(Problem(
                "AddressSanitizer wants a nightly compiler: rustup toolchain install nightly \
                 --profile minimal"
                    .to_owned(),
            ));
        }
    }
    Ok(())
}

/// Builds all targets and returns the folder that they are in.
fn build(root: &Path, sanitizer: Sanitizer) -> Result<PathBuf, Problem> {
    let verbose = process::output(sanitizer.tool(root, "rustc").arg("-vV"))?;
    let host = verbose.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Problem("rustc does not say its host".to_owned()))?;
    let mut flags = COVERAGE.join(" ");
    if sanitizer == Sanitizer::Address {
        flags.push_str(" -Zsanitizer=address");
    }
    let folder = root.join("fuzz").join(sanitizer.folder());
    let mut command = sanitizer.tool(root, "cargo");
    // With a target named, build scripts and macros are built without the flags.
    command
        .args(["build", "--release", "--bins", "--target", host])
        .args(["--manifest-path", "fuzz/Cargo.toml", "--target-dir"])
        .arg(&folder)
        .env("RUSTFLAGS", flags)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    process::run(&mut command)?;
    Ok(folder.join(host).join("release"))
}

/// Compares the figures of a run with what the ledger demands.
fn judge(name: &str, figures: &Figures, floors: &Floors, request: &Long) -> Result<(), Problem> {
    let mut wrong = Vec::new();
    // A sanitizer halves the speed, and its compiler may count edges otherwise.
    if request.sanitizer == Sanitizer::None {
        let executions = floors
            .executions_per_second
            .saturating_mul(u64::from(request.seconds));
        if figures.executions < executions {
            wrong.push(format!(
                "{} executions, at least {executions} expected",
                figures.executions
            ));
        }
        if figures.edges < floors.edges {
            wrong.push(format!(
                "{} edges covered, at least {} expected",
                figures.edges, floors.edges
            ));
        }
    }
    if figures.corpus_files == 0 {
        wrong.push("the corpus is empty".to_owned());
    }
    if figures.accepted == 0 {
        wrong.push("no input was accepted".to_owned());
    }
    let judged = figures.accepted + figures.rejected + figures.discarded;
    if figures.discarded * 100 > floors.discarded_percent * judged {
        wrong.push(format!(
            "{} of {judged} inputs discarded, at most {} % expected",
            figures.discarded, floors.discarded_percent
        ));
    }
    Problem::from_lines(name, &wrong)
}

#[cfg(test)]
mod tests;
