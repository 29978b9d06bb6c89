//! Bytes from strangers: no panic, no endless loop, and memory that depends on no announced number.

use icid_storage::{
    AnchorRecord, Migration, PersistentState, RecordBuffer, Storage, Version, verify,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

use crate::support::{anchors, image};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x4949_4332),
        ..ProptestConfig::default()
    }
}

/// Does everything there is to do with an image, whatever comes of it.
fn everything(memory: &Vec<u8>) {
    let mut found = 0_u64;
    let _ = verify(memory, &mut |finding| {
        found += u64::from(!finding.to_string().is_empty());
    });
    let Ok(storage) = Storage::open(memory) else {
        assert_eq!(found, 1);
        return;
    };
    let mut buffer = RecordBuffer::new();
    for index in [0, 1, 19, u64::from(storage.anchor_count())] {
        let number = storage.range().start().saturating_add(index);
        if let Ok(anchor) = storage.anchor(number, &mut buffer) {
            assert_eq!(anchor.devices().count(), anchor.device_count());
            let _ = AnchorRecord::of(&anchor);
        }
    }
    if let Ok(Some(state)) = storage.state() {
        let _ = PersistentState::parse(&state);
    }
    if storage.version() <= Version::V6
        && let Ok(migration) = Migration::new(Storage::open(memory.clone()).unwrap(), Version::V6)
    {
        let _ = migration.finish();
    }
}

/// Small images of layouts without managed memories, which are long.
fn small_image() -> impl Strategy<Value = Vec<u8>> {
    let versions = [Version::V1, Version::V3, Version::V5, Version::V6];
    let images: Vec<Vec<u8>> = versions
        .into_iter()
        .map(|version| {
            let mut storage = Storage::open(image(version, &anchors(5))).unwrap();
            storage.write_state(&[1; 40]).unwrap();
            let mut image = storage.into_memory();
            image.truncate(image.len().min(3 * 65_536));
            image
        })
        .collect();
    proptest::sample::select(images)
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn any_bytes_are_an_image_or_a_finding(bytes in vec(any::<u8>(), 0..200), pages in 0..3_usize) {
        let mut memory = bytes;
        memory.resize(pages * 65_536 + memory.len(), 0);
        everything(&memory);
    }

    #[test]
    fn any_header_is_read_or_refused(version in 0..10_u8, bytes in vec(any::<u8>(), 80)) {
        let mut memory = vec![0; 65_536];
        memory[..3].copy_from_slice(b"IIC");
        memory[3] = version;
        memory[4..84].copy_from_slice(&bytes);
        // Most numbers are absurd; a few anchors make it to the records.
        everything(&memory);
        memory[4..24].fill(0);
        memory[4] = 5;
        memory[16] = 200;
        everything(&memory);
    }

    #[test]
    fn flipped_bits_are_found_or_harmless(
        image in small_image(),
        flips in vec((any::<Index>(), any::<Index>(), 0..8_u8), 1..6),
    ) {
        let mut memory = image;
        for (area, place, bit) in flips {
            // Most of an image is zeros: header, records, or anywhere.
            let range = [(0, 80), (512, 12_000), (131_072, 160_000), (0, usize::MAX)];
            let (start, end) = range[area.index(4)];
            let end = end.min(memory.len());
            if start < end {
                memory[start + place.index(end - start)] ^= 1 << bit;
            }
        }
        // Not more anchors than a test can wait for.
        if memory.len() > 8 && u32::from_le_bytes([memory[4], memory[5], memory[6], memory[7]]) > 5000 {
            memory[5] = 0;
            memory[6] = 0;
            memory[7] = 0;
        }
        everything(&memory);
    }

    #[test]
    fn truncated_images_are_found(image in small_image(), length in any::<Index>()) {
        let length = length.index(image.len());
        everything(&image[..length].to_vec());
    }
}

#[test]
fn flipped_bytes_of_managed_images_never_panic() {
    let mut storage = Storage::open(image(Version::V8, &anchors(3))).unwrap();
    storage.write_state(&[1; 40]).unwrap();
    let mut memory = storage.into_memory();
    // Header, table of the manager, map, records.
    let places = (0..66)
        .chain(65_536..65_536 + 70)
        .chain(65_536 + 2080..65_536 + 2090)
        .chain(131_072..131_072 + 110)
        .chain((0..400).map(|it| 131_072 + 128 * 65_536 + it * 7));
    for place in places {
        let before = memory[place];
        // Counts stay small, so that this ends soon.
        for flip in [0x01, 0x80, 0xff] {
            if (5..8).contains(&place) {
                continue;
            }
            memory[place] = before ^ flip;
            everything_but_the_rest(&memory);
        }
        memory[place] = before;
    }
}

/// As `everything`, without looking at megabytes of zeros behind the records each time.
fn everything_but_the_rest(memory: &Vec<u8>) {
    let Ok(storage) = Storage::open(memory) else {
        return;
    };
    let mut anchors = storage.anchors();
    let mut left = 300;
    while let Some((_, anchor)) = anchors.next() {
        if let Ok(anchor) = anchor {
            assert_eq!(anchor.devices().count(), anchor.device_count());
        }
        left -= 1;
        if left == 0 {
            break;
        }
    }
    if let Ok(Some(state)) = storage.state() {
        let _ = PersistentState::parse(&state);
    }
}

/// Four billion anchors in a memory of one page.
#[test]
fn a_count_without_records_costs_nothing_to_open() {
    let mut memory = image(Version::V3, &anchors(0));
    memory[4..8].copy_from_slice(&8_000_000_u32.to_le_bytes());
    memory[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    let storage = Storage::open(&memory).unwrap();
    assert_eq!(storage.anchor_count(), 8_000_000);
    let mut buffer = RecordBuffer::new();
    assert!(storage.anchor(5_000_000, &mut buffer).is_err());
    assert_eq!(storage.state(), Ok(None));
}
