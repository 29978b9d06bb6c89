//! Input that is wrong, or right but unkind.

use cbor::Kind;
use cbor::ReadError;
use cbor::Reader;
use cbor::Reason;
use hex_literal::hex;
use icid_hash_tree::Child;
use icid_hash_tree::Find;
use icid_hash_tree::HashTree;
use icid_hash_tree::Lookup;
use icid_hash_tree::ParseHashTreeError;

const fn read(position: usize, reason: Reason) -> ParseHashTreeError {
    ParseHashTreeError::Read(ReadError { position, reason })
}

const fn wrong_kind(position: usize, found: Kind, expected: Kind) -> ParseHashTreeError {
    read(position, Reason::WrongKind { found, expected })
}

const fn unexpected_end(position: usize, needed: u64, available: usize) -> ParseHashTreeError {
    read(position, Reason::UnexpectedEnd { needed, available })
}

/// What is not a tree, and why.
// spec: CERT-9
const REJECTED: &[(&str, &[u8], ParseHashTreeError)] = &[
    ("nothing", &[], unexpected_end(0, 1, 0)),
    (
        "a number",
        &hex!("00"),
        wrong_kind(0, Kind::Unsigned, Kind::Array),
    ),
    (
        "a tagged tree",
        &hex!("d9d9f78100"),
        wrong_kind(0, Kind::Tag, Kind::Array),
    ),
    ("no kind", &hex!("80"), read(1, Reason::MissingItem)),
    (
        "no kind, indefinite",
        &hex!("9fff"),
        read(1, Reason::MissingItem),
    ),
    (
        "a kind that is a blob",
        &hex!("814100"),
        wrong_kind(1, Kind::Bytes, Kind::Unsigned),
    ),
    (
        "a negative kind",
        &hex!("8120"),
        wrong_kind(1, Kind::Negative, Kind::Unsigned),
    ),
    (
        "kind 5",
        &hex!("8105"),
        ParseHashTreeError::UnknownNode {
            position: 0,
            number: 5,
        },
    ),
    (
        "kind 256",
        &hex!("81190100"),
        ParseHashTreeError::UnknownNode {
            position: 0,
            number: 256,
        },
    ),
    (
        "an empty tree with an item",
        &hex!("820000"),
        read(2, Reason::ExcessItem),
    ),
    (
        "the same, indefinite",
        &hex!("9f0000ff"),
        read(2, Reason::ExcessItem),
    ),
    (
        "a fork without sides",
        &hex!("8101"),
        read(2, Reason::MissingItem),
    ),
    (
        "a fork with one side",
        &hex!("82018100"),
        read(4, Reason::MissingItem),
    ),
    (
        "the same, indefinite",
        &hex!("9f018100ff"),
        read(4, Reason::MissingItem),
    ),
    (
        "a fork with three sides",
        &hex!("8401810081008100"),
        read(6, Reason::ExcessItem),
    ),
    (
        "the same, indefinite",
        &hex!("9f01810081008100ff"),
        read(6, Reason::ExcessItem),
    ),
    (
        "a label alone",
        &hex!("820241 61"),
        read(4, Reason::MissingItem),
    ),
    (
        "a label over two trees",
        &hex!("8402416181008100"),
        read(6, Reason::ExcessItem),
    ),
    (
        "a label over a number",
        &hex!("8302416100"),
        wrong_kind(4, Kind::Unsigned, Kind::Array),
    ),
    (
        "a text label",
        &hex!("83026161 8100"),
        wrong_kind(2, Kind::Text, Kind::Bytes),
    ),
    (
        "a label in chunks",
        &hex!("83025f4161ff8100"),
        read(2, Reason::Chunked { kind: Kind::Bytes }),
    ),
    ("no value", &hex!("8103"), read(2, Reason::MissingItem)),
    (
        "a text value",
        &hex!("82036161"),
        wrong_kind(2, Kind::Text, Kind::Bytes),
    ),
    (
        "two values",
        &hex!("830341614162"),
        read(4, Reason::ExcessItem),
    ),
    ("no hash", &hex!("8104"), read(2, Reason::MissingItem)),
    (
        "a value that is cut",
        &hex!("8203456162"),
        unexpected_end(3, 5, 2),
    ),
    (
        "a break that is missing",
        &hex!("9f00"),
        unexpected_end(2, 1, 0),
    ),
    (
        "bytes after the tree",
        &hex!("810000"),
        read(2, Reason::TrailingBytes { count: 1 }),
    ),
];

