//! Requests to the Internet Computer: who sent them and what they may do.
//!
//! A request travels as an [`Envelope`]: a [`Content`] that says what it asks for, and what shall prove
//! who sent it, which is a chain of keys and a signature of any scheme. [`Envelope::authenticate`]
//! checks it as replicas do and makes an [`AuthenticatedSender`] of it, and only that says who it is,
//! what they may do and until when. In the other direction [`Content::sign`] makes a request.
//!
//! Around it: [`destination`] is about the URL that a request is sent to, [`read_state`] about what a
//! request may read, [`query_response`] about the signatures on the answer to a query. [`Schemes`] makes
//! a provider for all schemes of users, WebAuthn and canister signatures included, of one for the plain
//! schemes.
//!
//! # Example
//!
//! ```
//! use icid_request::{CanisterRequest, Content, DelegationChain, Envelope, Policy, Rules};
//! use principal::Principal;
//! use provider_rustcrypto::RustCryptoProvider;
//! use time::Timestamp;
//! # use ed25519_dalek::{Signer as _, SigningKey};
//! # let secret = SigningKey::from_bytes(&[7; 32]);
//! # let key = public_key::Ed25519PublicKey::from_bytes(secret.verifying_key().to_bytes()).to_der();
//! # let sign = |payload: &[u8]| Ok::<_, core::convert::Infallible>(secret.sign(payload).to_vec());
//! let user = Principal::self_authenticating(&key);
//! let ledger = Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai")?;
//! let expiry = Timestamp::from_nanos(1_700_000_000_000_000_000);
//! let call = CanisterRequest::new(user, ledger, "icrc1_transfer", b"DIDL\0\0", expiry);
//! let body = Content::Call(call).sign(DelegationChain::new(&key, vec![]), sign)?.encode();
//!
//! // Whoever receives the body learns who sent it.
//! let policy = Policy::SPEC;
//! let rules = Rules {
//!     now: expiry, policy, root_key: None, extra_root_key: None, endpoint: None, destination: None,
//! };
//! let request = Envelope::parse(&body, policy)?;
//! let sender = request.authenticate(&rules, &RustCryptoProvider::new(), None)?;
//! assert_eq!(sender.sender(), user);
//! assert!(sender.allows_call(&ledger) && sender.expires_at().is_none());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "HTTPS Interface" (`ENV-1` to `ENV-21`, `DELEG-16` to `DELEG-22`, `PERM-2` to
//! `PERM-8`, `SINFO-1` to `SINFO-10`, `EFF-2` to `EFF-8`, `READ-1` to `READ-33`, `QUERY-SIG-1` to
//! `QUERY-SIG-15`), and "Envelope Authentication" of its abstract behaviour.
//!
//! | question | [`Policy::SPEC`] | [`Policy::REPLICA`] |
//! |---|---|---|
//! | tag 55799 on requests, certificates, WebAuthn signatures | required | optional |
//! | `null` for an optional field | rejected | absent |
//! | unknown field, one of another type of request included | rejected | ignored and not hashed |
//! | blob as text or as an array of integers | rejected | accepted |
//! | client data of WebAuthn as bytes | rejected | accepted |
//! | `type` and `origin` in client data | free | strings |
//! | key operations of COSE keys | free | absent, or the text "verify" |
//! | plain RSA key that signs a delegation | rejected | accepted |
//! | latest expiry | any | 330 seconds from now |
//! | canister ranges behind a canister signature | sharded | flat or sharded, and in both if both |
//! | arrays and maps of indefinite length | accepted | accepted |
//! | strings in chunks | rejected | rejected |
//! | another root key beside the root key | [`Rules::extra_root_key`] | [`Rules::extra_root_key`] |
//!
//! In both: anonymous queries and reads never expire, a request expires after its last moment, not at
//! it, and targets name the canister in the request, also for the management canister.
//!
//! # Deviations
//!
//! Expirations are below 2⁶⁴, as for replicas; the interface spec's naturals have no limit.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod authenticate;
mod cache;
mod content;
pub mod destination;
mod envelope;
mod hex;
mod paths;
mod policy;
pub mod query_response;
pub mod read_state;
mod schemes;
mod sender;
mod sender_info;

pub use certificate::Ranges;
pub use delegation::{AllowedTargets, DelegationChain, VerifiedChain};
pub use ri_hash::RequestId;

pub use crate::authenticate::{AuthenticateError, Rules};
pub use crate::cache::Cache;
pub use crate::content::{
    CanisterRequest, Content, MAX_NONCE_LENGTH, REQUEST_SEPARATOR, ReadStateRequest, RequestType,
};
pub use crate::destination::Destination;
pub use crate::envelope::{Envelope, ParseEnvelopeError};
pub use crate::paths::{Labels, MAX_LABELS, MAX_PATHS, Path, PathIter, Paths};
pub use crate::policy::{PlainRsaRule, Policy};
pub use crate::schemes::{CheckSignatureError, Schemes};
pub use crate::sender::AuthenticatedSender;
pub use crate::sender_info::{SENDER_INFO_SEPARATOR, SenderInfo, VerifySenderInfoError};
