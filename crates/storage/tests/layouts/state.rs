//! The persistent state: where it is, what it says, and that it is not in the way.

use candid_wire::{FieldId, Type, Value, encode};
use hex_literal::hex;
use icid_storage::{
    ActiveAnchors, AllocateError, ArchiveConfig, ArchiveState, Counter, MAX_STATE_LENGTH, Memory,
    MemoryError, MigrateError, Migration, ParseStateError, PersistentState, PullConfig,
    ReadStateError, Rule, Storage, Version, WriteStateError, verify,
};
use principal::Principal;
use time::{Lifetime, Timestamp};

use crate::support::{FailsOnce, anchor, anchors, image, migrate, read};

/// From the service's test `should_read_previously_stored_persistent_state_v6`.
const HEADER: [u8; 66] = hex!(
    "494943060300000040e2010000000000f1fb0900000000000008434343434343434343434343434343434343434343"
    "43434343434343434343430000020000000000"
);

/// From the same test: what lies behind three records of 2048 bytes.
const STATE: [u8; 372] = hex!(
    "4949505368010000000000004449444c116c03949d879d0701f7f5cbfb0778eed5f3af090a6b04dee7beb6080291a5"
    "fcf10a7fd1d3dab70b05c8bbeff50d066c01c2adc9be0c036c04c3f9fca002788beea8c5047881cfaef40a0487eb97"
    "9d0d7a6d7b6c02d6a9bbae0a78c2adc9be0c036c02aaac8d930407c2adc9be0c036c03c7e8ccee037884fbf0820968"
    "cfd6ffea0f086d096c04c7e8ccee0378f2f099840704938da78c0a78d6a9bbae0a786e0b6c028bc3e2f9040cbbd492"
    "d8090f6c0297beb4cb080d8b858cea090d6e0e6c02fcdde6ea0178f9a6ebf703786c0297beb4cb08108b858cea090e"
    "6d0e0100032700000000000000010a00000000006000b0010100005847f80d00000010270000000000002063636363"
    "63636363636363636363636363636363636363636363636363636363e8038002e1df02000000010001630000000000"
    "00006dbb0e000000000001420000000000000030f1c520000000002c00000000000000d133b45001000000"
);

fn vector() -> Vec<u8> {
    let mut memory = vec![0; 3 * 65_536];
    memory[..66].copy_from_slice(&HEADER);
    let at = 131_072 + 3 * 2048;
    memory[at..at + STATE.len()].copy_from_slice(&STATE);
    memory
}

// spec: II-STORE-21
#[test]
fn the_state_of_the_service_s_test_is_read() {
    let memory = vector();
    let storage = Storage::open(&memory).unwrap();
    let content = storage.state().unwrap().unwrap();
    assert_eq!(content, STATE[12..]);
    assert_eq!(storage.state_length(), Ok(Some(360)));
    let state = PersistentState::parse(&content).unwrap();
    let config = ArchiveConfig {
        module_hash: [0x63; 32],
        pull: Some(PullConfig {
            buffer_limit: 10_000,
            polling_interval: Lifetime::from_secs(60),
            fetch_limit: 1000,
        }),
    };
    let archive = ArchiveState::Created {
        canister: Principal::from_text("2h5ob-7aaaa-aaaad-aacya-cai").unwrap(),
        sequence_number: 39,
        buffered_entries: 0,
        config: Some(config),
    };
    assert_eq!(state.archive(), archive);
    assert_eq!(state.canister_creation_cycles(), 12_346_000_000);
    let counter = |start, count| Counter {
        start: Timestamp::from_nanos(start),
        count,
    };
    let active = ActiveAnchors {
        completed_day: Some(counter(965_485, 99)),
        completed_month: None,
        day: counter(5_648_954_321, 44),
        months: vec![counter(549_843_248, 66)],
    };
    assert_eq!(state.active_anchors(), Some(&active));
    assert_eq!(state.unknown_fields(), 0);
}

