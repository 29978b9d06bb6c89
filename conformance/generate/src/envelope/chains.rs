//! Vectors of `envelope.verify` about the form of chains.

use model::cbor::Item;

use super::draft::{Draft, call, of_every_kind, query, user};
use super::{accept, reject};
use crate::certificate::fixture::member;
use crate::delegation::grant::{Grant, Link, chain, chain_of, link_item, payload_of};
use crate::delegation::{BAD_LINK, LATER, session};
use crate::signer::Signer;
use crate::{FileBuilder, Suite};

/// The clauses that every accepted chain in CBOR is evidence for.
const CLAUSES: &[&str] = &[
    "DELEG-1", "DELEG-2", "DELEG-3", "DELEG-4", "DELEG-5", "DELEG-6", "DELEG-10", "DELEG-14",
    "DELEG-15", "DELEG-18", "DELEG-22", "ENV-16", "ENV-17", "PERM-1",
];

pub(super) fn generate(suite: &mut Suite) {
    shape(suite);
    order(suite);
    limits(suite);
}

/// `draft` from the user, signed by session 0 through a link with these two parts.
fn through(draft: Draft, link: Item) -> Draft {
    draft
        .delegated(&user(), &[], &session(0))
        .beside("sender_delegation", Item::Array(vec![link]))
}

/// A link to session 0, its delegation signed as it is.
fn signed_link(delegation: Item) -> Item {
    let signature = user().sign(&payload_of(&delegation));
    link_item(delegation, &signature)
}

fn with(item: &Item, name: &str, value: Option<Item>) -> Item {
    let entries = item.as_map().unwrap_or_default().iter();
    let mut entries: Vec<(Item, Item)> = entries
        .filter(|(key, _)| key.as_text() != Some(name))
        .cloned()
        .collect();
    entries.extend(value.map(|value| (Item::text(name), value)));
    Item::Map(entries)
}

fn shape(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "links", "envelope::chains");
    file.note(
        "Shape",
        "BASIC",
        "A link is a map of a delegation and its signature, a delegation a map of its members.",
        "Chains of other agents are refused, or a link without limits is let through.",
    );
    let grant = Grant::to(&session(0))
        .for_targets(&[member()])
        .allowing("all");
    let delegation = grant.item();
    let good = grant.signed(&user());
    let add = |file: &mut FileBuilder<'_>, slug: &str, title: &str, draft: Draft| {
        file.add(
            accept(slug, title, &draft)
                .clauses(CLAUSES)
                .note("Shape")
                .high(),
        );
    };
    add(
        &mut file,
        "link",
        "A link with all members",
        through(call(), good.item()),
    );
    let plain = Grant::to(&session(0)).item();
    add(
        &mut file,
        "link-required-only",
        "A link with the required members only",
        through(call(), signed_link(plain.clone())),
    );
    let reversed = |item: &Item| {
        let entries = item.as_map().unwrap_or_default();
        Item::Map(entries.iter().rev().cloned().collect())
    };
    let backwards = link_item(reversed(&delegation), &good.signature);
    add(
        &mut file,
        "link-reversed",
        "A link with its members in reverse",
        through(call(), reversed(&backwards)),
    );
    add(
        &mut file,
        "link-empty-chain",
        "An empty chain, which is none",
        call()
            .signed(&user())
            .beside("sender_delegation", Item::Array(vec![])),
    );

    // What is signed is what is there.
    let missing = |name: &str| signed_link(with(&delegation, name, None));
    let flat = {
        let mut entries = delegation.as_map().unwrap_or_default().to_vec();
        entries.push((Item::text("signature"), Item::bytes(&good.signature)));
        Item::Map(entries)
    };
    let link = good.item();
    for (slug, title, item) in [
        ("no-expiration", "No expiration", missing("expiration")),
        (
            "no-signature",
            "No signature",
            with(&link, "signature", None),
        ),
        ("flat", "Delegation and signature in one map", flat),
    ] {
        file.add(
            reject(
                "DELEG-1",
                &format!("link-{slug}"),
                title,
                &through(call(), item),
                "link",
                "the members of the link",
            )
            .also(&["CBOR-10", "DELEG-2"])
            .note("Shape")
            .critical(),
        );
    }
    // What is signed is what a verifier reads that overlooks the strange type.
    let shown = |link: &Item, name: &str, value: Item| {
        let delegation = link.field("delegation").cloned();
        let delegation = delegation.map(|delegation| with(&delegation, name, Some(value)));
        with(link, "delegation", delegation)
    };
    let plain = signed_link(plain);
    let named = Grant::to(&session(0)).for_targets(&[b"text".to_vec(), member()]);
    let named = named.signed(&user()).item();
    for (clause, slug, title, item) in [
        (
            "DELEG-1",
            "targets-as-text",
            "The targets are a text",
            shown(&plain, "targets", Item::text("text")),
        ),
        (
            "CBOR-5",
            "expiration-as-text",
            "The expiration is a text",
            shown(&link, "expiration", Item::text(&LATER.to_string())),
        ),
        (
            "CBOR-3",
            "target-as-text",
            "A target is a text",
            shown(
                &named,
                "targets",
                Item::Array(vec![Item::text("text"), Item::Bytes(member())]),
            ),
        ),
    ] {
        file.add(
            reject(
                clause,
                &format!("link-{slug}"),
                title,
                &through(call(), item),
                "link",
                "the type of a member",
            )
            .also(&["DELEG-1", "DELEG-15", "CBOR-4", "CBOR-8"])
            .note("Shape"),
        );
    }
    for (kind, draft) in of_every_kind() {
        let twin = format!("{kind}-link-required-only");
        add(
            &mut file,
            &twin,
            &format!("A {kind} through a link with the required members only"),
            through(draft.clone(), plain.clone()),
        );
        for (slug, title, value) in [
            ("bytes", "bytes", Item::bytes(b"all")),
            ("boolean", "a boolean", Item::Simple(21)),
            ("number", "a number", Item::Unsigned(0)),
            (
                "array",
                "an array with a text",
                Item::Array(vec![Item::text("all")]),
            ),
        ] {
            file.add(
                reject(
                    "PERM-1",
                    &format!("{kind}-permissions-as-{slug}"),
                    &format!("The permissions are {title}, in a {kind}"),
                    &through(draft.clone(), shown(&plain, "permissions", value)),
                    &twin,
                    "the type of a member",
                )
                .also(&["DELEG-1", "CBOR-4"])
                .note("Shape"),
            );
        }
    }
    let long = Grant::to(&session(0)).for_targets(&[member(), vec![0x41; 30]]);
    file.add(
        reject(
            "DELEG-15",
            "link-long-target",
            "A target of 30 bytes beside a good one",
            &through(call(), long.signed(&user()).item()),
            "link",
            "a target",
        )
        .also(&["PRIN-1"])
        .note("Shape"),
    );
    repeated(&mut file);
}

