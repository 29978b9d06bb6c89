//! What version 9 has beside the records: anchors in memory 16 and their indexes, II-STORE-29 to 37.

use alloc::collections::{BTreeMap, BTreeSet};

use super::anchor::{Device, find, record};
use super::btree::{self, Entries, Shape};
use super::candid::{Message, NAT8, NAT64, Type, Value};
use super::image::Image;
use super::manager::Manager;
use super::{Record, Storage, little_endian};
use crate::cbor::{self, Item};
use crate::context::{Context, Stop};
use crate::crypto::sha224;

/// Where a passkey is found whose device says nothing. Source: the service's `storage/anchor.rs`.
const ORIGIN: &str = "https://identity.ic0.app";
/// The credential id of keys in a browser's storage. Source: as above.
const DUMMY: [u8; 4] = [0xde, 0xad, 0xbe, 0xef];

/// The memories that a migration fills.
pub(super) const DERIVED: [(u8, Shape); 4] = [
    (16, Shape::Numbered),
    (9, Shape::Any),
    (21, Shape::Principals),
    (22, Shape::Principals),
];

/// The entries of those memories.
pub(super) fn derive(ctx: &Context<'_>, storage: &Storage) -> Vec<(u8, Shape, Entries)> {
    let mut maps: BTreeMap<u8, BTreeMap<Vec<u8>, Vec<u8>>> = BTreeMap::new();
    for record in &storage.records {
        let Some(keys) = Keys::of(ctx, record) else {
            continue;
        };
        let mut put = |id: u8, key: Vec<u8>, value: Vec<u8>| {
            // Who has a key first keeps it.
            maps.entry(id).or_default().entry(key).or_insert(value);
        };
        let number = record.anchor.to_be_bytes().to_vec();
        let key = if ctx.has("II-STORE-29/little-endian") {
            record.anchor.to_le_bytes().to_vec()
        } else {
            number.clone()
        };
        put(16, key, keys.anchor(ctx).encode());
        for passkey in &keys.passkeys {
            if !ctx.has("II-STORE-37/no-ids") {
                put(9, passkey.id.clone(), number.clone());
            }
            if !ctx.has("II-STORE-37/no-passkeys") {
                put(22, principal(ctx, &passkey.device.pubkey), number.clone());
            }
        }
        for recovery in &keys.recovery {
            let id = if ctx.has("II-STORE-37/one-index") {
                22
            } else {
                21
            };
            if !ctx.has("II-STORE-37/no-recovery") {
                put(id, principal(ctx, &recovery.device.pubkey), number.clone());
            }
        }
    }
    if ctx.has("II-STORE-29/last-lost")
        && let Some(anchors) = maps.get_mut(&16)
    {
        anchors.pop_last();
    }
    let all = DERIVED.into_iter();
    let all = all.filter(|(id, _)| *id != 16 || !ctx.has("II-STORE-29/off"));
    all.map(|(id, shape)| {
        let entries = maps.remove(&id).unwrap_or_default();
        (id, shape, entries.into_iter().collect())
    })
    .collect()
}

/// The principal of a key.
fn principal(ctx: &Context<'_>, key: &[u8]) -> Vec<u8> {
    if ctx.has("II-STORE-37/hashes") {
        return sha224(key).to_vec();
    }
    [sha224(key).as_slice(), &[2]].concat()
}

/// A device on its way to memory 16.
struct Key<'a> {
    device: &'a Device,
    aaguid: Option<Vec<u8>>,
    /// Of passkeys.
    id: Vec<u8>,
    /// Whether it is neither an ordinary passkey nor an ordinary recovery phrase.
    is_special: bool,
}

/// The keys of an anchor, sorted out.
struct Keys<'a> {
    created_at: Option<u64>,
    passkeys: Vec<Key<'a>>,
    recovery: Vec<Key<'a>>,
}

impl<'a> Keys<'a> {
    /// Sorts out the devices of a record, unless it was never written.
    fn of(ctx: &Context<'_>, stored: &'a Record) -> Option<Self> {
        let message = stored.message.as_ref()?;
        let (mut passkeys, mut last, mut recovery) = (Vec::new(), Vec::new(), Vec::new());
        for (device, aaguid) in stored.devices.iter().zip(aaguids(message)) {
            let is_browser = device.key_type == "browser_storage_key";
            let is_recovery = device.purpose == "recovery";
            let id = match &device.credential_id {
                Some(id) => Some(id.clone()),
                None if is_browser && ctx.has("II-STORE-32/off") => None,
                None if is_browser && ctx.has("II-STORE-32/empty") => Some(Vec::new()),
                None if is_browser => Some(DUMMY.to_vec()),
                None => None,
            };
            let is_special = match (&device.credential_id, is_recovery) {
                (None, true) => device.key_type != "seed_phrase",
                (Some(_), false) => is_browser || device.key_type == "seed_phrase",
                _ => true,
            };
            let is_passkey = if ctx.has("II-STORE-31/by-purpose") {
                !is_recovery
            } else {
                id.is_some()
            };
            let key = Key {
                device,
                aaguid,
                id: id.unwrap_or_default(),
                is_special,
            };
            if !is_passkey {
                recovery.push(key);
            } else if is_recovery && !ctx.has("II-STORE-31/in-place") {
                last.push(key);
            } else {
                passkeys.push(key);
            }
        }
        passkeys.extend(last);
        Some(Self {
            created_at: created_at(message),
            passkeys,
            recovery,
        })
    }

