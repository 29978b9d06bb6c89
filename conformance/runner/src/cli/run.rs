//! `run`: the suite against an adapter, and all reports.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::args::{Format, RunArguments};
use super::progress::{Bar, Look};
use super::timing::Timed;
use super::{EXIT_DEFECT, EXIT_USAGE, Stop, say, style, suite, wants_colours};
use crate::report::{badge, github, html, junit, markdown, sarif, text};
use crate::results::Results;
use crate::run::{Progress, Silent, run};
use crate::transport::Adapter;
use crate::xfail::ExpectedFailures;
use crate::xfail::fix::{Fixed, fix};

pub(super) fn command(arguments: RunArguments) -> Result<u8, Stop> {
    let RunArguments {
        options,
        format,
        out,
        vectors,
        environment,
        xfail,
        fix,
        command,
    } = arguments;
    let suite = suite(vectors)?;
    let list = xfail.as_deref().map(|file| List::read(file, fix));
    let list = list.transpose()?;
    let adapter = Adapter::process(command.clone()).with_environment(environment);
    let mut bar = Bar::new(io::stderr(), Look::of_stderr(wants_colours()));
    let mut silent = Silent::new();
    let listener: &mut dyn Progress = match format {
        Format::Human => &mut bar,
        Format::Github | Format::Json => &mut silent,
    };
    let mut timed = Timed::new(listener);
    let mut results = run(&suite, &adapter, &options, &mut timed);
    if results.cases.is_empty() {
        let filter = options.filter.unwrap_or_default();
        return Err(Stop::new(
            EXIT_USAGE,
            format!("no case matches the filter {filter:?}"),
        ));
    }
    let record = timed.record(&command, options.jobs);
    if let Some(list) = &list {
        list.expected.apply(&mut results);
    }
    let files = write_reports(&results, &out)?;
    let path = out.join("run.json");
    fs::write(&path, record).map_err(|error| Stop::file(&path, &error))?;
    match format {
        Format::Human => {
            say(&text::summary(&results, style()))?;
            say(&format!("report: {files}\n"))?;
        }
        Format::Github => {
            say(&github::annotations(&results))?;
        }
        Format::Json => {
            say(&json(&results)?)?;
        }
    }
    if let (Some(list), true) = (&list, fix) {
        list.fix(&results)?;
    }
    Ok(results.exit_code())
}

/// A list of expected failures, and the file that it is in.
struct List<'a> {
    file: &'a Path,
    text: String,
    expected: ExpectedFailures,
}

impl<'a> List<'a> {
    /// Reads the file. One that is to be rewritten need not be there.
    fn read(file: &'a Path, may_be_missing: bool) -> Result<Self, Stop> {
        let text = match fs::read_to_string(file) {
            Err(error) if error.kind() == ErrorKind::NotFound && may_be_missing => String::new(),
            text => text.map_err(|error| Stop::file(file, &error))?,
        };
        let expected =
            ExpectedFailures::from_toml(&text).map_err(|error| Stop::file(file, &error))?;
        Ok(Self {
            file,
            text,
            expected,
        })
    }

    /// Rewrites the file, and says on stderr what was done to it.
    fn fix(&self, results: &Results) -> Result<(), Stop> {
        let fixed = fix(&self.expected, &self.text, results)
            .map_err(|reason| Stop::file(self.file, &format!("not rewritten: {reason}")))?;
        if fixed.text != self.text {
            fs::write(self.file, &fixed.text).map_err(|error| Stop::file(self.file, &error))?;
        }
        // Standard output may be a file for programs.
        let _ = io::stderr().write_all(account(self.file, &fixed).as_bytes());
        Ok(())
    }
}

/// Says what was done to a list.
fn account(file: &Path, fixed: &Fixed) -> String {
    let mut text = format!(
        "{}: {} removed, {} changed, {} added, {} left for you to decide\n",
        file.display(),
        fixed.removed.len(),
        fixed.changed.len(),
        fixed.added.len(),
        fixed.left.len(),
    );
    let parts = [
        ("removed", &fixed.removed),
        ("changed", &fixed.changed),
        ("added", &fixed.added),
        ("left", &fixed.left),
    ];
    for (what, lines) in parts {
        for line in lines {
            text.push_str(&format!("    {what} {line}\n"));
        }
    }
    if !fixed.added.is_empty() {
        text.push_str(
            "What was added lacks its reason, and the list is refused until it has one.\n",
        );
    }
    text
}

fn json(results: &Results) -> Result<String, Stop> {
    results
        .to_json()
        .map_err(|error| Stop::new(EXIT_DEFECT, error.to_string()))
}

/// Writes the reports and returns their names for the reader.
pub(super) fn write_reports(results: &Results, folder: &Path) -> Result<String, Stop> {
    fs::create_dir_all(folder).map_err(|error| Stop::file(folder, &error))?;
    for (name, text) in reports(results)? {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Stop::file(&path, &error))?;
    }
    Ok(format!(
        "{}/report.html, results.json, junit.xml, results.sarif, summary.md, badge.svg",
        folder.display()
    ))
}

/// Makes all reports, each with the name of its file.
pub(super) fn reports(results: &Results) -> Result<Vec<(&'static str, String)>, Stop> {
    let defect = |error: &dyn core::fmt::Display| Stop::new(EXIT_DEFECT, error.to_string());
    let page = html::page(results).map_err(|error| defect(&error))?;
    let junit = junit::xml(results).map_err(|error| defect(&error))?;
    Ok(vec![
        ("results.json", json(results)?),
        ("report.html", page),
        ("junit.xml", junit),
        ("results.sarif", sarif::log(results)),
        ("summary.md", markdown::page(results)),
        ("badge.json", badge::endpoint(results)),
        ("badge.svg", badge::picture(results)),
    ])
}
