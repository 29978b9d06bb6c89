//! Requests in CBOR, by hand.
#![expect(
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use testkit::cbor;

/// The fields of a record, in the order in which they are written.
pub(crate) type Fields = Vec<(&'static str, Vec<u8>)>;

pub(crate) fn natural(value: u64) -> Vec<u8> {
    let mut encoded = vec![0x1b];
    encoded.extend(value.to_be_bytes());
    encoded
}

/// A call with every field.
pub(crate) fn call() -> Fields {
    vec![
        ("request_type", cbor::text("call")),
        ("nonce", cbor::bytes(&[7; 16])),
        ("ingress_expiry", natural(1_685_570_400_000_000_000)),
        ("sender", cbor::bytes(&[4])),
        ("canister_id", cbor::bytes(&[0, 0, 0, 0, 0, 0, 4, 0xd2])),
        ("method_name", cbor::text("hello")),
        ("arg", cbor::bytes(b"DIDL\0\xfd*")),
        ("sender_info", cbor::map(&sender_info())),
    ]
}

pub(crate) fn query() -> Fields {
    let mut fields = call();
    fields[0].1 = cbor::text("query");
    fields
}

pub(crate) fn read_state() -> Fields {
    let path = |labels: &[&[u8]]| {
        let labels: Vec<Vec<u8>> = labels.iter().map(|label| cbor::bytes(label)).collect();
        cbor::array(&labels)
    };
    vec![
        ("request_type", cbor::text("read_state")),
        ("nonce", cbor::bytes(&[7; 16])),
        ("ingress_expiry", natural(1_685_570_400_000_000_000)),
        ("sender", cbor::bytes(&[4])),
        (
            "paths",
            cbor::array(&[path(&[b"time"]), path(&[]), path(&[b"subnet", b"\xff"])]),
        ),
    ]
}

pub(crate) fn sender_info() -> Fields {
    vec![
        ("info", cbor::bytes(b"info")),
        ("signer", cbor::bytes(&[1, 2, 3])),
        ("sig", cbor::bytes(b"signature")),
    ]
}

/// One link with every field.
pub(crate) fn link() -> Vec<u8> {
    let delegation = cbor::map(&[
        ("pubkey", cbor::bytes(b"session")),
        ("expiration", natural(9)),
        (
            "targets",
            cbor::array(&[cbor::bytes(&[1]), cbor::bytes(&[])]),
        ),
        ("permissions", cbor::text("queries")),
    ]);
    cbor::map(&[
        ("delegation", delegation),
        ("signature", cbor::bytes(b"link")),
    ])
}

/// An envelope with every field, but for the tag.
pub(crate) fn envelope(content: &Fields) -> Fields {
    vec![
        ("content", cbor::map(content)),
        ("sender_pubkey", cbor::bytes(b"key")),
        ("sender_sig", cbor::bytes(b"signature")),
        ("sender_delegation", cbor::array(&[link()])),
    ]
}

pub(crate) fn encode(envelope: &Fields) -> Vec<u8> {
    cbor::tagged(&cbor::map(envelope))
}

pub(crate) fn replace(fields: &mut Fields, name: &str, value: Vec<u8>) {
    fields.iter_mut().find(|field| field.0 == name).unwrap().1 = value;
}

pub(crate) fn without(mut fields: Fields, name: &str) -> Fields {
    fields.retain(|field| field.0 != name);
    fields
}
