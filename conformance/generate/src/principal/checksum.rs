//! Texts with wrong checksums or unused bits.

use super::{canonical, crc32, some_bytes, text, text_with_checksum};
use crate::{Suite, Vector};

/// CRC-32 of `bytes` with a given polynomial, start and final mask.
pub(super) fn crc(polynomial: u32, start: u32, mask: u32, bytes: &[u8]) -> u32 {
    let mut crc = start;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { polynomial } else { 0 };
        }
    }
    crc ^ mask
}

pub(super) fn decode_checksums(suite: &mut Suite) {
    let mut file = suite.file(
        "principal.decode_text",
        "checksum",
        "principal::decode_checksums",
    );
    file.note(
        "Checksum",
        "MALLEABILITY",
        "The checksum is not that of the bytes.",
        "A slip of the pen leads to another principal instead of an error.",
    );
    file.note(
        "UnusedBits",
        "MALLEABILITY",
        "The last character has bits that belong to no byte, and they are not zero.",
        "One principal has several texts, so that comparisons of texts and deny lists fail.",
    );
    let reject = |slug: String, title: String, bad: &str, twin: &str, mutation: &str| {
        Vector::reject("PRIN-17", slug, title, text(bad), twin, mutation).note("Checksum")
    };
    for (slug, title, bad, twin, mutation) in [
        (
            "first-character",
            "Another first character",
            "fm77e-bvlzu-aq",
            "spec-example",
            "e → f",
        ),
        (
            "last-byte-of-two",
            "Another byte 01",
            "em77e-bvlza-aq",
            "spec-example",
            "u → a",
        ),
        (
            "swapped",
            "Two characters swapped",
            "e7m7e-bvlzu-aq",
            "spec-example",
            "m7 → 7m",
        ),
        (
            "anonymous-checksum",
            "Another character in the anonymous text",
            "2vxsx-fai",
            "anonymous",
            "e → i",
        ),
        (
            "management-checksum",
            "A checksum for no bytes that is not zero",
            "aaaaa-ba",
            "management",
            "a → b",
        ),
        (
            "management-last-bit",
            "Its last bit is one",
            "aaaaa-ai",
            "management",
            "a → i",
        ),
    ] {
        file.add(reject(slug.to_owned(), title.to_owned(), bad, twin, mutation).high());
    }
    let example = [0xab, 0xcd, 0x01];
    let right = crc32(&example);
    for bit in 0..32_u32 {
        let bad = text_with_checksum(right ^ (1 << bit), &example);
        let title = format!("Bit {bit} of the checksum flipped");
        file.add(reject(
            format!("flipped-bit-{bit}"),
            title,
            &bad,
            "spec-example",
            "bit flipped",
        ));
    }
    for (slug, title, wrong) in [
        (
            "little-endian",
            "The checksum in little-endian order",
            right.swap_bytes(),
        ),
        (
            "crc-32c",
            "CRC-32C instead of CRC-32",
            crc(0x82f6_3b78, u32::MAX, u32::MAX, &example),
        ),
        (
            "zero-start",
            "A CRC that starts with zeros",
            crc(0xedb8_8320, 0, u32::MAX, &example),
        ),
        (
            "not-inverted",
            "A CRC that is not inverted",
            crc(0xedb8_8320, u32::MAX, 0, &example),
        ),
        ("zero", "A checksum of zero", 0),
        ("of-nothing", "The complement of zero", u32::MAX),
        (
            "of-reversed",
            "The checksum of the bytes in reverse",
            crc32(&[0x01, 0xcd, 0xab]),
        ),
        (
            "of-all-but-last",
            "The checksum of all bytes but the last",
            crc32(&[0xab, 0xcd]),
        ),
    ] {
        let bad = text_with_checksum(wrong, &example);
        file.add(reject(
            slug.to_owned(),
            title.to_owned(),
            &bad,
            "spec-example",
            "checksum replaced",
        ));
    }
    let appended = group_of_blob(&[&example[..], &right.to_be_bytes()].concat());
    let title = "The checksum after the bytes".to_owned();
    file.add(reject(
        "appended".to_owned(),
        title,
        &appended,
        "spec-example",
        "checksum moved",
    ));
    let longest = some_bytes("length", 29);
    for index in [0_usize, 1, 14, 27, 28] {
        let mut changed = longest.clone();
        if let Some(byte) = changed.get_mut(index) {
            *byte ^= 0x10;
        }
        let bad = text_with_checksum(crc32(&longest), &changed);
        let title = format!("Byte {index} of 29 changed");
        file.add(reject(
            format!("byte-{index}-of-29"),
            title,
            &bad,
            "length-29",
            "byte changed",
        ));
    }
    for (slug, title, bad, twin, mutation) in [
        (
            "unused-example",
            "The lowest unused bit is one",
            "em77e-bvlzu-ar",
            "spec-example",
            "q → r",
        ),
        (
            "unused-example-2",
            "The second unused bit is one",
            "em77e-bvlzu-as",
            "spec-example",
            "q → s",
        ),
        (
            "unused-management",
            "For no bytes",
            "aaaaa-ab",
            "management",
            "a → b",
        ),
        (
            "unused-management-4",
            "For no bytes, the highest of three",
            "aaaaa-ae",
            "management",
            "a → e",
        ),
    ] {
        file.add(
            Vector::reject("PRIN-18", slug, title, text(bad), twin, mutation)
                .note("UnusedBits")
                .high(),
        );
    }
    for length in [2_usize, 3, 4, 5, 7, 8, 9, 10, 27, 28, 29] {
        let known = canonical(&some_bytes("length", length));
        let unused = match length.saturating_add(4).saturating_mul(8) % 5 {
            0 => continue,
            rest => 5_usize.saturating_sub(rest),
        };
        let Some(last) = known.chars().last() else {
            continue;
        };
        let alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        let value = alphabet.find(last).unwrap_or_default();
        let Some(other) = alphabet.chars().nth(value | 1) else {
            continue;
        };
        let mut bad = known.clone();
        bad.pop();
        bad.push(other);
        let title = format!("{length} bytes, {unused} unused bits, the lowest is one");
        file.add(
            Vector::reject(
                "PRIN-18",
                format!("unused-{length}-bytes"),
                title,
                text(&bad),
                format!("length-{length}"),
                format!("{last} → {other}"),
            )
            .note("UnusedBits"),
        );
    }
}

/// Base32 in groups of a whole blob.
fn group_of_blob(blob: &[u8]) -> String {
    match blob {
        [a, b, c, d, rest @ ..] => text_with_checksum(u32::from_be_bytes([*a, *b, *c, *d]), rest),
        _ => String::new(),
    }
}
