//! An image: opening it, finding anchors, reading them one after the other.

mod anchors;
mod layout;
mod space;
mod state;
mod stored;
mod write;

use core::fmt;

use crate::header::{Header, IdRange, ReadHeaderError, Salt, Version};
use crate::managed::{Manager, ManagerFinding, MemoryId, OpenManagerError};
use crate::memory::{Memory, MemoryError};
use crate::record::{Anchor, RecordBuffer, RecordError, Slot};

pub use self::anchors::Anchors;
pub(crate) use self::layout::{Layout, Place};
use self::space::Space;
pub(crate) use self::state::{
    MAGIC as STATE_MAGIC, PREFIX_LENGTH as STATE_PREFIX_LENGTH, fill_with_zeros,
};
pub use self::state::{MAX_STATE_LENGTH, ReadStateError, WriteStateError};
use self::stored::stored_view;
pub use self::stored::{AnchorSource, StoredAnchorError};
pub use self::write::{AllocateError, CreateError, SetRangeError, SetSaltError, WriteAnchorError};
pub(crate) use self::write::{
    archive_buffer_shape, check_fits, create_archive_buffer, create_derived, reach,
};

/// An image of Internet Identity's stable memory.
///
/// Opening it reads the header only. [`Storage::anchor`] reads one anchor, [`Storage::anchors`] all
/// of them one after the other.
#[derive(Clone, Debug)]
pub struct Storage<M> {
    pub(crate) memory: M,
    pub(crate) header: Header,
    pub(crate) layout: Layout,
    /// Since layout 7.
    pub(crate) manager: Option<Manager>,
}

/// The memory of a manager that has the records.
///
/// Source: dfinity/internet-identity, `storage.rs`, `ANCHOR_MEMORY_INDEX`.
pub(crate) const ANCHOR_MEMORY: MemoryId = memory_id(0);

/// The memory of a manager that has the entries which the archive has yet to get.
///
/// Source: dfinity/internet-identity, `storage.rs`, `ARCHIVE_BUFFER_MEMORY_INDEX`.
pub(crate) const ARCHIVE_BUFFER_MEMORY: MemoryId = memory_id(1);

/// The page that has the table of the manager.
///
/// Source: dfinity/internet-identity, `storage.rs`, "Stable Memory Layout".
pub(crate) const MANAGER_PAGE: u64 = 1;

impl<M: Memory> Storage<M> {
    /// Opens an image.
    ///
    /// That takes the same few reads however long the memory is. Whether all records are inside the
    /// memory and can be read is for [`verify`](crate::verify()) to find out.
    ///
    /// # Errors
    ///
    /// In this order: [`OpenError::Header`]; from layout 7 on, [`OpenError::Manager`],
    /// [`OpenError::TooFewBuckets`].
    pub fn open(memory: M) -> Result<Self, OpenError> {
        let header = Header::read_from(&memory).map_err(|error| OpenError::Header { error })?;
        let layout = Layout::of(&header);
        let manager = if header.version().is_managed() {
            Some(open_manager(&memory)?)
        } else {
            None
        };
        Ok(Self {
            memory,
            header,
            layout,
            manager,
        })
    }

