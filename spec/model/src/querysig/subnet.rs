//! Which subnet answers for the canister, or is the subnet, of a query.

use serde_json::{Map, Value, json};

use crate::cbor::{self, Item, SELF_DESCRIBED};
use crate::certificate::{self, path};
use crate::context::{Context, Stop, Violations};
use crate::crypto::sha224;
use crate::hashtree::{Lookup, Tree, from_item, lookup_path, lookup_star_paths};
use crate::input::{Fields, hex};

/// The effective id of the query.
pub(super) enum Scope {
    Canister(Vec<u8>),
    Subnet(Vec<u8>),
}

impl Scope {
    pub(super) fn new(value: &Value) -> Result<Self, Stop> {
        let fields = Fields::of(value, &["canister", "subnet"])?;
        match (
            fields.optional_bytes("canister")?,
            fields.optional_bytes("subnet")?,
        ) {
            (Some(id), None) => Ok(Self::Canister(id)),
            (None, Some(id)) => Ok(Self::Subnet(id)),
            _ => Err(Stop::Error("a query has one effective id".to_owned())),
        }
    }
}

/// A subnet with the verified state that shows its nodes.
pub(super) struct Certified {
    pub(super) id: Vec<u8>,
    pub(super) tree: Tree,
    pub(super) delegation_tree: Option<Tree>,
}

/// QUERY-SIG-7 to QUERY-SIG-10 and QUERY-SIG-13.
pub(super) fn certified(
    ctx: &Context<'_>,
    fields: &Fields<'_>,
    scope: &Scope,
) -> Result<Certified, Stop> {
    let bytes = fields.bytes("certificate")?;
    let root_subnet_id = fields.bytes("root_subnet_id")?;
    if !ctx.has("QUERY-SIG-10/unverified") {
        verify(ctx, fields, &json!("none"), None)?;
    }
    let Parts { tree, delegation } = parts(ctx, &bytes)?;

    let mut violations = Violations::new();
    let certified = match delegation {
        None => {
            let id = if ctx.has("QUERY-SIG-13/from-key") {
                let mut id = sha224(&fields.bytes("root_key")?).to_vec();
                id.push(2);
                id
            } else if ctx.has("QUERY-SIG-13/shown") {
                first_subnet(ctx, &tree)
            } else {
                root_subnet_id
            };
            if let Scope::Canister(canister) = scope {
                let inside = root_contains(ctx, &tree, &id, canister)?;
                violations.require(inside || ctx.has("QUERY-SIG-7/off"), "QUERY-SIG-7");
            }
            Certified {
                id,
                tree,
                delegation_tree: None,
            }
        }
        Some((id, delegation_tree)) => {
            if let Scope::Canister(canister) = scope {
                let inside = delegation_contains(ctx, fields, canister, &tree, &id)?;
                violations.require(inside || ctx.has("QUERY-SIG-8/off"), "QUERY-SIG-8");
            }
            Certified {
                id,
                tree,
                delegation_tree: Some(delegation_tree),
            }
        }
    };
    if let Scope::Subnet(id) = scope {
        let same = *id == certified.id || ctx.has("QUERY-SIG-9/off");
        let shown = |tree: &Tree| {
            let place = path(&[b"subnet", id, b"canister_ranges"]);
            let shards = path(&[b"canister_ranges", id]);
            matches!(lookup_path(ctx, &place, tree), Lookup::Found(_))
                || !lookup_star_paths(ctx, &shards, tree).is_empty()
        };
        let tree = certified
            .delegation_tree
            .as_ref()
            .unwrap_or(&certified.tree);
        let refused = ctx.has("QUERY-SIG-9/ranges") && !shown(tree);
        violations.require(same && !refused, "QUERY-SIG-9");
    }
    violations.or(certified)
}

/// `certificate.verify` for this scope.
fn verify(
    ctx: &Context<'_>,
    fields: &Fields<'_>,
    scope: &Value,
    ranges: Option<&str>,
) -> Result<(), Stop> {
    let mut input = Map::new();
    for name in ["certificate", "root_key"] {
        input.insert(name.to_owned(), fields.required(name)?.clone());
    }
    input.insert("scope".to_owned(), scope.clone());
    let ranges = match ranges {
        Some(ranges) => Some(ranges),
        None => fields.optional_text("ranges")?,
    };
    if let Some(ranges) = ranges {
        input.insert("ranges".to_owned(), json!(ranges));
    }
    let input = Value::Object(input);
    let fields = Fields::top(&input, &certificate::INPUTS)?;
    certificate::verify(ctx, &fields).map(|_| ())
}

