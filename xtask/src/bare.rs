//! Builds every library below L4 for a target without an operating system.
//!
//! This is the proof that they are `no_std`: on a host target a dependency's `std` goes unnoticed.

use std::path::Path;

use crate::layers;
use crate::process::{self, Problem};

const TARGET: &str = "thumbv7em-none-eabi";

/// Where Debian's packages rustc-web, cargo-web and rust-web-src put a toolchain with sources.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CORE: &str = "/usr/lib/rustlib/src/rust/library/core/Cargo.toml";

/// Builds the libraries and returns how many there are.
pub(crate) fn run(root: &Path) -> Result<usize, Problem> {
    let packages = layers::bare_packages(root)?;
    build(root, &root.join("target/bare"), &packages)?;
    println!("bare: {} libraries build for {TARGET}", packages.len());
    Ok(packages.len())
}

/// Builds packages of the workspace at `root`.
///
/// Uses rustup's target where it is installed, else Debian's toolchain, else asks rustup for the
/// target.
fn build(root: &Path, target_folder: &Path, packages: &[String]) -> Result<(), Problem> {
    if !rustup_has_target() && !Path::new(DEBIAN_CORE).exists() {
        // The machine may be offline; the message below then says what is missing.
        drop(process::run(&mut process::command(
            root,
            "rustup",
            &["target", "add", TARGET],
        )));
    }
    let mut command = if rustup_has_target() {
        process::cargo(root, &["build", "--target", TARGET])
    } else if Path::new(DEBIAN_CORE).exists() {
        let arguments = ["build", "-Zbuild-std=core,alloc", "--target", TARGET];
        let mut command = process::command(root, DEBIAN_CARGO, &arguments);
        command
            .env("RUSTC", DEBIAN_RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("RUSTUP_TOOLCHAIN");
        command
    } else {
        return Err(Problem(format!(
            "no toolchain can build for {TARGET}: run `rustup target add {TARGET}`, or on Debian \
             `apt-get install rustc-web cargo-web rust-web-src`"
        )));
    };
    command.env("CARGO_TARGET_DIR", target_folder);
    for package in packages {
        command.args(["-p", package]);
    }
    process::run(&mut command)
}

fn rustup_has_target() -> bool {
    std::process::Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output()
        .is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout)
                .lines()
                .any(|l| l == TARGET)
        })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// Builds a package of one file for the bare target.
    fn build_package_of(name: &str, source: &str) -> Result<(), Problem> {
        let root = std::env::temp_dir().join(format!("icid-bare-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n"
        );
        fs::write(root.join("Cargo.toml"), manifest).unwrap();
        fs::write(root.join("src/lib.rs"), source).unwrap();
        // The folder of the chore itself, so that `core` is built once.
        let target_folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bare");
        let result = build(&root, &target_folder, &[name.to_owned()]);
        fs::remove_dir_all(&root).unwrap();
        result
    }

    #[test]
    fn a_library_without_std_builds() {
        let source = "//! Bare.\n#![no_std]\nextern crate alloc;\n";
        assert_eq!(build_package_of("bare-library", source), Ok(()));
    }

    #[test]
    fn a_library_that_needs_std_does_not_build() {
        let problem = build_package_of("hosted-library", "//! Hosted.\nextern crate std;\n");
        assert!(problem.unwrap_err().0.contains("hosted-library"));
    }
}
