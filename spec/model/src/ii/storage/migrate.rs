//! Migrations: II-STORE-23 to 28. What version 9 adds is in `nine`.

mod convert;
mod judge;

use serde_json::{Value, json};

use super::candid::{self, Type};
use super::header::{Header, capacity};
use super::image::Image;
use super::manager::{MEMORIES, Manager};
use super::{Record, Storage, btree, nine, state};
use crate::context::{Context, Stop, Verdict};
use crate::input::{Fields, Malformed};

pub(super) use judge::judge;

/// The versions that migrations lead to.
const TARGETS: [u64; 6] = [3, 5, 6, 7, 8, 9];

/// Where the records of versions from 3 on begin, and how far apart they are.
const FIRST: u64 = 131_072;
const ENTRY: u64 = 4096;

pub(super) fn migrate(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["memory", "to"])?;
    let image = Image::from_json(fields.required("memory")?)?;
    let to = target(&fields)?;
    let storage = Storage::read(ctx, &image)?;
    let from = storage.header.version;
    if to < from {
        if !ctx.has("II-STORE-23/backward") {
            return Err(Stop::violated("II-STORE-23"));
        }
        let mut image = image;
        image.write(3, &[low(to)]);
        return Ok(json!({"memory": image.to_json()}));
    }
    if to == from {
        if ctx.has("II-STORE-23/same") {
            return Err(Stop::violated("II-STORE-23"));
        }
        return Ok(json!({"memory": image.to_json()}));
    }
    let state = state::read(ctx, &storage.header, &image)?;
    let migrated = if from >= 7 {
        raised(ctx, &storage, image, state, to)?
    } else {
        rebuilt(ctx, &storage, state, to)?
    };
    Ok(json!({"memory": migrated.to_json()}))
}

fn target(fields: &Fields<'_>) -> Result<u64, Malformed> {
    let to = fields.required("to")?.as_u64().unwrap_or(0);
    if TARGETS.contains(&to) {
        Ok(to)
    } else {
        Err(Malformed::new("`to` is 3, 5, 6, 7, 8 or 9"))
    }
}

fn low(number: u64) -> u8 {
    let [low, ..] = number.to_le_bytes();
    low
}

/// A new image of version `to`, from one whose records are not in a memory.
fn rebuilt(
    ctx: &Context<'_>,
    storage: &Storage,
    state: Option<Vec<u8>>,
    to: u64,
) -> Result<Image, Stop> {
    let mut image = Image::new(1);
    let mut manager = Manager::new();
    let mut records = storage.records.clone();
    mistreat(ctx, &mut records);
    let count = storage.header.count;
    let behind = count.saturating_mul(ENTRY);
    let state = state.filter(|_| !ctx.has("II-STORE-26/dropped"));
    let is_moved = !ctx.has("II-STORE-26/not-moved");
    let is_managed = to >= 7;
    if is_managed {
        manager.grow(0, behind);
    }

    // The state first: records that are written later must not overwrite it.
    if let Some(state) = state.filter(|_| is_moved) {
        if to == 9 {
            put_cell(ctx, &mut image, &mut manager, behind, &state);
        } else {
            let bytes = state::behind_records(&state);
            let end = behind.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            if is_managed {
                manager.grow(0, end);
            }
            image.write(FIRST.saturating_add(behind), &bytes);
        }
    }
    if ctx.has("II-STORE-26/overwritten") {
        image.write(FIRST.saturating_add(behind), &[0; 4]);
    }

    for (index, record) in (0..).zip(&records) {
        let value = value(ctx, record, to)?;
        let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
        if length > ENTRY.saturating_sub(2) {
            return Err(Stop::violated("II-STORE-13"));
        }
        let place = FIRST.saturating_add(ENTRY.saturating_mul(index));
        let [short, long, ..] = length.to_le_bytes();
        image.write(place, &[short, long]);
        image.write(place.saturating_add(2), &value);
    }
    if to >= 8 {
        put_buffer(ctx, &mut image, &mut manager);
    }
    if to == 9 {
        put_derived(ctx, storage, &mut image, &mut manager);
    }
    if is_managed && !ctx.has("II-STORE-28/unmanaged") {
        manager.write(&mut image);
        let missing = u64::from(ctx.has("II-STORE-28/short"));
        image.grow_to(manager.pages().saturating_sub(missing));
    }
    write_header(ctx, &storage.header, &mut image, to);
    Ok(image)
}

/// The image of version 7 or 8 as one of version 8 or 9.
fn raised(
    ctx: &Context<'_>,
    storage: &Storage,
    image: Image,
    state: Option<Vec<u8>>,
    to: u64,
) -> Result<Image, Stop> {
    let mut image = image;
    let mut manager = Manager::read(ctx, &image)?;
    let state = state.filter(|_| !ctx.has("II-STORE-26/dropped"));
    let behind = storage
        .header
        .count
        .saturating_mul(storage.header.entry_size);
    if to == 9 {
        if let Some(state) = state.filter(|_| !ctx.has("II-STORE-26/not-moved")) {
            put_cell(ctx, &mut image, &mut manager, behind, &state);
        }
    } else if state.is_none() {
        manager.put(&mut image, 0, behind, &[0; 4]);
    }
    let mut records = storage.records.clone();
    mistreat(ctx, &mut records);
    for (index, record) in (0..).zip(&records) {
        let value = value(ctx, record, to)?;
        let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
        let place = storage.header.entry_size.saturating_mul(index);
        let bytes: Vec<u8> = length
            .to_le_bytes()
            .into_iter()
            .take(2)
            .chain(value)
            .collect();
        manager.put(&mut image, 0, place, &bytes);
    }
    put_buffer(ctx, &mut image, &mut manager);
    if to == 9 {
        put_derived(ctx, storage, &mut image, &mut manager);
    }
    if ctx.has("II-STORE-27/memories") {
        for (id, size) in (0..MEMORIES).zip(&mut manager.sizes) {
            if id != 0 && id != 2 {
                *size = 0;
            }
        }
    }
    manager.write(&mut image);
    image.grow_to(manager.pages());
    write_header(ctx, &storage.header, &mut image, to);
    Ok(image)
}

