//! Signature verification for icid in pure Rust.
#![no_std]
#![forbid(unsafe_code)]
