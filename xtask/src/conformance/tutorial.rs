//! `cargo xtask conformance tutorial`: TUTORIAL.md from its first command to its last, timed.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::{self, Problem};

/// Where the program is installed.
const INSTALLED: &str = "target/tutorial";

/// What the tutorial promises: from nothing to a verdict in this time.
const PROMISED: Duration = Duration::from_secs(15 * 60);

const USAGE: &str = "usage: cargo xtask conformance tutorial [--from-nothing]
  --from-nothing   builds in an empty folder, as on a machine that has built nothing yet";

/// Installs the program as the tutorial says and follows all other steps with it.
pub(super) fn run(root: &Path, arguments: &[String]) -> Result<(), Problem> {
    let from_nothing = match arguments {
        [] => false,
        [flag] if flag == "--from-nothing" => true,
        _ => return Err(Problem(USAGE.to_owned())),
    };
    let folder = root.join(INSTALLED);
    let build = folder.join("build");
    if from_nothing && build.exists() {
        let removed = std::fs::remove_dir_all(&build);
        removed.map_err(|error| Problem(format!("{}: {error}", build.display())))?;
    }
    let start = Instant::now();
    let install = [
        "install",
        "--path",
        "conformance/runner",
        "--force",
        "--root",
    ];
    let mut install = process::cargo(root, &install);
    install.arg(&folder);
    if from_nothing {
        install.arg("--target-dir").arg(&build);
    }
    process::run(&mut install)?;
    let installed = start.elapsed();

    // Cargo builds the test before the clock starts.
    let test = [
        "test",
        "--quiet",
        "-p",
        "icid-conformance",
        "--test",
        "tutorial",
    ];
    process::run(process::cargo(root, &test).arg("--no-run"))?;
    let start = Instant::now();
    let programs = folder.join("bin");
    process::run(process::cargo(root, &test).env("ICID_TUTORIAL_PROGRAMS", programs))?;
    let followed = start.elapsed();
    let (summary, result) = judge(installed, followed);
    println!("{summary}");
    result
}

/// Says how long it took, and fails if that is longer than the tutorial promises.
fn judge(installed: Duration, followed: Duration) -> (String, Result<(), Problem>) {
    let whole = installed.saturating_add(followed);
    let summary = format!(
        "tutorial: {:.0} s for cargo install, {:.1} s for all other commands, {:.0} s in all",
        installed.as_secs_f64(),
        followed.as_secs_f64(),
        whole.as_secs_f64()
    );
    let result = if whole <= PROMISED {
        Ok(())
    } else {
        let minutes = PROMISED.as_secs() / 60;
        Err(Problem(format!("the tutorial promises {minutes} minutes")))
    };
    (summary, result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_an_hour_is_kept_and_more_is_not() {
        let seconds = Duration::from_secs;
        let summary =
            "tutorial: 890 s for cargo install, 10.0 s for all other commands, 900 s in all";
        assert_eq!(
            judge(seconds(890), seconds(10)),
            (summary.to_owned(), Ok(()))
        );
        let broken = Err(Problem("the tutorial promises 15 minutes".to_owned()));
        assert_eq!(judge(seconds(891), seconds(10)).1, broken);
    }
}
