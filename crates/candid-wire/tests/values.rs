//! Values: what is read, what is refused, and where the cursor is then.
#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method as such is of one lifetime only"
)]

use icid_candid_wire::{Arguments, FieldId, Kind, ReadError, Reader, Reason};

fn error<T>(position: usize, reason: Reason) -> Result<T, ReadError> {
    Err(ReadError { position, reason })
}

/// Reads the first argument of `DIDL` and these bytes.
fn first<T>(
    bytes: &[u8],
    read: impl FnOnce(&mut Reader<'_, '_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let bytes = [b"DIDL", bytes].concat();
    let arguments = Arguments::parse(&bytes)?;
    let mut reader = arguments.reader();
    assert_eq!(reader.next_argument(), Ok(true));
    let before = (reader.kind(), reader.position());
    let result = read(&mut reader);
    if result.is_err() {
        assert_eq!(
            (reader.kind(), reader.position()),
            before,
            "the cursor moved"
        );
    } else {
        assert_eq!(reader.next_argument(), Ok(false));
        reader.finish()?;
    }
    result
}

#[test]
fn positions_count_from_the_start_of_the_message() {
    // (nat16, text)
    let bytes = b"DIDL\x00\x02\x7a\x71\x01\x02\x03abc";
    let arguments = Arguments::parse(bytes).unwrap();
    let mut reader = arguments.reader();
    assert_eq!(reader.position(), 8);
    assert_eq!(reader.next_argument(), Ok(true));
    assert_eq!(reader.nat16(), Ok(0x201));
    assert_eq!(reader.position(), 10);
    assert_eq!(reader.next_argument(), Ok(true));
    assert_eq!(reader.text(), Ok("abc"));
    assert_eq!(reader.position(), 14);
}

const fn wrong(found: Kind, expected: Kind) -> Reason {
    Reason::WrongKind { found, expected }
}

#[test]
fn reads_numbers_of_fixed_width() {
    assert_eq!(first(&[0, 1, 0x7b, 0xff], |reader| reader.nat8()), Ok(255));
    assert_eq!(
        first(&[0, 1, 0x7a, 1, 2], |reader| reader.nat16()),
        Ok(0x201)
    );
    assert_eq!(
        first(&[0, 1, 0x79, 1, 0, 0, 2], |reader| reader.nat32()),
        Ok(0x200_0001)
    );
    let bytes = [0, 1, 0x78, 1, 0, 0, 0, 0, 0, 0, 0x80];
    assert_eq!(
        first(&bytes, |reader| reader.nat64()),
        Ok(0x8000_0000_0000_0001)
    );
    assert_eq!(first(&[0, 1, 0x77, 0xff], |reader| reader.int8()), Ok(-1));
    assert_eq!(
        first(&[0, 1, 0x76, 0xfe, 0xff], |reader| reader.int16()),
        Ok(-2)
    );
    assert_eq!(
        first(&[0, 1, 0x75, 0, 0, 0, 0x80], |reader| reader.int32()),
        Ok(i32::MIN)
    );
    let bytes = [0, 1, 0x74, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert_eq!(first(&bytes, |reader| reader.int64()), Ok(i64::MAX));
    assert_eq!(
        first(&[0, 1, 0x73, 0, 0, 0xc0, 0x3f], |reader| reader.float32()),
        Ok(1.5)
    );
    let bytes = [0, 1, 0x72, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f];
    assert_eq!(first(&bytes, |reader| reader.float64()), Ok(1.5));
    let reason = Reason::UnexpectedEnd {
        needed: 8,
        available: 7,
    };
    assert_eq!(
        first(&[0, 1, 0x78, 1, 2, 3, 4, 5, 6, 7], |reader| reader.nat64()),
        error(7, reason)
    );
    assert_eq!(
        first(&[0, 1, 0x79, 1, 0, 0, 2], |reader| reader.int32()),
        error(7, wrong(Kind::Nat32, Kind::Int32))
    );
}

#[test]
fn numbers_of_fixed_width_are_skipped_and_take_their_width() {
    for (size, opcodes) in [
        (1, &[0x7b, 0x77][..]),
        (2, &[0x7a, 0x76]),
        (4, &[0x79, 0x75, 0x73]),
        (8, &[0x78, 0x74, 0x72]),
    ] {
        for &opcode in opcodes {
            let number = |length: usize| [&[0, 1, opcode], &vec![0xff; length][..]].concat();
            assert_eq!(first(&number(size), |reader| reader.skip()), Ok(()));
            let reason = Reason::UnexpectedEnd {
                needed: u64::try_from(size).unwrap(),
                available: size - 1,
            };
            let short = first(&number(size - 1), |reader| reader.skip());
            assert_eq!(short, error(7, reason), "{opcode:#x}");
        }
    }
}

#[test]
fn reads_numbers_of_any_width_up_to_128_bits() {
    let nat = |digits: &[u8]| first(&[&[0, 1, 0x7d], digits].concat(), |reader| reader.nat());
    let int = |digits: &[u8]| first(&[&[0, 1, 0x7c], digits].concat(), |reader| reader.int());
    assert_eq!(nat(&[0]), Ok(0));
    assert_eq!(nat(&[0xe5, 0x8e, 0x26]), Ok(624_485));
    let most = [&[0xff; 18][..], &[0x03]].concat();
    let more = [&[0x80; 18][..], &[0x04]].concat();
    assert_eq!(nat(&most), Ok(u128::MAX));
    assert_eq!(nat(&more), error(7, Reason::NumberTooLarge));
    // Needless bytes, as many as there may be.
    assert_eq!(nat(&[&[0x81][..], &[0x80; 100], &[0]].concat()), Ok(1));
    assert_eq!(int(&[&[0xff][..], &[0xff; 100], &[0x7f]].concat()), Ok(-1));
    assert_eq!(int(&[0xc0, 0xbb, 0x78]), Ok(-123_456));
    let most = [&[0xff; 18][..], &[0x01]].concat();
    let more = [&[0x80; 18][..], &[0x02]].concat();
    assert_eq!(int(&most), Ok(i128::MAX));
    assert_eq!(int(&more), error(7, Reason::NumberTooLarge));
    let least = [&[0x80; 18][..], &[0x7e]].concat();
    let less = [&[0xff; 18][..], &[0x7d]].concat();
    assert_eq!(int(&least), Ok(i128::MIN));
    assert_eq!(int(&less), error(7, Reason::NumberTooLarge));
    // A natural number is an integer.
    assert_eq!(first(&[0, 1, 0x7d, 0x40], |reader| reader.int()), Ok(64));
    let most = [&[0, 1, 0x7d][..], &[0xff; 18], &[0x03]].concat();
    assert_eq!(
        first(&most, |reader| reader.int()),
        error(7, Reason::NumberTooLarge)
    );
    assert_eq!(
        first(&[0, 1, 0x7c, 0x40], |reader| reader.nat()),
        error(7, wrong(Kind::Int, Kind::Nat))
    );
    let reason = Reason::UnexpectedEnd {
        needed: 3,
        available: 2,
    };
    assert_eq!(nat(&[0x80, 0x80]), error(7, reason));
}

#[test]
fn a_flag_is_0_or_1() {
    assert_eq!(first(&[0, 1, 0x7e, 0], |reader| reader.bool()), Ok(false));
    assert_eq!(first(&[0, 1, 0x7e, 1], |reader| reader.bool()), Ok(true));
    let reason = Reason::InvalidFlag { byte: 2 };
    assert_eq!(
        first(&[0, 1, 0x7e, 2], |reader| reader.bool()),
        error(7, reason)
    );
    assert_eq!(
        first(&[0, 1, 0x7e, 2], |reader| reader.skip()),
        error(7, reason)
    );
    assert_eq!(
        first(&[1, 0x6e, 0x7e, 1, 0, 2], |reader| reader.opt()),
        error(9, reason)
    );
    assert_eq!(
        first(&[0, 1, 0x68, 2], |reader| reader.skip()),
        error(7, reason)
    );
}

#[test]
fn texts_are_utf8_also_where_nobody_reads_them() {
    let read = |reader: &mut Reader<'_, '_>| reader.text().map(str::len);
    assert_eq!(first(&[0, 1, 0x71, 3, b'a', 0xc3, 0xa4], read), Ok(3));
    let broken = [0, 1, 0x71, 3, b'a', 0xc3, b'a'];
    assert_eq!(first(&broken, read), error(9, Reason::InvalidUtf8));
    assert_eq!(
        first(&broken, |reader| reader.skip()),
        error(9, Reason::InvalidUtf8)
    );
    let reason = Reason::UnexpectedEnd {
        needed: 3,
        available: 2,
    };
    assert_eq!(first(&[0, 1, 0x71, 3, b'a', b'b'], read), error(8, reason));
}

#[test]
fn a_blob_is_a_vector_of_bytes() {
    let read = |reader: &mut Reader<'_, '_>| reader.blob().map(<[u8]>::to_vec);
    assert_eq!(first(&[1, 0x6d, 0x7b, 1, 0, 2, 7, 8], read), Ok(vec![7, 8]));
    assert_eq!(
        first(&[1, 0x6d, 0x77, 1, 0, 2, 7, 8], read),
        error(9, wrong(Kind::Vec, Kind::Blob))
    );
    let reason = Reason::UnexpectedEnd {
        needed: 3,
        available: 2,
    };
    assert_eq!(
        first(&[1, 0x6d, 0x7b, 1, 0, 3, 7, 8], read),
        error(10, reason)
    );
}

#[test]
fn a_principal_has_at_most_29_bytes() {
    let principal = |length: u8| {
        let bytes = [&[0, 1, 0x68, 1, length][..], &vec![7; length.into()]].concat();
        first(&bytes, |reader| reader.principal()).map(|principal| principal.as_bytes().len())
    };
    assert_eq!(principal(0), Ok(0));
    assert_eq!(principal(29), Ok(29));
    assert_eq!(
        principal(30),
        error(8, Reason::PrincipalTooLong { length: 30 })
    );
    let opaque = first(&[0, 1, 0x68, 0], |reader| reader.principal());
    assert_eq!(opaque, error(7, Reason::OpaqueReference));
    // A service is a principal, a text is none.
    let service = first(&[1, 0x69, 0, 1, 0, 1, 1, 7], |reader| reader.principal());
    assert_eq!(service.map(|id| id.as_bytes().to_vec()), Ok(vec![7]));
    let text = first(&[0, 1, 0x71, 1, b'7'], |reader| reader.principal());
    assert_eq!(text, error(7, wrong(Kind::Text, Kind::Principal)));
}

#[test]
fn null_and_reserved_are_made_of_nothing() {
    assert_eq!(first(&[0, 1, 0x7f], |reader| reader.null()), Ok(()));
    assert_eq!(first(&[0, 1, 0x70], |reader| reader.null()), Ok(()));
    assert_eq!(
        first(&[0, 1, 0x7e, 1], |reader| reader.null()),
        error(7, wrong(Kind::Bool, Kind::Null))
    );
    assert_eq!(
        first(&[0, 1, 0x6f], |reader| reader.skip()),
        error(7, Reason::EmptyValue)
    );
    assert_eq!(
        first(&[0, 1, 0x6f], |reader| reader.null()),
        error(7, wrong(Kind::Empty, Kind::Null))
    );
}

#[test]
fn an_option_is_also_a_value_or_nothing() {
    let read = |reader: &mut Reader<'_, '_>| reader.opt()?.then(|| reader.nat8()).transpose();
    assert_eq!(first(&[1, 0x6e, 0x7b, 1, 0, 1, 7], read), Ok(Some(7)));
    assert_eq!(first(&[1, 0x6e, 0x7b, 1, 0, 0], read), Ok(None));
    assert_eq!(first(&[0, 1, 0x7b, 7], read), Ok(Some(7)));
    assert_eq!(first(&[0, 1, 0x7f], read), Ok(None));
    assert_eq!(first(&[0, 1, 0x70], read), Ok(None));
}

#[test]
fn a_variant_is_one_of_its_cases() {
    let variant = |index: u8| {
        first(
            &[1, 0x6b, 2, 5, 0x7f, 9, 0x7b, 1, 0, index, 7][..if index == 0 { 10 } else { 11 }],
            |reader| {
                let id = reader.variant()?;
                let value = if id == FieldId::new(9) {
                    reader.nat8()?
                } else {
                    0
                };
                Ok((id.as_u32(), value))
            },
        )
    };
    assert_eq!(variant(0), Ok((5, 0)));
    assert_eq!(variant(1), Ok((9, 7)));
    let reason = Reason::UnknownVariant { index: 2, count: 2 };
    assert_eq!(variant(2), error(13, reason));
    let none = first(&[1, 0x6b, 0, 1, 0, 0], |reader| reader.variant());
    assert_eq!(
        none,
        error(9, Reason::UnknownVariant { index: 0, count: 0 })
    );
}

#[test]
fn functions_services_and_future_values_are_skipped() {
    let function = [1, 0x6a, 0, 0, 0, 1, 0, 1, 1, 2, 7, 8, 1, b'm'];
    assert_eq!(first(&function, |reader| reader.skip()), Ok(()));
    let mut opaque = function;
    opaque[7] = 0;
    assert_eq!(
        first(&opaque, |reader| reader.skip()),
        error(11, Reason::OpaqueReference)
    );
    let mut opaque = function;
    opaque[8] = 0;
    assert_eq!(
        first(&opaque, |reader| reader.skip()),
        error(12, Reason::OpaqueReference)
    );
    assert_eq!(
        first(&[1, 0x69, 0, 1, 0, 1, 1, 7], |reader| reader.skip()),
        Ok(())
    );
    let future = [1, 0x67, 1, 0xaa, 1, 0, 3, 0, 7, 8, 9];
    assert_eq!(first(&future, |reader| reader.kind()), Ok(Kind::Future));
    assert_eq!(first(&future, |reader| reader.skip()), Ok(()));
    let mut reference = future;
    reference[7] = 1;
    assert_eq!(
        first(&reference, |reader| reader.skip()),
        error(11, Reason::OpaqueReference)
    );
}

/// `record { 1 : record { 1 : nat8; 2 : text }; 2 : vec nat8; 3 : vec record { … } }`, one inside the
/// other.
const NESTED: &[u8] = &[
    3, 0x6c, 3, 1, 1, 2, 2, 3, 2, // 0
    0x6c, 2, 1, 0x7b, 2, 0x71, // 1
    0x6d, 0x7b, // 2
    2, 0, 0x79, // two arguments: 0 and nat32
    5, 2, b'h', b'i', 1, 6, 2, 7, 8, // the record
    9, 0, 0, 0, // the nat32
];

#[test]
fn what_is_not_read_is_skipped() {
    let bytes = [b"DIDL", NESTED].concat();
    let arguments = Arguments::parse(&bytes).unwrap();
    // Whatever is read of the first argument, the second is found.
    for depth in 0..6 {
        let mut reader = arguments.reader();
        assert_eq!(reader.next_argument(), Ok(true));
        if depth > 0 {
            let mut fields = reader.record().unwrap();
            while let Some(id) = fields.next(&mut reader).unwrap() {
                if id == FieldId::new(1) && depth > 1 {
                    let mut inner = reader.record().unwrap();
                    if depth > 2 {
                        assert_eq!(inner.next(&mut reader), Ok(Some(FieldId::new(1))));
                    }
                    if depth > 3 {
                        assert_eq!(reader.nat8(), Ok(5));
                    }
                    inner.finish(&mut reader).unwrap();
                }
                if id == FieldId::new(3) && depth > 4 {
                    let mut elements = reader.vec().unwrap();
                    assert_eq!(elements.remaining(), 2);
                    while elements.next(&mut reader).unwrap() {}
                }
            }
            assert_eq!(fields.next(&mut reader), Ok(None));
        }
        assert_eq!(reader.next_argument(), Ok(true));
        assert_eq!(reader.nat32(), Ok(9));
        assert_eq!(reader.finish(), Ok(()));
    }
}

#[test]
fn a_part_that_is_half_read_is_noticed() {
    let bytes = [b"DIDL", NESTED].concat();
    let arguments = Arguments::parse(&bytes).unwrap();
    let mut reader = arguments.reader();
    reader.next_argument().unwrap();
    let mut fields = reader.record().unwrap();
    fields.next(&mut reader).unwrap();
    let mut inner = reader.record().unwrap();
    inner.next(&mut reader).unwrap();
    assert_eq!(fields.next(&mut reader), error(24, Reason::OpenInside));
    assert_eq!(reader.next_argument(), error(24, Reason::OpenInside));
    assert_eq!(reader.finish(), error(24, Reason::OpenInside));
    // It can still be read to its end.
    inner.finish(&mut reader).unwrap();
    assert_eq!(fields.next(&mut reader), Ok(Some(FieldId::new(2))));
}

#[test]
fn a_value_is_read_once() {
    let bytes = b"DIDL\0\x01\x7b\x05";
    let arguments = Arguments::parse(bytes).unwrap();
    let mut reader = arguments.reader();
    assert_eq!(reader.nat8(), error(7, Reason::NoValue));
    assert_eq!(reader.skip(), error(7, Reason::NoValue));
    reader.next_argument().unwrap();
    assert_eq!(reader.nat8(), Ok(5));
    assert_eq!(reader.nat8(), error(8, Reason::NoValue));
    assert_eq!(reader.kind(), error(8, Reason::NoValue));
    assert_eq!(reader.opt(), error(8, Reason::NoValue));
    assert_eq!(reader.next_argument(), Ok(false));
    assert_eq!(reader.next_argument(), Ok(false));
}

#[test]
fn nothing_comes_after_the_last_argument() {
    for count in 0..3 {
        let bytes = [&b"DIDL\0\x01\x7b\x05"[..], &vec![0; count]].concat();
        let arguments = Arguments::parse(&bytes).unwrap();
        let expected = match count {
            0 => Ok(()),
            count => error(8, Reason::TrailingBytes { count }),
        };
        assert_eq!(arguments.reader().finish(), expected);
    }
}

#[test]
fn names_become_numbers() {
    // Candid specification, "Symbolic Field Ids", computed by hand.
    assert_eq!(FieldId::of("").as_u32(), 0);
    assert_eq!(FieldId::of("a").as_u32(), 97);
    assert_eq!(FieldId::of("ab").as_u32(), 97 * 223 + 98);
    assert_eq!(FieldId::of("canister_id").as_u32(), 1_313_628_723);
    assert_eq!(FieldId::of("é"), FieldId::new(0xc3 * 223 + 0xa9));
    assert_eq!(
        candid::idl_hash("target_canister"),
        FieldId::of("target_canister").as_u32()
    );
}
