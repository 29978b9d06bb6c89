//! Fuzz targets of the icid crates.
//!
//! Each target is a plain function from bytes to a [`Verdict`], which panics if something does not
//! hold. The files in `fuzz_targets` hand it to libFuzzer; `cargo test` replays it on stable Rust
//! over seeds and a fixed sequence of mutations.

#![forbid(unsafe_code)]

mod authenticate;
mod bls_key;
mod candid_wire;
mod canister_signature;
mod cbor;
mod certificate;
mod certificate_structure;
mod certified_map;
mod delegation;
mod envelope;
mod hash_tree;
mod hash_tree_peer;
mod hash_tree_structure;
mod json;
#[cfg(feature = "libfuzzer")]
pub mod libfuzzer;
pub mod mutate;
mod pages;
mod principal_structure;
mod principal_text;
mod public_key;
mod read_state;
pub mod seeds;
mod storage_header;
mod storage_image;
mod storage_map;
mod storage_record;
mod webauthn_signature;

pub use crate::authenticate::authenticate;
pub use crate::bls_key::bls_key;
pub use crate::candid_wire::candid_wire;
pub use crate::canister_signature::canister_signature;
pub use crate::cbor::cbor;
pub use crate::certificate::certificate;
pub use crate::certificate_structure::certificate_structure;
pub use crate::certified_map::certified_map;
pub use crate::delegation::delegation;
pub use crate::delegation::delegation_json;
pub use crate::envelope::envelope;
pub use crate::hash_tree::hash_tree;
pub use crate::hash_tree_peer::hash_tree_peer;
pub use crate::hash_tree_structure::hash_tree_structure;
pub use crate::json::json;
pub use crate::principal_structure::principal_structure;
pub use crate::principal_text::principal_text;
pub use crate::public_key::public_key;
pub use crate::read_state::read_state;
pub use crate::storage_header::storage_header;
pub use crate::storage_image::storage_image;
pub use crate::storage_map::storage_map;
pub use crate::storage_record::storage_record;
pub use crate::webauthn_signature::webauthn_signature;

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
        name: "authenticate",
        run: authenticate,
        seeds: authenticate::seeds,
    },
    Target {
        name: "bls_key",
        run: bls_key,
        seeds: seeds::bls_keys,
    },
    Target {
        name: "candid_wire",
        run: candid_wire,
        seeds: seeds::candid_messages,
    },
    Target {
        name: "canister_signature",
        run: canister_signature,
        seeds: seeds::canister_signatures,
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
        name: "certificate_structure",
        run: certificate_structure,
        seeds: seeds::noise,
    },
    Target {
        name: "certified_map",
        run: certified_map,
        seeds: seeds::noise,
    },
    Target {
        name: "delegation",
        run: delegation,
        seeds: seeds::delegations,
    },
    Target {
        name: "delegation_json",
        run: delegation_json,
        seeds: seeds::delegation_documents,
    },
    Target {
        name: "envelope",
        run: envelope,
        seeds: seeds::envelopes,
    },
    Target {
        name: "hash_tree",
        run: hash_tree,
        seeds: seeds::trees,
    },
    Target {
        name: "hash_tree_peer",
        run: hash_tree_peer,
        seeds: seeds::noise,
    },
    Target {
        name: "hash_tree_structure",
        run: hash_tree_structure,
        seeds: seeds::noise,
    },
    Target {
        name: "json",
        run: json,
        seeds: seeds::documents,
    },
    Target {
        name: "principal_structure",
        run: principal_structure,
        seeds: seeds::noise,
    },
    Target {
        name: "principal_text",
        run: principal_text,
        seeds: seeds::texts,
    },
    Target {
        name: "public_key",
        run: public_key,
        seeds: seeds::public_keys,
    },
    Target {
        name: "read_state",
        run: read_state,
        seeds: seeds::noise,
    },
    Target {
        name: "storage_header",
        run: storage_header,
        seeds: storage_header::seeds,
    },
    Target {
        name: "storage_image",
        run: storage_image,
        seeds: seeds::noise,
    },
    Target {
        name: "storage_map",
        run: storage_map,
        seeds: seeds::noise,
    },
    Target {
        name: "storage_record",
        run: storage_record,
        seeds: storage_record::seeds,
    },
    Target {
        name: "webauthn_signature",
        run: webauthn_signature,
        seeds: seeds::assertions,
    },
];
