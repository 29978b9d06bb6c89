//! The lowest level: bytes and LEB128 numbers.

use crate::error::{ReadError, Reason};

/// How many bytes a LEB128 number of 64 bits has at most, needless ones included.
const MAX_LEB128: usize = 10;

/// What is left to read of an input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    /// Always the last bytes of the input.
    rest: &'a [u8],
    /// How long the whole input is.
    length: usize,
}

impl<'a> Cursor<'a> {
    /// Returns a cursor at a position of `input`; at its end if there is none.
    #[inline]
    pub(crate) fn at(input: &'a [u8], position: usize) -> Self {
        Self {
            rest: input.get(position..).unwrap_or_default(),
            length: input.len(),
        }
    }

    #[inline]
    pub(crate) const fn position(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    #[inline]
    pub(crate) const fn remaining(&self) -> usize {
        self.rest.len()
    }

    #[cold]
    pub(crate) const fn error(&self, reason: Reason) -> ReadError {
        ReadError {
            position: self.position(),
            reason,
        }
    }

    /// Takes a number of bytes.
    #[inline]
    pub(crate) fn take(&mut self, count: u64) -> Result<&'a [u8], ReadError> {
        let split = usize::try_from(count)
            .ok()
            .and_then(|count| self.rest.split_at_checked(count));
        let Some((taken, rest)) = split else {
            return Err(self.end(count));
        };
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, ReadError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let Some((taken, rest)) = self.rest.split_first_chunk() else {
            return Err(self.end(u64::try_from(N).unwrap_or(u64::MAX)));
        };
        self.rest = rest;
        Ok(*taken)
    }

    /// Takes a byte that is 0 or 1.
    #[inline]
    pub(crate) fn flag(&mut self) -> Result<bool, ReadError> {
        let start = *self;
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(start.error(Reason::InvalidFlag { byte })),
        }
    }

    /// Takes a length and that many bytes.
    #[inline]
    pub(crate) fn blob(&mut self) -> Result<&'a [u8], ReadError> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// Takes a length and a text of that many bytes.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'a str, ReadError> {
        let length = self.unsigned()?;
        let start = *self;
        let bytes = self.take(length)?;
        core::str::from_utf8(bytes).map_err(|error| ReadError {
            position: start.position().saturating_add(error.valid_up_to()),
            reason: Reason::InvalidUtf8,
        })
    }

    /// Takes an unsigned LEB128 number below 2⁶⁴.
    #[inline]
    pub(crate) fn unsigned(&mut self) -> Result<u64, ReadError> {
        // Most numbers are lengths and indexes of one byte.
        if let Some((first @ 0..0x80, rest)) = self.rest.split_first() {
            self.rest = rest;
            return Ok(u64::from(*first));
        }
        self.long_unsigned()
    }

    fn long_unsigned(&mut self) -> Result<u64, ReadError> {
        if let Some(number) = self.short_unsigned() {
            return Ok(number);
        }
        let start = *self;
        let digits = self.leb128(Some(MAX_LEB128))?;
        fold(digits.iter().copied())
            .and_then(|value| u64::try_from(value).ok())
            .ok_or_else(|| start.error(Reason::NumberTooLarge))
    }

    /// Takes an unsigned LEB128 number, if it has at most eight bytes and eight bytes are there, all
    /// of which are looked at together.
    #[inline]
    fn short_unsigned(&mut self) -> Option<u64> {
        const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
        let word = u64::from_le_bytes(*self.rest.first_chunk()?);
        // Only the last byte of a number lacks its high bit; what follows is no part of it.
        let ends = !word & HIGH_BITS;
        if ends == 0 {
            return None;
        }
        let up_to_end = ends ^ ends.wrapping_sub(1);
        let digits = word & up_to_end & !HIGH_BITS;
        // Eight digits of 7 bits, then four of 14, then two of 28 move together.
        let digits = (digits & 0x007f_007f_007f_007f) | ((digits & 0x7f00_7f00_7f00_7f00) >> 1);
        let digits = (digits & 0x0000_3fff_0000_3fff) | ((digits & 0x3fff_0000_3fff_0000) >> 2);
        let number = (digits & 0x0fff_ffff) | ((digits & 0x0fff_ffff_0000_0000) >> 4);
        let last = ends.trailing_zeros() / 8;
        let length = usize::try_from(last.saturating_add(1)).ok()?;
        self.rest = self.rest.get(length..)?;
        Some(number)
    }

    /// Takes an unsigned LEB128 number below 2³².
    #[inline]
    pub(crate) fn unsigned_32(&mut self) -> Result<u32, ReadError> {
        let start = *self;
        // Most of them are field ids of five bytes.
        let number = match self.short_unsigned() {
            Some(number) => number,
            None => self.unsigned()?,
        };
        u32::try_from(number).map_err(|_| start.error(Reason::NumberTooLarge))
    }

    /// Takes a signed LEB128 number of 64 bits.
    #[inline]
    pub(crate) fn signed(&mut self) -> Result<i64, ReadError> {
        // Nearly all of them are types: opcodes and positions of one byte.
        if let Some((digit @ 0..0x80, rest)) = self.rest.split_first() {
            self.rest = rest;
            let value = i64::from(*digit);
            return Ok(if value < 0x40 {
                value
            } else {
                value.wrapping_sub(0x80)
            });
        }
        self.long_signed()
    }

    fn long_signed(&mut self) -> Result<i64, ReadError> {
        let start = *self;
        let digits = self.leb128(Some(MAX_LEB128))?;
        fold_signed(digits)
            .and_then(|value| i64::try_from(value).ok())
            .ok_or_else(|| start.error(Reason::NumberTooLarge))
    }

    /// Takes an unsigned LEB128 number below 2¹²⁸, of any length.
    pub(crate) fn unsigned_128(&mut self) -> Result<u128, ReadError> {
        let start = *self;
        let digits = self.leb128(None)?;
        fold(digits.iter().copied()).ok_or_else(|| start.error(Reason::NumberTooLarge))
    }

    /// Takes a signed LEB128 number of 128 bits, of any length.
    pub(crate) fn signed_128(&mut self) -> Result<i128, ReadError> {
        let start = *self;
        let digits = self.leb128(None)?;
        fold_signed(digits).ok_or_else(|| start.error(Reason::NumberTooLarge))
    }

    /// Takes a LEB128 number and returns its bytes: all but the last have their high bit set.
    pub(crate) fn leb128(&mut self, limit: Option<usize>) -> Result<&'a [u8], ReadError> {
        let Some(last) = self.rest.iter().position(|byte| byte & 0x80 == 0) else {
            let needed = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
            return Err(self.end(needed.saturating_add(1)));
        };
        let length = last.saturating_add(1);
        if limit.is_some_and(|limit| length > limit) {
            return Err(self.error(Reason::NumberTooLarge));
        }
        let (digits, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        Ok(digits)
    }

    #[cold]
    fn end(&self, needed: u64) -> ReadError {
        self.error(Reason::UnexpectedEnd {
            needed,
            available: self.rest.len(),
        })
    }
}

