//! Vectors of `delegation.verify` about signatures, their order, and cycles.

use model::crypto::sha256;

use super::grant::{Grant, Link, chain, chain_of};
use super::{CHAINS, LATER, NOW, accept, bad_link, input, session, user};
use crate::certificate::fixture::{SECOND, member};
use crate::signer::Signer;
use crate::{Answer, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    signatures(suite);
    payloads(suite);
    order(suite);
    cycles(suite);
}

fn sessions(count: usize) -> Vec<Signer> {
    (0..count).map(session).collect()
}

fn signatures(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "signatures", "delegation::chains");
    file.note(
        "Signer",
        "AUTH_BYPASS",
        "Each link is signed by the key before it, the first one by the sender's key.",
        "Someone without a key of the chain hands on an authority that he never had.",
    );
    for (count, slug, title) in [
        (0, "no-link", "No link: the key acts for itself"),
        (1, "one-link", "One link"),
        (2, "two-links", "Two links"),
        (3, "three-links", "Three links"),
    ] {
        let links = chain(&user(), &sessions(count));
        file.add(
            accept(slug, title, input(&user(), &links))
                .note("Signer")
                .high(),
        );
    }

    let foreign = Signer::ed25519("delegation/foreign");
    let three = chain(&user(), &sessions(3));
    // The link at `index` signed by someone else.
    let signed_by = |index: usize, signer: &Signer| {
        let mut links = three.clone();
        if let Some(link) = links.get_mut(index) {
            *link = link.grant.clone().signed(signer);
        }
        links
    };
    let one = vec![Grant::to(&session(0)).signed(&foreign)];
    file.add(
        bad_link(
            "one-link-foreign",
            "The only link is signed by a key outside the chain",
            input(&user(), &one),
            "one-link",
            "signer of the link",
        )
        .clauses(&["DELEG-3"])
        .note("Signer"),
    );
    let own = vec![Grant::to(&session(0)).signed(&session(0))];
    file.add(
        bad_link(
            "one-link-by-its-key",
            "The link is signed by the key that it delegates to",
            input(&user(), &own),
            "one-link",
            "signer of the link",
        )
        .clauses(&["DELEG-3"])
        .note("Signer"),
    );
    for (slug, title, links, clauses) in [
        (
            "first-foreign",
            "The first of three links is signed by a key outside the chain",
            signed_by(0, &foreign),
            &["DELEG-3"][..],
        ),
        (
            "middle-foreign",
            "The second of three links is signed by a key outside the chain",
            signed_by(1, &foreign),
            &["DELEG-4", "DELEG-18"],
        ),
        (
            "last-foreign",
            "The last of three links is signed by a key outside the chain",
            signed_by(2, &foreign),
            &["DELEG-4"],
        ),
        (
            "middle-by-root",
            "The second of three links is signed by the sender's key",
            signed_by(1, &user()),
            &["DELEG-4", "DELEG-18"],
        ),
        (
            "last-by-root",
            "The last of three links is signed by the sender's key",
            signed_by(2, &user()),
            &["DELEG-4"],
        ),
        (
            "last-by-first",
            "The last of three links is signed by the first key delegated to",
            signed_by(2, &session(0)),
            &["DELEG-4"],
        ),
    ] {
        file.add(
            bad_link(
                slug,
                title,
                input(&user(), &links),
                "three-links",
                "signer of one link",
            )
            .clauses(clauses)
            .note("Signer"),
        );
    }
}

