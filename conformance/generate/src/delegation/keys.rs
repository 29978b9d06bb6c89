//! Vectors of `delegation.verify` about the schemes of keys.

use super::grant::{Grant, Link, chain};
use super::{accept, input, input_with_root, session, user};
use crate::certificate::fixture::{self, OTHER, SUBNET, answer};
use crate::signer::Signer;
use crate::{Answer, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    schemes(suite);
    unusable(suite);
    plain_rsa(suite);
}

/// One signer of every scheme that users sign with.
pub(crate) fn of_every_scheme() -> Vec<(&'static str, Signer)> {
    let mut all = Signer::of_every_plain_scheme();
    all.push(("canister", Signer::canister(0x10_1234, b"seed")));
    all
}

fn schemes(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "schemes", "delegation::keys");
    file.note(
        "Mixed",
        "INTEROP",
        "Every hop uses the scheme of its own key.",
        "Users who sign in with this kind of key cannot use what accepts the others.",
    );
    let clauses = ["DELEG-19", "DELEG-23", "CSIG-17", "ENV-5", "SIG-6"];
    let (before, after) = (session(0), session(1));
    for (name, signer) in of_every_scheme() {
        let root = chain(&signer, core::slice::from_ref(&after));
        let middle = chain(&user(), &[signer.clone(), after.clone()]);
        let leaf = chain(&user(), &[before.clone(), signer.clone()]);
        for (place, title, sender, links) in [
            ("root", "the sender's key", signer.clone(), root),
            ("middle", "a key within the chain", user(), middle),
            ("leaf", "the last key", user(), leaf),
        ] {
            file.add(
                accept(
                    &format!("{name}-{place}"),
                    &format!("{name} as {title}"),
                    input_with_root(&sender, &links),
                )
                .clauses(&clauses)
                .note("Mixed")
                .high(),
            );
        }
    }
    let canister = Signer::canister(0x10_1234, b"seed");
    let mut foreign = input(&canister, &chain(&canister, core::slice::from_ref(&after)));
    foreign["root_key"] = serde_json::json!(model::input::hex(&OTHER.der()));
    file.add(
        super::bad_link(
            "canister-root-other-network",
            "A canister's signature, and the root key of another network",
            foreign,
            "canister-root",
            "root key",
        )
        .note("Mixed"),
    );
    let signers: Vec<Signer> = of_every_scheme()
        .into_iter()
        .map(|(_, signer)| signer)
        .collect();
    for (slug, title, turn) in [
        ("all-schemes", "Seven schemes in one chain", 0),
        (
            "all-schemes-turned",
            "Seven schemes, beginning with a canister",
            6,
        ),
    ] {
        let mut signers = signers.clone();
        signers.rotate_left(turn);
        let links = chain(&session(9), &signers);
        file.add(
            accept(slug, title, input_with_root(&session(9), &links))
                .clauses(&clauses)
                .note("Mixed"),
        );
    }
}

/// Keys that nobody can sign with, in words and in bytes.
fn broken_keys() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let key = session(3).spki();
    let raw = key.get(12..).unwrap_or_default().to_vec();
    vec![
        ("empty", "An empty key", Vec::new()),
        ("raw", "32 bytes without DER around them", raw),
        (
            "trailing",
            "A byte after the key",
            [key.as_slice(), &[0]].concat(),
        ),
        (
            "short",
            "A key without its last byte",
            key.get(..43).unwrap_or_default().to_vec(),
        ),
    ]
}

