//! The suite and the benches: builds them and passes arguments on.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::process::{self, Problem};

mod peers;
mod tutorial;

/// Runs a command of the suite; without one, runs the main job.
///
/// The exit code is that of `icid-conformance`: 0 conformant, 1 failures, 2 usage, 3 adapter
/// broken, 4 suite defect, 5 stale expectation.
pub(crate) fn run(root: &Path, arguments: &[String]) -> ExitCode {
    match start(root, arguments) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Like [`run`], but returns the exit code as a number.
pub(crate) fn start(root: &Path, arguments: &[String]) -> Result<u8, Problem> {
    if arguments.first().is_some_and(|first| first == "generate") {
        let mut command = process::cargo(
            root,
            &["run", "--quiet", "--release", "-p", "icid-generate", "--"],
        );
        command.args(arguments.iter().skip(1));
        return process::run(&mut command).map(|()| 0);
    }
    if let Some((first, rest)) = arguments.split_first() {
        match first.as_str() {
            "peers" => return peers::run(root, rest),
            "selftest" => return selftest(root, rest).map(|()| 0),
            "tutorial" => return tutorial::run(root, rest).map(|()| 0),
            _ => {}
        }
    }
    let folder = build(root)?;
    let binary = |name: &str| folder.join(name);
    let mut command = process::command(root, &binary("icid-conformance").to_string_lossy(), &[]);
    let is_main_job = arguments.is_empty() || arguments.first().is_some_and(|a| a.starts_with('-'));
    let names_adapter = arguments.iter().any(|argument| argument == "--");
    if is_main_job {
        command.arg("run");
    }
    command.args(arguments);
    if (is_main_job || arguments.first().is_some_and(|a| a == "run")) && !names_adapter {
        command.arg("--").arg(binary("icid-adapter"));
    }
    let status = command
        .status()
        .map_err(|error| Problem(format!("cannot start icid-conformance: {error}")))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.ok_or_else(|| Problem(format!("icid-conformance ended with {status}")))
}

/// Runs the suite against every adapter that is broken on purpose, and prints what was caught.
fn selftest(root: &Path, arguments: &[String]) -> Result<(), Problem> {
    if !arguments.is_empty() {
        let usage = "usage: cargo xtask conformance selftest";
        return Err(Problem(usage.to_owned()));
    }
    let test = [
        "test",
        "--quiet",
        "-p",
        "icid-selftest",
        "--",
        "--nocapture",
    ];
    process::run(&mut process::cargo(root, &test))
}

/// Runs the benches against published peers.
pub(crate) fn bench(root: &Path, arguments: &[String]) -> Result<(), Problem> {
    bench_with(root, &["--release"], arguments)
}

/// Runs every bench for a moment, to see that it starts and that both sides agree.
///
/// No figure counts, so the build is that of the tests against the same peers.
pub(crate) fn bench_start(root: &Path) -> Result<(), Problem> {
    bench_with(root, &[], &["--quick".to_owned()])
}

fn bench_with(root: &Path, profile: &[&str], arguments: &[String]) -> Result<(), Problem> {
    let mut command = process::cargo(root, &["run"]);
    command
        .args(profile)
        .args(["--manifest-path", "conformance/bench/Cargo.toml", "--"])
        .args(arguments);
    process::run(&mut command)
}

/// Builds the programs of the suite and returns the folder that they are in.
pub(crate) fn build(root: &Path) -> Result<PathBuf, Problem> {
    // One build for all, so that features are unified once.
    let packages = ["icid-conformance", "icid-adapter", "icid-selftest"];
    let mut build = process::cargo(root, &["build", "--quiet", "--release"]);
    for package in packages {
        build.args(["-p", package]);
    }
    process::run(&mut build)?;
    Ok(release_folder(root))
}

/// Where release builds are.
pub(crate) fn release_folder(root: &Path) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    target.join("release")
}
