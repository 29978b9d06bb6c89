//! Writes the tested clauses into the requirement set of the pinned version.

use std::fmt::Write as _;

use super::catalogue::{Catalogue, FAMILIES, Status};
use super::snapshot::{Snapshot, SpecError};

/// Returns the path and new text of the set, or nothing if it is up to date.
///
/// Everything before the list of families stays as it is.
pub(super) fn plan(snapshot: &Snapshot) -> Result<Option<(String, String)>, SpecError> {
    let catalogue = Catalogue::parse(snapshot);
    let unwritable = |path: &str, why: String| SpecError::Unwritable {
        path: path.to_owned(),
        why,
    };
    if let Some(problem) = catalogue.problems.first() {
        return Err(unwritable("spec", problem.to_string()));
    }
    let version = catalogue
        .pin
        .as_ref()
        .map_or("", |pin| pin.version.as_str());
    let path = format!("spec/sets/{version}.toml");
    let old = snapshot
        .text(&path)
        .ok_or_else(|| unwritable(&path, "it is missing".to_owned()))?;
    let head = old
        .find("families = [")
        .and_then(|at| old.get(..at))
        .ok_or_else(|| unwritable(&path, "it has no list of families".to_owned()))?;

    let mut families = Vec::new();
    let mut lines = String::new();
    for (name, _) in FAMILIES {
        let tested: Vec<String> = catalogue
            .families
            .values()
            .filter(|family| family.family == name)
            .flat_map(|family| &family.clause)
            .filter(|clause| clause.status == Status::Tested)
            .map(|clause| format!("\"{}\"", clause.name()))
            .collect();
        if tested.is_empty() {
            continue;
        }
        families.push(format!("\"{name}\""));
        lines.push_str(&wrap(&tested));
    }
    let families = wrap(&families);
    let mut new = head.to_owned();
    // Writing to a string can't fail.
    let _ = write!(new, "families = [\n{families}]\nclauses = [\n{lines}]\n");
    Ok((new != old).then_some((path, new)))
}

/// Returns the words as lines of at most 100 columns, indented by two, a comma after each.
fn wrap(words: &[String]) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for word in words {
        if line.len() + word.len() + 4 > 100 {
            text.push_str(&line);
            text.push('\n');
            line.clear();
        }
        line.push_str(if line.is_empty() { "  " } else { " " });
        line.push_str(word);
        line.push(',');
    }
    if !line.is_empty() {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(set: &str) -> Snapshot {
        let clause = |number: usize, status: &str| {
            format!(
                "[[clause]]\nid = \"PERM-{number}\"\ntitle = \"T\"\nlevel = \"must\"\n\
                 side = [\"verifier\"]\nrule = \"R\"\nsource = []\nstatus = \"{status}\"\n"
            )
        };
        let family = format!(
            "family = \"PERM\"\ntitle = \"T\"\n{}{}{}",
            clause(1, "tested"),
            clause(2, "pending"),
            clause(3, "tested")
        );
        let pin = "source = \"S\"\ncommit = \"C\"\nversion = \"1\"\nreleased = \"R\"\n\
                   retrieved = \"D\"\n";
        Snapshot::default()
            .with("spec/requirements/perm.toml", &family)
            .with("spec/errata.toml", "")
            .with("spec/policies.toml", "")
            .with("spec/UPSTREAM.toml", pin)
            .with("spec/sets/1.toml", set)
    }

    #[test]
    fn lists_tested_clauses_and_keeps_the_head() {
        let head = "# Why.\nspec = \"1\"\ndate = \"D\"\nrule = \"R\"\n";
        let frozen = format!(
            "{head}families = [\n  \"PERM\",\n]\nclauses = [\n  \"PERM-1\", \"PERM-3\",\n]\n"
        );
        let old = format!("{head}families = []\nclauses = []\n");
        let planned = plan(&snapshot(&old)).unwrap();
        assert_eq!(
            planned,
            Some(("spec/sets/1.toml".to_owned(), frozen.clone()))
        );
        assert_eq!(plan(&snapshot(&frozen)).unwrap(), None);
    }

    #[test]
    fn refuses_a_set_without_lists() {
        let set = "spec = \"1\"\ndate = \"D\"\nrule = \"R\"\nfamilies=[]\nclauses = []\n";
        let error = plan(&snapshot(set)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "spec/sets/1.toml: it has no list of families"
        );
    }

    #[test]
    fn wraps_at_a_hundred_columns() {
        let words = vec!["\"ABCDEFGHIJ-12\"".to_owned(); 13];
        assert!(wrap(&words).lines().all(|line| line.len() <= 100));
        assert_eq!(wrap(&words).lines().count(), 3);
    }
}
