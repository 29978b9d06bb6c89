//! What every commit must pass before any test runs.

use std::path::Path;

use crate::process::{self, Problem};
use crate::{layers, spec, tidy};

/// A check: its name, and what runs it and returns how many checks were skipped.
type Check = (&'static str, fn(&Path) -> Result<usize, Problem>);

/// All checks, quick ones first. What makes each of them fail is in [`crate::gates`].
pub(crate) const CHECKS: [Check; 7] = [
    ("fmt", fmt_everything),
    ("layers", |root| layers::run(root).map(|()| 0)),
    ("tidy", |root| tidy::run(root).map(|()| 0)),
    ("spec lint", spec_lint),
    ("clippy", |root| clippy(root).map(|()| 0)),
    ("docs", |root| docs(root).map(|()| 0)),
    ("typos", |root| typos(root, "typos")),
];

/// The workspaces beside the main one, which have dependencies of their own.
const OTHER_WORKSPACES: [&str; 5] = [
    "conformance/adapters/rust-agent",
    "conformance/bench",
    "conformance/interop",
    "conformance/wasm-size",
    "fuzz",
];

/// The option that asks clippy about all workspaces. Without it only the main one is asked, because
/// those beside it depend on hundreds of packages of peers.
const ALL_WORKSPACES: &str = "--all-workspaces";

/// Runs all checks, stops at the first that fails, and returns how many were skipped.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<usize, Problem> {
    let more = match arguments {
        [] => false,
        [only] if only == ALL_WORKSPACES => true,
        _ => {
            let message = format!("check takes no argument but {ALL_WORKSPACES}");
            return Err(Problem(message));
        }
    };
    let skipped = all(root, &CHECKS)?;
    if more {
        for other in OTHER_WORKSPACES {
            clippy(&root.join(other))?;
        }
    }
    println!("check: all passed, {skipped} skipped");
    Ok(skipped)
}

fn all(root: &Path, checks: &[Check]) -> Result<usize, Problem> {
    let mut skipped: usize = 0;
    for (_, check) in checks {
        skipped = skipped.saturating_add(check(root)?);
    }
    Ok(skipped)
}

/// Checks the clause catalogue, and returns how many checks were skipped.
fn spec_lint(root: &Path) -> Result<usize, Problem> {
    let report = spec::lint(root, None).map_err(|error| Problem(error.to_string()))?;
    println!("{report}");
    if report.is_clean() {
        Ok(report.skips().len())
    } else {
        Err(Problem("spec lint: see above".to_owned()))
    }
}

/// Checks that rustfmt would change nothing in any workspace.
fn fmt_everything(root: &Path) -> Result<usize, Problem> {
    fmt(root)?;
    for other in OTHER_WORKSPACES {
        fmt(&root.join(other))?;
    }
    Ok(0)
}

/// Checks that rustfmt would change nothing in a workspace.
pub(crate) fn fmt(root: &Path) -> Result<(), Problem> {
    process::run(&mut process::cargo(root, &["fmt", "--all", "--check"]))
}

/// Checks that clippy has no warning on any target and feature of a workspace.
pub(crate) fn clippy(root: &Path) -> Result<(), Problem> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    process::run(&mut process::cargo(root, &arguments))?;
    // Default features alone, where a wrong `cfg` hides.
    process::run(&mut process::cargo(
        root,
        &["clippy", "--workspace", "--", "-D", "warnings"],
    ))
}

