//! The conformance suite for Internet Computer identity: runs any adapter and reports.
//!
//! A [`Suite`] is a set of vectors with the clauses of the specification they prove. An
//! [`Adapter`] is a program, or a function, that answers the questions of the protocol with the
//! library under test. [`run()`] asks every question once and judges every answer; the [`Results`]
//! are the one source of all reports.
//!
//! Two rules make a green result mean something. A rejection counts only if the adapter accepted
//! the *twin*, the vector that differs in the one violated thing. And a crash, a hang or an
//! exception is never a rejection.
//!
//! # Example
//!
//! ```
//! use icid_conformance::{Adapter, Options, Silent, Suite, Verdict, run};
//!
//! let suite = Suite::embedded()?;
//! let rude = Adapter::inside(|_question| "go away".to_owned());
//! let results = run(&suite, &rude, &Options::default(), &mut Silent::new());
//! assert_eq!(results.verdict(), Verdict::AdapterBroken);
//! assert_eq!(results.broken(), Some("failed 3 times at hello: a line is not JSON: go away"));
//! # Ok::<(), icid_conformance::Defect>(())
//! ```
//!
//! # Specification
//!
//! `conformance/PROTOCOL.md` and `conformance/VECTORS.md`; what a run shows and what it does not is
//! in `conformance/WHAT-IS-MEASURED.md`.
//!
//! # Deviations
//!
//! None.

#![forbid(unsafe_code)]

mod archaeology;
pub mod cli;

mod cover;
mod diagnosis;
mod diff;
mod difffuzz;
mod glob;
mod hex;
mod judge;
mod mainnet;
mod outcome;
mod protocol;
mod real;
mod report;
mod results;
mod run;
mod session;
mod suite;
#[cfg(test)]
mod testing;
mod transport;
mod xfail;

pub use outcome::{Level, Outcome, Standing};
pub use results::{Results, Verdict};
pub use run::{Options, Profile, Progress, Shard, Silent, run};
pub use suite::{Defect, Suite};
pub use transport::Adapter;
pub use xfail::ExpectedFailures;
