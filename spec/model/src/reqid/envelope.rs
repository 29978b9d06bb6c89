//! The envelope of a request, and the fields of its content.

use crate::cbor::{BIGNUM, Item, NULL};
use crate::value::{Natural, Typed};
use crate::{Context, Stop, Violations};

/// The parts of an envelope.
pub(crate) struct Envelope {
    /// The fields of the content that requests of some kind have.
    pub(crate) content: Vec<(String, Typed)>,
    /// The other fields, the elements of the chain left out.
    pub(crate) others: Vec<(String, Typed)>,
    /// The elements of `sender_delegation`, as they are.
    pub(crate) links: Option<Vec<Item>>,
}

impl Envelope {
    /// The byte string in the field `name` beside the content.
    pub(crate) fn blob(&self, name: &str) -> Option<Vec<u8>> {
        let mut others = self.others.iter();
        others.find_map(|(field, value)| match value {
            Typed::Blob(bytes) if field == name => Some(bytes.clone()),
            _ => None,
        })
    }
}

/// Reads an envelope of whatever kind.
pub(crate) fn parse_envelope(ctx: &Context<'_>, envelope: &Item) -> Result<Envelope, Stop> {
    let Some(entries) = envelope.as_map() else {
        return Err(Stop::violated("CBOR-8"));
    };
    let mut violations = Violations::new();
    let names = [
        "content",
        "sender_pubkey",
        "sender_sig",
        "sender_delegation",
    ];
    check_names(ctx, entries, &names, &mut violations);
    let others = ["sender_pubkey", "sender_sig", "sender_delegation"].map(|name| {
        let kind = if name == "sender_delegation" {
            Kind::Anything
        } else {
            Kind::Blob
        };
        let value = envelope.field(name).map(|value| typed(ctx, value, kind));
        value
            .transpose()
            .map(|value| (name.to_owned(), value.flatten()))
    });
    let mut present = Vec::new();
    for other in others {
        if let Some((name, Some(value))) = violations.absorb(other)? {
            present.push((name, value));
        }
    }
    let signed = envelope.field("sender_sig").is_some();
    if ctx.has("CBOR-11/signature-required") && !signed {
        violations.add("CBOR-11");
    }
    if ctx.has("CBOR-11/no-delegation") && envelope.field("sender_delegation").is_some() {
        violations.add("CBOR-11");
    }
    let encoded;
    let content = match envelope.field("content") {
        Some(Item::Map(entries)) => entries.as_slice(),
        Some(Item::Bytes(bytes)) if ctx.has("CBOR-11/content-encoded") => {
            encoded = crate::cbor::decode(bytes).map_err(|_| Stop::violated("CBOR-9"))?;
            encoded.as_map().unwrap_or_default()
        }
        None if ctx.has("CBOR-11/content-missing") => &[],
        Some(Item::Array(_)) if ctx.has("CBOR-8/record-as-array") => &[],
        Some(Item::Array(_)) => {
            violations.add("CBOR-8");
            &[]
        }
        _ => {
            violations.add("CBOR-11");
            &[]
        }
    };
    let names = CONTENT.map(|(name, _)| name);
    check_names(ctx, content, &names, &mut violations);
    let mut fields = Vec::new();
    for (key, value) in content {
        let known = CONTENT
            .iter()
            .find(|(name, _)| key.as_text() == Some(*name));
        let Some((name, kind)) = known else { continue };
        if let Some(Some(value)) = violations.absorb(typed(ctx, value, *kind))? {
            fields.push(((*name).to_owned(), value));
        }
    }
    let links = envelope.field("sender_delegation").and_then(Item::as_array);
    violations.or(Envelope {
        content: fields,
        others: present,
        links: links.map(<[Item]>::to_vec),
    })
}

/// CBOR-10: fields that the record does not have.
pub(crate) fn check_names(
    ctx: &Context<'_>,
    entries: &[(Item, Item)],
    names: &[&str],
    violations: &mut Violations,
) {
    let known = |key: &Item| key.as_text().is_none_or(|name| names.contains(&name));
    let unknown = entries.iter().any(|(key, _)| !known(key));
    violations.require(!unknown || ctx.is_replica(), "CBOR-10");
}

/// What a field holds.
#[derive(Clone, Copy)]
enum Kind {
    Anything,
    Blob,
    Natural,
    Paths,
    SenderInfo,
    Text,
}

/// The fields of all three kinds of requests.
const CONTENT: [(&str, Kind); 9] = [
    ("request_type", Kind::Text),
    ("sender", Kind::Blob),
    ("nonce", Kind::Blob),
    ("ingress_expiry", Kind::Natural),
    ("canister_id", Kind::Blob),
    ("method_name", Kind::Text),
    ("arg", Kind::Blob),
    ("paths", Kind::Paths),
    ("sender_info", Kind::SenderInfo),
];

