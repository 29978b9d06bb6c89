//! Tests of the bytes of maps: each rule, and both sides of each limit.

use alloc::vec;
use core::cell::Cell;

use super::shape::MINIMUM;
use super::*;
use crate::Severity;

mod versions;

const NUMBERS: Shape = Shape::new(Keys::Fixed(8), Values::AtMost(8));
const ANY: Shape = Shape::new(Keys::Any, Values::Any);

/// Where the first node is: behind two headers and that of its chunk.
const NODE: usize = 116;

fn filled(shape: Shape, count: u64) -> Vec<u8> {
    let mut map = Map::create(Vec::new(), shape).unwrap();
    for number in 0..count {
        map.insert(&number.to_be_bytes(), &number.to_le_bytes())
            .unwrap();
    }
    map.into_memory()
}

fn changed(memory: &[u8], place: usize, bytes: &[u8]) -> Vec<u8> {
    let mut memory = memory.to_vec();
    memory[place..place + bytes.len()].copy_from_slice(bytes);
    memory
}

fn open(memory: &[u8], shape: Shape) -> Result<u64, OpenMapError> {
    Map::open(memory, shape).map(|map| map.length())
}

fn get(memory: &[u8], key: u64) -> Result<Option<Vec<u8>>, ReadMapError> {
    Map::open(memory, NUMBERS).unwrap().get(&key.to_be_bytes())
}

fn rule(memory: &[u8]) -> NodeRule {
    match get(memory, 0) {
        Err(ReadMapError::Node { address: 116, rule }) => rule,
        other => panic!("{other:?}"),
    }
}

fn verify(memory: &[u8], shape: Shape) -> Vec<(u64, MapRule)> {
    let mut found = Vec::new();
    let map = Map::open(memory, shape).unwrap();
    map.verify(&mut |finding| found.push((finding.address, finding.rule)))
        .unwrap();
    found
}