/// Members that occur twice, the first of which is what is signed.
fn repeated(file: &mut FileBuilder<'_>) {
    let twice = |item: &Item, name: &'static str, value: Item| {
        let mut entries = item.as_map().unwrap_or_default().to_vec();
        entries.push((Item::text(name), value));
        Item::Map(entries)
    };
    let grant = Grant::to(&session(0))
        .for_targets(&[member()])
        .allowing("queries");
    let link = grant.clone().signed(&user());
    file.add(
        accept(
            "link-queries",
            "A query through a link with targets and permissions",
            &through(query(), link.item()),
        )
        .clauses(CLAUSES)
        .note("Shape"),
    );
    for (name, value) in [
        ("permissions", Item::text("all")),
        ("targets", Item::Array(vec![])),
        ("expiration", Item::Unsigned(u64::MAX)),
        ("pubkey", Item::Bytes(session(1).spki())),
    ] {
        let delegation = twice(&grant.item(), name, value);
        file.add(
            reject(
                "CBOR-7",
                &format!("link-{name}-twice"),
                &format!("The member {name} of a delegation occurs twice"),
                &through(query(), link_item(delegation, &link.signature)),
                "link-queries",
                "a member repeated",
            )
            .also(&["DELEG-1"])
            .note("Shape")
            .critical(),
        );
    }
    let link = twice(&link.item(), "signature", Item::bytes(&[0x5a; 64]));
    file.add(
        reject(
            "CBOR-7",
            "link-signature-twice",
            "The signature of a link occurs twice",
            &through(query(), link),
            "link-queries",
            "a member repeated",
        )
        .also(&["DELEG-1"])
        .note("Shape"),
    );
}

