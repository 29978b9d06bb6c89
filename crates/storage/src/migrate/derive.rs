//! From layout 8 to 9: anchors of any length and what they are found by, derived from the records.
//!
//! The records stay as they are. Layout 8 knows nothing of the memories that are written, so that it
//! loses nothing wherever this stops; a new migration sets right what a stop left and goes on with the
//! last anchor that was written.

use crate::header::Version;
use crate::managed::{Cell, Map, MemoryId, OpenMapError, ReadMapError, Shape, WriteMapError};
use crate::memory::MemoryMut;
use crate::storage::{StoredAnchorError, create_derived};
use crate::v9::{DERIVED, Indexes, NUMBERED, STATE, STORED_ANCHORS, StoredAnchor, add_to_indexes};

use super::{MigrateError, Migration, unreadable};

impl<M: MemoryMut> Migration<M> {
    /// Deals with the next record, or goes on to layout 9.
    pub(super) fn derive(&mut self) -> Result<(), MigrateError> {
        match self.derived {
            None => self.derived = Some(self.begin_deriving()?),
            Some(index) if index < self.storage.anchor_count() => {
                self.derive_anchor(index)?;
                self.derived = Some(index.saturating_add(1));
            }
            Some(_) => {
                self.derive_state()?;
                self.change_version(Version::V9)?;
            }
        }
        Ok(())
    }

    /// Finds out where to begin, and makes the maps unless there are some that can be used.
    fn begin_deriving(&mut self) -> Result<u32, MigrateError> {
        self.need_archive_buffer()?;
        let mut is_usable = true;
        for (id, shape) in DERIVED {
            is_usable = is_usable && self.mend(id, shape)?;
        }
        if is_usable && let Some(index) = self.last_derived()? {
            // What leads to it may be missing.
            return Ok(index);
        }
        let memory = &mut self.storage.memory;
        if let Some(manager) = &mut self.storage.manager {
            create_derived(manager, memory)?;
        }
        Ok(0)
    }

    /// Sets a map right that a stop may have left in the middle of a change; returns whether there is
    /// one that can be used.
    fn mend(&mut self, id: MemoryId, shape: Shape) -> Result<bool, MigrateError> {
        let memory = &mut self.storage.memory;
        let Some(manager) = &mut self.storage.manager else {
            return Ok(false);
        };
        match Map::open(manager.view_mut(memory, id), shape) {
            Ok(mut map) => match map.mend() {
                Ok(_) => Ok(true),
                Err(
                    WriteMapError::Memory(error) | WriteMapError::Read(ReadMapError::Memory(error)),
                ) => Err(MigrateError::Memory { error }),
                // Not what a stop leaves. Nobody else makes these maps in layout 8.
                Err(_) => Ok(false),
            },
            Err(OpenMapError::Empty) => Ok(false),
            Err(error) => Err(StoredAnchorError::NoMap { id, error }.into()),
        }
    }

    /// Returns the index of the last anchor that was written, if any was.
    fn last_derived(&self) -> Result<Option<u32>, MigrateError> {
        let id = STORED_ANCHORS;
        let Some(manager) = &self.storage.manager else {
            return Ok(None);
        };
        let map = Map::open(manager.view(&self.storage.memory, id), NUMBERED)
            .map_err(|error| StoredAnchorError::NoMap { id, error })?;
        let last = map
            .last()
            .map_err(|error| StoredAnchorError::map(id, error))?;
        let number = last
            .and_then(|entry| entry.key.try_into().ok())
            .map(u64::from_be_bytes);
        Ok(number.and_then(|number| self.storage.header().index(number)))
    }

    fn derive_anchor(&mut self, index: u32) -> Result<(), MigrateError> {
        let number = self.storage.header().number(index);
        let anchor = self
            .storage
            .anchor_at(index, &mut self.buffer)
            .map_err(|error| unreadable(number, error))?;
        if anchor.form().is_none() {
            return Ok(());
        }
        let anchor = StoredAnchor::of(&anchor);
        let memory = &mut self.storage.memory;
        let Some(manager) = &mut self.storage.manager else {
            return Ok(());
        };
        let id = STORED_ANCHORS;
        let mut map = Map::open(manager.view_mut(&mut *memory, id), NUMBERED)
            .map_err(|error| StoredAnchorError::NoMap { id, error })?;
        map.insert(&number.to_be_bytes(), &anchor.encode())
            .map_err(|error| StoredAnchorError::map(id, error))?;
        add_to_indexes(manager, memory, number, &Indexes::of(&anchor))?;
        Ok(())
    }

    /// Copies the persistent state into a cell of its own, byte for byte. It also stays where it is.
    fn derive_state(&mut self) -> Result<(), MigrateError> {
        let Some(content) = self.storage.state()? else {
            return Ok(());
        };
        let memory = &mut self.storage.memory;
        if let Some(manager) = &mut self.storage.manager {
            Cell::write(manager.view_mut(memory, STATE), &content)?;
        }
        Ok(())
    }
}
