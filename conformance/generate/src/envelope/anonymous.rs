//! Vectors of `envelope.verify` about anonymous requests, and about proofs that lack a part.

use model::cbor::Item;

use super::draft::{Draft, of_every_kind, user};
use super::{accept, reject};
use crate::Suite;
use crate::certificate::fixture::member;
use crate::delegation::grant::{Link, chain};
use crate::delegation::session;

pub(super) fn generate(suite: &mut Suite) {
    anonymous(suite);
    incomplete(suite);
    almost_anonymous(suite);
}

fn items(links: &[Link]) -> Item {
    Item::Array(links.iter().map(Link::item).collect())
}

fn anonymous(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "anonymous", "envelope::anonymous");
    file.note(
        "Nothing",
        "AUTH_BYPASS",
        "An anonymous request carries neither key nor signature nor chain, valid or not.",
        "What looks like a proof is taken for one, or stored as one.",
    );
    for (kind, draft) in of_every_kind() {
        let twin = format!("anonymous-{kind}");
        file.add(
            accept(&twin, &format!("An anonymous {kind}"), &draft)
                .note("Nothing")
                .high(),
        );
        let signed = draft.clone().signed(&user());
        let key = Item::Bytes(user().spki());
        let signature = Item::Bytes(user().sign(&draft.payload()));
        let links = items(&chain(&user(), &[session(0)]));
        let all = draft
            .clone()
            .beside("sender_pubkey", key.clone())
            .beside("sender_sig", signature.clone());
        for (slug, title, envelope) in [
            (
                "key",
                "with a key",
                draft.clone().beside("sender_pubkey", key),
            ),
            (
                "signature",
                "with a signature",
                draft.clone().beside("sender_sig", signature),
            ),
            (
                "chain",
                "with a chain",
                draft.clone().beside("sender_delegation", links.clone()),
            ),
            (
                "empty-chain",
                "with an empty chain",
                draft
                    .clone()
                    .beside("sender_delegation", Item::Array(vec![])),
            ),
            ("key-and-signature", "that somebody signed", all.clone()),
            (
                "all-three",
                "with key, signature and chain",
                all.beside("sender_delegation", links),
            ),
            (
                "foreign-signature",
                "with the signature of another request",
                signed.with("sender", Item::bytes(&[4])),
            ),
        ] {
            file.add(
                reject(
                    "ENV-2",
                    &format!("anonymous-{kind}-{slug}"),
                    &format!("An anonymous {kind} {title}"),
                    &envelope,
                    &twin,
                    "members beside the content",
                )
                .also(&["ENV-3"])
                .note("Nothing"),
            );
        }
    }
}

fn incomplete(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "incomplete", "envelope::anonymous");
    file.note(
        "Missing",
        "AUTH_BYPASS",
        "A request that is not anonymous carries key and signature; a chain replaces neither.",
        "Anybody sends requests in the name of anybody.",
    );
    let links = chain(&user(), &[session(0)]);
    for (kind, draft) in of_every_kind() {
        let signed = draft.clone().signed(&user());
        let twin = format!("complete-{kind}");
        let title = format!("A signed {kind}");
        file.add(accept(&twin, &title, &signed).note("Missing").high());
        let delegated = draft.delegated(&user(), &links, &session(0));
        let delegated_twin = format!("complete-delegated-{kind}");
        let title = format!("A {kind} that was signed through a chain");
        file.add(
            accept(&delegated_twin, &title, &delegated)
                .note("Missing")
                .high(),
        );

        let without = |draft: &Draft, names: &[&str]| {
            let start = draft.clone();
            names
                .iter()
                .fold(start, |draft, name| draft.not_beside(name))
        };
        for (clause, slug, title, envelope, twin) in [
            (
                "ENV-1",
                "unsigned",
                "with neither key nor signature",
                without(&signed, &["sender_pubkey", "sender_sig"]),
                &twin,
            ),
            (
                "ENV-3",
                "no-signature",
                "without signature",
                without(&signed, &["sender_sig"]),
                &twin,
            ),
            (
                "ENV-3",
                "no-key",
                "without key",
                without(&signed, &["sender_pubkey"]),
                &twin,
            ),
            (
                "ENV-3",
                "chain-no-key",
                "without key, but with a chain",
                without(&delegated, &["sender_pubkey"]),
                &delegated_twin,
            ),
            (
                "ENV-3",
                "chain-no-signature",
                "without signature, but with a chain",
                without(&delegated, &["sender_sig"]),
                &delegated_twin,
            ),
            (
                "ENV-3",
                "chain-only",
                "with a chain and nothing else",
                without(&delegated, &["sender_pubkey", "sender_sig"]),
                &delegated_twin,
            ),
            (
                "ENV-3",
                "empty-chain-only",
                "with an empty chain and nothing else",
                without(&signed, &["sender_pubkey", "sender_sig"])
                    .beside("sender_delegation", Item::Array(vec![])),
                &twin,
            ),
        ] {
            file.add(
                reject(
                    clause,
                    &format!("{kind}-{slug}"),
                    &format!("A {kind} {title}"),
                    &envelope,
                    twin,
                    "members left out",
                )
                .also(&["ENV-1", "ENV-3"])
                .note("Missing")
                .critical(),
            );
        }
    }
}

fn almost_anonymous(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "almost-anonymous", "envelope::anonymous");
    file.note(
        "Anonymous",
        "AUTH_BYPASS",
        "Anonymous is the principal of the one byte 04, and no other.",
        "Anybody sends requests in the name of somebody.",
    );
    for (kind, draft) in of_every_kind() {
        let twin = format!("unsigned-{kind}");
        let title = format!("An anonymous {kind} without key and signature");
        file.add(accept(&twin, &title, &draft).note("Anonymous"));
        for (slug, title, sender) in [
            ("empty", "the empty principal", vec![]),
            ("two-bytes", "04 twice", vec![4, 4]),
            ("04-first", "04 and more", vec![4, 0]),
            ("04-last", "a principal that ends in 04", vec![0, 4]),
            ("zero", "the byte 00", vec![0]),
            ("user", "a user", user().principal()),
            ("canister", "a canister", member()),
        ] {
            file.add(
                reject(
                    "ENV-1",
                    &format!("unsigned-{kind}-{slug}"),
                    &format!("An unsigned {kind} of {title}"),
                    &draft.clone().with("sender", Item::bytes(&sender)),
                    &twin,
                    "sender",
                )
                .also(&["ENV-3"])
                .note("Anonymous")
                .critical(),
            );
        }
    }
}
