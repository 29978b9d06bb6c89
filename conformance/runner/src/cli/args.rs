//! Reading the command line.

use core::time::Duration;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::bridge::Bridge;
use crate::difffuzz;
use crate::run::{Options, Profile, Shard};

/// What `--help` prints.
pub(super) const HELP: &str = "\
icid-conformance: does an implementation do what the specification says?

usage:
  icid-conformance run [options] -- <adapter command…>
      --data DIR        real certificates in DIR/certificates (or set ICID_DATA)
      --filter TEXT     cases whose id begins with TEXT, or matches it if it has a *
      --profile NAME    full, or quick: the fewest vectors that tell every mistake (full)
      --shard K/N       the K-th of N parts of the vectors; twins are run with their part
      --jobs N          processes of the adapter at a time (1)
      --timeout-ms N    patience per case (2000)
      --reason-bound    rejecting for another reason than the violated clause fails
      --xfail FILE      expected failures, each with a reason
      --env NAME        passes an environment variable on to the adapter; repeatable
      --vectors DIR     vectors from a folder instead of those built in
      --out DIR         where the reports go (target/conformance)
      --format FORMAT   human, json or github
  icid-conformance list [--filter TEXT]             topics, or vectors if there is a filter
  icid-conformance show ID                          a vector or a clause
  icid-conformance replay [--timeout-ms N] [--env NAME] [--vectors DIR] ID… -- <adapter command…>
                                                    vectors again, with every line on the wire
  icid-conformance matrix FILE… [--out PAGE]        clauses × implementations, from results.json
  icid-conformance compare OLD NEW                  two results.json: what broke, what was mended
  icid-conformance adapter new --lang LANG [--out DIR]
                                                    a skeleton: python, node, go or rust
  icid-conformance adapter check [--timeout-ms N] [--env NAME] -- <adapter command…>
                                                    does the adapter keep the protocol?
  icid-conformance diff-fuzz [options] -- <adapter command…>
                                                    changed vectors, against the executable model
      --filter TEXT     only vectors whose id begins with TEXT, or matches it if it has a *
      --op OP           only this operation
      --cases N         how many cases (10000)
      --seconds N       how long, instead
      --seed N          another seed, other cases (0)
      --reason-bound    rejecting for another reason than the model fails
      --out DIR         each difference as a vector (target/diff-fuzz)
      --timeout-ms N, --env NAME, --vectors DIR     as above
  icid-conformance bridge --ops A,B,… [--name NAME] [--version V] [--presets P,…] --exec 'tool {op}'
                                                    is an adapter that starts a program per question:
                                                    input on stdin, output on stdout; it ends with
                                                    0 ok, 10 reject, 11 unsupported, else error
  icid-conformance extract --out DIR [--filter TEXT]
                                                    the vectors as files, to vendor
  icid-conformance audit-pack FILE --out TAR        results.json with all reports, the vectors,
                                                    the kill matrix and SHA256SUMS, as an archive
                                                    whose bytes depend on the results alone
  icid-conformance kill [FAMILY]                    which mistakes the vectors can tell
  icid-conformance capture --canister ID --out DIR [--expiry-nanos N]
                                                    a request for a real certificate
  icid-conformance report FILE [--out DIR] [--subject PROGRAM]
                                                    the reports again, from results.json; with a
                                                    subject also an in-toto statement about it

exit codes: 0 conformant, 1 failures, 2 usage, 3 adapter broken, 4 suite broken,
5 stale expected failure
";

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
        "run" | "diff-fuzz" => &["--reason-bound"],
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
    let command = given.command.filter(|command| !command.is_empty());
    let command = command.ok_or("run needs the adapter's command after --")?;
    Ok(Command::Run(Box::new(RunArguments {
        options,
        format,
        out,
        vectors,
        environment,
        xfail,
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

/// Arguments, sorted into kinds.
#[derive(Debug, Default)]
struct Given {
    help: bool,
    values: Vec<(String, OsString)>,
    switches: Vec<String>,
    words: Vec<OsString>,
    command: Option<Vec<OsString>>,
}

impl Given {
    fn read(arguments: &[OsString], flags: &[&str], switches: &[&str]) -> Result<Self, String> {
        let mut given = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy();
            let (name, inline) = match text.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value)),
                _ => (text.as_ref(), None),
            };
            if name == "--" {
                given.command = Some(rest.cloned().collect());
                break;
            } else if name == "-h" || name == "--help" {
                given.help = true;
            } else if flags.contains(&name) {
                let value = inline.map(OsString::from).or_else(|| rest.next().cloned());
                let value = value.ok_or_else(|| format!("{name} needs a value"))?;
                let is_known = given.values.iter().any(|(known, _)| known == name);
                if is_known && name != "--env" {
                    return Err(format!("{name} is given twice"));
                }
                given.values.push((name.to_owned(), value));
            } else if switches.contains(&name) && inline.is_none() {
                given.switches.push(name.to_owned());
            } else if name.starts_with('-') {
                return Err(format!("there is no option {name:?} here"));
            } else {
                given.words.push(argument.clone());
            }
        }
        Ok(given)
    }

    fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }

    fn all(&self, name: &str) -> Result<Vec<String>, String> {
        let values = self.values.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| utf8(value)).collect()
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        Ok(self.all(name)?.pop())
    }

    fn path(&self, name: &str) -> Result<Option<PathBuf>, String> {
        let value = self.values.iter().find(|(known, _)| known == name);
        Ok(value.map(|(_, value)| PathBuf::from(value)))
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| format!("{name} {text:?} is no natural number"))
    }

    fn timeout(&self) -> Result<Option<Duration>, String> {
        match self.number("--timeout-ms")? {
            Some(0) => Err("--timeout-ms must be at least 1".to_owned()),
            millis => Ok(millis.map(Duration::from_millis)),
        }
    }

    fn word(&self, what: &str) -> Result<String, String> {
        match self.words.as_slice() {
            [word] => utf8(word),
            words => Err(format!("expected {what}, got {} words", words.len())),
        }
    }

    fn no_words(&self) -> Result<(), String> {
        match self.words.first() {
            None => Ok(()),
            Some(word) => Err(format!(
                "unexpected {:?}; the adapter's command goes after --",
                word.to_string_lossy()
            )),
        }
    }
}

