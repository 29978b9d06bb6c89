//! The cursor.

mod head;

use crate::Kind;
use crate::NullRule;
use crate::ReadError;
use crate::Reason;
use crate::TagRule;
use crate::skip;

/// The tag "self-described CBOR" of RFC 8949, section 3.4.6.
pub(crate) const SELF_DESCRIBED: u64 = 55799;
const SELF_DESCRIBED_HEAD: &[u8] = &[0xd9, 0xd9, 0xf7];
/// The tag "unsigned bignum" of RFC 8949, section 3.4.3.
pub(crate) const BIGNUM: u64 = 2;
pub(crate) const BREAK: u8 = 0xff;

/// A cursor over one CBOR item and what is inside it.
///
/// Each reading method takes the next item, and expects it to be of one kind. If it isn't, the
/// method returns an error and leaves the cursor where it was. A copy is a bookmark.
///
/// # Example
///
/// ```
/// use icid_cbor::{Kind, ReadError, Reader, Reason};
///
/// let mut reader = Reader::new(&[0x82, 0x07, 0x41, 0xff]);
/// let mut items = reader.array()?;
/// assert!(reader.next(&mut items)?);
/// let reason = Reason::WrongKind { found: Kind::Unsigned, expected: Kind::Bytes };
/// assert_eq!(reader.bytes(), Err(ReadError { position: 1, reason }));
/// assert_eq!(reader.unsigned()?, 7);
/// # Ok::<(), ReadError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// What is left to read: always the last bytes of the input.
    rest: &'a [u8],
    /// How long the whole input is.
    length: usize,
}

/// How many items of an array, or entries of a map, are still to come.
///
/// [`Reader::array`] and [`Reader::map`] make it, [`Reader::next`] counts it down.
#[derive(Clone, Copy, Debug)]
pub struct Items {
    /// The number, or `None` until the break of an indefinite length was read.
    remaining: Option<u64>,
}

/// A natural number of any size.
#[expect(
    clippy::exhaustive_enums,
    reason = "the two encodings of RFC 8949 are complete"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Natural<'a> {
    /// A number of 2⁶⁴ or above: its bytes, most significant first, the first not zero. There are
    /// more than eight.
    Big(&'a [u8]),
    /// A number below 2⁶⁴.
    Small(u64),
}

