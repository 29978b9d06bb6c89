//! The first bytes of an image: which layout it has, whose numbers it holds, the salt.

mod bytes;
mod range;
mod salt;
mod version;

use core::fmt;

use crate::memory::{Memory, MemoryError, PAGE_LENGTH};

use self::bytes::Fields;
pub use self::range::{IdRange, RangeError};
pub use self::salt::Salt;
pub use self::version::Version;

/// The longest header, that of layout 4, in bytes.
///
/// Source: dfinity/internet-identity, `storage.rs` of December 2022, `struct Header`.
pub(crate) const MAX_HEADER_LENGTH: usize = 74;

/// Where records begin in layout 1, in bytes.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2022, `RESERVED_HEADER_BYTES_V1`.
pub(crate) const FIRST_RECORD_V1: u64 = 512;

/// Where records begin in layouts 3 to 6, in bytes: behind two pages, one for the header and one for
/// a memory manager.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2023, `ENTRY_OFFSET`.
pub(crate) const FIRST_RECORD_V3: u64 = 131_072;

/// How long a record is in layout 1, in bytes.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2022, `DEFAULT_ENTRY_SIZE_V1`.
pub(crate) const RECORD_LENGTH_V1: u16 = 2048;

/// How long a record is since layout 3, in bytes.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2023, `DEFAULT_ENTRY_SIZE`.
pub const RECORD_LENGTH: u16 = 4096;

/// How short a record may be, in bytes: a length of two bytes and one more.
///
/// Source: our own bound. Every service wrote 2048 or 4096.
const MIN_RECORD_LENGTH: u16 = 3;

/// The header of an image.
///
/// What it says fits together: the range is one, it has room for the anchors there are, and records
/// lie behind the header and fit into a buffer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    version: Version,
    anchor_count: u32,
    /// As stored, which may be more than there is room for.
    stored_range: IdRange,
    range: IdRange,
    /// Of layout 1 while it is migrated, of the layout otherwise.
    record_length: u16,
    salt: Option<Salt>,
    /// 0 where the layout has no such field.
    first_record: u64,
    moving: Option<Moving>,
}

/// How far a migration between two forms of records went: a part of the header of layouts 2 and 4.
#[expect(
    clippy::exhaustive_structs,
    reason = "these are the fields of layouts that will never change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moving {
    /// Records with a lower index have the old form, the others the new one.
    pub new_layout_start: u32,
    /// How many records the service moved with each of its writes. Nothing depends on it.
    pub batch_size: u32,
    /// How long records of the new form are, in bytes.
    pub record_length: u16,
}

impl Header {
    /// Returns the header of an image without anchors.
    ///
    /// # Errors
    ///
    /// [`RangeError::TooLarge`] if the layout has no room for that many anchors.
    pub fn new(version: Version, range: IdRange) -> Result<Self, RangeError> {
        let is_first = version.is_first();
        let header = Self {
            version,
            anchor_count: 0,
            stored_range: range,
            range,
            record_length: if is_first {
                RECORD_LENGTH_V1
            } else {
                RECORD_LENGTH
            },
            salt: None,
            first_record: if version.has_first_record() {
                FIRST_RECORD_V3
            } else {
                0
            },
            moving: version.is_moving().then_some(Moving {
                new_layout_start: 0,
                batch_size: 0,
                record_length: RECORD_LENGTH,
            }),
        };
        range.check_capacity(version.capacity())?;
        Ok(header)
    }

    /// Reads the header at the start of a memory, which has at least one page.
    ///
    /// # Errors
    ///
    /// In this order: [`ReadHeaderError::TooShort`], [`ReadHeaderError::Memory`],
    /// [`ReadHeaderError::Magic`], [`ReadHeaderError::Version`],
    /// [`ReadHeaderError::RecordLength`], [`ReadHeaderError::FirstRecord`],
    /// [`ReadHeaderError::Range`], [`ReadHeaderError::TooManyAnchors`],
    /// [`ReadHeaderError::NewLayoutStart`].
    pub fn read_from(memory: &(impl Memory + ?Sized)) -> Result<Self, ReadHeaderError> {
        let length = memory.length();
        // spec: II-STORE-1
        if length < PAGE_LENGTH {
            return Err(ReadHeaderError::TooShort {
                length,
                needed: PAGE_LENGTH,
            });
        }
        let mut bytes = [0; MAX_HEADER_LENGTH];
        memory
            .read(0, &mut bytes)
            .map_err(|error| ReadHeaderError::Memory { error })?;
        Self::parse(&bytes)
    }

