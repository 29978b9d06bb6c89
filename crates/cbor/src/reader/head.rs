//! Heads of items, and what follows them directly.

use core::str;

use super::BIGNUM;
use super::Items;
use super::Reader;
use crate::Kind;
use crate::ReadError;
use crate::Reason;

/// The lowest five bits of an initial byte: they are the argument, if below.
const FIRST_WIDE: u8 = 24;
/// The lowest five bits of an initial byte: the length is indefinite, or it is a break.
const INDEFINITE: u8 = 31;

impl<'a> Reader<'a> {
    /// Takes the bytes of a text string without looking whether they are UTF-8.
    #[inline]
    pub(crate) fn text_bytes(&mut self) -> Result<&'a [u8], ReadError> {
        self.string(3, Kind::Text)
    }

    /// Checks that `bytes`, which end at this position, are UTF-8.
    #[inline]
    pub(crate) fn utf8<'b>(&self, bytes: &'b [u8]) -> Result<&'b str, ReadError> {
        str::from_utf8(bytes).map_err(|error| {
            let start = self.position().saturating_sub(bytes.len());
            ReadError {
                position: start.saturating_add(error.valid_up_to()),
                reason: Reason::InvalidUtf8,
            }
        })
    }

    /// Takes that many bytes.
    #[inline]
    pub(crate) fn take(&mut self, count: u64) -> Result<&'a [u8], ReadError> {
        // A length that the platform cannot address is longer than what is left, too.
        match usize::try_from(count)
            .ok()
            .and_then(|count| self.rest.split_at_checked(count))
        {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.end(count)),
        }
    }

    /// Checks that `count` items of `least` bytes each can follow.
    #[inline]
    pub(crate) fn expect_room(&self, count: u64, least: u64) -> Result<(), ReadError> {
        let needed = count.saturating_mul(least);
        match usize::try_from(needed) {
            Ok(needed) if needed <= self.rest.len() => Ok(()),
            _ => Err(self.end(needed)),
        }
    }

    /// Takes the head of an array or map. Almost all have their number in the first byte.
    #[inline]
    pub(super) fn items(&mut self, major: u8, kind: Kind, least: u64) -> Result<Items, ReadError> {
        let (items, ahead) = match self.rest {
            [first, rest @ ..] if first.wrapping_sub(major << 5) < FIRST_WIDE => {
                let count = u64::from(first.wrapping_sub(major << 5));
                let ahead = Self { rest, ..*self };
                ahead.expect_room(count, least)?;
                let remaining = Some(count);
                (Items { remaining }, ahead)
            }
            _ => self.long_items(major, kind, least)?,
        };
        *self = ahead;
        Ok(items)
    }

    /// Takes the key `name` of the next entry, if that is what comes, in its shortest form.
    #[inline(always)]
    pub(crate) fn next_key(&mut self, entries: &mut Items, name: &str) -> bool {
        let [head, rest @ ..] = self.rest else {
            return false;
        };
        let length = head.wrapping_sub(3 << 5);
        if length >= FIRST_WIDE || usize::from(length) != name.len() {
            return false;
        }
        let Some(rest) = rest.strip_prefix(name.as_bytes()) else {
            return false;
        };
        if let Some(remaining) = &mut entries.remaining {
            let Some(less) = remaining.checked_sub(1) else {
                return false;
            };
            *remaining = less;
        }
        self.rest = rest;
        true
    }

    /// Takes the head of any array or map, or finds out what is wrong with it.
    ///
    /// The cold paths take a cursor and return one. If they changed it in place, it could not stay
    /// in registers on the hot paths, which are several times as fast for it.
    #[cold]
    fn long_items(self, major: u8, kind: Kind, least: u64) -> Result<(Items, Self), ReadError> {
        if let Some((&first, rest)) = self.rest.split_first()
            && first == major << 5 | INDEFINITE
        {
            return Ok((Items { remaining: None }, Self { rest, ..self }));
        }
        let mut ahead = self;
        let count = ahead.argument(major, kind)?;
        ahead.expect_room(count, least)?;
        let remaining = Some(count);
        Ok((Items { remaining }, ahead))
    }

    /// Takes a string. Almost all have their length in the first two bytes: this is the path that
    /// everything else waits for.
    #[inline]
    pub(super) fn string(&mut self, major: u8, kind: Kind) -> Result<&'a [u8], ReadError> {
        let (length, rest) = match self.rest {
            [first, rest @ ..] if first.wrapping_sub(major << 5) < FIRST_WIDE => {
                (first.wrapping_sub(major << 5), rest)
            }
            [first, length, rest @ ..] if *first == major << 5 | FIRST_WIDE => (*length, rest),
            // More than there is, so that the rest is done below.
            _ => (1, &[][..]),
        };
        let (bytes, ahead) = match rest.split_at_checked(usize::from(length)) {
            Some((bytes, rest)) => (bytes, Self { rest, ..*self }),
            None => self.long_string(major, kind)?,
        };
        *self = ahead;
        Ok(bytes)
    }

    /// Takes a string of any length, or finds out what is wrong with it.
    #[cold]
    fn long_string(self, major: u8, kind: Kind) -> Result<(&'a [u8], Self), ReadError> {
        let mut ahead = self;
        let length = ahead.argument(major, kind)?;
        Ok((ahead.take(length)?, ahead))
    }

    /// Takes the head of an item of one major type, of definite length.
    #[inline]
    pub(crate) fn argument(&mut self, major: u8, kind: Kind) -> Result<u64, ReadError> {
        let (argument, rest) = match self.rest {
            [first, rest @ ..] if first.wrapping_sub(major << 5) < FIRST_WIDE => {
                (u64::from(first.wrapping_sub(major << 5)), rest)
            }
            _ => self.wide_argument(major, kind)?,
        };
        self.rest = rest;
        Ok(argument)
    }

    /// Takes a head whose argument is not in the initial byte, or finds out what is wrong with it.
    #[cold]
    fn wide_argument(self, major: u8, kind: Kind) -> Result<(u64, &'a [u8]), ReadError> {
        let Some((&first, rest)) = self.rest.split_first() else {
            return Err(self.end(1));
        };
        if first >> 5 != major {
            return Err(self.wrong_kind(kind));
        }
        let info = first & INDEFINITE;
        match info {
            24 => rest
                .split_first_chunk()
                .map(|(&byte, rest)| (u64::from(u8::from_be_bytes(byte)), rest)),
            25 => rest
                .split_first_chunk()
                .map(|(&bytes, rest)| (u64::from(u16::from_be_bytes(bytes)), rest)),
            26 => rest
                .split_first_chunk()
                .map(|(&bytes, rest)| (u64::from(u32::from_be_bytes(bytes)), rest)),
            27 => rest
                .split_first_chunk()
                .map(|(&bytes, rest)| (u64::from_be_bytes(bytes), rest)),
            INDEFINITE if matches!(Kind::of(first), Kind::Bytes | Kind::Text) => {
                return Err(self.error(Reason::Chunked {
                    kind: Kind::of(first),
                }));
            }
            _ => return Err(self.error(Reason::ReservedInitialByte { byte: first })),
        }
        .ok_or_else(|| {
            // 24 is followed by 1 byte, 25 by 2, 26 by 4, 27 by 8.
            let following = 1_u64.wrapping_shl(u32::from(info & 3));
            self.end(following.saturating_add(1))
        })
    }

    /// Turns "a tag, expected an unsigned integer" into [`Reason::Bignum`] if it is one.
    #[cold]
    pub(super) fn bignum(&self, error: ReadError) -> ReadError {
        let mut ahead = *self;
        match ahead.tag() {
            Ok(BIGNUM) => self.error(Reason::Bignum),
            _ => error,
        }
    }

    #[cold]
    pub(crate) fn wrong_kind(&self, expected: Kind) -> ReadError {
        match self.kind() {
            Ok(found) => self.error(Reason::WrongKind { found, expected }),
            Err(error) => error,
        }
    }

    #[cold]
    pub(crate) const fn end(&self, needed: u64) -> ReadError {
        self.error(Reason::UnexpectedEnd {
            needed,
            available: self.rest.len(),
        })
    }
}
