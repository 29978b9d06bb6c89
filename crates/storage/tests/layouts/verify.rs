//! Verification: everything that can be wrong with an image is one finding.

use candid_wire::{FieldId, Kind, ReadError, Reason, Type, Value, encode};
use icid_storage::{
    AnchorError, AnchorRecord, DeviceRecord, Field, Finding, Form, KeyType, ManagerFinding,
    MemoryError, MemoryId, MetadataEntry, MetadataMap, OpenError, OpenManagerError, OpenMapError,
    Protection, ReadHeaderError, RecordError, Rule, Severity, Storage, Summary, Version, verify,
};

use crate::support::{FailsOnce, anchor, anchors, device, image, phrase};

fn findings(memory: &Vec<u8>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let summary = verify(memory, &mut |finding| findings.push(finding)).unwrap();
    let of = |severity| {
        let found = findings.iter().filter(|it| it.rule.severity() == severity);
        found.count() as u64
    };
    let counted = (summary.broken, summary.unusual, summary.notes);
    let expected = (
        of(Severity::Broken),
        of(Severity::Unusual),
        of(Severity::Note),
    );
    assert_eq!(counted, expected);
    findings
}

fn only(memory: &Vec<u8>) -> Finding {
    let findings = findings(memory);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0]
}

/// An image of layout 5 whose second record has this content.
fn with_content(content: &[u8]) -> Vec<u8> {
    let mut memory = image(Version::V5, &anchors(3));
    let at = SECOND as usize - 2;
    memory[at..at + 4096].fill(0);
    memory[at..at + 2].copy_from_slice(&(content.len() as u16).to_le_bytes());
    memory[at + 2..at + 2 + content.len()].copy_from_slice(content);
    memory
}

/// Where the content of the second record is.
const SECOND: u64 = 131_072 + 4096 + 2;

/// A record of devices that today's rules need not allow.
fn content(devices: &[DeviceRecord]) -> Vec<u8> {
    let ty = Type::record([
        ("alias", Type::Text),
        ("pubkey", Type::blob()),
        ("credential_id", Type::opt(Type::blob())),
        (
            "key_type",
            Type::variant([("seed_phrase", Type::Null), ("platform", Type::Null)]),
        ),
        (
            "protection",
            Type::variant([("protected", Type::Null), ("unprotected", Type::Null)]),
        ),
        ("origin", Type::opt(Type::Text)),
    ]);
    let values = devices.iter().map(|it| {
        let key_type = match it.key_type {
            KeyType::SeedPhrase => "seed_phrase",
            _ => "platform",
        };
        let id = it.credential_id.as_deref();
        let origin = it.origin.as_deref();
        Value::record([
            ("alias", Value::Text(&it.alias)),
            ("pubkey", Value::Blob(&it.pubkey)),
            (
                "credential_id",
                id.map_or_else(Value::none, |id| Value::some(Value::Blob(id))),
            ),
            ("key_type", Value::variant(key_type, Value::Null)),
            (
                "protection",
                Value::variant(it.protection.name(), Value::Null),
            ),
            (
                "origin",
                origin.map_or_else(Value::none, |it| Value::some(Value::Text(it))),
            ),
        ])
    });
    let ty = Type::record([("devices", Type::vec(ty))]);
    let value = Value::record([("devices", Value::vec(values))]);
    encode(&[(&ty, &value)]).unwrap()
}

fn about_second(rule: Rule) -> Finding {
    Finding {
        anchor: Some(10_001),
        offset: SECOND,
        rule,
    }
}

#[test]
fn a_good_image_has_no_findings() {
    for version in Version::ALL
        .into_iter()
        .filter(|it| !it.is_moving() && *it <= Version::V8)
    {
        let mut found = Vec::new();
        let memory = image(version, &anchors(20));
        let summary = verify(&memory, &mut |finding| found.push(finding)).unwrap();
        assert_eq!(found, [], "layout {version}");
        let expected = Summary {
            anchors: 20,
            without_devices: 5,
            devices: 30,
            ..Summary::default()
        };
        assert_eq!(summary, expected);
    }
}

