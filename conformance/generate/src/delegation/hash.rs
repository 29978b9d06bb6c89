//! Vectors of `delegation.hash` and `delegation.sign`.

use model::crypto::test_seed;
use model::input::hex;
use serde_json::{Value, json};

use super::grant::Grant;
use super::{LATER, session};
use crate::certificate::fixture::member;
use crate::{Suite, Vector};

const CLAUSES: &[&str] = &["DELEG-2", "DELEG-21", "PERM-7", "REQID-17", "REQID-9"];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file("delegation.hash", "members", "delegation::hash");
    file.note(
        "Members",
        "INTEROP",
        "The hash covers the members that are there, and no others.",
        "A delegation signed here does not verify elsewhere, or a restriction can be stripped.",
    );
    for (slug, title, grant, hash) in published() {
        let mut vector = Vector::accept(slug, title, json!({"delegation": grant.json()}))
            .clauses(CLAUSES)
            .note("Members")
            .high();
        if let Some(hash) = hash {
            vector = vector.output(json!({"hash": hash}));
        }
        file.add(vector);
    }

    let long = Grant::to_key(&[1, 2, 3])
        .until(0)
        .for_targets(&[vec![0x41; 30]]);
    file.add(
        Vector::reject(
            "DELEG-15",
            "long-target",
            "A target of 30 bytes",
            json!({"delegation": long.json()}),
            "one-target",
            "a longer target",
        )
        .also(&["PRIN-1"])
        .note("Members"),
    );

    let mut file = suite.file("delegation.sign", "members", "delegation::hash");
    file.note(
        "Members",
        "INTEROP",
        "The signature covers separator and hash.",
        "A delegation signed here does not verify elsewhere, or its signature serves another purpose.",
    );
    for (slug, title, grant, _) in published() {
        let input: Value = json!({
            "secret_key": hex(&test_seed("delegation/user")),
            "delegation": grant.json(),
        });
        file.add(
            Vector::accept(slug, title, input)
                .clauses(CLAUSES)
                .note("Members")
                .high(),
        );
    }
}

/// Delegations, some with a hash that was computed without the model.
fn published() -> Vec<(&'static str, &'static str, Grant, Option<&'static str>)> {
    let short = || Grant::to_key(&[1, 2, 3]).until(0);
    let real = || Grant::to(&session(0)).until(LATER);
    vec![
        (
            "required-only",
            "Key and expiration",
            short(),
            Some("6ccc91d777f1a2b156834c0f8b879f3cdc0a57ecef1dd80f1e1a9f2129b082a0"),
        ),
        (
            "queries",
            "With the permissions queries",
            short().allowing("queries"),
            Some("ccd2f0fb7d7613ea7e7d82e8214d256681649a10b0456cacef27ceb65221abf9"),
        ),
        (
            "all",
            "With the permissions all, which say what absence says",
            short().allowing("all"),
            Some("c25c655cd8b67faf5db4625a433e1c50fb4dc8bdb5df3757eabf3c44dea96a40"),
        ),
        (
            "one-target",
            "With one target",
            short().for_targets(&[vec![4, 5, 6]]),
            Some("b2618a8a598acdfed74a4b70b1eb4a8e449174c79e43ac2962f85cc2228ff868"),
        ),
        (
            "no-target",
            "With an empty list of targets",
            short().for_targets(&[]),
            Some("8b489d2dbb91043ef49f78b000af98c79d463604a36db153d32e092da3b5f835"),
        ),
        (
            "end-of-time",
            "The greatest expiration",
            short().until(u64::MAX),
            Some("9f9aae8a7337c4ca54abcf63a08e337eaf79082e74baf90125318167b49ebdc5"),
        ),
        ("real-key", "An Ed25519 key", real(), None),
        (
            "everything",
            "With targets and permissions",
            real().for_targets(&[member(), vec![]]).allowing("queries"),
            None,
        ),
        (
            "repeated-target",
            "A target twice, which is hashed twice",
            real().for_targets(&[member(), member()]),
            None,
        ),
        (
            "descending-targets",
            "Targets are hashed in the order they have",
            real().for_targets(&[vec![2], vec![1]]),
            None,
        ),
        (
            "empty-key",
            "An empty key, which is hashed as any other",
            Grant::to_key(&[]),
            None,
        ),
    ]
}
