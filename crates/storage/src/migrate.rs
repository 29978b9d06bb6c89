//! From one layout to a later one, in place.

mod derive;
mod error;
mod steps;

use alloc::vec::Vec;

use crate::edit::{ConvertError, convert};
use crate::header::Version;
use crate::memory::MemoryMut;
use crate::record::{Anchor, RecordBuffer};
use crate::storage::{Layout, ReadAnchorError, Storage, check_fits};

pub use self::error::MigrateError;

/// A migration of an image to a later layout, in steps.
///
/// It works in place, with room for a record or two, in time linear in the number of anchors. First
/// every record is read, so that an image that cannot be migrated stays as it is; one that has the
/// layout already is only read. Then the layouts follow one another: 1, 2, 3, 4, 5, 6, 7, 8, 9. In 2
/// records move, the last one first; in 4 they are rewritten, the last one first; from 8 to 9 they
/// stay, and what layout 9 has beside them is derived from them.
///
/// What it keeps: numbers, salt, every value of every anchor with fields that nobody knows, the
/// persistent state byte for byte, other memories. What it drops: bytes behind the content of a
/// record, which mean nothing, and the old places of records that moved. A range with more numbers
/// than there is room for is written as it was read, which is cut off.
///
/// Whoever stops after any write, or is stopped, opens the image again and has the same anchors. A
/// new migration goes on from there.
///
/// # Example
///
/// ```
/// use icid_storage::{IdRange, Migration, Storage, Version};
///
/// let storage = Storage::create(Vec::new(), Version::V1, IdRange::new(10_000, 20_000)?)?;
/// let mut migration = Migration::new(storage, Version::V8)?;
/// while !migration.step(1000)?.is_finished() {}
/// assert_eq!(migration.into_storage().version(), Version::V8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Migration<M> {
    storage: Storage<M>,
    target: Version,
    /// How many records were checked.
    checked: u32,
    /// From layout 8 to 9: the next record to be derived from, once it is known.
    derived: Option<u32>,
    buffer: RecordBuffer,
}

/// How far a [`Migration`] went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    version: Version,
    done: u64,
    total: u64,
    is_finished: bool,
}

impl<M: MemoryMut> Migration<M> {
    /// Begins a migration, or goes on with one that stopped. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// In this order: [`MigrateError::NoTarget`], [`MigrateError::Backwards`],
    /// [`MigrateError::Irregular`].
    pub fn new(storage: Storage<M>, target: Version) -> Result<Self, MigrateError> {
        let from = storage.version();
        if target.is_moving() {
            return Err(MigrateError::NoTarget { version: target });
        }
        // spec: II-STORE-23
        if target < from {
            return Err(MigrateError::Backwards { from, to: target });
        }
        if target != from && !storage.header().is_regular() {
            return Err(MigrateError::Irregular);
        }
        Ok(Self {
            storage,
            target,
            checked: 0,
            derived: None,
            buffer: RecordBuffer::new(),
        })
    }

    /// Goes on for at most so many records, and at least one. Reading a record before the first write
    /// counts, too.
    ///
    /// A new [`Migration`] reads all records again before it writes. Who opens the image anew for each
    /// step, with no more records in a step than there are anchors, does not get on: keep this value
    /// between steps, or use larger ones.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`]. The image can be opened again and has the same anchors.
    pub fn step(&mut self, records: u32) -> Result<Progress, MigrateError> {
        let mut left = records.max(1);
        while left > 0 && !self.is_finished() {
            if self.checked < self.storage.anchor_count() {
                self.check(self.checked)?;
                self.checked = self.checked.saturating_add(1);
            } else {
                self.advance()?;
            }
            left = left.saturating_sub(1);
        }
        Ok(self.progress())
    }

    /// Goes on to the end.
    ///
    /// # Errors
    ///
    /// As [`Migration::step`].
    pub fn finish(mut self) -> Result<Storage<M>, MigrateError> {
        while !self.step(u32::MAX)?.is_finished() {}
        Ok(self.storage)
    }

    /// Returns how far it went.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let version = self.storage.version();
        let count = u64::from(self.storage.anchor_count());
        let moving = self.storage.header().moving();
        let left = moving.map_or(0, |moving| u64::from(moving.new_layout_start));
        let (moves, rewrites) = match version {
            Version::V1 => (count, count),
            Version::V2 => (left, count),
            Version::V3 => (0, count),
            Version::V4 => (0, left),
            _ => (0, 0),
        };
        let needed = |is_needed, records| if is_needed { records } else { 0 };
        let moves = needed(self.target >= Version::V3, moves);
        let rewrites = needed(self.target >= Version::V5, rewrites);
        let underived = count.saturating_sub(u64::from(self.derived.unwrap_or_default()));
        let derives = needed(
            self.target >= Version::V9 && version < Version::V9,
            underived,
        );
        let unchecked = count.saturating_sub(u64::from(self.checked));
        let is_finished = self.is_finished();
        let left = needed(!is_finished, unchecked)
            .saturating_add(moves)
            .saturating_add(rewrites)
            .saturating_add(derives);
        // At most so many times as many as there are anchors.
        let times = if self.target >= Version::V9 { 4 } else { 3 };
        let total = count.saturating_mul(times).max(left);
        Progress {
            version,
            done: total.saturating_sub(left),
            total,
            is_finished,
        }
    }

    /// Returns the storage, however far it went.
    #[must_use]
    pub fn into_storage(self) -> Storage<M> {
        self.storage
    }

    fn is_finished(&self) -> bool {
        self.storage.version() == self.target && self.checked >= self.storage.anchor_count()
    }

    /// Checks that a record can be read, and written in the form that the target has.
    fn check(&mut self, index: u32) -> Result<(), MigrateError> {
        let number = self.storage.header().number(index);
        let anchor = self
            .storage
            .anchor_at(index, &mut self.buffer)
            .map_err(|error| unreadable(number, error))?;
        if self.target >= Version::V5 {
            // spec: II-STORE-28
            let header = self.storage.header().in_version(Version::V5);
            let new = Layout::of(&header).place(index);
            let content = rewrite(number, &anchor)?;
            check_fits(&content, new).map_err(|error| MigrateError::Encode { number, error })?;
        }
        Ok(())
    }
}

impl Progress {
    /// Returns the version of the layout that the image has now.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns how many records were dealt with. A record counts once for reading it, once for
    /// moving it, once for rewriting it and once for deriving from it.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.done
    }

    /// Returns how many records are to be dealt with in all.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Returns whether the image has the layout that it was to have.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.is_finished
    }
}

/// Returns the content of the record of an anchor since layout 5.
fn rewrite(number: u64, anchor: &Anchor<'_>) -> Result<Vec<u8>, MigrateError> {
    convert(anchor).map_err(|error| match error {
        ConvertError::Encode(error) => MigrateError::Encode { number, error },
        ConvertError::Record(error) => MigrateError::Record { number, error },
    })
}

fn unreadable(number: u64, error: ReadAnchorError) -> MigrateError {
    match error {
        ReadAnchorError::Memory { error } => MigrateError::Memory { error },
        ReadAnchorError::NoSuchAnchor { number } => MigrateError::NoSuchAnchor { number },
        ReadAnchorError::Record { error } => MigrateError::Record { number, error },
        ReadAnchorError::Stored { error } => error.into(),
    }
}
