//! Writes that stop anywhere, and bytes that flip.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use icid_storage::{ReadMapError, StoredAnchorError, WriteMapError};
use proptest::test_runner::RngSeed;

use super::*;

const SMALL_PAGE: usize = 4096;

/// A memory whose copies share what is the same in them, for an image of layout 9 is long and a copy is
/// kept of it before each change.
#[derive(Clone, Debug, Default)]
struct Sparse {
    length: u64,
    /// The pages that were written to.
    pages: BTreeMap<u64, Arc<[u8; SMALL_PAGE]>>,
}

impl Sparse {
    fn new(image: &[u8]) -> Self {
        let pages = (0..).zip(image.chunks(SMALL_PAGE));
        let used = pages.filter(|(_, page)| page.iter().any(|byte| *byte != 0));
        Self {
            length: image.length(),
            pages: used
                .map(|(number, page)| (number, Arc::new(page.try_into().unwrap())))
                .collect(),
        }
    }

    /// Calls `visit` with the page, the place in it and the place in the range of each byte.
    fn each(offset: u64, length: usize, mut visit: impl FnMut(u64, usize, Range<usize>)) {
        let mut done = 0;
        while done < length {
            let place = usize::try_from(offset).unwrap() + done;
            let start = place % SMALL_PAGE;
            let here = (SMALL_PAGE - start).min(length - done);
            let page = u64::try_from(place / SMALL_PAGE).unwrap();
            visit(page, start, done..done + here);
            done += here;
        }
    }

    fn check(&self, offset: u64, length: usize) -> Result<(), MemoryError> {
        let length = u64::try_from(length).unwrap();
        let memory = self.length;
        match offset.checked_add(length) {
            Some(end) if end <= memory => Ok(()),
            _ => Err(MemoryError::OutOfBounds {
                offset,
                length,
                memory,
            }),
        }
    }
}

impl Memory for Sparse {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.check(offset, buffer.len())?;
        Self::each(offset, buffer.len(), |page, start, range| {
            let target = &mut buffer[range];
            match self.pages.get(&page) {
                Some(page) => target.copy_from_slice(&page[start..start + target.len()]),
                None => target.fill(0),
            }
        });
        Ok(())
    }
}

impl MemoryMut for Sparse {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.check(offset, bytes.len())?;
        Self::each(offset, bytes.len(), |page, start, range| {
            let zeros = || Arc::new([0; SMALL_PAGE]);
            let page = Arc::make_mut(self.pages.entry(page).or_insert_with(zeros));
            page[start..start + range.len()].copy_from_slice(&bytes[range]);
        });
        Ok(())
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.length += pages * 65_536;
        Ok(())
    }
}

/// A memory that remembers how it was before each change.
#[derive(Clone, Debug, Default)]
struct Recorder {
    memory: Sparse,
    stops: Vec<Sparse>,
}

impl Recorder {
    fn new(memory: Sparse) -> Self {
        Self {
            memory,
            stops: Vec::new(),
        }
    }
}

impl Memory for Recorder {
    fn length(&self) -> u64 {
        self.memory.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.memory.read(offset, buffer)
    }
}

impl MemoryMut for Recorder {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.stops.push(self.memory.clone());
        self.memory.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.stops.push(self.memory.clone());
        self.memory.grow(pages)
    }
}

fn read_all<M: Memory>(storage: &Storage<M>) -> Vec<AnchorRecord> {
    let end = 10_000 + u64::from(storage.anchor_count());
    (10_000..end).map(|number| read(storage, number)).collect()
}

/// What is wrong with a map, if the finding is about one.
fn map_rule(finding: &Finding) -> Option<MapRule> {
    match finding.rule {
        Rule::Managed { finding } => match finding.rule {
            MemoryRule::Map { finding } => Some(finding.rule),
            _ => None,
        },
        _ => None,
    }
}

/// All entries of the maps that are derived.
fn derived(image: &Sparse) -> Vec<(u8, Vec<u8>, Vec<u8>)> {
    let manager = Manager::open(image, 1).unwrap();
    let shapes = [
        (9, CREDENTIAL_IDS),
        (16, NUMBERED),
        (21, PRINCIPALS),
        (22, PRINCIPALS),
    ];
    let mut all = Vec::new();
    for (number, shape) in shapes {
        let map = Map::open(manager.view(image, id(number)), shape).unwrap();
        let mut entries = map.entries();
        while let Some(entry) = entries.next().unwrap() {
            all.push((number, entry.key().to_vec(), entry.value().to_vec()));
        }
    }
    all
}

