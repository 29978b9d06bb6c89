//! All anchors, one after the other.

use crate::memory::Memory;
use crate::record::{Anchor, RecordBuffer};

use super::{ReadAnchorError, Storage};

/// The anchors of a [`Storage`], by their numbers.
///
/// It has room for one record, so that reading a million anchors allocates nothing. That is why it is
/// no `Iterator`: an anchor is gone when the next one is read.
///
/// ```
/// use icid_storage::{AnchorRecord, IdRange, Storage, Version};
///
/// let mut storage = Storage::create(Vec::new(), Version::V1, IdRange::new(10_000, 20_000)?)?;
/// storage.append(&AnchorRecord::new())?;
/// let mut anchors = storage.anchors();
/// while let Some((number, anchor)) = anchors.next() {
///     match anchor {
///         Ok(anchor) => println!("{number} has {} devices", anchor.device_count()),
///         Err(error) => println!("{number}: {error}"),
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Anchors<'s, M> {
    storage: &'s Storage<M>,
    next: u32,
    buffer: RecordBuffer,
}

impl<'s, M: Memory> Anchors<'s, M> {
    pub(super) const fn new(storage: &'s Storage<M>) -> Self {
        Self {
            storage,
            next: 0,
            buffer: RecordBuffer::new(),
        }
    }

    /// Reads the next anchor. One that cannot be read does not keep the others from it.
    #[expect(
        clippy::should_implement_trait,
        reason = "what it returns borrows from it, which `Iterator` cannot say"
    )]
    pub fn next(&mut self) -> Option<(u64, Result<Anchor<'_>, ReadAnchorError>)> {
        let index = self.next;
        if index >= self.storage.anchor_count() {
            return None;
        }
        self.next = index.saturating_add(1);
        let number = self.storage.header.number(index);
        Some((number, self.storage.anchor_at(index, &mut self.buffer)))
    }

    /// Goes on with the anchor that has this number, or the first one after it.
    pub fn skip_to(&mut self, number: u64) {
        let start = self.storage.header.range().start();
        let index = number.saturating_sub(start);
        self.next = u32::try_from(index).unwrap_or(u32::MAX);
    }
}
