//! The crate `candid` as the oracle: what either writes, the other reads, and what is accepted here is
//! accepted there.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use candid::TypeEnv;
use candid::de::{DecoderConfig, IDLDeserialize};
use candid::types::Field;
use candid::types::internal::{Label, Type as PeerType, TypeInner};
use candid::types::value::{IDLArgs, IDLField, IDLValue, VariantValue};
use icid_candid_wire::{Arguments, FieldId, ReadError, Reader, Type, Value, encode};
use principal::Principal;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A value that owns its parts, with its type.
#[derive(Clone, Debug, PartialEq)]
enum Sample {
    Blob(Vec<u8>),
    Bool(bool),
    Float64(u64),
    Int(i128),
    Int64(i64),
    Nat(u128),
    Nat8(u8),
    Nat32(u32),
    Nat64(u64),
    Null,
    None(Type),
    Principal(Vec<u8>),
    Record(Vec<(u32, Self)>),
    Reserved,
    Some(Box<Self>),
    Text(String),
    /// Cases without a value before and after the one it is.
    Variant(Vec<u32>, u32, Box<Self>),
    /// Several times the same element.
    Vec(Box<Self>, usize),
}

fn sample() -> impl Strategy<Value = Sample> {
    let leaf = prop_oneof![
        vec(any::<u8>(), 0..40).prop_map(Sample::Blob),
        any::<bool>().prop_map(Sample::Bool),
        any::<f64>().prop_map(|value| Sample::Float64(value.to_bits())),
        any::<i128>().prop_map(Sample::Int),
        any::<i8>().prop_map(|value| Sample::Int(value.into())),
        any::<i64>().prop_map(Sample::Int64),
        any::<u128>().prop_map(Sample::Nat),
        any::<u8>().prop_map(|value| Sample::Nat(value.into())),
        any::<u8>().prop_map(Sample::Nat8),
        any::<u32>().prop_map(Sample::Nat32),
        any::<u64>().prop_map(Sample::Nat64),
        Just(Sample::Null),
        Just(Sample::None(Type::Text)),
        Just(Sample::None(Type::blob())),
        vec(any::<u8>(), 0..=29).prop_map(Sample::Principal),
        Just(Sample::Reserved),
        ".{0,12}".prop_map(Sample::Text),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let id = prop_oneof![0_u32..6, any::<u32>()];
        prop_oneof![
            btree_map(id.clone(), inner.clone(), 0..6)
                .prop_map(|fields| Sample::Record(fields.into_iter().collect())),
            inner
                .clone()
                .prop_map(|value| Sample::Some(Box::new(value))),
            (vec(id.clone(), 0..4), id, inner.clone())
                .prop_map(|(cases, id, value)| Sample::Variant(cases, id, Box::new(value))),
            (inner, 0_usize..4).prop_map(|(value, count)| Sample::Vec(Box::new(value), count)),
        ]
    })
}

