//! WebAuthn signatures.

use super::json::{self, Json};
use super::{Cose, base64url, der, plain};
use crate::cbor::{self, Item, SELF_DESCRIBED};
use crate::context::{Context, Stop};
use crate::crypto::ecdsa::Curve;
use crate::crypto::ed25519::ed25519_verify;
use crate::crypto::rsa::{
    rsa_digest_info, rsa_encode_pss, rsa_is_below, rsa_matches, rsa_recover, rsa_sha512_info,
};
use crate::crypto::{sha256, sha256_of};

const TAG: &str = "SIG-WEBAUTHN-5";
const MEMBERS: &str = "SIG-WEBAUTHN-6";
const JSON: &str = "SIG-WEBAUTHN-14";

/// The separator of a delegation.
const DELEGATION: &[u8] = b"\x1aic-request-auth-delegation";

/// What an authenticator and a browser return.
struct Assertion {
    authenticator_data: Vec<u8>,
    client_data: Vec<u8>,
    signature: Vec<u8>,
}

pub(super) fn verify(
    ctx: &Context<'_>,
    key: &Cose,
    payload: &[u8],
    signature: &[u8],
) -> Result<(), Stop> {
    if ctx.has("SIG-WEBAUTHN-16/requests-only") && payload.starts_with(DELEGATION) {
        return Err(Stop::violated("SIG-WEBAUTHN-16"));
    }
    let assertion = parse(ctx, signature)?;
    let client_data = read_client_data(ctx, &assertion.client_data)?;
    check_challenge(ctx, client_data.as_ref(), payload)?;
    check_flags(ctx, &assertion.authenticator_data)?;
    check_signature(ctx, key, &assertion)
}

fn parse(ctx: &Context<'_>, bytes: &[u8]) -> Result<Assertion, Stop> {
    let item = match cbor::decode_first(bytes) {
        Ok((item, [])) => item,
        Ok((item, _)) if ctx.has("SIG-WEBAUTHN-5/trailing") => item,
        _ => return Err(Stop::violated(TAG)),
    };
    let is_optional = ctx.is_replica() || ctx.has("SIG-WEBAUTHN-5/untagged");
    let content = match &item {
        Item::Tag(SELF_DESCRIBED, content) => content,
        Item::Tag(_, content) if ctx.has("SIG-WEBAUTHN-5/any-tag") => content,
        Item::Map(_) if is_optional && !ctx.has("SIG-WEBAUTHN-5/tag-always") => &item,
        _ => return Err(Stop::violated(TAG)),
    };
    let entries = content.as_map().ok_or_else(|| Stop::violated(TAG))?;
    let names = ["authenticator_data", "client_data_json", "signature"];
    let mut values: [Option<&Item>; 3] = [None; 3];
    for (key, value) in entries {
        let key = key.as_text().ok_or_else(|| Stop::violated(MEMBERS))?;
        let slot = names
            .iter()
            .zip(&mut values)
            .find(|(name, _)| **name == key);
        match slot {
            Some((_, Some(_))) if !ctx.has("SIG-WEBAUTHN-6/last-wins") => {
                return Err(Stop::violated(MEMBERS));
            }
            Some((_, slot)) => *slot = Some(value),
            None if ctx.is_replica() => {}
            None => return Err(Stop::violated("CBOR-10")),
        }
    }
    let [authenticator_data, client_data, signature] = values;
    let bytes = |value: Option<&Item>| match value {
        Some(Item::Bytes(bytes)) => Some(bytes.clone()),
        Some(Item::Text(text)) if ctx.has("SIG-WEBAUTHN-6/text-blobs") => Some(text.clone()),
        _ => None,
    };
    let is_optional = ctx.has("SIG-WEBAUTHN-6/optional") && authenticator_data.is_none();
    let authenticator_data = is_optional
        .then(Vec::new)
        .or_else(|| bytes(authenticator_data));
    let takes_bytes = ctx.is_replica() && !ctx.has("SIG-WEBAUTHN-6/text-only")
        || ctx.has("SIG-WEBAUTHN-6/data-as-bytes");
    let client_data = match client_data {
        Some(Item::Text(text)) => Some(text.clone()),
        Some(Item::Bytes(bytes)) if takes_bytes => Some(bytes.clone()),
        _ => None,
    };
    match (authenticator_data, client_data, bytes(signature)) {
        (Some(authenticator_data), Some(client_data), Some(signature)) => Ok(Assertion {
            authenticator_data,
            client_data,
            signature,
        }),
        _ => Err(Stop::violated(MEMBERS)),
    }
}

