//! Anchors that are changed: today's rules, both sides of each limit, and their order.

use icid_storage::{
    AllocateError, AnchorError, AnchorRecord, DeviceRecord, EncodeRecordError, Field, Form,
    IdRange, KeyType, MAX_METADATA_DEPTH, MemoryError, MetadataEntry, MetadataMap, Protection,
    RESERVED_KEYS, RangeError, Salt, SetRangeError, SetSaltError, Storage, Version,
    WriteAnchorError,
};
use principal::Principal;
use time::Timestamp;

use crate::support::{FailsOnce, anchor, anchors, device, image, late_device, phrase, range, read};

fn anonymous() -> Principal {
    Principal::from_slice(&[4]).unwrap()
}

fn with(devices: impl IntoIterator<Item = DeviceRecord>) -> AnchorRecord {
    let mut anchor = AnchorRecord::new();
    for device in devices {
        anchor.add_device(device).unwrap();
    }
    anchor
}

fn metadata(entries: &[(&str, &str)]) -> MetadataMap {
    let mut map = MetadataMap::new();
    for (key, value) in entries {
        assert!(map.insert((*key).into(), MetadataEntry::Text((*value).into())));
    }
    map
}

#[test]
fn a_key_belongs_to_one_device() {
    let mut anchor = with([device(1), device(2)]);
    let again = DeviceRecord {
        alias: "other".into(),
        ..device(2)
    };
    assert_eq!(
        anchor.add_device(again),
        Err(AnchorError::DuplicateDevice { position: 1 })
    );
    assert_eq!(anchor, with([device(1), device(2)]));
}

#[test]
fn fields_have_limits() {
    let of_length = |field, length: usize| {
        let mut device = DeviceRecord::default();
        match field {
            Field::Alias => device.alias = "x".repeat(length),
            Field::Pubkey => device.pubkey = vec![1; length],
            Field::CredentialId => device.credential_id = Some(vec![1; length]),
            _ => device.origin = Some("x".repeat(length)),
        }
        AnchorRecord::new().add_device(device)
    };
    for (field, limit) in [
        (Field::Alias, 64),
        (Field::Pubkey, 300),
        (Field::CredentialId, 350),
        (Field::Origin, 50),
    ] {
        assert_eq!(of_length(field, limit), Ok(()));
        let length = limit + 1;
        let error = AnchorError::FieldTooLong {
            field,
            length,
            limit,
        };
        assert_eq!(of_length(field, length), Err(error));
    }
}

#[test]
fn reserved_keys_are_not_for_metadata() {
    for key in RESERVED_KEYS {
        let device = DeviceRecord {
            metadata: Some(metadata(&[("a", ""), (key, "")])),
            ..device(1)
        };
        let error = AnchorError::ReservedKey { key };
        assert_eq!(AnchorRecord::new().add_device(device), Err(error));
        // Metadata of the anchor itself may have them.
        let mut anchor = AnchorRecord::new();
        assert_eq!(anchor.replace_metadata(metadata(&[(key, "")])), Ok(()));
    }
}

#[test]
fn a_recovery_phrase_has_no_credential_id() {
    let device = DeviceRecord {
        credential_id: Some(Vec::new()),
        ..phrase(1, Protection::Unprotected)
    };
    let error = AnchorError::RecoveryPhraseWithCredentialId;
    assert_eq!(AnchorRecord::new().add_device(device), Err(error));
}

#[test]
fn only_recovery_phrases_are_protected() {
    for key_type in [
        KeyType::BrowserStorageKey,
        KeyType::CrossPlatform,
        KeyType::Platform,
        KeyType::Unknown,
    ] {
        let device = DeviceRecord {
            key_type,
            protection: Protection::Protected,
            ..device(1)
        };
        let error = AnchorError::ProtectedKeyType { key_type };
        assert_eq!(AnchorRecord::new().add_device(device), Err(error));
    }
    let mut anchor = AnchorRecord::new();
    assert_eq!(anchor.add_device(phrase(1, Protection::Protected)), Ok(()));
}

