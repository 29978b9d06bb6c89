//! What the delegation of a canister signature has to say: ranges, and the type of the subnet.

use model::hashtree::Tree;
use serde_json::Value;

use super::draft::{Draft, request, state_of, witness};
use super::{CERTIFIED, OP, accept, reject};
use crate::Suite;
use crate::certificate::fixture::{
    OTHER, SUBNET, TIME, Topology, canister, dir, encode_ranges, gap, leaf, leb128, member, shards,
};

pub(super) fn generate(suite: &mut Suite) {
    ranges(suite);
    types(suite);
    root_subnet(suite);
}

fn ranges(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-ranges", "csig::subnet");
    file.note(
        "Scope",
        "AUTH_BYPASS",
        "A subnet speaks for the canisters in its ranges and for no other.",
        "Lax: one bad subnet signs for every canister, Internet Identity included.",
    );
    let sharded = Topology::sharded();
    let input = |topology: &Topology, id: &[u8]| {
        Draft::usual().by(id).under(Some(topology.clone())).input()
    };
    let range = |low, high| vec![(canister(low), canister(high))];
    let (low, high) = (range(1, 9), range(5, 20));
    let both = Topology::with_ranges(Some(std::slice::from_ref(&low)), Some(&high));
    let flat = Topology::with_ranges(None, Some(&high));
    let one = Topology::with_ranges(Some(std::slice::from_ref(&low)), None);
    for (slug, title, input) in [
        (
            "range-first",
            "The first canister of a range",
            input(&sharded, &canister(0x10_0000)),
        ),
        (
            "range-last",
            "The last canister of a range",
            input(&sharded, &canister(0x10_ffff)),
        ),
        (
            "range-single",
            "A range of one canister",
            input(&sharded, &canister(0x40_0000)),
        ),
        (
            "range-both",
            "Shards and a flat list, in the shards only",
            input(&both, &canister(3)),
        ),
    ] {
        file.add(accept(slug, title, input).note("Scope"));
    }
    for (slug, title, input) in [
        (
            "replica-range-flat",
            "A flat list only",
            input(&flat, &canister(15)),
        ),
        (
            "replica-range-sharded",
            "Shards only",
            input(&one, &canister(3)),
        ),
        (
            "replica-range-both",
            "Shards and a flat list, in both",
            input(&both, &canister(7)),
        ),
    ] {
        file.add(accept(slug, title, input).replica().note("Scope"));
    }

    let all: Vec<_> = shards().into_iter().flatten().collect();
    let of_other = Topology {
        shards: None,
        other_ranges: vec![(OTHER.id(), dir(&[(&member(), leaf(encode_ranges(&all)))]))],
        ..sharded.clone()
    };
    let with_shards = |shards: Option<Tree>| Topology {
        shards,
        ..sharded.clone()
    };
    let list = |bytes: Vec<u8>| with_shards(Some(dir(&[(&canister(1), leaf(bytes))])));
    let cases: &[(&str, &str, Value, &str, &str)] = &[
        (
            "range-before",
            "The canister before a range",
            input(&sharded, &canister(0x0f_ffff)),
            "range-first",
            "the number before",
        ),
        (
            "range-after",
            "The canister after a range",
            input(&sharded, &canister(0x11_0000)),
            "range-last",
            "the number after",
        ),
        (
            "range-missing",
            "No ranges at all",
            input(&with_shards(None), &member()),
            "range-first",
            "the ranges left out",
        ),
        (
            "range-pruned",
            "The ranges pruned",
            input(&with_shards(Some(gap("ranges"))), &member()),
            "range-first",
            "the ranges pruned",
        ),
        (
            "range-shard-pruned",
            "The only shard pruned",
            input(
                &with_shards(Some(dir(&[(&canister(1), gap("shard"))]))),
                &member(),
            ),
            "range-first",
            "the shard pruned",
        ),
        (
            "range-empty",
            "An empty list of ranges",
            input(&list(encode_ranges(&[])), &member()),
            "range-first",
            "no range in the list",
        ),
        (
            "range-of-other",
            "In the ranges of another subnet",
            input(&of_other, &member()),
            "range-first",
            "the ranges put under another subnet",
        ),
        (
            "range-malformed",
            "Ranges that are none",
            input(&list(b"\xd9\xd9\xf7\x81\x80".to_vec()), &member()),
            "range-first",
            "a range without ends",
        ),
        (
            "range-flat",
            "A flat list only",
            input(&flat, &canister(15)),
            "range-both",
            "the flat list only",
        ),
        (
            "range-both-flat",
            "Shards and a flat list, in the flat list only",
            input(&both, &canister(15)),
            "range-both",
            "another canister",
        ),
    ];
    for (slug, title, input, twin, mutation) in cases {
        let vector = reject("CSIG-7", slug, title, input.clone(), twin, mutation);
        file.add(vector.clauses(CERTIFIED).also(&["CSIG-5"]).note("Scope"));
    }
    for (slug, title, id) in [
        (
            "replica-range-sharded-only",
            "Shards and a flat list, in the shards only",
            3,
        ),
        (
            "replica-range-flat-only",
            "Shards and a flat list, in the flat list only",
            15,
        ),
    ] {
        let input = input(&both, &canister(id));
        let vector = reject(
            "CSIG-7",
            slug,
            title,
            input,
            "replica-range-both",
            "another canister",
        );
        file.add(vector.replica().also(&["CSIG-5"]).note("Scope"));
    }
}

