//! Values that are written.

use alloc::boxed::Box;
use alloc::vec::Vec;

use principal::Principal;

use crate::field_id::FieldId;
use crate::kind::Kind;
use crate::writer::table::{Type, in_order};
use crate::writer::{EncodeError, blob, length, signed, unsigned};

/// A value that is written.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Of type `vec nat8`.
    Blob(&'a [u8]),
    /// Of type `bool`.
    Bool(bool),
    /// Of type `float32`.
    Float32(f32),
    /// Of type `float64`.
    Float64(f64),
    /// Of type `int`.
    Int(i128),
    /// Of type `int8`.
    Int8(i8),
    /// Of type `int16`.
    Int16(i16),
    /// Of type `int32`.
    Int32(i32),
    /// Of type `int64`.
    Int64(i64),
    /// Of type `nat`.
    Nat(u128),
    /// Of type `nat8`.
    Nat8(u8),
    /// Of type `nat16`.
    Nat16(u16),
    /// Of type `nat32`.
    Nat32(u32),
    /// Of type `nat64`.
    Nat64(u64),
    /// Of type `null` or `reserved`.
    Null,
    /// Of an option.
    Opt(Option<Box<Self>>),
    /// Of type `principal`.
    Principal(Principal),
    /// Of a record, the fields in any order.
    Record(Vec<(FieldId, Self)>),
    /// Of type `text`.
    Text(&'a str),
    /// Of a variant.
    Variant(FieldId, Box<Self>),
    /// Of a vector.
    Vec(Vec<Self>),
}

impl<'a> Value<'a> {
    /// Returns an option that has a value.
    #[must_use]
    pub fn some(value: Self) -> Self {
        Self::Opt(Some(Box::new(value)))
    }

    /// Returns an option that has no value.
    #[must_use]
    pub const fn none() -> Self {
        Self::Opt(None)
    }

    /// Returns a record with fields of these names and values.
    #[must_use]
    pub fn record<'n>(fields: impl IntoIterator<Item = (&'n str, Self)>) -> Self {
        let fields = fields.into_iter();
        Self::Record(
            fields
                .map(|(name, value)| (FieldId::of(name), value))
                .collect(),
        )
    }

    /// Returns the case of a variant with this name and value, [`Value::Null`] if it has none.
    #[must_use]
    pub fn variant(name: &str, value: Self) -> Self {
        Self::Variant(FieldId::of(name), Box::new(value))
    }

    /// Returns the vector of these values.
    #[must_use]
    pub fn vec(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Vec(values.into_iter().collect())
    }

    /// Writes the value as one of a type. The types in it are known not to be nested too deeply.
    pub(super) fn write(&self, ty: &Type, output: &mut Vec<u8>) -> Result<(), EncodeError> {
        match (self, ty) {
            (Self::Blob(bytes), Type::Vec(element)) if **element == Type::Nat8 => {
                blob(output, bytes);
            }
            (Self::Bool(value), Type::Bool) => output.push(u8::from(*value)),
            (Self::Float32(value), Type::Float32) => output.extend(value.to_le_bytes()),
            (Self::Float64(value), Type::Float64) => output.extend(value.to_le_bytes()),
            (Self::Int(value), Type::Int) => signed(output, *value),
            (Self::Int8(value), Type::Int8) => output.extend(value.to_le_bytes()),
            (Self::Int16(value), Type::Int16) => output.extend(value.to_le_bytes()),
            (Self::Int32(value), Type::Int32) => output.extend(value.to_le_bytes()),
            (Self::Int64(value), Type::Int64) => output.extend(value.to_le_bytes()),
            (Self::Nat(value), Type::Nat) => unsigned(output, *value),
            (Self::Nat8(value), Type::Nat8) => output.extend(value.to_le_bytes()),
            (Self::Nat16(value), Type::Nat16) => output.extend(value.to_le_bytes()),
            (Self::Nat32(value), Type::Nat32) => output.extend(value.to_le_bytes()),
            (Self::Nat64(value), Type::Nat64) => output.extend(value.to_le_bytes()),
            (Self::Null, Type::Null | Type::Reserved) => {}
            (Self::Opt(None), Type::Opt(_)) => output.push(0),
            (Self::Opt(Some(value)), Type::Opt(inner)) => {
                output.push(1);
                value.write(inner, output)?;
            }
            (Self::Principal(principal), Type::Principal) => {
                output.push(1);
                blob(output, principal.as_bytes());
            }
            (Self::Record(values), Type::Record(types)) => write_fields(values, types, output)?,
            (Self::Text(text), Type::Text) => blob(output, text.as_bytes()),
            (Self::Variant(id, value), Type::Variant(cases)) => {
                let cases = in_order(cases)?;
                let position = cases.binary_search_by_key(id, |(id, _)| *id);
                let case = position
                    .ok()
                    .and_then(|index| Some((index, cases.get(index)?)));
                let (index, (_, ty)) = case.ok_or(EncodeError::UnknownField { id: *id })?;
                unsigned(output, length(index));
                value.write(ty, output)?;
            }
            (Self::Vec(values), Type::Vec(element)) => {
                unsigned(output, length(values.len()));
                for value in values {
                    value.write(element, output)?;
                }
            }
            _ => {
                let (found, expected) = (self.kind(), ty.kind());
                return Err(EncodeError::WrongKind { found, expected });
            }
        }
        Ok(())
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Blob(_) => Kind::Blob,
            Self::Bool(_) => Kind::Bool,
            Self::Float32(_) => Kind::Float32,
            Self::Float64(_) => Kind::Float64,
            Self::Int(_) => Kind::Int,
            Self::Int8(_) => Kind::Int8,
            Self::Int16(_) => Kind::Int16,
            Self::Int32(_) => Kind::Int32,
            Self::Int64(_) => Kind::Int64,
            Self::Nat(_) => Kind::Nat,
            Self::Nat8(_) => Kind::Nat8,
            Self::Nat16(_) => Kind::Nat16,
            Self::Nat32(_) => Kind::Nat32,
            Self::Nat64(_) => Kind::Nat64,
            Self::Null => Kind::Null,
            Self::Opt(_) => Kind::Opt,
            Self::Principal(_) => Kind::Principal,
            Self::Record(_) => Kind::Record,
            Self::Text(_) => Kind::Text,
            Self::Variant(..) => Kind::Variant,
            Self::Vec(_) => Kind::Vec,
        }
    }
}

/// Writes the fields of a record, each as one of its type.
fn write_fields(
    values: &[(FieldId, Value<'_>)],
    types: &[(FieldId, Type)],
    output: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut values = in_order(values)?.into_iter();
    for (id, ty) in in_order(types)? {
        match values.next() {
            Some((found, value)) if found == id => value.write(ty, output)?,
            Some((found, _)) if found < id => {
                return Err(EncodeError::UnknownField { id: found });
            }
            _ => return Err(EncodeError::MissingField { id }),
        }
    }
    match values.next() {
        Some((id, _)) => Err(EncodeError::UnknownField { id }),
        None => Ok(()),
    }
}
