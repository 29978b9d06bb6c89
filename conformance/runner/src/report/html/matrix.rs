//! The drawings: every clause as a small mark, and the bar of all clauses.
//!
//! Marks differ in shape and not only in colour, and each carries its meaning as text.

use core::fmt::Write;

use super::state_class;
use crate::results::{ClauseInfo, FamilyInfo, Results};

/// The side of a mark and the distance from one to the next.
pub(super) const SIDE: usize = 12;
pub(super) const STEP: usize = 17;
const ROW: usize = 22;

/// Where the marks begin, to the right of the names of the families.
const LEFT: usize = 118;

/// Draws one row per family with one mark per clause.
pub(super) fn clauses(results: &Results) -> String {
    let longest = results
        .families
        .iter()
        .map(|family| family.clauses.len())
        .max()
        .unwrap_or(0);
    let width = LEFT + longest * STEP + 8;
    let height = results.families.len() * ROW + 4;
    let mut svg = format!(
        "<svg class=\"matrix\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"Every clause of the specification and what became of it\">"
    );
    for (row, family) in results.families.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = draw_family(&mut svg, family, row * ROW + 4);
    }
    svg.push_str("</svg>");
    svg
}

fn draw_family(svg: &mut String, family: &FamilyInfo, top: usize) -> core::fmt::Result {
    let base = top + SIDE - 2;
    write!(
        svg,
        "<text x=\"{}\" y=\"{base}\">{}</text>",
        LEFT - 10,
        escaped(&family.name)
    )?;
    for (column, info) in family.clauses.iter().enumerate() {
        let left = LEFT + column * STEP;
        let class = state_class(info);
        let has_row = matches!(
            class,
            "good" | "bad" | "lacking" | "partly" | "noted" | "open"
        );
        if has_row {
            write!(svg, "<a href=\"#{}\">", escaped(&info.clause.id))?;
        }
        draw_clause(svg, info, left, top)?;
        if has_row {
            svg.push_str("</a>");
        }
    }
    Ok(())
}

/// Draws one clause, with its meaning as text.
pub(super) fn draw_clause(
    svg: &mut String,
    info: &ClauseInfo,
    left: usize,
    top: usize,
) -> core::fmt::Result {
    let (class, title) = (state_class(info), escaped(&title(info)));
    write!(svg, "<g class=\"m-{class}\"><title>{title}</title>")?;
    draw_mark(svg, class, left, top)?;
    svg.push_str("</g>");
    Ok(())
}

fn draw_mark(svg: &mut String, class: &str, left: usize, top: usize) -> core::fmt::Result {
    let middle = (left + SIDE / 2, top + SIDE / 2);
    match class {
        "pending" => {
            write!(
                svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"2\"/>",
                middle.0, middle.1
            )
        }
        "excluded" => write!(svg, "<path d=\"M{} {}h{}\"/>", left + 2, middle.1, SIDE - 4),
        "noted" => {
            write!(
                svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                middle.0,
                middle.1,
                SIDE / 2 - 1
            )
        }
        _ => {
            write!(
                svg,
                "<rect x=\"{left}\" y=\"{top}\" width=\"{SIDE}\" height=\"{SIDE}\" rx=\"2\"/>"
            )?;
            match class {
                "bad" => write!(
                    svg,
                    "<path d=\"M{} {}l{in_} {in_}m0 -{in_}l-{in_} {in_}\"/>",
                    left + 3,
                    top + 3,
                    in_ = SIDE - 6
                ),
                "lacking" => write!(
                    svg,
                    "<path d=\"M{} {}l{in_} {in_}\"/>",
                    left + 3,
                    top + 3,
                    in_ = SIDE - 6
                ),
                "partly" => write!(svg, "<path d=\"M{left} {top}v{SIDE}h{SIDE}z\"/>"),
                _ => Ok(()),
            }
        }
    }
}

fn title(info: &ClauseInfo) -> String {
    let clause = &info.clause;
    let state = match state_class(info) {
        "excluded" => "excluded",
        "pending" => "pending",
        _ => info.state().name(),
    };
    let mut title = format!("{} {}: {state}", clause.id, clause.title);
    let counts = [
        (info.passed, "passed"),
        (info.failed, "failed"),
        (info.unsupported, "of these not supported"),
        (info.recorded, "recorded"),
        (info.open, "not run"),
    ];
    for (count, word) in counts.iter().filter(|(count, _)| *count > 0) {
        // Writing to a string cannot fail.
        let _ = write!(title, ", {count} {word}");
    }
    title
}

/// Draws all clauses as one bar, by what became of them.
pub(super) fn bar(results: &Results) -> String {
    const WIDTH: usize = 1000;
    let kinds = [
        ("good", "passed"),
        ("partly", "passed, some not run"),
        ("bad", "failed"),
        ("lacking", "failed, not supported"),
        ("open", "tested, not run"),
        ("noted", "left open by the specification"),
        ("excluded", "excluded"),
        ("pending", "pending"),
    ];
    let total = results.clauses().count().max(1);
    let mut svg = format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WIDTH} 18\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"Clauses by what became of them\">"
    );
    let mut before = 0;
    for (class, word) in kinds {
        let count = results
            .clauses()
            .filter(|info| state_class(info) == class)
            .count();
        if count == 0 {
            continue;
        }
        let left = before * WIDTH / total;
        let width = (before + count) * WIDTH / total - left;
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<g class=\"m-{class}\"><title>{count} {word}</title>\
             <rect x=\"{left}\" y=\"0\" width=\"{width}\" height=\"18\"/></g>"
        );
        before += count;
    }
    svg.push_str("</svg>");
    svg
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
