//! Every chore of the project: `cargo xtask <chore>`.
//!
//! A chore either passes, or fails with what is wrong and where. Nothing here needs the network
//! beyond what cargo needs to build, and nothing imports a crate of this workspace.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::process::Problem;

mod bare;
mod check;
mod conformance;
mod fuzz;
mod gates;
mod layers;
mod mutants;
mod packages;
mod process;
mod spec;
mod suite;
mod tidy;
mod toolchain;
mod wasm;

/// What `cargo xtask` alone prints.
const USAGE: &str = "\
cargo xtask <chore> [arguments]

  conformance [command] [arguments]
                      the main job: runs the suite against our crates and writes
                      target/conformance/{report.html,results.json,junit.xml};
                      a command is one of icid-conformance's (run, kill, list, show,
                      capture, report) or: generate [--check], peers [name],
                      selftest, tutorial
  test                everything: check, all tests, vectors, conformance, kill matrix,
                      interop with published peers, bare-target and
                      WebAssembly builds
  check [--all-workspaces]
                      fmt, clippy, docs, layers, tidy, spec lint; clippy of fuzz, benches
                      and whatever else has peers among its dependencies if asked
  gates               all that can stop a change, and the tests that trip it on purpose
  layers              imports against the table in ARCHITECTURE.md, dependency budgets
  tidy                the house rules a compiler does not know
  spec <command>      the clause catalogue: lint, show ID, unclaimed, bump
  bare                builds the libraries for a target without an operating system
  wasm                builds the libraries for WebAssembly, and measures a small module
  bench [arguments]   benches against published peers, as ratios
  fuzz [--factor N]   replays the fuzz targets' seeds and mutations on stable
  fuzz --seconds N [target…]
                      runs the targets with libFuzzer, N seconds each: [--jobs N],
                      [--sanitizer address], [--record] writes fuzz/runs.toml
  mutants [arguments] would the tests notice? --in-diff [BASE] for what changed, or
                      [--package P] [--shard K/N] for all; --record into xtask/mutants.toml,
                      --resume what is not there, --again survivors; [--tree T] for each
                      of several at the same time; needs cargo-mutants
  package             checks that every published crate packages
  vectors-packages    the vectors as a wheel, an npm tarball, a Go module and a crate,
                      each built, loaded and compared";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = root();
    let (chore, rest) = match arguments.split_first() {
        Some((chore, rest)) => (chore.as_str(), rest),
        None => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let result = match chore {
        "bare" => bare::run(&root).map(drop),
        "bench" => conformance::bench(&root, rest),
        "check" => check::run(&root, rest).map(drop),
        "conformance" => return conformance::run(&root, rest),
        "fuzz" => fuzz::run(&root, rest),
        "gates" => {
            println!("{}", gates::list());
            Ok(())
        }
        "layers" => layers::run(&root),
        "mutants" => mutants::run(&root, rest),
        "package" => check::package(&root),
        "spec" => specification(&root, rest),
        "test" => return suite::run(&root),
        "tidy" => tidy::run(&root),
        "vectors-packages" => packages::run(&root, rest).map(drop),
        "wasm" => wasm::run(&root).map(drop),
        _ => {
            eprintln!("there is no chore `{chore}`\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command on the clause catalogue and prints what it answers.
fn specification(root: &Path, arguments: &[String]) -> Result<(), Problem> {
    let (text, good) =
        spec::command(root, arguments).map_err(|error| Problem(error.to_string()))?;
    println!("{}", text.trim_end());
    if good {
        Ok(())
    } else {
        Err(Problem("spec: see above".to_owned()))
    }
}

/// Returns the top folder of the repository.
///
/// Cargo says where it is when it runs this program; a build folder may serve several checkouts.
fn root() -> PathBuf {
    let compiled = || PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(compiled, PathBuf::from);
    here.parent()
        .map_or_else(|| here.clone(), Path::to_path_buf)
}
