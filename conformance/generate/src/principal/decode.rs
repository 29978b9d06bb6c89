//! Texts that are right, and texts of wrong lengths.

use serde_json::json;

use super::{KNOWN, TEXT, bytes, canonical, crc32, some_bytes, text, text_with_checksum};
use crate::{Suite, Vector};

pub(super) fn decode_known(suite: &mut Suite) {
    let mut file = suite.file("principal.decode_text", "known", "principal::decode_known");
    for (slug, title, bytes, known, source) in KNOWN {
        let mut vector = Vector::accept(*slug, *title, text(known))
            .clauses(TEXT)
            .clauses(&["PRIN-17", "PRIN-18"])
            .output(json!({"bytes": bytes}))
            .high();
        if let Some(source) = source {
            vector = vector.source(source);
        }
        file.add(vector);
    }
    file.note(
        "Case",
        "INTEROP",
        "Letters of both cases mean the same when a text is read.",
        "People can't paste what another program printed.",
    );
    for (slug, title, known) in [
        ("upper-case", "All letters in upper case", "EM77E-BVLZU-AQ"),
        (
            "first-upper",
            "The first letter in upper case",
            "Em77e-bvlzu-aq",
        ),
        (
            "mixed-case",
            "Every other letter in upper case",
            "eM77E-bVlZu-Aq",
        ),
        (
            "last-upper",
            "The last letter in upper case",
            "em77e-bvlzu-aQ",
        ),
    ] {
        file.add(
            Vector::accept(slug, title, text(known))
                .clauses(&["PRIN-15", "PRIN-13"])
                .note("Case")
                .output(json!({"bytes": "abcd01"})),
        );
    }
    let longest = "ZPXKT-CYAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AH6";
    file.add(
        Vector::accept(
            "upper-case-longest",
            "63 characters in upper case",
            text(longest),
        )
        .clauses(&["PRIN-15", "PRIN-16"])
        .note("Case")
        .output(json!({"bytes": format!("{}7f", "00".repeat(28))})),
    );
}

pub(super) fn decode_lengths(suite: &mut Suite) {
    let mut file = suite.file(
        "principal.decode_text",
        "lengths",
        "principal::decode_lengths",
    );
    file.note(
        "TooShort",
        "EDGE_CASE",
        "There are fewer than the four bytes of a checksum.",
        "Reading behind the end, or an empty principal where none was meant.",
    );
    file.note(
        "TooLong",
        "RESOURCES",
        "A right text of more than 29 bytes.",
        "Buffers of 29 bytes overflow, or things that are no principals pass as such.",
    );
    for length in 0..=29_usize {
        let principal = some_bytes("length", length);
        let title = format!("{length} bytes");
        file.add(
            Vector::accept(
                format!("length-{length}"),
                title,
                text(&canonical(&principal)),
            )
            .clauses(&["PRIN-1", "PRIN-16", "PRIN-2", "PRIN-12"])
            .output(bytes(&principal)),
        );
    }
    for fill in [0x00_u8, 0xff] {
        let principal = [fill; 29];
        let slug = format!("length-29-{fill:02x}");
        let title = format!("29 bytes {fill:02x}");
        file.add(
            Vector::accept(slug, title, text(&canonical(&principal)))
                .clauses(&["PRIN-1", "PRIN-16", "PRIN-12"])
                .output(bytes(&principal)),
        );
    }
    for length in [30_usize, 31, 32, 64, 1000] {
        let long = some_bytes("length", length);
        let bad = text_with_checksum(crc32(&long), &long);
        let title = format!("The text of {length} bytes, checksum and all");
        file.add(
            Vector::reject(
                "PRIN-1",
                format!("length-{length}"),
                title,
                text(&bad),
                "length-29",
                format!("{} bytes added", length.saturating_sub(29)),
            )
            .clauses(&["PRIN-16"])
            .also(&["PRIN-16"])
            .note("TooLong")
            .critical(),
        );
    }
    for (slug, title, bad) in [
        ("empty", "The empty text", ""),
        ("two-characters", "Two characters, one byte", "aa"),
        ("four-characters", "Four characters, two bytes", "aaaa"),
        ("five-characters", "Five characters, three bytes", "aaaaa"),
    ] {
        file.add(
            Vector::reject(
                "PRIN-11",
                slug,
                title,
                text(bad),
                "management",
                "characters removed",
            )
            .clauses(&["PRIN-8"])
            .also(&["PRIN-8", "PRIN-13", "PRIN-17"])
            .note("TooShort")
            .high(),
        );
    }
}
