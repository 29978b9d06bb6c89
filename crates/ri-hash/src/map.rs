//! The hash of a map.

use core::cmp::Ordering;
use core::fmt;

use crate::FieldName;
use crate::ValueHash;
use crate::digest;

/// How many fields a map has at most, unless the caller says less.
///
/// Source: our own budget, the same as for maps in CBOR. The largest record of the interface spec
/// that is hashed has fewer than ten fields.
pub const MAX_FIELDS: usize = 64;

/// The length of what is hashed for a field: the hash of its name and the hash of its value.
const PAIR: usize = 64;

/// Hashes a map, field by field, in any order.
///
/// The hasher holds the hashes of up to `N` fields, 64 bytes each, in itself. A field that is
/// absent is not added; one that is present but empty is.
///
/// # Example
///
/// ```
/// use icid_ri_hash::{MapHasher, ValueHash};
///
/// let mut reply = MapHasher::<4>::with_limit();
/// reply.add("arg", ValueHash::blob(b"DIDL\x00\x00"))?;
/// let mut response = MapHasher::<4>::with_limit();
/// response.add("status", ValueHash::text("replied"))?;
/// response.add("reply", reply.finish())?;
/// let hash = response.finish();
/// # assert_ne!(hash, MapHasher::new().finish());
/// # Ok::<(), icid_ri_hash::AddFieldError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MapHasher<const N: usize = MAX_FIELDS> {
    /// The first `count` are fields, sorted. The next one, if there is room, is the padding of SHA-256
    /// for that many, so that all blocks are in one piece in the end.
    fields: [[u8; PAIR]; N],
    count: usize,
}

/// Why a field was not added to a [`MapHasher`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AddFieldError {
    /// The map has a field of this name already.
    DuplicateName,
    /// The map has as many fields as the hasher can hold.
    TooManyFields {
        /// How many these are.
        limit: usize,
    },
}

impl MapHasher {
    /// Returns a hasher of a map that is empty so far, for up to [`MAX_FIELDS`] fields.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::with_limit()
    }
}

impl<const N: usize> MapHasher<N> {
    /// Returns a hasher of a map that is empty so far, for up to `N` fields.
    #[inline]
    #[must_use]
    pub const fn with_limit() -> Self {
        let mut fields = [[0; PAIR]; N];
        if let Some(slot) = fields.first_mut() {
            *slot = padding(0);
        }
        Self { fields, count: 0 }
    }

    /// Adds a field.
    ///
    /// # Errors
    ///
    /// [`AddFieldError::DuplicateName`], or [`AddFieldError::TooManyFields`]; the map is then as
    /// it was before.
    // spec: REQID-1, REQID-3
    #[inline]
    pub fn add(&mut self, name: &str, value: ValueHash) -> Result<(), AddFieldError> {
        self.add_field(FieldName::new(name), value)
    }

    /// Adds a field whose name is hashed already.
    ///
    /// This is fastest if fields come in the order of the hashes of their names.
    ///
    /// # Errors
    ///
    /// As [`MapHasher::add`].
    // spec: REQID-1, REQID-3
    #[inline]
    pub fn add_field(&mut self, name: FieldName, value: ValueHash) -> Result<(), AddFieldError> {
        let name = name.hash();
        let position = self.position(name)?;
        let limit = AddFieldError::TooManyFields { limit: N };
        let count = self.count.saturating_add(1);
        let moved = self.fields.get_mut(position..count).ok_or(limit)?;
        // The free slot after the fields becomes the slot of this one.
        if moved.len() > 1 {
            moved.rotate_right(1);
        }
        let slot = moved.first_mut().ok_or(limit)?;
        // Copies of constant size take an instruction or two.
        if let Some(slot) = slot.first_chunk_mut() {
            *slot = *name;
        }
        if let Some(slot) = slot.last_chunk_mut() {
            *slot = value.into_bytes();
        }
        self.count = count;
        if let Some(slot) = self.fields.get_mut(count) {
            *slot = padding(count);
        }
        Ok(())
    }

    /// Returns the hash of the map.
    // spec: REQID-3, REQID-4
    #[inline]
    #[must_use]
    pub fn finish(&self) -> ValueHash {
        match self.fields.get(..=self.count) {
            Some(blocks) => ValueHash::from_bytes(digest::sha256_of_blocks(blocks)),
            None => ValueHash::blob(self.added().as_flattened()),
        }
    }

    /// Returns how many fields were added.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Returns whether no field was added.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn added(&self) -> &[[u8; PAIR]] {
        self.fields.get(..self.count).unwrap_or_default()
    }

    /// Returns where the field of this name belongs. Names are different, so that their hashes
    /// alone decide the order.
    #[inline]
    fn position(&self, name: &[u8; 32]) -> Result<usize, AddFieldError> {
        let mut position = self.count;
        for field in self.added().iter().rev() {
            // The first bytes almost always decide.
            if head(field) < head(name) {
                break;
            }
            match field.first_chunk::<32>().cmp(&Some(name)) {
                Ordering::Less => break,
                Ordering::Equal => return Err(AddFieldError::DuplicateName),
                Ordering::Greater => position = position.saturating_sub(1),
            }
        }
        Ok(position)
    }
}

/// Returns the padding of SHA-256 for `count` fields: a bit, and their length in bits.
const fn padding(count: usize) -> [u8; PAIR] {
    let mut block = [0; PAIR];
    if let Some(first) = block.first_mut() {
        *first = 0x80;
    }
    #[expect(
        clippy::as_conversions,
        reason = "it fits, and `try_from` is not `const`"
    )]
    let bits = (count as u64).saturating_mul(512);
    if let Some(length) = block.last_chunk_mut() {
        *length = bits.to_be_bytes();
    }
    block
}

/// Returns the first bytes as a number, which is in the same order as the bytes.
#[inline]
fn head(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|head| u64::from_be_bytes(*head))
}

impl Default for MapHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for AddFieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateName => f.write_str("found a field for the second time in a map"),
            Self::TooManyFields { limit } => {
                write!(f, "found a map of more than {limit} fields")
            }
        }
    }
}

impl core::error::Error for AddFieldError {}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::format;

    use super::*;

    #[test]
    fn rejects_a_name_that_was_added_before() {
        let mut map = MapHasher::<3>::with_limit();
        for name in ["b", "a"] {
            assert_eq!(map.add(name, ValueHash::text("x")), Ok(()));
        }
        let before = map.finish();
        for value in ["x", "y"] {
            let result = map.add("a", ValueHash::text(value));
            assert_eq!(result, Err(AddFieldError::DuplicateName));
        }
        assert_eq!((map.len(), map.finish()), (2, before));
    }

    #[test]
    fn holds_as_many_fields_as_it_says_and_not_one_more() {
        let mut map = MapHasher::new();
        assert!(map.is_empty());
        for index in 0..MAX_FIELDS {
            assert_eq!(map.add(&format!("{index}"), ValueHash::blob(b"")), Ok(()));
        }
        let before = map.finish();
        let result = map.add("one more", ValueHash::blob(b""));
        assert_eq!(result, Err(AddFieldError::TooManyFields { limit: 64 }));
        assert_eq!(
            map.add("0", ValueHash::blob(b"")),
            Err(AddFieldError::DuplicateName)
        );
        assert_eq!((map.len(), map.finish()), (64, before));
    }

    #[test]
    fn can_hold_no_field_at_all() {
        let result = MapHasher::<0>::with_limit().add("a", ValueHash::blob(b""));
        assert_eq!(result, Err(AddFieldError::TooManyFields { limit: 0 }));
    }
}
