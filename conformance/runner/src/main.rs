//! Conformance suite for Internet Computer identity: runs any adapter and reports.
#![forbid(unsafe_code)]

fn main() {}
