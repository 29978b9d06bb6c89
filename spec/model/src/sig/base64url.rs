//! Base64 with the alphabet of URLs and without padding (RFC 4648, section 5).

use crate::context::Context;

/// The bytes that `text` stands for. `None` if it is not their one encoding.
pub(super) fn decode(ctx: &Context<'_>, text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut pending, mut count) = (Vec::new(), 0_u32, 0_u32);
    for character in text.bytes() {
        pending = (pending << 6) | u32::from(digit(ctx, character)?);
        count = count.saturating_add(6);
        if count >= 8 {
            count = count.saturating_sub(8);
            bytes.push(u8::try_from((pending >> count) & 0xff).ok()?);
            pending &= !(u32::MAX << count);
        }
    }
    let is_clean = pending == 0 || ctx.has("SIG-WEBAUTHN-8/unused-bits");
    (count < 6 && is_clean).then_some(bytes)
}

fn digit(ctx: &Context<'_>, character: u8) -> Option<u8> {
    let offset = |first: u8, value: u8| character.checked_sub(first)?.checked_add(value);
    let is_standard = ctx.has("SIG-WEBAUTHN-8/standard-alphabet");
    match character {
        b'A'..=b'Z' => offset(b'A', 0),
        b'a'..=b'z' => offset(b'a', 26),
        b'0'..=b'9' => offset(b'0', 52),
        b'-' => Some(62),
        b'_' => Some(63),
        b'+' if is_standard => Some(62),
        b'/' if is_standard => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Preset;

    #[test]
    fn decodes_as_in_rfc_4648() {
        // RFC 4648, section 10, without the padding.
        let plain = Context::new(None, Preset::Spec);
        for (text, bytes) in [
            ("", ""),
            ("Zg", "f"),
            ("Zm8", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg", "foob"),
            ("Zm9vYmE", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(decode(&plain, text), Some(bytes.as_bytes().to_vec()));
        }
        assert_eq!(decode(&plain, "-_8"), Some(vec![0xfb, 0xff]));
        for bad in ["Z", "Zg==", "Zh", "Zm9", "+_8", "-/8", "Zm 8", "Zm8\n", "é"] {
            assert_eq!(decode(&plain, bad), None, "{bad}");
        }
    }
}
