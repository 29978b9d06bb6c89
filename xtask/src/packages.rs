//! `cargo xtask vectors-packages`: the vectors as packages of several languages, built, loaded and
//! compared with the vectors.
//!
//! The templates are in `conformance/packages`; the files come from `conformance/vectors`. Nothing uses
//! the network.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::conformance;
use crate::process::{self, Problem};

/// Where the vectors are.
const VECTORS: &str = "conformance/vectors";

/// Where the templates are.
const TEMPLATES: &str = "conformance/packages";

/// Where the packages are put together and built.
const BUILT: &str = "target/packages";

/// What stands for the version in a template.
const VERSION_MARK: &str = "@VERSION@";

/// The version of the workspace, which is that of the suite.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What every package must hold.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Held {
    digest: String,
    ids: Vec<String>,
}

/// A package that is built and loaded.
struct Package {
    language: &'static str,
    /// The programs that this takes, each with an argument that it answers.
    tools: &'static [(&'static str, &'static str)],
    load: fn(&Place) -> Result<Held, Problem>,
}

/// Where one package is made.
struct Place {
    root: PathBuf,
    /// The template.
    template: PathBuf,
    /// The folder for everything that is made, empty at first.
    built: PathBuf,
}

const PACKAGES: [Package; 4] = [
    Package {
        language: "go",
        tools: &[("go", "version")],
        load: go,
    },
    Package {
        language: "npm",
        tools: &[("node", "--version"), ("npm", "--version")],
        load: npm,
    },
    Package {
        language: "python",
        tools: &[("python3", "--version"), ("pip3", "--version")],
        load: python,
    },
    Package {
        language: "rust",
        tools: &[],
        load: rust,
    },
];

/// Makes all packages and returns how many were skipped because a tool is missing.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<usize, Problem> {
    if !arguments.is_empty() {
        let usage = "usage: cargo xtask vectors-packages";
        return Err(Problem(usage.to_owned()));
    }
    let expected = Held {
        digest: digest_of_runner(root)?,
        ids: locked(&read(&root.join(VECTORS).join("ids.lock"))?),
    };
    let (mut loaded, mut skipped, mut problems) = (0, 0, Vec::new());
    for package in &PACKAGES {
        let language = package.language;
        if let Some(missing) = missing(package.tools) {
            println!("SKIPPED {language}: {missing} is missing");
            skipped += 1;
            continue;
        }
        let place = Place {
            root: root.to_owned(),
            template: root.join(TEMPLATES).join(language),
            built: root.join(BUILT).join(language),
        };
        let held = empty(&place.built).and_then(|()| (package.load)(&place));
        match held.and_then(|held| compare(&held, &expected)) {
            Ok(()) => {
                println!("{language}: {} vectors, as locked", expected.ids.len());
                loaded += 1;
            }
            Err(problem) => problems.push(format!("{language}: {problem}")),
        }
    }
    Problem::from_lines("vectors-packages", &problems)?;
    println!(
        "vectors-packages: {loaded} loaded, {skipped} skipped; version {VERSION}, digest {}",
        expected.digest
    );
    Ok(skipped)
}

/// Returns the first program that cannot be started.
fn missing(tools: &[(&'static str, &'static str)]) -> Option<&'static str> {
    let missing = tools
        .iter()
        .find(|(program, argument)| !process::is_installed(program, argument));
    missing.map(|(program, _)| *program)
}

/// Returns the suite's digest: the last word that `icid-conformance list` prints.
fn digest_of_runner(root: &Path) -> Result<String, Problem> {
    let runner = conformance::build(root)?.join("icid-conformance");
    let text = process::output(Command::new(runner).arg("list"))?;
    let digest = text.split_whitespace().last().unwrap_or_default();
    if digest.len() != 64 {
        return Err(Problem("icid-conformance list prints no digest".to_owned()));
    }
    Ok(digest.to_owned())
}

/// Returns the ids in the text of `ids.lock`.
fn locked(text: &str) -> Vec<String> {
    let ids = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    ids.map(str::to_owned).collect()
}

