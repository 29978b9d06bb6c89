//! The equation `migrates`: whether an image is what another must become.

use serde_json::{Value, json};

use super::super::anchor::{DEVICE_FIELDS, find, record};
use super::super::candid::{self, Reference, Type, hash};
use super::super::header::Header;
use super::super::image::{Image, PAGE};
use super::super::manager::Manager;
use super::super::{Record, Storage, nine, state};
use super::target;
use crate::context::{Context, Stop, Verdict};
use crate::input::Fields;

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

/// The memories that no clause names are those of the image before.
fn keeps_memories(ctx: &Context<'_>, before: &Image, after: &Image) -> Result<(), Stop> {
    let (old, new) = (Manager::read(ctx, before)?, Manager::read(ctx, after)?);
    for id in 0..=254 {
        if id == 0 || id == 2 || old.size(id) == 0 {
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
