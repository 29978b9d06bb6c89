//! Candid messages: what is one, which fields are found in it, and what bounds it.

use model::ii::storage::candid::{Type, Value, hash};

use super::{DECODE, WHOLE, aaguid, alone, bad, good, note_broken, people, simple, values};
use crate::Suite;
use crate::ii::draft::{Draft, entry};
use crate::ii::record::{self, Device, Entry, Extra, Form};

pub(super) fn generate(suite: &mut Suite) {
    shape(suite);
    fields(suite);
    bounds(suite);
}

const ABOUT: &[&str] = &[
    "II-ANCHOR-1",
    "II-ANCHOR-3",
    "II-ANCHOR-4",
    "II-ANCHOR-5",
    "II-ANCHOR-12",
];

fn shape(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "messages", "ii::storage::messages");
    note_broken(&mut file);
    let value = simple().bytes();
    let title = "One record of version 5";
    let whole = alone(5, &value);
    let mut clauses = WHOLE.to_vec();
    clauses.extend(ABOUT);
    file.add(good("message", title, &whole, &clauses).note("Broken"));

    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut value = value.clone();
        change(&mut value);
        alone(5, &value)
    };
    let replaced = |from: &[u8], to: &[u8]| {
        let mut value = value.clone();
        let at = value.windows(from.len()).position(|window| window == from);
        if let Some(part) = at.and_then(|at| value.get_mut(at..at.saturating_add(to.len()))) {
            part.copy_from_slice(to);
        }
        alone(5, &value)
    };
    let unordered = {
        let mut message = simple().message();
        for kind in &mut message.types {
            if let Type::Record(fields) = kind
                && fields.len() > 3
            {
                fields.swap(0, 1);
            }
        }
        if let Value::Record(anchor) = &mut message.value
            && let Some(Value::List(devices)) = anchor.first_mut()
            && let Some(Value::Record(values)) = devices.first_mut()
        {
            values.swap(0, 1);
        }
        alone(5, &message.write())
    };
    let dangling = record::Draft {
        anchor_extras: vec![("unknown", Extra::Dangling)],
        ..simple()
    };
    for (slug, title, draft, mutation) in [
        (
            "other-magic",
            "A message that begins with DIDX",
            replaced(b"DIDL", b"DIDX"),
            "another letter",
        ),
        (
            "trailing-byte",
            "A byte behind the message, within the record's length",
            changed(&|value| value.push(0)),
            "a byte more",
        ),
        (
            "second-message",
            "A second message behind the first",
            changed(&|value| value.extend(value.clone())),
            "the message twice",
        ),
        (
            "truncated",
            "A message that ends one byte early",
            changed(&|value| _ = value.pop()),
            "a byte less",
        ),
        (
            "half",
            "A message that ends within the key",
            {
                let at = value.windows(4).position(|window| window == b"test");
                let at = at.unwrap_or(0).saturating_add(2);
                alone(5, value.get(..at).unwrap_or_default())
            },
            "the end is not there",
        ),
        (
            "key-beyond-end",
            "A key that is longer than the record",
            replaced(b"\x04test", b"\x7ftest"),
            "another length",
        ),
        (
            "dangling-type",
            "A field whose type is not there",
            alone(5, &dangling.bytes()),
            "a field of a type that is not there",
        ),
        (
            "unordered-fields",
            "Fields out of order",
            unordered,
            "two fields and their values change places",
        ),
        (
            "no-utf-8",
            "An alias that is no UTF-8",
            replaced(b"My Device", b"My\xffDevice"),
            "another byte",
        ),
    ] {
        let vector = bad("II-ANCHOR-1", slug, title, &draft, "message", mutation);
        file.add(vector.note("Broken"));
    }

    // The same, with other anchors around it.
    let mut three = values(Form::Record);
    let title = "Four records of version 5";
    file.add(good("four-messages", title, &Draft::new(5, &three), &clauses).note("Broken"));
    if let Some(second) = three.get_mut(1) {
        second.push(0);
    }
    let title = "A byte behind the second of four messages";
    let vector = bad(
        "II-ANCHOR-1",
        "one-of-four-broken",
        title,
        &Draft::new(5, &three),
        "four-messages",
        "a byte more in the second record",
    );
    file.add(vector.note("Broken"));
    let text = record::Draft {
        form: Form::List,
        ..simple()
    };
    let mut list = alone(1, &text.bytes());
    let title = "One record of version 1";
    file.add(good("message-v1", title, &list, &clauses).note("Broken"));
    let mut longer = text.bytes();
    longer.push(0);
    list.records = vec![entry(&longer)];
    let title = "A byte behind the message of version 1";
    let vector = bad(
        "II-ANCHOR-1",
        "trailing-byte-v1",
        title,
        &list,
        "message-v1",
        "a byte more",
    );
    file.add(vector.note("Broken"));
}

