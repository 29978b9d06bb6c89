//! Maps in stable memory, against those of `ic-stable-structures`, and the migration to layout 9.

use std::borrow::Cow;
use std::cell::Cell;

use cpu_time::ThreadTime;
use ic_stable_structures::BTreeMap;
use ic_stable_structures::VectorMemory;
use ic_stable_structures::storable::Bound;
use ic_stable_structures::storable::Storable;
use storage::Keys;
use storage::Map;
use storage::Migration;
use storage::Shape;
use storage::Storage;
use storage::Values;
use storage::Version;

use crate::anchors::fill;
use crate::files::Scratch;
use crate::harness::Effort;
use crate::harness::Group;
use crate::harness::Nanos;

/// How many operations a run does.
const BATCH: u64 = 64;

/// Times lookups, inserts and iterations, then prints what a migration costs.
pub fn run(effort: Effort) -> usize {
    let count = u64::from(effort.largest_tree / 10);
    let mut missed = 0;
    // A number for a number, as in the indexes; and about what an anchor has.
    for length in [8, 400] {
        missed += maps(effort, count, length);
    }
    println!("\nfrom layout 8 to 9, in a file: everything is derived from the records");
    println!(
        "  {:<10}{:>14}{:>14}{:>18}",
        "anchors", "each", "in all", "peak allocated"
    );
    for count in [10_000, 1_000_000] {
        if count <= effort.largest_tree {
            migration(count);
        }
    }
    missed
}

/// Values of any length.
#[derive(Clone)]
struct Blob(Vec<u8>);

impl Storable for Blob {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self(bytes.into_owned())
    }

    const BOUND: Bound = Bound::Unbounded;
}

const SHAPE: Shape = Shape::new(Keys::Fixed(8), Values::Any);

fn maps(effort: Effort, count: u64, length: usize) -> usize {
    const OURS: &str = "icid-storage";
    const PEER: &str = "ic-stable-structures";
    let value = vec![7; length];
    let blob = Blob(value.clone());
    let mut ours = Map::create(Vec::new(), SHAPE).expect("a map");
    let mut peer: BTreeMap<u64, Blob, VectorMemory> = BTreeMap::new(VectorMemory::default());
    for index in 0..count {
        let key = scattered(index);
        ours.insert(&key.to_be_bytes(), &value).expect("an entry");
        peer.insert(key, blob.clone());
    }
    let mut entries = ours.entries();
    let mut pairs = peer.iter();
    while let Some(entry) = entries.next().expect("an entry") {
        let (key, value) = pairs.next().expect("an entry").into_pair();
        assert_eq!(
            (entry.key(), entry.value()),
            (&key.to_be_bytes()[..], &value.0[..])
        );
    }
    assert!(pairs.next().is_none(), "both have the same entries");
    drop(entries);

    // Both ask for the same keys, one after the other.
    let (asked, asked_peer) = (Cell::new(0), Cell::new(0));
    let next = |place: &Cell<u64>| {
        place.set((place.get() + 1) % count);
        scattered(place.get())
    };
    let kind = format!("a map of {count} values of {length} bytes");
    let mut missed = Group::new(format!("{BATCH} lookups in {kind}"))
        .ours(OURS, || {
            (0..BATCH).fold(0, |sum, _| {
                let value = ours.get(&next(&asked).to_be_bytes()).expect("a map");
                sum + value.expect("a value").len()
            })
        })
        .peer(PEER, || {
            (0..BATCH).fold(0, |sum, _| {
                sum + peer.get(&next(&asked_peer)).expect("a value").0.len()
            })
        })
        .target(OURS, PEER, Some(1.0))
        .run(effort);

    missed += Group::new(format!("all entries of {kind}"))
        .ours(OURS, || {
            let mut entries = ours.entries();
            let mut sum = 0;
            while let Some(entry) = entries.next().expect("an entry") {
                sum += entry.value().len();
            }
            sum
        })
        .peer(PEER, || {
            peer.iter()
                .fold(0, |sum, entry| sum + entry.value().0.len())
        })
        .target(OURS, PEER, Some(1.5))
        .run(effort);

    let value = value.as_slice();
    missed += Group::new(format!("{BATCH} changes of values in {kind}"))
        .ours(OURS, || {
            for _ in 0..BATCH {
                ours.insert(&next(&asked).to_be_bytes(), value)
                    .expect("an entry");
            }
        })
        .peer(PEER, || {
            for _ in 0..BATCH {
                peer.insert(next(&asked_peer), blob.clone());
            }
        })
        .target(OURS, PEER, Some(1.0))
        .run(effort);

    missed
        + Group::new(format!("1000 inserts of {length} bytes into an empty map"))
            .ours(OURS, || {
                let mut map = Map::create(Vec::new(), SHAPE).expect("a map");
                for index in 0..1_000 {
                    map.insert(&scattered(index).to_be_bytes(), value)
                        .expect("an entry");
                }
                map.length()
            })
            .peer(PEER, || {
                let mut map = BTreeMap::new(VectorMemory::default());
                for index in 0..1_000 {
                    map.insert(scattered(index), blob.clone());
                }
                map.len()
            })
            .target(OURS, PEER, Some(1.0))
            .run(effort)
}

/// Numbers that look random, each another one: the finalizer of SplitMix64.
fn scattered(index: u64) -> u64 {
    let mut mixed = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Migrates an image in a file.
fn migration(count: u32) {
    let image = Scratch::new("migration-to-9");
    fill(image.open_direct(), Version::V8, count);
    let start = ThreadTime::now();
    let allocations = allocation_counter::measure(|| {
        let storage = Storage::open(image.open_direct()).expect("an image");
        let migration = Migration::new(storage, Version::V9).expect("a migration");
        migration.finish().expect("an image of layout 9");
    });
    let taken = start.elapsed().as_nanos() as f64;
    let storage = Storage::open(image.open_direct()).expect("an image");
    let last = 9_999 + u64::from(count);
    let stored = storage.stored_anchor(last).expect("an entry");
    assert_eq!(
        stored.expect("an entry").devices().len(),
        2,
        "the last anchor is there"
    );
    println!(
        "  {count:<10}{:>14}{:>14}{:>18}",
        Nanos(taken / f64::from(count)),
        Nanos(taken),
        format!("{} bytes", allocations.bytes_max),
    );
}
