//! Anchors, images, and memories that stop.

use std::cell::Cell;

use icid_storage::{
    AnchorRecord, DeviceRecord, IdRange, KeyType, Memory, MemoryError, MemoryMut, MetadataEntry,
    MetadataMap, Migration, Protection, Purpose, RecordBuffer, Salt, Storage, Version,
};
use time::Timestamp;

/// The numbers of all images here.
pub(crate) fn range() -> IdRange {
    IdRange::new(10_000, 20_000).unwrap()
}

/// A device as the first layout has it; each number gives another one.
pub(crate) fn device(number: u32) -> DeviceRecord {
    DeviceRecord {
        pubkey: [b"key ".as_slice(), &number.to_be_bytes()].concat(),
        alias: format!("device {number}"),
        credential_id: (!number.is_multiple_of(3)).then(|| vec![7; 20 + number as usize % 40]),
        purpose: if number.is_multiple_of(2) {
            Purpose::Authentication
        } else {
            Purpose::Recovery
        },
        key_type: KeyType::CrossPlatform,
        ..DeviceRecord::default()
    }
}

/// A device with everything that later layouts have.
pub(crate) fn late_device(number: u32) -> DeviceRecord {
    let mut inside = MetadataMap::new();
    assert!(inside.insert("deep".into(), MetadataEntry::Bytes(vec![1, 2, 3])));
    let mut metadata = MetadataMap::new();
    assert!(metadata.insert("text".into(), MetadataEntry::Text("ü".into())));
    assert!(metadata.insert("map".into(), MetadataEntry::Map(inside)));
    DeviceRecord {
        origin: Some("https://identity.ic0.app".into()),
        last_usage: Some(Timestamp::from_nanos(
            1_700_000_000_000_000_000 + u64::from(number),
        )),
        metadata: Some(metadata),
        key_type: KeyType::BrowserStorageKey,
        ..device(number)
    }
}

pub(crate) fn phrase(number: u32, protection: Protection) -> DeviceRecord {
    DeviceRecord {
        credential_id: None,
        purpose: Purpose::Recovery,
        key_type: KeyType::SeedPhrase,
        protection,
        ..device(number)
    }
}

/// An anchor with none to three devices, as the first layout has them.
pub(crate) fn anchor(number: u32) -> AnchorRecord {
    let mut anchor = AnchorRecord::new();
    for device in (0..number % 4).map(|position| device(number * 10 + position)) {
        anchor.add_device(device).unwrap();
    }
    anchor
}

pub(crate) fn anchors(count: u32) -> Vec<AnchorRecord> {
    (0..count).map(anchor).collect()
}

pub(crate) fn salt() -> Salt {
    Salt::new([0x43; 32]).unwrap()
}

/// An image with these anchors.
pub(crate) fn image(version: Version, anchors: &[AnchorRecord]) -> Vec<u8> {
    let mut storage = Storage::create(Vec::new(), version, range()).unwrap();
    storage.set_salt(salt()).unwrap();
    for anchor in anchors {
        storage.append(anchor).unwrap();
    }
    storage.into_memory()
}

/// The anchors of an image, all of which can be read.
pub(crate) fn read<M: Memory>(memory: &M) -> Vec<AnchorRecord> {
    let storage = Storage::open(memory).unwrap();
    assert_eq!(storage.salt(), Some(salt()));
    assert_eq!(storage.range(), range());
    let mut all = Vec::new();
    let mut anchors = storage.anchors();
    while let Some((number, anchor)) = anchors.next() {
        assert_eq!(number, 10_000 + all.len() as u64);
        all.push(AnchorRecord::of(&anchor.unwrap()).unwrap());
    }
    all
}

/// One anchor, by its index.
pub(crate) fn read_one<M: Memory>(storage: &Storage<M>, index: u32) -> AnchorRecord {
    let mut buffer = RecordBuffer::new();
    let anchor = storage.anchor(10_000 + u64::from(index), &mut buffer);
    AnchorRecord::of(&anchor.unwrap()).unwrap()
}

pub(crate) fn migrate(image: Vec<u8>, target: Version) -> Vec<u8> {
    let storage = Storage::open(image).unwrap();
    let migration = Migration::new(storage, target).unwrap();
    migration.finish().unwrap().into_memory()
}

/// What changes a memory.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Grow(u64),
    Write(u64, Vec<u8>),
}

/// A memory that remembers what changed it.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) bytes: Vec<u8>,
    pub(crate) calls: Vec<Call>,
}

impl Recorder {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            calls: Vec::new(),
        }
    }
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
        self.bytes.write(offset, bytes)?;
        self.calls.push(Call::Write(offset, bytes.to_vec()));
        Ok(())
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.bytes.grow(pages)?;
        self.calls.push(Call::Grow(pages));
        Ok(())
    }
}

/// A memory that fails at a call that would change it, and at all after.
#[derive(Debug)]
pub(crate) struct Stopping<'m> {
    pub(crate) bytes: &'m mut Vec<u8>,
    /// How many calls may come before.
    pub(crate) left: usize,
}

impl Stopping<'_> {
    fn call(&mut self) -> Result<(), MemoryError> {
        self.left = self.left.checked_sub(1).ok_or(MemoryError::Device)?;
        Ok(())
    }
}

impl Memory for Stopping<'_> {
    fn length(&self) -> u64 {
        self.bytes.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.bytes.read(offset, buffer)
    }
}

impl MemoryMut for Stopping<'_> {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.call()?;
        self.bytes.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.call()?;
        self.bytes.grow(pages)
    }
}

/// A memory of which one read fails, once.
#[derive(Debug)]
pub(crate) struct FailsOnce<'m> {
    pub(crate) bytes: &'m mut Vec<u8>,
    /// How many reads come before.
    before: Cell<Option<u32>>,
}

impl<'m> FailsOnce<'m> {
    pub(crate) fn never(bytes: &'m mut Vec<u8>) -> Self {
        Self {
            bytes,
            before: Cell::new(None),
        }
    }

    /// Lets a read fail after so many that do not.
    pub(crate) fn after(&self, reads: u32) {
        self.before.set(Some(reads));
    }

    /// Returns whether the read that was to fail did.
    pub(crate) fn has_failed(&self) -> bool {
        self.before.get().is_none()
    }
}

impl Memory for FailsOnce<'_> {
    fn length(&self) -> u64 {
        self.bytes.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        match self.before.take() {
            Some(0) => return Err(MemoryError::Device),
            before => self.before.set(before.map(|before| before - 1)),
        }
        self.bytes.read(offset, buffer)
    }
}

impl MemoryMut for FailsOnce<'_> {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.bytes.write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.bytes.grow(pages)
    }
}
