//! Anchors of layout 9, which have a record, an entry of memory 16, or both.
//!
//! Services of 2025 wrote both, those since 2026 only the entry. Here an anchor is what its record
//! says, unless there is none. Whoever writes a record writes the entry and what leads to it after it.

use core::fmt;

use crate::edit::AnchorRecord;
use crate::managed::{Map, MemoryId, OpenMapError, ReadMapError, WriteMapError};
use crate::memory::{Memory, MemoryError, MemoryMut};
use crate::record::{Anchor, Form, LENGTH_BYTES, RecordBuffer, RecordError};
use crate::v9::{
    Indexes, NUMBERED, STORED_ANCHORS, StoredAnchor, StoredItemError, add_to_indexes,
    open_or_create, remove_from_indexes,
};

use super::{Place, ReadAnchorError, Storage};

/// Where an anchor was read from.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AnchorSource {
    /// Its record: memory 0 in layouts since 7.
    Record,
    /// Its entry of memory 16, because there is no record.
    StoredAnchor,
    /// Neither is there: nothing was ever written.
    Nowhere,
}

impl<M: Memory> Storage<M> {
    /// Returns where [`Storage::anchor`] reads the anchor from.
    ///
    /// # Errors
    ///
    /// As [`Storage::anchor`], but for what the record says.
    pub fn anchor_source(&self, number: u64) -> Result<AnchorSource, ReadAnchorError> {
        let index = self.header.index(number);
        let index = index.ok_or(ReadAnchorError::NoSuchAnchor { number })?;
        let place = self.layout.place(index);
        if !self.version().has_stored_anchors() {
            let mut buffer = RecordBuffer::new();
            let slot = self.slot(place, &mut buffer)?;
            return Ok(if slot.content.is_empty() {
                AnchorSource::Nowhere
            } else {
                AnchorSource::Record
            });
        }
        if !self.has_no_record(place)? {
            return Ok(AnchorSource::Record);
        }
        let stored = self.stored_anchor(number);
        let stored = stored.map_err(|error| ReadAnchorError::Stored { error })?;
        Ok(match stored {
            Some(_) => AnchorSource::StoredAnchor,
            None => AnchorSource::Nowhere,
        })
    }

    /// Reads the entry that an anchor has in memory 16, in layout 9.
    ///
    /// # Errors
    ///
    /// [`StoredAnchorError::NoMap`], [`StoredAnchorError::Map`], [`StoredAnchorError::Item`].
    pub fn stored_anchor(&self, number: u64) -> Result<Option<StoredAnchor>, StoredAnchorError> {
        let Some(manager) = self.manager.as_ref() else {
            return Ok(None);
        };
        let id = STORED_ANCHORS;
        let map = match Map::open(manager.view(&self.memory, id), NUMBERED) {
            Ok(map) => map,
            Err(OpenMapError::Empty) => return Ok(None),
            Err(error) => return Err(StoredAnchorError::NoMap { id, error }),
        };
        let value = map.get(&number.to_be_bytes());
        let value = value.map_err(|error| StoredAnchorError::map(id, error))?;
        let parsed = value.as_deref().map(StoredAnchor::parse).transpose();
        parsed.map_err(|error| StoredAnchorError::Item { error })
    }

    /// Returns whether nothing was ever written to a record, in layout 9, where the memory may also end
    /// before it.
    pub(crate) fn has_no_record(&self, place: Place) -> Result<bool, MemoryError> {
        let space = self.space();
        let mut length = [0; LENGTH_BYTES];
        let end = place.offset.saturating_add(2);
        if space.length() < end {
            return Ok(true);
        }
        space.read(place.offset, &mut length)?;
        Ok(length == [0; LENGTH_BYTES])
    }
}

