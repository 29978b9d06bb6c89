//! Audit packs: two runs of the same programs, from two folders, give the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::conformance;
use crate::process::{self, Problem};

/// The folders of the two runs, below the target directory, and how many processes each has.
const RUNS: [(&str, &str); 2] = [("audit/one", "1"), ("audit/another/folder", "2")];

/// Copies the programs twice, runs and packs in each folder, and compares the packs.
pub(super) fn run(root: &Path) -> Result<(), Problem> {
    let built = conformance::build(root)?;
    let mut packs = Vec::new();
    for (folder, jobs) in RUNS {
        let folder = root.join("target").join(folder);
        packs.push(pack(&built, &folder, jobs)?);
    }
    let read = |path: &PathBuf| fs::read(path).map_err(|error| problem(path, &error));
    let packs = packs.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let bytes = same(&packs)?;
    println!("audit: two runs in two folders, two equal packs of {bytes} bytes");
    Ok(())
}

fn pack(built: &Path, folder: &Path, jobs: &str) -> Result<PathBuf, Problem> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| problem(folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| problem(folder, &error))?;
    for name in ["icid-conformance", "icid-adapter"] {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        fs::copy(built.join(&name), folder.join(&name)).map_err(|error| problem(folder, &error))?;
    }
    let suite = |arguments: &[&str]| {
        let mut command = Command::new(folder.join("icid-conformance"));
        command.current_dir(folder).args(arguments);
        process::run(command.stdout(std::process::Stdio::null()))
    };
    let adapter = folder.join("icid-adapter");
    let adapter = adapter.to_string_lossy();
    suite(&["run", "--jobs", jobs, "--out", "out", "--", &adapter])?;
    suite(&["audit-pack", "out/results.json", "--out", "pack.tar"])?;
    Ok(folder.join("pack.tar"))
}

/// Returns the length of packs that are all the same.
fn same(packs: &[Vec<u8>]) -> Result<usize, Problem> {
    let first = packs.first().map_or(&[][..], Vec::as_slice);
    if first.is_empty() {
        return Err(Problem("audit: the pack is empty".to_owned()));
    }
    match packs.iter().find(|pack| *pack != first) {
        None => Ok(first.len()),
        Some(other) => {
            let pairs = first.iter().zip(other);
            let place = pairs.take_while(|(a, b)| a == b).count();
            Err(Problem(format!(
                "audit: two packs differ from byte {place} on"
            )))
        }
    }
}

fn problem(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_that_differ_in_one_byte_are_found() {
        let (one, other) = (vec![1, 2, 3], vec![1, 2, 4]);
        assert_eq!(same(&[one.clone(), one.clone()]), Ok(3));
        let problem = Problem("audit: two packs differ from byte 2 on".to_owned());
        assert_eq!(same(&[one.clone(), other]), Err(problem.clone()));
        assert_eq!(same(&[one, vec![1, 2]]), Err(problem));
    }

    #[test]
    fn an_empty_pack_proves_nothing() {
        let problem = Err(Problem("audit: the pack is empty".to_owned()));
        assert_eq!(same(&[]), problem);
        assert_eq!(same(&[vec![], vec![]]), problem);
    }
}