/// From the service's test `should_save_persistent_state_at_expected_memory_address_with_many_anchors`.
#[test]
fn the_state_of_many_anchors_is_beyond_32_bits() {
    let mut header = hex!("4949430660e316001027000000000000a9c03900000000000010").to_vec();
    header.extend([0x43; 32]);
    header.extend(hex!("0000020000000000"));
    let storage = Storage::open(Sparse(&header)).unwrap();
    assert_eq!(storage.anchor_count(), 1_500_000);
    assert_eq!(storage.state(), Ok(Some(b"state".to_vec())));

    /// Zeros, but for the header and a state.
    #[derive(Debug)]
    struct Sparse<'h>(&'h [u8]);

    impl Memory for Sparse<'_> {
        fn length(&self) -> u64 {
            1 << 38
        }

        fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
            let state = [&b"IIPS\x05\0\0\0\0\0\0\0"[..], b"state"].concat();
            buffer.fill(0);
            for (start, bytes) in [(0, self.0), (131_072 + 1_500_000 * 4096, &state[..])] {
                for (position, byte) in (start..).zip(bytes) {
                    if let Some(index) = u64::checked_sub(position, offset)
                        && let Some(slot) = buffer.get_mut(index as usize)
                    {
                        *slot = *byte;
                    }
                }
            }
            Ok(())
        }
    }
}

/// What layout 5 says about the archive, from the service's `persistent_state_compat.rs`.
fn old_state(hash: Option<&'static [u8]>, state: Value<'static>) -> Vec<u8> {
    let data = Type::record([
        ("sequence_number", Type::Nat64),
        ("archive_canister", Type::Principal),
    ]);
    let states = Type::variant([
        ("NotCreated", Type::Null),
        ("CreationInProgress", Type::Nat64),
        ("Created", data),
    ]);
    let info = Type::record([
        ("expected_module_hash", Type::opt(Type::blob())),
        ("state", states),
    ]);
    let ty = Type::record([
        ("archive_info", info),
        ("canister_creation_cycles_cost", Type::Nat64),
    ]);
    let hash = hash.map_or_else(Value::none, |hash| Value::some(Value::Blob(hash)));
    let info = Value::record([("expected_module_hash", hash), ("state", state)]);
    let value = Value::record([
        ("archive_info", info),
        ("canister_creation_cycles_cost", Value::Nat64(5)),
    ]);
    encode(&[(&ty, &value)]).unwrap()
}

#[test]
fn the_state_of_earlier_layouts_is_read() {
    let parse =
        |hash, state| PersistentState::parse(&old_state(hash, state)).map(|it| it.archive());
    let hash: Option<&[u8]> = Some(&[9; 32]);
    let config = ArchiveConfig {
        module_hash: [9; 32],
        pull: None,
    };
    let not_created = || Value::variant("NotCreated", Value::Null);
    assert_eq!(parse(None, not_created()), Ok(ArchiveState::NotConfigured));
    assert_eq!(
        parse(hash, not_created()),
        Ok(ArchiveState::Configured { config })
    );
    let in_progress = || Value::variant("CreationInProgress", Value::Nat64(77));
    for (hash, config) in [(None, None), (hash, Some(config))] {
        let expected = ArchiveState::CreationInProgress {
            since: Timestamp::from_nanos(77),
            config,
        };
        assert_eq!(parse(hash, in_progress()), Ok(expected));
        let canister = Principal::from_slice(&[1, 2]).unwrap();
        let created = Value::record([
            ("sequence_number", Value::Nat64(3)),
            ("archive_canister", Value::Principal(canister)),
        ]);
        let expected = ArchiveState::Created {
            canister,
            sequence_number: 3,
            buffered_entries: 0,
            config,
        };
        assert_eq!(
            parse(hash, Value::variant("Created", created)),
            Ok(expected)
        );
    }
    let error = ParseStateError::HashLength { length: 31 };
    assert_eq!(parse(Some(&[9; 31]), not_created()), Err(error));
}

