//! Records of anchors under construction: Candid messages with whatever is wrong about them.

use model::ii::storage::candid::{Message, NAT8, NAT64, NULL, Reference, TEXT, Type, Value, hash};

/// A device as a record has it. Every field may be missing.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) pubkey: Option<Vec<u8>>,
    pub(super) alias: Option<String>,
    pub(super) credential_id: Option<Vec<u8>>,
    /// Cases by name.
    pub(super) purpose: Option<&'static str>,
    pub(super) key_type: Option<&'static str>,
    pub(super) protection: Option<&'static str>,
    pub(super) origin: Option<String>,
    pub(super) last_usage: Option<u64>,
    pub(super) metadata: Option<Vec<(&'static str, Entry)>>,
}

/// A value in a device's map.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    Text(&'static str),
    Bytes(Vec<u8>),
    Map(Vec<(&'static str, Self)>),
}

/// How the variants and options of devices are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// The oldest lists: alias, key and credential id only.
    Bare,
    /// Lists whose variants are optional.
    List,
    /// Anchor records.
    Record,
    /// Anchor records whose devices have optional variants, as in a list.
    OptionalRecord,
}

impl Device {
    /// A device with a key and an alias.
    pub(super) fn new(pubkey: &[u8], alias: &str) -> Self {
        Self {
            pubkey: Some(pubkey.to_vec()),
            alias: Some(alias.to_owned()),
            credential_id: None,
            purpose: Some("authentication"),
            key_type: Some("unknown"),
            protection: Some("unprotected"),
            origin: None,
            last_usage: None,
            metadata: None,
        }
    }

    /// A passkey.
    pub(super) fn passkey(pubkey: &[u8], alias: &str, id: &[u8]) -> Self {
        Self {
            credential_id: Some(id.to_vec()),
            key_type: Some("cross_platform"),
            ..Self::new(pubkey, alias)
        }
    }

    /// A recovery phrase that is locked.
    pub(super) fn phrase(pubkey: &[u8]) -> Self {
        Self {
            purpose: Some("recovery"),
            key_type: Some("seed_phrase"),
            protection: Some("protected"),
            ..Self::new(pubkey, "Recovery phrase")
        }
    }
}

/// A message under construction.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) form: Form,
    pub(super) devices: Vec<Device>,
    /// Fields of every device that no clause names.
    pub(super) device_extras: Vec<(&'static str, Extra)>,
    /// Fields of the anchor that no clause names.
    pub(super) anchor_extras: Vec<(&'static str, Extra)>,
    /// The cases of the three variants, by name, where they are not the full lists.
    pub(super) cases: Option<[&'static [&'static str]; 3]>,
    /// Leaves out the field of the credential id.
    pub(super) has_id_field: bool,
}

/// A field that no clause names.
#[derive(Clone, Debug)]
pub(super) enum Extra {
    Bytes(Vec<u8>),
    Number(u64),
    Texts(Vec<&'static str>),
    Nulls(u64),
    /// A record that contains itself, without a value that could be written.
    Endless,
    /// A type that is not in the table.
    Dangling,
}

const PURPOSES: &[&str] = &["authentication", "recovery"];
const KEY_TYPES: &[&str] = &[
    "unknown",
    "platform",
    "cross_platform",
    "seed_phrase",
    "browser_storage_key",
];
const PROTECTIONS: &[&str] = &["unprotected", "protected"];

/// A value with its type.
type Typed = (Reference, Value);

impl Draft {
    pub(super) fn new(form: Form, devices: &[Device]) -> Self {
        Self {
            form,
            devices: devices.to_vec(),
            device_extras: Vec::new(),
            anchor_extras: Vec::new(),
            cases: None,
            has_id_field: true,
        }
    }

    /// The bytes of the message.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.message().write()
    }

