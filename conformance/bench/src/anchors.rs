//! Anchors of Internet Identity: reading them from a file against `candid`, and how the costs of
//! opening, reading and migrating an image grow with its size.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use candid::CandidType;
use cpu_time::ThreadTime;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use storage::AnchorRecord;
use storage::DeviceRecord;
use storage::IdRange;
use storage::KeyType;
use storage::Memory;
use storage::MemoryMut;
use storage::Migration;
use storage::Storage;
use storage::Version;
use time::Timestamp;

use crate::files::BLOCK;
use crate::files::Scratch;
use crate::harness::Effort;
use crate::harness::Group;
use crate::harness::Nanos;
use crate::harness::time;

/// How many anchors the group reads.
const ANCHORS: u32 = 10_000;

/// Where records of layout 5 begin, and how long each is.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2023.
const FIRST_RECORD: u64 = 131_072;
const RECORD: usize = 4096;

/// Times reading, then prints how costs grow.
pub fn run(effort: Effort) -> usize {
    let missed = reading(effort);
    growth(effort);
    missed
}

fn reading(effort: Effort) -> usize {
    let file = Scratch::new("reading");
    fill(file.open(), Version::V5, ANCHORS);
    assert_eq!(ours(&file), theirs(&file), "both read the same");
    let title = format!("reading {ANCHORS} anchors of layout 5 from a file");
    Group::new(title)
        .ours("icid-storage, views of the bytes", || ours(&file))
        .peer("candid, structs that own their parts", || theirs(&file))
        .target(
            "icid-storage, views of the bytes",
            "candid, structs that own their parts",
            Some(5.0),
        )
        .run(effort)
}

/// What both sides find: devices, and bytes of their keys, labels and credential ids.
#[derive(Debug, Default, Eq, PartialEq)]
struct Found {
    devices: usize,
    bytes: usize,
}

impl Found {
    fn add(&mut self, pubkey: &[u8], alias: &str, credential_id: Option<&[u8]>) {
        self.devices += 1;
        self.bytes += pubkey.len() + alias.len() + credential_id.map_or(0, <[u8]>::len);
    }
}

fn ours(file: &Scratch) -> Found {
    let storage = Storage::open(file.open()).expect("an image");
    let mut found = Found::default();
    let mut anchors = storage.anchors();
    while let Some((_, anchor)) = anchors.next() {
        for device in anchor.expect("an anchor").devices() {
            found.add(device.pubkey(), device.alias(), device.credential_id());
        }
    }
    found
}

fn theirs(file: &Scratch) -> Found {
    let mut reader = BufReader::with_capacity(BLOCK, File::open(file.path()).expect("a file"));
    reader.seek(SeekFrom::Start(FIRST_RECORD)).expect("a place");
    let mut record = [0; RECORD];
    let mut found = Found::default();
    for _ in 0..ANCHORS {
        reader.read_exact(&mut record).expect("a record");
        let length = usize::from(u16::from_le_bytes([record[0], record[1]]));
        let anchor: peer::Anchor = candid::decode_one(&record[2..2 + length]).expect("an anchor");
        for device in &anchor.devices {
            let credential_id = device.credential_id.as_ref().map(|id| id.as_slice());
            found.add(&device.pubkey, &device.alias, credential_id);
        }
    }
    found
}

/// The types that a service decodes records into.
mod peer {
    use super::{ByteBuf, CandidType, Deserialize, HashMap};

    #[derive(CandidType, Deserialize)]
    pub(super) struct Anchor {
        pub(super) devices: Vec<Device>,
        metadata: Option<HashMap<String, Metadata>>,
    }

    #[derive(CandidType, Deserialize)]
    pub(super) struct Device {
        pub(super) pubkey: ByteBuf,
        pub(super) alias: String,
        pub(super) credential_id: Option<ByteBuf>,
        purpose: Purpose,
        key_type: KeyType,
        protection: Protection,
        origin: Option<String>,
        last_usage_timestamp: Option<u64>,
        metadata: Option<HashMap<String, Metadata>>,
    }

    #[derive(CandidType, Deserialize)]
    enum Purpose {
        #[serde(rename = "recovery")]
        Recovery,
        #[serde(rename = "authentication")]
        Authentication,
    }

