//! Stable memory of Internet Identity: the families II-STORE and II-ANCHOR.
//!
//! | flaw | clause |
//! |---|---|
//! | no page, or another magic | II-STORE-1 |
//! | an unknown version | II-STORE-2 |
//! | a range back to front, or more anchors than it has numbers | II-STORE-6 |
//! | an entry too short for its own length | II-STORE-8, 9 |
//! | a migration further than there are anchors | II-STORE-10, 11 |
//! | a list where an anchor record is due, or the other way round | II-STORE-12 |
//! | a record longer than its entry | II-STORE-13 |
//! | a record that is not inside the image | II-STORE-15 |
//! | no memory manager | II-STORE-16 |
//! | a memory without room for its pages, or a record that is not inside it | II-STORE-18 |
//! | a migration to an older version | II-STORE-23 |
//!
//! The flaws of records are in `anchor` and `candid`. Open questions: entry sizes and places are
//! those of the header (policy `ii.header_sizes`), a record of version 3 is a list
//! (`ii.early_records`), and a device in an anchor record has no defaults (`ii.device_defaults`).

pub mod candid;
pub mod image;

mod anchor;
mod btree;
mod faults;
mod header;
mod manager;
mod migrate;
mod nine;
mod state;

use serde_json::{Value, json};

use crate::Operation;
use crate::context::{Context, Stop, Verdict};
use crate::input::Fields;

use anchor::{Device, Form};
use candid::Message;
use header::Header;
use image::Image;
use manager::{Manager, Memory};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("ii.storage_decode", decode),
    ("ii.storage_migrate", migrate::migrate),
    ("ii.migrates", migrate::judge),
];

pub(crate) use faults::FAULTS;

fn decode(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["memory"])?;
    let image = Image::from_json(fields.required("memory")?)?;
    let storage = Storage::read(ctx, &image)?;
    Ok(storage.to_json(ctx))
}

/// What an image holds.
#[derive(Clone, Debug)]
struct Storage {
    header: Header,
    records: Vec<Record>,
}

/// The record of one anchor.
#[derive(Clone, Debug)]
struct Record {
    anchor: u64,
    /// The value, without its length; empty if it was never written.
    value: Vec<u8>,
    message: Option<Message>,
    devices: Vec<Device>,
}

impl Storage {
    fn read(ctx: &Context<'_>, image: &Image) -> Result<Self, Stop> {
        let header = Header::read(ctx, image)?;
        let mut records = Vec::new();
        let area = Area::of(ctx, &header, image)?;
        let first = if ctx.has("II-STORE-6/number-from-one") {
            header.lo.saturating_add(1)
        } else {
            header.lo
        };
        for index in 0..header.count {
            let place = Place::of(ctx, &header, index)?;
            let anchor = first.saturating_add(index);
            let value = place.value(ctx, &area)?;
            match Record::read(ctx, anchor, value, place.form) {
                Ok(Some(record)) => records.push(record),
                Ok(None) => {}
                Err(Stop::Reject(_)) if ctx.has("II-ANCHOR-1/skipped") => {}
                Err(Stop::Reject(_)) if ctx.has("II-ANCHOR-1/emptied") => {
                    records.push(Record::empty(anchor));
                }
                Err(stop) => return Err(stop),
            }
        }
        Ok(Self { header, records })
    }

    fn to_json(&self, ctx: &Context<'_>) -> Value {
        let anchor = |record: &Record| {
            let devices: Vec<Value> = record.devices.iter().map(Device::to_json).collect();
            json!({"anchor": record.anchor.to_string(), "devices": devices})
        };
        let mut anchors: Vec<Value> = self.records.iter().map(anchor).collect();
        if ctx.has("II-ANCHOR-13/anchors-reversed") {
            anchors.reverse();
        }
        let header = &self.header;
        json!({
            "version": header.version,
            "id_range": [header.lo.to_string(), header.hi.to_string()],
            "salt": crate::input::hex(&header.salt),
            "anchors": anchors,
        })
    }
}

impl Record {
    /// The record, unless a mistake leaves it out.
    fn read(
        ctx: &Context<'_>,
        anchor: u64,
        value: Vec<u8>,
        form: Form,
    ) -> Result<Option<Self>, Stop> {
        if value.is_empty() {
            if ctx.has("II-ANCHOR-16/rejected") {
                return Err(Stop::violated("II-ANCHOR-16"));
            }
            let is_left_out = ctx.has("II-ANCHOR-16/omitted");
            return Ok((!is_left_out).then(|| Self::empty(anchor)));
        }
        let message = Message::read(ctx, &value)?;
        let devices = anchor::devices(ctx, &message, form)?;
        if devices.is_empty() {
            if ctx.has("II-ANCHOR-15/rejected") {
                return Err(Stop::violated("II-ANCHOR-15"));
            }
            if ctx.has("II-ANCHOR-15/omitted") {
                return Ok(None);
            }
        }
        Ok(Some(Self {
            anchor,
            value,
            message: Some(message),
            devices,
        }))
    }

    const fn empty(anchor: u64) -> Self {
        Self {
            anchor,
            value: Vec::new(),
            message: None,
            devices: Vec::new(),
        }
    }
}

