//! The start of a message: each thing that can be wrong with types, beside what is right.

use icid_candid_wire::{Arguments, FieldId, MAX_HEADER_LENGTH, MAX_TYPES, ReadError, Reason};

/// Reads the start of `DIDL` and these bytes.
fn parse(bytes: &[u8]) -> Result<u64, ReadError> {
    let bytes = [b"DIDL", bytes].concat();
    Arguments::parse(&bytes).map(|arguments| arguments.len())
}

fn error<T>(position: usize, reason: Reason) -> Result<T, ReadError> {
    Err(ReadError { position, reason })
}

#[test]
fn a_message_begins_with_four_letters() {
    assert_eq!(parse(&[0, 0]), Ok(0));
    for bytes in [&b""[..], b"DID", b"DIDM\0\0", b"didl\0\0", b"\0\0DIDL"] {
        let result = Arguments::parse(bytes).map(|_| ());
        assert_eq!(result, error(0, Reason::MissingMagic));
    }
}

#[test]
fn a_message_without_arguments_is_empty() {
    assert!(Arguments::parse(b"DIDL\0\0").unwrap().is_empty());
    assert!(!Arguments::parse(b"DIDL\0\x01\x7f").unwrap().is_empty());
}

#[test]
fn all_kinds_of_types_are_read() {
    // vec text, opt 0, record {}, variant { 1 : bool; 7 : 2 }, func (nat) -> (int) query,
    // service { a : 4 }, a future type of two bytes
    let table = [
        &[0x6d, 0x71][..],
        &[0x6e, 0],
        &[0x6c, 0],
        &[0x6b, 2, 1, 0x7e, 7, 2],
        &[0x6a, 1, 0x7d, 1, 0x7c, 1, 1],
        &[0x69, 1, 1, b'a', 4],
        &[0x67, 2, 0xff, 0xff],
    ]
    .concat();
    let types = [0, 1, 2, 3, 4, 5, 6, 0x7f, 0x70, 0x6f, 0x68];
    assert_eq!(parse(&[&[7], &table[..], &[11], &types].concat()), Ok(11));
}

#[test]
fn needless_bytes_of_numbers_are_read() {
    // One type definition, `vec null`, written with too many bytes; one argument of it, likewise.
    let bytes = [0x81, 0x00, 0x6d, 0xff, 0x7f, 0x81, 0x80, 0x00, 0x80, 0x00];
    assert_eq!(parse(&bytes), Ok(1));
    // The longest form of a number of types has ten bytes.
    let long = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00];
    assert_eq!(parse(&[&long[..], &[0]].concat()), Ok(0));
    let longer = [&[0x80][..], &long].concat();
    assert_eq!(
        parse(&[&longer[..], &[0]].concat()),
        error(4, Reason::NumberTooLarge)
    );
}

#[test]
fn numbers_have_bounds() {
    let most = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let more = [0x80, 0x80, 0x80, 0x80, 0x10];
    let record = |id: &[u8]| [&[1, 0x6c, 1], id, &[0x7f, 0]].concat();
    assert_eq!(parse(&record(&most)), Ok(0));
    assert_eq!(parse(&record(&more)), error(7, Reason::NumberTooLarge));
    // A number of types of 2⁶⁴ − 1, and of 2⁶⁴.
    let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let more = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02];
    assert_eq!(
        parse(&most),
        error(4, Reason::TooManyTypes { count: u64::MAX })
    );
    assert_eq!(parse(&more), error(4, Reason::NumberTooLarge));
    // The opcodes −2⁶³ and −2⁶³ − 1.
    let least = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
    let less = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7e];
    assert_eq!(
        parse(&[&[0, 1], &least[..]].concat()),
        error(6, Reason::UnknownOpcode { opcode: i64::MIN })
    );
    assert_eq!(
        parse(&[&[0, 1], &less[..]].concat()),
        error(6, Reason::NumberTooLarge)
    );
}

