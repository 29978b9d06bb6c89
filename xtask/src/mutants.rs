//! `cargo xtask mutants`: would the tests notice? cargo-mutants changes the code in small ways; a change
//! that no test notices is a gap. What is left alone is in `.cargo/mutants.toml`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::layers;
use crate::process::{self, Problem};

use self::table::{Entry, Outcomes};

mod table;
mod tree;

/// The version that the configuration is written for.
const VERSION: &str = "27.1.0";

/// Where everything goes.
const OUTPUT: &str = "target/mutants";

/// The folder that cargo-mutants makes there.
const OUTCOMES: &str = "mutants.out";

/// The profile of nextest without the slowest tests, which leaves more survivors than there are.
const QUICK_TESTS: &str = "mutants";

/// The profile of nextest that runs all tests until one fails.
const ALL_TESTS: &str = "mutants-again";

const USAGE: &str = "usage: cargo xtask mutants --in-diff [BASE]
       cargo xtask mutants [--package P] [--shard K/N] [--tree T] [--record | --resume | --again]";

/// What is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Request {
    /// Mutants of what changed, committed or not, since the branch left this one.
    Diff { base: String },
    /// Mutants of one package, or of all libraries without a provider; of N parts the K-th, from 1.
    Packages {
        package: Option<String>,
        shard: Option<(usize, usize)>,
        /// Which copy of the repository is mutated, from 1.
        tree: usize,
        table: Table,
    },
}

/// What happens with the table of outcomes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Table {
    /// Nothing.
    Left,
    /// It takes over what was run.
    Written,
    /// As `Written`, and what it has already is not run.
    Resumed,
    /// Of what it has, the survivors are run again, with all tests.
    Again,
}

/// Mutates what the arguments say, and fails if a mutant survives.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), Problem> {
    let request = parse(arguments)?;
    if !is_installed(root) {
        return Err(Problem(format!(
            "cargo-mutants is missing: cargo install cargo-mutants --version {VERSION} --locked"
        )));
    }
    let output = root.join(OUTPUT);
    let problem = |error: &std::io::Error| Problem(format!("{}: {error}", output.display()));
    fs::create_dir_all(&output).map_err(|error| problem(&error))?;
    match request {
        Request::Diff { base } => {
            let plain = ["diff", "--no-color", "--no-ext-diff", "--merge-base"];
            let mut git = process::command(root, "git", &plain);
            let diff = process::output(git.args([&base, "--", "*.rs"]))?;
            if diff.is_empty() {
                println!("mutants: no Rust file changed since {base}");
                return Ok(());
            }
            let file = output.join("in.diff");
            fs::write(&file, diff).map_err(|error| problem(&error))?;
            let place = Place::new(root, "diff", None, 1);
            let mut command = place.mutants(ALL_TESTS)?;
            start(command.arg("--in-diff").arg(file), &place.folder)?.1
        }
        Request::Packages {
            package,
            shard,
            tree,
            table,
        } => {
            let packages = match package {
                Some(package) => vec![package],
                None => layers::bare_packages(root)?,
            };
            let mut survivors = Vec::new();
            for package in packages {
                let place = Place::new(root, &package, shard, tree);
                if let Err(Problem(text)) = mutate(&place, &package, shard, table)? {
                    survivors.push(format!("{package}: {text}"));
                }
            }
            Problem::from_lines("mutants", &survivors)
        }
    }
}

/// Tries the mutants of a package, or of a part of it. Returns what they came to, or an error if it
/// could not be written down.
fn mutate(
    place: &Place,
    package: &str,
    shard: Option<(usize, usize)>,
    table: Table,
) -> Result<Result<(), Problem>, Problem> {
    if table == Table::Again {
        return mutate_again(place, package, shard);
    }
    let root = &place.root;
    let part = part_name(shard);
    if table == Table::Resumed && table::entries(root, package)?.contains_key(&part) {
        println!("\n== {package} {part}: in {} already", table::PATH);
        return Ok(Ok(()));
    }
    println!("\n== {package} {part}");
    let mut command = place.mutants(QUICK_TESTS)?;
    command.args(["--package", package]);
    if let Some((part, parts)) = shard {
        // cargo-mutants counts from 0.
        command.arg("--shard");
        command.arg(format!("{}/{parts}", part.saturating_sub(1)));
    }
    let commit = process::commit(root, &["crates"])?;
    let (is_complete, result) = start(&mut command, &place.folder)?;
    if is_complete && table != Table::Left {
        let outcomes = Outcomes::read(&place.folder.join(OUTCOMES))?;
        table::record(root, package, &part, Entry::new(commit, outcomes))?;
    }
    Ok(result)
}

