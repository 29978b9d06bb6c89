//! What the URL of a request may name: the family EFF.

use super::candid::principal_field;
use super::request::{Invocation, Kind};
use crate::context::{Context, Violations};

/// What the URL of a request names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Destination {
    Canister(Vec<u8>),
    Subnet(Vec<u8>),
}

/// The methods that create a canister.
const CREATION: [&str; 2] = ["create_canister", "provisional_create_canister_with_cycles"];

/// Checks that a call or query may be sent to `destination`.
pub(super) fn check(
    ctx: &Context<'_>,
    violations: &mut Violations,
    kind: Kind,
    invocation: &Invocation,
    destination: &Destination,
) {
    match destination {
        Destination::Canister(id) if invocation.is_management() => {
            check_management(ctx, violations, kind, invocation, id);
        }
        Destination::Canister(id) => {
            let fits = *id == invocation.canister_id || ctx.has("EFF-2/off");
            violations.require(fits, "EFF-2");
        }
        Destination::Subnet(_) => check_subnet(ctx, violations, kind, invocation),
    }
}

/// EFF-3 to EFF-6.
fn check_management(
    ctx: &Context<'_>,
    violations: &mut Violations,
    kind: Kind,
    invocation: &Invocation,
    id: &[u8],
) {
    let Invocation { method, arg, .. } = invocation;
    let canister_id = principal_field(arg, "canister_id");
    if kind == Kind::Query {
        let free = method == "list_canisters" && !ctx.has("EFF-6/list-bound");
        let fits = free
            || ctx.has("EFF-6/off")
            || (ctx.has("EFF-6/as-calls") && CREATION.contains(&method.as_str()))
            || (ctx.has("EFF-6/no-id") && canister_id.is_none());
        violations.require(fits || canister_id.as_deref() == Some(id), "EFF-6");
        return;
    }
    if CREATION.contains(&method.as_str()) {
        let refused = (ctx.has("EFF-3/one-method") && method != "create_canister")
            || (ctx.has("EFF-3/management-only") && !id.is_empty())
            || (ctx.has("EFF-3/bound") && canister_id.as_deref() != Some(id));
        violations.require(!refused, "EFF-3");
        return;
    }
    let target = principal_field(arg, "target_canister");
    if let (Some(target), "install_chunked_code") = (target, method.as_str()) {
        let store = principal_field(arg, "store_canister");
        let fits = target == id
            || ctx.has("EFF-4/off")
            || (ctx.has("EFF-4/canister-id") && canister_id.as_deref() == Some(id))
            || (ctx.has("EFF-4/store") && store.as_deref() == Some(id));
        violations.require(fits, "EFF-4");
        return;
    }
    let fits = canister_id.as_deref() == Some(id)
        || ctx.has("EFF-5/off")
        || (ctx.has("EFF-5/listed-free") && method == "list_canisters")
        || (ctx.has("EFF-5/no-id") && canister_id.is_none());
    violations.require(fits, "EFF-5");
}

/// EFF-7; which methods create canisters is policy `subnet_call.methods`.
fn check_subnet(
    ctx: &Context<'_>,
    violations: &mut Violations,
    kind: Kind,
    invocation: &Invocation,
) {
    let method = invocation.method.as_str();
    let served = match kind {
        Kind::Call => CREATION.contains(&method),
        _ => method == "list_canisters",
    };
    let fits = (served || ctx.has("EFF-7/any-method"))
        && (invocation.is_management() || ctx.has("EFF-7/any-canister"));
    let either_kind = ctx.has("EFF-7/either-kind")
        && invocation.is_management()
        && (CREATION.contains(&method) || method == "list_canisters");
    violations.require(fits || either_kind || ctx.has("EFF-7/off"), "EFF-7");
}
