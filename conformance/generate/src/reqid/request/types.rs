//! Fields of wrong types.

use model::cbor::{BIGNUM, Item};

use super::{EXPIRY, Fields, example, full_call, read_state, reject, unsigned, with};
use crate::Suite;

pub(super) fn types(suite: &mut Suite) {
    let mut file = suite.file("request.id", "types", "reqid::request::types");
    file.note(
        "WrongType",
        "MALLEABILITY",
        "A field whose value has the wrong type, though its content is right.",
        "What one implementation signs, another reads as something else.",
    );
    let list =
        |bytes: &[u8]| Item::Array(bytes.iter().map(|b| Item::Unsigned((*b).into())).collect());
    let mut add =
        |clause: &str, slug: &str, title: &str, content: &Fields, twin: &str, change: &str| {
            file.add(
                reject(clause, slug, title, &unsigned(content), twin, change)
                    .note("WrongType")
                    .high(),
            );
        };
    for (name, bytes) in [
        ("sender", &[4][..]),
        ("canister_id", b"canister"),
        ("arg", b"DIDL"),
    ] {
        let title = format!("A text for {name}");
        let text = with(example(), name, Item::Text(bytes.to_vec()));
        add(
            "CBOR-3",
            &format!("{}-text", name.replace('_', "-")),
            &title,
            &text,
            "example",
            "blob → text",
        );
        let title = format!("An array of integers for {name}");
        let integers = with(example(), name, list(bytes));
        let slug = format!("{}-integers", name.replace('_', "-"));
        add(
            "CBOR-3",
            &slug,
            &title,
            &integers,
            "example",
            "blob → array",
        );
    }
    let nonce_text = with(example(), "nonce", Item::text("nonce"));
    add(
        "CBOR-3",
        "nonce-text",
        "A text for nonce",
        &nonce_text,
        "nonce-1",
        "blob → text",
    );
    let hex_id = with(example(), "canister_id", Item::text("00000000000004d2"));
    add(
        "CBOR-3",
        "canister-id-hex",
        "Hexadecimal text for canister_id",
        &hex_id,
        "example",
        "blob → text",
    );
    let text_id = with(
        example(),
        "canister_id",
        Item::text("ngj2t-fiaaa-aaaaa-aatja"),
    );
    add(
        "CBOR-3",
        "canister-id-principal",
        "The text of a principal for canister_id",
        &text_id,
        "example",
        "blob → text",
    );
    let label = with(
        read_state(),
        "paths",
        Item::Array(vec![Item::Array(vec![Item::text("time")])]),
    );
    add(
        "CBOR-3",
        "label-text",
        "A text for a label",
        &label,
        "one-path",
        "blob → text",
    );
    let sig = Item::record(&[
        ("info", Item::bytes(b"information")),
        ("signer", Item::bytes(&[0, 0, 0, 0, 0, 7, 1, 1])),
        ("sig", Item::text("signature")),
    ]);
    let info = with(full_call(), "sender_info", sig);
    add(
        "CBOR-3",
        "sender-info-sig-text",
        "A text for the signature of sender_info",
        &info,
        "full-call",
        "blob → text",
    );
    for (name, value) in [("request_type", &b"call"[..]), ("method_name", b"hello")] {
        let bytes = with(example(), name, Item::bytes(value));
        let slug = format!("{}-bytes", name.replace('_', "-"));
        let title = format!("A byte string for {name}");
        add("CBOR-4", &slug, &title, &bytes, "example", "text → bytes");
    }
    let invalid = with(example(), "method_name", Item::Text(vec![b'h', 0xff]));
    add(
        "CBOR-4",
        "method-name-not-utf-8",
        "A method name that is no UTF-8",
        &invalid,
        "example",
        "value replaced",
    );
    for (slug, title, clause, value) in [
        (
            "expiry-negative",
            "A negative expiry",
            "CBOR-5",
            Item::Negative(0),
        ),
        (
            "expiry-text",
            "Decimal digits for the expiry",
            "CBOR-5",
            Item::text("1685570400000000000"),
        ),
        (
            "expiry-bytes",
            "Eight bytes for the expiry",
            "CBOR-5",
            Item::bytes(&EXPIRY.to_be_bytes()),
        ),
        (
            "expiry-time",
            "The expiry in tag 1",
            "CBOR-5",
            Item::Tag(1, Box::new(Item::Unsigned(EXPIRY))),
        ),
        (
            "expiry-small-bignum",
            "The expiry as a bignum",
            "CBOR-5",
            Item::Tag(BIGNUM, Box::new(Item::bytes(&EXPIRY.to_be_bytes()))),
        ),
        (
            "expiry-double",
            "The expiry as a float",
            "CBOR-6",
            Item::Float(0x43b7_6447_5e5f_9000, 8),
        ),
        (
            "expiry-half",
            "An expiry of 1.0 in 16 bits",
            "CBOR-6",
            Item::Float(0x3c00, 2),
        ),
    ] {
        let content = with(example(), "ingress_expiry", value);
        add(clause, slug, title, &content, "example", "integer replaced");
    }
    let map = Item::record(&[("0", Item::Array(vec![Item::bytes(b"time")]))]);
    let paths = with(read_state(), "paths", map);
    add(
        "CBOR-8",
        "paths-map",
        "A map for paths",
        &paths,
        "one-path",
        "array → map",
    );
    let fields = [
        Item::bytes(b"information"),
        Item::bytes(&[1]),
        Item::bytes(&[2]),
    ];
    let array = with(full_call(), "sender_info", Item::Array(fields.to_vec()));
    add(
        "CBOR-8",
        "sender-info-array",
        "An array for sender_info",
        &array,
        "full-call",
        "map → array",
    );
}
