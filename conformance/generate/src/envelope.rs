//! Vectors of envelopes: who sent a request, what for, and where to.

pub(crate) mod draft;

mod anonymous;
mod candid;
mod chains;
mod content;
mod destination;
mod permissions;
mod questions;
mod sender_info;
mod sign;
mod signed;
mod targets;
mod time;

use self::draft::Draft;
use crate::cbor::diagnostic;
use crate::{Suite, Vector};

pub(crate) fn generate(suite: &mut Suite) {
    anonymous::generate(suite);
    signed::generate(suite);
    content::generate(suite);
    time::generate(suite);
    chains::generate(suite);
    targets::generate(suite);
    permissions::generate(suite);
    sender_info::generate(suite);
    destination::generate(suite);
    candid::generate(suite);
    questions::generate(suite);
    sign::generate(suite);
}

/// The clauses that every accepted request is evidence for.
pub(crate) const REQUESTS: &[&str] = &[
    "ENV-1", "ENV-2", "ENV-3", "ENV-4", "ENV-6", "ENV-7", "ENV-10", "ENV-12", "ENV-13", "ENV-18",
    "ENV-21", "ENV-23",
];

/// The size of an envelope up to which it is also shown in diagnostic notation.
const SHOWN: usize = 1024;

fn accept(slug: &str, title: &str, draft: &Draft) -> Vector {
    shown(Vector::accept(slug, title, draft.input()), draft).clauses(REQUESTS)
}

fn reject(
    clause: &str,
    slug: &str,
    title: &str,
    draft: &Draft,
    twin: &str,
    mutation: &str,
) -> Vector {
    let vector = Vector::reject(clause, slug, title, draft.input(), twin, mutation);
    shown(vector, draft)
}

fn shown(vector: Vector, draft: &Draft) -> Vector {
    let item = draft.item();
    if item.encode().len() > SHOWN {
        vector
    } else {
        vector.diag(diagnostic(&item))
    }
}
