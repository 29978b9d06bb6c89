//! From every layout to every later one.

use candid::{CandidType, Deserialize, decode_one};
use candid_wire::{Arguments, Kind, ReadError, Reason, Type, Value, encode};
use icid_storage::{
    AnchorRecord, EncodeRecordError, Form, IdRange, Keys, Manager, Map, Memory, MemoryId,
    MemoryMut, MigrateError, Migration, OpenMapError, Progress, ReadAnchorError, RecordBuffer,
    RecordError, Rule, Shape, Storage, Values, Version, verify,
};
use principal::Principal;

use crate::support::{anchor, anchors, image, migrate, range, read};

const TARGETS: [Version; 6] = [
    Version::V1,
    Version::V3,
    Version::V5,
    Version::V6,
    Version::V7,
    Version::V8,
];

// spec: II-STORE-24, II-STORE-25, II-STORE-28
#[test]
fn every_layout_becomes_every_later_one_with_the_same_anchors() {
    for count in [0, 1, 2, 15, 16, 17, 63, 64, 65] {
        let expected = anchors(count);
        for from in TARGETS {
            for to in TARGETS {
                if from > to {
                    continue;
                }
                let migrated = migrate(image(from, &expected), to);
                assert_eq!(Storage::open(&migrated).unwrap().version(), to);
                assert_eq!(read(&migrated), expected, "{count} from {from} to {to}");
                let summary = verify(&migrated, &mut |finding| {
                    panic!("{count} from {from} to {to}: {finding}")
                });
                assert_eq!(summary.unwrap().anchors, u64::from(count));
            }
        }
    }
}

#[test]
fn step_by_step_gives_the_bytes_of_straight_through() {
    for count in [0, 1, 17, 65] {
        let first = image(Version::V1, &anchors(count));
        let straight = migrate(first.clone(), Version::V8);
        let mut stepped = first;
        for target in TARGETS {
            stepped = migrate(stepped, target);
        }
        assert!(stepped == straight, "{count} anchors");
    }
}

#[test]
fn a_migrated_image_has_the_bytes_of_one_that_was_written() {
    // As the service's test should_correctly_migrate_memory_from_v6_to_v7 says of 0 to 4000 anchors.
    for count in [0, 1, 100, 2047, 2048, 2049] {
        let migrated = migrate(image(Version::V6, &anchors(count)), Version::V7);
        assert!(
            migrated == image(Version::V7, &anchors(count)),
            "{count} anchors"
        );
    }
    for count in [0, 1, 100] {
        let from_first = migrate(image(Version::V1, &anchors(count)), Version::V6);
        assert!(
            from_first == image(Version::V6, &anchors(count)),
            "{count} anchors"
        );
    }
}

#[test]
fn an_image_that_has_the_layout_stays_as_it_is() {
    for version in TARGETS {
        let before = image(version, &anchors(5));
        assert!(migrate(before.clone(), version) == before);
    }
}

// spec: II-STORE-23
#[test]
fn there_is_no_way_back_and_none_into_a_migration() {
    let open = |version| Storage::open(image(version, &[])).unwrap();
    let refused = |from, to| Migration::new(open(from), to).map(|_| ()).unwrap_err();
    for (from, to) in [
        (Version::V3, Version::V1),
        (Version::V8, Version::V7),
        (Version::V7, Version::V1),
    ] {
        assert_eq!(refused(from, to), MigrateError::Backwards { from, to });
    }
    for version in [Version::V2, Version::V4] {
        assert_eq!(
            refused(Version::V1, version),
            MigrateError::NoTarget { version }
        );
    }
}

#[test]
fn progress_goes_from_nothing_to_everything() {
    let storage = Storage::open(image(Version::V1, &anchors(20))).unwrap();
    let mut migration = Migration::new(storage, Version::V8).unwrap();
    let mut seen = vec![migration.progress()];
    while !seen.last().is_some_and(Progress::is_finished) {
        seen.push(migration.step(1).unwrap());
    }
    assert_eq!((seen[0].done(), seen[0].total()), (0, 60));
    let last = seen.last().unwrap();
    assert_eq!(
        (last.done(), last.total(), last.version()),
        (60, 60, Version::V8)
    );
    for pair in seen.windows(2) {
        assert!(pair[0].done() <= pair[1].done());
        assert!(pair[0].version() <= pair[1].version());
    }
    assert_eq!(migration.into_storage().range(), range());
}

