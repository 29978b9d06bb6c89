//! What is written, and what is not.

use hex_literal::hex;
use icid_candid_wire::{Arguments, EncodeError, FieldId, Kind, MAX_NESTING, Type, Value, encode};

fn one(ty: &Type, value: &Value<'_>) -> Result<Vec<u8>, EncodeError> {
    encode(&[(ty, value)])
}

#[test]
fn no_arguments_are_a_message() {
    assert_eq!(encode(&[]), Ok(b"DIDL\0\0".to_vec()));
}

#[test]
fn equal_types_are_defined_once() {
    let blob = Type::blob();
    let ty = Type::record([("a", blob.clone()), ("b", blob.clone())]);
    let value = Value::record([("b", Value::Blob(&[2])), ("a", Value::Blob(&[1]))]);
    let expected = hex!("4449444c" "02" "6c02 61 01 62 01" "6d7b" "02 00 01" "0101 0102" "00");
    assert_eq!(
        encode(&[(&ty, &value), (&blob, &Value::Blob(&[]))]),
        Ok(expected.to_vec())
    );
}

#[test]
fn the_order_of_fields_does_not_matter() {
    let field = |name, ty| (FieldId::of(name), ty);
    let sorted = Type::Record(vec![field("a", Type::Nat8), field("b", Type::Text)]);
    let unsorted = Type::Record(vec![field("b", Type::Text), field("a", Type::Nat8)]);
    let value = Value::record([("b", Value::Text("x")), ("a", Value::Nat8(7))]);
    assert_eq!(one(&unsorted, &value), one(&sorted, &value));
    let cases = [("late", Type::Text), ("early", Type::Null)];
    let variant = Type::variant(cases.clone());
    let reversed = Type::Variant(
        cases
            .into_iter()
            .rev()
            .map(|(name, ty)| field(name, ty))
            .collect(),
    );
    let value = Value::variant("late", Value::Text("x"));
    assert_eq!(one(&reversed, &value), one(&variant, &value));
}

#[test]
fn values_without_parts_are_written_as_their_type_says() {
    for (ty, value, opcode, bytes) in [
        (Type::Bool, Value::Bool(true), 0x7e, &[1][..]),
        (Type::Nat, Value::Nat(624_485), 0x7d, &[0xe5, 0x8e, 0x26]),
        (Type::Int, Value::Int(-123_456), 0x7c, &[0xc0, 0xbb, 0x78]),
        (Type::Nat8, Value::Nat8(0x12), 0x7b, &[0x12]),
        (Type::Nat16, Value::Nat16(0x1234), 0x7a, &[0x34, 0x12]),
        (
            Type::Nat32,
            Value::Nat32(0x8000_0001),
            0x79,
            &[1, 0, 0, 0x80],
        ),
        (
            Type::Nat64,
            Value::Nat64(1 << 63),
            0x78,
            &[0, 0, 0, 0, 0, 0, 0, 0x80],
        ),
        (Type::Int8, Value::Int8(-2), 0x77, &[0xfe]),
        (Type::Int16, Value::Int16(-2), 0x76, &[0xfe, 0xff]),
        (
            Type::Int32,
            Value::Int32(-2),
            0x75,
            &[0xfe, 0xff, 0xff, 0xff],
        ),
        (
            Type::Int64,
            Value::Int64(i64::MAX),
            0x74,
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ),
        (
            Type::Float32,
            Value::Float32(1.5),
            0x73,
            &[0, 0, 0xc0, 0x3f],
        ),
        (
            Type::Float64,
            Value::Float64(1.5),
            0x72,
            &[0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
        ),
        (Type::Text, Value::Text("x"), 0x71, &[1, b'x']),
        (Type::Null, Value::Null, 0x7f, &[]),
        (Type::Reserved, Value::Null, 0x70, &[]),
    ] {
        let expected = [&b"DIDL\0\x01"[..], &[opcode], bytes].concat();
        assert_eq!(one(&ty, &value), Ok(expected));
    }
}

#[test]
fn a_value_is_of_its_type() {
    let wrong = |found, expected| Err(EncodeError::WrongKind { found, expected });
    assert_eq!(
        one(&Type::Nat8, &Value::Nat16(7)),
        wrong(Kind::Nat16, Kind::Nat8)
    );
    assert_eq!(
        one(&Type::Text, &Value::Blob(b"a")),
        wrong(Kind::Blob, Kind::Text)
    );
    let vec = Type::vec(Type::Text);
    assert_eq!(one(&vec, &Value::Blob(b"a")), wrong(Kind::Blob, Kind::Vec));
    assert_eq!(
        one(&Type::opt(Type::Text), &Value::Null),
        wrong(Kind::Null, Kind::Opt)
    );
    let value = Value::vec([Value::Text("a"), Value::Nat8(1)]);
    assert_eq!(one(&vec, &value), wrong(Kind::Nat8, Kind::Text));
}

#[test]
fn a_record_has_the_fields_of_its_type() {
    let ty = Type::record([("b", Type::Nat8), ("d", Type::Nat8)]);
    let with = |names: &[&'static str]| {
        one(
            &ty,
            &Value::record(names.iter().map(|name| (*name, Value::Nat8(1)))),
        )
    };
    assert!(with(&["d", "b"]).is_ok());
    let id = FieldId::of;
    for unknown in ["a", "c", "e"] {
        let error = EncodeError::UnknownField { id: id(unknown) };
        assert_eq!(with(&["b", "d", unknown]), Err(error));
    }
    assert_eq!(with(&["b"]), Err(EncodeError::MissingField { id: id("d") }));
    assert_eq!(with(&["d"]), Err(EncodeError::MissingField { id: id("b") }));
    let twice = EncodeError::DuplicateField { id: id("b") };
    assert_eq!(with(&["b", "d", "b"]), Err(twice));
    let ty = Type::record([("b", Type::Nat8), ("b", Type::Text)]);
    assert_eq!(one(&ty, &Value::record([])), Err(twice));
    let ty = Type::variant([("b", Type::Nat8), ("b", Type::Text)]);
    assert_eq!(one(&ty, &Value::variant("b", Value::Nat8(1))), Err(twice));
}

#[test]
fn a_variant_is_a_case_of_its_type() {
    let ty = Type::variant([("no", Type::Null), ("yes", Type::Nat8)]);
    assert!(one(&ty, &Value::variant("yes", Value::Nat8(1))).is_ok());
    let id = FieldId::of("maybe");
    let unknown = Err(EncodeError::UnknownField { id });
    assert_eq!(one(&ty, &Value::variant("maybe", Value::Null)), unknown);
}

#[test]
fn types_are_at_most_64_levels_deep() {
    let nested = |depth: usize| (0..depth).fold(Type::Text, |ty, _| Type::opt(ty));
    let bytes = one(&nested(MAX_NESTING), &Value::none()).unwrap();
    assert!(Arguments::parse(&bytes).is_ok());
    let deeper = nested(MAX_NESTING + 1);
    assert_eq!(one(&deeper, &Value::none()), Err(EncodeError::TooDeep));
}