/// Puts the state into its cell, in memory 2 behind everything that there is.
fn put_cell(
    ctx: &Context<'_>,
    image: &mut Image,
    manager: &mut Manager,
    behind: u64,
    state: &[u8],
) {
    if ctx.has("II-STORE-22/behind-records") {
        let bytes = state::behind_records(state);
        let end = behind.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        manager.grow(0, end);
        manager.put(image, 0, behind, &bytes);
        return;
    }
    let bytes = if ctx.has("II-STORE-22/no-cell") {
        state.to_vec()
    } else {
        state::cell(state)
    };
    let id = if ctx.has("II-STORE-22/memory-1") {
        1
    } else {
        2
    };
    manager.grow(id, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    manager.put(image, id, 0, &bytes);
}

/// Makes an archive buffer without entries in memory 1, if nothing is there. The service would, too.
fn put_buffer(ctx: &Context<'_>, image: &mut Image, manager: &mut Manager) {
    if ctx.has("II-STORE-28/no-buffer") {
        return;
    }
    if manager.size(1) == 0 || ctx.has("II-STORE-27/buffer") {
        let bytes = btree::write(Vec::new(), btree::Shape::Numbered);
        manager.grow(1, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        manager.put(image, 1, 0, &bytes);
    }
}

/// Puts anchors and indexes into their memories.
fn put_derived(ctx: &Context<'_>, storage: &Storage, image: &mut Image, manager: &mut Manager) {
    for (id, shape, entries) in nine::derive(ctx, storage) {
        let bytes = btree::write(entries, shape);
        manager.grow(id, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        manager.put(image, id, 0, &bytes);
    }
}

fn write_header(ctx: &Context<'_>, header: &Header, image: &mut Image, to: u64) {
    let version = if ctx.has("II-STORE-28/version-kept") {
        header.version
    } else {
        to
    };
    let hi = if ctx.has("II-STORE-25/range") {
        header.lo.saturating_add(capacity(to))
    } else if ctx.has("II-STORE-25/uncut") {
        header.stored_hi
    } else {
        header.hi
    };
    let entry = if header.version >= 7 {
        header.entry_size
    } else {
        ENTRY
    };
    let salt: Vec<u8> = if ctx.has("II-STORE-25/salt") {
        vec![7; 32]
    } else {
        header.salt.clone()
    };
    let mut bytes = b"IIC".to_vec();
    bytes.push(low(version));
    bytes.extend(header.count.to_le_bytes().iter().take(4));
    bytes.extend(header.lo.to_le_bytes());
    bytes.extend(hi.to_le_bytes());
    bytes.extend(entry.to_le_bytes().iter().take(2));
    bytes.extend(salt);
    bytes.extend(if to == 9 { 0 } else { FIRST }.to_le_bytes());
    image.write(0, &bytes);
}

/// What some mistakes do to the records before they are written.
fn mistreat(ctx: &Context<'_>, records: &mut Vec<Record>) {
    if ctx.has("II-STORE-24/closed-up") {
        let count = records.len();
        records.retain(|record| !record.devices.is_empty());
        records.resize(count, Record::empty(0));
    }
    if ctx.has("II-STORE-24/reversed") {
        records.reverse();
    }
    if ctx.has("II-STORE-24/last-lost")
        && let Some(last) = records.last_mut()
    {
        *last = Record::empty(0);
    }
}

/// The value of a record in the form of version `to`.
fn value(ctx: &Context<'_>, record: &Record, to: u64) -> Result<Vec<u8>, Stop> {
    let Some(message) = &record.message else {
        return Ok(Vec::new());
    };
    let mut message = message.clone();
    let mut is_changed = false;
    if ctx.has("II-STORE-24/devices-reversed") {
        is_changed = true;
        if let Some(candid::Value::List(devices)) = convert::list_mut(&mut message) {
            devices.reverse();
        }
    }
    if ctx.has("II-STORE-27/device-fields") {
        is_changed = true;
        convert::strip_devices(&mut message);
    }
    if ctx.has("II-STORE-27/anchor-fields") {
        is_changed = true;
        convert::strip_anchor(&mut message);
    }
    let is_list = matches!(message.entry(message.kind), Some(Type::Vec(_)));
    if to >= 5 && is_list && !ctx.has("II-STORE-28/lists-kept") {
        is_changed = true;
        convert::as_record(ctx, &mut message)?;
    }
    if is_changed {
        Ok(message.write())
    } else {
        Ok(record.value.clone())
    }
}
