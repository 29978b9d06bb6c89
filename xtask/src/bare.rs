//! Builds every library without a provider for a target without an operating system.
//!
//! This is the proof that they are `no_std`: on a host target a dependency's `std` goes unnoticed.

use std::path::Path;

use crate::layers;
use crate::process::{self, Problem};
use crate::toolchain::Target;

const TARGET: Target = Target {
    name: "thumbv7em-none-eabi",
    standard_library: "core,alloc",
    linker: None,
};

/// Builds the libraries and returns how many there are.
pub(crate) fn run(root: &Path) -> Result<usize, Problem> {
    let packages = layers::bare_packages(root)?;
    build(root, &root.join("target/bare"), &packages)?;
    println!(
        "bare: {} libraries build for {}",
        packages.len(),
        TARGET.name
    );
    Ok(packages.len())
}

/// Builds packages of the workspace at `root`.
fn build(root: &Path, target_folder: &Path, packages: &[String]) -> Result<(), Problem> {
    let mut command = TARGET.build(root)?;
    command.env("CARGO_TARGET_DIR", target_folder);
    for package in packages {
        command.args(["-p", package]);
    }
    process::run(&mut command)
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

    // One test, for rustup does not bear two that install the target at the same time.
    #[test]
    fn a_library_that_needs_std_does_not_build() {
        let source = "//! Bare.\n#![no_std]\nextern crate alloc;\n";
        assert_eq!(build_package_of("bare-library", source), Ok(()));
        let problem = build_package_of("hosted-library", "//! Hosted.\nextern crate std;\n");
        assert!(problem.unwrap_err().0.contains("hosted-library"));
    }
}
