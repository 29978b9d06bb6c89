//! Vectors of `envelope.verify` on which the text is silent, and what replicas do there.

use model::cbor::{BIGNUM, Item, NULL};
use model::input::hex;
use serde_json::json;

use super::draft::{Draft, call, query, read_state, user};
use super::{REQUESTS, accept, reject};
use crate::cbor::diagnostic;
use crate::certificate::fixture::{answer, member};
use crate::delegation::grant::{Grant, Link, chain, link_item, payload_of};
use crate::delegation::{BAD_LINK, session};
use crate::signer::Signer;
use crate::{Answer, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    open(suite);
    replica(suite);
}

/// `draft` with a member that requests of its kind do not have, added after signing.
fn with_unknown(draft: Draft, name: &'static str, value: Item) -> Draft {
    draft.with(name, value)
}

/// A call through one link whose delegation has more members than are signed.
fn with_more(members: &[(&str, Item)]) -> Draft {
    let grant = Grant::to(&session(0));
    let mut entries = grant.item().as_map().unwrap_or_default().to_vec();
    let signature = grant.signed(&user()).signature;
    entries.extend(
        members
            .iter()
            .map(|(name, value)| (Item::text(name), value.clone())),
    );
    let link = link_item(Item::Map(entries), &signature);
    through(link)
}

fn through(link: Item) -> Draft {
    call()
        .delegated(&user(), &[], &session(0))
        .beside("sender_delegation", Item::Array(vec![link]))
}

/// The former member that named who may use a delegation.
fn senders() -> Item {
    Item::Array(vec![Item::Bytes(user().principal())])
}

fn unknown_members() -> Vec<(
    &'static str,
    &'static str,
    Draft,
    Draft,
    &'static [&'static str],
)> {
    let signed = call().signed(&user());
    let read = read_state().signed(&user());
    let delegated = call().delegated(&user(), &chain(&user(), &[session(0)]), &session(0));
    let link = chain(&user(), &[session(0)]).first().map(Link::item);
    let mut entries = link
        .and_then(|link| link.as_map().map(<[_]>::to_vec))
        .unwrap_or_default();
    entries.push((Item::text("unknown"), Item::Unsigned(1)));
    let info = Item::record(&[
        ("info", Item::bytes(b"information")),
        ("signer", Item::Bytes(member())),
        ("sig", Item::bytes(&[0x5a; 64])),
    ]);
    vec![
        (
            "unknown-in-content",
            "A member of the content that is not known",
            with_unknown(signed.clone(), "unknown", Item::text("unknown")),
            signed.clone(),
            &["CBOR-10"],
        ),
        (
            "unknown-beside",
            "A member beside the content that is not known",
            signed.clone().beside("unknown", Item::text("unknown")),
            signed.clone(),
            &["CBOR-10"],
        ),
        (
            "paths-in-call",
            "A call with paths",
            with_unknown(signed.clone(), "paths", Item::Array(vec![])),
            signed,
            &["CBOR-10"],
        ),
        (
            "canister-id-in-read",
            "A read_state request with canister_id",
            with_unknown(read.clone(), "canister_id", Item::Bytes(member())),
            read.clone(),
            &["CBOR-10", "ENV-20"],
        ),
        (
            "sender-info-in-read",
            "A read_state request with sender_info",
            with_unknown(read.clone(), "sender_info", info),
            read,
            &["CBOR-10", "ENV-20", "SINFO-1"],
        ),
        (
            "unknown-in-link",
            "A member of a link that is not known",
            through(Item::Map(entries)),
            delegated.clone(),
            &["CBOR-10"],
        ),
        (
            "unknown-in-delegation",
            "A member of a delegation that is not known",
            with_more(&[("unknown", Item::Unsigned(1))]),
            delegated.clone(),
            &["CBOR-10"],
        ),
        (
            "senders-in-delegation",
            "The former member senders in a delegation",
            with_more(&[("senders", senders())]),
            delegated,
            &["CBOR-10", "DELEG-20"],
        ),
    ]
}

