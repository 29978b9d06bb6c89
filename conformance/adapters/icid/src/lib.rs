//! The icid crates behind the conformance protocol.
//!
//! An [`Adapter`] answers questions: it looks the operation up in a table, reads the input strictly,
//! calls the crate whose job it is, and turns the crate's own error into the clause that was
//! violated. It adds no judgement of its own.
//!
//! # Example
//!
//! ```
//! use icid_adapter::{Adapter, Answer, Provider};
//! use serde_json::json;
//!
//! let adapter = Adapter::new(Provider::native());
//! let answer = adapter.answer("principal.decode_text", &json!({"text": "em77e-bvlzu-aq"}));
//! assert_eq!(answer, Answer::Ok(json!({"bytes": "abcd01"})));
//! ```
//!
//! # Specification
//!
//! `conformance/PROTOCOL.md`, version 1, and interface spec 0.66.0.
//!
//! # Deviations
//!
//! Integers of more than 128 bits, naturals of more than 1000 digits and maps of more than 64 fields
//! are answered `unsupported`; the limits are declared in `hello`.
#![forbid(unsafe_code)]

extern crate alloc;

mod answer;
mod hello;
mod input;
mod ops;
mod provider;
mod serve;

pub use answer::Answer;
pub use provider::Provider;
pub use serve::Adapter;
