//! Stopping after every single change of the memory, and looking at what is there.
//!
//! An operation is carried out once on a memory that remembers each call that changes it. Then the
//! calls are carried out one by one, and after each the image is opened and compared: that is what
//! somebody finds who stopped there.

use icid_storage::{
    AnchorRecord, MemoryError, MemoryMut, MigrateError, Migration, Protection, Salt, Storage,
    Version,
};
use principal::Principal;

use crate::support::{
    self, Call, FailsOnce, Recorder, Stopping, anchor, anchors, device, image, late_device, phrase,
    range, read, read_one,
};

const LAYOUTS: [Version; 6] = [
    Version::V1,
    Version::V3,
    Version::V5,
    Version::V6,
    Version::V7,
    Version::V8,
];

/// Every state between the calls of an operation, the first and the last one included.
fn states(
    before: &[u8],
    operation: impl FnOnce(Storage<Recorder>) -> Recorder,
    mut look: impl FnMut(&[u8], Option<&Call>),
) -> usize {
    let storage = Storage::open(Recorder::new(before.to_vec())).unwrap();
    let recorder = operation(storage);
    let mut bytes = before.to_vec();
    look(&bytes, None);
    for call in &recorder.calls {
        match call {
            Call::Grow(pages) => bytes.grow(*pages).unwrap(),
            Call::Write(offset, written) => bytes.write(*offset, written).unwrap(),
        }
        look(&bytes, Some(call));
    }
    assert!(bytes == recorder.bytes);
    recorder.calls.len()
}

/// Checks that an operation which adds or changes one thing is seen as a whole or not at all.
fn all_or_nothing(
    before: &[u8],
    expected: &[AnchorRecord],
    operation: impl FnOnce(Storage<Recorder>) -> Recorder,
) -> usize {
    let old = read(&before);
    let mut is_done = false;
    let stops = states(before, operation, |bytes, _| {
        let found = read(&bytes);
        if found != old || is_done {
            assert_eq!(found, expected);
            is_done = true;
        }
    });
    assert!(is_done || old == expected);
    stops
}

#[test]
fn numbers_and_anchors_are_given_away_as_a_whole() {
    let mut stops = 0;
    for version in LAYOUTS {
        // The sixteenth record ends a page, in the first layout it crosses one; record 2048 begins a
        // bucket.
        for count in [0, 1, 15, 16, 17, 31, 32] {
            let before = image(version, &anchors(count));
            let old = anchors(count);
            let with = |new| [old.clone(), vec![new]].concat();
            stops += all_or_nothing(&before, &with(AnchorRecord::new()), |mut storage| {
                assert_eq!(storage.allocate(), Ok(10_000 + u64::from(count)));
                storage.into_memory()
            });
            stops += all_or_nothing(&before, &with(anchor(3)), |mut storage| {
                assert_eq!(storage.append(&anchor(3)), Ok(10_000 + u64::from(count)));
                storage.into_memory()
            });
        }
    }
    assert_eq!(stops, 204);
}

#[test]
fn the_first_anchor_of_a_bucket_is_given_away_as_a_whole() {
    let mut stops = 0;
    for version in [Version::V7, Version::V8] {
        for count in [2047, 2048] {
            let before = image(version, &anchors(count));
            let expected = [anchors(count), vec![anchor(3)]].concat();
            stops += all_or_nothing(&before, &expected, |mut storage| {
                storage.append(&anchor(3)).unwrap();
                storage.into_memory()
            });
        }
    }
    assert_eq!(stops, 12);
}

#[test]
fn records_are_changed_as_a_whole() {
    let mut stops = 0;
    for version in LAYOUTS {
        let before = image(version, &anchors(20));
        for index in [0_u32, 7, 19] {
            let mut changed = anchor(index);
            for step in 0..3 {
                match step {
                    0 => changed.add_device(device(900)).unwrap(),
                    1 => changed
                        .add_device(phrase(901, Protection::Protected))
                        .unwrap(),
                    _ => {
                        let pubkey = phrase(901, Protection::Protected).pubkey;
                        let actor = Principal::self_authenticating(&pubkey);
                        changed.remove_device(&pubkey, &actor).unwrap();
                    }
                }
                let mut expected = anchors(20);
                expected[index as usize] = changed.clone();
                let number = 10_000 + u64::from(index);
                stops += all_or_nothing(&before, &expected, |mut storage| {
                    assert_eq!(storage.write(number, &changed), Ok(()));
                    storage.into_memory()
                });
            }
        }
    }
    // One write each.
    assert_eq!(stops, 6 * 3 * 3);
}

