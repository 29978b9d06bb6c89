//! The time of a certificate.

use super::{natural, path};
use crate::context::{Context, Stop};
use crate::hashtree::{Lookup, Tree, lookup_path};

/// `/time` of a certificate's tree.
pub(super) fn time_of(
    ctx: &Context<'_>,
    tree: &Tree,
    off: &'static str,
) -> Result<Option<u64>, Stop> {
    match lookup_path(ctx, &path(&[b"time"]), tree) {
        Lookup::Found([0]) if ctx.has("CERT-5/zero") => Err(Stop::violated("CERT-5")),
        Lookup::Found(bytes) => natural(ctx, bytes, "STATE-1").map(Some),
        _ if ctx.has(off) => Ok(None),
        _ => Err(Stop::violated("CERT-5")),
    }
}

pub(super) fn is_fresh(
    ctx: &Context<'_>,
    time: u64,
    now: u64,
    max_age: u64,
    max_skew: u64,
) -> bool {
    if ctx.has("CERT-6/off") {
        return true;
    }
    if ctx.has("CERT-6/overflow") {
        return now <= time.wrapping_add(max_age) && time <= now.wrapping_add(max_skew);
    }
    if time == now && ctx.has("CERT-6/same-time") {
        return false;
    }
    if time > now && ctx.has("CERT-6/no-skew") {
        return false;
    }
    if time <= now {
        let age = now.abs_diff(time);
        return age < max_age || (age == max_age && !ctx.has("CERT-6/age-exclusive"));
    }
    let max_skew = if ctx.has("CERT-6/skew-is-age") {
        max_age
    } else {
        max_skew
    };
    let skew = now.abs_diff(time);
    skew < max_skew
        || (skew == max_skew && !ctx.has("CERT-6/skew-exclusive"))
        || ctx.has("CERT-6/future")
}

pub(super) fn is_young(
    ctx: &Context<'_>,
    issued: u64,
    now: u64,
    max_age: u64,
    max_delegation_age: Option<u64>,
) -> bool {
    let limit = if ctx.has("SDEL-9/max-age") {
        Some(max_age)
    } else {
        max_delegation_age
    };
    let (Some(limit), false) = (limit, ctx.has("SDEL-9/off")) else {
        return true;
    };
    let age = now.saturating_sub(issued);
    age < limit || (age == limit && !ctx.has("SDEL-9/exclusive"))
}
