//! Principals of the Internet Computer: bytes, text form, classes, derivation.
#![no_std]
#![forbid(unsafe_code)]
