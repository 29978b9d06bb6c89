//! What runs came to: `xtask/mutants.toml`, by package and part of it. Only this program writes it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::process::Problem;

/// The table, from the top of the repository.
pub(super) const PATH: &str = "xtask/mutants.toml";

const HEADER: &str = "\
# Mutants that were tried, by package and part. Written by `cargo xtask mutants --record`, never by hand.
# `caught` and `unviable`, which do not compile, are numbers; those that no test noticed, and those that
# ran into the time limit, have their names. `again` is the commit at which survivors were tried once
# more; `excused` are those that `.cargo/mutants.toml` has given a reason for since, or that the code has
# no more.
";

/// What cargo-mutants left in its folder: the mutants by outcome.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Outcomes {
    caught: Vec<String>,
    unviable: Vec<String>,
    missed: Vec<String>,
    timeout: Vec<String>,
}

impl Outcomes {
    /// Reads a file for each outcome, which has a line for each mutant. That a test ran into the time
    /// limit of tests is no failure for us, as it is for cargo-mutants.
    pub(super) fn read(folder: &Path) -> Result<Self, Problem> {
        let names = |name: &str| -> Result<Vec<String>, Problem> {
            let text = read(&folder.join(name))?;
            Ok(text.lines().map(str::to_owned).collect())
        };
        let slow = slow(folder)?;
        let (late, caught) = names("caught.txt")?
            .into_iter()
            .partition(|name| slow.contains(name));
        let mut timeout = names("timeout.txt")?;
        timeout.extend::<Vec<String>>(late);
        Ok(Self {
            caught,
            unviable: names("unviable.txt")?,
            missed: names("missed.txt")?,
            timeout,
        })
    }

    fn has(&self, name: &String) -> bool {
        let lists = [&self.caught, &self.unviable, &self.missed, &self.timeout];
        lists.iter().any(|list| list.contains(name))
    }
}

/// The file with what was tried.
#[derive(Deserialize)]
struct Tries {
    outcomes: Vec<Try>,
}

#[derive(Deserialize)]
struct Try {
    scenario: Scenario,
    /// From the folder on.
    log_path: PathBuf,
}

#[derive(Deserialize)]
enum Scenario {
    Baseline,
    Mutant { name: String },
}

/// Returns the mutants of which all that is known is that a test took too long.
fn slow(folder: &Path) -> Result<Vec<String>, Problem> {
    let path = folder.join("outcomes.json");
    let tries: Tries = serde_json::from_str(&read(&path)?)
        .map_err(|error| Problem(format!("{}: {error}", path.display())))?;
    let mut slow = Vec::new();
    for Try { scenario, log_path } in tries.outcomes {
        if let Scenario::Mutant { name } = scenario
            && only_ran_out(&read(&folder.join(log_path))?)
        {
            slow.push(name);
        }
    }
    Ok(slow)
}

/// Returns whether nextest says in a log that a test ran into its time limit, and of none that it failed.
fn only_ran_out(log: &str) -> bool {
    let has = |status: &str| {
        let mut lines = log.lines().map(str::trim_start);
        lines.any(|line| line.starts_with(status))
    };
    has("TIMEOUT [") && !has("FAIL [")
}

fn read(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| Problem(format!("{}: {error}", path.display())))
}

/// What the mutants of a package, or of a part of it, came to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Entry {
    /// The commit, marked if the package had changes.
    commit: String,
    caught: usize,
    unviable: usize,
    pub(super) missed: Vec<String>,
    timeout: Vec<String>,
    /// Survivors that the configuration excludes since, or that the code has no more.
    excused: Vec<String>,
    /// The commit at which survivors were tried again; empty if none were.
    again: String,
}

impl Entry {
    /// Returns the entry of mutants that were tried for the first time.
    pub(super) fn new(commit: String, outcomes: Outcomes) -> Self {
        Self {
            commit,
            caught: outcomes.caught.len(),
            unviable: outcomes.unviable.len(),
            missed: outcomes.missed,
            timeout: outcomes.timeout,
            ..Self::default()
        }
    }