#[test]
fn progress_counts_each_record_once_for_each_thing_done_with_it() {
    // Reading, moving, rewriting, deriving: in what order, and what is left of it at the start.
    for (from, to, first, total) in [
        (Version::V1, Version::V1, 40, 60),
        (Version::V1, Version::V3, 20, 60),
        (Version::V1, Version::V8, 0, 60),
        (Version::V1, Version::V9, 0, 80),
        (Version::V3, Version::V8, 20, 60),
        (Version::V3, Version::V9, 20, 80),
        (Version::V5, Version::V8, 40, 60),
        (Version::V8, Version::V9, 40, 80),
        (Version::V9, Version::V9, 60, 80),
    ] {
        let storage = Storage::open(image(from, &anchors(20))).unwrap();
        let mut migration = Migration::new(storage, to).unwrap();
        let mut progress = migration.progress();
        let mut seen = vec![progress.done()];
        while !progress.is_finished() {
            progress = migration.step(1).unwrap();
            assert_eq!(progress.total(), total, "from {from} to {to}");
            seen.push(progress.done());
        }
        seen.dedup();
        assert!(
            seen.iter().copied().eq(first..=total),
            "from {from} to {to}: {seen:?}"
        );
    }
}

/// The content of a record of devices with fields that nobody knows, of types of their own.
fn unknown_list() -> Vec<u8> {
    let shoe = Type::record([("left", Type::opt(Type::Nat)), ("right", Type::Principal)]);
    let ty = Type::record([
        ("alias", Type::Text),
        ("pubkey", Type::blob()),
        (
            "purpose",
            Type::opt(Type::variant([("recovery", Type::Null)])),
        ),
        ("shoes", Type::vec(shoe)),
        ("zz", Type::variant([("a", Type::Nat8), ("b", Type::Text)])),
    ]);
    let principal = Principal::from_slice(&[9, 9]).unwrap();
    let device = |alias: &'static str, purpose, count: u128, case| {
        let shoe = Value::record([
            ("left", Value::some(Value::Nat(count))),
            ("right", Value::Principal(principal)),
        ]);
        Value::record([
            ("alias", Value::Text(alias)),
            ("pubkey", Value::Blob(alias.as_bytes())),
            ("purpose", purpose),
            ("shoes", Value::vec(vec![shoe; count as usize])),
            ("zz", case),
        ])
    };
    let recovery = Value::some(Value::variant("recovery", Value::Null));
    let devices = Value::vec([
        device("one", recovery, 2, Value::variant("a", Value::Nat8(5))),
        device(
            "two",
            Value::none(),
            0,
            Value::variant("b", Value::Text("x")),
        ),
    ]);
    encode(&[(&Type::vec(ty), &devices)]).unwrap()
}

fn put(memory: &mut [u8], at: usize, content: &[u8]) {
    memory[at..at + 2].copy_from_slice(&(content.len() as u16).to_le_bytes());
    memory[at + 2..at + 2 + content.len()].copy_from_slice(content);
}