#[test]
fn a_record_with_everything_is_changed_as_a_whole() {
    let mut changed = anchor(1);
    changed.add_device(late_device(901)).unwrap();
    for version in [Version::V5, Version::V8] {
        let before = image(version, &anchors(3));
        let expected = [anchor(0), changed.clone(), anchor(2)];
        let stops = all_or_nothing(&before, &expected, |mut storage| {
            storage.write(10_001, &changed).unwrap();
            storage.into_memory()
        });
        assert_eq!(stops, 1);
    }
}

#[test]
fn an_image_is_made_as_a_whole() {
    let mut stops = 0;
    for version in LAYOUTS {
        let mut recorder = Recorder::new(Vec::new());
        Storage::create(&mut recorder, version, range()).unwrap();
        let mut bytes = Vec::new();
        for call in &recorder.calls {
            // Until the last call, the image can be made again.
            assert!(Storage::open(&bytes).is_err());
            let again = Storage::create(bytes.clone(), version, range()).unwrap();
            assert!(again.into_memory() == recorder.bytes, "layout {version}");
            match call {
                Call::Grow(pages) => bytes.grow(*pages).unwrap(),
                Call::Write(offset, written) => bytes.write(*offset, written).unwrap(),
            }
        }
        assert_eq!(Storage::open(&bytes).unwrap().version(), version);
        stops += recorder.calls.len();
    }
    assert_eq!(stops, 19);
}

#[test]
fn salt_and_range_are_one_write() {
    let before = Storage::create(Vec::new(), Version::V3, range())
        .unwrap()
        .into_memory();
    let stops = states(
        &before,
        |mut storage| {
            storage.set_salt(Salt::new([9; 32]).unwrap()).unwrap();
            storage
                .set_range(icid_storage::IdRange::new(5, 6).unwrap())
                .unwrap();
            storage.into_memory()
        },
        |bytes, _| {
            let storage = Storage::open(&bytes).unwrap();
            let is_salted = storage.salt() == Salt::new([9; 32]);
            assert!(is_salted || storage.salt().is_none());
            assert!(storage.range() == range() || storage.range().start() == 5 && is_salted);
        },
    );
    assert_eq!(stops, 2);
}

#[test]
fn a_persistent_state_is_the_old_one_or_the_new_one_or_none() {
    let mut stops = 0;
    for version in LAYOUTS {
        for count in [0, 3] {
            let mut storage = Storage::open(image(version, &anchors(count))).unwrap();
            storage.write_state(&[1; 9000]).unwrap();
            let before = storage.into_memory();
            let mut seen = Vec::new();
            stops += states(
                &before,
                |mut storage| {
                    storage.write_state(&[2; 70_000]).unwrap();
                    storage.clear_state().unwrap();
                    storage.into_memory()
                },
                |bytes, _| {
                    assert_eq!(read(&bytes), anchors(count));
                    let state = Storage::open(&bytes).unwrap().state().unwrap();
                    seen.push(state.map(|state| (state[0], state.len())));
                },
            );
            seen.dedup();
            assert_eq!(seen, [Some((1, 9000)), Some((2, 70_000)), None]);
        }
    }
    assert_eq!(stops, 252);
}

