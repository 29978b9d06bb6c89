//! Writing: making an image, allocating numbers, writing records, salt and range.

mod error;

use alloc::vec::Vec;

use crate::edit::{AnchorRecord, EncodeRecordError};
use crate::header::{Header, IdRange, MAX_HEADER_LENGTH, RangeError, Salt, Version, wide};
use crate::managed::{BUCKET_PAGES, Keys, Manager, Map, MemoryId, Shape, Values, WriteMapError};
use crate::memory::{Memory, MemoryError, MemoryMut, PAGE_LENGTH};
use crate::record::{Form, Forms, LENGTH_BYTES, RecordBuffer, RecordError};
use crate::v9::DERIVED;

use super::space::SpaceMut;
use super::{ARCHIVE_BUFFER_MEMORY, Layout, MANAGER_PAGE, Place, ReadAnchorError, Storage};

pub use self::error::{AllocateError, CreateError, SetRangeError, SetSaltError, WriteAnchorError};

impl<M: MemoryMut> Storage<M> {
    /// Makes an image without anchors in a memory that is empty or begins with zeros.
    ///
    /// The header is written last: until then the memory still begins with zeros.
    ///
    /// # Errors
    ///
    /// In this order: [`CreateError::Moving`], [`CreateError::Range`], [`CreateError::Memory`],
    /// [`CreateError::NotEmpty`].
    pub fn create(mut memory: M, version: Version, range: IdRange) -> Result<Self, CreateError> {
        if version.is_moving() {
            return Err(CreateError::Moving { version });
        }
        let header = Header::new(version, range).map_err(|error| CreateError::Range { error })?;
        let mut start = [0; MAX_HEADER_LENGTH];
        if memory.length() > 0 {
            memory.read(0, &mut start)?;
        }
        if start != [0; MAX_HEADER_LENGTH] {
            return Err(CreateError::NotEmpty);
        }
        reach(&mut memory, PAGE_LENGTH)?;
        let manager = if version.is_managed() {
            let mut manager = Manager::create(&mut memory, MANAGER_PAGE, BUCKET_PAGES)?;
            if version.has_archive_buffer() {
                create_archive_buffer(&mut manager, &mut memory)?;
            }
            if version.has_stored_anchors() {
                create_derived(&mut manager, &mut memory)?;
            }
            Some(manager)
        } else {
            None
        };
        memory.write(0, header.encode().as_bytes())?;
        Ok(Self {
            memory,
            layout: Layout::of(&header),
            header,
            manager,
        })
    }

    /// Sets the salt.
    ///
    /// # Errors
    ///
    /// [`SetSaltError::AlreadySet`], [`SetSaltError::Memory`].
    pub fn set_salt(&mut self, salt: Salt) -> Result<(), SetSaltError> {
        if self.header.salt().is_some() {
            return Err(SetSaltError::AlreadySet);
        }
        self.write_header(self.header.with_salt(salt))
            .map_err(|error| SetSaltError::Memory { error })
    }

    /// Sets the numbers that anchors may get.
    ///
    /// # Errors
    ///
    /// [`SetRangeError::Range`] with, in this order, [`RangeError::TooLarge`] and, if there are
    /// anchors, [`RangeError::OtherStart`], [`RangeError::TooSmall`]; then
    /// [`SetRangeError::Memory`].
    pub fn set_range(&mut self, range: IdRange) -> Result<(), SetRangeError> {
        let count = self.header.anchor_count();
        let checked = range
            .check_capacity(self.version().capacity())
            .and_then(|()| match (count, self.range().start(), range.length()) {
                (0, ..) => Ok(()),
                (_, first, _) if first != range.start() => Err(RangeError::OtherStart {
                    start: range.start(),
                    first,
                }),
                (_, _, length) if length < u64::from(count) => {
                    Err(RangeError::TooSmall { length, count })
                }
                _ => Ok(()),
            });
        checked.map_err(|error| SetRangeError::Range { error })?;
        self.write_header(self.header.with_range(range))
            .map_err(|error| SetRangeError::Memory { error })
    }

    /// Gives the next number away. Its record says that nothing was written yet.
    ///
    /// The record is emptied first, then the header counts it.
    ///
    /// # Errors
    ///
    /// In this order: [`AllocateError::Irregular`], [`AllocateError::Full`],
    /// [`AllocateError::StateInTheWay`], [`AllocateError::Truncated`], [`AllocateError::Memory`].
    pub fn allocate(&mut self) -> Result<u64, AllocateError> {
        self.append_content(&[])
    }

