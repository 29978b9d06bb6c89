//! Ed25519 by ZIP-215.
//!
//! The rule is the one of deployed replicas, where RFC 8032 leaves a choice: a point need not be
//! encoded canonically and may be of small order, S has to be less than the order of the group, and
//! the equation is multiplied by the cofactor. Only then does a sum of equations tell the same as
//! each of them.

use alloc::borrow::Cow;
use core::convert::Infallible;

use ed25519_zebra::{Signature, VerificationKey, VerificationKeyBytes, batch};
use public_key::Ed25519PublicKey;
use rand_core::{TryCryptoRng, TryRng};
use signature::weights::Weights;
use signature::{Claim, InvalidKey, InvalidSignature};

use crate::key::Key;
use crate::message::contiguous;

/// Checks that the bytes of a key decode to a point.
pub(crate) fn check_key(key: &Ed25519PublicKey) -> Result<(), InvalidKey> {
    match VerificationKey::try_from(*key.as_bytes()) {
        Ok(_) => Ok(()),
        Err(_) => Err(InvalidKey),
    }
}

/// Checks one signature.
// spec: SIG-ED-4, SIG-ED-5
pub(crate) fn verify(
    key: &Ed25519PublicKey,
    message: &[&[u8]],
    signature: &[u8],
) -> Result<(), InvalidSignature> {
    let signature = parse_signature(signature)?;
    let Ok(key) = VerificationKey::try_from(*key.as_bytes()) else {
        return Err(InvalidSignature);
    };
    let message: Cow<'_, [u8]> = contiguous(message);
    match key.verify(&signature, &message) {
        Ok(()) => Ok(()),
        Err(_) => Err(InvalidSignature),
    }
}

/// Checks claims together: not which of them fails, only whether one does.
pub(crate) fn verify_sum(claims: &[Claim<'_>]) -> Result<(), InvalidSignature> {
    let mut sum = batch::Verifier::new();
    for claim in claims {
        let Ok(Key::Ed25519(key)) = Key::parse(claim.key) else {
            return Err(InvalidSignature);
        };
        let key = VerificationKeyBytes::from(*key.as_bytes());
        let signature = parse_signature(claim.signature)?;
        sum.queue((key, signature, &*contiguous(claim.message)));
    }
    let weights = WeightsInTurn {
        weights: Weights::of(claims),
        used: 0,
    };
    match sum.verify(weights) {
        Ok(()) => Ok(()),
        Err(_) => Err(InvalidSignature),
    }
}

/// Decodes a signature: R and S, 32 bytes each.
// spec: SIG-ED-2, SIG-ED-3
fn parse_signature(signature: &[u8]) -> Result<Signature, InvalidSignature> {
    match <[u8; 64]>::try_from(signature) {
        Ok(bytes) => Ok(Signature::from_bytes(&bytes)),
        Err(_) => Err(InvalidSignature),
    }
}

/// Hands out the weights of a batch where the library asks for 16 random bytes for each claim.
///
/// The library may take the claims in another order; every weight depends on all of them.
struct WeightsInTurn {
    weights: Weights,
    used: usize,
}

impl TryRng for WeightsInTurn {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(16) {
            // The weight at 0 is one and needs no bytes.
            self.used = self.used.saturating_add(1);
            let weight = self.weights.at(self.used).unwrap_or_default();
            for (to, from) in chunk.iter_mut().zip(weight) {
                *to = from;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for WeightsInTurn {}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::Rng as _;

    const CLAIM: Claim<'_> = Claim {
        key: b"key",
        message: &[b"message"],
        signature: b"signature",
    };

    #[test]
    fn every_claim_gets_its_own_weight_and_always_the_same() {
        let draw = || {
            let mut weights = WeightsInTurn {
                weights: Weights::of(&[CLAIM, CLAIM]),
                used: 0,
            };
            let mut drawn = [[0; 16]; 3];
            for bytes in &mut drawn {
                weights.fill_bytes(bytes);
            }
            drawn
        };
        let weights = Weights::of(&[CLAIM, CLAIM]);
        let expected = [1, 2, 3].map(|index| weights.at(index).unwrap());
        assert_eq!(draw(), expected);
        assert_eq!(draw(), draw());
        assert_ne!(expected[0], expected[1]);
    }

    #[test]
    fn longer_and_shorter_draws_are_made_of_weights() {
        let weights = Weights::of(&[CLAIM]);
        let mut drawn = WeightsInTurn {
            weights: weights.clone(),
            used: 0,
        };
        let [first, second, third, fourth] = [1, 2, 3, 4].map(|index| weights.at(index).unwrap());
        let mut long = [0; 20];
        drawn.fill_bytes(&mut long);
        assert_eq!(long[..16], first);
        assert_eq!(long[16..], second[..4]);
        assert_eq!(drawn.next_u32().to_le_bytes(), third[..4]);
        assert_eq!(drawn.next_u64().to_le_bytes(), fourth[..8]);
    }
}
