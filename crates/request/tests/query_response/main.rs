//! Responses to queries: form, hash, nodes, signatures.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod form;
mod network;
mod nodes;
mod truth;