/// Adds the digits of an unsigned LEB128 number up, if they fit into 128 bits.
fn fold(digits: impl IntoIterator<Item = u8>) -> Option<u128> {
    let mut value = 0_u128;
    let mut shift = 0_u32;
    for digit in digits {
        let digit = u128::from(digit & 0x7f);
        // Digits of zero may go on for ever.
        if digit != 0 {
            let shifted = digit.checked_shl(shift)?;
            if shifted.checked_shr(shift) != Some(digit) {
                return None;
            }
            value |= shifted;
        }
        shift = shift.saturating_add(7);
    }
    Some(value)
}

/// Adds the digits of a signed LEB128 number up, if they fit into 128 bits.
fn fold_signed(digits: &[u8]) -> Option<i128> {
    // A negative number is the complement of one that is not negative.
    let is_negative = digits.last().is_some_and(|last| last & 0x40 != 0);
    let mask = if is_negative { 0xff } else { 0 };
    let value = fold(digits.iter().map(|digit| digit ^ mask))?;
    let value = i128::try_from(value).ok()?;
    Some(if is_negative { !value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_whether_eight_bytes_are_there_or_not() {
        // Each digit is another one, so that none can be taken for its neighbour.
        let digits = [0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8, 0x89];
        for length in 1..=digits.len() {
            // What follows may look like more digits, or like the end of others.
            for following in [0x00, 0x7f, 0x80, 0xff] {
                let mut bytes = [following; 17];
                bytes[..length].copy_from_slice(&digits[..length]);
                bytes[length - 1] &= 0x7f;
                let number = fold(bytes[..length].iter().copied()).unwrap();
                for count in 0..=8 {
                    let mut cursor = Cursor::at(&bytes[..length + count], 0);
                    assert_eq!(cursor.unsigned().map(u128::from), Ok(number));
                    assert_eq!(cursor.position(), length);
                }
            }
        }
    }

    #[test]
    fn field_ids_end_at_32_bits_however_many_bytes_they_have() {
        let greatest = [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0];
        assert_eq!(Cursor::at(&greatest, 0).unsigned_32(), Ok(u32::MAX));
        assert_eq!(Cursor::at(&greatest[..5], 0).unsigned_32(), Ok(u32::MAX));
        let error = ReadError {
            position: 0,
            reason: Reason::NumberTooLarge,
        };
        let more = [0x80, 0x80, 0x80, 0x80, 0x10, 0, 0, 0];
        assert_eq!(Cursor::at(&more, 0).unsigned_32(), Err(error));
        assert_eq!(Cursor::at(&more[..5], 0).unsigned_32(), Err(error));
        // Needless digits of zero are allowed, up to ten.
        let needless = [0x83, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00];
        assert_eq!(Cursor::at(&needless, 0).unsigned_32(), Ok(3));
    }
}
