//! A part of a tree, and what can be asked of it.

use core::cmp::Ordering;
use core::fmt;

use crate::Lookup;
use crate::digest::HASH_LENGTH;
use crate::hex::Hex;
use crate::node::Head;
use crate::scan::Forest;
use crate::scan::Scan;

/// A node of a [`HashTree`](crate::HashTree) with everything inside it.
#[derive(Clone, Copy)]
pub struct Subtree<'a> {
    /// The encoding of the whole tree from this node on.
    rest: &'a [u8],
    /// Whether the whole tree is well-formed.
    is_in_well_formed: bool,
}

/// What a tree says about the part that a path leads to.
#[expect(
    clippy::exhaustive_enums,
    reason = "find_label of the interface spec has these answers"
)]
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Find<'a> {
    /// The path is not in the tree.
    Absent,
    /// The path leads here.
    Found(Subtree<'a>),
    /// Whether the path is in the tree depends on a part that is pruned.
    Unknown,
}

/// What is directly below a [`Subtree`].
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these kinds of trees"
)]
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Child<'a> {
    /// A label with what is below it.
    Labeled {
        /// The label.
        label: &'a [u8],
        /// What is below it.
        subtree: Subtree<'a>,
    },
    /// A value.
    Leaf(&'a [u8]),
    /// A part that is pruned: any number of children may have been here.
    Pruned(&'a [u8; HASH_LENGTH]),
}

/// The children of a [`Subtree`], in tree order. See [`Subtree::children`].
#[derive(Clone)]
pub struct Children<'a> {
    forest: Forest<'a>,
    is_in_well_formed: bool,
}

/// The values in a part of a tree, in tree order. See [`Subtree::lookup_prefix`].
#[derive(Clone)]
pub struct Values<'a> {
    scan: Scan<'a>,
    /// Nodes whose heads are still to come.
    owed: usize,
    /// The next node is what a path leads to: it is not beside another one in a fork.
    is_alone: bool,
}

/// Where a label is in a forest, or why it isn't there.
#[derive(Clone, Copy)]
pub(crate) enum Search<'a> {
    /// There is no such label, because two neighbours leave no room for one.
    Absent(
        #[cfg_attr(
            not(feature = "alloc"),
            expect(dead_code, reason = "only pruning asks why")
        )]
        Gap<'a>,
    ),
    /// Here is what the label leads to.
    Found(Subtree<'a>),
    /// There may be such a label in a part that is pruned.
    Unknown,
}

/// A place between two neighbours of a forest. Encodings run to the end of the whole tree.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "alloc"),
    expect(dead_code, reason = "only pruning asks why")
)]
pub(crate) struct Gap<'a> {
    /// The encoding from the member before on, if there is one.
    pub(crate) before: Option<&'a [u8]>,
    /// The encoding from the end of the member before on, or from the start of the forest on.
    pub(crate) from: &'a [u8],
    /// The encoding from the start of the member after on, or from the end of the forest on.
    pub(crate) to: &'a [u8],
    /// The encoding from the member after on, if there is one.
    pub(crate) after: Option<&'a [u8]>,
}

impl<'a> Subtree<'a> {
    /// `rest` starts with a checked node, and is followed by nothing but checked nodes and breaks.
    #[inline]
    pub(crate) const fn new(rest: &'a [u8], is_in_well_formed: bool) -> Self {
        Self {
            rest,
            is_in_well_formed,
        }
    }

