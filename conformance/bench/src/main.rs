//! Ratios of the icid crates to the libraries that the Internet Computer's own software uses.
//!
//! ```text
//! icid-bench [--quick] [--check] [--data DIR] [GROUP]...
//! ```
//!
//! `--quick` takes few samples, to see that everything runs. `--check` fails if a target is missed.
//! `--data` names the directory with certificates of the main network, as does the variable
//! `ICID_DATA`; without it all certificates are made here. A group is one of `principal`,
//! `certificate`, `request-id`, `request`, `webauthn`, `tree`, `anchors` and `maps`; all run if none is named.
//!
//! All contenders of a group get the same input, and their outputs are compared before any is timed.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::Arg;
use lexopt::ValueExt;

use crate::harness::Effort;

mod anchors;
mod certificate;
mod files;
mod harness;
mod maps;
mod principal;
mod request;
mod request_id;
mod tree;
mod webauthn;

struct Arguments {
    effort: Effort,
    check: bool,
    data: Option<PathBuf>,
    groups: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    if cfg!(debug_assertions) {
        eprintln!("built without --release: the ratios mean nothing");
    }

    let Arguments {
        effort,
        check,
        data,
        groups,
    } = arguments;
    let wanted = |group: &str| groups.is_empty() || groups.iter().any(|wanted| wanted == group);
    let mut missed = 0;
    if wanted("principal") {
        missed += principal::run(effort);
    }
    if wanted("certificate") {
        missed += certificate::run(effort, data.as_deref());
    }
    if wanted("request-id") {
        missed += request_id::run(effort);
    }
    if wanted("request") {
        missed += request::run(effort);
    }
    if wanted("webauthn") {
        missed += webauthn::run(effort);
    }
    if wanted("tree") {
        tree::run(effort);
    }
    if wanted("anchors") {
        missed += anchors::run(effort);
    }
    if wanted("maps") {
        missed += maps::run(effort);
    }

    println!("\n{missed} targets missed");
    ExitCode::from(u8::from(check && missed > 0))
}

fn arguments() -> Result<Arguments, lexopt::Error> {
    let mut arguments = Arguments {
        effort: Effort::FULL,
        check: false,
        data: std::env::var_os("ICID_DATA").map(PathBuf::from),
        groups: Vec::new(),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("quick") => arguments.effort = Effort::QUICK,
            Arg::Long("check") => arguments.check = true,
            Arg::Long("data") => arguments.data = Some(parser.value()?.into()),
            Arg::Value(group) => arguments.groups.push(group.string()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(arguments)
}
