//! Vectors of delegations: hashes, signatures, chains.

pub(crate) mod grant;

mod chains;
mod hash;
pub(crate) mod keys;
mod limits;
mod permissions;
mod targets;

use model::input::hex;
use serde_json::{Value, json};

use self::grant::Link;
use crate::certificate::fixture::{ROOT, SECOND, TIME};
use crate::signer::Signer;
use crate::{Suite, Vector};

pub(crate) fn generate(suite: &mut Suite) {
    hash::generate(suite);
    chains::generate(suite);
    limits::generate(suite);
    targets::generate(suite);
    permissions::generate(suite);
    keys::generate(suite);
}

/// The present of the vectors.
pub(crate) const NOW: u64 = TIME;

/// When delegations expire unless a vector is about that: in an hour.
pub(crate) const LATER: u64 = NOW + 3600 * SECOND;

/// The clauses that every accepted chain is evidence for.
pub(crate) const CHAINS: &[&str] = &[
    "DELEG-2", "DELEG-3", "DELEG-4", "DELEG-5", "DELEG-6", "DELEG-7", "DELEG-8", "DELEG-12",
    "DELEG-18", "DELEG-19", "DELEG-21", "ENV-16", "PERM-4", "PERM-7",
];

/// The clauses that a bad signature of a link may be reported as.
pub(crate) const BAD_LINK: &[&str] = &["DELEG-3", "DELEG-4", "DELEG-18", "ENV-16"];

/// The Ed25519 key of the user.
fn user() -> Signer {
    Signer::ed25519("delegation/user")
}

/// The Ed25519 key number `index` that is delegated to.
pub(crate) fn session(index: usize) -> Signer {
    Signer::ed25519(&format!("delegation/session-{index}"))
}

/// The input of `delegation.verify` for these links under the key of `root`, at [`NOW`].
fn input(root: &Signer, links: &[Link]) -> Value {
    json!({
        "sender_pubkey": hex(&root.spki()),
        "delegations": links.iter().map(Link::json).collect::<Vec<_>>(),
        "now": NOW.to_string(),
    })
}

/// As [`input`], with the root key of the IC.
fn input_with_root(root: &Signer, links: &[Link]) -> Value {
    let mut input = input(root, links);
    input["root_key"] = json!(hex(&ROOT.der()));
    input
}

fn accept(slug: &str, title: &str, input: Value) -> Vector {
    Vector::accept(slug, title, input).clauses(CHAINS)
}

/// A vector with a link whose signature is not what it should be.
fn bad_link(slug: &str, title: &str, input: Value, twin: &str, mutation: &str) -> Vector {
    Vector::reject("DELEG-2", slug, title, input, twin, mutation)
        .also(BAD_LINK)
        .critical()
}
