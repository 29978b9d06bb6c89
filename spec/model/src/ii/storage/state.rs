//! The persistent state: II-STORE-21 and 22.

use super::image::Image;
use super::manager::Manager;
use super::{Header, Place, little_endian};
use crate::context::{Context, Stop};

/// The letters in front of a state behind the records.
const MAGIC: &[u8] = b"IIPS";
/// The letters and the version of a stable cell.
const CELL: &[u8] = b"SCL\x01";

/// The state of an image, if there is one.
pub(super) fn read(
    ctx: &Context<'_>,
    header: &Header,
    image: &Image,
) -> Result<Option<Vec<u8>>, Stop> {
    if header.version == 9 {
        let manager = Manager::read(ctx, image)?;
        let memory = manager.memory(ctx, image, 2)?;
        let cell = memory.read(0, 8).unwrap_or_default();
        let Some(length) = cell.strip_prefix(CELL) else {
            return Ok(None);
        };
        return Ok(memory.read(8, little_endian(length)));
    }
    let index = if ctx.has("II-STORE-21/first-record") {
        0
    } else if ctx.has("II-STORE-21/last-record") {
        header.count.saturating_sub(1)
    } else {
        header.count
    };
    let offset = Place::of(ctx, header, index)?.offset;
    let area = super::Area::of(ctx, header, image)?;
    let read = |place: u64, length: u64| area.read(offset.saturating_add(place), length).ok();
    let magic = read(0, 4).unwrap_or_default();
    if magic != MAGIC && !ctx.has("II-STORE-21/no-magic") {
        return Ok(None);
    }
    let width = if ctx.has("II-STORE-21/narrow-length") {
        4
    } else {
        8
    };
    let Some(length) = read(4, width) else {
        return Ok(None);
    };
    let mut length = little_endian(&length);
    if ctx.has("II-STORE-21/one-entry") {
        length = length.min(header.entry_size.saturating_sub(12));
    }
    // A state as long as the letters say must be inside the memory, or there is none.
    Ok(read(width.saturating_add(4), length))
}

/// The bytes that stand for a state behind the records.
pub(super) fn behind_records(state: &[u8]) -> Vec<u8> {
    [MAGIC, &length(state, 8), state].concat()
}

/// The bytes that stand for a state in a cell.
pub(super) fn cell(state: &[u8]) -> Vec<u8> {
    [CELL, &length(state, 4), state].concat()
}

fn length(state: &[u8], width: usize) -> Vec<u8> {
    let length = u64::try_from(state.len()).unwrap_or(u64::MAX);
    length.to_le_bytes().into_iter().take(width).collect()
}
