//! LEB128: numbers in groups of seven bits, the lowest first, in as few groups as possible.
//!
//! Each function hands the encoding to `write`, in one piece or several, and those that do it in one
//! return what that returns.

/// A group that is followed by another one.
const MORE: u8 = 0x80;
/// The sign bit of the last group of a signed number.
const SIGN: u8 = 0x40;
/// ⌈128 / 7⌉ groups hold every `u128` and every `i128`.
const LONGEST: usize = 19;

/// Writes a natural number.
#[inline]
pub(crate) fn unsigned<T>(mut value: u128, write: impl FnOnce(&[u8]) -> T) -> T {
    let mut groups = [0_u8; LONGEST];
    let mut length = 0_usize;
    for group in &mut groups {
        *group = low_bits(value);
        value >>= 7;
        length = length.saturating_add(1);
        if value == 0 {
            break;
        }
        *group |= MORE;
    }
    write(groups.get(..length).unwrap_or_default())
}

/// Writes an integer.
#[inline]
pub(crate) fn signed<T>(mut value: i128, write: impl FnOnce(&[u8]) -> T) -> T {
    let mut groups = [0_u8; LONGEST];
    let mut length = 0_usize;
    for group in &mut groups {
        *group = low_bits(value.cast_unsigned());
        value >>= 7;
        length = length.saturating_add(1);
        // The shift keeps the sign: what is left is nothing but sign bits, of which the group
        // shows the first.
        if value == 0 && *group & SIGN == 0 || value == -1 && *group & SIGN != 0 {
            break;
        }
        *group |= MORE;
    }
    write(groups.get(..length).unwrap_or_default())
}

/// Writes the natural number whose bytes these are, the most significant first.
pub(crate) fn unsigned_from_bytes(bytes: &[u8], mut write: impl FnMut(&[u8])) {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(zeros..).unwrap_or_default();
    // The byte at a distance from the least significant one.
    let byte = |distance: usize| u16::from(digits.iter().rev().nth(distance).copied().unwrap_or(0));
    let bits = digits.len().saturating_mul(8);
    let unused = digits.first().map_or(0, |first| first.leading_zeros());
    let groups = bits
        .saturating_sub(usize::try_from(unused).unwrap_or(0))
        .div_ceil(7)
        .max(1);
    for index in 1..=groups {
        let offset = index.saturating_sub(1).saturating_mul(7);
        let window = byte(offset / 8) | byte((offset / 8).saturating_add(1)) << 8;
        let group = low_bits((window >> (offset % 8)).into());
        write(&[if index < groups { group | MORE } else { group }]);
    }
}

/// Returns the lowest seven bits.
#[inline]
fn low_bits(value: u128) -> u8 {
    let [low, ..] = value.to_le_bytes();
    low & !MORE
}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::vec::Vec;

    use hex_literal::hex;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn natural(value: u128) -> Vec<u8> {
        let mut out = Vec::new();
        unsigned(value, |bytes| out.extend_from_slice(bytes));
        out
    }

    fn natural_from_bytes(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        unsigned_from_bytes(bytes, |bytes| out.extend_from_slice(bytes));
        out
    }

    fn integer(value: i128) -> Vec<u8> {
        let mut out = Vec::new();
        signed(value, |bytes| out.extend_from_slice(bytes));
        out
    }

    #[test]
    // spec: REQID-7
    fn writes_naturals() {
        for (value, encoded) in [
            (0, &hex!("00")[..]),
            (127, &hex!("7f")),
            (128, &hex!("8001")),
            (16383, &hex!("ff7f")),
            (16384, &hex!("808001")),
            (624_485, &hex!("e58e26")),
            (1_685_570_400_000_000_000, &hex!("8080a7bf92ab96b217")),
            (u128::from(u64::MAX), &hex!("ffffffffffffffffff01")),
            (u128::from(u64::MAX) + 1, &hex!("80808080808080808002")),
            (u128::MAX, &hex!("ffffffffffffffffffffffffffffffffffff03")),
        ] {
            assert_eq!(natural(value), encoded, "{value}");
        }
    }

    #[test]
    // spec: REQID-8
    fn writes_integers() {
        for (value, encoded) in [
            (0, &hex!("00")[..]),
            (-1, &hex!("7f")),
            (63, &hex!("3f")),
            (64, &hex!("c000")),
            (-64, &hex!("40")),
            (-65, &hex!("bf7f")),
            (128, &hex!("8001")),
            (-123_456, &hex!("c0bb78")),
            (i128::from(i64::MAX), &hex!("ffffffffffffffffff00")),
            (i128::from(i64::MIN), &hex!("8080808080808080807f")),
            (i128::MAX, &hex!("ffffffffffffffffffffffffffffffffffff01")),
            (i128::MIN, &hex!("8080808080808080808080808080808080807e")),
        ] {
            assert_eq!(integer(value), encoded, "{value}");
        }
    }

    #[test]
    fn writes_naturals_of_more_than_128_bits() {
        // 2^128 and 2^140 - 1, whose 140 bits are 20 full groups.
        let mut power = [0; 17];
        power[0] = 1;
        assert_eq!(
            natural_from_bytes(&power),
            hex!("80808080808080808080808080808080808004")
        );
        let mut full = [0xff; 18];
        full[0] = 0x0f;
        let mut encoded = [0xff; 20];
        encoded[19] = 0x7f;
        assert_eq!(natural_from_bytes(&full), encoded);
        assert_eq!(natural_from_bytes(&[]), [0]);
        assert_eq!(natural_from_bytes(&[0, 0]), [0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(0x1eb),
            ..ProptestConfig::default()
        })]

        #[test]
        fn both_ways_to_write_a_natural_agree(value: u128, shift in 0_u32..128) {
            let value = value >> shift;
            prop_assert_eq!(natural(value), natural_from_bytes(&value.to_be_bytes()));
        }

        #[test]
        fn the_groups_make_up_the_natural(value: u128, shift in 0_u32..128) {
            let value = value >> shift;
            let groups = natural(value);
            let sum = groups.iter().rev().fold(0_u128, |sum, group| sum << 7 | u128::from(group & 0x7f));
            prop_assert_eq!(sum, value);
            prop_assert!(groups.len() == 1 || groups.last() != Some(&0));
        }

        #[test]
        fn the_groups_make_up_the_integer(value: i128, shift in 0_u32..128) {
            let value = value >> shift;
            let groups = integer(value);
            let sign = if groups.last().unwrap() & SIGN == 0 { 0 } else { -1 };
            let sum = groups.iter().rev().fold(sign, |sum, group| sum << 7 | i128::from(group & 0x7f));
            prop_assert_eq!(sum, value);
            // One group less would lose the sign.
            let shortest = match groups[..] {
                [.., before, 0x00] => before & SIGN != 0,
                [.., before, 0x7f] => before & SIGN == 0,
                _ => true,
            };
            prop_assert!(shortest);
        }
    }
}
