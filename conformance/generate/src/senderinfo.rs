//! Sender information: `senderinfo.verify`.

use model::crypto::{sha256, sha256_of};
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use crate::certificate::fixture::{
    OTHER, ROOT, TIME, Topology, WEEK, canister, leaf, leb128, with,
};
use crate::csig::{Draft, state_at, witness};
use crate::signer::Signer;
use crate::{Suite, Vector};

const OP: &str = "senderinfo.verify";

/// The clauses that every accepted vector is evidence for.
const CLAUSES: &[&str] = &[
    "SINFO-2", "SINFO-4", "SINFO-5", "SINFO-6", "SINFO-7", "SINFO-10", "SINFO-13",
];

/// What is signed.
pub(crate) fn payload(info: &[u8]) -> Vec<u8> {
    [b"\x0eic-sender-info".as_slice(), info].concat()
}

/// Adds the vectors.
pub(crate) fn generate(suite: &mut Suite) {
    accepted(suite);
    senders(suite);
    payloads(suite);
    signatures(suite);
}

/// The information of most vectors.
const INFO: &[u8] = b"name=Ada";

/// A signature on what belongs to `info`.
fn draft(info: &[u8]) -> Draft {
    Draft::of(&payload(info))
}

fn input(draft: &Draft, info: &[u8]) -> Value {
    json!({
        "sender_pubkey": hex(&draft.spki()),
        "info": hex(info),
        "signer": hex(&draft.canister),
        "sig": hex(&draft.encode()),
        "root_key": hex(&ROOT.der()),
    })
}

fn accept(slug: &str, title: &str, input: Value) -> Vector {
    Vector::accept(slug, title, input).clauses(CLAUSES).high()
}

fn reject(
    clause: &str,
    slug: &str,
    title: &str,
    input: Value,
    twin: &str,
    mutation: &str,
) -> Vector {
    Vector::reject(clause, slug, title, input, twin, mutation).critical()
}

fn accepted(suite: &mut Suite) {
    let mut file = suite.file(OP, "valid", "senderinfo::accepted");
    file.note(
        "Valid",
        "BASIC",
        "The canister that signs for a user says something about the user.",
        "Applications don't learn what the user's identity service attests.",
    );
    let usual = draft(INFO);
    let long = vec![0xa5; 2_000];
    for (slug, title, info) in [
        ("usual", "Some information", INFO),
        ("empty", "Empty information", b""),
        ("long", "2000 bytes of information", &long),
        (
            "separator",
            "Information that begins like a separator",
            b"\x0eic-sender-info",
        ),
    ] {
        file.add(accept(slug, title, input(&draft(info), info)).note("Valid"));
    }
    let vector = accept("replica", "Some information", input(&usual, INFO));
    file.add(vector.replica().note("Valid"));
    let undelegated = input(&usual.clone().under(None), INFO);
    let vector = accept(
        "root-signed",
        "Signed by a canister of the root subnet",
        undelegated,
    );
    file.add(vector.note("Valid"));
    file.note(
        "Age",
        "INTEROP",
        "The signature is bound to no time and no request.",
        "Strict: what an identity service signed once has to be fetched again for each request.",
    );
    for (slug, title, time) in [
        ("year-old", "Certified a year earlier", TIME - 52 * WEEK),
        ("at-zero", "Certified at the beginning of time", 0),
        ("at-end", "Certified at the end of time", u64::MAX),
    ] {
        let state = state_at(
            &[(&usual.canister, leaf(usual.tree.root()))],
            Some(leb128(time)),
        );
        let input = input(&usual.clone().in_state(state), INFO);
        file.add(accept(slug, title, input).note("Age"));
    }
}

fn senders(suite: &mut Suite) {
    let mut file = suite.file(OP, "sender", "senderinfo::senders");
    file.note(
        "Sender",
        "AUTH_BYPASS",
        "Only a canister speaks about a user, and only the one that the user's key names.",
        "Lax: users attest themselves what they like.",
    );
    let usual = draft(INFO);
    let good = input(&usual, INFO);
    file.add(
        accept(
            "sender",
            "The key and the signer of the same canister",
            good.clone(),
        )
        .note("Sender"),
    );
    for (name, signer) in Signer::of_every_plain_scheme() {
        let sig = signer.sign(&payload(INFO));
        for (slug, title, sig) in [
            (
                format!("key-{name}"),
                format!("A key of the scheme {name}, signed by the canister"),
                None,
            ),
            (
                format!("key-{name}-signed"),
                format!("A key of the scheme {name}, signed with it"),
                Some(sig),
            ),
        ] {
            let mut more = json!({"sender_pubkey": hex(&signer.spki())});
            if let Some(sig) = sig {
                more = with(more, &json!({"sig": hex(&sig)}));
            }
            let vector = reject(
                "SINFO-2",
                &slug,
                &title,
                with(good.clone(), &more),
                "sender",
                "a key of another scheme",
            );
            file.add(vector.note("Sender"));
        }
    }
    let ids: [(&str, &str, Vec<u8>); 5] = [
        ("signer-other", "Another canister", canister(0x10_4321)),
        ("signer-empty", "The management canister", Vec::new()),
        ("signer-anonymous", "The anonymous principal", vec![4]),
        (
            "signer-shorter",
            "All of the canister's id but the last byte",
            usual
                .canister
                .split_last()
                .map_or(Vec::new(), |(_, id)| id.to_vec()),
        ),
        (
            "signer-user",
            "The principal of the user",
            usual.principal(),
        ),
    ];
    for (slug, title, id) in ids {
        let vector = reject(
            "SINFO-4",
            slug,
            &format!("{title} as signer"),
            with(good.clone(), &json!({"signer": hex(&id)})),
            "sender",
            "another signer",
        );
        file.add(vector.note("Sender"));
    }
}

