//! Maps, cells and memory managers, compared with `ic-stable-structures`.
//!
//! Sequences of operations are random but reproducible: each has a number, and its operations follow
//! from it. After each sequence the bytes of both are compared where the layout leaves no choice, and
//! everywhere each reads what the other wrote.

use std::borrow::Cow;
use std::collections::BTreeMap as Model;
use std::fmt::Debug;
use std::ops::Bound as Edge;

use ic_stable_structures::memory_manager::{MemoryId as TheirId, MemoryManager};
use ic_stable_structures::storable::{Bound, Storable};
use ic_stable_structures::{BTreeMap, Cell as TheirCell, Memory as _, VectorMemory};
use ic_stable_structures_0_5 as old;
use storage::{Cell, Keys, Manager, Map, Memory as _, MemoryId, MemoryMut as _, Shape, Values};

/// Numbers that look random: SplitMix64, from the sequence's number.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn bytes(&mut self, longest: u64) -> Vec<u8> {
        let length = self.below(longest + 1);
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// Bytes of at most `LONGEST`, or of any length if it is 0.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Blob<const LONGEST: u32>(Vec<u8>);

impl<const LONGEST: u32> Storable for Blob<LONGEST> {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self(bytes.into_owned())
    }

    const BOUND: Bound = match LONGEST {
        0 => Bound::Unbounded,
        max_size => Bound::Bounded {
            max_size,
            is_fixed_size: false,
        },
    };
}

impl<const LONGEST: u32> old::Storable for Blob<LONGEST> {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self(bytes.into_owned())
    }
}

impl<const LONGEST: u32> old::BoundedStorable for Blob<LONGEST> {
    const MAX_SIZE: u32 = LONGEST;
    const IS_FIXED_SIZE: bool = false;
}

/// A kind of map: how its keys and values come about.
trait Kind {
    type Key: Storable + Ord + Clone + Debug;
    type Value: Storable + Clone + Debug + PartialEq;

    fn shape() -> Shape;
    fn key(dice: &mut Dice) -> Self::Key;
    fn value(dice: &mut Dice) -> Self::Value;
}

struct Numbers;

impl Kind for Numbers {
    type Key = u64;
    type Value = u64;

    fn shape() -> Shape {
        Shape::new(Keys::Fixed(8), Values::AtMost(8))
    }

    fn key(dice: &mut Dice) -> u64 {
        dice.below(300)
    }

    fn value(dice: &mut Dice) -> u64 {
        dice.next()
    }
}

struct Bounded;

impl Kind for Bounded {
    type Key = Blob<29>;
    type Value = Blob<40>;

    fn shape() -> Shape {
        Shape::new(Keys::AtMost(29), Values::AtMost(40))
    }

    fn key(dice: &mut Dice) -> Blob<29> {
        let mut key = dice.bytes(29);
        key.truncate(2 + key.len() % 3);
        Blob(key)
    }

    fn value(dice: &mut Dice) -> Blob<40> {
        Blob(dice.bytes(40))
    }
}

struct Unbounded;

impl Kind for Unbounded {
    type Key = Blob<0>;
    type Value = Blob<0>;

    fn shape() -> Shape {
        Shape::new(Keys::Any, Values::Any)
    }

    fn key(dice: &mut Dice) -> Blob<0> {
        Blob(
            dice.below(200)
                .to_le_bytes()
                .repeat(1 + dice.below(2) as usize),
        )
    }

    fn value(dice: &mut Dice) -> Blob<0> {
        Blob(dice.bytes(700))
    }
}

struct Anchors;

impl Kind for Anchors {
    type Key = u64;
    type Value = Blob<0>;

    fn shape() -> Shape {
        Shape::new(Keys::Fixed(8), Values::Any)
    }

    fn key(dice: &mut Dice) -> u64 {
        dice.below(200)
    }

    fn value(dice: &mut Dice) -> Blob<0> {
        let longest = if dice.below(10) == 0 { 5_000 } else { 60 };
        Blob(dice.bytes(longest))
    }
}

struct Principals;

impl Kind for Principals {
    type Key = ic_principal::Principal;
    type Value = u64;

    fn shape() -> Shape {
        let shorter_first =
            |left: &[u8], right: &[u8]| left.len().cmp(&right.len()).then_with(|| left.cmp(right));
        Shape::new(Keys::AtMost(29), Values::AtMost(8)).ordered_by(shorter_first)
    }