    /// Returns what this part says about the value at a path of labels.
    // spec: LOOKUP-2
    pub fn lookup(&self, path: &[&[u8]]) -> Lookup<'a> {
        match self.find(path) {
            Find::Absent => Lookup::Absent,
            Find::Unknown => Lookup::Unknown,
            Find::Found(found) => match found.head() {
                Some(Head::Leaf(value)) => Lookup::Found(value),
                Some(Head::Pruned(_)) => Lookup::Unknown,
                Some(Head::Fork | Head::Labeled(_)) => Lookup::Error,
                Some(Head::Empty) | None => Lookup::Absent,
            },
        }
    }

    /// Returns the values at all paths that start with `prefix`, in tree order.
    ///
    /// There are none if the prefix is absent, but also if it is unknown: [`Subtree::find`] tells.
    // spec: LOOKUP-11
    pub fn lookup_prefix(&self, prefix: &[&[u8]]) -> Values<'a> {
        let (rest, owed) = match self.find(prefix) {
            Find::Found(found) => (found.rest, 1),
            Find::Absent | Find::Unknown => (self.rest, 0),
        };
        Values {
            scan: Scan::new(rest),
            owed,
            is_alone: true,
        }
    }

    /// Returns what this part says about the part that a path of labels leads to.
    ///
    /// The empty path leads here.
    pub fn find(&self, path: &[&[u8]]) -> Find<'a> {
        let mut subtree = *self;
        for label in path {
            subtree = match subtree.search(label) {
                Search::Absent(_) => return Find::Absent,
                Search::Found(subtree) => subtree,
                Search::Unknown => return Find::Unknown,
            };
        }
        Find::Found(subtree)
    }

    /// Returns what is directly below: the forest that `flatten_forks` makes.
    ///
    /// A list without [`Child::Pruned`] is complete.
    #[must_use]
    pub const fn children(&self) -> Children<'a> {
        Children {
            forest: Forest::new(self.rest),
            is_in_well_formed: self.is_in_well_formed,
        }
    }

    /// Returns the encoding of this part.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        let mut scan = Scan::new(self.rest);
        scan.skip();
        let length = self.rest.len().saturating_sub(scan.rest().len());
        self.rest.get(..length).unwrap_or_default()
    }

    /// Whether the whole tree is well-formed.
    pub(crate) const fn is_in_well_formed(&self) -> bool {
        self.is_in_well_formed
    }

    /// Returns the encoding of the whole tree from this node on.
    #[cfg(feature = "alloc")]
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(crate) fn head(&self) -> Option<Head<'a>> {
        Scan::new(self.rest).head().map(|(head, _)| head)
    }

    /// Looks for a label in the forest: the spec's `find_label`.
    ///
    /// The first rule of `find_label` that holds decides, and a label that is there comes first.
    /// In a well-formed tree nothing after a greater label matters.
    pub(crate) fn search(&self, label: &[u8]) -> Search<'a> {
        let mut forest = Forest::new(self.rest);
        let mut before = Before::Start;
        let mut from = self.rest;
        let mut absent = None;
        while let Some(member) = forest.next() {
            before = match member.head {
                Head::Labeled(found) => match found.cmp(label) {
                    // spec: LOOKUP-4
                    Ordering::Equal => {
                        let subtree = Self::new(member.after_head, self.is_in_well_formed);
                        return Search::Found(subtree);
                    }
                    // spec: LOOKUP-5, LOOKUP-6
                    Ordering::Greater => {
                        absent =
                            absent.or_else(|| before.gap(from, Some(member.start), forest.rest()));
                        if self.is_in_well_formed {
                            return absent.map_or(Search::Unknown, Search::Absent);
                        }
                        Before::Other
                    }
                    Ordering::Less => {
                        forest.pass_label();
                        Before::Smaller(member.start)
                    }
                },
                Head::Leaf(_) if matches!(before, Before::Start) => Before::Leaf,
                Head::Leaf(_) | Head::Pruned(_) | Head::Empty | Head::Fork => Before::Other,
            };
            from = forest.rest();
        }
        // spec: LOOKUP-7, LOOKUP-8, LOOKUP-9
        let absent = absent.or_else(|| match before {
            // A leaf and nothing else: all of the forest shows that.
            Before::Leaf => Before::Start.gap(self.rest, None, forest.rest()),
            _ => before.gap(from, None, forest.rest()),
        });
        // spec: LOOKUP-10
        absent.map_or(Search::Unknown, Search::Absent)
    }
}

/// What is before the next member of a forest.
#[derive(Clone, Copy)]
enum Before<'a> {
    /// A leaf, which is the first member.
    Leaf,
    /// Something that leaves open which labels are here.
    Other,
    /// A label smaller than the one that is looked for; the encoding from this member on.
    Smaller(&'a [u8]),
    /// Nothing.
    Start,
}

impl<'a> Before<'a> {
    /// Returns the gap from `from` to the member after, or to the end of the forest, if what is
    /// before it leaves no room for a label.
    fn gap(self, from: &'a [u8], after: Option<&'a [u8]>, end: &'a [u8]) -> Option<Gap<'a>> {
        let before = match self {
            Self::Leaf | Self::Other => return None,
            Self::Smaller(start) => Some(start),
            Self::Start => None,
        };
        Some(Gap {
            before,
            from,
            to: after.unwrap_or(end),
            after,
        })
    }
}

impl Eq for Subtree<'_> {}

impl PartialEq for Subtree<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Debug for Subtree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subtree")
            .field(&Hex(self.as_bytes()))
            .finish()
    }
}

impl fmt::Debug for Child<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Labeled { label, subtree } => f
                .debug_struct("Labeled")
                .field("label", &Hex(label))
                .field("subtree", subtree)
                .finish(),
            Self::Leaf(value) => f.debug_tuple("Leaf").field(&Hex(value)).finish(),
            Self::Pruned(hash) => f.debug_tuple("Pruned").field(&Hex(*hash)).finish(),
        }
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Child<'a>;

    fn next(&mut self) -> Option<Child<'a>> {
        let member = self.forest.next()?;
        match member.head {
            Head::Labeled(label) => {
                let subtree = Subtree::new(member.after_head, self.is_in_well_formed);
                Some(Child::Labeled { label, subtree })
            }
            Head::Leaf(value) => Some(Child::Leaf(value)),
            Head::Pruned(hash) => Some(Child::Pruned(hash)),
            Head::Empty | Head::Fork => None,
        }
    }
}

impl fmt::Debug for Children<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while self.owed > 0 {
            while self.scan.end_array() {}
            let (head, _) = self.scan.head()?;
            let is_alone = self.is_alone;
            self.is_alone = matches!(head, Head::Labeled(_));
            self.owed = match head {
                Head::Fork => self.owed.saturating_add(1),
                Head::Labeled(_) => self.owed,
                Head::Empty | Head::Leaf(_) | Head::Pruned(_) => self.owed.saturating_sub(1),
            };
            match head {
                Head::Leaf(value) if is_alone => return Some(value),
                _ => {}
            }
        }
        None
    }
}

impl fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone().map(Hex)).finish()
    }
}
