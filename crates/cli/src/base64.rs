//! Base64 (RFC 4648, sections 4 and 5), as people paste it.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

/// Returns the bytes that a text of either alphabet stands for: with or without padding, white space
/// left out.
///
/// `None` if a character is of neither alphabet, if both are mixed, if padding is in the wrong place,
/// or if bits beyond the last byte are set.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = text.bytes();
    let text: Vec<u8> = bytes.filter(|byte| !byte.is_ascii_whitespace()).collect();
    let is_whole = text.len().is_multiple_of(4);
    let digits = match text.as_slice() {
        [digits @ .., b'=', b'='] | [digits @ .., b'='] if is_whole => digits,
        digits => digits,
    };
    let is_url = digits.contains(&b'-') || digits.contains(&b'_');
    let encoding = if is_url {
        BASE64URL_NOPAD
    } else {
        BASE64_NOPAD
    };
    encoding.decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_with_and_without_padding_are_read() {
        // RFC 4648, section 10.
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zg", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9v\nYmFy\n", "foobar"),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decode("+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
        assert_eq!(decode("-_-_"), Some(vec![0xfb, 0xff, 0xbf]));
    }

    #[test]
    fn what_is_not_base64_is_nothing() {
        for text in [
            "Z", "Zm9vY", "Zg=", "Zg===", "Z=g=", "Zh", "+_+_", "Zm!v", "é", "====", "Zm9v====",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