    fn key(dice: &mut Dice) -> ic_principal::Principal {
        let bytes = dice.below(300).to_be_bytes();
        let length = [1, 8, 29][dice.below(3) as usize];
        let bytes: Vec<u8> = bytes.iter().rev().copied().cycle().take(length).collect();
        ic_principal::Principal::from_slice(&bytes)
    }

    fn value(dice: &mut Dice) -> u64 {
        dice.next()
    }
}

/// What an OpenID credential is found by: ordered by its texts, not by its bytes.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct OpenIdKey {
    iss: String,
    sub: String,
    aud: String,
}

impl Storable for OpenIdKey {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        let mut encoder = minicbor::Encoder::new(Vec::new());
        encoder.map(3).unwrap();
        for (key, text) in (0..).zip([&self.iss, &self.sub, &self.aud]) {
            encoder.u32(key).unwrap().str(text).unwrap();
        }
        Cow::Owned(encoder.into_writer())
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let storage::OpenIdKey { iss, sub, aud } = storage::OpenIdKey::parse(&bytes).unwrap();
        Self { iss, sub, aud }
    }

    const BOUND: Bound = Bound::Unbounded;
}

struct OpenIdKeys;

impl Kind for OpenIdKeys {
    type Key = OpenIdKey;
    type Value = Blob<0>;

    fn shape() -> Shape {
        fn order(left: &[u8], right: &[u8]) -> std::cmp::Ordering {
            let parse = |bytes: &[u8]| storage::OpenIdKey::parse(bytes).unwrap();
            parse(left).cmp(&parse(right))
        }
        Shape::new(Keys::Any, Values::Any).ordered_by(order)
    }

    fn key(dice: &mut Dice) -> OpenIdKey {
        let mut text = |most: u64| "abc".repeat(dice.below(most) as usize);
        OpenIdKey {
            iss: text(3),
            sub: text(20),
            aud: text(3),
        }
    }

    fn value(dice: &mut Dice) -> Blob<0> {
        Blob(dice.bytes(10))
    }
}

/// What was done in all sequences of a test, which ends at the first difference.
#[derive(Debug, Default)]
struct Count {
    sequences: u64,
    operations: u64,
    byte_for_byte: u64,
}

impl Count {
    fn print(&self, what: &str) {
        println!(
            "{what}: {} sequences, {} operations, no difference; {} images equal byte for byte",
            self.sequences, self.operations, self.byte_for_byte
        );
    }
}

fn bytes(memory: &VectorMemory) -> Vec<u8> {
    memory.borrow().clone()
}

fn theirs(bytes: &[u8]) -> VectorMemory {
    std::rc::Rc::new(std::cell::RefCell::new(bytes.to_vec()))
}

/// Reads a map with both, all of it, and compares it with the model.
fn compare<K: Kind>(model: &Model<K::Key, K::Value>, image: &[u8], at: &str) {
    let expected: Vec<(Vec<u8>, Vec<u8>)> = model
        .iter()
        .map(|(key, value)| (key.to_bytes().into_owned(), value.to_bytes().into_owned()))
        .collect();

    let memory = image.to_vec();
    let map = Map::open(&memory, K::shape()).unwrap();
    let mut findings = Vec::new();
    map.verify(&mut |finding| findings.push(finding)).unwrap();
    assert_eq!(findings, [], "{at}");
    assert_eq!(map.length(), model.len() as u64, "{at}");
    let mut found = Vec::new();
    let mut entries = map.entries();
    while let Some(entry) = entries.next().unwrap() {
        found.push((entry.key().to_vec(), entry.value().to_vec()));
    }
    assert_eq!(found, expected, "{at}");
    let mut found = Vec::new();
    let mut entries = map.descending(Edge::Unbounded, Edge::Unbounded);
    while let Some(entry) = entries.next().unwrap() {
        found.push((entry.key().to_vec(), entry.value().to_vec()));
    }
    found.reverse();
    assert_eq!(found, expected, "{at}");

    let map: BTreeMap<K::Key, K::Value, _> = BTreeMap::load(theirs(image));
    assert_eq!(map.len(), model.len() as u64, "{at}");
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "an entry's type has no public name"
    )]
    let found: Vec<(K::Key, K::Value)> = map.iter().map(|entry| entry.into_pair()).collect();
    assert!(
        found.iter().map(|(key, value)| (key, value)).eq(model),
        "{at}"
    );
}

