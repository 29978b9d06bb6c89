//! Claims of all schemes, given to whoever checks them.

use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

use crate::batch::{Batch, Batches};
use crate::bls::BlsProvider;
use crate::ed25519;
use crate::key::Key;
use crate::library::Library;

/// Checks signatures of every plain scheme with a [`Library`].
#[derive(Clone, Debug)]
pub struct Provider<L: Library> {
    bls: BlsProvider<L>,
}

impl<L: Library> Provider<L> {
    /// Returns a provider that has prepared no key.
    #[must_use]
    pub const fn new(library: L) -> Self {
        Self {
            bls: BlsProvider::new(library),
        }
    }

    /// Keeps what can be computed once about a key that will be used often.
    ///
    /// `spki` is a DER SubjectPublicKeyInfo. Preparing a key never changes a verdict. At most
    /// [`MAX_PREPARED_KEYS`](crate::MAX_PREPARED_KEYS) keys are kept; one more takes the place of the
    /// oldest. Only BLS keys gain by it; other keys are checked, and nothing is kept.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] if [`VerifySignature::check_key`] would.
    pub fn prepare(&mut self, spki: &[u8]) -> Result<(), InvalidKey> {
        match Key::parse(spki)? {
            Key::Bls12381 => self.bls.prepare(spki),
            _ => self.check_key(spki),
        }
    }
}

impl<L: Library> VerifySignature for Provider<L> {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        let Claim {
            message, signature, ..
        } = claim;
        let library = self.bls.library();
        match Key::parse(claim.key).map_err(|InvalidKey| InvalidSignature)? {
            Key::Bls12381 => self.bls.verify(claim),
            Key::EcdsaP256(point) => library.verify_p256(&point, message, signature),
            Key::EcdsaSecp256k1(point) => library.verify_secp256k1(&point, message, signature),
            Key::Ed25519(key) => ed25519::verify(&key, message, signature),
            Key::Rsa(key) => library.verify_rsa(&key, message, signature),
        }
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        let batches = Batches::of(claims);
        // One claim needs no weights.
        let bls = batches.of_scheme(claims, Batch::Bls12381);
        let bls_holds = bls.len() > 1 && self.bls.verify_product(&bls).is_ok();
        let ed25519 = batches.of_scheme(claims, Batch::Ed25519);
        let ed25519_holds = ed25519.len() > 1 && ed25519::verify_sum(&ed25519).is_ok();
        // What is left is checked one by one: a batch that fails does not tell which claim does.
        for (index, claim) in claims.iter().enumerate() {
            let holds = match batches.at(index) {
                Some(Batch::Bls12381) => bls_holds,
                Some(Batch::Ed25519) => ed25519_holds,
                None => false,
            };
            if !holds {
                self.verify(*claim)
                    .map_err(|InvalidSignature| InvalidAt { index })?;
            }
        }
        Ok(())
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        let library = self.bls.library();
        match Key::parse(spki)? {
            Key::Bls12381 => self.bls.check_key(spki),
            Key::EcdsaP256(point) => library.check_p256(&point),
            Key::EcdsaSecp256k1(point) => library.check_secp256k1(&point),
            Key::Ed25519(key) => ed25519::check_key(&key),
            Key::Rsa(key) => library.check_rsa(&key),
        }
    }
}
