//! The coefficients of a product of pairings.
//!
//! An unweighted product can be one although no factor is: two wrong signatures whose errors
//! cancel. With coefficients that depend on all claims, whoever makes such claims has to find them
//! among 2¹²⁸ possibilities. No randomness is needed, so the answer is always the same.
//!
//! Only the ratios of coefficients matter, so the first one is one.

use sha2::{Digest as _, Sha256};

use crate::Claim;

/// A coefficient: 128 bits, least significant byte first.
pub type Weight = [u8; 16];

/// Gives every claim of a batch its coefficient.
#[derive(Clone, Debug)]
pub struct Weights {
    seed: [u8; 32],
}

impl Weights {
    /// Binds the coefficients to all keys, messages and signatures, their number and their order.
    #[must_use]
    pub fn of(claims: &[Claim<'_>]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"\x10icid-batch-seed1");
        hasher.update(length(claims.len()));
        for claim in claims {
            hasher.update(length(claim.key.len()));
            hasher.update(claim.key);
            let message_length = claim
                .message
                .iter()
                .fold(0, |sum: usize, piece| sum.saturating_add(piece.len()));
            hasher.update(length(message_length));
            for piece in claim.message {
                hasher.update(piece);
            }
            hasher.update(length(claim.signature.len()));
            hasher.update(claim.signature);
        }
        Self {
            seed: hasher.finalize().into(),
        }
    }

    /// Returns the coefficient of the claim at `index`; none for the first, which is one.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<Weight> {
        if index == 0 {
            return None;
        }
        let mut hasher = Sha256::new();
        hasher.update(b"\x12icid-batch-weight1");
        hasher.update(self.seed);
        hasher.update(length(index));
        let digest: [u8; 32] = hasher.finalize().into();
        let mut weight = Weight::default();
        for (to, from) in weight.iter_mut().zip(digest) {
            *to = from;
        }
        Some(weight)
    }
}

/// Writes a length or position in eight bytes.
fn length(value: usize) -> [u8; 8] {
    u64::try_from(value).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: Claim<'_> = Claim {
        key: b"key",
        message: &[b"me", b"ssage"],
        signature: b"sig",
    };

    fn weights(claims: &[Claim<'_>]) -> [Option<Weight>; 3] {
        let weights = Weights::of(claims);
        [weights.at(0), weights.at(1), weights.at(2)]
    }

    #[test]
    fn every_position_has_its_own_weight_and_the_first_has_none() {
        let [first, second, third] = weights(&[CLAIM, CLAIM, CLAIM]);
        assert_eq!(first, None);
        assert!(second.is_some() && third.is_some());
        assert_ne!(second, third);
    }

    #[test]
    fn the_cut_of_a_message_does_not_matter() {
        let whole = Claim {
            message: &[b"message"],
            ..CLAIM
        };
        assert_eq!(weights(&[CLAIM, CLAIM]), weights(&[whole, whole]));
    }

    #[test]
    fn every_part_of_every_claim_changes_all_weights() {
        let [_, second, third] = weights(&[CLAIM, CLAIM]);
        for changed in [
            Claim {
                key: b"kez",
                ..CLAIM
            },
            Claim {
                message: &[b"massage"],
                ..CLAIM
            },
            Claim {
                signature: b"sit",
                ..CLAIM
            },
            Claim {
                message: &[b"message", b"s"],
                signature: b"ig",
                ..CLAIM
            },
        ] {
            for claims in [[CLAIM, changed], [changed, CLAIM]] {
                let [_, changed_second, changed_third] = weights(&claims);
                assert_ne!(changed_second, second);
                assert_ne!(changed_third, third);
            }
        }
        let [_, longer_second, _] = weights(&[CLAIM, CLAIM, CLAIM]);
        assert_ne!(longer_second, second);
    }

    #[test]
    fn no_part_can_be_taken_for_a_length_and_the_next_part() {
        let (zeros, eight) = ([0; 8], [0, 0, 0, 0, 0, 0, 0, 8]);
        let key_and_length = [b"key", &eight[..]].concat();
        let message_and_length = [b"message", &eight[..]].concat();
        let signature_and_length = [b"sig", &eight[..]].concat();
        let whole: &[&[u8]] = &[b"message"];
        let claim = |key, message, signature| Claim {
            key,
            message,
            signature,
        };
        // Each pair is the same bytes, if the length of one part is left out.
        for (one, other) in [
            (
                [claim(b"key", &[&zeros[..]], b"sig"), CLAIM],
                [claim(&key_and_length, &[], b"sig"), CLAIM],
            ),
            (
                [claim(b"key", whole, &zeros), CLAIM],
                [claim(b"key", &[&message_and_length[..]], b""), CLAIM],
            ),
            (
                [CLAIM, claim(&zeros, whole, b"sig")],
                [
                    claim(b"key", whole, &signature_and_length),
                    claim(b"", whole, b"sig"),
                ],
            ),
        ] {
            assert_ne!(weights(&one), weights(&other));
        }
    }
}
