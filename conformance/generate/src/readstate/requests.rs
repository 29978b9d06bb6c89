//! Reads of requests: whose they are, and where they went.

use model::crypto::sha256;
use model::input::hex;
use serde_json::{Value, json};

use super::{Ask, At, OP, Path, access_note, path, user};
use crate::certificate::fixture::{OTHER, SUBNET, canister, member};
use crate::{Suite, Vector};

/// A path below a request, or the request itself for an empty label.
pub(super) fn of(name: &str, label: &str) -> Path {
    let id = sha256(name.as_bytes());
    if label.is_empty() {
        path(&[b"request_status", &id])
    } else {
        path(&[b"request_status", &id, label.as_bytes()])
    }
}

/// A request that the replica knows.
pub(super) fn known(name: &str, sender: &[u8], canister_id: &[u8], effective_id: &[u8]) -> Value {
    json!({
        "request_id": hex(&sha256(name.as_bytes())),
        "sender": hex(sender),
        "canister_id": hex(canister_id),
        "effective_id": hex(effective_id),
    })
}

const CLAUSES: &[&str] = &[
    "READ-17", "READ-18", "READ-19", "READ-20", "READ-33", "DELEG-17",
];

pub(super) fn requests(suite: &mut Suite) {
    let mut file = suite.file(OP, "requests", "readstate::requests");
    access_note(&mut file);
    let mine = || vec![known("a", &user(1), &member(), &member())];
    let asked = |paths: Vec<Path>| Ask {
        requests: mine(),
        ..Ask::new(At::canister(), paths)
    };
    let status = || vec![of("a", "status")];
    let created = || vec![known("a", &user(1), &[], &SUBNET.id())];
    let accepts: Vec<(&str, &str, Ask)> = vec![
        ("known", "The sender's own request", asked(status())),
        (
            "known-root",
            "All about the sender's own request",
            asked(vec![of("a", "")]),
        ),
        (
            "known-all",
            "All six paths of the sender's own request",
            asked(
                [
                    "",
                    "status",
                    "reply",
                    "reject_code",
                    "reject_message",
                    "error_code",
                ]
                .map(|label| of("a", label))
                .to_vec(),
            ),
        ),
        (
            "known-anonymous",
            "A request of the anonymous user",
            Ask {
                sender: vec![4],
                requests: vec![known("a", &[4], &member(), &member())],
                ..Ask::new(At::canister(), status())
            },
        ),
        (
            "known-management",
            "A call to the management canister about this one",
            Ask {
                requests: vec![known("a", &user(1), &[], &member())],
                ..Ask::new(At::canister(), status())
            },
        ),
        (
            "known-subnet",
            "A call to the management canister about this subnet",
            Ask {
                requests: created(),
                ..Ask::new(At::subnet(), status())
            },
        ),
        (
            "known-v2",
            "The sender's own request at v2",
            Ask {
                at: At::Canister(2, member()),
                ..asked(status())
            },
        ),
        (
            "unknown",
            "A request that is unknown, while another is known",
            asked(vec![of("b", "status")]),
        ),
        (
            "unknown-foreign",
            "A request that is unknown, while a foreign one is known",
            Ask {
                requests: vec![known("a", &user(2), &canister(1), &canister(1))],
                ..Ask::new(At::canister(), vec![of("b", "status")])
            },
        ),
        (
            "same-twice",
            "The same path twice",
            asked(vec![of("a", "status"), of("a", "status")]),
        ),
        (
            "same-apart",
            "Two paths of one request around another path",
            asked(vec![of("a", "status"), path(&[b"time"]), of("a", "reply")]),
        ),
    ];
    for (slug, title, ask) in accepts {
        let vector = Vector::accept(slug, title, ask.input());
        file.add(vector.clauses(CLAUSES).note("Access").high());
    }
    let rejects: Vec<(&str, &str, &str, Ask, &str, &str)> = vec![
        (
            "READ-18",
            "foreign",
            "The request of another sender",
            Ask {
                sender: user(2),
                ..asked(status())
            },
            "known",
            "another reader",
        ),
        (
            "READ-18",
            "foreign-root",
            "All about the request of another sender",
            Ask {
                sender: user(2),
                ..asked(vec![of("a", "")])
            },
            "known-root",
            "another reader",
        ),
        (
            "READ-18",
            "foreign-reply",
            "The reply to another sender",
            Ask {
                sender: user(2),
                ..asked(vec![of("a", "reply")])
            },
            "known-all",
            "another reader, one path",
        ),
        (
            "READ-18",
            "foreign-anonymous-reader",
            "The anonymous user reads someone's request",
            Ask {
                sender: vec![4],
                ..asked(status())
            },
            "known",
            "the anonymous reader",
        ),
        (
            "READ-18",
            "foreign-anonymous",
            "Someone reads a request of the anonymous user",
            Ask {
                requests: vec![known("a", &[4], &member(), &member())],
                ..Ask::new(At::canister(), status())
            },
            "known-anonymous",
            "another reader",
        ),
        (
            "READ-19",
            "elsewhere",
            "A request to another canister",
            Ask {
                requests: vec![known("a", &user(1), &canister(1), &canister(1))],
                ..Ask::new(At::canister(), status())
            },
            "known",
            "another destination of the request",
        ),
        (
            "READ-19",
            "elsewhere-url",
            "A request to this canister, read at another",
            Ask {
                at: At::Canister(3, canister(1)),
                ..asked(status())
            },
            "known",
            "another canister in the URL",
        ),
        (
            "READ-19",
            "elsewhere-management",
            "A call to the management canister about another canister",
            Ask {
                requests: vec![known("a", &user(1), &[], &canister(1))],
                ..Ask::new(At::canister(), status())
            },
            "known-management",
            "another effective id of the request",
        ),
        (
            "READ-19",
            "elsewhere-subnet",
            "A call about another subnet",
            Ask {
                requests: vec![known("a", &user(1), &[], &OTHER.id())],
                ..Ask::new(At::subnet(), status())
            },
            "known-subnet",
            "another effective id of the request",
        ),
        (
            "READ-19",
            "canister-at-subnet",
            "A call to a canister, read at its subnet",
            Ask {
                at: At::subnet(),
                ..asked(status())
            },
            "known",
            "the endpoint of the subnet",
        ),
        (
            "READ-20",
            "two-ids",
            "Two unknown requests",
            Ask::new(At::canister(), vec![of("a", "status"), of("b", "status")]),
            "same-twice",
            "another request id in the second path",
        ),
        (
            "READ-20",
            "two-ids-apart",
            "Two unknown requests with another path between them",
            Ask::new(
                At::canister(),
                vec![of("a", "status"), path(&[b"time"]), of("b", "reply")],
            ),
            "same-apart",
            "another request id in the last path",
        ),
        (
            "READ-20",
            "two-ids-own",
            "Two requests, both of the sender",
            Ask {
                requests: ["a", "b"]
                    .map(|name| known(name, &user(1), &member(), &member()))
                    .to_vec(),
                ..Ask::new(At::canister(), vec![of("a", ""), of("b", "")])
            },
            "known-root",
            "one more request",
        ),
    ];
    for (clause, slug, title, ask, twin, mutation) in rejects {
        let vector = Vector::reject(clause, slug, title, ask.input(), twin, mutation);
        file.add(vector.clauses(CLAUSES).note("Access").critical());
    }
    for length in [0_usize, 20, 31, 33, 64] {
        let id = [sha256(b"a"), sha256(b"b")].concat();
        let id = id.get(..length).unwrap_or_default();
        for (slug, labels, twin) in [
            ("", path(&[b"request_status", id]), "request-at-v3-canister"),
            (
                "-status",
                path(&[b"request_status", id, b"status"]),
                "request-status-at-v3-canister",
            ),
        ] {
            let vector = Vector::reject(
                "READ-33",
                format!("rid-{length}{slug}"),
                format!("A request id of {length} bytes"),
                Ask::new(At::canister(), vec![labels]).input(),
                twin,
                "another length",
            );
            file.add(vector.also(&["READ-9"]).note("Access"));
        }
    }
    let hex_id = hex(&sha256(b"a"));
    let vector = Vector::reject(
        "READ-33",
        "rid-hex",
        "A request id in hexadecimal digits",
        Ask::new(
            At::canister(),
            vec![path(&[b"request_status", hex_id.as_bytes(), b"status"])],
        )
        .input(),
        "request-status-at-v3-canister",
        "bytes → hexadecimal digits",
    );
    file.add(vector.also(&["READ-9"]).note("Access"));
}
