//! Conformance vectors for Internet Computer identity, as JSON.
#![forbid(unsafe_code)]
