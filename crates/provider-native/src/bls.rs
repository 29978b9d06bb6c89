//! BLS signatures over BLS12-381: keys in G2, signatures in G1.
//!
//! A signature σ of a message m under a key k holds if e(σ, −g) · e(H(m), k) = 1, where g is the
//! generator of G2. Several hold, up to a chance of 2⁻¹²⁸, if for their weights w
//! e(Σ wᵢσᵢ, −g) · Π e(wᵢH(mᵢ), kᵢ) = 1, where the factors of one key are added up first.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::iter;

use provider_shared::PreparedKeys;
use public_key::BlsPublicKey;
use signature::weights::Weights;
use signature::{Claim, InvalidKey, InvalidSignature};

use crate::pairing::{Key, Lines, Point, product_is_one};

/// Checks that the point of a key is one.
pub(crate) fn check_key(key: &BlsPublicKey) -> Result<(), InvalidKey> {
    parse_key(key).map(|_| ())
}

/// Computes what can be kept about a key.
pub(crate) fn prepare(key: &BlsPublicKey) -> Result<Box<Lines>, InvalidKey> {
    Ok(Box::new(Lines::of(&parse_key(key)?)))
}

/// Checks one claim.
pub(crate) fn verify(
    negated_generator: &Lines,
    prepared: &PreparedKeys<Box<Lines>>,
    claim: Claim<'_>,
) -> Result<(), InvalidSignature> {
    // The cheaper parts first: the signature, then the key, then hash and pairings.
    let signature = Point::from_signature(claim.signature).ok_or(InvalidSignature)?;
    let fresh;
    let lines = match prepared.find(claim.key) {
        Some(lines) => lines,
        None => {
            fresh = fresh_lines(claim.key)?;
            &fresh
        }
    };
    let message = Point::hash(claim.message);
    // spec: CERT-2
    if product_is_one([(negated_generator, &signature), (lines, &message)]) {
        Ok(())
    } else {
        Err(InvalidSignature)
    }
}

/// Checks claims together: not which of them fails, only whether one does.
pub(crate) fn verify_product(
    negated_generator: &Lines,
    prepared: &PreparedKeys<Box<Lines>>,
    claims: &[Claim<'_>],
) -> Result<(), InvalidSignature> {
    let weights = Weights::of(claims);
    let mut signatures = Point::IDENTITY;
    let mut messages = Messages::default();
    for (index, claim) in claims.iter().enumerate() {
        let mut signature = Point::from_signature(claim.signature).ok_or(InvalidSignature)?;
        let mut message = Point::hash(claim.message);
        if let Some(weight) = weights.at(index) {
            signature = signature.times(&weight);
            message = message.times(&weight);
        }
        signatures.add(&signature);
        messages.add(prepared, claim.key, &message)?;
    }
    let pairs = messages
        .of_keys
        .iter()
        .map(|of_key| (of_key.lines.get(), &of_key.sum));
    if product_is_one(iter::once((negated_generator, &signatures)).chain(pairs)) {
        Ok(())
    } else {
        Err(InvalidSignature)
    }
}

/// The weighted messages of a batch, added up for each key.
#[derive(Default)]
struct Messages<'a> {
    of_keys: Vec<MessagesOfKey<'a>>,
}

/// The weighted messages of one key.
struct MessagesOfKey<'a> {
    key: &'a [u8],
    lines: LinesOfKey<'a>,
    sum: Point,
}

/// Lines that were prepared or computed for this batch.
enum LinesOfKey<'a> {
    Fresh(Box<Lines>),
    Prepared(&'a Lines),
}

impl LinesOfKey<'_> {
    fn get(&self) -> &Lines {
        match self {
            Self::Fresh(lines) => lines,
            Self::Prepared(lines) => lines,
        }
    }
}

impl<'a> Messages<'a> {
    fn add(
        &mut self,
        prepared: &'a PreparedKeys<Box<Lines>>,
        key: &'a [u8],
        message: &Point,
    ) -> Result<(), InvalidSignature> {
        if let Some(known) = self.of_keys.iter_mut().find(|of_key| of_key.key == key) {
            known.sum.add(message);
            return Ok(());
        }
        let lines = match prepared.find(key) {
            Some(lines) => LinesOfKey::Prepared(lines),
            None => LinesOfKey::Fresh(Box::new(fresh_lines(key)?)),
        };
        self.of_keys.push(MessagesOfKey {
            key,
            lines,
            sum: *message,
        });
        Ok(())
    }
}

/// Computes the lines of a key that is not prepared.
fn fresh_lines(spki: &[u8]) -> Result<Lines, InvalidSignature> {
    let Ok(key) = BlsPublicKey::from_der(spki) else {
        return Err(InvalidSignature);
    };
    let key = parse_key(&key).map_err(|InvalidKey| InvalidSignature)?;
    Ok(Lines::of(&key))
}

/// Decodes the point of a key and checks it.
fn parse_key(key: &BlsPublicKey) -> Result<Key, InvalidKey> {
    Key::from_bytes(key.as_bytes()).ok_or(InvalidKey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::bls_cases::cancelling;

    /// What weights are for: without them these two wrong signatures would pass together.
    #[test]
    fn errors_that_cancel_make_a_product_of_one_without_weights() {
        let cases = cancelling();
        let mut signatures = Point::IDENTITY;
        let mut messages = Point::IDENTITY;
        for case in &cases {
            signatures.add(&Point::from_signature(&case.signature).unwrap());
            messages.add(&Point::hash(&[&case.message]));
        }
        let generator = Lines::of_negated_generator();
        let key = BlsPublicKey::from_der(&cases[0].key).unwrap();
        let key = Lines::of(&parse_key(&key).unwrap());
        assert!(product_is_one([
            (&*generator, &signatures),
            (&key, &messages)
        ]));
    }

    #[test]
    fn a_product_of_nothing_and_of_identities_is_one() {
        let generator = Lines::of_negated_generator();
        assert!(product_is_one([]));
        assert!(product_is_one([(&*generator, &Point::IDENTITY)]));
        assert!(!product_is_one([(
            &*generator,
            &Point::hash(&[b"message"])
        )]));
    }
}
