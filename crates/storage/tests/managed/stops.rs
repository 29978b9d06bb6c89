//! What is left if a program stops between two writes.
//!
//! Every operation is done once while its writes are recorded; then each number of them is done alone,
//! on the memory from before, and what that leaves is opened anew.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and says how much it tried"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use icid_storage::{
    Cell, Keys, Manager, Map, MapRule, Memory, MemoryError, MemoryId, MemoryMut, NodeRule,
    Severity, Shape, Values,
};

/// A memory that remembers how it was changed.
#[derive(Debug, Default)]
struct Recorder {
    bytes: Vec<u8>,
    changes: RefCell<Vec<Change>>,
}

#[derive(Clone, Debug)]
enum Change {
    Grow(u64),
    Write(u64, Vec<u8>),
}

impl Memory for Recorder {
    fn length(&self) -> u64 {
        self.bytes.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.bytes.read(offset, buffer)
    }
}

impl MemoryMut for Recorder {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.changes
            .borrow_mut()
            .push(Change::Write(offset, bytes.to_vec()));
        self.bytes.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.changes.borrow_mut().push(Change::Grow(pages));
        self.bytes.grow(pages)
    }
}

/// Does `operation` and returns the memory after each of its changes but the last.
fn stops(memory: &mut Recorder, operation: impl FnOnce(&mut Recorder)) -> Vec<Vec<u8>> {
    let mut image = memory.bytes.clone();
    memory.changes.borrow_mut().clear();
    operation(memory);
    let changes = memory.changes.borrow();
    let mut images = vec![image.clone()];
    for change in changes.iter() {
        match change {
            Change::Grow(pages) => image.grow(*pages).unwrap(),
            Change::Write(offset, bytes) => image.write(*offset, bytes).unwrap(),
        }
        images.push(image.clone());
    }
    assert!(images.pop() == Some(memory.bytes.clone()));
    images
}

/// Numbers that look random: the generator `SplitMix64`.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// How many stops there were, and what they left.
#[derive(Debug, Default)]
struct Count {
    stops: usize,
    /// A chunk that nobody uses, or more.
    lost_chunks: usize,
    /// A number of entries that is not theirs.
    wrong_lengths: usize,
    /// Entries or children in two nodes.
    twice: usize,
    /// Entries that could not be found.
    lost_entries: usize,
}

fn stop_in_map(shape: Shape, longest: usize, first_version: bool) -> Count {
    let mut memory = Recorder::default();
    let mut model: BTreeMap<[u8; 8], Vec<u8>> = BTreeMap::new();
    let created = if first_version {
        Map::create_v1(&mut memory, shape).map(drop)
    } else {
        Map::create(&mut memory, shape).map(drop)
    };
    created.unwrap();
    let (mut state, mut count) = (7, Count::default());
    for round in 0..700_u64 {
        let key = (next(&mut state) % 120).to_be_bytes();
        let length = usize::try_from(next(&mut state)).unwrap() % (longest + 1);
        let value = vec![u8::try_from(round % 251).unwrap(); length];
        // It grows for a while, then it shrinks.
        let insert = next(&mut state) % 10 < if round < 400 { 7 } else { 2 };
        let before = model.clone();
        let images = stops(&mut memory, |memory| {
            let mut map = Map::open(memory, shape).unwrap();
            if insert {
                map.insert(&key, &value).unwrap();
            } else {
                map.remove(&key).unwrap();
            }
        });
        if insert {
            model.insert(key, value);
        } else {
            model.remove(&key);
        }
        for image in images {
            count.stops += 1;
            let map = Map::open(&image, shape).unwrap();
            for number in 0..120_u64 {
                let other = number.to_be_bytes();
                let found = map.get(&other).unwrap();
                let right = found.as_ref() == before.get(&other)
                    || other == key && found.as_ref() == model.get(&other);
                count.lost_entries += usize::from(!right);
            }
            judge(&map, &mut count);
            mend(image, shape, [&before, &model], count.stops);
        }
    }
    count
}

/// Nothing is wrong but what a stop may leave, and what keeps nobody from reading everything is said to
/// be no more than unusual.
fn judge(map: &Map<&Vec<u8>>, count: &mut Count) {
    let (mut lost, mut wrong, mut twice) = (false, false, false);
    map.verify(&mut |finding| {
        let severity = match finding.rule {
            MapRule::ChunkCount { used, found } => {
                assert!(used > found && used - found <= 12, "{finding}");
                lost = true;
                Severity::Unusual
            }
            MapRule::Length { header, found } => {
                assert!(header.abs_diff(found) <= 12, "{finding}");
                wrong = true;
                Severity::Unusual
            }
            MapRule::Node(NodeRule::Unsorted { .. }) | MapRule::Shared => {
                twice = true;
                Severity::Broken
            }
            _ => panic!("{finding}"),
        };
        assert_eq!(finding.rule.severity(), severity);
    })
    .unwrap();
    if !twice {
        let mut entries = map.entries();
        while entries.next().unwrap().is_some() {}
    }
    count.lost_chunks += usize::from(lost);
    count.wrong_lengths += usize::from(wrong);
    count.twice += usize::from(twice);
}