fn payloads(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "payloads", "delegation::chains");
    file.note(
        "Payload",
        "AUTH_BYPASS",
        "A signature covers the separator of delegations and the hash of this delegation.",
        "A signature made for something else becomes a delegation, or a delegation can be changed.",
    );
    let grant = Grant::to(&session(0))
        .for_targets(&[member()])
        .allowing("queries");
    let link = grant.clone().signed(&user());
    file.add(
        accept(
            "restricted-link",
            "One link with targets and permissions",
            input(&user(), core::slice::from_ref(&link)),
        )
        .note("Payload"),
    );
    let hash = grant.payload().split_off(27);
    let encoded = grant.item().encode();
    let separated = |separator: &[u8], message: &[u8]| [separator, message].concat();
    for (slug, title, payload) in [
        (
            "request-separator",
            "Signed with the separator of requests",
            separated(b"\x0aic-request", &hash),
        ),
        (
            "sender-info-separator",
            "Signed with the separator of sender information",
            separated(b"\x0eic-sender-info", &hash),
        ),
        (
            "no-length",
            "Signed with a separator that lacks its length byte",
            separated(b"ic-request-auth-delegation", &hash),
        ),
        ("no-separator", "The bare hash is signed", hash.clone()),
        (
            "encoding",
            "The encoding of the delegation is signed, not its hash",
            separated(b"\x1aic-request-auth-delegation", &encoded),
        ),
        (
            "hash-of-encoding",
            "The hash of the encoding is signed",
            separated(b"\x1aic-request-auth-delegation", &sha256(&encoded)),
        ),
    ] {
        let link = link.resigned(&user().sign(&payload));
        file.add(
            bad_link(
                &format!("signed-{slug}"),
                title,
                input(&user(), &[link]),
                "restricted-link",
                "signed bytes",
            )
            .note("Payload"),
        );
    }
    let changes: [(&str, &str, fn(Grant) -> Grant, &[&str]); 5] = [
        (
            "prolonged",
            "The expiration was put off after signing",
            |grant| grant.until(LATER + SECOND),
            &[],
        ),
        (
            "target-added",
            "A target was added after signing",
            |grant| grant.for_targets(&[member(), vec![1]]),
            &["DELEG-11"],
        ),
        (
            "targets-dropped",
            "The targets were dropped after signing",
            Grant::for_all,
            &["DELEG-21"],
        ),
        (
            "permissions-dropped",
            "The permissions were dropped after signing",
            Grant::without_permissions,
            &["PERM-7", "DELEG-21"],
        ),
        (
            "permissions-lifted",
            "The permissions were widened after signing",
            |grant| grant.allowing("all"),
            &["PERM-7"],
        ),
    ];
    for (slug, title, change, clauses) in changes {
        file.add(
            bad_link(
                slug,
                title,
                input(&user(), &[link.altered(change)]),
                "restricted-link",
                "one member of the signed delegation",
            )
            .clauses(clauses)
            .note("Payload"),
        );
    }
    let without = |count: usize| {
        let kept = link.signature.len().saturating_sub(count);
        link.signature.get(..kept).unwrap_or_default().to_vec()
    };
    for (slug, title, signature) in [
        ("empty-signature", "An empty signature", Vec::new()),
        (
            "short-signature",
            "A signature without its last byte",
            without(1),
        ),
        (
            "long-signature",
            "A signature with a byte too many",
            [link.signature.as_slice(), &[0]].concat(),
        ),
        (
            "signature-of-another",
            "The signature of another delegation",
            Grant::to(&session(1)).signed(&user()).signature,
        ),
    ] {
        file.add(
            bad_link(
                slug,
                title,
                input(&user(), &[link.resigned(&signature)]),
                "restricted-link",
                "signature",
            )
            .note("Payload"),
        );
    }
}

