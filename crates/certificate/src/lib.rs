//! Certificates of the Internet Computer: verify, then read certified state.
//!
//! A certificate is a pruned state tree with a signature on its root hash, and, unless the root
//! subnet signed it, a delegation: the root subnet's own certificate that names the signing subnet's
//! key and canisters. [`Certificate::parse`] checks the form without copying anything,
//! [`Certificate::verify`] the truth, under a root key and a [`Scope`]. Only the
//! [`VerifiedCertificate`] that comes out answers questions about the state. [`Certificate::check`] is
//! verification without the signatures, for refusing early.
//!
//! Verifying costs pairings, everything else is small. A provider with the root key prepared checks
//! the certificate and its delegation at once; a [`DelegationCache`] saves the delegation next time.
//!
//! # Example
//!
//! ```
//! use icid_certificate::{Certificate, Policy, Ranges, Rules, Scope, VerifyCertificateError};
//! use principal::Principal;
//! use public_key::BlsPublicKey;
//! use provider_rustcrypto::RustCryptoProvider;
//! use testkit::{SecretKey, Subnet, Tree};
//!
//! // A certificate such as a subnet makes, and the root key that everybody knows.
//! let root = SecretKey::from_name("root");
//! let bytes = Subnet::example().certify(&root, &Tree::state(&[]));
//!
//! let certificate = Certificate::parse(&bytes, Policy::SPEC)?;
//! let rules = Rules {
//!     root_key: BlsPublicKey::from_der(&root.der())?,
//!     scope: Scope::Canister(Principal::from_slice(&Subnet::CANISTER)?),
//!     ranges: Ranges::Sharded,
//!     freshness: None,
//! };
//! let verified = certificate.verify(&rules, &RustCryptoProvider::new(), None)?;
//! assert_eq!(verified.time().as_nanos(), 1_700_000_000_000_000_000);
//!
//! let elsewhere = Rules { scope: Scope::Canister(Principal::MANAGEMENT), ..rules };
//! assert_eq!(
//!     certificate.verify(&elsewhere, &RustCryptoProvider::new(), None).unwrap_err(),
//!     VerifyCertificateError::OutOfRanges { canister: Principal::MANAGEMENT },
//! );
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Certification" and "The system state tree" (`CERT-*`, `SDEL-*`,
//! `RANGE-*`, `STATE-*`).
//!
//! # Deviations
//!
//! - Both the certificate and the one of its delegation must show `/time`.
//! - Blobs are byte strings under every [`Policy`]; the other questions of a policy are followed.
//! - The order of labels and ranges is not checked: a signature is the issuer's word for it.
//! - Numbers are in the shortest LEB128 form and below 2⁶⁴; reject codes are 1 to 6.
//! - Under [`Scope::Subnet`], a certificate without delegation must be about the root subnet.
//!
//! # Features
//!
//! - `alloc` (default): passed on to the crates below. Nothing here allocates.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod cache;
mod check;
mod nat;
mod parse;
mod ranges;
mod rules;
mod state;
mod verified;
mod verify;

pub use cbor::Policy;
pub use hash_tree::Lookup;

pub use crate::cache::DelegationCache;
pub use crate::check::CheckedCertificate;
pub use crate::nat::ParseNatError;
pub use crate::parse::{Certificate, Field, ParseCertificateError, Part};
pub use crate::ranges::ReadRangesError;
pub use crate::rules::{Freshness, Ranges, Rules, Scope};
pub use crate::state::{
    Controllers, NodeKeys, Read, ReadStateError, RejectCode, RequestStatus, StatusField, SubnetType,
};
pub use crate::verified::{SubnetDelegation, VerifiedCertificate};
pub use crate::verify::{NoValue, VerifyCertificateError};
