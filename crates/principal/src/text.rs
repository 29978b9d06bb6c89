//! The text form: `Grouped(Base32(CRC32(bytes) · bytes))`.
//!
//! The unit of work in both directions is the *group*: five base32 characters, that is 25 bits,
//! and the dash after them. The checksum and 29 bytes are 264 bits, hence at most eleven groups:
//!
//! ```text
//! checksum · bytes        p0                  |        p1                  | p2
//! bits              0     25    50    75    100   125   150   175   200   225   250  264
//! groups            |  0  |  1  |  2  |  3  |  4  |  5  |  6  |  7  |  8  |  9  | 10 |
//! text              xxxxx-xxxxx-xxxxx-xxxxx-xxxxx-xxxxx-xxxxx-xxxxx-xxxxx-xxxxx-xxx
//! ```
//!
//! Checksum and bytes pass through three words `p0`, `p1` and `p2` of 128 bits, whatever the length,
//! so that every bit has a fixed place and no buffer is filled to a varying extent: that is what
//! makes both directions fast.

use core::fmt;

use crate::Principal;
use crate::base32;
use crate::crc::crc32;

/// The text form of a [`Principal`], at most [`Principal::MAX_TEXT_LENGTH`] ASCII characters.
#[derive(Clone, Copy, Eq, PartialEq)]
#[repr(align(8))]
pub struct PrincipalText {
    /// Eleven groups; what comes after `length` means nothing, but depends on nothing else.
    characters: [u8; GROUPS * 6],
    length: u8,
}

impl PrincipalText {
    /// Returns the characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // All characters are ASCII, so this never falls back. 64 of them are checked word by word,
        // which is faster than checking only as many as are needed.
        let (words, _) = self.characters.as_chunks::<64>();
        let text = core::str::from_utf8(words.as_flattened()).unwrap_or_default();
        text.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl AsRef<str> for PrincipalText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for PrincipalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for PrincipalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text is not the text form of a [`Principal`], in the order of the checks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParsePrincipalTextError {
    /// There are more than [`Principal::MAX_TEXT_LENGTH`] bytes of text.
    TooLong {
        /// How many bytes of text there are.
        length: usize,
    },
    /// A character is not one that may stand there. The first such one is named.
    UnexpectedCharacter {
        /// How many characters come before it, all of them ASCII.
        position: usize,
        /// The character.
        found: char,
        /// What may stand there.
        expected: ExpectedCharacter,
    },
    /// The text ends before its checksum does: after fewer than eight characters.
    TooShort {
        /// How many characters there are.
        length: usize,
    },
    /// No principal has a text of this length: it ends in a dash or in a character that carries no
    /// bit.
    UnusedCharacter {
        /// How many characters there are.
        length: usize,
    },
    /// The last character has bits set beyond the last byte of the principal, which must be zero.
    UnusedBits {
        /// How many characters there are.
        length: usize,
    },
    /// The checksum is not that of the bytes.
    WrongChecksum {
        /// The checksum in the text.
        found: u32,
        /// The checksum of the bytes in the text.
        expected: u32,
    },
}

impl fmt::Display for ParsePrincipalTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooLong { length } => {
                write!(
                    f,
                    "text of {length} bytes, at most {} are allowed",
                    Principal::MAX_TEXT_LENGTH
                )
            }
            Self::UnexpectedCharacter {
                position,
                found,
                expected,
            } => {
                write!(
                    f,
                    "{found:?} at position {position}, where {expected} belongs"
                )
            }
            Self::TooShort { length } => {
                write!(f, "text of {length} characters, at least 8 are needed")
            }
            Self::UnusedCharacter { length } => {
                write!(
                    f,
                    "text of {length} characters, the last of which carries nothing"
                )
            }
            Self::UnusedBits { length } => {
                write!(
                    f,
                    "text of {length} characters, the last of which has bits set that must be zero"
                )
            }
            Self::WrongChecksum { found, expected } => {
                write!(
                    f,
                    "checksum {found:08x}, where the bytes have {expected:08x}"
                )
            }
        }
    }
}

impl core::error::Error for ParsePrincipalTextError {}

/// What may stand at a position of the text form.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExpectedCharacter {
    /// A base32 character: a letter of either case or a digit from 2 to 7.
    Base32,
    /// A dash, as after every five base32 characters.
    Dash,
}

impl fmt::Display for ExpectedCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base32 => "a letter or a digit from 2 to 7",
            Self::Dash => "a dash",
        })
    }
}

/// How many groups the longest text has; the last one has three characters only.
const GROUPS: usize = 11;

/// The text of the empty principal has eight characters.
const MIN_TEXT_LENGTH: usize = 8;

/// How many bytes the checksum has.
const CHECKSUM_LENGTH: usize = 4;

// spec: PRIN-11
pub(crate) fn encode(principal: &Principal) -> PrincipalText {
    let checksum = u128::from(crc32(principal.as_bytes()));
    let [head, tail] = principal.to_words();
    let p0 = checksum << 96 | head >> 32;
    let p1 = head << 96 | tail >> 32;
    let p2 = tail << 96;

    // Each group is in the low 25 bits; what is above them belongs to others.
    let groups = [
        p0 >> 103,
        p0 >> 78,
        p0 >> 53,
        p0 >> 28,
        p0 >> 3,
        p0 << 22 | p1 >> 106,
        p1 >> 81,
        p1 >> 56,
        p1 >> 31,
        p1 >> 6,
        p1 << 19 | p2 >> 109,
    ];

    let mut characters = [0; GROUPS * 6];
    let (chunks, _) = characters.as_chunks_mut::<6>();
    for (chunk, group) in chunks.iter_mut().zip(groups) {
        let [a, b] = base32::pair(group >> 15);
        let [c, d] = base32::pair(group >> 5);
        let [_, e] = base32::pair(group);
        // spec: PRIN-14
        *chunk = [a, b, c, d, e, b'-'];
    }
    let length = TEXT_LENGTHS.get(principal.as_bytes().len());
    PrincipalText {
        characters,
        length: length.copied().unwrap_or_default(),
    }
}

