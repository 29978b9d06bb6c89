//! Records: what is read from their bytes, and what is wrong with them.

use hex_literal::hex;
use icid_storage::{
    Anchor, AnchorRecord, Field, Form, KeyType, MAX_METADATA_DEPTH, MetadataValue, Protection,
    Purpose, ReadAnchorError, RecordBuffer, RecordError, Storage, Version,
};
use time::Timestamp;

use candid_wire::{FieldId, Kind, ReadError, Reason, Type, Value, encode};

use crate::support::{anchor, image, late_device};

/// A message with one value.
fn message(ty: &Type, value: &Value<'_>) -> Vec<u8> {
    encode(&[(ty, value)]).unwrap()
}

fn error<T>(error: RecordError) -> Result<T, RecordError> {
    Err(error)
}

fn parse(content: &[u8]) -> Result<usize, RecordError> {
    Anchor::parse(content).map(|anchor| anchor.device_count())
}

/// The type of the smallest device.
fn small() -> Type {
    Type::record([("alias", Type::Text), ("pubkey", Type::blob())])
}

fn small_device() -> Value<'static> {
    Value::record([("alias", Value::Text("a")), ("pubkey", Value::Blob(b"k"))])
}

/// A list of one device with one more field.
fn list_with(name: &str, ty: Type, value: Value<'_>) -> Vec<u8> {
    let ty = Type::record([("alias", Type::Text), ("pubkey", Type::blob()), (name, ty)]);
    let value = Value::record([
        ("alias", Value::Text("a")),
        ("pubkey", Value::Blob(b"k")),
        (name, value),
    ]);
    message(&Type::vec(ty), &Value::vec([value]))
}

// spec: II-ANCHOR-2, II-ANCHOR-7
#[test]
fn the_oldest_form_has_three_fields() {
    // The type table of the service's first release; a device of its tests.
    let content = [
        &hex!("4449444c046d016c0390a3c58c027182f6cab7060283d1b9b90f036d7b6e02010001")[..],
        b"\x02ab",
        b"\x03key",
        b"\x01\x02id",
    ]
    .concat();
    let anchor = Anchor::parse(&content).unwrap();
    assert_eq!(anchor.form(), Some(Form::Devices));
    assert_eq!(anchor.as_bytes(), content);
    let device = anchor.devices().next().unwrap();
    assert_eq!((device.alias(), device.pubkey()), ("ab", &b"key"[..]));
    assert_eq!(device.credential_id(), Some(&b"id"[..]));
    assert_eq!(device.purpose(), Purpose::Authentication);
    assert_eq!(device.key_type(), KeyType::Unknown);
    assert_eq!(device.protection(), Protection::Unprotected);
    assert_eq!(anchor.devices().count(), 1);
}

// spec: II-ANCHOR-15
#[test]
fn an_anchor_without_devices_keeps_its_types() {
    let content = hex!("4449444c046d016c0390a3c58c027182f6cab7060283d1b9b90f036d7b6e02010000");
    assert_eq!(parse(&content), Ok(0));
    assert_eq!(content.len(), 34);
}

