//! `cargo xtask conformance peers [name]…`: runs the suite against published libraries, and compares
//! them.
//!
//! The adapters are in `conformance/adapters`. What they need is installed below the target directory,
//! which is all that uses the network. No check and no test of this repository depends on the outcome.
//!
//! A library of which an operation accepts no vector at all is called wrongly, and then what else it fails
//! means nothing. So such a peer has failed.

mod smoke;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Deserialize;

use crate::process::{self, Problem};

/// Where the adapters are.
const ADAPTERS: &str = "conformance/adapters";

/// Where what they need is installed.
const INSTALLED: &str = "target/peers";

/// Where the reports go.
const REPORTS: &str = "target/conformance/peers";

/// How many milliseconds a library may take for one case. Pairings in JavaScript and Python take
/// about one second, and more on a busy machine.
const PATIENCE: &str = "20000";

/// A library behind an adapter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Peer {
    /// What the adapter calls it, where it has several.
    name: &'static str,
    /// The folder of the adapter.
    adapter: &'static str,
    language: Language,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Language {
    JavaScript,
    Python,
    Rust,
}

const PEERS: [Peer; 5] = [
    Peer {
        name: "js-agent",
        adapter: "js-agent",
        language: Language::JavaScript,
    },
    Peer {
        name: "icp-py-core",
        adapter: "py-agent",
        language: Language::Python,
    },
    Peer {
        name: "ic-py",
        adapter: "py-agent",
        language: Language::Python,
    },
    Peer {
        name: "ic-agent",
        adapter: "rust-agent",
        language: Language::Rust,
    },
    Peer {
        name: "verification",
        adapter: "rust-agent",
        language: Language::Rust,
    },
];

/// Runs the suite against the peers of these names, or against all if there are none. The exit code is
/// 0 if all of them were run to the end, however many vectors they failed.
pub(super) fn run(root: &Path, names: &[String]) -> Result<u8, Problem> {
    let chosen = match choose(names) {
        Ok(chosen) => chosen,
        Err(problem) => {
            eprintln!("{problem}");
            return Ok(2);
        }
    };
    let runner = super::build(root)?.join("icid-conformance");
    let (mut ran, mut skipped, mut failed) = (Vec::new(), 0, 0);
    for peer in chosen {
        if let Some(missing) = missing_tool(peer.language) {
            println!("SKIPPED {}: {missing}", peer.name);
            skipped += 1;
            continue;
        }
        let started = Instant::now();
        match start(root, &runner, peer) {
            Ok((results, summary)) => {
                println!("{summary} ({:.1} s)", started.elapsed().as_secs_f64());
                ran.push(results);
            }
            Err(problem) => {
                eprintln!("FAILED {}: {problem}", peer.name);
                failed += 1;
            }
        }
    }
    if !ran.is_empty() {
        let mut matrix = Command::new(&runner);
        matrix.current_dir(root).arg("matrix").args(&ran);
        let page = root.join(REPORTS).join("matrix.html");
        process::run(matrix.arg("--out").arg(page))?;
    }
    println!(
        "peers: {} run, {skipped} skipped, {failed} failed",
        ran.len()
    );
    Ok(u8::from(failed > 0))
}

/// Returns the peers that these names stand for: their own, or that of an adapter.
fn choose(names: &[String]) -> Result<Vec<Peer>, Problem> {
    let is_called = |peer: &Peer, name: &String| peer.name == name || peer.adapter == name;
    for name in names {
        if !PEERS.iter().any(|peer| is_called(peer, name)) {
            let known = PEERS.map(|peer| peer.name).join(", ");
            return Err(Problem(format!("there is no peer `{name}`, only {known}")));
        }
    }
    let chosen = PEERS.iter().copied();
    let chosen =
        chosen.filter(|peer| names.is_empty() || names.iter().any(|name| is_called(peer, name)));
    Ok(chosen.collect())
}

