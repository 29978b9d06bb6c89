//! Reading what `minicbor` writes: maps with small numbers as keys.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use cbor::{Items, Kind, NullRule, ReadError, Reader, Writer};
use time::Timestamp;

/// Which part of a stored item.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// An [`Account`](crate::Account).
    Account,
    /// An [`AccountConfig`](crate::AccountConfig).
    AccountConfig,
    /// An [`AccountCounts`](crate::AccountCounts).
    AccountCounts,
    /// An [`AccountReference`](crate::AccountReference).
    AccountReference,
    /// A [`StoredAnchor`](crate::StoredAnchor).
    Anchor,
    /// An [`Application`](crate::Application).
    Application,
    /// A [`DeviceHistory`](crate::DeviceHistory).
    DeviceHistory,
    /// An [`OpenIdKey`](crate::OpenIdKey), or the credential that has it.
    OpenId,
    /// A [`Passkey`](crate::Passkey).
    Passkey,
    /// A [`RecoveryKey`](crate::RecoveryKey).
    RecoveryKey,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account",
            Self::AccountConfig => "configuration of an account",
            Self::AccountCounts => "count of accounts",
            Self::AccountReference => "reference to an account",
            Self::Anchor => "anchor",
            Self::Application => "application",
            Self::DeviceHistory => "history of a device",
            Self::OpenId => "OpenID credential",
            Self::Passkey => "passkey",
            Self::RecoveryKey => "recovery key",
        })
    }
}

/// Why bytes are not the CBOR of a stored item.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoredItemError {
    /// They are not CBOR, or not of the types that are expected.
    Cbor {
        /// Why, and where.
        error: ReadError,
    },
    /// A field comes twice.
    DuplicateField {
        /// In what.
        part: Part,
        /// The key of the field.
        key: u64,
    },
    /// A field is missing.
    MissingField {
        /// In what.
        part: Part,
        /// The key of the field.
        key: u64,
    },
    /// A variant is none of those that there are.
    UnknownVariant {
        /// In what.
        part: Part,
        /// Its number.
        found: u64,
    },
    /// An integer is larger than a byte.
    ByteTooLarge {
        /// In what.
        part: Part,
        /// The integer.
        found: u64,
    },
}

impl From<ReadError> for StoredItemError {
    fn from(error: ReadError) -> Self {
        Self::Cbor { error }
    }
}

impl fmt::Display for StoredItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cbor { error } => error.fmt(f),
            Self::DuplicateField { part, key } => write!(f, "{part}: field {key} comes twice"),
            Self::MissingField { part, key } => write!(f, "{part}: field {key} is missing"),
            Self::UnknownVariant { part, found } => {
                write!(f, "{part}: variant {found} is not known")
            }
            Self::ByteTooLarge { part, found } => write!(f, "{part}: {found} is no byte"),
        }
    }
}

impl core::error::Error for StoredItemError {}

/// The fields of a map, by their keys.
pub(super) struct Fields {
    part: Part,
    items: Items,
    seen: u64,
}

impl Fields {
    pub(super) fn read(part: Part, reader: &mut Reader<'_>) -> Result<Self, StoredItemError> {
        let items = reader.map()?;
        Ok(Self {
            part,
            items,
            seen: 0,
        })
    }

    /// Returns the key of the next field, whose value is next.
    pub(super) fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<u64>, StoredItemError> {
        if !reader.next(&mut self.items)? {
            return Ok(None);
        }
        let key = reader.unsigned()?;
        let part = self.part;
        let bit = u32::try_from(key)
            .ok()
            .and_then(|key| 1_u64.checked_shl(key));
        // Fields that nobody knows yet may have greater keys; they are kept as they come.
        if let Some(bit) = bit {
            if self.seen & bit != 0 {
                return Err(StoredItemError::DuplicateField { part, key });
            }
            self.seen |= bit;
        }
        Ok(Some(key))
    }

    /// Returns the value of a field that must be there.
    pub(super) fn required<T>(&self, key: u64, value: Option<T>) -> Result<T, StoredItemError> {
        let part = self.part;
        value.ok_or(StoredItemError::MissingField { part, key })
    }
}