impl<'a> Reader<'a> {
    /// Returns a cursor at the start of `input`.
    #[inline]
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            length: input.len(),
        }
    }

    /// Takes the tag 55799 that marks self-described CBOR.
    ///
    /// # Errors
    ///
    /// [`Reason::MissingTag`] if it isn't there and `rule` requires it; [`Reason::UnexpectedEnd`]
    /// if nothing is there; errors of the head of a tag.
    // spec: CBOR-1
    #[inline]
    pub fn self_described_tag(&mut self, rule: TagRule) -> Result<(), ReadError> {
        if let Some(rest) = self.rest.strip_prefix(SELF_DESCRIBED_HEAD) {
            self.rest = rest;
            return Ok(());
        }
        let start = *self;
        if self.kind()? == Kind::Tag && self.tag()? == SELF_DESCRIBED {
            return Ok(());
        }
        *self = start;
        match rule {
            TagRule::Optional => Ok(()),
            TagRule::Required => Err(self.error(Reason::MissingTag)),
        }
    }

    /// Takes a byte string of definite length.
    ///
    /// # Errors
    ///
    /// [`Reason::UnexpectedEnd`], [`Reason::WrongKind`], [`Reason::ReservedInitialByte`] or
    /// [`Reason::Chunked`].
    // spec: CBOR-3
    #[inline]
    pub fn bytes(&mut self) -> Result<&'a [u8], ReadError> {
        self.string(2, Kind::Bytes)
    }

    /// Takes a text string of definite length.
    ///
    /// # Errors
    ///
    /// As [`Reader::bytes`], and [`Reason::InvalidUtf8`] at the first offending byte.
    // spec: CBOR-4
    #[inline]
    pub fn text(&mut self) -> Result<&'a str, ReadError> {
        let start = *self;
        let bytes = self.text_bytes()?;
        self.utf8(bytes).inspect_err(|_| *self = start)
    }

    /// Takes a natural number below 2⁶⁴, in an encoding of any width.
    ///
    /// # Errors
    ///
    /// [`Reason::UnexpectedEnd`], [`Reason::Bignum`] if a bignum is there, [`Reason::WrongKind`]
    /// for anything else, [`Reason::ReservedInitialByte`].
    // spec: CBOR-5, REQID-13
    #[inline]
    pub fn unsigned(&mut self) -> Result<u64, ReadError> {
        self.argument(0, Kind::Unsigned)
            .map_err(|error| self.bignum(error))
    }

    /// Takes a natural number of any size.
    ///
    /// # Errors
    ///
    /// As [`Reader::unsigned`], but a bignum is taken too. [`Reason::UnexpectedTag`] for another
    /// tag, [`Reason::BignumTooSmall`] if the number is below 2⁶⁴. Zeros in front are passed over.
    // spec: CBOR-5
    pub fn natural(&mut self) -> Result<Natural<'a>, ReadError> {
        if self.kind()? != Kind::Tag {
            return self.unsigned().map(Natural::Small);
        }
        let mut ahead = *self;
        let tag = ahead.tag()?;
        if tag != BIGNUM {
            return Err(self.error(Reason::UnexpectedTag { tag }));
        }
        let bytes = ahead.bytes()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let digits = bytes.get(zeros..).unwrap_or_default();
        if digits.len() <= size_of::<u64>() {
            return Err(self.error(Reason::BignumTooSmall));
        }
        *self = ahead;
        Ok(Natural::Big(digits))
    }

    /// Takes an integer from −2⁶⁴ to 2⁶⁴ − 1, in an encoding of any width.
    ///
    /// # Errors
    ///
    /// As [`Reader::unsigned`].
    pub fn integer(&mut self) -> Result<i128, ReadError> {
        if self.kind()? == Kind::Negative {
            return self
                .argument(1, Kind::Negative)
                .map(|argument| !i128::from(argument));
        }
        self.unsigned().map(i128::from)
    }

    /// Takes `false` or `true`.
    ///
    /// # Errors
    ///
    /// [`Reason::UnexpectedEnd`] or [`Reason::WrongKind`].
    pub fn boolean(&mut self) -> Result<bool, ReadError> {
        let value = match self.rest.first() {
            Some(0xf4) => false,
            Some(0xf5) => true,
            _ => return Err(self.wrong_kind(Kind::Bool)),
        };
        self.take(1)?;
        Ok(value)
    }

    /// Takes `null` if it is there and `rule` lets it stand for an absent optional field.
    ///
    /// Returns whether it was there.
    ///
    /// # Errors
    ///
    /// [`Reason::Null`] if it is there and `rule` rejects it.
    // spec: CBOR-12
    #[inline]
    pub fn null(&mut self, rule: NullRule) -> Result<bool, ReadError> {
        if self.rest.first() != Some(&0xf6) {
            return Ok(false);
        }
        match rule {
            NullRule::Absent => self.take(1).map(|_| true),
            NullRule::Reject => Err(self.error(Reason::Null)),
        }
    }

    /// Takes the head of a tag and returns its number; the tagged item is next.
    ///
    /// # Errors
    ///
    /// [`Reason::UnexpectedEnd`], [`Reason::WrongKind`] or [`Reason::ReservedInitialByte`].
    #[inline]
    pub fn tag(&mut self) -> Result<u64, ReadError> {
        self.argument(6, Kind::Tag)
    }

    /// Takes the head of an array; [`Reader::next`] tells whether an item follows.
    ///
    /// # Errors
    ///
    /// [`Reason::UnexpectedEnd`], also if fewer bytes follow than items are announced;
    /// [`Reason::WrongKind`] or [`Reason::ReservedInitialByte`].
    // spec: CBOR-8
    #[inline]
    pub fn array(&mut self) -> Result<Items, ReadError> {
        self.items(4, Kind::Array, 1)
    }

    /// Takes the head of a map; [`Reader::next`] tells whether an entry follows, which is a key
    /// and then a value.
    ///
    /// Duplicate keys are for the caller to notice: see [`Record`](crate::Record) and
    /// [`check`](crate::check()).
    ///
    /// # Errors
    ///
    /// As [`Reader::array`]; every entry needs two bytes.
    // spec: CBOR-8
    #[inline]
    pub fn map(&mut self) -> Result<Items, ReadError> {
        self.items(5, Kind::Map, 2)
    }

    /// Returns whether another item or entry follows, and takes the break if none does.
    ///
    /// # Errors
    ///
    /// [`Reason::UnexpectedEnd`] if the input ends before the break.
    #[inline]
    pub fn next(&mut self, items: &mut Items) -> Result<bool, ReadError> {
        match items.remaining {
            Some(0) => Ok(false),
            Some(count) => {
                items.remaining = Some(count.saturating_sub(1));
                Ok(true)
            }
            None => match self.rest.split_first() {
                Some((&BREAK, rest)) => {
                    self.rest = rest;
                    items.remaining = Some(0);
                    Ok(false)
                }
                Some(_) => Ok(true),
                None => Err(self.end(1)),
            },
        }
    }

    /// Checks that another item or entry follows.
    ///
    /// # Errors
    ///
    /// As [`Reader::next`], and [`Reason::MissingItem`] if none does.
    #[inline]
    pub fn expect_item(&mut self, items: &mut Items) -> Result<(), ReadError> {
        let start = *self;
        if self.next(items)? {
            return Ok(());
        }
        Err(start.error(Reason::MissingItem))
    }

    /// Checks that no other item or entry follows.
    ///
    /// # Errors
    ///
    /// As [`Reader::next`], and [`Reason::ExcessItem`] if one does.
    #[inline]
    pub fn expect_end(&mut self, items: &mut Items) -> Result<(), ReadError> {
        if self.next(items)? {
            return Err(self.error(Reason::ExcessItem));
        }
        Ok(())
    }

    /// Takes one whole item with everything inside it, and returns its encoding.
    ///
    /// # Errors
    ///
    /// [`Reason::TooDeep`] beyond [`MAX_NESTING`](crate::MAX_NESTING) levels; [`Reason::NotInProfile`];
    /// [`Reason::InvalidUtf8`]; errors of the heads.
    #[inline]
    pub fn item(&mut self) -> Result<&'a [u8], ReadError> {
        let start = *self;
        self.skip()?;
        let length = start.rest.len().saturating_sub(self.rest.len());
        Ok(start.rest.get(..length).unwrap_or_default())
    }

    /// Takes one whole item with everything inside it.
    ///
    /// Keys are not compared, and may be of any kind.
    ///
    /// # Errors
    ///
    /// As [`Reader::item`].
    #[inline]
    pub fn skip(&mut self) -> Result<(), ReadError> {
        skip::skip(self)
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    ///
    /// [`Reason::TrailingBytes`].
    // spec: CBOR-9
    #[inline]
    pub fn finish(self) -> Result<(), ReadError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.error(Reason::TrailingBytes {
            count: self.rest.len(),
        }))
    }

    /// Returns the kind of the next item without taking it.
    ///
    /// # Errors
    ///
    /// [`Reason::UnexpectedEnd`].
    #[inline]
    pub fn kind(&self) -> Result<Kind, ReadError> {
        match self.rest.first() {
            Some(first) => Ok(Kind::of(*first)),
            None => Err(self.end(1)),
        }
    }

    /// Returns the position in bytes from the start of the input.
    #[inline]
    #[must_use]
    pub const fn position(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    /// Returns the bytes that are left to read.
    #[inline]
    #[must_use]
    pub const fn remaining(&self) -> &'a [u8] {
        self.rest
    }

    /// Returns an error at this position.
    #[cold]
    #[must_use]
    pub const fn error(&self, reason: Reason) -> ReadError {
        ReadError {
            position: self.position(),
            reason,
        }
    }
}

impl Items {
    /// Returns how many items or entries are still to come, or `None` while only the break of an
    /// indefinite length will tell.
    #[inline]
    #[must_use]
    pub const fn remaining(&self) -> Option<u64> {
        self.remaining
    }
}

#[cfg(test)]
mod tests;
