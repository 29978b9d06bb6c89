//! The header of an image: II-STORE-1 to 7, and what versions 2, 4 and 9 add.

use super::image::Image;
use super::number;
use crate::context::{Context, Stop};

/// What the header says, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Header {
    pub(super) version: u64,
    pub(super) count: u64,
    pub(super) lo: u64,
    /// After II-STORE-7.
    pub(super) hi: u64,
    /// As it is stored.
    pub(super) stored_hi: u64,
    pub(super) entry_size: u64,
    pub(super) salt: Vec<u8>,
    /// Where the first record is; versions 3 to 6.
    pub(super) first: u64,
    /// The entry size of moved records; version 2.
    pub(super) new_entry_size: u64,
    /// The index of the first record of the new kind; versions 2 and 4.
    pub(super) start: u64,
}

/// How many anchors a layout has room for.
///
/// Sources: the service's tests `should_report_max_number_of_entries_for_8gb`, `…_for_32gb` and
/// `…_for_256gb`.
pub(super) const fn capacity(version: u64) -> u64 {
    match version {
        0..=2 => 3_774_873,
        3..=8 => 8_178_860,
        _ => 67_106_816,
    }
}

impl Header {
    pub(super) fn read(ctx: &Context<'_>, image: &Image) -> Result<Self, Stop> {
        if image.pages() == 0 && !ctx.has("II-STORE-1/empty") {
            return Err(Stop::violated("II-STORE-1"));
        }
        let bytes = |offset: u64, length: u64| image.read_padded(offset, length);
        let magic = bytes(0, 3);
        let begins = match magic.as_slice() {
            b"IIC" => true,
            [b'I', b'I', _] if ctx.has("II-STORE-1/two-letters") => true,
            letters if ctx.has("II-STORE-1/any-case") => letters.eq_ignore_ascii_case(b"IIC"),
            _ => ctx.has("II-STORE-1/off") || ctx.has("II-STORE-1/empty") && image.pages() == 0,
        };
        if !begins {
            return Err(Stop::violated("II-STORE-1"));
        }

        let version = match bytes(3, 1).first().copied().unwrap_or(0) {
            _ if image.pages() == 0 => 9,
            9 if ctx.has("II-STORE-2/8") => return Err(Stop::violated("II-STORE-2")),
            version @ 1..=9 => version,
            10 if ctx.has("II-STORE-2/10") => 9,
            0 if ctx.has("II-STORE-2/zero") => 1,
            digit @ b'1'..=b'9' if ctx.has("II-STORE-2/digit") => digit.saturating_sub(b'0'),
            _ => return Err(Stop::violated("II-STORE-2")),
        };
        let version = u64::from(version);

        let wide = |offset: u64| number(ctx, "II-STORE-3/range", &bytes(offset, 8));
        let (mut lo, mut hi) = (wide(8), wide(16));
        if ctx.has("II-STORE-4/swapped-bounds") {
            core::mem::swap(&mut lo, &mut hi);
        }
        if ctx.has("II-STORE-4/narrow-bounds") {
            (lo, hi) = (lo & 0xffff_ffff, hi & 0xffff_ffff);
        }
        let salt_at = if ctx.has("II-STORE-4/no-entry-size") {
            24
        } else {
            26
        };
        let start_at = match version {
            2 if ctx.has("II-STORE-10/tail-at-66") => 66,
            4 if ctx.has("II-STORE-11/tail-at-60") => 60,
            4 => 66,
            _ => 60,
        };
        let mut header = Self {
            version,
            count: number(ctx, "II-STORE-3/count", &bytes(4, 4)),
            lo,
            hi,
            stored_hi: hi,
            entry_size: number(ctx, "II-STORE-3/entry-size", &bytes(24, 2)),
            salt: bytes(salt_at, 32),
            first: super::little_endian(&bytes(58, 8)),
            new_entry_size: super::little_endian(&bytes(58, 2)),
            start: number(ctx, "II-STORE-3/start", &bytes(start_at, 4)),
        };
        header.check_range(ctx)?;
        let (clause, is_unchecked) = match version {
            2 => ("II-STORE-10", ctx.has("II-STORE-10/beyond")),
            4 => ("II-STORE-11", ctx.has("II-STORE-11/beyond")),
            _ => ("", true),
        };
        if header.start > header.count && !is_unchecked {
            return Err(Stop::violated(clause));
        }
        if header.salt == [0; 32] && ctx.has("II-STORE-5/unset-rejected") {
            return Err(Stop::violated("II-STORE-5"));
        }
        if ctx.has("II-STORE-5/reversed") {
            header.salt.reverse();
        }
        if version == 9 && ctx.has("II-STORE-20/tail") && header.first != 131_072 {
            return Err(Stop::violated("II-STORE-20"));
        }
        Ok(header)
    }

    fn check_range(&mut self, ctx: &Context<'_>) -> Result<(), Stop> {
        if self.hi < self.lo && ctx.has("II-STORE-6/inverted") {
            return Ok(());
        }
        let Some(numbers) = self.hi.checked_sub(self.lo) else {
            return Err(Stop::violated("II-STORE-6"));
        };
        let room = if ctx.has("II-STORE-7/capacity-of-1") {
            capacity(1)
        } else if ctx.has("II-STORE-7/capacity-of-3") {
            capacity(3)
        } else {
            capacity(self.version)
        };
        let is_cut = numbers > room || numbers == room && ctx.has("II-STORE-7/one-less");
        if is_cut && ctx.has("II-STORE-7/rejected") {
            return Err(Stop::violated("II-STORE-7"));
        }
        if is_cut && !ctx.has("II-STORE-7/off") {
            let room = if ctx.has("II-STORE-7/one-more") {
                room.saturating_add(1)
            } else if ctx.has("II-STORE-7/one-less") {
                room.saturating_sub(1)
            } else {
                room
            };
            self.hi = self.lo.saturating_add(room);
        }
        let numbers = self.hi.saturating_sub(self.lo);
        let most = if ctx.has("II-STORE-6/inclusive") {
            numbers.saturating_add(1)
        } else if ctx.has("II-STORE-6/one-less") && numbers > 0 {
            numbers.saturating_sub(1)
        } else {
            numbers
        };
        if numbers == 0 && ctx.has("II-STORE-6/empty-range") {
            return Err(Stop::violated("II-STORE-6"));
        }
        if self.count > most && !ctx.has("II-STORE-6/uncounted") {
            return Err(Stop::violated("II-STORE-6"));
        }
        Ok(())
    }
}