    /// Gives the next number to an anchor.
    ///
    /// The record is written first, then the header counts it.
    ///
    /// # Errors
    ///
    /// [`AllocateError::Encode`] first, then as for [`Storage::allocate`].
    pub fn append(&mut self, anchor: &AnchorRecord) -> Result<u64, AllocateError> {
        let place = self.layout.place(self.header.anchor_count());
        let content = encode(anchor, place).map_err(|error| AllocateError::Encode { error })?;
        self.append_content(&content)
    }

    /// Writes the record of an anchor that has a number, in one write.
    ///
    /// # Errors
    ///
    /// In this order: [`WriteAnchorError::NoSuchAnchor`], [`WriteAnchorError::Irregular`],
    /// [`WriteAnchorError::Encode`]; about the record that is there, [`WriteAnchorError::Memory`],
    /// [`WriteAnchorError::Unreadable`], [`WriteAnchorError::UnknownFields`]; then
    /// [`WriteAnchorError::Memory`].
    pub fn write(&mut self, number: u64, anchor: &AnchorRecord) -> Result<(), WriteAnchorError> {
        let index = self
            .header
            .index(number)
            .ok_or(WriteAnchorError::NoSuchAnchor { number })?;
        if !self.header.is_regular() {
            return Err(WriteAnchorError::Irregular);
        }
        let place = self.layout.place(index);
        let content = encode(anchor, place).map_err(|error| WriteAnchorError::Encode { error })?;
        let mut buffer = RecordBuffer::new();
        let old = self
            .anchor_at(index, &mut buffer)
            .map_err(|error| match error {
                ReadAnchorError::Memory { error } => WriteAnchorError::Memory { error },
                ReadAnchorError::NoSuchAnchor { number } => {
                    WriteAnchorError::NoSuchAnchor { number }
                }
                ReadAnchorError::Record { error } => WriteAnchorError::Unreadable { error },
                ReadAnchorError::Stored { error } => WriteAnchorError::Stored { error },
            })?;
        let count = old.unknown_fields();
        if count > 0 {
            return Err(WriteAnchorError::UnknownFields { count });
        }
        self.write_content(place, &content)
            .map_err(|error| WriteAnchorError::Memory { error })?;
        if self.version().has_stored_anchors() {
            self.write_stored(number, &content)
                .map_err(|error| WriteAnchorError::Stored { error })?;
        }
        Ok(())
    }

    fn append_content(&mut self, content: &[u8]) -> Result<u64, AllocateError> {
        if !self.header.is_regular() {
            return Err(AllocateError::Irregular);
        }
        let count = self.header.anchor_count();
        let end = self.range().end();
        let number = self.header.number(count);
        let more = count.checked_add(1);
        let Some(more) = more.filter(|_| number < end) else {
            return Err(AllocateError::Full { end });
        };
        if self.has_state()? {
            return Err(AllocateError::StateInTheWay);
        }
        self.check_last_record()?;
        self.write_content(self.layout.place(count), content)?;
        if self.version().has_stored_anchors() {
            self.write_stored(number, content)
                .map_err(|error| AllocateError::Stored { error })?;
        }
        self.write_header(self.header.with_anchor_count(more))?;
        Ok(number)
    }

    /// Checks that the memory does not end before the last record does. Otherwise records that are
    /// missing would turn into records that were never written.
    fn check_last_record(&self) -> Result<(), AllocateError> {
        let count = self.header.anchor_count();
        let Some(last) = count.checked_sub(1) else {
            return Ok(());
        };
        // Services since 2026 write no records.
        if self.version().has_stored_anchors() {
            return Ok(());
        }
        if self.space().length() >= self.layout.end() {
            return Ok(());
        }
        let mut buffer = RecordBuffer::new();
        match self.slot(self.layout.place(last), &mut buffer) {
            Err(ReadAnchorError::Record {
                error: RecordError::CutOff { .. },
            }) => Err(AllocateError::Truncated),
            Err(ReadAnchorError::Memory { error }) => Err(AllocateError::Memory { error }),
            _ => Ok(()),
        }
    }