#[test]
fn an_empty_map_has_the_documented_bytes() {
    let memory = Map::create(Vec::new(), NUMBERS).unwrap().into_memory();
    assert_eq!(memory.len(), 65_536);
    // 7 bytes, 11 entries of 24, 12 children of 8: 367; three quarters of that.
    assert_eq!(memory[..12], *b"BTR\x02\x13\x01\0\0\xff\xff\xff\xff");
    assert_eq!(memory[12..52], [0; 40]);
    assert_eq!(memory[52..60], *b"BTA\x01\0\0\0\0");
    assert_eq!(memory[60..68], 275_u64.to_le_bytes());
    assert_eq!(memory[68..76], [0; 8]);
    assert_eq!(memory[76..84], 100_u64.to_le_bytes());
    assert_eq!(memory[84..100], [0; 16]);
    assert_eq!(memory[100..116], *b"CHK\x01\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!(memory[116..], [0; 65_536 - 116]);
}

#[test]
fn a_map_with_one_entry_has_the_documented_bytes() {
    let mut map = Map::create(Vec::new(), NUMBERS).unwrap();
    map.insert(&7_u64.to_be_bytes(), b"abc").unwrap();
    let memory = map.into_memory();
    assert_eq!(
        memory[12..28],
        [116_u64.to_le_bytes(), 1_u64.to_le_bytes()].concat()
    );
    assert_eq!(
        memory[68..84],
        [1_u64.to_le_bytes(), 391_u64.to_le_bytes()].concat()
    );
    assert_eq!(memory[100..116], *b"CHK\x01\x01\0\0\0\0\0\0\0\0\0\0\0");
    let node = b"BTN\x02\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07\x03\0\0\0abc";
    assert_eq!(memory[NODE..NODE + node.len()], *node);
    assert_eq!(memory[391..407], *b"CHK\x01\0\0\0\0\0\0\0\0\0\0\0\0");
}

#[test]
fn a_map_of_version_1_has_the_documented_bytes() {
    let shape = Shape::new(Keys::AtMost(3), Values::AtMost(2));
    let mut map = Map::create_v1(Vec::new(), shape).unwrap();
    map.insert(b"k", b"v").unwrap();
    let memory = map.into_memory();
    assert_eq!(memory[..12], *b"BTR\x01\x03\0\0\0\x02\0\0\0");
    // 7 bytes, 11 entries of 13, 12 children of 8.
    assert_eq!(memory[60..68], 246_u64.to_le_bytes());
    let node = b"BTN\x01\0\x01\0\x01\0\0\0k\0\0\x01\0\0\0v\0";
    assert_eq!(memory[NODE..NODE + node.len()], *node);
}

#[test]
fn opening_checks_in_the_documented_order() {
    let memory = filled(NUMBERS, 3);
    assert_eq!(open(&[], NUMBERS), Err(OpenMapError::Empty));
    assert_eq!(
        open(&memory[..99], NUMBERS),
        Err(OpenMapError::TooShort { length: 99 })
    );
    assert_eq!(open(&memory[..100], NUMBERS), Ok(3));
    let open = |place, bytes: &[u8]| open(&changed(&memory, place, bytes), NUMBERS);
    assert_eq!(open(0, &[0; 3]), Err(OpenMapError::Empty));
    let found = *b"SCL";
    assert_eq!(open(0, b"SCL\x09"), Err(OpenMapError::Magic { found }));
    assert_eq!(open(3, &[3]), Err(OpenMapError::Version { found: 3 }));
    assert_eq!(open(3, &[0]), Err(OpenMapError::Version { found: 0 }));
    assert_eq!(
        open(4, &[127, 0]),
        Err(OpenMapError::PageLength { length: 127 })
    );
    let error = OpenMapError::ChunkLength {
        found: 275,
        page: 128,
    };
    assert_eq!(open(4, &[128, 0]), Err(error));
    let length = u64::from(u32::MAX);
    assert_eq!(
        open(4, &[0xff; 4]),
        Err(OpenMapError::PageLength { length })
    );
    let found = *b"XTA";
    assert_eq!(open(52, b"X"), Err(OpenMapError::AllocatorMagic { found }));
    assert_eq!(
        open(55, &[2]),
        Err(OpenMapError::AllocatorVersion { found: 2 })
    );
    let error = OpenMapError::ChunkLength {
        found: 276,
        page: 275,
    };
    assert_eq!(open(60, &[20]), Err(error));
}

#[test]
fn reading_checks_a_node_in_the_documented_order() {
    let memory = filled(NUMBERS, 3);
    let change = |place: usize, bytes: &[u8]| changed(&memory, NODE + place, bytes);
    assert_eq!(rule(&change(0, b"X")), NodeRule::Magic);
    assert_eq!(rule(&change(3, &[1])), NodeRule::Version { found: 1 });
    assert_eq!(rule(&change(3, &[3])), NodeRule::Version { found: 3 });
    assert_eq!(rule(&change(4, &[2])), NodeRule::Kind { found: 2 });
    assert_eq!(rule(&change(5, &[0])), NodeRule::EntryCount { found: 0 });
    assert_eq!(rule(&change(5, &[12])), NodeRule::EntryCount { found: 12 });
    let found = 0xff_0b;
    assert_eq!(
        rule(&change(5, &[11, 0xff])),
        NodeRule::EntryCount { found }
    );
    let error = NodeRule::ValueLength {
        entry: 0,
        length: 9,
    };
    assert_eq!(rule(&change(15 + 24, &[9])), error);
}

#[test]
fn a_node_is_where_a_chunk_begins_and_inside_the_memory() {
    let memory = filled(NUMBERS, 3);
    let at = |address: u64| get(&changed(&memory, 12, &address.to_le_bytes()), 0);
    let fail = |address, rule| Err(ReadMapError::Node { address, rule });
    assert_eq!(at(0), Ok(None));
    assert_eq!(at(117), fail(117, NodeRule::Misplaced));
    assert_eq!(at(115), fail(115, NodeRule::Misplaced));
    assert_eq!(at(u64::MAX), fail(u64::MAX, NodeRule::Misplaced));
    // Free, and full of zeros.
    assert_eq!(at(116 + 291), fail(407, NodeRule::Magic));
    let last = 116 + 291 * 225;
    assert_eq!(at(last), fail(last, NodeRule::OutOfBounds));
}

#[test]
fn a_memory_may_end_where_a_node_does() {
    let memory = filled(NUMBERS, 3);
    // Head, three keys, three values with their lengths.
    let end = NODE + 15 + 3 * 8 + 3 * 12;
    let value = 2_u64.to_le_bytes().to_vec();
    assert_eq!(get(&memory[..end], 2), Ok(Some(value)));
    let cut_short = NodeRule::CutShort {
        length: 74,
        needed: 75,
    };
    assert_eq!(
        get(&memory[..end - 1], 2),
        Err(ReadMapError::node(116, cut_short))
    );
    assert_eq!(get(&memory[..end - 1], 9), Ok(None));
    // The head, and one byte less.
    let needed = 15;
    let cut_short = NodeRule::CutShort { length: 7, needed };
    assert_eq!(rule(&memory[..NODE + 7]), cut_short);
    assert_eq!(rule(&memory[..NODE + 6]), NodeRule::OutOfBounds);
}

#[test]
fn a_node_that_is_its_own_child_has_no_end() {
    let memory = filled(NUMBERS, 12);
    let root = u64_at(&memory, 12).unwrap();
    assert_eq!(root, 407);
    let memory = changed(&memory, 407 + 15, &root.to_le_bytes());
    let error = ReadMapError::node(root, NodeRule::TooDeep);
    assert_eq!(get(&memory, 0), Err(error));
    let mut map = Map::open(memory.clone(), NUMBERS).unwrap();
    let mut entries = map.entries();
    assert_eq!(
        entries.next().map(|entry| entry.map(Entry::into_owned)),
        Err(error)
    );
    assert_eq!(
        entries.next().map(|entry| entry.map(Entry::into_owned)),
        Ok(None)
    );
    drop(entries);
    let too_deep = |error| {
        let rule = NodeRule::TooDeep;
        matches!(error, WriteMapError::Read(ReadMapError::Node { rule: found, .. }) if found == rule)
    };
    assert!(map.remove(&[0; 8]).is_err_and(too_deep));
    assert!(map.insert(&[0; 8], b"").is_err_and(too_deep));
    let found = verify(&memory, NUMBERS);
    assert_eq!(
        found,
        [
            (407, MapRule::Shared),
            (
                0,
                MapRule::Length {
                    header: 12,
                    found: 7
                }
            ),
            (0, MapRule::ChunkCount { used: 3, found: 2 }),
        ]
    );
}

#[test]
fn a_node_in_two_places_is_found_and_does_not_multiply() {
    let memory = filled(NUMBERS, 12);
    // The second child is the first one.
    let memory = changed(&memory, 407 + 15 + 8, &116_u64.to_le_bytes());
    let map = Map::open(&memory, NUMBERS).unwrap();
    let mut entries = map.entries();
    let mut count = 0;
    let error = loop {
        match entries.next() {
            Ok(Some(_)) => count += 1,
            Ok(None) => panic!("no error"),
            Err(error) => break error,
        }
    };
    assert_eq!(count, 6);
    let rule = NodeRule::Unsorted { entry: 0 };
    assert_eq!(error, ReadMapError::Node { address: 116, rule });
    let found = verify(&memory, NUMBERS);
    assert_eq!(found[0], (116, MapRule::Shared));
}

/// A map with a value of 3000 bytes, whose node has two further chunks.
fn long() -> Vec<u8> {
    let mut map = Map::create(Vec::new(), ANY).unwrap();
    map.insert(b"key", &[7; 3_000]).unwrap();
    map.into_memory()
}

#[test]
fn a_node_goes_on_in_further_chunks() {
    let memory = long();
    let chain = [116 + 1_040, 116 + 2 * 1_040];
    assert_eq!(memory[NODE + 7..NODE + 15], 1_156_u64.to_le_bytes());
    assert_eq!(memory[1_156..1_167], *b"NOF\x94\x08\0\0\0\0\0\0");
    assert_eq!(u64_at(&memory, chain[1] + 3), Some(0));
    assert_eq!(
        Map::open(&memory, ANY).unwrap().get(b"key"),
        Ok(Some(vec![7; 3_000]))
    );
    assert_eq!(verify(&memory, ANY), []);
}

#[test]
fn what_is_wrong_with_further_chunks_is_said() {
    let memory = long();
    let get = |place: usize, bytes: &[u8]| {
        let memory = changed(&memory, place, bytes);
        Map::open(&memory, ANY).unwrap().get(b"key").map(drop)
    };
    let fail = |rule| Err(ReadMapError::Node { address: 116, rule });
    let at = |address: u64| address.to_le_bytes();
    let rule = NodeRule::OverflowMagic { address: 1_156 };
    assert_eq!(get(1_156, b"X"), fail(rule));
    let rule = NodeRule::OverflowMisplaced { address: 1_157 };
    assert_eq!(get(NODE + 7, &at(1_157)), fail(rule));
    let beyond = 116 + 1_040 * 63;
    let rule = NodeRule::OverflowMisplaced { address: beyond };
    assert_eq!(get(NODE + 7, &at(beyond)), fail(rule));
    let rule = NodeRule::OverflowCycle { address: 1_156 };
    assert_eq!(get(1_156 + 3, &at(1_156)), fail(rule));
    let needed = 15 + 7 + 4 + 3_000;
    let length = 1_024 + 1_013;
    let rule = NodeRule::CutShort { length, needed };
    assert_eq!(get(1_156 + 3, &at(0)), fail(rule));
    let length = 1_024;
    let rule = NodeRule::CutShort { length, needed };
    assert_eq!(get(NODE + 7, &at(0)), fail(rule));
    // The memory ends behind the head of a chunk, and before.
    let get = |end: usize| {
        Map::open(&memory[..end], ANY)
            .unwrap()
            .get(b"key")
            .map(drop)
    };
    assert_eq!(get(1_156 + 11), fail(rule));
    let rule = NodeRule::OverflowMisplaced { address: 1_156 };
    assert_eq!(get(1_156 + 10), fail(rule));
}

#[test]
fn a_chunk_cut_off_is_the_last_one() {
    // The second chunk comes first and ends with the memory.
    let mut memory = long();
    memory[NODE + 7..NODE + 15].copy_from_slice(&2_196_u64.to_le_bytes());
    memory[2_196 + 3..2_196 + 11].copy_from_slice(&1_156_u64.to_le_bytes());
    memory[1_156 + 3..1_156 + 11].fill(0);
    memory.truncate(2_196 + 11 + 500);
    let rule = NodeRule::CutShort {
        length: 1_024 + 500,
        needed: 15 + 7 + 4 + 3_000,
    };
    assert_eq!(
        Map::open(&memory, ANY).unwrap().get(b"key"),
        Err(ReadMapError::node(116, rule))
    );
}

#[test]
fn lengths_in_a_node_are_those_of_the_shape_and_of_the_map() {
    let bounded = Shape::new(Keys::AtMost(3), Values::AtMost(2));
    let mut map = Map::create_v1(Vec::new(), bounded).unwrap();
    map.insert(b"k", b"v").unwrap();
    let first = map.into_memory();
    let mut map = Map::create(Vec::new(), bounded).unwrap();
    map.insert(b"k", b"v").unwrap();
    let second = map.into_memory();
    let wider = Shape::new(Keys::AtMost(9), Values::AtMost(9));
    // Where the lengths of key and value are.
    for (memory, shape, key, value) in [
        (&first, bounded, NODE + 7, NODE + 14),
        (&first, wider, NODE + 7, NODE + 14),
        (&second, bounded, NODE + 15, NODE + 20),
    ] {
        let read = |place, length| {
            let memory = changed(memory, place, &[length]);
            let map = Map::open(memory, shape).unwrap();
            map.get(b"k").map(drop)
        };
        let entry = 0;
        let rule = NodeRule::KeyLength { entry, length: 4 };
        assert_eq!(read(key, 3), Ok(()));
        assert_eq!(read(key, 4), Err(ReadMapError::node(116, rule)));
        let rule = NodeRule::ValueLength { entry, length: 3 };
        assert_eq!(read(value, 2), Ok(()));
        assert_eq!(read(value, 3), Err(ReadMapError::node(116, rule)));
    }
}

#[test]
fn keys_and_values_have_the_lengths_of_the_shape() {
    let shape = Shape::new(Keys::AtMost(2), Values::AtMost(3));
    let mut map = Map::create(Vec::new(), shape).unwrap();
    assert_eq!(map.insert(b"ab", b"abc"), Ok(None));
    assert_eq!(
        map.insert(b"abc", b""),
        Err(WriteMapError::KeyLength { length: 3 })
    );
    assert_eq!(
        map.insert(b"", b"abcd"),
        Err(WriteMapError::ValueLength { length: 4 })
    );
    assert_eq!(map.insert(b"", b""), Ok(None));
    let mut map = Map::create(Vec::new(), NUMBERS).unwrap();
    assert_eq!(
        map.insert(&[0; 7], b""),
        Err(WriteMapError::KeyLength { length: 7 })
    );
    assert_eq!(
        map.insert(&[0; 9], b""),
        Err(WriteMapError::KeyLength { length: 9 })
    );
    assert_eq!(map.get(&[0; 7]), Ok(None));
}

#[test]
fn a_shape_must_fit_into_the_layout() {
    let create = |keys, values| Map::create(Vec::new(), Shape::new(keys, values)).map(drop);
    // 11 times the sum of both and 8, and 103; three quarters of that have 32 bits.
    let most = 520_602_078;
    assert_eq!(create(Keys::AtMost(0), Values::AtMost(most)), Ok(()));
    let error = Err(WriteMapError::Shape);
    assert_eq!(create(Keys::AtMost(1), Values::AtMost(most)), error);
    let first = |shape| Map::create_v1(Vec::new(), shape).map(drop);
    assert_eq!(first(Shape::new(Keys::Any, Values::AtMost(1))), error);
    assert_eq!(first(Shape::new(Keys::AtMost(1), Values::Any)), error);
    assert_eq!(first(NUMBERS), Ok(()));
}

#[test]
fn the_allocator_is_checked_when_it_is_used() {
    let memory = filled(NUMBERS, 11);
    // The next entry divides the node, which takes two chunks, the first of them at 391.
    let insert = |memory: Vec<u8>| {
        let mut map = Map::open(memory, NUMBERS).unwrap();
        map.insert(&99_u64.to_be_bytes(), b"").map(drop)
    };
    let fail = |address, rule| Err(WriteMapError::Chunk { address, rule });
    let change = |place, bytes: &[u8]| insert(changed(&memory, place, bytes));
    assert_eq!(change(0, b"BTR"), Ok(()));
    assert_eq!(change(391, b"X"), fail(391, ChunkRule::Magic));
    assert_eq!(
        change(394, &[2]),
        fail(391, ChunkRule::Version { found: 2 })
    );
    assert_eq!(change(395, &[1]), fail(391, ChunkRule::InUse));
    assert_eq!(change(395, &[2]), fail(391, ChunkRule::Flag { found: 2 }));
    assert_eq!(
        change(76, &392_u64.to_le_bytes()),
        fail(392, ChunkRule::Misplaced)
    );
    let beyond = 100 + 291 * 500_u64;
    let rule = ChunkRule::OutOfBounds;
    assert_eq!(change(76, &beyond.to_le_bytes()), fail(beyond, rule));
    // Chunks that nodes leave must have been in use.
    let mut map = Map::open(changed(&filled(NUMBERS, 1), 104, &[0]), NUMBERS).unwrap();
    assert_eq!(
        map.remove(&[0; 8]).map(drop),
        fail(100, ChunkRule::NotInUse)
    );
}

#[test]
fn verifying_finds_what_reading_does_not() {
    let memory = filled(NUMBERS, 12);
    assert_eq!(verify(&memory, NUMBERS), []);
    let verify = |place, bytes: &[u8]| verify(&changed(&memory, place, bytes), NUMBERS);
    let length = MapRule::Length {
        header: 13,
        found: 12,
    };
    assert_eq!(verify(20, &[13]), [(0, length)]);
    let count = MapRule::ChunkCount { used: 4, found: 3 };
    assert_eq!(verify(68, &[4]), [(0, count)]);
    assert_eq!(
        verify(104, &[0]),
        [(116, MapRule::Chunk(ChunkRule::NotInUse))]
    );
    assert_eq!(verify(100, b"X"), [(116, MapRule::Chunk(ChunkRule::Magic))]);
    // The list of free chunks leads to one in use, and to itself.
    let free = 100 + 3 * 291_u64;
    let rule = MapRule::FreeChunk(ChunkRule::InUse);
    assert_eq!(verify(76, &100_u64.to_le_bytes()), [(100, rule)]);
    let place = usize::try_from(free + 8).unwrap();
    assert_eq!(
        verify(place, &free.to_le_bytes()),
        [(free, MapRule::FreeTwice)]
    );
    // A key that is greater than the one behind it.
    let unsorted = MapRule::Node(NodeRule::Unsorted { entry: 1 });
    assert_eq!(verify(NODE + 15, &[0xff]), [(116, unsorted)]);
    // A leaf that goes on behind its end.
    let next = MapRule::Remainder { next: 116 };
    assert_eq!(verify(NODE + 7, &[116]), [(116, next)]);
}

#[test]
fn a_node_with_four_entries_has_too_few_unless_it_is_the_root() {
    // In version 1 an entry can be left out at the end.
    let mut map = Map::create_v1(Vec::new(), NUMBERS).unwrap();
    for number in 0..12_u64 {
        map.insert(&number.to_be_bytes(), b"").unwrap();
    }
    let memory = changed(&map.into_memory(), NODE + 5, &[4]);
    let length = MapRule::Length {
        header: 12,
        found: 11,
    };
    assert_eq!(
        verify(&memory, NUMBERS),
        [(116, MapRule::FewEntries { found: 4 }), (0, length)]
    );
    assert_eq!(verify(&filled(NUMBERS, 1), NUMBERS), []);
}

#[test]
fn verifying_counts_what_there_is() {
    let memory = filled(NUMBERS, 500);
    let map = Map::open(&memory, NUMBERS).unwrap();
    let census = map.verify(&mut |finding| panic!("{finding}")).unwrap();
    assert_eq!((census.entries, census.depth), (500, 4));
    assert_eq!(census.nodes + census.overflow, map.chunks.used);
    assert_eq!(census.free, 1);
}

/// A memory that fails at its last write.
struct Failing(Vec<u8>, usize);

impl Memory for Failing {
    fn length(&self) -> u64 {
        self.0.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.0.read(offset, buffer)
    }
}

impl MemoryMut for Failing {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.1 = self.1.checked_sub(1).ok_or(MemoryError::Device)?;
        self.0.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        Err(MemoryError::Full { pages })
    }
}