// spec: II-ANCHOR-3, II-ANCHOR-10, II-ANCHOR-13
#[test]
fn everything_that_a_device_may_have_is_read() {
    let mut owned = anchor(2);
    owned.add_device(late_device(7)).unwrap();
    owned.set_created_at(Some(Timestamp::from_nanos(99)));
    let content = owned.encode(Form::Anchor).unwrap();
    let anchor = Anchor::parse(&content).unwrap();
    assert_eq!(anchor.form(), Some(Form::Anchor));
    assert_eq!(anchor.created_at(), Some(Timestamp::from_nanos(99)));
    assert_eq!(anchor.device_count(), 3);
    assert!(anchor.metadata().is_none());
    let device = anchor.devices().nth(2).unwrap();
    assert_eq!(device.origin(), Some("https://identity.ic0.app"));
    let time = Timestamp::from_nanos(1_700_000_000_000_000_007);
    assert_eq!(device.last_usage(), Some(time));
    assert_eq!(device.key_type(), KeyType::BrowserStorageKey);
    let metadata = device.metadata().unwrap();
    assert_eq!(metadata.size(), 3 + (4 + 3) + 4 + 2);
    let entries: Vec<_> = metadata.entries().collect();
    assert_eq!(entries.len(), 2);
    let ("map", MetadataValue::Map(map)) = entries[0] else {
        panic!("{entries:?}")
    };
    let inside: Vec<_> = map.entries().collect();
    assert!(matches!(
        inside[..],
        [("deep", MetadataValue::Bytes([1, 2, 3]))]
    ));
    assert!(matches!(entries[1], ("text", MetadataValue::Text("ü"))));
    assert_eq!(AnchorRecord::of(&anchor), Ok(owned));
}

// spec: II-ANCHOR-6
#[test]
fn a_value_stands_for_an_option_of_it_and_null_for_none() {
    let id = list_with("credential_id", Type::blob(), Value::Blob(b""));
    let anchor = Anchor::parse(&id).unwrap();
    assert_eq!(
        anchor.devices().next().unwrap().credential_id(),
        Some(&b""[..])
    );
    let none = list_with("credential_id", Type::Null, Value::Null);
    let anchor = Anchor::parse(&none).unwrap();
    assert_eq!(anchor.devices().next().unwrap().credential_id(), None);
}

// spec: II-ANCHOR-9
#[test]
fn cases_are_found_by_name_wherever_they_stand() {
    let cases = Type::variant([("seed_phrase", Type::Null), ("aaa", Type::Null)]);
    let content = list_with(
        "key_type",
        Type::opt(cases.clone()),
        Value::some(Value::variant("seed_phrase", Value::Null)),
    );
    let anchor = Anchor::parse(&content).unwrap();
    assert_eq!(
        anchor.devices().next().unwrap().key_type(),
        KeyType::SeedPhrase
    );
    let content = list_with("key_type", cases, Value::variant("aaa", Value::Null));
    let expected = RecordError::UnknownCase {
        field: Field::KeyType,
        id: FieldId::of("aaa"),
    };
    assert_eq!(parse(&content), error(expected));
}

// spec: II-ANCHOR-4
#[test]
fn fields_that_nobody_knows_are_counted_and_kept_out_of_copies() {
    let content = list_with(
        "shoe_size",
        Type::vec(Type::Text),
        Value::vec([Value::Text("38")]),
    );
    let anchor = Anchor::parse(&content).unwrap();
    assert_eq!(anchor.unknown_fields(), 1);
    assert_eq!(anchor.devices().next().unwrap().unknown_fields(), 1);
    let expected = icid_storage::CopyAnchorError::UnknownFields { count: 1 };
    assert_eq!(AnchorRecord::of(&anchor), Err(expected));

    let ty = Type::record([
        ("devices", Type::vec(small())),
        ("aa", Type::Nat8),
        ("zz", Type::Bool),
    ]);
    let value = Value::record([
        ("devices", Value::vec([small_device()])),
        ("aa", Value::Nat8(1)),
        ("zz", Value::Bool(true)),
    ]);
    let content = message(&ty, &value);
    let anchor = Anchor::parse(&content).unwrap();
    assert_eq!((anchor.unknown_fields(), anchor.devices().count()), (2, 1));
}

