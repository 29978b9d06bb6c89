//! Texts of principals.

use serde_json::json;

use super::{KNOWN, TEXT, bytes, crc32, some_bytes, text_with_checksum};
use crate::{Suite, Vector};

fn encode_known(suite: &mut Suite) {
    let mut file = suite.file("principal.encode_text", "known", "principal::encode_known");
    for (slug, title, bytes, text, source) in KNOWN {
        let mut vector = Vector::accept(*slug, *title, json!({"bytes": bytes}))
            .clauses(TEXT)
            .output(json!({"text": text}))
            .high();
        if let Some(source) = source {
            vector = vector.source(source);
        }
        file.add(vector);
    }
}

pub(super) fn encode(suite: &mut Suite) {
    encode_known(suite);
    let mut file = suite.file("principal.encode_text", "lengths", "principal::encode");
    file.note(
        "TooLong",
        "RESOURCES",
        "More than 29 bytes.",
        "Buffers overflow, or a text is printed that nobody can read back.",
    );
    for length in 0..=29_usize {
        let principal = some_bytes("length", length);
        let known = text_with_checksum(crc32(&principal), &principal);
        file.add(
            Vector::accept(
                format!("length-{length}"),
                format!("{length} bytes"),
                bytes(&principal),
            )
            .clauses(&[
                "PRIN-1", "PRIN-2", "PRIN-11", "PRIN-12", "PRIN-13", "PRIN-14", "PRIN-16",
            ])
            .output(json!({"text": known})),
        );
    }
    for fill in [0x00_u8, 0x01, 0x7f, 0x80, 0xff] {
        for length in [1_usize, 10, 29] {
            let principal = vec![fill; length];
            let title = format!("{length} bytes {fill:02x}");
            file.add(
                Vector::accept(
                    format!("fill-{fill:02x}-{length}"),
                    title,
                    bytes(&principal),
                )
                .clauses(&["PRIN-2", "PRIN-8", "PRIN-12", "PRIN-15"]),
            );
        }
    }
    for length in [30_usize, 31, 32, 33, 64, 256] {
        file.add(
            Vector::reject(
                "PRIN-1",
                format!("length-{length}"),
                format!("{length} bytes"),
                bytes(&some_bytes("length", length)),
                "length-29",
                format!("{} bytes added", length.saturating_sub(29)),
            )
            .note("TooLong")
            .critical(),
        );
    }
}
