//! Types of values that are written, and their definitions.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::field_id::FieldId;
use crate::header::{OPT, RECORD, VARIANT, VEC};
use crate::kind::Kind;
use crate::reader::MAX_NESTING;
use crate::writer::{EncodeError, length, signed, unsigned};

/// The type of a value that is written. There are no recursive ones.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `float32`.
    Float32,
    /// `float64`.
    Float64,
    /// `int`.
    Int,
    /// `int8`.
    Int8,
    /// `int16`.
    Int16,
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `nat`.
    Nat,
    /// `nat8`.
    Nat8,
    /// `nat16`.
    Nat16,
    /// `nat32`.
    Nat32,
    /// `nat64`.
    Nat64,
    /// `null`.
    Null,
    /// `opt`.
    Opt(Box<Self>),
    /// `principal`.
    Principal,
    /// `record`, the fields in any order.
    Record(Vec<(FieldId, Self)>),
    /// `reserved`.
    Reserved,
    /// `text`.
    Text,
    /// `variant`, the cases in any order.
    Variant(Vec<(FieldId, Self)>),
    /// `vec`.
    Vec(Box<Self>),
}

impl Type {
    /// Returns `vec nat8`.
    #[must_use]
    pub fn blob() -> Self {
        Self::vec(Self::Nat8)
    }

    /// Returns the option of a type.
    #[must_use]
    pub fn opt(inner: Self) -> Self {
        Self::Opt(Box::new(inner))
    }

    /// Returns the vector of a type.
    #[must_use]
    pub fn vec(element: Self) -> Self {
        Self::Vec(Box::new(element))
    }

    /// Returns the record with fields of these names and types.
    #[must_use]
    pub fn record<'n>(fields: impl IntoIterator<Item = (&'n str, Self)>) -> Self {
        Self::Record(sorted(fields))
    }

    /// Returns the variant with cases of these names and types, [`Type::Null`] for those without a
    /// value.
    #[must_use]
    pub fn variant<'n>(cases: impl IntoIterator<Item = (&'n str, Self)>) -> Self {
        Self::Variant(sorted(cases))
    }

    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Bool => Kind::Bool,
            Self::Float32 => Kind::Float32,
            Self::Float64 => Kind::Float64,
            Self::Int => Kind::Int,
            Self::Int8 => Kind::Int8,
            Self::Int16 => Kind::Int16,
            Self::Int32 => Kind::Int32,
            Self::Int64 => Kind::Int64,
            Self::Nat => Kind::Nat,
            Self::Nat8 => Kind::Nat8,
            Self::Nat16 => Kind::Nat16,
            Self::Nat32 => Kind::Nat32,
            Self::Nat64 => Kind::Nat64,
            Self::Null => Kind::Null,
            Self::Opt(_) => Kind::Opt,
            Self::Principal => Kind::Principal,
            Self::Record(_) => Kind::Record,
            Self::Reserved => Kind::Reserved,
            Self::Text => Kind::Text,
            Self::Variant(_) => Kind::Variant,
            Self::Vec(_) => Kind::Vec,
        }
    }
}

fn sorted<'n>(fields: impl IntoIterator<Item = (&'n str, Type)>) -> Vec<(FieldId, Type)> {
    let mut fields: Vec<(FieldId, Type)> = fields
        .into_iter()
        .map(|(name, ty)| (FieldId::of(name), ty))
        .collect();
    fields.sort_by_key(|(id, _)| *id);
    fields
}

/// The definitions of the types that were asked for.
#[derive(Default)]
pub(super) struct Table<'t> {
    /// The types, and their encoded definitions.
    definitions: Vec<(&'t Type, Vec<u8>)>,
}

impl<'t> Table<'t> {
    /// Returns the opcode of a primitive type, or the position of the definition of another one.
    pub(super) fn name(&mut self, ty: &'t Type) -> Result<i128, EncodeError> {
        self.name_inside(ty, 0)
    }

    fn name_inside(&mut self, ty: &'t Type, depth: usize) -> Result<i128, EncodeError> {
        if let Some(opcode) = ty.kind().opcode() {
            return Ok(i128::from(opcode));
        }
        let known = self.definitions.iter().position(|(known, _)| *known == ty);
        if let Some(index) = known {
            return Ok(position(index));
        }
        if depth >= MAX_NESTING {
            return Err(EncodeError::TooDeep);
        }
        let depth = depth.saturating_add(1);
        // A type comes before its parts.
        let index = self.definitions.len();
        self.definitions.push((ty, Vec::new()));
        let mut definition = Vec::new();
        match ty {
            Type::Opt(inner) | Type::Vec(inner) => {
                definition.push(if ty.kind() == Kind::Opt { OPT } else { VEC });
                signed(&mut definition, self.name_inside(inner, depth)?);
            }
            Type::Record(fields) | Type::Variant(fields) => {
                let is_record = ty.kind() == Kind::Record;
                definition.push(if is_record { RECORD } else { VARIANT });
                unsigned(&mut definition, length(fields.len()));
                for (id, ty) in in_order(fields)? {
                    unsigned(&mut definition, u128::from(id.as_u32()));
                    signed(&mut definition, self.name_inside(ty, depth)?);
                }
            }
            _ => {}
        }
        if let Some((_, slot)) = self.definitions.get_mut(index) {
            *slot = definition;
        }
        Ok(position(index))
    }

    /// Writes the definitions.
    pub(super) fn write(&self, output: &mut Vec<u8>) {
        unsigned(output, length(self.definitions.len()));
        for (_, definition) in &self.definitions {
            output.extend_from_slice(definition);
        }
    }
}

/// Returns fields or cases by ascending id.
pub(super) fn in_order<T>(fields: &[(FieldId, T)]) -> Result<Vec<(FieldId, &T)>, EncodeError> {
    let mut sorted: Vec<(FieldId, &T)> = fields.iter().map(|(id, part)| (*id, part)).collect();
    sorted.sort_by_key(|(id, _)| *id);
    let twice = sorted.windows(2).find_map(|pair| match pair {
        [(first, _), (second, _)] if first == second => Some(*first),
        _ => None,
    });
    match twice {
        Some(id) => Err(EncodeError::DuplicateField { id }),
        None => Ok(sorted),
    }
}

fn position(index: usize) -> i128 {
    i128::try_from(index).unwrap_or(i128::MAX)
}