#[test]
fn a_map_is_what_the_memory_says_after_an_error() {
    // Leaf and header are two writes.
    let mut map = Map::open(Failing(filled(NUMBERS, 3), 1), NUMBERS).unwrap();
    let error = WriteMapError::Memory(MemoryError::Device);
    assert_eq!(map.insert(&9_u64.to_be_bytes(), b""), Err(error));
    assert_eq!(map.length(), 3);
    assert_eq!(map.contains(&9_u64.to_be_bytes()), Ok(true));
    // No room for further chunks: nothing is taken from the list.
    let mut memory = Map::create(Vec::new(), ANY).unwrap().into_memory();
    memory.truncate(4_000);
    let mut map = Map::open(Failing(memory, usize::MAX), ANY).unwrap();
    let full = WriteMapError::Memory(MemoryError::Full { pages: 1 });
    assert_eq!(map.insert(b"", &[0; 9_000]), Err(full));
    assert_eq!(map.insert(b"a", b"b"), Ok(None));
    assert_eq!(map.get(b"a"), Ok(Some(b"b".to_vec())));
}

#[test]
fn what_a_stop_leaves_without_harm_is_unusual_and_everything_else_broken() {
    let chunks = |used, found| MapRule::ChunkCount { used, found }.severity();
    assert_eq!(chunks(240, 239), Severity::Unusual);
    assert_eq!(chunks(239, 240), Severity::Broken);
    assert_eq!(chunks(240, 240), Severity::Broken);
    let length = MapRule::Length {
        header: 1,
        found: 2,
    };
    assert_eq!(length.severity(), Severity::Unusual);
    assert_eq!(MapRule::Shared.severity(), Severity::Broken);
    let unsorted = MapRule::Node(NodeRule::Unsorted { entry: 1 });
    assert_eq!(unsorted.severity(), Severity::Broken);
    assert_eq!(MapRule::FreeTwice.severity(), Severity::Broken);
}

