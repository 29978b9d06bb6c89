//! Blobs in the forms that replicas accept.

use core::iter::FusedIterator;

use crate::BlobRule;
use crate::Kind;
use crate::ReadError;
use crate::Reader;
use crate::Reason;

/// The bytes of a blob, borrowed from the input.
///
/// Under [`BlobRule::BytesOnly`] they are one slice of the input. Under the other rule they may
/// have been given as an array of integers, each of which is checked; then there is no slice, and
/// [`Blob::iter`] decodes them again.
///
/// # Example
///
/// ```
/// use icid_cbor::{BlobRule, Reader};
///
/// let blob = Reader::new(&[0x82, 0x01, 0x18, 0xff]).blob(BlobRule::BytesTextOrIntegers)?;
/// assert_eq!(blob.as_slice(), None);
/// assert_eq!(blob.len(), 2);
/// assert!(blob.iter().eq([1, 255]));
/// # Ok::<(), icid_cbor::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a> {
    form: Form<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Form<'a> {
    /// The bytes themselves.
    Slice(&'a [u8]),
    /// A reader at the first of `count` integers up to 255.
    Integers { first: Reader<'a>, count: usize },
}

/// The bytes of a [`Blob`], one by one.
#[derive(Clone, Debug)]
pub struct BlobBytes<'a> {
    form: Form<'a>,
}

impl<'a> Reader<'a> {
    /// Takes a blob.
    ///
    /// # Errors
    ///
    /// As [`Reader::bytes`]; under [`BlobRule::BytesTextOrIntegers`] also as [`Reader::text`],
    /// [`Reader::array`] and [`Reader::unsigned`], and [`Reason::NotAByte`].
    // spec: CBOR-3
    #[inline]
    pub fn blob(&mut self, rule: BlobRule) -> Result<Blob<'a>, ReadError> {
        let form = match (rule, self.kind()?) {
            (BlobRule::BytesTextOrIntegers, Kind::Text) => Form::Slice(self.text()?.as_bytes()),
            (BlobRule::BytesTextOrIntegers, Kind::Array) => integers(self)?,
            _ => Form::Slice(self.bytes()?),
        };
        Ok(Blob { form })
    }
}

fn integers<'a>(reader: &mut Reader<'a>) -> Result<Form<'a>, ReadError> {
    let mut ahead = *reader;
    let mut items = ahead.array()?;
    let first = ahead;
    let mut count = 0_usize;
    while ahead.next(&mut items)? {
        let here = ahead;
        let value = ahead.unsigned()?;
        if value > u64::from(u8::MAX) {
            return Err(here.error(Reason::NotAByte { value }));
        }
        count = count.saturating_add(1);
    }
    *reader = ahead;
    Ok(Form::Integers { first, count })
}

impl<'a> Blob<'a> {
    /// Returns the bytes if they are one slice of the input.
    #[inline]
    #[must_use]
    pub const fn as_slice(&self) -> Option<&'a [u8]> {
        match self.form {
            Form::Slice(bytes) => Some(bytes),
            Form::Integers { .. } => None,
        }
    }

    /// Returns how many bytes there are.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.form {
            Form::Slice(bytes) => bytes.len(),
            Form::Integers { count, .. } => count,
        }
    }

    /// Returns whether there are no bytes.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the bytes one by one.
    #[inline]
    #[must_use]
    pub const fn iter(&self) -> BlobBytes<'a> {
        BlobBytes { form: self.form }
    }

    /// Returns the bytes as one slice, which is a part of `buffer` if they are not one slice of
    /// the input. `None` if `buffer` is needed and too short.
    #[must_use]
    pub fn to_slice<'b>(&self, buffer: &'b mut [u8]) -> Option<&'b [u8]>
    where
        'a: 'b,
    {
        if let Some(bytes) = self.as_slice() {
            return Some(bytes);
        }
        let target = buffer.get_mut(..self.len())?;
        for (slot, byte) in target.iter_mut().zip(self.iter()) {
            *slot = byte;
        }
        Some(target)
    }
}

impl<'a> IntoIterator for Blob<'a> {
    type Item = u8;
    type IntoIter = BlobBytes<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &Blob<'a> {
    type Item = u8;
    type IntoIter = BlobBytes<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq<[u8]> for Blob<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        match self.as_slice() {
            Some(bytes) => bytes == other,
            None => self.len() == other.len() && self.iter().eq(other.iter().copied()),
        }
    }
}

/// Two blobs are equal if their bytes are, in whatever form they were given.
impl PartialEq for Blob<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Blob<'_> {}

