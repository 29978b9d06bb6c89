//! Checking a whole item against the profile.

use crate::Kind;
use crate::Policy;
use crate::ReadError;
use crate::Reader;
use crate::Reason;
use crate::record;
use crate::skip;
use crate::skip::Level;

/// How many entries a map may have whose keys nobody knows in advance.
///
/// Source: our own budget. The largest record of the interface spec has fewer than twenty fields.
pub const MAX_ENTRIES: usize = 64;

/// Checks that `input` is one item of the profile and nothing else.
///
/// That is: the tag 55799 as `policy` wants it; then one item, in which map keys are text and
/// occur once, blobs and texts are whole, naturals are plain integers if these can hold them and
/// bignums if not, and nothing is a float, `undefined` or a tag; `null` only if `policy` takes it
/// for an absent field. At most [`MAX_NESTING`](crate::MAX_NESTING) levels and [`MAX_ENTRIES`]
/// entries in each map.
///
/// The time is at most proportional to the length of the input times [`MAX_NESTING`], the memory
/// constant.
///
/// [`MAX_NESTING`]: crate::MAX_NESTING
///
/// # Errors
///
/// [`Reason::MissingTag`] first; then what is wrong in the order of the input, except that the
/// keys of a map are looked at before its values; [`Reason::TrailingBytes`] last.
///
/// # Example
///
/// ```
/// use icid_cbor::{Policy, ReadError, Reason, check};
///
/// assert_eq!(check(b"\xd9\xd9\xf7\xa1\x61a\x01", Policy::SPEC), Ok(()));
/// let twice = b"\xd9\xd9\xf7\xa2\x61a\x01\x61a\x02";
/// let error = ReadError { position: 7, reason: Reason::DuplicateKey };
/// assert_eq!(check(twice, Policy::SPEC), Err(error));
/// ```
pub fn check(input: &[u8], policy: Policy) -> Result<(), ReadError> {
    let mut reader = Reader::new(input);
    reader.self_described_tag(policy.tag)?;
    skip::walk(&mut reader, |reader| open(reader, policy))?;
    reader.finish()
}

/// As [`skip::open`], but for the profile.
fn open(reader: &mut Reader<'_>, policy: Policy) -> Result<Option<Level>, ReadError> {
    match reader.kind()? {
        Kind::Map => check_keys(*reader)?,
        Kind::Null => return reader.null(policy.null).map(|_| None),
        Kind::Tag => return reader.natural().map(|_| None),
        _ => {}
    }
    skip::open(reader)
}

