//! Reading the command line.

mod given;
mod help;

use core::time::Duration;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

pub(super) use help::HELP;

use super::bridge::Bridge;
use crate::difffuzz;
use crate::run::{Options, Profile, Shard};

use given::{Given, utf8};

/// A command, read.
#[derive(Debug)]
pub(super) enum Command {
    Help,
    Version,
    Run(Box<RunArguments>),
    List {
        filter: Option<String>,
        vectors: Option<PathBuf>,
    },
    Show {
        id: String,
        vectors: Option<PathBuf>,
    },
    Replay(Box<ReplayArguments>),
    AdapterNew {
        language: String,
        folder: PathBuf,
    },
    AdapterCheck {
        timeout: Duration,
        environment: Vec<String>,
        command: Vec<OsString>,
    },
    AuditPack {
        file: PathBuf,
        archive: PathBuf,
    },
    Bridge(Box<Bridge>),
    DiffFuzz(Box<FuzzArguments>),
    Matrix {
        files: Vec<PathBuf>,
        page: PathBuf,
    },
    Compare {
        old: PathBuf,
        new: PathBuf,
    },
    Extract {
        folder: PathBuf,
        filter: Option<String>,
    },
    Kill {
        family: Option<String>,
    },
    Capture {
        canister: String,
        folder: PathBuf,
        expiry: Option<u64>,
    },
    Report {
        file: PathBuf,
        folder: Option<PathBuf>,
        subject: Option<PathBuf>,
    },
}

/// The arguments of `run`.
#[derive(Debug)]
pub(super) struct RunArguments {
    pub(super) options: Options,
    pub(super) format: Format,
    pub(super) out: PathBuf,
    pub(super) vectors: Option<PathBuf>,
    pub(super) environment: Vec<String>,
    pub(super) xfail: Option<PathBuf>,
    /// Whether to rewrite the list of expected failures.
    pub(super) fix: bool,
    pub(super) command: Vec<OsString>,
}

/// The arguments of `replay`.
#[derive(Debug)]
pub(super) struct ReplayArguments {
    pub(super) ids: Vec<String>,
    pub(super) timeout: Duration,
    pub(super) vectors: Option<PathBuf>,
    pub(super) environment: Vec<String>,
    pub(super) command: Vec<OsString>,
}

/// The arguments of `diff-fuzz`.
#[derive(Debug)]
pub(super) struct FuzzArguments {
    pub(super) options: difffuzz::Options,
    pub(super) out: PathBuf,
    pub(super) vectors: Option<PathBuf>,
    pub(super) environment: Vec<String>,
    pub(super) command: Vec<OsString>,
}

/// For whom `run` writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Format {
    Github,
    Human,
    Json,
}

