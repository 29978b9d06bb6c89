//! Representation-independent hash and request ids of the Internet Computer.
#![no_std]
#![forbid(unsafe_code)]
