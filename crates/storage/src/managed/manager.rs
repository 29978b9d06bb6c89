//! Up to 255 memories inside one.
//!
//! The manager keeps its table in one page of the *base* memory; behind that page the base is divided
//! into buckets of equal length, and each bucket belongs to one of the memories or to none.
//!
//! ```text
//!     0  magic "MGR"
//!     3  version, 1
//!     4  buckets in use, u16 little-endian, like all numbers here
//!     6  pages of a bucket, u16
//!     8  32 bytes, reserved
//!    40  length of each memory in pages, 255 times u64
//!  2080  owner of each bucket, 32768 bytes; 255 is nobody
//! 65536  first bucket
//! ```
//!
//! Source: crate `ic-stable-structures` 0.7.2, `src/memory_manager.rs`.

mod error;
mod view;

use alloc::vec;
use alloc::vec::Vec;

pub use self::error::{InvalidMemoryId, ManagerFinding, OpenManagerError};
pub use self::view::{View, ViewMut};
use super::bytes::{narrow, put, read_array, u16_at, u64_at, wide, write_growing};
use crate::{Memory, MemoryError, MemoryMut, PAGE_LENGTH};

/// The most buckets that a manager can have.
///
/// Source: crate `ic-stable-structures` 0.7.2, `MAX_NUM_BUCKETS`.
pub const MAX_BUCKETS: u16 = 32_768;

/// The pages of a bucket, if nobody asks for another number: 8 MiB.
///
/// Source: crate `ic-stable-structures` 0.7.2, `BUCKET_SIZE_IN_PAGES`.
pub const BUCKET_PAGES: u16 = 128;

const MAGIC: [u8; 3] = *b"MGR";
const VERSION: u8 = 1;
const NOBODY: u8 = u8::MAX;
const MEMORIES: usize = 255;
const RESERVED_OFFSET: usize = 8;
const RESERVED_LENGTH: usize = 32;
const SIZES_OFFSET: usize = 40;
const OWNERS_OFFSET: usize = 2_080;

/// The number of a memory inside a [`Manager`], from 0 to 254.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MemoryId(u8);

impl MemoryId {
    /// Returns the id `number`, or nothing if it is 255, which marks buckets that nobody owns.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number == NOBODY {
            None
        } else {
            Some(Self(number))
        }
    }

    /// Returns all ids in ascending order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..NOBODY).map(Self)
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl TryFrom<u8> for MemoryId {
    type Error = InvalidMemoryId;

    fn try_from(number: u8) -> Result<Self, InvalidMemoryId> {
        Self::new(number).ok_or(InvalidMemoryId)
    }
}

/// The table of a manager: which bucket belongs to which memory, and how long each memory is.
///
/// It holds no bytes. A view of one memory takes the base memory as an argument:
///
/// ```
/// use icid_storage::{BUCKET_PAGES, Manager, Memory, MemoryId, MemoryMut};
///
/// let mut base = Vec::new();
/// let mut manager = Manager::create(&mut base, 0, BUCKET_PAGES)?;
/// let id = MemoryId::try_from(7)?;
/// let mut memory = manager.view_mut(&mut base, id);
/// memory.grow(1)?;
/// memory.write(3, b"abc")?;
///
/// let manager = Manager::open(&base, 0)?;
/// let mut bytes = [0; 3];
/// manager.view(&base, id).read(3, &mut bytes)?;
/// assert_eq!(&bytes, b"abc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Manager {
    /// Where the table begins in the base memory.
    start: u64,
    /// How many buckets are in use; the others come behind them.
    buckets: u16,
    /// At least 1.
    bucket_pages: u16,
    reserved: [u8; RESERVED_LENGTH],
    /// By id, 255 of them. As the table says, which may be more than there is.
    sizes: Vec<u64>,
    /// By id, 255 of them: the buckets of each memory in their order.
    owned: Vec<Vec<u16>>,
}