/// The challenge in the client data. `None` if a mistake overlooks that there is none.
fn read_client_data(ctx: &Context<'_>, bytes: &[u8]) -> Result<Option<String>, Stop> {
    let malformed = || Stop::violated(JSON);
    let lossy = String::from_utf8_lossy(bytes);
    let mut text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) if ctx.has("SIG-WEBAUTHN-14/lossy") => &lossy,
        Err(_) => return Err(malformed()),
    };
    if ctx.has("SIG-WEBAUTHN-14/bom") {
        text = text.trim_start_matches('\u{feff}');
    }
    let without_comma = text.replace(",}", "}");
    if ctx.has("SIG-WEBAUTHN-14/trailing-comma") {
        text = &without_comma;
    }
    let (value, rest) = json::first(text).ok_or_else(malformed)?;
    let is_whole = rest.is_empty() || ctx.has("SIG-WEBAUTHN-14/trailing");
    let is_small = value.levels() <= json::DEEPEST && !value.is_wide();
    let members = value.members().filter(|_| is_whole && is_small);
    let members = members.ok_or_else(malformed)?;
    let first_wins = ctx.has("SIG-WEBAUTHN-14/first-challenge-wins");
    let last_wins = ctx.has("SIG-WEBAUTHN-14/last-challenge-wins");
    if value.repeats() && !first_wins && !last_wins {
        return Err(malformed());
    }
    let named = |name: &str| {
        let mut values = members.iter().filter(|(known, _)| known == name);
        let value = if last_wins {
            values.next_back()
        } else {
            values.next()
        };
        value.and_then(|(_, value)| value.as_text())
    };
    // Policy `webauthn.type_and_origin`.
    let has_both = named("type").is_some() && named("origin").is_some();
    if (ctx.is_replica() && !has_both && !ctx.has("SIG-WEBAUTHN-14/names-free"))
        || (ctx.has("SIG-WEBAUTHN-13/type-checked") && named("type") != Some("webauthn.get"))
        || (ctx.has("SIG-WEBAUTHN-13/origin-checked")
            && named("origin").is_none_or(|origin| !origin.starts_with("https://")))
    {
        return Err(malformed());
    }
    if ctx.has("SIG-WEBAUTHN-14/escapes") {
        // The text between the quotes, as a search for it finds it.
        let name = "\"challenge\":\"";
        let found = text
            .split_once(name)
            .and_then(|(_, rest)| rest.split_once('"'));
        let (challenge, _) = found.ok_or_else(malformed)?;
        return Ok(Some(challenge.to_owned()));
    }
    match named("challenge") {
        Some(challenge) => Ok(Some(challenge.to_owned())),
        None if ctx.has("SIG-WEBAUTHN-14/no-challenge") => Ok(None),
        None => Err(malformed()),
    }
}

fn check_challenge(
    ctx: &Context<'_>,
    challenge: Option<&String>,
    payload: &[u8],
) -> Result<(), Stop> {
    let Some(challenge) = challenge else {
        return Ok(());
    };
    let decoded =
        base64url::decode(ctx, challenge).ok_or_else(|| Stop::violated("SIG-WEBAUTHN-8"))?;
    let message = || {
        let separator = payload.first().map(|length| usize::from(*length))?;
        payload.get(separator.checked_add(1)?..)
    };
    let fits = if ctx.has("SIG-WEBAUTHN-7/hashed") {
        decoded == sha256(payload)
    } else if ctx.has("SIG-WEBAUTHN-7/no-separator") {
        message() == Some(&decoded)
    } else if ctx.has("SIG-WEBAUTHN-7/prefix") {
        payload.starts_with(&decoded)
    } else {
        decoded == payload || ctx.has("SIG-WEBAUTHN-7/off")
    };
    if fits {
        Ok(())
    } else {
        Err(Stop::violated("SIG-WEBAUTHN-7"))
    }
}

/// Nothing about authenticator data is checked, but for mistakes.
fn check_flags(ctx: &Context<'_>, authenticator_data: &[u8]) -> Result<(), Stop> {
    let flags = authenticator_data.get(32);
    let is_present = flags.is_some_and(|flags| flags & 1 != 0);
    let is_verified = flags.is_some_and(|flags| flags & 4 != 0);
    let is_parsed = authenticator_data.len() >= 37;
    if (ctx.has("SIG-WEBAUTHN-13/flags-checked") && !is_present)
        || (ctx.has("SIG-WEBAUTHN-13/verification-required") && !is_verified)
        || (ctx.has("SIG-WEBAUTHN-13/data-parsed") && !is_parsed)
    {
        return Err(Stop::violated("SIG-WEBAUTHN-13"));
    }
    Ok(())
}

/// The messages that a signature is mistaken to cover, and the right one.
struct Messages {
    right: Vec<u8>,
    swapped: Vec<u8>,
    rewritten: Vec<u8>,
}

impl Messages {
    fn of(assertion: &Assertion) -> Self {
        let data = assertion.authenticator_data.as_slice();
        let hash = sha256(&assertion.client_data);
        let text = String::from_utf8_lossy(&assertion.client_data);
        let compact = json::first(&text).map(|(value, _): (Json, _)| value.compact());
        let rewritten = sha256(compact.unwrap_or_default().as_bytes());
        Self {
            right: [data, &hash].concat(),
            swapped: [hash.as_slice(), data].concat(),
            rewritten: [data, &rewritten].concat(),
        }
    }
}

