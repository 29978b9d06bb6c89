//! Entries: lengths, what is left over in them, and where the image ends.

use super::{DECODE, WHOLE, alone, bad, good, note_broken, simple, sized};
use crate::Suite;
use crate::ii::draft::{Draft, entry};
use crate::ii::record::{self, Form};

pub(super) fn generate(suite: &mut Suite) {
    lengths(suite);
    leftovers(suite);
    ends(suite);
}

fn about(clause: &'static str) -> Vec<&'static str> {
    let mut clauses = WHOLE.to_vec();
    if !clauses.contains(&clause) {
        clauses.push(clause);
    }
    clauses
}

fn lengths(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "lengths", "ii::storage::lengths");
    file.note(
        "Length",
        "EDGE_CASE",
        "A record says how long it is, and is as long as its entry at most.",
        "Lax: one anchor's record reaches into another's. Strict: the greatest anchors are lost.",
    );
    for (version, form, most) in [
        (1, Form::List, 2046_usize),
        (3, Form::List, 4094),
        (5, Form::Record, 4094),
    ] {
        let filled = format!("filled-v{version}");
        let title = format!("A value that fills an entry of version {version}");
        let draft = alone(version, &sized(form, most));
        file.add(
            good(&filled, &title, &draft, &about("II-STORE-13"))
                .note("Length")
                .high(),
        );
        let mut two = Draft::new(version, &[sized(form, most), sized(form, 200)]);
        let slug = format!("filled-and-next-v{version}");
        let title = format!("A value that fills an entry of version {version}, and the next");
        file.add(good(&slug, &title, &two, &about("II-STORE-13")).note("Length"));
        for (slug, what, more) in [
            ("one-too-long", "one byte", 1_usize),
            ("two-too-long", "two bytes", 2),
            ("far-too-long", "900 bytes", 900),
        ] {
            let slug = format!("{slug}-v{version}");
            let title =
                format!("A value that is {what} too long for an entry of version {version}");
            two = alone(version, &sized(form, most.saturating_add(more)));
            let vector = bad(
                "II-STORE-13",
                &slug,
                &title,
                &two,
                &filled,
                "a longer alias",
            );
            file.add(vector.note("Length"));
        }
    }
}

fn leftovers(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "leftovers", "ii::storage::leftovers");
    file.note(
        "Leftover",
        "INTEROP",
        "An entry still has the end of a longer value that was there before.",
        "Users who removed a device lose their anchors.",
    );
    for (version, form) in [(1, Form::List), (3, Form::List), (5, Form::Record)] {
        let value = record::Draft { form, ..simple() }.bytes();
        let mut record = entry(&value);
        record.extend(&entry(&value)[20..]);
        let mut draft = alone(version, &value);
        draft.records = vec![record];
        let slug = format!("leftover-v{version}");
        let title = format!("The end of a longer value, version {version}");
        file.add(
            good(&slug, &title, &draft, &about("II-STORE-14"))
                .note("Leftover")
                .high(),
        );
        let unwritten = Draft {
            records: vec![[&[0, 0], value.as_slice()].concat()],
            ..draft
        };
        let slug = format!("leftover-unwritten-v{version}");
        let title = format!("A length of 0 before a value, version {version}");
        let clauses = about("II-ANCHOR-16");
        file.add(good(&slug, &title, &unwritten, &clauses).note("Leftover"));
    }
}

fn ends(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "ends", "ii::storage::ends");
    note_broken(&mut file);
    file.note(
        "End",
        "EDGE_CASE",
        "Memory grows by what is written, so an image may end within an entry.",
        "Strict: the newest anchor of an old backup is lost. Lax: a cut-off backup looks whole.",
    );
    let list = record::Draft {
        form: Form::List,
        ..simple()
    };
    // The entry of the 32nd anchor of version 1 is at 64 000, and crosses the end of the first page.
    let mut values = vec![Vec::new(); 31];
    values.push(list.bytes());
    let within = Draft {
        pages: Some(1),
        ..Draft::new(1, &values)
    };
    let title = "The image ends within the last entry of version 1, behind its value";
    let mut clauses = about("II-STORE-15");
    clauses.extend(["II-STORE-8", "II-ANCHOR-16"]);
    file.add(
        good("ends-within-entry", title, &within, &clauses)
            .note("End")
            .high(),
    );
    values.pop();
    values.push(sized(Form::List, 1534));
    let exactly = Draft {
        pages: Some(1),
        ..Draft::new(1, &values)
    };
    let title = "The image ends exactly behind the last value of version 1";
    file.add(
        good("ends-behind-value", title, &exactly, &clauses)
            .note("End")
            .high(),
    );
    values.pop();
    values.push(sized(Form::List, 1536));
    let whole = Draft::new(1, &values);
    let title = "The last value of version 1 crosses the end of a page";
    file.add(good("crosses-page", title, &whole, &clauses).note("End"));
    let cut = Draft {
        pages: Some(1),
        ..whole
    };
    let title = "The image ends within the last value of version 1";
    let vector = bad(
        "II-STORE-15",
        "ends-within-value",
        title,
        &cut,
        "crosses-page",
        "a page less",
    );
    file.add(vector.note("Broken"));

    let value = simple().bytes();
    for (version, value) in [(3, list.bytes()), (5, value.clone()), (6, value)] {
        let slug = format!("three-pages-v{version}");
        let title = format!("An image of version {version} with the page of its record");
        let draft = alone(version, &value);
        let mut clauses = about("II-STORE-15");
        clauses.push("II-STORE-9");
        file.add(good(&slug, &title, &draft, &clauses).note("End"));
        for (pages, what) in [(2, "two pages"), (1, "one page")] {
            let cut = Draft {
                pages: Some(pages),
                ..draft.clone()
            };
            let title = format!("An image of version {version} with {what} only");
            let vector = bad(
                "II-STORE-15",
                &format!("pages-{pages}-v{version}"),
                &title,
                &cut,
                &slug,
                "the page of the record is not there",
            );
            file.add(vector.note("Broken"));
        }
    }
    let counted = Draft {
        count: Some(33),
        pages: Some(1),
        ..within
    };
    let title = "An anchor is counted that the image has no room for";
    let vector = bad(
        "II-STORE-15",
        "counted-beyond-end",
        title,
        &counted,
        "ends-within-entry",
        "one anchor more is counted",
    );
    file.add(vector.note("Broken"));
}