/// Does the same with both, compares every answer, and lets them change places in the end.
fn run<K: Kind>(name: &str, sequences: u64, operations: u64) -> Count {
    let mut count = Count::default();
    for sequence in 0..sequences {
        let mut dice = Dice(sequence);
        let mut model: Model<K::Key, K::Value> = Model::new();
        let peer_memory = VectorMemory::default();
        let mut peer: BTreeMap<K::Key, K::Value, _> = BTreeMap::new(peer_memory.clone());
        let mut memory = Vec::new();
        let mut map = Map::create(&mut memory, K::shape()).unwrap();
        let mut swapped = None;
        // Some sequences mostly grow, others mostly shrink.
        let inserts = 3 + dice.below(5);
        for operation in 0..operations {
            let at = format!("{name} {sequence}/{operation}");
            let key = K::key(&mut dice);
            let raw = key.to_bytes().into_owned();
            let raw_value = |value: Option<K::Value>| value.map(Storable::into_bytes);
            match dice.below(10) {
                die if die < inserts => {
                    let value = K::value(&mut dice);
                    let before = model.insert(key.clone(), value.clone());
                    assert_eq!(peer.insert(key, value.clone()), before, "{at}");
                    let found = map.insert(&raw, &value.to_bytes()).unwrap();
                    assert_eq!(found, raw_value(before), "{at}");
                }
                8 => {
                    let expected = model.get(&key).cloned();
                    assert_eq!(map.contains(&raw), Ok(expected.is_some()), "{at}");
                    assert_eq!(map.get(&raw), Ok(raw_value(expected)), "{at}");
                }
                9 => {
                    let expected = model.range(..key).next_back().map(|(key, value)| {
                        (key.to_bytes().into_owned(), value.to_bytes().into_owned())
                    });
                    let mut entries = map.descending(Edge::Excluded(&raw), Edge::Unbounded);
                    let found = entries.next().unwrap();
                    let found = found.map(|entry| (entry.key().to_vec(), entry.value().to_vec()));
                    assert_eq!(found, expected, "{at}");
                }
                _ => {
                    let before = model.remove(&key);
                    assert_eq!(peer.remove(&key), before, "{at}");
                    assert_eq!(map.remove(&raw).unwrap(), raw_value(before), "{at}");
                }
            }
            count.operations += 1;
            swapped = Some(at);
        }
        let at = swapped.unwrap_or_default();
        drop(peer);
        drop(map);
        let peer_image = bytes(&peer_memory);
        compare::<K>(&model, &memory, &at);
        compare::<K>(&model, &peer_image, &at);
        if memory == peer_image {
            count.byte_for_byte += 1;
        }
        // Each goes on with what the other wrote.
        let mut map = Map::open(peer_image, K::shape()).unwrap();
        let peer_memory = theirs(&memory);
        let mut peer: BTreeMap<K::Key, K::Value, _> = BTreeMap::load(peer_memory.clone());
        for _ in 0..operations / 4 {
            let key = K::key(&mut dice);
            let raw = key.to_bytes().into_owned();
            if dice.below(2) == 0 {
                let value = K::value(&mut dice);
                map.insert(&raw, &value.to_bytes()).unwrap();
                peer.insert(key.clone(), value.clone());
                model.insert(key, value);
            } else {
                map.remove(&raw).unwrap();
                peer.remove(&key);
                model.remove(&key);
            }
            count.operations += 1;
        }
        drop(peer);
        compare::<K>(&model, &map.into_memory(), &at);
        compare::<K>(&model, &bytes(&peer_memory), &at);
        count.sequences += 1;
    }
    count.print(name);
    count
}

#[test]
fn maps_of_numbers_agree() {
    run::<Numbers>("maps of numbers", 1_000, 400);
}

#[test]
fn maps_of_bounded_bytes_agree() {
    // No node is longer than a page, so there is one place for everything.
    let count = run::<Bounded>("maps of bounded bytes", 1_000, 400);
    assert_eq!(count.byte_for_byte, count.sequences);
}

