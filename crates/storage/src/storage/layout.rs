//! Where records are.

use crate::header::{FIRST_RECORD_V1, FIRST_RECORD_V3, Header, Version};
use crate::record::{Form, Forms};

/// Where the records of an image are, and in which forms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Records with a lower index are in the old area.
    split: u32,
    old: Area,
    new: Area,
    count: u32,
}

/// Records one behind the other.
#[derive(Clone, Copy, Debug)]
struct Area {
    /// Where record 0 would be.
    offset: u64,
    length: u16,
    forms: Forms,
}

/// Where a record is, and in which form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) length: u16,
    pub(crate) forms: Forms,
}

impl Layout {
    pub(crate) fn of(header: &Header) -> Self {
        // spec: II-STORE-8
        let first = Area {
            offset: FIRST_RECORD_V1,
            length: header.record_length(),
            forms: Forms::Only(Form::Devices),
        };
        // spec: II-STORE-9, II-STORE-19
        let area = |forms| Area {
            offset: match header.first_record() {
                Some(offset) if !header.version().is_managed() => offset,
                _ => 0,
            },
            length: header.record_length(),
            forms,
        };
        let split = header.moving().map_or(0, |moving| moving.new_layout_start);
        let (old, new) = match header.version() {
            Version::V1 => (first, first),
            // spec: II-STORE-10
            Version::V2 => (
                first,
                Area {
                    offset: FIRST_RECORD_V3,
                    length: header
                        .moving()
                        .map_or_else(|| header.record_length(), |moving| moving.record_length),
                    forms: Forms::Only(Form::Devices),
                },
            ),
            // spec: II-STORE-12
            Version::V3 => {
                let only = Forms::Only(Form::Devices);
                (area(only), area(only))
            }
            // spec: II-STORE-11
            Version::V4 => (
                area(Forms::Only(Form::Devices)),
                area(Forms::Only(Form::Anchor)),
            ),
            Version::V5 | Version::V6 | Version::V7 | Version::V8 | Version::V9 => {
                let only = Forms::Only(Form::Anchor);
                (area(only), area(only))
            }
        };
        Self {
            split,
            old,
            new,
            count: header.anchor_count(),
        }
    }

    /// Returns where the record with an index is.
    pub(crate) fn place(&self, index: u32) -> Place {
        if index >= self.split {
            return self.new.place(index);
        }
        let place = self.old.place(index);
        // The next record to be rewritten may have its new form already: if that happens in place,
        // it takes two writes, and the header is the second.
        if self.old.offset == self.new.offset && Some(index) == self.split.checked_sub(1) {
            return Place {
                forms: Forms::Either,
                ..place
            };
        }
        place
    }

    /// Returns where the record with an index is once it has the new form.
    pub(crate) fn new_place(&self, index: u32) -> Place {
        self.new.place(index)
    }

    /// Returns the first byte behind the records, where the persistent state is.
    // spec: II-STORE-21
    pub(crate) fn end(&self) -> u64 {
        self.new.place(self.count).offset
    }
}

impl Area {
    fn place(&self, index: u32) -> Place {
        // Less than 2⁴⁸: an index has 32 bits and a length 16.
        let distance = u64::from(index).saturating_mul(u64::from(self.length));
        Place {
            offset: self.offset.saturating_add(distance),
            length: self.length,
            forms: self.forms,
        }
    }
}
