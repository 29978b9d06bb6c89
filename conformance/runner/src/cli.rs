//! The program: commands, exit codes and what goes where.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | conformant, or the command did what it was asked |
//! | 1 | at least one case failed, or nothing was run |
//! | 2 | usage |
//! | 3 | the adapter is broken |
//! | 4 | the suite is broken: file, line and reason are printed |
//! | 5 | an expected failure is stale |

mod args;
mod audit;
mod bridge;
mod compare;
mod examine;
mod extract;
mod fuzz;
mod kill;
mod look;
mod progress;
mod replay;
mod run;
mod scaffold;
mod timing;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use model::crypto::sha256;
use model::input::hex;

use args::{Command, ReplayArguments};
use run::{reports, write_reports};

use crate::mainnet::capture;
use crate::report::text::Style;
use crate::report::{html, statement, text};
use crate::results::Results;
use crate::session::Broken;
use crate::suite::Suite;
use crate::transport::Adapter;

const EXIT_OK: u8 = 0;
const EXIT_FAILED: u8 = 1;
const EXIT_USAGE: u8 = 2;
const EXIT_BROKEN: u8 = 3;
const EXIT_DEFECT: u8 = 4;

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    ExitCode::from(start(&arguments))
}

/// Why a command ends early.
struct Stop {
    code: u8,
    message: String,
}

impl Stop {
    const fn new(code: u8, message: String) -> Self {
        Self { code, message }
    }

    fn usage(message: &str) -> Self {
        Self::new(EXIT_USAGE, format!("{message}\n\n{}", args::HELP))
    }

    fn file(path: &Path, error: &dyn core::fmt::Display) -> Self {
        Self::new(EXIT_USAGE, format!("{}: {error}", path.display()))
    }
}

fn start(arguments: &[OsString]) -> u8 {
    let result = args::parse(arguments)
        .map_err(|message| Stop::usage(&message))
        .and_then(dispatch);
    match result {
        Ok(code) => code,
        Err(Stop { code, message }) => {
            // Nobody is left to tell if this fails.
            let _ = writeln!(io::stderr(), "icid-conformance: {message}");
            code
        }
    }
}

fn dispatch(command: Command) -> Result<u8, Stop> {
    match command {
        Command::Help => say(args::HELP),
        Command::Version => say(concat!(
            "icid-conformance ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )),
        Command::Run(arguments) => run::command(*arguments),
        Command::List { filter, vectors } => say(&look::list(&suite(vectors)?, filter.as_deref())),
        Command::Show { id, vectors } => {
            let suite = suite(vectors)?;
            match look::show(&suite, &id) {
                Some(text) => say(&text),
                None => {
                    let message = format!("there is neither a vector nor a clause {id:?}");
                    Err(Stop::new(EXIT_USAGE, message))
                }
            }
        }
        Command::Replay(arguments) => replay_command(*arguments),
        Command::AdapterNew { language, folder } => {
            let Some(skeleton) = scaffold::language(&language) else {
                let known: Vec<&str> = scaffold::LANGUAGES.iter().map(|l| l.name).collect();
                let message = format!(
                    "there is a skeleton in {}, not in {language:?}",
                    known.join(", ")
                );
                return Err(Stop::new(EXIT_USAGE, message));
            };
            say(&skeleton
                .write(&folder)
                .map_err(|error| Stop::file(&folder, &error))?)
        }
        Command::AdapterCheck {
            timeout,
            environment,
            command,
        } => {
            let adapter = Adapter::process(command).with_environment(environment);
            let findings = examine::examine(&suite(None)?, &adapter, timeout).map_err(broken)?;
            say(&findings.text)?;
            Ok(exit(findings.failed == 0))
        }
        Command::Bridge(bridge) => {
            let served = bridge.serve(io::stdin().lock(), io::stdout().lock());
            match served {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(Stop::new(EXIT_USAGE, error.to_string()))
                }
                _ => Ok(EXIT_OK),
            }
        }
        Command::Compare { old, new } => {
            let comparison = compare::compare(&read_results(&old)?, &read_results(&new)?);
            say(&comparison.text)?;
            Ok(exit(!comparison.is_worse))
        }
        Command::Matrix { files, page } => {
            let results = files.iter().map(|file| read_results(file));
            let text = html::peers_page(&results.collect::<Result<Vec<_>, _>>()?)
                .map_err(|error| Stop::new(EXIT_DEFECT, error.to_string()))?;
            if let Some(folder) = page.parent() {
                fs::create_dir_all(folder).map_err(|error| Stop::file(folder, &error))?;
            }
            fs::write(&page, text).map_err(|error| Stop::file(&page, &error))?;
            say(&format!("wrote {}\n", page.display()))
        }
        Command::AuditPack { file, archive } => audit_command(&file, &archive),
        Command::Extract { folder, filter } => {
            let written = extract::extract(&suite(None)?, filter.as_deref(), &folder);
            let (vectors, files) = written.map_err(|error| Stop::file(&folder, &error))?;
            say(&format!(
                "{vectors} vectors in {files} files below {}\n",
                folder.display()
            ))
        }
        Command::DiffFuzz(arguments) => fuzz::command(*arguments),
        Command::Kill { family } => kill_command(family.as_deref()),
        Command::Capture {
            canister,
            folder,
            expiry,
        } => capture_command(&canister, &folder, expiry),
        Command::Report {
            file,
            folder,
            subject,
        } => report_command(&file, folder.as_deref(), subject.as_deref()),
    }
}

fn say(text: &str) -> Result<u8, Stop> {
    match io::stdout().write_all(text.as_bytes()) {
        // A reader that has seen enough closes the pipe.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::new(EXIT_USAGE, error.to_string()))
        }
        _ => Ok(EXIT_OK),
    }
}

