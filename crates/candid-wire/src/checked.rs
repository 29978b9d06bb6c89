//! Reading types again that were checked before.

use crate::cursor::Cursor;
use crate::field_id::FieldId;
use crate::header::Type;
use crate::kind::Kind;

/// A place among the types of a message that was parsed.
///
/// Whatever could be wrong with them was an error then. So nothing here can fail, and that is what
/// makes walking values fast: for every field, its id and type are read once more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checked<'a>(Cursor<'a>);

impl<'a> Checked<'a> {
    /// Returns the place at a position of `input`.
    #[inline]
    pub(crate) fn at(input: &'a [u8], position: usize) -> Self {
        Self(Cursor::at(input, position))
    }

    #[inline]
    pub(crate) const fn position(&self) -> usize {
        self.0.position()
    }

    /// Takes the opcode of a definition. Those of future types have more bytes than this one.
    #[inline]
    pub(crate) fn opcode(&mut self) -> u8 {
        self.0.byte().unwrap_or_default()
    }

    /// Takes how many fields or cases there are.
    #[inline]
    pub(crate) fn count(&mut self) -> u64 {
        self.0.unsigned().unwrap_or_default()
    }

    /// Takes the id and the type of a field or a case.
    #[inline]
    pub(crate) fn field(&mut self) -> (FieldId, Type) {
        let id = FieldId::new(self.0.unsigned_32().unwrap_or_default());
        (id, self.ty())
    }

    /// Takes a type.
    #[inline]
    pub(crate) fn ty(&mut self) -> Type {
        let number = self.0.signed().unwrap_or_default();
        match u8::try_from(number) {
            Ok(index) => Type::Defined(index),
            Err(_) => Type::Primitive(Kind::of_primitive(number).unwrap_or(Kind::Empty)),
        }
    }
}