    pub(super) fn message(&self) -> Message {
        let mut message = Message {
            types: Vec::new(),
            kind: NULL,
            value: Value::Plain(Vec::new()),
        };
        let types = Types::new(&mut message, self.cases);
        // All devices of a record have one type: that of a device which lacks what the first lacks.
        let mut kind = NULL;
        let mut values = Vec::new();
        let model = self.devices.first().cloned();
        let model = model.unwrap_or_else(|| Device::new(b"", ""));
        for device in self
            .devices
            .iter()
            .chain(self.devices.is_empty().then_some(&model))
        {
            let mut fields = self.device(&types, device, &model);
            for (name, extra) in &self.device_extras {
                fields.push((hash(name), extra.typed(&mut message)));
            }
            fields.sort_by_key(|(name, _)| *name);
            let (names, parts): (Vec<_>, Vec<_>) = fields
                .into_iter()
                .map(|(name, (kind, value))| ((name, kind), value))
                .unzip();
            if kind == NULL {
                kind = message.add(Type::Record(names));
            }
            values.push(Value::Record(parts));
        }
        if self.devices.is_empty() {
            values.clear();
        }
        let list = (message.add(Type::Vec(kind)), Value::List(values));
        if matches!(self.form, Form::Bare | Form::List) {
            (message.kind, message.value) = list;
            return message;
        }
        let mut fields = vec![(hash("devices"), list)];
        for (name, extra) in &self.anchor_extras {
            fields.push((hash(name), extra.typed(&mut message)));
        }
        fields.sort_by_key(|(name, _)| *name);
        let (names, parts): (Vec<_>, Vec<_>) = fields
            .into_iter()
            .map(|(name, (kind, value))| ((name, kind), value))
            .unzip();
        message.kind = message.add(Type::Record(names));
        message.value = Value::Record(parts);
        message
    }

    fn device(&self, types: &Types, device: &Device, model: &Device) -> Vec<(u32, Typed)> {
        let mut fields = Vec::new();
        if let Some(key) = &device.pubkey {
            fields.push((hash("pubkey"), (types.blob, Value::Blob(key.clone()))));
        }
        if let Some(alias) = &device.alias {
            fields.push((hash("alias"), (TEXT, Value::Text(alias.clone()))));
        }
        if self.has_id_field {
            let id = device.credential_id.clone().map(Value::Blob);
            fields.push((hash("credential_id"), option(types.opt_blob, id)));
        }
        if self.form == Form::Bare {
            return fields;
        }
        for ((name, case, known), (variant, opt, cases)) in [
            ("purpose", device.purpose, model.purpose.is_some()),
            ("key_type", device.key_type, model.key_type.is_some()),
            ("protection", device.protection, model.protection.is_some()),
        ]
        .into_iter()
        .zip(&types.variants)
        {
            let case = case.map(|case| variant_value(cases, case));
            if self.form == Form::Record {
                if let (Some(case), true) = (case, known) {
                    fields.push((hash(name), (*variant, case)));
                }
            } else {
                fields.push((hash(name), option(*opt, case)));
            }
        }
        if self.form == Form::List {
            return fields;
        }
        let origin = device.origin.clone().map(Value::Text);
        fields.push((hash("origin"), option(types.opt_text, origin)));
        let usage = device.last_usage;
        let usage = usage.map(|time| Value::Plain(time.to_le_bytes().to_vec()));
        fields.push((hash("last_usage_timestamp"), option(types.opt_nat64, usage)));
        let map = device.metadata.as_ref().map(|map| map_value(map));
        fields.push((hash("metadata"), option(types.opt_map, map)));
        fields
    }
}

fn option(kind: Reference, value: Option<Value>) -> Typed {
    (kind, Value::Opt(value.map(Box::new)))
}

