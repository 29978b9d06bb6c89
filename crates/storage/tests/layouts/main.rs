//! Layouts 1 to 8: read, written, migrated, verified, damaged.
#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test has small numbers and stops at the first surprise"
)]

mod edit;
mod header;
mod hostile;
mod migrate;
mod model;
mod oracle;
mod records;
mod state;
mod stop;
mod support;
mod texts;
mod verify;
