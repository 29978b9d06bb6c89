//! Skipping a whole item, without recursion.

use crate::Kind;
use crate::ReadError;
use crate::Reader;
use crate::Reason;
use crate::reader::BREAK;

/// How many arrays, maps and tags may be inside each other.
///
/// Source: our own budget. The deepest type of the interface spec, hash trees apart, has fewer
/// than ten levels; hash trees have a reader and a budget of their own.
pub const MAX_NESTING: usize = 64;

/// What is still to come of an open array, map or tag.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    /// This many items; the keys and values of a map count one each.
    Items(u64),
    /// Items until a break.
    UntilBreak,
    /// Entries until a break.
    EntriesUntilBreak {
        /// The next item is a value.
        value: bool,
    },
}

/// Takes one item and everything inside it.
pub(crate) fn skip(reader: &mut Reader<'_>) -> Result<(), ReadError> {
    walk(reader, open)
}

/// As [`skip`], but texts need not be UTF-8.
pub(crate) fn skim(reader: &mut Reader<'_>) -> Result<(), ReadError> {
    walk(reader, |reader| match reader.kind()? {
        Kind::Text => reader.text_bytes().map(|_| None),
        _ => open(reader),
    })
}

/// Takes one item and everything inside it. `open` takes a scalar or string, or the head of
/// something with items inside, whose level it returns.
#[inline]
pub(crate) fn walk<'a>(
    reader: &mut Reader<'a>,
    open: impl Fn(&mut Reader<'a>) -> Result<Option<Level>, ReadError>,
) -> Result<(), ReadError> {
    let mut ahead = *reader;
    let mut levels = [Level::Items(0); MAX_NESTING];
    let mut depth = 0_usize;
    loop {
        let head = ahead;
        if let Some(level) = open(&mut ahead)? {
            let Some(slot) = levels.get_mut(depth) else {
                return Err(head.error(Reason::TooDeep));
            };
            *slot = level;
            depth = depth.saturating_add(1);
        }
        while let Some(level) = depth.checked_sub(1).and_then(|top| levels.get_mut(top)) {
            if level.next(&mut ahead)? {
                break;
            }
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            *reader = ahead;
            return Ok(());
        }
    }
}

/// Takes a scalar or string, or the head of something with items inside, whose level it returns.
#[inline]
pub(crate) fn open(reader: &mut Reader<'_>) -> Result<Option<Level>, ReadError> {
    match reader.kind()? {
        Kind::Unsigned => reader.argument(0, Kind::Unsigned).map(|_| None),
        Kind::Negative => reader.argument(1, Kind::Negative).map(|_| None),
        Kind::Bytes => reader.bytes().map(|_| None),
        Kind::Text => text(reader),
        Kind::Array => Ok(Some(match reader.array()?.remaining() {
            Some(count) => Level::Items(count),
            None => Level::UntilBreak,
        })),
        Kind::Map => Ok(Some(match reader.map()?.remaining() {
            // The map's head was only taken because twice the number of bytes follows.
            Some(count) => Level::Items(count.saturating_mul(2)),
            None => Level::EntriesUntilBreak { value: false },
        })),
        Kind::Tag => reader.tag().map(|_| Some(Level::Items(1))),
        Kind::Bool | Kind::Null => reader.take(1).map(|_| None),
        // spec: CBOR-6
        found @ Kind::Float => {
            let error = reader.error(Reason::NotInProfile { found });
            // Half of a float is not even that.
            reader.argument(7, found).and(Err(error))
        }
        found @ (Kind::Break | Kind::Simple | Kind::Undefined) => {
            Err(reader.error(Reason::NotInProfile { found }))
        }
    }
}

#[inline]
fn text(reader: &mut Reader<'_>) -> Result<Option<Level>, ReadError> {
    let start = *reader;
    let bytes = reader.text_bytes()?;
    // Most texts are short names, for which this is faster.
    if !bytes.is_ascii() {
        reader.utf8(bytes).inspect_err(|_| *reader = start)?;
    }
    Ok(None)
}

