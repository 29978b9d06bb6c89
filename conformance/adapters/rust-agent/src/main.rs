//! The conformance adapter of Rust libraries: `icid-adapter-rust-agent --library ic-agent|verification`.
//!
//! `ic-agent` is the agent, with the crates that it is made of. `verification` is what services and
//! canisters verify with: `ic-certificate-verification`, `ic-signature-verification` and the crates of
//! the plain schemes. Each module says which function answers which operation, and why others are
//! missing.
#![forbid(unsafe_code)]

mod agent;
mod answer;
mod input;
mod state;
mod typed_value;
mod verification;

use std::any::Any;
use std::error::Error;
use std::io::BufRead;
use std::io::Write;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;

/// What the versions are read from.
const LOCK: &str = include_str!("../Cargo.lock");

/// An operation, and what answers it.
type Operation = (&'static str, fn(&Fields<'_>) -> Outcome);

/// A library, or several that belong together.
struct Library {
    name: &'static str,
    /// The crate whose version is that of the library.
    package: &'static str,
    /// The other crates that answer.
    others: &'static [&'static str],
    homepage: &'static str,
    operations: &'static [Operation],
}

const LIBRARIES: [Library; 2] = [
    Library {
        name: "ic-agent",
        package: "ic-agent",
        others: &["ic-transport-types", "ic_principal"],
        homepage: "https://github.com/dfinity/agent-rs",
        operations: agent::OPERATIONS,
    },
    Library {
        name: "verification",
        package: "ic-certificate-verification",
        others: &[
            "ic-canister-sig-creation",
            "ic-cbor",
            "ic-ed25519",
            "ic-secp256k1",
            "ic-secp256r1",
            "ic-signature-verification",
        ],
        homepage: "https://github.com/dfinity/response-verification",
        operations: verification::OPERATIONS,
    },
];

impl Library {
    fn hello(&self) -> Value {
        let mut implementation = json!({
            "name": self.package,
            "version": version(self.package),
            "language": "rust",
            "homepage": self.homepage,
        });
        for package in self.others {
            implementation[package.replace('-', "_")] = version(package).into();
        }
        let operations: Vec<&str> = self.operations.iter().map(|(name, _)| *name).collect();
        json!({
            "protocol": 1,
            "implementation": implementation,
            "ops": operations,
            "presets": ["spec"],
            "reasons": "none",
        })
    }

    fn answer(&self, operation: &str, input: &Value) -> Value {
        if operation == "hello" {
            return json!({ "ok": self.hello() });
        }
        let Some((_, run)) = self.operations.iter().find(|(name, _)| *name == operation) else {
            return json!({ "unsupported": { "why": "operation" } });
        };
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| run(&Fields::of(input)?)))
            .unwrap_or_else(|panic| Err(Refusal::Error(format!("panic: {}", message(&*panic)))));
        match outcome {
            Ok(output) => json!({ "ok": output }),
            Err(Refusal::Reject(why)) => json!({ "reject": { "message": why } }),
            Err(Refusal::Unsupported(why)) => json!({ "unsupported": { "why": why } }),
            Err(Refusal::Error(why)) => json!({ "error": { "message": why } }),
        }
    }
}

/// Returns the version of a package of which the lock file has one.
fn version(package: &str) -> &'static str {
    let mut lines = LOCK.lines();
    let name = format!("name = \"{package}\"");
    lines.find(|line| *line == name);
    let version = lines
        .next()
        .and_then(|line| line.strip_prefix("version = "));
    version.map_or("unknown", |version| version.trim_matches('"'))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or_default()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let library = match arguments.as_slice() {
        [flag, name] if flag == "--library" => LIBRARIES.iter().find(|it| it.name == *name),
        _ => None,
    };
    let Some(library) = library else {
        eprintln!("usage: icid-adapter-rust-agent --library ic-agent|verification");
        return ExitCode::from(2);
    };
    match serve(library) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(library: &Library) -> Result<(), Box<dyn Error>> {
    let mut stdout = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let operation = question["op"].as_str().unwrap_or_default();
        let mut answer = library.answer(operation, &question["input"]);
        answer["id"] = question["id"].clone();
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
    Ok(())
}