/// Wherever it stops, every anchor is there; and when it has gone on to its end, the image has the
/// findings and the entries of one that did not stop: nothing was lost, space neither.
#[test]
fn a_migration_that_stopped_anywhere_ends_as_one_that_did_not() {
    let anchors: Vec<_> = (0..60)
        .map(|number: u32| {
            let name = format!("key {}", number % 50);
            anchor(&[device(
                &name,
                (!number.is_multiple_of(3)).then_some(name.as_str()),
            )])
        })
        .collect();
    let before = Sparse::new(&create(Version::V8, &anchors).into_memory());
    let storage = Storage::open(Recorder::new(before)).unwrap();
    let recorder = Migration::new(storage, Version::V9)
        .unwrap()
        .finish()
        .unwrap()
        .into_memory();
    let (all_findings, all_entries) = (findings(&recorder.memory), derived(&recorder.memory));
    assert!(
        all_findings
            .iter()
            .all(|finding| finding.rule.severity() == Severity::Note)
    );
    let mut tried = 0;
    let mut go_on = |image: &Sparse| {
        tried += 1;
        let storage = Storage::open(Recorder::new(image.clone())).unwrap();
        assert!(read_all(&storage) == anchors, "stop {tried}");
        let recorder = Migration::new(storage, Version::V9)
            .unwrap()
            .finish()
            .unwrap()
            .into_memory();
        let image = &recorder.memory;
        assert_eq!(findings(image), all_findings, "stop {tried}");
        assert!(derived(image) == all_entries, "stop {tried}");
        assert!(
            read_all(&Storage::open(image.clone()).unwrap()) == anchors,
            "stop {tried}"
        );
        recorder.stops
    };
    for (stop, image) in recorder.stops.iter().enumerate() {
        let again = go_on(image);
        // Now and then it stops a second time, while it sets right what the first one left or anywhere.
        if stop.is_multiple_of(4) {
            let anywhere = (stop * 7).checked_rem(again.len()).unwrap_or_default();
            again
                .get(1)
                .into_iter()
                .chain(again.get(anywhere))
                .for_each(|image| drop(go_on(image)));
        }
    }
    println!(
        "{} stops of a migration, {tried} continuations",
        recorder.stops.len()
    );
    assert!(tried > 600);
}

/// How many stops there were, and what they left in maps.
#[derive(Debug, Default)]
struct Count {
    stops: usize,
    /// A chunk that nobody uses, or more.
    lost_chunks: usize,
    /// A number of entries that is not theirs.
    wrong_lengths: usize,
    /// Entries or children in two nodes.
    twice: usize,
}

/// Nothing is wrong with the maps but what a stop may leave, and nothing else is broken.
fn judge(image: &Sparse, count: &mut Count) {
    let (mut lost, mut wrong, mut twice) = (0, 0, 0);
    for finding in findings(image) {
        match map_rule(&finding) {
            Some(MapRule::ChunkCount { used, found }) if used > found => lost = 1,
            Some(MapRule::Length { .. }) => wrong = 1,
            Some(MapRule::Shared | MapRule::Node(NodeRule::Unsorted { .. })) => {
                twice = 1;
                continue;
            }
            Some(rule) => panic!("{rule}"),
            // The rest of a map that has entries twice is not compared.
            None if finding
                .to_string()
                .ends_with(&MemoryRule::Unread.to_string()) =>
            {
                continue;
            }
            None => {}
        }
        assert!(finding.rule.severity() < Severity::Broken, "{finding}");
    }
    count.stops += 1;
    count.lost_chunks += lost;
    count.wrong_lengths += wrong;
    count.twice += twice;
}

