//! `icid-conformance`: see [`icid_conformance::cli`].
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    icid_conformance::cli::main()
}
