//! Keys, trees and certificates for the tests of the icid crates.
#![forbid(unsafe_code)]
