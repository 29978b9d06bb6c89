//! What runs came to: `xtask/mutants.toml`, by package and part of it. Only this program writes it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::process::Problem;

/// The table, from the top of the repository.
pub(super) const PATH: &str = "xtask/mutants.toml";

const HEADER: &str = "\
# Mutants that were tried, by package and part. Written by `cargo xtask mutants --record`, never by hand.
# `caught` and `unviable`, which do not compile, are numbers; those that no test noticed, and those that
# ran into the time limit, have their names.
";

/// What the mutants of a package, or of a part of it, came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    /// The commit, marked if the package had changes.
    pub(super) commit: String,
    pub(super) caught: usize,
    pub(super) unviable: usize,
    pub(super) missed: Vec<String>,
    pub(super) timeout: Vec<String>,
}

impl Entry {
    /// Reads what cargo-mutants left in its folder: a file for each outcome, a line for each mutant.
    pub(super) fn read(folder: &Path, commit: String) -> Result<Self, Problem> {
        let names = |name: &str| {
            let path = folder.join(name);
            let text = fs::read_to_string(&path)
                .map_err(|error| Problem(format!("{}: {error}", path.display())))?;
            Ok(text.lines().map(str::to_owned).collect::<Vec<_>>())
        };
        Ok(Self {
            commit,
            caught: names("caught.txt")?.len(),
            unviable: names("unviable.txt")?.len(),
            missed: names("missed.txt")?,
            timeout: names("timeout.txt")?,
        })
    }
}

/// Returns whether a part of a package is in the table.
pub(super) fn has(root: &Path, package: &str, part: &str) -> Result<bool, Problem> {
    let table = load(root)?;
    let entry = table.get(package).and_then(|parts| parts.get(part));
    Ok(entry.is_some())
}

/// Puts an entry in the place of the one before it.
pub(super) fn record(root: &Path, package: &str, part: &str, entry: &Entry) -> Result<(), Problem> {
    let mut table = load(root)?;
    let parts = table
        .entry(package)
        .or_insert_with(|| toml::Value::Table(toml::Table::new()));
    let Some(parts) = parts.as_table_mut() else {
        return Err(Problem(format!("{PATH}: {package} is no table")));
    };
    let number = |number: usize| {
        i64::try_from(number).map_err(|_| Problem(format!("{number} is too large for TOML")))
    };
    let names = |names: &[String]| {
        toml::Value::Array(names.iter().map(|name| name.as_str().into()).collect())
    };
    let mut fields = toml::Table::new();
    fields.insert("commit".to_owned(), entry.commit.as_str().into());
    fields.insert("caught".to_owned(), number(entry.caught)?.into());
    fields.insert("unviable".to_owned(), number(entry.unviable)?.into());
    fields.insert("missed".to_owned(), names(&entry.missed));
    fields.insert("timeout".to_owned(), names(&entry.timeout));
    parts.insert(part.to_owned(), toml::Value::Table(fields));
    let path = root.join(PATH);
    let problem = |error: std::io::Error| Problem(format!("{}: {error}", path.display()));
    fs::write(&path, text(&table)).map_err(problem)
}

fn load(root: &Path) -> Result<toml::Table, Problem> {
    let path = root.join(PATH);
    if !path.exists() {
        return Ok(toml::Table::new());
    }
    let problem = |error: &dyn std::fmt::Display| Problem(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| problem(&error))?;
    text.parse().map_err(|error| problem(&error))
}

/// Returns the file, sorted by package and part.
fn text(table: &toml::Table) -> String {
    let mut text = HEADER.to_owned();
    for (package, parts) in table {
        for (part, fields) in parts.as_table().into_iter().flatten() {
            // Writing to a string can't fail.
            _ = writeln!(text, "\n[{package}.\"{part}\"]");
            for name in ["commit", "caught", "unviable", "missed", "timeout"] {
                match fields.get(name) {
                    Some(toml::Value::Array(names)) if !names.is_empty() => {
                        _ = writeln!(text, "{name} = [");
                        for name in names {
                            _ = writeln!(text, "    {name},");
                        }
                        text.push_str("]\n");
                    }
                    Some(value) => _ = writeln!(text, "{name} = {value}"),
                    None => {}
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let name = format!("icid-xtask-mutants-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("xtask")).unwrap();
        folder
    }

    #[test]
    fn a_part_takes_the_place_of_the_one_before_it_and_of_no_other() {
        let root = folder("record");
        for (name, lines) in [
            ("caught.txt", "a\nb\n"),
            ("unviable.txt", ""),
            ("missed.txt", "src/lib.rs:1:2: replace f -> u8 with \"x\"\n"),
            ("timeout.txt", ""),
        ] {
            fs::write(root.join(name), lines).unwrap();
        }
        let read = Entry::read(&root, "0123456789ab".to_owned()).unwrap();
        assert_eq!((read.caught, read.missed.len()), (2, 1));
        let other = Entry {
            caught: 9,
            missed: Vec::new(),
            ..read.clone()
        };
        record(&root, "icid-time", "1/1", &other).unwrap();
        record(&root, "icid-cbor", "2/4", &other).unwrap();
        record(&root, "icid-time", "1/1", &read).unwrap();
        assert_eq!(has(&root, "icid-cbor", "2/4"), Ok(true));
        assert_eq!(has(&root, "icid-cbor", "1/4"), Ok(false));
        let text = fs::read_to_string(root.join(PATH)).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let expected = format!(
            "{HEADER}
[icid-cbor.\"2/4\"]
commit = \"0123456789ab\"
caught = 9
unviable = 0
missed = []
timeout = []

[icid-time.\"1/1\"]
commit = \"0123456789ab\"
caught = 2
unviable = 0
missed = [
    'src/lib.rs:1:2: replace f -> u8 with \"x\"',
]
timeout = []
"
        );
        assert_eq!(text, expected);
        let again: toml::Table = text.parse().unwrap();
        assert_eq!(super::text(&again), text);
    }

    #[test]
    fn a_run_that_left_no_lists_is_not_recorded() {
        let root = folder("nothing");
        let entry = Entry::read(&root, String::new());
        fs::remove_dir_all(&root).unwrap();
        assert!(entry.is_err());
    }
}
