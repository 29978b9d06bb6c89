//! Keys, trees and certificates for the tests of the icid crates.
//!
//! Everything is made from names and numbers, so the same call always gives the same bytes. Wrong
//! input panics: only tests use this.
//!
//! # Example
//!
//! ```
//! use icid_testkit::SecretKey;
//!
//! let root = SecretKey::from_name("root");
//! assert_eq!(root.der().len(), 133);
//! assert_eq!(root.sign(b"message"), SecretKey::from_name("root").sign(b"message"));
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Certification" and "Signatures".
//!
//! # Deviations
//!
//! On request: most of what is built here is wrong on purpose.
#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests use this, and they want to stop when it is used wrongly"
)]

mod bls;
pub mod bls_cases;
mod bls_contract;
pub mod canister;
pub mod cbor;
mod certificate;
pub mod plain_cases;
mod plain_contract;
mod tree;

pub use crate::bls::{BLS_DER_PREFIX, SecretKey};
pub use crate::bls_contract::BlsContract;
pub use crate::certificate::{Subnet, TIME, certificate, nat, ranges, untagged_certificate};
pub use crate::plain_contract::PlainContract;
pub use crate::tree::Tree;
