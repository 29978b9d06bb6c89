//! What a client checks about the certificate of a read: the scope of each endpoint.

use model::cbor::Item;
use model::input::hex;
use serde_json::{Value, json};

use crate::certificate::fixture::{
    OTHER, ROOT, Range, SUBNET, Topology, canister, delegated, dir, for_canister, for_member, gap,
    input, leaf, leb128, member, shards, signed, state, usual, with,
};
use crate::{Suite, Vector};

/// READ-25 to READ-28.
pub(super) fn ranges(suite: &mut Suite) {
    let mut file = suite.file(
        "certificate.verify",
        "read-endpoints",
        "readstate::certificates",
    );
    file.note(
        "Endpoint",
        "AUTH_BYPASS",
        "A client checks the answer to a read by the endpoint that it asked: v2 by the flat list, v3 by the shards, a subnet's by the id.",
        "Lax: another subnet answers for the canister. Strict: right answers are not believed.",
    );
    let list: Vec<Range> = shards().concat();
    let flat = Topology::with_ranges(None, Some(&list));
    let sharded = Topology::sharded();
    let outside = canister(1);
    let ask = |topology: &Topology, id: &[u8], ranges: &str| {
        let input = input(&delegated(&state(), topology), &for_canister(id));
        with(input, &json!({"ranges": ranges}))
    };
    let of_subnet = |id: &[u8]| json!({"subnet": hex(id)});
    let root = signed(&state(), ROOT);
    let accepts: Vec<(&str, &str, Value)> = vec![
        (
            "v2",
            "A read at v2, the flat list shown",
            ask(&flat, &member(), "flat"),
        ),
        (
            "v3",
            "A read at v3, the shards shown",
            ask(&sharded, &member(), "sharded"),
        ),
        (
            "subnet",
            "A read at a subnet endpoint",
            input(&usual(), &of_subnet(&SUBNET.id())),
        ),
        (
            "subnet-no-ranges",
            "A read at a subnet endpoint, no ranges shown",
            input(
                &delegated(&state(), &Topology::with_ranges(None, None)),
                &of_subnet(&SUBNET.id()),
            ),
        ),
        (
            "root-v2",
            "A read at v2, answered by the root subnet",
            with(input(&root, &for_member()), &json!({"ranges": "flat"})),
        ),
        (
            "root-v3",
            "A read at v3, answered by the root subnet",
            with(input(&root, &for_member()), &json!({"ranges": "sharded"})),
        ),
        (
            "root-subnet",
            "A read at the endpoint of the root subnet",
            input(&root, &of_subnet(&ROOT.id())),
        ),
    ];
    let clauses = ["READ-25", "READ-26", "READ-27", "READ-28"];
    for (slug, title, input) in accepts {
        let vector = Vector::accept(format!("read-{slug}"), title, input);
        file.add(vector.clauses(&clauses).note("Endpoint").high());
    }
    let gone = Topology {
        shards: Some(gap("ranges")),
        ..sharded.clone()
    };
    let rejects: Vec<(&str, &str, &str, &str, Value, &str, &str)> = vec![
        (
            "READ-25",
            "SDEL-7",
            "v2-outside",
            "A read at v2 of a canister outside the flat list",
            ask(&flat, &outside, "flat"),
            "v2",
            "another canister",
        ),
        (
            "READ-25",
            "SDEL-7",
            "v2-sharded",
            "A read at v2, only the shards shown",
            ask(&sharded, &member(), "flat"),
            "v2",
            "shards instead of the flat list",
        ),
        (
            "READ-26",
            "SDEL-7",
            "v3-outside",
            "A read at v3 of a canister outside the shards",
            ask(&sharded, &outside, "sharded"),
            "v3",
            "another canister",
        ),
        (
            "READ-26",
            "SDEL-7",
            "v3-flat",
            "A read at v3, only the flat list shown",
            ask(&flat, &member(), "sharded"),
            "v3",
            "the flat list instead of shards",
        ),
        (
            "READ-26",
            "SDEL-7",
            "v3-pruned",
            "A read at v3, the shards pruned",
            ask(&gone, &member(), "sharded"),
            "v3",
            "the shards pruned",
        ),
        (
            "READ-27",
            "CERT-11",
            "subnet-other",
            "A read at the endpoint of another subnet",
            input(&usual(), &of_subnet(&OTHER.id())),
            "subnet",
            "another subnet in the URL",
        ),
        (
            "READ-27",
            "CERT-11",
            "subnet-root",
            "A read at the endpoint of the root subnet, answered by another",
            input(&usual(), &of_subnet(&ROOT.id())),
            "subnet",
            "the root subnet in the URL",
        ),
    ];
    for (about, clause, slug, title, input, twin, mutation) in rejects {
        let vector = Vector::reject(
            clause,
            format!("read-{slug}"),
            title,
            input,
            format!("read-{twin}"),
            mutation,
        );
        let vector = vector.also(&[about]).clauses(&[about]);
        file.add(vector.note("Endpoint").critical());
    }
}

/// READ-31.
pub(super) fn controllers(suite: &mut Suite) {
    let mut file = suite.file("state.read", "controllers-order", "readstate::certificates");
    file.note(
        "Order",
        "INTEROP",
        "The text fixes no order of controllers.",
        "Strict: the controllers of some canisters can't be read.",
    );
    let id = member();
    let (first, second) = (canister(1), canister(2));
    for (slug, title, ids) in [
        (
            "ascending",
            "Controllers in ascending order",
            [&first, &second],
        ),
        (
            "descending",
            "Controllers in descending order",
            [&second, &first],
        ),
    ] {
        let list = Item::Array(ids.iter().map(|id| Item::bytes(id)).collect());
        let list = leaf(list.self_described().encode());
        let tree = dir(&[
            (b"canister", dir(&[(&id, dir(&[(b"controllers", list)]))])),
            (b"time", leaf(leb128(crate::certificate::fixture::TIME))),
        ]);
        let read = json!({"read": {"kind": "controllers", "canister": hex(&id)}});
        let input = with(input(&signed(&tree, ROOT), &json!("none")), &read);
        let vector = Vector::accept(format!("controllers-{slug}"), title, input);
        file.add(vector.clauses(&["READ-31", "STATE-15"]).note("Order"));
    }
}
