//! The bytes of a header, field by field.

use super::{HeaderBytes, MAX_HEADER_LENGTH, Moving, ReadHeaderError, Salt, Version, wide};

const MAGIC: [u8; 3] = *b"IIC";

/// The fields of every version, as stored.
pub(super) struct Fields {
    pub(super) version: Version,
    pub(super) anchor_count: u32,
    pub(super) range: (u64, u64),
    pub(super) record_length: u16,
    pub(super) salt: [u8; Salt::LENGTH],
    pub(super) first_record: u64,
    pub(super) moving: Option<Moving>,
}

impl Fields {
    /// Takes the fields from the first bytes of an image.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ReadHeaderError> {
        let too_short = |needed| ReadHeaderError::TooShort {
            length: wide(bytes.len()),
            needed: wide(needed),
        };
        let shortest = || too_short(Version::FIRST.header_length());
        let mut rest = bytes;
        let found = take(&mut rest).ok_or_else(shortest)?;
        // spec: II-STORE-1
        if found != MAGIC {
            return Err(ReadHeaderError::Magic { found });
        }
        let [found] = take(&mut rest).ok_or_else(shortest)?;
        // spec: II-STORE-2
        let version = Version::from_number(found).ok_or(ReadHeaderError::Version { found })?;
        let end = || too_short(version.header_length());
        // spec: II-STORE-3, II-STORE-4
        let anchor_count = u32::from_le_bytes(take(&mut rest).ok_or_else(end)?);
        let start = u64::from_le_bytes(take(&mut rest).ok_or_else(end)?);
        let range_end = u64::from_le_bytes(take(&mut rest).ok_or_else(end)?);
        let record_length = u16::from_le_bytes(take(&mut rest).ok_or_else(end)?);
        let salt = take(&mut rest).ok_or_else(end)?;
        let first_record = if version.has_first_record() {
            u64::from_le_bytes(take(&mut rest).ok_or_else(end)?)
        } else {
            0
        };
        let moving = if version.is_moving() {
            let new_length = if version == Version::V2 {
                u16::from_le_bytes(take(&mut rest).ok_or_else(end)?)
            } else {
                record_length
            };
            Some(Moving {
                record_length: new_length,
                new_layout_start: u32::from_le_bytes(take(&mut rest).ok_or_else(end)?),
                batch_size: u32::from_le_bytes(take(&mut rest).ok_or_else(end)?),
            })
        } else {
            None
        };
        Ok(Self {
            version,
            anchor_count,
            range: (start, range_end),
            record_length,
            salt,
            first_record,
            moving,
        })
    }
}

impl HeaderBytes {
    pub(super) fn of(fields: &Fields) -> Self {
        let mut output = Self {
            bytes: [0; MAX_HEADER_LENGTH],
            length: 0,
        };
        let (start, end) = fields.range;
        output.push(&MAGIC);
        output.push(&[fields.version.number()]);
        output.push(&fields.anchor_count.to_le_bytes());
        output.push(&start.to_le_bytes());
        output.push(&end.to_le_bytes());
        output.push(&fields.record_length.to_le_bytes());
        output.push(&fields.salt);
        if fields.version.has_first_record() {
            output.push(&fields.first_record.to_le_bytes());
        }
        if let Some(moving) = fields.moving {
            if fields.version == Version::V2 {
                output.push(&moving.record_length.to_le_bytes());
            }
            output.push(&moving.new_layout_start.to_le_bytes());
            output.push(&moving.batch_size.to_le_bytes());
        }
        output
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        // The longest header fits, so this is never `None`.
        if let Some(target) = self.bytes.get_mut(self.length..end) {
            target.copy_from_slice(bytes);
            self.length = end;
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*taken)
}
