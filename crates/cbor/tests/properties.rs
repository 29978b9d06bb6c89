//! Properties over generated inputs.

use icid_cbor::BlobRule;
use icid_cbor::Kind;
use icid_cbor::Natural;
use icid_cbor::NullRule;
use icid_cbor::Policy;
use icid_cbor::ReadError;
use icid_cbor::Reader;
use icid_cbor::Record;
use icid_cbor::TagRule;
use icid_cbor::UnknownFieldRule;
use icid_cbor::Writer;
use icid_cbor::check;
use proptest::collection::btree_map;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A value of the profile.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Value {
    Array(Vec<Self>),
    Bytes(Vec<u8>),
    Map(Vec<(String, Self)>),
    /// −1 − this.
    Negative(u64),
    Natural(Vec<u8>),
    Text(String),
    Unsigned(u64),
}

impl Value {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Array(items) => {
                writer.array(length(items));
                items.iter().for_each(|item| item.write(writer));
            }
            Self::Bytes(bytes) => {
                writer.bytes(bytes);
            }
            Self::Negative(value) => {
                writer.negative(*value);
            }
            Self::Unsigned(value) => {
                writer.unsigned(*value);
            }
            Self::Map(entries) => {
                writer.map(length(entries));
                for (key, value) in entries {
                    writer.text(key);
                    value.write(writer);
                }
            }
            Self::Natural(bytes) => {
                writer.natural(bytes);
            }
            Self::Text(text) => {
                writer.text(text);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(match reader.kind()? {
            Kind::Array => {
                let mut items = reader.array()?;
                let mut values = Vec::new();
                while reader.next(&mut items)? {
                    values.push(Self::read(reader)?);
                }
                Self::Array(values)
            }
            Kind::Map => {
                let mut entries = reader.map()?;
                let mut values = Vec::new();
                while reader.next(&mut entries)? {
                    values.push((reader.text()?.to_owned(), Self::read(reader)?));
                }
                Self::Map(values)
            }
            Kind::Bytes => Self::Bytes(reader.bytes()?.to_vec()),
            Kind::Text => Self::Text(reader.text()?.to_owned()),
            Kind::Tag => match reader.natural()? {
                Natural::Big(bytes) => Self::Natural(bytes.to_vec()),
                Natural::Small(value) => Self::Unsigned(value),
            },
            _ => match reader.integer()? {
                value @ 0.. => Self::Unsigned(saturated(value)),
                value => Self::Negative(saturated(!value)),
            },
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(writer.self_described_tag());
        writer.into_bytes()
    }
}

fn length<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

fn saturated(value: i128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::Unsigned),
        any::<u64>().prop_map(Value::Negative),
        (0_u64..300).prop_map(Value::Unsigned),
        vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
        ".{0,40}".prop_map(Value::Text),
        (1_u8.., vec(any::<u8>(), 8..20)).prop_map(|(first, mut bytes)| {
            bytes.insert(0, first);
            Value::Natural(bytes)
        }),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..30).prop_map(Value::Array),
            btree_map(".{0,8}", inner, 0..30)
                .prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

/// Calls everything that reads; the results are for the caller to judge.
fn read_in_every_way(input: &[u8]) -> Vec<Option<ReadError>> {
    let at = || Reader::new(input);
    let all = |record: Result<Record<'_>, ReadError>, mut reader: Reader<'_>| {
        let mut record = record?;
        while record.next(&mut reader)?.is_some() {
            reader.skip()?;
        }
        reader.finish()
    };
    let mut errors = vec![
        check(input, Policy::SPEC).err(),
        check(input, Policy::REPLICA).err(),
        at().kind().err(),
        at().bytes().err(),
        at().text().err(),
        at().unsigned().err(),
        at().natural().err(),
        at().integer().err(),
        at().boolean().err(),
        at().tag().err(),
        at().null(NullRule::Reject).err(),
        at().array().err(),
        at().map().err(),
        at().skip().err(),
        at().item().err(),
        at().finish().err(),
        at().blob(BlobRule::BytesOnly).err(),
        at().self_described_tag(TagRule::Required).err(),
    ];
    for rule in [UnknownFieldRule::Ignore, UnknownFieldRule::Reject] {
        let mut reader = at();
        let record = Record::read(&mut reader, &["a", "b"], rule);
        errors.push(all(record, reader).err());
    }
    match at().blob(BlobRule::BytesTextOrIntegers) {
        Ok(blob) => assert_eq!(blob.iter().count(), blob.len()),
        Err(error) => errors.push(Some(error)),
    }
    errors
}

fn assert_positions_within(input: &[u8]) {
    for error in read_in_every_way(input).into_iter().flatten() {
        assert!(error.position <= input.len(), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        cases: 256,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_was_written_is_read_again(value in values()) {
        let encoded = value.encode();
        prop_assert_eq!(check(&encoded, Policy::SPEC), Ok(()));
        let mut reader = Reader::new(&encoded);
        reader.self_described_tag(TagRule::Required).unwrap();
        prop_assert_eq!(Value::read(&mut reader), Ok(value));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn skipping_takes_what_reading_takes(value in values()) {
        let encoded = value.encode();
        let mut reader = Reader::new(&encoded);
        prop_assert_eq!(reader.item(), Ok(&encoded[..]));
        prop_assert_eq!(reader.position(), encoded.len());
    }

    #[test]
    fn a_prefix_is_rejected(value in values(), cut in any::<prop::sample::Index>()) {
        let encoded = value.encode();
        let cut = cut.index(encoded.len());
        prop_assert!(check(&encoded[..cut], Policy::SPEC).is_err());
        assert_positions_within(&encoded[..cut]);
    }

    #[test]
    fn random_bytes_never_panic(input in vec(any::<u8>(), 0..200)) {
        assert_positions_within(&input);
    }

    #[test]
    fn changed_bytes_never_panic(
        value in values(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut encoded = value.encode();
        for (index, byte) in changes {
            let index = index.index(encoded.len());
            encoded[index] = byte;
        }
        assert_positions_within(&encoded);
    }

    #[test]
    fn a_failed_read_moves_nothing(input in vec(any::<u8>(), 0..50)) {
        let mut reader = Reader::new(&input);
        let _ = reader.bytes().is_err() && reader.text().is_err() && reader.natural().is_err()
            && reader.integer().is_err() && reader.boolean().is_err() && reader.tag().is_err()
            && reader.array().is_err() && reader.map().is_err() && reader.skip().is_err()
            && {
                assert_eq!(reader.position(), 0);
                true
            };
    }
}