/// The oracle reads the new record, with the types that the fields had.
// spec: II-STORE-27
#[test]
fn fields_that_nobody_knows_keep_their_values_and_types() {
    #[derive(CandidType, Debug, Deserialize, PartialEq)]
    struct Anchor {
        devices: Vec<Device>,
    }
    #[derive(CandidType, Debug, Deserialize, PartialEq)]
    struct Device {
        alias: String,
        pubkey: Vec<u8>,
        purpose: Purpose,
        key_type: KeyType,
        protection: Protection,
        shoes: Vec<Shoe>,
        zz: Case,
    }
    #[derive(CandidType, Debug, Deserialize, PartialEq)]
    struct Shoe {
        left: Option<candid::Nat>,
        right: candid::Principal,
    }
    #[derive(CandidType, Debug, Deserialize, PartialEq)]
    enum Case {
        #[serde(rename = "a")]
        A(u8),
        #[serde(rename = "b")]
        B(String),
    }
    #[derive(CandidType, Debug, Deserialize, PartialEq)]
    enum Purpose {
        #[serde(rename = "authentication")]
        Authentication,
        #[serde(rename = "recovery")]
        Recovery,
    }
    #[derive(CandidType, Debug, Deserialize, PartialEq)]
    enum KeyType {
        #[serde(rename = "unknown")]
        Unknown,
    }
    #[derive(CandidType, Debug, Deserialize, PartialEq)]
    enum Protection {
        #[serde(rename = "unprotected")]
        Unprotected,
    }

    let mut memory = image(Version::V1, &anchors(3));
    put(&mut memory, 512 + 2048, &unknown_list());
    for target in [Version::V5, Version::V8] {
        let storage = Storage::open(migrate(memory.clone(), target)).unwrap();
        let mut buffer = RecordBuffer::new();
        let anchor = storage.anchor(10_001, &mut buffer).unwrap();
        assert_eq!((anchor.device_count(), anchor.unknown_fields()), (2, 4));
        let found: Anchor = decode_one(anchor.as_bytes()).unwrap();
        let shoe = || Shoe {
            left: Some(2_u8.into()),
            right: candid::Principal::from_slice(&[9, 9]),
        };
        let device = |alias: &str, purpose, shoes, zz| Device {
            alias: alias.into(),
            pubkey: alias.as_bytes().to_vec(),
            purpose,
            key_type: KeyType::Unknown,
            protection: Protection::Unprotected,
            shoes,
            zz,
        };
        let expected = Anchor {
            devices: vec![
                device("one", Purpose::Recovery, vec![shoe(), shoe()], Case::A(5)),
                device("two", Purpose::Authentication, vec![], Case::B("x".into())),
            ],
        };
        assert_eq!(found, expected);
    }
    // Between 1 and 3 a record keeps its bytes.
    let storage = Storage::open(migrate(memory, Version::V3)).unwrap();
    let mut buffer = RecordBuffer::new();
    let anchor = storage.anchor(10_001, &mut buffer).unwrap();
    assert_eq!(anchor.as_bytes(), unknown_list());
}

#[test]
fn a_record_with_types_that_nobody_needs_has_place_for_six_more() {
    // Of at most 256 types.
    let migrated = |definitions: u8| {
        let content = unknown_list();
        let message = Arguments::parse(&content).unwrap();
        let more = usize::from(definitions) - message.definition_count();
        let rest = content.len() - 5 - message.definitions().len();
        let content = [
            &b"DIDL"[..],
            // LEB128.
            &[definitions | 0x80, 1],
            message.definitions(),
            // opt nat
            &b"\x6e\x7d".repeat(more),
            &content[content.len() - rest..],
        ]
        .concat();
        let mut memory = image(Version::V3, &anchors(1));
        let length = u16::try_from(content.len()).unwrap();
        memory[131_072..131_074].copy_from_slice(&length.to_le_bytes());
        memory[131_074..131_074 + content.len()].copy_from_slice(&content);
        let storage = Storage::open(memory).unwrap();
        let migration = Migration::new(storage, Version::V5).unwrap();
        migration.finish().map(drop)
    };
    assert_eq!(migrated(250), Ok(()));
    let too_many = |count| {
        let error = EncodeRecordError::TooManyTypes { count };
        Err(MigrateError::Encode {
            number: 10_000,
            error,
        })
    };
    assert_eq!(migrated(251), too_many(257));
    assert_eq!(migrated(255), too_many(261));
}

