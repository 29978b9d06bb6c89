//! Running other programs, and reading what test runners print.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// What went wrong, in words for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem(pub(crate) String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}

impl Problem {
    /// Returns one problem made of several lines, or success if there are none.
    pub(crate) fn from_lines(title: &str, lines: &[String]) -> Result<(), Self> {
        if lines.is_empty() {
            return Ok(());
        }
        Err(Self(format!(
            "{title}: {} found\n  {}",
            lines.len(),
            lines.join("\n  ")
        )))
    }
}

/// Tests that a runner said it ran.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Counts {
    /// Adds other counts to these.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.skipped = self.skipped.saturating_add(other.skipped);
    }

    /// Returns the counts that a line of a test runner's output announces, if it does.
    ///
    /// Understands cargo test's `test result:`, nextest's `Summary` and the plain
    /// `N passed, N failed, N skipped`.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let plain = line.trim();
        let text = if let Some((_, text)) = plain.split_once("test result: ") {
            text
        } else if plain.starts_with("Summary [") {
            plain.split_once("run:").map_or("", |(_, text)| text)
        } else if plain.contains(" passed, ") && plain.contains(" failed") {
            plain
        } else {
            return None;
        };
        let words: Vec<&str> = text
            .split([' ', ',', ';', '.', '(', ')'])
            .filter(|word| !word.is_empty())
            .collect();
        let before = |label: &str| {
            words
                .windows(2)
                .find_map(|pair| match pair {
                    [number, word] if *word == label => number.parse::<usize>().ok(),
                    _ => None,
                })
                .unwrap_or(0)
        };
        let skipped = before("skipped").saturating_add(before("ignored"));
        Some(Self {
            passed: before("passed"),
            failed: before("failed"),
            skipped,
        })
    }
}

/// Returns a command that runs in `root`, with colours as the terminal has them.
pub(crate) fn command(root: &Path, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    command
}

/// Returns a cargo command that runs in `root` with the toolchain this program was built by.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = command(root, &program, arguments);
    // Set by `cargo run` for this package alone.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(name);
    }
    command
}

/// Runs `command` to its end, letting it write to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Problem> {
    let status = command
        .status()
        .map_err(|error| cannot_start(command, &error))?;
    judge(command, status)
}

/// Runs `command` to its end and returns what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, Problem> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| cannot_start(command, &error))?;
    judge(command, output.status)?;
    String::from_utf8(output.stdout).map_err(|_| Problem(format!("{command:?}: output not UTF-8")))
}

/// Returns the commit that is checked out, marked if Rust files in these folders are not as it has them.
pub(crate) fn commit(root: &Path, folders: &[&str]) -> Result<String, Problem> {
    let git = |arguments: &[&str]| output(command(root, "git", arguments).args(folders));
    let commit = output(&mut command(
        root,
        "git",
        &["rev-parse", "--short=12", "HEAD"],
    ))?;
    let changed = git(&["diff", "--name-only", "HEAD", "--"])?;
    let new = git(&["ls-files", "--others", "--exclude-standard", "--"])?;
    let is_changed = changed
        .lines()
        .chain(new.lines())
        .any(|path| Path::new(path).extension().is_some_and(|end| end == "rs"));
    let mark = if is_changed { "+changes" } else { "" };
    Ok(format!("{}{mark}", commit.trim()))
}

/// Runs a test command, passing its output on, and adds up the counts it prints.
pub(crate) fn run_counting(command: &mut Command) -> (Counts, Result<(), Problem>) {
    let mut counts = Counts::default();
    // nextest writes its summary to standard error, cargo test to standard output.
    let started = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return (counts, Err(cannot_start(command, &error))),
    };
    let errors = child
        .stderr
        .take()
        .map(|stream| std::thread::spawn(|| pass_on(stream, true)));
    if let Some(stream) = child.stdout.take() {
        counts.add(pass_on(stream, false));
    }
    if let Some(Ok(more)) = errors.map(std::thread::JoinHandle::join) {
        counts.add(more);
    }
    let result = match child.wait() {
        Ok(status) => judge(command, status),
        Err(error) => Err(cannot_start(command, &error)),
    };
    (counts, result)
}

/// Returns whether a program of that name can be started.
pub(crate) fn is_installed(program: &str, argument: &str) -> bool {
    Command::new(program)
        .arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn pass_on(stream: impl std::io::Read, to_errors: bool) -> Counts {
    let mut counts = Counts::default();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if to_errors {
            eprintln!("{line}");
        } else {
            println!("{line}");
        }
        if let Some(more) = Counts::parse(&line) {
            counts.add(more);
        }
    }
    counts
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Problem {
    Problem(format!("cannot start {command:?}: {error}"))
}

fn judge(command: &Command, status: ExitStatus) -> Result<(), Problem> {
    if status.success() {
        return Ok(());
    }
    Err(Problem(format!("{command:?} ended with {status}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Option<Counts> {
        Some(Counts {
            passed,
            failed,
            skipped,
        })
    }

    #[test]
    fn reads_the_summary_of_each_runner() {
        let cargo = "test result: ok. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out";
        assert_eq!(Counts::parse(cargo), counts(12, 1, 2));
        let nextest =
            "     Summary [   0.102s] 9 tests run: 7 passed (1 slow), 2 failed, 3 skipped";
        assert_eq!(Counts::parse(nextest), counts(7, 2, 3));
        assert_eq!(
            Counts::parse("5 passed, 0 failed, 4 skipped"),
            counts(5, 0, 4)
        );
        assert_eq!(Counts::parse("all is well"), None);
    }

    #[test]
    fn a_command_that_fails_is_a_problem() {
        let mut failing = Command::new("false");
        let problem = Problem("\"false\" ended with exit status: 1".to_owned());
        assert_eq!(run(&mut failing), Err(problem.clone()));
        assert_eq!(
            run_counting(&mut failing),
            (Counts::default(), Err(problem))
        );
    }

    #[test]
    fn counts_what_a_runner_prints_on_either_stream() {
        let mut runner = Command::new("sh");
        runner.args([
            "-c",
            "echo '2 passed, 0 failed'; echo '3 passed, 0 failed' >&2",
        ]);
        assert_eq!(
            run_counting(&mut runner).0,
            Counts {
                passed: 5,
                failed: 0,
                skipped: 0
            }
        );
    }
}
