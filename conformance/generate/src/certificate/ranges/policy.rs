//! Sharded and flat ranges, and both.

use super::{OP, ask, ask_by, scope_note};
use crate::certificate::fixture::{
    OTHER, RANGES, Range, Topology, canister, dir, encode_ranges, gap, leaf,
};
use crate::{Suite, Vector};

pub(super) fn policies(suite: &mut Suite) {
    let mut file = suite.file(OP, "ranges-policy", "certificate::ranges");
    scope_note(&mut file);
    let range = |low, high| vec![(canister(low), canister(high))];
    let (low, high) = (range(1, 9), range(5, 20));
    let both = Topology::with_ranges(Some(std::slice::from_ref(&low)), Some(&high));
    let sharded = Topology::with_ranges(Some(std::slice::from_ref(&low)), None);
    let flat = Topology::with_ranges(None, Some(&high));
    let none = Topology::with_ranges(None, None);
    let pruned_shards = Topology {
        shards: Some(gap("ranges")),
        ..flat.clone()
    };
    let pruned_flat = Topology {
        flat: Some(gap("ranges")),
        ..sharded.clone()
    };
    // 3 is in the shards only, 7 in both, 15 in the flat list only.
    let accepts: &[(&str, &str, &Topology, u64, &str)] = &[
        (
            "sharded-sharded",
            "Shards wanted and shown",
            &sharded,
            3,
            "sharded",
        ),
        (
            "sharded-both",
            "Shards wanted, both shown, in the shards only",
            &both,
            3,
            "sharded",
        ),
        (
            "flat-flat",
            "The flat list wanted and shown",
            &flat,
            15,
            "flat",
        ),
        (
            "flat-both",
            "The flat list wanted, both shown, in the flat list only",
            &both,
            15,
            "flat",
        ),
        (
            "either-sharded",
            "Either form wanted, shards shown",
            &sharded,
            3,
            "either",
        ),
        (
            "either-flat",
            "Either form wanted, the flat list shown",
            &flat,
            15,
            "either",
        ),
        (
            "either-both",
            "Either form wanted, both shown, in both",
            &both,
            7,
            "either",
        ),
        (
            "either-pruned-shards",
            "Either form wanted, the shards pruned",
            &pruned_shards,
            15,
            "either",
        ),
        (
            "either-pruned-flat",
            "Either form wanted, the flat list pruned",
            &pruned_flat,
            3,
            "either",
        ),
    ];
    for (slug, title, topology, number, policy) in accepts {
        let vector = Vector::accept(
            format!("policy-{slug}"),
            *title,
            ask_by(topology, &canister(*number), policy),
        );
        file.add(vector.clauses(RANGES).note("Scope").high());
    }
    let rejects: &[(&str, &str, &Topology, u64, &str, &str, &str)] = &[
        (
            "sharded-flat",
            "Shards wanted, only the flat list shown",
            &flat,
            7,
            "sharded",
            "sharded-sharded",
            "the flat list instead of shards",
        ),
        (
            "sharded-both-flat",
            "Shards wanted, both shown, in the flat list only",
            &both,
            15,
            "sharded",
            "sharded-both",
            "another canister",
        ),
        (
            "sharded-pruned",
            "Shards wanted and pruned, the flat list shown",
            &pruned_shards,
            7,
            "sharded",
            "sharded-sharded",
            "the shards pruned, the flat list added",
        ),
        (
            "flat-sharded",
            "The flat list wanted, only shards shown",
            &sharded,
            7,
            "flat",
            "flat-flat",
            "shards instead of the flat list",
        ),
        (
            "flat-both-sharded",
            "The flat list wanted, both shown, in the shards only",
            &both,
            3,
            "flat",
            "flat-both",
            "another canister",
        ),
        (
            "flat-pruned",
            "The flat list wanted and pruned",
            &pruned_flat,
            7,
            "flat",
            "flat-flat",
            "the flat list pruned, shards added",
        ),
        (
            "flat-outside",
            "The flat list wanted, outside of it",
            &flat,
            21,
            "flat",
            "flat-flat",
            "the number after the last",
        ),
        (
            "either-none",
            "Either form wanted, none shown",
            &none,
            7,
            "either",
            "either-both",
            "all ranges left out",
        ),
        (
            "either-sharded-only",
            "Either form wanted, both shown, in the shards only",
            &both,
            3,
            "either",
            "either-both",
            "another canister",
        ),
        (
            "either-flat-only",
            "Either form wanted, both shown, in the flat list only",
            &both,
            15,
            "either",
            "either-both",
            "another canister",
        ),
        (
            "either-neither",
            "Either form wanted, both shown, in neither",
            &both,
            30,
            "either",
            "either-both",
            "another canister",
        ),
        (
            "either-flat-outside",
            "Either form wanted, the flat list shown, outside of it",
            &flat,
            4,
            "either",
            "either-flat",
            "the number before the first",
        ),
        (
            "either-sharded-outside",
            "Either form wanted, shards shown, outside of them",
            &sharded,
            10,
            "either",
            "either-sharded",
            "the number after the last",
        ),
    ];
    for (slug, title, topology, number, policy, twin, mutation) in rejects {
        let vector = Vector::reject(
            "SDEL-7",
            format!("policy-{slug}"),
            *title,
            ask_by(topology, &canister(*number), policy),
            format!("policy-{twin}"),
            *mutation,
        );
        file.add(vector.clauses(RANGES).note("Scope").critical());
    }
    let flat_of = |ranges: &[Range]| dir(&[(b"canister_ranges", leaf(encode_ranges(ranges)))]);
    let theirs = Topology {
        other_subnets: vec![(OTHER.id(), flat_of(&high))],
        ..Topology::with_ranges(None, Some(&low))
    };
    let vector = Vector::reject(
        "SDEL-7",
        "policy-flat-other-subnet",
        "The flat list wanted, in that of another subnet",
        ask_by(&theirs, &canister(15), "flat"),
        "policy-flat-flat",
        "the list put under another subnet",
    );
    file.add(vector.clauses(RANGES).note("Scope").critical());

    for (slug, title, topology, number) in [
        (
            "replica-flat",
            "The flat list shown, either form taken by default",
            &flat,
            15,
        ),
        (
            "replica-both",
            "Both shown, either form taken by default",
            &both,
            7,
        ),
    ] {
        let vector = Vector::accept(slug, title, ask(topology, &canister(number)));
        file.add(vector.replica().clauses(RANGES).note("Scope"));
    }
    let vector = Vector::reject(
        "SDEL-7",
        "replica-contradiction",
        "Both shown, in one of them, either form taken by default",
        ask(&both, &canister(15)),
        "replica-both",
        "another canister",
    );
    file.add(vector.replica().clauses(RANGES).note("Scope").critical());
}
