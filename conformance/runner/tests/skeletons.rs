//! The skeletons that `adapter new` writes: each is built, passes every vector that it offers, and
//! keeps the protocol. A language that is not installed is skipped, and counted as skipped.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Failed, Trial};

/// A language, the program it takes, how to build the skeleton and how to start it.
struct Case {
    language: &'static str,
    tool: (&'static str, &'static str),
    build: &'static [&'static str],
    start: &'static [&'static str],
}

const CASES: [Case; 4] = [
    Case {
        language: "python",
        tool: ("python3", "--version"),
        build: &[],
        start: &["python3", "adapter.py"],
    },
    Case {
        language: "node",
        tool: ("node", "--version"),
        build: &[],
        start: &["node", "adapter.mjs"],
    },
    Case {
        language: "go",
        tool: ("go", "version"),
        build: &["go", "build", "-o", "adapter", "."],
        start: &["./adapter"],
    },
    Case {
        language: "rust",
        tool: ("cargo", "--version"),
        build: &[
            "cargo",
            "build",
            "--release",
            "--quiet",
            "--target-dir",
            "target",
        ],
        start: &["target/release/adapter"],
    },
];

fn main() {
    let trials = CASES.into_iter().map(|case| {
        let (program, version) = case.tool;
        let found = Command::new(program).arg(version).output();
        let is_missing = !found.is_ok_and(|output| output.status.success());
        let name = format!("the_skeleton_in_{}_passes", case.language);
        Trial::test(name, move || passes(&case)).with_ignored_flag(is_missing)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn passes(case: &Case) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("skeletons")
        .join(case.language);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let new = ["adapter", "new", "--lang", case.language, "--out"];
    succeeds(
        &suite(&folder, &new, &[folder.to_str().unwrap()]),
        "adapter new",
    )?;
    if let [program, arguments @ ..] = case.build {
        let built = Command::new(program)
            .args(arguments)
            .current_dir(&folder)
            .output()?;
        succeeds(&built, "the build")?;
    }
    let run = suite(&folder, &["run", "--out", "out", "--"], case.start);
    succeeds(&run, "the run")?;
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(
        text.contains("✓ principal.decode_text / checksum"),
        "{text}"
    );
    succeeds(
        &suite(&folder, &["adapter", "check", "--"], case.start),
        "adapter check",
    )
}

fn suite(folder: &Path, arguments: &[&str], more: &[&str]) -> Output {
    let there = if folder.exists() {
        folder.to_owned()
    } else {
        PathBuf::from(".")
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_icid-conformance"));
    command
        .args(arguments)
        .args(more)
        .current_dir(there)
        .env_remove("ICID_DATA");
    command.output().unwrap()
}

fn succeeds(output: &Output, what: &str) -> Result<(), Failed> {
    if output.status.success() {
        return Ok(());
    }
    let (out, err) = (&output.stdout, &output.stderr);
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    );
    Err(format!("{what}: {}\n{text}", output.status).into())
}
