//! What keys, values and nodes look like.

use core::cmp::Ordering;
use core::fmt;

use super::error::{OpenMapError, WriteMapError};
use crate::managed::bytes::wide;

/// The most entries of a node.
///
/// Source: crate `ic-stable-structures` 0.7.2, `CAPACITY`.
pub(super) const CAPACITY: usize = 11;

/// The fewest entries of a node that is not the root.
pub(super) const MINIMUM: usize = 5;

/// The least page length in version 2.
///
/// Source: crate `ic-stable-structures` 0.7.2, `MINIMUM_PAGE_SIZE`.
const MINIMUM_PAGE: u64 = 128;

/// The page length of maps whose keys or values have any length.
///
/// Source: crate `ic-stable-structures` 0.7.2, `DEFAULT_PAGE_SIZE`.
const DEFAULT_PAGE: u64 = 1_024;

/// How long the keys of a map are.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keys {
    /// Any length that 32 bits can say.
    Any,
    /// At most so many bytes.
    AtMost(u32),
    /// Exactly so many bytes.
    Fixed(u32),
}

/// How long the values of a map are.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Values {
    /// Any length that 32 bits can say.
    Any,
    /// At most so many bytes.
    AtMost(u32),
}

/// How keys are ordered: a total order of bytes.
type Order = fn(&[u8], &[u8]) -> Ordering;

/// What the keys and values of a map look like, which its bytes do not say.
#[derive(Clone, Copy)]
pub struct Shape {
    keys: Keys,
    values: Values,
    order: Option<Order>,
}

impl Shape {
    /// Returns the shape of maps whose keys are ordered by their bytes.
    #[must_use]
    pub const fn new(keys: Keys, values: Values) -> Self {
        Self {
            keys,
            values,
            order: None,
        }
    }

    /// Returns the shape with another order of the keys, which must be total.
    #[must_use]
    pub const fn ordered_by(self, order: fn(&[u8], &[u8]) -> Ordering) -> Self {
        Self {
            order: Some(order),
            ..self
        }
    }

    /// Returns how long keys are.
    #[must_use]
    pub const fn keys(&self) -> Keys {
        self.keys
    }

    /// Returns how long values are.
    #[must_use]
    pub const fn values(&self) -> Values {
        self.values
    }

    /// Compares two keys.
    #[inline]
    #[must_use]
    pub fn compare(&self, left: &[u8], right: &[u8]) -> Ordering {
        match self.order {
            None => left.cmp(right),
            Some(order) => order(left, right),
        }
    }

    fn longest_key(&self) -> Option<u32> {
        match self.keys {
            Keys::Any => None,
            Keys::AtMost(length) | Keys::Fixed(length) => Some(length),
        }
    }

    fn longest_value(&self) -> Option<u32> {
        match self.values {
            Values::Any => None,
            Values::AtMost(length) => Some(length),
        }
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shape")
            .field("keys", &self.keys)
            .field("values", &self.values)
            .field("ordered_by_bytes", &self.order.is_none())
            .finish()
    }
}

/// The shape of keys and values, and what the header of the map says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) shape: Shape,
    /// 1 or 2: what the header says, and the version of new nodes.
    pub(super) version: u8,
    /// The longest key and value of nodes of version 1, if there can be any.
    pub(super) bounds: Option<(u32, u32)>,
    /// How many bytes of a node are in one chunk.
    pub(super) page: u64,
}

impl Form {
    /// The form of new maps.
    pub(super) fn new(shape: Shape) -> Option<Self> {
        let page = match (shape.longest_key(), shape.longest_value()) {
            (Some(key), Some(value)) => longest_node(key, value).saturating_mul(3).div_euclid(4),
            _ => DEFAULT_PAGE,
        };
        let form = Self::paged(shape, u32::try_from(page).ok()?);
        form.check().ok()?;
        Some(form)
    }

    /// The form of new maps in version 1.
    pub(super) fn new_v1(shape: Shape) -> Option<Self> {
        let form = Self::bounded(shape, 1, shape.longest_key()?, shape.longest_value()?);
        form.check().ok()?;
        Some(form)
    }

    pub(super) fn paged(shape: Shape, page: u32) -> Self {
        Self {
            shape,
            version: 2,
            bounds: None,
            page: u64::from(page),
        }
    }

    pub(super) fn bounded(shape: Shape, version: u8, key: u32, value: u32) -> Self {
        Self {
            shape,
            version,
            bounds: Some((key, value)),
            page: longest_node(key, value),
        }
    }

    pub(super) fn check(&self) -> Result<(), OpenMapError> {
        let length = self.page;
        if length < MINIMUM_PAGE || length >= u64::from(u32::MAX) {
            return Err(OpenMapError::PageLength { length });
        }
        Ok(())
    }

    /// Checks that the map can have the entry.
    pub(super) fn admits(&self, key: &[u8], value: &[u8]) -> Result<(), WriteMapError> {
        if !self.admits_key(wide(key.len())) {
            let length = wide(key.len());
            return Err(WriteMapError::KeyLength { length });
        }
        if !self.admits_value(wide(value.len())) {
            let length = wide(value.len());
            return Err(WriteMapError::ValueLength { length });
        }
        Ok(())
    }

    pub(super) fn admits_key(&self, length: u64) -> bool {
        match self.shape.keys {
            Keys::Any => length <= u64::from(u32::MAX),
            Keys::AtMost(most) => length <= u64::from(most),
            Keys::Fixed(exactly) => length == u64::from(exactly),
        }
    }

    pub(super) fn admits_value(&self, length: u64) -> bool {
        match self.shape.values {
            Values::Any => length <= u64::from(u32::MAX),
            Values::AtMost(most) => length <= u64::from(most),
        }
    }

    /// The length of all keys, if nodes of version 2 leave it out.
    #[inline]
    pub(super) fn fixed_key(&self) -> Option<u32> {
        match self.shape.keys {
            Keys::Fixed(length) => Some(length),
            _ => None,
        }
    }

    /// The length of a chunk together with its header.
    pub(super) fn stride(&self) -> u64 {
        self.page.saturating_add(super::chunks::HEADER_LENGTH)
    }
}

/// The length of a full node of version 1.
fn longest_node(key: u32, value: u32) -> u64 {
    let entry = u64::from(key)
        .saturating_add(u64::from(value))
        .saturating_add(8);
    // Magic, version, kind, number of entries; 11 entries; 12 children.
    entry
        .saturating_mul(wide(CAPACITY))
        .saturating_add(7 + 12 * 8)
}
