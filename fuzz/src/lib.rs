//! Fuzz targets of the icid crates.
//!
//! Each target is a plain function from bytes to a [`Verdict`], which panics if something does not
//! hold. The files in `fuzz_targets` hand it to libFuzzer; `cargo test` replays it on stable Rust
//! over seeds and a fixed sequence of mutations.

#![forbid(unsafe_code)]

mod bls_key;
mod cbor;
mod certificate;
mod certified_map;
mod hash_tree;
mod hash_tree_structure;
pub mod mutate;
mod principal_text;
pub mod seeds;

pub use crate::bls_key::bls_key;
pub use crate::cbor::cbor;
pub use crate::certificate::certificate;
pub use crate::certified_map::certified_map;
pub use crate::hash_tree::hash_tree;
pub use crate::hash_tree_structure::hash_tree_structure;
pub use crate::principal_text::principal_text;

/// What a target did with an input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The crate accepts it, and everything that follows from this was checked.
    Accepted,
    /// The crate rejects it, as it should.
    Rejected,
    /// It is no input for this target: nothing was checked.
    Discarded,
}

/// A target with what belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of the function, of the file in `fuzz_targets`, and in `ledger.toml`.
    pub name: &'static str,
    /// The function.
    pub run: fn(&[u8]) -> Verdict,
    /// Where to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets, by name.
pub const TARGETS: &[Target] = &[
    Target {
        name: "bls_key",
        run: bls_key,
        seeds: seeds::bls_keys,
    },
    Target {
        name: "cbor",
        run: cbor,
        seeds: seeds::cbor_items,
    },
    Target {
        name: "certificate",
        run: certificate,
        seeds: seeds::certificates,
    },
    Target {
        name: "certified_map",
        run: certified_map,
        seeds: seeds::noise,
    },
    Target {
        name: "hash_tree",
        run: hash_tree,
        seeds: seeds::trees,
    },
    Target {
        name: "hash_tree_structure",
        run: hash_tree_structure,
        seeds: seeds::noise,
    },
    Target {
        name: "principal_text",
        run: principal_text,
        seeds: seeds::texts,
    },
];
