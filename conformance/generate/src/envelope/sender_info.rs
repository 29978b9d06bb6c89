//! Vectors of `envelope.verify` about sender information.

use model::cbor::Item;

use super::draft::{Draft, call, query, read_state, user};
use super::{accept, reject};
use crate::certificate::fixture::{SUBNET, canister};
use crate::delegation::grant::chain;
use crate::delegation::session;
use crate::signer::Signer;
use crate::{FileBuilder, Suite};

const CLAUSES: &[&str] = &[
    "SINFO-1", "SINFO-2", "SINFO-4", "SINFO-5", "SINFO-6", "SINFO-7", "SINFO-8", "SINFO-9",
    "SINFO-10", "SINFO-13",
];

/// The canister that vouches.
const NUMBER: u64 = 0x10_1234;

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "sender-info", "envelope::sender_info");
    file.note(
        "Info",
        "AUTH_BYPASS",
        "Sender information is vouched for by the canister whose key the sender has.",
        "A canister believes what nobody vouched for.",
    );
    accepted(&mut file);
    members(&mut file);
    foreign(&mut file);
    wrong(&mut file);
    subnet(&mut file);
}

fn issuer() -> Signer {
    Signer::canister(NUMBER, b"user")
}

/// Sender information of the canister of `signer`.
fn info(info: &[u8], signer: &Signer) -> Item {
    info_by(info, &canister(NUMBER), &signer.sign(&payload(info)))
}

fn info_by(info: &[u8], signer: &[u8], sig: &[u8]) -> Item {
    Item::record(&[
        ("info", Item::bytes(info)),
        ("signer", Item::bytes(signer)),
        ("sig", Item::bytes(sig)),
    ])
}

fn payload(info: &[u8]) -> Vec<u8> {
    [b"\x0eic-sender-info".as_slice(), info].concat()
}

/// `draft` with sender information, from the user of the canister through a session.
fn sent(draft: Draft, info: Item) -> Draft {
    let links = chain(&issuer(), &[session(0)]);
    draft
        .with("sender_info", info)
        .delegated(&issuer(), &links, &session(0))
}

fn accepted(file: &mut FileBuilder<'_>) {
    for (slug, title, draft) in [
        (
            "call",
            "A call with sender information",
            sent(call(), info(b"information", &issuer())),
        ),
        (
            "query",
            "A query with sender information",
            sent(query(), info(b"information", &issuer())),
        ),
        (
            "direct",
            "Sender information and a request signed by the canister itself",
            call()
                .with("sender_info", info(b"information", &issuer()))
                .signed(&issuer()),
        ),
        (
            "empty",
            "Empty information",
            sent(call(), info(b"", &issuer())),
        ),
        (
            "long",
            "Long information",
            sent(call(), info(&[0x69; 2000], &issuer())),
        ),
        (
            "absent",
            "No sender information, though the sender has a canister's key",
            call().delegated(&issuer(), &chain(&issuer(), &[session(0)]), &session(0)),
        ),
        (
            "foreign-canister",
            "A call to another canister than the one that vouches",
            sent(
                call().to(&canister(0x20_0001)),
                info(b"information", &issuer()),
            ),
        ),
    ] {
        file.add(
            accept(&format!("info-{slug}"), title, &draft)
                .clauses(CLAUSES)
                .note("Info")
                .high(),
        );
    }
}

fn members(file: &mut FileBuilder<'_>) {
    let full = info(b"information", &issuer());
    let without = |info: &Item, name: &str| {
        let entries = info.as_map().unwrap_or_default().iter();
        let kept = entries.filter(|(key, _)| key.as_text() != Some(name));
        Item::Map(kept.cloned().collect())
    };
    // Whoever fills in a default has the signature that fits it.
    let empty = info(b"", &issuer());
    for (name, info) in [
        ("sig", without(&full, "sig")),
        ("signer", without(&full, "signer")),
        ("info", without(&empty, "info")),
    ] {
        file.add(
            reject(
                "SINFO-1",
                &format!("info-without-{name}"),
                &format!("Sender information without {name}"),
                &sent(call(), info),
                "info-call",
                "a member left out",
            )
            .note("Info")
            .critical(),
        );
    }
    let changed = sent(call(), full).with("sender_info", info(b"other", &issuer()));
    file.add(
        reject(
            "ENV-6",
            "info-changed",
            "Sender information that was exchanged after signing",
            &changed,
            "info-call",
            "sender information",
        )
        .clauses(&["SINFO-9"])
        .note("Info")
        .critical(),
    );
}