#[test]
fn ten_devices_are_enough() {
    let mut anchor = with((0..10).map(device));
    let error = AnchorError::TooManyDevices { count: 11 };
    assert_eq!(anchor.add_device(device(10)), Err(error));
}

#[test]
fn one_recovery_phrase_is_enough() {
    let mut anchor = with([phrase(1, Protection::Unprotected)]);
    let error = AnchorError::MultipleRecoveryPhrases { count: 2 };
    assert_eq!(
        anchor.add_device(phrase(2, Protection::Unprotected)),
        Err(error)
    );
    // Another device may become the second one neither.
    anchor.add_device(device(3)).unwrap();
    let changed = DeviceRecord {
        pubkey: device(3).pubkey,
        ..phrase(3, Protection::Unprotected)
    };
    assert_eq!(
        anchor.modify_device(&device(3).pubkey, changed, &anonymous()),
        Err(error)
    );
}

#[test]
fn all_texts_and_blobs_together_have_a_limit() {
    // 300 for the key and 350 for the credential id: 650 bytes each.
    let large = |number: u8, rest: usize| DeviceRecord {
        pubkey: vec![number; 300],
        credential_id: Some(vec![number; rest]),
        ..DeviceRecord::default()
    };
    let mut anchor = with([large(1, 350), large(2, 350), large(3, 350)]);
    // 1950 so far; 300 and 250 more are 2500.
    let error = AnchorError::TooLarge { size: 2501 };
    assert_eq!(anchor.add_device(large(4, 251)), Err(error));
    assert_eq!(anchor.add_device(large(4, 250)), Ok(()));
    assert_eq!(anchor.replace_metadata(metadata(&[])), Ok(()));
    assert_eq!(anchor.replace_metadata(metadata(&[("k", "")])), Err(error));
    // Alias, origin and metadata count, too.
    let actor = anonymous();
    let mut device = large(4, 250);
    device.alias = "a".into();
    assert_eq!(
        anchor.modify_device(&[4; 300], device.clone(), &actor),
        Err(error)
    );
    device.alias.clear();
    device.origin = Some("o".into());
    assert_eq!(
        anchor.modify_device(&[4; 300], device.clone(), &actor),
        Err(error)
    );
    device.origin = None;
    device.metadata = Some(metadata(&[("", "m")]));
    assert_eq!(anchor.modify_device(&[4; 300], device, &actor), Err(error));
    // So does the metadata of the anchor itself.
    let mut anchor = with([large(1, 350), large(2, 350), large(3, 350)]);
    anchor.replace_metadata(metadata(&[("k", "")])).unwrap();
    assert_eq!(anchor.add_device(large(4, 250)), Err(error));
    assert_eq!(anchor.add_device(large(4, 249)), Ok(()));
    let changed = anchor.modify_device(&[4; 300], large(4, 250), &actor);
    assert_eq!(changed, Err(error));
}

