//! Conformance adapter of the icid crates.
#![forbid(unsafe_code)]

fn main() {}
