//! What the signature providers of icid have in common.
//!
//! A [`Provider`] checks the signatures of every plain scheme: it finds the scheme of a key, sorts out
//! which claims can be checked together and finds the one that fails, and keeps prepared keys. What
//! differs between providers is the [`Library`] behind it. Only Ed25519 is checked here, for what
//! counts is ZIP-215, which native libraries do not follow. A [`BlsProvider`] checks BLS12-381 alone,
//! for small programs that verify nothing but certificates.
//!
//! Programs use a provider that is made of this: `icid-provider-rustcrypto` or `icid-provider-native`.
//!
//! # Example
//!
//! ```
//! use icid_provider_shared::{BlsLibrary, BlsProvider, PreparedKeys};
//! use public_key::BlsPublicKey;
//! use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
//!
//! /// Takes one key, and no signature.
//! struct RootOnly;
//!
//! impl BlsLibrary for RootOnly {
//!     type Prepared = ();
//!
//!     fn prepare_bls(&self, key: &BlsPublicKey) -> Result<(), InvalidKey> {
//!         self.check_bls(key)
//!     }
//!     fn check_bls(&self, key: &BlsPublicKey) -> Result<(), InvalidKey> {
//!         if *key == BlsPublicKey::MAINNET_ROOT { Ok(()) } else { Err(InvalidKey) }
//!     }
//!     fn verify_bls(&self, _: &PreparedKeys<()>, _: Claim<'_>) -> Result<(), InvalidSignature> {
//!         Err(InvalidSignature)
//!     }
//!     fn verify_bls_product(
//!         &self,
//!         _: &PreparedKeys<()>,
//!         _: &[Claim<'_>],
//!     ) -> Result<(), InvalidSignature> {
//!         Err(InvalidSignature)
//!     }
//! }
//!
//! let provider = BlsProvider::new(RootOnly);
//! let root = BlsPublicKey::MAINNET_ROOT.to_der();
//! assert_eq!(provider.check_key(&root), Ok(()));
//! assert_eq!(provider.check_key(&root[..132]), Err(InvalidKey));
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Signatures": `SIG-3`, `SIG-7`, `SIG-ED-1` to `-5`.
//!
//! # Deviations
//!
//! None.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod batch;
mod bls;
mod ed25519;
mod key;
mod library;
pub mod message;
mod prepared;
mod provider;

pub use crate::bls::BlsProvider;
pub use crate::library::{BlsLibrary, Library};
pub use crate::prepared::{MAX_PREPARED_KEYS, PreparedKeys};
pub use crate::provider::Provider;
