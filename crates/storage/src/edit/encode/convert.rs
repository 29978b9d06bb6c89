//! Rewriting a list of devices as an anchor.

use alloc::vec::Vec;

use candid_wire::{Arguments, FieldId, MAX_TYPES, ReadError};

use crate::record::{Anchor, Device, Field, Form, RecordError};

use super::super::{AnchorRecord, CopyAnchorError};
use super::{
    EncodeRecordError, key_type_case, length, protection_case, purpose_case, signed, table,
};

/// Returns the content of a record of the form [`Form::Anchor`] for the same anchor.
///
/// An anchor of which everything is known is written as the service wrote it. Otherwise every value
/// keeps its bytes and its type, and only what the form asks for changes: purpose, key type and
/// protection are there, and no options.
pub(crate) fn convert(anchor: &Anchor<'_>) -> Result<Vec<u8>, ConvertError> {
    if anchor.form() != Some(Form::Devices) {
        return Ok(anchor.as_bytes().to_vec());
    }
    match AnchorRecord::of(anchor) {
        Ok(record) => Ok(record.encode(Form::Anchor)?),
        Err(CopyAnchorError::DuplicateKey | CopyAnchorError::UnknownFields { .. }) => {
            carry_over(anchor)
        }
    }
}

/// Why a list of devices could not be rewritten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ConvertError {
    Encode(EncodeRecordError),
    /// This does not occur: the record was read before.
    Record(RecordError),
}

impl From<EncodeRecordError> for ConvertError {
    fn from(error: EncodeRecordError) -> Self {
        Self::Encode(error)
    }
}

impl From<RecordError> for ConvertError {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl From<ReadError> for ConvertError {
    fn from(error: ReadError) -> Self {
        Self::Record(error.into())
    }
}

/// Where the value of a field of the new record comes from.
#[derive(Clone, Copy)]
enum Part {
    KeyType,
    /// From the field of the old record with this position.
    Old(usize),
    Protection,
    Purpose,
}

/// Builds a message of the definitions of the old one and a few more behind them.
// spec: II-STORE-27
fn carry_over(anchor: &Anchor<'_>) -> Result<Vec<u8>, ConvertError> {
    let content = anchor.as_bytes();
    let message = Arguments::parse(content)?;
    let old = message.definition_count();
    let count = old.saturating_add(NEW_TYPES);
    if count > MAX_TYPES {
        return Err(EncodeRecordError::TooManyTypes { count }.into());
    }
    let first = i64::try_from(old).unwrap_or(i64::MAX);
    let number = |position: i64| first.saturating_add(position);
    let fields = field_types(&message)?;
    let mut parts: Vec<(FieldId, i64, Part)> = fields
        .iter()
        .enumerate()
        .filter(|(_, (id, _))| !NORMAL.contains(id))
        .map(|(position, (id, ty))| (*id, *ty, Part::Old(position)))
        .chain([
            (PURPOSE, number(0), Part::Purpose),
            (KEY_TYPE, number(1), Part::KeyType),
            (PROTECTION, number(2), Part::Protection),
        ])
        .collect();
    parts.sort_by_key(|(id, ..)| *id);

    let mut output = b"DIDL".to_vec();
    length(&mut output, count);
    output.extend_from_slice(message.definitions());
    table::purposes(&mut output);
    table::key_types(&mut output);
    table::protections(&mut output);
    table::record_of(&mut output, parts.iter().map(|(id, ty, _)| (*id, *ty)));
    table::vec_of(&mut output, number(3));
    table::record_of(&mut output, [(Field::Devices.id(), number(4))].into_iter());
    length(&mut output, 1);
    signed(&mut output, number(5));

    length(&mut output, anchor.device_count());
    let mut reader = message.reader();
    reader.next_argument()?;
    let mut elements = reader.vec()?;
    let mut values = Vec::with_capacity(fields.len());
    while elements.next(&mut reader)? {
        let device = Device::read(&mut { reader })?;
        values.clear();
        let mut old = reader.record()?;
        while old.next(&mut reader)?.is_some() {
            let start = reader.position();
            reader.skip()?;
            values.push(content.get(start..reader.position()).unwrap_or_default());
        }
        for (_, _, part) in &parts {
            match part {
                Part::KeyType => output.push(key_type_case(device.key_type())),
                Part::Old(position) => {
                    output.extend_from_slice(values.get(*position).copied().unwrap_or_default());
                }
                Part::Protection => output.push(protection_case(device.protection())),
                Part::Purpose => output.push(purpose_case(device.purpose())),
            }
        }
    }
    Ok(output)
}

/// Returns the ids and types of the fields of devices. Without devices, there are none to carry over.
fn field_types(message: &Arguments<'_>) -> Result<Vec<(FieldId, i64)>, ConvertError> {
    let mut reader = message.reader();
    reader.next_argument()?;
    let mut elements = reader.vec()?;
    let mut types = Vec::new();
    if elements.next(&mut reader)? {
        let mut fields = reader.record()?;
        while let Some(id) = fields.next(&mut reader)? {
            types.push((id, reader.type_number()?));
        }
    }
    Ok(types)
}

/// Three variants, the device, the vector and the anchor.
const NEW_TYPES: usize = 6;

/// The fields whose values change.
const NORMAL: [FieldId; 3] = [PURPOSE, KEY_TYPE, PROTECTION];

const PURPOSE: FieldId = Field::Purpose.id();
const KEY_TYPE: FieldId = Field::KeyType.id();
const PROTECTION: FieldId = Field::Protection.id();
