//! Devices: credential ids, variants, what anchor records add, order, and rules of today.

use super::{DECODE, alone, bad, good, memory, note_broken};
use crate::ii::draft::Draft;
use crate::ii::record::{self, Device, Entry, Form};
use crate::vector::Answer;
use crate::{Suite, Vector};
use serde_json::Value;

pub(super) fn generate(suite: &mut Suite) {
    ids(suite);
    variants(suite);
    defaults(suite);
    additions(suite);
    order(suite);
    old_rules(suite);
    without_devices(suite);
}

fn image(version: u8, form: Form, devices: &[Device]) -> Draft {
    alone(version, &record::Draft::new(form, devices).bytes())
}

/// What the model reads.
fn run(draft: &Draft) -> Value {
    match model::run(DECODE, &memory(draft), None) {
        model::Outcome::Ok(output) => output,
        _ => Value::Null,
    }
}

fn usual() -> Device {
    Device::new(b"test", "My Device")
}

fn ids(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "credential-ids", "ii::storage::ids");
    file.note(
        "Id",
        "INTEROP",
        "Whether a device has a credential id decides whether it is asked for a passkey.",
        "Users can't sign in with their devices.",
    );
    let about = ["II-ANCHOR-4", "II-ANCHOR-6"];
    for (version, form) in [(1, Form::Bare), (1, Form::List), (5, Form::Record)] {
        let name = if form == Form::Bare { "genesis" } else { "v" };
        let name = match name {
            "v" => format!("v{version}"),
            name => name.to_owned(),
        };
        for (slug, title, id) in [
            ("none", "No credential id", None),
            ("empty", "A credential id without bytes", Some(Vec::new())),
            ("long", "A credential id of 350 bytes", Some(vec![7; 350])),
        ] {
            let device = Device {
                credential_id: id,
                ..usual()
            };
            let slug = format!("id-{slug}-{name}");
            let vector = good(
                &slug,
                &format!("{title}, {name}"),
                &image(version, form, &[device]),
                &about,
            );
            file.add(vector.note("Id"));
        }
        let draft = record::Draft {
            has_id_field: false,
            ..record::Draft::new(form, &[usual()])
        };
        let slug = format!("id-no-field-{name}");
        let title = format!("No field for a credential id, {name}");
        let vector = good(&slug, &title, &alone(version, &draft.bytes()), &about);
        file.add(vector.note("Id"));
    }
}

const KEY_TYPES: [&str; 5] = [
    "unknown",
    "platform",
    "cross_platform",
    "seed_phrase",
    "browser_storage_key",
];

fn variants(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "variants", "ii::storage::variants");
    note_broken(&mut file);
    file.note(
        "Variant",
        "INTEROP",
        "Purpose, key type and protection decide what a device may do.",
        "A recovery phrase is taken for a passkey, or a locked one for an open one.",
    );
    let mut all = Vec::new();
    for key_type in KEY_TYPES {
        for (purpose, protection) in [("authentication", "unprotected"), ("recovery", "protected")]
        {
            all.push(Device {
                key_type: Some(key_type),
                purpose: Some(purpose),
                protection: Some(protection),
                ..Device::new(format!("{key_type} {purpose}").as_bytes(), key_type)
            });
        }
    }
    let about = ["II-ANCHOR-2", "II-ANCHOR-3", "II-ANCHOR-9"];
    for (version, form) in [(1, Form::List), (3, Form::List), (5, Form::Record)] {
        let slug = format!("all-cases-v{version}");
        let title = format!("Every case of the variants, version {version}");
        file.add(
            good(&slug, &title, &image(version, form, &all), &about)
                .note("Variant")
                .high(),
        );
    }
    let phrase = Device::phrase(b"recovery 1");
    for (version, form) in [(1, Form::List), (5, Form::Record)] {
        let draft = record::Draft {
            cases: Some([&["recovery"], &["seed_phrase"], &["protected"]]),
            ..record::Draft::new(form, std::slice::from_ref(&phrase))
        };
        let slug = format!("few-cases-v{version}");
        let title = format!("A message that knows only the cases it uses, version {version}");
        let draft = alone(version, &draft.bytes());
        file.add(good(&slug, &title, &draft, &about).note("Variant").high());
    }
    let more: &[&str] = &[
        "unknown",
        "platform",
        "cross_platform",
        "seed_phrase",
        "hardware_key",
    ];
    let other = |device: Device| record::Draft {
        cases: Some([
            &["authentication", "recovery"],
            more,
            &["unprotected", "protected"],
        ]),
        ..record::Draft::new(Form::Record, &[device])
    };
    let title = "A message that knows a case more, which is not used";
    let draft = alone(5, &other(usual()).bytes());
    file.add(good("unused-case", title, &draft, &about).note("Variant"));
    let device = Device {
        key_type: Some("hardware_key"),
        ..usual()
    };
    let draft = alone(5, &other(device).bytes());
    let title = "A case that is not known";
    let vector = bad(
        "II-ANCHOR-9",
        "unknown-case",
        title,
        &draft,
        "unused-case",
        "another case",
    );
    file.add(vector.note("Broken"));

    file.note(
        "Guess",
        "OPEN_QUESTION",
        "In a list, the variants are options, and an option of another type is none.",
        "A device is taken for what it is not, or an anchor can't be read.",
    );
    let device = Device {
        key_type: Some("hardware_key"),
        ..usual()
    };
    let list = record::Draft {
        form: Form::List,
        ..other(device)
    };
    let guessed = run(&image(1, Form::List, &[usual()]));
    let memory = memory(&alone(1, &list.bytes()));
    let title = "A case that is not known, in a list";
    let vector = Vector::either("ii.unknown_cases", "unknown-case-v1", title, memory)
        .by("default", Answer::Accept(guessed))
        .by("reject", Answer::Reject);
    file.add(vector.clauses(&["II-ANCHOR-9"]).note("Guess"));
}

