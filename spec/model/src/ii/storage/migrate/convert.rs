//! Changes of records: lists become anchor records, and mistakes lose fields.

use super::super::anchor::{self, DEVICE_FIELDS, Form, KEY_TYPES, PROTECTIONS, PURPOSES, record};
use super::super::candid::{self, Message, NULL, Reference, Type, hash};
use crate::context::{Context, Preset, Stop};

/// The devices of a message of either form.
pub(super) fn list_mut(message: &mut Message) -> Option<&mut candid::Value> {
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
pub(super) fn as_record(ctx: &Context<'_>, message: &mut Message) -> Result<(), Stop> {
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
    let known = anchor::devices(&context, message, Form::List)?;
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
pub(super) fn strip_devices(message: &mut Message) {
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
pub(super) fn strip_anchor(message: &mut Message) {
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
