//! Migrations: II-STORE-23 to 28, and the equation that judges other answers. What version 9 adds is
//! in `nine`.

use serde_json::{Value, json};

use super::anchor::{DEVICE_FIELDS, Form, KEY_TYPES, PROTECTIONS, PURPOSES, find, record};
use super::candid::{self, Message, NULL, Reference, Type, hash};
use super::header::{Header, capacity};
use super::image::{Image, PAGE};
use super::manager::{MEMORIES, Manager};
use super::{Record, Storage, btree, nine, state};
use crate::context::{Context, Preset, Stop, Verdict};
use crate::input::{Fields, Malformed};

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
        put_buffer(&mut image, &mut manager);
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
    put_buffer(&mut image, &mut manager);
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
fn put_buffer(image: &mut Image, manager: &mut Manager) {
    if manager.size(1) == 0 {
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
        if let Some(candid::Value::List(devices)) = list_mut(&mut message) {
            devices.reverse();
        }
    }
    if ctx.has("II-STORE-27/device-fields") {
        is_changed = true;
        strip_devices(&mut message);
    }
    if ctx.has("II-STORE-27/anchor-fields") {
        is_changed = true;
        strip_anchor(&mut message);
    }
    let is_list = matches!(message.entry(message.kind), Some(Type::Vec(_)));
    if to >= 5 && is_list && !ctx.has("II-STORE-28/lists-kept") {
        is_changed = true;
        as_record(ctx, &mut message)?;
    }
    if is_changed {
        Ok(message.write())
    } else {
        Ok(record.value.clone())
    }
}

/// The devices of a message of either form.
fn list_mut(message: &mut Message) -> Option<&mut candid::Value> {
    let fields = match message.entry(message.kind) {
        Some(Type::Record(fields)) => Some(fields.clone()),
        _ => None,
    };
    match (fields, &mut message.value) {
        (None, list) => Some(list),
        (Some(fields), candid::Value::Record(values)) => {
            let index = fields
                .iter()
                .position(|(name, _)| *name == hash("devices"))?;
            values.get_mut(index)
        }
        _ => None,
    }
}

/// Turns a list of devices into an anchor record whose devices lack nothing.
///
/// Types of the list stay; new ones are added behind them.
fn as_record(ctx: &Context<'_>, message: &mut Message) -> Result<(), Stop> {
    let wrong = || Stop::violated("II-ANCHOR-2");
    let Some(Type::Vec(kind)) = message.entry(message.kind).cloned() else {
        return Err(wrong());
    };
    let Some(Type::Record(types)) = message.entry(kind).cloned() else {
        return Err(wrong());
    };
    let candid::Value::List(devices) = message.value.clone() else {
        return Err(wrong());
    };
    let named: [(&str, &[&str]); 3] = [
        ("purpose", &PURPOSES),
        ("key_type", &KEY_TYPES),
        ("protection", &PROTECTIONS),
    ];
    let mut new_types: Vec<(u32, Reference)> = types
        .iter()
        .copied()
        .filter(|(field, _)| !named.iter().any(|(name, _)| hash(name) == *field))
        .collect();
    let mut variants = Vec::new();
    for (name, cases) in named {
        let mut cases: Vec<(u32, Reference)> =
            cases.iter().map(|case| (hash(case), NULL)).collect();
        cases.sort_unstable();
        let mut variant = message.add(Type::Variant(cases.clone()));
        if ctx.has("II-STORE-28/options-kept") {
            variant = message.add(Type::Opt(variant));
        }
        new_types.push((hash(name), variant));
        variants.push((name, cases));
    }
    new_types.sort_unstable();

    let context = Context::new(None, Preset::Spec);
    let known = super::anchor::devices(&context, message, Form::List)?;
    let mut new_devices = Vec::new();
    for (value, device) in devices.iter().zip(&known) {
        let fields = record(message, kind, value).ok_or_else(wrong)?;
        let mut values = Vec::new();
        for (field, _) in &new_types {
            let variant = variants.iter().find(|(name, _)| hash(name) == *field);
            let Some((name, cases)) = variant else {
                let old = fields.iter().find(|(name, ..)| name == field);
                let (_, _, value) = old.ok_or_else(wrong)?;
                values.push((*value).clone());
                continue;
            };
            let case = hash(match *name {
                "purpose" => device.purpose,
                "key_type" => device.key_type,
                _ => device.protection,
            });
            let index = cases
                .iter()
                .position(|(name, _)| *name == case)
                .unwrap_or(0);
            let index = u64::try_from(index).unwrap_or(0);
            let unit = Box::new(candid::Value::Plain(Vec::new()));
            let value = candid::Value::Variant(index, unit);
            values.push(if ctx.has("II-STORE-28/options-kept") {
                candid::Value::Opt(Some(Box::new(value)))
            } else {
                value
            });
        }
        new_devices.push(candid::Value::Record(values));
    }
    let device = message.add(Type::Record(new_types));
    let list = message.add(Type::Vec(device));
    message.kind = message.add(Type::Record(vec![(hash("devices"), list)]));
    message.value = candid::Value::Record(vec![candid::Value::List(new_devices)]);
    Ok(())
}

/// Leaves out the fields of devices that no clause names.
fn strip_devices(message: &mut Message) {
    let kind = match message.entry(message.kind) {
        Some(Type::Record(fields)) => {
            let devices = fields.iter().find(|(name, _)| *name == hash("devices"));
            devices.map_or(message.kind, |(_, kind)| *kind)
        }
        _ => message.kind,
    };
    let Some(Type::Vec(device)) = message.entry(kind).cloned() else {
        return;
    };
    let Some(Type::Record(types)) = message.entry(device).cloned() else {
        return;
    };
    let is_known = |name: u32| DEVICE_FIELDS.iter().any(|known| hash(known) == name);
    let kept: Vec<bool> = types.iter().map(|(name, _)| is_known(*name)).collect();
    let index = usize::try_from(device).unwrap_or(usize::MAX);
    if let Some(entry) = message.types.get_mut(index) {
        *entry = Type::Record(
            types
                .into_iter()
                .filter(|(name, _)| is_known(*name))
                .collect(),
        );
    }
    let Some(candid::Value::List(devices)) = list_mut(message) else {
        return;
    };
    for device in devices {
        if let candid::Value::Record(values) = device {
            let mut keep = kept.iter().copied();
            values.retain(|_| keep.next().unwrap_or(false));
        }
    }
}

/// Leaves out the fields of an anchor record that no clause names.
fn strip_anchor(message: &mut Message) {
    let Some(Type::Record(types)) = message.entry(message.kind).cloned() else {
        return;
    };
    let devices = types.iter().position(|(name, _)| *name == hash("devices"));
    let index = usize::try_from(message.kind).unwrap_or(usize::MAX);
    if let (Some(devices), candid::Value::Record(values)) = (devices, &mut message.value)
        && let (Some(entry), Some(value)) = (message.types.get_mut(index), values.get(devices))
        && let Some(field) = types.get(devices)
    {
        *entry = Type::Record(vec![*field]);
        *values = vec![value.clone()];
    }
}

/// Whether `answer` is what `memory` must become: the operation behind the equation `migrates`.
pub(super) fn judge(ctx: &Context<'_>, input: &Value) -> Verdict {
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
