//! The one pass over an encoded tree that checks and hashes it.

use cbor::Items;
use cbor::Reader;

use crate::HashTree;
use crate::ParseHashTreeError;
use crate::digest;
use crate::digest::HASH_LENGTH;
use crate::node::Head;

/// What the pass finds out.
pub(crate) struct Walked {
    pub(crate) root_hash: [u8; HASH_LENGTH],
    pub(crate) is_well_formed: bool,
}

/// Watches the pass.
pub(crate) trait Visitor {
    /// A node starts at this position.
    fn enter(&mut self, position: usize, head: Head<'_>);

    /// The node that was entered last, and not left yet, ends before this position.
    fn leave(&mut self, position: usize, hash: &[u8; HASH_LENGTH]);
}

impl Visitor for () {
    #[inline]
    fn enter(&mut self, _: usize, _: Head<'_>) {}

    #[inline]
    fn leave(&mut self, _: usize, _: &[u8; HASH_LENGTH]) {}
}

/// An open node.
#[derive(Clone, Copy)]
enum Level<'a> {
    /// A label; what is below it is being read.
    Labeled(&'a [u8], Items),
    /// A fork; its left side is being read.
    Left(Items),
    /// A fork; its right side is being read, its left side has this hash.
    Right([u8; HASH_LENGTH], Items),
}

/// Takes one tree.
///
/// Inner nodes are kept on a stack of fixed size, so hostile input costs neither memory nor
/// recursion.
pub(crate) fn walk<'a>(
    reader: &mut Reader<'a>,
    visitor: &mut impl Visitor,
) -> Result<Walked, ParseHashTreeError> {
    let mut levels: [Option<Level<'a>>; HashTree::MAX_DEPTH] = [None; HashTree::MAX_DEPTH];
    let mut depth = 0_usize;
    let mut is_well_formed = true;
    // The label before this node in the forest that the node belongs to.
    let mut previous: Option<&[u8]> = None;
    loop {
        let position = reader.position();
        let (head, mut items) = Head::read(reader)?;
        visitor.enter(position, head);
        let parent = depth
            .checked_sub(1)
            .and_then(|top| levels.get(top))
            .copied()
            .flatten();
        let opened = match head {
            Head::Fork => Level::Left(items),
            Head::Labeled(label) => {
                // spec: TREE-7, TREE-9
                is_well_formed &= previous.take().is_none_or(|previous| previous < label);
                Level::Labeled(label, items)
            }
            Head::Empty | Head::Leaf(_) | Head::Pruned(_) => {
                let mut hash = match head {
                    Head::Leaf(value) => {
                        // spec: TREE-9
                        is_well_formed &= matches!(parent, None | Some(Level::Labeled(..)));
                        digest::leaf(value)
                    }
                    // spec: TREE-5
                    Head::Pruned(hash) => *hash,
                    _ => digest::EMPTY,
                };
                // Close this node and every node that it completes.
                loop {
                    reader.expect_end(&mut items)?;
                    visitor.leave(reader.position(), &hash);
                    let Some(top) = depth.checked_sub(1) else {
                        return Ok(Walked {
                            root_hash: hash,
                            is_well_formed,
                        });
                    };
                    depth = top;
                    match levels.get_mut(top).and_then(Option::take) {
                        Some(Level::Labeled(label, open)) => {
                            hash = digest::labeled(label, &hash);
                            previous = Some(label);
                            items = open;
                        }
                        Some(Level::Right(left, open)) => {
                            hash = digest::fork(&left, &hash);
                            items = open;
                        }
                        Some(Level::Left(mut open)) => {
                            reader.expect_item(&mut open)?;
                            break Level::Right(hash, open);
                        }
                        None => {}
                    }
                }
            }
        };
        let Some(level) = levels.get_mut(depth) else {
            return Err(ParseHashTreeError::TooDeep { position });
        };
        *level = Some(opened);
        depth = depth.saturating_add(1);
    }
}