/// A memory in which so many accesses go well, and so many fail then with this error.
struct Flaky(Vec<u8>, Cell<(u32, u32)>, MemoryError);

impl Flaky {
    fn access(&self) -> Result<(), MemoryError> {
        let (well, failing) = self.1.get();
        if well > 0 || failing == 0 {
            self.1.set((well.saturating_sub(1), failing));
            return Ok(());
        }
        self.1.set((0, failing - 1));
        Err(self.2)
    }
}

impl Memory for Flaky {
    fn length(&self) -> u64 {
        self.0.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.access()?;
        self.0.read(offset, buffer)
    }
}

impl MemoryMut for Flaky {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.access()?;
        self.0.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.access()?;
        self.0.grow(pages)
    }
}

#[test]
fn a_map_that_cannot_be_read_after_an_error_is_read_before_the_next_change() {
    let mut map = Map::create(Vec::new(), ANY).unwrap();
    map.insert(b"a", &[7; 9_000]).unwrap();
    let memory = map.into_memory();
    let mut errors = 0;
    for well in 2.. {
        // The access that fails, and the one that would tell what the memory says.
        let flaky = Flaky(memory.clone(), Cell::new((well, 2)), MemoryError::Device);
        let mut map = Map::open(flaky, ANY).unwrap();
        if map.insert(b"a", b"short").is_ok() {
            break;
        }
        errors += 1;
        let mut anew = Map::open(map.memory.0.clone(), ANY).unwrap();
        map.insert(b"b", &[8; 5_000]).unwrap();
        anew.insert(b"b", &[8; 5_000]).unwrap();
        assert!(map.into_memory().0 == anew.into_memory(), "{well}");
    }
    assert!(errors > 10, "{errors}");
}