/// Where records are: the image, or one of its memories.
enum Area<'a> {
    Image(&'a Context<'a>, &'a Image),
    Memory(Memory<'a>),
}

impl<'a> Area<'a> {
    fn of(ctx: &'a Context<'a>, header: &Header, image: &'a Image) -> Result<Self, Stop> {
        if header.version < 7 || image.pages() == 0 {
            return Ok(Self::Image(ctx, image));
        }
        let id = u8::from(ctx.has("II-STORE-19/memory-1"));
        let manager = Manager::read(ctx, image)?;
        Ok(Self::Memory(manager.memory(ctx, image, id)?))
    }

    /// The bytes, or the clause that wants them to be there.
    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Stop> {
        match self {
            Self::Image(ctx, image) if ctx.has("II-STORE-15/off") => {
                Ok(image.read_padded(offset, length))
            }
            Self::Image(_, image) => image
                .read(offset, length)
                .ok_or_else(|| Stop::violated("II-STORE-15")),
            Self::Memory(memory) => memory
                .read(offset, length)
                .ok_or_else(|| Stop::violated("II-STORE-18")),
        }
    }
}

/// Where a record is, and what it is.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    entry: u64,
    form: Form,
}

impl Place {
    /// Where the record with this index is, be it that of an anchor or the one behind them.
    fn of(ctx: &Context<'_>, header: &Header, index: u64) -> Result<Self, Stop> {
        let start = header.start;
        let place = match header.version {
            1 => Self::old(ctx, header, index),
            2 => {
                let is_old = if ctx.has("II-STORE-10/boundary") {
                    index <= start
                } else if ctx.has("II-STORE-10/swapped") {
                    index >= start
                } else {
                    index < start
                };
                if (is_old || ctx.has("II-STORE-10/all-old")) && !ctx.has("II-STORE-10/all-new") {
                    Self::old(ctx, header, index)
                } else {
                    let entry = if ctx.has("II-STORE-10/old-size") {
                        header.entry_size
                    } else {
                        header.new_entry_size
                    };
                    Self::row(131_072, entry, index)
                }
            }
            version @ 3..=6 => {
                let first = if ctx.has("II-STORE-9/one-page") {
                    65_536
                } else if ctx.has("II-STORE-9/old-place") {
                    512
                } else {
                    header.first
                };
                let entry = if ctx.has("II-STORE-9/narrow") {
                    2048
                } else {
                    header.entry_size
                };
                let shift = u64::from(ctx.has("II-STORE-9/one-based"));
                let place = Self::row(first, entry, index.saturating_add(shift));
                let is_list = match version {
                    3 => true,
                    4 if ctx.has("II-STORE-11/all-lists") => true,
                    4 if ctx.has("II-STORE-11/all-records") => false,
                    4 if ctx.has("II-STORE-11/swapped") => index >= start,
                    4 if ctx.has("II-STORE-11/boundary") => index <= start,
                    4 => index < start,
                    _ => false,
                };
                let form = if is_list { Form::List } else { Form::Record };
                Self { form, ..place }
            }
            _ => {
                let first = if ctx.has("II-STORE-19/shifted") {
                    131_072
                } else if ctx.has("II-STORE-19/header-size") {
                    58
                } else {
                    0
                };
                let place = Self::row(first, header.entry_size, index);
                Self {
                    form: Form::Record,
                    ..place
                }
            }
        };
        if place.entry < 2 || matches!(header.version, 3..=6) && place.offset < 66 {
            let clause = if header.version < 3 {
                "II-STORE-8"
            } else {
                "II-STORE-9"
            };
            return Err(Stop::violated(clause));
        }
        Ok(place)
    }

    /// Where version 1 has the record.
    fn old(ctx: &Context<'_>, header: &Header, index: u64) -> Self {
        let first = if ctx.has("II-STORE-8/after-header") {
            58
        } else if ctx.has("II-STORE-8/page") {
            65_536
        } else {
            512
        };
        let entry = if ctx.has("II-STORE-8/wide") {
            4096
        } else {
            header.entry_size
        };
        let shift = u64::from(ctx.has("II-STORE-8/one-based"));
        Self::row(first, entry, index.saturating_add(shift))
    }

    /// The place in a row of entries.
    const fn row(first: u64, entry: u64, index: u64) -> Self {
        let offset = first.saturating_add(index.saturating_mul(entry));
        let form = Form::List;
        Self {
            offset,
            entry,
            form,
        }
    }

    /// The value of the record there.
    fn value(&self, ctx: &Context<'_>, area: &Area<'_>) -> Result<Vec<u8>, Stop> {
        let prefix = if ctx.has("II-STORE-13/one-byte") {
            1
        } else {
            2
        };
        let length = area.read(self.offset, prefix)?;
        let length = number(ctx, "II-STORE-3/length", &length);
        let (length, most) = if ctx.has("II-STORE-13/includes-itself") {
            (length.saturating_sub(2), self.entry.saturating_sub(2))
        } else if ctx.has("II-STORE-13/whole-entry") {
            (length, self.entry)
        } else if ctx.has("II-STORE-13/one-less") {
            (length, self.entry.saturating_sub(3))
        } else {
            (length, self.entry.saturating_sub(2))
        };
        if length > most && !ctx.has("II-STORE-13/off") {
            return Err(Stop::violated("II-STORE-13"));
        }
        if ctx.has("II-STORE-15/whole-entry") {
            area.read(self.offset, self.entry)?;
        }
        let begin = self.offset.saturating_add(prefix);
        if ctx.has("II-STORE-14/whole-entry") {
            return area.read(begin, self.entry.saturating_sub(2));
        }
        if ctx.has("II-STORE-14/zeros") {
            let rest = area.read(begin, self.entry.saturating_sub(2))?;
            let skip = usize::try_from(length).unwrap_or(usize::MAX);
            if rest.iter().skip(skip).any(|byte| *byte != 0) {
                return Err(Stop::violated("II-STORE-14"));
            }
        }
        area.read(begin, length)
    }
}

/// A little-endian number, unless this run makes the mistake `fault` to read it big-endian.
fn number(ctx: &Context<'_>, fault: &'static str, bytes: &[u8]) -> u64 {
    if ctx.has(fault) {
        return bytes
            .iter()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte));
    }
    little_endian(bytes)
}

/// A number of at most 64 bits.
fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests;
