//! Metadata: maps from texts to texts, bytes and maps.

use candid_wire::{Elements, FieldId, Reader};

use super::error::{Field, RecordError};

/// How many maps of metadata may be inside each other.
///
/// Source: our own budget. The service limits metadata by size only, and its front end writes no map
/// inside another.
pub const MAX_METADATA_DEPTH: usize = 16;

/// A map of metadata.
///
/// It was read as a whole before. A key may be there twice; the service takes the last one.
#[derive(Clone, Copy, Debug)]
pub struct Metadata<'t, 'a> {
    /// Stands before the vector.
    reader: Reader<'t, 'a>,
}

/// A value of [`Metadata`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub enum MetadataValue<'t, 'a> {
    /// Bytes.
    Bytes(&'a [u8]),
    /// Another map.
    Map(Metadata<'t, 'a>),
    /// A text.
    Text(&'a str),
}

/// The entries of [`Metadata`], in the order in which they are stored.
#[derive(Clone, Debug)]
pub struct MetadataEntries<'t, 'a> {
    reader: Reader<'t, 'a>,
    elements: Option<Elements>,
}

impl<'t, 'a> Metadata<'t, 'a> {
    /// Returns the entries.
    #[must_use]
    pub fn entries(&self) -> MetadataEntries<'t, 'a> {
        let mut reader = self.reader;
        let elements = reader.vec().ok();
        MetadataEntries { reader, elements }
    }

    /// Returns how many bytes the keys and values have, as limits count them.
    #[must_use]
    pub fn size(&self) -> usize {
        let sizes = self.entries().map(|(key, value)| {
            let size = match value {
                MetadataValue::Bytes(bytes) => bytes.len(),
                MetadataValue::Map(map) => map.size(),
                MetadataValue::Text(text) => text.len(),
            };
            key.len().saturating_add(size)
        });
        sizes.fold(0, usize::saturating_add)
    }

    /// Reads the map that a reader stands before, and all in it.
    pub(super) fn read(reader: &mut Reader<'t, 'a>) -> Result<Self, RecordError> {
        let map = Self { reader: *reader };
        check(reader, MAX_METADATA_DEPTH)?;
        Ok(map)
    }
}

impl<'t, 'a> Iterator for MetadataEntries<'t, 'a> {
    type Item = (&'a str, MetadataValue<'t, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let elements = self.elements.as_mut()?;
        // The map was read as a whole before, so errors don't occur; they would end the list.
        match elements.next(&mut self.reader) {
            Ok(true) => entry(&mut self.reader).ok(),
            _ => None,
        }
    }
}

/// Checks the map that a reader stands before. It may have `depth` maps inside each other, with
/// itself.
// spec: II-ANCHOR-10, II-ANCHOR-11
fn check(reader: &mut Reader<'_, '_>, depth: usize) -> Result<(), RecordError> {
    let depth = depth.checked_sub(1).ok_or(RecordError::MetadataTooDeep)?;
    let mut elements = reader.vec()?;
    while elements.next(reader)? {
        let mut fields = reader.record()?;
        let mut count = 0_usize;
        while let Some(id) = fields.next(reader)? {
            match id {
                KEY => {
                    reader.text()?;
                }
                VALUE => {
                    if let MetadataValue::Map(_) = value(reader)? {
                        check(reader, depth)?;
                    }
                }
                // A third field would be lost.
                _ => return Err(no_pair(reader)),
            }
            count = count.saturating_add(1);
        }
        if count != 2 {
            return Err(no_pair(reader));
        }
    }
    Ok(())
}

/// Reads the pair that a reader stands before.
fn entry<'t, 'a>(
    reader: &mut Reader<'t, 'a>,
) -> Result<(&'a str, MetadataValue<'t, 'a>), RecordError> {
    let mut fields = reader.record()?;
    let mut key = "";
    let mut found = MetadataValue::Text("");
    while let Some(id) = fields.next(reader)? {
        if id == KEY {
            key = reader.text()?;
        } else {
            found = value(reader)?;
        }
    }
    Ok((key, found))
}

/// Reads a value; a reader of a map still stands before it.
fn value<'t, 'a>(reader: &mut Reader<'t, 'a>) -> Result<MetadataValue<'t, 'a>, RecordError> {
    match reader.variant()? {
        MAP => Ok(MetadataValue::Map(Metadata { reader: *reader })),
        TEXT => Ok(MetadataValue::Text(reader.text()?)),
        BYTES => Ok(MetadataValue::Bytes(reader.blob()?)),
        id => Err(RecordError::UnknownCase {
            field: Field::Metadata,
            id,
        }),
    }
}

const fn no_pair(reader: &Reader<'_, '_>) -> RecordError {
    RecordError::MetadataEntry {
        position: reader.position(),
    }
}

const KEY: FieldId = FieldId::new(0);
const VALUE: FieldId = FieldId::new(1);
const MAP: FieldId = FieldId::of("map");
const TEXT: FieldId = FieldId::of("string");
const BYTES: FieldId = FieldId::of("bytes");
