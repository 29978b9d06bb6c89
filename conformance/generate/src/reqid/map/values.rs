//! Numbers, blobs and texts.

use super::{accept, blob, int, nat, text};
use crate::Suite;

pub(super) fn numbers(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "numbers", "reqid::map::numbers");
    file.note(
        "Leb128",
        "INTEROP",
        "A number around the places where its encoding gets longer.",
        "Signatures over times and amounts do not verify elsewhere.",
    );
    file.note(
        "Precision",
        "MALLEABILITY",
        "A number that a float of 64 bits cannot hold.",
        "Two different times have one hash.",
    );
    for number in [
        0_u64,
        1,
        63,
        64,
        127,
        128,
        255,
        1234,
        16383,
        16384,
        624_485,
        u64::from(u32::MAX),
        1 << 32,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        1_685_570_400_000_000_000,
        1_685_570_400_000_000_001,
        (1 << 63) - 1,
        1 << 63,
        u64::MAX - 1,
        u64::MAX,
    ] {
        let vector = accept(
            &format!("nat-{number}"),
            &format!("The natural number {number}"),
            &[("n", nat(number))],
            &["REQID-7", "REQID-1"],
        );
        let note = if number > 1 << 53 {
            "Precision"
        } else {
            "Leb128"
        };
        file.add(vector.note(note).high());
    }
    for (slug, title, number) in [
        (
            "nat-2-64",
            "The natural number 2^64",
            "18446744073709551616",
        ),
        (
            "nat-2-70",
            "The natural number 2^70, eleven bytes",
            "1180591620717411303424",
        ),
        (
            "nat-2-128-less-1",
            "The natural number 2^128 - 1",
            "340282366920938463463374607431768211455",
        ),
    ] {
        file.add(accept(slug, title, &[("n", nat(number))], &["REQID-7"]).note("Leb128"));
    }
    for number in [
        0_i64,
        1,
        -1,
        2,
        -2,
        63,
        64,
        -64,
        -65,
        127,
        128,
        -127,
        -128,
        -129,
        8191,
        8192,
        -8192,
        -8193,
        -123_456,
        624_485,
        i64::MAX,
        i64::MIN,
    ] {
        let slug = format!("int-{}", number.to_string().replace('-', "minus-"));
        let title = format!("The integer {number}");
        file.add(accept(&slug, &title, &[("n", int(number))], &["REQID-8"]).note("Leb128"));
    }
    for (slug, title, number) in [
        ("int-2-63", "The integer 2^63", "9223372036854775808"),
        (
            "int-minus-2-63-less-1",
            "The integer -2^63 - 1",
            "-9223372036854775809",
        ),
        (
            "int-2-64-less-1",
            "The integer 2^64 - 1",
            "18446744073709551615",
        ),
        (
            "int-minus-2-64",
            "The integer -2^64",
            "-18446744073709551616",
        ),
    ] {
        file.add(accept(slug, title, &[("n", int(number))], &["REQID-8"]).note("Leb128"));
    }
}

pub(super) fn strings(suite: &mut Suite) {
    let mut file = suite.file("hash_of_map", "strings", "reqid::map::strings");
    file.note(
        "Exact",
        "MALLEABILITY",
        "Bytes that a text library may change: composition, case, white space, zero bytes.",
        "Two different messages have one hash, or a signature does not verify elsewhere.",
    );
    for (slug, title, bytes) in [
        ("blob-empty", "No bytes", &b""[..]),
        ("blob-zero", "One byte 00", &[0]),
        ("blob-zeros", "Two bytes 00", &[0, 0]),
        ("blob-ff", "One byte FF", &[0xff]),
        (
            "blob-not-utf-8",
            "Bytes that are no UTF-8",
            &[0xc3, 0x28, 0xa0, 0xff],
        ),
        ("blob-text", "The bytes of hello", b"hello"),
        ("blob-hex", "The bytes of a hexadecimal text", b"68656c6c6f"),
        (
            "blob-55",
            "55 bytes, one block of the hash function",
            &[7; 55],
        ),
        ("blob-56", "56 bytes, two blocks", &[7; 56]),
        ("blob-64", "64 bytes", &[7; 64]),
        ("blob-1000", "1000 bytes", &[7; 1000]),
    ] {
        file.add(
            accept(
                slug,
                title,
                &[("v", blob(bytes))],
                &["REQID-5", "REQID-2", "REQID-1"],
            )
            .note("Exact"),
        );
    }
    for (slug, title, value) in [
        ("text-empty", "No characters", ""),
        ("text-hello", "hello, the same hash as the blob", "hello"),
        ("text-upper", "HELLO", "HELLO"),
        (
            "text-composed",
            "An accented letter as one character",
            "caf\u{e9}",
        ),
        (
            "text-decomposed",
            "An accented letter as two characters",
            "cafe\u{301}",
        ),
        ("text-latin", "A character of two bytes", "\u{fc}"),
        (
            "text-chinese",
            "Characters of three bytes",
            "\u{4e92}\u{8054}\u{7f51}\u{8ba1}\u{7b97}\u{673a}",
        ),
        ("text-emoji", "A character of four bytes", "\u{1f511}"),
        ("text-leading-space", "A space first", " hello"),
        ("text-trailing-line-feed", "A line feed last", "hello\n"),
        ("text-number", "Digits", "624485"),
        (
            "text-capital-sharp-s",
            "A letter whose lower case is another",
            "\u{1e9e}",
        ),
        (
            "text-last-character",
            "The last character there is",
            "\u{10ffff}",
        ),
    ] {
        file.add(accept(slug, title, &[("v", text(value))], &["REQID-6", "REQID-1"]).note("Exact"));
    }
    for (slug, title, name) in [
        ("name-empty", "An empty name", ""),
        ("name-one", "A name of one letter", "a"),
        (
            "name-long",
            "A long name",
            "a_name_that_is_longer_than_one_block_of_the_hash_function_which_has_64_bytes",
        ),
        ("name-symbols", "A name with symbols", "a.b/c:d e"),
    ] {
        file.add(accept(
            slug,
            title,
            &[(name, text("v"))],
            &["REQID-1", "REQID-10"],
        ));
    }
}
