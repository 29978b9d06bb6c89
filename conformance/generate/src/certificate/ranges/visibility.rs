//! Ranges that are pruned, missing, or somebody else's.

use model::hashtree::Tree;
use serde_json::Value;

use super::{OP, ask, scope_note};
use crate::certificate::fixture::{
    OTHER, RANGES, Range, SUBNET, TIME, Topology, canister, delegated, dir, encode_ranges,
    for_canister, gap, input, leaf, leb128, shard_tree, shards,
};
use crate::hashtree::forest;
use crate::{Suite, Vector};

pub(super) fn visibility(suite: &mut Suite) {
    let mut file = suite.file(OP, "ranges-visibility", "certificate::ranges");
    scope_note(&mut file);
    file.note(
        "Hidden",
        "AUTH_BYPASS",
        "What cannot be seen authorises nothing.",
        "Lax: pruning the ranges away gives a subnet power over every canister.",
    );
    let all = shards();
    let only = |visible: usize| {
        let shown = all.iter().enumerate().map(|(index, shard)| {
            let tree = shard_tree(std::slice::from_ref(shard));
            match tree {
                tree if index == visible => tree,
                Tree::Labeled(label, tree) => Tree::Labeled(label, Box::new(tree.pruned())),
                tree => tree,
            }
        });
        Topology {
            shards: Some(forest(&shown.collect::<Vec<_>>())),
            ..Topology::sharded()
        }
    };
    let cases = [
        (
            "only-first",
            "The first shard alone, the others pruned",
            0,
            0x10_8000,
        ),
        (
            "only-middle",
            "The middle shard alone, the others pruned",
            1,
            0x30_8000,
        ),
        (
            "only-last",
            "The last shard alone, the others pruned",
            2,
            0x55_5555,
        ),
    ];
    for (slug, title, visible, number) in cases {
        let vector = Vector::accept(slug, title, ask(&only(visible), &canister(number)));
        file.add(
            vector
                .clauses(RANGES)
                .clauses(&["LOOKUP-11"])
                .note("Scope")
                .critical(),
        );
    }
    let reject = |slug: &str, title: &str, input: Value, twin: &str, mutation: &str| {
        Vector::reject("SDEL-7", slug, title, input, twin, mutation)
            .clauses(RANGES)
            .note("Hidden")
            .critical()
    };
    file.add(reject(
        "own-shard-pruned",
        "The shard of the canister pruned",
        ask(&only(1), &canister(0x10_8000)),
        "only-first",
        "the first shard pruned, the middle one shown",
    ));
    let member = canister(0x10_1234);
    let without = |shards: Option<Tree>| Topology {
        shards,
        ..Topology::sharded()
    };
    file.add(reject(
        "no-ranges",
        "No ranges at all",
        ask(&without(None), &member),
        "delegated",
        "the ranges left out",
    ));
    file.add(reject(
        "ranges-pruned",
        "The subnet's ranges pruned",
        ask(&without(Some(gap("ranges"))), &member),
        "delegated",
        "the ranges pruned",
    ));
    file.add(reject(
        "ranges-empty-tree",
        "An empty tree of ranges",
        ask(&without(Some(Tree::Empty)), &member),
        "delegated",
        "the ranges replaced by an empty tree",
    ));
    let empty = Tree::labeled(canister(0x10_0000), leaf(encode_ranges(&[])));
    file.add(reject(
        "shard-empty",
        "A shard without ranges",
        ask(&without(Some(empty)), &member),
        "delegated",
        "the list emptied",
    ));
    let all_pruned = Tree::labeled(canister(0x10_0000), gap("shard"));
    file.add(reject(
        "shard-pruned",
        "The only shard pruned",
        ask(&without(Some(all_pruned)), &member),
        "delegated",
        "the shard pruned",
    ));

    let theirs = Topology {
        other_ranges: vec![(OTHER.id(), shard_tree(&all))],
        ..without(None)
    };
    file.add(reject(
        "other-subnet-ranges",
        "The canister is in the ranges of another subnet",
        ask(&theirs, &member),
        "delegated",
        "the ranges put under another subnet",
    ));
    let own: Vec<Range> = vec![(canister(0x90_0000), canister(0x90_ffff))];
    let beside = Topology {
        other_ranges: vec![(OTHER.id(), shard_tree(&all))],
        ..Topology::with_ranges(Some(&[own]), None)
    };
    file.add(reject(
        "other-subnet-beside",
        "The canister is in the ranges of another subnet, beside the own ones",
        ask(&beside, &member),
        "delegated",
        "the ranges exchanged with those of another subnet",
    ));
    let claims = dir(&[
        (b"canister", gap("canisters")),
        (b"canister_ranges", dir(&[(&SUBNET.id(), shard_tree(&all))])),
        (b"time", leaf(leb128(TIME))),
    ]);
    file.add(reject(
        "ranges-in-leaf-tree",
        "The subnet certifies its ranges itself",
        input(&delegated(&claims, &without(None)), &for_canister(&member)),
        "delegated",
        "the ranges moved to the delegated certificate",
    ));
    let at_label = Topology {
        other_ranges: vec![],
        flat: Some(shard_tree(&all)),
        ..without(None)
    };
    file.add(reject(
        "shards-elsewhere",
        "The shards stand where the flat list would",
        ask(&at_label, &member),
        "delegated",
        "the shards moved below /subnet",
    ));

    let many: Vec<Vec<Range>> = (1_u64..=64)
        .map(|shard| {
            let start = shard.saturating_mul(1000);
            let range = |low: u64, high: u64| {
                (
                    canister(start.saturating_add(low)),
                    canister(start.saturating_add(high)),
                )
            };
            vec![range(0, 99), range(200, 299)]
        })
        .collect();
    let many = Topology::with_ranges(Some(&many), None);
    for (slug, title, number) in [
        ("many-first", "In the first of 64 shards", 1_000),
        ("many-second", "In the second of 64 shards", 2_250),
        ("many-middle", "In the middle one of 64 shards", 32_099),
        ("many-last", "In the last of 64 shards", 64_299),
    ] {
        let vector = Vector::accept(slug, title, ask(&many, &canister(number)));
        file.add(vector.clauses(RANGES).note("Scope").high());
    }
    for (slug, title, number, twin) in [
        (
            "many-before",
            "Before the first of 64 shards",
            999,
            "many-first",
        ),
        (
            "many-gap",
            "Between the ranges of a shard",
            32_100,
            "many-middle",
        ),
        (
            "many-between",
            "Between two of 64 shards",
            32_300,
            "many-middle",
        ),
        (
            "many-after",
            "After the last of 64 shards",
            64_300,
            "many-last",
        ),
    ] {
        let input = ask(&many, &canister(number));
        let vector = Vector::reject("SDEL-7", slug, title, input, twin, "another canister");
        file.add(vector.clauses(RANGES).note("Hidden").critical());
    }
}