fn order(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "chains", "envelope::chains");
    file.note(
        "Chain",
        "AUTH_BYPASS",
        "The chain runs from the sender's key to the key of the signature, each link signed by the one before.",
        "Someone without a key of the chain acts for the user.",
    );
    let signers = [session(0), session(1), session(2)];
    let three = chain(&user(), &signers);
    for (kind, draft) in of_every_kind() {
        let sent = |links: &[Link]| draft.clone().delegated(&user(), links, &session(2));
        let twin = format!("{kind}-three-links");
        file.add(
            accept(
                &twin,
                &format!("A {kind} through three links"),
                &sent(&three),
            )
            .clauses(CLAUSES)
            .note("Chain"),
        );
        let foreign = Signer::ed25519("envelope/other");
        let signed_by = |index: usize, signer: &Signer| {
            let mut links = three.clone();
            if let Some(link) = links.get_mut(index) {
                *link = link.grant.clone().signed(signer);
            }
            links
        };
        let picked = |indices: [usize; 3]| -> Vec<Link> {
            let links = indices.iter().filter_map(|index| three.get(*index));
            links.cloned().collect()
        };
        for (slug, title, links, clauses) in [
            (
                "first-foreign",
                "whose first link is not signed by the sender",
                signed_by(0, &foreign),
                &["DELEG-3"][..],
            ),
            (
                "middle-foreign",
                "whose second link is not signed by the first key",
                signed_by(1, &foreign),
                &["DELEG-4", "DELEG-18"],
            ),
            (
                "last-foreign",
                "whose last link is not signed by the second key",
                signed_by(2, &foreign),
                &["DELEG-4"],
            ),
            (
                "last-by-root",
                "whose last link is signed by the sender",
                signed_by(2, &user()),
                &["DELEG-4"],
            ),
            (
                "swapped",
                "with the first two links swapped",
                picked([1, 0, 2]),
                &["ENV-16"],
            ),
            (
                "reversed",
                "with the links in reverse",
                picked([2, 1, 0]),
                &["ENV-16"],
            ),
        ] {
            // A chain that is out of order ends in another key, which then signs.
            let leaf = match slug {
                "reversed" => session(0),
                _ => session(2),
            };
            file.add(
                reject(
                    "DELEG-2",
                    &format!("{kind}-chain-{slug}"),
                    &format!("A {kind} {title}"),
                    &draft.clone().delegated(&user(), &links, &leaf),
                    &twin,
                    "signer or order of the links",
                )
                .also(BAD_LINK)
                .also(&["ENV-6"])
                .clauses(clauses)
                .note("Chain")
                .critical(),
            );
        }
        let back = chain(&user(), &[session(0), user()]);
        file.add(
            reject(
                "DELEG-6",
                &format!("{kind}-chain-back"),
                &format!("A {kind} through a chain back to the sender"),
                &draft.clone().delegated(&user(), &back, &user()),
                &twin,
                "a key",
            )
            .note("Chain"),
        );
    }
}

fn limits(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "chain-limits", "envelope::chains");
    file.note(
        "Limits",
        "RESOURCES",
        "At most 20 links, at most 1000 targets each.",
        "Requests cost more than the network allows; smaller limits lock users out.",
    );
    let of_length = |count: usize| {
        let signers: Vec<Signer> = (0..count).map(session).collect();
        let leaf = session(count.saturating_sub(1));
        query().delegated(&user(), &chain(&user(), &signers), &leaf)
    };
    for count in [5, 20] {
        file.add(
            accept(
                &format!("links-{count}"),
                &format!("A query through {count} links"),
                &of_length(count),
            )
            .clauses(CLAUSES)
            .note("Limits"),
        );
    }
    file.add(
        reject(
            "DELEG-5",
            "links-21",
            "A query through 21 links",
            &of_length(21),
            "links-20",
            "one link more",
        )
        .note("Limits"),
    );
    let with_targets = |count: u16| {
        let mut targets: Vec<Vec<u8>> = (1..count).map(|n| n.to_be_bytes().to_vec()).collect();
        targets.push(member());
        let links = chain_of(&user(), &[session(0)], |_, grant| {
            grant.for_targets(&targets)
        });
        query().delegated(&user(), &links, &session(0))
    };
    let mut accepted = accept(
        "targets-1000",
        "A query through a link with 1000 targets",
        &with_targets(1000),
    );
    accepted = accepted.clauses(CLAUSES).note("Limits");
    file.add(accepted);
    file.add(
        reject(
            "DELEG-10",
            "targets-1001",
            "A query through a link with 1001 targets",
            &with_targets(1001),
            "targets-1000",
            "one target more",
        )
        .note("Limits"),
    );
}
