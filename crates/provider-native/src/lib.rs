//! Signature verification for icid with native libraries.
#![no_std]
#![deny(unsafe_code)]
