//! Whole images, as programs.

use arbitrary::Result;
use arbitrary::Unstructured;
use storage::AnchorRecord;
use storage::DeviceRecord;
use storage::IdRange;
use storage::KeyType;
use storage::Memory;
use storage::MemoryMut;
use storage::MetadataEntry;
use storage::MetadataMap;
use storage::Migration;
use storage::Protection;
use storage::Purpose;
use storage::Salt;
use storage::Storage;
use storage::Version;
use storage::verify;
use time::Timestamp;

use crate::Verdict;
use crate::pages::Pages;
use crate::pages::compare;
use crate::pages::decode;

/// The first number of an anchor.
const FIRST: u64 = 10_000;

/// Where damage shows most: the header, records of layout 1, the manager, records of layout 3, those of
/// a managed memory, and what is behind it.
const PLACES: [u64; 6] = [0, 512, 65_536, 131_072, 131_072, 131_072 + 128 * 65_536];

/// The crate and the model read the same in an image that the crate made, in one that was migrated, and
/// in one that was damaged; a migration keeps what is there, however it is cut into steps.
pub fn storage_image(data: &[u8]) -> Verdict {
    let mut data = Unstructured::new(data);
    run(&mut data).unwrap_or(Verdict::Discarded)
}

fn run(data: &mut Unstructured<'_>) -> Result<Verdict> {
    let version = *data.choose(&[
        Version::V1,
        Version::V3,
        Version::V5,
        Version::V6,
        Version::V7,
        Version::V8,
        Version::V9,
    ])?;
    let range = IdRange::new(FIRST, FIRST + 20).expect("it goes up");
    let mut storage = Storage::create(Pages::default(), version, range).expect("there is room");
    if data.ratio(7, 8)?
        && let Some(salt) = Salt::new(data.arbitrary()?)
    {
        storage.set_salt(salt).expect("there was none");
    }
    for _ in 0..data.int_in_range(0..=4)? {
        let anchor = anchor(data)?;
        // An older layout may have no place for it.
        _ = storage.append(&anchor);
    }
    if data.ratio(1, 2)? && storage.anchor_count() > 0 {
        let number = FIRST + data.int_in_range(0..=u64::from(storage.anchor_count()) - 1)?;
        let anchor = anchor(data)?;
        _ = storage.write(number, &anchor);
    }
    let memory = storage.into_memory();
    compare(&memory);
    let found = findings(&memory);
    assert_eq!(found, 0, "broken when it was made");

    let target = *data.choose(&Version::ALL)?;
    let migrated = migrate(data, memory.clone(), target)?;
    if let Some(migrated) = &migrated {
        compare(migrated);
        let (mut before, mut after) = (
            decode(&memory).expect("it is whole"),
            decode(migrated).expect("it was migrated"),
        );
        before["version"].take();
        after["version"].take();
        assert_eq!(before, after);
        assert_eq!(findings(migrated), 0, "broken by a migration");
    }

    let mut damaged = migrated.unwrap_or(memory);
    let mut is_damaged = false;
    for _ in 0..data.int_in_range(0..=3)? {
        let place = *data.choose(&PLACES)?;
        let offset = place + u64::from(data.arbitrary::<u8>()?);
        if offset < damaged.length() && !(4..8).contains(&offset) {
            let byte: u8 = data.arbitrary()?;
            damaged.write(offset, &[byte]).expect("it is inside");
            is_damaged = true;
        }
    }
    if is_damaged {
        findings(&damaged);
        compare(&damaged);
        migrate(data, damaged, target)?;
    }
    Ok(Verdict::Accepted)
}

/// Brings an image to a layout, in steps of any size, opened again in between.
fn migrate(data: &mut Unstructured<'_>, memory: Pages, target: Version) -> Result<Option<Pages>> {
    let Ok(storage) = Storage::open(memory) else {
        return Ok(None);
    };
    let Ok(mut migration) = Migration::new(storage, target) else {
        return Ok(None);
    };
    // Whoever opens the image again begins by reading every record: what always stops before that is over
    // would not get anywhere.
    let mut stops = 0;
    loop {
        let records = data.int_in_range(1..=5)?;
        match migration.step(records) {
            Ok(progress) if progress.is_finished() => {
                return Ok(Some(migration.into_storage().into_memory()));
            }
            Ok(_) => {}
            Err(_) => return Ok(None),
        }
        if stops < 5 && data.ratio(1, 4)? {
            stops += 1;
            let memory = migration.into_storage().into_memory();
            let storage = Storage::open(memory).expect("it opens wherever it stops");
            migration = Migration::new(storage, target).expect("it goes on");
        }
    }
}

/// Reads everything and returns how much of it is broken.
fn findings(memory: &Pages) -> u64 {
    let summary = verify(memory, &mut |_| {}).expect("it is in memory");
    summary.broken
}

fn anchor(data: &mut Unstructured<'_>) -> Result<AnchorRecord> {
    let mut anchor = AnchorRecord::new();
    for _ in 0..data.int_in_range(0..=3)? {
        let device = device(data)?;
        // What breaks the rules stays out.
        _ = anchor.add_device(device);
    }
    Ok(anchor)
}

fn device(data: &mut Unstructured<'_>) -> Result<DeviceRecord> {
    let bytes = |data: &mut Unstructured<'_>, most| {
        let length = data.int_in_range(0..=most)?;
        Ok(data.bytes(length.min(data.len()))?.to_vec())
    };
    let mut device = DeviceRecord {
        pubkey: bytes(data, 90)?,
        alias: (*data.choose(&["", "phone", "ü"])?).to_owned(),
        ..DeviceRecord::default()
    };
    if data.ratio(1, 2)? {
        device.credential_id = Some(bytes(data, 40)?);
    }
    device.purpose = *data.choose(&[Purpose::Authentication, Purpose::Recovery])?;
    device.key_type = *data.choose(&[
        KeyType::Unknown,
        KeyType::Platform,
        KeyType::CrossPlatform,
        KeyType::SeedPhrase,
        KeyType::BrowserStorageKey,
    ])?;
    device.protection = *data.choose(&[Protection::Unprotected, Protection::Protected])?;
    if data.ratio(1, 4)? {
        device.origin = Some("https://identity.example".to_owned());
    }
    if data.ratio(1, 4)? {
        device.last_usage = Some(Timestamp::from_nanos(data.arbitrary()?));
    }
    if data.ratio(1, 4)? {
        let mut metadata = MetadataMap::new();
        metadata.insert("text".to_owned(), MetadataEntry::Text("ü".to_owned()));
        metadata.insert("bytes".to_owned(), MetadataEntry::Bytes(bytes(data, 9)?));
        device.metadata = Some(metadata);
    }
    Ok(device)
}
