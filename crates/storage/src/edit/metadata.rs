//! Metadata that own their parts.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::record::{MAX_METADATA_DEPTH, Metadata, MetadataValue};
use crate::rules::reserved;

use super::CopyAnchorError;

/// A map of metadata that owns its parts. At most [`MAX_METADATA_DEPTH`] maps are inside each other.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MetadataMap {
    entries: BTreeMap<String, MetadataEntry>,
}

/// A value of a [`MetadataMap`].
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MetadataEntry {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Another map.
    Map(MetadataMap),
    /// A text.
    Text(String),
}

impl MetadataMap {
    /// Returns a map without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
        }
    }

    /// Puts a value under a key, and returns whether that is possible: not if it is a map and there
    /// would be too many inside each other.
    pub fn insert(&mut self, key: String, value: MetadataEntry) -> bool {
        if let MetadataEntry::Map(map) = &value
            && map.depth() >= MAX_METADATA_DEPTH
        {
            return false;
        }
        self.entries.insert(key, value);
        true
    }

    /// Returns the entries, by their keys.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&str, &MetadataEntry)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// Returns how many bytes the keys and values have, as limits count them.
    #[must_use]
    pub fn size(&self) -> usize {
        let sizes = self.entries.iter().map(|(key, value)| {
            let size = match value {
                MetadataEntry::Bytes(bytes) => bytes.len(),
                MetadataEntry::Map(map) => map.size(),
                MetadataEntry::Text(text) => text.len(),
            };
            key.len().saturating_add(size)
        });
        sizes.fold(0, usize::saturating_add)
    }

    pub(super) fn reserved_key(&self) -> Option<&'static str> {
        reserved(|key| self.entries.contains_key(key))
    }

    /// Copies a map out of a record. It is not too deep, or it would not have been read.
    pub(super) fn of(map: &Metadata<'_, '_>) -> Result<Self, CopyAnchorError> {
        let mut entries = BTreeMap::new();
        for (key, value) in map.entries() {
            let value = match value {
                MetadataValue::Bytes(bytes) => MetadataEntry::Bytes(bytes.to_vec()),
                MetadataValue::Map(map) => MetadataEntry::Map(Self::of(&map)?),
                MetadataValue::Text(text) => MetadataEntry::Text(text.to_owned()),
            };
            if entries.insert(key.to_owned(), value).is_some() {
                return Err(CopyAnchorError::DuplicateKey);
            }
        }
        Ok(Self { entries })
    }

    /// Returns how many maps are inside each other, with itself.
    fn depth(&self) -> usize {
        let inside = self.entries.values().map(|value| match value {
            MetadataEntry::Map(map) => map.depth(),
            _ => 0,
        });
        inside.max().unwrap_or(0).saturating_add(1)
    }
}
