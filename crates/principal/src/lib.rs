//! Principals: the identifiers of users and canisters on the Internet Computer.
//!
//! A [`Principal`] is an opaque string of at most [`Principal::MAX_LENGTH`] bytes with a checksummed
//! text form. Some have a form that tells how they came about, see [`Class`]; canister ids and user
//! ids can't be told apart.
//!
//! Neither encoding nor decoding allocates.
//!
//! # Example
//!
//! ```
//! use icid_principal::{Class, Principal};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let principal = Principal::from_text("em77e-bvlzu-aq")?;
//! assert_eq!(principal.as_bytes(), [0xab, 0xcd, 0x01]);
//! assert_eq!(principal.to_text().as_str(), "em77e-bvlzu-aq");
//! assert_eq!(principal.class(), Class::Opaque);
//! assert_eq!(Principal::MANAGEMENT.to_string(), "aaaaa-aa");
//! # Ok(())
//! # }
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Principals" and "Textual representation of principals".
//!
//! # Deviations
//!
//! None. Text is accepted in either case, and otherwise only in its canonical form.
//!
//! # Features
//!
//! * `alloc` (default): conversions from `Vec<u8>`.
//! * `serde`: text in human-readable formats and bytes in others, like the crate `ic_principal`.
//! * `candid`: the Candid type `principal`.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod base32;
#[cfg(feature = "candid")]
mod candid_type;
mod class;
mod crc;
mod derivation;
#[cfg(feature = "serde")]
mod serialization;
mod text;

use core::fmt;
use core::str::FromStr;

pub use crate::class::Class;
pub use crate::text::ExpectedCharacter;
pub use crate::text::ParsePrincipalTextError;
pub use crate::text::PrincipalText;

/// An identifier of a user or a canister: 0 to [`Principal::MAX_LENGTH`] bytes.
///
/// The order is that of the bytes, a prefix being less than what extends it. This is the order of
/// canister ranges and of labels in state trees. The crate `ic_principal` has another one, by length
/// first.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Principal {
    /// Zero from `length` on. Together with `length` being compared last this makes the derived
    /// order lexicographic.
    // spec: RANGE-2
    bytes: [u8; Self::MAX_LENGTH],
    length: u8,
}

impl Principal {
    /// The greatest length of a principal in bytes.
    ///
    /// Source: interface spec, "Principals".
    pub const MAX_LENGTH: usize = 29;

    /// The greatest length of the text form of a principal in characters.
    ///
    /// Source: interface spec, "Textual representation of principals".
    pub const MAX_TEXT_LENGTH: usize = 63;

    /// The management canister: no bytes, `aaaaa-aa`.
    // spec: PRIN-8
    pub const MANAGEMENT: Self = Self {
        bytes: [0; Self::MAX_LENGTH],
        length: 0,
    };

    /// The sender of unsigned requests: the byte 4, `2vxsx-fae`.
    // spec: PRIN-6
    pub const ANONYMOUS: Self = {
        let mut bytes = [0; Self::MAX_LENGTH];
        bytes[0] = 4;
        Self { bytes, length: 1 }
    };

