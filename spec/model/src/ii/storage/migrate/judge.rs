//! The equation `migrates`: whether an image is what another must become.

use serde_json::{Value, json};

use super::super::anchor::{DEVICE_FIELDS, find, record};
use super::super::btree::{self, Shape};
use super::super::candid::{self, Reference, Type, hash};
use super::super::header::Header;
use super::super::image::{Image, PAGE};
use super::super::manager::Manager;
use super::super::{Record, Storage, nine, state};
use super::target;
use crate::context::{Context, Stop, Verdict};
use crate::input::Fields;

/// The memory that buffers entries for the archive.
const BUFFER: u8 = 1;

/// Whether `answer` is what `memory` must become: the operation behind the equation `migrates`.
pub(in super::super) fn judge(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["memory", "to", "answer"])?;
    let before = Image::from_json(fields.required("memory")?)?;
    let to = target(&fields)?;
    let after = Image::from_json(fields.required("answer")?)?;
    let (old, new) = (Storage::read(ctx, &before)?, Storage::read(ctx, &after)?);
    let violated = |clause| Err(Stop::violated(clause));
    if new.header.version != to {
        return violated("II-STORE-28");
    }
    let frame = |header: &Header| (header.lo, header.hi, header.salt.clone(), header.count);
    if frame(&old.header) != frame(&new.header) {
        return violated("II-STORE-25");
    }
    for (old, new) in old.records.iter().zip(&new.records) {
        if (old.anchor, &old.devices) != (new.anchor, &new.devices) {
            return violated("II-STORE-24");
        }
        if extras(old) != extras(new) {
            return violated("II-STORE-27");
        }
    }
    let state = |storage: &Storage, image| state::read(ctx, &storage.header, image);
    if state(&old, &before)? != state(&new, &after)? {
        return violated("II-STORE-26");
    }
    if to >= 7 {
        let manager = Manager::read(ctx, &after)?;
        if after.pages() < manager.pages() {
            return violated("II-STORE-28");
        }
        if old.header.version >= 7 {
            keeps_memories(ctx, &before, &after)?;
        }
        if to >= 8 && old.header.version < to && buffer(ctx, &after)?.is_none() {
            return violated("II-STORE-28");
        }
        if to == 9 && old.header.version < 9 {
            nine::judge(ctx, &old, &after)?;
        }
    }
    Ok(json!({}))
}

/// The fields that no clause names, by the hash of their names: of the anchor, and of each device.
fn extras(storage_record: &Record) -> Vec<Vec<(u32, candid::Value)>> {
    let Some(message) = &storage_record.message else {
        return Vec::new();
    };
    let unknown = |fields: Vec<(u32, Reference, &candid::Value)>, known: &[&str]| {
        let fields = fields.into_iter();
        let fields = fields.filter(|(name, ..)| !known.iter().any(|known| hash(known) == *name));
        let fields = fields.filter(|(_, _, value)| !is_absent(value));
        fields
            .map(|(name, _, value)| (name, value.clone()))
            .collect()
    };
    let mut extras = Vec::new();
    let (mut kind, mut value) = (message.kind, &message.value);
    let of_anchor = record(message, kind, value);
    if let Some(fields) = &of_anchor
        && let Some((inner, list)) = find(fields, "devices")
    {
        (kind, value) = (inner, list);
    }
    extras.push(unknown(of_anchor.unwrap_or_default(), &["devices"]));
    if let (Some(Type::Vec(device)), candid::Value::List(devices)) = (message.entry(kind), value) {
        for value in devices {
            let fields = record(message, *device, value).unwrap_or_default();
            extras.push(unknown(fields, &DEVICE_FIELDS));
        }
    }
    extras
}

/// Whether a field with this value says as much as none.
fn is_absent(value: &candid::Value) -> bool {
    match value {
        candid::Value::Opt(None) => true,
        candid::Value::Plain(bytes) => bytes.is_empty(),
        _ => false,
    }
}

/// The entries for the archive, if memory 1 has a map.
fn buffer(ctx: &Context<'_>, image: &Image) -> Result<Option<btree::Entries>, Stop> {
    let manager = Manager::read(ctx, image)?;
    if manager.size(BUFFER) == 0 {
        return Ok(None);
    }
    let memory = manager.memory(ctx, image, BUFFER)?;
    Ok(btree::read(&memory, Shape::Numbered))
}

/// The memories that no clause names are those of the image before, and so are the entries for the
/// archive.
fn keeps_memories(ctx: &Context<'_>, before: &Image, after: &Image) -> Result<(), Stop> {
    let (old, new) = (Manager::read(ctx, before)?, Manager::read(ctx, after)?);
    let entries = buffer(ctx, before)?;
    if entries.is_some() && entries != buffer(ctx, after)? {
        return Err(Stop::violated("II-STORE-27"));
    }
    for id in 0..=254 {
        // Where a map has its nodes is left to choice.
        let is_map = id == BUFFER && entries.is_some();
        if id == 0 || id == 2 || is_map || old.size(id) == 0 {
            continue;
        }
        let kept = old.memory(ctx, before, id)?;
        let found = new.memory(ctx, after, id)?;
        let mut offset = 0;
        while offset < kept.length() {
            if kept.read(offset, PAGE) != found.read(offset, PAGE) {
                return Err(Stop::violated("II-STORE-27"));
            }
            offset = offset.saturating_add(PAGE);
        }
    }
    Ok(())
}