/// A state that ends in another bucket than it begins takes several writes, and is never half there.
#[test]
fn a_persistent_state_over_two_buckets_is_never_half_there() {
    let count = 2047;
    let mut storage = Storage::open(image(Version::V7, &anchors(count))).unwrap();
    storage.write_state(&[1; 9000]).unwrap();
    let before = storage.into_memory();
    let mut seen = Vec::new();
    let stops = states(
        &before,
        |mut storage| {
            storage.write_state(&[2; 12_000]).unwrap();
            storage.into_memory()
        },
        |bytes, _| {
            let storage = Storage::open(&bytes).unwrap();
            assert_eq!(read_one(&storage, count - 1), anchor(count - 1));
            let state = storage.state().unwrap();
            assert!(
                state
                    .iter()
                    .flatten()
                    .all(|byte| Some(byte) == state.as_ref().unwrap().first())
            );
            seen.push(state.map(|state| (state[0], state.len())));
        },
    );
    seen.dedup();
    assert_eq!(seen, [Some((1, 9000)), None, Some((2, 12_000))]);
    assert_eq!(stops, 4);
}

/// What a migration may touch between one look and the next: the anchors whose old or new record a
/// write overlaps, and, where the header changes, the one that it moves.
fn touched(bytes: &[u8], call: &Call, count: u32) -> Option<Vec<u32>> {
    let Call::Write(offset, written) = call else {
        return None;
    };
    let end = offset + written.len() as u64;
    let storage = Storage::open(&bytes).unwrap();
    if *offset == 0 {
        // Another version: everything may have changed.
        let moving = storage.header().moving()?;
        return Some(vec![moving.new_layout_start]);
    }
    let overlapping = |first: u64, length: u64| {
        let from = offset.saturating_sub(first) / length;
        let to = end.saturating_sub(first).div_ceil(length);
        from as u32..(to as u32).min(count)
    };
    Some(
        overlapping(512, 2048)
            .chain(overlapping(131_072, 4096))
            .collect(),
    )
}

/// Migrates an image and looks at every state on the way. Returns how many there were.
fn migrate(before: &[u8], expected: &[AnchorRecord], target: Version, is_small: bool) -> usize {
    let count = expected.len() as u32;
    let state = Storage::open(&before).unwrap().state().unwrap();
    let last = Migration::new(Storage::open(before.to_vec()).unwrap(), target)
        .unwrap()
        .finish()
        .unwrap()
        .into_memory();
    states(
        before,
        |storage| {
            let migration = Migration::new(storage, target).unwrap();
            migration.finish().unwrap().into_memory()
        },
        |bytes, call| {
            let storage = Storage::open(&bytes).unwrap();
            let some = call.and_then(|call| touched(bytes, call, count));
            match some {
                Some(indexes) if !is_small => {
                    for index in indexes.into_iter().filter(|index| *index < count) {
                        assert_eq!(read_one(&storage, index), expected[index as usize]);
                    }
                }
                _ => assert_eq!(read(&bytes), expected),
            }
            assert_eq!(storage.state().unwrap(), state);
            if is_small {
                // Whoever goes on from here gets the same image.
                let again = Migration::new(Storage::open(bytes.to_vec()).unwrap(), target);
                let again = again.unwrap().finish().unwrap().into_memory();
                assert_eq!(read(&again), expected);
                assert!(again == last || target >= Version::V7);
            }
        },
    )
}

#[test]
fn a_migration_of_a_few_anchors_stops_anywhere_and_goes_on() {
    let mut stops = 0;
    for count in [0, 1, 2, 15, 16, 17] {
        let expected = anchors(count);
        for (from, to) in [
            (Version::V1, Version::V3),
            (Version::V3, Version::V5),
            (Version::V5, Version::V6),
            (Version::V1, Version::V6),
        ] {
            for state in [None, Some([3_u8; 5000])] {
                let mut storage = Storage::open(image(from, &expected)).unwrap();
                if let Some(state) = state {
                    storage.write_state(&state).unwrap();
                }
                stops += migrate(&storage.into_memory(), &expected, to, true);
            }
        }
    }
    assert_eq!(stops, 1718);
}

#[test]
fn a_migration_to_managed_memories_stops_anywhere_and_goes_on() {
    let mut stops = 0;
    for count in [0, 1, 16] {
        let expected = anchors(count);
        for (from, to) in [
            (Version::V6, Version::V7),
            (Version::V7, Version::V8),
            (Version::V5, Version::V8),
        ] {
            let mut storage = Storage::open(image(from, &expected)).unwrap();
            storage.write_state(&[3; 5000]).unwrap();
            stops += migrate(&storage.into_memory(), &expected, to, true);
        }
    }
    assert_eq!(stops, 51);
}

