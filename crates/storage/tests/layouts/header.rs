//! Headers of every layout, with the vectors of the service's own tests.

use hex_literal::hex;
use icid_storage::{Header, IdRange, Moving, RangeError, ReadHeaderError, Salt, Storage, Version};

const SALT: [u8; 32] = [0x43; 32];

/// The bytes that every header begins with, from the service's test
/// `should_recover_header_from_memory`: five anchors, 123456 to 654321, records of 2048 bytes.
fn start(version: u8) -> Vec<u8> {
    let mut bytes = hex!("494943 00 05000000 40e2010000000000 f1fb090000000000 0008").to_vec();
    bytes[3] = version;
    bytes.extend(SALT);
    bytes
}

fn range(start: u64, end: u64) -> IdRange {
    IdRange::new(start, end).unwrap()
}

#[test]
fn the_first_layout_is_written_as_the_service_did() {
    // should_serialize_header, 2022
    let mut storage = Storage::create(Vec::new(), Version::V1, range(1, 2)).unwrap();
    storage.set_salt(Salt::new([5; 32]).unwrap()).unwrap();
    let expected = hex!(
        "49494301 00000000 0100000000000000 0200000000000000 0008"
        "0505050505050505050505050505050505050505050505050505050505050505"
    );
    assert_eq!(storage.header().encode().as_bytes(), expected);
    let memory = storage.into_memory();
    assert_eq!(memory[..58], expected);
    assert_eq!(memory.len(), 65_536);
    assert_eq!(memory[58..], [0; 65_536 - 58]);
}

#[test]
fn later_layouts_are_written_as_the_service_did() {
    // should_serialize_header_v6, _v7 and _v8; layout 3 of 2022 has more zeros behind it
    for (number, pages) in [(3, 1), (5, 1), (6, 1), (7, 2), (8, 130)] {
        let version = Version::from_number(number).unwrap();
        let mut storage = Storage::create(Vec::new(), version, range(1, 2)).unwrap();
        storage.set_salt(Salt::new([5; 32]).unwrap()).unwrap();
        let mut expected = hex!(
            "49494300 00000000 0100000000000000 0200000000000000 0010"
            "0505050505050505050505050505050505050505050505050505050505050505"
            "0000020000000000"
        );
        expected[3] = number;
        assert_eq!(storage.header().encode().as_bytes(), expected);
        let memory = storage.into_memory();
        assert_eq!(memory[..66], expected);
        assert_eq!(memory[66..84], [0; 18]);
        assert_eq!(memory.len(), pages * 65_536, "layout {number}");
    }
}

// spec: II-STORE-3, II-STORE-4
#[test]
fn headers_are_read_as_the_service_did() {
    // should_recover_header_from_memory, _v6 and _v7
    for number in [1, 3, 5, 6, 7, 8] {
        let mut bytes = start(number);
        bytes.extend(hex!("0002000000000000"));
        let header = Header::parse(&bytes).unwrap();
        assert_eq!(header.version().number(), number);
        assert_eq!(header.anchor_count(), 5);
        assert_eq!(header.range(), range(123_456, 654_321));
        assert_eq!(header.stored_range(), header.range());
        assert_eq!(header.record_length(), 2048);
        assert_eq!(header.salt().unwrap().as_bytes(), &SALT);
        assert_eq!(header.first_record(), (number > 1).then_some(512));
        assert_eq!(header.moving(), None);
        assert_eq!(header.is_regular(), number == 1);
        let length = if number == 1 { 58 } else { 66 };
        assert_eq!(header.encode().as_bytes(), &bytes[..length]);
    }
}

#[test]
fn a_range_and_an_anchor_change_the_header_as_in_the_service() {
    // should_set_user_number_range, 2022
    let mut memory = start(1);
    memory.resize(65_536, 0);
    memory[4] = 0;
    let mut storage = Storage::open(memory).unwrap();
    storage.set_range(range(1_234_567, 5_000_000)).unwrap();
    for number in 1_234_567..1_234_573 {
        assert_eq!(storage.allocate(), Ok(number));
    }
    let mut expected = hex!("49494301 06000000 87d6120000000000 404b4c0000000000 0008").to_vec();
    expected.extend(SALT);
    assert_eq!(storage.into_memory()[..58], expected);
}

// spec: II-STORE-10, II-STORE-11
#[test]
fn migrations_have_their_place_in_the_header() {
    let mut bytes = start(2);
    bytes.extend(hex!("0010 03000000 64000000"));
    let header = Header::parse(&bytes).unwrap();
    let moving = Moving {
        new_layout_start: 3,
        batch_size: 100,
        record_length: 4096,
    };
    assert_eq!(header.moving(), Some(moving));
    assert_eq!(header.first_record(), None);
    assert_eq!(header.encode().as_bytes(), bytes);

    let mut bytes = start(4);
    bytes[25] = 0x10;
    bytes.extend(hex!("0000020000000000 05000000 00000000"));
    let header = Header::parse(&bytes).unwrap();
    let moving = Moving {
        new_layout_start: 5,
        batch_size: 0,
        record_length: 4096,
    };
    assert_eq!(header.moving(), Some(moving));
    assert_eq!(header.first_record(), Some(131_072));
    assert_eq!(header.encode().as_bytes(), bytes);
}

