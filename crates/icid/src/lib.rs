//! The identity and authentication stack of the Internet Computer in one crate.
//!
//! Bytes come from strangers. *Parsing* turns them into a type that cannot be wrong, *verifying* turns
//! that type into evidence, and only evidence answers questions: an [`AuthenticatedSender`], a
//! [`VerifiedCertificate`], a [`VerifiedChain`]. The functions here ask the common questions with the
//! [`RustCryptoProvider`], which runs everywhere, and by the text of the interface spec
//! ([`Policy::SPEC`]):
//!
//! | question | function |
//! |---|---|
//! | Who sent this request, and what may they do? | [`authenticate`], [`authenticate_at`] |
//! | Did the holder of this key sign this, whatever its scheme? | [`verify_signature`] |
//! | Did this canister sign this? | [`verify_canister_signature`] |
//! | Do these delegations hold, and what do they allow? | [`verify_delegations`] |
//! | Is this certified? | [`verify_certificate`] |
//! | Which nodes may answer, and did one of them say this? | [`verify_subnet_nodes`], [`verify_query_response`] |
//!
//! Whoever needs another policy, another provider, a cache, or more rules calls the methods behind
//! them, such as [`Envelope::authenticate`]. Every crate of the stack is a module here.
//!
//! # Example
//!
//! ```
//! use icid::{AllowedTargets, Envelope, Policy, Principal, Timestamp};
//!
//! // A call as it was sent, signed by a session that a user lets call one canister.
//! let bytes = std::fs::read("examples/request.cbor")?;
//! let envelope = Envelope::parse(&bytes, Policy::SPEC)?;
//! let now = Timestamp::from_nanos(1_700_000_000_000_000_000);
//! let sender = icid::authenticate(&envelope, now, icid::MAINNET_ROOT_KEY)?;
//!
//! let ledger = Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai")?;
//! assert!(sender.sender().to_string().starts_with("wf3fv-4c4nr-"));
//! assert!(sender.allows_call(&ledger));
//! assert_eq!(sender.targets(), AllowedTargets::Only(&[ledger]));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0. The documentation of each module says what it implements.
//!
//! # Deviations
//!
//! None beyond those of the modules.
//!
//! # Features
//!
//! - `native`: adds `NativeProvider`, which uses native libraries and is faster. It changes nothing
//!   else: the functions here go on using the [`RustCryptoProvider`].
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod error;
mod verify;

pub use {
    canister_signature, cbor, certificate, delegation, hash_tree, principal, public_key, request,
    ri_hash, signature, time, webauthn_signature,
};

pub use canister_signature::{CanisterSignature, SignatureMap, VerifiedCanisterSignature};
pub use certificate::{Certificate, Freshness, Ranges, Scope, VerifiedCertificate};
pub use delegation::{AllowedTargets, DelegationChain, VerifiedChain};
pub use hash_tree::{HashTree, Lookup};
pub use principal::Principal;
#[cfg(feature = "native")]
pub use provider_native::NativeProvider;
pub use provider_rustcrypto::{RustCryptoBlsProvider, RustCryptoProvider};
pub use public_key::{BlsPublicKey, CanisterPublicKey, PublicKey, Scheme};
pub use request::query_response::{QueryResponse, SubnetNodes, VerifiedQueryResponse};
pub use request::{
    AuthenticatedSender, Cache, CanisterRequest, Content, Destination, Envelope, Policy,
    ReadStateRequest, RequestType, Schemes,
};
pub use ri_hash::RequestId;
pub use signature::VerifySignature;
pub use time::{Lifetime, Timestamp};
pub use webauthn_signature::Assertion;

pub use crate::error::VerifyBytesError;
pub use crate::verify::{
    QUERY_MAX_AGE, QUERY_MAX_SKEW, authenticate, authenticate_at, verify_canister_signature,
    verify_certificate, verify_delegations, verify_query_response, verify_signature,
    verify_subnet_nodes,
};

/// The root key of the public network.
pub const MAINNET_ROOT_KEY: BlsPublicKey = BlsPublicKey::MAINNET_ROOT;

/// The example of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