/// Mends a map; then it is whole, and as before or after the operation. Now and then it is also emptied.
fn mend(image: Vec<u8>, shape: Shape, states: [&BTreeMap<[u8; 8], Vec<u8>>; 2], stop: usize) {
    let mut map = Map::open(image, shape).unwrap();
    let census = map.mend().unwrap();
    assert_eq!(census.entries, map.length());
    let checked = map
        .verify(&mut |finding| panic!("mended: {finding}"))
        .unwrap();
    assert_eq!(checked, census);
    let mut found = BTreeMap::new();
    let mut entries = map.entries();
    while let Some(entry) = entries.next().unwrap() {
        found.insert(entry.key().try_into().unwrap(), entry.value().to_vec());
    }
    assert!(states.contains(&&found));
    if !stop.is_multiple_of(31) {
        return;
    }
    for key in found.keys() {
        assert!(map.remove(key).unwrap().is_some());
    }
    map.verify(&mut |finding| panic!("emptied: {finding}"))
        .unwrap();
    assert!(map.is_empty());
}

/// Every kind of leftover came up, and no entry was lost.
fn check(count: &Count, least: usize) {
    println!("{count:?}");
    let Count {
        stops,
        lost_chunks,
        wrong_lengths,
        twice,
        lost_entries,
    } = *count;
    assert_eq!(lost_entries, 0);
    assert!(stops > least && lost_chunks > 0 && wrong_lengths > 0 && twice > 0);
}

#[test]
fn a_map_of_short_values_can_be_read_after_any_stop() {
    let shape = Shape::new(Keys::Fixed(8), Values::AtMost(16));
    check(&stop_in_map(shape, 16, false), 1_000);
}

#[test]
fn a_map_of_version_1_can_be_read_after_any_stop() {
    let shape = Shape::new(Keys::Fixed(8), Values::AtMost(16));
    check(&stop_in_map(shape, 16, true), 1_000);
}

#[test]
fn a_map_whose_nodes_have_many_chunks_can_be_read_after_any_stop() {
    let shape = Shape::new(Keys::Fixed(8), Values::Any);
    check(&stop_in_map(shape, 500, false), 3_000);
}

#[test]
fn a_manager_loses_nothing_wherever_it_stops_growing() {
    let mut memory = Recorder::default();
    let mut manager = Manager::create(&mut memory, 0, 1).unwrap();
    let ids = [3, 9].map(|number| MemoryId::new(number).unwrap());
    let mut pages = [0_u64; 2];
    let mut tried = 0;
    for round in 0..40_usize {
        let which = round % 2;
        let more = 1 + u64::try_from(round % 3).unwrap();
        let images = stops(&mut memory, |memory| {
            let mut view = manager.view_mut(memory, ids[which]);
            view.grow(more).unwrap();
            let end = view.length() - 8;
            view.write(end, &end.to_le_bytes()).unwrap();
        });
        for image in images {
            tried += 1;
            let opened = Manager::open(&image, 0).unwrap();
            let mut found = Vec::new();
            opened
                .check(&image, &mut |finding| found.push(finding))
                .unwrap();
            assert_eq!(found, []);
            for (id, pages) in ids.iter().zip(pages) {
                let view = opened.view(&image, *id);
                let length = view.length() / 65_536;
                assert!(length == pages || *id == ids[which] && length == pages + more);
                if pages > 0 {
                    let end = pages * 65_536 - 8;
                    let mut last = [0; 8];
                    view.read(end, &mut last).unwrap();
                    assert_eq!(u64::from_le_bytes(last), end);
                }
            }
        }
        pages[which] += more;
    }
    println!("{tried} stops");
    assert!(tried > 80);
}

#[test]
fn a_cell_has_the_old_value_or_the_new_one() {
    let mut memory = Recorder::default();
    let mut old = b"first".to_vec();
    Cell::write(&mut memory, &old).unwrap();
    for length in [3, 0, 70_000, 12] {
        let new = vec![9; length];
        let images = stops(&mut memory, |memory| {
            Cell::write(memory, &new).unwrap();
        });
        for image in images {
            assert_eq!(Cell::open(&image).unwrap().read(u32::MAX), Ok(old.clone()));
        }
        old = new;
    }
}