#[test]
fn checks_come_in_the_order_of_the_service() {
    // Everything is wrong with this device; each time the first thing is mended.
    let mut anchor = with(
        (0..9)
            .map(device)
            .chain([phrase(90, Protection::Protected)]),
    );
    let mut bad = DeviceRecord {
        pubkey: device(3).pubkey,
        alias: "x".repeat(65),
        credential_id: Some(vec![0; 351]),
        key_type: KeyType::SeedPhrase,
        origin: Some("x".repeat(51)),
        metadata: Some(metadata(&[("alias", &"x".repeat(2500))])),
        ..DeviceRecord::default()
    };
    let mut fails = |device: &DeviceRecord, error| {
        assert_eq!(anchor.add_device(device.clone()), Err(error));
    };
    fails(&bad, AnchorError::DuplicateDevice { position: 3 });
    bad.pubkey = vec![0; 301];
    fails(&bad, AnchorError::ReservedKey { key: "alias" });
    bad.metadata = Some(metadata(&[("k", &"x".repeat(2500))]));
    let too_long = |field, length, limit| AnchorError::FieldTooLong {
        field,
        length,
        limit,
    };
    fails(&bad, too_long(Field::Alias, 65, 64));
    bad.alias.clear();
    fails(&bad, too_long(Field::Pubkey, 301, 300));
    bad.pubkey = b"new".to_vec();
    fails(&bad, too_long(Field::CredentialId, 351, 350));
    bad.credential_id = Some(Vec::new());
    fails(&bad, too_long(Field::Origin, 51, 50));
    bad.origin = None;
    fails(&bad, AnchorError::RecoveryPhraseWithCredentialId);
    bad.key_type = KeyType::Platform;
    bad.protection = Protection::Protected;
    let key_type = KeyType::Platform;
    fails(&bad, AnchorError::ProtectedKeyType { key_type });
    bad.key_type = KeyType::SeedPhrase;
    bad.credential_id = None;
    fails(&bad, AnchorError::TooManyDevices { count: 11 });
    let actor = anonymous();
    anchor.remove_device(&device(0).pubkey, &actor).unwrap();
    let result = anchor.add_device(bad.clone());
    assert!(
        matches!(result, Err(AnchorError::TooLarge { .. })),
        "{result:?}"
    );
    bad.metadata = None;
    let error = AnchorError::MultipleRecoveryPhrases { count: 2 };
    assert_eq!(anchor.add_device(bad.clone()), Err(error));
    bad.key_type = KeyType::Platform;
    bad.protection = Protection::Unprotected;
    assert_eq!(anchor.add_device(bad), Ok(()));
}

#[test]
fn a_change_asks_for_the_key_then_the_device_then_who_acts() {
    let protected = phrase(1, Protection::Protected);
    let mut anchor = with([protected.clone(), device(2)]);
    let owner = Principal::self_authenticating(&protected.pubkey);
    let open = DeviceRecord {
        protection: Protection::Unprotected,
        ..protected.clone()
    };
    let bad = DeviceRecord {
        alias: "x".repeat(65),
        ..protected.clone()
    };
    let key = protected.pubkey.as_slice();
    let stranger = anonymous();
    assert_eq!(
        anchor.modify_device(b"no such", bad.clone(), &stranger),
        Err(AnchorError::ChangedKey)
    );
    let unknown = DeviceRecord {
        pubkey: b"no such".to_vec(),
        ..bad.clone()
    };
    let too_long = AnchorError::FieldTooLong {
        field: Field::Alias,
        length: 65,
        limit: 64,
    };
    assert_eq!(
        anchor.modify_device(b"no such", unknown.clone(), &stranger),
        Err(too_long)
    );
    let unknown = DeviceRecord {
        alias: String::new(),
        ..unknown
    };
    assert_eq!(
        anchor.modify_device(b"no such", unknown, &stranger),
        Err(AnchorError::NoSuchDevice)
    );
    // It is the stored device that is protected or not.
    let error = AnchorError::Protected {
        authorized: owner,
        actual: stranger,
    };
    assert_eq!(
        anchor.modify_device(key, open.clone(), &stranger),
        Err(error)
    );
    assert_eq!(anchor.remove_device(key, &stranger), Err(error));
    assert_eq!(anchor.replace_device(key, device(3), &stranger), Err(error));
    assert_eq!(anchor.modify_device(key, open.clone(), &owner), Ok(()));
    assert_eq!(anchor.devices(), [open, device(2)]);
    assert_eq!(
        anchor.modify_device(key, protected.clone(), &stranger),
        Ok(())
    );
    assert_eq!(anchor.devices(), [protected, device(2)]);
}

