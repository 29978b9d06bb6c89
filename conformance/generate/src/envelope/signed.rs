//! Vectors of `envelope.verify` about the sender, the key and the signature.

use model::cbor::Item;
use model::crypto::sha256;

use super::draft::{call, of_every_kind, query, read_state, user};
use super::{accept, reject};
use crate::certificate::fixture::{SUBNET, canister, member};
use crate::delegation::grant::{Grant, chain};
use crate::delegation::keys::of_every_scheme;
use crate::delegation::session;
use crate::signer::Signer;
use crate::{Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    senders(suite);
    keys(suite);
    signatures(suite);
    schemes(suite);
}

fn senders(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "senders", "envelope::signed");
    file.note(
        "Sender",
        "AUTH_BYPASS",
        "The sender is the self-authenticating principal of the sender's key, before any delegation.",
        "Anybody sends requests in the name of anybody.",
    );
    let other = Signer::ed25519("envelope/other");
    file.add(
        accept(
            "sender",
            "The sender is that of the key",
            &call().signed(&user()),
        )
        .note("Sender"),
    );
    // Signed by the user for somebody else's principal.
    let claiming = |sender: &[u8]| {
        let draft = call().with("sender", Item::bytes(sender));
        let signature = user().sign(&draft.payload());
        draft
            .beside("sender_pubkey", Item::Bytes(user().spki()))
            .with_signature(&signature)
    };
    let mut derived = user().principal();
    if let Some(class) = derived.last_mut() {
        *class = 3;
    }
    let mut reserved = derived.clone();
    if let Some(class) = reserved.last_mut() {
        *class = 0x7f;
    }
    let mut changed = user().principal();
    if let Some(byte) = changed.first_mut() {
        *byte ^= 1;
    }
    let short = user().principal().get(..28).unwrap_or_default().to_vec();
    for (slug, title, sender) in [
        ("another-user", "Another user", other.principal()),
        ("one-bit", "A principal that differs in one bit", changed),
        ("derived", "A derived id with the same hash", derived),
        ("reserved", "A reserved id with the same hash", reserved),
        ("prefix", "All but the last byte of the principal", short),
        ("canister", "A canister", member()),
        ("subnet", "A subnet", SUBNET.id()),
        (
            "management",
            "The management canister, which is the empty principal",
            vec![],
        ),
        (
            "anonymous-29",
            "The byte 04 in front of 28 others",
            [&[4][..], &[0; 28]].concat(),
        ),
    ] {
        file.add(
            reject(
                "ENV-4",
                &format!("sender-{slug}"),
                title,
                &claiming(&sender),
                "sender",
                "the sender",
            )
            .note("Sender")
            .critical(),
        );
    }
    let links = chain(&user(), &[session(0)]);
    let delegated = call().delegated(&user(), &links, &session(0));
    file.add(
        accept(
            "sender-delegated",
            "The sender of a chain is its root",
            &delegated,
        )
        .note("Sender"),
    );
    let draft = call().with("sender", Item::Bytes(session(0).principal()));
    let signature = session(0).sign(&draft.payload());
    let leaf = draft
        .beside("sender_pubkey", Item::Bytes(user().spki()))
        .beside(
            "sender_delegation",
            Item::Array(
                links
                    .iter()
                    .map(crate::delegation::grant::Link::item)
                    .collect(),
            ),
        )
        .with_signature(&signature);
    file.add(
        reject(
            "ENV-4",
            "sender-last-key",
            "The sender is the principal of the last key",
            &leaf,
            "sender-delegated",
            "the sender",
        )
        .note("Sender")
        .critical(),
    );
}

