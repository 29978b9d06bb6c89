//! Building for targets that no program of this machine runs on.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Problem};

/// Where Debian's packages rustc-web, cargo-web and rust-web-src put a toolchain with sources.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CORE: &str = "/usr/lib/rustlib/src/rust/library/core/Cargo.toml";

/// A target, and how to build for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: &'static str,
    /// The parts of the standard library that it has, for toolchains that bring sources only.
    pub(crate) standard_library: &'static str,
    /// The linker of programs, and the variable that names it to cargo; none if only libraries are
    /// built.
    pub(crate) linker: Option<(&'static str, &'static str)>,
}

impl Target {
    /// Returns a `cargo build` for the target, run in `root`.
    ///
    /// Uses rustup's target where it is installed, else Debian's toolchain, else asks rustup for the
    /// target.
    pub(crate) fn build(&self, root: &Path) -> Result<Command, Problem> {
        if !self.is_installed() && !Path::new(DEBIAN_CORE).exists() {
            // The machine may be offline; the message below then says what is missing.
            drop(process::run(&mut process::command(
                root,
                "rustup",
                &["target", "add", self.name],
            )));
        }
        if self.is_installed() {
            return Ok(process::cargo(root, &["build", "--target", self.name]));
        }
        if Path::new(DEBIAN_CORE).exists() {
            return self.build_with_debian(root);
        }
        Err(self.missing("rustc-web cargo-web rust-web-src"))
    }

    fn build_with_debian(&self, root: &Path) -> Result<Command, Problem> {
        let standard_library = format!("-Zbuild-std={}", self.standard_library);
        let arguments = ["build", &standard_library, "--target", self.name];
        let mut command = process::command(root, DEBIAN_CARGO, &arguments);
        command
            .env("RUSTC", DEBIAN_RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("RUSTUP_TOOLCHAIN");
        if let Some((program, variable)) = self.linker {
            let linker = linker(root, program).ok_or_else(|| self.missing("lld"))?;
            command.env(variable, linker);
        }
        Ok(command)
    }

    fn is_installed(&self) -> bool {
        let list = Command::new("rustup")
            .args(["target", "list", "--installed"])
            .output();
        list.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout)
                .lines()
                .any(|line| line == self.name)
        })
    }

    fn missing(&self, packages: &str) -> Problem {
        let name = self.name;
        Problem(format!(
            "no toolchain can build for {name}: run `rustup target add {name}`, or on Debian \
             `apt-get install {packages}`"
        ))
    }
}

/// Returns a linker: the one of the system, or the one that rustup's toolchain has for its own targets.
fn linker(root: &Path, program: &str) -> Option<PathBuf> {
    if process::is_installed(program, "--version") {
        return Some(program.into());
    }
    let sysroot = process::output(&mut process::command(
        root,
        "rustc",
        &["--print", "sysroot"],
    ));
    let libraries = Path::new(sysroot.ok()?.trim()).join("lib/rustlib");
    let folders = std::fs::read_dir(libraries).ok()?;
    // It links for every target that LLVM knows; the compiler says for which.
    let mut linkers = folders
        .flatten()
        .map(|folder| folder.path().join("bin/rust-lld"));
    linkers.find(|linker| linker.exists())
}
