//! Inserting an entry.
//!
//! On the way down every full node is divided, so that there is always room in the node above for the
//! entry in the middle.
//!
//! Source of the order of steps, which decides which chunk a node gets: crate `ic-stable-structures`
//! 0.7.2, `BTreeMap::insert`.

use alloc::vec::Vec;
use core::mem;

use super::Map;
use super::error::{NodeRule, ReadMapError, WriteMapError};
use super::node::Node;
use super::pages::{MAX_DEPTH, Pages};
use super::shape::CAPACITY;
use crate::MemoryMut;

/// The entry of a full node that goes up when it is divided.
const MIDDLE: usize = CAPACITY / 2;

pub(super) fn insert<M: MemoryMut>(
    map: &mut Map<M>,
    key: &[u8],
    value: &[u8],
) -> Result<Option<Vec<u8>>, WriteMapError> {
    if map.root == 0 {
        return plant(map, key, value);
    }
    let mut here = mem::take(&mut map.spare.here);
    let mut below = mem::take(&mut map.spare.below);
    here.open(&map.memory, &map.form, map.root)?;
    if here.is_full() && here.search(&map.memory, &map.form, key)?.is_err() {
        let root = Node::read(here, &map.memory, &map.form)?;
        divide_root(map, root)?;
        here = Pages::default();
        here.open(&map.memory, &map.form, map.root)?;
    }
    // A level at which a node is divided is gone through twice.
    for _ in 0..MAX_DEPTH.saturating_mul(2) {
        let index = match here.search(&map.memory, &map.form, key)? {
            Ok(index) => {
                let mut node = Node::read(here, &map.memory, &map.form)?;
                let old = node.value(index).to_vec();
                node.set_value(index, value);
                map.save(&mut node)?;
                map.spare.here = node.into_pages();
                map.spare.below = below;
                return Ok(Some(old));
            }
            Err(index) => index,
        };
        if here.is_leaf() {
            let mut node = Node::read(here, &map.memory, &map.form)?;
            if node.length() >= CAPACITY {
                // Only if a node is its own parent.
                return Err(ReadMapError::node(node.address, NodeRule::TooDeep).into());
            }
            node.insert(index, key, value);
            map.save(&mut node)?;
            map.commit(map.root, map.length.saturating_add(1))?;
            map.spare.here = node.into_pages();
            map.spare.below = below;
            return Ok(None);
        }
        let child = here.child(&map.memory, &map.form, index)?;
        below.open(&map.memory, &map.form, child)?;
        if below.is_full() && below.search(&map.memory, &map.form, key)?.is_err() {
            let parent = Node::read(mem::take(&mut here), &map.memory, &map.form)?;
            let full = Node::read(mem::take(&mut below), &map.memory, &map.form)?;
            let address = parent.address;
            divide(map, parent, index, full)?;
            here.open(&map.memory, &map.form, address)?;
        } else {
            mem::swap(&mut here, &mut below);
        }
    }
    Err(ReadMapError::node(here.address, NodeRule::TooDeep).into())
}

/// Inserts the first entry.
fn plant<M: MemoryMut>(
    map: &mut Map<M>,
    key: &[u8],
    value: &[u8],
) -> Result<Option<Vec<u8>>, WriteMapError> {
    let (address, next_free) = map.chunks.take(&map.memory)?;
    map.chunks.commit(&mut map.memory)?;
    let mut node = Node::new(address, map.form.version, true);
    node.insert(0, key, value);
    map.save_new(&mut node, next_free)?;
    map.commit(address, 1)?;
    Ok(None)
}

/// Puts a new root above the full one, and divides that one.
fn divide_root<M: MemoryMut>(map: &mut Map<M>, mut root: Node) -> Result<(), WriteMapError> {
    let (address, root_free) = map.chunks.take(&map.memory)?;
    let (sibling_address, sibling_free) = map.chunks.take(&map.memory)?;
    map.chunks.commit(&mut map.memory)?;
    let mut top = Node::new(address, map.form.version, false);
    let mut sibling = halve(map, &root, sibling_address);
    top.insert(0, root.key(MIDDLE), root.value(MIDDLE));
    top.insert_child(0, root.address);
    top.insert_child(1, sibling_address);
    root.truncate(MIDDLE);
    map.save_new(&mut sibling, sibling_free)?;
    map.save_new(&mut top, root_free)?;
    map.commit(address, map.length)?;
    map.save(&mut root)
}

/// Divides the full child `index` of `parent`, which is not full.
fn divide<M: MemoryMut>(
    map: &mut Map<M>,
    mut parent: Node,
    index: usize,
    mut full: Node,
) -> Result<(), WriteMapError> {
    if parent.length() >= CAPACITY {
        // Only if a node is its own parent.
        return Err(ReadMapError::node(parent.address, NodeRule::TooDeep).into());
    }
    let (address, next_free) = map.chunks.take(&map.memory)?;
    map.chunks.commit(&mut map.memory)?;
    let mut sibling = halve(map, &full, address);
    parent.insert(index, full.key(MIDDLE), full.value(MIDDLE));
    parent.insert_child(index.saturating_add(1), address);
    full.truncate(MIDDLE);
    // Nobody knows the sibling; then the parent does, and finds there what is still in the full node
    // too; then it is there no more.
    map.save_new(&mut sibling, next_free)?;
    map.save(&mut parent)?;
    map.save(&mut full)
}

/// A node with the entries behind the middle one.
fn halve<M: MemoryMut>(map: &Map<M>, full: &Node, address: u64) -> Node {
    let mut sibling = Node::new(address, map.form.version, full.is_leaf());
    sibling.append(full, MIDDLE.saturating_add(1)..full.length());
    sibling
}
