//! What a provider brings itself.

use core::fmt::Debug;

use public_key::{BlsPublicKey, EcPoint, RsaPublicKey};
use signature::{Claim, InvalidKey, InvalidSignature};

use crate::prepared::PreparedKeys;

/// The library behind BLS12-381.
///
/// Every implementation gives the same verdicts, which are those of the interface spec. A message is
/// the concatenation of its pieces.
pub trait BlsLibrary {
    /// What can be computed once about a key, such as the lines of its pairings.
    type Prepared: Clone + Debug;

    /// Computes what can be kept about a key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] if [`BlsLibrary::check_bls`] would.
    fn prepare_bls(&self, key: &BlsPublicKey) -> Result<Self::Prepared, InvalidKey>;

    /// Checks that a key is a point of the subgroup and not the identity.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`].
    fn check_bls(&self, key: &BlsPublicKey) -> Result<(), InvalidKey>;

    /// Checks a claim, perhaps with a prepared key.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], also if the key is none of BLS12-381 or not usable.
    fn verify_bls(
        &self,
        prepared: &PreparedKeys<Self::Prepared>,
        claim: Claim<'_>,
    ) -> Result<(), InvalidSignature>;

    /// Checks several claims together: not which of them fails, only whether one does.
    ///
    /// The product has to be weighted with [`Weights`](signature::weights::Weights), or wrong
    /// signatures whose errors cancel would pass.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], also if a key is none of BLS12-381 or not usable.
    fn verify_bls_product(
        &self,
        prepared: &PreparedKeys<Self::Prepared>,
        claims: &[Claim<'_>],
    ) -> Result<(), InvalidSignature>;
}

/// The libraries behind all schemes of a [`Provider`](crate::Provider).
///
/// Messages are not hashed yet; the module [`message`](crate::message) puts pieces
/// together or hashes them.
pub trait Library: BlsLibrary {
    /// Checks that the coordinates are reduced and that the point lies on P-256.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`].
    fn check_p256(&self, point: &EcPoint) -> Result<(), InvalidKey>;

    /// Checks that the coordinates are reduced and that the point lies on secp256k1.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`].
    fn check_secp256k1(&self, point: &EcPoint) -> Result<(), InvalidKey>;

    /// Checks that the library takes the RSA key, which it does with every key of an allowed form.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`].
    fn check_rsa(&self, key: &RsaPublicKey<'_>) -> Result<(), InvalidKey>;

    /// Checks an ECDSA signature on P-256 with SHA-256: r and s, 32 bytes each, either value of s.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], also if the key is not usable.
    fn verify_p256(
        &self,
        point: &EcPoint,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), InvalidSignature>;

    /// Checks an ECDSA signature on secp256k1 with SHA-256: r and s, 32 bytes each, either value of s.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], also if the key is not usable.
    fn verify_secp256k1(
        &self,
        point: &EcPoint,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), InvalidSignature>;

    /// Checks an RSASSA-PKCS1-v1_5 signature with SHA-256, which has as many bytes as the modulus.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], also if the key is not usable.
    fn verify_rsa(
        &self,
        key: &RsaPublicKey<'_>,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), InvalidSignature>;
}