pub(super) fn parse(arguments: &[OsString]) -> Result<Command, String> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err("there is no command".to_owned());
    };
    let command = command.to_string_lossy();
    let flags: &[&str] = match command.as_ref() {
        "-h" | "--help" | "help" => return Ok(Command::Help),
        "-V" | "--version" => return Ok(Command::Version),
        "run" => &[
            "--data",
            "--filter",
            "--profile",
            "--shard",
            "--jobs",
            "--timeout-ms",
            "--env",
            "--xfail",
            "--vectors",
            "--out",
            "--format",
        ],
        "list" => &["--filter", "--vectors"],
        "show" => &["--vectors"],
        "replay" => &["--timeout-ms", "--env", "--vectors"],
        "adapter" => &["--lang", "--out", "--timeout-ms", "--env"],
        "bridge" => &["--exec", "--ops", "--name", "--version", "--presets"],
        "diff-fuzz" => &[
            "--filter",
            "--op",
            "--cases",
            "--seconds",
            "--seed",
            "--timeout-ms",
            "--env",
            "--vectors",
            "--out",
        ],
        "compare" | "kill" => &[],
        "extract" => &["--out", "--filter"],
        "audit-pack" | "matrix" => &["--out"],
        "capture" => &["--canister", "--out", "--expiry-nanos"],
        "report" => &["--out", "--subject"],
        other => return Err(format!("there is no command {other:?}")),
    };
    let switches: &[&str] = match command.as_ref() {
        "run" => &["--reason-bound", "--fix"],
        "diff-fuzz" => &["--reason-bound"],
        _ => &[],
    };
    let given = Given::read(rest, flags, switches)?;
    if given.help {
        return Ok(Command::Help);
    }
    match command.as_ref() {
        "run" => run(given),
        "list" => {
            let filter = given.text("--filter")?;
            given.no_words()?;
            Ok(Command::List {
                filter,
                vectors: given.path("--vectors")?,
            })
        }
        "show" => Ok(Command::Show {
            id: given.word("an id")?,
            vectors: given.path("--vectors")?,
        }),
        "replay" => replay(given),
        "adapter" => adapter(given),
        "audit-pack" => Ok(Command::AuditPack {
            file: PathBuf::from(given.word("a results.json")?),
            archive: given.path("--out")?.ok_or("audit-pack needs --out TAR")?,
        }),
        "bridge" => bridge(&given),
        "diff-fuzz" => diff_fuzz(given),
        "compare" => {
            let [old, new] = given.words.as_slice() else {
                let count = given.words.len();
                return Err(format!("expected two results.json, got {count} words"));
            };
            let (old, new) = (PathBuf::from(old), PathBuf::from(new));
            Ok(Command::Compare { old, new })
        }
        "matrix" => {
            let files: Vec<PathBuf> = given.words.iter().map(PathBuf::from).collect();
            if files.is_empty() {
                return Err("matrix needs the results.json of each implementation".to_owned());
            }
            let page = given.path("--out")?;
            let page = page.unwrap_or_else(|| PathBuf::from("target/conformance/matrix.html"));
            Ok(Command::Matrix { files, page })
        }
        "extract" => {
            given.no_words()?;
            Ok(Command::Extract {
                folder: given.path("--out")?.ok_or("extract needs --out DIR")?,
                filter: given.text("--filter")?,
            })
        }
        "kill" => match given.words.as_slice() {
            [] => Ok(Command::Kill { family: None }),
            _ => Ok(Command::Kill {
                family: Some(given.word("one family")?),
            }),
        },
        "capture" => {
            given.no_words()?;
            Ok(Command::Capture {
                canister: given
                    .text("--canister")?
                    .ok_or("capture needs --canister ID")?,
                folder: given.path("--out")?.ok_or("capture needs --out DIR")?,
                expiry: given.number("--expiry-nanos")?,
            })
        }
        _ => Ok(Command::Report {
            file: PathBuf::from(given.word("a results.json")?),
            folder: given.path("--out")?,
            subject: given.path("--subject")?,
        }),
    }
}

fn run(given: Given) -> Result<Command, String> {
    given.no_words()?;
    let mut options = Options {
        filter: given.text("--filter")?,
        reason_bound: given.has("--reason-bound"),
        data: given.path("--data")?.or_else(|| {
            env::var_os("ICID_DATA")
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        }),
        ..Options::default()
    };
    if let Some(jobs) = given.number("--jobs")? {
        options.jobs = usize::try_from(jobs)
            .ok()
            .filter(|jobs| (1..=256).contains(jobs))
            .ok_or("--jobs must be 1 to 256")?;
    }
    if let Some(timeout) = given.timeout()? {
        options.timeout = timeout;
    }
    options.profile = match given.text("--profile")?.as_deref() {
        None | Some("full") => Profile::Full,
        Some("quick") => Profile::Quick,
        Some(other) => return Err(format!("--profile {other:?} is not full or quick")),
    };
    if let Some(shard) = given.text("--shard")? {
        options.shard = Some(Shard::parse(&shard).ok_or_else(|| {
            format!(
                "--shard {shard:?} is not K/N with 1 ≤ K ≤ N ≤ {}",
                Shard::MAX
            )
        })?);
    }
    if let Some(data) = &options.data
        && !data.is_dir()
    {
        return Err(format!(
            "--data {}: there is no such folder",
            data.display()
        ));
    }
    let format = match given.text("--format")?.as_deref() {
        None | Some("human") => Format::Human,
        Some("json") => Format::Json,
        Some("github") => Format::Github,
        Some(other) => return Err(format!("--format {other:?} is not human, json or github")),
    };
    let out = given
        .path("--out")?
        .unwrap_or_else(|| PathBuf::from("target/conformance"));
    let vectors = given.path("--vectors")?;
    let environment = given.all("--env")?;
    let xfail = given.path("--xfail")?;
    let fix = given.has("--fix");
    if fix && xfail.is_none() {
        return Err("--fix needs --xfail FILE".to_owned());
    }
    let is_partial = options.filter.is_some() || options.shard.is_some();
    if fix && (is_partial || options.profile != Profile::Full) {
        return Err("--fix needs a complete run: no --filter, --profile or --shard".to_owned());
    }
    let command = given.command.filter(|command| !command.is_empty());
    let command = command.ok_or("run needs the adapter's command after --")?;
    Ok(Command::Run(Box::new(RunArguments {
        options,
        format,
        out,
        vectors,
        environment,
        xfail,
        fix,
        command,
    })))
}