fn unusable(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "unusable-keys", "delegation::keys");
    file.note(
        "Unusable",
        "AUTH_BYPASS",
        "Every key of a chain is one of a supported scheme, the sender's and the last one included.",
        "A signature that cannot be checked counts as valid.",
    );
    let twin = "two-links";
    let anything = [0x5a; 64];
    for (slug, title, key) in broken_keys() {
        // The links that the broken key would have signed have some signature.
        let to_broken = |by: &Signer| Grant::to_key(&key).signed(by);
        let from_broken = |to: &Signer| Grant::to(to).with_signature(anything.to_vec());
        let middle: Vec<Link> = vec![to_broken(&user()), from_broken(&session(1))];
        let leaf = vec![
            Grant::to(&session(0)).signed(&user()),
            to_broken(&session(0)),
        ];
        for (place, where_, links) in [
            ("middle", "within the chain", middle),
            ("leaf", "at the end", leaf),
        ] {
            file.add(
                Vector::reject(
                    "SIG-6",
                    format!("{slug}-{place}"),
                    format!("{title}, {where_}"),
                    input(&user(), &links),
                    twin,
                    "one key",
                )
                .also(&["SIG-3", "SIG-5", "SIG-7", "SIG-ED-1", "DELEG-2"])
                .note("Unusable"),
            );
        }
        let mut rooted = input(&user(), &[from_broken(&session(0))]);
        rooted["sender_pubkey"] = serde_json::json!(model::input::hex(&key));
        file.add(
            Vector::reject(
                "ENV-5",
                format!("{slug}-root"),
                format!("{title}, the sender's"),
                rooted,
                "one-link",
                "the sender's key",
            )
            .also(&["SIG-3", "SIG-5", "SIG-6", "SIG-7", "SIG-ED-1", "DELEG-2"])
            .note("Unusable"),
        );
    }
    // A subnet's key signs well, but not for users.
    let to_subnet = Grant::to_key(&SUBNET.der());
    let by_subnet = |grant: Grant| {
        let signature = SUBNET.sign(&grant.payload());
        grant.with_signature(signature)
    };
    let middle = vec![
        to_subnet.clone().signed(&user()),
        by_subnet(Grant::to(&session(1))),
    ];
    let leaf = vec![
        Grant::to(&session(0)).signed(&user()),
        to_subnet.signed(&session(0)),
    ];
    for (place, title, links) in [
        (
            "middle",
            "A BLS12-381 key within the chain, which signs the next link",
            middle,
        ),
        ("leaf", "A BLS12-381 key at the end", leaf),
    ] {
        file.add(
            Vector::reject(
                "SIG-6",
                format!("bls-{place}"),
                title,
                input(&user(), &links),
                twin,
                "one key",
            )
            .also(&["SIG-5", "DELEG-2"])
            .note("Unusable"),
        );
    }
    let mut rooted = input(&user(), &[by_subnet(Grant::to(&session(0)))]);
    rooted["sender_pubkey"] = serde_json::json!(model::input::hex(&SUBNET.der()));
    file.add(
        Vector::reject(
            "ENV-5",
            "bls-root",
            "The sender has a BLS12-381 key, which signs the link",
            rooted,
            "one-link",
            "the sender's key",
        )
        .also(&["SIG-5", "SIG-6", "DELEG-2"])
        .note("Unusable"),
    );
    let rsa = Signer::plain_rsa();
    let leaf = vec![
        Grant::to(&session(0)).signed(&user()),
        Grant::to(&rsa).signed(&session(0)),
    ];
    file.add(
        Vector::reject(
            "SIG-6",
            "plain-rsa-leaf",
            "A plain RSA key at the end",
            input(&user(), &leaf),
            twin,
            "one key",
        )
        .also(&["SIG-5", "DELEG-2"])
        .note("Unusable"),
    );
}

fn plain_rsa(suite: &mut Suite) {
    let rsa = Signer::plain_rsa();
    let root = (rsa.clone(), chain(&rsa, &[session(0)]));
    let middle = (user(), chain(&user(), &[rsa, session(0)]));
    let places = [
        ("root", "A plain RSA key signs the first link", root),
        ("middle", "A plain RSA key signs the second link", middle),
    ];

    let mut file = suite.file("delegation.verify", "open-questions", "delegation::keys");
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text lists no plain RSA keys; deployed replicas take them for links.",
        "Two implementations with different answers disagree about the same chain.",
    );
    for (place, title, (sender, links)) in &places {
        let input = input(sender, links);
        let output = answer(
            "delegation.verify",
            &fixture::with(input.clone(), &serde_json::json!({"policy": "replica"})),
        );
        file.add(
            Vector::either(
                "delegation.plain_rsa_signer",
                format!("plain-rsa-{place}"),
                *title,
                input,
            )
            .clauses(&["SIG-5", "SIG-6"])
            .by("reject", Answer::Reject)
            .by("accept", Answer::Accept(output))
            .note("Open"),
        );
    }

    let mut file = suite.file("delegation.verify", "replica", "delegation::keys");
    file.note(
        "Lenient",
        "INTEROP",
        "What replicas accept beyond the text.",
        "A client that follows the replica, not the text, is rejected.",
    );
    for (place, title, (sender, links)) in &places {
        file.add(
            accept(
                &format!("replica-plain-rsa-{place}"),
                title,
                input(sender, links),
            )
            .replica()
            .note("Lenient"),
        );
    }
    let (sender, links) = &places[1].2;
    let mut broken = links.clone();
    if let Some(link) = broken.last_mut() {
        *link = link.resigned(&[0x5a; 256]);
    }
    file.add(
        Vector::reject(
            "DELEG-2",
            "replica-plain-rsa-wrong",
            "A plain RSA key did not sign the second link",
            input(sender, &broken),
            "replica-plain-rsa-middle",
            "signature",
        )
        .replica()
        .also(super::BAD_LINK)
        .note("Lenient"),
    );
}
