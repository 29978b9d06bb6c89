//! Moving over an encoding that was checked before.
//!
//! Nodes inside each other come one after the other, so the forest that `flatten_forks` makes is
//! in the order of the bytes. Counting the nodes that are still owed is all it takes: there is no
//! stack. What cannot happen in a checked encoding ends the scan.

use cbor::Reader;

use crate::node::Head;

const BREAK: u8 = 0xff;

/// A cursor in a checked encoding.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a> {
    rest: &'a [u8],
}

/// The members of a forest, in order, without the empty trees.
#[derive(Clone, Copy)]
pub(crate) struct Forest<'a> {
    scan: Scan<'a>,
    /// Nodes whose heads are still to come.
    owed: usize,
    /// The subtree of the last label was not passed yet.
    in_label: bool,
}

/// A member of a forest.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    /// The encoding from this member on.
    pub(crate) start: &'a [u8],
    pub(crate) head: Head<'a>,
    /// The encoding from what follows the head.
    pub(crate) after_head: &'a [u8],
}

impl<'a> Scan<'a> {
    #[inline]
    pub(crate) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// Returns what is left.
    #[inline]
    pub(crate) const fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Takes the head of the next node; returns whether its array is of indefinite length.
    #[inline]
    pub(crate) fn head(&mut self) -> Option<(Head<'a>, bool)> {
        let mut reader = Reader::new(self.rest);
        let (head, items) = Head::read(&mut reader).ok()?;
        self.rest = reader.remaining();
        Some((head, items.remaining().is_none()))
    }

    /// Takes a break, if one is there.
    #[inline]
    pub(crate) fn end_array(&mut self) -> bool {
        match self.rest.split_first() {
            Some((&BREAK, rest)) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes a node with everything inside it.
    pub(crate) fn skip(&mut self) {
        let mut owed = 1_usize;
        let mut open = 0_usize;
        loop {
            // A break closes the innermost open array. An array outside of this node is not ours.
            while open > 0 && self.end_array() {
                open = open.saturating_sub(1);
            }
            if owed == 0 {
                return;
            }
            let Some((head, is_indefinite)) = self.head() else {
                return;
            };
            open = open.saturating_add(usize::from(is_indefinite));
            owed = match head {
                Head::Fork => owed.saturating_add(1),
                Head::Labeled(_) => owed,
                Head::Empty | Head::Leaf(_) | Head::Pruned(_) => owed.saturating_sub(1),
            };
        }
    }
}

impl<'a> Forest<'a> {
    /// Returns the forest of the node that `encoding` starts with.
    #[inline]
    pub(crate) const fn new(encoding: &'a [u8]) -> Self {
        Self {
            scan: Scan::new(encoding),
            owed: 1,
            in_label: false,
        }
    }

    /// Returns the encoding from the end of the last member on, or from the subtree of the last
    /// label on, if that was not passed yet.
    #[inline]
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.scan.rest()
    }

    /// Passes the subtree of the last label, if that was not done yet.
    #[inline]
    pub(crate) fn pass_label(&mut self) {
        if self.in_label {
            self.scan.skip();
            self.in_label = false;
        }
    }
}

impl<'a> Iterator for Forest<'a> {
    type Item = Member<'a>;

    // spec: LOOKUP-3, TREE-6
    #[inline]
    fn next(&mut self) -> Option<Member<'a>> {
        self.pass_label();
        while self.owed > 0 {
            while self.scan.end_array() {}
            let start = self.scan.rest();
            let (head, _) = self.scan.head()?;
            self.owed = match head {
                Head::Fork => self.owed.saturating_add(1),
                _ => self.owed.saturating_sub(1),
            };
            match head {
                Head::Empty | Head::Fork => {}
                Head::Labeled(_) | Head::Leaf(_) | Head::Pruned(_) => {
                    self.in_label = matches!(head, Head::Labeled(_));
                    return Some(Member {
                        start,
                        head,
                        after_head: self.scan.rest(),
                    });
                }
            }
        }
        None
    }
}
