//! Several signatures, and where the keys come from.

use model::hashtree::Tree;
use serde_json::json;

use super::{
    Answer, CLAUSES, Node, OP, ask, ask_with, entry, payload, reply, request_id, response,
    signed_by, signed_note, state_with, subnet_of, usual_certificate, usual_nodes, usual_response,
};
use crate::certificate::fixture::{
    OTHER, SECOND, SUBNET, TIME, Topology, delegated, dir, gap, leaf,
};
use crate::signer::Signer;
use crate::vector::Answer as Verdict;
use crate::{Suite, Vector};

/// QUERY-SIG-5, QUERY-SIG-15.
pub(super) fn several(suite: &mut Suite) {
    let mut file = suite.file(OP, "several", "querysig::nodes");
    signed_note(&mut file);
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text sets no limit to the number of signatures; client libraries take one per node.",
        "None; the report says which way an implementation went.",
    );
    let [first, second] = usual_nodes();
    let answer = reply();
    let by = |node: &Node, time: u64| signed_by(node, &answer, time);
    let bad = |node: &Node| {
        let other = payload(&Answer::Replied(vec![1]).map(TIME, &request_id()));
        entry(TIME, &node.key.sign(&other), &node.id)
    };
    // A signature for the timestamp of the other entry.
    let swapped = |node: &Node, time: u64| {
        let payload = payload(&answer.map(TIME, &request_id()));
        entry(time, &node.key.sign(&payload), &node.id)
    };
    let earlier = TIME - SECOND;
    for (slug, title, signatures) in [
        (
            "two",
            "Two signatures",
            vec![by(&first, TIME), by(&second, TIME)],
        ),
        (
            "two-times",
            "Two signatures at different times",
            vec![by(&first, TIME), by(&second, earlier)],
        ),
        (
            "second-node",
            "A signature of the second node",
            vec![by(&second, TIME)],
        ),
    ] {
        let vector = Vector::accept(slug, title, ask(&response(&answer, signatures)));
        file.add(vector.clauses(CLAUSES).note("Signed").high());
    }
    for (slug, title, signatures, mutation) in [
        (
            "bad-first",
            "A bad signature before a good one",
            vec![bad(&first), by(&second, TIME)],
            "another reply signed by the first",
        ),
        (
            "bad-last",
            "A bad signature after a good one",
            vec![by(&first, TIME), bad(&second)],
            "another reply signed by the second",
        ),
        (
            "other-time",
            "The second signature made for the first one's timestamp",
            vec![by(&first, TIME), swapped(&second, earlier)],
            "the first timestamp signed by the second",
        ),
    ] {
        let vector = Vector::reject(
            "QUERY-SIG-5",
            slug,
            title,
            ask(&response(&answer, signatures)),
            "two",
            mutation,
        );
        let vector = vector.also(&["QUERY-SIG-3"]).clauses(&["QUERY-SIG-3"]);
        file.add(vector.note("Signed").critical());
    }
    let thrice = vec![by(&first, TIME), by(&second, TIME), by(&first, earlier)];
    let vector = Vector::either(
        "query_sig.max_signatures",
        "more-than-nodes",
        "Three good signatures of two nodes",
        ask(&response(&answer, thrice)),
    );
    let vector = vector
        .by("accept", Verdict::Accept(json!({})))
        .by("reject", Verdict::Reject);
    file.add(
        vector
            .clauses(&["QUERY-SIG-5", "QUERY-SIG-15"])
            .note("Open"),
    );
}

