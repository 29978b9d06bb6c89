//! Records of anchors: what a Candid message says about devices.
//!
//! | flaw | clause |
//! |---|---|
//! | a list where an anchor record is due, or the other way round | II-STORE-12 |
//! | no vector of records | II-ANCHOR-2 |
//! | no record with a vector of records in `devices` | II-ANCHOR-3 |
//! | no key or alias, or of another type; an optional field of another type | II-ANCHOR-5, 3 |
//! | no purpose, key type or protection in an anchor record, or an option | II-ANCHOR-8 |
//! | a case that is not known in an anchor record | II-ANCHOR-9 |

use serde_json::{Map, Value as Json, json};

use super::candid::{Message, NAT8, Reference, TEXT, Type, Value, hash};
use crate::context::{Context, Stop};
use crate::input::hex;

/// What a record is, by its version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// A vector of devices.
    List,
    /// A record with a field of devices.
    Record,
}

/// The fields of a device that clauses name.
pub(super) const DEVICE_FIELDS: [&str; 9] = [
    "alias",
    "credential_id",
    "key_type",
    "last_usage_timestamp",
    "metadata",
    "origin",
    "protection",
    "pubkey",
    "purpose",
];

/// The cases of the three variants; the first is what a device of a list has by default.
pub(super) const PURPOSES: [&str; 2] = ["authentication", "recovery"];
pub(super) const KEY_TYPES: [&str; 5] = [
    "unknown",
    "platform",
    "cross_platform",
    "seed_phrase",
    "browser_storage_key",
];
pub(super) const PROTECTIONS: [&str; 2] = ["unprotected", "protected"];

/// A device, as it is reported.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Device {
    pub(super) pubkey: Vec<u8>,
    pub(super) alias: String,
    pub(super) credential_id: Option<Vec<u8>>,
    pub(super) purpose: &'static str,
    pub(super) key_type: &'static str,
    pub(super) protection: &'static str,
    pub(super) origin: Option<String>,
    pub(super) last_usage: Option<u64>,
    pub(super) metadata: Option<Map<String, Json>>,
}

impl Device {
    pub(super) fn to_json(&self) -> Json {
        let mut fields = Map::new();
        let mut set = |name: &str, value: Option<Json>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        set("pubkey", Some(json!(hex(&self.pubkey))));
        set("alias", Some(json!(self.alias)));
        set(
            "credential_id",
            self.credential_id.as_ref().map(|id| json!(hex(id))),
        );
        set("purpose", Some(json!(self.purpose)));
        set("key_type", Some(json!(self.key_type)));
        set("protection", Some(json!(self.protection)));
        set("origin", self.origin.as_ref().map(|origin| json!(origin)));
        set(
            "last_usage",
            self.last_usage.map(|time| json!(time.to_string())),
        );
        set(
            "metadata",
            self.metadata.as_ref().map(|map| Json::Object(map.clone())),
        );
        Json::Object(fields)
    }

    /// The bytes that count against the limit of today's rules.
    fn variable(&self) -> usize {
        let id = self.credential_id.as_ref().map_or(0, Vec::len);
        let origin = self.origin.as_ref().map_or(0, String::len);
        [self.pubkey.len(), self.alias.len(), id, origin]
            .iter()
            .sum()
    }
}

/// The devices of a record of this form.
pub(super) fn devices(
    ctx: &Context<'_>,
    message: &Message,
    form: Form,
) -> Result<Vec<Device>, Stop> {
    let found = match message.entry(message.kind) {
        Some(Type::Vec(_)) => Form::List,
        Some(Type::Record(_)) => Form::Record,
        _ => return Err(Stop::violated(wanted(form))),
    };
    let lists = found == Form::List && ctx.has("II-STORE-12/lists-later");
    let records = found == Form::Record && ctx.has("II-STORE-12/records-earlier");
    if found != form && !lists && !records {
        return Err(Stop::violated("II-STORE-12"));
    }
    let (kind, values) = list(ctx, message, found)?;
    let mut devices = Vec::new();
    for value in values {
        devices.push(device(ctx, message, kind, value, found)?);
    }
    if ctx.has("II-ANCHOR-2/one-device") && found == Form::List
        || ctx.has("II-ANCHOR-3/one-device") && found == Form::Record
    {
        devices.truncate(1);
    }
    if ctx.has("II-ANCHOR-13/reversed") {
        devices.reverse();
    }
    if ctx.has("II-ANCHOR-13/by-key") {
        devices.sort_by(|left, right| left.pubkey.cmp(&right.pubkey));
    }
    todays_rules(ctx, &devices)?;
    Ok(devices)
}

