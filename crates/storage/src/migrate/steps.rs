//! The steps from one layout to the next.
//!
//! Each ends with the write of a header, and whatever was written before is not seen under the old
//! header: it lies outside the records and the state. There are two exceptions. A record that is
//! rewritten in place may have either form until the header says so; and in layout 2 the space that
//! moved records left is used again, which the header must have said before.

use crate::header::{FIRST_RECORD_V3, MAX_HEADER_LENGTH, Version, wide};
use crate::managed::{BUCKET_PAGES, Manager, Map, OpenMapError};
use crate::memory::{Memory, MemoryMut, PAGE_LENGTH};
use crate::record::Form;
use crate::storage::{
    ANCHOR_MEMORY, ARCHIVE_BUFFER_MEMORY, Layout, MANAGER_PAGE, STATE_MAGIC, STATE_PREFIX_LENGTH,
    archive_buffer_shape, create_archive_buffer, fill_with_zeros, reach,
};

use super::{MigrateError, Migration, rewrite, unreadable};

impl<M: MemoryMut> Migration<M> {
    /// Deals with the next record, or goes on to the next layout.
    pub(super) fn advance(&mut self) -> Result<(), MigrateError> {
        let left = self.storage.header().moving();
        let left = left.and_then(|moving| moving.new_layout_start.checked_sub(1));
        match (self.storage.version(), left) {
            (Version::V1, _) => self.begin_moves(),
            (Version::V2, Some(index)) => self.move_record(index),
            (Version::V2, None) => self.end_moves(),
            (Version::V3, _) => self.change_version(Version::V4),
            (Version::V4, Some(index)) => self.rewrite_record(index),
            (Version::V4, None) => self.change_version(Version::V5),
            (Version::V5, _) => self.change_version(Version::V6),
            (Version::V6, _) => self.add_manager(),
            (Version::V7, _) => self.add_archive_buffer(),
            (Version::V8, _) => self.derive(),
            // The last one, so that the target is reached.
            (Version::V9, _) => Ok(()),
        }
    }

    /// From layout 1 to 2: puts the persistent state where layout 2 has it.
    ///
    /// Its new place is behind all records of layout 1, and behind its old place.
    fn begin_moves(&mut self) -> Result<(), MigrateError> {
        let header = self.storage.header().in_version(Version::V2);
        let old = self.storage.layout.end();
        let new = Layout::of(&header).end();
        match self.storage.state_length()? {
            Some(length) => self.copy_state(old, new, length)?,
            None => self.clear_mark(new)?,
        }
        Ok(self.storage.write_header(header)?)
    }

    // spec: II-STORE-26
    fn copy_state(&mut self, old: u64, new: u64, length: u64) -> Result<(), MigrateError> {
        let prefix = wide(STATE_PREFIX_LENGTH);
        let limit = new.saturating_sub(old).saturating_sub(prefix);
        if length > limit {
            return Err(MigrateError::StateTooLong { length, limit });
        }
        let length = length.saturating_add(prefix);
        let memory = &mut self.storage.memory;
        reach(memory, new.saturating_add(length))?;
        let mut done = 0;
        while done < length {
            let left = usize::try_from(length.saturating_sub(done)).unwrap_or(usize::MAX);
            let here = left.min(self.buffer.bytes.len());
            let piece = self.buffer.bytes.get_mut(..here).unwrap_or_default();
            memory.read(old.saturating_add(done), piece)?;
            memory.write(new.saturating_add(done), piece)?;
            done = done.saturating_add(wide(here));
        }
        Ok(())
    }

    /// Sees to it that what happens to be where a state would be is not taken for one.
    fn clear_mark(&mut self, at: u64) -> Result<(), MigrateError> {
        let memory = &mut self.storage.memory;
        if memory.length().saturating_sub(at) < wide(STATE_MAGIC.len()) {
            return Ok(());
        }
        let mut mark = [0; STATE_MAGIC.len()];
        memory.read(at, &mut mark)?;
        if mark == STATE_MAGIC {
            memory.write(at, &[0; STATE_MAGIC.len()])?;
        }
        Ok(())
    }