impl Level {
    /// Returns whether another item follows, and takes the break if none does.
    #[inline]
    pub(crate) fn next(&mut self, reader: &mut Reader<'_>) -> Result<bool, ReadError> {
        match self {
            Self::Items(0) => Ok(false),
            Self::Items(count) => {
                *count = count.saturating_sub(1);
                Ok(true)
            }
            Self::EntriesUntilBreak {
                value: value @ true,
            } => {
                *value = false;
                Ok(true)
            }
            Self::UntilBreak | Self::EntriesUntilBreak { .. } => {
                if reader.remaining().first() == Some(&BREAK) {
                    return reader.take(1).map(|_| false);
                }
                if let Self::EntriesUntilBreak { value } = self {
                    *value = true;
                }
                Ok(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(input: &[u8]) -> Result<usize, ReadError> {
        let mut reader = Reader::new(input);
        reader.skip()?;
        Ok(reader.position())
    }

    fn error(position: usize, reason: Reason) -> Result<usize, ReadError> {
        Err(ReadError { position, reason })
    }

    #[test]
    fn takes_one_item_with_everything_inside() {
        for item in [
            &[0x00][..],
            &[0x38, 0xff],
            &[0x1b, 0, 0, 0, 0, 0, 0, 0, 0],
            b"\x43abc",
            b"\x63abc",
            &[0x80],
            &[0xa0],
            &[0x9f, 0xff],
            &[0xbf, 0xff],
            &[0x82, 0x81, 0x01, 0xa1, 0x02, 0x03],
            &[0x9f, 0x9f, 0xff, 0xbf, 0x01, 0x02, 0xff, 0xff],
            &[0xd9, 0xd9, 0xf7, 0xc2, 0x41, 0x01],
            &[0xf4],
            &[0xf5],
            &[0xf6],
        ] {
            let mut input = [0_u8; 16];
            input[..item.len()].copy_from_slice(item);
            assert_eq!(skipped(&input), Ok(item.len()), "{item:02x?}");
            assert_eq!(Reader::new(&input).item(), Ok(item));
        }
    }

    #[test]
    // spec: CBOR-6
    fn rejects_what_the_profile_does_not_have() {
        for (input, found) in [
            (&[0xf9, 0x3c, 0x00][..], Kind::Float),
            (&[0xfa, 0, 0, 0, 0], Kind::Float),
            (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], Kind::Float),
            (&[0xf7], Kind::Undefined),
            (&[0xe0], Kind::Simple),
            (&[0xf8, 0xff], Kind::Simple),
            (&[0xfc], Kind::Simple),
            (&[0xff], Kind::Break),
        ] {
            assert_eq!(skipped(input), error(0, Reason::NotInProfile { found }));
        }
    }

    #[test]
    fn half_a_float_is_an_end_and_no_float() {
        for (initial, needed) in [(0xf9, 3), (0xfa, 5), (0xfb, 9)] {
            let reason = Reason::UnexpectedEnd {
                needed,
                available: 2,
            };
            assert_eq!(skipped(&[initial, 0x3c]), error(0, reason));
        }
    }

    #[test]
    fn a_break_ends_only_what_is_open_and_complete() {
        let reason = Reason::NotInProfile { found: Kind::Break };
        assert_eq!(skipped(&[0x81, 0xff]), error(1, reason));
        assert_eq!(skipped(&[0xbf, 0x01, 0xff]), error(2, reason));
        assert_eq!(skipped(&[0xa1, 0x01, 0xff]), error(2, reason));
        assert_eq!(skipped(&[0xd9, 0xd9, 0xf7, 0xff]), error(3, reason));
    }

    #[test]
    fn an_indefinite_length_must_end() {
        let reason = Reason::UnexpectedEnd {
            needed: 1,
            available: 0,
        };
        assert_eq!(skipped(&[0x9f, 0x01]), error(2, reason));
        assert_eq!(skipped(&[0xbf, 0x01]), error(2, reason));
        assert_eq!(skipped(&[0xbf, 0x01, 0x02]), error(3, reason));
    }

    #[test]
    fn a_failed_skip_leaves_the_reader_where_it_was() {
        let mut reader = Reader::new(&[0x82, 0x01, 0xff]);
        assert!(reader.skip().is_err());
        assert_eq!(reader.position(), 0);
    }

    #[test]
    fn nests_sixty_four_levels_and_not_one_more() {
        for level in [
            &[0x81_u8][..],
            &[0x9f],
            &[0xa1, 0x00],
            &[0xbf, 0x00],
            &[0xd9, 0xd9, 0xf7],
        ] {
            let mut input = [0_u8; 65 * 3 + 65];
            for count in [64_usize, 65] {
                let heads = count * level.len();
                for (slot, byte) in input.iter_mut().zip(level.iter().cycle().take(heads)) {
                    *slot = *byte;
                }
                input[heads] = 0x00;
                input[heads + 1..].fill(0xff);
                let deep = 64 * level.len();
                if count == 64 {
                    assert!(skipped(&input).is_ok(), "{level:02x?}");
                } else {
                    assert_eq!(
                        skipped(&input),
                        error(deep, Reason::TooDeep),
                        "{level:02x?}"
                    );
                }
            }
        }
    }
}