fn null_members() -> Vec<(&'static str, &'static str, Draft, Draft)> {
    let signed = call().signed(&user());
    let delegated = call().delegated(&user(), &chain(&user(), &[session(0)]), &session(0));
    vec![
        (
            "null-nonce",
            "Null for the nonce",
            signed.clone().with("nonce", NULL),
            signed.clone(),
        ),
        (
            "null-sender-info",
            "Null for sender_info",
            signed.clone().with("sender_info", NULL),
            signed.clone(),
        ),
        (
            "null-chain",
            "Null for the chain",
            signed.clone().beside("sender_delegation", NULL),
            signed,
        ),
        (
            "null-proof",
            "Null for key and signature of an anonymous query",
            query()
                .beside("sender_pubkey", NULL)
                .beside("sender_sig", NULL),
            query(),
        ),
        (
            "null-targets",
            "Null for the targets of a delegation",
            with_more(&[("targets", NULL)]),
            delegated.clone(),
        ),
        (
            "null-permissions",
            "Null for the permissions of a delegation",
            with_more(&[("permissions", NULL)]),
            delegated,
        ),
    ]
}

fn open(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "open-questions", "envelope::questions");
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text does not decide this; every answer is recorded and none is judged.",
        "Two implementations with different answers disagree about the same bytes.",
    );
    let either = |policy: &str, slug: &str, title: &str, draft: &Draft| {
        Vector::either(policy, slug, title, draft.input())
            .diag(diagnostic(&draft.item()))
            .note("Open")
    };
    for (slug, title, draft, read_as, clauses) in unknown_members() {
        let output = answer("envelope.verify", &read_as.input());
        file.add(
            either("cbor.unknown_fields", slug, title, &draft)
                .clauses(clauses)
                .by("reject", Answer::Reject)
                .by("ignore", Answer::Accept(output)),
        );
    }
    for (slug, title, draft, read_as) in null_members() {
        let output = answer("envelope.verify", &read_as.input());
        file.add(
            either("cbor.null", slug, title, &draft)
                .clauses(&["CBOR-12"])
                .by("reject", Answer::Reject)
                .by("absent", Answer::Accept(output)),
        );
    }
    let signed = call().signed(&user());
    let output = answer("envelope.verify", &signed.input());
    file.add(
        either(
            "cbor.tag",
            "untagged",
            "A call without tag",
            &signed.clone().untagged(),
        )
        .clauses(&["CBOR-1"])
        .by("required", Answer::Reject)
        .by("optional", Answer::Accept(output)),
    );
    let big = Item::Tag(BIGNUM, Box::new(Item::bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 0])));
    let hashed = |name: &str, record: &Item| -> serde_json::Value {
        let mut typed = crate::delegation::grant::typed(record);
        for entry in typed["map"].as_array_mut().into_iter().flatten() {
            if entry[0] == *name {
                entry[1] = json!({"nat": "18446744073709551616"});
            }
        }
        answer("hash_of_map", &json!({"value": typed}))["hash"].clone()
    };
    let unhex = |hash: &serde_json::Value| {
        model::input::unhex(hash.as_str().unwrap_or_default()).unwrap_or_default()
    };
    let draft = call()
        .with("sender", Item::Bytes(user().principal()))
        .with("ingress_expiry", big.clone());
    let id = unhex(&hashed("ingress_expiry", &draft.content()));
    let draft = draft
        .beside("sender_pubkey", Item::Bytes(user().spki()))
        .with_signature(&user().sign(&[b"\x0aic-request".as_slice(), &id].concat()));
    let accepted = json!({
        "sender": hex(&user().principal()),
        "request_id": hex(&id),
        "queries_only": false,
    });
    file.add(
        either("cbor.bignum", "expiry-2-64", "An expiry of 2^64", &draft)
            .clauses(&["CBOR-5"])
            .by("reject", Answer::Reject)
            .by("accept", Answer::Accept(accepted)),
    );
    let delegation = Item::record(&[
        ("pubkey", Item::Bytes(session(0).spki())),
        ("expiration", big),
    ]);
    let hash = unhex(&hashed("expiration", &delegation));
    let payload = [b"\x1aic-request-auth-delegation".as_slice(), &hash].concat();
    let link = link_item(delegation, &user().sign(&payload));
    let output = answer(
        "envelope.verify",
        &call()
            .delegated(&user(), &chain(&user(), &[session(0)]), &session(0))
            .input(),
    );
    file.add(
        either(
            "cbor.bignum",
            "expiration-2-64",
            "A link that expires at 2^64",
            &through(link),
        )
        .clauses(&["CBOR-5", "DELEG-8"])
        .by("reject", Answer::Reject)
        .by("accept", Answer::Accept(output)),
    );
    let rsa = Signer::plain_rsa();
    let draft = call().delegated(&rsa, &chain(&rsa, &[session(0)]), &session(0));
    let output = json!({
        "sender": hex(&rsa.principal()),
        "request_id": hex(&draft.id()),
        "queries_only": false,
    });
    file.add(
        either(
            "delegation.plain_rsa_signer",
            "plain-rsa-sender",
            "The sender has a plain RSA key, which signs a link",
            &draft,
        )
        .clauses(&["SIG-5", "ENV-5"])
        .by("reject", Answer::Reject)
        .by("accept", Answer::Accept(output)),
    );
}

