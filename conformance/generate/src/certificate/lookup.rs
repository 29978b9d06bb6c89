//! Lookups in verified certificates.

use model::input::hex;
use serde_json::{Value, json};

use super::fixture::{
    OTHER, ROOT, SUBNET, TIME, Topology, delegated, dir, encoded, for_canister, for_member, gap,
    input, leaf, leb128, signed, state, state_at, usual, with,
};
use crate::{Suite, Vector};

const OP: &str = "certificate.lookup";

#[expect(clippy::type_complexity, reason = "a table of cases")]
pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "lookup", "certificate::lookup");
    file.note(
        "Result",
        "BASIC",
        "What a verified certificate says about a path.",
        "A caller takes the unknown for the absent, or structure for a value.",
    );
    file.note(
        "Unverified",
        "AUTH_BYPASS",
        "The certificate is not valid, and so says nothing.",
        "Lax: anyone tells the caller anything.",
    );
    let request = super::fixture::request_id();
    let stranger = [0xee; 32];
    let scope = for_member();
    let ask = |certificate: &[u8], scope: &Value, path: &[&[u8]]| {
        let path: Vec<_> = path.iter().map(|label| hex(label)).collect();
        with(input(certificate, scope), &json!({"path": path}))
    };
    let clauses = ["LOOKUP-12", "LOOKUP-13", "LOOKUP-1", "CERT-2", "CERT-7"];
    let usual = usual();
    let root_signed = signed(&state(), ROOT);
    let cases: &[(&str, &str, &[u8], &Value, &[&[u8]], Value)] = &[
        (
            "time",
            "The time",
            &usual,
            &scope,
            &[b"time"],
            json!({"result": "found", "value": hex(&leb128(TIME))}),
        ),
        (
            "reply",
            "The reply to a request",
            &usual,
            &scope,
            &[b"request_status", &request, b"reply"],
            json!({"result": "found", "value": "4449444c0000"}),
        ),
        (
            "reject-code",
            "A reject code that is not there",
            &usual,
            &scope,
            &[b"request_status", &request, b"reject_code"],
            json!({"result": "absent"}),
        ),
        (
            "stranger",
            "A request that is not there",
            &usual,
            &scope,
            &[b"request_status", &stranger, b"status"],
            json!({"result": "absent"}),
        ),
        (
            "pruned",
            "Something that was pruned",
            &usual,
            &scope,
            &[b"canister", b"x"],
            json!({"result": "unknown"}),
        ),
        (
            "inner",
            "A path that ends above values",
            &usual,
            &scope,
            &[b"request_status", &request],
            json!({"result": "error"}),
        ),
        (
            "no-path",
            "No path",
            &usual,
            &scope,
            &[],
            json!({"result": "error"}),
        ),
        (
            "root-signed",
            "In a certificate without delegation",
            &root_signed,
            &json!("none"),
            &[b"time"],
            json!({"result": "found", "value": hex(&leb128(TIME))}),
        ),
        (
            "not-delegation",
            "Not in the tree of the delegation",
            &usual,
            &scope,
            &[b"subnet", &SUBNET.id(), b"public_key"],
            json!({"result": "absent"}),
        ),
    ];
    for (slug, title, certificate, scope, path, output) in cases {
        let vector = Vector::accept(*slug, *title, ask(certificate, scope, path));
        file.add(
            vector
                .output(output.clone())
                .clauses(&clauses)
                .note("Result")
                .high(),
        );
    }

    let tree = state();
    let later = state_at(leaf(leb128(TIME.saturating_add(1))));
    let forged = encoded(
        &later,
        &SUBNET.certify(&tree),
        Some(Topology::sharded().delegation()),
    );
    let by_other = encoded(
        &tree,
        &OTHER.certify(&tree),
        Some(Topology::sharded().delegation()),
    );
    let timeless = dir(&[
        (b"canister", gap("canisters")),
        (b"request_status", leaf("x")),
    ]);
    let outside = for_canister(&super::fixture::canister(1));
    let cases: &[(&str, &str, &str, Value, &str)] = &[
        (
            "CERT-2",
            "forged",
            "The time changed after signing",
            ask(&forged, &scope, &[b"time"]),
            "the time changed",
        ),
        (
            "CERT-2",
            "other-key",
            "Signed with the key of another subnet",
            ask(&by_other, &scope, &[b"time"]),
            "signed with another key",
        ),
        (
            "CERT-5",
            "no-time",
            "A certificate without time",
            ask(
                &delegated(&timeless, &Topology::sharded()),
                &scope,
                &[b"request_status"],
            ),
            "the time left out",
        ),
        (
            "SDEL-7",
            "out-of-scope",
            "A canister outside the ranges",
            ask(&usual, &outside, &[b"time"]),
            "another canister asked about",
        ),
    ];
    for (clause, slug, title, input, mutation) in cases {
        let vector = Vector::reject(*clause, *slug, *title, input.clone(), "time", *mutation);
        file.add(vector.clauses(&["LOOKUP-12"]).note("Unverified").critical());
    }
}
