//! Plain signatures: Ed25519 and ECDSA.
//!
//! A signature that does not verify says nothing about the mistake behind it. So the model tries
//! the mistakes it knows and names the clause of the first that explains the signature.

use super::der;
use crate::context::{Context, Stop};
use crate::crypto::ecdsa::{
    Curve, ecdsa_equation, ecdsa_in_range, ecdsa_is_high, ecdsa_verify_digest,
    ecdsa_verify_unreduced_x,
};
use crate::crypto::ed25519::{ed25519_verify, ed25519_verify_unreduced};
use crate::crypto::{sha256, sha256_of};

pub(super) fn verify_ed25519(
    ctx: &Context<'_>,
    key: &[u8],
    payload: &[u8],
    signature: &[u8],
) -> Result<(), Stop> {
    let signature = match signature.len() {
        64 => signature.to_vec(),
        65.. if ctx.has("SIG-ED-2/truncates") => signature.get(..64).unwrap_or_default().to_vec(),
        63 if ctx.has("SIG-ED-2/pads") => [signature, &[0]].concat(),
        _ => return Err(Stop::violated("SIG-ED-2")),
    };
    let as_it_is = |message: &[u8]| ed25519_verify(key, message, &signature);
    let reversed = || {
        let (point, scalar) = signature.split_at(32);
        let scalar: Vec<u8> = scalar.iter().rev().copied().collect();
        ed25519_verify(key, payload, &[point, &scalar].concat())
    };
    let unreduced = || ed25519_verify_unreduced(key, payload, &signature);
    let prehashed = || as_it_is(&sha256(payload));

    let verifies = if ctx.has("SIG-ED-3/big-endian-s") {
        reversed()
    } else if ctx.has("SIG-ED-3/unreduced") {
        unreduced()
    } else if ctx.has("SIG-ED-4/prehash") {
        prehashed()
    } else {
        separated(ctx, payload, as_it_is) || ctx.has("SIG-ED-4/off")
    };
    if verifies {
        return Ok(());
    }
    Err(Stop::violated(if reversed() || unreduced() {
        "SIG-ED-3"
    } else {
        separator_clause(payload, as_it_is).unwrap_or("SIG-ED-4")
    }))
}

pub(super) fn verify_ecdsa(
    ctx: &Context<'_>,
    curve: Curve,
    key: &[u8],
    payload: &[u8],
    signature: &[u8],
) -> Result<(), Stop> {
    let signature = match signature.len() {
        64 => signature.to_vec(),
        65.. if ctx.has("SIG-EC-6/truncates") => signature.get(..64).unwrap_or_default().to_vec(),
        63 if ctx.has("SIG-EC-6/pads") => {
            let (r, s) = signature.split_at(32);
            [r, &[0], s].concat()
        }
        _ if ctx.has("SIG-EC-6/der") => {
            der::ecdsa_signature(ctx, signature, false).ok_or_else(|| Stop::violated("SIG-EC-6"))?
        }
        _ => return Err(Stop::violated("SIG-EC-6")),
    };
    verify_numbers(ctx, curve, key, payload, &signature, "SIG-EC-7")
}

