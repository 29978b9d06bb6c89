//! The cursor over values.

mod containers;
mod skip;

use principal::Principal;

use crate::cursor::Cursor;
use crate::error::{ReadError, Reason};
use crate::field_id::FieldId;
use crate::header::{Arguments, Shape, Type};
use crate::kind::Kind;

pub use self::containers::{Elements, Fields};
pub use self::skip::MAX_NESTING;

/// How many values a message has at most for each of its bytes, beyond the first
/// [`FREE_VALUES`]. Parts of values count as values, too, and so does every second case of a variant
/// before the one that a value is.
///
/// Source: our own budget. Values can be made of nothing: without it, a message of ten bytes could
/// announce 2⁶⁴ of them.
pub const VALUES_PER_BYTE: u64 = 8;

/// How many values a message may have, however short it is.
///
/// Source: our own budget, see [`VALUES_PER_BYTE`].
pub const FREE_VALUES: u64 = 65_536;

/// A cursor over the values of a message.
///
/// It stands before a value, whose type it knows from the message, or between values. Reading
/// methods take the value, and expect it to be of one type. If it isn't, the method returns an error
/// and leaves the cursor where it was. [`Reader::next_argument`], [`Fields::next`] and
/// [`Elements::next`] step to the next value, and skip the one before if it was not read, so that
/// fields that are of no interest need no code. A copy is a bookmark.
///
/// # Example
///
/// ```
/// use icid_candid_wire::{Arguments, FieldId, Kind, ReadError, Reason};
///
/// // (record { 0 : text; 1 : nat8 } { "hi"; 7 })
/// let arguments = Arguments::parse(b"DIDL\x01\x6c\x02\x00\x71\x01\x7b\x01\x00\x02hi\x07")?;
/// let mut reader = arguments.reader();
/// assert!(reader.next_argument()?);
/// let mut fields = reader.record()?;
/// assert_eq!(fields.next(&mut reader)?, Some(FieldId::new(0)));
/// let reason = Reason::WrongKind { found: Kind::Text, expected: Kind::Nat };
/// assert_eq!(reader.nat(), Err(ReadError { position: 13, reason }));
/// assert_eq!(reader.text()?, "hi");
/// assert_eq!(fields.next(&mut reader)?, Some(FieldId::new(1)));
/// assert_eq!(fields.next(&mut reader)?, None);
/// reader.finish()?;
/// # Ok::<(), ReadError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reader<'t, 'a> {
    types: &'t Arguments<'a>,
    values: Cursor<'a>,
    /// Where the types of the arguments that are still to come are.
    arguments: usize,
    arguments_left: u64,
    /// The type of the value that the cursor stands before.
    pending: Option<Type>,
    /// How many records and vectors are open.
    level: usize,
    /// How many values may still come.
    budget: u64,
}

impl<'t, 'a> Reader<'t, 'a> {
    pub(crate) fn new(
        types: &'t Arguments<'a>,
        values: Cursor<'a>,
        arguments: usize,
        arguments_left: u64,
    ) -> Self {
        let length = u64::try_from(types.input_length()).unwrap_or(u64::MAX);
        Self {
            types,
            values,
            arguments,
            arguments_left,
            pending: None,
            level: 0,
            budget: length
                .saturating_mul(VALUES_PER_BYTE)
                .saturating_add(FREE_VALUES),
        }
    }

    /// Steps to the next argument and returns whether there is one.
    ///
    /// # Errors
    ///
    /// Errors of [`Reader::skip`] for the argument before; [`Reason::OpenInside`] if a part of it is
    /// only half read; [`Reason::TooManyValues`].
    pub fn next_argument(&mut self) -> Result<bool, ReadError> {
        self.close(0)?;
        let Some(left) = self.arguments_left.checked_sub(1) else {
            return Ok(false);
        };
        let mut arguments = self.types.types_at(self.arguments);
        let ty = arguments.ty();
        self.arguments = arguments.position();
        self.arguments_left = left;
        self.expect(ty)?;
        Ok(true)
    }

    /// Skips the arguments that were not read, and checks that nothing is left.
    ///
    /// # Errors
    ///
    /// As [`Reader::next_argument`], and [`Reason::TrailingBytes`].
    pub fn finish(mut self) -> Result<(), ReadError> {
        while self.next_argument()? {}
        match self.values.remaining() {
            0 => Ok(()),
            count => Err(self.error(Reason::TrailingBytes { count })),
        }
    }

    /// Returns the kind of the value.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`].
    pub fn kind(&self) -> Result<Kind, ReadError> {
        Ok(self.types.shape(self.pending()?).kind())
    }

    /// Returns the type of the value as a message names it: the position of a definition, counted
    /// from 0, or the opcode of a primitive type, which is negative.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`].
    pub fn type_number(&self) -> Result<i64, ReadError> {
        Ok(match self.pending()? {
            Type::Defined(index) => i64::from(index),
            Type::Primitive(kind) => kind.opcode().unwrap_or(i64::MIN),
        })
    }

