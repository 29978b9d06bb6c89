//! Paths below `/canister`.

use serde_json::Value;

use super::{Read, unlisted};
use crate::context::{Context, Stop, Violations};
use crate::input::{self, Fields};

/// A canister that exists.
pub(super) struct Known<'a> {
    id: Vec<u8>,
    controllers: Vec<Vec<u8>>,
    metadata: Vec<Section<'a>>,
}

/// A custom section of its module.
struct Section<'a> {
    name: &'a str,
    private: bool,
}

impl<'a> Known<'a> {
    pub(super) fn new(value: &'a Value) -> Result<Self, Stop> {
        let fields = Fields::of(value, &["id", "controllers", "metadata"])?;
        let section = |value: &'a Value| -> Result<Section<'a>, Stop> {
            let fields = Fields::of(value, &["name", "private"])?;
            let private = fields.required("private")?.as_bool();
            Ok(Section {
                name: input::text(fields.required("name")?)?,
                private: private.ok_or_else(|| Stop::Error("private is a bool".to_owned()))?,
            })
        };
        let metadata = fields.list("metadata")?.iter().map(section);
        Ok(Self {
            id: fields.bytes("id")?,
            controllers: fields.byte_strings("controllers")?,
            metadata: metadata.collect::<Result<_, _>>()?,
        })
    }
}

/// READ-22 to READ-24: one path.
pub(super) fn check(
    ctx: &Context<'_>,
    violations: &mut Violations,
    read: &Read<'_>,
    id: &[u8],
    below: &[&[u8]],
    labels: &[&[u8]],
) {
    let effective = read.url.canister().is_some_and(|effective| effective == id);
    match below {
        [b"module_hash" | b"controllers"] => {
            violations.require(reads_information(ctx, read, id), "READ-22");
        }
        [b"canister_creation_timestamp" | b"last_install_timestamp"] => {
            let fits = reads_information(ctx, read, id) && !ctx.has("READ-22/no-timestamps");
            violations.require(fits, "READ-22");
        }
        [b"metadata", name] => {
            let fits = effective || ctx.has("READ-23/any-canister");
            violations.require(fits && may_read_section(ctx, read, id, name), "READ-23");
        }
        [b"certified_data"] => {
            violations.require(effective && ctx.has("READ-24/allowed"), "READ-24");
        }
        _ => unlisted(ctx, violations, labels),
    }
}

/// READ-22.
fn reads_information(ctx: &Context<'_>, read: &Read<'_>, id: &[u8]) -> bool {
    let careless = ctx.has("READ-22/any-canister")
        || (ctx.has("READ-22/subnet-endpoint") && read.url.id() == id);
    careless || read.url.canister().is_some_and(|effective| effective == id)
}

/// READ-23, given that the canister is the effective one.
fn may_read_section(ctx: &Context<'_>, read: &Read<'_>, id: &[u8], name: &[u8]) -> bool {
    let Ok(name) = core::str::from_utf8(name) else {
        return ctx.has("READ-23/any-bytes");
    };
    let canister = read.canisters.iter().find(|canister| canister.id == id);
    let section = canister.and_then(|canister| {
        let mut sections = canister.metadata.iter();
        sections.find(|section| section.name == name)
    });
    let (Some(canister), Some(section)) = (canister, section) else {
        return !ctx.has("READ-23/missing-denied");
    };
    if !section.private {
        return !ctx.has("READ-23/public-denied");
    }
    let controls = if ctx.has("READ-23/any-controller") {
        let mut canisters = read.canisters.iter();
        canisters.any(|canister| canister.controllers.contains(&read.sender))
    } else {
        canister.controllers.contains(&read.sender) && !ctx.has("READ-23/controllers-denied")
    };
    controls || ctx.has("READ-23/off")
}
