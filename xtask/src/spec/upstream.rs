//! The documents that clauses cite: their sections, hashes and normative sentences.
//!
//! A section of a Markdown document begins with the heading of that anchor and ends before the
//! next heading of any level; the anchor is the one written in braces, otherwise the heading's
//! text in lower case with dashes. A section of a CDDL file is one rule; comments don't belong to
//! it. The hash is SHA-256 of the section with all white space collapsed to single spaces.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::catalogue::DOCUMENTS;
use super::snapshot::{SpecError, list, read_text};

/// Where documents may be within a checkout.
const PLACES: [&str; 4] = [
    "docs/references/ic-interface-spec",
    "docs/references",
    "public/references",
    ".",
];

/// The words that make a sentence normative.
const NORMATIVE: [&str; 7] = [
    "must",
    "should",
    "may",
    "not allowed",
    "required",
    "rejected",
    "invalid",
];

/// The documents of a checkout.
#[derive(Clone, Debug, Default)]
pub(super) struct Upstream {
    documents: BTreeMap<String, Document>,
}

/// One document.
#[derive(Clone, Debug)]
struct Document {
    sha256: String,
    sections: Vec<Section>,
}

/// One section of a document.
#[derive(Clone, Debug)]
struct Section {
    anchor: String,
    /// The line of the heading, counted from 1.
    line: usize,
    text: String,
}

impl Upstream {
    /// Reads the documents below `dir`.
    pub(super) fn read(dir: &Path) -> Result<Self, SpecError> {
        let mut texts = BTreeMap::new();
        for place in PLACES {
            let place = dir.join(place);
            if !place.is_dir() {
                continue;
            }
            for path in list(&place)? {
                let name = path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .unwrap_or_default();
                if DOCUMENTS.contains(&name) && !texts.contains_key(name) {
                    texts.insert(name.to_owned(), read_text(&path)?);
                }
            }
        }
        if texts.is_empty() {
            return Err(SpecError::NoDocuments {
                path: dir.to_owned(),
            });
        }
        Ok(Self::new(
            texts
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str())),
        ))
    }

    pub(super) fn new<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let documents = texts
            .into_iter()
            .map(|(name, text)| {
                let sections = if name.ends_with(".cddl") {
                    cddl_rules(text)
                } else {
                    sections(text)
                };
                (
                    name.to_owned(),
                    Document {
                        sha256: hex_digest(text),
                        sections,
                    },
                )
            })
            .collect();
        Self { documents }
    }

    /// Returns the hash of a whole document.
    pub(super) fn document_hash(&self, doc: &str) -> Option<&str> {
        self.documents
            .get(doc)
            .map(|document| document.sha256.as_str())
    }

    /// Returns the hash of a section.
    pub(super) fn section_hash(&self, doc: &str, anchor: &str) -> Option<String> {
        let sections = &self.documents.get(doc)?.sections;
        let section = sections.iter().find(|section| section.anchor == anchor)?;
        Some(hex_digest(&collapse(&section.text)))
    }

    /// Returns `doc#anchor:line: sentence` for the normative sentences of uncited sections.
    pub(super) fn unclaimed(&self, cited: &BTreeSet<(&str, &str)>) -> Vec<String> {
        let mut lines = Vec::new();
        for (doc, document) in &self.documents {
            if doc.ends_with(".cddl") || doc == "changelog.md" {
                continue;
            }
            for section in &document.sections {
                if cited.contains(&(doc.as_str(), section.anchor.as_str())) {
                    continue;
                }
                for sentence in sentences(&section.text) {
                    if is_normative(&sentence) {
                        let Section { anchor, line, .. } = section;
                        lines.push(format!("{doc}#{anchor}:{line}: {sentence}"));
                    }
                }
            }
        }
        lines
    }
}

/// Splits a Markdown document into sections; text before the first heading belongs to none.
fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            in_code = !in_code;
        }
        let heading = if in_code { None } else { heading(line) };
        if let Some(title) = heading {
            let anchor = explicit_anchor(title).unwrap_or_else(|| {
                let slug = slug(title);
                let count = seen.entry(slug.clone()).or_default();
                *count += 1;
                if *count == 1 {
                    slug
                } else {
                    format!("{slug}-{}", *count - 1)
                }
            });
            sections.push(Section {
                anchor,
                line: number,
                text: String::new(),
            });
        }
        if let Some(section) = sections.last_mut() {
            section.text.push_str(line);
            section.text.push('\n');
        }
    }
    sections
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    if (1..=6).contains(&level) {
        title.strip_prefix(' ')
    } else {
        None
    }
}

