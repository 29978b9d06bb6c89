//! The arguments.

use clap::{Args, Parser, Subcommand};

use crate::commands;
use crate::failure::Failure;
use crate::input::{Encoding, Input};
use crate::output::style::ColorChoice;

/// Shows, explains and checks what the Internet Computer's identities are made of.
#[derive(Debug, Parser)]
#[command(name = "icid", version, max_term_width = 100)]
#[command(after_help = "\
An input may be a file, - for standard input, or the bytes themselves in hexadecimal or base64. How
they are written down is guessed, unless --input says it.

Exit codes: 0 if all is well, 1 if the data is bad or does not hold, 2 if the command is bad or
cannot be carried out.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the help lists what every command understands.
const GENERAL: &str = "General options";

/// What every command understands.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Answer in JSON
    #[arg(long, global = true, help_heading = GENERAL)]
    pub(crate) json: bool,
    /// Show long values in full, and say how the input was read
    #[arg(short, long, global = true, help_heading = GENERAL)]
    pub(crate) verbose: bool,
    /// How the input is written down; guessed if left out
    #[arg(long, global = true, help_heading = GENERAL, value_name = "ENCODING")]
    pub(crate) input: Option<Encoding>,
    /// When to use colours
    #[arg(
        long,
        global = true, help_heading = GENERAL,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a principal: its text, its bytes and what it says about itself
    Principal(commands::principal::Args),
    /// Take a public key apart
    Key(commands::key::Args),
    /// Hash a typed value as requests and delegations are hashed
    Hash(commands::hash::Args),
    /// Say who delegated what to whom, until when, and whether it holds
    Delegation(commands::delegation::Args),
    /// Draw a certificate and verify it
    Certificate(commands::certificate::Args),
    /// Explain a request and authenticate its sender
    Envelope(commands::envelope::Args),
    /// Take the signature of a passkey apart
    Webauthn(commands::webauthn::Args),
    /// Derive who a person is at an application
    Ii(commands::ii::Args),
    /// Look into a stable memory of Internet Identity
    Storage(commands::storage::Args),
    /// Draw a hash tree
    Tree(commands::tree::Args),
    /// Print the completions of a shell
    Completions(commands::completions::Args),
}

impl Options {
    /// Reads an input, and says how if asked to.
    pub(crate) fn read(&self, argument: &str) -> Result<Input, Failure> {
        let input = Input::read(argument, self.input)?;
        self.note(&input);
        Ok(input)
    }

    /// Reads an input that is JSON.
    pub(crate) fn read_text(&self, argument: &str) -> Result<Input, Failure> {
        let input = Input::read_text(argument)?;
        self.note(&input);
        Ok(input)
    }

    fn note(&self, input: &Input) {
        if self.verbose {
            self.say(&format!("read {}", input.describe()));
        }
    }

    /// Says something beside the answer.
    #[expect(clippy::print_stderr, reason = "what is not the answer goes there")]
    pub(crate) fn say(&self, note: &str) {
        eprintln!("note: {note}");
    }
}
