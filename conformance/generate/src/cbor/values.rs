//! Strings and numbers.

use model::cbor::{BIGNUM, Item, wide_head};

use super::{accept, holder, record, reject};
use crate::Suite;

pub(super) fn strings(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "strings", "cbor::strings");
    file.note(
        "Utf8",
        "MALLEABILITY",
        "Bytes that are no UTF-8, each in one way.",
        "Texts that differ pass as equal after repair, or the other way round.",
    );
    file.note(
        "Tagged",
        "EDGE_CASE",
        "A tag on a value: the profile has none but that of bignums.",
        "Implementations disagree about which messages are valid.",
    );
    for (slug, title, value) in [
        ("empty-bytes", "An empty byte string", Item::bytes(b"")),
        ("one-byte", "A byte string", Item::bytes(&[0xff])),
        (
            "23-bytes",
            "23 bytes, the most with the length in the head",
            Item::bytes(&[7; 23]),
        ),
        (
            "24-bytes",
            "24 bytes, the fewest with a byte of length",
            Item::bytes(&[7; 24]),
        ),
        ("255-bytes", "255 bytes", Item::bytes(&[7; 255])),
        ("256-bytes", "256 bytes", Item::bytes(&[7; 256])),
        (
            "bytes-that-look-like-cbor",
            "A byte string with an encoding in it",
            Item::bytes(&[0xf6]),
        ),
        ("empty-text", "An empty text", Item::text("")),
        ("text", "A text", Item::text("hello")),
        (
            "23-characters",
            "23 characters",
            Item::text(&"t".repeat(23)),
        ),
        (
            "24-characters",
            "24 characters",
            Item::text(&"t".repeat(24)),
        ),
        (
            "256-characters",
            "256 characters",
            Item::text(&"t".repeat(256)),
        ),
        ("latin", "A character of two bytes", Item::text("\u{e9}")),
        (
            "chinese",
            "Characters of three bytes",
            Item::text("\u{4e92}\u{8054}\u{7f51}"),
        ),
        (
            "emoji",
            "A character of four bytes",
            Item::text("\u{1f511}"),
        ),
        (
            "last-character",
            "The last character there is",
            Item::text("\u{10ffff}"),
        ),
        (
            "below-surrogates",
            "The last character before the surrogates",
            Item::text("\u{d7ff}"),
        ),
        (
            "above-surrogates",
            "The first character after the surrogates",
            Item::text("\u{e000}"),
        ),
        (
            "replacement",
            "The replacement character",
            Item::text("\u{fffd}"),
        ),
        ("nul", "A zero character", Item::text("\0")),
        (
            "byte-order-mark",
            "A byte order mark",
            Item::text("\u{feff}a"),
        ),
        (
            "right-to-left",
            "Characters written from right to left",
            Item::text("\u{5d0}\u{5d1}"),
        ),
        (
            "combining",
            "A combining character alone",
            Item::text("\u{301}"),
        ),
    ] {
        file.add(accept(slug, title, &holder(value)));
    }
    file.add(accept(
        "unicode-key",
        "A key of characters of all lengths",
        &record(&[("a\u{e9}\u{4e92}\u{1f511}", Item::Unsigned(0))]),
    ));
    let invalid: &[(&str, &str, &[u8])] = &[
        ("lone-ff", "A byte FF", &[0xff]),
        ("lone-continuation", "A continuation byte alone", &[0x80]),
        ("unfinished-two", "The first of two bytes", &[0xc3]),
        (
            "unfinished-three",
            "The first two of three bytes",
            &[0xe4, 0xba],
        ),
        (
            "unfinished-four",
            "The first three of four bytes",
            &[0xf0, 0x9f, 0x94],
        ),
        (
            "wrong-continuation",
            "A letter where a continuation must be",
            &[0xc3, 0x61],
        ),
        ("overlong-nul", "U+0000 in two bytes", &[0xc0, 0x80]),
        ("overlong-slash", "A slash in two bytes", &[0xc0, 0xaf]),
        (
            "overlong-three",
            "U+07FF in three bytes",
            &[0xe0, 0x9f, 0xbf],
        ),
        (
            "overlong-four",
            "U+FFFF in four bytes",
            &[0xf0, 0x8f, 0xbf, 0xbf],
        ),
        ("high-surrogate", "A high surrogate", &[0xed, 0xa0, 0x80]),
        ("low-surrogate", "A low surrogate", &[0xed, 0xbf, 0xbf]),
        (
            "surrogate-pair",
            "A pair of surrogates",
            &[0xed, 0xa0, 0xbd, 0xed, 0xb4, 0x91],
        ),
        ("beyond", "U+110000", &[0xf4, 0x90, 0x80, 0x80]),
        (
            "five-bytes",
            "A character of five bytes",
            &[0xf8, 0x88, 0x80, 0x80, 0x80],
        ),
        (
            "utf-16",
            "UTF-16 with a byte order mark",
            &[0xff, 0xfe, 0x61, 0x00],
        ),
        ("latin-1", "A letter with an accent in Latin-1", b"caf\xe9"),
    ];
    for (slug, title, bytes) in invalid {
        let value = holder(Item::Text(bytes.to_vec()));
        file.add(
            reject(
                "CBOR-4",
                slug,
                title,
                &value,
                "text",
                "bytes of the text replaced",
            )
            .note("Utf8"),
        );
        let key = Item::Map(vec![(Item::Text(bytes.to_vec()), Item::Unsigned(0))]);
        file.add(
            reject(
                "CBOR-4",
                &format!("key-{slug}"),
                &format!("{title}, in a key"),
                &key,
                "unicode-key",
                "bytes of the key replaced",
            )
            .also(&["CBOR-2"])
            .note("Utf8"),
        );
    }
    let others = ["CBOR-1", "CBOR-3", "CBOR-4", "CBOR-5", "CBOR-8"];
    let mut add = |clause: &str, slug: &str, title: &str, item: Item, twin: &str| {
        let also: Vec<_> = others
            .iter()
            .copied()
            .filter(|other| *other != clause)
            .collect();
        file.add(
            reject(clause, slug, title, &holder(item), twin, "tag added")
                .also(&also)
                .note("Tagged"),
        );
    };
    let tag = |tag: u64, item: Item| Item::Tag(tag, Box::new(item));
    add(
        "CBOR-3",
        "tagged-bytes",
        "A byte string of encoded CBOR in tag 24",
        tag(24, Item::bytes(&[0])),
        "one-byte",
    );
    add(
        "CBOR-3",
        "negative-bignum",
        "A negative bignum",
        tag(3, Item::bytes(&[0])),
        "one-byte",
    );
    add(
        "CBOR-3",
        "uuid",
        "A UUID in tag 37",
        tag(37, Item::bytes(&[7; 16])),
        "one-byte",
    );
    add(
        "CBOR-4",
        "date",
        "A date in tag 0",
        tag(0, Item::text("2026-08-17T00:00:00Z")),
        "text",
    );
    add(
        "CBOR-4",
        "url",
        "A URL in tag 32",
        tag(32, Item::text("https://internetcomputer.org")),
        "text",
    );
}