/// Reads what a program printed that loaded a package: the digest, then an id per line.
fn printed(text: &str) -> Held {
    let mut lines = text.lines().map(str::to_owned);
    Held {
        digest: lines.next().unwrap_or_default(),
        ids: lines.collect(),
    }
}

/// Checks what a package holds: the digest, the number of vectors, and every id.
fn compare(held: &Held, expected: &Held) -> Result<(), Problem> {
    let mut problems = Vec::new();
    if held.digest != expected.digest {
        problems.push(format!(
            "the digest is {}, not {}",
            held.digest, expected.digest
        ));
    }
    if held.ids.len() != expected.ids.len() {
        problems.push(format!(
            "{} vectors, not {}",
            held.ids.len(),
            expected.ids.len()
        ));
    }
    let set = |held: &Held| held.ids.iter().cloned().collect::<BTreeSet<String>>();
    let (here, locked) = (set(held), set(expected));
    problems.extend(
        locked
            .difference(&here)
            .map(|id| format!("{id} is missing")),
    );
    problems.extend(
        here.difference(&locked)
            .map(|id| format!("{id} is not locked")),
    );
    Problem::from_lines("not the vectors", &problems)
}

fn python(place: &Place) -> Result<Held, Problem> {
    let package = place.assemble("icid_vectors/data")?;
    let (wheels, installed) = (place.built.join("wheel"), place.built.join("installed"));
    let offline = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-index",
        "--no-deps",
    ];
    let pip = |name| {
        let mut command = process::command(&place.root, "pip3", &[name]);
        command.args(offline).env("PIP_ROOT_USER_ACTION", "ignore");
        command
    };
    let mut wheel = pip("wheel");
    wheel.arg("--no-build-isolation");
    process::run(wheel.arg("--wheel-dir").arg(&wheels).arg(package))?;
    let wheel = wheels.join(format!("icid_vectors-{VERSION}-py3-none-any.whl"));
    let mut install = pip("install");
    install.arg("--target").arg(&installed);
    process::run(install.arg(wheel))?;
    // Python looks beside a program first, where the template has the package without its data.
    let user = place.built.join("user");
    copy(&place.template.join("load.py"), &user.join("load.py"))?;
    let mut load = process::command(&user, "python3", &["load.py"]);
    load.env("PYTHONPATH", installed);
    process::output(&mut load).map(|text| printed(&text))
}

fn npm(place: &Place) -> Result<Held, Problem> {
    let package = place.assemble("data")?;
    let npm = |folder: &Path, arguments: &[&str]| {
        let mut command = process::command(folder, "npm", arguments);
        command.env("npm_config_cache", place.built.join("cache"));
        command.args(["--silent", "--offline", "--no-audit", "--no-fund"]);
        command
    };
    let tarball = process::output(&mut npm(&package, &["pack", "--pack-destination", ".."]))?;
    let user = place.built.join("user");
    write(&user.join("package.json"), "{ \"private\": true }\n")?;
    copy(&place.template.join("load.mjs"), &user.join("load.mjs"))?;
    let tarball = format!("../{}", tarball.trim());
    process::run(&mut npm(&user, &["install", &tarball]))?;
    process::output(&mut process::command(&user, "node", &["load.mjs"])).map(|text| printed(&text))
}

fn go(place: &Place) -> Result<Held, Problem> {
    let package = place.assemble("data")?;
    let go = |folder: &Path, arguments: &[&str]| {
        let mut command = process::command(folder, "go", arguments);
        command.env("GOCACHE", place.built.join("cache"));
        command.envs([
            ("GOFLAGS", "-mod=mod"),
            ("GOPROXY", "off"),
            ("GOTOOLCHAIN", "local"),
        ]);
        command
    };
    process::run(&mut go(&package, &["vet", "./..."]))?;
    let user = place.built.join("user");
    let module = "module user\n\ngo 1.16\n\nrequire icid-vectors v0.0.0\n\n\
                  replace icid-vectors => ../package\n";
    write(&user.join("go.mod"), module)?;
    copy(&place.template.join("load.go"), &user.join("load.go"))?;
    process::output(&mut go(&user, &["run", "."])).map(|text| printed(&text))
}