/// QUERY-SIG-6, QUERY-SIG-11.
pub(super) fn keys(suite: &mut Suite) {
    let mut file = suite.file(OP, "node-keys", "querysig::nodes");
    file.note(
        "Keys",
        "AUTH_BYPASS",
        "The keys of a subnet's nodes are what the certificate shows below that subnet.",
        "Lax: a node of another subnet, or a key that nobody certified, answers for the canister.",
    );
    let [first, second] = usual_nodes();
    let (subnet, other) = (SUBNET.id(), OTHER.id());
    let shown =
        |entries: &[(&[u8], Tree)]| delegated(&state_with(entries, TIME), &Topology::sharded());
    let with_nodes = |nodes: &[(&[u8], Tree)]| shown(&[(&subnet, dir(&[(b"node", dir(nodes))]))]);
    let foreign = Node::new(3);
    let both = shown(&[
        (&subnet, subnet_of(&usual_nodes())),
        (&other, subnet_of(std::slice::from_ref(&foreign))),
    ]);
    let usual = usual_response(&reply());
    let by = |node: &Node| response(&reply(), vec![signed_by(node, &reply(), TIME)]);
    let unknown_second = response(
        &reply(),
        vec![
            signed_by(&first, &reply(), TIME),
            signed_by(&foreign, &reply(), TIME),
        ],
    );
    // The key that signs is certified, but for another node.
    let impostor = Node {
        id: second.id.clone(),
        key: first.key.clone(),
    };
    let accepts: Vec<(&str, &str, Vec<u8>, Vec<u8>)> = vec![
        (
            "two-subnets",
            "Two subnets shown",
            usual.clone(),
            both.clone(),
        ),
        (
            "one-shown",
            "Only the node that signed shown",
            usual.clone(),
            with_nodes(&[(&first.id, first.tree()), (&second.id, gap("second"))]),
        ),
    ];
    for (slug, title, response, certificate) in accepts {
        let input = ask_with(&response, &certificate);
        let vector = Vector::accept(format!("keys-{slug}"), title, input);
        file.add(vector.clauses(CLAUSES).note("Keys").high());
    }
    let rejects: Vec<(&str, &str, Vec<u8>, Vec<u8>, &str, &str)> = vec![
        (
            "foreign",
            "A node of another subnet",
            by(&foreign),
            both,
            "keys-two-subnets",
            "signed by the other subnet's node",
        ),
        (
            "unknown",
            "A node that nobody knows",
            by(&foreign),
            usual_certificate(),
            "replied",
            "signed by an unknown node",
        ),
        (
            "impostor",
            "A node in the name of an unknown one",
            by(&Node {
                id: foreign.id.clone(),
                ..first.clone()
            }),
            usual_certificate(),
            "replied",
            "an unknown node named",
        ),
        (
            "unknown-second",
            "An unknown node's signature after a good one",
            unknown_second,
            usual_certificate(),
            "two",
            "the second by an unknown node",
        ),
        (
            "pruned",
            "The node pruned",
            usual.clone(),
            with_nodes(&[(&first.id, gap("first")), (&second.id, second.tree())]),
            "keys-one-shown",
            "the other node pruned",
        ),
        (
            "pruned-key",
            "The node's key pruned",
            usual.clone(),
            with_nodes(&[
                (&first.id, dir(&[(b"public_key", gap("key"))])),
                (&second.id, second.tree()),
            ]),
            "keys-one-shown",
            "the key pruned",
        ),
        (
            "no-key",
            "A node without key",
            usual.clone(),
            with_nodes(&[
                (&first.id, dir(&[(b"domain", leaf("a"))])),
                (&second.id, second.tree()),
            ]),
            "keys-one-shown",
            "the key left out",
        ),
    ];
    for (slug, title, response, certificate, twin, mutation) in rejects {
        let vector = Vector::reject(
            "QUERY-SIG-6",
            format!("keys-{slug}"),
            title,
            ask_with(&response, &certificate),
            twin,
            mutation,
        );
        file.add(vector.note("Keys").critical());
    }
    let vector = Vector::reject(
        "QUERY-SIG-3",
        "keys-swapped",
        "A node in the name of another one",
        ask(&by(&impostor)),
        "second-node",
        "signed by the first node",
    );
    file.add(vector.clauses(&["QUERY-SIG-6"]).note("Keys").critical());

    let p256 = Node {
        key: Signer::p256("p256/node"),
        ..first.clone()
    };
    let raw = first.key.spki().split_off(12);
    let key = |bytes: &[u8]| with_nodes(&[(&first.id, dir(&[(b"public_key", leaf(bytes))]))]);
    for (slug, title, response, certificate, mutation) in [
        (
            "p256",
            "A node with a P-256 key",
            by(&p256),
            key(&p256.key.spki()),
            "another scheme",
        ),
        (
            "raw",
            "A node with a key of bare 32 bytes",
            usual,
            key(&raw),
            "the DER form taken off",
        ),
    ] {
        let vector = Vector::reject(
            "QUERY-SIG-11",
            format!("keys-{slug}"),
            title,
            ask_with(&response, &certificate),
            "replied",
            mutation,
        );
        file.add(vector.also(&["STATE-7"]).note("Keys").high());
    }
}