/// The clause about a form.
const fn wanted(form: Form) -> &'static str {
    match form {
        Form::List => "II-ANCHOR-2",
        Form::Record => "II-ANCHOR-3",
    }
}

/// The type of a device and the devices, wherever they are in the message.
fn list<'a>(
    ctx: &Context<'_>,
    message: &'a Message,
    form: Form,
) -> Result<(Reference, &'a [Value]), Stop> {
    let wrong = || Stop::violated(wanted(form));
    let (kind, value) = match form {
        Form::List => (message.kind, &message.value),
        Form::Record => {
            let fields = record(message, message.kind, &message.value).ok_or_else(wrong)?;
            let known = [hash("devices")];
            if ctx.has("II-ANCHOR-4/unknown-anchor-field")
                && fields.iter().any(|(hash, ..)| !known.contains(hash))
            {
                return Err(Stop::violated("II-ANCHOR-4"));
            }
            match find(&fields, "devices") {
                Some(found) => found,
                None if ctx.has("II-ANCHOR-3/no-devices") => return Ok((0, &[])),
                None => return Err(wrong()),
            }
        }
    };
    let (Some(Type::Vec(inner)), Value::List(values)) = (message.entry(kind), value) else {
        return Err(wrong());
    };
    if !matches!(message.entry(*inner), Some(Type::Record(_))) {
        return Err(wrong());
    }
    Ok((*inner, values))
}

type Fields<'a> = Vec<(u32, Reference, &'a Value)>;

/// The fields of a record with their types.
pub(super) fn record<'a>(
    message: &Message,
    kind: Reference,
    value: &'a Value,
) -> Option<Fields<'a>> {
    let (Some(Type::Record(types)), Value::Record(values)) = (message.entry(kind), value) else {
        return None;
    };
    let fields = types.iter().zip(values);
    Some(
        fields
            .map(|((hash, kind), value)| (*hash, *kind, value))
            .collect(),
    )
}

/// The field of that name.
pub(super) fn find<'a>(fields: &Fields<'a>, name: &str) -> Option<(Reference, &'a Value)> {
    let field = fields.iter().find(|(field, ..)| *field == hash(name));
    field.map(|(_, kind, value)| (*kind, *value))
}

fn device(
    ctx: &Context<'_>,
    message: &Message,
    kind: Reference,
    value: &Value,
    form: Form,
) -> Result<Device, Stop> {
    let fields = record(message, kind, value).ok_or_else(|| Stop::violated(wanted(form)))?;
    let unknown = |hashed: &u32| !DEVICE_FIELDS.iter().any(|name| hash(name) == *hashed);
    if ctx.has("II-ANCHOR-4/unknown-device-field") && fields.iter().any(|(hash, ..)| unknown(hash))
    {
        return Err(Stop::violated("II-ANCHOR-4"));
    }
    let by_position = ctx.has("II-ANCHOR-4/by-position");
    let field = |name: &str, position: usize| match fields.get(position) {
        _ if !by_position => find(&fields, name),
        Some((_, kind, value)) => Some((*kind, *value)),
        None => None,
    };
    let reader = Reader { ctx, message, form };

    let pubkey = match field("pubkey", 1) {
        None if ctx.has("II-ANCHOR-5/no-key") => Vec::new(),
        None => return Err(Stop::violated("II-ANCHOR-5")),
        Some((kind, value)) => reader.blob(kind, value, "II-ANCHOR-5")?,
    };
    if ctx.has("II-ANCHOR-5/parsed") && pubkey.first() != Some(&0x30) {
        return Err(Stop::violated("II-ANCHOR-5"));
    }
    let alias = match field("alias", 0) {
        None if ctx.has("II-ANCHOR-5/no-alias") => String::new(),
        None => return Err(Stop::violated("II-ANCHOR-5")),
        Some((kind, value)) => reader.text(kind, value, "II-ANCHOR-5")?,
    };
    let id = field("credential_id", 2);
    if id.is_none() && ctx.has("II-ANCHOR-6/required") {
        return Err(Stop::violated("II-ANCHOR-6"));
    }
    let mut credential_id = match reader.option(id)? {
        Some((kind, value)) => Some(reader.blob(kind, value, wanted(form))?),
        None => None,
    };
    if ctx.has("II-ANCHOR-6/empty-is-none") {
        credential_id = credential_id.filter(|id| !id.is_empty());
    }
    if ctx.has("II-ANCHOR-6/none-is-empty") {
        credential_id = Some(credential_id.unwrap_or_default());
    }

    let mut device = Device {
        pubkey,
        alias,
        credential_id,
        purpose: reader.case(find(&fields, "purpose"), &PURPOSES)?,
        key_type: reader.case(find(&fields, "key_type"), &KEY_TYPES)?,
        protection: reader.case(find(&fields, "protection"), &PROTECTIONS)?,
        origin: None,
        last_usage: None,
        metadata: None,
    };
    if form == Form::Record {
        reader.more(&fields, &mut device)?;
    }
    Ok(device)
}

