//! `icid completions`: what a shell needs to complete arguments.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::commands::Answer;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "icid", &mut script);
    Answer::Text(String::from_utf8_lossy(&script).into_owned())
}
