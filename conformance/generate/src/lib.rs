//! Deterministic generators of the conformance vectors.
#![forbid(unsafe_code)]