    /// Reads a header from the first bytes of an image.
    ///
    /// # Errors
    ///
    /// As [`Header::read_from`], with [`ReadHeaderError::TooShort`] where the bytes end: before the
    /// magic, the version or what the version adds.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReadHeaderError> {
        let fields = Fields::parse(bytes)?;
        let version = fields.version;
        let lengths = [
            Some(fields.record_length),
            fields.moving.map(|moving| moving.record_length),
        ];
        for length in lengths.into_iter().flatten() {
            if !(MIN_RECORD_LENGTH..=RECORD_LENGTH).contains(&length) {
                return Err(ReadHeaderError::RecordLength { length });
            }
        }
        let header_length = version.header_length();
        if version.has_first_record() && !version.is_managed() {
            let offset = fields.first_record;
            let is_behind = offset >= wide(header_length);
            if !is_behind || offset > FIRST_RECORD_V3 {
                return Err(ReadHeaderError::FirstRecord { offset });
            }
        }
        let (start, end) = fields.range;
        let stored_range =
            IdRange::new(start, end).map_err(|error| ReadHeaderError::Range { error })?;
        let mut header = Self {
            version,
            anchor_count: fields.anchor_count,
            stored_range,
            range: stored_range,
            record_length: fields.record_length,
            salt: Salt::new(fields.salt),
            first_record: fields.first_record,
            moving: fields.moving,
        };
        // spec: II-STORE-7
        header.range = stored_range.limited_to(version.capacity());
        let room = header.range.length();
        // spec: II-STORE-6
        if u64::from(header.anchor_count) > room {
            return Err(ReadHeaderError::TooManyAnchors {
                count: header.anchor_count,
                room,
            });
        }
        match header.moving {
            Some(moving) if moving.new_layout_start > header.anchor_count => {
                Err(ReadHeaderError::NewLayoutStart {
                    start: moving.new_layout_start,
                    count: header.anchor_count,
                })
            }
            _ => Ok(header),
        }
    }

    /// Returns the bytes, with the range as it was stored.
    #[must_use]
    pub fn encode(&self) -> HeaderBytes {
        HeaderBytes::of(&Fields {
            version: self.version,
            anchor_count: self.anchor_count,
            range: (self.stored_range.start(), self.stored_range.end()),
            record_length: self.record_length,
            salt: self.salt.map_or([0; Salt::LENGTH], |salt| *salt.as_bytes()),
            first_record: self.first_record,
            moving: self.moving,
        })
    }

    /// Returns the version of the layout.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns how many anchors have a number, whether they were written or not.
    #[must_use]
    pub const fn anchor_count(&self) -> u32 {
        self.anchor_count
    }

    /// Returns the numbers that anchors have or may get.
    ///
    /// A stored range with more numbers than the layout has room for is cut off, as the service did
    /// when it was upgraded; [`Header::stored_range`] is what is stored.
    #[must_use]
    pub const fn range(&self) -> IdRange {
        self.range
    }

    /// Returns the range as it is stored, which may be longer than the layout has room for.
    #[must_use]
    pub const fn stored_range(&self) -> IdRange {
        self.stored_range
    }

    /// Returns the salt, unless there is none yet.
    #[must_use]
    pub const fn salt(&self) -> Option<Salt> {
        self.salt
    }

    /// Returns how long records are, in bytes, with the two bytes for the length of what they hold.
    /// While layout 1 is migrated, that is the length of the old ones.
    #[must_use]
    pub const fn record_length(&self) -> u16 {
        self.record_length
    }

    /// Returns where the header says that records begin, in bytes, if the layout has this field.
    ///
    /// Layouts 7 and 8 keep it, but have their records elsewhere.
    #[must_use]
    pub fn first_record(&self) -> Option<u64> {
        self.version.has_first_record().then_some(self.first_record)
    }

    /// Returns how far a migration went, in layouts 2 and 4.
    #[must_use]
    pub const fn moving(&self) -> Option<Moving> {
        self.moving
    }

    /// Returns whether records have the length and the place that every service gave them. Others
    /// are read as the header says, and not migrated.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        let record_length = if self.version.is_first() {
            RECORD_LENGTH_V1
        } else {
            RECORD_LENGTH
        };
        let new_length = self.moving.map(|moving| moving.record_length);
        self.record_length == record_length
            && new_length.is_none_or(|length| length == RECORD_LENGTH)
            && self.first_record().is_none_or(|at| at == FIRST_RECORD_V3)
    }

    /// Returns the index of the anchor with this number, if there is one.
    #[must_use]
    pub fn index(&self, number: u64) -> Option<u32> {
        let index = number.checked_sub(self.range.start())?;
        let index = u32::try_from(index).ok()?;
        (index < self.anchor_count).then_some(index)
    }

    /// Returns the number of the anchor with this index.
    #[must_use]
    pub fn number(&self, index: u32) -> u64 {
        // The range has room for every index there is.
        self.range.start().saturating_add(u64::from(index))
    }

    pub(crate) const fn with_anchor_count(mut self, count: u32) -> Self {
        self.anchor_count = count;
        self
    }

    pub(crate) const fn with_salt(mut self, salt: Salt) -> Self {
        self.salt = Some(salt);
        self
    }

    pub(crate) const fn with_range(mut self, range: IdRange) -> Self {
        self.range = range;
        self.stored_range = range;
        self
    }

    pub(crate) const fn with_new_layout_start(mut self, start: u32) -> Self {
        if let Some(moving) = &mut self.moving {
            moving.new_layout_start = start;
        }
        self
    }

    /// Returns the header of the same anchors in another layout, its range cut off as it was.
    pub(crate) fn in_version(&self, version: Version) -> Self {
        Self {
            version,
            stored_range: self.range,
            record_length: if version.is_first() {
                RECORD_LENGTH_V1
            } else {
                RECORD_LENGTH
            },
            first_record: if version.has_first_record() {
                FIRST_RECORD_V3
            } else {
                0
            },
            moving: version.is_moving().then_some(Moving {
                new_layout_start: self.anchor_count,
                batch_size: 0,
                record_length: RECORD_LENGTH,
            }),
            ..*self
        }
    }
}

