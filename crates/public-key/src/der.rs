//! Strict DER (ITU-T X.690, section 10), as much of it as public keys need.
//!
//! Every element has exactly one form here, so that a key that is read and written again is the same
//! bytes: tags have one byte, and a length is in the short form below 128 and otherwise in the long
//! form with as few bytes as possible.

mod error;

pub use crate::der::error::ParseDerError;
pub use crate::der::error::Tag;

/// Reads the elements of one sequence, or of the whole input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Where `rest` starts in the whole input.
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            position: 0,
        }
    }

    /// Reads a sequence, whose elements are then read from the result.
    pub(crate) fn sequence(&mut self) -> Result<Self, ParseDerError> {
        self.element(Tag::Sequence)
    }

    /// Reads an object identifier and returns its encoded arcs.
    pub(crate) fn object_identifier(&mut self) -> Result<&'a [u8], ParseDerError> {
        Ok(self.element(Tag::ObjectIdentifier)?.rest)
    }

    /// Reads a bit string and returns how many bits of its last byte are unused, and its bytes.
    pub(crate) fn bit_string(&mut self) -> Result<(u8, &'a [u8]), ParseDerError> {
        let mut contents = self.element(Tag::BitString)?;
        let [unused_bits] = contents.array()?;
        Ok((unused_bits, contents.rest))
    }

    /// Reads an integer that is not negative and returns its bytes, most significant first, the
    /// first not zero; none if it is zero.
    pub(crate) fn unsigned(&mut self) -> Result<&'a [u8], ParseDerError> {
        let contents = self.element(Tag::Integer)?;
        match *contents.rest {
            [0] => Ok(&[]),
            // A zero is there for the sign only if the number would be negative without it.
            [0, 0x80..=0xff, ..] => Ok(contents.rest.get(1..).unwrap_or_default()),
            [0x01..=0x7f, ..] => Ok(contents.rest),
            _ => Err(ParseDerError::InvalidInteger {
                position: contents.position,
            }),
        }
    }

    /// Reads a null.
    pub(crate) fn null(&mut self) -> Result<(), ParseDerError> {
        self.element(Tag::Null)?.finish()
    }

    /// Returns where the next element starts in the whole input.
    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// Returns whether no element is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns a reader of what a bit string of whole bytes holds, which is a DER element itself.
    pub(crate) const fn within(bytes: &'a [u8], position: usize) -> Self {
        Self {
            rest: bytes,
            position,
        }
    }

    /// Checks that no element is left.
    pub(crate) const fn finish(self) -> Result<(), ParseDerError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(ParseDerError::TrailingBytes {
            position: self.position,
            count: self.rest.len(),
        })
    }

    fn element(&mut self, expected: Tag) -> Result<Self, ParseDerError> {
        let position = self.position;
        let [found] = self.array()?;
        if found != expected.byte() {
            return Err(ParseDerError::WrongTag {
                position,
                found,
                expected,
            });
        }
        let length = self.length()?;
        let position = self.position;
        Ok(Self {
            rest: self.take(length)?,
            position,
        })
    }

    fn length(&mut self) -> Result<usize, ParseDerError> {
        let position = self.position;
        let [first] = self.array()?;
        let (length, least) = match first {
            ..=0x7f => (u16::from(first), 0),
            0x81 => (self.array().map(|[byte]| u16::from(byte))?, 0x80),
            // No public key is so long that it needs more bytes than these.
            0x82 => (u16::from_be_bytes(self.array()?), 0x100),
            _ => return Err(ParseDerError::UnsupportedLength { position, first }),
        };
        let length = usize::from(length);
        if length < least {
            return Err(ParseDerError::LongerLength { position, length });
        }
        Ok(length)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ParseDerError> {
        let array = self
            .rest
            .first_chunk()
            .copied()
            .ok_or_else(|| self.end(N))?;
        self.take(N)?;
        Ok(array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ParseDerError> {
        let (head, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.end(length))?;
        self.rest = rest;
        self.position = self.position.saturating_add(length);
        Ok(head)
    }

    const fn end(&self, needed: usize) -> ParseDerError {
        let (position, available) = (self.position, self.rest.len());
        ParseDerError::UnexpectedEnd {
            position,
            needed,
            available,
        }
    }
}

/// The head of an element: its tag and its length in the shortest form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    bytes: [u8; 4],
    length: usize,
}

impl Head {
    /// Returns the head of an element with contents of at most [`MAX_CONTENTS`] bytes.
    pub(crate) fn new(tag: Tag, contents: usize) -> Self {
        // Whoever builds an element bounds it; the fallback is there for the type's sake.
        let [high, low] = u16::try_from(contents).unwrap_or(u16::MAX).to_be_bytes();
        let tag = tag.byte();
        let (bytes, length) = match (high, low) {
            (0, ..=0x7f) => ([tag, low, 0, 0], 2),
            (0, _) => ([tag, 0x81, low, 0], 3),
            _ => ([tag, 0x82, high, low], 4),
        };
        Self { bytes, length }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Returns the length of the whole element, contents included.
    pub(crate) const fn element_length(&self, contents: usize) -> usize {
        self.length.saturating_add(contents)
    }
}

/// The greatest length of an element's contents: what two bytes can say.
pub(crate) const MAX_CONTENTS: usize = 0xffff;

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one bit string and nothing else, and returns how many bytes it has.
    fn read(der: &[u8]) -> Result<usize, ParseDerError> {
        let mut reader = Reader::new(der);
        let (_, bytes) = reader.bit_string()?;
        reader.finish()?;
        Ok(bytes.len())
    }

    /// A bit string with this length and as many bytes as it says.
    fn bit_string<const N: usize>(length: &[u8], bytes: usize) -> ([u8; N], usize) {
        let mut der = [0; N];
        der[0] = 0x03;
        der[1..=length.len()].copy_from_slice(length);
        (der, 1 + length.len() + bytes)
    }

    #[test]
    fn each_length_has_one_form() {
        for (length, bytes, result) in [
            (&[0x01][..], 1, Ok(0)),
            (&[0x7f], 127, Ok(126)),
            (
                &[0x81, 0x7f],
                127,
                Err(ParseDerError::LongerLength {
                    position: 1,
                    length: 127,
                }),
            ),
            (&[0x81, 0x80], 128, Ok(127)),
            (&[0x81, 0xff], 255, Ok(254)),
            (
                &[0x82, 0x00, 0xff],
                255,
                Err(ParseDerError::LongerLength {
                    position: 1,
                    length: 255,
                }),
            ),
            (&[0x82, 0x01, 0x00], 256, Ok(255)),
            (&[0x82, 0xff, 0xff], 65_535, Ok(65_534)),
            (
                &[0x83, 0x01, 0x00, 0x00],
                65_536,
                Err(ParseDerError::UnsupportedLength {
                    position: 1,
                    first: 0x83,
                }),
            ),
            (
                &[0x80],
                0,
                Err(ParseDerError::UnsupportedLength {
                    position: 1,
                    first: 0x80,
                }),
            ),
            (
                &[0xff],
                0,
                Err(ParseDerError::UnsupportedLength {
                    position: 1,
                    first: 0xff,
                }),
            ),
        ] {
            let (der, end) = bit_string::<70_000>(length, bytes);
            assert_eq!(read(&der[..end]), result, "{length:x?}");
        }
    }

    #[test]
    fn the_end_may_come_anywhere() {
        let end = |position, needed, available| {
            Err(ParseDerError::UnexpectedEnd {
                position,
                needed,
                available,
            })
        };
        assert_eq!(read(&[]), end(0, 1, 0));
        assert_eq!(read(&[0x03]), end(1, 1, 0));
        assert_eq!(read(&[0x03, 0x00]), end(2, 1, 0));
        assert_eq!(read(&[0x03, 0x02, 0x00]), end(2, 2, 1));
        assert_eq!(read(&[0x03, 0x81]), end(2, 1, 0));
        assert_eq!(read(&[0x03, 0x82, 0x01]), end(2, 2, 1));
        assert_eq!(read(&[0x03, 0x82, 0xff, 0xff]), end(4, 0xffff, 0));
    }

    #[test]
    fn the_tag_is_named() {
        let expected = Tag::BitString;
        let error = ParseDerError::WrongTag {
            position: 0,
            found: 0x04,
            expected,
        };
        assert_eq!(read(&[0x04, 0x01, 0x00]), Err(error));
    }

    #[test]
    fn what_follows_is_counted() {
        let error = ParseDerError::TrailingBytes {
            position: 3,
            count: 2,
        };
        assert_eq!(read(&[0x03, 0x01, 0x00, 0x00, 0x00]), Err(error));
    }

    #[test]
    fn integers_are_natural_and_as_short_as_they_can_be() {
        let invalid = Err(ParseDerError::InvalidInteger { position: 2 });
        for (contents, result) in [
            (&[0x00][..], Ok(&[][..])),
            (&[0x01], Ok(&[0x01])),
            (&[0x7f, 0x00], Ok(&[0x7f, 0x00])),
            (&[0x00, 0x80], Ok(&[0x80])),
            (&[0x00, 0x7f], invalid),
            (&[0x00, 0x00], invalid),
            (&[0x80], invalid),
            (&[], invalid),
        ] {
            let mut der = [0x02, 0, 0, 0];
            der[1] = u8::try_from(contents.len()).unwrap();
            der[2..2 + contents.len()].copy_from_slice(contents);
            let mut reader = Reader::new(&der[..2 + contents.len()]);
            assert_eq!(reader.unsigned(), result, "{contents:x?}");
        }
    }

    #[test]
    fn a_null_is_empty() {
        assert_eq!(Reader::new(&[0x05, 0x00]).null(), Ok(()));
        let error = ParseDerError::TrailingBytes {
            position: 2,
            count: 1,
        };
        assert_eq!(Reader::new(&[0x05, 0x01, 0x00]).null(), Err(error));
    }

    #[test]
    fn heads_are_as_short_as_they_can_be() {
        for (contents, head) in [
            (0, &[0x30, 0x00][..]),
            (0x7f, &[0x30, 0x7f]),
            (0x80, &[0x30, 0x81, 0x80]),
            (0xff, &[0x30, 0x81, 0xff]),
            (0x100, &[0x30, 0x82, 0x01, 0x00]),
            (MAX_CONTENTS, &[0x30, 0x82, 0xff, 0xff]),
        ] {
            let written = Head::new(Tag::Sequence, contents);
            assert_eq!(written.as_bytes(), head);
            assert_eq!(written.element_length(contents), head.len() + contents);
        }
    }

    #[test]
    fn positions_count_from_the_start_of_the_input() {
        let mut outer = Reader::new(&[0x30, 0x04, 0x30, 0x02, 0x03, 0x01]);
        let mut inner = outer.sequence().unwrap().sequence().unwrap();
        let error = ParseDerError::UnexpectedEnd {
            position: 6,
            needed: 1,
            available: 0,
        };
        assert_eq!(inner.bit_string(), Err(error));
    }
}
