//! The checksum of the text form: CRC-32 as in ISO 3309, ITU-T V.42, zlib and PNG.
//!
//! Eight bytes are taken per step ("slicing by eight"): table *n* holds what a byte becomes once
//! *n* more bytes have followed it, so the eight look-ups do not wait for each other.

/// Returns the CRC-32 of `bytes`.
// spec: PRIN-12
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
    let mut crc = u32::MAX;

    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        let mixed = u64::from_le_bytes(*eight) ^ u64::from(crc);
        let [a, b, c, d, e, f, g, h] = mixed.to_le_bytes();
        crc = at(t7, a) ^ at(t6, b) ^ at(t5, c) ^ at(t4, d);
        crc ^= at(t3, e) ^ at(t2, f) ^ at(t1, g) ^ at(t0, h);
    }

    let (fours, rest) = rest.as_chunks::<4>();
    for four in fours {
        let [a, b, c, d] = (u32::from_le_bytes(*four) ^ crc).to_le_bytes();
        crc = at(t3, a) ^ at(t2, b) ^ at(t1, c) ^ at(t0, d);
    }

    for byte in rest {
        let [low, ..] = crc.to_le_bytes();
        crc = (crc >> 8) ^ at(t0, low ^ byte);
    }
    !crc
}

/// Returns the entry for `byte`. There is always one, so no branch is left of the `get`.
fn at(table: &[u32; 256], byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

static TABLES: [[u32; 256]; 8] = tables();

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "runs at compile time, where a mistake is an error"
)]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let (mut index, mut byte) = (0, 0_u32);
    while index < 256 {
        let mut crc = byte;
        let mut table = 0;
        while table < 8 {
            crc = shift_out_a_byte(crc);
            tables[table][index] = crc;
            table += 1;
        }
        index += 1;
        byte += 1;
    }
    tables
}

/// Divides eight more bits by the generator polynomial, lowest bit first.
const fn shift_out_a_byte(mut crc: u32) -> u32 {
    /// x³² + x²⁶ + x²³ + x²² + x¹⁶ + x¹² + x¹¹ + x¹⁰ + x⁸ + x⁷ + x⁵ + x⁴ + x² + x + 1, without the
    /// leading term and with the bits reversed.
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let mut bit = 0_u32;
    while bit < 8 {
        let carry = crc & 1 != 0;
        crc >>= 1;
        if carry {
            crc ^= POLYNOMIAL;
        }
        bit = bit.wrapping_add(1);
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_check_value() {
        // The "check" of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn agrees_with_bitwise_division_at_every_length() {
        let bytes: [u8; 40] = core::array::from_fn(|i| u8::try_from(i * 37 % 251).unwrap());
        for length in 0..=bytes.len() {
            let bitwise = bytes[..length].iter().fold(u32::MAX, |crc, byte| {
                shift_out_a_byte(crc ^ u32::from(*byte))
            });
            assert_eq!(crc32(&bytes[..length]), !bitwise, "{length} bytes");
        }
    }
}