    /// In layout 2: copies a record to its new place.
    ///
    /// The new place of record i is behind the old ones of all records up to i. It may be the old one
    /// of a record that moved before.
    // spec: II-STORE-24
    fn move_record(&mut self, index: u32) -> Result<(), MigrateError> {
        let number = self.storage.header().number(index);
        let place = self.storage.layout.place(index);
        let slot = self
            .storage
            .slot(place, &mut self.buffer)
            .map_err(|error| unreadable(number, error))?;
        let content = slot.content.to_vec();
        let new = self.storage.layout.new_place(index);
        self.storage.write_content(new, &content)?;
        let header = self.storage.header().with_new_layout_start(index);
        Ok(self.storage.write_header(header)?)
    }

    /// From layout 2 to 3: clears everything between the header and the records.
    fn end_moves(&mut self) -> Result<(), MigrateError> {
        let memory = &mut self.storage.memory;
        let end = FIRST_RECORD_V3.min(memory.length());
        fill_with_zeros(memory, wide(MAX_HEADER_LENGTH), end)?;
        self.change_version(Version::V3)
    }

    /// In layout 4: rewrites a record in place.
    // spec: II-STORE-28
    fn rewrite_record(&mut self, index: u32) -> Result<(), MigrateError> {
        let number = self.storage.header().number(index);
        let anchor = self
            .storage
            .anchor_at(index, &mut self.buffer)
            .map_err(|error| unreadable(number, error))?;
        if anchor.form() == Some(Form::Devices) {
            let content = rewrite(number, &anchor)?;
            let place = self.storage.layout.new_place(index);
            self.storage.write_content(place, &content)?;
        }
        let header = self.storage.header().with_new_layout_start(index);
        Ok(self.storage.write_header(header)?)
    }

    /// From layout 6 to 7: gives the records, where they are, to the first memory of a manager.
    ///
    /// The table of the manager goes to the second page, which layout 6 leaves free.
    fn add_manager(&mut self) -> Result<(), MigrateError> {
        let memory = &mut self.storage.memory;
        // An image may end inside a page.
        let length = memory
            .length()
            .div_ceil(PAGE_LENGTH)
            .saturating_mul(PAGE_LENGTH);
        let records = length.saturating_sub(FIRST_RECORD_V3);
        let mut manager = Manager::create(memory, MANAGER_PAGE, BUCKET_PAGES)?;
        let pages = records.checked_div(PAGE_LENGTH).unwrap_or(0);
        if pages > 0 {
            manager.view_mut(memory, ANCHOR_MEMORY).grow(pages)?;
        }
        self.storage.manager = Some(manager);
        self.change_version(Version::V7)
    }

    /// From layout 7 to 8: makes an archive buffer.
    fn add_archive_buffer(&mut self) -> Result<(), MigrateError> {
        self.need_archive_buffer()?;
        self.change_version(Version::V8)
    }

    /// Makes an archive buffer without entries, unless there is one. A service of layout 7 may have
    /// made one already, and one of layout 8 makes it when it first needs it.
    // spec: II-STORE-28
    pub(super) fn need_archive_buffer(&mut self) -> Result<(), MigrateError> {
        let memory = &mut self.storage.memory;
        if let Some(manager) = &mut self.storage.manager {
            let view = manager.view(&*memory, ARCHIVE_BUFFER_MEMORY);
            match Map::open(view, archive_buffer_shape()).map(|_| ()) {
                Ok(()) => {}
                Err(OpenMapError::Empty) => create_archive_buffer(manager, memory)?,
                Err(OpenMapError::Memory(error)) => return Err(error.into()),
                Err(error) => return Err(MigrateError::ArchiveBuffer { error }),
            }
        }
        Ok(())
    }

    /// Writes the header of another layout, and zeros over what is left of the old one.
    // spec: II-STORE-25
    pub(super) fn change_version(&mut self, version: Version) -> Result<(), MigrateError> {
        let header = self.storage.header().in_version(version);
        Ok(self.storage.replace_header(header)?)
    }
}