pub(crate) fn decode(text: &str) -> Result<Principal, ParsePrincipalTextError> {
    // spec: PRIN-16
    let text_length = text.len();
    if text_length > Principal::MAX_TEXT_LENGTH {
        return Err(ParsePrincipalTextError::TooLong {
            length: text_length,
        });
    }

    // Which character is wrong is only looked for if one is.
    let value = |character: &u8| u32::from(base32::value(*character));
    let (full, last) = text.as_bytes().as_chunks::<6>();
    let mut groups = [0; GROUPS];
    let mut slots = groups.iter_mut();
    let mut wrong = 0;
    for ([a, b, c, d, e, dash], slot) in full.iter().zip(&mut slots) {
        let values = [a, b, c, d, e].map(value);
        *slot = group(values);
        let [a, b, c, d, e] = values;
        wrong |= (a | b | c | d | e) & u32::from(base32::NO_VALUE) | u32::from(dash ^ b'-');
    }
    if let Some(slot) = slots.next() {
        for (character, shift) in last.iter().zip([20, 15, 10, 5, 0]) {
            *slot |= value(character) << shift;
            wrong |= value(character) & u32::from(base32::NO_VALUE);
        }
    }
    if wrong != 0 {
        return Err(unexpected_character(text));
    }

    if text_length < MIN_TEXT_LENGTH {
        return Err(ParsePrincipalTextError::TooShort {
            length: text_length,
        });
    }
    let Some(Some(length)) = LENGTHS.get(text_length).copied() else {
        return Err(ParsePrincipalTextError::UnusedCharacter {
            length: text_length,
        });
    };

    let (found, words) = join(groups);
    // spec: PRIN-18
    let Some(principal) = Principal::from_words(words, length) else {
        return Err(ParsePrincipalTextError::UnusedBits {
            length: text_length,
        });
    };

    // spec: PRIN-17
    let expected = crc32(principal.as_bytes());
    if found != expected {
        return Err(ParsePrincipalTextError::WrongChecksum { found, expected });
    }
    Ok(principal)
}

/// Returns the 25 bits that five characters stand for.
#[inline]
const fn group([a, b, c, d, e]: [u32; 5]) -> u32 {
    a << 20 | b << 15 | c << 10 | d << 5 | e
}

/// Returns the checksum and the words of the principal that groups of 25 bits are made of.
#[inline]
fn join(groups: [u32; GROUPS]) -> (u32, [u128; 2]) {
    let [g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10] = groups.map(u128::from);
    let p0 = g0 << 103 | g1 << 78 | g2 << 53 | g3 << 28 | g4 << 3 | g5 >> 22;
    let p1 = g5 << 106 | g6 << 81 | g7 << 56 | g8 << 31 | g9 << 6 | g10 >> 19;
    let p2 = g10 << 109;
    let [a, b, c, d, ..] = p0.to_be_bytes();
    let checksum = u32::from_be_bytes([a, b, c, d]);
    (checksum, [p0 << 32 | p1 >> 96, p1 << 32 | p2 >> 96])
}

/// Names the first character that may not stand where it stands. There is one.
#[cold]
fn unexpected_character(text: &str) -> ParsePrincipalTextError {
    let is_allowed = |position: usize, character: char| {
        if position % 6 == 5 {
            return character == '-';
        }
        u8::try_from(character).is_ok_and(|byte| base32::value(byte) != base32::NO_VALUE)
    };
    let first = text
        .chars()
        .enumerate()
        .find(|(position, found)| !is_allowed(*position, *found));
    let (position, found) = first.unwrap_or_default();
    let expected = if position % 6 == 5 {
        ExpectedCharacter::Dash
    } else {
        ExpectedCharacter::Base32
    };
    ParsePrincipalTextError::UnexpectedCharacter {
        position,
        found,
        expected,
    }
}

/// How long the text of a principal of each length is.
static TEXT_LENGTHS: [u8; Principal::MAX_LENGTH + 1] = text_lengths();

/// How long the principal is whose text has a length, if there is one.
static LENGTHS: [Option<u8>; Principal::MAX_TEXT_LENGTH + 1] = lengths();

#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "runs at compile time, where a mistake does not compile"
)]
const fn text_lengths() -> [u8; Principal::MAX_LENGTH + 1] {
    let mut text_lengths = [0; Principal::MAX_LENGTH + 1];
    let mut length = 0;
    while length <= Principal::MAX_LENGTH {
        let characters = (8 * (CHECKSUM_LENGTH + length)).div_ceil(5);
        let dashes = (characters - 1) / 5;
        text_lengths[length] = (characters + dashes) as u8;
        length += 1;
    }
    text_lengths
}

#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "runs at compile time, where a mistake does not compile"
)]
const fn lengths() -> [Option<u8>; Principal::MAX_TEXT_LENGTH + 1] {
    let text_lengths = text_lengths();
    let mut lengths = [None; Principal::MAX_TEXT_LENGTH + 1];
    let mut length = 0;
    while length <= Principal::MAX_LENGTH {
        lengths[text_lengths[length] as usize] = Some(length as u8);
        length += 1;
    }
    lengths
}