impl Manager {
    /// Reads the table that begins at page `page` of `base`.
    ///
    /// Reads nothing but the table, however long the memories are. What the table says about them is
    /// not compared with what is there: [`Manager::check`] does that.
    ///
    /// # Errors
    ///
    /// See [`OpenManagerError`], whose variants are in the order of the checks.
    pub fn open<M: Memory>(base: &M, page: u64) -> Result<Self, OpenManagerError> {
        let start = page.saturating_mul(PAGE_LENGTH);
        let available = base.length().saturating_sub(start);
        if available == 0 {
            return Err(OpenManagerError::Empty);
        }
        let short = |needed: usize| OpenManagerError::TooShort {
            needed: wide(needed),
            length: available,
        };
        if available < wide(OWNERS_OFFSET) {
            return Err(short(OWNERS_OFFSET));
        }
        let header: [u8; OWNERS_OFFSET] = read_array(base, start)?;
        let [a, b, c, version, ..] = header;
        match [a, b, c] {
            MAGIC => {}
            [0, 0, 0] => return Err(OpenManagerError::Empty),
            found => return Err(OpenManagerError::Magic { found }),
        }
        if version != VERSION {
            return Err(OpenManagerError::Version { found: version });
        }
        let buckets = u16_at(&header, 4).unwrap_or_default();
        let bucket_pages = u16_at(&header, 6).unwrap_or_default();
        if bucket_pages == 0 {
            return Err(OpenManagerError::EmptyBuckets);
        }
        if buckets > MAX_BUCKETS {
            return Err(OpenManagerError::TooManyBuckets { found: buckets });
        }
        let end = OWNERS_OFFSET.saturating_add(usize::from(buckets));
        if available < wide(end) {
            return Err(short(end));
        }
        let mut owners = vec![NOBODY; usize::from(buckets)];
        base.read(start.saturating_add(wide(OWNERS_OFFSET)), &mut owners)?;
        let mut owned = vec![Vec::new(); MEMORIES];
        for (bucket, owner) in (0..buckets).zip(&owners) {
            if let Some(list) = owned.get_mut(usize::from(*owner)) {
                list.push(bucket);
            }
        }
        let mut reserved = [0; RESERVED_LENGTH];
        put(
            &mut reserved,
            0,
            header.get(RESERVED_OFFSET..).unwrap_or_default(),
        );
        let sizes = header.get(SIZES_OFFSET..).unwrap_or_default();
        Ok(Self {
            start,
            buckets,
            bucket_pages,
            reserved,
            sizes: sizes
                .chunks_exact(8)
                .filter_map(|size| u64_at(size, 0))
                .collect(),
            owned,
        })
    }

    /// Writes the table of a manager without buckets at page `page` of `base`, whatever was there
    /// before, and makes room for it.
    ///
    /// A `bucket_pages` of 0 means 1. It is one write.
    ///
    /// # Errors
    ///
    /// [`MemoryError`], and nothing is written.
    pub fn create<M: MemoryMut>(
        base: &mut M,
        page: u64,
        bucket_pages: u16,
    ) -> Result<Self, MemoryError> {
        let manager = Self {
            start: page.saturating_mul(PAGE_LENGTH),
            buckets: 0,
            bucket_pages: bucket_pages.max(1),
            reserved: [0; RESERVED_LENGTH],
            sizes: vec![0; MEMORIES],
            owned: vec![Vec::new(); MEMORIES],
        };
        let mut table = manager.table(0);
        table.resize(
            OWNERS_OFFSET.saturating_add(usize::from(MAX_BUCKETS)),
            NOBODY,
        );
        write_growing(base, manager.start, &table)?;
        Ok(manager)
    }

