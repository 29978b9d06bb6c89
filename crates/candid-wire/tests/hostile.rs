//! Messages made to cost more than they should.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use icid_candid_wire::{Arguments, FREE_VALUES, MAX_NESTING, ReadError, Reason, VALUES_PER_BYTE};

fn finish(bytes: &[u8]) -> Result<(), ReadError> {
    Arguments::parse(bytes)?.reader().finish()
}

fn reason(bytes: &[u8]) -> Option<Reason> {
    finish(bytes).err().map(|error| error.reason)
}

fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// A vector of so many values that are made of nothing.
fn nothings(definition: &[u8], count: u64) -> Vec<u8> {
    [&b"DIDL"[..], definition, &[1, 0], &leb128(count)].concat()
}

#[test]
fn values_made_of_nothing_are_counted() {
    // vec null, vec reserved, vec record {}
    for definition in [
        &[1, 0x6d, 0x7f][..],
        &[1, 0x6d, 0x70],
        &[2, 0x6d, 1, 0x6c, 0],
    ] {
        let length = u64::try_from(nothings(definition, FREE_VALUES).len()).unwrap();
        // The vector is a value, too.
        let most = FREE_VALUES + length * VALUES_PER_BYTE - 1;
        assert_eq!(finish(&nothings(definition, most)), Ok(()));
        let more = nothings(definition, most + 1);
        assert_eq!(reason(&more), Some(Reason::TooManyValues));
        let most_of_all = nothings(definition, u64::MAX);
        assert_eq!(reason(&most_of_all), Some(Reason::TooManyValues));
    }
}

#[test]
fn the_caller_who_reads_values_made_of_nothing_is_stopped_too() {
    let bytes = nothings(&[1, 0x6d, 0x7f], u64::MAX);
    let arguments = Arguments::parse(&bytes).unwrap();
    let mut reader = arguments.reader();
    reader.next_argument().unwrap();
    let mut elements = reader.vec().unwrap();
    let mut count = 0_u64;
    let error = loop {
        match elements.next(&mut reader) {
            Ok(true) => reader.null().unwrap(),
            Ok(false) => panic!("found the end"),
            Err(error) => break error,
        }
        count += 1;
    };
    let length = u64::try_from(bytes.len()).unwrap();
    assert_eq!(count, FREE_VALUES + length * VALUES_PER_BYTE - 1);
    let position = bytes.len();
    let reason = Reason::TooManyValues;
    assert_eq!(error, ReadError { position, reason });
}

#[test]
fn records_that_double_at_every_level_are_counted() {
    // Type i is a record of two of type i + 1; the last is a record without fields.
    let levels = 30_u8;
    let mut bytes = b"DIDL".to_vec();
    bytes.push(levels + 1);
    for level in 1..=levels {
        bytes.extend([0x6c, 2, 0, level, 1, level]);
    }
    bytes.extend([0x6c, 0, 1, 0]);
    assert_eq!(reason(&bytes), Some(Reason::TooManyValues));
}

#[test]
fn types_that_contain_themselves_end_somewhere() {
    // record { 0 : itself }
    assert_eq!(reason(b"DIDL\x01\x6c\x01\0\0\x01\0"), Some(Reason::TooDeep));
    // vec itself: each level takes a byte
    let vec = |depth: usize| [&b"DIDL\x01\x6d\0\x01\0"[..], &vec![1; depth - 1], &[0]].concat();
    assert_eq!(finish(&vec(MAX_NESTING)), Ok(()));
    assert_eq!(reason(&vec(MAX_NESTING + 1)), Some(Reason::TooDeep));
    assert_eq!(reason(&vec(100_000)), Some(Reason::TooDeep));
    // opt itself; an option without a value is no level
    let opt = |depth: usize| [&b"DIDL\x01\x6e\0\x01\0"[..], &vec![1; depth], &[0]].concat();
    assert_eq!(finish(&opt(MAX_NESTING)), Ok(()));
    assert_eq!(reason(&opt(MAX_NESTING + 1)), Some(Reason::TooDeep));
    // variant { 0 : null; 1 : itself }
    let variant = |depth: usize| {
        let head = b"DIDL\x01\x6b\x02\0\x7f\x01\0\x01\0";
        [&head[..], &vec![1; depth - 1], &[0]].concat()
    };
    assert_eq!(finish(&variant(MAX_NESTING)), Ok(()));
    assert_eq!(reason(&variant(MAX_NESTING + 1)), Some(Reason::TooDeep));
}

#[test]
fn cases_of_large_variants_are_counted() {
    // vec variant of 4096 cases without values; elements are the last one
    let cases = 4096_u32;
    let mut bytes = b"DIDL\x02\x6d\x01\x6b".to_vec();
    bytes.extend(leb128(cases.into()));
    for case in 0..cases {
        bytes.extend(leb128(case.into()));
        bytes.push(0x7f);
    }
    bytes.extend([1, 0]);
    let with = |count: usize| {
        let last = leb128(u64::from(cases) - 1);
        let head = leb128(u64::try_from(count).unwrap());
        [&bytes[..], &head, &last.repeat(count)].concat()
    };
    assert_eq!(finish(&with(50)), Ok(()));
    assert_eq!(reason(&with(10_000)), Some(Reason::TooManyValues));
}

#[test]
fn lengths_are_not_believed() {
    let huge = leb128(u64::MAX);
    for (definition, argument) in [
        (&[0][..], 0x71_u8),   // text
        (&[1, 0x6d, 0x7b], 0), // vec nat8
        (&[1, 0x6d, 0x78], 0), // vec nat64
        (&[1, 0x6d, 0x7e], 0), // vec bool
        (&[1, 0x6d, 0x71], 0), // vec text
        (&[1, 0x67, 0], 0),    // a future type
    ] {
        let bytes = [&b"DIDL"[..], definition, &[1, argument], &huge].concat();
        let found = reason(&bytes);
        assert!(
            matches!(found, Some(Reason::UnexpectedEnd { .. })),
            "{bytes:02x?}: {found:?}"
        );
    }
}

#[test]
fn reading_allocates_nothing() {
    let bytes = nothings(&[1, 0x6d, 0x7f], 1000);
    let info = allocation_counter::measure(|| {
        assert_eq!(finish(&bytes), Ok(()));
    });
    assert_eq!(info.count_total, 0);
}
