//! Which subnet may answer.

use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use super::{
    CLAUSES, Node, OP, ask_with, reply, signed_note, state_with, subnet_of, usual_certificate,
    usual_nodes, usual_response, usual_state,
};
use crate::certificate::fixture::{
    OTHER, ROOT, Range, SUBNET, TIME, Topology, canister, delegated, dir, encode_ranges, encoded,
    for_canister, gap, leaf, leb128, member, shard_tree, shards, signed, with,
};
use crate::{FileBuilder, Suite, Vector};

fn scope_note(file: &mut FileBuilder<'_>) {
    file.note(
        "Scope",
        "AUTH_BYPASS",
        "Only the subnet of a canister answers queries to it.",
        "Lax: any subnet, or the root subnet, answers for every canister.",
    );
}

/// The input for a query to a subnet.
fn to_subnet(certificate: &[u8], subnet: &[u8]) -> Value {
    let scope = json!({"scope": {"subnet": hex(subnet)}});
    with(ask_with(&usual_response(&reply()), certificate), &scope)
}

/// The input for a query to a canister.
fn to_canister(certificate: &[u8], canister: &[u8]) -> Value {
    let scope = json!({"scope": for_canister(canister)});
    with(ask_with(&usual_response(&reply()), certificate), &scope)
}

/// A subnet with the usual nodes and these flat ranges.
fn subnet_with(ranges: Option<Tree>) -> Tree {
    let Tree::Labeled(_, nodes) = subnet_of(&usual_nodes()) else {
        return Tree::Empty;
    };
    let mut entries: Vec<(&[u8], Tree)> = vec![(b"node", *nodes)];
    entries.extend(ranges.map(|ranges| (b"canister_ranges".as_slice(), ranges)));
    dir(&entries)
}

/// QUERY-SIG-7, QUERY-SIG-9 without a delegation, QUERY-SIG-13.
pub(super) fn root(suite: &mut Suite) {
    let mut file = suite.file(OP, "root-subnet", "querysig::subnets");
    scope_note(&mut file);
    let list: Vec<Range> = shards().concat();
    let flat = || Some(leaf(encode_ranges(&list)));
    let empty = || Some(leaf(encode_ranges(&[])));
    let (root, other) = (ROOT.id(), OTHER.id());
    let shown = |subnets: &[(&[u8], Tree)]| signed(&state_with(subnets, TIME), ROOT);
    let usual = shown(&[(&root, subnet_with(flat()))]);
    let beside = |theirs: Tree, ours: Tree| shown(&[(&root, ours), (&other, theirs)]);
    let named = |id: &[u8]| {
        let certificate = shown(&[(id, subnet_with(flat()))]);
        let id = json!({"root_subnet_id": hex(id)});
        with(to_canister(&certificate, &member()), &id)
    };
    let before = shown(&[
        (&root, subnet_with(flat())),
        (&[0; 29], subnet_of(&[Node::new(3)])),
    ]);
    let accepts: Vec<(&str, &str, Value)> = vec![
        (
            "canister",
            "A canister of the root subnet",
            to_canister(&usual, &member()),
        ),
        (
            "last",
            "The last canister of the root subnet",
            to_canister(&usual, &canister(0x7f_ffff)),
        ),
        (
            "beside",
            "The root subnet beside another one",
            to_canister(&beside(subnet_with(flat()), subnet_with(flat())), &member()),
        ),
        (
            "after",
            "The root subnet after another one",
            to_canister(&before, &member()),
        ),
        (
            "subnet",
            "A query to the root subnet",
            to_subnet(&usual, &root),
        ),
        (
            "subnet-no-ranges",
            "A query to the root subnet, no ranges shown",
            to_subnet(&shown(&[(&root, subnet_of(&usual_nodes()))]), &root),
        ),
        (
            "named",
            "A root subnet whose id is not made from the root key",
            named(&[0x52; 29]),
        ),
    ];
    for (slug, title, input) in accepts {
        let vector = Vector::accept(format!("root-{slug}"), title, input);
        file.add(vector.clauses(CLAUSES).note("Scope").high());
    }
    let sharded = dir(&[
        (b"canister_ranges", dir(&[(&root, shard_tree(&shards()))])),
        (b"subnet", dir(&[(&root, subnet_of(&usual_nodes()))])),
        (b"time", leaf(leb128(TIME))),
    ]);
    let rejects: Vec<(&str, &str, &str, Value, &str, &str)> = vec![
        (
            "QUERY-SIG-7",
            "outside",
            "A canister outside the root subnet's ranges",
            to_canister(&usual, &canister(1)),
            "canister",
            "another canister",
        ),
        (
            "QUERY-SIG-7",
            "absent",
            "The root subnet without ranges",
            to_canister(&shown(&[(&root, subnet_of(&usual_nodes()))]), &member()),
            "canister",
            "the ranges left out",
        ),
        (
            "QUERY-SIG-7",
            "pruned",
            "The root subnet's ranges pruned",
            to_canister(
                &shown(&[(&root, subnet_with(Some(gap("ranges"))))]),
                &member(),
            ),
            "canister",
            "the ranges pruned",
        ),
        (
            "QUERY-SIG-7",
            "empty",
            "The root subnet with no range",
            to_canister(&shown(&[(&root, subnet_with(empty()))]), &member()),
            "canister",
            "an empty list of ranges",
        ),
        (
            "QUERY-SIG-7",
            "sharded",
            "The root subnet's ranges in shards only",
            to_canister(&signed(&sharded, ROOT), &member()),
            "canister",
            "shards instead of the flat list",
        ),
        (
            "QUERY-SIG-7",
            "foreign",
            "The canister in the ranges of another subnet",
            to_canister(
                &beside(subnet_with(flat()), subnet_with(empty())),
                &member(),
            ),
            "beside",
            "the root subnet's ranges emptied",
        ),
        (
            "QUERY-SIG-9",
            "subnet-other",
            "A query to another subnet, answered by the root subnet",
            to_subnet(&usual, &other),
            "subnet",
            "another subnet asked",
        ),
    ];
    for (clause, slug, title, input, twin, mutation) in rejects {
        let vector = Vector::reject(
            clause,
            format!("root-{slug}"),
            title,
            input,
            format!("root-{twin}"),
            mutation,
        );
        file.add(vector.also(&["SDEL-7", "CERT-11"]).note("Scope").critical());
    }
}

