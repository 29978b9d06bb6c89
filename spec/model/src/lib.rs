//! Executable model of the interface specification, with named faults.
#![forbid(unsafe_code)]