// spec: II-STORE-16, II-STORE-18
#[test]
fn an_image_that_cannot_be_opened_is_one_finding() {
    let open = |error| Finding {
        anchor: None,
        offset: 0,
        rule: Rule::Open { error },
    };
    let header = |error| open(OpenError::Header { error });
    let good = image(Version::V7, &anchors(2));

    let mut bad = good.clone();
    bad[0] = b'J';
    let error = ReadHeaderError::Magic { found: *b"JIC" };
    assert_eq!(only(&bad), header(error));

    let mut bad = good.clone();
    bad[3] = 77;
    assert_eq!(only(&bad), header(ReadHeaderError::Version { found: 77 }));

    let mut bad = good.clone();
    bad[65_536] = b'N';
    let error = OpenManagerError::Magic { found: *b"NGR" };
    assert_eq!(only(&bad), open(OpenError::Manager { error }));

    let mut bad = good.clone();
    bad[65_536 + 40..65_536 + 48].copy_from_slice(&129_u64.to_le_bytes());
    let error = OpenError::TooFewBuckets {
        pages: 129,
        owned: 128,
    };
    assert_eq!(only(&bad), open(error));

    let short = good[..65_535].to_vec();
    let error = ReadHeaderError::TooShort {
        length: 65_535,
        needed: 65_536,
    };
    assert_eq!(only(&short), header(error));
    let error = OpenManagerError::Empty;
    assert_eq!(
        only(&good[..65_536].to_vec()),
        open(OpenError::Manager { error })
    );
}

#[test]
fn records_that_cannot_be_read_are_found_with_their_place() {
    let broken = |content: &[u8], inside: u64, error| {
        let expected = Finding {
            anchor: Some(10_001),
            offset: SECOND + inside,
            rule: Rule::Record { error },
        };
        assert_eq!(only(&with_content(content)), expected);
    };
    let candid = |position, reason| RecordError::Candid {
        error: ReadError { position, reason },
    };
    let good = anchor(3).encode(Form::Anchor).unwrap();
    // Unknown types, huge vectors, bytes behind, another form.
    broken(b"XIDL", 0, candid(0, Reason::MissingMagic));
    broken(
        b"DIDL\x00\x01\x09",
        6,
        candid(6, Reason::UnknownType { index: 9, count: 0 }),
    );
    broken(
        b"DIDL\x00\x01\x65",
        6,
        candid(6, Reason::UnknownOpcode { opcode: -27 }),
    );
    let huge = b"DIDL\x03\x6d\x01\x6c\x02\x90\xa3\xc5\x8c\x02\x71\x82\xf6\xca\xb7\x06\x02\x6d\x7b";
    let huge = [&huge[..], b"\x6c\x01\x9d\xce\xa4\xbb\x0d\x00"].concat();
    let mut huge = huge;
    huge[4] = 4;
    huge.extend(b"\x01\x03\xff\xff\xff\xff\x0f");
    let position = huge.len();
    let needed = Reason::UnexpectedEnd {
        needed: 1,
        available: 0,
    };
    broken(&huge, position as u64, candid(position, needed));
    let longer = [&good[..], b"\0"].concat();
    let position = good.len();
    let trailing = Reason::TrailingBytes { count: 1 };
    broken(&longer, position as u64, candid(position, trailing));
    let list = anchor(3).encode(Form::Devices).unwrap();
    broken(&list, 0, RecordError::WrongForm { found: Kind::Vec });
    // Metadata with a key and no value.
    let entry = Type::Record(vec![(FieldId::new(0), Type::Text)]);
    let ty = Type::record([
        ("alias", Type::Text),
        ("pubkey", Type::blob()),
        ("metadata", Type::opt(Type::vec(entry))),
    ]);
    let entry = Value::Record(vec![(FieldId::new(0), Value::Text("k"))]);
    let value = Value::record([
        ("alias", Value::Text("")),
        ("pubkey", Value::Blob(b"")),
        ("metadata", Value::some(Value::vec([entry]))),
    ]);
    let ty = Type::record([("devices", Type::vec(ty))]);
    let value = Value::record([("devices", Value::vec([value]))]);
    let content = encode(&[(&ty, &value)]).unwrap();
    // Behind the entry is the empty key of the device alone.
    let position = content.len() - 1;
    broken(
        &content,
        position as u64,
        RecordError::MetadataEntry { position },
    );
}

