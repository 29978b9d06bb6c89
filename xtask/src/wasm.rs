//! Builds every portable library for WebAssembly, and measures the smallest useful module.

use std::fs;
use std::path::Path;

use crate::layers;
use crate::process::{self, Problem};
use crate::toolchain::Target;

const TARGET: Target = Target {
    name: "wasm32-unknown-unknown",
    standard_library: "std,panic_abort",
    linker: Some(("wasm-ld", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER")),
};

/// The workspace of the modules.
const MODULES: &str = "conformance/wasm-size";

/// The module with the published crate that the others are compared with.
const PEER: &str = "wasm-peer";

/// The modules with our crates, what they are, and how large each may be in percent of the peer's.
const OURS: [(&str, &str, u64); 2] = [
    ("wasm-icid", "icid, BLS12-381 alone", 50),
    ("wasm-icid-all-schemes", "icid, all schemes", 200),
];

/// Runs a module that ends with 0 if it verifies what it should.
const RUNNER: &str = "\
const module = require('fs').readFileSync(process.argv[1]);
WebAssembly.instantiate(module, {}).then(({ instance }) => {
  process.exitCode = instance.exports.main(0, 0);
});";

/// Builds and measures, and returns how many checks were skipped.
pub(crate) fn run(root: &Path) -> Result<usize, Problem> {
    let packages = layers::wasm_packages(root)?;
    let target_folder = root.join("target/wasm");
    let mut build = TARGET.build(root)?;
    build.env("CARGO_TARGET_DIR", &target_folder);
    for package in &packages {
        build.args(["-p", package]);
    }
    process::run(&mut build)?;
    println!(
        "wasm: {} libraries build for {}",
        packages.len(),
        TARGET.name
    );

    let modules = root.join(MODULES);
    let mut build = TARGET.build(&modules)?;
    build
        .args(["--release", "--bins"])
        .env("CARGO_TARGET_DIR", &target_folder);
    process::run(&mut build)?;
    let built = target_folder.join(TARGET.name).join("release");
    let skipped = run_modules(root, &built)?;
    measure(&built)?;
    Ok(skipped)
}

/// Lets every module verify its signature, and returns how many checks were skipped.
fn run_modules(root: &Path, built: &Path) -> Result<usize, Problem> {
    if !process::is_installed("node", "--version") {
        println!("SKIPPED running the modules: the program `node` is not installed");
        return Ok(1);
    }
    for name in OURS.iter().map(|(name, _, _)| *name).chain([PEER]) {
        let module = built.join(format!("{name}.wasm"));
        let arguments = ["-e", RUNNER, &module.to_string_lossy()];
        process::run(&mut process::command(root, "node", &arguments))?;
    }
    println!("wasm: every module takes the right signature and refuses the changed one");
    Ok(0)
}

/// Prints how large the modules are, and checks ours against the peer's.
fn measure(built: &Path) -> Result<(), Problem> {
    let size = |name: &str| -> Result<u64, Problem> {
        let path = built.join(format!("{name}.wasm"));
        let metadata =
            fs::metadata(&path).map_err(|error| Problem(format!("{}: {error}", path.display())))?;
        Ok(metadata.len())
    };
    let peer = size(PEER)?;
    println!("\na module that verifies a canister signature, opt-level z, fat LTO:");
    println!("{:>9} bytes         ic-signature-verification", peer);
    let mut problems = Vec::new();
    for (name, what, most) in OURS {
        let ours = size(name)?;
        println!("{ours:>9} bytes {:>4} %  {what}", percent(ours, peer));
        problems.extend(too_large(what, percent(ours, peer), most));
    }
    Problem::from_lines("wasm", &problems)
}

/// Returns the size in percent of the peer's, rounded up.
fn percent(ours: u64, peer: u64) -> u64 {
    ours.saturating_mul(100).div_ceil(peer.max(1))
}

fn too_large(what: &str, percent: u64, most: u64) -> Option<String> {
    (percent > most).then(|| {
        format!("{what}: {percent} % of ic-signature-verification, at most {most} % are allowed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(percent(1, 1000), 1);
        assert_eq!(percent(100, 1000), 10);
        assert_eq!(percent(101, 1000), 11);
        assert_eq!(percent(5, 0), 500);
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert_eq!(too_large("a", 50, 50), None);
        let problem = "a: 51 % of ic-signature-verification, at most 50 % are allowed".to_owned();
        assert_eq!(too_large("a", 51, 50), Some(problem));
    }
}
