//! What a canister says about a sender.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use principal::Principal;
use public_key::PublicKey;
use signature::Claim;

use crate::hex::Hex;
use crate::{CheckSignatureError, Schemes};

/// What is signed in front of what a canister says: a length and a name.
///
/// Source: interface spec, "Request: Call".
// spec: SINFO-6
pub const SENDER_INFO_SEPARATOR: &[u8; 15] = b"\x0eic-sender-info";

/// What a canister says about a sender, who has one of its keys.
///
/// Some bytes with the canister's signature, about whose truth nothing is known. They are bound to the
/// sender alone, neither to a request nor to a time.
// spec: SINFO-1, SINFO-13
#[derive(Clone, Eq, PartialEq)]
pub struct SenderInfo<'a> {
    info: Cow<'a, [u8]>,
    signer: Principal,
    signature: Cow<'a, [u8]>,
}

impl<'a> SenderInfo<'a> {
    /// Returns the sender information with these parts. Nothing is checked.
    ///
    /// `signature` is a canister signature of `signer` on [`SENDER_INFO_SEPARATOR`] and `info`.
    #[must_use]
    pub fn new(
        info: impl Into<Cow<'a, [u8]>>,
        signer: Principal,
        signature: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        Self {
            info: info.into(),
            signer,
            signature: signature.into(),
        }
    }

    /// Returns all that a canister signs to say `info`: [`SENDER_INFO_SEPARATOR`] and `info`.
    // spec: SINFO-6
    #[must_use]
    pub fn signing_payload(info: &[u8]) -> Vec<u8> {
        [SENDER_INFO_SEPARATOR, info].concat()
    }

    /// Checks that the canister of a sender's key says so.
    ///
    /// `sender_key` is the DER form of the key that is the sender, the first one of a chain. Requests
    /// are checked by [`Envelope::authenticate`](crate::Envelope::authenticate), which does the same.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`NotACanisterKey`](VerifySenderInfoError::NotACanisterKey);
    /// * [`WrongSigner`](VerifySenderInfoError::WrongSigner);
    /// * [`Signature`](VerifySenderInfoError::Signature).
    pub fn verify(
        &self,
        sender_key: &[u8],
        schemes: &Schemes<'_>,
    ) -> Result<(), VerifySenderInfoError> {
        self.check_signer(sender_key, schemes)?;
        schemes
            .check(self.claim(sender_key, &self.message()))
            .map_err(VerifySenderInfoError::Signature)
    }

    /// Checks what costs no signature.
    // spec: SINFO-2, SINFO-4
    pub(crate) fn check_signer(
        &self,
        sender_key: &[u8],
        schemes: &Schemes<'_>,
    ) -> Result<(), VerifySenderInfoError> {
        let Ok(PublicKey::Canister(key)) = schemes.parse_key(sender_key) else {
            return Err(VerifySenderInfoError::NotACanisterKey);
        };
        let (signer, canister) = (self.signer, key.canister_id());
        if signer != canister {
            return Err(VerifySenderInfoError::WrongSigner { signer, canister });
        }
        Ok(())
    }

    /// Returns the two pieces of what is signed.
    // spec: SINFO-6, SINFO-10
    pub(crate) fn message(&self) -> [&[u8]; 2] {
        [SENDER_INFO_SEPARATOR, &self.info]
    }

    // spec: SINFO-5, SINFO-7
    pub(crate) fn claim<'c>(&'c self, sender_key: &'c [u8], message: &'c [&'c [u8]]) -> Claim<'c> {
        Claim {
            key: sender_key,
            message,
            signature: &self.signature,
        }
    }

    /// Returns the same sender information without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> SenderInfo<'static> {
        SenderInfo {
            info: Cow::Owned(self.info.into_owned()),
            signer: self.signer,
            signature: Cow::Owned(self.signature.into_owned()),
        }
    }

    /// Returns what the canister says: any bytes.
    #[must_use]
    pub fn info(&self) -> &[u8] {
        &self.info
    }

    /// Returns the canister.
    #[must_use]
    pub const fn signer(&self) -> Principal {
        self.signer
    }

    /// Returns the canister signature in its CBOR form.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl fmt::Debug for SenderInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderInfo")
            .field("info", &Hex(&self.info))
            .field("signer", &self.signer)
            .field("signature", &Hex(&self.signature))
            .finish()
    }
}

/// Why a canister does not say what a [`SenderInfo`] holds.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifySenderInfoError {
    /// The key of the sender is none of canister signatures.
    NotACanisterKey,
    /// The canister did not sign it.
    Signature(CheckSignatureError),
    /// The key of the sender is that of another canister.
    WrongSigner {
        /// The canister that is said to have signed.
        signer: Principal,
        /// The canister of the key.
        canister: Principal,
    },
}

impl fmt::Display for VerifySenderInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACanisterKey => f.write_str(
                "sender information beside a key that is not one of canister signatures",
            ),
            Self::Signature(error) => write!(f, "{error} on the sender information"),
            Self::WrongSigner { signer, canister } => write!(
                f,
                "sender information of canister {signer}, where the key is one of {canister}"
            ),
        }
    }
}

impl core::error::Error for VerifySenderInfoError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Signature(error) => Some(error),
            _ => None,
        }
    }
}
