//! Skipping a whole value, without recursion.

use principal::Principal;

use crate::cursor::Cursor;
use crate::error::{ReadError, Reason};
use crate::field_id::FieldId;
use crate::header::{Arguments, Shape, Type};
use crate::kind::Kind;
use crate::reader::spend;

/// How many records, variants, vectors and options may be inside each other in a value that is
/// skipped.
///
/// Source: our own budget, the same as for CBOR. The types of the management canister and of
/// Internet Identity have fewer than ten levels.
pub const MAX_NESTING: usize = 64;

/// How many cases of a variant can be passed over for the work of one value.
const CASES_PER_VALUE: u64 = 2;

/// What is still to come of an open record, variant, vector or option.
#[derive(Clone, Copy)]
enum Level {
    /// This many values of one type.
    Elements { left: u64, ty: Type },
    /// This many fields, the first of which is at this position.
    Fields { left: u64, position: usize },
}

/// Takes one value and everything inside it.
pub(super) fn skip<'a>(
    types: &Arguments<'a>,
    values: &mut Cursor<'a>,
    budget: &mut u64,
    ty: Type,
) -> Result<(), ReadError> {
    // Most values that are skipped have no parts, or none to come.
    let Some(first) = open(types, values, budget, ty)? else {
        return Ok(());
    };
    let mut levels = [first; MAX_NESTING];
    let mut depth = 1_usize;
    loop {
        let ty = loop {
            let Some(level) = depth.checked_sub(1).and_then(|top| levels.get_mut(top)) else {
                return Ok(());
            };
            if let Some(next) = level.next(types) {
                spend(budget, values, 1)?;
                break next;
            }
            depth = depth.saturating_sub(1);
        };
        let start = *values;
        if let Some(level) = open(types, values, budget, ty)? {
            let Some(slot) = levels.get_mut(depth) else {
                return Err(start.error(Reason::TooDeep));
            };
            *slot = level;
            depth = depth.saturating_add(1);
        }
    }
}

/// Takes a value without parts, or the start of one with parts, whose level it returns.
fn open<'a>(
    types: &Arguments<'a>,
    values: &mut Cursor<'a>,
    budget: &mut u64,
    ty: Type,
) -> Result<Option<Level>, ReadError> {
    match types.shape(ty) {
        Shape::Plain(kind) => plain(values, kind).map(|()| None),
        Shape::Opt(ty) => Ok(values.flag()?.then_some(Level::Elements { left: 1, ty })),
        Shape::Vec(ty) => {
            let left = values.unsigned()?;
            // Bytes and numbers are taken all at once.
            let Type::Primitive(kind) = ty else {
                return Ok(Some(Level::Elements { left, ty }));
            };
            match kind.fixed_size() {
                Some(size) => values.take(left.saturating_mul(size)).map(|_| None),
                None => Ok(Some(Level::Elements { left, ty })),
            }
        }
        Shape::Record { count, position } => Ok(Some(Level::Fields {
            left: count,
            position,
        })),
        Shape::Variant { count, position } => {
            let (_, ty) = case(types, values, budget, (count, position))?;
            Ok(Some(Level::Elements { left: 1, ty }))
        }
    }
}

impl Level {
    /// Returns the type of the next value, if there is one.
    fn next(&mut self, types: &Arguments<'_>) -> Option<Type> {
        match self {
            Self::Elements { left: 0, .. } | Self::Fields { left: 0, .. } => None,
            Self::Elements { left, ty } => {
                *left = left.saturating_sub(1);
                Some(*ty)
            }
            Self::Fields { left, position } => {
                *left = left.saturating_sub(1);
                let mut definition = types.types_at(*position);
                let (_, ty) = definition.field();
                *position = definition.position();
                Some(ty)
            }
        }
    }
}

/// Takes a value of a type without parts.
fn plain(values: &mut Cursor<'_>, kind: Kind) -> Result<(), ReadError> {
    if let Some(size) = kind.fixed_size() {
        return values.take(size).map(|_| ());
    }
    match kind {
        Kind::Bool => values.flag().map(|_| ()),
        Kind::Int | Kind::Nat => values.leb128(None).map(|_| ()),
        Kind::Text => values.text().map(|_| ()),
        Kind::Principal | Kind::Service => principal(values).map(|_| ()),
        Kind::Func => {
            id_flag(values)?;
            principal(values)?;
            values.text().map(|_| ())
        }
        Kind::Future => future(values),
        Kind::Empty => Err(values.error(Reason::EmptyValue)),
        // `null` and `reserved`; the others have parts.
        _ => Ok(()),
    }
}

/// Takes which case a variant is, and returns its id and type.
#[inline]
pub(super) fn case<'a>(
    types: &Arguments<'a>,
    values: &mut Cursor<'a>,
    budget: &mut u64,
    (count, position): (u64, usize),
) -> Result<(FieldId, Type), ReadError> {
    let start = *values;
    let index = values.unsigned()?;
    if index >= count {
        return Err(start.error(Reason::UnknownVariant { index, count }));
    }
    // Cases are found by counting, which is work, too.
    spend(budget, values, index / CASES_PER_VALUE)?;
    let mut definition = types.types_at(position);
    for _ in 0..index {
        definition.field();
    }
    Ok(definition.field())
}

/// Takes a principal.
pub(super) fn principal(values: &mut Cursor<'_>) -> Result<Principal, ReadError> {
    id_flag(values)?;
    let start = *values;
    let bytes = values.blob()?;
    Principal::from_slice(bytes).map_err(|_| {
        start.error(Reason::PrincipalTooLong {
            length: bytes.len(),
        })
    })
}

/// Takes the byte that says that a reference is by id.
fn id_flag(values: &mut Cursor<'_>) -> Result<(), ReadError> {
    let start = *values;
    if values.flag()? {
        return Ok(());
    }
    Err(start.error(Reason::OpaqueReference))
}

/// Takes a value of a type that was added later: the number of its bytes and that of the references
/// that come with it, then the bytes.
fn future(values: &mut Cursor<'_>) -> Result<(), ReadError> {
    let length = values.unsigned()?;
    let start = *values;
    if values.unsigned()? != 0 {
        return Err(start.error(Reason::OpaqueReference));
    }
    values.take(length).map(|_| ())
}