    /// Returns the header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the version of the layout.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.header.version()
    }

    /// Returns the numbers that anchors have or may get, see [`Header::range`].
    #[must_use]
    pub const fn range(&self) -> IdRange {
        self.header.range()
    }

    /// Returns the salt, unless there is none yet.
    #[must_use]
    pub const fn salt(&self) -> Option<Salt> {
        self.header.salt()
    }

    /// Returns how many anchors have a number, whether they were written or not.
    #[must_use]
    pub const fn anchor_count(&self) -> u32 {
        self.header.anchor_count()
    }

    /// Reads the anchor with a number: its record or, in layout 9 if there is none, its entry in
    /// memory 16 as the record that it would have. [`Storage::anchor_source`] tells which.
    ///
    /// # Errors
    ///
    /// [`ReadAnchorError::NoSuchAnchor`], [`ReadAnchorError::Memory`], [`ReadAnchorError::Stored`],
    /// [`ReadAnchorError::Record`].
    pub fn anchor<'b>(
        &self,
        number: u64,
        buffer: &'b mut RecordBuffer,
    ) -> Result<Anchor<'b>, ReadAnchorError> {
        let index = self.header.index(number);
        let index = index.ok_or(ReadAnchorError::NoSuchAnchor { number })?;
        self.anchor_at(index, buffer)
    }

    /// Returns the anchors, one after the other by their numbers.
    pub const fn anchors(&self) -> Anchors<'_, M> {
        Anchors::new(self)
    }

    /// Returns the memory.
    #[must_use]
    pub fn into_memory(self) -> M {
        self.memory
    }

    /// Returns the memory, to look at.
    #[must_use]
    pub const fn memory(&self) -> &M {
        &self.memory
    }

    pub(crate) fn anchor_at<'b>(
        &self,
        index: u32,
        buffer: &'b mut RecordBuffer,
    ) -> Result<Anchor<'b>, ReadAnchorError> {
        let place = self.layout.place(index);
        if self.version().has_stored_anchors() && self.has_no_record(place)? {
            let stored = self.stored_anchor(self.header.number(index));
            let stored = stored.map_err(|error| ReadAnchorError::Stored { error })?;
            if let Some(stored) = stored {
                return stored_view(&stored, buffer);
            }
        }
        let slot = self.slot(place, buffer)?;
        Anchor::parse_as(slot.content, place.forms)
            .map_err(|error| ReadAnchorError::Record { error })
    }

    /// Reads a record into a buffer and takes it apart.
    pub(crate) fn slot<'b>(
        &self,
        place: Place,
        buffer: &'b mut RecordBuffer,
    ) -> Result<Slot<'b>, ReadAnchorError> {
        let bytes = self.record(place, buffer)?;
        Slot::parse(bytes, place.length).map_err(|error| ReadAnchorError::Record { error })
    }

    /// Reads as much of a record as there is.
    pub(crate) fn record<'b>(
        &self,
        place: Place,
        buffer: &'b mut RecordBuffer,
    ) -> Result<&'b [u8], ReadAnchorError> {
        let space = self.space();
        let behind = space.length().saturating_sub(place.offset);
        let length = behind.min(u64::from(place.length));
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let bytes = buffer.bytes.get_mut(..length).unwrap_or_default();
        if !bytes.is_empty() {
            space.read(place.offset, bytes)?;
        }
        Ok(bytes)
    }

    /// Returns where records and the persistent state are.
    pub(crate) fn space(&self) -> Space<'_, M> {
        Space::new(&self.memory, self.manager.as_ref())
    }

    /// Returns the table of the memory manager that layouts since 7 have.
    #[must_use]
    pub const fn manager(&self) -> Option<&Manager> {
        self.manager.as_ref()
    }
}

/// Reads the table of the manager, and checks that the records have buckets.
// spec: II-STORE-16, II-STORE-18
fn open_manager(memory: &impl Memory) -> Result<Manager, OpenError> {
    let manager =
        Manager::open(memory, MANAGER_PAGE).map_err(|error| OpenError::Manager { error })?;
    let mut short = None;
    let checked = manager.check(memory, &mut |finding| {
        if let ManagerFinding::SizeBeyondBuckets { id, pages, owned } = finding
            && id == ANCHOR_MEMORY
        {
            short = Some(OpenError::TooFewBuckets { pages, owned });
        }
    });
    checked.map_err(|error| OpenError::Memory { error })?;
    match short {
        Some(error) => Err(error),
        None => Ok(manager),
    }
}

/// 255 is the only number that is no id, and nobody asks for it.
const fn memory_id(number: u8) -> MemoryId {
    match MemoryId::new(number) {
        Some(id) => id,
        None => memory_id(0),
    }
}

/// Why an image could not be opened.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OpenError {
    /// There is no header that can be used.
    Header {
        /// Why not.
        error: ReadHeaderError,
    },
    /// There is no memory manager that can be used.
    Manager {
        /// Why not.
        error: OpenManagerError,
    },
    /// The memory could not be read.
    Memory {
        /// Why not.
        error: MemoryError,
    },
    /// The memory that has the records is longer than its buckets.
    TooFewBuckets {
        /// How long it is said to be, in pages.
        pages: u64,
        /// How long its buckets are, in pages.
        owned: u64,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { error } => error.fmt(f),
            Self::Manager { error } => error.fmt(f),
            Self::Memory { error } => error.fmt(f),
            Self::TooFewBuckets { pages, owned } => write!(
                f,
                "found {pages} pages of records in buckets of {owned} pages"
            ),
        }
    }
}

impl core::error::Error for OpenError {}

/// Why an anchor could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadAnchorError {
    /// The memory could not be read.
    Memory {
        /// Why not.
        error: MemoryError,
    },
    /// No anchor has this number.
    NoSuchAnchor {
        /// The number.
        number: u64,
    },
    /// The record could not be read.
    Record {
        /// Why not.
        error: RecordError,
    },
    /// There is no record, and the entry of memory 16 could not be read.
    Stored {
        /// Why not.
        error: StoredAnchorError,
    },
}

impl From<MemoryError> for ReadAnchorError {
    fn from(error: MemoryError) -> Self {
        Self::Memory { error }
    }
}

impl fmt::Display for ReadAnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { error } => error.fmt(f),
            Self::NoSuchAnchor { number } => write!(f, "no anchor has the number {number}"),
            Self::Record { error } => error.fmt(f),
            Self::Stored { error } => error.fmt(f),
        }
    }
}

impl core::error::Error for ReadAnchorError {}
