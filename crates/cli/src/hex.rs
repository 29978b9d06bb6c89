//! Hexadecimal.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

/// Returns two lower-case digits for each byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Returns the bytes that pairs of digits of either case stand for, white space left out.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = text.bytes();
    let digits: Vec<u8> = bytes.filter(|byte| !byte.is_ascii_whitespace()).collect();
    HEXLOWER_PERMISSIVE.decode(&digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&bytes)), Some(bytes.clone()));
        assert_eq!(decode(&encode(&bytes).to_uppercase()), Some(bytes));
    }

    #[test]
    fn white_space_does_not_matter_and_everything_else_does() {
        assert_eq!(decode(" 0a\n1 b\t"), Some(vec![0x0a, 0x1b]));
        assert_eq!(decode(""), Some(vec![]));
        for text in ["0", "0g", "0x", "é0"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