fn replica(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "replica", "envelope::questions");
    file.note(
        "Lenient",
        "INTEROP",
        "What replicas accept beyond the text.",
        "A client that follows the replica, not the text, is rejected.",
    );
    let mut all: Vec<(String, &str, Draft, Vec<&str>)> = Vec::new();
    for (slug, title, draft, _, clauses) in unknown_members() {
        all.push((slug.to_owned(), title, draft, clauses.to_vec()));
    }
    for (slug, title, draft, _) in null_members() {
        all.push((slug.to_owned(), title, draft, vec!["CBOR-12"]));
    }
    let signed = call().signed(&user());
    let integers = |bytes: &[u8]| {
        let items = bytes.iter().map(|byte| Item::Unsigned(u64::from(*byte)));
        Item::Array(items.collect())
    };
    let rsa = Signer::plain_rsa();
    let through_rsa = [rsa.clone(), session(0)];
    for (slug, title, draft) in [
        ("signed", "A signed call", signed.clone()),
        ("untagged", "A call without tag", signed.clone().untagged()),
        (
            "integers",
            "The argument as an array of integers",
            signed.clone().with("arg", integers(b"DIDL\0\0")),
        ),
        (
            "text-blob",
            "The argument as a text",
            signed.clone().with("arg", Item::text("DIDL\0\0")),
        ),
        (
            "plain-rsa-sender",
            "The sender has a plain RSA key, which signs a link",
            call().delegated(&rsa, &chain(&rsa, &[session(0)]), &session(0)),
        ),
        (
            "plain-rsa-middle",
            "A plain RSA key within the chain",
            call().delegated(&user(), &chain(&user(), &through_rsa), &session(0)),
        ),
    ] {
        all.push((
            slug.to_owned(),
            title,
            draft,
            vec!["CBOR-1", "CBOR-3", "ENV-5"],
        ));
    }
    for (slug, title, draft, clauses) in all {
        file.add(
            accept(&format!("replica-{slug}"), title, &draft)
                .clauses(&clauses)
                .replica()
                .note("Lenient"),
        );
    }
    let direct = call().signed(&rsa);
    file.add(
        reject(
            "ENV-5",
            "replica-plain-rsa-direct",
            "A plain RSA key signs the request itself",
            &direct,
            "replica-plain-rsa-sender",
            "a chain left out",
        )
        .also(&["SIG-5", "ENV-6"])
        .clauses(REQUESTS)
        .replica()
        .note("Lenient"),
    );
    // What is ignored is not hashed, whoever hashed it when signing.
    let mut entries = Grant::to(&session(0))
        .item()
        .as_map()
        .unwrap_or_default()
        .to_vec();
    entries.push((Item::text("senders"), senders()));
    let delegation = Item::Map(entries);
    let signature = user().sign(&payload_of(&delegation));
    file.add(
        reject(
            "DELEG-2",
            "replica-senders-signed",
            "The former member senders, and the signature covers it",
            &through(link_item(delegation, &signature)),
            "replica-senders-in-delegation",
            "signature",
        )
        .also(BAD_LINK)
        .also(&["DELEG-20"])
        .clauses(&["DELEG-20"])
        .replica()
        .note("Lenient"),
    );
    let extended = call()
        .with("unknown", Item::text("unknown"))
        .signed(&user());
    file.add(
        reject(
            "ENV-6",
            "replica-unknown-signed",
            "An unknown member of the content, and the signature covers it",
            &extended,
            "replica-unknown-in-content",
            "signature",
        )
        .also(&["CBOR-10"])
        .replica()
        .note("Lenient"),
    );
}