/// What layouts since 6 say about an archive and about active anchors.
#[test]
fn every_part_of_a_later_state_is_read() {
    let config = || {
        let ty = Type::record([
            ("entries_buffer_limit", Type::Nat64),
            ("entries_fetch_limit", Type::Nat16),
            ("module_hash", Type::blob()),
            ("polling_interval_ns", Type::Nat64),
        ]);
        let value = Value::record([
            ("entries_buffer_limit", Value::Nat64(1)),
            ("entries_fetch_limit", Value::Nat16(2)),
            ("module_hash", Value::Blob(&[9; 32])),
            ("polling_interval_ns", Value::Nat64(3)),
        ]);
        (ty, value)
    };
    let counter = |count| {
        let ty = Type::record([("counter", Type::Nat64), ("start_timestamp", Type::Nat64)]);
        let value = Value::record([
            ("counter", Value::Nat64(count)),
            ("start_timestamp", Value::Nat64(100 + count)),
        ]);
        (ty, value)
    };
    let parse = |case: &'static str, more: Vec<(&'static str, Type, Value<'static>)>| {
        let (config_type, config) = config();
        let types = more.iter().map(|(name, ty, _)| (*name, ty.clone()));
        let inside = Type::record([("config", config_type)].into_iter().chain(types));
        let values = more.into_iter().map(|(name, _, value)| (name, value));
        let value = Value::record([("config", config)].into_iter().chain(values));
        let completed = Type::record([
            ("daily_active_anchors", Type::opt(counter(1).0)),
            ("monthly_active_anchors", Type::opt(counter(1).0)),
        ]);
        let ongoing = Type::record([
            ("daily_active_anchors", counter(1).0),
            ("monthly_active_anchors", Type::vec(counter(1).0)),
        ]);
        let active = Type::record([("completed", completed), ("ongoing", ongoing)]);
        let completed = Value::record([
            ("daily_active_anchors", Value::some(counter(1).1)),
            ("monthly_active_anchors", Value::some(counter(2).1)),
        ]);
        let ongoing = Value::record([
            ("daily_active_anchors", counter(3).1),
            ("monthly_active_anchors", Value::vec([counter(4).1])),
        ]);
        let ty = Type::record([
            ("archive_state", Type::variant([(case, inside)])),
            ("active_anchor_stats", Type::opt(active)),
            ("canister_creation_cycles_cost", Type::Nat64),
        ]);
        let active = Value::record([("completed", completed), ("ongoing", ongoing)]);
        let value = Value::record([
            ("archive_state", Value::variant(case, value)),
            ("active_anchor_stats", Value::some(active)),
            ("canister_creation_cycles_cost", Value::Nat64(5)),
        ]);
        PersistentState::parse(&encode(&[(&ty, &value)]).unwrap()).unwrap()
    };
    let config = ArchiveConfig {
        module_hash: [9; 32],
        pull: Some(PullConfig {
            buffer_limit: 1,
            polling_interval: Lifetime::from_nanos(3),
            fetch_limit: 2,
        }),
    };
    let since = ("timestamp", Type::Nat64, Value::Nat64(77));
    let state = parse("CreationInProgress", vec![since]);
    let expected = ArchiveState::CreationInProgress {
        since: Timestamp::from_nanos(77),
        config: Some(config),
    };
    assert_eq!(state.archive(), expected);
    let counter = |count| Counter {
        start: Timestamp::from_nanos(100 + count),
        count,
    };
    let active = ActiveAnchors {
        completed_day: Some(counter(1)),
        completed_month: Some(counter(2)),
        day: counter(3),
        months: vec![counter(4)],
    };
    assert_eq!(state.active_anchors(), Some(&active));
    let canister = Principal::from_slice(&[1, 2]).unwrap();
    let data = Type::record([
        ("archive_canister", Type::Principal),
        ("entries_buffer", Type::vec(Type::Nat8)),
        ("sequence_number", Type::Nat64),
    ]);
    let value = Value::record([
        ("archive_canister", Value::Principal(canister)),
        ("entries_buffer", Value::Blob(b"three")),
        ("sequence_number", Value::Nat64(6)),
    ]);
    let state = parse("Created", vec![("data", data, value)]);
    let expected = ArchiveState::Created {
        canister,
        sequence_number: 6,
        buffered_entries: 5,
        config: Some(config),
    };
    assert_eq!(state.archive(), expected);
}