/// QUERY-SIG-8, QUERY-SIG-9 with a delegation.
pub(super) fn delegated_subnets(suite: &mut Suite) {
    let mut file = suite.file(OP, "delegated", "querysig::subnets");
    scope_note(&mut file);
    let list: Vec<Range> = shards().concat();
    let under = |topology: &Topology| delegated(&usual_state(), topology);
    let flat = Topology::with_ranges(None, Some(&list));
    let both = Topology::with_ranges(Some(&shards()), Some(&list));
    let none = Topology::with_ranges(None, None);
    let pruned = Topology {
        shards: Some(gap("ranges")),
        ..Topology::sharded()
    };
    let theirs = Topology {
        other_ranges: vec![(OTHER.id(), shard_tree(&shards()))],
        ..Topology::with_ranges(Some(&[vec![(canister(1), canister(9))]]), None)
    };
    // The leaf certificate shows flat ranges; only those of the delegation count.
    let own = state_with(
        &[(&SUBNET.id(), subnet_with(Some(leaf(encode_ranges(&list)))))],
        TIME,
    );
    let accepts: Vec<(&str, &str, Value)> = vec![
        (
            "first",
            "The first canister of the subnet",
            to_canister(&usual_certificate(), &canister(0x10_0000)),
        ),
        (
            "both",
            "Shards and flat list shown",
            to_canister(&under(&both), &member()),
        ),
        (
            "subnet",
            "A query to the subnet",
            to_subnet(&usual_certificate(), &SUBNET.id()),
        ),
        (
            "subnet-no-ranges",
            "A query to the subnet, no ranges shown",
            to_subnet(&under(&none), &SUBNET.id()),
        ),
    ];
    for (slug, title, input) in accepts {
        let vector = Vector::accept(format!("delegated-{slug}"), title, input);
        file.add(vector.clauses(CLAUSES).note("Scope").high());
    }
    let rejects: Vec<(&str, &str, &str, Value, &str, &str)> = vec![
        (
            "QUERY-SIG-8",
            "outside",
            "A canister outside the subnet's ranges",
            to_canister(&usual_certificate(), &canister(0xf_ffff)),
            "first",
            "the number before",
        ),
        (
            "QUERY-SIG-8",
            "flat",
            "Only the flat list shown",
            to_canister(&under(&flat), &member()),
            "both",
            "the shards left out",
        ),
        (
            "QUERY-SIG-8",
            "none",
            "No ranges shown",
            to_canister(&under(&none), &member()),
            "both",
            "the ranges left out",
        ),
        (
            "QUERY-SIG-8",
            "pruned",
            "The shards pruned",
            to_canister(&under(&pruned), &member()),
            "first",
            "the shards pruned",
        ),
        (
            "QUERY-SIG-8",
            "foreign",
            "The canister in the ranges of another subnet",
            to_canister(&under(&theirs), &member()),
            "first",
            "the shards put under another subnet",
        ),
        (
            "QUERY-SIG-8",
            "own-ranges",
            "The ranges in the subnet's own certificate",
            to_canister(&delegated(&own, &none), &member()),
            "both",
            "the ranges moved to the other certificate",
        ),
        (
            "QUERY-SIG-9",
            "subnet-other",
            "A query to another subnet",
            to_subnet(&usual_certificate(), &OTHER.id()),
            "subnet",
            "another subnet asked",
        ),
        (
            "QUERY-SIG-9",
            "subnet-root",
            "A query to the root subnet, answered by another",
            to_subnet(&usual_certificate(), &ROOT.id()),
            "subnet",
            "the root subnet asked",
        ),
    ];
    for (clause, slug, title, input, twin, mutation) in rejects {
        let vector = Vector::reject(
            clause,
            format!("delegated-{slug}"),
            title,
            input,
            format!("delegated-{twin}"),
            mutation,
        );
        file.add(vector.also(&["SDEL-7", "CERT-11"]).note("Scope").critical());
    }
    let input = to_canister(&under(&flat), &member());
    let vector = Vector::accept(
        "delegated-flat-replica",
        "Only the flat list shown, where either form is taken",
        input,
    );
    file.add(vector.replica().clauses(&["QUERY-SIG-8"]).note("Scope"));
}