/// The value of a field; none for a `null` that means absence.
fn typed(ctx: &Context<'_>, item: &Item, kind: Kind) -> Result<Option<Typed>, Stop> {
    if *item == NULL {
        // Only the replica preset comes here: CBOR-12 is checked before.
        return Ok(None);
    }
    let value = match kind {
        Kind::Anything => item
            .as_array()
            .map(|_| Typed::Array(Vec::new()))
            .ok_or("CBOR-8"),
        Kind::Blob => blob(ctx, item).map(Typed::Blob).ok_or("CBOR-3"),
        Kind::Natural => natural(ctx, item).map(Typed::Nat).ok_or("CBOR-5"),
        Kind::Text => match item {
            Item::Bytes(bytes) if ctx.has("CBOR-4/bytes") => {
                Ok(Typed::Text(String::from_utf8_lossy(bytes).into_owned()))
            }
            Item::Text(bytes) => Ok(Typed::Text(String::from_utf8_lossy(bytes).into_owned())),
            _ => Err("CBOR-4"),
        },
        Kind::Paths => return paths(ctx, item).map(Some),
        Kind::SenderInfo => return sender_info(ctx, item).map(Some),
    };
    value.map(Some).map_err(Stop::violated)
}

/// CBOR-3: the byte string that a blob is.
pub(crate) fn blob(ctx: &Context<'_>, item: &Item) -> Option<Vec<u8>> {
    let byte = |item: &Item| {
        let value = item.as_unsigned()?;
        let low = value.to_le_bytes().first().copied();
        if ctx.has("CBOR-3/wide-integers") {
            low
        } else {
            u8::try_from(value).ok()
        }
    };
    match item {
        Item::Bytes(bytes) => Some(bytes.clone()),
        Item::Text(bytes) if ctx.is_replica() || ctx.has("CBOR-3/text") => Some(bytes.clone()),
        Item::Array(items) if ctx.is_replica() || ctx.has("CBOR-3/integers") => {
            items.iter().map(byte).collect()
        }
        _ => None,
    }
}

/// CBOR-5: the natural number in here.
pub(crate) fn natural(ctx: &Context<'_>, item: &Item) -> Option<Natural> {
    match item {
        Item::Unsigned(value) => Some(Natural::from(*value)),
        // Every number of a request fits 64 bits, so that no bignum is right (AMB-8).
        Item::Tag(BIGNUM, inner) if ctx.has("CBOR-5/small-bignum") => {
            inner.as_bytes().map(Natural::from_bytes)
        }
        Item::Tag(_, inner) if ctx.has("CBOR-5/tags") => natural(ctx, inner),
        Item::Negative(value) if ctx.has("CBOR-5/negative") => Some(Natural::from(!value)),
        Item::Text(_) if ctx.has("CBOR-5/text") => {
            Some(Natural::from_decimal(item.as_text().unwrap_or_default()))
        }
        Item::Bytes(bytes) if ctx.has("CBOR-5/blob") => Some(Natural::from_bytes(bytes)),
        Item::Float(_, _) => Some(Natural::from(1)),
        _ => None,
    }
}

fn paths(ctx: &Context<'_>, item: &Item) -> Result<Typed, Stop> {
    let elements = match item {
        Item::Array(items) => items.clone(),
        Item::Map(entries) if ctx.has("CBOR-8/array-as-map") => {
            entries.iter().map(|(_, value)| value.clone()).collect()
        }
        _ => return Err(Stop::violated("CBOR-8")),
    };
    let mut paths = Vec::new();
    for path in elements {
        let labels = path.as_array().ok_or_else(|| Stop::violated("CBOR-8"))?;
        let labels = labels.iter().map(|label| {
            blob(ctx, label)
                .map(Typed::Blob)
                .ok_or_else(|| Stop::violated("CBOR-3"))
        });
        paths.push(Typed::Array(labels.collect::<Result<_, _>>()?));
    }
    Ok(Typed::Array(paths))
}

fn sender_info(ctx: &Context<'_>, item: &Item) -> Result<Typed, Stop> {
    let names = ["info", "signer", "sig"];
    let mut fields = Vec::new();
    match item {
        Item::Map(entries) => {
            for (key, value) in entries {
                let Some(name) = names.iter().find(|name| key.as_text() == Some(**name)) else {
                    if ctx.is_replica() {
                        continue;
                    }
                    return Err(Stop::violated("CBOR-10"));
                };
                let value = blob(ctx, value).ok_or_else(|| Stop::violated("CBOR-3"))?;
                fields.push(((*name).to_owned(), Typed::Blob(value)));
            }
        }
        Item::Array(items) if ctx.has("CBOR-8/record-as-array") => {
            for (name, value) in names.iter().zip(items) {
                let value = blob(ctx, value).ok_or_else(|| Stop::violated("CBOR-3"))?;
                fields.push(((*name).to_owned(), Typed::Blob(value)));
            }
        }
        _ => return Err(Stop::violated("CBOR-8")),
    }
    Ok(Typed::Map(fields))
}
