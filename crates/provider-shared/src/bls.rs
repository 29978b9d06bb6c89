//! Claims of BLS12-381 alone.

use public_key::BlsPublicKey;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

use crate::library::BlsLibrary;
use crate::prepared::PreparedKeys;

/// Checks signatures of BLS12-381 with a [`BlsLibrary`], and refuses all others.
#[derive(Clone, Debug)]
pub struct BlsProvider<L: BlsLibrary> {
    library: L,
    prepared: PreparedKeys<L::Prepared>,
}

impl<L: BlsLibrary> BlsProvider<L> {
    /// Returns a provider that has prepared no key.
    #[must_use]
    pub const fn new(library: L) -> Self {
        Self {
            library,
            prepared: PreparedKeys::new(),
        }
    }

    /// Keeps what can be computed once about a key that will be used often.
    ///
    /// `spki` is a DER SubjectPublicKeyInfo. Preparing a key never changes a verdict. At most
    /// [`MAX_PREPARED_KEYS`](crate::MAX_PREPARED_KEYS) keys are kept; one more takes the place of the
    /// oldest.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] if [`VerifySignature::check_key`] would.
    pub fn prepare(&mut self, spki: &[u8]) -> Result<(), InvalidKey> {
        let key = parse(spki)?;
        if self.prepared.find(spki).is_none() {
            let prepared = self.library.prepare_bls(&key)?;
            self.prepared.keep(key.to_der(), prepared);
        }
        Ok(())
    }

    pub(crate) const fn library(&self) -> &L {
        &self.library
    }

    /// Checks claims together: not which of them fails, only whether one does.
    pub(crate) fn verify_product(&self, claims: &[Claim<'_>]) -> Result<(), InvalidSignature> {
        self.library.verify_bls_product(&self.prepared, claims)
    }
}

impl<L: BlsLibrary> VerifySignature for BlsProvider<L> {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.library.verify_bls(&self.prepared, claim)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        // One claim needs no weights.
        if claims.len() > 1 && self.verify_product(claims).is_ok() {
            return Ok(());
        }
        // A product does not tell which claim fails.
        for (index, claim) in claims.iter().enumerate() {
            self.verify(*claim)
                .map_err(|InvalidSignature| InvalidAt { index })?;
        }
        Ok(())
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        if self.prepared.find(spki).is_some() {
            return Ok(());
        }
        self.library.check_bls(&parse(spki)?)
    }
}

fn parse(spki: &[u8]) -> Result<BlsPublicKey, InvalidKey> {
    match BlsPublicKey::from_der(spki) {
        Ok(key) => Ok(key),
        Err(_) => Err(InvalidKey),
    }
}
