//! Vectors of `request.id`.

mod content;
mod envelope;
mod form;
mod questions;
mod types;

use model::cbor::Item;
use model::crypto::{sha224, test_seed};
use model::input::{hex, unhex};
use serde_json::{Value, json};

use crate::cbor::diagnostic;
use crate::{Suite, Vector};

pub(crate) fn generate(suite: &mut Suite) {
    content::content(suite);
    envelope::envelope(suite);
    envelope::encoding(suite);
    types::types(suite);
    envelope::shape(suite);
    form::form(suite);
    form::foreign(suite);
    questions::open_questions(suite);
    questions::replica(suite);
    questions::big(suite);
}

/// Fields by name, in the order of the encoding.
type Fields = Vec<(&'static str, Item)>;

/// The id in the example of the specification.
const EXAMPLE_ID: &str = "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101";

const EXPIRY: u64 = 1_685_570_400_000_000_000;

/// The content of the example of the specification.
fn example() -> Fields {
    vec![
        ("request_type", Item::text("call")),
        ("sender", Item::bytes(&[4])),
        ("ingress_expiry", Item::Unsigned(EXPIRY)),
        ("canister_id", Item::bytes(&[0, 0, 0, 0, 0, 0, 4, 0xd2])),
        ("method_name", Item::text("hello")),
        ("arg", Item::bytes(b"DIDL\0\xfd*")),
    ]
}

/// A DER key, and the principal of it.
fn key(label: &str) -> (Vec<u8>, Vec<u8>) {
    let prefix = unhex("302a300506032b6570032100").unwrap_or_default();
    let key = [prefix, test_seed(&format!("request/{label}")).to_vec()].concat();
    let principal = [&sha224(&key)[..], &[2]].concat();
    (key, principal)
}

/// A call with all optional fields.
fn full_call() -> Fields {
    let mut fields = example();
    set(&mut fields, "sender", Item::Bytes(key("user").1));
    fields.push(("nonce", Item::bytes(&[0x6e; 16])));
    fields.push(("sender_info", sender_info(&[0x5a; 64])));
    fields
}

fn sender_info(sig: &[u8]) -> Item {
    Item::record(&[
        ("info", Item::bytes(b"information")),
        ("signer", Item::bytes(&[0, 0, 0, 0, 0, 7, 1, 1])),
        ("sig", Item::bytes(sig)),
    ])
}

fn query() -> Fields {
    let mut fields = example();
    set(&mut fields, "request_type", Item::text("query"));
    fields
}

fn read_state() -> Fields {
    vec![
        ("request_type", Item::text("read_state")),
        ("sender", Item::bytes(&[4])),
        ("ingress_expiry", Item::Unsigned(EXPIRY)),
        (
            "paths",
            Item::Array(vec![
                Item::Array(vec![Item::bytes(b"time")]),
                Item::Array(vec![
                    Item::bytes(b"request_status"),
                    Item::bytes(&[0x1d; 32]),
                ]),
            ]),
        ),
    ]
}

/// `fields` with `value` as that of `name`, in its place or at the end.
fn with(mut fields: Fields, name: &'static str, value: Item) -> Fields {
    set(&mut fields, name, value);
    fields
}

fn set(fields: &mut Fields, name: &'static str, value: Item) {
    match fields.iter_mut().find(|(field, _)| *field == name) {
        Some((_, old)) => *old = value,
        None => fields.push((name, value)),
    }
}

/// An envelope without signature.
fn unsigned(content: &Fields) -> Item {
    Item::record(&[("content", Item::record(content))])
}

/// An envelope with the key of `label` and a signature that nobody checks.
fn signed(content: &Fields, label: &str) -> Item {
    Item::record(&[
        ("content", Item::record(content)),
        ("sender_pubkey", Item::Bytes(key(label).0)),
        (
            "sender_sig",
            Item::bytes(&[test_seed(label), test_seed("signature")].concat()),
        ),
    ])
}

fn input(item: &Item) -> Value {
    json!({"envelope": hex(&item.encode())})
}

fn id(id: &str) -> Value {
    json!({"request_id": id})
}

/// The id of the request with this content.
fn id_of(content: &Fields) -> Value {
    match model::run(
        "request.id",
        &input(&unsigned(content).self_described()),
        None,
    ) {
        model::Outcome::Ok(output) => output,
        other => json!(format!("{other:?}")),
    }
}

fn accept(slug: &str, title: &str, envelope: &Item, clauses: &[&str]) -> Vector {
    let item = envelope.clone().self_described();
    Vector::accept(slug, title, input(&item))
        .clauses(clauses)
        .diag(diagnostic(&item))
}

fn reject(
    clause: &str,
    slug: &str,
    title: &str,
    envelope: &Item,
    twin: &str,
    mutation: &str,
) -> Vector {
    let item = envelope.clone().self_described();
    Vector::reject(clause, slug, title, input(&item), twin, mutation).diag(diagnostic(&item))
}

fn without(item: &Item, name: &str) -> Item {
    match item {
        Item::Map(entries) => {
            let kept = entries
                .iter()
                .filter(|(key, _)| key.as_text() != Some(name));
            Item::Map(kept.cloned().collect())
        }
        item => item.clone(),
    }
}

fn entries(item: &Item) -> Vec<(Item, Item)> {
    item.as_map().unwrap_or_default().to_vec()
}
