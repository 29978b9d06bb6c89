//! The encoding of certificates.

use super::{Certificate, Delegation};
use crate::cbor::{self, Item, NULL, SELF_DESCRIBED};
use crate::context::{Context, Stop};
use crate::hashtree::from_item;
use crate::input;

pub(super) fn parse(ctx: &Context<'_>, bytes: &[u8]) -> Result<Certificate, Stop> {
    let decoded = if ctx.has("CERT-1/trailing") {
        cbor::decode_first(bytes).map(|(item, _)| item)
    } else {
        cbor::decode(bytes)
    };
    let item = decoded.map_err(|error| match error {
        cbor::DecodeError::Deep => Stop::violated("TREE-12"),
        _ => Stop::violated("CERT-1"),
    })?;
    parse_item(ctx, &item)
}

fn parse_item(ctx: &Context<'_>, item: &Item) -> Result<Certificate, Stop> {
    let untagged =
        (ctx.is_replica() && !ctx.has("CERT-1/tag-always")) || ctx.has("CERT-1/untagged");
    let content = match item {
        Item::Tag(SELF_DESCRIBED, content) => content,
        Item::Tag(_, content) if ctx.has("CERT-1/any-tag") => content,
        Item::Map(_) if untagged => item,
        _ => return Err(Stop::violated("CERT-1")),
    };
    let fields = record(ctx, content, &["tree", "signature", "delegation"], "CERT-1")?;
    let [tree, signature, delegation] = fields.as_slice() else {
        return Err(Stop::violated("CERT-1"));
    };
    let unwrapped = match tree {
        Some(Item::Bytes(bytes)) if ctx.has("CERT-9/wrapped") => cbor::decode(bytes).ok(),
        tree => tree.clone(),
    };
    let tree_item = unwrapped.ok_or_else(|| Stop::violated("CERT-1"))?;
    let signature = match signature {
        Some(Item::Bytes(bytes)) => bytes.clone(),
        Some(Item::Text(text)) if ctx.has("CERT-1/text-signature") => {
            input::unhex(core::str::from_utf8(text).unwrap_or_default()).unwrap_or_default()
        }
        None if ctx.has("CERT-1/signature-optional") => Vec::new(),
        _ => return Err(Stop::violated("CERT-1")),
    };
    let tree = from_item(ctx, &tree_item, 0)?;
    let delegation = match delegation {
        None => None,
        Some(item) if *item == NULL && ctx.is_replica() => None,
        Some(item) if *item == NULL => return Err(Stop::violated("CBOR-12")),
        Some(item) => Some(parse_delegation(ctx, item)?),
    };
    Ok(Certificate {
        tree,
        tree_item,
        signature,
        delegation,
    })
}

fn parse_delegation(ctx: &Context<'_>, item: &Item) -> Result<Delegation, Stop> {
    let fields = record(ctx, item, &["subnet_id", "certificate"], "SDEL-1")?;
    let [Some(subnet_id), Some(certificate)] = fields.as_slice() else {
        return Err(Stop::violated("SDEL-1"));
    };
    let subnet_id = match subnet_id {
        Item::Bytes(bytes) => bytes.clone(),
        Item::Text(text) if ctx.has("SDEL-1/text-id") => {
            input::unhex(core::str::from_utf8(text).unwrap_or_default()).unwrap_or_default()
        }
        _ => return Err(Stop::violated("SDEL-1")),
    };
    let certificate = match certificate {
        Item::Bytes(bytes) => parse(ctx, bytes)?,
        item if ctx.has("SDEL-1/inline") => parse_item(ctx, item)?,
        _ => return Err(Stop::violated("SDEL-1")),
    };
    Ok(Delegation {
        subnet_id,
        certificate: Box::new(certificate),
    })
}

/// The values of the named fields of a record.
fn record(
    ctx: &Context<'_>,
    item: &Item,
    names: &[&str],
    clause: &'static str,
) -> Result<Vec<Option<Item>>, Stop> {
    let entries = item.as_map().ok_or_else(|| Stop::violated(clause))?;
    let mut values = vec![None; names.len()];
    let position = |key: &Item| names.iter().position(|name| key.as_text() == Some(name));
    if ctx.has("CERT-1/ordered") && !entries.is_sorted_by_key(|(key, _)| position(key)) {
        return Err(Stop::violated(clause));
    }
    for (key, value) in entries {
        let key = key.as_text().ok_or_else(|| Stop::violated(clause))?;
        match names
            .iter()
            .zip(&mut values)
            .find(|(name, _)| **name == key)
        {
            Some((_, Some(_))) if !ctx.has("CERT-1/last-wins") => {
                return Err(Stop::violated(clause));
            }
            Some((_, slot)) => *slot = Some(value.clone()),
            None if ctx.is_replica() => {}
            None => return Err(Stop::violated("CBOR-10")),
        }
    }
    Ok(values)
}
