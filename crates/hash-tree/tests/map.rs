//! The certified map, against a map of the standard library.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

use std::collections::BTreeMap;

use icid_hash_tree::CertifiedMap;
use icid_hash_tree::Child;
use icid_hash_tree::Find;
use icid_hash_tree::HashTree;
use icid_hash_tree::InsertValueError;
use icid_hash_tree::Lookup;
use icid_hash_tree::Reveal;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

type Path = Vec<Vec<u8>>;

#[derive(Clone, Debug)]
enum Change {
    Insert(Path, Vec<u8>),
    Remove(Path),
    Hash,
}

fn config(seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    }
}

fn any_label() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(prop::sample::select(&[0, 1, 255][..]), 0..4),
        any::<[u8; 2]>().prop_map(|bytes| bytes.to_vec()),
    ]
}

fn any_path() -> impl Strategy<Value = Path> {
    prop::collection::vec(any_label(), 0..4)
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any_path(), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(path, value)| Change::Insert(path, value)),
        2 => any_path().prop_map(Change::Remove),
        1 => Just(Change::Hash),
    ]
}

fn slices(path: &[Vec<u8>]) -> Vec<&[u8]> {
    path.iter().map(Vec::as_slice).collect()
}

/// What an insertion must answer, by the entries.
fn inserted(
    entries: &mut BTreeMap<Path, Vec<u8>>,
    path: &Path,
    value: &[u8],
) -> Result<Option<Vec<u8>>, InsertValueError> {
    if path.is_empty() {
        return Err(InsertValueError::EmptyPath);
    }
    for labels in 1..path.len() {
        if entries.contains_key(&path[..labels]) {
            return Err(InsertValueError::ValueOnPath { labels });
        }
    }
    if entries
        .keys()
        .any(|other| other != path && other.starts_with(path))
    {
        return Err(InsertValueError::LabelsBelow);
    }
    Ok(entries.insert(path.clone(), value.to_vec()))
}

/// Applies the changes to both maps, and compares every answer.
fn applied(changes: &[Change]) -> (CertifiedMap, BTreeMap<Path, Vec<u8>>) {
    let mut map = CertifiedMap::new();
    let mut entries = BTreeMap::new();
    for change in changes {
        match change {
            Change::Insert(path, value) => {
                let expected = inserted(&mut entries, path, value);
                assert_eq!(
                    map.insert(&slices(path), value.clone()),
                    expected,
                    "{path:?}"
                );
            }
            Change::Remove(path) => {
                assert_eq!(map.remove(&slices(path)), entries.remove(path), "{path:?}");
            }
            Change::Hash => {
                let witness = map.witness(&[]);
                assert_eq!(
                    HashTree::parse(&witness).unwrap().root_hash(),
                    map.root_hash()
                );
            }
        }
        assert_eq!(map.len(), entries.len());
        assert_eq!(map.is_empty(), entries.is_empty());
    }
    (map, entries)
}

/// What a lookup must answer, by the entries.
fn answer<'a>(entries: &'a BTreeMap<Path, Vec<u8>>, path: &Path) -> Lookup<'a> {
    if let Some(value) = entries.get(path) {
        return Lookup::Found(value);
    }
    if entries.keys().any(|other| other.starts_with(path)) {
        return Lookup::Error;
    }
    Lookup::Absent
}