/// Prepares the adapter, runs the suite against it, and returns where the results are and a summary.
fn start(root: &Path, runner: &Path, peer: Peer) -> Result<(PathBuf, String), Problem> {
    let adapter = match peer.language {
        Language::JavaScript => install_from_npm(root, peer),
        Language::Python => install_from_pypi(root, peer),
        Language::Rust => build(root, peer),
    }?;
    let reports = root.join(REPORTS).join(peer.name);
    fs::create_dir_all(&reports).map_err(|error| problem(&reports, &error))?;
    let results = reports.join("results.json");
    // Those of an earlier run would be taken for new.
    if results.exists() {
        fs::remove_file(&results).map_err(|error| problem(&results, &error))?;
    }
    let log = reports.join("log.txt");
    let output = fs::File::create(&log).map_err(|error| problem(&log, &error))?;
    let mut command = Command::new(runner);
    command
        .current_dir(root)
        .args(["run", "--timeout-ms", PATIENCE, "--out"])
        .arg(&reports);
    command.arg("--").args(&adapter.command).stdout(output);
    if let Some(folder) = adapter.programs {
        command.env("PATH", with_folder(&folder)?);
    }
    let status = command
        .status()
        .map_err(|error| Problem(format!("cannot start {}: {error}", runner.display())))?;
    // Conformant or not, it has been run to its end.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(Problem(format!(
            "the run ended with {status}, see {}",
            log.display()
        )));
    }
    let text = fs::read_to_string(&results).map_err(|error| problem(&results, &error))?;
    let plain = smoke::check(&text).map_err(|error| problem(&results, &error))??;
    let summary = summarize(&text).map_err(|error| problem(&results, &error))?;
    Ok((results, format!("{summary}; {plain}")))
}

/// An adapter that is ready to be started.
struct Adapter {
    command: Vec<OsString>,
    /// Where to look for the program first.
    programs: Option<PathBuf>,
}

/// Installs what the lock file says next to a copy of the adapter, and returns how to start that.
fn install_from_npm(root: &Path, peer: Peer) -> Result<Adapter, Problem> {
    let source = root.join(ADAPTERS).join(peer.adapter);
    let folder = root.join(INSTALLED).join(peer.name);
    fs::create_dir_all(&folder).map_err(|error| problem(&folder, &error))?;
    for file in [".npmrc", "adapter.mjs", "package.json", "package-lock.json"] {
        fs::copy(source.join(file), folder.join(file)).map_err(|error| problem(&source, &error))?;
    }
    once(&folder, &source.join("package-lock.json"), || {
        let mut install = npm();
        install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        process::run(install.current_dir(&folder).stdout(Stdio::null()))
    })?;
    Ok(Adapter {
        command: vec!["node".into(), folder.join("adapter.mjs").into()],
        programs: None,
    })
}