struct Reader<'a> {
    ctx: &'a Context<'a>,
    message: &'a Message,
    form: Form,
}

impl Reader<'_> {
    fn blob(&self, kind: Reference, value: &Value, clause: &'static str) -> Result<Vec<u8>, Stop> {
        match (self.message.entry(kind), value) {
            (Some(Type::Vec(NAT8)), Value::Blob(blob)) => Ok(blob.clone()),
            _ => Err(Stop::violated(clause)),
        }
    }

    fn text(&self, kind: Reference, value: &Value, clause: &'static str) -> Result<String, Stop> {
        match value {
            Value::Text(text) if kind == TEXT => Ok(text.clone()),
            _ => Err(Stop::violated(clause)),
        }
    }

    /// The value of an optional field, if there is one. A field that is no option has its value.
    fn option<'v>(
        &self,
        field: Option<(Reference, &'v Value)>,
    ) -> Result<Option<(Reference, &'v Value)>, Stop> {
        let Some((kind, value)) = field else {
            return Ok(None);
        };
        match (self.message.entry(kind), value) {
            (Some(Type::Opt(_)), Value::Opt(None)) => Ok(None),
            (Some(Type::Opt(inner)), Value::Opt(Some(value))) => Ok(Some((*inner, value))),
            // null and reserved: no value of any type.
            (None, Value::Plain(bytes)) if bytes.is_empty() => Ok(None),
            (Some(_), _) | (None, Value::Text(_) | Value::Plain(_)) => Ok(Some((kind, value))),
            _ => Err(Stop::violated(wanted(self.form))),
        }
    }

    fn case(
        &self,
        field: Option<(Reference, &Value)>,
        names: &'static [&'static str],
    ) -> Result<&'static str, Stop> {
        let ctx = self.ctx;
        let default = names.first().copied().unwrap_or_default();
        let (kind, value) = match (self.form, field) {
            (Form::List, field) => match self.option(field)? {
                Some(found) => {
                    if ctx.has("II-ANCHOR-2/no-protection") && names == PROTECTIONS
                        || ctx.has("II-ANCHOR-2/no-purpose") && names == PURPOSES
                        || ctx.has("II-ANCHOR-2/no-key-type") && names == KEY_TYPES
                    {
                        return Ok(default);
                    }
                    found
                }
                None => {
                    let missing = field.is_none() && ctx.has("II-ANCHOR-7/required");
                    if missing || field.is_some() && ctx.has("II-ANCHOR-7/valued") {
                        return Err(Stop::violated("II-ANCHOR-7"));
                    }
                    let other = ctx.has("II-ANCHOR-7/recovery") && names == PURPOSES
                        || ctx.has("II-ANCHOR-7/platform") && names == KEY_TYPES
                        || ctx.has("II-ANCHOR-7/protected") && names == PROTECTIONS;
                    let second = names.get(1).copied().unwrap_or_default();
                    return Ok(if other { second } else { default });
                }
            },
            (Form::Record, Some(found)) => found,
            (Form::Record, None) => return Err(Stop::violated("II-ANCHOR-8")),
        };
        let (Some(Type::Variant(cases)), Value::Variant(index, _)) =
            (self.message.entry(kind), value)
        else {
            return Err(Stop::violated(match self.form {
                Form::List => "II-ANCHOR-2",
                Form::Record => "II-ANCHOR-8",
            }));
        };
        let index = usize::try_from(*index).unwrap_or(usize::MAX);
        let mut by_hash: Vec<&'static str> = names.to_vec();
        by_hash.sort_by_key(|name| hash(name));
        let name = if ctx.has("II-ANCHOR-9/by-index") {
            by_hash.get(index).copied()
        } else {
            let (case, inner) = cases.get(index).copied().unwrap_or_default();
            let known = by_hash.into_iter().find(|name| hash(name) == case);
            known.filter(|_| inner == super::candid::NULL)
        };
        match (name, self.form) {
            (Some(name), _) => Ok(name),
            // In an option, a case that is not known is no value.
            (None, Form::List) => Ok(default),
            (None, Form::Record) if ctx.has("II-ANCHOR-9/unknown-case") => Ok(default),
            (None, Form::Record) => Err(Stop::violated("II-ANCHOR-9")),
        }
    }

    /// The fields that only devices of anchor records have.
    fn more(&self, fields: &Fields<'_>, device: &mut Device) -> Result<(), Stop> {
        let (ctx, clause) = (self.ctx, "II-ANCHOR-3");
        if let Some((kind, value)) = self.option(find(fields, "origin"))?
            && !ctx.has("II-ANCHOR-10/no-origin")
        {
            device.origin = Some(self.text(kind, value, clause)?);
        }
        if let Some((kind, value)) = self.option(find(fields, "last_usage_timestamp"))?
            && !ctx.has("II-ANCHOR-10/no-usage")
        {
            let time = match value {
                Value::Plain(bytes) if kind == super::candid::NAT64 => {
                    super::number(ctx, "II-STORE-3/usage", bytes)
                }
                _ => return Err(Stop::violated(clause)),
            };
            let is_coarse = ctx.has("II-ANCHOR-10/milliseconds");
            device.last_usage = Some(if is_coarse { time / 1_000_000 } else { time });
        }
        if let Some((kind, value)) = self.option(find(fields, "metadata"))?
            && !ctx.has("II-ANCHOR-10/no-metadata")
        {
            let map = self.map(kind, value, 0)?;
            let is_dropped = map.is_empty() && ctx.has("II-ANCHOR-10/empty-is-none");
            device.metadata = (!is_dropped).then_some(map);
        }
        Ok(())
    }

    fn map(&self, kind: Reference, value: &Value, depth: usize) -> Result<Map<String, Json>, Stop> {
        let wrong = || Stop::violated("II-ANCHOR-10");
        if depth > 0 && self.ctx.has("II-ANCHOR-11/one-level") {
            return Err(Stop::violated("II-ANCHOR-11"));
        }
        let (Some(Type::Vec(pair)), Value::List(values)) = (self.message.entry(kind), value) else {
            return Err(wrong());
        };
        let mut map = Map::new();
        for value in values {
            let fields = record(self.message, *pair, value).ok_or_else(wrong)?;
            let [
                (0, TEXT, Value::Text(name)),
                (1, entry, Value::Variant(index, value)),
            ] = fields.as_slice()
            else {
                return Err(wrong());
            };
            let Some(Type::Variant(cases)) = self.message.entry(*entry) else {
                return Err(wrong());
            };
            let index = usize::try_from(*index).unwrap_or(usize::MAX);
            let (case, inner) = cases.get(index).copied().unwrap_or_default();
            let entry = if case == hash("string") {
                json!({"string": self.text(inner, value, "II-ANCHOR-10")?})
            } else if case == hash("bytes") {
                json!({"bytes": hex(&self.blob(inner, value, "II-ANCHOR-10")?)})
            } else if case == hash("map") {
                if self.ctx.has("II-ANCHOR-10/flat") {
                    continue;
                }
                json!({"map": self.map(inner, value, depth.saturating_add(1))?})
            } else {
                return Err(wrong());
            };
            map.insert(name.clone(), entry);
        }
        Ok(map)
    }
}

