//! Base32 as in RFC 4648, section 6: lower case, without padding.
//!
//! Characters are looked up two at a time, and values without regard to case.

/// Returns the two characters for the low ten bits.
pub(crate) fn pair(bits: u128) -> [u8; 2] {
    // Ten bits always find an entry, so no branch is left of this.
    let index = usize::try_from(bits & 0x3ff).unwrap_or_default();
    PAIRS.get(index).copied().unwrap_or_default()
}

/// Returns the five bits that a character of either case stands for, or [`NO_VALUE`].
pub(crate) fn value(character: u8) -> u8 {
    VALUES
        .get(usize::from(character))
        .copied()
        .unwrap_or(NO_VALUE)
}

/// Stands for no five bits: a bit that no value has.
pub(crate) const NO_VALUE: u8 = 0x80;

// spec: PRIN-13
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

static PAIRS: [[u8; 2]; 1024] = pairs();

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "runs at compile time, where a mistake does not compile"
)]
const fn pairs() -> [[u8; 2]; 1024] {
    let mut pairs = [[0; 2]; 1024];
    let mut index = 0;
    while index < pairs.len() {
        pairs[index] = [ALPHABET[index / 32], ALPHABET[index % 32]];
        index += 1;
    }
    pairs
}

static VALUES: [u8; 256] = values();

#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "runs at compile time, where a mistake does not compile"
)]
const fn values() -> [u8; 256] {
    let mut values = [NO_VALUE; 256];
    let mut value = 0;
    while value < 32 {
        let character = ALPHABET[value as usize];
        // spec: PRIN-15
        values[character.to_ascii_uppercase() as usize] = value;
        values[character as usize] = value;
        value += 1;
    }
    values
}
