//! `cargo xtask test`: everything that must hold, in one command.

mod audit;
mod second_model;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::process::{self, Counts, Problem};
use crate::{bare, check, conformance, fuzz, packages, wasm};

/// One step of `cargo xtask test`.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    run: Run,
}

/// How a step is run.
enum Run {
    /// A check that returns how much it skipped.
    Check(fn(&Path) -> Result<usize, Problem>),
    /// Tests, whose own counts are added up.
    Tests(fn(&Path) -> Command),
}

/// All steps, in their order. What makes each of them fail is in [`crate::gates`].
pub(crate) const STEPS: [Step; 16] = [
    Step::check("check", |root| check::run(root, &[])),
    Step::tests("unit and integration tests", unit_tests),
    Step::tests("documentation tests", |root| {
        let doc = ["test", "--workspace", "--doc", "--all-features"];
        process::cargo(root, &doc)
    }),
    Step::check("real certificates are at hand", |_| {
        data_at_hand(is_set("CI"), is_set("ICID_DATA"))
    }),
    // The committed bytes are of another run, so this also says that every run writes the same.
    Step::check("vectors are as generated", |root| {
        suite(root, &["generate", "--check"]).map(|()| 0)
    }),
    Step::check("conformance with native libraries", |root| {
        suite(root, &[])?;
        skipped_cases(&root.join("target/conformance"))
    }),
    Step::check("conformance in pure Rust", in_pure_rust),
    Step::check("the model in Python agrees", |root| {
        second_model::run(root, is_set("CI"))
    }),
    Step::check("kill matrix", |root| suite(root, &["kill"]).map(|()| 0)),
    Step::check("audit packs are the same again", |root| {
        audit::run(root).map(|()| 0)
    }),
    Step::check("packages of the vectors", |root| packages::run(root, &[])),
    Step::check("bare-target builds", |root| bare::run(root).map(|_| 0)),
    Step::check("WebAssembly builds", wasm::run),
    Step::tests("interop with published peers", |root| {
        let interop = ["test", "--manifest-path", "conformance/interop/Cargo.toml"];
        process::cargo(root, &interop)
    }),
    Step::tests("fuzz targets", |root| process::cargo(root, &fuzz::REPLAY)),
    Step::check("benches start", |root| {
        conformance::bench_start(root).map(|()| 0)
    }),
];

impl Step {
    const fn check(name: &'static str, run: fn(&Path) -> Result<usize, Problem>) -> Self {
        let run = Run::Check(run);
        Self { name, run }
    }

    const fn tests(name: &'static str, command: fn(&Path) -> Command) -> Self {
        let run = Run::Tests(command);
        Self { name, run }
    }
}

/// Runs every step to its end, so that one failure does not hide another, and closes on a line
/// `N passed, N failed, N skipped`.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut ledger = Ledger::default();
    for step in &STEPS {
        match step.run {
            Run::Check(check) => ledger.step(step.name, || check(root)),
            Run::Tests(command) => ledger.tests(step.name, &mut command(root)),
        }
    }
    ledger.close()
}

fn in_pure_rust(root: &Path) -> Result<usize, Problem> {
    let adapter = conformance::release_folder(root).join("icid-adapter");
    let folder = root.join("target/conformance-rustcrypto");
    let (adapter, out) = (adapter.to_string_lossy(), folder.to_string_lossy());
    let provider = ["--provider", "rustcrypto"];
    suite(
        root,
        &[&["run", "--out", &out, "--", &adapter][..], &provider].concat(),
    )?;
    skipped_cases(&folder)
}

fn unit_tests(root: &Path) -> Command {
    if process::is_installed("cargo-nextest", "--version") {
        process::cargo(
            root,
            &[
                "nextest",
                "run",
                "--workspace",
                "--all-features",
                "--no-fail-fast",
            ],
        )
    } else {
        let arguments = [
            "test",
            "--workspace",
            "--all-features",
            "--all-targets",
            "--no-fail-fast",
        ];
        process::cargo(root, &arguments)
    }
}

fn suite(root: &Path, arguments: &[&str]) -> Result<(), Problem> {
    let owned: Vec<String> = arguments
        .iter()
        .map(|&argument| argument.to_owned())
        .collect();
    judge(arguments, conformance::start(root, &owned)?)
}

/// Takes 0 alone for success.
fn judge(arguments: &[&str], code: u8) -> Result<(), Problem> {
    if code == 0 {
        return Ok(());
    }
    let what = arguments.join(" ");
    Err(Problem(format!(
        "icid-conformance {what} ended with {code}"
    )))
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Checks that a run in CI has the real certificates; elsewhere what needs them is skipped.
fn data_at_hand(in_ci: bool, has_data: bool) -> Result<usize, Problem> {
    if has_data {
        return Ok(0);
    }
    let what = "ICID_DATA names no folder with certificates of the main network";
    if in_ci {
        return Err(Problem(format!("{what}, which a run in CI must have")));
    }
    println!("SKIPPED: {what}; the tests that need them are counted as skipped");
    Ok(0)
}

/// Returns how many cases a run of the suite skipped, by the results it left in `folder`.
fn skipped_cases(folder: &Path) -> Result<usize, Problem> {
    let path = folder.join("results.json");
    let problem = |error: &dyn std::fmt::Display| Problem(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|error| problem(&error))?;
    count_skipped(&text).map_err(|error| problem(&error))
}

fn count_skipped(results: &str) -> Result<usize, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Results {
        cases: Vec<Case>,
    }
    #[derive(serde::Deserialize)]
    struct Case {
        outcome: String,
    }
    let results: Results = serde_json::from_str(results)?;
    let skipped = results
        .cases
        .iter()
        .filter(|case| case.outcome == "skipped");
    Ok(skipped.count())
}