#[test]
fn a_migration_of_a_bucket_of_anchors_stops_anywhere() {
    let mut stops = 0;
    for count in [2047, 2048, 2049] {
        let expected = anchors(count);
        let mut storage = Storage::open(image(Version::V1, &expected)).unwrap();
        storage.write_state(&[3; 5000]).unwrap();
        stops += migrate(&storage.into_memory(), &expected, Version::V8, false);
    }
    assert_eq!(stops, 24_720);
}

#[test]
fn an_operation_that_fails_in_between_can_be_done_again() {
    for version in LAYOUTS {
        let before = image(version, &anchors(16));
        for left in 0.. {
            let mut bytes = before.clone();
            let memory = Stopping {
                bytes: &mut bytes,
                left,
            };
            let result = Storage::open(memory).unwrap().append(&anchor(2));
            let mut storage = Storage::open(bytes).unwrap();
            if result.is_ok() {
                assert!(left > 0);
                break;
            }
            assert_eq!(storage.append(&anchor(2)), Ok(10_016));
            let expected = [anchors(16), vec![anchor(2)]].concat();
            assert_eq!(read(storage.memory()), expected);
        }
    }
}

#[test]
fn a_migration_gives_up_at_a_read_that_fails_and_goes_on_afterwards() {
    let mut reads = 0;
    for (from, to) in [
        (Version::V1, Version::V6),
        (Version::V6, Version::V8),
        (Version::V8, Version::V9),
    ] {
        let mut storage = Storage::open(image(from, &anchors(3))).unwrap();
        storage.write_state(b"some state").unwrap();
        let before = storage.into_memory();
        let expected = support::migrate(before.clone(), to);
        for count in 0.. {
            let mut bytes = before.clone();
            let storage = Storage::open(FailsOnce::never(&mut bytes)).unwrap();
            storage.memory().after(count);
            let result = Migration::new(storage, to).and_then(Migration::finish);
            match result {
                Ok(storage) => {
                    assert!(
                        !storage.memory().has_failed(),
                        "{from} to {to}, read {count}"
                    );
                    reads += count;
                    break;
                }
                Err(error) => {
                    let failed = MigrateError::Memory {
                        error: MemoryError::Device,
                    };
                    assert_eq!(error, failed, "{from} to {to}, read {count}");
                }
            }
            assert!(
                support::migrate(bytes, to) == expected,
                "{from} to {to}, read {count}"
            );
        }
    }
    assert_eq!(reads, 60);
}

#[test]
fn an_operation_gives_up_at_a_read_that_fails_and_can_be_done_again() {
    type Operation = fn(&mut Storage<FailsOnce<'_>>) -> bool;
    let operations: [(&str, Operation); 4] = [
        ("append", |storage| storage.append(&anchor(2)).is_ok()),
        ("write", |storage| storage.write(10_001, &anchor(3)).is_ok()),
        ("state", |storage| storage.write_state(b"other").is_ok()),
        ("clear", |storage| storage.clear_state().is_ok()),
    ];
    let mut reads = 0;
    for version in LAYOUTS.into_iter().chain([Version::V9]) {
        let before = image(version, &anchors(3));
        for (name, operation) in operations {
            let mut expected = before.clone();
            let mut storage = Storage::open(FailsOnce::never(&mut expected)).unwrap();
            assert!(operation(&mut storage), "{version} {name}");
            for count in 0.. {
                let at = format!("{version} {name} {count}");
                let mut bytes = before.clone();
                let mut storage = Storage::open(FailsOnce::never(&mut bytes)).unwrap();
                storage.memory().after(count);
                let is_done = operation(&mut storage);
                if !storage.memory().has_failed() {
                    reads += count;
                    break;
                }
                assert!(!is_done, "{at}");
                let mut storage = Storage::open(FailsOnce::never(&mut bytes)).unwrap();
                assert!(operation(&mut storage), "{at}");
                assert!(bytes == expected, "{at}");
            }
        }
    }
    assert_eq!(reads, 93);
}