    #[derive(CandidType, Deserialize)]
    enum KeyType {
        #[serde(rename = "unknown")]
        Unknown,
        #[serde(rename = "platform")]
        Platform,
        #[serde(rename = "cross_platform")]
        CrossPlatform,
        #[serde(rename = "seed_phrase")]
        SeedPhrase,
        #[serde(rename = "browser_storage_key")]
        BrowserStorageKey,
    }

    #[derive(CandidType, Deserialize)]
    enum Protection {
        #[serde(rename = "protected")]
        Protected,
        #[serde(rename = "unprotected")]
        Unprotected,
    }

    #[derive(CandidType, Deserialize)]
    enum Metadata {
        #[serde(rename = "map")]
        Map(HashMap<String, Self>),
        #[serde(rename = "string")]
        String(String),
        #[serde(rename = "bytes")]
        Bytes(ByteBuf),
    }
}

/// Prints what opening, reading and migrating cost at several sizes.
fn growth(effort: Effort) {
    println!(
        "\nimages in a file: opening costs the same at every size, memory for a migration too"
    );
    println!(
        "  {:<10}{:>14} | {:>12}{:>14} | {:>14}{:>14}{:>16}",
        "anchors", "bytes", "open", "read, each", "1 to 8, each", "in all", "peak allocated"
    );
    for count in [100, 10_000, 1_000_000] {
        if count <= effort.largest_tree {
            grown(effort, count);
        }
    }
}

fn grown(effort: Effort, count: u32) {
    let each = |nanos: f64| Nanos(nanos / f64::from(count));
    let file = Scratch::new("growth");
    fill(file.open(), Version::V1, count);

    let start = ThreadTime::now();
    let allocations = allocation_counter::measure(|| {
        let storage = Storage::open(file.open()).expect("an image");
        let migration = Migration::new(storage, Version::V8).expect("a migration");
        migration.finish().expect("an image of layout 8");
    });
    let migrated = start.elapsed().as_nanos() as f64;

    let open = time(effort, || Storage::open(file.open()).map(drop));
    let start = ThreadTime::now();
    let found = ours(&file);
    let read = start.elapsed().as_nanos() as f64;
    assert_eq!(found.devices, 2 * count as usize, "every device is there");
    println!(
        "  {count:<10}{:>14} | {open:>12}{:>14} | {:>14}{:>14}{:>16}",
        file.open().length(),
        each(read),
        each(migrated),
        Nanos(migrated),
        format!("{} bytes", allocations.bytes_max),
    );
}

/// Makes an image of anchors with a passkey and a recovery phrase each.
pub(crate) fn fill(file: impl MemoryMut, version: Version, count: u32) {
    let range = IdRange::new(10_000, 10_000 + u64::from(count)).expect("a range");
    let mut storage = Storage::create(file, version, range).expect("an empty file");
    // Layout 1 has no place for the later fields.
    let is_later = version >= Version::V5;
    for index in 0..count {
        let [a, b, c, d] = index.to_be_bytes();
        let mut anchor = AnchorRecord::new();
        let passkey = DeviceRecord {
            pubkey: [[0x5e; 92].as_slice(), &[a, b, c, d]].concat(),
            alias: "a phone".to_owned(),
            credential_id: Some([[0xc1; 60].as_slice(), &[a, b, c, d]].concat()),
            key_type: KeyType::Platform,
            origin: is_later.then(|| "https://identity.ic0.app".to_owned()),
            last_usage: is_later.then_some(Timestamp::from_nanos(1_700_000_000_000_000_000)),
            ..DeviceRecord::default()
        };
        let phrase = DeviceRecord {
            pubkey: [[0x2a; 40].as_slice(), &[a, b, c, d]].concat(),
            alias: "a recovery phrase".to_owned(),
            key_type: KeyType::SeedPhrase,
            ..DeviceRecord::default()
        };
        for device in [passkey, phrase] {
            anchor
                .add_device(device)
                .expect("a device that keeps the rules");
        }
        storage.append(&anchor).expect("room for an anchor");
    }
}
