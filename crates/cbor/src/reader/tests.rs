//! Tests of the cursor: every error, both sides of every limit.

use super::*;

fn error<T>(position: usize, reason: Reason) -> Result<T, ReadError> {
    Err(ReadError { position, reason })
}

fn end<T>(position: usize, needed: u64, available: usize) -> Result<T, ReadError> {
    error(position, Reason::UnexpectedEnd { needed, available })
}

fn wrong<T>(found: Kind, expected: Kind) -> Result<T, ReadError> {
    error(0, Reason::WrongKind { found, expected })
}

#[test]
// spec: REQID-13
fn reads_naturals_of_every_width() {
    for (input, value) in [
        (&[0x00][..], 0),
        (&[0x17], 23),
        (&[0x18, 0x18], 24),
        (&[0x18, 0x00], 0),
        (&[0x19, 0x01, 0x00], 256),
        (&[0x1a, 0x00, 0x01, 0x00, 0x00], 65536),
        (&[0x1b, 0, 0, 0, 0, 0, 0, 0, 1], 1),
        (&[0x1b, 255, 255, 255, 255, 255, 255, 255, 255], u64::MAX),
    ] {
        let mut reader = Reader::new(input);
        assert_eq!(reader.unsigned(), Ok(value));
        assert_eq!(reader.finish(), Ok(()));
        assert_eq!(Reader::new(input).integer(), Ok(i128::from(value)));
        assert_eq!(Reader::new(input).natural(), Ok(Natural::Small(value)));
    }
}

#[test]
fn reads_negative_integers_of_every_width() {
    for (input, value) in [
        (&[0x20][..], -1),
        (&[0x26], -7),
        (&[0x39, 0x01, 0x00], -257),
        (
            &[0x3b, 255, 255, 255, 255, 255, 255, 255, 255],
            -1 - i128::from(u64::MAX),
        ),
    ] {
        assert_eq!(Reader::new(input).integer(), Ok(value));
        assert_eq!(
            Reader::new(input).unsigned(),
            wrong(Kind::Negative, Kind::Unsigned)
        );
    }
}

