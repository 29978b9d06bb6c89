//! Setting right what a stop left.
//!
//! Nodes change in such an order that what is in two nodes at once is outside the keys between which
//! one of them lies: it is taken out there. Then nothing is left but lost chunks and a wrong count.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::chunks::{FIRST_CHUNK, HEADER_LENGTH, chunk_header};
use super::error::{NodeRule, ReadMapError, WriteMapError};
use super::node::Node;
use super::pages::MAX_DEPTH;
use super::verify::Seen;
use super::{Map, MapCensus};
use crate::MemoryMut;
use crate::managed::bytes::{wide, write_growing};

/// A node, the keys between which it lies, and how many of its children were visited.
struct Frame {
    node: Node,
    above: Option<Vec<u8>>,
    below: Option<Vec<u8>>,
    visited: usize,
}

pub(super) fn mend<M: MemoryMut>(map: &mut Map<M>) -> Result<MapCensus, WriteMapError> {
    let mut seen = Seen::new(map.memory.length(), map.form.stride());
    let mut census = MapCensus::default();
    let mut stack: Vec<Frame> = Vec::new();
    let mut next = (map.root != 0).then_some((map.root, None, None));
    loop {
        if let Some((address, above, below)) = next.take() {
            let frame = visit(map, &mut seen, address, above, below)?;
            let depth = stack.len().saturating_add(1);
            if depth > MAX_DEPTH {
                return Err(ReadMapError::node(address, NodeRule::TooDeep).into());
            }
            census.depth = census.depth.max(u8::try_from(depth).unwrap_or(u8::MAX));
            census.nodes = census.nodes.saturating_add(1);
            census.entries = census.entries.saturating_add(wide(frame.node.length()));
            let overflow = wide(frame.node.overflow.len());
            census.overflow = census.overflow.saturating_add(overflow);
            stack.push(frame);
        }
        let Some(frame) = stack.last_mut() else {
            break;
        };
        let index = frame.visited;
        frame.visited = index.saturating_add(1);
        let Some(child) = frame.node.children().get(index) else {
            stack.pop();
            continue;
        };
        let key = |index: Option<usize>| {
            let index = index.filter(|index| *index < frame.node.length())?;
            Some(frame.node.key(index).to_vec())
        };
        let above = key(index.checked_sub(1)).or_else(|| frame.above.clone());
        let below = key(Some(index)).or_else(|| frame.below.clone());
        next = Some((*child, above, below));
    }
    census.free = free_list(map, &seen)?;
    map.commit(map.root, census.entries)?;
    Ok(census)
}

/// Reads a node, takes out what does not lie between the two keys, and marks its chunks.
fn visit<M: MemoryMut>(
    map: &mut Map<M>,
    seen: &mut Seen,
    address: u64,
    above: Option<Vec<u8>>,
    below: Option<Vec<u8>>,
) -> Result<Frame, WriteMapError> {
    let mut node = map.load(address)?;
    let shape = map.form.shape;
    let before = node.length();
    let is_under = |key: &[u8]| {
        let order = below.as_ref().map(|below| shape.compare(key, below));
        order.is_none_or(|order| order == Ordering::Less)
    };
    let is_over = |key: &[u8]| {
        let order = above.as_ref().map(|above| shape.compare(key, above));
        order.is_none_or(|order| order == Ordering::Greater)
    };
    while let Some(last) = node.length().checked_sub(1)
        && !is_under(node.key(last))
    {
        node.truncate(last);
    }
    while node.length() > 0 && !is_over(node.key(0)) {
        node.remove(0);
        node.remove_child(0);
    }
    let fail = |rule| Err(ReadMapError::node(address, rule).into());
    if node.length() == 0 {
        return fail(NodeRule::EntryCount { found: 0 });
    }
    let mut rest = 1..node.length();
    let unsorted = rest.find(|index| {
        let last = node.key(index.saturating_sub(1));
        shape.compare(last, node.key(*index)) != Ordering::Less
    });
    if let Some(entry) = unsorted {
        let entry = u8::try_from(entry).unwrap_or(u8::MAX);
        return fail(NodeRule::Unsorted { entry });
    }
    if node.length() != before {
        map.save(&mut node)?;
    }
    for chunk in core::iter::once(&address).chain(&node.overflow) {
        if seen.mark(*chunk) {
            return fail(NodeRule::Shared);
        }
    }
    Ok(Frame {
        node,
        above,
        below,
        visited: 0,
    })
}

/// Makes a list of all chunks that no node has, and of the one behind the others; returns its length.
///
/// The list that is there leads to such chunks only, so it stays one while it is rewritten.
fn free_list<M: MemoryMut>(map: &mut Map<M>, seen: &Seen) -> Result<u64, WriteMapError> {
    let stride = map.form.stride();
    let place = |number: u64| FIRST_CHUNK.saturating_add(number.saturating_mul(stride));
    let end = seen.end();
    let mut head = place(end);
    write_growing(&mut map.memory, head, &chunk_header(false, 0))?;
    let mut free = 1_u64;
    for number in (0..end).rev() {
        if !seen.has(place(number).saturating_add(HEADER_LENGTH)) {
            map.memory
                .write(place(number), &chunk_header(false, head))?;
            head = place(number);
            free = free.saturating_add(1);
        }
    }
    let used = end.saturating_add(1).saturating_sub(free);
    map.chunks.reset(head, used);
    map.chunks.commit(&mut map.memory)?;
    Ok(free)
}