/// Tries the survivors of a part of a package again, or those of all its parts at once.
fn mutate_again(
    place: &Place,
    package: &str,
    shard: Option<(usize, usize)>,
) -> Result<Result<(), Problem>, Problem> {
    let root = &place.root;
    let mut entries = table::entries(root, package)?;
    if shard.is_some() {
        entries.retain(|part, _| *part == part_name(shard));
    }
    if entries.is_empty() {
        return Ok(Err(Problem(format!("not in {}", table::PATH))));
    }
    entries.retain(|_, entry| !entry.missed.is_empty());
    let survivors: Vec<&String> = entries.values().flat_map(|entry| &entry.missed).collect();
    if survivors.is_empty() {
        println!("\n== {package}: no survivor");
        return Ok(Ok(()));
    }
    let mut command = place.mutants(ALL_TESTS)?;
    command.args(["--package", package]);
    let there = still_there(&place.list(package)?, &survivors)
        .map_err(|Problem(text)| Problem(format!("{package}: {text}")))?;
    let gone = survivors.len().saturating_sub(there.len());
    println!(
        "\n== {package}: {} survivors, {gone} more are gone",
        there.len()
    );
    for name in &there {
        command.args(["--re", &exactly(name)]);
    }
    let commit = process::commit(root, &["crates"])?;
    let (outcomes, result) = if there.is_empty() {
        // Without a name to look for, it would try all mutants.
        (Some(Outcomes::default()), Ok(()))
    } else {
        let (is_complete, result) = start(&mut command, &place.folder)?;
        let read = || Outcomes::read(&place.folder.join(OUTCOMES));
        (is_complete.then(read).transpose()?, result)
    };
    if let Some(outcomes) = outcomes {
        for (part, entry) in entries {
            table::record(root, package, &part, entry.after(&commit, &outcomes))?;
        }
    }
    Ok(result)
}

/// Returns what a part is called in the table.
fn part_name(shard: Option<(usize, usize)>) -> String {
    let (part, parts) = shard.unwrap_or((1, 1));
    format!("{part}/{parts}")
}

/// Returns whether cargo knows the command; called directly, the program has no `--version`.
fn is_installed(root: &Path) -> bool {
    let mut command = process::cargo(root, &["mutants", "--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn parse(arguments: &[String]) -> Result<Request, Problem> {
    let usage = || Problem(USAGE.to_owned());
    if let Some((first, rest)) = arguments.split_first()
        && first == "--in-diff"
    {
        return match rest {
            [] => Ok(Request::Diff {
                base: "main".to_owned(),
            }),
            [base] if !base.starts_with('-') => Ok(Request::Diff { base: base.clone() }),
            _ => Err(usage()),
        };
    }
    let (mut package, mut shard, mut tree, mut table) = (None, None, None, Table::Left);
    let mut rest = arguments.iter();
    while let Some(flag) = rest.next() {
        let mut value = || rest.next().ok_or_else(usage);
        match flag.as_str() {
            "--package" if package.is_none() => package = Some(full_name(value()?)),
            "--shard" if shard.is_none() => shard = Some(parse_shard(value()?).ok_or_else(usage)?),
            "--tree" if tree.is_none() => tree = Some(parse_tree(value()?).ok_or_else(usage)?),
            "--record" if table == Table::Left => table = Table::Written,
            "--resume" if table == Table::Left => table = Table::Resumed,
            "--again" if table == Table::Left => table = Table::Again,
            _ => return Err(usage()),
        }
    }
    Ok(Request::Packages {
        package,
        shard,
        tree: tree.unwrap_or(1),
        table,
    })
}

/// Returns the package that is meant: `icid-time` may be called `time`, as its folder is.
fn full_name(name: &str) -> String {
    match name {
        "icid" | "xtask" => name.to_owned(),
        _ if name.starts_with("icid-") => name.to_owned(),
        _ => format!("icid-{name}"),
    }
}

/// Reads `K/N` with 1 ≤ K ≤ N.
fn parse_shard(text: &str) -> Option<(usize, usize)> {
    let (part, parts) = text.split_once('/')?;
    let (part, parts) = (part.parse().ok()?, parts.parse().ok()?);
    (1..=parts).contains(&part).then_some((part, parts))
}

/// Reads the number of a copy, from 1.
fn parse_tree(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| *number > 0)
}

/// Returns a regular expression that matches this text and no other.
fn exactly(text: &str) -> String {
    let characters = text.chars().map(|character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => character.to_string(),
        _ => format!("\\x{{{:x}}}", u32::from(character)),
    });
    format!("^{}$", characters.collect::<String>())
}

/// Where mutants are tried.
struct Place {
    root: PathBuf,
    /// What is mutated. Processes that run at the same time must not share it, but packages and parts
    /// that come after each other do: what they depend on is built once.
    tree: PathBuf,
    /// For the outcome.
    folder: PathBuf,
}