/// The bytes of a [`Header`]: 58 to 74 of them, as the layout has it.
#[derive(Clone, Copy, Debug)]
pub struct HeaderBytes {
    bytes: [u8; MAX_HEADER_LENGTH],
    length: usize,
}

impl HeaderBytes {
    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Why an image has no header that can be used.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadHeaderError {
    /// Records would begin inside the header, or behind the place where they begin since layout 3.
    FirstRecord {
        /// Where, in bytes.
        offset: u64,
    },
    /// The first three bytes are not `IIC`.
    Magic {
        /// What they are.
        found: [u8; 3],
    },
    /// The memory could not be read.
    Memory {
        /// Why not.
        error: MemoryError,
    },
    /// More records are said to have the old form than there are.
    NewLayoutStart {
        /// How many.
        start: u32,
        /// How many records there are.
        count: u32,
    },
    /// The numbers of anchors are no range.
    Range {
        /// Why not.
        error: RangeError,
    },
    /// Records are shorter than 3 bytes or longer than [`RECORD_LENGTH`].
    RecordLength {
        /// How long they are said to be, in bytes.
        length: u16,
    },
    /// There are more anchors than numbers, or than the layout has room for.
    TooManyAnchors {
        /// How many anchors.
        count: u32,
        /// How many numbers.
        room: u64,
    },
    /// The memory is shorter than a page, or the bytes are fewer than those of a header.
    TooShort {
        /// How many bytes there are.
        length: u64,
        /// How many bytes there must be.
        needed: u64,
    },
    /// The layout is not one of those that are known.
    Version {
        /// Its number.
        found: u8,
    },
}

impl fmt::Display for ReadHeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstRecord { offset } => write!(
                f,
                "found records at offset {offset}, inside the header or beyond {FIRST_RECORD_V3}"
            ),
            Self::Magic {
                found: [a, b, c], ..
            } => write!(
                f,
                "found {a:02x}{b:02x}{c:02x} at the start, expected 494943 (IIC)"
            ),
            Self::Memory { error } => write!(f, "could not read the header: {error}"),
            Self::NewLayoutStart { start, count } => write!(
                f,
                "found {start} records of the old form among {count} records"
            ),
            Self::Range { error } => error.fmt(f),
            Self::RecordLength { length } => write!(
                f,
                "found records of {length} bytes, {MIN_RECORD_LENGTH} to {RECORD_LENGTH} are allowed"
            ),
            Self::TooManyAnchors { count, room } => {
                write!(f, "found {count} anchors in a range with room for {room}")
            }
            Self::TooShort { length, needed } => {
                write!(f, "found {length} bytes, expected at least {needed}")
            }
            Self::Version { found } => write!(
                f,
                "found layout {found}, only layouts {} to {} are known",
                Version::FIRST,
                Version::LAST
            ),
        }
    }
}

impl core::error::Error for ReadHeaderError {}

/// A length has at most 64 bits on every target that Rust knows.
pub(crate) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
