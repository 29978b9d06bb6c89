//! What an assertion claims, in the terms of signature providers.

use core::fmt;

use public_key::{CoseParameters, PlainDer};
use sha2::{Digest as _, Sha256};
use signature::{Claim, InvalidSignature, VerifySignature};

use crate::ecdsa::{self, ParseEcdsaSignatureError};

/// What the signature in an [`Assertion`](crate::Assertion) would prove, in the terms of signature
/// providers.
///
/// There is no COSE and no WebAuthn in it, so a provider needs to know neither:
///
/// | COSE algorithm | [`key`](AssertionClaim::key) | [`signature`](AssertionClaim::signature) |
/// |---|---|---|
/// | ES256 | DER of the P-256 key with the same point | r and s, 32 bytes each |
/// | `EdDSA` | DER of the Ed25519 key with the same point | R and S, 64 bytes |
/// | RS256 | DER of the RSA key with the same numbers, see [`RsaPublicKey`](public_key::RsaPublicKey) | as long as the modulus: RSASSA-PKCS1-v1_5 with SHA-256 |
///
/// The message is the authenticator data, and then the SHA-256 of the client data.
///
/// That the key signs this message is all that is claimed: it says nothing about a payload without
/// the checks of [`Assertion::claim`](crate::Assertion::claim), which made it.
#[derive(Clone, Copy)]
pub struct AssertionClaim<'a> {
    key: PlainDer,
    authenticator_data: &'a [u8],
    client_data_hash: [u8; 32],
    signature: Signature<'a>,
}

#[derive(Clone, Copy)]
enum Signature<'a> {
    AsItCame(&'a [u8]),
    Ecdsa([u8; 64]),
}

impl<'a> AssertionClaim<'a> {
    // spec: SIG-WEBAUTHN-10, SIG-WEBAUTHN-11, SIG-WEBAUTHN-12
    pub(crate) fn new(
        key: &CoseParameters<'_>,
        authenticator_data: &'a [u8],
        client_data_json: &str,
        signature: &'a [u8],
    ) -> Result<Self, CheckSignatureError> {
        let signature = match key {
            CoseParameters::Es256(_) => {
                Signature::Ecdsa(ecdsa::to_fixed(signature).map_err(CheckSignatureError::Ecdsa)?)
            }
            CoseParameters::EdDsa(_) => of_length(signature, 64)?,
            CoseParameters::Rs256(key) => of_length(signature, key.modulus().len())?,
        };
        Ok(Self {
            key: key.to_plain_der(),
            authenticator_data,
            // spec: SIG-WEBAUTHN-9
            client_data_hash: Sha256::digest(client_data_json).into(),
            signature,
        })
    }

    /// Returns the plain key in DER.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.key.as_bytes()
    }

    /// Returns the two pieces of the message.
    // spec: SIG-WEBAUTHN-9
    #[must_use]
    pub const fn message(&self) -> [&[u8]; 2] {
        [self.authenticator_data, &self.client_data_hash]
    }

    /// Returns the signature in the form of the plain key's scheme.
    #[must_use]
    pub const fn signature(&self) -> &[u8] {
        match &self.signature {
            Signature::AsItCame(bytes) => bytes,
            Signature::Ecdsa(bytes) => bytes,
        }
    }

    /// Checks the claim.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`].
    pub fn verify(&self, provider: &dyn VerifySignature) -> Result<(), InvalidSignature> {
        provider.verify(Claim {
            key: self.key(),
            message: &self.message(),
            signature: self.signature(),
        })
    }
}

impl fmt::Debug for AssertionClaim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionClaim")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Why a signature can't be one of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CheckSignatureError {
    Ecdsa(ParseEcdsaSignatureError),
    Length { length: usize, expected: usize },
}

fn of_length(signature: &[u8], expected: usize) -> Result<Signature<'_>, CheckSignatureError> {
    let length = signature.len();
    if length == expected {
        return Ok(Signature::AsItCame(signature));
    }
    Err(CheckSignatureError::Length { length, expected })
}
