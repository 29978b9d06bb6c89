//! Reads about canisters.

use model::input::hex;
use serde_json::{Value, json};

use super::{Ask, At, OP, Path, access_note, path, user};
use crate::certificate::fixture::{canister, member};
use crate::{Suite, Vector};

/// A public section.
pub(super) fn public() -> Value {
    json!({"name": "candid:service", "private": false})
}

/// A private section.
pub(super) fn private() -> Value {
    json!({"name": "motoko:stable-types", "private": true})
}

/// A canister with these sections, which the usual user doesn't control.
pub(super) fn with_sections(id: &[u8], sections: &[Value]) -> Value {
    controlled(id, &[&user(9)], sections)
}

fn controlled(id: &[u8], controllers: &[&[u8]], sections: &[Value]) -> Value {
    let controllers: Vec<_> = controllers.iter().map(|id| hex(id)).collect();
    json!({"id": hex(id), "controllers": controllers, "metadata": sections})
}

fn section(name: &[u8]) -> Path {
    path(&[b"canister", &member(), b"metadata", name])
}

const CLAUSES: &[&str] = &["READ-3", "READ-9", "READ-22", "READ-23"];

pub(super) fn canisters(suite: &mut Suite) {
    information(suite);
    metadata(suite);
}

fn information(suite: &mut Suite) {
    let mut file = suite.file(OP, "canisters", "readstate::canisters");
    access_note(&mut file);
    let foreign = canister(1);
    for (twin, label) in [
        ("module-hash", "module_hash"),
        ("controllers", "controllers"),
        ("creation-time", "canister_creation_timestamp"),
        ("install-time", "last_install_timestamp"),
    ] {
        let foreign = path(&[b"canister", &foreign, label.as_bytes()]);
        let vector = Vector::reject(
            "READ-22",
            format!("{twin}-foreign"),
            format!("{label} of another canister"),
            Ask::new(At::canister(), vec![foreign]).input(),
            format!("{twin}-at-v3-canister"),
            "another canister in the path",
        );
        file.add(vector.note("Access").high());

        // A subnet may happen to be named like a canister.
        let named = path(&[b"canister", &member(), label.as_bytes()]);
        let vector = Vector::reject(
            "READ-22",
            format!("{twin}-subnet-of-that-name"),
            format!("{label} at the endpoint of a subnet with the canister's id"),
            Ask::new(At::Subnet(3, member()), vec![named]).input(),
            format!("{twin}-at-v3-canister"),
            "a subnet endpoint with the same id",
        );
        file.add(vector.note("Access"));
    }
    let management = path(&[b"canister", b"", b"module_hash"]);
    let vector = Vector::reject(
        "READ-22",
        "management-module-hash",
        "module_hash of the management canister, at another canister",
        Ask::new(At::canister(), vec![management]).input(),
        "module-hash-at-v3-canister",
        "the management canister in the path",
    );
    file.add(vector.note("Access"));
    for (slug, title, id, at) in [
        (
            "certified-data",
            "Certified data of the canister",
            member(),
            At::canister(),
        ),
        (
            "certified-data-v2",
            "Certified data of the canister at v2",
            member(),
            At::Canister(2, member()),
        ),
    ] {
        let labels = path(&[b"canister", &id, b"certified_data"]);
        let vector = Vector::reject(
            "READ-24",
            slug,
            title,
            Ask::new(at, vec![labels]).input(),
            "module-hash-at-v3-canister",
            "another label",
        );
        file.add(vector.also(&["READ-9", "READ-22"]).note("Access").high());
    }
}

