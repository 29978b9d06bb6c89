//! Writing records.

mod convert;
mod table;

use alloc::vec::Vec;
use core::fmt;

use time::Timestamp;

use crate::record::{Field, Form, KeyType, Protection, Purpose};

use super::metadata::{MetadataEntry, MetadataMap};
use super::{AnchorRecord, DeviceRecord, only_in_long_form};

pub(crate) use self::convert::{ConvertError, convert};
use self::table::Table;

impl AnchorRecord {
    /// Encodes the anchor as a Candid message of a form.
    ///
    /// The bytes are those that the service wrote for the same anchor, but for the order of metadata,
    /// which is that of their keys here. Fields that came late, [`DeviceRecord::aaguid`] and the time
    /// the anchor was made, are part of the type only if they have a value.
    ///
    /// # Errors
    ///
    /// [`EncodeRecordError::NoPlace`].
    pub fn encode(&self, form: Form) -> Result<Vec<u8>, EncodeRecordError> {
        match form {
            Form::Anchor => Ok(self.encode_long()),
            Form::Devices => match only_in_long_form(self) {
                Some(field) => Err(EncodeRecordError::NoPlace { field }),
                None => Ok(self.encode_short()),
            },
        }
    }

    fn encode_long(&self) -> Vec<u8> {
        let table = Table {
            has_created_at: self.created_at.is_some(),
            has_aaguid: self.devices.iter().any(|device| device.aaguid.is_some()),
        };
        let mut output = Vec::new();
        table.write(&mut output);
        opt(&mut output, self.metadata.as_ref(), map);
        if table.has_created_at {
            opt(&mut output, self.created_at.as_ref(), timestamp);
        }
        length(&mut output, self.devices.len());
        for device in &self.devices {
            device.encode_long(table.has_aaguid, &mut output);
        }
        output
    }

    fn encode_short(&self) -> Vec<u8> {
        let mut output = Vec::new();
        table::write_short(&mut output);
        length(&mut output, self.devices.len());
        for device in &self.devices {
            device.encode_short(&mut output);
        }
        output
    }
}

impl DeviceRecord {
    /// The fields come by the hashes of their names, here as in the types.
    fn encode_long(&self, has_aaguid: bool, output: &mut Vec<u8>) {
        blob(output, self.alias.as_bytes());
        opt(output, self.metadata.as_ref(), map);
        opt(output, self.origin.as_ref(), |output, it| {
            blob(output, it.as_bytes());
        });
        output.push(protection_case(self.protection));
        blob(output, &self.pubkey);
        output.push(key_type_case(self.key_type));
        opt(output, self.last_usage.as_ref(), timestamp);
        if has_aaguid {
            opt(output, self.aaguid.as_ref(), |output, it| blob(output, it));
        }
        output.push(purpose_case(self.purpose));
        opt(output, self.credential_id.as_ref(), |output, it| {
            blob(output, it);
        });
    }

    fn encode_short(&self, output: &mut Vec<u8>) {
        blob(output, self.alias.as_bytes());
        output.extend([1, protection_case(self.protection)]);
        blob(output, &self.pubkey);
        output.extend([1, key_type_case(self.key_type)]);
        output.extend([1, purpose_case(self.purpose)]);
        opt(output, self.credential_id.as_ref(), |output, it| {
            blob(output, it);
        });
    }
}

/// Why an anchor cannot be written to a record.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EncodeRecordError {
    /// The form of the record has no such field.
    NoPlace {
        /// The field.
        field: Field,
    },
    /// The content is longer than the record.
    TooLong {
        /// How long it is, in bytes.
        length: usize,
        /// How long it may be, in bytes.
        limit: usize,
    },
    /// With the types of the old message, that of the new one has too many.
    TooManyTypes {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for EncodeRecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlace { field } => {
                write!(
                    f,
                    "found a field {field}, for which records have no place here"
                )
            }
            Self::TooLong { length, limit } => write!(
                f,
                "found a content of {length} bytes, at most {limit} are allowed"
            ),
            Self::TooManyTypes { count } => write!(
                f,
                "found {count} types, at most {} are allowed",
                candid_wire::MAX_TYPES
            ),
        }
    }
}

impl core::error::Error for EncodeRecordError {}

fn map(output: &mut Vec<u8>, map: &MetadataMap) {
    let entries = map.entries();
    length(output, entries.len());
    for (key, value) in entries {
        blob(output, key.as_bytes());
        match value {
            MetadataEntry::Map(inside) => {
                output.push(0);
                self::map(output, inside);
            }
            MetadataEntry::Text(text) => {
                output.push(1);
                blob(output, text.as_bytes());
            }
            MetadataEntry::Bytes(bytes) => {
                output.push(2);
                blob(output, bytes);
            }
        }
    }
}

fn timestamp(output: &mut Vec<u8>, time: &Timestamp) {
    output.extend(time.as_nanos().to_le_bytes());
}

fn opt<T>(output: &mut Vec<u8>, value: Option<&T>, write: impl FnOnce(&mut Vec<u8>, &T)) {
    match value {
        None => output.push(0),
        Some(value) => {
            output.push(1);
            write(output, value);
        }
    }
}

fn blob(output: &mut Vec<u8>, bytes: &[u8]) {
    length(output, bytes.len());
    output.extend_from_slice(bytes);
}

fn length(output: &mut Vec<u8>, length: usize) {
    unsigned(output, u64::try_from(length).unwrap_or(u64::MAX));
}

/// Writes an unsigned LEB128 number.
fn unsigned(output: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            output.push(low & 0x7f);
            return;
        }
        output.push(low | 0x80);
    }
}

/// Writes a signed LEB128 number.
fn signed(output: &mut Vec<u8>, mut value: i64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        let is_negative = low & 0x40 != 0;
        if value == if is_negative { -1 } else { 0 } {
            output.push(low & 0x7f);
            return;
        }
        output.push(low | 0x80);
    }
}

// The positions of cases in the types of `table`, where they are by the hashes of their names.

const fn protection_case(protection: Protection) -> u8 {
    match protection {
        Protection::Unprotected => 0,
        Protection::Protected => 1,
    }
}

const fn key_type_case(key_type: KeyType) -> u8 {
    match key_type {
        KeyType::Platform => 0,
        KeyType::SeedPhrase => 1,
        KeyType::CrossPlatform => 2,
        KeyType::Unknown => 3,
        KeyType::BrowserStorageKey => 4,
    }
}

const fn purpose_case(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Authentication => 0,
        Purpose::Recovery => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: DWARF Debugging Information Format, version 5, tables 7.7 and 7.8.
    #[test]
    fn numbers_are_written_as_dwarf_has_them() {
        for (value, bytes) in [
            (2, &[0x02][..]),
            (127, &[0x7f]),
            (128, &[0x80, 0x01]),
            (129, &[0x81, 0x01]),
            (12_857, &[0xb9, 0x64]),
        ] {
            let mut output = Vec::new();
            unsigned(&mut output, value);
            assert_eq!(output, bytes, "{value}");
        }
        for (value, bytes) in [
            (2, &[0x02][..]),
            (-2, &[0x7e]),
            (127, &[0xff, 0x00]),
            (-127, &[0x81, 0x7f]),
            (128, &[0x80, 0x01]),
            (-128, &[0x80, 0x7f]),
            (129, &[0x81, 0x01]),
            (-129, &[0xff, 0x7e]),
        ] {
            let mut output = Vec::new();
            signed(&mut output, value);
            assert_eq!(output, bytes, "{value}");
        }
    }
}
