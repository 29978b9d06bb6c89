//! Records: an anchor's devices, as a view of the bytes they are stored in.

mod device;
mod error;
mod metadata;
mod parse;

use candid_wire::{Arguments, Elements, Reader};
use time::Timestamp;

use crate::header::RECORD_LENGTH;

pub use self::device::{Device, KeyType, Protection, Purpose};
pub use self::error::{Field, RecordError};
pub use self::metadata::{MAX_METADATA_DEPTH, Metadata, MetadataEntries, MetadataValue};

/// How many bytes before the content say how long it is.
pub(crate) const LENGTH_BYTES: usize = 2;

/// Room for one record, to be used again and again.
#[derive(Clone, Debug)]
pub struct RecordBuffer {
    pub(crate) bytes: [u8; Self::LENGTH],
}

impl RecordBuffer {
    /// How many bytes there is room for.
    pub(crate) const LENGTH: usize = 4096;

    /// Returns a buffer of zeros.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: [0; Self::LENGTH],
        }
    }
}

const _: () = assert!(RECORD_LENGTH == 4096 && RecordBuffer::LENGTH == 4096);

impl Default for RecordBuffer {
    fn default() -> Self {
        Self::new()
    }
}

/// What a record holds: its Candid message is of one of two types.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Form {
    /// A record with a field for the devices: layouts 5 and later.
    Anchor,
    /// A vector of devices: layouts 1 to 3.
    Devices,
}

/// Which forms a record may have where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Forms {
    /// Both, because one is being rewritten as the other.
    Either,
    Only(Form),
}

impl Forms {
    fn allow(self, form: Form) -> bool {
        match self {
            Self::Either => true,
            Self::Only(only) => only == form,
        }
    }
}

/// The bytes of a record, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Slot<'a> {
    /// The Candid message; empty if nothing was ever written.
    pub(crate) content: &'a [u8],
    /// What is left of the record. Zeros, unless something longer stood there.
    pub(crate) rest: &'a [u8],
}

impl<'a> Slot<'a> {
    /// Takes the bytes of a record apart, of which the end of the memory may have cut off some.
    ///
    /// `limit` is how long the record would be, in bytes.
    pub(crate) fn parse(bytes: &'a [u8], limit: u16) -> Result<Self, RecordError> {
        let cut_off = |needed| RecordError::CutOff {
            needed,
            available: bytes.len(),
        };
        let (length, content) = bytes
            .split_first_chunk()
            .ok_or_else(|| cut_off(LENGTH_BYTES))?;
        let length = u16::from_le_bytes(*length);
        let limit = limit.saturating_sub(2);
        // spec: II-STORE-13
        if length > limit {
            return Err(RecordError::LengthBeyondRecord { length, limit });
        }
        let length = usize::from(length);
        // spec: II-STORE-14, II-STORE-15
        let (content, rest) = content
            .split_at_checked(length)
            .ok_or_else(|| cut_off(length.saturating_add(LENGTH_BYTES)))?;
        Ok(Self { content, rest })
    }
}

/// An anchor: its devices and what else its record holds.
///
/// Whoever has one knows that the whole record was read: each value is of its type and nothing is
/// left over. What it holds is read from the bytes again when it is asked for.
///
/// A record that was never written is an anchor without devices.
#[derive(Clone, Debug)]
pub struct Anchor<'a> {
    /// `None` if nothing was ever written.
    message: Option<Arguments<'a>>,
    content: &'a [u8],
    form: Option<Form>,
    device_count: usize,
    created_at: Option<Timestamp>,
    unknown_fields: usize,
}

impl<'a> Anchor<'a> {
    /// Reads an anchor from a Candid message of either form.
    ///
    /// # Errors
    ///
    /// The first error in the order of the bytes; see [`RecordError`].
    pub fn parse(content: &'a [u8]) -> Result<Self, RecordError> {
        Self::parse_as(content, Forms::Either)
    }

    /// Returns the form of the record, unless it was never written.
    #[must_use]
    pub const fn form(&self) -> Option<Form> {
        self.form
    }

    /// Returns the Candid message, without any bytes if the record was never written.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.content
    }

    /// Returns how many devices there are.
    #[must_use]
    pub const fn device_count(&self) -> usize {
        self.device_count
    }

    /// Returns when the anchor was made, if the record says so. Those of layouts 1 to 8 don't.
    #[must_use]
    pub const fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// Returns how many fields the record has, those of its devices included, that are not known
    /// here. They are present and not interpreted.
    #[must_use]
    pub const fn unknown_fields(&self) -> usize {
        self.unknown_fields
    }

    /// Returns the devices, in the order in which they are stored.
    #[must_use]
    pub fn devices(&self) -> Devices<'_, 'a> {
        Devices {
            rest: self.message.as_ref().and_then(parse::at_devices),
        }
    }

    /// Returns the metadata of the anchor itself, if there are any.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata<'_, 'a>> {
        self.message.as_ref().and_then(parse::at_metadata)
    }
}

/// The devices of an [`Anchor`].
#[derive(Clone, Debug)]
pub struct Devices<'t, 'a> {
    rest: Option<(Reader<'t, 'a>, Elements)>,
}

impl<'t, 'a> Iterator for Devices<'t, 'a> {
    type Item = Device<'t, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (reader, elements) = self.rest.as_mut()?;
        // The record was read as a whole before, so errors don't occur; they would end the list.
        match elements.next(reader) {
            Ok(true) => Device::read(reader).ok(),
            _ => None,
        }
    }
}
