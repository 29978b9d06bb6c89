//! Lists that are malformed or out of order.

use model::cbor::Item;
use model::hashtree::Tree;

use super::{OP, ask, ask_by};
use crate::certificate::fixture::{
    RANGES, Topology, answer, canister, encode_ranges, leaf, range_list,
};
use crate::vector::Answer;
use crate::{Suite, Vector};

pub(super) fn encoding(suite: &mut Suite) {
    let mut file = suite.file(OP, "ranges-encoding", "certificate::ranges");
    file.note(
        "List",
        "EDGE_CASE",
        "The ranges are not exactly one tagged list of pairs of principals.",
        "Lax: two implementations read different ranges.",
    );
    let low = canister(0x10_0000);
    let high = canister(0x10_ffff);
    let member = canister(0x10_1234);
    let good = range_list(&[(low.clone(), high.clone())]);
    let with_shard = |bytes: &[u8]| Topology {
        shards: Some(Tree::labeled(&low, leaf(bytes))),
        ..Topology::sharded()
    };
    let list = |item: Item| item.self_described().encode();
    let pair = |low: Item, high: Item| Item::Array(vec![Item::Array(vec![low, high])]);
    let triple = Item::Array(vec![Item::Array(vec![
        Item::bytes(&low),
        Item::bytes(&high),
        Item::bytes(&high),
    ])]);
    let long = |length: usize| list(pair(Item::bytes(&low), Item::bytes(&vec![0xff; length])));
    let vector = Vector::accept(
        "list",
        "One range",
        ask(&with_shard(&list(good.clone())), &member),
    );
    file.add(vector.clauses(RANGES).note("List").high());
    let vector = Vector::accept(
        "list-29",
        "A principal of 29 bytes in a range",
        ask(&with_shard(&long(29)), &member),
    );
    file.add(vector.clauses(RANGES).note("List").high());
    let cases: &[(&str, &str, Vec<u8>, &str, &str)] = &[
        (
            "list-untagged",
            "A list without tag",
            good.encode(),
            "list",
            "the tag left out",
        ),
        (
            "list-triple",
            "A range of three principals",
            list(triple),
            "list",
            "a third principal",
        ),
        (
            "list-30",
            "A principal of 30 bytes in a range",
            long(30),
            "list-29",
            "one more byte",
        ),
        (
            "list-trailing",
            "A byte after the list",
            [list(good.clone()), vec![0]].concat(),
            "list",
            "00 appended",
        ),
        (
            "list-two",
            "A second list after the list",
            [list(good.clone()), list(good)].concat(),
            "list",
            "the list repeated",
        ),
    ];
    for (slug, title, bytes, twin, mutation) in cases {
        let vector = Vector::reject(
            "RANGE-1",
            *slug,
            *title,
            ask(&with_shard(bytes), &member),
            *twin,
            *mutation,
        );
        file.add(vector.also(&["SDEL-7"]).note("List").high());
    }
    let untagged = range_list(&[(low.clone(), high.clone())]).encode();
    let vector = Vector::accept(
        "list-untagged-replica",
        "A list without tag, where the tag is optional",
        ask(&with_shard(&untagged), &member),
    );
    file.add(vector.replica().clauses(&["RANGE-1"]).note("List"));
    let flat = |bytes: &[u8]| Topology {
        shards: None,
        flat: Some(leaf(bytes)),
        ..Topology::sharded()
    };
    let vector = Vector::accept(
        "flat-list",
        "One range in the flat list",
        ask_by(
            &flat(&encode_ranges(&[(low.clone(), high.clone())])),
            &member,
            "flat",
        ),
    );
    file.add(vector.clauses(RANGES).note("List").high());
    let vector = Vector::reject(
        "RANGE-1",
        "flat-list-untagged",
        "A flat list without tag",
        ask_by(
            &flat(&range_list(&[(low.clone(), high.clone())]).encode()),
            &member,
            "flat",
        ),
        "flat-list",
        "the tag left out",
    );
    file.add(vector.also(&["SDEL-7"]).note("List").high());

    let inverted = vec![(high.clone(), low.clone())];
    let vector = Vector::reject(
        "SDEL-7",
        "inverted",
        "A range whose first principal is after its last",
        ask(&Topology::with_ranges(Some(&[inverted]), None), &member),
        "list",
        "the ends exchanged",
    );
    file.add(vector.clauses(&["RANGE-9"]).note("List").high());
    let vector = Vector::reject(
        "SDEL-7",
        "inverted-edge",
        "The first principal of a range that ends before it",
        ask(
            &Topology::with_ranges(Some(&[vec![(high.clone(), low)]]), None),
            &high,
        ),
        "list",
        "the ends exchanged",
    );
    file.add(vector.clauses(&["RANGE-9"]).note("List").high());
}

#[expect(clippy::type_complexity, reason = "a table of cases")]
pub(super) fn disorder(suite: &mut Suite) {
    let mut file = suite.file(OP, "ranges-disorder", "certificate::ranges");
    file.note(
        "Promise",
        "OPEN_QUESTION",
        "The issuing side promises order; nothing says whether a verifier relies on it.",
        "None; the report says which way an implementation went.",
    );
    let range = |low, high| (canister(low), canister(high));
    let unordered = Topology::with_ranges(Some(&[vec![range(30, 39), range(10, 19)]]), None);
    let relabeled = Topology {
        shards: Some(Tree::labeled(
            canister(12),
            leaf(encode_ranges(&[range(10, 19)])),
        )),
        ..Topology::sharded()
    };
    let late = Topology {
        shards: Some(Tree::labeled(
            canister(90),
            leaf(encode_ranges(&[range(10, 19)])),
        )),
        ..Topology::sharded()
    };
    let overlapping =
        Topology::with_ranges(Some(&[vec![range(10, 19)], vec![range(15, 29)]]), None);
    let with_inverted = Topology::with_ranges(Some(&[vec![range(9, 5), range(10, 19)]]), None);
    let cases: &[(&str, &str, &Topology, &str, &str, &[&str])] = &[
        (
            "unordered",
            "Ranges out of order in a shard",
            &unordered,
            "range.unordered",
            "scan",
            &["RANGE-3"],
        ),
        (
            "label-inside",
            "A shard whose label is inside its first range",
            &relabeled,
            "range.unordered",
            "scan",
            &["RANGE-5"],
        ),
        (
            "label-after",
            "A shard whose label is after its ranges",
            &late,
            "range.unordered",
            "scan",
            &["RANGE-5"],
        ),
        (
            "overlapping",
            "Shards that overlap",
            &overlapping,
            "range.unordered",
            "scan",
            &["RANGE-6"],
        ),
        (
            "inverted-beside",
            "A range from high to low beside the one with the canister",
            &with_inverted,
            "range.inverted",
            "empty",
            &["RANGE-9"],
        ),
    ];
    for (slug, title, topology, policy, value, clauses) in cases {
        let input = ask(topology, &canister(16));
        let output = answer(OP, &input);
        let vector = Vector::either(*policy, *slug, *title, input)
            .by(value, Answer::Accept(output))
            .by("reject", Answer::Reject);
        file.add(vector.clauses(clauses).note("Promise"));
    }
}
