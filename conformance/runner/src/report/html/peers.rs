//! The page that compares implementations: clauses × implementations, and the open questions.

use askama::Template;
use core::fmt::{self, Write};

use super::matrix::{self, SIDE, STEP};
use super::state_class;
use crate::report::summary::{self, Tally};
use crate::results::{FamilyInfo, Results};

/// The distance from one implementation to the next.
const ROW: usize = 16;

/// Where the marks begin, to the right of the letters.
const LEFT: usize = 26;

/// Writes `matrix.html`.
pub(crate) fn peers_page(all: &[Results]) -> Result<String, askama::Error> {
    Page::new(all).render()
}

/// What the template shows.
#[derive(Template)]
#[template(path = "peers.html")]
struct Page {
    suite: String,
    notes: Vec<String>,
    runs: Vec<Run>,
    families: Vec<Family>,
    policies: Vec<Policy>,
    /// For every pair, on how many questions they go different ways.
    pairs: Vec<Vec<usize>>,
    /// Whether any pair does.
    do_any_differ: bool,
}

struct Run {
    letter: String,
    name: String,
    tally: Tally,
    headline: String,
}

struct Family {
    name: String,
    title: String,
    svg: String,
}

struct Policy {
    name: String,
    question: String,
    answers: Vec<String>,
    differs: bool,
}

impl Page {
    fn new(all: &[Results]) -> Self {
        let first = all.first();
        let suite = first.map_or_else(String::new, |results| {
            let suite = &results.suite;
            format!(
                "{} {}, interface specification {}, {} vectors, digest {}",
                suite.name, suite.version, suite.spec, suite.vectors, suite.digest
            )
        });
        let digest = |results: &Results| results.suite.digest.clone();
        let mut notes = Vec::new();
        if all
            .iter()
            .any(|results| Some(digest(results)) != first.map(digest))
        {
            let note = "The runs are not of the same suite, so their numbers can't be compared.";
            notes.push(note.to_owned());
        }
        for (index, results) in all.iter().enumerate() {
            if summary::is_partial(results) {
                let letter = letter(index);
                notes.push(format!("Run {letter} is of a part of the suite."));
            }
        }
        let run = |(index, results): (usize, &Results)| Run {
            letter: letter(index),
            name: summary::implementation(results),
            tally: Tally::of(results.cases.iter(), results.options.reason_bound),
            headline: summary::headline(results),
        };
        Self {
            suite,
            notes,
            runs: all.iter().enumerate().map(run).collect(),
            families: families(all),
            policies: policies(all),
            do_any_differ: pairs(all).iter().flatten().any(|count| *count > 0),
            pairs: pairs(all),
        }
    }
}

/// Names an implementation: A, B, … Z, AA, …
fn letter(index: usize) -> String {
    let letter = |index: usize| {
        let offset = u8::try_from(index % 26).unwrap_or_default();
        char::from(b'A'.saturating_add(offset))
    };
    match index / 26 {
        0 => letter(index).to_string(),
        rest => format!("{}{}", self::letter(rest.saturating_sub(1)), letter(index)),
    }
}

/// Returns the families of which anything was run.
fn families(all: &[Results]) -> Vec<Family> {
    let Some(first) = all.first() else {
        return Vec::new();
    };
    let drawn = first.families.iter().map(|family| {
        let of = |results: &Results| -> Option<FamilyInfo> {
            let same = results
                .families
                .iter()
                .find(|other| other.name == family.name);
            same.cloned()
        };
        let rows: Vec<Option<FamilyInfo>> = all.iter().map(of).collect();
        let was_run = |info: &FamilyInfo| {
            let ran = |class: &str| matches!(class, "good" | "bad" | "lacking" | "partly");
            info.clauses.iter().any(|clause| ran(state_class(clause)))
        };
        let is_shown = rows.iter().flatten().any(was_run);
        is_shown.then(|| Family {
            name: family.name.clone(),
            title: family.title.clone(),
            svg: draw(family, &rows),
        })
    });
    drawn.flatten().collect()
}

fn draw(family: &FamilyInfo, rows: &[Option<FamilyInfo>]) -> String {
    let (columns, name) = (family.clauses.len(), matrix::escaped(&family.name));
    let width = columns.saturating_mul(STEP).saturating_add(LEFT);
    let height = rows.len().saturating_mul(ROW).saturating_add(4);
    let mut svg = format!(
        "<svg class=\"matrix\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"Clauses of {name} by implementation\">"
    );
    for (index, row) in rows.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = draw_row(&mut svg, family, row.as_ref(), index);
    }
    svg.push_str("</svg>");
    svg
}

