//! `ii.storage_decode`, `ii.storage_migrate`.

mod memory;

use candid_wire::ReadError;
use candid_wire::Reason;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;
use storage::Device;
use storage::Field;
use storage::Metadata;
use storage::MetadataValue;
use storage::MigrateError;
use storage::Migration;
use storage::OpenError;
use storage::ReadAnchorError;
use storage::ReadHeaderError;
use storage::RecordError;
use storage::Storage;
use storage::Version;

use self::memory::Pages;
use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::error;
use crate::input::hex;
use crate::ops::Operation;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[
    ("ii.storage_decode", decode),
    ("ii.storage_migrate", migrate),
];

fn decode(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["memory"])?;
    fields.policy()?;
    let memory = Pages::from_json(fields.required("memory")?)?;
    let storage = open(memory)?;
    let is_managed = storage.version().is_managed();
    let mut anchors = Vec::new();
    let mut all = storage.anchors();
    while let Some((number, anchor)) = all.next() {
        let anchor =
            anchor.map_err(|error| Refusal::reject(of_anchor(&error, is_managed), error))?;
        let devices: Vec<Value> = anchor.devices().map(|device| of_device(&device)).collect();
        anchors.push(json!({"anchor": number.to_string(), "devices": devices}));
    }
    let range = storage.range();
    let salt = storage.salt().map_or([0; 32], |salt| *salt.as_bytes());
    Ok(json!({
        "version": storage.version().number(),
        "id_range": [range.start().to_string(), range.end().to_string()],
        "salt": hex(&salt),
        "anchors": anchors,
    }))
}

fn migrate(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["memory", "to"])?;
    fields.policy()?;
    let memory = Pages::from_json(fields.required("memory")?)?;
    let to = fields.required("to")?.as_u64();
    let to = to.filter(|to| matches!(to, 3 | 5 | 6 | 7 | 8 | 9));
    let to = to.ok_or_else(|| error("`to` is none of 3, 5, 6, 7, 8 and 9"))?;
    let target = u8::try_from(to).ok().and_then(Version::from_number);
    let Some(target) = target else {
        return Err(Refusal::Unsupported(format!("layout {to}")));
    };
    let storage = open(memory)?;
    let is_managed = storage.version().is_managed();
    let refused = |error| Refusal::reject(of_migration(&error, is_managed), error);
    let migration = Migration::new(storage, target).map_err(refused)?;
    let storage = migration.finish().map_err(refused)?;
    Ok(json!({"memory": storage.into_memory().to_json()}))
}

fn open(memory: Pages) -> Result<Storage<Pages>, Refusal> {
    let version = memory.byte(3);
    Storage::open(memory).map_err(|error| Refusal::reject(of_opening(&error, version), error))
}

/// The clause that demands what opening missed.
fn of_opening(error: &OpenError, version: u8) -> &'static str {
    match error {
        OpenError::Header { error } => match error {
            ReadHeaderError::Version { .. } => "II-STORE-2",
            ReadHeaderError::Range { .. } | ReadHeaderError::TooManyAnchors { .. } => "II-STORE-6",
            ReadHeaderError::FirstRecord { .. } | ReadHeaderError::RecordLength { .. } => {
                "II-STORE-9"
            }
            ReadHeaderError::NewLayoutStart { .. } if version == 2 => "II-STORE-10",
            ReadHeaderError::NewLayoutStart { .. } => "II-STORE-11",
            _ => "II-STORE-1",
        },
        OpenError::TooFewBuckets { .. } => "II-STORE-18",
        _ => "II-STORE-16",
    }
}

/// The clause that demands what an anchor lacks.
fn of_anchor(error: &ReadAnchorError, is_managed: bool) -> &'static str {
    match error {
        ReadAnchorError::Record { error } => of_record(error, is_managed),
        _ => of_ends(is_managed),
    }
}

/// The clause that demands that bytes be there.
fn of_ends(is_managed: bool) -> &'static str {
    if is_managed {
        "II-STORE-18"
    } else {
        "II-STORE-15"
    }
}

fn of_record(error: &RecordError, is_managed: bool) -> &'static str {
    match error {
        RecordError::CutOff { .. } => of_ends(is_managed),
        RecordError::LengthBeyondRecord { .. } => "II-STORE-13",
        RecordError::WrongForm { .. } => "II-STORE-12",
        RecordError::MissingField {
            field: Field::Devices,
        } => "II-ANCHOR-3",
        RecordError::MissingField { .. } => "II-ANCHOR-5",
        RecordError::UnknownCase { .. } => "II-ANCHOR-9",
        RecordError::MetadataEntry { .. } => "II-ANCHOR-10",
        RecordError::MetadataTooDeep => "II-ANCHOR-11",
        RecordError::Candid { error } => of_message(error),
        _ => "II-ANCHOR-1",
    }
}

fn of_message(error: &ReadError) -> &'static str {
    match error.reason {
        Reason::TooDeep => "II-ANCHOR-11",
        Reason::TooManyValues => "II-ANCHOR-12",
        _ => "II-ANCHOR-1",
    }
}

fn of_migration(error: &MigrateError, is_managed: bool) -> &'static str {
    match error {
        MigrateError::Backwards { .. } | MigrateError::NoTarget { .. } => "II-STORE-23",
        MigrateError::Encode { .. } => "II-STORE-13",
        MigrateError::Record { error, .. } => of_record(error, is_managed),
        MigrateError::State { .. } | MigrateError::StateTooLong { .. } => "II-STORE-26",
        _ => of_ends(is_managed),
    }
}

fn of_device(device: &Device<'_, '_>) -> Value {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    set("pubkey", hex(device.pubkey()));
    set("alias", json!(device.alias()));
    if let Some(id) = device.credential_id() {
        set("credential_id", hex(id));
    }
    set("purpose", json!(device.purpose().name()));
    set("key_type", json!(device.key_type().name()));
    set("protection", json!(device.protection().name()));
    if let Some(origin) = device.origin() {
        set("origin", json!(origin));
    }
    if let Some(time) = device.last_usage() {
        set("last_usage", json!(time.as_nanos().to_string()));
    }
    if let Some(metadata) = device.metadata() {
        set("metadata", of_metadata(&metadata));
    }
    Value::Object(fields)
}

fn of_metadata(metadata: &Metadata<'_, '_>) -> Value {
    let entry = |(name, value): (&str, MetadataValue<'_, '_>)| {
        let value = match value {
            MetadataValue::Text(text) => json!({"string": text}),
            MetadataValue::Bytes(bytes) => json!({"bytes": hex(bytes)}),
            MetadataValue::Map(map) => json!({"map": of_metadata(&map)}),
            _ => Value::Null,
        };
        (name.to_owned(), value)
    };
    Value::Object(metadata.entries().map(entry).collect())
}
