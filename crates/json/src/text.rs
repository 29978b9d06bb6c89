//! Strings, with their escape sequences.

use core::fmt;
use core::iter::FusedIterator;
use core::str::Chars;

use crate::Reason;
use crate::number;

/// A string of a document, borrowed from it with its escape sequences.
///
/// It was checked when it was read, so decoding it can't fail. Two strings are equal if they have the
/// same characters, however they are escaped.
///
/// # Example
///
/// ```
/// use icid_json::Reader;
///
/// let text = Reader::new(br#""caf\u00e9 \ud83d\ude00""#)?.text()?;
/// assert_eq!(text, "café 😀");
/// assert_eq!(text.as_str(), None); // it is nowhere in one piece
/// assert_eq!(text.to_string(), "café 😀");
/// # Ok::<(), icid_json::ReadError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// What stands between the quotation marks.
    escaped: &'a str,
}

/// The characters of a [`Text`].
#[derive(Clone, Debug)]
pub struct Characters<'a> {
    rest: Chars<'a>,
}

impl<'a> Text<'a> {
    /// Takes the string that `input` starts with, the first quotation mark left out.
    ///
    /// Returns what follows the second quotation mark. An error has the number of bytes in front of
    /// what is wrong; no reason stands for the end of the input.
    pub(crate) fn read(input: &'a str) -> Result<(Self, &'a str), (usize, Option<Reason>)> {
        let mut rest = input.chars();
        loop {
            let position = input.len().saturating_sub(rest.as_str().len());
            match rest.next() {
                None => return Err((position, None)),
                Some('"') => {
                    let escaped = input.get(..position).unwrap_or_default();
                    return Ok((Self::from_escaped(escaped), rest.as_str()));
                }
                Some('\\') => {
                    unescape(&mut rest).map_err(|reason| (position, Some(reason)))?;
                }
                Some('\0'..='\u{1f}') => return Err((position, Some(Reason::ControlCharacter))),
                Some(_) => {}
            }
        }
    }

    /// Returns the string between two quotation marks that was read before.
    pub(crate) const fn from_escaped(escaped: &'a str) -> Self {
        Self { escaped }
    }

    /// Returns the string as one piece of the document, or `None` if it has escape sequences.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        (!self.escaped.contains('\\')).then_some(self.escaped)
    }

    /// Returns what stands between the quotation marks, escape sequences as they are.
    #[must_use]
    pub const fn as_escaped(&self) -> &'a str {
        self.escaped
    }

    /// Returns the characters.
    #[must_use]
    pub fn chars(&self) -> Characters<'a> {
        Characters {
            rest: self.escaped.chars(),
        }
    }

    /// Returns a number that is the same for equal strings, and rarely for others: FNV-1a over the
    /// characters.
    pub(crate) fn fingerprint(&self) -> u32 {
        self.chars().fold(0x811c_9dc5, |state, character| {
            (state ^ u32::from(character)).wrapping_mul(0x0100_0193)
        })
    }

    /// Returns the number that the string is the decimal form of, if it is below 2⁶⁴, without a sign
    /// and without zeros in front.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        number::natural(self.as_str()?)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escaped)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.chars()
            .try_for_each(|character| f.write_char(character))
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Without escape sequences, a comparison of slices.
        match (self.as_str(), other.as_str()) {
            (Some(this), Some(other)) => this == other,
            _ => self.chars().eq(other.chars()),
        }
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_str() {
            Some(this) => this == other,
            None => self.chars().eq(other.chars()),
        }
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl Iterator for Characters<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self.rest.next()? {
            // Checked when the string was read.
            '\\' => unescape(&mut self.rest).ok(),
            character => Some(character),
        }
    }
}

impl FusedIterator for Characters<'_> {}

/// Takes what follows a backslash, and returns the character it stands for.
fn unescape(rest: &mut Chars<'_>) -> Result<char, Reason> {
    Ok(match rest.next() {
        Some(character @ ('"' | '\\' | '/')) => character,
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode(rest),
        _ => return Err(Reason::InvalidEscape),
    })
}

/// Takes the four digits of an escape sequence, and a second sequence if it belongs to the first.
fn unicode(rest: &mut Chars<'_>) -> Result<char, Reason> {
    let high = four_digits(rest)?;
    let number = if let Some(bits) = surrogate(high, 0xd800) {
        if (rest.next(), rest.next()) != (Some('\\'), Some('u')) {
            return Err(Reason::LoneSurrogate);
        }
        let low = surrogate(four_digits(rest)?, 0xdc00).ok_or(Reason::LoneSurrogate)?;
        (bits << 10 | low).saturating_add(0x1_0000)
    } else {
        high
    };
    // What is left is the second half of a pair.
    char::from_u32(number).ok_or(Reason::LoneSurrogate)
}

