//! The command line `icid`.
//!
//! A command reads what it is about, asks the libraries, and builds one record ([`output`]) that
//! becomes lines for people or JSON. Answers go to standard output, everything else to standard error.
#![forbid(unsafe_code)]

mod base64;
mod cli;
mod commands;
mod escape;
mod failure;
mod hex;
mod image;
mod input;
mod moment;
mod options;
mod output;
mod progress;
mod view;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Options};
use crate::commands::Answer;
use crate::failure::Failure;
use crate::output::json;
use crate::output::stdout::Stdout;
use crate::output::style::Palette;
use crate::output::text::{self, Layout};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(&cli).and_then(|answer| print(&cli.options, &answer)) {
        Ok(code) => code.into(),
        Err(failure) => {
            report(&cli.options, &failure);
            failure.exit_code().into()
        }
    }
}

/// Prints the answer, and returns the exit code.
fn print(options: &Options, answer: &Answer) -> Result<u8, Failure> {
    let (text, is_invalid) = match answer {
        Answer::Record(record) if options.json => (json::render(record), record.is_invalid()),
        Answer::Record(record) => {
            let layout = Layout {
                palette: Palette::for_stdout(options.color),
                is_verbose: options.verbose,
            };
            (text::render(record, layout), record.is_invalid())
        }
        Answer::Text(text) => (text.clone(), false),
        Answer::Printed(code) => return Ok(*code),
    };
    let mut stdout = Stdout::new();
    stdout.write(&text)?;
    stdout.finish()?;
    Ok(u8::from(is_invalid))
}

fn report(options: &Options, failure: &Failure) {
    let text = if options.json {
        failure.to_json()
    } else {
        failure.to_text(Palette::for_stderr(options.color))
    };
    // Nobody is left to tell if this fails.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