/// None of today's rules apply, unless by mistake.
fn todays_rules(ctx: &Context<'_>, devices: &[Device]) -> Result<(), Stop> {
    let phrases = devices
        .iter()
        .filter(|device| device.key_type == "seed_phrase");
    let shares_key = |device: &Device| {
        let same = devices.iter().filter(|other| other.pubkey == device.pubkey);
        same.count() > 1
    };
    let total: usize = devices.iter().map(Device::variable).sum();
    let broken = ctx.has("II-ANCHOR-14/ten-devices") && devices.len() > 10
        || ctx.has("II-ANCHOR-14/one-phrase") && phrases.clone().count() > 1
        || ctx.has("II-ANCHOR-14/unique-keys") && devices.iter().any(shares_key)
        || ctx.has("II-ANCHOR-14/protected-phrases")
            && devices
                .iter()
                .any(|device| device.protection == "protected" && device.key_type != "seed_phrase")
        || ctx.has("II-ANCHOR-14/phrase-without-id")
            && phrases.clone().any(|device| device.credential_id.is_some())
        || ctx.has("II-ANCHOR-14/lengths") && devices.iter().any(|device| device.alias.len() > 64)
        || ctx.has("II-ANCHOR-14/total") && total > 2500;
    if broken {
        return Err(Stop::violated("II-ANCHOR-14"));
    }
    Ok(())
}
