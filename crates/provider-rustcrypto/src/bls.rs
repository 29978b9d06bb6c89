//! BLS signatures over BLS12-381: keys in G2, signatures in G1.
//!
//! A signature σ of a message m under a key k holds if e(σ, −g) · e(H(m), k) = 1, where g is the
//! generator of G2. Several hold, up to a chance of 2⁻¹²⁸, if for their weights w
//! e(Σ wᵢσᵢ, −g) · Π e(wᵢH(mᵢ), kᵢ) = 1, where the factors of one key are added up first.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Neg as _;

use ic_bls12_381::{G1Affine, G1Projective, G2Affine, G2Prepared, Gt, multi_miller_loop};
use once_cell::race::OnceBox;
use provider_shared::PreparedKeys;
use public_key::BlsPublicKey;
use signature::weights::{Weight, Weights};
use signature::{Claim, InvalidKey, InvalidSignature};

use crate::hash_to_curve::hash_to_curve;

/// Returns the lines of the negated generator of G2, which are the same for everybody.
fn negated_generator() -> &'static G2Prepared {
    static LINES: OnceBox<G2Prepared> = OnceBox::new();
    LINES.get_or_init(|| Box::new(G2Prepared::from(G2Affine::generator().neg())))
}

/// Checks that the point of a key is one.
pub(crate) fn check_key(key: &BlsPublicKey) -> Result<(), InvalidKey> {
    parse_key(key).map(|_| ())
}

/// Computes what can be kept about a key.
pub(crate) fn prepare(key: &BlsPublicKey) -> Result<G2Prepared, InvalidKey> {
    parse_key(key).map(G2Prepared::from)
}

/// Checks one claim.
pub(crate) fn verify(
    prepared: &PreparedKeys<G2Prepared>,
    claim: Claim<'_>,
) -> Result<(), InvalidSignature> {
    // The cheaper parts first: the signature, then the key, then hash and pairings.
    let signature = parse_signature(claim.signature)?;
    let lines = lines(prepared, claim.key)?;
    let message = G1Affine::from(hash_to_curve(claim.message));
    // spec: CERT-2
    product_is_one(&[(&signature, negated_generator()), (&message, &lines)])
}

/// Checks claims together: not which of them fails, only whether one does.
pub(crate) fn verify_product(
    prepared: &PreparedKeys<G2Prepared>,
    claims: &[Claim<'_>],
) -> Result<(), InvalidSignature> {
    let weights = Weights::of(claims);
    let mut signatures = G1Projective::identity();
    let mut messages: Vec<MessagesOfKey<'_>> = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        let mut signature = G1Projective::from(parse_signature(claim.signature)?);
        let mut message = hash_to_curve(claim.message);
        if let Some(weight) = weights.at(index) {
            signature = times(&signature, &weight);
            message = times(&message, &weight);
        }
        signatures = signatures.add(&signature);
        match messages.iter_mut().find(|of_key| of_key.key == claim.key) {
            Some(of_key) => of_key.sum = of_key.sum.add(&message),
            None => messages.push(MessagesOfKey {
                key: claim.key,
                lines: lines(prepared, claim.key)?,
                sum: message,
            }),
        }
    }
    let signatures = G1Affine::from(signatures);
    let sums: Vec<G1Affine> = messages.iter().map(|of_key| of_key.sum.into()).collect();
    let mut terms: Vec<(&G1Affine, &G2Prepared)> = Vec::with_capacity(sums.len());
    terms.push((&signatures, negated_generator()));
    terms.extend(
        sums.iter()
            .zip(messages.iter().map(|of_key| &*of_key.lines)),
    );
    product_is_one(&terms)
}

/// The weighted messages of one key, added up.
struct MessagesOfKey<'a> {
    key: &'a [u8],
    lines: Cow<'a, G2Prepared>,
    sum: G1Projective,
}

/// Returns the lines of a key, computed if it is not prepared.
fn lines<'a>(
    prepared: &'a PreparedKeys<G2Prepared>,
    spki: &[u8],
) -> Result<Cow<'a, G2Prepared>, InvalidSignature> {
    if let Some(lines) = prepared.find(spki) {
        return Ok(Cow::Borrowed(lines));
    }
    let Ok(key) = BlsPublicKey::from_der(spki) else {
        return Err(InvalidSignature);
    };
    let key = parse_key(&key).map_err(|InvalidKey| InvalidSignature)?;
    Ok(Cow::Owned(G2Prepared::from(key)))
}

/// Checks that the product of pairings is one.
fn product_is_one(terms: &[(&G1Affine, &G2Prepared)]) -> Result<(), InvalidSignature> {
    if multi_miller_loop(terms).final_exponentiation() == Gt::identity() {
        Ok(())
    } else {
        Err(InvalidSignature)
    }
}

/// Returns the point added up as often as the weight says.
///
/// Everything here is public, so the time may depend on the weight. The library's own
/// multiplication always takes 255 steps.
fn times(point: &G1Projective, weight: &Weight) -> G1Projective {
    let mut product = G1Projective::identity();
    for byte in weight.iter().rev() {
        for bit in (0..8).rev() {
            product = product.double();
            if byte.wrapping_shr(bit) & 1 == 1 {
                product = product.add(point);
            }
        }
    }
    product
}

/// Decodes a signature: a compressed point of G1 in the subgroup that is not the identity.
// spec: CERT-4
fn parse_signature(signature: &[u8]) -> Result<G1Affine, InvalidSignature> {
    let bytes: &[u8; 48] = signature.try_into().map_err(|_| InvalidSignature)?;
    Option::<G1Affine>::from(G1Affine::from_compressed(bytes))
        .filter(|point| !bool::from(point.is_identity()))
        .ok_or(InvalidSignature)
}

/// Decodes a key: a compressed point of G2 in the subgroup that is not the identity.
// spec: CERT-4
fn parse_key(key: &BlsPublicKey) -> Result<G2Affine, InvalidKey> {
    Option::<G2Affine>::from(G2Affine::from_compressed(key.as_bytes()))
        .filter(|point| !bool::from(point.is_identity()))
        .ok_or(InvalidKey)
}