/// Returns the ten bits that a surrogate of the half that starts at `first` stands for.
fn surrogate(number: u32, first: u32) -> Option<u32> {
    number.checked_sub(first).filter(|bits| *bits < 0x400)
}

fn four_digits(rest: &mut Chars<'_>) -> Result<u32, Reason> {
    (0..4).try_fold(0, |number, _| {
        let digit = rest.next().and_then(|digit| digit.to_digit(16));
        Ok(number << 4 | digit.ok_or(Reason::InvalidEscape)?)
    })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString as _;

    use super::*;

    fn read(input: &str) -> Result<(std::string::String, &str), (usize, Option<Reason>)> {
        let (text, rest) = Text::read(input)?;
        Ok((text.to_string(), rest))
    }

    #[test]
    fn every_escape_sequence_stands_for_its_character() {
        for (input, text) in [
            (r#"""#, ""),
            (r#"a"b"#, "a"),
            (r#"\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#"\u0000\u00e9\u20AC""#, "\0é€"),
            (r#"\ud83d\ude00""#, "😀"),
            (r#"\uDBFF\uDFFF""#, "\u{10ffff}"),
            (r#"\ud800\udc00""#, "\u{10000}"),
            (r#"\uffff\ud7ff\ue000""#, "\u{ffff}\u{d7ff}\u{e000}"),
            ("\u{7f}\u{2028}\"", "\u{7f}\u{2028}"),
        ] {
            assert_eq!(read(input).unwrap().0, text, "{input}");
        }
        assert_eq!(read(r#"a"b"#).unwrap().1, "b");
    }

    #[test]
    fn everything_else_is_named() {
        for (input, position, reason) in [
            ("", 0, None),
            ("ab", 2, None),
            (r"a\", 1, Some(Reason::InvalidEscape)),
            (r#"\""#, 2, None),
            (r#"\x""#, 0, Some(Reason::InvalidEscape)),
            (r#"\U0041""#, 0, Some(Reason::InvalidEscape)),
            (r#"ab\u00g0""#, 2, Some(Reason::InvalidEscape)),
            (r#"\u12""#, 0, Some(Reason::InvalidEscape)),
            (r#"\u+123""#, 0, Some(Reason::InvalidEscape)),
            (r#"\ud83d""#, 0, Some(Reason::LoneSurrogate)),
            (r#"\ud83d\n""#, 0, Some(Reason::LoneSurrogate)),
            (r#"\ud83d\u0041""#, 0, Some(Reason::LoneSurrogate)),
            (r#"\ud83d\ud83d""#, 0, Some(Reason::LoneSurrogate)),
            (r#"\ud800\ue000""#, 0, Some(Reason::LoneSurrogate)),
            (r#"\ude00""#, 0, Some(Reason::LoneSurrogate)),
            (r#"\udfff\ud800""#, 0, Some(Reason::LoneSurrogate)),
            ("a\n\"", 1, Some(Reason::ControlCharacter)),
            ("\u{1f}\"", 0, Some(Reason::ControlCharacter)),
        ] {
            assert_eq!(read(input), Err((position, reason)), "{input}");
        }
    }

    #[test]
    fn equality_is_that_of_characters() {
        let text = |input| Text::read(input).unwrap().0;
        let (plain, escaped) = (text(r#"type""#), text(r#"t\u0079pe""#));
        assert_eq!(plain, escaped);
        assert_eq!(plain.fingerprint(), escaped.fingerprint());
        assert_eq!(escaped, "type");
        assert_eq!(plain, "type");
        assert_ne!(escaped, text(r#"typ""#));
        assert_ne!(escaped, "types");
        assert_eq!(plain.as_str(), Some("type"));
        assert_eq!(escaped.as_str(), None);
        assert_eq!(escaped.as_escaped(), r"t\u0079pe");
        assert_eq!(std::format!("{escaped:?}"), r#""t\u0079pe""#);
    }

    #[test]
    fn a_decimal_string_is_a_number() {
        let number = |input| Text::read(input).unwrap().0.to_u64();
        assert_eq!(number(r#"18446744073709551615""#), Some(u64::MAX));
        assert_eq!(number(r#"18446744073709551616""#), None);
        assert_eq!(number(r#"007""#), None);
        assert_eq!(number(r#"""#), None);
    }
}