fn payloads(suite: &mut Suite) {
    let mut file = suite.file(OP, "payload", "senderinfo::payloads");
    file.note(
        "Payload",
        "AUTH_BYPASS",
        "What is signed is the separator and the information, and nothing else.",
        "Lax: what a canister signs for another purpose passes for information about a user. Strict: no information is accepted.",
    );
    let usual = draft(INFO);
    let good = input(&usual, INFO);
    file.add(accept("payload", "Separator and information signed", good).note("Payload"));
    let signer = usual.canister.clone();
    let mut entries = [
        [sha256(b"info"), sha256(INFO)].concat(),
        [sha256(b"signer"), sha256(&signer)].concat(),
    ];
    entries.sort();
    let map_hash = sha256(&entries.concat());
    let cases: &[(&str, &str, Vec<u8>, &str)] = &[
        (
            "bare",
            "The information signed without separator",
            INFO.to_vec(),
            "the separator left out",
        ),
        (
            "no-length",
            "Signed without the separator's first byte",
            [b"ic-sender-info", INFO].concat(),
            "the first byte of the separator left out",
        ),
        (
            "map-hash",
            "The hash of information and signer signed",
            payload(&map_hash),
            "the hash of the map instead of the information",
        ),
        (
            "info-hash",
            "The hash of the information signed",
            payload(&sha256(INFO)),
            "a hash instead of the information",
        ),
        (
            "signer-too",
            "Information and signer signed",
            payload(&[INFO, &signer].concat()),
            "the signer appended to what is signed",
        ),
        (
            "as-request",
            "Signed behind the separator of requests",
            [b"\x0aic-request", INFO].concat(),
            "the separator of requests",
        ),
        (
            "as-delegation",
            "Signed behind the separator of delegations",
            [b"\x1aic-request-auth-delegation", INFO].concat(),
            "the separator of delegations",
        ),
        (
            "other-info",
            "Other information signed",
            payload(b"name=Eve"),
            "other information",
        ),
        (
            "no-info",
            "Nothing signed but the separator",
            payload(b""),
            "the information left out of what is signed",
        ),
    ];
    for (slug, title, signed, mutation) in cases {
        let draft = usual.clone().shown(witness(&usual.seed, signed));
        let input = input(&draft, INFO);
        let vector = reject("SINFO-5", slug, title, input, "payload", mutation);
        file.add(vector.clauses(&["SINFO-6"]).note("Payload"));
    }
    let vector = reject(
        "SINFO-5",
        "info-emptied",
        "Empty information with the signature on some",
        with(input(&usual, INFO), &json!({"info": ""})),
        "payload",
        "the information left out",
    );
    file.add(vector.note("Payload"));
}

fn signatures(suite: &mut Suite) {
    let mut file = suite.file(OP, "signature", "senderinfo::signatures");
    file.note(
        "Signature",
        "AUTH_BYPASS",
        "The whole of canister signatures holds here: certificate, ranges, type of the subnet, tree and witness.",
        "Lax: whoever controls a subnet attests what it likes about the users of every canister.",
    );
    let usual = draft(INFO);
    file.add(accept("signature", "A canister signature", input(&usual, INFO)).note("Signature"));
    let of = |topology: Topology| input(&usual.clone().under(Some(topology)), INFO);
    let sharded = Topology::sharded;
    let outside = draft(INFO).by(&canister(3));
    let seed = draft(INFO).with_seed(b"user 2");
    let twice = Tree::fork(usual.tree.clone(), Tree::labeled("sig", Tree::Empty));
    let cases: &[(&str, &str, Value, &str)] = &[
        (
            "no-type",
            "No subnet type",
            of(Topology {
                kind: None,
                ..sharded()
            }),
            "the type left out",
        ),
        (
            "cloud-engine",
            "A cloud engine",
            of(Topology {
                kind: Some(leaf("cloud_engine")),
                ..sharded()
            }),
            "another type",
        ),
        (
            "no-ranges",
            "No ranges",
            of(Topology {
                shards: None,
                ..sharded()
            }),
            "the ranges left out",
        ),
        (
            "outside",
            "A canister outside of the ranges",
            input(&outside, INFO),
            "another canister",
        ),
        (
            "other-root",
            "Under another root key",
            with(input(&usual, INFO), &json!({"root_key": hex(&OTHER.der())})),
            "another root key",
        ),
        (
            "ill-formed",
            "A tree with the same label twice",
            input(&usual.clone().shown(twice), INFO),
            "a second label `sig`",
        ),
        (
            "value",
            "A witness with a value",
            input(
                &usual.clone().shown(Tree::labeled(
                    "sig",
                    Tree::labeled(
                        sha256(&usual.seed),
                        Tree::labeled(sha256_of(&[&payload(INFO)]), leaf("x")),
                    ),
                )),
                INFO,
            ),
            "a value in the witness",
        ),
        (
            "other-seed",
            "Signed for another user of the canister",
            with(
                input(&seed, INFO),
                &json!({"sender_pubkey": hex(&usual.spki())}),
            ),
            "another seed",
        ),
        (
            "empty-signature",
            "An empty signature",
            with(input(&usual, INFO), &json!({"sig": ""})),
            "the signature left out",
        ),
    ];
    for (slug, title, input, mutation) in cases {
        let vector = reject("SINFO-5", slug, title, input.clone(), "signature", mutation);
        file.add(vector.clauses(&["SINFO-7"]).note("Signature"));
    }
}