fn order(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "order", "delegation::chains");
    file.note(
        "Order",
        "BASIC",
        "Links stand in the order in which authority was handed on.",
        "Two implementations disagree about who is at the end of a chain.",
    );
    let twin = "two-links";
    let links = chain(&user(), &sessions(3));
    let pick = |indices: &[usize]| -> Vec<Link> {
        let links = indices.iter().filter_map(|index| links.get(*index));
        links.cloned().collect()
    };
    for (slug, title, indices, twin) in [
        ("reversed-two", "Two links in reverse", &[1, 0][..], twin),
        (
            "reversed-three",
            "Three links in reverse",
            &[2, 1, 0],
            "three-links",
        ),
        (
            "shuffled",
            "The last two of three links swapped",
            &[0, 2, 1],
            "three-links",
        ),
        (
            "rotated",
            "The first of three links at the end",
            &[1, 2, 0],
            "three-links",
        ),
    ] {
        file.add(
            bad_link(
                slug,
                title,
                input(&user(), &pick(indices)),
                twin,
                "order of the links",
            )
            .clauses(&["ENV-16"])
            .note("Order"),
        );
    }
    for (slug, title, indices, twin) in [
        (
            "first-left-out",
            "The first of two links is missing",
            &[1][..],
            "one-link",
        ),
        (
            "middle-left-out",
            "The second of three links is missing",
            &[0, 2],
            twin,
        ),
    ] {
        file.add(
            bad_link(
                slug,
                title,
                input(&user(), &pick(indices)),
                twin,
                "a link left out",
            )
            .clauses(&["DELEG-3", "DELEG-4"])
            .note("Order"),
        );
    }
}

fn cycles(suite: &mut Suite) {
    let mut file = suite.file("delegation.verify", "cycles", "delegation::chains");
    file.note(
        "Cycle",
        "EDGE_CASE",
        "No key occurs twice in a chain, the sender's included.",
        "Chains can be made that say nothing, or that hide where authority came from.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text does not say whether keys are the same by their bytes or by what they stand for.",
        "Two implementations with different answers disagree about the same chain.",
    );
    let (a, b, c) = (user(), session(0), session(1));
    for (slug, title, keys, twin) in [
        (
            "self",
            "A key that delegates to itself",
            vec![&a],
            "one-link",
        ),
        ("back", "There and back", vec![&b, &a], "two-links"),
        (
            "later-self",
            "The second key delegates to itself",
            vec![&b, &b],
            "two-links",
        ),
        (
            "later-cycle",
            "Back to the second key",
            vec![&b, &c, &b],
            "three-links",
        ),
        (
            "long-cycle",
            "Back to the sender's key",
            vec![&b, &c, &a],
            "three-links",
        ),
        (
            "third-self",
            "The third key delegates to itself",
            vec![&b, &c, &c],
            "three-links",
        ),
    ] {
        let keys: Vec<Signer> = keys.into_iter().cloned().collect();
        let input = input(&a, &chain(&a, &keys));
        file.add(
            Vector::reject("DELEG-6", slug, title, input, twin, "one key")
                .clauses(CHAINS)
                .note("Cycle"),
        );
    }
    // Another permission makes another delegation, but not another key.
    let restricted = chain_of(&a, &[b.clone(), a.clone()], |index, grant| {
        if index == 1 {
            grant.allowing("queries").until(NOW)
        } else {
            grant
        }
    });
    file.add(
        Vector::reject(
            "DELEG-6",
            "restricted-back",
            "There and back, restricted on the way",
            input(&a, &restricted),
            "two-links",
            "one key",
        )
        .note("Cycle"),
    );

    let label = "delegation/two-forms";
    for (slug, title, plain, passkey) in [
        (
            "same-point-p256",
            "One P-256 key, plain and as a passkey",
            Signer::p256(label),
            Signer::webauthn_es256(label),
        ),
        (
            "same-point-ed25519",
            "One Ed25519 key, plain and as a passkey",
            Signer::ed25519(label),
            Signer::webauthn_ed25519(label),
        ),
    ] {
        let input = input(&plain, &chain(&plain, core::slice::from_ref(&passkey)));
        let output = crate::certificate::fixture::answer("delegation.verify", &input);
        file.add(
            Vector::either("delegation.key_identity", slug, title, input)
                .clauses(&["DELEG-6"])
                .by("bytes", Answer::Accept(output))
                .by("key", Answer::Reject)
                .note("Open"),
        );
    }
}
