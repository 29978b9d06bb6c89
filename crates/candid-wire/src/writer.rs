//! Writing: types and values in, bytes out.

mod table;
mod value;

use alloc::vec::Vec;
use core::fmt;

use crate::field_id::FieldId;
use crate::kind::Kind;

use self::table::Table;
pub use self::table::Type;
pub use self::value::Value;

/// Encodes arguments: values with their types.
///
/// The result depends on nothing else: definitions are in the order in which the types need them,
/// each different one once, and numbers are as short as can be. It is what the crate `candid` writes
/// for the same types.
///
/// # Errors
///
/// The first that is found, types before values: [`EncodeError::DuplicateField`],
/// [`EncodeError::TooDeep`]; then [`EncodeError::WrongKind`], [`EncodeError::MissingField`],
/// [`EncodeError::UnknownField`], [`EncodeError::DuplicateField`].
///
/// # Example
///
/// ```
/// use icid_candid_wire::{EncodeError, Type, Value, encode};
///
/// let device = Type::record([("alias", Type::Text), ("pubkey", Type::blob())]);
/// let value = Value::record([("alias", Value::Text("phone")), ("pubkey", Value::Blob(b"key"))]);
/// let bytes = encode(&[(&device, &value)])?;
/// assert_eq!(bytes.len(), 33);
/// assert_eq!(
///     encode(&[(&device, &Value::Null)]),
///     Err(EncodeError::WrongKind {
///         found: icid_candid_wire::Kind::Null,
///         expected: icid_candid_wire::Kind::Record,
///     }),
/// );
/// # Ok::<(), EncodeError>(())
/// ```
pub fn encode(arguments: &[(&Type, &Value<'_>)]) -> Result<Vec<u8>, EncodeError> {
    let mut table = Table::default();
    let mut names = Vec::with_capacity(arguments.len());
    for (ty, _) in arguments {
        names.push(table.name(ty)?);
    }
    let mut output = b"DIDL".to_vec();
    table.write(&mut output);
    unsigned(&mut output, length(arguments.len()));
    for name in names {
        signed(&mut output, name);
    }
    for (ty, value) in arguments {
        value.write(ty, &mut output)?;
    }
    Ok(output)
}

/// Why values could not be encoded.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EncodeError {
    /// Two fields of a record, or two cases of a variant, have the same id, which may be the hash of
    /// two names.
    DuplicateField {
        /// The id.
        id: FieldId,
    },
    /// A record has no value for a field of its type.
    MissingField {
        /// The field.
        id: FieldId,
    },
    /// There are more than [`MAX_NESTING`](crate::MAX_NESTING) types inside each other.
    TooDeep,
    /// A record has a value for a field that its type does not have, or a variant is a case that its
    /// type does not have.
    UnknownField {
        /// The field or case.
        id: FieldId,
    },
    /// A value is not of its type.
    WrongKind {
        /// What it is.
        found: Kind,
        /// What its type is.
        expected: Kind,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateField { id } => write!(f, "found field {id} for the second time"),
            Self::MissingField { id } => write!(f, "found no value of field {id}"),
            Self::TooDeep => write!(
                f,
                "found more than {} types inside each other",
                crate::MAX_NESTING
            ),
            Self::UnknownField { id } => write!(f, "found field {id}, which the type doesn't have"),
            Self::WrongKind { found, expected } => write!(f, "found {found}, expected {expected}"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Writes an unsigned LEB128 number.
fn unsigned(output: &mut Vec<u8>, mut value: u128) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            output.push(low & 0x7f);
            return;
        }
        output.push(low | 0x80);
    }
}

/// Writes a signed LEB128 number.
fn signed(output: &mut Vec<u8>, mut value: i128) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        let is_negative = low & 0x40 != 0;
        if value == if is_negative { -1 } else { 0 } {
            output.push(low & 0x7f);
            return;
        }
        output.push(low | 0x80);
    }
}

/// Writes bytes after their number.
fn blob(output: &mut Vec<u8>, bytes: &[u8]) {
    unsigned(output, length(bytes.len()));
    output.extend_from_slice(bytes);
}

fn length(length: usize) -> u128 {
    u128::try_from(length).unwrap_or(u128::MAX)
}