#[test]
fn a_replacement_is_both_or_nothing() {
    let mut anchor = with([device(1), device(2)]);
    let stranger = anonymous();
    let error = AnchorError::DuplicateDevice { position: 0 };
    assert_eq!(
        anchor.replace_device(&device(1).pubkey, device(2), &stranger),
        Err(error)
    );
    assert_eq!(anchor.devices(), [device(1), device(2)]);
    assert_eq!(
        anchor.replace_device(b"no", device(3), &stranger),
        Err(AnchorError::NoSuchDevice)
    );
    assert_eq!(
        anchor.replace_device(&device(1).pubkey, device(1), &stranger),
        Ok(())
    );
    assert_eq!(anchor.devices(), [device(2), device(1)]);
}

#[test]
fn the_last_device_can_be_removed_and_usage_be_told() {
    let mut anchor = with([device(1)]);
    let time = Timestamp::from_nanos(7);
    assert_eq!(
        anchor.set_last_usage(b"no", time),
        Err(AnchorError::NoSuchDevice)
    );
    assert_eq!(anchor.set_last_usage(&device(1).pubkey, time), Ok(()));
    let removed = anchor
        .remove_device(&device(1).pubkey, &anonymous())
        .unwrap();
    assert_eq!(removed.last_usage, Some(time));
    assert_eq!(anchor.devices(), []);
    let error = Err(AnchorError::NoSuchDevice);
    assert_eq!(anchor.remove_device(&device(1).pubkey, &anonymous()), error);
}

#[test]
fn maps_go_only_so_deep() {
    let mut map = MetadataMap::new();
    for _ in 1..MAX_METADATA_DEPTH {
        let mut outer = MetadataMap::new();
        assert!(outer.insert("m".into(), MetadataEntry::Map(map)));
        map = outer;
    }
    let mut outer = MetadataMap::new();
    assert!(!outer.insert("m".into(), MetadataEntry::Map(map)));
    assert_eq!(outer.entries().len(), 0);
}

#[test]
fn early_layouts_have_no_place_for_late_fields() {
    let cases = [
        (
            Field::Origin,
            DeviceRecord {
                origin: Some(String::new()),
                ..device(1)
            },
        ),
        (
            Field::LastUsage,
            DeviceRecord {
                last_usage: Some(Timestamp::from_nanos(0)),
                ..device(1)
            },
        ),
        (
            Field::Metadata,
            DeviceRecord {
                metadata: Some(MetadataMap::new()),
                ..device(1)
            },
        ),
        (
            Field::Aaguid,
            DeviceRecord {
                aaguid: Some([0; 16]),
                ..device(1)
            },
        ),
    ];
    for version in [Version::V1, Version::V3] {
        let mut storage = Storage::open(image(version, &anchors(1))).unwrap();
        for (field, device) in cases.clone() {
            let error = EncodeRecordError::NoPlace { field };
            let anchor = with([device]);
            assert_eq!(
                storage.append(&anchor),
                Err(AllocateError::Encode { error })
            );
            assert_eq!(
                storage.write(10_000, &anchor),
                Err(WriteAnchorError::Encode { error })
            );
        }
        let mut own = AnchorRecord::new();
        own.set_created_at(Some(Timestamp::from_nanos(1)));
        let error = EncodeRecordError::NoPlace {
            field: Field::CreatedAt,
        };
        assert_eq!(storage.append(&own), Err(AllocateError::Encode { error }));
        let mut own = AnchorRecord::new();
        own.replace_metadata(MetadataMap::new()).unwrap();
        let error = EncodeRecordError::NoPlace {
            field: Field::Metadata,
        };
        assert_eq!(storage.append(&own), Err(AllocateError::Encode { error }));
        assert_eq!(storage.anchor_count(), 1);
    }
}