#[test]
fn a_length_beyond_the_record_is_found() {
    let mut memory = with_content(&[]);
    let at = SECOND as usize - 2;
    memory[at..at + 2].copy_from_slice(&4095_u16.to_le_bytes());
    let error = RecordError::LengthBeyondRecord {
        length: 4095,
        limit: 4094,
    };
    let expected = Finding {
        anchor: Some(10_001),
        offset: SECOND - 2,
        rule: Rule::Record { error },
    };
    assert_eq!(only(&memory), expected);
}

#[test]
fn records_that_are_not_there_are_found() {
    let memory = image(Version::V5, &anchors(40));
    let shorter = memory[..memory.len() - 65_536].to_vec();
    // Sixteen records to a page, and eight of forty on the last one.
    let found = findings(&shorter);
    assert_eq!(found.len(), 8);
    for (index, finding) in (32..).zip(found) {
        let error = RecordError::CutOff {
            needed: 2,
            available: 0,
        };
        let expected = Finding {
            anchor: Some(10_000 + index),
            offset: 131_072 + index * 4096,
            rule: Rule::Record { error },
        };
        assert_eq!(finding, expected);
    }
}

#[test]
fn buckets_that_are_not_there_are_found() {
    let memory = image(Version::V7, &anchors(40));
    let shorter = memory[..3 * 65_536].to_vec();
    let found = findings(&shorter);
    let expected = ManagerFinding::BucketsBeyondMemory {
        buckets: 1,
        needed: 130 * 65_536,
        length: 3 * 65_536,
    };
    assert_eq!(found[0].rule, Rule::Manager { finding: expected });
    // One page of sixteen records is there. The bytes behind the last record are not.
    assert_eq!(found.len(), 1 + 24 + 1);
    for (index, finding) in (16..40).zip(&found[1..]) {
        assert_eq!(finding.anchor, Some(10_000 + index));
        assert!(matches!(finding.rule, Rule::Memory { .. }));
    }
}

// spec: II-ANCHOR-14
#[test]
fn anchors_that_break_rules_of_today_are_found_and_read() {
    let found = |devices: &[DeviceRecord], rule| {
        assert_eq!(only(&with_content(&content(devices))), about_second(rule));
    };
    let device_rule = |position, error| Rule::Device { position, error };
    found(
        &[device(1), device(2), device(1)],
        device_rule(2, AnchorError::DuplicateDevice { position: 0 }),
    );
    let long = DeviceRecord {
        alias: "x".repeat(65),
        ..device(2)
    };
    let error = AnchorError::FieldTooLong {
        field: Field::Alias,
        length: 65,
        limit: 64,
    };
    found(&[device(1), long], device_rule(1, error));
    let protected = DeviceRecord {
        key_type: KeyType::Platform,
        protection: Protection::Protected,
        ..device(1)
    };
    let key_type = KeyType::Platform;
    found(
        &[protected],
        device_rule(0, AnchorError::ProtectedKeyType { key_type }),
    );
    let with_id = DeviceRecord {
        credential_id: Some(vec![1]),
        ..phrase(1, Protection::Unprotected)
    };
    found(
        &[with_id],
        device_rule(0, AnchorError::RecoveryPhraseWithCredentialId),
    );
    let phrases: Vec<DeviceRecord> = (0..3).map(|it| phrase(it, Protection::Protected)).collect();
    let error = AnchorError::MultipleRecoveryPhrases { count: 3 };
    found(&phrases, Rule::Anchor { error });
    let many: Vec<DeviceRecord> = (0..11).map(device).collect();
    let error = AnchorError::TooManyDevices { count: 11 };
    found(&many, Rule::Anchor { error });
    // Of too many devices, the last ones are not compared.
    let mut last_twice = many;
    last_twice[10] = device(0);
    found(&last_twice, Rule::Anchor { error });
    last_twice.swap_remove(9);
    let error = AnchorError::DuplicateDevice { position: 0 };
    found(&last_twice, device_rule(9, error));
    let large: Vec<DeviceRecord> = (0..4)
        .map(|number| DeviceRecord {
            pubkey: vec![number; 300],
            credential_id: Some(vec![number; 350]),
            ..DeviceRecord::default()
        })
        .collect();
    found(
        &large,
        Rule::Anchor {
            error: AnchorError::TooLarge { size: 2600 },
        },
    );
}

