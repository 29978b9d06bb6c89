//! The spec spine: the clauses of `spec/requirements`, what they cite and who cites them.
//!
//! [`lint`] proves that the catalogue is complete and consistent: the schema of every file, all
//! [`catalogue::CLAUSES`] clauses, the vocabulary, errata and policies that exist, and every
//! `spec` mark in Rust code. With a checkout of the cited documents it also compares the hash of
//! every cited section; without one that is a counted skip, never a silent one.
//!
//! Everything works on a [`Snapshot`] of text files, so that each rule has a test that breaks it
//! without touching the disk.

mod bump;
mod catalogue;
mod freeze;
mod marks;
mod report;
mod rules;
mod snapshot;
mod upstream;

use std::collections::BTreeSet;
use std::path::Path;

pub(crate) use self::report::{Report, Totals};
pub(crate) use self::snapshot::SpecError;

use self::catalogue::Catalogue;
use self::snapshot::Snapshot;
use self::upstream::Upstream;

/// Says how the subcommands of `cargo xtask spec` are called.
pub(crate) const USAGE: &str = "\
usage: cargo xtask spec <command>
  lint [--upstream DIR]     check the catalogue, its sets and every mark in the code
  show ID                   print one clause
  totals                    print how many clauses are tested, pending, excluded, unspecified
  unclaimed --upstream DIR  print the normative sentences of sections that no clause cites
  bump --upstream DIR       write the hash of every cited section and document
  freeze                    write the tested clauses into the set of the pinned version
DIR is a checkout of the documents named in spec/UPSTREAM.toml";

/// Checks the spec spine of the repository at `root`.
///
/// `upstream` is a checkout of the documents: either a directory that holds `docs/references` and
/// `public/references`, or one that holds the files themselves.
///
/// # Errors
///
/// [`SpecError`] if a directory or file can't be read. What is wrong with the spine itself is in
/// the [`Report`].
pub(crate) fn lint(root: &Path, upstream: Option<&Path>) -> Result<Report, SpecError> {
    let snapshot = Snapshot::read(root)?;
    let upstream = upstream.map(Upstream::read).transpose()?;
    Ok(rules::check(&snapshot, upstream.as_ref()))
}

/// Returns clause `id` as text: everything the catalogue says, and where the code cites it.
///
/// # Errors
///
/// [`SpecError`] if the files can't be read or there is no such clause.
pub(crate) fn show(root: &Path, id: &str) -> Result<String, SpecError> {
    let snapshot = Snapshot::read(root)?;
    let catalogue = Catalogue::parse(&snapshot);
    let clause = catalogue
        .clause(id)
        .ok_or_else(|| SpecError::NoClause { id: id.to_owned() })?;
    Ok(report::describe(clause, &marks::collect(&snapshot).0))
}

/// Returns the counts of clauses by status.
///
/// # Errors
///
/// [`SpecError`] if the files can't be read.
pub(crate) fn totals(root: &Path) -> Result<Totals, SpecError> {
    let snapshot = Snapshot::read(root)?;
    Ok(Totals::count(Catalogue::parse(&snapshot).clauses()))
}

/// Lists the normative sentences of upstream sections that no clause cites, one per line.
///
/// A sentence counts if it says must, should, may, not allowed, required, rejected or invalid.
///
/// # Errors
///
/// [`SpecError`] if a directory or file can't be read.
pub(crate) fn unclaimed(root: &Path, upstream: &Path) -> Result<Vec<String>, SpecError> {
    let snapshot = Snapshot::read(root)?;
    let upstream = Upstream::read(upstream)?;
    let catalogue = Catalogue::parse(&snapshot);
    let cited: BTreeSet<(&str, &str)> = catalogue
        .clauses()
        .flat_map(|clause| &clause.source)
        .map(|source| (source.doc.as_str(), source.anchor.as_str()))
        .collect();
    Ok(upstream.unclaimed(&cited))
}

/// Writes the hash of every cited section into the requirement files, and the hash of every
/// document into `spec/UPSTREAM.toml`; returns one line per change.
///
/// # Errors
///
/// [`SpecError`] if a file can't be read or written, or a cited section doesn't exist. Nothing is
/// written in the last case.
pub(crate) fn bump(root: &Path, upstream: &Path) -> Result<Vec<String>, SpecError> {
    let snapshot = Snapshot::read(root)?;
    let upstream = Upstream::read(upstream)?;
    let change = bump::plan(&snapshot, &upstream)?;
    for (path, text) in &change.files {
        let path = root.join(path);
        std::fs::write(&path, text).map_err(|error| SpecError::Io { path, error })?;
    }
    Ok(change.lines)
}

/// Writes the tested clauses into the set of the pinned version; returns its path if it changed.
///
/// # Errors
///
/// [`SpecError`] if a file can't be read or written, or doesn't parse.
pub(crate) fn freeze(root: &Path) -> Result<Option<String>, SpecError> {
    let Some((path, text)) = freeze::plan(&Snapshot::read(root)?)? else {
        return Ok(None);
    };
    let file = root.join(&path);
    std::fs::write(&file, text).map_err(|error| SpecError::Io { path: file, error })?;
    Ok(Some(path))
}

/// Runs `cargo xtask spec <arguments>` and returns what to print and whether all is well.
///
/// # Errors
///
/// [`SpecError`] if the arguments are wrong or a file can't be read or written.
pub(crate) fn command(root: &Path, arguments: &[String]) -> Result<(String, bool), SpecError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["lint"] => lint(root, None).map(|report| printed(&report)),
        ["lint", "--upstream", dir] => {
            lint(root, Some(Path::new(dir))).map(|report| printed(&report))
        }
        ["show", id] => Ok((show(root, id)?, true)),
        ["totals"] => Ok((totals(root)?.to_string(), true)),
        ["unclaimed"] => Ok(("skipped: 1 check (no --upstream DIR)".to_owned(), true)),
        ["unclaimed", "--upstream", dir] => {
            let mut lines = unclaimed(root, Path::new(dir))?;
            lines.push(format!("{} sentences without a clause", lines.len()));
            Ok((lines.join("\n"), true))
        }
        ["bump"] => Ok(("skipped: 1 check (no --upstream DIR)".to_owned(), true)),
        ["bump", "--upstream", dir] => {
            let mut lines = bump(root, Path::new(dir))?;
            lines.push(format!("{} changes", lines.len()));
            Ok((lines.join("\n"), true))
        }
        ["freeze"] => {
            let path = freeze(root)?;
            Ok((
                path.map_or_else(
                    || "nothing to write".to_owned(),
                    |path| format!("{path} written"),
                ),
                true,
            ))
        }
        _ => Err(SpecError::Usage),
    }
}

fn printed(report: &Report) -> (String, bool) {
    let clean = report.is_clean();
    (report.to_string(), clean)
}