#[test]
fn a_record_that_cannot_be_read_stops_a_migration_before_it_begins() {
    for version in TARGETS {
        let mut memory = image(version, &anchors(20));
        let at = match version {
            Version::V1 => 512 + 7 * 2048,
            Version::V8 => 131_072 + 128 * 65_536 + 7 * 4096,
            _ => 131_072 + 7 * 4096,
        };
        memory[at + 2] = b'X';
        let storage = Storage::open(memory.clone()).unwrap();
        let mut migration = Migration::new(storage, Version::V8).unwrap();
        let error = MigrateError::Record {
            number: 10_007,
            error: RecordError::Candid {
                error: ReadError {
                    position: 0,
                    reason: Reason::MissingMagic,
                },
            },
        };
        assert_eq!(migration.step(u32::MAX), Err(error));
        assert!(
            *migration.into_storage().memory() == memory,
            "layout {version}"
        );
    }
}

#[test]
fn a_record_that_would_not_fit_stops_a_migration_before_it_begins() {
    // As many devices as fit into a list, each of which gets longer.
    let ty = Type::record([("alias", Type::Text), ("pubkey", Type::blob())]);
    let content = |count: usize| {
        let device = Value::record([("alias", Value::Text("")), ("pubkey", Value::Blob(b""))]);
        encode(&[(&Type::vec(ty.clone()), &Value::vec(vec![device; count]))]).unwrap()
    };
    // A device without anything takes nine bytes, the types 175, no metadata one, the number of
    // devices two.
    let fits = (4094 - 175 - 3) / 9;
    for (count, is_right) in [(fits, true), (fits + 1, false)] {
        let mut memory = image(Version::V3, &anchors(2));
        put(&mut memory, 131_072, &content(count));
        let storage = Storage::open(memory.clone()).unwrap();
        // Keys that are the same do not matter to a migration.
        let mut migration = Migration::new(storage, Version::V5).unwrap();
        let result = migration.step(u32::MAX).map(|it| it.is_finished());
        if is_right {
            assert_eq!(result, Ok(true));
        } else {
            let length = 175 + 3 + 9 * count;
            let error = EncodeRecordError::TooLong {
                length,
                limit: 4094,
            };
            let number = 10_000;
            assert_eq!(result, Err(MigrateError::Encode { number, error }));
            assert!(*migration.into_storage().memory() == memory);
        }
    }
}

#[test]
fn a_record_too_long_for_the_old_layout_may_fit_the_new_one() {
    let ty = Type::record([("alias", Type::Text), ("pubkey", Type::blob())]);
    let device = Value::record([("alias", Value::Text("")), ("pubkey", Value::Blob(b""))]);
    let content = encode(&[(&Type::vec(ty), &Value::vec(vec![device; 400]))]).unwrap();
    assert!(content.len() <= 2046);
    let mut memory = image(Version::V1, &anchors(2));
    put(&mut memory, 512, &content);
    let storage = Storage::open(migrate(memory, Version::V5)).unwrap();
    let mut buffer = RecordBuffer::new();
    let anchor = storage.anchor(10_000, &mut buffer).unwrap();
    assert_eq!(anchor.device_count(), 400);
    assert!(anchor.as_bytes().len() > 2046);
}

#[test]
fn an_anchor_of_layout_9_without_record_and_entry_is_not_an_empty_one() {
    // The number of anchors is at byte 4; a page has room for 16 records.
    let mut memory = migrate(image(Version::V8, &anchors(2)), Version::V9);
    memory[4..8].copy_from_slice(&17_u32.to_le_bytes());
    let storage = Storage::open(&memory).unwrap();
    let mut buffer = RecordBuffer::new();
    let never_written = storage.anchor(10_015, &mut buffer).unwrap();
    assert_eq!(never_written.device_count(), 0);
    let error = RecordError::CutOff {
        needed: 2,
        available: 0,
    };
    let found = storage.anchor(10_016, &mut buffer).map(|_| ());
    assert_eq!(found, Err(ReadAnchorError::Record { error }));
}

