//! Public keys of the Internet Computer in their DER form.
//!
//! Keys travel as a DER SubjectPublicKeyInfo, which names the scheme. Here is the form only: whether
//! a key is usable, say a point on its curve, is for a signature provider to tell. Every key has
//! exactly one DER form, because principals are hashes of it.
//!
//! # Example
//!
//! ```
//! use icid_public_key::BlsPublicKey;
//!
//! let der = BlsPublicKey::MAINNET_ROOT.to_der();
//! assert_eq!(der.len(), 133);
//! let key = BlsPublicKey::from_der(&der)?;
//! assert_eq!(key, BlsPublicKey::MAINNET_ROOT);
//! assert!(key.principal().to_string().starts_with("tdb26-jop6k-"));
//! # Ok::<(), icid_public_key::ParseBlsPublicKeyError>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Certificate" and its "Delegation": BLS12-381 keys. DER is ITU-T X.690.
//!
//! # Deviations
//!
//! None.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod bls;
mod der;

pub use crate::bls::BlsPublicKey;
pub use crate::bls::ParseBlsPublicKeyError;
pub use crate::der::ParseDerError;
pub use crate::der::Tag;