#[test]
fn a_reserved_key_among_stored_metadata_is_found() {
    let mut metadata = MetadataMap::new();
    assert!(metadata.insert("aliaz".into(), MetadataEntry::Text(String::new())));
    let mut anchor = AnchorRecord::new();
    let device = DeviceRecord {
        metadata: Some(metadata),
        ..device(1)
    };
    anchor.add_device(device).unwrap();
    let mut memory = image(Version::V5, &[anchor]);
    assert_eq!(findings(&memory), []);
    let at = memory.windows(5).position(|it| it == b"aliaz").unwrap();
    memory[at..at + 5].copy_from_slice(b"alias");
    let error = AnchorError::ReservedKey { key: "alias" };
    let finding = Finding {
        anchor: Some(10_000),
        offset: 131_072 + 2,
        rule: Rule::Device { position: 0, error },
    };
    assert_eq!(only(&memory), finding);
}

#[test]
fn what_is_left_over_is_noted() {
    let content = anchor(1).encode(Form::Anchor).unwrap();
    let mut memory = with_content(&content);
    let behind = SECOND as usize + content.len() + 5;
    memory[behind] = 1;
    let expected = Finding {
        anchor: Some(10_001),
        offset: behind as u64,
        rule: Rule::LeftoverInRecord,
    };
    assert_eq!(only(&memory), expected);
    let mut memory = with_content(&content);
    let behind = 131_072 + 3 * 4096 + 77;
    memory[behind] = 1;
    let expected = Finding {
        anchor: None,
        offset: behind as u64,
        rule: Rule::LeftoverBehind,
    };
    assert_eq!(only(&memory), expected);
    assert_eq!(only(&with_content(&[])), about_second(Rule::NeverWritten));
}

#[test]
fn fields_that_nobody_knows_are_noted() {
    let ty = Type::record([
        ("devices", Type::vec(Type::Nat)),
        ("a", Type::Nat),
        ("b", Type::Nat),
    ]);
    let value = Value::record([
        ("devices", Value::vec([])),
        ("a", Value::Nat(1)),
        ("b", Value::Nat(2)),
    ]);
    let memory = with_content(&encode(&[(&ty, &value)]).unwrap());
    assert_eq!(
        only(&memory),
        about_second(Rule::UnknownFields { count: 2 })
    );
}

#[test]
fn a_damaged_archive_buffer_is_found() {
    let mut memory = image(Version::V8, &anchors(1));
    // Memory 1 has the first bucket.
    memory[131_072] = b'X';
    let error = OpenMapError::Magic { found: *b"XTR" };
    assert_eq!(only(&memory).rule, Rule::ArchiveBuffer { error });
    memory[131_072..131_075].fill(0);
    let error = OpenMapError::Empty;
    assert_eq!(only(&memory).rule, Rule::ArchiveBuffer { error });
    let mut memory = image(Version::V8, &anchors(1));
    memory[131_072 + 20] = 9;
    let found = findings(&memory);
    assert!(!found.is_empty());
    assert!(
        found
            .iter()
            .all(|it| matches!(it.rule, Rule::ArchiveEntries { .. })),
        "{found:?}"
    );
    let storage = Storage::open(image(Version::V8, &anchors(1))).unwrap();
    let id = MemoryId::new(1).unwrap();
    assert_eq!(storage.manager().unwrap().pages(id), 1);
}

#[test]
fn an_image_without_salt_is_unusual_once_it_has_anchors() {
    let mut memory = image(Version::V3, &anchors(1));
    memory[26..58].fill(0);
    let expected = Finding {
        anchor: None,
        offset: 26,
        rule: Rule::NoSalt,
    };
    assert_eq!(only(&memory), expected);
    memory[4] = 0;
    memory[131_072..].fill(0);
    assert_eq!(findings(&memory), []);
}

#[test]
fn no_read_that_fails_is_passed_over() {
    for version in [Version::V1, Version::V5, Version::V7, Version::V8] {
        let mut storage = Storage::open(image(version, &anchors(3))).unwrap();
        storage.write_state(b"some state").unwrap();
        let mut bytes = storage.into_memory();
        let memory = FailsOnce::never(&mut bytes);
        let mut count = 0;
        loop {
            memory.after(count);
            let result = verify(&memory, &mut |_| {});
            if !memory.has_failed() {
                assert!(result.is_ok());
                break;
            }
            assert_eq!(result, Err(MemoryError::Device), "{version}, read {count}");
            count += 1;
        }
        // The header, three records and a state at least.
        assert!(count > 5, "{version}: only {count} reads");
    }
}
