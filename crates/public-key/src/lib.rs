//! Public keys of the Internet Computer in their DER form.
//!
//! Keys travel as a DER SubjectPublicKeyInfo, which names the scheme. [`PublicKey::parse`] reads
//! those of every scheme, and [`PublicKey::to_der`] writes the same bytes again: every key has
//! exactly one DER form, because principals are hashes of it. Here is the form only: whether a key
//! is usable, say a point on its curve, is for a signature provider to tell.
//!
//! # Example
//!
//! ```
//! use icid_public_key::{CoseParameters, Policy, PublicKey, Scheme};
//! # use hex_literal::hex;
//!
//! // The example of the interface spec: a COSE key as an authenticator makes it, in DER.
//! let der = hex!(
//!     "305e300c060a2b0601040183b8430101034e00a50102032620012158207ffd83632072fd1bfeaf3fbaa43146e0"
//!     "ef95c3f55e3994a41bbf2b5174d771da22582032497eed0a7f6f000928765b8318162cfd80a94e525a6a368c23"
//!     "63063d04e6ed"
//! );
//! let key = PublicKey::parse(&der, Policy::SPEC)?;
//! assert_eq!(key.scheme(), Scheme::WebAuthnEs256);
//! assert_eq!(key.to_der(), der);
//! assert!(key.principal().to_string().starts_with("dsaw7-2dukh-2b33u-"));
//! let PublicKey::Cose(key) = key else { unreachable!() };
//! assert!(matches!(key.parameters(), CoseParameters::Es256(point) if point.x[0] == 0x7f));
//! # Ok::<(), icid_public_key::ParsePublicKeyError>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Signatures" (`SIG-3`, `SIG-5`, `SIG-7`, `SIG-ED-1`, `SIG-EC-1` to `-4`,
//! `SIG-WEBAUTHN-1` to `-4`, `CSIG-1` to `-3`) and "Certificate" (`SDEL-5`). DER is ITU-T X.690, COSE
//! keys are those of RFC 8152 and RFC 8230.
//!
//! | in the input | the reader |
//! |---|---|
//! | parameters NULL where a scheme has none | rejects them |
//! | compressed and hybrid points | rejects them |
//! | COSE labels that mean nothing here | passes over them, unless one comes twice |
//! | COSE key operations | follows the [`Policy`] |
//! | RSA keys outside of COSE keys | rejects them by name; [`RsaPublicKey::from_der`] reads them |
//! | RSA keys of less than 2048 or more than 8192 bits, exponents below 3 or from 2³³ on | rejects them |
//! | zeros in front of RSA numbers | follows the [`Policy`] in COSE keys, rejects them elsewhere |
//!
//! # Deviations
//!
//! The contents of a key's DER form have at most 65535 bytes, so a seed of canister signatures has
//! about as many. The interface spec sets no limit.
//!
//! # Features
//!
//! - `alloc` (default): DER forms of any length, and principals of the keys that have one.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod bls;
mod canister;
mod cose;
mod der;
mod ecdsa;
mod ed25519;
mod hex;
mod info;
mod key;
mod policy;
mod rsa;

pub use crate::bls::BlsPublicKey;
pub use crate::bls::ParseBlsPublicKeyError;
pub use crate::canister::CanisterPublicKey;
pub use crate::canister::ParseCanisterKeyError;
pub use crate::canister::SeedTooLong;
pub use crate::cose::CoseParameters;
pub use crate::cose::CosePublicKey;
pub use crate::cose::ParseCoseKeyError;
pub use crate::cose::PlainDer;
pub use crate::der::ParseDerError;
pub use crate::der::Tag;
pub use crate::ecdsa::EcPoint;
pub use crate::ed25519::Ed25519PublicKey;
pub use crate::key::ParsePublicKeyError;
pub use crate::key::PublicKey;
pub use crate::key::Scheme;
pub use crate::policy::KeyOpsRule;
pub use crate::policy::LeadingZerosRule;
pub use crate::policy::Policy;
pub use crate::rsa::CheckRsaKeyError;
pub use crate::rsa::ParseRsaPublicKeyError;
pub use crate::rsa::RsaDer;
pub use crate::rsa::RsaPublicKey;
