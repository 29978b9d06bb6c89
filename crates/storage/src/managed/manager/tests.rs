//! Tests of the table and the views.

use super::*;

const PAGE: usize = 65_536;

fn id(number: u8) -> MemoryId {
    MemoryId::new(number).unwrap()
}

/// A manager in page 1 with buckets of two pages: memory 3 has buckets 0 and 2, memory 5 has bucket 1.
fn sample() -> (Vec<u8>, Manager) {
    let mut base = Vec::new();
    let mut manager = Manager::create(&mut base, 1, 2).unwrap();
    manager.view_mut(&mut base, id(3)).grow(2).unwrap();
    manager.view_mut(&mut base, id(5)).grow(1).unwrap();
    manager.view_mut(&mut base, id(3)).grow(1).unwrap();
    (base, manager)
}

fn findings(base: &Vec<u8>) -> Vec<ManagerFinding> {
    let mut found = Vec::new();
    let manager = Manager::open(base, 1).unwrap();
    manager
        .check(base, &mut |finding| found.push(finding))
        .unwrap();
    found
}

fn open(base: &Vec<u8>) -> Result<u16, OpenManagerError> {
    Manager::open(base, 1).map(|manager| manager.buckets())
}

#[test]
fn the_table_has_the_documented_bytes() {
    let (base, _) = sample();
    assert_eq!(base.len(), 8 * PAGE);
    assert_eq!(base[PAGE..PAGE + 8], *b"MGR\x01\x03\x00\x02\x00");
    assert_eq!(base[PAGE + 40 + 3 * 8], 3);
    assert_eq!(base[PAGE + 40 + 5 * 8], 1);
    assert_eq!(base[PAGE + 2_080..PAGE + 2_084], [3, 5, 3, 255]);
    assert_eq!(base[PAGE + 2_080 + 32_767], 255);
    assert_eq!(base[PAGE + 2_080 + 32_768], 0);
}

#[test]
fn reads_across_buckets_what_was_written_across_them() {
    let (mut base, mut manager) = sample();
    let text: Vec<u8> = (0..200).collect();
    let offset = 2 * 65_536 - 100;
    manager
        .view_mut(&mut base, id(3))
        .write(offset, &text)
        .unwrap();
    let manager = Manager::open(&base, 1).unwrap();
    let mut read = vec![0; 200];
    manager.view(&base, id(3)).read(offset, &mut read).unwrap();
    assert_eq!(read, text);
    // The second half is behind the bucket of the other memory.
    assert_eq!(base[6 * PAGE..6 * PAGE + 100], text[100..]);
    assert_eq!(findings(&base), []);
}

#[test]
fn the_last_byte_of_a_memory_is_inside_and_the_next_is_not() {
    let (base, manager) = sample();
    let memory = manager.view(&base, id(3));
    assert_eq!(memory.length(), 3 * 65_536);
    assert_eq!(memory.read(3 * 65_536 - 1, &mut [0]), Ok(()));
    let error = MemoryError::OutOfBounds {
        offset: 3 * 65_536,
        length: 1,
        memory: 3 * 65_536,
    };
    assert_eq!(memory.read(3 * 65_536, &mut [0]), Err(error));
    let error = MemoryError::OutOfBounds {
        offset: u64::MAX,
        length: 1,
        memory: 3 * 65_536,
    };
    assert_eq!(memory.read(u64::MAX, &mut [0]), Err(error));
}

#[test]
fn a_write_that_leaves_the_memory_changes_nothing() {
    let (mut base, mut manager) = sample();
    let before = base.clone();
    let error = MemoryError::OutOfBounds {
        offset: 3 * 65_536 - 1,
        length: 2,
        memory: 3 * 65_536,
    };
    let written = manager
        .view_mut(&mut base, id(3))
        .write(3 * 65_536 - 1, &[1, 2]);
    assert_eq!(written, Err(error));
    assert!(base == before);
}

