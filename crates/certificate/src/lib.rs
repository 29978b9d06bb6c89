//! Certificates of the Internet Computer: verify, then read certified state.
#![no_std]
#![forbid(unsafe_code)]
