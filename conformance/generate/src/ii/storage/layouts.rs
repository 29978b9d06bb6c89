//! Images of versions 1 to 6: where records are, and which form they have.

use super::{
    DECODE, WHOLE, alone, bad, good, memory, note_broken, note_image, people, simple, values,
};
use crate::ii::draft::{Draft, entry};
use crate::ii::record::{self, Form};
use crate::vector::Answer;
use crate::{Suite, Vector};
use serde_json::json;

pub(super) fn generate(suite: &mut Suite) {
    golden(suite);
    halfway(suite);
    too_far(suite);
    forms(suite);
}

/// The clauses about images of a version.
fn about(version: u8) -> Vec<&'static str> {
    let mut clauses = WHOLE.to_vec();
    clauses.extend(match version {
        1 => &[
            "II-STORE-8",
            "II-STORE-12",
            "II-ANCHOR-2",
            "II-ANCHOR-7",
            "II-ANCHOR-9",
        ][..],
        2 => &["II-STORE-8", "II-STORE-10", "II-STORE-12", "II-ANCHOR-2"],
        3 => &["II-STORE-9", "II-STORE-12", "II-ANCHOR-2", "II-ANCHOR-9"],
        4 => &[
            "II-STORE-9",
            "II-STORE-11",
            "II-STORE-12",
            "II-ANCHOR-2",
            "II-ANCHOR-3",
        ],
        _ => &[
            "II-STORE-9",
            "II-STORE-12",
            "II-ANCHOR-3",
            "II-ANCHOR-9",
            "II-ANCHOR-10",
            "II-ANCHOR-11",
        ],
    });
    clauses
}

fn golden(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "layouts", "ii::storage::layouts");
    note_image(&mut file);
    let genesis = people().map(|devices| record::Draft::new(Form::Bare, &devices).bytes());
    let draft = Draft::new(1, &genesis);
    let title = "Version 1 as it was in the beginning: alias, key and credential id";
    file.add(
        good("layout-v1-genesis", title, &draft, &about(1))
            .note("Image")
            .high(),
    );
    for version in [1, 3, 5, 6] {
        let form = if version < 5 {
            Form::List
        } else {
            Form::Record
        };
        let draft = Draft::new(version, &values(form));
        let title = format!("Version {version}, four anchors");
        let slug = format!("layout-v{version}");
        file.add(
            good(&slug, &title, &draft, &about(version))
                .note("Image")
                .high(),
        );
    }
    let lists = values(Form::List);
    let draft = Draft {
        start: 2,
        ..Draft::new(2, &lists)
    };
    let title = "Version 2, two of four records moved";
    file.add(
        good("layout-v2", title, &draft, &about(2))
            .note("Image")
            .high(),
    );
    let draft = Draft {
        start: 3,
        ..Draft::new(4, &mixed(3))
    };
    let title = "Version 4, one of four records converted";
    file.add(
        good("layout-v4", title, &draft, &about(4))
            .note("Image")
            .high(),
    );
}

/// Lists below `start`, anchor records from there on.
fn mixed(start: usize) -> Vec<Vec<u8>> {
    let (lists, records) = (values(Form::List), values(Form::Record));
    lists
        .into_iter()
        .take(start)
        .chain(records.into_iter().skip(start))
        .collect()
}

fn halfway(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "halfway", "ii::storage::halfway");
    file.note(
        "Halfway",
        "INTEROP",
        "A migration that is under way has records of both kinds.",
        "Users lose their anchors until the migration is done, or for good.",
    );
    let lists = values(Form::List);
    for (slug, title, start) in [
        ("v2-none-moved", "Version 2, no record moved", 4),
        ("v2-one-left", "Version 2, one record left to move", 1),
        ("v2-all-moved", "Version 2, all records moved", 0),
    ] {
        let draft = Draft {
            start,
            ..Draft::new(2, &lists)
        };
        file.add(good(slug, title, &draft, &about(2)).note("Halfway"));
    }
    let mut leftovers = Draft {
        start: 2,
        ..Draft::new(2, &lists)
    };
    let stale = record::Draft::new(Form::List, &people()[3]).bytes();
    leftovers.patches = vec![
        (512 + 2 * 2048, entry(&stale)),
        (512 + 3 * 2048, b"\xff\xff".to_vec()),
    ];
    let title = "Version 2, old bytes where moved records were";
    file.add(good("v2-leftovers", title, &leftovers, &about(2)).note("Halfway"));
    let paused = Draft {
        patches: vec![(64, vec![0; 4])],
        start: 2,
        ..Draft::new(2, &lists)
    };
    let title = "Version 2, the migration paused";
    file.add(good("v2-paused", title, &paused, &about(2)).note("Halfway"));
    let growing = Draft {
        start: 2,
        range: (10_000, 10_004),
        ..Draft::new(2, &lists)
    };
    let title = "Version 2, a range that is full";
    file.add(good("v2-full", title, &growing, &about(2)).note("Halfway"));

    for (slug, title, start) in [
        ("v4-none-converted", "Version 4, no record converted", 4),
        ("v4-half", "Version 4, two of four records converted", 2),
        ("v4-all-converted", "Version 4, all records converted", 0),
    ] {
        let draft = Draft {
            start,
            ..Draft::new(4, &mixed(start))
        };
        file.add(good(slug, title, &draft, &about(4)).note("Halfway"));
    }
}

