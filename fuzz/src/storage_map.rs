//! Maps in stable memory, as programs.

use std::collections::BTreeMap;
use std::ops::Bound;

use arbitrary::Result;
use arbitrary::Unstructured;
use storage::Keys;
use storage::Map;
use storage::MemoryMut;
use storage::Shape;
use storage::Values;

use crate::Verdict;

/// So many steps show every shape of a tree of three levels.
const MOST_STEPS: usize = 300;

const SHAPES: [Shape; 4] = [
    Shape::new(Keys::Fixed(2), Values::AtMost(6)),
    Shape::new(Keys::Fixed(2), Values::AtMost(300)),
    Shape::new(Keys::AtMost(2), Values::Any),
    Shape::new(Keys::Any, Values::Any),
];

/// A map in stable memory does what a `BTreeMap` does, also after it was opened again; one whose bytes
/// were changed behind its back answers or reports, and ends.
pub fn storage_map(data: &[u8]) -> Verdict {
    let mut data = Unstructured::new(data);
    run(&mut data).unwrap_or(Verdict::Discarded)
}

fn run(data: &mut Unstructured<'_>) -> Result<Verdict> {
    let index = data.choose_index(SHAPES.len())?;
    let shape = SHAPES[index];
    let mut map = if index < 2 && data.ratio(1, 2)? {
        Map::create_v1(Vec::new(), shape)
    } else {
        Map::create(Vec::new(), shape)
    }
    .expect("there is room");
    let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    let mut steps = 0;
    while !data.is_empty() && steps < MOST_STEPS {
        steps += 1;
        let key = vec![data.int_in_range(0..=2)?, data.arbitrary()?];
        match data.int_in_range(0..=15)? {
            0..=8 => {
                let most = match shape.values() {
                    Values::AtMost(most) => most as usize,
                    _ => 700,
                };
                let length = data.int_in_range(0..=most.min(16))? * most / most.clamp(1, 16);
                let value = vec![data.arbitrary()?; length];
                let before = map.insert(&key, &value).expect("there is room");
                assert_eq!(before, model.insert(key, value));
            }
            9..=13 => assert_eq!(map.remove(&key).expect("it is whole"), model.remove(&key)),
            14 => assert_eq!(
                map.get(&key).expect("it is whole"),
                model.get(&key).cloned()
            ),
            _ => map = Map::open(map.into_memory(), shape).expect("it was a map"),
        }
        assert_eq!(map.length(), model.len() as u64);
    }
    map.verify(&mut |finding| panic!("{finding:?}"))
        .expect("it is in memory");
    let entries = entries(&map).expect("it is whole");
    assert!(entries.iter().map(|(key, value)| (key, value)).eq(&model));
    drop(entries);

    // From here on it is not what it was.
    let mut memory = map.into_memory();
    for _ in 0..data.int_in_range(0..=4)? {
        let offset = data.int_in_range(0..=memory.len() - 1)?;
        let byte: u8 = data.arbitrary()?;
        memory.write(offset as u64, &[byte]).expect("it is inside");
    }
    damaged(memory, shape);
    Ok(Verdict::Accepted)
}

/// Reads and changes a map of which nothing is known.
fn damaged(memory: Vec<u8>, shape: Shape) {
    let Ok(mut map) = Map::open(memory, shape) else {
        return;
    };
    let mut findings = 0_u32;
    _ = map.verify(&mut |_| findings += 1);
    _ = entries(&map);
    _ = (map.first(), map.last());
    for key in [[0, 0], [1, 0x80], [2, 0xff]] {
        _ = map.get(&key);
        _ = map.insert(&key, b"value");
        _ = map.remove(&key);
    }
}

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

fn entries(map: &Map<Vec<u8>>) -> core::result::Result<Entries, storage::ReadMapError> {
    let mut all = Vec::new();
    let mut entries = map.range(Bound::Unbounded, Bound::Unbounded);
    while let Some(entry) = entries.next()? {
        all.push((entry.key().to_vec(), entry.value().to_vec()));
    }
    Ok(all)
}