#[test]
fn a_truncated_image_is_not_migrated() {
    let mut memory = image(Version::V1, &anchors(40));
    memory.truncate(65_536);
    let storage = Storage::open(memory).unwrap();
    let result = Migration::new(storage, Version::V3).unwrap().finish();
    let error = MigrateError::Record {
        number: 10_032,
        error: RecordError::CutOff {
            needed: 2,
            available: 0,
        },
    };
    assert_eq!(result.map(|_| ()), Err(error));
}

// spec: II-ANCHOR-16, II-STORE-24
#[test]
fn records_that_were_never_written_keep_their_numbers() {
    let mut storage = Storage::open(image(Version::V1, &anchors(2))).unwrap();
    for _ in 0..3 {
        storage.allocate().unwrap();
    }
    storage.append(&anchor(3)).unwrap();
    let first = storage.into_memory();
    for target in TARGETS {
        let migrated = migrate(first.clone(), target);
        let mut never_written = Vec::new();
        let summary = verify(&migrated, &mut |finding| {
            assert_eq!(finding.rule, Rule::NeverWritten);
            never_written.push(finding.anchor.unwrap());
        });
        assert_eq!(never_written, [10_002, 10_003, 10_004]);
        assert_eq!(summary.unwrap().anchors, 6);
        let none = AnchorRecord::new();
        let expected = [
            anchor(0),
            anchor(1),
            none.clone(),
            none.clone(),
            none,
            anchor(3),
        ];
        assert_eq!(read(&migrated), expected);
    }
}

// spec: II-STORE-14
#[test]
fn what_is_left_over_does_not_come_along() {
    let mut memory = image(Version::V1, &anchors(3));
    memory[512 + 2 * 2048 + 1500] = 0xaa;
    memory[100] = 0xbb;
    let migrated = migrate(memory, Version::V6);
    assert!(migrated == image(Version::V6, &anchors(3)));
}

#[test]
fn a_service_that_stopped_halfway_is_taken_up() {
    // The service wrote its own number of records to move at a time into the header.
    let storage = Storage::open(image(Version::V1, &anchors(10))).unwrap();
    let mut migration = Migration::new(storage, Version::V3).unwrap();
    migration.step(10 + 1 + 4).unwrap();
    let mut memory = migration.into_storage().into_memory();
    assert_eq!((memory[3], memory[60]), (2, 6));
    memory[64..68].copy_from_slice(&100_u32.to_le_bytes());
    assert_eq!(read(&memory), anchors(10));
    assert!(migrate(memory, Version::V8) == migrate(image(Version::V1, &anchors(10)), Version::V8));

    let storage = Storage::open(image(Version::V3, &anchors(10))).unwrap();
    let mut migration = Migration::new(storage, Version::V5).unwrap();
    migration.step(10 + 1 + 4).unwrap();
    let mut memory = migration.into_storage().into_memory();
    assert_eq!((memory[3], memory[66]), (4, 6));
    memory[70..74].copy_from_slice(&100_u32.to_le_bytes());
    assert_eq!(read(&memory), anchors(10));
    assert!(migrate(memory, Version::V8) == migrate(image(Version::V3, &anchors(10)), Version::V8));
}

#[test]
fn an_archive_buffer_that_is_there_stays() {
    // A release of the service made it before the layout said so.
    let mut memory = image(Version::V7, &anchors(2));
    let mut manager = Manager::open(&memory, 1).unwrap();
    let id = MemoryId::new(1).unwrap();
    let shape = Shape::new(Keys::Fixed(8), Values::Any);
    let mut map = Map::create(manager.view_mut(&mut memory, id), shape).unwrap();
    map.insert(&7_u64.to_be_bytes(), b"an entry").unwrap();
    let migrated = migrate(memory, Version::V8);
    let storage = Storage::open(&migrated).unwrap();
    let map = Map::open(storage.manager().unwrap().view(&migrated, id), shape).unwrap();
    assert_eq!(
        map.get(&7_u64.to_be_bytes()),
        Ok(Some(b"an entry".to_vec()))
    );
    let summary = verify(&migrated, &mut |finding| panic!("{finding}"));
    assert_eq!(summary.unwrap().archive_entries, 1);
}

