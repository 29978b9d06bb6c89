//! Rewriting a list of expected failures after a complete run.
//!
//! | entry | becomes |
//! |---|---|
//! | its case passes, is not run or does not exist | removed |
//! | its case fails with another outcome | that outcome |
//! | a pattern that fits fewer failures than `max` | `max` is their number |
//! | a pattern that fits none | removed |
//! | a pattern that fits more than `max`, an entry whose `until` has come | as it was, for a person to decide |
//! | its case was skipped | as it was: nothing is known |
//! | none, but a case failed | added without a reason, so that the list is refused until it has one |
//!
//! Reasons, comments and the order of the entries are kept.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{Entry, ExpectedFailures};
use crate::outcome::{Outcome, Standing};
use crate::report::summary;
use crate::results::{CaseInfo, Results};

/// The name of the list in the file.
const LIST: &str = "xfail";

/// A list that was rewritten, and what was done to it.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Fixed {
    /// The file.
    pub(crate) text: String,
    pub(crate) removed: Vec<String>,
    pub(crate) changed: Vec<String>,
    /// Failures that were on no list. They lack a reason.
    pub(crate) added: Vec<String>,
    /// Entries that a person has to decide about, each with why.
    pub(crate) left: Vec<String>,
}

/// What becomes of one entry.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Advice {
    Keep,
    Remove,
    SetMax(usize),
    SetOutcome(Outcome),
    Ask(String),
}

/// Rewrites `text`, the file that `list` was read from, by what `results` say.
///
/// # Errors
///
/// Returns in words why it cannot be rewritten: the run was not complete, or the entries are not
/// written as `[[xfail]]`.
pub(crate) fn fix(list: &ExpectedFailures, text: &str, results: &Results) -> Result<Fixed, String> {
    if let Some(reason) = results.broken() {
        return Err(format!("the run was not complete: the adapter {reason}"));
    }
    if summary::is_partial(results) {
        return Err("the run was not complete: it was of a part of the suite".to_owned());
    }
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let tables = match document.remove(LIST) {
        None => ArrayOfTables::new(),
        Some(Item::ArrayOfTables(tables)) => tables,
        Some(_) => return Err("the entries are not written as [[xfail]]".to_owned()),
    };
    let mut fixed = Fixed::default();
    let mut kept = ArrayOfTables::new();
    let mut orphans = String::new();
    let mut covered = Vec::new();
    for (entry, table) in list.entries.iter().zip(tables) {
        let mut table: Table = table;
        let advice = advice(entry, results);
        match &advice {
            Advice::Remove => {
                fixed.removed.push(entry.id.clone());
                orphans.push_str(loose_comments(&table));
                continue;
            }
            Advice::Keep => {}
            Advice::SetMax(max) => {
                fixed.changed.push(format!("{}: at most {max}", entry.id));
                replace(&mut table, "max", i64::try_from(*max).unwrap_or(i64::MAX));
            }
            Advice::SetOutcome(outcome) => {
                fixed.changed.push(format!("{}: {outcome}", entry.id));
                replace(&mut table, "outcome", outcome.name());
            }
            Advice::Ask(why) => fixed.left.push(format!("{}: {why}", entry.id)),
        }
        adopt(&mut table, &mut orphans);
        covered.push(entry);
        kept.push(table);
    }
    for case in results.failures() {
        if covered.iter().any(|entry| entry.is_about(&case.id)) {
            continue;
        }
        let mut table = new_entry(case);
        adopt(&mut table, &mut orphans);
        kept.push(table);
        fixed.added.push(case.id.clone());
    }
    if kept.is_empty() {
        let trailing = document.trailing().as_str().unwrap_or_default();
        let trailing = format!("{orphans}{trailing}");
        document.set_trailing(trailing);
    } else {
        document.insert(LIST, Item::ArrayOfTables(kept));
    }
    fixed.text = document.to_string();
    Ok(fixed)
}

fn advice(entry: &Entry, results: &Results) -> Advice {
    let bound = results.options.reason_bound;
    let mine: Vec<&CaseInfo> = results
        .cases
        .iter()
        .filter(|case| entry.is_about(&case.id))
        .collect();
    let failed = |case: &&&CaseInfo| case.outcome.standing(bound) == Standing::Failed;
    let fitting = mine
        .iter()
        .filter(failed)
        .filter(|case| case.outcome == entry.outcome)
        .count();
    if fitting == 0 && mine.iter().any(|case| case.outcome == Outcome::Skipped) {
        return Advice::Keep;
    }
    let is_expired = entry.has_expired(&results.suite.version);
    match (fitting, entry.max) {
        (0, None) => match mine.iter().find(failed) {
            Some(case) if !is_expired => Advice::SetOutcome(case.outcome),
            Some(_) => Advice::Ask("its version has come, and it still fails".to_owned()),
            None => Advice::Remove,
        },
        (0, Some(_)) => Advice::Remove,
        _ if is_expired => Advice::Ask("its version has come, and it still fails".to_owned()),
        (count, Some(max)) if count > max => {
            Advice::Ask(format!("fits {count} failures, at most {max} are allowed"))
        }
        (count, Some(max)) if count < max => Advice::SetMax(count),
        _ => Advice::Keep,
    }
}

fn new_entry(case: &CaseInfo) -> Table {
    let mut table = Table::new();
    table.insert("id", value(case.id.as_str()));
    table.insert("outcome", value(case.outcome.name()));
    table.insert("reason", value(""));
    table.decor_mut().set_prefix("\n");
    table
}

/// Sets the value of a key and keeps what stands around it.
fn replace(table: &mut Table, key: &str, new: impl Into<toml_edit::Value>) {
    let mut new: toml_edit::Value = new.into();
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    table.insert(key, Item::Value(new));
}

/// Returns the comments above an entry that an empty line keeps apart from it: they are about the
/// list, and not about the entry.
fn loose_comments(table: &Table) -> &str {
    let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
    let prefix = prefix.unwrap_or_default();
    let end = prefix.rfind("\n\n").map_or(0, |at| at.saturating_add(2));
    let loose = prefix.get(..end).unwrap_or_default();
    if loose.trim().is_empty() { "" } else { loose }
}

/// Puts comments that lost their entry above the next one.
fn adopt(table: &mut Table, orphans: &mut String) {
    if orphans.is_empty() {
        return;
    }
    let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
    let prefix = prefix
        .unwrap_or_default()
        .trim_start_matches('\n')
        .to_owned();
    let all = format!("{}{prefix}", core::mem::take(orphans));
    table.decor_mut().set_prefix(all);
}

#[cfg(test)]
mod tests;