#[test]
fn more_old_records_than_records_are_rejected() {
    for (number, tail) in [(2, "0010"), (4, "0000020000000000")] {
        let tail = if tail.len() == 4 {
            hex!("0010").to_vec()
        } else {
            hex!("0000020000000000").to_vec()
        };
        for (start_index, result) in [
            (5_u32, Ok(())),
            (
                6,
                Err(ReadHeaderError::NewLayoutStart { start: 6, count: 5 }),
            ),
        ] {
            let mut bytes = start(number);
            bytes.extend(&tail);
            bytes.extend(start_index.to_le_bytes());
            bytes.extend([0; 4]);
            assert_eq!(Header::parse(&bytes).map(|_| ()), result);
        }
    }
}

// spec: II-STORE-5
#[test]
fn a_salt_of_zeros_is_none() {
    let mut bytes = start(1);
    bytes[26..].fill(0);
    assert_eq!(Header::parse(&bytes).unwrap().salt(), None);
    assert_eq!(Header::parse(&bytes).unwrap().encode().as_bytes(), bytes);
    bytes[57] = 1;
    assert!(Header::parse(&bytes).unwrap().salt().is_some());
}

#[test]
fn a_salt_stays_out_of_logs() {
    let header = Header::parse(&start(1)).unwrap();
    assert!(!format!("{header:?}").contains("67"));
    assert_eq!(format!("{:?}", header.salt().unwrap()), "Salt(…)");
}

// spec: II-STORE-1, II-STORE-2
#[test]
fn rejects_what_is_no_header() {
    let parse = |bytes: &[u8]| Header::parse(bytes).map(|_| ());
    for (length, needed) in [(0, 58), (3, 58), (4, 58), (57, 58)] {
        let error = ReadHeaderError::TooShort {
            length: length as u64,
            needed,
        };
        assert_eq!(parse(&start(1)[..length]), Err(error));
    }
    assert_eq!(parse(&start(1)), Ok(()));
    for (number, needed) in [(2, 68), (3, 66), (4, 74), (8, 66)] {
        let error = ReadHeaderError::TooShort { length: 58, needed };
        assert_eq!(parse(&start(number)), Err(error));
    }
    let mut bytes = start(1);
    bytes[2] = b'c';
    let error = ReadHeaderError::Magic { found: *b"IIc" };
    assert_eq!(parse(&bytes), Err(error));
    for found in [0, 10, b'1', 255] {
        assert_eq!(
            parse(&start(found)),
            Err(ReadHeaderError::Version { found })
        );
    }
}

// spec: II-STORE-1
#[test]
fn a_memory_needs_a_page() {
    let mut memory = start(1);
    memory.resize(65_535, 0);
    let error = ReadHeaderError::TooShort {
        length: 65_535,
        needed: 65_536,
    };
    assert_eq!(Header::read_from(memory.as_slice()), Err(error));
    memory.push(0);
    assert!(Header::read_from(memory.as_slice()).is_ok());
}

#[test]
fn records_have_room_for_a_byte_and_fit_a_buffer() {
    for (length, is_right) in [(2_u16, false), (3, true), (4096, true), (4097, false)] {
        let mut bytes = start(1);
        bytes[24..26].copy_from_slice(&length.to_le_bytes());
        let expected = if is_right {
            Ok(())
        } else {
            Err(ReadHeaderError::RecordLength { length })
        };
        assert_eq!(Header::parse(&bytes).map(|_| ()), expected);
        let mut bytes = start(2);
        bytes.extend(length.to_le_bytes());
        bytes.extend([0; 8]);
        assert_eq!(Header::parse(&bytes).map(|_| ()), expected);
    }
}

#[test]
fn records_begin_behind_the_header() {
    for (offset, is_right) in [(65, false), (66, true), (131_072, true), (131_073, false)] {
        let mut bytes = start(5);
        bytes.extend(u64::to_le_bytes(offset));
        let expected = if is_right {
            Ok(())
        } else {
            Err(ReadHeaderError::FirstRecord { offset })
        };
        assert_eq!(Header::parse(&bytes).map(|_| ()), expected);
        // Layout 7 has the field, and does not use it.
        bytes[3] = 7;
        assert_eq!(Header::parse(&bytes).map(|_| ()), Ok(()));
    }
}

/// A header with this range and number of anchors.
fn with_range(version: u8, start_number: u64, end: u64, count: u32) -> Vec<u8> {
    let mut bytes = start(version);
    bytes[4..8].copy_from_slice(&count.to_le_bytes());
    bytes[8..16].copy_from_slice(&start_number.to_le_bytes());
    bytes[16..24].copy_from_slice(&end.to_le_bytes());
    if version > 1 {
        bytes.extend(hex!("0000020000000000"));
    }
    bytes
}

