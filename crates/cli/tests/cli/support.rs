//! Runs the program, and finds inputs.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

/// What came of a run.
pub(crate) struct Run {
    /// The arguments, long ones cut.
    shown: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// Returns the program with nothing of the environment that changes what it prints.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icid"));
    command
        .args(arguments)
        .env_clear()
        .current_dir(folder())
        .stdin(Stdio::null());
    command
}

/// Runs the program.
pub(crate) fn icid(arguments: &[&str]) -> Run {
    Run::of(arguments, program(arguments).output().unwrap())
}

/// Runs the program with something to read from standard input.
pub(crate) fn icid_reads(arguments: &[&str], stdin: &[u8]) -> Run {
    let mut child = program(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    Run::of(arguments, child.wait_with_output().unwrap())
}

/// Runs the program with `--json`, and returns what it prints, which must be JSON, and how it ends.
pub(crate) fn json(arguments: &[&str]) -> (Value, i32) {
    let arguments = [&["--json"], arguments].concat();
    let run = icid(&arguments);
    let value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr));
    assert_eq!(run.stderr, "");
    (value, run.code)
}

impl Run {
    fn of(arguments: &[&str], output: Output) -> Self {
        let shown: Vec<String> = arguments.iter().copied().map(shortened).collect();
        Self {
            shown: shown.join(" "),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}

fn shortened(argument: &str) -> String {
    let argument = match argument.char_indices().nth(72) {
        Some((end, _)) => format!("{}…", &argument[..end]),
        None => argument.to_owned(),
    };
    if argument.is_empty() || argument.contains([' ', '"', '{', '\u{1b}']) {
        format!(
            "'{}'",
            argument.escape_debug().to_string().replace("\\\"", "\"")
        )
    } else {
        argument
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$ icid {}\n{}", self.shown, self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- standard error\n{}", self.stderr)?;
        }
        if self.code != 0 {
            writeln!(f, "--- exit code {}", self.code)?;
        }
        Ok(())
    }
}

/// The folder in which the program runs and files are.
pub(crate) fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a file for the program to read, and returns its name.
pub(crate) fn file<'n>(name: &'n str, bytes: &[u8]) -> &'n str {
    // Whole or not at all: tests run side by side, and some write the same file.
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let part = folder().join(format!("{name}.{}.{count}", std::process::id()));
    fs::write(&part, bytes).unwrap();
    fs::rename(part, folder().join(name)).unwrap();
    name
}

/// Returns the input of a conformance vector.
pub(crate) fn vector(id: &str) -> Value {
    let name = format!("\"id\": \"{id}\"");
    let (_, text) = vectors::FILES
        .iter()
        .find(|(_, text)| text.contains(&name))
        .unwrap_or_else(|| panic!("no vector {id}"));
    let mut file: Value = serde_json::from_str(text).unwrap();
    let tests = file["tests"].as_array_mut().unwrap();
    let test = tests.iter_mut().find(|test| test["id"] == id).unwrap();
    test["input"].take()
}

/// Returns a field of a vector's input that is a string.
pub(crate) fn field(vector: &Value, name: &str) -> String {
    vector[name].as_str().unwrap().to_owned()
}

/// Returns the bytes in hexadecimal digits.
pub(crate) fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// Compares what the program prints with a snapshot.
macro_rules! assert_run {
    ($run:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($run.to_string());
        });
    };
}

/// Compares JSON with a snapshot.
macro_rules! assert_json {
    ($arguments:expr) => {
        let (value, _) = $crate::support::json($arguments);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
        });
    };
}

pub(crate) use {assert_json, assert_run};
