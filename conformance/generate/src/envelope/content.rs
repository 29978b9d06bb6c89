//! Vectors of `envelope.verify` about the members of the content.

use model::cbor::Item;

use super::draft::{Draft, call, of_every_kind, query, read_state, user};
use super::{REQUESTS, accept, reject};
use crate::certificate::fixture::member;
use crate::{Suite, Vector};

const CLAUSES: &[&str] = &["ENV-9", "ENV-15", "ENV-19", "ENV-20"];

pub(super) fn generate(suite: &mut Suite) {
    members(suite);
    types(suite);
    encodings(suite);
    request_type(suite);
    nonce(suite);
    methods(suite);
}

fn members(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "members", "envelope::content");
    file.note(
        "Members",
        "BASIC",
        "Every kind of request has its required members; what is empty is written all the same.",
        "A default is filled in that nobody signed.",
    );
    for (kind, draft) in of_every_kind() {
        file.add(
            accept(
                &format!("members-{kind}"),
                &format!("A {kind} with the required members only"),
                &draft.clone().signed(&user()),
            )
            .clauses(CLAUSES)
            .note("Members"),
        );
        let anonymous = format!("members-{kind}-anonymous");
        file.add(
            accept(&anonymous, &format!("An anonymous {kind}"), &draft)
                .clauses(CLAUSES)
                .note("Members"),
        );
        for (clause, also, name) in [
            ("ENV-9", "ENV-19", "ingress_expiry"),
            ("ENV-15", "ENV-19", "sender"),
            ("ENV-18", "ENV-19", "request_type"),
        ] {
            let slug = name.replace('_', "-");
            let draft = draft.clone().without(name);
            file.add(
                reject(
                    clause,
                    &format!("{kind}-without-{slug}"),
                    &format!("An anonymous {kind} without {name}"),
                    &draft,
                    &anonymous,
                    "a member left out",
                )
                .also(&[also, "ENV-20"])
                .note("Members"),
            );
        }
    }
    for (kind, draft) in [("call", call()), ("query", query())] {
        let empty = draft.clone().with("arg", Item::bytes(b""));
        file.add(
            accept(
                &format!("{kind}-empty-arg"),
                &format!("A {kind} with an empty argument"),
                &empty.signed(&user()),
            )
            .clauses(CLAUSES)
            .note("Members"),
        );
        for (name, twin) in [
            ("canister_id", "members"),
            ("method_name", "members"),
            ("arg", "members"),
        ] {
            let slug = name.replace('_', "-");
            // What is there is signed.
            let missing = draft.clone().without(name).signed(&user());
            file.add(
                reject(
                    "ENV-19",
                    &format!("{kind}-without-{slug}"),
                    &format!("A {kind} without {name}"),
                    &missing,
                    &format!("{twin}-{kind}"),
                    "a member left out",
                )
                .note("Members"),
            );
        }
        let long = draft.to(&[0x41; 30]).signed(&user());
        file.add(
            reject(
                "PRIN-1",
                &format!("{kind}-long-canister-id"),
                &format!("A {kind} to a canister id of 30 bytes"),
                &long,
                &format!("members-{kind}"),
                "canister id",
            )
            .also(&["ENV-19"])
            .note("Members"),
        );
    }
    let no_paths = read_state().with("paths", Item::Array(vec![]));
    file.add(
        accept(
            "read-no-path",
            "A read of nothing",
            &no_paths.signed(&user()),
        )
        .clauses(CLAUSES)
        .note("Members"),
    );
    let empty_path = Item::Array(vec![Item::Array(vec![])]);
    file.add(
        accept(
            "read-empty-path",
            "A read of the empty path",
            &read_state().with("paths", empty_path).signed(&user()),
        )
        .clauses(CLAUSES)
        .note("Members"),
    );
    file.add(
        reject(
            "ENV-20",
            "read-without-paths",
            "A read without paths",
            &read_state().without("paths").signed(&user()),
            "members-read",
            "a member left out",
        )
        .note("Members"),
    );
    long_sender(&mut file);
}

fn long_sender(file: &mut crate::FileBuilder<'_>) {
    for (slug, title, extra) in [
        ("zero", "The sender has a zero byte too many", 0_u8),
        ("two", "The sender has its last byte twice", 2),
    ] {
        let long = [user().principal().as_slice(), &[extra]].concat();
        let draft = call().with("sender", Item::bytes(&long));
        let signature = user().sign(&draft.payload());
        let draft = draft
            .beside("sender_pubkey", Item::Bytes(user().spki()))
            .with_signature(&signature);
        file.add(
            reject(
                "ENV-15",
                &format!("long-sender-{slug}"),
                title,
                &draft,
                "members-call",
                "a byte at the end of the sender",
            )
            .also(&["PRIN-1", "ENV-4"])
            .note("Members"),
        );
    }
    // The first of two is what is signed.
    for (name, value) in [
        ("sender", Item::bytes(&[4])),
        ("canister_id", Item::bytes(&[])),
        ("ingress_expiry", Item::Unsigned(u64::MAX)),
        ("request_type", Item::text("query")),
    ] {
        let slug = name.replace('_', "-");
        file.add(
            reject(
                "CBOR-7",
                &format!("{slug}-twice"),
                &format!("The member {name} occurs twice"),
                &call().signed(&user()).repeating(name, value),
                "members-call",
                "a member repeated",
            )
            .note("Members")
            .critical(),
        );
    }
}