#[test]
fn something_else_in_the_place_of_the_archive_buffer_stops_a_migration() {
    let mut memory = image(Version::V7, &anchors(2));
    let mut manager = Manager::open(&memory, 1).unwrap();
    let mut view = manager.view_mut(&mut memory, MemoryId::new(1).unwrap());
    view.grow(1).unwrap();
    view.write(0, b"who knows").unwrap();
    let before = memory.clone();
    let mut migration = Migration::new(Storage::open(memory).unwrap(), Version::V8).unwrap();
    let error = OpenMapError::Magic { found: *b"who" };
    assert_eq!(
        migration.step(u32::MAX),
        Err(MigrateError::ArchiveBuffer { error })
    );
    let memory = migration.into_storage().into_memory();
    assert!(memory == before);
    assert_eq!(read(&memory), anchors(2));
}

/// A memory that nobody knows comes along with its bytes.
// spec: II-STORE-27
#[test]
fn other_memories_keep_their_bytes() {
    let mut memory = image(Version::V7, &anchors(2));
    let id = MemoryId::new(77).unwrap();
    let mut manager = Manager::open(&memory, 1).unwrap();
    let mut view = manager.view_mut(&mut memory, id);
    view.grow(2).unwrap();
    view.write(70_000, b"something").unwrap();
    let migrated = migrate(memory, Version::V8);
    let storage = Storage::open(&migrated).unwrap();
    let view = storage.manager().unwrap().view(&migrated, id);
    let mut found = [0; 9];
    view.read(70_000, &mut found).unwrap();
    assert_eq!((&found, view.length()), (b"something", 131_072));
}

// spec: II-STORE-11
#[test]
fn only_the_next_record_to_be_rewritten_in_place_has_either_form() {
    let both = [Form::Devices, Form::Anchor].map(|form| {
        let content = anchor(3).encode(form).unwrap();
        let length = u16::try_from(content.len()).unwrap();
        [&length.to_le_bytes()[..], &content].concat()
    });
    let records = |from, to, at: fn(u32) -> usize| {
        let storage = Storage::open(image(from, &anchors(10))).unwrap();
        let mut migration = Migration::new(storage, to).unwrap();
        // The last four of ten are done.
        migration.step(10 + 1 + 4).unwrap();
        let memory = migration.into_storage().into_memory();
        [4, 5, 6].map(|index| {
            both.each_ref().map(|record| {
                let mut memory = memory.clone();
                memory[at(index)..at(index) + record.len()].copy_from_slice(record);
                let storage = Storage::open(memory).unwrap();
                let mut buffer = RecordBuffer::new();
                let anchor = storage.anchor(10_000 + u64::from(index), &mut buffer);
                anchor.map(|anchor| anchor.device_count())
            })
        })
    };
    let wrong = |found| {
        Err(ReadAnchorError::Record {
            error: RecordError::WrongForm { found },
        })
    };
    let list = [Ok(3), wrong(Kind::Record)];
    let rewritten = records(Version::V3, Version::V5, |index| {
        131_072 + index as usize * 4096
    });
    assert_eq!(rewritten, [list, [Ok(3); 2], [wrong(Kind::Vec), Ok(3)]]);
    // Where records move, none changes its form.
    let moved = records(Version::V1, Version::V3, |index| match index {
        6.. => 131_072 + index as usize * 4096,
        _ => 512 + index as usize * 2048,
    });
    assert_eq!(moved, [list; 3]);
}

// spec: II-STORE-7
#[test]
fn a_range_that_is_cut_off_stays_so_in_a_layout_with_more_room() {
    let mut memory = image(Version::V1, &anchors(2));
    memory[16..24].copy_from_slice(&8_000_000_000_u64.to_le_bytes());
    let storage = Storage::open(migrate(memory, Version::V3)).unwrap();
    let cut_off = IdRange::new(10_000, 10_000 + 3_774_873).unwrap();
    assert_eq!(storage.range(), cut_off);
    assert_eq!(storage.header().stored_range(), cut_off);
}