#[test]
fn there_are_at_most_256_types() {
    let with = |count: usize| {
        let [low, high, ..] = count.to_le_bytes();
        // Both numbers need two bytes of seven bits.
        let head = [low | 0x80, high << 1 | low >> 7];
        parse(&[&head[..], &[0x6d, 0x7f].repeat(count), &[0]].concat())
    };
    assert_eq!(with(MAX_TYPES), Ok(0));
    let count = u64::try_from(MAX_TYPES + 1).unwrap();
    assert_eq!(
        with(MAX_TYPES + 1),
        error(4, Reason::TooManyTypes { count })
    );
}

#[test]
fn types_take_at_most_64_kibibytes() {
    // A future type of as many bytes as it takes, and another one after it.
    let with = |length: usize| {
        let padding = length - 4 - 1 - (1 + 3) - 2 - 1;
        let [low, middle, high, ..] = padding.to_le_bytes();
        let number = u32::from_le_bytes([low, middle, high, 0]);
        let digit = |shift: u32| u8::try_from(number >> shift & 0x7f).unwrap();
        let head = [2, 0x67, digit(0) | 0x80, digit(7) | 0x80, digit(14)];
        parse(&[&head[..], &vec![0; padding], &[0x6d, 0x7f], &[0]].concat())
    };
    assert_eq!(with(MAX_HEADER_LENGTH), Ok(0));
    assert_eq!(
        with(MAX_HEADER_LENGTH + 1),
        error(MAX_HEADER_LENGTH, Reason::HeaderTooLong)
    );
    assert_eq!(
        with(MAX_HEADER_LENGTH + 10),
        error(MAX_HEADER_LENGTH + 7, Reason::HeaderTooLong)
    );
}

#[test]
fn field_ids_ascend() {
    for opcode in [0x6b, 0x6c] {
        assert_eq!(parse(&[1, opcode, 2, 5, 0x7f, 6, 0x7f, 0]), Ok(0));
        for second in [5, 4] {
            assert_eq!(
                parse(&[1, opcode, 2, 5, 0x7f, second, 0x7f, 0]),
                error(9, Reason::Unsorted)
            );
        }
    }
}

#[test]
fn names_of_methods_ascend_and_are_text() {
    let service =
        |first: u8, second: u8| parse(&[2, 0x6a, 0, 0, 0, 0x69, 2, 1, first, 0, 1, second, 0, 0]);
    assert_eq!(service(b'a', b'b'), Ok(0));
    assert_eq!(service(b'b', b'b'), error(14, Reason::Unsorted));
    assert_eq!(service(b'b', b'a'), error(14, Reason::Unsorted));
    assert_eq!(service(b'b', 0xff), error(15, Reason::InvalidUtf8));
}

#[test]
fn methods_are_functions_wherever_these_are_defined() {
    let service = |ty: u8| parse(&[3, 0x69, 1, 1, b'a', ty, 0x6a, 0, 0, 0, 0x6d, 0x7f, 0]);
    assert_eq!(service(1), Ok(0));
    for ty in [0, 2, 0x7f] {
        assert_eq!(service(ty), error(9, Reason::UnexpectedMethodType));
    }
}

#[test]
fn functions_have_at_most_one_annotation() {
    let function = |annotations: &[u8]| parse(&[&[1, 0x6a, 0, 0], annotations, &[0]].concat());
    assert_eq!(function(&[0]), Ok(0));
    for annotation in 1..=3 {
        assert_eq!(function(&[1, annotation]), Ok(0));
    }
    for annotation in [0, 4] {
        let reason = Reason::InvalidAnnotation { byte: annotation };
        assert_eq!(function(&[1, annotation]), error(8, reason));
    }
    let reason = Reason::InvalidAnnotation { byte: 2 };
    assert_eq!(function(&[2, 1, 2]), error(8, reason));
}