/// QUERY-SIG-8: whether a range of the delegation contains a canister.
fn delegation_contains(
    ctx: &Context<'_>,
    fields: &Fields<'_>,
    canister: &[u8],
    tree: &Tree,
    subnet: &[u8],
) -> Result<bool, Stop> {
    if ctx.has("QUERY-SIG-8/leaf-tree") {
        return root_contains(ctx, tree, subnet, canister);
    }
    if ctx.has("QUERY-SIG-10/unverified") {
        return Ok(true);
    }
    let scope = json!({"canister": hex(canister)});
    let ranges = ctx.has("QUERY-SIG-8/flat").then_some("either");
    match verify(ctx, fields, &scope, ranges) {
        Ok(()) => Ok(true),
        Err(Stop::Reject(clauses)) if clauses.iter().eq(["SDEL-7"].iter()) => Ok(false),
        Err(stop) => Err(stop),
    }
}

/// QUERY-SIG-7: whether the flat ranges that a tree shows for a subnet contain a canister.
fn root_contains(
    ctx: &Context<'_>,
    tree: &Tree,
    subnet: &[u8],
    canister: &[u8],
) -> Result<bool, Stop> {
    let flat = path(&[b"subnet", subnet, b"canister_ranges"]);
    if ctx.has("QUERY-SIG-7/sharded") {
        let shards = lookup_star_paths(ctx, &path(&[b"canister_ranges", subnet]), tree);
        if let Some((_, shard)) = shards.first() {
            return contains(shard, canister);
        }
    }
    if ctx.has("QUERY-SIG-7/any-ranges") {
        let all = lookup_star_paths(ctx, &path(&[b"subnet"]), tree);
        let mut lists = all.iter().filter(|(path, _)| path.last() == flat.last());
        return lists.try_fold(false, |found, (_, list)| {
            Ok(found || contains(list, canister)?)
        });
    }
    match lookup_path(ctx, &flat, tree) {
        Lookup::Found(list) => contains(list, canister),
        _ => Ok(ctx.has("QUERY-SIG-7/missing-all")),
    }
}

/// Whether a list of ranges contains an id.
fn contains(list: &[u8], id: &[u8]) -> Result<bool, Stop> {
    let malformed = || Stop::violated("RANGE-1");
    let item = cbor::decode(list).map_err(|_| malformed())?;
    let Item::Tag(SELF_DESCRIBED, list) = item else {
        return Err(malformed());
    };
    let mut inside = false;
    for range in list.as_array().ok_or_else(malformed)? {
        match range.as_array() {
            Some([Item::Bytes(low), Item::Bytes(high)]) if low.len().max(high.len()) <= 29 => {
                inside |= low.as_slice() <= id && id <= high.as_slice();
            }
            _ => return Err(malformed()),
        }
    }
    Ok(inside)
}

/// What a verified certificate is made of.
struct Parts {
    tree: Tree,
    /// The subnet of the delegation, and the tree of its certificate.
    delegation: Option<(Vec<u8>, Tree)>,
}

fn parts(ctx: &Context<'_>, bytes: &[u8]) -> Result<Parts, Stop> {
    let malformed = || Stop::violated("CERT-1");
    let decode = |bytes: &[u8]| match cbor::decode(bytes) {
        Ok(Item::Tag(_, content)) => Ok(*content),
        Ok(item @ Item::Map(_)) => Ok(item),
        _ => Err(malformed()),
    };
    let tree = |item: &Item| {
        let tree = item.field("tree").ok_or_else(malformed)?;
        from_item(ctx, tree, 0)
    };
    let certificate = decode(bytes)?;
    let delegation = certificate
        .field("delegation")
        .filter(|item| item.as_map().is_some());
    let delegation = delegation.map(|item| -> Result<_, Stop> {
        let field = |name| {
            item.field(name)
                .and_then(Item::as_bytes)
                .ok_or_else(malformed)
        };
        Ok((
            field("subnet_id")?.to_vec(),
            tree(&decode(field("certificate")?)?)?,
        ))
    });
    Ok(Parts {
        tree: tree(&certificate)?,
        delegation: delegation.transpose()?,
    })
}

/// The first subnet that a tree shows.
fn first_subnet(ctx: &Context<'_>, tree: &Tree) -> Vec<u8> {
    let all = lookup_star_paths(ctx, &path(&[b"subnet"]), tree);
    let first = all.first().and_then(|(path, _)| path.get(1));
    first.cloned().unwrap_or_default()
}