proptest! {
    #![proptest_config(config(1))]

    // spec: TREE-8, TREE-11
    #[test]
    fn a_whole_witness_has_all_entries_in_order(
        changes in prop::collection::vec(any_change(), 0..60),
    ) {
        let (mut map, entries) = applied(&changes);
        let whole = map.witness(&[Reveal::Prefix(&[])]);
        let tree = HashTree::parse(&whole).unwrap();
        prop_assert!(tree.is_well_formed());
        prop_assert_eq!(tree.root_hash(), map.root_hash());
        let values: Vec<_> = tree.lookup_prefix(&[]).collect();
        prop_assert_eq!(values, entries.values().collect::<Vec<_>>());
        for (path, value) in &entries {
            prop_assert_eq!(map.get(&slices(path)), Some(&value[..]));
            prop_assert_eq!(tree.lookup(&slices(path)), Lookup::Found(value));
        }
    }

    // spec: TREE-11
    #[test]
    fn a_witness_answers_what_was_asked(
        changes in prop::collection::vec(any_change(), 0..60),
        paths in prop::collection::vec(any_path(), 1..4),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        is_hashed in any::<bool>(),
    ) {
        let (mut map, entries) = applied(&changes);
        let root_hash = if is_hashed { map.root_hash() } else { map.clone().root_hash() };
        let mut paths = paths;
        if !entries.is_empty() {
            paths.extend(picks.iter().map(|pick| entries.keys().nth(pick.index(entries.len())).unwrap().clone()));
        }
        let slices: Vec<_> = paths.iter().map(|path| slices(path)).collect();
        let reveals: Vec<_> = slices.iter().map(|path| Reveal::Path(path)).collect();
        let witness = map.witness(&reveals);
        let tree = HashTree::parse(&witness).unwrap();
        prop_assert!(tree.is_well_formed());
        prop_assert_eq!(tree.root_hash(), root_hash);
        for path in &paths {
            let path_slices: Vec<_> = path.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(tree.lookup(&path_slices), answer(&entries, path), "{:?}", path);
        }
        // It is what pruning the whole gives.
        let whole = map.witness(&[Reveal::Prefix(&[])]);
        let by_path: Vec<_> = slices.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(&witness, &HashTree::parse(&whole).unwrap().prune(&by_path));
    }

    #[test]
    fn a_prefix_witness_has_all_values_below(
        changes in prop::collection::vec(any_change(), 0..60),
        prefix in any_path(),
    ) {
        let (mut map, entries) = applied(&changes);
        let prefix_slices = slices(&prefix);
        let witness = map.witness(&[Reveal::Prefix(&prefix_slices)]);
        let tree = HashTree::parse(&witness).unwrap();
        prop_assert_eq!(tree.root_hash(), map.root_hash());
        let values: Vec<_> = tree.lookup_prefix(&prefix_slices).collect();
        let expected: Vec<_> = entries
            .iter()
            .filter(|(path, _)| path.starts_with(&prefix))
            .map(|(_, value)| value)
            .collect();
        prop_assert_eq!(values, expected);
        prop_assert!(tree.find(&prefix_slices) != Find::Unknown);
    }

    #[test]
    fn a_range_witness_leaves_nothing_unknown_in_the_range(
        changes in prop::collection::vec(any_change(), 0..60),
        from in any_label(),
        to in any_label(),
        others in prop::collection::vec(any_label(), 0..8),
        above in prop::option::of(any_label()),
    ) {
        let (mut map, entries) = applied(&changes);
        let above: Vec<&[u8]> = above.iter().map(Vec::as_slice).collect();
        let witness = map.witness(&[Reveal::Range { map: &above, from: &from, to: &to }]);
        let tree = HashTree::parse(&witness).unwrap();
        prop_assert_eq!(tree.root_hash(), map.root_hash());
        for label in others.iter().chain([&from, &to]).filter(|label| from <= **label && **label <= to) {
            let path: Path = above.iter().map(|label| label.to_vec()).chain([label.clone()]).collect();
            prop_assert_eq!(tree.lookup(&slices(&path)), answer(&entries, &path), "{:?}", path);
        }
        if from <= to {
            for (path, value) in &entries {
                if path.len() > above.len()
                    && path.iter().zip(&above).all(|(label, above)| label == above)
                    && (&from..=&to).contains(&&path[above.len()])
                {
                    prop_assert_eq!(tree.lookup(&slices(path)), Lookup::Found(value));
                }
            }
        }
    }

    #[test]
    fn entries_that_are_removed_again_leave_an_empty_map(
        paths in prop::collection::vec(prop::collection::vec(any_label(), 3..=3), 0..40),
    ) {
        let mut map = CertifiedMap::new();
        for path in &paths {
            map.insert(&slices(path), vec![]).unwrap();
        }
        for path in &paths {
            map.remove(&slices(path));
        }
        prop_assert!(map.is_empty());
        prop_assert_eq!(map.root_hash(), CertifiedMap::new().root_hash());
    }
}

#[test]
fn an_empty_map_is_an_empty_tree() {
    let mut map = CertifiedMap::new();
    assert_eq!(map.witness(&[]), [0x81, 0x00]);
    assert_eq!(
        map.root_hash(),
        HashTree::parse(&[0x81, 0x00]).unwrap().root_hash()
    );
    assert_eq!(map.get(&[]), None);
    assert_eq!(map.remove(&[b"a"]), None);
}

