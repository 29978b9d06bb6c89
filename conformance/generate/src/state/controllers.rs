//! Controllers.

use model::cbor::Item;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::json;

use super::{OP, ask, told_apart, with_entry};
use crate::certificate::fixture::{SUBNET, canister, dir, gap, leaf};
use crate::{Suite, Vector};

pub(super) fn controllers(suite: &mut Suite) {
    let mut file = suite.file(OP, "controllers", "state::controllers");
    told_apart(&mut file);
    file.note(
        "List",
        "EDGE_CASE",
        "Controllers are one tagged list of principals.",
        "Lax: two implementations read different controllers.",
    );
    let id = canister(0x10_1234);
    let of = |tree: Tree| with_entry(b"canister", dir(&[(&id, dir(&[(b"controllers", tree)]))]));
    let read = json!({"kind": "controllers", "canister": hex(&id)});
    let list = |ids: &[&[u8]]| Item::Array(ids.iter().map(|id| Item::bytes(id)).collect());
    let encode = |ids: &[&[u8]]| list(ids).self_described().encode();
    let (one, user) = (canister(1), SUBNET.id());
    for (slug, title, tree) in [
        ("none", "No controllers", leaf(encode(&[]))),
        ("one", "One controller", leaf(encode(&[&one]))),
        (
            "three",
            "Three controllers, in the order of the list",
            leaf(encode(&[&user, &one, b""])),
        ),
        (
            "29",
            "A controller of 29 bytes",
            leaf(encode(&[&[0x5a; 29]])),
        ),
        (
            "twice",
            "The same controller twice",
            leaf(encode(&[&one, &one])),
        ),
        ("pruned", "The controllers pruned", gap("controllers")),
    ] {
        let vector = Vector::accept(format!("controllers-{slug}"), title, ask(&of(tree), &read));
        file.add(
            vector
                .clauses(&["STATE-15", "LOOKUP-13"])
                .note("List")
                .note("ToldApart")
                .high(),
        );
    }
    let vector = Vector::accept(
        "controllers-untagged-replica",
        "A list without tag, where the tag is optional",
        ask(&of(leaf(list(&[&one]).encode())), &read),
    );
    file.add(vector.replica().clauses(&["STATE-15"]).note("List"));
    let absent = ask(
        &with_entry(
            b"canister",
            dir(&[(&id, dir(&[(b"a", gap("a")), (b"d", gap("d"))]))]),
        ),
        &read,
    );
    let vector = Vector::accept("controllers-absent", "No controllers entry", absent);
    file.add(vector.clauses(&["STATE-15", "LOOKUP-13"]).note("ToldApart"));
    for (slug, title, bytes, twin, mutation) in [
        (
            "untagged",
            "A list without tag",
            list(&[&one]).encode(),
            "one",
            "the tag left out",
        ),
        (
            "30",
            "A controller of 30 bytes",
            encode(&[&[0x5a; 30]]),
            "29",
            "one more byte",
        ),
        (
            "trailing",
            "A byte after the list",
            [encode(&[&one]), vec![0]].concat(),
            "one",
            "00 appended",
        ),
    ] {
        let vector = Vector::reject(
            "STATE-15",
            format!("controllers-{slug}"),
            title,
            ask(&of(leaf(bytes)), &read),
            format!("controllers-{twin}"),
            mutation,
        );
        file.add(vector.note("List").high());
    }
}