#[test]
fn fields_that_nobody_knows_are_counted() {
    let states = Type::variant([("NotCreated", Type::Null)]);
    let ty = Type::record([
        ("archive_info", Type::record([("state", states)])),
        ("canister_creation_cycles_cost", Type::Nat64),
        ("latest_delegation_origins", Type::opt(Type::Text)),
        ("max_num_latest_delegation_origins", Type::opt(Type::Nat64)),
    ]);
    let state = Value::variant("NotCreated", Value::Null);
    let value = Value::record([
        ("archive_info", Value::record([("state", state)])),
        ("canister_creation_cycles_cost", Value::Nat64(5)),
        ("latest_delegation_origins", Value::none()),
        (
            "max_num_latest_delegation_origins",
            Value::some(Value::Nat64(1000)),
        ),
    ]);
    let content = encode(&[(&ty, &value)]).unwrap();
    let state = PersistentState::parse(&content).unwrap();
    assert_eq!(state.unknown_fields(), 2);
    assert_eq!(state.canister_creation_cycles(), 5);
    let mut storage = Storage::open(image(Version::V5, &anchors(1))).unwrap();
    let mut found = |content: &[u8]| {
        storage.write_state(content).unwrap();
        let mut rules = Vec::new();
        verify(storage.memory(), &mut |finding| {
            rules.push((finding.offset, finding.rule));
        })
        .unwrap();
        rules
    };
    let rule = Rule::UnknownStateFields { count: 2 };
    assert_eq!(found(&content), [(131_072 + 4096 + 12, rule)]);
    let known = old_state(None, Value::variant("NotCreated", Value::Null));
    assert_eq!(found(&known), []);
}

#[test]
fn a_state_that_is_none_says_why() {
    let parse = |ty: Type, value: Value<'_>| {
        PersistentState::parse(&encode(&[(&ty, &value)]).unwrap()).map(|_| ())
    };
    assert_eq!(
        PersistentState::parse(b"DIDL\0\0").map(|_| ()),
        Err(ParseStateError::NotOneArgument { count: 0 })
    );
    let missing = |name| {
        Err(ParseStateError::MissingField {
            id: FieldId::of(name),
        })
    };
    let cycles = || ("canister_creation_cycles_cost", Type::Nat64);
    let ty = Type::record([cycles()]);
    let value = Value::record([("canister_creation_cycles_cost", Value::Nat64(1))]);
    assert_eq!(parse(ty, value), missing("archive_state"));
    let states = Type::variant([("NotConfigured", Type::Null), ("Lost", Type::record([]))]);
    let ty = Type::record([("archive_state", states.clone())]);
    let value = Value::record([(
        "archive_state",
        Value::variant("NotConfigured", Value::Null),
    )]);
    assert_eq!(parse(ty, value), missing("canister_creation_cycles_cost"));
    let ty = Type::record([("archive_state", states), cycles()]);
    let lost = |case: &str, value| {
        Value::record([
            ("archive_state", Value::variant(case, value)),
            ("canister_creation_cycles_cost", Value::Nat64(1)),
        ])
    };
    assert_eq!(
        parse(ty.clone(), lost("NotConfigured", Value::Null)),
        Ok(())
    );
    assert_eq!(
        parse(ty, lost("Lost", Value::record([]))),
        missing("config")
    );
    for length in 0..360 {
        let result = PersistentState::parse(&STATE[12..12 + length]);
        assert!(
            matches!(result, Err(ParseStateError::Candid { .. })),
            "{length}"
        );
    }
}

#[test]
fn a_state_needs_all_its_bytes() {
    let memory = vector();
    let at = 131_072 + 3 * 2048;
    let state = |memory: &[u8]| {
        Storage::open(memory)
            .unwrap()
            .state()
            .map(|it| it.map(|it| it.len()))
    };
    assert_eq!(state(&memory[..at + 372]), Ok(Some(360)));
    let cut_off = |length, available| Err(ReadStateError::CutOff { length, available });
    assert_eq!(state(&memory[..at + 371]), cut_off(360, 359));
    assert_eq!(state(&memory[..at + 12]), cut_off(360, 0));
    // Without its length it is said to be as long as what is there of it.
    assert!(matches!(
        state(&memory[..at + 11]),
        Err(ReadStateError::CutOff { available: 0, .. })
    ));
    assert!(matches!(
        state(&memory[..at + 4]),
        Err(ReadStateError::CutOff { .. })
    ));
    for length in [at + 3, at, at - 1] {
        assert_eq!(state(&memory[..length]), Ok(None));
    }
    let mut memory = vector();
    memory[at] = b'i';
    assert_eq!(state(&memory), Ok(None));
    let mut memory = vector();
    memory[at + 4..at + 12].fill(0xff);
    let available = (memory.len() - at - 12) as u64;
    assert_eq!(state(&memory), cut_off(u64::MAX, available));
}

