//! Maps compared with the map of the standard library, and maps whose bytes are not what they were.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and says how much it tried"
)]

use std::collections::BTreeMap;
use std::ops::Bound;

use icid_storage::{
    Entry, Keys, Map, MapFinding, MapRule, OwnedEntry, ReadMapError, Shape, Values,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;
type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

#[derive(Clone, Debug)]
enum Step {
    Insert(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
    Reopen,
}

#[derive(Clone, Copy, Debug)]
struct Kind {
    shape: Shape,
    first_version: bool,
}

const KINDS: [Kind; 4] = [
    Kind {
        shape: Shape::new(Keys::Fixed(2), Values::AtMost(6)),
        first_version: false,
    },
    Kind {
        shape: Shape::new(Keys::Fixed(2), Values::AtMost(300)),
        first_version: true,
    },
    Kind {
        shape: Shape::new(Keys::AtMost(2), Values::Any),
        first_version: false,
    },
    Kind {
        shape: Shape::new(Keys::Any, Values::Any),
        first_version: false,
    },
];

fn create(kind: Kind) -> Map<Vec<u8>> {
    if kind.first_version {
        Map::create_v1(Vec::new(), kind.shape).unwrap()
    } else {
        Map::create(Vec::new(), kind.shape).unwrap()
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    (0..KINDS.len()).prop_map(|index| KINDS[index])
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    (0..3_u8, any::<u8>()).prop_map(|(high, low)| std::vec![high, low])
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let value = prop_oneof![4 => vec(any::<u8>(), 0..7), 1 => vec(any::<u8>(), 0..301)];
    let step = prop_oneof![
        5 => (key(), value).prop_map(|(key, value)| Step::Insert(key, value)),
        3 => key().prop_map(Step::Remove),
        1 => Just(Step::Reopen),
    ];
    vec(step, 0..most)
}

fn cut(kind: Kind, mut value: Vec<u8>) -> Vec<u8> {
    if let Values::AtMost(most) = kind.shape.values() {
        value.truncate(usize::try_from(most).unwrap());
    }
    value
}

fn build(kind: Kind, steps: &[Step]) -> (Map<Vec<u8>>, Model) {
    let (mut map, mut model) = (create(kind), Model::new());
    for step in steps {
        match step.clone() {
            Step::Insert(key, value) => {
                let value = cut(kind, value);
                let before = map.insert(&key, &value).unwrap();
                assert_eq!(before, model.insert(key, value));
            }
            Step::Remove(key) => assert_eq!(map.remove(&key).unwrap(), model.remove(&key)),
            Step::Reopen => map = Map::open(map.into_memory(), kind.shape).unwrap(),
        }
    }
    (map, model)
}

fn collect(
    map: &Map<Vec<u8>>,
    ascending: bool,
    from: Bound<&[u8]>,
    to: Bound<&[u8]>,
) -> Result<Pairs, ReadMapError> {
    let mut entries = if ascending {
        map.range(from, to)
    } else {
        map.descending(from, to)
    };
    let mut all = Vec::new();
    while let Some(entry) = entries.next()? {
        all.push((entry.key().to_vec(), entry.value().to_vec()));
    }
    assert_eq!(entries.next().unwrap().map(Entry::into_owned), None);
    Ok(all)
}

fn findings(map: &Map<Vec<u8>>) -> Vec<MapFinding> {
    let mut findings = Vec::new();
    map.verify(&mut |finding| findings.push(finding)).unwrap();
    findings
}

fn bounds() -> impl Strategy<Value = Bound<Vec<u8>>> {
    prop_oneof![
        Just(Bound::Unbounded),
        key().prop_map(Bound::Included),
        key().prop_map(Bound::Excluded),
    ]
}

fn borrow(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    bound.as_ref().map(Vec::as_slice)
}

/// The standard library's `range` does not take bounds in the wrong order.
fn model_range(model: &Model, from: &Bound<Vec<u8>>, to: &Bound<Vec<u8>>) -> Pairs {
    let above = |key: &Vec<u8>| match from {
        Bound::Unbounded => true,
        Bound::Included(from) => key >= from,
        Bound::Excluded(from) => key > from,
    };
    let below = |key: &Vec<u8>| match to {
        Bound::Unbounded => true,
        Bound::Included(to) => key <= to,
        Bound::Excluded(to) => key < to,
    };
    let inside = model.iter().filter(|(key, _)| above(key) && below(key));
    inside
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..ProptestConfig::default()
    })]

    #[test]
    fn is_the_map_of_the_standard_library(kind in kinds(), steps in steps(400)) {
        let (map, model) = build(kind, &steps);
        prop_assert_eq!(findings(&map), []);
        prop_assert_eq!(map.length(), u64::try_from(model.len()).unwrap());
        prop_assert_eq!(map.is_empty(), model.is_empty());
        let all = collect(&map, true, Bound::Unbounded, Bound::Unbounded).unwrap();
        prop_assert!(all.into_iter().eq(model.clone()));
        for high in 0..3 {
            for low in 0..=255 {
                let key = [high, low];
                let value = model.get(key.as_slice()).cloned();
                prop_assert_eq!(map.contains(&key), Ok(value.is_some()));
                prop_assert_eq!(map.get(&key), Ok(value));
            }
        }
        let owned = |(key, value): (&Vec<u8>, &Vec<u8>)| OwnedEntry {
            key: key.clone(),
            value: value.clone(),
        };
        prop_assert_eq!(map.first().unwrap(), model.first_key_value().map(owned));
        prop_assert_eq!(map.last().unwrap(), model.last_key_value().map(owned));
    }

    #[test]
    fn ranges_are_those_of_the_standard_library(
        kind in kinds(),
        steps in steps(300),
        from in bounds(),
        to in bounds(),
    ) {
        let (map, model) = build(kind, &steps);
        let mut expected = model_range(&model, &from, &to);
        prop_assert_eq!(&collect(&map, true, borrow(&from), borrow(&to)).unwrap(), &expected);
        expected.reverse();
        prop_assert_eq!(&collect(&map, false, borrow(&to), borrow(&from)).unwrap(), &expected);
    }

    #[test]
    fn what_was_emptied_uses_no_chunk(kind in kinds(), steps in steps(300)) {
        let (mut map, model) = build(kind, &steps);
        for key in model.keys() {
            map.remove(key).unwrap();
        }
        prop_assert_eq!(map.length(), 0);
        prop_assert_eq!(findings(&map), []);
        let census = map.verify(&mut |_| ()).unwrap();
        prop_assert_eq!((census.nodes, census.overflow, census.depth), (0, 0, 0));
    }

    /// Whatever is damaged, mending loses nothing that was found before: it sets everything right, or
    /// leaves the map as it is.
    #[test]
    fn mending_a_damaged_map_loses_nothing(
        kind in kinds(),
        steps in steps(200),
        places in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..3),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let (map, _) = build(kind, &steps);
        let mut image = map.into_memory();
        let used = image.iter().rposition(|byte| *byte != 0).unwrap_or_default() + 1;
        // Numbers of the map that are there already, in other places, do most harm.
        for (from, to) in places {
            let (from, to) = (from.index(used - 8), to.index(used - 8));
            image.copy_within(from..from + 8, to);
        }
        for (place, byte) in damage {
            let place = place.index(used);
            image[place] = byte;
        }
        let Ok(mut map) = Map::open(image.clone(), kind.shape) else {
            return Ok(());
        };
        let keys = || (0..3).flat_map(|high| (0..=255).map(move |low| [high, low]));
        let before: Vec<_> = keys().map(|key| map.get(&key)).collect();
        match map.mend() {
            Ok(census) => {
                for (key, before) in keys().zip(before) {
                    if let Ok(Some(value)) = before {
                        prop_assert_eq!(map.get(&key), Ok(Some(value)));
                    }
                }
                for finding in findings(&map) {
                    let harmless = matches!(finding.rule, MapRule::FewEntries { .. });
                    prop_assert!(harmless, "{}", finding);
                }
                let all = collect(&map, true, Bound::Unbounded, Bound::Unbounded).unwrap();
                prop_assert_eq!(census.entries, u64::try_from(all.len()).unwrap());
                prop_assert_eq!(census.entries, map.length());
            }
            Err(_) => prop_assert!(map.into_memory() == image),
        }
    }

    /// Whatever is done with a damaged map ends, and without a panic.
    #[test]
    fn no_damage_hangs_or_panics(
        kind in kinds(),
        steps in steps(200),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in proptest::option::of(any::<prop::sample::Index>()),
        more in steps(20),
    ) {
        let (map, _) = build(kind, &steps);
        let mut image = map.into_memory();
        // Nearly all of the page is unused: damage what is not.
        let used = image.iter().rposition(|byte| *byte != 0).unwrap_or_default() + 1;
        for (place, byte) in damage {
            let place = place.index(used);
            image[place] = byte;
        }
        if let Some(length) = length {
            image.truncate(length.index(used));
        }
        if let Ok(mut map) = Map::open(image, kind.shape) {
            let _ = findings(&map);
            let _ = collect(&map, true, Bound::Unbounded, Bound::Unbounded);
            let _ = collect(&map, false, Bound::Unbounded, Bound::Unbounded);
            let _ = map.mend();
            for step in more {
                match step {
                    Step::Insert(key, value) => {
                        let _ = map.insert(&key, &cut(kind, value));
                    }
                    Step::Remove(key) => {
                        let _ = map.remove(&key);
                    }
                    Step::Reopen => {
                        let _ = map.get(&[0, 0]);
                    }
                }
            }
        }
    }
}

/// A key order that is not that of the bytes: shorter keys first.
#[test]
fn keys_are_ordered_as_the_shape_says() {
    let shorter_first =
        |left: &[u8], right: &[u8]| left.len().cmp(&right.len()).then_with(|| left.cmp(right));
    let shape = Shape::new(Keys::Any, Values::Any).ordered_by(shorter_first);
    let mut map = Map::create(Vec::new(), shape).unwrap();
    for key in [b"bb".as_slice(), b"a", b"", b"ab", b"c"] {
        map.insert(key, b"").unwrap();
    }
    let all = collect(&map, true, Bound::Unbounded, Bound::Unbounded).unwrap();
    let keys: Vec<_> = all.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [b"".as_slice(), b"a", b"c", b"ab", b"bb"]);
    assert_eq!(map.contains(b"bb"), Ok(true));
}