fn utf8(text: &OsString) -> Result<String, String> {
    text.to_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("{} is not UTF-8", text.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&words)
    }

    #[test]
    fn reads_a_run() {
        let line = "run --filter cert --jobs=3 --timeout-ms 50 --reason-bound --format json \
                    --env A --env B --out o -- python3 adapter.py --filter x";
        let Ok(Command::Run(run)) = read(line) else {
            panic!("no run")
        };
        assert_eq!(run.options.filter.as_deref(), Some("cert"));
        assert_eq!(run.options.jobs, 3);
        assert_eq!(run.options.timeout, Duration::from_millis(50));
        assert!(run.options.reason_bound);
        assert_eq!(run.format, Format::Json);
        assert_eq!(run.environment, ["A", "B"]);
        assert_eq!(run.out, PathBuf::from("o"));
        assert_eq!(
            run.command,
            ["python3", "adapter.py", "--filter", "x"].map(OsString::from)
        );
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, reason) in [
            ("", "there is no command"),
            ("fly", "there is no command \"fly\""),
            ("run", "run needs the adapter's command after --"),
            ("run --", "run needs the adapter's command after --"),
            (
                "run adapter",
                "unexpected \"adapter\"; the adapter's command goes after --",
            ),
            ("run --bogus -- a", "there is no option \"--bogus\" here"),
            ("run --jobs", "--jobs needs a value"),
            ("run --jobs 0 -- a", "--jobs must be 1 to 256"),
            ("run --jobs x -- a", "--jobs \"x\" is no natural number"),
            ("run --timeout-ms 0 -- a", "--timeout-ms must be at least 1"),
            ("run --out a --out b -- c", "--out is given twice"),
            (
                "run --format pdf -- a",
                "--format \"pdf\" is not human, json or github",
            ),
            (
                "run --data /no/such -- a",
                "--data /no/such: there is no such folder",
            ),
            (
                "run --profile slow -- a",
                "--profile \"slow\" is not full or quick",
            ),
            (
                "run --shard 3/2 -- a",
                "--shard \"3/2\" is not K/N with 1 ≤ K ≤ N ≤ 1024",
            ),
            ("show", "expected an id, got 0 words"),
            ("replay -- a", "replay needs the id of a vector"),
            ("replay x", "replay needs the adapter's command after --"),
            ("adapter", "expected new or check, got 0 words"),
            ("adapter fly", "adapter knows new and check, not \"fly\""),
            ("adapter new", "adapter new needs --lang LANG"),
            (
                "adapter check",
                "adapter check needs the adapter's command after --",
            ),
            ("bridge --ops a", "bridge needs --exec 'tool {op}'"),
            (
                "bridge --exec a",
                "bridge needs --ops A,B,…: the operations that the tool knows",
            ),
            (
                "diff-fuzz",
                "diff-fuzz needs the adapter's command after --",
            ),
            (
                "diff-fuzz --cases 1 --seconds 1 -- a",
                "--cases and --seconds exclude each other",
            ),
            ("compare a", "expected two results.json, got 1 words"),
            (
                "matrix",
                "matrix needs the results.json of each implementation",
            ),
            ("extract", "extract needs --out DIR"),
            (
                "audit-pack --out a.tar",
                "expected a results.json, got 0 words",
            ),
            ("audit-pack results.json", "audit-pack needs --out TAR"),
            ("kill A B", "expected one family, got 2 words"),
            ("capture --out d", "capture needs --canister ID"),
            ("capture --canister x", "capture needs --out DIR"),
            (
                "list --reason-bound",
                "there is no option \"--reason-bound\" here",
            ),
        ] {
            assert_eq!(read(line).map(|_| ()), Err(reason.to_owned()), "{line}");
        }
    }

    #[test]
    fn asks_for_help() {
        for line in ["--help", "run --help", "kill -h"] {
            assert!(matches!(read(line), Ok(Command::Help)), "{line}");
        }
    }
}
