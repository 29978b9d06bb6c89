//! Which principals are in a range.

use super::{OP, ask, scope_note};
use crate::certificate::fixture::{RANGES, Topology, canister};
use crate::{Suite, Vector};

pub(super) fn membership(suite: &mut Suite) {
    let mut file = suite.file(OP, "ranges-membership", "certificate::ranges");
    scope_note(&mut file);
    let sharded = Topology::sharded();
    let members: &[(&str, &str, u64)] = &[
        (
            "first-low",
            "The first canister of the first range",
            0x10_0000,
        ),
        (
            "first-second",
            "The second canister of the first range",
            0x10_0001,
        ),
        (
            "first-high",
            "The last canister of the first range",
            0x10_ffff,
        ),
        (
            "second-low",
            "The first canister of the second range",
            0x20_0000,
        ),
        (
            "second-high",
            "The last canister of the first shard",
            0x20_00ff,
        ),
        (
            "middle-low",
            "The first canister of the middle shard",
            0x30_0000,
        ),
        ("middle-inside", "Inside the middle shard", 0x30_8000),
        (
            "middle-high",
            "The last canister of the middle shard",
            0x30_ffff,
        ),
        (
            "single",
            "The only canister of a range, at the start of the last shard",
            0x40_0000,
        ),
        (
            "last-inside",
            "Inside the middle range of the last shard",
            0x55_5555,
        ),
        (
            "last-low",
            "The first canister of the last range",
            0x70_0000,
        ),
        ("last-high", "The last canister of all", 0x7f_ffff),
    ];
    for (slug, title, number) in members {
        let vector = Vector::accept(
            format!("in-{slug}"),
            *title,
            ask(&sharded, &canister(*number)),
        );
        file.add(vector.clauses(RANGES).note("Scope").critical());
    }
    let strangers: &[(&str, &str, u64, &str, &str)] = &[
        (
            "before-all",
            "One before the first range",
            0x0f_ffff,
            "in-first-low",
            "the number before",
        ),
        (
            "after-first",
            "One after the first range",
            0x11_0000,
            "in-first-high",
            "the number after",
        ),
        (
            "before-second",
            "One before the second range",
            0x1f_ffff,
            "in-second-low",
            "the number before",
        ),
        (
            "between-shards",
            "Between the first and the middle shard",
            0x20_0100,
            "in-second-high",
            "the number after",
        ),
        (
            "before-middle",
            "One before the middle shard",
            0x2f_ffff,
            "in-middle-low",
            "the number before",
        ),
        (
            "after-middle",
            "One after the middle shard",
            0x31_0000,
            "in-middle-high",
            "the number after",
        ),
        (
            "before-single",
            "One before the range of one canister",
            0x3f_ffff,
            "in-single",
            "the number before",
        ),
        (
            "after-single",
            "One after the range of one canister",
            0x40_0001,
            "in-single",
            "the number after",
        ),
        (
            "after-all",
            "One after the last range",
            0x80_0000,
            "in-last-high",
            "the number after",
        ),
        ("zero", "Canister 0", 0, "in-first-low", "number 0"),
        (
            "highest",
            "The highest canister",
            u64::MAX,
            "in-last-high",
            "the highest number",
        ),
    ];
    for (slug, title, number, twin, mutation) in strangers {
        let vector = Vector::reject(
            "SDEL-7",
            format!("out-{slug}"),
            *title,
            ask(&sharded, &canister(*number)),
            *twin,
            *mutation,
        );
        file.add(vector.clauses(RANGES).note("Scope").critical());
    }
}