    /// The anchor in CBOR.
    fn anchor(&self, ctx: &Context<'_>) -> Item {
        let passkeys = self.passkeys.iter().map(|key| key.passkey(ctx));
        let recovery = self.recovery.iter().map(|key| key.recovery(ctx));
        let (passkeys, recovery) = (
            Some(Item::Array(passkeys.collect())),
            Some(Item::Array(recovery.collect())),
        );
        let (third, fourth) = if ctx.has("II-STORE-30/swapped") {
            (recovery, passkeys)
        } else {
            (passkeys, recovery)
        };
        let created_at = self
            .created_at
            .filter(|_| !ctx.has("II-STORE-36/no-creation"));
        map(vec![
            (1, Some(Item::Array(Vec::new()))),
            (2, created_at.map(Item::Unsigned)),
            (3, third),
            (4, fourth),
        ])
    }
}

impl Key<'_> {
    fn passkey(&self, ctx: &Context<'_>) -> Item {
        let device = self.device;
        let default = if ctx.has("II-STORE-33/id-ai") {
            "https://id.ai"
        } else if ctx.has("II-STORE-33/empty") {
            ""
        } else {
            ORIGIN
        };
        let origin = device.origin.as_deref().unwrap_or(default);
        let alias = Some(&device.alias);
        let alias = alias.filter(|alias| !alias.is_empty() || ctx.has("II-STORE-34/kept"));
        let aaguid = self
            .aaguid
            .as_ref()
            .filter(|_| !ctx.has("II-STORE-36/no-aaguid"));
        map(vec![
            (0, Some(blob(ctx, &device.pubkey))),
            (1, Some(blob(ctx, &self.id))),
            (2, Some(Item::text(origin))),
            (4, self.usage(ctx)),
            (5, alias.map(|alias| Item::text(alias))),
            (6, aaguid.map(|aaguid| blob(ctx, aaguid))),
            (7, self.special(ctx)),
        ])
    }

    fn recovery(&self, ctx: &Context<'_>) -> Item {
        // CBOR's false and true.
        let protected = match self.device.protection {
            "protected" if ctx.has("II-STORE-36/no-protection") => None,
            "protected" => Some(Item::Simple(21)),
            _ if ctx.has("II-STORE-36/false") => Some(Item::Simple(20)),
            _ => None,
        };
        map(vec![
            (0, Some(blob(ctx, &self.device.pubkey))),
            (2, self.usage(ctx)),
            (3, protected),
            (4, self.special(ctx)),
        ])
    }

    fn usage(&self, ctx: &Context<'_>) -> Option<Item> {
        let usage = self.device.last_usage.map(Item::Unsigned);
        usage.filter(|_| !ctx.has("II-STORE-36/no-usage"))
    }

    /// What the device was, where that can't be told any more.
    fn special(&self, ctx: &Context<'_>) -> Option<Item> {
        if ctx.has("II-STORE-35/off") || !self.is_special && !ctx.has("II-STORE-35/always") {
            return None;
        }
        let device = self.device;
        let case = |number: u64| {
            if ctx.has("II-STORE-35/plain-cases") {
                return Item::Unsigned(number);
            }
            Item::Array(vec![Item::Unsigned(number), Item::Array(Vec::new())])
        };
        let numbers = |id: &Vec<u8>| {
            if ctx.has("II-STORE-35/blob") {
                return Item::bytes(id);
            }
            Item::Array(
                id.iter()
                    .map(|byte| Item::Unsigned(u64::from(*byte)))
                    .collect(),
            )
        };
        let key_type = match device.key_type {
            "platform" => 1,
            "cross_platform" => 2,
            "seed_phrase" => 3,
            "browser_storage_key" => 4,
            _ => 0,
        };
        Some(map(vec![
            (0, device.credential_id.as_ref().map(numbers)),
            (1, Some(case(u64::from(device.purpose != "recovery")))),
            (2, Some(case(key_type))),
            (3, device.origin.as_ref().map(|origin| Item::text(origin))),
        ]))
    }
}

fn map(fields: Vec<(u64, Option<Item>)>) -> Item {
    let fields = fields.into_iter();
    let there = fields.filter_map(|(key, value)| Some((Item::Unsigned(key), value?)));
    Item::Map(there.collect())
}

fn blob(ctx: &Context<'_>, bytes: &[u8]) -> Item {
    if ctx.has("II-STORE-30/numbers") {
        return Item::Array(
            bytes
                .iter()
                .map(|byte| Item::Unsigned(u64::from(*byte)))
                .collect(),
        );
    }
    Item::bytes(bytes)
}