#[test]
fn a_state_has_a_limit() {
    let mut storage = Storage::open(image(Version::V3, &anchors(1))).unwrap();
    let longest = vec![1; MAX_STATE_LENGTH as usize];
    assert_eq!(storage.write_state(&longest), Ok(()));
    assert_eq!(storage.state_length(), Ok(Some(MAX_STATE_LENGTH)));
    let length = MAX_STATE_LENGTH + 1;
    let too_long = vec![1; length as usize];
    assert_eq!(
        storage.write_state(&too_long),
        Err(WriteStateError::TooLong { length })
    );
    let mut memory = storage.into_memory();
    memory.resize(memory.len() + 65_536, 0);
    let at = 131_072 + 4096 + 4;
    memory[at..at + 8].copy_from_slice(&length.to_le_bytes());
    let error = ReadStateError::TooLong { length };
    assert_eq!(Storage::open(memory).unwrap().state(), Err(error));
}

#[test]
fn anchors_can_be_skipped_and_a_new_image_takes_an_empty_memory() {
    let memory = image(Version::V5, &anchors(4));
    let storage = Storage::open(&memory).unwrap();
    let mut list = storage.anchors();
    let mut after = |number| {
        list.skip_to(number);
        list.next().map(|(number, _)| number)
    };
    assert_eq!(after(10_002), Some(10_002));
    assert_eq!(after(0), Some(10_000));
    assert_eq!(after(10_003), Some(10_003));
    assert_eq!(after(10_004), None);
    assert_eq!(after(u64::MAX), None);
    let result = Storage::create(memory, Version::V5, crate::support::range()).map(drop);
    assert_eq!(result, Err(icid_storage::CreateError::NotEmpty));
}

#[test]
fn the_next_anchor_does_not_overwrite_the_state() {
    for version in [
        Version::V1,
        Version::V3,
        Version::V5,
        Version::V7,
        Version::V8,
    ] {
        let mut storage = Storage::open(image(version, &anchors(3))).unwrap();
        storage.write_state(b"some state").unwrap();
        assert_eq!(storage.allocate(), Err(AllocateError::StateInTheWay));
        assert_eq!(
            storage.append(&anchor(1)),
            Err(AllocateError::StateInTheWay)
        );
        assert_eq!(storage.state(), Ok(Some(b"some state".to_vec())));
        storage.clear_state().unwrap();
        assert_eq!(storage.state(), Ok(None));
        assert!(*storage.memory() == image(version, &anchors(3)));
        assert_eq!(storage.append(&anchor(3)), Ok(10_003));
        storage.write_state(b"another").unwrap();
        assert_eq!(storage.state(), Ok(Some(b"another".to_vec())));
        assert_eq!(read(storage.memory()), anchors(4));
    }
}

#[test]
fn what_begins_like_a_state_is_in_the_way_even_where_the_memory_ends() {
    for (length, expected) in [(4, Err(AllocateError::StateInTheWay)), (3, Ok(10_002))] {
        let mut memory = image(Version::V5, &anchors(2));
        let at = 131_072 + 2 * 4096;
        memory[at..at + 4].copy_from_slice(b"IIPS");
        memory.truncate(at + length);
        assert_eq!(Storage::open(memory).unwrap().allocate(), expected);
    }
}

