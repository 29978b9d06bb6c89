//! One target with libFuzzer: starts it, reads what it prints, and counts what it leaves.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Stdio};
use std::time::{Duration, Instant};

use crate::process::{self, Problem};

/// How often a run says how far it is.
const PULSE: Duration = Duration::from_secs(60);

/// Where everything is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) fuzz: PathBuf,
    pub(super) binaries: PathBuf,
    pub(super) logs: PathBuf,
}

/// What a run came to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Figures {
    pub(super) executions: u64,
    /// Of nearly all executions.
    pub(super) accepted: u64,
    pub(super) rejected: u64,
    pub(super) discarded: u64,
    /// Edges of the control flow that were taken.
    pub(super) edges: u64,
    /// Edges by how often they were taken, and comparisons by how they came out.
    pub(super) features: u64,
    pub(super) corpus_files: u64,
    pub(super) corpus_bytes: u64,
    pub(super) peak_rss_mb: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            executions,
            accepted,
            rejected,
            discarded,
            edges,
            features,
            corpus_files,
            corpus_bytes,
            peak_rss_mb,
        } = self;
        write!(
            f,
            "{executions} executions ({accepted} accepted, {rejected} rejected, {discarded} \
             discarded), {edges} edges, {features} features, corpus {corpus_files} files and \
             {corpus_bytes} bytes, {peak_rss_mb} MB"
        )
    }
}

impl Figures {
    /// Takes over what a line of libFuzzer, or of the target, says.
    fn read(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("verdicts: ") {
            let mut counts = counts.split(", ").map(first_number);
            let mut next = || counts.next().flatten().unwrap_or(0);
            (self.accepted, self.rejected, self.discarded) = (next(), next(), next());
        } else if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = first_number(count).unwrap_or(0);
        } else if let Some(size) = line.strip_prefix("stat::peak_rss_mb:") {
            self.peak_rss_mb = first_number(size).unwrap_or(0);
        } else if line.starts_with('#') {
            let after = |label| {
                let (_, rest) = line.split_once(label)?;
                first_number(rest)
            };
            if let Some((edges, features)) = after(" cov: ").zip(after(" ft: ")) {
                (self.edges, self.features) = (edges, features);
            }
        }
    }
}

/// Returns the number that a text begins with.
fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// Runs a target for some seconds. A crash, an input that takes too long or too much memory, and a run
/// that ends without its figures are failures; the input stays in `fuzz/artifacts`.
pub(super) fn target(place: &Place, name: &str, seconds: u32) -> Result<Figures, Problem> {
    let corpus = place.fuzz.join("corpus").join(name);
    let artifacts = place.fuzz.join("artifacts").join(name);
    let log = place.logs.join(format!("{name}.log"));
    for folder in [&corpus, &artifacts, &place.logs] {
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    }
    let binary = place.binaries.join(name);
    let mut command = process::command(&place.fuzz, &binary.to_string_lossy(), &[]);
    command
        .arg(&corpus)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-print_final_stats=1", "-timeout=20", "-rss_limit_mb=2048"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    println!("fuzz: {name}: started");
    let mut child = command
        .spawn()
        .map_err(|error| Problem(format!("cannot start {command:?}: {error}")))?;
    let mut figures = Figures::default();
    if let Some(stream) = child.stderr.take() {
        let file = File::create(&log).map_err(|error| at(&log, &error))?;
        follow(name, stream, file, &mut figures).map_err(|error| at(&log, &error))?;
    }
    let status = child
        .wait()
        .map_err(|error| Problem(format!("{command:?}: {error}")))?;
    if !status.success() {
        let (artifacts, log) = (artifacts.display(), log.display());
        return Err(Problem(format!(
            "ended with {status}; the input is in {artifacts}, the log in {log}"
        )));
    }
    (figures.corpus_files, figures.corpus_bytes) =
        size(&corpus).map_err(|error| at(&corpus, &error))?;
    complete(figures)
}

/// Copies what a run prints to a file, reads it, and says from time to time how far it is.
fn follow(name: &str, stream: ChildStderr, mut log: File, figures: &mut Figures) -> io::Result<()> {
    let start = Instant::now();
    let mut next = PULSE;
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line)? > 0 {
        log.write_all(&line)?;
        figures.read(String::from_utf8_lossy(&line).trim_end());
        line.clear();
        if start.elapsed() >= next {
            let judged = figures.accepted + figures.rejected + figures.discarded;
            println!(
                "fuzz: {name}: {} s, {judged} executions or more, {} edges, {} features",
                start.elapsed().as_secs(),
                figures.edges,
                figures.features
            );
            next = start.elapsed() + PULSE;
        }
    }
    Ok(())
}

/// Checks that every figure was there to be read.
fn complete(figures: Figures) -> Result<Figures, Problem> {
    if figures.executions == 0 || figures.edges == 0 || figures.peak_rss_mb == 0 {
        return Err(Problem(format!("no figures were printed: {figures}")));
    }
    Ok(figures)
}

/// Returns how many files a folder has, and how long they are together.
fn size(folder: &Path) -> io::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder)? {
        files += 1;
        bytes += entry?.metadata()?.len();
    }
    Ok((files, bytes))
}

fn at(path: &Path, error: &io::Error) -> Problem {
    Problem(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_libfuzzer_and_a_target_print() {
        let mut figures = Figures::default();
        for line in [
            "INFO: Running with entropic power schedule (0xFF, 100).",
            "#2\tINITED cov: 100 ft: 200 corp: 1/1b exec/s: 0 rss: 40Mb",
            "verdicts: 1 accepted, 2 rejected, 0 discarded",
            "#512\tNEW    cov: 1207 ft: 4310 corp: 300/12Kb lim: 4096 exec/s: 0 rss: 61Mb L: 9/60 MS: 1 EraseBytes-",
            "verdicts: 400 accepted, 90 rejected, 10 discarded",
            "#512\tDONE   cov: 1208 ft: 4312 corp: 301/12Kb lim: 4096 exec/s: 51 rss: 61Mb",
            "Done 512 runs in 10 second(s)",
            "stat::number_of_executed_units: 512",
            "stat::average_exec_per_sec:     51",
            "stat::peak_rss_mb:              61",
        ] {
            figures.read(line);
        }
        let expected = Figures {
            executions: 512,
            accepted: 400,
            rejected: 90,
            discarded: 10,
            edges: 1208,
            features: 4312,
            corpus_files: 0,
            corpus_bytes: 0,
            peak_rss_mb: 61,
        };
        assert_eq!(figures, expected);
        assert_eq!(complete(figures), Ok(expected));
    }

    #[test]
    fn a_run_that_prints_no_figures_has_failed() {
        assert!(complete(Figures::default()).is_err());
    }
}
