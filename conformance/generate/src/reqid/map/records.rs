//! Delegations and responses.

use serde_json::Value;

use super::{accept, array, blob, hash, hex_blob, map, nat, text};
use crate::Suite;

pub(super) fn delegations(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "delegations", "reqid::map::delegations");
    file.note(
        "EmptyTargets",
        "AUTH_BYPASS",
        "A list of targets that is there but empty is not an absent one.",
        "A delegation for no canister passes as one for all.",
    );
    let base = |expiration: &str| {
        vec![
            ("pubkey", hex_blob("010203")),
            ("expiration", nat(expiration)),
        ]
    };
    let with = |name: &'static str, value: Value| {
        let mut fields = base("0");
        fields.push((name, value));
        fields
    };
    let clauses = ["REQID-17", "REQID-2", "REQID-9"];
    for (slug, title, fields, expected) in [
        (
            "delegation",
            "A key and an expiration of 0",
            base("0"),
            "6ccc91d777f1a2b156834c0f8b879f3cdc0a57ecef1dd80f1e1a9f2129b082a0",
        ),
        (
            "delegation-queries",
            "With the permission of queries",
            with("permissions", text("queries")),
            "ccd2f0fb7d7613ea7e7d82e8214d256681649a10b0456cacef27ceb65221abf9",
        ),
        (
            "delegation-all",
            "With all permissions",
            with("permissions", text("all")),
            "c25c655cd8b67faf5db4625a433e1c50fb4dc8bdb5df3757eabf3c44dea96a40",
        ),
        (
            "delegation-target",
            "With one target",
            with("targets", array(&[hex_blob("040506")])),
            "b2618a8a598acdfed74a4b70b1eb4a8e449174c79e43ac2962f85cc2228ff868",
        ),
        (
            "delegation-no-targets",
            "With an empty list of targets",
            with("targets", array(&[])),
            "8b489d2dbb91043ef49f78b000af98c79d463604a36db153d32e092da3b5f835",
        ),
        (
            "delegation-latest",
            "The last expiration that 64 bits hold",
            base("18446744073709551615"),
            "9f9aae8a7337c4ca54abcf63a08e337eaf79082e74baf90125318167b49ebdc5",
        ),
    ] {
        let mut vector = accept(slug, title, &fields, &clauses)
            .output(hash(expected))
            .critical();
        if slug == "delegation-no-targets" {
            vector = vector.note("EmptyTargets");
        }
        file.add(vector);
    }
    let mut all = with(
        "targets",
        array(&[hex_blob(""), hex_blob("00000000000004d2")]),
    );
    all.push(("permissions", text("queries")));
    file.add(
        accept(
            "delegation-all-fields",
            "With targets and permissions",
            &all,
            &clauses,
        )
        .high(),
    );
    let targets: Vec<Value> = (0_u16..1000)
        .map(|index| blob(&index.to_be_bytes()))
        .collect();
    let many = with("targets", array(&targets));
    file.add(accept(
        "delegation-1000-targets",
        "With 1000 targets",
        &many,
        &clauses,
    ));
}

pub(super) fn responses(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "responses", "reqid::map::responses");
    let id = hex_blob("1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101");
    let reply = |arg: &[u8]| {
        vec![
            ("status", text("replied")),
            ("reply", map(&[("arg", blob(arg))])),
            ("timestamp", nat("1685570400000000000")),
            ("request_id", id.clone()),
        ]
    };
    let rejection = |code: Option<&str>| {
        let mut fields = vec![
            ("status", text("rejected")),
            ("reject_code", nat(4)),
            ("reject_message", text("no")),
            ("timestamp", nat("1685570400000000000")),
            ("request_id", id.clone()),
        ];
        fields.extend(code.map(|code| ("error_code", text(code))));
        fields
    };
    for (slug, title, fields) in [
        ("replied", "A reply", reply(b"DIDL\0\0")),
        ("replied-empty", "A reply of no bytes", reply(b"")),
        (
            "rejected",
            "A rejection without an error code",
            rejection(None),
        ),
        (
            "rejected-code",
            "A rejection with an error code",
            rejection(Some("IC0406")),
        ),
        (
            "rejected-empty-code",
            "A rejection with an empty error code",
            rejection(Some("")),
        ),
    ] {
        file.add(accept(slug, title, &fields, &["REQID-18", "REQID-10", "REQID-2"]).high());
    }
}
