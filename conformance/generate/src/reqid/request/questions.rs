//! What the text leaves open, what replicas do, and what is very long.

use model::cbor::{BIGNUM, Item, NULL};
use serde_json::json;

use super::{
    EXAMPLE_ID, Fields, entries, example, full_call, id, id_of, input, read_state, sender_info,
    unsigned, with,
};
use crate::cbor::diagnostic;
use crate::{Answer, Suite, Vector};

pub(super) fn open_questions(suite: &mut Suite) {
    let mut file = suite.file(
        "request.id",
        "open-questions",
        "reqid::request::open_questions",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text does not decide this; every answer is recorded and none is judged.",
        "Two implementations with different answers disagree about the same bytes.",
    );
    let either = |policy: &str, slug: &str, title: &str, envelope: &Item| {
        let item = envelope.clone().self_described();
        Vector::either(policy, slug, title, input(&item))
            .diag(diagnostic(&item))
            .note("Open")
    };
    let known = || Answer::Accept(id(EXAMPLE_ID));
    let full = id_of(&full_call());
    let unknown = |fields: Fields, name: &'static str| with(fields, name, Item::text("unknown"));
    let in_info = {
        let mut info = entries(&sender_info(&[0x5a; 64]));
        info.push((Item::text("unknown"), Item::Unsigned(1)));
        with(full_call(), "sender_info", Item::Map(info))
    };
    let in_envelope = {
        let mut fields = entries(&unsigned(&example()));
        fields.push((Item::text("unknown"), Item::Unsigned(1)));
        Item::Map(fields)
    };
    for (slug, title, envelope, ignored) in [
        (
            "unknown-field",
            "A field of the content that is not known",
            unsigned(&unknown(example(), "unknown")),
            known(),
        ),
        (
            "senders-field",
            "The former field senders",
            unsigned(&unknown(example(), "senders")),
            known(),
        ),
        (
            "unknown-field-in-envelope",
            "A field of the envelope that is not known",
            in_envelope,
            known(),
        ),
        (
            "unknown-field-in-sender-info",
            "A field of sender_info that is not known",
            unsigned(&in_info),
            Answer::Accept(full),
        ),
    ] {
        file.add(
            either("cbor.unknown_fields", slug, title, &envelope)
                .clauses(&["CBOR-10"])
                .by("reject", Answer::Reject)
                .by("ignore", ignored),
        );
    }
    let signature = with(
        vec![("content", Item::record(&example()))],
        "sender_sig",
        NULL,
    );
    let chain = with(
        vec![("content", Item::record(&example()))],
        "sender_delegation",
        NULL,
    );
    for (slug, title, envelope) in [
        (
            "null-nonce",
            "Null for nonce",
            unsigned(&with(example(), "nonce", NULL)),
        ),
        (
            "null-sender-info",
            "Null for sender_info",
            unsigned(&with(example(), "sender_info", NULL)),
        ),
        (
            "null-signature",
            "Null for sender_sig",
            Item::record(&signature),
        ),
        (
            "null-delegation",
            "Null for sender_delegation",
            Item::record(&chain),
        ),
    ] {
        file.add(
            either("cbor.null", slug, title, &envelope)
                .clauses(&["CBOR-12"])
                .by("reject", Answer::Reject)
                .by("absent", known()),
        );
    }
    let indefinite = Item::IndefiniteMap(entries(&Item::record(&example())));
    for (slug, title, envelope) in [
        (
            "indefinite-content",
            "A content of indefinite length",
            Item::record(&[("content", indefinite.clone())]),
        ),
        (
            "indefinite-envelope",
            "An envelope of indefinite length",
            Item::IndefiniteMap(vec![(Item::text("content"), indefinite)]),
        ),
    ] {
        file.add(
            either("cbor.indefinite_length", slug, title, &envelope)
                .clauses(&["REQID-13", "CBOR-8"])
                .by("reject", Answer::Reject)
                .by("accept", known()),
        );
    }
    let chunked = |text: bool, bytes: &[u8]| Item::Chunked {
        text,
        bytes: bytes.to_vec(),
    };
    for (slug, title, content) in [
        (
            "chunked-arg",
            "An argument in chunks",
            with(example(), "arg", chunked(false, b"DIDL\0\xfd*")),
        ),
        (
            "chunked-method",
            "A method name in chunks",
            with(example(), "method_name", chunked(true, b"hello")),
        ),
    ] {
        file.add(
            either("cbor.chunked_strings", slug, title, &unsigned(&content))
                .clauses(&["CBOR-3", "CBOR-4", "REQID-13"])
                .by("reject", Answer::Reject)
                .by("accept", known()),
        );
    }
    let big = Item::Tag(BIGNUM, Box::new(Item::bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 0])));
    let hashed = json!({"value": {"map": [
        ["request_type", {"text": "call"}],
        ["sender", {"blob": "04"}],
        ["ingress_expiry", {"nat": "18446744073709551616"}],
        ["canister_id", {"blob": "00000000000004d2"}],
        ["method_name", {"text": "hello"}],
        ["arg", {"blob": "4449444c00fd2a"}],
    ]}});
    let hashed = match model::run("hash_of_map", &hashed, None) {
        model::Outcome::Ok(output) => output["hash"].as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let content = with(example(), "ingress_expiry", big);
    file.add(
        either(
            "cbor.bignum",
            "expiry-2-64",
            "An expiry of 2^64",
            &unsigned(&content),
        )
        .clauses(&["CBOR-5"])
        .by("reject", Answer::Reject)
        .by("accept", Answer::Accept(id(&hashed))),
    );
}

