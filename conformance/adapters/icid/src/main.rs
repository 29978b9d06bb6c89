//! Conformance adapter of the icid crates: reads questions on stdin, answers on stdout.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

use icid_adapter::Adapter;
use icid_adapter::Provider;

const USAGE: &str = "usage: icid-adapter [--provider native|rustcrypto]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let provider = match arguments.as_slice() {
        [] | ["--provider", "native"] | ["--provider=native"] => Provider::native(),
        ["--provider", "rustcrypto"] | ["--provider=rustcrypto"] => Provider::rustcrypto(),
        _ => {
            complain(USAGE);
            return ExitCode::from(2);
        }
    };
    match Adapter::new(provider).serve(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "stderr is free in the protocol")]
fn complain(message: &str) {
    eprintln!("{message}");
}
