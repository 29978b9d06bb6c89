//! Anchors and devices, described.

use ::storage::{Anchor, Device, Metadata, MetadataValue, Version};
use principal::Principal;

use super::Labels;
use crate::output::{Record, Value};

/// Returns where the records of a layout are.
pub(super) const fn records_of(version: Version) -> &'static str {
    if version.is_managed() {
        "memory 0"
    } else {
        "the image itself"
    }
}

/// Returns where the anchors of a layout are read from.
pub(super) fn anchors_of(version: Version) -> &'static str {
    if version < Version::V9 {
        records_of(version)
    } else {
        "memory 0, and memory 16 for those without a record there"
    }
}

/// Returns what a record says. It is the same in every layout.
pub(super) fn anchor(number: u64, anchor: &Anchor<'_>, labels: Labels) -> Record {
    let devices = anchor.devices().map(|device| describe(&device, labels));
    Record::new()
        .with("anchor", Value::Natural(number))
        .maybe("created_at", anchor.created_at().map(Value::Time))
        .with("devices", Value::Records("device", devices.collect()))
        .maybe(
            "metadata",
            anchor.metadata().map(|map| metadata(map, labels)),
        )
        .maybe("unknown_fields", count(anchor.unknown_fields()))
}

fn describe(device: &Device<'_, '_>, labels: Labels) -> Record {
    let principal = Principal::self_authenticating(device.pubkey());
    let alias = labels.show_labels.then(|| Value::text(device.alias()));
    Record::new()
        .with("principal", Value::Principal(principal))
        .maybe("alias", alias)
        .with("purpose", Value::Name(device.purpose().name()))
        .with("key_type", Value::Name(device.key_type().name()))
        .with("protection", Value::Name(device.protection().name()))
        .maybe("origin", device.origin().map(Value::text))
        .maybe("last_usage", device.last_usage().map(Value::Time))
        .with("pubkey", Value::bytes(device.pubkey()))
        .maybe("credential_id", device.credential_id().map(Value::bytes))
        .maybe("aaguid", device.aaguid().map(|aaguid| Value::bytes(aaguid)))
        .maybe(
            "metadata",
            device.metadata().map(|map| metadata(map, labels)),
        )
}

/// The recursion is as deep as the metadata, whose reader bounds it.
fn metadata(map: Metadata<'_, '_>, labels: Labels) -> Value {
    let entries = map.entries().map(|(key, value)| {
        let record = Record::new().with("key", Value::text(key));
        if !labels.show_labels {
            return record;
        }
        record.with(
            "value",
            match value {
                MetadataValue::Bytes(bytes) => Value::bytes(bytes),
                MetadataValue::Map(map) => metadata(map, labels),
                MetadataValue::Text(text) => Value::text(text),
                _ => Value::Name("unknown"),
            },
        )
    });
    Value::Records("entry", entries.collect())
}

/// Returns how many there are, if there are any.
fn count(number: usize) -> Option<Value> {
    (number > 0).then(|| Value::length(number))
}