/// What ran, and how it ended.
#[derive(Debug, Default)]
struct Ledger {
    total: Counts,
    steps: Vec<(String, Result<(), Problem>, Duration)>,
}

impl Ledger {
    /// Runs a step that counts as one test and says how much it skipped.
    fn step(&mut self, name: &str, run: impl FnOnce() -> Result<usize, Problem>) {
        self.record(name, || {
            let result = run();
            let counts = Counts {
                passed: usize::from(result.is_ok()),
                failed: usize::from(result.is_err()),
                skipped: *result.as_ref().unwrap_or(&0),
            };
            (counts, result.map(drop))
        });
    }

    /// Runs a test command whose own counts are added up. One that ran no test has failed.
    fn tests(&mut self, name: &str, command: &mut Command) {
        self.record(name, || {
            let (mut counts, mut result) = process::run_counting(command);
            if result.is_ok() && counts.passed == 0 {
                result = Err(Problem("no test ran".to_owned()));
            }
            if result.is_err() && counts.failed == 0 {
                counts.failed = 1;
            }
            (counts, result)
        });
    }

    fn record(&mut self, name: &str, run: impl FnOnce() -> (Counts, Result<(), Problem>)) {
        println!("\n== {name}");
        let start = Instant::now();
        let (counts, result) = run();
        if let Err(problem) = &result {
            eprintln!("FAILED {name}: {problem}");
        }
        self.total.add(counts);
        self.steps.push((name.to_owned(), result, start.elapsed()));
    }

    fn close(self) -> ExitCode {
        println!("\n== summary");
        for (name, result, time) in &self.steps {
            let verdict = if result.is_ok() { "ok    " } else { "FAILED" };
            println!("{verdict} {:>6.1} s  {name}", time.as_secs_f64());
        }
        let Counts {
            passed,
            failed,
            skipped,
        } = self.total;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        let any_failed = failed > 0 || self.steps.iter().any(|(_, result, _)| result.is_err());
        if any_failed {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failed_step_is_counted_and_fails_the_run() {
        let mut ledger = Ledger::default();
        ledger.step("good", || Ok(2));
        ledger.step("bad", || Err(Problem("broken".to_owned())));
        assert_eq!(
            ledger.total,
            Counts {
                passed: 1,
                failed: 1,
                skipped: 2
            }
        );
        assert_eq!(ledger.close(), ExitCode::FAILURE);
    }

    #[test]
    fn a_test_command_that_runs_no_test_has_failed() {
        let mut ledger = Ledger::default();
        ledger.tests("empty", &mut shell("echo '0 passed, 0 failed'"));
        assert_eq!(
            ledger.total,
            Counts {
                passed: 0,
                failed: 1,
                skipped: 0
            }
        );
    }

    #[test]
    fn a_test_command_that_dies_has_failed_even_if_it_counted_no_failure() {
        let mut ledger = Ledger::default();
        ledger.tests("dies", &mut shell("echo '3 passed, 0 failed'; exit 1"));
        assert_eq!(
            ledger.total,
            Counts {
                passed: 3,
                failed: 1,
                skipped: 0
            }
        );
    }

    #[test]
    fn skips_are_counted_and_do_not_fail_the_run() {
        let mut ledger = Ledger::default();
        ledger.tests("some", &mut shell("echo '3 passed, 0 failed, 2 skipped'"));
        assert_eq!(
            ledger.total,
            Counts {
                passed: 3,
                failed: 0,
                skipped: 2
            }
        );
        assert_eq!(ledger.close(), ExitCode::SUCCESS);
    }

    #[test]
    fn any_exit_code_but_zero_fails_a_step() {
        assert_eq!(judge(&["kill"], 0), Ok(()));
        for code in 1..=5 {
            let problem = format!("icid-conformance kill ended with {code}");
            assert_eq!(judge(&["kill"], code), Err(Problem(problem)));
        }
    }

    #[test]
    fn only_a_run_in_ci_must_have_the_real_certificates() {
        assert_eq!(data_at_hand(true, true), Ok(0));
        assert_eq!(data_at_hand(false, false), Ok(0));
        let missing = "ICID_DATA names no folder with certificates of the main network, which a run \
                       in CI must have";
        assert_eq!(data_at_hand(true, false), Err(Problem(missing.to_owned())));
    }

    #[test]
    fn skipped_cases_are_counted_and_nothing_else() {
        let results =
            r#"{"cases":[{"outcome":"pass"},{"outcome":"skipped"},{"outcome":"skipped"}]}"#;
        assert_eq!(count_skipped(results).unwrap(), 2);
        assert!(count_skipped("{}").is_err());
    }
}
