//! Keys that sign for real, and a provider that knows them.

use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use icid_delegation::{Delegation, SignedDelegation};
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};

/// What stands in front of the 32 bytes of an Ed25519 key in DER (RFC 8410).
const PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The Ed25519 key whose secret is a byte, repeated.
#[derive(Clone, Copy)]
pub(crate) struct Key(pub(crate) u8);

impl Key {
    pub(crate) fn der(self) -> Vec<u8> {
        let key = SigningKey::from_bytes(&[self.0; 32]).verifying_key();
        [PREFIX.as_slice(), key.as_bytes()].concat()
    }

    pub(crate) fn sign(self, payload: &[u8]) -> Vec<u8> {
        let key = SigningKey::from_bytes(&[self.0; 32]);
        Vec::from(key.sign(payload).to_bytes())
    }

    pub(crate) fn link<'a>(self, delegation: Delegation<'a>) -> SignedDelegation<'a> {
        let signed =
            delegation.sign(|payload| Ok::<_, core::convert::Infallible>(self.sign(payload)));
        match signed {
            Ok(signed) => signed,
        }
    }
}

/// Knows Ed25519.
pub(crate) struct Ed25519;

impl VerifySignature for Ed25519 {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        let key = claim.key.strip_prefix(&PREFIX).ok_or(InvalidSignature)?;
        let key = key.try_into().map_err(|_| InvalidSignature)?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_slice(claim.signature).map_err(|_| InvalidSignature)?;
        key.verify(&claim.message.concat(), &signature)
            .map_err(|_| InvalidSignature)
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}
