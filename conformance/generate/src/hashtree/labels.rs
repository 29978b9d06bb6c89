//! Lookups that depend on the order of labels.

use model::input::hex;

use super::{add_lookups, entry, forest, gap};
use crate::Suite;

pub(super) fn lookup_labels(suite: &mut Suite) {
    let mut file = suite.file("hashtree.lookup", "labels", "hashtree::lookup_labels");
    file.note(
        "Order",
        "INTEROP",
        "Labels are bytes. They are compared from the first byte on, as numbers from 0 to 255; a label stands before those that extend it.",
        "Wrong order: values that are there are declared absent, and the other way round.",
    );
    let tree = |labels: &[&[u8]]| {
        forest(
            &labels
                .iter()
                .map(|label| entry(label, hex(label)))
                .collect::<Vec<_>>(),
        )
    };
    let extended = tree(&[b"", b"a", b"a\0", b"aa", b"ab", b"b"]);
    let bytes = tree(&[&[0x00], &[0x7f], &[0x80], &[0xff], &[0xff, 0xff]]);
    let later = tree(&[&[1, 9], &[2, 0], &[2, 5]]);
    let lengths = tree(&[b"aaaa", b"b", b"ccc"]);
    let slashes = tree(&[b"a", b"a/b", b"c"]);
    let long = [0x61; 300];
    add_lookups(
        &mut file,
        "Order",
        &[
            (
                "extended-nothing",
                "The empty label",
                extended.clone(),
                &[b""],
                "",
            ),
            (
                "extended-a",
                "A label that others extend",
                extended.clone(),
                &[b"a"],
                "61",
            ),
            (
                "extended-zero",
                "A label extended by a zero byte",
                extended.clone(),
                &[b"a\0"],
                "6100",
            ),
            (
                "extended-aa",
                "A label that extends another",
                extended.clone(),
                &[b"aa"],
                "6161",
            ),
            (
                "extended-aaa",
                "Between a label and the next, extending the former",
                extended.clone(),
                &[b"aaa"],
                "absent",
            ),
            (
                "extended-a1",
                "Between labels that extend the same label",
                extended.clone(),
                &[b"a\x01"],
                "absent",
            ),
            (
                "extended-ac",
                "After the labels that extend a label",
                extended.clone(),
                &[b"ac"],
                "absent",
            ),
            (
                "extended-zero-byte",
                "A zero byte after the empty label",
                extended.clone(),
                &[b"\0"],
                "absent",
            ),
            (
                "extended-c",
                "After all labels",
                extended,
                &[b"c"],
                "absent",
            ),
            ("bytes-00", "Label 00", bytes.clone(), &[&[0x00]], "00"),
            ("bytes-80", "Label 80", bytes.clone(), &[&[0x80]], "80"),
            ("bytes-ff", "Label ff", bytes.clone(), &[&[0xff]], "ff"),
            (
                "bytes-ffff",
                "Label ffff",
                bytes.clone(),
                &[&[0xff, 0xff]],
                "ffff",
            ),
            (
                "bytes-81",
                "Between labels 80 and ff",
                bytes.clone(),
                &[&[0x81]],
                "absent",
            ),
            (
                "bytes-40",
                "Between labels 00 and 7f",
                bytes.clone(),
                &[&[0x40]],
                "absent",
            ),
            (
                "bytes-7f80",
                "Between labels 7f and 80",
                bytes.clone(),
                &[&[0x7f, 0x80]],
                "absent",
            ),
            (
                "bytes-before",
                "The empty label, before label 00",
                bytes.clone(),
                &[b""],
                "absent",
            ),
            (
                "bytes-ffffff",
                "After label ffff",
                bytes,
                &[&[0xff, 0xff, 0xff]],
                "absent",
            ),
            (
                "later-found",
                "A label whose second byte is lower than that of the one before",
                later.clone(),
                &[&[2, 0]],
                "0200",
            ),
            (
                "later-between",
                "Between labels whose second bytes descend",
                later.clone(),
                &[&[1, 255]],
                "absent",
            ),
            (
                "later-low",
                "Between labels, with a low second byte",
                later.clone(),
                &[&[2, 1]],
                "absent",
            ),
            (
                "later-before",
                "Before all labels, with a high second byte",
                later.clone(),
                &[&[0, 200]],
                "absent",
            ),
            (
                "later-after",
                "After all labels, with a low second byte",
                later,
                &[&[3, 0]],
                "absent",
            ),
            (
                "lengths-short",
                "A short label between longer ones",
                lengths.clone(),
                &[b"b"],
                "62",
            ),
            (
                "lengths-between",
                "A long label before a shorter one",
                lengths.clone(),
                &[b"aaab"],
                "absent",
            ),
            (
                "lengths-before",
                "A short label before a longer one",
                lengths.clone(),
                &[b"a"],
                "absent",
            ),
            (
                "lengths-after",
                "A short label after longer ones",
                lengths,
                &[b"d"],
                "absent",
            ),
            (
                "slash-label",
                "A label with a slash",
                slashes.clone(),
                &[b"a/b"],
                "612f62",
            ),
            (
                "slash-path",
                "Two labels are not one with a slash",
                slashes,
                &[b"a", b"b"],
                "absent",
            ),
            (
                "long",
                "A label of 300 bytes",
                forest(&[entry("a", "1"), entry(long, "2")]),
                &[&long],
                "2",
            ),
            (
                "unknown-prefix",
                "A label that only a pruned tree could have, extending a known one",
                forest(&[entry("a", "1"), gap("x"), entry("b", "2")]),
                &[b"aa"],
                "unknown",
            ),
        ],
    );
}