#[test]
// spec: CBOR-5
fn reads_bignums_where_they_are_needed() {
    let two_to_the_64 = [0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut reader = Reader::new(&two_to_the_64);
    assert_eq!(reader.unsigned(), error(0, Reason::Bignum));
    assert_eq!(reader.integer(), error(0, Reason::Bignum));
    assert_eq!(
        reader.natural(),
        Ok(Natural::Big(&[1, 0, 0, 0, 0, 0, 0, 0, 0]))
    );
    let with_zeros = [0xc2, 0x4a, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let two_to_the_64 = Natural::Big(&[1, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(Reader::new(&with_zeros).natural(), Ok(two_to_the_64));
    let max_as_bignum = [0xc2, 0x48, 255, 255, 255, 255, 255, 255, 255, 255];
    assert_eq!(
        Reader::new(&max_as_bignum).natural(),
        error(0, Reason::BignumTooSmall)
    );
    let tag = Reason::UnexpectedTag { tag: 3 };
    assert_eq!(Reader::new(&[0xc3, 0x40]).natural(), error(0, tag));
    assert_eq!(
        Reader::new(&[0xc3, 0x40]).unsigned(),
        wrong(Kind::Tag, Kind::Unsigned)
    );
}

#[test]
fn says_where_a_head_is_cut_off() {
    assert_eq!(Reader::new(&[]).unsigned(), end(0, 1, 0));
    for (initial, needed) in [(0x18, 2), (0x19, 3), (0x1a, 5), (0x1b, 9)] {
        assert_eq!(Reader::new(&[initial]).unsigned(), end(0, needed, 1));
    }
}

#[test]
fn says_where_a_string_is_cut_off() {
    assert_eq!(Reader::new(b"\x43ab").bytes(), end(1, 3, 2));
    assert_eq!(Reader::new(b"\x63ab").text(), end(1, 3, 2));
    assert_eq!(Reader::new(b"\x42ab").bytes(), Ok(&b"ab"[..]));
    assert_eq!(Reader::new(b"\x62ab").text(), Ok("ab"));
}

#[test]
fn rejects_strings_in_chunks() {
    let kind = Kind::Bytes;
    assert_eq!(
        Reader::new(b"\x5f\x41a\xff").bytes(),
        error(0, Reason::Chunked { kind })
    );
    let kind = Kind::Text;
    assert_eq!(
        Reader::new(b"\x7f\x61a\xff").text(),
        error(0, Reason::Chunked { kind })
    );
}

#[test]
fn rejects_reserved_initial_bytes() {
    for byte in [0x1c, 0x1d, 0x1e, 0x1f, 0x5c, 0x9e, 0xbd, 0xdf] {
        let mut reader = Reader::new(core::slice::from_ref(&byte));
        assert_eq!(
            reader.skip(),
            error(0, Reason::ReservedInitialByte { byte })
        );
    }
}

#[test]
fn says_what_it_found_instead() {
    assert_eq!(Reader::new(&[0x60]).bytes(), wrong(Kind::Text, Kind::Bytes));
    assert_eq!(Reader::new(&[0x40]).text(), wrong(Kind::Bytes, Kind::Text));
    assert_eq!(
        Reader::new(&[0x40]).unsigned(),
        wrong(Kind::Bytes, Kind::Unsigned)
    );
    assert_eq!(
        Reader::new(&[0xa0]).array().map(|_| ()),
        wrong(Kind::Map, Kind::Array)
    );
    assert_eq!(
        Reader::new(&[0xbf]).array().map(|_| ()),
        wrong(Kind::Map, Kind::Array)
    );
    assert_eq!(
        Reader::new(&[0x80]).map().map(|_| ()),
        wrong(Kind::Array, Kind::Map)
    );
    assert_eq!(
        Reader::new(&[0xf6]).boolean(),
        wrong(Kind::Null, Kind::Bool)
    );
    assert_eq!(Reader::new(&[0x00]).tag(), wrong(Kind::Unsigned, Kind::Tag));
    assert_eq!(
        Reader::new(&[0xf9, 0, 0]).unsigned(),
        wrong(Kind::Float, Kind::Unsigned)
    );
}

#[test]
fn no_head_is_taken_for_one_of_another_kind() {
    for first in 0..=u8::MAX {
        // Zeros that may follow are enough for all that a head can announce.
        let mut input = [0; 300];
        input[0] = first;
        let new = || Reader::new(&input);
        let found = Kind::of(first);
        for (expected, result) in [
            (Kind::Bytes, new().bytes().map(|_| ())),
            (Kind::Text, new().text().map(|_| ())),
            (Kind::Array, new().array().map(|_| ())),
            (Kind::Map, new().map().map(|_| ())),
            (Kind::Tag, new().tag().map(|_| ())),
        ] {
            if found != expected {
                assert_eq!(result, wrong(found, expected), "{first:#x}");
            }
        }
    }
}

#[test]
fn reads_booleans() {
    assert_eq!(Reader::new(&[0xf4]).boolean(), Ok(false));
    assert_eq!(Reader::new(&[0xf5]).boolean(), Ok(true));
}

#[test]
// spec: CBOR-12
fn takes_null_only_if_it_may() {
    assert_eq!(
        Reader::new(&[0xf6]).null(NullRule::Reject),
        error(0, Reason::Null)
    );
    let mut reader = Reader::new(&[0xf6, 0x00]);
    assert_eq!(reader.null(NullRule::Absent), Ok(true));
    assert_eq!(reader.null(NullRule::Absent), Ok(false));
    assert_eq!(reader.null(NullRule::Reject), Ok(false));
    assert_eq!(reader.position(), 1);
}

#[test]
fn counts_items_of_both_lengths() {
    for input in [
        &[0x82, 0x01, 0x02, 0x03][..],
        &[0x9f, 0x01, 0x02, 0xff, 0x03],
    ] {
        let mut reader = Reader::new(input);
        let mut items = reader.array().unwrap();
        assert_eq!(items.remaining(), (input[0] == 0x82).then_some(2));
        assert_eq!(reader.expect_item(&mut items), Ok(()));
        assert_eq!(reader.unsigned(), Ok(1));
        assert_eq!(reader.next(&mut items), Ok(true));
        assert_eq!(reader.unsigned(), Ok(2));
        assert_eq!(reader.expect_end(&mut items), Ok(()));
        assert_eq!(items.remaining(), Some(0));
        assert_eq!(reader.next(&mut items), Ok(false));
        assert_eq!(reader.remaining(), [0x03]);
    }
}

#[test]
fn says_that_items_are_missing_or_too_many() {
    for input in [&[0x81, 0x01][..], &[0x9f, 0x01, 0xff]] {
        let mut reader = Reader::new(input);
        let mut items = reader.array().unwrap();
        assert_eq!(reader.expect_end(&mut items), error(1, Reason::ExcessItem));
        let mut reader = Reader::new(input);
        let mut items = reader.array().unwrap();
        assert_eq!(reader.expect_item(&mut items), Ok(()));
        assert_eq!(reader.unsigned(), Ok(1));
        assert_eq!(
            reader.expect_item(&mut items),
            error(2, Reason::MissingItem)
        );
    }
    let mut reader = Reader::new(&[0x9f]);
    let mut items = reader.array().unwrap();
    assert_eq!(reader.next(&mut items), end(1, 1, 0));
}

#[test]
fn a_map_can_have_integer_keys() {
    // {1: 2, -1: h''}, as COSE keys have.
    let mut reader = Reader::new(&[0xa2, 0x01, 0x02, 0x20, 0x40]);
    let mut entries = reader.map().unwrap();
    assert_eq!(reader.next(&mut entries), Ok(true));
    assert_eq!((reader.integer(), reader.integer()), (Ok(1), Ok(2)));
    assert_eq!(reader.next(&mut entries), Ok(true));
    assert_eq!((reader.integer(), reader.bytes()), (Ok(-1), Ok(&[][..])));
    assert_eq!(reader.next(&mut entries), Ok(false));
    assert_eq!(reader.finish(), Ok(()));
}

#[test]
fn announced_items_must_have_room() {
    assert!(Reader::new(&[0x82, 0x00, 0x00]).array().is_ok());
    assert_eq!(
        Reader::new(&[0x83, 0x00, 0x00]).array().map(|_| ()),
        end(1, 3, 2)
    );
    assert!(Reader::new(&[0xa1, 0x00, 0x00]).map().is_ok());
    assert_eq!(Reader::new(&[0xa1, 0x00]).map().map(|_| ()), end(1, 2, 1));
}

#[test]
// spec: CBOR-1
fn takes_the_tag_as_the_rule_says() {
    for rule in [TagRule::Optional, TagRule::Required] {
        for input in [
            &[0xd9, 0xd9, 0xf7, 0x07][..],
            &[0xda, 0, 0, 0xd9, 0xf7, 0x07],
        ] {
            let mut reader = Reader::new(input);
            assert_eq!(reader.self_described_tag(rule), Ok(()));
            assert_eq!(reader.unsigned(), Ok(7));
        }
        assert_eq!(Reader::new(&[]).self_described_tag(rule), end(0, 1, 0));
    }
    for input in [&[0x07][..], &[0xc2, 0x40]] {
        let mut reader = Reader::new(input);
        let missing = error(0, Reason::MissingTag);
        assert_eq!(reader.self_described_tag(TagRule::Required), missing);
        assert_eq!(reader.self_described_tag(TagRule::Optional), Ok(()));
        assert_eq!(reader.position(), 0);
    }
}

#[test]
// spec: CBOR-9
fn says_how_many_bytes_follow() {
    let mut reader = Reader::new(&[0x01, 0x02, 0x03]);
    assert_eq!(reader.unsigned(), Ok(1));
    assert_eq!(
        reader.finish(),
        error(1, Reason::TrailingBytes { count: 2 })
    );
}
