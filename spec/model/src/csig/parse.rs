//! The encoding of canister signatures.

use crate::cbor::{self, DecodeError, Item, NULL, SELF_DESCRIBED};
use crate::context::{Context, Stop};
use crate::hashtree::{Tree, from_item};

/// A canister signature, decoded and not verified.
pub(super) struct Signature {
    /// The certificate as it stands in the signature.
    pub(super) certificate: Vec<u8>,
    /// The trees of the certificate, if it has the form of one.
    pub(super) state: Option<State>,
    pub(super) tree: Tree,
}

/// What a certificate says.
pub(super) struct State {
    pub(super) tree: Tree,
    /// The subnet delegated to, and the tree of the delegation's certificate.
    pub(super) delegation: Option<(Vec<u8>, Tree)>,
}

pub(super) fn parse(ctx: &Context<'_>, bytes: &[u8]) -> Result<Signature, Stop> {
    let decoded = if ctx.has("CSIG-4/trailing") {
        cbor::decode_first(bytes).map(|(item, _)| item)
    } else {
        cbor::decode(bytes)
    };
    let item = decoded.map_err(|error| match error {
        DecodeError::Deep => Stop::violated("TREE-12"),
        _ => malformed(),
    })?;
    let untagged =
        ctx.has("CSIG-4/untagged") || (ctx.is_replica() && ctx.has("CSIG-4/as-elsewhere"));
    let content = match &item {
        Item::Tag(SELF_DESCRIBED, content) => content,
        Item::Tag(_, content) if ctx.has("CSIG-4/any-tag") => content,
        Item::Map(_) if untagged => &item,
        _ => return Err(malformed()),
    };
    let [certificate, tree] = fields(ctx, content)?;
    let certificate = match certificate {
        Item::Bytes(bytes) => bytes,
        item if ctx.has("CSIG-4/inline") => item.encode(),
        _ => return Err(malformed()),
    };
    let tree = match tree {
        Item::Bytes(bytes) if ctx.has("CSIG-4/tree-as-bytes") => {
            cbor::decode(&bytes).map_err(|_| malformed())?
        }
        tree => tree,
    };
    let tree = from_item(ctx, &tree, 0).map_err(|stop| match stop {
        Stop::Reject(clauses) if !clauses.contains("TREE-12") => malformed(),
        stop => stop,
    })?;
    Ok(Signature {
        state: state(ctx, &certificate),
        certificate,
        tree,
    })
}

fn malformed() -> Stop {
    Stop::violated("CSIG-4")
}

/// `certificate` and `tree`.
fn fields(ctx: &Context<'_>, content: &Item) -> Result<[Item; 2], Stop> {
    const NAMES: [&str; 2] = ["certificate", "tree"];
    let entries = content.as_map().ok_or_else(malformed)?;
    let position = |key: &Item| NAMES.iter().position(|name| key.as_text() == Some(name));
    if ctx.has("CSIG-4/ordered") && !entries.is_sorted_by_key(|(key, _)| position(key)) {
        return Err(malformed());
    }
    let mut values = [None, None];
    for (key, value) in entries {
        let slot = position(key).and_then(|position| values.get_mut(position));
        match slot {
            Some(Some(_)) if !ctx.has("CSIG-4/last-wins") => return Err(malformed()),
            Some(slot) => *slot = Some(value.clone()),
            None if key.as_text().is_none() => return Err(malformed()),
            None if ctx.is_replica() => {}
            None => return Err(Stop::violated("CBOR-10")),
        }
    }
    let [Some(certificate), Some(tree)] = values else {
        return Err(malformed());
    };
    Ok([certificate, tree])
}

/// The trees of a certificate; nothing if it isn't one, which the certificate's own check reports.
fn state(ctx: &Context<'_>, certificate: &[u8]) -> Option<State> {
    let item = cbor::decode(certificate).ok()?;
    let content = match &item {
        Item::Tag(_, content) => content,
        item => item,
    };
    let tree = from_item(ctx, content.field("tree")?, 0).ok()?;
    let delegation = match content.field("delegation") {
        None | Some(&NULL) => None,
        Some(delegation) => {
            let subnet = delegation.field("subnet_id")?.as_bytes()?;
            let inner = state(ctx, delegation.field("certificate")?.as_bytes()?)?;
            Some((subnet.to_vec(), inner.tree))
        }
    };
    Some(State { tree, delegation })
}