fn fields(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "fields", "ii::storage::fields");
    note_broken(&mut file);
    file.note(
        "Field",
        "INTEROP",
        "Records of all times have other fields in other places.",
        "Users lose their anchors.",
    );
    let title = "Fields that no clause names, in devices and in the anchor";
    let extras = record::Draft {
        device_extras: vec![
            aaguid(),
            ("a", Extra::Number(7)),
            ("zzzz", Extra::Texts(vec!["one", "two"])),
        ],
        anchor_extras: vec![
            ("created_at", Extra::Number(1_700_000_000_000_000_000)),
            ("name", Extra::Texts(vec!["Anna"])),
            ("aa", Extra::Bytes(vec![1])),
        ],
        ..record::Draft::new(Form::Record, &people()[1])
    };
    file.add(
        good("unknown-fields", title, &alone(5, &extras.bytes()), ABOUT)
            .note("Field")
            .high(),
    );
    let list = record::Draft {
        form: Form::List,
        device_extras: vec![aaguid(), ("b", Extra::Number(u64::MAX))],
        ..extras.clone()
    };
    let clauses = ["II-ANCHOR-2", "II-ANCHOR-4", "II-ANCHOR-7"];
    let title = "Fields of devices that no clause names, in a list";
    file.add(
        good(
            "unknown-fields-v3",
            title,
            &alone(3, &list.bytes()),
            &clauses,
        )
        .note("Field"),
    );

    let title = "A field before all that are known, and one behind";
    // `alias` has the least hash of the known fields of a device.
    let first = record::Draft {
        device_extras: vec![least(), ("zzzz", Extra::Number(1))],
        ..simple()
    };
    file.add(good("shifted-fields", title, &alone(5, &first.bytes()), ABOUT).note("Field"));

    let usual = Device::new(b"test", "My Device");
    for (slug, title, device) in [
        ("plain-key", "A key that is no public key", usual.clone()),
        ("empty-key", "An empty key", Device::new(b"", "My Device")),
        ("empty-alias", "An empty alias", Device::new(b"test", "")),
        (
            "unicode-alias",
            "An alias of several scripts",
            Device::new(b"test", "Schlüssel 鍵 🔑"),
        ),
    ] {
        let draft = alone(5, &record::Draft::new(Form::Record, &[device]).bytes());
        file.add(good(slug, title, &draft, ABOUT).note("Field"));
    }
    for (slug, title, device, mutation) in [
        (
            "no-key",
            "A device without key",
            Device {
                pubkey: None,
                ..usual.clone()
            },
            "the field is not there",
        ),
        (
            "no-alias",
            "A device without alias",
            Device {
                alias: None,
                ..usual
            },
            "the field is not there",
        ),
    ] {
        let draft = alone(5, &record::Draft::new(Form::Record, &[device]).bytes());
        let vector = bad("II-ANCHOR-5", slug, title, &draft, "plain-key", mutation);
        file.add(vector.note("Broken"));
    }
    let mut message = simple().message();
    for kind in &mut message.types {
        if let Type::Record(fields) = kind
            && let [(name, _)] = fields.as_mut_slice()
            && *name == hash("devices")
        {
            *name = hash("device");
        }
    }
    let title = "An anchor record without `devices`";
    let draft = alone(5, &message.write());
    let vector = bad(
        "II-ANCHOR-3",
        "no-devices",
        title,
        &draft,
        "plain-key",
        "another name",
    );
    file.add(vector.note("Broken"));
}

/// A field whose name has a lesser hash than `alias`.
fn least() -> (&'static str, Extra) {
    ("a", Extra::Number(3))
}

fn bounds(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "bounds", "ii::storage::bounds");
    file.note(
        "Bound",
        "RESOURCES",
        "A few bytes can ask for endless work.",
        "Lax: one record stops the service.",
    );
    let extra = |extra: Extra| record::Draft {
        anchor_extras: vec![("unknown", extra)],
        ..simple()
    };
    let deep = Device {
        metadata: Some(vec![(
            "one",
            Entry::Map(vec![(
                "two",
                Entry::Map(vec![(
                    "three",
                    Entry::Map(vec![("end", Entry::Text("here"))]),
                )]),
            )]),
        )]),
        ..Device::new(b"test", "My Device")
    };
    let clauses = [
        "II-ANCHOR-10",
        "II-ANCHOR-11",
        "II-ANCHOR-12",
        "II-ANCHOR-4",
    ];
    for (slug, title, draft) in [
        ("nulls-0", "A vector of no nulls", extra(Extra::Nulls(0))),
        ("nulls-3", "A vector of three nulls", extra(Extra::Nulls(3))),
        (
            "nulls-1000",
            "A vector of a thousand nulls",
            extra(Extra::Nulls(1000)),
        ),
        (
            "nested-maps",
            "Maps in maps, three deep",
            record::Draft::new(Form::Record, &[deep]),
        ),
    ] {
        let draft = alone(5, &draft.bytes());
        file.add(good(slug, title, &draft, &clauses).note("Bound"));
    }
    let title = "A vector of 2⁴⁰ nulls";
    let draft = alone(5, &extra(Extra::Nulls(1 << 40)).bytes());
    let vector = bad(
        "II-ANCHOR-12",
        "nulls-2-40",
        title,
        &draft,
        "nulls-3",
        "a greater length",
    );
    file.add(vector.note("Bound").critical());
    let title = "A vector of 2⁶³ nulls";
    let draft = alone(5, &extra(Extra::Nulls(1 << 63)).bytes());
    let vector = bad(
        "II-ANCHOR-12",
        "nulls-2-63",
        title,
        &draft,
        "nulls-3",
        "a greater length",
    );
    file.add(vector.note("Bound").critical());
    let title = "A record that contains itself";
    let draft = alone(5, &extra(Extra::Endless).bytes());
    let vector = bad(
        "II-ANCHOR-11",
        "endless-record",
        title,
        &draft,
        "nulls-0",
        "another type",
    );
    file.add(vector.note("Bound").critical());
}
