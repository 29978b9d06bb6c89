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
    pub(crate) fn at(input: &'a [u8], position: usize) -> Self {
        Self {
            rest: input.get(position..).unwrap_or_default(),
            length: input.len(),
        }
    }

    pub(crate) const fn position(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    pub(crate) const fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) const fn error(&self, reason: Reason) -> ReadError {
        ReadError {
            position: self.position(),
            reason,
        }
    }

    /// Takes a number of bytes.
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

    pub(crate) fn byte(&mut self) -> Result<u8, ReadError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let Some((taken, rest)) = self.rest.split_first_chunk() else {
            return Err(self.end(u64::try_from(N).unwrap_or(u64::MAX)));
        };
        self.rest = rest;
        Ok(*taken)
    }

    /// Takes a byte that is 0 or 1.
    pub(crate) fn flag(&mut self) -> Result<bool, ReadError> {
        let start = *self;
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(start.error(Reason::InvalidFlag { byte })),
        }
    }

    /// Takes a length and that many bytes.
    pub(crate) fn blob(&mut self) -> Result<&'a [u8], ReadError> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// Takes a length and a text of that many bytes.
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
        // Most of the others are field ids of five.
        let mut value = 0;
        let mut shift = 0_u32;
        let mut rest = self.rest;
        while let Some((digit, tail)) = rest.split_first() {
            // Nine digits are 63 bits.
            if shift >= 63 {
                break;
            }
            value |= u64::from(digit & 0x7f).wrapping_shl(shift);
            rest = tail;
            if *digit < 0x80 {
                self.rest = rest;
                return Ok(value);
            }
            shift = shift.saturating_add(7);
        }
        let start = *self;
        let digits = self.leb128(Some(MAX_LEB128))?;
        fold(digits.iter().copied())
            .and_then(|value| u64::try_from(value).ok())
            .ok_or_else(|| start.error(Reason::NumberTooLarge))
    }

    /// Takes an unsigned LEB128 number below 2³².
    pub(crate) fn unsigned_32(&mut self) -> Result<u32, ReadError> {
        let start = *self;
        u32::try_from(self.unsigned()?).map_err(|_| start.error(Reason::NumberTooLarge))
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
