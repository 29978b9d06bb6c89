//! Records: maps whose fields are known.

use crate::Items;
use crate::ReadError;
use crate::Reader;
use crate::Reason;
use crate::UnknownFieldRule;

/// How many fields a [`Record`] can have.
///
/// Source: our own; the bits of the set that notices duplicates.
pub const MAX_NAMES: usize = 64;

/// The fields of a map that are still to come, for a caller who knows all their names.
///
/// Duplicates are noticed with a bit for each name. Unknown fields are rejected or skipped; those
/// that are skipped are not compared with each other.
///
/// # Example
///
/// ```
/// use icid_cbor::{Reader, Record, UnknownFieldRule};
///
/// let mut reader = Reader::new(b"\xa2\x62lo\x01\x62hi\x02");
/// let (mut low, mut high) = (None, None);
/// let mut record = Record::read(&mut reader, &["lo", "hi"], UnknownFieldRule::Reject)?;
/// while let Some(field) = record.next(&mut reader)? {
///     match field {
///         "lo" => low = Some(reader.unsigned()?),
///         _ => high = Some(reader.unsigned()?),
///     }
/// }
/// assert_eq!((low, high), (Some(1), Some(2)));
/// # Ok::<(), icid_cbor::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Record<'n> {
    entries: Items,
    names: &'n [&'n str],
    /// Bit i stands for `names[i]`.
    seen: u64,
    /// The names that come next if fields come in the order of their names, which many encoders
    /// see to, and the bit that stands for the first of them.
    likely: &'n [&'n str],
    likely_bit: u64,
    unknown: UnknownFieldRule,
}

impl<'n> Record<'n> {
    /// Takes the head of a map whose fields have these names, [`MAX_NAMES`] at most: names beyond
    /// that are unknown.
    ///
    /// # Errors
    ///
    /// As [`Reader::map`].
    #[inline]
    pub fn read(
        reader: &mut Reader<'_>,
        names: &'n [&'n str],
        unknown: UnknownFieldRule,
    ) -> Result<Self, ReadError> {
        let entries = reader.map()?;
        let names = names.get(..MAX_NAMES).unwrap_or(names);
        Ok(Self {
            entries,
            names,
            seen: 0,
            likely: names,
            likely_bit: 1,
            unknown,
        })
    }

    /// Takes the next key and returns its name, or `None` after the last field. The value is next.
    ///
    /// # Errors
    ///
    /// As [`Reader::next`]; [`Reason::NonTextKey`] and errors of [`Reader::text`] for the key;
    /// [`Reason::DuplicateKey`]; [`Reason::UnknownField`], or as [`Reader::skip`] for the value of
    /// an unknown field.
    #[inline(always)]
    pub fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<&'n str>, ReadError> {
        // Fields in the order of their names are the path that everything else waits for.
        if let [name, likely @ ..] = self.likely
            && self.seen & self.likely_bit == 0
            && reader.next_key(&mut self.entries, name)
        {
            self.seen |= self.likely_bit;
            self.likely_bit = self.likely_bit.wrapping_shl(1);
            self.likely = likely;
            return Ok(Some(name));
        }
        // The end is no reason for a search.
        if self.entries.remaining() == Some(0) {
            return Ok(None);
        }
        let (record, ahead, name) = self.search(*reader)?;
        (*self, *reader) = (record, ahead);
        Ok(name)
    }

    /// Takes the next key, wherever among the names it is.
    ///
    /// The cold path takes cursors and returns them. If it changed them in place, they could not stay
    /// in registers on the hot path.
    #[cold]
    #[inline(never)]
    fn search<'a>(
        mut self,
        mut reader: Reader<'a>,
    ) -> Result<(Self, Reader<'a>, Option<&'n str>), ReadError> {
        let name = self.find_next(&mut reader)?;
        Ok((self, reader, name))
    }

    fn find_next(&mut self, reader: &mut Reader<'_>) -> Result<Option<&'n str>, ReadError> {
        while reader.next(&mut self.entries)? {
            let start = *reader;
            let key = key(reader)?;
            if let Some((index, name, bit)) = self.find(key) {
                // spec: CBOR-7
                if self.seen & bit != 0 {
                    return Err(start.error(Reason::DuplicateKey));
                }
                self.seen |= bit;
                self.likely = self
                    .names
                    .get(index.saturating_add(1)..)
                    .unwrap_or_default();
                self.likely_bit = bit.wrapping_shl(1);
                return Ok(Some(name));
            }
            reader.utf8(key)?;
            // spec: CBOR-10
            match self.unknown {
                UnknownFieldRule::Ignore => reader.skip()?,
                UnknownFieldRule::Reject => return Err(start.error(Reason::UnknownField)),
            }
        }
        Ok(None)
    }

    /// Returns the position of a name, the name, and the bit that stands for it.
    #[inline]
    fn find(&self, key: &[u8]) -> Option<(usize, &'n str, u64)> {
        let index = self.names.iter().position(|name| name.as_bytes() == key)?;
        let bit = u32::try_from(index)
            .ok()
            .and_then(|index| 1_u64.checked_shl(index))?;
        Some((index, self.names.get(index)?, bit))
    }
}

