//! Drawings as SVG: a file of its own, readable on light and dark ground.

use std::fmt::Write as _;

use crate::output::drawing::{Drawing, Row, rows};

/// Sizes in pixels.
const ROW: usize = 24;
const STEP: usize = 22;
const MARGIN: usize = 16;
/// How wide a character of the font is, with room to spare.
const CHARACTER: usize = 9;
/// How far a value stands from its label.
const GAP: usize = 12;

const STYLE: &str = "\
    rect{fill:#fff}\
    text{font:14px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}\
    .l{font-weight:600}.v{fill:#0a5c5c}.p{fill:#6e7781}\
    path{fill:none;stroke:#8c959f;stroke-width:1.25}\
    .c{stroke:#8c959f;stroke-dasharray:3 3}\
    @media(prefers-color-scheme:dark){rect{fill:#0d1117}\
    text{fill:#e6edf3}.v{fill:#7ee0d0}.p{fill:#8b949e}path{stroke:#57606a}}";

/// Returns the drawing as the text of an SVG file. `title` is what it is of.
pub(crate) fn render(title: &str, drawing: &Drawing) -> String {
    let rows = rows(drawing);
    let width = rows.iter().map(width).max().unwrap_or(0) + 2 * MARGIN;
    let width = width.max(title.chars().count() * CHARACTER + 2 * MARGIN);
    let height = (rows.len() + 1) * ROW + 2 * MARGIN;
    let title = xml(title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\"/>\n\
         <text class=\"p\" x=\"{MARGIN}\" y=\"{}\">{title}</text>\n",
        MARGIN + baseline(0)
    );
    // For every level the row of its parent; the title is that of the first.
    let mut parents = vec![0];
    for (index, row) in (1..).zip(&rows) {
        parents.truncate(row.follows.len());
        let parent = parents.last().copied().unwrap_or(0);
        push_row(&mut svg, row, index, parent);
        parents.push(index);
    }
    svg.push_str("</svg>\n");
    svg
}

fn push_row(svg: &mut String, row: &Row, index: usize, parent: usize) {
    let level = row.follows.len();
    let x = MARGIN + level * STEP;
    let y = MARGIN + baseline(index);
    if let Some(level) = level.checked_sub(1) {
        let from = MARGIN + level * STEP + STEP / 3;
        let class = if row.is_pruned { " class=\"c\"" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(
            svg,
            "<path{class} d=\"M{from} {}V{}H{}\"/>",
            MARGIN + baseline(parent) + 6,
            y - 5,
            x - 4
        );
    }
    let label = row.label.as_deref().unwrap_or_default();
    let mut value_x = x;
    if !label.is_empty() {
        let _ = writeln!(
            svg,
            "<text class=\"l\" x=\"{x}\" y=\"{y}\">{}</text>",
            xml(label)
        );
        value_x += label.chars().count() * CHARACTER + GAP;
    }
    if let Some(text) = &row.text {
        let class = if text.starts_with('┄') || row.is_pruned {
            "p"
        } else {
            "v"
        };
        let _ = writeln!(
            svg,
            "<text class=\"{class}\" x=\"{value_x}\" y=\"{y}\">{}</text>",
            xml(text)
        );
    }
}

fn width(row: &Row) -> usize {
    let characters = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
    row.follows.len() * STEP + (characters(&row.label) + characters(&row.text)) * CHARACTER + GAP
}

const fn baseline(row: usize) -> usize {
    row * ROW + 16
}

/// Escapes what means something in XML. What XML forbids is not here: labels and values are quoted.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::drawing::Node;

    #[test]
    fn labels_and_values_are_no_markup() {
        let leaf = Node::Leaf {
            value: Vec::new(),
            meaning: Some("</text><script>\"&\"".to_owned()),
        };
        let label = Node::Label {
            label: Vec::new(),
            shown: "<a>".to_owned(),
            children: vec![leaf],
        };
        let svg = render("t<t", &Drawing { nodes: vec![label] });
        assert!(svg.contains("<title>t&lt;t</title>"), "{svg}");
        assert!(svg.contains(">&lt;a&gt;</text>"), "{svg}");
        assert!(
            svg.contains(">&lt;/text&gt;&lt;script&gt;&quot;&amp;&quot;</text>"),
            "{svg}"
        );
        assert!(!svg.contains("<script"), "{svg}");
    }
}