/// Returns the anchor in `Title {#anchor}`; the changelog writes `{$anchor}`.
fn explicit_anchor(title: &str) -> Option<String> {
    let (_, anchor) = title.trim_end().strip_suffix('}')?.rsplit_once('{')?;
    anchor.strip_prefix(['#', '$']).map(str::to_owned)
}

fn slug(title: &str) -> String {
    title
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

/// Splits a CDDL file into its rules, which begin in the first column.
fn cddl_rules(text: &str) -> Vec<Section> {
    let mut rules: Vec<Section> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split(';').next().unwrap_or_default();
        if let Some((name, _)) = code.split_once('=')
            && code.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            let name = name.trim_end().split('<').next().unwrap_or_default();
            rules.push(Section {
                anchor: name.to_owned(),
                line: number,
                text: String::new(),
            });
        }
        if let Some(rule) = rules.last_mut() {
            rule.text.push_str(code);
            rule.text.push('\n');
        }
    }
    rules
}

/// Returns the sentences of a section, without code, white space collapsed.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in text.lines().chain([""]) {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with("- ") || heading(line).is_some() {
            sentences.extend(split_sentences(&paragraph));
            paragraph.clear();
        }
        if heading(line).is_none() {
            paragraph.push_str(trimmed.trim_start_matches("- "));
            paragraph.push(' ');
        }
    }
    sentences
}

fn split_sentences(paragraph: &str) -> impl Iterator<Item = String> {
    paragraph
        .split_inclusive(". ")
        .map(collapse)
        .filter(|sentence| !sentence.is_empty())
}

fn is_normative(sentence: &str) -> bool {
    let words: Vec<String> = sentence
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let padded = format!(" {} ", words.join(" "));
    NORMATIVE
        .iter()
        .any(|phrase| padded.contains(&format!(" {phrase} ")))
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hex_digest(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a string can't fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\nfront\n---\n\n## One {#one}\n\nIt must  be\nso.\n\n```\n# no heading\n\
                        ```\n### Two words (2)\n\nIt is. Nobody may leave.\n- Or stay.\n\
                        ### Two words (2)\nx\n### 0.1 {$0_1}\n";

    #[test]
    fn splits_at_headings_outside_code() {
        let found: Vec<(String, usize)> = sections(PAGE)
            .into_iter()
            .map(|section| (section.anchor, section.line))
            .collect();
        let expected = [
            ("one", 5),
            ("two-words-2", 13),
            ("two-words-2-1", 17),
            ("0_1", 19),
        ];
        assert_eq!(
            found,
            expected.map(|(anchor, line)| (anchor.to_owned(), line))
        );
    }

    #[test]
    fn hashes_do_not_see_white_space() {
        let wide = Upstream::new([("index.md", "## A {#a}\n\nb   c\n")]);
        let narrow = Upstream::new([("index.md", "## A {#a}\nb\nc")]);
        let other = Upstream::new([("index.md", "## A {#a}\nbc")]);
        let hash = wide.section_hash("index.md", "a");
        // SHA-256 of "## A {#a} b c", computed with sha256sum.
        assert_eq!(
            hash.as_deref(),
            Some("af8bf92095c66f077cd97bb0694ee9e2bcdb824662e091260448cda84570a29f")
        );
        assert_eq!(hash, narrow.section_hash("index.md", "a"));
        assert_ne!(hash, other.section_hash("index.md", "a"));
    }

    #[test]
    fn finds_no_section_of_another_name() {
        let upstream = Upstream::new([("index.md", PAGE)]);
        assert_eq!(upstream.section_hash("index.md", "two"), None);
        assert_eq!(upstream.section_hash("certification.md", "one"), None);
    }

    #[test]
    fn reads_cddl_rules_without_comments() {
        let rules = cddl_rules("a = b ; why\n; c = d\ntagged<t> = #6.1(t)\nc = {\n  d: e\n}\n");
        let names: Vec<&str> = rules.iter().map(|rule| rule.anchor.as_str()).collect();
        assert_eq!(names, ["a", "tagged", "c"]);
        assert_eq!(collapse(&rules[2].text), "c = { d: e }");
    }

    #[test]
    fn lists_normative_sentences_of_uncited_sections() {
        let upstream = Upstream::new([("index.md", PAGE)]);
        let cited = BTreeSet::from([("index.md", "one")]);
        assert_eq!(
            upstream.unclaimed(&cited),
            ["index.md#two-words-2:13: Nobody may leave."]
        );
        let cited = BTreeSet::from([("index.md", "two-words-2")]);
        assert_eq!(
            upstream.unclaimed(&cited),
            ["index.md#one:5: It must be so."]
        );
    }

    #[test]
    fn knows_normative_words_from_their_parts() {
        assert!(is_normative("This is not allowed."));
        assert!(is_normative("It *must*."));
        assert!(!is_normative("Mustard and mayhem."));
    }
}
