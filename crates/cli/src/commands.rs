//! The commands.

pub(crate) mod certificate;
pub(crate) mod completions;
pub(crate) mod delegation;
pub(crate) mod envelope;
pub(crate) mod hash;
pub(crate) mod ii;
pub(crate) mod key;
pub(crate) mod principal;
pub(crate) mod storage;
pub(crate) mod tree;
pub(crate) mod webauthn;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::output::Record;

/// What a command answers.
pub(crate) enum Answer {
    /// For people or programs.
    Record(Record),
    /// Already printed line by line; the exit code.
    Printed(u8),
    /// As it is: a drawing, a script.
    Text(String),
}

pub(crate) fn run(cli: &Cli) -> Result<Answer, Failure> {
    let options = &cli.options;
    match &cli.command {
        Command::Principal(args) => principal::run(args, options).map(Answer::Record),
        Command::Key(args) => key::run(args, options).map(Answer::Record),
        Command::Hash(args) => hash::run(args, options).map(Answer::Record),
        Command::Delegation(args) => delegation::run(args, options).map(Answer::Record),
        Command::Certificate(args) => certificate::run(args, options).map(Answer::Record),
        Command::Envelope(args) => envelope::run(args, options).map(Answer::Record),
        Command::Webauthn(args) => webauthn::run(args, options).map(Answer::Record),
        Command::Ii(args) => ii::run(args, options).map(Answer::Record),
        Command::Storage(args) => storage::run(args, options),
        Command::Tree(args) => tree::run(args, options),
        Command::Completions(args) => Ok(completions::run(args)),
    }
}
