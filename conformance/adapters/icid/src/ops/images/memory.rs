//! Images of the protocol as memories: only pages with something in them are kept.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;
use storage::Memory;
use storage::MemoryError;
use storage::MemoryMut;
use storage::PAGE_LENGTH;

use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::bytes;
use crate::input::error;
use crate::input::hex;
use crate::input::list;
use crate::input::number;

/// A memory of zeros, apart from some pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    count: u64,
    written: BTreeMap<u64, Vec<u8>>,
}

/// So many zeros between two bytes, and a new chunk begins.
const GAP: usize = 64;

impl Pages {
    /// Reads an image: chunks in order, apart, and inside the pages.
    pub(super) fn from_json(value: &Value) -> Result<Self, Refusal> {
        let fields = Fields::of(value, &["pages", "chunks"])?;
        let count = number(fields.required("pages")?)?;
        if count.checked_mul(PAGE_LENGTH).is_none() {
            return Err(error("found more pages than offsets can reach"));
        }
        let mut pages = Self {
            count,
            written: BTreeMap::new(),
        };
        let mut end = 0;
        for chunk in list(fields.required("chunks")?)? {
            let [offset, content] = list(chunk)? else {
                return Err(error("found a chunk that is no offset and bytes"));
            };
            let (offset, content) = (number(offset)?, bytes(content)?);
            if offset < end {
                return Err(error("found chunks that overlap or are out of order"));
            }
            pages
                .write(offset, &content)
                .map_err(|why| Refusal::Error(why.to_string()))?;
            end = offset.saturating_add(wide(content.len()));
        }
        Ok(pages)
    }

    /// Writes the image, without long rows of zeros.
    pub(super) fn to_json(&self) -> Value {
        let mut chunks: Vec<(u64, Vec<u8>)> = Vec::new();
        for (page, content) in &self.written {
            let mut rest = content.as_slice();
            let mut offset = page.saturating_mul(PAGE_LENGTH);
            while let Some(start) = rest.iter().position(|byte| *byte != 0) {
                let (_, from) = rest.split_at_checked(start).unwrap_or_default();
                let zeros = from
                    .windows(GAP)
                    .position(|row| row.iter().all(|it| *it == 0));
                let (chunk, behind) = from
                    .split_at_checked(zeros.unwrap_or(from.len()))
                    .unwrap_or_default();
                offset = offset.saturating_add(wide(start));
                chunks.push((offset, chunk.to_vec()));
                offset = offset.saturating_add(wide(chunk.len()));
                rest = behind;
            }
        }
        let chunks: Vec<Value> = chunks
            .iter()
            .map(|(offset, chunk)| json!([offset.to_string(), hex(chunk)]))
            .collect();
        json!({"pages": self.count.to_string(), "chunks": chunks})
    }

    /// Returns a byte, 0 behind the end.
    pub(super) fn byte(&self, offset: u64) -> u8 {
        let mut byte = [0];
        let [byte] = self.read(offset, &mut byte).map_or([0], |()| byte);
        byte
    }

    fn check(&self, offset: u64, length: usize) -> Result<(), MemoryError> {
        let memory = self.length();
        let length = wide(length);
        match offset.checked_add(length) {
            Some(end) if end <= memory => Ok(()),
            _ => Err(MemoryError::OutOfBounds {
                offset,
                length,
                memory,
            }),
        }
    }
}

impl Memory for Pages {
    fn length(&self) -> u64 {
        self.count.saturating_mul(PAGE_LENGTH)
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.check(offset, buffer.len())?;
        let mut offset = offset;
        let mut rest = buffer;
        while !rest.is_empty() {
            let (page, place) = (offset / PAGE_LENGTH, narrow(offset % PAGE_LENGTH));
            let length = rest.len().min(narrow(PAGE_LENGTH).saturating_sub(place));
            let (part, behind) = rest.split_at_mut(length);
            let source = self.written.get(&page);
            match source.and_then(|page| page.get(place..place.saturating_add(length))) {
                Some(source) => part.copy_from_slice(source),
                None => part.fill(0),
            }
            offset = offset.saturating_add(wide(length));
            rest = behind;
        }
        Ok(())
    }
}

impl MemoryMut for Pages {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.check(offset, bytes.len())?;
        let mut offset = offset;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (page, place) = (offset / PAGE_LENGTH, narrow(offset % PAGE_LENGTH));
            let length = rest.len().min(narrow(PAGE_LENGTH).saturating_sub(place));
            let (part, behind) = rest.split_at_checked(length).unwrap_or_default();
            let page = self.written.entry(page);
            let page = page.or_insert_with(|| vec![0; narrow(PAGE_LENGTH)]);
            if let Some(target) = page.get_mut(place..place.saturating_add(length)) {
                target.copy_from_slice(part);
            }
            offset = offset.saturating_add(wide(length));
            rest = behind;
        }
        Ok(())
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        let count = self.count.checked_add(pages);
        let count = count.filter(|count| count.checked_mul(PAGE_LENGTH).is_some());
        self.count = count.ok_or(MemoryError::Full { pages })?;
        Ok(())
    }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A number below the length of a page, or that length.
fn narrow(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_stays_what_it_is() {
        let value = json!({
            "pages": "4194304",
            "chunks": [["0", "494943"], ["65535", "01"], ["65536", "02"], ["274877906943", "ff"]],
        });
        let pages = Pages::from_json(&value).unwrap();
        assert_eq!(pages.to_json(), value);
        let mut buffer = [9; 4];
        pages.read(65_534, &mut buffer).unwrap();
        assert_eq!(buffer, [0, 1, 2, 0]);
    }

    #[test]
    fn what_is_no_image_is_an_error() {
        for (pages, chunks) in [
            ("1", json!([["1", "00"], ["0", "00"]])),
            ("1", json!([["0", "0000"], ["1", "00"]])),
            ("1", json!([["65535", "0000"]])),
            ("1", json!([["0"]])),
            ("18446744073709551615", json!([])),
        ] {
            let value = json!({"pages": pages, "chunks": chunks});
            let read = Pages::from_json(&value);
            assert!(matches!(read, Err(Refusal::Error(_))), "{value}");
        }
    }

    #[test]
    fn a_memory_ends_where_its_pages_do() {
        let mut pages = Pages::default();
        pages.grow(1).unwrap();
        assert_eq!(pages.write(65_535, &[1]), Ok(()));
        assert!(pages.write(65_535, &[1, 2]).is_err());
        assert!(pages.read(65_536, &mut [0]).is_err());
        assert!(pages.grow(u64::MAX).is_err());
        assert_eq!(pages.length(), PAGE_LENGTH);
    }
}
