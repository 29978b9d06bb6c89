//! Keys of canister signatures, and `key.encode_canister`.

use model::input::hex;
use serde_json::{Value, json};

use super::{KEYS, OP, accept, reject};
use crate::certificate::fixture;
use crate::signer::der;
use crate::{FileBuilder, Suite, Vector};

const ENCODE: &str = "key.encode_canister";

pub(super) fn generate(suite: &mut Suite) {
    decoding(suite);
    encoding(suite);
}

/// Names, canister ids and seeds of keys.
fn keys() -> Vec<(&'static str, &'static str, Vec<u8>, Vec<u8>)> {
    let id = fixture::member();
    vec![
        ("empty-seed", "An empty seed", id.clone(), Vec::new()),
        ("seed-1", "A seed of 1 byte", id.clone(), vec![0]),
        ("seed-32", "A seed of 32 bytes", id.clone(), vec![7; 32]),
        ("seed-33", "A seed of 33 bytes", id.clone(), vec![7; 33]),
        (
            "length-127",
            "A DER length of 127, the last in one byte",
            id.clone(),
            vec![7; 99],
        ),
        (
            "length-128",
            "A DER length of 128, the first in two bytes",
            id.clone(),
            vec![7; 100],
        ),
        (
            "length-256",
            "A DER length beyond 255, in three bytes",
            id,
            vec![7; 300],
        ),
        (
            "management",
            "The canister id without bytes",
            Vec::new(),
            b"seed".to_vec(),
        ),
        (
            "id-29",
            "A canister id of 29 bytes",
            vec![5; 29],
            b"seed".to_vec(),
        ),
        (
            "example",
            "A canister id of 10 bytes and the seed 00",
            vec![0, 0, 0, 0, 0, 0, 0, 7, 1, 1],
            vec![0],
        ),
    ]
}

fn decoding(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister", "key::canister");
    file.note(
        "Seed",
        "INTEROP",
        "The canister chooses its seeds freely, and each is a key of its own.",
        "Users of a canister that chooses other seeds cannot sign in.",
    );
    file.note(
        "Body",
        "EDGE_CASE",
        "One byte says where the canister id ends and the seed begins.",
        "A key is taken for the key of another canister.",
    );
    for (slug, title, id, seed) in keys() {
        let slug = format!("canister-{slug}");
        file.add(
            accept(slug, title, &der::canister_key(&id, &seed))
                .note("Seed")
                .high(),
        );
    }
    malformed(&mut file);
}

fn malformed(file: &mut FileBuilder<'_>) {
    let id = fixture::member();
    for (slug, title, content, twin, mutation) in [
        (
            "canister-id-30",
            "A canister id of 30 bytes",
            [&[30], [5; 30].as_slice(), b"seed"].concat(),
            "canister-id-29",
            "one byte more in the id",
        ),
        (
            "canister-short",
            "A length one beyond the end",
            [&[11], id.as_slice()].concat(),
            "canister-empty-seed",
            "length 10 → 11",
        ),
        (
            "canister-length-only",
            "A length and nothing else",
            vec![29],
            "canister-empty-seed",
            "the id left out",
        ),
    ] {
        let spki = der::key(der::CANISTER, &[], &content);
        let vector = reject("CSIG-2", slug, title, &spki, twin, mutation);
        file.add(vector.also(&["PRIN-1"]).note("Body").critical());
    }
}

fn encoding(suite: &mut Suite) {
    let mut file = suite.file(ENCODE, "canister", "key::canister");
    file.note(
        "Encode",
        "INTEROP",
        "The DER form of a canister's key, which its users' principals are hashes of.",
        "Users get other principals than the IC gives them.",
    );
    let input =
        |id: &[u8], seed: &[u8]| -> Value { json!({"canister_id": hex(id), "seed": hex(seed)}) };
    for (slug, title, id, seed) in keys() {
        let output = json!({"spki": hex(&der::canister_key(&id, &seed))});
        let vector = Vector::accept(slug, title, input(&id, &seed)).output(output);
        file.add(vector.clauses(KEYS).note("Encode").high());
    }
    let vector = Vector::reject(
        "CSIG-2",
        "id-30",
        "A canister id of 30 bytes",
        input(&[5; 30], b"seed"),
        "id-29",
        "one byte more in the id",
    );
    file.add(vector.also(&["PRIN-1"]).note("Encode"));
}