// spec: II-STORE-26
#[test]
fn a_migration_takes_the_state_along() {
    for count in [0, 1, 33, 64, 65, 200] {
        let mut first = Storage::open(image(Version::V1, &anchors(count))).unwrap();
        first.write_state(&STATE[12..]).unwrap();
        let first = first.into_memory();
        for target in [
            Version::V3,
            Version::V5,
            Version::V6,
            Version::V7,
            Version::V8,
        ] {
            let migrated = migrate(first.clone(), target);
            let storage = Storage::open(&migrated).unwrap();
            assert_eq!(
                storage.state(),
                Ok(Some(STATE[12..].to_vec())),
                "{count} to {target}"
            );
            assert_eq!(read(&migrated), anchors(count));
        }
    }
}

#[test]
fn a_state_that_would_overlap_its_new_place_stays() {
    let limit = 131_072 - 512 - 12;
    for (length, is_moved) in [(limit, true), (limit + 1, false)] {
        let mut storage = Storage::open(image(Version::V1, &[])).unwrap();
        let state = vec![5; length];
        storage.write_state(&state).unwrap();
        let before = storage.memory().clone();
        let mut migration = Migration::new(storage, Version::V3).unwrap();
        let result = migration.step(u32::MAX).map(|it| it.is_finished());
        if is_moved {
            assert_eq!(result, Ok(true));
            assert_eq!(migration.into_storage().state(), Ok(Some(state)));
        } else {
            let error = MigrateError::StateTooLong {
                length: length as u64,
                limit: limit as u64,
            };
            assert_eq!(result, Err(error));
            assert!(*migration.into_storage().memory() == before);
        }
    }
}

#[test]
fn what_happens_to_look_like_a_state_is_none_afterwards() {
    let mut memory = image(Version::V1, &anchors(1));
    memory.resize(4 * 65_536, 0);
    let at = 131_072 + 4096;
    memory[at..at + 12].copy_from_slice(b"IIPS\x01\0\0\0\0\0\0\0");
    assert_eq!(Storage::open(&memory).unwrap().state(), Ok(None));
    let migrated = migrate(memory.clone(), Version::V3);
    assert_eq!(Storage::open(&migrated).unwrap().state(), Ok(None));
    // It may be the last that there is.
    memory.truncate(at + 4);
    let migrated = migrate(memory.clone(), Version::V3);
    assert_eq!(migrated[at..], [0; 4]);
    memory.truncate(at + 3);
    let migrated = migrate(memory, Version::V3);
    assert_eq!(migrated[at..], *b"IIP");
}

#[test]
fn a_broken_state_stops_a_migration_before_it_begins_and_is_found() {
    let mut storage = Storage::open(image(Version::V1, &anchors(1))).unwrap();
    storage.write_state(b"?").unwrap();
    let mut memory = storage.into_memory();
    let at = 512 + 2048;
    memory[at + 11] = 0xff;
    let error = ReadStateError::CutOff {
        length: 1 | 0xff << 56,
        available: (memory.len() - at - 12) as u64,
    };
    let migration = Migration::new(Storage::open(memory.clone()).unwrap(), Version::V8).unwrap();
    let result = migration.finish().map(|_| ());
    assert_eq!(result, Err(MigrateError::State { error }));
    let mut rules = Vec::new();
    verify(&memory, &mut |finding| {
        rules.push((finding.offset, finding.rule));
    })
    .unwrap();
    assert_eq!(rules, [(at as u64, Rule::State { error })]);
}

#[test]
fn a_state_is_not_cleared_in_part_when_a_read_fails() {
    let mut storage = Storage::open(image(Version::V5, &anchors(1))).unwrap();
    storage.write_state(&[9; 5000]).unwrap();
    let mut bytes = storage.into_memory();
    let before = bytes.clone();
    let mut storage = Storage::open(FailsOnce::never(&mut bytes)).unwrap();
    let mut count = 0;
    loop {
        storage.memory().after(count);
        let result = storage.clear_state();
        if !storage.memory().has_failed() {
            assert_eq!(result, Ok(()));
            break;
        }
        assert_eq!(result, Err(MemoryError::Device), "read {count}");
        assert_eq!(*storage.memory().bytes, before);
        count += 1;
    }
    assert_eq!(count, 2);
    assert_eq!(Storage::open(&bytes).unwrap().state(), Ok(None));
}
