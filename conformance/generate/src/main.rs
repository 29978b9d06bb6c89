//! `icid-generate [--check] [--relock] [--root DIR]`: writes the conformance vectors, or compares.
//!
//! `--check` writes nothing and fails if a file is not what would be written. `--relock` allows ids to
//! disappear, which is right only as long as they have not been released. Exit codes: 0 all is well;
//! 1 files differ; 2 usage or file system; 4 the suite itself is wrong, which includes a fault that
//! no vector kills.
#![forbid(unsafe_code)]

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use icid_generate::{Output, check, generate, kill_matrix, write};

const USAGE: &str = "usage: icid-generate [--check] [--relock] [--root DIR]";

fn main() -> ExitCode {
    match run() {
        Ok(summary) => {
            say(&mut std::io::stdout(), &[summary]);
            ExitCode::SUCCESS
        }
        Err((code, lines)) => {
            say(&mut std::io::stderr(), &lines);
            ExitCode::from(code)
        }
    }
}

/// Prints lines; a closed pipe is no reason to fail.
fn say(out: &mut dyn Write, lines: &[String]) {
    for line in lines {
        _ = writeln!(out, "{line}");
    }
}

fn run() -> Result<String, (u8, Vec<String>)> {
    let mut root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let (mut only_check, mut relock) = (false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), &mut arguments) {
            ("--check", _) => only_check = true,
            ("--relock", _) => relock = true,
            ("--root", rest) => match rest.next() {
                Some(folder) => root = PathBuf::from(folder),
                None => return Err((2, vec![USAGE.to_owned()])),
            },
            _ => return Err((2, vec![USAGE.to_owned()])),
        }
    }
    let output = Output::new(generate(), &root, relock).map_err(|lines| (4, lines))?;
    let failed = |error: std::io::Error| (2, vec![error.to_string()]);
    if only_check {
        let differences = check(&output, &root).map_err(failed)?;
        if !differences.is_empty() {
            return Err((1, differences));
        }
    } else {
        write(&output, &root).map_err(failed)?;
    }
    summary(&output).map_err(|lines| (4, lines))
}

fn summary(output: &Output) -> Result<String, Vec<String>> {
    const FOLDER: &str = "conformance/vectors/";
    let named = output
        .files()
        .map(|(path, text)| (path.trim_start_matches(FOLDER), text));
    let (vectors, other): (Vec<_>, Vec<_>) =
        named.partition(|(path, _)| path.contains('/') && path.ends_with(".json"));
    let clauses = other.iter().find(|(path, _)| *path == "clauses.json");
    let clauses = clauses.map(|(_, text)| *text).unwrap_or_default();
    let report = kill_matrix(&vectors, clauses)
        .map_err(|defects| defects.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let killed = report
        .faults
        .iter()
        .filter(|fault| !fault.killed_by.is_empty())
        .count();
    let mut lines = vec![format!(
        "{} files, {} vectors; faults killed {killed} of {}; clauses: {} tested, {} pending, \
         {} excluded, {} unspecified; vectors that kill nothing: {}",
        vectors.len(),
        report.vectors,
        report.faults.len(),
        report.tested,
        report.pending,
        report.excluded,
        report.unspecified,
        report.idle.len(),
    )];
    for problem in &report.problems {
        lines.push(format!(
            "rule {}: {}: {}",
            problem.rule, problem.subject, problem.text
        ));
    }
    if report.problems.is_empty() {
        Ok(lines.join("\n"))
    } else {
        Err(lines)
    }
}
