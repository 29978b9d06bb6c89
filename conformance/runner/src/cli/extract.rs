//! `extract`: the vectors as files.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::glob::Filter;
use crate::suite::Suite;

/// Writes the vectors that match the filter, and their twins, below `folder`, with the catalogue
/// beside them. Returns how many vectors and files.
///
/// # Errors
///
/// Returns what writing returns.
pub(super) fn extract(
    suite: &Suite,
    filter: Option<&str>,
    folder: &Path,
) -> io::Result<(usize, usize)> {
    let filter = Filter::new(filter);
    let matching = suite
        .vectors
        .iter()
        .filter(|vector| filter.matches(&vector.id));
    let with_twins = matching.flat_map(|vector| [Some(vector), suite.twin(vector)]);
    let wanted: std::collections::BTreeSet<&str> = with_twins
        .flatten()
        .map(|vector| vector.id.as_str())
        .collect();
    let mut counts = (0, 0);
    for (path, text) in vectors::FILES {
        let Some((count, text)) = part(text, &|id| wanted.contains(id))? else {
            continue;
        };
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
        counts = (counts.0 + count, counts.1 + 1);
    }
    fs::create_dir_all(folder)?;
    // The lock names what must be there, and a part is all there is here.
    let ids = vectors::IDS_LOCK.lines().filter(|id| wanted.contains(id));
    let ids: String = ids.flat_map(|id| [id, "\n"]).collect();
    for (name, text) in [
        ("clauses.json", vectors::CLAUSES),
        ("policies.json", vectors::POLICIES),
        ("ids.lock", &ids),
    ] {
        fs::write(folder.join(name), text)?;
    }
    Ok(counts)
}

/// Returns the text of a file with the wanted vectors only, and how many these are, if any.
fn part(text: &str, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<Option<(usize, String)>> {
    let mut file: Value = serde_json::from_str(text)?;
    let Some(Value::Array(tests)) = file.get_mut("tests") else {
        return Ok(None);
    };
    let before = tests.len();
    tests.retain(|test| {
        test.get("id")
            .and_then(Value::as_str)
            .is_some_and(is_wanted)
    });
    match tests.len() {
        0 => Ok(None),
        all if all == before => Ok(Some((all, text.to_owned()))),
        some => {
            drop_unused_notes(&mut file);
            Ok(Some((some, format!("{file:#}\n"))))
        }
    }
}

/// A note that no vector of the file refers to is a defect of the file.
fn drop_unused_notes(file: &mut Value) {
    let tests = file.get("tests").and_then(Value::as_array);
    let notes = |test: &Value| test.get("notes").and_then(Value::as_array).cloned();
    let used: Vec<Value> = tests
        .into_iter()
        .flatten()
        .filter_map(notes)
        .flatten()
        .collect();
    if let Some(Value::Object(notes)) = file.get_mut("notes") {
        notes.retain(|name, _| used.iter().any(|one| one == name));
    }
}