/// Installs the listed packages into a virtual environment of their own.
fn install_from_pypi(root: &Path, peer: Peer) -> Result<Adapter, Problem> {
    let source = root.join(ADAPTERS).join(peer.adapter);
    let folder = root.join(INSTALLED).join(peer.name);
    fs::create_dir_all(&folder).map_err(|error| problem(&folder, &error))?;
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let listed = source
        .join("requirements")
        .join(format!("{}.txt", peer.name));
    once(&folder, &listed, || {
        let mut create = Command::new(PYTHON);
        process::run(create.args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut install = Command::new(programs.join("python"));
        install.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        process::run(install.args(["--no-deps", "--requirement"]).arg(&listed))
    })?;
    // By name, as in an active environment: the program is a link, and works only as one.
    Ok(Adapter {
        command: vec![
            "python".into(),
            source.join("adapter.py").into(),
            peer.name.into(),
        ],
        programs: Some(programs),
    })
}

/// Builds the adapter, in a workspace of its own.
fn build(root: &Path, peer: Peer) -> Result<Adapter, Problem> {
    let manifest = root.join(ADAPTERS).join(peer.adapter).join("Cargo.toml");
    let folder = root.join(INSTALLED).join(peer.adapter);
    let mut build = process::cargo(root, &["build", "--quiet", "--release", "--locked"]);
    build.arg("--manifest-path").arg(manifest);
    process::run(build.arg("--target-dir").arg(&folder))?;
    let program = format!(
        "icid-adapter-{}{}",
        peer.adapter,
        std::env::consts::EXE_SUFFIX
    );
    let program = folder.join("release").join(program);
    Ok(Adapter {
        command: vec![program.into(), "--library".into(), peer.name.into()],
        programs: None,
    })
}

/// Installs into `folder` unless that was done for the same `list` before.
fn once(
    folder: &Path,
    list: &Path,
    install: impl FnOnce() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let installed = folder.join("installed");
    let list = fs::read(list).map_err(|error| problem(list, &error))?;
    if fs::read(&installed).is_ok_and(|installed| installed == list) {
        return Ok(());
    }
    install()?;
    fs::write(&installed, list).map_err(|error| problem(&installed, &error))
}

/// Says which tool is missing, if one is.
fn missing_tool(language: Language) -> Option<String> {
    match language {
        Language::JavaScript => {
            let mut node = Command::new("node");
            let Ok(version) = process::output(node.arg("--version")) else {
                return Some("there is no Node.js (`node`)".to_owned());
            };
            if !is_new_enough(&version) {
                let version = version.trim();
                return Some(format!("Node.js is {version}, needed is 20.19 or later"));
            }
            let works = npm().arg("--version").output().is_ok();
            (!works).then(|| "there is no `npm`".to_owned())
        }
        Language::Python => {
            let mut python = Command::new(PYTHON);
            python.args(["-c", NEEDED_OF_PYTHON]).stderr(Stdio::null());
            let works = python.status().is_ok_and(|status| status.success());
            (!works).then(|| format!("there is no `{PYTHON}` 3.11 or later with `venv`"))
        }
        // It builds this program.
        Language::Rust => None,
    }
}

/// Reads the version that Node.js prints.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches('v').split('.');
    let mut number = || numbers.next().and_then(|number| number.parse::<u32>().ok());
    (number(), number()) >= (Some(20), Some(19))
}

/// Ends with 0 if Python is new enough and can make virtual environments.
const NEEDED_OF_PYTHON: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Returns the folders of programs with this one first.
fn with_folder(folder: &Path) -> Result<OsString, Problem> {
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = [folder.to_owned()]
        .into_iter()
        .chain(std::env::split_paths(&others));
    std::env::join_paths(all).map_err(|error| problem(folder, &error))
}

