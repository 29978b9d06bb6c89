//! Vectors of `envelope.verify` about the Candid argument of management calls.

use model::cbor::Item;

use super::destination::manage;
use super::draft::call;
use super::{accept, reject};
use crate::Suite;
use crate::certificate::fixture::{leb128, member};

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "candid", "envelope::candid");
    file.note(
        "Candid",
        "EDGE_CASE",
        "The argument of a management call is a Candid record with a member of type principal.",
        "A call is routed by something that is no argument.",
    );
    let id = member();
    let sent = |arg: Vec<u8>| manage(call(), "stop_canister", arg).at_canister(&id);
    let canister_id = hash("canister_id");
    let value = principal(&id);
    let plain = record(&[("canister_id", &id)]);
    let twin = "candid-record";
    // Members before and after, by their hashes: 1 and 4294967295.
    let around = |kind: &[u8], bytes: &[u8]| {
        let members = [
            leb128(1),
            kind.to_vec(),
            leb128(canister_id),
            vec![PRINCIPAL],
            leb128(u64::from(u32::MAX)),
            kind.to_vec(),
        ];
        let table = [&[0x01, 0x6c, 0x03][..], &members.concat()].concat();
        [b"DIDL".as_slice(), &table, &[1, 0], bytes, &value, bytes].concat()
    };
    // The member, and a second type in the table that another member has.
    let beside = |second: &[u8], bytes: &[u8]| {
        let members = [vec![1, 1], leb128(canister_id), vec![PRINCIPAL]];
        let record = [&[0x6c, 0x02][..], &members.concat()].concat();
        [
            b"DIDL\x02".as_slice(),
            &record,
            second,
            &[1, 0],
            bytes,
            &value,
        ]
        .concat()
    };
    for (slug, title, arg) in [
        ("record", "A record with the member", plain.clone()),
        (
            "texts",
            "Texts around the member",
            around(&[0x71], b"\x02ab"),
        ),
        (
            "nats",
            "Naturals around the member",
            around(&[0x7d], &[0x80, 0x01]),
        ),
        (
            "nat64s",
            "64-bit numbers around the member",
            around(&[0x78], &[7; 8]),
        ),
        ("nulls", "Nulls around the member", around(&[0x7f], &[])),
        (
            "principals",
            "Principals around the member",
            around(&[PRINCIPAL], &principal(&[4])),
        ),
        (
            "opt",
            "An option before the member",
            beside(&[0x6e, 0x7e], &[1, 1]),
        ),
        (
            "opt-absent",
            "An absent option before the member",
            beside(&[0x6e, 0x7e], &[0]),
        ),
        (
            "vec",
            "A vector before the member",
            beside(&[0x6d, 0x7b], &[3, 1, 2, 3]),
        ),
        (
            "nested",
            "A record before the member",
            beside(&[0x6c, 1, 0, 0x7e], &[1]),
        ),
        (
            "variant",
            "A variant before the member",
            beside(&[0x6b, 2, 0, 0x7f, 1, 0x7e], &[1, 0]),
        ),
        ("func", "A function before the member", {
            let function = [&[1][..], &principal(&[4]), &[1, b'm']].concat();
            beside(&[0x6a, 0, 0, 0], &function)
        }),
        (
            "service",
            "A service before the member",
            beside(&[0x69, 0], &principal(&[4])),
        ),
        (
            "unused-type",
            "A type that nothing is of",
            [
                b"DIDL\x02\x6c\x01".as_slice(),
                &leb128(canister_id),
                &[PRINCIPAL, 0x6d, 0x7b, 1, 0],
                &value,
            ]
            .concat(),
        ),
        (
            "recursive",
            "A list of itself before the member",
            beside(&[0x6d, 1], &[2, 0, 1, 0]),
        ),
        (
            "second-argument",
            "A second argument",
            [
                b"DIDL\x01\x6c\x01".as_slice(),
                &leb128(canister_id),
                &[PRINCIPAL, 2, 0, 0x7e],
                &value,
                &[1],
            ]
            .concat(),
        ),
    ] {
        let draft = sent(arg);
        file.add(
            accept(&format!("candid-{slug}"), title, &draft)
                .clauses(&["EFF-5"])
                .note("Candid"),
        );
    }
    let of_kind = |kind: u8, bytes: &[u8]| {
        let record = [&[1, 0x6c, 1][..], &leb128(canister_id), &[kind, 1, 0]].concat();
        [b"DIDL".as_slice(), &record, bytes].concat()
    };
    let cut = plain
        .get(..plain.len().saturating_sub(1))
        .unwrap_or_default()
        .to_vec();
    for (slug, title, arg) in [
        ("empty", "An empty argument", Vec::new()),
        (
            "no-values",
            "A message without values",
            b"DIDL\0\0".to_vec(),
        ),
        ("text", "The member is a text", of_kind(0x71, b"\x02ab")),
        (
            "principal-alone",
            "A principal without a record",
            [b"DIDL\0\x01\x68".as_slice(), &value].concat(),
        ),
        (
            "magic",
            "Another magic number",
            [b"DIDM", plain.get(4..).unwrap_or_default()].concat(),
        ),
        ("cut", "A message without its last byte", cut),
        (
            "trailing",
            "A byte after the values",
            [plain.as_slice(), &[0]].concat(),
        ),
        ("opaque", "An opaque principal", of_kind(PRINCIPAL, &[0])),
        (
            "bytes-30",
            "A principal of 30 bytes",
            of_kind(PRINCIPAL, &principal(&[0x41; 30])),
        ),
        (
            "near-name",
            "A member called canisterId",
            record(&[("canisterId", &id)]),
        ),
        ("cbor", "A CBOR map", {
            let map = Item::record(&[("canister_id", Item::bytes(&id))]);
            map.encode()
        }),
        (
            "second-record",
            "The record is the second argument",
            [
                b"DIDL\x01\x6c\x01".as_slice(),
                &leb128(canister_id),
                &[PRINCIPAL, 2, 0x7e, 0],
                &[1],
                &value,
            ]
            .concat(),
        ),
    ] {
        file.add(
            reject(
                "EFF-5",
                &format!("candid-{slug}"),
                title,
                &sent(arg),
                twin,
                "the argument",
            )
            .note("Candid"),
        );
    }
}

/// The type principal.
const PRINCIPAL: u8 = 0x68;

/// How Candid writes the name of a member.
fn hash(name: &str) -> u64 {
    let hash = name.bytes().fold(0_u32, |hash, byte| {
        hash.wrapping_mul(223).wrapping_add(u32::from(byte))
    });
    u64::from(hash)
}

/// A principal as a value.
fn principal(id: &[u8]) -> Vec<u8> {
    let length = u8::try_from(id.len()).unwrap_or_default();
    [&[1, length], id].concat()
}

/// A Candid message with one record, whose members are principals.
pub(super) fn record(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut members: Vec<(u64, &[u8])> =
        members.iter().map(|(name, id)| (hash(name), *id)).collect();
    members.sort_unstable();
    let count = u8::try_from(members.len()).unwrap_or_default();
    let types = members
        .iter()
        .flat_map(|(hash, _)| [leb128(*hash), vec![PRINCIPAL]].concat());
    let values = members.iter().flat_map(|(_, id)| principal(id));
    let head = [b"DIDL\x01\x6c".as_slice(), &[count]].concat();
    head.into_iter()
        .chain(types)
        .chain([1, 0])
        .chain(values)
        .collect()
}
