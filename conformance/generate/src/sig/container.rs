//! The CBOR around a WebAuthn signature.

use model::cbor::Item;
use serde_json::{Value, json};

use super::{OP, accept, input, request};
use crate::signer::Signer;
use crate::signer::assertion::Assertion;
use crate::vector::Answer;
use crate::{FileBuilder, Suite, Vector};

/// The twin of all flaws here.
const TWIN: &str = "webauthn-es256-request";

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "webauthn-container", "sig::container");
    file.note(
        "Tag",
        "EDGE_CASE",
        "A WebAuthn signature is one CBOR map under tag 55799, and nothing after it.",
        "Lax: one signature has several encodings. Strict: passkeys do not work.",
    );
    file.note(
        "Members",
        "EDGE_CASE",
        "The map has three members, each once and of its own type.",
        "Two programs see different signatures in the same bytes.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "Preset and text differ here, or the text is silent.",
        "Whether a signature is valid depends on the program.",
    );
    let signer = Signer::webauthn_es256("webauthn-es256/user");
    let payload = request("request");
    let assertion = Assertion::of(&payload).sign(&signer);
    let of = |item: &Item| input(&signer.spki(), &payload, &item.encode());
    tags(&mut file, &assertion, of);
    members(&mut file, &assertion, of);
    questions(&mut file, &assertion, of);
}

fn record(members: &[(&str, Item)]) -> Item {
    Item::record(members).self_described()
}

fn tags(file: &mut FileBuilder<'_>, assertion: &Assertion, of: impl Fn(&Item) -> Value) {
    let map = Item::record(&assertion.members());
    let tagged = map.clone().self_described();
    for (slug, title, item, mutation) in [
        ("untagged", "No tag", map.clone(), "the tag left out"),
        (
            "other-tag",
            "Tag 55800",
            Item::Tag(55_800, Box::new(map.clone())),
            "tag 55799 → 55800",
        ),
        (
            "trailing",
            "A byte after the map",
            Item::Raw([tagged.encode().as_slice(), &[0]].concat()),
            "a byte 00 at the end",
        ),
    ] {
        let vector = Vector::reject(
            "SIG-WEBAUTHN-5",
            format!("webauthn-{slug}"),
            title,
            of(&item),
            TWIN,
            mutation,
        );
        let also = ["SIG-WEBAUTHN-6", "CBOR-1", "CBOR-2", "CBOR-9"];
        file.add(vector.also(&also).note("Tag").high());
    }
    let title = "No tag, where the tag is optional";
    let vector = accept("webauthn-untagged-replica", title, of(&map));
    file.add(vector.replica().note("Tag"));
    let title = "The tag, where it is optional";
    let vector = accept("webauthn-tagged-replica", title, of(&tagged));
    file.add(vector.replica().note("Tag"));
    let vector = Vector::reject(
        "SIG-WEBAUTHN-5",
        "webauthn-other-tag-replica",
        "Tag 55800, where tag 55799 is optional",
        of(&Item::Tag(55_800, Box::new(map))),
        "webauthn-tagged-replica",
        "tag 55799 → 55800",
    );
    let also = ["SIG-WEBAUTHN-6", "CBOR-1", "CBOR-2"];
    file.add(vector.replica().also(&also).note("Tag"));
}

