//! The copy of the repository that is mutated: it stays in its place, so that what was built for one
//! package, or one run, is there for the next.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::process::{self, Problem};

/// What lies at the top of a copy and is not of the repository: what cargo builds there.
const BUILT: &str = "target";

/// Makes `tree` a copy of the files that git would see in `root`, committed or not.
///
/// A file that is the same already is not written, so that cargo does not build it anew; a file that
/// is in the copy alone, such as one that a test left behind, goes.
pub(super) fn update(root: &Path, tree: &Path) -> Result<(), Problem> {
    let list = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let list = process::output(&mut process::command(root, "git", &list))?;
    let names = list.split('\0').filter(|name| !name.is_empty());
    // What is deleted, but not yet in a commit, is in the list.
    let files = names
        .map(PathBuf::from)
        .filter(|name| root.join(name).is_file());
    copy(root, tree, &files.collect())
        .map_err(|error| Problem(format!("{}: {error}", tree.display())))
}

fn copy(root: &Path, tree: &Path, files: &BTreeSet<PathBuf>) -> io::Result<()> {
    for name in files {
        let (from, to) = (root.join(name), tree.join(name));
        let bytes = fs::read(&from)?;
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to, bytes)?;
    }
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(tree.join(&folder))? {
            let entry = entry?;
            let name = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                if name != Path::new(BUILT) {
                    folders.push(name);
                }
            } else if !files.contains(&name) {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_holds_what_the_repository_holds_and_keeps_what_was_built() {
        let place = std::env::temp_dir().join(format!("icid-xtask-tree-{}", std::process::id()));
        let (root, tree) = (place.join("root"), place.join("tree"));
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(root.join("same.rs"), "1");
        write(root.join("deep/changed.rs"), "2");
        write(tree.join("same.rs"), "1");
        write(tree.join("deep/changed.rs"), "a mutant");
        write(tree.join("deep/left_behind.txt"), "by a test");
        write(tree.join("target/built"), "3");
        write(tree.join("deep/target/source.rs"), "4");
        let untouched = fs::metadata(tree.join("same.rs")).unwrap().modified();
        let files = ["same.rs", "deep/changed.rs"].map(PathBuf::from);

        copy(&root, &tree, &files.into()).unwrap();

        let read = |name: &str| fs::read_to_string(tree.join(name)).ok();
        let found = [
            "same.rs",
            "deep/changed.rs",
            "deep/left_behind.txt",
            "target/built",
            "deep/target/source.rs",
        ]
        .map(read);
        let still = fs::metadata(tree.join("same.rs")).unwrap().modified();
        fs::remove_dir_all(&place).unwrap();
        assert_eq!(
            found.each_ref().map(Option::as_deref),
            [Some("1"), Some("2"), None, Some("3"), None]
        );
        assert_eq!(still.unwrap(), untouched.unwrap());
    }
}