// spec: II-ANCHOR-3, II-ANCHOR-5
#[test]
fn what_must_be_there_is_missed() {
    let missing = |field| error(RecordError::MissingField { field });
    let no_key = Type::record([("alias", Type::Text)]);
    let value = Value::record([("alias", Value::Text("a"))]);
    let list = message(&Type::vec(no_key), &Value::vec([value]));
    assert_eq!(parse(&list), missing(Field::Pubkey));
    let no_alias = Type::record([("pubkey", Type::blob())]);
    let value = Value::record([("pubkey", Value::Blob(b"k"))]);
    let list = message(&Type::vec(no_alias), &Value::vec([value]));
    assert_eq!(parse(&list), missing(Field::Alias));
    let anchor = message(
        &Type::record([("device", Type::Nat)]),
        &Value::record([("device", Value::Nat(1))]),
    );
    assert_eq!(parse(&anchor), missing(Field::Devices));
}

#[test]
fn types_that_do_not_belong_are_rejected() {
    for (name, ty, value, expected) in [
        ("credential_id", Type::Text, Value::Text("x"), Kind::Blob),
        ("origin", Type::blob(), Value::Blob(b"x"), Kind::Text),
        ("purpose", Type::Text, Value::Text("x"), Kind::Variant),
        (
            "last_usage_timestamp",
            Type::Nat,
            Value::Nat(1),
            Kind::Nat64,
        ),
        ("metadata", Type::Text, Value::Text("x"), Kind::Vec),
    ] {
        let found = match ty {
            Type::Text => Kind::Text,
            Type::Nat => Kind::Nat,
            _ => Kind::Vec,
        };
        let content = list_with(name, ty, value);
        let Err(RecordError::Candid { error }) = parse(&content) else {
            panic!("{name} is accepted")
        };
        assert_eq!(
            error.reason,
            Reason::WrongKind { found, expected },
            "{name}"
        );
    }
}

#[test]
fn an_authenticator_model_has_sixteen_bytes() {
    for (length, expected) in [
        (15, error(RecordError::AaguidLength { length: 15 })),
        (16, Ok(1)),
        (17, error(RecordError::AaguidLength { length: 17 })),
    ] {
        let bytes = vec![9; length];
        let content = list_with(
            "aaguid",
            Type::opt(Type::blob()),
            Value::some(Value::Blob(&bytes)),
        );
        assert_eq!(parse(&content), expected);
    }
}

#[test]
fn a_record_is_one_value_of_one_of_two_forms() {
    let device = small_device();
    let list = Type::vec(small());
    let devices = Value::vec([device]);
    let two = encode(&[(&list, &devices), (&list, &devices)]).unwrap();
    assert_eq!(parse(&two), error(RecordError::NotOneArgument { count: 2 }));
    assert_eq!(
        parse(b"DIDL\0\0"),
        error(RecordError::NotOneArgument { count: 0 })
    );
    let text = message(&Type::Text, &Value::Text("x"));
    assert_eq!(
        parse(&text),
        error(RecordError::WrongForm { found: Kind::Text })
    );
    let option = message(&Type::opt(list), &Value::some(devices));
    assert_eq!(
        parse(&option),
        error(RecordError::WrongForm { found: Kind::Opt })
    );
}

// spec: II-ANCHOR-1
#[test]
fn a_record_is_consumed_exactly() {
    let content = anchor(3).encode(Form::Devices).unwrap();
    assert_eq!(parse(&content), Ok(3));
    let longer = [&content[..], b"\0"].concat();
    let reason = Reason::TrailingBytes { count: 1 };
    let position = content.len();
    let expected = RecordError::Candid {
        error: ReadError { position, reason },
    };
    assert_eq!(parse(&longer), error(expected));
    // Nothing at all is a record that was never written; anything else is cut off somewhere.
    assert_eq!(parse(&[]), Ok(0));
    for length in 1..content.len() {
        assert!(
            matches!(parse(&content[..length]), Err(RecordError::Candid { .. })),
            "{length}"
        );
    }
}