fn keys(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "keys", "envelope::signed");
    file.note(
        "Key",
        "AUTH_BYPASS",
        "The sender's key is one of a supported scheme, even where a chain follows.",
        "A signature that cannot be checked counts as valid.",
    );
    let clauses = ["SIG-5", "SIG-7"];
    file.add(accept("key", "An Ed25519 key", &call().signed(&user())).note("Key"));
    let links = chain(&user(), &[session(0)]);
    file.add(
        accept(
            "key-and-chain",
            "An Ed25519 key and a chain",
            &call().delegated(&user(), &links, &session(0)),
        )
        .note("Key"),
    );
    let good = user().spki();
    let cut = |range: core::ops::Range<usize>| good.get(range).unwrap_or_default().to_vec();
    for (slug, title, key) in [
        ("empty", "An empty key", Vec::new()),
        ("raw", "32 bytes without DER around them", cut(12..44)),
        ("short", "A key without its last byte", cut(0..43)),
        (
            "trailing",
            "A byte after the key",
            [good.as_slice(), &[0]].concat(),
        ),
        ("bls", "A BLS12-381 key", SUBNET.der()),
        ("plain-rsa", "A plain RSA key", Signer::plain_rsa().spki()),
    ] {
        let principal = [&model::crypto::sha224(&key)[..], &[2]].concat();
        let draft = call().with("sender", Item::Bytes(principal));
        let sign = |payload: &[u8]| match slug {
            "bls" => SUBNET.sign(payload),
            "plain-rsa" => Signer::plain_rsa().sign(payload),
            _ => user().sign(payload),
        };
        let direct = draft
            .clone()
            .beside("sender_pubkey", Item::bytes(&key))
            .with_signature(&sign(&draft.payload()));
        file.add(
            reject(
                "ENV-5",
                &format!("key-{slug}"),
                title,
                &direct,
                "key",
                "the sender's key",
            )
            .also(&["SIG-3", "SIG-5", "SIG-7", "SIG-ED-1", "ENV-6"])
            .clauses(&clauses)
            .note("Key"),
        );
        if slug == "plain-rsa" {
            // With a chain it is an open question.
            continue;
        }
        let grant = Grant::to(&session(0));
        let signature = sign(&grant.payload());
        let link = grant.with_signature(signature);
        let delegated = draft
            .clone()
            .beside("sender_pubkey", Item::bytes(&key))
            .beside("sender_delegation", Item::Array(vec![link.item()]))
            .with_signature(&session(0).sign(&draft.payload()));
        file.add(
            reject(
                "ENV-5",
                &format!("key-{slug}-and-chain"),
                &format!("{title}, and a chain"),
                &delegated,
                "key-and-chain",
                "the sender's key",
            )
            .also(&["SIG-3", "SIG-5", "SIG-6", "SIG-7", "SIG-ED-1", "DELEG-2"])
            .clauses(&clauses)
            .note("Key"),
        );
    }
    // The same within the chain and at its end.
    let raw = cut(12..44);
    for (slug, title, links, leaf) in [
        (
            "middle",
            "within the chain",
            vec![
                Grant::to_key(&raw).signed(&user()),
                Grant::to(&session(0)).with_signature(vec![0x5a; 64]),
            ],
            session(0),
        ),
        (
            "leaf",
            "at the end of the chain",
            vec![Grant::to_key(&raw).signed(&user())],
            user(),
        ),
    ] {
        file.add(
            reject(
                "SIG-6",
                &format!("key-raw-{slug}"),
                &format!("32 bytes without DER around them, {title}"),
                &call().delegated(&user(), &links, &leaf),
                "key-and-chain",
                "a key of the chain",
            )
            .also(&["SIG-3", "SIG-7", "DELEG-2", "ENV-6"])
            .note("Key"),
        );
    }
}

