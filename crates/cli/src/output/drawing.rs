//! Trees, drawn.

use std::fmt::Write as _;

use crate::hex;

/// A hash tree to be drawn.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) nodes: Vec<Node>,
}

/// A node of a [`Drawing`]. Forks are drawn through.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Node {
    Label {
        label: Vec<u8>,
        /// The label for people, harmless for a terminal.
        shown: String,
        children: Vec<Self>,
    },
    Leaf {
        value: Vec<u8>,
        /// What the value means where it stands, harmless for a terminal.
        meaning: Option<String>,
    },
    Pruned([u8; 32]),
}

/// A line of a drawing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Row {
    /// For every level above the last whether more follows on it, and for the last one too.
    pub(crate) follows: Vec<bool>,
    pub(crate) label: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) is_pruned: bool,
}

/// How many bytes of a value are shown that means nothing in particular.
const MOST_BYTES: usize = 32;

/// How many bytes of the hash of a pruned part are shown.
const HASH_BYTES: usize = 6;

impl Row {
    /// Returns the lines in front of the row.
    pub(crate) fn bars(&self) -> String {
        let Some((last, above)) = self.follows.split_last() else {
            return String::new();
        };
        let above = above.iter().map(|more| if *more { "│  " } else { "   " });
        let mut bars: String = above.collect();
        bars.push_str(if *last { "├─ " } else { "└─ " });
        bars
    }
}

/// Returns the lines of a drawing from top to bottom. A label with nothing but a value below it takes
/// one line.
pub(crate) fn rows(drawing: &Drawing) -> Vec<Row> {
    let mut rows = Vec::new();
    if drawing.nodes.is_empty() {
        rows.push(Row {
            follows: Vec::new(),
            label: None,
            text: Some("empty".to_owned()),
            is_pruned: true,
        });
    }
    push_rows(&drawing.nodes, &mut Vec::new(), &mut rows);
    rows
}

/// The recursion is as deep as the hash tree, whose reader bounds it.
fn push_rows(nodes: &[Node], follows: &mut Vec<bool>, rows: &mut Vec<Row>) {
    for (index, node) in nodes.iter().enumerate() {
        follows.push(index.saturating_add(1) < nodes.len());
        match node {
            Node::Label {
                shown, children, ..
            } => {
                let label = Some(shown.clone());
                match children.as_slice() {
                    [only @ (Node::Leaf { .. } | Node::Pruned(_))] => {
                        rows.push(row(follows, label, Some(only)));
                    }
                    [] => rows.push(Row {
                        text: Some("empty".to_owned()),
                        ..row(follows, label, None)
                    }),
                    children => {
                        rows.push(row(follows, label, None));
                        push_rows(children, follows, rows);
                    }
                }
            }
            value => rows.push(row(follows, None, Some(value))),
        }
        follows.pop();
    }
}

fn row(follows: &[bool], label: Option<String>, value: Option<&Node>) -> Row {
    let is_labelled = label.is_some();
    Row {
        follows: follows.to_vec(),
        label,
        text: value.map(describe),
        is_pruned: !is_labelled && matches!(value, Some(Node::Pruned(_))),
    }
}

fn describe(node: &Node) -> String {
    match node {
        Node::Leaf {
            meaning: Some(meaning),
            ..
        } => meaning.clone(),
        Node::Leaf { value, .. } => shortened(value),
        Node::Pruned(hash) => {
            let head = hash.get(..HASH_BYTES).unwrap_or(hash);
            format!("┄ pruned {}…", hex::encode(head))
        }
        Node::Label { shown, .. } => shown.clone(),
    }
}

/// Returns bytes in hexadecimal, at most so many that they fit into a line.
pub(crate) fn shortened(value: &[u8]) -> String {
    if value.is_empty() {
        return "no bytes".to_owned();
    }
    let head = value.get(..MOST_BYTES).unwrap_or(value);
    let mut text = hex::encode(head);
    if head.len() < value.len() {
        // Writing to a string does not fail.
        let _ = write!(text, "…  {} bytes", value.len());
    }
    text
}