#[test]
fn maps_of_unbounded_bytes_agree() {
    run::<Unbounded>("maps of unbounded bytes", 500, 400);
}

#[test]
fn maps_from_numbers_to_unbounded_bytes_agree() {
    run::<Anchors>("maps from numbers to unbounded bytes", 500, 400);
}

#[test]
fn maps_of_principals_agree() {
    run::<Principals>("maps of principals", 500, 400);
}

#[test]
fn maps_of_openid_keys_agree() {
    run::<OpenIdKeys>("maps of OpenID keys", 200, 300);
}

/// Does the same with the old release and in version 1, then lets the new release, which puts nodes of
/// version 2 into it, and ours go on with both.
#[test]
fn maps_of_version_1_agree_before_and_after_they_get_nodes_of_version_2() {
    let mut count = Count::default();
    for sequence in 0..300 {
        let mut dice = Dice(sequence);
        let mut model: Model<u64, Blob<40>> = Model::new();
        let peer_memory = old::VectorMemory::default();
        let mut peer: old::BTreeMap<u64, Blob<40>, _> = old::BTreeMap::new(peer_memory.clone());
        let shape = Shape::new(Keys::Fixed(8), Values::AtMost(40));
        let mut map = Map::create_v1(Vec::new(), shape).unwrap();
        for operation in 0..300 {
            let at = format!("version 1 {sequence}/{operation}");
            let key = dice.below(200);
            if dice.below(3) > 0 {
                let value = Blob(dice.bytes(40));
                let before = model.insert(key, value.clone());
                assert_eq!(peer.insert(key, value.clone()), before, "{at}");
                let found = map.insert(&key.to_be_bytes(), &value.0).unwrap();
                assert_eq!(found, before.map(|value| value.0), "{at}");
            } else {
                let before = model.remove(&key);
                assert_eq!(peer.remove(&key), before, "{at}");
                let found = map.remove(&key.to_be_bytes()).unwrap();
                assert_eq!(found, before.map(|value| value.0), "{at}");
            }
            count.operations += 1;
        }
        drop(peer);
        let image = map.into_memory();
        let peer_image = peer_memory.borrow().clone();
        for image in [image, peer_image] {
            let at = format!("version 1 {sequence}");
            compare_v1(&model, &image, &at);
            let map = Map::open(&image, shape).unwrap();
            assert_eq!(map.version(), 1);
            let mut model = model.clone();
            let memory = theirs(&image);
            let mut peer: BTreeMap<u64, Blob<40>, _> = BTreeMap::load(memory.clone());
            for _ in 0..100 {
                let key = dice.below(250);
                let value = Blob(dice.bytes(40));
                match dice.below(2) {
                    0 => assert_eq!(peer.insert(key, value.clone()), model.insert(key, value)),
                    _ => assert_eq!(peer.remove(&key), model.remove(&key)),
                }
                count.operations += 1;
            }
            drop(peer);
            let image = bytes(&memory);
            // The new release leaves the version in the header, whatever its nodes have.
            let mut map = Map::open(image, shape).unwrap();
            assert_eq!(map.version(), 1);
            for _ in 0..100 {
                let key = dice.below(250);
                let value = Blob(dice.bytes(40));
                let (found, expected) = match dice.below(2) {
                    0 => {
                        let found = map.insert(&key.to_be_bytes(), &value.0).unwrap();
                        (found, model.insert(key, value))
                    }
                    _ => (map.remove(&key.to_be_bytes()).unwrap(), model.remove(&key)),
                };
                assert_eq!(found, expected.map(|value| value.0), "{at}");
                count.operations += 1;
            }
            let image = map.into_memory();
            compare::<MixedVersions>(&model, &image, &at);
        }
        count.sequences += 1;
    }
    count.print("maps of version 1");
}

/// Maps of version 1 that got nodes of version 2 later.
struct MixedVersions;

impl Kind for MixedVersions {
    type Key = u64;
    type Value = Blob<40>;

    fn shape() -> Shape {
        Shape::new(Keys::Fixed(8), Values::AtMost(40))
    }

    fn key(dice: &mut Dice) -> u64 {
        dice.below(250)
    }

    fn value(dice: &mut Dice) -> Blob<40> {
        Blob(dice.bytes(40))
    }
}

