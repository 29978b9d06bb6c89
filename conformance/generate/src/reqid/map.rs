//! Vectors of `hash_of_map`.

mod records;
mod structure;
mod values;

use model::input::hex;
use serde_json::{Value, json};

use crate::{Suite, Vector};

const SPEC: &str = "interface spec 0.66.0, Representation-independent hashing of structured data";

const REQUEST: &str = "interface spec 0.66.0, Request ids";

pub(crate) fn generate(suite: &mut Suite) {
    known(suite);
    values::numbers(suite);
    values::strings(suite);
    structure::arrays(suite);
    structure::maps(suite);
    structure::order(suite);
    records::delegations(suite);
    records::responses(suite);
}

fn blob(bytes: &[u8]) -> Value {
    json!({"blob": hex(bytes)})
}

fn hex_blob(text: &str) -> Value {
    json!({"blob": text})
}

fn text(text: &str) -> Value {
    json!({"text": text})
}

fn nat(number: impl ToString + Copy) -> Value {
    json!({"nat": number.to_string()})
}

fn int(number: impl ToString + Copy) -> Value {
    json!({"int": number.to_string()})
}

fn array(items: &[Value]) -> Value {
    json!({"array": items})
}

fn map(fields: &[(&str, Value)]) -> Value {
    let entries: Vec<Value> = fields
        .iter()
        .map(|(name, value)| json!([name, value]))
        .collect();
    json!({"map": entries})
}

fn accept(slug: &str, title: &str, fields: &[(&str, Value)], clauses: &[&str]) -> Vector {
    Vector::accept(slug, title, json!({"value": map(fields)})).clauses(clauses)
}

fn hash(hash: &str) -> Value {
    json!({"hash": hash})
}

/// The fields of the example of a request id.
fn example() -> Vec<(&'static str, Value)> {
    vec![
        ("request_type", text("call")),
        ("sender", hex_blob("04")),
        ("ingress_expiry", nat("1685570400000000000")),
        ("canister_id", hex_blob("00000000000004d2")),
        ("method_name", text("hello")),
        ("arg", hex_blob("4449444c00fd2a")),
    ]
}

const BASIC: &[&str] = &[
    "REQID-1", "REQID-3", "REQID-4", "REQID-5", "REQID-6", "REQID-7",
];

fn known(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "known", "reqid::map::known");
    let expected = "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101";
    file.add(
        accept(
            "request-example",
            "The content of the example of a request id",
            &example(),
            BASIC,
        )
        .output(hash(expected))
        .source(REQUEST)
        .critical(),
    );
    let older: Vec<_> = example()
        .into_iter()
        .filter(|(name, _)| !["sender", "ingress_expiry"].contains(name))
        .collect();
    file.add(
        accept(
            "older-example",
            "The example of older versions, without sender and expiry",
            &older,
            BASIC,
        )
        .output(hash(
            "8781291c347db32a9d8c10eb62b710fce5a93be676474c42babc74c51858f94b",
        ))
        .source(
            "interface spec, versions before the fields sender and ingress_expiry in the example",
        )
        .high(),
    );
    let arg = [("arg", hex_blob("4449444c0000"))];
    file.add(
        accept("arg", "The inner map of the nested example", &arg, BASIC).output(hash(
            "ccc5b6f54818b574c8375ee2efbcc43f481b14d2f2e8034be95e035980acaab3",
        )),
    );
    file.add(
        accept(
            "nested-example",
            "A map in a map",
            &[("reply", map(&arg))],
            &["REQID-10", "REQID-1"],
        )
        .output(hash(
            "3d534ec350430fce5b6c1a49a0357efe4ba33390593af96ae111fdd1f1192ec4",
        ))
        .source(SPEC)
        .high(),
    );
    file.add(
        accept("empty", "The empty map", &[], &["REQID-4"]).output(hash(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        )),
    );
    let sender = ("sender", hex_blob("00000000000004d2"));
    let paths = array(&[
        array(&[]),
        array(&[blob(b"")]),
        array(&[blob(b"hello"), blob(b"world")]),
    ]);
    for (slug, title, fields, expected) in [
        (
            "paths",
            "A sender and paths of none, one and two labels",
            vec![sender, ("paths", paths)],
            "97d6f297aea699aec85d3377c7643ea66db810aba5c4372fbc2082c999f452dc",
        ),
        (
            "no-paths",
            "An empty list of paths",
            vec![("paths", array(&[]))],
            "99daa8c80a61e87ac1fdf9dd49e39963bfe4dafb2a45095ebf4cad72d916d5be",
        ),
        (
            "empty-path",
            "A list of one empty path",
            vec![("paths", array(&[array(&[])]))],
            "ea01a9c3d3830db108e0a87995ea0d4183dc9c6e51324e9818fced5c57aa64f5",
        ),
        (
            "nested-and-flat",
            "A field with a map and one with a text",
            vec![
                ("foo", map(&[("baz", text("hello")), ("quux", nat(3))])),
                ("bar", text("world")),
            ],
            "3d447339cc0c2b894ee215c8141770bf4b86c72b6c37d9873213a786ec7f9f31",
        ),
    ] {
        file.add(
            accept(slug, title, &fields, &["REQID-9", "REQID-10", "REQID-3"])
                .output(hash(expected)),
        );
    }
}
