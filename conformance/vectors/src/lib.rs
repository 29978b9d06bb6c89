//! The conformance vectors of Internet Computer identity, as JSON texts.
//!
//! Every file holds the vectors of one operation on one topic; `conformance/VECTORS.md` of the
//! repository describes the format, `conformance/schema/vector.schema.json` its grammar. The texts
//! are generated and dedicated to the public domain (CC0).
//!
//! # Example
//!
//! ```
//! let (path, text) = icid_vectors::FILES[0];
//! assert!(path.ends_with(".json"));
//! assert!(text.contains("\"suite\": \"icid-conformance\""));
//! assert!(icid_vectors::CLAUSES.contains("\"PRIN-1\""));
//! ```
//!
//! # Specification
//!
//! Interface specification 0.66.0.
//!
//! # Deviations
//!
//! None.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod files;

pub use files::FILES;

/// All clauses of the specification, with the faults that the vectors kill.
pub const CLAUSES: &str = include_str!("../clauses.json");

/// The questions that the specification leaves open, and the possible answers.
pub const POLICIES: &str = include_str!("../policies.json");

/// The ids of all vectors, one per line, sorted. An id is never given up or reused.
pub const IDS_LOCK: &str = include_str!("../ids.lock");