    /// Returns this entry after its survivors, and they alone, were tried again.
    pub(super) fn after(mut self, again: &str, outcomes: &Outcomes) -> Self {
        // Others may have been tried at once; and cargo-mutants 27.1 tries mutants of struct expressions
        // whatever it is asked for, which are counted already.
        let asked = std::mem::take(&mut self.missed);
        let of_these = |names: &[String]| -> Vec<String> {
            let names = names.iter().filter(|name| asked.contains(name));
            names.cloned().collect()
        };
        let count = |names: &[String]| of_these(names).len();
        self.caught = self.caught.saturating_add(count(&outcomes.caught));
        self.unviable = self.unviable.saturating_add(count(&outcomes.unviable));
        self.timeout.extend(of_these(&outcomes.timeout));
        let excused = asked.iter().filter(|name| !outcomes.has(name));
        self.excused.extend(excused.cloned());
        self.missed = of_these(&outcomes.missed);
        again.clone_into(&mut self.again);
        self
    }

    fn read(fields: &toml::Value) -> Option<Self> {
        let text = |name: &str| Some(fields.get(name)?.as_str()?.to_owned());
        let number = |name: &str| usize::try_from(fields.get(name)?.as_integer()?).ok();
        let names = |name: &str| {
            let names = fields.get(name)?.as_array()?.iter();
            let names = names.map(|name| name.as_str().map(str::to_owned));
            names.collect::<Option<Vec<_>>>()
        };
        Some(Self {
            commit: text("commit")?,
            caught: number("caught")?,
            unviable: number("unviable")?,
            missed: names("missed")?,
            timeout: names("timeout")?,
            excused: names("excused")?,
            again: text("again")?,
        })
    }