    /// Writes a whole record: length, content, zeros.
    pub(crate) fn write_content(
        &mut self,
        place: Place,
        content: &[u8],
    ) -> Result<(), MemoryError> {
        let mut buffer = RecordBuffer::new();
        let record = buffer.bytes.get_mut(..usize::from(place.length));
        let record = record.unwrap_or_default();
        if let Some((length, rest)) = record.split_first_chunk_mut::<LENGTH_BYTES>() {
            // What does not fit was refused when it was encoded.
            *length = u16::try_from(content.len())
                .unwrap_or(u16::MAX)
                .to_le_bytes();
            if let Some(target) = rest.get_mut(..content.len()) {
                target.copy_from_slice(content);
            }
        }
        let mut space = self.space_mut();
        reach(&mut space, place.offset.saturating_add(wide(record.len())))?;
        space.write(place.offset, record)
    }

    /// Writes another header over the one there is, in one write.
    pub(crate) fn write_header(&mut self, header: Header) -> Result<(), MemoryError> {
        self.memory.write(0, header.encode().as_bytes())?;
        self.layout = Layout::of(&header);
        self.header = header;
        Ok(())
    }

    /// Writes the header of another layout, and zeros over what is left of the old one, in one write.
    pub(crate) fn replace_header(&mut self, header: Header) -> Result<(), MemoryError> {
        let mut bytes = [0; MAX_HEADER_LENGTH];
        let encoded = header.encode();
        for (target, source) in bytes.iter_mut().zip(encoded.as_bytes()) {
            *target = *source;
        }
        self.memory.write(0, &bytes)?;
        self.layout = Layout::of(&header);
        self.header = header;
        Ok(())
    }

    pub(crate) fn space_mut(&mut self) -> SpaceMut<'_, M> {
        SpaceMut::new(&mut self.memory, self.manager.as_mut())
    }
}

/// Encodes an anchor in the form that records have at a place, if it fits.
fn encode(anchor: &AnchorRecord, place: Place) -> Result<Vec<u8>, EncodeRecordError> {
    let form = match place.forms {
        Forms::Only(form) => form,
        // It is rewritten as an anchor later.
        Forms::Either => Form::Devices,
    };
    let content = anchor.encode(form)?;
    check_fits(&content, place)?;
    Ok(content)
}

pub(crate) fn check_fits(content: &[u8], place: Place) -> Result<(), EncodeRecordError> {
    let limit = usize::from(place.length).saturating_sub(LENGTH_BYTES);
    let length = content.len();
    if length > limit {
        return Err(EncodeRecordError::TooLong { length, limit });
    }
    Ok(())
}

/// Makes the map of entries that the archive has yet to get, unless there is one.
pub(crate) fn create_archive_buffer<M: MemoryMut>(
    manager: &mut Manager,
    memory: &mut M,
) -> Result<(), MemoryError> {
    create_map(
        manager,
        memory,
        ARCHIVE_BUFFER_MEMORY,
        archive_buffer_shape(),
    )
}

/// Makes the maps that layout 9 derives from records, without entries.
pub(crate) fn create_derived<M: MemoryMut>(
    manager: &mut Manager,
    memory: &mut M,
) -> Result<(), MemoryError> {
    for (id, shape) in DERIVED {
        create_map(manager, memory, id, shape)?;
    }
    Ok(())
}

fn create_map<M: MemoryMut>(
    manager: &mut Manager,
    memory: &mut M,
    id: MemoryId,
    shape: Shape,
) -> Result<(), MemoryError> {
    match Map::create(manager.view_mut(memory, id), shape) {
        Ok(_) => Ok(()),
        Err(WriteMapError::Memory(error)) => Err(error),
        // The shapes are ones that maps can have.
        Err(_) => Err(MemoryError::Device),
    }
}

/// Numbers of entries, and entries of any length.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2024, `archive_entries_buffer`.
pub(crate) const fn archive_buffer_shape() -> Shape {
    Shape::new(Keys::Fixed(8), Values::Any)
}

/// Makes a memory at least `length` bytes long.
pub(crate) fn reach(memory: &mut impl MemoryMut, length: u64) -> Result<(), MemoryError> {
    let missing = length.saturating_sub(memory.length());
    match missing {
        0 => Ok(()),
        _ => memory.grow(missing.div_ceil(PAGE_LENGTH)),
    }
}
