//! The start of a message: type definitions and the types of the arguments.

use core::fmt;

use crate::checked::Checked;
use crate::cursor::Cursor;
use crate::error::{ReadError, Reason};
use crate::kind::Kind;
use crate::reader::Reader;

/// How many types a message defines at most.
///
/// Source: our own budget, so that their positions have room on the stack and a byte tells them
/// apart. The largest type of the management canister needs about fifty.
pub const MAX_TYPES: usize = 256;

/// How long the type definitions and the types of the arguments are at most, in bytes.
///
/// Source: what the crate `candid` allows if not told otherwise.
pub const MAX_HEADER_LENGTH: usize = 65_536;

const MAGIC: [u8; 4] = *b"DIDL";

/// The first opcode, counted down, that belongs to a future type.
///
/// Source: Candid specification, "Deserialisation of future types".
const FIRST_FUTURE_OPCODE: i64 = -25;

/// A message whose types are known and right, but whose values are still to be read.
///
/// It borrows the bytes it was parsed from, and keeps the positions of the type definitions beside
/// them: about half a kilobyte. [`Arguments::reader`] reads the values.
#[derive(Clone)]
pub struct Arguments<'a> {
    input: &'a [u8],
    /// Where definitions start. The first `type_count` are meaningful.
    types: [u16; MAX_TYPES],
    type_count: usize,
    /// Where definitions end.
    definitions_end: usize,
    /// Where the types of the arguments start.
    arguments: usize,
    argument_count: u64,
    /// Where the values start.
    values: usize,
}

/// A type: a primitive one, or the position of a definition.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Type {
    /// There are at most [`MAX_TYPES`], so a byte is enough.
    Defined(u8),
    Primitive(Kind),
}

/// What a type is, looked up in the definitions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A type without parts, or one whose parts don't matter for reading its values.
    Plain(Kind),
    /// `opt` of a type.
    Opt(Type),
    /// `vec` of a type.
    Vec(Type),
    /// A record with this many fields, whose first is at this position.
    Record { count: u64, position: usize },
    /// A variant with this many cases, whose first is at this position.
    Variant { count: u64, position: usize },
}

impl Shape {
    #[inline]
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Plain(kind) => *kind,
            Self::Opt(_) => Kind::Opt,
            Self::Vec(_) => Kind::Vec,
            Self::Record { .. } => Kind::Record,
            Self::Variant { .. } => Kind::Variant,
        }
    }
}

impl<'a> Arguments<'a> {
    /// Reads the start of a message: the magic bytes, the type definitions and the types of the
    /// arguments.
    ///
    /// The work is proportional to their length, and nothing is allocated.
    ///
    /// # Errors
    ///
    /// The first error in the order of the bytes: any [`Reason`] about types. That the type of a
    /// method is a function, and [`Reason::HeaderTooLong`], come at the end.
    pub fn parse(input: &'a [u8]) -> Result<Self, ReadError> {
        let mut cursor = Cursor::at(input, 0);
        let start = cursor;
        if cursor.array() != Ok(MAGIC) {
            return Err(start.error(Reason::MissingMagic));
        }
        let start = cursor;
        let count = cursor.unsigned()?;
        let too_many = || start.error(Reason::TooManyTypes { count });
        let type_count = usize::try_from(count).map_err(|_| too_many())?;
        let mut types = [0; MAX_TYPES];
        for slot in types.get_mut(..type_count).ok_or_else(too_many)? {
            *slot = u16::try_from(cursor.position())
                .map_err(|_| cursor.error(Reason::HeaderTooLong))?;
            check_definition(&mut cursor, type_count)?;
        }
        let definitions_end = cursor.position();
        let argument_count = cursor.unsigned()?;
        let arguments = cursor.position();
        for _ in 0..argument_count {
            read_type(&mut cursor, type_count)?;
        }
        let message = Self {
            input,
            types,
            type_count,
            definitions_end,
            arguments,
            argument_count,
            values: cursor.position(),
        };
        message.check_methods()?;
        if message.values > MAX_HEADER_LENGTH {
            return Err(ReadError {
                position: MAX_HEADER_LENGTH,
                reason: Reason::HeaderTooLong,
            });
        }
        Ok(message)
    }

    /// Returns a cursor before the first argument.
    #[must_use]
    pub fn reader(&self) -> Reader<'_, 'a> {
        Reader::new(
            self,
            Cursor::at(self.input, self.values),
            self.arguments,
            self.argument_count,
        )
    }