#[expect(clippy::type_complexity, reason = "a table of cases")]
pub(super) fn order(suite: &mut Suite) {
    let mut file = suite.file(OP, "ranges-order", "certificate::ranges");
    scope_note(&mut file);
    file.note(
        "Length",
        "INTEROP",
        "Principals of different lengths are compared by their bytes, not by their lengths and not as numbers.",
        "Wrong order: ids fall into ranges that do not contain them.",
    );
    let one = |low: &[u8], high: &[u8]| {
        Topology::with_ranges(Some(&[vec![(low.to_vec(), high.to_vec())]]), None)
    };
    let short = one(&[4], &[6, 0]);
    let wide = one(&canister(0x10_0000), &canister(0x10_ffff));
    let everything = one(&[], &[0xff; 29]);
    let nobody = one(&[], &[]);
    let high = one(&[0x7f], &[0x80, 1]);
    let mut user = canister(0x10_1234);
    user.extend([0x77; 18]);
    user.push(2);
    let cases: &[(&str, &str, &Topology, Vec<u8>)] = &[
        (
            "long-id",
            "A longer id between short bounds",
            &short,
            vec![5, 0, 0],
        ),
        (
            "equal-low",
            "The lower bound, shorter than the upper one",
            &short,
            vec![4],
        ),
        (
            "extends-low",
            "An id that extends the lower bound",
            &short,
            vec![4, 0],
        ),
        ("equal-high", "The upper bound", &short, vec![6, 0]),
        (
            "prefix-of-high",
            "The beginning of the upper bound",
            &short,
            vec![6],
        ),
        (
            "short-id",
            "A short id between longer bounds",
            &one(&[4, 0], &[6, 0]),
            vec![5],
        ),
        (
            "user",
            "A self-authenticating id between canister ids",
            &wide,
            user.clone(),
        ),
        (
            "everything-empty",
            "The empty id in the range of everything",
            &everything,
            vec![],
        ),
        (
            "everything-29",
            "29 bytes ff in the range of everything",
            &everything,
            vec![0xff; 29],
        ),
        (
            "everything-middle",
            "A canister in the range of everything",
            &everything,
            canister(7),
        ),
        (
            "only-empty",
            "The empty id in the range of only that",
            &nobody,
            vec![],
        ),
        (
            "high-bytes",
            "Bytes 80 and above come after the others",
            &high,
            vec![0x80],
        ),
        (
            "bounds-29",
            "Bounds of 29 bytes",
            &one(&[0x10; 29], &[0x20; 29]),
            vec![0x18; 29],
        ),
    ];
    for (slug, title, topology, id) in cases {
        let vector = Vector::accept(format!("order-{slug}"), *title, ask(topology, id));
        file.add(vector.clauses(RANGES).note("Length").note("Scope").high());
    }
    let cases: &[(&str, &str, &Topology, Vec<u8>, &str, &str)] = &[
        (
            "below-longer",
            "A longer id below a short bound",
            &short,
            vec![3, 0],
            "order-long-id",
            "05 00 00 → 03 00",
        ),
        (
            "extends-high",
            "An id that extends the upper bound",
            &short,
            vec![6, 0, 0],
            "order-equal-high",
            "00 appended",
        ),
        (
            "empty-id",
            "The empty id below all bounds",
            &short,
            vec![],
            "order-equal-low",
            "the id emptied",
        ),
        (
            "short-number",
            "A short id that is a number between the bounds",
            &wide,
            vec![0x10, 0x12, 0x34, 1, 1],
            "order-user",
            "leading zeros taken off",
        ),
        (
            "prefix-of-low",
            "The beginning of the lower bound",
            &one(&[4, 0], &[6, 0]),
            vec![4],
            "order-short-id",
            "the last byte cut off",
        ),
        (
            "above-prefix",
            "Above a bound that shares its beginning",
            &high,
            vec![0x80, 2],
            "order-high-bytes",
            "02 appended",
        ),
    ];
    for (slug, title, topology, id, twin, mutation) in cases {
        let vector = Vector::reject(
            "SDEL-7",
            format!("order-{slug}"),
            *title,
            ask(topology, id),
            *twin,
            *mutation,
        );
        file.add(
            vector
                .clauses(RANGES)
                .note("Length")
                .note("Scope")
                .critical(),
        );
    }
}