/// The crate is its own template.
fn rust(place: &Place) -> Result<Held, Problem> {
    let target = place.built.join("target");
    let arguments = [
        "package",
        "--quiet",
        "--offline",
        "--allow-dirty",
        "-p",
        "icid-vectors",
    ];
    let mut package = process::cargo(&place.root, &arguments);
    process::run(package.arg("--target-dir").arg(&target))?;
    // Cargo unpacks the package to see whether it builds.
    let package = target.join(format!("package/icid-vectors-{VERSION}"));
    let user = place.built.join("user");
    let manifest = format!(
        "[package]\nname = \"user\"\nedition = \"2024\"\n\n[dependencies]\n\
         icid-vectors = {{ path = {package:?} }}\n\n[workspace]\n"
    );
    write(&user.join("Cargo.toml"), &manifest)?;
    copy(&place.template.join("load.rs"), &user.join("src/main.rs"))?;
    let mut load = process::cargo(&user, &["run", "--quiet", "--offline", "--target-dir"]);
    let held = place.built.join("held");
    process::run(load.arg(&target).arg("--").arg(&held))?;
    held_in(&held)
}

impl Place {
    /// Copies the template, puts the vectors into its folder `data`, and returns where it is.
    fn assemble(&self, data: &str) -> Result<PathBuf, Problem> {
        let package = self.built.join("package");
        for path in files(&self.template)? {
            // What loads the package is no part of it.
            if path.starts_with("load.") || path.contains("__pycache__") {
                continue;
            }
            let text = read(&self.template.join(&path))?;
            write(&package.join(&path), &text.replace(VERSION_MARK, VERSION))?;
        }
        let vectors = self.root.join(VECTORS);
        copy(&vectors.join("LICENSE"), &package.join("LICENSE"))?;
        let data = package.join(data);
        let others = ["clauses.json", "ids.lock", "policies.json"];
        for path in vector_files(&vectors)?
            .iter()
            .map(String::as_str)
            .chain(others)
        {
            copy(&vectors.join(path), &data.join(path))?;
        }
        Ok(package)
    }
}

/// Returns the digest and the ids of the vectors in a folder.
fn held_in(folder: &Path) -> Result<Held, Problem> {
    #[derive(Deserialize)]
    struct File {
        tests: Vec<Test>,
    }
    #[derive(Deserialize)]
    struct Test {
        id: String,
    }
    let (mut list, mut ids) = (String::new(), Vec::new());
    for path in vector_files(folder)? {
        let text = read(&folder.join(&path))?;
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{}  {path}", sha256(&text));
        let file: File =
            serde_json::from_str(&text).map_err(|error| Problem(format!("{path}: {error}")))?;
        ids.extend(file.tests.into_iter().map(|test| test.id));
    }
    let digest = sha256(&list);
    Ok(Held { digest, ids })
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Returns the files of vectors in a folder: all JSON below it but not in it.
fn vector_files(folder: &Path) -> Result<Vec<String>, Problem> {
    let mut paths = files(folder)?;
    paths.retain(|path| path.contains('/') && path.ends_with(".json"));
    Ok(paths)
}

/// Returns the paths of all files below a folder, sorted, with `/` between names.
fn files(folder: &Path) -> Result<Vec<String>, Problem> {
    let entries = fs::read_dir(folder).map_err(|error| problem(folder, &error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| problem(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            let below = files(&entry.path())?;
            paths.extend(below.into_iter().map(|path| format!("{name}/{path}")));
        } else {
            paths.push(name);
        }
    }
    paths.sort();
    Ok(paths)
}

fn problem(path: &Path, error: &io::Error) -> Problem {
    Problem(format!("{}: {error}", path.display()))
}

/// Makes a folder empty.
fn empty(folder: &Path) -> Result<(), Problem> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| problem(folder, &error))?;
    }
    create(folder)
}

