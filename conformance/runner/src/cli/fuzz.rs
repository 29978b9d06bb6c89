//! `diff-fuzz`: changed vectors, against the executable model.

use std::fs;
use std::io;
use std::path::Path;

use super::args::FuzzArguments;
use super::progress::{Bar, Look};
use super::{EXIT_BROKEN, EXIT_DEFECT, EXIT_USAGE, Stop, exit, say, suite, wants_colours};
use crate::difffuzz::{self, Finding, Report};
use crate::suite::Suite;
use crate::transport::Adapter;

pub(super) fn command(arguments: FuzzArguments) -> Result<u8, Stop> {
    let FuzzArguments {
        options,
        out,
        vectors,
        environment,
        command,
    } = arguments;
    let suite = suite(vectors)?;
    let adapter = Adapter::process(command).with_environment(environment);
    let mut bar = Bar::new(io::stderr(), Look::of_stderr(wants_colours()));
    bar.begin(1000, "changed vectors, against the executable model");
    let report = difffuzz::fuzz(&suite, &adapter, &options, &mut |pace| {
        let bad = u64::try_from(pace.differences).unwrap_or(u64::MAX);
        let words = match pace.differences {
            0 => format!("{} cases", pace.cases),
            count => format!("{} cases, {count} differences", pace.cases),
        };
        bar.show(pace.thousandths, bad, &words, pace.op);
    });
    bar.end();
    for finding in &report.findings {
        let file = write(finding, &suite, &out)?;
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = finding.write(&mut text, &suite);
        say(&format!("{text}  vector {file}\n\n"))?;
    }
    let mut text = String::new();
    let _ = report.write(&mut text);
    say(&text)?;
    verdict(&report)
}

fn verdict(report: &Report<'_>) -> Result<u8, Stop> {
    if let Some(reason) = &report.broken {
        return Err(Stop::new(EXIT_BROKEN, format!("the adapter {reason}")));
    }
    if report.cases == 0 {
        let message = "no vector of an operation that the adapter offers is selected";
        return Err(Stop::new(EXIT_USAGE, message.to_owned()));
    }
    if report.is_wasteful() {
        let message = "more than a fifth of the inputs are none of the protocol";
        return Err(Stop::new(EXIT_DEFECT, message.to_owned()));
    }
    Ok(exit(report.is_clean()))
}

/// Writes a difference as a vector, and returns the name of the file.
fn write(finding: &Finding<'_>, suite: &Suite, folder: &Path) -> Result<String, Stop> {
    let path = folder.join(format!("{}.json", finding.slug()));
    fs::create_dir_all(folder).map_err(|error| Stop::file(folder, &error))?;
    let text = serde_json::to_string_pretty(&finding.file(suite))
        .map_err(|error| Stop::new(EXIT_DEFECT, error.to_string()))?;
    fs::write(&path, text + "\n").map_err(|error| Stop::file(&path, &error))?;
    Ok(path.display().to_string())
}
