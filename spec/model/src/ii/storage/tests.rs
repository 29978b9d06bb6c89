//! The model against what the service's own tests and published images say.

use serde_json::{Value, json};

use super::btree::{self, Shape};
use super::candid::Message;
use super::image::{Image, PAGE};
use super::manager::Manager;
use crate::context::{Context, Preset};
use crate::input::{hex, unhex};
use crate::{Outcome, run};

/// An image of `pages` pages with these bytes.
fn image(pages: u64, chunks: &[(u64, &str)]) -> Value {
    let mut image = Image::new(pages);
    for (offset, bytes) in chunks {
        image.write(*offset, &unhex(bytes).unwrap());
    }
    image.to_json()
}

fn decode(memory: &Value) -> Outcome {
    run("ii.storage_decode", &json!({"memory": memory}), None)
}

fn migrate(memory: &Value, to: u64) -> Value {
    let input = json!({"memory": memory, "to": to});
    match run("ii.storage_migrate", &input, None) {
        Outcome::Ok(output) => output["memory"].clone(),
        other => panic!("{other:?}"),
    }
}

/// The header of the service's test `should_recover_header_from_memory_v1`, with as many entries.
const RECOVERED: &str = "494943010500000040e2010000000000f1fb0900000000000008\
4343434343434343434343434343434343434343434343434343434343434343\
0002000000000000";

#[test]
fn recovers_the_header_of_the_services_test() {
    let Outcome::Ok(output) = decode(&image(1, &[(0, RECOVERED)])) else {
        panic!("rejected");
    };
    assert_eq!(output["version"], 1);
    assert_eq!(output["id_range"], json!(["123456", "654321"]));
    assert_eq!(output["salt"], "43".repeat(32));
    assert_eq!(output["anchors"].as_array().unwrap().len(), 5);
}

/// A record of the published image `multiple-recovery-phrases.bin`, whose labels are not people's.
const TWO_PHRASES: &str = "b1004449444c086d016c0590a3c58c027182f6cab706029a89d98a0b039ea3bfb90e05\
83d1b9b90f076d7b6e046b04b3e5e6bf067fc7b8faaf0b7f92b5b5fd0c7f8ac7ec8b0e7f6e066b02f8a2d3017fd5fa\
a7ec0a7f6e0201000309\
4d7920446576696365\
04746573740103010000\
115265636f7665727920506872617365203\
10a7265636f766572792031010101010\
0115265636f7665727920506872617365203\
20a7265636f7665727920320101010100";

#[test]
fn reads_a_record_of_a_published_image_and_writes_it_again() {
    let bytes = unhex(TWO_PHRASES).unwrap();
    let ctx = Context::new(None, Preset::Spec);
    let (_, value) = bytes.split_at(2);
    assert_eq!(value.len(), 0xb1);
    let message = Message::read(&ctx, value).unwrap();
    assert_eq!(message.write(), value);

    let header = RECOVERED.replacen("4949430105", "4949430101", 1);
    let Outcome::Ok(output) = decode(&image(1, &[(0, &header), (512, TWO_PHRASES)])) else {
        panic!("rejected");
    };
    let device = |alias: &str, key: &str, purpose: &str, key_type: &str| {
        json!({"pubkey": hex(key.as_bytes()), "alias": alias, "purpose": purpose,
            "key_type": key_type, "protection": "unprotected"})
    };
    assert_eq!(
        output["anchors"][0]["devices"],
        json!([
            device("My Device", "test", "authentication", "unknown"),
            device("Recovery Phrase 1", "recovery 1", "recovery", "seed_phrase"),
            device("Recovery Phrase 2", "recovery 2", "recovery", "seed_phrase"),
        ])
    );
}

/// The persistent state of the service's test for version 1: magic, length, Candid.
///
/// Source: tests of Internet Identity, `should_read_previously_stored_persistent_state`.
const STATE: &str = "4949505388000000000000004449444c066c02cbc282b70501f7f5cbfb07786c02faafb5ac02\
0291ecada008046e036d7b6b03d1d3dab70b78b5c2d2b70d7fc8bbeff50d056c02c7e8ccee037884fbf08209680100\
01206363636363636363636363636363636363636363636363636363636363636363\
022700000000000000010a00000000006000b001018002e1df02000000";

