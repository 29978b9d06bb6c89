//! WebAuthn signatures of the Internet Computer: passkeys sign requests.
//!
//! An authenticator signs no request directly. It signs its own data and the hash of the browser's
//! client data, a JSON object with a *challenge*, and the challenge is what somebody wanted signed.
//! An [`Assertion`] holds the three; [`Assertion::verify`] checks that the challenge is the payload
//! and that the signature holds, and makes a [`VerifiedAssertion`] of it. In the other direction
//! [`Assertion::from_response`] and [`Assertion::encode`] build a signature from a browser's
//! response, and an [`Attestation`] yields the key of a new passkey.
//!
//! # Example
//!
//! ```
//! use icid_webauthn_signature::{Assertion, Policy};
//! use public_key::{CosePublicKey, PublicKey};
//! # use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
//! # struct Provider;
//! # impl VerifySignature for Provider {
//! #     fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> { Ok(()) }
//! #     fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> { Ok(()) }
//! # }
//! # let provider = Provider;
//! # let cose_key = hex_literal::hex!("a4010103272006215820 1111111111111111111111111111111111111111111111111111111111111111");
//! # let key = CosePublicKey::parse(&cose_key, public_key::Policy::SPEC)?;
//!
//! // What a browser returned for the challenge "\x0aic-request…", and what travels.
//! let json = br#"{"type":"webauthn.get","challenge":"CmljLXJlcXVlc3Q","origin":"https://id.ai"}"#;
//! let response = Assertion::from_response(&[0; 37], json, &[0; 64], Policy::SPEC)?;
//! let signature = response.encode();
//!
//! let assertion = Assertion::parse(&signature, Policy::SPEC)?;
//! let verified = assertion.verify(&[b"\x0aic-", b"request"], &key, &provider)?;
//! assert!(verified.client_data().origin().is_some_and(|origin| origin == "https://id.ai"));
//! assert!(!verified.authenticator_data()?.flags().user_present());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Web Authentication" (`SIG-WEBAUTHN-5` to `-14`), over Web Authentication
//! of the W3C.
//!
//! | in the input | |
//! |---|---|
//! | tag 55799, fields of the map, client data in a byte string | by the [`Policy`] |
//! | `type` and `origin` | by the [`Policy`]; their values are free and shown as data |
//! | relying party, flags, counter | free and shown as data, of any form |
//! | challenge with padding, with `+` or `/`, with unused bits | rejected |
//! | client data with a name twice, with a byte-order mark | rejected |
//! | ES256 signature as 64 bytes | rejected: it is strict DER |
//!
//! # Deviations
//!
//! Client data keeps to the budgets of [`json`]: 2 MiB, 16 levels, 64 members.
//!
//! # Features
//!
//! - `alloc` (default): [`Assertion::encode`]. Verifying allocates nothing.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod assertion;
mod attestation;
mod authenticator_data;
mod base64url;
mod claim;
mod client_data;
mod ecdsa;
mod policy;

pub use crate::assertion::{
    Assertion, ParseAssertionError, VerifiedAssertion, VerifyAssertionError,
};
pub use crate::attestation::{Attestation, ParseAttestationError};
pub use crate::authenticator_data::{
    AttestedCredential, AuthenticatorData, Flags, ParseAuthenticatorDataError,
};
pub use crate::base64url::DecodeBase64UrlError;
pub use crate::claim::AssertionClaim;
pub use crate::client_data::{ClientData, Member, ParseClientDataError};
pub use crate::ecdsa::ParseEcdsaSignatureError;
pub use crate::policy::{ClientDataRule, Policy, TypeAndOriginRule};
