//! The structures that canisters keep in stable memory: many memories in one, cells, maps.
//!
//! Internet Identity keeps its memory in them from layout 7 on. The bytes are those of the published
//! crate `ic-stable-structures`, releases 0.5 to 0.7; the code is not.

mod bytes;
mod cell;
mod manager;
mod map;

pub use self::cell::{Cell, OpenCellError, ReadCellError, WriteCellError};
pub use self::manager::{
    BUCKET_PAGES, InvalidMemoryId, MAX_BUCKETS, Manager, ManagerFinding, MemoryId,
    OpenManagerError, View, ViewMut,
};
pub use self::map::{
    ChunkRule, Entries, Entry, Keys, Map, MapCensus, MapFinding, MapRule, NodeRule, OpenMapError,
    OwnedEntry, ReadMapError, Shape, Values, WriteMapError,
};