#[test]
fn why_a_map_cannot_be_read_after_an_error_is_said() {
    let full = MemoryError::Full { pages: 7 };
    let flaky = Flaky(filled(NUMBERS, 3), Cell::new((2, 3)), full);
    let mut map = Map::open(flaky, NUMBERS).unwrap();
    // The change fails, and what would tell what the memory says, and that again before the next one.
    let error = Err(WriteMapError::Memory(full));
    assert_eq!(map.remove(&[0; 8]).map_err(as_write), error);
    assert_eq!(map.memory.1.get(), (0, 1));
    assert_eq!(map.remove(&[0; 8]), error);
    assert_eq!(map.remove(&[0; 8]).map(|it| it.is_some()), Ok(true));
}

/// An error of the memory is one, whatever was being done.
fn as_write(error: WriteMapError) -> WriteMapError {
    match error {
        WriteMapError::Read(ReadMapError::Memory(error)) => WriteMapError::Memory(error),
        error => error,
    }
}

#[test]
fn mending_refuses_what_no_stop_leaves_and_writes_nothing() {
    // A root with two leaves: entries 0 to 4, 5, and 6 to 11.
    let memory = filled(NUMBERS, 12);
    let root = 407;
    assert_eq!(u64_at(&memory, 12), Some(407));
    let mend = |place: usize, bytes: &[u8]| {
        let before = changed(&memory, place, bytes);
        let mut map = Map::open(before.clone(), NUMBERS).unwrap();
        let result = map.mend().map(|census| census.entries);
        assert!(result.is_ok() || map.into_memory() == before);
        result
    };
    let node = |address, rule| Err(ReadMapError::node(address, rule).into());
    let chunk = |address, rule| Err(WriteMapError::Chunk { address, rule });
    // As a stop leaves it: one entry more or less than the header says, or chunks that nobody uses.
    assert_eq!(mend(20, &13_u64.to_le_bytes()), Ok(12));
    assert_eq!(mend(20, &11_u64.to_le_bytes()), Ok(12));
    assert_eq!(mend(68, &7_u64.to_le_bytes()), Ok(12));
    let lost = |header, found| Err(WriteMapError::LostEntries { header, found });
    assert_eq!(mend(20, &14_u64.to_le_bytes()), lost(14, 12));
    // The first leaf for the root, and one leaf for two.
    assert_eq!(mend(12, &116_u64.to_le_bytes()), lost(12, 5));
    let second = 407 + 15 + 8;
    assert_eq!(
        mend(second, &116_u64.to_le_bytes()),
        node(116, NodeRule::EntryCount { found: 0 })
    );
    // A key of the root that no longer divides the leaves: entries would be taken out of one.
    let key = root + 15 + 16 + 7;
    assert_eq!(mend(key, &[3]), node(116, NodeRule::Unsorted { entry: 4 }));
    assert_eq!(mend(key, &[9]), node(698, NodeRule::Unsorted { entry: 0 }));
    // Chunks.
    assert_eq!(mend(100 + 4, &[0]), chunk(100, ChunkRule::NotInUse));
    assert_eq!(
        mend(100 + 4, &[2]),
        chunk(100, ChunkRule::Flag { found: 2 })
    );
    assert_eq!(
        mend(76, &100_u64.to_le_bytes()),
        chunk(100, ChunkRule::InUse)
    );
    // A leaf that goes on behind its end.
    assert_eq!(
        mend(116 + 7, &[9]),
        node(116, NodeRule::OverflowMisplaced { address: 9 })
    );
    assert_eq!(mend(116, b"X"), node(116, NodeRule::Magic));
}