/// The fields `aaguid` of the devices of a message.
fn aaguids(message: &Message) -> Vec<Option<Vec<u8>>> {
    let (mut kind, mut value) = (message.kind, &message.value);
    if let Some(fields) = record(message, kind, value)
        && let Some(devices) = find(&fields, "devices")
    {
        (kind, value) = devices;
    }
    let (Some(Type::Vec(device)), Value::List(devices)) = (message.entry(kind), value) else {
        return Vec::new();
    };
    let of = |value: &Value| {
        let fields = record(message, *device, value)?;
        let (kind, value) = find(&fields, "aaguid")?;
        match (message.entry(kind)?, value) {
            (Type::Vec(NAT8), Value::Blob(aaguid)) => Some(aaguid.clone()),
            (Type::Opt(_), Value::Opt(Some(value))) => match value.as_ref() {
                Value::Blob(aaguid) => Some(aaguid.clone()),
                _ => None,
            },
            _ => None,
        }
    };
    devices.iter().map(of).collect()
}

/// The field `created_at` of an anchor record.
fn created_at(message: &Message) -> Option<u64> {
    let fields = record(message, message.kind, &message.value)?;
    let (kind, value) = find(&fields, "created_at")?;
    match (message.entry(kind), value) {
        (None, Value::Plain(bytes)) if kind == NAT64 => Some(little_endian(bytes)),
        (Some(Type::Opt(NAT64)), Value::Opt(Some(value))) => match value.as_ref() {
            Value::Plain(bytes) => Some(little_endian(bytes)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an image that was brought to version 9 has what follows from its records.
pub(super) fn judge(ctx: &Context<'_>, storage: &Storage, image: &Image) -> Result<(), Stop> {
    let manager = Manager::read(ctx, image)?;
    let wanted = derive(ctx, storage);
    for (id, shape, entries) in wanted {
        let clause = match id {
            16 => "II-STORE-29",
            _ => "II-STORE-37",
        };
        let memory = manager.memory(ctx, image, id)?;
        let found = match btree::read(&memory, shape) {
            Some(found) => found,
            // A map without entries need not have been made.
            None if entries.is_empty() && memory.length() == 0 => Vec::new(),
            None => return Err(Stop::violated(clause)),
        };
        if id == 16 {
            anchors(&entries, &found)?;
        } else {
            index(ctx, storage, id, &found)?;
        }
    }
    Ok(())
}

/// The same anchors, and of each what it says, not how it is written.
fn anchors(wanted: &Entries, found: &Entries) -> Result<(), Stop> {
    let keys = |entries: &Entries| -> Vec<Vec<u8>> {
        entries.iter().map(|(key, _)| key.clone()).collect()
    };
    if keys(wanted) != keys(found) {
        return Err(Stop::violated("II-STORE-29"));
    }
    for ((_, wanted), (_, found)) in wanted.iter().zip(found) {
        let said = |bytes: &[u8]| cbor::decode(bytes).ok().map(|item| plain(&item));
        if said(wanted) != said(found) {
            return Err(Stop::violated("II-STORE-30"));
        }
    }
    Ok(())
}

/// An item without absent fields, fields in order, lengths definite.
fn plain(item: &Item) -> Item {
    match item {
        Item::Array(items) | Item::Indefinite(items) => {
            Item::Array(items.iter().map(plain).collect())
        }
        Item::Map(fields) | Item::IndefiniteMap(fields) => {
            let there = fields.iter().filter(|(_, value)| *value != cbor::NULL);
            let mut there: Vec<(Item, Item)> = there
                .map(|(key, value)| (plain(key), plain(value)))
                .collect();
            there.sort_by_key(|(key, _)| key.encode());
            Item::Map(there)
        }
        other => other.clone(),
    }
}

/// Every key of every anchor leads to an anchor that has it, and no other key is there.
fn index(ctx: &Context<'_>, storage: &Storage, id: u8, found: &Entries) -> Result<(), Stop> {
    let mut holders: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for record in &storage.records {
        let Some(keys) = Keys::of(ctx, record) else {
            continue;
        };
        let own: Vec<Vec<u8>> = match id {
            9 => keys.passkeys.iter().map(|key| key.id.clone()).collect(),
            21 => keys
                .recovery
                .iter()
                .map(|key| principal(ctx, &key.device.pubkey))
                .collect(),
            _ => keys
                .passkeys
                .iter()
                .map(|key| principal(ctx, &key.device.pubkey))
                .collect(),
        };
        for key in own {
            let number = record.anchor.to_be_bytes().to_vec();
            holders.entry(key).or_default().insert(number);
        }
    }
    let is_right = |(key, number): &(Vec<u8>, Vec<u8>)| {
        holders
            .get(key)
            .is_some_and(|numbers| numbers.contains(number))
    };
    let keys: BTreeSet<&Vec<u8>> = found.iter().map(|(key, _)| key).collect();
    if keys.len() != found.len() || keys.len() != holders.len() || !found.iter().all(is_right) {
        return Err(Stop::violated("II-STORE-37"));
    }
    Ok(())
}
