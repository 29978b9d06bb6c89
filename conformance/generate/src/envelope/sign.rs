//! Vectors of `envelope.sign`.

use model::cbor::Item;
use model::crypto::test_seed;
use model::input::hex;
use serde_json::{Value, json};

use super::draft::{Draft, call, of_every_kind, query, read_state, user};
use crate::certificate::fixture::{canister, member};
use crate::delegation::grant::{Link, chain, chain_of, typed};
use crate::delegation::session;
use crate::signer::Signer;
use crate::{Suite, Vector};

const CLAUSES: &[&str] = &["ENV-6", "REQID-14", "REQID-9"];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file("envelope.sign", "requests", "envelope::sign");
    file.note(
        "Signs",
        "INTEROP",
        "The signature covers separator and request id; the content is written as it is.",
        "Requests of this client are refused, or its signature serves another purpose.",
    );
    let add = |file: &mut crate::FileBuilder<'_>, slug: &str, title: &str, input: Value| {
        file.add(
            Vector::accept(slug, title, input)
                .output_check("signs")
                .clauses(CLAUSES)
                .note("Signs")
                .high(),
        );
    };
    for (kind, draft) in of_every_kind() {
        add(
            &mut file,
            kind,
            &format!("A {kind}"),
            input(&draft, &user(), "envelope/user", &[]),
        );
    }
    let nonce = call().with("nonce", Item::bytes(&[0x6e; 32]));
    let nonce = in_order(nonce);
    add(
        &mut file,
        "nonce",
        "A call with a nonce of 32 bytes",
        input(&nonce, &user(), "envelope/user", &[]),
    );
    let empty = call().with("arg", Item::bytes(b"")).calling("");
    add(
        &mut file,
        "empty",
        "A call with empty method name and argument",
        input(&empty, &user(), "envelope/user", &[]),
    );
    let paths = Item::Array(vec![
        Item::Array(vec![]),
        Item::Array(vec![Item::bytes(b""), Item::bytes(b"time")]),
    ]);
    add(
        &mut file,
        "paths",
        "A read with an empty path and an empty label",
        input(
            &read_state().with("paths", paths),
            &user(),
            "envelope/user",
            &[],
        ),
    );
    let links = chain(&user(), &[session(0)]);
    add(
        &mut file,
        "chain",
        "A query through one link",
        input(&query(), &user(), "delegation/session-0", &links),
    );
    let links = chain_of(&user(), &[session(0), session(1)], |index, grant| {
        if index == 0 {
            grant.for_targets(&[member(), canister(1)])
        } else {
            grant.allowing("queries")
        }
    });
    add(
        &mut file,
        "long-chain",
        "A query through two links with targets and permissions",
        input(&query(), &user(), "delegation/session-1", &links),
    );
    let passkey = Signer::webauthn_es256("webauthn-es256/user");
    let links = chain(&passkey, &[session(0)]);
    add(
        &mut file,
        "passkey",
        "A call of a passkey's session",
        input(&call(), &passkey, "delegation/session-0", &links),
    );
}

/// The input of `envelope.sign` for a request of the user `root`, signed by the key of `label`.
fn input(draft: &Draft, root: &Signer, label: &str, links: &[Link]) -> Value {
    let draft = draft.clone().with("sender", Item::Bytes(root.principal()));
    let mut input = json!({
        "secret_key": hex(&test_seed(label)),
        "content": typed(&draft.content()),
    });
    if !links.is_empty() {
        input["sender_pubkey"] = json!(hex(&root.spki()));
        input["delegations"] = links.iter().map(Link::json).collect();
    }
    input
}

/// The same with the nonce in its place, after the request type.
fn in_order(draft: Draft) -> Draft {
    let content = draft.content();
    let mut ordered = draft;
    for name in [
        "ingress_expiry",
        "sender",
        "canister_id",
        "method_name",
        "arg",
    ] {
        let value = content.field(name).cloned();
        ordered = ordered.without(name);
        if let Some(value) = value {
            ordered = ordered.with(name, value);
        }
    }
    ordered
}
