//! Claims sorted by how they are checked.

use alloc::vec::Vec;

use signature::Claim;

use crate::key::Key;

/// The schemes whose claims are checked together.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Batch {
    Bls12381,
    Ed25519,
}

/// Which batch each of several claims belongs to, if any.
pub(crate) struct Batches(Vec<Option<Batch>>);

impl Batches {
    pub(crate) fn of(claims: &[Claim<'_>]) -> Self {
        // A single claim is no batch.
        if claims.len() < 2 {
            return Self(Vec::new());
        }
        let batch = |claim: &Claim<'_>| match Key::parse(claim.key) {
            Ok(Key::Bls12381) => Some(Batch::Bls12381),
            Ok(Key::Ed25519(_)) => Some(Batch::Ed25519),
            _ => None,
        };
        Self(claims.iter().map(batch).collect())
    }

    pub(crate) fn at(&self, index: usize) -> Option<Batch> {
        self.0.get(index).copied().flatten()
    }

    /// Returns the claims of one batch, in order.
    pub(crate) fn of_scheme<'a>(&self, claims: &[Claim<'a>], batch: Batch) -> Vec<Claim<'a>> {
        let of_claims = self.0.iter().zip(claims);
        of_claims
            .filter(|(of_claim, _)| **of_claim == Some(batch))
            .map(|(_, claim)| *claim)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::SecretKey;
    use testkit::plain_cases::{ecdsa_p256, ed25519};

    #[test]
    fn claims_are_batched_by_scheme_in_their_order() {
        let bls = SecretKey::from_name("signer").der();
        let [ed25519, p256] = [&ed25519()[0].key, &ecdsa_p256()[0].key];
        let claim = |key, signature| Claim {
            key,
            message: &[],
            signature,
        };
        let claims = [
            claim(ed25519, b"0"),
            claim(&bls, b"1"),
            claim(p256, b"2"),
            claim(b"no key", b"3"),
            claim(ed25519, b"4"),
            claim(&bls, b"5"),
        ];
        let batches = Batches::of(&claims);
        let of_bls = batches.of_scheme(&claims, Batch::Bls12381);
        assert_eq!(of_bls, [claims[1], claims[5]]);
        let of_ed25519 = batches.of_scheme(&claims, Batch::Ed25519);
        assert_eq!(of_ed25519, [claims[0], claims[4]]);
        let is_batched = (0..7).map(|index| batches.at(index).is_some());
        let expected = [true, true, false, false, true, true, false];
        assert_eq!(is_batched.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn one_claim_is_no_batch() {
        let claims = [Claim {
            key: &SecretKey::from_name("signer").der(),
            message: &[],
            signature: b"",
        }];
        let batches = Batches::of(&claims);
        assert!(batches.at(0).is_none());
        assert_eq!(batches.of_scheme(&claims, Batch::Bls12381), []);
    }
}