fn members(file: &mut FileBuilder<'_>, assertion: &Assertion, of: impl Fn(&Item) -> Value) {
    let [data, client, signature] = [
        Item::bytes(&assertion.authenticator_data),
        Item::Text(assertion.client_data.clone()),
        Item::bytes(&assertion.signature),
    ];
    let usual = |data: &Item, client: &Item, signature: &Item| {
        record(&[
            ("authenticator_data", data.clone()),
            ("client_data_json", client.clone()),
            ("signature", signature.clone()),
        ])
    };
    let swapped = record(&[
        ("signature", signature.clone()),
        ("client_data_json", client.clone()),
        ("authenticator_data", data.clone()),
    ]);
    let title = "The members in another order";
    file.add(accept("webauthn-reordered", title, of(&swapped)).note("Members"));

    let as_bytes = usual(&data, &Item::bytes(&assertion.client_data), &signature);
    let vector = Vector::reject(
        "SIG-WEBAUTHN-6",
        "webauthn-client-data-bytes",
        "Client data in a byte string",
        of(&as_bytes),
        TWIN,
        "the client data as byte string",
    );
    file.add(vector.also(&["CBOR-3", "CBOR-4"]).note("Members"));
    let title = "Client data in a byte string, where that is allowed";
    let vector = accept("webauthn-client-data-bytes-replica", title, of(&as_bytes));
    file.add(vector.replica().note("Members").high());

    let twice = record(&[
        ("authenticator_data", data.clone()),
        ("client_data_json", client.clone()),
        ("signature", signature.clone()),
        ("signature", signature.clone()),
    ]);
    let client_twice = record(&[
        ("authenticator_data", data),
        ("client_data_json", Item::text("{}")),
        ("client_data_json", client.clone()),
        ("signature", signature),
    ]);
    for (slug, title, item, mutation) in [
        (
            "signature-twice",
            "The signature twice, with the same value",
            twice,
            "the signature again at the end",
        ),
        (
            "client-data-twice",
            "Two client data: {}, then the right one",
            client_twice,
            "other client data before it",
        ),
    ] {
        let slug = format!("webauthn-{slug}");
        let vector = Vector::reject("SIG-WEBAUTHN-6", slug, title, of(&item), TWIN, mutation);
        file.add(vector.also(&["CBOR-7"]).note("Members").critical());
    }
    blobs(file, of);
}

/// Authenticator data that is missing, or a text: the signature covers what a lax reader sees.
fn blobs(file: &mut FileBuilder<'_>, of: impl Fn(&Item) -> Value) {
    let signer = Signer::webauthn_es256("webauthn-es256/user");
    let usual = Assertion::of(&request("request"));
    let with_data = |data: &[u8]| {
        let mut assertion = usual.clone();
        assertion.authenticator_data = data.to_vec();
        assertion.sign(&signer)
    };
    for (twin, title, data, slug, what, mutation) in [
        (
            "webauthn-empty-data",
            "Authenticator data without bytes",
            b"".as_slice(),
            "webauthn-no-data",
            "No authenticator data",
            "the member left out",
        ),
        (
            "webauthn-arbitrary-data",
            "Authenticator data that is none",
            b"arbitrary",
            "webauthn-data-text",
            "Authenticator data in a text string",
            "the authenticator data as text string",
        ),
    ] {
        let assertion = with_data(data);
        let item = record(&assertion.members());
        let vector = accept(twin, title, of(&item)).clauses(&["SIG-WEBAUTHN-13"]);
        file.add(vector.note("Members"));
        let mut members = assertion.members();
        if data.is_empty() {
            members.remove(0);
        } else if let Some((_, value)) = members.first_mut() {
            *value = Item::Text(data.to_vec());
        }
        let item = record(&members);
        let vector = Vector::reject("SIG-WEBAUTHN-6", slug, what, of(&item), twin, mutation);
        file.add(vector.also(&["CBOR-3", "CBOR-10"]).note("Members"));
    }
}

fn questions(file: &mut FileBuilder<'_>, assertion: &Assertion, of: impl Fn(&Item) -> Value) {
    let mut members = assertion.members();
    let entries = members
        .iter()
        .map(|(name, value)| (Item::text(name), value.clone()));
    let indefinite = Item::IndefiniteMap(entries.collect()).self_described();
    members.push(("user_handle", Item::bytes(b"user")));
    let unknown = record(&members);
    let yes = || Answer::Accept(json!({}));
    for (policy, slug, title, item, accepts, rejects, clause) in [
        (
            "cbor.unknown_fields",
            "webauthn-user-handle",
            "A member that browsers know and the text does not",
            &unknown,
            "ignore",
            "reject",
            "CBOR-10",
        ),
        (
            "cbor.indefinite_length",
            "webauthn-indefinite",
            "The map of indefinite length",
            &indefinite,
            "accept",
            "reject",
            "CBOR-8",
        ),
    ] {
        let vector = Vector::either(policy, slug, title, of(item));
        let vector = vector.by(accepts, yes()).by(rejects, Answer::Reject);
        file.add(vector.clauses(&[clause, "SIG-WEBAUTHN-6"]).note("Open"));
    }
    let title = "A member that browsers know, where unknown members are ignored";
    let vector = accept("webauthn-user-handle-replica", title, of(&unknown));
    file.add(vector.replica().note("Open"));
}