fn types(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "types", "envelope::content");
    file.note(
        "Types",
        "EDGE_CASE",
        "Members hold the types that the text gives them.",
        "Two implementations read the same bytes as different requests.",
    );
    file.add(accept("types", "A call with members of the right types", &call()).note("Types"));
    for (clause, also, slug, title, draft) in [
        (
            "CBOR-5",
            "ENV-9",
            "text-expiry",
            "The expiry as a text",
            call().with("ingress_expiry", Item::text("1700000240000000000")),
        ),
        (
            "CBOR-6",
            "ENV-9",
            "float-expiry",
            "The expiry as a float",
            query().with("ingress_expiry", Item::Float(1.7e18_f64.to_bits(), 8)),
        ),
        (
            "CBOR-5",
            "ENV-9",
            "negative-expiry",
            "A negative expiry",
            call().with("ingress_expiry", Item::Negative(0)),
        ),
        (
            "CBOR-4",
            "ENV-18",
            "blob-type",
            "The request type as bytes",
            call().with("request_type", Item::bytes(b"call")),
        ),
        (
            "CBOR-4",
            "ENV-19",
            "blob-method",
            "The method name as bytes",
            call().with("method_name", Item::bytes(b"greet")),
        ),
        (
            "CBOR-3",
            "ENV-15",
            "text-sender",
            "The sender as a text",
            query().with("sender", Item::text("\u{4}")),
        ),
        (
            "CBOR-3",
            "ENV-7",
            "text-nonce",
            "The nonce as a text",
            call().with("nonce", Item::text("nonce")),
        ),
        (
            "CBOR-3",
            "READ-3",
            "text-label",
            "A label as a text",
            read_state().with(
                "paths",
                Item::Array(vec![Item::Array(vec![Item::text("time")])]),
            ),
        ),
    ] {
        file.add(
            reject(clause, slug, title, &draft, "types", "the type of a member")
                .also(&[also, "CBOR-5"])
                .note("Types"),
        );
    }
}

fn encodings(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "encodings", "envelope::content");
    file.note(
        "Encoding",
        "EDGE_CASE",
        "An envelope is one tagged map, its content a map in place.",
        "Two implementations read the same bytes as different requests.",
    );
    let signed = call().signed(&user());
    file.add(accept("encoding", "A signed call", &signed).note("Encoding"));
    let Item::Tag(tag, envelope) = signed.item() else {
        return;
    };
    let tagged = |tag: u64, item: Item| Item::Tag(tag, Box::new(item));
    let members = envelope.as_map().unwrap_or_default();
    let replaced = |name: &str, value: Item| {
        let members = members.iter().map(|(key, old)| {
            let hit = key.as_text() == Some(name);
            (key.clone(), if hit { value.clone() } else { old.clone() })
        });
        Item::Map(members.collect())
    };
    let content = Item::Bytes(signed.content().encode());
    let integers = user()
        .spki()
        .into_iter()
        .map(|byte| Item::Unsigned(u64::from(byte)));
    let mut reversed = members.to_vec();
    reversed.reverse();
    file.add(
        Vector::accept(
            "encoding-reversed",
            "A signed call, the content after key and signature",
            signed.input_of(&tagged(tag, Item::Map(reversed)).encode()),
        )
        .clauses(REQUESTS)
        .note("Encoding"),
    );
    let trailing = [signed.item().encode(), vec![0]].concat();
    for (clause, slug, title, bytes) in [
        ("CBOR-9", "trailing", "A byte after the envelope", trailing),
        (
            "CBOR-1",
            "tagged-twice",
            "The tag twice",
            tagged(tag, signed.item()).encode(),
        ),
        (
            "CBOR-1",
            "other-tag",
            "Another tag",
            tagged(55798, (*envelope).clone()).encode(),
        ),
        (
            "CBOR-11",
            "content-as-bytes",
            "The content is encoded in a byte string",
            tagged(tag, replaced("content", content)).encode(),
        ),
        (
            "CBOR-3",
            "key-as-integers",
            "The key is an array of integers",
            tagged(
                tag,
                replaced("sender_pubkey", Item::Array(integers.collect())),
            )
            .encode(),
        ),
    ] {
        let input = signed.input_of(&bytes);
        file.add(
            Vector::reject(
                clause,
                format!("encoding-{slug}"),
                title,
                input,
                "encoding",
                "the encoding",
            )
            .also(&["CBOR-8"])
            .note("Encoding"),
        );
    }
}

