//! Setting right what a stop left.
//!
//! Nodes change in such an order that what is in two nodes at once is outside the keys between which
//! one of them lies: it is taken out there. Then nothing is left but lost chunks and a number of entries
//! that is one off.
//!
//! Damage can look like it. So the whole map is walked before anything is written, and unless everything
//! that would be taken out is in its right place, too, the map stays as it is.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::chunks::{self, HEADER_LENGTH, chunk_header};
use super::error::{ChunkRule, NodeRule, ReadMapError, WriteMapError};
use super::node::Node;
use super::pages::MAX_DEPTH;
use super::verify::{MapFinding, MapRule, Seen, verify};
use super::{Map, MapCensus};
use crate::MemoryMut;
use crate::managed::bytes::{wide, write_growing};

pub(super) fn mend<M: MemoryMut>(map: &mut Map<M>) -> Result<MapCensus, WriteMapError> {
    let (mut is_whole, mut damage) = (true, None);
    let census = verify(map, &mut |finding| {
        is_whole = false;
        damage = damage.or_else(|| damage_of(finding));
    })?;
    if let Some(error) = damage {
        return Err(error);
    }
    if is_whole {
        return Ok(census);
    }
    let (census, _) = walk(map, Pass::Look)?;
    if map.length > census.entries.saturating_add(1) {
        return Err(WriteMapError::LostEntries {
            header: map.length,
            found: census.entries,
        });
    }
    let (mut census, seen) = walk(map, Pass::Write)?;
    census.free = free_list(map, &seen)?;
    map.commit(map.root, census.entries)?;
    Ok(census)
}

/// Returns the error that a finding is, if it is none that a stop leaves or that does no harm.
fn damage_of(finding: MapFinding) -> Option<WriteMapError> {
    let MapFinding { address, rule } = finding;
    let node = |rule| Some(ReadMapError::node(address, rule).into());
    let chunk = |address, rule| Some(WriteMapError::Chunk { address, rule });
    match rule {
        MapRule::ChunkCount { .. }
        | MapRule::FewEntries { .. }
        | MapRule::Length { .. }
        | MapRule::Node(NodeRule::Unsorted { .. })
        | MapRule::Shared => None,
        MapRule::Chunk(rule) => chunk(address.saturating_sub(HEADER_LENGTH), rule),
        MapRule::Depth { .. } => node(NodeRule::TooDeep),
        MapRule::FreeChunk(rule) => chunk(address, rule),
        MapRule::FreeTwice => chunk(address, ChunkRule::InUse),
        MapRule::Node(rule) => node(rule),
        MapRule::Remainder { next } => node(NodeRule::OverflowMisplaced { address: next }),
    }
}

/// Whether nodes are only looked at, or written if something is to be taken out of them.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Pass {
    Look,
    Write,
}

/// A node, the keys between which it lies, and how many of its children were visited.
struct Frame {
    node: Node,
    above: Option<Vec<u8>>,
    below: Option<Vec<u8>>,
    visited: usize,
}

/// Visits all nodes, and counts what stays; returns the chunks that they have.
fn walk<M: MemoryMut>(map: &mut Map<M>, pass: Pass) -> Result<(MapCensus, Seen), WriteMapError> {
    let mut seen = Seen::new(map.memory.length(), map.form.stride());
    let mut removed = seen.clone();
    let mut census = MapCensus::default();
    let mut stack: Vec<Frame> = Vec::new();
    let mut next = (map.root != 0).then_some((map.root, None, None));
    loop {
        if let Some((address, above, below)) = next.take() {
            let mut frame = Frame {
                node: map.load(address)?,
                above,
                below,
                visited: 0,
            };
            let depth = stack.len().saturating_add(1);
            if depth > MAX_DEPTH {
                return Err(ReadMapError::node(address, NodeRule::TooDeep).into());
            }
            let before = frame.node.length();
            take_out(map, &mut frame, &mut removed)?;
            check_order(map, &frame.node)?;
            if frame.node.length() != before && pass == Pass::Write {
                map.save(&mut frame.node)?;
            }
            for chunk in core::iter::once(&address).chain(&frame.node.overflow) {
                if seen.mark(*chunk) {
                    return Err(ReadMapError::node(address, NodeRule::Shared).into());
                }
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
    match removed.first_without(&seen) {
        Some(address) => Err(ReadMapError::node(address, NodeRule::OutOfPlace).into()),
        None => Ok((census, seen)),
    }
}

/// Takes what does not lie between the two keys out of a node, if it is in its right place, too.
fn take_out<M: MemoryMut>(
    map: &Map<M>,
    frame: &mut Frame,
    removed: &mut Seen,
) -> Result<(), WriteMapError> {
    let Frame {
        node, above, below, ..
    } = frame;
    let shape = map.form.shape;
    let is_outside = |key: &[u8], bound: &Option<Vec<u8>>, inside: Ordering| {
        let order = bound.as_ref().map(|bound| shape.compare(key, bound));
        order.is_some_and(|order| order != inside)
    };
    let check = |node: &Node, entry: usize| {
        if map.get(node.key(entry))?.as_deref() == Some(node.value(entry)) {
            return Ok(());
        }
        let entry = u8::try_from(entry).unwrap_or(u8::MAX);
        Err(ReadMapError::node(
            node.address,
            NodeRule::Unsorted { entry },
        ))
    };
    while let Some(last) = node.length().checked_sub(1)
        && is_outside(node.key(last), below, Ordering::Less)
    {
        check(node, last)?;
        if !node.is_leaf() {
            removed.mark(node.child(last.saturating_add(1)));
        }
        node.truncate(last);
    }
    while node.length() > 0 && is_outside(node.key(0), above, Ordering::Greater) {
        check(node, 0)?;
        if !node.is_leaf() {
            removed.mark(node.child(0));
        }
        node.remove(0);
        node.remove_child(0);
    }
    Ok(())
}

/// Checks that a node has entries, in ascending order.
fn check_order<M>(map: &Map<M>, node: &Node) -> Result<(), ReadMapError> {
    if node.length() == 0 {
        let rule = NodeRule::EntryCount { found: 0 };
        return Err(ReadMapError::node(node.address, rule));
    }
    let unsorted = (1..node.length()).find(|index| {
        let last = node.key(index.saturating_sub(1));
        map.form.shape.compare(last, node.key(*index)) != Ordering::Less
    });
    match unsorted {
        Some(entry) => {
            let entry = u8::try_from(entry).unwrap_or(u8::MAX);
            Err(ReadMapError::node(
                node.address,
                NodeRule::Unsorted { entry },
            ))
        }
        None => Ok(()),
    }
}

/// Makes a list of all chunks that no node has, and of the one behind the others; returns its length.
///
/// The list that is there leads to such chunks only, so it stays one while it is rewritten.
fn free_list<M: MemoryMut>(map: &mut Map<M>, seen: &Seen) -> Result<u64, WriteMapError> {
    let stride = map.form.stride();
    let place = |number: u64| chunks::address(number, stride).saturating_sub(HEADER_LENGTH);
    let end = seen.end();
    let mut head = place(end);
    write_growing(&mut map.memory, head, &chunk_header(false, 0))?;
    let mut free = 1_u64;
    for number in (0..end).rev() {
        if !seen.has(chunks::address(number, stride)) {
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
