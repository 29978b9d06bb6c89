//! What the certificate of a canister signature has to say.

use serde_json::json;

use super::parse::{Signature, State};
use super::{making, violated};
use crate::certificate::{self, natural, path};
use crate::context::{Context, Stop, Violations};
use crate::hashtree::{Lookup, Tree, lookup_path, lookup_star_paths};
use crate::input::{Fields, hex};

/// The present of those who take a certificate's age into account: 2026-11-22, in nanoseconds.
const NOW: u64 = 1_795_305_600_000_000_000;
const FIVE_MINUTES: u64 = 300_000_000_000;

/// Verifies the certificate for the canister.
pub(super) fn check_certificate(
    ctx: &Context<'_>,
    violations: &mut Violations,
    signature: &Signature,
    canister_id: &[u8],
    root_key: &[u8],
) -> Result<(), Stop> {
    let input = json!({
        "certificate": hex(&signature.certificate),
        "root_key": hex(root_key),
        "scope": {"canister": hex(canister_id)},
    });
    let fields = Fields::of(&input, &certificate::INPUTS)?;
    let verify = |ctx: &Context<'_>| violated(certificate::verify(ctx, &fields));
    let instead = [
        ("CSIG-5/delegation-off", "SDEL-3/off"),
        ("CSIG-5/nested", "SDEL-2/off"),
        ("CSIG-5/no-time", "CERT-5/off"),
        ("CSIG-5/untagged", "CERT-1/untagged"),
        ("CDATA-11/no-time", "CERT-5/off"),
    ];
    let found = match instead.iter().find(|(fault, _)| ctx.has(fault)) {
        Some((_, fault)) => verify(&making(ctx, fault))?,
        None => verify(ctx)?,
    };

    for clause in found {
        match clause {
            "ROOT-4" => violations.add("ROOT-4"),
            "SDEL-7" | "RANGE-1" => {
                let mut allowed = ctx.has("CSIG-7/off")
                    || ctx.has("CDATA-11/no-range")
                    || ctx.has("CDATA-13/no-scope");
                if ctx.has("CSIG-7/empty-allows") {
                    for fault in [
                        "RANGE-4/empty-all",
                        "SDEL-7/missing-all",
                        "SDEL-7/pruned-all",
                    ] {
                        allowed |= !verify(&making(ctx, fault))?.contains(clause);
                    }
                }
                violations.require(allowed, "CSIG-7");
            }
            // An issuer that is not trusted can sign whatever it likes.
            "CERT-2" | "CERT-3" | "CERT-4" | "SDEL-3" => {
                let unverified = ctx.has("CSIG-5/off") || ctx.has("CDATA-13/unverified");
                violations.require(unverified, "CSIG-5");
            }
            _ => {
                let swallowed = signature.state.is_none() && ctx.has("CSIG-5/swallowed");
                violations.require(swallowed, "CSIG-5");
            }
        }
    }
    Ok(())
}

/// Compares the certified data of the canister with the root hash of the signature's tree.
pub(super) fn check_certified_data(
    ctx: &Context<'_>,
    violations: &mut Violations,
    state: &Tree,
    canister_id: &[u8],
    root: &[u8],
) {
    let found = lookup_path(
        ctx,
        &path(&[b"canister", canister_id, b"certified_data"]),
        state,
    );
    let agrees = match found {
        Lookup::Found(data) if ctx.has("CSIG-6/truncated") => root.starts_with(data),
        Lookup::Found(data) => data == root,
        Lookup::Unknown if ctx.has("CSIG-6/pruned") => true,
        Lookup::Unknown | Lookup::Absent | Lookup::Error => ctx.has("CDATA-11/no-data"),
    };
    let of_any_canister = || {
        let all = lookup_star_paths(ctx, &path(&[b"canister"]), state);
        all.iter().any(|(path, data)| {
            path.last()
                .is_some_and(|label| label == b"certified_data" && data == root)
        })
    };
    let agrees = agrees
        || ctx.has("CSIG-6/off")
        || ctx.has("CDATA-13/no-comparison")
        || (ctx.has("CSIG-6/any-canister") && of_any_canister());
    violations.require(agrees, "CSIG-6");
}

/// Looks at the type of the subnet that signed, if it was delegated to.
pub(super) fn check_delegation(ctx: &Context<'_>, violations: &mut Violations, state: &State) {
    let Some((subnet, tree)) = &state.delegation else {
        violations.require(!ctx.has("CSIG-10/type-always"), "CSIG-8");
        violations.require(!ctx.has("CSIG-10/ranges-always"), "CSIG-7");
        return;
    };
    let kind = path(&[b"subnet", subnet, b"type"]);
    let mut found = lookup_path(ctx, &kind, tree);
    if !matches!(found, Lookup::Found(_)) && ctx.has("CSIG-8/leaf-tree") {
        found = lookup_path(ctx, &kind, &state.tree);
    }
    let of_any_subnet = lookup_star_paths(ctx, &path(&[b"subnet"]), tree)
        .into_iter()
        .find(|(path, _)| path.last().is_some_and(|label| label == b"type"));
    if let (Some((_, kind)), true) = (&of_any_subnet, ctx.has("CSIG-8/any-subnet")) {
        found = Lookup::Found(kind);
    }
    let Lookup::Found(kind) = found else {
        let pruned = found == Lookup::Unknown && ctx.has("CSIG-8/pruned");
        violations.require(pruned || ctx.has("CSIG-8/off"), "CSIG-8");
        return;
    };
    let known: [&[u8]; 3] = [b"application", b"system", b"verified_application"];
    let is_engine = if ctx.has("CSIG-9/known-only") {
        !known.contains(&kind)
    } else if ctx.has("CSIG-9/prefix") {
        kind.starts_with(b"cloud_engine")
    } else {
        kind == b"cloud_engine"
    };
    violations.require(!is_engine || ctx.has("CSIG-9/off"), "CSIG-9");
}

/// The mistake of judging the certificate's age.
pub(super) fn check_time(ctx: &Context<'_>, violations: &mut Violations, state: &Tree) {
    if let Lookup::Found(time) = lookup_path(ctx, &path(&[b"time"]), state)
        && let Ok(time) = natural(ctx, time, "CSIG-5")
        && ctx.has("CSIG-15/five-minutes")
    {
        violations.require(NOW.saturating_sub(time) <= FIVE_MINUTES, "CSIG-15");
    }
}