fn replay(given: Given) -> Result<Command, String> {
    let ids: Vec<String> = given.words.iter().map(utf8).collect::<Result<_, _>>()?;
    if ids.is_empty() {
        return Err("replay needs the id of a vector".to_owned());
    }
    let timeout = given.timeout()?;
    let timeout = timeout.unwrap_or_else(|| Options::default().timeout);
    let vectors = given.path("--vectors")?;
    let environment = given.all("--env")?;
    let command = given.command.filter(|command| !command.is_empty());
    let command = command.ok_or("replay needs the adapter's command after --")?;
    Ok(Command::Replay(Box::new(ReplayArguments {
        ids,
        timeout,
        vectors,
        environment,
        command,
    })))
}

fn diff_fuzz(given: Given) -> Result<Command, String> {
    given.no_words()?;
    let end = match (given.number("--cases")?, given.number("--seconds")?) {
        (Some(_), Some(_)) => return Err("--cases and --seconds exclude each other".to_owned()),
        (None, Some(seconds)) => difffuzz::End::Time(Duration::from_secs(seconds)),
        (cases, None) => difffuzz::End::Cases(cases.unwrap_or(10_000)),
    };
    let options = difffuzz::Options {
        filter: given.text("--filter")?,
        op: given.text("--op")?,
        seed: given.number("--seed")?.unwrap_or_default(),
        end,
        timeout: given
            .timeout()?
            .unwrap_or_else(|| Options::default().timeout),
        reason_bound: given.has("--reason-bound"),
    };
    let out = given.path("--out")?;
    let vectors = given.path("--vectors")?;
    let environment = given.all("--env")?;
    let command = given.command.filter(|command| !command.is_empty());
    let command = command.ok_or("diff-fuzz needs the adapter's command after --")?;
    Ok(Command::DiffFuzz(Box::new(FuzzArguments {
        options,
        out: out.unwrap_or_else(|| PathBuf::from("target/diff-fuzz")),
        vectors,
        environment,
        command,
    })))
}

fn adapter(mut given: Given) -> Result<Command, String> {
    match given.word("new or check")?.as_str() {
        "new" => {
            let language = given
                .text("--lang")?
                .ok_or("adapter new needs --lang LANG")?;
            let folder = given.path("--out")?;
            let folder = folder.unwrap_or_else(|| PathBuf::from(format!("adapter-{language}")));
            Ok(Command::AdapterNew { language, folder })
        }
        "check" => {
            let timeout = given.timeout()?;
            let command = given.command.take().filter(|command| !command.is_empty());
            Ok(Command::AdapterCheck {
                timeout: timeout.unwrap_or_else(|| Options::default().timeout),
                environment: given.all("--env")?,
                command: command.ok_or("adapter check needs the adapter's command after --")?,
            })
        }
        other => Err(format!("adapter knows new and check, not {other:?}")),
    }
}

fn bridge(given: &Given) -> Result<Command, String> {
    given.no_words()?;
    let list = |name| -> Result<Vec<String>, String> {
        let text = given.text(name)?.unwrap_or_default();
        let words = text.split(',').filter(|word| !word.is_empty());
        Ok(words.map(str::to_owned).collect())
    };
    let exec = given
        .text("--exec")?
        .ok_or("bridge needs --exec 'tool {op}'")?;
    let operations = list("--ops")?;
    if operations.is_empty() {
        return Err("bridge needs --ops A,B,…: the operations that the tool knows".to_owned());
    }
    Ok(Command::Bridge(Box::new(Bridge {
        command: exec.split_whitespace().map(str::to_owned).collect(),
        name: given.text("--name")?.unwrap_or_else(|| "bridge".to_owned()),
        version: given.text("--version")?.unwrap_or_else(|| "0".to_owned()),
        operations,
        presets: list("--presets")?,
    })))
}

#[cfg(test)]
mod tests;
