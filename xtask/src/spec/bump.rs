//! Writes section hashes into requirement files without touching anything else in them.

use std::collections::BTreeSet;

use super::catalogue::{Catalogue, Pin, REQUIREMENTS, Source};
use super::snapshot::{Snapshot, SpecError};
use super::upstream::Upstream;

const PIN: &str = "spec/UPSTREAM.toml";

/// What a bump changes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Change {
    /// New texts by path; files that stay the same are not here.
    pub(super) files: Vec<(String, String)>,
    /// One line for people per change.
    pub(super) lines: Vec<String>,
}

/// Returns what must be written so that every hash is that of `upstream`.
pub(super) fn plan(snapshot: &Snapshot, upstream: &Upstream) -> Result<Change, SpecError> {
    missing(snapshot, upstream)?;
    let mut change = Change::default();
    for (path, text) in snapshot.matching(REQUIREMENTS, ".toml") {
        let mut lines = Vec::new();
        let new = rewrite(text, upstream, &mut |source, hash| {
            let was = source.sha256.as_deref().unwrap_or("nothing");
            lines.push(format!(
                "{path}: {}#{}: {was} → {hash}",
                source.doc, source.anchor
            ));
        });
        if new != text {
            change.files.push((path.to_owned(), new));
            change.lines.append(&mut lines);
        }
    }
    if let Some(text) = snapshot.text(PIN) {
        let new = pin(text, upstream)?;
        if new != text {
            change.lines.push(format!("{PIN}: hashes of the documents"));
            change.files.push((PIN.to_owned(), new));
        }
    }
    complete(snapshot, &change)?;
    Ok(change)
}

/// Refuses to work while a clause cites a section that doesn't exist.
fn missing(snapshot: &Snapshot, upstream: &Upstream) -> Result<(), SpecError> {
    let catalogue = Catalogue::parse(snapshot);
    let mut sections = BTreeSet::new();
    for clause in catalogue.clauses() {
        for Source { doc, anchor, .. } in clause.source.iter().filter(|source| !source.is_code()) {
            if upstream.section_hash(doc, anchor).is_none() {
                sections.insert(format!("{doc}#{anchor} ({})", clause.name()));
            }
        }
    }
    if sections.is_empty() {
        Ok(())
    } else {
        Err(SpecError::MissingSections {
            sections: sections.into_iter().collect(),
        })
    }
}

/// Replaces every inline table that is a [`Source`] by one with the right hash.
fn rewrite(text: &str, upstream: &Upstream, changed: &mut dyn FnMut(&Source, &str)) -> String {
    let mut new = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, table) = rest.split_at_checked(open).unwrap_or((rest, ""));
        new.push_str(before);
        let length = table.find('}').map_or(table.len(), |close| close + 1);
        let (table, after) = table.split_at_checked(length).unwrap_or((table, ""));
        match source(table).and_then(|source| {
            let hash = upstream.section_hash(&source.doc, &source.anchor)?;
            Some((source, hash))
        }) {
            Some((source, hash)) if source.sha256.as_deref() != Some(&hash) => {
                changed(&source, &hash);
                let Source { doc, anchor, .. } = source;
                new.push_str(&format!(
                    "{{ doc = \"{doc}\", anchor = \"{anchor}\", sha256 = \"{hash}\" }}"
                ));
            }
            Some(_) => new.push_str(table),
            None => {
                // Not a source: step over the brace only, another may begin within.
                new.push('{');
                rest = rest.get(open + 1..).unwrap_or_default();
                continue;
            }
        }
        rest = after;
    }
    new.push_str(rest);
    new
}

fn source(table: &str) -> Option<Source> {
    #[derive(serde::Deserialize)]
    struct Line {
        source: Source,
    }
    toml::from_str::<Line>(&format!("source = {table}"))
        .ok()
        .map(|line| line.source)
}

/// Replaces the `[[file]]` tables at the end of the pin.
fn pin(text: &str, upstream: &Upstream) -> Result<String, SpecError> {
    let unwritable = |why: String| SpecError::Unwritable {
        path: PIN.to_owned(),
        why,
    };
    let parsed: Pin = toml::from_str(text).map_err(|error| unwritable(error.to_string()))?;
    let head = text
        .find("[[file]]")
        .and_then(|at| text.get(..at))
        .unwrap_or(text);
    let mut tables = Vec::new();
    for file in parsed.file {
        let hash = upstream
            .document_hash(&file.doc)
            .ok_or_else(|| unwritable(format!("there is no document {}", file.doc)))?;
        tables.push(format!(
            "[[file]]\ndoc = \"{}\"\npath = \"{}\"\nsha256 = \"{hash}\"\n",
            file.doc, file.path
        ));
    }
    Ok(format!("{head}{}", tables.join("\n")))
}

