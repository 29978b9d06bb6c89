//! Images of stable memory under construction, with whatever is wrong about them.

use model::ii::storage::image::{Image, PAGE};
use serde_json::Value;

/// The salt of all images that have one.
pub(super) const SALT: [u8; 32] = [0x43; 32];

/// Where records begin in version 1, and from version 3 on.
pub(super) const OLD: u64 = 512;
pub(super) const NEW: u64 = 131_072;

/// An image under construction.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) magic: [u8; 3],
    pub(super) version: u8,
    /// The number of anchors, where it is not that of the records.
    pub(super) count: Option<u32>,
    pub(super) range: (u64, u64),
    pub(super) entry: u16,
    pub(super) salt: [u8; 32],
    /// What follows the salt.
    pub(super) tail: Vec<u8>,
    /// The values of records with their lengths.
    pub(super) records: Vec<Vec<u8>>,
    /// The index of the first record of the new kind: versions 2 and 4.
    pub(super) start: usize,
    /// The persistent state.
    pub(super) state: Option<Vec<u8>>,
    /// How many pages there are, where that is not just enough.
    pub(super) pages: Option<u64>,
    /// The memory manager of versions 7 to 9.
    pub(super) manager: Manager,
    /// Bytes that are written over everything else.
    pub(super) patches: Vec<(u64, Vec<u8>)>,
}

/// The page of a memory manager.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    pub(super) magic: [u8; 3],
    pub(super) version: u8,
    pub(super) bucket: u16,
    pub(super) owners: Vec<u8>,
    /// Sizes of memories in pages; that of memory 0 follows from the records if it is not here.
    pub(super) sizes: Vec<(u8, u64)>,
}

/// A value with its length in front.
pub(super) fn entry(value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    [&length.to_le_bytes(), value].concat()
}

impl Draft {
    /// An image of that version with these values of records.
    pub(super) fn new(version: u8, values: &[Vec<u8>]) -> Self {
        let is_old = version < 3;
        Self {
            magic: *b"IIC",
            version,
            count: None,
            range: (10_000, 3_784_873),
            entry: if is_old { 2048 } else { 4096 },
            salt: SALT,
            tail: match version {
                1 | 9 => Vec::new(),
                2 => b"\x00\x10".to_vec(),
                _ => NEW.to_le_bytes().to_vec(),
            },
            records: values.iter().map(|value| entry(value)).collect(),
            start: 0,
            state: None,
            pages: None,
            manager: Manager {
                magic: *b"MGR",
                version: 1,
                bucket: 128,
                owners: vec![0],
                sizes: Vec::new(),
            },
            patches: Vec::new(),
        }
    }

    fn is_managed(&self) -> bool {
        self.version >= 7
    }

    /// Where the record with this index is: in the image, or in memory 0.
    pub(super) fn place(&self, index: usize) -> u64 {
        let is_old = self.version == 1 || self.version == 2 && index < self.start;
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        let row = |first: u64, size: u64| first.saturating_add(index.saturating_mul(size));
        if is_old {
            row(OLD, 2048)
        } else if self.is_managed() {
            row(0, 4096)
        } else {
            row(NEW, 4096)
        }
    }

    /// The image as the protocol has it.
    pub(super) fn json(&self) -> Value {
        let mut image = Image::new(1);
        let mut header = self.magic.to_vec();
        header.push(self.version);
        let count = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        header.extend(self.count.unwrap_or(count).to_le_bytes());
        header.extend(self.range.0.to_le_bytes());
        header.extend(self.range.1.to_le_bytes());
        header.extend(self.entry.to_le_bytes());
        header.extend(self.salt);
        header.extend(&self.tail);
        if matches!(self.version, 2 | 4) {
            let start = u32::try_from(self.start).unwrap_or(u32::MAX);
            header.extend(start.to_le_bytes());
            header.extend(100_u32.to_le_bytes());
        }
        image.write(0, &header);

        let mut ends = vec![0];
        for (index, record) in self.records.iter().enumerate() {
            ends.push(self.put(&mut image, self.place(index), record));
        }
        if let Some(state) = &self.state {
            let length = u64::try_from(state.len()).unwrap_or(u64::MAX);
            if self.version == 9 {
                let bytes = [b"SCL\x01", &length.to_le_bytes()[..4], state].concat();
                self.put_in(2, &mut image, 0, &bytes);
            } else {
                let bytes = [b"IIPS", &length.to_le_bytes()[..], state].concat();
                ends.push(self.put(&mut image, self.place(self.records.len()), &bytes));
            }
        }
        if self.is_managed() {
            let length = ends.iter().copied().max().unwrap_or(0);
            self.manager.write(&mut image, length.div_ceil(PAGE));
        }
        for (offset, bytes) in &self.patches {
            image.write(*offset, bytes);
        }
        match self.pages {
            Some(pages) if pages < image.pages() => {
                let mut cut = Image::new(pages);
                cut.write(0, &image.read_padded(0, pages.saturating_mul(PAGE)));
                cut.to_json()
            }
            pages => {
                image.grow_to(pages.unwrap_or(0));
                image.to_json()
            }
        }
    }

    /// Writes to where the records are, and returns where the bytes end.
    fn put(&self, image: &mut Image, offset: u64, bytes: &[u8]) -> u64 {
        if self.is_managed() {
            self.put_in(0, image, offset, bytes);
        } else {
            image.write(offset, bytes);
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        offset.saturating_add(length)
    }

    /// Writes to a memory, bucket by bucket.
    pub(super) fn put_in(&self, id: u8, image: &mut Image, offset: u64, bytes: &[u8]) {
        let length = u64::from(self.manager.bucket).saturating_mul(PAGE);
        let owners = (0_u64..).zip(&self.manager.owners);
        let buckets: Vec<u64> = owners
            .filter_map(|(index, owner)| (*owner == id).then_some(index))
            .collect();
        for (place, byte) in (offset..).zip(bytes) {
            let index = place.checked_div(length).unwrap_or(u64::MAX);
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            if let Some(bucket) = buckets.get(index) {
                let start = bucket.saturating_mul(length).saturating_add(2 * PAGE);
                let inside = place.checked_rem(length).unwrap_or(0);
                image.write(start.saturating_add(inside), &[*byte]);
            }
        }
    }
}

impl Manager {
    fn write(&self, image: &mut Image, pages: u64) {
        let mut page = self.magic.to_vec();
        page.push(self.version);
        let allocated = u16::try_from(self.owners.len()).unwrap_or(u16::MAX);
        page.extend(allocated.to_le_bytes());
        page.extend(self.bucket.to_le_bytes());
        page.extend([0; 32]);
        for id in 0..255_u8 {
            let known = self.sizes.iter().find(|(known, _)| *known == id);
            let size = match known {
                Some((_, size)) => *size,
                None if id == 0 => pages,
                None => 0,
            };
            page.extend(size.to_le_bytes());
        }
        page.extend(&self.owners);
        page.resize(2080 + 32_768, 255);
        image.write(PAGE, &page);
        let buckets = u64::from(allocated).saturating_mul(u64::from(self.bucket));
        image.grow_to(buckets.saturating_add(2));
    }
}