/// Says in one line what a run came to.
fn summarize(results: &str) -> Result<String, serde_json::Error> {
    #[derive(Deserialize)]
    struct Results {
        adapter: Hello,
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Hello {
        implementation: Implementation,
        ops: Vec<String>,
    }
    #[derive(Deserialize)]
    struct Implementation {
        name: String,
        version: String,
    }
    #[derive(Deserialize)]
    struct Case {
        outcome: String,
    }
    let Results { adapter, cases } = serde_json::from_str(results)?;
    let count = |outcome: &str| cases.iter().filter(|case| case.outcome == outcome).count();
    let (passed, recorded, unsupported) = (count("pass"), count("recorded"), count("unsupported"));
    let not_run = count("not-run").saturating_add(count("skipped"));
    let others = [passed, recorded, unsupported, not_run];
    let different = cases.len().saturating_sub(others.iter().sum());
    let Implementation { name, version } = adapter.implementation;
    Ok(format!(
        "{name} {version}: {} operations; of {} vectors {passed} as specified, {different} \
         otherwise, {recorded} on open questions, {unsupported} unsupported, {not_run} not run",
        adapter.ops.len(),
        cases.len(),
    ))
}

fn problem(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Result<Vec<&'static str>, Problem> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Ok(choose(&names)?.iter().map(|peer| peer.name).collect())
    }

    #[test]
    fn without_names_all_peers_are_chosen() {
        assert_eq!(chosen(&[]), Ok(PEERS.map(|peer| peer.name).to_vec()));
    }

    #[test]
    fn a_name_stands_for_a_peer_or_for_an_adapter() {
        assert_eq!(chosen(&["ic-py"]), Ok(vec!["ic-py"]));
        let both = vec!["js-agent", "icp-py-core", "ic-py"];
        assert_eq!(chosen(&["py-agent", "js-agent"]), Ok(both));
    }

    #[test]
    fn an_unknown_name_is_refused() {
        let known = "js-agent, icp-py-core, ic-py, ic-agent, verification";
        let problem = Problem(format!("there is no peer `agent-go`, only {known}"));
        assert_eq!(chosen(&["ic-py", "agent-go"]), Err(problem));
    }

    #[test]
    fn every_adapter_and_its_lock_file_are_there() {
        let adapters = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(ADAPTERS);
        for peer in PEERS {
            let lock = match peer.language {
                Language::JavaScript => "package-lock.json".to_owned(),
                Language::Python => format!("requirements/{}.txt", peer.name),
                Language::Rust => "Cargo.lock".to_owned(),
            };
            let lock = adapters.join(peer.adapter).join(lock);
            assert!(lock.is_file(), "{}", lock.display());
        }
    }

    #[test]
    fn lock_files_name_versions_and_no_hosts() {
        let adapters = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(ADAPTERS);
        let npm = fs::read_to_string(adapters.join("js-agent/package-lock.json")).unwrap();
        assert!(npm.contains("\"version\"") && !npm.contains("\"resolved\""));
        for name in ["icp-py-core", "ic-py"] {
            let list = adapters.join(format!("py-agent/requirements/{name}.txt"));
            let list = fs::read_to_string(list).unwrap();
            let packages: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(packages.iter().all(|line| line.contains("==")), "{name}");
            assert!(packages.iter().any(|line| line.starts_with(name)), "{name}");
        }
    }

    #[test]
    fn nodes_version_is_compared_by_number() {
        assert!(is_new_enough("v20.19.0\n"));
        assert!(is_new_enough("v100.0.0"));
        assert!(!is_new_enough("v20.9.0"));
        assert!(!is_new_enough("v9.99.0"));
        assert!(!is_new_enough("unknown"));
    }

    #[test]
    fn what_is_installed_is_not_installed_again_unless_the_list_changes() {
        let folder = std::env::temp_dir().join(format!("icid-peers-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let list = folder.join("list");
        let mut installed = 0;
        let failed = Err(Problem("no network".to_owned()));
        fs::write(&list, "a==1").unwrap();
        assert_eq!(once(&folder, &list, || failed.clone()), failed);
        for content in ["a==1", "a==1", "a==2"] {
            fs::write(&list, content).unwrap();
            once(&folder, &list, || {
                installed += 1;
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(installed, 2);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_folder_of_an_environment_comes_first() {
        let path = with_folder(Path::new("environment")).unwrap();
        let first = std::env::split_paths(&path).next();
        assert_eq!(first, Some(PathBuf::from("environment")));
    }

    #[test]
    fn a_run_is_summarized_in_one_line() {
        let results = r#"{"adapter":{"implementation":{"name":"a","version":"1.2"},"ops":["x","y"]},
            "cases":[{"outcome":"pass"},{"outcome":"pass"},{"outcome":"fail-accepts"},
            {"outcome":"error"},{"outcome":"inconclusive"},{"outcome":"recorded"},
            {"outcome":"unsupported"},{"outcome":"not-run"},{"outcome":"skipped"}]}"#;
        let line = "a 1.2: 2 operations; of 9 vectors 2 as specified, 3 otherwise, 1 on open \
                    questions, 1 unsupported, 2 not run";
        assert_eq!(summarize(results).unwrap(), line);
        assert!(summarize("{}").is_err());
    }
}