fn create(folder: &Path) -> Result<(), Problem> {
    fs::create_dir_all(folder).map_err(|error| problem(folder, &error))
}

fn read(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| problem(path, &error))
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    create(path.parent().unwrap_or(path))?;
    fs::write(path, text).map_err(|error| problem(path, &error))
}

fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    write(to, &read(from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, which goes away.
    struct Fixture(PathBuf);

    impl Drop for Fixture {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    fn fixture(name: &str, files: &[(&str, &str)]) -> Fixture {
        let root = std::env::temp_dir().join(format!("icid-xtask-{name}-{}", std::process::id()));
        for (path, text) in files {
            write(&root.join(path), text).unwrap();
        }
        Fixture(root)
    }

    fn held(digest: &str, ids: &[&str]) -> Held {
        Held {
            digest: digest.to_owned(),
            ids: ids.iter().map(|&id| id.to_owned()).collect(),
        }
    }

    #[test]
    fn what_a_package_holds_must_be_what_is_locked() {
        let expected = held("d", &["a", "b"]);
        assert_eq!(compare(&printed("d\nb\na\n"), &expected), Ok(()));
        let problem = compare(&printed("e\na\na\nc\n"), &expected);
        let text = "not the vectors: 4 found\n  the digest is e, not d\n  3 vectors, not 2\n  \
                    b is missing\n  c is not locked";
        assert_eq!(problem, Err(Problem(text.to_owned())));
    }

    #[test]
    fn ids_are_lines_that_are_no_comments() {
        assert_eq!(locked("# ids\n\na/b\nc\n"), ["a/b", "c"]);
    }

    #[test]
    fn a_missing_tool_is_named() {
        assert_eq!(missing(&[]), None);
        assert_eq!(missing(&[("sh", "-c"), ("cargo", "--version")]), Some("sh"));
        assert_eq!(
            missing(&[("no-such-tool", "--version")]),
            Some("no-such-tool")
        );
    }

    #[test]
    fn a_folder_of_vectors_is_read_as_sha256sum_reads_it() {
        let text = r#"{"tests":[{"id":"x/1"}]}"#;
        let files = [("x/t.json", text), ("clauses.json", "[]"), ("x/t.txt", "")];
        let fixture = fixture("held", &files);
        let list = format!("{}  x/t.json\n", sha256(text));
        assert_eq!(held_in(&fixture.0), Ok(held(&sha256(&list), &["x/1"])));
        assert_eq!(
            sha256(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_package_is_the_template_with_the_version_and_the_vectors() {
        let fixture = fixture(
            "assemble",
            &[
                ("conformance/vectors/a/t.json", "{}"),
                ("conformance/vectors/src/lib.rs", "//!"),
                ("conformance/vectors/LICENSE", "CC0"),
                ("conformance/vectors/clauses.json", "[]"),
                ("conformance/vectors/ids.lock", ""),
                ("conformance/vectors/policies.json", "[]"),
                ("template/load.py", ""),
                ("template/p.toml", "version = \"@VERSION@\"\n"),
            ],
        );
        let place = Place {
            root: fixture.0.clone(),
            template: fixture.0.join("template"),
            built: fixture.0.join("built"),
        };
        let package = place.assemble("data").unwrap();
        let expected = [
            "LICENSE",
            "data/a/t.json",
            "data/clauses.json",
            "data/ids.lock",
            "data/policies.json",
            "p.toml",
        ];
        assert_eq!(files(&package).unwrap(), expected);
        let version = format!("version = \"{VERSION}\"\n");
        assert_eq!(read(&package.join("p.toml")).unwrap(), version);
    }

    #[test]
    fn every_package_has_a_template() {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(TEMPLATES);
        for package in &PACKAGES {
            assert!(templates.join(package.language).is_dir());
        }
    }
}
