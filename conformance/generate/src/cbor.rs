//! Vectors about the CBOR profile.

mod diagnostic;
mod keys;
mod questions;
mod shape;
mod values;

use model::cbor::Item;
use model::input::hex;
use serde_json::{Value, json};

use crate::{Suite, Vector};

pub(crate) use diagnostic::diagnostic;

/// The bytes of the tag 55799.
const TAG: [u8; 3] = [0xd9, 0xd9, 0xf7];

/// What an ordinary item shows.
const ALL: &[&str] = &[
    "CBOR-1", "CBOR-2", "CBOR-3", "CBOR-4", "CBOR-5", "CBOR-6", "CBOR-7", "CBOR-8",
];

pub(crate) fn generate(suite: &mut Suite) {
    keys::tag(suite);
    keys::keys(suite);
    values::strings(suite);
    values::numbers(suite);
    shape::structure(suite);
    shape::well_formed(suite);
    questions::open_questions(suite);
    questions::replica(suite);
    questions::big(suite);
}

fn input(bytes: &[u8]) -> Value {
    json!({"bytes": hex(bytes)})
}

/// The tag and then `bytes`.
fn tagged(bytes: &[u8]) -> Value {
    input(&[&TAG, bytes].concat())
}

fn accept(slug: &str, title: &str, item: &Item) -> Vector {
    let item = item.clone().self_described();
    Vector::accept(slug, title, input(&item.encode()))
        .clauses(ALL)
        .diag(diagnostic(&item))
        .output(json!({}))
}

fn reject(
    clause: &str,
    slug: &str,
    title: &str,
    item: &Item,
    twin: &str,
    mutation: &str,
) -> Vector {
    let item = item.clone().self_described();
    let input = input(&item.encode());
    Vector::reject(clause, slug, title, input, twin, mutation).diag(diagnostic(&item))
}

fn record(fields: &[(&str, Item)]) -> Item {
    Item::record(fields)
}

/// A map with one field.
fn holder(value: Item) -> Item {
    record(&[("a", value)])
}

/// `innermost` inside `depth - 1` layers.
fn nested(depth: usize, layer: impl Fn(Item) -> Item, innermost: Item) -> Item {
    (1..depth).fold(innermost, |inner, _| layer(inner))
}