/// Reads a value that `null` may stand for.
pub(super) fn optional<'a, T>(
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, StoredItemError>,
) -> Result<Option<T>, StoredItemError> {
    if reader.null(NullRule::Absent)? {
        return Ok(None);
    }
    read(reader).map(Some)
}

/// Reads the items of an array one by one, so that what it announces reserves nothing.
pub(super) fn list<'a, T>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<T, StoredItemError>,
) -> Result<Vec<T>, StoredItemError> {
    let mut items = reader.array()?;
    let mut list = Vec::new();
    while reader.next(&mut items)? {
        list.push(read(reader)?);
    }
    Ok(list)
}

pub(super) fn text(reader: &mut Reader<'_>) -> Result<String, StoredItemError> {
    Ok(reader.text()?.to_owned())
}

pub(super) fn bytes(reader: &mut Reader<'_>) -> Result<Vec<u8>, StoredItemError> {
    Ok(reader.bytes()?.to_vec())
}

pub(super) fn number(reader: &mut Reader<'_>) -> Result<u64, StoredItemError> {
    Ok(reader.unsigned()?)
}

pub(super) fn timestamp(reader: &mut Reader<'_>) -> Result<Timestamp, StoredItemError> {
    Ok(Timestamp::from_nanos(reader.unsigned()?))
}

/// Reads bytes that are an array of integers, as `minicbor` writes them unless told otherwise.
pub(super) fn integers(part: Part, reader: &mut Reader<'_>) -> Result<Vec<u8>, StoredItemError> {
    list(reader, |reader| {
        let found = reader.unsigned()?;
        u8::try_from(found).map_err(|_| StoredItemError::ByteTooLarge { part, found })
    })
}

/// Reads a variant without fields: an array of its number and an empty array. `null` and a bare number
/// are not what it is written as.
pub(super) fn variant<T>(
    part: Part,
    reader: &mut Reader<'_>,
    of: impl FnOnce(u64) -> Option<T>,
) -> Result<T, StoredItemError> {
    let mut items = reader.array()?;
    reader.expect_item(&mut items)?;
    let found = reader.unsigned()?;
    let value = of(found).ok_or(StoredItemError::UnknownVariant { part, found })?;
    reader.expect_item(&mut items)?;
    let mut fields = reader.array()?;
    reader.expect_end(&mut fields)?;
    reader.expect_end(&mut items)?;
    Ok(value)
}

/// Reads one item and nothing behind it.
pub(super) fn whole<'a, T>(
    input: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, StoredItemError>,
) -> Result<T, StoredItemError> {
    let mut reader = Reader::new(input);
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Whether an array comes next.
pub(super) fn is_array(reader: &Reader<'_>) -> Result<bool, StoredItemError> {
    Ok(reader.kind()? == Kind::Array)
}

/// Writes the fields of a map that are there, in the order of their keys.
#[derive(Default)]
pub(super) struct MapWriter {
    fields: Vec<(u64, Vec<u8>)>,
}

impl MapWriter {
    pub(super) fn field(&mut self, key: u64, write: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::new();
        write(&mut writer);
        self.fields.push((key, writer.into_bytes()));
    }

    pub(super) fn field_if<T>(
        &mut self,
        key: u64,
        value: Option<T>,
        write: impl FnOnce(&mut Writer, T),
    ) {
        if let Some(value) = value {
            self.field(key, |writer| write(writer, value));
        }
    }

    pub(super) fn raw(&mut self, key: u64, item: &[u8]) {
        self.fields.push((key, item.to_vec()));
    }

    pub(super) fn finish(mut self, writer: &mut Writer) {
        self.fields.sort_by_key(|(key, _)| *key);
        writer.map(u64::try_from(self.fields.len()).unwrap_or(u64::MAX));
        for (key, item) in &self.fields {
            writer.unsigned(*key);
            writer.item(item);
        }
    }
}

pub(super) fn write_list<T>(writer: &mut Writer, list: &[T], write: impl Fn(&mut Writer, &T)) {
    writer.array(u64::try_from(list.len()).unwrap_or(u64::MAX));
    for item in list {
        write(writer, item);
    }
}

pub(super) fn write_variant(writer: &mut Writer, number: u64) {
    writer.array(2).unsigned(number).array(0);
}
