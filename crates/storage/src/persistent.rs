//! What the persistent state says.

mod parse;

use alloc::vec::Vec;
use core::fmt;

use candid_wire::{FieldId, ReadError};
use principal::Principal;
use time::{Lifetime, Timestamp};

/// What the service keeps while it is upgraded.
///
/// It is read from a Candid message, as [`Storage::state`](crate::Storage::state) returns it. Layouts
/// before 6 have less about the archive. Fields that are not known here are counted; the message as a
/// whole is what to copy.
///
/// Source: dfinity/internet-identity, `storage/persistent_state_compat.rs` of 2023 and
/// `storage/storable_persistent_state.rs` of 2024.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PersistentState {
    archive: ArchiveState,
    canister_creation_cycles: u64,
    active_anchors: Option<ActiveAnchors>,
    unknown_fields: usize,
}

/// What has become of the archive.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ArchiveState {
    /// It may be made.
    Configured {
        /// How.
        config: ArchiveConfig,
    },
    /// There is one.
    Created {
        /// Its canister.
        canister: Principal,
        /// The number that its next entry gets.
        sequence_number: u64,
        /// How many entries it has yet to get, in layouts 6 and 7.
        buffered_entries: u64,
        /// How it was made. Layouts before 6 need not say.
        config: Option<ArchiveConfig>,
    },
    /// It is being made.
    CreationInProgress {
        /// Since when.
        since: Timestamp,
        /// How. Layouts before 6 need not say.
        config: Option<ArchiveConfig>,
    },
    /// There is to be none.
    NotConfigured,
}

/// How the archive is made.
#[expect(
    clippy::exhaustive_structs,
    reason = "these are the fields of layouts that will never change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ArchiveConfig {
    /// The hash of its Wasm module.
    pub module_hash: [u8; 32],
    /// How it gets its entries, since layout 6.
    pub pull: Option<PullConfig>,
}

/// How the archive gets its entries.
#[expect(
    clippy::exhaustive_structs,
    reason = "these are the fields of layouts that will never change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PullConfig {
    /// How many entries may wait for it.
    pub buffer_limit: u64,
    /// How long it waits before it asks again.
    pub polling_interval: Lifetime,
    /// How many entries it gets at once.
    pub fetch_limit: u16,
}

/// How many anchors were active.
#[expect(
    clippy::exhaustive_structs,
    reason = "these are the fields of layouts that will never change"
)]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ActiveAnchors {
    /// In the last day that is over.
    pub completed_day: Option<Counter>,
    /// In the last 30 days that are over.
    pub completed_month: Option<Counter>,
    /// In the day that is not over.
    pub day: Counter,
    /// In 30 days that are not over, one for each day on which they began.
    pub months: Vec<Counter>,
}

/// A number of anchors in a time.
#[expect(
    clippy::exhaustive_structs,
    reason = "these are the fields of layouts that will never change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counter {
    /// When the time began.
    pub start: Timestamp,
    /// How many anchors were active since.
    pub count: u64,
}

impl PersistentState {
    /// Reads a Candid message.
    ///
    /// # Errors
    ///
    /// The first error in the order of the bytes; see [`ParseStateError`].
    pub fn parse(content: &[u8]) -> Result<Self, ParseStateError> {
        parse::state(content)
    }

    /// Returns what has become of the archive.
    #[must_use]
    pub const fn archive(&self) -> ArchiveState {
        self.archive
    }

    /// Returns how many cycles go with making a canister.
    #[must_use]
    pub const fn canister_creation_cycles(&self) -> u64 {
        self.canister_creation_cycles
    }

    /// Returns how many anchors were active, if that is counted.
    #[must_use]
    pub const fn active_anchors(&self) -> Option<&ActiveAnchors> {
        self.active_anchors.as_ref()
    }

    /// Returns how many fields are present and not interpreted.
    #[must_use]
    pub const fn unknown_fields(&self) -> usize {
        self.unknown_fields
    }
}

/// Why a persistent state could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseStateError {
    /// It is no Candid message with the right types, or bytes follow it.
    Candid {
        /// Why not. Positions count from the start of the message.
        error: ReadError,
    },
    /// A hash is not 32 bytes long.
    HashLength {
        /// How long it is, in bytes.
        length: usize,
    },
    /// A field that must be there is not.
    MissingField {
        /// The id of the field.
        id: FieldId,
    },
    /// The message does not have exactly one argument.
    NotOneArgument {
        /// How many it has.
        count: u64,
    },
    /// The archive is in a state that is not known.
    UnknownCase {
        /// The id of the state.
        id: FieldId,
    },
}

impl fmt::Display for ParseStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Candid { error } => write!(f, "the persistent state cannot be read: {error}"),
            Self::HashLength { length } => {
                write!(f, "found a hash of {length} bytes, expected 32")
            }
            Self::MissingField { id } => write!(f, "found no field {id}"),
            Self::NotOneArgument { count } => {
                write!(f, "found a message of {count} arguments, expected 1")
            }
            Self::UnknownCase { id } => {
                write!(f, "found state {id} of the archive, which is not known")
            }
        }
    }
}

impl core::error::Error for ParseStateError {}

impl From<ReadError> for ParseStateError {
    fn from(error: ReadError) -> Self {
        Self::Candid { error }
    }
}
