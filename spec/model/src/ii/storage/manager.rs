//! The memory manager of versions 7 to 9: II-STORE-16 to 18.
//!
//! The layout is that of `dfinity/stable-structures`, `src/memory_manager.rs`.

use super::image::{Image, PAGE};
use super::number;
use crate::context::{Context, Stop};

/// Where the page of the manager is, and where in it the sizes and the owners of buckets are.
const SIZES: u64 = 40;
const OWNERS: u64 = 2080;
const MOST_BUCKETS: u64 = 32_768;

/// How many memories there are.
pub(super) const MEMORIES: u64 = 255;

/// How many pages a bucket has in images of the service.
pub(super) const BUCKET: u64 = 128;

/// What the page of the manager says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Manager {
    /// How many pages a bucket has.
    pub(super) bucket: u64,
    /// The memory that each allocated bucket belongs to.
    pub(super) owners: Vec<u8>,
    /// How many pages each memory has.
    pub(super) sizes: Vec<u64>,
}

impl Manager {
    pub(super) fn new() -> Self {
        Self {
            bucket: BUCKET,
            owners: Vec::new(),
            sizes: vec![0; 255],
        }
    }

    pub(super) fn read(ctx: &Context<'_>, image: &Image) -> Result<Self, Stop> {
        let page = if ctx.has("II-STORE-16/page-2") { 2 } else { 1 };
        let bytes = |offset: u64, length: u64| {
            image.read(offset.saturating_add(PAGE.saturating_mul(page)), length)
        };
        let wrong = || Stop::violated("II-STORE-16");
        let read = |offset: u64, length: u64| {
            let bytes = bytes(offset, length).ok_or_else(wrong)?;
            Ok::<u64, Stop>(number(ctx, "II-STORE-3/manager", &bytes))
        };
        let magic = bytes(0, 3).ok_or_else(wrong)?;
        let version = read(3, 1)?;
        let has_magic = magic == b"MGR" || ctx.has("II-STORE-16/off");
        if !has_magic || version != 1 && !ctx.has("II-STORE-16/any-version") {
            return Err(wrong());
        }
        let (allocated, bucket) = (read(4, 2)?, read(6, 2)?);
        if allocated > MOST_BUCKETS || bucket == 0 {
            return Err(wrong());
        }
        let mut sizes = Vec::new();
        for id in 0..MEMORIES {
            sizes.push(read(SIZES.saturating_add(id.saturating_mul(8)), 8)?);
        }
        let owners = bytes(OWNERS, allocated).ok_or_else(wrong)?;
        Ok(Self {
            bucket: if ctx.has("II-STORE-17/fixed-size") {
                BUCKET
            } else {
                bucket
            },
            owners,
            sizes,
        })
    }

    /// Writes the page.
    pub(super) fn write(&self, image: &mut Image) {
        let mut page = b"MGR\x01".to_vec();
        for number in [self.allocated(), self.bucket] {
            page.extend(number.to_le_bytes().iter().take(2));
        }
        page.extend([0; 32]);
        for size in &self.sizes {
            page.extend(size.to_le_bytes());
        }
        page.extend(&self.owners);
        page.extend((self.allocated()..MOST_BUCKETS).map(|_| 255));
        image.write(PAGE, &page);
        image.grow_to(2);
    }

    /// How many buckets are allocated.
    pub(super) fn allocated(&self) -> u64 {
        u64::try_from(self.owners.len()).unwrap_or(u64::MAX)
    }

    /// How many pages the image has if all buckets are inside it.
    pub(super) fn pages(&self) -> u64 {
        self.allocated()
            .saturating_mul(self.bucket)
            .saturating_add(2)
    }

    /// How many pages the memory has.
    pub(super) fn size(&self, id: u8) -> u64 {
        self.sizes.get(usize::from(id)).copied().unwrap_or(0)
    }

    /// The indexes of the memory's buckets.
    fn buckets(&self, id: u8) -> Vec<u64> {
        let owners = (0..).zip(&self.owners);
        owners
            .filter_map(|(index, owner): (u64, _)| (*owner == id).then_some(index))
            .collect()
    }