#[test]
fn moves_the_state_of_the_services_test_to_where_each_version_has_it() {
    let header = RECOVERED.replacen("4949430105", "4949430103", 1);
    let old = image(1, &[(0, &header), (512 + 3 * 2048, STATE)]);
    let behind = 131_072 + 3 * 4096;
    for (to, place) in [
        (3, behind),
        (5, behind),
        (6, behind),
        (7, behind),
        (8, behind),
    ] {
        let new = Image::from_json(&migrate(&old, to)).unwrap();
        assert_eq!(hex(&new.read(place, 148).unwrap()), STATE, "{to}");
    }
    // The first bucket is that of memory 0, the second that of memory 2.
    let new = Image::from_json(&migrate(&old, 9)).unwrap();
    let cell = new.read((2 + 128) * PAGE, 144).unwrap();
    assert_eq!(
        hex(&cell),
        STATE.replacen("49495053880000000000000044", "53434c018800000044", 1)
    );
}

#[test]
fn judges_by_what_an_image_holds() {
    let header = RECOVERED.replacen("4949430105", "4949430101", 1);
    let old = image(1, &[(0, &header), (512, TWO_PHRASES)]);
    let judged = |to: u64, answer: &Value| {
        let input = json!({"memory": old, "to": to, "answer": answer});
        run("ii.migrates", &input, None)
    };
    let new = migrate(&old, 5);
    assert_eq!(judged(5, &new), Outcome::Ok(json!({})));
    assert_eq!(judged(6, &new), Outcome::reject("II-STORE-28"));
    assert_eq!(judged(5, &old), Outcome::reject("II-STORE-28"));
    let mut other = Image::from_json(&new).unwrap();
    other.write(26, &[0]);
    assert_eq!(judged(5, &other.to_json()), Outcome::reject("II-STORE-25"));
    // The last byte of the last key: `2` becomes `3`.
    let mut other = Image::from_json(&new).unwrap();
    let record = other.read(131_072, 400).unwrap();
    let key = record
        .windows(10)
        .rposition(|window| window == b"recovery 2");
    let place = 131_072 + u64::try_from(key.unwrap()).unwrap() + 9;
    other.write(place, b"3");
    assert_eq!(judged(5, &other.to_json()), Outcome::reject("II-STORE-24"));
}

#[test]
fn maps_of_any_size_are_read_as_they_were_written() {
    let ctx = Context::new(None, Preset::Spec);
    for shape in [Shape::Numbered, Shape::Any, Shape::Principals] {
        for count in [0, 1, 11, 12, 13, 24, 100, 143, 144, 1500_u64] {
            let entries: btree::Entries = (0..count)
                .map(|index| {
                    let length = match shape {
                        Shape::Principals => 8,
                        _ => usize::try_from(index % 400).unwrap(),
                    };
                    (index.to_be_bytes().to_vec(), vec![7; length])
                })
                .collect();
            let bytes = btree::write(entries.clone(), shape);
            let (mut image, mut manager) = (Image::new(2), Manager::new());
            manager.grow(9, u64::try_from(bytes.len()).unwrap());
            manager.put(&mut image, 9, 0, &bytes);
            manager.write(&mut image);
            image.grow_to(manager.pages());
            let memory = manager.memory(&ctx, &image, 9).unwrap();
            assert_eq!(
                btree::read(&memory, shape),
                Some(entries),
                "{shape:?} {count}"
            );
        }
    }
}

#[test]
fn a_map_that_goes_round_is_none() {
    let ctx = Context::new(None, Preset::Spec);
    let entries = (0..30_u64).map(|index| (index.to_be_bytes().to_vec(), vec![1]));
    let bytes = btree::write(entries.collect(), Shape::Numbered);
    // The root is written last; its first child becomes itself.
    let root = super::little_endian(&bytes[12..20]);
    let (mut image, mut manager) = (Image::new(2), Manager::new());
    manager.grow(9, u64::try_from(bytes.len()).unwrap());
    manager.put(&mut image, 9, 0, &bytes);
    manager.put(&mut image, 9, root + 15, &root.to_le_bytes());
    manager.write(&mut image);
    image.grow_to(manager.pages());
    let memory = manager.memory(&ctx, &image, 9).unwrap();
    assert_eq!(btree::read(&memory, Shape::Numbered), None);
}
