//! Stable memory of Internet Identity: images of every layout, and what may be wrong about them.

mod devices;
mod forward;
mod headers;
mod layouts;
mod managed;
mod messages;
mod places;

use serde_json::{Value, json};

use super::draft::Draft;
use super::record::{self, Device, Entry, Extra, Form};
use crate::{FileBuilder, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    headers::generate(suite);
    layouts::generate(suite);
    places::generate(suite);
    messages::generate(suite);
    devices::generate(suite);
    managed::generate(suite);
    forward::generate(suite);
}

/// The operation that reads images.
const DECODE: &str = "ii.storage_decode";

/// What every vector of a whole image is evidence for: a misread header spoils each.
const WHOLE: &[&str] = &[
    "II-STORE-1",
    "II-STORE-2",
    "II-STORE-3",
    "II-STORE-4",
    "II-STORE-5",
    "II-STORE-6",
    "II-STORE-7",
    "II-STORE-13",
    "II-STORE-14",
    "II-STORE-15",
    "II-ANCHOR-1",
    "II-ANCHOR-4",
    "II-ANCHOR-5",
    "II-ANCHOR-6",
    "II-ANCHOR-13",
    "II-ANCHOR-15",
];

fn memory(draft: &Draft) -> Value {
    json!({"memory": draft.json()})
}

/// An image that is read.
fn good(slug: &str, title: &str, draft: &Draft, clauses: &[&str]) -> Vector {
    Vector::accept(slug, title, memory(draft)).clauses(clauses)
}

/// An image that is rejected.
fn bad(clause: &str, slug: &str, title: &str, draft: &Draft, twin: &str, mutation: &str) -> Vector {
    Vector::reject(clause, slug, title, memory(draft), twin, mutation)
}

fn note_image(file: &mut FileBuilder<'_>) {
    file.note(
        "Image",
        "INTEROP",
        "Anchors are where their layout has them.",
        "Users lose their anchors, or get those of others.",
    );
}

fn note_broken(file: &mut FileBuilder<'_>) {
    file.note(
        "Broken",
        "EDGE_CASE",
        "An image that can't be read as a whole is rejected.",
        "Lax: a damaged backup looks like a good one.",
    );
}

/// The devices of four anchors: a passkey; a passkey and a locked phrase; none; a bare key.
fn people() -> [Vec<Device>; 4] {
    let passkey = Device {
        origin: Some("https://identity.ic0.app".to_owned()),
        last_usage: Some(1_690_000_000_123_456_789),
        metadata: Some(vec![
            ("os", Entry::Text("Linux")),
            (
                "more",
                Entry::Map(vec![
                    ("raw", Entry::Bytes(vec![0, 1, 0xfe])),
                    ("deep", Entry::Map(vec![("x", Entry::Text(""))])),
                ]),
            ),
        ]),
        ..Device::passkey(b"test", "My Device", b"this is the credential id")
    };
    let phrase = Device::phrase(b"recovery 1");
    let other = Device {
        key_type: Some("platform"),
        ..Device::passkey(b"some other key", "My second device", &[0xc0; 32])
    };
    let bare = Device::new(b"bare key", "Browser");
    [vec![passkey], vec![other, phrase], Vec::new(), vec![bare]]
}

/// The values of the records of [`people`].
fn values(form: Form) -> Vec<Vec<u8>> {
    let drafts = people().map(|devices| record::Draft::new(form, &devices).bytes());
    drafts.to_vec()
}

/// One record in an image of that version.
fn alone(version: u8, value: &[u8]) -> Draft {
    Draft::new(version, &[value.to_vec()])
}

/// A record in the form of version 5 with one passkey.
fn simple() -> record::Draft {
    let device = Device::passkey(b"test", "My Device", b"this is the credential id");
    record::Draft::new(Form::Record, &[device])
}

/// A field that today's service writes and older ones don't know.
fn aaguid() -> (&'static str, Extra) {
    ("aaguid", Extra::Bytes((0..16).collect()))
}

/// A value of exactly that many bytes, in either form.
fn sized(form: Form, length: usize) -> Vec<u8> {
    let mut fill = 0;
    loop {
        let device = Device::new(b"test", &"x".repeat(fill));
        let value = record::Draft::new(form, &[device]).bytes();
        match length.checked_sub(value.len()) {
            None | Some(0) => return value,
            Some(more) => fill = fill.saturating_add(more.div_ceil(2)),
        }
    }
}

#[cfg(test)]
mod tests;