impl Place {
    fn new(root: &Path, name: &str, shard: Option<(usize, usize)>, tree: usize) -> Self {
        let part = shard.map_or_else(String::new, |(part, of)| format!("-{part}-of-{of}"));
        let output = root.join(OUTPUT);
        Self {
            root: root.to_owned(),
            tree: output.join(format!("tree-{tree}")),
            folder: output.join(format!("{name}{part}")),
        }
    }

    /// Returns the command that mutates a copy of the repository as it is now, and runs the tests of a
    /// profile.
    fn mutants(&self, tests: &str) -> Result<Command, Problem> {
        tree::update(&self.root, &self.tree)?;
        let mut command = process::cargo(&self.tree, &["mutants", "--in-place", "--output"]);
        command.arg(&self.folder);
        // It stops at the first test that fails, where cargo test runs all those beside it.
        if process::is_installed("cargo-nextest", "--version") {
            command.args(["--test-tool", "nextest"]);
            command.env("NEXTEST_PROFILE", tests);
        }
        // A build folder that several checkouts share would mix mutants with what is not mutated.
        command.env_remove("CARGO_TARGET_DIR");
        // That a test fails is enough; how little it takes is not asked here.
        command.env("PROPTEST_MAX_SHRINK_ITERS", "0");
        Ok(command)
    }

    /// Returns all mutants that the code has, excluded or not, a line each.
    fn list(&self, package: &str) -> Result<String, Problem> {
        let arguments = ["mutants", "--list", "--no-config", "--all-features"];
        let mut command = process::cargo(&self.tree, &arguments);
        process::output(command.args(["--package", package]))
    }
}

/// Returns those of `names` that are in `list`. The others must be gone from the code altogether; that
/// one is elsewhere in its file is an error, for it may be any of several.
fn still_there<'n>(list: &str, names: &[&'n String]) -> Result<Vec<&'n String>, Problem> {
    let mut there = Vec::new();
    for &name in names {
        if list.lines().any(|line| line == name) {
            there.push(name);
        } else if list.lines().any(|line| unplaced(line) == unplaced(name)) {
            return Err(Problem(format!(
                "the code is another since the mutants were recorded, record them anew: there is no {name}"
            )));
        }
    }
    Ok(there)
}

/// Returns a mutant without its line and column: its file, and what happens there.
fn unplaced(name: &str) -> Option<(&str, &str)> {
    let (file, rest) = name.split_once(':')?;
    Some((file, rest.split_once(' ')?.1))
}

/// Runs cargo-mutants. Returns whether it tried all mutants, and what its exit code means.
fn start(command: &mut Command, folder: &Path) -> Result<(bool, Result<(), Problem>), Problem> {
    let status = command
        .status()
        .map_err(|error| Problem(format!("cannot start {command:?}: {error}")))?;
    let folder = folder.join(OUTCOMES);
    let list = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let (missed, timeout) = (list("missed.txt"), list("timeout.txt"));
    let result = verdict(status.code(), &missed, &timeout, &folder);
    Ok((is_complete(status.code()), result))
}

/// Returns whether cargo-mutants tried all mutants, whatever they came to.
const fn is_complete(code: Option<i32>) -> bool {
    matches!(code, Some(0 | 2 | 3))
}

