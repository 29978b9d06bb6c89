//! Who sent a request, and what they may do.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../support/draft.rs"]
mod draft;
mod order;
mod rules;
#[path = "../support/signer.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod signer;