fn types(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-subnet-type", "csig::subnet");
    file.note(
        "Type",
        "AUTH_BYPASS",
        "The delegation's certificate shows the type of the subnet, and it is not cloud_engine.",
        "Lax: whoever rents a cloud engine signs for its canisters. Strict: a new type of subnet locks its users out.",
    );
    let of = |kind: Option<Tree>| {
        let topology = Topology {
            kind,
            ..Topology::sharded()
        };
        Draft::usual().under(Some(topology))
    };
    for (slug, title, kind) in [
        ("type-application", "An application subnet", "application"),
        ("type-system", "A system subnet", "system"),
        (
            "type-verified-application",
            "A verified application subnet",
            "verified_application",
        ),
        (
            "type-unknown",
            "A type that nobody knows yet",
            "something_new",
        ),
        ("type-empty", "An empty type", ""),
        (
            "type-longer",
            "A type that begins like cloud_engine",
            "cloud_engine_2",
        ),
        (
            "type-shorter",
            "All of cloud_engine but the last letter",
            "cloud_engin",
        ),
        (
            "type-upper-case",
            "CLOUD_ENGINE in upper case",
            "CLOUD_ENGINE",
        ),
    ] {
        file.add(accept(slug, title, of(Some(leaf(kind))).input()).note("Type"));
    }
    let engine = of(Some(leaf("cloud_engine"))).input();
    let vector = reject(
        "CSIG-9",
        "type-cloud-engine",
        "A cloud engine",
        engine.clone(),
        "type-application",
        "another type",
    );
    file.add(vector.note("Type"));
    let vector = accept(
        "replica-type-system",
        "A system subnet",
        of(Some(leaf("system"))).input(),
    );
    file.add(vector.replica().note("Type"));
    let vector = reject(
        "CSIG-9",
        "replica-type-cloud-engine",
        "A cloud engine",
        engine,
        "replica-type-system",
        "another type",
    );
    file.add(vector.replica().note("Type"));

    let theirs = Topology {
        kind: None,
        other_subnets: vec![(OTHER.id(), dir(&[(b"type", leaf("application"))]))],
        ..Topology::sharded()
    };
    let draft = Draft::usual();
    let own_tree = dir(&[
        (
            b"canister",
            dir(&[(
                &draft.canister,
                dir(&[(b"certified_data", leaf(draft.tree.root()))]),
            )]),
        ),
        (
            b"subnet",
            dir(&[(&SUBNET.id(), dir(&[(b"type", leaf("application"))]))]),
        ),
        (b"time", leaf(leb128(TIME))),
    ]);
    let cases: &[(&str, &str, Draft, &str)] = &[
        ("type-missing", "No type", of(None), "the type left out"),
        (
            "type-pruned",
            "The type pruned",
            of(Some(leaf("application").pruned())),
            "the type pruned",
        ),
        (
            "type-subtree",
            "A tree in place of the type",
            of(Some(Tree::labeled("application", leaf(b"")))),
            "the type turned into a label",
        ),
        (
            "type-of-other",
            "The type of another subnet only",
            Draft::usual().under(Some(theirs)),
            "the type put under another subnet",
        ),
        (
            "type-in-leaf",
            "The type in the certificate itself, which the subnet signs, only",
            of(None).in_state(own_tree),
            "the type moved into the subnet's own certificate",
        ),
    ];
    for (slug, title, draft, mutation) in cases {
        let input = draft.input();
        let vector = reject("CSIG-8", slug, title, input, "type-application", mutation);
        file.add(vector.note("Type"));
    }
}

fn root_subnet(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-root-subnet", "csig::subnet");
    file.note(
        "Root",
        "INTEROP",
        "What the root key itself signs needs neither ranges nor a type.",
        "Strict: canisters of the root subnet can't sign.",
    );
    let draft = Draft::usual().under(None);
    let anywhere = draft.clone().by(&canister(3));
    let long = draft.clone().by(&[7; 29]);
    for (slug, title, draft) in [
        ("root-usual", "Signed with the root key", &draft),
        (
            "root-anywhere",
            "Signed with the root key, outside of all ranges",
            &anywhere,
        ),
        (
            "root-long-id",
            "Signed with the root key, a canister id of 29 bytes",
            &long,
        ),
    ] {
        file.add(accept(slug, title, draft.input()).note("Root"));
    }
    // A canister id may be as short as nothing: the management canister has no certified data.
    let none = draft.by(b"");
    let state = state_of(&[(&canister(3), leaf(witness(b"user 1", &request()).root()))]);
    let vector = reject(
        "CSIG-6",
        "root-management",
        "The management canister, which certifies nothing",
        none.in_state(state).input(),
        "root-usual",
        "the empty canister id",
    );
    file.add(vector.note("Root"));
}