/// Wherever it stops, every anchor is as before or after; mending leaves nothing wrong with the maps;
/// and when it is done again, nothing is broken or lost.
#[test]
fn an_anchor_is_written_as_a_whole_wherever_it_stops() {
    let mut image = Sparse::new(&create(Version::V9, &sample()).into_memory());
    let mut count = Count::default();
    for round in 0..30_u32 {
        let old = Storage::open(image.clone()).unwrap();
        let before = read_all(&old);
        let new = device(&format!("new {round}"), Some(&format!("new {round}")));
        let is_appended = round.is_multiple_of(2);
        let mut after = before.clone();
        let record = if is_appended {
            let record = anchor(&[new]);
            after.push(record.clone());
            record
        } else {
            let record = &mut after[0];
            if record.devices().len() > 8 {
                let key = record.devices()[3].pubkey.clone();
                record.remove_device(&key, &principal(&key)).unwrap();
            }
            record.add_device(new).unwrap();
            record.clone()
        };
        let operation = |memory: Recorder| {
            let mut storage = Storage::open(memory).unwrap();
            if is_appended {
                storage.append(&record).unwrap();
            } else {
                storage.write(10_000, &record).unwrap();
            }
            assert!(read_all(&storage) == after);
            storage.into_memory()
        };
        let recorder = operation(Recorder::new(image));
        for image in &recorder.stops {
            judge(image, &mut count);
            let mut storage = Storage::open(image.clone()).unwrap();
            let found = read_all(&storage);
            assert!(found == before || found == after);
            storage.mend().unwrap();
            assert!(read_all(&storage) == found);
            let mended = storage.into_memory();
            let again = operation(Recorder::new(mended.clone())).memory;
            for finding in findings(&mended).iter().chain(&findings(&again)) {
                assert_eq!(map_rule(finding), None);
                assert!(finding.rule.severity() < Severity::Broken, "{finding}");
            }
            // Of an anchor that was written again nothing is left that leads to what it had before.
            let mut written = findings(&again).into_iter().filter(|_| !is_appended);
            if let Some(finding) = written.find(|finding| finding.rule.severity() != Severity::Note)
            {
                panic!("{finding}");
            }
        }
        image = recorder.memory;
        assert_eq!(
            findings(&image)
                .iter()
                .filter(|finding| finding.rule.severity() != Severity::Note)
                .count(),
            0
        );
    }
    println!("{count:?}");
    let Count {
        stops,
        lost_chunks,
        wrong_lengths,
        twice,
    } = count;
    assert!(stops > 200 && lost_chunks > 0 && wrong_lengths > 0 && twice > 0);
}

/// A memory that may only be read.
#[derive(Clone, Debug)]
struct ReadOnly(Sparse);

impl Memory for ReadOnly {
    fn length(&self) -> u64 {
        self.0.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.0.read(offset, buffer)
    }
}

impl MemoryMut for ReadOnly {
    fn write(&mut self, _: u64, _: &[u8]) -> Result<(), MemoryError> {
        Err(MemoryError::Device)
    }

    fn grow(&mut self, _: u64) -> Result<(), MemoryError> {
        Err(MemoryError::Device)
    }
}

#[test]
fn an_image_that_was_closed_in_good_order_is_not_written_to_when_it_is_mended() {
    for version in [Version::V1, Version::V8, Version::V9] {
        let image =
            Sparse::new(&create(version, &[anchor(&[device("a", Some("a"))])]).into_memory());
        let mut storage = Storage::open(ReadOnly(image)).unwrap();
        assert_eq!(storage.mend(), Ok(()));
    }
}

#[test]
fn mending_stops_at_a_map_that_no_stop_leaves() {
    let damaged = |place, byte| {
        let mut image = create(Version::V9, &sample()).into_memory();
        let mut manager = Manager::open(&image, 1).unwrap();
        let mut view = manager.view_mut(&mut image, id(16));
        view.write(place, &[byte]).unwrap();
        Storage::open(image).unwrap().mend()
    };
    let error = OpenMapError::Magic { found: *b"xTR" };
    assert_eq!(
        damaged(0, b'x'),
        Err(StoredAnchorError::NoMap { id: id(16), error })
    );
    let rule = NodeRule::Magic;
    let error = WriteMapError::Read(ReadMapError::Node { address: 116, rule });
    assert_eq!(
        damaged(116, b'x'),
        Err(StoredAnchorError::Map { id: id(16), error })
    );
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
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(64),
        ..ProptestConfig::default()
    })]

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