fn draw_row(
    svg: &mut String,
    family: &FamilyInfo,
    row: Option<&FamilyInfo>,
    index: usize,
) -> fmt::Result {
    let top = index.saturating_mul(ROW).saturating_add(2);
    let base = top.saturating_add(SIDE.saturating_sub(2));
    let (end, letter) = (LEFT.saturating_sub(8), letter(index));
    write!(svg, "<text x=\"{end}\" y=\"{base}\">{letter}</text>")?;
    for (column, clause) in family.clauses.iter().enumerate() {
        let id = &clause.clause.id;
        let info = row.and_then(|row| row.clauses.iter().find(|other| other.clause.id == *id));
        let Some(info) = info else { continue };
        let left = column.saturating_mul(STEP).saturating_add(LEFT);
        matrix::draw_clause(svg, info, left, top)?;
    }
    Ok(())
}

/// Whether two answers to one question exclude each other.
///
/// Answers that fit several values differ from those only that share none of them.
fn disjoint(one: &[String], other: &[String]) -> bool {
    !one.iter().any(|value| other.contains(value))
}

/// Returns for every implementation and every other on how many questions they differ.
fn pairs(all: &[Results]) -> Vec<Vec<usize>> {
    let differ = |one: &Results, other: &Results| {
        let asked = one.policies.iter().filter(|policy| policy.asked > 0);
        let both = asked.filter_map(|policy| {
            let mut others = other.policies.iter().filter(|policy| policy.asked > 0);
            Some((policy, others.find(|other| other.name == policy.name)?))
        });
        both.filter(|(one, other)| disjoint(&one.observed, &other.observed))
            .count()
    };
    let row = |one: &Results| all.iter().map(|other| differ(one, other)).collect();
    all.iter().map(row).collect()
}

/// Returns every question that anybody was asked.
fn policies(all: &[Results]) -> Vec<Policy> {
    let Some(first) = all.first() else {
        return Vec::new();
    };
    let asked = first.policies.iter().map(|policy| {
        let same = |results: &Results| {
            let same = results
                .policies
                .iter()
                .find(|other| other.name == policy.name);
            same.filter(|other| other.asked > 0).cloned()
        };
        let rows: Vec<_> = all.iter().map(same).collect();
        let known: Vec<&Vec<String>> = rows.iter().flatten().map(|row| &row.observed).collect();
        let differs = known.iter().any(|a| known.iter().any(|b| disjoint(a, b)));
        let answer = |row: &Option<crate::results::PolicyInfo>| {
            row.as_ref()
                .map_or_else(|| "–".to_owned(), summary::observed)
        };
        (!known.is_empty()).then(|| Policy {
            name: policy.name.clone(),
            question: policy.question.clone(),
            answers: rows.iter().map(answer).collect(),
            differs,
        })
    });
    asked.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    fn results(upper: &'static str) -> Results {
        let adapter = testing::adapter(move |op, input| match input["text"].as_str() {
            Some("EM77E-BVLZU-AQ") if upper == "rejects" => json!({ "reject": {} }),
            _ => testing::good(op, input),
        });
        run(
            &testing::suite(),
            &adapter,
            &Options::default(),
            &mut Silent::new(),
        )
    }

    #[test]
    fn implementations_have_letters() {
        let letters = [0, 25, 26, 27, 701, 702].map(letter);
        assert_eq!(letters, ["A", "Z", "AA", "AB", "ZZ", "AAA"]);
    }

    #[test]
    fn two_that_answer_an_open_question_otherwise_are_marked() {
        let (lenient, strict) = (results("accepts"), results("rejects"));
        let page = Page::new(&[lenient.clone(), strict]);
        let policy = page
            .policies
            .iter()
            .find(|policy| policy.name == "principal.case")
            .unwrap();
        assert_eq!(
            (&policy.answers[..], policy.differs),
            (&["lenient", "strict"].map(str::to_owned)[..], true)
        );
        assert_eq!(page.pairs, [[0, 1], [1, 0]]);
        assert!(page.do_any_differ);
        let page = Page::new(&[lenient.clone(), lenient]);
        assert!(!page.policies.iter().any(|policy| policy.differs));
        assert_eq!(page.pairs, [[0, 0], [0, 0]]);
        assert!(!page.do_any_differ);
    }

    #[test]
    fn runs_of_other_suites_are_noted() {
        let (one, mut other) = (results("accepts"), results("accepts"));
        assert_eq!(Page::new(&[one.clone(), other.clone()]).notes, [""; 0]);
        other.suite.digest = "00".to_owned();
        assert_eq!(Page::new(&[one, other]).notes.len(), 1);
    }

    #[test]
    fn the_page_is_one_file() {
        let page = peers_page(&[results("accepts"), results("rejects")]).unwrap();
        for outside in ["http://", "https://", "<script", "<link"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("<svg class=\"matrix\""));
    }
}
