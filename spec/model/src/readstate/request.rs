//! Paths below `/request_status`.

use serde_json::Value;

use super::{Path, Read, second_labels, unlisted};
use crate::context::{Context, Stop, Violations};
use crate::input::Fields;

/// A request that is in the state.
pub(super) struct Known {
    request_id: Vec<u8>,
    sender: Vec<u8>,
    canister_id: Vec<u8>,
    effective_id: Vec<u8>,
}

impl Known {
    pub(super) fn new(value: &Value) -> Result<Self, Stop> {
        let names = ["request_id", "sender", "canister_id", "effective_id"];
        let fields = Fields::of(value, &names)?;
        Ok(Self {
            request_id: fields.bytes("request_id")?,
            sender: fields.bytes("sender")?,
            canister_id: fields.bytes("canister_id")?,
            effective_id: fields.bytes("effective_id")?,
        })
    }
}

/// READ-17 and READ-33: the form of one path.
pub(super) fn check_form(
    ctx: &Context<'_>,
    violations: &mut Violations,
    read: &Read<'_>,
    id: &[u8],
    below: &[&[u8]],
    labels: &[&[u8]],
) {
    let length_fits = match id.len() {
        32 => true,
        0..32 => ctx.has("READ-33/shorter") || ctx.has("READ-33/any-length"),
        _ => ctx.has("READ-33/any-length"),
    };
    violations.require(length_fits, "READ-33");
    match below {
        [] => violations.require(!ctx.has("READ-17/no-root"), "READ-17"),
        [b"status" | b"reply" | b"reject_code" | b"reject_message"] => {}
        [b"error_code"] => violations.require(!ctx.has("READ-17/no-error-code"), "READ-17"),
        [_] => violations.require(ctx.has("READ-17/any-label"), "READ-17"),
        _ => unlisted(ctx, violations, labels),
    }
    let refused = ctx.has("READ-17/subnet-endpoint") && read.url.subnet().is_some();
    violations.require(!refused, "READ-17");
}

/// READ-18 to READ-20 and DELEG-17: which requests all paths together name.
pub(super) fn check(ctx: &Context<'_>, violations: &mut Violations, read: &Read<'_>) {
    let mut paths: &[Path] = &read.paths;
    let ids = second_labels(paths, b"request_status");
    let one = if ctx.has("READ-20/adjacent") {
        paths.windows(2).all(|pair| {
            let pair = second_labels(pair, b"request_status");
            !matches!(pair.as_slice(), [a, b] if a != b)
        })
    } else {
        ids.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
    };
    violations.require(one || ctx.has("READ-20/off"), "READ-20");

    let root_only: Vec<Path>;
    if ctx.has("READ-18/root-only") {
        let is_root = |path: &&Path| path.len() == 2;
        root_only = paths.iter().filter(is_root).cloned().collect();
        paths = &root_only;
    }
    for id in second_labels(paths, b"request_status") {
        let known = read.requests.iter().find(|known| known.request_id == *id);
        let Some(known) = known else {
            violations.require(!ctx.has("READ-18/unknown-denied"), "READ-18");
            continue;
        };
        let same = known.sender == read.sender || ctx.has("READ-18/off");
        violations.require(same, "READ-18");

        let destination = if ctx.has("READ-19/canister-id") {
            &known.canister_id
        } else {
            &known.effective_id
        };
        let careless = ctx.has("READ-19/off")
            || (ctx.has("READ-19/subnet-off") && read.url.subnet().is_some());
        violations.require(destination == read.url.id() || careless, "READ-19");
    }
    for id in ids {
        let known = read.requests.iter().find(|known| known.request_id == *id);
        if let (Some(known), Some(targets)) = (known, &read.targets) {
            let among = targets.contains(&known.canister_id);
            violations.require(among || ctx.has("DELEG-17/off"), "DELEG-17");
        }
    }
}
