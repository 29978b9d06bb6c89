//! What is still to come of a record or a vector.

use crate::error::ReadError;
use crate::field_id::FieldId;
use crate::header::Type;
use crate::reader::Reader;

/// The fields of a record that are still to come.
///
/// [`Reader::record`] makes it.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    level: usize,
    left: u64,
    /// Where the next field is in the definition of the record.
    position: usize,
    is_open: bool,
}

/// The elements of a vector that are still to come.
///
/// [`Reader::vec`] makes it.
#[derive(Clone, Copy, Debug)]
pub struct Elements {
    level: usize,
    left: u64,
    ty: Type,
    is_open: bool,
}

impl Fields {
    pub(super) const fn new(level: usize, count: u64, position: usize) -> Self {
        Self {
            level,
            left: count,
            position,
            is_open: true,
        }
    }

    /// Steps to the next field and returns its id, or `None` after the last. Ids ascend.
    ///
    /// # Errors
    ///
    /// Errors of [`Reader::skip`] for the value before, if it was not read;
    /// [`Reason::OpenInside`](crate::Reason::OpenInside) if a part of it is only half read;
    /// [`Reason::TooManyValues`](crate::Reason::TooManyValues).
    pub fn next(&mut self, reader: &mut Reader<'_, '_>) -> Result<Option<FieldId>, ReadError> {
        if !self.is_open {
            return Ok(None);
        }
        reader.close(self.level)?;
        let Some(left) = self.left.checked_sub(1) else {
            self.is_open = false;
            reader.level = reader.level.saturating_sub(1);
            return Ok(None);
        };
        let mut definition = reader.types.types_at(self.position);
        let (id, ty) = definition.field();
        reader.expect(ty)?;
        self.left = left;
        self.position = definition.position();
        Ok(Some(id))
    }

    /// Skips the fields that are left.
    ///
    /// # Errors
    ///
    /// As [`Fields::next`].
    pub fn finish(mut self, reader: &mut Reader<'_, '_>) -> Result<(), ReadError> {
        while self.next(reader)?.is_some() {}
        Ok(())
    }
}

impl Elements {
    pub(super) const fn new(level: usize, count: u64, ty: Type) -> Self {
        Self {
            level,
            left: count,
            ty,
            is_open: true,
        }
    }

    /// Steps to the next element and returns whether there is one.
    ///
    /// # Errors
    ///
    /// As [`Fields::next`].
    pub fn next(&mut self, reader: &mut Reader<'_, '_>) -> Result<bool, ReadError> {
        if !self.is_open {
            return Ok(false);
        }
        reader.close(self.level)?;
        let Some(left) = self.left.checked_sub(1) else {
            self.is_open = false;
            reader.level = reader.level.saturating_sub(1);
            return Ok(false);
        };
        reader.expect(self.ty)?;
        self.left = left;
        Ok(true)
    }

    /// Returns how many elements the message says are still to come. That is no promise: reserve no
    /// memory for them.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.left
    }
}