/// Checks that the keys of the map at the cursor are text strings, and all different.
fn check_keys(mut reader: Reader<'_>) -> Result<(), ReadError> {
    let head = reader;
    let mut entries = reader.map()?;
    let mut keys: [&[u8]; MAX_ENTRIES] = [&[]; MAX_ENTRIES];
    let mut count = 0_usize;
    while reader.next(&mut entries)? {
        let start = reader;
        let key = record::key(&mut reader)?;
        // spec: CBOR-7
        if keys.iter().take(count).any(|earlier| *earlier == key) {
            return Err(start.error(Reason::DuplicateKey));
        }
        let Some(slot) = keys.get_mut(count) else {
            return Err(head.error(Reason::TooManyEntries));
        };
        *slot = key;
        count = count.saturating_add(1);
        skip::skim(&mut reader)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::vec::Vec;

    use super::*;
    use crate::NullRule;
    use crate::TagRule;

    const UNTAGGED: Policy = Policy {
        tag: TagRule::Optional,
        ..Policy::SPEC
    };

    fn untagged(input: &[u8]) -> Result<(), ReadError> {
        check(input, UNTAGGED)
    }

    fn error(position: usize, reason: Reason) -> Result<(), ReadError> {
        Err(ReadError { position, reason })
    }

    #[test]
    // spec: CBOR-1
    fn the_tag_is_required_or_optional() {
        assert_eq!(check(&[0xd9, 0xd9, 0xf7, 0xa0], Policy::SPEC), Ok(()));
        assert_eq!(check(&[0xda, 0, 0, 0xd9, 0xf7, 0xa0], Policy::SPEC), Ok(()));
        assert_eq!(check(&[0xa0], Policy::SPEC), error(0, Reason::MissingTag));
        assert_eq!(
            check(&[0xd9, 0xd9, 0xf8, 0xa0], Policy::SPEC),
            error(0, Reason::MissingTag)
        );
        assert_eq!(check(&[0xd9, 0xd9, 0xf7, 0xa0], Policy::REPLICA), Ok(()));
        assert_eq!(check(&[0xa0], Policy::REPLICA), Ok(()));
        let twice = [0xd9, 0xd9, 0xf7, 0xd9, 0xd9, 0xf7, 0xa0];
        let reason = Reason::UnexpectedTag { tag: 55799 };
        assert_eq!(check(&twice, Policy::SPEC), error(3, reason));
        assert_eq!(check(&twice, Policy::REPLICA), error(3, reason));
    }

    #[test]
    fn the_keys_of_a_map_are_checked_before_its_values_are() {
        let text = b"\xa2\x61a\x61\xff\x61a\x01";
        assert_eq!(untagged(text), error(5, Reason::DuplicateKey));
        let without = b"\xa1\x61a\x61\xff";
        assert_eq!(untagged(without), error(4, Reason::InvalidUtf8));
    }

    #[test]
    // spec: CBOR-2
    fn keys_are_text() {
        assert_eq!(untagged(b"\xa1\x61a\x01"), Ok(()));
        for (input, found) in [
            (&b"\xa1\x41a\x01"[..], Kind::Bytes),
            (b"\xa1\x01\x01", Kind::Unsigned),
            (b"\xa1\x20\x01", Kind::Negative),
            (b"\xa1\xa0\x01", Kind::Map),
            (b"\x81\xa1\xf6\x01", Kind::Null),
        ] {
            let position = usize::from(input[0] == 0x81) + 1;
            assert_eq!(
                untagged(input),
                error(position, Reason::NonTextKey { found })
            );
        }
        assert_eq!(untagged(b"\xa1\x61\xff\x01"), error(2, Reason::InvalidUtf8));
    }

    #[test]
    // spec: CBOR-4
    fn text_is_utf8() {
        assert_eq!(untagged("\u{62}ä".as_bytes()), Ok(()));
        assert_eq!(untagged(b"\x63ab\xc3"), error(3, Reason::InvalidUtf8));
    }

    #[test]
    // spec: CBOR-5
    fn naturals_are_plain_integers_if_these_can_hold_them() {
        assert_eq!(untagged(&[0x1b, 0, 0, 0, 0, 0, 0, 0, 0]), Ok(()));
        assert_eq!(untagged(&[0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0]), Ok(()));
        assert_eq!(
            untagged(&[0xc2, 0x4a, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
            Ok(())
        );
        for input in [
            &[0xc2, 0x48, 255, 255, 255, 255, 255, 255, 255, 255][..],
            &[0xc2, 0x49, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0xc2, 0x40],
        ] {
            assert_eq!(untagged(input), error(0, Reason::BignumTooSmall));
        }
        assert_eq!(
            untagged(&[0xc3, 0x41, 1]),
            error(0, Reason::UnexpectedTag { tag: 3 })
        );
    }

    #[test]
    // spec: CBOR-6
    fn floats_are_no_integers() {
        let reason = Reason::NotInProfile { found: Kind::Float };
        assert_eq!(untagged(b"\xa1\x61a\xf9\x3c\x00"), error(3, reason));
    }

    #[test]
    // spec: CBOR-7
    fn keys_occur_once_at_every_level() {
        assert_eq!(untagged(b"\xa2\x61a\x01\x61b\xa1\x61a\x01"), Ok(()));
        assert_eq!(
            untagged(b"\xa2\x61a\x01\x61a\x01"),
            error(4, Reason::DuplicateKey)
        );
        assert_eq!(
            untagged(b"\xbf\x61a\x01\x61a\x01\xff"),
            error(4, Reason::DuplicateKey)
        );
        // Another encoding of the length is still the same key.
        assert_eq!(
            untagged(b"\xa2\x61a\x01\x78\x01a\x01"),
            error(4, Reason::DuplicateKey)
        );
        assert_eq!(
            untagged(b"\x81\xa1\x61a\xa2\x60\x01\x60\x01"),
            error(7, Reason::DuplicateKey)
        );
    }

    #[test]
    // spec: CBOR-8
    fn lengths_are_definite_or_indefinite() {
        assert_eq!(untagged(b"\x9f\x80\x9f\xff\xbf\x61a\xa0\xff\xff"), Ok(()));
        assert_eq!(
            untagged(b"\x5f\x41a\xff"),
            error(0, Reason::Chunked { kind: Kind::Bytes })
        );
        assert_eq!(
            untagged(b"\x7f\x61a\xff"),
            error(0, Reason::Chunked { kind: Kind::Text })
        );
    }

    #[test]
    // spec: CBOR-9
    fn nothing_follows() {
        assert_eq!(
            untagged(&[0xa0, 0x00]),
            error(1, Reason::TrailingBytes { count: 1 })
        );
        assert_eq!(
            untagged(&[]),
            error(
                0,
                Reason::UnexpectedEnd {
                    needed: 1,
                    available: 0
                }
            )
        );
    }

    #[test]
    // spec: CBOR-12
    fn null_is_rejected_or_absent() {
        assert_eq!(untagged(b"\xa1\x61a\xf6"), error(3, Reason::Null));
        let lenient = Policy {
            null: NullRule::Absent,
            ..UNTAGGED
        };
        assert_eq!(check(b"\xa1\x61a\xf6", lenient), Ok(()));
    }

    #[test]
    fn a_map_has_sixty_four_entries_and_not_one_more() {
        let entries = |count: u8| {
            let keys = (0..count).flat_map(|index| [0x61, index, 0x00]);
            let definite: Vec<u8> = [0xb8, count].into_iter().chain(keys.clone()).collect();
            let indefinite: Vec<u8> = [0xbf].into_iter().chain(keys).chain([0xff]).collect();
            (definite, indefinite)
        };
        let (definite, indefinite) = entries(64);
        assert_eq!(untagged(&definite), Ok(()));
        assert_eq!(untagged(&indefinite), Ok(()));
        let (definite, indefinite) = entries(65);
        assert_eq!(untagged(&definite), error(0, Reason::TooManyEntries));
        assert_eq!(untagged(&indefinite), error(0, Reason::TooManyEntries));
    }
}