/// Migrations of more records than there are.
fn too_far(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "halfway", "ii::storage::halfway");
    for (version, form, clause, twin) in [
        (2, Form::List, "II-STORE-10", "v2-none-moved"),
        (4, Form::List, "II-STORE-11", "v4-none-converted"),
    ] {
        let draft = Draft {
            start: 5,
            ..Draft::new(version, &values(form))
        };
        let slug = format!("v{version}-beyond");
        let title = format!("Version {version}, the index beyond the number of anchors");
        let vector = bad(
            clause,
            &slug,
            &title,
            &draft,
            twin,
            "the index is one greater",
        );
        file.add(vector.note("Halfway"));
    }
}

fn forms(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "forms", "ii::storage::forms");
    note_broken(&mut file);
    let record = simple();
    let list = record::Draft {
        form: Form::List,
        ..record.clone()
    };
    let (record, list) = (record.bytes(), list.bytes());
    for (version, value) in [(1, &list), (3, &list), (5, &record), (6, &record)] {
        let slug = format!("form-v{version}");
        let title = format!("One record in the form of version {version}");
        let draft = alone(version, value);
        file.add(good(&slug, &title, &draft, &about(version)).note("Broken"));
    }
    for (version, value, title, mutation) in [
        (
            1,
            &record,
            "An anchor record in version 1",
            "the newer form",
        ),
        (5, &list, "A list of devices in version 5", "the older form"),
        (6, &list, "A list of devices in version 6", "the older form"),
    ] {
        let slug = format!("other-form-v{version}");
        let twin = format!("form-v{version}");
        let vector = bad(
            "II-STORE-12",
            &slug,
            title,
            &alone(version, value),
            &twin,
            mutation,
        );
        file.add(vector.note("Broken"));
    }
    file.note(
        "Early",
        "OPEN_QUESTION",
        "A draft of the service wrote the newer form before its version was there.",
        "None: no image with such records is known.",
    );
    let early = memory(&alone(3, &record));
    let answer = match model::run(DECODE, &memory(&alone(5, &record)), None) {
        model::Outcome::Ok(mut output) => {
            output["version"] = json!(3);
            output
        }
        _ => json!(null),
    };
    let title = "An anchor record in version 3";
    let vector = Vector::either("ii.early_records", "early-record", title, early)
        .by("reject", Answer::Reject)
        .by("accept", Answer::Accept(answer));
    file.add(vector.clauses(&["II-STORE-12"]).note("Early"));

    file.note(
        "Sizes",
        "OPEN_QUESTION",
        "Headers name entry size and place of records, which are always the same.",
        "None: no image with other sizes is known.",
    );
    // 4096-byte entries under a header that says 2048, as in a test of the service.
    let two = [record.clone(), record];
    let mut narrow = Draft::new(6, &[]);
    narrow.entry = 2048;
    narrow.count = Some(2);
    narrow.patches = vec![
        (131_072, entry(&two[0])),
        (131_072 + 2048, entry(&two[1])),
        (131_072 + 4096, entry(b"")),
    ];
    let run = |draft: &Draft| match model::run(DECODE, &memory(draft), None) {
        model::Outcome::Ok(output) => output,
        _ => json!(null),
    };
    let by_header = run(&narrow);
    let mut fixed = by_header.clone();
    fixed["anchors"][1]["devices"] = json!([]);
    let title = "A header of version 6 with entries of 2048 bytes";
    let vector = Vector::either("ii.header_sizes", "narrow-entries", title, memory(&narrow))
        .by("header", Answer::Accept(by_header))
        .by("version", Answer::Accept(fixed))
        .by("reject", Answer::Reject);
    file.add(vector.clauses(&["II-STORE-9"]).note("Sizes"));
}
