//! Images of stable memory for the crate and the model: pages of zeros with bytes in some places.

use std::error::Error;

use model::Outcome;
use model::ii::storage::image::Image;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use storage::AnchorRecord;
use storage::Device;
use storage::Field;
use storage::Memory;
use storage::MemoryError;
use storage::MemoryMut;
use storage::Metadata;
use storage::MetadataValue;
use storage::OpenError;
use storage::PAGE_LENGTH;
use storage::ReadAnchorError;
use storage::ReadHeaderError;
use storage::RecordError;
use storage::Storage;

use model::input::hex;

/// No image grows longer: 64 GiB, in pages.
const MOST_PAGES: u64 = 1 << 20;

/// An image as a memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pages(pub(crate) Image);

impl Memory for Pages {
    fn length(&self) -> u64 {
        self.0.pages() * PAGE_LENGTH
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let length = buffer.len() as u64;
        let bytes = self
            .0
            .read(offset, length)
            .ok_or(MemoryError::OutOfBounds {
                offset,
                length,
                memory: self.length(),
            })?;
        buffer.copy_from_slice(&bytes);
        Ok(())
    }
}

impl MemoryMut for Pages {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let length = bytes.len() as u64;
        let memory = self.length();
        if offset.checked_add(length).is_none_or(|end| end > memory) {
            return Err(MemoryError::OutOfBounds {
                offset,
                length,
                memory,
            });
        }
        self.0.write(offset, bytes);
        Ok(())
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        let count = self.0.pages().checked_add(pages);
        let count = count.filter(|count| *count <= MOST_PAGES);
        self.0.grow_to(count.ok_or(MemoryError::Full { pages })?);
        Ok(())
    }
}

/// What the crate reads in an image, as the adapter protocol says it, or why it does not read it to its
/// end.
pub(crate) fn decode(memory: &Pages) -> Result<Value, Box<dyn Error>> {
    let storage = Storage::open(memory)?;
    let mut anchors = Vec::new();
    let mut all = storage.anchors();
    while let Some((number, anchor)) = all.next() {
        let anchor = anchor?;
        let devices: Vec<Value> = anchor.devices().map(|it| of_device(&it)).collect();
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

/// Checks that the crate and the model read the same in an image, and returns whether they do read it.
pub(crate) fn compare(memory: &Pages) -> bool {
    match (decode(memory), modelled(memory)) {
        (Ok(output), Outcome::Ok(expected)) => {
            assert_eq!(output, expected);
            true
        }
        (Err(_), Outcome::Reject(_)) => false,
        // Policy `ii.device_defaults`: the crate has defaults for what a device of an anchor lacks.
        (Ok(_), Outcome::Reject(clauses)) if clauses.iter().all(|it| *it == "II-ANCHOR-8") => true,
        (Err(error), Outcome::Ok(_)) if is_unknown_case(&*error) || is_odd_size(&*error) => false,
        // No clause says of what type the elements of a vector are that has none, and the decoder of the
        // service does not ask. The model does.
        (Ok(output), Outcome::Reject(clauses)) if clauses.iter().all(is_about_lists) => {
            match modelled(&with_usual_empty_lists(memory)) {
                Outcome::Ok(expected) => assert_eq!(output, expected),
                outcome => panic!("{output:?} but {clauses:?}, then {outcome:?}"),
            }
            true
        }
        (output, expected) => panic!("{output:?} but {expected:?}"),
    }
}

/// Whether a clause says that devices are a vector of records.
fn is_about_lists(clause: &&str) -> bool {
    matches!(*clause, "II-ANCHOR-2" | "II-ANCHOR-3")
}

/// An image whose anchors without devices are written anew, with the types that the crate gives them.
fn with_usual_empty_lists(memory: &Pages) -> Pages {
    let mut written = Storage::open(memory.clone()).expect("it was opened");
    let read = Storage::open(memory).expect("it was opened");
    let mut anchors = read.anchors();
    while let Some((number, anchor)) = anchors.next() {
        let anchor = anchor.expect("it was read");
        if anchor.form().is_some() && anchor.device_count() == 0 {
            let anchor = AnchorRecord::of(&anchor).expect("it has no devices");
            // If it must not be written, it stays as it is.
            _ = written.write(number, &anchor);
        }
    }
    written.into_memory()
}

/// Policy `ii.unknown_cases`: in lists, the crate does not take a case that nobody knows for none.
fn is_unknown_case(error: &(dyn Error + 'static)) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ReadAnchorError::Record {
            error: RecordError::UnknownCase {
                field: Field::Purpose | Field::KeyType | Field::Protection,
                ..
            }
        })
    )
}