fn defaults(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "defaults", "ii::storage::defaults");
    file.note(
        "Default",
        "INTEROP",
        "The oldest devices have no purpose, key type or protection.",
        "The oldest users lose their anchors, or their devices are taken for what they are not.",
    );
    let about = ["II-ANCHOR-2", "II-ANCHOR-7"];
    let nothing = Device {
        purpose: None,
        key_type: None,
        protection: None,
        ..usual()
    };
    for (slug, title, draft) in [
        (
            "no-fields",
            "No fields for purpose, key type and protection",
            image(1, Form::Bare, &[usual()]),
        ),
        (
            "no-values",
            "Fields without values for purpose, key type and protection",
            image(1, Form::List, std::slice::from_ref(&nothing)),
        ),
        (
            "no-values-v3",
            "Fields without values in version 3",
            image(3, Form::List, std::slice::from_ref(&nothing)),
        ),
        (
            "some-values",
            "A device without values beside one with values",
            image(
                1,
                Form::List,
                &[nothing.clone(), Device::phrase(b"recovery 1")],
            ),
        ),
    ] {
        file.add(good(slug, title, &draft, &about).note("Default").high());
    }
    file.note(
        "Record",
        "OPEN_QUESTION",
        "The published service can't read anchor records whose devices lack something.",
        "None for readers.",
    );
    let whole = |device: Device| run(&image(5, Form::Record, &[device]));
    let lacking = alone(5, &record::Draft::new(Form::Record, &[nothing]).bytes());
    let optional = alone(
        5,
        &record::Draft::new(Form::OptionalRecord, &[Device::phrase(b"recovery 1")]).bytes(),
    );
    for (slug, title, draft, output) in [
        (
            "record-lacks",
            "An anchor record without purpose, key type and protection",
            lacking,
            whole(usual()),
        ),
        (
            "record-options",
            "An anchor record whose purpose, key type and protection are options",
            optional,
            whole(Device::phrase(b"recovery 1")),
        ),
    ] {
        let vector = Vector::either("ii.device_defaults", slug, title, memory(&draft))
            .by("reject", Answer::Reject)
            .by("default", Answer::Accept(output));
        file.add(vector.clauses(&["II-ANCHOR-8"]).note("Record"));
    }
}

fn additions(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "additions", "ii::storage::additions");
    file.note(
        "Addition",
        "INTEROP",
        "Anchor records know more about devices than lists do.",
        "Passkeys are looked for at the wrong origin, and labels are lost.",
    );
    let about = ["II-STORE-3", "II-ANCHOR-10", "II-ANCHOR-11"];
    let full = vec![
        ("text", Entry::Text("value")),
        ("empty text", Entry::Text("")),
        ("bytes", Entry::Bytes(vec![0xde, 0xad])),
        ("no bytes", Entry::Bytes(Vec::new())),
        ("map", Entry::Map(vec![("inner", Entry::Text("value"))])),
        ("empty map", Entry::Map(Vec::new())),
    ];
    let cases = [
        (
            "origin",
            "An origin",
            Device {
                origin: Some("https://id.ai".to_owned()),
                ..usual()
            },
        ),
        (
            "origin-empty",
            "An empty origin",
            Device {
                origin: Some(String::new()),
                ..usual()
            },
        ),
        (
            "usage",
            "A time of last usage",
            Device {
                last_usage: Some(1_234_567_891),
                ..usual()
            },
        ),
        (
            "usage-zero",
            "A time of last usage at the epoch",
            Device {
                last_usage: Some(0),
                ..usual()
            },
        ),
        (
            "usage-end",
            "The greatest time",
            Device {
                last_usage: Some(u64::MAX),
                ..usual()
            },
        ),
        (
            "map",
            "A map with every kind of value",
            Device {
                metadata: Some(full),
                ..usual()
            },
        ),
        (
            "map-empty",
            "An empty map",
            Device {
                metadata: Some(Vec::new()),
                ..usual()
            },
        ),
        ("nothing", "None of them", usual()),
    ];
    for (slug, title, device) in cases {
        let slug = format!("with-{slug}");
        let draft = image(5, Form::Record, &[device]);
        file.add(good(&slug, title, &draft, &about).note("Addition"));
    }
}