#[test]
fn what_does_not_fit_is_not_written() {
    // An anchor that today's rules allow, and that the first layout has no room for.
    let large = |number: u8| DeviceRecord {
        pubkey: vec![number; 300],
        credential_id: Some(vec![number; 350]),
        ..DeviceRecord::default()
    };
    let anchor = with([large(1), large(2), large(3)]);
    let length = anchor.encode(Form::Devices).unwrap().len();
    let error = EncodeRecordError::TooLong {
        length,
        limit: 2046,
    };
    let mut storage = Storage::open(image(Version::V1, &anchors(1))).unwrap();
    let before = storage.memory().clone();
    assert_eq!(
        storage.append(&anchor),
        Err(AllocateError::Encode { error })
    );
    assert_eq!(
        storage.write(10_000, &anchor),
        Err(WriteAnchorError::Encode { error })
    );
    assert!(*storage.memory() == before);
    let mut storage = Storage::open(image(Version::V3, &anchors(1))).unwrap();
    assert_eq!(storage.append(&anchor), Ok(10_001));
}

#[test]
fn what_fills_a_record_is_written() {
    let with_id = |length| {
        let large = |number: u8, length| DeviceRecord {
            pubkey: vec![number; 300],
            credential_id: Some(vec![number; length]),
            ..DeviceRecord::default()
        };
        with([large(1, 350), large(2, 350), large(3, length)])
    };
    let length_of = |anchor: &AnchorRecord| anchor.encode(Form::Devices).unwrap().len();
    let filling = 200 + 2046 - length_of(&with_id(200));
    let (full, too_long) = (with_id(filling), with_id(filling + 1));
    assert_eq!((length_of(&full), length_of(&too_long)), (2046, 2047));
    let mut storage = Storage::open(image(Version::V1, &[])).unwrap();
    assert_eq!(storage.append(&full), Ok(10_000));
    assert_eq!(storage.write(10_000, &full), Ok(()));
    let error = EncodeRecordError::TooLong {
        length: 2047,
        limit: 2046,
    };
    assert_eq!(
        storage.append(&too_long),
        Err(AllocateError::Encode { error })
    );
    assert_eq!(read(storage.memory()), [full]);
}

#[test]
fn numbers_end_with_the_range() {
    for version in [Version::V1, Version::V5, Version::V8] {
        let range = IdRange::new(10_000, 10_002).unwrap();
        let mut storage = Storage::create(Vec::new(), version, range).unwrap();
        assert_eq!(storage.allocate(), Ok(10_000));
        assert_eq!(storage.append(&anchor(2)), Ok(10_001));
        let error = AllocateError::Full { end: 10_002 };
        assert_eq!(storage.allocate(), Err(error));
        assert_eq!(storage.append(&anchor(2)), Err(error));
        let error = WriteAnchorError::NoSuchAnchor { number: 10_002 };
        assert_eq!(storage.write(10_002, &anchor(2)), Err(error));
        let error = WriteAnchorError::NoSuchAnchor { number: 9_999 };
        assert_eq!(storage.write(9_999, &anchor(2)), Err(error));
        assert_eq!(storage.write(10_000, &anchor(1)), Ok(()));
    }
}

#[test]
fn a_range_keeps_the_anchors_there_are() {
    let set = |count, start, end| {
        let mut storage = Storage::open(image(Version::V3, &anchors(count))).unwrap();
        storage
            .set_range(IdRange::new(start, end).unwrap())
            .map(|()| storage.range())
    };
    let range = |start, end| IdRange::new(start, end).unwrap();
    let refused = |error| Err(SetRangeError::Range { error });
    assert_eq!(set(3, 10_000, 10_003), Ok(range(10_000, 10_003)));
    let error = RangeError::TooSmall {
        length: 2,
        count: 3,
    };
    assert_eq!(set(3, 10_000, 10_002), refused(error));
    let error = RangeError::OtherStart {
        start: 9_999,
        first: 10_000,
    };
    assert_eq!(set(3, 9_999, 10_003), refused(error));
    assert_eq!(set(0, 5, 5), Ok(range(5, 5)));
    assert_eq!(
        set(3, 10_000, 10_000 + 8_178_860),
        Ok(range(10_000, 8_188_860))
    );
    let error = RangeError::TooLarge {
        length: 8_178_861,
        capacity: 8_178_860,
    };
    // The first check, before the start is compared.
    assert_eq!(set(3, 9_999, 9_999 + 8_178_861), refused(error));
}

