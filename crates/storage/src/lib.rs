//! Internet Identity's stable memory of every layout: read, verify, write, migrate.
//!
//! A [`Storage`] is an image of that memory in anything that is a [`Memory`]: a slice, a vector, a
//! file. Opening one reads the header only. [`Storage::anchor`] reads one anchor by its number,
//! [`Storage::anchors`] all of them one after the other, without allocating; an [`Anchor`] and its
//! [`Device`]s are views of the bytes. [`verify()`] reads everything and reports each [`Finding`].
//!
//! In the other direction, an [`AnchorRecord`] owns its parts and keeps the rules when it is changed;
//! [`Storage::append`] and [`Storage::write`] write it. A [`Migration`] brings an image to a later
//! layout in place.
//!
//! # Example
//!
//! ```
//! use icid_storage::{AnchorRecord, DeviceRecord, IdRange, RecordBuffer, Storage, Version};
//!
//! let mut storage = Storage::create(Vec::new(), Version::V8, IdRange::new(10_000, 20_000)?)?;
//! let mut anchor = AnchorRecord::new();
//! anchor.add_device(DeviceRecord {
//!     pubkey: b"a key".to_vec(),
//!     alias: "phone".into(),
//!     ..DeviceRecord::default()
//! })?;
//! let number = storage.append(&anchor)?;
//!
//! let image = storage.into_memory();
//! let storage = Storage::open(image.as_slice())?;
//! let mut buffer = RecordBuffer::new();
//! let anchor = storage.anchor(number, &mut buffer)?;
//! let aliases: Vec<&str> = anchor.devices().map(|device| device.alias()).collect();
//! assert_eq!((number, aliases), (10_000, vec!["phone"]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layouts
//!
//! | version | records | form | beside them |
//! |---|---|---|---|
//! | 1 | 2048 bytes, from 512 on | devices | persistent state behind the last record |
//! | 2 | those of 1 move to the places of 3 | devices | as 1, at the new place |
//! | 3 | 4096 bytes, from 131 072 on | devices | as 1 |
//! | 4 | those of 3 are rewritten as those of 5 | both | as 1 |
//! | 5 | as 3 | anchor | as 1 |
//! | 6 | as 3 | anchor | as 1; it says how the archive gets its entries |
//! | 7 | the same bytes, as memory 0 of a manager on page 1 | anchor | as 1 |
//! | 8 | as 7 | anchor | as 1; entries for the archive in memory 1 |
//! | 9 | as 7 | anchor | as 8; persistent state in memory 2; anchors of any length, indexes, accounts |
//!
//! # What is lost when
//!
//! Nothing, if a program stops between two calls of [`MemoryMut::write`] and [`MemoryMut::grow`]: the
//! image opens, and every anchor that was there is there, with all it held; an operation that did not
//! return has happened or has not. In the maps of layout 9 it may leave space that nobody uses, or
//! entries in two nodes: [`Storage::mend`] sets that right before the next write, and a [`Migration`]
//! that goes on does it by itself. Two operations drop what they say they drop: [`Storage::write`]
//! the record that was there, and [`Storage::write_state`] the persistent state. A single call that
//! is carried out by halves can damage a record.
//!
//! # Specification
//!
//! There is none. The layouts are those of the code and the tests that were published with the
//! service (dfinity/internet-identity, `src/internet_identity/src/storage.rs` and below, 2021 to
//! 2024); each constant names its source. The clauses are II-STORE and II-ANCHOR.
//!
//! # Deviations
//!
//! - Layout 2 has had two headers. The one with 68 bytes is read; of the other, with 84, the order of
//!   the fields is not known.
//! - Metadata have at most [`MAX_METADATA_DEPTH`] maps inside each other.
//! - A persistent state has at most [`MAX_STATE_LENGTH`] bytes.
//! - An anchor record whose devices lack purpose, key type or protection is read with their defaults,
//!   where the service fails.
//! - The persistent state keeps its bytes from layout 5 to 6, where the service rewrote what it says
//!   about the archive.
//! - The next anchor does not overwrite the persistent state: [`Storage::clear_state`] comes first.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod edit;
mod header;
mod managed;
mod memory;
mod migrate;
mod persistent;
mod record;
mod rules;
mod storage;
mod v9;
mod verify;

pub use crate::edit::{
    AnchorRecord, CopyAnchorError, DeviceRecord, EncodeRecordError, MetadataEntry, MetadataMap,
};
pub use crate::header::{
    Header, HeaderBytes, IdRange, Moving, RECORD_LENGTH, RangeError, ReadHeaderError, Salt, Version,
};
pub use crate::managed::{
    BUCKET_PAGES, Cell, ChunkRule, Entries, Entry, InvalidMemoryId, Keys, MAX_BUCKETS, Manager,
    ManagerFinding, Map, MapCensus, MapFinding, MapRule, MemoryId, NodeRule, OpenCellError,
    OpenManagerError, OpenMapError, OwnedEntry, ReadCellError, ReadMapError, Shape, Values, View,
    ViewMut, WriteCellError, WriteMapError,
};
pub use crate::memory::{Memory, MemoryError, MemoryMut, PAGE_LENGTH};
pub use crate::migrate::{MigrateError, Migration, Progress};
pub use crate::persistent::{
    ActiveAnchors, ArchiveConfig, ArchiveState, Counter, ParseStateError, PersistentState,
    PullConfig,
};
pub use crate::record::{
    Anchor, Device, Devices, Field, Form, KeyType, MAX_METADATA_DEPTH, Metadata, MetadataEntries,
    MetadataValue, Protection, Purpose, RecordBuffer, RecordError,
};
pub use crate::rules::{
    AnchorError, MAX_ALIAS_LENGTH, MAX_ANCHOR_SIZE, MAX_CREDENTIAL_ID_LENGTH, MAX_DEVICES,
    MAX_ORIGIN_LENGTH, MAX_PUBKEY_LENGTH, RESERVED_KEYS,
};
pub use crate::storage::{
    AllocateError, AnchorSource, Anchors, CreateError, MAX_STATE_LENGTH, OpenError,
    ReadAnchorError, ReadStateError, SetRangeError, SetSaltError, Storage, StoredAnchorError,
    WriteAnchorError, WriteStateError,
};
pub use crate::v9::{
    Account, AccountConfig, AccountCounts, AccountReference, Application, DEFAULT_ORIGIN,
    DUMMY_CREDENTIAL_ID, DeviceHistory, MemoryFinding, MemoryRule, MemoryUse, OpenIdKey, Part,
    Passkey, RecoveryKey, StoredAnchor, StoredItemError, StoredMemory, UnknownField,
    parse_account_references,
};
pub use crate::verify::{Finding, Rule, Severity, Summary, verify};
