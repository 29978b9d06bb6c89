//! The lint rules: what must hold for the catalogue and for every mark in the code.

mod clause;

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{
    Catalogue, Clause, DOCUMENTS, FAMILIES, Family, REQUIREMENTS, Status, line_of,
};
use super::marks;
use super::report::{Problem, Report, Totals};
use super::snapshot::Snapshot;
use super::upstream::Upstream;

/// Checks everything.
pub(super) fn check(snapshot: &Snapshot, upstream: Option<&Upstream>) -> Report {
    let catalogue = Catalogue::parse(snapshot);
    if !catalogue.problems.is_empty() {
        // Every reference into a file that can't be read would be one more problem.
        let skips = vec!["all other checks (the files above can't be read)".to_owned()];
        return Report {
            problems: catalogue.problems,
            skips,
            ..Report::default()
        };
    }
    let mut problems = Vec::new();
    let check = Check::new(snapshot, &catalogue);

    check.names(&mut problems);
    check.families(&mut problems);
    for (path, family) in &catalogue.families {
        for clause in &family.clause {
            check.clause(path, clause, &mut problems);
        }
    }
    check.errata(&mut problems);
    check.policies(&mut problems);
    check.sets(&mut problems);
    let marks = check.marks(&mut problems);
    let skips = match upstream {
        Some(upstream) => {
            check.upstream(upstream, &mut problems);
            Vec::new()
        }
        None => vec!["hashes of the cited sections (no --upstream DIR)".to_owned()],
    };

    problems.sort();
    problems.dedup();
    Report {
        problems,
        skips,
        totals: Totals::count(catalogue.clauses()),
        marks,
    }
}

/// The catalogue with the names that its parts use to refer to each other.
struct Check<'a> {
    snapshot: &'a Snapshot,
    catalogue: &'a Catalogue,
    clauses: BTreeSet<&'a str>,
    errata: BTreeSet<&'a str>,
    policies: BTreeSet<&'a str>,
}

impl<'a> Check<'a> {
    fn new(snapshot: &'a Snapshot, catalogue: &'a Catalogue) -> Self {
        Self {
            snapshot,
            catalogue,
            clauses: catalogue.clauses().map(Clause::name).collect(),
            errata: catalogue
                .errata
                .iter()
                .map(|erratum| erratum.id.as_str())
                .collect(),
            policies: catalogue
                .policies
                .iter()
                .map(|policy| policy.name.as_str())
                .collect(),
        }
    }

    fn problem(&self, path: &str, clause: &Clause, text: impl AsRef<str>) -> Problem {
        let line = self
            .snapshot
            .text(path)
            .map_or(0, |text| line_of(text, clause.id.span()));
        Problem::new(path, line, format!("{}: {}", clause.name(), text.as_ref()))
    }