fn metadata(suite: &mut Suite) {
    let mut file = suite.file(OP, "metadata", "readstate::metadata");
    file.note(
        "Sections",
        "AUTH_BYPASS",
        "A private section is for the canister's controllers. That a section doesn't exist is no secret.",
        "Lax: private sections leak. Strict: clients don't learn that a section isn't there.",
    );
    let private_name = b"motoko:stable-types".as_slice();
    let both = || vec![with_sections(&member(), &[public(), private()])];
    let owned = || {
        vec![controlled(
            &member(),
            &[&user(9), &user(1)],
            &[public(), private()],
        )]
    };
    let read = |canisters: Vec<Value>, name: &[u8]| Ask {
        canisters,
        ..Ask::new(At::canister(), vec![section(name)])
    };
    let named = |name: &str| {
        let section = json!({"name": name, "private": false});
        vec![with_sections(&member(), &[section])]
    };
    let accepts: Vec<(&str, &str, Ask)> = vec![
        (
            "public",
            "A public section",
            read(both(), b"candid:service"),
        ),
        (
            "controller",
            "A private section, for a controller",
            read(owned(), private_name),
        ),
        (
            "controller-public",
            "A public section, for a controller",
            read(owned(), b"candid:service"),
        ),
        (
            "no-canister",
            "A canister that doesn't exist",
            read(Vec::new(), private_name),
        ),
        (
            "empty-canister",
            "An empty canister",
            read(vec![with_sections(&member(), &[])], private_name),
        ),
        (
            "no-section",
            "A section that doesn't exist",
            read(both(), b"git_commit_id"),
        ),
        (
            "prefix",
            "A section whose name is the beginning of a private one's",
            read(both(), b"motoko"),
        ),
        (
            "other-private",
            "A section that is private in another canister",
            read(
                vec![
                    with_sections(&canister(1), &[private()]),
                    with_sections(&member(), &[public()]),
                ],
                private_name,
            ),
        ),
        (
            "empty-name",
            "A section without a name",
            read(named(""), b""),
        ),
        (
            "slash",
            "A section with a slash in its name",
            read(named("a/b"), b"a/b"),
        ),
        (
            "utf-8",
            "A section with a name beyond ASCII",
            read(named("métadonnées 🗝"), "métadonnées 🗝".as_bytes()),
        ),
        (
            "nul",
            "A section with a NUL in its name",
            read(named("a\0b"), b"a\0b"),
        ),
        (
            "anonymous",
            "A public section, for the anonymous user",
            Ask {
                sender: vec![4],
                ..read(both(), b"candid:service")
            },
        ),
        (
            "self",
            "A private section, for the canister itself, which is its controller",
            Ask {
                sender: member(),
                canisters: vec![controlled(&member(), &[&member()], &[private()])],
                ..Ask::new(At::canister(), vec![section(private_name)])
            },
        ),
    ];
    for (slug, title, ask) in accepts {
        let vector = Vector::accept(format!("metadata-{slug}"), title, ask.input());
        file.add(vector.clauses(CLAUSES).note("Sections").high());
    }
    let theirs = || {
        vec![
            controlled(&canister(1), &[&user(1)], &[private()]),
            with_sections(&member(), &[private()]),
        ]
    };
    let rejects: Vec<(&str, &str, Ask, &str, &str)> = vec![
        (
            "private",
            "A private section, for someone else",
            read(both(), private_name),
            "controller",
            "the reader is no controller",
        ),
        (
            "private-anonymous",
            "A private section, for the anonymous user",
            Ask {
                sender: vec![4],
                ..read(owned(), private_name)
            },
            "controller",
            "the anonymous reader",
        ),
        (
            "private-no-controllers",
            "A private section of a canister without controllers",
            read(vec![controlled(&member(), &[], &[private()])], private_name),
            "controller",
            "no controllers",
        ),
        (
            "private-other-controller",
            "A private section, for a controller of another canister",
            read(theirs(), private_name),
            "controller",
            "the reader controls another canister",
        ),
        (
            "private-second-path",
            "A private section in the second path",
            Ask {
                canisters: both(),
                ..Ask::new(
                    At::canister(),
                    vec![section(b"candid:service"), section(private_name)],
                )
            },
            "public",
            "one more path",
        ),
        (
            "foreign",
            "A public section of another canister",
            Ask {
                at: At::Canister(3, canister(1)),
                ..read(both(), b"candid:service")
            },
            "public",
            "another canister in the URL",
        ),
        (
            "not-utf-8",
            "A name that is not UTF-8",
            read(both(), b"\xff"),
            "no-section",
            "another name",
        ),
        (
            "surrogate",
            "A name with an encoded surrogate",
            read(both(), b"a\xed\xa0\x80"),
            "no-section",
            "another name",
        ),
        (
            "not-utf-8-no-canister",
            "A name that is not UTF-8, of a canister that doesn't exist",
            read(Vec::new(), b"\xc3\x28"),
            "no-canister",
            "another name",
        ),
    ];
    for (slug, title, ask, twin, mutation) in rejects {
        let vector = Vector::reject(
            "READ-23",
            format!("metadata-{slug}"),
            title,
            ask.input(),
            format!("metadata-{twin}"),
            mutation,
        );
        file.add(vector.note("Sections").critical());
    }
}
