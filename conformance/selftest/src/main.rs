//! Deliberately broken adapters that the runner must catch.
#![forbid(unsafe_code)]

fn main() {}