impl Iterator for BlobBytes<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        match &mut self.form {
            Form::Slice(bytes) => bytes.split_off_first().copied(),
            Form::Integers { first, count } => {
                *count = count.checked_sub(1)?;
                // Every one of them was read before.
                first
                    .unsigned()
                    .ok()
                    .and_then(|value| u8::try_from(value).ok())
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let length = Blob { form: self.form }.len();
        (length, Some(length))
    }
}

impl ExactSizeIterator for BlobBytes<'_> {}

impl FusedIterator for BlobBytes<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    const LENIENT: BlobRule = BlobRule::BytesTextOrIntegers;

    fn read(input: &[u8], rule: BlobRule) -> Result<Blob<'_>, ReadError> {
        let mut reader = Reader::new(input);
        let blob = reader.blob(rule)?;
        reader.finish()?;
        Ok(blob)
    }

    fn error(position: usize, reason: Reason) -> Result<Blob<'static>, ReadError> {
        Err(ReadError { position, reason })
    }

    #[test]
    fn bytes_are_a_slice_under_both_rules() {
        for rule in [BlobRule::BytesOnly, LENIENT] {
            assert_eq!(read(b"\x42ab", rule).unwrap().as_slice(), Some(&b"ab"[..]));
        }
    }

    #[test]
    // spec: CBOR-3
    fn text_and_integers_are_rejected_by_the_strict_rule() {
        let text = Reason::WrongKind {
            found: Kind::Text,
            expected: Kind::Bytes,
        };
        assert_eq!(read(b"\x62ab", BlobRule::BytesOnly), error(0, text));
        let array = Reason::WrongKind {
            found: Kind::Array,
            expected: Kind::Bytes,
        };
        assert_eq!(read(&[0x81, 0x01], BlobRule::BytesOnly), error(0, array));
    }

    #[test]
    fn text_stands_for_its_bytes_by_the_lenient_rule() {
        let blob = read("\u{62}ä".as_bytes(), LENIENT).unwrap();
        assert_eq!(blob.as_slice(), Some("ä".as_bytes()));
    }

    #[test]
    fn blobs_are_equal_if_their_bytes_are_in_whatever_form() {
        let of = |input| read(input, LENIENT).unwrap();
        let same = [of(b"\x42ab"), of(b"\x62ab"), of(b"\x82\x18a\x18b")];
        let others = [
            of(b"\x42ac"),
            of(b"\x41a"),
            of(b"\x82\x18a\x18c"),
            of(b"\x40"),
        ];
        for one in same {
            assert!(same.iter().all(|other| one == *other && one == b"ab"[..]));
            assert!(others.iter().all(|other| one != *other));
            for bytes in [&b"ac"[..], b"a", b"abc", b""] {
                assert!(one != *bytes, "{one:?} is not {bytes:?}");
            }
        }
    }

    #[test]
    fn a_blob_without_bytes_is_empty_in_every_form() {
        for (input, is_empty) in [
            (&b"\x40"[..], true),
            (b"\x60", true),
            (b"\x80", true),
            (b"\x9f\xff", true),
            (b"\x41a", false),
            (b"\x81\x01", false),
        ] {
            assert_eq!(read(input, LENIENT).unwrap().is_empty(), is_empty);
        }
    }

    #[test]
    fn integers_of_any_width_stand_for_bytes_by_the_lenient_rule() {
        for input in [
            &[0x83, 0x01, 0x18, 0x02, 0x19, 0x00, 0xff][..],
            &[0x9f, 0x01, 0x02, 0x18, 0xff, 0xff][..],
        ] {
            let blob = read(input, LENIENT).unwrap();
            assert_eq!(blob.as_slice(), None);
            assert_eq!(blob.len(), 3);
            assert!(!blob.is_empty());
            assert!(blob == [1, 2, 255][..]);
            assert_eq!(blob, read(&[0x43, 1, 2, 255], LENIENT).unwrap());
            assert_eq!(blob.to_slice(&mut [0; 3]), Some(&[1, 2, 255][..]));
            assert_eq!(blob.to_slice(&mut [0; 2]), None);
            assert_eq!(blob.iter().len(), 3);
        }
    }

    #[test]
    fn rejects_integers_that_are_not_bytes() {
        let reason = Reason::NotAByte { value: 256 };
        assert_eq!(
            read(&[0x82, 0x00, 0x19, 0x01, 0x00], LENIENT),
            error(2, reason)
        );
        let reason = Reason::WrongKind {
            found: Kind::Negative,
            expected: Kind::Unsigned,
        };
        assert_eq!(read(&[0x81, 0x20], LENIENT), error(1, reason));
    }
}