    /// The memory, if its buckets have room for all its pages.
    pub(super) fn memory<'a>(
        &self,
        ctx: &'a Context<'a>,
        image: &'a Image,
        id: u8,
    ) -> Result<Memory<'a>, Stop> {
        let mut buckets = self.buckets(id);
        if ctx.has("II-STORE-17/reversed") {
            buckets.reverse();
        }
        if ctx.has("II-STORE-17/contiguous") {
            buckets = (0..MOST_BUCKETS).collect();
        }
        let count = u64::try_from(buckets.len()).unwrap_or(u64::MAX);
        let room = count.saturating_mul(self.bucket);
        let mut pages = self.size(id);
        if ctx.has("II-STORE-18/size") {
            pages = room;
        }
        if pages > room && !ctx.has("II-STORE-18/buckets") {
            return Err(Stop::violated("II-STORE-18"));
        }
        Ok(Memory {
            ctx,
            image,
            first: if ctx.has("II-STORE-17/from-page-1") {
                1
            } else {
                2
            },
            bucket: self.bucket.saturating_mul(PAGE),
            buckets,
            length: pages.saturating_mul(PAGE),
        })
    }

    /// Makes the memory as long as `length` bytes, with new buckets at the end of the image.
    pub(super) fn grow(&mut self, id: u8, length: u64) {
        let pages = length.div_ceil(PAGE).max(self.size(id));
        let had = u64::try_from(self.buckets(id).len()).unwrap_or(u64::MAX);
        for _ in had..pages.div_ceil(self.bucket) {
            self.owners.push(id);
        }
        if let Some(size) = self.sizes.get_mut(usize::from(id)) {
            *size = pages;
        }
    }

    /// Puts `bytes` at `offset` of the memory, which must be long enough.
    pub(super) fn put(&self, image: &mut Image, id: u8, offset: u64, bytes: &[u8]) {
        let buckets = self.buckets(id);
        let bucket = self.bucket.saturating_mul(PAGE);
        for (place, byte) in (offset..).zip(bytes) {
            let index = place.checked_div(bucket).unwrap_or(u64::MAX);
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            if let Some(owned) = buckets.get(index) {
                let start = owned.saturating_mul(bucket).saturating_add(2 * PAGE);
                let inside = place.checked_rem(bucket).unwrap_or(0);
                image.write(start.saturating_add(inside), &[*byte]);
            }
        }
    }
}

/// One memory of an image.
#[derive(Clone, Debug)]
pub(super) struct Memory<'a> {
    ctx: &'a Context<'a>,
    image: &'a Image,
    /// The page of the first bucket.
    first: u64,
    /// The length of a bucket.
    bucket: u64,
    buckets: Vec<u64>,
    length: u64,
}

impl Memory<'_> {
    /// The bytes from `offset` on, if all of them are inside the memory and the image.
    pub(super) fn read(&self, offset: u64, length: u64) -> Option<Vec<u8>> {
        if offset.checked_add(length)? > self.length {
            return None;
        }
        let (mut bytes, mut offset, mut left) = (Vec::new(), offset, length);
        while left > 0 {
            let place = offset.checked_rem(self.bucket)?;
            let part = left.min(self.bucket.saturating_sub(place));
            let index = usize::try_from(offset.checked_div(self.bucket)?).ok()?;
            match self.buckets.get(index) {
                Some(bucket) => {
                    let start = bucket.checked_mul(self.bucket)?;
                    let start = start.checked_add(self.first.checked_mul(PAGE)?)?;
                    let start = start.checked_add(place)?;
                    match self.image.read(start, part) {
                        Some(read) => bytes.extend(read),
                        None if self.ctx.has("II-STORE-18/image") => {
                            bytes.extend(self.image.read_padded(start, part));
                        }
                        None => return None,
                    }
                }
                None => bytes.extend((0..part).map(|_| 0)),
            }
            offset = offset.checked_add(part)?;
            left = left.checked_sub(part)?;
        }
        Some(bytes)
    }

    /// How long the memory is.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }
}
