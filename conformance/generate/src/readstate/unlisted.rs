//! Paths that have none of the listed forms.

use model::crypto::sha256;
use serde_json::json;

use super::{Ask, At, OP, Path, access_note, node, path, user};
use crate::certificate::fixture::{OTHER, SUBNET, member};
use crate::vector::Answer;
use crate::{Suite, Vector};

pub(super) fn unlisted(suite: &mut Suite) {
    let mut file = suite.file(OP, "unlisted", "readstate::unlisted");
    access_note(&mut file);
    let (subnet, canister, node) = (SUBNET.id(), member(), node(1));
    let request = sha256(b"request");
    let at_canister: Vec<(&str, &str, Path, &str, &str)> = vec![
        (
            "empty",
            "The empty path",
            path(&[]),
            "time",
            "the label left out",
        ),
        (
            "requests",
            "All requests",
            path(&[b"request_status"]),
            "request",
            "the id left out",
        ),
        (
            "canisters",
            "All canisters",
            path(&[b"canister"]),
            "module-hash",
            "all but the first label left out",
        ),
        (
            "canister",
            "All about a canister",
            path(&[b"canister", &canister]),
            "module-hash",
            "the last label left out",
        ),
        (
            "all-metadata",
            "All metadata of a canister",
            path(&[b"canister", &canister, b"metadata"]),
            "metadata",
            "the name left out",
        ),
        (
            "canister-unknown",
            "An unknown label below a canister",
            path(&[b"canister", &canister, b"balance"]),
            "module-hash",
            "another label",
        ),
        (
            "metadata-below",
            "A label below a metadata section",
            path(&[b"canister", &canister, b"metadata", b"a", b"b"]),
            "metadata",
            "one more label",
        ),
        (
            "module-hash-below",
            "A label below the module hash",
            path(&[b"canister", &canister, b"module_hash", b""]),
            "module-hash",
            "one more label, which is empty",
        ),
        (
            "time-below",
            "A label below the time",
            path(&[b"time", b"now"]),
            "time",
            "one more label",
        ),
        (
            "time-upper",
            "The time in capitals",
            path(&[b"Time"]),
            "time",
            "t → T",
        ),
        (
            "subnet-unknown",
            "An unknown label below a subnet",
            path(&[b"subnet", &subnet, b"status"]),
            "subnet-type",
            "another label",
        ),
        (
            "subnet-key-below",
            "A label below a subnet's key",
            path(&[b"subnet", &subnet, b"public_key", b"0"]),
            "subnet-key",
            "one more label",
        ),
        (
            "node-unknown",
            "An unknown label below a node",
            path(&[b"subnet", &subnet, b"node", &node, b"ip"]),
            "node-key",
            "another label",
        ),
        (
            "node-key-below",
            "A label below a node's key",
            path(&[b"subnet", &subnet, b"node", &node, b"public_key", b"0"]),
            "node-key",
            "one more label",
        ),
        (
            "boundary-node-below",
            "A label below a boundary node's domain",
            path(&[b"api_boundary_nodes", &node, b"domain", b"0"]),
            "boundary-node-domain",
            "one more label",
        ),
        (
            "request-below",
            "A label below a request's reply",
            path(&[b"request_status", &request, b"reply", b"0"]),
            "request-reply",
            "one more label",
        ),
        (
            "unknown",
            "An unknown label",
            path(&[b"streams"]),
            "time",
            "another label",
        ),
        (
            "slash",
            "One label with a slash",
            path(&[&[b"subnet/".as_slice(), &subnet].concat()]),
            "subnet",
            "two labels joined with a slash",
        ),
        (
            "slash-name",
            "One label that says subnet/xyz",
            path(&[b"subnet/xyz"]),
            "subnets",
            "another label",
        ),
        (
            "leading-slash",
            "An empty label in front",
            path(&[b"", b"time"]),
            "time",
            "an empty label in front",
        ),
    ];
    let mut add = |slug: &str, title: &str, at: At, labels: Path, twin: String, mutation: &str| {
        // A label too many below a node, a request or a canister may be said to be an unknown one.
        let also: &[&str] = match labels.first().map(Vec::as_slice) {
            Some(b"api_boundary_nodes") => &["READ-11"],
            Some(b"request_status") => &["READ-17"],
            Some(b"canister") => &["READ-22", "READ-23"],
            Some(b"canister_ranges") => &["READ-12"],
            Some(b"subnet") => &["READ-13", "READ-16"],
            _ => &[],
        };
        let vector = Vector::reject(
            "READ-9",
            slug,
            title,
            Ask::new(at, vec![labels]).input(),
            twin,
            mutation,
        );
        file.add(vector.also(also).clauses(&["READ-3"]).note("Access").high());
    };
    for (slug, title, labels, twin, mutation) in at_canister {
        let twin = format!("{twin}-at-v3-canister");
        add(
            &format!("unlisted-{slug}"),
            title,
            At::canister(),
            labels,
            twin,
            mutation,
        );
    }
    for (slug, title, labels, twin, mutation) in [
        (
            "ranges",
            "The ranges of all subnets",
            path(&[b"canister_ranges"]),
            "canister-ranges",
            "the id left out",
        ),
        (
            "shard",
            "One shard of a subnet's ranges",
            path(&[b"canister_ranges", &subnet, &member()]),
            "canister-ranges",
            "one more label",
        ),
        (
            "metrics-below",
            "A label below a subnet's metrics",
            path(&[b"subnet", &subnet, b"metrics", b"0"]),
            "metrics",
            "one more label",
        ),
    ] {
        let twin = format!("{twin}-at-v3-subnet");
        add(
            &format!("unlisted-{slug}"),
            title,
            At::subnet(),
            labels,
            twin,
            mutation,
        );
    }
    let last = "unlisted-after-listed";
    let paths = vec![path(&[b"time"]), path(&[b"subnet"]), path(&[b"canister"])];
    let vector = Vector::reject(
        "READ-9",
        last,
        "An unlisted path after two listed ones",
        Ask::new(At::canister(), paths).input(),
        "time-at-v3-canister",
        "two more paths",
    );
    file.add(vector.note("Access").critical());

    for (slug, title, clause, labels, at, twin, mutation) in [
        (
            "boundary-node-port",
            "The port of an API boundary node",
            "READ-11",
            path(&[b"api_boundary_nodes", &node, b"port"]),
            At::canister(),
            "boundary-node-domain-at-v3-canister",
            "another label",
        ),
        (
            "request-sender",
            "The sender of a request",
            "READ-17",
            path(&[b"request_status", &request, b"sender"]),
            At::canister(),
            "request-status-at-v3-canister",
            "another label",
        ),
        (
            "request-slash",
            "A label with a slash below a request",
            "READ-17",
            path(&[b"request_status", &request, b"status/"]),
            At::canister(),
            "request-status-at-v3-canister",
            "a slash at the end",
        ),
        (
            "foreign-metrics",
            "The metrics of another subnet",
            "READ-16",
            path(&[b"subnet", &OTHER.id(), b"metrics"]),
            At::subnet(),
            "metrics-at-v3-subnet",
            "another subnet",
        ),
        (
            "foreign-metrics-v2",
            "The metrics of another subnet at v2",
            "READ-16",
            path(&[b"subnet", &OTHER.id(), b"metrics"]),
            At::Subnet(2, SUBNET.id()),
            "metrics-at-v2-subnet",
            "another subnet",
        ),
    ] {
        let input = Ask::new(at, vec![labels]).input();
        let vector = Vector::reject(clause, slug, title, input, twin, mutation);
        file.add(vector.note("Access").high());
    }
    let ask = Ask {
        sender: vec![4],
        ..Ask::new(At::canister(), vec![path(&[b"time"])])
    };
    let vector = Vector::accept(
        "time-anonymous",
        "The time, for the anonymous user",
        ask.input(),
    );
    file.add(vector.clauses(&["READ-10", "READ-9"]).note("Access"));
    let ask = Ask::new(At::subnet(), vec![path(&[b"subnet", &OTHER.id(), b"node"])]);
    let vector = Vector::accept("nodes-foreign", "The nodes of another subnet", ask.input());
    file.add(vector.clauses(&["READ-13"]).note("Access"));
}

