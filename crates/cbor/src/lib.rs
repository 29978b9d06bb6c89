//! Bounded zero-copy reader and deterministic writer of the Internet Computer's CBOR profile.
#![no_std]
#![forbid(unsafe_code)]