/// Metadata of so many maps inside each other, as one device has them. The types are those that the
/// service writes, which refer to themselves.
fn deep(depth: usize) -> Vec<u8> {
    let mut owned = anchor(0);
    owned.add_device(late_device(1)).unwrap();
    let whole = owned.encode(Form::Anchor).unwrap();
    // The header of the message: everything up to the value.
    let mut content = whole[..175].to_vec();
    assert_eq!(
        content[content.len() - 2..],
        [1, 0],
        "one argument of type 0"
    );
    content.extend([0, 1]); // no metadata of the anchor, one device
    content.extend([1, b'a', 1]); // alias, metadata
    for _ in 1..depth {
        content.extend([1, 0, 0]); // one entry, key "", a map
    }
    content.push(0); // an empty map
    content.extend([0, 0, 0, 3, 0, 0, 0]);
    content
}

// spec: II-ANCHOR-11
#[test]
fn maps_inside_maps_have_a_limit() {
    assert_eq!(parse(&deep(1)), Ok(1));
    assert_eq!(parse(&deep(MAX_METADATA_DEPTH)), Ok(1));
    assert_eq!(
        parse(&deep(MAX_METADATA_DEPTH + 1)),
        error(RecordError::MetadataTooDeep)
    );
    assert_eq!(parse(&deep(1000)), error(RecordError::MetadataTooDeep));
    let content = deep(MAX_METADATA_DEPTH);
    let anchor = Anchor::parse(&content).unwrap();
    assert_eq!(
        AnchorRecord::of(&anchor).unwrap().encode(Form::Anchor),
        Ok(content)
    );
}

#[test]
fn entries_of_metadata_are_pairs() {
    let entry = |fields: Vec<(u32, Type, Value<'static>)>| {
        let ty = Type::Record(
            fields
                .iter()
                .map(|(id, ty, _)| (FieldId::new(*id), ty.clone()))
                .collect(),
        );
        let value = Value::Record(
            fields
                .into_iter()
                .map(|(id, _, value)| (FieldId::new(id), value))
                .collect(),
        );
        list_with(
            "metadata",
            Type::opt(Type::vec(ty)),
            Value::some(Value::vec([value])),
        )
    };
    let text = || Type::variant([("string", Type::Text)]);
    let value = || Value::variant("string", Value::Text("v"));
    assert_eq!(
        parse(&entry(vec![
            (0, Type::Text, Value::Text("k")),
            (1, text(), value())
        ])),
        Ok(1)
    );
    for fields in [
        vec![(0, Type::Text, Value::Text("k"))],
        vec![(1, text(), value())],
        vec![
            (0, Type::Text, Value::Text("k")),
            (1, text(), value()),
            (2, Type::Null, Value::Null),
        ],
    ] {
        assert!(matches!(
            parse(&entry(fields)),
            Err(RecordError::MetadataEntry { .. })
        ));
    }
    let other = Type::variant([("number", Type::Nat)]);
    let fields = vec![
        (0, Type::Text, Value::Text("k")),
        (1, other, Value::variant("number", Value::Nat(1))),
    ];
    let expected = RecordError::UnknownCase {
        field: Field::Metadata,
        id: FieldId::of("number"),
    };
    assert_eq!(parse(&entry(fields)), error(expected));
}

/// An image of one anchor whose record begins with these bytes.
fn with_record(version: Version, record: &[u8]) -> Vec<u8> {
    let mut image = image(version, &[anchor(1)]);
    let offset = match version {
        Version::V1 => 512,
        // The archive buffer has the first bucket.
        Version::V8 => 131_072 + 128 * 65_536,
        _ => 131_072,
    };
    image[offset..offset + record.len()].copy_from_slice(record);
    image
}

fn read(image: &[u8]) -> Result<usize, ReadAnchorError> {
    let storage = Storage::open(image).unwrap();
    let mut buffer = RecordBuffer::new();
    let anchor = storage.anchor(10_000, &mut buffer)?;
    Ok(anchor.device_count())
}