/// Returns what an exit code of cargo-mutants means, with the mutants it is about.
fn verdict(code: Option<i32>, missed: &str, timeout: &str, folder: &Path) -> Result<(), Problem> {
    let lines = |text: &str| text.lines().map(|line| format!("\n    {line}")).collect();
    let (what, which): (&str, String) = match code {
        Some(0) => return Ok(()),
        Some(2) => ("mutants survive", lines(missed)),
        Some(3) => ("mutants run into the time limit", lines(timeout)),
        Some(4) => ("the tests fail without any mutant", String::new()),
        _ => ("cargo-mutants did not finish", String::new()),
    };
    let folder = folder.display();
    Err(Problem(format!("{what}, see {folder}{which}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Request, Problem> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn reads_what_is_asked_for() {
        let diff = |base: &str| Request::Diff {
            base: base.to_owned(),
        };
        assert_eq!(read("--in-diff"), Ok(diff("main")));
        assert_eq!(read("--in-diff HEAD~3"), Ok(diff("HEAD~3")));
        let packages = |package: Option<&str>, shard| Request::Packages {
            package: package.map(str::to_owned),
            shard,
            tree: 1,
            table: Table::Left,
        };
        assert_eq!(read(""), Ok(packages(None, None)));
        assert_eq!(
            read("--shard 2/4 --package time"),
            Ok(packages(Some("icid-time"), Some((2, 4))))
        );
        assert_eq!(
            read("--package icid-ri-hash"),
            Ok(packages(Some("icid-ri-hash"), None))
        );
        assert_eq!(read("--package icid"), Ok(packages(Some("icid"), None)));
        for (line, table) in [
            ("--record", Table::Written),
            ("--resume", Table::Resumed),
            ("--again", Table::Again),
        ] {
            let (package, shard) = (None, None);
            let request = Request::Packages {
                package,
                shard,
                tree: 3,
                table,
            };
            let line = &format!("{line} --tree 3");
            assert_eq!(read(line), Ok(request), "{line}");
        }
    }

    #[test]
    fn rejects_what_it_does_not_know() {
        for line in [
            "--in-diff a b",
            "--in-diff --shard",
            "--in-diff main --shard 1/2",
            "--package",
            "--package a --package b",
            "--shard 0/2",
            "--shard 3/2",
            "--tree 0",
            "--tree 1 --tree 2",
            "--shard 1",
            "--shard 1/2 --shard 2/2",
            "--record --resume",
            "time",
        ] {
            assert_eq!(read(line), Err(Problem(USAGE.to_owned())), "{line}");
        }
    }

    #[test]
    fn parts_share_no_folder_and_may_share_a_tree() {
        let root = Path::new("root");
        let whole = Place::new(root, "icid-time", None, 1);
        assert_eq!(whole.tree, Path::new("root/target/mutants/tree-1"));
        assert_eq!(whole.folder, Path::new("root/target/mutants/icid-time"));
        let part = Place::new(root, "icid-time", Some((2, 4)), 1);
        assert_eq!(part.tree, whole.tree);
        assert_eq!(
            part.folder,
            Path::new("root/target/mutants/icid-time-2-of-4")
        );
    }

    #[test]
    fn a_survivor_may_be_gone_and_not_elsewhere() {
        let list = "src/a.rs:7:9: replace f -> u8 with 0\nsrc/a.rs:9:9: replace < with > in g\n";
        let there = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            let there = still_there(list, &names.iter().collect::<Vec<_>>());
            there.map(|names| names.into_iter().cloned().collect::<Vec<_>>())
        };
        let first = "src/a.rs:7:9: replace f -> u8 with 0";
        let gone = [
            "src/b.rs:7:9: replace f -> u8 with 0",
            "src/a.rs:9:9: replace < with <= in g",
        ];
        assert_eq!(there(&[first, gone[0]]), Ok(vec![first.to_owned()]));
        assert_eq!(there(&gone), Ok(Vec::new()));
        let elsewhere = "src/a.rs:8:9: replace f -> u8 with 0";
        let problem = "the code is another since the mutants were recorded, record them anew: \
                       there is no src/a.rs:8:9: replace f -> u8 with 0";
        assert_eq!(there(&[first, elsewhere]), Err(Problem(problem.to_owned())));
    }

    #[test]
    fn a_name_is_searched_letter_by_letter() {
        assert_eq!(
            exactly("a.rs: < é"),
            r"^a\x{2e}rs\x{3a}\x{20}\x{3c}\x{20}\x{e9}$"
        );
    }

    #[test]
    fn a_survivor_is_named_and_fails() {
        let folder = Path::new("out");
        assert_eq!(verdict(Some(0), "", "", folder), Ok(()));
        let problem = |text: &str| Err(Problem(text.to_owned()));
        assert_eq!(
            verdict(Some(2), "a.rs:1: replace x\n", "", folder),
            problem("mutants survive, see out\n    a.rs:1: replace x")
        );
        assert_eq!(
            verdict(Some(3), "", "b.rs:2: replace y\n", folder),
            problem("mutants run into the time limit, see out\n    b.rs:2: replace y")
        );
        assert_eq!(
            verdict(Some(4), "", "", folder),
            problem("the tests fail without any mutant, see out")
        );
        assert_eq!(
            verdict(None, "", "", folder),
            problem("cargo-mutants did not finish, see out")
        );
    }

    #[test]
    fn what_was_not_run_to_its_end_is_not_recorded() {
        let codes = [Some(0), Some(2), Some(3), Some(1), Some(4), Some(70), None];
        let complete = codes.map(is_complete);
        assert_eq!(complete, [true, true, true, false, false, false, false]);
    }

    #[test]
    fn the_configuration_gives_reasons() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = fs::read_to_string(root.join(".cargo/mutants.toml")).unwrap();
        let config: toml::Table = toml::from_str(&text).unwrap();
        for list in ["exclude_globs", "exclude_re"] {
            assert!(config[list].as_array().is_some_and(|list| !list.is_empty()));
        }
        let lines: Vec<&str> = text.lines().collect();
        let skips = lines
            .windows(2)
            .filter(|pair| pair[1].starts_with("    \""));
        for pair in skips {
            assert!(pair[0].starts_with("    # "), "no reason: {}", pair[1]);
        }
    }
}
