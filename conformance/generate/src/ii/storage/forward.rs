//! Migrations: nothing is lost on the way to a newer layout.

use model::ii::storage::image::PAGE;
use serde_json::{Value, json};

use super::managed::{empty_map, map_of_one, with_buffer};
use super::{aaguid, alone, people, simple, values};
use crate::ii::draft::Draft;
use crate::ii::record::{self, Device, Extra, Form};
use crate::{FileBuilder, Suite, Vector};

/// The operation that brings images to a newer version.
const MIGRATE: &str = "ii.storage_migrate";

const ABOUT: &[&str] = &[
    "II-STORE-21",
    "II-STORE-22",
    "II-STORE-23",
    "II-STORE-24",
    "II-STORE-25",
    "II-STORE-26",
    "II-STORE-27",
    "II-STORE-28",
];

/// What version 9 adds.
const ABOUT_9: &[&str] = &[
    "II-STORE-29",
    "II-STORE-30",
    "II-STORE-31",
    "II-STORE-32",
    "II-STORE-33",
    "II-STORE-34",
    "II-STORE-35",
    "II-STORE-36",
    "II-STORE-37",
];

/// The persistent state of the service's tests, with an archive that was created.
///
/// Source: tests of Internet Identity, `should_read_previously_stored_persistent_state_v6`.
const STATE: &str = "4449444c116c03949d879d0701f7f5cbfb0778eed5f3af090a6b04dee7beb6080291a5fcf10a7fd1d3dab70b05c8bbeff50d066c01c2adc9be0c036c04c3f9fca002788beea8c5047881cfaef40a0487eb979d0d7a6d7b6c02d6a9bbae0a78c2adc9be0c036c02aaac8d930407c2adc9be0c036c03c7e8ccee037884fbf0820968cfd6ffea0f086d096c04c7e8ccee0378f2f099840704938da78c0a78d6a9bbae0a786e0b6c028bc3e2f9040cbbd492d8090f6c0297beb4cb080d8b858cea090d6e0e6c02fcdde6ea0178f9a6ebf703786c0297beb4cb08108b858cea090e6d0e0100032700000000000000010a00000000006000b0010100005847f80d0000001027000000000000206363636363636363636363636363636363636363636363636363636363636363e8038002e1df0200000001000163000000000000006dbb0e000000000001420000000000000030f1c520000000002c00000000000000d133b45001000000";

fn state() -> Vec<u8> {
    model::input::unhex(STATE).unwrap_or_default()
}

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(MIGRATE, "forward", "ii::storage::forward");
    notes(&mut file);
    forward(&mut file);
    kept(&mut file);
    refused(&mut file);
    let mut file = suite.big_file(MIGRATE, "managed", "ii::storage::forward::managed");
    notes(&mut file);
    managed(&mut file);
}

fn notes(file: &mut FileBuilder<'_>) {
    file.note(
        "Kept",
        "INTEROP",
        "Everything that was there is there afterwards.",
        "Users lose their anchors, or get those of others; the service forgets its archive.",
    );
}

fn input(draft: &Draft, to: u64) -> Value {
    json!({"memory": draft.json(), "to": to})
}

fn moves(slug: &str, title: &str, draft: &Draft, to: u64) -> Vector {
    Vector::accept(slug, title, input(draft, to))
        .clauses(ABOUT)
        .clauses(if to == 9 { ABOUT_9 } else { &[] })
        .output_check("migrates")
        .note("Kept")
}

/// Four anchors of that version, with a field that no clause names, a state and a full range.
fn rich(version: u8, start: usize) -> Draft {
    let values: Vec<Vec<u8>> = people()
        .iter()
        .enumerate()
        .map(|(index, devices)| {
            let is_list = version < 4 || version == 4 && index < start;
            let form = if is_list { Form::List } else { Form::Record };
            let anchor_extras = vec![("created_at", Extra::Number(1_700_000_000_000_000_000))];
            record::Draft {
                device_extras: vec![aaguid()],
                anchor_extras: if is_list { Vec::new() } else { anchor_extras },
                ..record::Draft::new(form, devices)
            }
            .bytes()
        })
        .collect();
    Draft {
        start,
        range: (10_000, 10_004),
        state: Some(state()),
        ..Draft::new(version, &values)
    }
}

