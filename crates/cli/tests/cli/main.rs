//! The program as people and programs see it: what it prints, where, and how it ends.
//!
//! Snapshots hold the command, standard output, and standard error and exit code where they are not
//! nothing. Each was read by a person. They hold nobody's names: all inputs are made by the suite's
//! generator or by hand.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod certificate;
mod delegation;
mod envelope;
mod hash;
mod ii;
mod input;
mod key;
mod output;
mod principal;
mod readme;
mod storage;
mod support;
mod tree;
mod webauthn;
