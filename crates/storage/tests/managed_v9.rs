//! Layout 9: what it has beside the records, how that is derived, and what can be wrong with it.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and says how much it tried"
)]

use std::cell::RefCell;
use std::sync::LazyLock;

use hex_literal::hex;
use icid_storage::{
    AnchorRecord, AnchorSource, DeviceHistory, DeviceRecord, Finding, IdRange, KeyType, Keys,
    Manager, Map, MapFinding, MapRule, Memory, MemoryError, MemoryId, MemoryMut, MemoryRule,
    Migration, NodeRule, OpenMapError, Part, Passkey, Protection, Purpose, RecordBuffer,
    RecoveryKey, Rule, Salt, Severity, Shape, Storage, StoredAnchor, StoredItemError, UnknownField,
    Values, Version, verify,
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
fn every_damage_between_anchors_and_indexes_is_found() {
    let one = || create(Version::V9, &[anchor(&[device("a", Some("id a"))])]);
    let number = |number: u64| number.to_be_bytes();
    assert_eq!(memory_findings(one().memory()), []);
    // A credential that leads nowhere.
    let image = change(one(), 9, CREDENTIAL_IDS, |map| map.remove(b"id a").unwrap());
    let rule = MemoryRule::AbsentFromIndex { index: id(9) };
    assert_eq!(memory_findings(&image), [(16, Some(10_000), rule)]);
    // An entry that leads to nobody, and one to somebody else.
    let image = change(one(), 9, CREDENTIAL_IDS, |map| {
        map.insert(b"stray", &number(10_001)).unwrap();
        map.insert(b"strayed", &number(10_000)).unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [
            (9, Some(10_001), MemoryRule::NoSuchAnchor { number: 10_001 }),
            (
                9,
                Some(10_000),
                MemoryRule::IndexLeadsAstray { number: 10_000 }
            ),
        ]
    );
    // An entry that leads to no number.
    let image = change(one(), 22, PRINCIPALS, |map| {
        map.insert(&[1; 29], &[1; 7]).unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [(22, None, MemoryRule::ItemLength { length: 7 })]
    );
    // An anchor that is not there, and one whose number nobody has.
    let image = change(one(), 16, NUMBERED, |map| {
        let value = map.remove(&number(10_000)).unwrap().unwrap();
        map.insert(&number(10_005), &value).unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [
            (16, Some(10_000), MemoryRule::AbsentAnchor),
            (
                16,
                Some(10_005),
                MemoryRule::NoSuchAnchor { number: 10_005 }
            ),
            (
                16,
                Some(10_005),
                MemoryRule::IndexLeadsElsewhere {
                    index: id(9),
                    number: 10_000
                }
            ),
            (
                16,
                Some(10_005),
                MemoryRule::IndexLeadsElsewhere {
                    index: id(22),
                    number: 10_000
                }
            ),
            (9, Some(10_000), MemoryRule::NoSuchAnchor { number: 10_000 }),
            (
                22,
                Some(10_000),
                MemoryRule::NoSuchAnchor { number: 10_000 }
            ),
        ]
    );
    // An anchor that cannot be read.
    let image = change(one(), 16, NUMBERED, |map| {
        map.insert(&number(10_000), &[0xa0]).unwrap();
    });
    let error = StoredItemError::MissingField {
        part: Part::Anchor,
        key: 1,
    };
    assert_eq!(
        memory_findings(&image),
        [(16, Some(10_000), MemoryRule::Item { error })]
    );
    // Other keys than the record.
    let image = change(one(), 16, NUMBERED, |map| {
        map.insert(&number(10_000), &hex!("a3 01 80 03 80 04 80"))
            .unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [
            (16, Some(10_000), MemoryRule::DiffersFromRecord),
            (
                9,
                Some(10_000),
                MemoryRule::IndexLeadsAstray { number: 10_000 }
            ),
            (
                22,
                Some(10_000),
                MemoryRule::IndexLeadsAstray { number: 10_000 }
            ),
        ]
    );
}

#[test]
fn a_damaged_map_is_found_with_memory_node_and_rule() {
    let mut image = create(Version::V9, &[anchor(&[device("a", Some("id a"))])]).into_memory();
    let mut manager = Manager::open(&image, 1).unwrap();
    // The first chunk of memory 9 has the root, which is said to be in version 7.
    manager
        .view_mut(&mut image, id(9))
        .write(116 + 3, &[7])
        .unwrap();
    let finding = MapFinding {
        address: 116,
        rule: MapRule::Node(NodeRule::Version { found: 7 }),
    };
    let found = memory_findings(&image);
    assert_eq!(found[0], (9, None, MemoryRule::Map { finding }));
    // Not a map at all.
    manager
        .view_mut(&mut image, id(9))
        .write(0, b"XYZ")
        .unwrap();
    let error = OpenMapError::Magic { found: *b"XYZ" };
    assert_eq!(
        memory_findings(&image)[0],
        (9, None, MemoryRule::NoMap { error })
    );
}

#[test]
fn accounts_are_compared_with_anchors_applications_and_counts() {
    let pair =
        |anchor: u64, application: u64| [anchor.to_be_bytes(), application.to_be_bytes()].concat();
    let paired = Shape::new(Keys::Fixed(16), Values::Any);
    let origins = Shape::new(Keys::Fixed(32), Values::AtMost(8));
    let origin = hex!("100680ad546ce6a577f42f52df33b4cfdca756859e664b8d7de329b150d09ce9");
    let image = create(Version::V9, &sample()).into_memory();
    let open = |image| Storage::open(image).unwrap();
    // Application 3 at "https://example.com", account 5, and references to it and to the default one.
    let application = [
        hex!("a3 00 73").as_slice(),
        b"https://example.com",
        &hex!("01 01 02 02"),
    ];
    let image = change(open(image), 11, NUMBERED, |map| {
        map.insert(&3_u64.to_be_bytes(), &application.concat())
            .unwrap();
    });
    let image = change(open(image), 19, origins, |map| {
        map.insert(&origin, &3_u64.to_be_bytes()).unwrap();
    });
    let image = change(open(image), 10, NUMBERED, |map| {
        map.insert(&5_u64.to_be_bytes(), &hex!("a1 00 616e"))
            .unwrap();
    });
    let image = change(open(image), 13, paired, |map| {
        map.insert(&pair(10_000, 3), &hex!("82 a1 00 05 a2 01 07 02 80"))
            .unwrap();
    });
    let image = change(open(image), 14, NUMBERED, |map| {
        map.insert(&10_000_u64.to_be_bytes(), &hex!("a2 00 01 01 02"))
            .unwrap();
    });
    let elsewhere = (
        16,
        Some(10_003),
        MemoryRule::IndexLeadsElsewhere {
            index: id(21),
            number: 10_000,
        },
    );
    assert_eq!(memory_findings(&image), [elsewhere]);
    // One reference too many, to an account, an application and an anchor that are not there.
    let image = change(open(image), 13, paired, |map| {
        map.insert(&pair(10_000, 4), &hex!("81 a1 00 06")).unwrap();
        map.insert(&pair(9_999, 3), &hex!("80")).unwrap();
        map.insert(&pair(10_001, 3), &hex!("81 80")).unwrap();
    });
    let found = memory_findings(&image);
    let expected = [
        (13, Some(9_999), MemoryRule::NoSuchAnchor { number: 9_999 }),
        (
            13,
            Some(10_000),
            MemoryRule::NoSuchApplication { number: 4 },
        ),
        (13, Some(10_000), MemoryRule::NoSuchAccount { account: 6 }),
    ];
    assert_eq!(found[1..4], expected);
    assert!(matches!(
        found[4],
        (13, Some(10_001), MemoryRule::Item { .. })
    ));
    let count = MemoryRule::Count { said: 2, found: 3 };
    assert_eq!(found[5..], [(14, Some(10_000), count)]);
}

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
            anchor(&[device(&name, (number % 3 > 0).then_some(name.as_str()))])
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
