//! `cargo xtask test`: everything that must hold, in one command.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::process::{self, Counts, Problem};
use crate::{bare, check, conformance, packages, wasm};

/// Runs every step to its end, so that one failure does not hide another, and closes on a line
/// `N passed, N failed, N skipped`.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut ledger = Ledger::default();
    ledger.step("check", || check::run(root));
    ledger.tests("unit and integration tests", &mut unit_tests(root));
    let doc = ["test", "--workspace", "--doc", "--all-features"];
    ledger.tests("documentation tests", &mut process::cargo(root, &doc));
    ledger.step("real certificates are at hand", || {
        data_at_hand(is_set("CI"), is_set("ICID_DATA"))
    });
    ledger.step("vectors are as generated", || {
        suite(root, &["generate", "--check"]).map(|()| 0)
    });
    ledger.step("conformance with native libraries", || {
        suite(root, &[])?;
        skipped_cases(&root.join("target/conformance"))
    });
    ledger.step("conformance in pure Rust", || {
        let adapter = root.join("target/release/icid-adapter");
        let folder = root.join("target/conformance-rustcrypto");
        let (adapter, out) = (adapter.to_string_lossy(), folder.to_string_lossy());
        suite(
            root,
            &[
                "run",
                "--out",
                &out,
                "--",
                &adapter,
                "--provider",
                "rustcrypto",
            ],
        )?;
        skipped_cases(&folder)
    });
    ledger.step("the model in Python agrees", || {
        second_model(root, is_set("CI"))
    });
    ledger.step("kill matrix", || suite(root, &["kill"]).map(|()| 0));
    ledger.step("packages of the vectors", || packages::run(root, &[]));
    ledger.step("bare-target builds", || bare::run(root).map(|_| 0));
    ledger.step("WebAssembly builds", || wasm::run(root));
    let interop = ["test", "--manifest-path", "conformance/interop/Cargo.toml"];
    ledger.tests(
        "interop with published peers",
        &mut process::cargo(root, &interop),
    );
    ledger.tests(
        "fuzz targets",
        &mut process::cargo(root, &conformance::FUZZ),
    );
    ledger.step("benches start", || {
        conformance::bench(root, &["--quick".to_owned()]).map(|()| 0)
    });
    ledger.close()
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
    let arguments: Vec<String> = arguments
        .iter()
        .map(|&argument| argument.to_owned())
        .collect();
    match conformance::start(root, &arguments)? {
        0 => Ok(()),
        code => Err(Problem(format!(
            "icid-conformance {} ended with {code}",
            arguments.join(" ")
        ))),
    }
}

/// Puts all vectors to the model in Python, and returns how many checks were skipped.
///
/// Outside CI it is skipped where its packages cannot be had.
fn second_model(root: &Path, in_ci: bool) -> Result<usize, Problem> {
    let script = "conformance/adapters/python-model/run.py";
    let start =
        |argument| process::run(&mut process::command(root, "python3", &[script, argument]));
    match start("setup") {
        Ok(()) => start("check").map(|()| 0),
        Err(problem) if in_ci => Err(problem),
        Err(problem) => {
            println!("SKIPPED: the model in Python: {problem}");
            Ok(1)
        }
    }
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