#[test]
fn only_types_that_exist_are_named() {
    assert_eq!(parse(&[1, 0x6d, 0x00, 1, 0x00]), Ok(1));
    let unknown = |index| Reason::UnknownType { index, count: 1 };
    assert_eq!(parse(&[1, 0x6d, 0x01, 0]), error(6, unknown(1)));
    assert_eq!(parse(&[1, 0x6d, 0x00, 1, 0x01]), error(8, unknown(1)));
    // Between `empty` and `principal` there are types that must be defined.
    for opcode in -23..=-18_i64 {
        let byte = u8::try_from(opcode + 128).unwrap();
        assert_eq!(
            parse(&[0, 1, byte]),
            error(6, Reason::UnknownOpcode { opcode })
        );
    }
    assert_eq!(
        parse(&[0, 1, 0x67]),
        error(6, Reason::UnknownOpcode { opcode: -25 })
    );
    // The greatest and the least number of one byte.
    let least = Reason::UnknownOpcode { opcode: -64 };
    assert_eq!(parse(&[0, 1, 0x40]), error(6, least));
    let greatest = Reason::UnknownType {
        index: 63,
        count: 0,
    };
    assert_eq!(parse(&[0, 1, 0x3f]), error(6, greatest));
}

#[test]
fn only_types_with_parts_are_defined() {
    for byte in [0x7f_u8, 0x71, 0x70, 0x6f, 0x68] {
        let opcode = i64::from(byte) - 128;
        assert_eq!(
            parse(&[1, byte, 0]),
            error(5, Reason::UnknownOpcode { opcode })
        );
    }
    // A future type, and an index where a definition belongs.
    assert_eq!(parse(&[1, 0x67, 0, 0]), Ok(0));
    assert_eq!(
        parse(&[1, 0x00, 0]),
        error(5, Reason::UnknownOpcode { opcode: 0 })
    );
}

#[test]
fn is_cut_nowhere() {
    let whole = [
        2, 0x6c, 2, 1, 0x71, 2, 1, 0x6a, 1, 0x7d, 0, 1, 2, 2, 0x00, 0x7f,
    ];
    assert_eq!(parse(&whole), Ok(2));
    for length in 0..whole.len() {
        let available = 0;
        assert_eq!(
            parse(&whole[..length]),
            error(
                4 + length,
                Reason::UnexpectedEnd {
                    needed: 1,
                    available
                }
            )
        );
    }
}

#[test]
fn definitions_and_the_types_of_values_can_be_carried_over() {
    // (vec (record { 0 : text; 1 : 2 }), principal), with 2 = opt nat8
    let table = [0x6d, 1, 0x6c, 2, 0, 0x71, 1, 2, 0x6e, 0x7b];
    let values = [1, 1, b'x', 0, 1, 0];
    let bytes = [&b"DIDL\x03"[..], &table, &[2, 0, 0x68], &values].concat();
    let message = Arguments::parse(&bytes).unwrap();
    assert_eq!(message.definition_count(), 3);
    assert_eq!(message.definitions(), table);
    let mut reader = message.reader();
    assert_eq!(reader.type_number(), error(18, Reason::NoValue));
    assert_eq!(reader.next_argument(), Ok(true));
    assert_eq!(reader.type_number(), Ok(0));
    let mut elements = reader.vec().unwrap();
    assert_eq!(elements.next(&mut reader), Ok(true));
    assert_eq!(reader.type_number(), Ok(1));
    let mut fields = reader.record().unwrap();
    assert_eq!(fields.next(&mut reader), Ok(Some(FieldId::new(0))));
    assert_eq!(reader.type_number(), Ok(-15));
    assert_eq!(fields.next(&mut reader), Ok(Some(FieldId::new(1))));
    assert_eq!(reader.type_number(), Ok(2));
    assert_eq!(fields.next(&mut reader), Ok(None));
    assert_eq!(elements.next(&mut reader), Ok(false));
    assert_eq!(reader.next_argument(), Ok(true));
    assert_eq!(reader.type_number(), Ok(-24));
}

#[test]
fn a_message_without_definitions_has_none_to_carry_over() {
    let message = Arguments::parse(b"DIDL\x00\x01\x71\x00").unwrap();
    assert_eq!(message.definition_count(), 0);
    assert_eq!(message.definitions(), b"");
}
