//! The kinds of types.

use core::fmt;

/// The kind of a type.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `vec nat8`, where one is expected. What is found is a [`Kind::Vec`].
    Blob,
    /// `bool`.
    Bool,
    /// `empty`.
    Empty,
    /// `float32`.
    Float32,
    /// `float64`.
    Float64,
    /// `func`.
    Func,
    /// A type that was added to Candid later, and says itself how long its values are.
    Future,
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
    Opt,
    /// `principal`.
    Principal,
    /// `record`.
    Record,
    /// `reserved`.
    Reserved,
    /// `service`.
    Service,
    /// `text`.
    Text,
    /// `variant`.
    Variant,
    /// `vec`.
    Vec,
}

impl Kind {
    /// Returns the kind of the primitive type with an opcode.
    pub(crate) const fn of_primitive(opcode: i64) -> Option<Self> {
        Some(match opcode {
            -1 => Self::Null,
            -2 => Self::Bool,
            -3 => Self::Nat,
            -4 => Self::Int,
            -5 => Self::Nat8,
            -6 => Self::Nat16,
            -7 => Self::Nat32,
            -8 => Self::Nat64,
            -9 => Self::Int8,
            -10 => Self::Int16,
            -11 => Self::Int32,
            -12 => Self::Int64,
            -13 => Self::Float32,
            -14 => Self::Float64,
            -15 => Self::Text,
            -16 => Self::Reserved,
            -17 => Self::Empty,
            -24 => Self::Principal,
            _ => return None,
        })
    }

    /// Returns the opcode of the primitive type of this kind.
    pub(crate) fn opcode(self) -> Option<i64> {
        (-24_i64..0).find(|opcode| Self::of_primitive(*opcode) == Some(self))
    }

    /// Returns how many bytes every value of the kind has, if that is a fixed number of them and any
    /// bytes are a value.
    pub(crate) const fn fixed_size(self) -> Option<u64> {
        Some(match self {
            Self::Int8 | Self::Nat8 => 1,
            Self::Int16 | Self::Nat16 => 2,
            Self::Float32 | Self::Int32 | Self::Nat32 => 4,
            Self::Float64 | Self::Int64 | Self::Nat64 => 8,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blob => "vec nat8",
            Self::Bool => "bool",
            Self::Empty => "empty",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Func => "func",
            Self::Future => "a future type",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Nat => "nat",
            Self::Nat8 => "nat8",
            Self::Nat16 => "nat16",
            Self::Nat32 => "nat32",
            Self::Nat64 => "nat64",
            Self::Null => "null",
            Self::Opt => "opt",
            Self::Principal => "principal",
            Self::Record => "record",
            Self::Reserved => "reserved",
            Self::Service => "service",
            Self::Text => "text",
            Self::Variant => "variant",
            Self::Vec => "vec",
        })
    }
}
