//! The hash of an array.

use crate::BlobHasher;
use crate::ValueHash;

/// Hashes an array, element by element, in order.
///
/// # Example
///
/// ```
/// use icid_ri_hash::{ArrayHasher, ValueHash};
///
/// let mut path = ArrayHasher::new();
/// path.add(ValueHash::blob(b"time"));
/// let mut paths = ArrayHasher::new();
/// paths.add(path.finish());
/// assert_ne!(paths.finish(), ArrayHasher::new().finish());
/// ```
#[derive(Clone, Debug, Default)]
pub struct ArrayHasher {
    elements: BlobHasher,
}

impl ArrayHasher {
    /// Returns a hasher of an array that is empty so far.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Self {
            elements: BlobHasher::new(),
        }
    }

    /// Adds the next element.
    // spec: REQID-9
    #[inline]
    pub fn add(&mut self, element: ValueHash) {
        self.elements.update(element.as_bytes());
    }

    /// Returns the hash of the array.
    // spec: REQID-9
    #[inline]
    #[must_use]
    pub fn finish(self) -> ValueHash {
        self.elements.finish()
    }
}

impl Extend<ValueHash> for ArrayHasher {
    fn extend<T: IntoIterator<Item = ValueHash>>(&mut self, elements: T) {
        elements.into_iter().for_each(|element| self.add(element));
    }
}

impl FromIterator<ValueHash> for ArrayHasher {
    fn from_iter<T: IntoIterator<Item = ValueHash>>(elements: T) -> Self {
        let mut array = Self::new();
        array.extend(elements);
        array
    }
}
