//! Values in leaves, and paths to them.

use serde_json::{Value, json};

use crate::context::{Context, Stop};
use crate::input::hex;

/// A natural number in a leaf, which must fit into 64 bits or violate `clause`.
///
/// Needless zeros at its end are policy `leb128.padded`.
pub(crate) fn natural(ctx: &Context<'_>, bytes: &[u8], clause: &'static str) -> Result<u64, Stop> {
    let fixed = <[u8; 8]>::try_from(bytes);
    if let (Ok(fixed), true) = (fixed, ctx.has("CERT-8/big-endian")) {
        return Ok(u64::from_be_bytes(fixed));
    }
    if let (Ok(fixed), true) = (fixed, ctx.has("CERT-8/fixed-width")) {
        return Ok(u64::from_le_bytes(fixed));
    }
    if ctx.has("CERT-8/unterminated") && bytes.iter().all(|byte| byte & 0x80 != 0) {
        return natural(ctx, &[bytes, &[0]].concat(), clause);
    }
    let end = bytes.iter().position(|byte| byte & 0x80 == 0);
    let end = end.ok_or_else(|| Stop::violated("CERT-8"))?;
    let (last, septets) = match bytes.split_at_checked(end) {
        Some((septets, [last, rest @ ..])) if rest.is_empty() || ctx.has("CERT-8/trailing") => {
            (*last, septets)
        }
        _ => return Err(Stop::violated("CERT-8")),
    };
    let padded = last == 0 && !septets.is_empty();
    if padded && !ctx.has("CERT-8/unterminated") {
        return Err(Stop::violated("CERT-8"));
    }
    if last & 0x40 != 0 && ctx.has("CERT-8/signed") {
        return Err(Stop::violated("CERT-8"));
    }
    if ctx.has("CERT-8/high-first") {
        let high_first = septets.iter().copied().chain([last]);
        return Ok(high_first.fold(0, |value, septet| (value << 7) | u64::from(septet & 0x7f)));
    }
    let mut value = u64::from(last);
    for septet in septets.iter().rev() {
        let shifted = value
            .checked_mul(128)
            .ok_or_else(|| Stop::violated(clause))?;
        value = shifted | u64::from(septet & 0x7f);
    }
    if ctx.has("CERT-8/63-bits") && i64::try_from(value).is_err() {
        return Err(Stop::violated(clause));
    }
    if ctx.has("CERT-8/double") {
        // A double keeps the 53 highest bits.
        let lost = 11_u32.saturating_sub(value.leading_zeros());
        value = value >> lost << lost;
    }
    Ok(value)
}

/// A text in a leaf.
pub(crate) fn utf8(ctx: &Context<'_>, bytes: &[u8]) -> Result<String, Stop> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) if ctx.has("CERT-8/lossy") => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Err(_) => Err(Stop::violated("CERT-8")),
    }
}

/// A path of labels.
pub(crate) fn path(labels: &[&[u8]]) -> Vec<Vec<u8>> {
    labels.iter().map(|label| label.to_vec()).collect()
}

/// The textual form of a principal, for the mistake of using it as a label.
pub(crate) fn principal_text(bytes: &[u8]) -> Vec<u8> {
    let output = crate::run("principal.encode_text", &json!({"bytes": hex(bytes)}), None);
    let crate::Outcome::Ok(output) = output else {
        return Vec::new();
    };
    output
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .as_bytes()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;

    const FAITHFUL: Context<'static> = Context::new(None, Preset::Spec);

    #[test]
    fn reads_the_numbers_of_the_specification() {
        let natural = |bytes: &[u8]| natural(&FAITHFUL, bytes, "STATE-1");
        assert_eq!(natural(&[0]), Ok(0));
        assert_eq!(natural(&[0xe5, 0x8e, 0x26]), Ok(624_485));
        let longest = [&[0xff; 9][..], &[1]].concat();
        assert_eq!(natural(&longest), Ok(u64::MAX));
    }

    #[test]
    fn tells_malformed_numbers_from_big_ones() {
        let natural = |bytes: &[u8]| natural(&FAITHFUL, bytes, "STATE-1");
        for malformed in [&[][..], &[0x80], &[0, 0], &[0x80, 0, 0]] {
            assert_eq!(
                natural(malformed),
                Err(Stop::violated("CERT-8")),
                "{malformed:?}"
            );
        }
        let beyond = [&[0x80; 9][..], &[2]].concat();
        assert_eq!(natural(&beyond), Err(Stop::violated("STATE-1")));
    }

    #[test]
    fn rejects_padded_numbers_under_both_presets() {
        for preset in [Preset::Spec, Preset::Replica] {
            let padded = natural(&Context::new(None, preset), &[0x80, 0], "STATE-1");
            assert_eq!(padded, Err(Stop::violated("CERT-8")));
        }
    }
}