// spec: CERT-9
#[test]
fn rejects_what_is_not_a_tree() {
    for (what, bytes, error) in REJECTED {
        assert_eq!(HashTree::parse(bytes), Err(*error), "{what}");
    }
}

// spec: CERT-10
#[test]
fn a_pruned_hash_has_thirty_two_bytes() {
    for length in [0, 20, 31, 33, 64] {
        let mut bytes = vec![0x82, 0x04, 0x58, length];
        bytes.resize(4 + usize::from(length), 0);
        let length = usize::from(length);
        let error = ParseHashTreeError::HashLength {
            position: 0,
            length,
        };
        assert_eq!(HashTree::parse(&bytes), Err(error));
    }
    let bytes = [&[0x82, 0x04, 0x58, 0x20], &[7; 32][..]].concat();
    assert_eq!(HashTree::parse(&bytes).unwrap().root_hash(), [7; 32]);
}

#[test]
fn errors_are_at_positions_of_the_whole_input() {
    let bytes = hex!("d9d9f78105");
    let mut reader = Reader::new(&bytes);
    reader.tag().unwrap();
    let error = ParseHashTreeError::UnknownNode {
        position: 3,
        number: 5,
    };
    assert_eq!(HashTree::read(&mut reader), Err(error));
    assert_eq!(reader.position(), 3);
}

#[test]
fn a_cursor_goes_on_after_the_tree() {
    let bytes = hex!("820341 61 07");
    let mut reader = Reader::new(&bytes);
    let tree = HashTree::read(&mut reader).unwrap();
    assert_eq!(tree.as_bytes(), &bytes[..4]);
    assert_eq!(reader.unsigned(), Ok(7));
}

/// `depth` forks or labels inside each other, and a value or an empty tree inside.
fn deep(depth: usize, is_fork: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut bytes = vec![];
    for level in 0..depth {
        if is_fork(level) {
            bytes.extend(hex!("83018100"));
        } else {
            bytes.extend(hex!("83024161"));
        }
    }
    bytes.extend(hex!("8100"));
    bytes
}

// spec: TREE-12
#[test]
fn accepts_256_levels_and_rejects_257() {
    let kinds: [&dyn Fn(usize) -> bool; 3] = [&|_| true, &|_| false, &|level| level % 3 == 0];
    for is_fork in kinds {
        let bytes = deep(256, is_fork);
        let tree = HashTree::parse(&bytes).unwrap();
        assert_eq!(
            HashTree::parse(&tree.prune(&[])).unwrap().root_hash(),
            tree.root_hash()
        );
        // What is too deep is the 257th label or fork, not what is inside it.
        let error = ParseHashTreeError::TooDeep { position: 4 * 256 };
        assert_eq!(HashTree::parse(&deep(257, is_fork)), Err(error));
    }
    let path = [&b"a"[..]; 256];
    assert_eq!(
        HashTree::parse(&deep(256, |_| false))
            .unwrap()
            .lookup(&path),
        Lookup::Absent
    );
    assert_eq!(
        HashTree::parse(&deep(256, |_| false))
            .unwrap()
            .lookup(&path[1..]),
        Lookup::Error
    );
}

// spec: TREE-12
#[test]
fn a_million_nested_nodes_are_an_error() {
    let too_deep = |position| Err(ParseHashTreeError::TooDeep { position });
    assert_eq!(HashTree::parse(&deep(1_000_000, |_| true)), too_deep(1024));
    assert_eq!(HashTree::parse(&deep(1_000_000, |_| false)), too_deep(1024));
    // 16 MiB of forks on the left side.
    assert_eq!(
        HashTree::parse(&[0x83, 0x01].repeat(8 << 20)),
        too_deep(512)
    );
    // The same with arrays of indefinite length.
    assert_eq!(
        HashTree::parse(&[0x9f, 0x01].repeat(8 << 20)),
        too_deep(512)
    );
    let error = wrong_kind(1, Kind::Array, Kind::Unsigned);
    assert_eq!(HashTree::parse(&[0x81].repeat(16 << 20)), Err(error));
}