    /// Returns the principal with these bytes.
    ///
    /// # Errors
    ///
    /// Returns [`ParsePrincipalError::TooLong`] if there are more than [`Principal::MAX_LENGTH`].
    pub const fn from_slice(bytes: &[u8]) -> Result<Self, ParsePrincipalError> {
        let mut padded = [0; Self::MAX_LENGTH];
        // spec: PRIN-1
        let Some((head, _)) = padded.split_at_mut_checked(bytes.len()) else {
            return Err(ParsePrincipalError::TooLong {
                length: bytes.len(),
            });
        };
        head.copy_from_slice(bytes);
        #[expect(
            clippy::as_conversions,
            reason = "at most 29, and `try_from` is not `const`"
        )]
        let length = bytes.len() as u8;
        Ok(Self {
            bytes: padded,
            length,
        })
    }

    /// Returns the principal with this text form, in which case does not matter.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`TooLong`](ParsePrincipalTextError::TooLong) for more than
    ///   [`Principal::MAX_TEXT_LENGTH`] bytes;
    /// * [`UnexpectedCharacter`](ParsePrincipalTextError::UnexpectedCharacter) for the first
    ///   character that is not a dash where a dash belongs, after every five others, or not a base32
    ///   character elsewhere;
    /// * [`TooShort`](ParsePrincipalTextError::TooShort) for fewer than eight characters;
    /// * [`UnusedCharacter`](ParsePrincipalTextError::UnusedCharacter) for a length that no text
    ///   form has;
    /// * [`UnusedBits`](ParsePrincipalTextError::UnusedBits) for bits beyond the last byte;
    /// * [`WrongChecksum`](ParsePrincipalTextError::WrongChecksum).
    pub fn from_text(text: &str) -> Result<Self, ParsePrincipalTextError> {
        text::decode(text)
    }

    /// Returns the text form in lower case, on the stack.
    #[must_use]
    pub fn to_text(&self) -> PrincipalText {
        text::encode(self)
    }

    /// Returns the bytes, at most [`Principal::MAX_LENGTH`].
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        #[expect(clippy::as_conversions, reason = "`from` is not `const`")]
        match self.bytes.split_at_checked(self.length as usize) {
            Some((head, _)) => head,
            // Not reached, as `length` is at most that of the array.
            None => &self.bytes,
        }
    }

    /// Returns the bytes and the zeros after them, 32 together, as two big-endian words.
    fn to_words(self) -> [u128; 2] {
        let word = |start: usize| {
            let bytes = self.bytes.get(start..).and_then(<[u8]>::first_chunk);
            u128::from_be_bytes(bytes.copied().unwrap_or_default())
        };
        // The second word overlaps the first by the three bytes that are missing at the end.
        [word(0), word(13) << 24]
    }

    /// Is the inverse of [`Principal::to_words`], or `None` if the byte after the last is not zero.
    fn from_words([head, tail]: [u128; 2], length: u8) -> Option<Self> {
        let padded = [head.to_be_bytes(), tail.to_be_bytes()];
        if padded.as_flattened().get(usize::from(length)) != Some(&0) {
            return None;
        }
        // Not copied from `padded`: a copy that straddles its two words would wait for both writes.
        let [tail @ .., _, _, _] = tail.to_be_bytes();
        let mut bytes = [0; Self::MAX_LENGTH];
        let (first, last) = bytes.split_first_chunk_mut()?;
        *first = head.to_be_bytes();
        *last.first_chunk_mut()? = tail;
        Some(Self { bytes, length })
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Principal({})", self.to_text().as_str())
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_text(), f)
    }
}

impl AsRef<[u8]> for Principal {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl FromStr for Principal {
    type Err = ParsePrincipalTextError;

    fn from_str(text: &str) -> Result<Self, ParsePrincipalTextError> {
        Self::from_text(text)
    }
}

impl TryFrom<&str> for Principal {
    type Error = ParsePrincipalTextError;

    fn try_from(text: &str) -> Result<Self, ParsePrincipalTextError> {
        Self::from_text(text)
    }
}

impl TryFrom<&[u8]> for Principal {
    type Error = ParsePrincipalError;

    fn try_from(bytes: &[u8]) -> Result<Self, ParsePrincipalError> {
        Self::from_slice(bytes)
    }
}

#[cfg(feature = "alloc")]
impl TryFrom<alloc::vec::Vec<u8>> for Principal {
    type Error = ParsePrincipalError;

    fn try_from(bytes: alloc::vec::Vec<u8>) -> Result<Self, ParsePrincipalError> {
        Self::from_slice(&bytes)
    }
}

/// Why some bytes are not a [`Principal`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParsePrincipalError {
    /// There are more than [`Principal::MAX_LENGTH`] bytes.
    TooLong {
        /// How many bytes there are.
        length: usize,
    },
}

impl fmt::Display for ParsePrincipalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::TooLong { length } = self;
        write!(
            f,
            "principal of {length} bytes, at most {} are allowed",
            Principal::MAX_LENGTH
        )
    }
}

impl core::error::Error for ParsePrincipalError {}
