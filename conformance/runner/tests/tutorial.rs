//! The tutorial, done to the letter: its shell blocks are run in one folder, and what it says they
//! print has to be printed. Without Python it is skipped, and counted as skipped.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../TUTORIAL.md");

fn main() {
    let python = Command::new("python3").arg("--version").output();
    let is_missing = !python.is_ok_and(|output| output.status.success());
    let trial = Trial::test("the_tutorial_does_what_it_says", follow).with_ignored_flag(is_missing);
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit();
}

fn follow() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    // An installed program is followed with by whoever names its folder, to take the time.
    let built = Path::new(env!("CARGO_BIN_EXE_icid-conformance")).parent();
    let programs = env::var_os("ICID_TUTORIAL_PROGRAMS").map(PathBuf::from);
    let programs = programs.unwrap_or_else(|| built.unwrap().to_owned());
    let path = format!("{}:{}", programs.display(), env::var("PATH")?);
    let (mut ran, mut compared) = (0, 0);
    let mut printed = String::new();
    for (kind, block) in blocks(&fs::read_to_string(TUTORIAL)?) {
        match kind.as_str() {
            "sh" => {
                let mut shell = Command::new("sh");
                shell.args(["-e", "-c", &block]).current_dir(&folder);
                let output = shell.env("PATH", &path).env_remove("ICID_DATA").output()?;
                printed = String::from_utf8(output.stdout)?;
                let errors = String::from_utf8_lossy(&output.stderr);
                if !output.status.success() {
                    return Err(format!("{block}{}\n{printed}{errors}", output.status).into());
                }
                ran += 1;
            }
            "text" => {
                for line in block.lines() {
                    if !printed.contains(line) {
                        return Err(format!("{line:?} was not printed, but:\n{printed}").into());
                    }
                }
                compared += 1;
            }
            "sh ignore" => {}
            other => return Err(format!("the tutorial has a block of {other:?}").into()),
        }
    }
    // A tutorial without blocks would pass.
    assert!(
        ran >= 8 && compared >= 7,
        "{ran} blocks ran, {compared} were compared"
    );
    Ok(())
}

/// Returns the fenced blocks with what stands behind their opening fence.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => open = Some((kind.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}