    /// Names are unique: clauses, errata and policies.
    fn names(&self, problems: &mut Vec<Problem>) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (path, family) in &self.catalogue.families {
            for clause in &family.clause {
                if let Some(first) = seen.insert(clause.name(), path) {
                    problems.push(self.problem(path, clause, format!("also in {first}")));
                }
            }
        }
        let errata = self
            .catalogue
            .errata
            .iter()
            .map(|erratum| erratum.id.as_str());
        let policies = self
            .catalogue
            .policies
            .iter()
            .map(|policy| policy.name.as_str());
        for (path, names) in [
            ("spec/errata.toml", repeated(errata)),
            ("spec/policies.toml", repeated(policies)),
        ] {
            for name in names {
                problems.push(Problem::new(path, 0, format!("{name} occurs twice")));
            }
        }
    }

    /// Every family has its file, and its clauses are `FAMILY-1` to `FAMILY-n` in order.
    fn families(&self, problems: &mut Vec<Problem>) {
        for (path, family) in &self.catalogue.families {
            let Family {
                family: name,
                title,
                clause,
            } = family;
            if title.trim().is_empty() {
                problems.push(Problem::new(path, 0, "the title is empty"));
            }
            if path != &file_of(name) {
                problems.push(Problem::new(
                    path,
                    0,
                    format!("{name} belongs in {}", file_of(name)),
                ));
            }
            let Some((_, count)) = FAMILIES.iter().find(|(known, _)| known == name) else {
                problems.push(Problem::new(path, 0, format!("there is no family {name}")));
                continue;
            };
            for (number, clause) in (1..).zip(clause) {
                let expected = format!("{name}-{number}");
                if clause.name() != expected {
                    problems.push(self.problem(path, clause, format!("{expected} comes here")));
                }
            }
            if clause.len() != *count {
                let text = format!("{name} has {} clauses of {count}", clause.len());
                problems.push(Problem::new(path, 0, text));
            }
        }
        for (name, _) in FAMILIES {
            let path = file_of(name);
            if self.snapshot.text(&path).is_none() {
                problems.push(Problem::new(
                    &path,
                    0,
                    format!("the family {name} is missing"),
                ));
            }
        }
    }

    fn errata(&self, problems: &mut Vec<Problem>) {
        let path = "spec/errata.toml";
        for erratum in &self.catalogue.errata {
            let mut complain = |text: String| {
                problems.push(Problem::new(path, 0, format!("{}: {text}", erratum.id)));
            };
            for (what, text) in [
                ("title", &erratum.title),
                ("problem", &erratum.problem),
                ("reading", &erratum.reading),
            ] {
                if text.trim().is_empty() {
                    complain(format!("the {what} is empty"));
                }
            }
            for doc in &erratum.documents {
                if !DOCUMENTS.contains(&doc.as_str()) {
                    complain(format!("there is no document {doc}"));
                }
            }
            if let Some(policy) = &erratum.policy
                && !self.policies.contains(policy.as_str())
            {
                complain(format!("there is no policy {policy}"));
            }
            for clause in self.unknown(&erratum.clauses) {
                complain(format!("there is no clause {clause}"));
            }
        }
    }

    fn policies(&self, problems: &mut Vec<Problem>) {
        let path = "spec/policies.toml";
        for policy in &self.catalogue.policies {
            let mut complain = |text: String| {
                problems.push(Problem::new(path, 0, format!("{}: {text}", policy.name)));
            };
            if policy.question.trim().is_empty() {
                complain("the question is empty".to_owned());
            }
            for (preset, value) in [("spec", &policy.spec), ("replica", &policy.replica)] {
                if !policy.values.contains(value) {
                    complain(format!(
                        "the {preset} answer {value} is not one of the values"
                    ));
                }
            }
            if policy
                .note
                .as_ref()
                .is_some_and(|note| note.trim().is_empty())
            {
                complain("the note is empty".to_owned());
            }
            for clause in self.unknown(&policy.clauses) {
                complain(format!("there is no clause {clause}"));
            }
        }
    }

    /// The set of the pinned version is there, and lists exactly the tested clauses.
    fn sets(&self, problems: &mut Vec<Problem>) {
        for (path, set) in &self.catalogue.sets {
            let mut complain = |text: String| problems.push(Problem::new(path, 0, text));
            if path != &format!("spec/sets/{}.toml", set.spec) {
                complain(format!("the set of {} belongs in another file", set.spec));
            }
            if set.date.trim().is_empty() || set.rule.trim().is_empty() {
                complain("the date or the rule is empty".to_owned());
            }
            for clause in self.unknown(&set.clauses) {
                complain(format!("there is no clause {clause}"));
            }
            for name in repeated(set.clauses.iter().map(String::as_str)) {
                complain(format!("{name} occurs twice"));
            }
            let listed: BTreeSet<&str> = set.families.iter().map(String::as_str).collect();
            let expected: BTreeSet<&str> = set
                .clauses
                .iter()
                .filter_map(|id| Some(id.rsplit_once('-')?.0))
                .collect();
            if listed != expected {
                complain("the families are not those of the clauses".to_owned());
            }
        }
        let Some(pin) = &self.catalogue.pin else {
            return;
        };
        for (what, text) in [
            ("source", &pin.source),
            ("commit", &pin.commit),
            ("released", &pin.released),
            ("retrieved", &pin.retrieved),
        ] {
            if text.trim().is_empty() {
                problems.push(Problem::new(UPSTREAM, 0, format!("{what} is empty")));
            }
        }
        if pin.note.as_ref().is_some_and(|note| note.trim().is_empty()) {
            problems.push(Problem::new(UPSTREAM, 0, "the note is empty"));
        }
        let path = format!("spec/sets/{}.toml", pin.version);
        let Some(set) = self.catalogue.sets.get(&path) else {
            if self.snapshot.text(&path).is_none() {
                problems.push(Problem::new(&path, 0, "the file is missing"));
            }
            return;
        };
        let scored: BTreeSet<&str> = set.clauses.iter().map(String::as_str).collect();
        for clause in self.catalogue.clauses() {
            let is_tested = clause.status == Status::Tested;
            let name = clause.name();
            if is_tested != scored.contains(name) {
                let text = if is_tested {
                    "tested but not in the set"
                } else {
                    "not tested"
                };
                problems.push(Problem::new(&path, 0, format!("{name} is {text}")));
            }
        }
    }

    /// Every mark names a clause; returns how many there are.
    fn marks(&self, problems: &mut Vec<Problem>) -> usize {
        let (marks, near_misses) = marks::collect(self.snapshot);
        problems.extend(near_misses);
        for mark in &marks {
            if !self.knows(&mark.id) {
                let text = format!("there is no clause {}", mark.id);
                problems.push(Problem::new(&mark.path, mark.line, text));
            }
        }
        marks.len()
    }

    /// Every cited section and every document is the one that was read.
    fn upstream(&self, upstream: &Upstream, problems: &mut Vec<Problem>) {
        for (path, family) in &self.catalogue.families {
            for clause in &family.clause {
                for source in clause.source.iter().filter(|source| !source.is_code()) {
                    let name = format!("{}#{}", source.doc, source.anchor);
                    let text = match upstream.section_hash(&source.doc, &source.anchor) {
                        None => format!("there is no section {name}"),
                        Some(hash) if source.sha256.as_ref() != Some(&hash) => {
                            format!("{name} has changed; read it again, then `spec bump`")
                        }
                        Some(_) => continue,
                    };
                    problems.push(self.problem(path, clause, text));
                }
            }
        }
        let pinned = self.catalogue.pin.as_ref().map_or(&[][..], |pin| &pin.file);
        for doc in DOCUMENTS {
            let Some(file) = pinned.iter().find(|file| file.doc == doc) else {
                problems.push(Problem::new(UPSTREAM, 0, format!("{doc} is missing")));
                continue;
            };
            if upstream.document_hash(doc) != file.sha256.as_deref() {
                let text = format!("{} is not the document that was read", file.path);
                problems.push(Problem::new(UPSTREAM, 0, text));
            }
        }
    }

    fn unknown<'b>(&self, clauses: &'b [String]) -> impl Iterator<Item = &'b str> {
        clauses
            .iter()
            .map(String::as_str)
            .filter(|clause| !self.knows(clause))
    }

    /// Returns whether there is such a clause. A family whose file is missing is one problem, not
    /// one for every reference to it.
    fn knows(&self, clause: &str) -> bool {
        let is_missing = |family: &str| self.snapshot.text(&file_of(family)).is_none();
        self.clauses.contains(clause)
            || FAMILIES.iter().any(|(family, count)| {
                clause
                    .strip_prefix(family)
                    .and_then(|rest| rest.strip_prefix('-')?.parse::<usize>().ok())
                    .is_some_and(|number| (1..=*count).contains(&number) && is_missing(family))
            })
    }
}

const UPSTREAM: &str = "spec/UPSTREAM.toml";

/// Returns the file that holds a family.
fn file_of(family: &str) -> String {
    format!("{REQUIREMENTS}{}.toml", family.to_ascii_lowercase())
}

fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).collect()
}

#[cfg(test)]
mod tests;
