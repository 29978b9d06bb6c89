//! Layout 9: what it has beside the records, how that is derived, and what can be wrong with it.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and says how much it tried"
)]

mod damage;
mod stops;

use std::sync::LazyLock;

use hex_literal::hex;
use icid_storage::{
    AnchorRecord, AnchorSource, DeviceHistory, DeviceRecord, Finding, IdRange, KeyType, Keys,
    MAX_STATE_LENGTH, Manager, Map, MapFinding, MapRule, Memory, MemoryError, MemoryId, MemoryMut,
    MemoryRule, Migration, NodeRule, OpenIdKey, OpenMapError, Part, Passkey, Protection, Purpose,
    ReadStateError, RecordBuffer, RecoveryKey, Rule, Salt, Severity, Shape, Storage, StoredAnchor,
    StoredItemError, UnknownField, Values, Version, verify,
};
use principal::Principal;
use proptest::prelude::*;
use time::Timestamp;

const NUMBERED: Shape = Shape::new(Keys::Fixed(8), Values::Any);
const PRINCIPALS: Shape = Shape::new(Keys::AtMost(29), Values::AtMost(8));
const CREDENTIAL_IDS: Shape = Shape::new(Keys::Any, Values::AtMost(8));

fn id(number: u8) -> MemoryId {
    MemoryId::new(number).unwrap()
}

fn device(pubkey: &str, credential_id: Option<&str>) -> DeviceRecord {
    DeviceRecord {
        pubkey: pubkey.as_bytes().to_vec(),
        alias: format!("label of {pubkey}"),
        credential_id: credential_id.map(|id| id.as_bytes().to_vec()),
        ..DeviceRecord::default()
    }
}

fn anchor(devices: &[DeviceRecord]) -> AnchorRecord {
    let mut anchor = AnchorRecord::new();
    for device in devices {
        anchor.add_device(device.clone()).unwrap();
    }
    anchor
}

fn create(version: Version, anchors: &[AnchorRecord]) -> Storage<Vec<u8>> {
    let range = IdRange::new(10_000, 20_000).unwrap();
    let mut storage = Storage::create(Vec::new(), version, range).unwrap();
    storage.set_salt(Salt::new([7; 32]).unwrap()).unwrap();
    for anchor in anchors {
        storage.append(anchor).unwrap();
    }
    storage
}

fn migrate(storage: Storage<Vec<u8>>) -> Storage<Vec<u8>> {
    Migration::new(storage, Version::V9)
        .unwrap()
        .finish()
        .unwrap()
}

fn read<M: Memory>(storage: &Storage<M>, number: u64) -> AnchorRecord {
    let mut buffer = RecordBuffer::new();
    AnchorRecord::of(&storage.anchor(number, &mut buffer).unwrap()).unwrap()
}

fn findings<M: Memory>(memory: &M) -> Vec<Finding> {
    let mut found = Vec::new();
    verify(memory, &mut |finding| found.push(finding)).unwrap();
    found
}

/// What is wrong with the memories of layout 9, and with which anchor.
fn memory_findings<M: Memory>(memory: &M) -> Vec<(u8, Option<u64>, MemoryRule)> {
    let found = findings(memory)
        .into_iter()
        .filter_map(|finding| match finding.rule {
            Rule::Managed { finding } => Some((finding.id.number(), finding.anchor, finding.rule)),
            _ => None,
        });
    found.collect()
}

