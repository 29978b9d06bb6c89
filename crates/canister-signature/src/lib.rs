//! Canister signatures of the Internet Computer: verify and issue.
//!
//! A canister has no key. It signs by certifying a hash tree in which the path `sig`, SHA-256 of a
//! seed, SHA-256 of a payload leads to an empty value. The signature is the tree and a certificate of
//! its root hash; the key is the canister's id with the seed, so one canister has any number of keys.
//!
//! [`CanisterSignature::parse`] checks the form, [`CanisterSignature::verify`] the truth, and makes
//! a [`VerifiedCanisterSignature`] of it. In the other direction a canister keeps what it signs in a
//! [`SignatureMap`] for a while, which has the data to certify and hands out the signatures.
//!
//! # Example
//!
//! ```
//! use icid_canister_signature::{
//!     CanisterSignature, Policy, Ranges, Rules, Siblings, SignatureId, SignatureMap,
//! };
//! use principal::Principal;
//! use provider_rustcrypto::RustCryptoProvider;
//! use public_key::{BlsPublicKey, CanisterPublicKey};
//! use testkit::{SecretKey, Subnet, Tree};
//! use time::{Lifetime, Timestamp};
//!
//! // In an update call, the canister signs, and sets its certified data.
//! let mut signatures = SignatureMap::new();
//! let id = SignatureId::new(b"seed", &[b"\x0aic-request", &[7; 32]]);
//! signatures.add(&id, Timestamp::from_nanos(0), Lifetime::from_secs(60));
//! let data = signatures.certified_data(&Siblings::NONE);
//!
//! // In a query, it gets a certificate of that data.
//! let root = SecretKey::from_name("root");
//! let state = Tree::state(&[(&[b"canister", &Subnet::CANISTER, b"certified_data"], &data)]);
//! let certificate = Subnet::example().certify(&root, &state);
//! let signature = signatures.signature(&id, &Siblings::NONE, &certificate).unwrap();
//!
//! // Anybody verifies.
//! let key = CanisterPublicKey::new(Principal::from_slice(&Subnet::CANISTER)?, b"seed")?;
//! let root_key = BlsPublicKey::from_der(&root.der())?;
//! let rules = Rules { root_key, ranges: Ranges::Sharded, freshness: None };
//! let verified = CanisterSignature::parse(&signature, Policy::SPEC)?.verify(
//!     &[b"\x0aic-request", &[7; 32]],
//!     &key,
//!     &rules,
//!     &RustCryptoProvider::new(),
//!     None,
//! )?;
//! assert_eq!(verified.time().as_nanos(), 1_700_000_000_000_000_000);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Canister signatures" (`CSIG-3` to `CSIG-16`).
//!
//! | in the input | |
//! |---|---|
//! | tag 55799 of the signature | required under every [`Policy`] |
//! | tag 55799 of the certificate, unknown fields, `null` | by the [`Policy`] |
//! | where the delegation lists canisters | by [`Ranges`] |
//! | delegation without subnet type, or of type `cloud_engine` | rejected |
//! | delegation of a type that is not known | accepted |
//! | other labels beside `sig`, pruned or in full | accepted |
//! | a certificate of any age | accepted, unless [`Rules::freshness`] says otherwise |
//!
//! # Deviations
//!
//! The certificate must show `/time`, and trees have at most 256 levels, as in [`certificate`] and
//! [`hash_tree`].
//!
//! # Features
//!
//! - `alloc` (default): [`SignatureMap`], [`Siblings`] and [`CanisterSignature::encode`]. Verifying
//!   allocates nothing.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod id;
#[cfg(feature = "alloc")]
mod map;
mod parse;
#[cfg(feature = "alloc")]
mod siblings;
mod verify;

pub use certificate::{DelegationCache, Freshness, Policy, Ranges};

pub use crate::id::SignatureId;
#[cfg(feature = "alloc")]
pub use crate::map::SignatureMap;
pub use crate::parse::{CanisterSignature, ParseCanisterSignatureError};
#[cfg(feature = "alloc")]
pub use crate::siblings::Siblings;
pub use crate::verify::{
    CheckedCanisterSignature, Rules, VerifiedCanisterSignature, VerifyCanisterSignatureError,
};
