//! The greatest depth, both versions of nodes and maps, and what a map says of itself.

use super::super::pages::MAX_DEPTH;
use super::*;

/// A map whose nodes have an entry each and are below each other, each the first and the second child
/// of the one before it.
fn chain(nodes: u64) -> Vec<u8> {
    let mut memory = Map::create(Vec::new(), NUMBERS).unwrap().into_memory();
    let mut put = |place: u64, bytes: &[u8]| {
        let place = usize::try_from(place).unwrap();
        memory[place..place + bytes.len()].copy_from_slice(bytes);
    };
    put(12, &116_u64.to_le_bytes());
    put(20, &nodes.to_le_bytes());
    put(68, &nodes.to_le_bytes());
    let end = 100 + nodes * 291;
    put(76, &end.to_le_bytes());
    put(end, b"CHK\x01\0");
    for number in 0..nodes {
        let node = 116 + number * 291;
        put(node - 16, b"CHK\x01\x01");
        let key = (nodes - number).to_be_bytes();
        if number + 1 < nodes {
            put(node, b"BTN\x02\x01\x01\0");
            let child = (node + 291).to_le_bytes();
            put(node + 15, &[child, child, key].concat());
        } else {
            put(node, b"BTN\x02\0\x01\0");
            put(node + 15, &key);
        }
    }
    memory
}

#[test]
fn a_tree_has_a_greatest_depth() {
    let most = u64::try_from(MAX_DEPTH).unwrap();
    let address = |depth: u64| 116 + (depth - 1) * 291;
    let deep = |nodes| {
        let found = verify(&chain(nodes), NUMBERS);
        let too_deep = MapRule::Node(NodeRule::TooDeep);
        let found = found.into_iter().filter(|(_, rule)| *rule == too_deep);
        found.map(|(address, _)| address).collect::<Vec<_>>()
    };
    assert_eq!(deep(most), Vec::<u64>::new());
    // Twice, because it is the second child, too.
    assert_eq!(deep(most + 1), [address(most + 1); 2]);
    let mend = |nodes| Map::open(chain(nodes), NUMBERS).unwrap().mend().map(drop);
    // As the second child, the leaf has nothing in its place.
    let empty = NodeRule::EntryCount { found: 0 };
    let error = |depth, rule| Err(ReadMapError::node(address(depth), rule).into());
    assert_eq!(mend(most), error(most, empty));
    assert_eq!(mend(most + 1), error(most + 1, NodeRule::TooDeep));
}

#[test]
fn a_node_of_version_1_stays_one_as_long_as_all_entries_fit() {
    let bounded = Shape::new(Keys::AtMost(3), Values::AtMost(2));
    let wider = Shape::new(Keys::AtMost(9), Values::AtMost(9));
    let insert = |key: &[u8], value: &[u8]| {
        let mut map = Map::create_v1(Vec::new(), bounded).unwrap();
        map.insert(b"k", b"v").unwrap();
        let mut map = Map::open(map.into_memory(), wider).unwrap();
        map.insert(key, value).unwrap();
        assert_eq!(map.get(key), Ok(Some(value.to_vec())));
        assert_eq!(map.get(b"k"), Ok(Some(b"v".to_vec())));
        map.into_memory()[NODE + 3]
    };
    assert_eq!(insert(b"abc", b"de"), 1);
    assert_eq!(insert(b"abcd", b"de"), 2);
    assert_eq!(insert(b"abc", b"def"), 2);
}

#[test]
fn a_map_of_version_1_may_have_become_one_of_version_2() {
    let shape = Shape::new(Keys::AtMost(3), Values::AtMost(2));
    let mut map = Map::create_v1(Vec::new(), shape).unwrap();
    map.insert(b"k", b"v").unwrap();
    // The lengths of nodes are still those of the longest keys and values.
    let memory = changed(&map.into_memory(), 3, &[2]);
    let mut map = Map::open(memory, shape).unwrap();
    assert_eq!(map.get(b"k"), Ok(Some(b"v".to_vec())));
    map.insert(b"l", b"w").unwrap();
    assert_eq!(map.remove(b"k"), Ok(Some(b"v".to_vec())));
    assert_eq!(map.get(b"l"), Ok(Some(b"w".to_vec())));
    assert_eq!(map.into_memory()[..12], *b"BTR\x02\x03\0\0\0\x02\0\0\0");
}

#[test]
fn a_map_says_its_version_its_length_and_its_ends() {
    let shape = Shape::new(Keys::AtMost(3), Values::AtMost(2));
    let first = Map::create_v1(Vec::new(), shape).unwrap();
    let second = Map::create(Vec::new(), shape).unwrap();
    for (mut map, version) in [(first, 1), (second, 2)] {
        assert_eq!(map.version(), version);
        assert_eq!((map.is_empty(), map.length()), (true, 0));
        assert_eq!((map.first(), map.last()), (Ok(None), Ok(None)));
        map.insert(b"b", b"2").unwrap();
        map.insert(b"a", b"1").unwrap();
        assert_eq!((map.is_empty(), map.length()), (false, 2));
        let entry = |key: &[u8], value: &[u8]| OwnedEntry {
            key: key.to_vec(),
            value: value.to_vec(),
        };
        assert_eq!(map.first(), Ok(Some(entry(b"a", b"1"))));
        assert_eq!(map.last(), Ok(Some(entry(b"b", b"2"))));
    }
}

#[test]
fn a_memory_may_end_behind_the_header_of_the_last_free_chunk() {
    let memory = filled(NUMBERS, 3);
    assert_eq!(verify(&memory[..391 + 16], NUMBERS), []);
    let rule = MapRule::FreeChunk(ChunkRule::OutOfBounds);
    assert_eq!(verify(&memory[..391 + 15], NUMBERS), [(391, rule)]);
}