/// Makes sure that no source was overlooked because it is written in an unusual way.
fn complete(snapshot: &Snapshot, change: &Change) -> Result<(), SpecError> {
    for (path, text) in snapshot.matching(REQUIREMENTS, ".toml") {
        let text = change
            .files
            .iter()
            .find(|(new, _)| new == path)
            .map_or(text, |(_, new)| new);
        let Ok(family) = toml::from_str::<super::catalogue::Family>(text) else {
            continue;
        };
        for clause in &family.clause {
            let is_open = |source: &Source| source.sha256.is_none() && !source.is_code();
            if clause.source.iter().any(is_open) {
                let why = format!("write the sources of {} as inline tables", clause.name());
                return Err(SpecError::Unwritable {
                    path: path.to_owned(),
                    why,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "spec/requirements/perm.toml";
    const PAGE: &str = "## One {#one}\nx\n## Two {#two}\ny\n";

    fn upstream() -> Upstream {
        Upstream::new([("index.md", PAGE)])
    }

    fn family(sources: &str) -> String {
        format!(
            "# A comment {{ stays }}.\nfamily = \"PERM\"\ntitle = \"T\"\n\n[[clause]]\n\
             id = \"PERM-1\"\ntitle = \"T\"\nlevel = \"must\"\nside = [\"verifier\"]\n\
             rule = \"a map {{ a, b }}\"\nsource = {sources}\nstatus = \"pending\"\n"
        )
    }

    #[test]
    fn fills_in_hashes_and_leaves_the_rest() {
        let (one, two) = (
            upstream().section_hash("index.md", "one").unwrap(),
            upstream().section_hash("index.md", "two").unwrap(),
        );
        let before = family(
            "[\n  { doc = \"index.md\", anchor = \"one\" },\n  { doc = \"index.md\", \
             anchor = \"two\", sha256 = \"00\" },\n]",
        );
        let after = family(&format!(
            "[\n  {{ doc = \"index.md\", anchor = \"one\", sha256 = \"{one}\" }},\n  \
             {{ doc = \"index.md\", anchor = \"two\", sha256 = \"{two}\" }},\n]"
        ));
        let snapshot = Snapshot::default().with(PATH, &before);
        let change = plan(&snapshot, &upstream()).unwrap();
        assert_eq!(change.files, [(PATH.to_owned(), after.clone())]);
        assert_eq!(change.lines.len(), 2);
        let again = plan(&Snapshot::default().with(PATH, &after), &upstream()).unwrap();
        assert_eq!(again, Change::default());
    }

    #[test]
    fn refuses_sections_that_do_not_exist() {
        let text = family("[{ doc = \"index.md\", anchor = \"three\" }]");
        let error = plan(&Snapshot::default().with(PATH, &text), &upstream()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "sections that don't exist: index.md#three (PERM-1)"
        );
    }

    #[test]
    fn refuses_sources_it_cannot_rewrite() {
        let text = family("[{ doc = \"index.md\", anchor = \"\\u006fne\" }]");
        let text = text.replace("source = [{ doc = ", "source = [{ # }\n doc = ");
        let error = plan(&Snapshot::default().with(PATH, &text), &upstream()).unwrap_err();
        let expected = format!("{PATH}: write the sources of PERM-1 as inline tables");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn writes_the_hashes_of_documents() {
        let head = "source = \"S\"\ncommit = \"C\"\nversion = \"V\"\nreleased = \"R\"\n\
                    retrieved = \"D\"\n\n";
        let file = "[[file]]\ndoc = \"index.md\"\npath = \"p/index.md\"\n";
        let hash = upstream().document_hash("index.md").unwrap().to_owned();
        let snapshot = Snapshot::default().with(PIN, &format!("{head}{file}"));
        let change = plan(&snapshot, &upstream()).unwrap();
        let expected = format!("{head}{file}sha256 = \"{hash}\"\n");
        assert_eq!(change.files, [(PIN.to_owned(), expected)]);
    }
}