fn variant_value(cases: &[&'static str], case: &str) -> Value {
    let mut hashes: Vec<u32> = cases.iter().map(|case| hash(case)).collect();
    hashes.sort_unstable();
    let index = hashes.iter().position(|known| *known == hash(case));
    let index = index.and_then(|index| u64::try_from(index).ok());
    Value::Variant(index.unwrap_or(0), Box::new(Value::Plain(Vec::new())))
}

/// The cases of a map's values in the order of their hashes: bytes, map, string.
fn map_value(map: &[(&'static str, Entry)]) -> Value {
    let mut order = [hash("bytes"), hash("map"), hash("string")];
    order.sort_unstable();
    let index = |name: &str| {
        let index = order.iter().position(|known| *known == hash(name));
        index
            .and_then(|index| u64::try_from(index).ok())
            .unwrap_or(0)
    };
    let pairs = map.iter().map(|(name, entry)| {
        let value = match entry {
            Entry::Text(text) => {
                Value::Variant(index("string"), Box::new(Value::Text((*text).to_owned())))
            }
            Entry::Bytes(bytes) => {
                Value::Variant(index("bytes"), Box::new(Value::Blob(bytes.clone())))
            }
            Entry::Map(map) => Value::Variant(index("map"), Box::new(map_value(map))),
        };
        Value::Record(vec![Value::Text((*name).to_owned()), value])
    });
    Value::List(pairs.collect())
}

/// The types that devices are made of, in the table of a message.
struct Types {
    blob: Reference,
    opt_blob: Reference,
    opt_text: Reference,
    opt_nat64: Reference,
    opt_map: Reference,
    /// Purpose, key type, protection: the variant, the option of it, and its cases.
    variants: Vec<(Reference, Reference, Vec<&'static str>)>,
}

impl Types {
    fn new(message: &mut Message, cases: Option<[&'static [&'static str]; 3]>) -> Self {
        let blob = message.add(Type::Vec(NAT8));
        let opt_blob = message.add(Type::Opt(blob));
        let opt_text = message.add(Type::Opt(TEXT));
        let opt_nat64 = message.add(Type::Opt(NAT64));
        // The map: vec record {text; variant {bytes; map; string}}, which refers to itself.
        let base = i64::try_from(message.types.len()).unwrap_or(0);
        let (map, pair, entry) = (base, base.saturating_add(1), base.saturating_add(2));
        let mut entries = vec![
            (hash("bytes"), blob),
            (hash("map"), map),
            (hash("string"), TEXT),
        ];
        entries.sort_unstable();
        message.add(Type::Vec(pair));
        message.add(Type::Record(vec![(0, TEXT), (1, entry)]));
        message.add(Type::Variant(entries));
        let opt_map = message.add(Type::Opt(map));
        let lists = cases.unwrap_or([PURPOSES, KEY_TYPES, PROTECTIONS]);
        let mut variants = Vec::new();
        for names in lists {
            let mut cases: Vec<(u32, Reference)> =
                names.iter().map(|case| (hash(case), NULL)).collect();
            cases.sort_unstable();
            let variant = message.add(Type::Variant(cases));
            let opt = message.add(Type::Opt(variant));
            variants.push((variant, opt, names.to_vec()));
        }
        Self {
            blob,
            opt_blob,
            opt_text,
            opt_nat64,
            opt_map,
            variants,
        }
    }
}

impl Extra {
    fn typed(&self, message: &mut Message) -> Typed {
        match self {
            Self::Bytes(bytes) => {
                let blob = message.add(Type::Vec(NAT8));
                option(
                    message.add(Type::Opt(blob)),
                    Some(Value::Blob(bytes.clone())),
                )
            }
            Self::Number(number) => (NAT64, Value::Plain(number.to_le_bytes().to_vec())),
            Self::Texts(texts) => {
                let texts = texts.iter().map(|text| Value::Text((*text).to_owned()));
                (message.add(Type::Vec(TEXT)), Value::List(texts.collect()))
            }
            Self::Nulls(count) => {
                // Only the number is written: nulls take no bytes.
                let mut bytes = Vec::new();
                model::ii::storage::candid::leb(&mut bytes, *count);
                (message.add(Type::Vec(NULL)), Value::Plain(bytes))
            }
            Self::Endless => {
                let own = i64::try_from(message.types.len()).unwrap_or(0);
                let kind = message.add(Type::Record(vec![(0, own)]));
                (kind, Value::Plain(Vec::new()))
            }
            Self::Dangling => (1_000, Value::Plain(Vec::new())),
        }
    }
}