/// The ids of all cases of a variant.
fn cases(others: &[u32], id: u32) -> Vec<u32> {
    let mut ids: Vec<u32> = others.iter().copied().chain([id]).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Sample {
    fn ty(&self) -> Type {
        match self {
            Self::Blob(_) => Type::blob(),
            Self::Bool(_) => Type::Bool,
            Self::Float64(_) => Type::Float64,
            Self::Int(_) => Type::Int,
            Self::Int64(_) => Type::Int64,
            Self::Nat(_) => Type::Nat,
            Self::Nat8(_) => Type::Nat8,
            Self::Nat32(_) => Type::Nat32,
            Self::Nat64(_) => Type::Nat64,
            Self::Null => Type::Null,
            Self::None(ty) => Type::opt(ty.clone()),
            Self::Principal(_) => Type::Principal,
            Self::Record(fields) => {
                let field = |(id, value): &(u32, Self)| (FieldId::new(*id), value.ty());
                Type::Record(fields.iter().map(field).collect())
            }
            Self::Reserved => Type::Reserved,
            Self::Some(value) => Type::opt(value.ty()),
            Self::Text(_) => Type::Text,
            Self::Variant(others, id, value) => {
                let case = |case: u32| {
                    let ty = if case == *id { value.ty() } else { Type::Null };
                    (FieldId::new(case), ty)
                };
                Type::Variant(cases(others, *id).into_iter().map(case).collect())
            }
            Self::Vec(value, _) => Type::vec(value.ty()),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Blob(bytes) => Value::Blob(bytes),
            Self::Bool(value) => Value::Bool(*value),
            Self::Float64(bits) => Value::Float64(f64::from_bits(*bits)),
            Self::Int(value) => Value::Int(*value),
            Self::Int64(value) => Value::Int64(*value),
            Self::Nat(value) => Value::Nat(*value),
            Self::Nat8(value) => Value::Nat8(*value),
            Self::Nat32(value) => Value::Nat32(*value),
            Self::Nat64(value) => Value::Nat64(*value),
            Self::Null | Self::Reserved => Value::Null,
            Self::None(_) => Value::none(),
            Self::Principal(bytes) => Value::Principal(Principal::from_slice(bytes).unwrap()),
            Self::Record(fields) => {
                let fields = fields.iter();
                Value::Record(
                    fields
                        .map(|(id, value)| (FieldId::new(*id), value.value()))
                        .collect(),
                )
            }
            Self::Some(value) => Value::some(value.value()),
            Self::Text(text) => Value::Text(text),
            Self::Variant(_, id, value) => {
                Value::Variant(FieldId::new(*id), Box::new(value.value()))
            }
            Self::Vec(value, count) => Value::vec((0..*count).map(|_| value.value())),
        }
    }

    fn peer_type(&self) -> PeerType {
        peer_type(&self.ty())
    }

    fn peer_value(&self) -> IDLValue {
        match self {
            Self::Blob(bytes) => IDLValue::Blob(bytes.clone()),
            Self::Bool(value) => IDLValue::Bool(*value),
            Self::Float64(bits) => IDLValue::Float64(f64::from_bits(*bits)),
            Self::Int(value) => IDLValue::Int((*value).into()),
            Self::Int64(value) => IDLValue::Int64(*value),
            Self::Nat(value) => IDLValue::Nat((*value).into()),
            Self::Nat8(value) => IDLValue::Nat8(*value),
            Self::Nat32(value) => IDLValue::Nat32(*value),
            Self::Nat64(value) => IDLValue::Nat64(*value),
            Self::Null => IDLValue::Null,
            Self::None(_) => IDLValue::None,
            Self::Principal(bytes) => IDLValue::Principal(candid::Principal::from_slice(bytes)),
            Self::Record(fields) => {
                let field = |(id, value): &(u32, Self)| IDLField {
                    id: Label::Id(*id),
                    val: value.peer_value(),
                };
                IDLValue::Record(fields.iter().map(field).collect())
            }
            Self::Reserved => IDLValue::Reserved,
            Self::Some(value) => IDLValue::Opt(Box::new(value.peer_value())),
            Self::Text(text) => IDLValue::Text(text.clone()),
            Self::Variant(others, id, value) => {
                let index = cases(others, *id)
                    .iter()
                    .position(|case| case == id)
                    .unwrap();
                let field = IDLField {
                    id: Label::Id(*id),
                    val: value.peer_value(),
                };
                IDLValue::Variant(VariantValue(Box::new(field), u64::try_from(index).unwrap()))
            }
            Self::Vec(value, count) => {
                IDLValue::Vec((0..*count).map(|_| value.peer_value()).collect())
            }
        }
    }

    /// Reads a value of the type of this one, and checks that it is this one.
    fn check(&self, reader: &mut Reader<'_, '_>) -> Result<(), ReadError> {
        match self {
            Self::Blob(bytes) => assert_eq!(reader.blob()?, bytes),
            Self::Bool(value) => assert_eq!(reader.bool()?, *value),
            Self::Float64(bits) => assert_eq!(reader.float64()?.to_bits(), *bits),
            Self::Int(value) => assert_eq!(reader.int()?, *value),
            Self::Int64(value) => assert_eq!(reader.int64()?, *value),
            Self::Nat(value) => assert_eq!(reader.nat()?, *value),
            Self::Nat8(value) => assert_eq!(reader.nat8()?, *value),
            Self::Nat32(value) => assert_eq!(reader.nat32()?, *value),
            Self::Nat64(value) => assert_eq!(reader.nat64()?, *value),
            Self::Null | Self::Reserved => reader.null()?,
            Self::None(_) => assert!(!reader.opt()?),
            Self::Principal(bytes) => assert_eq!(reader.principal()?.as_bytes(), bytes),
            Self::Record(expected) => {
                let mut fields = reader.record()?;
                for (id, value) in expected {
                    assert_eq!(fields.next(reader)?, Some(FieldId::new(*id)));
                    value.check(reader)?;
                }
                assert_eq!(fields.next(reader)?, None);
            }
            Self::Some(value) => {
                assert!(reader.opt()?);
                value.check(reader)?;
            }
            Self::Text(text) => assert_eq!(reader.text()?, text),
            Self::Variant(_, id, value) => {
                assert_eq!(reader.variant()?, FieldId::new(*id));
                value.check(reader)?;
            }
            Self::Vec(value, count) => {
                let mut elements = reader.vec()?;
                for _ in 0..*count {
                    assert!(elements.next(reader)?);
                    value.check(reader)?;
                }
                assert!(!elements.next(reader)?);
            }
        }
        Ok(())
    }
}

fn peer_type(ty: &Type) -> PeerType {
    let fields = |fields: &[(FieldId, Type)]| {
        let field = |(id, ty): &(FieldId, Type)| Field {
            id: Label::Id(id.as_u32()).into(),
            ty: peer_type(ty),
        };
        fields.iter().map(field).collect()
    };
    match ty {
        Type::Bool => TypeInner::Bool,
        Type::Float64 => TypeInner::Float64,
        Type::Int => TypeInner::Int,
        Type::Int64 => TypeInner::Int64,
        Type::Nat => TypeInner::Nat,
        Type::Nat8 => TypeInner::Nat8,
        Type::Nat32 => TypeInner::Nat32,
        Type::Nat64 => TypeInner::Nat64,
        Type::Null => TypeInner::Null,
        Type::Opt(inner) => TypeInner::Opt(peer_type(inner)),
        Type::Principal => TypeInner::Principal,
        Type::Record(parts) => TypeInner::Record(fields(parts)),
        Type::Reserved => TypeInner::Reserved,
        Type::Text => TypeInner::Text,
        Type::Variant(parts) => TypeInner::Variant(fields(parts)),
        Type::Vec(inner) => TypeInner::Vec(peer_type(inner)),
        other => panic!("no sample has the type {other:?}"),
    }
    .into()
}

fn ours(samples: &[Sample]) -> Vec<u8> {
    let parts: Vec<(Type, Value<'_>)> = samples
        .iter()
        .map(|sample| (sample.ty(), sample.value()))
        .collect();
    let parts: Vec<(&Type, &Value<'_>)> = parts.iter().map(|(ty, value)| (ty, value)).collect();
    encode(&parts).unwrap()
}

fn theirs(samples: &[Sample]) -> Vec<u8> {
    let types: Vec<PeerType> = samples.iter().map(Sample::peer_type).collect();
    let values: Vec<IDLValue> = samples.iter().map(Sample::peer_value).collect();
    IDLArgs::new(&values)
        .to_bytes_with_types(&TypeEnv::new(), &types)
        .unwrap()
}

/// Reads a message to its end without looking at anything.
fn we_accept(bytes: &[u8]) -> bool {
    Arguments::parse(bytes).is_ok_and(|arguments| arguments.reader().finish().is_ok())
}

fn they_accept(bytes: &[u8], config: &DecoderConfig) -> bool {
    IDLDeserialize::new_with_config(bytes, config).is_ok_and(|mut message| message.done().is_ok())
}

/// Checks that we accept nothing that the peer doesn't, and everything that it does, unless it is too
/// much work, for which the peer has no limit of its own.
fn assert_same_verdict(bytes: &[u8]) {
    let mut limited = DecoderConfig::new();
    limited
        .set_skipping_quota(20_000)
        .set_full_error_message(false);
    if we_accept(bytes) {
        assert!(they_accept(bytes, &DecoderConfig::new()), "{bytes:02x?}");
    } else {
        assert!(!they_accept(bytes, &limited), "{bytes:02x?}");
    }
}

/// Bytes of which many are opcodes and small numbers.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => 0_u8..8, 4 => 0x65_u8..0x80, 1 => any::<u8>()];
    vec(byte, 0..40)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1_024,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(17),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn writes_what_the_peer_writes(samples in vec(sample(), 0..4)) {
        prop_assert_eq!(ours(&samples), theirs(&samples));
    }

    #[test]
    fn reads_what_the_peer_writes(samples in vec(sample(), 0..4)) {
        let bytes = theirs(&samples);
        let arguments = Arguments::parse(&bytes).unwrap();
        let mut reader = arguments.reader();
        for sample in &samples {
            prop_assert!(reader.next_argument().unwrap());
            sample.check(&mut reader).unwrap();
        }
        prop_assert_eq!(reader.finish(), Ok(()));
        prop_assert!(we_accept(&bytes));
    }

    #[test]
    fn a_changed_message_is_judged_as_by_the_peer(
        samples in vec(sample(), 1..3),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = ours(&samples);
        for (index, byte) in changes {
            *index.get_mut(&mut bytes) = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        assert_same_verdict(&bytes);
    }

    #[test]
    fn noise_is_judged_as_by_the_peer(noise in noise()) {
        let bytes = [b"DIDL", &noise[..]].concat();
        assert_same_verdict(&bytes);
    }
}