fn signatures(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "signatures", "envelope::signed");
    file.note(
        "Signature",
        "AUTH_BYPASS",
        "The signature covers separator and request id, and is made with the last key of the chain.",
        "Anybody sends requests in the name of anybody.",
    );
    let bad =
        |slug: &str, title: &str, draft: &super::Draft, twin: &str, mutation: &str| -> Vector {
            reject("ENV-6", slug, title, draft, twin, mutation)
                .clauses(&["SIG-1", "SIG-2"])
                .note("Signature")
                .critical()
        };
    for (kind, draft) in of_every_kind() {
        let signed = draft.clone().signed(&user());
        let twin = format!("signed-{kind}");
        file.add(accept(&twin, &format!("A signed {kind}"), &signed).note("Signature"));
        let resigned = |payload: &[u8]| signed.clone().with_signature(&user().sign(payload));
        let id = signed.id();
        let encoded = signed.content().encode();
        let separated = |separator: &[u8], message: &[u8]| [separator, message].concat();
        for (slug, title, payload) in [
            (
                "delegation-separator",
                "the separator of delegations",
                separated(b"\x1aic-request-auth-delegation", &id),
            ),
            (
                "no-length",
                "a separator without its length byte",
                separated(b"ic-request", &id),
            ),
            (
                "long-length",
                "a separator whose length counts itself",
                separated(b"\x0bic-request", &id),
            ),
            ("no-separator", "no separator", id.clone()),
            (
                "encoding",
                "the hash of the encoded content in place of the id",
                separated(b"\x0aic-request", &sha256(&encoded)),
            ),
            (
                "whole-encoding",
                "the encoded content in place of the id",
                separated(b"\x0aic-request", &encoded),
            ),
        ] {
            file.add(bad(
                &format!("{kind}-{slug}"),
                &format!("A {kind} signed with {title}"),
                &resigned(&payload),
                &twin,
                "signed bytes",
            ));
        }
        let changed = signed.clone().with("nonce", Item::bytes(&[1]));
        file.add(bad(
            &format!("{kind}-changed"),
            &format!("A {kind} that got a nonce after signing"),
            &changed,
            &twin,
            "a member added",
        ));
        let mut flipped = user().sign(&signed.payload());
        if let Some(byte) = flipped.first_mut() {
            *byte ^= 1;
        }
        let other = Signer::ed25519("envelope/other").sign(&signed.payload());
        for (slug, title, signature) in [
            ("flipped", "a flipped bit in the signature", flipped),
            ("foreign", "the signature of another key", other),
            ("empty", "an empty signature", Vec::new()),
        ] {
            file.add(bad(
                &format!("{kind}-signature-{slug}"),
                &format!("A {kind} with {title}"),
                &signed.clone().with_signature(&signature),
                &twin,
                "signature",
            ));
        }
        let links = chain(&user(), &[session(0), session(1)]);
        let delegated = draft.clone().delegated(&user(), &links, &session(1));
        let twin = format!("delegated-{kind}");
        let title = format!("A {kind} signed through two links");
        file.add(
            accept(&twin, &title, &delegated)
                .clauses(&["DELEG-22"])
                .note("Signature"),
        );
        for (slug, title, signer) in [
            ("root", "the sender's key", user()),
            ("first", "the first key delegated to", session(0)),
            ("foreign", "a key outside the chain", session(2)),
        ] {
            let signature = signer.sign(&delegated.payload());
            file.add(bad(
                &format!("delegated-{kind}-by-{slug}"),
                &format!("A {kind} with a chain, signed by {title}"),
                &delegated.clone().with_signature(&signature),
                &twin,
                "signer",
            ));
        }
    }
    // Another request of the same user with the signature of this one.
    let signed = call().signed(&user());
    for (slug, title, other) in [
        ("method", "another method", call().calling("transfer")),
        (
            "arg",
            "another argument",
            call().with("arg", Item::bytes(b"DIDL\0\x01\x7f")),
        ),
        (
            "canister",
            "another canister",
            call().to(&canister(0x10_0001)),
        ),
        (
            "expiry",
            "another expiry",
            call().until(super::draft::EXPIRY - 1),
        ),
    ] {
        let swapped = other
            .signed(&user())
            .with_signature(&user().sign(&signed.payload()));
        file.add(bad(
            &format!("replayed-{slug}"),
            &format!("The signature of a call with {title}"),
            &swapped,
            "signed-call",
            "signature",
        ));
    }
    // The two kinds differ in one member only.
    let as_query = query()
        .signed(&user())
        .with_signature(&user().sign(&signed.payload()));
    file.add(bad(
        "replayed-as-query",
        "The signature of a call on a query",
        &as_query,
        "signed-query",
        "signature",
    ));
}

fn schemes(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "schemes", "envelope::signed");
    file.note(
        "Schemes",
        "INTEROP",
        "Users sign with keys of every scheme, themselves or through a chain.",
        "Users who sign in with this kind of key are locked out.",
    );
    let clauses = ["ENV-5", "DELEG-19", "DELEG-23", "CSIG-17", "SINFO-8"];
    for (name, signer) in of_every_scheme() {
        let to_session = chain(&signer, &[session(0)]);
        let to_signer = chain(&user(), core::slice::from_ref(&signer));
        let through = chain(&user(), &[signer.clone(), session(0)]);
        for (place, title, draft) in [
            ("direct", "as the sender's key", call().signed(&signer)),
            (
                "root",
                "at the root of a chain",
                query().delegated(&signer, &to_session, &session(0)),
            ),
            (
                "leaf",
                "at the end of a chain",
                read_state().delegated(&user(), &to_signer, &signer),
            ),
            (
                "middle",
                "within a chain",
                call().delegated(&user(), &through, &session(0)),
            ),
        ] {
            file.add(
                accept(
                    &format!("{name}-{place}"),
                    &format!("{name} {title}"),
                    &draft,
                )
                .clauses(&clauses)
                .note("Schemes")
                .high(),
            );
        }
        let wrong = call().signed(&signer);
        let mut bytes = signer.sign(&wrong.payload());
        if let Some(byte) = bytes.last_mut() {
            *byte ^= 1;
        }
        file.add(
            reject(
                "ENV-6",
                &format!("{name}-wrong"),
                &format!("{name}: a flipped bit in the signature"),
                &wrong.with_signature(&bytes),
                &format!("{name}-direct"),
                "signature",
            )
            .note("Schemes")
            .critical(),
        );
    }
}