pub(super) fn replica(suite: &mut Suite) {
    let mut file = suite.file("request.id", "replica", "reqid::request::replica");
    file.note(
        "Lenient",
        "INTEROP",
        "What replicas accept beyond the text.",
        "A client that follows the replica, not the text, is rejected.",
    );
    let integers = |bytes: &[u64]| Item::Array(bytes.iter().copied().map(Item::Unsigned).collect());
    let in_envelope = {
        let mut fields = entries(&unsigned(&example()));
        fields.push((Item::text("unknown"), Item::Unsigned(1)));
        Item::Map(fields)
    };
    let arg = b"DIDL\0\xfd*".map(u64::from);
    for (slug, title, item, clauses) in [
        (
            "replica-untagged",
            "The example without the tag",
            unsigned(&example()),
            &["CBOR-1"][..],
        ),
        (
            "replica-example",
            "The example",
            unsigned(&example()).self_described(),
            &["CBOR-1"],
        ),
        (
            "replica-unknown-field",
            "A field that is not known",
            unsigned(&with(example(), "unknown", Item::text("unknown"))),
            &["CBOR-10"],
        ),
        (
            "replica-unknown-in-envelope",
            "A field of the envelope that is not known",
            in_envelope,
            &["CBOR-10"],
        ),
        (
            "replica-null-nonce",
            "Null for nonce",
            unsigned(&with(example(), "nonce", NULL)),
            &["CBOR-12"],
        ),
        (
            "replica-sender-integers",
            "An array of integers for sender",
            unsigned(&with(example(), "sender", integers(&[4]))),
            &["CBOR-3"],
        ),
        (
            "replica-sender-text",
            "A text for sender",
            unsigned(&with(example(), "sender", Item::text("\u{4}"))),
            &["CBOR-3"],
        ),
        (
            "replica-arg-integers",
            "An array of integers for arg",
            unsigned(&with(example(), "arg", integers(&arg))),
            &["CBOR-3"],
        ),
    ] {
        file.add(
            Vector::accept(slug, title, input(&item))
                .clauses(clauses)
                .diag(diagnostic(&item))
                .output(id(EXAMPLE_ID))
                .note("Lenient")
                .replica(),
        );
    }
    let unknown = with(example(), "nonce", integers(&[0, 255]));
    file.add(
        Vector::accept(
            "replica-nonce-integers",
            "An array of integers for nonce",
            input(&unsigned(&unknown)),
        )
        .clauses(&["CBOR-3"])
        .note("Lenient")
        .replica(),
    );
    let wide = with(example(), "nonce", integers(&[0, 256]));
    file.add(
        Vector::reject(
            "CBOR-3",
            "replica-nonce-256",
            "An array with the integer 256 for nonce",
            input(&unsigned(&wide)),
            "replica-nonce-integers",
            "255 → 256",
        )
        .replica(),
    );
    for (clause, slug, title, envelope) in [
        ("CBOR-7", "replica-repeated-sender", "Two senders", {
            let mut fields = example();
            fields.push(("sender", Item::bytes(&[1])));
            unsigned(&fields)
        }),
        (
            "CBOR-6",
            "replica-expiry-double",
            "The expiry as a float",
            unsigned(&with(
                example(),
                "ingress_expiry",
                Item::Float(0x43b7_6447_5e5f_9000, 8),
            )),
        ),
        (
            "CBOR-5",
            "replica-expiry-text",
            "Decimal digits for the expiry",
            unsigned(&with(
                example(),
                "ingress_expiry",
                Item::text("1685570400000000000"),
            )),
        ),
        (
            "CBOR-4",
            "replica-method-bytes",
            "A byte string for method_name",
            unsigned(&with(example(), "method_name", Item::bytes(b"hello"))),
        ),
        (
            "CBOR-11",
            "replica-no-content",
            "An empty envelope",
            Item::record(&[]),
        ),
    ] {
        file.add(
            Vector::reject(
                clause,
                slug,
                title,
                input(&envelope),
                "replica-untagged",
                "as the title says",
            )
            .diag(diagnostic(&envelope))
            .replica(),
        );
    }
}

pub(super) fn big(suite: &mut Suite) {
    let mut file = suite.big_file("request.id", "size", "reqid::request::big");
    let arg: Vec<u8> = (0_u8..=255).cycle().take(200_000).collect();
    let item = unsigned(&with(example(), "arg", Item::Bytes(arg))).self_described();
    file.add(
        Vector::accept("arg-200000", "An argument of 200 000 bytes", input(&item))
            .clauses(&["REQID-5"])
            .high(),
    );
    let path = Item::Array(vec![Item::bytes(b"x"); 127]);
    let paths = with(read_state(), "paths", Item::Array(vec![path; 1000]));
    let item = unsigned(&paths).self_described();
    file.add(
        Vector::accept("paths-1000-127", "1000 paths of 127 labels", input(&item))
            .clauses(&["REQID-9"])
            .high(),
    );
}