fn order(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "order", "ii::storage::order");
    file.note(
        "Order",
        "INTEROP",
        "Devices and anchors stay in the order of the records.",
        "Users see other devices than they added.",
    );
    let devices: Vec<Device> = [b"m", b"z", b"a", b"b"]
        .iter()
        .map(|key| Device::new(*key, "Device"))
        .collect();
    for (version, form) in [(1, Form::Bare), (3, Form::List), (5, Form::Record)] {
        let slug = format!("order-v{version}");
        let title = format!("Four devices that are in no order, version {version}");
        let about = ["II-ANCHOR-13", "II-ANCHOR-2", "II-ANCHOR-3"];
        file.add(good(&slug, &title, &image(version, form, &devices), &about).note("Order"));
    }
}

fn old_rules(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "old-rules", "ii::storage::old_rules");
    file.note(
        "Old",
        "INTEROP",
        "Anchors that today's rules would not allow exist, and must stay usable.",
        "Users with old anchors lose them.",
    );
    let about = ["II-ANCHOR-14", "II-ANCHOR-2", "II-ANCHOR-3"];
    let many: Vec<Device> = (0..11_u8)
        .map(|index| Device::new(&[index], &format!("Device {index}")))
        .collect();
    let cases = [
        ("eleven-devices", "Eleven devices", many),
        (
            "two-phrases",
            "Two recovery phrases",
            vec![
                usual(),
                Device::phrase(b"recovery 1"),
                Device::phrase(b"recovery 2"),
            ],
        ),
        (
            "one-key-twice",
            "Two devices with one key",
            vec![usual(), usual()],
        ),
        (
            "protected-passkey",
            "A protected passkey",
            vec![Device {
                protection: Some("protected"),
                ..Device::passkey(b"test", "My Device", b"id")
            }],
        ),
        (
            "phrase-with-id",
            "A recovery phrase with a credential id",
            vec![Device {
                credential_id: Some(b"id".to_vec()),
                ..Device::phrase(b"recovery 1")
            }],
        ),
        (
            "alias-of-65-bytes",
            "An alias of 65 bytes",
            vec![Device::new(b"test", &"a".repeat(65))],
        ),
        (
            "key-of-1000-bytes",
            "A key of 1000 bytes",
            vec![Device::new(&[3; 1000], "My Device")],
        ),
    ];
    for (slug, title, devices) in cases {
        for (version, form) in [(1, Form::List), (5, Form::Record)] {
            let slug = format!("{slug}-v{version}");
            let title = format!("{title}, version {version}");
            file.add(good(&slug, &title, &image(version, form, &devices), &about).note("Old"));
        }
    }
    let great: Vec<Device> = (0..3_u8)
        .map(|index| Device::new(&[index; 900], "Device"))
        .collect();
    let title = "More than 2500 bytes of keys, version 5";
    file.add(
        good(
            "great-anchor-v5",
            title,
            &image(5, Form::Record, &great),
            &about,
        )
        .note("Old"),
    );
}

fn without_devices(suite: &mut Suite) {
    let mut file = suite.file(DECODE, "without-devices", "ii::storage::without_devices");
    file.note(
        "Empty",
        "INTEROP",
        "An anchor without devices keeps its number.",
        "The anchors behind it get other numbers, and so other users.",
    );
    let about = ["II-STORE-6", "II-ANCHOR-15", "II-ANCHOR-16"];
    for (version, form) in [(1, Form::Bare), (3, Form::List), (5, Form::Record)] {
        let one = record::Draft::new(form, &[usual()]).bytes();
        let removed = record::Draft::new(form, &[]).bytes();
        for (slug, title, empty) in [
            (
                "removed",
                "All devices of the second anchor were removed",
                removed,
            ),
            (
                "unwritten",
                "The second anchor was never written",
                Vec::new(),
            ),
        ] {
            let draft = Draft::new(version, &[one.clone(), empty, one.clone()]);
            let slug = format!("{slug}-v{version}");
            let title = format!("{title}, version {version}");
            file.add(good(&slug, &title, &draft, &about).note("Empty"));
        }
    }
    let title = "Every anchor without devices";
    let removed = record::Draft::new(Form::Record, &[]).bytes();
    let draft = Draft::new(6, &[Vec::new(), removed, Vec::new()]);
    file.add(good("all-without-devices", title, &draft, &about).note("Empty"));
}