/// Ids of subnets and nodes in paths.
pub(super) fn ids(suite: &mut Suite) {
    let mut file = suite.file(OP, "ids", "readstate::ids");
    file.note(
        "Ids",
        "EDGE_CASE",
        "Where a form names a subnet or a node, any principal will do; whether there is one is not asked.",
        "Strict: subnets and nodes with ids of another class or length can't be read about.",
    );
    for length in [0, 1, 10, 28, 29] {
        let id: Vec<u8> = user(0x55).into_iter().rev().take(length).collect();
        for (slug, what, at, labels) in [
            (
                "subnet",
                "a subnet",
                At::canister(),
                path(&[b"subnet", &id]),
            ),
            (
                "subnet-type",
                "a subnet with a label after it",
                At::canister(),
                path(&[b"subnet", &id, b"type"]),
            ),
            (
                "node",
                "a node",
                At::canister(),
                path(&[b"subnet", &user(3), b"node", &id]),
            ),
            (
                "node-key",
                "a node with a label after it",
                At::canister(),
                path(&[b"subnet", &user(3), b"node", &id, b"public_key"]),
            ),
        ] {
            let vector = Vector::accept(
                format!("id-{slug}-{length}"),
                format!("An id of {length} bytes for {what}"),
                Ask::new(at, vec![labels]).input(),
            );
            file.add(vector.clauses(&["READ-13", "READ-9"]).note("Ids"));
        }
    }
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text says that there stands an id, and not what happens if it can't be one.",
        "None; the report says which way an implementation went.",
    );
    let long = [0x55; 30];
    for (slug, what, at, labels) in [
        (
            "subnet",
            "a subnet",
            At::canister(),
            path(&[b"subnet", &long]),
        ),
        (
            "node",
            "a node",
            At::canister(),
            path(&[b"subnet", &user(3), b"node", &long]),
        ),
        (
            "boundary-node",
            "an API boundary node",
            At::canister(),
            path(&[b"api_boundary_nodes", &long]),
        ),
        (
            "ranges",
            "sharded ranges",
            At::subnet(),
            path(&[b"canister_ranges", &long]),
        ),
    ] {
        let vector = Vector::either(
            "read_state.long_ids",
            format!("id-{slug}-30"),
            format!("30 bytes for {what}"),
            Ask::new(at, vec![labels]).input(),
        );
        let vector = vector
            .by("reject", Answer::Reject)
            .by("accept", Answer::Accept(json!({})));
        file.add(vector.clauses(&["READ-9"]).note("Open"));
    }
}
