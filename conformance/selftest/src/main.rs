//! `icid-selftest MODE`: an adapter with one vice; see [`icid_selftest::Mode`].
#![forbid(unsafe_code)]

use std::env;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use icid_selftest::{Mode, serve};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(name), None) = (arguments.next(), arguments.next()) else {
        return usage();
    };
    let Some(mode) = Mode::from_name(&name) else {
        return usage();
    };
    match serve(
        &mode,
        io::stdin().lock(),
        BufWriter::new(io::stdout().lock()),
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn usage() -> ExitCode {
    let names: Vec<_> = Mode::names().collect();
    // Nobody is left to tell if this fails.
    let _ = writeln!(
        io::stderr(),
        "usage: icid-selftest MODE\nmodes: {}, fault=ID",
        names.join(", ")
    );
    ExitCode::from(2)
}