// spec: II-STORE-13
#[test]
fn a_length_may_fill_the_record_and_no_more() {
    for (version, limit) in [
        (Version::V1, 2046_u16),
        (Version::V5, 4094),
        (Version::V8, 4094),
    ] {
        for length in [limit, limit + 1, u16::MAX] {
            let result = read(&with_record(version, &length.to_le_bytes()));
            let Err(ReadAnchorError::Record { error }) = result else {
                panic!("{result:?}")
            };
            if length == limit {
                assert!(matches!(error, RecordError::Candid { .. }));
            } else {
                assert_eq!(error, RecordError::LengthBeyondRecord { length, limit });
            }
        }
    }
}

#[test]
fn a_content_that_fills_its_record_is_read() {
    for (version, form, limit) in [
        (Version::V1, Form::Devices, 2046),
        (Version::V3, Form::Devices, 4094),
        (Version::V5, Form::Anchor, 4094),
        (Version::V8, Form::Anchor, 4094),
    ] {
        let with_alias = |length: usize| {
            let alias = "x".repeat(length);
            let device = Value::record([
                ("alias", Value::Text(&alias)),
                ("pubkey", Value::Blob(b"k")),
            ]);
            let (ty, devices) = (Type::vec(small()), Value::vec([device]));
            match form {
                Form::Anchor => message(
                    &Type::record([("devices", ty)]),
                    &Value::record([("devices", devices)]),
                ),
                _ => message(&ty, &devices),
            }
        };
        let content = with_alias(200 + limit - with_alias(200).len());
        assert_eq!(content.len(), limit);
        let record = [&(limit as u16).to_le_bytes()[..], &content].concat();
        assert_eq!(
            read(&with_record(version, &record)),
            Ok(1),
            "layout {version}"
        );
    }
}

// spec: II-STORE-12
#[test]
fn each_layout_has_its_form() {
    let list = anchor(2).encode(Form::Devices).unwrap();
    let long = anchor(2).encode(Form::Anchor).unwrap();
    let record = |content: &[u8]| [&(content.len() as u16).to_le_bytes()[..], content].concat();
    let wrong = |found| {
        Err(ReadAnchorError::Record {
            error: RecordError::WrongForm { found },
        })
    };
    for version in [Version::V1, Version::V3] {
        assert_eq!(read(&with_record(version, &record(&list))), Ok(2));
        assert_eq!(
            read(&with_record(version, &record(&long))),
            wrong(Kind::Record)
        );
    }
    for version in [Version::V5, Version::V6, Version::V7, Version::V8] {
        assert_eq!(read(&with_record(version, &record(&long))), Ok(2));
        assert_eq!(
            read(&with_record(version, &record(&list))),
            wrong(Kind::Vec)
        );
    }
}

// spec: II-STORE-15
#[test]
fn a_record_may_end_where_the_memory_does() {
    // In the first layout records cross the ends of pages, and memory grew by what was written.
    let mut image = image(Version::V1, &vec![anchor(0); 33]);
    let start = 512 + 32 * 2048;
    let mut storage = Storage::open(image).unwrap();
    storage.write(10_032, &anchor(3)).unwrap();
    image = storage.into_memory();
    let length = usize::from(u16::from_le_bytes([image[start], image[start + 1]]));
    let last = |end: usize| {
        let storage = Storage::open(&image[..end]).unwrap();
        let mut buffer = RecordBuffer::new();
        let anchor = storage.anchor(10_032, &mut buffer)?;
        Ok(anchor.device_count())
    };
    let cut_off = |needed, available| {
        Err(ReadAnchorError::Record {
            error: RecordError::CutOff { needed, available },
        })
    };
    assert_eq!(last(start + 2 + length), Ok(3));
    assert_eq!(last(start + 1 + length), cut_off(length + 2, length + 1));
    assert_eq!(last(start + 2), cut_off(length + 2, 2));
    assert_eq!(last(start + 1), cut_off(2, 1));
    assert_eq!(last(start), cut_off(2, 0));
    assert_eq!(last(start - 1), cut_off(2, 0));
}