// spec: II-STORE-6
#[test]
fn a_range_may_be_empty_but_not_inverted() {
    let parse = |start, end| Header::parse(&with_range(1, start, end, 0)).map(|it| it.range());
    assert_eq!(parse(5, 5), Ok(range(5, 5)));
    let error = RangeError::Inverted { start: 5, end: 4 };
    assert_eq!(parse(5, 4), Err(ReadHeaderError::Range { error }));
    let start = u64::MAX - 1;
    assert_eq!(parse(start, u64::MAX), Ok(range(start, u64::MAX)));
}

// spec: II-STORE-7
#[test]
fn a_range_beyond_the_capacity_is_cut_off_and_kept() {
    // Capacities: the service's tests, should_report_max_number_of_entries
    for (version, capacity) in [
        (1, 3_774_873),
        (3, 8_178_860),
        (6, 8_178_860),
        (8, 8_178_860),
        (9, 67_106_816),
    ] {
        for (length, expected) in [
            (capacity - 1, capacity - 1),
            (capacity, capacity),
            (capacity + 1, capacity),
            (7_999_990_000, capacity),
        ] {
            let bytes = with_range(version, 10_000, 10_000 + length, 31);
            let header = Header::parse(&bytes).unwrap();
            assert_eq!(header.range(), range(10_000, 10_000 + expected));
            assert_eq!(header.stored_range(), range(10_000, 10_000 + length));
            // Layout 9 does not say where records begin.
            let end = if version < 9 { bytes.len() } else { 58 };
            assert_eq!(header.encode().as_bytes(), &bytes[..end]);
        }
    }
}

// spec: II-STORE-6
#[test]
fn anchors_have_numbers_of_the_range() {
    let parse = |version, end, count| {
        Header::parse(&with_range(version, 10_000, end, count)).map(|it| it.anchor_count())
    };
    assert_eq!(parse(1, 10_003, 3), Ok(3));
    let error = ReadHeaderError::TooManyAnchors { count: 4, room: 3 };
    assert_eq!(parse(1, 10_003, 4), Err(error));
    // Cut off first, then counted.
    assert_eq!(parse(1, u64::MAX, 3_774_873), Ok(3_774_873));
    let error = ReadHeaderError::TooManyAnchors {
        count: 3_774_874,
        room: 3_774_873,
    };
    assert_eq!(parse(1, u64::MAX, 3_774_874), Err(error));
}

#[test]
fn numbers_and_indexes_belong_together() {
    let header = Header::parse(&start(1)).unwrap();
    assert_eq!(header.index(123_455), None);
    assert_eq!(header.index(123_456), Some(0));
    assert_eq!(header.index(123_460), Some(4));
    assert_eq!(header.index(123_461), None);
    assert_eq!(header.index(u64::MAX), None);
    assert_eq!(header.number(4), 123_460);
}

#[test]
fn checks_come_in_their_order() {
    // Everything is wrong; each time the first thing is mended.
    let mut bytes = with_range(4, 5, 4, 9);
    bytes[..3].copy_from_slice(b"XYZ");
    bytes[3] = 99;
    bytes[24..26].fill(0);
    bytes[58..66].fill(0);
    bytes.extend(hex!("0a000000 00000000"));
    let parse = |bytes: &[u8]| Header::parse(bytes).map(|_| ());
    let error = ReadHeaderError::Magic { found: *b"XYZ" };
    assert_eq!(parse(&bytes), Err(error));
    bytes[..3].copy_from_slice(b"IIC");
    assert_eq!(parse(&bytes), Err(ReadHeaderError::Version { found: 99 }));
    bytes[3] = 4;
    assert_eq!(
        parse(&bytes),
        Err(ReadHeaderError::RecordLength { length: 0 })
    );
    bytes[25] = 0x10;
    assert_eq!(
        parse(&bytes),
        Err(ReadHeaderError::FirstRecord { offset: 0 })
    );
    bytes[60] = 2;
    let error = RangeError::Inverted { start: 5, end: 4 };
    assert_eq!(parse(&bytes), Err(ReadHeaderError::Range { error }));
    bytes[16] = 6;
    let error = ReadHeaderError::TooManyAnchors { count: 9, room: 1 };
    assert_eq!(parse(&bytes), Err(error));
    bytes[16] = 50;
    let error = ReadHeaderError::NewLayoutStart {
        start: 10,
        count: 9,
    };
    assert_eq!(parse(&bytes), Err(error));
    bytes[66] = 9;
    assert_eq!(parse(&bytes), Ok(()));
}

#[test]
fn a_range_has_its_first_number_and_not_its_end() {
    let range = range(10, 20);
    let numbers = [0, 9, 10, 11, 19, 20, 21, u64::MAX];
    let contained = numbers.map(|number| range.contains(number));
    assert_eq!(
        contained,
        [false, false, true, true, true, false, false, false]
    );
}
