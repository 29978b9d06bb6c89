//! Removing an entry.
//!
//! On the way down every node is given an entry more than the least number, from a sibling or by
//! becoming one with it, so that one can be taken away.
//!
//! Source of the order of steps, which decides which chunks become free: crate `ic-stable-structures`
//! 0.7.2, `BTreeMap::remove`.

use alloc::vec::Vec;

use super::Map;
use super::error::{NodeRule, ReadMapError, WriteMapError};
use super::node::Node;
use super::pages::MAX_DEPTH;
use super::shape::CAPACITY;
use crate::MemoryMut;

pub(super) fn remove<M: MemoryMut>(
    map: &mut Map<M>,
    key: &[u8],
) -> Result<Option<Vec<u8>>, WriteMapError> {
    if map.root == 0 {
        return Ok(None);
    }
    let mut node = map.load(map.root)?;
    for _ in 0..MAX_DEPTH {
        let found = node.search(&map.form, key);
        if node.is_leaf() {
            let Ok(index) = found else {
                return Ok(None);
            };
            let old = node.value(index).to_vec();
            node.remove(index);
            finish(map, node)?;
            return Ok(Some(old));
        }
        node = match found {
            Err(index) => {
                let child = map.load(node.child(index))?;
                refill(map, node, index, child)?
            }
            Ok(index) => {
                let right_index = index.saturating_add(1);
                let left = map.load(node.child(index))?;
                if left.can_spare() {
                    return replace(map, node, index, left, Side::Last).map(Some);
                }
                let right = map.load(node.child(right_index))?;
                if right.can_spare() {
                    return replace(map, node, index, right, Side::First).map(Some);
                }
                unite(map, node, index, left, &right, Keep::Left)?
            }
        };
    }
    Err(ReadMapError::node(node.address, NodeRule::TooDeep).into())
}

/// Which end of a subtree.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Side {
    First,
    Last,
}

/// Which of two siblings that become one keeps its place.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Keep {
    Left,
    Right,
}

/// Replaces the entry `index` of `node` by its neighbour, which is at one end of the subtree below
/// `child`, and returns its value.
fn replace<M: MemoryMut>(
    map: &mut Map<M>,
    mut node: Node,
    index: usize,
    child: Node,
    side: Side,
) -> Result<Vec<u8>, WriteMapError> {
    let old = node.value(index).to_vec();
    let mut here = child;
    for _ in 0..MAX_DEPTH {
        if here.is_leaf() {
            let end = match side {
                Side::First => 0,
                Side::Last => here.length().saturating_sub(1),
            };
            // The neighbour is in both places before it leaves the first.
            node.set_entry(index, here.key(end), here.value(end));
            map.save(&mut node)?;
            here.remove(end);
            finish(map, here)?;
            return Ok(old);
        }
        let end = match side {
            Side::First => 0,
            Side::Last => here.length(),
        };
        let below = map.load(here.child(end))?;
        here = refill(map, here, end, below)?;
    }
    Err(ReadMapError::node(here.address, NodeRule::TooDeep).into())
}

/// Writes a leaf from which an entry was taken.
fn finish<M: MemoryMut>(map: &mut Map<M>, mut leaf: Node) -> Result<(), WriteMapError> {
    let length = map.length.saturating_sub(1);
    if leaf.length() > 0 {
        map.save(&mut leaf)?;
        return map.commit(map.root, length);
    }
    if leaf.address != map.root {
        // A node with one entry that is not the root.
        return Err(ReadMapError::node(leaf.address, NodeRule::EntryCount { found: 1 }).into());
    }
    map.commit(0, length)?;
    map.release(&leaf.chunks())
}

/// Makes sure that the child `index` of `parent` can spare an entry, and returns the node in which its
/// entries are then.
fn refill<M: MemoryMut>(
    map: &mut Map<M>,
    mut parent: Node,
    index: usize,
    mut child: Node,
) -> Result<Node, WriteMapError> {
    if child.can_spare() {
        return Ok(child);
    }
    let mut left = match index.checked_sub(1) {
        Some(before) => Some((before, map.load(parent.child(before))?)),
        None => None,
    };
    let after = index.saturating_add(1);
    let mut right = match parent.children().get(after) {
        Some(address) => Some(map.load(*address)?),
        None => None,
    };
    // In both cases each entry is in its new place before it leaves the old one.
    if let Some((before, left)) = &mut left
        && left.can_spare()
    {
        let last = left.length().saturating_sub(1);
        child.insert(0, parent.key(*before), parent.value(*before));
        parent.set_entry(*before, left.key(last), left.value(last));
        if !left.is_leaf() {
            child.insert_child(0, left.child(left.length()));
        }
        left.truncate(last);
        map.save(&mut child)?;
        map.save(&mut parent)?;
        map.save(left)?;
        return Ok(child);
    }
    if let Some(right) = &mut right
        && right.can_spare()
    {
        let end = child.length();
        child.insert(end, parent.key(index), parent.value(index));
        parent.set_entry(index, right.key(0), right.value(0));
        if !right.is_leaf() {
            child.insert_child(end.saturating_add(1), right.child(0));
            right.remove_child(0);
        }
        right.remove(0);
        map.save(&mut child)?;
        map.save(&mut parent)?;
        map.save(right)?;
        return Ok(child);
    }
    match (left, right) {
        (Some((before, left)), _) => unite(map, parent, before, left, &child, Keep::Left),
        (None, Some(right)) => unite(map, parent, index, child, &right, Keep::Right),
        (None, None) => {
            let rule = NodeRule::EntryCount { found: 0 };
            Err(ReadMapError::node(parent.address, rule).into())
        }
    }
}

/// Makes one node of the children to both sides of the entry `index` of `parent`, with that entry in
/// between.
fn unite<M: MemoryMut>(
    map: &mut Map<M>,
    mut parent: Node,
    index: usize,
    left: Node,
    right: &Node,
    keep: Keep,
) -> Result<Node, WriteMapError> {
    let length = left.length().saturating_add(right.length());
    if length >= CAPACITY || left.is_leaf() != right.is_leaf() || left.address == right.address {
        return Err(ReadMapError::node(right.address, NodeRule::TooDeep).into());
    }
    let left_chunks = left.chunks();
    let mut united = left;
    let end = united.length();
    united.insert(end, parent.key(index), parent.value(index));
    united.append(right, 0..right.length());
    let gone = match keep {
        Keep::Left => {
            parent.remove_child(index.saturating_add(1));
            right.chunks()
        }
        Keep::Right => {
            united.move_to(right);
            parent.remove_child(index);
            left_chunks
        }
    };
    parent.remove(index);
    map.save(&mut united)?;
    if parent.length() > 0 {
        map.save(&mut parent)?;
    } else if parent.address == map.root {
        map.commit(united.address, map.length)?;
    } else {
        let rule = NodeRule::EntryCount { found: 1 };
        return Err(ReadMapError::node(parent.address, rule).into());
    }
    map.release(&gone)?;
    if parent.length() == 0 {
        map.release(&parent.chunks())?;
    }
    Ok(united)
}
