//! Writes the conformance vectors, and proves what they are worth.
//!
//! A generator hands [`Vector`]s to a [`Suite`]. The suite asks the model for the verdict, holds it
//! against what the generator intended, and works out which named mistakes each vector kills. What
//! comes out is a set of files ([`Suite::finish`]), the same to the byte on every run, because there
//! is neither randomness nor time in here.
//!
//! [`kill_matrix`] reads finished files again, without trusting the generator, and says which faults
//! no vector kills; [`lint()`] says what is wrong with the form of a file.
//!
//! # Example
//!
//! ```
//! use icid_generate::{Suite, Vector};
//! use serde_json::json;
//!
//! let mut suite = Suite::new();
//! let mut file = suite.file("principal.decode_text", "checksum", "example");
//! file.add(Vector::accept("abcd01", "The example", json!({"text": "em77e-bvlzu-aq"})).clauses(&["PRIN-17"]));
//! file.add(Vector::reject(
//!     "PRIN-17",
//!     "abcd01-checksum",
//!     "One letter of the checksum changed",
//!     json!({"text": "fm77e-bvlzu-aq"}),
//!     "abcd01",
//!     "first letter e → f",
//! ));
//! assert_eq!(suite.problems(), &[] as &[String]);
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]
#![expect(
    clippy::indexing_slicing,
    reason = "JSON values are indexed by name, where a missing field is null"
)]
#![expect(clippy::type_complexity, reason = "tables of vectors are tuples")]

extern crate alloc;

mod catalogue;
mod kill;
mod lint;
mod output;
mod suite;
mod vector;

mod cbor;
mod certificate;
mod csig;
mod delegation;
mod envelope;
mod hashtree;
mod ii;
mod key;
mod principal;
mod querysig;
mod readstate;
mod reqid;
mod senderinfo;
mod sig;
mod signer;
mod state;

pub use catalogue::{Catalogue, CatalogueError, Clause, Fault, Status};
pub use kill::{FaultReport, KillReport, Problem, kill_matrix};
pub use lint::{Defect, lint};
pub use output::{Output, check, write};
pub use suite::{FileBuilder, Suite};
pub use vector::{Answer, Vector};

/// The suite of everything this crate can generate.
#[must_use]
pub fn generate() -> Suite {
    let mut suite = Suite::new();
    principal::generate(&mut suite);
    cbor::generate(&mut suite);
    reqid::generate(&mut suite);
    certificate::generate(&mut suite);
    hashtree::generate(&mut suite);
    state::generate(&mut suite);
    key::generate(&mut suite);
    sig::generate(&mut suite);
    csig::generate(&mut suite);
    senderinfo::generate(&mut suite);
    delegation::generate(&mut suite);
    envelope::generate(&mut suite);
    readstate::generate(&mut suite);
    querysig::generate(&mut suite);
    ii::generate(&mut suite);
    suite
}
