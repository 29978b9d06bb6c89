//! What people read about errors and findings.

use candid_wire::{FieldId, Kind, ReadError, Reason};
use icid_storage::{
    AllocateError, AnchorError, EncodeRecordError, Field, Finding, KeyType, MemoryError,
    MigrateError, OpenError, ParseStateError, RangeError, ReadAnchorError, ReadHeaderError,
    ReadStateError, RecordError, Rule, Version, WriteAnchorError,
};
use principal::Principal;

#[test]
fn errors_say_what_was_found_and_what_is_allowed() {
    let candid = ReadError {
        position: 7,
        reason: Reason::TrailingBytes { count: 2 },
    };
    let anonymous = Principal::from_slice(&[4]).unwrap();
    let texts = [
        ReadHeaderError::Magic { found: *b"IIX" }.to_string(),
        ReadHeaderError::TooManyAnchors { count: 4, room: 3 }.to_string(),
        ReadHeaderError::RecordLength { length: 9000 }.to_string(),
        RangeError::Inverted { start: 5, end: 4 }.to_string(),
        OpenError::TooFewBuckets {
            pages: 129,
            owned: 128,
        }
        .to_string(),
        RecordError::Candid { error: candid }.to_string(),
        RecordError::CutOff {
            needed: 80,
            available: 3,
        }
        .to_string(),
        RecordError::WrongForm { found: Kind::Vec }.to_string(),
        RecordError::UnknownCase {
            field: Field::KeyType,
            id: FieldId::new(5),
        }
        .to_string(),
        ReadAnchorError::NoSuchAnchor { number: 9 }.to_string(),
        ReadStateError::CutOff {
            length: 9,
            available: 8,
        }
        .to_string(),
        ParseStateError::HashLength { length: 31 }.to_string(),
        AnchorError::FieldTooLong {
            field: Field::Alias,
            length: 65,
            limit: 64,
        }
        .to_string(),
        AnchorError::MultipleRecoveryPhrases { count: 2 }.to_string(),
        AnchorError::Protected {
            authorized: Principal::self_authenticating(b"recovery 1"),
            actual: anonymous,
        }
        .to_string(),
        AnchorError::ProtectedKeyType {
            key_type: KeyType::Platform,
        }
        .to_string(),
        AnchorError::TooLarge { size: 2501 }.to_string(),
        AllocateError::Full { end: 10_003 }.to_string(),
        AllocateError::StateInTheWay.to_string(),
        WriteAnchorError::UnknownFields { count: 2 }.to_string(),
        MigrateError::Backwards {
            from: Version::V5,
            to: Version::V3,
        }
        .to_string(),
        MigrateError::Encode {
            number: 10_007,
            error: EncodeRecordError::TooLong {
                length: 4100,
                limit: 4094,
            },
        }
        .to_string(),
        Finding {
            anchor: Some(10_025),
            offset: 51_748,
            rule: Rule::LeftoverInRecord,
        }
        .to_string(),
        Finding {
            anchor: None,
            offset: 8,
            rule: Rule::RangeBeyondCapacity {
                length: 9_000_000,
                capacity: 3_774_873,
            },
        }
        .to_string(),
        MemoryError::Full { pages: 3 }.to_string(),
    ];
    let expected = [
        "found 494958 at the start, expected 494943 (IIC)",
        "found 4 anchors in a range with room for 3",
        "found records of 9000 bytes, 3 to 4096 are allowed",
        "found a range from 5 to 4, which is before it",
        "found 129 pages of records in buckets of 128 pages",
        "the content cannot be read: found 2 bytes after the arguments, expected the end at byte 7",
        "found 3 bytes before the end of the memory, expected at least 80",
        "found vec, which records do not hold here",
        "found case 5 of the field key_type, which is not known",
        "no anchor has the number 9",
        "found a persistent state of 9 bytes, but only 8 follow",
        "found a hash of 31 bytes, expected 32",
        "found a field alias of 65 bytes, at most 64 are allowed",
        "found 2 recovery phrases, at most 1 is allowed",
        "found a protected device, which \
         xy2lu-b3jqa-n3bjs-j2ppy-xkbuz-eg5pu-psa5z-sglmv-uaznp-z4hik-kqe may change, but not \
         2vxsx-fae",
        "found a protected device of key type platform, only seed_phrase is allowed",
        "found texts and blobs of 2501 bytes, at most 2500 are allowed",
        "found no number before 10003 that is free",
        "found the persistent state where the record would be",
        "found 2 fields that are not known, which would be lost",
        "found layout 5, which comes after layout 3",
        "anchor 10007: found a content of 4100 bytes, at most 4094 are allowed",
        "anchor 10025, byte 51748: found bytes behind the content of the record",
        "byte 8: found a range of 9000000 numbers, there is room for 3774873",
        "no room for 3 more pages",
    ];
    assert_eq!(texts, expected);
}
