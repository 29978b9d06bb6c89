//! The versions of the layout, and how they differ.

use core::fmt;

const GIB: u64 = 1 << 30;

/// How many anchors layouts 1 and 2 have room for: as many records of 2048 bytes as 8 GiB have, but
/// for the first 512 bytes and a reserve.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2022, `DEFAULT_RANGE_SIZE_V1`.
const CAPACITY_V1: u64 = (8 * GIB - 512 - RESERVE) / 2048;

/// How many anchors layouts 3 to 8 have room for: as many records of 4096 bytes as 32 GiB have, but
/// for the first two pages and a reserve.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2023, `DEFAULT_RANGE_SIZE`. Releases computed
/// other numbers, too; this is the least of them.
const CAPACITY_V3: u64 = (32 * GIB - 131_072 - RESERVE) / 4096;

/// How many anchors layout 9 has room for: as many records of 4096 bytes as 256 GiB have, but for a
/// bucket of 128 pages.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2026, `MAX_ENTRIES`.
const CAPACITY_V9: u64 = (256 * GIB - 128 * 65_536) / 4096;

/// A tenth of 8 GiB, in bytes.
///
/// Source: dfinity/internet-identity, `storage.rs`, `STABLE_MEMORY_RESERVE`.
const RESERVE: u64 = 8 * GIB / 10;

/// The version of a layout.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Version {
    /// Records of 2048 bytes from offset 512 on, each a vector of devices. 2021 and 2022.
    V1 = 1,
    /// Layout 1 while its records are moved to where layout 3 has them, the last one first.
    V2 = 2,
    /// Records of 4096 bytes from offset 131 072 on.
    V3 = 3,
    /// Layout 3 while its records are rewritten as those of layout 5, the last one first.
    V4 = 4,
    /// Records that are anchors: records with a field for the devices. 2023.
    V5 = 5,
    /// As layout 5, but the persistent state says how the archive gets its entries.
    V6 = 6,
    /// As layout 6, but records lie in the first memory of a memory manager.
    V7 = 7,
    /// As layout 7, with a second memory for entries that the archive has yet to get. 2024.
    V8 = 8,
    /// As layout 8, with memories for anchors of any length, for what they are found by, for accounts
    /// and for the persistent state. Since 2024.
    V9 = 9,
}

impl Version {
    /// Every version, in order.
    pub const ALL: [Self; 9] = [
        Self::V1,
        Self::V2,
        Self::V3,
        Self::V4,
        Self::V5,
        Self::V6,
        Self::V7,
        Self::V8,
        Self::V9,
    ];

    pub(crate) const FIRST: Self = Self::V1;
    pub(crate) const LAST: Self = Self::V9;

    /// Returns the version with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.number() == number)
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
            Self::V3 => 3,
            Self::V4 => 4,
            Self::V5 => 5,
            Self::V6 => 6,
            Self::V7 => 7,
            Self::V8 => 8,
            Self::V9 => 9,
        }
    }

    /// Returns whether it is a state in which migrations can pause: layouts 2 and 4.
    #[must_use]
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::V2 | Self::V4)
    }

    /// Returns whether records lie in the first memory of a memory manager.
    #[must_use]
    pub const fn is_managed(self) -> bool {
        matches!(self, Self::V7 | Self::V8 | Self::V9)
    }

    /// Returns whether entries that the archive has yet to get are in a memory of their own.
    pub(crate) const fn has_archive_buffer(self) -> bool {
        matches!(self, Self::V8 | Self::V9)
    }

    /// Returns whether anchors, indexes, accounts and the persistent state have memories of their own.
    pub(crate) const fn has_stored_anchors(self) -> bool {
        matches!(self, Self::V9)
    }

    /// Returns whether there are records at offset 512.
    pub(crate) const fn is_first(self) -> bool {
        matches!(self, Self::V1 | Self::V2)
    }

    /// Returns whether the header says where records begin.
    pub(crate) const fn has_first_record(self) -> bool {
        !self.is_first() && !self.has_stored_anchors()
    }

    /// Returns how long the header is, in bytes.
    pub(crate) const fn header_length(self) -> usize {
        match self {
            Self::V1 | Self::V9 => 58,
            Self::V2 => 68,
            Self::V4 => 74,
            Self::V3 | Self::V5 | Self::V6 | Self::V7 | Self::V8 => 66,
        }
    }

    /// Returns how many anchors it has room for.
    #[must_use]
    pub const fn capacity(self) -> u64 {
        if self.is_first() {
            CAPACITY_V1
        } else if self.has_stored_anchors() {
            CAPACITY_V9
        } else {
            CAPACITY_V3
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}
