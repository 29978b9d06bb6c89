//! Reading a record as a whole, and finding things in one that was read before.

use candid_wire::{Arguments, Elements, FieldId, Kind, Reader};
use time::Timestamp;

use super::device::{Device, opt};
use super::error::{Field, RecordError};
use super::metadata::Metadata;
use super::{Anchor, Form, Forms};

impl<'a> Anchor<'a> {
    /// Reads an anchor from a Candid message of one of some forms.
    pub(crate) fn parse_as(content: &'a [u8], forms: Forms) -> Result<Self, RecordError> {
        // spec: II-ANCHOR-16
        if content.is_empty() {
            return Ok(Self {
                message: None,
                content,
                form: None,
                device_count: 0,
                created_at: None,
                unknown_fields: 0,
            });
        }
        let message = Arguments::parse(content)?;
        if message.len() != 1 {
            return Err(RecordError::NotOneArgument {
                count: message.len(),
            });
        }
        let mut reader = message.reader();
        reader.next_argument()?;
        let found = reader.kind()?;
        let form = match found {
            Kind::Vec => Form::Devices,
            Kind::Record => Form::Anchor,
            _ => return Err(RecordError::WrongForm { found }),
        };
        if !forms.allow(form) {
            return Err(RecordError::WrongForm { found });
        }
        let mut seen = Seen::default();
        match form {
            Form::Devices => seen.devices(&mut reader)?,
            Form::Anchor => seen.anchor(&mut reader)?,
        }
        // spec: II-ANCHOR-1
        reader.finish()?;
        Ok(Self {
            content,
            form: Some(form),
            device_count: seen.device_count,
            created_at: seen.created_at,
            unknown_fields: seen.unknown_fields,
            message: Some(message),
        })
    }
}

/// What was seen in a record.
#[derive(Default)]
struct Seen {
    device_count: usize,
    created_at: Option<Timestamp>,
    unknown_fields: usize,
}

impl Seen {
    fn anchor(&mut self, reader: &mut Reader<'_, '_>) -> Result<(), RecordError> {
        let mut has_devices = false;
        let mut fields = reader.record()?;
        while let Some(id) = fields.next(reader)? {
            match id {
                DEVICES => {
                    has_devices = true;
                    self.devices(reader)?;
                }
                METADATA => {
                    opt(reader, Metadata::read)?;
                }
                CREATED_AT => {
                    self.created_at = opt(reader, |it| Ok(it.nat64()?))?.map(Timestamp::from_nanos);
                }
                _ => self.unknown_fields = self.unknown_fields.saturating_add(1),
            }
        }
        // spec: II-ANCHOR-3
        if has_devices {
            Ok(())
        } else {
            Err(RecordError::MissingField {
                field: Field::Devices,
            })
        }
    }

    fn devices(&mut self, reader: &mut Reader<'_, '_>) -> Result<(), RecordError> {
        let mut elements = reader.vec()?;
        while elements.next(reader)? {
            let device = Device::read(reader)?;
            self.device_count = self.device_count.saturating_add(1);
            self.unknown_fields = self.unknown_fields.saturating_add(device.unknown_fields());
        }
        Ok(())
    }
}

/// Returns a reader inside the vector of devices.
pub(super) fn at_devices<'t, 'a>(message: &'t Arguments<'a>) -> Option<(Reader<'t, 'a>, Elements)> {
    let mut reader = match at_argument(message)? {
        (reader, Kind::Vec) => reader,
        (reader, _) => at_field(reader, DEVICES)?,
    };
    let elements = reader.vec().ok()?;
    Some((reader, elements))
}

/// Returns the metadata of the anchor.
pub(super) fn at_metadata<'t, 'a>(message: &'t Arguments<'a>) -> Option<Metadata<'t, 'a>> {
    let (reader, Kind::Record) = at_argument(message)? else {
        return None;
    };
    let mut reader = at_field(reader, METADATA)?;
    opt(&mut reader, Metadata::read).ok()?
}

fn at_argument<'t, 'a>(message: &'t Arguments<'a>) -> Option<(Reader<'t, 'a>, Kind)> {
    let mut reader = message.reader();
    reader.next_argument().ok()?;
    let kind = reader.kind().ok()?;
    Some((reader, kind))
}

/// Returns a reader before the value of a field of the record that a reader stands before.
fn at_field<'t, 'a>(mut reader: Reader<'t, 'a>, wanted: FieldId) -> Option<Reader<'t, 'a>> {
    let mut fields = reader.record().ok()?;
    while let Some(id) = fields.next(&mut reader).ok()? {
        if id == wanted {
            return Some(reader);
        }
    }
    None
}

const DEVICES: FieldId = Field::Devices.id();
const METADATA: FieldId = Field::Metadata.id();
const CREATED_AT: FieldId = Field::CreatedAt.id();