    /// Returns how many arguments there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.argument_count
    }

    /// Returns whether there are no arguments.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.argument_count == 0
    }

    /// Returns how many types are defined.
    #[must_use]
    pub const fn definition_count(&self) -> usize {
        self.type_count
    }

    /// Returns the bytes of the type definitions, without their number in front.
    ///
    /// Whoever puts other definitions behind them can build another message with values of these
    /// types, as [`Reader::type_number`] names them.
    #[must_use]
    pub fn definitions(&self) -> &'a [u8] {
        let start = self.types.first().copied().unwrap_or_default();
        let start = if self.type_count == 0 {
            self.definitions_end
        } else {
            usize::from(start)
        };
        self.input
            .get(start..self.definitions_end)
            .unwrap_or_default()
    }

    pub(crate) const fn input_length(&self) -> usize {
        self.input.len()
    }

    /// Returns a place among the types.
    #[inline]
    pub(crate) fn types_at(&self, position: usize) -> Checked<'a> {
        Checked::at(self.input, position)
    }

    /// Looks a type up.
    #[inline]
    pub(crate) fn shape(&self, name: Type) -> Shape {
        let index = match name {
            Type::Primitive(kind) => return Shape::Plain(kind),
            Type::Defined(index) => usize::from(index),
        };
        let position = self.types.get(index).copied().unwrap_or_default();
        let mut definition = self.types_at(usize::from(position));
        match definition.opcode() {
            OPT => Shape::Opt(definition.ty()),
            VEC => Shape::Vec(definition.ty()),
            opcode @ (RECORD | VARIANT) => {
                let count = definition.count();
                let position = definition.position();
                if opcode == RECORD {
                    Shape::Record { count, position }
                } else {
                    Shape::Variant { count, position }
                }
            }
            FUNC => Shape::Plain(Kind::Func),
            SERVICE => Shape::Plain(Kind::Service),
            _ => Shape::Plain(Kind::Future),
        }
    }

    /// Checks that the types of methods are functions, which may be defined after the services.
    fn check_methods(&self) -> Result<(), ReadError> {
        for position in self.types.iter().take(self.type_count) {
            let mut cursor = Cursor::at(self.input, usize::from(*position));
            if cursor.byte()? != SERVICE {
                continue;
            }
            for _ in 0..cursor.unsigned()? {
                cursor.text()?;
                let start = cursor;
                let name = read_type(&mut cursor, self.type_count)?;
                if self.shape(name).kind() != Kind::Func {
                    return Err(start.error(Reason::UnexpectedMethodType));
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments")
            .field("types", &self.type_count)
            .field("arguments", &self.argument_count)
            .finish_non_exhaustive()
    }
}

/// Takes a type and checks that, if it is no primitive one, it is one of `count` definitions.
#[inline]
fn read_type(cursor: &mut Cursor<'_>, count: usize) -> Result<Type, ReadError> {
    let start = *cursor;
    let number = cursor.signed()?;
    let Ok(index) = u64::try_from(number) else {
        return match Kind::of_primitive(number) {
            Some(kind) => Ok(Type::Primitive(kind)),
            None => Err(start.error(Reason::UnknownOpcode { opcode: number })),
        };
    };
    match u8::try_from(index) {
        Ok(defined) if usize::from(defined) < count => Ok(Type::Defined(defined)),
        _ => Err(start.error(Reason::UnknownType { index, count })),
    }
}

/// Takes a type definition and checks it.
fn check_definition(cursor: &mut Cursor<'_>, count: usize) -> Result<(), ReadError> {
    let start = *cursor;
    match cursor.byte()? {
        OPT | VEC => read_type(cursor, count).map(|_| ()),
        RECORD | VARIANT => check_fields(cursor, count),
        FUNC => check_function(cursor, count),
        SERVICE => check_service(cursor, count),
        _ => {
            *cursor = start;
            let opcode = cursor.signed()?;
            if opcode > FIRST_FUTURE_OPCODE {
                return Err(start.error(Reason::UnknownOpcode { opcode }));
            }
            cursor.blob().map(|_| ())
        }
    }
}

fn check_fields(cursor: &mut Cursor<'_>, count: usize) -> Result<(), ReadError> {
    let mut previous = None;
    for _ in 0..cursor.unsigned_32()? {
        let start = *cursor;
        let id = Some(cursor.unsigned_32()?);
        if id <= previous {
            return Err(start.error(Reason::Unsorted));
        }
        previous = id;
        read_type(cursor, count)?;
    }
    Ok(())
}

fn check_function(cursor: &mut Cursor<'_>, count: usize) -> Result<(), ReadError> {
    // Arguments, then results.
    for _ in 0..2 {
        for _ in 0..cursor.unsigned()? {
            read_type(cursor, count)?;
        }
    }
    let start = *cursor;
    match cursor.byte()? {
        0 => Ok(()),
        1 => match cursor.byte()? {
            1..=3 => Ok(()),
            byte => Err(start.error(Reason::InvalidAnnotation { byte })),
        },
        byte => Err(start.error(Reason::InvalidAnnotation { byte })),
    }
}

fn check_service(cursor: &mut Cursor<'_>, count: usize) -> Result<(), ReadError> {
    let mut previous = None;
    for _ in 0..cursor.unsigned()? {
        let start = *cursor;
        let name = Some(cursor.text()?);
        if name <= previous {
            return Err(start.error(Reason::Unsorted));
        }
        previous = name;
        read_type(cursor, count)?;
    }
    Ok(())
}

pub(crate) const OPT: u8 = 0x6e;
pub(crate) const VEC: u8 = 0x6d;
pub(crate) const RECORD: u8 = 0x6c;
pub(crate) const VARIANT: u8 = 0x6b;
pub(crate) const FUNC: u8 = 0x6a;
pub(crate) const SERVICE: u8 = 0x69;