/// Checks that the documentation builds without a warning, private items included.
pub(crate) fn docs(root: &Path) -> Result<(), Problem> {
    let arguments = [
        "doc",
        "--workspace",
        "--no-deps",
        "--all-features",
        "--document-private-items",
    ];
    process::run(process::cargo(root, &arguments).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Checks spelling where the `typos` program is installed, and returns how many checks were skipped.
fn typos(root: &Path, program: &str) -> Result<usize, Problem> {
    if !process::is_installed(program, "--version") {
        println!("SKIPPED typos: the program `typos` is not installed (cargo install typos-cli)");
        return Ok(1);
    }
    process::run(&mut process::command(root, program, &[])).map(|()| 0)
}

/// Checks that every published crate packages from what is committed or present.
pub(crate) fn package(root: &Path) -> Result<(), Problem> {
    process::run(&mut process::cargo(
        root,
        &["package", "--workspace", "--allow-dirty"],
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// A package of one file in a folder of its own, which goes away with it.
    struct Fixture(PathBuf);

    impl Drop for Fixture {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    fn package_of(name: &str, source: &str) -> Fixture {
        let root = std::env::temp_dir().join(format!("icid-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [lints.rust]\nmissing_docs = \"warn\"\n[workspace]\n"
        );
        fs::write(root.join("Cargo.toml"), manifest).unwrap();
        fs::write(root.join("src/lib.rs"), source).unwrap();
        Fixture(root)
    }

    #[test]
    fn each_step_passes_a_clean_package() {
        let fixture = package_of("clean", "//! Clean.\n");
        assert_eq!(fmt(&fixture.0), Ok(()));
        assert_eq!(clippy(&fixture.0), Ok(()));
        assert_eq!(docs(&fixture.0), Ok(()));
    }

    #[test]
    fn every_workspace_is_known() {
        let root = crate::root();
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
            if manifest.lines().any(|line| line == "[workspace]") && folder != root {
                let path = folder.strip_prefix(&root).unwrap();
                found.push(path.to_str().unwrap().replace('\\', "/"));
            }
            let inside = fs::read_dir(&folder).unwrap().map(Result::unwrap);
            let inside = inside.filter(|entry| entry.file_type().unwrap().is_dir());
            let own = inside.filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                !name.starts_with('.') && name != "target" && name != "node_modules"
            });
            folders.extend(own.map(|entry| entry.path()));
        }
        found.sort();
        assert_eq!(found, OTHER_WORKSPACES);
    }

    #[test]
    fn check_takes_one_option() {
        let run = |arguments: &[&str]| {
            let arguments: Vec<_> = arguments.iter().map(|it| (*it).to_owned()).collect();
            run(Path::new("nowhere"), &arguments).unwrap_err().0
        };
        let refused = "check takes no argument but --all-workspaces";
        assert_eq!(run(&["--all"]), refused);
        assert_eq!(run(&[ALL_WORKSPACES, ALL_WORKSPACES]), refused);
        assert_ne!(run(&[ALL_WORKSPACES]), refused);
        assert_ne!(run(&[]), refused);
    }

    #[test]
    fn fmt_fails_on_a_file_that_is_not_formatted() {
        let fixture = package_of("unformatted", "//! Not formatted.\nfn  a() {}\n");
        assert!(fmt(&fixture.0).is_err());
    }

    #[test]
    fn clippy_fails_on_a_warning() {
        let fixture = package_of("undocumented", "//! Lacks a doc.\npub fn a() {}\n");
        assert!(clippy(&fixture.0).is_err());
    }

    #[test]
    fn one_check_that_fails_fails_all() {
        let (good, bad): (Check, Check) = (
            ("good", |_| Ok(2)),
            ("bad", |_| Err(Problem("bad".to_owned()))),
        );
        let root = Path::new(".");
        assert_eq!(all(root, &[good, good]), Ok(4));
        assert_eq!(all(root, &[good, bad]), Err(Problem("bad".to_owned())));
    }

    /// `git` stands for the speller: it tells its version, and fails if it is not told what to do.
    #[test]
    fn a_speller_that_complains_fails_and_one_that_is_missing_is_skipped() {
        let fixture = package_of("spelled", "//! Spelled.\n");
        assert!(typos(&fixture.0, "git").is_err());
        assert_eq!(typos(&fixture.0, "no-such-speller"), Ok(1));
    }

    #[test]
    fn docs_fail_on_a_broken_link() {
        let fixture = package_of("broken-link", "//! See [`Nowhere`].\n");
        assert!(docs(&fixture.0).is_err());
    }
}
