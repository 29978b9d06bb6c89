//! Delegations of the Internet Computer: sign, parse and verify chains.
//!
//! A key hands its authority to another key in a [`Delegation`], until some time, for some canisters
//! or for queries only. Links in a row are a [`DelegationChain`] from the key that is the user to the
//! key that signs requests. [`DelegationChain::verify`] makes a [`VerifiedChain`] of it, and only that
//! says what is allowed. Keys and signatures stay opaque bytes here: a signer and a
//! [`VerifySignature`](signature::VerifySignature) are arguments, so that every link may be of
//! another scheme.
//!
//! # Example
//!
//! ```
//! use icid_delegation::{Delegation, DelegationChain, Permissions, VerifyChainError};
//! use principal::Principal;
//! use time::Timestamp;
//! # use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
//! # struct Provider;
//! # impl VerifySignature for Provider {
//! #     fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> { Ok(()) }
//! #     fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> { Ok(()) }
//! # }
//! # let (provider, user_key, session_key) = (Provider, b"user", b"session");
//! # let sign = |payload: &[u8]| Ok::<_, core::convert::Infallible>(payload.to_vec());
//! let canister = Principal::from_text("rrkah-fqaaa-aaaaa-aaaaq-cai")?;
//! let expiration = Timestamp::from_nanos(1_700_000_000_000_000_000);
//! let link = Delegation::new(session_key, expiration)
//!     .with_targets(vec![canister])
//!     .with_permissions(Permissions::Queries)
//!     .sign(sign)?;
//! let chain = DelegationChain::new(user_key, vec![link]);
//!
//! let verified = chain.verify(expiration, &provider)?;
//! assert_eq!(verified.leaf(), session_key);
//! assert!(verified.allows_target(&canister) && !verified.allows_call(&canister));
//!
//! let now = Timestamp::from_nanos(expiration.as_nanos() + 1);
//! let error = VerifyChainError::Expired { link: 0, expiration, now };
//! assert_eq!(chain.verify(now, &provider).err(), Some(error));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Authentication" (`DELEG-1` to `DELEG-23`, `PERM-1` to `PERM-9`).
//!
//! | question | answer |
//! |---|---|
//! | until when is a link valid? | up to and including its expiration; the far end of time is fine |
//! | what may a chain do? | what every link allows: targets are intersected, `queries` stays |
//! | an empty list of targets | allows no canister at all; an absent one allows all |
//! | a target listed twice | harmless, but counts twice against [`MAX_TARGETS`] |
//! | when are two keys the same? | when their bytes are |
//! | permissions other than `queries` and `all` | spoil the delegation for every purpose |
//! | links in a CBOR form with unknown fields, `null`, blobs as text | by the [`Policy`] |
//!
//! The JSON form is that of `DelegationChain.toJSON` of the JavaScript agent
//! (`@icp-sdk/core`, before that `@dfinity/identity`), see [`DelegationChain::parse_json`].
//!
//! # Deviations
//!
//! Expirations are below 2⁶⁴, as for replicas; the interface spec's naturals have no limit.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod agent_json;
mod chain;
mod delegation;
mod encoding;
mod hex;
mod targets;
mod verified;

pub use cbor::Policy;

pub use crate::agent_json::ParseChainJsonError;
pub use crate::chain::{DelegationChain, MAX_LINKS, MAX_TARGETS, VerifyChainError};
pub use crate::delegation::{Delegation, Permissions, SEPARATOR, SignedDelegation};
pub use crate::encoding::ParseDelegationError;
pub use crate::targets::{TargetIter, Targets};
pub use crate::verified::{AllowedTargets, VerifiedChain};
