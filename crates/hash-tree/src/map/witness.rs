//! Witnesses: pruned trees that show some of the entries.

use alloc::vec::Vec;

use crate::CertifiedMap;
use crate::encode;

use super::node::Content;
use super::node::Entry;
use super::node::Node;

/// What a witness shows of a [`CertifiedMap`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reveal<'a> {
    /// The value at this path, or that there is none.
    Path(&'a [&'a [u8]]),
    /// All values at paths with this prefix, or that there are none.
    Prefix(&'a [&'a [u8]]),
    /// All values below the labels `from` to `to`, both included, which are below the path `map`;
    /// and that there are no other labels in this range. Nothing if `from` is greater than `to`.
    Range {
        /// The path to the labels.
        map: &'a [&'a [u8]],
        /// The least label of the range.
        from: &'a [u8],
        /// The greatest label of the range.
        to: &'a [u8],
    },
}

impl CertifiedMap {
    /// Returns the encoding of a tree with the map's root hash that shows what is asked for.
    ///
    /// The tree is well-formed. For a label that is not there it shows both neighbours, without
    /// what is below them. Everything else is pruned.
    ///
    /// Hashes that [`CertifiedMap::root_hash`] has not been asked for since a change are computed
    /// here, and again by the next call.
    #[must_use]
    pub fn witness(&self, reveals: &[Reveal<'_>]) -> Vec<u8> {
        let mut out = Vec::with_capacity(LIKELY_LENGTH);
        match &self.root {
            Some(root) => tree(root, reveals, &mut out),
            None => encode::empty(&mut out),
        }
        out
    }
}

/// Room for a witness of one path among a thousand.
const LIKELY_LENGTH: usize = 640;

/// A label to show.
struct Mark<'a> {
    label: &'a [u8],
    /// What to show below it.
    below: Option<Reveal<'a>>,
}

/// Writes the tree below a label, or all of it.
fn tree<'a>(node: &'a Node, reveals: &[Reveal<'a>], out: &mut Vec<u8>) {
    let mut marks = Vec::with_capacity(2);
    let mut is_open = false;
    for reveal in reveals {
        match *reveal {
            Reveal::Path([]) => is_open = true,
            Reveal::Prefix([]) => return whole(node, out),
            Reveal::Path([label, below @ ..]) => {
                label_or_gap(node, label, Reveal::Path(below), &mut marks);
            }
            Reveal::Prefix([label, below @ ..]) => {
                label_or_gap(node, label, Reveal::Prefix(below), &mut marks);
            }
            Reveal::Range {
                map: [label, below @ ..],
                from,
                to,
            } => {
                label_or_gap(
                    node,
                    label,
                    Reveal::Range {
                        map: below,
                        from,
                        to,
                    },
                    &mut marks,
                );
            }
            Reveal::Range { map: [], from, to } if from <= to => {
                neighbours(node, from, to, &mut marks);
                node.for_each_between(from, to, &mut |entry| {
                    marks.push(Mark {
                        label: &entry.label,
                        below: Some(Reveal::Prefix(&[])),
                    });
                });
            }
            Reveal::Range { .. } => {}
        }
    }
    marks.sort_unstable_by_key(|mark| mark.label);
    match node {
        Node::Fork(fork) if marks.is_empty() && is_open => {
            encode::fork(out);
            encode::pruned(out, &fork.left.hash());
            encode::pruned(out, &fork.right.hash());
        }
        Node::Entry(entry) if marks.is_empty() && is_open => {
            encode::labeled(out, &entry.label);
            encode::pruned(out, &entry.content.hash());
        }
        _ => marked(node, &marks, out),
    }
}

/// Marks a label if it is there, else both neighbours.
fn label_or_gap<'a>(node: &'a Node, label: &'a [u8], below: Reveal<'a>, marks: &mut Vec<Mark<'a>>) {
    if node.find(label).is_some() {
        marks.push(Mark {
            label,
            below: Some(below),
        });
    } else {
        neighbours(node, label, label, marks);
    }
}