pub(super) fn numbers(suite: &mut Suite) {
    let mut file = suite.file("cbor.check", "numbers", "cbor::numbers");
    file.note(
        "Float",
        "MALLEABILITY",
        "A floating-point number; those with integral values look like integers after conversion.",
        "Large numbers lose bits: two different times or amounts become equal.",
    );
    file.note(
        "Bignum",
        "MALLEABILITY",
        "A bignum for a number that fits 64 bits.",
        "One number has several encodings that some readers distinguish.",
    );
    for value in [
        0,
        1,
        23,
        24,
        255,
        256,
        65535,
        65536,
        u64::from(u32::MAX),
        1 << 32,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        (1 << 63) - 1,
        1 << 63,
        u64::MAX,
    ] {
        let title = format!("The number {value}");
        file.add(accept(
            &format!("number-{value}"),
            &title,
            &holder(Item::Unsigned(value)),
        ));
    }
    for (width, name) in [(1, "1"), (2, "2"), (4, "4"), (8, "8")] {
        let zero = holder(Item::Raw(wide_head(0, 7, width)));
        let title = format!("The number 7 in a head of {name} more bytes");
        file.add(accept(&format!("wide-7-{name}"), &title, &zero));
        let text = holder(Item::Raw([wide_head(3, 2, width), b"hi".to_vec()].concat()));
        let title = format!("A text whose length takes {name} bytes");
        file.add(accept(&format!("wide-text-{name}"), &title, &text));
        let list = Item::Raw([wide_head(4, 1, width), vec![0]].concat());
        let title = format!("An array whose length takes {name} bytes");
        file.add(accept(&format!("wide-array-{name}"), &title, &holder(list)));
    }
    for (slug, title, bytes) in [
        (
            "bignum-2-64",
            "The bignum 2^64",
            [&[1][..], &[0; 8]].concat(),
        ),
        (
            "bignum-2-64-plus-1",
            "The bignum 2^64 + 1",
            [&[1][..], &[0; 7], &[1]].concat(),
        ),
        ("bignum-2-128", "The bignum 2^128 - 1", vec![0xff; 16]),
    ] {
        let value = Item::Tag(BIGNUM, Box::new(Item::Bytes(bytes)));
        file.add(accept(slug, title, &holder(value)));
    }
    for (slug, title, bytes) in [
        ("bignum-1", "The bignum 1", vec![1]),
        ("bignum-0", "The bignum 0, in no bytes", vec![]),
        ("bignum-00", "The bignum 0, in one byte", vec![0]),
        ("bignum-max", "The bignum 2^64 - 1", vec![0xff; 8]),
        (
            "bignum-padded",
            "The bignum 1 in nine bytes",
            [&[0; 8][..], &[1]].concat(),
        ),
    ] {
        let value = holder(Item::Tag(BIGNUM, Box::new(Item::Bytes(bytes))));
        file.add(
            reject(
                "CBOR-5",
                slug,
                title,
                &value,
                "number-1",
                "integer → bignum",
            )
            .note("Bignum"),
        );
    }
    let time = holder(Item::Tag(1, Box::new(Item::Unsigned(1_700_000_000))));
    file.add(
        reject(
            "CBOR-5",
            "time",
            "A time in tag 1",
            &time,
            "number-1",
            "tag added",
        )
        .also(&["CBOR-1", "CBOR-3", "CBOR-4", "CBOR-8"]),
    );
    for (slug, title, bits, width) in [
        ("half-one", "1.0 in 16 bits", 0x3c00, 2),
        ("half-zero", "0.0 in 16 bits", 0, 2),
        ("half-minus-zero", "-0.0 in 16 bits", 0x8000, 2),
        ("half-one-and-a-half", "1.5 in 16 bits", 0x3e00, 2),
        ("half-infinity", "Infinity in 16 bits", 0x7c00, 2),
        ("half-nan", "Not a number in 16 bits", 0x7e00, 2),
        ("single-one", "1.0 in 32 bits", 0x3f80_0000, 4),
        ("single-one-and-a-half", "1.5 in 32 bits", 0x3fc0_0000, 4),
        ("double-one", "1.0 in 64 bits", 0x3ff0_0000_0000_0000, 8),
        (
            "double-one-and-a-half",
            "1.5 in 64 bits",
            0x3ff8_0000_0000_0000,
            8,
        ),
        (
            "double-time",
            "1685570400000000000.0 in 64 bits",
            0x43b7_6447_5e5f_9000,
            8,
        ),
        (
            "double-nan",
            "Not a number in 64 bits",
            0x7ff8_0000_0000_0000,
            8,
        ),
    ] {
        let value = holder(Item::Float(bits, width));
        let mutation = "integer → float";
        file.add(reject("CBOR-6", slug, title, &value, "number-1", mutation).note("Float"));
    }
    let list = Item::Array(vec![Item::Unsigned(1), Item::Float(0x3c00, 2)]);
    file.add(
        reject(
            "CBOR-6",
            "in-array",
            "1.0 in an array",
            &list,
            "number-1",
            "integer → float",
        )
        .note("Float"),
    );
}
