//! Headers: magic, version, numbers, salt, range.

use super::{DECODE, WHOLE, alone, bad, good, note_broken, people, simple, values};
use crate::ii::draft::Draft;
use crate::ii::record::{self, Form};
use crate::{Suite, Vector};
use serde_json::json;

/// The header of the service's own tests: range 123456 to 654321, salt of 0x43.
const TESTS: &str = "tests of Internet Identity";

pub(super) fn generate(suite: &mut Suite) {
    beginnings(suite);
    ranges(suite);
    wide_ranges(suite);
}

fn empty(version: u8, range: (u64, u64)) -> Draft {
    Draft {
        range,
        ..Draft::new(version, &[])
    }
}

fn beginnings(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "headers", "ii::storage::headers");
    note_broken(&mut file);
    file.note(
        "Header",
        "BASIC",
        "The header says where everything else is.",
        "Users lose their anchors.",
    );
    let tests = (123_456, 654_321);
    for version in 1..=6 {
        let slug = format!("header-v{version}");
        let title = format!("An image of version {version} without anchors");
        let vector = good(&slug, &title, &empty(version, tests), WHOLE);
        file.add(vector.note("Header").source(TESTS));
    }
    let genesis = Draft {
        tail: vec![0xaa; 400],
        ..empty(1, tests)
    };
    let title = "Version 1 with bytes between header and records";
    file.add(good("header-leftovers", title, &genesis, WHOLE).note("Header"));

    let salts: [(&str, &str, [u8; 32]); 3] = [
        ("salt-unset", "A salt that was not drawn yet", [0; 32]),
        (
            "salt-counting",
            "A salt of 32 different bytes",
            core::array::from_fn(|index| u8::try_from(index).unwrap_or(0)),
        ),
        ("salt-ones", "A salt of ones", [0xff; 32]),
    ];
    for (slug, title, salt) in salts {
        let draft = Draft {
            salt,
            ..empty(5, tests)
        };
        file.add(good(slug, title, &draft, WHOLE).note("Header"));
    }

    for (slug, title, magic) in [
        ("magic-iix", "The letters IIX", *b"IIX"),
        ("magic-lower-case", "The letters iic", *b"iic"),
        ("magic-zeros", "No letters at all", [0; 3]),
        ("magic-reversed", "The letters CII", *b"CII"),
    ] {
        let draft = Draft {
            magic,
            ..empty(5, tests)
        };
        let vector = bad(
            "II-STORE-1",
            slug,
            title,
            &draft,
            "header-v5",
            "other letters",
        );
        file.add(vector.note("Broken"));
    }
    let nothing = json!({"memory": {"pages": "0", "chunks": []}});
    let vector = Vector::reject(
        "II-STORE-1",
        "no-pages",
        "A memory without pages",
        nothing,
        "header-v5",
        "no pages",
    );
    file.add(vector.note("Broken"));
    for (slug, title, version, twin) in [
        ("version-0", "Version 0", 0, "header-v1"),
        (
            "version-digit",
            "The digit 5 instead of the number",
            b'5',
            "header-v5",
        ),
    ] {
        let draft = Draft {
            version,
            ..empty(if twin == "header-v1" { 1 } else { 5 }, tests)
        };
        let vector = bad("II-STORE-2", slug, title, &draft, twin, "another version");
        file.add(vector.note("Broken"));
    }
}

fn ranges(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "ranges", "ii::storage::ranges");
    note_broken(&mut file);
    file.note(
        "Range",
        "BASIC",
        "Anchors are numbered from the beginning of the range.",
        "Users get the anchors of others.",
    );
    let values = values(Form::Record);
    let four = |range: (u64, u64)| Draft {
        range,
        ..Draft::new(5, &values)
    };
    for (slug, title, draft) in [
        (
            "range-full",
            "As many anchors as numbers",
            four((10_000, 10_004)),
        ),
        (
            "range-one-free",
            "One number is free",
            four((10_000, 10_005)),
        ),
        ("range-from-zero", "A range from 0", four((0, 4))),
        (
            "range-beyond-32-bits",
            "Numbers of more than 32 bits",
            four((1 << 40, (1 << 40) + 100)),
        ),
        (
            "range-to-the-end",
            "A range up to the greatest number",
            four((u64::MAX - 4, u64::MAX)),
        ),
        ("range-empty", "A range without numbers", empty(5, (7, 7))),
        (
            "range-empty-v1",
            "A range without numbers in version 1",
            empty(1, (0, 0)),
        ),
    ] {
        file.add(good(slug, title, &draft, WHOLE).note("Range"));
    }
    for (slug, title, draft, twin, mutation) in [
        (
            "range-too-short",
            "One anchor more than numbers",
            four((10_000, 10_003)),
            "range-full",
            "the range ends one earlier",
        ),
        (
            "range-inverted",
            "A range that ends before it begins",
            empty(5, (8, 7)),
            "range-empty",
            "the range begins one later",
        ),
        (
            "range-far-inverted",
            "A range that ends far before it begins",
            empty(5, (u64::MAX, 0)),
            "range-empty",
            "the range begins at the end of all numbers",
        ),
    ] {
        let vector = bad("II-STORE-6", slug, title, &draft, twin, mutation);
        file.add(vector.note("Broken"));
    }
    let uncounted = Draft {
        count: Some(5),
        pages: Some(4),
        ..four((10_000, 10_004))
    };
    let title = "The header counts an anchor more than there are numbers";
    let vector = bad(
        "II-STORE-6",
        "count-beyond-range",
        title,
        &uncounted,
        "range-full",
        "one anchor more is counted",
    );
    file.add(vector.note("Broken"));
}

fn wide_ranges(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "wide-ranges", "ii::storage::wide_ranges");
    file.note(
        "Wide",
        "INTEROP",
        "Old images have ranges wider than the memory has room for.",
        "The oldest backups can't be read, or promise numbers that can't be had.",
    );
    for (version, capacity) in [
        (1, 3_774_873_u64),
        (2, 3_774_873),
        (3, 8_178_860),
        (4, 8_178_860),
        (5, 8_178_860),
        (6, 8_178_860),
    ] {
        for (slug, title, hi) in [
            (
                format!("capacity-v{version}"),
                format!("A range of exactly the capacity of version {version}"),
                capacity.saturating_add(10_000),
            ),
            (
                format!("capacity-v{version}-and-one"),
                format!("A range of one number more than the capacity of version {version}"),
                capacity.saturating_add(10_001),
            ),
        ] {
            let vector = good(&slug, &title, &empty(version, (10_000, hi)), WHOLE);
            file.add(vector.note("Wide"));
        }
    }
    let value = record::Draft::new(Form::Bare, &people()[0]).bytes();
    let genesis = Draft {
        range: (10_000, 8_000_000_000),
        ..alone(1, &value)
    };
    let title = "The range of the oldest backup";
    file.add(
        good("range-genesis", title, &genesis, WHOLE)
            .note("Wide")
            .high(),
    );
    let endless = Draft {
        range: (1, u64::MAX),
        ..alone(5, &simple().bytes())
    };
    let title = "A range of all numbers from 1";
    file.add(good("range-of-everything", title, &endless, WHOLE).note("Wide"));
}