/// Marks the labels before and after a range; its ends themselves if they are there, for between them
/// and the range is no room.
fn neighbours<'a>(node: &'a Node, from: &[u8], to: &[u8], marks: &mut Vec<Mark<'a>>) {
    for entry in [node.last_up_to(from), node.first_from(to)]
        .into_iter()
        .flatten()
    {
        marks.push(Mark {
            label: &entry.label,
            below: None,
        });
    }
}

/// Writes a tree with the marked labels, which are in ascending order.
fn marked(node: &Node, marks: &[Mark<'_>], out: &mut Vec<u8>) {
    if marks.is_empty() {
        return encode::pruned(out, &node.hash());
    }
    match node {
        Node::Entry(entry) => {
            encode::labeled(out, &entry.label);
            let reveals: Vec<_> = marks.iter().filter_map(|mark| mark.below).collect();
            match &entry.content {
                content if reveals.is_empty() => encode::pruned(out, &content.hash()),
                Content::Map(map) => tree(map, &reveals, out),
                Content::Value { value, .. } => encode::leaf(out, value),
            }
        }
        Node::Fork(fork) => {
            let middle = marks.partition_point(|mark| *mark.label < *fork.separator);
            let (left, right) = marks.split_at_checked(middle).unwrap_or((marks, &[]));
            encode::fork(out);
            marked(&fork.left, left, out);
            marked(&fork.right, right, out);
        }
    }
}

/// Writes a tree with everything in it.
fn whole(node: &Node, out: &mut Vec<u8>) {
    match node {
        Node::Entry(entry) => {
            encode::labeled(out, &entry.label);
            match &entry.content {
                Content::Map(map) => whole(map, out),
                Content::Value { value, .. } => encode::leaf(out, value),
            }
        }
        Node::Fork(fork) => {
            encode::fork(out);
            whole(&fork.left, out);
            whole(&fork.right, out);
        }
    }
}

impl Node {
    /// Returns the entry with the greatest label that is not above `bound`.
    fn last_up_to(&self, bound: &[u8]) -> Option<&Entry> {
        match self {
            Self::Entry(entry) => (*entry.label <= *bound).then_some(entry),
            Self::Fork(fork) if *fork.separator <= *bound => fork
                .right
                .last_up_to(bound)
                .or_else(|| Some(fork.left.last())),
            Self::Fork(fork) => fork.left.last_up_to(bound),
        }
    }

    /// Returns the entry with the least label that is not below `bound`.
    fn first_from(&self, bound: &[u8]) -> Option<&Entry> {
        match self {
            Self::Entry(entry) => (*entry.label >= *bound).then_some(entry),
            Self::Fork(fork) if *bound < *fork.separator => fork
                .left
                .first_from(bound)
                .or_else(|| Some(fork.right.first())),
            Self::Fork(fork) => fork.right.first_from(bound),
        }
    }

    fn first(&self) -> &Entry {
        match self {
            Self::Entry(entry) => entry,
            Self::Fork(fork) => fork.left.first(),
        }
    }

    fn last(&self) -> &Entry {
        match self {
            Self::Entry(entry) => entry,
            Self::Fork(fork) => fork.right.last(),
        }
    }

    /// Visits the entries with labels from `from` to `to`, both included.
    fn for_each_between<'a>(&'a self, from: &[u8], to: &[u8], visit: &mut dyn FnMut(&'a Entry)) {
        match self {
            Self::Entry(entry) => {
                if *from <= *entry.label && *entry.label <= *to {
                    visit(entry);
                }
            }
            Self::Fork(fork) => {
                if *from < *fork.separator {
                    fork.left.for_each_between(from, to, visit);
                }
                if *to >= *fork.separator {
                    fork.right.for_each_between(from, to, visit);
                }
            }
        }
    }
}