#[test]
fn announced_lengths_are_not_believed() {
    let bytes = hex!("9bffffffffffffffff01");
    assert_eq!(HashTree::parse(&bytes), Err(unexpected_end(9, u64::MAX, 1)));
    let bytes = hex!("82035bffffffffffffffff");
    assert_eq!(
        HashTree::parse(&bytes),
        Err(unexpected_end(11, u64::MAX, 0))
    );
}

// spec: TREE-6, TREE-10, LOOKUP-6, LOOKUP-7, LOOKUP-10
#[test]
fn a_pruned_neighbour_makes_a_label_unknown() {
    // Fork(Fork(pruned, "b"), Fork(empty, "d")).
    let bytes = hex!(
        "8301 8301 820458200000000000000000000000000000000000000000000000000000000000000000"
        "830241628100 8301 8100 830241648100"
    );
    let tree = HashTree::parse(&bytes).unwrap();
    assert!(tree.is_well_formed());
    assert_eq!(tree.lookup(&[b"a"]), Lookup::Unknown);
    assert_eq!(tree.lookup(&[b"b"]), Lookup::Absent);
    assert_eq!(tree.lookup(&[b"c"]), Lookup::Absent);
    assert_eq!(tree.lookup(&[b"c", b"x"]), Lookup::Absent);
    assert_eq!(tree.lookup(&[b"e"]), Lookup::Absent);
    let children: Vec<_> = tree.root().children().collect();
    assert!(matches!(children[0], Child::Pruned([0, ..])));
    assert!(matches!(children[1], Child::Labeled { label: b"b", .. }));
    assert!(matches!(children[2], Child::Labeled { label: b"d", .. }));
    assert_eq!(children.len(), 3);
}

// spec: LOOKUP-8
#[test]
fn a_leaf_in_a_fork_is_alone_if_the_rest_is_empty() {
    // Fork(Leaf("v"), Empty).
    let bytes = hex!("830182034176 8100");
    let tree = HashTree::parse(&bytes).unwrap();
    assert!(!tree.is_well_formed());
    assert_eq!(tree.lookup(&[]), Lookup::Error);
    assert_eq!(tree.lookup(&[b"a"]), Lookup::Absent);
    assert_eq!(tree.lookup_prefix(&[]).count(), 0);
    // Fork(Leaf("v"), Leaf("w")).
    let bytes = hex!("830182034176 82034177");
    assert_eq!(
        HashTree::parse(&bytes).unwrap().lookup(&[b"a"]),
        Lookup::Unknown
    );
}

// spec: TREE-9, TREE-10
#[test]
fn one_node_alone_is_well_formed() {
    for bytes in [
        &hex!("8100")[..],
        &hex!("82034176"),
        &[&hex!("82045820")[..], &[0; 32]].concat(),
    ] {
        assert!(HashTree::parse(bytes).unwrap().is_well_formed());
    }
}

// spec: TREE-9
#[test]
fn the_first_of_equal_labels_counts() {
    let bytes = hex!("8301 8302416182034131 8302416182034132");
    let tree = HashTree::parse(&bytes).unwrap();
    assert!(!tree.is_well_formed());
    assert_eq!(tree.lookup(&[b"a"]), Lookup::Found(b"1"));
    // Labels in descending order: a label after a greater one is still found.
    let bytes = hex!("8301 8302416282034132 8302416182034131");
    let tree = HashTree::parse(&bytes).unwrap();
    assert!(!tree.is_well_formed());
    assert_eq!(tree.lookup(&[b"a"]), Lookup::Found(b"1"));
    assert_eq!(tree.lookup(&[b"0"]), Lookup::Absent);
}

// spec: LOOKUP-11
#[test]
fn a_prefix_is_absent_or_unknown() {
    let bytes = hex!("8302416182034131");
    let tree = HashTree::parse(&bytes).unwrap();
    assert_eq!(tree.lookup_prefix(&[b"b"]).count(), 0);
    assert_eq!(tree.find(&[b"b"]), Find::Absent);
    assert_eq!(tree.lookup_prefix(&[b"a"]).collect::<Vec<_>>(), [b"1"]);
    let pruned = tree.prune(&[]);
    let tree = HashTree::parse(&pruned).unwrap();
    assert_eq!(tree.lookup_prefix(&[b"a"]).count(), 0);
    assert_eq!(tree.find(&[b"a"]), Find::Unknown);
}
