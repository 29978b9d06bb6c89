//! Internet Identity as pure logic: seeds and keys of its users.
//!
//! Internet Identity gives a person a different identity at every application. It derives a
//! [`Seed`](seed::Seed) from its secret [`Salt`](seed::Salt), the person's anchor (or an account that
//! the person has added) and the origin of the application. The seed selects one of the
//! canister-signature keys of the service's canister: that is the person's key at the application,
//! and the key's hash is the person's principal there.
//!
//! Nothing in here knows a clock, randomness or storage; whatever the service keeps is an argument.
//!
//! # Example
//!
//! ```
//! use icid_internet_identity::seed::{Salt, Seed};
//! use principal::Principal;
//!
//! let salt = b"\x4d\x7e\x34\x81\x72\x63\x97\xf6\x67\x6c\x83\x2a\xc5\xc9\x53\x28\
//!              \xa7\xd4\x8a\xa6\x69\xb8\x1c\x88\x77\x93\x32\x08\xda\x64\xa2\xd0";
//! let salt = Salt::new(*salt).ok_or("the salt is not drawn yet")?;
//! let seed = Seed::of_anchor(&salt, 10_030, "https://example.com")?;
//!
//! let service = Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai")?;
//! let key = seed.user_key(service)?;
//! assert_eq!(key.to_der().len(), 62);
//! assert_eq!(
//!     key.principal().to_string(),
//!     "de3jr-xej5l-krxnh-7uumg-wzu5s-lah3m-7zwfa-vuuat-f5y66-yvvn3-cae",
//! );
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Specification
//!
//! Internet Identity specification, "Identity design and data model" and "Account Delegations"
//! (`II-SEED-1` to `II-SEED-8`).
//!
//! | what | hashed, each behind a byte with its length |
//! |---|---|
//! | seed of an anchor | salt, decimal number of the anchor, origin |
//! | seed of an account | salt, `<account>`, decimal number of the account, origin |
//!
//! # Deviations
//!
//! The specification has origins below `icp0.io` rewritten to `ic0.app` and doesn't say by whom. As in
//! the published service that is the caller's task: an origin is hashed as it is. A salt of zeros
//! stands for none, which the specification leaves open, too.
//!
//! # Features
//!
//! None.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod seed;