fn foreign(file: &mut FileBuilder<'_>) {
    let full = info(b"information", &issuer());
    for (kind, draft) in [("call", call()), ("query", query())] {
        file.add(
            accept(
                &format!("info-anonymous-{kind}-absent"),
                &format!("An anonymous {kind} without sender information"),
                &draft,
            )
            .note("Info"),
        );
        file.add(
            reject(
                "SINFO-3",
                &format!("info-anonymous-{kind}"),
                &format!("An anonymous {kind} with sender information"),
                &draft.clone().with("sender_info", full.clone()),
                &format!("info-anonymous-{kind}-absent"),
                "sender information",
            )
            .also(&["SINFO-2"])
            .note("Info")
            .critical(),
        );
        file.add(
            accept(
                &format!("info-ed25519-{kind}-absent"),
                &format!("A {kind} of a user with an Ed25519 key"),
                &draft.clone().signed(&user()),
            )
            .note("Info"),
        );
        file.add(
            reject(
                "SINFO-2",
                &format!("info-ed25519-{kind}"),
                &format!("A {kind} with sender information of a user with an Ed25519 key"),
                &draft.with("sender_info", full.clone()).signed(&user()),
                &format!("info-ed25519-{kind}-absent"),
                "sender information",
            )
            .note("Info")
            .critical(),
        );
    }
    // A canister's key within the chain vouches for nobody.
    let links = chain(&user(), &[issuer(), session(0)]);
    file.add(
        accept(
            "info-middle-absent",
            "A canister's key within the chain",
            &call().delegated(&user(), &links, &session(0)),
        )
        .note("Info"),
    );
    file.add(
        reject(
            "SINFO-2",
            "info-middle",
            "Sender information of a canister whose key is within the chain",
            &call()
                .with("sender_info", full)
                .delegated(&user(), &links, &session(0)),
            "info-middle-absent",
            "sender information",
        )
        .note("Info")
        .critical(),
    );
}

fn wrong(file: &mut FileBuilder<'_>) {
    let text = b"information".as_slice();
    let sig = issuer().sign(&payload(text));
    let other = Signer::canister(0x20_0001, b"user");
    for (slug, title, signer) in [
        ("another", "another canister", canister(0x20_0001)),
        ("empty", "the empty principal", vec![]),
        ("user", "the sender", issuer().principal()),
    ] {
        file.add(
            reject(
                "SINFO-4",
                &format!("info-signer-{slug}"),
                &format!("The signer is {title}"),
                &sent(call(), info_by(text, &signer, &sig)),
                "info-call",
                "signer",
            )
            .note("Info")
            .critical(),
        );
    }
    let own = canister(NUMBER);
    for (slug, title, sig) in [
        (
            "session",
            "signed by the last key of the chain",
            session(0).sign(&payload(text)),
        ),
        (
            "other-canister",
            "signed by another canister",
            other.sign(&payload(text)),
        ),
        (
            "other-seed",
            "signed with another key of the canister",
            Signer::canister(NUMBER, b"other").sign(&payload(text)),
        ),
        (
            "other-info",
            "with the signature of other information",
            issuer().sign(&payload(b"other")),
        ),
        (
            "no-separator",
            "signed without separator",
            issuer().sign(text),
        ),
        ("empty", "with an empty signature", Vec::new()),
    ] {
        file.add(
            reject(
                "SINFO-5",
                &format!("info-sig-{slug}"),
                &format!("Sender information {title}"),
                &sent(call(), info_by(text, &own, &sig)),
                "info-call",
                "signature of the information",
            )
            .also(&["SINFO-6", "SINFO-7"])
            .clauses(&["SINFO-6"])
            .note("Info")
            .critical(),
        );
    }
    // The last key of the chain is a canister's key, too, and the one that signed.
    let second = Signer::canister(NUMBER, b"session");
    let links = chain(&issuer(), core::slice::from_ref(&second));
    let through = |info: Item| {
        call()
            .with("sender_info", info)
            .delegated(&issuer(), &links, &second)
    };
    file.add(
        accept(
            "info-canister-session",
            "The last key of the chain is a canister's, too",
            &through(info(text, &issuer())),
        )
        .clauses(CLAUSES)
        .note("Info"),
    );
    file.add(
        reject(
            "SINFO-5",
            "info-canister-session-signs",
            "Sender information signed by the last key of the chain, which is the canister's, too",
            &through(info_by(text, &own, &second.sign(&payload(text)))),
            "info-canister-session",
            "signature of the information",
        )
        .note("Info")
        .critical(),
    );
}

fn subnet(file: &mut FileBuilder<'_>) {
    let create = || {
        call()
            .to(&[])
            .calling("create_canister")
            .at_subnet(&SUBNET.id())
    };
    let text = b"information".as_slice();
    file.add(
        accept(
            "info-subnet",
            "The creation of a canister with sender information at a subnet's endpoint",
            &sent(create(), info(text, &issuer())),
        )
        .clauses(&["SINFO-14"])
        .note("Info"),
    );
    let sig = issuer().sign(&payload(b"other"));
    file.add(
        reject(
            "SINFO-5",
            "info-subnet-wrong",
            "The creation of a canister with the signature of other information",
            &sent(create(), info_by(text, &canister(NUMBER), &sig)),
            "info-subnet",
            "signature of the information",
        )
        .also(&["SINFO-14"])
        .clauses(&["SINFO-14"])
        .note("Info"),
    );
    // On a read_state request it is an unknown member, see the open questions.
    file.add(
        accept(
            "info-read-absent",
            "A read by a user of a canister",
            &read_state().delegated(&issuer(), &chain(&issuer(), &[session(0)]), &session(0)),
        )
        .clauses(&["SINFO-8", "ENV-20"])
        .note("Info"),
    );
}