fn suite(folder: Option<std::path::PathBuf>) -> Result<Suite, Stop> {
    let suite = match folder {
        None => Suite::embedded(),
        Some(folder) => Suite::from_folder(&folder),
    };
    suite.map_err(|defect| Stop::new(EXIT_DEFECT, format!("the suite is broken: {defect}")))
}

/// Colours only for a terminal, and only if its owner wants them.
fn style() -> Style {
    Style {
        is_coloured: wants_colours() && io::stdout().is_terminal(),
    }
}

/// Whether the owner of the terminal wants colours: see no-color.org.
fn wants_colours() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn replay_command(arguments: ReplayArguments) -> Result<u8, Stop> {
    let suite = suite(arguments.vectors)?;
    let unknown = |id: &String| Stop::new(EXIT_USAGE, format!("there is no vector {id:?}"));
    let vectors = arguments.ids.iter();
    let vectors = vectors.map(|id| suite.vector(id).ok_or_else(|| unknown(id)));
    let vectors: Vec<_> = vectors.collect::<Result<_, _>>()?;
    let adapter = Adapter::process(arguments.command).with_environment(arguments.environment);
    let replayed = replay::replay(&suite, &adapter, &vectors, arguments.timeout).map_err(broken)?;
    say(&replayed.text)?;
    Ok(exit(replayed.is_good))
}

fn broken(Broken(reason): Broken) -> Stop {
    Stop::new(EXIT_BROKEN, format!("the adapter {reason}"))
}

const fn exit(is_good: bool) -> u8 {
    if is_good { EXIT_OK } else { EXIT_FAILED }
}

fn read_results(file: &Path) -> Result<Results, Stop> {
    let text = fs::read_to_string(file).map_err(|error| Stop::file(file, &error))?;
    Results::from_json(&text).map_err(|error| Stop::file(file, &error))
}

fn report_command(file: &Path, folder: Option<&Path>, subject: Option<&Path>) -> Result<u8, Stop> {
    let results = read_results(file)?;
    let folder = folder
        .or_else(|| file.parent())
        .unwrap_or_else(|| Path::new("."));
    let mut files = write_reports(&results, folder)?;
    if let Some(subject) = subject {
        let program = fs::read(subject).map_err(|error| Stop::file(subject, &error))?;
        let name = subject
            .file_name()
            .unwrap_or(subject.as_os_str())
            .to_string_lossy();
        let statement = statement::statement(&results, &name, &hex(&sha256(&program)));
        let path = folder.join("statement.json");
        fs::write(&path, statement).map_err(|error| Stop::file(&path, &error))?;
        files.push_str(", statement.json");
    }
    say(&text::summary(&results, style()))?;
    say(&format!("report: {files}\n"))?;
    Ok(results.exit_code())
}

fn audit_command(file: &Path, archive: &Path) -> Result<u8, Stop> {
    let results = read_results(file)?;
    let suite = suite(None)?;
    if let Some(refusal) = audit::refusal(&results, &suite) {
        return Err(Stop::new(
            EXIT_USAGE,
            format!("{}: {refusal}", file.display()),
        ));
    }
    let reports = reports(&results)?;
    let kill = kill::in_full(&suite).map_err(|defects| broken_suite(&defects))?;
    if !kill.is_clean {
        return Err(broken_suite(&[kill.text]));
    }
    let bytes = audit::pack(reports, kill.text).map_err(|error| Stop::file(archive, &error))?;
    if let Some(folder) = archive.parent() {
        fs::create_dir_all(folder).map_err(|error| Stop::file(folder, &error))?;
    }
    fs::write(archive, &bytes).map_err(|error| Stop::file(archive, &error))?;
    // As sha256sum prints it.
    say(&format!(
        "{}  {}\n",
        hex(&sha256(&bytes)),
        archive.display()
    ))
}

fn broken_suite(defects: &[String]) -> Stop {
    Stop::new(
        EXIT_DEFECT,
        format!("the suite is broken:\n{}", defects.join("\n")),
    )
}

fn kill_command(family: Option<&str>) -> Result<u8, Stop> {
    let suite = suite(None)?;
    let is_it = |name: &str| {
        suite
            .clauses
            .iter()
            .any(|c| c.family.eq_ignore_ascii_case(name))
    };
    if let Some(family) = family
        && !is_it(family)
    {
        return Err(Stop::new(
            EXIT_USAGE,
            format!("there is no family {family:?}"),
        ));
    }
    let report = kill::report(&suite, family).map_err(|defects| broken_suite(&defects))?;
    say(&report.text)?;
    Ok(exit(report.is_clean))
}

fn capture_command(canister: &str, folder: &Path, expiry: Option<u64>) -> Result<u8, Stop> {
    let expiry = expiry.unwrap_or_else(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the edge of the program, unless --expiry-nanos"
        )]
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        u64::try_from(now)
            .unwrap_or(u64::MAX)
            .saturating_add(capture::VALIDITY_NANOS)
    });
    let captured = capture::capture(canister, expiry, folder).map_err(|error| {
        Stop::new(
            EXIT_USAGE,
            format!("capture to {}: {error}", folder.display()),
        )
    })?;
    say(&format!("{}\n", captured.command))?;
    let note = format!(
        "wrote {} and {}\nThe request is valid for four minutes. Run the command above in that \
         time, then: icid-conformance run --data {} -- <adapter>\n",
        captured.request.display(),
        captured.sidecar.display(),
        folder.display(),
    );
    // The command alone goes to stdout, so that it can be piped into a shell.
    let _ = io::stderr().write_all(note.as_bytes());
    Ok(EXIT_OK)
}
