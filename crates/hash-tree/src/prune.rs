//! Pruning: the least tree that still answers some lookups.
//!
//! First each lookup is done, and the positions of the nodes are noted that its answer depends on.
//! Then one pass over the tree hashes and copies it; a node that ends without a noted position in
//! it is taken back and replaced by its hash.

use alloc::vec::Vec;

use cbor::Reader;

use crate::HashTree;
use crate::Subtree;
use crate::digest::HASH_LENGTH;
use crate::encode;
use crate::node::Head;
use crate::scan::Forest;
use crate::subtree::Gap;
use crate::subtree::Search;
use crate::walk;
use crate::walk::Visitor;

impl HashTree<'_> {
    /// Returns the encoding of the least pruned tree that has the same root hash, and for each of
    /// the paths the same answer of [`HashTree::lookup`].
    ///
    /// Least means: with any further node replaced by its hash, an answer would change. An empty
    /// tree is such a node, too. In a tree that is not well-formed more may be left than needed.
    /// Without paths the whole tree is pruned.
    // spec: CERT-7
    #[must_use]
    pub fn prune(&self, paths: &[&[&[u8]]]) -> Vec<u8> {
        let mut keep = Keep {
            length: self.as_bytes().len(),
            spans: Vec::new(),
        };
        for path in paths {
            keep.path(self.root(), path);
        }
        let mut pruner = Pruner {
            keep: keep.merged(),
            open: Vec::new(),
            out: Vec::new(),
        };
        // The tree was read before: it can't fail.
        let walked = walk::walk(&mut Reader::new(self.as_bytes()), &mut pruner);
        debug_assert!(walked.is_ok(), "a tree that was read can be read again");
        pruner.out
    }
}

/// The nodes to keep, by the positions of their first bytes. A node is kept if it, or a node
/// inside it, starts in one of the spans.
struct Keep {
    /// How long the encoding of the whole tree is.
    length: usize,
    spans: Vec<Span>,
}

/// Positions from `first` up to, but not including, `end`.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Span {
    first: usize,
    end: usize,
}

impl Keep {
    /// Keeps what the answer at `path` depends on.
    fn path(&mut self, root: Subtree<'_>, path: &[&[u8]]) {
        let is_well_formed = root.is_in_well_formed();
        let mut subtree = root;
        for label in path {
            match subtree.search(label) {
                Search::Absent(gap) => return self.gap(gap),
                Search::Found(found) => subtree = found,
                // In a well-formed tree it stays unknown whatever is pruned.
                Search::Unknown if is_well_formed => return,
                Search::Unknown => return self.members(subtree),
            }
        }
        if !(is_well_formed && matches!(subtree.head(), Some(Head::Pruned(_)))) {
            self.node(subtree.rest());
        }
    }

    /// Keeps both neighbours and everything between them.
    fn gap(&mut self, gap: Gap<'_>) {
        if let Some(before) = gap.before {
            self.node(before);
        }
        self.between(gap.from, gap.to);
        if let Some(after) = gap.after {
            self.node(after);
        }
    }

    /// Keeps every member of a forest.
    fn members(&mut self, subtree: Subtree<'_>) {
        for member in Forest::new(subtree.rest()) {
            self.node(member.start);
        }
    }

    /// Keeps the node that an encoding starts with.
    fn node(&mut self, encoding: &[u8]) {
        let first = self.position(encoding);
        self.spans.push(Span {
            first,
            end: first.saturating_add(1),
        });
    }

    /// Keeps the nodes that start where `from` starts, or later and before `to` starts.
    fn between(&mut self, from: &[u8], to: &[u8]) {
        self.spans.push(Span {
            first: self.position(from),
            end: self.position(to),
        });
    }

    /// Returns where an encoding starts that runs to the end of the whole tree.
    const fn position(&self, rest: &[u8]) -> usize {
        self.length.saturating_sub(rest.len())
    }

    /// Returns the spans in ascending order, those that overlap united.
    fn merged(mut self) -> Vec<Span> {
        self.spans.sort_unstable();
        self.spans.dedup_by(|span, before| {
            let overlaps = span.first <= before.end;
            if overlaps {
                before.end = before.end.max(span.end);
            }
            overlaps
        });
        self.spans
    }
}

/// Copies a tree and takes back what is not kept.
struct Pruner {
    keep: Vec<Span>,
    /// Where the open nodes start, in the original and in the copy.
    open: Vec<(usize, usize)>,
    out: Vec<u8>,
}

impl Visitor for Pruner {
    fn enter(&mut self, position: usize, head: Head<'_>) {
        self.open.push((position, self.out.len()));
        match head {
            Head::Empty => encode::empty(&mut self.out),
            Head::Fork => encode::fork(&mut self.out),
            Head::Labeled(label) => encode::labeled(&mut self.out, label),
            Head::Leaf(value) => encode::leaf(&mut self.out, value),
            Head::Pruned(hash) => encode::pruned(&mut self.out, hash),
        }
    }

    fn leave(&mut self, end: usize, hash: &[u8; HASH_LENGTH]) {
        let Some((start, copied)) = self.open.pop() else {
            return;
        };
        let next = self.keep.partition_point(|span| span.end <= start);
        let is_kept = self.keep.get(next).is_some_and(|span| span.first < end);
        if !is_kept {
            self.out.truncate(copied);
            encode::pruned(&mut self.out, hash);
        }
    }
}