#[test]
fn a_salt_stays() {
    let mut storage = Storage::create(Vec::new(), Version::V1, range()).unwrap();
    assert_eq!(storage.salt(), None);
    assert_eq!(storage.set_salt(Salt::new([1; 32]).unwrap()), Ok(()));
    let error = Err(SetSaltError::AlreadySet);
    assert_eq!(storage.set_salt(Salt::new([2; 32]).unwrap()), error);
    assert_eq!(storage.salt(), Salt::new([1; 32]));
}

#[test]
fn what_is_not_known_is_not_overwritten() {
    use candid_wire::{Type, Value, encode};
    let ty = Type::record([("devices", Type::vec(Type::Nat)), ("new", Type::Text)]);
    let value = Value::record([("devices", Value::vec([])), ("new", Value::Text("x"))]);
    // No devices, so that their type does not matter; one field that nobody knows.
    let content = encode(&[(&ty, &value)]).unwrap();
    let mut memory = image(Version::V5, &anchors(2));
    let at = 131_072 + 4096;
    memory[at..at + 2].copy_from_slice(&(content.len() as u16).to_le_bytes());
    memory[at + 2..at + 2 + content.len()].copy_from_slice(&content);
    let mut storage = Storage::open(memory.clone()).unwrap();
    let error = WriteAnchorError::UnknownFields { count: 1 };
    assert_eq!(storage.write(10_001, &anchor(1)), Err(error));
    assert!(*storage.memory() == memory);
    // What cannot be read is not overwritten either.
    memory[at + 2] = b'X';
    let mut storage = Storage::open(memory.clone()).unwrap();
    let result = storage.write(10_001, &anchor(1));
    assert!(
        matches!(result, Err(WriteAnchorError::Unreadable { .. })),
        "{result:?}"
    );
    assert!(*storage.memory() == memory);
    assert_eq!(storage.write(10_000, &with([late_device(1)])), Ok(()));
}

#[test]
fn records_of_another_length_are_read_and_not_written() {
    // The service's own test vectors have them.
    let mut memory = image(Version::V5, &anchors(2));
    memory[24..26].copy_from_slice(&2048_u16.to_le_bytes());
    memory.copy_within(131_072 + 4096..131_072 + 6144, 131_072 + 2048);
    let mut storage = Storage::open(memory.clone()).unwrap();
    assert_eq!(read(&memory), anchors(2));
    assert_eq!(storage.allocate(), Err(AllocateError::Irregular));
    assert_eq!(
        storage.write(10_000, &anchor(1)),
        Err(WriteAnchorError::Irregular)
    );
}

#[test]
fn an_image_that_lacks_records_does_not_get_more() {
    for version in [Version::V1, Version::V5] {
        let whole = image(version, &anchors(40));
        let mut storage = Storage::open(whole[..whole.len() - 65_536].to_vec()).unwrap();
        assert_eq!(storage.allocate(), Err(AllocateError::Truncated));
        assert_eq!(storage.append(&anchor(1)), Err(AllocateError::Truncated));
    }
}

#[test]
fn no_number_is_given_away_when_the_last_record_cannot_be_read() {
    // The last record has all that was written of it, and the memory ends before the record does.
    let mut bytes = image(Version::V1, &anchors(34));
    bytes.truncate(512 + 33 * 2048 + 200);
    let before = bytes.clone();
    let mut storage = Storage::open(FailsOnce::never(&mut bytes)).unwrap();
    storage.memory().after(0);
    let error = AllocateError::Memory {
        error: MemoryError::Device,
    };
    assert_eq!(storage.allocate(), Err(error));
    assert_eq!(*storage.memory().bytes, before);
    assert_eq!(storage.allocate(), Ok(10_034));
}