fn change<T>(
    storage: Storage<Vec<u8>>,
    number: u8,
    shape: Shape,
    edit: impl FnOnce(&mut Map<icid_storage::ViewMut<'_, &mut Vec<u8>>>) -> T,
) -> Vec<u8> {
    let mut image = storage.into_memory();
    let mut manager = Manager::open(&image, 1).unwrap();
    let view = manager.view_mut(&mut image, id(number));
    let mut map = match Map::open(manager_view(&view), shape).map(drop) {
        Ok(()) => Map::open(view, shape).unwrap(),
        Err(OpenMapError::Empty) => Map::create(view, shape).unwrap(),
        Err(error) => panic!("{error}"),
    };
    edit(&mut map);
    image
}

fn manager_view<M: Memory>(view: &M) -> &M {
    view
}

fn principal(pubkey: &[u8]) -> Principal {
    Principal::self_authenticating(pubkey)
}

/// Each kind of device, and what it becomes: the rows of the classification.
#[test]
fn every_kind_of_device_becomes_what_the_service_makes_of_it() {
    let passkey = |pubkey: &str, credential_id: &[u8], history| Passkey {
        pubkey: pubkey.as_bytes().to_vec(),
        credential_id: credential_id.to_vec(),
        origin: "https://identity.ic0.app".into(),
        alias: Some(format!("label of {pubkey}")),
        history,
        ..Passkey::default()
    };
    let history = |credential_id: Option<&str>, purpose, key_type| {
        Some(DeviceHistory {
            credential_id: credential_id.map(|id| id.as_bytes().to_vec()),
            purpose,
            key_type,
            origin: None,
        })
    };
    use KeyType::{BrowserStorageKey, CrossPlatform, Platform, SeedPhrase, Unknown};
    use Purpose::{Authentication, Recovery};
    let with = |credential_id: Option<&str>, purpose, key_type| DeviceRecord {
        purpose,
        key_type,
        ..device("key", credential_id)
    };
    let recovery = |history| RecoveryKey {
        pubkey: b"key".to_vec(),
        history,
        ..RecoveryKey::default()
    };
    let table: [(DeviceRecord, Result<Passkey, RecoveryKey>); 9] = [
        (
            with(Some("id"), Authentication, Unknown),
            Ok(passkey("key", b"id", None)),
        ),
        (
            with(Some("id"), Authentication, Platform),
            Ok(passkey("key", b"id", None)),
        ),
        (
            with(Some("id"), Authentication, CrossPlatform),
            Ok(passkey("key", b"id", None)),
        ),
        (
            with(Some("id"), Recovery, CrossPlatform),
            Ok(passkey(
                "key",
                b"id",
                history(Some("id"), Recovery, CrossPlatform),
            )),
        ),
        (
            with(Some("id"), Authentication, BrowserStorageKey),
            Ok(passkey(
                "key",
                b"id",
                history(Some("id"), Authentication, BrowserStorageKey),
            )),
        ),
        (
            with(None, Authentication, BrowserStorageKey),
            Ok(passkey(
                "key",
                &hex!("deadbeef"),
                history(None, Authentication, BrowserStorageKey),
            )),
        ),
        (with(None, Recovery, SeedPhrase), Err(recovery(None))),
        (
            with(None, Authentication, SeedPhrase),
            Err(recovery(history(None, Authentication, SeedPhrase))),
        ),
        (
            with(None, Authentication, Unknown),
            Err(recovery(history(None, Authentication, Unknown))),
        ),
    ];
    for (device, expected) in table {
        let storage = migrate(create(
            Version::V8,
            &[anchor(std::slice::from_ref(&device))],
        ));
        let stored = storage.stored_anchor(10_000).unwrap().unwrap();
        let (passkeys, recovery_keys) = match &expected {
            Ok(passkey) => (vec![passkey.clone()], Vec::new()),
            Err(key) => (Vec::new(), vec![key.clone()]),
        };
        assert_eq!(stored.passkeys, Some(passkeys), "{device:?}");
        assert_eq!(stored.recovery_keys, Some(recovery_keys), "{device:?}");
        // And back: what a stored anchor does not say is what it is unless somebody says otherwise.
        let [back] = stored.devices().try_into().unwrap();
        let is_passkey = expected.is_ok();
        let is_ordinary =
            matches!(device.key_type, Platform | CrossPlatform) && device.purpose == Authentication;
        let expected = DeviceRecord {
            alias: if is_passkey {
                device.alias.clone()
            } else {
                String::new()
            },
            origin: is_passkey.then(|| "https://identity.ic0.app".into()),
            key_type: if is_ordinary {
                Unknown
            } else {
                device.key_type
            },
            ..device
        };
        assert_eq!(back, expected);
    }
}

#[test]
fn labels_origins_times_and_protection_are_normalised() {
    let passkey = DeviceRecord {
        alias: String::new(),
        origin: Some("https://id.ai".into()),
        aaguid: Some([9; 16]),
        last_usage: Some(Timestamp::from_nanos(1_234)),
        ..device("passkey", Some("id"))
    };
    let phrase = DeviceRecord {
        purpose: Purpose::Recovery,
        key_type: KeyType::SeedPhrase,
        protection: Protection::Protected,
        ..device("phrase", None)
    };
    let mut record = anchor(&[passkey, phrase]);
    record.set_created_at(Some(Timestamp::from_nanos(5)));
    let storage = migrate(create(Version::V8, &[record]));
    let expected = StoredAnchor {
        created_at: Some(Timestamp::from_nanos(5)),
        passkeys: Some(vec![Passkey {
            pubkey: b"passkey".to_vec(),
            credential_id: b"id".to_vec(),
            origin: "https://id.ai".into(),
            last_usage: Some(Timestamp::from_nanos(1_234)),
            aaguid: Some(vec![9; 16]),
            ..Passkey::default()
        }]),
        recovery_keys: Some(vec![RecoveryKey {
            pubkey: b"phrase".to_vec(),
            is_protected: Some(true),
            ..RecoveryKey::default()
        }]),
        unknown: vec![UnknownField {
            key: 1,
            item: vec![0x80],
        }],
        ..StoredAnchor::default()
    };
    assert_eq!(storage.stored_anchor(10_000), Ok(Some(expected)));
}

#[test]
fn passkeys_for_recovery_come_behind_the_others() {
    let recovery = DeviceRecord {
        purpose: Purpose::Recovery,
        ..device("first", Some("1"))
    };
    let record = anchor(&[recovery, device("second", Some("2"))]);
    let storage = migrate(create(Version::V8, &[record]));
    let stored = storage.stored_anchor(10_000).unwrap().unwrap();
    let keys: Vec<_> = stored
        .passkeys
        .into_iter()
        .flatten()
        .map(|key| key.pubkey)
        .collect();
    assert_eq!(keys, [b"second".to_vec(), b"first".to_vec()]);
}

/// The bytes that `minicbor` gives for the same anchor; the interop tests compare them.
#[test]
fn an_anchor_has_the_documented_bytes() {
    let stored = StoredAnchor {
        name: Some("n".into()),
        created_at: Some(Timestamp::from_nanos(1)),
        passkeys: Some(vec![Passkey {
            pubkey: vec![1],
            credential_id: vec![2],
            origin: "o".into(),
            history: Some(DeviceHistory {
                credential_id: Some(vec![2, 200]),
                purpose: Purpose::Recovery,
                key_type: KeyType::CrossPlatform,
                origin: None,
            }),
            ..Passkey::default()
        }]),
        recovery_keys: Some(Vec::new()),
        ..StoredAnchor::default()
    };
    let bytes = hex!(
        "a5 00 616e 01 80 02 01 03 81"
        "a4 00 4101 01 4102 02 616f 07 a3 00 82 02 18c8 01 82 00 80 02 82 02 80"
        "04 80"
    );
    assert_eq!(stored.encode(), bytes);
    let mut parsed = stored;
    parsed.unknown.push(UnknownField {
        key: 1,
        item: vec![0x80],
    });
    assert_eq!(StoredAnchor::parse(&bytes), Ok(parsed));
}

/// Every field of everything in an anchor, so that none is taken for one that nobody knows.
#[test]
fn every_field_has_its_documented_key() {
    let bytes = hex!(
        "a5 00 616e 01 81 a3 00 6169 01 6173 02 6161 02 01"
        "03 81 a8 00 4101 01 4102 02 616f 03 03 04 04 05 616c 06 4105"
        "07 a4 00 82 02 18c8 01 82 00 80 02 82 02 80 03 6170"
        "04 81 a5 00 4106 01 07 02 08 03 f5 04 a2 01 82 01 80 02 82 03 80"
    );
    let stored = StoredAnchor {
        name: Some("n".into()),
        openid_keys: vec![OpenIdKey {
            iss: "i".into(),
            sub: "s".into(),
            aud: "a".into(),
        }],
        created_at: Some(Timestamp::from_nanos(1)),
        passkeys: Some(vec![Passkey {
            pubkey: vec![1],
            credential_id: vec![2],
            origin: "o".into(),
            created_at: Some(Timestamp::from_nanos(3)),
            last_usage: Some(Timestamp::from_nanos(4)),
            alias: Some("l".into()),
            aaguid: Some(vec![5]),
            history: Some(DeviceHistory {
                credential_id: Some(vec![2, 200]),
                purpose: Purpose::Recovery,
                key_type: KeyType::CrossPlatform,
                origin: Some("p".into()),
            }),
            unknown: Vec::new(),
        }]),
        recovery_keys: Some(vec![RecoveryKey {
            pubkey: vec![6],
            created_at: Some(Timestamp::from_nanos(7)),
            last_usage: Some(Timestamp::from_nanos(8)),
            is_protected: Some(true),
            history: Some(DeviceHistory {
                credential_id: None,
                purpose: Purpose::Authentication,
                key_type: KeyType::SeedPhrase,
                origin: None,
            }),
            unknown: Vec::new(),
        }]),
        unknown: vec![UnknownField {
            key: 1,
            item: hex!("81 a3 00 6169 01 6173 02 6161").to_vec(),
        }],
    };
    assert_eq!(StoredAnchor::parse(&bytes), Ok(stored.clone()));
    assert_eq!(stored.encode(), bytes);
}

#[test]
fn every_kind_of_key_has_its_documented_number() {
    for (number, key_type) in [
        (0, KeyType::Unknown),
        (1, KeyType::Platform),
        (2, KeyType::CrossPlatform),
        (3, KeyType::SeedPhrase),
        (4, KeyType::BrowserStorageKey),
    ] {
        let key = hex!("a2 00 4106 04 a2 01 82 01 80 02 82");
        let bytes = [&hex!("a2 01 80 04 81")[..], &key, &[number, 0x80]].concat();
        let parsed = StoredAnchor::parse(&bytes).unwrap();
        let [key] = &parsed.recovery_keys.as_ref().unwrap()[..] else {
            panic!("{key_type:?} is not one key");
        };
        assert_eq!(key.history.as_ref().unwrap().key_type, key_type);
        assert_eq!(parsed.encode(), bytes);
    }
}

#[test]
fn an_openid_key_is_a_map_or_an_array_without_the_audience() {
    let key = |aud: &str| OpenIdKey {
        iss: "i".into(),
        sub: "s".into(),
        aud: aud.into(),
    };
    let whole = hex!("a3 00 6169 01 6173 02 6161");
    assert_eq!(key("a").encode(), whole);
    assert_eq!(OpenIdKey::parse(&whole), Ok(key("a")));
    let with_more = hex!("a4 00 6169 01 6173 02 6161 03 f5");
    assert_eq!(OpenIdKey::parse(&with_more), Ok(key("a")));
    for without in [&hex!("a2 00 6169 01 6173")[..], &hex!("82 6169 6173")] {
        assert_eq!(OpenIdKey::parse(without), Ok(key("")));
    }
    let missing = StoredItemError::MissingField {
        part: Part::OpenId,
        key: 1,
    };
    assert_eq!(OpenIdKey::parse(&hex!("a1 00 6169")), Err(missing));
    for length in [&hex!("81 6169")[..], &hex!("83 6169 6173 6161")] {
        assert!(OpenIdKey::parse(length).is_err());
    }
}

#[test]
fn fields_that_nobody_knows_stay() {
    // Field 6 of the anchor, field 9 of its passkey.
    let bytes = hex!("a3 01 80 03 81 a4 00 4101 01 4102 02 616f 09 f5 06 a1 00 01");
    let parsed = StoredAnchor::parse(&bytes).unwrap();
    assert_eq!(parsed.unknown.len(), 2);
    assert_eq!(parsed.encode(), bytes);
}

#[test]
fn what_is_missing_twice_or_unknown_is_said() {
    let missing = |part, key| Err(StoredItemError::MissingField { part, key });
    let parse = |bytes: &[u8]| StoredAnchor::parse(bytes).map(drop);
    assert_eq!(parse(&hex!("a0")), missing(Part::Anchor, 1));
    assert_eq!(
        parse(&hex!("a2 01 80 03 81 a1 00 4101")),
        missing(Part::Passkey, 1)
    );
    assert_eq!(
        parse(&hex!("a2 01 80 04 81 a0")),
        missing(Part::RecoveryKey, 0)
    );
    assert_eq!(
        parse(&hex!("a1 01 81 a2 00 6169 01 6173")),
        missing(Part::OpenId, 2)
    );
    let twice = StoredItemError::DuplicateField {
        part: Part::Anchor,
        key: 2,
    };
    assert_eq!(parse(&hex!("a3 01 80 02 01 02 02")), Err(twice));
    let variant = StoredItemError::UnknownVariant {
        part: Part::DeviceHistory,
        found: 2,
    };
    assert_eq!(
        parse(&hex!("a2 01 80 04 81 a2 00 4101 04 a1 01 82 02 80")),
        Err(variant)
    );
    let byte = StoredItemError::ByteTooLarge {
        part: Part::DeviceHistory,
        found: 256,
    };
    assert_eq!(
        parse(&hex!("a2 01 80 04 81 a2 00 4101 04 a1 00 81 190100")),
        Err(byte)
    );
}

/// Anchors of every kind, some with the same keys.
fn sample() -> Vec<AnchorRecord> {
    let phrase = DeviceRecord {
        purpose: Purpose::Recovery,
        key_type: KeyType::SeedPhrase,
        ..device("phrase", None)
    };
    let browser = DeviceRecord {
        key_type: KeyType::BrowserStorageKey,
        ..device("browser", None)
    };
    vec![
        anchor(&[
            device("a", Some("id a")),
            device("b", Some("id b")),
            phrase.clone(),
        ]),
        AnchorRecord::new(),
        anchor(&[browser]),
        anchor(&[device("c", Some("id c")), phrase]),
    ]
}

fn memory_bytes(image: &Vec<u8>, number: u8) -> Vec<u8> {
    let manager = Manager::open(image, 1).unwrap();
    let view = manager.view(image, id(number));
    let mut bytes = vec![0; usize::try_from(view.length()).unwrap()];
    view.read(0, &mut bytes).unwrap();
    bytes
}

#[test]
fn a_migration_keeps_every_byte_of_the_memories_that_were_there() {
    let mut storage = create(Version::V8, &sample());
    storage.write_state(b"not Candid, but copied").unwrap();
    let mut image = storage.into_memory();
    // A memory that nobody knows.
    let mut manager = Manager::open(&image, 1).unwrap();
    let mut view = manager.view_mut(&mut image, id(77));
    view.grow(1).unwrap();
    view.write(100, b"whatever it means").unwrap();
    let before = [0, 1, 77].map(|number| memory_bytes(&image, number));
    let storage = migrate(Storage::open(image).unwrap());
    assert_eq!(storage.version(), Version::V9);
    assert_eq!(storage.header().encode().as_bytes().len(), 58);
    assert_eq!(
        storage.state(),
        Ok(Some(b"not Candid, but copied".to_vec()))
    );
    let image = storage.into_memory();
    assert!([0, 1, 77].map(|number| memory_bytes(&image, number)) == before);
    assert_eq!(image[58..74], [0; 16]);
    let rules = memory_findings(&image);
    assert!(rules.contains(&(77, None, MemoryRule::NotInterpreted { pages: 1 })));
}

#[test]
fn what_is_derived_leads_to_the_first_anchor_that_has_it() {
    let image = migrate(create(Version::V8, &sample())).into_memory();
    let manager = Manager::open(&image, 1).unwrap();
    let look = |number, shape, key: &[u8]| {
        let map = Map::open(manager.view(&image, id(number)), shape).unwrap();
        let value = map.get(key).unwrap();
        value.map(|value| u64::from_be_bytes(value.try_into().unwrap()))
    };
    assert_eq!(look(9, CREDENTIAL_IDS, b"id b"), Some(10_000));
    assert_eq!(look(9, CREDENTIAL_IDS, b"id c"), Some(10_003));
    assert_eq!(look(9, CREDENTIAL_IDS, &hex!("deadbeef")), Some(10_002));
    assert_eq!(look(9, CREDENTIAL_IDS, b"id x"), None);
    assert_eq!(
        look(22, PRINCIPALS, principal(b"a").as_bytes()),
        Some(10_000)
    );
    assert_eq!(
        look(22, PRINCIPALS, principal(b"browser").as_bytes()),
        Some(10_002)
    );
    // Two anchors have the phrase.
    assert_eq!(
        look(21, PRINCIPALS, principal(b"phrase").as_bytes()),
        Some(10_000)
    );
    assert_eq!(
        memory_findings(&image),
        [(
            16,
            Some(10_003),
            MemoryRule::IndexLeadsElsewhere {
                index: id(21),
                number: 10_000
            }
        )]
    );
}

#[test]
fn writing_keeps_what_leads_to_an_anchor() {
    let mut storage = create(Version::V9, &sample());
    let owner = principal(b"a");
    let mut record = read(&storage, 10_000);
    record.remove_device(b"b", &owner).unwrap();
    record.add_device(device("d", Some("id d"))).unwrap();
    storage.write(10_000, &record).unwrap();
    assert_eq!(read(&storage, 10_000), record);
    let image = storage.into_memory();
    let manager = Manager::open(&image, 1).unwrap();
    let map = Map::open(manager.view(&image, id(9)), CREDENTIAL_IDS).unwrap();
    assert_eq!(map.contains(b"id b"), Ok(false));
    assert_eq!(
        map.get(b"id d"),
        Ok(Some(10_000_u64.to_be_bytes().to_vec()))
    );
    let broken = findings(&image)
        .into_iter()
        .filter(|it| it.rule.severity() != Severity::Note);
    assert_eq!(broken.collect::<Vec<_>>(), []);
}

#[test]
fn writing_keeps_what_a_record_does_not_say_of_a_key() {
    let number = 10_000_u64.to_be_bytes();
    let (mut before, mut after) = (StoredAnchor::default(), StoredAnchor::default());
    let image = change(create(Version::V9, &sample()), 16, NUMBERED, |map| {
        before = StoredAnchor::parse(&map.get(&number).unwrap().unwrap()).unwrap();
        let field = |byte| {
            vec![UnknownField {
                key: 9,
                item: vec![byte],
            }]
        };
        for (byte, key) in (1..).zip(before.passkeys.iter_mut().flatten()) {
            key.created_at = Some(Timestamp::from_nanos(byte.into()));
            key.unknown = field(byte);
        }
        for (byte, key) in (11..).zip(before.recovery_keys.iter_mut().flatten()) {
            key.created_at = Some(Timestamp::from_nanos(byte.into()));
            key.unknown = field(byte);
        }
        map.insert(&number, &before.encode()).unwrap();
    });
    let mut storage = Storage::open(image).unwrap();
    let mut record = read(&storage, 10_000);
    record.add_device(device("d", Some("id d"))).unwrap();
    storage.write(10_000, &record).unwrap();
    change(storage, 16, NUMBERED, |map| {
        after = StoredAnchor::parse(&map.get(&number).unwrap().unwrap()).unwrap();
    });
    let added = after.passkeys.as_mut().and_then(Vec::pop).unwrap();
    assert_eq!((added.pubkey, added.created_at), (b"d".to_vec(), None));
    assert_eq!(after, before);
}

#[test]
fn a_migration_that_stopped_goes_on_with_the_last_anchor_that_was_written() {
    let anchors: Vec<_> = (0..40)
        .map(|number| anchor(&[device(&format!("key {number}"), None)]))
        .collect();
    let steps = |migration: &mut Migration<Vec<u8>>| {
        (1..).find(|_| migration.step(1).unwrap().is_finished())
    };
    let begin = |storage| Migration::new(storage, Version::V9).unwrap();
    let mut whole = begin(create(Version::V8, &anchors));
    // Reading each record, making the maps, deriving from each, writing the header.
    assert_eq!(steps(&mut whole), Some(40 + 1 + 40 + 1));
    let whole = whole.into_storage().into_memory();
    let mut stopped = begin(create(Version::V8, &anchors));
    stopped.step(40 + 1 + 20).unwrap();
    let storage = Storage::open(stopped.into_storage().into_memory()).unwrap();
    let mut resumed = begin(storage);
    assert_eq!(steps(&mut resumed), Some(40 + 1 + 21 + 1));
    assert!(resumed.into_storage().into_memory() == whole);
}

#[test]
fn a_state_in_a_cell_has_the_limit_of_one_behind_the_records() {
    let longest = usize::try_from(MAX_STATE_LENGTH).unwrap();
    let mut storage = create(Version::V9, &[]);
    storage.write_state(&vec![1; longest]).unwrap();
    assert_eq!(storage.state_length(), Ok(Some(MAX_STATE_LENGTH)));
    let mut image = storage.into_memory();
    let mut manager = Manager::open(&image, 1).unwrap();
    let cell = manager.view_mut(&mut image, id(2));
    icid_storage::Cell::write(cell, &vec![1; longest + 1]).unwrap();
    let length = MAX_STATE_LENGTH + 1;
    let storage = Storage::open(image).unwrap();
    let error = ReadStateError::TooLong { length };
    assert_eq!(storage.state_length(), Err(error));
    assert_eq!(storage.state(), Err(error));
}

/// Only the buckets are given away in another order.
#[test]
fn a_migrated_image_has_the_memories_of_one_that_was_written_so() {
    let written = create(Version::V9, &sample()).into_memory();
    let migrated = migrate(create(Version::V8, &sample())).into_memory();
    assert!(written[..65_536] == migrated[..65_536]);
    for number in [0, 1, 2, 9, 16, 21, 22] {
        assert!(
            memory_bytes(&written, number) == memory_bytes(&migrated, number),
            "{number}"
        );
    }
}

#[test]
fn an_anchor_without_a_record_is_read_from_memory_16() {
    let storage = create(Version::V9, &sample());
    assert_eq!(storage.anchor_source(10_000), Ok(AnchorSource::Record));
    let mut image = storage.into_memory();
    // A service of 2026 makes no records: there is nothing where that of anchor 10000 would be.
    let mut manager = Manager::open(&image, 1).unwrap();
    manager
        .view_mut(&mut image, id(0))
        .write(0, &[0; 4096])
        .unwrap();
    let storage = Storage::open(image).unwrap();
    assert_eq!(
        storage.anchor_source(10_000),
        Ok(AnchorSource::StoredAnchor)
    );
    let devices = read(&storage, 10_000).devices().to_vec();
    let keys: Vec<_> = devices.iter().map(|it| it.pubkey.as_slice()).collect();
    assert_eq!(keys, [b"a".as_slice(), b"b", b"phrase"]);
    assert_eq!(devices[2].key_type, KeyType::SeedPhrase);
    assert_eq!(storage.anchor_source(10_003), Ok(AnchorSource::Record));
    let image = storage.into_memory();
    let broken = findings(&image)
        .into_iter()
        .filter(|it| it.rule.severity() != Severity::Note);
    assert_eq!(broken.collect::<Vec<_>>(), []);
    let summary = verify(&image, &mut |_| {}).unwrap();
    assert_eq!((summary.devices, summary.without_devices), (6, 1));
    assert_eq!((summary.never_written, summary.unreadable), (0, 0));
    // One that has no key at all, one that cannot be read, and none.
    let entry = |value: Option<&[u8]>| {
        let image = change(Storage::open(image.clone()).unwrap(), 16, NUMBERED, |map| {
            let number = 10_000_u64.to_be_bytes();
            match value {
                Some(value) => map.insert(&number, value).unwrap(),
                None => map.remove(&number).unwrap(),
            }
        });
        let summary = verify(&image, &mut |_| {}).unwrap();
        (
            summary.devices,
            summary.without_devices,
            summary.unreadable,
            summary.never_written,
        )
    };
    assert_eq!(entry(Some(&hex!("a1 01 80"))), (3, 2, 0, 0));
    assert_eq!(entry(Some(&hex!("a0"))), (3, 1, 1, 0));
    assert_eq!(entry(None), (3, 1, 0, 1));
}

#[test]
fn the_memory_of_records_may_end_before_them() {
    // No record at all: memory 0 was never made longer.
    let stored = StoredAnchor {
        passkeys: Some(vec![Passkey {
            pubkey: b"key".to_vec(),
            credential_id: b"id".to_vec(),
            origin: "o".into(),
            ..Passkey::default()
        }]),
        ..StoredAnchor::default()
    };
    let storage = create(Version::V9, &[]);
    let mut image = change(storage, 16, NUMBERED, |map| {
        map.insert(&10_000_u64.to_be_bytes(), &stored.encode())
            .unwrap();
    });
    image[4] = 1;
    let storage = Storage::open(image).unwrap();
    assert_eq!(
        storage.anchor_source(10_000),
        Ok(AnchorSource::StoredAnchor)
    );
    assert_eq!(read(&storage, 10_000).devices()[0].pubkey, b"key");
}

#[test]
fn a_length_in_the_last_two_bytes_of_the_memory_is_one_of_a_record() {
    // Of records of 2114 bytes, number 31 begins two bytes before the end of a page.
    let mut image = create(Version::V9, &[]).into_memory();
    image[4] = 32;
    image[24..26].copy_from_slice(&2114_u16.to_le_bytes());
    let mut manager = Manager::open(&image, 1).unwrap();
    let mut view = manager.view_mut(&mut image, id(0));
    view.grow(1).unwrap();
    assert_eq!(view.length(), 31 * 2114 + 2);
    let source = |image: &Vec<u8>| Storage::open(image).unwrap().anchor_source(10_031);
    assert_eq!(source(&image), Ok(AnchorSource::Nowhere));
    let mut view = manager.view_mut(&mut image, id(0));
    view.write(31 * 2114, &[1, 0]).unwrap();
    assert_eq!(source(&image), Ok(AnchorSource::Record));
}