#[test]
fn opening_checks_in_the_documented_order() {
    let (base, _) = sample();
    assert_eq!(open(&base[..PAGE].to_vec()), Err(OpenManagerError::Empty));
    assert_eq!(
        open(&base[..PAGE + 2_079].to_vec()),
        Err(OpenManagerError::TooShort {
            needed: 2_080,
            length: 2_079
        })
    );
    assert_eq!(
        open(&base[..PAGE + 2_082].to_vec()),
        Err(OpenManagerError::TooShort {
            needed: 2_083,
            length: 2_082
        })
    );
    assert_eq!(open(&base[..PAGE + 2_083].to_vec()), Ok(3));
    let mut empty = Vec::new();
    Manager::create(&mut empty, 1, 1).unwrap();
    empty.truncate(PAGE + 2_080);
    assert_eq!(open(&empty), Ok(0));
    let changed = |place: usize, bytes: &[u8]| {
        let mut base = base.clone();
        base[PAGE + place..PAGE + place + bytes.len()].copy_from_slice(bytes);
        open(&base)
    };
    assert_eq!(changed(0, &[0; 3]), Err(OpenManagerError::Empty));
    let found = *b"IIC";
    assert_eq!(
        changed(0, b"IIC\x09"),
        Err(OpenManagerError::Magic { found })
    );
    assert_eq!(
        changed(3, &[2]),
        Err(OpenManagerError::Version { found: 2 })
    );
    assert_eq!(
        changed(4, &[0xff, 0xff, 0, 0]),
        Err(OpenManagerError::EmptyBuckets)
    );
    assert_eq!(changed(4, &[0x00, 0x80]), Ok(32_768));
    let error = OpenManagerError::TooManyBuckets { found: 32_769 };
    assert_eq!(changed(4, &[0x01, 0x80]), Err(error));
}

#[test]
fn finds_what_a_lost_write_leaves() {
    let (base, _) = sample();
    let changed = |place: usize, bytes: &[u8]| {
        let mut base = base.clone();
        base[place..place + bytes.len()].copy_from_slice(bytes);
        findings(&base)
    };
    assert_eq!(changed(PAGE, b"MGR"), []);
    let length = base.length();
    assert_eq!(
        changed(PAGE + 4, &[4]),
        [
            ManagerFinding::BucketsBeyondMemory {
                buckets: 4,
                needed: length + 2 * 65_536,
                length
            },
            ManagerFinding::UnownedBucket { bucket: 3 }
        ]
    );
    assert_eq!(
        changed(PAGE + 2_083, &[5]),
        [ManagerFinding::StrayBucket {
            bucket: 3,
            owner: id(5)
        }]
    );
    assert_eq!(
        changed(PAGE + 40 + 3 * 8, &[5]),
        [ManagerFinding::SizeBeyondBuckets {
            id: id(3),
            pages: 5,
            owned: 4
        }]
    );
    assert_eq!(
        changed(PAGE + 40 + 3 * 8, &[2]),
        [ManagerFinding::UnusedBuckets {
            id: id(3),
            pages: 2,
            owned: 4
        }]
    );
    assert_eq!(
        changed(2 * PAGE, b"MGR\x01\x00\x00\x01"),
        [ManagerFinding::ManagerInside { id: id(3) }]
    );
}

#[test]
fn a_memory_longer_than_its_buckets_ends_with_them() {
    let (mut base, _) = sample();
    base[PAGE + 40 + 3 * 8 + 7] = 0xff;
    let manager = Manager::open(&base, 1).unwrap();
    assert_eq!(manager.pages(id(3)), 4);
    let memory = manager.view(&base, id(3));
    assert_eq!(memory.read(4 * 65_536 - 1, &mut [0]), Ok(()));
}

#[test]
fn an_image_cut_short_is_read_up_to_where_it_ends() {
    let (mut base, manager) = sample();
    base.truncate(7 * PAGE - 1);
    let memory = manager.view(&base, id(3));
    let last = 3 * 65_536 - 2;
    assert_eq!(memory.read(last, &mut [0]), Ok(()));
    let error = MemoryError::OutOfBounds {
        offset: last,
        length: 2,
        memory: 3 * 65_536,
    };
    assert_eq!(memory.read(last, &mut [0; 2]), Err(error));
}

#[test]
fn the_last_bucket_is_given_away_and_no_more() {
    let mut base = Vec::new();
    let mut manager = Manager::create(&mut base, 0, 1).unwrap();
    // A table that is nearly used up, without the gigabytes behind it.
    manager.buckets = MAX_BUCKETS - 1;
    let mut base = Endless(base);
    let mut memory = manager.view_mut(&mut base, id(0));
    assert_eq!(memory.grow(2), Err(MemoryError::Full { pages: 2 }));
    assert_eq!(memory.grow(1), Ok(()));
    assert_eq!(memory.grow(1), Err(MemoryError::Full { pages: 1 }));
    assert_eq!(
        memory.grow(u64::MAX),
        Err(MemoryError::Full { pages: u64::MAX })
    );
    assert_eq!(memory.length(), 65_536);
}

/// A memory that always says that it is long enough.
struct Endless(Vec<u8>);

impl Memory for Endless {
    fn length(&self) -> u64 {
        u64::MAX
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.0.read(offset, buffer)
    }
}

impl MemoryMut for Endless {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.0.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.0.grow(pages)
    }
}

#[test]
fn two_hundred_fifty_five_is_no_id() {
    assert_eq!(MemoryId::try_from(254).map(MemoryId::number), Ok(254));
    assert_eq!(MemoryId::try_from(255), Err(InvalidMemoryId));
}