#[test]
fn rejected_insertions_change_nothing() {
    let mut map = CertifiedMap::new();
    map.insert(&[b"a", b"b"], b"1".to_vec()).unwrap();
    let before = map.root_hash();
    let rejected: &[(&[&[u8]], InsertValueError)] = &[
        (&[], InsertValueError::EmptyPath),
        (&[b"a"], InsertValueError::LabelsBelow),
        (
            &[b"a", b"b", b"c"],
            InsertValueError::ValueOnPath { labels: 2 },
        ),
        (
            &[b"".as_slice(); 7],
            InsertValueError::TooManyLabels { labels: 7 },
        ),
    ];
    for (path, error) in rejected {
        assert_eq!(map.insert(path, vec![]), Err(*error));
    }
    assert_eq!((map.root_hash(), map.len()), (before, 1));
    assert_eq!(
        map.insert(&[b"".as_slice(); CertifiedMap::MAX_LABELS], vec![]),
        Ok(None)
    );
}

#[test]
fn six_labels_among_many_stay_within_the_levels_of_a_tree() {
    // Ascending labels make the deepest trees.
    let mut map = CertifiedMap::new();
    for depth in 0..6 {
        for number in 0..2000_u32 {
            let label = number.to_be_bytes();
            let mut path = vec![&[0xff; 4][..]; depth];
            path.push(&label);
            map.insert(&path, vec![]).unwrap();
        }
    }
    let path = [
        &[0xff; 4][..],
        &[0xff; 4],
        &[0xff; 4],
        &[0xff; 4],
        &[0xff; 4],
        &[0, 0, 3, 0xe8],
    ];
    let witness = map.witness(&[Reveal::Path(&path)]);
    let tree = HashTree::parse(&witness).unwrap();
    assert_eq!(tree.lookup(&path), Lookup::Found(b""));
    assert_eq!(tree.root_hash(), map.root_hash());
}

/// How long the witness of one entry among `entries` is.
fn witness_length(entries: u32, label: impl Fn(u32) -> Vec<u8>) -> usize {
    let mut map = CertifiedMap::new();
    for number in 0..entries {
        map.insert(&[&label(number)], vec![]).unwrap();
    }
    map.root_hash();
    map.witness(&[Reveal::Path(&[&label(entries / 3)])]).len()
}

#[test]
fn a_witness_grows_with_the_logarithm_of_the_entries() {
    // 36 bytes for each fork: its head and the hash of the other side.
    let ascending = |number: u32| number.to_be_bytes().to_vec();
    for (entries, forks) in [(1, 0), (10, 5), (100, 10), (1000, 15), (10_000, 20)] {
        assert!(witness_length(entries, ascending) <= 20 + 40 * forks);
    }
    // Labels that extend each other are nothing special.
    let nested = |number: u32| vec![0xff; usize::try_from(number).unwrap()];
    assert!(witness_length(1000, nested) <= 400 + 40 * 15);
}

#[test]
fn a_range_whose_ends_are_there_shows_no_neighbours() {
    let mut map = CertifiedMap::new();
    for label in [b"a", b"c", b"e", b"g", b"i"] {
        map.insert(&[label], label.to_vec()).unwrap();
    }
    for (from, to, shown) in [
        (b"c", b"g", &b"ceg"[..]),
        (b"e", b"e", b"e"),
        (b"b", b"e", b"ace"),
    ] {
        let witness = map.witness(&[Reveal::Range { map: &[], from, to }]);
        let tree = HashTree::parse(&witness).unwrap();
        let labels = tree.root().children().filter_map(|child| match child {
            Child::Labeled { label, .. } => Some(label),
            _ => None,
        });
        assert_eq!(labels.collect::<Vec<_>>().concat(), shown);
    }
}

#[test]
fn a_range_shows_both_neighbours_and_an_empty_range_nothing() {
    let mut map = CertifiedMap::new();
    for label in [b"a", b"c", b"e", b"g"] {
        map.insert(&[label], label.to_vec()).unwrap();
    }
    let witness = map.witness(&[Reveal::Range {
        map: &[],
        from: b"b",
        to: b"d",
    }]);
    let tree = HashTree::parse(&witness).unwrap();
    let answers = [b"a", b"b", b"c", b"d", b"e", b"f"].map(|label| tree.lookup(&[label]));
    let [a, b, c, d, e, f] = answers;
    assert_eq!(
        (a, b, c),
        (Lookup::Unknown, Lookup::Absent, Lookup::Found(b"c"))
    );
    assert_eq!(
        (d, e, f),
        (Lookup::Absent, Lookup::Unknown, Lookup::Unknown)
    );

    let witness = map.witness(&[Reveal::Range {
        map: &[],
        from: b"d",
        to: b"b",
    }]);
    assert_eq!(
        witness,
        HashTree::parse(&map.witness(&[])).unwrap().as_bytes()
    );
    assert_eq!(witness[..4], [0x82, 0x04, 0x58, 0x20]);
}