/// Returns a stored anchor as the record that it would have.
pub(super) fn stored_view<'b>(
    stored: &StoredAnchor,
    buffer: &'b mut RecordBuffer,
) -> Result<Anchor<'b>, ReadAnchorError> {
    let record = AnchorRecord::of_parts(stored.devices(), stored.created_at);
    // The form has a place for everything that a stored anchor has.
    let content = record.encode(Form::Anchor).unwrap_or_default();
    let limit = RecordBuffer::LENGTH;
    let too_long = ReadAnchorError::Record {
        error: RecordError::LengthBeyondRecord {
            length: u16::try_from(content.len()).unwrap_or(u16::MAX),
            limit: u16::try_from(limit).unwrap_or(u16::MAX),
        },
    };
    let target = buffer.bytes.get_mut(..content.len()).ok_or(too_long)?;
    target.copy_from_slice(&content);
    Anchor::parse(target).map_err(|error| ReadAnchorError::Record { error })
}

impl<M: MemoryMut> Storage<M> {
    /// Writes the entry of memory 16 that belongs to the content of a record, and what leads to it.
    ///
    /// An empty content, of a record that was never written, has none.
    ///
    /// What leads to keys that are gone goes first: whoever does it again after a stop finds out by the
    /// entry what has to go.
    pub(crate) fn write_stored(
        &mut self,
        number: u64,
        content: &[u8],
    ) -> Result<(), StoredAnchorError> {
        let before = self.stored_anchor(number)?;
        let memory = &mut self.memory;
        let Some(manager) = self.manager.as_mut() else {
            return Ok(());
        };
        let id = STORED_ANCHORS;
        let key = number.to_be_bytes();
        let old = before.as_ref().map(Indexes::of).unwrap_or_default();
        if content.is_empty() {
            remove_from_indexes(manager, memory, number, &old, &Indexes::default())?;
            let mut map = open_or_create(manager, memory, id, NUMBERED)?;
            map.remove(&key)
                .map_err(|error| StoredAnchorError::map(id, error))?;
            return Ok(());
        }
        let anchor = Anchor::parse(content).map_err(|error| StoredAnchorError::Record { error })?;
        let mut stored = before.unwrap_or_default();
        stored.take_keys_of(StoredAnchor::of(&anchor));
        let new = Indexes::of(&stored);
        remove_from_indexes(manager, memory, number, &old, &new)?;
        let mut map = open_or_create(manager, memory, id, NUMBERED)?;
        map.insert(&key, &stored.encode())
            .map_err(|error| StoredAnchorError::map(id, error))?;
        add_to_indexes(manager, memory, number, &new)
    }
}

/// Why an entry of memory 16, or what leads to it, could not be read or written.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoredAnchorError {
    /// There is no map where one should be.
    NoMap {
        /// In which memory.
        id: MemoryId,
        /// Why not.
        error: OpenMapError,
    },
    /// A map could not be read or written.
    Map {
        /// In which memory.
        id: MemoryId,
        /// Why not.
        error: WriteMapError,
    },
    /// The entry cannot be read.
    Item {
        /// Why not.
        error: StoredItemError,
    },
    /// The record to which the entry belongs cannot be read.
    Record {
        /// Why not.
        error: RecordError,
    },
}

impl StoredAnchorError {
    pub(crate) fn map(id: MemoryId, error: impl Into<WriteMapError>) -> Self {
        let error = error.into();
        Self::Map { id, error }
    }

    /// Returns why the memory itself failed, if it did.
    pub(crate) const fn memory(self) -> Option<MemoryError> {
        match self {
            Self::NoMap {
                error: OpenMapError::Memory(error),
                ..
            }
            | Self::Map {
                error:
                    WriteMapError::Memory(error) | WriteMapError::Read(ReadMapError::Memory(error)),
                ..
            } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for StoredAnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMap { id, error } => write!(f, "memory {}: {error}", id.number()),
            Self::Map { id, error } => write!(f, "memory {}: {error}", id.number()),
            Self::Item { error } => write!(f, "memory {}: {error}", STORED_ANCHORS.number()),
            Self::Record { error } => error.fmt(f),
        }
    }
}

impl core::error::Error for StoredAnchorError {}