    /// Returns the memory `id` of `base`, to be read.
    #[must_use]
    pub fn view<M: Memory>(&self, base: M, id: MemoryId) -> View<'_, M> {
        View::new(self, base, id)
    }

    /// Returns the memory `id` of `base`, to be read and written, and to grow.
    #[must_use]
    pub fn view_mut<M: MemoryMut>(&mut self, base: M, id: MemoryId) -> ViewMut<'_, M> {
        ViewMut::new(self, base, id)
    }

    /// Returns how many buckets are in use.
    #[must_use]
    pub fn buckets(&self) -> u16 {
        self.buckets
    }

    /// Returns how many pages a bucket has.
    #[must_use]
    pub fn bucket_pages(&self) -> u16 {
        self.bucket_pages
    }

    /// Returns the length of the memory `id` in pages: what the table says, but not more than its
    /// buckets have.
    #[must_use]
    pub fn pages(&self, id: MemoryId) -> u64 {
        self.announced(id).min(self.owned_pages(id))
    }

    /// Compares the table with itself and with `base`, and tells `report` what is wrong with them.
    ///
    /// # Errors
    ///
    /// [`MemoryError`] if `base` cannot be read.
    pub fn check<M: Memory>(
        &self,
        base: &M,
        report: &mut dyn FnMut(ManagerFinding),
    ) -> Result<(), MemoryError> {
        let needed = self.bucket_start(self.buckets);
        if base.length() < needed {
            report(ManagerFinding::BucketsBeyondMemory {
                buckets: self.buckets,
                needed,
                length: base.length(),
            });
        }
        self.check_owners(base, report)?;
        for id in MemoryId::all() {
            let (pages, owned) = (self.announced(id), self.owned_pages(id));
            if pages > owned {
                report(ManagerFinding::SizeBeyondBuckets { id, pages, owned });
            }
            if owned.saturating_sub(pages) >= u64::from(self.bucket_pages) {
                report(ManagerFinding::UnusedBuckets { id, pages, owned });
            }
            let memory = self.view(base, id);
            if memory.length() > 0 && is_manager(&memory)? {
                report(ManagerFinding::ManagerInside { id });
            }
        }
        Ok(())
    }

    fn check_owners<M: Memory>(
        &self,
        base: &M,
        report: &mut dyn FnMut(ManagerFinding),
    ) -> Result<(), MemoryError> {
        let from = self.start.saturating_add(wide(OWNERS_OFFSET));
        let available = narrow(base.length().saturating_sub(from)).min(usize::from(MAX_BUCKETS));
        let mut owners = vec![NOBODY; available];
        base.read(from, &mut owners)?;
        for (bucket, owner) in (0..MAX_BUCKETS).zip(owners) {
            match (bucket < self.buckets, MemoryId::new(owner)) {
                (true, None) => report(ManagerFinding::UnownedBucket { bucket }),
                (false, Some(owner)) => report(ManagerFinding::StrayBucket { bucket, owner }),
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes the memory `id` longer by `pages`, and the base as long as it takes.
    ///
    /// The base grows first; then the table changes in one write. Whoever stops before it has the
    /// memories from before, and a base that is perhaps longer.
    fn grow<M: MemoryMut>(
        &mut self,
        base: &mut M,
        id: MemoryId,
        pages: u64,
    ) -> Result<(), MemoryError> {
        let full = MemoryError::Full { pages };
        let new = self.pages(id).checked_add(pages).ok_or(full)?;
        let needed = new.div_ceil(u64::from(self.bucket_pages));
        let has = wide(self.owned.get(id.index()).map_or(0, Vec::len));
        let more = u16::try_from(needed.saturating_sub(has)).map_err(|_| full)?;
        let buckets = self.buckets.checked_add(more).ok_or(full)?;
        if buckets > MAX_BUCKETS {
            return Err(full);
        }
        let mut grown = Self {
            buckets,
            ..self.clone()
        };
        if let Some(size) = grown.sizes.get_mut(id.index()) {
            *size = new;
        }
        if let Some(list) = grown.owned.get_mut(id.index()) {
            list.extend(self.buckets..buckets);
        }
        super::bytes::reach(base, grown.bucket_start(buckets))?;
        if more == 0 {
            let place = id.index().saturating_mul(8).saturating_add(SIZES_OFFSET);
            base.write(self.start.saturating_add(wide(place)), &new.to_le_bytes())?;
        } else {
            base.write(self.start, &grown.table(buckets))?;
        }
        *self = grown;
        Ok(())
    }

    /// Returns the table up to the owners of `buckets` buckets.
    fn table(&self, buckets: u16) -> Vec<u8> {
        let mut table = vec![0; OWNERS_OFFSET];
        put(&mut table, 0, &MAGIC);
        put(&mut table, 3, &[VERSION]);
        put(&mut table, 4, &self.buckets.to_le_bytes());
        put(&mut table, 6, &self.bucket_pages.to_le_bytes());
        put(&mut table, RESERVED_OFFSET, &self.reserved);
        for (place, size) in (SIZES_OFFSET..).step_by(8).zip(&self.sizes) {
            put(&mut table, place, &size.to_le_bytes());
        }
        table.resize(OWNERS_OFFSET.saturating_add(usize::from(buckets)), NOBODY);
        for (owner, list) in (0..NOBODY).zip(&self.owned) {
            for bucket in list {
                put(
                    &mut table,
                    OWNERS_OFFSET.saturating_add(usize::from(*bucket)),
                    &[owner],
                );
            }
        }
        table
    }

    fn announced(&self, id: MemoryId) -> u64 {
        self.sizes.get(id.index()).copied().unwrap_or_default()
    }

    fn owned_pages(&self, id: MemoryId) -> u64 {
        let buckets = self.owned.get(id.index()).map_or(0, Vec::len);
        wide(buckets).saturating_mul(u64::from(self.bucket_pages))
    }

    fn bucket_length(&self) -> u64 {
        u64::from(self.bucket_pages).saturating_mul(PAGE_LENGTH)
    }

    /// Where the bucket begins in the base memory.
    fn bucket_start(&self, bucket: u16) -> u64 {
        let before = u64::from(bucket).saturating_mul(self.bucket_length());
        self.start
            .saturating_add(PAGE_LENGTH)
            .saturating_add(before)
    }

    /// Where byte `offset` of the memory `id` is in the base memory, and how many bytes there are
    /// from it to the end of the bucket.
    fn place(&self, id: MemoryId, offset: u64) -> Option<(u64, u64)> {
        let length = self.bucket_length();
        let index = narrow(offset.checked_div(length)?);
        let bucket = self.owned.get(id.index())?.get(index)?;
        let inside = offset.checked_rem(length)?;
        let start = self.bucket_start(*bucket).saturating_add(inside);
        Some((start, length.saturating_sub(inside)))
    }
}

/// Returns whether a memory of this manager has a manager of its own.
fn is_manager(memory: &impl Memory) -> Result<bool, MemoryError> {
    match Manager::open(memory, 0) {
        Ok(_) => Ok(true),
        Err(OpenManagerError::Memory(error @ MemoryError::Device)) => Err(error),
        Err(_) => Ok(false),
    }
}

#[cfg(test)]
mod tests;
