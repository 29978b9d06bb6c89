//! Writes that stop anywhere, and bytes that flip.

use crate::*;

/// A memory that remembers how it was changed.
#[derive(Debug, Default)]
struct Recorder {
    bytes: Vec<u8>,
    changes: RefCell<Vec<(u64, Option<Vec<u8>>)>>,
}

impl Memory for Recorder {
    fn length(&self) -> u64 {
        self.bytes.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.bytes.read(offset, buffer)
    }
}

impl MemoryMut for Recorder {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.changes
            .borrow_mut()
            .push((offset, Some(bytes.to_vec())));
        self.bytes.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.changes.borrow_mut().push((pages, None));
        self.bytes.grow(pages)
    }
}

/// Calls `visit` with the memory before the first change, and after each but the last.
fn stops(before: Vec<u8>, recorder: &Recorder, mut visit: impl FnMut(&Vec<u8>)) -> usize {
    let mut image = before;
    let changes = recorder.changes.borrow();
    for (place, bytes) in changes.iter() {
        visit(&image);
        match bytes {
            Some(bytes) => image.write(*place, bytes).unwrap(),
            None => image.grow(*place).unwrap(),
        }
    }
    assert!(image == recorder.bytes);
    changes.len()
}

#[test]
fn a_migration_stops_anywhere_and_goes_on() {
    let anchors: Vec<_> = (0..60)
        .map(|number: u32| {
            let name = format!("key {}", number % 50);
            anchor(&[device(
                &name,
                (!number.is_multiple_of(3)).then_some(name.as_str()),
            )])
        })
        .collect();
    let before = create(Version::V8, &anchors).into_memory();
    let recorder = Recorder {
        bytes: before.clone(),
        ..Recorder::default()
    };
    let storage = Storage::open(recorder).unwrap();
    let recorder = Migration::new(storage, Version::V9)
        .unwrap()
        .finish()
        .unwrap()
        .into_memory();
    let read_all = |image: &Vec<u8>| {
        let storage = Storage::open(image).unwrap();
        (10_000..10_060)
            .map(|number| read(&storage, number))
            .collect::<Vec<_>>()
    };
    let mut place = 0;
    let tried = stops(before, &recorder, |image| {
        assert!(read_all(image) == anchors);
        place += 1;
        // Going on takes as long as the rest, so not from everywhere.
        if u32::is_multiple_of(place, 23) {
            let storage = migrate(Storage::open(image.clone()).unwrap());
            let image = storage.into_memory();
            let rules: Vec<_> = findings(&image)
                .into_iter()
                .filter(|it| it.rule.severity() == Severity::Broken)
                .filter(|it| !is_lost_chunk(it))
                .collect();
            assert_eq!(rules, []);
            assert!(read_all(&image) == anchors);
            let storage = Storage::open(&image).unwrap();
            for number in 10_000..10_060 {
                let stored = storage.stored_anchor(number).unwrap().unwrap();
                assert_eq!(stored.devices().len(), 1);
            }
        }
    });
    println!("{tried} stops");
    assert!(tried > 300);
}

/// A chunk that nobody uses is all that a stop may leave for good.
fn is_lost_chunk(finding: &Finding) -> bool {
    matches!(
        finding.rule,
        Rule::Managed { finding } if matches!(
            finding.rule,
            MemoryRule::Map { finding: MapFinding { rule: MapRule::ChunkCount { .. }, .. } }
        )
    )
}

#[test]
fn an_anchor_is_written_as_a_whole_wherever_it_stops() {
    let mut image = create(Version::V9, &sample()).into_memory();
    let mut tried = 0;
    for round in 0..30_u32 {
        let before = image.clone();
        let old = Storage::open(&before).unwrap();
        let count = u64::from(old.anchor_count());
        let anchors: Vec<_> = (10_000..10_000 + count)
            .map(|number| read(&old, number))
            .collect();
        let recorder = Recorder {
            bytes: before.clone(),
            ..Recorder::default()
        };
        let mut storage = Storage::open(recorder).unwrap();
        let name = format!("new {round}");
        let new = device(&name, Some(&name));
        let changed = if round.is_multiple_of(2) {
            let record = anchor(&[new]);
            storage.append(&record).unwrap();
            (10_000 + count, record)
        } else {
            let mut record = anchors[0].clone();
            if record.devices().len() > 8 {
                let key = record.devices()[3].pubkey.clone();
                record.remove_device(&key, &principal(&key)).unwrap();
            }
            record.add_device(new).unwrap();
            storage.write(10_000, &record).unwrap();
            (10_000, record)
        };
        let recorder = storage.into_memory();
        tried += stops(before, &recorder, |image| {
            let storage = Storage::open(image).unwrap();
            for (number, expected) in (10_000..).zip(&anchors) {
                let found = read(&storage, number);
                assert!(found == *expected || number == changed.0 && found == changed.1);
            }
        });
        image = recorder.bytes;
    }
    println!("{tried} stops");
    assert!(tried > 200);
}

/// An image, and where it is not zero: nearly all of it is.
static IMAGE: LazyLock<(Vec<u8>, Vec<usize>)> = LazyLock::new(|| {
    let image = create(Version::V9, &sample()).into_memory();
    let used = (0..image.len())
        .filter(|place| image[*place] != 0)
        .collect();
    (image, used)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_of_an_anchor_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        length in any::<prop::sample::Index>(),
    ) {
        let storage = Storage::open(&IMAGE.0).unwrap();
        let stored = storage.stored_anchor(10_000).unwrap().unwrap();
        let mut bytes = stored.encode();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(1 + length.index(bytes.len()));
        if let Ok(parsed) = StoredAnchor::parse(&bytes) {
            let again = StoredAnchor::parse(&parsed.encode()).unwrap();
            prop_assert_eq!(parsed, again);
        }
    }

    #[test]
    fn no_damage_to_an_image_hangs_or_panics(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let (mut image, used) = (IMAGE.0.clone(), &IMAGE.1);
        for (place, byte) in damage {
            let place = used[place.index(used.len())];
            image[place] = byte;
        }
        let _ = verify(&image, &mut |_| ());
        if let Ok(mut storage) = Storage::open(image) {
            let _ = storage.append(&sample()[0]);
            let _ = storage.write(10_000, &sample()[2]);
        }
    }
}