fn forward(file: &mut FileBuilder<'_>) {
    for (version, start, to) in [
        (1, 0, 3),
        (1, 0, 5),
        (1, 0, 6),
        (2, 2, 3),
        (2, 2, 6),
        (3, 0, 5),
        (3, 0, 6),
        (4, 2, 5),
        (4, 3, 6),
        (5, 0, 6),
    ] {
        let slug = format!("v{version}-to-v{to}");
        let title = format!("Four anchors and a state from version {version} to {to}");
        file.add(moves(&slug, &title, &rich(version, start), to).high());
    }
    for version in [3, 5, 6] {
        let slug = format!("v{version}-to-itself");
        let title = format!("From version {version} to itself");
        file.add(moves(&slug, &title, &rich(version, 0), u64::from(version)));
    }
    let bare = people().map(|devices| record::Draft::new(Form::Bare, &devices).bytes());
    let draft = Draft {
        range: (10_000, 8_000_000_000),
        ..Draft::new(1, &bare)
    };
    for to in [3, 5, 6] {
        let slug = format!("genesis-to-v{to}");
        let title = format!("Bare devices and a range beyond the capacity, from version 1 to {to}");
        file.add(moves(&slug, &title, &draft, to).high());
    }
}

fn kept(file: &mut FileBuilder<'_>) {
    let one = |version: u8| {
        let form = if version < 5 {
            Form::List
        } else {
            Form::Record
        };
        alone(version, &record::Draft { form, ..simple() }.bytes())
    };
    let mut decoy = one(1);
    decoy.patches = vec![(
        512 + 2048,
        [&b"IIPX"[..], &9_u64.to_le_bytes(), b"no state."].concat(),
    )];
    let title = "Bytes behind the last record that are no state";
    file.add(moves("no-state", title, &decoy, 5));
    let short = Draft {
        state: Some(Vec::new()),
        ..one(3)
    };
    file.add(moves("empty-state", "A state without bytes", &short, 5));
    let long: Vec<u8> = state().into_iter().cycle().take(5000).collect();
    for (version, to) in [(1, 3), (5, 6)] {
        let draft = Draft {
            state: Some(long.clone()),
            ..one(version)
        };
        let slug = format!("long-state-v{version}");
        let title = format!("A state longer than an entry, from version {version} to {to}");
        file.add(moves(&slug, &title, &draft, to));
    }
    let nobody = Draft {
        state: Some(state()),
        ..Draft::new(1, &[])
    };
    file.add(moves("no-anchors", "A state and no anchors", &nobody, 5));
    let undrawn = Draft {
        salt: [0; 32],
        ..one(1)
    };
    file.add(moves(
        "salt-unset",
        "A salt that was not drawn yet",
        &undrawn,
        5,
    ));

    let lists = values(Form::List);
    let mut gaps = lists.clone();
    gaps.insert(1, Vec::new());
    gaps.push(Vec::new());
    let title = "Anchors without devices and unwritten ones, the last among them";
    file.add(moves("gaps", title, &Draft::new(1, &gaps), 5).high());
    let phrases = vec![
        Device::new(b"test", "My Device"),
        Device::phrase(b"recovery 1"),
        Device::phrase(b"recovery 2"),
    ];
    let legacy = alone(1, &record::Draft::new(Form::List, &phrases).bytes());
    let title = "An anchor with two recovery phrases, which today's rules forbid";
    file.add(moves("two-phrases", title, &legacy, 5).high());
}

fn refused(file: &mut FileBuilder<'_>) {
    for (version, start, to, twin) in [
        (5, 0, 3, "v5-to-itself"),
        (6, 0, 5, "v6-to-itself"),
        (4, 2, 3, "v4-to-v5"),
    ] {
        let slug = format!("v{version}-back-to-v{to}");
        let title = format!("From version {version} back to {to}");
        let input = input(&rich(version, start), to);
        let vector = Vector::reject("II-STORE-23", slug, title, input, twin, "an older version");
        file.add(vector.note("Kept"));
    }
    let mut broken = simple().bytes();
    let title = "A good record of version 5";
    file.add(moves("good-record", title, &alone(5, &broken), 6));
    broken.push(0);
    let title = "A byte behind the message of a record";
    let input = input(&alone(5, &broken), 6);
    let mutation = "a byte more";
    let vector = Vector::reject(
        "II-ANCHOR-1",
        "bad-record",
        title,
        input,
        "good-record",
        mutation,
    );
    file.add(vector.note("Kept"));
}