/// Reads a map of version 1 with the old release and with ours.
fn compare_v1(model: &Model<u64, Blob<40>>, image: &[u8], at: &str) {
    let memory: old::VectorMemory = std::rc::Rc::new(std::cell::RefCell::new(image.to_vec()));
    let map: old::BTreeMap<u64, Blob<40>, _> = old::BTreeMap::load(memory);
    assert!(map.iter().eq(model.clone()), "{at}");

    let map = Map::open(image, MixedVersions::shape()).unwrap();
    let mut findings = Vec::new();
    map.verify(&mut |finding| findings.push(finding)).unwrap();
    assert_eq!(findings, [], "{at}");
    let mut found = Vec::new();
    let mut entries = map.entries();
    while let Some(entry) = entries.next().unwrap() {
        let key = u64::from_be_bytes(entry.key().try_into().unwrap());
        found.push((key, Blob(entry.value().to_vec())));
    }
    assert!(found.into_iter().eq(model.clone()), "{at}");
}

#[test]
fn cells_agree() {
    let mut count = Count::default();
    for sequence in 0..1_000 {
        let mut dice = Dice(sequence);
        let memory = VectorMemory::default();
        let mut image = Vec::new();
        let mut value = dice.bytes(100_000);
        let mut peer = TheirCell::new(memory.clone(), value.clone());
        Cell::write(&mut image, &value).unwrap();
        for _ in 0..5 {
            let longest = [10, 1_000, 200_000][dice.below(3) as usize];
            let next = dice.bytes(longest);
            assert_eq!(peer.set(next.clone()), value);
            let cell = Cell::open(&image).unwrap();
            assert_eq!(cell.read(u32::MAX), Ok(value));
            Cell::write(&mut image, &next).unwrap();
            value = next;
            count.operations += 1;
            assert!(image == bytes(&memory), "cell {sequence}");
            count.byte_for_byte += 1;
        }
        let read = TheirCell::init(theirs(&image), Vec::new());
        assert_eq!(read.get(), &value);
        count.sequences += 1;
    }
    count.print("cells");
}

#[test]
fn memory_managers_agree() {
    let mut count = Count::default();
    for sequence in 0..500 {
        let mut dice = Dice(sequence);
        // Some have the buckets of Internet Identity, which take long to compare; the others cross
        // their borders more often.
        let pages = match sequence % 25 {
            0 => 128,
            _ => [1, 2, 3][dice.below(3) as usize],
        };
        let memory = VectorMemory::default();
        let mut peer = MemoryManager::init_with_bucket_size(memory.clone(), pages);
        let mut image = Vec::new();
        let mut manager = Manager::create(&mut image, 0, pages).unwrap();
        for operation in 0..40 {
            let at = format!("manager {sequence}/{operation}");
            let number = [0, 1, 7, 254][dice.below(4) as usize];
            let id = MemoryId::new(number).unwrap();
            let theirs = peer.get(TheirId::new(number));
            let mut ours = manager.view_mut(&mut image, id);
            assert_eq!(ours.length(), theirs.size() * 65_536, "{at}");
            if ours.length() == 0 || dice.below(4) == 0 {
                let more = 1 + dice.below(3);
                ours.grow(more).unwrap();
                assert!(theirs.grow(more) >= 0, "{at}");
            } else {
                // Mostly near the borders of pages.
                let border = dice.below(ours.length() / 65_536 + 1) * 65_536;
                let offset = border
                    .saturating_sub(dice.below(300))
                    .min(ours.length() - 300);
                let text = dice.bytes(300);
                ours.write(offset, &text).unwrap();
                theirs.write(offset, &text);
                let mut found = vec![0; text.len()];
                ours.read(offset, &mut found).unwrap();
                assert_eq!(found, text, "{at}");
            }
            count.operations += 1;
            if dice.below(10) == 0 {
                // Both go on with the other's table.
                manager = Manager::open(&bytes(&memory), 0).unwrap();
                memory.borrow_mut().clone_from(&image);
                peer = MemoryManager::init(memory.clone());
            }
        }
        assert!(image == bytes(&memory), "manager {sequence}");
        count.byte_for_byte += 1;
        let mut findings = Vec::new();
        manager
            .check(&image, &mut |finding| findings.push(finding))
            .unwrap();
        assert_eq!(findings, [], "manager {sequence}");
        count.sequences += 1;
    }
    count.print("memory managers");
}
