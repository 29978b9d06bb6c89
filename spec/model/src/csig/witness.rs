//! What the tree of a canister signature has to show.

use serde_json::{Value, json};

use super::making;
use crate::Operation;
use crate::certificate::path;
use crate::context::{Context, Stop, Violations};
use crate::crypto::sha256;
use crate::hashtree::{self, Lookup, Tree, lookup_path, lookup_star_paths};
use crate::input::hex;

/// The domain separators under which users sign.
const SEPARATORS: [&[u8]; 3] = [
    b"\x0aic-request",
    b"\x1aic-request-auth-delegation",
    b"\x0eic-sender-info",
];

/// Looks at the tree itself, whatever it shows.
pub(super) fn check_tree(
    ctx: &Context<'_>,
    violations: &mut Violations,
    tree: &Tree,
) -> Result<(), Stop> {
    let instead = [
        ("CSIG-11/duplicates", &["TREE-9/duplicates"][..]),
        ("CSIG-11/gaps", &["TREE-10/empty", "TREE-10/pruned"]),
        ("CSIG-11/leaf-beside", &["TREE-9/leaf-in-forest"]),
        ("CSIG-11/shallow", &["TREE-9/shallow"]),
    ];
    let mut fine = true;
    match instead.iter().find(|(fault, _)| ctx.has(fault)) {
        Some((_, faults)) => {
            for fault in *faults {
                fine &= well_formed(&making(ctx, fault), tree)?;
            }
        }
        None => fine = well_formed(ctx, tree)?,
    }
    violations.require(fine || ctx.has("CSIG-11/off"), "CSIG-11");

    let labels = lookup_star_paths(&FAITHFUL, &[], tree);
    let sig_only = labels
        .iter()
        .all(|(path, _)| path.first().is_some_and(|label| label == b"sig"));
    violations.require(sig_only || !ctx.has("CSIG-13/sig-only"), "CSIG-13");
    let is_minimal = labels.len() <= 1;
    violations.require(is_minimal || !ctx.has("CSIG-16/minimal"), "CSIG-16");
    Ok(())
}

const FAITHFUL: Context<'static> = Context::new(None, crate::Preset::Spec);

/// What `hashtree.decode` says about the tree.
fn well_formed(ctx: &Context<'_>, tree: &Tree) -> Result<bool, Stop> {
    let named = |(name, _): &&(&str, Operation)| *name == "hashtree.decode";
    let (_, decode) = hashtree::OPERATIONS
        .iter()
        .find(named)
        .ok_or_else(|| Stop::Error("no operation hashtree.decode".to_owned()))?;
    let answer = decode(ctx, &json!({"tree": hex(&tree.encode())}))?;
    Ok(answer.get("well_formed").and_then(Value::as_bool) == Some(true))
}

/// Looks for the witness of the signature.
pub(super) fn check_witness(
    ctx: &Context<'_>,
    violations: &mut Violations,
    tree: &Tree,
    seed: &[u8],
    payload: &[u8],
) {
    let shows = |payload: &[u8]| {
        let (seed_hash, payload_hash) = (sha256(seed), sha256(payload));
        let labels: [&[u8]; 3] = if ctx.has("CSIG-12/payload-first") {
            [b"sig", &payload_hash, &seed_hash]
        } else if ctx.has("CSIG-12/bare") {
            [b"sig", seed, payload]
        } else {
            [b"sig", &seed_hash, &payload_hash]
        };
        match lookup_path(ctx, &path(&labels), tree) {
            Lookup::Found(value) => value.is_empty() || ctx.has("CSIG-12/any-value"),
            Lookup::Unknown => ctx.has("CSIG-12/pruned"),
            Lookup::Absent | Lookup::Error => false,
        }
    };
    let message = SEPARATORS
        .iter()
        .find_map(|separator| payload.strip_prefix(*separator))
        .unwrap_or(payload);
    let shown = if ctx.has("CSIG-14/no-separator") {
        shows(message)
    } else if ctx.has("CSIG-14/any-separator") {
        SEPARATORS
            .iter()
            .any(|separator| shows(&[separator, message].concat()))
    } else {
        shows(payload)
    };
    violations.require(shown || ctx.has("CSIG-12/off"), "CSIG-12");
}