/// The crate has bounds of its own for the sizes in a header, the model reads whatever they are.
fn is_odd_size(error: &(dyn Error + 'static)) -> bool {
    matches!(
        error.downcast_ref(),
        Some(OpenError::Header {
            error: ReadHeaderError::FirstRecord { .. } | ReadHeaderError::RecordLength { .. }
        })
    )
}

/// What the model reads in it.
pub(crate) fn modelled(memory: &Pages) -> Outcome {
    let input = json!({"memory": memory.0.to_json()});
    model::run("ii.storage_decode", &input, None)
}

fn of_device(device: &Device<'_, '_>) -> Value {
    let fields = [
        ("pubkey", Some(json!(hex(device.pubkey())))),
        ("alias", Some(json!(device.alias()))),
        (
            "credential_id",
            device.credential_id().map(|id| json!(hex(id))),
        ),
        ("purpose", Some(json!(device.purpose().name()))),
        ("key_type", Some(json!(device.key_type().name()))),
        ("protection", Some(json!(device.protection().name()))),
        ("origin", device.origin().map(|origin| json!(origin))),
        (
            "last_usage",
            device
                .last_usage()
                .map(|time| json!(time.as_nanos().to_string())),
        ),
        ("metadata", device.metadata().map(|map| of_metadata(&map))),
    ];
    let fields = fields.into_iter();
    let set = |(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?));
    Value::Object(fields.filter_map(set).collect::<Map<_, _>>())
}

fn of_metadata(metadata: &Metadata<'_, '_>) -> Value {
    let entry = |(name, value): (&str, MetadataValue<'_, '_>)| {
        let value = match value {
            MetadataValue::Text(text) => json!({"string": text}),
            MetadataValue::Bytes(bytes) => json!({"bytes": hex(bytes)}),
            MetadataValue::Map(map) => json!({"map": of_metadata(&map)}),
            other => panic!("{other:?} is not known here"),
        };
        (name.to_owned(), value)
    };
    Value::Object(metadata.entries().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use candid_wire::{Type, Value, encode};
    use storage::{IdRange, Version};

    use super::*;

    /// An image with one record, which has this content.
    fn with_record(content: &[u8]) -> Pages {
        let range = IdRange::new(10_000, 10_100).unwrap();
        let mut storage = Storage::create(Pages::default(), Version::V5, range).unwrap();
        storage.allocate().unwrap();
        let mut memory = storage.into_memory();
        let length = u16::try_from(content.len()).unwrap();
        let record = [&length.to_le_bytes()[..], content].concat();
        memory.write(131_072, &record).unwrap();
        memory
    }

    #[test]
    fn a_vector_without_elements_may_have_any_type_of_them() {
        for elements in [Type::Nat, Type::Text, Type::record([("alias", Type::Text)])] {
            let ty = Type::record([("devices", Type::vec(elements))]);
            let value = Value::record([("devices", Value::vec([]))]);
            assert!(compare(&with_record(&encode(&[(&ty, &value)]).unwrap())));
        }
        let ty = Type::record([("devices", Type::vec(Type::Nat8))]);
        let value = Value::record([("devices", Value::Blob(b"key"))]);
        assert!(!compare(&with_record(&encode(&[(&ty, &value)]).unwrap())));
    }
}