/// QUERY-SIG-10.
pub(super) fn certificates(suite: &mut Suite) {
    let mut file = suite.file(OP, "certificates", "querysig::subnets");
    signed_note(&mut file);
    let state = usual_state();
    let mut broken = SUBNET.certify(&state);
    // Another point of the curve: the same signature on another tree.
    broken.clone_from(&SUBNET.certify(&Tree::Empty));
    let topology = Topology::sharded();
    let forged = encoded(&state, &broken, Some(topology.delegation()));
    let foreign = encoded(&state, &OTHER.certify(&state), Some(topology.delegation()));
    let self_made = encoded(&state, &SUBNET.certify(&state), None);
    let other_root =
        crate::certificate::fixture::delegation(&SUBNET.id(), &signed(&topology.tree(), OTHER));
    let untrusted = encoded(&state, &SUBNET.certify(&state), Some(other_root));
    for (clause, slug, title, certificate, mutation) in [
        (
            "CERT-2",
            "forged",
            "A certificate with the signature of another",
            forged,
            "another tree signed",
        ),
        (
            "CERT-2",
            "foreign",
            "A certificate signed by another subnet",
            foreign,
            "another subnet's key",
        ),
        (
            "SDEL-3",
            "untrusted",
            "A delegation signed by another key than the root's",
            untrusted,
            "another key for the delegation",
        ),
    ] {
        let input = ask_with(&usual_response(&reply()), &certificate);
        let vector = Vector::reject(
            clause,
            format!("certificate-{slug}"),
            title,
            input,
            "replied",
            mutation,
        );
        let vector = vector.also(&["QUERY-SIG-10"]).clauses(&["QUERY-SIG-10"]);
        file.add(vector.note("Signed").critical());
    }
    let root = json!({"root_subnet_id": hex(&SUBNET.id()), "scope": {"subnet": hex(&SUBNET.id())}});
    let input = with(ask_with(&usual_response(&reply()), &self_made), &root);
    let vector = Vector::reject(
        "CERT-2",
        "certificate-no-delegation",
        "A subnet's certificate without its delegation",
        input,
        "delegated-subnet",
        "the delegation left out",
    );
    let vector = vector.also(&["QUERY-SIG-10"]).clauses(&["QUERY-SIG-10"]);
    file.add(vector.note("Signed").critical());
}