/// Checks r‖s. `clause` is violated if nothing explains why they do not fit.
pub(super) fn verify_numbers(
    ctx: &Context<'_>,
    curve: Curve,
    key: &[u8],
    payload: &[u8],
    signature: &[u8],
    clause: &'static str,
) -> Result<(), Stop> {
    let (r, s) = signature.split_at_checked(32).unwrap_or_default();
    let digest = sha256(payload);
    let is_zero = |number: &[u8]| number.iter().all(|byte| *byte == 0);
    if !ecdsa_in_range(curve, signature) {
        let has_zero = is_zero(r) || is_zero(s);
        let equation = || ecdsa_equation(curve, key, &digest, signature);
        let accepted = (ctx.has("SIG-EC-8/zero") && has_zero && equation())
            || (ctx.has("SIG-EC-8/reduces") && !has_zero && equation());
        return require(accepted, "SIG-EC-8");
    }
    let check =
        |digest: &[u8; 32], signature: &[u8]| ecdsa_verify_digest(curve, key, digest, signature);
    let as_it_is = |message: &[u8]| check(&sha256(message), signature);
    let swapped = || check(&digest, &[s, r].concat());
    let reversed = || {
        let half = |half: &[u8]| half.iter().rev().copied().collect::<Vec<_>>();
        check(&digest, &[half(r), half(s)].concat())
    };
    let verifies = if ctx.has("SIG-EC-6/swapped") {
        swapped()
    } else if ctx.has("SIG-EC-6/little-endian") {
        reversed()
    } else if ctx.has("SIG-EC-8/x-unreduced") {
        ecdsa_verify_unreduced_x(curve, key, &digest, signature)
    } else if ctx.has("SIG-EC-7/double") {
        check(&sha256_of(&[&digest]), signature)
    } else if ctx.has("SIG-EC-7/unhashed") {
        payload
            .try_into()
            .is_ok_and(|digest: [u8; 32]| check(&digest, signature))
    } else {
        separated(ctx, payload, as_it_is) || ctx.has("SIG-EC-7/off")
    };
    if verifies {
        let is_low = !ecdsa_is_high(curve, signature);
        return require(is_low || !ctx.has("SIG-EC-9/low-s-only"), "SIG-EC-9");
    }
    Err(Stop::violated(if swapped() || reversed() {
        "SIG-EC-6"
    } else {
        separator_clause(payload, as_it_is).unwrap_or(clause)
    }))
}

fn require(holds: bool, clause: &'static str) -> Result<(), Stop> {
    if holds {
        Ok(())
    } else {
        Err(Stop::violated(clause))
    }
}

/// The separators of the specification, with their lengths.
const SEPARATORS: [&[u8]; 5] = [
    b"\x0aic-request",
    b"\x1aic-request-auth-delegation",
    b"\x0bic-response",
    b"\x0eic-sender-info",
    b"\x0dic-state-root",
];

/// What follows the separator of a payload.
fn message(payload: &[u8]) -> Option<&[u8]> {
    SEPARATORS
        .iter()
        .find_map(|separator| payload.strip_prefix(*separator))
}

/// Whether a signature on the payload passes `check`, with whatever mistake about separators.
fn separated(ctx: &Context<'_>, payload: &[u8], check: impl Fn(&[u8]) -> bool) -> bool {
    if ctx.has("SIG-1/no-separator") {
        without_separator(payload, check)
    } else if ctx.has("SIG-1/other-separator") {
        check(payload) || with_other_separator(payload, check)
    } else if ctx.has("SIG-2/no-length") {
        without_length(payload, check)
    } else if ctx.has("SIG-2/length-plus-one") {
        with_longer_length(payload, check)
    } else {
        check(payload)
    }
}

/// The clause about separators that explains why a signature fits, if one does.
fn separator_clause(payload: &[u8], check: impl Fn(&[u8]) -> bool) -> Option<&'static str> {
    if without_separator(payload, &check) || with_other_separator(payload, &check) {
        Some("SIG-1")
    } else if without_length(payload, &check) || with_longer_length(payload, &check) {
        Some("SIG-2")
    } else {
        None
    }
}

fn without_separator(payload: &[u8], check: impl Fn(&[u8]) -> bool) -> bool {
    message(payload).is_some_and(check)
}

fn with_other_separator(payload: &[u8], check: impl Fn(&[u8]) -> bool) -> bool {
    message(payload).is_some_and(|message| {
        let with = |separator: &&[u8]| [separator, message].concat();
        SEPARATORS.iter().map(with).any(|payload| check(&payload))
    })
}

fn without_length(payload: &[u8], check: impl Fn(&[u8]) -> bool) -> bool {
    message(payload).is_some() && payload.get(1..).is_some_and(check)
}

fn with_longer_length(payload: &[u8], check: impl Fn(&[u8]) -> bool) -> bool {
    let longer = payload.split_first().map(|(length, rest)| {
        let length = length.wrapping_add(1);
        [&[length], rest].concat()
    });
    message(payload).is_some() && longer.is_some_and(|payload| check(&payload))
}