    /// Takes a `bool`.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`], [`Reason::WrongKind`], [`Reason::UnexpectedEnd`] or
    /// [`Reason::InvalidFlag`].
    pub fn bool(&mut self) -> Result<bool, ReadError> {
        self.plain(Kind::Bool, Cursor::flag)
    }

    /// Takes a `text`.
    ///
    /// # Errors
    ///
    /// As [`Reader::nat`], and [`Reason::InvalidUtf8`] at the first offending byte.
    pub fn text(&mut self) -> Result<&'a str, ReadError> {
        self.plain(Kind::Text, Cursor::text)
    }

    /// Takes a `vec nat8` as a whole.
    ///
    /// # Errors
    ///
    /// As [`Reader::nat`]; another vector is of the [`Reason::WrongKind`], too.
    pub fn blob(&mut self) -> Result<&'a [u8], ReadError> {
        match self.types.shape(self.pending()?) {
            Shape::Vec(Type::Primitive(Kind::Nat8)) => {}
            shape => return Err(self.wrong_kind(shape, Kind::Blob)),
        }
        self.take(Cursor::blob)
    }

    /// Takes a `principal`, or the principal of a `service`.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`], [`Reason::WrongKind`], [`Reason::UnexpectedEnd`],
    /// [`Reason::InvalidFlag`], [`Reason::OpaqueReference`], [`Reason::NumberTooLarge`] or
    /// [`Reason::PrincipalTooLong`].
    pub fn principal(&mut self) -> Result<Principal, ReadError> {
        match self.types.shape(self.pending()?) {
            Shape::Plain(Kind::Principal | Kind::Service) => {}
            shape => return Err(self.wrong_kind(shape, Kind::Principal)),
        }
        self.take(skip::principal)
    }

    /// Takes a `null`, or a value of type `reserved`, which is made of nothing either.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`] or [`Reason::WrongKind`].
    pub fn null(&mut self) -> Result<(), ReadError> {
        match self.pending {
            Some(Type::Primitive(Kind::Null | Kind::Reserved)) => {}
            _ => return Err(self.unexpected(Kind::Null)),
        }
        self.pending = None;
        Ok(())
    }

    /// Takes a `nat` below 2¹²⁸.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`], [`Reason::WrongKind`], [`Reason::UnexpectedEnd`] or
    /// [`Reason::NumberTooLarge`].
    pub fn nat(&mut self) -> Result<u128, ReadError> {
        self.plain(Kind::Nat, Cursor::unsigned_128)
    }

    /// Takes an `int` from −2¹²⁷ to 2¹²⁷ − 1, or a `nat`, which is an `int`, too.
    ///
    /// # Errors
    ///
    /// As [`Reader::nat`].
    pub fn int(&mut self) -> Result<i128, ReadError> {
        if self.kind()? != Kind::Nat {
            return self.plain(Kind::Int, Cursor::signed_128);
        }
        let start = *self;
        i128::try_from(self.nat()?).map_err(|_| {
            *self = start;
            self.error(Reason::NumberTooLarge)
        })
    }

    /// Takes what says whether an option has a value, which is then next.
    ///
    /// A value of another type is an option that has that value; `null` and `reserved` are an option
    /// that has none.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`], [`Reason::UnexpectedEnd`], [`Reason::InvalidFlag`] or
    /// [`Reason::TooManyValues`].
    pub fn opt(&mut self) -> Result<bool, ReadError> {
        match self.types.shape(self.pending()?) {
            Shape::Opt(inner) => {
                let (mut values, mut budget) = (self.values, self.budget);
                let is_some = values.flag()?;
                if is_some {
                    spend(&mut budget, &values, 1)?;
                }
                self.values = values;
                self.budget = budget;
                self.pending = is_some.then_some(inner);
                Ok(is_some)
            }
            Shape::Plain(Kind::Null | Kind::Reserved) => {
                self.pending = None;
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    /// Takes what says which case a variant is, whose value is then next.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`], [`Reason::WrongKind`], [`Reason::UnexpectedEnd`],
    /// [`Reason::NumberTooLarge`], [`Reason::UnknownVariant`] or [`Reason::TooManyValues`].
    pub fn variant(&mut self) -> Result<FieldId, ReadError> {
        let (count, position) = match self.types.shape(self.pending()?) {
            Shape::Variant { count, position } => (count, position),
            shape => return Err(self.wrong_kind(shape, Kind::Variant)),
        };
        let (mut values, mut budget) = (self.values, self.budget);
        let (id, ty) = skip::case(self.types, &mut values, &mut budget, (count, position))?;
        spend(&mut budget, &values, 1)?;
        self.values = values;
        self.budget = budget;
        self.pending = Some(ty);
        Ok(id)
    }

    /// Takes the start of a record; [`Fields::next`] steps to its fields.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`] or [`Reason::WrongKind`].
    pub fn record(&mut self) -> Result<Fields, ReadError> {
        let (count, position) = match self.types.shape(self.pending()?) {
            Shape::Record { count, position } => (count, position),
            shape => return Err(self.wrong_kind(shape, Kind::Record)),
        };
        Ok(Fields::new(self.open(), count, position))
    }

    /// Takes the start of a vector; [`Elements::next`] steps to its elements.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`], [`Reason::WrongKind`], [`Reason::UnexpectedEnd`] or
    /// [`Reason::NumberTooLarge`].
    pub fn vec(&mut self) -> Result<Elements, ReadError> {
        let ty = match self.types.shape(self.pending()?) {
            Shape::Vec(ty) => ty,
            shape => return Err(self.wrong_kind(shape, Kind::Vec)),
        };
        let count = self.values.unsigned()?;
        Ok(Elements::new(self.open(), count, ty))
    }

    /// Takes the value, whatever it is, with everything inside it.
    ///
    /// # Errors
    ///
    /// [`Reason::NoValue`]; [`Reason::TooDeep`] beyond [`MAX_NESTING`] levels;
    /// [`Reason::TooManyValues`]; [`Reason::EmptyValue`]; errors of the values inside.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        let ty = self.pending()?;
        let (mut values, mut budget) = (self.values, self.budget);
        skip::skip(self.types, &mut values, &mut budget, ty)?;
        self.values = values;
        self.budget = budget;
        self.pending = None;
        Ok(())
    }

    /// Returns the position in bytes from the start of the input.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.values.position()
    }

    /// Returns an error at this position.
    #[cold]
    #[must_use]
    pub const fn error(&self, reason: Reason) -> ReadError {
        self.values.error(reason)
    }

    /// Takes a value of a type without parts.
    #[inline]
    fn plain<T>(
        &mut self,
        expected: Kind,
        read: impl FnOnce(&mut Cursor<'a>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        // No definition makes such a type.
        if self.pending != Some(Type::Primitive(expected)) {
            return Err(self.unexpected(expected));
        }
        self.take(read)
    }

    /// Takes the bytes of the value.
    #[inline]
    fn take<T>(
        &mut self,
        read: impl FnOnce(&mut Cursor<'a>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let mut ahead = self.values;
        let value = read(&mut ahead)?;
        self.values = ahead;
        self.pending = None;
        Ok(value)
    }

    #[inline]
    fn pending(&self) -> Result<Type, ReadError> {
        self.pending.ok_or_else(|| self.error(Reason::NoValue))
    }

    /// Returns why there is no value of this kind.
    #[cold]
    fn unexpected(&self, expected: Kind) -> ReadError {
        match self.pending() {
            Ok(ty) => self.wrong_kind(self.types.shape(ty), expected),
            Err(error) => error,
        }
    }

    #[cold]
    fn wrong_kind(&self, shape: Shape, expected: Kind) -> ReadError {
        let found = shape.kind();
        self.error(Reason::WrongKind { found, expected })
    }

    /// Lets a value of this type be the next.
    #[inline]
    fn expect(&mut self, ty: Type) -> Result<(), ReadError> {
        spend(&mut self.budget, &self.values, 1)?;
        self.pending = Some(ty);
        Ok(())
    }

    /// Opens a record or vector, and returns its level.
    #[inline]
    fn open(&mut self) -> usize {
        self.pending = None;
        self.level = self.level.saturating_add(1);
        self.level
    }

    /// Skips what is next, and checks that what is open is this level.
    #[inline]
    fn close(&mut self, level: usize) -> Result<(), ReadError> {
        if self.level != level {
            return Err(self.error(Reason::OpenInside));
        }
        match self.pending {
            Some(_) => self.skip(),
            None => Ok(()),
        }
    }
}

/// Takes a number of values out of the budget.
#[inline]
fn spend(budget: &mut u64, values: &Cursor<'_>, count: u64) -> Result<(), ReadError> {
    *budget = budget
        .checked_sub(count)
        .ok_or_else(|| values.error(Reason::TooManyValues))?;
    Ok(())
}

macro_rules! fixed_width {
    ($($name:ident, $kind:ident, $type:ty, $what:literal;)*) => {
        impl Reader<'_, '_> {
            $(
                #[doc = concat!("Takes ", $what, ".")]
                ///
                /// # Errors
                ///
                /// [`Reason::NoValue`], [`Reason::WrongKind`] or [`Reason::UnexpectedEnd`].
                pub fn $name(&mut self) -> Result<$type, ReadError> {
                    self.plain(Kind::$kind, |values| {
                        values.array().map(<$type>::from_le_bytes)
                    })
                }
            )*
        }
    };
}

fixed_width! {
    float32, Float32, f32, "a `float32`";
    float64, Float64, f64, "a `float64`";
    int8, Int8, i8, "an `int8`";
    int16, Int16, i16, "an `int16`";
    int32, Int32, i32, "an `int32`";
    int64, Int64, i64, "an `int64`";
    nat8, Nat8, u8, "a `nat8`";
    nat16, Nat16, u16, "a `nat16`";
    nat32, Nat32, u32, "a `nat32`";
    nat64, Nat64, u64, "a `nat64`";
}