fn request_type(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "request-types", "envelope::content");
    file.note(
        "Type",
        "AUTH_BYPASS",
        "The request type is that of the endpoint, to the byte.",
        "A signature for one purpose serves another: a query becomes a call.",
    );
    for (kind, draft) in of_every_kind() {
        for (signing, draft) in [
            ("anonymous", draft.clone()),
            ("signed", draft.signed(&user())),
        ] {
            let twin = format!("type-{kind}-{signing}");
            file.add(
                accept(
                    &twin,
                    &format!("A {kind} at its endpoint, {signing}"),
                    &draft,
                )
                .note("Type"),
            );
            for endpoint in ["call", "query", "read_state"] {
                let place = endpoint.trim_end_matches("_state");
                if place == kind {
                    continue;
                }
                file.add(
                    reject(
                        "ENV-18",
                        &format!("{kind}-at-{place}-{signing}"),
                        &format!("A {kind} at the endpoint {endpoint}, {signing}"),
                        &draft.clone().at_endpoint(endpoint),
                        &twin,
                        "endpoint",
                    )
                    .note("Type")
                    .critical(),
                );
            }
        }
    }
    let named = |name: &str| {
        call()
            .with("request_type", Item::text(name))
            .signed(&user())
    };
    for (slug, title, name) in [
        ("capital", "Call", "Call"),
        ("upper", "CALL", "CALL"),
        ("space", "call and a space", "call "),
        ("empty", "the empty text", ""),
        ("unknown", "install", "install"),
    ] {
        file.add(
            reject(
                "ENV-18",
                &format!("type-{slug}"),
                &format!("The request type is {title}"),
                &named(name),
                "type-call-signed",
                "request type",
            )
            .note("Type"),
        );
    }
}

fn nonce(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "nonces", "envelope::content");
    file.note(
        "Nonce",
        "EDGE_CASE",
        "A nonce has 0 to 32 bytes in requests of every kind.",
        "Requests that the network takes are refused, or the other way round.",
    );
    for (kind, draft) in of_every_kind() {
        let with = |length: usize| {
            draft
                .clone()
                .with("nonce", Item::bytes(&vec![0x6e; length]))
        };
        for length in [0, 1, 31, 32] {
            file.add(
                accept(
                    &format!("{kind}-nonce-{length}"),
                    &format!("A {kind} with a nonce of {length} bytes"),
                    &with(length).signed(&user()),
                )
                .note("Nonce"),
            );
        }
        file.add(
            accept(
                &format!("{kind}-nonce-32-anonymous"),
                &format!("An anonymous {kind} with a nonce of 32 bytes"),
                &with(32),
            )
            .note("Nonce"),
        );
        for length in [33, 64] {
            file.add(
                reject(
                    "ENV-7",
                    &format!("{kind}-nonce-{length}"),
                    &format!("A {kind} with a nonce of {length} bytes"),
                    &with(length).signed(&user()),
                    &format!("{kind}-nonce-32"),
                    "a longer nonce",
                )
                .note("Nonce"),
            );
        }
        file.add(
            reject(
                "ENV-7",
                &format!("{kind}-nonce-33-anonymous"),
                &format!("An anonymous {kind} with a nonce of 33 bytes"),
                &with(33),
                &format!("{kind}-nonce-32-anonymous"),
                "a longer nonce",
            )
            .note("Nonce"),
        );
    }
}

fn methods(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "methods", "envelope::content");
    file.note(
        "Method",
        "EDGE_CASE",
        "Authentication looks at no method name.",
        "Canisters with such methods cannot be called.",
    );
    let named = |draft: Draft, name: &str| draft.to(&member()).calling(name).signed(&user());
    for (slug, title, name) in [
        ("empty", "The empty name", ""),
        ("space", "A space", " "),
        ("nul", "A NUL", "\0"),
        ("unicode", "A name beyond ASCII", "grüße\u{1f44b}"),
        ("slash", "A path", "../call"),
        ("long", "A name of 1000 letters", "m"),
    ] {
        let name = if slug == "long" {
            name.repeat(1000)
        } else {
            name.to_owned()
        };
        for (kind, draft) in [("call", call()), ("query", query())] {
            file.add(
                accept(
                    &format!("{kind}-method-{slug}"),
                    &format!("{title}, in a {kind}"),
                    &named(draft, &name),
                )
                .note("Method"),
            );
        }
    }
}