#[test]
fn a_child_that_is_only_in_the_wrong_place_is_not_thrown_away() {
    // Three levels. The last entry of an inner node becomes a copy of the root's, which lies to its
    // right: what is below it has no other way to it.
    let memory = filled(NUMBERS, 100);
    let root = usize::try_from(u64_at(&memory, 12).unwrap()).unwrap();
    let inner = usize::try_from(u64_at(&memory, root + 15).unwrap()).unwrap();
    let (root_keys, inner_keys) = [root, inner]
        .map(|node| {
            let entries = usize::from(memory[node + 5]);
            (entries, node + 15 + (entries + 1) * 8)
        })
        .into();
    let entry = |keys: (usize, usize), index: usize| {
        let key = keys.1 + index * 8;
        let value = keys.1 + keys.0 * 8 + index * 12;
        (key..key + 8, value..value + 12)
    };
    let (from, to) = (entry(root_keys, 0), entry(inner_keys, inner_keys.0 - 1));
    let child = u64_at(&memory, inner + 15 + inner_keys.0 * 8).unwrap();
    let mut damaged = memory;
    damaged.copy_within(from.0, to.0.start);
    damaged.copy_within(from.1, to.1.start);
    let mut map = Map::open(damaged.clone(), NUMBERS).unwrap();
    let error = ReadMapError::node(child, NodeRule::OutOfPlace);
    assert_eq!(map.mend(), Err(error.into()));
    assert!(map.into_memory() == damaged);
}

#[test]
fn a_leaf_does_not_become_one_with_an_inner_node() {
    // Three levels. The last inner node can spare an entry, its first leaf cannot, and beside that leaf
    // is put an inner node that cannot, either.
    let memory = filled(NUMBERS, 100);
    let child = |node: usize, index: usize| {
        let address = u64_at(&memory, node + 15 + index * 8).unwrap();
        usize::try_from(address).unwrap()
    };
    let entries = |node: usize| usize::from(memory[node + 5]);
    let root = usize::try_from(u64_at(&memory, 12).unwrap()).unwrap();
    let (first, last) = (child(root, 0), child(root, entries(root)));
    let leaf = child(last, 0);
    assert_eq!([entries(first), entries(leaf)], [MINIMUM; 2]);
    assert!(entries(last) > MINIMUM);
    let address = u64::try_from(first).unwrap();
    let damaged = changed(&memory, last + 15 + 8, &address.to_le_bytes());
    let mut map = Map::open(damaged, NUMBERS).unwrap();
    let error = ReadMapError::node(address, NodeRule::TooDeep);
    assert_eq!(map.remove(&memory[leaf + 15..leaf + 23]), Err(error.into()));
}
