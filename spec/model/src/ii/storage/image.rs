//! Images of stable memory: pages of zeros with bytes in some places.

use alloc::collections::BTreeMap;

use serde_json::{Value, json};

use crate::input::{self, Fields, Malformed, hex};

/// The length of a page.
pub const PAGE: u64 = 65_536;

/// So many pages that offsets still fit into 64 bits. The protocol has no limit.
const MOST_PAGES: u64 = 1 << 40;

/// So many zeros, and a new chunk begins.
const GAP: usize = 64;

/// An image; pages that nobody wrote to are zeros.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Image {
    pages: u64,
    written: BTreeMap<u64, Vec<u8>>,
}

impl Image {
    /// An image of so many pages of zeros.
    #[must_use]
    pub fn new(pages: u64) -> Self {
        let written = BTreeMap::new();
        Self { pages, written }
    }

    /// How many pages there are.
    #[must_use]
    pub const fn pages(&self) -> u64 {
        self.pages
    }

    /// Reads the value of the protocol.
    ///
    /// # Errors
    ///
    /// Returns [`Malformed`] unless chunks are in order, apart, and inside the pages.
    pub fn from_json(value: &Value) -> Result<Self, Malformed> {
        let fields = Fields::of(value, &["pages", "chunks"])?;
        let pages = fields.number("pages")?;
        if pages > MOST_PAGES {
            return Err(Malformed::new("too many pages"));
        }
        let mut image = Self::new(pages);
        let length = pages.saturating_mul(PAGE);
        let mut end = 0;
        for chunk in fields.list("chunks")? {
            let [offset, bytes] = input::list(chunk)? else {
                return Err(Malformed::new("a chunk is an offset and bytes"));
            };
            let (offset, bytes) = (input::number(offset)?, input::bytes(bytes)?);
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if offset < end {
                return Err(Malformed::new("chunks overlap or are out of order"));
            }
            end = offset.saturating_add(size);
            if end > length {
                return Err(Malformed::new("a chunk is behind the last page"));
            }
            image.write(offset, &bytes);
        }
        Ok(image)
    }

    /// The value of the protocol, with few zeros.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut chunks: Vec<(u64, Vec<u8>)> = Vec::new();
        for (page, bytes) in &self.written {
            let mut zeros = GAP;
            for (place, byte) in bytes.iter().enumerate() {
                if *byte == 0 {
                    zeros = zeros.saturating_add(1);
                    continue;
                }
                match chunks.last_mut() {
                    Some((_, chunk)) if zeros < GAP => {
                        chunk.extend(core::iter::repeat_n(0, zeros));
                        chunk.push(*byte);
                    }
                    _ => {
                        let place = u64::try_from(place).unwrap_or(u64::MAX);
                        let offset = page.saturating_mul(PAGE).saturating_add(place);
                        chunks.push((offset, vec![*byte]));
                    }
                }
                zeros = 0;
            }
        }
        let chunks: Vec<Value> = chunks
            .iter()
            .map(|(offset, bytes)| json!([offset.to_string(), hex(bytes)]))
            .collect();
        json!({"pages": self.pages.to_string(), "chunks": chunks})
    }

    /// The bytes from `offset` on, if all of them are inside the image.
    #[must_use]
    pub fn read(&self, offset: u64, length: u64) -> Option<Vec<u8>> {
        if offset.checked_add(length)? > self.pages.saturating_mul(PAGE) {
            return None;
        }
        Some(self.read_padded(offset, length))
    }

    /// The bytes from `offset` on, and zeros for what is not inside the image.
    #[must_use]
    pub fn read_padded(&self, offset: u64, length: u64) -> Vec<u8> {
        let (mut bytes, mut offset, mut left) = (Vec::new(), offset, length);
        while left > 0 {
            let (page, place) = (offset / PAGE, offset % PAGE);
            let part = left.min(PAGE.saturating_sub(place));
            let start = usize::try_from(place).unwrap_or(usize::MAX);
            let count = usize::try_from(part).unwrap_or(usize::MAX);
            match self.written.get(&page) {
                Some(known) => bytes.extend(known.iter().skip(start).take(count)),
                None => bytes.extend(core::iter::repeat_n(0, count)),
            }
            offset = offset.saturating_add(part);
            left = left.saturating_sub(part);
        }
        bytes
    }

    /// Puts `bytes` at `offset`; the image grows if it must.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) {
        let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let (mut offset, mut rest) = (offset, bytes);
        while !rest.is_empty() {
            let (page, place) = (offset / PAGE, offset % PAGE);
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            let length = rest.len().min(size.saturating_sub(place));
            let (part, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            let known = self.written.entry(page).or_insert_with(|| vec![0; size]);
            for (old, new) in known.iter_mut().skip(place).zip(part) {
                *old = *new;
            }
            self.grow_to(page.saturating_add(1));
            offset = offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            rest = behind;
        }
    }

    /// Adds pages of zeros until there are so many.
    pub fn grow_to(&mut self, pages: u64) {
        self.pages = self.pages.max(pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_it_was_after_a_way_through_json() {
        let mut image = Image::new(3);
        image.write(PAGE - 1, &[1, 2]);
        image.write(2 * PAGE, &[0, 3, 0, 0, 4]);
        let value = json!({
            "pages": "3",
            "chunks": [["65535", "01"], ["65536", "02"], ["131073", "03000004"]],
        });
        assert_eq!(image.to_json(), value);
        let again = Image::from_json(&value).unwrap();
        assert_eq!(again.read(0, 3 * PAGE), image.read(0, 3 * PAGE));
    }

    #[test]
    fn reads_to_the_last_byte_and_no_further() {
        let image = Image::new(1);
        assert_eq!(image.read(PAGE - 1, 1), Some(vec![0]));
        assert_eq!(image.read(PAGE, 0), Some(Vec::new()));
        assert_eq!(image.read(PAGE, 1), None);
        assert_eq!(image.read(u64::MAX, 2), None);
        assert_eq!(image.read_padded(PAGE, 2), [0, 0]);
    }

    #[test]
    fn refuses_what_is_no_image_of_the_protocol() {
        for (chunks, pages) in [
            (json!([["1", "00"], ["0", "00"]]), "1"),
            (json!([["0", "0000"], ["1", "00"]]), "1"),
            (json!([["65535", "0000"]]), "1"),
            (json!([["0"]]), "1"),
            (json!([]), "18446744073709551615"),
        ] {
            let value = json!({"pages": pages, "chunks": chunks});
            assert!(Image::from_json(&value).is_err(), "{value}");
        }
    }
}