fn managed(file: &mut FileBuilder<'_>) {
    for (version, to) in [(1, 7), (6, 7), (3, 8), (1, 9), (6, 9)] {
        let slug = format!("v{version}-to-v{to}");
        let title = format!("Four anchors and a state from version {version} to {to}");
        file.add(moves(&slug, &title, &rich(version, 0), to).high());
    }
    let mut seven = rich(7, 0);
    seven.manager.owners = vec![1, 0, 5];
    seven.manager.sizes = vec![(1, 1), (5, 1)];
    seven.patches = vec![
        (2 * PAGE, empty_map()),
        ((2 + 2 * 128) * PAGE, b"bytes that no clause names".to_vec()),
    ];
    for to in [8, 9] {
        let slug = format!("v7-to-v{to}");
        let title = format!("Memories that no clause names, from version 7 to {to}");
        file.add(moves(&slug, &title, &seven, to).high());
    }
    let mut eight = rich(8, 0);
    eight.state = None;
    let title = "No state, from version 8 to 9";
    file.add(moves("v8-to-v9", title, &eight, 9));

    let mut buffered = with_buffer(&values(Form::Record), true);
    buffered.patches = vec![((2 + 128) * PAGE, map_of_one(7, b"an entry for the archive"))];
    let title = "An entry for the archive, from version 8 to 9";
    file.add(moves("buffered", title, &buffered, 9).high());

    let title = "Devices of every kind, from version 6 to 9";
    file.add(moves("special-devices", title, &Draft::new(6, &special()), 9).high());
    let anchors: Vec<Vec<u8>> = (0..40_u8)
        .map(|index| {
            let (key, id) = ([index; 40], [index; 16]);
            let device = Device::passkey(&key, "", &id);
            record::Draft::new(Form::Record, &[device]).bytes()
        })
        .collect();
    let title = "More anchors than a node has room for, from version 6 to 9";
    file.add(moves("forty-anchors", title, &Draft::new(6, &anchors), 9).high());
    let great: Vec<Vec<u8>> = (0..3_u8)
        .map(|index| {
            let device = Device::passkey(&[index; 1500], "", &[index; 350]);
            record::Draft::new(Form::Record, &[device]).bytes()
        })
        .collect();
    let title = "Anchors longer than a page of a node, from version 6 to 9";
    file.add(moves("great-anchors", title, &Draft::new(6, &great), 9));
}

/// Anchors with devices that become passkeys and recovery keys in unusual ways.
fn special() -> Vec<Vec<u8>> {
    let recovery = |device: Device| Device {
        purpose: Some("recovery"),
        ..device
    };
    let of_type = |key_type: &'static str, device: Device| Device {
        key_type: Some(key_type),
        ..device
    };
    let protected = |device: Device| Device {
        protection: Some("protected"),
        ..device
    };
    let origin = |device: Device| Device {
        origin: Some("https://id.ai".to_owned()),
        last_usage: Some(1_700_000_000_000_000_001),
        ..device
    };
    let passkey =
        |key: &str| Device::passkey(key.as_bytes(), "Passkey", format!("id of {key}").as_bytes());
    let key = |key: &str| Device::new(key.as_bytes(), "Key");
    let first = [
        recovery(of_type("platform", passkey("recovery passkey"))),
        passkey("without origin"),
        origin(Device::passkey(b"without alias", "", b"id")),
        origin(recovery(passkey("recovery passkey with origin"))),
    ];
    let others: [Vec<Device>; 6] = [
        vec![
            of_type("browser_storage_key", key("browser key")),
            recovery(of_type(
                "browser_storage_key",
                origin(key("browser key for recovery")),
            )),
        ],
        vec![
            origin(Device::phrase(b"recovery 1")),
            Device {
                protection: Some("unprotected"),
                ..Device::phrase(b"recovery 2")
            },
            of_type("seed_phrase", key("phrase for authentication")),
            recovery(protected(key("key for recovery"))),
        ],
        vec![
            of_type("seed_phrase", passkey("phrase with id")),
            of_type("browser_storage_key", passkey("browser key with id")),
            protected(of_type("unknown", passkey("protected passkey"))),
        ],
        Vec::new(),
        vec![passkey("without origin")],
        vec![key("neither")],
    ];
    let mut values = vec![
        record::Draft {
            device_extras: vec![aaguid()],
            anchor_extras: vec![("created_at", Extra::Number(1_600_000_000_000_000_000))],
            ..record::Draft::new(Form::Record, &first)
        }
        .bytes(),
        Vec::new(),
    ];
    values.extend(others.map(|devices| record::Draft::new(Form::Record, &devices).bytes()));
    values
}
