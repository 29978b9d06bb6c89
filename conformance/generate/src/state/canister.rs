//! Certified data, module hash, metadata.

use model::input::hex;
use serde_json::{Value, json};

use super::{OP, Parts, ask, told_apart, with_entry};
use crate::certificate::fixture::{canister, dir, gap, leaf};
use crate::{Suite, Vector};

pub(super) fn canisters(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister", "state::canister");
    told_apart(&mut file);
    file.note(
        "Values",
        "BASIC",
        "What the state says about a canister.",
        "Wrong: certified variables and modules are checked against other values.",
    );
    let id = canister(0x10_1234);
    let of = |parts: Parts<'_>| with_entry(b"canister", dir(&[(&id, dir(parts))]));
    let read = |kind: &str| json!({"kind": kind, "canister": hex(&id)});
    let clauses = ["STATE-13", "STATE-14", "STATE-18", "STATE-19", "LOOKUP-13"];

    for (kind, clause, lengths) in [
        (
            "certified_data",
            "STATE-13",
            [0_usize, 1, 31, 32].as_slice(),
        ),
        ("module_hash", "STATE-14", &[32]),
    ] {
        let slug = kind.replace('_', "-");
        let label = kind.as_bytes();
        for length in lengths {
            let input = ask(&of(&[(label, leaf(vec![0x5a; *length]))]), &read(kind));
            let vector = Vector::accept(
                format!("{slug}-{length}"),
                format!("{length} bytes of {}", kind.replace('_', " ")),
                input,
            );
            file.add(vector.clauses(&clauses).note("Values").high());
        }
        for (state, title, input) in [
            (
                "absent",
                "An absent",
                ask(&of(&[(b"a", gap("a")), (b"z", gap("z"))]), &read(kind)),
            ),
            (
                "pruned",
                "A pruned",
                ask(&of(&[(label, gap("value"))]), &read(kind)),
            ),
            (
                "canister-pruned",
                "A pruned canister's",
                ask(&with_entry(b"canister", gap("canisters")), &read(kind)),
            ),
            (
                "canister-absent",
                "An absent canister's",
                ask(
                    &with_entry(
                        b"canister",
                        dir(&[(&canister(0), gap("0")), (&canister(u64::MAX), gap("1"))]),
                    ),
                    &read(kind),
                ),
            ),
        ] {
            let vector = Vector::accept(
                format!("{slug}-{state}"),
                format!("{title} {}", kind.replace('_', " ")),
                input,
            );
            file.add(vector.clauses(&clauses).note("ToldApart").critical());
        }
        let wrong: &[usize] = if kind == "module_hash" {
            &[0, 31, 33]
        } else {
            &[33, 64]
        };
        for length in wrong {
            let input = ask(&of(&[(label, leaf(vec![0x5a; *length]))]), &read(kind));
            let vector = Vector::reject(
                clause,
                format!("{slug}-{length}"),
                format!("{length} bytes of {}", kind.replace('_', " ")),
                input,
                format!("{slug}-32"),
                format!("{length} bytes instead of 32"),
            );
            file.add(vector.note("Values").high());
        }
    }

    let metadata = |sections: Parts<'_>| of(&[(b"metadata", dir(sections))]);
    let section = |name: &str| json!({"kind": "metadata", "canister": hex(&id), "name": name});
    let both = metadata(&[
        (b"candid:service", leaf("service : {}")),
        (b"dfx", leaf("{}")),
    ]);
    let prefixed = metadata(&[(b"icp:public dfx", leaf("{}"))]);
    for (slug, title, tree, name) in [
        ("metadata-candid", "The interface", &both, "candid:service"),
        ("metadata-other", "Another section", &both, "dfx"),
        (
            "metadata-absent",
            "A section that is not there",
            &both,
            "git",
        ),
        (
            "metadata-prefixed",
            "A label with the word for the visibility is another section",
            &prefixed,
            "dfx",
        ),
        (
            "metadata-empty",
            "An empty section",
            &metadata(&[(b"empty", leaf(b""))]),
            "empty",
        ),
        (
            "metadata-utf8",
            "A name that is not ASCII",
            &metadata(&[("größe".as_bytes(), leaf([0, 0xff]))]),
            "größe",
        ),
        (
            "metadata-pruned",
            "A pruned section",
            &metadata(&[(b"dfx", gap("dfx"))]),
            "dfx",
        ),
    ] {
        let vector = Vector::accept(slug, title, ask(tree, &section(name)));
        file.add(
            vector
                .clauses(&clauses)
                .note("Values")
                .note("ToldApart")
                .high(),
        );
    }
    let text = model::run("principal.encode_text", &json!({"bytes": hex(&id)}), None);
    if let model::Outcome::Ok(text) = text {
        let text = text.get("text").and_then(Value::as_str).unwrap_or_default();
        let tree = with_entry(
            b"canister",
            dir(&[(text.as_bytes(), dir(&[(b"certified_data", leaf("x"))]))]),
        );
        let vector = Vector::accept(
            "canister-text-label",
            "The textual form of the canister id as label is another canister",
            ask(&tree, &read("certified_data")),
        );
        file.add(
            vector
                .output(json!({"result": "absent"}))
                .clauses(&["STATE-19"])
                .note("Values"),
        );
    }
}