fn check_signature(ctx: &Context<'_>, key: &Cose, assertion: &Assertion) -> Result<(), Stop> {
    let messages = Messages::of(assertion);
    if ctx.has("SIG-WEBAUTHN-9/off") {
        return Ok(());
    }
    let message = if ctx.has("SIG-WEBAUTHN-9/swapped") {
        &messages.swapped
    } else if ctx.has("SIG-WEBAUTHN-9/reserialised") {
        &messages.rewritten
    } else {
        &messages.right
    };
    match key {
        Cose::Es256(point) => es256(ctx, point, message, &assertion.signature),
        Cose::Ed25519(point) => ed25519(ctx, point, message, &assertion.signature),
        Cose::Rs256 { n, e } => {
            let explained = || {
                let digest_info = |message: &[u8]| rsa_digest_info(&sha256(message));
                let matches =
                    |message| rsa_matches(n, e, &assertion.signature, &digest_info(message));
                let is_right = matches(&messages.right);
                !is_right && (matches(&messages.swapped) || matches(&messages.rewritten))
            };
            rs256(ctx, n, e, message, &assertion.signature).map_err(|stop| {
                if assertion.signature.len() == n.len() && explained() {
                    Stop::violated("SIG-WEBAUTHN-9")
                } else {
                    stop
                }
            })
        }
    }
}

fn es256(ctx: &Context<'_>, point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Stop> {
    let is_loose = ctx.has("SIG-WEBAUTHN-10/loose");
    let numbers = match der::ecdsa_signature(ctx, signature, is_loose) {
        None if ctx.has("SIG-WEBAUTHN-10/raw") && signature.len() == 64 => Some(signature.to_vec()),
        numbers => numbers,
    };
    let numbers = numbers.ok_or_else(|| Stop::violated("SIG-WEBAUTHN-10"))?;
    plain::verify_numbers(ctx, Curve::P256, point, message, &numbers, "SIG-WEBAUTHN-9")
}

fn ed25519(ctx: &Context<'_>, point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Stop> {
    let signature = match signature {
        [0x04, 64, signature @ ..] if ctx.has("SIG-WEBAUTHN-11/wrapped") => signature,
        _ if ctx.has("SIG-WEBAUTHN-11/truncates") => signature.get(..64).unwrap_or_default(),
        signature => signature,
    };
    if signature.len() != 64 {
        return Err(Stop::violated("SIG-WEBAUTHN-11"));
    }
    if ed25519_verify(point, message, signature) {
        Ok(())
    } else {
        Err(Stop::violated("SIG-WEBAUTHN-9"))
    }
}

fn rs256(
    ctx: &Context<'_>,
    n: &[u8],
    e: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), Stop> {
    let digest = sha256(message);
    let digest_info = rsa_digest_info(&digest);
    let is_long = (signature.len() == n.len()
        && (n.len() == 256 || !ctx.has("SIG-WEBAUTHN-12/256-bytes")))
        || (ctx.has("SIG-WEBAUTHN-12/short") && signature.len() < n.len())
        || (ctx.has("SIG-WEBAUTHN-12/long") && signature.len() > n.len());
    let is_below = rsa_is_below(signature, n) || ctx.has("SIG-WEBAUTHN-12/unreduced");
    let recovered = || rsa_recover(n, e, signature).unwrap_or_default();
    let fits = rsa_matches(n, e, signature, &digest_info)
        || ctx.has("SIG-WEBAUTHN-12/off")
        || (ctx.has("SIG-WEBAUTHN-12/pss")
            && rsa_encode_pss(&digest, n.len()) == Some(recovered()))
        || (ctx.has("SIG-WEBAUTHN-12/any-hash")
            && rsa_matches(n, e, signature, &rsa_sha512_info(message)))
        || (ctx.has("SIG-WEBAUTHN-12/loose-padding")
            && is_padded_loosely(&recovered(), &digest_info))
        || (ctx.has("SIG-WEBAUTHN-12/bare-hash")
            && rsa_matches(n, e, signature, &sha256_of(&[message])));
    if is_long && is_below && fits {
        Ok(())
    } else {
        Err(Stop::violated("SIG-WEBAUTHN-12"))
    }
}

/// Whether `DigestInfo` follows the padding, of whatever length, and anything follows it.
fn is_padded_loosely(encoded: &[u8], digest_info: &[u8]) -> bool {
    let Some(padding) = encoded.strip_prefix(&[0, 1]) else {
        return false;
    };
    let length = padding.iter().take_while(|byte| **byte == 0xff).count();
    padding
        .get(length..)
        .and_then(|rest| rest.strip_prefix(&[0]))
        .is_some_and(|rest| rest.starts_with(digest_info))
}