    fn fields(&self) -> [(&'static str, toml::Value); 7] {
        let number = |number| i64::try_from(number).unwrap_or(i64::MAX).into();
        let names = |names: &[String]| names.to_vec().into();
        [
            ("commit", self.commit.as_str().into()),
            ("caught", number(self.caught)),
            ("unviable", number(self.unviable)),
            ("missed", names(&self.missed)),
            ("timeout", names(&self.timeout)),
            ("excused", names(&self.excused)),
            ("again", self.again.as_str().into()),
        ]
    }
}

/// The entries by package and part.
type Table = BTreeMap<String, BTreeMap<String, Entry>>;

/// Returns what is in the table for the parts of a package.
pub(super) fn entries(root: &Path, package: &str) -> Result<BTreeMap<String, Entry>, Problem> {
    Ok(load(root)?.remove(package).unwrap_or_default())
}

/// Puts an entry in the place of the one before it.
pub(super) fn record(root: &Path, package: &str, part: &str, entry: Entry) -> Result<(), Problem> {
    let mut table = load(root)?;
    let parts = table.entry(package.to_owned()).or_default();
    parts.insert(part.to_owned(), entry);
    let path = root.join(PATH);
    let problem = |error: std::io::Error| Problem(format!("{}: {error}", path.display()));
    fs::write(&path, text(&table)).map_err(problem)
}

fn load(root: &Path) -> Result<Table, Problem> {
    let path = root.join(PATH);
    if !path.exists() {
        return Ok(Table::new());
    }
    let problem = |error: &dyn std::fmt::Display| Problem(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| problem(&error))?;
    let file: BTreeMap<String, BTreeMap<String, toml::Value>> =
        toml::from_str(&text).map_err(|error| problem(&error))?;
    let mut table = Table::new();
    for (package, parts) in file {
        for (part, fields) in parts {
            let Some(entry) = Entry::read(&fields) else {
                return Err(problem(&format_args!("{package} {part} is no entry")));
            };
            let parts = table.entry(package.clone()).or_default();
            parts.insert(part, entry);
        }
    }
    Ok(table)
}

/// Returns the file, sorted by package and part.
fn text(table: &Table) -> String {
    let mut text = HEADER.to_owned();
    for (package, parts) in table {
        for (part, entry) in parts {
            // Writing to a string can't fail.
            _ = writeln!(text, "\n[{package}.\"{part}\"]");
            for (name, value) in entry.fields() {
                match value {
                    toml::Value::Array(names) if !names.is_empty() => {
                        _ = writeln!(text, "{name} = [");
                        for name in names {
                            _ = writeln!(text, "    {name},");
                        }
                        text.push_str("]\n");
                    }
                    value => _ = writeln!(text, "{name} = {value}"),
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let name = format!("icid-xtask-mutants-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("xtask")).unwrap();
        folder
    }

    fn write_all(folder: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_part_takes_the_place_of_the_one_before_it_and_of_no_other() {
        let root = folder("record");
        write_all(
            &root,
            &[
                ("caught.txt", "a\nb\n"),
                ("unviable.txt", ""),
                ("missed.txt", "src/lib.rs:1:2: replace f -> u8 with \"x\"\n"),
                ("timeout.txt", ""),
                ("outcomes.json", "{\"outcomes\": []}"),
            ],
        );
        let read = Entry::new("0123456789ab".to_owned(), Outcomes::read(&root).unwrap());
        assert_eq!((read.caught, read.missed.len()), (2, 1));
        let other = Entry {
            caught: 9,
            missed: Vec::new(),
            ..read.clone()
        };
        record(&root, "icid-time", "1/1", other.clone()).unwrap();
        record(&root, "icid-cbor", "2/4", other.clone()).unwrap();
        record(&root, "icid-time", "1/1", read.clone()).unwrap();
        let only = |part: &str, entry| Ok(BTreeMap::from([(part.to_owned(), entry)]));
        assert_eq!(entries(&root, "icid-cbor"), only("2/4", other));
        assert_eq!(entries(&root, "icid-time"), only("1/1", read));
        assert_eq!(entries(&root, "icid"), Ok(BTreeMap::new()));
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
excused = []
again = \"\"

[icid-time.\"1/1\"]
commit = \"0123456789ab\"
caught = 2
unviable = 0
missed = [
    'src/lib.rs:1:2: replace f -> u8 with \"x\"',
]
timeout = []
excused = []
again = \"\"
"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn a_test_that_ran_out_of_time_is_no_failed_one() {
        let root = folder("slow");
        let outcomes = r#"{"outcomes": [
            {"scenario": "Baseline", "summary": "Success", "log_path": "baseline.log"},
            {"scenario": {"Mutant": {"name": "a"}}, "log_path": "a.log"},
            {"scenario": {"Mutant": {"name": "b"}}, "log_path": "b.log"},
            {"scenario": {"Mutant": {"name": "c"}}, "log_path": "c.log"}
        ]}"#;
        write_all(
            &root,
            &[
                ("caught.txt", "a\nb\nc\n"),
                ("unviable.txt", ""),
                ("missed.txt", ""),
                ("timeout.txt", "d\n"),
                ("outcomes.json", outcomes),
                (
                    "a.log",
                    "        FAIL [   0.249s] (  7/212) icid-time of::a\n",
                ),
                (
                    "b.log",
                    "     TIMEOUT [  40.003s] (  9/212) icid-time of::b\n",
                ),
                (
                    "c.log",
                    "     TIMEOUT [  40.003s] (1/2) icid-time c\n        FAIL [  40.103s] (2/2) icid-time d\n",
                ),
            ],
        );
        let read = Outcomes::read(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let expected = Outcomes {
            caught: names(&["a", "c"]),
            timeout: names(&["d", "b"]),
            ..Outcomes::default()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn survivors_that_are_tried_again_leave_the_list() {
        let first = Outcomes {
            caught: names(&["a"]),
            missed: names(&["b", "c", "d"]),
            ..Outcomes::default()
        };
        let second = Outcomes {
            caught: names(&["a", "b"]),
            missed: names(&["c", "of another part"]),
            ..Outcomes::default()
        };
        let entry = Entry::new("first".to_owned(), first);
        let expected = Entry {
            commit: "first".to_owned(),
            caught: 2,
            missed: names(&["c"]),
            excused: names(&["d"]),
            again: "second".to_owned(),
            ..Entry::default()
        };
        assert_eq!(entry.after("second", &second), expected);
    }

    #[test]
    fn a_table_that_is_not_understood_is_not_written_over() {
        let root = folder("alien");
        let alien = "[icid-time.\"1/1\"]\ncommit = 1\n";
        fs::write(root.join(PATH), alien).unwrap();
        let result = record(&root, "icid-cbor", "1/1", Entry::default());
        let text = fs::read_to_string(root.join(PATH)).unwrap();
        let path = root.join(PATH).display().to_string();
        fs::remove_dir_all(&root).unwrap();
        let problem = Problem(format!("{path}: icid-time 1/1 is no entry"));
        assert_eq!((result, text.as_str()), (Err(problem), alien));
    }

    #[test]
    fn a_run_that_left_no_lists_is_not_recorded() {
        let root = folder("nothing");
        let outcomes = Outcomes::read(&root);
        fs::remove_dir_all(&root).unwrap();
        assert!(outcomes.is_err());
    }
}