/// Takes a map key, of which only its being a text string is checked.
// spec: CBOR-2
#[inline]
pub(crate) fn key<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ReadError> {
    reader.text_bytes().map_err(|error| match error.reason {
        Reason::WrongKind { found, .. } => reader.error(Reason::NonTextKey { found }),
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    const REJECT: UnknownFieldRule = UnknownFieldRule::Reject;
    const IGNORE: UnknownFieldRule = UnknownFieldRule::Ignore;

    /// Reads a record of the fields "a" and "b", whose values are naturals.
    fn read(input: &[u8], unknown: UnknownFieldRule) -> Result<[Option<u64>; 2], ReadError> {
        let mut reader = Reader::new(input);
        let mut values = [None; 2];
        let mut record = Record::read(&mut reader, &["a", "b"], unknown)?;
        while let Some(name) = record.next(&mut reader)? {
            values[usize::from(name == "b")] = Some(reader.unsigned()?);
        }
        reader.finish()?;
        Ok(values)
    }

    fn error(position: usize, reason: Reason) -> Result<[Option<u64>; 2], ReadError> {
        Err(ReadError { position, reason })
    }

    #[test]
    fn fields_come_in_any_order_and_may_be_absent() {
        assert_eq!(read(b"\xa0", REJECT), Ok([None, None]));
        assert_eq!(
            read(b"\xa2\x61b\x02\x61a\x01", REJECT),
            Ok([Some(1), Some(2)])
        );
        assert_eq!(read(b"\xbf\x61b\x02\xff", REJECT), Ok([None, Some(2)]));
    }

    #[test]
    // spec: CBOR-7
    fn rejects_a_field_that_comes_twice() {
        assert_eq!(
            read(b"\xa2\x61a\x01\x61a\x01", REJECT),
            error(4, Reason::DuplicateKey)
        );
        assert_eq!(
            read(b"\xa3\x61a\x01\x61b\x01\x78\x01a\x01", REJECT),
            error(7, Reason::DuplicateKey)
        );
        // The third is the one that would come next, had it not come before.
        assert_eq!(
            read(b"\xa3\x61b\x02\x61a\x01\x61b\x02", REJECT),
            error(7, Reason::DuplicateKey)
        );
    }

    #[test]
    // spec: CBOR-10
    fn unknown_fields_are_rejected_or_skipped() {
        let input = b"\xa2\x61c\x81\x80\x61a\x01";
        assert_eq!(read(input, REJECT), error(1, Reason::UnknownField));
        assert_eq!(read(input, IGNORE), Ok([Some(1), None]));
    }

    #[test]
    fn names_beyond_the_limit_are_unknown() {
        const NAMES: [&str; 65] = {
            let mut names = ["a"; 65];
            names[0] = "b";
            names[64] = "c";
            names
        };
        let mut reader = Reader::new(b"\xa2\x61b\x00\x61c\x00");
        let mut record = Record::read(&mut reader, &NAMES, REJECT).unwrap();
        assert_eq!(record.next(&mut reader), Ok(Some("b")));
        assert_eq!(reader.unsigned(), Ok(0));
        let error = ReadError {
            position: 4,
            reason: Reason::UnknownField,
        };
        assert_eq!(record.next(&mut reader), Err(error));
    }

    #[test]
    fn unknown_keys_are_still_utf8() {
        for rule in [REJECT, IGNORE] {
            assert_eq!(
                read(b"\xa1\x62c\xff\x01", rule),
                error(3, Reason::InvalidUtf8)
            );
        }
    }

    #[test]
    fn a_name_is_the_whole_of_a_text() {
        // A longer text that begins like the name.
        assert_eq!(
            read(b"\xa1\x62ab\x01", REJECT),
            error(1, Reason::UnknownField)
        );
        // The letter of the name behind heads of other kinds.
        for (head, found) in [
            (0x01, Kind::Unsigned),
            (0x21, Kind::Negative),
            (0x41, Kind::Bytes),
        ] {
            let reason = Reason::NonTextKey { found };
            assert_eq!(read(&[0xa1, head, b'a', 1], REJECT), error(1, reason));
        }
        // A name of 24 letters that is where the length and the first 23 letters of another are.
        let name = "\u{18}aaaaaaaaaaaaaaaaaaaaaaa";
        let input = b"\xa1\x78\x18aaaaaaaaaaaaaaaaaaaaaaab\x01";
        let mut reader = Reader::new(input);
        let names = [name];
        let mut record = Record::read(&mut reader, &names, REJECT).unwrap();
        let position = 1;
        let reason = Reason::UnknownField;
        assert_eq!(
            record.next(&mut reader),
            Err(ReadError { position, reason })
        );
    }

    #[test]
    // spec: CBOR-2
    fn rejects_keys_that_are_not_text() {
        let reason = Reason::NonTextKey { found: Kind::Bytes };
        assert_eq!(read(b"\xa1\x41a\x01", REJECT), error(1, reason));
        assert_eq!(read(b"\xa1\x41a\x01", IGNORE), error(1, reason));
    }

    #[test]
    fn a_map_may_end_after_a_key_only_if_nothing_reads_the_value() {
        let reason = Reason::WrongKind {
            found: Kind::Break,
            expected: Kind::Unsigned,
        };
        assert_eq!(read(b"\xbf\x61a\xff", REJECT), error(3, reason));
    }
}
