//! Signatures of canisters: `sig.verify` with canister keys, and `delegation.verify` for CSIG-17.

mod certificate;
mod chain;
mod container;
mod draft;
mod subnet;
mod tree;
mod witness;

use serde_json::Value;

pub(crate) use self::draft::{Draft, sign, state_at, witness};
use crate::{Suite, Vector};

const OP: &str = "sig.verify";

/// The clauses that every accepted canister signature is evidence for.
pub(crate) const CANISTERS: &[&str] = &[
    "CSIG-4", "CSIG-5", "CSIG-6", "CSIG-7", "CSIG-8", "CSIG-9", "CSIG-10", "CSIG-11", "CSIG-12",
    "CSIG-13", "CSIG-14", "CSIG-15", "CSIG-16",
];

/// The clauses about certified data, which a canister signature is one use of.
const CERTIFIED: &[&str] = &["CDATA-11", "CDATA-13"];

/// Adds the vectors.
pub(crate) fn generate(suite: &mut Suite) {
    container::generate(suite);
    certificate::generate(suite);
    subnet::generate(suite);
    tree::generate(suite);
    witness::generate(suite);
    chain::generate(suite);
}

fn accept(slug: &str, title: &str, input: Value) -> Vector {
    Vector::accept(format!("canister-{slug}"), title, input)
        .clauses(CANISTERS)
        .high()
}

fn reject(
    clause: &str,
    slug: &str,
    title: &str,
    input: Value,
    twin: &str,
    mutation: &str,
) -> Vector {
    Vector::reject(
        clause,
        format!("canister-{slug}"),
        title,
        input,
        format!("canister-{twin}"),
        mutation,
    )
    .critical()
}
